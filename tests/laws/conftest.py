"""A theatre for each law, on the stores that the tests of the API have."""

import pytest

from publishing.store import Store
from tests.api.client import Client
from tests.api.conftest import *  # noqa: F403 - these tests have the same world
from tests.laws.walk import Theatre, tails


@pytest.fixture
def theatre(api: Client, store: Store) -> Theatre:
    return Theatre(api, store, tails())
