"""Claims about requests that are sent again under their key: done once, and answered alike."""

import dataclasses
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from app import create_app
from handlers.accounts import register_account
from handlers.posts import create_post
from handlers.resources import Resources, equip, resources
from publishing import tables
from publishing.facts import StoreUnavailable
from publishing.passwords import Passwords
from publishing.retries import Keyed, Turns
from publishing.store import Store
from publishing.work import Intent, Work
from settings import Settings
from tenor import Tenor
from tests.api.client import (
    ENGINE,
    HTML,
    PASSWORD,
    PUBLIC_URL,
    Client,
    Join,
    data,
    faults,
    refusal,
)
from tests.api.conftest import CHEAP, Plant
from tests.publishing.story import Clock

ONCE = {"idempotency_key": "once"}
ADA = {"username": "ada", "display_name": "Ada Lovelace", "password": PASSWORD}


def said(answer: TestResponse) -> tuple[int, dict[str, str], bytes]:
    """All of an answer that is kept, whether it is given for the first time or again."""
    varying = {"X-Request-Id", "Idempotency-Replayed"}
    headers = {name: value for name, value in answer.headers.items() if name not in varying}
    return answer.status_code, headers, answer.get_data()


def is_replay(answer: TestResponse) -> bool:
    return answer.headers.getlist("Idempotency-Replayed") == ["true"]


def posts(client: Client) -> list[str]:
    return [post["slug"] for post in data(client.get("/posts?limit=100"))]


def kept(store: Store) -> list[Any]:
    """The rows of all answers that are kept."""
    with store.work(Intent.READ) as work:
        return list(work.execute(sa.select(tables.kept_answers)).mappings())


class TestReplays:
    @pytest.mark.parametrize("accept", ["application/json", "text/html"])
    def test_a_post_is_written_once_and_answered_alike(self, ada: Client, accept: str):
        first = ada.post("/posts", ENGINE, accept=accept, **ONCE)
        again = ada.post("/posts", ENGINE, accept=accept, **ONCE)

        assert first.status_code == 201
        assert first.mimetype == accept
        assert said(again) == said(first)
        assert (is_replay(first), is_replay(again)) == (False, True)
        assert first.headers["X-Request-Id"] != again.headers["X-Request-Id"]
        assert posts(ada) == ["the-first-engine"]

    def test_an_account_is_registered_once_and_answered_alike(self, api: Client):
        first = api.post("/accounts", ADA, **ONCE)
        again = api.post("/accounts", ADA, **ONCE)

        assert first.status_code == 201
        assert said(again) == said(first)
        assert (is_replay(first), is_replay(again)) == (False, True)

    def test_members_may_come_in_another_order_and_with_other_spaces(self, ada: Client):
        first = ada.post("/posts", ENGINE, **ONCE)
        again = ada.post("/posts", dict(reversed(ENGINE.items())), **ONCE)

        assert said(again) == said(first)
        assert is_replay(again)

    def test_without_a_key_each_request_is_another(self, ada: Client, store: Store):
        answers = [ada.post("/posts", ENGINE) for _ in range(2)]

        assert not any(is_replay(answer) for answer in answers)
        assert sorted(posts(ada)) == ["the-first-engine", "the-first-engine-2"]
        assert kept(store) == []

    def test_another_key_is_another_request(self, ada: Client):
        ada.post("/posts", ENGINE, idempotency_key="one")
        ada.post("/posts", ENGINE, idempotency_key="One")

        assert sorted(posts(ada)) == ["the-first-engine", "the-first-engine-2"]

    def test_what_was_answered_stays_so_whatever_came_after(self, ada: Client):
        """The answer says what was done, not what is there now."""
        first = ada.post("/posts", ENGINE, **ONCE)
        assert ada.delete("/posts/the-first-engine", if_match="*").status_code == 204

        again = ada.post("/posts", ENGINE, **ONCE)

        assert said(again) == said(first)
        assert posts(ada) == []

    def test_a_token_is_issued_each_time(self, ada: Client):
        """Its secret is never stored, so it cannot be shown again."""
        body = {"username": "ada", "password": PASSWORD, "scopes": []}
        first, second = (ada.post("/tokens", body, **ONCE) for _ in range(2))

        assert data(first)["id"] != data(second)["id"]


