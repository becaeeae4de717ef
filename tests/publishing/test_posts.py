"""Posts: written by authors, kept as written, seen by whom they are for."""

import dataclasses
from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from publishing import accounts, listing, posts, tables
from publishing.callers import Caller, Role
from publishing.facts import CallerGone, Fact, NotAllowed, PostNotFound, PostThere, Stale, Unfit
from publishing.listing import Filter
from publishing.posts import Content, Patch, Post, Status
from publishing.work import Intent, Work
from tests.publishing.story import ENGINE, Town, counting, reading, repeatable, writing


def write(town: Town, content: Content, by: Caller) -> Post:
    with writing(town.store) as work:
        return posts.write(work, content, by=by)


def write_at(town: Town, slug: str, by: Caller, content: Content = ENGINE) -> Post:
    with writing(town.store) as work:
        return posts.write_at(work, slug, content, by=by)


def change(town: Town, slug: str, patch: Patch, by: Caller, **more) -> Post:
    with writing(town.store) as work:
        return posts.change(work, slug, patch, by=by, **more)


def replace(town: Town, slug: str, content: Content, by: Caller, **more) -> Post:
    with writing(town.store) as work:
        return posts.replace(work, slug, content, by=by, **more)


def delete(town: Town, slug: str, by: Caller, **more) -> None:
    with writing(town.store) as work:
        posts.delete(work, slug, by=by, **more)


def slugs_of(town: Town, by: Caller | None, **only) -> set[str]:
    with reading(town.store) as work:
        return {post.slug for post in listing.page(work, by=by, only=Filter(**only)).items}


# Writing


def test_a_post_is_kept_as_it_was_written(town: Town, ada: Caller):
    post = write(town, ENGINE, ada)

    assert post == Post(
        id=post.id,
        uid=post.uid,
        slug="the-first-engine",
        title="The first engine",
        body="It *runs*.",
        author="ada",
        tags=("machines", "history"),
        status=Status.PUBLISHED,
        created_at=town.clock.now,
        updated_at=town.clock.now,
        published_at=town.clock.now,
        publish_at=None,
        version=1,
        revision=1,
        revised_at=town.clock.now,
        discussion=0,
        discussed_at=None,
    )
    assert town.read(post.slug) == post


def test_the_time_of_revision_moves_with_title_body_and_tags_alone(town: Town, ada: Caller):
    post = town.publish(ada, tags=("machines",))
    moved = {}
    for patch in (
        Patch(title="Another"),
        Patch(body="It stands."),
        Patch(tags=("looms",)),
        Patch(status=Status.DRAFT),
        Patch(title="Another", body="It stands.", tags=("looms",), status=Status.PUBLISHED),
    ):
        before = town.read(post.slug, ada).revised_at
        town.clock.advance()
        with writing(town.store) as work:
            after = posts.change(work, post.slug, patch, by=ada)
        moved[patch] = after.revised_at != before
        assert (after.uid, town.read(post.slug, ada)) == (post.uid, after)

    assert list(moved.values()) == [True, True, True, False, False]


def test_a_post_is_a_draft_unless_said_otherwise(town: Town, ada: Caller):
    post = write(town, Content("A draft", ""), ada)

    assert (post.status, post.published_at, post.tags) == (Status.DRAFT, None, ())


anything = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


@repeatable
@given(title=anything, body=anything)
def test_all_text_comes_back_character_by_character(lasting_town: Town, title: str, body: str):
    content = Content(title, body, status=Status.PUBLISHED)
    post = write(lasting_town, content, lasting_town.anybody())

    assert (post.title, post.body) == (title, body)
    assert lasting_town.read(post.slug) == post


@pytest.mark.parametrize(
    "text",
    [
        "\N{STEAM LOCOMOTIVE}\N{ZERO WIDTH JOINER}\N{VARIATION SELECTOR-16}",
        "e\N{COMBINING ACUTE ACCENT} is not \N{LATIN SMALL LETTER E WITH ACUTE}",
        "\N{RIGHT-TO-LEFT OVERRIDE}drawkcab",
        "\U0010ffff",
        "a\r\nb\tc",
    ],
)
def test_emoji_and_combining_marks_come_back_as_they_were(town: Town, ada: Caller, text: str):
    post = write(town, Content(text, text, status=Status.PUBLISHED), ada)

    assert (town.read(post.slug).title, town.read(post.slug).body) == (text, text)


