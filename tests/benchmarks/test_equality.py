"""Claims about equality: what one side answers otherwise is found, before anything is timed."""

import dataclasses
import json
from typing import Any

import pytest

from benchmarks.asking import Request
from benchmarks.equality import Answer, differences, require_same
from benchmarks.facts import Unfair

GET = Request("get", "/posts/the-first-engine")
REFUSED = Request("400", "/posts", 400, "POST")
POST = {"slug": "the-first-engine", "tags": ["engines"], "created_at": "2026-03-02T09:10:00Z"}
HEADERS = {"content-type": "application/json", "etag": '"1"', "link": "<a>; rel=first"}


def answer(value: Any = None, *, status: int = 200, **headers: str) -> Answer:
    """An answer of one post, or of something else."""
    body = json.dumps({"data": POST} if value is None else value).encode()
    return Answer(status, {**HEADERS, **headers}, body)


def problem(value: dict[str, Any], media_type: str = "application/problem+json") -> Answer:
    """A refusal."""
    return of_type(media_type, answer(value, status=400))


def of_type(media_type: str, found: Answer) -> Answer:
    """The answer with another media type."""
    return dataclasses.replace(found, headers={**found.headers, "content-type": media_type})


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (answer(status=201), "the status is 201 and not 200"),
        (answer(etag='"2"'), "ETag is"),
        (answer(link="<b>; rel=first"), "Link is"),
        (of_type("text/html", answer()), "the media type is"),
        (answer({"data": {**POST, "slug": "another"}}), "/data/slug is 'another'"),
        (answer({"data": {**POST, "tags": ["engines", "more"]}}), "/data/tags is"),
        (answer({"data": {**POST, "tags": [1]}}), "/data/tags/0 is 1"),
        (answer({"data": {"slug": "the-first-engine"}}), "/data is"),
        (answer({"data": POST, "more": 1}), "the body is"),
        (Answer(200, HEADERS, b"no JSON"), "the body is not JSON"),
        (Answer(200, HEADERS, b""), "the media type is"),
    ],
)
def test_what_is_answered_otherwise_is_found(found: Answer, said: str):
    with pytest.raises(Unfair) as raised:
        require_same(GET, {"ours": answer(), "theirs": found})

    assert f"theirs: {said}" in str(raised.value)


def test_the_same_in_other_words_is_the_same():
    """JSON has more than one spelling, and a media type may have a parameter."""
    spelled = json.dumps({"data": dict(reversed(POST.items()))}, indent=1).encode()
    headers = {**HEADERS, "content-type": "application/json; charset=utf-8"}

    require_same(GET, {"ours": answer(), "theirs": Answer(200, headers, spelled)})


def test_the_first_side_too_is_held_to_what_is_asked_for():
    with pytest.raises(Unfair, match="ours: the status is 404"):
        require_same(GET, {"ours": answer(status=404), "theirs": answer(status=404)})


def test_what_varies_may_differ_but_not_be_missing():
    varying = dataclasses.replace(GET, varying=frozenset({"created_at", "Link"}))
    other = answer({"data": {**POST, "created_at": "2027"}}, link="<b>")
    empty = answer({"data": {**POST, "created_at": None}})
    unlinked = dataclasses.replace(answer(), headers={**HEADERS, "link": None})

    assert differences(varying, answer(), other) == []
    assert differences(varying, answer(), empty) != []
    assert differences(varying, answer(), unlinked) != []
    assert differences(GET, answer(), other) != []


def test_refusals_are_in_each_side_s_own_words():
    ours = problem({"status": 400, "title": "No", "errors": [{"pointer": "/title"}]})
    theirs = problem({"status": 400, "detail": "Bad", "errors": ["title"]})

    require_same(REFUSED, {"ours": ours, "theirs": theirs})


@pytest.mark.parametrize(
    "theirs",
    [
        problem({"status": 400}),
        problem({"status": 400, "errors": []}),
        problem({"status": 422, "errors": ["title"]}),
        problem({"status": 400, "errors": ["title"]}, "application/json"),
    ],
    ids=["no errors", "empty errors", "another status inside", "another media type"],
)
def test_a_refusal_is_a_problem_that_names_errors(theirs: Answer):
    ours = problem({"status": 400, "errors": ["title"]})

    with pytest.raises(Unfair):
        require_same(REFUSED, {"ours": ours, "theirs": theirs})
