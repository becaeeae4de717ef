"""The store: where it opens, what a unit of work keeps, and what many at once do to it."""

import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta, timezone

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError

from publishing import accounts, listing, posts, tables
from publishing.callers import Caller
from publishing.facts import Stale, StoreMisconfigured, StoreUnavailable
from publishing.posts import Post
from publishing.sqlite import Driver
from publishing.store import Store, utc_now
from publishing.work import Intent, Work
from tests.publishing.story import (
    ENGINE,
    ZOE,
    Clock,
    OpenStore,
    Town,
    reading,
    start,
    writing,
)

# What a database says to a writer who has waited for another process.
LOCKED = "database is locked|lock timeout"


def add_zoe(work: Work) -> None:
    work.execute(insert(tables.accounts), ZOE)


def usernames(store: Store) -> set[str]:
    with reading(store) as work:
        return {name for (name,) in work.execute(select(tables.accounts.c.username))}


# Opening


def test_a_store_opens_again_with_what_was_kept(open_store: OpenStore, store: Store):
    with writing(store) as work:
        add_zoe(work)
    store.close()

    again = open_store()
    again.migrate()

    assert usernames(again) == {"ghost", "zoe"}


@pytest.mark.parametrize(
    ("url", "place", "problem"),
    [
        ("posts.db", "the given URL", "not a database URL"),
        ("mysql://ada:secret@host/posts", "the given mysql URL", "only SQLite and PostgreSQL"),
        ("postgresql+psycopg2://ada:secret@h/x", "postgresql://ada@h/x", "through psycopg"),
        ("postgresql://ada:secret@h", "postgresql://ada@h", "does not name a database"),
        ("postgresql://ada:secret@h:4o4/x", "the given URL", "not a database URL"),
        ("postgresql://ada:secr@et@h/x", "the given URL", "more than one @"),
        ("postgresql://ada:se?cr@et@h/x", "the given URL", "more than one @"),
        ("postgresql://ada@h/x?port=no", "postgresql://ada@h/x?port=no", "non-integer port"),
        ("postgresql://ada:secret@127.0.0.1/x?no=1", "postgresql://ada@127.0.0.1/x", "option"),
        (
            "postgresql://ada:secret@127.0.0.1:1/x?password=secret",
            "postgresql://ada@127.0.0.1:1/x",
            "Connection refused",
        ),
        ("sqlite://host/posts.db", "sqlite://host/posts.db", "does not name just a file"),
        ("sqlite://", "sqlite://", "does not name just a file"),
        ("sqlite:///:memory:", "sqlite:///:memory:", "does not name just a file"),
        ("sqlite:////proc/no/posts.db", "/proc/no/posts.db", "No such file or directory"),
    ],
)
def test_a_place_that_cannot_be_is_named_with_its_remedy(
    open_store: OpenStore, url: str, place: str, problem: str
):
    with pytest.raises(StoreMisconfigured) as raised:
        open_store(url)

    assert raised.value.place == place
    assert problem in raised.value.problem
    assert raised.value.remedy.endswith(".")
    assert "secret" not in str(raised.value)


# Readiness


def test_a_store_is_ready_when_it_is_migrated(open_store: OpenStore):
    store = open_store()
    assert not store.ready()

    store.migrate()

    assert store.ready()


def test_a_store_without_a_free_connection_is_not_ready(open_store: OpenStore):
    store = open_store(connections=1, patience=0.05)
    store.migrate()

    with reading(store) as work:
        work.execute(select(tables.accounts.c.id))
        assert not store.ready()
    assert store.ready()


def test_the_check_finds_nothing_wrong_with_a_store_that_is_sound(town: Town, ada: Caller):
    town.publish(ada)

    assert town.store.check() == ()


def test_the_check_tells_of_a_store_without_a_schema(open_store: OpenStore):
    (found,) = open_store().check()

    assert found.fault == "it has no schema yet"
    assert found.remedy == "Start the service once: it brings the schema to its release."


def test_the_check_tells_of_the_schema_of_another_release(store: Store):
    with writing(store) as work:
        work.execute(text("UPDATE alembic_version SET version_num = '0001'"))

    (found,) = store.check()

    assert found.fault.startswith("its schema is at '0001' and not at ")