class TestOtherRequests:
    """A key names one request."""

    @pytest.mark.parametrize(
        ("body", "headers"),
        [
            ({**ENGINE, "title": "Another"}, {}),
            ({**ENGINE, "tags": [*reversed(ENGINE["tags"])]}, {}),
            ({"title": ENGINE["title"], "body": ENGINE["body"]}, {}),
            (ENGINE, HTML),
        ],
        ids=["title", "order of tags", "fewer members", "media type"],
    )
    def test_another_post_under_the_same_key_is_refused(
        self, ada: Client, body: Any, headers: dict[str, str]
    ):
        ada.post("/posts", ENGINE, **ONCE)

        answer = ada.post("/posts", body, **headers, **ONCE)

        assert refusal(answer) == (422, "key-reused")
        assert posts(ada) == ["the-first-engine"]

    @pytest.mark.parametrize(
        "other", [{"display_name": "Ada"}, {"password": "another password"}], ids=lambda o: str(*o)
    )
    def test_another_registration_under_the_same_key_is_refused(
        self, api: Client, other: dict[str, str]
    ):
        api.post("/accounts", ADA, **ONCE)

        assert refusal(api.post("/accounts", ADA | other, **ONCE)) == (422, "key-reused")

    def test_keys_of_newcomers_are_apart_by_username(self, api: Client):
        """Strangers who happen to take the same key do not meet."""
        for username in ("ada", "grace"):
            answer = api.post("/accounts", ADA | {"username": username}, **ONCE)
            assert (answer.status_code, is_replay(answer)) == (201, False)

    def test_keys_of_accounts_are_apart(self, ada: Client, grace: Client):
        for author in (ada, grace):
            answer = author.post("/posts", ENGINE, **ONCE)
            assert (data(answer)["author"], is_replay(answer)) == (author.username, False)

    def test_two_tokens_of_an_account_share_its_keys(self, ada: Client):
        first = ada.post("/posts", ENGINE, **ONCE)
        again = ada.sign_in("ada", "posts:write").post("/posts", ENGINE, **ONCE)

        assert said(again) == said(first)

    @pytest.mark.parametrize(
        "key",
        ["", " ", "a b", "a,b", "a, b", "a\tb", "\xe4", "\x7f", "k" * 256],
        ids=["empty", "space", "inner space", "two", "list", "tab", "latin", "delete", "long"],
    )
    def test_a_key_that_is_none_is_refused(self, ada: Client, key: str):
        """Two headers arrive as a list of both, which is no key."""
        rules = {rule for _, _, rule in faults(ada.post("/posts", ENGINE, idempotency_key=key))}

        assert rules <= {"minLength", "maxLength", "pattern"}
        assert posts(ada) == []

    @pytest.mark.parametrize("key", ["k", "k" * 255, '"8e03978e"', "!#$%&'()*+-./:;<=>?@[]^_`{|}~"])
    def test_all_visible_characters_but_the_comma_make_keys(self, ada: Client, key: str):
        first, again = (ada.post("/posts", ENGINE, idempotency_key=key) for _ in range(2))

        assert said(first) == said(again)


class TestWhoMay:
    """Nobody hears an answer that is not for them, whatever key they know."""

    def test_a_token_without_the_scope_hears_nothing(self, ada: Client):
        ada.post("/posts", ENGINE, **ONCE)

        answer = ada.sign_in("ada").post("/posts", ENGINE, **ONCE)

        assert refusal(answer) == (403, "insufficient-scope")

    def test_a_token_that_was_revoked_hears_nothing(self, ada: Client):
        ada.post("/posts", ENGINE, **ONCE)
        (token,) = data(ada.get("/tokens"))
        assert ada.delete(f"/tokens/{token['id']}").status_code == 204

        assert refusal(ada.post("/posts", ENGINE, **ONCE)) == (401, "unauthorized")

    def test_the_keys_of_an_account_go_with_it(self, ada: Client, join: Join, store: Store):
        """Who takes the name anew inherits nothing, and neither does a second registration."""
        ada.post("/posts", ENGINE, **ONCE)
        assert len(kept(store)) == 1
        assert ada.delete("/accounts/ada?posts=delete", if_match="*").status_code == 204
        assert kept(store) == []

        answer = join("ada").post("/posts", ENGINE, **ONCE)

        assert (answer.status_code, is_replay(answer)) == (201, False)

    def test_a_newcomer_may_come_back_under_the_same_key(self, api: Client):
        first = api.post("/accounts", ADA, **ONCE)
        ada = api.sign_in("ada", "accounts:write")
        assert ada.delete("/accounts/ada", if_match="*").status_code == 204

        again = api.post("/accounts", ADA, **ONCE)

        assert (again.status_code, is_replay(again)) == (201, False)
        assert again.headers["ETag"] != first.headers["ETag"]


