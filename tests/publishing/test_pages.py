"""Pages: each item once, in order, whatever happens between two of them."""

import itertools
import re
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Select, text

from publishing import accounts, listing, posts, tokens
from publishing.callers import Caller, Role, Scope
from publishing.facts import BadCursor
from publishing.listing import Filter, Sort
from publishing.pages import Page, Side
from publishing.posts import Content, Post, Status
from publishing.prepared import POSTGRESQL, Form, Prepared
from publishing.store import Store
from publishing.work import Work
from tests.publishing.story import Town, counting, reading, repeatable, writing

A_SECOND = timedelta(seconds=1)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
_numbers = itertools.count()

PYTHONS_ORDER: dict[Sort, tuple[Callable[[Post], Any], bool]] = {
    Sort.OLDEST: (lambda p: (p.published_at or p.created_at, p.id), False),
    Sort.NEWEST: (lambda p: (p.published_at or p.created_at, p.id), True),
    Sort.FIRST_UPDATED: (lambda p: (p.updated_at, p.id), False),
    Sort.LAST_UPDATED: (lambda p: (p.updated_at, p.id), True),
    Sort.TITLE: (lambda p: (p.title.casefold(), p.id), False),
    Sort.TITLE_FROM_THE_END: (lambda p: (p.title.casefold(), p.id), True),
}

titles = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30)
ages = st.integers(min_value=0, max_value=3)
shelves = st.lists(st.tuples(titles, ages), max_size=12)


def newcomer(town: Town) -> Caller:
    """An author whom no other example knows."""
    return town.join(f"author-{next(_numbers)}")


def write(town: Town, by: Caller, title: str, age: int = 1) -> Post:
    """A published post, `age` seconds after the one before; some are of the same moment."""
    town.clock.advance(age * A_SECOND)
    with writing(town.store) as work:
        return posts.write(work, Content(title, "", status=Status.PUBLISHED), by=by)


def turn(town: Town, by: Caller, sort: Sort, limit: int, cursor: str | None = None) -> Page[Post]:
    with reading(town.store) as work:
        return listing.page(
            work, by=None, only=Filter(author=by.username), sort=sort, limit=limit, cursor=cursor
        )


def pages_ahead(town: Town, by: Caller, sort: Sort, limit: int) -> Iterator[Page[Post]]:
    """Every page from the first on. A walk that does not end is a failure."""
    cursor = None
    for _ in range(100):
        page = turn(town, by, sort, limit, cursor)
        yield page
        if (cursor := page.next) is None:
            return
    pytest.fail("the pages do not end")


@repeatable
@given(shelf=shelves, sort=st.sampled_from(Sort), limit=st.integers(1, 5))
def test_following_next_gives_every_post_once_and_in_order(
    lasting_town: Town, shelf: list[tuple[str, int]], sort: Sort, limit: int
):
    author = newcomer(lasting_town)
    written = [write(lasting_town, author, *book) for book in shelf]

    walked = list(pages_ahead(lasting_town, author, sort, limit))

    key, backward = PYTHONS_ORDER[sort]
    assert [p for page in walked for p in page.items] == sorted(written, key=key, reverse=backward)
    assert all(len(page.items) == limit for page in walked[:-1])


@repeatable
@given(shelf=shelves, sort=st.sampled_from(Sort), limit=st.integers(1, 5))
def test_following_prev_gives_the_same_posts_back(
    lasting_town: Town, shelf: list[tuple[str, int]], sort: Sort, limit: int
):
    author = newcomer(lasting_town)
    for book in shelf:
        write(lasting_town, author, *book)
    *_, page = walked = list(pages_ahead(lasting_town, author, sort, limit))
    ahead = [post for page in walked for post in page.items]

    back = list(page.items)
    while page.prev is not None and len(back) <= len(ahead):
        page = turn(lasting_town, author, sort, limit, page.prev)
        back = [*page.items, *back]

    assert back == ahead


