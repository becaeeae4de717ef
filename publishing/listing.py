"""Lists of posts: filtered, searched and sorted, as much of them as the reader may see."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from publishing import access, kept_posts, pages, search, tables, ways
from publishing.access import Action
from publishing.callers import Caller
from publishing.kept_posts import Post, Status
from publishing.pages import Anchor, AnySelect, Direction, Order, Page, Side
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


_IS_AUTHOR = _posts.c.author == sa.bindparam("author")
_IS_OWN = _posts.c.author == sa.bindparam("reader")
_HAS_TAG = _tags.c.tag == sa.bindparam("tag")
_FILTERS: dict[str, sa.ColumnElement[bool]] = {
    "author": _IS_AUTHOR,
    "tag": _posts.c.id.in_(sa.select(_tags.c.post_id).where(_HAS_TAG)),
}
_NOW = sa.bindparam("now", type_=tables.Instant)
# Written out, so that a database knows which part of the posts is asked for before it is asked.
_IS_OUT = _posts.c.status == sa.literal_column(f"'{Status.PUBLISHED.value}'")
_IS_DRAFT = _posts.c.status == sa.literal_column(f"'{Status.DRAFT.value}'")
_STATUSES: dict[Status | None, sa.ColumnElement[bool]] = {
    None: sa.true(),
    Status.DRAFT: _IS_DRAFT,
    # It stands in lists at the time that is to come: only those that are there are read.
    Status.SCHEDULED: _IS_OUT & (_posts.c.publish_at > _NOW) & (_posts.c.listed_at > _NOW),
    Status.PUBLISHED: _IS_OUT & (_posts.c.publish_at.is_(None) | (_posts.c.publish_at <= _NOW)),
}
SEEN_BY_EVERYBODY = _STATUSES[Status.PUBLISHED]
"""What statements about what everybody sees ask of a post, at the parameter `now`."""

_SIGHTS: dict[_Sight, sa.ColumnElement[bool]] = {
    _Sight.ALL: sa.true(),
    _Sight.PUBLISHED_AND_OWN: SEEN_BY_EVERYBODY | _IS_OWN,
    _Sight.PUBLISHED: SEEN_BY_EVERYBODY,
}
_NOBODY_SEES = sa.false()
_UNPUBLISHED_SIGHTS: dict[_Sight, sa.ColumnElement[bool]] = {
    _Sight.ALL: sa.true(),
    _Sight.PUBLISHED_AND_OWN: _IS_OWN,
    _Sight.PUBLISHED: _NOBODY_SEES,
}


# There are some hundreds, and as many again for each number of phrases that are looked for.
@lru_cache(maxsize=2000)
def _listing(shape: _Shape, sort: Sort, side: Side | None) -> Prepared:
    """The statement of a page."""
    order = _ORDERS[sort]
    filters = (condition for name, condition in _FILTERS.items() if name in shape.filtered)
    wanted = [_STATUSES[shape.status], _seen(shape), *filters]
    if shape.sought is not None:
        wanted += search.conditions(shape.sought)
    way = _way(shape, sort)
    if way is None:
        return Prepared(order.sorted(kept_posts.ALL.where(*wanted), side), most=pages.MOST + 1)
    return Prepared(_by_either(way, wanted, order, side))


def _seen(shape: _Shape) -> sa.ColumnElement[bool]:
    """What the reader sees of the posts of a status. Nobody else's draft is seen by everybody."""
    if shape.status in {Status.DRAFT, Status.SCHEDULED}:
        return _UNPUBLISHED_SIGHTS[shape.sight]
    return _SIGHTS[shape.sight]


@dataclass(frozen=True, slots=True)
class _Way:
    """A way to posts through what a condition finds: how much that is, and along which index.

    Where nothing is counted it is little.
    """

    number: sa.ColumnElement[int] | None
    along: frozenset[sa.Column[Any]]


def _way(shape: _Shape, sort: Sort) -> _Way | None:
    """The way to the posts of a page that is not the one along their order, if there is any."""
    if _seen(shape) is _NOBODY_SEES:
        return None
    is_listed = _ORDERS[sort].column is _posts.c.listed_at
    if shape.sought is not None and shape.sought.finds:
        return _Way(search.HowMany(), frozenset())
    if "tag" in shape.filtered:
        return _Way(ways.counted(_tags, _HAS_TAG), frozenset())
    if is_listed or shape.status is None:
        return None
    if "author" in shape.filtered:
        return _Way(ways.counted(_posts, _IS_AUTHOR), _AUTHORS)
    if shape.status is Status.SCHEDULED:
        return _Way(None, _COMING)
    if shape.status is Status.DRAFT and shape.sight is _Sight.PUBLISHED_AND_OWN:
        return _Way(ways.counted(_posts, _IS_OWN & _IS_DRAFT), _AUTHORS)
    return None


_AUTHORS = frozenset({_posts.c.author, _posts.c.status})
_COMING = frozenset({_posts.c.status, _posts.c.listed_at})


def _by_either(
    way: _Way, wanted: list[sa.ColumnElement[bool]], order: Order[Post], side: Side | None
) -> AnySelect:
    """The statement of a page to which there are two ways.

    Each gives the ids of the page, and no other post is read whole.
    """
    ids = sa.select(_posts.c.id)
    unordered = ways.unordered({*_posts.c} - {_posts.c.id} - way.along)
    through = replace(order, column=ways.Unordered(order.column))
    little = through.sorted(ids.where(*map(unordered, wanted)), side)
    if way.number is None:
        page = sa.select(little.subquery().c.id)
    else:
        # A database that does not know how long a page is would prepare for a tenth of all posts.
        longest = sa.literal_column(str(pages.MOST + 1), sa.Integer)
        much = order.sorted(ids.where(*wanted), side).limit(longest).subquery()
        both = (
            little.limit(ways.IfFew(way.number)),
            sa.select(much.c.id).limit(ways.IfMany(way.number)),
        )
        page = sa.union_all(*(sa.select(each.subquery().c.id) for each in both))
    return order.along(kept_posts.ALL.where(_posts.c.id.in_(page)), side)
