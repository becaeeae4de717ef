"""The publishing API with some people and posts, who are those of the contract's examples."""

import dataclasses
import random
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from app import create_app
from handlers.resources import equip, resources
from publishing.callers import Role
from publishing.passwords import Cost, Passwords
from publishing.store import Store
from publishing.work import Chance
from settings import Settings
from tenor import Tenor
from tenor.proof.fuzzing import Attempt
from tests.publishing.story import Clock, Town

CHEAP = Passwords(cost=Cost(passes=1, memory=8, lanes=1))
PASSWORD = "poetical science 1843"
"""Ada's, in the examples of the contract: a run can sign in as her."""


EXAMPLE_TAG = '"v1-json"'
"""The tag in the examples of the contract, which nothing here has."""


@dataclass(frozen=True, slots=True)
class Access:
    """Ada's token, with which everything is tried, and one of hers that may be revoked."""

    secret: str
    token_id: int
    spare_id: int

    @property
    def headers(self) -> dict[str, str]:
        """What makes a request hers."""
        return {"Authorization": f"Bearer {self.secret}"}

    def adapt(self, attempt: Attempt) -> None:
        """Have somebody or something else changed in the place of what the run needs to go on.

        Where the examples mean a current tag, any state is good; and none is no state.
        """
        match attempt.operation, attempt.path:
            case "deleteToken", {"id": id_} if str(id_) == str(self.token_id):
                attempt.path["id"] = self.spare_id
            case "deleteAccount", {"username": "ada" | "grace"}:
                attempt.path["username"] = "joan"
            case "changeAccount", {"username": "ada"} if _is_grave(attempt.body):
                attempt.path["username"] = "grace"
            case "deletePost", {"slug": "the-first-engine"}:
                attempt.path["slug"] = "notes-on-the-loom"
            case "deleteComment", {"slug": "the-first-engine", "id": id_} if str(id_) == "1":
                attempt.path["id"] = 2
            case _:
                pass
        if attempt.headers.get("If-Match") == EXAMPLE_TAG:
            attempt.headers["If-Match"] = "*"
            if attempt.headers.get("If-None-Match") == "*":
                del attempt.headers["If-None-Match"]


def _is_grave(change: Any) -> bool:
    return isinstance(change, dict) and bool(change.keys() & {"role", "password"})


def found(place: Path, clock: Clock, chance: Chance = secrets.token_bytes) -> Access:
    """Write a few people and posts to a new database. Ada is an admin, so nothing is beyond her."""
    store = Store.open(f"sqlite:///{place}", clock=clock, chance=chance)
    store.migrate()
    town = Town(store, clock, CHEAP)
    ada = town.join("ada", Role.ADMIN, password=PASSWORD)
    grace = town.join("grace")
    town.join("joan")
    engine = town.publish(ada, "The first engine", tags=("engines", "history"))
    town.comment(grace, engine)
    town.comment(ada, engine, "It originates nothing. We would have to weave them ourselves.")
    town.write(ada, "Notes on the loom")
    town.publish(grace, "A bug in the relay", tags=("engines",))
    secret = town.issue("ada", password=PASSWORD)
    caller = town.bearer(secret)
    assert caller is not None
    store.close()
    return Access(secret, token_id=caller.token_id, spare_id=ada.token_id)


@dataclass
class Ticking(Clock):
    """A clock by which no two things happen at once, and the same things at the same time."""

    def __call__(self) -> datetime:
        self.advance(timedelta(milliseconds=1))
        return self.now


def settle(folder: Path) -> tuple[Tenor, Access]:
    """The API in this process, its time and chance made up: it answers alike in each run."""
    place = folder / "tenor.db"
    clock, chance = Ticking(), random.Random(1).randbytes
    access = found(place, clock, chance)
    settings = Settings(database_url=f"sqlite:///{place}", public_url="http://localhost")
    app = create_app(settings, passwords=CHEAP)
    with app.app_context():
        usual = resources()
    usual.store.close()
    store = Store.open(settings.database_url, clock=clock, chance=chance)
    equip(app, dataclasses.replace(usual, store=store))
    return app, access
