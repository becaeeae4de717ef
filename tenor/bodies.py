"""The body of a request: read once within its limit, decoded once, held to its schema.

What comes out is the very object that the handler gets.
"""

import io
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from werkzeug.exceptions import HTTPException

from tenor import media_types
from tenor.contents import UTF_8, Content, Offer, compile_offer
from tenor.document import Document, Json, escape
from tenor.errors import ConfigurationError
from tenor.media_types import MediaType
from tenor.parameters import fresh
from tenor.problems import Fault, invalid, of_type
from tenor.schemas import MISSING, Compiler

Environ = dict[str, Any]

_PIECE = 65_536
_MOST_TYPES = 100


class Readers:
    """How many threads may wait for bodies at once, so that slow uploads starve nobody else."""

    __slots__ = ("_free",)

    def __init__(self, most: int) -> None:
        # Threads may take from and add to a deque at once, for a tenth of what a semaphore costs.
        self._free = deque(range(most))

    def read(self, environ: Environ, limit: int) -> bytes:
        """The whole body. Raises the problems 413, 503, and 400 for one that ends too early."""
        try:
            place = self._free.pop()
        except IndexError:
            raise _overloaded() from None
        try:
            return _read(environ, limit)
        except HTTPException:
            raise
        except Exception:  # noqa: BLE001 - each server has its own way to say that content broke off
            raise _incomplete() from None
        finally:
            self._free.append(place)


@dataclass(frozen=True, slots=True)
class Sent:
    """What a Content-Type says: the media type, and how content in it is read.

    ``media_type`` is None where it cannot be read, and ``content`` where nobody takes it.
    """

    media_type: MediaType | None
    content: Content | None
    is_in_utf_8: bool


@dataclass(frozen=True, slots=True)
class Body:
    """The request body that an operation declares; ``limit`` is in bytes."""

    offers: tuple[Offer, ...]
    required: bool
    default: Any
    limit: int
    readers: Readers
    _known: dict[str, Sent] = field(default_factory=dict[str, Sent], init=False, compare=False)

    def take(self, environ: Environ, faults: list[Fault]) -> Any:
        """The body's value, or its default when there is none."""
        if not is_sent(environ):
            return self._absent(faults)
        sent = self._sent(environ.get("CONTENT_TYPE", ""))
        content = sent.content
        may_be_cut = is_chunked(environ)
        if may_be_cut:
            _refuse_two_lengths(environ)
            if content is not None and not content.is_self_delimiting:
                raise _length_required()
        raw = self.readers.read(environ, self.limit)
        environ["wsgi.input"] = io.BytesIO(raw)
        environ["wsgi.input_terminated"] = True
        if not raw and (sent.media_type is None or sent.media_type.is_json):
            if may_be_cut and not self.required:
                raise _incomplete()  # granian hands over malformed chunks as no content at all
            return self._absent(faults)
        if content is None or not sent.is_in_utf_8 or _is_encoded(environ):
            raise self._unsupported()
        value = content.take(raw, cast(MediaType, sent.media_type), faults)
        if may_be_cut and type(value) in (int, float) and not faults:
            raise _length_required()  # 12 may be the beginning of 123
        return value

    def _absent(self, faults: list[Fault]) -> Any:
        if self.required:
            faults.append(Fault("body", "", "required", "is required"))
        return fresh(self.default)

    def _sent(self, content_type: str) -> Sent:
        """What a Content-Type says; clients send the same few again and again."""
        known = self._known.get(content_type)
        if known is None:
            media_type = media_types.parse_sent(content_type.strip(" \t"))
            content = self._declared(media_type) if media_type is not None else None
            known = Sent(media_type, content, not media_type or media_type.charset in UTF_8)
            if len(self._known) < _MOST_TYPES:
                self._known[content_type] = known
        return known

    def _declared(self, sent: MediaType) -> Content | None:
        fitting = [offer for offer in self.offers if offer.media_type.covers(sent)]
        if not fitting:
            return None
        return max(fitting, key=lambda offer: offer.media_type.specificity).content_for(sent)

    def _unsupported(self) -> HTTPException:
        names = ", ".join(offer.media_type.essence for offer in self.offers)
        return of_type("unsupported-media-type", detail=f"Send {names}, in UTF-8 and not encoded.")


