"""Search: which posts are found, and that every database finds the same."""

import itertools
from collections.abc import Mapping

import pytest
from alembic import command
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from publishing import listing, migrations, posts, search
from publishing.callers import Caller, Role
from publishing.listing import Filter, Sort
from publishing.passwords import Passwords
from publishing.posts import Content, Patch, Post, Status
from publishing.search import Phrase, Query
from tests.publishing.story import Clock, OpenStore, Town, reading, repeatable, writing

_numbers = itertools.count()

LIBRARY: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    "engine": ("The first engine", "It weaves *algebraical patterns*. It runs.", ("history",)),
    "loom": ("Notes on the loom", "The engine came after the loom, not before it.", ("looms",)),
    "café": ("Crème brûlée", "Im Café an der Straße: it is Smørrebrød.", ("food-and-drink",)),
    "mill": ("Don't panic", "C++ and co\N{SOFT HYPHEN}operation, 3.14 and x² in `snake_case`.", ()),
    "日記": ("日本語の日記", "東京へ行きました。カタカナもガラスも。", ()),
    "путь": ("Путь домой", "Дорога домой была ДОЛГОЙ.", ()),
    "other": ("한국어 글", "हिन्दी किताब, ภาษาไทย, مَرْحَبًا, ΟΔΥΣΣΕΥΣ, 𝕋enor.", ()),
}

# What is asked, and what is found. Each store answers all of it alike.
CASES: list[tuple[str, set[str]]] = [
    # All of the words, in any order and anywhere
    ("engine", {"engine", "loom"}),
    ("engine loom", {"loom"}),
    ("loom engine", {"loom"}),
    ("history weaves", {"engine"}),
    ("engine café", set()),
    ("eng", set()),
    ("engines", set()),
    ("engine engine", {"engine", "loom"}),
    # Without regard to case, accents and spelling
    ("ENGINE", {"engine", "loom"}),
    ("creme brulee", {"café"}),
    ("CAFÉ", {"café"}),
    ("cafe\u0301", {"café"}),
    ("ｃａｆé", {"café"}),
    ("strasse", {"café"}),
    ("STRAẞE", {"café"}),
    ("smorrebrod", {"café"}),
    ("долгой", {"путь"}),
    ("οδυσσεύς", {"other"}),
    ("tenor", {"other"}),
    ("مرحبا", {"other"}),
    ("cooperation", {"mill"}),
    # Words that follow each other
    ('"first engine"', {"engine"}),
    ('"engine first"', set()),
    ('"the engine" runs', set()),
    ('"the engine" came', {"loom"}),
    ('"algebraical patterns"', {"engine"}),
    ("“algebraical patterns”", {"engine"}),
    ('"engine it"', set()),  # the title ends between them
    ('"it runs history"', set()),
    ("food-and-drink", {"café"}),
    ("drink-and-food", set()),
    ("don't", {"mill"}),
    ("don’t panic", {"mill"}),
    ("3.14", {"mill"}),
    ("14.3", set()),
    ("snake_case", {"mill"}),
    ("x²", {"mill"}),
    # Words that are not to be there
    ("engine -loom", {"engine"}),
    ('engine -"first engine"', {"loom"}),
    ("engine -loom -weaves", set()),
    ("engine -nothing", {"engine", "loom"}),
    ("engine --loom", {"engine"}),
    ("engine -wea*", {"loom"}),
    ("engine - loom", {"loom"}),
    # Beginnings of words
    ("eng*", {"engine", "loom"}),
    ("*gine", set()),
    ("note* lo*", {"loom"}),
    ("Дор*", {"путь"}),
    ("food-an*", {"café"}),
    ("food-nd*", set()),
    ('"eng*"', set()),
    ("한*", {"other"}),
    # Scripts without spaces: any part of a text
    ("日本", {"日記"}),
    ("本語", {"日記"}),
    ("本日", set()),
    ("日記 東京", {"日記"}),
    ("東京*", {"日記"}),
    ("ｶﾀｶﾅ", {"日記"}),
    ("ガラス", {"日記"}),
    ("カラス", set()),
    ("ไทย", {"other"}),
    ("किताब", {"other"}),
    ("कातब", set()),
    # What is no syntax at all
    ('"first engine', {"engine"}),
    ('engine"', {"engine", "loom"}),
    ("(engine) AND/OR", set()),
    ("engine & ! | : <-> '", {"engine", "loom"}),
    ("C++", {"mill"}),
    ("words:engine", set()),
    ("NEAR(engine loom)", set()),
    ("'; DROP TABLE posts; --", set()),
    ("100% \\", set()),
    ("e%e", set()),
    ("e_gine", set()),
    # Nothing to find
    ("-engine", set()),
    ('""', set()),
    ("*", set()),
    ("… 🚂", set()),
    (" ", set()),
]


