"""The contract as a server gives it, and the server to try the clients on."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients.building import Document
from tests.server import servers
from tests.server.servers import ROOT, Server
from tests.server.wire import request
from tools import generators

BUILT = ROOT / "dist" / "clients"


@pytest.fixture(scope="session", autouse=True)
def installed() -> None:
    """What reads the contract is there, as the locks say."""
    assert generators.is_provided(), "Run: make clients"


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The API on a store of its own."""
    folder = tmp_path_factory.mktemp("clients")
    env = {"TENOR_DATABASE_URL": f"sqlite:///{folder}/tenor.db"}
    with servers.granian("app:create_app", folder, env=env) as running:
        yield running


@pytest.fixture(scope="session")
def contract(server: Server) -> Document:
    """The contract as everybody gets it."""
    answer = server.ask(request("GET", "/openapi.json"))
    assert answer.status == 200
    return json.loads(answer.body)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder for a client that is not kept."""
    return tmp_path / "client"