@repeatable
@given(
    shelf=st.lists(st.tuples(titles, ages), min_size=1, max_size=12),
    sort=st.sampled_from([Sort.NEWEST, Sort.OLDEST, Sort.TITLE, Sort.TITLE_FROM_THE_END]),
    limit=st.integers(1, 4),
    meanwhile=st.lists(st.tuples(st.booleans(), titles, st.integers(0, 11)), max_size=6),
)
def test_while_others_write_and_delete_nothing_is_skipped_and_nothing_comes_twice(
    lasting_town: Town,
    shelf: list[tuple[str, int]],
    sort: Sort,
    limit: int,
    meanwhile: list[tuple[bool, str, int]],
):
    author = newcomer(lasting_town)
    lasting = {post.slug: post for post in (write(lasting_town, author, *b) for b in shelf)}
    events = iter(meanwhile)
    seen: list[str] = []

    for page in pages_ahead(lasting_town, author, sort, limit):
        seen += [post.slug for post in page.items]
        # Whoever reads from the oldest on gets to the end only when the others have stopped.
        writes, title, index = next(events, (False, "", -1))
        if writes:
            write(lasting_town, author, title)
        elif lasting and index >= 0:
            slug = list(lasting)[index % len(lasting)]
            del lasting[slug]
            with writing(lasting_town.store) as work:
                posts.delete(work, slug, by=author)

    assert len(seen) == len(set(seen))
    assert lasting.keys() <= set(seen)


def test_a_page_whose_anchor_was_deleted_goes_on_where_it_stood(town: Town, ada: Caller):
    a, b, c, d = (write(town, ada, title) for title in "abcd")
    first = turn(town, ada, Sort.TITLE, 2)
    assert first.items == (a, b)

    with writing(town.store) as work:
        posts.delete(work, b.slug, by=ada)

    assert turn(town, ada, Sort.TITLE, 2, first.next).items == (c, d)


def test_an_empty_page_leads_back_to_what_is_left(town: Town, ada: Caller):
    a, b, c = (write(town, ada, title) for title in "abc")
    first = turn(town, ada, Sort.TITLE, 2)
    assert first.items == (a, b)
    with writing(town.store) as work:
        posts.delete(work, c.slug, by=ada)

    empty = turn(town, ada, Sort.TITLE, 2, first.next)
    assert (empty.items, empty.next) == ((), None)
    back = turn(town, ada, Sort.TITLE, 2, empty.prev)
    assert (back.items, back.prev) == ((a, b), None)

    # And from the end that it now leads to, one that is written later is found.
    d = write(town, ada, "d")
    assert turn(town, ada, Sort.TITLE, 2, back.next).items == (d,)


def test_an_empty_page_at_the_beginning_leads_ahead(town: Town, ada: Caller):
    a, b = (write(town, ada, title) for title in "ab")
    second = turn(town, ada, Sort.TITLE, 1, turn(town, ada, Sort.TITLE, 1).next)
    assert second.items == (b,)
    with writing(town.store) as work:
        posts.delete(work, a.slug, by=ada)

    empty = turn(town, ada, Sort.TITLE, 1, second.prev)
    assert (empty.items, empty.prev) == ((), None)
    assert turn(town, ada, Sort.TITLE, 1, empty.next).items == (b,)


def test_the_first_page_has_no_prev_and_the_last_no_next(town: Town, ada: Caller):
    for title in "abc":
        write(town, ada, title)

    whole = turn(town, ada, Sort.TITLE, 3)
    first = turn(town, ada, Sort.TITLE, 2)
    last = turn(town, ada, Sort.TITLE, 2, first.next)

    assert (whole.prev, whole.next) == (None, None)
    assert first.prev is None
    assert last.next is None
    assert turn(town, ada, Sort.TITLE, 2, last.prev).prev is None


def test_an_empty_list_is_one_empty_page(town: Town, ada: Caller):
    assert turn(town, ada, Sort.NEWEST, 20) == Page((), None, None)


def test_drafts_have_their_place_in_the_order_of_publication(town: Town, ada: Caller):
    one, two, three = (town.write(ada, title) for title in ("one", "two", "three"))

    with reading(town.store) as work:
        listed = listing.page(work, by=ada, only=Filter(status=Status.DRAFT))

    assert listed.items == (three, two, one)


# Cursors


def encoded(text: str) -> str:
    return urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


GOOD = "-published a 7 2026-03-01T12:00:00+00:00"


