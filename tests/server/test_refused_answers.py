"""Refused answers leave nothing behind: no thread, no descriptor, no memory, no open stream."""

import json
import os
import select
import socket
import statistics
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from itertools import cycle, islice
from pathlib import Path
from threading import Thread

import pytest

from tests.server import servers
from tests.server.refusing import ANNOUNCED, CONTRACT
from tests.server.servers import Server, until
from tests.server.wire import PATIENCE, Answer, Connection, request

APP = "tests.server.refusing:create_app"
IN_A_ROW = 1000
THREADS = 4
"""Few, so that all of them can be started before anything is measured."""

HELD_BACK = "500 contract-violation"
FAILED = "500 internal-error"
SAID_SO = "200 contract-violation"
WHOLE = "200"
CUT = "cut short"
LEFT = "left by its client"

REFUSALS = {
    "/numbers/undeclared-status": HELD_BACK,
    "/numbers/broken-schema": HELD_BACK,
    "/numbers/aborts-with-success": HELD_BACK,
    "/numbers/raises": FAILED,
    "/numbers/raises-midway": FAILED,
    "/lines/broken-midway": SAID_SO,
    "/lines/raises-midway": SAID_SO,
    "/lines/long": LEFT,
    "/bytes/too-short": CUT,
    "/bytes/raises-midway": CUT,
    "/bytes/too-long": CUT,
    "/bytes/long": LEFT,
    "/responses/too-short": CUT,
    "/responses/undeclared-header": HELD_BACK,
}
"""What clients see of each."""

_GOOD = request("GET", "/numbers/good")
_SETTLING = 10.0
"""Seconds in which a busy machine has to show the server as it was."""


@dataclass(frozen=True, slots=True)
class Footprint:
    """What the processes of a server hold, and how many requests they answer in a second.

    Where there is no `/proc`, what they hold counts as nothing.
    """

    threads: int
    descriptors: int
    mebibytes: float
    rate: float


BEFORE = Footprint(threads=4, descriptors=20, mebibytes=100, rate=3000)


def grown(before: Footprint, after: Footprint) -> list[str]:
    """What is worse than before, beyond what differs anyway: in memory, and in the rate."""
    found: list[str] = []
    if after.threads > before.threads:
        found.append(f"{before.threads} threads became {after.threads}")
    if after.descriptors > before.descriptors:
        found.append(f"{before.descriptors} descriptors became {after.descriptors}")
    if after.mebibytes > before.mebibytes + 8:
        found.append(f"{before.mebibytes:.0f} MiB became {after.mebibytes:.0f}")
    if after.rate < before.rate * 0.7:
        found.append(f"{before.rate:.0f} requests a second became {after.rate:.0f}")
    return found


def footprint(server: Server) -> Footprint:
    """Measured now, all processes of the server together, with one connection open."""
    with server.connect() as connection:
        rate = statistics.median(_rate(connection) for _ in range(5))
        places = [Path("/proc", str(process)) for process in family(server.process.pid)]
        resident = [path.read_text().split()[1] for place in places for path in place.glob("statm")]
        return Footprint(
            threads=sum(len(list(place.glob("task/*"))) for place in places),
            descriptors=sum(len(list(place.glob("fd/*"))) for place in places),
            mebibytes=sum(map(int, resident)) * os.sysconf("SC_PAGE_SIZE") / 2**20,
            rate=rate,
        )


def family(process: int) -> Iterator[int]:
    """A process, and those that it started."""
    yield process
    for children in Path("/proc", str(process)).glob("task/*/children"):
        for child in children.read_text().split():
            yield from family(int(child))


def _rate(connection: Connection, count: int = 200) -> float:
    """Good answers in a second, one after the other."""
    began = time.perf_counter()
    for _ in range(count):
        connection.send(_GOOD)
        assert connection.receive().body == b'{"number":1}'
    return count / (time.perf_counter() - began)


def remaining(server: Server, before: Footprint) -> list[str]:
    """What is still worse than before when the server has had its time."""
    deadline = time.monotonic() + _SETTLING
    while (found := grown(before, footprint(server))) and time.monotonic() < deadline:
        pass  # measuring takes its time
    return found


@contextmanager
def serving(name: str, folder: Path) -> Iterator[Server]:
    """A server of few threads, which nobody holds up by not reading what it prints."""
    (folder / "openapi.yaml").write_text(CONTRACT)
    with servers.start(name, APP, folder, "--threads", str(THREADS)) as server:
        assert server.process.stdout is not None
        reader = Thread(target=server.process.stdout.read)
        reader.start()
        try:
            yield server
        finally:
            server.stop()
            reader.join()


