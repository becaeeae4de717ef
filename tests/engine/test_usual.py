"""The usual answer: seen at a glance, and the same as the long way would give."""

import datetime as dt
from dataclasses import fields
from functools import cache
from http import HTTPStatus
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from tenor import ContractViolation, Tenor, problem
from tenor.answers import Answer
from tenor.arguments import Inputs
from tenor.exchange import Exchange
from tenor.gate import Gate
from tenor.limits import Quota, Standing, Verdict
from tenor.usual import LONGEST_KNOWN, MOST_KNOWN
from tests.engine.contracts import Json, header, repeatable, response, serving
from tests.engine.wire import ask

POST = {
    "type": "object",
    "required": ["a"],
    "properties": {"a": {"type": "string", "maxLength": 3}, "b": {"type": "integer"}},
}
PROBLEM = {
    "type": "object",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
    },
}
LINES = {
    "ETag": header({"type": "string", "pattern": '^"[a-z]+"$'}, required=True),
    "Link": header({"type": "string", "maxLength": 20}),
    "x-lower": header({"type": "integer"}),
    "RateLimit": header({"type": "string"}),
    "Content-Length": header({"type": "integer"}),
}
ANSWERS: dict[int | str, Json] = {
    200: response(POST, headers=LINES),
    201: response(content={"application/json": POST, "text/plain": {"type": "string"}}),
    204: response(headers=LINES),
    304: response(POST, headers={"ETag": header({"type": "string"})}),
    "4XX": response(PROBLEM, "application/problem+json"),
}
UNIVERSAL = {
    "X-Request-Id": header({"type": "string"}, required=True),
    "Cache-Control": header({"type": "string", "default": "no-cache"}, required=True),
}


@cache
def made(policy: str = "raise") -> Tenor:
    root = {"x-tenor-headers": UNIVERSAL}
    return serving(lambda: None, answers=ANSWERS, root=root, policy=policy)


def exchange_with(app: Tenor, verdict: Verdict | None = None) -> Exchange:
    exchange = Exchange({"REQUEST_METHOD": "GET"}, "0123456789abcdef-1")
    (exchange.plan,) = app.operations.values()
    exchange.inputs = Inputs.none()
    exchange.inputs.media_type = "application/json"
    exchange.verdict = verdict
    return exchange


def gate_of(app: Tenor) -> Gate:
    return app._gate  # pyright: ignore[reportPrivateUsage] - what is compared is inside


def at_a_glance(app: Tenor, spoken: Any, verdict: Verdict | None = None) -> Answer | None:
    exchange = exchange_with(app, verdict)
    assert exchange.plan is not None
    return exchange.plan.usuals.answer(spoken, exchange)


def the_long_way(app: Tenor, spoken: Any, verdict: Verdict | None = None) -> Answer:
    exchange = exchange_with(app, verdict)
    return gate_of(app).admit(gate_of(app).compose(spoken, exchange), exchange)


def shown(answer: Answer) -> tuple[Any, ...]:
    """All that is sent, observed or counted of an answer."""
    content = answer.content
    return (
        answer.status,
        answer.headers,
        answer.content_type,
        answer.body,
        answer.value if answer.body else None,
        content and content.name,
        answer.stream,
        answer.promise and answer.promise.status,
    )


FULL = Quota("default", 9, 60)
LIMITED = Verdict((Standing(FULL, 3, 7),))
BODIES = st.one_of(
    st.fixed_dictionaries(
        {"a": st.sampled_from(["x", "", "four", 1, None, Markup("x"), dt.date(2026, 3, 2)])},
        optional={"b": st.sampled_from([1, 1.5, float("nan"), 2**70, True]), "c": st.just(1)},
    ),
    st.sampled_from(
        [None, {}, [], [{"a": "x"}], "text", b'{"a":"x"}', b"", "", 1, ("a",), iter([])]
    ),
)
STATUSES = st.sampled_from(
    [
        200,
        201,
        204,
        304,
        404,
        418,
        500,
        99,
        600,
        "200",
        True,
        None,
        HTTPStatus.OK,
        HTTPStatus.CREATED,
    ]
)
NAMES = [
    "ETag",
    "etag",
    "Link",
    "x-lower",
    "Content-Type",
    "Content-Length",
    "Date",
    "Cache-Control",
]
TEXTS = ['"abc"', "12", "", " x", "x\t", "a\nb", "\xe9", "application/json", 12, ["1", "2"], None]
HEADERS = st.one_of(
    st.dictionaries(
        st.sampled_from([*NAMES, "RateLimit", "X-Request-Id", "X Bad", "X-Undeclared", ""]),
        st.sampled_from(TEXTS),
        max_size=3,
    ).map(lambda drawn: {"ETag": '"abc"', **drawn}),
    st.sampled_from([None, [], [("ETag", '"abc"')], {}]),
)


