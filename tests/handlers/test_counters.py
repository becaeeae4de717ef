"""Counters: what they tell is true, and they neither grow without bound nor take the API along."""

from collections.abc import Callable
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from handlers.counters import REST, Count, Counters, InCommon, InMemory, counters
from tenor.limits import Quota
from tests.engine.contracts import repeatable
from tests.handlers.seconds import FakeStorage, Gone, Seconds

TEN = Quota("default", 10, 60)
Make = Callable[[Seconds], Counters]


def in_common(clock: Seconds, storage: FakeStorage | None = None) -> InCommon:
    return InCommon(storage or FakeStorage(clock), failures=Gone, clock=clock)


def in_memory(clock: Seconds) -> InMemory:
    return InMemory(clock=clock)


KINDS: list[Make] = [in_memory, in_common]
each_kind = pytest.mark.parametrize("make", KINDS)


def let_in(kept: Counters, times: int, key: str = "ada", quota: Quota = TEN) -> int:
    """How many of so many requests at once are let in."""
    return sum(kept.count(key, quota).is_let_in for _ in range(times))


def told(count: Count, quota: Quota = TEN) -> tuple[bool, int, int]:
    standing = count.standing(quota)
    return count.is_let_in, standing.remaining, standing.reset


# --- windows ------------------------------------------------------------------------------------


@each_kind
def test_as_many_are_let_in_as_the_quota_says_and_what_is_left_counts_down(make: Make):
    kept = make(Seconds())

    seen = [kept.count("ada", TEN) for _ in range(12)]

    assert [count.is_let_in for count in seen] == [True] * 10 + [False] * 2
    assert [count.standing(TEN).remaining for count in seen] == [*range(9, -1, -1), 0, 0]


@each_kind
def test_what_was_used_comes_back_bit_by_bit(make: Make):
    """The window slides: who used up a quota does not get it again whole at once."""
    clock = Seconds()
    kept = make(clock)
    assert let_in(kept, 11) == 10

    clock.pass_by(60)
    assert told(kept.count("ada", TEN)) == (False, 0, 1)
    clock.pass_by(1)
    assert told(kept.count("ada", TEN)) == (True, 0, 6)
    clock.pass_by(30)
    assert let_in(kept, 11) == 5
    clock.pass_by(120)
    assert let_in(kept, 11) == 10


@each_kind
def test_who_is_refused_waits_no_longer_for_having_tried(make: Make):
    clock = Seconds()
    kept = make(clock)
    let_in(kept, 10)
    wait = kept.count("ada", TEN).standing(TEN).reset

    assert let_in(kept, 1000) == 0
    clock.pass_by(wait)

    assert kept.count("ada", TEN).is_let_in


@each_kind
def test_keys_and_quotas_are_counted_apart(make: Make):
    kept = make(Seconds())
    other = Quota("login", 3, 3600)

    assert let_in(kept, 11, "default/ada") == 10
    assert let_in(kept, 11, "default/bob") == 10
    assert let_in(kept, 11, "login/ada", other) == 3


waits = st.lists(st.tuples(st.integers(1, 30), st.floats(0, 200)), min_size=1, max_size=12)
quotas = st.builds(Quota, st.just("default"), st.integers(1, 20), st.sampled_from([1, 7, 60, 3600]))


@each_kind
@repeatable
@given(quota=quotas, steps=waits, start=st.floats(0, 10_000))
def test_what_is_told_is_true(
    make: Make, quota: Quota, steps: list[tuple[int, float]], start: float
):
    """What is left is let in at once and no more; and after the wait there is more.

    Whatever happened before: `steps` are how many ask at once, and the part of the window that
    passes then.
    """
    clock = Seconds(start)
    kept = make(clock)
    for times, part in steps:
        clock.pass_by(part * quota.window / 100)
        let_in(kept, times, quota=quota)

    standing = kept.count("ada", quota).standing(quota)
    assert let_in(kept, standing.remaining + 1, quota=quota) == standing.remaining
    spent = kept.count("ada", quota)
    wait = spent.standing(quota).reset
    assert not spent.is_let_in
    assert 1 <= wait <= quota.window + 1
    clock.pass_by(wait)
    assert kept.count("ada", quota).is_let_in


