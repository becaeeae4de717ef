"""The whole story, as it is told to whoever meets the API first."""

from tests.api.client import ENGINE, HTML, PASSWORD, PUBLIC_URL, Client, data, refusal


def test_a_person_registers_signs_in_and_writes_changes_and_deletes_a_post(api: Client):
    """Registered, signed in, written, read as JSON and HTML, changed, refused, deleted, gone."""
    registered = api.post(
        "/accounts",
        {"username": "ada", "display_name": "Ada Lovelace", "password": PASSWORD},
    )
    assert registered.status_code == 201
    assert registered.headers["Location"] == f"{PUBLIC_URL}/accounts/ada"

    issued = api.post(
        "/tokens", {"username": "ada", "password": PASSWORD, "scopes": ["posts:write"]}
    )
    assert issued.status_code == 201
    assert issued.headers["Cache-Control"] == "no-store"
    ada = Client(app=api.app, secret=data(issued)["secret"])

    written = ada.post("/posts", ENGINE)
    assert written.status_code == 201
    assert written.headers["Location"] == f"{PUBLIC_URL}/posts/the-first-engine"
    assert written.content_type == "application/json"

    read = api.get("/posts/the-first-engine")
    assert read.status_code == 200
    assert read.get_json() == written.get_json()
    assert read.headers["ETag"] == written.headers["ETag"]

    page = api.get("/posts/the-first-engine", **HTML)
    assert page.content_type == "text/html; charset=utf-8"
    assert "<em>algebraical patterns</em>" in page.get_data(as_text=True)
    assert page.headers["ETag"] != read.headers["ETag"]

    tag = read.headers["ETag"]
    changed = ada.patch("/posts/the-first-engine", {"title": "The engine"}, if_match=tag)
    assert changed.status_code == 200
    assert data(changed)["title"] == "The engine"
    assert data(changed)["slug"] == "the-first-engine"

    stale = ada.patch("/posts/the-first-engine", {"title": "Mine"}, if_match=tag)
    assert refusal(stale) == (412, "precondition-failed")
    blind = ada.patch("/posts/the-first-engine", {"title": "Mine"})
    assert refusal(blind) == (428, "precondition-required")
    assert data(api.get("/posts/the-first-engine")) == data(changed)

    gone = ada.delete("/posts/the-first-engine", if_match=changed.headers["ETag"])
    assert gone.status_code == 204
    assert gone.get_data() == b""
    assert refusal(api.get("/posts/the-first-engine")) == (404, "not-found")
