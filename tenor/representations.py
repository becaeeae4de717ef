"""How each family of media types is written, and read back to be judged.

A declared media type that no family knows is refused at start; ``register`` adds a family.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast
from xml.parsers import expat

import orjson

from tenor import html_syntax
from tenor.media_types import HTML, MediaType
from tenor.strict_json import NotJson, decode_json


class Unwritable(Exception):
    """A value that has no form in this media type; says what it is and what is taken."""


class Unreadable(Exception):
    """Bytes that are not of the media type; says why."""


@dataclass(frozen=True, slots=True)
class Family:
    """Media types that share a syntax.

    ``write`` makes bytes of what a handler returned. ``read`` makes the value that the schema
    judges; it is used where the handler's own value cannot be judged, and always unless
    ``must_parse`` says that writing makes well-formed. ``by_line``: the schema is that of
    each line. ``streams``: it need not be whole to be judged. ``has_schema``: what is read is a
    value that a schema can judge.
    """

    name: str
    knows: Callable[[MediaType], bool]
    write: Callable[[Any], bytes]
    read: Callable[[bytes], Any]
    charset: str = ""
    must_parse: bool = True
    by_line: bool = False
    streams: bool = False
    has_schema: bool = True


def family_of(media_type: MediaType) -> Family | None:
    """The family that knows the media type; those registered last are asked first."""
    return next((family for family in reversed(_FAMILIES) if family.knows(media_type)), None)


def register(family: Family) -> None:
    """Teach the gate a family of media types, before the application is made.

    It is asked before all that are known, so that it may also replace one of them::

        def read(content: bytes) -> str:
            if not content.startswith(b"%YAML"):
                raise Unreadable("does not begin with %YAML")
            return content.decode()

        register(Family("yaml", lambda m: m.subtype == "yaml", str.encode, read, "utf-8"))
    """
    _FAMILIES.append(family)


def _write_json(value: Any) -> bytes:
    return value if isinstance(value, bytes) else dump_json(value)


def dump_json(value: Any) -> bytes:
    """A value as JSON. Raises Unwritable for what JSON cannot hold."""
    try:
        return orjson.dumps(value, option=orjson.OPT_UTC_Z)
    except TypeError as error:
        raise Unwritable(f"is {kind_of(value)} that JSON cannot hold ({error})") from None


def _read_json(content: bytes) -> Any:
    try:
        return decode_json(content, admits_nul=True)
    except NotJson as error:
        raise Unreadable(f"is not JSON: {error}") from None


def _write_lines(value: Any) -> bytes:
    if isinstance(value, (bytes, str)):
        return _write_text(value)
    if not isinstance(value, (list, tuple)):
        raise Unwritable(f"is {kind_of(value)}, and a list of values is taken, one for each line")
    return b"".join(dump_json(item) + b"\n" for item in cast(list[Any], value))


def _read_lines(content: bytes) -> list[Any]:
    lines = content.removesuffix(b"\n").split(b"\n") if content else []
    return [_read_json(line) for line in lines]


def _write_text(value: Any) -> bytes:
    if isinstance(value, bytes):
        return value
    if not isinstance(value, str):
        raise Unwritable(f"is {kind_of(value)}, and text is taken")
    try:
        return value.encode()
    except UnicodeEncodeError:
        raise Unwritable("is text with lone surrogates, which UTF-8 cannot hold") from None


def _read_text(content: bytes) -> str:
    try:
        text = content.decode()
    except UnicodeDecodeError:
        raise Unreadable("is not UTF-8") from None
    if "\0" in text:
        raise Unreadable("holds NUL, which no text has")
    return text


def _read_html(content: bytes) -> str:
    text = _read_text(content)
    try:
        html_syntax.check(text)
    except html_syntax.NotHtml as error:
        raise Unreadable(f"is not well-formed HTML: {error}") from None
    return text


def _read_xml(content: bytes) -> str:
    text = _read_text(content)
    _root_of(text)
    return text


def _read_atom(content: bytes) -> str:
    text = _read_text(content)
    if _root_of(text) not in ("feed", "entry"):
        raise Unreadable("is no Atom document: its root is neither feed nor entry (RFC 4287)")
    return text


def _root_of(text: str) -> str:
    """The local name of the root element in Atom's namespace, empty for any other."""
    stated = _XML_ENCODING.match(text)
    if stated is not None and stated[1].lower() != "utf-8":
        raise Unreadable("says that it is in another encoding than UTF-8, in which it is sent")
    names: list[str] = []
    parser = expat.ParserCreate("utf-8", " ")
    parser.StartElementHandler = lambda name, _attributes: names.append(name) if not names else None
    try:
        parser.Parse(text, True)
    except expat.ExpatError as error:
        reason = expat.errors.messages[error.code]
        raise Unreadable(f"is not well-formed XML: {reason} at line {error.lineno}") from None
    namespace, _, name = names[0].rpartition(" ")
    return name if namespace == _ATOM else ""


def _write_bytes(value: Any) -> bytes:
    if isinstance(value, bytes):
        return value
    if not isinstance(value, (bytearray, memoryview)):
        raise Unwritable(f"is {kind_of(value)}, and bytes are taken")
    return bytes(cast(bytearray | memoryview, value))


def kind_of(value: Any) -> str:
    """The type of a value with its article: ``a dict``, ``an int``."""
    name = type(value).__name__
    return f"{'an' if name[:1] in 'aeioAEIO' else 'a'} {name}"


_XML_ENCODING = re.compile(r"""\ufeff?<\?xml[^>]*?\sencoding\s*=\s*["']([^"']*)["']""")
_ATOM = "http://www.w3.org/2005/Atom"
_LINES = ("x-ndjson", "ndjson", "jsonl", "x-jsonlines", "json-lines")
_BINARY = ("image", "audio", "video", "font")
_BINARY_SUBTYPES = ("octet-stream", "pdf", "zip", "gzip", "wasm")

json_family = Family("json", lambda m: m.is_json, _write_json, _read_json, must_parse=False)
text_family = Family("text", lambda m: m.is_text, _write_text, _read_text, "utf-8")

range_family = Family("range", lambda m: m.is_range, _write_bytes, _read_text)
"""What stands for the families of a range, until an answer names its media type."""

_FAMILIES: list[Family] = [
    Family(
        "binary",
        lambda m: m.type in _BINARY or m.subtype in _BINARY_SUBTYPES,
        _write_bytes,
        lambda content: content,
        streams=True,
        has_schema=False,
    ),
    text_family,
    Family("html", lambda m: m.essence == HTML, _write_text, _read_html, "utf-8"),
    Family("xml", lambda m: m.is_xml, _write_text, _read_xml, "utf-8"),
    Family(
        "atom",
        lambda m: m.essence == "application/atom+xml",
        _write_text,
        _read_atom,
        "utf-8",
    ),
    json_family,
    Family(
        "ndjson",
        lambda m: m.subtype in _LINES,
        _write_lines,
        _read_lines,
        by_line=True,
        streams=True,
    ),
]
