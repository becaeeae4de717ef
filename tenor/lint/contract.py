"""A contract as its rules see it: operations with all that belongs to them, worked out once."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import cast

from tenor.closing import Direction
from tenor.document import UNROUTED, Document, Json, escape
from tenor.errors import ConfigurationError
from tenor.lint.values import Described, Value, values
from tenor.parameters import IGNORED_HEADERS
from tenor.schemas import Compiler, Validator
from tenor.structure import Part, parts

Node = Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Placed:
    """An object of the document, references followed, and where it stands."""

    node: Node
    pointer: str


@dataclass(frozen=True, slots=True)
class Response:
    """A response under a status; ``at`` is where the status stands, which may hold a ``$ref``."""

    status: str
    node: Node
    pointer: str
    at: str

    @property
    def headers(self) -> frozenset[str]:
        """The names of its headers, in lower case."""
        return frozenset(name.lower() for name in self.node.get("headers") or ())

    @property
    def content(self) -> Node:
        """Its content by media type."""
        return cast(Node, self.node.get("content") or {})


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation with all that belongs to it."""

    path: str
    method: str
    node: Node
    pointer: str
    parameters: tuple[Placed, ...]
    body: Placed | None
    responses: tuple[Response, ...]
    security: tuple[Node, ...]

    @property
    def name(self) -> str:
        """How sentences call it."""
        return cast(str, self.node.get("operationId") or f"{self.method.upper()} {self.path}")

    @property
    def wants_credentials(self) -> bool:
        """Whether credentials can be wrong or missing."""
        return any(self.security)

    @property
    def scopes(self) -> frozenset[str]:
        """The scopes and roles that it asks for."""
        return frozenset(s for each in self.security for names in each.values() for s in names)

    def lacks(self, *statuses: str) -> list[str]:
        """Those of the statuses that it declares neither exactly nor by a range."""
        declared = {response.status for response in self.responses}
        return [s for s in statuses if not {s, f"{s[0]}XX", "default"} & declared]

    def takes(self, location: str, name: str = "") -> Placed | None:
        """A parameter in this location, by its name in lower case if one is given."""
        found = (p for p in self.parameters if p.node["in"] == location)
        return next((p for p in found if name in ("", str(p.node["name"]).lower())), None)


@dataclass(frozen=True, slots=True)
class Content:
    """One media type of a request body or a response."""

    media_type: str
    node: Node
    pointer: str
    direction: Direction

    @property
    def described(self) -> Described:
        """The schema of the content."""
        return Described(self.node.get("schema", True), f"{self.pointer}/schema", self.direction)


