"""SQLite: the writers who wait for each other share a commit, and are answered after it or not."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from random import Random
from typing import Any

import pytest
from sqlalchemy import insert, select, text

from publishing import retries, tables
from publishing.facts import StoreUnavailable
from publishing.prepared import Prepared
from publishing.retries import AlreadyAnswered, Answer, Claim
from publishing.sharing import Turn
from publishing.sqlite import SQLite, _Line
from publishing.store import Store
from publishing.work import Intent, Work
from tests.publishing.story import OpenStore, add, is_there, join, reading, writing
from tests.publishing.test_retries import ANSWER, REQUEST

pytestmark = pytest.mark.only_on("sqlite", reason="PostgreSQL lets writers share flushes")

_NAMES = Prepared(select(tables.accounts.c.username))


class Commands:
    """What connections are told, and what fails when they are told it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.told: list[str] = []
        self.fails: dict[str, Exception] = {}
        command = _Line.command

        def watched(line: _Line, sql: str) -> None:
            self.told.append(sql)
            if sql in self.fails:
                raise self.fails[sql]
            command(line, sql)

        monkeypatch.setattr(_Line, "command", watched)


@pytest.fixture
def commands(store: Store, monkeypatch: pytest.MonkeyPatch) -> Commands:
    assert isinstance(store._database, SQLite)
    return Commands(monkeypatch)


class Writer(threading.Thread):
    """Somebody who writes in a thread of their own."""

    def __init__(self, act: Callable[[], object]) -> None:
        super().__init__()
        self._act = act
        self.failure: BaseException | None = None
        self.start()

    def run(self) -> None:
        try:
            self._act()
        except BaseException as failure:  # noqa: BLE001 - the test looks at it
            self.failure = failure


def raw(work: Work) -> Any:
    """The driver's own connection."""
    return work.connection.connection.dbapi_connection


def waiting(store: Store) -> int:
    return len(store._database._writers._turn._waiting)  # type: ignore[attr-defined]


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not is_so():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.001)


@contextmanager
def together(store: Store, first: str, *acts: Callable[[], object]) -> Iterator[list[Writer]]:
    """Writers who come while the first one writes, one after the other."""
    writers: list[Writer] = []
    with writing(store) as work:
        add(work, first)
        for number, act in enumerate(acts, 1):
            writers.append(Writer(act))
            wait_until(lambda number=number: waiting(store) == number)
        yield writers
    for writer in writers:
        writer.join(10)
        assert not writer.is_alive()


def each_joins(store: Store, *names: str) -> list[Callable[[], None]]:
    return [lambda name=name: join(store, name) for name in names]


def test_who_waits_for_each_other_shares_a_commit(store: Store, commands: Commands):
    with together(store, "zoe", *each_joins(store, "yan", "xia", "wes")) as writers:
        assert not is_there(store, "zoe")
        commands.told.clear()

    assert commands.told == ["SAVEPOINT work", "RELEASE work"] * 3 + ["COMMIT"]
    assert [writer.failure for writer in writers] == [None] * 3
    assert all(is_there(store, name) for name in ("zoe", "yan", "xia", "wes"))


def test_who_is_alone_commits_at_once(store: Store, commands: Commands):
    join(store, "zoe")
    join(store, "yan")

    assert commands.told == ["BEGIN IMMEDIATE", "COMMIT"] * 2


def test_nobody_is_answered_before_the_commit(store: Store):
    has_begun, may_go_on = threading.Event(), threading.Event()

    def dawdle() -> None:
        with writing(store) as work:
            add(work, "xia")
            has_begun.set()
            assert may_go_on.wait(10)

    with store.work(Intent.WRITE) as work:
        add(work, "zoe")
        yan = Writer(lambda: join(store, "yan"))
        wait_until(lambda: waiting(store) == 1)
        xia = Writer(dawdle)
        wait_until(lambda: waiting(store) == 2)
    assert has_begun.wait(10)

    assert yan.is_alive()
    assert not is_there(store, "yan")

    may_go_on.set()
    yan.join(10)
    xia.join(10)
    assert is_there(store, "yan")
    assert is_there(store, "xia")


def test_who_undoes_its_work_undoes_nobody_elses(store: Store, commands: Commands):
    def give_up() -> None:
        with store.work(Intent.WRITE) as work:
            add(work, "yan")

    with together(store, "zoe", give_up, *each_joins(store, "xia")):
        pass

    assert [is_there(store, name) for name in ("zoe", "yan", "xia")] == [True, False, True]
    assert commands.told.count("BEGIN IMMEDIATE") == 1


