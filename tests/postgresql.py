"""A PostgreSQL server for tests: one of Debian's binaries in a folder of its own, or one that runs.

It listens on a socket in that folder and nowhere else. Its order of words is not ours, so that a
column which leaves the order to the database is noticed. It syncs nothing: it need not outlive us.
"""

import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import URL, make_url

PLACES = "/usr/lib/postgresql/*/bin"
MISSING = (
    f"There is no PostgreSQL in {PLACES}: apt-get install postgresql, or name a server that runs "
    "in TENOR_DATABASE_URL."
)
# What a test would wait for without need, and an order of words that is not that of code points.
SETTINGS = {
    "listen_addresses": "''",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "autovacuum": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "shared_buffers": "16MB",
    "lc_messages": "C",
}
ORDER = ("--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en-US")
_PATIENCE = 60


class Server:
    """A server by the URL of a database in which others are made."""

    def __init__(self, url: URL) -> None:
        self._url = url.set(drivername="postgresql")
        self._made: list[str] = []
        self._connection: psycopg.Connection | None = None

    def url(self, database: str, user: str | None = None) -> str:
        """The URL of a database, for the given user or the one that makes databases."""
        url = self._url.set(database=database, username=user or self._url.username)
        return url.render_as_string(hide_password=False)

    def ask(self, statement: str, database: str | None = None) -> list[tuple[Any, ...]]:
        """The rows of a statement outside any transaction."""
        if database is None:
            return _rows(self._host(), statement)
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            return _rows(connection, statement)

    def _host(self) -> psycopg.Connection:
        """The connection that makes databases, the same while it lasts."""
        if self._connection is None or self._connection.closed:
            url = self._url.render_as_string(hide_password=False)
            self._connection = psycopg.connect(url, autocommit=True)
        return self._connection

    def make(self, template: str | None = None) -> str:
        """The name of a new database, empty or made after another one that nobody uses."""
        name = f"tenor_test_{secrets.token_hex(8)}"
        after = "template0 ENCODING 'UTF8'" if template is None else template
        self.ask(f"CREATE DATABASE {name} TEMPLATE {after} STRATEGY file_copy")
        self._made.append(name)
        return name

    def drop(self, database: str) -> None:
        """Remove a database that was made here, whoever uses it."""
        self.ask(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")
        self._made.remove(database)

    def leave(self) -> None:
        """Remove all that was made here, and go."""
        for database in [*self._made]:
            self.drop(database)
        self.hang_up()

    def hang_up(self) -> None:
        """Close the connection that makes databases."""
        if self._connection is not None:
            self._connection.close()


class OwnServer(Server):
    """A server that was started here, and can be stopped."""

    def __init__(self, folder: Path, settings: Mapping[str, str] = SETTINGS) -> None:
        self._folder = folder
        self._settings = settings
        found = binaries()
        assert found is not None, MISSING
        self._bin, self._user = found, account()
        super().__init__(
            URL.create("postgresql", "postgres", database="postgres", query={"host": str(folder)})
        )

    def initialise(self) -> None:
        """Make the files of the server."""
        self._run("initdb", "--no-sync", "--auth=trust", "--username=postgres", *ORDER)
        settings = {**self._settings, "unix_socket_directories": f"'{self._folder}'"}
        with (self._folder / "data" / "postgresql.conf").open("a") as file:
            file.writelines(f"{name} = {value}\n" for name, value in settings.items())

    def start(self) -> None:
        """Start the server, and wait until it answers."""
        self._run("pg_ctl", "start", "--wait", f"--log={self._folder / 'log'}")

    def stop(self) -> None:
        """Stop the server, whoever uses it, and wait until it is gone."""
        self.hang_up()
        self._run("pg_ctl", "stop", "--wait", "--mode=fast")

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._bin / program), f"--pgdata={self._folder / 'data'}", *arguments]
        done = subprocess.run(
            command,
            cwd=self._folder,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if program == "initdb" else subprocess.DEVNULL,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=_PATIENCE,
            check=False,
            **as_user(self._user),
        )
        log = self._folder / "log"
        assert done.returncode == 0, done.stdout or (log.exists() and log.read_text())


def binaries() -> Path | None:
    """Where the newest PostgreSQL of this machine is, if there is one."""
    found = sorted(Path("/").glob(PLACES[1:]), key=lambda path: int(path.parent.name))
    return found[-1] if found else None


def named() -> str | None:
    """The URL of the server that the environment names, if it is one of PostgreSQL."""
    url = os.environ.get("TENOR_DATABASE_URL", "")
    return url if url.startswith("postgresql") else None


def account() -> str | None:
    """Whose the server is: it refuses to be the superuser's, and Debian made a user for it."""
    return "postgres" if os.geteuid() == 0 else None


def as_user(name: str | None) -> dict[str, Any]:
    """What `subprocess.run` takes to run as another user, or as this one."""
    if name is None:
        return {}
    known = pwd.getpwnam(name)
    return {"user": known.pw_uid, "group": known.pw_gid, "extra_groups": []}


def _rows(connection: psycopg.Connection, statement: str) -> list[tuple[Any, ...]]:
    cursor = connection.execute(statement.encode())
    return cursor.fetchall() if cursor.description else []


@contextmanager
def running(settings: Mapping[str, str] = SETTINGS) -> Iterator[OwnServer]:
    """A server of one's own."""
    # Not in a folder of pytest: the server's user could not enter it, and its socket's name
    # would be too long.
    folder = Path(tempfile.mkdtemp(prefix="tenor-"))
    try:
        if (user := account()) is not None:
            shutil.chown(folder, user)
        server = OwnServer(folder, settings)
        server.initialise()
        server.start()
        try:
            yield server
        finally:
            with suppress(AssertionError):  # it was stopped
                server.stop()
    finally:
        shutil.rmtree(folder)


@contextmanager
def given(url: str) -> Iterator[Server]:
    """The server that somebody runs. What is in the database that is named stays as it is."""
    server = Server(make_url(url))
    try:
        yield server
    finally:
        server.leave()
