"""Filling a store of the publishing API with as many posts as one likes, faster than through it.

`python -m benchmarks.filling URL POSTS` fills the store at the URL, and writes as JSON what it can
be asked for. Each row is the one that the API would have written.
"""

import argparse
import itertools
import random
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson
import psycopg
import sqlalchemy as sa
from rich.console import Console
from rich.progress import Progress
from sqlalchemy import make_url

from benchmarks.invented import BEGIN, Invented, Inventor, word_in
from benchmarks.unindexed import unindexed
from publishing import accounts, kept_posts, tables, tokens
from publishing.callers import Scope
from publishing.facts import Fact
from publishing.kept_posts import Status
from publishing.passwords import Cost, Passwords
from publishing.store import Store
from publishing.work import Intent, Work

_BATCH = 5000
_SLUGS = 100
_A_CENTURY = timedelta(days=36525)
_PASSWORD = "poetical science 1843"  # noqa: S105 - of accounts that live as long as a benchmark

Row = Mapping[str, Any]


class NotEmpty(Exception):
    """Something is kept in the store already."""


@dataclass(frozen=True, slots=True)
class Filled:
    """What a filled store can be asked for.

    The token of the secret may write posts. The slugs are those of published posts from all over
    the store. About one post in a hundred has `word` in it, and as many have both of `two_words`.
    """

    posts: int
    secret: str
    slugs: tuple[str, ...]
    word: str
    two_words: str


def fill(url: str, posts: int, *, seed: int = 1, progress: Progress | None = None) -> Filled:
    """Make a store with so many published posts, and a few drafts. Raises `NotEmpty`.

    With the same seed it holds the same posts, on every database.
    """
    chance = random.Random(seed)  # noqa: S311 - to be repeated, and to guard nothing
    store = Store.open(url, clock=lambda: BEGIN, chance=chance.randbytes)
    try:
        store.migrate()
        _require_empty(store)
        authors = authors_of(posts)
        secret = _let_in(store, authors)
        with unindexed(store):
            slugs = _write_all(store, Inventor(seed, authors).posts(posts), posts, progress)
        _settle(store, url)
    finally:
        store.close()
    both = f"{word_in(0.11)} {word_in(0.09)}"
    return Filled(posts, secret, slugs, word=word_in(0.01), two_words=both)


def authors_of(posts: int) -> list[str]:
    """Those who write so many posts, at most a thousand each where they are many."""
    return [f"author-{number}" for number in range(1, 11 + posts // 1000)]


def _require_empty(store: Store) -> None:
    with store.work(Intent.READ) as work:
        if work.execute(sa.select(sa.exists().select_from(tables.posts))).scalar_one():
            raise NotEmpty("There are posts in the store already: name a place for a new one.")


def _let_in(store: Store, authors: list[str]) -> str:
    """Register the authors, and give the secret of a token of the first."""
    passwords = Passwords(cost=Cost(passes=1, memory=8, lanes=1))
    for name in authors:
        with store.work(Intent.WRITE) as work:
            accounts.register(work, name, name.title(), _PASSWORD, passwords=passwords)
            work.commit()
    with store.work(Intent.WRITE) as work:
        scopes = {Scope.POSTS_WRITE, Scope.COMMENTS_WRITE}
        issued = tokens.create(work, authors[0], _PASSWORD, scopes, _A_CENTURY, passwords=passwords)
        work.commit()
    return issued.secret


def _write_all(
    store: Store, invented: Iterator[Invented], posts: int, progress: Progress | None
) -> tuple[str, ...]:
    """Write what is invented, and give the slugs of some of it."""
    slugs: list[str] = []
    task = None if progress is None else progress.add_task("Filling the store", total=posts)
    while batch := tuple(itertools.islice(invented, _BATCH)):
        _write(store, batch)
        slugs += (each.post.slug for each in batch if each.post.status is Status.PUBLISHED)
        if progress is not None and task is not None:
            progress.update(task, completed=len(slugs))
    return tuple(slugs[:: max(1, len(slugs) // _SLUGS)][:_SLUGS])


def _write(store: Store, batch: Sequence[Invented]) -> None:
    rows = {
        tables.posts: [_post(each) for each in batch],
        tables.post_slugs: [_slug(each) for each in batch],
        tables.post_tags: [row for each in batch for row in _tags(each)],
        tables.post_revisions: [row for each in batch for row in _revisions(each)],
        tables.comments: [row for each in batch for row in _comments(each)],
    }
    with store.work(Intent.WRITE) as work:
        _hurry(work)
        for table, values in rows.items():
            if values:
                work.execute(sa.insert(table), values)
        work.commit()


def _hurry(work: Work) -> None:
    """Sync nothing, and have room for all indexes: what a crash loses is filled again."""
    if work.connection.dialect.name == "postgresql":
        work.connection.exec_driver_sql("SET LOCAL synchronous_commit = off")
    else:
        work.connection.exec_driver_sql("PRAGMA cache_size = -1000000")


def _post(each: Invented) -> Row:
    counted = {"discussion": each.post.discussion, "discussed_at": each.post.discussed_at}
    return {"id": each.post.id, **kept_posts.values(each.post), **counted}


def _slug(each: Invented) -> Row:
    post = each.post
    return {"slug": post.slug, "base": each.base, "number": each.number, "post_id": post.id}


def _tags(each: Invented) -> Iterator[Row]:
    for tag in each.post.tags:
        yield {"tag": tag, "post_id": each.post.id}


def _revisions(each: Invented) -> Iterator[Row]:
    for revision in each.revisions:
        yield {
            "post_id": each.post.id,
            "number": revision.number,
            "title": revision.title,
            "body": revision.body,
            "tags": revision.tags,
            "author": revision.author,
            "created_at": revision.created_at,
        }


def _comments(each: Invented) -> Iterator[Row]:
    for comment in each.comments:
        yield {
            "post_id": each.post.id,
            "author": comment.author,
            "body": comment.body,
            "created_at": comment.created_at,
            "updated_at": comment.updated_at,
            "version": comment.version,
        }


def _settle(store: Store, url: str) -> None:
    """Leave PostgreSQL as years of use would; SQLite is, for nobody gathers statistics there."""
    if make_url(url).get_backend_name() != "postgresql":
        return
    with store.work(Intent.WRITE) as work:
        # The ids were given, and the next is the database's to give.
        work.execute(_GO_ON_COUNTING)
        work.commit()
    place = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(place, autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE)")


_GO_ON_COUNTING = sa.text(
    "SELECT setval(pg_get_serial_sequence('posts', 'id'), (SELECT max(id) FROM posts))"
)


def main(arguments: Sequence[str]) -> int:
    """Fill the store that the command line names, and tell what it can be asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.filling", description=__doc__)
    parser.add_argument("url", help="sqlite:////folder/name.db or postgresql://user@host/name")
    parser.add_argument("posts", type=int, help="how many published posts")
    parser.add_argument("--seed", type=int, default=1, help="other numbers give other posts")
    given = parser.parse_args(arguments)
    try:
        with Progress(console=Console(stderr=True)) as progress:
            filled = fill(given.url, given.posts, seed=given.seed, progress=progress)
    except (NotEmpty, Fact) as refusal:
        parser.exit(2, f"{refusal}\n")
    sys.stdout.write(orjson.dumps(filled, option=orjson.OPT_INDENT_2).decode() + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
