"""Loads: bodies of a kilobyte to a megabyte, one to many connections, one worker and two."""

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager

from benchmarks.asking import Request
from benchmarks.growth.figures import Line, latency_lines, processor_line
from benchmarks.growth.sized import BYTES_EACH, items
from benchmarks.growth.turns import Ask, in_turns, turn_of
from benchmarks.serving import Server, await_answer, serving

BODIES, CONNECTIONS, WORKERS = "bytes of a body", "connections", "workers on one core"
SIZES = (1_000, 10_000, 100_000, 1_000_000)
COUNTS = (1, 4, 16, 64, 256)
_FOUR = 4
_FIRST = Request("list", f"/items?count={_FOUR}")
_JSON = {"Content-Type": "application/json"}


def of_bodies(rounds: int) -> Iterator[Line]:
    """What a body costs that is judged, in both directions."""
    with ExitStack() as stack:  # a server each, so that none has to end what another was asked
        servers = {size: stack.enter_context(_served(workers=1)) for size in SIZES}
        for name, asks in _by_size().items():
            turns = {
                size: stack.enter_context(turn_of(servers[size], ask)) for size, ask in asks.items()
            }
            shown = in_turns(turns, rounds)
            yield processor_line(BODIES, name, shown)
            yield from latency_lines(BODIES, name, shown)


def of_connections(rounds: int) -> Iterator[Line]:
    """What an answer costs and how long it takes while so many wait for one each."""
    with _served(workers=1) as server, ExitStack() as stack:
        turns = {
            count: stack.enter_context(turn_of(server, Ask(_FIRST, connections=count)))
            for count in COUNTS
        }
        shown = in_turns(turns, rounds)
    yield processor_line(CONNECTIONS, "get", shown)
    yield from latency_lines(CONNECTIONS, "get", shown)


def of_workers(rounds: int) -> Iterator[Line]:
    """What a second worker costs where there is no second core for it: the other one asks."""
    with ExitStack() as stack:
        turns = {
            workers: stack.enter_context(
                turn_of(stack.enter_context(_served(workers)), Ask(_FIRST))
            )
            for workers in (1, 2)
        }
        shown = in_turns(turns, rounds)
    yield processor_line(WORKERS, "get", shown)
    yield from latency_lines(WORKERS, "get", shown)


@contextmanager
def _served(workers: int) -> Iterator[Server]:
    command = [sys.executable, "-m", "tenor", "serve", "--app", "benchmarks.growth.sized"]
    options = ["--workers", str(workers), "--port", "{port}"]
    with serving(f"{workers} workers", [*command, *options]) as server:
        await_answer(server, _FIRST)
        yield server


def _by_size() -> Mapping[str, Mapping[int, Ask]]:
    """The asks of each size, by what is large. One client asks, so that no answer waits."""
    answers = {size: Request("answer", f"/items?count={size // BYTES_EACH}") for size in SIZES}
    bodies = {
        size: Request("request", "/items", 204, "POST", _JSON, _written(size)) for size in SIZES
    }
    return {
        name: {size: Ask(request, connections=1) for size, request in requests.items()}
        for name, requests in (("answer", answers), ("request", bodies))
    }


def _written(size: int) -> str:
    return json.dumps(items(size // BYTES_EACH), separators=(",", ":"))
