"""Answers: from whatever a handler returns to a status, headers and bytes.

Flask and connexion users write ``(body, status, headers)``, ``(body, status)``, ``(body,
headers)``, a bare body, a ``Response``, ``NoContent``. Each has one meaning here. What has none is
refused with a sentence that teaches the right form.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from connexion.datastructures import NoContent  # pyright: ignore[reportMissingTypeStubs] - connexion has no types
from connexion.lifecycle import ConnexionResponse  # pyright: ignore[reportMissingTypeStubs] - connexion has no types
from werkzeug.datastructures import Headers
from werkzeug.wrappers import Response

from tenor import media_types
from tenor.promises import ContentPromise, Promise, Promises
from tenor.representations import Unwritable, json_family
from tenor.rules import Breach, Rule
from tenor.schemas import MISSING

HeaderList = list[tuple[str, str]]

_OF_THE_CONNECTION = frozenset(("connection", "content-length", "keep-alive", "transfer-encoding"))
"""What the server says of its connection; an application's word for it is not sent on."""

_Parts = tuple[Any, ...]
_Pairs = Iterable[tuple[Any, Any]]


class NoWireForm(Exception):
    """An answer that cannot be sent, whatever the contract says."""

    def __init__(self, breach: Breach) -> None:
        super().__init__(str(breach))
        self.breach = breach


@dataclass(slots=True)
class Answer:
    """An answer in its wire form.

    ``promises`` are those of whom it speaks for, ``promise`` the one for its status, if any, and
    ``content`` its declared media type. ``value`` is what the body was written from, or MISSING
    when only bytes are known.
    """

    status: int
    headers: HeaderList
    promises: Promises
    promise: Promise | None
    content_type: str | None = None
    body: bytes = b""
    value: Any = MISSING
    content: ContentPromise | None = None
    is_admitted: bool = False


def compose(spoken: Any, promises: Promises, negotiated: str | None) -> Answer:
    """The answer that a return value stands for. Raises NoWireForm for a form that is none."""
    body, status, given = _parts(spoken, promises)
    if isinstance(body, ConnexionResponse):
        return _of_connexion_response(body, promises, negotiated)
    if isinstance(body, Response):
        return _of_response(body, status, given, promises)
    if isinstance(body, Iterator):
        body = _collected(cast(Iterator[str | bytes], body))
    is_nothing = body is None or body is NoContent
    code = _status(status, promises) if status is not None else 204 if is_nothing else 200
    headers, content_type = _headers(given, promises)
    promise = promises.of(code)
    answer = Answer(code, headers, promises, promise, content_type)
    if is_nothing or (body in ("", b"") and not (promise and promise.contents)):
        return answer
    answer.value = body
    answer.content = _content(promise, content_type, negotiated, body)
    _write(answer)
    return answer


def _collected(pieces: Iterator[str | bytes]) -> bytes:
    """What a generator gives, as a whole, so that it can be judged before it is sent."""
    return b"".join(piece.encode() if isinstance(piece, str) else piece for piece in pieces)


