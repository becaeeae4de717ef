"""Lists of posts: filtered, searched and sorted, as much of them as the reader may see."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from publishing import access, kept_posts, pages, scarce, search, tables
from publishing.access import Action
from publishing.callers import Caller
from publishing.kept_posts import Post, Status
from publishing.pages import Anchor, Direction, Order, Page, Side
from publishing.prepared import Prepared
from publishing.work import Work


class Sort(Enum):
    """The orders in which posts are listed. A draft stands where it was created."""

    NEWEST = "-published"
    OLDEST = "published"
    LAST_UPDATED = "-updated"
    FIRST_UPDATED = "updated"
    TITLE = "title"
    TITLE_FROM_THE_END = "-title"


@dataclass(frozen=True, slots=True)
class Filter:
    """Which posts are listed. What is None does not restrict."""

    author: str | None = None
    tag: str | None = None
    status: Status | None = Status.PUBLISHED
    query: search.Query | None = None


_PUBLISHED_ONES = Filter()


def page(
    work: Work,
    *,
    by: Caller | None,
    only: Filter = _PUBLISHED_ONES,
    sort: Sort = Sort.NEWEST,
    limit: int = 20,
    cursor: str | None = None,
) -> Page[Post]:
    """A page of the posts that the reader may see. Raises `BadCursor`."""
    assert limit <= pages.MOST, "a page is not longer than that"
    order = _ORDERS[sort]
    place = None if cursor is None else order.place(cursor)
    statement = _listing(_shape(by, only), sort, None if place is None else place.side)
    now = work.now
    sought = {
        "author": only.author,
        "tag": None if only.tag is None else only.tag.lower(),
        "reader": None if by is None else by.username,
        "now": now,
        **({} if only.query is None else search.parameters(only.query)),
        **pages.parameters(place, limit),
    }
    rows = work.rows(statement, sought)
    return pages.assemble(order, place, limit, [kept_posts.read(row, now) for row in rows])


class _Sight(Enum):
    """Which posts a reader sees in a list."""

    ALL = "all"
    PUBLISHED_AND_OWN = "published and own"
    PUBLISHED = "published"


def _sight(by: Caller | None) -> _Sight:
    if by is None:
        return _Sight.PUBLISHED
    return _Sight.ALL if access.may(Action.READ_POSTS, by) else _Sight.PUBLISHED_AND_OWN


# The orders

_posts = tables.posts
_tags = tables.post_tags


def _order(sort: Sort, column: sa.ColumnElement[Any], key: Callable[[Post], Any]) -> Order[Post]:
    falls = sort.value.startswith("-")
    return Order(
        name=sort.value,
        column=column,
        identity=_posts.c.id,
        direction=Direction.DESCENDING if falls else Direction.ASCENDING,
        anchor_of=lambda post: Anchor(key(post), post.id),
        read_key=str if column is _posts.c.title_key else pages.moment,
    )


def _update(post: Post) -> datetime:
    return post.updated_at


def _title(post: Post) -> str:
    return kept_posts.title_key(post.title)


_ORDERS = {
    Sort.NEWEST: _order(Sort.NEWEST, _posts.c.listed_at, kept_posts.listed_at),
    Sort.OLDEST: _order(Sort.OLDEST, _posts.c.listed_at, kept_posts.listed_at),
    Sort.LAST_UPDATED: _order(Sort.LAST_UPDATED, _posts.c.updated_at, _update),
    Sort.FIRST_UPDATED: _order(Sort.FIRST_UPDATED, _posts.c.updated_at, _update),
    Sort.TITLE: _order(Sort.TITLE, _posts.c.title_key, _title),
    Sort.TITLE_FROM_THE_END: _order(Sort.TITLE_FROM_THE_END, _posts.c.title_key, _title),
}


# The statements


@dataclass(frozen=True, slots=True)
class _Shape:
    """What a listing is restricted by: all that its statement depends on, but no values."""

    filtered: frozenset[str]
    status: Status | None
    sight: _Sight
    sought: search.Shape | None = None


def _shape(by: Caller | None, only: Filter) -> _Shape:
    given = {"author": only.author, "tag": only.tag}
    # Whoever asks for published posts alone sees what everybody sees.
    sight = _Sight.ALL if only.status is Status.PUBLISHED else _sight(by)
    filtered = frozenset(name for name, value in given.items() if value is not None)
    sought = None if only.query is None else search.shape(only.query)
    return _Shape(filtered, only.status, sight, sought)


_TAGGED = sa.select(_tags.c.post_id).where(_tags.c.tag == sa.bindparam("tag"))
_FILTERS: dict[str, sa.ColumnElement[bool]] = {
    "author": _posts.c.author == sa.bindparam("author"),
    "tag": _posts.c.id.in_(_TAGGED),
}
_NOW = sa.bindparam("now", type_=tables.Instant)
# Written out, so that a database knows which part of the posts is asked for before it is asked.
_IS_OUT = _posts.c.status == sa.literal_column(f"'{Status.PUBLISHED.value}'")
_IS_DRAFT = _posts.c.status == sa.literal_column(f"'{Status.DRAFT.value}'")
_STATUSES: dict[Status | None, sa.ColumnElement[bool]] = {
    None: sa.true(),
    Status.DRAFT: _IS_DRAFT,
    Status.SCHEDULED: _IS_OUT & (_posts.c.publish_at > _NOW),
    Status.PUBLISHED: _IS_OUT & (_posts.c.publish_at.is_(None) | (_posts.c.publish_at <= _NOW)),
}
SEEN_BY_EVERYBODY = _STATUSES[Status.PUBLISHED]
"""What statements about what everybody sees ask of a post, at the parameter `now`."""

_SIGHTS: dict[_Sight, sa.ColumnElement[bool]] = {
    _Sight.ALL: sa.true(),
    _Sight.PUBLISHED_AND_OWN: SEEN_BY_EVERYBODY | (_posts.c.author == sa.bindparam("reader")),
    _Sight.PUBLISHED: SEEN_BY_EVERYBODY,
}


# There are some hundreds, and as many again for each number of phrases that are looked for.
@lru_cache(maxsize=2000)
def _listing(shape: _Shape, sort: Sort, side: Side | None) -> Prepared:
    """The statement of a page."""
    wanted = [_STATUSES[shape.status], _SIGHTS[shape.sight]]
    wanted += [condition for name, condition in _FILTERS.items() if name in shape.filtered]
    if shape.sought is not None:
        wanted += search.conditions(shape.sought)
    order = _ORDERS[sort]
    is_sought = shape.sought is not None and shape.sought.finds
    if "tag" not in shape.filtered and not is_sought:
        return Prepared(order.sorted(kept_posts.ALL.where(*wanted), side))
    tagged = [_TAGGED] if "tag" in shape.filtered else []
    by_fts5 = [*tagged, *([search.found_on_sqlite()] if is_sought else [])]
    by_gin = [*tagged, *([search.found_on_postgresql()] if is_sought else [])]
    return Prepared(
        scarce.on_postgresql(order, wanted, by_gin, side),
        on_sqlite=scarce.on_sqlite(order, wanted, by_fts5, side),
    )
