"""The publishing API on SQLite: its answers are measured with its gate on and off.

Both sides read the same store, which is made and filled before.
"""

import os
from pathlib import Path
from typing import Any

from werkzeug.test import Client

from app import create_app
from settings import Settings
from tenor import Tenor

STORE = "BENCHMARK_STORE"
"""The variable that names the file of the store."""

_PASSWORD = "poetical science 1843"  # noqa: S105 - of an account that lives as long as the measurement


def gated() -> Tenor:
    """The application as it is served: an answer that breaks the contract does not leave."""
    return _made("prevent")


def ungated() -> Tenor:
    """The same application, whose answers leave unjudged."""
    return _made("ignore")


def _made(policy: str) -> Tenor:
    path = Path(os.environ[STORE])
    return create_app(Settings(database_url=f"sqlite:///{path}"), policy=policy)


def fill(path: Path) -> None:
    """Make a store with forty posts."""
    os.environ[STORE] = str(path)
    client = Client(gated())
    account = {"username": "ada", "display_name": "Ada Lovelace", "password": _PASSWORD}
    _sent(client, "/accounts", account)
    wanted = {"username": "ada", "password": _PASSWORD, "scopes": ["posts:write"]}
    token = _sent(client, "/tokens", wanted)["secret"]
    text = "It weaves *algebraical patterns*, just as the loom weaves flowers and leaves. " * 3
    for number in range(40):
        post = {"title": f"The engine {number}", "body": text, "status": "published"}
        _sent(client, "/posts", post, token=token)


def _sent(client: Client, path: str, body: Any, token: str = "") -> Any:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    reply = client.post(path, json=body, headers=headers)
    assert reply.status_code == 201, reply.text
    assert reply.json is not None
    return reply.json["data"]
