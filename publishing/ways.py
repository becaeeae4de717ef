"""Two ways to the posts of a page: along their order, or through those that a condition finds.

Along the order, a page ends as soon as it is full, and what is rare is looked for among all posts.
Through what is found, all of it is read and sorted, and what is common is everything. SQLite has no
statistics and would always go along an order that has an index; PostgreSQL has some of frequent
words and tags, takes any other for nearly as frequent, and goes along the order too: one post among
a million was found in six seconds. So they are made to count, up to a bound, how much there is to
be found.
"""

from collections.abc import Callable, Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.visitors import replacement_traverse

MANY = 4000
"""From how many on it is dearer to read and sort what is found than to look for it.

To sort as many takes up to fifty milliseconds. To meet some of them along an order may take one, or
seconds where they stand together at its end.
"""

Condition = sa.ColumnElement[bool]


class IfFew(FunctionElement[int]):
    """The parameter `limit` where a number is below `MANY`, and 0 else.

    A limit is looked at once, and before anything is read.
    """

    inherit_cache = True
    type = sa.Integer()

    def __init__(self, number: sa.ColumnElement[int]) -> None:
        super().__init__(sa.bindparam("limit", type_=sa.Integer), number)


class IfMany(IfFew):
    """The parameter `limit` where a number is not below `MANY`, and 0 else."""

    inherit_cache = True


@compiles(IfFew, "sqlite")
def _if_few(element: IfFew, compiler: SQLCompiler, **options: Any) -> str:
    limit, number = (compiler.process(each, **options) for each in element.clauses)
    return f"{limit} * ({number} {'>=' if isinstance(element, IfMany) else '<'} {MANY})"


@compiles(IfFew, "postgresql")
def _case_few(element: IfFew, compiler: SQLCompiler, **options: Any) -> str:
    limit, number = (compiler.process(each, **options) for each in element.clauses)
    holds = f"{number} {'>=' if isinstance(element, IfMany) else '<'} {MANY}"
    return f"CASE WHEN {holds} THEN CAST({limit} AS bigint) ELSE 0 END"


class Unordered(FunctionElement[Any]):
    """A column along whose index is not to be read: an expression is looked at as no column."""

    inherit_cache = True

    def __init__(self, column: sa.ColumnElement[Any]) -> None:
        super().__init__(column)
        self.type = column.type


@compiles(Unordered, "sqlite")
def _plus(element: Unordered, compiler: SQLCompiler, **options: Any) -> str:
    (column,) = (compiler.process(each, **options) for each in element.clauses)
    return f"+{column}"


@compiles(Unordered, "postgresql")
def _coalesced(element: Unordered, compiler: SQLCompiler, **options: Any) -> str:
    (column,) = (compiler.process(each, **options) for each in element.clauses)
    return f"COALESCE({column}, {column})"


def counted(table: sa.Table, condition: Condition) -> sa.ColumnElement[int]:
    """How many rows there are, up to `MANY`."""
    bound = sa.literal_column(str(MANY), sa.Integer)  # a parameter would be looked at: `pages`
    found = sa.select(sa.literal(1)).select_from(table).where(condition).limit(bound)
    return sa.select(sa.func.count()).select_from(found.subquery()).scalar_subquery()


def unordered(columns: Collection[sa.Column[Any]]) -> Callable[[Condition], Condition]:
    """Makes a condition one that leads along none of these columns."""
    named = frozenset[object](columns)

    def replaced(element: Any, **_: object) -> Any:
        return Unordered(element) if element in named else None

    return lambda condition: replacement_traverse(condition, {}, replaced)
