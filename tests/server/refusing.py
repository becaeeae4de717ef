"""An application that breaks its contract in many ways, and counts what it opened and closed.

Its contract is small and its handlers are large: `{way}` says how an answer goes wrong. It is read
from ``openapi.yaml`` in the current directory.
"""

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any, NoReturn

import flask
import structlog

from tenor import Tenor

CONTRACT = """
openapi: 3.1.1
info: {title: Refusing, version: "1"}
paths:
  /numbers/{way}:
    parameters: [{$ref: "#/components/parameters/Way"}]
    get:
      operationId: getNumber
      responses:
        "200":
          description: A number.
          content: {application/json: {schema: {$ref: "#/components/schemas/Number"}}}
        "500": {$ref: "#/components/responses/HeldBack"}
  /lines/{way}:
    parameters: [{$ref: "#/components/parameters/Way"}]
    get:
      operationId: streamLines
      responses:
        "200":
          description: Numbers, one in each line; a problem as the last says that the rest failed.
          content:
            application/x-ndjson:
              schema:
                anyOf:
                  - {$ref: "#/components/schemas/Number"}
                  - {$ref: "#/components/schemas/Problem"}
  /bytes/{way}:
    parameters: [{$ref: "#/components/parameters/Way"}]
    get:
      operationId: streamBytes
      responses:
        "200": {$ref: "#/components/responses/Bytes"}
        "500": {$ref: "#/components/responses/HeldBack"}
  /responses/{way}:
    parameters: [{$ref: "#/components/parameters/Way"}]
    get:
      operationId: respond
      responses:
        "200": {$ref: "#/components/responses/Bytes"}
        "500": {$ref: "#/components/responses/HeldBack"}
  /streams:
    get:
      operationId: countStreams
      responses:
        "200":
          description: How many streams were begun, and how many of them were ended.
          content:
            application/json:
              schema:
                type: object
                properties: {begun: {type: integer}, ended: {type: integer}}
components:
  parameters:
    Way: {name: way, in: path, required: true, schema: {type: string}}
  responses:
    Bytes:
      description: Bytes of a known length.
      content: {application/octet-stream: {schema: {}}}
    HeldBack:
      description: The answer was held back, or there was none.
      content: {application/problem+json: {schema: {$ref: "#/components/schemas/Problem"}}}
  schemas:
    Number:
      type: object
      required: [number]
      properties: {number: {type: integer}}
    Problem:
      type: object
      required: [type, title, status]
      properties:
        type: {type: string}
        title: {type: string}
        status: {const: 500}
        detail: {type: string}
        violation: {type: string}
"""

_OCTETS = "application/octet-stream"
ANNOUNCED = 8
"""The bytes that a short stream announces."""

_PIECE = b"x" * 65_536
_MANY = 512
"""Pieces of a long stream: more than the sockets between server and client hold."""

_ONE = {"number": 1}
_WRONG = {"number": "one"}
_FAILURE = object()
"""Stands in a stream for the place where it raises."""


class Streams:
    """How many streams were begun and ended."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.begun = 0
        self.ended = 0

    def begin(self) -> None:
        with self._lock:
            self.begun += 1

    def end(self) -> None:
        with self._lock:
            self.ended += 1


_streams = Streams()


def create_app() -> Tenor:
    structlog.configure(logger_factory=lambda *_: structlog.PrintLogger(sys.stderr))
    return Tenor(Path("openapi.yaml"), handlers=__name__, policy="prevent")


def get_number(way: str) -> Any:
    return _NUMBERS[way]()


def stream_lines(way: str) -> Any:
    return _stream(_LINES[way])


def stream_bytes(way: str) -> Any:
    length, pieces = _BYTES[way]
    return _stream(pieces), 200, {"Content-Length": str(length)}


def respond(way: str) -> flask.Response:
    """A stream of Flask's own, which counts as ended when its response is closed."""
    _streams.begin()
    headers = {"Content-Length": str(ANNOUNCED), **_RESPONSES[way]}
    response = flask.Response(iter([b"four"]), mimetype=_OCTETS, headers=headers)
    response.call_on_close(_streams.end)
    return response


def count_streams() -> Any:
    return {"begun": _streams.begun, "ended": _streams.ended}


def _stream(pieces: Iterable[Any]) -> Iterator[Any]:
    """The pieces one by one, as far as no failure is among them."""
    _streams.begin()
    try:
        for piece in pieces:
            yield _fail() if piece is _FAILURE else piece
    finally:
        _streams.end()


def _fail() -> NoReturn:
    raise OSError("the disk is gone")


def _keep(what: Any) -> Any:
    """A defect: something stays behind with an answer that is refused."""
    _kept.append(what)
    return _WRONG


def _waiting_thread() -> Thread:
    thread = Thread(target=Event().wait, daemon=True)
    thread.start()
    return thread


_kept: list[Any] = []

_NUMBERS: dict[str, Callable[[], Any]] = {
    "good": lambda: _ONE,
    "undeclared-status": lambda: (_ONE, 202),
    "broken-schema": lambda: _WRONG,
    "raises": _fail,
    "aborts-with-success": lambda: flask.abort(201),
    "raises-midway": lambda: _stream(['{"number": ', _FAILURE]),
    "keeps-memory": lambda: _keep(bytearray(b"x" * 200_000)),
    "keeps-threads": lambda: _keep(_waiting_thread()),
    "keeps-files": lambda: _keep(os.open("openapi.yaml", os.O_RDONLY)),
}
_LINES: dict[str, Iterable[Any]] = {
    "broken-midway": [_ONE, _WRONG, _ONE],
    "raises-midway": [_ONE, _FAILURE],
    "long": [_ONE] * 2_000_000,
}
_BYTES: dict[str, tuple[int, Iterable[Any]]] = {
    "too-short": (ANNOUNCED, [b"four"]),
    "too-long": (ANNOUNCED, [b"six", b"bytes", b"more."]),
    "raises-midway": (ANNOUNCED, [b"fo", b"ur", _FAILURE]),
    "long": (_MANY * len(_PIECE), [_PIECE] * _MANY),
}
_RESPONSES: dict[str, dict[str, str]] = {
    "too-short": {},
    "undeclared-header": {"X-Undeclared": "1"},
}
