"""What the gate costs: the same application with its gate on and off, side by side.

    python -m benchmarks.gate [--json FILE]

Both sides answer in turns, in short rounds, so that what else the machine does falls on both. A
ratio is the throughput with the gate on by that with the gate off in the same turn: 0.93 is a cost
of 7 %. It is measured in process, and through granian on one core with wrk on another. The
applications are posts in memory, where nothing but the gate costs much, and the publishing API on
SQLite. What was judged once is not judged again, so that there is an operation whose answers are
new every time. The exit code is 1 if the median of an operation is below 0.9 through granian, but
for that one.
"""

import http.client
import io
import json
import logging
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import click
import structlog
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from werkzeug.test import create_environ

from benchmarks import posts, publishing
from tenor import Tenor

ROOT = Path(__file__).parents[1]
LIMIT = 0.9
IN_PROCESS_TURNS = 15
IN_PROCESS_SECONDS = 0.2
GRANIAN_TURNS = 15
GRANIAN_SECONDS = 1
CONNECTIONS = 16

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


IN_MEMORY = Application(
    "in memory",
    posts,
    (
        Operation("get", "GET", "/posts/the-first-engine-2", b"", 200),
        Operation("list of 20", "GET", "/posts", b"", 200),
        Operation("list of 20, new", "GET", "/new-posts", b"", 200, is_new=True),
        Operation("post", "POST", "/posts", json.dumps(posts.NEW).encode(), 201),
        Operation("error 404", "GET", "/posts/the-last-engine", b"", 404),
    ),
)
ON_SQLITE = Application(
    "publishing on SQLite",
    publishing,
    (
        Operation("get", "GET", "/posts/the-engine-7", b"", 200),
        Operation("list of 20", "GET", "/posts?limit=20", b"", 200),
        Operation("error 404", "GET", "/posts/the-last-engine", b"", 404),
    ),
)
APPLICATIONS = (IN_MEMORY, ON_SQLITE)


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


@click.command(help="Measure what the gate costs.")
@click.option("--json", "file", type=click.Path(path_type=Path), help="Write all turns there.")
@click.pass_context
def main(context: click.Context, file: Path | None) -> None:
    """Measure, print, and judge."""
    console = Console()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    try:
        with (
            tempfile.TemporaryDirectory() as folder,
            Progress(console=console, transient=True) as progress,
        ):
            publishing.fill(Path(folder, "store.db"))
            compared = [
                comparison
                for measure in (in_process, through_granian)
                for application in APPLICATIONS
                for comparison in measure(application, progress)
            ]
    except Unfair as error:
        console.print(str(error), markup=False)
        context.exit(2)
    console.print(table(compared))
    if file is not None:
        file.write_text(json.dumps([one.as_json() for one in compared], indent=2) + "\n")
    context.exit(0 if all(one.is_within_limit for one in compared) else 1)


# --- in process ---------------------------------------------------------------------------------


def in_process(application: Application, progress: Progress) -> Iterator[Comparison]:
    """Each operation, asked of the applications themselves. Raises Unfair."""
    on, off = application.module.gated(), application.module.ungated()
    for operation in application.operations:
        _require_same(operation, _called(on, operation), _called(off, operation))
        _require_gate(operation, on, off)
    for operation in application.operations:
        sides = _calling(on, operation), _calling(off, operation)
        yield _compared(IN_PROCESS, application, operation, sides, IN_PROCESS_TURNS, progress)


def _calling(app: Tenor, operation: Operation) -> Round:
    """In seconds of the processor, so that other processes count as little as can be."""
    template = _environ(operation)

    def measured() -> float:
        count = 0
        began = now = time.process_time()
        while now < began + IN_PROCESS_SECONDS:
            for _ in range(50):
                environ = {**template, "wsgi.input": io.BytesIO(operation.body)}
                for _piece in app.wsgi_app(environ, _ignore):
                    pass
            count += 50
            now = time.process_time()
        return count / (now - began)

    return measured


def _called(app: Tenor, operation: Operation) -> Answer:
    heads: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], *_error: object) -> Any:
        heads.append((status, headers))

    body = b"".join(app.wsgi_app(_environ(operation), start_response))
    status, headers = heads[0]
    return Answer.of(int(status[:3]), headers, body)


def _environ(operation: Operation) -> dict[str, Any]:
    content_type = "application/json" if operation.body else None
    return create_environ(
        operation.path, method=operation.method, data=operation.body, content_type=content_type
    )


def _ignore(_status: str, _headers: list[tuple[str, str]], *_error: object) -> Any:
    """A server's side of the call, which does nothing."""


def _require_gate(operation: Operation, on: Tenor, off: Tenor) -> None:
    """Hold the sides to what is measured: with the gate off, less is done."""
    if _calls(on, operation) <= _calls(off, operation):
        raise Unfair(f"With the gate off as much is done for {operation.name} as with it on.")


def _calls(app: Tenor, operation: Operation) -> int:
    """How many functions are called to answer."""
    called: list[str] = []
    sys.setprofile(lambda _frame, event, _of: called.append(event))
    try:
        _called(app, operation)
    finally:
        sys.setprofile(None)
    return called.count("call") + called.count("c_call")


# --- through granian ----------------------------------------------------------------------------


