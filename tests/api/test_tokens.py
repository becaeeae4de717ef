"""Claims about tokens."""

from datetime import timedelta

import pytest

from tests.api.client import Client, but_the_request_id, data, follow, local, refusal
from tests.publishing.story import Clock


def test_the_secret_is_shown_once_and_kept_by_no_cache(api: Client):
    api.register("ada")

    issued = api.take_token("ada", "posts:write")
    ada = Client(app=api.app, secret=data(issued)["secret"])
    read = ada.get(local(issued.headers["Location"]))

    assert issued.headers["Cache-Control"] == "no-store"
    assert data(issued) == {**data(read), "secret": ada.secret}
    assert issued.headers["ETag"] == read.headers["ETag"]
    assert "secret" not in str(data(ada.get("/tokens")))


def test_a_token_lives_a_day_unless_said_otherwise(api: Client):
    api.register("ada")

    a_day = data(api.take_token("ada"))
    a_minute = data(api.take_token("ada", lifetime=60))

    assert (a_day["created_at"], a_day["expires_at"]) == (
        "2026-03-01T12:00:00Z",
        "2026-03-02T12:00:00Z",
    )
    assert a_minute["expires_at"] == "2026-03-01T12:01:00Z"


def test_a_token_that_has_expired_opens_nothing(ada: Client, clock: Clock):
    clock.advance(timedelta(days=1))

    answer = ada.get("/tokens")

    assert refusal(answer) == (401, "unauthorized")
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="Tenor", error="invalid_token"'


def test_a_token_that_was_revoked_opens_nothing_from_then_on(ada: Client):
    assert ada.delete("/tokens/1").status_code == 204

    assert refusal(ada.get("/tokens")) == (401, "unauthorized")


def test_a_wrong_password_and_an_unknown_username_are_answered_alike(ada: Client, api: Client):
    wrong = api.take_token("ada", "posts:write", password="a guess")
    unknown = api.take_token("nobody", "posts:write")

    assert refusal(wrong) == (401, "wrong-credentials")
    assert wrong.headers["WWW-Authenticate"] == 'Bearer realm="Tenor"'
    assert but_the_request_id(wrong) == but_the_request_id(unknown)


def test_the_ghost_cannot_sign_in(api: Client):
    assert refusal(api.take_token("ghost")) == (401, "wrong-credentials")


def test_a_role_grants_its_scopes_and_no_other(rea: Client, ada: Client, alan: Client):
    assert refusal(rea.take_token("rea", "posts:write")) == (422, "scope-not-granted")
    assert refusal(ada.take_token("ada", "posts:write", "admin")) == (422, "scope-not-granted")
    assert data(alan.take_token("alan", "admin"))["scopes"] == ["admin"]


def test_tokens_of_others_are_like_tokens_that_do_not_exist(ada: Client, grace: Client):
    for send in (grace.get, grace.delete):
        assert but_the_request_id(send("/tokens/1")) == but_the_request_id(send("/tokens/99"))
        assert refusal(send("/tokens/1")) == (404, "not-found")
    assert ada.get("/tokens/1").status_code == 200


@pytest.mark.parametrize("id_", ["0", "-1", "01", "+1", "1_0", "١", "1.0", "x", "9" * 5000])
def test_an_id_that_is_none_is_not_found(ada: Client, id_: str):
    assert refusal(ada.get(f"/tokens/{id_}")) == (404, "not-found")


def test_the_list_holds_ones_own_tokens_the_newest_first(ada: Client, grace: Client, clock: Clock):
    for _ in range(3):
        clock.advance()
        ada.sign_in("ada")

    pages = list(follow(ada, "/tokens?limit=2"))

    assert [[token["id"] for token in data(page)] for page in pages] == [[5, 4], [3, 1]]


@pytest.mark.parametrize(
    "authorization", ["Bearer tnr_nobody", "Bearer", "Bearer ", "tnr_nobody", "Basic YTpi", "", "é"]
)
@pytest.mark.parametrize("path", ["/posts", "/posts/the-first-engine"])
def test_credentials_that_are_wrong_are_refused_where_none_are_needed(
    api: Client, path: str, authorization: str
):
    """A client with an expired token has to hear of it."""
    answer = api.get(path, authorization=authorization)

    assert refusal(answer) == (401, "unauthorized")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_credentials_are_not_looked_at_where_nobody_needs_them(api: Client):
    assert api.get("/accounts", authorization="Bearer tnr_nobody").status_code == 200


def test_a_token_without_scopes_tells_who_reads(ada: Client, api: Client):
    ada.write(status="draft")

    assert ada.sign_in("ada").get("/posts/the-first-engine").status_code == 200
