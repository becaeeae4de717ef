"""What handlers work with: what the process has one of, and the unit of work of each request."""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import cast

from flask import Flask, current_app

from handlers.addresses import Addresses
from publishing.passwords import Passwords
from publishing.retries import Turns
from publishing.store import Store
from publishing.work import Intent, Work

_KEY = "publishing"
_work: ContextVar[Work] = ContextVar("work")


@dataclass(frozen=True, slots=True)
class Resources:
    """What a process has one of."""

    store: Store
    passwords: Passwords
    addresses: Addresses
    turns: Turns = field(default_factory=Turns)


def equip(app: Flask, resources: Resources) -> None:
    """Give the handlers of an application what they work with."""
    app.extensions[_KEY] = resources


def resources() -> Resources:
    """The resources of the current application."""
    return cast(Resources, current_app.extensions[_KEY])


def address(endpoint: str, **values: object) -> str:
    """The absolute address of an operation, on the public URL whatever host was asked."""
    return resources().addresses.of(endpoint, **values)


def work() -> Work:
    """The unit of work of this request. Its owner ends it."""
    return _work.get()


@contextmanager
def working(intent: Intent) -> Generator[Work]:
    """A unit of work that is `work()` for as long as it is open."""
    with resources().store.work(intent) as unit:
        token = _work.set(unit)
        try:
            yield unit
        finally:
            _work.reset(token)
