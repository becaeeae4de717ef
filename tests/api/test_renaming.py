"""Claims about renamed posts over HTTP."""

import pytest

from tests.api.client import HTML, PUBLIC_URL, Client, but_the_request_id, data, refusal

POST = "/posts/the-first-engine"
MILL = "/posts/the-mill"


@pytest.fixture
def renamed(ada: Client) -> dict[str, str]:
    """The post after it was renamed."""
    tag = ada.write().headers["ETag"]
    answer = ada.patch(POST, {"slug": "the-mill"}, if_match=tag)
    assert answer.status_code == 200
    return data(answer)


def test_a_renamed_post_has_another_address(api: Client, renamed: dict[str, str]):
    assert (renamed["slug"], renamed["url"]) == ("the-mill", f"{PUBLIC_URL}{MILL}")
    assert data(api.get(MILL)) == renamed


@pytest.mark.parametrize("accept", ["application/json", "text/html", "text/markdown"])
@pytest.mark.parametrize("method", ["get", "head"])
def test_its_old_address_leads_there(
    api: Client, renamed: dict[str, str], method: str, accept: str
):
    answer = getattr(api, method)(POST, accept=accept, if_none_match="*")

    assert (answer.status_code, answer.get_data()) == (308, b"")
    assert answer.headers["Location"] == f"{PUBLIC_URL}{MILL}"
    assert answer.content_type is None


def test_what_was_asked_below_it_is_found_there(ada: Client, renamed: dict[str, str]):
    for below in ("/revisions?limit=3", "/revisions/1", "/comments?limit=3", "/comments/7"):
        answer = ada.get(POST + below)
        assert answer.status_code == 308
        assert answer.headers["Location"] == f"{PUBLIC_URL}{MILL}{below}"


def test_the_old_address_of_a_draft_leads_nobody_else_to_it(
    ada: Client, grace: Client, api: Client
):
    ada.write("Secret", status="draft")
    ada.patch("/posts/secret", {"slug": "more-secret"}, if_match="*")

    for reader in (grace, api):
        asked = [reader.get(f"/posts/{slug}") for slug in ("secret", "more-secret", "nothing")]
        assert len({str(but_the_request_id(answer)) for answer in asked}) == 1
        assert refusal(asked[0]) == (404, "not-found")


def test_changes_are_not_redirected(ada: Client, renamed: dict[str, str]):
    """Who changes something has read it, and knows where it is."""
    post = {"title": "Mine", "body": ""}

    assert refusal(ada.patch(POST, {"title": "X"}, if_match="*"))[0] == 404
    assert refusal(ada.put(POST, post, if_match="*"))[0] == 404
    assert refusal(ada.delete(POST, if_match="*"))[0] == 404
    assert refusal(ada.post(f"{POST}/comments", {"body": "Here?"}))[0] == 404
    assert refusal(ada.send("POST", f"{POST}/revisions/1/restoration", if_match="*"))[0] == 404


def test_a_slug_that_is_taken_is_refused(ada: Client, grace: Client, renamed: dict[str, str]):
    other = grace.write("Other")

    for slug in ("the-first-engine", "the-mill"):
        answer = grace.patch("/posts/other", {"slug": slug}, if_match="*")
        assert refusal(answer) == (409, "slug-taken")
        put = grace.put(f"/posts/{slug}", {"title": "X", "body": ""}, if_none_match="*")
        assert refusal(put) == (412, "precondition-failed")
    assert data(grace.get("/posts/other")) == data(other)


def test_a_refused_name_changes_nothing_else(ada: Client, grace: Client, renamed: dict[str, str]):
    grace.write("Other")

    grace.patch("/posts/other", {"title": "Changed", "slug": "the-mill"}, if_match="*")

    assert data(grace.get("/posts/other"))["title"] == "Other"


def test_the_page_says_where_it_is_now(api: Client, renamed: dict[str, str]):
    assert f"{PUBLIC_URL}{MILL}" in api.get(MILL, **HTML).get_data(as_text=True)