def test_the_check_tells_of_a_store_that_does_not_answer(open_store: OpenStore):
    store = open_store(connections=1, patience=0.05)

    with reading(store) as work:
        work.execute(text("SELECT 1"))
        (found,) = store.check()

    assert found.fault == "all its connections are in use"
    assert str(found) == f"{found.place}: {found.fault}. {found.remedy}"


# Units of work


def test_what_is_committed_is_kept(store: Store):
    with store.work(Intent.WRITE) as work:
        add_zoe(work)
        work.commit()

    assert "zoe" in usernames(store)


def test_leaving_without_a_commit_rolls_back(store: Store):
    with store.work(Intent.WRITE) as work:
        add_zoe(work)

    assert "zoe" not in usernames(store)


def test_an_exception_rolls_back(store: Store):
    def add_and_fail() -> None:
        with writing(store) as work:
            add_zoe(work)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        add_and_fail()

    assert "zoe" not in usernames(store)


def test_the_owner_can_roll_back(store: Store):
    with store.work(Intent.WRITE) as work:
        add_zoe(work)
        work.rollback()

    assert "zoe" not in usernames(store)


@pytest.mark.parametrize("end", [Work.commit, Work.rollback])
def test_a_unit_that_is_over_is_not_used_again(store: Store, end):
    with store.work(Intent.WRITE) as work:
        end(work)

        with pytest.raises(RuntimeError, match="is over"):
            add_zoe(work)


def test_a_unit_for_reading_does_not_write(store: Store):
    with reading(store) as work, pytest.raises(RuntimeError, match=r"Intent\.WRITE"):
        add_zoe(work)


def test_a_unit_that_is_not_used_takes_no_connection_and_no_turn(open_store: OpenStore):
    store = open_store(connections=1, patience=0.05)
    store.migrate()

    with store.work(Intent.WRITE), store.work(Intent.WRITE), writing(store) as work:
        add_zoe(work)

    assert "zoe" in usernames(store)


def test_a_glance_comes_before_the_transaction_or_not_at_all(store: Store):
    with writing(store) as work:
        with work.glance() as before:
            accounts.get(before, "ghost")
        add_zoe(work)

        with pytest.raises(RuntimeError, match="The transaction is open"):
            work.glance()


def test_a_unit_has_one_time(store: Store, clock: Clock):
    with reading(store) as work:
        began = work.now
        clock.advance()

        assert work.now == began


def test_the_time_of_a_unit_is_in_utc(open_store: OpenStore):
    noon_in_tokyo = datetime(2026, 3, 1, 12, tzinfo=timezone(timedelta(hours=9)))
    store = open_store(clock=lambda: noon_in_tokyo)

    with store.work(Intent.READ) as work:
        assert work.now.isoformat() == "2026-03-01T03:00:00+00:00"


def test_the_machine_has_a_clock_in_utc():
    assert utc_now().utcoffset() == timedelta(0)


def test_a_fault_in_a_statement_is_not_taken_for_a_store_that_does_not_answer(store: Store):
    with reading(store) as work, pytest.raises(DBAPIError, match="nowhere"):
        work.execute(text("SELECT * FROM nowhere"))


# Many at once


def test_a_reader_sees_one_state_whatever_is_written_meanwhile(
    open_store: OpenStore, town: Town, ada: Caller
):
    town.publish(ada, "Before")
    other = Town(open_store(patience=0.1), town.clock, town.passwords)
    with reading(town.store) as work:
        before = listing.page(work, by=None)
        # With a rollback journal the writer cannot even finish while somebody reads.
        with suppress(StoreUnavailable):
            other.publish(ada, "Meanwhile")

        assert listing.page(work, by=None) == before


