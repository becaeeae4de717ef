"""What an operation promises: for each status its media types, headers and bodies, compiled."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, cast

from tenor import media_types
from tenor.document import UNIVERSAL_HEADERS, Document, Json, escape
from tenor.errors import ConfigurationError
from tenor.media_types import MediaType
from tenor.parameters import Malformed, Scalar, scalar
from tenor.problems import Fault
from tenor.representations import Family, family_of
from tenor.schemas import MISSING, Compiler, Validator

TRANSPORT_HEADERS = frozenset(
    ("date", "server", "connection", "keep-alive", "content-length", "transfer-encoding")
)
"""The headers that belong to the connection and not to the contract."""

BODILESS = frozenset((204, 205, 304))
"""The statuses whose answers have no content (RFC 9110, sections 15.3.5, 15.3.6, 15.4.5)."""

REQUEST_ID = "X-Request-Id"

FAILURES = (
    {
        "type": "/problems/contract-violation",
        "title": "The server was about to break its contract",
        "status": 500,
        "violation": "0" * 32,
    },
    {
        "type": "/problems/contract-violation",
        "title": "The server was about to break its contract",
        "status": 500,
    },
)
"""The line that ends a stream which broke off, whole and bare; its type and violation vary."""


@dataclass(frozen=True, slots=True)
class ContentPromise:
    """One media type of a status; ``wire`` is the Content-Type that is sent for it."""

    name: str
    media_type: MediaType
    family: Family
    validator: Validator
    judges_schema: bool
    wire: str

    def accepts(self, value: Any) -> bool:
        """Whether a value fits the schema; of a list of lines, each of them."""
        if not self.judges_schema:
            return True
        accepts = self.validator.accepts
        return all(map(accepts, value)) if self.family.by_line else accepts(value)

    def faults(self, value: Any) -> tuple[Fault, ...]:
        """What is wrong with a value that is not accepted."""
        if not self.family.by_line:
            return self.validator.faults(value, "body")
        lines = enumerate(value)
        return tuple(f for i, line in lines for f in self.validator.faults(line, "body", f"/{i}"))

    def may_stream(self, length: int | None) -> bool:
        """Whether a client can tell the end of a stream from a failure.

        By a line that says so, if the schema has one; else by the Content-Length that is missed.
        """
        if self.family.by_line:
            return any(self.accepts([sample]) for sample in FAILURES)
        return self.family.streams and length is not None


@dataclass(frozen=True, slots=True)
class HeaderPromise:
    """One header of a status; ``default`` is what its schema says stands for it, if anything."""

    name: str
    place: str
    required: bool
    default: str | None
    read: Scalar
    validator: Validator

    def accepts(self, text: str) -> bool:
        """Whether the text keeps what is declared."""
        try:
            return self.validator.accepts(self.read(text))
        except Malformed:
            return False


@dataclass(frozen=True, slots=True)
class Promise:
    """What one declared status promises.

    ``headers`` is keyed by the declared spelling and by its lower case; ``fills`` are the headers
    that the engine adds when nobody gave them, as (lower case, name, value); an empty value
    stands for the request's own id.
    """

    status: str
    place: str
    contents: Mapping[str, ContentPromise]
    headers: Mapping[str, HeaderPromise]
    required: frozenset[str]
    fills: tuple[tuple[str, str, str], ...]

    def content_for(self, media_type: MediaType) -> ContentPromise | None:
        """The declared content that describes a sent media type; the most specific one."""
        fitting = [c for c in self.contents.values() if c.media_type.describes(media_type)]
        return max(fitting, key=lambda c: c.media_type.specificity, default=None)


@dataclass(slots=True)
class Promises:
    """The promises of one speaker: an operation, the unrouted rest, or the engine itself."""

    name: str
    place: str
    declared: Mapping[str, Promise]
    _by_status: dict[int, Promise | None] = field(default_factory=dict[int, Promise | None])

    def of(self, status: int) -> Promise | None:
        """The promise for a status: exact, then its range, then ``default``."""
        try:
            return self._by_status[status]
        except KeyError:
            keys = (str(status), f"{status // 100}XX", "default")
            found = next((self.declared[key] for key in keys if key in self.declared), None)
            if 100 <= status <= 599:
                self._by_status[status] = found
            return found

    def offered(self) -> tuple[str, ...]:
        """The media types of success, in the document's order."""
        names = [n for s, p in self.declared.items() if s.startswith("2") for n in p.contents]
        return tuple(dict.fromkeys(names))

    def listed(self) -> str:
        """The declared statuses, for a message."""
        return ", ".join(self.declared) or "nothing"


