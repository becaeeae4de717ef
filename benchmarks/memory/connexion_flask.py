"""The application in connexion's FlaskApp, which most have that come from Flask.

It differs from the faster AsyncApp in nothing else: each operation runs in a thread.
"""

from typing import Any

from connexion import FlaskApp

from benchmarks.memory import connexion_stock as stock

known = stock.known


def get_post(slug: str) -> Any:
    """Read a post."""
    return _run(stock.get_post(slug))


def list_posts(limit: int) -> Any:
    """List the newest posts."""
    return _run(stock.list_posts(limit))


def create_post(body: dict[str, Any]) -> Any:
    """Write a post, in the place of the one with the same title."""
    return _run(stock.create_post(body))


def _run(operation: Any) -> Any:
    """The answer of an operation that waits for nothing: no loop is needed."""
    try:
        operation.send(None)
    except StopIteration as ended:
        return ended.value
    raise RuntimeError("an operation waits for something")


app = stock.made(FlaskApp(__name__, jsonifier=stock.JSON), __name__)
