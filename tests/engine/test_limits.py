"""Limits: the limiter is asked once who may go on, and each answer tells where its client stands.

It is asked after who it is, and before what is acceptable; what it has told of is judged like all
that leaves.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from tenor import ConfigurationError, ContractViolation, Problem, Tenor
from tenor.document import load
from tenor.exchange import Exchange
from tenor.limits import Limiter, Quota, Standing, Verdict
from tenor.lint import lint
from tenor.recorder import Recorder
from tests.engine.contracts import (
    ANYTHING,
    PROBLEM,
    Json,
    document,
    header,
    operation,
    path,
    response,
    serving,
    taking,
)
from tests.engine.wire import ask
from tests.server.servers import ROOT

TEXT = {"type": "string", "maxLength": 100}
TOLD: Json = {"RateLimit-Policy": header(TEXT), "RateLimit": header(TEXT)}
SOON: Json = {"Retry-After": header({"type": "integer", "minimum": 1}, required=True)}
PROBLEMS = dict.fromkeys(
    ("400", "401", "403", "404", "406", "413", "500"), response(ANYTHING, PROBLEM)
)
ANSWERS: Json = {
    200: response(ANYTHING),
    429: response(ANYTHING, PROBLEM, headers=SOON),
    **PROBLEMS,
}
SCHEME = {"type": "http", "scheme": "bearer", "x-bearerInfoFunc": f"{__name__}.known"}
BESIDE: Json = {"components": {"securitySchemes": {"bearer": SCHEME}}, "x_tenor_headers": TOLD}
NEEDS_SCOPE: list[Json] = [{"bearer": ["write"]}]

DEFAULT = Quota("default", 100, 60)
PASSES = Verdict((Standing(DEFAULT, 99, 60),))
REFUSES = Verdict((Standing(DEFAULT, 0, 7),), retry_after=7)


def known(token: str) -> Json | None:
    scopes = {"ada": "write", "bob": ""}
    return {"sub": token, "scope": scopes[token]} if token in scopes else None


@dataclass
class Asked:
    """A limiter that says what it was told to say, and keeps who was asked about."""

    says: Verdict | None
    of: list[tuple[str, Any]] = field(default_factory=list)

    def __call__(self, exchange: Exchange, token_info: Mapping[str, Any]) -> Verdict | None:
        self.of.append((exchange.operation, token_info.get("sub")))
        return self.says


def limiting(limiter: Limiter | None, handler: Any = lambda: 1, **options: Any) -> Tenor:
    return serving(handler, limiter=limiter, **{"answers": ANSWERS, "root": BESIDE, **options})


def told(reply: Any) -> tuple[str | None, str | None]:
    return reply.headers.get("RateLimit-Policy"), reply.headers.get("RateLimit")


# --- who may go on ------------------------------------------------------------------------------


def test_who_is_let_in_is_answered_by_the_handler_and_told_where_it_stands():
    reply = ask(limiting(Asked(PASSES)))

    assert (reply.status, reply.json) == (200, 1)
    assert told(reply) == ('"default";q=100;w=60', '"default";r=99;t=60')


def test_who_is_beyond_is_answered_429_and_the_handler_is_not_called():
    called: list[int] = []
    reply = ask(limiting(Asked(REFUSES), lambda: called.append(1)))

    assert (reply.status, reply.problem, called) == (429, "too-many-requests", [])
    assert reply.headers["Retry-After"] == "7"
    assert told(reply) == ('"default";q=100;w=60', '"default";r=0;t=7')
    assert reply.json["detail"] == "At most 100 requests in 60 seconds are answered."


def test_it_is_asked_once_and_told_who_asks():
    limiter = Asked(PASSES)
    app = limiting(limiter, lambda user=None: str(user), security=[{"bearer": []}, {}])

    ask(app, headers={"Authorization": "Bearer bob"})
    ask(app)

    assert limiter.of == [("useThing", "bob"), ("useThing", None)]


def test_what_is_not_limited_is_not_told_of():
    reply = ask(limiting(Asked(None)))

    assert (reply.status, told(reply)) == (200, (None, None))


def test_without_a_limiter_nothing_is_told():
    assert told(ask(limiting(None))) == (None, None)


# --- in which order -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "headers", "status"),
    [
        ("GET /nowhere", {}, 404),
        ("PUT /thing", {}, 405),
        ("OPTIONS /thing", {}, 204),
        ("POST /thing", {}, 401),
        ("POST /thing", {"Authorization": "Bearer nobody"}, 401),
        ("POST /thing", {"Authorization": "Bearer bob"}, 403),
    ],
)
def test_what_is_refused_before_is_not_counted(line: str, headers: Json, status: int):
    limiter = Asked(PASSES)
    app = limiting(limiter, at="POST /thing", security=NEEDS_SCOPE)

    reply = ask(app, line, headers=headers)

    assert (reply.status, limiter.of, told(reply)) == (status, [], (None, None))


@pytest.mark.parametrize(
    ("line", "request_", "status"),
    [
        ("POST /thing/1", {"headers": {"Accept": "image/png"}}, 406),
        ("POST /thing/1", {"json": "a" * 100}, 413),
        ("POST /thing/1", {"json": 1}, 400),
        ("POST /thing/one", {"json": "a"}, 404),
        ("POST /thing/1", {"json": "a"}, 200),
    ],
)
def test_what_is_refused_after_it_is_counted_and_told_and_429_goes_before(
    line: str, request_: Json, status: int
):
    def app(limiter: Limiter) -> Tenor:
        return limiting(
            limiter,
            lambda body, n: body,
            at="POST /thing/{n}",
            takes=[path("n", {"type": "integer"})],
            body=taking({"type": "string"}),
            body_limit=50,
        )

    passing, refused = ask(app(Asked(PASSES)), line, **request_), ask(app(Asked(REFUSES)), line)

    assert passing.status == status
    assert told(passing) == ('"default";q=100;w=60', '"default";r=99;t=60')
    assert refused.status == 429


def test_a_refusal_opens_no_work():
    entered: list[str] = []

    @contextmanager
    def around(exchange: Exchange) -> Iterator[None]:
        entered.append(exchange.operation)
        yield

    assert ask(limiting(Asked(REFUSES), around=around)).status == 429
    assert entered == []


# --- what is told -------------------------------------------------------------------------------


def refuse() -> None:
    raise Problem(404, "gone")


@pytest.mark.parametrize(
    ("handler", "status"),
    [(lambda: 1, 200), (refuse, 404), (lambda: 1 / 0, 500), (lambda: (1, 299), 500)],
    ids=["an answer", "a refusal", "a crash", "an answer that is held back"],
)
def test_every_answer_of_the_operation_tells_of_it(handler: Any, status: int):
    reply = ask(limiting(Asked(PASSES), handler, policy="prevent"))

    assert reply.status == status
    assert told(reply) == ('"default";q=100;w=60', '"default";r=99;t=60')


def test_it_is_told_where_it_is_declared_and_nowhere_else():
    answers = ANSWERS | {200: response(ANYTHING, headers={"ratelimit": header(TEXT)})}

    reply = ask(limiting(Asked(PASSES), answers=answers, root={}))

    assert told(reply) == (None, '"default";r=99;t=60')
    assert told(ask(limiting(Asked(REFUSES), answers=answers, root={}))) == (None, None)


def test_an_operation_that_does_not_declare_429_answers_it_in_the_words_of_the_engine():
    reply = ask(limiting(Asked(REFUSES), answers={200: response(ANYTHING)}, root={}))

    assert (reply.status, reply.problem) == (429, "too-many-requests")
    assert reply.headers["Retry-After"] == "7"
    assert told(reply) == ('"default";q=100;w=60', '"default";r=0;t=7')


def test_several_quotas_are_told_in_one_list():
    daily = Standing(Quota("a day", 5000, 86_400), 4000, 3000)
    limiter = Asked(Verdict((*PASSES.standings, daily)))

    assert told(ask(limiting(limiter))) == (
        '"default";q=100;w=60, "a day";q=5000;w=86400',
        '"default";r=99;t=60, "a day";r=4000;t=3000',
    )


def test_what_the_application_tells_itself_stands():
    own = {"RateLimit": '"own";r=1;t=1'}

    assert told(ask(limiting(Asked(PASSES), lambda: (1, own)))) == (
        '"default";q=100;w=60',
        '"own";r=1;t=1',
    )


def test_hooks_see_what_is_told_of_a_refusal_and_it_is_told_once():
    app = limiting(Asked(REFUSES))
    seen: list[str | None] = []

    @app.after_request
    def look(response: Any) -> Any:
        seen.append(response.headers.get("RateLimit"))
        return response

    assert ask(app).headers.getlist("RateLimit") == ['"default";r=0;t=7'] == seen


def test_what_is_told_is_judged_like_all_that_leaves():
    """A defect: the contract has room for less than the quotas need."""
    short = {"x_tenor_headers": {"RateLimit": header({"type": "string", "maxLength": 5})}}

    with pytest.raises(ContractViolation, match="RateLimit"):
        ask(limiting(Asked(PASSES), root=short))
    with pytest.raises(ContractViolation, match="RateLimit"):
        ask(limiting(Asked(REFUSES), root=short))


def test_an_answer_to_head_tells_of_it():
    assert told(ask(limiting(Asked(PASSES)), "HEAD /thing"))[1] == '"default";r=99;t=60'


def test_a_limiter_that_fails_is_a_crash():
    def fail(_exchange: Exchange, _token_info: Mapping[str, Any]) -> None:
        raise OSError("the counter is away")

    assert ask(limiting(fail)).problem == "internal-error"


def test_the_ledger_says_that_the_limiter_spoke():
    app = limiting(Asked(REFUSES))
    recorder = Recorder(app.contract)
    app.observe(recorder)

    ask(app)

    assert [(w.cell.status, w.layer) for w in recorder.witnesses] == [("429", "limiter")]


def test_the_limiter_that_the_page_shows_is_one():
    page = (ROOT / "docs/limits.md").read_text()
    (shown,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    asked: list[str] = []

    def counted(who: str) -> SimpleNamespace:
        asked.append(who)
        return SimpleNamespace(left=0, seconds=5, is_let_in=len(asked) < 2)

    names: dict[str, Any] = {"counted": counted}
    exec(shown, names)
    app = limiting(names["limiter"])

    answers = [ask(app, REMOTE_ADDR="192.0.2.1") for _ in range(2)]

    assert [answer.status for answer in answers] == [200, 429]
    assert {told(answer) for answer in answers} == {
        ('"hourly";q=1000;w=3600', '"hourly";r=0;t=5'),
    }
    assert asked == ["192.0.2.1"] * 2


# --- quotas -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["", 'a"b', "a\\b", "a\r\nX: b", "größer"])
def test_a_quota_has_a_name_that_a_field_can_hold(name: str):
    with pytest.raises(ConfigurationError, match="the name of a quota"):
        Quota(name, 1, 1)


@pytest.mark.parametrize(("amount", "window"), [(0, 1), (1, 0), (-1, 1), (10**15, 1), (1, 10**15)])
def test_a_quota_is_of_something_in_some_time(amount: int, window: int):
    with pytest.raises(ConfigurationError, match="at least one request"):
        Quota("default", amount, window)


# --- lint ---------------------------------------------------------------------------------------


def rules(answers: Json, headers: Json) -> set[str]:
    spec = document(
        {"/thing": {"get": operation("useThing", answers=answers)}}, x_tenor_headers=headers
    )
    return {finding.rule for finding in lint(load(spec).expanded())}


def test_a_header_that_every_answer_may_have_asks_no_operation_for_429():
    """The health of a service is not limited where all else is."""
    optional = {name: header(TEXT) for name in TOLD}
    required = {name: header(TEXT, required=True) for name in TOLD}

    assert "T108" not in rules({"204": response()}, optional)
    assert "T108" in rules({"204": response()}, required)
    assert "T108" in rules({"204": response(headers=TOLD)}, {})


def test_a_429_that_is_in_other_words_than_the_engines_is_told():
    code = {"type": "object", "required": ["code"], "properties": {"code": {"type": "integer"}}}

    assert "T802" in rules({"204": response(), "429": response(code)}, {})
    assert "T802" not in rules({"204": response(), "429": response(ANYTHING, PROBLEM)}, {})
