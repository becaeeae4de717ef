"""SQLite as the store: which library, which settings, who may write, what its errors mean."""

import fcntl
import importlib
import logging
import os
import sqlite3
import threading
import time
import weakref
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from types import ModuleType
from typing import IO, Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted

from publishing.facts import StoreMisconfigured, StoreUnavailable
from publishing.work import Intent

_log = logging.getLogger(__name__)

# The oldest SQLite that knows RETURNING.
_OLDEST = (3, 35, 0)
# The versions whose write-ahead log can corrupt the file when it is reset, and those in between
# to which the remedy was brought back.
_FIRST_CORRUPTING, _LAST_CORRUPTING = (3, 7, 0), (3, 51, 2)
_REMEDIED = {(3, 44, 6), (3, 50, 7)}

# With deferred transactions four writers failed most of theirs at once, in spite of the timeout.
_BEGIN = {Intent.READ: "BEGIN", Intent.WRITE: "BEGIN IMMEDIATE"}

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


class SQLite:
    """A database in one file, shared by many threads and processes."""

    def __init__(self, path: Path, driver: Driver, *, patience: float, connections: int) -> None:
        self.path = path
        self._driver = driver
        self._patience = patience
        self._lock_path = path.with_name(path.name + ".lock")
        self._engine = _engine(path, driver, patience=patience, connections=connections)
        # Writers of one process queue here and not on a connection each: so readers always find
        # one, and the next writer starts at once instead of sleeping in SQLite's own timeout.
        self._turn = threading.Lock()
        _tell_of_forks(self)

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
        with self._engine.connect() as connection:
            wanted = self._driver.journal.value
            journal = connection.exec_driver_sql(f"PRAGMA journal_mode={wanted}").scalar_one()
        self.end(self.begin(Intent.WRITE), Intent.WRITE)
        return journal

    def _searches(self) -> bool:
        """Whether this SQLite can keep an index of words."""
        with self._engine.connect() as connection:
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

    def begin(self, intent: Intent) -> Connection:
        """A connection in a transaction. Raises `StoreUnavailable`."""
        if intent is Intent.READ:
            return self._begun(intent)
        if not self._turn.acquire(timeout=self._patience):
            raise StoreUnavailable("too many writers are waiting")
        try:
            return self._begun(intent)
        except BaseException:
            self._turn.release()
            raise

    def _begun(self, intent: Intent) -> Connection:
        try:
            connection = self._engine.connect()
        except PoolExhausted as error:
            raise StoreUnavailable("all its connections are in use") from error
        try:
            # Straight to the driver: SQLAlchemy's way is a third of what a whole read costs.
            _raw(connection).execute(_BEGIN[intent])
        except BaseException as error:
            connection.close()
            _rename(error)
            raise
        return connection

    def end(self, connection: Connection, intent: Intent) -> None:
        """Take a connection back, and roll back what was not committed."""
        try:
            connection.close()
        finally:
            if intent is Intent.WRITE:
                self._turn.release()

    def is_present(self) -> bool:
        """Whether the file is still in its place: SQLite goes on writing one that was deleted."""
        return self.path.exists()

    def close(self) -> None:
        """Close the connections that nobody uses."""
        self._engine.dispose()

    def start_anew(self) -> None:
        """In a forked child: leave the parent's connections and its writer's turn alone."""
        # Kept, for closing them here would tell SQLite that the parent has let go of its locks.
        self._of_parent = self._engine.pool
        self._engine.dispose(close=False)
        self._turn = threading.Lock()

    def _misconfigured(self, problem: str, remedy: str) -> StoreMisconfigured:
        return StoreMisconfigured(str(self.path), problem, remedy)


def _engine(path: Path, driver: Driver, *, patience: float, connections: int) -> Engine:
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        module=driver.module,
        # Transactions are ours to begin; the driver would open its own, and deferred.
        connect_args={"isolation_level": None, "check_same_thread": False, "timeout": patience},
        pool_size=connections,
        max_overflow=0,
        pool_timeout=patience,
        pool_use_lifo=True,
    )
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "handle_error", _on_error)
    return engine


def _set_up(connection: Any, _record: object) -> None:
    # Anything less than FULL lost acknowledged commits when the power was cut.
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")


def _on_error(context: ExceptionContext) -> None:
    _rename(context.original_exception)


def _rename(error: BaseException) -> None:
    """Raise `StoreUnavailable` for a driver's error that says so; let any other be."""
    reason = str(error)
    if reason.startswith(_UNAVAILABLE):
        raise StoreUnavailable(reason) from error


def _raw(connection: Connection) -> Any:
    return connection.connection.dbapi_connection


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


def _tell_of_forks(database: SQLite) -> None:
    start_anew = weakref.WeakMethod(database.start_anew)

    def after_in_child() -> None:
        if (forked := start_anew()) is not None:
            forked()

    os.register_at_fork(after_in_child=after_in_child)
