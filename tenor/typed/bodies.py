"""Bodies: the types of what is sent and answered, by the media types that it is in."""

from collections.abc import Mapping

from tenor import media_types
from tenor.closing import Direction
from tenor.document import Document, Json
from tenor.media_types import MediaType
from tenor.representations import Family, family_of
from tenor.shapes import shape_of
from tenor.typed.definitions import Definitions
from tenor.typed.expressions import OBJECT, TEXT, Expression, Generic, Name, choice, list_of
from tenor.typed.kinds import Record

_BYTES = Name("bytes")
_FILE = Name("FileStorage")
_WRITTEN_AS_TEXT = ("text", "html", "xml", "atom")


def answered_body(
    definitions: Definitions, media_type: str, schema: Json, context: str
) -> Expression:
    """The type of a body that a handler may return in a media type."""
    parsed = media_types.parse(media_type)
    family = _family(parsed)
    if parsed is None or family is None:
        return _of_range(parsed, _streamed(_BYTES))
    if family.name in _WRITTEN_AS_TEXT:
        return TEXT
    if family.name not in ("json", "ndjson", "binary"):
        return OBJECT  # what somebody registered may be written from anything
    if not family.has_schema:
        return _streamed(_BYTES)
    value = definitions.type_of(schema, Direction.RESPONSE, context)
    return choice((list_of(value), _iterator_of(value))) if family.by_line else value


def sent_body(
    document: Document, definitions: Definitions, media_type: str, schema: Json, context: str
) -> Expression:
    """The type of the body that a handler gets in a media type."""
    parsed = media_types.parse(media_type)
    if parsed is None or parsed.is_range:
        return _of_range(parsed, _BYTES)
    if parsed.type == "multipart":
        return _form(document, definitions, schema, context)
    family = _family(parsed)
    is_form = parsed.essence == "application/x-www-form-urlencoded"
    if not parsed.is_json and not is_form:
        if parsed.is_xml:
            return TEXT
        if family is None or not family.has_schema:
            return _BYTES
    value = definitions.type_of(schema, Direction.REQUEST, context)
    if family is not None and family.by_line:
        return list_of(value)
    is_text = family is not None and family.name in _WRITTEN_AS_TEXT
    return TEXT if is_text and value == OBJECT else value


def _family(media_type: MediaType | None) -> Family | None:
    return None if media_type is None or media_type.is_range else family_of(media_type)


def _of_range(media_type: MediaType | None, content: Expression) -> Expression:
    """The type of what is in a range of media types, or in one that nobody knows."""
    if media_type is None or not media_type.is_range or media_type.type in ("*", "application"):
        return OBJECT
    return TEXT if media_type.is_text else content


def _iterator_of(value: Expression) -> Expression:
    return Generic("Iterator", (value,))


def _streamed(value: Expression) -> Expression:
    return choice((value, _iterator_of(value)))


def _form(document: Document, definitions: Definitions, schema: Json, context: str) -> Expression:
    """The type of a form with files: each field of bytes is one."""
    kinds = definitions.kinds.unfolded(definitions.kinds.of(schema))
    records = [kind for kind in kinds if isinstance(kind, Record)]
    files = {k: v for record in records for k, v in _files(document, record.fields).items()}
    if not files or len(records) > 1:
        return definitions.type_of(schema, Direction.REQUEST, context)
    return definitions.form(context, records[0], files)


def _files(document: Document, fields: Mapping[str, Json]) -> dict[str, Expression]:
    found = {name: _file(document, schema) for name, schema in fields.items()}
    return {name: file for name, file in found.items() if file is not None}


def _file(document: Document, schema: Json) -> Expression | None:
    """The type of a field that takes files, None for one that takes none."""
    shape = shape_of(document, (schema, ""))
    if "array" in shape.types:
        return list_of(_FILE) if shape.items.is_bytes else None
    if not shape.is_bytes:
        return None
    return choice((_FILE, TEXT)) if shape.is_text else _FILE
