"""HTTP/1.1 as bytes: what goes to a server unchecked, and what comes back, read to the letter.

No client library stands between, so requests may break every rule, and an answer that has a byte
too many or too few is seen.
"""

import socket
import struct
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Self

PATIENCE = 10.0
"""Seconds after which a silent server counts as stuck."""

_BODILESS = (204, 304)


class NoAnswer(Exception):
    """The server closed the connection in place of an answer."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer: names of headers are in lower case, in the order of the wire."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key == name]

    def header(self, name: str) -> str | None:
        """The one value of a header, or None."""
        values = self.all(name)
        assert len(values) < 2, f"{name} was sent {len(values)} times"
        return values[0] if values else None

    @property
    def media_type(self) -> str | None:
        return self.header("content-type")


class Connection:
    """One connection, as long as the server keeps it."""

    def __init__(self, connected: socket.socket, patience: float = PATIENCE) -> None:
        connected.settimeout(patience)
        self._socket = connected
        self._received = b""
        self._is_ended = False

    @classmethod
    def to(cls, port: int, patience: float = PATIENCE) -> Self:
        """A connection to a port of this machine."""
        return cls(socket.create_connection(("127.0.0.1", port), timeout=patience), patience)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def fileno(self) -> int:
        return self._socket.fileno()

    def send(self, raw: bytes) -> None:
        """Send what the server still takes of it: it may refuse and close before the end."""
        with suppress(ConnectionError):
            self._socket.sendall(raw)

    def end(self) -> None:
        """Say that nothing more will be sent, and stay to hear the answer."""
        self._socket.shutdown(socket.SHUT_WR)

    def reset(self) -> None:
        """Break off at once, as a machine does that has lost its network."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._socket.close()

    def receive(self, *, to: bytes = b"GET") -> Answer:
        """The next answer, to a request of this method. Raises NoAnswer."""
        answer = self._receive(to)
        while 100 <= answer.status < 200:
            answer = self._receive(to)
        return answer

    def receive_interim(self) -> Answer:
        """The next answer, which may be an interim one such as 100 Continue. Raises NoAnswer."""
        return self._receive(b"GET")

    def is_closed(self) -> bool:
        """Whether the server ends the connection without another byte, within its patience."""
        return not self._received and not self._read_more()

    def _receive(self, method: bytes) -> Answer:
        head = self._until(b"\r\n\r\n").decode("latin-1")
        status_line, *lines = head.split("\r\n")
        version, status, *_ = status_line.split(" ", 2)
        assert version.startswith("HTTP/1."), f"{status_line!r} is no status line"
        pairs = (line.partition(":")[::2] for line in lines)
        headers = tuple((name.lower(), value.strip(" \t")) for name, value in pairs)
        answer = Answer(int(status), headers, b"")
        is_bodiless = method == b"HEAD" or answer.status < 200 or answer.status in _BODILESS
        return answer if is_bodiless else Answer(answer.status, headers, self._body(answer))

    def _body(self, answer: Answer) -> bytes:
        if answer.header("transfer-encoding") is not None:
            return b"".join(self._chunks())
        length = answer.header("content-length")
        if length is None:
            while self._read_more():
                pass
            body, self._received = self._received, b""
            return body
        return self._exactly(int(length))

    def _chunks(self) -> Iterator[bytes]:
        while size := int(self._until(b"\r\n"), 16):
            yield self._exactly(size)
            assert self._exactly(2) == b"\r\n"
        assert self._until(b"\r\n") == b""

    def _until(self, mark: bytes) -> bytes:
        while mark not in self._received:
            self._need_more()
        found, _, self._received = self._received.partition(mark)
        return found

    def _exactly(self, size: int) -> bytes:
        while len(self._received) < size:
            self._need_more()
        found, self._received = self._received[:size], self._received[size:]
        return found

    def _need_more(self) -> None:
        if not self._read_more():
            assert not self._received, f"the answer ended early: {self._received!r}"
            raise NoAnswer

    def _read_more(self) -> bool:
        if self._is_ended:
            return False
        try:
            piece = self._socket.recv(65_536)
        except ConnectionError:
            piece = b""
        self._received += piece
        self._is_ended = not piece
        return bool(piece)


def request(
    method: str, target: str | bytes, *headers: str | bytes, body: bytes = b"", version: str = "1.1"
) -> bytes:
    """A request with a Host; a body gets its Content-Length, unless the headers say another."""
    lines = [b"Host: tenor.example"] if not any(_names(h, b"host") for h in headers) else []
    lines += [_bytes(header) for header in headers]
    is_framed = any(
        _names(h, b"content-length") or _names(h, b"transfer-encoding") for h in headers
    )
    if body and not is_framed:
        lines.append(b"Content-Length: %d" % len(body))
    first = b" ".join([method.encode(), _bytes(target), b"HTTP/" + version.encode()])
    return b"\r\n".join([first, *lines, b"", body])


def chunked(*pieces: bytes) -> bytes:
    """A whole body in chunks of these pieces."""
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode("latin-1")


def _names(header: str | bytes, name: bytes) -> bool:
    return _bytes(header).partition(b":")[0].strip().lower() == name