def test_threads_count_together():
    kept = InMemory()
    quota = Quota("default", 500, 3600)
    seen: list[int] = []
    threads = [Thread(target=lambda: seen.append(let_in(kept, 200, quota=quota))) for _ in range(8)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(seen) == 500


# --- in this process ----------------------------------------------------------------------------


def test_memory_stays_bounded_under_many_addresses():
    """Those who come with ever new addresses push each other out, and nobody who was there."""
    clock = Seconds()
    kept = InMemory(clock=clock, most=100)
    assert let_in(kept, 10, "ada") == 10

    for window in range(3):
        for number in range(1000):
            assert kept.count(f"{window}.{number}", TEN).is_let_in
            assert len(kept) <= 200
        assert window or not kept.count("ada", TEN).is_let_in
        clock.pass_by(60)


def test_what_is_long_past_is_forgotten():
    clock = Seconds()
    kept = InMemory(clock=clock)
    for number in range(100):
        kept.count(str(number), TEN)

    clock.pass_by(120)
    kept.count("ada", TEN)

    assert len(kept) == 1


# --- in common ----------------------------------------------------------------------------------


def test_processes_that_share_a_storage_count_together():
    clock = Seconds()
    storage = FakeStorage(clock)
    one, other = in_common(clock, storage), in_common(clock, storage)

    assert (let_in(one, 6), let_in(other, 6)) == (6, 4)
    assert told(one.count("ada", TEN)) == told(other.count("ada", TEN)) == (False, 0, 61)


def test_while_the_storage_is_away_each_process_counts_for_itself():
    clock = Seconds()
    storage = FakeStorage(clock, is_away=True)
    one, other = in_common(clock, storage), in_common(clock, storage)

    assert (let_in(one, 20), let_in(other, 20)) == (10, 10)


def test_a_storage_that_is_away_is_told_once_and_left_in_peace_for_a_while():
    """So that no request waits for it whose predecessor has waited in vain."""
    clock = Seconds()
    storage = FakeStorage(clock, is_away=True)
    kept = in_common(clock, storage)

    with capture_logs() as logs:
        for _ in range(50):
            kept.count("ada", TEN)
        assert storage.asked == 1
        clock.pass_by(REST)
        kept.count("ada", TEN)

    assert storage.asked == 2
    assert [(log["event"], log["reason"]) for log in logs] == [
        ("rate_limits_not_shared", "Gone")
    ] * 2


def test_a_storage_that_is_back_is_used_again():
    clock = Seconds()
    storage = FakeStorage(clock, is_away=True)
    one, other = in_common(clock, storage), in_common(clock, storage)
    let_in(one, 10)

    storage.is_away = False
    clock.pass_by(REST)

    assert (let_in(one, 6), let_in(other, 6)) == (6, 4)


def test_what_is_no_failure_of_the_storage_is_raised():
    class Broken(FakeStorage):
        def get_sliding_window(self, key: str, expiry: int) -> tuple[int, float, int, float]:
            raise KeyError(key)

    with pytest.raises(KeyError):
        in_common(Seconds(), Broken(Seconds())).count("ada", TEN)


# --- where they are kept ------------------------------------------------------------------------


def test_a_store_says_where_requests_are_counted():
    assert isinstance(counters("memory://"), InMemory)
    assert isinstance(counters("redis://127.0.0.1:6379/0"), InCommon)
    with pytest.raises(ValueError, match="port"):
        counters("redis://127.0.0.1:port/0")


def test_a_redis_that_is_not_there_keeps_nobody_from_asking():
    """Port 1 of loopback refuses."""
    kept = counters("redis://127.0.0.1:1/0")

    with capture_logs() as logs:
        assert let_in(kept, 11) == 10

    assert [log["reason"] for log in logs] == ["ConnectionError"]
