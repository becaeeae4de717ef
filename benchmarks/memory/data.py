"""What the applications in Python share: the data, and parts of answers that are always the same.

Nothing but the standard library is imported, for each application runs where its framework is.
"""

import json
import os
from http import HTTPStatus
from pathlib import Path
from typing import Any

CONTRACT = Path(__file__).with_name("contract.yaml")
POSTS: list[dict[str, Any]] = json.loads(Path(__file__).with_name("posts.json").read_text())

SECRET = "poetical-science"  # noqa: S105 - the one that every application knows
AUTHOR = "ada"
ETAG = '"1.1-json"'
LAST_MODIFIED = "Mon, 02 Mar 2026 09:10:00 GMT"
NOW = "2026-03-02T09:10:00.104419Z"
PROBLEM = "application/problem+json"

_ADDRESS = "https://tenor.example/posts"


def slug_of(title: str) -> str:
    """The slug of a title."""
    return title.lower().replace(" ", "-")


def url_of(slug: str) -> str:
    """The address of a post."""
    return f"{_ADDRESS}/{slug}"


def links_of(limit: int) -> dict[str, str]:
    """Where the first and the next page are."""
    first = f"{_ADDRESS}?limit={limit}"
    return {"first": first, "next": f"{first}&cursor=LXB1Ymxpc2hlZCBh"}


def link_header(links: dict[str, str]) -> str:
    """The same as a header (RFC 8288)."""
    return f'<{links["first"]}>; rel="first", <{links["next"]}>; rel="next"'


def written(
    title: str, body: str, tags: list[str] | None = None, status: str = "draft"
) -> dict[str, Any]:
    """The post that a draft becomes."""
    slug = slug_of(title)
    return {
        "slug": slug,
        "title": title,
        "body": body,
        "author": AUTHOR,
        "tags": tags or [],
        "status": status,
        "created_at": NOW,
        "updated_at": NOW,
        "published_at": NOW if status == "published" else None,
        "url": url_of(slug),
    }


def refusal(status: int, errors: list[dict[str, str]] | None = None) -> dict[str, Any]:
    """A problem, for frameworks that make none themselves."""
    problem: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
    }
    return problem if errors is None else problem | {"errors": errors}


def request_id() -> str:
    """A new X-Request-Id: the cheapest way to make one in Python."""
    return os.urandom(8).hex()
