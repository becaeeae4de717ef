"""Migrations of a store in which something is kept: nothing is lost, and all is filled in."""

from collections.abc import Callable

import pytest
from alembic import command
from sqlalchemy import text

from publishing import accounts, listing, migrations, posts, revisions
from publishing.callers import Caller, Role, Scope
from publishing.listing import Filter
from publishing.passwords import Passwords
from publishing.posts import Status
from publishing.store import Store
from publishing.work import Intent
from tests.publishing.story import Clock, Town, reading, writing

POSTS = """
INSERT INTO posts (slug, slug_base, slug_number, title, title_key, body, author, tags, status,
                   created_at, updated_at, published_at, listed_at, version)
VALUES ('engine', 'engine', 1, 'Engine', 'engine', 'It runs.', 'ghost', 'a b', 'published',
        '2026-01-02 00:00:00.000000+00:00', '2026-01-03 00:00:00.000000+00:00',
        '2026-01-02 00:00:00.000000+00:00', '2026-01-02 00:00:00.000000+00:00', 2),
       ('engine-2', 'engine', 2, 'Engine', 'engine', '', 'ghost', '', 'draft',
        '2026-01-02 00:00:00.000000+00:00', '2026-01-02 00:00:00.000000+00:00',
        NULL, '2026-01-02 00:00:00.000000+00:00', 1)
"""
TAGS = "INSERT INTO post_tags (tag, post_id) VALUES ('a', 1), ('b', 1)"
EDITH = Caller("edith", Role.EDITOR, frozenset(Scope), token_id=0)


@pytest.fixture
def grown(open_store: Callable[..., Store]) -> Store:
    """A store of the first release with two posts, migrated to this one."""
    store = open_store()
    with store.work(Intent.WRITE) as work:
        command.upgrade(migrations._config(work.connection), "0001")
        work.execute(text(POSTS))
        work.execute(text(TAGS))
        work.commit()
    store.migrate()
    return store


def test_posts_are_what_they_were(grown: Store):
    with reading(grown) as work:
        engine = posts.get(work, "engine", by=None)
        draft = posts.get(work, "engine-2", by=EDITH)
        tagged = listing.page(work, by=None, only=Filter(tag="b")).items

    assert (engine.title, engine.body, engine.tags) == ("Engine", "It runs.", ("a", "b"))
    assert (engine.status, draft.status) == (Status.PUBLISHED, Status.DRAFT)
    assert tagged == (engine,)


def test_posts_have_what_they_lacked(grown: Store):
    with reading(grown) as work:
        engine = posts.get(work, "engine", by=None)
        draft = posts.get(work, "engine-2", by=EDITH)
        (first,) = revisions.page(work, engine.id).items

    assert len({engine.uid, draft.uid, ""}) == 3
    assert (first.number, first.body, first.author) == (1, "It runs.", "ghost")
    assert engine.revised_at == first.created_at == engine.updated_at


def test_slugs_go_on_being_numbered(grown: Store, clock: Clock, passwords: Passwords):
    town = Town(grown, clock, passwords)
    ada = town.join("ada")

    assert town.publish(ada, "Engine").slug == "engine-3"
    with writing(grown) as work:
        assert accounts.get(work, "ghost").display_name == "Ghost"


def test_what_has_grown_is_sound(grown: Store):
    assert grown.check() == ()
