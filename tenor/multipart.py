"""Multipart content as its parts (RFC 7578), read by Werkzeug's decoder."""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

from werkzeug.datastructures import FileStorage, Headers
from werkzeug.exceptions import HTTPException
from werkzeug.sansio.multipart import Data, Epilogue, Event, Field, File, MultipartDecoder, NeedData

from tenor.media_types import MediaType, parse
from tenor.scalars import Malformed

MAX_PARTS = 1000
_PIECE = 65_536


@dataclass(frozen=True, slots=True)
class Part:
    """One part: of which field, under which file's name if it has one, and its bytes."""

    name: str
    filename: str | None
    headers: Headers
    content: bytes

    @property
    def media_type(self) -> MediaType | None:
        """The media type that it says it has, None when it does not."""
        return parse(self.headers.get("Content-Type", ""))

    def file(self) -> FileStorage:
        """The part as an uploaded file."""
        return FileStorage(BytesIO(self.content), self.filename, self.name, headers=self.headers)


def parts_of(content: bytes, media_type: MediaType) -> list[Part]:
    """The parts in their order. Raises Malformed."""
    boundary = dict(media_type.parameters).get("boundary", "")
    if not boundary or not boundary.isascii():
        raise Malformed("boundary", "must have a boundary in its Content-Type")
    try:
        return list(_parts(_events(content, boundary.encode())))
    except (ValueError, HTTPException):
        raise Malformed("multipart", "must be multipart/form-data") from None


def _events(content: bytes, boundary: bytes) -> Iterator[Event]:
    decoder = MultipartDecoder(boundary, max_parts=MAX_PARTS)
    for start in range(0, len(content) + _PIECE, _PIECE):
        decoder.receive_data(content[start : start + _PIECE] or None)
        event = decoder.next_event()
        while not isinstance(event, (NeedData, Epilogue)):
            yield event
            event = decoder.next_event()


def _parts(events: Iterator[Event]) -> Iterator[Part]:
    pieces: list[bytes] = []
    head: Field | File | None = None
    for event in events:
        if isinstance(event, (Field, File)):
            head, pieces = event, []
        elif isinstance(event, Data) and head is not None:
            pieces.append(event.data)
            if not event.more_data:
                yield _part(head, b"".join(pieces))


def _part(head: Field | File, content: bytes) -> Part:
    if not isinstance(head.name, str):  # pyright: ignore[reportUnnecessaryIsInstance] - Werkzeug casts what may be missing
        raise ValueError("a part has no name")  # noqa: TRY004 - as Werkzeug refuses the rest
    filename = head.filename if isinstance(head, File) else None
    return Part(head.name, filename, head.headers, content)
