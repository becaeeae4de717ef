"""PostgreSQL: which server will do, how a session is set up, and what its faults cost."""

import threading
from collections.abc import Callable, Generator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import insert, make_url, select, text
from sqlalchemy.exc import DataError, ProgrammingError

from publishing import accounts, postgresql, posts, tables
from publishing.callers import Caller
from publishing.facts import CallerGone, Fact, StoreMisconfigured, StoreUnavailable
from publishing.store import Store
from publishing.work import Intent
from tests.postgresql import OwnServer, Server
from tests.publishing.story import ZOE, Clock, OpenStore, Town, reading, start, writing
from tests.stores import Databases, database_of

pytestmark = pytest.mark.only_on("postgresql", reason="they are about its server")

Ask = Callable[[str], list[tuple[object, ...]]]
End = Callable[[], None]


@pytest.fixture
def ask(store: Store, url: str) -> Ask:
    """Asks the server of the store, on a connection of one's own."""
    server = Server(make_url(url))
    return lambda statement: server.ask(statement, database_of(url))


@pytest.fixture
def end_sessions(url: str, stores_of_run: Databases) -> End:
    """Ends every session of the store, as a server does that goes down."""
    return lambda: stores_of_run.end_sessions(url)


# Sessions


def test_a_session_is_set_up_as_promised(open_store: OpenStore):
    with open_store(patience=3).work(Intent.WRITE) as work:
        settings = {
            name: work.execute(text(f"SHOW {name}")).scalar_one()
            for name in (
                "TimeZone",
                "client_encoding",
                "application_name",
                "lock_timeout",
                "idle_in_transaction_session_timeout",
                "transaction_isolation",
                "plan_cache_mode",
            )
        }

    assert settings == {
        "TimeZone": "UTC",
        "client_encoding": "UTF8",
        "application_name": "tenor",
        "lock_timeout": "3s",
        "idle_in_transaction_session_timeout": "1min",
        "transaction_isolation": "read committed",
        "plan_cache_mode": "force_generic_plan",
    }


def test_the_url_may_set_a_session_up_otherwise_but_for_its_zone(open_store: OpenStore, url: str):
    options = "-c%20lock_timeout%3D7s%20-c%20TimeZone%3DAsia/Tokyo"
    store = open_store(f"{url}&application_name=blog&options={options}")

    with reading(store) as work:
        settings = [
            work.execute(text(f"SHOW {name}")).scalar_one()
            for name in ("application_name", "lock_timeout", "TimeZone")
        ]

    assert settings == ["blog", "7s", "UTC"]


def test_a_unit_for_reading_cannot_write_whatever_it_is_told(store: Store):
    with reading(store) as work, pytest.raises(StoreUnavailable, match="read-only transaction"):
        work.execute(text("UPDATE accounts SET display_name = 'Boo'"))


def test_few_words_wait_for_their_place_in_the_index(ask: Ask):
    """Every search reads all that waits."""
    assert ask("SELECT reloptions FROM pg_class WHERE relname = 'post_search_words'") == [
        (["gin_pending_list_limit=64"],)
    ]


def test_a_migration_leaves_a_place_in_the_pool_to_its_unit_of_work(open_store: OpenStore):
    store = open_store(connections=1, patience=0.05)

    store.migrate()

    assert store.ready()


def test_an_id_is_never_given_twice(town: Town, ada: Caller):
    first = town.publish(ada)
    with writing(town.store) as work:
        posts.delete(work, first.slug, by=ada)

    assert town.publish(ada).id > first.id


# What will not do


def refused(url: str) -> StoreMisconfigured:
    """Why the place cannot be opened."""
    with pytest.raises(StoreMisconfigured) as raised, closing(Store.open(url, patience=1)) as store:
        store.migrate()
    assert "secret" not in str(raised.value)
    return raised.value


def test_a_database_that_is_not_there_is_named(url: str):
    fact = refused(url.replace(database_of(url), "no_such_database"))

    assert "no_such_database" in fact.place
    assert fact.problem.endswith('database "no_such_database" does not exist')
    assert fact.remedy == (
        "See that the server runs, and that user, password, host and database are right."
    )


def test_a_user_that_is_not_there_is_named(url: str):
    place = make_url(url).set(username="no_such_user", password="secret")

    fact = refused(place.render_as_string(hide_password=False))

    assert fact.place.startswith("postgresql://no_such_user@")
    assert "no_such_user" in fact.problem


