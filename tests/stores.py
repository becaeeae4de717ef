"""Where tests find stores: files of SQLite, or databases of a PostgreSQL server."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Protocol

from sqlalchemy import make_url

from tests import postgresql
from tests.postgresql import Server

KINDS = ("sqlite", "postgresql")


class Stores(Protocol):
    """Stores of one kind, each known by its URL."""

    def make(self, template: str | None = None) -> str:
        """A new place for a store: with nothing in it, or like another that nobody has open."""
        ...

    def renew(self, url: str) -> None:
        """Begin anew with nothing, also where all is lost."""
        ...

    def ruin(self, url: str) -> None:
        """Lose what is kept, so that it answers no more."""
        ...

    def content(self, url: str) -> bytes:
        """All that is kept, in some form."""
        ...

    def drop(self, url: str) -> None:
        """Clear away a store that nobody needs."""
        ...


class Files:
    """Stores of SQLite, below a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count(1)

    def make(self, template: str | None = None) -> str:
        path = self._folder / str(next(self._numbers)) / "tenor.db"
        if template is not None:
            path.parent.mkdir(parents=True)
            shutil.copyfile(file_of(template), path)
        return f"sqlite:///{path}"

    def renew(self, url: str) -> None:
        for path in self._files(url):
            path.unlink()

    def ruin(self, url: str) -> None:
        for path in self._files(url):
            path.write_bytes(b"This is no database. " * 1000)

    def content(self, url: str) -> bytes:
        return b"".join(path.read_bytes() for path in self._files(url))

    def drop(self, url: str) -> None:
        shutil.rmtree(file_of(url).parent, ignore_errors=True)

    def _files(self, url: str) -> list[Path]:
        path = file_of(url)
        return [*path.parent.glob(f"{path.name}*")]


class Databases:
    """Stores of PostgreSQL, on one server."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def make(self, template: str | None = None) -> str:
        made = self._server.make(None if template is None else database_of(template))
        return self._server.url(made)

    def renew(self, url: str) -> None:
        self._server.ask(f"DROP DATABASE IF EXISTS {database_of(url)} WITH (FORCE)")
        self._server.ask(f"CREATE DATABASE {database_of(url)} TEMPLATE template0 ENCODING 'UTF8'")

    def ruin(self, url: str) -> None:
        self._server.ask(f"ALTER DATABASE {database_of(url)} ALLOW_CONNECTIONS false")
        self.end_sessions(url)

    def end_sessions(self, url: str) -> None:
        """End all sessions of a store, as a server does that goes down."""
        self._server.ask(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            f"WHERE datname = '{database_of(url)}'"
        )

    def content(self, url: str) -> bytes:
        tables = self._server.ask(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'", database_of(url)
        )
        rows = [self._server.ask(f"SELECT t::text FROM {t} t", database_of(url)) for (t,) in tables]
        return repr(rows).encode()

    def drop(self, url: str) -> None:
        self._server.drop(database_of(url))


@contextmanager
def of_kind(kind: str, folder: Path) -> Iterator[Stores]:
    """Stores of this kind; those of PostgreSQL on a server that runs as long."""
    if kind == "sqlite":
        yield Files(folder)
        return
    url = postgresql.named()
    with postgresql.running() if url is None else postgresql.given(url) as server:
        yield Databases(server)


def stores_beside(url: str) -> Stores:
    """Stores of the kind of one that is known, at the same place."""
    if url.startswith("sqlite:"):
        return Files(file_of(url).parent)
    return Databases(Server(make_url(url).set(database="postgres")))


def file_of(url: str) -> Path:
    """The file that a URL of SQLite names."""
    return Path(url.removeprefix("sqlite:///"))


def database_of(url: str) -> str:
    """The database that a URL of PostgreSQL names."""
    return make_url(url).database or ""
