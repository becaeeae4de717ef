"""Claims about accounts."""

from itertools import pairwise

import pytest

from publishing.callers import Role
from publishing.store import Store
from tests.api.client import PASSWORD, Client, Join, data, faults, follow, local, refusal
from tests.api.conftest import promote

RENEWAL = {"password": "note G, one diagram", "current_password": PASSWORD}


def test_who_registers_is_an_author_with_a_name_and_no_password(api: Client):
    answer = api.register("ada")

    account = data(answer)
    assert account == {
        "username": "ada",
        "display_name": "Ada",
        "role": "author",
        "created_at": "2026-03-01T12:00:00Z",
        "updated_at": "2026-03-01T12:00:00Z",
        "url": "https://tenor.example/accounts/ada",
    }


def test_a_new_account_is_at_its_location_in_the_same_state(api: Client):
    registered = api.register("ada")

    read = api.get(local(registered.headers["Location"]))

    assert read.get_json() == registered.get_json()
    assert read.headers["ETag"] == registered.headers["ETag"]


@pytest.mark.parametrize("username", ["ada", "ghost"])
def test_a_username_is_given_once(ada: Client, api: Client, username: str):
    assert refusal(api.register(username)) == (409, "username-taken")


@pytest.mark.parametrize(
    "fields",
    [
        {"username": "Ada"},
        {"username": "ad"},
        {"username": "ada\n"},
        {"username": "a" * 31},
        {"display_name": ""},
        {"display_name": " Ada"},
        {"display_name": "Ada\u0007"},
        {"password": "too short"},
        {"password": "x" * 129},
        {"role": "admin"},
    ],
)
def test_an_account_that_breaks_the_contract_is_not_made(api: Client, fields: dict[str, str]):
    body = {"username": "ada", "display_name": "Ada", "password": PASSWORD} | fields

    answer = api.post("/accounts", body)

    assert {pointer for _, pointer, _ in faults(answer)} == {f"/{name}" for name in fields}
    assert data(api.get("/accounts")) == [data(api.get("/accounts/ghost"))]


def test_a_name_may_be_written_in_any_script(api: Client):
    name = "Ада Лавлейс 👩🏽‍💻 e\u0301"

    api.post("/accounts", {"username": "ada", "display_name": name, "password": PASSWORD})

    assert data(api.get("/accounts/ada"))["display_name"] == name


class TestList:
    def test_it_is_in_the_order_of_usernames(self, api: Client):
        for name in ("grace", "ada", "alan"):
            api.register(name)

        usernames = [account["username"] for account in data(api.get("/accounts"))]

        assert usernames == ["ada", "alan", "ghost", "grace"]

    def test_following_next_gives_each_account_once_while_others_register(self, api: Client):
        for name in ("ada", "barbara", "grace", "hedy"):
            api.register(name)

        found: list[str] = []
        for page in follow(api, "/accounts?limit=2"):
            found += [account["username"] for account in data(page)]
            api.register(f"{found[-1][:20]}-friend")

        firsts = [name for name in found if not name.endswith("-friend")]
        assert firsts == ["ada", "barbara", "ghost", "grace", "hedy"]
        assert all(before < after for before, after in pairwise(found))

    def test_prev_leads_back_to_the_first_page(self, api: Client):
        for name in ("ada", "barbara", "grace"):
            api.register(name)
        first, second = follow(api, "/accounts?limit=2")

        back = api.get(local(second.get_json()["links"]["prev"]))

        assert data(back) == data(first)