def test_an_encoding_that_cannot_keep_every_text_is_refused(ask: Ask, url: str):
    name = f"{database_of(url)}_latin"
    ask(
        f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'LATIN1' LOCALE_PROVIDER libc "
        "LOCALE 'C'"
    )
    try:
        fact = refused(url.replace(database_of(url), name))
    finally:
        ask(f"DROP DATABASE {name}")

    assert fact.problem == "its encoding is LATIN1 and not UTF8, so that it cannot keep every text"


def test_a_server_that_is_too_old_is_refused(url: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(postgresql, "_OLDEST", 99)

    assert refused(url).problem.endswith("is older than 99")


def test_a_user_who_may_not_make_tables_is_told_so(ask: Ask, open_store: OpenStore, url: str):
    """From PostgreSQL 15 on nobody may but the owner of the database."""
    ask("DROP SCHEMA public CASCADE")
    ask("CREATE SCHEMA public")
    guest = f"guest_{database_of(url)[-8:]}"
    ask(f"CREATE ROLE {guest} LOGIN PASSWORD 'secret'")
    place = make_url(url).set(username=guest, password="secret")
    try:
        fact = refused(place.render_as_string(hide_password=False))
    finally:
        ask(f"DROP ROLE {guest}")

    assert "permission denied" in fact.problem or "no schema" in fact.problem
    assert fact.remedy == "Let its user connect, own the database, or create in its schema."


# Faults


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        ("53100", "disk_full"),
        ("53300", "too_many_connections"),
        ("25006", "read_only_sql_transaction"),
        ("40P01", "deadlock_detected"),
        ("57014", "query_canceled"),
        ("58030", "io_error"),
    ],
)
def test_what_the_machine_refuses_is_a_store_that_is_not_available(
    store: Store, state: str, reason: str
):
    fail = text(
        f"DO $$ BEGIN RAISE EXCEPTION '{reason}' USING ERRCODE = '{state}', DETAIL = 'ada'; END $$"
    )

    with pytest.raises(StoreUnavailable) as raised, writing(store) as work:
        work.execute(fail)

    assert raised.value.reason == reason
    with writing(store) as work:
        work.execute(insert(tables.accounts), ZOE)


def test_a_statement_that_takes_too_long_is_a_store_that_is_not_available(
    open_store: OpenStore, url: str
):
    store = open_store(f"{url}&options=-c%20statement_timeout%3D20")

    with pytest.raises(StoreUnavailable, match="statement timeout"), reading(store) as work:
        work.execute(text("SELECT pg_sleep(10)"))


def test_a_database_that_was_made_read_only_takes_no_writer_and_all_readers(
    store: Store, ask: Ask, end_sessions: End, url: str
):
    ask(f"ALTER DATABASE {database_of(url)} SET default_transaction_read_only = on")
    end_sessions()

    assert store.ready()
    with pytest.raises(StoreUnavailable, match="read-only"), writing(store) as work:
        work.execute(insert(tables.accounts), ZOE)

    ask(
        "BEGIN READ WRITE; "
        f"ALTER DATABASE {database_of(url)} RESET default_transaction_read_only; "
        "COMMIT"
    )
    with writing(store) as work:
        work.execute(insert(tables.accounts), ZOE)


def test_what_a_failed_statement_was_given_is_not_repeated(store: Store):
    with pytest.raises(DataError) as raised, writing(store) as work:
        work.execute(insert(tables.accounts), ZOE | {"display_name": "secret\0"})

    assert "secret" not in str(raised.value)


def test_a_unit_in_which_a_statement_failed_is_not_taken_for_kept(store: Store):
    """The server answers such a commit with a rollback, and calls that a success."""
    with store.work(Intent.WRITE) as work:
        work.execute(insert(tables.accounts), ZOE)
        with pytest.raises(ProgrammingError):
            work.execute(text("SELECT * FROM nowhere"))

        with pytest.raises(RuntimeError, match="cannot be committed"):
            work.commit()


@pytest.mark.parametrize("intent", Intent)
def test_sessions_that_ended_while_nobody_used_them_cost_nothing(
    store: Store, end_sessions: End, intent: Intent
):
    units = [store.work(Intent.READ) for _ in range(4)]
    for unit in units:
        unit.execute(text("SELECT 1"))
    for unit in units:
        unit.rollback()
    end_sessions()

    with store.work(intent) as work:
        assert accounts.get(work, "ghost")


