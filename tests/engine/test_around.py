"""Work is ended when the answer is judged: what `around` holds commits an answer that may leave."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from typing import Any

import flask
import pytest

from tenor import ContractViolation, Problem, Tenor
from tenor.arguments import Inputs
from tenor.exchange import Exchange, RequestIds
from tenor.schemas import MISSING
from tests.engine.contracts import (
    ANYTHING,
    PROBLEM,
    Json,
    path,
    query,
    response,
    serving,
)
from tests.engine.wire import ask

NUMBER = {"type": "integer"}
ANSWERS: Json = {
    200: response({"type": "object", "properties": {"a": NUMBER}}),
    201: response(ANYTHING),
    204: response(),
    404: response(ANYTHING, PROBLEM),
    422: response(ANYTHING, PROBLEM),
}


@dataclass
class Work:
    """A unit of work that notes what became of it."""

    events: list[Any] = field(default_factory=list)
    swallows: bool = False
    fails: str = ""

    @contextmanager
    def around(self, exchange: Any) -> Iterator[None]:
        self.events.append(("entered", exchange.operation, exchange.method, exchange.status))
        if self.fails == "entering":
            raise RuntimeError("the store is away")
        try:
            yield
        except BaseException as error:
            self.events.append(("left", exchange.status, type(error).__name__))
            if not self.swallows:
                raise
        else:
            self.events.append(("left", exchange.status, None))
        if self.fails == "leaving":
            raise RuntimeError("the commit failed")

    @property
    def left(self) -> tuple[int | None, str | None]:
        """The status and the error that the work was left with."""
        ((_, status, error),) = (event for event in self.events if event[0] == "left")
        return status, error


def working(work: Work, handler: Any, **options: Any) -> Tenor:
    return serving(handler, answers=ANSWERS, around=work.around, **{"policy": "prevent", **options})


def test_it_is_entered_before_the_handler_and_left_after_the_judgement():
    work = Work()
    app = working(work, lambda: work.events.append("handler") or {"a": 1})

    assert ask(app).status == 200
    assert work.events == [
        ("entered", "useThing", "GET", None),
        "handler",
        ("left", 200, None),
    ]


@pytest.mark.parametrize(
    ("spoken", "status"),
    [({"a": 1}, 200), (({}, 201), 201), (None, 204), (({}, 404), 404), (({}, 422), 422)],
    ids=repr,
)
def test_it_is_left_with_the_judged_status(spoken: Any, status: int):
    work = Work()

    assert ask(working(work, lambda: spoken)).status == status
    assert work.left == (status, None)


@pytest.mark.parametrize(
    "spoken", [{"b": 1}, ({}, 299), ({}, "200"), ({"a": 1}, {"X-A": "b"})], ids=repr
)
def test_a_held_back_answer_leaves_it_with_the_violation(spoken: Any):
    """So that nothing stays of what was never answered, and a retry does not do the work twice."""
    work = Work()

    assert ask(working(work, lambda: spoken)).problem == "contract-violation"
    assert work.left == (None, "ContractViolation")


def test_under_raise_the_violation_leaves_the_work_and_the_application():
    work = Work()

    with pytest.raises(ContractViolation):
        ask(working(work, lambda: {"b": 1}, policy="raise"))
    assert work.left == (None, "ContractViolation")


def test_what_is_only_detected_is_committed():
    work = Work()

    assert ask(working(work, lambda: {"b": 1}, policy="detect")).status == 200
    assert work.left == (200, None)


def test_a_refusal_of_the_handler_leaves_it_with_its_status():
    def handler() -> None:
        raise Problem(422, "unfit")

    work = Work()

    assert ask(working(work, handler)).status == 422
    assert work.left == (422, None)


def test_an_undeclared_refusal_leaves_it_with_the_violation():
    work = Work()

    assert ask(working(work, lambda: flask.abort(409))).status == 500
    assert work.left == (None, "ContractViolation")


def test_a_crash_leaves_it_with_500():
    work = Work()

    assert ask(working(work, lambda: 1 / 0)).problem == "internal-error"
    assert work.left == (500, None)


def test_a_crash_under_test_leaves_it_with_the_error():
    """`TESTING` lets errors through, as in Flask; what was done is undone all the same."""
    work = Work()
    app = working(work, lambda: 1 / 0)
    app.testing = True

    with pytest.raises(ZeroDivisionError):
        ask(app)
    assert work.left == (None, "ZeroDivisionError")


def test_who_leaves_the_process_leaves_the_work_first():
    def handler() -> None:
        raise KeyboardInterrupt

    work = Work()

    with pytest.raises(KeyboardInterrupt):
        ask(working(work, handler))
    assert work.left == (None, "KeyboardInterrupt")


def test_what_it_swallows_stays_held_back():
    work = Work(swallows=True)

    reply = ask(working(work, lambda: {"b": 1}))

    assert (reply.status, reply.problem) == (500, "contract-violation")


def test_what_it_swallows_under_test_is_still_an_answer():
    """A crash that the work swallowed ends as the error that it is."""
    work = Work(swallows=True)
    app = working(work, lambda: 1 / 0)
    app.testing = True

    with pytest.raises(ZeroDivisionError):
        ask(app)


@pytest.mark.parametrize("fails", ["entering", "leaving"])
def test_work_that_fails_is_an_error_of_the_server(fails: str):
    """An answer whose work could not be kept is not sent."""
    reply = ask(working(Work(fails=fails), lambda: ({}, 201)))

    assert (reply.status, reply.problem) == (500, "internal-error")


def test_work_that_fails_after_a_held_back_answer_is_an_error_of_the_server():
    reply = ask(working(Work(fails="leaving", swallows=True), lambda: {"b": 1}))

    assert (reply.status, reply.problem) == (500, "internal-error")


def test_work_that_cannot_begin_calls_no_handler():
    called: list[str] = []

    ask(working(Work(fails="entering"), lambda: called.append("handler")))

    assert called == []


def test_it_is_shown_the_judged_answer_byte_for_byte():
    """What is kept of an answer is what is sent, and what the engine fills in is in it."""
    shown: list[Any] = []

    @contextmanager
    def around(exchange: Any) -> Iterator[None]:
        shown.append(exchange.answer)
        yield
        answer = exchange.answer
        shown.append((answer.status, answer.content_type, answer.body, [*answer.headers]))

    root = {"x-tenor-headers": {"X-Kind": {"schema": {"const": "a", "default": "a"}}}}
    reply = ask(serving(lambda: {"a": 1}, answers=ANSWERS, root=root, around=around))

    assert shown == [None, (200, "application/json", reply.body, [("X-Kind", "a")])]


def test_who_refuses_after_the_answer_has_the_refusal_shown_to_nobody():
    exchanges: list[Any] = []

    @contextmanager
    def around(exchange: Any) -> Iterator[None]:
        exchanges.append(exchange)
        yield
        raise Problem(422, "too-late")

    ask(serving(lambda: {"a": 1}, answers=ANSWERS, around=around))

    assert [(each.answer, each.status) for each in exchanges] == [(None, None)]


def test_work_may_refuse_with_a_problem():
    """A conflict that only the commit sees is told in the operation's words."""

    @contextmanager
    def around(exchange: Any) -> Iterator[None]:
        yield
        raise Problem(422, "too-late")

    reply = ask(serving(lambda: {"a": 1}, answers=ANSWERS, around=around))

    assert (reply.status, reply.problem) == (422, "too-late")


