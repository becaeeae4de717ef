"""Comparing: the same work by two sides in turns, for what else the machine does falls on both."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from rich.progress import Progress

from tenor import Tenor

LIMIT = 0.9
IN_PROCESS = "in process"
GRANIAN = "granian"
_VARYING = {"x-request-id", "date"}


class Sides(Protocol):
    """A module of benchmarks: the same application twice."""

    __name__: str

    def gated(self) -> Tenor:
        """The application with its gate on."""
        ...

    def ungated(self) -> Tenor:
        """The application with its gate off."""
        ...


Round = Callable[[], float]
"""Measures one side for a moment: requests in a second."""


@dataclass(frozen=True, slots=True)
class Operation:
    """A request that is asked again and again.

    `is_new`: its answer is another every time, so that only its head is the same on both sides.
    """

    name: str
    method: str
    path: str
    body: bytes
    status: int
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class Application:
    """An application with its gate on and off, and what is asked of it."""

    name: str
    module: Sides
    operations: tuple[Operation, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What has to be the same on both sides: all but what differs from request to request."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @classmethod
    def of(cls, status: int, headers: Sequence[tuple[str, str]], body: bytes) -> "Answer":
        """The answer without its id and its date."""
        lasting = [(name.lower(), text) for name, text in headers if name.lower() not in _VARYING]
        return cls(status, tuple(sorted(lasting)), body)


@dataclass(frozen=True, slots=True)
class Turn:
    """Requests in a second with the gate on and off, measured one after the other."""

    on: float
    off: float

    @property
    def ratio(self) -> float:
        """The part of the throughput that the gate leaves."""
        return self.on / self.off


@dataclass(frozen=True, slots=True)
class Comparison:
    """All turns of an operation in one place."""

    place: str
    application: str
    operation: Operation
    turns: tuple[Turn, ...]

    @property
    def ratio(self) -> float:
        """The median of the turns' ratios."""
        return statistics.median(turn.ratio for turn in self.turns)

    @property
    def is_within_limit(self) -> bool:
        """Whether the gate costs no more than it may, where that is limited."""
        return self.place != GRANIAN or self.operation.is_new or self.ratio >= LIMIT

    def as_json(self) -> dict[str, Any]:
        """For the file: the medians, and every turn."""
        return {
            "place": self.place,
            "application": self.application,
            "operation": self.operation.name,
            "on": statistics.median(turn.on for turn in self.turns),
            "off": statistics.median(turn.off for turn in self.turns),
            "ratio": self.ratio,
            "turns": [{"on": turn.on, "off": turn.off} for turn in self.turns],
        }


class Unfair(Exception):
    """The two sides differ in more than the gate, or in nothing."""


def require_same(operation: Operation, on: Answer, off: Answer) -> None:
    """Hold both sides to one answer. Raises Unfair."""
    if operation.is_new:
        on, off = _outlined(on), _outlined(off)
    if on != off or on.status != operation.status:
        raise Unfair(f"The answers to {operation.name} differ:\n{on}\n{off}")


def _outlined(answer: Answer) -> Answer:
    """What is the same of an answer that is new every time: its status and its headers' names."""
    names = tuple((name, "") for name, _ in answer.headers)
    return replace(answer, headers=names, body=b"")


def compared(
    place: str,
    application: Application,
    operation: Operation,
    sides: tuple[Round, Round],
    count: int,
    progress: Progress,
) -> Comparison:
    """Measure both sides in turns; who is first alternates, and a first turn warms up."""
    on, off = sides
    turns: list[Turn] = []
    task = progress.add_task(f"{place}, {application.name}: {operation.name}", total=count + 1)
    for number in range(count + 1):
        if number % 2:
            off_rate, on_rate = off(), on()
        else:
            on_rate, off_rate = on(), off()
        turns.append(Turn(on_rate, off_rate))
        progress.advance(task)
    return Comparison(place, application.name, operation, tuple(turns[1:]))
