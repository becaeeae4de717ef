"""Real HTTP servers, each a process of its own on a free loopback port."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tests.server import wire
from tests.server.wire import Answer, Connection, NoAnswer, request

ROOT = Path(__file__).parents[2]
PATIENCE = 30.0
"""Seconds after which a process that neither serves nor ends counts as stuck."""

ECHO = "tests.server.echo:create_app"
UNLIMITED = {"TENOR_RATE_LIMIT": "off", "TENOR_LOGIN_RATE_LIMIT": "off"}
"""Tests ask more often than people; those of limits set their own."""
TENOR = ("-m", "tenor")
GUNICORN = ("-m", "gunicorn", "--no-control-socket", "-k", "gthread", "--threads", "16")


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs."""

    name: str
    port: int
    process: subprocess.Popen[str]
    errors: Path
    announced: Sequence[str] = ()
    """What it printed of its addresses."""

    def connect(self, patience: float = wire.PATIENCE) -> Connection:
        return Connection.to(self.port, patience)

    def ask(self, raw: bytes, patience: float = wire.PATIENCE) -> Answer:
        """The answer to one request on a connection of its own."""
        with self.connect(patience) as connection:
            connection.send(raw)
            return connection.receive(to=raw.partition(b" ")[0])

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """The exit code after this signal."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)

    @property
    def log(self) -> str:
        """What the process wrote to its standard error."""
        return self.errors.read_text()


def environment(extra: Mapping[str, str]) -> dict[str, str]:
    """The environment of a server: ours, but for what would reach into it."""
    kept = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("TENOR_", "GUNICORN_", "WEB_CONCURRENCY", "PYTHON"))
    }
    return kept | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", **UNLIMITED, **extra}


@contextmanager
def start(
    name: str, app: str, folder: Path, *options: str, env: Mapping[str, str] | None = None
) -> Iterator[Server]:
    """The server of this name with an application that its factory makes."""
    if name == "granian":
        running = granian(app, folder, *options, env=env)
    else:
        running = gunicorn(f"{app}()", folder, *options, env=env)
    with running as server:
        yield server


def granian(
    app: str,
    folder: Path,
    *options: str,
    patch: str = "",
    env: Mapping[str, str] | None = None,
) -> AbstractContextManager[Server]:
    """``tenor serve --app`` on a free port; ``patch`` is a statement that runs before."""
    return _tenor_serve(["--app", app, *options], folder, patch, env)


def granian_with_contract(spec: str, handlers: str, folder: Path) -> AbstractContextManager[Server]:
    """``tenor serve --spec --handlers`` on a free port."""
    return _tenor_serve(["--spec", spec, "--handlers", handlers], folder)


@contextmanager
def _tenor_serve(
    arguments: Sequence[str],
    folder: Path,
    patch: str = "",
    env: Mapping[str, str] | None = None,
) -> Iterator[Server]:
    started = ("-c", f"{patch}; from tenor.cli import main; main()") if patch else TENOR
    command = [sys.executable, *started, "serve", *arguments, "--port", "0"]
    errors = folder / "granian.log"
    with errors.open("w") as log, _running(command, folder, log, env) as process:
        announced = _announced(process, errors)
        port = int(re.findall(r"http://127\.0\.0\.1:([0-9]+)", announced[-1])[0])
        yield _ready(Server("granian", port, process, errors, announced))


@contextmanager
def gunicorn(
    app: str, folder: Path, *options: str, env: Mapping[str, str] | None = None
) -> Iterator[Server]:
    """Run gunicorn with threads, on a free port that it inherits as a listening socket."""
    errors = folder / "gunicorn.log"
    with socket.create_server(("127.0.0.1", 0)) as listener, errors.open("w") as log:
        number = listener.fileno()
        command = [sys.executable, *GUNICORN, *options, "--bind", f"fd://{number}", app]
        port = listener.getsockname()[1]
        with _running(command, folder, log, env, pass_fds=(number,)) as process:
            listener.close()
            yield _ready(Server("gunicorn", port, process, errors))


def run(*arguments: str, folder: Path, env: Mapping[str, str] | None = None) -> tuple[int, str]:
    """The exit code and the standard error of a ``tenor`` that ends by itself."""
    ended = subprocess.run(
        [sys.executable, *TENOR, *arguments],
        cwd=folder,
        env=environment(env or {}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    return ended.returncode, ended.stderr


def said_by(
    module: str, *arguments: str, seconds: float, env: Mapping[str, str] | None = None
) -> str:
    """What a module prints in a process of its own, which has to end well within the seconds."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", module, *arguments],
        cwd=ROOT,
        env=environment(env or {}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return done.stdout


def until(holds: Callable[[], object], *, what: str, patience: float = PATIENCE) -> None:
    """Ask again and again, until it holds."""
    deadline = time.monotonic() + patience
    while not holds():
        assert time.monotonic() < deadline, f"{what} did not come true in {patience} seconds"
        time.sleep(0.01)


@contextmanager
def _running(
    command: Sequence[str],
    folder: Path,
    log: IO[str],
    env: Mapping[str, str] | None,
    pass_fds: Sequence[int] = (),
) -> Iterator[subprocess.Popen[str]]:
    """A process that ends with the block, by its own id and that of its own session."""
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=environment(env or {}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
        pass_fds=pass_fds,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        assert process.stdout is not None
        process.stdout.close()


def _announced(process: subprocess.Popen[str], errors: Path) -> list[str]:
    """What the server prints at start: its title and its addresses."""
    assert process.stdout is not None
    lines: list[str] = []
    for line in process.stdout:
        if line == "Ctrl-C stops it.\n":
            return lines
        lines.append(line.rstrip("\n"))
    raise AssertionError(f"no address was announced: {errors.read_text()}")


def _ready(server: Server) -> Server:
    """The server, once it answers."""

    def answers() -> bool:
        assert server.process.poll() is None, f"{server.name} ended: {server.log}"
        try:
            return server.ask(request("OPTIONS", "/docs")).status < 500
        except (ConnectionError, NoAnswer, TimeoutError):
            return False

    until(answers, what=f"{server.name} answering")
    return server
