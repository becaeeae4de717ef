"""Likeness: whether what is read is what was written, and what of two replies may differ."""

import math
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from tenor.document import Document, Json, escape
from tenor.proof.asking import Reply
from tenor.proof.kinds import as_list, as_object
from tenor.shapes import Shape

_OF_THE_EXCHANGE = (
    "age",
    "connection",
    "content-length",
    "date",
    "idempotency-replayed",
    "idempotent-replayed",
    "keep-alive",
    "nel",
    "report-to",
    "server",
    "server-timing",
    "set-cookie",
    "traceparent",
    "tracestate",
    "transfer-encoding",
    "via",
    "x-cache",
    "x-correlation-id",
    "x-request-id",
    "x-response-time",
    "x-runtime",
    "x-trace-id",
)
_FAMILIES = ("ratelimit", "x-ratelimit", "x-rate-limit", "cf-", "x-amz")
ENVELOPES = ("data", "attributes")
"""Members that hold what is meant, the outer one first."""
_GIVEN = re.compile(
    r"_?id|uuid|(created|updated|modified|changed)(_?(at|on|by|date))?", re.IGNORECASE
)
"""Members that a server gives itself, whatever is sent, also where no schema says ``readOnly``."""
_LISTS = ("data", "items", "results", "entries", "records", "values", "content")


def fields(reply: Reply) -> dict[str, str]:
    """The header by names in lower case, without what belongs to the one exchange."""
    names = dict.fromkeys(name.lower() for name, _ in reply.headers)
    kept = (n for n in names if n not in _OF_THE_EXCHANGE and not n.startswith(_FAMILIES))
    return {name: reply.header(name) or "" for name in kept}


def members(content: Any) -> dict[str, Any]:
    """The members of an object, or of what is in its envelope: ``data``, then ``attributes``."""
    found = as_object(content) or {}
    for name in ENVELOPES:
        found = as_object(found.get(name)) or found
    return found


def items(content: Any) -> list[Any] | None:
    """The items of a list: it is the content, or a member by a usual name, or the only array."""
    whole = as_list(content)
    if whole is not None:
        return whole
    found = as_object(content) or {}
    arrays = {name: array for name, each in found.items() if (array := as_list(each)) is not None}
    if len(arrays) == 1:
        return next(iter(arrays.values()))
    return next((arrays[name] for name in _LISTS if name in arrays), None)


def described(
    document: Document, pointer: str, depth: int = 0
) -> Iterator[tuple[str, Mapping[str, Json]]]:
    """The properties of the schema at a pointer, of what it refers to and of all that applies."""
    node, place = document.follow(pointer)
    schema = as_object(node) or {}
    for index, _ in enumerate(as_list(schema.get("allOf")) or () if depth < 8 else ()):
        yield from described(document, f"{place}/allOf/{index}", depth + 1)
    for name in as_object(schema.get("properties")) or {}:
        node, _ = document.follow(f"{place}/properties/{escape(name)}")
        yield name, as_object(node) or {}


def differing(
    written: Mapping[str, Any],
    read: Mapping[str, Any],
    schemas: Mapping[str, Mapping[str, Json]],
) -> list[str]:
    """The names of what was written and is read as something else.

    Only values that can be compared count: scalars and lists of them that are in both, by what
    their schemas say of them. Ids and times of writing are the server's to give.
    """
    return [
        name
        for name, value in written.items()
        if name in read
        and not _GIVEN.fullmatch(name)
        and _is_plain(value)
        and _is_plain(read[name])
        and not _is_one_way(schemas.get(name, {}))
        and not _is_same(value, read[name], schemas.get(name, {}))
    ]


def is_kept(name: str, shape: Shape) -> bool:
    """Whether a member is what was written, and not the server's to give."""
    is_one_way = any(_is_one_way(part.node) for part in shape.parts)
    return not is_one_way and _GIVEN.fullmatch(name) is None


def _is_one_way(schema: Mapping[str, Json]) -> bool:
    return schema.get("writeOnly") is True or schema.get("readOnly") is True


def _is_plain(value: Any) -> bool:
    array = as_list(value)
    nested = [value] if array is None else array
    return not any(isinstance(each, (dict, list, tuple)) for each in nested)


def _is_same(written: Any, read: Any, schema: Mapping[str, Json]) -> bool:
    """Whether what is read is what was written: null is nothing, and some formats have many forms.

    Of a list the order counts, and how often each item is in it, unless its items are unique.
    """
    array, other = as_list(written), as_list(read)
    if written is None or (array == [] and read is None):
        return read in (None, [], "", 0, False)
    if array is None or other is None:
        return array is other and _is_same_scalar(written, read, schema)
    inner = as_object(schema.get("items")) or {}
    if schema.get("uniqueItems") is True:
        return all(any(_is_same_scalar(a, b, inner) for b in other) for a in array)
    return len(array) == len(other) and all(
        _is_same_scalar(a, b, inner) for a, b in zip(array, other, strict=True)
    )


def _is_same_scalar(written: Any, read: Any, schema: Mapping[str, Json]) -> bool:
    """Whether two scalars mean the same; of another type one is the schema's to judge."""
    if read is None:
        return written is None
    if isinstance(written, bool) or isinstance(read, bool):
        return type(written) is not type(read) or written is read
    if isinstance(written, str) and isinstance(read, str):
        return _form(written, schema.get("format")) == _form(read, schema.get("format"))
    if isinstance(written, (int, float)) and isinstance(read, (int, float)):
        return written == read or math.isclose(written, read, rel_tol=1e-12)
    return True


def _form(text: str, format_: Any) -> object:
    """Text in the one form that stands for all that mean the same."""
    if format_ == "date-time":
        try:
            return datetime.fromisoformat(text.upper()).replace(microsecond=0)
        except ValueError:
            return text
    if format_ in ("email", "idn-email", "hostname", "uuid", "uri"):
        return text.lower().rstrip("/") if format_ == "uri" else text.lower()
    return text
