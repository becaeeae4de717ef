"""Negotiation (RFC 9110, section 12): `Accept` over the media types of success, JSON by default."""

from typing import Any

import pytest

from tenor.negotiation import negotiator
from tests.engine.contracts import (
    ANYTHING,
    Json,
    document,
    of,
    operation,
    path,
    response,
    serving,
)
from tests.engine.wire import ask

JSON, HTML, TEXT = "application/json", "text/html", "text/markdown"
PROFILE = 'text/html;profile="a,b"'


@pytest.mark.parametrize(
    ("offered", "accept", "chosen"),
    [
        # nothing asked for
        ((JSON, HTML), None, JSON),
        ((HTML, JSON), None, JSON),
        ((HTML, TEXT), None, HTML),
        ((HTML, JSON), "", JSON),
        ((HTML, JSON), "*/*", JSON),
        # exactly
        ((JSON, HTML), "text/html", HTML),
        ((JSON, HTML), "TEXT/Html", HTML),
        ((JSON, HTML), "text/html;charset=utf-8", "text/html"),
        ((JSON, HTML), "image/png", None),
        ((JSON, HTML), "text/htm", None),
        # ranges
        ((JSON, HTML), "text/*", HTML),
        ((JSON, HTML, TEXT), "text/*", HTML),
        ((JSON, TEXT, HTML), "text/*", TEXT),
        ((JSON, HTML), "*/*;q=0.1", JSON),
        ((JSON, HTML), "*/html", None),
        # weights
        ((JSON, HTML), "application/json;q=0.5, text/html;q=0.9", HTML),
        ((JSON, HTML), "application/json;q=0.5, text/html", HTML),
        ((JSON, HTML), "application/json;q=0, */*", HTML),
        ((JSON, HTML), "application/json;q=0.0, */*;q=0.000", None),
        ((JSON, HTML), "application/json;q=0", None),
        ((JSON, HTML), "text/html ; q=0.3 , application/json ; q=0.2", HTML),
        ((JSON, HTML), "text/html;Q=0.3,application/json;Q=0.2", HTML),
        ((JSON, HTML), "text/html;q=0.001", HTML),
        # ties: JSON first, then the contract's order
        ((HTML, JSON), "text/html, application/json", JSON),
        ((HTML, TEXT), "text/markdown, text/html", HTML),
        ((HTML, TEXT, JSON), "text/*;q=0.5, application/json;q=0.5", JSON),
        # the most specific range speaks for an offer, in whatever order
        ((JSON, HTML), "*/*, application/json;q=0.1", HTML),
        ((JSON, HTML), "application/json;q=0.1, */*", HTML),
        ((JSON, HTML), "text/*;q=0, text/html", HTML),
        ((JSON, HTML), "text/html;q=0, text/*", None),
        ((HTML, PROFILE), 'text/html;profile="a,b", text/html;q=0.5', PROFILE),
        ((HTML, PROFILE), "text/html", HTML),
        # as browsers send it
        (
            (JSON, HTML),
            "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8",
            HTML,
        ),
        # malformed elements say nothing
        ((JSON, HTML), "text/html;q=1.1", None),
        ((JSON, HTML), "text/html;q=-1", None),
        ((JSON, HTML), "text/html;q=0.1234", None),
        ((JSON, HTML), "text/html;q=", None),
        ((JSON, HTML), "text/html;q=x, application/json", JSON),
        ((JSON, HTML), "text/html;q=nan", None),
        ((JSON, HTML), "text/html;q=1e-1", None),
        ((JSON, HTML), ",,;q=1, ,text/html,", HTML),
        ((JSON, HTML), "html", None),
        ((JSON, HTML), "text/", None),
        ((JSON, HTML), "text/html/x", None),
        ((JSON, HTML), "*", None),
        ((JSON, HTML), "text/html text/plain", None),
        ((JSON, HTML), "\xff", None),
        # too much to be read
        ((JSON, HTML), "text/html," * 300, None),
        ((JSON, HTML), '"' * 2000, None),
    ],
)
def test_the_best_offer_is_chosen(offered: tuple[str, ...], accept: str | None, chosen: str | None):
    choose = negotiator(offered)

    assert choose(accept) == chosen
    assert choose(accept) == chosen  # also when it is remembered


