"""What the errors of PostgreSQL mean for the store, by SQLSTATE."""

from typing import Any

import psycopg

from publishing.facts import StoreMisconfigured, StoreUnavailable

# The classes and codes of SQLSTATE by which the fault lies with the machine, with whoever runs the
# server, or with another process. Whatever else is said is about a statement, and a fault of ours.
_UNAVAILABLE = (
    "0A000",  # another release has changed what a statement gives that was prepared before
    "08",  # the connection is lost
    "25006",  # it is read-only: a standby, or by order
    "25P03",  # the connection was silent for too long
    "40",  # this transaction was chosen to give way
    "53",  # disk, memory or connections are used up
    "55P03",  # a lock is not to be had
    "57",  # it shuts down, starts up, or was told to cancel
    "58",  # its disk fails
    "XX001",  # its files are damaged
    "XX002",
)
# Those after which the connection is of no use, even where it still seems to be there. The next may
# lead to another server, where the URL names several.
_LOST = ("0A000", "08", "25006", "25P03", "57P")
# Those that stay until somebody changes the server or the URL.
_MISCONFIGURED = ("28", "3D000", "3F000", "42501")


def rename(error: BaseException, place: str) -> None:
    """Raise what a driver's error means for the store; let be what is a fault of ours."""
    if not isinstance(error, psycopg.Error):
        return
    state = error.sqlstate
    # Without a code it is the client who speaks, of a connection that failed or was lost.
    if isinstance(error, psycopg.OperationalError) and state is None:
        raise StoreUnavailable(sentence(error)) from error
    if state is not None and state.startswith(_UNAVAILABLE):
        raise StoreUnavailable(sentence(error)) from error
    if state is not None and state.startswith(_MISCONFIGURED):
        raise StoreMisconfigured(
            place,
            sentence(error),
            "Let its user connect, own the database, or create in its schema.",
        ) from error


def is_lost(error: BaseException, connection: psycopg.Connection[Any]) -> bool:
    """Whether the connection is of no use after this error."""
    state = error.sqlstate if isinstance(error, psycopg.Error) else None
    return connection.closed or (state is not None and state.startswith(_LOST))


def sentence(error: BaseException | None) -> str:
    """What an error says first. What follows may repeat what was to be kept."""
    return str(error).partition("\n")[0].rstrip(".")
