"""Laws of changing: nobody changes a state they have not read, and a refusal changes nothing."""

from collections.abc import Callable

from tests.api.cells import TURNED, Call, elsewhere
from tests.api.client import refusal
from tests.contract.reading import Operation
from tests.laws.walk import Stage, Theatre, each, is_changed_conditionally

REFUSED: dict[str, Callable[[Call], Call]] = {
    status: turn for status, turn in TURNED.items() if status not in ("304", "404", "409", "422")
}


@each(is_changed_conditionally)
def test_a_change_without_a_condition_is_refused(theatre: Theatre, operation: Operation):
    stage = theatre.stage()

    answer = stage.ask(stage.good(operation).without("if_match"))

    assert refusal(answer) == (428, "precondition-required")


@each(is_changed_conditionally)
def test_the_tag_of_any_representation_is_good_for_a_change(undone: Stage, operation: Operation):
    call = undone.good(operation)
    for media_type, tag in undone.tags(undone.place_of(call)).items():
        for field in (tag, f'"another", {tag}', f'{tag},"another"'):
            answer = undone.ask(call.having(if_match=field))

            assert answer.status_code < 300, (media_type, field)


@each(is_changed_conditionally)
def test_any_state_is_good_for_who_says_so(theatre: Theatre, operation: Operation):
    stage = theatre.stage()

    assert stage.ask(stage.good(operation).having(if_match="*")).status_code < 300


@each(is_changed_conditionally)
def test_no_other_tag_is(theatre: Theatre, operation: Operation):
    stage = theatre.stage()
    call = stage.good(operation)
    tag = call.headers["if_match"]
    for stale in ('"0.0-json"', f"W/{tag}", f'"{tag[1:-1]}x"', '"", "x"'):
        answer = stage.ask(call.having(if_match=stale))

        assert refusal(answer) == (412, "precondition-failed"), stale


@each(is_changed_conditionally)
def test_a_tag_is_good_once(theatre: Theatre, operation: Operation):
    """The change moves the tag, or takes what had it away."""
    stage = theatre.stage()
    call = stage.good(operation)
    is_end = operation.method == "delete"
    other = theatre.admin() if is_end else stage.ada

    assert stage.ask(call).status_code < 300
    assert refusal(stage.ask(call, by=other))[0] == (404 if is_end else 412)


@each(is_changed_conditionally)
def test_the_answer_to_a_change_has_the_tag_of_what_is_there_now(
    theatre: Theatre, operation: Operation
):
    stage = theatre.stage()
    call = stage.good(operation)
    place = stage.place_of(call)
    before = stage.tags(place)

    answer = stage.ask(call)

    if operation.method == "delete":
        assert refusal(stage.ada.get(place))[0] == 404
        return
    after = stage.tags(place)
    assert answer.headers["ETag"] in after.values()
    assert {*before.values()}.isdisjoint(after.values())


@each(is_changed_conditionally)
def test_a_refusal_changes_nothing(theatre: Theatre, operation: Operation):
    stage = theatre.stage()
    before = stage.everything()
    for status in operation.statuses & {*REFUSED}:
        answer = stage.ask(stage.turned(operation, REFUSED[status]))

        assert refusal(answer)[0] == int(status)
        assert stage.everything() == before, status


@each(lambda operation: operation.method == "put")
def test_a_put_creates_only_where_nothing_is(theatre: Theatre, operation: Operation):
    stage = theatre.stage()
    good = stage.good(operation).without("if_match").having(if_none_match="*")
    free = stage.turned(operation, elsewhere).without("if_match").having(if_none_match="*")
    before = stage.everything()

    assert refusal(stage.ask(good)) == (412, "precondition-failed")
    assert stage.everything() == before
    assert stage.ask(free).status_code == 201
    assert refusal(stage.ask(free)) == (412, "precondition-failed")


@each(lambda operation: operation.method == "delete" and not is_changed_conditionally(operation))
def test_what_never_changes_is_deleted_without_a_condition(theatre: Theatre, operation: Operation):
    stage = theatre.stage()
    call = stage.good(operation)
    assert stage.ask(call).status_code == 204
    assert stage.ask(call).status_code in (401, 404)


@each(lambda operation: operation.method == "delete")
def test_what_is_deleted_does_not_exist_any_more(theatre: Theatre, operation: Operation):
    stage, reader = theatre.stage(), theatre.admin()
    call = stage.good(operation)

    answer = stage.ask(call)

    assert (answer.status_code, answer.get_data(), answer.content_type) == (204, b"", None)
    assert refusal(reader.get(call.path))[0] == 404
