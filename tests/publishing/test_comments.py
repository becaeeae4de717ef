"""Comments: written by everybody, seen with their post, told to its page."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete as remove
from sqlalchemy import select, update

from publishing import accounts, comments, posts, tables
from publishing.accounts import GHOST, Legacy
from publishing.callers import Caller, Role
from publishing.comments import Comment, Patch
from publishing.facts import (
    BadCursor,
    CallerGone,
    CommentNotFound,
    Fact,
    NotAllowed,
    PostNotFound,
    Stale,
    Unfit,
)
from publishing.pages import Page, Side
from publishing.posts import Post
from publishing.work import Intent, Work
from tests.publishing.story import Town, counting, reading, repeatable, writing
from tests.publishing.test_pages import explain


def get(town: Town, comment: Comment, by: Caller | None = None) -> Comment:
    with reading(town.store) as work:
        return comments.get(work, comment.post, comment.id, by=by)


def listed(town: Town, slug: str, by: Caller | None = None, **more: Any) -> Page[Comment]:
    with reading(town.store) as work:
        return comments.page(work, slug, by=by, **more)


def change(town: Town, comment: Comment, text: str | None, by: Caller, **more: Any) -> Comment:
    with writing(town.store) as work:
        patch = Patch(text)
        return comments.change(work, comment.post, comment.id, patch, by=by, **more)


def delete(town: Town, comment: Comment, by: Caller, **more: Any) -> None:
    with writing(town.store) as work:
        comments.delete(work, comment.post, comment.id, by=by, **more)


@pytest.fixture
def post(town: Town, ada: Caller) -> Post:
    """A post of Ada's that everybody sees."""
    return town.publish(ada)


# Writing


def test_a_comment_is_kept_as_it_was_written(town: Town, post: Post, grace: Caller):
    comment = town.comment(grace, post)

    assert comment == Comment(
        id=comment.id,
        post="the-first-engine",
        body="Does it weave *bugs* too?",
        author="grace",
        created_at=town.clock.now,
        updated_at=town.clock.now,
        version=1,
    )
    assert get(town, comment) == comment


anything = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


@repeatable
@given(body=anything)
def test_all_text_comes_back_character_by_character(lasting_town: Town, body: str):
    author = lasting_town.anybody()
    comment = lasting_town.comment(author, lasting_town.publish(author), body)

    assert get(lasting_town, comment).body == body


@pytest.mark.parametrize("text", ["a\0b", "\ud800", "\udfff!"])
def test_what_some_database_cannot_keep_is_refused_everywhere(town: Town, post: Post, text: str):
    grace = town.join("grace")
    comment = town.comment(grace, post)

    for attempt in (
        lambda: town.comment(grace, post, text),
        lambda: change(town, comment, text, grace),
    ):
        with pytest.raises(Unfit, match="The comment contains"):
            attempt()
    assert listed(town, post.slug).items == (comment,)


def test_an_account_that_was_deleted_meanwhile_says_nothing(town: Town, post: Post, grace: Caller):
    with writing(town.store) as work:
        accounts.delete(work, "grace", by=grace)

    with pytest.raises(CallerGone, match="grace"):
        town.comment(grace, post)


def test_a_post_that_was_deleted_meanwhile_gets_no_comment(
    town: Town, post: Post, grace: Caller, monkeypatch: pytest.MonkeyPatch
):
    """Writers wait for each other today; on a database where they do not, one is told."""
    seen = posts.get

    def get_and_delete(work: Work, slug: str, *, by: Caller | None) -> Post:
        found = seen(work, slug, by=by)
        work.execute(remove(tables.posts))
        return found

    monkeypatch.setattr(posts, "get", get_and_delete)
    with pytest.raises(PostNotFound):
        town.comment(grace, post)


# Who sees what, and may what


def test_whoever_sees_a_post_comments_and_reads_its_comments(
    town: Town, ada: Caller, edith: Caller, rea: Caller
):
    published, draft = town.publish(ada), town.write(ada, "A draft")

    assert get(town, town.comment(rea, published)).author == "rea"
    for caller in (ada, edith):
        comment = town.comment(caller, draft)
        assert get(town, comment, by=caller) == comment


ATTEMPTS: dict[str, Callable[..., object]] = {
    "writing": lambda work, slug, _id, by: comments.write(work, slug, "x", by=by),
    "listing": lambda work, slug, _id, by: comments.page(work, slug, by=by),
    "reading": lambda work, slug, id_, by: comments.get(work, slug, id_, by=by),
    "changing": lambda work, slug, id_, by, **more: comments.change(
        work, slug, id_, Patch("x"), by=by, **more
    ),
    "deleting": lambda work, slug, id_, by, **more: comments.delete(work, slug, id_, by=by, **more),
}


