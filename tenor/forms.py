"""Forms: urlencoded and multipart content, read into the object that its schema describes.

Text is typed by the schema of its field, as parameters are, and a field may repeat only where the
schema has an array. A field of bytes (``format: binary``, or ``contentMediaType``) takes a file and
every other declared field takes text, so that a handler gets what it was promised.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, Any

from werkzeug.datastructures import FileStorage, Headers
from werkzeug.exceptions import HTTPException
from werkzeug.formparser import MultiPartParser

from tenor.document import Json, escape
from tenor.media_types import MediaType
from tenor.parameters import Encoded, Malformed, Scalar, decoded, scalar
from tenor.schemas import Compiler

MAX_PARTS = 1000


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a form: how its text is read, whether it may be repeated, whether it is a file."""

    read: Scalar
    repeats: bool
    is_file: bool


def fields_of(compiler: Compiler, schema: Json, pointer: str) -> dict[str, Field]:
    """The fields that the schema of a form declares, by name."""
    fields: dict[str, Field] = {}
    for name, place in compiler.property_places(schema, pointer).items():
        repeats = "array" in compiler.types(*place)
        item = compiler.item_place(*place) if repeats else place
        fields[name] = Field(scalar(compiler.types(*item)), repeats, compiler.is_bytes(*item))
    return fields


def decode_form(fields: Mapping[str, Field], content: bytes, _sent: MediaType) -> dict[str, Any]:
    """The fields of ``application/x-www-form-urlencoded`` content. Raises Malformed."""
    try:
        text = content.decode("ascii")
    except UnicodeDecodeError:
        raise Malformed("encoding", "must be percent-encoded UTF-8") from None
    pairs = [pair.partition("=")[::2] for pair in text.split("&") if pair]
    named = [(decoded(Encoded(name)), decoded(Encoded(value))) for name, value in pairs]
    return _gathered(fields, named)


def decode_multipart(
    fields: Mapping[str, Field], content: bytes, sent: MediaType
) -> dict[str, Any]:
    """The fields and files of ``multipart/form-data`` content. Raises Malformed."""
    boundary = dict(sent.parameters).get("boundary", "")
    if not boundary or not boundary.isascii():
        raise Malformed("boundary", "must have a boundary in its Content-Type")
    try:
        texts, files = _Parser().parse(io.BytesIO(content), boundary.encode(), len(content))
    except (ValueError, HTTPException):
        raise Malformed("multipart", "must be multipart/form-data") from None
    named = [(name, _text(name, raw)) for name, raw in texts.items(multi=True)]
    return _gathered(fields, [*named, *files.items(multi=True)])


class _Parser(MultiPartParser):
    """Werkzeug's parser, in memory, and with the bytes of each text kept (one character each)."""

    def __init__(self) -> None:
        super().__init__(stream_factory=_in_memory, max_form_parts=MAX_PARTS)

    def get_part_charset(self, headers: Headers) -> str:
        return "iso-8859-1"


def _in_memory(*_args: object, **_hints: object) -> IO[bytes]:
    return io.BytesIO()


def _text(name: str, raw: str) -> str:
    try:
        text = raw.encode("iso-8859-1").decode()
    except UnicodeDecodeError:
        raise Malformed("encoding", "must be UTF-8", _pointer(name)) from None
    if "\0" in text:
        raise Malformed("encoding", "must not hold NUL", _pointer(name))
    return text


def _gathered(fields: Mapping[str, Field], pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The fields by name: typed by the schema, repeated only where it has an array."""
    gathered: dict[str, Any] = {}
    for name, given in pairs:
        field = fields.get(name)
        value = _typed(name, field, given) if field is not None else given
        if field is not None and field.repeats:
            gathered.setdefault(name, []).append(value)
        elif name in gathered:
            raise Malformed("single", "may be given only once", _pointer(name))
        else:
            gathered[name] = value
    return gathered


def _typed(name: str, field: Field, given: Any) -> Any:
    if isinstance(given, FileStorage) is not field.is_file:
        raise Malformed("type", f"must be {'a file' if field.is_file else 'text'}", _pointer(name))
    return given if field.is_file else field.read(given)


def _pointer(name: str) -> str:
    return f"/{escape(name[:64])}"