def test_a_cursor_is_made_of_characters_that_need_no_escape_in_an_address(town: Town, ada: Caller):
    for title in ("\N{STEAM LOCOMOTIVE}" * 200, "?>~" * 66, "x"):
        write(town, ada, title)

    for page in pages_ahead(town, ada, Sort.TITLE, 1):
        for cursor in filter(None, (page.next, page.prev)):
            assert len(cursor) <= 512
            assert set(cursor) <= set(
                "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
            )


def test_long_titles_that_begin_alike_still_come_once_each(town: Town, ada: Caller):
    written = {write(town, ada, "\N{STEAM LOCOMOTIVE}" * 150 + str(n)).slug for n in range(5)}

    walked = [p.slug for page in pages_ahead(town, ada, Sort.TITLE, 2) for p in page.items]

    assert len(walked) == 5
    assert set(walked) == written


def test_the_cursor_that_the_other_tests_break_is_good(store: Store):
    with reading(store) as work:
        assert listing.page(work, by=None, cursor=encoded(GOOD)).items == ()


@pytest.mark.parametrize(
    "content",
    [
        "-published",
        "-published a 7",
        "-published a 7 ",
        "-published a 7 yesterday",
        "-published a 7 2026-03-01",
        "-published a 7 2026-03-01T12:00:00",
        "-published a 7 2026-03-01T12:00:00Z",
        "-published a 7 2026-03-01 12:00:00+00:00",
        "-published a 7 0001-01-01T00:00:00+14:00",
        "-published x 7 2026-03-01T12:00:00+00:00",
        "-published a 0 2026-03-01T12:00:00+00:00",
        "-published a -1 2026-03-01T12:00:00+00:00",
        "-published a 07 2026-03-01T12:00:00+00:00",
        "-published a 1_0 2026-03-01T12:00:00+00:00",
        "-published a \u0667 2026-03-01T12:00:00+00:00",
        f"-published a {2**63} 2026-03-01T12:00:00+00:00",
        f"-published a {'9' * 5000} 2026-03-01T12:00:00+00:00",
        "published a 7 2026-03-01T12:00:00+00:00",
        "title a 7 2026-03-01T12:00:00+00:00",
        "username a 7 ada",
    ],
    ids=lambda content: content[:40],
)
def test_a_cursor_that_this_list_did_not_make_is_refused(lasting_town: Town, content: str):
    with reading(lasting_town.store) as work, pytest.raises(BadCursor):
        listing.page(work, by=None, cursor=encoded(content))


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "é",
        "\ud800",
        encoded(GOOD) + "=",
        encoded(GOOD) + "\n",
        encoded(GOOD)[:-1],
        "LXB1Ymxpc2hlZCBhIDcg_w",
    ],
)
def test_what_is_no_cursor_at_all_is_refused(lasting_town: Town, cursor: str):
    with reading(lasting_town.store) as work, pytest.raises(BadCursor):
        listing.page(work, by=None, cursor=cursor)


def test_a_cursor_with_nul_is_refused(store: Store):
    with reading(store) as work, pytest.raises(BadCursor):
        listing.page(work, by=None, sort=Sort.TITLE, cursor=encoded("title a 7 \0"))


@repeatable
@given(cursor=st.text(st.characters(codec="ascii"), max_size=80) | st.binary().map(str))
def test_no_text_is_more_than_a_bad_cursor(lasting_town: Town, cursor: str):
    with reading(lasting_town.store) as work, pytest.raises(BadCursor):
        accounts.page(work, cursor=cursor)


@pytest.mark.parametrize("other", [sort for sort in Sort if sort is not Sort.TITLE])
def test_a_cursor_is_good_for_its_own_order_alone(town: Town, ada: Caller, other: Sort):
    for title in "ab":
        write(town, ada, title)
    cursor = turn(town, ada, Sort.TITLE, 1).next

    with pytest.raises(BadCursor):
        turn(town, ada, other, 1, cursor)


# The other lists


def test_accounts_are_listed_by_username(town: Town):
    for name in ("grace", "ada", "edith"):
        town.join(name)

    with reading(town.store) as work:
        first = accounts.page(work, limit=3)
        second = accounts.page(work, limit=3, cursor=first.next)

    names = [account.username for account in first.items + second.items]
    assert names == ["ada", "edith", "ghost", "grace"]
    assert second.next is None


