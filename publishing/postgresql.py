"""PostgreSQL as the store: which servers, which settings, who may write, what its errors mean."""

import math
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import ArgumentError, DBAPIError

from publishing.connections import Connections
from publishing.facts import StoreMisconfigured, StoreUnavailable
from publishing.inspection import Finding
from publishing.work import Intent

_OLDEST = 15
_CONNECTIONS = 16
_FORM = "Write it as postgresql://user:password@host/name."

# The locks of the application are numbers; a database has its own.
_TURN, _MIGRATION = 0x54656E6F7201, 0x54656E6F7202

# Writers take turns, as they do on SQLite: the statements after the lock see all that was
# committed before, because each of them has a snapshot of its own. Readers have one for all.
_BEGIN = {
    Intent.READ: "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    Intent.WRITE: "BEGIN ISOLATION LEVEL READ COMMITTED; "
    f"SELECT pg_catalog.pg_advisory_xact_lock({_TURN})",
}

# A process that went silent with its turn in hand would stop all writers for good.
_LONGEST_SILENCE = 60

# The classes and codes of SQLSTATE by which the fault lies with the machine, with whoever runs the
# server, or with another process. Whatever else is said is about a statement, and a fault of ours.
_UNAVAILABLE = (
    "08",  # the connection is lost
    "25006",  # it is read-only: a standby, or by order
    "25P03",  # the connection was silent for too long
    "40",  # this transaction was chosen to give way
    "53",  # disk, memory or connections are used up
    "55P03",  # a lock is not to be had
    "57",  # it shuts down, starts up, or was told to cancel
    "58",  # its disk fails
    "XX001",  # its files are damaged
    "XX002",
)
# Those after which the connection is of no use, even where it still seems to be there. The next may
# lead to another server, where the URL names several.
_LOST = ("08", "25006", "25P03", "57P")
# Those that stay until somebody changes the server or the URL.
_MISCONFIGURED = ("28", "3D000", "3F000", "42501")


class PostgreSQL:
    """A database of a PostgreSQL server, shared by many threads, processes and machines."""

    def __init__(self, url: URL, *, patience: float, connections: int | None) -> None:
        self.place = _place(url)
        self._connections = Connections(
            _engine(url, self.place, patience=patience, connections=connections or _CONNECTIONS),
            patience=patience,
        )

    def prepare(self) -> None:
        """See that it is there and what we need. Raises `StoreMisconfigured`."""
        try:
            with self._connections.take() as connection:
                faults = list(_unfitness(self.place, connection))
        except StoreUnavailable as error:
            raise StoreMisconfigured(
                self.place,
                error.reason,
                "See that the server runs, and that user, password, host and database are right.",
            ) from error
        except (DBAPIError, ValueError) as error:
            cause = error.orig if isinstance(error, DBAPIError) else error
            raise StoreMisconfigured(self.place, _sentence(cause), _FORM) from error
        for found in faults:
            raise StoreMisconfigured(found.place, found.fault, found.remedy)

    @contextmanager
    def alone(self, patience: float = 300.0) -> Generator[None]:
        """Let one process through at a time; the others wait at a lock of the server."""
        with self._connections.take() as connection:
            # It is closed afterwards, and so the lock is let go whatever happens.
            connection.detach()
            try:
                _raw(connection).execute(
                    f"SET statement_timeout = 0; SET lock_timeout = {_milliseconds(patience)}; "
                    f"SELECT pg_catalog.pg_advisory_lock({_MIGRATION})"
                )
            except psycopg.errors.LockNotAvailable as error:
                raise StoreUnavailable(
                    f"another process has been migrating it for {patience:.0f} seconds"
                ) from error
            except psycopg.Error as error:
                _rename(error, self.place)
                raise
            yield

    def begin(self, intent: Intent) -> Connection:
        """A connection in a transaction. Raises `StoreUnavailable`."""
        return self._connections.in_turn(intent, lambda: self._begun(intent))

    def _begun(self, intent: Intent) -> Connection:
        """A transaction on a connection that is alive: those that died in the pool are let go."""
        began = time.monotonic()
        while True:
            connection = self._connections.take()
            # One that was made just now, and is dead already, says that the server is.
            is_new = connection.info["made"] >= began
            try:
                # Straight to the driver: the transaction begins, with its lock, in one round trip,
                # and finds out whether the connection is alive in the same.
                _raw(connection).execute(_BEGIN[intent])
            except BaseException as error:
                is_lost = _is_lost(error, _raw(connection))
                if is_lost:
                    connection.invalidate()
                connection.close()
                if is_lost and not is_new:
                    continue
                _rename(error, self.place)
                raise
            return connection

    def end(self, connection: Connection, intent: Intent) -> None:
        """Take a connection back, and roll back what was not committed."""
        try:
            if not connection.invalidated:
                raw = _raw(connection)
                # With a rollback the driver forgets the statements that it has prepared.
                raw.commit() if intent is Intent.READ else raw.rollback()
        except psycopg.Error:
            # It is lost, and the server rolls back by itself.
            connection.invalidate()
        finally:
            self._connections.give_back(connection, intent)

    def is_present(self) -> bool:
        """Whether it is still in its place: a server that answers has it."""
        return True

    def inspect(self, connection: Connection) -> Iterator[Finding]:
        """What is wrong with the server's settings, and with constraints and indexes."""
        yield from _unfitness(self.place, connection)
        for kind, name in connection.execute(_UNSOUND):
            yield Finding(
                self.place,
                f"the {kind} {name} is not valid",
                "Find out what was done to it, and have it validated or built anew.",
            )

    def close(self) -> None:
        """Close the connections that nobody uses."""
        self._connections.close()


