"""Pacing: an asker that sends at a steady pace, whatever is answered meanwhile.

    python -m benchmarks.pacing PORT RATE SECONDS AWAY FIRST < request.json

wrk sends the next request when it has the answer to the last one, so that an answer that is late
delays what would have shown it. Here each request is due at its own time, and its seconds are
counted from then, so that waiting for a free connection counts too. The asker looks at the clock
and at all connections again and again, and never sleeps; how long such a look takes is its
resolution, which it measures and gives with the rest. Where the machine gave its core to something
else, nothing was asked and nothing seen: what was due is due that much later, what was under way is
not counted, and how much of the time it was away is given too. An asker that shares its core with a
database leaves nothing out, for what the database does is waited for and counts; and it sleeps
until something is due or answered, so that the database has the core. Bodies are numbered from
FIRST on, for what they write is kept. It writes its findings as JSON.
"""

import gc
import json
import math
import re
import select
import socket
import statistics
import subprocess
import sys
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from benchmarks import cores
from benchmarks.asking import Request
from benchmarks.facts import Unfair
from benchmarks.loading import CONNECTIONS
from benchmarks.serving import ROOT, Server

AWAY = 0.0003
"""A look that takes longer, in seconds, was interrupted; sixteen answers at once take half."""
SHARED = math.inf
"""What stands for it where the core is shared."""

_PATIENCE = 2
_LONGEST = 60
_TRIES = 5
_BODIES = 20_000
_NO_TIME = 75
"""The exit code where it may be tried again; `sysexits.h` names it so."""

_FEWEST = 30
WARMING = 0.2
"""The part of the requests at the beginning that is not counted."""

_LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]+)", re.IGNORECASE)


class NoTime(Unfair):
    """The machine left the asker no time, which it may do another time."""


@dataclass(frozen=True, slots=True)
class Pacing:
    """What was found, in seconds; `away` is the part of the time in which the asker was."""

    rate: float
    median: float
    p99: float
    most: float
    resolution: float
    away: float


@dataclass(slots=True)
class _Connection:
    """A connection, and what has come of the answer that it waits for."""

    socket: socket.socket
    due: float = 0
    counts: bool = True
    came: bytearray = field(default_factory=bytearray)

    def send(self, content: bytes, due: float) -> None:
        """Send a request that was due then."""
        self.due = due
        self.counts = True
        self.came.clear()
        self.socket.sendall(content)

    def is_answered(self, status: bytes) -> bool:
        """Take what has come, and say whether it is all. Raises ConnectionError and Unfair."""
        piece = self.socket.recv(1 << 18)
        if not piece:
            raise ConnectionError("The server closed a connection.")
        self.came += piece
        head = self.came.find(b"\r\n\r\n")
        if head < 0:
            return False
        if self.came[9:12] != status:
            raise Unfair(f"{self.came[9:12].decode()} was answered, not {status.decode()}.")
        length = _LENGTH.search(self.came, 0, head + 2)
        return len(self.came) >= head + 4 + (int(length[1]) if length else 0)


def paced(
    server: Server, request: Request, rate: float, seconds: int, away: float = AWAY, run: int = 0
) -> Pacing:
    """Ask at this pace from the core of the load, anew where the machine left no time for it.

    What is written in a `run` is written in no other. Raises Unfair.
    """
    said = ""
    for number in range(run * _TRIES, (run + 1) * _TRIES):
        told = map(str, (server.port, rate, seconds, away, number * _BODIES))
        command = [sys.executable, "-m", "benchmarks.pacing", *told]
        try:
            ended = subprocess.run(  # noqa: S603 - the command is our own
                [*cores.on(cores.LOAD), *command],
                cwd=ROOT,
                input=json.dumps({**asdict(request), "varying": []}),
                capture_output=True,
                text=True,
                check=False,
                timeout=_LONGEST,
            )
        except subprocess.TimeoutExpired:
            raise Unfair(f'"{request.name}" was not answered within {_LONGEST} s.') from None
        if not ended.returncode:
            return Pacing(**json.loads(ended.stdout))
        said = ended.stderr
        if ended.returncode != _NO_TIME:
            break
    raise Unfair(f'"{request.name}" was not answered at a steady pace:\n{said}')


