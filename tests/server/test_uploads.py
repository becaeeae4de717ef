"""Slow and broken uploads: they hold nobody up and leave nothing behind."""

import json
import select
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.server import servers
from tests.server.echo import BODY_READERS, CONTRACT
from tests.server.servers import Server, until
from tests.server.wire import PATIENCE, Answer, Connection, chunked, request

_JSON = "Content-Type: application/json"
_NUMBER = b'{"number": 1}'
_SLOW = request("POST", "/bodies", _JSON, "Content-Length: 40", body=b'{"text": "slow')
_SLOW_CHUNKS = request(
    "POST", "/bodies", _JSON, "Transfer-Encoding: chunked", body=b'20\r\n{"text": "slow'
)
_REST = b'"' + b" " * 24 + b"}"
_DEFAULT_READERS = 48


@dataclass(frozen=True, slots=True)
class SlowUploads:
    """Uploads that stopped half way: those that are still being read, and those refused."""

    waiting: tuple[Connection, ...]
    refused: tuple[Answer, ...]


@contextmanager
def slow_uploads(
    server: Server, *raws: bytes, readers: int = BODY_READERS
) -> Iterator[SlowUploads]:
    """More slow uploads than readers, once those beyond the readers have been answered."""
    with ExitStack() as stack:
        waiting = [stack.enter_context(server.connect()) for _ in raws]
        for connection, raw in zip(waiting, raws, strict=True):
            connection.send(raw)
        refused: list[Answer] = []
        while len(waiting) > readers:
            answered, _, _ = select.select(waiting, [], [], PATIENCE)
            assert answered, f"{len(waiting)} uploads are waited for by {readers} readers"
            refused += [connection.receive() for connection in answered]
            waiting = [connection for connection in waiting if connection not in answered]
        yield SlowUploads(tuple(waiting), tuple(refused))


def upload(server: Server) -> Answer:
    return server.ask(request("POST", "/bodies", _JSON, body=_NUMBER))


def stored(server: Server) -> list[object]:
    return json.loads(server.ask(request("GET", "/calls")).body)


def test_slow_uploads_are_bounded_and_starve_nobody(server: Server):
    """Beyond the bound 503 with Retry-After; what needs no content goes on."""
    with slow_uploads(server, *[_SLOW] * (BODY_READERS + 1)) as slow:
        quick = upload(server)
        quick_chunks = server.ask(
            request("POST", "/bodies", _JSON, "Transfer-Encoding: chunked", body=chunked(_NUMBER))
        )
        others = [server.ask(request("GET", "/texts/a")).status for _ in range(20)]
        bodiless = server.ask(request("PUT", "/texts/a")).status
        for connection in slow.waiting:
            connection.send(_REST)
        finished = [connection.receive() for connection in slow.waiting]

    assert len(slow.refused) == 1
    for refused in (*slow.refused, quick, quick_chunks):
        assert (refused.status, refused.header("retry-after")) == (503, "1")
        assert refused.media_type == "application/problem+json"
        assert json.loads(refused.body)["type"] == "/problems/overloaded"
    assert (others, bodiless) == ([200] * 20, 204)
    assert [json.loads(answer.body) for answer in finished] == [{"text": "slow"}] * BODY_READERS
    until(lambda: upload(server).status == 200, what="a free reader")


def test_uploads_that_break_off_free_their_readers_and_store_nothing(server: Server):
    """Broken by a reset, so that nobody waits for an answer."""
    before = len(stored(server))
    with slow_uploads(server, _SLOW, _SLOW_CHUNKS, _SLOW) as slow:
        for connection in slow.waiting:
            connection.reset()
        until(lambda: upload(server).status == 200, what="a free reader")

    assert {"text": "slow"} not in stored(server)[before:]


def test_by_default_readers_are_fewer_than_threads(tmp_path: Path):
    """So that `tenor serve` answers what needs no content, however many uploads are slow."""
    (tmp_path / "openapi.yaml").write_text(CONTRACT)
    serving = servers.granian_with_contract("openapi.yaml", "tests.server.echo", tmp_path)
    with (
        serving as server,
        slow_uploads(server, *[_SLOW] * 70, readers=_DEFAULT_READERS) as slow,
    ):
        assert {answer.status for answer in slow.refused} == {503}
        assert server.ask(request("GET", "/texts/a")).status == 200