@pytest.mark.parametrize("text", ["a\0b", "\ud800", "\udfff!"])
@pytest.mark.parametrize("field", ["title", "body"])
def test_what_some_database_cannot_keep_is_refused_everywhere(
    town: Town, ada: Caller, field: str, text: str
):
    post = town.publish(ada)
    content = dataclasses.replace(ENGINE, **{field: text})
    patch = dataclasses.replace(Patch(), **{field: text})

    for attempt in (
        lambda: write(town, content, ada),
        lambda: write_at(town, "a-slug", ada, content),
        lambda: replace(town, post.slug, content, ada),
        lambda: change(town, post.slug, patch, ada),
    ):
        with pytest.raises(Unfit) as raised:
            attempt()
        assert raised.value.field == field
        assert text not in str(raised.value)
    assert slugs_of(town, ada, status=None) == {post.slug}


def test_tags_are_in_lower_case_in_their_order_and_once_each(town: Town, ada: Caller):
    tags = ("Steam", "machines", "STEAM", "history", "machines")

    post = write(town, Content("Tags", "", tags, Status.PUBLISHED), ada)

    assert post.tags == ("steam", "machines", "history")
    assert town.read(post.slug).tags == post.tags


@pytest.mark.parametrize("tag", ["", " ", "a b", "a\0", "-a", "\ud800", "é", "a" * 41])
def test_what_is_no_tag_is_refused(town: Town, ada: Caller, tag: str):
    with pytest.raises(Unfit, match="The tag is not"):
        write(town, Content("Tags", "", (tag,)), ada)


def test_readers_do_not_write(town: Town, rea: Caller):
    for attempt in (
        lambda: write(town, ENGINE, rea),
        lambda: write_at(town, "a-slug", rea),
    ):
        with pytest.raises(NotAllowed):
            attempt()


def test_an_account_that_was_deleted_meanwhile_writes_nothing(town: Town, ada: Caller):
    with writing(town.store) as work:
        accounts.delete(work, "ada", by=ada)

    for attempt in (lambda: write(town, ENGINE, ada), lambda: write_at(town, "a-slug", ada)):
        with pytest.raises(CallerGone, match="ada"):
            attempt()


# Slugs


def test_posts_of_one_title_are_numbered(town: Town, ada: Caller, grace: Caller):
    written = [write(town, ENGINE, by).slug for by in (ada, grace, ada)]

    assert written == ["the-first-engine", "the-first-engine-2", "the-first-engine-3"]


def test_the_next_number_is_found_without_trying_them_all(town: Town, ada: Caller):
    def statements() -> int:
        with counting(town.store) as work:
            posts.write(work, ENGINE, by=ada)
        return work.statements

    _first, second, *others = [statements() for _ in range(20)]

    assert set(others) == {second}


def test_a_slug_that_is_free_again_is_given_again(town: Town, ada: Caller):
    first, _second = write(town, ENGINE, ada), write(town, ENGINE, ada)
    delete(town, first.slug, ada)

    assert write(town, ENGINE, ada).slug == "the-first-engine"
    assert write(town, ENGINE, ada).slug == "the-first-engine-3"


def test_a_number_that_somebody_chose_is_passed_over(town: Town, ada: Caller):
    for slug in ("the-first-engine-2", "the-first-engine-3"):
        write_at(town, slug, ada)

    written = [write(town, ENGINE, ada).slug for _ in range(3)]

    assert written == ["the-first-engine", "the-first-engine-4", "the-first-engine-5"]


def test_a_title_that_looks_numbered_is_a_title(town: Town, ada: Caller):
    titles = ["Engine", "Engine", "Engine 2", "Engine 2"]

    written = [write(town, Content(title, ""), ada).slug for title in titles]

    assert written == ["engine", "engine-2", "engine-2-2", "engine-2-3"]


def test_long_titles_that_begin_alike_are_numbered_within_the_length(town: Town, ada: Caller):
    written = [write(town, Content("a" * 200, ""), ada).slug for _ in range(12)]

    assert written == ["a" * 100, *("a" * 98 + f"-{n}" for n in range(2, 10)),
                       *("a" * 97 + f"-{n}" for n in range(10, 13))]  # fmt: skip


def test_a_slug_may_be_chosen_while_it_is_free(town: Town, ada: Caller, grace: Caller):
    assert write_at(town, "engine-no-1", ada).slug == "engine-no-1"

    with pytest.raises(PostThere, match="engine-no-1"):
        write_at(town, "engine-no-1", grace)


def test_a_slug_taken_by_a_hidden_draft_is_taken(town: Town, ada: Caller, grace: Caller):
    write_at(town, "engine-no-1", ada, Content("A draft", ""))

    with pytest.raises(PostThere):
        write_at(town, "engine-no-1", grace)


def test_what_cannot_be_an_address_is_refused(town: Town, ada: Caller):
    with pytest.raises(Unfit, match="The slug is not"):
        write_at(town, "No Slug", ada)


def test_the_slug_stays_when_the_title_changes(town: Town, ada: Caller):
    post = town.publish(ada)

    assert change(town, post.slug, Patch(title="The second engine"), ada).slug == post.slug