def test_a_session_that_ends_in_the_middle_costs_its_own_unit_and_no_other(
    store: Store, end_sessions: End
):
    with store.work(Intent.WRITE) as work:
        work.execute(insert(tables.accounts), ZOE)
        end_sessions()
        with pytest.raises(StoreUnavailable):
            work.execute(select(tables.accounts.c.id))

    with writing(store) as work:
        work.execute(insert(tables.accounts), ZOE)
    with reading(store) as work:
        assert accounts.get(work, "zoe")


def test_a_session_that_ends_before_the_commit_keeps_nothing(store: Store, end_sessions: End):
    with store.work(Intent.WRITE) as work:
        work.execute(insert(tables.accounts), ZOE)
        end_sessions()
        with pytest.raises(StoreUnavailable):
            work.commit()

    with writing(store) as work:
        work.execute(insert(tables.accounts), ZOE)


def test_a_session_that_ends_before_a_rollback_costs_nothing(store: Store, end_sessions: End):
    with store.work(Intent.WRITE) as work:
        work.execute(insert(tables.accounts), ZOE)
        end_sessions()

    assert store.ready()


WAITING = """
store = Store.open(url, patience=10)
work = store.work(Intent.WRITE)
rename(work, "never")
print("here", flush=True)
sys.stdin.readline()
"""
RENAMING = """
def rename(work, name):
    work.execute(update(tables.accounts).values(display_name=name))
"""


def test_a_writer_who_is_killed_leaves_the_turn_to_another_process(store: Store, url: str):
    process = start(RENAMING + WAITING, url, None)
    assert process.stdout is not None
    assert process.stdout.readline() == "here\n"
    process.kill()
    process.communicate(timeout=20)

    with writing(store) as work:
        assert accounts.get(work, "ghost").display_name == "Ghost"
        work.execute(insert(tables.accounts), ZOE)


def test_writers_of_several_processes_take_turns(
    open_store: OpenStore, town: Town, ada: Caller, ask: Ask
):
    """The second sees what the first has done from its first statement on, and decides by it."""
    other = Town(open_store(), town.clock, town.passwords)
    told: list[Fact] = []

    def write() -> None:
        try:
            other.publish(ada)
        except Fact as fact:
            told.append(fact)

    with writing(town.store) as work:
        accounts.delete(work, "ada", by=ada)
        second = threading.Thread(target=write)
        second.start()
        while not ask(
            "SELECT pid FROM pg_stat_activity "
            "WHERE datname = current_database() AND wait_event_type = 'Lock'"
        ):
            assert second.is_alive()
    second.join()

    assert [type(fact) for fact in told] == [CallerGone]


# The whole server


@pytest.fixture
def stoppable(own_server: OwnServer, clock: Clock) -> Generator[Store]:
    """A store on it."""
    name = own_server.make()
    store = Store.open(own_server.url(name), clock=clock, patience=1)
    store.migrate()
    yield store
    store.close()
    own_server.drop(name)


def test_a_server_that_went_and_came_costs_what_was_asked_in_between(
    own_server: OwnServer, stoppable: Store
):
    assert stoppable.ready()
    own_server.stop()
    try:
        assert not stoppable.ready()
        with pytest.raises(StoreUnavailable, match="connection"), writing(stoppable) as work:
            work.execute(insert(tables.accounts), ZOE)
        (found,) = stoppable.check()
        assert "connection" in found.fault
    finally:
        own_server.start()

    assert stoppable.ready()
    with writing(stoppable) as work:
        work.execute(insert(tables.accounts), ZOE)


def test_a_server_that_was_restarted_costs_nothing(own_server: OwnServer, stoppable: Store):
    assert stoppable.ready()

    own_server.stop()
    own_server.start()

    with writing(stoppable) as work:
        work.execute(insert(tables.accounts), ZOE)
    assert stoppable.ready()


def test_a_server_that_is_not_there_at_the_start_is_named(tmp_path: Path):
    fact = refused(f"postgresql://ada:secret@/posts?host={tmp_path}")

    assert fact.place == f"postgresql://ada@/posts?host={tmp_path}"
    assert "No such file or directory" in fact.problem


# The check


def test_the_check_tells_of_a_constraint_and_an_index_that_are_not_valid(store: Store, ask: Ask):
    ask("ALTER TABLE posts ADD CONSTRAINT ck_posts_title CHECK (title <> '') NOT VALID")
    ask("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'ix_posts_uid'::regclass")

    faults = [found.fault for found in store.check()]

    assert faults == [
        "the constraint ck_posts_title is not valid",
        "the index ix_posts_uid is not valid",
    ]
