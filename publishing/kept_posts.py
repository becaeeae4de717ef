"""Posts as they are kept: what a row means at a moment, and the row that a post becomes.

A scheduled post is kept as a published one whose time of publication lies ahead. So it is seen by
everybody from that moment on, and nothing has to run then.
"""

from datetime import datetime
from enum import Enum
from typing import Any, NamedTuple

import sqlalchemy as sa

from publishing import search, tables
from publishing.prepared import Row


class Status(Enum):
    """Whether a post is for everybody yet."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"


_STATUSES = {status.value: status for status in Status}


class _KeptStatus(sa.TypeDecorator[Status]):
    """A status, as a column of posts is read."""

    impl = sa.String
    cache_ok = True

    def result_processor(self, dialect: sa.Dialect, coltype: object) -> Any:
        """The status of a name."""
        return _STATUSES.__getitem__


class Post(NamedTuple):
    """A post as it is at the moment of the unit of work that read it.

    It is a named tuple because a page is made of many: a frozen dataclass takes six times as long
    to be made.

    `published_at` is when it was first published, and stays when it becomes a draft again;
    `publish_at` is when it will be, and there only while it is scheduled. `version` rises with
    every change; `revision` and `revised_at` only with one of title, body or tags; `discussion` and
    `discussed_at` with what happens among its comments. `uid` never changes.
    """

    id: int
    uid: str
    slug: str
    title: str
    body: str
    author: str
    tags: tuple[str, ...]
    status: Status
    created_at: datetime
    updated_at: datetime
    published_at: datetime | None
    publish_at: datetime | None
    version: int
    revision: int
    revised_at: datetime
    discussion: int
    discussed_at: datetime | None

    @property
    def edition(self) -> str:
        """A name for this state of this post that no other state of any post ever has.

        Not even of a post that comes to the same slug after this one was deleted. Being published
        by the clock makes another state, though nothing is written then.
        """
        waiting = "s" if self.status is Status.SCHEDULED else ""
        return f"{self.id}.{self.version}{waiting}"

    @property
    def changed_at(self) -> datetime:
        """When this state began: with the last change, or by the clock with its publication."""
        return max(self.updated_at, self.published_at or self.updated_at)


def read(row: Row, now: datetime) -> Post:
    """The post that a row of `ALL` holds, as it is at the moment."""
    post = Post._make(row)
    if post.publish_at is None:
        return post
    if post.publish_at > now:
        return post._replace(status=Status.SCHEDULED, published_at=None)
    return post._replace(publish_at=None)


def values(post: Post) -> dict[str, Any]:
    """What is kept of a post, but for what its comments count."""
    is_draft = post.status is Status.DRAFT
    return {
        "uid": post.uid,
        "slug": post.slug,
        "title": post.title,
        "title_key": title_key(post.title),
        "body": post.body,
        "author": post.author,
        "tags": post.tags,
        "status": (Status.DRAFT if is_draft else Status.PUBLISHED).value,
        "created_at": post.created_at,
        "updated_at": post.updated_at,
        "published_at": post.published_at or post.publish_at,
        "publish_at": post.publish_at,
        "listed_at": listed_at(post),
        "revised_at": post.revised_at,
        "words": search.kept(post.title, post.body, post.tags),
        "version": post.version,
        "revision": post.revision,
    }


_COUNTED = {"id", "discussion", "discussed_at"}
WRITTEN = tuple(column.name for column in tables.posts.c if column.name not in _COUNTED)
"""The names of what `values` gives."""


def title_key(title: str) -> str:
    """What a title is sorted by: without regard to case, and short enough for a cursor."""
    return title.casefold().encode()[:300].decode(errors="ignore")


def listed_at(post: Post) -> datetime:
    """Where a post stands in the order of publication, whether it is published or not."""
    return post.published_at or post.publish_at or post.created_at


# The columns that are read

_posts = tables.posts

_COLUMNS = (
    _posts.c.id,
    _posts.c.uid,
    _posts.c.slug,
    _posts.c.title,
    _posts.c.body,
    _posts.c.author,
    _posts.c.tags,
    sa.type_coerce(_posts.c.status, _KeptStatus),
    _posts.c.created_at,
    _posts.c.updated_at,
    _posts.c.published_at,
    _posts.c.publish_at,
    _posts.c.version,
    _posts.c.revision,
    _posts.c.revised_at,
    _posts.c.discussion,
    _posts.c.discussed_at,
)
ALL = sa.select(*_COLUMNS)
"""Every post, as `read` reads it."""
