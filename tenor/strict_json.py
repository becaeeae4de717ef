"""JSON as RFC 8259 has it, and nothing beside: one reading for the validator and the handler.

orjson reads fast but lets the last of doubled keys win and turns integers beyond 64 bits into
floats. Both would let a validator and another reader see different things, so both are refused; a
cheap look at the bytes finds the few documents that need the exact, slower check.
"""

import json
from typing import Any, cast

import orjson

_AS_ZEROS = bytes.maketrans(b"123456789", b"000000000")
_LONG_DIGITS = b"0" * 16
_BLANKS = b" \n\r\t"
_BACKSLASH = ord("\\")
"""As a number, since Python looks in bytes for a byte five times as fast as for bytes."""
_INT64_MIN, _UINT64_MAX = -(2**63), 2**64 - 1


class NotJson(ValueError):
    """Bytes that are not JSON; says why, without repeating them."""


def decode_json(content: bytes, *, admits_nul: bool = False) -> Any:
    """The value of a JSON text.

    Raises NotJson for anything that RFC 8259 or I-JSON (RFC 7493) does not have: other encodings
    than UTF-8, a byte order mark, NaN and infinities, lone surrogates, doubled keys, integers
    beyond 64 bits, and nesting deeper than 250; and, unless it is admitted, for NUL, which JSON has
    and many a store and program cannot hold.
    """
    try:
        value = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise NotJson(_reason(error)) from None
    try:
        again = orjson.dumps(value)
    except TypeError:  # deeper than orjson writes
        raise NotJson("it is nested too deeply") from None
    is_escaped = _BACKSLASH in content
    if again != content and _may_have_lost(content, again, is_escaped=is_escaped):
        _read_exactly(content)
    if is_escaped and not admits_nul and b"\\u0000" in content and _holds_nul(value):
        raise NotJson("a string holds NUL")
    return value


def _holds_nul(value: Any) -> bool:
    if isinstance(value, dict):
        members = cast(dict[str, Any], value)
        return any(map(_holds_nul, members)) or any(map(_holds_nul, members.values()))
    if isinstance(value, list):
        return any(map(_holds_nul, cast(list[Any], value)))
    return isinstance(value, str) and "\0" in value


def _may_have_lost(content: bytes, again: bytes, *, is_escaped: bool) -> bool:
    """Whether keys may be doubled (fewer colons when written again) or integers over-long.

    Text that differs in its blanks alone has lost nothing, which most is seen by: two looks for
    what three took.
    """
    if not is_escaped and content.translate(None, _BLANKS) == again.translate(None, _BLANKS):
        return False
    return (
        content.count(b":") != again.count(b":")
        or (is_escaped and b"\\u003" in content)
        or content.translate(_AS_ZEROS).find(_LONG_DIGITS) >= 0
    )


def _read_exactly(content: bytes) -> None:
    try:
        json.loads(content, object_pairs_hook=_unique, parse_int=_bounded)
    except RecursionError:
        raise NotJson("it is nested too deeply") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise NotJson("an object has the same key twice")
    return members


def _bounded(digits: str) -> int:
    if len(digits) > 20 or not _INT64_MIN <= int(digits) <= _UINT64_MAX:
        raise NotJson("an integer is beyond 64 bits")
    return int(digits)


def _reason(error: orjson.JSONDecodeError) -> str:
    """The parser's reason and place."""
    return f"{error.msg.partition(':')[0]} at line {error.lineno} column {error.colno}"