def found(town: Town, query: Query | str, **filters: object) -> list[Post]:
    """The posts that a stranger finds, newest first."""
    read = search.read(query) if isinstance(query, str) else query
    with reading(town.store) as work:
        only = Filter(query=read, **filters)  # pyright: ignore[reportArgumentType] - tests name the fields
        return list(listing.page(work, by=None, only=only, limit=100).items)


@pytest.fixture
def library(town: Town, ada: Caller) -> dict[str, str]:
    """The names of the posts, by their slugs."""
    return {
        town.publish(ada, title, body=body, tags=tags).slug: name
        for name, (title, body, tags) in LIBRARY.items()
    }


def test_a_query_finds_the_posts_that_it_should(town: Town, library: dict[str, str]):
    answers = {query: {library[post.slug] for post in found(town, query)} for query, _ in CASES}

    assert answers == dict(CASES)


def test_what_is_found_is_filtered_sorted_and_paged_like_any_list(
    town: Town, ada: Caller, grace: Caller
):
    one, two, three = (town.publish(ada, title, tags=("a",)) for title in ("C it", "A it", "B it"))
    town.publish(ada, "Another", body="")
    town.publish(grace, "D it")
    town.write(ada, "A draft of it")
    only = Filter(author="ada", tag="a", query=search.read("it"))

    with reading(town.store) as work:
        first = listing.page(work, by=None, only=only, sort=Sort.TITLE, limit=2)
        rest = listing.page(work, by=None, only=only, sort=Sort.TITLE, cursor=first.next)

    assert [*first.items, *rest.items] == [two, three, one]
    assert first.prev is None
    assert rest.next is None


def test_a_draft_is_found_by_those_who_see_it(town: Town, ada: Caller, edith: Caller):
    draft = town.write(ada, "A secret")
    only = Filter(status=None, query=search.read("secret"))

    with reading(town.store) as work:
        seen = [listing.page(work, by=by, only=only).items for by in (None, ada, edith)]

    assert seen == [(), (draft,), (draft,)]


def test_what_is_found_follows_the_post(town: Town, ada: Caller):
    """Each change is found at once, and what it replaced is not."""
    post = town.publish(ada, "Alpha", body="beta", tags=("gamma",))
    for patch, words in (
        (Patch(title="Delta"), "delta beta gamma -alpha"),
        (Patch(body="epsilon"), "delta epsilon gamma -beta"),
        (Patch(tags=("zeta",)), "delta epsilon zeta -gamma"),
        (Patch(status=Status.PUBLISHED), "delta epsilon zeta"),
    ):
        with writing(town.store) as work:
            posts.change(work, post.slug, patch, by=ada)
        assert [p.slug for p in found(town, words)] == [post.slug]
    assert [found(town, gone) for gone in ("alpha", "beta", "gamma")] == [[]] * 3

    with writing(town.store) as work:
        posts.delete(work, post.slug, by=ada)
    assert found(town, "delta") == []


# A post as the release before kept it.
OLD_POST = """
INSERT INTO posts (
    slug, uid, title, title_key, body, author, tags, status, version, revision, discussion,
    created_at, updated_at, published_at, listed_at, revised_at
)
SELECT
    'old', 'u', 'Straße', 'strasse', 'It runs.', 'ghost', 'old-post', 'published', 1, 1, 0,
    created_at, created_at, created_at, created_at, created_at
FROM accounts
"""