@pytest.mark.parametrize("role", [Role.AUTHOR, Role.READER])
@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_to_anybody_else_a_comment_on_a_draft_is_exactly_like_nothing(
    town: Town, ada: Caller, attempt: str, role: Role
):
    draft = town.write(ada, "Hidden")
    comment = town.comment(ada, draft)
    other = town.join("other", role)

    def outcome(slug: str, id_: int) -> tuple[type[Exception], str]:
        with pytest.raises(Fact) as raised, writing(town.store) as work:
            ATTEMPTS[attempt](work, slug, id_, other)
        return type(raised.value), str(raised.value).replace(slug, "...")

    nothing = (PostNotFound, "There is no post '...'.")
    assert outcome("hidden", comment.id) == outcome("hidden", 99) == nothing
    assert outcome("missing", comment.id) == nothing


@pytest.mark.parametrize("attempt", ["reading", "changing", "deleting"])
def test_a_comment_is_found_on_its_own_post_alone(
    town: Town, post: Post, ada: Caller, attempt: str
):
    comment = town.comment(ada, town.publish(ada, "Another"))

    with pytest.raises(CommentNotFound), writing(town.store) as work:
        ATTEMPTS[attempt](work, post.slug, comment.id, ada)
    assert listed(town, post.slug).items == ()


def may(town: Town, attempt: str, comment: Comment, by: Caller) -> bool:
    with town.store.work(Intent.WRITE) as work:
        try:
            ATTEMPTS[attempt](work, comment.post, comment.id, by)
        except NotAllowed:
            return False
        return True


def test_who_may_change_and_who_may_delete(
    town: Town, post: Post, ada: Caller, grace: Caller, rea: Caller, edith: Caller, alan: Caller
):
    comment = town.comment(grace, post)
    everybody = {"ada": ada, "grace": grace, "rea": rea, "edith": edith, "alan": alan}

    changers, deleters = (
        {name for name, by in everybody.items() if may(town, attempt, comment, by)}
        for attempt in ("changing", "deleting")
    )

    assert changers == {"grace", "edith", "alan"}
    assert deleters == {"grace", "edith", "alan", "ada"}


# Changing


def test_a_change_is_seen_in_time_version_and_edition(town: Town, post: Post, grace: Caller):
    old = town.comment(grace, post)
    town.clock.advance()

    new = change(town, old, "And moths?", grace)

    assert new == get(town, old)
    assert (new.id, new.post, new.author, new.created_at) == (
        old.id, old.post, old.author, old.created_at,
    )  # fmt: skip
    assert (new.body, new.updated_at, new.version) == ("And moths?", town.clock.now, 2)
    assert new.edition != old.edition


def test_a_change_is_seen_though_the_clock_stood_still_or_went_back(
    town: Town, post: Post, grace: Caller
):
    seen = [town.comment(grace, post)]
    for hours in (0, -1, 0):
        town.clock.advance(timedelta(hours=hours))
        seen.append(change(town, seen[0], None, grace))

    times = [each.updated_at for each in seen]
    assert times == sorted(set(times))
    assert {each.body for each in seen} == {seen[0].body}


class Refused(Exception):
    """What a check raises here."""


def refuse(_comment: Comment) -> None:
    raise Refused


@pytest.mark.parametrize("attempt", ["changing", "deleting"])
def test_a_check_that_refuses_leaves_everything(
    town: Town, post: Post, grace: Caller, attempt: str
):
    comment = town.comment(grace, post)
    before = town.read(post.slug)

    with pytest.raises(Refused), writing(town.store) as work:
        ATTEMPTS[attempt](work, post.slug, comment.id, grace, check=refuse)

    assert get(town, comment) == comment
    assert town.read(post.slug) == before


@pytest.mark.parametrize("attempt", ["changing", "deleting"])
def test_a_check_is_asked_only_of_who_may(town: Town, post: Post, ada: Caller, attempt: str):
    comment = town.comment(ada, post)
    grace = town.join("grace")

    with pytest.raises(NotAllowed), writing(town.store) as work:
        ATTEMPTS[attempt](work, post.slug, comment.id, grace, check=refuse)


@pytest.mark.parametrize("attempt", ["changing", "deleting"])
def test_a_comment_that_changes_between_reading_and_writing_is_stale(
    town: Town, post: Post, grace: Caller, attempt: str
):
    """Writers wait for each other today; on a database where they do not, one is told."""
    comment = town.comment(grace, post)
    with town.store.work(Intent.WRITE) as work:

        def meddle(seen: Comment) -> None:
            table = tables.comments
            work.execute(update(table).where(table.c.id == seen.id).values(version=99))

        with pytest.raises(Stale, match="the-first-engine/comments/"):
            ATTEMPTS[attempt](work, post.slug, comment.id, grace, check=meddle)


# What the post is told


