"""SQLite and PostgreSQL: whatever is done on both, both tell the same of it."""

import itertools
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publishing import accounts, listing, posts
from publishing.callers import Caller
from publishing.facts import Fact
from publishing.listing import Filter, Sort
from publishing.passwords import Cost, Passwords
from publishing.posts import Content, Patch, Post, Status
from publishing.store import Store
from publishing.work import Work
from tests.publishing.story import Clock, Town, reading, repeatable, writing

pytestmark = pytest.mark.only_on("postgresql", reason="they need both, and SQLite needs no server")

Act = Callable[[Work, Caller, str], Any]
_numbers = itertools.count()
CHEAP = Passwords(cost=Cost(passes=1, memory=8, lanes=1))

# Letters whose order differs between languages, code points and units of UTF-16.
HARD = "aAbBzZ09äÄéÉßẞıİſK \u0301\u00ad\u200d\ufb01\ufffd\U00010000\U0001f682-_'\"%\\"
titles = st.text(HARD, min_size=1, max_size=12) | st.text(min_size=1, max_size=12)
tags = st.lists(st.sampled_from(["a", "b", "Engines", "no tag"]), max_size=2).map(tuple)
statuses = st.sampled_from(Status)
contents = st.builds(Content, title=titles, body=titles, tags=tags, status=statuses)
patches = st.builds(Patch, title=st.none() | titles, tags=st.none() | tags, status=statuses)
slugs = st.integers(1, 4)


@dataclass(frozen=True)
class Deed:
    """Something that an author does, to the post of a number where it is about one."""

    name: str
    act: Act


def slug(author: str, number: int) -> str:
    return f"{author}-{number}"


deeds = st.one_of(
    contents.map(lambda c: Deed("write", lambda work, by, _: posts.write(work, c, by=by))),
    st.tuples(slugs, contents).map(
        lambda it: Deed(
            "put", lambda work, by, name: posts.write_at(work, slug(name, it[0]), it[1], by=by)
        )
    ),
    st.tuples(slugs, patches).map(
        lambda it: Deed(
            "change", lambda work, by, name: posts.change(work, slug(name, it[0]), it[1], by=by)
        )
    ),
    slugs.map(
        lambda it: Deed("delete", lambda work, by, name: posts.delete(work, slug(name, it), by=by))
    ),
    titles.map(
        lambda it: Deed(
            "rename",
            lambda work, by, name: accounts.change(
                work, name, accounts.Patch(display_name=it), by=by, passwords=CHEAP
            ),
        )
    ),
)


@pytest.fixture(scope="module")
def beside(
    tmp_path_factory: pytest.TempPathFactory, lasting_town: Town, passwords: Passwords
) -> Generator[Town]:
    """The same town on SQLite, with the same clock."""
    place: Path = tmp_path_factory.mktemp("beside") / "tenor.db"
    store = Store.open(f"sqlite:///{place}", clock=lasting_town.clock)
    store.migrate()
    yield Town(store, lasting_town.clock, passwords)
    store.close()


def uncounted(post: Post) -> Post:
    """The post without what each store counts or draws for itself."""
    return post._replace(id=0, uid="")


def told(town: Town, deed: Deed, by: Caller) -> object:
    """What the deed gives, or how it is refused, but for numbers that each store counts itself."""
    try:
        with writing(town.store) as work:
            given_back = deed.act(work, by, by.username)
    except Fact as fact:
        return type(fact), str(fact)
    return uncounted(given_back) if isinstance(given_back, Post) else type(given_back)


def walk(town: Town, by: Caller, sort: Sort, tag: str | None) -> list[Post]:
    """All posts of an author, page by page."""
    found, cursor = list[Post](), None
    only = Filter(author=by.username, tag=tag, status=None)
    while True:
        with reading(town.store) as work:
            page = listing.page(work, by=by, only=only, sort=sort, limit=2, cursor=cursor)
        found += map(uncounted, page.items)
        if (cursor := page.next) is None:
            return found


@settings(repeatable, max_examples=30)
@given(done=st.lists(deeds, max_size=8), tag=st.sampled_from([None, "a", "engines"]))
def test_the_same_deeds_give_the_same_answers_and_the_same_pages(
    lasting_town: Town, beside: Town, done: list[Deed], tag: str | None
):
    name = f"author-{next(_numbers)}"
    callers = [(town, town.join(name)) for town in (lasting_town, beside)]

    for deed in done:
        lasting_town.clock.advance()
        here, there = (told(town, deed, by) for town, by in callers)
        assert here == there, deed.name

    for sort in Sort:
        here, there = (walk(town, by, sort, tag) for town, by in callers)
        assert here == there, sort


def test_titles_stand_in_the_order_of_code_points_on_both(lasting_town: Town, beside: Town):
    """Whatever language the server was set up for."""
    name = f"author-{next(_numbers)}"
    callers = [(town, town.join(name)) for town in (lasting_town, beside)]
    for title in (*HARD.replace(" ", ""), "ab", "a b", "a-b", "zz", "éa"):
        deed = Deed("write", lambda work, by, _, t=title: posts.write(work, Content(t, ""), by=by))
        here, there = (told(town, deed, by) for town, by in callers)
        assert here == there

    here, there = ([p.title for p in walk(town, by, Sort.TITLE, None)] for town, by in callers)

    assert here == there
    assert [title.casefold() for title in here] == sorted(title.casefold() for title in here)


@pytest.mark.parametrize("text", ["a\0b", "\ud800", "x" * 100_000, "\U0001f682" * 30_000])
def test_what_one_keeps_the_other_keeps(lasting_town: Town, beside: Town, text: str):
    deed = Deed("write", lambda work, by, _: posts.write(work, Content(text, text), by=by))
    name = f"author-{next(_numbers)}"

    here, there = (told(town, deed, town.join(name)) for town in (lasting_town, beside))

    assert here == there


def test_a_clock_is_one_for_both(lasting_town: Town, beside: Town):
    """Else the moments above would differ by chance."""
    assert isinstance(lasting_town.clock, Clock)
    assert beside.clock is lasting_town.clock
