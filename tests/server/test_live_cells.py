"""Every answer that the contract declares is given by a server, as it is in process."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from itertools import count

import pytest
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder, TestResponse

from app import CONTRACT
from tenor import cells, document
from tenor.cells import Cell
from tenor.ledger import LEDGER
from tenor.recorder import baggage_of
from tenor.witnesses import Label
from tests.api.cells import GOOD, Names, World, expect, settled, with_an_odd_query
from tests.api.client import Caller
from tests.server import servers
from tests.server.servers import Server
from tests.server.wire import request

DECLARED = cells.declared(document.load(CONTRACT).expanded())
SUITE = "live"


@dataclass(frozen=True)
class Live(Caller):
    """A caller of a server, who says which test asks."""

    server: Server = field(kw_only=True)
    test: str = field(kw_only=True)

    def open(
        self, method: str, path: str, headers: list[tuple[str, str]], content: bytes | None
    ) -> TestResponse:
        """The answer to a request as it is."""
        headers = [*headers, ("Baggage", baggage_of(Label(SUITE, self.test)))]
        lines = [f"{name}: {value}" for name, value in headers]
        answer = self.server.ask(request(method, path, *lines, body=content or b""))
        asked = EnvironBuilder(path=path, method=method).get_request()
        return TestResponse(
            [answer.body], str(answer.status), Headers(list(answer.headers)), request=asked
        )


@dataclass(frozen=True)
class Servers:
    """The API as it is, and with the faults that these tests gave it."""

    sound: Server
    crashing: Server
    without_store: Server
    limited: Server


@dataclass(frozen=True)
class OverTheWire:
    """An Ada of the test's own, and servers with and without faults."""

    ada: Live
    names: Names
    servers: Servers

    def failing(self, cell: Cell) -> Caller:
        return replace(self.ada, server=self.servers.crashing)

    def without_store(self, cell: Cell) -> Caller:
        return replace(self.ada, server=self.servers.without_store)

    def engaged(self) -> Caller:
        return replace(self.ada, server=self.servers.crashing)

    def tired(self, cell: Cell) -> Caller:
        tired = replace(self.ada, server=self.servers.limited)
        with_an_odd_query(GOOD[cell.operation]).made_by(tired, self.names)
        return tired

    def choosy(self) -> Caller:
        return self.ada


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """The servers. All share a store, so that Ada is known to them, but one that broke its own."""
    folder = tmp_path_factory.mktemp("live")
    env = {"TENOR_ALLOWED_HOSTS": "tenor.example"}
    if LEDGER in os.environ:
        env[LEDGER] = os.environ[LEDGER]
    numbers = count()
    with ExitStack() as stack:

        def start(factory: str, store: str, **more: str) -> Server:
            own = folder / str(next(numbers))
            own.mkdir()
            url = {"TENOR_DATABASE_URL": f"sqlite:///{folder}/{store}.db"}
            app = f"tests.server.faulty:{factory}"
            return stack.enter_context(servers.granian(app, own, env=env | url | more))

        yield Servers(
            sound=start("sound", "sound"),
            crashing=start("crashing", "sound"),
            without_store=start("without_store", "broken"),
            limited=start("sound", "sound", **dict.fromkeys(servers.UNLIMITED, "1/hour")),
        )


@pytest.fixture
def world(running: Servers, request: pytest.FixtureRequest, tails: Iterator[str]) -> OverTheWire:
    ada, names = settled(Live(server=running.sound, test=request.node.nodeid), next(tails))
    return OverTheWire(ada, names, running)


@pytest.fixture(scope="module")
def tails() -> Iterator[str]:
    """What tells the people of one test from those of another."""
    return map(str, count(1))


@pytest.mark.parametrize("cell", DECLARED, ids=lambda cell: str(cell).replace(" ", "-"))
def test_a_declared_answer_is_given_by_a_server(cell: Cell, world: World):
    expect(cell, DECLARED[cell], world)
