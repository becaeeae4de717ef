"""Pages of what an index finds, on SQLite: much of it is met in the list's order, little of it not.

SQLite reads a list in its order and looks at each post whether it is among those that have the tag
or the words. That is short where many are, and goes through all posts where few are: a fifth of a
second among a million. Those few are found at once and are sorted then. SQLite cannot know which of
both is shorter, and so the statement counts, up to what it takes to tell.
"""

from collections.abc import Sequence
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.sql.visitors import replacement_traverse

from publishing import kept_posts, tables
from publishing.pages import LIMIT, AnySelect, Order, Side

FEW = 500
"""So many are looked up one by one in a few milliseconds, which is when the other way takes longer
in a store of a million."""

_posts = tables.posts
_NOTHING: sa.ColumnElement[int] = sa.literal_column("0", sa.Integer)


def page(
    order: Order[Any],
    conditions: Sequence[sa.ColumnElement[bool]],
    found: Sequence[AnySelect],
    side: Side | None,
) -> AnySelect:
    """The page of an order for these conditions, of which some are to be among what is `found`."""
    sought = order.sorted(sa.select(_posts.c.id).where(*conditions), side)
    are_few = sa.or_(*(_count(each) <= FEW for each in found))
    # A way that is not gone has a limit of nothing, at which SQLite does not begin with it.
    in_order = sought.limit(sa.case((are_few, _NOTHING), else_=LIMIT))
    looked_up = _unordered(sought).limit(sa.case((are_few, LIMIT), else_=_NOTHING))
    ways = (sa.select(way.subquery().c.id) for way in (in_order, looked_up))
    return order.ordered(kept_posts.ALL.where(_posts.c.id.in_(sa.union_all(*ways))), side)


def _count(found: AnySelect) -> sa.ColumnElement[int]:
    """How many there are, as far as it matters."""
    enough = found.limit(sa.literal_column(str(FEW + 1))).subquery()
    return sa.select(sa.func.count()).select_from(enough).scalar_subquery()


def _unordered(statement: AnySelect) -> AnySelect:
    """The statement without any column by which an index could have been chosen, but the id."""

    def replaced(element: Any, **_: Any) -> Any:
        is_column = isinstance(element, sa.Column) and element.table is _posts
        return _ASIDE.get(element.name) if is_column else None

    return cast(AnySelect, replacement_traverse(statement, {}, replaced))


_ASIDE = {
    column.name: sa.literal_column(f"+{column}", column.type)
    for column in _posts.c
    if column is not _posts.c.id
}
