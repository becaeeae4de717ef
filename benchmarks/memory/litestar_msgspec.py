"""The application in Litestar with Structs of msgspec.

What is asked is checked while it is decoded. Structs are Litestar's fastest models, and need no DTO
(docs.litestar.dev/2/usage/dto). What is answered is written from them without being checked again:
Litestar offers no such check. The hook before_send is its way to headers on every answer, refusals
included.
"""

from typing import Annotated, Any, Literal

from litestar import Litestar, Request, Response, get, post
from litestar.connection import ASGIConnection
from litestar.exceptions import HTTPException, NotAuthorizedException, NotFoundException
from litestar.handlers import BaseRouteHandler
from litestar.params import Parameter
from litestar.types import Message, Scope
from msgspec import Meta, Struct

from benchmarks.memory.data import (
    ETAG,
    LAST_MODIFIED,
    POSTS,
    PROBLEM,
    SECRET,
    link_header,
    links_of,
    refusal,
    request_id,
    written,
)

_WORDS = "^[a-z0-9]+(?:-[a-z0-9]+)*$"

Title = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^\S(?:.*\S)?$")]
Body = Annotated[str, Meta(min_length=1, max_length=100_000)]
Tag = Annotated[str, Meta(min_length=1, max_length=40, pattern=_WORDS)]
Tags = Annotated[list[Tag], Meta(max_length=20)]
Status = Literal["draft", "published"]


class NewPost(Struct, forbid_unknown_fields=True):
    """What is sent."""

    title: Title
    body: Body
    tags: Tags = []
    status: Status = "draft"


class Post(Struct):
    """What is kept and answered."""

    slug: str
    title: str
    body: str
    author: str
    tags: list[str]
    status: Status
    created_at: str
    updated_at: str
    published_at: str | None
    url: str


class PostDocument(Struct):
    """A post in its wrapping."""

    data: Post


class PostPage(Struct):
    """A page of posts."""

    data: list[Post]
    links: dict[str, str]


_newest = [Post(**post) for post in POSTS]
_posts = {post.slug: post for post in _newest}


def known(connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler) -> None:
    """Let in who has the token."""
    if connection.headers.get("Authorization") != f"Bearer {SECRET}":
        raise NotAuthorizedException(headers={"WWW-Authenticate": "Bearer"})


@get("/posts/{slug:str}")
async def get_post(
    slug: Annotated[str, Parameter(min_length=1, max_length=80, pattern=_WORDS)],
    if_none_match: Annotated[str | None, Parameter(header="If-None-Match")] = None,
) -> Response[PostDocument | None]:
    """Read a post."""
    kept = _posts.get(slug)
    if kept is None:
        raise NotFoundException
    if if_none_match == ETAG:
        return Response(None, status_code=304, headers={"ETag": ETAG})
    return Response(PostDocument(kept), headers={"ETag": ETAG, "Last-Modified": LAST_MODIFIED})


@get("/posts")
async def list_posts(
    limit: Annotated[int, Parameter(ge=1, le=100)] = 20,
) -> Response[PostPage]:
    """List the newest posts."""
    links = links_of(limit)
    return Response(PostPage(_newest[:limit], links), headers={"Link": link_header(links)})


@post("/posts", guards=[known])
async def create_post(data: NewPost) -> Response[PostDocument]:
    """Write a post, in the place of the one with the same title."""
    made = Post(**written(data.title, data.body, data.tags, data.status))
    _posts[made.slug] = made
    return Response(PostDocument(made), headers={"Location": made.url, "ETag": ETAG})


def refused(_request: Request[Any, Any, Any], error: HTTPException) -> Response[dict[str, Any]]:
    """A refusal as a problem."""
    errors = error.extra if error.status_code == 400 and isinstance(error.extra, list) else None
    return Response(
        refusal(error.status_code, errors),
        status_code=error.status_code,
        headers=error.headers,
        media_type=PROBLEM,
    )


async def add_common_headers(message: Message, _scope: Scope) -> None:
    """The headers of every answer."""
    if message["type"] == "http.response.start":
        message["headers"] = [
            *message["headers"],
            (b"x-request-id", request_id().encode()),
            (b"x-content-type-options", b"nosniff"),
            (b"cache-control", b"no-cache"),
        ]


app = Litestar(
    [get_post, list_posts, create_post],
    before_send=[add_common_headers],
    exception_handlers={HTTPException: refused},
    logging_config=None,
    openapi_config=None,
)
