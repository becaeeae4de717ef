"""The publishing API on a store that was filled before, without limits of how often.

tenor serve --app benchmarks.growth.publishing
"""

import os

from app import create_app as created
from settings import Settings
from tenor import Tenor

STORE = "BENCHMARK_DATABASE_URL"
"""The variable that names the store."""


def create_app() -> Tenor:
    """The application as it is served."""
    return created(Settings(database_url=os.environ[STORE]))
