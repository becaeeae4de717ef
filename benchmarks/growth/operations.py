"""Operations: the same requests of contracts of 5, 100 and 2,000 operations, and how they start."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import yaml

from benchmarks.asking import Request
from benchmarks.growth.contracts import NEW, contract, name_of
from benchmarks.growth.figures import Line, Point, Unit, processor_line
from benchmarks.growth.processes import memory, processor_seconds
from benchmarks.growth.turns import Ask, in_turns, turn_of
from benchmarks.serving import ROOT, Server, await_answer, serving

CHAPTER = "operations in the contract"
SIZES = (5, 100, 2000)
GOAL = 1.1
HANDLERS = "benchmarks.growth.answering"
_PATH = f"/{name_of(0)}"
_JSON = {"Content-Type": "application/json"}
READ = Request("get", f"{_PATH}/sketch-3")
REQUESTS = (
    READ,
    Request("list of 20", f"{_PATH}?limit=20"),
    Request("post", _PATH, 201, "POST", _JSON, json.dumps(NEW)),
    Request("404", "/nowhere/books-0/sketch-3", 404),
)
_STARTING = f"""
import {HANDLERS} as handlers, sys
from tenor import Tenor
Tenor(sys.argv[1], handlers=handlers)
"""


def lines(rounds: int) -> Iterator[Line]:
    """What a request costs, what a start costs, and what a worker holds."""
    with tempfile.TemporaryDirectory() as folder:
        written = {size: _written(Path(folder), size) for size in SIZES}
        yield from _requests(written, rounds)
        yield from _starts(written, rounds=3)
        yield from _memory(written)


def _written(folder: Path, size: int) -> Path:
    path = folder / f"{size}.yaml"
    with path.open("w") as file:
        yaml.dump(contract(size), file, Dumper=yaml.CSafeDumper, sort_keys=False)
    return path


@contextmanager
def served(name: str, path: Path, workers: int = 1) -> Iterator[Server]:
    """A server of the contract at a path."""
    command = [sys.executable, "-m", "tenor", "serve", "--spec", str(path)]
    command += ["--handlers", HANDLERS, "--workers", str(workers), "--port", "{port}"]
    with serving(name, command) as server:
        await_answer(server, READ)
        yield server


def _requests(written: dict[int, Path], rounds: int) -> Iterator[Line]:
    with ExitStack() as stack:
        servers = {
            size: stack.enter_context(served(f"{size} operations", path))
            for size, path in written.items()
        }
        for request in REQUESTS:
            turns = {
                size: stack.enter_context(turn_of(server, Ask(request)))
                for size, server in servers.items()
            }
            yield processor_line(CHAPTER, request.name, in_turns(turns, rounds), GOAL)


def _starts(written: dict[int, Path], rounds: int) -> Iterator[Line]:
    used: dict[int, list[float]] = {size: [] for size in written}
    served_: dict[int, list[float]] = {size: [] for size in written}
    for _ in range(rounds):
        for size, path in written.items():
            used[size].append(_started(path))
            served_[size].append(_answered(path))
    yield _line("start of an application", Unit.SECONDS, used)
    yield _line("`tenor serve` to its first answer", Unit.SECONDS, served_)


def _started(path: Path) -> float:
    """Seconds of the processor until an application is ready, from the start of Python."""
    command = [sys.executable, "-c", _STARTING, str(path)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    before = os.times()
    subprocess.run(command, cwd=ROOT, env=environment, check=True)  # noqa: S603 - the command is our own
    after = os.times()
    return (after.children_user + after.children_system) - (
        before.children_user + before.children_system
    )


def _answered(path: Path) -> float:
    """Seconds of the processor until a server has given its first answer."""
    with served(path.name, path) as server:
        return processor_seconds(server.process.pid)


def _memory(written: dict[int, Path]) -> Iterator[Line]:
    one, more = {}, {}
    for size, path in written.items():
        held = [_held(path, workers) for workers in (1, 2)]
        one[size], more[size] = [held[0]], [held[1] - held[0]]
    yield _line("memory of a server with one worker", Unit.MEGABYTES, one)
    yield _line("memory that a second worker adds", Unit.MEGABYTES, more)


def _held(path: Path, workers: int) -> float:
    """MB of a server that has answered, each page counted once."""
    with served(path.name, path, workers) as server:
        for _ in range(20 * workers):  # so that each of the workers has answered
            await_answer(server, READ)
        time.sleep(1)  # until all of them are there
        return memory(server.process.pid).proportional


def _line(name: str, unit: Unit, costs: dict[int, list[float]]) -> Line:
    return Line(CHAPTER, name, unit, tuple(Point(n, tuple(each)) for n, each in costs.items()))
