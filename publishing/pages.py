"""Pages of lists, by key instead of by offset.

A cursor remembers between which two items a page begins, not how many came before. So nothing is
skipped and nothing comes twice while others insert and delete, and the tenth page costs what the
first does.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Integer, Select, bindparam, tuple_
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from publishing.facts import BadCursor

Item = TypeVar("Item")
Key = datetime | str | int
AnySelect = Select[*tuple[Any, ...]]

_BIGGEST_ID = 2**63 - 1

MOST = 100
"""The most items of a page."""


class Direction(Enum):
    """Which way a list runs."""

    ASCENDING = "ascending"
    DESCENDING = "descending"


class Side(Enum):
    """Where a page lies, seen from the item that its cursor remembers."""

    AFTER = "a"
    FROM = "f"
    BEFORE = "b"
    UPTO = "u"

    @property
    def is_backward(self) -> bool:
        """Whether the page is read from its end."""
        return self in {Side.BEFORE, Side.UPTO}

    @property
    def includes_anchor(self) -> bool:
        """Whether the remembered item is itself on this side."""
        return self in {Side.FROM, Side.UPTO}

    @property
    def opposite(self) -> "Side":
        """The side that holds exactly the items that this one does not."""
        return _OPPOSITE[self]


_OPPOSITE = {
    Side.AFTER: Side.UPTO,
    Side.UPTO: Side.AFTER,
    Side.BEFORE: Side.FROM,
    Side.FROM: Side.BEFORE,
}


@dataclass(frozen=True, slots=True)
class Anchor:
    """A remembered item: its key in the order, and its id, which breaks ties."""

    key: Key
    id: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page lies: at one side of an anchor."""

    side: Side
    anchor: Anchor


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Some items of a list in order, and the cursors of its neighbours where there are any.

    A page in the middle cannot see that all before it was deleted; its `prev` then leads to an
    empty page, whose `next` leads back.
    """

    items: tuple[Item, ...]
    next: str | None
    prev: str | None


@dataclass(frozen=True, slots=True, eq=False)
class Order(Generic[Item]):
    """A total order of a list: by `column`, ties by `identity`, which is None where there are none.

    `anchor_of` gives what the two columns hold for an item that was read. The name has no space.
    """

    name: str
    column: ColumnElement[Any]
    identity: ColumnElement[int] | None
    direction: Direction
    anchor_of: Callable[[Item], Anchor]
    read_key: Callable[[str], Key]

    def cursor(self, place: Place) -> str:
        """The place as opaque text."""
        key = place.anchor.key
        written = key.isoformat() if isinstance(key, datetime) else str(key)
        content = f"{self.name} {place.side.value} {place.anchor.id} {written}"
        return urlsafe_b64encode(content.encode()).rstrip(b"=").decode()

    def place(self, cursor: str) -> Place:
        """The place that a cursor of this order means. Raises `BadCursor`."""
        try:
            padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
            name, side, id_, key = urlsafe_b64decode(padded).decode().split(" ", 3)
            place = Place(Side(side), Anchor(self.read_key(key), int(id_)))
        except ValueError as error:
            raise BadCursor from error
        # One spelling per place: what is not written as this order writes it was made elsewhere.
        numbers = [each for each in (place.anchor.id, place.anchor.key) if isinstance(each, int)]
        are_ids = all(0 < number <= _BIGGEST_ID for number in numbers)
        known = name == self.name and are_ids and "\0" not in key
        if not known or self.cursor(place) != cursor:
            raise BadCursor
        return place

    def sorted(self, statement: AnySelect, side: Side | None) -> AnySelect:
        """The statement in this order, for one side of the parameters `key` and `id`.

        A backward side is sorted from its end, so that its nearest items come first.
        """
        if side is not None:
            statement = statement.where(self._beyond(side, rises=self._rises(side)))
        return self.along(statement, side).limit(_Limit(bindparam("limit", type_=Integer)))

    def along(self, statement: AnySelect, side: Side | None) -> AnySelect:
        """The statement in the order in which a side is read, all of it."""
        rises = self._rises(side)
        return statement.order_by(*(c.asc() if rises else c.desc() for c in self._columns))

    def _rises(self, side: Side | None) -> bool:
        backward = side is not None and side.is_backward
        return (self.direction is Direction.ASCENDING) is not backward

    @property
    def _columns(self) -> tuple[ColumnElement[Any], ...]:
        return (self.column,) if self.identity is None else (self.column, self.identity)

    def _beyond(self, side: Side, *, rises: bool) -> ColumnElement[bool]:
        here = tuple_(*self._columns)
        there = tuple_(*map(_parameter, ("key", "id"), self._columns))
        if side.includes_anchor:
            return here >= there if rises else here <= there
        return here > there if rises else here < there


class _Limit(FunctionElement[int]):
    """The parameter `limit`.

    SQLite looks at a parameter that is a limit before it plans, and plans anew each time that one
    is given: a quarter of what a list of twenty takes there. At an expression it does not look.
    """

    inherit_cache = True
    type = Integer()


@compiles(_Limit)
def _as_it_is(element: _Limit, compiler: SQLCompiler, **options: Any) -> str:
    (limit,) = (compiler.process(each, **options) for each in element.clauses)
    return limit


@compiles(_Limit, "sqlite")
def _as_expression(element: _Limit, compiler: SQLCompiler, **options: Any) -> str:
    return f"{_as_it_is(element, compiler, **options)} + 0"


def _parameter(name: str, column: ColumnElement[Any]) -> ColumnElement[Any]:
    return bindparam(name, type_=column.type)


def moment(text: str) -> datetime:
    """The time that a cursor of times holds. Raises `ValueError` for one that is not in UTC."""
    time = datetime.fromisoformat(text)
    if time.utcoffset() != timedelta(0):
        raise ValueError("not a time in UTC")
    return time


def parameters(place: Place | None, limit: int) -> dict[str, Any]:
    """What a sorted statement asks for: one item more than the page holds, to see whether it is."""
    if place is None:
        return {"limit": limit + 1}
    return {"limit": limit + 1, "key": place.anchor.key, "id": place.anchor.id}


def assemble(
    order: Order[Item], place: Place | None, limit: int, found: Sequence[Item]
) -> Page[Item]:
    """The page made of what a sorted statement found, at most one item more than the limit."""
    items, more = found[:limit], len(found) > limit
    if place is None:
        return Page(tuple(items), _beside(order, Side.AFTER, items[-1]) if more else None, None)
    way_back = order.cursor(Place(place.side.opposite, place.anchor))
    if place.side.is_backward:
        items = items[::-1]
        ahead = _beside(order, Side.AFTER, items[-1]) if items else way_back
        return Page(tuple(items), ahead, _beside(order, Side.BEFORE, items[0]) if more else None)
    behind = _beside(order, Side.BEFORE, items[0]) if items else way_back
    return Page(tuple(items), _beside(order, Side.AFTER, items[-1]) if more else None, behind)


def _beside(order: Order[Item], side: Side, item: Item) -> str:
    return order.cursor(Place(side, order.anchor_of(item)))
