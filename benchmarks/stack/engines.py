"""The engines of the applications: a connection for each thread, and writes that last."""

import os
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event, make_url

from publishing.sqlite import choose_driver

# As many as FastAPI has threads.
POOL = {"pool_size": 40, "max_overflow": 0}


def url() -> URL:
    """Where the store is, as the environment says."""
    return make_url(os.environ["BENCHMARK_DATABASE_URL"])


def options(place: URL) -> dict[str, Any]:
    """What `create_engine` is to be given for the place, with a driver for threads.

    On SQLite a transaction begins with the first statement that writes, and at once as a writer's:
    so reading opens none, and no writer fails because another came between.
    """
    if place.get_backend_name() == "postgresql":
        return {**POOL, "connect_args": {"options": "-c TimeZone=UTC"}}
    arguments = {"isolation_level": "IMMEDIATE", "check_same_thread": False, "timeout": 30}
    return {**POOL, "module": choose_driver().module, "connect_args": arguments}


def opened(place: URL) -> Engine:
    """An engine for what uses threads."""
    engine = create_engine(with_driver(place), **options(place))
    if place.get_backend_name() == "sqlite":
        event.listen(engine, "connect", set_up)
    return engine


def with_driver(place: URL) -> URL:
    """The place, and for PostgreSQL the driver that SQLAlchemy does not take unless it is told."""
    is_postgresql = place.get_backend_name() == "postgresql"
    return place.set(drivername="postgresql+psycopg") if is_postgresql else place


def set_up(connection: Any, _record: object) -> None:
    """Have SQLite keep what it has acknowledged, also when the power is cut, and see to references.

    The write-ahead log is a property of the file, which has it already.
    """
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")
