"""Renamed posts: a former slug leads to its post, and to no other."""

import pytest

from publishing import listing, posts
from publishing.callers import Caller
from publishing.facts import PostMoved, PostNotFound, PostThere, SlugTaken, Unfit
from publishing.posts import Content, Patch, Post, Status
from tests.publishing.story import Town, counting, reading, writing


@pytest.fixture
def engine(town: Town, ada: Caller) -> Post:
    return town.publish(ada)


def rename(town: Town, post: Post, slug: str, by: Caller) -> Post:
    with writing(town.store) as work:
        return posts.change(work, post.slug, Patch(slug=slug), by=by)


def find(town: Town, slug: str, by: Caller | None = None) -> Post:
    with reading(town.store) as work:
        return posts.find(work, slug, by=by)


def leads_to(town: Town, slug: str, by: Caller | None = None) -> str:
    with pytest.raises(PostMoved) as moved:
        find(town, slug, by)
    return moved.value.slug


def test_a_renamed_post_is_the_same_post(town: Town, engine: Post, ada: Caller):
    renamed = rename(town, engine, "the-mill", ada)

    assert (renamed.slug, renamed.id, renamed.uid) == ("the-mill", engine.id, engine.uid)
    assert (renamed.revision, renamed.revised_at) == (1, engine.revised_at)
    assert renamed.edition != engine.edition
    assert find(town, "the-mill") == renamed


def test_every_slug_that_it_had_leads_to_the_one_that_it_has(town: Town, engine: Post, ada: Caller):
    mill = rename(town, engine, "the-mill", ada)
    rename(town, mill, "the-store", ada)

    assert leads_to(town, engine.slug) == leads_to(town, "the-mill") == "the-store"


def test_what_changes_is_asked_for_at_its_slug(town: Town, engine: Post, ada: Caller):
    rename(town, engine, "the-mill", ada)

    with pytest.raises(PostNotFound):
        rename(town, engine, "the-store", ada)


def test_a_post_may_go_back(town: Town, engine: Post, ada: Caller):
    mill = rename(town, engine, "the-mill", ada)
    back = rename(town, mill, engine.slug, ada)

    assert find(town, engine.slug) == back
    assert leads_to(town, "the-mill") == engine.slug


def test_a_former_slug_of_what_one_may_not_see_leads_nowhere(
    town: Town, ada: Caller, grace: Caller, edith: Caller
):
    rename(town, town.write(ada, "Secret"), "more-secret", ada)

    for reader in (None, grace):
        with pytest.raises(PostNotFound, match="'secret'"):
            find(town, "secret", reader)
    assert leads_to(town, "secret", ada) == leads_to(town, "secret", edith) == "more-secret"


def test_nobody_else_gets_a_former_slug(town: Town, engine: Post, ada: Caller, grace: Caller):
    rename(town, engine, "the-mill", ada)
    other = town.publish(grace, "Other")

    for slug in (engine.slug, "the-mill"):
        with pytest.raises(SlugTaken):
            rename(town, other, slug, grace)
        with writing(town.store) as work, pytest.raises(PostThere):
            posts.write_at(work, slug, Content("Mine", ""), by=grace)
    assert town.publish(grace).slug == "the-first-engine-2"
    assert leads_to(town, engine.slug) == "the-mill"


def test_what_is_not_written_at_a_former_slug_leaves_nothing(
    town: Town, engine: Post, ada: Caller, grace: Caller
):
    rename(town, engine, "the-mill", ada)
    with writing(town.store) as work, pytest.raises(PostThere):
        posts.write_at(work, engine.slug, Content("Mine", "", status=Status.PUBLISHED), by=grace)

    with reading(town.store) as work:
        assert [post.slug for post in listing.page(work, by=None).items] == ["the-mill"]


def test_numbers_go_on_after_the_first_was_renamed(town: Town, engine: Post, ada: Caller):
    rename(town, engine, "the-mill", ada)

    assert [town.publish(ada).slug for _ in range(2)] == [
        "the-first-engine-2",
        "the-first-engine-3",
    ]


def test_deleting_a_post_frees_every_slug_that_it_had(town: Town, engine: Post, ada: Caller):
    rename(town, engine, "the-mill", ada)
    with writing(town.store) as work:
        posts.delete(work, "the-mill", by=ada)

    with pytest.raises(PostNotFound):
        find(town, engine.slug)
    assert town.publish(ada).slug == engine.slug


def test_a_slug_is_checked(town: Town, engine: Post, ada: Caller):
    with pytest.raises(Unfit):
        rename(town, engine, "The Mill", ada)


def test_a_post_at_its_slug_is_found_with_one_statement(town: Town, engine: Post):
    with counting(town.store) as work:
        posts.find(work, engine.slug, by=None)

    assert work.statements == 1
