"""Forms: urlencoded and multipart content, read into the object that its schema describes.

Text is typed by the schema of its field, as parameters are, and a field may repeat only where the
schema has an array. A field of bytes (``format: binary``, or ``contentMediaType``) takes a file, a
field of objects takes JSON, and every other declared field takes text, so that a handler gets what
it was promised.
"""

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import IO, Any

from werkzeug.datastructures import FileStorage, Headers
from werkzeug.exceptions import HTTPException
from werkzeug.formparser import MultiPartParser

from tenor.document import Document, Json, escape
from tenor.errors import ConfigurationError
from tenor.media_types import MediaType, parse
from tenor.scalars import Encoded, Malformed, Scalar, decoded, json_text, scalar
from tenor.schemas import Compiler
from tenor.shapes import Shape

MAX_PARTS = 1000


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a form: how its text is read, whether it may be repeated, whether it is a file.

    ``is_json``: its text is JSON. ``taken`` are the media types of its files, all when there is
    none.
    """

    read: Scalar
    repeats: bool
    is_file: bool
    is_json: bool = False
    taken: tuple[MediaType, ...] = ()


def fields_of(
    document: Document, compiler: Compiler, content: Mapping[str, Json], pointer: str
) -> dict[str, Field]:
    """The fields that the content of a form declares, by name.

    A field of objects is JSON, and so is one whose ``encoding`` says so (OpenAPI 3.1, section
    4.8.15). Raises ConfigurationError for an encoding that is not supported.
    """
    encodings: Mapping[str, Json] = content.get("encoding") or {}
    members = compiler.shape(content.get("schema", True), f"{pointer}/schema").members
    for name in encodings:
        _refuse_unsupported(document, encodings[name], f"{pointer}/encoding/{escape(name)}")
    return {
        name: _field(compiler, shape, encodings.get(name, {}).get("contentType", ""))
        for name, shape in members.items()
    }


def _field(compiler: Compiler, shape: Shape, content_type: str) -> Field:
    taken = tuple(t for name in content_type.split(",") if (t := parse(name.strip(" "))))
    if taken and all(media_type.is_json for media_type in taken):
        return Field(json_text, repeats=False, is_file=False, is_json=True)
    repeats = "array" in shape.types
    item = shape.items if repeats else shape
    if "object" in item.types:
        return Field(json_text, repeats, is_file=False, is_json=True)
    return Field(scalar(compiler, item), repeats, item.is_bytes, taken=taken)


_ONLY = {"style": "form", "explode": True, "allowReserved": False}
_DESCRIBED = frozenset(("contentType", *_ONLY))


def _refuse_unsupported(document: Document, encoding: Mapping[str, Json], pointer: str) -> None:
    for key, value in encoding.items():
        if not key.startswith("x-") and (key not in _DESCRIBED or _ONLY.get(key, value) != value):
            raise ConfigurationError(
                f"the encoding {key}: {value!r} of a form's field is not supported",
                place=document.place(f"{pointer}/{key}"),
                remedy="Leave it out: fields are sent in the style form, exploded, or as JSON by "
                "contentType: application/json.",
            )


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
    pointer = _pointer(name)
    is_file = isinstance(given, FileStorage)
    if is_file and field.is_json and _is_of(given, (_JSON,)):  # how browsers send a Blob of JSON
        given, is_file = _text(name, given.read().decode("iso-8859-1")), False
    if is_file is not field.is_file:
        raise Malformed("type", f"must be {'a file' if field.is_file else 'text'}", pointer)
    if is_file and field.taken and not _is_of(given, field.taken):
        names = ", ".join(media_type.essence for media_type in field.taken)
        raise Malformed("contentType", f"must be of type {names}", pointer)
    try:
        return given if is_file else field.read(given)
    except Malformed as error:
        raise Malformed(error.rule, error.detail, pointer) from None


def _is_of(file: FileStorage, taken: Iterable[MediaType]) -> bool:
    sent = parse(file.content_type or "")
    return sent is not None and any(media_type.covers(sent) for media_type in taken)


_JSON = MediaType("application", "json", frozenset())


def _pointer(name: str) -> str:
    return f"/{escape(name[:64])}"
