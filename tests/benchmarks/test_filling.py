"""Claims about stores that are filled for benchmarks: they are those that the API would make."""

import dataclasses
import itertools
from collections.abc import Generator
from typing import Any

import orjson
import pytest
import sqlalchemy as sa

from app import create_app
from benchmarks import filling
from benchmarks.filling import Filled, NotEmpty, fill
from benchmarks.invented import BEGIN, Invented, Inventor, word_in
from handlers.resources import equip, resources
from publishing import search, tables
from publishing.kept_posts import Status
from publishing.passwords import Cost, Passwords
from publishing.store import Store
from publishing.work import Intent
from settings import Settings
from tenor import Tenor
from tests.api.client import PUBLIC_URL, Client, data
from tests.publishing.story import Clock
from tests.stores import Stores

POSTS = 120
CHEAP = Passwords(cost=Cost(passes=1, memory=8, lanes=1))
# What was rolled with dice, or is kept of those who signed in.
INCOMPARABLE = {"uid", "password_hash"}

ON_SQLITE = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL"
ON_POSTGRESQL = """
SELECT indexdef FROM pg_indexes WHERE schemaname = current_schema()
UNION ALL SELECT format('%s %s', conname, pg_get_constraintdef(oid)) FROM pg_constraint
WHERE connamespace = current_schema()::regnamespace
"""


@pytest.fixture(scope="module")
def place(stores_of_run: Stores) -> str:
    """Where the filled store is."""
    return stores_of_run.make()


@pytest.fixture(scope="module")
def filled(place: str) -> Filled:
    return fill(place, POSTS)


@pytest.fixture(scope="module")
def app(place: str, filled: Filled) -> Generator[Tenor]:
    """The application on the filled store."""
    settings = Settings(database_url=place, public_url=PUBLIC_URL)
    application = create_app(settings, passwords=CHEAP, policy="raise")
    yield application
    with application.app_context():
        resources().store.close()


@pytest.fixture
def api(app: Tenor, filled: Filled) -> Client:
    """Whoever has the token that was told."""
    return Client(app=app, secret=filled.secret)


@pytest.fixture
def elsewhere(stores_of_run: Stores) -> Generator[str]:
    """Where nothing is kept yet."""
    url = stores_of_run.make()
    yield url
    stores_of_run.drop(url)


def test_a_filled_store_is_sound(app: Tenor):
    result = app.test_cli_runner().invoke(args=["check-store"])

    assert (result.exit_code, result.output.split(",")[0]) == (0, "The store answers")


def test_what_is_told_of_it_can_be_read(api: Client, filled: Filled):
    shown = [data(api.get(f"/posts/{slug}")) for slug in filled.slugs]
    listed = data(api.get("/posts?limit=20"))

    assert [post["slug"] for post in shown] == list(filled.slugs)
    assert len(set(filled.slugs)) == 100
    assert len(listed) == 20
    assert {post["status"] for post in shown + listed} == {"published"}


def test_what_is_searched_for_is_found(api: Client, filled: Filled):
    frequent = filled.two_words.split()[0]
    found = data(api.get(f"/posts?limit=100&q={frequent}"))

    assert {post["slug"] for post in found} == {
        each.post.slug for each in published(POSTS) if frequent in words_of(each)
    }


def test_one_post_in_a_hundred_has_the_words(filled: Filled):
    words = [words_of(each) for each in published(5000)]
    one = sum(filled.word in each for each in words)
    two = sum(each >= set(filled.two_words.split()) for each in words)

    assert 30 < one < 70
    assert 30 < two < 70


def test_whoever_has_the_token_writes_the_next_post(api: Client):
    assert data(api.write("One more"))["author"] == "author-1"


@pytest.mark.parametrize(("share", "least", "most"), [(0.5, 2300, 2700), (0.02, 70, 130)])
def test_words_are_as_frequent_as_one_likes(share: float, least: int, most: int):
    word = word_in(share)

    assert least < sum(word in words_of(each) for each in published(5000)) < most


def test_it_holds_what_the_api_would_have_written(
    app: Tenor, elsewhere: str, stores_of_run: Stores
):
    through_api = stores_of_run.make()
    fill(elsewhere, 60)
    replay(app, through_api, invented(60))

    assert rows_of(elsewhere) == rows_of(through_api)
    stores_of_run.drop(through_api)


