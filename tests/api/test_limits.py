"""Limits: who has asked as often as they may is told so, and when to come again."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from werkzeug.test import TestResponse

from handlers.counters import InMemory
from handlers.limiting import NEVER_LIMITED, TAKING_A_PASSWORD, Limits, network_of
from tenor import Tenor
from tenor.limits import Quota
from tests.api.cells import GOOD
from tests.api.client import ENGINE, PASSWORD, Client, Join, data, refusal
from tests.handlers.seconds import Seconds

Limit = Callable[..., Seconds]
DEFAULT, LOGIN = Quota("default", 3, 60), Quota("login", 2, 60)
POLICY = '"default";q=3;w=60'


@dataclass(frozen=True)
class From(Client):
    """A caller who asks from an address of their own."""

    address: str = "192.0.2.1"

    def open(
        self, method: str, path: str, headers: list[tuple[str, str]], content: bytes | None
    ) -> TestResponse:
        overrides = {"REMOTE_ADDR": self.address}
        client = self.app.test_client()
        return client.open(
            path, method=method, headers=headers, data=content, environ_overrides=overrides
        )


@pytest.fixture
def limit(app: Tenor, monkeypatch: pytest.MonkeyPatch) -> Limit:
    """Limits the application from here on, by the clock that it gives."""

    def limited(**options: Any) -> Seconds:
        clock = Seconds()
        quotas: dict[str, Any] = {"default": DEFAULT, "logins": LOGIN}
        limits = Limits(InMemory(clock=clock), **{**quotas, **options})
        for plan in app.operations.values():
            monkeypatch.setattr(plan, "limiter", limits)
        return clock

    return limited


@pytest.fixture
def anyone(app: Tenor) -> From:
    """Somebody anonymous, at an address."""
    return From(app=app)


def left(answer: TestResponse) -> str | None:
    return answer.headers.get("RateLimit")


def asking(caller: Client, times: int, path: str = "/posts") -> list[int]:
    """The statuses of so many requests."""
    return [caller.get(path).status_code for _ in range(times)]


# --- what is told -------------------------------------------------------------------------------


def test_one_request_too_many_is_refused_until_the_time_that_it_is_told(limit: Limit, ada: Client):
    clock = limit()
    seen = [ada.get("/posts") for _ in range(4)]

    assert [answer.status_code for answer in seen] == [200, 200, 200, 429]
    assert refusal(seen[-1]) == (429, "too-many-requests")
    assert [left(answer) for answer in seen] == [
        '"default";r=2;t=61',
        '"default";r=1;t=61',
        '"default";r=0;t=61',
        '"default";r=0;t=61',
    ]
    assert {answer.headers["RateLimit-Policy"] for answer in seen} == {POLICY}
    clock.pass_by(int(seen[-1].headers["Retry-After"]) - 1)
    assert ada.get("/posts").status_code == 429
    clock.pass_by(1)
    assert ada.get("/posts").status_code == 200


def test_every_kind_of_answer_tells_of_it(limit: Limit, ada: Client):
    limit(default=Quota("default", 100, 60))
    etag = ada.write().headers["ETag"]
    answers = [
        ada.get("/posts/the-first-engine"),
        ada.get("/posts/the-first-engine", if_none_match=etag),
        ada.head("/posts/the-first-engine"),
        ada.get("/posts/none"),
        ada.get("/posts?colour=red"),
        ada.get("/posts", accept="image/png"),
        ada.delete("/posts/the-first-engine"),
    ]

    assert [answer.status_code for answer in answers] == [200, 304, 200, 404, 400, 406, 428]
    assert [left(answer) for answer in answers] == [
        f'"default";r={number};t=61' for number in range(98, 91, -1)
    ]


def test_what_is_refused_has_no_effect(limit: Limit, ada: Client):
    limit()
    asking(ada, 3)

    assert ada.post("/posts", ENGINE).status_code == 429
    limit(default=None)
    assert data(ada.get("/posts")) == []


def test_without_limits_nothing_is_told(ada: Client):
    answer = ada.get("/posts")

    assert left(answer) is None
    assert "RateLimit-Policy" not in answer.headers


# --- who is counted -----------------------------------------------------------------------------


def test_tokens_are_counted_apart_from_each_other_and_from_addresses(
    limit: Limit, ada: Client, grace: Client, anyone: From
):
    """Ada's second token has a quota of its own, too."""
    second = ada.sign_in("ada")
    limit()

    for caller in (ada, second, grace, anyone):
        assert asking(caller, 4) == [200, 200, 200, 429]


def test_a_token_is_counted_wherever_it_is_used(limit: Limit, ada: Client, app: Tenor):
    limit()
    elsewhere = [
        From(app=app, secret=ada.secret, address=f"192.0.2.{number}") for number in range(4)
    ]

    assert [caller.get("/posts").status_code for caller in elsewhere] == [200, 200, 200, 429]


