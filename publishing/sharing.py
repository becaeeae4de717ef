"""Shared commits: the writers of one process who wait for each other are kept together.

A commit of SQLite writes each page that has changed, and waits for the disk: most of what a small
write costs. Those who come one after the other change much the same pages. So a writer whose work
is done lets all who wait do theirs in the same transaction, each from a savepoint on, and commits
when it is its turn again. Nobody is answered before that, and to others all of it is seen at once.
"""

import os
import threading
import weakref
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from sqlalchemy import Connection

from publishing.facts import StoreUnavailable
from publishing.prepared import Found, Prepared, Values
from publishing.work import Asked, Line

_FAULT = "a fault has ended the transaction"


class SharedLine(Line, Protocol):
    """A connection that can begin and end transactions, and the savepoints in them."""

    @property
    def in_transaction(self) -> bool:
        """Whether one is open. What cannot be done may have ended it: a disk that is full, say."""
        ...

    def command(self, sql: str) -> None:
        """Begin or end. Raises `StoreUnavailable`."""
        ...


class Turn:
    """A lock for those who come in, in the order in which they come."""

    __slots__ = ("_guard", "_is_taken", "_waiting")

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._is_taken = False
        self._waiting: deque[threading.Lock] = deque()

    def take(self, patience: float) -> bool:
        """Wait for it, so many seconds at most, and say whether it came."""
        with self._guard:
            if not self._is_taken:
                self._is_taken = True
                return True
            place = self._stand_last()
        try:
            return place.acquire(timeout=patience) or self._has_come(place)
        except BaseException:  # a signal's
            if self._has_come(place):
                self.pass_on()
            raise

    def _has_come(self, place: threading.Lock) -> bool:
        """Whether it came in the last moment to somebody who waits no longer."""
        with self._guard:
            if place in self._waiting:
                self._waiting.remove(place)
                return False
            return True

    def pass_on(self) -> None:
        """Let the next have it."""
        with self._guard:
            self._is_taken = bool(self._waiting)
            if self._waiting:
                self._waiting.popleft().release()

    def stand_last(self) -> None:
        """Let all who wait by now have it first."""
        with self._guard:
            if not self._waiting:
                return
            place = self._stand_last()
            self._waiting.popleft().release()
        interruption: BaseException | None = None
        has_come = False
        while not has_come:
            try:
                has_come = place.acquire()
            except BaseException as signalled:  # noqa: BLE001 - what was begun has to be ended
                interruption = signalled
        if interruption is not None:
            raise interruption

    def _stand_last(self) -> threading.Lock:
        place = threading.Lock()
        place.acquire()
        self._waiting.append(place)
        return place


class Shared:
    """A transaction in which the works of several writers stand; `works` are those that are done.

    Once it is over, `failure` says why nothing of it was kept.
    """

    __slots__ = ("_is_over", "failure", "line", "works")

    def __init__(self, line: SharedLine) -> None:
        self.line = line
        self.works = 0
        self.failure: BaseException | None = None
        self._is_over = threading.Event()

    @property
    def is_over(self) -> bool:
        """Whether it was committed, or lost."""
        return self._is_over.is_set()

    def close(self) -> None:
        """Tell all who wait for it that it is over."""
        self._is_over.set()

    def wait(self) -> None:
        """Wait until it is committed. Raises `StoreUnavailable`."""
        self._is_over.wait()
        if self.failure is not None:
            raise StoreUnavailable(
                f"the commit that it shared with others failed ({self.failure})"
            ) from self.failure


class Writing:
    """What one writer does in a transaction, in a turn. All of it may raise `StoreUnavailable`."""

    __slots__ = ("is_over", "shared", "turn")

    def __init__(self, shared: Shared, turn: Turn) -> None:
        self.shared = shared
        self.turn = turn
        self.is_over = False

    @property
    def line(self) -> SharedLine:
        """The connection, as long as what was begun on it is not over.

        Else a statement would be kept by itself, or with what others have begun there.
        """
        if self.is_over or not self.shared.line.in_transaction:
            raise StoreUnavailable(_FAULT)
        return self.shared.line

    @property
    def connection(self) -> Connection:
        """The connection as SQLAlchemy has it, for what is rare."""
        return self.line.connection

    def ask(self, statement: Prepared, values: Values) -> Found:
        """What a statement finds, or changes."""
        return self.line.ask(statement, values)

    def ask_all(self, asked: Sequence[Asked]) -> list[Found]:
        """What several statements find or change, one after the other."""
        return self.line.ask_all(asked)


