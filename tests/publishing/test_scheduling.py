"""Scheduled posts: seen by everybody from their time on, with nothing that runs then."""

import dataclasses
from datetime import datetime, timedelta

import pytest

from publishing import listing, posts
from publishing.callers import Caller
from publishing.facts import PostNotFound, Unschedulable
from publishing.listing import Filter, Sort
from publishing.posts import Content, Patch, Post, Status
from tests.publishing.story import Town, reading, writing

AN_HOUR = timedelta(hours=1)
BIRTHDAY = Content("A birthday", "Candles.", status=Status.SCHEDULED)


@pytest.fixture
def later(town: Town) -> datetime:
    return town.clock.now + AN_HOUR


@pytest.fixture
def birthday(town: Town, ada: Caller, later: datetime) -> Post:
    return write(town, ada, publish_at=later)


def write(town: Town, by: Caller, **fields) -> Post:
    content = dataclasses.replace(BIRTHDAY, **fields)
    with writing(town.store) as work:
        return posts.write(work, content, by=by)


def change(town: Town, post: Post, by: Caller, **fields) -> Post:
    with writing(town.store) as work:
        return posts.change(work, post.slug, Patch(**fields), by=by)


def listed(town: Town, by: Caller | None, status: Status, sort: Sort = Sort.NEWEST) -> list[str]:
    with reading(town.store) as work:
        return [
            p.slug for p in listing.page(work, by=by, only=Filter(status=status), sort=sort).items
        ]


def test_until_its_time_a_scheduled_post_is_seen_as_a_draft_is(
    town: Town, birthday: Post, ada: Caller, edith: Caller, grace: Caller, later: datetime
):
    assert (birthday.status, birthday.published_at) == (Status.SCHEDULED, None)
    assert birthday.publish_at == later
    for reader in (ada, edith):
        assert town.read(birthday.slug, reader) == birthday
        assert listed(town, reader, Status.SCHEDULED) == [birthday.slug]
    for reader in (grace, None):
        with pytest.raises(PostNotFound):
            town.read(birthday.slug, reader)
        assert listed(town, reader, Status.SCHEDULED) == []
    assert listed(town, ada, Status.PUBLISHED) == []
    assert listed(town, ada, Status.DRAFT) == []


@pytest.mark.parametrize("sort", Sort)
def test_from_its_time_on_it_is_published_at_that_time(
    town: Town, birthday: Post, later: datetime, sort: Sort
):
    town.clock.advance(AN_HOUR)

    post = town.read(birthday.slug)

    assert (post.status, post.published_at, post.publish_at) == (Status.PUBLISHED, later, None)
    assert listed(town, None, Status.PUBLISHED, sort) == [birthday.slug]
    assert listed(town, None, Status.SCHEDULED, sort) == []


def test_a_moment_before_its_time_it_is_not(town: Town, birthday: Post):
    town.clock.advance(AN_HOUR - timedelta(microseconds=1))

    assert listed(town, None, Status.PUBLISHED) == []


def test_the_clock_makes_another_edition_and_moves_the_time_of_change(
    town: Town, birthday: Post, later: datetime
):
    town.clock.advance(AN_HOUR)

    post = town.read(birthday.slug)

    assert post.edition != birthday.edition
    assert (birthday.changed_at, post.changed_at) == (birthday.updated_at, later)
    assert post.version == birthday.version


def test_it_stands_in_the_order_of_publication_where_its_time_is(
    town: Town, birthday: Post, ada: Caller
):
    before = town.publish(ada, "Before")
    town.clock.advance(AN_HOUR)
    after = town.publish(ada, "After")

    assert listed(town, None, Status.PUBLISHED) == [after.slug, birthday.slug, before.slug]


def test_a_change_of_something_else_keeps_the_schedule(
    town: Town, birthday: Post, ada: Caller, later: datetime
):
    changed = change(town, birthday, ada, title="Her birthday")

    assert (changed.status, changed.publish_at) == (Status.SCHEDULED, later)


def test_the_time_may_be_moved_while_it_is_to_come(
    town: Town, birthday: Post, ada: Caller, later: datetime
):
    moved = change(town, birthday, ada, publish_at=later + AN_HOUR)
    town.clock.advance(AN_HOUR)

    assert town.read(birthday.slug, ada) == moved
    assert moved.status is Status.SCHEDULED


def test_what_was_scheduled_is_published_at_once_when_its_author_says_so(
    town: Town, birthday: Post, ada: Caller
):
    town.clock.advance()

    post = change(town, birthday, ada, status=Status.PUBLISHED)

    assert (post.published_at, post.publish_at) == (town.clock.now, None)


def test_what_was_scheduled_is_a_draft_again_that_was_never_published(
    town: Town, birthday: Post, ada: Caller
):
    draft = change(town, birthday, ada, status=Status.DRAFT)
    town.clock.advance(AN_HOUR)

    assert town.read(draft.slug, ada) == draft
    assert (draft.status, draft.published_at, draft.publish_at) == (Status.DRAFT, None, None)


def test_what_the_clock_published_keeps_that_time(
    town: Town, birthday: Post, ada: Caller, later: datetime
):
    town.clock.advance(2 * AN_HOUR)
    draft = change(town, birthday, ada, status=Status.DRAFT)
    again = change(town, draft, ada, status=Status.PUBLISHED)

    assert (draft.published_at, again.published_at) == (later, later)


@pytest.mark.parametrize("status", [Status.DRAFT, Status.PUBLISHED])
def test_only_what_is_scheduled_has_a_time_to_come(
    town: Town, ada: Caller, later: datetime, status: Status
):
    with pytest.raises(Unschedulable, match="goes with the status scheduled"):
        write(town, ada, status=status, publish_at=later)


@pytest.mark.parametrize("after", [timedelta(0), -AN_HOUR])
def test_a_time_that_has_come_is_refused(town: Town, ada: Caller, after: timedelta):
    with pytest.raises(Unschedulable, match="not a time to come"):
        write(town, ada, publish_at=town.clock.now + after)


def test_a_schedule_needs_a_time(town: Town, ada: Caller):
    with pytest.raises(Unschedulable, match="needs publish_at"):
        write(town, ada)


def test_what_was_published_is_not_scheduled_again(town: Town, ada: Caller, later: datetime):
    post = town.publish(ada)
    for status in (Status.PUBLISHED, Status.DRAFT):
        change(town, post, ada, status=status)
        with pytest.raises(Unschedulable, match="published before"):
            change(town, post, ada, status=Status.SCHEDULED, publish_at=later)


def test_a_refused_schedule_writes_nothing(town: Town, ada: Caller):
    with pytest.raises(Unschedulable):
        write(town, ada)

    assert listed(town, ada, Status.SCHEDULED) == []
