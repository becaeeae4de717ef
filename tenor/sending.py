"""Sending: an answer as Flask's hooks expect it, and as the server takes it (PEP 3333)."""

from collections.abc import Iterable
from http import HTTPStatus
from wsgiref.types import StartResponse

from flask import Flask
from flask.wrappers import Response

from tenor import streams
from tenor.answers import Answer
from tenor.exchange import Exchange
from tenor.promises import BODILESS

_STATUS_LINES = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}


def as_response(app: Flask, answer: Answer) -> Response:
    """The answer as Flask's hooks expect it."""
    body = answer.body if answer.stream is None else answer.stream
    response = app.response_class(body, status=answer.status, headers=answer.headers)
    if answer.length is not None and answer.stream is not None:
        response.content_length = answer.length
    if answer.content_type is None:
        response.headers.pop("Content-Type", None)
    else:
        response.headers["Content-Type"] = answer.content_type
    return response


def send(answer: Answer, exchange: Exchange, start_response: StartResponse) -> Iterable[bytes]:
    """Hand the answer to the server, with the headers of its content."""
    headers = answer.headers
    status = answer.status
    stream = answer.stream
    has_body = status not in BODILESS
    if has_body:
        if answer.content_type is not None:
            headers.append(("Content-Type", answer.content_type))
        length = len(answer.body) if stream is None and answer.body else _length(answer)
        if length is not None:
            headers.append(("Content-Length", str(length)))
    start_response(_STATUS_LINES.get(status) or f"{status} Unknown", headers)
    if has_body and exchange.method != "HEAD":
        return [answer.body] if stream is None else stream
    streams.close(stream)
    return []


def _length(answer: Answer) -> int | None:
    """The Content-Length: that of the body, or what was said of one that is not there."""
    if answer.stream is not None or (answer.promises.is_head and not answer.body):
        return answer.length
    return len(answer.body)