def checked(url: URL) -> URL:
    """The URL itself, where it names a database and a driver that is here.

    Raises `StoreMisconfigured`.
    """
    if url.drivername not in {"postgresql", "postgresql+psycopg"}:
        raise StoreMisconfigured(_place(url), "PostgreSQL is spoken to through psycopg", _FORM)
    if not url.database:
        raise StoreMisconfigured(_place(url), "it does not name a database", _FORM)
    return url.set(drivername="postgresql+psycopg")


def _place(url: URL) -> str:
    """The URL without what is secret in it, or may be: its password and all but the way there."""
    way = {name: value for name, value in url.query.items() if name in {"host", "port"}}
    known = URL.create(
        "postgresql", url.username, None, url.host, url.port, url.database, query=way
    )
    return unquote(known.render_as_string())


def _engine(url: URL, place: str, *, patience: float, connections: int) -> Engine:
    try:
        engine = create_engine(
            url,
            connect_args=_arguments(url, patience),
            client_encoding="utf8",
            use_native_hstore=False,
            # What a statement was given may be a secret, and its error may be logged.
            hide_parameters=True,
            pool_size=connections,
            max_overflow=0,
            pool_timeout=patience,
            pool_use_lifo=True,
        )
    except ArgumentError as error:
        raise StoreMisconfigured(place, _sentence(error), _FORM) from error

    def on_connect(connection: psycopg.Connection[Any], record: Any) -> None:
        record.info["made"] = time.monotonic()

    def on_error(context: ExceptionContext) -> None:
        connection = context.connection
        raw = None if connection is None or connection.invalidated else _raw(connection)
        if raw is not None and _is_lost(context.original_exception, raw):
            context.is_disconnect = True
        _rename(context.original_exception, place)

    event.listen(engine, "connect", on_connect)
    event.listen(engine, "handle_error", on_error)
    event.listen(engine, "commit", _refuse_to_lose)
    return engine