def test_the_first_may_undo_its_work(store: Store):
    with store.work(Intent.WRITE) as work:
        add(work, "zoe")
        yan, xia = map(Writer, each_joins(store, "yan", "xia"))
        wait_until(lambda: waiting(store) == 2)
    yan.join(10)
    xia.join(10)

    assert [is_there(store, name) for name in ("zoe", "yan", "xia")] == [False, True, True]


def test_where_the_commit_fails_all_are_told_and_nothing_is_kept(store: Store, commands: Commands):
    commands.fails["COMMIT"] = StoreUnavailable("disk I/O error")

    with (
        pytest.raises(StoreUnavailable, match="disk I/O error"),
        together(store, "zoe", *each_joins(store, "yan", "xia")) as writers,
    ):
        pass
    for writer in writers:
        writer.join(10)

    for writer in writers:
        assert isinstance(writer.failure, StoreUnavailable)
        assert "shared with others" in writer.failure.reason
    commands.fails.clear()
    assert not any(is_there(store, name) for name in ("zoe", "yan", "xia"))
    join(store, "zoe")
    assert is_there(store, "zoe")


def test_what_only_the_commit_refuses_is_refused_to_all_alike(store: Store):
    def refer_to_nothing() -> None:
        with writing(store) as work:
            work.execute(text("PRAGMA defer_foreign_keys=ON"))
            work.execute(insert(tables.post_tags).values(tag="engines", post_id=7))

    with (
        pytest.raises(StoreUnavailable, match="FOREIGN KEY"),
        together(store, "zoe", refer_to_nothing, *each_joins(store, "xia")) as writers,
    ):
        pass
    for writer in writers:
        writer.join(10)

    assert [type(writer.failure) for writer in writers] == [StoreUnavailable] * 2
    assert not any(is_there(store, name) for name in ("zoe", "xia"))
    join(store, "zoe")
    assert is_there(store, "zoe")


def test_after_a_fault_that_ends_the_transaction_nothing_more_is_done_in_the_unit(store: Store):
    """Whoever goes on all the same would have each statement kept by itself."""
    with store.work(Intent.WRITE) as work:
        add(work, "zoe")
        raw(work).rollback()

        for go_on in (
            lambda: add(work, "yan"),
            lambda: work.change_all((_NAMES, {})),
            lambda: work.execute(text("DELETE FROM accounts")),
            work.commit,
        ):
            with pytest.raises(StoreUnavailable, match="a fault has ended the transaction"):
                go_on()

    assert [is_there(store, name) for name in ("ghost", "zoe", "yan")] == [True, False, False]
    join(store, "zoe")
    assert is_there(store, "zoe")


def test_after_a_commit_that_failed_nothing_more_is_done_in_the_unit(
    store: Store, commands: Commands
):
    """Its connection is another's by then."""
    commands.fails["COMMIT"] = StoreUnavailable("disk I/O error")
    with store.work(Intent.WRITE) as work:
        add(work, "zoe")
        with pytest.raises(StoreUnavailable, match="disk I/O error"):
            work.commit()
        commands.fails.clear()

        with writing(store) as other:
            add(other, "yan")
            with pytest.raises(StoreUnavailable):
                add(work, "xia")
            with pytest.raises(StoreUnavailable):
                work.commit()

    assert [is_there(store, name) for name in ("zoe", "yan", "xia")] == [False, True, False]


def test_a_fault_that_ends_the_transaction_of_the_first_ends_it_before_others_come(store: Store):
    """Their savepoints would begin a transaction, and keep what they are told is lost."""
    with store.work(Intent.WRITE) as work:
        add(work, "zoe")
        yan, xia = map(Writer, each_joins(store, "yan", "xia"))
        wait_until(lambda: waiting(store) == 2)
        raw(work).rollback()
        with pytest.raises(StoreUnavailable):
            work.commit()
    yan.join(10)
    xia.join(10)

    assert [is_there(store, name) for name in ("zoe", "yan", "xia")] == [False, True, True]
    assert [yan.failure, xia.failure] == [None, None]


@pytest.mark.parametrize("ends_well", [True, False])
def test_a_fault_that_ends_the_transaction_ends_it_for_all(store: Store, ends_well: bool):
    """A full disk has SQLite roll back all of it by itself."""

    def fill_the_disk() -> None:
        with store.work(Intent.WRITE) as work:
            add(work, "yan")
            raw(work).rollback()
            if ends_well:
                work.commit()

    with (
        pytest.raises(StoreUnavailable),
        together(store, "zoe", fill_the_disk, *each_joins(store, "xia")) as writers,
    ):
        pass
    for writer in writers:
        writer.join(10)

    assert [is_there(store, name) for name in ("zoe", "yan", "xia")] == [False, False, True]
    assert (writers[0].failure is None) is not ends_well


