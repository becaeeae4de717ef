"""Serving: applications that are started on one core, and ended whatever happens."""

import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from benchmarks import cores
from benchmarks.asking import Request
from benchmarks.equality import fetched
from benchmarks.facts import Unfair

ROOT = Path(__file__).parents[1]
_PATIENCE = 60
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Server:
    """An application that answers at a port."""

    name: str
    port: int
    process: "subprocess.Popen[bytes]"
    said: IO[bytes]

    def last_words(self) -> str:
        """The end of what it has said."""
        self.said.seek(0)
        return self.said.read().decode(errors="replace")[-2000:]

    def tell_to_end(self) -> None:
        """Ask it to end, without waiting for that."""
        _signal(self.process, signal.SIGTERM)

    def processor_seconds(self) -> float:
        """What it has used of its core, with all its processes."""
        return sum(map(_seconds, _family(self.process.pid)))


@contextmanager
def serving(
    name: str, command: Sequence[str], environment: Mapping[str, str] = {}
) -> Iterator[Server]:
    """A server that is being started; `{port}` in its command is where it has to listen.

    It leads a group of processes, so that an interrupt from the keyboard reaches only us, and
    nothing of it is left behind.
    """
    port = _free_port()
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(  # noqa: S603 - the commands are our own
            [*cores.on(cores.SERVER), *(part.format(port=port) for part in command)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), "NODE_ENV": "production", **environment},
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            start_new_session=True,
        ) as process,
    ):
        try:
            yield Server(name, port, process, said)
        finally:
            _end(process)


def await_answer(server: Server, request: Request) -> None:
    """Wait until the server answers a request as it should. Raises Unfair."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        with suppress(OSError):
            if fetched(server.port, request).status == request.status:
                return
        if server.process.poll() is not None or time.monotonic() > deadline:
            raise Unfair(f"{server.name} did not start.\n{server.last_words()}")
        time.sleep(0.05)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End all of a server: it is asked once, and then not any more."""
    _signal(process, signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(5)
    _signal(process, signal.SIGKILL)


def _signal(process: "subprocess.Popen[bytes]", number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _family(process: int) -> Iterator[int]:
    """A process and all that came from it."""
    yield process
    with suppress(FileNotFoundError):
        for thread in Path(f"/proc/{process}/task").iterdir():
            for child in (thread / "children").read_text().split():
                yield from _family(int(child))


def _seconds(process: int) -> float:
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0
    return (int(fields[11]) + int(fields[12])) / _TICKS
