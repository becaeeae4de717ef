"""Claims about comments."""

from itertools import pairwise
from typing import Any

import pytest

from tests.api.client import HTML, MERGE_PATCH, Client, data, faults, follow, local, refusal
from tests.publishing.story import Clock

POST = "/posts/the-first-engine"
COMMENTS = f"{POST}/comments"
FIRST = f"{COMMENTS}/1"


@pytest.fixture(autouse=True)
def _post(ada: Client) -> None:
    """A post that everybody sees."""
    ada.write()


def texts(client: Client, path: str = COMMENTS) -> list[str]:
    return [comment["body"] for comment in data(client.get(path))]


class TestCreate:
    def test_a_comment_is_at_its_location_in_the_same_state(self, grace: Client, api: Client):
        written = grace.comment()

        read = api.get(local(written.headers["Location"]))

        assert written.status_code == 201
        assert read.get_json() == written.get_json()
        assert read.headers["ETag"] == written.headers["ETag"]
        assert data(read) == {
            "id": 1,
            "post": "the-first-engine",
            "body": "Does it weave *bugs* too?",
            "author": "grace",
            "created_at": "2026-03-01T12:00:00Z",
            "updated_at": "2026-03-01T12:00:00Z",
            "url": "https://tenor.example/posts/the-first-engine/comments/1",
        }

    def test_readers_comment_too(self, rea: Client):
        assert data(rea.comment())["author"] == "rea"

    def test_a_token_for_posts_alone_does_not_comment(self, ada: Client):
        writer = ada.sign_in("ada", "posts:write")

        assert refusal(writer.comment()) == (403, "insufficient-scope")

    def test_nobody_in_particular_does_not_comment(self, api: Client):
        assert refusal(api.comment()) == (401, "unauthorized")

    @pytest.mark.parametrize(
        ("body", "found"),
        [
            ({}, {("body", "/body", "required")}),
            ({"body": ""}, {("body", "/body", "minLength"), ("body", "/body", "pattern")}),
            ({"body": " \t\r\n"}, {("body", "/body", "pattern")}),
            ({"body": "\N{NO-BREAK SPACE}\N{EM SPACE}\u3000"}, {("body", "/body", "pattern")}),
            ({"body": "a\x1bb"}, {("body", "/body", "pattern")}),
            ({"body": "a\0b"}, {("body", "", "json")}),
            ({"body": "a" * 10_001}, {("body", "/body", "maxLength")}),
            ({"body": None}, {("body", "/body", "type")}),
            ({"body": "a", "author": "grace"}, {("body", "/author", "additionalProperties")}),
        ],
    )
    def test_a_comment_that_breaks_the_contract_is_not_made(
        self, ada: Client, body: Any, found: set[tuple[str, str, str]]
    ):
        assert faults(ada.post(COMMENTS, body)) == found
        assert texts(ada) == []

    @pytest.mark.parametrize(
        "body", ["a" * 10_000, "\n a", "\N{EM SPACE}é", "\U0001f9d1\u200d\U0001f680\t\n", "    x\n"]
    )
    def test_all_other_text_comes_back_as_it_was(self, ada: Client, body: str):
        assert data(ada.comment(body=body))["body"] == body
        assert texts(ada) == [body]

    def test_the_post_as_json_stays_as_it_was(self, ada: Client, grace: Client):
        before = ada.get(POST)

        grace.comment()

        after = ada.get(POST)
        assert before.get_data() == after.get_data()
        for name in ("ETag", "Last-Modified"):
            assert before.headers[name] == after.headers[name]


class TestRead:
    def test_a_comment_that_has_not_changed_is_not_sent_again(
        self, grace: Client, api: Client, clock: Clock
    ):
        grace.comment()
        first = api.get(FIRST)

        assert first.headers["Last-Modified"] == "Sun, 01 Mar 2026 12:00:00 GMT"
        assert api.get(FIRST, if_none_match=first.headers["ETag"]).status_code == 304
        clock.advance()
        since = first.headers["Last-Modified"]
        assert api.get(FIRST, if_modified_since=since).status_code == 304
        grace.patch(FIRST, {"body": "x"}, if_match="*")
        assert api.get(FIRST, if_none_match=first.headers["ETag"]).status_code == 200
        assert api.get(FIRST, if_modified_since=since).status_code == 200

    @pytest.mark.parametrize("id_", ["0", "-1", "x", "1.0", "01", "9007199254740992", "%31x"])
    def test_an_address_that_no_comment_can_have_is_not_found(self, ada: Client, id_: str):
        ada.comment()

        assert refusal(ada.get(f"{COMMENTS}/{id_}")) == (404, "not-found")

    def test_a_comment_on_another_post_is_not_found(self, ada: Client, grace: Client):
        ada.write("Another")
        grace.comment("another")
        there, here = "/posts/another/comments/1", FIRST

        assert ada.get(there).status_code == 200
        assert refusal(ada.get(here)) == (404, "not-found")
        assert refusal(grace.patch(here, {"body": "x"}, if_match="*")) == (404, "not-found")
        assert refusal(grace.delete(here, if_match="*")) == (404, "not-found")
        assert texts(ada, "/posts/another/comments") == ["Does it weave *bugs* too?"]


