"""SQLite as the store: which library, which settings, who may write, what its errors mean."""

import fcntl
import importlib
import logging
import sqlite3
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from types import ModuleType
from typing import IO, Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from publishing import connections
from publishing.connections import Connections
from publishing.facts import StoreMisconfigured, StoreUnavailable
from publishing.inspection import Finding
from publishing.prepared import SQLITE, Found, Prepared, Values
from publishing.sharing import Writers, Writing
from publishing.work import Asked, Intent

_log = logging.getLogger(__name__)

_CONNECTIONS = 32
_STATEMENTS = 256
"""How many compiled statements each connection keeps."""

# The oldest SQLite that knows RETURNING.
_OLDEST = (3, 35, 0)
# The versions whose write-ahead log can corrupt the file when it is reset, and those in between
# to which the remedy was brought back.
_FIRST_CORRUPTING, _LAST_CORRUPTING = (3, 7, 0), (3, 51, 2)
_REMEDIED = {(3, 44, 6), (3, 50, 7)}

# With deferred transactions four writers failed most of theirs at once, in spite of the timeout.
_BEGIN_READING, _BEGIN_WRITING = "BEGIN", "BEGIN IMMEDIATE"

# What SQLite says when the fault lies with the machine or with another process. Whatever else it
# says is about a statement, and a fault of ours.
_UNAVAILABLE = (
    "database is locked",
    "database table is locked",
    "disk I/O error",
    "database or disk is full",
    "unable to open database file",
    "attempt to write a readonly database",
    "file is not a database",
    "database disk image is malformed",
    "locking protocol",
    "out of memory",
)

_BROKEN_REFERENCES = 'SELECT DISTINCT "table" FROM pragma_foreign_key_check ORDER BY 1'
_RESTORE = "Restore a backup, and find out whether the disk fails."


class Journal(Enum):
    """How a transaction survives a crash."""

    WAL = "wal"
    ROLLBACK = "delete"


@dataclass(frozen=True, slots=True)
class Driver:
    """A Python module that speaks to SQLite, and the journal that its SQLite keeps safely."""

    module: ModuleType
    journal: Journal


def choose_driver(own: ModuleType = sqlite3, other: str = "pysqlite3") -> Driver:
    """The first of both whose SQLite is sound, else our own without a write-ahead log."""
    for module in (own, _imported(other)):
        if module is not None and is_sound(module.sqlite_version_info):
            return Driver(module, Journal.WAL)
    _log.warning(
        "A rollback journal is kept, because the write-ahead log of this SQLite can corrupt the "
        "file; readers and writers wait for each other. Install pysqlite3 or a newer SQLite.",
        extra={"sqlite_version": own.sqlite_version},
    )
    return Driver(own, Journal.ROLLBACK)


def is_sound(version: tuple[int, ...]) -> bool:
    """Whether this SQLite knows all we ask of it and resets its write-ahead log without danger."""
    corrupting = _FIRST_CORRUPTING <= version <= _LAST_CORRUPTING and version not in _REMEDIED
    return version >= _OLDEST and not corrupting


def _imported(name: str) -> ModuleType | None:
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


class _Line(connections.Line):
    """A connection to the file, with one cursor that all statements use in turn."""

    __slots__ = ("_cursor", "_error", "raw")

    def __init__(self, connection: Connection, error: type[Exception]) -> None:
        super().__init__(connection)
        self.raw: Any = connection.connection.dbapi_connection
        self._error = error
        self._cursor = self.raw.cursor()

    def ask(self, statement: Prepared, values: Values) -> Found:
        """What a statement finds, or changes. Raises `StoreUnavailable`."""
        form = statement.on(SQLITE)
        cursor = self._cursor
        try:
            rows = cursor.execute(form.sql, form.arguments(values)).fetchall()
        except self._error as error:
            _rename(error)
            raise
        return form.read(rows), cursor.rowcount

    def ask_all(self, asked: Sequence[Asked]) -> list[Found]:
        """What several statements find or change: there is nobody to travel to."""
        return [self.ask(*each) for each in asked]

    @property
    def in_transaction(self) -> bool:
        """Whether one is open."""
        return self.raw.in_transaction

    def command(self, sql: str) -> None:
        """Begin or end a transaction. Raises `StoreUnavailable`, whatever speaks against it."""
        try:
            self._cursor.execute(sql)
        except self._error as error:
            raise StoreUnavailable(str(error)) from error


