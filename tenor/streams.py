"""Answers that are made while they are sent, or collected before.

Only what can be judged piece by piece is streamed: newline-delimited JSON whose schema declares how
a line says that the rest failed, and binary content of a declared length, whose connection is ended
when it falls short. Everything else that comes from a generator is collected within a limit and
judged whole.
"""

from collections.abc import Iterable, Iterator
from typing import Any, cast

import structlog

from tenor.representations import Unwritable, dump_json, kind_of

LONGEST_LINE = 1_048_576
"""Bytes of a line that is given in pieces."""

log = structlog.get_logger("tenor")


_WHOLE = frozenset((dict, list, str, bytes, type(None)))  # asked first: asking for Iterator is slow


def is_stream(value: Any) -> bool:
    """Whether a body is given piece by piece: a generator or another iterator."""
    return type(value) not in _WHOLE and isinstance(value, Iterator)


def pieces_of(values: Iterable[Any]) -> Iterator[bytes]:
    """The pieces as bytes; text is UTF-8."""
    for value in values:
        if isinstance(value, str):
            yield value.encode()
        elif isinstance(value, (bytes, bytearray, memoryview)):
            yield bytes(cast(bytes, value))
        else:
            raise Unwritable(f"gives {kind_of(value)} among its pieces of text or bytes")


def lines_of(values: Iterable[Any]) -> Iterator[bytes]:
    """The lines of newline-delimited JSON: text is cut where it says so, any other value is one."""
    begun: list[bytes] = []  # the pieces of a line that has not ended
    length = 0
    for value in values:
        if isinstance(value, (str, bytes)):
            (piece,) = pieces_of([value])
            *ended, rest = piece.split(b"\n")
            for line in ended:
                yield b"".join((*begun, line, b"\n"))
                begun, length = [], 0
            begun.append(rest)
            length += len(rest) or 1
        else:
            if any(begun):
                yield b"".join((*begun, b"\n"))
            begun, length = [], 0
            yield dump_json(value) + b"\n"
        if length > LONGEST_LINE:
            raise Unwritable(f"has a line of more than {LONGEST_LINE} bytes")
    if any(begun):
        yield b"".join(begun)


def collected(pieces: Iterable[bytes], limit: int) -> bytes:
    """All pieces as one. Raises Unwritable beyond the limit, in bytes; a piece is at least one."""
    taken: list[bytes] = []
    length = 0
    for piece in pieces:
        length += len(piece) or 1
        if length > limit:
            raise Unwritable(f"is longer than the {limit} bytes that are collected")
        taken.append(piece)
    return b"".join(taken)


def close(values: Any) -> None:
    """End an iterator that is not read to its end; what goes wrong there reaches nobody else."""
    end = getattr(values, "close", None)
    if end is not None:
        try:
            end()
        except Exception as error:  # noqa: BLE001 - generators raise anything
            log.warning("stream_not_closed", error=type(error).__name__)


class Sending:
    """A stream as WSGI has it (PEP 3333): iterated by the server, and closed in any case.

    ``first`` is its first piece, if that was asked for already.
    """

    __slots__ = ("_first", "_judged", "_source")

    def __init__(self, judged: Iterator[bytes], source: Any, first: bytes = b"") -> None:
        self._judged = judged
        self._source = source
        self._first = first

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        if self._first:
            first, self._first = self._first, b""
            return first
        return next(self._judged)

    def close(self) -> None:
        """End both, also when the client went away."""
        close(self._judged)
        close(self._source)
