"""Posts in memory: an application whose answers are measured, with its gate on and off.

Its handlers do next to nothing, so that the gate's share is as large as it can be.
"""

import itertools
from pathlib import Path
from typing import Any

from tenor import Tenor, problem

CONTRACT = Path(__file__).with_name("posts.yaml")

_BASE = "https://tenor.example/posts"
_TIME = "2026-03-02T09:10:00.104419Z"
_LAST_MODIFIED = "Mon, 02 Mar 2026 09:10:00 GMT"
_TAG = '"1.1-json"'
_TEXT = "It weaves *algebraical patterns*, just as the loom weaves flowers and leaves. " * 3


def gated() -> Tenor:
    """The application as it is served: an answer that breaks the contract does not leave."""
    return Tenor(CONTRACT, handlers=__name__, policy="prevent")


def ungated() -> Tenor:
    """The same application, whose answers leave unjudged."""
    return Tenor(CONTRACT, handlers=__name__, policy="ignore")


def get_post(slug: str, if_none_match: str | None = None) -> Any:
    """Read a post."""
    post = _posts.get(slug)
    if post is None:
        return problem(404, "not-found", detail="No post has this slug.")
    return {"data": post}, 200, {"ETag": _TAG, "Last-Modified": _LAST_MODIFIED}


def list_posts() -> Any:
    """List the newest twenty."""
    return _page("LXB1Ymxpc2hlZCBh")


def list_new_posts() -> Any:
    """List the newest twenty, as they were never listed before."""
    return _page(f"LXB1Ymxpc2h{next(_count):05}")


def _page(cursor: str) -> Any:
    links = {"first": f"{_BASE}?limit=20", "next": f"{_BASE}?limit=20&cursor={cursor}"}
    link = ", ".join(f'<{url}>; rel="{relation}"' for relation, url in links.items())
    return {"data": _newest, "links": links}, 200, {"Link": link}


def create_post(body: dict[str, Any]) -> Any:
    """Write a post, in the place of the one with the same title."""
    slug = body["title"].lower().replace(" ", "-")
    post = _post(slug, **body)
    _posts[slug] = post
    return {"data": post}, 201, {"Location": post["url"], "ETag": _TAG}


def _post(slug: str, *, title: str, body: str, tags: list[str], status: str) -> dict[str, Any]:
    return {
        "slug": slug,
        "title": title,
        "body": body,
        "author": "ada",
        "tags": tags,
        "status": status,
        "created_at": _TIME,
        "updated_at": _TIME,
        "published_at": _TIME if status == "published" else None,
        "url": f"{_BASE}/{slug}",
    }


NEW = {
    "title": "The first engine",
    "body": _TEXT,
    "tags": ["engines", "history"],
    "status": "published",
}

_count = itertools.cycle(range(100_000))
_newest = [_post(f"the-first-engine-{number}", **NEW) for number in range(2, 22)]
_posts = {post["slug"]: post for post in _newest}