class SQLite:
    """A database in one file, shared by many threads and processes."""

    def __init__(
        self, path: Path, driver: Driver, *, patience: float, connections: int | None = None
    ) -> None:
        self.path = path
        self.place = str(path)
        self.error: type[Exception] = driver.module.Error
        self._driver = driver
        self._lock_path = path.with_name(path.name + ".lock")
        self._connections = Connections(
            _engine(path, driver, patience=patience),
            lambda connection: _Line(connection, driver.module.Error),
            most=connections or _CONNECTIONS,
            patience=patience,
        )
        # So that the next writer starts at once instead of sleeping in SQLite's own timeout.
        self._writers = Writers(
            lambda: self._begun(_BEGIN_WRITING), self._take_back, patience=patience
        )

    def prepare(self) -> None:
        """Make the folder, settle the journal, try to write. Raises `StoreMisconfigured`."""
        if self._driver.module.sqlite_version_info < _OLDEST:
            raise self._misconfigured(
                f"SQLite {self._driver.module.sqlite_version} is older than 3.35",
                "Install pysqlite3 or a newer SQLite.",
            )
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with self.alone():
                # It holds the hashes of passwords; what SQLite puts beside it takes after it.
                self.path.touch(mode=0o600)
                journal = self._settle_journal()
                searches = self._searches()
        except OSError as error:
            raise self._misconfigured(
                error.strerror or str(error),
                "Let this process write in its folder, or choose another place.",
            ) from error
        except StoreUnavailable as error:
            raise self._misconfigured(
                error.reason,
                "See that it is a database of this application, that this process may write it, "
                "and that no other process keeps it locked.",
            ) from error
        if journal != self._driver.journal.value:
            raise self._misconfigured(
                f"it keeps the journal {journal!r} and not {self._driver.journal.value!r}",
                "Put it on a local disk.",
            )
        if not searches:
            raise self._misconfigured(
                f"SQLite {self._driver.module.sqlite_version} was built without FTS5",
                "Install a SQLite with full-text search, as pysqlite3 has it.",
            )

    def _settle_journal(self) -> str:
        # The write-ahead log is a property of the file; only the first process changes it.
        with self._connections.engine.connect() as connection:
            wanted = self._driver.journal.value
            journal = connection.exec_driver_sql(f"PRAGMA journal_mode={wanted}").scalar_one()
        self.end(self.begin(Intent.WRITE))
        return journal

    def _searches(self) -> bool:
        """Whether this SQLite can keep an index of words."""
        with self._connections.engine.connect() as connection:
            try:
                connection.exec_driver_sql("CREATE VIRTUAL TABLE temp.probe USING fts5(words)")
            except OperationalError:
                return False
            connection.exec_driver_sql("DROP TABLE temp.probe")
            return True

    @contextmanager
    def alone(self, patience: float = 300.0) -> Generator[None]:
        """Let one process through at a time; the others wait at a lock beside the file."""
        with self._lock_path.open("a") as lock:
            _acquire(lock, patience)
            yield

    def begin(self, intent: Intent) -> _Line | Writing:
        """A connection in a transaction. Raises `StoreUnavailable`."""
        return self._begun(_BEGIN_READING) if intent is Intent.READ else self._writers.begin()

    def _begun(self, begin: str) -> _Line:
        line = self._connections.take()
        try:
            line.command(begin)
        except BaseException:
            self._take_back(line)
            raise
        return line

    def begin_with(self, intent: Intent, *asked: Asked) -> tuple[_Line | Writing, list[Found]]:
        """A connection in a transaction, and what its first statements find or change."""
        line = self.begin(intent)
        try:
            return line, line.ask_all(asked)
        except BaseException:
            self.end(line)
            raise

    def look(self, asked: Asked) -> Found:
        """What one statement finds by itself. Raises `StoreUnavailable`."""
        line = self._connections.take()
        try:
            return line.ask(*asked)
        finally:
            self._connections.give_back(line)

    def commit(self, line: _Line | Writing) -> None:
        """Keep what was done. Raises `StoreUnavailable`."""
        if isinstance(line, Writing):
            self._writers.commit(line)
        else:
            line.command("COMMIT")

    def settle(self, line: _Line | Writing | None) -> None:
        """Wait until all that was seen is kept: a writer sees what it may be kept together with."""
        if isinstance(line, Writing):
            self._writers.settle(line)

    def end(self, line: _Line | Writing) -> None:
        """Take a connection back, and roll back what was not committed."""
        if isinstance(line, Writing):
            self._writers.end(line)
        else:
            self._take_back(line)

    def _take_back(self, line: _Line) -> None:
        if self._connections.is_of_parent(line) or _is_reset(line):
            self._connections.give_back(line)
        else:
            self._connections.discard(line)

    def is_present(self) -> bool:
        """Whether the file is still in its place: SQLite goes on writing one that was deleted."""
        return self.path.exists()

    def inspect(self, connection: Connection) -> Iterator[Finding]:
        """What is wrong with the file, and with references between rows."""
        for (found,) in connection.exec_driver_sql("PRAGMA integrity_check(20)"):
            if found != "ok":
                yield Finding(self.place, f"its file is damaged: {found}", _RESTORE)
        for (table,) in connection.exec_driver_sql(_BROKEN_REFERENCES):
            yield Finding(self.place, f"a row of {table} refers to one that is not there", _RESTORE)

    def close(self) -> None:
        """Close the connections that nobody uses."""
        self._connections.close()

    def _misconfigured(self, problem: str, remedy: str) -> StoreMisconfigured:
        return StoreMisconfigured(str(self.path), problem, remedy)