def compile_promises(
    document: Document, compiler: Compiler, responses: str, *, name: str, varies: bool = False
) -> Promises:
    """The promises of the responses at a pointer; ``varies`` adds ``Vary: Accept`` if declared."""
    declared: dict[str, Promise] = {}
    for status in document.at(responses):
        if not status.startswith("x-"):
            node, pointer = document.follow(f"{responses}/{status}")
            declared[status] = _compile(document, compiler, status, node, pointer, varies=varies)
    return Promises(name, document.place(responses), declared)


def _compile(
    document: Document,
    compiler: Compiler,
    status: str,
    node: Mapping[str, Json],
    pointer: str,
    *,
    varies: bool,
) -> Promise:
    content_nodes: dict[str, Json] = node.get("content") or {}
    contents = {
        name: _compile_content(document, compiler, name, f"{pointer}/content/{escape(name)}")
        for name in content_nodes
    }
    header_nodes: dict[str, Json] = node.get("headers") or {}
    headers = [
        _compile_header(document, compiler, name, f"{pointer}/headers/{escape(name)}")
        for name in header_nodes
        if name.lower() != "content-type"
    ]
    return Promise(
        status=status,
        place=document.place(pointer),
        contents=contents,
        headers={key: header for header in headers for key in (header.name, header.name.lower())},
        required=frozenset(h.name.lower() for h in headers if h.required),
        fills=tuple(_fills(document, headers, varies=varies)),
    )


def _compile_content(
    document: Document, compiler: Compiler, name: str, pointer: str
) -> ContentPromise:
    media_type = media_types.parse(name)
    family = family_of(media_type) if media_type is not None else None
    if media_type is None or family is None:
        raise ConfigurationError(
            f"the media type {name} has no validator",
            place=document.place(pointer),
            remedy="Register one with tenor.representations.register, or declare another type.",
        )
    schema = document.at(pointer).get("schema", True)
    needs_charset = family.charset and not media_type.charset
    return ContentPromise(
        name=name,
        media_type=media_type,
        family=family,
        validator=compiler.response(schema, f"{pointer}/schema"),
        judges_schema=family.name != "binary" and schema is not True,
        wire=f"{name}; charset={family.charset}" if needs_charset else name,
    )


def _compile_header(
    document: Document, compiler: Compiler, name: str, pointer: str
) -> HeaderPromise:
    node, place = document.follow(pointer)
    schema = node.get("schema", True)
    schema_place = f"{place}/schema"
    default = compiler.default(schema, schema_place)
    if default is MISSING and isinstance(schema, dict):
        default = cast(dict[str, Json], schema).get("const", MISSING)
    return HeaderPromise(
        name=name,
        place=document.place(schema_place),
        required=node.get("required", False) is True,
        default=None if default is MISSING else str(default),
        read=_reader(compiler, schema, schema_place),
        validator=compiler.response(schema, schema_place),
    )


def _reader(compiler: Compiler, schema: Json, place: str) -> Scalar:
    """The reader of a header's text: an array is a list with commas (RFC 9110, section 5.6.1)."""
    types = compiler.types(schema, place)
    if "array" in types:
        return partial(_items, scalar(compiler.item_types(schema, place)))
    return scalar(types)


def _items(read: Scalar, text: str) -> list[Any]:
    return [read(part.strip(" \t")) for part in text.split(",")] if text else []


def _fills(
    document: Document, headers: Iterable[HeaderPromise], *, varies: bool
) -> Iterable[tuple[str, str, str]]:
    """The headers that the engine adds to an answer of this status."""
    universal_nodes: dict[str, Json] = document.raw.get(UNIVERSAL_HEADERS) or {}
    universal = {name.lower() for name in universal_nodes}
    for header in headers:
        key = header.name.lower()
        if key == REQUEST_ID.lower():
            yield key, header.name, ""
        elif key == "vary" and varies:
            yield key, header.name, "Accept"
        elif key in universal and header.default is not None:
            if not header.accepts(header.default):
                raise ConfigurationError(
                    f"the default of {header.name} breaks its own schema",
                    place=header.place,
                    remedy="Correct the default or the schema.",
                )
            yield key, header.name, header.default
