"""Limits: how often somebody may ask, what is left of it, and what the answers tell of it.

The application's limiter counts. The engine asks it once for each request for an operation, answers
429 to those who are beyond, and has each answer tell where its client stands, in the fields
``RateLimit-Policy`` and ``RateLimit`` (draft-ietf-httpapi-ratelimit-headers), where it declares
them.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tenor.errors import ConfigurationError
from tenor.exchange import Exchange
from tenor.problems import Problem, of_type

_NAME = re.compile(r"[ !#-\[\]-~]+")
_LARGEST = 999_999_999_999_999
"""The largest integer of a structured field (RFC 9651, section 3.3.1)."""


@dataclass(frozen=True, slots=True)
class Quota:
    """So many requests in so many seconds, under a name that clients see.

    Raises ConfigurationError for what has no form in a structured field.
    """

    name: str
    amount: int
    window: int

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ConfigurationError(
                "the name of a quota is not visible ASCII without quotes and backslashes",
                place=f"the quota {self.name!r}",
                remedy="Call it something like default.",
            )
        if not (0 < self.amount <= _LARGEST and 0 < self.window <= _LARGEST):
            raise ConfigurationError(
                "a quota is of at least one request in at least one second",
                place=f"the quota {self.name!r}",
                remedy="Give whole numbers from 1 on.",
            )


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a caller stands: what is left of a quota, and in how many seconds there is more."""

    quota: Quota
    remaining: int
    reset: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a limiter says of a request: let in, unless there is a time to wait, in seconds."""

    standings: tuple[Standing, ...]
    retry_after: int | None = None

    @property
    def fields(self) -> tuple[tuple[str, str], ...]:
        """The names in lower case and values of the fields that tell of it."""
        if not self.standings:
            return ()
        policies = (
            f'"{s.quota.name}";q={s.quota.amount};w={s.quota.window}' for s in self.standings
        )
        left = (f'"{s.quota.name}";r={s.remaining};t={s.reset}' for s in self.standings)
        return ("ratelimit-policy", ", ".join(policies)), ("ratelimit", ", ".join(left))


Limiter = Callable[[Exchange, Mapping[str, Any]], Verdict | None]
"""Counts a request for an operation, and says whether it may go on; None where nothing is limited.

It is told who asks as the security functions of the operation said it: empty for the anonymous.
"""


def refusal(retry_after: int, standings: Sequence[Standing] = ()) -> Problem:
    """429 for who has asked too often; it says which quota was used up."""
    spent = [standing.quota for standing in standings if not standing.remaining]
    most = (f"At most {q.amount} requests in {q.window} seconds are answered." for q in spent)
    return of_type(
        "too-many-requests",
        detail=next(most, ""),
        headers={"Retry-After": str(retry_after)},
    )
