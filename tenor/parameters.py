"""Parameters: from the text of a path, query, header or cookie to the values that handlers get.

Each parameter is compiled once, by its ``style``, ``explode`` and schema, into a function from
texts to a value (``styles``, ``scalars``); what cannot be read is refused at start.
"""

import copy
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import NoneType
from typing import Any, cast

from tenor.document import Document, Json, escape
from tenor.errors import ConfigurationError
from tenor.problems import Fault
from tenor.routing import variable
from tenor.scalars import Encoded, Malformed, Scalar, decoded, json_text, scalar
from tenor.schemas import MISSING, Compiler, Validator
from tenor.styles import Beyond, Reading, Take, Texts, single, styled

LOCATIONS = ("path", "query", "header", "cookie")
IGNORED_HEADERS = ("accept", "content-type", "authorization")
"""The header parameters that say nothing: OpenAPI describes these elsewhere."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A declared parameter.

    ``names`` are the keys under which its text is found, and ``beyond`` says which others are;
    ``take`` makes the value out of the texts found under each of them, or MISSING. ``is_text``: its
    value is its one text as it stands.
    """

    name: str
    location: str
    required: bool
    default: Any
    names: tuple[str, ...]
    take: Take
    validator: Validator
    beyond: Beyond | None = None
    is_text: bool = False

    def read(self, texts: Texts, faults: list[Fault]) -> Any:
        """The value, or MISSING; what is wrong with it is added to the faults."""
        try:
            value = self.take(texts)
        except Malformed as error:
            faults.append(self._fault(error.rule, error.detail))
            return MISSING
        if value is MISSING:
            if self.required:
                faults.append(self._fault("required", "is required"))
            return fresh(self.default)
        if not self.validator.accepts(value):
            prefix = f"/{escape(self.name)}"
            faults.extend(self.validator.faults(value, self.location, prefix))
        return value

    def of_text(self, text: str, faults: list[Fault]) -> Any:
        """The value of one text, as `read` gives it; most are right and stand for themselves."""
        if self.is_text and self.validator.accepts(text):
            return text
        return self.read({self.names[0]: (text,)}, faults)

    def _fault(self, rule: str, detail: str) -> Fault:
        return Fault(self.location, f"/{escape(self.name)}", rule, detail)


def compile_parameters(
    document: Document, compiler: Compiler, path_item: str, operation: str
) -> tuple[Parameter, ...]:
    """The parameters of an operation, compiled. Raises ConfigurationError."""
    parameters = {
        pointer: compiler.once(
            ("parameter", pointer), partial(_compile, document, compiler, node, pointer)
        )
        for pointer, node in declared_parameters(document, path_item, operation)
    }
    _refuse_two_of_any_name(document, parameters)
    return tuple(parameters.values())


def declared_parameters(
    document: Document, path_item: str, operation: str
) -> Iterator[tuple[str, dict[str, Json]]]:
    """The parameters of an operation: its own, and those of its path that it does not override."""
    declared: dict[tuple[str, str], tuple[str, dict[str, Json]]] = {}
    for owner in (path_item, operation):
        for index, _ in enumerate(document.at(owner).get("parameters") or ()):
            node, pointer = document.follow(f"{owner}/parameters/{index}")
            declared[_key(node), node["in"]] = pointer, node
    for (key, location), parameter in declared.items():
        if not (location == "header" and key in IGNORED_HEADERS):
            yield parameter


def _key(node: Mapping[str, Json]) -> str:
    """What a parameter is found by: case says nothing in the name of a header."""
    name = cast(str, node["name"])
    return name.lower() if node["in"] == "header" else name


def _refuse_two_of_any_name(document: Document, parameters: Mapping[str, Parameter]) -> None:
    """Refuse two parameters that each take the same undeclared names."""
    open_ones = {at: p.beyond.before for at, p in parameters.items() if p.beyond is not None}
    counted = Counter(open_ones.values())
    for pointer, before in open_ones.items():
        if counted[before] > 1:
            raise ConfigurationError(
                "two parameters take whatever name is not declared",
                place=document.place(pointer),
                remedy="Give all but one of them the style deepObject, or declare its members and "
                "no others.",
            )


