"""A store without its indexes for as long as it is filled: to make them at once takes far less."""

from collections.abc import Generator
from contextlib import contextmanager

from sqlalchemy import Connection, text

from publishing import search
from publishing.store import Store
from publishing.work import Intent

# Each a statement that takes something away, and the one that brings it back.
_ON_SQLITE = text(
    "SELECT 'DROP ' || type || ' ' || name, sql FROM sqlite_master "
    "WHERE type IN ('index', 'trigger') AND sql IS NOT NULL ORDER BY rowid"
)
# References first, for they need indexes. What other constraints have of them stays.
_ON_POSTGRESQL = text(
    "SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname), "
    "format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, "
    "pg_get_constraintdef(oid)) FROM pg_constraint "
    "WHERE contype = 'f' AND connamespace = current_schema()::regnamespace "
    "UNION ALL "
    "SELECT format('DROP INDEX %I', indexname), indexdef FROM pg_indexes "
    "WHERE schemaname = current_schema() AND indexname NOT IN (SELECT conname FROM pg_constraint)"
)
_INDEX_WORDS = f"INSERT INTO {search.INDEX} ({search.INDEX}) VALUES ('rebuild')"  # noqa: S608 - a name of ours


@contextmanager
def unindexed(store: Store) -> Generator[None]:
    """Take away indexes, and what is looked at for each row; have them as they were in the end."""
    with store.work(Intent.WRITE) as work:
        taken = _taken(work.connection)
        work.commit()
    yield
    with store.work(Intent.WRITE) as work:
        _put_back(work.connection, taken)
        work.commit()


def _taken(connection: Connection) -> list[str]:
    """What brings back all that was taken away."""
    is_sqlite = connection.dialect.name == "sqlite"
    found = connection.execute(_ON_SQLITE if is_sqlite else _ON_POSTGRESQL).all()
    for take_away, _ in found:
        connection.exec_driver_sql(take_away)
    return [bring_back for _, bring_back in found]


def _put_back(connection: Connection, taken: list[str]) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(_INDEX_WORDS)
    else:
        connection.exec_driver_sql("SET LOCAL maintenance_work_mem = '1GB'")
    for statement in taken:
        connection.exec_driver_sql(statement)
