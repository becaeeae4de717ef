"""Revisions: what a post was, for those who are in charge of it, and the way back."""

import pytest

from publishing import accounts, listing, posts, revisions
from publishing.accounts import Legacy
from publishing.callers import Caller
from publishing.facts import NotAllowed, PostMoved, PostNotFound, RevisionNotFound, Stale
from publishing.posts import Patch, Post, Status
from publishing.revisions import Revision
from tests.publishing.story import Town, reading, writing


@pytest.fixture
def engine(town: Town, ada: Caller) -> Post:
    """A post of three revisions; what is no part of them was changed in between."""
    post = town.publish(ada, body="One.", tags=("engines",))
    change(town, post, ada, body="Two.")
    change(town, post, ada, status=Status.DRAFT)
    change(town, post, ada, status=Status.PUBLISHED)
    change(town, post, ada, body="Three.", tags=())
    return town.read(post.slug)


def change(town: Town, post: Post, by: Caller, **fields) -> Post:
    town.clock.advance()
    with writing(town.store) as work:
        return posts.change(work, post.slug, Patch(**fields), by=by)


def restore(town: Town, post: Post, number: int, by: Caller, **more) -> Post:
    town.clock.advance()
    with writing(town.store) as work:
        return posts.restore(work, post.slug, number, by=by, **more)


def history(town: Town, post: Post, by: Caller) -> list[Revision]:
    with reading(town.store) as work:
        seen = posts.with_history(work, post.slug, by=by)
        return list(revisions.page(work, seen.id).items)


def test_each_change_of_title_body_or_tags_makes_a_revision(town: Town, engine: Post, ada: Caller):
    assert [(r.number, r.body, r.tags) for r in history(town, engine, ada)] == [
        (3, "Three.", ()),
        (2, "Two.", ("engines",)),
        (1, "One.", ("engines",)),
    ]
    assert engine.revision == 3


def test_what_is_no_part_of_a_revision_does_not_move_its_time(
    town: Town, engine: Post, ada: Caller
):
    newest = history(town, engine, ada)[0]
    draft = change(town, engine, ada, status=Status.DRAFT)

    assert draft.revised_at == engine.revised_at == newest.created_at
    assert draft.updated_at > engine.updated_at


def test_a_change_to_the_same_is_no_revision(town: Town, engine: Post, ada: Caller):
    same = change(town, engine, ada, title=engine.title, body=engine.body, tags=engine.tags)

    assert (same.revision, same.revised_at) == (engine.revision, engine.revised_at)


def test_a_revision_tells_who_wrote_it(town: Town, engine: Post, ada: Caller, edith: Caller):
    change(town, engine, edith, title="The engine")

    assert [r.author for r in history(town, engine, ada)] == ["edith", "ada", "ada", "ada"]


def test_restoring_makes_another_revision_of_what_was(town: Town, engine: Post, ada: Caller):
    restored = restore(town, engine, 1, ada)

    assert (restored.body, restored.tags, restored.revision) == ("One.", ("engines",), 4)
    assert [r.body for r in history(town, engine, ada)] == ["One.", "Three.", "Two.", "One."]
    assert town.read(engine.slug) == restored


def test_restoring_leaves_slug_and_status_as_they_are(town: Town, engine: Post, ada: Caller):
    draft = change(town, engine, ada, slug="the-mill", status=Status.DRAFT)

    restored = restore(town, draft, 1, ada)

    assert (restored.slug, restored.status) == ("the-mill", Status.DRAFT)
    assert restored.published_at == engine.published_at


def test_what_was_restored_is_listed_under_its_tags(town: Town, engine: Post, ada: Caller):
    restore(town, engine, 1, ada)

    with reading(town.store) as work:
        tagged = listing.page(work, by=None, only=listing.Filter(tag="engines")).items
    assert [post.slug for post in tagged] == [engine.slug]


@pytest.mark.parametrize("number", [0, 4, 2**40])
def test_a_revision_that_never_was(town: Town, engine: Post, ada: Caller, number: int):
    with reading(town.store) as work, pytest.raises(RevisionNotFound):
        revisions.get(work, engine.id, number)
    with pytest.raises(RevisionNotFound):
        restore(town, engine, number, ada)


def test_a_check_that_refuses_restores_nothing(town: Town, engine: Post, ada: Caller):
    def refuse(_post: Post) -> None:
        raise Stale(engine.slug)

    with pytest.raises(Stale):
        restore(town, engine, 1, ada, check=refuse)
    assert town.read(engine.slug) == engine


def test_revisions_are_seen_by_the_author_and_by_editors_alone(
    town: Town, engine: Post, ada: Caller, grace: Caller, edith: Caller
):
    assert history(town, engine, edith) == history(town, engine, ada)
    with pytest.raises(NotAllowed, match="read revisions"):
        history(town, engine, grace)
    with pytest.raises(NotAllowed):
        restore(town, engine, 1, grace)


def test_revisions_of_a_post_that_one_may_not_see_are_not_there(
    town: Town, engine: Post, ada: Caller, grace: Caller
):
    change(town, engine, ada, status=Status.DRAFT)

    with pytest.raises(PostNotFound):
        history(town, engine, grace)
    with pytest.raises(PostNotFound):
        restore(town, engine, 1, grace)


def test_revisions_at_a_former_slug_are_where_the_post_is(town: Town, engine: Post, ada: Caller):
    change(town, engine, ada, slug="the-mill")

    with pytest.raises(PostMoved):
        history(town, engine, ada)


def test_revisions_go_with_their_post(town: Town, engine: Post, ada: Caller):
    with writing(town.store) as work:
        posts.delete(work, engine.slug, by=ada)

    with reading(town.store) as work:
        assert revisions.page(work, engine.id).items == ()


@pytest.mark.parametrize("legacy", Legacy)
def test_what_a_deleted_account_wrote_in_posts_of_others_stays_as_the_ghosts(
    town: Town, engine: Post, ada: Caller, edith: Caller, legacy: Legacy
):
    changed = change(town, engine, edith, body="Four.")
    with writing(town.store) as work:
        accounts.delete(work, "edith", by=edith, legacy=legacy)

    assert [r.author for r in history(town, engine, ada)] == ["ghost", "ada", "ada", "ada"]
    assert town.read(engine.slug).edition != changed.edition


def test_pages_of_revisions_go_on_where_the_last_ended(town: Town, engine: Post, ada: Caller):
    with reading(town.store) as work:
        first = revisions.page(work, engine.id, limit=2)
    change(town, engine, ada, body="Four.")
    with reading(town.store) as work:
        rest = revisions.page(work, engine.id, limit=2, cursor=first.next)
        back = revisions.page(work, engine.id, limit=2, cursor=rest.prev)

    assert [r.number for r in first.items] == [r.number for r in back.items] == [3, 2]
    assert [r.number for r in rest.items] == [1]