def test_each_change_among_its_comments_is_told_to_the_post_and_to_no_other(
    town: Town, post: Post, ada: Caller, grace: Caller
):
    other = town.publish(ada, "Another")
    seen = [town.read(post.slug)]
    comment = town.comment(grace, post)
    seen.append(town.read(post.slug))
    for attempt in (lambda: change(town, comment, "x", grace), lambda: delete(town, comment, ada)):
        town.clock.advance()
        attempt()
        seen.append(town.read(post.slug))

    assert [each.discussion for each in seen] == [0, 1, 2, 3]
    assert seen[0].discussed_at is None
    assert [each.discussed_at for each in seen[1:]] == [
        comment.created_at, comment.created_at + timedelta(seconds=1), town.clock.now,
    ]  # fmt: skip
    assert {each.edition for each in seen} == {post.edition}
    assert {each.updated_at for each in seen} == {post.updated_at}
    assert town.read(other.slug) == other


def test_a_change_of_the_post_keeps_its_discussion(town: Town, post: Post, ada: Caller):
    town.comment(ada, post)
    with writing(town.store) as work:
        changed = posts.change(work, post.slug, posts.Patch(title="X"), by=ada)

    assert changed.discussion == 1
    assert town.read(post.slug) == changed


def test_a_comment_comes_last_though_the_clock_went_back(town: Town, post: Post, grace: Caller):
    first = town.comment(grace, post)
    town.clock.advance(timedelta(hours=-1))

    second = town.comment(grace, post)

    assert second.created_at == first.created_at
    assert listed(town, post.slug).items == (first, second)


def test_reading_a_post_is_one_statement_however_much_is_said(
    town: Town, post: Post, grace: Caller
):
    town.comment(grace, post)

    with counting(town.store) as work:
        posts.get(work, post.slug, by=None)

    assert work.statements == 1


# Listing


def test_a_page_without_comments_costs_no_statement(town: Town, post: Post):
    with counting(town.store) as work:
        assert comments.on(work, post, limit=50) == Page((), None, None)

    assert work.statements == 0


def test_pages_lead_to_every_comment_once(town: Town, post: Post, grace: Caller):
    written = tuple(town.comment(grace, post, str(number)) for number in range(5))
    town.comment(grace, town.publish(grace, "Another"))

    first = listed(town, post.slug, limit=2)
    second = listed(town, post.slug, limit=2, cursor=first.next)
    third = listed(town, post.slug, limit=2, cursor=second.next)

    assert first.items + second.items + third.items == written
    assert (first.prev, third.next) == (None, None)
    assert listed(town, post.slug, limit=2, cursor=third.prev).items == second.items


def test_a_cursor_is_good_for_the_comments_on_its_own_post_alone(
    town: Town, post: Post, grace: Caller
):
    other, silent = town.publish(grace, "Another"), town.publish(grace, "Silent")
    for each in (post, post, other):
        town.comment(grace, each)
    cursor = listed(town, post.slug, limit=1).next

    for slug in (other.slug, silent.slug):
        with pytest.raises(BadCursor):
            listed(town, slug, cursor=cursor)


@pytest.mark.parametrize("side", [None, *Side])
def test_a_page_is_read_from_an_index_and_not_sorted(lasting_town: Town, side: Side | None):
    plan = explain(lasting_town.store, comments._listing(side))

    assert "TEMP B-TREE" not in plan
    assert "SEARCH comments USING INDEX ix_comments_post_id_created_at" in plan


# What is left behind


def leave(town: Town, by: Caller, legacy: Legacy) -> None:
    with writing(town.store) as work:
        accounts.delete(work, by.username, by=by, legacy=legacy)


def test_the_comments_of_a_deleted_account_pass_to_the_ghost(
    town: Town, post: Post, ada: Caller, grace: Caller
):
    own = town.comment(ada, post)
    old = town.comment(grace, post)
    silent = town.publish(ada, "Silent")
    before = town.read(post.slug)
    town.clock.advance()

    leave(town, grace, Legacy.REASSIGN)

    new = get(town, old)
    assert (new.author, new.body, new.created_at) == (GHOST, old.body, old.created_at)
    assert (new.updated_at, new.version) == (town.clock.now, 2)
    assert get(town, own) == own
    after = town.read(post.slug)
    assert (after.discussion, after.discussed_at) == (before.discussion + 1, town.clock.now)
    assert after.edition == before.edition
    assert town.read(silent.slug) == silent


def test_the_comments_of_a_deleted_account_go_with_it_when_that_is_chosen(
    town: Town, post: Post, ada: Caller, grace: Caller
):
    own = town.comment(ada, post)
    town.comment(grace, post)
    town.comment(ada, town.publish(grace, "Hers"))
    before = town.read(post.slug)

    leave(town, grace, Legacy.DELETE)

    assert listed(town, post.slug).items == (own,)
    assert town.read(post.slug).discussion == before.discussion + 1
    with reading(town.store) as work:
        assert work.execute(select(tables.comments.c.id)).scalars().all() == [own.id]


def test_the_comments_on_a_deleted_post_are_deleted(town: Town, post: Post, ada: Caller):
    town.comment(ada, post)
    with writing(town.store) as work:
        posts.delete(work, post.slug, by=ada)

    with reading(town.store) as work:
        assert work.execute(select(tables.comments)).all() == []
