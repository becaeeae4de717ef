"""Asking: a request, what is replied to it, and the two ways to ask: in process and over HTTP."""

import http.client
import io
import json
import socket
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote, unquote_to_bytes, urlsplit
from wsgiref.types import WSGIApplication

from werkzeug.test import run_wsgi_app

Lines = tuple[tuple[str, str], ...]

PATIENCE = 20.0
"""Seconds after which an answer counts as one that never comes."""
LARGEST = 64 * 1_048_576
"""Bytes of content beyond which an answer counts as one that never ends."""


class NoReply(Exception):
    """What was asked did not answer: it crashed, hung or closed the connection."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request: ``target`` is its path and query as they are sent, percent-encoded."""

    method: str
    target: str
    headers: Lines = ()
    body: bytes | None = None

    def header(self, name: str) -> str | None:
        """The value of a header, None where it is not sent."""
        return _value(self.headers, name)

    def having(self, name: str, value: str) -> "Request":
        """The same request with a header of this value."""
        return replace(self, headers=(*self.without(name).headers, (name, value)))

    def without(self, name: str) -> "Request":
        """The same request without a header."""
        kept = tuple(line for line in self.headers if line[0].lower() != name.lower())
        return replace(self, headers=kept)

    def asking(self, name: str, value: str) -> "Request":
        """The same request with a query parameter of this value, and none of its name beside."""
        pair = f"{quote(name)}={quote(value)}"
        kept = [p for p in self.query.split("&") if p and p.partition("=")[0] != quote(name)]
        return replace(self, target=f"{self.path}?{'&'.join([*kept, pair])}")

    @property
    def path(self) -> str:
        """The path, percent-encoded."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        """The query, percent-encoded, without its question mark."""
        return self.target.partition("?")[2]


@dataclass(frozen=True, slots=True)
class Reply:
    """What is replied: a status, the lines of the header, and the bytes of the content.

    ``is_stray`` says that it is in words of the engine's own, which nobody declares: it is counted
    as that.
    """

    status: int
    headers: Lines
    body: bytes
    is_stray: bool = False

    def header(self, name: str) -> str | None:
        """The value of a header, None where it is not sent."""
        return _value(self.headers, name)

    @property
    def media_type(self) -> str:
        """The media type without parameters, empty where none is sent."""
        return (self.header("Content-Type") or "").partition(";")[0].strip().lower()

    @property
    def is_success(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status < 300

    def json(self) -> Any:
        """The content as JSON, None where it is none."""
        if not (self.media_type.endswith("/json") or self.media_type.endswith("+json")):
            return None
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None


def _value(lines: Iterable[tuple[str, str]], name: str) -> str | None:
    values = [value for key, value in lines if key.lower() == name.lower()]
    return ", ".join(values) if values else None


Ask = Callable[[Request], Reply]
"""How a request is asked. Raises NoReply."""


def in_process(app: WSGIApplication, host: str = "localhost") -> Ask:
    """Ask an application in this process."""

    def ask(request: Request) -> Reply:
        try:
            pieces, status, headers = run_wsgi_app(app, _environ(request, host), buffered=True)
            body = b"".join(pieces)
        except Exception as error:
            raise NoReply(f"it raised {type(error).__name__}") from error
        return Reply(int(status.split()[0]), tuple(headers.items()), body)

    return ask


def _environ(request: Request, host: str) -> dict[str, Any]:
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(request.path).decode("latin-1"),
        "QUERY_STRING": request.query,
        "REQUEST_URI": request.target,
        "SERVER_NAME": host,
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": host,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(request.body or b""),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    if request.body is not None:
        environ["CONTENT_LENGTH"] = str(len(request.body))
    for name, value in request.headers:
        key = name.upper().replace("-", "_")
        key = key if key == "CONTENT_TYPE" else f"HTTP_{key}"
        environ[key] = f"{environ[key]},{value}" if key in environ else value
    return environ


def over_http(url: str, *, patience: float = PATIENCE, largest: int = LARGEST) -> Ask:
    """Ask the server at an address, each request on a connection of its own.

    ``patience`` bounds the whole answer, however slowly it drips, and ``largest`` its content.
    """
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    prefix = parts.path.rstrip("/")

    def ask(request: Request) -> Reply:
        connection = kind(parts.hostname or "", parts.port, timeout=patience)
        begun, watch = time.monotonic(), None
        try:
            connection.connect()
            watch = _breaking_off(connection.sock, patience)
            connection.putrequest(
                request.method, prefix + request.target, skip_accept_encoding=True
            )
            for name, value in request.headers:
                connection.putheader(name, value.encode("latin-1", "replace"))
            if request.body is not None:
                connection.putheader("Content-Length", str(len(request.body)))
            connection.endheaders()
            _send_body(connection, request.body)
            with connection.getresponse() as response:
                status, lines = response.status, tuple(response.getheaders())
                content = _read(response, largest)
        except (OSError, http.client.HTTPException) as error:
            if time.monotonic() - begun < patience:
                raise NoReply(f"the connection failed ({type(error).__name__})") from error
            raise NoReply(f"there was no whole answer within {patience:g} seconds") from error
        finally:
            if watch is not None:
                watch.cancel()
            connection.close()
        if time.monotonic() - begun >= patience:  # what was broken off may look complete
            raise NoReply(f"there was no whole answer within {patience:g} seconds")
        return Reply(status, lines, content)

    return ask


def _read(response: http.client.HTTPResponse, largest: int) -> bytes:
    content = response.read(largest + 1)
    if len(content) > largest:
        raise NoReply(f"its content has more than {largest} bytes")
    if response.length:  # it is told nowhere else that an end is missing
        raise http.client.IncompleteRead(content, response.length)
    return content


def _breaking_off(connection: socket.socket, patience: float) -> threading.Timer:
    """What ends a connection after a time, whatever is still read from it."""

    def end() -> None:
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)

    watch = threading.Timer(patience, end)
    watch.daemon = True
    watch.start()
    return watch


def _send_body(connection: http.client.HTTPConnection, body: bytes | None) -> None:
    """Send the content; a server may refuse it while it is sent, and has then answered already."""
    if body:
        with suppress(BrokenPipeError, ConnectionResetError):
            connection.send(body)
