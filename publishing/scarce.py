"""Pages of what an index finds: much of it is met in the list's order, little of it is not.

A list is read in its order, and each post looked at whether it has the tag or the words. That is
short where many have them, and goes through all posts where few do: among a million it took SQLite
a fifth of a second and PostgreSQL six, which takes a word that it has no statistics of for a
frequent one. Those few are found at once, and are sorted then. So the statement counts, up to what
it takes to tell, and goes one of two ways: a limit of nothing is the end of the other before it
begins.
"""

import dataclasses
from collections.abc import Sequence
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.sql.visitors import replacement_traverse

from publishing import kept_posts, tables
from publishing.pages import LIMIT, MOST, AnySelect, Order, Side

FEW = 500
"""So many are looked up one by one in a few milliseconds, which is when the other way takes longer
in a store of a million."""

_posts = tables.posts

Conditions = Sequence[sa.ColumnElement[bool]]


def on_sqlite(
    order: Order[Any], conditions: Conditions, found: Sequence[AnySelect], side: Side | None
) -> AnySelect:
    """The page of an order for these conditions, of which some are to be among what is `found`."""
    sought = order.sorted(sa.select(_posts.c.id).where(*conditions), side)
    counts = [each.limit(_enough()).subquery() for each in found]
    return _either(order, side, in_order=sought, looked_up=_unordered(sought), counts=counts)


def on_postgresql(
    order: Order[Any], conditions: Conditions, found: Sequence[AnySelect], side: Side | None
) -> AnySelect:
    """The same for PostgreSQL, which plans a part that has an offset, or a name, by itself."""
    ids = sa.select(_posts.c.id, order.column.label("key")).where(*conditions)
    sought = order.sorted(ids, side)
    # How long a page is it does not know beforehand, and would prepare for a tenth of all posts.
    first = sought.limit(_number(MOST + 1)).subquery()
    apart = sought.order_by(None).limit(None).offset(_number(0)).subquery()
    sorting = dataclasses.replace(order, column=apart.c.key, identity=apart.c.id)
    return _either(
        order,
        side,
        in_order=sa.select(first.c.id),
        looked_up=sorting.ordered(sa.select(apart.c.id), side),
        counts=[_named(each, f"found_{at}") for at, each in enumerate(found)],
    )


def _named(found: AnySelect, name: str) -> sa.Subquery:
    """As many of what is found as are counted."""
    return sa.select(_number(1)).select_from(found.cte(name)).limit(_enough()).subquery()


def _either(
    order: Order[Any],
    side: Side | None,
    *,
    in_order: AnySelect,
    looked_up: AnySelect,
    counts: Sequence[sa.Subquery],
) -> AnySelect:
    are_few = sa.or_(*(_count(each) <= _number(FEW) for each in counts))
    limit = sa.cast(LIMIT, sa.BigInteger)
    one = in_order.limit(sa.case((are_few, _number(0)), else_=limit)).subquery()
    other = looked_up.limit(sa.case((are_few, limit), else_=_number(0))).subquery()
    page = sa.union_all(sa.select(one.c.id), sa.select(other.c.id))
    return order.ordered(kept_posts.ALL.where(_posts.c.id.in_(page)), side)


def _enough() -> sa.ColumnElement[int]:
    """As many as it takes to tell that they are not few."""
    return _number(FEW + 1)


def _number(number: int) -> sa.ColumnElement[int]:
    """A number that is written out, so that it is known when the statement is planned."""
    return sa.literal_column(str(number), sa.Integer)


def _count(found: sa.Subquery) -> sa.ColumnElement[int]:
    return sa.select(sa.func.count()).select_from(found).scalar_subquery()


def _unordered(statement: AnySelect) -> AnySelect:
    """The statement without any column by which SQLite could choose an index, but the id."""

    def replaced(element: Any, **_: Any) -> Any:
        is_column = isinstance(element, sa.Column) and element.table is _posts
        return _ASIDE.get(element.name) if is_column else None

    return cast(AnySelect, replacement_traverse(statement, {}, replaced))


_ASIDE = {
    column.name: sa.literal_column(f"+{column}", column.type)
    for column in _posts.c
    if column is not _posts.c.id
}