def test_it_has_all_indexes_and_references_in_the_end(place: str, elsewhere: str, filled: Filled):
    store = Store.open(elsewhere)
    store.migrate()
    store.close()

    assert filled.posts == POSTS
    assert schema_of(place) == schema_of(elsewhere)


def test_it_holds_as_many_posts_as_were_asked_for(elsewhere: str):
    fill(elsewhere, 51)
    posts = rows_of(elsewhere)["posts"]

    assert sum(post["status"] == "published" for post in posts) == 51
    assert sum(post["status"] == "draft" for post in posts) == 1


def test_the_seed_says_which_posts_there_are():
    assert invented(20) == invented(20)
    assert invented(20) != invented(20, seed=2)


def test_a_store_in_which_something_is_kept_stays_as_it_is(place: str, filled: Filled):
    assert filled.posts == POSTS
    with pytest.raises(NotEmpty):
        fill(place, 10)


class TestTheCommand:
    def test_it_writes_what_the_store_can_be_asked_for(
        self, elsewhere: str, filled: Filled, capsys: pytest.CaptureFixture[str]
    ):
        assert filling.main([elsewhere, str(POSTS)]) == 0

        assert orjson.loads(capsys.readouterr().out) == orjson.loads(orjson.dumps(filled))

    def test_it_refuses_what_cannot_be_filled(
        self, place: str, filled: Filled, capsys: pytest.CaptureFixture[str]
    ):
        with pytest.raises(SystemExit) as ended:
            filling.main([place, str(filled.posts)])

        assert ended.value.code == 2
        assert "name a place for a new one" in capsys.readouterr().err


def invented(posts: int, seed: int = 1) -> list[Invented]:
    """What a store of so many posts is filled with."""
    return list(Inventor(seed, filling.authors_of(posts)).posts(posts))


def published(posts: int) -> list[Invented]:
    return [each for each in invented(posts) if each.post.status is Status.PUBLISHED]


def words_of(each: Invented) -> set[str]:
    post = each.post
    return set(search.kept(post.title, post.body, post.tags).split())


def rows_of(place: str) -> dict[str, list[dict[str, Any]]]:
    """All that is comparable in a store, but for tokens."""
    store = Store.open(place)
    with store.work(Intent.READ) as work:
        rows = {
            table.name: [
                {name: row[name] for name in row.keys() - INCOMPARABLE}
                for row in work.execute(sa.select(table).order_by(*table.primary_key)).mappings()
            ]
            for table in tables.metadata.sorted_tables
            if table is not tables.tokens
        }
    store.close()
    return rows


def schema_of(place: str) -> list[str]:
    """What a store has of indexes, triggers and constraints, as what makes them."""
    store = Store.open(place)
    with store.work(Intent.READ) as work:
        is_sqlite = work.connection.dialect.name == "sqlite"
        found = work.execute(sa.text(ON_SQLITE if is_sqlite else ON_POSTGRESQL)).scalars().all()
    store.close()
    return sorted(found)


def replay(app: Tenor, place: str, posts: list[Invented]) -> None:
    """Have the API write what was invented, at the times when it happened."""
    clock = Clock(BEGIN)
    store = Store.open(place, clock=clock)
    store.migrate()
    with app.app_context():
        equipped = resources()
    equip(app, dataclasses.replace(equipped, store=store))
    try:
        for author in filling.authors_of(len(posts)):
            data(Client(app=app).register(author))
        for each in posts:
            _happen(Client(app=app), clock, each)
    finally:
        equip(app, equipped)
        store.close()


def _happen(anybody: Client, clock: Clock, each: Invented) -> None:
    """What became of a post, one after the other."""
    post, first = each.post, each.revisions[0]
    at_once = post.published_at == post.created_at

    def by(author: str) -> Client:
        return anybody.sign_in(author, "posts:write", "comments:write")

    def change(**fields: str) -> None:
        author = by(post.author)
        tag = author.get(f"/posts/{post.slug}").headers["ETag"]
        data(author.patch(f"/posts/{post.slug}", fields, if_match=tag))

    clock.now = post.created_at
    status = "published" if at_once else "draft"
    data(by(post.author).write(first.title, body=first.body, tags=first.tags, status=status))
    if post.published_at and not at_once:
        clock.now = post.published_at
        change(status="published")
    for revision in itertools.islice(each.revisions, 1, None):
        clock.now = revision.created_at
        change(body=revision.body)
    for comment in each.comments:
        clock.now = comment.created_at
        data(by(comment.author).comment(post.slug, comment.body))