def test_tokens_are_listed_the_newest_first(town: Town, ada: Caller, grace: Caller):
    for _ in range(4):
        town.clock.advance()
        town.issue("ada", Scope.POSTS_WRITE)
    town.issue("ada")  # of the same moment as the one before

    with reading(town.store) as work:
        first = tokens.page(work, by=ada, limit=4)
        second = tokens.page(work, by=ada, limit=4, cursor=first.next)

    listed = first.items + second.items
    assert len(listed) == 6
    assert list(listed) == sorted(listed, key=attrgetter("created_at", "id"), reverse=True)
    assert {token.username for token in listed} == {"ada"}


# What it costs


@pytest.mark.parametrize("side", [None, *Side])
@pytest.mark.parametrize("sort", Sort)
def test_a_page_is_read_from_an_index_and_not_sorted(
    lasting_town: Town, sort: Sort, side: Side | None
):
    shape = listing._shape(None, Filter(status=Status.PUBLISHED))

    plan = explain(lasting_town.store, listing._listing(shape, sort, side))

    assert is_read_from_an_index(plan, "posts")
    # The page begins at its cursor: what is before it is not read.
    assert side is None or plan.count("?") == 2 or ("Index Cond" in plan and "ROW(" in plan)


def is_read_from_an_index(plan: str, table: str) -> bool:
    """Whether what a plan reads of a table comes from an index, and in its order."""
    found = rf"SEARCH {table} USING INDEX|Index Scan (Backward )?using ix_{table}"
    is_found = re.search(found, plan) is not None
    # What SQLite and what PostgreSQL calls it where rows have to be sorted.
    return is_found and "TEMP B-TREE" not in plan and "Sort" not in plan


def explain(store: Store, prepared: Prepared, *, may_sort: bool = False) -> str:
    """How the database goes about it, in its own words."""
    statement = prepared.statement
    assert isinstance(statement, Select)
    with reading(store) as work:
        if work.connection.dialect.name == "postgresql":
            return explain_on_postgresql(work, prepared.on(POSTGRESQL), may_sort=may_sort)
        compiled = statement.compile(dialect=work.connection.dialect)
        values = tuple(7 if name in {"limit", "id"} else "x" for name in compiled.positiontup or ())
        steps = work.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}", values)
        return "\n".join(step[-1] for step in steps)


def explain_on_postgresql(work: Work, form: Form, *, may_sort: bool) -> str:
    """The plan of many rows, where there are few: what it would not do then is made expensive.

    It is the one plan that there is, whatever is asked for.
    """
    unordered = () if may_sort else ("enable_bitmapscan", "enable_sort")
    for costly in ("enable_seqscan", *unordered):
        work.execute(text(f"SET LOCAL {costly} = off"))
    nothing = ", ".join(["NULL"] * len({*re.findall(r"\$\d+", form.sql)}))
    ask = work.connection.exec_driver_sql
    ask(f"PREPARE explained AS {form.sql.replace('%', '%%')}")
    steps = ask(f"EXPLAIN EXECUTE explained {f'({nothing})' if nothing else ''}").all()
    ask("DEALLOCATE explained")
    return "\n".join(step for (step,) in steps)


def test_a_page_is_one_statement(town: Town, ada: Caller):
    """However many posts and tags are on it."""
    for number in range(30):
        town.publish(ada, tags=("a", f"t{number}"))

    with counting(town.store) as work:
        page = listing.page(work, by=None, limit=25)

    assert len(page.items) == 25
    assert all(len(post.tags) == 2 for post in page.items)
    assert work.statements == 1


def test_an_editor_reads_pages_of_the_drafts_of_others(town: Town, ada: Caller, edith: Caller):
    assert edith.role is Role.EDITOR
    drafts = [town.write(ada, title) for title in ("a", "b")]

    with reading(town.store) as work:
        listed = listing.page(work, by=edith, only=Filter(status=Status.DRAFT), sort=Sort.TITLE)

    assert list(listed.items) == drafts