def through_granian(application: Application, progress: Progress) -> Iterator[Comparison]:
    """Each operation, asked by wrk of servers that share a core. Raises Unfair."""
    wrk = shutil.which("wrk")
    if wrk is None:
        progress.console.print("Nothing is measured through granian: install wrk for that.")
        return
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    name = application.module.__name__
    operations = application.operations
    with ExitStack() as stack:
        on, off = (
            stack.enter_context(_served(f"{name}:{side}", cores[:1], operations[0]))
            for side in ("gated", "ungated")
        )
        for operation in operations:
            _require_same(operation, _fetched(on, operation), _fetched(off, operation))
        for operation in operations:
            script = stack.enter_context(_script(operation))
            asking = [*_on_core(cores[1:2]), wrk, *_load(script)]
            sides = _asking(asking, on, operation), _asking(asking, off, operation)
            yield _compared(GRANIAN, application, operation, sides, GRANIAN_TURNS, progress)


@contextmanager
def _served(app: str, cores: Sequence[int], first: Operation) -> Iterator[int]:
    """The port of a server with one worker on these cores."""
    command = [sys.executable, "-m", "tenor", "serve", "--app", app, "--port", "0"]
    with subprocess.Popen(  # noqa: S603 - the command is our own
        [*_on_core(cores), *command],
        cwd=ROOT,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield _port(process, first)
        finally:
            process.terminate()


def _port(process: "subprocess.Popen[str]", first: Operation) -> int:
    """The port that the server announces, once it answers there. Raises Unfair."""
    assert process.stdout is not None
    for line in process.stdout:
        found = re.search(r"API +http://127\.0\.0\.1:([0-9]+)/", line)
        if found:
            port = int(found[1])
            _await(port, first)
            return port
    raise Unfair("The server did not start.")


def _await(port: int, first: Operation) -> None:
    deadline = time.monotonic() + 10
    while True:
        try:
            _fetched(port, first)
        except ConnectionError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return


def _fetched(port: int, operation: Operation) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(operation.method, operation.path, operation.body, _headers(operation))
        response = connection.getresponse()
        return Answer.of(response.status, response.getheaders(), response.read())
    finally:
        connection.close()


def _asking(command: Sequence[str], port: int, operation: Operation) -> Round:
    url = f"http://127.0.0.1:{port}{operation.path}"

    def measured() -> float:
        ended = subprocess.run(  # noqa: S603 - the command is our own
            [*command, url], capture_output=True, text=True, check=True
        )
        found = re.search(r"Requests/sec: +([0-9.]+)", ended.stdout)
        is_refused = "Non-2xx" in ended.stdout
        is_odd = ended.stderr or "Socket errors" in ended.stdout  # wrk goes on without its script
        if found is None or is_odd or is_refused != (operation.status >= 400):
            said = ended.stdout + ended.stderr
            raise Unfair(f"{operation.name} was not answered as it should be:\n{said}")
        return float(found[1])

    return measured


def _load(script: Path) -> list[str]:
    return ["-t1", f"-c{CONNECTIONS}", f"-d{GRANIAN_SECONDS}s", "-s", str(script)]


@contextmanager
def _script(operation: Operation) -> Iterator[Path]:
    """What wrk has to send, in Lua, which reads strings as JSON writes them."""
    said = {"method": operation.method, "body": operation.body.decode() or None}
    lines = [f"wrk.{name} = {json.dumps(text)}" for name, text in said.items() if text]
    for name, text in _headers(operation).items():
        lines.append(f"wrk.headers[{json.dumps(name)}] = {json.dumps(text)}")
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder, "operation.lua")
        script.write_text("\n".join(lines) + "\n")
        yield script


def _headers(operation: Operation) -> Mapping[str, str]:
    return {"Content-Type": "application/json"} if operation.body else {}


def _on_core(cores: Sequence[int]) -> list[str]:
    """The beginning of a command that keeps to these cores, where that can be said."""
    taskset = shutil.which("taskset")
    return [taskset, "-c", ",".join(map(str, cores))] if taskset and cores else []


# --- both ---------------------------------------------------------------------------------------


def _require_same(operation: Operation, on: Answer, off: Answer) -> None:
    if operation.is_new:
        on, off = _outlined(on), _outlined(off)
    if on != off or on.status != operation.status:
        raise Unfair(f"The answers to {operation.name} differ:\n{on}\n{off}")


def _outlined(answer: Answer) -> Answer:
    """What is the same of an answer that is new every time: its status and its headers' names."""
    names = tuple((name, "") for name, _ in answer.headers)
    return replace(answer, headers=names, body=b"")


def _compared(
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


def table(compared: Sequence[Comparison]) -> Table:
    """The medians of all comparisons, with the least and the greatest ratio."""
    made = Table(title="Requests in a second, gate on and off")
    for heading in ("", "application", "operation"):
        made.add_column(heading)
    for heading in ("gate on", "gate off", "on / off", "turns"):
        made.add_column(heading, justify="right")
    for one in compared:
        made.add_row(*_row(one), style=None if one.is_within_limit else "red")
    return made


def _row(one: Comparison) -> Iterator[str]:
    ratios = [turn.ratio for turn in one.turns]
    yield one.place
    yield one.application
    yield one.operation.name
    yield f"{statistics.median(turn.on for turn in one.turns):,.0f}"
    yield f"{statistics.median(turn.off for turn in one.turns):,.0f}"
    yield f"{one.ratio:.3f} [{min(ratios):.3f}-{max(ratios):.3f}]"
    yield str(len(one.turns))


if __name__ == "__main__":
    main()