def _parts(spoken: Any, promises: Promises) -> tuple[Any, Any, Any]:
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
    raise _no_form(
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


def _status(status: Any, promises: Promises) -> int:
    if type(status) is int or (isinstance(status, int) and not isinstance(status, bool)):
        code = int(status)
        if 200 <= code <= 599:
            return code
        raise _no_form(
            promises, f"answered with the status {code}", "Use a final status, from 200 to 599."
        )
    if isinstance(status, str):
        raise _no_form(
            promises,
            "answered with a status that is a string",
            "Return it as a number, such as 201 or HTTPStatus.CREATED.",
        )
    raise _no_form(
        promises,
        f"answered with a status that is a {_kind(status)}",
        "Return (body, status, headers), with the status as a number such as 201.",
    )


def _headers(given: Any, promises: Promises) -> tuple[HeaderList, str | None]:
    """The headers as pairs of text, and the Content-Type apart."""
    if given is None:
        return [], None
    headers: HeaderList = []
    content_type: str | None = None
    for name, value in _pairs(given, promises):
        if isinstance(value, list):  # Flask's way to repeat a header in a dictionary
            repeated = [(name, each) for each in cast(list[Any], value)]
            headers += _headers(repeated, promises)[0]
            continue
        text = value if type(value) is str else _header_text(name, value, promises)
        key = name.lower() if isinstance(name, str) else ""
        if key == "contenttype":
            raise _no_form(
                promises, "answered with the header ContentType", "Write it Content-Type."
            )
        if not key or not _is_sendable(name, text):
            raise _no_form(
                promises,
                "answered with a header that has no form on the wire",
                "Names are tokens and values one line of visible ISO-8859-1 (RFC 9110, 5.5).",
            )
        if key == "content-type":
            content_type = text
        elif key not in _OF_THE_CONNECTION:
            headers.append((name, text))
    return headers, content_type


def _pairs(given: Any, promises: Promises) -> _Pairs:
    if type(given) is dict or isinstance(given, (Mapping, Headers)):
        return cast(Mapping[Any, Any], given).items()
    if isinstance(given, (list, tuple)) and _are_pairs(given):
        return cast(_Pairs, given)
    raise _no_form(
        promises,
        f"answered with headers that are a {_kind(given)}",
        "Return them as a dictionary or as a list of pairs.",
    )


def _header_text(name: Any, value: Any, promises: Promises) -> str:
    if isinstance(value, (str, int)) and not isinstance(value, bool):
        return str(value)
    raise _no_form(
        promises,
        f"answered with the header {name}, whose value is a {_kind(value)}",
        "Give it as text.",
    )


def _is_sendable(name: str, text: str) -> bool:
    plain = text.isascii() and text.isprintable()
    return (
        name.isascii()
        and name.replace("-", "").replace("_", "").isalnum()
        and (plain or _is_field_value(text))
    )


def _is_field_value(text: str) -> bool:
    return all(char == "\t" or " " <= char <= "~" or "\x80" <= char <= "\xff" for char in text)


def _content(
    promise: Promise | None, content_type: str | None, negotiated: str | None, body: Any
) -> ContentPromise | None:
    """The declared content that the answer is in.

    It is the one that the answer names, the one that was negotiated, the only one, or the one of
    JSON for what is no text.
    """
    if promise is None or not promise.contents:
        return None
    if content_type is not None:
        sent = media_types.parse(content_type)
        return promise.content_for(sent) if sent is not None else None
    if negotiated is not None and negotiated in promise.contents:
        return promise.contents[negotiated]
    contents = promise.contents.values()
    if len(contents) > 1 and not isinstance(body, (str, bytes)):
        return next((c for c in contents if c.media_type.is_json), None)
    return next(iter(contents))


def _write(answer: Answer) -> None:
    """Write the body in its media type, or in Flask's own where none is declared."""
    value = answer.value
    content = answer.content
    try:
        if content is not None:
            if answer.content_type is None:
                answer.content_type = content.wire
            answer.body = content.family.write(value)
        elif isinstance(value, (str, bytes)):
            answer.content_type = answer.content_type or "text/html; charset=utf-8"
            answer.body = value.encode() if isinstance(value, str) else value
        else:
            answer.content_type = answer.content_type or media_types.JSON
            answer.body = json_family.write(value)
    except (Unwritable, UnicodeEncodeError) as error:
        raise _no_form(
            answer.promises,
            f"answered {answer.status} with a body that {error}",
            "Return what the declared media type can hold.",
        ) from None
    if isinstance(value, bytes):
        answer.value = MISSING


def _of_response(response: Response, status: Any, given: Any, promises: Promises) -> Answer:
    """The answer of a ``flask.Response``, with the status and headers given beside it."""
    code = _status(status if status is not None else response.status_code, promises)
    headers, content_type = _headers(list(response.headers.items()), promises)
    more, other_type = _headers(given, promises)
    names = {name.lower() for name, _ in more}
    headers = [(name, text) for name, text in headers if name.lower() not in names] + more
    promise = promises.of(code)
    answer = Answer(code, headers, promises, promise, other_type or content_type)
    response.direct_passthrough = False
    try:
        answer.body = response.get_data()
    finally:
        response.close()
    if not answer.body and (promise is None or not promise.contents):
        answer.content_type = None
    elif promise is not None and answer.content_type is not None:
        answer.content = _content(promise, answer.content_type, None, answer.body)
    return answer


def _of_connexion_response(response: Any, promises: Promises, negotiated: str | None) -> Answer:
    """The answer of a ``ConnexionResponse``, whose attributes have no types."""
    headers: dict[str, str] = dict(response.headers or {})
    content_type: str | None = response.content_type or response.mimetype
    if content_type:
        headers["Content-Type"] = content_type
    return compose((response.body, response.status_code, headers), promises, negotiated)


def _kind(value: Any) -> str:
    return type(value).__name__


def _no_form(promises: Promises, found: str, remedy: str) -> NoWireForm:
    return NoWireForm(Breach(Rule.FORM, promises.name, found, promises.listed(), remedy))
