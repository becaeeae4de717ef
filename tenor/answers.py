"""Answers: from whatever a handler returns to a status, headers and bytes.

Flask and connexion users write ``(body, status, headers)``, ``(body, status)``, ``(body,
headers)``, a bare body, a ``Response``, ``NoContent``. Each has one meaning here. What has none is
refused with a sentence that teaches the right form.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from werkzeug.wrappers import Response
from werkzeug.wsgi import ClosingIterator

from tenor import media_types
from tenor.connexion_parts import ConnexionResponse, NoContent
from tenor.heads import HeaderList, NoWireForm, parts_of, status_of, written_headers
from tenor.promises import BODILESS, ContentPromise, Promise, Promises
from tenor.representations import Unwritable, json_family, kind_of, text_family
from tenor.rules import Breach, Rule
from tenor.schemas import MISSING
from tenor.streams import close, collected, is_stream, lines_of, pieces_of


@dataclass(slots=True)
class Answer:
    """An answer in its wire form.

    ``promises`` are those of whom it speaks for, ``promise`` the one for its status, if any, and
    ``content`` its declared media type. ``value`` is what the body was written from, or MISSING
    when only bytes are known. ``stream`` gives the body in its place, piece by piece; ``length`` is
    the Content-Length that was given with it.
    """

    status: int
    headers: HeaderList
    promises: Promises
    promise: Promise | None
    content_type: str | None = None
    body: bytes = b""
    value: Any = MISSING
    content: ContentPromise | None = None
    stream: Iterator[Any] | None = None
    length: int | None = None
    is_admitted: bool = False

    @property
    def place(self) -> str:
        """Where a person finds what is promised."""
        return self.promises.place if self.promise is None else self.promise.place


@dataclass(frozen=True, slots=True)
class Collecting:
    """What becomes of generators: ``limit`` is the most bytes that are collected from one.

    ``failures`` are the lines, one of which a schema has to admit for its lines to be streamed.
    """

    failures: tuple[Any, ...]
    limit: int = 16 * 1024 * 1024


def compose(
    spoken: Any, promises: Promises, negotiated: str | None, collecting: "Collecting"
) -> Answer:
    """The answer that a return value stands for. Raises NoWireForm for a form that is none."""
    body, status, given = parts_of(spoken, promises)
    try:
        return _composed(body, status, given, promises, negotiated, collecting)
    except BaseException:
        if is_stream(body) or isinstance(body, Response):
            close(body)
        raise


def _composed(
    body: Any,
    status: Any,
    given: Any,
    promises: Promises,
    negotiated: str | None,
    collecting: Collecting,
) -> Answer:
    if isinstance(body, Response):
        return _of_response(body, status, given, promises, collecting)
    if isinstance(body, ConnexionResponse):
        return _of_connexion_response(body, status, given, promises, negotiated, collecting)
    is_nothing = body is None or body is NoContent
    code = status_of(status, promises) if status is not None else 204 if is_nothing else 200
    headers, content_type, length = written_headers(given, promises)
    promise = promises.of(code)
    answer = Answer(code, headers, promises, promise, content_type, length=length)
    answer.content = _content(promise, content_type, negotiated, body)
    if content_type is not None:
        _say_charset(answer)
    if is_nothing:
        if body is NoContent or status is None or not _is_null(answer):
            return answer
    elif isinstance(body, (str, bytes)) and not body and not _needs_content(answer):
        return answer
    answer.value = body
    _write(answer, collecting)
    if is_stream(body) and not answer.body and answer.stream is None:
        _drop_type(answer)
    return answer


def _is_null(answer: Answer) -> bool:
    """Whether None beside a status is the null that the schema of a JSON body admits."""
    content = answer.content
    return (
        content is not None
        and content.media_type.is_json
        and _needs_content(answer)
        and content.accepts(None)
    )


def _needs_content(answer: Answer) -> bool:
    """Whether an empty body is one, and not none: where content is promised, and can be sent."""
    is_bodiless = answer.status in BODILESS or answer.promises.is_head
    return answer.promise is not None and bool(answer.promise.contents) and not is_bodiless


def _drop_type(answer: Answer) -> None:
    """Forget the media type that Flask names for an empty body, where none is promised."""
    if answer.promise is None or not answer.promise.contents or answer.status in BODILESS:
        answer.content_type = None


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
        sent = media_types.parse_sent(content_type)
        return promise.content_for(sent) if sent is not None else None
    contents = promise.contents
    if negotiated is not None and negotiated in contents:
        return _named(contents[negotiated], body)
    if len(contents) > 1 and not isinstance(body, (str, bytes)):
        return next((c for c in contents.values() if c.media_type.is_json), None)
    return _named(next(iter(contents.values())), body)


def _say_charset(answer: Answer) -> None:
    """Name the charset of text whose media type was named without it, so that nobody guesses."""
    content, named = answer.content, answer.content_type
    is_text = content is not None and bool(content.family.charset)
    if named is not None and is_text and "charset=" not in named.lower():
        answer.content_type = f"{named}; charset=utf-8"


def _named(content: ContentPromise, body: Any) -> ContentPromise | None:
    """The content, or for a range that of the media type that Flask would name, if it is in it."""
    if not content.media_type.is_range:
        return content
    usual = media_types.parse(_usual(body))
    return content.as_sent(usual) if usual and content.media_type.covers(usual) else None


def _usual(body: Any) -> str:
    """The media type of a body where neither the answer nor the contract names one."""
    return media_types.FLASKS_OWN if _is_text(body) else media_types.JSON


def _is_text(body: Any) -> bool:
    return isinstance(body, (str, bytes)) or is_stream(body)


def _write(answer: Answer, collecting: Collecting) -> None:
    """Write the body in its media type, or in Flask's own where none is declared."""
    content, value = answer.content, answer.value
    if answer.content_type is None:
        answer.content_type = content.wire if content is not None else _usual(value)
    try:
        if is_stream(value):
            _write_stream(answer, collecting)
        elif content is not None:
            answer.body = _written(content, value)
        else:
            family = text_family if _is_text(value) else json_family
            answer.body = family.write(value)
    except (Unwritable, UnicodeEncodeError) as error:
        raise _no_body(answer, error) from None
    if isinstance(answer.value, bytes):
        answer.value = MISSING