def failure_of_the_second(store: Store) -> BaseException | None:
    """What a writer meets whose coming ends the transaction, for the first too but nobody after."""
    with (
        pytest.raises(StoreUnavailable),
        together(store, "zoe", *each_joins(store, "yan", "xia", "wes")) as writers,
    ):
        pass
    for writer in writers:
        writer.join(10)

    found = [is_there(store, name) for name in ("zoe", "yan", "xia", "wes")]
    assert found == [False, False, True, True]
    second, *others = writers
    assert [writer.failure for writer in others] == [None, None]
    return second.failure


def test_a_savepoint_that_fails_and_ends_the_transaction_ends_it_for_all(
    store: Store, monkeypatch: pytest.MonkeyPatch
):
    """The index of words is written then, and a full disk has SQLite roll back everything."""
    command = _Line.command
    faults = [StoreUnavailable("database or disk is full")]

    def failing(line: _Line, sql: str) -> None:
        if sql == "SAVEPOINT work" and faults:
            line.raw.rollback()
            raise faults.pop()
        command(line, sql)

    monkeypatch.setattr(_Line, "command", failing)

    assert isinstance(failure_of_the_second(store), StoreUnavailable)


def test_who_is_interrupted_at_a_savepoint_leaves_none(
    store: Store, monkeypatch: pytest.MonkeyPatch
):
    """Who undoes would go back to it, and undo what others have done since."""
    command = _Line.command
    signals = [KeyboardInterrupt()]

    def interrupted(line: _Line, sql: str) -> None:
        command(line, sql)
        if sql == "SAVEPOINT work" and signals:
            raise signals.pop()

    monkeypatch.setattr(_Line, "command", interrupted)

    assert isinstance(failure_of_the_second(store), KeyboardInterrupt)


@pytest.mark.parametrize("ends_well", [True, False])
def test_a_savepoint_that_is_gone_is_a_store_that_is_not_available(store: Store, ends_well: bool):
    """Nobody can say then what is whose, and so nothing is kept."""

    def lose_it() -> None:
        with store.work(Intent.WRITE) as work:
            add(work, "yan")
            raw(work).execute("RELEASE work")
            if ends_well:
                work.commit()

    with (
        pytest.raises(StoreUnavailable),
        together(store, "zoe", lose_it, *each_joins(store, "xia")) as writers,
    ):
        pass
    for writer in writers:
        writer.join(10)

    assert [is_there(store, name) for name in ("zoe", "yan", "xia")] == [False, False, True]
    assert [type(writer.failure) for writer in writers] == [StoreUnavailable, type(None)]


@pytest.mark.parametrize("intent", Intent)
def test_who_is_interrupted_once_a_transaction_has_begun_leaves_none(
    store: Store, intent: Intent, monkeypatch: pytest.MonkeyPatch
):
    command = _Line.command

    def interrupted(line: _Line, sql: str) -> None:
        command(line, sql)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(_Line, "command", interrupted)
        with pytest.raises(KeyboardInterrupt), store.work(intent) as work:
            work.rows(_NAMES, {})

    join(store, "zoe")
    assert is_there(store, "zoe")


def test_what_is_rare_is_shared_too(store: Store, commands: Commands):
    """SQLAlchemy takes the connection for its own then, and could roll all of it back."""

    def ask() -> None:
        with writing(store) as work:
            work.execute(text("SELECT 1"))
            add(work, "yan")

    def ask_in_vain() -> None:
        with store.work(Intent.WRITE) as work:
            add(work, "wes")
            work.execute(text("SELECT 1"))

    with together(store, "zoe", ask, *each_joins(store, "xia"), ask_in_vain):
        pass

    found = [is_there(store, name) for name in ("zoe", "yan", "xia", "wes")]
    assert found == [True, True, True, False]
    assert commands.told.count("COMMIT") == 1


@pytest.mark.usefixtures("ada")
def test_an_answer_is_not_given_again_before_it_is_safe(store: Store, commands: Commands):
    """Whoever writes sees what others have done and not committed."""
    commands.fails["COMMIT"] = StoreUnavailable("disk I/O error")
    told: list[Answer] = []

    def keep() -> None:
        claim = Claim(REQUEST)
        with writing(store) as work:
            work.begin_with(claim.make)
            claim.keep(work, ANSWER)

    def ask_again() -> None:
        with writing(store) as work:
            try:
                retries.look(work, REQUEST)
            except AlreadyAnswered as again:
                told.append(again.answer)

    with (
        pytest.raises(StoreUnavailable),
        together(store, "zoe", keep, ask_again) as (first, second),
    ):
        pass
    first.join(10)
    second.join(10)

    assert isinstance(first.failure, StoreUnavailable)
    assert isinstance(second.failure, StoreUnavailable)
    assert told == []


