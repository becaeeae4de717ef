"""One store per test, on every backend that the application knows."""

import sqlite3
from collections.abc import Callable, Generator
from contextlib import ExitStack
from typing import Any

import pytest

from publishing.callers import Caller, Role
from publishing.passwords import Cost, Passwords
from publishing.sqlite import Driver, Journal, choose_driver
from publishing.store import Store
from tests.publishing.story import Clock, Town
from tests.stores import Stores

# Each by the kind of store that it is.
BACKENDS: dict[str, dict[str, Driver | None]] = {
    "sqlite": {
        "sqlite-wal": Driver(choose_driver().module, Journal.WAL),
        # What is left where no sound SQLite can be had: the interpreter's own, without its log.
        "sqlite-rollback": Driver(sqlite3, Journal.ROLLBACK),
    },
    "postgresql": {"postgresql": None},
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make every claim about the store one about each backend of the chosen kind."""
    if "driver" in metafunc.fixturenames:
        backends = BACKENDS[str(metafunc.config.getoption("store"))]
        metafunc.parametrize("driver", backends.values(), ids=backends, scope="session")


@pytest.fixture(scope="session")
def passwords() -> Passwords:
    """Passwords that cost next to nothing."""
    return Passwords(at_once=2, cost=Cost(passes=1, memory=8, lanes=1))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def url(request: pytest.FixtureRequest, stores_of_run: Stores) -> Generator[str]:
    """A place of the test's own: migrated if it asks for a store, else with nothing there yet."""
    migrated = request.getfixturevalue("migrated") if "store" in request.fixturenames else None
    place = stores_of_run.make(migrated)
    yield place
    stores_of_run.drop(place)


@pytest.fixture(scope="session")
def migrated(stores_of_run: Stores) -> str:
    """A store in which nothing has happened yet, to be copied: migrating takes longer."""
    place = stores_of_run.make()
    store = Store.open(place)
    store.migrate()
    store.close()
    return place


@pytest.fixture
def open_store(url: str, driver: Driver | None, clock: Clock) -> Generator[Callable[..., Store]]:
    """Opens stores, all at one place unless another is given, and closes them."""
    with ExitStack() as opened:

        def open_store(place: str = url, **settings: Any) -> Store:
            store = Store.open(place, **{"driver": driver, "clock": clock} | settings)
            opened.callback(store.close)
            return store

        yield open_store


@pytest.fixture
def store(open_store: Callable[..., Store]) -> Store:
    """A store of one's own, migrated."""
    return open_store()


@pytest.fixture
def town(store: Store, clock: Clock, passwords: Passwords) -> Town:
    return Town(store, clock, passwords)


@pytest.fixture(scope="module")
def lasting_town(
    stores_of_run: Stores, migrated: str, driver: Driver | None, passwords: Passwords
) -> Generator[Town]:
    """A town that all examples of a module live in, each with authors of its own."""
    clock = Clock()
    place = stores_of_run.make(migrated)
    store = Store.open(place, clock=clock, driver=driver)
    yield Town(store, clock, passwords)
    store.close()
    stores_of_run.drop(place)


@pytest.fixture
def ada(town: Town) -> Caller:
    """An author."""
    return town.join("ada")


@pytest.fixture
def grace(town: Town) -> Caller:
    """Another author."""
    return town.join("grace")


@pytest.fixture
def edith(town: Town) -> Caller:
    """An editor."""
    return town.join("edith", Role.EDITOR)


@pytest.fixture
def alan(town: Town) -> Caller:
    """An admin."""
    return town.join("alan", Role.ADMIN)


@pytest.fixture
def rea(town: Town) -> Caller:
    """A reader."""
    return town.join("rea", Role.READER)
