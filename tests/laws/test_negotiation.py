"""Laws of negotiation: what `Accept` prefers is given, and problems whatever it says."""

from collections.abc import Callable

from werkzeug.test import TestResponse

from tests.api.cells import TURNED, Call
from tests.api.client import PROBLEM, refusal
from tests.contract.reading import Operation
from tests.laws.walk import Stage, each, is_read, offered, successes

REFUSED = ("400", "404", "412", "428")


@each(offered)
def test_what_is_preferred_is_given(undone: Stage, operation: Operation):
    kinds = offered(operation)
    for kind in kinds:
        family = kind.partition("/")[0]
        fields = [kind, kind.upper(), f"{kind}; q=0.001", f"image/png, {kind};q=0.1"]
        fields += [f"*/*;q=0.1, {kind}", f"{kind};q=0.9, */*;q=0.8"]
        fields += [f"{other};q=0.4, {kind};q=0.5" for other in kinds if other != kind]
        fields += [f"{other};q=0, */*" for other in kinds if len(kinds) == 2 and other != kind]
        fields += [f"{family}/*"] if sum(k.startswith(f"{family}/") for k in kinds) == 1 else []
        for field in fields:
            answer = _asked(undone, operation, {"accept": field})

            assert (answer.status_code < 300, _kind(answer)) == (True, kind), field


@each(offered)
def test_the_first_that_is_declared_is_given_to_whoever_does_not_care(
    undone: Stage, operation: Operation
):
    for headers in ({}, {"accept": "*/*"}, {"accept": ""}, {"accept": "*/*;q=0.1, image/png"}):
        assert _kind(_asked(undone, operation, headers)) == offered(operation)[0], headers


@each(offered)
def test_what_fits_nothing_is_refused(undone: Stage, operation: Operation):
    none = ", ".join(f"{kind};q=0" for kind in offered(operation))
    for field in ("image/png", "image/*", none, f"{none}, */*;q=0", "*/*;q=0"):
        answer = _asked(undone, operation, {"accept": field})

        assert refusal(answer) == (406, "not-acceptable"), field


@each(offered)
def test_an_answer_that_depends_on_accept_says_so(undone: Stage, operation: Operation):
    has_choice = len(offered(operation)) > 1
    fields = [{"accept": kind} for kind in offered(operation)] + [{"accept": "image/png"}, {}]
    if is_read(operation) and operation.takes("If-None-Match", "header"):
        fields.append({"if_none_match": "*"})
    for headers in fields:
        answer = _asked(undone, operation, headers)

        assert answer.headers.get("Vary") == ("Accept" if has_choice else None), headers


@each(offered)
def test_a_problem_is_a_problem_whatever_is_accepted(undone: Stage, operation: Operation):
    for status in operation.statuses & {*REFUSED}:
        for kind in offered(operation):
            headers = {"accept": f"{kind}, {PROBLEM};q=0"}

            assert refusal(_asked(undone, operation, headers, status))[0] == int(status), kind


@each(lambda operation: successes(operation) and not offered(operation))
def test_an_answer_without_content_suits_everybody(undone: Stage, operation: Operation):
    answer = _asked(undone, operation, {"accept": "image/png"})

    assert (answer.status_code < 300, answer.get_data()) == (True, b"")
    assert answer.content_type is None
    assert "Vary" not in answer.headers


def _asked(
    stage: Stage, operation: Operation, headers: dict[str, str], status: str = ""
) -> TestResponse:
    """The answer to a good request, or to one that is turned to be answered with the status."""
    turn: Callable[[Call], Call] = TURNED.get(status, lambda call: call)
    return stage.ask(stage.turned(operation, turn).having(**headers))


def _kind(answer: TestResponse) -> str:
    return (answer.content_type or "").partition(";")[0]
