"""A clock of seconds that stands still until a test moves it, and a storage that goes by it."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Seconds:
    """The time in seconds."""

    now: float = 6000.0

    def __call__(self) -> float:
        return self.now

    def pass_by(self, seconds: float) -> None:
        self.now += seconds


class Gone(Exception):
    """What a storage raises that does not answer."""


@dataclass(slots=True)
class FakeStorage:
    """What the library `limits` does at a Redis, in memory and in whole milliseconds.

    A key's first request begins its first window, and each count is kept for one window more.
    """

    clock: Seconds
    is_away: bool = False
    asked: int = 0
    kept: dict[str, tuple[int, int, int]] = field(default_factory=dict[str, tuple[int, int, int]])
    """When the running window began, what the one before counted, and what it counts itself."""

    def acquire_sliding_window_entry(
        self, key: str, limit: int, expiry: int, amount: int = 1
    ) -> bool:
        before, left, running, _ = self.get_sliding_window(key, expiry)
        if int(before * left / expiry) + running + amount > limit:
            return False
        began = self.kept[key][0] if key in self.kept else self._now
        self.kept[key] = (began, before, running + amount)
        return True

    def get_sliding_window(self, key: str, expiry: int) -> tuple[int, float, int, float]:
        self.asked += 1
        if self.is_away:
            raise Gone
        window = expiry * 1000
        if key in self.kept:
            began, _, running = self.kept[key]
            if self._now >= began + 2 * window:
                del self.kept[key]
            elif self._now > began + window:
                self.kept[key] = (began + window, running, 0)
        if key not in self.kept:
            return 0, 0, 0, 0
        began, before, running = self.kept[key]
        left = began + window - self._now
        return before, left / 1000 if before else 0, running, (left + window) / 1000

    @property
    def _now(self) -> int:
        return int(self.clock() * 1000)
