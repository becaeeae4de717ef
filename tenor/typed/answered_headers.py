"""Headers of answers: what a handler has to give with a status, and what it may."""

from collections.abc import Mapping
from dataclasses import replace

from tenor import media_types
from tenor.document import UNIVERSAL_HEADERS, Document, Json, escape
from tenor.headers import TRANSPORT_HEADERS, HeaderPromise, compile_headers, fills_of
from tenor.promises import BODILESS
from tenor.schemas import Compiler
from tenor.typed.definitions import NEVER, Definitions, Entry, Fields
from tenor.typed.expressions import TEXT, Expression, Generic, Name, choice, list_of, literal
from tenor.typed.kinds import Kinds, ListOf, Literals, Scalar
from tenor.typed.names import Names, class_name

CONTENT_TYPE = "Content-Type"


class HeaderTypes:
    """Makes the types of headers, one for all responses that promise the same."""

    def __init__(self, document: Document, definitions: Definitions, names: Names) -> None:
        self._document = document
        self._definitions = definitions
        self._names = names
        self._compiler = Compiler(document)
        self._compiled: dict[str, list[HeaderPromise]] = {}
        self._made: dict[tuple[str, tuple[Entry, ...]], Expression] = {}
        universal: Mapping[str, Json] = document.raw.get(UNIVERSAL_HEADERS) or {}
        self._universal = {name.lower() for name in universal}

    def type_of(
        self, status: str, pointer: str, base: str, *, varies: bool
    ) -> tuple[Expression, bool]:
        """The type of the headers of the response at a pointer, and whether one is required."""
        headers = self._headers(pointer)
        filled = {key for key, *_ in fills_of(self._document, headers, varies=varies)}
        content = self._content_type(status, pointer)
        entries = tuple(
            self._entry(h, pointer, is_required=h.required and h.key not in filled)
            for h in headers
            if h.key not in TRANSPORT_HEADERS
        )
        own = any(entry.key.lower() not in self._universal for entry in entries)
        wanted = base if own else _usual_name(self._contents(status, pointer))
        entries = (*entries, *content)
        return self._named(f"{wanted}Headers", entries), any(e.is_required for e in entries)

    def _headers(self, pointer: str) -> list[HeaderPromise]:
        if pointer not in self._compiled:
            node = self._document.at(pointer)
            self._compiled[pointer] = compile_headers(self._document, self._compiler, node, pointer)
        return self._compiled[pointer]

    def _named(self, wanted: str, entries: tuple[Entry, ...]) -> Expression:
        if not entries:
            return Generic("dict", (TEXT, NEVER))
        key = wanted, entries
        if key not in self._made:
            name = self._names.take(wanted)
            read = tuple(replace(entry, is_read_only=True) for entry in entries)
            self._made[key] = self._definitions.add(Fields(name, read, NEVER))
        return self._made[key]

    def _entry(self, header: HeaderPromise, pointer: str, *, is_required: bool) -> Entry:
        node, _ = self._document.follow(f"{pointer}/headers/{escape(header.name)}")
        if "content" in node:  # it is JSON, written by the handler
            return Entry(header.name, TEXT, is_required)
        kinds = self._definitions.kinds
        value = _value(kinds.unfolded(kinds.of(node.get("schema", True))))
        if header.may_repeat and value == TEXT:
            value = choice((TEXT, list_of(TEXT)))
        return Entry(header.name, value, is_required)

    def _contents(self, status: str, pointer: str) -> list[str]:
        names: Mapping[str, Json] = self._document.at(pointer).get("content") or {}
        return [] if status.isdigit() and int(status) in BODILESS else list(names)

    def _content_type(self, status: str, pointer: str) -> tuple[Entry, ...]:
        """What a handler may say of the media type; it has to where nobody else can tell."""
        names = self._contents(status, pointer)
        if not names:
            return ()
        ranges = [parsed for parsed in map(media_types.parse, names) if parsed and parsed.is_range]
        if not ranges:
            return (Entry(CONTENT_TYPE, literal(*names), is_required=False),)
        unknown = all(each.type not in ("*", "application", "text") for each in ranges)
        return (Entry(CONTENT_TYPE, TEXT, is_required=unknown and len(ranges) == len(names)),)


def _value(kinds: Kinds) -> Expression:
    """The type of a header's value: text, a number where it is one, a few texts where it is."""
    texts = [v for k in kinds if isinstance(k, Literals) for v in k.values if isinstance(v, str)]
    if texts and all(isinstance(kind, Literals) for kind in kinds):
        return literal(*texts)
    members: list[Expression] = [TEXT]
    if Scalar("int") in kinds or any(isinstance(kind, Literals) for kind in kinds):
        members.append(Name("int"))
    if any(isinstance(kind, ListOf) for kind in kinds):
        members.append(list_of(TEXT))
    return choice(members)


def _usual_name(contents: list[str]) -> str:
    """The name of headers that every answer in these media types may have."""
    parsed = [media_types.parse(name) for name in contents]
    words = [
        class_name(each.subtype if each.subtype != "*" else each.type) for each in parsed if each
    ]
    return "Or".join(dict.fromkeys(words)) or "Bodiless"
