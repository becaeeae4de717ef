"""Laws of those who come at the same time: each runs in a thread of its own, and all start at once.

Whoever is told that the store is busy, or that the key is in use, asks again, as a client would.
"""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from werkzeug.test import TestResponse

from tests.api.client import refusal
from tests.contract.reading import Operation
from tests.laws.test_retrying import KEY, REPLAYED, takes_a_key
from tests.laws.walk import Stage, Theatre, comparable, each, is_changed_conditionally

WRITERS, CREATORS, REPEATERS = 4, 10, 100
COMES_LATER = ("store-unavailable", "key-in-use", "overloaded")


def at_once(number: int, ask: Callable[[], TestResponse]) -> list[TestResponse]:
    """The answers to requests that start together."""
    barrier = Barrier(number)

    def started() -> TestResponse:
        barrier.wait(timeout=30)
        for _ in range(100):
            answer = ask()
            if answer.status_code not in (409, 503) or refusal(answer)[1] not in COMES_LATER:
                return answer
            assert int(answer.headers["Retry-After"]) >= 0
        raise AssertionError("The store was busy all the time.")

    with ThreadPoolExecutor(number) as threads:
        asked = [threads.submit(started) for _ in range(number)]
        return [each.result() for each in asked]


@each(is_changed_conditionally)
def test_of_those_who_read_the_same_exactly_one_changes_it(theatre: Theatre, operation: Operation):
    for _ in range(3):
        stage, other = theatre.stage(), theatre.admin()
        call = stage.good(operation)
        place = stage.place_of(call)

        answers = at_once(WRITERS, lambda: stage.ask(call))  # noqa: B023 - asked before it changes

        won = [answer for answer in answers if answer.status_code < 300]
        lost = Counter(answer.status_code for answer in answers if answer.status_code >= 300)
        assert len(won) == 1
        # What was deleted is gone, and the tokens of an account with it.
        assert {*lost} <= ({401, 404, 412} if operation.method == "delete" else {412})
        if operation.method == "delete":
            assert refusal(other.get(place))[0] == 404
        else:
            assert won[0].headers["ETag"] in stage.tags(place).values()


@pytest.mark.parametrize("round_", range(3))
@each(lambda operation: operation.method == "put")
def test_of_those_who_create_at_one_address_exactly_one_does(
    theatre: Theatre, operation: Operation, round_: int
):
    stage = theatre.stage()
    path = stage.good(operation).path.rpartition("/")[0] + f"/a-free-address-{round_}"
    body = stage.good(operation).body

    answers = at_once(CREATORS, lambda: stage.ada.put(path, body, if_none_match="*"))

    assert sorted(answer.status_code for answer in answers) == [201] + [412] * (CREATORS - 1)
    assert stage.ada.get(path).status_code == 200


@each(lambda operation: operation.method == "post" and "201" in operation.statuses)
def test_those_who_create_with_the_same_words_get_something_each_or_are_told(
    theatre: Theatre, operation: Operation
):
    """Nobody is given what another has made."""
    stage = theatre.stage()
    call = stage.good(operation)

    answers = at_once(CREATORS, lambda: stage.ask(call))

    made = [answer.headers["Location"] for answer in answers if answer.status_code == 201]
    told = [answer.status_code for answer in answers if answer.status_code != 201]
    assert made
    assert len(made) == len({*made})
    assert {*told} <= {409}


@each(takes_a_key)
def test_a_hundred_under_one_key_have_one_effect_and_one_answer(
    theatre: Theatre, operation: Operation
):
    stage = theatre.stage()
    before = _listed(stage, operation)
    call = stage.good(operation).having(idempotency_key=KEY)

    answers = at_once(REPEATERS, lambda: stage.ask(call))

    first = [answer for answer in answers if REPLAYED not in answer.headers]
    assert [answer.status_code for answer in first] == [201]
    assert {repr(comparable(answer, REPLAYED)) for answer in answers} == {
        repr(comparable(first[0]))
    }
    assert len(_listed(stage, operation) - before) == 1


def _listed(stage: Stage, operation: Operation) -> set[str]:
    """What the list has to which an operation adds."""
    answer = stage.ada.get(f"{stage.good(operation).path}?limit=100")
    return {item["url"] for item in answer.get_json()["data"]}
