"""PostgreSQL as the store: which servers, which settings, who may write, what its errors mean."""

import math
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar
from urllib.parse import unquote

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import NullPool

from publishing.connections import Connections
from publishing.facts import StoreMisconfigured, StoreUnavailable
from publishing.inspection import Finding
from publishing.prepared import Found
from publishing.sessions import Session
from publishing.sqlstates import is_lost, rename, sentence
from publishing.work import Asked, Intent

Result = TypeVar("Result")

_OLDEST = 15
_CONNECTIONS = 16
_FORM = "Write it as postgresql://user:password@host/name."

# The locks of the application are numbers; a database has its own.
_TURN, _MIGRATION = 0x54656E6F7201, 0x54656E6F7202

# Writers take turns, as they do on SQLite: the statements after the lock see all that was
# committed before, because each of them has a snapshot of its own. Readers have one for all.
_BEGIN = {
    Intent.READ: (b"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",),
    Intent.WRITE: (
        b"BEGIN ISOLATION LEVEL READ COMMITTED",
        f"SELECT pg_catalog.pg_advisory_xact_lock({_TURN}), "
        "pg_catalog.set_config('synchronous_commit', 'off', true)".encode(),
    ),
}

# The server would flush a commit with the turn in hand, so that no two writers ever shared a flush.
# So a writer's transaction ends without one, and lets the next begin. Then comes a transaction of
# its own, which says nothing but stands in the log behind the other; it is flushed as the session's
# `synchronous_commit` wants it, with all that is before it, and nobody is answered earlier.
_FLUSH = b"SELECT pg_catalog.pg_logical_emit_message(true, 'tenor', '')"

# A process that went silent with its turn in hand would stop all writers for good.
_LONGEST_SILENCE = 60


class PostgreSQL:
    """A database of a PostgreSQL server, shared by many threads, processes and machines."""

    def __init__(self, url: URL, *, patience: float, connections: int | None) -> None:
        self.place = _place(url)
        self.error: type[Exception] = psycopg.Error
        self._connections = Connections(
            _engine(url, self.place, patience=patience),
            lambda connection: Session(connection, _raw(connection), self.place),
            most=connections or _CONNECTIONS,
            patience=patience,
        )

    def prepare(self) -> None:
        """See that it is there and what we need. Raises `StoreMisconfigured`."""
        try:
            with self._connections.engine.connect() as connection:
                faults = list(_unfitness(self.place, connection))
        except StoreUnavailable as error:
            raise StoreMisconfigured(
                self.place,
                error.reason,
                "See that the server runs, and that user, password, host and database are right.",
            ) from error
        except (DBAPIError, ValueError) as error:
            cause = error.orig if isinstance(error, DBAPIError) else error
            raise StoreMisconfigured(self.place, sentence(cause), _FORM) from error
        for found in faults:
            raise StoreMisconfigured(found.place, found.fault, found.remedy)

    @contextmanager
    def alone(self, patience: float = 300.0) -> Generator[None]:
        """Let one process through at a time; the others wait at a lock of the server."""
        # It is closed afterwards, and so the lock is let go whatever happens.
        with self._connections.engine.connect() as connection:
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
                rename(error, self.place)
                raise
            yield

    def begin(self, intent: Intent) -> Session:
        """A connection in a transaction. Raises `StoreUnavailable`."""
        return self.begin_with(intent)[0]

    def begin_with(self, intent: Intent, *asked: Asked) -> tuple[Session, list[Found]]:
        """A transaction that begins, with its lock and first statements, in one round trip."""

        def begin() -> tuple[Session, list[Found]]:
            return self._on_living(lambda session: session.ask_all(asked, after=_BEGIN[intent]))

        return self._connections.in_turn(intent, begin)

    def look(self, asked: Asked) -> Found:
        """What one statement finds by itself. Raises `StoreUnavailable`."""
        session, found = self._on_living(lambda session: session.ask(*asked))
        self._connections.give_back(session)
        return found

    def _on_living(self, act: Callable[[Session], Result]) -> tuple[Session, Result]:
        """A connection that is alive, and what is done on it first.

        Those that died while nobody used them are let go: nothing was done on them yet.
        """
        began = time.monotonic()
        while True:
            session = self._connections.take()
            try:
                return session, act(session)
            except BaseException:
                self.end(session)
                # One that was made just now, and is lost already, says that the server is.
                if session.is_lost and session.made < began:
                    continue
                raise

    def commit(self, line: Session) -> None:
        """Keep what was done. Raises `StoreUnavailable`."""
        if line.status is TransactionStatus.INERROR:
            # The server would keep none of it, and call that a success.
            raise RuntimeError("A statement of this unit of work failed: it cannot be committed.")
        if line.turn is None:
            line.command(b"COMMIT")  # a reader has nothing that would have to be flushed
        else:
            line.ask_all(
                (),
                after=(b"COMMIT", _FLUSH),
                once_sent=lambda: self._connections.pass_early(line),
            )

    def settle(self, _line: Session | None) -> None:
        """Wait until all that could be seen is kept. Raises `StoreUnavailable`."""
        session, _ = self._on_living(lambda session: session.command(_FLUSH))
        self._connections.give_back(session)

    def end(self, line: Session) -> None:
        """Take a connection back, and roll back what was not committed."""
        if self._connections.is_of_parent(line) or line.is_reset():
            self._connections.give_back(line)
        else:
            self._connections.discard(line)

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


def _engine(url: URL, place: str, *, patience: float) -> Engine:
    try:
        engine = create_engine(
            url,
            connect_args=_arguments(url, patience),
            client_encoding="utf8",
            use_native_hstore=False,
            # What a statement was given may be a secret, and its error may be logged.
            hide_parameters=True,
            # Those that are made are kept by us.
            poolclass=NullPool,
        )
    except ArgumentError as error:
        raise StoreMisconfigured(place, sentence(error), _FORM) from error

    def on_error(context: ExceptionContext) -> None:
        connection = context.connection
        raw = None if connection is None or connection.invalidated else _raw(connection)
        if raw is not None and is_lost(context.original_exception, raw):
            context.is_disconnect = True
        rename(context.original_exception, place)

    event.listen(engine, "handle_error", on_error)
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
    # So are the statements to prepare.
    ours["prepare_threshold"] = None
    return {name: value for name, value in wanted.items() if name not in url.query} | ours


def _options(url: URL, patience: float) -> str:
    """The settings of a session. Those of the URL win, but for the zone: all times are in UTC."""
    given = url.query.get("options", "")
    return " ".join(
        (
            f"-c lock_timeout={_milliseconds(patience)}",
            f"-c idle_in_transaction_session_timeout={_LONGEST_SILENCE}s",
            # Our statements go the same way whatever they are given (`ways`), and to plan one takes
            # longer than to find a page. The server would plan most of them each time.
            "-c plan_cache_mode=force_generic_plan",
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


def _raw(connection: Connection) -> Any:
    return connection.connection.dbapi_connection
