"""Waivers: cells that nobody has to witness for now, each with a reason and a last day.

They stand in one file of YAML, a list of entries::

    - operation: getPost
      status: "304"
      media_type: application/json   # left out: every media type of the status
      reason: The cache in front of the server answers it.
      expires: 2031-12-31

It is read strictly. A waiver that has expired waives nothing.
"""

import difflib
from collections.abc import Collection, Iterator
from dataclasses import astuple, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import cast

from tenor import reading
from tenor.cells import Cell
from tenor.document import Json, shown_path
from tenor.errors import ConfigurationError

NAME = "tenor-waivers.yaml"
"""What the file is called that stands beside a contract."""

_REQUIRED = ("operation", "status", "reason", "expires")
_KEYS = ("operation", "status", "media_type", "reason", "expires")


@dataclass(frozen=True, slots=True)
class Waiver:
    """That the cells are waived: why, until when, and where that is said."""

    cells: tuple[Cell, ...]
    reason: str
    expires: date
    place: str

    def has_expired(self, today: date) -> bool:
        """Whether its last day is over."""
        return today > self.expires

    def __str__(self) -> str:
        return " and ".join(str(cell) for cell in self.cells)


def read(path: Path, declared: Collection[Cell]) -> tuple[Waiver, ...]:
    """The waivers of a file, in its order. Raises ConfigurationError.

    Refused are entries with an unknown key, without a reason or a last day, and of a cell that is
    not declared or is waived twice.
    """
    value, lines = reading.read_yaml(path, "the file of waivers")
    shown = shown_path(path)
    if value is None:
        return ()
    if not isinstance(value, list):
        raise ConfigurationError(
            "the waivers are no list",
            place=shown,
            remedy=f"Write one entry for each cell, with {_listed(_REQUIRED)}.",
        )
    waivers: list[Waiver] = []
    for index, entry in enumerate(cast(list[Json], value)):
        place = _Place(shown, lines, f"/{index}")
        waivers.append(_waiver(_members(entry, place), place, declared))
    _refuse_doubled(waivers)
    return tuple(waivers)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an entry stands, so that a line can be told for each of its members."""

    source: str
    lines: reading.Lines
    pointer: str

    def of(self, member: str = "") -> str:
        line = self.lines.get(f"{self.pointer}/{member}") or self.lines[self.pointer]
        return f"{self.source}:{line}"


def _members(entry: Json, place: _Place) -> dict[str, str]:
    """The members of an entry, each of them text. Raises ConfigurationError."""
    if not isinstance(entry, dict):
        raise ConfigurationError(
            "the waiver is no mapping",
            place=place.of(),
            remedy=f"Write {_listed(_REQUIRED)}, each with its value.",
        )
    members = cast(dict[str, Json], entry)
    for name, value in members.items():
        if name not in _KEYS:
            near = difflib.get_close_matches(name, _KEYS, n=1)
            raise ConfigurationError(
                f"a waiver has no member {name!r}",
                place=place.of(name),
                remedy=f"Write {near[0]}." if near else f"It has {_listed(_KEYS)}.",
            )
        if not isinstance(value, str | int) or isinstance(value, bool) or not str(value).strip():
            raise ConfigurationError(
                f"{name} has no text", place=place.of(name), remedy="Write what it says."
            )
    missing = [name for name in _REQUIRED if name not in members]
    if missing:
        raise ConfigurationError(
            f"the waiver has no {missing[0]}",
            place=place.of(),
            remedy="Say why, and until when: a waiver that nobody ends is a hole in the contract."
            if missing[0] in ("reason", "expires")
            else f"Write {_listed(_REQUIRED)}.",
        )
    return {name: str(value).strip() for name, value in members.items()}


def _waiver(members: dict[str, str], place: _Place, declared: Collection[Cell]) -> Waiver:
    return Waiver(
        tuple(_cells(members, place, declared)),
        members["reason"],
        _day(members["expires"], place.of("expires")),
        place.of(),
    )


def _day(written: str, place: str) -> date:
    try:
        return datetime.strptime(written, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError:
        raise ConfigurationError(
            f"{written!r} is no day", place=place, remedy="Write it as year-month-day: 2031-12-31."
        ) from None


def _cells(members: dict[str, str], place: _Place, declared: Collection[Cell]) -> Iterator[Cell]:
    """The cells that an entry names. Raises ConfigurationError where there are none."""
    named = Cell(members["operation"], members["status"], members.get("media_type", ""))
    found = [
        cell
        for cell in declared
        if (cell.operation, cell.status) == (named.operation, named.status)
        and named.media_type in ("", cell.media_type)
    ]
    if not found:
        near = _nearest(named, declared)
        raise ConfigurationError(
            f"the contract declares no {named}, so that there is nothing to waive",
            place=place.of(),
            remedy=f"Take the waiver out, or write the nearest that is declared: {near}."
            if near
            else "Take the waiver out.",
        )
    yield from found


def _nearest(named: Cell, declared: Collection[Cell]) -> Cell | None:
    """The cell that is spelt most like this one; its operation says most of what is meant."""

    def alike(cell: Cell) -> list[float]:
        pairs = zip(astuple(named), astuple(cell), strict=True)
        return [difflib.SequenceMatcher(None, said, known).ratio() for said, known in pairs]

    return max(declared, key=alike, default=None)


def _refuse_doubled(waivers: list[Waiver]) -> None:
    places: dict[Cell, str] = {}
    for waiver in waivers:
        for cell in waiver.cells:
            if cell in places:
                raise ConfigurationError(
                    f"{cell} is waived twice, first at {places[cell]}",
                    place=waiver.place,
                    remedy="Keep one of the two.",
                )
            places[cell] = waiver.place


def _listed(names: tuple[str, ...]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}"
