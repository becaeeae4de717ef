"""Parameters: from the text of a path, query, header or cookie to the values that handlers get.

Each parameter is compiled once, by its ``style``, ``explode`` and schema (OpenAPI 3.1, section
4.8.12), into a function from text to value. Text that is not of the declared type stays text, and
the schema then says what is wrong with it; nothing is guessed: ``1_0``, ``01``, ``+1`` and digits
of other scripts are no integers.
"""

import copy
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, cast
from urllib.parse import unquote_to_bytes

from tenor.document import Document, Json, escape
from tenor.errors import ConfigurationError
from tenor.problems import Fault
from tenor.routing import variable
from tenor.schemas import MISSING, Compiler, Validator
from tenor.strict_json import NotJson, decode_json

LOCATIONS = ("path", "query", "header", "cookie")
_IGNORED_HEADERS = ("accept", "content-type", "authorization")  # OpenAPI: described elsewhere
_STYLES = {
    "path": {"simple"},
    "query": {"form", "deepObject"},
    "header": {"simple"},
    "cookie": {"form"},
}
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,18})\Z")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,29})(?:\.[0-9]{1,30})?(?:[eE][-+]?[0-9]{1,3})?\Z")

Scalar = Callable[[str], Any]


class Malformed(Exception):
    """Text that no value can be read from, whatever the schema; says which rule it breaks.

    ``pointer`` leads to its place within a body.
    """

    def __init__(self, rule: str, detail: str, pointer: str = "") -> None:
        super().__init__(detail)
        self.rule = rule
        self.detail = detail
        self.pointer = pointer


@dataclass(frozen=True, slots=True)
class Parameter:
    """A declared parameter.

    ``names`` are the keys under which its text is found; ``take`` makes the value out of the texts
    found under each of them, or MISSING.
    """

    name: str
    location: str
    required: bool
    default: Any
    names: tuple[str, ...]
    take: Callable[[Mapping[str, Sequence[str]]], Any]
    validator: Validator

    def read(self, texts: Mapping[str, Sequence[str]], faults: list[Fault]) -> Any:
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

    def _fault(self, rule: str, detail: str) -> Fault:
        return Fault(self.location, f"/{escape(self.name)}", rule, detail)


def compile_parameters(
    document: Document, compiler: Compiler, path_item: str, operation: str
) -> tuple[Parameter, ...]:
    """The parameters of an operation: its own, and those of its path that it does not override."""
    declared: dict[tuple[str, str], tuple[dict[str, Json], str]] = {}
    for owner in (path_item, operation):
        for index, _ in enumerate(document.at(owner).get("parameters") or ()):
            node, pointer = document.follow(f"{owner}/parameters/{index}")
            declared[node["name"], node["in"]] = node, pointer
    return tuple(
        _compile(document, compiler, node, pointer)
        for (name, location), (node, pointer) in declared.items()
        if not (location == "header" and name.lower() in _IGNORED_HEADERS)
    )


def _compile(
    document: Document, compiler: Compiler, node: dict[str, Json], pointer: str
) -> Parameter:
    location = cast(str, node["in"])
    name = cast(str, node["name"])
    key = {"header": str.lower, "path": variable}.get(location, str)(name)
    names, take, schema, place = _reading(document, compiler, node, pointer, key)
    return Parameter(
        name=name,
        location=location,
        required=node.get("required", False) is True,
        default=compiler.default(schema, place),
        names=names,
        take=take,
        validator=compiler.request(schema, place),
    )


def header_reader(
    document: Document, compiler: Compiler, node: dict[str, Json], pointer: str
) -> tuple[Json, str, Scalar]:
    """The schema of a header that is answered, its pointer, and the reader of its text.

    It follows the rules of a header parameter (OpenAPI 3.1, section 4.8.21).
    """
    key = "header"
    as_parameter = {**node, "in": "header"}
    _, take, schema, place = _reading(document, compiler, as_parameter, pointer, key)
    types = compiler.types(schema, place)
    if "content" not in node and not types & {"array", "object"}:
        return schema, place, scalar(types)
    return schema, place, lambda text: take({key: (text,)})


_Take = Callable[[Mapping[str, Sequence[str]]], Any]


def _reading(
    document: Document, compiler: Compiler, node: dict[str, Json], pointer: str, key: str
) -> tuple[tuple[str, ...], _Take, Json, str]:
    """Under which names a value is found, how it is taken, its schema and the schema's pointer."""
    if "content" in node:
        return _content(document, node, pointer, key)
    names, take = _styled(document, compiler, node, pointer, key)
    return names, take, node.get("schema", True), f"{pointer}/schema"


