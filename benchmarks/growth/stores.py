"""Stores: what the publishing API takes for an answer with a thousand, and with a million posts."""

import base64
import json
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import quote

from rich.console import Console
from rich.progress import Progress

from benchmarks.asking import NUMBER, Request
from benchmarks.equality import fetched
from benchmarks.facts import Unfair
from benchmarks.filling import Filled, fill
from benchmarks.growth.figures import Line, processor_line
from benchmarks.growth.publishing import STORE
from benchmarks.growth.turns import Ask, in_turns, turn_of
from benchmarks.serving import ROOT, Server, await_answer, serving
from benchmarks.staging import DURABLE
from tests import postgresql
from tests.postgresql import OwnServer

SIZES = (1_000, 100_000, 1_000_000)
KEPT = ROOT / ".growth"
SQLITE, POSTGRESQL = "posts, on SQLite", "posts, on PostgreSQL"
GOAL = 1.3
_HELD_TO_GOAL = ("get", "list of 20", "a page from the middle", "search, one post has it")
_FILLED_EACH_TIME = 10_000
_SEVERAL = "quaternion"
_MIDDLE = "2020-01-01T00:00:00+00:00"
"""When half of the posts were written: see `benchmarks.invented`."""


@dataclass(frozen=True, slots=True)
class Store:
    """A filled store, and the processes of its database where it has some."""

    url: str
    filled: Filled
    database: int | None = None


class NotFilled(Exception):
    """A large store is not there, and was not to be made."""


def on_sqlite(rounds: int, *, may_fill: bool) -> Iterator[Line]:
    """The API on files of SQLite."""
    with tempfile.TemporaryDirectory(prefix="tenor-growth-") as folder:

        def stores() -> Iterator[tuple[int, Store]]:
            for size in SIZES:
                place = Path(folder) if size <= _FILLED_EACH_TIME else KEPT
                url = f"sqlite:///{place / f'posts-{size}.db'}"
                with suppress(NotFilled):
                    yield size, Store(url, _filled(place / f"{size}.json", url, size, may_fill))

        yield from _lines(SQLITE, dict(stores()), rounds)


