"""Pages of what an index finds: the same whichever way, and by the shorter one."""

from typing import Any

import pytest
from sqlalchemy import text

from publishing import listing, posts, scarce, search
from publishing.callers import Caller
from publishing.listing import Filter, Sort
from publishing.posts import Content, Status
from tests.publishing.story import Town, reading, writing

counted = pytest.mark.only_on("sqlite", reason="PostgreSQL tells nobody how many steps it takes")

MANY = 60
ALL_THIRDS = Filter(tag="third")
ONE = Filter(query=search.read("quaternion"))
BOTH = Filter(tag="third", query=search.read("engine"))


@pytest.fixture
def library(town: Town, ada: Caller) -> Town:
    """A store where few have a word, and some a tag. It grows while it is used."""
    with writing(town.store) as work:
        _write(work, ada, "On the quaternion")
    _grow(town, ada, MANY)
    return town


def _grow(town: Town, by: Caller, count: int) -> None:
    with writing(town.store) as work:
        for number in range(count):
            tags = ("third",) if number % 3 == 0 else ()
            _write(work, by, f"The engine {number}", tags)


def _write(work: posts.Work, by: Caller, title: str, tags: tuple[str, ...] = ()) -> None:
    posts.write(work, Content(title, "It weaves.", tags, Status.PUBLISHED), by=by)


@pytest.mark.parametrize("sort", Sort)
@pytest.mark.parametrize("only", [ALL_THIRDS, ONE, BOTH], ids=["tag", "word", "both"])
def test_both_ways_lead_to_the_same_pages(
    library: Town, monkeypatch: pytest.MonkeyPatch, only: Filter, sort: Sort
):
    found = []
    for few in (0, MANY):
        monkeypatch.setattr(scarce, "FEW", few)
        listing._listing.cache_clear()
        found.append(_pages(library, only, sort))
    listing._listing.cache_clear()

    assert found[0] == found[1]
    assert sum(map(len, found[0])) == (1 if only is ONE else MANY // 3)


def _pages(town: Town, only: Filter, sort: Sort) -> list[list[str]]:
    """The slugs of all pages there, and those of the pages on the way back."""
    pages: list[list[str]] = []
    way, cursor = "next", None
    with reading(town.store) as work:
        while True:
            page = listing.page(work, by=None, only=only, sort=sort, limit=7, cursor=cursor)
            pages.append([post.slug for post in page.items])
            cursor = getattr(page, way)
            if cursor is None:
                return pages


@counted
def test_what_few_have_takes_no_longer_among_more(library: Town, ada: Caller):
    before = _steps(library, ONE)
    _grow(library, ada, 5 * MANY)

    assert _steps(library, ONE) < before + 20


@counted
def test_what_many_have_is_read_in_its_order(
    library: Town, ada: Caller, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(scarce, "FEW", 5)
    listing._listing.cache_clear()
    in_order = _steps(library, ALL_THIRDS)
    monkeypatch.setattr(scarce, "FEW", MANY)
    listing._listing.cache_clear()
    looked_up = _steps(library, ALL_THIRDS)
    listing._listing.cache_clear()

    assert in_order < looked_up


def _steps(town: Town, only: Filter) -> int:
    """How many steps of its machine SQLite takes to find the first posts, its index in one part."""
    with writing(town.store) as work:
        work.execute(text(f"INSERT INTO {search.INDEX} ({search.INDEX}) VALUES ('optimize')"))
    steps: list[None] = []
    with reading(town.store) as work:
        driver: Any = work.connection.connection.dbapi_connection
        driver.set_progress_handler(lambda: steps.append(None), 1)
        try:
            listing.page(work, by=None, only=only, limit=2)
        finally:
            driver.set_progress_handler(None, 0)
    return len(steps)
