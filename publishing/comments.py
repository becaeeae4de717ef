"""Comments: written below posts, paged through, read, changed and deleted.

Whoever sees a post sees its comments. Every change among them is told to the post, whose page shows
them: its `discussion` rises.
"""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa

from publishing import access, pages, posts, tables
from publishing.access import Action
from publishing.callers import Caller
from publishing.facts import CallerGone, CommentNotFound, PostNotFound, Stale
from publishing.pages import Anchor, Direction, Order, Page, Side
from publishing.posts import Post
from publishing.prepared import Found, Prepared, Row
from publishing.text import storable
from publishing.work import Asked, Work


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment as it is kept, on the post whose slug is `post`.

    `version` rises with every change.
    """

    id: int
    post: str
    body: str
    author: str
    created_at: datetime
    updated_at: datetime
    version: int

    @property
    def edition(self) -> str:
        """A name for this state of this comment that no other state of any comment ever has."""
        return f"{self.id}.{self.version}"


@dataclass(frozen=True, slots=True)
class Patch:
    """What is to be different. What is None stays as it is."""

    body: str | None = None


Check = Callable[[Comment], object]


def accept(_comment: Comment) -> None:
    """The check that every comment passes."""


def write(work: Work, slug: str, body: str, *, by: Caller) -> Comment:
    """A new comment, in Markdown, on a post that the caller sees. Raises `PostNotFound`."""
    post = posts.get(work, slug, by=by)
    access.demand(Action.WRITE_COMMENTS, by)
    author = _AUTHOR, {"username": by.username}
    (authors, _), discussed = work.change_all(author, _discussing(work, post))
    if not authors:
        raise CallerGone(by.username)
    # The time of the discussion never goes back, so that a new comment comes after all others.
    moment = _discussed(post, discussed)
    comment = Comment(
        id=0,
        post=post.slug,
        body=storable("comment", body),
        author=by.username,
        created_at=moment,
        updated_at=moment,
        version=1,
    )
    ((id_,),) = work.rows(_INSERT, _values(comment) | {"post_id": post.id})
    return dataclasses.replace(comment, id=id_)


def page(
    work: Work, slug: str, *, by: Caller | None, limit: int = 20, cursor: str | None = None
) -> Page[Comment]:
    """A page of the comments on a post, the oldest first. Raises `PostNotFound`, `BadCursor`."""
    return on(work, posts.find(work, slug, by=by), limit=limit, cursor=cursor)


def on(work: Work, post: Post, *, limit: int, cursor: str | None = None) -> Page[Comment]:
    """A page of the comments on a post that was read. Raises `BadCursor`."""
    order = _order(post)
    place = None if cursor is None else order.place(cursor)
    if not post.discussion:
        return pages.assemble(order, place, limit, ())
    statement = _listing(None if place is None else place.side)
    rows = work.rows(statement, {"post": post.id} | pages.parameters(place, limit))
    return pages.assemble(order, place, limit, [_comment(post, row) for row in rows])


def get(work: Work, slug: str, id_: int, *, by: Caller | None) -> Comment:
    """One of the comments on a post. Raises `PostNotFound`, `CommentNotFound`."""
    return _existing(work, posts.find(work, slug, by=by), id_)


def change(
    work: Work, slug: str, id_: int, patch: Patch, *, by: Caller, check: Check = accept
) -> Comment:
    """The comment as it is now. Its author and editors change it.

    `check` is given the comment as it was, in the transaction that changes it, and refuses by
    raising. Raises `PostNotFound`, `CommentNotFound`, `NotAllowed`, and `Stale` when another writer
    came between.
    """
    post = posts.get(work, slug, by=by)
    old = _existing(work, post, id_)
    access.demand(Action.CHANGE_COMMENTS, by, owner=old.author)
    check(old)
    new = _patched(old, patch, work.now)
    _at_version(work, post, old, (_UPDATE, _values(new) | _state(old)))
    return new


def delete(work: Work, slug: str, id_: int, *, by: Caller, check: Check = accept) -> None:
    """Remove the comment: as its author, as the author of the post, or as an editor.

    `check` and what is raised are as for `change`.
    """
    post = posts.get(work, slug, by=by)
    comment = _existing(work, post, id_)
    access.demand(Action.DELETE_COMMENTS, by, owner=comment.author, host=post.author)
    check(comment)
    _at_version(work, post, comment, (_DELETE, _state(comment)))


def bequeath(work: Work, author: str, heir: str) -> None:
    """Make one account the author of all comments of another."""
    _discussed_by(work, author)
    now = sa.literal(work.now, tables.Instant)
    work.execute(
        sa.update(_comments)
        .where(_comments.c.author == author)
        .values(
            author=heir,
            updated_at=sa.case((_comments.c.updated_at < now, now), else_=_comments.c.updated_at),
            version=_comments.c.version + 1,
        )
    )


def delete_all_by(work: Work, author: str) -> None:
    """Remove all comments of an account."""
    _discussed_by(work, author)
    work.execute(sa.delete(_comments).where(_comments.c.author == author))


def _patched(old: Comment, patch: Patch, now: datetime) -> Comment:
    return dataclasses.replace(
        old,
        body=old.body if patch.body is None else storable("comment", patch.body),
        # Every change is seen in the time, even one that the clock is too slow for.
        updated_at=max(now, old.updated_at + timedelta(microseconds=1)),
        version=old.version + 1,
    )


# Rows and statements

_posts = tables.posts
_comments = tables.comments

_ALL_ON_POST = sa.select(
    _comments.c.id,
    _comments.c.body,
    _comments.c.author,
    _comments.c.created_at,
    _comments.c.updated_at,
    _comments.c.version,
).where(_comments.c.post_id == sa.bindparam("post"))
_ON_POST = Prepared(_ALL_ON_POST.where(_comments.c.id == sa.bindparam("comment")))
_IS_STATE = (_comments.c.id == sa.bindparam("of_id")) & (
    _comments.c.version == sa.bindparam("of_version")
)
_WRITTEN = ("body", "author", "created_at", "updated_at", "version")
_INSERT = Prepared(sa.insert(_comments).returning(_comments.c.id), *_WRITTEN, "post_id")
_UPDATE = Prepared(sa.update(_comments).where(_IS_STATE), *_WRITTEN)
_DELETE = Prepared(sa.delete(_comments).where(_IS_STATE))
_AUTHOR = Prepared(
    sa.select(tables.accounts.c.id).where(tables.accounts.c.username == sa.bindparam("username"))
)
_NOW = sa.bindparam("now", type_=tables.Instant)
_DISCUSS = sa.update(_posts).values(
    discussion=_posts.c.discussion + 1,
    discussed_at=sa.case((_posts.c.discussed_at > _NOW, _posts.c.discussed_at), else_=_NOW),
)
_DISCUSS_ONE = Prepared(
    _DISCUSS.where(_posts.c.id == sa.bindparam("post")).returning(_posts.c.discussed_at)
)
_DISCUSS_ALL_BY = _DISCUSS.where(
    _posts.c.id.in_(
        sa.select(_comments.c.post_id).where(_comments.c.author == sa.bindparam("writer"))
    )
)


def _comment(post: Post, row: Row) -> Comment:
    id_, body, author, created_at, updated_at, version = row
    return Comment(id_, post.slug, body, author, created_at, updated_at, version)


def _values(comment: Comment) -> dict[str, Any]:
    return {
        "body": comment.body,
        "author": comment.author,
        "created_at": comment.created_at,
        "updated_at": comment.updated_at,
        "version": comment.version,
    }


def _existing(work: Work, post: Post, id_: int) -> Comment:
    row = work.row(_ON_POST, {"post": post.id, "comment": id_})
    if row is None:
        raise CommentNotFound(id_)
    return _comment(post, row)


def _discussing(work: Work, post: Post) -> Asked:
    """What tells the post that its discussion changes, and has those who change it take turns."""
    return _DISCUSS_ONE, {"post": post.id, "now": work.now}


def _discussed(post: Post, told: Found) -> datetime:
    """When the post was told. Raises `PostNotFound` where it was not."""
    rows, _ = told
    if not rows:
        raise PostNotFound(post.slug)
    return rows[0][0]


def _discussed_by(work: Work, author: str) -> None:
    """Tell all posts on which an account has commented that their discussion changes."""
    work.execute(_DISCUSS_ALL_BY, {"writer": author, "now": work.now})


def _state(seen: Comment) -> dict[str, Any]:
    """What tells the comment as it was seen from what it has become since."""
    return {"of_id": seen.id, "of_version": seen.version}


def _at_version(work: Work, post: Post, seen: Comment, change: Asked) -> None:
    """Change the comment that was seen, unless it has become another since."""
    discussed, (_, changed) = work.change_all(_discussing(work, post), change)
    _discussed(post, discussed)
    if changed != 1:
        raise Stale(f"{seen.post}/comments/{seen.id}")


_OLDEST: Order[Comment] = Order(
    name="comments",
    column=_comments.c.created_at,
    identity=_comments.c.id,
    direction=Direction.ASCENDING,
    anchor_of=lambda comment: Anchor(comment.created_at, comment.id),
    read_key=pages.moment,
)


def _order(post: Post) -> Order[Comment]:
    """The order of one post's comments, whose cursors are good for no other post's."""
    return dataclasses.replace(_OLDEST, name=f"{_OLDEST.name}-{post.id}")


@cache
def _listing(side: Side | None) -> Prepared:
    return Prepared(_OLDEST.sorted(_ALL_ON_POST, side), most=pages.MOST + 1)
