"""Revisions: title, body and tags of a post, as they were after each change of one of them.

Who may see them is for `publishing.posts` to say; nothing here asks who asks.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache

import sqlalchemy as sa

from publishing import pages, tables
from publishing.facts import RevisionNotFound
from publishing.pages import Anchor, AnySelect, Direction, Order, Page, Side
from publishing.prepared import Prepared
from publishing.work import Asked, Work


@dataclass(frozen=True, slots=True)
class Revision:
    """What a post was from `created_at` on. `author` wrote this, and need not be that of the post.

    The first has the number 1. A revision never changes.
    """

    number: int
    title: str
    body: str
    tags: tuple[str, ...]
    author: str
    created_at: datetime


def keeping(uid: str, revision: Revision) -> Asked:
    """What adds a revision to those of the post with this uid."""
    return _INSERT, {
        "uid": uid,
        "number": revision.number,
        "title": revision.title,
        "body": revision.body,
        "tags": revision.tags,
        "author": revision.author,
        "created_at": revision.created_at,
    }


def page(work: Work, post_id: int, *, limit: int = 20, cursor: str | None = None) -> Page[Revision]:
    """A page of the revisions of a post, the newest first. Raises `BadCursor`."""
    order = replace(_NEWEST, name=f"revisions-{post_id}")  # no place in those of another post
    place = None if cursor is None else order.place(cursor)
    statement = _listing(None if place is None else place.side)
    rows = work.rows(statement, {"post": post_id} | pages.parameters(place, limit))
    return pages.assemble(order, place, limit, [Revision(*row) for row in rows])


def get(work: Work, post_id: int, number: int) -> Revision:
    """The revision of the number. Raises `RevisionNotFound`."""
    row = work.row(_OF_NUMBER, {"post": post_id, "number": number})
    if row is None:
        raise RevisionNotFound(number)
    return Revision(*row)


def posts_of(author: str) -> AnySelect:
    """The ids of the posts of which an account wrote a revision."""
    return sa.select(_revisions.c.post_id).where(_revisions.c.author == author)


def bequeath(work: Work, author: str, heir: str) -> None:
    """Make one account the author of all revisions that another wrote."""
    work.execute(sa.update(_revisions).where(_revisions.c.author == author).values(author=heir))


# Rows and statements

_revisions = tables.post_revisions

_ALL = sa.select(
    _revisions.c.number,
    _revisions.c.title,
    _revisions.c.body,
    _revisions.c.tags,
    _revisions.c.author,
    _revisions.c.created_at,
).where(_revisions.c.post_id == sa.bindparam("post"))
_OF_NUMBER = Prepared(_ALL.where(_revisions.c.number == sa.bindparam("number")))
_WRITTEN = tuple(column.name for column in _revisions.c if column.name != "post_id")
_INSERT = Prepared(
    sa.insert(_revisions).from_select([*_WRITTEN, "post_id"], tables.of_post(_revisions, *_WRITTEN))
)

_NEWEST: Order[Revision] = Order(
    name="revisions",
    column=_revisions.c.number,
    identity=_revisions.c.number,
    direction=Direction.DESCENDING,
    anchor_of=lambda revision: Anchor(revision.number, revision.number),
    read_key=int,
)


@cache
def _listing(side: Side | None) -> Prepared:
    return Prepared(_NEWEST.sorted(_ALL, side), most=pages.MOST + 1)
