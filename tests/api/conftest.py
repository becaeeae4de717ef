"""The application on a store of each test's own. What breaks the contract fails the test."""

import dataclasses
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
from tests.stores import Stores

CHEAP = Passwords(cost=Cost(passes=1, memory=8, lanes=1))
Plant = Callable[..., Tenor]


@pytest.fixture(scope="session")
def blank(stores_of_run: Stores) -> str:
    """A store in which nothing is kept yet."""
    return stores_of_run.make()


@pytest.fixture(scope="session")
def gated(blank: str) -> Tenor:
    """The application as it is made for service, but that it raises what the gate would prevent."""
    settings = Settings(database_url=blank, public_url=PUBLIC_URL)
    application = create_app(settings, passwords=CHEAP, policy="raise")
    with application.app_context():
        resources().store.close()
    return application


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def place(gated: Tenor, blank: str, stores_of_run: Stores) -> Generator[str]:
    """Where the test keeps what it keeps; the application has made its schema."""
    url = stores_of_run.make(blank)
    yield url
    stores_of_run.drop(url)


@pytest.fixture
def store(place: str, clock: Clock) -> Generator[Store]:
    """A store of the test's own. Nobody waits for it longer than a moment."""
    store = Store.open(place, clock=clock, patience=0.1)
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
def broken_store(store: Store, place: str, stores_of_run: Stores) -> None:
    """What the store keeps is lost, as on a failing disk."""
    store.close()
    stores_of_run.ruin(place)


def promote(store: Store, username: str, role: Role) -> None:
    """Give an account another role."""
    root = Caller("root", Role.ADMIN, frozenset(Scope), token_id=0)
    with store.work(Intent.WRITE) as work:
        if role is Role.ADMIN:
            accounts.make_admin(work, username)
        else:
            patch = accounts.Patch(role=role)
            accounts.change(work, username, patch, by=root, passwords=CHEAP)
        work.commit()
