"""Metrics on the wire: whichever worker is asked tells what all of them have answered."""

from pathlib import Path

import pytest

from tests.engine.test_metrics import samples
from tests.server import servers
from tests.server.wire import request


@pytest.mark.parametrize("workers", ["1", "2"])
def test_the_workers_of_a_server_count_together(tmp_path: Path, workers: str):
    """Each request has a connection of its own, so that both workers answer some."""
    env = {"TENOR_DATABASE_URL": f"sqlite:///{tmp_path}/tenor.db", "TMPDIR": str(tmp_path)}
    folders = "tenor-metrics-*"

    with servers.start(
        "granian", "app:create_app", tmp_path, "--workers", workers, env=env
    ) as server:
        for _ in range(40):
            assert server.ask(request("GET", "/health/live")).status == 200
        told = [server.ask(request("GET", "/metrics")) for _ in range(8)]
        assert len(list(tmp_path.glob(folders))) == (workers == "2")
        assert server.stop() == 0

    counts = [samples(answer.body.decode(), "responses") for answer in told]
    live = ("getLiveness", "200", "application/json", "handler")
    assert {count[live] for count in counts} == {40}
    assert list(tmp_path.glob(folders)) == []
