"""The publishing API with its gate off, which nobody serves: it shows what the gate costs."""

from app import create_app
from tenor import Tenor


def ungated() -> Tenor:
    """The API, whose answers leave unjudged."""
    return create_app(policy="ignore")
