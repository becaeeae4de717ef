"""The connections of one process, and the turn in which its writers use them."""

import os
import threading
import time
import weakref
from collections.abc import Callable
from typing import Generic, TypeVar

from sqlalchemy import Connection, Engine

from publishing.facts import StoreUnavailable
from publishing.work import Intent


class Line:
    """A connection that is kept open: SQLAlchemy's, and whatever a database keeps beside it.

    What is rare is asked through SQLAlchemy, and all else of the driver itself.
    """

    __slots__ = ("connection", "made", "pid", "turn")

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.made = time.monotonic()
        self.pid = os.getpid()
        # That of the writers of this process, while whoever has the connection has it.
        self.turn: threading.Lock | None = None

    def pass_turn(self) -> None:
        """Let the next writer of this process write."""
        turn, self.turn = self.turn, None
        if turn is not None:
            turn.release()


AnyLine = TypeVar("AnyLine", bound=Line)
Begun = TypeVar("Begun")


class Connections(Generic[AnyLine]):
    """Connections that many threads share, and that a forked child makes anew.

    Nobody waits longer than `patience` seconds for one, or for the turn to write. Of those that
    are free the last one used is taken first: what it has read is still in its memory.
    SQLAlchemy's own pool does the same and more, for a third of what reading a post costs.
    """

    def __init__(
        self,
        engine: Engine,
        make: Callable[[Connection], AnyLine],
        *,
        most: int,
        patience: float,
    ) -> None:
        self.engine = engine
        self._make = make
        self._most = most
        self._patience = patience
        self._of_parent: list[AnyLine] = []
        self._begin_anew()
        self._tell_of_forks()

    def _begin_anew(self) -> None:
        self._pid = os.getpid()
        self._free: list[AnyLine] = []
        self._made = 0
        self._wanted = 0
        self._returned = threading.Condition()
        # Writers of one process queue here and not on a connection each: so readers always find
        # one, and the database sees one waiting writer of each process at most.
        self._turn = threading.Lock()

    def take(self) -> AnyLine:
        """One that is free, or a new one. Raises `StoreUnavailable`."""
        try:
            return self._free.pop()
        except IndexError:
            return self._awaited() or self._new()

    def _awaited(self) -> AnyLine | None:
        """One that somebody gives back, or nothing once there is room for another."""
        deadline = time.monotonic() + self._patience
        with self._returned:
            self._wanted += 1
            try:
                while not self._free:
                    if self._made < self._most:
                        self._made += 1
                        return None
                    if not self._returned.wait(deadline - time.monotonic()):
                        raise StoreUnavailable("all its connections are in use")
                return self._free.pop()
            finally:
                self._wanted -= 1

    def _new(self) -> AnyLine:
        try:
            return self._make(self.engine.connect())
        except BaseException:
            self._make_room()
            raise

    def _make_room(self) -> None:
        """Let another connection be made in the place of one that is gone."""
        with self._returned:
            self._made -= 1
            self._returned.notify()

    def in_turn(
        self, intent: Intent, begin: Callable[[], tuple[AnyLine, Begun]]
    ) -> tuple[AnyLine, Begun]:
        """What `begin` gives; to a writer, when it is its turn. Raises `StoreUnavailable`."""
        if intent is Intent.READ:
            return begin()
        turn = self._turn
        if not turn.acquire(timeout=self._patience):
            raise StoreUnavailable("too many writers are waiting")
        try:
            line, begun = begin()
        except BaseException:
            turn.release()
            raise
        line.turn = turn
        return line, begun

    def pass_early(self, line: AnyLine) -> None:
        """Let the next writer write, while this one needs nothing but its connection any more.

        It waits for its flush then, and should that hang, half of all are left to readers.
        """
        if len(self._free) + self._most - self._made > self._most // 2:
            line.pass_turn()

    def is_of_parent(self, line: AnyLine) -> bool:
        """Whether it was made before this process was forked, and is not ours to use."""
        return line.pid != self._pid

    def give_back(self, line: AnyLine) -> None:
        """Let the next use the connection, and the next writer write."""
        if line.pid != self._pid:
            self._of_parent.append(line)
            return
        turn, line.turn = line.turn, None
        self._free.append(line)
        if self._wanted:
            with self._returned:
                self._returned.notify()
        if turn is not None:
            turn.release()

    def discard(self, line: AnyLine) -> None:
        """Close a connection that is of no use any more, and let the next writer write."""
        self._make_room()
        try:
            line.connection.invalidate()
            line.connection.close()
        finally:
            line.pass_turn()

    def close(self) -> None:
        """Close those that nobody uses."""
        while self._free:
            line = self._free.pop()
            self._make_room()
            line.connection.close()

    def start_anew(self) -> None:
        """In a forked child: leave the parent's connections and its writer's turn alone."""
        # Kept, for closing them here would tell the database that the parent has let go of them.
        self._of_parent += self._free
        self._begin_anew()

    def _tell_of_forks(self) -> None:
        start_anew = weakref.WeakMethod(self.start_anew)

        def after_in_child() -> None:
            if (forked := start_anew()) is not None:
                forked()

        os.register_at_fork(after_in_child=after_in_child)