def test_who_sends_no_token_is_counted_by_address(limit: Limit, anyone: From):
    limit()
    other = replace(anyone, address="192.0.2.2")

    assert asking(anyone, 4) == [200, 200, 200, 429]
    assert asking(other, 4) == [200, 200, 200, 429]


def test_a_token_that_opens_nothing_is_refused_before_anything_is_counted(
    limit: Limit, anyone: From
):
    limit()
    guessing = replace(anyone, secret="tnr_guess")

    assert asking(guessing, 10) == [401] * 10
    assert asking(anyone, 1) == [200]


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
        ("", "unix:/run/tenor.sock", True),
    ],
)
def test_an_address_stands_for_what_one_client_has(one: str, other: str, is_same: bool):
    """Of IPv6 that is a network of 64 bits, in which a client may take any address."""
    assert (network_of(one) == network_of(other)) is is_same


def forwarded(anyone: From, line: str, times: int = 1) -> list[int]:
    return [anyone.get("/posts", x_forwarded_for=line).status_code for _ in range(times)]


def test_what_a_client_says_of_its_address_counts_for_nothing(limit: Limit, anyone: From):
    limit()
    lines = [f"198.51.100.{number}" for number in range(4)]

    assert [forwarded(anyone, line) for line in lines] == [[200], [200], [200], [429]]


def test_behind_proxies_of_ours_the_outermost_says_who_asked(limit: Limit, anyone: From):
    """What stands before it in the header, the client may have made up."""
    limit(proxies=2)

    assert forwarded(anyone, "198.51.100.1, 10.0.0.1", 3) == [200, 200, 200]
    assert forwarded(anyone, "203.0.113.9, 198.51.100.1, 10.0.0.1") == [429]
    assert forwarded(anyone, "198.51.100.1, 198.51.100.2, 10.0.0.1") == [200]


@pytest.mark.parametrize("line", ["198.51.100.7", "", "somewhere, 10.0.0.1"])
def test_without_what_the_proxies_should_say_the_address_counts(
    line: str, limit: Limit, anyone: From
):
    limit(proxies=2)

    assert forwarded(anyone, line, 4) == [200, 200, 200, 429]
    assert forwarded(replace(anyone, address="192.0.2.2"), line) == [200]


# --- logins -------------------------------------------------------------------------------------


def test_logins_have_a_quota_of_their_own_by_address(limit: Limit, join: Join, anyone: From):
    join("ada")
    limit()
    asking(anyone, 4)

    guesses = [anyone.take_token("ada", password=f"this is no. {number}") for number in range(3)]

    assert [answer.status_code for answer in guesses] == [401, 401, 429]
    assert [left(answer) for answer in guesses] == [
        '"login";r=1;t=61',
        '"login";r=0;t=61',
        '"login";r=0;t=61',
    ]
    assert anyone.take_token("ada").status_code == 429
    assert replace(anyone, address="192.0.2.2").take_token("ada").status_code == 201


def test_whatever_takes_a_password_shares_it(limit: Limit, ada: Client, anyone: From):
    """Registering and signing in by address, a change of an account by token."""
    limit()
    renewal = {"password": "note G, one diagram", "current_password": "guess"}

    assert [anyone.register("bob").status_code, anyone.take_token("bob").status_code] == [201, 201]
    assert anyone.register("joan").status_code == 429
    guesses = [ada.patch("/accounts/ada", renewal, if_match="*").status_code for _ in range(3)]
    assert guesses == [422, 422, 429]


def test_what_takes_a_password_is_limited_as_such():
    """So that an operation that comes to take one is not forgotten."""
    sent = {name: call.body for name, call in GOOD.items() if isinstance(call.body, dict)}

    assert {name for name, body in sent.items() if "password" in body} == TAKING_A_PASSWORD


def test_logins_without_a_quota_of_their_own_have_that_of_all(limit: Limit, anyone: From):
    limit(logins=None)

    assert left(anyone.take_token("ada", password=PASSWORD)) == '"default";r=2;t=61'


def test_logins_alone_may_be_limited(limit: Limit, anyone: From):
    limit(default=None)

    assert left(anyone.get("/posts")) is None
    assert left(anyone.take_token("ada")) == '"login";r=1;t=61'


# --- who is never limited -----------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
def test_the_health_of_the_service_may_be_asked_at_any_time(limit: Limit, anyone: From, path: str):
    limit()
    asking(anyone, 4)

    assert asking(anyone, 10, path) == [200] * 10
    assert left(anyone.get(path)) is None


def test_what_is_limited_declares_429_and_nothing_else_does(app: Tenor):
    plans = app.operations.values()
    declaring = {plan.operation_id for plan in plans if plan.promises.of(429) is not None}

    assert {plan.operation_id for plan in plans} - declaring == NEVER_LIMITED
