"""What an operation promises: for each status its media types, headers and bodies, compiled."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

from tenor import media_types
from tenor.document import UNIVERSAL_HEADERS, Document, Json, escape
from tenor.errors import ConfigurationError
from tenor.media_types import MediaType
from tenor.parameters import Malformed, Scalar, header_reader
from tenor.problems import Fault
from tenor.representations import Family, family_of, range_family
from tenor.schemas import MISSING, Compiler, Validator
from tenor.sight import sees_all

TRANSPORT_HEADERS = frozenset(
    ("date", "server", "connection", "keep-alive", "content-length", "transfer-encoding")
)
"""The headers that belong to the connection and not to the contract."""

_LISTS = frozenset(
    (
        "accept",
        "accept-encoding",
        "accept-language",
        "accept-patch",
        "accept-post",
        "accept-ranges",
        "allow",
        "alt-svc",
        "access-control-allow-headers",
        "access-control-allow-methods",
        "access-control-expose-headers",
        "cache-control",
        "clear-site-data",
        "content-encoding",
        "content-language",
        "content-security-policy",
        "content-security-policy-report-only",
        "link",
        "preference-applied",
        "pragma",
        "proxy-authenticate",
        "ratelimit",
        "ratelimit-policy",
        "server-timing",
        "trailer",
        "upgrade",
        "vary",
        "via",
        "warning",
        "www-authenticate",
    )
)
"""The headers that are lists by their own definition, so that each may have several lines."""

BODILESS = frozenset((204, 205, 304))
"""The statuses whose answers have no content (RFC 9110, sections 15.3.5, 15.3.6, 15.4.5)."""

REQUEST_ID = "X-Request-Id"


def failures(base: str, violation: str = "0" * 32) -> tuple[Json, ...]:
    """The line that ends a stream which broke off, whole and bare."""
    bare = {
        "type": f"{base}contract-violation",
        "title": "The server was about to break its contract",
        "status": 500,
    }
    return {**bare, "violation": violation}, bare


@dataclass(frozen=True, slots=True)
class ContentPromise:
    """One media type of a status; ``wire`` is the Content-Type that is sent for it.

    ``sees_all``: the validator looks at the whole of a value, so that one that it accepts is known
    to be written as it was judged.
    """

    name: str
    media_type: MediaType
    family: Family
    validator: Validator
    sees_all: bool
    wire: str

    @property
    def is_settled_by_value(self) -> bool:
        """Whether a value that is accepted need not be judged again as it is written."""
        return self.sees_all and not self.family.must_parse

    def accepts(self, value: Any) -> bool:
        """Whether a value fits the schema; of a list of lines, each of them."""
        if not self.family.has_schema:
            return True
        accepts = self.validator.accepts
        return all(map(accepts, value)) if self.family.by_line else accepts(value)

    def faults(self, value: Any) -> tuple[Fault, ...]:
        """What is wrong with a value that is not accepted."""
        if not self.family.by_line:
            return self.validator.faults(value, "body")
        lines = enumerate(value)
        return tuple(f for i, line in lines for f in self.validator.faults(line, "body", f"/{i}"))

    def may_stream(self, length: int | None, failures: Sequence[Json]) -> bool:
        """Whether a client can tell the end of a stream from a failure.

        By a line that says so, if the schema has one; else by the Content-Length that is missed.
        """
        if self.family.by_line:
            return any(self.accepts([sample]) for sample in failures)
        return self.family.streams and length is not None

    def as_sent(self, media_type: MediaType) -> "ContentPromise | None":
        """This promise for one media type of its range; None for one without a validator."""
        if not self.media_type.is_range:
            return self
        family = family_of(media_type)
        if family is None:
            return None
        essence = media_type.essence
        return replace(
            self, family=family, wire=_wire(essence, media_type.without("charset"), family)
        )


@dataclass(frozen=True, slots=True)
class HeaderPromise:
    """One header of a status; ``key`` is its name in lower case.

    ``default`` is what its schema says stands for it, if anything. ``is_list``: lines of the same
    name are one value together.
    """

    name: str
    key: str
    place: str
    required: bool
    default: str | None
    is_list: bool
    read: Scalar
    validator: Validator

    @property
    def may_repeat(self) -> bool:
        """Whether it may have several lines (RFC 9110, section 5.3)."""
        return self.is_list or self.key == "set-cookie"

    def accepts(self, text: str) -> bool:
        """Whether the text keeps what is declared."""
        try:
            return self.validator.accepts(self.read(text))
        except Malformed:
            return False

    def accepts_lines(self, texts: Sequence[str]) -> bool:
        """Whether all its lines do: one value together, but for ``Set-Cookie``."""
        if len(texts) == 1 or self.is_list:
            return self.accepts(", ".join(texts))
        return all(map(self.accepts, texts))


@dataclass(frozen=True, slots=True)
class Promise:
    """What one declared status promises.

    ``headers`` is keyed by the declared spelling and by its lower case; ``fills`` are the headers
    that the engine adds when nobody gave them, as (lower case, name, value); None stands for
    the request's own id.
    """

    status: str
    place: str
    contents: Mapping[str, ContentPromise]
    headers: Mapping[str, HeaderPromise]
    required: frozenset[str]
    fills: tuple[tuple[str, str, str | None], ...]

    def content_for(self, media_type: MediaType) -> ContentPromise | None:
        """The declared content that describes a sent media type; the most specific one."""
        fitting = [c for c in self.contents.values() if c.media_type.describes(media_type)]
        if not fitting:
            return None
        return max(fitting, key=lambda c: c.media_type.specificity).as_sent(media_type)


@dataclass(slots=True)
class Promises:
    """The promises of one speaker: an operation, the unrouted rest, or the engine itself.

    ``is_head``: it is an operation of its own for HEAD, which describes content and has none.
    """

    name: str
    place: str
    declared: Mapping[str, Promise]
    is_head: bool = False
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
    document: Document,
    compiler: Compiler,
    responses: str,
    *,
    name: str,
    varies: bool = False,
    is_head: bool = False,
) -> Promises:
    """The promises of the responses at a pointer; ``varies`` adds ``Vary: Accept`` if declared."""
    declared: dict[str, Promise] = {}
    owner, _, key = responses.rpartition("/")
    for status in document.at(owner).get(key) or ():
        if not status.startswith("x-"):
            node, pointer = document.follow(f"{responses}/{status}")
            declared[status] = _compile(document, compiler, status, node, pointer, varies=varies)
    return Promises(name, document.place(responses), declared, is_head)


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
        headers={key: header for header in headers for key in (header.name, header.key)},
        required=frozenset(h.key for h in headers if h.required and not _is_transport(h)),
        fills=tuple(_fills(document, headers, varies=varies)),
    )


def _is_transport(header: HeaderPromise) -> bool:
    """Whether the engine or the server gives it, after the judgement."""
    return header.key in TRANSPORT_HEADERS


def _compile_content(
    document: Document, compiler: Compiler, name: str, pointer: str
) -> ContentPromise:
    media_type = media_types.parse(name)
    if media_type is None:
        raise ConfigurationError(
            f"{name} is no media type",
            place=document.place(pointer),
            remedy="Write one like application/json, or a range of them.",
        )
    family = range_family if media_type.is_range else family_of(media_type)
    if family is None:
        raise ConfigurationError(
            f"the media type {name} has no validator",
            place=document.place(pointer),
            remedy="Register one with tenor.representations.register, or declare another type.",
        )
    if media_type.charset not in ("", "utf-8"):
        raise ConfigurationError(
            f"the media type {name} is not in UTF-8",
            place=document.place(pointer),
            remedy="Leave the charset out: text is sent in UTF-8.",
        )
    schema = document.at(pointer).get("schema", True)
    validator = compiler.response(schema, f"{pointer}/schema")
    return ContentPromise(
        name=name,
        media_type=media_type,
        family=family,
        validator=validator,
        sees_all=sees_all(validator.schema),
        wire=_wire(name, media_type, family),
    )


def _wire(name: str, media_type: MediaType, family: Family) -> str:
    """The Content-Type that is sent for a media type."""
    needs_charset = family.charset and not media_type.charset
    return f"{name}; charset={family.charset}" if needs_charset else name


def _compile_header(
    document: Document, compiler: Compiler, name: str, pointer: str
) -> HeaderPromise:
    node, place = document.follow(pointer)
    schema, schema_place, read = header_reader(document, compiler, node, place)
    default = compiler.default(schema, schema_place)
    if default is MISSING and isinstance(schema, dict):
        default = cast(dict[str, Json], schema).get("const", MISSING)
    key = name.lower()
    return HeaderPromise(
        name=name,
        key=key,
        place=document.place(schema_place),
        required=node.get("required", False) is True,
        default=None if default is MISSING else _text(default),
        is_list=key in _LISTS or "array" in compiler.types(schema, schema_place),
        read=read,
        validator=compiler.response(schema, schema_place),
    )


def _text(value: Json) -> str:
    """A value as a header has it."""
    return value if isinstance(value, str) else json.dumps(value)


def _fills(
    document: Document, headers: Iterable[HeaderPromise], *, varies: bool
) -> Iterable[tuple[str, str, str | None]]:
    """The headers that the engine adds to an answer of this status."""
    universal_nodes: dict[str, Json] = document.raw.get(UNIVERSAL_HEADERS) or {}
    universal = {name.lower() for name in universal_nodes}
    for header in headers:
        key = header.key
        if key == REQUEST_ID.lower():
            yield key, header.name, None
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