def asked(
    port: int, request: Request, rate: float, seconds: float, away: float = AWAY, first: int = 0
) -> Pacing:
    """Ask from this process; a look that takes longer than `away` was interrupted.

    One that is SHARED sleeps between its looks. Bodies are numbered from the first on. Raises
    Unfair.
    """
    connections = [_connected(port) for _ in range(CONNECTIONS)]
    contents = _contents(port, request, first)
    try:
        return _asked(connections, contents, rate, int(rate * seconds), away, request.status)
    finally:
        for one in connections:
            one.socket.close()


def _asked(
    connections: list[_Connection],
    contents: list[bytes],
    rate: float,
    total: int,
    longest_look: float,
    status: int,
) -> Pacing:
    waiting = select.epoll()
    by_number = {one.socket.fileno(): one for one in connections}
    for number in by_number:
        waiting.register(number, select.EPOLLIN)
    idle = deque(connections)
    taken: list[float] = []
    looks: list[float] = []
    wanted = b"%d" % status
    sent = done = 0
    away = 0.0
    begun = looked = time.perf_counter()
    while done < total:
        if longest_look == SHARED:
            looked = _slept(waiting, begun + sent / rate if idle and sent < total else None)
        now = time.perf_counter()
        look, looked = now - looked, now
        if look > longest_look:
            away += look
            if away > total / rate + _PATIENCE:
                break
            _leave_out(connections)
        else:
            looks.append(look)
        while idle and sent < total and (due := begun + away + sent / rate) <= now:
            idle.popleft().send(contents[sent % len(contents)], due)
            sent += 1
        for number, _event in waiting.poll(0):
            connection = by_number[number]
            if connection.is_answered(wanted):
                done += 1
                if connection.counts:
                    taken.append(time.perf_counter() - connection.due)
                idle.append(connection)
    lasted = time.perf_counter() - begun
    waiting.close()
    return _found(taken, looks, done / (lasted - away), away / lasted)


def _slept(waiting: select.epoll, due: float | None) -> float:
    """Sleep until something is due or answered. Gives when that was, which may be a while ago."""
    now = time.perf_counter()
    # An epoll object itself knows milliseconds only.
    select.select([waiting], [], [], _PATIENCE if due is None else max(0, due - now))
    woke = time.perf_counter()
    return woke if due is None else min(woke, max(due, now))


def _leave_out(connections: Sequence[_Connection]) -> None:
    """Count none of the answers that are waited for."""
    for connection in connections:
        connection.counts = False


def _found(taken: list[float], looks: list[float], rate: float, away: float) -> Pacing:
    counted = taken[int(len(taken) * WARMING) :]
    if len(counted) < _FEWEST:
        raise NoTime(f"The machine left the asker no time: it was away for {away:.0%} of it.")
    hundredths = statistics.quantiles(counted, n=100)
    return Pacing(
        rate=rate,
        median=statistics.median(counted),
        p99=hundredths[98],
        most=max(counted),
        resolution=statistics.quantiles(looks, n=100)[98],
        away=away,
    )


def _connected(port: int) -> _Connection:
    made = socket.create_connection(("127.0.0.1", port))
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return _Connection(made)


def _contents(port: int, request: Request, first: int) -> list[bytes]:
    """The requests as they are sent, prepared before anything is timed."""
    numbers = range(first, first + (_BODIES if request.body else 1))
    return [_content(port, request, number) for number in numbers]


def _content(port: int, request: Request, number: int) -> bytes:
    body = request.body_of(number)
    headers = {"Host": f"127.0.0.1:{port}", **request.headers}
    if body:
        headers["Content-Length"] = str(len(body))
    lines = [f"{request.method} {request.path} HTTP/1.1"]
    lines += [f"{name}: {text}" for name, text in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def main(arguments: list[str]) -> int:
    """Ask as the arguments say, and write what was found."""
    port, first = int(arguments[0]), int(arguments[4])
    rate, seconds, away = map(float, arguments[1:4])
    request = Request(**json.load(sys.stdin))
    gc.disable()  # its pauses would be taken for the server's
    try:
        found = asked(port, request, rate, seconds, away, first)
    except Unfair as error:
        print(error, file=sys.stderr)  # noqa: T201 - it is a command
        return _NO_TIME if isinstance(error, NoTime) else 1
    json.dump(asdict(found), sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