def _engine(path: Path, driver: Driver, *, patience: float) -> Engine:
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        module=driver.module,
        # Transactions are ours to begin; the driver would open its own, and deferred.
        connect_args={
            "isolation_level": None,
            "check_same_thread": False,
            "timeout": patience,
            "cached_statements": _STATEMENTS,
        },
        # Those that are made are kept by us.
        poolclass=NullPool,
    )
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "handle_error", _on_error)
    return engine


def _is_reset(line: _Line) -> bool:
    """End the transaction of a connection, and say whether it is of use for another."""
    try:
        if line.connection.in_transaction():
            line.connection.rollback()
        if line.raw.in_transaction:
            line.raw.rollback()
    except Exception:  # noqa: BLE001 - it is closed then, which ends the transaction, too
        return False
    return not line.connection.invalidated


def _set_up(connection: Any, _record: object) -> None:
    # Anything less than FULL lost acknowledged commits when the power was cut.
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")
    # With a rollback journal, a transaction that outgrows the cache would shut all readers out.
    connection.execute("PRAGMA cache_spill=OFF")


def _on_error(context: ExceptionContext) -> None:
    _rename(context.original_exception)


def _rename(error: BaseException) -> None:
    """Raise `StoreUnavailable` for a driver's error that says so; let any other be."""
    reason = str(error)
    if reason.startswith(_UNAVAILABLE):
        raise StoreUnavailable(reason) from error


def _acquire(lock: IO[str], patience: float) -> None:
    deadline = time.monotonic() + patience
    while True:
        try:
            return fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise StoreUnavailable(
                    f"another process has kept {lock.name} for {patience:.0f} seconds"
                ) from None
            time.sleep(0.02)
