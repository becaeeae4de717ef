"""Claims about posts."""

from itertools import pairwise
from typing import Any

import pytest

from tests.api.client import ENGINE, HTML, Client, data, faults, follow, local, refusal
from tests.publishing.story import Clock

POST = "/posts/the-first-engine"


def slugs(client: Client, path: str) -> list[str]:
    return [post["slug"] for post in data(client.get(path))]


class TestCreate:
    def test_a_post_is_at_its_location_in_the_same_state(self, ada: Client, api: Client):
        written = ada.write()

        read = api.get(local(written.headers["Location"]))

        assert read.get_json() == written.get_json()
        assert read.headers["ETag"] == written.headers["ETag"]
        assert data(read) == {
            **ENGINE,
            "slug": "the-first-engine",
            "author": "ada",
            "created_at": "2026-03-01T12:00:00Z",
            "updated_at": "2026-03-01T12:00:00Z",
            "published_at": "2026-03-01T12:00:00Z",
            "publish_at": None,
            "revision": 1,
            "url": "https://tenor.example/posts/the-first-engine",
        }

    def test_the_answer_may_be_the_page(self, ada: Client, api: Client):
        written = ada.post("/posts", ENGINE, **HTML)

        read = api.get(local(written.headers["Location"]), **HTML)

        assert written.status_code == 201
        assert written.get_data() == read.get_data()
        assert written.headers["ETag"] == read.headers["ETag"]

    def test_what_is_not_mentioned_has_the_contracts_default(self, ada: Client):
        post = data(ada.post("/posts", {"title": "Notes", "body": ""}))

        assert (post["tags"], post["status"], post["published_at"]) == ([], "draft", None)

    def test_a_title_that_is_taken_gets_a_number(self, ada: Client, grace: Client):
        ada.write()

        assert data(grace.write())["slug"] == "the-first-engine-2"
        assert data(ada.write())["slug"] == "the-first-engine-3"

    def test_tags_are_lower_case_and_single(self, ada: Client):
        assert data(ada.write(tags=["B", "a", "b"]))["tags"] == ["b", "a"]

    def test_readers_do_not_write(self, rea: Client):
        assert refusal(rea.write()) == (403, "insufficient-scope")

    @pytest.mark.parametrize(
        ("body", "found"),
        [
            ({}, {("body", "/title", "required"), ("body", "/body", "required")}),
            (
                ENGINE | {"title": ""},
                {("body", "/title", "minLength"), ("body", "/title", "pattern")},
            ),
            (ENGINE | {"title": "a\nb"}, {("body", "/title", "pattern")}),
            (ENGINE | {"title": "a" * 201}, {("body", "/title", "maxLength")}),
            (ENGINE | {"body": "a\x1bb"}, {("body", "/body", "pattern")}),
            (ENGINE | {"body": "a\0b"}, {("body", "", "json")}),
            (ENGINE | {"body": 1}, {("body", "/body", "type")}),
            (ENGINE | {"tags": ["a b"]}, {("body", "/tags/0", "pattern")}),
            (ENGINE | {"tags": None}, {("body", "/tags", "type")}),
            (ENGINE | {"status": "public"}, {("body", "/status", "enum")}),
            (ENGINE | {"slug": "mine"}, {("body", "/slug", "additionalProperties")}),
            ([], {("body", "", "type")}),
            (b"{", {("body", "", "json")}),
            (b'{"title": "\\ud800", "body": ""}', {("body", "", "json")}),
            (b'{"title": "a", "title": "b", "body": ""}', {("body", "", "json")}),
        ],
    )
    def test_a_post_that_breaks_the_contract_is_not_made(
        self, ada: Client, body: Any, found: set[tuple[str, str, str]]
    ):
        assert faults(ada.post("/posts", body)) == found
        assert slugs(ada, "/posts?status=draft") + slugs(ada, "/posts") == []

    def test_a_title_may_be_written_in_any_script(self, ada: Client):
        post = data(ada.write("Ångström 😀 e\u0301 \u202e", body="\U0001f9d1\u200d\U0001f680\t\n"))

        assert post["title"] == "Ångström 😀 e\u0301 \u202e"
        assert post["slug"] == "angstrom-e"


