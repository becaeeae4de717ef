"""Laws of reading: tags and dates that spare what the client has, and HEAD."""

import re
from dataclasses import replace
from email.utils import parsedate_to_datetime

from tests.api.cells import Call
from tests.contract.reading import Operation
from tests.laws.walk import Theatre, comparable, each, has_state, is_read, offered

EARLY = "Sun, 01 Mar 1998 12:00:00 GMT"
LATE = "Sun, 01 Mar 2099 12:00:00 GMT"
STRONG = re.compile('"[^"]+"')


@each(has_state)
def test_a_representation_has_a_strong_tag_and_a_date_that_stay(
    theatre: Theatre, operation: Operation
):
    stage = theatre.stage()
    call = stage.good(operation)
    tags: list[str] = []
    for media_type in offered(operation):
        first, second = (stage.ask(call.having(accept=media_type)) for _ in range(2))

        assert first.status_code == 200
        assert comparable(first) == comparable(second)
        assert STRONG.fullmatch(first.headers["ETag"])
        assert first.headers["Last-Modified"].endswith(" GMT")
        assert parsedate_to_datetime(first.headers["Last-Modified"])
        tags.append(first.headers["ETag"])

    assert len({*tags}) == len(tags)


@each(has_state)
def test_what_the_client_has_is_not_sent_again(theatre: Theatre, operation: Operation):
    stage = theatre.stage()
    for media_type in offered(operation):
        call = stage.good(operation).having(accept=media_type)
        whole = stage.ask(call)
        tag, date = whole.headers["ETag"], whole.headers["Last-Modified"]

        for known in (
            {"if_none_match": tag},
            {"if_none_match": f"W/{tag}"},
            {"if_none_match": f'"another", {tag}'},
            {"if_none_match": "*"},
            {"if_modified_since": date},
            {"if_none_match": tag, "if_modified_since": EARLY},
        ):
            spared = stage.ask(call.having(**known))

            assert (spared.status_code, spared.get_data()) == (304, b""), known
            assert spared.headers["ETag"] == tag
            assert spared.headers.get("Vary") == whole.headers.get("Vary")
            assert spared.content_type is None


@each(has_state)
def test_what_the_client_does_not_have_is_sent(theatre: Theatre, operation: Operation):
    """And a tag wins over a date."""
    stage = theatre.stage()
    for media_type in offered(operation):
        call = stage.good(operation).having(accept=media_type)
        whole = stage.ask(call)
        assert whole.status_code == 200

        for unknown in (
            {"if_none_match": '"another"'},
            {"if_modified_since": EARLY},
            {"if_modified_since": "yesterday"},
            {"if_none_match": '"another"', "if_modified_since": whole.headers["Last-Modified"]},
        ):
            assert comparable(stage.ask(call.having(**unknown))) == comparable(whole), unknown


@each(is_read)
def test_a_head_is_the_get_without_its_content(theatre: Theatre, operation: Operation):
    stage = theatre.stage()
    for turned in ({}, *({"accept": kind} for kind in offered(operation)), {"accept": "image/png"}):
        call = stage.good(operation).having(**turned)

        get, head = (stage.ask(replaced) for replaced in (call, _head(call)))

        assert head.get_data() == b""
        assert comparable(head)[:2] == comparable(get)[:2]


@each(has_state)
def test_a_head_is_spared_as_the_get_is(theatre: Theatre, operation: Operation):
    stage = theatre.stage()
    call = stage.good(operation).having(if_none_match="*")

    assert comparable(stage.ask(_head(call))) == comparable(stage.ask(call))


@each(is_read)
def test_reading_changes_nothing(theatre: Theatre, operation: Operation):
    stage = theatre.stage()
    before = stage.everything()

    stage.ask(stage.good(operation))

    assert stage.everything() == before


def _head(call: Call) -> Call:
    return replace(call, method="HEAD")