class Writers:
    """Those of one process who write: one at a time, and none waits for a turn beyond `patience`.

    `begin` gives a connection in a transaction, and `take_back` ends whatever is open on it.
    """

    def __init__(
        self,
        begin: Callable[[], SharedLine],
        take_back: Callable[[Any], None],
        *,
        patience: float,
    ) -> None:
        self._begin = begin
        self._take_back = take_back
        self._patience = patience
        self._begin_anew()
        begin_anew = weakref.WeakMethod(self._begin_anew)

        def after_in_child() -> None:
            if (forked := begin_anew()) is not None:
                forked()

        os.register_at_fork(after_in_child=after_in_child)

    def _begin_anew(self) -> None:
        """In a forked child, too: what its parent has begun is the parent's to end."""
        self._turn = Turn()
        self._shared: Shared | None = None

    def begin(self) -> Writing:
        """What a writer does from now on. Raises `StoreUnavailable`."""
        if not self._turn.take(self._patience):
            raise StoreUnavailable("too many writers are waiting")
        try:
            return Writing(self._joined(), self._turn)
        except BaseException:
            self._turn.pass_on()
            raise

    def _joined(self) -> Shared:
        shared = self._shared
        if shared is None:
            shared = self._shared = Shared(self._begin())
        else:
            try:
                shared.line.command("SAVEPOINT work")
            except BaseException as error:
                # The index of words is written then, too, and a full disk ends the transaction. A
                # signal may leave a savepoint that nobody knows of, and undoing goes back to it.
                if not shared.line.in_transaction or not isinstance(error, Exception):
                    self._close(shared, error)
                raise
        return shared

    def commit(self, writing: Writing) -> None:
        """Keep what was done, which may be when others have done theirs.

        Raises `StoreUnavailable`.
        """
        shared = writing.shared
        self._must_be_ours(writing)
        line = writing.line
        if shared.works:
            line.command("RELEASE work")
        shared.works += 1
        writing.is_over = True
        is_first = shared.works == 1
        try:
            if is_first:
                self._turn.stand_last()
        finally:
            try:
                if is_first and not shared.is_over:
                    self._keep(shared)
            finally:
                self._turn.pass_on()
        shared.wait()

    def _keep(self, shared: Shared) -> None:
        """Commit for all. Raises what speaks against it."""
        failure: BaseException | None = None
        try:
            shared.line.command("COMMIT")
        except BaseException as error:
            failure = error
            raise
        finally:
            self._close(shared, failure)

    def _close(self, shared: Shared, failure: BaseException | None) -> None:
        self._shared = None
        shared.failure = failure
        try:
            self._take_back(shared.line)
        finally:
            shared.close()

    def end(self, writing: Writing) -> None:
        """Undo what was done and not committed, and let the next write."""
        if writing.is_over:
            return
        writing.is_over = True
        shared = writing.shared
        if writing.turn is not self._turn:  # it was begun before this process was forked
            self._take_back(shared.line)
            return
        try:
            if not shared.works:
                self._close(shared, None)
            elif shared.line.in_transaction:
                self._undo(shared)
            else:
                self._close(shared, StoreUnavailable(_FAULT))
        finally:
            self._turn.pass_on()

    def _undo(self, shared: Shared) -> None:
        try:
            shared.line.command("ROLLBACK TO work")
            shared.line.command("RELEASE work")
        except BaseException as error:
            self._close(shared, error)
            raise

    def settle(self, writing: Writing) -> None:
        """Wait until all that a writer could have seen is kept. Raises `StoreUnavailable`."""
        self._must_be_ours(writing)
        writing.shared.wait()

    def _must_be_ours(self, writing: Writing) -> None:
        if writing.turn is not self._turn:
            raise StoreUnavailable("the transaction was begun before this process was forked")
