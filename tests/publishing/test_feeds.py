"""Feeds: which posts, and since when they are as they are."""

from datetime import timedelta

from publishing import feeds, posts
from publishing.callers import Caller
from publishing.feeds import BEGINNING, Feed
from publishing.posts import Patch, Status
from tests.publishing.story import Town, counting, reading, writing


def feed_of(town: Town, **only: str) -> Feed:
    with reading(town.store) as work:
        return feeds.newest(work, **only)


def test_the_newest_published_posts_are_in_it_newest_first(town: Town, ada: Caller):
    written = [town.publish(ada, f"Post {number}") for number in range(feeds.LENGTH + 1)]
    town.write(ada, "A draft")

    assert feed_of(town).posts == tuple(reversed(written[1:]))


def test_it_may_be_of_one_author_or_tag(town: Town, ada: Caller, grace: Caller):
    one, two = town.publish(ada, "One", tags=("a",)), town.publish(grace, "Two", tags=("a", "b"))

    assert feed_of(town, author="ada").posts == (one,)
    assert feed_of(town, tag="A").posts == (two, one)
    assert feed_of(town, author="ada", tag="b") == Feed("ada", "b", ())


def test_a_feed_is_one_statement(town: Town, ada: Caller):
    town.publish(ada, tags=("a", "b"))

    with counting(town.store) as work:
        feeds.newest(work, author="ada", tag="a")

    assert work.statements == 1


def test_it_was_updated_with_the_newest_of_its_entries(town: Town, ada: Caller):
    one, two = town.publish(ada, "One"), town.publish(ada, "Two")
    assert feed_of(town).updated_at == two.revised_at

    town.clock.advance()
    with writing(town.store) as work:
        one = posts.change(work, one.slug, Patch(body="It ran."), by=ada)

    assert feed_of(town).updated_at == one.revised_at > two.revised_at
    assert feed_of(town).posts == (two, one)


def test_what_was_revised_before_it_was_published_is_news_from_then_on(town: Town, ada: Caller):
    draft = town.write(ada)
    town.clock.advance(timedelta(hours=1))
    with writing(town.store) as work:
        post = posts.change(work, draft.slug, Patch(status=Status.PUBLISHED), by=ada)

    assert feeds.updated_at(post) == post.published_at == town.clock.now > post.revised_at


def test_a_change_that_no_reader_sees_is_no_update(town: Town, ada: Caller, edith: Caller):
    post = town.publish(ada)
    before = feed_of(town)
    town.clock.advance()
    with writing(town.store) as work:
        posts.bequeath(work, "ada", "ghost")

    after = feed_of(town)

    assert after.updated_at == before.updated_at == post.revised_at
    assert after.changed_at == town.clock.now > before.changed_at
    assert after.edition != before.edition


def test_an_empty_feed_has_a_time_that_does_not_move(town: Town):
    empty = feed_of(town)

    assert (empty.posts, empty.updated_at, empty.changed_at) == ((), BEGINNING, BEGINNING)
