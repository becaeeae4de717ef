"""The store as a file: its place, its settings, and what becomes of it when the disk fails."""

import sqlite3
import stat
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import ClassVar

import pytest
from sqlalchemy import insert, text

from publishing import accounts, tables
from publishing.facts import StoreMisconfigured, StoreUnavailable
from publishing.sqlite import Driver, Journal
from publishing.store import Store
from publishing.work import Intent
from tests.publishing.story import ZOE, OpenStore, is_there, join, reading, writing
from tests.stores import file_of

pytestmark = pytest.mark.only_on("sqlite", reason="they are about its file and its PRAGMAs")


def test_the_folder_is_made_and_only_the_owner_reads_the_file(open_store: OpenStore, url: str):
    open_store()

    assert stat.S_IMODE(file_of(url).parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(file_of(url).stat().st_mode) == 0o600


def test_every_connection_is_set_up_as_promised(store: Store, driver: Driver):
    with writing(store) as work:
        settings = {
            name: work.execute(text(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }

    full = 2
    assert settings == {
        "journal_mode": driver.journal.value,
        "synchronous": full,
        "foreign_keys": 1,
        "busy_timeout": 5000,
    }


def test_a_transaction_that_outgrows_the_cache_shuts_no_reader_out(
    open_store: OpenStore, store: Store
):
    impatient = open_store(patience=0.05)
    with writing(store) as work:
        work.execute(text("PRAGMA cache_size=10"))
        work.execute(insert(tables.accounts), ZOE | {"display_name": "Z" * 1_000_000})

        assert not is_there(impatient, "zoe")
    assert is_there(impatient, "zoe")


def test_the_journal_of_an_older_start_gives_way_to_the_one_of_this_start(open_store: OpenStore):
    open_store(driver=Driver(sqlite3, Journal.WAL)).close()

    store = open_store(driver=Driver(sqlite3, Journal.ROLLBACK))

    with store.work(Intent.READ) as work:
        assert work.execute(text("PRAGMA journal_mode")).scalar_one() == "delete"


def test_a_relative_place_stays_where_it_was_when_the_process_moves(
    open_store: OpenStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    store = open_store("sqlite:///var/posts.db")

    monkeypatch.chdir("/")
    store.migrate()

    assert store.ready()
    assert (tmp_path / "var/posts.db").exists()


def test_a_folder_in_place_of_the_file_is_refused(open_store: OpenStore, tmp_path: Path):
    with pytest.raises(StoreMisconfigured, match="cannot be opened"):
        open_store(f"sqlite:///{tmp_path}")


def test_a_file_in_place_of_the_folder_is_refused(open_store: OpenStore, tmp_path: Path):
    (tmp_path / "var").write_text("not a folder")

    with pytest.raises(StoreMisconfigured, match="folder"):
        open_store(f"sqlite:///{tmp_path}/var/posts.db")


def test_a_file_that_is_no_database_is_refused(open_store: OpenStore, tmp_path: Path):
    (tmp_path / "posts.db").write_text("Dear diary, " * 1000)

    with pytest.raises(StoreMisconfigured, match="file is not a database"):
        open_store(f"sqlite:///{tmp_path}/posts.db")


def test_a_database_that_another_process_keeps_locked_is_refused(
    open_store: OpenStore, url: str, driver: Driver
):
    open_store().close()
    other = driver.module.connect(file_of(url), isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")

    with pytest.raises(StoreMisconfigured, match="database is locked"):
        open_store(patience=0.1)
    other.close()


def test_a_store_whose_file_is_gone_is_not_ready(store: Store, url: str):
    file_of(url).unlink()

    assert not store.ready()


@pytest.mark.parametrize(
    ("pragma", "reason"),
    [
        ("query_only=1", "attempt to write a readonly database"),
        ("max_page_count=1", "database or disk is full"),
    ],
)
def test_what_the_machine_refuses_is_a_store_that_is_not_available(
    open_store: OpenStore, pragma: str, reason: str
):
    store = open_store(connections=1)
    store.migrate()
    with reading(store) as work:
        work.execute(text(f"PRAGMA {pragma}"))

    with pytest.raises(StoreUnavailable) as raised, writing(store) as work:
        work.execute(insert(tables.accounts), ZOE | {"display_name": "Z" * 1_000_000})

    assert raised.value.reason == reason
    assert raised.value.__cause__ is not None


class Stuck(sqlite3.Connection):
    """A connection on which a transaction cannot always be rolled back."""

    faults: ClassVar[list[Exception]] = []

    def rollback(self) -> None:
        if self.faults:
            raise self.faults.pop()
        super().rollback()


@pytest.mark.parametrize("intent", Intent)
@pytest.mark.parametrize("is_rare", [True, False])
def test_a_connection_that_cannot_be_rolled_back_gives_its_place_to_another(
    open_store: OpenStore, intent: Intent, is_rare: bool
):
    stuck = ModuleType("stuck")
    stuck.__dict__.update(vars(sqlite3))
    stuck.__dict__.update(connect=partial(sqlite3.connect, factory=Stuck))
    store = open_store(driver=Driver(stuck, Journal.ROLLBACK), connections=1, patience=0.1)
    store.migrate()

    with store.work(intent) as work:
        assert accounts.get(work, "ghost")
        if is_rare:
            work.execute(text("SELECT 1"))
        Stuck.faults.append(sqlite3.OperationalError("disk I/O error"))

    assert not Stuck.faults
    join(store, "zoe")
    assert is_there(store, "zoe")


def test_the_check_tells_of_a_reference_to_nothing(store: Store, url: str):
    with sqlite3.connect(file_of(url)) as other:
        other.execute("INSERT INTO post_tags (tag, post_id) VALUES ('engines', 7)")
    other.close()

    (found,) = store.check()

    assert found.place == str(file_of(url))
    assert found.fault == "a row of post_tags refers to one that is not there"


def test_the_check_tells_of_a_damaged_index(open_store: OpenStore, store: Store, url: str):
    store.close()
    other = sqlite3.connect(file_of(url))
    (size,) = other.execute("PRAGMA page_size").fetchone()
    (page,) = other.execute(
        "SELECT rootpage FROM sqlite_master WHERE name = 'ix_posts_uid'"
    ).fetchone()
    other.close()
    with file_of(url).open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)

    faults = [found.fault for found in open_store().check()]

    assert faults
    assert all("damaged" in fault or "malformed" in fault for fault in faults)


def test_the_check_tells_of_a_file_that_is_no_database(store: Store, url: str):
    store.close()
    file_of(url).write_bytes(b"This is no database. " * 1000)

    (found,) = store.check()

    assert found.fault == "file is not a database"