class TestFreedKeys:
    """What was refused or failed did nothing, so its key is free."""

    def test_a_refusal_by_the_contract_frees_the_key(self, ada: Client):
        faults(ada.post("/posts", {"title": "No body"}, **ONCE))

        answer = ada.post("/posts", ENGINE, **ONCE)

        assert (answer.status_code, is_replay(answer)) == (201, False)

    def test_a_refusal_by_the_domain_frees_the_key(self, api: Client):
        api.post("/accounts", ADA)
        assert refusal(api.post("/accounts", ADA, **ONCE)) == (409, "username-taken")
        ada = api.sign_in("ada", "accounts:write")
        assert ada.delete("/accounts/ada", if_match="*").status_code == 204

        answer = api.post("/accounts", ADA, **ONCE)

        assert (answer.status_code, is_replay(answer)) == (201, False)

    @pytest.mark.parametrize("status", [299, 200, 404, 503])
    def test_an_answer_that_is_held_back_frees_the_key(
        self, ada: Client, plant: Plant, status: int
    ):
        def lie(body: Any, user: Any) -> Any:
            create_post(body, user, "application/json")
            return {"data": {}}, status, {}

        held_back = ada.through(plant(createPost=lie)).post("/posts", ENGINE, **ONCE)
        answer = ada.post("/posts", ENGINE, **ONCE)

        assert refusal(held_back) == (500, "contract-violation")
        assert (answer.status_code, is_replay(answer)) == (201, False)
        assert posts(ada) == ["the-first-engine"]

    @pytest.mark.parametrize("works_first", [False, True], ids=["at once", "after its work"])
    def test_a_crash_frees_the_key(self, ada: Client, plant: Plant, *, works_first: bool):
        def fail(body: Any, user: Any) -> Any:
            if works_first:
                create_post(body, user, "application/json")
            raise RuntimeError("planted")

        crashed = ada.through(plant(createPost=fail)).post("/posts", ENGINE, **ONCE)
        answer = ada.post("/posts", ENGINE, **ONCE)

        assert refusal(crashed) == (500, "internal-error")
        assert (answer.status_code, is_replay(answer)) == (201, False)
        assert posts(ada) == ["the-first-engine"]

    def test_a_commit_that_fails_frees_the_key(self, ada: Client, monkeypatch: pytest.MonkeyPatch):
        def commit(_work: Work) -> None:
            raise StoreUnavailable("disk I/O error")

        with monkeypatch.context() as planted:
            planted.setattr(Work, "commit", commit)
            assert refusal(ada.post("/posts", ENGINE, **ONCE)) == (503, "store-unavailable")
        answer = ada.post("/posts", ENGINE, **ONCE)

        assert (answer.status_code, is_replay(answer)) == (201, False)
        assert posts(ada) == ["the-first-engine"]

    def test_what_is_only_detected_is_kept_as_it_was_answered(self, ada: Client, plant: Plant):
        """Its work is kept, so it must not be done again."""

        def lie(body: Any, user: Any) -> Any:
            create_post(body, user, "application/json")
            return {"data": {}}, 202, {}

        odd = ada.through(plant("detect", createPost=lie))
        first, again = (odd.post("/posts", ENGINE, **ONCE) for _ in range(2))

        assert (first.status_code, first.get_data()) == (202, again.get_data())
        assert said(again) == said(first)
        assert posts(ada) == ["the-first-engine"]


class TestTime:
    def test_an_answer_is_kept_for_a_day(self, ada: Client, clock: Clock):
        first = ada.post("/posts", ENGINE, **ONCE)
        clock.advance(timedelta(hours=24, minutes=59))
        again = ada.sign_in("ada", "posts:write").post("/posts", ENGINE, **ONCE)

        assert said(again) == said(first)

    def test_a_key_is_free_again_after_that(self, ada: Client, clock: Clock, store: Store):
        ada.post("/posts", ENGINE, **ONCE)
        clock.advance(timedelta(hours=25, seconds=1))
        ada = ada.sign_in("ada", "posts:write")
        again = ada.post("/posts", ENGINE, **ONCE)

        assert (again.status_code, is_replay(again)) == (201, False)
        assert sorted(posts(ada)) == ["the-first-engine", "the-first-engine-2"]
        assert len(kept(store)) == 1


class TestSecrets:
    def test_what_is_kept_of_a_registration_costs_a_guesser_as_much_as_a_password(
        self, api: Client, plant: Plant, equipment: Resources, store: Store
    ):
        digested: list[bytes] = []

        class Noting(Passwords):
            def digest(self, content: bytes, salt: bytes) -> bytes:
                digested.append(content)
                return CHEAP.digest(content, salt)

        app = plant("raise")
        equip(app, dataclasses.replace(equipment, passwords=Noting()))
        api.through(app).post("/accounts", ADA, **ONCE)

        (row,) = kept(store)
        assert [PASSWORD.encode() in content for content in digested] == [True]
        assert PASSWORD not in repr(row)
        assert len(row["fingerprint"]) == 32

    def test_without_a_key_a_registration_costs_one_hash(
        self, api: Client, plant: Plant, equipment: Resources
    ):
        class Thrifty(Passwords):
            def digest(self, content: bytes, salt: bytes) -> bytes:
                raise AssertionError("nobody asked for it")

        app = plant("raise")
        equip(app, dataclasses.replace(equipment, passwords=Thrifty()))

        assert api.through(app).register("ada").status_code == 201


