"""One store per test, on every backend that the application knows."""

import shutil
import sqlite3
from collections.abc import Callable, Generator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from publishing.callers import Caller, Role
from publishing.passwords import Cost, Passwords
from publishing.sqlite import Driver, Journal, choose_driver
from publishing.store import Store
from tests.publishing.story import Clock, Town

BACKENDS = {
    "sqlite-wal": Driver(choose_driver().module, Journal.WAL),
    # What is left where no sound SQLite can be had: the interpreter's own, without its log.
    "sqlite-rollback": Driver(sqlite3, Journal.ROLLBACK),
}


@pytest.fixture(scope="session")
def passwords() -> Passwords:
    """Passwords that cost next to nothing."""
    return Passwords(at_once=2, cost=Cost(passes=1, memory=8, lanes=1))


@pytest.fixture(params=BACKENDS)
def driver(request: pytest.FixtureRequest) -> Driver:
    return BACKENDS[request.param]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/var/posts.db"


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database in which nothing has happened yet, to be copied: migrating takes longer."""
    path = tmp_path_factory.mktemp("migrated") / "posts.db"
    store = Store.open(f"sqlite:///{path}")
    store.migrate()
    store.close()
    return path


@pytest.fixture
def open_store(url: str, driver: Driver, clock: Clock) -> Generator[Callable[..., Store]]:
    """Opens stores, all on one file unless a place is given, and closes them."""
    with ExitStack() as opened:

        def open_store(place: str = url, **settings: Any) -> Store:
            store = Store.open(place, **{"driver": driver, "clock": clock} | settings)
            opened.callback(store.close)
            return store

        yield open_store


@pytest.fixture
def store(open_store: Callable[..., Store], migrated: Path, tmp_path: Path) -> Store:
    """A store of one's own."""
    (tmp_path / "var").mkdir()
    shutil.copy(migrated, tmp_path / "var/posts.db")
    return open_store()


@pytest.fixture
def town(store: Store, clock: Clock, passwords: Passwords) -> Town:
    return Town(store, clock, passwords)


@pytest.fixture(scope="module", params=BACKENDS)
def lasting_town(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, passwords: Passwords
) -> Generator[Town]:
    """A town that all examples of a module live in, each with authors of its own."""
    clock = Clock()
    folder = tmp_path_factory.mktemp("lasting")
    store = Store.open(f"sqlite:///{folder}/posts.db", clock=clock, driver=BACKENDS[request.param])
    store.migrate()
    yield Town(store, clock, passwords)
    store.close()


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
