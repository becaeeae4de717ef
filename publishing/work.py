"""Units of work: what is done together, or not at all."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from enum import Enum
from types import TracebackType
from typing import Any, Protocol, Self, TypeVarTuple, overload

from sqlalchemy import Connection, CursorResult, Executable
from sqlalchemy.sql.selectable import TypedReturnsRows

from publishing.prepared import Found, Prepared, Row, Values

Columns = TypeVarTuple("Columns")
Clock = Callable[[], datetime]
Chance = Callable[[int], bytes]
Parameters = dict[str, Any] | list[dict[str, Any]]
Asked = tuple[Prepared, Values]


class Intent(Enum):
    """What a unit of work is for. Writers take turns; readers wait for nobody."""

    READ = "read"
    WRITE = "write"


class Line(Protocol):
    """A connection in a transaction."""

    @property
    def connection(self) -> Connection:
        """The connection as SQLAlchemy has it, for what is rare."""
        ...

    def ask(self, statement: Prepared, values: Values) -> Found:
        """What a statement finds, or changes. Raises `StoreUnavailable`."""
        ...

    def ask_all(self, asked: Sequence[Asked]) -> list[Found]:
        """What several statements find or change, one after the other, in one round trip."""
        ...


class Backend(Protocol):
    """A database that gives out transactions. Whatever it does may raise `StoreUnavailable`."""

    def begin(self, intent: Intent) -> Line:
        """A connection in a transaction."""
        ...

    def begin_with(self, intent: Intent, *asked: Asked) -> tuple[Line, list[Found]]:
        """A connection in a transaction, and what its first statements find or change."""
        ...

    def look(self, asked: Asked) -> Found:
        """What one statement finds by itself, without a transaction around it."""
        ...

    def commit(self, line: Any) -> None:
        """Keep what was done."""
        ...

    def settle(self, line: Any, /) -> None:
        """Wait until all that could be seen there is kept, once it was ended; None is anywhere."""
        ...

    def end(self, line: Any) -> None:
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
        "_first",
        "_is_over",
        "_is_single",
        "_line",
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
        self._line: Line | None = None
        self._first: Callable[[Work], object] | None = None
        self._is_over = False
        self._is_single = False

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

    def rows(self, statement: Prepared, values: Values) -> list[Row]:
        """What a statement finds."""
        return self._ask(statement, values)[0]

    def row(self, statement: Prepared, values: Values) -> Row | None:
        """The row that a statement finds, if it finds one; it never finds more."""
        found = self._ask(statement, values)[0]
        return found[0] if found else None

    def change(self, statement: Prepared, values: Values) -> int:
        """Of how many rows a statement made others, or none at all."""
        return self._ask(statement, values)[1]

    def change_all(self, *asked: Asked) -> list[Found]:
        """What several statements change and find, one after the other and in one round trip."""
        self._may_write()
        if self._line is not None or self._first is not None:
            return self._opened().ask_all(asked)
        self._may_begin()
        self._line, found = self._backend.begin_with(self.intent, *asked)
        return found

    def _ask(self, statement: Prepared, values: Values) -> Found:
        if statement.writes:
            self._may_write()
        if self._line is not None:
            return self._line.ask(statement, values)
        self._may_begin()
        if self._is_single:
            self._is_over = True
            return self._backend.look((statement, values))
        if self._first is not None:
            return self._opened().ask(statement, values)
        self._line, (found,) = self._backend.begin_with(self.intent, (statement, values))
        return found

    @property
    def connection(self) -> Connection:
        """The connection, in a transaction that is opened by the first use."""
        connection = self._opened().connection
        if not connection.in_transaction():
            connection.begin()  # whoever is handed it sees that the transaction is not theirs
        return connection

    def _opened(self) -> Line:
        if self._line is None:
            self._may_begin()
            self._line = self._backend.begin(self.intent)
            if self._first is not None:
                self._do_first(self._first)
        return self._line

    def _may_begin(self) -> None:
        if self._is_over:
            raise RuntimeError("This unit of work is over: open another one.")

    def _may_write(self) -> None:
        if self.intent is Intent.READ:
            raise RuntimeError("This unit of work is for reading: open one with Intent.WRITE.")

    def begin_with(self, act: Callable[["Work"], object]) -> None:
        """Have something done first in the transaction, whenever that opens.

        Where it raises, the unit is over: nothing else is done in it.
        """
        self._is_unopened("it has begun with something else")
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
        """The result of a statement that is too rare to be prepared.

        Read it before the unit is over.
        """
        if statement.is_dml:
            self._may_write()
        return self.connection.execute(statement, values)

    def single(self) -> Self:
        """The unit itself, which asks one prepared statement and is over then.

        One statement sees one state by itself: no transaction has to begin and end around it,
        which is two round trips of three.
        """
        self._is_unopened("it is more than one statement")
        self._may_begin()
        self._is_single = self.intent is Intent.READ
        return self

    def glance(self) -> "Work":
        """A unit for reading that is over before the transaction of this one opens.

        For what must be known before something slow is done.
        """
        self._is_unopened("do what is slow before the first use")
        return Work(self._backend, Intent.READ, self._clock, self.chance)

    def _is_unopened(self, advice: str) -> None:
        if self._line is not None:
            raise RuntimeError(f"The transaction is open: {advice}.")

    def commit(self) -> None:
        """Keep what was done, and end the unit."""
        if self._line is not None:
            self._backend.commit(self._line)
        self.rollback()

    def settle(self) -> None:
        """End the unit as `rollback` does, and wait until all that it has seen is kept.

        PostgreSQL shows what is committed some milliseconds before it is safe from a crash, and
        SQLite shows writers what they may be kept together with.
        """
        line = self._line
        self.rollback()
        self._backend.settle(line)

    def rollback(self) -> None:
        """End the unit; what was not committed is as if it had never been."""
        line, self._line, self._is_over = self._line, None, True
        if line is not None:
            self._backend.end(line)
