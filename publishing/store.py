"""The store: opened once per process, migrated at start, asked for units of work."""

import secrets
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote

from sqlalchemy import URL, Connection, String, column, make_url, select, table
from sqlalchemy.exc import ArgumentError

from publishing import migrations, postgresql
from publishing.facts import Fact, StoreMisconfigured, StoreUnavailable
from publishing.inspection import Finding
from publishing.postgresql import PostgreSQL
from publishing.prepared import Prepared
from publishing.sqlite import Driver, SQLite, choose_driver
from publishing.work import Backend, Chance, Clock, Intent, Work

_REVISION = Prepared(select(column("version_num", String)).select_from(table("alembic_version")))
_FILE = "Write it as sqlite:///folder/name.db, or sqlite:////folder/name.db from the root."


def utc_now() -> datetime:
    """The time of the machine."""
    return datetime.now(UTC)


class Database(Backend, Protocol):
    """A backend that can be opened, migrated, looked over and closed."""

    place: str
    """Where it is, without what is secret."""

    error: type[Exception]
    """What its driver raises where a statement cannot be carried out."""

    def prepare(self) -> None:
        """See that it can be worked with. Raises `StoreMisconfigured`."""
        ...

    def alone(self, patience: float = 300.0) -> AbstractContextManager[None]:
        """Let one process through at a time. Raises `StoreUnavailable`."""
        ...

    def is_present(self) -> bool:
        """Whether what answers is still in its place."""
        ...

    def inspect(self, connection: Connection) -> Iterator[Finding]:
        """What is wrong, as far as the database itself can tell."""
        ...

    def close(self) -> None:
        """Close the connections that nobody uses."""
        ...


class Store:
    """Where accounts, tokens and posts are kept. Shared by threads, and safe to fork."""

    def __init__(self, database: Database, *, clock: Clock, chance: Chance) -> None:
        self._database = database
        self._clock = clock
        self._chance = chance

    @classmethod
    def open(
        cls,
        url: str,
        *,
        clock: Clock = utc_now,
        chance: Chance = secrets.token_bytes,
        patience: float = 5.0,
        connections: int | None = None,
        driver: Driver | None = None,
    ) -> "Store":
        """The store at the URL, `sqlite:///path` or `postgresql://user:password@host/name`.

        The folder of a file is made where it is missing. Nobody waits longer than `patience`
        seconds for a connection, a lock or a turn to write. The driver is one for SQLite. Raises
        `StoreMisconfigured` for a place that cannot be used.
        """
        database = _database(_read(url), driver, patience=patience, connections=connections)
        try:
            database.prepare()
        except BaseException:
            database.close()
            raise
        return cls(database, clock=clock, chance=chance)

    def migrate(self) -> None:
        """Bring the schema to this release, whoever of several processes comes first.

        Raises `StoreMisconfigured` for a database that a newer release has migrated.
        """
        with self._database.alone(), self.work(Intent.WRITE) as work:
            revision = migrations.present(work.connection)
            if revision is not None and revision not in migrations.known():
                raise StoreMisconfigured(
                    self._database.place,
                    f"its schema {revision!r} is newer than this release, "
                    f"which knows up to {migrations.newest()!r}",
                    "Run the newer release, or restore a backup from before it.",
                )
            if revision != migrations.newest():
                migrations.upgrade(work.connection)
            work.commit()

    def ready(self) -> bool:
        """Whether the store answers, with the schema that this release needs."""
        try:
            with self.work(Intent.READ) as work:
                revision = work.single().row(_REVISION, {})
        except (StoreUnavailable, StoreMisconfigured, self._database.error):
            return False
        return revision == (migrations.newest(),) and self._database.is_present()

    def check(self) -> tuple[Finding, ...]:
        """What is wrong with the store: whether it answers, its schema, and what is in it."""
        try:
            with self.work(Intent.READ) as work:
                revision = migrations.present(work.connection)
                found = tuple(self._database.inspect(work.connection))
        except (StoreUnavailable, StoreMisconfigured) as fact:
            return (_unusable(self._database.place, fact),)
        if revision == migrations.newest():
            return found
        return (*found, _outdated(self._database.place, revision))

    def work(self, intent: Intent) -> Work:
        """A unit of work, to be used in a `with` statement."""
        return Work(self._database, intent, self._clock, self._chance)

    def close(self) -> None:
        """Close the connections that nobody uses."""
        self._database.close()


def _read(url: str) -> URL:
    remedy = f"{_FILE} Or as postgresql://user:password@host/name."
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise StoreMisconfigured("the given URL", "it is not a database URL", remedy) from error
    if parsed.get_backend_name() not in {"sqlite", "postgresql"}:
        problem = "only SQLite and PostgreSQL are known to this release"
        raise StoreMisconfigured(f"the given {parsed.drivername} URL", problem, remedy)
    # Else the rest of a password would be taken for the host, and be told.
    if parsed.get_backend_name() == "postgresql" and url.count("@") > 1:
        problem = "it has more than one @"
        raise StoreMisconfigured("the given URL", problem, "Write one that parts nothing as %40.")
    return parsed


def _database(
    url: URL, driver: Driver | None, *, patience: float, connections: int | None
) -> Database:
    if url.get_backend_name() == "postgresql":
        return PostgreSQL(postgresql.checked(url), patience=patience, connections=connections)
    return SQLite(_path(url), driver or choose_driver(), patience=patience, connections=connections)


def _path(url: URL) -> Path:
    if not url.database or url.database == ":memory:" or url.query or url.host:
        place = unquote(url.render_as_string(hide_password=True))
        raise StoreMisconfigured(place, "it does not name just a file", _FILE)
    return Path(url.database).absolute()


def _unusable(place: str, fact: Fact) -> Finding:
    if isinstance(fact, StoreMisconfigured):
        return Finding(fact.place, fact.problem, fact.remedy)
    assert isinstance(fact, StoreUnavailable)
    return Finding(place, fact.reason, "See that it can be reached, and that its disk is sound.")


def _outdated(place: str, revision: str | None) -> Finding:
    return Finding(
        place,
        "it has no schema yet"
        if revision is None
        else f"its schema is at {revision!r} and not at {migrations.newest()!r}",
        "Start the service once: it brings the schema to its release.",
    )
