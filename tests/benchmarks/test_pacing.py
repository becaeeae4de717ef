"""Claims about the asker at a steady pace."""

import threading
import time
from collections.abc import Generator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import ClassVar

import pytest

from benchmarks import pacing
from benchmarks.asking import NUMBER, Request
from benchmarks.facts import Unfair
from benchmarks.pacing import SHARED, asked

SLOW = 0.05


class Handler(BaseHTTPRequestHandler):
    """Answers what it was sent, and slowly what is named so."""

    protocol_version = "HTTP/1.1"
    seen: ClassVar[list[bytes]] = []

    def do_POST(self) -> None:
        """Answer a request."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.seen.append(body)
        if self.path == "/slow":
            time.sleep(SLOW)
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """A server whose threads end with it."""

    daemon_threads = True


@pytest.fixture
def port() -> Generator[int]:
    """Where it answers."""
    Handler.seen.clear()
    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


PATIENT = 0.05
"""The asker shares its interpreter with the server here, and waits for it at every turn."""


def test_as_many_are_sent_as_are_due(port: int):
    found = asked(port, Request("post", "/", method="POST", body=f"<{NUMBER}>"), 200, 0.25, PATIENT)

    assert sorted(Handler.seen) == sorted(b"<%d>" % number for number in range(50))
    assert 0 < found.resolution < found.most
    assert found.rate < 220


def test_waiting_for_a_connection_counts(port: int):
    """Sixteen connections give 320 answers a second: of 1,000 that are due, most wait."""
    found = asked(port, Request("post", "/slow", method="POST", body="x"), 1000, 0.2, PATIENT)

    assert found.median > 2 * SLOW
    assert found.most > 0.3


def test_an_asker_on_the_core_of_a_database_leaves_it_the_core(port: int):
    """It sleeps until something is due or answered, and leaves nothing out."""
    began, used = time.perf_counter(), time.process_time()
    found = asked(port, Request("post", "/", method="POST", body="x"), 50, 1, SHARED)
    took, used = time.perf_counter() - began, time.process_time() - used

    assert used < took / 2
    assert found.away == 0
    assert 40 < found.rate < 60


def test_what_the_asker_missed_is_not_the_servers(port: int, monkeypatch: pytest.MonkeyPatch):
    """A machine that takes its core away makes no answer late; the pace goes on afterwards."""
    looks, ticks = iter(range(10**9)), time.perf_counter
    gone = 0.0

    def now() -> float:
        nonlocal gone
        if next(looks) == 500:
            gone = 0.2
        return ticks() + gone

    monkeypatch.setattr(pacing, "time", SimpleNamespace(perf_counter=now))

    found = asked(port, Request("post", "/", method="POST", body="x"), 200, 0.5, PATIENT)

    assert found.most < 0.15
    assert 0.2 < found.away < 0.4
    assert 150 < found.rate < 220


def test_an_asker_that_was_hardly_there_says_nothing(port: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(pacing, "_PATIENCE", 0)

    with pytest.raises(Unfair, match="away for 100%"):
        asked(port, Request("post", "/", method="POST", body="x"), 200, 0.3, 0)
