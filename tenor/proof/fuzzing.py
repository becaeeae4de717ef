"""Fuzzing: the opinion of schemathesis on what answers by a contract.

All of its phases and all of its checks are run. What it says is put into the proof's own words, and
what it cannot know is left out: that a domain may refuse what fits a schema, and that a cache may
ignore what it cannot read.
"""

from collections.abc import Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tenor.errors import ConfigurationError
from tenor.proof.asking import Ask, Reply, Request
from tenor.proof.contract import Contract
from tenor.proof.findings import Finding

SOURCE = "fuzz"
FAILED = f"{SOURCE}/not_a_server_error"
"""The check that finds a failure of the server."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer to a valid request that the contract means to be a refusal, and why.

    With a fault, the refusal counts only where that is the one fault: its place, pointer and rule.
    """

    operation: str
    status: int
    reason: str
    fault: tuple[str, str, str] | None = None

    def covers(self, operation: str, reply: Reply) -> bool:
        """Whether this refusal is what the operation answered."""
        return (operation, reply.status) == (self.operation, self.status) and (
            self.fault is None or _faults(reply) == [self.fault]
        )


def _faults(reply: Reply) -> list[tuple[str, str, str]]:
    """The places, pointers and rules of a refused request, as its problem lists them."""
    return [(each["in"], each["pointer"], each["rule"]) for each in reply.json()["errors"]]


@dataclass(frozen=True, slots=True)
class Attempt:
    """A request that is about to be sent. Its path parameters and headers may be changed."""

    operation: str
    path: MutableMapping[str, Any]
    headers: MutableMapping[str, Any]
    body: Any


Adapt = Callable[[Attempt], None]


def leave(_attempt: Attempt) -> None:
    """Send the request as it is."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How far a run goes, and what it starts from. The same plan sends the same requests.

    `examples` bounds the requests for each operation, `stories` the chains of requests that follow
    from each other's answers, `steps` their length, `seconds` the whole run. The cases that follow
    from the contract itself are sent whatever the bounds. A run that `seconds` ends early says so
    in a note, and does not repeat.

    `refusals` names all refusals of valid data that are meant; every other one is a finding. Where
    they are not given, a declared refusal that depends on more than a schema counts as meant, and a
    400 is only noted.

    `adapt` sees each request before it is sent: it keeps the run from ending its own access, and
    knows what only the server can know.

    `only` is the id of a finding: the run ends as soon as it is found. What is sent up to there is
    what the whole run sends, for what is kept by then may matter; so it needs the same beginnings.
    """

    examples: int = 5
    stories: int = 30
    steps: int = 6
    seconds: float = 60
    seed: int = 1
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    refusals: tuple[Refusal, ...] | None = None
    adapt: Adapt = leave
    only: str = ""


MOST_NAMED = 8
"""How many operations a note names."""


def few(names: Sequence[str]) -> str:
    """The first of these names, and how many more there are."""
    more = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


@dataclass(frozen=True, slots=True)
class Note:
    """What is to be known of a run, and is no fault of the API.

    `operations` are those that the sentence calls "these".
    """

    kind: str
    sentence: str
    operations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """What a run sent and found.

    `sent` counts by phase and operation, `answered` by operation and status. `requests` has a line
    for each request, the same for the same request.
    """

    seed: int
    stories: int
    requests: tuple[str, ...]
    sent: Mapping[str, Mapping[str, int]]
    answered: Mapping[str, Mapping[str, int]]
    findings: tuple[Finding, ...]
    notes: tuple[Note, ...]


Saw = Callable[[Request, Reply, str | None], None]
"""Is told of each exchange, in their order: with the operation that was meant, None for none."""

Progress = Callable[[str, int, int, str], None]
"""Is told how far a run is: its phase, how much of it is done of how much, and what it is at."""


def unseen(_request: Request, _reply: Reply, _operation: str | None) -> None:
    """Take no notice of an exchange."""


def unwatched(_phase: str, _done: int, _total: int, _message: str) -> None:
    """Take no notice of how far a run is."""


def fuzz(
    ask: Ask, contract: Contract, plan: Plan, *, saw: Saw = unseen, progress: Progress = unwatched
) -> Report:
    """Send what schemathesis thinks of, and report all that it says.

    The callbacks are called in this thread. Raises ConfigurationError where schemathesis is not
    installed, and what `ask` raises other than NoReply and OutOfTime.
    """
    if not contract.operations:
        return Report(plan.seed, 0, (), {}, {}, (), ())
    try:
        from tenor.proof.fuzzing_engine import run
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "schemathesis":
            raise
        raise ConfigurationError(
            "schemathesis is not installed", remedy="Install tenor[prove]."
        ) from None
    return run(ask, contract, plan, saw, progress)