def _compile(
    document: Document, compiler: Compiler, node: dict[str, Json], pointer: str
) -> Parameter:
    name = cast(str, node["name"])
    key = variable(name) if node["in"] == "path" else _key(node)
    reading, schema, place = _reading(document, compiler, node, pointer, key)
    parameter = Parameter(
        name=name,
        location=cast(str, node["in"]),
        required=node.get("required", False) is True,
        default=compiler.filled(schema, place),
        names=reading.names,
        take=reading.take,
        validator=compiler.request(schema, place),
        beyond=reading.beyond,
        is_text=reading.is_text,
    )
    if node.get("allowEmptyValue") is True and key in parameter.names:
        _refuse_empty_in_vain(document, parameter, key, pointer)
    return parameter


def _refuse_empty_in_vain(document: Document, parameter: Parameter, key: str, pointer: str) -> None:
    """Refuse the promise that an empty value is taken where the schema does not take it."""
    faults: list[Fault] = []
    parameter.read({key: ("",)}, faults)
    if faults:
        raise ConfigurationError(
            f"allowEmptyValue is true, and the schema of {parameter.name} has no empty value",
            place=document.place(f"{pointer}/allowEmptyValue"),
            remedy="Leave it out, or let the schema take the empty string.",
        )


def header_reader(
    document: Document, compiler: Compiler, node: dict[str, Json], pointer: str
) -> tuple[Json, str, Scalar]:
    """The schema of a header that is answered, its pointer, and the reader of its text.

    It follows the rules of a header parameter (OpenAPI 3.1, section 4.8.21).
    """
    key = "header"
    reading, schema, place = _reading(document, compiler, {**node, "in": "header"}, pointer, key)
    shape = compiler.shape(schema, place)
    if "content" not in node and not shape.types & {"array", "object"}:
        return schema, place, scalar(compiler, shape)
    return schema, place, lambda text: reading.take({key: (text,)})


def _reading(
    document: Document, compiler: Compiler, node: dict[str, Json], pointer: str, key: str
) -> tuple[Reading, Json, str]:
    """How a value is read, its schema and the schema's pointer."""
    if "content" in node:
        schema, place = _content(document, node, pointer)
        return single(key, json_text), schema, place
    schema, place = node.get("schema", True), f"{pointer}/schema"
    shape = compiler.shape(schema, place)
    return styled(compiler, node, pointer, key=key, shape=shape), schema, place


def _content(document: Document, node: dict[str, Json], pointer: str) -> tuple[Json, str]:
    """The schema of a parameter that is JSON, and the schema's pointer."""
    (media_type, content), *_ = node["content"].items()
    if not media_type.partition(";")[0].strip().endswith("json"):
        raise ConfigurationError(
            f"a parameter with content of type {media_type} is not supported",
            place=document.place(pointer),
            remedy="Use application/json, or a schema with a style.",
        )
    return content.get("schema", True), f"{pointer}/content/{escape(media_type)}/schema"


def fresh(default: Any) -> Any:
    """A default for one request: what its handler does with it does not reach the next."""
    return copy.deepcopy(default) if type(default) in (dict, list) else default


