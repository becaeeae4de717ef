"""The tables, as the newest migration leaves them."""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Select,
    String,
    Table,
    Text,
    TypeDecorator,
    bindparam,
    select,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.dialects.sqlite import DATETIME
from sqlalchemy.sql.dml import ReturningInsert
from sqlalchemy.types import TypeEngine

# Names of constraints are the same on every database, so that later migrations find them.
metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(column_0_label)s",
    }
)


class Instant(TypeDecorator[datetime]):
    """A moment in UTC with microseconds, kept so that text order is time order."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Write the zone, which SQLite's own type drops, into the text."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(_TextOfInstant())
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a time without a zone: nobody could say later which moment it was."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise TypeError("A time without a zone cannot be stored: pass an aware datetime.")
        return value.astimezone(UTC)


class _TextOfInstant(DATETIME):
    """A moment as text, with the zone that SQLite's own type drops.

    Many posts have the same few moments, and a moment that was read before is not read again.
    """

    def bind_processor(self, dialect: Dialect) -> Any:
        """The text of a moment: the date, a space, the time with microseconds, and the zone."""
        return _text

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """The moment of a text."""
        return _moment


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(" ", "microseconds")


@lru_cache(maxsize=8192)
def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


class Words(TypeDecorator[tuple[str, ...]]):
    """Some words in their order, none of which has a space in it."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[str, ...] | None, dialect: Dialect) -> str | None:
        """One text with a space between any two."""
        return None if value is None else " ".join(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """What reads the words again; SQLAlchemy's own way to it is two calls more for each row."""
        return _words


@lru_cache(maxsize=4096)
def _words(text: str | None) -> tuple[str, ...] | None:
    """The words of a text, which is four times as fast as JSON and needs no other table."""
    return None if text is None else tuple(text.split())


def _word() -> String:
    """Text that is compared by code points on every database."""
    return String().with_variant(String(collation="C"), "postgresql")


def _big() -> BigInteger:
    """A whole number of 64 bits; SQLite counts up only what it calls INTEGER."""
    return BigInteger().with_variant(Integer(), "sqlite")


accounts = Table(
    "accounts",
    metadata,
    Column("id", _big(), primary_key=True),
    Column("username", _word(), nullable=False, unique=True),
    Column("display_name", Text, nullable=False),
    Column("role", _word(), nullable=False),
    Column("password_hash", Text, nullable=True),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("version", Integer, nullable=False),
    # An id is never given twice, so that id and version name one state of one account forever.
    sqlite_autoincrement=True,
)

tokens = Table(
    "tokens",
    metadata,
    Column("id", _big(), primary_key=True),
    Column(
        "username",
        _word(),
        ForeignKey("accounts.username", ondelete="CASCADE", onupdate="CASCADE"),
        nullable=False,
    ),
    Column("digest", LargeBinary(32), nullable=False, unique=True),
    Column("scopes", Words, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    sqlite_autoincrement=True,
)

posts = Table(
    "posts",
    metadata,
    Column("id", _big(), primary_key=True),
    Column("slug", _word(), nullable=False, unique=True),
    # What feeds know the post by, whatever becomes of its slug.
    Column("uid", _word(), nullable=False),
    Column("title", Text, nullable=False),
    Column("title_key", _word(), nullable=False),
    Column("body", Text, nullable=False),
    Column(
        "author",
        _word(),
        ForeignKey("accounts.username", onupdate="CASCADE"),
        nullable=False,
    ),
    # The tags as they were given, so that reading a post is one row; post_tags is their index.
    Column("tags", Words, nullable=False),
    Column("status", _word(), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("published_at", Instant, nullable=True),
    # Set when it was scheduled, and then the same: from that time on it is out without a change.
    Column("publish_at", Instant, nullable=True),
    # When it was published, or created while it is not: a place in that order for every post.
    Column("listed_at", Instant, nullable=False),
    Column("version", Integer, nullable=False),
    # The newest of its revisions: what title, body and tags are, and since when.
    Column("revision", Integer, nullable=False),
    Column("revised_at", Instant, nullable=False),
    # Rises with every change among its comments, which its page shows.
    Column("discussion", Integer, nullable=False),
    Column("discussed_at", Instant, nullable=True),
    # What `search` looks in. Its index is not among these tables: each database has another.
    Column("words", Text, nullable=False),
    sqlite_autoincrement=True,
)

# Every slug that a post has or had, so that an old address leads on and nobody else gets it.
post_slugs = Table(
    "post_slugs",
    metadata,
    Column("slug", _word(), primary_key=True),
    # From what it was made, so that the next number is found without trying them all.
    Column("base", _word(), nullable=False),
    Column("number", Integer, nullable=False),
    Column(
        "post_id", _big(), ForeignKey("posts.id", ondelete="CASCADE"), nullable=False, index=True
    ),
)

post_revisions = Table(
    "post_revisions",
    metadata,
    Column(
        "post_id",
        _big(),
        ForeignKey("posts.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("number", _big(), primary_key=True, autoincrement=False),
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("tags", Words, nullable=False),
    # Who wrote this revision, who need not be the author of the post.
    Column(
        "author",
        _word(),
        ForeignKey("accounts.username", onupdate="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column("created_at", Instant, nullable=False),
)

comments = Table(
    "comments",
    metadata,
    Column("id", _big(), primary_key=True),
    Column("post_id", _big(), ForeignKey("posts.id", ondelete="CASCADE"), nullable=False),
    Column(
        "author",
        _word(),
        ForeignKey("accounts.username", onupdate="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column("body", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("version", Integer, nullable=False),
    sqlite_autoincrement=True,
)

# Answers that are given again to whoever repeats a request with its key.
kept_answers = Table(
    "kept_answers",
    metadata,
    Column("scope", _word(), primary_key=True),
    Column("key", _word(), primary_key=True),
    Column(
        "username",
        _word(),
        ForeignKey("accounts.username", ondelete="CASCADE", onupdate="CASCADE"),
        nullable=True,
        index=True,
    ),
    Column("fingerprint", LargeBinary(32), nullable=False),
    Column("status", Integer, nullable=True),
    Column("headers", Text, nullable=True),
    Column("body", LargeBinary, nullable=True),
    Column("created_at", Instant, nullable=False, index=True),
)

post_tags = Table(
    "post_tags",
    metadata,
    Column("tag", _word(), primary_key=True),
    Column(
        "post_id",
        _big(),
        ForeignKey("posts.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
        index=True,
    ),
)

Index("ix_tokens_username_created_at", tokens.c.username, tokens.c.created_at, tokens.c.id)
Index("ix_posts_uid", posts.c.uid, unique=True)
Index("ix_post_slugs_base_number", post_slugs.c.base, post_slugs.c.number)
Index("ix_comments_post_id_created_at", comments.c.post_id, comments.c.created_at, comments.c.id)
Index("ix_posts_status_listed_at", posts.c.status, posts.c.listed_at, posts.c.id)
Index("ix_posts_status_updated_at", posts.c.status, posts.c.updated_at, posts.c.id)
Index("ix_posts_status_title_key", posts.c.status, posts.c.title_key, posts.c.id)
Index(
    "ix_posts_author_status_listed_at",
    posts.c.author,
    posts.c.status,
    posts.c.listed_at,
    posts.c.id,
)


def insert_if_free(
    table: Table, *names: Column[Any], given: Select[*tuple[Any, ...]] | None = None
) -> ReturningInsert[int]:
    """An insertion that gives the id of the new row, or no row where its `names` are taken.

    Of a row without an id it gives what comes first in its key. It is PostgreSQL's construct, in
    words that SQLite took over and writes as well. What a statement gives is inserted, with
    columns of the same names, or else values.
    """
    insertion = insert(table)
    if given is not None:
        insertion = insertion.from_select(given.exported_columns.keys(), given)
    unless_taken = insertion.on_conflict_do_nothing(index_elements=[*names])
    return unless_taken.returning(table.primary_key.columns[0])


def given(table: Table, *names: str) -> list[BindParameter[Any]]:
    """Parameters for columns of a table, by their names, as a selection gives them."""
    return [bindparam(name, type_=table.c[name].type) for name in names]


def of_post(table: Table, *names: str) -> Select[*tuple[Any, ...]]:
    """A row for a table about posts: its values, and the id of the post that has the `uid`.

    There is no row where there is no such post.
    """
    post = posts.c.id.label("post_id")
    return select(*given(table, *names), post).where(posts.c.uid == bindparam("uid"))
