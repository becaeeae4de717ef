"""The browser, the API as servers, and an author who fills them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder, TestResponse

from tests.api.client import Caller
from tests.browser import devtools
from tests.browser.devtools import Browser, Page
from tests.server import servers
from tests.server.servers import ROOT, Server
from tests.server.wire import request

SHOTS = ROOT / "dist" / "browser"
Contract = dict[str, Any]
SCOPES = ("posts:write", "comments:write", "accounts:write")


@dataclass(frozen=True)
class Visitor(Caller):
    """A caller of a server."""

    server: Server = field(kw_only=True)

    @property
    def address(self) -> str:
        """Where the server is."""
        return f"http://127.0.0.1:{self.server.port}"

    def open(
        self, method: str, path: str, headers: list[tuple[str, str]], content: bytes | None
    ) -> TestResponse:
        """The answer to a request as it is."""
        lines = [f"{name}: {value}" for name, value in headers]
        answer = self.server.ask(request(method, path, *lines, body=content or b""))
        asked = EnvironBuilder(path="/", method=method).get_request()
        return TestResponse(
            [answer.body], str(answer.status), Headers(list(answer.headers)), request=asked
        )


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Chromium without a window."""
    with devtools.launched(tmp_path_factory.mktemp("browser")) as running:
        yield running


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of the test's own."""
    with browser.page() as opened:
        yield opened


@pytest.fixture(scope="session")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The API as it is."""
    yield from _served("tests.server.faulty:sound", tmp_path_factory.mktemp("sound"))


@pytest.fixture(scope="session")
def careless(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The API without what keeps its pages harmless."""
    yield from _served("tests.browser.careless:create_app", tmp_path_factory.mktemp("careless"))


def _served(app: str, folder: Path) -> Iterator[Server]:
    env = {"TENOR_DATABASE_URL": f"sqlite:///{folder}/tenor.db"}
    with servers.granian(app, folder, env=env) as running:
        yield running


def author_at(server: Server, username: str = "ada") -> Visitor:
    """An author at a server that does not know them yet."""
    anyone = Visitor(server=server)
    assert anyone.register(username).status_code == 201
    return anyone.sign_in(username, *SCOPES)


@pytest.fixture(scope="session")
def ada(sound: Server) -> Visitor:
    """An author at the sound server."""
    return author_at(sound)


@pytest.fixture(scope="session")
def contract(sound: Server) -> Contract:
    """The contract as everybody gets it."""
    return json.loads(sound.ask(request("GET", "/openapi.json")).body)


def shoot(page: Page, name: str) -> Path:
    """Take a picture of what is seen of the page, for whoever wants to look at it."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    file = SHOTS / f"{name}.png"
    file.write_bytes(page.picture())
    return file