class Reader:
    """Reads all parameters of one operation out of a request.

    ``beside`` are the names that a query may hold beside them. What most requests hold is read at
    a glance: a text that is its own value, a query that was read before, nothing at all. Where it
    has no parameters of a location, only a query needs to be looked at, if there is one.
    """

    __slots__ = (
        "_cookies",
        "_headers",
        "_known_queries",
        "_no_cookies",
        "_no_headers",
        "_no_query",
        "_open",
        "_paths",
        "_queries",
        "_query_names",
        "has_cookies",
        "has_headers",
        "has_path",
        "has_query",
    )

    def __init__(self, parameters: Sequence[Parameter], beside: Sequence[str] = ()) -> None:
        self._paths, queries, headers, self._cookies = (
            tuple(p for p in parameters if p.location == location) for location in LOCATIONS
        )
        self._headers = tuple((_environ_key(p.names[0]), p) for p in headers)
        self._query_names = frozenset((*beside, *(name for p in queries for name in p.names)))
        self._queries = tuple(p for p in queries if p.beyond is None)
        self._open = sorted(
            ((p, p.beyond) for p in queries if p.beyond is not None),
            key=lambda pair: len(pair[1].before),
            reverse=True,
        )
        self._no_query = _of_nothing(queries)
        self._no_headers = _of_nothing(headers)
        self._no_cookies = _of_nothing(self._cookies)
        self._known_queries: dict[str, Mapping[str, Any]] = {}
        self.has_path = bool(self._paths)
        self.has_query = bool(queries)
        self.has_headers = bool(headers)
        self.has_cookies = bool(self._cookies)

    def path(self, values: Mapping[str, str], faults: list[Fault]) -> Mapping[str, Any]:
        """The path parameters by name, from the decoded segments of the route."""
        given: dict[str, Any] = {}
        for parameter in self._paths:
            value = values[parameter.names[0]]
            if not (parameter.is_text and parameter.validator.accepts(value)):
                value = parameter.of_text(value, faults)
            if value is not MISSING:
                given[parameter.name] = value
        return given

    def query(self, text: str, faults: list[Fault]) -> Mapping[str, Any]:
        """The query parameters by name; an undeclared one is a fault.

        Clients send the same few queries again and again: those whose values cannot be changed by
        who gets them are remembered.
        """
        if not text and self._no_query is not None:
            return self._no_query
        known = self._known_queries.get(text)
        if known is not None:
            return known
        before = len(faults)
        given = self._read_query(text, faults)
        if len(faults) == before and _is_worth_keeping(text, given):
            if len(self._known_queries) >= MOST_QUERIES:
                self._known_queries = {}
            self._known_queries[text] = given
        return given

    def _read_query(self, text: str, faults: list[Fault]) -> dict[str, Any]:
        texts = _split_query(text, faults)
        undeclared = [name for name in texts if name not in self._query_names]
        given = _given((p.name, p.read(texts, faults)) for p in self._queries)
        if self._open:
            given |= _given(self._read_open(texts, undeclared, faults))
        faults += [
            Fault("query", f"/{escape(name[:64])}", "declared", "is not declared")
            for name in undeclared
        ]
        return given

    def _read_open(
        self, texts: Texts, undeclared: list[str], faults: list[Fault]
    ) -> Iterator[tuple[str, Any]]:
        """Each parameter that takes undeclared names; those that it takes are no longer so.

        One with names of a form of its own comes before one that takes any.
        """
        for parameter, beyond in self._open:
            taken = [name for name in undeclared if beyond.member(name) is not None]
            undeclared[:] = [name for name in undeclared if name not in taken]
            own = {name: texts[name] for name in (*parameter.names, *taken) if name in texts}
            yield parameter.name, parameter.read(own, faults)

    def headers(self, environ: Mapping[str, Any], faults: list[Fault]) -> Mapping[str, Any]:
        """The declared header parameters by name."""
        given: dict[str, Any] = {}
        for key, parameter in self._headers:
            text = environ.get(key)
            if text is not None:
                value = parameter.of_text(text.strip(" \t"), faults)
            elif self._no_headers is not None:
                value = self._no_headers.get(parameter.name, MISSING)
            else:
                value = parameter.read({}, faults)
            if value is not MISSING:
                given[parameter.name] = value
        return given

    def cookies(self, environ: Mapping[str, Any], faults: list[Fault]) -> Mapping[str, Any]:
        """The declared cookie parameters by name."""
        if self._no_cookies is not None and "HTTP_COOKIE" not in environ:
            return self._no_cookies
        texts: dict[str, list[str]] = {}
        for pair in environ.get("HTTP_COOKIE", "").split(";"):
            name, _, text = pair.strip(" \t").partition("=")
            texts.setdefault(name, []).append(Encoded(text.replace("+", "%2B")))
        return _given((p.name, p.read(texts, faults)) for p in self._cookies)


MOST_QUERIES = 1_000
"""How many queries of one operation are remembered, each of at most a hundred characters."""

_UNCHANGING = (str, int, float, bool, NoneType)


def _is_worth_keeping(text: str, given: Mapping[str, Any]) -> bool:
    return len(text) <= 100 and all(type(value) in _UNCHANGING for value in given.values())


def _of_nothing(parameters: Sequence[Parameter]) -> Mapping[str, Any] | None:
    """What stands for parameters of which none is sent; None where each request has its own."""
    faults: list[Fault] = []
    given = _given((p.name, p.read({}, faults)) for p in parameters)
    return None if faults or not _is_worth_keeping("", given) else given


def _environ_key(name: str) -> str:
    """Where the server puts a header (PEP 3333)."""
    return "HTTP_" + name.upper().replace("-", "_")


def _given(pairs: Any) -> dict[str, Any]:
    return {name: value for name, value in pairs if value is not MISSING}


def _split_query(text: str, faults: list[Fault]) -> dict[str, list[str]]:
    texts: dict[str, list[str]] = {}
    for pair in text.split("&"):
        if pair:
            name, _, value = pair.partition("=")
            try:
                texts.setdefault(decoded(Encoded(name)), []).append(Encoded(value))
            except Malformed as error:
                faults.append(Fault("query", "", error.rule, f"a name {error.detail}"))
    return texts
