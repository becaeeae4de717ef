"""The publishing API as servers of these tests run it: sound, or with a fault that stays.

The product has no switch for a fault: it is planted here. Passwords cost little, so that many
people can register.
"""

import dataclasses
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import flask

from app import create_app
from handlers.resources import equip, resources
from publishing.facts import KeyInUse
from publishing.passwords import Cost, Passwords
from publishing.retries import Keyed, Turns
from tenor import Problem, Tenor, planting
from tests.api.cells import ENGAGED

NOWHERE = "/nowhere"
"""An address that no operation has, where what runs before each request fails."""


def sound() -> Tenor:
    """The API without a fault."""
    return create_app(passwords=Passwords(cost=Cost(passes=1, memory=8, lanes=1)))


def crashing() -> Tenor:
    """The API, whose handlers crash. One key of everybody's is in use for ever."""
    app = sound()
    with app.app_context():
        usual = resources()
    equip(app, dataclasses.replace(usual, turns=Engaged()))
    fault = app.extensions["fault"] = planting.crashing(app)  # it ends when nobody holds it
    fault.__enter__()
    _fail_nowhere(app, RuntimeError("planted"))
    return app


class Engaged(Turns):
    """Turns, of which the one for the key `ENGAGED` never comes."""

    @contextmanager
    def of(self, request: Keyed) -> Generator[None]:
        if request.key == ENGAGED:
            raise KeyInUse(request.owner)
        with super().of(request):
            yield


def without_store() -> Tenor:
    """The API, whose store was overwritten as a failing disk would.

    A server makes it more than once, and each time on a store that is whole.
    """
    path = Path(os.environ["TENOR_DATABASE_URL"].removeprefix("sqlite:///"))
    path.unlink(missing_ok=True)
    app = sound()
    with app.app_context():
        resources().store.close()
    path.write_bytes(b"This is no database. " * 1000)
    _fail_nowhere(app, Problem(503, "overloaded", headers={"Retry-After": "1"}))
    return app


def _fail_nowhere(app: Tenor, error: Exception) -> None:
    def fail() -> Any:
        if flask.request.path == NOWHERE:
            raise error

    app.before_request(fail)
