"""Claims about what is kept: all that was accepted, and nothing else."""

from collections.abc import Generator
from typing import Any

import pytest
from structlog.testing import capture_logs

from handlers.posts import create_post
from handlers.resources import work
from publishing import posts
from publishing.facts import StoreUnavailable, Unfit
from publishing.posts import Content
from publishing.store import Store
from publishing.work import Intent, Work
from tests.api.client import ENGINE, Client, data, faults, refusal
from tests.api.conftest import Plant


def nothing_is_kept(client: Client) -> bool:
    return data(client.get("/posts?status=draft")) + data(client.get("/posts")) == []


def written(user: Any) -> None:
    """Write a post in the unit of work of the request."""
    posts.write(work(), Content("A draft", "x"), by=user)


class TestViolations:
    """A handler does its work and then answers what the contract does not declare."""

    @pytest.mark.parametrize(
        "lie",
        [
            ({"data": {}}, 202, {}),
            ({"data": {}}, 201, {}),
            ({"data": {}}, "201", {}),
            (None, 204, {}),
            ("<p>", 201, {"Content-Type": "text/plain"}),
        ],
        ids=["status", "headers", "form", "no-content", "media-type"],
    )
    def test_what_is_held_back_is_rolled_back(self, ada: Client, plant: Plant, lie: Any):
        def write_and_fail(user: Any) -> Any:
            written(user)
            return lie

        with capture_logs() as logs:
            answer = ada.through(plant(createPost=write_and_fail)).post("/posts", ENGINE)

        assert refusal(answer) == (500, "contract-violation")
        assert nothing_is_kept(ada)
        assert {event["violation"] for event in logs} == {answer.get_json()["violation"]}

    def test_what_is_only_detected_is_kept(self, ada: Client, plant: Plant):
        def write_and_fail(user: Any) -> Any:
            written(user)
            return {"data": {}}, 202, {}

        answer = ada.through(plant("detect", createPost=write_and_fail)).post("/posts", ENGINE)

        assert answer.status_code == 202
        assert not nothing_is_kept(ada)


class TestFailures:
    def test_what_fails_is_rolled_back(self, ada: Client, plant: Plant):
        def write_and_fail(user: Any) -> Any:
            written(user)
            raise RuntimeError("planted")

        answer = ada.through(plant(createPost=write_and_fail)).post("/posts", ENGINE)

        assert refusal(answer) == (500, "internal-error")
        assert nothing_is_kept(ada)

    def test_what_is_refused_is_rolled_back(self, ada: Client, plant: Plant):
        def write_and_fail(user: Any) -> Any:
            written(user)
            raise Unfit("title", "is planted")

        answer = ada.through(plant(createPost=write_and_fail)).post("/posts", ENGINE)

        assert faults(answer) == {("body", "", "storable")}
        assert nothing_is_kept(ada)

    @pytest.mark.parametrize(
        ("error", "found"),
        [
            (StoreUnavailable("disk I/O error"), (503, "store-unavailable")),
            (RuntimeError("planted"), (500, "internal-error")),
        ],
        ids=["store", "fault"],
    )
    def test_what_cannot_be_committed_is_not_answered_as_done(
        self, ada: Client, monkeypatch: pytest.MonkeyPatch, error: Exception, found: Any
    ):
        def commit(_work: Work) -> None:
            raise error

        with monkeypatch.context() as planted:
            planted.setattr(Work, "commit", commit)
            answer = ada.write()

        assert refusal(answer) == found
        assert nothing_is_kept(ada)
        assert ada.write().status_code == 201

    def test_a_fact_that_the_table_does_not_know_is_a_fault_of_ours(
        self, ada: Client, plant: Plant
    ):
        class Odd(StoreUnavailable):
            """A fact that nobody has worded."""

        def write_and_fail(**_: Any) -> Any:
            raise Odd("planted")

        answer = ada.through(plant(createPost=write_and_fail)).post("/posts", ENGINE)

        assert refusal(answer) == (500, "internal-error")


class TestLocks:
    @pytest.fixture
    def writer(self, ada: Client, place: str) -> Generator[Work]:
        """Another process that is writing, and takes its time: a store is one to another."""
        ada.write()
        other = Store.open(place)
        with other.work(Intent.WRITE) as unit:
            assert unit.connection
            yield unit
        other.close()

    def test_readers_wait_for_no_writer(self, ada: Client, writer: Work):
        assert ada.get("/posts/the-first-engine").status_code == 200
        assert ada.head("/posts").status_code == 200
        writer.rollback()

    def test_a_writer_that_waits_too_long_is_told_to_come_again(self, ada: Client, writer: Work):
        assert refusal(ada.write()) == (503, "store-unavailable")
        writer.rollback()

        assert ada.write().status_code == 201

    def test_what_is_refused_before_it_writes_waits_for_nobody(
        self, ada: Client, api: Client, writer: Work
    ):
        assert refusal(ada.put("/posts/x", ENGINE)) == (428, "precondition-required")
        assert refusal(api.take_token("ada", password="a guess")) == (401, "wrong-credentials")
        writer.rollback()


def test_a_caller_whose_account_goes_under_way_is_told_so(ada: Client, plant: Plant):
    """Between the authentication and the writing, the account was deleted."""

    def late(body: Any, user: Any) -> Any:
        assert ada.delete("/accounts/ada", if_match="*").status_code == 204
        return create_post(body, user, media_type="application/json")

    answer = ada.through(plant("raise", createPost=late)).post("/posts", ENGINE)

    assert refusal(answer) == (401, "unauthorized")
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="Tenor", error="invalid_token"'


@pytest.mark.parametrize(
    "path",
    [
        "/posts/a%00b",
        "/accounts/ada%00",
        "/posts?author=a%00",
        "/posts?tag=a%00",
        "/posts?cursor=%00",
        "/accounts?cursor=%00",
    ],
)
@pytest.mark.usefixtures("broken_store")
def test_nul_in_an_address_is_refused_before_any_store_is_asked(api: Client, path: str):
    """One store would look for it, and the other refuse the question."""
    assert api.get(path).status_code in {400, 404}
