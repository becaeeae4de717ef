"""The schema: made once by whoever comes first, and the same that the code works with."""

import fcntl
import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text

from publishing import accounts, migrations, search, tables
from publishing.facts import StoreMisconfigured, StoreUnavailable
from publishing.sqlite import Driver, SQLite
from publishing.store import Store
from publishing.work import Intent
from tests.publishing.story import OpenStore, reading, start, writing

STARTING = """
print("here", flush=True)
sys.stdin.readline()
store = Store.open(url, driver=driver)
store.migrate()
sys.exit(0 if store.ready() else 1)
"""


def test_four_processes_that_start_at_once_make_one_schema(
    url: str, driver: Driver, open_store: OpenStore
):
    """Nothing is there before, not even the folder."""
    processes = [start(STARTING, url, driver) for _ in range(4)]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "here\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    ended = [process.communicate(timeout=20) for process in processes]

    assert [process.returncode for process in processes] == [0] * 4, ended
    with reading(open_store()) as work:
        assert work.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"
        assert [account.username for account in accounts.page(work).items] == ["ghost"]


def test_while_one_process_migrates_the_others_wait_however_impatient_they_are(
    open_store: OpenStore, tmp_path: Path
):
    store = open_store(patience=0.01)
    with (tmp_path / "var/posts.db.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        waiting = threading.Thread(target=store.migrate)
        waiting.start()
        waiting.join(timeout=0.1)

        assert waiting.is_alive()
        assert not store.ready()
    waiting.join()
    assert store.ready()


def test_a_process_that_never_lets_go_is_named(driver: Driver, tmp_path: Path):
    path = tmp_path / "posts.db"
    database = SQLite(path, driver, patience=5, connections=1)

    with (
        database.alone(),
        pytest.raises(StoreUnavailable, match=r"posts\.db\.lock for 0 seconds"),
        database.alone(patience=0),
    ):
        pytest.fail("there are two in here")


def is_a_table_of_ours(name: str | None, _kind: str, _parents: object) -> bool:
    """Each database keeps the index of words in a way of its own."""
    return not (name or "").startswith(search.INDEX)


def test_the_migrations_make_the_tables_that_the_code_works_with(store: Store):
    with store.work(Intent.READ) as work:
        options = {"compare_type": True, "include_name": is_a_table_of_ours}
        context = MigrationContext.configure(work.connection, opts=options)

        assert compare_metadata(context, tables.metadata) == []


def test_a_schema_that_is_there_is_left_alone(store: Store):
    with writing(store) as work:
        work.execute(text("UPDATE accounts SET display_name = 'Boo'"))

    store.migrate()

    with reading(store) as work:
        assert accounts.get(work, "ghost").display_name == "Boo"


def test_a_database_of_a_newer_release_is_refused(store: Store):
    with writing(store) as work:
        work.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(StoreMisconfigured) as raised:
        store.migrate()

    assert "'9999' is newer than this release" in str(raised.value)
    assert "Run the newer release" in raised.value.remedy
    assert not store.ready()


def test_a_migration_that_fails_leaves_nothing_behind(
    open_store: OpenStore, monkeypatch: pytest.MonkeyPatch
):
    store = open_store()
    whole = migrations.upgrade

    def broken(connection: Connection) -> None:
        whole(connection)
        raise OSError("the power is cut")

    monkeypatch.setattr(migrations, "upgrade", broken)
    with pytest.raises(OSError, match="the power is cut"):
        store.migrate()
    with reading(store) as work:
        assert work.execute(text("SELECT count(*) FROM sqlite_master")).scalar_one() == 0

    monkeypatch.setattr(migrations, "upgrade", whole)
    store.migrate()
    assert store.ready()