def on_postgresql(rounds: int, *, may_fill: bool) -> Iterator[Line]:
    """The API on databases of one PostgreSQL."""
    if postgresql.binaries() is None:
        Console(stderr=True).print(postgresql.MISSING)
        return
    with _server() as server:

        def stores() -> Iterator[tuple[int, Store]]:
            for size in SIZES:
                name, said = f"posts_{size}", KEPT / "postgresql" / f"{size}.json"
                if size <= _FILLED_EACH_TIME or not said.exists():
                    server.ask(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
                    server.ask(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
                    said.unlink(missing_ok=True)
                with suppress(NotFilled):
                    filled = _filled(said, server.url(name), size, may_fill)
                    yield size, Store(server.url(name), filled, _postmaster())

        yield from _lines(POSTGRESQL, dict(stores()), rounds)


# The stores


def _filled(said: Path, url: str, size: int, may_fill: bool) -> Filled:  # noqa: FBT001 - the switch of the command line
    """What the store at a URL can be asked for; it is filled where it is not. Raises NotFilled."""
    if said.exists() and said.stat().st_size:
        written = json.loads(said.read_text())
        return Filled(**{**written, "slugs": tuple(written["slugs"])})
    if size > _FILLED_EACH_TIME and not may_fill:
        raise NotFilled
    said.parent.mkdir(parents=True, exist_ok=True)
    with Progress(console=Console(stderr=True)) as progress:
        filled = fill(url, size, progress=progress)
    said.write_text(json.dumps(asdict(filled)))
    return filled


@contextmanager
def _server() -> Iterator[OwnServer]:
    """A server whose databases stay, and which syncs what it says is kept."""
    folder = KEPT / "postgresql"
    is_new = not (folder / "data").exists()
    folder.mkdir(parents=True, exist_ok=True)
    user = postgresql.account()
    if user is not None:
        shutil.chown(folder, user)
    server = OwnServer(folder, DURABLE)
    if is_new:
        server.initialise()
    server.start()
    try:
        yield server
    finally:
        server.stop()


def _postmaster() -> int:
    return int((KEPT / "postgresql" / "data" / "postmaster.pid").read_text().split()[0])


# What is asked


def _lines(chapter: str, stores: Mapping[int, Store], rounds: int) -> Iterator[Line]:
    with ExitStack() as stack:
        served = {
            size: stack.enter_context(_served(f"{size} posts", store))
            for size, store in stores.items()
        }
        asked = {size: dict(_asked(served[size], store)) for size, store in stores.items()}
        for name in next(iter(asked.values())):
            turns = {
                size: stack.enter_context(
                    turn_of(server, asked[size][name], *_database(stores[size]))
                )
                for size, server in served.items()
            }
            goal = GOAL if name in _HELD_TO_GOAL else None
            yield processor_line(chapter, name, in_turns(turns, rounds), goal)


def _database(store: Store) -> list[int]:
    return [store.database] if store.database is not None else []


@contextmanager
def _served(name: str, store: Store) -> Iterator[Server]:
    command = [sys.executable, "-m", "tenor", "serve", "--app", "benchmarks.growth.publishing"]
    with serving(name, [*command, "--port", "{port}"], {STORE: store.url}) as server:
        await_answer(server, Request("list", "/posts?limit=20"))
        yield server


def _asked(server: Server, store: Store) -> Iterator[tuple[str, Ask]]:
    """The requests of a store, by names that are the same for all stores."""
    filled = store.filled
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {filled.secret}"}
    draft = {"body": _TEXT, "tags": ["engines", "history"], "status": "published"}
    one = _data(server, Request("get", f"/posts/{filled.slugs[len(filled.slugs) // 2]}"))
    if not _data(server, Request("search", f"/posts?q={_SEVERAL}")):
        titled = json.dumps({**draft, "title": f"On the {_SEVERAL}"})
        _data(server, Request("post", "/posts", 201, "POST", headers, titled))

    def get(name: str, path: str) -> tuple[str, Ask]:
        return name, Ask(Request(name, path))

    yield "get", Ask(Request("get", f"/posts/{one['slug']}"), _all_of(filled.slugs))
    yield get("list of 20", "/posts?limit=20")
    yield get("a page from the middle", f"/posts?limit=20&cursor={_cursor(server)}")
    yield get("list by author", f"/posts?limit=20&author={one['author']}")
    yield get("list by tag", f"/posts?limit=20&tag={one['tags'][0]}")
    yield get("search, one post has it", f"/posts?limit=20&q={_SEVERAL}")
    yield get("search, one in a hundred has it", f"/posts?limit=20&q={filled.word}")
    yield get("search, two words", f"/posts?limit=20&q={quote(filled.two_words)}")
    titled = json.dumps({**draft, "title": f"The engine of measurement {NUMBER}"})
    post = Request("post", "/posts", 201, "POST", headers, titled)
    yield "post", Ask(post, count=100)


def _all_of(slugs: Sequence[str]) -> tuple[str, ...]:
    return tuple(f"/posts/{slug}" for slug in slugs)


def _cursor(server: Server) -> str:
    """The cursor of a page from the middle: that of the second page, with another time."""
    answer = fetched(server.port, Request("list", "/posts?limit=20"))
    cursor = answer.value["links"]["next"].rpartition("cursor=")[2]
    order, side, _, _ = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).split(b" ", 3)
    content = b" ".join((order, side, b"1", _MIDDLE.encode()))
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _data(server: Server, request: Request) -> dict[str, str]:
    answer = fetched(server.port, request)
    if answer.status != request.status:
        raise Unfair(f"{request.path} was answered {answer.status}: {answer.body[:500]!r}")
    return answer.value["data"]


_TEXT = "It weaves *algebraical patterns*, just as the loom weaves flowers and leaves. " * 8
