"""Cells: what a contract declares, one by one.

A cell is an operation, a status and a media type. It is what a promise is counted by: it is owed
until it has been seen.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tenor.document import UNROUTED, Document, escape

BUILTIN = " (built-in)"
"""Ends the operation's name where the engine answered in its own words, which nobody declares."""


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """An operation, a status as it is declared (``"200"``, ``"4XX"``), and a media type.

    ``media_type`` is spelt as declared, and empty where no content is. ``operation`` is
    ``x-tenor-unrouted`` for what belongs to none.
    """

    operation: str
    status: str
    media_type: str

    def __str__(self) -> str:
        return f"{self.operation} {self.status}{self.media_type and f' {self.media_type}'}"


@dataclass(frozen=True, slots=True)
class Declaration:
    """Where a cell is declared: its place in the document, and the operation it belongs to.

    ``method`` and ``path`` are empty for what belongs to no operation.
    """

    place: str
    tag: str
    method: str
    path: str


def declared(document: Document) -> Mapping[Cell, Declaration]:
    """Every cell of a contract, in the document's order."""
    cells: dict[Cell, Declaration] = {}
    for path, method, operation, pointer in document.operations():
        name = operation.get("operationId") or f"{method.upper()} {path}"
        tag = next(iter(operation.get("tags") or ()), "")
        for cell, place in _cells(document, name, f"{pointer}/responses"):
            cells[cell] = Declaration(place, tag, method.upper(), path)
    if UNROUTED in document.raw:
        for cell, place in _cells(document, UNROUTED, f"/{UNROUTED}"):
            cells[cell] = Declaration(place, "", "", "")
    return cells


def _cells(document: Document, operation: str, responses: str) -> Iterator[tuple[Cell, str]]:
    """The cells of the responses at a pointer, each with the line of its status."""
    owner, _, key = responses.rpartition("/")
    for status in document.at(owner).get(key) or ():
        if status.startswith("x-"):
            continue
        pointer = f"{responses}/{escape(status)}"
        response, _ = document.follow(pointer)
        for media_type in response.get("content") or ("",):
            yield Cell(operation, status, media_type), document.place(pointer)