class TestChange:
    def test_an_owner_changes_the_display_name(self, ada: Client, api: Client):
        tag = api.get("/accounts/ada").headers["ETag"]

        changed = ada.patch("/accounts/ada", {"display_name": "Countess"}, if_match=tag)

        assert data(changed)["display_name"] == "Countess"
        assert changed.headers["ETag"] != tag
        assert api.get("/accounts/ada").headers["ETag"] == changed.headers["ETag"]

    def test_a_new_password_opens_and_the_old_one_does_not(self, ada: Client, api: Client):
        ada.patch("/accounts/ada", RENEWAL, if_match="*")

        assert api.take_token("ada").status_code == 401
        assert api.take_token("ada", password=RENEWAL["password"]).status_code == 201

    def test_a_new_password_ends_all_tokens_but_the_one_that_brought_it(self, ada: Client):
        other = ada.sign_in("ada")

        ada.patch("/accounts/ada", RENEWAL, if_match="*")

        assert other.get("/tokens").status_code == 401
        assert ada.get("/tokens").status_code == 200

    def test_a_wrong_current_password_changes_nothing(self, ada: Client, api: Client):
        before = api.get("/accounts/ada").headers["ETag"]
        body = RENEWAL | {"current_password": "a guess", "display_name": "Countess"}

        answer = ada.patch("/accounts/ada", body, if_match="*")

        assert refusal(answer) == (422, "wrong-password")
        assert api.get("/accounts/ada").headers["ETag"] == before

    @pytest.mark.parametrize("half", ["password", "current_password"])
    def test_a_new_password_comes_with_the_current_one(self, ada: Client, half: str):
        answer = ada.patch("/accounts/ada", {half: RENEWAL[half]}, if_match="*")

        assert refusal(answer) == (400, "invalid-request")

    def test_an_admin_gives_roles(self, ada: Client, alan: Client):
        answer = alan.patch("/accounts/ada", {"role": "editor"}, if_match="*")

        assert data(answer)["role"] == "editor"

    def test_an_admin_needs_a_token_that_says_so(self, ada: Client, alan: Client):
        answer = alan.sign_in("alan", "accounts:write").patch(
            "/accounts/ada", {"role": "editor"}, if_match="*"
        )

        assert refusal(answer) == (403, "not-allowed")

    def test_nobody_makes_an_admin_not_even_an_admin(self, ada: Client, alan: Client):
        """It takes whoever runs the service."""
        assert faults(alan.patch("/accounts/ada", {"role": "admin"}, if_match="*")) == {
            ("body", "/role", "enum")
        }
        assert data(ada.get("/accounts/ada"))["role"] == "author"

    @pytest.mark.parametrize("body", [{"role": "editor"}, {"role": "author"}])
    def test_nobody_else_gives_roles_not_even_to_themselves(self, ada: Client, body: object):
        assert refusal(ada.patch("/accounts/ada", body, if_match="*")) == (403, "not-allowed")

    @pytest.mark.parametrize("body", [{"display_name": "Ada"}, RENEWAL])
    def test_what_is_personal_is_not_for_others_admins_included(
        self, ada: Client, grace: Client, alan: Client, body: object
    ):
        for other in (grace, alan):
            answer = other.patch("/accounts/ada", body, if_match="*")
            assert refusal(answer) == (403, "not-allowed")

    def test_the_ghost_never_changes(self, alan: Client):
        answer = alan.patch("/accounts/ghost", {"role": "reader"}, if_match="*")

        assert refusal(answer) == (403, "not-allowed")

    def test_without_the_scope_nothing_changes(self, ada: Client):
        answer = ada.sign_in("ada", "posts:write").patch(
            "/accounts/ada", {"display_name": "Countess"}, if_match="*"
        )

        assert refusal(answer) == (403, "insufficient-scope")
        assert answer.headers["WWW-Authenticate"] == (
            'Bearer error="insufficient_scope", scope="accounts:write"'
        )


class TestDelete:
    def test_the_account_its_tokens_and_its_drafts_are_gone(self, ada: Client, api: Client):
        assert ada.delete("/accounts/ada", if_match="*").status_code == 204

        assert refusal(api.get("/accounts/ada")) == (404, "not-found")
        assert refusal(ada.get("/tokens")) == (401, "unauthorized")
        assert refusal(api.take_token("ada")) == (401, "wrong-credentials")

    @pytest.mark.parametrize("query", ["", "?posts=reassign"])
    def test_its_posts_pass_to_the_ghost(self, ada: Client, api: Client, query: str):
        ada.write()

        ada.delete(f"/accounts/ada{query}", if_match="*")

        assert data(api.get("/posts/the-first-engine"))["author"] == "ghost"

    def test_its_posts_go_with_it_where_that_is_asked_for(self, ada: Client, api: Client):
        ada.write()

        ada.delete("/accounts/ada?posts=delete", if_match="*")

        assert refusal(api.get("/posts/the-first-engine")) == (404, "not-found")

    def test_an_admin_deletes_any_but_the_ghost(self, ada: Client, alan: Client):
        assert alan.delete("/accounts/ada", if_match="*").status_code == 204
        assert refusal(alan.delete("/accounts/ghost", if_match="*")) == (403, "not-allowed")

    def test_nobody_else_does(self, ada: Client, grace: Client, edith: Client):
        for other in (grace, edith):
            assert refusal(other.delete("/accounts/ada", if_match="*")) == (403, "not-allowed")

    def test_a_stale_tag_deletes_nothing(self, ada: Client, api: Client):
        tag = api.get("/accounts/ada").headers["ETag"]
        ada.patch("/accounts/ada", {"display_name": "Countess"}, if_match=tag)

        answer = ada.delete("/accounts/ada", if_match=tag)

        assert refusal(answer) == (412, "precondition-failed")
        assert api.get("/accounts/ada").status_code == 200


def test_a_role_that_is_taken_away_takes_its_scopes_along(join: Join, store: Store):
    """A token holds its scopes for as long as the role allows them."""
    ada = join("ada")
    promote(store, "ada", Role.READER)

    assert refusal(ada.write()) == (403, "insufficient-scope")
