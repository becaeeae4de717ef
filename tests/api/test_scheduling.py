"""Claims about scheduled posts over HTTP."""

from datetime import timedelta

import pytest

from tests.api.client import HTML, Client, but_the_request_id, data, faults, refusal
from tests.publishing.story import Clock

BIRTHDAY = "/posts/a-birthday"
IN_AN_HOUR = "2026-03-01T13:00:00Z"
AN_HOUR = timedelta(hours=1)


@pytest.fixture
def tag(ada: Client) -> str:
    """The tag of a post that is scheduled in an hour."""
    return write(ada, publish_at=IN_AN_HOUR).headers["ETag"]


def write(by: Client, **fields):
    return by.write("A birthday", **{"status": "scheduled"} | fields)


def test_a_scheduled_post_says_when_it_will_be_published(ada: Client):
    answer = write(ada, publish_at="2026-03-01T15:30:00.250000+02:30")

    assert answer.status_code == 201
    assert data(answer)["status"] == "scheduled"
    assert data(answer)["publish_at"] == "2026-03-01T13:00:00.250000Z"
    assert data(answer)["published_at"] is None


def test_from_its_time_on_everybody_reads_it(ada: Client, api: Client, clock: Clock, tag: str):
    hidden = api.get(BIRTHDAY)
    clock.advance(AN_HOUR)
    shown = api.get(BIRTHDAY)

    assert refusal(hidden) == (404, "not-found")
    assert (data(shown)["status"], data(shown)["published_at"]) == ("published", IN_AN_HOUR)
    assert data(shown)["publish_at"] is None
    assert shown.headers["ETag"] != tag
    assert shown.headers["Last-Modified"] == "Sun, 01 Mar 2026 13:00:00 GMT"
    assert [post["slug"] for post in data(api.get("/posts"))] == ["a-birthday"]
    assert "13:00" in api.get(BIRTHDAY, **HTML).get_data(as_text=True)


def test_until_then_it_is_like_a_post_that_does_not_exist(grace: Client, api: Client, tag: str):
    for reader in (grace, api):
        assert but_the_request_id(reader.get(BIRTHDAY)) == but_the_request_id(
            reader.get("/posts/no-birthday")
        )
    assert data(grace.get("/posts?status=scheduled")) == []


def test_a_tag_from_before_its_time_is_stale_afterwards(ada: Client, clock: Clock, tag: str):
    clock.advance(AN_HOUR)

    assert refusal(ada.patch(BIRTHDAY, {"title": "Late"}, if_match=tag))[0] == 412
    assert ada.get(BIRTHDAY, if_none_match=tag).status_code == 200


def test_its_author_lists_what_is_scheduled(ada: Client, edith: Client, tag: str):
    for reader in (ada, edith):
        (listed,) = data(reader.get("/posts?status=scheduled"))
        assert listed["publish_at"] == IN_AN_HOUR


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"publish_at": "2026-03-01T12:00:00Z"},
        {"status": "draft", "publish_at": IN_AN_HOUR},
        {"status": "published", "publish_at": IN_AN_HOUR},
    ],
    ids=["no time", "a time that has come", "a draft", "published"],
)
def test_what_does_not_go_together_is_refused_by_its_rule(ada: Client, fields: dict[str, str]):
    answers = [
        write(ada, **fields),
        ada.put(
            "/posts/x",
            {"title": "A", "body": "", "status": "scheduled"} | fields,
            if_none_match="*",
        ),
    ]

    assert [refusal(answer) for answer in answers] == [(422, "unschedulable")] * 2
    assert data(ada.get("/posts?status=scheduled")) == []


@pytest.mark.parametrize(
    "time",
    [
        "tomorrow",
        "2026-03-02",
        "2026-03-02T12:00:00",
        "2026-02-30T12:00:00Z",
        "2026-03-02T24:00:00Z",
        "2026-03-02T12:00:60Z",
        "2026-03-02T12:00:00+25:00",
        "1926-03-02T12:00:00Z",
        "2926-03-02T12:00:00Z",
        "2026-03-02T12:00:00.1234567Z",
        20260302,
        None,
    ],
)
def test_what_is_no_time_breaks_the_contract(ada: Client, time: object):
    for answer in (
        write(ada, publish_at=time),
        ada.patch(BIRTHDAY, {"status": "scheduled", "publish_at": time}, if_match="*"),
    ):
        assert {pointer for _, pointer, _ in faults(answer)} == {"/publish_at"}


@pytest.mark.parametrize(
    "time",
    ["2899-12-31T23:59:59.999999-23:59", "2026-03-02T12:00:00+23:59", "2400-02-29T00:00:00Z"],
)
def test_every_time_that_the_contract_takes_is_kept(ada: Client, time: str):
    assert write(ada, publish_at=time).status_code == 201


def test_replacing_a_scheduled_post_schedules_it_anew_or_not_at_all(ada: Client, tag: str):
    answer = ada.put(BIRTHDAY, {"title": "A birthday", "body": "Candles."}, if_match=tag)

    assert answer.status_code == 204
    assert data(ada.get(BIRTHDAY))["status"] == "draft"
    assert data(ada.get(BIRTHDAY))["publish_at"] is None


def test_replacing_takes_no_time_over(ada: Client, tag: str):
    whole = {"title": "A birthday", "body": "Candles.", "status": "scheduled"}

    assert refusal(ada.put(BIRTHDAY, whole, if_match=tag)) == (422, "unschedulable")
    answer = ada.put(BIRTHDAY, whole | {"publish_at": IN_AN_HOUR}, if_match=tag)
    assert answer.status_code == 204
