"""Claims about the asker at a steady pace."""

import json
import subprocess
import threading
import time
from collections.abc import Generator
from dataclasses import asdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from subprocess import CompletedProcess
from types import SimpleNamespace
from typing import Any, ClassVar, cast

import pytest

from benchmarks import pacing
from benchmarks.asking import NUMBER, Request
from benchmarks.facts import Unfair
from benchmarks.pacing import SHARED, Pacing, asked, paced

SLOW = 0.05


WRONG = 503


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
        self.send_response(WRONG if self.path == "/wrong" else 200)
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


def served_at(port: int) -> pacing.Server:
    """A server that somebody else has started."""
    return pacing.Server("here", port, cast(Any, None), cast(Any, None))


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


def test_an_answer_that_is_no_success_is_no_fast_answer(port: int):
    with pytest.raises(Unfair, match="503 was answered, not 200"):
        asked(port, Request("post", "/wrong", method="POST", body="x"), 200, 0.25, PATIENT)


def test_what_a_run_writes_is_written_in_no_other(port: int):
    for run in range(2):
        paced(
            served_at(port), Request("post", "/", 200, "POST", body=f"<{NUMBER}>"), 50, 2, run=run
        )

    assert len({*Handler.seen}) == len(Handler.seen) == 200


def test_a_run_is_tried_again_where_the_machine_left_no_time(monkeypatch: pytest.MonkeyPatch):
    tries = iter([75, 75, 0])
    found = Pacing(rate=9, median=1, p99=2, most=3, resolution=0, away=0)
    told: list[list[str]] = []

    def run(command: list[str], **_options: Any) -> CompletedProcess[str]:
        told.append(command)
        return CompletedProcess(command, next(tries), json.dumps(asdict(found)), "no time")

    monkeypatch.setattr(subprocess, "run", run)

    assert paced(served_at(1), Request("get", "/"), 100, 1) == found
    assert len({command[-1] for command in told}) == 3


def test_a_fault_of_the_server_is_not_tried_again(monkeypatch: pytest.MonkeyPatch):
    tries = iter([1, 0])
    monkeypatch.setattr(
        subprocess, "run", lambda command, **_: CompletedProcess(command, next(tries), "", "closed")
    )

    with pytest.raises(Unfair, match="closed"):
        paced(served_at(1), Request("get", "/"), 100, 1)


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
