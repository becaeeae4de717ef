"""The people and posts that these tests tell of, and the shortest way to have them."""

import subprocess
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import settings
from sqlalchemy import insert

from publishing import accounts, comments, posts, tables, tokens
from publishing.callers import Caller, Role, Scope
from publishing.comments import Comment
from publishing.facts import AccountNotFound
from publishing.passwords import Passwords
from publishing.posts import Content, Post, Status
from publishing.prepared import Prepared
from publishing.sqlite import Driver
from publishing.store import Store
from publishing.work import Intent, Work

PASSWORD = "correct horse battery"
A_DAY = timedelta(days=1)
ENGINE = Content(
    title="The first engine",
    body="It *runs*.",
    tags=("machines", "history"),
    status=Status.PUBLISHED,
)

# A row of an account.
ZOE = {
    "username": "zoe",
    "display_name": "Zoe",
    "role": "author",
    "created_at": datetime(2026, 1, 1, tzinfo=UTC),
    "updated_at": datetime(2026, 1, 1, tzinfo=UTC),
    "version": 1,
}

_JOIN = Prepared(insert(tables.accounts), *ZOE)

OpenStore = Callable[..., Store]

# What a script in a process of its own begins with; it is given a URL, and for SQLite a module and
# a journal.
SCRIPT = """
import importlib, os, signal, sys
from sqlalchemy import update
from publishing import tables
from publishing.facts import StoreUnavailable
from publishing.sqlite import Driver, Journal
from publishing.store import Store
from publishing.work import Intent

url, *own = sys.argv[1:]
driver = Driver(importlib.import_module(own[0]), Journal(own[1])) if own else None
"""


def start(script: str, url: str, driver: Driver | None) -> subprocess.Popen[str]:
    """A process that runs the script on the store at the URL."""
    own = [] if driver is None else [driver.module.__name__, driver.journal.value]
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT + script, url, *own],
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


# The same examples on every run, and none kept between runs.
repeatable = settings(derandomize=True, database=None, deadline=None, max_examples=60)


@dataclass
class Clock:
    """A clock that stands still until it is told otherwise."""

    now: datetime = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, by: timedelta = timedelta(seconds=1)) -> None:
        self.now += by


@contextmanager
def writing(store: Store) -> Generator[Work]:
    """A unit of work that is committed unless it raises."""
    with store.work(Intent.WRITE) as work:
        yield work
        work.commit()


@contextmanager
def reading(store: Store) -> Generator[Work]:
    """A unit of work that only reads."""
    with store.work(Intent.READ) as work:
        yield work


def add(work: Work, username: str) -> None:
    """A row of another account, in a unit of work."""
    assert work.change(_JOIN, ZOE | {"username": username})


def join(store: Store, username: str) -> None:
    """A row of another account, kept."""
    with writing(store) as work:
        add(work, username)


def is_there(store: Store, username: str) -> bool:
    """Whether somebody has the username."""
    with reading(store) as work:
        try:
            return bool(accounts.get(work, username))
        except AccountNotFound:
            return False


class CountingWork(Work):
    """A unit of work that counts its statements."""

    statements = 0

    def execute(self, statement: Any, values: Any = None) -> Any:
        self.statements += 1
        return super().execute(statement, values)

    def _ask(self, statement: Any, values: Any) -> Any:
        self.statements += 1
        return super()._ask(statement, values)

    def change_all(self, *asked: Any) -> Any:
        self.statements += len(asked)
        return super().change_all(*asked)


@contextmanager
def counting(store: Store) -> Generator[CountingWork]:
    """A unit of work that is committed unless it raises, and counts."""
    with CountingWork(store._database, Intent.WRITE, store._clock, store._chance) as work:
        yield work
        work.commit()


@dataclass
class Town:
    """A store with a clock and people in it."""

    store: Store
    clock: Clock
    passwords: Passwords

    def join(self, username: str, role: Role = Role.AUTHOR, password: str = PASSWORD) -> Caller:
        """A new account of the role, acting with all scopes that the role grants."""
        with writing(self.store) as work:
            accounts.register(work, username, username.title(), password, passwords=self.passwords)
        if role is not Role.AUTHOR:
            self.promote(username, role)
        return self.log_in(username, password=password)

    def anybody(self) -> Caller:
        """An author, the same each time."""
        try:
            return self.log_in("anybody")
        except AccountNotFound:
            return self.join("anybody")

    def promote(self, username: str, role: Role) -> None:
        """Give the account another role."""
        if role is Role.ADMIN:
            with writing(self.store) as work:
                accounts.make_admin(work, username)
            return
        root = Caller("root", Role.ADMIN, frozenset(Scope), token_id=0)
        with writing(self.store) as work:
            accounts.change(
                work,
                username,
                accounts.Patch(role=role),
                by=root,
                passwords=self.passwords,
            )

    def log_in(
        self, username: str, *scopes: Scope, password: str = PASSWORD, lifetime: timedelta = A_DAY
    ) -> Caller:
        """The account, acting with a new token."""
        caller = self.bearer(self.issue(username, *scopes, password=password, lifetime=lifetime))
        assert caller is not None
        return caller

    def issue(
        self, username: str, *scopes: Scope, password: str = PASSWORD, lifetime: timedelta = A_DAY
    ) -> str:
        """The secret of a new token, with all scopes that the role grants unless some are named."""
        with reading(self.store) as work:
            granted = accounts.get(work, username).role.scopes
        with writing(self.store) as work:
            issued = tokens.create(
                work, username, password, scopes or granted, lifetime, passwords=self.passwords
            )
        return issued.secret

    def bearer(self, secret: str) -> Caller | None:
        """Who acts with the secret now."""
        with reading(self.store) as work:
            return tokens.authenticate(work, secret)

    def publish(self, by: Caller, title: str = "The first engine", **content: object) -> Post:
        """A published post."""
        return self.write(by, title, **{"status": Status.PUBLISHED} | content)

    def write(self, by: Caller, title: str = "The first engine", **content: object) -> Post:
        """A post, a draft unless said otherwise; each is written a second after the one before."""
        self.clock.advance()
        whole = {"body": "It *runs*."} | content
        with writing(self.store) as work:
            return posts.write(work, Content(title, **whole), by=by)  # pyright: ignore[reportArgumentType] - tests name the fields

    def comment(self, by: Caller, post: Post, body: str = "Does it weave *bugs* too?") -> Comment:
        """A comment on a post; each is written a second after what was before."""
        self.clock.advance()
        with writing(self.store) as work:
            return comments.write(work, post.slug, body, by=by)

    def read(self, slug: str, by: Caller | None = None) -> Post:
        """The post at the slug."""
        with reading(self.store) as work:
            return posts.get(work, slug, by=by)