class TestAtOnce:
    """The first answer counts, whoever else is asked for it meanwhile."""

    def test_who_waits_too_long_for_the_first_is_told_to_come_again(
        self, ada: Client, equipment: Resources
    ):
        with equipment.turns.of(Keyed.by_account("ada", "once", b"")):
            answer = ada.post("/posts", ENGINE, **ONCE)
            other = ada.post("/posts", ENGINE, idempotency_key="other")

        assert refusal(answer) == (409, "key-in-use")
        assert answer.headers["Retry-After"] == "5"
        assert other.status_code == 201
        assert ada.post("/posts", ENGINE, **ONCE).status_code == 201

    def test_a_newcomer_who_waits_too_long_is_told_so_too(self, api: Client, equipment: Resources):
        first = Keyed.by_newcomer("ada", "once", b"", passwords=CHEAP)
        with equipment.turns.of(first):
            answer = api.post("/accounts", ADA, **ONCE)

        assert refusal(answer) == (409, "key-in-use")
        assert answer.headers["Retry-After"] == "5"

    def test_who_finds_the_name_taken_is_not_told_to_come_again(self, api: Client):
        api.post("/accounts", ADA)

        assert "Retry-After" not in api.post("/accounts", ADA, **ONCE).headers

    @pytest.fixture
    def elsewhere(self, app: Tenor, plant: Plant, equipment: Resources) -> Tenor:
        """The same application in another process: they share the store and nothing else."""
        other = plant("raise")
        equip(other, dataclasses.replace(equipment, turns=Turns(patience=0.1)))
        return other

    def test_another_process_that_is_faster_has_written_the_post(
        self, ada: Client, plant: Plant, elsewhere: Tenor
    ):
        faster: list[TestResponse] = []

        def slow(body: Any, user: Any) -> Any:
            faster.append(ada.through(elsewhere).post("/posts", ENGINE, **ONCE))
            return create_post(body, user, "application/json")

        answer = ada.through(plant("raise", createPost=slow)).post("/posts", ENGINE, **ONCE)

        assert [is_replay(each) for each in (*faster, answer)] == [False, True]
        assert said(answer) == said(faster[0])
        assert posts(ada) == ["the-first-engine"]

    def test_another_process_that_is_faster_with_something_else_has_used_the_key(
        self, ada: Client, plant: Plant, elsewhere: Tenor
    ):
        def slow(body: Any, user: Any) -> Any:
            ada.through(elsewhere).post("/posts", {**ENGINE, "title": "Faster"}, **ONCE)
            return create_post(body, user, "application/json")

        answer = ada.through(plant("raise", createPost=slow)).post("/posts", ENGINE, **ONCE)

        assert refusal(answer) == (422, "key-reused")
        assert posts(ada) == ["faster"]

    def test_another_process_that_is_faster_has_registered_the_account(
        self, api: Client, plant: Plant, elsewhere: Tenor
    ):
        """The name is taken, by the very same request."""
        faster: list[TestResponse] = []

        def slow(body: Any) -> Any:
            faster.append(api.through(elsewhere).post("/accounts", ADA, **ONCE))
            return register_account(body)

        answer = api.through(plant("raise", registerAccount=slow)).post("/accounts", ADA, **ONCE)

        assert [is_replay(each) for each in (*faster, answer)] == [False, True]
        assert said(answer) == said(faster[0])

    @pytest.fixture
    def roomy(self, tmp_path: Path) -> Client:
        """A caller of an application that has time for a hundred at once."""
        settings = Settings(database_url=f"sqlite:///{tmp_path}/roomy.db", public_url=PUBLIC_URL)
        application = create_app(settings, passwords=CHEAP, policy="raise")
        with application.app_context():
            usual = resources()
        usual.store.close()
        store = Store.open(settings.database_url, patience=60.0, connections=101)
        equip(application, dataclasses.replace(usual, store=store, turns=Turns(patience=60.0)))
        return Client(app=application)

    def test_a_hundred_at_once_write_one_post(self, roomy: Client):
        roomy.register("ada")
        ada = roomy.sign_in("ada", "posts:write")
        start = threading.Barrier(100)

        def ask(_number: int) -> TestResponse:
            start.wait(30)
            return ada.post("/posts", ENGINE, **ONCE)

        with ThreadPoolExecutor(100) as threads:
            answers = [*threads.map(ask, range(100))]

        assert len({str(said(answer)) for answer in answers}) == 1
        assert sorted(map(is_replay, answers)) == [False] + [True] * 99
        assert posts(ada) == ["the-first-engine"]
        with roomy.app.app_context():
            store = resources().store
        assert len(kept(store)) == 1
        store.close()