class TestPut:
    def test_it_creates_at_an_address_of_choice(self, ada: Client, api: Client):
        answer = ada.put("/posts/my-own", ENGINE, if_none_match="*")

        assert (answer.status_code, answer.get_data()) == (201, b"")
        read = api.get(local(answer.headers["Location"]))
        assert read.headers["ETag"] == answer.headers["ETag"]
        assert data(read)["slug"] == "my-own"

    def test_it_does_not_create_where_a_post_is(self, ada: Client, api: Client):
        tag = ada.write().headers["ETag"]

        answer = ada.put(POST, {"title": "Mine", "body": ""}, if_none_match="*")

        assert refusal(answer) == (412, "precondition-failed")
        assert api.get(POST).headers["ETag"] == tag

    def test_it_replaces_all_that_an_author_writes(self, ada: Client, clock: Clock):
        first = ada.write()
        clock.advance()

        answer = ada.put(POST, {"title": "Anew", "body": "x"}, if_match=first.headers["ETag"])

        assert (answer.status_code, answer.get_data()) == (204, b"")
        read = ada.get(POST)
        assert read.headers["ETag"] == answer.headers["ETag"]
        assert data(read) == data(first) | {
            "title": "Anew",
            "body": "x",
            "tags": [],
            "status": "draft",
            "revision": 2,
            "updated_at": "2026-03-01T12:00:01Z",
        }

    def test_it_replaces_nothing_where_nothing_is(self, ada: Client):
        assert refusal(ada.put(POST, ENGINE, if_match="*")) == (404, "not-found")

    def test_it_says_what_it_means(self, ada: Client):
        ada.write()
        for path in (POST, "/posts/another"):
            assert refusal(ada.put(path, ENGINE)) == (428, "precondition-required")

    def test_conditions_that_cannot_both_hold_fail(self, ada: Client):
        tag = ada.write().headers["ETag"]
        for path in (POST, "/posts/another"):
            answer = ada.put(path, ENGINE, if_match=tag, if_none_match="*")
            assert refusal(answer) == (412, "precondition-failed")

    @pytest.mark.parametrize("slug", ["A", "a--b", "-a", "a_b", "%C3%A9", "a%2Fb", "a" * 101])
    def test_an_address_that_no_post_can_have_is_not_found(self, ada: Client, slug: str):
        assert refusal(ada.put(f"/posts/{slug}", ENGINE, if_none_match="*")) == (404, "not-found")


class TestChange:
    def test_what_is_not_mentioned_stays(self, ada: Client, clock: Clock):
        first = ada.write()
        clock.advance()

        changed = ada.patch(POST, {"title": "The engine"}, if_match=first.headers["ETag"])

        assert data(changed) == data(first) | {
            "title": "The engine",
            "revision": 2,
            "updated_at": "2026-03-01T12:00:01Z",
        }
        assert changed.headers["Last-Modified"] == "Sun, 01 Mar 2026 12:00:01 GMT"

    def test_null_removes_the_tags(self, ada: Client):
        ada.write()

        assert data(ada.patch(POST, {"tags": None}, if_match="*"))["tags"] == []

    @pytest.mark.parametrize("body", [{}, {"title": None}, {"status": None}, {"author": "x"}])
    def test_a_change_that_breaks_the_contract_is_not_made(self, ada: Client, body: Any):
        tag = ada.write().headers["ETag"]

        assert refusal(ada.patch(POST, body, if_match="*")) == (400, "invalid-request")
        assert ada.get(POST).headers["ETag"] == tag

    def test_the_first_publication_is_remembered(self, ada: Client, clock: Clock):
        ada.write(status="draft")
        clock.advance()
        published = data(ada.patch(POST, {"status": "published"}, if_match="*"))
        clock.advance()
        ada.patch(POST, {"status": "draft"}, if_match="*")
        again = data(ada.patch(POST, {"status": "published"}, if_match="*"))

        assert published["published_at"] == again["published_at"] == "2026-03-01T12:00:01Z"

    def test_only_the_author_and_editors_change_a_post(
        self, ada: Client, grace: Client, rea: Client, edith: Client
    ):
        ada.write()

        assert refusal(grace.patch(POST, {"title": "Mine"}, if_match="*")) == (403, "not-allowed")
        assert refusal(rea.patch(POST, {"title": "Mine"}, if_match="*"))[0] == 403
        assert data(edith.patch(POST, {"title": "Ours"}, if_match="*"))["author"] == "ada"

    def test_what_is_forbidden_is_so_without_a_precondition_too(self, ada: Client, grace: Client):
        ada.write()

        assert refusal(grace.patch(POST, {"title": "Mine"})) == (403, "not-allowed")
        assert refusal(grace.delete(POST)) == (403, "not-allowed")