def is_chunked(environ: Mapping[str, Any]) -> bool:
    """Whether the content says itself where it ends (RFC 9112, section 7.1)."""
    return "HTTP_TRANSFER_ENCODING" in environ


def is_sent(environ: Mapping[str, Any]) -> bool:
    """Whether the request has content, as far as its header says (RFC 9112, section 6)."""
    length = environ.get("CONTENT_LENGTH")
    return (length is not None and length not in ("", "0")) or "HTTP_TRANSFER_ENCODING" in environ


def compile_body(
    document: Document, compiler: Compiler, operation: str, *, limit: int, readers: Readers
) -> Body | None:
    """The body that the operation at this pointer declares, or None when it takes none."""
    if "requestBody" not in document.at(operation):
        return None
    node, pointer = document.follow(f"{operation}/requestBody")
    places = [f"{pointer}/content/{escape(name)}" for name in node["content"]]
    if not places:
        raise ConfigurationError(
            "the request body has no media type",
            place=document.place(f"{pointer}/content"),
            remedy="Declare one, such as application/json, or leave the requestBody out.",
        )
    offers = tuple(
        compile_offer(document, compiler, name, place)
        for name, place in zip(node["content"], places, strict=True)
    )
    defaults = [_default_of(document, compiler, place) for place in places]
    default = next((value for value in defaults if value is not MISSING), MISSING)
    return Body(offers, node.get("required", False) is True, default, limit, readers)


def _default_of(document: Document, compiler: Compiler, pointer: str) -> Any:
    """What stands for an absent body: the schema's default, an empty object for an object."""
    schema: Json = document.at(pointer).get("schema", True)
    default = compiler.filled(schema, f"{pointer}/schema")
    is_object = compiler.types(schema, f"{pointer}/schema") == frozenset(("object",))
    return {} if default is MISSING and is_object else default


def _read(environ: Environ, limit: int) -> bytes:
    length = None if is_chunked(environ) else _length(environ)
    if length is not None and length > limit:
        raise _too_large(limit)
    read = environ["wsgi.input"].read
    if length is not None and length <= _PIECE:
        content = read(length)
        if len(content) == length:  # as most come: whole, and at once
            return content
        pieces, received = [content], len(content)
    else:
        pieces, received = [], 0
    while length is None or received < length:
        piece = read(_PIECE if length is None else min(_PIECE, length - received))
        if not piece:
            break
        received += len(piece)
        if received > limit:
            raise _too_large(limit)
        pieces.append(piece)
    if length is not None and received != length:
        raise _incomplete()
    return b"".join(pieces)


def _length(environ: Environ) -> int:
    """The declared length: digits and nothing else (RFC 9110, section 8.6)."""
    declared: str = environ.get("CONTENT_LENGTH") or "0"
    if not declared.isascii() or not declared.isdigit() or len(declared) > 18:
        raise invalid([Fault("header", "/Content-Length", "type", "must be a count of bytes")])
    return int(declared)


def _refuse_two_lengths(environ: Environ) -> None:
    """Refuse content that is measured twice: who reads it otherwise sees another request."""
    if environ.get("CONTENT_LENGTH"):
        fault = "may not be sent beside Transfer-Encoding"
        raise invalid([Fault("header", "/Content-Length", "exclusive", fault)])


def _length_required() -> HTTPException:
    return of_type("length-required", detail="Chunks are taken for JSON and multipart only.")


def _overloaded() -> HTTPException:
    detail = "Too many bodies are being read."
    return of_type("overloaded", detail=detail, headers={"Retry-After": "1"})


def _incomplete() -> HTTPException:
    return invalid([Fault("body", "", "complete", "ended too early, or its chunks are malformed")])


def _too_large(limit: int) -> HTTPException:
    return of_type("content-too-large", detail=f"At most {limit} bytes are taken.")


def _is_encoded(environ: Environ) -> bool:
    """Whether the content is compressed or the like (RFC 9110, section 8.4)."""
    coding = environ.get("HTTP_CONTENT_ENCODING")
    return coding is not None and coding.strip(" \t").lower() not in ("", "identity")