@repeatable
@given(BODIES, STATUSES, HEADERS, st.sampled_from([None, LIMITED, Verdict(())]))
def test_what_is_seen_at_a_glance_is_what_the_long_way_gives(
    body: Any, status: Any, headers: Any, verdict: Verdict | None
):
    app = made()
    spoken = (body, status, headers)
    for _ in range(3):  # when all of it is remembered, and when it is remembered together
        seen = at_a_glance(app, spoken, verdict)
        if seen is not None:
            assert seen.is_admitted
            assert all(hasattr(seen, field.name) for field in fields(seen))
            assert shown(seen) == shown(the_long_way(app, spoken, verdict))


@pytest.mark.parametrize(
    "spoken",
    [
        ({"a": "x"}, 200, {"ETag": '"abc"'}),
        ({"a": "x", "b": 1}, HTTPStatus.OK, {"ETag": '"abc"', "Link": "<x>", "Cache-Control": "y"}),
        ({"a": "x"}, 201, {}),
        ({"a": "x"}, 201, {"Content-Type": "application/json"}),
        (None, 204, {"ETag": '"abc"'}),
        ({"type": "/x"}, 404, {"Content-Type": "application/problem+json"}),
    ],
)
@pytest.mark.parametrize("verdict", [None, LIMITED])
@pytest.mark.parametrize("policy", ["raise", "ignore"])
def test_most_answers_are_usual(spoken: Any, verdict: Verdict | None, policy: str):
    app = made(policy)

    seen = at_a_glance(app, spoken, verdict)

    assert seen is not None
    assert shown(seen) == shown(the_long_way(app, spoken, verdict))


@pytest.mark.parametrize(
    "wrong",
    [
        ({"a": "four"}, 200, {"ETag": '"abc"'}),
        ({"a": "x", "c": 1}, 200, {"ETag": '"abc"'}),
        ({"a": "x"}, 200, {}),
        ({"a": "x"}, 200, {"ETag": "abc"}),
        ({"a": "x"}, 200, {"ETag": '"abc"', "Link": "<x>\nSet-Cookie: a=b"}),
        ({"a": "x"}, 200, {"ETag": '"abc"', "X-Undeclared": "1"}),
        ({"a": "x"}, 202, {"ETag": '"abc"'}),
        ({"a": "x"}, 204, {"ETag": '"abc"'}),
        (None, 200, {"ETag": '"abc"'}),
        ({"a": "x"}, 201, {"Content-Type": "application/problem+json"}),
    ],
)
def test_what_is_wrong_is_never_usual_and_the_long_way_refuses_it(wrong: Any):
    app = made()
    right = {"a": "x"}, 200, {"ETag": '"abc"', "Link": "<x>"}
    assert at_a_glance(app, right) is not None

    assert at_a_glance(app, wrong) is None
    with pytest.raises(ContractViolation):
        the_long_way(app, wrong)


def test_what_is_remembered_of_headers_is_bounded():
    """So is what is remembered of bodies; a header that is another each time is still judged."""
    app = made()
    (plan,) = app.operations.values()
    for number in range(3 * MOST_KNOWN):
        for _ in range(2):
            assert at_a_glance(app, ({"a": "x"}, 200, {"ETag": '"abc"', "Link": f"<{number}>"}))

    usual = plan.usuals[200]

    assert usual is not None
    assert 0 < len(usual.known) <= MOST_KNOWN
    assert 0 < len(usual.heads) <= MOST_KNOWN
    assert at_a_glance(app, ({"a": "x"}, 200, {"ETag": '"abc"', "Link": "x" * 21})) is None


@pytest.mark.parametrize(
    ("link", "verdict", "times"),
    [("<x>", None, 1), ("x" * (LONGEST_KNOWN + 1), None, 3), ("<x>", LIMITED, 3)],
)
def test_headers_that_may_not_come_again_are_not_remembered_together(
    link: str, verdict: Verdict | None, times: int
):
    """They would take the place of those that do: what is new, long, or tells what is left."""
    lines = {"Link": header({"type": "string"}), "RateLimit": header({"type": "string"})}
    app = serving(lambda: None, answers={200: response(POST, headers=lines)})
    (plan,) = app.operations.values()

    for _ in range(times):
        assert at_a_glance(app, ({"a": "x"}, 200, {"Link": link}), verdict)

    usual = plan.usuals[200]
    assert usual is not None
    assert not usual.heads
    for _ in range(2):
        assert at_a_glance(app, ({"a": "x"}, 200, {"Link": "<y>"}))
    assert usual.heads


def test_handlers_take_the_usual_way(monkeypatch: pytest.MonkeyPatch):
    """The long way is not gone for what is usual, problems that are returned among it."""
    answers = {200: response(POST), 404: response(PROBLEM, "application/problem+json")}
    found = serving(lambda: ({"a": "x"}, 200, {}), answers=answers)
    lost = serving(lambda: problem(404, "not-found"), answers=answers)
    monkeypatch.setattr(Gate, "compose", None)

    assert ask(found).json == {"a": "x"}
    assert ask(lost).status == 404
