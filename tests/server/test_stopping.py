"""How a server ends: what is under way is finished, and nothing holds it longer than its limit."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from tests.server import servers
from tests.server.echo import CONTRACT, GATE
from tests.server.servers import ECHO, Server, until
from tests.server.wire import NoAnswer, request

_LIMIT = 1
"""Seconds that the servers here are given to finish."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the echo application runs, with a gate that its handler waits at."""
    (tmp_path / "openapi.yaml").write_text(CONTRACT)
    os.mkfifo(tmp_path / GATE)
    return tmp_path


def hurried(name: str, folder: Path) -> AbstractContextManager[Server]:
    """A server that gives requests under way a second to finish."""
    if name == "granian":
        patch = f"import tenor.serving; tenor.serving.SHUTDOWN_SECONDS = {_LIMIT}"
        return servers.granian(ECHO, folder, patch=patch)
    return servers.gunicorn(f"{ECHO}()", folder, "--graceful-timeout", str(_LIMIT))


@contextmanager
def gate(folder: Path) -> Iterator[int]:
    """The gate, closed, with a handler waiting at it."""
    found: list[int] = []

    def is_waited_at() -> bool:
        try:
            found.append(os.open(folder / GATE, os.O_WRONLY | os.O_NONBLOCK))
        except OSError:
            return False
        return True

    until(is_waited_at, what="a handler at the gate")
    try:
        yield found[0]
    finally:
        os.close(found[0])


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("granian", signal.SIGTERM),
        ("granian", signal.SIGINT),
        ("gunicorn", signal.SIGTERM),
    ],
)
def test_a_signal_lets_what_is_under_way_be_answered(
    folder: Path, name: str, number: signal.Signals
):
    """The slow answer arrives whole, idle connections hold nobody up, and the exit code is 0."""
    with servers.start(name, ECHO, folder) as server, server.connect() as idle:
        idle.send(request("GET", "/texts/a"))
        idle.receive()
        with server.connect() as slow:
            slow.send(request("GET", "/gate"))
            with gate(folder) as opening:
                server.process.send_signal(number)
                if name == "granian":
                    until(lambda: not _is_taken(server), what="the port being closed")
                assert server.process.poll() is None
                os.write(opening, b"open")
            answer = slow.receive()

        assert (answer.status, answer.body) == (200, b'{"gate":"open"}')
        assert server.process.wait(servers.PATIENCE) == 0
        assert "Traceback" not in server.log


@pytest.mark.parametrize("name", ["granian", "gunicorn"])
def test_nothing_holds_the_exit_longer_than_the_limit(folder: Path, name: str):
    """Neither a stuck upload nor a stuck handler; their clients see the connection close."""
    stuck = request(
        "POST", "/bodies", "Content-Type: application/json", "Content-Length: 40", body=b'{"num'
    )
    with hurried(name, folder) as server, server.connect() as upload, server.connect() as slow:
        upload.send(stuck)
        slow.send(request("GET", "/gate"))
        with gate(folder):
            began = time.monotonic()
            code = server.stop()
            took = time.monotonic() - began

        assert code == 0
        assert _LIMIT <= took < _LIMIT + 5
        for connection in (upload, slow):
            with pytest.raises(NoAnswer):
                connection.receive()


def _is_taken(server: Server) -> bool:
    try:
        server.connect().__exit__()
    except ConnectionError:
        return False
    return True


SLOW_WORKERS = """
import os, time
from tenor import serving
from tenor.cli import main

parent, load = os.getpid(), serving.load

def slow(source):
    if os.getpid() != parent:
        print("loading", flush=True)
        time.sleep(60)
    return load(source)

serving.load = slow
main()
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_workers_that_are_still_being_made(folder: Path, number: signal.Signals):
    command = [sys.executable, "-c", SLOW_WORKERS, "serve", "--app", ECHO, "--workers", "2"]
    with subprocess.Popen(
        [*command, "--port", "0"],
        cwd=folder,
        env=servers.environment({}),
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        loading = (line for line in process.stdout if line == "loading\n")
        assert [next(loading), next(loading)] == ["loading\n"] * 2

        process.send_signal(number)

        assert process.wait(servers.PATIENCE / 2) == 0