def _content(
    document: Document, node: dict[str, Json], pointer: str, key: str
) -> tuple[tuple[str, ...], _Take, Json, str]:
    (media_type, content), *_ = node["content"].items()
    if not media_type.partition(";")[0].strip().endswith("json"):
        raise ConfigurationError(
            f"a parameter with content of type {media_type} is not supported",
            place=document.place(pointer),
            remedy="Use application/json, or a schema with a style.",
        )
    place = f"{pointer}/content/{escape(media_type)}/schema"
    return (key,), partial(_take_one, key, json_text), content.get("schema", True), place


def _styled(
    document: Document, compiler: Compiler, node: dict[str, Json], pointer: str, key: str
) -> tuple[tuple[str, ...], Callable[..., Any]]:
    location = cast(str, node["in"])
    style = node.get("style", "form" if location in ("query", "cookie") else "simple")
    if style not in _STYLES[location]:
        raise ConfigurationError(
            f"the style {style} is not supported for a parameter in {location}",
            place=document.place(pointer),
            remedy=f"Use {' or '.join(sorted(_STYLES[location]))}.",
        )
    explode = node.get("explode", style == "form") is True
    schema, place = node.get("schema", True), f"{pointer}/schema"
    types = compiler.types(schema, place)
    if "array" in types:
        item = scalar(compiler.item_types(schema, place))
        take = _take_repeated if explode and location == "query" else _take_separated
        return (key,), partial(take, key, item)
    if "object" in types:
        return _object(compiler, key, style=style, explode=explode, schema=schema, place=place)
    return (key,), partial(_take_one, key, scalar(types))


def _object(
    compiler: Compiler, key: str, *, style: str, explode: bool, schema: Json, place: str
) -> tuple[tuple[str, ...], Callable[..., Any]]:
    members: dict[str, Scalar] = {}
    for name, found in compiler.property_places(schema, place).items():
        types = compiler.types(*found)
        if types and types <= {"array", "object", "null"}:
            raise ConfigurationError(
                f"the member {name} is no scalar, and the style {style} has no form for it",
                place=compiler.place(found[1]),
                remedy="Give it a scalar type, or send the parameter as content in "
                "application/json.",
            )
        members[name] = scalar(types)
    if style == "deepObject":
        keys = {f"{key}[{name}]": name for name in members}
        return tuple(keys), partial(_take_members, keys, members)
    if style == "form" and explode:
        keys = {name: name for name in members}
        return tuple(keys), partial(_take_members, keys, members)
    take = _take_exploded_pairs if explode else _take_flat_pairs
    return (key,), partial(take, key, members)


def _single(texts: Mapping[str, Sequence[str]], key: str) -> str | None:
    found = texts.get(key)
    if found is None:
        return None
    if len(found) > 1:
        raise Malformed("single", "may be given only once")
    return found[0]


def _take_one(key: str, read: Scalar, texts: Mapping[str, Sequence[str]]) -> Any:
    text = _single(texts, key)
    return MISSING if text is None else read(decoded(text))


def _take_repeated(key: str, read: Scalar, texts: Mapping[str, Sequence[str]]) -> Any:
    found = texts.get(key)
    return MISSING if found is None else [read(decoded(text)) for text in found]


def _take_separated(key: str, read: Scalar, texts: Mapping[str, Sequence[str]]) -> Any:
    text = _single(texts, key)
    if text is None:
        return MISSING
    return [read(decoded(part)) for part in _split(text)] if text else []


def _take_members(
    keys: Mapping[str, str], members: Mapping[str, Scalar], texts: Mapping[str, Sequence[str]]
) -> Any:
    found = {name: _single(texts, key) for key, name in keys.items()}
    given = {name: text for name, text in found.items() if text is not None}
    if not given:
        return MISSING
    return {name: members[name](decoded(text)) for name, text in given.items()}


def _take_flat_pairs(
    key: str, members: Mapping[str, Scalar], texts: Mapping[str, Sequence[str]]
) -> Any:
    text = _single(texts, key)
    if text is None:
        return MISSING
    parts = _split(text)
    if len(parts) % 2:
        raise Malformed("style", "must be a list of names and values")
    return _pairs(zip(parts[::2], parts[1::2], strict=True), members)


def _take_exploded_pairs(
    key: str, members: Mapping[str, Scalar], texts: Mapping[str, Sequence[str]]
) -> Any:
    text = _single(texts, key)
    if text is None:
        return MISSING
    pairs = [map(type(text), part.partition("=")[::2]) for part in _split(text)]
    return _pairs(pairs, members)


