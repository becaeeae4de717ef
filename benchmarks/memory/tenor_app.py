"""The application in Tenor: both directions held to the contract.

tenor serve --app benchmarks.memory.tenor_app
"""

from typing import Any

from benchmarks.memory.data import (
    AUTHOR,
    CONTRACT,
    ETAG,
    LAST_MODIFIED,
    POSTS,
    SECRET,
    link_header,
    links_of,
    written,
)
from tenor import Tenor, problem, promises

_posts = {post["slug"]: post for post in POSTS}


def create_app() -> Tenor:
    """The application, its gate on as it is served."""
    return Tenor(CONTRACT, handlers=__name__)


def ungated() -> Tenor:
    """The same application, whose answers leave unjudged."""
    return Tenor(CONTRACT, handlers=__name__, policy="ignore")


def forgetful() -> Tenor:
    """The same application, which judges each body anew, as if no two answers were ever the same.

    As it is served, bodies that kept the contract are remembered and not judged again.
    """
    promises.BYTES_KEPT = 0
    return create_app()


def known(token: str) -> dict[str, Any] | None:
    """Who has this token."""
    return {"sub": AUTHOR} if token == SECRET else None


def get_post(slug: str, if_none_match: str | None = None) -> Any:
    """Read a post."""
    post = _posts.get(slug)
    if post is None:
        return problem(404, "not-found", detail="No post has this slug.")
    if if_none_match == ETAG:
        return None, 304, {"ETag": ETAG}
    return {"data": post}, 200, {"ETag": ETAG, "Last-Modified": LAST_MODIFIED}


def list_posts(limit: int) -> Any:
    """List the newest posts."""
    links = links_of(limit)
    return {"data": POSTS[:limit], "links": links}, 200, {"Link": link_header(links)}


def create_post(body: dict[str, Any]) -> Any:
    """Write a post, in the place of the one with the same title."""
    post = written(**body)
    _posts[post["slug"]] = post
    return {"data": post}, 201, {"Location": post["url"], "ETag": ETAG}
