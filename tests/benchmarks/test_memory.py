"""Claims about posts in memory: each application answers what PROTOCOL.md says.

Those whose frameworks are not among what the tests need are held to ours by the measurement itself.
"""

import importlib
import json
from collections.abc import Callable, Iterable
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from connexion import AsyncApp
from flask import Flask

from benchmarks import equality
from benchmarks.asking import Request
from benchmarks.equality import Answer
from benchmarks.memory.data import ETAG, NOW, POSTS, links_of
from benchmarks.memory.tenor_app import create_app, ungated
from benchmarks.staging import IN_MEMORY

REQUESTS = {request.name: request for request in IN_MEMORY}
COMMON = {"x-content-type-options": "nosniff", "cache-control": "no-cache"}


def of_flask(app: Flask) -> Callable[[Request], Answer]:
    """How an application of WSGI is asked."""

    def ask(request: Request) -> Answer:
        reply = app.test_client().open(
            request.path,
            method=request.method,
            headers=dict(request.headers),
            data=request.body_of(0),
        )
        return Answer(reply.status_code, _lower(reply.headers), reply.data)

    return ask


def of_connexion(app: AsyncApp) -> Callable[[Request], Answer]:
    """How an application of ASGI is asked."""

    def ask(request: Request) -> Answer:
        reply = app.test_client().request(
            request.method,
            request.path,
            headers=dict(request.headers),
            content=request.body_of(0),
        )
        return Answer(reply.status_code, _lower(reply.headers.items()), reply.content)

    return ask


def _lower(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    return {name.lower(): text for name, text in headers}


@pytest.fixture(params=["tenor", "tenor, gate off", "flask", "connexion"], scope="module")
def ask(request: pytest.FixtureRequest) -> Callable[[Request], Answer]:
    """Each application that can be made here."""
    made: dict[str, Callable[[], Callable[[Request], Answer]]] = {
        "tenor": lambda: of_flask(create_app()),
        "tenor, gate off": lambda: of_flask(ungated()),
        "flask": lambda: of_flask(_app("flask_plain")),
        "connexion": lambda: of_connexion(_app("connexion_stock")),
    }
    return made[request.param]()


def _app(module: str) -> Any:
    return _module(module).app


def _module(name: str) -> Any:
    return importlib.import_module(f"benchmarks.memory.{name}")


@pytest.mark.parametrize("request_", IN_MEMORY, ids=lambda one: one.name)
def test_each_request_has_its_status_and_the_headers_of_every_answer(
    ask: Callable[[Request], Answer], request_: Request
):
    first, second = ask(request_), ask(request_)

    assert equality.misses(request_, first) == []
    assert COMMON.items() <= first.headers.items()
    assert first.headers["x-request-id"] != second.headers["x-request-id"]


def test_a_post_is_read(ask: Callable[[Request], Answer]):
    answer = ask(REQUESTS["get"])

    assert answer.value == {"data": POSTS[6]}
    assert answer.headers["etag"] == ETAG
    assert parsedate_to_datetime(answer.headers["last-modified"]).day == 2


@pytest.mark.parametrize("limit", [20, 100])
def test_the_newest_are_listed(ask: Callable[[Request], Answer], limit: int):
    answer = ask(REQUESTS[f"list of {limit}"])

    links = links_of(limit)
    assert answer.value == {"data": POSTS[:limit], "links": links}
    assert (
        answer.headers["link"] == f'<{links["first"]}>; rel="first", <{links["next"]}>; rel="next"'
    )


def test_a_post_is_written_and_found_again(ask: Callable[[Request], Answer]):
    request = REQUESTS["post"]

    answer = ask(request)
    again = ask(Request("get", "/posts/the-first-engine"))

    draft = json.loads(request.body)
    kept = answer.value["data"]
    assert answer.headers["location"] == "https://tenor.example/posts/the-first-engine"
    assert answer.headers["etag"] == ETAG
    assert draft.items() <= kept.items()
    assert kept["published_at"] == NOW
    assert again.value == answer.value


def test_what_is_known_is_not_sent_again(ask: Callable[[Request], Answer]):
    answer = ask(REQUESTS["304"])

    assert answer.headers["etag"] == ETAG
    assert answer.body == b""


@pytest.mark.parametrize("name", ["400", "404", "401"])
def test_a_refusal_is_a_problem(ask: Callable[[Request], Answer], name: str):
    answer = ask(REQUESTS[name])

    assert answer.media_type == "application/problem+json"
    assert answer.value["status"] == int(name)
    assert ("www-authenticate" in answer.headers) is (name == "401")


@pytest.mark.parametrize(
    ("ask", "module"),
    [("tenor", "tenor_app"), ("connexion", "connexion_stock")],
    indirect=["ask"],
)
def test_who_checks_answers_does_so_while_it_is_measured(
    ask: Callable[[Request], Answer], module: str, monkeypatch: pytest.MonkeyPatch
):
    posts = _module(module)._posts
    monkeypatch.setitem(posts, "the-first-engine-7", {**POSTS[6], "slug": "No slug"})

    assert ask(REQUESTS["get"]).status == 500


def test_what_checks_nothing_lets_it_out(monkeypatch: pytest.MonkeyPatch):
    posts = _module("tenor_app")._posts
    monkeypatch.setitem(posts, "the-first-engine-7", {**POSTS[6], "slug": "No slug"})

    assert of_flask(ungated())(REQUESTS["get"]).status == 200