def test_of_two_writers_with_the_same_state_in_hand_exactly_one_wins(town: Town, ada: Caller):
    post = town.publish(ada)
    start = threading.Barrier(2)

    def unless_changed(found: Post) -> None:
        if found.edition != post.edition:
            raise Stale(found.slug)

    def change(title: str) -> str:
        start.wait()
        try:
            with writing(town.store) as work:
                patch = posts.Patch(title=title)
                return posts.change(work, post.slug, patch, by=ada, check=unless_changed).title
        except Stale:
            return "stale"

    with ThreadPoolExecutor(2) as both:
        outcome = set(both.map(change, ["one", "two"]))

    assert outcome in ({"one", "stale"}, {"two", "stale"})
    assert town.read(post.slug).title in outcome
    assert town.read(post.slug).version == post.version + 1


def test_writers_of_several_processes_all_succeed_and_nothing_is_lost(
    open_store: OpenStore, town: Town, ada: Caller
):
    """Two stores are to each other like two processes; within each, threads queue."""
    stores = [town.store, open_store()]

    def write(number: int) -> str:
        with writing(stores[number % 2]) as work:
            return posts.write(work, ENGINE, by=ada).slug

    with ThreadPoolExecutor(8) as many:
        slugs = list(many.map(write, range(40)))

    assert set(slugs) == {"the-first-engine", *(f"the-first-engine-{n}" for n in range(2, 41))}
    with reading(town.store) as work:
        assert {post.slug for post in listing.page(work, by=None, limit=100).items} == set(slugs)


def test_readers_wait_for_no_writer(town: Town, ada: Caller):
    town.publish(ada)

    with writing(town.store) as work:
        posts.write(work, ENGINE, by=ada)

        assert town.read("the-first-engine")


def test_a_writer_gives_up_after_its_patience_with_another_process(
    open_store: OpenStore, town: Town
):
    impatient = open_store(patience=0.05)
    with writing(town.store) as work:
        add_zoe(work)

        with pytest.raises(StoreUnavailable, match=LOCKED), writing(impatient) as it:
            add_zoe(it)


def test_a_writer_gives_up_after_its_patience_with_its_own_process(open_store: OpenStore):
    store = open_store(patience=0.05)
    store.migrate()
    with writing(store) as work:
        add_zoe(work)

        with pytest.raises(StoreUnavailable, match="too many writers"), writing(store) as other:
            add_zoe(other)
    assert "zoe" in usernames(store)


def test_a_writer_that_failed_leaves_the_turn_to_the_next(open_store: OpenStore, store: Store):
    impatient = open_store(patience=0.05)
    with writing(store) as other:
        add_zoe(other)
        with pytest.raises(StoreUnavailable), writing(impatient) as work:
            add_zoe(work)
        other.rollback()

    with writing(impatient) as work:
        add_zoe(work)

    assert "zoe" in usernames(store)


OPENING = """
store = Store.open(url, driver=driver, patience=0.2)

def rename(work, name):
    work.execute(update(tables.accounts).values(display_name=name))
"""


KILLED = """
for name, commits in (("kept", True), ("lost", False)):
    work = store.work(Intent.WRITE)
    rename(work, name)
    if commits:
        work.commit()
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_process_leaves_what_it_committed_and_nothing_else(
    store: Store, url: str, driver: Driver
):
    process = start(OPENING + KILLED, url, driver)
    said = process.communicate(timeout=20)

    assert process.returncode == -signal.SIGKILL, said

    with reading(store) as work:
        assert accounts.get(work, "ghost").display_name == "kept"


FORKED = """
with store.work(Intent.WRITE) as of_parent:
    rename(of_parent, "parent")
    child = os.fork()
    if child == 0:
        try:
            with store.work(Intent.WRITE) as work:
                rename(work, "child")
        except StoreUnavailable as fact:
            # Its own turn was free: it waited for the parent as any other process does.
            os._exit(0 if "lock" in fact.reason else 1)
        os._exit(2)
    _, status = os.waitpid(child, 0)
    of_parent.commit()
sys.exit(os.waitstatus_to_exitcode(status))
"""


def test_a_forked_process_uses_nothing_of_its_parent(store: Store, url: str, driver: Driver | None):
    process = start(OPENING + FORKED, url, driver)
    said = process.communicate(timeout=20)

    assert process.returncode == 0, said
    with reading(store) as work:
        assert accounts.get(work, "ghost").display_name == "parent"
