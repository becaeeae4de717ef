"""What is said to requests that break a rule somewhere, by each HTTP server in turn."""

import json
import re

import pytest

from tests.server.cases import CASES, SECRET, Case
from tests.server.conftest import Look
from tests.server.seeing import Afterwards, Seen
from tests.server.servers import Server


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_request_is_answered_as_the_table_says(server: Server, look: Look, case: Case):
    assert look(case).words == case.said[server.name]


def test_what_the_contract_refuses_is_a_whole_problem(seen: dict[str, Seen]):
    def is_whole(seen: Seen) -> bool:
        answer = seen.answer
        assert answer is not None
        problem = json.loads(answer.body)
        return (
            problem["status"] == answer.status
            and problem["type"].startswith("/problems/")
            and len(problem["title"]) > 0
            and ("errors" in problem) == (answer.status == 400)
            and re.fullmatch("[0-9a-f-]{17,64}", answer.header("x-request-id") or "") is not None
        )

    assert [
        n for n, each in seen.items() if each.is_refused_by_contract and not is_whole(each)
    ] == []


def test_no_refusal_of_the_contract_repeats_a_value(seen: dict[str, Seen]):
    def repeats(seen: Seen) -> bool:
        text = repr(seen.answer)
        return SECRET in text or "9" * 19 in text

    assert [n for n, each in seen.items() if each.is_refused_by_contract and repeats(each)] == []


def test_what_is_refused_reaches_no_handler(seen: dict[str, Seen]):
    refused = {n: each for n, each in seen.items() if each.answer and each.answer.status >= 400}

    assert [n for n, each in refused.items() if each.calls] == []


def test_no_request_reaches_a_handler_twice_or_brings_another_along(seen: dict[str, Seen]):
    assert [n for n, each in seen.items() if len(each.calls) > 1] == []
    assert [n for n, each in seen.items() if "smuggled" in repr(each.calls)] == []


def test_the_application_never_fails(seen: dict[str, Seen]):
    failed = {n for n, each in seen.items() if each.answer and each.answer.status >= 500}

    assert [n for n in failed if not seen[n].is_said_by_server] == []


def test_a_server_that_says_it_closes_does(seen: dict[str, Seen]):
    """What follows an answer is otherwise the answer to the next request; `see` holds that."""
    closing = {
        name
        for name, each in seen.items()
        if each.answer and each.answer.header("connection") == "close"
    }

    assert [n for n in closing if seen[n].afterwards is Afterwards.KEPT] == []


def test_content_that_is_measured_twice_ends_the_connection(seen: dict[str, Seen]):
    """So that what one reader takes for a second request is never answered."""
    measured = [
        case.name
        for case in CASES
        if b"\r\nContent-Length:" in case.raw and b"\r\nTransfer-Encoding:" in case.raw
    ]

    assert len(measured) == 3
    assert {seen[name].afterwards for name in measured} == {Afterwards.CLOSED}


def test_a_connection_is_kept_after_every_refusal_of_the_contract_without_content(
    seen: dict[str, Seen],
):
    refused = {
        case.name: seen[case.name]
        for case in CASES
        if case.raw.startswith(b"GET") and b"Content-Length" not in case.raw
        if b"Transfer" not in case.raw and seen[case.name].is_refused_by_contract
    }

    assert len(refused) > 30
    assert [n for n, each in refused.items() if each.afterwards is not Afterwards.KEPT] == []


def test_what_the_server_says_itself_ends_the_connection(server: Server, seen: dict[str, Seen]):
    """Granian says it without content, gunicorn with a small page."""
    media_type = {"granian": None, "gunicorn": "text/html"}[server.name]
    own = {n: each for n, each in seen.items() if each.is_said_by_server and each.answer}

    assert own
    assert [n for n, each in own.items() if each.afterwards is Afterwards.KEPT] == []
    assert {each.answer.media_type for each in own.values() if each.answer} == {media_type}
    assert {bool(each.answer.body) for each in own.values() if each.answer} == {bool(media_type)}
