"""What an operation promises: for each status its media types, headers and bodies, compiled."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from typing import Any

from tenor import media_types
from tenor.document import Document, Json, escape
from tenor.errors import ConfigurationError
from tenor.headers import HeaderPromise, compile_headers, fills_of
from tenor.media_types import MediaType
from tenor.problems import Fault
from tenor.representations import Family, family_of, range_family
from tenor.schemas import MAX_FAULTS, Compiler, Validator
from tenor.sight import sees_all

BODILESS = frozenset((204, 205, 304))
"""The statuses whose answers have no content (RFC 9110, sections 15.3.5, 15.3.6, 15.4.5)."""


def failures(base: str, violation: str = "0" * 32) -> tuple[Json, ...]:
    """The line that ends a stream which broke off, whole and bare."""
    bare = {
        "type": f"{base}contract-violation",
        "title": "The server was about to break its contract",
        "status": 500,
    }
    return {**bare, "violation": violation}, bare


class Bodies:
    """Bodies that kept a promise: the same bytes keep it again.

    What is read often is judged once. A body is found by a sample of its bytes, and compared whole,
    which takes a small part of the time of a hash. At most ``BYTES_KEPT`` are held, and it begins
    anew when full.
    """

    __slots__ = ("_known", "_length")

    def __init__(self) -> None:
        self._known: dict[bytes, bytes] = {}
        self._length = 0

    def holds(self, body: bytes) -> bool:
        """Whether the same bytes were judged before."""
        return self._known.get(body[:: 1 + len(body) // 64]) == body

    def __len__(self) -> int:
        return sum(map(len, self._known.values()))

    def add(self, body: bytes) -> None:
        """Remember a body that was judged, unless it is a large one."""
        length = len(body)
        if length > BYTES_KEPT // 4:
            return
        self._length += length
        if self._length > BYTES_KEPT:
            self._known = {}
            self._length = length
        self._known[body[:: 1 + length // 64]] = body


BYTES_KEPT = 524_288
"""Bytes of bodies that are remembered for one media type of one status."""


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
    kept: Bodies = field(default_factory=Bodies, compare=False)

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
        found = (f for i, line in lines for f in self.validator.faults(line, "body", f"/{i}"))
        return tuple(islice(found, MAX_FAULTS))

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
        wire = _wire(essence, media_type.without("charset"), family)
        return replace(self, family=family, wire=wire, kept=Bodies())


@dataclass(frozen=True, slots=True)
class Promise:
    """What one declared status promises.

    ``headers`` is keyed by the declared spelling and by its lower case; ``fills`` are the headers
    that the engine adds when nobody gave them, as (lower case, name, value); None stands for
    the request's own id, and comes last. ``required`` are those that somebody has to give.
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
            declared[status] = compiler.once(
                ("promise", status, pointer, varies),
                partial(compile_promise, document, compiler, status, node, pointer, varies=varies),
            )
    return Promises(name, document.place(responses), declared, is_head)


def compile_promise(
    document: Document,
    compiler: Compiler,
    status: str,
    node: Mapping[str, Json],
    pointer: str,
    *,
    varies: bool,
) -> Promise:
    """The promise of the response at a pointer, for one status."""
    content_nodes: dict[str, Json] = node.get("content") or {}
    places = {name: f"{pointer}/content/{escape(name)}" for name in content_nodes}
    contents = {
        name: compiler.once(
            ("content", place), partial(_compile_content, document, compiler, name, place)
        )
        for name, place in places.items()
    }
    headers = compile_headers(document, compiler, node, pointer)
    by_request = sorted(
        fills_of(document, headers, varies=varies), key=lambda fill: fill[2] is None
    )
    fills = tuple(by_request)
    return Promise(
        status=status,
        place=document.place(pointer),
        contents=contents,
        headers={key: header for header in headers for key in (header.name, header.key)},
        required=frozenset(h.key for h in headers if h.required) - {key for key, *_ in fills},
        fills=fills,
    )


def _compile_content(
    document: Document, compiler: Compiler, name: str, pointer: str
) -> ContentPromise:
    media_type, family = family_for(document, name, pointer)
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


def family_for(document: Document, name: str, pointer: str) -> tuple[MediaType, Family]:
    """The media type of the content at a pointer, and the family that judges it.

    Raises ConfigurationError for what is no media type, has no validator, or is not in UTF-8.
    """
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
    return media_type, family


def _wire(name: str, media_type: MediaType, family: Family) -> str:
    """The Content-Type that is sent for a media type."""
    needs_charset = family.charset and not media_type.charset
    return f"{name}; charset={family.charset}" if needs_charset else name