class TestChange:
    def test_a_comment_gets_another_text_and_keeps_all_else(self, grace: Client, clock: Clock):
        first = grace.comment()
        clock.advance()

        changed = grace.patch(FIRST, {"body": "And *moths*?"}, if_match=first.headers["ETag"])

        assert data(changed) == data(first) | {
            "body": "And *moths*?",
            "updated_at": "2026-03-01T12:00:01Z",
        }
        assert changed.headers["ETag"] != first.headers["ETag"]
        assert changed.headers["Last-Modified"] == "Sun, 01 Mar 2026 12:00:01 GMT"
        assert data(grace.get(FIRST)) == data(changed)

    @pytest.mark.parametrize("body", [{}, {"body": ""}, {"body": " "}, {"body": None}, {"id": 2}])
    def test_a_change_that_breaks_the_contract_is_not_made(self, ada: Client, body: Any):
        tag = ada.comment().headers["ETag"]

        assert refusal(ada.patch(FIRST, body, if_match="*")) == (400, "invalid-request")
        assert ada.get(FIRST).headers["ETag"] == tag

    def test_its_author_and_editors_change_a_comment_and_the_posts_author_does_not(
        self, ada: Client, grace: Client, rea: Client, edith: Client, alan: Client
    ):
        grace.comment()

        for other in (ada, rea):
            answer = other.patch(FIRST, {"body": "Praise."}, if_match="*")
            assert refusal(answer) == (403, "not-allowed")
        for judge in (grace, edith, alan):
            assert data(judge.patch(FIRST, {"body": "x"}, if_match="*"))["author"] == "grace"

    def test_nobody_changes_what_they_have_not_read(self, grace: Client):
        tag = grace.comment().headers["ETag"]
        grace.patch(FIRST, {"body": "x"}, if_match=tag)

        for change in (
            lambda **headers: grace.patch(FIRST, {"body": "y"}, **headers),
            lambda **headers: grace.delete(FIRST, **headers),
        ):
            assert refusal(change()) == (428, "precondition-required")
            assert refusal(change(if_match=tag)) == (412, "precondition-failed")
        assert texts(grace) == ["x"]


class TestDelete:
    @pytest.mark.parametrize("name", ["grace", "ada", "edith", "alan"])
    def test_its_author_the_posts_author_editors_and_admins_delete_a_comment(
        self, grace: Client, name: str, request: pytest.FixtureRequest
    ):
        tag = grace.comment().headers["ETag"]
        caller = request.getfixturevalue(name)

        assert caller.delete(FIRST, if_match=tag).status_code == 204
        assert refusal(grace.get(FIRST)) == (404, "not-found")
        assert texts(grace) == []

    def test_nobody_else_does(self, ada: Client, grace: Client, rea: Client, join: Any):
        ada.comment()

        for other in (grace, rea, join("joan")):
            assert refusal(other.delete(FIRST, if_match="*")) == (403, "not-allowed")
            assert refusal(other.delete(FIRST)) == (403, "not-allowed")

    def test_its_address_is_never_given_again(self, ada: Client):
        tag = ada.comment().headers["ETag"]
        ada.delete(FIRST, if_match=tag)

        assert data(ada.comment())["id"] == 2

    def test_comments_go_with_their_post(self, ada: Client, grace: Client):
        grace.comment()
        ada.delete(POST, if_match="*")
        ada.write()

        assert texts(ada) == []
        assert refusal(ada.get(FIRST)) == (404, "not-found")


