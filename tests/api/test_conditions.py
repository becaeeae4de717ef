"""Claims about conditional requests to the API."""

import dataclasses

import pytest

from handlers.addresses import Addresses
from handlers.resources import Resources, equip
from tenor import Tenor
from tests.api.client import Client, refusal
from tests.publishing.story import Clock

POST = "/posts/the-first-engine"
JSON_TAG = '"1.1-json-f3d065"'
WRITTEN = "Sun, 01 Mar 2026 12:00:00 GMT"


@pytest.fixture(autouse=True)
def _post(ada: Client, clock: Clock) -> None:
    """A post that was written at noon and a half second."""
    clock.now = clock.now.replace(microsecond=500_000)
    ada.write()


def test_each_representation_has_a_tag_of_its_own(api: Client):
    as_json, as_page = (api.get(POST, accept=kind) for kind in ("application/json", "text/html"))

    assert as_json.headers["ETag"] == JSON_TAG
    assert as_page.headers["ETag"].startswith('"1.1-html-')
    assert as_json.headers["Last-Modified"] == as_page.headers["Last-Modified"] == WRITTEN


@pytest.mark.parametrize(
    "sent", [JSON_TAG, f"W/{JSON_TAG}", f'"x", {JSON_TAG}', f'"x",W/{JSON_TAG}', "*"]
)
def test_what_a_client_has_is_not_sent_again(api: Client, sent: str):
    answer = api.get(POST, if_none_match=sent)

    assert (answer.status_code, answer.get_data()) == (304, b"")
    assert answer.headers["ETag"] == JSON_TAG
    assert answer.headers["Vary"] == "Accept"
    assert answer.content_type is None


@pytest.mark.parametrize("headers", [{}, {"accept": "text/html"}], ids=["json", "html"])
def test_the_tag_of_one_representation_does_not_stand_for_another(
    api: Client, headers: dict[str, str]
):
    other = api.get(POST, accept="application/json" if headers else "text/html")

    answer = api.get(POST, if_none_match=other.headers["ETag"], **headers)

    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("since", "status"),
    [
        (WRITTEN, 304),
        ("Sun, 01 Mar 2026 12:00:01 GMT", 304),
        ("Sunday, 01-Mar-26 12:00:00 GMT", 304),
        ("Sun Mar  1 12:00:00 2026", 304),
        ("Sun, 01 Mar 2026 11:59:59 GMT", 200),
        ("yesterday", 200),
        ("Sun, 99 Mar 2026 12:00:00 GMT", 200),
        (f"{WRITTEN}, {WRITTEN}", 200),
    ],
)
def test_a_date_saves_the_answer_too(api: Client, since: str, status: int):
    assert api.get(POST, if_modified_since=since).status_code == status


def test_a_tag_wins_over_a_date(api: Client):
    assert api.get(POST, if_none_match='"x"', if_modified_since=WRITTEN).status_code == 200
    early = "Sun, 01 Mar 1998 12:00:00 GMT"
    assert api.get(POST, if_none_match=JSON_TAG, if_modified_since=early).status_code == 304


def test_a_head_is_saved_like_a_get(api: Client):
    assert api.head(POST, if_none_match=JSON_TAG).status_code == 304


@pytest.mark.parametrize("path", ["/accounts/ada", "/tokens/1"])
def test_accounts_and_tokens_are_saved_too(ada: Client, path: str):
    first = ada.get(path)

    by_tag = ada.get(path, if_none_match=first.headers["ETag"])
    by_date = ada.get(path, if_modified_since=first.headers["Last-Modified"])

    assert (by_tag.status_code, by_date.status_code) == (304, 304)


@pytest.mark.parametrize("field", ["x", '"x', '"a" "b"', "*, *", ""])
def test_a_tag_that_is_none_is_refused(api: Client, ada: Client, field: str):
    assert refusal(api.get(POST, if_none_match=field)) == (400, "invalid-request")
    assert refusal(ada.delete(POST, if_match=field)) == (400, "invalid-request")


@pytest.mark.parametrize("accept", ["application/json", "text/html"])
@pytest.mark.parametrize("form", ["{}", '"x", {}', '"x",{}'])
def test_the_tag_of_any_representation_is_good_for_a_change(ada: Client, accept: str, form: str):
    tag = ada.get(POST, accept=accept).headers["ETag"]

    assert ada.delete(POST, if_match=form.format(tag)).status_code == 204


@pytest.mark.parametrize(
    "field", ['"x"', f"W/{JSON_TAG}", '"1.0-json-f3d065"', '"1.2-json-f3d065"', '"1.1-json"']
)
def test_no_other_tag_is(ada: Client, field: str):
    assert refusal(ada.delete(POST, if_match=field)) == (412, "precondition-failed")


def test_a_change_moves_every_tag_and_no_tag_comes_back(ada: Client):
    before = {ada.get(POST, accept=kind).headers["ETag"] for kind in ("*/*", "text/html")}

    ada.patch(POST, {"title": "Other"}, if_match="*")
    ada.patch(POST, {"title": "The first engine"}, if_match="*")

    after = {ada.get(POST, accept=kind).headers["ETag"] for kind in ("*/*", "text/html")}
    assert before.isdisjoint(after)


def test_a_change_is_seen_in_the_date_even_within_one_tick_of_the_clock(ada: Client):
    ada.patch(POST, {"title": "Other"}, if_match="*")

    assert ada.get(POST).get_json()["data"]["updated_at"] == "2026-03-01T12:00:00.500001Z"


def test_of_two_who_read_the_same_one_changes_and_the_other_hears_of_it(ada: Client):
    first, second = ada, ada.sign_in("ada", "posts:write")
    tag = first.get(POST).headers["ETag"]

    assert first.patch(POST, {"title": "First"}, if_match=tag).status_code == 200
    assert refusal(second.put(POST, {"title": "Second", "body": ""}, if_match=tag))[0] == 412
    assert first.get(POST).get_json()["data"]["title"] == "First"


def test_the_tags_of_another_public_url_are_others(gated: Tenor, equipment: Resources, api: Client):
    """What they give has other addresses in it; only Markdown has none."""
    paths = {POST: ("application/json", "text/html"), "/feeds/posts": ("application/atom+xml",)}
    asked = [(path, accept) for path, accepts in paths.items() for accept in accepts]
    before = [api.get(path, accept=accept).headers["ETag"] for path, accept in asked]

    moved = Addresses.on("https://other.example", gated.url_map.iter_rules())
    equip(gated, dataclasses.replace(equipment, addresses=moved))
    try:
        after = [api.get(path, accept=accept).headers["ETag"] for path, accept in asked]
    finally:
        equip(gated, equipment)

    assert not {*before} & {*after}
