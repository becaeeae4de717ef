"""What handlers work with: what the process has one of, and the unit of work of each request."""

from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import NamedTuple, cast

from flask import Flask, current_app

from handlers.addresses import Addresses
from handlers.rendered import Rendered
from publishing.passwords import Passwords
from publishing.retries import Turns
from publishing.store import Store
from publishing.work import Intent, Work

_KEY = "publishing"


@dataclass(frozen=True, slots=True)
class Resources:
    """What a process has one of."""

    store: Store
    passwords: Passwords
    addresses: Addresses
    turns: Turns = field(default_factory=Turns)
    rendered: Rendered = field(init=False, default_factory=Rendered)
    """What was rendered of what this store keeps, and of no other: it goes with no copy."""


class _Here(NamedTuple):
    """What a request has of its own, and what its process has."""

    work: Work
    resources: Resources
    query: str


# Looked up once for each request: Flask's way to its application is most of what an address costs,
# and a page has many.
_here: ContextVar[_Here] = ContextVar("here")


def equip(app: Flask, resources: Resources) -> None:
    """Give the handlers of an application what they work with."""
    app.extensions[_KEY] = resources


def resources() -> Resources:
    """The resources of the current application."""
    return cast(Resources, current_app.extensions[_KEY])


def at_hand() -> Resources:
    """The same in less time, for what a request asks often."""
    here = _here.get(None)
    return resources() if here is None else here.resources


def address(endpoint: str, **values: object) -> str:
    """The absolute address of an operation, on the public URL whatever host was asked."""
    here = _here.get(None)
    known = resources() if here is None else here.resources
    return known.addresses.of(endpoint, **values)


def work() -> Work:
    """The unit of work of this request. Its owner ends it."""
    return _here.get().work


def one_read() -> Work:
    """The unit of work of this request, for an answer that takes one statement for reading."""
    return _here.get().work.single()


def query() -> str:
    """The query of this request as it was sent.

    Flask knows it, too, but would make a request of its own for it.
    """
    return _here.get().query


class working:  # noqa: N801 - it is used as a word: `with working(...) as unit`
    """A unit of work that is `work()` for as long as it is open.

    A class and not a generator, because each request opens one: it takes a third of the time.
    """

    __slots__ = ("_intent", "_query", "_token", "_unit")

    def __init__(self, intent: Intent, query: str = "") -> None:
        self._intent = intent
        self._query = query

    def __enter__(self) -> Work:
        of_process = resources()
        self._unit = of_process.store.work(self._intent)
        self._token = _here.set(_Here(self._unit, of_process, self._query))
        return self._unit

    def __exit__(self, *raised: object) -> None:
        try:
            self._unit.rollback()
        finally:
            _here.reset(self._token)
