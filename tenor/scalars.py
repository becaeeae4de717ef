"""Scalars: from the text of a parameter, a header or a field to the value that its schema means.

Text that is not of the declared type stays text, and the schema then says what is wrong with it;
nothing is guessed: ``1_0``, ``01``, ``+1`` and digits of other scripts are no integers.
"""

import re
from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import unquote_to_bytes

from tenor.schemas import Compiler
from tenor.shapes import Shape
from tenor.strict_json import NotJson, decode_json

Scalar = Callable[[str], Any]
"""Reads the value of a text."""

_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,18})\Z")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,29})(?:\.[0-9]{1,30})?(?:[eE][-+]?[0-9]{1,3})?\Z")


class Malformed(Exception):
    """Text that no value can be read from, whatever the schema; says which rule it breaks.

    ``pointer`` leads to its place within a body.
    """

    def __init__(self, rule: str, detail: str, pointer: str = "") -> None:
        super().__init__(detail)
        self.rule = rule
        self.detail = detail
        self.pointer = pointer


class Encoded(str):
    """Text still percent-encoded, as a query has it."""

    __slots__ = ()


def decoded(text: str) -> str:
    """The text, percent-decoded if it is still encoded. Raises Malformed."""
    if type(text) is not Encoded:
        return text
    try:
        plain = unquote_to_bytes(text.replace("+", " ").encode("ascii")).decode()
    except UnicodeError:
        raise Malformed("encoding", "must be percent-encoded UTF-8") from None
    if "\0" in plain:
        raise Malformed("encoding", "must not hold NUL")
    return plain


def scalar(compiler: Compiler, shape: Shape) -> Scalar:
    """The reader of a text of this shape.

    Where a text may stand for itself and for something else, ``1`` for "1" and for 1, the schema
    decides between the readings.
    """
    types = shape.types
    readers = tuple(read for name, read in _READERS if name in types)
    if not readers:
        return str
    if "string" in types:
        return partial(_fitting, readers, compiler.request(shape.schema, shape.pointer).accepts)
    return readers[0] if len(readers) == 1 else partial(_first, readers)


def _first(readers: tuple[Scalar, ...], text: str) -> Any:
    return next((value for read in readers if (value := read(text)) is not text), text)


def _fitting(readers: tuple[Scalar, ...], accepts: Callable[[Any], bool], text: str) -> Any:
    """The first reading that the schema accepts; the text comes before what would change it."""
    values = [value for read in readers if (value := read(text)) is not text]
    exact = [value for value in values if _is_exact(value, text)]
    changed = [value for value in values if not _is_exact(value, text)]
    return next((value for value in (*exact, text, *changed) if accepts(value)), text)


def _is_exact(value: Any, text: str) -> bool:
    """Whether the value, written again, is the same text: ``1.10`` would become ``1.1``."""
    return str(value).lower().removesuffix(".0") == text


def _integer(text: str) -> Any:
    if not _INTEGER.match(text):
        return text
    value = int(text)
    return value if -(2**63) <= value < 2**63 else text


def _number(text: str) -> Any:
    if not _NUMBER.match(text):
        return text
    value = float(text)
    return text if value in (float("inf"), float("-inf")) else value


def _boolean(text: str) -> Any:
    return {"true": True, "false": False}.get(text, text)


_READERS = (("integer", _integer), ("number", _number), ("boolean", _boolean))


def json_text(text: str) -> Any:
    """The value of a text that is JSON. Raises Malformed."""
    try:
        return decode_json(text.encode())
    except NotJson as error:
        raise Malformed("json", f"must be JSON: {error}") from None
