"""Units of work: what is done together, or not at all."""

from collections.abc import Callable
from datetime import UTC, datetime
from enum import Enum
from types import TracebackType
from typing import Any, Protocol, Self, TypeVarTuple, overload

from sqlalchemy import Connection, CursorResult, Executable
from sqlalchemy.sql.selectable import TypedReturnsRows

Columns = TypeVarTuple("Columns")
Clock = Callable[[], datetime]
Chance = Callable[[int], bytes]
Parameters = dict[str, Any] | list[dict[str, Any]]


class Intent(Enum):
    """What a unit of work is for. Writers take turns; readers wait for nobody."""

    READ = "read"
    WRITE = "write"


class Backend(Protocol):
    """A database that gives out transactions."""

    def begin(self, intent: Intent) -> Connection:
        """A connection in a transaction. Raises `StoreUnavailable`."""
        ...

    def end(self, connection: Connection, intent: Intent) -> None:
        """Take a connection back, and roll back what was not committed."""
        ...


class Work:
    """One unit of work, on one connection at most.

    The transaction opens with the first statement, so that what is slow can be done before it.
    The owner of the unit commits; leaving it in any other way rolls back. Whoever is handed a
    unit only uses it. `now` is one moment for the whole unit.
    """

    __slots__ = (
        "_backend",
        "_clock",
        "_connection",
        "_first",
        "_is_over",
        "_now",
        "chance",
        "intent",
    )

    def __init__(self, backend: Backend, intent: Intent, clock: Clock, chance: Chance) -> None:
        self.intent = intent
        self.chance = chance
        self._backend = backend
        self._clock = clock
        self._now: datetime | None = None
        self._connection: Connection | None = None
        self._first: Callable[[Work], object] | None = None
        self._is_over = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.rollback()

    @property
    def now(self) -> datetime:
        """When the work is done, in UTC."""
        if self._now is None:
            self._now = self._clock().astimezone(UTC)
        return self._now

    @property
    def connection(self) -> Connection:
        """The connection, in a transaction that is opened by the first use."""
        if self._connection is None:
            if self._is_over:
                raise RuntimeError("This unit of work is over: open another one.")
            self._connection = self._backend.begin(self.intent)
            if self._first is not None:
                self._do_first(self._first)
        return self._connection

    def begin_with(self, act: Callable[["Work"], object]) -> None:
        """Have something done first in the transaction, whenever that opens.

        Where it raises, the unit is over: nothing else is done in it.
        """
        if self._connection is not None:
            raise RuntimeError("The transaction is open: it has begun with something else.")
        self._first = act

    def _do_first(self, act: Callable[["Work"], object]) -> None:
        try:
            act(self)
        except BaseException:
            self.rollback()
            raise

    @overload
    def execute(
        self, statement: TypedReturnsRows[*Columns], values: Parameters | None = None
    ) -> CursorResult[*Columns]: ...

    @overload
    def execute(
        self, statement: Executable, values: Parameters | None = None
    ) -> CursorResult[*tuple[Any, ...]]: ...

    def execute(self, statement: Executable, values: Parameters | None = None) -> Any:
        """The result of one statement. Read it before the unit is over."""
        if self.intent is Intent.READ and statement.is_dml:
            raise RuntimeError("This unit of work is for reading: open one with Intent.WRITE.")
        return self.connection.execute(statement, values)

    def glance(self) -> "Work":
        """A unit for reading that is over before the transaction of this one opens.

        For what must be known before something slow is done.
        """
        if self._connection is not None:
            raise RuntimeError("The transaction is open: do what is slow before the first use.")
        return Work(self._backend, Intent.READ, self._clock, self.chance)

    def commit(self) -> None:
        """Keep what was done, and end the unit."""
        if self._connection is not None:
            self._connection.commit()
        self.rollback()

    def rollback(self) -> None:
        """End the unit; what was not committed is as if it had never been."""
        connection, self._connection, self._is_over = self._connection, None, True
        if connection is not None:
            self._backend.end(connection, self.intent)
