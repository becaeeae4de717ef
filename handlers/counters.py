"""Counters: how often somebody asked lately, kept in this process, or in Redis for several.

Windows slide: beside what the running window has counted, the one before weighs by the part of it
that lies within the last `window` seconds. Only what was let in is counted, so that whoever is
refused waits no longer for having tried.
"""

import math
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Protocol

import structlog

from tenor.limits import Quota, Standing

log = structlog.get_logger("handlers")

Clock = Callable[[], float]
"""The time in seconds, from whenever on; it never goes back."""

MOST_KEYS = 50_000
"""How many keys of a quota are counted in one window in this process."""
PATIENCE = 0.25
"""Seconds that a request waits for Redis at most."""
REST = 5.0
"""Seconds in which Redis is not asked after it did not answer."""

_ROUNDING = 0.001
"""Seconds that a clock may be off by rounding."""


@dataclass(frozen=True, slots=True)
class Count:
    """What was counted for a key, this request included if it was let in.

    `left` is in how many seconds the running window ends.
    """

    is_let_in: bool
    before: int
    running: int
    left: float

    def standing(self, quota: Quota) -> Standing:
        """What is left of a quota, and in how many whole seconds there is more for sure."""
        weight = math.floor(self.before * self.left / quota.window)
        wait = self.left - (weight * quota.window / self.before if weight else 0)
        remaining = quota.amount - weight - self.running
        return Standing(quota, max(0, remaining), math.floor(max(0, wait) + _ROUNDING) + 1)


class Counters(Protocol):
    """Where requests are counted."""

    def count(self, key: str, quota: Quota) -> Count:
        """Count a request for a key, unless its quota is used up."""
        ...


@dataclass(slots=True)
class _Windows:
    """The running window of a quota, by its number since the clock began, and the one before."""

    number: int = 0
    running: dict[str, int] = field(default_factory=dict[str, int])
    before: dict[str, int] = field(default_factory=dict[str, int])

    def turn(self, number: int) -> None:
        """Go on to a window. What is older than the one before it is forgotten."""
        if number != self.number:
            self.before = self.running if number == self.number + 1 else {}
            self.running = {}
            self.number = number


class InMemory:
    """Counters of this process.

    They hold `most` keys of a quota for each of two windows, and in place of one more the newest is
    forgotten: so it is those who come with ever new addresses that push each other out.
    """

    def __init__(self, *, clock: Clock = time.monotonic, most: int = MOST_KEYS) -> None:
        self._clock = clock
        self._most = most
        self._lock = Lock()
        self._windows = defaultdict[Quota, _Windows](_Windows)

    def __len__(self) -> int:
        return sum(len(w.running) + len(w.before) for w in self._windows.values())

    def count(self, key: str, quota: Quota) -> Count:
        """Count a request for a key, unless its quota is used up."""
        with self._lock:
            windows = self._windows[quota]
            number, passed = divmod(self._clock(), quota.window)
            windows.turn(int(number))
            left = quota.window - passed
            before, running = windows.before.get(key, 0), windows.running.get(key, 0)
            is_let_in = math.floor(before * left / quota.window) + running < quota.amount
            if is_let_in:
                running += 1
                if running == 1 and len(windows.running) >= self._most:
                    windows.running.popitem()
                windows.running[key] = running
        return Count(is_let_in, before, running, left)


class Storage(Protocol):
    """A storage of the library `limits` that several processes share."""

    def acquire_sliding_window_entry(
        self, key: str, limit: int, expiry: int, amount: int = 1
    ) -> bool:
        """Count, unless the limit is reached."""
        ...

    def get_sliding_window(self, key: str, expiry: int) -> tuple[int, float, int, float]:
        """The counts of the window before and of the running one, each with the time it is kept."""
        ...


class InCommon:
    """Counters that several processes share; those of this process while the storage is away.

    An API does not fall with its counters: who asks is then counted by each process for itself.
    """

    def __init__(
        self,
        storage: Storage,
        *,
        failures: type[Exception] | tuple[type[Exception], ...],
        clock: Clock = time.monotonic,
    ) -> None:
        self._storage = storage
        self._failures = failures
        self._clock = clock
        self._own = InMemory(clock=clock)
        self._rests_until = -math.inf

    def count(self, key: str, quota: Quota) -> Count:
        """Count a request for a key, unless its quota is used up."""
        if self._rests:
            return self._own.count(key, quota)
        try:
            return self._counted_in_common(f"{key}/{quota.window}", quota)
        except self._failures as failure:
            if not self._rests:  # of those who waited together one tells
                log.warning("rate_limits_not_shared", reason=type(failure).__name__, seconds=REST)
            self._rests_until = self._clock() + REST
            return self._own.count(key, quota)

    @property
    def _rests(self) -> bool:
        return self._clock() < self._rests_until

    def _counted_in_common(self, key: str, quota: Quota) -> Count:
        window = quota.window
        is_let_in = self._storage.acquire_sliding_window_entry(key, quota.amount, window)
        before, _, running, kept = self._storage.get_sliding_window(key, window)
        return Count(is_let_in, before, running, max(0, kept - window))  # it is kept for one more


def counters(store: str) -> Counters:
    """The counters that a store names: `memory://`, or the URL of a Redis. Raises ValueError."""
    if store == "memory://":
        return InMemory()
    # Who counts in memory needs neither library.
    import redis
    from limits.storage import RedisStorage
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    options: dict[str, Any] = {
        "key_prefix": "tenor",
        "socket_connect_timeout": PATIENCE,
        "socket_timeout": PATIENCE,
        # A connection that was closed since is opened anew, at once.
        "retry": Retry(NoBackoff(), 1, supported_errors=(redis.ConnectionError,)),
    }
    storage = RedisStorage(store, **options)
    return InCommon(storage, failures=storage.base_exceptions)
