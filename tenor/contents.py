"""Contents: how the content of each media type is read, and held to what its schema says.

How a declared media type is read is decided at start, and so is what each type of a declared range
would be; what nobody can read or hold to its schema is refused there.
"""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache, partial
from typing import Any, cast
from xml.parsers import expat

from werkzeug.datastructures import FileStorage

from tenor import media_types
from tenor.document import Document, Json
from tenor.errors import ConfigurationError
from tenor.forms import Fields, decode_form, decode_multipart, fields_of
from tenor.media_types import MediaType
from tenor.problems import Fault
from tenor.representations import Family, Unreadable, family_of
from tenor.scalars import Malformed, Scalar, scalar
from tenor.schemas import MISSING, Compiler, Validator
from tenor.shapes import SCALARS, Shape
from tenor.strict_json import NotJson, decode_json

Decoder = Callable[[bytes, MediaType], Any]

UTF_8 = ("", "utf-8", "utf8", "us-ascii", "ascii")
"""The charsets that are read, all of them as UTF-8."""


@dataclass(frozen=True, slots=True)
class Content:
    """How content is read, and what it is held to.

    ``is_self_delimiting``: what is cut off is not well-formed. ``holds_bytes``: its value is bytes
    or files, or has them; ``longest`` is the greatest length of them that the schema speaks of.
    """

    decode: Decoder
    validator: Validator
    is_self_delimiting: bool = False
    holds_bytes: bool = False
    longest: int = 0

    def take(self, content: bytes, sent: MediaType, faults: list[Fault]) -> Any:
        """The value of the content, or MISSING; what is wrong with it is added to the faults."""
        try:
            value = self.decode(content, sent)
        except Malformed as error:
            faults.append(Fault("body", error.pointer, error.rule, error.detail))
            return MISSING
        visible = _visible(value, self.longest) if self.holds_bytes else value
        if not self.validator.accepts(visible):
            faults.extend(self.validator.faults(visible, "body"))
        return value


@dataclass(frozen=True, slots=True)
class Offer:
    """A media type that an operation takes, or a range of them.

    ``content_for`` says how what is sent is read, None for what nobody can read.
    """

    media_type: MediaType
    content_for: Callable[[MediaType], Content | None]


class Syntax(Enum):
    """What content may be read as; ``PARTS`` is multipart content that is no form."""

    JSON = "json"
    FORM = "form"
    MULTIPART = "multipart"
    PARTS = "parts"
    XML = "xml"
    LINES = "lines"
    TEXT = "text"
    BYTES = "bytes"
    REGISTERED = "registered"


@lru_cache(maxsize=1024)
def _syntax_of(kind: str, subtype: str) -> Syntax:
    """The syntax of a media type."""
    media_type = MediaType(kind, subtype, frozenset())
    if media_type.is_json:
        return Syntax.JSON
    if kind == "multipart":
        return Syntax.MULTIPART if subtype == "form-data" else Syntax.PARTS
    if media_type.essence == "application/x-www-form-urlencoded":
        return Syntax.FORM
    if media_type.is_xml:
        return Syntax.XML
    family = family_of(media_type)
    if family is None or not family.has_schema:
        return Syntax.BYTES
    if family.by_line:
        return Syntax.LINES
    return Syntax.TEXT if family.name in ("text", "html") else Syntax.REGISTERED


def compile_offer(document: Document, compiler: Compiler, name: str, pointer: str) -> Offer:
    """What the content at a pointer takes, by the name of its media type.

    Raises ConfigurationError for what is no media type, for what is not in UTF-8, and for a schema
    that nothing in this media type can be held to.
    """
    media_type = _media_type(document, name, pointer)
    node = cast(Mapping[str, Json], document.at(pointer))
    shape = compiler.shape(node.get("schema", True), f"{pointer}/schema")
    said = _Said(document, compiler, name, pointer, node, shape)
    if media_type.is_range:
        return Offer(media_type, _by_sent_type(said, media_type))
    content = _content(said, media_type)
    return Offer(media_type, lambda _sent: content)