def _written(content: ContentPromise, value: Any) -> bytes:
    """A value in its media type. Raises Unwritable, whatever a registered family raises."""
    try:
        return content.family.write(value)
    except Unwritable:
        raise
    except Exception:  # noqa: BLE001 - families that are registered raise anything
        raise Unwritable(f"is {kind_of(value)} that {content.name} cannot hold") from None


def _write_stream(answer: Answer, collecting: Collecting) -> None:
    """Keep the stream of what is judged piece by piece, and collect all else."""
    values, answer.value = answer.value, MISSING
    by_line = answer.content is not None and answer.content.family.by_line
    if answer.content is not None and answer.content.may_stream(answer.length, collecting.failures):
        answer.stream = values
        if by_line:  # a line that says what failed would not fit in a length given before
            answer.length = None
        return
    try:
        pieces = lines_of(values) if by_line else pieces_of(values)
        answer.body = collected(pieces, collecting.limit)
    finally:
        close(values)


def _of_response(
    response: Response, status: Any, given: Any, promises: Promises, collecting: Collecting
) -> Answer:
    """The answer of a ``flask.Response``, with the status and headers given beside it."""
    code = status_of(status if status is not None else response.status_code, promises)
    headers, content_type, length = written_headers(list(response.headers.items()), promises)
    more, other_type, other_length = written_headers(given, promises)
    names = {name.lower() for name, _ in more}
    headers = [(name, text) for name, text in headers if name.lower() not in names] + more
    promise = promises.of(code)
    answer = Answer(code, headers, promises, promise, other_type or content_type)
    answer.length = length if other_length is None else other_length
    if answer.content_type is not None:
        answer.content = _content(promise, answer.content_type, None, b"")
        _say_charset(answer)
    response.direct_passthrough = False
    if code == 304:
        return _not_modified(answer, response)
    if response.is_streamed:
        answer.value = ClosingIterator(response.iter_encoded(), response.close)
        _write(answer, collecting)
    else:
        answer.body = bytes(response.get_data())
        response.close()
    if not answer.body and answer.stream is None:
        _drop_type(answer)
    return answer


def _not_modified(answer: Answer, response: Response) -> Answer:
    """A 304 as ``make_conditional`` leaves it: with the body, which Werkzeug never sends."""
    response.close()
    answer.content_type = answer.content = answer.length = None
    return answer


def _of_connexion_response(
    response: Any,
    status: Any,
    given: Any,
    promises: Promises,
    negotiated: str | None,
    collecting: Collecting,
) -> Answer:
    """The answer of a ``ConnexionResponse``: its text is written already, in its own type.

    A status and headers beside it count, as beside a ``flask.Response``.
    """
    headers: dict[str, Any] = {**dict(response.headers or {}), **dict(given or {})}
    content_type: str | None = response.content_type or response.mimetype
    if content_type:
        headers["Content-Type"] = content_type
    body = response.body.encode() if isinstance(response.body, str) else response.body
    code = response.status_code if status is None else status
    return compose((body, code, headers), promises, negotiated, collecting)


def _no_body(answer: Answer, error: Exception) -> NoWireForm:
    names = ", ".join(answer.promise.contents) if answer.promise else ""
    return NoWireForm(
        Breach(
            Rule.FORM,
            f"{answer.promises.name} answered {answer.status}",
            f"with a body that {error}",
            f"{names or 'no content'} at {answer.place}",
            "Return what the declared media type can hold.",
        )
    )
