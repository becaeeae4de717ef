"""The store: opened once per process, migrated at start, asked for units of work."""

import secrets
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote

from sqlalchemy import make_url, text
from sqlalchemy.exc import ArgumentError, OperationalError

from publishing import migrations
from publishing.facts import StoreMisconfigured, StoreUnavailable
from publishing.sqlite import Driver, SQLite, choose_driver
from publishing.work import Chance, Clock, Intent, Work

_REVISION = text("SELECT version_num FROM alembic_version")


def utc_now() -> datetime:
    """The time of the machine."""
    return datetime.now(UTC)


class Store:
    """Where accounts, tokens and posts are kept. Shared by threads, and safe to fork."""

    def __init__(self, database: SQLite, *, clock: Clock, chance: Chance) -> None:
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
        connections: int = 32,
        driver: Driver | None = None,
    ) -> "Store":
        """The store at `sqlite:///path`, whose folder is made where it is missing.

        Nobody waits longer than `patience` seconds for a connection, a lock or a turn to write.
        Raises `StoreMisconfigured` when the place cannot be written.
        """
        path = _path(url)
        database = SQLite(
            path, driver or choose_driver(), patience=patience, connections=connections
        )
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
                    str(self._database.path),
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
                revision = work.execute(_REVISION).scalar_one_or_none()
        except (StoreUnavailable, OperationalError):
            return False
        return revision == migrations.newest() and self._database.is_present()

    def work(self, intent: Intent) -> Work:
        """A unit of work, to be used in a `with` statement."""
        return Work(self._database, intent, self._clock, self._chance)

    def close(self) -> None:
        """Close the connections that nobody uses."""
        self._database.close()


def _path(url: str) -> Path:
    remedy = "Write it as sqlite:///folder/name.db, or sqlite:////folder/name.db from the root."
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise StoreMisconfigured("the given URL", "it is not a database URL", remedy) from error
    place = unquote(parsed.render_as_string(hide_password=True))
    if parsed.get_backend_name() != "sqlite":
        raise StoreMisconfigured(place, "only SQLite is known to this release", remedy)
    if not parsed.database or parsed.database == ":memory:" or parsed.query:
        raise StoreMisconfigured(place, "it does not name just a file", remedy)
    return Path(parsed.database).absolute()
