"""Claims about revisions over HTTP, and about Markdown as a representation."""

from base64 import urlsafe_b64encode

import pytest

from publishing import markdown
from tests.api.client import PUBLIC_URL, Client, but_the_request_id, data, follow, refusal
from tests.publishing.story import Clock

POST = "/posts/the-first-engine"
REVISIONS = f"{POST}/revisions"


@pytest.fixture(autouse=True)
def _post(ada: Client, clock: Clock) -> None:
    """A post of two revisions."""
    ada.write(body="It weaves.")
    clock.advance()
    ada.patch(POST, {"body": "It *weaves*."}, if_match="*")
    clock.advance()


def restore(by: Client, number: int = 1, **headers: str):
    return by.send("POST", f"{REVISIONS}/{number}/restoration", **headers)


class TestRevisions:
    def test_its_author_reads_what_a_post_was(self, ada: Client):
        newest, first = data(ada.get(REVISIONS))
        read = ada.get(f"{REVISIONS}/1")

        assert (newest["number"], first["number"]) == (2, 1)
        assert first["url"] == f"{PUBLIC_URL}{REVISIONS}/1"
        assert data(read)["body"] == "It weaves."
        assert data(read) == data(read) | first

    def test_a_page_of_revisions_leads_to_the_next(self, ada: Client):
        pages = [data(answer) for answer in follow(ada, f"{REVISIONS}?limit=1")]

        assert [[revision["number"] for revision in page] for page in pages] == [[2], [1]]

    def test_a_revision_is_not_sent_again_while_nothing_changed(self, ada: Client):
        read = ada.get(f"{REVISIONS}/1")
        tag = {"if_none_match": read.headers["ETag"]}

        assert ada.get(f"{REVISIONS}/1", **tag).status_code == 304
        assert ada.get(f"{REVISIONS}/2", **tag).status_code == 200
        ada.patch(POST, {"slug": "the-mill"}, if_match="*")
        assert ada.get("/posts/the-mill/revisions/1", **tag).status_code == 200

    def test_others_who_read_the_post_may_not_see_them(self, grace: Client, api: Client):
        for path in (REVISIONS, f"{REVISIONS}/1"):
            assert refusal(grace.get(path)) == (403, "not-allowed")
            assert refusal(api.get(path)) == (401, "unauthorized")
        assert refusal(restore(grace, if_match="*")) == (403, "not-allowed")

    def test_those_of_a_draft_are_like_those_of_no_post(self, ada: Client, grace: Client):
        ada.write("Secret", status="draft")

        for below in ("/revisions", "/revisions/1"):
            hidden, missing = (grace.get(f"/posts/{s}{below}") for s in ("secret", "missing"))
            assert hidden.status_code == 404
            assert hidden.get_data() == missing.get_data() or below == "/revisions/1"
            assert but_the_request_id(hidden) == but_the_request_id(missing)

    @pytest.mark.parametrize("number", ["0", "3", "01", "x", "99999999999999999999"])
    def test_a_revision_that_never_was_is_not_found(self, ada: Client, number: str):
        assert refusal(ada.get(f"{REVISIONS}/{number}")) == (404, "not-found")

    @pytest.mark.parametrize("number", [0, -1, 2**63, 10**30])
    def test_a_cursor_that_no_page_gave_is_refused(self, ada: Client, number: int):
        made = f"revisions-1 a 1 {number}".encode()
        cursor = urlsafe_b64encode(made).rstrip(b"=").decode()

        assert refusal(ada.get(f"{REVISIONS}?cursor={cursor}")) == (400, "invalid-request")

    def test_the_cursor_of_another_posts_revisions_is_refused(self, ada: Client):
        ada.write("Other")
        link = ada.get(f"{REVISIONS}?limit=1").get_json()["links"]["next"]
        query = link.partition("?")[2]

        assert refusal(ada.get(f"/posts/other/revisions?{query}")) == (400, "invalid-request")


class TestRestoring:
    def test_a_restored_post_is_what_it_was(self, ada: Client, api: Client):
        before = ada.get(POST)
        answer = restore(ada, if_match=before.headers["ETag"])

        assert answer.status_code == 200
        assert (data(answer)["body"], data(answer)["revision"]) == ("It weaves.", 3)
        assert api.get(POST).headers["ETag"] == answer.headers["ETag"]
        assert data(api.get(POST)) == data(answer)

    def test_nobody_restores_over_a_change_that_they_have_not_read(self, ada: Client):
        tag = ada.get(POST).headers["ETag"]
        ada.patch(POST, {"title": "Anew"}, if_match=tag)

        assert refusal(restore(ada)) == (428, "precondition-required")
        assert refusal(restore(ada, if_match=tag)) == (412, "precondition-failed")
        assert data(ada.get(POST))["revision"] == 3

    def test_the_tag_of_any_representation_is_good(self, ada: Client):
        for accept in ("application/json", "text/html", "text/markdown"):
            tag = ada.get(POST, accept=accept).headers["ETag"]
            assert restore(ada, if_match=tag).status_code == 200

    def test_the_tag_of_a_revision_is_not(self, ada: Client):
        tag = ada.get(f"{REVISIONS}/1").headers["ETag"]

        assert refusal(restore(ada, if_match=tag))[0] == 412

    def test_content_is_not_taken(self, ada: Client):
        answer = ada.post(f"{REVISIONS}/1/restoration", {"body": "x"}, if_match="*")

        assert refusal(answer) == (400, "invalid-request")


class TestMarkdown:
    def test_a_post_is_read_as_it_was_written(self, api: Client):
        answer = api.get(POST, accept="text/markdown")

        assert answer.content_type == "text/markdown; charset=utf-8"
        assert answer.get_data(as_text=True) == "# The first engine\n\nIt *weaves*."
        assert answer.headers["Vary"] == "Accept"
        assert "Content-Security-Policy" not in answer.headers

    def test_it_has_a_tag_of_its_own(self, api: Client):
        tags = {
            api.get(POST, accept=accept).headers["ETag"]
            for accept in ("application/json", "text/html", "text/markdown")
        }
        own = api.get(POST, accept="text/markdown").headers["ETag"]

        assert len(tags) == 3
        assert api.get(POST, accept="text/markdown", if_none_match=own).status_code == 304

    def test_a_client_that_prefers_it_gets_it(self, api: Client):
        answer = api.get(POST, accept="text/html;q=0.5, text/markdown, */*;q=0.1")

        assert answer.mimetype == "text/markdown"

    @pytest.mark.parametrize(
        "title",
        [
            "*a* _b_ `c`",
            "[a](b) ![c](d)",
            "<i>a</i> &amp;",
            "a # b #",
            "back\\slash",
            "1. a - b + c",
        ],
    )
    def test_its_heading_is_the_title_whatever_stands_in_it(self, ada: Client, title: str):
        ada.write(title, body="")
        (post,) = [p for p in data(ada.get("/posts")) if p["title"] == title]

        text = ada.get(f"/posts/{post['slug']}", accept="text/markdown").get_data(as_text=True)

        escaped = title.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        assert markdown.render(text) == f"<h1>{escaped}</h1>\n"