def start_every_thread(server: Server) -> None:
    """Keep all threads busy at once: a server starts one when it first needs it."""
    with ExitStack() as stack:
        clients = [stack.enter_context(server.connect()) for _ in range(THREADS)]
        for client in clients:
            begin_long_stream(client, "/bytes/long")
        for client in clients:
            client.reset()


def begin_long_stream(client: Connection, target: str) -> None:
    """Ask for a stream, and wait until it has begun to arrive."""
    client.send(request("GET", target))
    assert select.select([client], [], [], PATIENCE)[0]


def seen(server: Server, target: str) -> str:
    """What a client sees of an answer, in a few words."""
    if REFUSALS[target] == LEFT:
        with server.connect() as client:
            begin_long_stream(client, target)
            client.reset()
        return LEFT
    if REFUSALS[target] == CUT:
        # Gunicorn keeps a connection whose answer is incomplete, unless it is told not to.
        got = everything(server, request("GET", target, "Connection: close"))
        return CUT if len(got.partition(b"\r\n\r\n")[2]) < ANNOUNCED else WHOLE
    return said(server.ask(request("GET", target)))


def everything(server: Server, raw: bytes) -> bytes:
    """All that comes back until the server closes the connection."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as connected:
        connected.sendall(raw)
        return b"".join(iter(lambda: connected.recv(65_536), b""))


def said(answer: Answer) -> str:
    """The status, and the problem that the answer is or ends with."""
    if answer.media_type == "application/octet-stream":
        return str(answer.status)
    last = json.loads(answer.body.splitlines()[-1])
    return f"{answer.status} {last.get('type', '').rpartition('/')[2]}".strip()


def streams(server: Server) -> tuple[int, int]:
    """How many were begun and ended."""
    counted = json.loads(server.ask(request("GET", "/streams")).body)
    return counted["begun"], counted["ended"]


@pytest.mark.parametrize("name", ["granian", "gunicorn"])
def test_a_thousand_refused_answers_leave_the_server_as_it_was(name: str, tmp_path: Path):
    """Its threads, descriptors, memory and throughput; and each was refused as it should be."""
    with serving(name, tmp_path) as server:
        start_every_thread(server)
        warming = [seen(server, target) for target in list(REFUSALS) * 20]
        before = footprint(server)
        in_a_row = list(islice(cycle(REFUSALS), IN_A_ROW))
        refused = {(target, seen(server, target)) for target in in_a_row}
        left = remaining(server, before)
        begun, _ = streams(server)

        assert warming == list(REFUSALS.values()) * 20
        assert refused == REFUSALS.items()
        assert left == []
        assert begun > IN_A_ROW / 2
        until(lambda: streams(server) == (begun, begun), what="each stream's end", patience=5)


@pytest.mark.parametrize("name", ["granian", "gunicorn"])
def test_a_stream_that_falls_short_ends_its_connection(name: str, tmp_path: Path):
    """Otherwise the next answer would be taken for the bytes that are missing."""
    with serving(name, tmp_path) as server:
        for target in (target for target, end in REFUSALS.items() if end == CUT):
            got = everything(server, request("GET", target) + _GOOD)

            assert len(got.partition(b"\r\n\r\n")[2]) < ANNOUNCED


@pytest.mark.parametrize(
    ("after", "told"),
    [
        (BEFORE, []),
        (replace(BEFORE, mebibytes=107, rate=2200, threads=3), []),
        (replace(BEFORE, threads=5), ["4 threads became 5"]),
        (replace(BEFORE, descriptors=21), ["20 descriptors became 21"]),
        (replace(BEFORE, mebibytes=109), ["100 MiB became 109"]),
        (replace(BEFORE, rate=2000), ["3000 requests a second became 2000"]),
    ],
)
def test_what_grew_is_told(after: Footprint, told: list[str]):
    assert grown(BEFORE, after) == told


def test_what_is_kept_at_each_refusal_is_seen(tmp_path: Path):
    """Three defects, each planted in a handler of its own."""
    with serving("granian", tmp_path) as server:
        start_every_thread(server)
        for kept, unit in {"threads": "threads", "files": "descriptors", "memory": "MiB"}.items():
            before = footprint(server)
            for _ in range(100):
                assert said(server.ask(request("GET", f"/numbers/keeps-{kept}"))) == HELD_BACK

            assert unit in " ".join(grown(before, footprint(server)))