def _media_type(document: Document, name: str, pointer: str) -> MediaType:
    media_type = media_types.parse(name)
    if media_type is None or ("*" in media_type.subtype and not media_type.is_range):
        raise ConfigurationError(
            f"{name} is no media type",
            place=document.place(pointer),
            remedy="Write one like application/json, or a range of them.",
        )
    if media_type.charset not in UTF_8:
        raise ConfigurationError(
            f"the media type {name} is not in UTF-8",
            place=document.place(pointer),
            remedy="Leave the charset out: text is taken in UTF-8.",
        )
    return media_type.without("charset")


@dataclass(frozen=True, slots=True)
class _Said:
    """What the contract says of one content."""

    document: Document
    compiler: Compiler
    name: str
    pointer: str
    node: Mapping[str, Json]
    shape: Shape

    @property
    def validator(self) -> Validator:
        return self.compiler.request(self.shape.schema, self.shape.pointer)

    @property
    def is_of_bytes(self) -> bool:
        return self.shape.is_bytes and not self.shape.is_text

    def refusal(self, found: str, remedy: str, *, pointer: str = "") -> ConfigurationError:
        place = self.document.place(pointer or self.shape.pointer)
        return ConfigurationError(found, place=place, remedy=remedy)


def _content(said: _Said, media_type: MediaType) -> Content:
    """The content of a media type. Raises ConfigurationError."""
    syntax = _syntax_of(media_type.type, media_type.subtype)
    if syntax is Syntax.REGISTERED:
        return _registered(said.validator, media_type)
    return _MAKERS[syntax](said)


def _by_sent_type(said: _Said, declared: MediaType) -> Callable[[MediaType], Content | None]:
    """How each type of a range is read, by the type that is sent.

    Bytes stay bytes, whatever their type; what is neither text nor an application's is bytes too.
    """
    sample = _SAMPLES.get(declared.type)
    if said.is_of_bytes or sample is None:
        content = _bytes(said)
        return lambda _sent: content
    _content(said, sample)
    validator = said.validator
    made = {syntax: _if_possible(said, make) for syntax, make in _MAKERS.items()}

    def content_for(sent: MediaType) -> Content | None:
        syntax = _syntax_of(sent.type, sent.subtype)
        return _registered(validator, sent) if syntax is Syntax.REGISTERED else made[syntax]

    return content_for


_SAMPLES = {
    "*": MediaType("application", "json", frozenset()),
    "application": MediaType("application", "json", frozenset()),
    "text": MediaType("text", "plain", frozenset()),
    "multipart": MediaType("multipart", "form-data", frozenset()),
}
"""What the ranges that are not of bytes have to be able to take."""


def _if_possible(said: _Said, make: Callable[[_Said], Content]) -> Content | None:
    try:
        return make(said)
    except ConfigurationError:
        return None


# --- each syntax --------------------------------------------------------------------------------


def _json(said: _Said) -> Content:
    return Content(_decode_json, said.validator, is_self_delimiting=True)


def _lines(said: _Said) -> Content:
    """A list of values, one for each line; the schema is that of a line."""
    lines = {"type": "array", "items": said.shape.schema}
    return Content(_decode_lines, said.compiler.request(lines, said.shape.pointer))


def _form(said: _Said) -> Content:
    fields = _fields(said, has_files=False)
    return Content(partial(decode_form, fields), said.validator)


def _multipart(said: _Said) -> Content:
    fields = _fields(said, has_files=True)
    return Content(
        partial(decode_multipart, fields),
        said.validator,
        is_self_delimiting=True,
        holds_bytes=True,
        longest=max((field.longest for field in fields.all()), default=0),
    )


def _fields(said: _Said, *, has_files: bool) -> Fields:
    types = said.shape.types
    if types and "object" not in types:
        raise said.refusal(
            f"the schema of {said.name} admits no object, and a form is one",
            "Give it the schema of an object.",
        )
    return fields_of(said.document, said.compiler, said.node, said.pointer, has_files=has_files)


def _parts(said: _Said) -> Content:
    raise said.refusal(
        f"no reader knows the parts of {said.name}",
        "Declare multipart/form-data, or bytes in application/octet-stream.",
        pointer=said.pointer,
    )


def _xml(said: _Said) -> Content:
    """XML is handed over as text; no text can be held to what a schema says of objects."""
    types = said.shape.types
    is_of_text = not types or "string" in types
    anything = said.compiler.request({}, said.shape.pointer)
    return Content(_decode_xml, said.validator if is_of_text else anything)


