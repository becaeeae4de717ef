"""A store without its indexes for as long as it is filled: to make them at once takes far less."""

from collections.abc import Generator
from contextlib import contextmanager

from sqlalchemy import Connection, text

from publishing import search
from publishing.store import Store
from publishing.work import Intent

_ON_SQLITE = text(
    "SELECT type, name, sql FROM sqlite_master "
    "WHERE type IN ('index', 'trigger') AND sql IS NOT NULL ORDER BY rowid"
)
# What belongs to a constraint stays: it cannot be dropped alone.
_ON_POSTGRESQL = text(
    "SELECT 'index', indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema() "
    "AND indexname NOT IN (SELECT conname FROM pg_constraint) ORDER BY indexname"
)
_INDEX_WORDS = f"INSERT INTO {search.INDEX} ({search.INDEX}) VALUES ('rebuild')"  # noqa: S608 - a name of ours


@contextmanager
def unindexed(store: Store) -> Generator[None]:
    """Take indexes away, and what keeps them; have them as they were in the end."""
    with store.work(Intent.WRITE) as work:
        taken = _taken(work.connection)
        work.commit()
    yield
    with store.work(Intent.WRITE) as work:
        _put_back(work.connection, taken)
        work.commit()


def _taken(connection: Connection) -> list[str]:
    """What was dropped, as statements that make it again."""
    is_sqlite = connection.dialect.name == "sqlite"
    found = connection.execute(_ON_SQLITE if is_sqlite else _ON_POSTGRESQL).all()
    for kind, name, _ in found:
        connection.exec_driver_sql(f"DROP {kind} {name}")
    return [statement for _, _, statement in found]


def _put_back(connection: Connection, taken: list[str]) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(_INDEX_WORDS)
    for statement in taken:
        connection.exec_driver_sql(statement)