# Who sees what


def test_a_draft_is_seen_by_its_author_and_by_editors_and_admins(
    town: Town, ada: Caller, edith: Caller, alan: Caller
):
    draft = town.write(ada)

    for caller in (ada, edith, alan):
        assert town.read(draft.slug, by=caller) == draft
        assert slugs_of(town, caller, status=Status.DRAFT) == {draft.slug}


def get(work: Work, slug: str, by: Caller) -> object:
    return posts.get(work, slug, by=by)


ATTEMPTS: dict[str, Callable[..., object]] = {
    "reading": get,
    "changing": lambda work, slug, by, **more: posts.change(work, slug, Patch(), by=by, **more),
    "replacing": lambda work, slug, by, **more: posts.replace(work, slug, ENGINE, by=by, **more),
    "deleting": lambda work, slug, by, **more: posts.delete(work, slug, by=by, **more),
}


@pytest.mark.parametrize("name", ["grace", "rea"])
@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_to_anybody_else_a_draft_is_exactly_like_nothing(
    town: Town, ada: Caller, attempt: str, name: str
):
    write_at(town, "hidden", ada, Content("Hidden", ""))
    other = town.join(name, Role.READER if name == "rea" else Role.AUTHOR)

    def outcome(slug: str) -> tuple[type[Exception], str]:
        with pytest.raises(Fact) as raised, writing(town.store) as work:
            ATTEMPTS[attempt](work, slug, other)
        return type(raised.value), str(raised.value).replace(slug, "...")

    assert outcome("hidden") == outcome("missing") == (PostNotFound, "There is no post '...'.")


def test_a_check_never_sees_a_hidden_draft(town: Town, ada: Caller, grace: Caller):
    draft = town.write(ada)
    seen: list[Post] = []

    with pytest.raises(PostNotFound):
        change(town, draft.slug, Patch(title="X"), grace, check=seen.append)
    assert seen == []


def test_no_list_shows_a_hidden_draft(town: Town, ada: Caller, grace: Caller):
    town.write(ada, "Hidden", tags=("machines",))
    published = town.publish(ada, "Seen", tags=("machines",))
    own = town.write(grace, "Own", tags=("machines",))

    for status, everybody, author in (
        (Status.PUBLISHED, {published.slug}, {published.slug}),
        (Status.DRAFT, set(), {own.slug}),
        (None, {published.slug}, {published.slug, own.slug}),
    ):
        for more in ({}, {"tag": "machines"}):
            assert slugs_of(town, None, status=status, **more) == everybody
            assert slugs_of(town, grace, status=status, **more) == author
    assert slugs_of(town, grace, status=None, author="ada") == {published.slug}


def test_a_published_post_is_seen_by_everybody(town: Town, ada: Caller, rea: Caller):
    post = town.publish(ada)

    assert town.read(post.slug) == town.read(post.slug, by=rea) == post


# Listing


def test_lists_are_restricted_by_author_tag_and_status_together(
    town: Town, ada: Caller, grace: Caller
):
    town.publish(ada, "One", tags=("a", "b"))
    town.publish(ada, "Two", tags=("b",))
    town.publish(grace, "Three", tags=("b",))
    town.write(ada, "Four", tags=("b",))

    assert slugs_of(town, None) == {"one", "two", "three"}
    assert slugs_of(town, None, author="ada") == {"one", "two"}
    assert slugs_of(town, None, tag="a") == {"one"}
    assert slugs_of(town, None, tag="B", author="ada") == {"one", "two"}
    assert slugs_of(town, ada, tag="b", author="ada", status=Status.DRAFT) == {"four"}
    assert slugs_of(town, None, author="nobody") == set()
    assert slugs_of(town, None, tag="nothing") == set()


@repeatable
@given(
    st.lists(
        st.lists(st.sampled_from(["a", "B", "b", "c-1", "C-1"]), max_size=4).map(tuple),
        min_size=1,
        max_size=4,
    )
)
def test_the_index_of_tags_says_what_the_posts_say(
    lasting_town: Town, histories: list[tuple[str, ...]]
):
    """A post's tags stand in its row, to be read, and in an index, to be found: both are one."""
    town = lasting_town
    author = town.anybody()
    first, *others = histories
    post = write(town, Content("Tagged", "", first, Status.PUBLISHED), author)
    for tags in others:
        post = change(town, post.slug, Patch(tags=tags), author)

    with reading(town.store) as work:
        index = tables.post_tags
        found = work.execute(select(index.c.tag).where(index.c.post_id == post.id)).scalars()

        assert set(found) == set(town.read(post.slug).tags) == set(post.tags)


# Changing


