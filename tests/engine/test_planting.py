"""Faults that are planted: each is answered as declared while it lasts, and leaves nothing."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any

import pytest

from tenor import ConfigurationError, Problem, Tenor, planting, problem
from tenor.plan import Plan
from tests.engine.contracts import (
    ANYTHING,
    PROBLEM,
    Json,
    document,
    header,
    of,
    operation,
    response,
    serving,
    taking,
)
from tests.engine.wire import ask

REFUSED = response(ANYTHING, PROBLEM, headers={"Retry-After": header({"type": "string"})})
ANSWERS: Json = {200: response(ANYTHING), **dict.fromkeys((401, 403, 413, 429, 500, 503), REFUSED)}
SCHEME = {"type": "http", "scheme": "bearer", "x-bearerInfoFunc": f"{__name__}.known"}


BUSY = Problem(503, "overloaded", headers={"Retry-After": "1"})


class StoreDown(Exception):
    """What the application's own store raises."""


def known(token: str) -> Json | None:
    return {"sub": token, "scope": "things:write"}


@contextmanager
def work(_exchange: Any) -> Iterator[None]:
    yield


@pytest.fixture
def app() -> Tenor:
    """A thing that is read by anyone, and written by who holds the scope."""
    needs_scope = [{"bearer": ["things:write"]}]
    described = {
        "get": operation("getThing", answers=ANSWERS),
        "put": operation(
            "putThing", answers=ANSWERS, body=taking({"type": "string"}), security=needs_scope
        ),
    }
    unrouted = dict.fromkeys(("400", "404", "405", "500", "503"), REFUSED)
    app = of(
        document(
            {"/thing": described},
            components={"securitySchemes": {"bearer": SCHEME}},
            x_tenor_unrouted=unrouted,
        ),
        {"getThing": lambda: "read", "putThing": lambda body, user: [body, user]},
        around=work,
    )
    app.register_error_handler(StoreDown, lambda _: problem(503, "store-down"))
    return app


def read(app: Tenor) -> int:
    return ask(app).status


def write(app: Tenor, text: str = "x") -> int:
    return ask(app, "PUT /thing", json=text, headers={"Authorization": "Bearer ada"}).status


def nowhere(app: Tenor) -> int:
    return ask(app, "GET /nowhere").status


def refusing(app: Tenor) -> AbstractContextManager[None]:
    return planting.crashing(app, "getThing", BUSY)


Plant = Callable[[Tenor], AbstractContextManager[None]]
FAULTS: dict[str, tuple[Plant, tuple[int, int, int]]] = {
    "a crash everywhere": (planting.crashing, (500, 500, 404)),
    "a crash of one handler": (lambda app: planting.crashing(app, "putThing"), (200, 500, 404)),
    "a handler that refuses": (
        refusing,
        (503, 200, 404),
    ),
    "no store": (planting.unavailable, (503, 503, 404)),
    "no store, said by it": (lambda app: planting.unavailable(app, StoreDown()), (503, 503, 404)),
    "no reader": (planting.exhausted, (200, 503, 404)),
    "no room for a body": (lambda app: planting.limited(app, body=2), (200, 413, 404)),
    "everyone asked too often": (planting.throttled, (429, 429, 404)),
    "no scopes": (planting.without_scopes, (200, 403, 404)),
    "a hook that crashes": (planting.interrupted, (500, 500, 500)),
    "a hook that refuses": (lambda app: planting.interrupted(app, BUSY), (503, 503, 503)),
    "another host": (lambda app: planting.trusting(app, "tenor.example"), (400, 400, 400)),
}
SOUND = (200, 200, 404)


def answers(app: Tenor) -> tuple[int, int, int]:
    """The statuses of the three requests: to read, to write, and to what does not exist."""
    return read(app), write(app), nowhere(app)


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_answered_while_it_lasts_and_no_longer(app: Tenor, name: str):
    plant, status = FAULTS[name]

    with plant(app):
        planted = answers(app)

    assert (planted, answers(app)) == (status, SOUND)


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_leaves_nothing_behind_in_the_application(app: Tenor, name: str):
    """Also when what was done under it failed."""
    plant, _ = FAULTS[name]
    before = state(app)

    with suppress(LookupError), plant(app):
        assert state(app) != before
        raise LookupError("in the test")

    assert state(app) == before


def state(app: Tenor) -> Any:
    """All that a fault may exchange."""
    pieces = [*map(_exchangeable, app.operations.values())]
    return pieces, app.around, dict(app.config), dict(app.before_request_funcs)


def _exchangeable(plan: Plan) -> Any:
    return plan.handler, plan.security, plan.limiter, plan.body


def test_faults_are_planted_inside_each_other(app: Tenor):
    with planting.crashing(app):
        with planting.crashing(app, "getThing", BUSY), planting.limited(app, body=2):
            with planting.exhausted(app):
                assert answers(app) == (503, 503, 404)
            assert answers(app) == (503, 413, 404)
        assert answers(app) == (500, 500, 404)
    assert answers(app) == SOUND


def test_a_fault_that_cannot_be_planted_whole_is_not_planted(app: Tenor):
    with pytest.raises(ConfigurationError), planting.crashing(app, "pullThing"):
        pass

    assert answers(app) == SOUND


def test_an_operation_that_does_not_exist_is_told_with_the_nearest(app: Tenor):
    with pytest.raises(ConfigurationError) as told:
        planting.crashing(app, "postThing")

    assert str(told.value) == (
        "planting: the contract has no operation postThing. Did you mean putThing?"
    )


def test_only_an_operation_that_declares_429_is_asked_too_often(app: Tenor):
    """So that nothing is answered that the contract does not have."""
    silent = serving(lambda: 1)

    with planting.throttled(silent), planting.throttled(app, retry_after=30):
        assert read(silent) == 200
        assert ask(app).headers["Retry-After"] == "30"


@pytest.mark.parametrize("testing", [True, False])
def test_a_planted_crash_is_answered_also_where_flask_would_raise_it(app: Tenor, testing: bool):
    app.testing = testing

    with planting.crashing(app), planting.interrupted(app):
        assert read(app) == 500


def test_hosts_are_asked_for_anew_when_the_list_of_them_changes(app: Tenor):
    with planting.trusting(app, "localhost"):
        assert read(app) == 200
        with planting.trusting(app, "tenor.example"):
            assert read(app) == 400
        assert read(app) == 200
