"""What the fixtures of the pytest plugin give: a client that is gated, faults, and a clock."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tenor.answers import Answer
from tenor.application import Tenor
from tenor.exchange import Exchange
from tenor.gate import ContractViolation
from tenor.planting import Planted
from tenor.rules import Breach

Plant = Callable[..., AbstractContextManager[None]]
"""What a fixture of faults is: called, it plants one, until the test or the block of it ends."""


@dataclass(slots=True)
class Watch:
    """An observer that keeps each breach until somebody has spoken of it."""

    breaches: list[Breach] = field(default_factory=list[Breach])
    operation: str = ""

    def answered(self, exchange: Exchange, answer: Answer) -> None:
        """An answer alone is nothing to speak of."""

    def broken(self, exchange: Exchange, breach: Breach) -> None:
        """Keep the breach."""
        self.operation = exchange.operation
        self.breaches.append(breach)

    def taken(self) -> ContractViolation | None:
        """The violation that was seen since this was last asked, if any."""
        breaches, self.breaches = self.breaches, []
        return ContractViolation(self.operation, breaches) if breaches else None


class GatedClient(FlaskClient):
    """A test client that raises ContractViolation for an answer that broke the contract.

    It does so under every policy that tells of it, also where another answer was sent in its place.
    """

    watch = Watch()

    @classmethod
    def of(cls, app: Tenor, watch: Watch) -> Self:
        """The client of an application, of its own kind too, told by a watch over it."""
        own = app.test_client_class or FlaskClient
        kind = type("GatedClient", (cls, own), {"watch": watch})
        return kind(app, app.response_class, use_cookies=True)

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """The answer to a request. Raises ContractViolation."""
        try:
            answer = super().open(*args, **kwargs)
        except ContractViolation:
            self.watch.taken()
            raise
        violation = self.watch.taken()
        if violation is not None:
            answer.close()
            raise violation
        return answer


class Until:
    """A fault that was planted: it lasts until the test ends, or the block that it is used in."""

    def __init__(self, fault: Planted, faults: "Faults") -> None:
        self._fault = fault
        self._faults = faults

    def end(self) -> None:
        """Take the fault out."""
        self._fault.__exit__(None, None, None)

    def __enter__(self) -> None:
        return None

    def __exit__(self, *_: object) -> None:
        self._faults.end(self)


class Faults:
    """The faults of a test: each ends after those that were planted later."""

    def __init__(self) -> None:
        self._planted: list[Until] = []

    def plant(self, fault: Planted) -> Until:
        """Plant a fault at once."""
        fault.__enter__()
        until = Until(fault, self)
        self._planted.append(until)
        return until

    def end(self, first: Until | None = None) -> None:
        """End a fault and what was planted later; all of them where none is named."""
        while self._planted and (first is None or first in self._planted):
            self._planted.pop().end()


def planter(plant: Plant, make: Callable[..., Planted]) -> Plant:
    """What makes a fault and plants it at once."""
    return lambda *args, **kwargs: plant(make(*args, **kwargs))


@dataclass(slots=True)
class Clock:
    """A clock that stands still until a test moves it; called, it gives the time in UTC.

    An application gets it as an argument: whatever asks for the time asks it.
    """

    now: datetime = datetime(2026, 1, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        """The time that it is."""
        return self.now

    def set(self, now: datetime) -> None:
        """Let it be this time, which has a zone."""
        if now.tzinfo is None:
            raise ValueError(f"{now} has no time zone. Write datetime(..., tzinfo=UTC).")
        self.now = now.astimezone(UTC)

    def advance(self, by: timedelta | None = None, **units: float) -> None:
        """Let time pass: a timedelta, or what makes one, such as ``minutes=5``."""
        self.now += by if by is not None else timedelta(**units)
