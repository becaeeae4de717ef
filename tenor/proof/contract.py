"""The contract as a proof reads it.

Its operations, which of them an address belongs to, and the judgement of what was replied, from
outside.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from urllib.parse import unquote

from tenor import cells, media_types
from tenor.answers import Answer
from tenor.cells import Cell, Declaration
from tenor.document import UNROUTED, Document, Json, escape
from tenor.judgement import judge
from tenor.parameters import IGNORED_HEADERS
from tenor.promises import ContentPromise, Promises, compile_promises
from tenor.proof.asking import Reply, Request
from tenor.registration import base_path
from tenor.rules import Breach
from tenor.schemas import Compiler

_OF_CONTENT = ("content-type", "content-length")
_SAFE = ("GET", "HEAD", "OPTIONS", "TRACE")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A declared parameter, as it stands in the document."""

    name: str
    location: str
    required: bool
    node: Mapping[str, Json]
    pointer: str

    @property
    def schema(self) -> tuple[Json, str]:
        """Its schema and where that stands; of a ``content`` parameter, that of its content."""
        contents: Mapping[str, Json] = self.node.get("content") or {}
        for name, content in contents.items():
            place = f"{self.pointer}/content/{escape(name)}"
            return content.get("schema", True), f"{place}/schema"
        return self.node.get("schema", True), f"{self.pointer}/schema"


@dataclass(frozen=True)
class Operation:
    """An operation of the contract. ``path`` is its template, ``base`` what stands before it."""

    id: str
    method: str
    base: str
    path: str
    pointer: str
    node: Mapping[str, Json]
    parameters: tuple[Parameter, ...]
    bodies: Mapping[str, tuple[Mapping[str, Json], str]]
    requires_body: bool
    security: tuple[Mapping[str, Any], ...]
    promises: Promises

    @property
    def is_safe(self) -> bool:
        """Whether it only reads (RFC 9110, section 9.2.1)."""
        return self.method in _SAFE

    @property
    def statuses(self) -> tuple[str, ...]:
        """The statuses that it declares, as they are written."""
        return tuple(self.promises.declared)

    @property
    def offered(self) -> tuple[str, ...]:
        """The media types of its successes."""
        return self.promises.offered()

    def parameter(self, name: str, location: str) -> Parameter | None:
        """The parameter of this name; names of headers have no case."""
        for each in self.parameters:
            same = each.name.lower() == name.lower() if location == "header" else each.name == name
            if same and each.location == location:
                return each
        return None

    @property
    def schemes(self) -> frozenset[str]:
        """The names of the security schemes that it may ask for."""
        return frozenset(name for each in self.security for name in each)

    @property
    def needs_credentials(self) -> bool:
        """Whether an anonymous caller is refused."""
        return bool(self.security) and {} not in self.security

    @property
    def scopes(self) -> frozenset[str]:
        """The scopes that any of its security requirements asks for."""
        return frozenset(s for each in self.security for wanted in each.values() for s in wanted)

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        pieces = re.split(r"(\{[^{}]+\})", self.base + self.path)
        written = ("([^/]+)" if p.startswith("{") else re.escape(p) for p in pieces)
        return re.compile("".join(written))

    @property
    def variables(self) -> tuple[str, ...]:
        """The names in the path's template, in order."""
        return tuple(re.findall(r"\{([^{}]+)\}", self.path))

    def match(self, path: str) -> dict[str, str] | None:
        """The values of the variables in a percent-encoded path, None for another's path."""
        found = self._pattern.fullmatch(path)
        if found is None:
            return None
        return dict(zip(self.variables, map(unquote, found.groups()), strict=True))