def is_told_in_child(act: Callable[[], object]) -> bool:
    """Whether a forked child is told that the store is not available, and soon."""
    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(10)
        try:
            act()
        except StoreUnavailable:
            os._exit(0)
        finally:
            os._exit(1)  # nothing of the test run is the child's to end
    return os.waitpid(child, 0)[1] == 0


@pytest.mark.parametrize("end", [Work.commit, Work.settle])
def test_a_child_can_neither_keep_what_its_parent_has_begun_nor_wait_for_it(
    store: Store, end: Callable[[Work], None]
):
    with writing(store) as work:
        add(work, "zoe")

        assert is_told_in_child(lambda: end(work))

        assert not is_there(store, "zoe")
    assert is_there(store, "zoe")


def test_what_a_parent_has_begun_is_not_ended_in_its_child(store: Store):
    """The child's turn is another's by then."""
    work = store.work(Intent.WRITE)
    add(work, "zoe")
    writers: Any = store._database._writers  # type: ignore[attr-defined]
    line = writers._shared.line
    writers._begin_anew()
    line.pid -= 1
    assert writers._turn.take(0)

    work.rollback()

    assert not writers._turn.take(0)
    assert line.in_transaction
    line.pid += 1
    line.command("ROLLBACK")


def test_many_writers_lose_nothing_and_keep_nothing_else(open_store: OpenStore, store: Store):
    """Some are refused, some give up, and two processes' worth of stores take turns."""
    kept: set[str] = set()
    undone: set[str] = set()

    def act(at: Store, number: int) -> None:
        random = Random(number)
        for count in range(20):
            name = f"account-{number}-{count}"
            with at.work(Intent.WRITE) as work:
                add(work, name)
                if random.random() < 0.1:
                    work.execute(text("SELECT 1"))
                if random.random() < 0.3:
                    undone.add(name)
                    continue
                work.commit()
            kept.add(name)

    with closing(open_store()) as other:
        writers = [
            Writer(lambda at=at, number=number: act(at, number))
            for number, at in enumerate([store] * 6 + [other] * 3)
        ]
        for writer in writers:
            writer.join(60)

    assert [writer.failure for writer in writers] == [None] * 9
    with reading(store) as work:
        assert {name for (name,) in work.rows(_NAMES, {})} - {"ghost"} == kept
    assert undone


class TestTurns:
    """A turn, and who waits for it."""

    def test_they_have_it_in_the_order_in_which_they_come(self):
        turn = Turn()
        order: list[int] = []
        assert turn.take(1)

        def act(number: int) -> None:
            assert turn.take(10)
            order.append(number)
            turn.pass_on()

        writers: list[Writer] = []
        for number in range(5):
            writers.append(Writer(lambda number=number: act(number)))
            wait_until(lambda number=number: len(turn._waiting) == number + 1)
        turn.stand_last()
        order.append(5)
        turn.pass_on()
        for writer in writers:
            writer.join(10)

        assert order == [0, 1, 2, 3, 4, 5]
        assert turn.take(0)

    def test_who_waits_no_longer_leaves_the_queue(self):
        turn = Turn()
        assert turn.take(1)

        assert not turn.take(0.01)
        turn.pass_on()

        assert turn.take(0)

    def test_who_is_interrupted_leaves_the_queue(self, monkeypatch: pytest.MonkeyPatch):
        class Interrupted:
            def acquire(self, timeout: float = -1) -> bool:
                raise KeyboardInterrupt

        turn = Turn()
        assert turn.take(1)
        monkeypatch.setattr(turn.__class__, "_stand_last", _standing(Interrupted()))

        with pytest.raises(KeyboardInterrupt):
            turn.take(1)
        turn.pass_on()

        assert turn.take(0)

    def test_who_is_interrupted_on_the_way_out_has_it_all_the_same(
        self, monkeypatch: pytest.MonkeyPatch
    ):
        """However often, for what was begun has to be ended in turn."""
        asked: list[str] = []

        class Interrupted:
            def acquire(self) -> bool:
                asked.append("again")
                if len(asked) < 3:
                    raise KeyboardInterrupt
                return True

        turn = Turn()
        assert turn.take(1)
        turn._waiting.append(threading.Lock())
        turn._waiting[0].acquire()
        monkeypatch.setattr(turn.__class__, "_stand_last", _standing(Interrupted()))

        with pytest.raises(KeyboardInterrupt):
            turn.stand_last()

        assert len(asked) == 3


def _standing(place: Any) -> Any:
    def stand_last(turn: Turn) -> Any:
        turn._waiting.append(place)
        return place

    return stand_last
