"""Laws of retrying: what is sent again under the same key is done once, and answered the same."""

from dataclasses import replace

import pytest

from tests.api.cells import Call
from tests.api.client import local, refusal
from tests.contract.reading import Operation
from tests.laws.walk import Stage, Theatre, comparable, each, offered

KEY = "one-intention"
REPLAYED = "Idempotency-Replayed"
WRITTEN = ("title", "body", "display_name")


def takes_a_key(operation: Operation) -> bool:
    return operation.takes("Idempotency-Key", "header")


@each(takes_a_key)
def test_what_is_sent_again_is_answered_the_same(theatre: Theatre, operation: Operation):
    for kind in offered(operation):
        stage = theatre.stage()
        call = _keyed(stage, operation).having(accept=kind)

        first, *others = [stage.ask(call) for _ in range(3)]

        assert first.status_code == 201
        assert REPLAYED not in first.headers
        for again in others:
            assert again.headers[REPLAYED] == "true"
            assert comparable(again, REPLAYED) == comparable(first)


@each(lambda operation: takes_a_key(operation) and operation.may_be_refused)
def test_it_is_answered_so_even_when_what_was_made_is_gone(theatre: Theatre, operation: Operation):
    """But for an account: its keys are gone with it, and whoever has its name next starts anew."""
    stage, admin = theatre.stage(), theatre.admin()
    call = _keyed(stage, operation)
    first = stage.ask(call)
    assert admin.delete(local(first.headers["Location"]), if_match="*").status_code == 204

    assert comparable(stage.ask(call), REPLAYED) == comparable(first)


@each(takes_a_key)
def test_something_else_under_the_same_key_is_refused(theatre: Theatre, operation: Operation):
    stage = theatre.stage()
    call = _keyed(stage, operation)
    assert stage.ask(call).status_code == 201
    before = stage.everything()

    answer = stage.ask(_reworded(call))

    assert refusal(answer) == (422, "key-reused")
    assert stage.everything() == before


@each(takes_a_key)
def test_a_refusal_leaves_the_key_free(theatre: Theatre, operation: Operation):
    stage = theatre.stage()
    call = _keyed(stage, operation)
    for wrong in ({"content_type": "text/plain"}, {"accept": "image/png"}):
        assert stage.ask(call.having(**wrong)).status_code >= 400
    assert stage.ask(replace(call, body={})).status_code == 400

    answer = stage.ask(call)

    assert (answer.status_code, REPLAYED in answer.headers) == (201, False)


@each(takes_a_key)
def test_another_key_is_another_intention(theatre: Theatre, operation: Operation):
    stage = theatre.stage()
    call = _keyed(stage, operation)
    assert stage.ask(call).status_code == 201

    again = stage.ask(call.having(idempotency_key="another-intention"))

    assert REPLAYED not in again.headers
    assert again.status_code == (201 if operation.may_be_refused else 409)


@pytest.mark.parametrize("wrong", ["", "a" * 256, "a b", "é"], ids=["none", "long", "two", "é"])
@each(takes_a_key)
def test_what_is_no_key_is_refused(theatre: Theatre, operation: Operation, wrong: str):
    stage = theatre.stage()

    answer = stage.ask(_keyed(stage, operation).having(idempotency_key=wrong))

    assert refusal(answer) == (400, "invalid-request")


def _keyed(stage: Stage, operation: Operation) -> Call:
    return stage.good(operation).having(idempotency_key=KEY)


def _reworded(call: Call) -> Call:
    """The same with another word in it."""
    name = next(name for name in WRITTEN if name in call.body)
    return call.saying(**{name: f"{call.body[name]} too"})