class TestList:
    def test_the_oldest_comes_first(self, ada: Client, grace: Client, clock: Clock):
        for number, client in enumerate((ada, grace, ada)):
            clock.advance()
            client.comment(body=f"Comment {number}.")

        assert texts(ada) == [f"Comment {number}." for number in range(3)]

    def test_a_change_moves_no_comment(self, ada: Client, clock: Clock):
        for text in ("a", "b"):
            ada.comment(body=text)
        clock.advance()

        ada.patch(FIRST, {"body": "c"}, if_match="*")

        assert texts(ada) == ["c", "b"]

    def test_following_next_and_prev_gives_each_comment_once(self, ada: Client, api: Client):
        for number in range(5):
            ada.comment(body=str(number))

        pages = list(follow(api, f"{COMMENTS}?limit=2"))
        back = follow(api, local(pages[-1].get_json()["links"]["prev"]), "prev")

        assert [len(data(page)) for page in pages] == [2, 2, 1]
        assert [each["body"] for page in pages for each in data(page)] == list("01234")
        assert [[each["body"] for each in data(page)] for page in back] == [["2", "3"], ["0", "1"]]

    def test_following_next_gives_no_gap_and_no_double_while_others_comment(
        self, ada: Client, grace: Client
    ):
        for number in range(4):
            ada.comment(body=str(number))

        found: list[str] = []
        for page in follow(ada, f"{COMMENTS}?limit=2"):
            found += [each["body"] for each in data(page)]
            if len(found) < 6:
                grace.comment(body=f"+{len(found)}")

        assert found == ["0", "1", "2", "3", "+2", "+4"]

    def test_the_links_are_those_of_the_posts_list(self, ada: Client):
        for _ in range(3):
            ada.comment()
        _, page, *_ = follow(ada, f"{COMMENTS}?limit=1")

        links = page.get_json()["links"]

        assert list(links) == ["first", "next", "prev"]
        assert links["first"] == "https://tenor.example/posts/the-first-engine/comments?limit=1"
        assert all(link.startswith(links["first"]) for link in links.values())

    def test_a_cursor_is_good_for_its_own_post_alone(self, ada: Client):
        ada.write("Another")
        for slug in ("the-first-engine", "another"):
            for _ in range(2):
                ada.comment(slug)
        cursor = ada.get(f"{COMMENTS}?limit=1").get_json()["links"]["next"].rpartition("=")[2]

        assert ada.get(f"{COMMENTS}?cursor={cursor}").status_code == 200
        for path in ("/posts/another/comments", "/posts", "/tags"):
            assert faults(ada.get(f"{path}?cursor={cursor}")) == {("query", "/cursor", "cursor")}


class TestDrafts:
    """What is said about a hidden post is as hidden as the post."""

    BODIES = (("POST", {"body": "x"}), ("PATCH", {"body": "x"}))

    @pytest.fixture(autouse=True)
    def _draft(self, ada: Client) -> None:
        ada.write("A draft", status="draft")
        assert ada.comment("a-draft").status_code == 201

    @pytest.fixture(params=["anonymous", "author", "reader"])
    def outsider(self, request: pytest.FixtureRequest, api: Client) -> Client:
        """Somebody who may not see the draft."""
        names = {"author": "grace", "reader": "rea"}
        return request.getfixturevalue(names[request.param]) if request.param in names else api

    @pytest.mark.parametrize("if_match", [{}, {"if_match": "*"}], ids=["bare", "any"])
    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("POST", ""),
            ("GET", ""),
            ("HEAD", ""),
            ("GET", "/1"),
            ("HEAD", "/1"),
            ("PATCH", "/1"),
            ("DELETE", "/1"),
            ("GET", "/2"),
        ],
    )
    def test_nobody_else_can_tell(
        self, outsider: Client, method: str, path: str, if_match: dict[str, str]
    ):
        kind = {"content_type": MERGE_PATCH} if method == "PATCH" else {}

        hidden, missing = (
            outsider.send(
                method, f"/posts/{slug}/comments{path}", dict(self.BODIES).get(method),
                **kind, **if_match,
            )
            for slug in ("a-draft", "nothing")
        )  # fmt: skip

        assert hidden.status_code >= 400
        assert {**dict(hidden.headers), "X-Request-Id": ""} == {
            **dict(missing.headers),
            "X-Request-Id": "",
        }
        assert hidden.get_data() == missing.get_data()

    def test_a_comment_is_hidden_with_its_post_even_from_its_author(
        self, ada: Client, grace: Client
    ):
        grace.comment()
        ada.patch(POST, {"status": "draft"}, if_match="*")

        path = f"{COMMENTS}/2"
        assert refusal(grace.get(path)) == (404, "not-found")
        assert refusal(grace.delete(path, if_match="*")) == (404, "not-found")
        assert ada.get(path).status_code == 200

    def test_those_who_see_it_discuss_it(self, ada: Client, edith: Client):
        edith.comment("a-draft", body="Publish it.")

        assert texts(ada, "/posts/a-draft/comments")[1:] == ["Publish it."]


class TestWhatIsLeftBehind:
    @pytest.mark.parametrize(
        ("query", "left"), [("", [("ghost", "x")]), ("?posts=delete", [])], ids=["kept", "deleted"]
    )
    def test_the_comments_of_a_deleted_account_share_the_lot_of_its_posts(
        self, ada: Client, grace: Client, query: str, left: list[tuple[str, str]]
    ):
        grace.comment(body="x")
        tags = [ada.get(FIRST).headers["ETag"], ada.get(POST, **HTML).headers["ETag"]]

        assert grace.delete(f"/accounts/grace{query}", if_match="*").status_code == 204

        assert [(each["author"], each["body"]) for each in data(ada.get(COMMENTS))] == left
        page = ada.get(POST, **HTML)
        assert "grace" not in page.get_data(as_text=True)
        assert page.headers["ETag"] not in tags
        if left:
            assert ada.get(FIRST).headers["ETag"] not in tags


def test_comments_of_the_very_same_time_have_an_order_too(ada: Client, api: Client):
    for number in range(4):
        ada.comment(body=str(number))

    found = data(api.get(COMMENTS))

    assert [each["body"] for each in found] == list("0123")
    assert all(before["id"] < after["id"] for before, after in pairwise(found))
