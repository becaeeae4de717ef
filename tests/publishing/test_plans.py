"""How a database goes about each listing: along an index, so that a page costs what is on it.

What is asked for in an order that no index has is sorted, but only where it was counted before to
be little (`publishing.ways`).
"""

import itertools
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from publishing import accounts, comments, listing, posts, revisions, search, tags, tokens
from publishing.callers import Caller, Role, Scope
from publishing.kept_posts import Status
from publishing.listing import Filter, Sort
from publishing.pages import Side
from publishing.posts import Content
from publishing.prepared import SQLITE, Prepared
from publishing.store import Store
from tests.publishing.story import Town, reading, writing
from tests.publishing.test_pages import explain

SIDES = (None, *Side)
EDITOR = Caller("edith", Role.EDITOR, frozenset(Scope), token_id=0)
AUTHOR = Caller("anybody", Role.AUTHOR, frozenset(Scope), token_id=0)
READERS = {"anonymous": None, "author": AUTHOR, "editor": EDITOR}
FILTERS = {
    "all": {},
    "by author": {"author": "anybody"},
    "by tag": {"tag": "a"},
    "by both": {"author": "anybody", "tag": "a"},
    "by words": {"query": search.read('a -b "c d" -"e f"')},
}
SHAPES = {
    f"{filtered}, {status.value} ones, by {reader}": listing._shape(
        by, Filter(status=status, **FILTERS[filtered])
    )
    for filtered, status, (reader, by) in itertools.product(FILTERS, Status, READERS.items())
    # Nothing is read for whoever sees none of them.
    if by is not None or status is Status.PUBLISHED
}


def statements() -> Iterator[tuple[str, Prepared]]:
    """Every statement that lists something other than posts."""
    modules = {
        "accounts": accounts,
        "tokens": tokens,
        "comments": comments,
        "post_revisions": revisions,
    }
    for table, module in modules.items():
        for side in SIDES:
            yield table, module._listing(side)


@pytest.mark.parametrize("shape", SHAPES)
def test_no_list_of_posts_reads_them_all_or_sorts_what_was_not_counted(
    lasting_town: Town, shape: str
):
    for sort, side in itertools.product(Sort, SIDES):
        asked = SHAPES[shape]

        may_sort = listing._way(asked, sort) is not None
        plan = explain(lasting_town.store, listing._listing(asked, sort, side), may_sort=may_sort)

        assert not re.search(r"SCAN posts|SCAN post_tags|Seq Scan", plan), (sort, side, plan)
        if not may_sort:
            assert not re.search(r"TEMP B-TREE|Sort", plan), (sort, side, plan)


@pytest.mark.parametrize(("table", "statement"), [*statements()])
def test_no_other_list_is_read_whole_or_sorted(lasting_town: Town, table: str, statement: Prepared):
    plan = explain(lasting_town.store, statement)

    assert not re.search(rf"SCAN {table}$|SCAN {table} /|Seq Scan|TEMP B-TREE|Sort", plan), plan


def test_no_list_has_a_bare_parameter_for_its_limit_on_sqlite():
    """SQLite would look at it before it plans, and plan anew each time that one is given."""
    posts = [listing._listing(shape, sort, None) for shape in SHAPES.values() for sort in Sort]

    for statement in (*posts, tags._listing(None), *(each for _, each in statements())):
        assert not re.search(r"LIMIT \?(?! [+*])", statement.on(SQLITE).sql)


def test_tags_are_counted_along_their_index(lasting_town: Town):
    for side in SIDES:
        plan = explain(lasting_town.store, tags._listing(side))

        assert not re.search(r"SCAN posts|Seq Scan|TEMP B-TREE", plan), plan


# What is read, where the plan alone does not say how much that is


@pytest.fixture
def steps(store: Store) -> Any:
    """How many steps SQLite takes for a list."""
    taken = 0

    def step() -> None:
        nonlocal taken
        taken += 1

    def steps(only: Filter, sort: Sort) -> int:
        nonlocal taken
        with reading(store) as work:
            raw: Any = work.connection.connection.dbapi_connection
            raw.set_progress_handler(step, 1)
            taken = 0
            page = listing.page(work, by=EDITOR, only=only, sort=sort)
            raw.set_progress_handler(None, 0)
        assert len(page.items) == 1
        return taken

    return steps


ONE = {
    "a tag": Filter(tag="rare"),
    "an author": Filter(author="grace"),
    "a word": Filter(query=search.read("rareword")),
    "what is to come": Filter(status=Status.SCHEDULED),
    "a draft": Filter(status=Status.DRAFT),
}


@pytest.mark.only_on("sqlite", reason="PostgreSQL tells nobody how many steps it takes")
@pytest.mark.parametrize("sort", [Sort.NEWEST, Sort.TITLE, Sort.FIRST_UPDATED])
@pytest.mark.parametrize("only", ONE.values(), ids=ONE)
def test_one_post_among_many_costs_what_it_costs_among_few(
    town: Town, ada: Caller, grace: Caller, steps: Any, only: Filter, sort: Sort
):
    town.publish(grace, "Rare", body="rareword", tags=("rare",))
    soon = town.clock.now + timedelta(days=1)
    town.write(ada, "Soon", status=Status.SCHEDULED, publish_at=soon)
    town.write(ada, "Draft")
    fill(town, ada, 20)
    among_few = steps(only, sort)
    fill(town, ada, 180)

    # Ten times as many posts; an index over their words has a few levels more.
    assert steps(only, sort) <= 1.5 * among_few


def fill(town: Town, by: Caller, count: int) -> None:
    """Write posts that are not asked for."""
    with writing(town.store) as work:
        for number in range(count):
            content = Content(f"Common {number}", "word", ("common",), Status.PUBLISHED)
            posts.write(work, content, by=by)
