"""Prepared statements: written with SQLAlchemy, compiled once, and run on the driver itself.

For a statement that it knows, SQLAlchemy looks up how it was compiled, checks and orders what it is
given, and wraps what is found: several times what a database takes to find a row. All of that is
the same each time but for the values, and so it is done once for each kind of database.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import count
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy import ClauseElement, Dialect, Executable
from sqlalchemy.dialects.postgresql.base import PGDialect
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.selectable import ReturnsRows
from sqlalchemy.types import TypeEngine

_AnySelect = sa.Select[*tuple[Any, ...]]
Row = tuple[Any, ...]
Values = Mapping[str, Any]
Found = tuple[list[Row], int]
"""The rows that were found, and how many were changed."""

SQLITE: Dialect = SQLiteDialect_pysqlite()
POSTGRESQL: Dialect = PGDialect(paramstyle="numeric_dollar")

_numbers = count(1)


class Prepared:
    """A statement, whose parameters have names.

    `columns` are those that an insertion or an update writes, each from the parameter of its name.
    `most` is how many rows a selection has at most, whatever its parameter `limit` is.
    """

    __slots__ = ("_columns", "_forms", "_most", "statement")

    def __init__(self, statement: Executable, *columns: str, most: int | None = None) -> None:
        self.statement = statement
        self._columns = columns or None
        self._most = most
        self._forms: dict[str, Form] = {}

    @property
    def writes(self) -> bool:
        """Whether it changes anything."""
        return self.statement.is_dml

    def on(self, dialect: Dialect) -> "Form":
        """The statement as a kind of database takes it."""
        form = self._forms.get(dialect.name)
        if form is None:
            statement = self.statement
            if self._most is not None and dialect is POSTGRESQL:
                statement = _bounded(cast(_AnySelect, statement), self._most)
            form = self._forms[dialect.name] = Form(statement, dialect, self._columns)
        return form


def _bounded(statement: _AnySelect, most: int) -> _AnySelect:
    """The same page of a list, planned for as many rows as it may have.

    PostgreSQL plans once for whatever it will be given, and takes a limit that it does not know for
    a tenth of all rows: it would read and sort them all where it had to find twenty.
    """
    page = statement.limit(sa.literal_column(str(most), sa.Integer)).subquery()
    return sa.select(page).limit(sa.bindparam("limit"))


class Form:
    """A statement as one kind of database takes it.

    `name` is that of this form and of no other.
    """

    __slots__ = ("_constants", "_given", "_results", "name", "sql")

    def __init__(
        self, statement: Executable, dialect: Dialect, columns: Sequence[str] | None
    ) -> None:
        # All that can be executed can be compiled, though SQLAlchemy's types do not say so.
        element = cast(ClauseElement, statement)
        compiled = cast(SQLCompiler, element.compile(dialect=dialect, column_keys=columns))
        self.sql = str(compiled)
        self.name = f"tenor_{next(_numbers)}".encode()
        self._constants: Values = {
            name: compiled.binds[name].effective_value
            for name in compiled.positiontup or ()
            if not compiled.binds[name].required
        }
        self._given = tuple(
            (name, _impl(compiled.binds[name].type, dialect).bind_processor(dialect))
            for name in compiled.positiontup or ()
        )
        found = statement.exported_columns if isinstance(statement, ReturnsRows) else ()
        results = [_impl(each.type, dialect).result_processor(dialect, None) for each in found]
        self._results = tuple((at, process) for at, process in enumerate(results) if process)

    def arguments(self, values: Values) -> Row:
        """The values in the order in which the statement asks for them."""
        if self._constants:
            values = {**values, **self._constants}
        return tuple(
            [
                values[name] if process is None else process(values[name])
                for name, process in self._given
            ]
        )

    def read(self, rows: list[Row]) -> list[Row]:
        """What was found, as values: column by column, for a loop over each row costs more."""
        if not rows or not self._results:
            return rows
        if len(rows) == 1:
            row = [*rows[0]]
            for at, process in self._results:
                row[at] = process(row[at])
            return [tuple(row)]
        columns: list[Iterable[Any]] = [*zip(*rows, strict=True)]
        for at, process in self._results:
            columns[at] = map(process, columns[at])
        return [*zip(*columns, strict=True)]


def _impl(type_: TypeEngine[Any], dialect: Dialect) -> TypeEngine[Any]:
    return type_.dialect_impl(dialect)