def page(media_type: str) -> Any:
    return f"<p>{media_type}</p>" if media_type == HTML else {"media_type": media_type}


def offering(*media_types: str, **options: Any) -> Any:
    return serving(
        page, answers={200: response(content=dict.fromkeys(media_types, ANYTHING))}, **options
    )


def test_the_answer_is_in_the_media_type_that_was_chosen():
    app = offering(JSON, HTML)

    as_json, as_html = ask(app), ask(app, headers={"Accept": HTML})

    assert (as_json.headers["Content-Type"], as_json.json) == (JSON, {"media_type": JSON})
    assert as_html.headers["Content-Type"] == "text/html; charset=utf-8"
    assert as_html.text == "<p>text/html</p>"


def test_what_is_not_offered_is_not_acceptable():
    reply = ask(offering(JSON, HTML), headers={"Accept": "image/png"})

    assert (reply.status, reply.problem) == (406, "not-acceptable")
    assert reply.headers["Vary"] == "Accept"
    assert reply.json["detail"] == "Offered are: application/json, text/html."


def test_one_offer_may_be_unacceptable_too():
    assert ask(offering(JSON), headers={"Accept": HTML}).status == 406


def test_an_operation_without_content_accepts_everything():
    app = serving(lambda: None, answers={204: response()})

    assert ask(app, headers={"Accept": "image/png"}).status == 204


def with_vary(*media_types: str) -> Json:
    vary = {"Vary": {"schema": {"type": "string"}}}
    return {200: response(content=dict.fromkeys(media_types, ANYTHING), headers=vary)}


def test_vary_is_sent_where_there_is_a_choice():
    chosen = serving(page, answers=with_vary(JSON, HTML))
    alone = serving(page, answers=with_vary(JSON))

    assert ask(chosen).headers["Vary"] == "Accept"
    assert ask(chosen, headers={"Accept": HTML}).headers["Vary"] == "Accept"
    assert "Vary" not in ask(alone).headers


def test_only_the_media_types_of_success_are_offered():
    app = serving(
        page,
        answers={
            200: response(ANYTHING),
            404: response(ANYTHING, HTML),
            "4XX": response(ANYTHING, TEXT),
            "default": response(ANYTHING, "text/plain"),
        },
    )

    assert ask(app, headers={"Accept": f"{HTML}, {TEXT}, text/plain"}).status == 406


def test_a_problem_is_sent_whatever_accept_says():
    app = of(
        document({"/things/{n}": {"get": operation("a", takes=[path("n", {"type": "integer"})])}}),
        {"a": lambda n: n},
    )

    for line, status in (("GET /things/x", 404), ("GET /no", 404), ("PUT /things/1", 405)):
        reply = ask(app, line, headers={"Accept": "*/*, application/problem+json;q=0"})
        assert reply.status == status
        assert reply.problem


def test_who_asks_comes_before_what_is_acceptable():
    """The order of refusals: 401, then 406, then the content."""
    key = {"type": "apiKey", "in": "header", "name": "X-Key", "x-apikeyInfoFunc": KEY}
    app = serving(
        lambda: "fine",
        "POST /thing",
        security=[{"key": []}],
        root={"components": {"securitySchemes": {"key": key}}},
    )

    bad = {"Accept": HTML}

    assert ask(app, "POST /thing", body=b"x", headers=bad).status == 401
    assert ask(app, "POST /thing", body=b"x", headers={**bad, "X-Key": "k"}).status == 406
    assert ask(app, "POST /thing", body=b"x", headers={"X-Key": "k"}).status == 400


def know_key(key: str) -> Json:
    return {"sub": key}


KEY = f"{__name__}.know_key"
