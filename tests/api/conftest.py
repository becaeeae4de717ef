"""The application on a store of each test's own. What breaks the contract fails the test."""

import dataclasses
import shutil
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest

from app import CONTRACT, around, create_app, tell_facts
from handlers.resources import Resources, equip, resources
from publishing import accounts
from publishing.callers import Caller, Role, Scope
from publishing.passwords import Cost, Passwords
from publishing.retries import Turns
from publishing.store import Store
from publishing.work import Intent
from settings import Settings
from tenor import Tenor
from tenor.ledger import LEDGER
from tests.api.client import PUBLIC_URL, Client, Join
from tests.publishing.story import Clock

CHEAP = Passwords(cost=Cost(passes=1, memory=8, lanes=1))
Plant = Callable[..., Tenor]


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store in which nothing is kept yet."""
    return tmp_path_factory.mktemp("blank") / "tenor.db"


@pytest.fixture(scope="session")
def gated(blank: Path) -> Tenor:
    """The application as it is made for service, but that it raises what the gate would prevent."""
    settings = Settings(database_url=f"sqlite:///{blank}", public_url=PUBLIC_URL)
    application = create_app(settings, passwords=CHEAP, policy="raise")
    with application.app_context():
        resources().store.close()
    return application


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(gated: Tenor, blank: Path, tmp_path: Path, clock: Clock) -> Generator[Store]:
    """A store of the test's own. Nobody waits for it longer than a moment."""
    path = tmp_path / "tenor.db"
    shutil.copyfile(blank, path)
    store = Store.open(f"sqlite:///{path}", clock=clock, patience=0.1)
    yield store
    store.close()


@pytest.fixture
def equipment(gated: Tenor, store: Store) -> Resources:
    """What the handlers work with in this test."""
    with gated.app_context():
        return dataclasses.replace(resources(), store=store, turns=Turns(patience=0.1))


@pytest.fixture
def app(gated: Tenor, equipment: Resources) -> Tenor:
    """The application on the test's own store."""
    equip(gated, equipment)
    return gated


@pytest.fixture
def api(app: Tenor) -> Client:
    """An anonymous caller."""
    return Client(app=app)


@pytest.fixture
def join(api: Client, store: Store) -> Join:
    """Registers an account, gives it a role, and signs in with all scopes that the role grants."""

    def joined(username: str, role: Role = Role.AUTHOR) -> Client:
        assert api.register(username).status_code == 201
        if role is not Role.AUTHOR:
            promote(store, username, role)
        return api.sign_in(username, *(scope.value for scope in role.scopes))

    return joined


@pytest.fixture
def ada(join: Join) -> Client:
    """An author."""
    return join("ada")


@pytest.fixture
def grace(join: Join) -> Client:
    """Another author."""
    return join("grace")


@pytest.fixture
def edith(join: Join) -> Client:
    """An editor."""
    return join("edith", Role.EDITOR)


@pytest.fixture
def alan(join: Join) -> Client:
    """An admin."""
    return join("alan", Role.ADMIN)


@pytest.fixture
def rea(join: Join) -> Client:
    """A reader."""
    return join("rea", Role.READER)


@pytest.fixture
def tenor_app(app: Tenor) -> Tenor:
    """The application in which faults are planted."""
    return app


@pytest.fixture
def plant(app: Tenor, equipment: Resources, monkeypatch: pytest.MonkeyPatch) -> Plant:
    """Makes the application anew, with handlers exchanged by operationId, or another contract.

    What these say breaks the contract on purpose, and stays out of the ledger.
    """

    def planted(
        policy: str = "prevent", contract: Path = CONTRACT, **handlers: Callable[..., Any]
    ) -> Tenor:
        monkeypatch.delenv(LEDGER, raising=False)
        own = {plan.operation_id: plan.handler for plan in app.operations.values()}
        problems = f"{PUBLIC_URL}/problems/"
        faulty = Tenor(
            contract, handlers=own | handlers, policy=policy, around=around, problems=problems
        )
        equip(faulty, equipment)
        tell_facts(faulty)
        return faulty

    return planted


@pytest.fixture
def broken_store(store: Store, tmp_path: Path) -> None:
    """The store's file is overwritten, as a failing disk would."""
    store.close()
    for path in tmp_path.glob("tenor.db*"):
        path.write_bytes(b"This is no database. " * 1000)


def promote(store: Store, username: str, role: Role) -> None:
    """Give an account another role."""
    root = Caller("root", Role.ADMIN, frozenset(Scope), token_id=0)
    with store.work(Intent.WRITE) as work:
        patch = accounts.Patch(role=role)
        accounts.change(work, username, patch, by=root, passwords=CHEAP)
        work.commit()
