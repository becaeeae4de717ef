"""The tables of the publishing API as models of SQLAlchemy's ORM, as its documentation maps tables.

Texts and times are kept as the API keeps them, so its own types for columns are used.
"""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from publishing.tables import Instant, Words

PUBLIC_URL = "http://127.0.0.1:8080"
POSTS = f"{PUBLIC_URL}/posts"


class Base(DeclarativeBase):
    """What all models have in common."""

    type_annotation_map = {datetime: Instant, tuple[str, ...]: Words}  # noqa: RUF012 - as SQLAlchemy reads it


class Account(Base):
    """Somebody who writes."""

    __tablename__ = "accounts"

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(unique=True)
    role: Mapped[str]


class Token(Base):
    """What an account acts with."""

    __tablename__ = "tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(ForeignKey("accounts.username"))
    digest: Mapped[bytes] = mapped_column(unique=True)
    scopes: Mapped[tuple[str, ...]]
    expires_at: Mapped[datetime]

    account: Mapped[Account] = relationship()


class Post(Base):
    """A post. Its tags are in it, so that it is read from one row."""

    __tablename__ = "posts"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    uid: Mapped[str] = mapped_column(deferred=True)
    title: Mapped[str]
    title_key: Mapped[str] = mapped_column(deferred=True)
    body: Mapped[str]
    author: Mapped[str] = mapped_column(ForeignKey("accounts.username"))
    tags: Mapped[tuple[str, ...]]
    status: Mapped[str]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    publish_at: Mapped[datetime | None]
    listed_at: Mapped[datetime]
    version: Mapped[int]
    revision: Mapped[int]
    revised_at: Mapped[datetime] = mapped_column(deferred=True)
    discussion: Mapped[int] = mapped_column(deferred=True)
    discussed_at: Mapped[datetime | None] = mapped_column(deferred=True)
    # As long as the body, and for the index alone: no reader of a post needs it.
    words: Mapped[str] = mapped_column(deferred=True)

    slugs: Mapped[list["PostSlug"]] = relationship()
    indexed_tags: Mapped[list["PostTag"]] = relationship()
    revisions: Mapped[list["PostRevision"]] = relationship()

    @property
    def url(self) -> str:
        """Where the post is."""
        return f"{POSTS}/{self.slug}"


class PostSlug(Base):
    """A slug that a post has or had."""

    __tablename__ = "post_slugs"

    slug: Mapped[str] = mapped_column(primary_key=True)
    base: Mapped[str]
    number: Mapped[int]
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id"))


class PostTag(Base):
    """A tag of a post, by which it is found."""

    __tablename__ = "post_tags"

    tag: Mapped[str] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id"), primary_key=True)


class PostRevision(Base):
    """What a post was after a change."""

    __tablename__ = "post_revisions"

    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    body: Mapped[str]
    tags: Mapped[tuple[str, ...]]
    author: Mapped[str] = mapped_column(ForeignKey("accounts.username"))
    created_at: Mapped[datetime]
