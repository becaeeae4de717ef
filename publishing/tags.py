"""Tags: what published posts are about, and how many of them are.

Everybody sees the same: drafts count for nobody, and a tag of drafts alone does not exist.
"""

from dataclasses import dataclass
from functools import cache

import sqlalchemy as sa

from publishing import listing, pages, tables
from publishing.facts import TagNotFound
from publishing.pages import Anchor, Direction, Order, Page, Side
from publishing.prepared import Prepared
from publishing.work import Work


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag and the number of published posts that have it, one at least."""

    name: str
    count: int


def page(work: Work, *, limit: int = 20, cursor: str | None = None) -> Page[Tag]:
    """A page of all tags, by name. Raises `BadCursor`."""
    place = None if cursor is None else _BY_NAME.place(cursor)
    statement = _listing(None if place is None else place.side)
    rows = work.rows(statement, {"now": work.now} | pages.parameters(place, limit))
    return pages.assemble(_BY_NAME, place, limit, [Tag(*row) for row in rows])


def get(work: Work, name: str) -> Tag:
    """The tag of the name. Raises `TagNotFound`."""
    row = work.row(_OF_NAME, {"now": work.now, "name": name})
    if row is None:
        raise TagNotFound(name)
    return Tag(*row)


# Rows and statements

_posts = tables.posts
_tags = tables.post_tags

# Not a join: that may begin with all posts, and a page is to cost what is on it.
_IS_SEEN_BY_EVERYBODY = sa.exists().where(_posts.c.id == _tags.c.post_id, listing.SEEN_BY_EVERYBODY)
_COUNTED = (
    sa.select(_tags.c.tag, sa.func.count()).where(_IS_SEEN_BY_EVERYBODY).group_by(_tags.c.tag)
)
_OF_NAME = Prepared(_COUNTED.where(_tags.c.tag == sa.bindparam("name")))


_BY_NAME: Order[Tag] = Order(
    name="tags",
    column=_tags.c.tag,
    identity=None,
    direction=Direction.ASCENDING,
    # Names are unique: no id has to break a tie, and all cursors have the same.
    anchor_of=lambda tag: Anchor(tag.name, 1),
    read_key=str,
)


@cache
def _listing(side: Side | None) -> Prepared:
    return Prepared(_BY_NAME.sorted(_COUNTED, side), most=pages.MOST + 1)
