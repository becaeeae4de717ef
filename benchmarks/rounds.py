"""Rounds: all applications of a work are asked in turns, so that what else happens falls on all."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from benchmarks.applications import Application
from benchmarks.asking import Request
from benchmarks.equality import fetched, require_same
from benchmarks.loading import Loaded, loaded, script_of
from benchmarks.serving import Server, await_answer, serving
from benchmarks.staging import Stage


@dataclass(frozen=True, slots=True)
class Pace:
    """How often and how long each application is asked, after a first round that only warms up.

    Ours and one beside it are then asked at a steady pace, as often and in turns, for
    `paced_seconds`, or not at all.
    """

    rounds: int = 7
    seconds: int = 1
    paced_seconds: int = 2


@contextmanager
def all_served(stage: Stage, applications: Sequence[Application]) -> Iterator[list[Server]]:
    """All applications at once: those that nobody asks cost nothing. Raises Unfair."""
    with ExitStack() as stack:
        servers: list[Server] = []
        try:
            for one in applications:
                starting = serving(one.name, one.command, stage.environment_of(one.name))
                servers.append(stack.enter_context(starting))
            for server in servers:
                await_answer(server, stage.requests[0])
            yield servers
        finally:
            for server in servers:  # so that they end at the same time
                server.tell_to_end()


def require_equal(servers: Sequence[Server], requests: Sequence[Request]) -> None:
    """Hold all to the same answers before anything is timed. Raises Unfair."""
    for request in requests:
        require_same(request, {server.name: fetched(server.port, request) for server in servers})


def measured(
    servers: Sequence[Server], request: Request, pace: Pace, advance: Callable[[], None]
) -> Mapping[str, list[Loaded]]:
    """What each round has shown of each application. Who is first shifts from round to round."""
    shown: dict[str, list[Loaded]] = {server.name: [] for server in servers}
    with script_of(request) as script:
        for number in range(pace.rounds + 1):
            first = number % len(servers)
            for server in [*servers[first:], *servers[:first]]:
                one = loaded(server, request, script, pace.seconds, run=number + 1)
                shown[server.name].append(one)
                advance()
    return {name: rounds[1:] for name, rounds in shown.items()}
