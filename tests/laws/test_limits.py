"""Laws of limits: who asks too often is told so and when to come again, and nothing is done."""

import re

import pytest

from handlers.counters import InMemory
from handlers.limiting import Limits
from tenor.limits import Quota
from tests.api.client import refusal
from tests.contract.reading import Operation
from tests.laws.walk import Stage, Theatre, each

QUOTA, WINDOW = 2, 60
POLICY = re.compile(r'"[a-z]+";q=[0-9]+;w=[0-9]+(?:, "[a-z]+";q=[0-9]+;w=[0-9]+)*')
LEFT = re.compile(r'"[a-z]+";r=([0-9]+);t=[0-9]+')


@pytest.fixture
def limited(theatre: Theatre, undone: Stage, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """A stage on which everybody may ask twice, and on which nothing is kept."""
    default, logins = (Quota(name, QUOTA, WINDOW) for name in ("default", "login"))
    limits = Limits(InMemory(), default=default, logins=logins)
    for plan in theatre.api.app.operations.values():
        monkeypatch.setattr(plan, "limiter", limits)
    return undone


@each(lambda operation: "429" in operation.statuses)
def test_who_asks_once_too_often_is_told_when_to_come_again(limited: Stage, operation: Operation):
    call = limited.good(operation)

    *good, refused = [limited.ask(call) for _ in range(QUOTA + 1)]

    assert all(answer.status_code < 300 for answer in good)
    assert refusal(refused) == (429, "too-many-requests")
    assert 1 <= int(refused.headers["Retry-After"]) <= WINDOW + 1
    for answer in (*good, refused):
        assert POLICY.fullmatch(answer.headers["RateLimit-Policy"])
        assert LEFT.match(answer.headers["RateLimit"])
    left = [min(map(int, LEFT.findall(answer.headers["RateLimit"]))) for answer in (*good, refused)]
    assert left == [1, 0, 0]


@each(lambda operation: "429" not in operation.statuses)
def test_what_promises_no_limit_has_none(limited: Stage, operation: Operation):
    call = limited.good(operation)

    assert all(limited.ask(call).status_code < 300 for _ in range(QUOTA * 3))
