"""The world in which the publishing API is proved: `tenor prove --world tests.proof.publishing`.

Its store, its time and its chance are its own, so that the same seed finds the same.
"""

import dataclasses
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from handlers.resources import equip, resources
from publishing.store import Store
from tenor import Tenor
from tenor.proof.world import Caller, World
from tests.fuzz.runs import REFUSALS
from tests.fuzz.world import settle

PUBLIC_URL = "http://localhost"


def world(folder: Path) -> World:
    """Ada, who may do everything, Mary, who may write, and what can go wrong with the store."""
    app, access = settle(folder)

    def close() -> None:
        with app.app_context():
            resources().store.close()

    ada = Caller("ada", access.headers, account="ada", oversees=True)
    return World(
        app=app,
        callers=(ada, newcomer(app, "posts:write", "comments:write", "accounts:write")),
        public_url=PUBLIC_URL,
        faults={"503": lambda: without_store(app, folder)},
        refusals=REFUSALS,
        adapt=access.adapt,
        close=close,
    )


def newcomer(app: Tenor, *scopes: str) -> Caller:
    """An author who has just registered, with a token of these scopes."""
    known = {"username": "mary", "password": "it is an engine"}
    client = app.test_client()
    assert client.post("/accounts", json={**known, "display_name": "Mary"}).status_code == 201
    token = client.post("/tokens", json={**known, "scopes": scopes}).get_json()["data"]["secret"]
    return Caller("mary", {"Authorization": f"Bearer {token}"}, frozenset(scopes), account="mary")


@contextmanager
def without_store(app: Tenor, folder: Path) -> Generator[None]:
    """The store's file is no database, as after a failing disk."""
    place = folder / "broken" / "tenor.db"
    broken = Store.open(f"sqlite:///{place}", patience=0.1)
    broken.migrate()
    broken.close()
    for path in place.parent.glob("tenor.db*"):
        path.write_bytes(b"This is no database. " * 1000)
    with app.app_context():
        usual = resources()
    equip(app, dataclasses.replace(usual, store=broken))
    try:
        yield
    finally:
        equip(app, usual)
        broken.close()
        for path in place.parent.glob("tenor.db*"):
            path.unlink()