class Contract:
    """A document for the rules to look at.

    ``bases`` are the addresses under which problems may be explained.
    """

    def __init__(self, document: Document, bases: tuple[str, ...]) -> None:
        self.document = document
        self.bases = bases
        self.compiler = Compiler(document)
        self._validators: dict[tuple[str, Direction], Validator | None] = {}

    @cached_property
    def operations(self) -> tuple[Operation, ...]:
        """All operations of the paths, in the document's order."""
        return tuple(self._operations())

    def _operations(self) -> Iterator[Operation]:
        document = self.document
        shared: list[Node] = document.raw.get("security") or []
        for path, method, node, pointer in document.operations():
            at = pointer.rpartition("/")[0]
            body = f"{pointer}/requestBody"
            yield Operation(
                path=path,
                method=method,
                node=node,
                pointer=pointer,
                parameters=tuple(self._parameters(at, pointer)),
                body=Placed(*document.follow(body)) if "requestBody" in node else None,
                responses=tuple(self._responses(f"{pointer}/responses")),
                security=tuple(node.get("security", shared)),
            )

    def _parameters(self, item: str, operation: str) -> list[Placed]:
        """The parameters of an operation and of its path that it does not override."""
        found: dict[tuple[str, str], Placed] = {}
        for owner in (item, operation):
            for index, _ in enumerate(self.document.at(owner).get("parameters") or ()):
                node, pointer = self.document.follow(f"{owner}/parameters/{index}")
                name = str(node["name"])
                key = name.lower() if node["in"] == "header" else name
                if node["in"] != "header" or key not in IGNORED_HEADERS:
                    found[key, node["in"]] = Placed(node, pointer)
        return [*found.values()]

    def _responses(self, owner: str) -> Iterator[Response]:
        parent, _, key = owner.rpartition("/")
        for status in self.document.at(parent).get(key) or ():
            if not status.startswith("x-"):
                at = f"{owner}/{status}"
                yield Response(status, *self.document.follow(at), at)

    @cached_property
    def unrouted(self) -> tuple[Response, ...]:
        """The responses to requests that belong to no operation."""
        return tuple(self._responses(f"/{UNROUTED}"))

    @cached_property
    def responses(self) -> tuple[Response, ...]:
        """Every response that is declared anywhere, each place once for each status."""
        every = [*self.unrouted, *(r for op in self.operations for r in op.responses)]
        return tuple({(r.status, r.pointer): r for r in every}.values())

    @cached_property
    def contents(self) -> tuple[Content, ...]:
        """Every content of requests and responses, each once."""
        found: dict[str, Content] = {}
        bodies = [(op.body, Direction.REQUEST) for op in self.operations if op.body is not None]
        answers = [(Placed(r.node, r.pointer), Direction.RESPONSE) for r in self.responses]
        for owner, direction in (*bodies, *answers):
            named = cast(dict[str, Node], owner.node.get("content") or {})
            for name, node in named.items():
                pointer = f"{owner.pointer}/content/{escape(name)}"
                found[pointer] = Content(name, node, pointer, direction)
        return tuple(found.values())

    @cached_property
    def parameters(self) -> tuple[Placed, ...]:
        """Every parameter of the operations, each once."""
        every = (p for op in self.operations for p in op.parameters)
        return tuple({p.pointer: p for p in every}.values())

    @cached_property
    def headers(self) -> tuple[Placed, ...]:
        """Every header of the responses, each once."""
        found: dict[str, Placed] = {}
        for response in self.responses:
            for name in response.node.get("headers") or ():
                node, at = self.document.follow(f"{response.pointer}/headers/{escape(name)}")
                if name.lower() != "content-type":  # OpenAPI: it is described by the content
                    found[at] = Placed(node, at)
        return tuple(found.values())

    @cached_property
    def described(self) -> tuple[Described, ...]:
        """Every schema that something of a request or a response is held to, each once."""
        found = [_of(p, Direction.REQUEST) for p in self.parameters]
        found += [content.described for content in self.contents]
        found += [_of(header, Direction.RESPONSE) for header in self.headers]
        return tuple({(d.pointer, d.direction): d for d in found}.values())

    @cached_property
    def values(self) -> tuple[Value, ...]:
        """Every value of requests and responses, with those within them, each once."""
        return tuple(values(self.document, self.described))

    @cached_property
    def schemas(self) -> tuple[Part, ...]:
        """Every schema object of the document, those within others too."""
        found = parts(self.document.raw, is_3_0=self.document.is_3_0)
        return tuple(part for part in found if part.kind == "schema" and part.members)

    def validator(self, described: Described) -> Validator | None:
        """The compiled schema; None for one that cannot be compiled, which is said elsewhere."""
        key = described.pointer, described.direction
        if key not in self._validators:
            self._validators[key] = self._compiled(described)
        return self._validators[key]

    def _compiled(self, described: Described) -> Validator | None:
        """The schema as it is for requests, or closed for responses."""
        is_sent = described.direction is Direction.REQUEST
        compiled = self.compiler.request if is_sent else self.compiler.response
        try:
            return compiled(described.schema, described.pointer)
        except ConfigurationError:
            return None


def _of(owner: Placed, direction: Direction) -> Described:
    """The schema of a parameter or header, however it is written."""
    if "content" in owner.node:
        (name, content), *_ = owner.node["content"].items()
        place = f"{owner.pointer}/content/{escape(name)}/schema"
        return Described(content.get("schema", True), place, direction)
    return Described(owner.node.get("schema", True), f"{owner.pointer}/schema", direction)
