"""Staging: on what the applications of a work stand, and what is asked of them there."""

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from benchmarks.asking import NUMBER, Request
from benchmarks.cores import DATABASE
from benchmarks.facts import Missing
from benchmarks.filling import Filled, fill
from tests import postgresql
from tests.postgresql import Server

POSTS = 10_000
DURABLE = {
    "listen_addresses": "''",
    "synchronous_commit": "on",
    "fsync": "on",
    "shared_buffers": "256MB",
    "max_connections": "300",
    "lc_messages": "C",
}
_TEXT = "It weaves *algebraical patterns*, just as the loom weaves flowers and leaves. " * 3
_JSON = {"Content-Type": "application/json"}
_TIMES = {"created_at", "updated_at", "published_at"}


@dataclass(frozen=True, slots=True)
class Stage:
    """What is asked of each application, and what the environment of each says."""

    requests: tuple[Request, ...]
    environment_of: Callable[[str], Mapping[str, str]]


@contextmanager
def in_memory() -> Iterator[Stage]:
    """Nothing is needed: all know the same hundred posts."""
    yield Stage(IN_MEMORY, lambda _name: {})


@contextmanager
def on_sqlite() -> Iterator[Stage]:
    """Each application has a copy of one filled file."""
    with tempfile.TemporaryDirectory(prefix="tenor-bench-") as folder:
        template = Path(folder, "template.db")
        filled = fill(f"sqlite:///{template}", POSTS)

        def environment_of(name: str) -> Mapping[str, str]:
            copy = shutil.copy(template, Path(folder, f"{name.replace(' ', '-')}.db"))
            return _keeping_in(f"sqlite:///{copy}")

        yield Stage(asked_of(filled), environment_of)


@contextmanager
def on_postgresql() -> Iterator[Stage]:
    """Each application has a database that was made after one that is filled."""
    with _on_its_core(), postgresql.running(DURABLE) as server:
        template = server.make()
        filled = fill(server.url(template), POSTS)
        yield Stage(asked_of(filled), lambda _name: _keeping_in(_copy(server, template)))


def require_postgresql() -> None:
    """Say what PostgreSQL needs and is not there. Raises Missing."""
    if postgresql.binaries() is None:
        raise Missing(
            f"There is no PostgreSQL in {postgresql.PLACES} (Debian: apt-get install postgresql)."
        )
    require_disk()


def require_disk() -> None:
    """Refuse a place for stores that is lost with the power. Raises Missing."""
    place = Path(tempfile.gettempdir()).resolve()
    mounts = (line.split() for line in Path("/proc/mounts").read_text().splitlines())
    kinds = {Path(where): kind for _, where, kind, *_ in mounts}
    kind = next(kinds[folder] for folder in (place, *place.parents) if folder in kinds)
    if kind in {"tmpfs", "ramfs"}:
        raise Missing(f"{place} is in memory, where no write lasts: name a folder in TMPDIR.")


def _copy(server: Server, template: str) -> str:
    return server.url(server.make(template))


@contextmanager
def _on_its_core() -> Iterator[None]:
    """What is started meanwhile keeps to the core of databases."""
    if not DATABASE:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, DATABASE)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _keeping_in(url: str) -> Mapping[str, str]:
    """What tells our application and the others where to keep things, and ours to limit nobody."""
    return {
        "BENCHMARK_DATABASE_URL": url,
        "TENOR_DATABASE_URL": url,
        "TENOR_RATE_LIMIT": "off",
        "TENOR_LOGIN_RATE_LIMIT": "off",
    }


def _draft(title: str) -> dict[str, object]:
    return {
        "title": title,
        "body": _TEXT,
        "tags": ["engines", "history"],
        "status": "published",
    }


def asked_of(filled: Filled) -> tuple[Request, ...]:
    """What is asked of the whole stack. A post is another each time, as it is with people."""
    draft = json.dumps(_draft(f"The engine of measurement {NUMBER}"))
    of_pages = frozenset({"links", "Link"})
    headers = {**_JSON, "Authorization": f"Bearer {filled.secret}"}
    return (
        Request("get", f"/posts/{filled.slugs[len(filled.slugs) // 2]}"),
        Request("list of 20", "/posts?limit=20", varying=of_pages),
        Request("search", f"/posts?q={quote(filled.word)}&limit=20", varying=of_pages),
        Request("post", "/posts", 201, "POST", headers, draft, varying=frozenset(_TIMES)),
    )


_KNOWN = {**_JSON, "Authorization": "Bearer poetical-science"}
_NEW = json.dumps(_draft("The first engine"))
_WRONG = json.dumps({"title": "", "tags": ["A b"]})
_PLACE = "/posts/the-first-engine-7"
IN_MEMORY = (
    Request("get", _PLACE),
    Request("list of 20", "/posts?limit=20"),
    Request("list of 100", "/posts?limit=100"),
    Request("post", "/posts", 201, "POST", _KNOWN, _NEW),
    Request("400", "/posts", 400, "POST", _KNOWN, _WRONG),
    Request("404", "/posts/the-last-engine", 404),
    Request("304", _PLACE, 304, headers={"If-None-Match": '"1.1-json"'}),
    Request("401", "/posts", 401, "POST", _JSON, _NEW),
)
"""What is asked of posts in memory."""
