"""Coverage: what a contract declares against what has been seen of it.

::

    met    = declared & witnessed
    owed   = declared - witnessed - waived
    stray  = witnessed - declared
    waived = declared - witnessed, as far as a waiver that has not expired names it

Every declared cell is met, owed or waived, and no status is exempt. A waived cell is declared and
not met; it is counted as held, and what is asked for as a minimum is held.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from tenor import cells
from tenor.cells import BUILTIN, Cell, Declaration
from tenor.document import UNROUTED, Document
from tenor.ledger import Ledger
from tenor.waivers import Waiver
from tenor.witnesses import Violation, Witness

OUTSIDE = "outside every operation"
"""The group of what belongs to no operation."""
UNTAGGED = "without a tag"
"""The group of operations that have none."""


class State(StrEnum):
    """What a cell is."""

    MET = "met"
    OWED = "owed"
    WAIVED = "waived"
    STRAY = "stray"


@dataclass(frozen=True, slots=True)
class Standing:
    """A cell, what it is, and why: its witness, or its waiver.

    ``declaration`` of a stray cell says where it would be declared.
    """

    cell: Cell
    state: State
    declaration: Declaration
    witness: Witness | None = None
    waiver: Waiver | None = None

    @property
    def group(self) -> str:
        """What it is counted under: its first tag."""
        if self.declaration.method:
            return self.declaration.tag or UNTAGGED
        return OUTSIDE

    def __str__(self) -> str:
        return _SENTENCES[self.state](self)


def _met(standing: Standing) -> str:
    layer = standing.witness.layer if standing.witness else "nobody"
    return f"{standing.cell} was answered by the {layer}."


def _owed(standing: Standing) -> str:
    cell = standing.cell
    return (
        f"{_subject(cell)} has never answered {_answer(cell)} (declared at "
        f"{standing.declaration.place}). Send what leads there, or take the declaration out."
    )


def _waived(standing: Standing) -> str:
    waiver = standing.waiver
    assert waiver is not None
    return (
        f"{standing.cell} is waived until {waiver.expires} ({waiver.place}): "
        f"{waiver.reason.rstrip('.')}."
    )


def _stray(standing: Standing) -> str:
    cell, place = standing.cell, standing.declaration.place
    if _is_builtin(cell):
        return _spoken_for([standing])
    return (
        f"{_subject(cell)} answered {_answer(cell)}, which is declared nowhere. Declare it at "
        f"{place}, or stop answering it."
    )


def _spoken_for(standings: Sequence[Standing]) -> str:
    """What is said of all that one operation left to the words of the engine."""
    first, them = standings[0], "it" if len(standings) == 1 else "them"
    by_media_type: dict[str, list[str]] = {}
    for standing in standings:
        by_media_type.setdefault(standing.cell.media_type, []).append(standing.cell.status)
    answers = ", and ".join(
        f"{_listed(codes)} {name}".rstrip() for name, codes in by_media_type.items()
    )
    place = first.declaration.place
    where = f"at {place}, or under {UNROUTED}" if first.declaration.method else f"under {UNROUTED}"
    return (
        f"{_subject(first.cell)} was answered {answers} in the engine's own words, "
        f"which are declared nowhere. Declare {them} {where}."
    )


def _listed(words: Sequence[str]) -> str:
    *others, last = words
    return f"{', '.join(others)} and {last}" if others else last


_SENTENCES = {State.MET: _met, State.OWED: _owed, State.WAIVED: _waived, State.STRAY: _stray}


def _is_builtin(cell: Cell) -> bool:
    return cell.operation.endswith(BUILTIN)


def _subject(cell: Cell) -> str:
    return cell.operation.removesuffix(BUILTIN)


def _answer(cell: Cell) -> str:
    return f"{cell.status} {cell.media_type}".rstrip()


# --- counting -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tally:
    """How many cells are what. ``declared`` are those that are met, owed or waived."""

    met: int = 0
    owed: int = 0
    waived: int = 0
    stray: int = 0

    @classmethod
    def of(cls, standings: Iterable[Standing]) -> "Tally":
        """The tally of these."""
        states = [standing.state for standing in standings]
        return cls(*(states.count(state) for state in State))

    @property
    def declared(self) -> int:
        """All that the contract declares."""
        return self.met + self.owed + self.waived

    @property
    def share_met(self) -> Fraction:
        """The part of what is declared that was seen; 1 where nothing is declared."""
        return _share(self.met, self.declared)

    @property
    def share_held(self) -> Fraction:
        """The part of what is declared that was seen or is waived."""
        return _share(self.met + self.waived, self.declared)


def _share(part: int, whole: int) -> Fraction:
    return Fraction(part, whole) if whole else Fraction(1)


def percent(share: Fraction) -> str:
    """A share as a person reads it, never more than it is: 99.96 % is 99.9."""
    tenths = math.floor(share * 1000)
    return "100" if tenths == 1000 else f"{tenths // 10}.{tenths % 10}"


@dataclass(frozen=True, slots=True)
class Row:
    """An operation and its cells, by status."""

    operation: str
    declaration: Declaration
    standings: tuple[Standing, ...]

    def at(self, status: str) -> tuple[Standing, ...]:
        """The cells of a status."""
        return tuple(s for s in self.standings if s.cell.status == status)


@dataclass(frozen=True, slots=True)
class Group:
    """The operations of a tag."""

    name: str
    rows: tuple[Row, ...]

    @property
    def standings(self) -> tuple[Standing, ...]:
        """All cells of the group."""
        return tuple(standing for row in self.rows for standing in row.standings)

    @property
    def statuses(self) -> tuple[str, ...]:
        """The statuses of the group, ascending; ranges stand after what they hold."""
        return ordered(standing.cell.status for standing in self.standings)


def ordered(statuses: Iterable[str]) -> tuple[str, ...]:
    """Statuses, each once, ascending; ``default`` is the last."""
    return tuple(sorted(set(statuses), key=_rank))


def _rank(status: str) -> tuple[bool, str]:
    return status == "default", status


# --- measuring ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Coverage:
    """What has been seen of a contract, cell by cell, in the document's order.

    ``superfluous`` are the waivers of cells that are all met, ``expired`` those of others that
    waive nothing any more.
    """

    document: Document
    ledger: Ledger
    standings: tuple[Standing, ...]
    waivers: tuple[Waiver, ...]
    expired: tuple[Waiver, ...]
    superfluous: tuple[Waiver, ...]

    @property
    def tally(self) -> Tally:
        """All cells, counted."""
        return Tally.of(self.standings)

    @property
    def violations(self) -> tuple[Violation, ...]:
        """The answers that broke the contract, each kind once whoever asked."""
        kinds = {(v.rule, v.where, v.found): v for v in reversed(self.ledger.violations)}
        return tuple(reversed(kinds.values()))

    def of(self, state: State) -> tuple[Standing, ...]:
        """The cells in a state."""
        return tuple(standing for standing in self.standings if standing.state is state)

    def said_of(self, state: State) -> tuple[str, ...]:
        """What there is to say of the cells in a state: a sentence for each.

        What an operation left to the words of the engine is declared at one place: it has one.
        """
        told: dict[object, list[Standing]] = {}
        for standing in self.of(state):
            is_left = state is State.STRAY and _is_builtin(standing.cell)
            told.setdefault(standing.cell.operation if is_left else standing.cell, []).append(
                standing
            )
        return tuple(str(of[0]) if len(of) == 1 else _spoken_for(of) for of in told.values())

    def groups(self) -> tuple[Group, ...]:
        """The cells by tag and operation."""
        rows: dict[str, dict[str, list[Standing]]] = {}
        for standing in self.standings:
            operations = rows.setdefault(standing.group, {})
            operations.setdefault(_subject(standing.cell), []).append(standing)
        return tuple(
            Group(name, tuple(_row(operation, of) for operation, of in operations.items()))
            for name, operations in sorted(rows.items(), key=lambda item: item[0] == OUTSIDE)
        )


def _row(operation: str, standings: list[Standing]) -> Row:
    by_status = sorted(standings, key=lambda s: (_rank(s.cell.status), s.cell.media_type))
    return Row(operation, standings[0].declaration, tuple(by_status))


def measure(document: Document, ledger: Ledger, waivers: Iterable[Waiver], today: date) -> Coverage:
    """What a ledger has seen of an expanded document; waivers hold until their last day."""
    declared = cells.declared(document)
    waivers = tuple(waivers)
    in_force = [waiver for waiver in waivers if not waiver.has_expired(today)]
    waived = {cell: waiver for waiver in in_force for cell in waiver.cells}
    witnessed = ledger.witnesses.keys()
    operations = _operations(document)
    standings = [
        *_declared_standings(declared, ledger, waived),
        *(
            Standing(cell, State.STRAY, _home(cell, operations, document), ledger.witnesses[cell])
            for cell in sorted(witnessed - declared.keys())
        ),
    ]
    return Coverage(
        document,
        ledger,
        tuple(standings),
        waivers,
        expired=tuple(w for w in waivers if w not in in_force and not witnessed >= set(w.cells)),
        superfluous=tuple(w for w in waivers if witnessed >= set(w.cells)),
    )


def _declared_standings(
    declared: Mapping[Cell, Declaration], ledger: Ledger, waived: Mapping[Cell, Waiver]
) -> Iterator[Standing]:
    for cell, declaration in declared.items():
        if cell in ledger.witnesses:
            yield Standing(cell, State.MET, declaration, witness=ledger.witnesses[cell])
        elif cell in waived:
            yield Standing(cell, State.WAIVED, declaration, waiver=waived[cell])
        else:
            yield Standing(cell, State.OWED, declaration)


def _operations(document: Document) -> dict[str, Declaration]:
    """Where each operation declares its responses."""
    return {
        operation.get("operationId") or f"{method.upper()} {path}": Declaration(
            document.place(f"{pointer}/responses"),
            next(iter(operation.get("tags") or ()), ""),
            method.upper(),
            path,
        )
        for path, method, operation, pointer in document.operations()
    }


def _home(cell: Cell, operations: Mapping[str, Declaration], document: Document) -> Declaration:
    """Where a stray cell would be declared."""
    unrouted = Declaration(document.place(f"/{UNROUTED}"), "", "", "")
    return operations.get(_subject(cell), unrouted)