class TestDelete:
    def test_the_address_is_free_from_then_on(self, ada: Client, api: Client):
        tag = ada.write().headers["ETag"]

        assert ada.delete(POST, if_match=tag).status_code == 204

        assert refusal(api.get(POST)) == (404, "not-found")
        assert refusal(ada.delete(POST, if_match=tag)) == (404, "not-found")
        assert data(ada.write())["slug"] == "the-first-engine"

    def test_a_tag_of_what_was_there_before_deletes_nothing(self, ada: Client):
        tag = ada.write().headers["ETag"]
        ada.delete(POST, if_match=tag)
        ada.write()

        assert refusal(ada.delete(POST, if_match=tag)) == (412, "precondition-failed")

    def test_only_the_author_and_editors_delete_a_post(
        self, ada: Client, grace: Client, edith: Client
    ):
        ada.write()

        assert refusal(grace.delete(POST, if_match="*")) == (403, "not-allowed")
        assert edith.delete(POST, if_match="*").status_code == 204


class TestList:
    @pytest.fixture
    def shelf(self, ada: Client, grace: Client, clock: Clock) -> None:
        """Some posts of two authors, each a second after the one before, and a draft."""
        for author, title, tags in (
            (ada, "Beta", ["x"]),
            (grace, "alpha", ["x", "y"]),
            (ada, "Gamma", []),
        ):
            clock.advance()
            author.write(title, tags=tags)
        ada.write("Draft", status="draft")

    @pytest.mark.usefixtures("shelf")
    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("", ["gamma", "alpha", "beta"]),
            ("?sort=published", ["beta", "alpha", "gamma"]),
            ("?sort=title", ["alpha", "beta", "gamma"]),
            ("?sort=-title", ["gamma", "beta", "alpha"]),
            ("?sort=updated", ["beta", "alpha", "gamma"]),
            ("?sort=-updated", ["gamma", "alpha", "beta"]),
            ("?author=ada", ["gamma", "beta"]),
            ("?author=nobody", []),
            ("?tag=x", ["alpha", "beta"]),
            ("?tag=Y", ["alpha"]),
            ("?tag=x&author=ada", ["beta"]),
            ("?status=draft", []),
            ("?limit=1", ["gamma"]),
        ],
    )
    def test_filters_and_orders_are_combined(self, api: Client, query: str, found: list[str]):
        assert slugs(api, f"/posts{query}") == found

    @pytest.mark.usefixtures("shelf")
    @pytest.mark.parametrize("sort", ["-published", "published", "-updated", "title", "-title"])
    def test_following_next_and_prev_gives_each_post_once(self, api: Client, sort: str):
        whole = slugs(api, f"/posts?sort={sort}")

        pages = list(follow(api, f"/posts?sort={sort}&limit=1"))
        back = follow(api, local(pages[-1].get_json()["links"]["prev"]), "prev")

        assert [post["slug"] for page in pages for post in data(page)] == whole
        assert [post["slug"] for page in back for post in data(page)] == whole[-2::-1]

    def test_following_next_gives_no_gap_and_no_double_while_others_write(
        self, ada: Client, clock: Clock
    ):
        for number in range(5):
            clock.advance()
            ada.write(f"Post {number}")

        found: list[str] = []
        for page in follow(ada, "/posts?limit=2"):
            found += [post["slug"] for post in data(page)]
            clock.advance()
            ada.write("In between")

        assert found == [f"post-{number}" for number in (4, 3, 2, 1, 0)]

    def test_the_links_keep_the_filters_and_are_in_the_header_too(self, ada: Client):
        for _ in range(3):
            ada.write()
        _, page, *_ = follow(ada, "/posts?tag=engines&limit=1")

        links = page.get_json()["links"]

        assert list(links) == ["first", "next", "prev"]
        assert links["first"] == "https://tenor.example/posts?tag=engines&limit=1"
        assert all(link.startswith(links["first"]) for link in links.values())
        fields = [f'<{url}>; rel="{relation}"' for relation, url in links.items()]
        assert page.headers["Link"] == ", ".join(fields)

    @pytest.mark.parametrize(
        ("query", "fault"),
        [
            ("limit=0", ("query", "/limit", "minimum")),
            ("limit=101", ("query", "/limit", "maximum")),
            ("limit=1_0", ("query", "/limit", "type")),
            ("limit=01", ("query", "/limit", "type")),
            ("limit=", ("query", "/limit", "type")),
            ("sort=newest", ("query", "/sort", "enum")),
            ("tag=a%1b", ("query", "/tag", "pattern")),
            ("cursor=a.b", ("query", "/cursor", "pattern")),
            ("cursor=abc", ("query", "/cursor", "cursor")),
            ("page=2", ("query", "/page", "declared")),
        ],
    )
    def test_a_query_that_breaks_the_contract_is_refused(
        self, api: Client, query: str, fault: tuple[str, str, str]
    ):
        assert fault in faults(api.get(f"/posts?{query}"))

    def test_a_cursor_is_good_for_its_own_order_alone(self, ada: Client, api: Client):
        for _ in range(2):
            ada.write()
        link = api.get("/posts?limit=1").get_json()["links"]["next"]
        cursor = link.rpartition("=")[2]

        for path in (f"/posts?sort=title&cursor={cursor}", f"/accounts?cursor={cursor}"):
            assert faults(api.get(path)) == {("query", "/cursor", "cursor")}