def _text(said: _Said) -> Content:
    types = said.shape.types
    if types and not types & SCALARS:
        raise said.refusal(
            f"the schema of {said.name} admits no text",
            "Give it a scalar type, or declare application/json.",
        )
    read = scalar(said.compiler, said.shape)
    decode: Decoder = _decode_text if read is str else partial(_decode_scalar, read)
    return Content(decode, said.validator)


def _bytes(said: _Said) -> Content:
    beyond = said.shape.beyond_bytes
    if beyond is not None:
        raise said.refusal(
            f"the schema of {said.name} says what cannot be held of bytes",
            "Leave it out, register a reader with tenor.representations.register, or declare a "
            "media type that is read, such as application/json.",
            pointer=beyond,
        )
    return Content(_decode_bytes, said.validator, holds_bytes=True, longest=said.shape.longest)


_MAKERS: Mapping[Syntax, Callable[[_Said], Content]] = {
    Syntax.JSON: _json,
    Syntax.LINES: _lines,
    Syntax.FORM: _form,
    Syntax.MULTIPART: _multipart,
    Syntax.PARTS: _parts,
    Syntax.XML: _xml,
    Syntax.TEXT: _text,
    Syntax.BYTES: _bytes,
}


def _registered(validator: Validator, media_type: MediaType) -> Content:
    """The content that a registered family reads."""
    family = cast(Family, family_of(media_type))
    return Content(partial(_decode_by, family), validator)


# --- reading ------------------------------------------------------------------------------------


def _visible(value: Any, longest: int) -> Any:
    """The value as its schema sees it: bytes and files are strings of their length.

    Beyond the greatest length that the schema speaks of, all lengths are one to it.
    """
    if isinstance(value, dict):
        members = cast(dict[str, Any], value)
        return {name: _visible(inner, longest) for name, inner in members.items()}
    if isinstance(value, list):
        return [_visible(item, longest) for item in cast(list[Any], value)]
    if isinstance(value, FileStorage):
        length = value.stream.seek(0, io.SEEK_END)
        value.stream.seek(0)
    elif isinstance(value, bytes):
        length = len(value)
    else:
        return value
    return "." * min(length, longest + 1)


def _decode_json(content: bytes, _sent: MediaType) -> Any:
    try:
        return decode_json(content)
    except NotJson as error:
        raise Malformed("json", f"must be JSON: {error}") from None


def _decode_lines(content: bytes, _sent: MediaType) -> list[Any]:
    lines = content.removesuffix(b"\n").split(b"\n") if content else []
    return [_line(index, line) for index, line in enumerate(lines)]


def _line(index: int, line: bytes) -> Any:
    try:
        return decode_json(line)
    except NotJson as error:
        raise Malformed("json", f"must be JSON: {error}", f"/{index}") from None


def _decode_text(content: bytes, _sent: MediaType) -> str:
    if b"\0" in content:
        raise Malformed("encoding", "must not hold NUL")
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise Malformed("encoding", "must be UTF-8") from None


def _decode_scalar(read: Scalar, content: bytes, sent: MediaType) -> Any:
    return read(_decode_text(content, sent))


def _decode_xml(content: bytes, sent: MediaType) -> str:
    """The text of well-formed XML without a DOCTYPE, so that no entity can stand for anything."""
    text = _decode_text(content, sent)
    parser = expat.ParserCreate("utf-8", namespace_separator=" ")
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.XmlDeclHandler = _refuse_encoding
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        reason = expat.errors.messages[error.code]
        raise Malformed("xml", f"must be XML: {reason} at line {error.lineno}") from None
    return text


def _refuse_doctype(*_declared: object) -> None:
    raise Malformed("xml", "must not have a DOCTYPE")


def _refuse_encoding(_version: str, encoding: str | None, _standalone: int) -> None:
    if (encoding or "").lower() not in UTF_8:
        raise Malformed("encoding", "must be UTF-8, and must not say otherwise")


def _decode_bytes(content: bytes, _sent: MediaType) -> bytes:
    return content


def _decode_by(family: Family, content: bytes, _sent: MediaType) -> Any:
    try:
        return family.read(content)
    except Unreadable as error:
        raise Malformed("syntax", str(error)) from None
