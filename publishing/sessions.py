"""A session of PostgreSQL, spoken to through libpq itself.

psycopg wraps libpq twice. Its cursors adapt any value to any type, follow notices and wait in
Python: three times what it costs to send a prepared statement and to read its rows, in processor
and in time. Here statements are known and their values of five types; psycopg makes the connection,
reads the rows, and runs what is rare.
"""

import select
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

import psycopg
from psycopg.adapt import Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, ExecStatus, Format, TransactionStatus
from psycopg.pq.abc import PGconn, PGresult
from sqlalchemy import Connection

from publishing import connections
from publishing.prepared import POSTGRESQL, Form, Found, Prepared, Row, Values
from publishing.sqlstates import is_lost, rename
from publishing.work import Asked

_MOST_PREPARED = 500
"""How many statements a session keeps prepared; after that it begins anew."""


_Written = tuple[list[bytes | None], list[int] | None]


class Session(connections.Line):
    """A connection to the server, and the statements that were prepared on it.

    Whatever it does may raise `StoreUnavailable`.
    """

    __slots__ = ("_pg", "_place", "_prepared", "_raw", "_rows", "is_lost")

    def __init__(self, connection: Connection, raw: psycopg.Connection[Any], place: str) -> None:
        super().__init__(connection)
        self.is_lost = False
        self._raw = raw
        self._place = place
        self._pg: PGconn = raw.pgconn
        self._prepared = set[bytes]()
        self._rows = Transformer(raw)

    @property
    def status(self) -> TransactionStatus:
        """Whether it is in a transaction, and whether that has failed."""
        return TransactionStatus(self._pg.transaction_status)

    def command(self, sql: bytes) -> None:
        """Begin or end a transaction."""
        try:
            self._checked(self._pg.exec_(sql))
        except psycopg.Error as error:
            self._tell(error)
            raise

    def ask(self, statement: Prepared, values: Values) -> Found:
        """What a statement finds, or changes."""
        form = statement.on(POSTGRESQL)
        written, formats = _written(form.arguments(values))
        try:
            self._prepare(form)
            result = self._pg.exec_prepared(form.name, written, formats, Format.BINARY)  # pyright: ignore[reportArgumentType] - None is NULL, which the declaration forgets
            self._checked(result)
        except psycopg.Error as error:
            self._tell(error)
            raise
        return self._found(form, result)

    def ask_all(
        self,
        asked: Sequence[Asked],
        *,
        after: Sequence[bytes] = (),
        once_sent: Callable[[], None] | None = None,
    ) -> list[Found]:
        """What several statements find or change, after some commands, all in one round trip."""
        forms = [statement.on(POSTGRESQL) for statement, _ in asked]
        given = [form.arguments(values) for form, (_, values) in zip(forms, asked, strict=True)]
        try:
            for form in forms:
                self._prepare(form)
            self._send(after, zip(forms, map(_written, given), strict=True))
            if once_sent is not None:
                once_sent()
            results = self._received()
            for result in results:
                self._checked(result)
        except psycopg.Error as error:
            self._tell(error)
            raise
        return [self._found(*each) for each in zip(forms, results[len(after) :], strict=True)]

    def is_reset(self) -> bool:
        """End the transaction, and say whether the session is of use for another."""
        if self.is_lost or self.connection.invalidated or self._raw.closed:
            return False
        is_open = self.status in _OPEN
        if is_open and self._pg.exec_(b"ROLLBACK").status != ExecStatus.COMMAND_OK:
            return False
        if self.connection.in_transaction():
            self.connection.rollback()
        return self.status is TransactionStatus.IDLE

    def _prepare(self, form: Form) -> None:
        if form.name in self._prepared:
            return
        if len(self._prepared) >= _MOST_PREPARED:
            self.command(b"DEALLOCATE ALL")
            self._prepared.clear()
        self._checked(self._pg.prepare(form.name, form.sql.encode()))
        self._prepared.add(form.name)

    def _send(self, commands: Iterable[bytes], asked: Iterable[tuple[Form, _Written]]) -> None:
        pg = self._pg
        pg.enter_pipeline_mode()
        for command in commands:
            pg.send_query_params(command, None)
        for form, (written, formats) in asked:
            pg.send_query_prepared(form.name, written, formats, Format.BINARY)
        pg.pipeline_sync()

    def _received(self) -> list[PGresult]:
        """All results up to the end of what was sent, waited for where libpq would hold the GIL."""
        pg, results = self._pg, list[PGresult]()
        socket = select.poll()
        while True:
            # A server that has much to say stops reading until it was heard.
            is_sent = pg.flush() == 0
            while not pg.is_busy():
                result = pg.get_result()
                if result is None:
                    continue
                if result.status == ExecStatus.PIPELINE_SYNC:
                    pg.exit_pipeline_mode()
                    return results
                results.append(result)
                if pg.status != ConnStatus.OK:
                    raise _lost(pg)
            socket.register(pg.socket, select.POLLIN if is_sent else select.POLLIN | select.POLLOUT)
            if any(event & ~select.POLLOUT for _, event in socket.poll()):
                pg.consume_input()

    def _found(self, form: Form, result: PGresult) -> Found:
        self._rows.set_pgresult(result)
        rows: list[Row] = self._rows.load_rows(0, result.ntuples, tuple)
        return form.read(rows), result.command_tuples or 0

    def _tell(self, error: psycopg.Error) -> None:
        self.is_lost = is_lost(error, self._raw)
        rename(error, self._place)

    def _checked(self, result: PGresult) -> None:
        if result.status in _GOOD:
            return
        error = error_from_result(result, "utf-8")
        # Without a code it is the client who speaks, of a connection that was lost.
        raise error if error.sqlstate else _lost(self._pg) from error


def _lost(pg: PGconn) -> psycopg.OperationalError:
    return psycopg.OperationalError(pg.get_error_message())


_GOOD = {ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK}
_OPEN = {TransactionStatus.INTRANS, TransactionStatus.INERROR}


def _written(arguments: Row) -> _Written:
    """The values as text, but for bytes, which are marked as such."""
    written = [_text(value) for value in arguments]
    if bytes not in map(type, arguments):
        return written, None
    return written, [isinstance(value, bytes) for value in arguments]


def _text(value: object) -> bytes | None:
    match value:
        case str():
            if "\0" in value:  # libpq would take what is before it for the whole
                raise psycopg.DataError("PostgreSQL text cannot contain NUL")
            return value.encode()
        case bytes() | None:
            return value
        case int():
            return b"%d" % value
        case datetime():
            return value.isoformat().encode()
        case _:
            raise TypeError(f"a {type(value).__name__} is not asked for by any statement")