def test_posts_from_before_there_was_a_search_are_found(
    open_store: OpenStore, clock: Clock, passwords: Passwords
):
    """Also after they change, which is when an index would miss what it was never told."""
    store = open_store()
    with writing(store) as work:
        command.upgrade(migrations._config(work.connection), "0002")
        work.execute(text(OLD_POST))

    store.migrate()

    old = Town(store, clock, passwords)
    assert [post.slug for post in found(old, "STRASSE runs old-post")] == ["old"]
    with writing(store) as work:
        posts.change(work, "old", Patch(body="It ran."), by=old.join("edith", Role.EDITOR))
    assert [post.slug for post in found(old, "ran -runs")] == ["old"]


# Any text at all

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
# Few enough for words to meet.
common = st.text("aAäb-*\"' .テ日กี\u0301\u200d", max_size=20)


@repeatable
@given(
    bodies=st.lists(st.one_of(common, texts), min_size=1, max_size=4),
    asked=st.one_of(common, texts),
)
def test_a_database_finds_what_looking_at_each_word_finds(
    lasting_town: Town, bodies: list[str], asked: str
):
    by = lasting_town.join(f"writer-{next(_numbers)}")
    written = [write(lasting_town, by, body) for body in bodies]
    query = search.read(asked)

    answer = {post.slug for post in found(lasting_town, query, author=by.username)}

    assert answer == {post.slug for post in written if holds(post, query)}


def write(town: Town, by: Caller, body: str) -> Post:
    with writing(town.store) as work:
        return posts.write(work, Content("x", body, status=Status.PUBLISHED), by=by)


def holds(post: Post, query: Query) -> bool:
    """Whether a post is to be found, as a person would find out who has all the time there is."""
    parts = [search.words_of(part) for part in (post.title, post.body, *post.tags)]

    def stands_in(phrase: Phrase, words: list[str], start: int) -> bool:
        *first, last = phrase.words
        here = words[start : start + len(phrase.words)]
        fits = str.startswith if phrase.is_open else str.__eq__
        return len(here) == len(phrase.words) and here[:-1] == first and fits(here[-1], last)

    def is_there(phrase: Phrase) -> bool:
        return any(stands_in(phrase, words, at) for words in parts for at in range(len(words)))

    return (
        bool(query.wanted)
        and all(map(is_there, query.wanted))
        and not any(map(is_there, query.unwanted))
    )


@repeatable
@given(st.one_of(texts, common))
def test_words_that_were_made_of_a_text_are_its_words(given_text: str):
    """So that whoever copies them out of an answer finds it again."""
    words = search.words_of(given_text)

    assert search.words_of(" ".join(words)) == words
    assert not any(set(word) & set(" .%_\"'\\*-") for word in words)


@repeatable
@given(texts)
def test_every_part_of_a_word_is_of_the_post(given_text: str):
    assert search.kept("", given_text, ()).split() == search.words_of(given_text)


@pytest.mark.parametrize(
    ("asked", "query"),
    [
        ("a b", Query((Phrase(("a",)), Phrase(("b",))))),
        ("a a A", Query((Phrase(("a",)),))),
        ('"a b" -c*', Query((Phrase(("a", "b")),), (Phrase(("c",), is_open=True),))),
        ('a"b"c', Query((Phrase(("a",)), Phrase(("b",)), Phrase(("c",))))),
        ("日本*", Query((Phrase(("日", "本")),))),
        ("", Query()),
    ],
)
def test_a_query_is_read(asked: str, query: Query):
    assert search.read(asked) == query


def test_a_long_query_of_many_words_finds(town: Town, ada: Caller):
    body = " ".join(f"w{number}" for number in range(300))
    post = town.publish(ada, body=body)

    longest = " ".join("abcdefghijklmnopqrstuvwxyz0123456789" * 3)[:200]
    assert found(town, longest) == []
    assert found(town, " ".join(f"w{number}" for number in range(50))) == [post]
    assert found(town, "engine " + " ".join(f'-"w{n} w{n}"' for n in range(20))) == [post]


def test_a_very_long_word_is_known_by_its_beginning(town: Town, ada: Caller):
    """An index refuses words beyond its measure, and nobody tells so long ones apart."""
    post = town.publish(ada, body="x" * 5000)

    assert found(town, "x" * 200) == [post]
    assert found(town, "x" * 150 + "*") == [post]
    assert found(town, "x" * 99) == []