class Contract:
    """A document, read for proving. ``document`` is expanded."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.compiler = Compiler(document)
        self.base = base_path(document)
        self.cells: Mapping[Cell, Declaration] = cells.declared(document)
        self.operations = tuple(self._operations())
        self.unrouted = self._unrouted()
        fewest_variables = sorted(self.operations, key=lambda each: len(each.variables))
        self._by_precision = tuple(fewest_variables)

    def operation(self, name: str) -> Operation | None:
        """The operation of this id."""
        return next((each for each in self.operations if each.id == name), None)

    def at(self, method: str, path: str) -> tuple[Operation | None, dict[str, str]]:
        """The operation that answers at a percent-encoded path, and the values of its variables.

        ``HEAD`` is answered by ``GET`` where it has no operation of its own.
        """
        for wanted in (method, "GET") if method == "HEAD" else (method,):
            for each in self._by_precision:
                if each.method == wanted and (values := each.match(path)) is not None:
                    return each, values
        return None, {}

    def keys_in_query(self, operation: Operation) -> frozenset[str]:
        """The query parameters in which an operation looks for credentials."""
        declared: Mapping[str, Json] = self.document.raw.get("components", {})
        schemes: Mapping[str, Json] = declared.get("securitySchemes") or {}
        found = (
            self.document.follow(f"/components/securitySchemes/{escape(name)}")[0]
            for name in operation.schemes & schemes.keys()
        )
        return frozenset(each["name"] for each in found if each.get("in") == "query")

    def takes(self, parameter: Parameter, text: str) -> bool:
        """Whether a parameter may have this text, as it is or as a whole number."""
        accepts = self.compiler.request(*parameter.schema).accepts
        try:
            return accepts(text) or (text.isdecimal() and accepts(int(text)))
        except ValueError:  # it cannot be written down
            return False

    def methods_at(self, path: str) -> frozenset[str]:
        """The methods that an address has: those declared, HEAD beside GET, and OPTIONS."""
        found = {each.method for each in self.operations if each.match(path) is not None}
        if not found:
            return frozenset()
        return frozenset(found | {"OPTIONS"} | ({"HEAD"} if "GET" in found else set()))

    def judge(
        self, request: Request, reply: Reply, operation: Operation | None
    ) -> tuple[Cell, list[Breach]]:
        """The cell that a reply shows, and how it breaks what is promised."""
        voices = self._voices(operation)
        cell, breaches = _judged(request, reply, *voices[0])
        for promises, name in voices[1:]:
            if breaches and promises.of(reply.status) is not None:
                other, found = _judged(request, reply, promises, name)
                if not found:
                    return other, found
        return cell, breaches

    def _voices(self, operation: Operation | None) -> list[tuple[Promises, str]]:
        voices = [] if operation is None else [(operation.promises, operation.id)]
        return [*voices, (self.unrouted, UNROUTED)]

    def _operations(self) -> Iterator[Operation]:
        document = self.document
        for path, method, node, pointer in document.operations():
            name = node.get("operationId") or f"{method.upper()} {path}"
            bodies, requires_body = self._bodies(pointer, node)
            yield Operation(
                id=name,
                method=method.upper(),
                base=self.base,
                path=path,
                pointer=pointer,
                node=node,
                parameters=tuple(self._parameters(pointer.rpartition("/")[0], pointer)),
                bodies=bodies,
                requires_body=requires_body,
                security=tuple(node.get("security", document.raw.get("security") or ())),
                promises=compile_promises(
                    document,
                    self.compiler,
                    f"{pointer}/responses",
                    name=name,
                    is_head=method == "head",
                ),
            )

    def _parameters(self, path_item: str, operation: str) -> Iterator[Parameter]:
        """The parameters, but for the headers that OpenAPI describes elsewhere."""
        declared: dict[tuple[str, str], Parameter] = {}
        for owner in (path_item, operation):
            for index, _ in enumerate(self.document.at(owner).get("parameters") or ()):
                node, pointer = self.document.follow(f"{owner}/parameters/{index}")
                name, location = node["name"], node["in"]
                required = node.get("required", False) is True
                declared[name, location] = Parameter(name, location, required, node, pointer)
        for parameter in declared.values():
            if parameter.location != "header" or parameter.name.lower() not in IGNORED_HEADERS:
                yield parameter

    def _bodies(
        self, pointer: str, node: Mapping[str, Json]
    ) -> tuple[Mapping[str, tuple[Mapping[str, Json], str]], bool]:
        if "requestBody" not in node:
            return {}, False
        body, place = self.document.follow(f"{pointer}/requestBody")
        content: Mapping[str, Json] = body.get("content") or {}
        found = {n: (each, f"{place}/content/{escape(n)}") for n, each in content.items()}
        return found, body.get("required", False) is True

    def _unrouted(self) -> Promises:
        if UNROUTED in self.document.raw:
            return compile_promises(
                self.document, self.compiler, f"/{UNROUTED}", name="The unrouted rest"
            )
        return Promises("The unrouted rest", self.document.source, {})


def _judged(
    request: Request, reply: Reply, promises: Promises, name: str
) -> tuple[Cell, list[Breach]]:
    """The reply as an answer by these promises, judged as it came."""
    held = replace(promises, is_head=True) if request.method == "HEAD" else promises
    lines = [line for line in reply.headers if line[0].lower() not in _OF_CONTENT]
    promise, content_type = held.of(reply.status), reply.header("Content-Type")
    answer = Answer(reply.status, lines, held, promise, content_type, body=reply.body)
    sent = media_types.parse_sent(content_type) if content_type is not None else None
    if promise is not None and sent is not None:
        answer.content = promise.content_for(sent)
    return _cell(answer, reply, name), judge(answer)


def _cell(answer: Answer, reply: Reply, name: str) -> Cell:
    promise, content = answer.promise, answer.content
    status = str(reply.status) if promise is None else promise.status
    if promise is None or content is None:
        return Cell(name, status, reply.media_type)
    fitting: list[ContentPromise] = [
        each for each in promise.contents.values() if each.media_type.describes(content.media_type)
    ]
    best = max(fitting, key=lambda each: each.media_type.specificity, default=content)
    return Cell(name, status, best.name)
