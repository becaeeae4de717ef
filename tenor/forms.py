"""Forms: urlencoded and multipart content, read into the object that its schema describes.

Text is typed by the schema of its field, as parameters are, and a field may repeat only where the
schema has an array. A field of bytes (``format: binary``, or ``contentMediaType``) takes a file, a
field of objects takes JSON, a field of which nothing is said takes text or a file, and every other
declared field takes text, so that a handler gets what it was promised.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeVar, cast

from tenor.document import Document, Json, escape
from tenor.errors import ConfigurationError
from tenor.media_types import MediaType, parse
from tenor.members import Members, members_of
from tenor.multipart import Part, parts_of
from tenor.scalars import Encoded, Malformed, Scalar, decoded, json_text, scalar
from tenor.schemas import Compiler
from tenor.shapes import SCALARS, Shape

Given = TypeVar("Given", str, Part)


@dataclass(frozen=True, slots=True)
class Field:
    """How a field of a form is read.

    ``read`` makes the value of its text, and is None where it takes files only. ``is_json``: its
    text is JSON. ``first`` are the fields that stand for the first ones, where it repeats and they
    differ. ``taken`` are the media types of its files, all when there is none; ``longest`` is the
    greatest length of a file that its schema speaks of.
    """

    read: Scalar | None
    takes_files: bool = False
    is_json: bool = False
    repeats: bool = False
    first: tuple["Field", ...] = ()
    taken: tuple[MediaType, ...] = ()
    longest: int = 0

    def at(self, index: int) -> "Field":
        """The field of the item at an index."""
        return self.first[index] if index < len(self.first) else self


Fields = Members[Field]


def fields_of(
    document: Document,
    compiler: Compiler,
    content: Mapping[str, Json],
    pointer: str,
    *,
    has_files: bool,
) -> Fields:
    """The fields that the content of a form declares; an urlencoded one has no files.

    A field of objects is JSON, and so is one whose ``encoding`` says so (OpenAPI 3.1, section
    4.8.15). Raises ConfigurationError for an encoding that is not supported, and for a field that
    has no form.
    """
    encodings: Mapping[str, Json] = content.get("encoding") or {}
    for name in encodings:
        _refuse_unsupported(document, encodings[name], f"{pointer}/encoding/{escape(name)}")

    def field(name: str, shape: Shape) -> Field:
        said = encodings.get(name, {}).get("contentType", "")
        taken = tuple(t for text in said.split(",") if (t := parse(text.strip(" "))))
        return _field(compiler, shape, taken, has_files=has_files)

    return members_of(
        compiler, compiler.shape(content.get("schema", True), f"{pointer}/schema"), field
    )


def _field(
    compiler: Compiler, shape: Shape, taken: tuple[MediaType, ...], *, has_files: bool
) -> Field:
    if taken and all(media_type.is_json for media_type in taken):
        return Field(json_text, is_json=True)
    if "array" not in shape.types:
        return _single(compiler, shape, taken, has_files=has_files)
    first = (_single(compiler, s, taken, has_files=has_files) for s in shape.first_items)
    item = _single(compiler, shape.items, taken, has_files=has_files)
    return replace(item, repeats=True, first=tuple(first))


def _single(
    compiler: Compiler, shape: Shape, taken: tuple[MediaType, ...], *, has_files: bool
) -> Field:
    """The field of one value."""
    types = shape.types
    is_json, is_scalar = "object" in types, not types or bool(types & SCALARS)
    if not is_json and not is_scalar:
        raise ConfigurationError(
            "a form has no field for a list in a list, nor for null alone",
            place=compiler.place(shape.pointer),
            remedy="Say contentType: application/json in the encoding of the field.",
        )
    takes_files = has_files and (shape.is_bytes or not types)
    if takes_files and types and not shape.is_text:
        _refuse_beyond_bytes(compiler, shape)
        read = json_text if is_json else None
    elif is_json:
        read = partial(_json_or, scalar(compiler, shape)) if is_scalar else json_text
    else:
        read = scalar(compiler, shape)
    return Field(read, takes_files, is_json, taken=taken, longest=shape.longest)


def _refuse_beyond_bytes(compiler: Compiler, shape: Shape) -> None:
    """Refuse a rule for the characters of a file: nobody reads them."""
    pointer = shape.beyond_bytes
    if pointer is not None and "object" not in shape.types:
        raise ConfigurationError(
            f"{pointer.rpartition('/')[2]} cannot be held of a file",
            place=compiler.place(pointer),
            remedy="Leave it out: of bytes only minLength and maxLength are held.",
        )


def _json_or(read: Scalar, text: str) -> Any:
    """The value of a text that is JSON of an object, or else what it is read as."""
    try:
        value = json_text(text)
    except Malformed:
        return read(text)
    return cast(Any, value) if isinstance(value, dict) else read(text)


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


def decode_form(fields: Fields, content: bytes, _sent: MediaType) -> dict[str, Any]:
    """The fields of ``application/x-www-form-urlencoded`` content. Raises Malformed."""
    try:
        text = content.decode("ascii")
    except UnicodeDecodeError:
        raise Malformed("encoding", "must be percent-encoded UTF-8") from None
    pairs = [pair.partition("=")[::2] for pair in text.split("&") if pair]
    named = [(decoded(Encoded(name)), decoded(Encoded(value))) for name, value in pairs]
    return _gathered(fields, named, _read_text)


def decode_multipart(fields: Fields, content: bytes, sent: MediaType) -> dict[str, Any]:
    """The fields and files of ``multipart/form-data`` content. Raises Malformed."""
    parts = parts_of(content, sent)
    return _gathered(fields, [(part.name, part) for part in parts], _read_part)


def _gathered(
    fields: Fields, pairs: Iterable[tuple[str, Given]], read: Callable[[Field | None, Given], Any]
) -> dict[str, Any]:
    """The fields by name: typed by the schema, repeated only where it has an array."""
    gathered: dict[str, Any] = {}
    for name, given in pairs:
        field = fields.of(name)
        if field is not None and field.repeats:
            values: list[Any] = gathered.setdefault(name, [])
            values.append(_placed(name, read, field.at(len(values)), given))
        elif name in gathered:
            raise Malformed("single", "may be given only once", _pointer(name))
        else:
            gathered[name] = _placed(name, read, field, given)
    return gathered


def _placed(
    name: str, read: Callable[[Field | None, Given], Any], field: Field | None, given: Given
) -> Any:
    """What is read; a refusal says of which field."""
    try:
        return read(field, given)
    except Malformed as error:
        raise Malformed(error.rule, error.detail, _pointer(name)) from None


def _read_text(field: Field | None, text: str) -> Any:
    return text if field is None or field.read is None else field.read(text)


def _read_part(field: Field | None, part: Part) -> Any:
    """The value of a part: a file where its field takes one, and its text otherwise."""
    if field is None:
        return part.file() if part.filename is not None else _text(part)
    if not _is_file(field, part):
        if field.read is None:
            raise Malformed("type", "must be a file")
        return field.read(_text(part))
    if not field.takes_files:
        raise Malformed("type", "must be text")
    if field.taken and not _is_of(part, field.taken):
        names = ", ".join(media_type.essence for media_type in field.taken)
        raise Malformed("contentType", f"must be of type {names}")
    return part.file()


def _is_file(field: Field, part: Part) -> bool:
    """Whether a part is sent as a file: by its name, or by its type where files are taken.

    What has both may yet be JSON: so browsers send a Blob.
    """
    media_type = part.media_type
    if field.is_json and media_type is not None and media_type.is_json:
        return False
    if part.filename is not None:
        return True
    if not field.takes_files or media_type is None:
        return False
    return field.read is None or media_type.essence != "text/plain"


def _text(part: Part) -> str:
    try:
        text = part.content.decode()
    except UnicodeDecodeError:
        raise Malformed("encoding", "must be UTF-8") from None
    if "\0" in text:
        raise Malformed("encoding", "must not hold NUL")
    return text


def _is_of(part: Part, taken: Iterable[MediaType]) -> bool:
    sent = part.media_type
    return sent is not None and any(media_type.covers(sent) for media_type in taken)


def _pointer(name: str) -> str:
    return f"/{escape(name[:64])}"
