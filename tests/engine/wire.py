"""Requests as a WSGI server makes them, byte for byte, and what comes back over the wire.

Werkzeug's client mends much before it sends; here a test says exactly what arrives. Each answer
is held to what a server may rely on (PEP 3333), whatever the test is about.
"""

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes
from wsgiref.util import is_hop_by_hop

from flask import Flask
from werkzeug.datastructures import Headers

BODILESS = (204, 304)


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back."""

    status: int
    headers: Headers
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def problem(self) -> str:
        """The name of the problem, empty when the answer is none."""
        if self.headers.get("Content-Type") != "application/problem+json":
            return ""
        assert self.json["status"] == self.status
        return self.json["type"].rpartition("/")[2]

    @property
    def faults(self) -> set[tuple[str, str, str]]:
        """Each fault of the request as (place, pointer, rule)."""
        errors = self.json.get("errors", []) if self.problem else []
        return {(fault["in"], fault["pointer"], fault["rule"]) for fault in errors}


class Chunks(io.RawIOBase):
    """A body that arrives in pieces; the server does not know its length."""

    def __init__(self, *pieces: bytes) -> None:
        self._pieces = list(pieces)

    def read(self, size: int = -1) -> bytes:
        if not self._pieces:
            return b""
        piece = self._pieces.pop(0)
        if 0 <= size < len(piece):
            self._pieces.insert(0, piece[size:])
            piece = piece[:size]
        return piece


def ask(
    app: Flask,
    line: str = "GET /thing",
    *,
    json: Any = None,
    body: bytes | None = None,
    chunks: tuple[bytes, ...] | None = None,
    headers: Mapping[str, str] | None = None,
    **environ: Any,
) -> Reply:
    """Send one request and take its answer.

    `line` is the method and the target as written in a request; `json`, `body` (with its
    Content-Length) or `chunks` (without one) is the content.
    """
    request = _environ(line, json=json, body=body, chunks=chunks, headers=headers or {})
    return _exchange(app, {**request, **environ})


def _environ(
    line: str,
    *,
    json: Any,
    body: bytes | None,
    chunks: tuple[bytes, ...] | None,
    headers: Mapping[str, str],
) -> dict[str, Any]:
    method, _, target = line.partition(" ")
    path, _, query = target.partition("?")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "localhost",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    if json is not None:
        body = _written(json)
        environ["CONTENT_TYPE"] = "application/json"
    if body is not None:
        environ |= {"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}
    if chunks is not None:
        environ |= {"wsgi.input": Chunks(*chunks), "HTTP_TRANSFER_ENCODING": "chunked"}
    for name, value in headers.items():
        key = name.upper().replace("-", "_")
        environ[key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"] = value
    return environ


def _written(value: Any) -> bytes:
    return json.dumps(value).encode()


def _exchange(app: Flask, environ: dict[str, Any]) -> Reply:
    started: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], *_rest: object) -> Any:
        started.append((status, headers))

    parts = app(environ, start_response)
    body = b"".join(parts)
    close = getattr(parts, "close", None)
    if close is not None:
        close()
    [(line, pairs)] = started
    status = int(line.partition(" ")[0])
    _hold_to_the_wire(environ["REQUEST_METHOD"], status, pairs, body)
    return Reply(status, Headers(pairs), body)


def _hold_to_the_wire(method: str, status: int, pairs: list[tuple[str, str]], body: bytes) -> None:
    """What a server may rely on: one line for each header, no word of its own, and the length."""
    for name, value in pairs:
        assert not is_hop_by_hop(name), f"{name} belongs to the server"
        assert not set(value) & {"\r", "\n", "\0"}, f"{name} is more than one line"
        assert value.encode("latin-1") is not None
    names = [name.lower() for name, _ in pairs]
    if status in BODILESS:
        assert body == b""
        assert not {"content-type", "content-length"} & {*names}
        return
    assert names.count("content-type") <= 1
    if method == "HEAD":
        assert body == b""
        return
    lengths = [value for name, value in pairs if name.lower() == "content-length"]
    is_streamed = dict(pairs).get("Content-Type", "").startswith("application/x-ndjson")
    assert lengths == [str(len(body))] or (is_streamed and not lengths)
