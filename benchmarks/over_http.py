"""Applications that are served by granian on one core, and asked by wrk on another."""

import http.client
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from rich.progress import Progress

from benchmarks.comparing import (
    GRANIAN,
    Answer,
    Application,
    Comparison,
    Operation,
    Round,
    Unfair,
    compared,
    require_same,
)

ROOT = Path(__file__).parents[1]
TURNS = 15
SECONDS = 1
CONNECTIONS = 16


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
            require_same(operation, _fetched(on, operation), _fetched(off, operation))
        for operation in operations:
            script = stack.enter_context(_script(operation))
            asking = [*_on_core(cores[1:2]), wrk, *_load(script)]
            sides = _asking(asking, on, operation), _asking(asking, off, operation)
            yield compared(GRANIAN, application, operation, sides, TURNS, progress)


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
        found = re.search(r"http://127\.0\.0\.1:([0-9]+)", line)
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
    return ["-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "-s", str(script)]


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
