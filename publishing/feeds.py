"""Feeds: what was published last, and since when it is as it is."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

from publishing import listing
from publishing.listing import Filter
from publishing.posts import Post
from publishing.work import Work

LENGTH = 20

BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
"""The time of a feed that has nothing in it, which does not move."""


@dataclass(frozen=True, slots=True)
class Feed:
    """The newest posts that everybody sees: all of them, or those of an author or with a tag."""

    author: str | None
    tag: str | None
    posts: tuple[Post, ...]

    @property
    def updated_at(self) -> datetime:
        """When what it says last changed."""
        return max(map(updated_at, self.posts), default=BEGINNING)

    @property
    def changed_at(self) -> datetime:
        """When anything about its posts last changed."""
        moments = (max(post.updated_at, published_at(post)) for post in self.posts)
        return max(moments, default=BEGINNING)

    @property
    def edition(self) -> str:
        """A name for these states of these posts in this order."""
        editions = " ".join(post.edition for post in self.posts)
        return hashlib.sha256(editions.encode()).hexdigest()[:32]


def newest(work: Work, *, author: str | None = None, tag: str | None = None) -> Feed:
    """The feed as it is now. An author or a tag that nobody has gives an empty one."""
    tag = None if tag is None else tag.lower()
    page = listing.page(work, by=None, only=Filter(author=author, tag=tag), limit=LENGTH)
    return Feed(author, tag, page.items)


def published_at(post: Post) -> datetime:
    """When a post in a feed was published."""
    assert post.published_at is not None, "a post that everybody sees has been published"
    return post.published_at


def updated_at(post: Post) -> datetime:
    """When title, body and tags last became what they are to readers.

    What was revised before it was published is news from its publication on.
    """
    return max(post.revised_at, published_at(post))