class TestDrafts:
    """For all but their author and editors, drafts are posts that do not exist."""

    @pytest.fixture(autouse=True)
    def _draft(self, ada: Client) -> None:
        ada.write("A draft", status="draft")

    @pytest.fixture(params=["anonymous", "author", "reader"])
    def outsider(self, request: pytest.FixtureRequest, api: Client) -> Client:
        """Somebody who may not see the draft."""
        names = {"author": "grace", "reader": "rea"}
        return request.getfixturevalue(names[request.param]) if request.param in names else api

    @pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE"])
    @pytest.mark.parametrize(
        "headers",
        [{}, {"if_match": "*"}, {"if_match": '"1.1-json-f3d065"'}, {"accept": "text/html"}],
        ids=["bare", "any", "tag", "html"],
    )
    def test_nobody_else_can_tell(self, outsider: Client, method: str, headers: dict[str, str]):
        bodies = {"PUT": ENGINE, "PATCH": {"title": "Mine"}}
        kinds = {"PATCH": {"content_type": "application/merge-patch+json"}}

        hidden, missing = (
            outsider.send(method, path, bodies.get(method), **kinds.get(method, {}), **headers)
            for path in ("/posts/a-draft", "/posts/nothing")
        )

        assert hidden.status_code >= 400
        assert {**dict(hidden.headers), "X-Request-Id": ""} == {
            **dict(missing.headers),
            "X-Request-Id": "",
        }
        assert hidden.get_data() == missing.get_data()

    def test_lists_do_not_show_them(self, outsider: Client):
        assert slugs(outsider, "/posts?status=draft") == []
        assert slugs(outsider, "/posts") == []

    def test_their_author_and_editors_see_and_list_them(self, ada: Client, edith: Client):
        for reader in (ada, edith):
            assert reader.get("/posts/a-draft").status_code == 200
            assert slugs(reader, "/posts?status=draft") == ["a-draft"]
            assert slugs(reader, "/posts") == []

    def test_a_post_that_becomes_a_draft_again_is_hidden(self, ada: Client, outsider: Client):
        ada.patch("/posts/a-draft", {"status": "published"}, if_match="*")
        assert outsider.get("/posts/a-draft").status_code == 200

        ada.patch("/posts/a-draft", {"status": "draft"}, if_match="*")

        assert refusal(outsider.get("/posts/a-draft")) == (404, "not-found")
        assert slugs(outsider, "/posts?sort=title") == []


def test_posts_of_the_very_same_time_have_an_order_too(ada: Client):
    """The order is total, and turned round it is the reverse."""
    for _ in range(4):
        ada.write()

    rising, falling = slugs(ada, "/posts?sort=published"), slugs(ada, "/posts")

    assert rising == falling[::-1]
    assert all(before != after for before, after in pairwise(rising))