def test_a_change_is_seen_in_time_version_and_edition(town: Town, ada: Caller):
    old = town.publish(ada, tags=("machines",))
    town.clock.advance()

    new = change(town, old.slug, Patch(title="Engines", tags=("history",)), ada)

    assert new == town.read(old.slug)
    assert (new.title, new.body, new.tags) == ("Engines", old.body, ("history",))
    assert new.updated_at == town.clock.now > old.updated_at
    assert new.version == old.version + 1
    assert new.edition != old.edition
    assert (new.id, new.created_at, new.published_at) == (old.id, old.created_at, old.published_at)


def test_a_change_is_seen_though_the_clock_stood_still_or_went_back(town: Town, ada: Caller):
    post = town.publish(ada)
    seen = [post]
    for hours in (0, -1, 0):
        town.clock.advance(timedelta(hours=hours))
        seen.append(change(town, post.slug, Patch(), ada))

    times = [each.updated_at for each in seen]
    assert times == sorted(set(times))


def test_an_edition_is_never_used_again(town: Town, ada: Caller):
    old = write_at(town, "engine", ada)
    delete(town, "engine", ada)

    new = write_at(town, "engine", ada)

    assert new.version == old.version
    assert new.edition != old.edition


def test_replacing_exchanges_all_that_an_author_writes(town: Town, ada: Caller):
    old = town.publish(ada, tags=("machines",))

    new = replace(town, old.slug, Content("Whole", "anew"), ada)

    assert (new.title, new.body, new.tags, new.status) == ("Whole", "anew", (), Status.DRAFT)
    assert (new.id, new.slug, new.author, new.created_at) == (
        old.id, old.slug, old.author, old.created_at,
    )  # fmt: skip


def test_a_post_keeps_the_time_of_its_first_publication(town: Town, ada: Caller):
    slug = town.write(ada).slug
    assert town.read(slug, by=ada).published_at is None

    times = []
    for status in (Status.PUBLISHED, Status.DRAFT, Status.PUBLISHED):
        town.clock.advance()
        times.append(change(town, slug, Patch(status=status), ada).published_at)

    assert times == [times[0]] * 3
    assert times[0] is not None
    assert times[0] < town.clock.now


def test_a_post_of_another_is_changed_by_editors_alone(
    town: Town, ada: Caller, grace: Caller, rea: Caller, edith: Caller, alan: Caller
):
    post = town.publish(ada)
    for caller in (grace, rea):
        for attempt in ("changing", "replacing", "deleting"):
            with pytest.raises(NotAllowed), writing(town.store) as work:
                ATTEMPTS[attempt](work, post.slug, caller)
    assert town.read(post.slug) == post

    for caller in (edith, alan):
        assert change(town, post.slug, Patch(title="Edited"), caller).author == "ada"
    delete(town, post.slug, edith)


def test_who_is_an_author_no_more_changes_no_posts(town: Town, ada: Caller):
    post = town.publish(ada)
    town.promote("ada", Role.READER)

    with pytest.raises(NotAllowed):
        change(town, post.slug, Patch(title="X"), town.log_in("ada"))


class Refused(Exception):
    pass


def refuse(_post: Post) -> None:
    raise Refused


def test_a_check_that_refuses_changes_nothing(town: Town, ada: Caller):
    post = town.publish(ada)

    for attempt in (
        lambda: change(town, post.slug, Patch(title="X"), ada, check=refuse),
        lambda: replace(town, post.slug, ENGINE, ada, check=refuse),
        lambda: delete(town, post.slug, ada, check=refuse),
    ):
        with pytest.raises(Refused):
            attempt()
    assert town.read(post.slug) == post


def test_a_check_is_asked_only_of_who_may_change(town: Town, ada: Caller, grace: Caller):
    post = town.publish(ada)

    with pytest.raises(NotAllowed):
        change(town, post.slug, Patch(title="X"), grace, check=refuse)


@pytest.mark.parametrize("attempt", ["changing", "replacing", "deleting"])
def test_a_post_that_changes_between_reading_and_writing_is_stale(
    town: Town, ada: Caller, attempt: str
):
    """Writers wait for each other today; on a database where they do not, one is told."""
    post = town.publish(ada)
    with town.store.work(Intent.WRITE) as work:

        def meddle(seen: Post) -> None:
            table = tables.posts
            work.execute(update(table).where(table.c.id == seen.id).values(version=99))

        with pytest.raises(Stale, match=post.slug):
            ATTEMPTS[attempt](work, post.slug, ada, check=meddle)


# Deleting


def test_a_deleted_post_is_gone_with_its_tags(town: Town, ada: Caller):
    post = town.publish(ada, tags=("machines",))

    delete(town, post.slug, ada)

    with pytest.raises(PostNotFound):
        town.read(post.slug, by=ada)
    assert slugs_of(town, None, tag="machines") == set()
    with reading(town.store) as work:
        assert work.execute(select(tables.post_tags)).all() == []