def _pairs(pairs: Any, members: Mapping[str, Scalar]) -> dict[str, Any]:
    taken: dict[str, Any] = {}
    for written, text in pairs:
        name = decoded(written)
        if name in taken:
            raise Malformed("single", "may name each member only once")
        taken[name] = members.get(name, str)(decoded(text))
    return taken


def _split(text: str) -> list[str]:
    """The parts between commas, without spaces around them, and still encoded if the text is."""
    kind = type(text)
    return [kind(part.strip(" ")) for part in text.split(",")]


def fresh(default: Any) -> Any:
    """A default for one request: what its handler does with it does not reach the next."""
    return copy.deepcopy(default) if type(default) in (dict, list) else default


def scalar(types: frozenset[str]) -> Scalar:
    """The reader of a text whose schema admits these types."""
    readers: list[Callable[[str], Any]] = []
    if "integer" in types:
        readers.append(_integer)
    if "number" in types:
        readers.append(_number)
    if "boolean" in types:
        readers.append(_boolean)
    if not readers:
        return str
    return readers[0] if len(readers) == 1 else partial(_first, tuple(readers))


def _first(readers: tuple[Callable[[str], Any], ...], text: str) -> Any:
    return next((value for read in readers if (value := read(text)) is not text), text)


def _integer(text: str) -> Any:
    if not _INTEGER.match(text):
        return text
    value = int(text)
    return value if -(2**63) <= value < 2**63 else text


def _number(text: str) -> Any:
    if not _NUMBER.match(text):
        return text
    value = float(text)
    return text if value in (float("inf"), float("-inf")) else value


def _boolean(text: str) -> Any:
    return {"true": True, "false": False}.get(text, text)


def json_text(text: str) -> Any:
    """The value of a text that is JSON. Raises Malformed."""
    try:
        return decode_json(text.encode())
    except NotJson as error:
        raise Malformed("json", f"must be JSON: {error}") from None


class Encoded(str):
    """Text still percent-encoded, as a query has it."""

    __slots__ = ()


def decoded(text: str) -> str:
    """The text, percent-decoded if it is still encoded. Raises Malformed."""
    if type(text) is not Encoded:
        return text
    try:
        plain = unquote_to_bytes(text.replace("+", " ").encode("ascii")).decode()
    except UnicodeError:
        raise Malformed("encoding", "must be percent-encoded UTF-8") from None
    if "\0" in plain:
        raise Malformed("encoding", "must not hold NUL")
    return plain


class Reader:
    """Reads all parameters of one operation out of a request.

    ``beside`` are the names that a query may hold beside them.
    """

    __slots__ = ("_by_location", "_cookies", "_headers", "_paths", "_queries", "_query_names")

    def __init__(self, parameters: Sequence[Parameter], beside: Sequence[str] = ()) -> None:
        self._paths, self._queries, self._headers, self._cookies = (
            tuple(p for p in parameters if p.location == location) for location in LOCATIONS
        )
        self._query_names = frozenset((*beside, *(name for p in self._queries for name in p.names)))

    def path(self, values: Mapping[str, str], faults: list[Fault]) -> dict[str, Any]:
        """The path parameters by name, from the decoded segments of the route."""
        texts = {name: (text,) for name, text in values.items()}
        return _given((p.name, p.read(texts, faults)) for p in self._paths)

    def query(self, text: str, faults: list[Fault]) -> dict[str, Any]:
        """The query parameters by name; an undeclared one is a fault."""
        texts: dict[str, list[str]] = {}
        if text:
            texts = _split_query(text, faults)
            faults += [
                Fault("query", f"/{escape(name[:64])}", "declared", "is not declared")
                for name in texts
                if name not in self._query_names
            ]
        return _given((p.name, p.read(texts, faults)) for p in self._queries)

    def headers(self, environ: Mapping[str, Any], faults: list[Fault]) -> dict[str, Any]:
        """The declared header parameters by name."""
        if not self._headers:
            return {}
        texts: dict[str, tuple[str, ...]] = {}
        for parameter in self._headers:
            name = parameter.names[0]
            found = environ.get("HTTP_" + name.upper().replace("-", "_"))
            if found is not None:
                texts[name] = (found.strip(" \t"),)
        return _given((p.name, p.read(texts, faults)) for p in self._headers)

    def cookies(self, environ: Mapping[str, Any], faults: list[Fault]) -> dict[str, Any]:
        """The declared cookie parameters by name."""
        if not self._cookies:
            return {}
        texts: dict[str, list[str]] = {}
        for pair in environ.get("HTTP_COOKIE", "").split(";"):
            name, _, text = pair.strip(" \t").partition("=")
            texts.setdefault(name, []).append(Encoded(text.replace("+", "%2B")))
        return _given((p.name, p.read(texts, faults)) for p in self._cookies)


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
