"""The application in FastAPI, its operations asynchronous.

Pydantic checks what is asked and answered.
"""

from typing import Annotated

from fastapi import FastAPI, Header, HTTPException, Query, Response

from benchmarks.memory.data import ETAG, LAST_MODIFIED, link_header, links_of, written
from benchmarks.memory.fastapi_parts import (
    KEPT,
    NEWEST,
    Caller,
    Links,
    NewPost,
    Post,
    PostDocument,
    PostPage,
    Slug,
    with_refusals,
)

app = with_refusals(FastAPI(openapi_url=None))


@app.get("/posts/{slug}", response_model=PostDocument)
async def get_post(
    slug: Slug, response: Response, if_none_match: Annotated[str | None, Header()] = None
) -> PostDocument | Response:
    """Read a post."""
    post = KEPT.get(slug)
    if post is None:
        raise HTTPException(404)
    if if_none_match == ETAG:
        return Response(status_code=304, headers={"ETag": ETAG})
    response.headers["ETag"] = ETAG
    response.headers["Last-Modified"] = LAST_MODIFIED
    return PostDocument(data=post)


@app.get("/posts")
async def list_posts(
    response: Response, limit: Annotated[int, Query(ge=1, le=100)] = 20
) -> PostPage:
    """List the newest posts."""
    links = links_of(limit)
    response.headers["Link"] = link_header(links)
    return PostPage(data=NEWEST[:limit], links=Links(**links))


@app.post("/posts", status_code=201)
async def create_post(draft: NewPost, _caller: Caller, response: Response) -> PostDocument:
    """Write a post, in the place of the one with the same title."""
    post = Post(**written(draft.title, draft.body, draft.tags, draft.status))
    KEPT[post.slug] = post
    response.headers["Location"] = post.url
    response.headers["ETag"] = ETAG
    return PostDocument(data=post)