def _arguments(url: URL, patience: float) -> dict[str, Any]:
    """What each connection is made with, unless the URL says otherwise."""
    wanted: dict[str, Any] = {
        "application_name": "tenor",
        "connect_timeout": max(2, math.ceil(patience)),
        # A server that vanished without a word is noticed, even while it is waited for.
        "keepalives_idle": 5,
        "keepalives_interval": 2,
        "keepalives_count": 3,
        "tcp_user_timeout": max(2000, _milliseconds(patience)),
    }
    # Transactions are ours to begin; the driver would open its own.
    ours: dict[str, Any] = {"autocommit": True, "options": _options(url, patience)}
    return {name: value for name, value in wanted.items() if name not in url.query} | ours


def _options(url: URL, patience: float) -> str:
    """The settings of a session. Those of the URL win, but for the zone: all times are in UTC."""
    given = url.query.get("options", "")
    return " ".join(
        (
            f"-c lock_timeout={_milliseconds(patience)}",
            f"-c idle_in_transaction_session_timeout={_LONGEST_SILENCE}s",
            given if isinstance(given, str) else " ".join(given),
            "-c TimeZone=UTC",
        )
    )


def _milliseconds(seconds: float) -> int:
    # Zero would mean to wait for ever.
    return max(1, round(seconds * 1000))


_UNSOUND = text(
    "SELECT 'constraint', conname FROM pg_catalog.pg_constraint WHERE NOT convalidated "
    "AND connamespace = current_schema()::regnamespace "
    "UNION ALL "
    "SELECT 'index', relname FROM pg_catalog.pg_index "
    "JOIN pg_catalog.pg_class ON pg_class.oid = indexrelid "
    "WHERE NOT (indisvalid AND indisready) "
    "AND relnamespace = current_schema()::regnamespace "
    "ORDER BY 1, 2"
)


def _unfitness(place: str, connection: Connection) -> Iterator[Finding]:
    """Why we cannot work with this server and database, if we cannot."""
    info = _raw(connection).info
    release, encoding = info.server_version // 10_000, info.parameter_status("server_encoding")
    if release < _OLDEST:
        yield Finding(
            place,
            f"PostgreSQL {release} is older than {_OLDEST}",
            "Move to a newer server.",
        )
    if encoding != "UTF8":
        yield Finding(
            place,
            f"its encoding is {encoding} and not UTF8, so that it cannot keep every text",
            "Make the database anew: CREATE DATABASE ... ENCODING 'UTF8' TEMPLATE template0.",
        )


def _rename(error: BaseException, place: str) -> None:
    """Raise what a driver's error means for the store; let be what is a fault of ours."""
    if not isinstance(error, psycopg.Error):
        return
    state = error.sqlstate
    # Without a code it is the client who speaks, of a connection that failed or was lost.
    if isinstance(error, psycopg.OperationalError) and state is None:
        raise StoreUnavailable(_sentence(error)) from error
    if state is not None and state.startswith(_UNAVAILABLE):
        raise StoreUnavailable(_sentence(error)) from error
    if state is not None and state.startswith(_MISCONFIGURED):
        raise StoreMisconfigured(
            place,
            _sentence(error),
            "Let its user connect, own the database, or create in its schema.",
        ) from error


def _is_lost(error: BaseException, connection: psycopg.Connection[Any]) -> bool:
    """Whether the connection is of no use after this error."""
    state = error.sqlstate if isinstance(error, psycopg.Error) else None
    return connection.closed or (state is not None and state.startswith(_LOST))


def _sentence(error: BaseException | None) -> str:
    """What an error says first. What follows may repeat what was to be kept."""
    return str(error).partition("\n")[0].rstrip(".")


def _refuse_to_lose(connection: Connection) -> None:
    """Refuse to commit a transaction in which a statement failed: the server keeps none of it."""
    if _raw(connection).info.transaction_status is TransactionStatus.INERROR:
        raise RuntimeError("A statement of this unit of work failed: it cannot be committed.")


def _raw(connection: Connection) -> Any:
    return connection.connection.dbapi_connection
