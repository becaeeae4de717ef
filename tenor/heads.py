"""The head of an answer: from what a handler gives to a status and header lines.

What has no form on the wire is refused, with a sentence that teaches the right one.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, cast

from werkzeug.datastructures import Headers

from tenor import media_types
from tenor.headers import TRANSPORT_HEADERS
from tenor.promises import Promises
from tenor.representations import kind_of
from tenor.rules import Breach, Rule

HeaderList = list[tuple[str, str]]

_Parts = tuple[Any, ...]
_Pairs = Iterable[tuple[Any, Any]]


class NoWireForm(Exception):
    """An answer that cannot be sent, whatever the contract says."""

    def __init__(self, breach: Breach) -> None:
        super().__init__(str(breach))
        self.breach = breach


def parts_of(spoken: Any, promises: Promises) -> tuple[Any, Any, Any]:
    """The body, status and headers of a return value; None for what was not given."""
    if not isinstance(spoken, tuple):
        return spoken, None, None
    parts = cast(_Parts, spoken)
    if len(parts) == 3:
        return parts
    if len(parts) == 1:
        return parts[0], None, None
    if len(parts) == 2:
        body, second = parts
        return (body, None, second) if _is_headers(second) else (body, second, None)
    raise no_form(
        promises,
        f"answered with a tuple of {len(parts)}",
        "Return (body, status, headers), (body, status), (body, headers) or the body alone.",
    )


def _is_headers(value: Any) -> bool:
    return isinstance(value, (Mapping, list, Headers)) or (
        isinstance(value, tuple) and _are_pairs(value)
    )


def _are_pairs(values: Any) -> bool:
    return all(isinstance(pair, (tuple, list)) and len(cast(_Parts, pair)) == 2 for pair in values)


def status_of(status: Any, promises: Promises) -> int:
    """A status as a number. Raises NoWireForm."""
    if type(status) is int or (isinstance(status, int) and not isinstance(status, bool)):
        code = int(status)
        if 200 <= code <= 599:
            return code
        raise no_form(
            promises, f"answered with the status {code}", "Use a final status, from 200 to 599."
        )
    if isinstance(status, str):
        raise no_form(
            promises,
            "answered with a status that is a string",
            "Return it as a number, such as 201 or HTTPStatus.CREATED.",
        )
    raise no_form(
        promises,
        f"answered with a status that is {kind_of(status)}",
        "Return (body, status, headers), with the status as a number such as 201.",
    )


def written_headers(given: Any, promises: Promises) -> tuple[HeaderList, str | None, int | None]:
    """The headers as pairs of text; apart from them the Content-Type and the Content-Length.

    Raises NoWireForm for what cannot be sent.
    """
    if given is None:
        return [], None, None
    headers: HeaderList = []
    content_type: str | None = None
    length: int | None = None
    for name, value in _pairs(given, promises):
        if isinstance(value, list):  # Flask's way to repeat a header in a dictionary
            repeated = [(name, each) for each in cast(list[Any], value)]
            more, other_type, other_length = written_headers(repeated, promises)
            headers += more
            content_type = other_type or content_type
            length = other_length if other_length is not None else length
            continue
        text = value if type(value) is str else _header_text(name, value, promises)
        text = text.strip(" \t")  # as every recipient takes it (RFC 9110, section 5.5)
        key = _key_of(name) if type(name) is str else ""
        if not key or not ((text.isascii() and text.isprintable()) or _is_field_value(text)):
            raise no_form(
                promises,
                "answered with a header that has no form on the wire",
                "Names are tokens and values one line of visible ISO-8859-1 (RFC 9110, 5.5).",
            )
        if key not in NOT_AMONG_HEADERS:
            headers.append((name, text))
        elif key == "content-type":
            content_type = text
        elif key == "content-length":
            length = _length(text, promises)
        elif key == "contenttype":
            raise no_form(
                promises, "answered with the header ContentType", "Write it Content-Type."
            )
    return headers, content_type, length


def _length(text: str, promises: Promises) -> int:
    if text.isascii() and text.isdigit() and len(text) <= 18:
        return int(text)
    raise no_form(
        promises,
        "answered with a Content-Length that is no count of bytes",
        "Leave Content-Length to the engine, or give it as digits.",
    )


def _pairs(given: Any, promises: Promises) -> _Pairs:
    if type(given) is dict or isinstance(given, (Mapping, Headers)):
        return cast(Mapping[Any, Any], given).items()
    if isinstance(given, (list, tuple)) and _are_pairs(given):
        return cast(_Pairs, given)
    raise no_form(
        promises,
        f"answered with headers that are {kind_of(given)}",
        "Return them as a dictionary or as a list of pairs.",
    )


def _header_text(name: Any, value: Any, promises: Promises) -> str:
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return int.__repr__(value)
    raise no_form(
        promises,
        f"answered with the header {name}, whose value is {kind_of(value)}",
        "The order is (body, status, headers)."
        if isinstance(value, (dict, list, tuple))
        else "Give it as text.",
    )


NOT_AMONG_HEADERS = TRANSPORT_HEADERS | {"content-type", "content-length", "contenttype"}


@lru_cache(maxsize=1024)  # there are few names, and each is met again and again
def _key_of(name: str) -> str:
    """The name in lower case, empty for one that is no token."""
    return name.lower() if media_types.is_token(name) else ""


def _is_field_value(text: str) -> bool:
    return all(char == "\t" or " " <= char <= "~" or "\x80" <= char <= "\xff" for char in text)


def no_form(promises: Promises, found: str, remedy: str) -> NoWireForm:
    """What is said of an answer without a wire form."""
    return NoWireForm(Breach(Rule.FORM, promises.name, found, promises.listed(), remedy))
