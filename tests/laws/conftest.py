"""A theatre for each law, on the stores that the tests of the API have."""

import pytest

from publishing.store import Store
from publishing.work import Work
from tests.api.client import Client
from tests.api.conftest import *  # noqa: F403 - these tests have the same world
from tests.laws.walk import Stage, Theatre, tails
from tests.publishing.story import Clock


@pytest.fixture
def theatre(api: Client, store: Store, clock: Clock) -> Theatre:
    return Theatre(api, store, clock, tails())


@pytest.fixture
def undone(theatre: Theatre, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """A stage on which nothing that is done is kept, so that each request meets the same."""
    stage = theatre.stage()
    monkeypatch.setattr(Work, "commit", Work.rollback)
    return stage
