"""Notes, kept in memory: each account has a shelf of its own.

Ids, places and times are counts, so that the same requests leave the same notes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

BEGINNING = datetime(2026, 3, 2, 9, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Note:
    """A note as it is. ``place`` orders the notes of an account; no two states share a revision."""

    owner: str
    id: str
    place: int
    revision: int
    title: str
    text: str
    stars: int = 0
    tags: tuple[str, ...] = ()
    remark: str | None = None

    @property
    def changed(self) -> datetime:
        """When this state came to be: each change takes a second."""
        return BEGINNING + timedelta(seconds=self.revision)


class Shelf:
    """All notes, by account and id."""

    def __init__(self) -> None:
        self._notes: dict[tuple[str, str], Note] = {}
        self._ids = 0
        self._places = 0
        self._revisions = 0

    def find(self, owner: str, name: str) -> Note | None:
        """The note of this account with this id, if there is one."""
        return self._notes.get((owner, name))

    def of(self, owner: str) -> list[Note]:
        """The notes of an account in the order in which they came to be."""
        return sorted((note for note in self._notes.values() if note.owner == owner), key=_place_of)

    def everything(self) -> list[Note]:
        """The notes of all accounts in the order in which they came to be."""
        return sorted(self._notes.values(), key=_place_of)

    def add(self, owner: str, content: Mapping[str, Any]) -> Note:
        """Keep a new note at an address that is chosen here."""
        self._ids += 1
        while (owner, f"n{self._ids}") in self._notes:
            self._ids += 1
        return self.put(owner, f"n{self._ids}", content)

    def put(self, owner: str, name: str, content: Mapping[str, Any]) -> Note:
        """Keep a note at this address, in the place of what is there."""
        there = self.find(owner, name)
        if there is None:
            self._places += 1
        place = self._places if there is None else there.place
        return self._keep(Note(owner, name, place, self._next(), **_fields(content)))

    def change(self, note: Note, content: Mapping[str, Any]) -> Note:
        """Keep the note with these fields changed."""
        return self._keep(replace(note, revision=self._next(), **_fields(content)))

    def remove(self, note: Note) -> None:
        """Keep the note no more."""
        del self._notes[note.owner, note.id]

    def _keep(self, note: Note) -> Note:
        self._notes[note.owner, note.id] = note
        return note

    def _next(self) -> int:
        self._revisions += 1
        return self._revisions


def _place_of(note: Note) -> int:
    return note.place


def _fields(content: Mapping[str, Any]) -> dict[str, Any]:
    """Fields of a note from the content of a request."""
    fields = dict(content)
    if "tags" in fields:
        fields["tags"] = tuple(fields["tags"])
    return fields
