"""Which SQLite is used, and how."""

import logging
import sqlite3
import sys
from functools import partial
from types import ModuleType
from typing import Any

import pytest

from publishing.facts import StoreMisconfigured
from publishing.sqlite import Driver, Journal, choose_driver, is_sound
from publishing.store import Store


def library(version: str) -> ModuleType:
    """A driver that says it has this SQLite."""
    module = ModuleType("driver")
    module.__dict__["sqlite_version"] = version
    module.__dict__["sqlite_version_info"] = tuple(map(int, version.split(".")))
    return module


@pytest.fixture
def other(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Another driver, which can be imported."""
    module = library(request.param)
    monkeypatch.setitem(sys.modules, "other_driver", module)
    return module


@pytest.mark.parametrize("version", ["3.44.6", "3.50.7", "3.51.3", "3.53.4", "4.0.0"])
def test_a_version_with_the_remedy_is_sound(version: str):
    assert is_sound(library(version).sqlite_version_info)


@pytest.mark.parametrize(
    "version", ["3.6.23", "3.7.0", "3.34.1", "3.40.1", "3.44.5", "3.44.7", "3.50.6", "3.51.2"]
)
def test_a_version_that_can_corrupt_its_log_or_is_too_old_is_not_sound(version: str):
    assert not is_sound(library(version).sqlite_version_info)


def test_the_own_library_is_used_where_it_is_sound():
    own = library("3.51.3")

    assert choose_driver(own, "no_such_module") == Driver(own, Journal.WAL)


@pytest.mark.parametrize("other", ["3.53.4"], indirect=True)
def test_the_other_library_is_used_where_the_own_is_not_sound(other: ModuleType):
    assert choose_driver(library("3.40.1"), "other_driver") == Driver(other, Journal.WAL)


@pytest.mark.parametrize("other", ["3.51.1"], indirect=True)
@pytest.mark.parametrize("name", ["no_such_module", "other_driver"])
def test_without_a_sound_library_a_rollback_journal_is_kept_and_one_warning_given(
    other: ModuleType, name: str, caplog: pytest.LogCaptureFixture
):
    own = library("3.40.1")

    assert choose_driver(own, name) == Driver(own, Journal.ROLLBACK)
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert record.__dict__["sqlite_version"] == "3.40.1"


def test_a_library_that_is_too_old_for_the_statements_is_refused(url: str):
    ancient = ModuleType("ancient")
    ancient.__dict__.update(vars(sqlite3))
    ancient.__dict__.update(sqlite_version="3.26.0", sqlite_version_info=(3, 26, 0))

    with pytest.raises(StoreMisconfigured, match=r"SQLite 3\.26\.0 is older than 3\.35"):
        Store.open(url, driver=Driver(ancient, Journal.ROLLBACK))


class WithoutFts5(sqlite3.Connection):
    """What a SQLite says that was built without full-text search."""

    def cursor(self, factory: Any = None) -> Any:
        return super().cursor(Unsearching)


class Unsearching(sqlite3.Cursor):
    def execute(self, statement: str, *values: Any) -> Any:
        if "fts5" in statement:
            raise sqlite3.OperationalError("no such module: fts5")
        return super().execute(statement, *values)


def test_a_library_that_cannot_search_is_refused(url: str):
    plain = ModuleType("plain")
    plain.__dict__.update(vars(sqlite3))
    plain.__dict__.update(connect=partial(sqlite3.connect, factory=WithoutFts5))

    with pytest.raises(StoreMisconfigured, match="was built without FTS5") as raised:
        Store.open(url, driver=Driver(plain, Journal.ROLLBACK))

    assert "Install a SQLite with full-text search" in raised.value.remedy