def test_it_is_not_entered_for_what_is_refused_before_the_handler():
    work = Work()
    app = serving(
        lambda n, q: {"a": n},
        "POST /things/{n}",
        takes=[path("n", NUMBER), query("q", NUMBER, required=True)],
        security=[{"key": []}, {}],
        root={
            "components": {
                "securitySchemes": {
                    "key": {
                        "type": "apiKey",
                        "in": "header",
                        "name": "X-Key",
                        "x-apikeyInfoFunc": f"{__name__}.know_nobody",
                    }
                }
            }
        },
        around=work.around,
    )

    for line, headers in (
        ("GET /nowhere", {}),
        ("GET /things/1", {}),
        ("OPTIONS /things/1", {}),
        ("POST /things/x?q=1", {}),
        ("POST /things/1", {}),
        ("POST /things/1?q=1", {"X-Key": "bad"}),
        ("POST /things/1?q=1", {"Accept": "image/png"}),
        ("GET /openapi.json", {}),
    ):
        ask(app, line, headers=headers)
    ask(app, "POST /things/1?q=1", body=b"x")
    assert work.events == []

    assert ask(app, "POST /things/1?q=1").json == {"a": 1}
    assert len(work.events) == 2


def know_nobody(key: str) -> None:
    """Know nobody's key."""


def test_it_runs_within_the_request():
    seen: list[str] = []

    @contextmanager
    def around(exchange: Any) -> Iterator[None]:
        seen.append(flask.request.path)
        flask.g.work = "opened"
        yield
        seen.append(flask.g.work)

    assert ask(serving(lambda: {"a": flask.g.work}, around=around)).json == {"a": "opened"}
    assert seen == ["/thing", "opened"]


@pytest.mark.parametrize(
    ("at", "reads_only"), [("GET /thing", True), ("POST /thing", False), ("DELETE /thing", False)]
)
def test_the_exchange_says_what_is_asked(at: str, reads_only: bool):
    seen: list[Any] = []

    @contextmanager
    def around(exchange: Any) -> Iterator[None]:
        seen.append((exchange.operation, exchange.method, exchange.path, exchange.reads_only))
        yield

    ask(serving(lambda: 1, at, around=around), at)

    assert seen == [("useThing", at.partition(" ")[0], "/thing", reads_only)]


def test_what_was_sent_is_whole_where_nothing_was():
    """Its fields are set one by one, and none may be forgotten."""
    seen: list[Inputs] = []

    @contextmanager
    def around(exchange: Exchange) -> Iterator[None]:
        seen.append(exchange.inputs)
        yield

    ask(serving(lambda: 1, around=around))

    (inputs,) = seen
    held = {part.name: getattr(inputs, part.name) for part in fields(inputs)}
    nothing = {name: {} for name in ("path", "query", "header", "cookie", "token_info")}
    assert held == {**nothing, "body": MISSING, "media_type": "application/json"}


def test_a_forked_process_counts_with_a_prefix_of_its_own():
    """A server forks the application it has made; no two of its workers share an id."""
    ids = RequestIds()
    before = ids.next()
    readable, writable = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writable, ids.next().encode())
        os._exit(0)  # nothing of the test run is the child's to end
    os.waitpid(child, 0)

    in_child = os.read(readable, 100).decode()

    os.close(readable)
    os.close(writable)
    assert in_child.partition("-")[0] != before.partition("-")[0]
    assert ids.next().partition("-")[0] == before.partition("-")[0]


def test_each_request_has_its_own_id():
    seen: list[str] = []

    @contextmanager
    def around(exchange: Any) -> Iterator[None]:
        seen.append(exchange.request_id)
        yield

    app = serving(lambda: 1, around=around)
    for _ in range(3):
        ask(app)

    assert len({*seen}) == 3
    assert {identity.partition("-")[0] for identity in seen} == {seen[0].partition("-")[0]}
