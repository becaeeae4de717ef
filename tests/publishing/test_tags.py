"""Tags: counted over the posts that everybody sees."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publishing import listing, posts, tags
from publishing.callers import Caller
from publishing.facts import BadCursor, TagNotFound
from publishing.pages import Page, Side
from publishing.posts import Status
from publishing.tags import Tag
from tests.publishing.story import Town, counting, reading, repeatable, writing
from tests.publishing.test_pages import explain

LATER = datetime(2126, 12, 10, tzinfo=UTC)


def listed(town: Town, **more: object) -> Page[Tag]:
    with reading(town.store) as work:
        return tags.page(work, **more)  # pyright: ignore[reportArgumentType] - tests name the arguments


def get(town: Town, name: str) -> Tag:
    with reading(town.store) as work:
        return tags.get(work, name)


shelves = st.lists(
    st.tuples(st.sets(st.sampled_from("abcde")), st.sampled_from(Status)), max_size=8
)


@repeatable
@given(shelf=shelves)
def test_a_tag_counts_the_published_posts_that_have_it(
    lasting_town: Town, shelf: list[tuple[set[str], Status]]
):
    town = lasting_town
    author = town.anybody()
    with writing(town.store) as work:
        posts.delete_all_by(work, author.username)
    for names, status in shelf:
        publish_at = LATER if status is Status.SCHEDULED else None
        town.write(author, tags=tuple(names), status=status, publish_at=publish_at)
    counts = Counter(
        name for names, status in shelf if status is Status.PUBLISHED for name in names
    )

    assert listed(town).items == tuple(Tag(name, counts[name]) for name in sorted(counts))
    assert [get(town, name).count for name in counts] == list(counts.values())


def test_a_post_that_is_to_be_published_later_is_not_counted_before(town: Town, ada: Caller):
    later = town.clock.now + timedelta(hours=1)
    town.write(ada, tags=("machines",), status=Status.SCHEDULED, publish_at=later)

    assert listed(town).items == ()
    with pytest.raises(TagNotFound, match="machines"):
        get(town, "machines")
    town.clock.advance(timedelta(hours=1))
    assert listed(town).items == (get(town, "machines"),) == (Tag("machines", 1),)


@pytest.mark.parametrize("name", ["nothing", "Machines", "machine", ""])
def test_a_tag_that_no_post_has_is_not_found(town: Town, ada: Caller, name: str):
    town.publish(ada, tags=("machines",))
    town.write(ada, "A draft", tags=("nothing",))

    with pytest.raises(TagNotFound):
        get(town, name)


def test_pages_lead_to_every_tag_once_while_others_come_and_go(town: Town, ada: Caller):
    town.publish(ada, tags=tuple("abcde"))

    first = listed(town, limit=2)
    town.publish(ada, "Another", tags=("b", "c"))
    second = listed(town, limit=2, cursor=first.next)
    third = listed(town, limit=2, cursor=second.next)

    assert first.items == (Tag("a", 1), Tag("b", 1))
    assert second.items == (Tag("c", 2), Tag("d", 1))
    assert third.items == (Tag("e", 1),)
    assert (first.prev, third.next) == (None, None)
    assert listed(town, limit=2, cursor=third.prev).items == second.items


def test_a_cursor_of_another_list_is_refused(town: Town, ada: Caller):
    for title in "ab":
        town.publish(ada, title)
    with reading(town.store) as work:
        cursor = listing.page(work, by=None, limit=1).next

    with pytest.raises(BadCursor):
        listed(town, cursor=cursor)


# What it costs


@pytest.mark.only_on("sqlite", reason="PostgreSQL counts as its statistics advise")
@pytest.mark.parametrize("side", [None, *Side])
def test_a_page_is_counted_along_the_index_from_where_it_begins(
    lasting_town: Town, side: Side | None
):
    plan = explain(lasting_town.store, tags._listing(side))

    assert "TEMP B-TREE" not in plan
    walk = "SCAN" if side is None else "SEARCH"
    assert f"{walk} post_tags USING COVERING INDEX" in plan
    assert "SEARCH posts USING INTEGER PRIMARY KEY" in plan


def test_a_page_and_a_tag_are_one_statement_each(town: Town, ada: Caller):
    for number in range(30):
        town.publish(ada, tags=("a", f"t{number}"))

    with counting(town.store) as work:
        page = tags.page(work, limit=25)
    assert (len(page.items), work.statements) == (25, 1)

    with counting(town.store) as work:
        assert tags.get(work, "a").count == 30
    assert work.statements == 1
