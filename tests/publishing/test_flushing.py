"""PostgreSQL: a commit is seen before it is flushed, and nobody is answered before it is.

A standby that never comes stands for a disk that takes its time: a server waits for either where it
flushes a commit.
"""

import threading
from collections.abc import Callable, Generator
from contextlib import closing

import pytest
from sqlalchemy import insert, text

from publishing import accounts, tables
from publishing.facts import StoreUnavailable
from publishing.retries import Keyed
from publishing.store import Store
from tests import postgresql
from tests.postgresql import SETTINGS, OwnServer
from tests.publishing.story import ZOE, Clock, OpenStore, is_there, join, reading, writing
from tests.publishing.test_retries import carry_out, is_answered
from tests.stores import database_of

pytestmark = pytest.mark.only_on("postgresql", reason="they are about its server")

_NOBODY = "nobody"
_WAITING = (
    "SELECT count(*) FROM pg_stat_activity "
    "WHERE datname = current_database() AND wait_event = 'SyncRep'"
)


@pytest.fixture(scope="module")
def server() -> Generator[OwnServer]:
    """A server that could wait for standbys."""
    if postgresql.binaries() is None:
        pytest.skip("the server that was named is not ours to set up")
    durable = {"synchronous_commit": "on", "wal_level": "replica", "max_wal_senders": "1"}
    with postgresql.running(SETTINGS | durable) as server:
        yield server


@pytest.fixture
def place(server: OwnServer) -> Generator[str]:
    """A database on it."""
    name = server.make()
    yield server.url(name)
    server.drop(name)


@pytest.fixture
def durable(place: str, clock: Clock) -> Generator[Store]:
    """A store in it."""
    store = Store.open(place, clock=clock)
    store.migrate()
    yield store
    store.close()


class Standby:
    """A standby that is waited for until it is given up."""

    def __init__(self, server: OwnServer, place: str) -> None:
        self._server = server
        self._place = place

    def is_wanted(self, name: str) -> None:
        self._server.ask(f"ALTER SYSTEM SET synchronous_standby_names = '{name}'")
        self._server.ask("SELECT pg_reload_conf()")
        while self._server.ask("SHOW synchronous_standby_names") != [(name,)]:
            pass
        # The process that tells writers to wait may be the last to hear of it; it does this, too.
        self._server.ask("CHECKPOINT")

    def is_awaited_by(self, writers: int, among: list[threading.Thread]) -> None:
        """Return when so many wait, none of whom may be over."""
        while self._server.ask(_WAITING, database_of(self._place)) != [(writers,)]:
            assert all(each.is_alive() for each in among), "somebody did not wait"


@pytest.fixture
def standby(server: OwnServer, place: str) -> Generator[Standby]:
    standby = Standby(server, place)
    standby.is_wanted(_NOBODY)
    yield standby
    standby.is_wanted("")


def meanwhile(act: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=act)
    thread.start()
    return thread


def test_writers_wait_for_their_flush_together_and_are_answered_after_it(
    durable: Store, standby: Standby
):
    zoe = meanwhile(lambda: join(durable, "zoe"))
    standby.is_awaited_by(1, [zoe])
    assert is_there(durable, "zoe")

    yan = meanwhile(lambda: join(durable, "yan"))
    standby.is_awaited_by(2, [zoe, yan])
    assert is_there(durable, "yan")

    standby.is_wanted("")
    zoe.join()
    yan.join()


def test_readers_find_a_connection_however_many_writers_wait(
    place: str, durable: Store, standby: Standby
):
    """The second keeps the turn of the process, and so the third takes no connection."""
    waiting: list[threading.Thread] = []
    with closing(Store.open(place, connections=4, patience=0.05)) as store:
        for name in ("wes", "xia"):
            waiting.append(meanwhile(lambda name=name: join(store, name)))
            standby.is_awaited_by(len(waiting), waiting)

        with pytest.raises(StoreUnavailable, match="too many writers"):
            join(store, "yan")
        assert is_there(store, "xia")

        standby.is_wanted("")
        for each in waiting:
            each.join()


def test_an_answer_is_not_given_again_before_it_is_safe(durable: Store, standby: Standby):
    request = Keyed.by_account("ghost", "once", b"a post")
    first = meanwhile(lambda: carry_out(durable, request))
    standby.is_awaited_by(1, [first])

    again = meanwhile(lambda: is_answered(durable, request))
    standby.is_awaited_by(2, [first, again])

    standby.is_wanted("")
    first.join()
    again.join()
    assert is_answered(durable, request)


def test_who_reads_waits_for_no_flush(durable: Store, standby: Standby):
    with reading(durable) as work:
        assert accounts.get(work, "ghost")
        work.commit()


def test_of_a_session_that_ends_before_the_flush_nobody_knows(
    server: OwnServer, durable: Store, place: str, standby: Standby
):
    told: list[BaseException] = []

    def write() -> None:
        try:
            join(durable, "zoe")
        except StoreUnavailable as fact:
            told.append(fact)

    zoe = meanwhile(write)
    standby.is_awaited_by(1, [zoe])
    server.ask(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        f"WHERE datname = '{database_of(place)}' AND wait_event = 'SyncRep'"
    )
    zoe.join()

    assert [type(fact) for fact in told] == [StoreUnavailable]
    standby.is_wanted("")
    join(durable, "yan")


def test_the_log_is_flushed_up_to_a_commit_that_was_answered(durable: Store, server: OwnServer):
    with writing(durable) as work:
        work.execute(insert(tables.accounts), ZOE)
        written = work.execute(text("SELECT pg_current_wal_insert_lsn()::text")).scalar_one()

    assert server.ask(f"SELECT pg_current_wal_flush_lsn() > '{written}'::pg_lsn") == [(True,)]


def test_what_only_the_commit_refuses_is_raised_and_nothing_is_kept(
    open_store: OpenStore, url: str
):
    store = open_store()
    store.migrate()
    with writing(store) as work:
        work.execute(
            text(
                "ALTER TABLE accounts ADD CONSTRAINT one_of_a_name UNIQUE (display_name) "
                "DEFERRABLE INITIALLY DEFERRED"
            )
        )
    join(store, "zoe")

    with pytest.raises(store._database.error, match="one_of_a_name"):
        join(store, "yan")

    assert is_there(store, "zoe")
    assert not is_there(store, "yan")
    with writing(store) as work:
        work.execute(insert(tables.accounts), ZOE | {"username": "yan", "display_name": "Yan"})
    assert is_there(store, "yan")


def test_who_may_only_connect_may_flush(server: OwnServer, place: str, durable: Store):
    """No privilege is needed for it."""
    server.ask("CREATE ROLE guest LOGIN")
    try:
        with (
            closing(Store.open(server.url(database_of(place), "guest"))) as store,
            writing(store) as work,
        ):
            work.execute(text("SELECT 1"))
    finally:
        server.ask("DROP ROLE guest")
