"""What both applications in FastAPI share: the models of the contract, who asks, and refusals.

Answers are made by return types, so that Pydantic writes their JSON in Rust: its documentation
calls that the fastest way (fastapi.tiangolo.com/advanced/custom-response/#json-performance). Posts
are kept as models, checked when they are made. Headers of every answer come from a plain ASGI
middleware: a decorated function would cost a task for each request.
"""

from typing import Annotated, Any, Literal

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from benchmarks.memory.data import AUTHOR, POSTS, PROBLEM, SECRET, refusal, request_id

_WORDS = r"^[a-z0-9]+(?:-[a-z0-9]+)*$"
_INSTANT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?Z$"

Slug = Annotated[str, Field(min_length=1, max_length=80, pattern=_WORDS)]
Title = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^\S(?:.*\S)?$")]
Body = Annotated[str, Field(min_length=1, max_length=100_000)]
Tag = Annotated[str, Field(min_length=1, max_length=40, pattern=_WORDS)]
Tags = Annotated[list[Tag], Field(max_length=20)]
Status = Literal["draft", "published"]
Timestamp = Annotated[str, Field(min_length=20, max_length=27, pattern=_INSTANT)]
Url = Annotated[str, Field(min_length=1, max_length=2048)]
Author = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[a-z][a-z0-9_]*$")]


class NewPost(BaseModel):
    """What is sent."""

    model_config = ConfigDict(extra="forbid")

    title: Title
    body: Body
    tags: Tags = []
    status: Status = "draft"


class Post(BaseModel):
    """What is kept and answered."""

    slug: Slug
    title: Title
    body: Body
    author: Author
    tags: Tags
    status: Status
    created_at: Timestamp
    updated_at: Timestamp
    published_at: Timestamp | None
    url: Url


class PostDocument(BaseModel):
    """A post in its wrapping."""

    data: Post


class Links(BaseModel):
    """Where other pages are."""

    first: Url
    next: Url


class PostPage(BaseModel):
    """A page of posts."""

    data: Annotated[list[Post], Field(max_length=100)]
    links: Links


NEWEST = [Post(**post) for post in POSTS]
KEPT = {post.slug: post for post in NEWEST}


async def known(
    credentials: Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())],
) -> str:
    """Who has this token."""
    if credentials.credentials != SECRET:
        raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"})
    return AUTHOR


Caller = Annotated[str, Depends(known)]


def with_refusals(app: FastAPI) -> FastAPI:
    """The application, whose refusals are problems, and whose answers have the common headers."""
    app.add_exception_handler(StarletteHTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_middleware(CommonHeaders)
    return app


async def _refused(_request: Request, error: Any) -> JSONResponse:
    return JSONResponse(
        refusal(error.status_code), error.status_code, error.headers, media_type=PROBLEM
    )


async def _invalid(_request: Request, error: Any) -> JSONResponse:
    errors = [
        {"pointer": "/" + "/".join(map(str, one["loc"][1:])), "detail": one["msg"]}
        for one in error.errors()
    ]
    return JSONResponse(refusal(400, errors), 400, media_type=PROBLEM)


class CommonHeaders:
    """Adds the headers of every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the headers."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] += [
                    (b"x-request-id", request_id().encode()),
                    (b"x-content-type-options", b"nosniff"),
                    (b"cache-control", b"no-cache"),
                ]
            await send(message)

        return await self._app(scope, receive, send_with_headers)
