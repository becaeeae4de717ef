"""The connections of one process, and the turn in which its writers use them."""

import os
import threading
import weakref
from collections.abc import Callable

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import TimeoutError as PoolExhausted

from publishing.facts import StoreUnavailable
from publishing.work import Intent


class Connections:
    """Connections that many threads share, and that a forked child makes anew.

    Nobody waits longer than `patience` seconds for one, or for the turn to write.
    """

    def __init__(self, engine: Engine, *, patience: float) -> None:
        self.engine = engine
        self._patience = patience
        # Writers of one process queue here and not on a connection each: so readers always find
        # one, and the database sees one waiting writer of each process at most.
        self._turn = threading.Lock()
        self._tell_of_forks()

    def take(self) -> Connection:
        """One that is free, or a new one. Raises `StoreUnavailable`."""
        try:
            return self.engine.connect()
        except PoolExhausted as error:
            raise StoreUnavailable("all its connections are in use") from error

    def in_turn(self, intent: Intent, begin: Callable[[], Connection]) -> Connection:
        """What `begin` gives; to a writer, when it is its turn. Raises `StoreUnavailable`."""
        if intent is Intent.READ:
            return begin()
        if not self._turn.acquire(timeout=self._patience):
            raise StoreUnavailable("too many writers are waiting")
        try:
            return begin()
        except BaseException:
            self._turn.release()
            raise

    def give_back(self, connection: Connection, intent: Intent) -> None:
        """Let the next use the connection, and the next writer write."""
        try:
            connection.close()
        finally:
            if intent is Intent.WRITE:
                self._turn.release()

    def close(self) -> None:
        """Close those that nobody uses."""
        self.engine.dispose()

    def start_anew(self) -> None:
        """In a forked child: leave the parent's connections and its writer's turn alone."""
        # Kept, for closing them here would tell the database that the parent has let go of them.
        self._of_parent = self.engine.pool
        self.engine.dispose(close=False)
        self._turn = threading.Lock()

    def _tell_of_forks(self) -> None:
        start_anew = weakref.WeakMethod(self.start_anew)

        def after_in_child() -> None:
            if (forked := start_anew()) is not None:
                forked()

        os.register_at_fork(after_in_child=after_in_child)
