from collections.abc import Callable, Iterator

import pytest

from tests.server import servers
from tests.server.cases import CASES, Case
from tests.server.echo import CONTRACT
from tests.server.seeing import Seen, see
from tests.server.servers import ECHO, Server

Look = Callable[[Case], Seen]


@pytest.fixture(scope="session", params=["granian", "gunicorn"])
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """Each HTTP server in turn, with the echo application."""
    folder = tmp_path_factory.mktemp(request.param)
    (folder / "openapi.yaml").write_text(CONTRACT)
    with servers.start(request.param, ECHO, folder) as running:
        yield running


@pytest.fixture(scope="session")
def look(server: Server) -> Look:
    """What is seen of a case on this server: asked once, remembered for all claims about it."""
    known: dict[str, Seen] = {}

    def looked(case: Case) -> Seen:
        if case.name not in known:
            known[case.name] = see(server, case)
        return known[case.name]

    return looked


@pytest.fixture(scope="session")
def seen(look: Look) -> dict[str, Seen]:
    """What is seen of each case on this server, by the case's name."""
    return {case.name: look(case) for case in CASES}
