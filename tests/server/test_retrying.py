"""Retries on the wire: many at once, over several processes, do their work once."""

import json
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from tests.api.client import ENGINE, PASSWORD
from tests.server import servers
from tests.server.servers import Server
from tests.server.wire import Answer, request

JSON = "Content-Type: application/json"
ONCE = "Idempotency-Key: once"
AT_ONCE = 100
VARYING = {"date", "x-request-id", "idempotency-replayed"}


@pytest.fixture(scope="module", params=["granian", "gunicorn"])
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """The API on a fresh store, served by two processes. Each test has people of its own."""
    with started(request.param, tmp_path_factory.mktemp(request.param), "--workers", "2") as server:
        yield server


def started(name: str, folder: Path, *options: str) -> AbstractContextManager[Server]:
    env = {"TENOR_DATABASE_URL": f"sqlite:///{folder}/tenor.db"}
    return servers.start(name, "tests.server.faulty:sound", folder, *options, env=env)


def post(target: str, value: Any, *headers: str) -> bytes:
    return request("POST", target, JSON, *headers, body=json.dumps(value).encode())


def account(username: str) -> dict[str, str]:
    return {"username": username, "display_name": username.title(), "password": PASSWORD}


def signed_in(server: Server, username: str) -> str:
    """The credentials of somebody who has registered."""
    assert server.ask(post("/accounts", account(username))).status == 201
    login = {"username": username, "password": PASSWORD, "scopes": ["posts:write"]}
    answer = server.ask(post("/tokens", login))
    return f"Authorization: Bearer {json.loads(answer.body)['data']['secret']}"


def at_once(server: Server, raw: bytes) -> list[Answer]:
    """The answers to a hundred of the same, each on a connection of its own."""
    start = threading.Barrier(AT_ONCE)

    def ask() -> Answer:
        with server.connect(servers.PATIENCE) as connection:
            start.wait(servers.PATIENCE)
            connection.send(raw)
            return connection.receive(to=b"POST")

    with ThreadPoolExecutor(AT_ONCE) as threads:
        asked = [threads.submit(ask) for _ in range(AT_ONCE)]
        return [each.result(servers.PATIENCE) for each in asked]


def said(answer: Answer) -> tuple[Any, ...]:
    """All of an answer that is kept."""
    return answer.status, [h for h in answer.headers if h[0] not in VARYING], answer.body


def written(server: Server, author: str) -> list[str]:
    """The slugs of what somebody has published."""
    listed = json.loads(server.ask(request("GET", f"/posts?author={author}")).body)["data"]
    return sorted(post["slug"] for post in listed)


def are_one(answers: list[Answer]) -> bool:
    """Whether all are the same answer, which one of them is for the first time."""
    replays = [answer.header("idempotency-replayed") for answer in answers]
    assert {answer.status for answer in answers} == {201}
    assert sorted(map(str, replays)) == ["None"] + ["true"] * (AT_ONCE - 1)
    return all(said(answer) == said(answers[0]) for answer in answers)


def test_a_hundred_posts_at_once_under_one_key_are_one(server: Server):
    authorization = signed_in(server, "ada")

    answers = at_once(server, post("/posts", ENGINE, authorization, ONCE))

    assert are_one(answers)
    assert written(server, "ada") == ["the-first-engine"]


def test_a_hundred_registrations_at_once_under_one_key_are_one(server: Server):
    answers = at_once(server, post("/accounts", account("grace"), ONCE))

    assert are_one(answers)


def test_two_keys_in_one_request_are_refused(server: Server):
    authorization = signed_in(server, "joan")
    answer = server.ask(post("/posts", ENGINE, authorization, ONCE, "Idempotency-Key: twice"))

    assert answer.status == 400
    (fault,) = json.loads(answer.body)["errors"]
    assert (fault["in"], fault["pointer"]) == ("header", "/Idempotency-Key")
    assert written(server, "joan") == []


def test_processes_that_are_killed_leave_no_key_in_use(tmp_path: Path):
    """What they had answered is answered alike by the next, and the rest is done once."""
    with started("granian", tmp_path) as server:
        authorization = signed_in(server, "ada")
        done = post("/posts", ENGINE, authorization, ONCE)
        begun = post("/posts", ENGINE, authorization, "Idempotency-Key: begun")
        first = server.ask(done)
        with server.connect() as connection:
            connection.send(begun)
            os.killpg(server.process.pid, signal.SIGKILL)
            server.process.wait(servers.PATIENCE)
    with started("granian", tmp_path) as server:
        again, late = server.ask(done), server.ask(begun)

        assert (said(again), again.header("idempotency-replayed")) == (said(first), "true")
        assert (first.status, late.status) == (201, 201)
        assert written(server, "ada") == ["the-first-engine", "the-first-engine-2"]
