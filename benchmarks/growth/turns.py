"""Turns: all sizes are asked one after the other in short rounds, so that noise falls on all."""

import http.client
import json
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.asking import Request
from benchmarks.equality import fetched
from benchmarks.facts import Unfair
from benchmarks.growth.processes import processor_seconds
from benchmarks.loading import CONNECTIONS, Loaded, loaded, script_of
from benchmarks.serving import Server

SECONDS = 1
SLOW = 0.02
"""Seconds of an answer beyond which some are asked one by one: wrk would see none in its time."""

_FEW = 10


@dataclass(frozen=True, slots=True)
class Ask:
    """A request that is asked of a server.

    With `paths` each request is for the next of them. With a `count` so many are asked in a round,
    one after the other, for what they write is kept and must not be much.
    """

    request: Request
    paths: tuple[str, ...] = ()
    count: int = 0
    connections: int = CONNECTIONS


Turn = Callable[[int], Loaded]
"""One round of something at one size, by the number of the round."""


def in_turns(turns: Mapping[int, Turn], rounds: int) -> dict[int, list[Loaded]]:
    """The rounds of each size, after a first one that only warms up. Who is first shifts."""
    shown: dict[int, list[Loaded]] = {size: [] for size in turns}
    sizes = list(turns)
    for number in range(rounds + 1):
        first = number % len(sizes)
        for size in [*sizes[first:], *sizes[:first]]:
            shown[size].append(turns[size](number + 1))
    return {size: all_[1:] for size, all_ in shown.items()}


@contextmanager
def turn_of(server: Server, ask: Ask, *others: int) -> Iterator[Turn]:
    """One round of a request. The time of `others`, a database's processes, counts as well."""

    def used() -> float:
        return sum(map(processor_seconds, (server.process.pid, *others)))

    if not ask.count and (seconds := _seconds(server, ask)) > SLOW:
        ask = replace(ask, count=max(1, min(_FEW, round(SECONDS / seconds))))
    if ask.count:
        yield lambda _number: _counted(server, ask, used)
        return
    with script_of(ask.request) as script:
        if ask.paths:
            _vary(script, ask.paths)

        def turn(number: int) -> Loaded:
            before = used()
            shown = loaded(server, ask.request, script, SECONDS, number, ask.connections)
            return replace(shown, processor=(used() - before) / shown.requests)

        yield turn


def _seconds(server: Server, ask: Ask) -> float:
    """How long one answer takes, once what it needs was read before."""
    taken: list[float] = []
    for _ in range(5):
        begin = time.perf_counter()
        fetched(server.port, ask.request)
        taken.append(time.perf_counter() - begin)
        if sum(taken) > SECONDS:
            break
    return min(taken)


def _vary(script: Path, paths: Sequence[str]) -> None:
    """Have each request go to the next path."""
    listed = ", ".join(json.dumps(path) for path in paths)
    script.write_text(
        f"local paths, at = {{{listed}}}, 0\n"
        "function request()\n  at = at % #paths + 1\n"
        "  return wrk.format(nil, paths[at])\nend\n" + script.read_text()
    )


def _counted(server: Server, ask: Ask, used: Callable[[], float]) -> Loaded:
    """Some requests by one client. Raises Unfair."""
    request, taken = ask.request, list[float]()
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    before, begin = used(), time.perf_counter()
    for each in range(ask.count):
        body = request.body_of(time.time_ns() + each)
        asked = time.perf_counter()
        connection.request(request.method, request.path, body, dict(request.headers))
        response = connection.getresponse()
        said = response.read()
        taken.append(time.perf_counter() - asked)
        if response.status != request.status:
            raise Unfair(f"{request.name} was answered {response.status}: {said[:500]!r}")
    whole, spent = time.perf_counter() - begin, used() - before
    connection.close()
    slowest = max(taken) if ask.count < 100 else statistics.quantiles(taken, n=100)[98]
    median = statistics.median(taken)
    return Loaded(ask.count / whole, median, slowest, spent / ask.count, ask.count)
