"""Pages are kept by their tag, and what has changed is never shown as it was."""

from collections.abc import Callable

import pytest

from handlers.resources import resources
from publishing.facts import StoreUnavailable
from publishing.store import Store
from tenor import Tenor
from tests.api.client import ENGINE, HTML, Client, data

Change = Callable[[Client, Client], object]


def tag(client: Client) -> str:
    return client.get("/posts/the-first-engine").headers["ETag"]


def comment(client: Client) -> tuple[str, str]:
    """The address of the first comment, and its tag."""
    listed = data(client.get("/posts/the-first-engine/comments"))
    address = f"/posts/the-first-engine/comments/{listed[0]['id']}"
    return address, client.get(address).headers["ETag"]


def edit(ada: Client, _: Client) -> None:
    ada.patch("/posts/the-first-engine", {"body": "It halts."}, if_match=tag(ada))


def retitle(ada: Client, _: Client) -> None:
    ada.patch("/posts/the-first-engine", {"title": "The last engine"}, if_match=tag(ada))


def withdraw(ada: Client, _: Client) -> None:
    ada.patch("/posts/the-first-engine", {"status": "draft"}, if_match=tag(ada))


def remark(_: Client, grace: Client) -> None:
    assert grace.comment(body="And another.").status_code == 201


def mend(_: Client, grace: Client) -> None:
    address, tag = comment(grace)
    assert grace.patch(address, {"body": "Mended."}, if_match=tag).status_code == 200


def retract(_: Client, grace: Client) -> None:
    address, tag = comment(grace)
    assert grace.delete(address, if_match=tag).status_code == 204


def leave(_: Client, grace: Client) -> None:
    tag = grace.get("/accounts/grace").headers["ETag"]
    assert grace.delete("/accounts/grace", if_match=tag).status_code == 204


@pytest.mark.parametrize(
    "change", [edit, retitle, withdraw, remark, mend, retract, leave], ids=lambda it: it.__name__
)
def test_a_page_is_shown_as_its_post_and_comments_are_now(
    ada: Client, grace: Client, app: Tenor, change: Change
):
    ada.write()
    grace.comment()
    first = ada.get("/posts/the-first-engine", **HTML)
    assert ada.get("/posts/the-first-engine", **HTML).text == first.text

    change(ada, grace)

    shown = ada.get("/posts/the-first-engine", **HTML)
    with app.app_context():
        resources().rendered._kept.clear()
    anew = ada.get("/posts/the-first-engine", **HTML)
    assert shown.text == anew.text
    assert shown.headers["ETag"] == anew.headers["ETag"] != first.headers["ETag"]
    assert shown.text != first.text


def test_a_post_that_another_reader_may_not_see_is_not_shown_for_it_was_rendered(
    ada: Client, api: Client
):
    ada.write(status="draft")
    assert ada.get("/posts/the-first-engine", **HTML).status_code == 200

    assert api.get("/posts/the-first-engine", **HTML).status_code == 404


def test_a_post_at_the_slug_of_a_deleted_one_is_shown_as_itself(ada: Client):
    ada.write()
    ada.get("/posts/the-first-engine", **HTML)
    ada.delete("/posts/the-first-engine", if_match=tag(ada))
    ada.write(body="Quite another.")

    assert "Quite another." in ada.get("/posts/the-first-engine", **HTML).text


def test_a_page_that_was_not_kept_is_not_shown_for_the_next_post(
    ada: Client, api: Client, store: Store, monkeypatch: pytest.MonkeyPatch
):
    """Where nothing was kept the next post may get the same id, and so the same tag."""
    draft = {**ENGINE, "title": "Refused", "body": "For nobody.", "status": "draft"}

    def fail(_line: object) -> None:
        raise StoreUnavailable("disk I/O error")

    with monkeypatch.context() as patched:
        patched.setattr(store._database, "commit", fail)
        assert ada.post("/posts", draft, **HTML).status_code == 503
    assert ada.post("/posts", {**ENGINE, "title": "Public"}).status_code == 201

    assert "For nobody." not in api.get("/posts/public", **HTML).text
