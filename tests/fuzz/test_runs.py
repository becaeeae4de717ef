"""Schemathesis, all its phases and all its checks, against the publishing API.

Each run is a process of its own, so that another's code is none of its business. It fails on every
failed check, on every error of the engine, on an operation that was not tried, and on every
note but those that are named here with their reasons.
"""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app import CONTRACT
from tenor import document
from tests.fuzz.world import found
from tests.publishing.story import Clock
from tests.server.servers import granian, said_by

PHASES = {"examples", "coverage", "fuzzing", "stateful"}
OPERATIONS = sum(1 for _ in document.load(CONTRACT).operations())

Run = dict[str, Any]

# Two of the notes are about what a change needs: the tag of something that is still there, or a
# password that is somebody's. Data that is made up has neither, and is refused as it should be.
# A stranger is refused wherever a token is needed; that is what this run is for.
EXPECTED = {
    "signed-in": {"missing_test_data", "validation_mismatch"},
    "live": {"missing_test_data", "validation_mismatch"},
    "anonymous": {"missing_auth", "missing_test_data", "validation_mismatch"},
}
NEEDS_WHAT_IS_THERE = {
    "changeAccount",
    "deleteAccount",
    "putPost",
    "changePost",
    "deletePost",
    "getComment",
    "changeComment",
    "deleteComment",
    "getToken",
    "deleteToken",
    "createToken",
}


def run(name: str, *arguments: str, **env: str) -> Run:
    return json.loads(said_by("tests.fuzz.runs", name, *arguments, seconds=240, env=env))


def hold(name: str, report: Run) -> None:
    """All that a run may fail for."""
    assert report["findings"] == []
    assert set(report["sent"]) == PHASES
    assert {each for phase in report["sent"].values() for each in phase} == set(report["answered"])
    assert len(report["answered"]) == OPERATIONS
    assert {note["kind"] for note in report["notes"]} <= EXPECTED[name]
    for note in report["notes"]:
        if note["kind"] != "missing_auth":
            assert set(note["operations"]) <= NEEDS_WHAT_IS_THERE, note
    print(f"seed {report['seed']}: {len(report['requests'])} requests")  # noqa: T201 - for whoever repeats it


@pytest.mark.parametrize("name", ["signed-in", "anonymous"])
def test_the_application_keeps_its_contract(name: str, tmp_path: Path):
    """In process, by somebody who may do everything and by somebody who may do nothing."""
    hold(name, run(name, str(tmp_path)))


def test_the_live_server_keeps_its_contract(tmp_path: Path):
    """Over HTTP, against the server that people run."""
    database = tmp_path / "tenor.db"
    access = found(database, Clock(datetime.now(UTC)))
    with granian(
        "app:create_app", tmp_path, env={"TENOR_DATABASE_URL": f"sqlite:///{database}"}
    ) as server:
        hold("live", run("live", f"http://127.0.0.1:{server.port}", access.secret))


def test_one_seed_sends_the_same_requests_again(tmp_path: Path):
    """In another process, where the order of sets is another."""
    first, second = (tmp_path / name for name in ("1", "2"))
    first.mkdir()
    second.mkdir()

    runs = [run("anonymous", str(each), PYTHONHASHSEED=each.name) for each in (first, second)]

    assert runs[0] == runs[1]
