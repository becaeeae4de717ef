"""Litestar with SQLAlchemy's ORM: handlers in threads, and structs of msgspec both ways.

A session is opened in the handler, as the first page of Litestar's tutorial on SQLAlchemy does it.
Handlers go to threads by themselves: where two with `sync_to_thread=True` have one path, as reading
and writing posts have here, Litestar 2.25 wraps one of them twice and answers 500.
"""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from litestar import Litestar, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.exceptions import NotAuthorizedException, NotFoundException, PermissionDeniedException
from litestar.params import Parameter
from msgspec import Meta, Struct
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from benchmarks.stack import engines, work
from benchmarks.stack.models import Post

# What was written is not read again after the commit.
sessions = sessionmaker(engines.opened(engines.url()), expire_on_commit=False)

Title = Annotated[str, Meta(min_length=1, max_length=200)]
Body = Annotated[str, Meta(max_length=100_000)]
NewTag = Annotated[str, Meta(max_length=40, pattern=r"^[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*$")]
Tag = Annotated[str, Meta(max_length=40, pattern=r"^[a-z0-9]+(?:-[a-z0-9]+)*$")]
Slug = Annotated[str, Meta(max_length=100, pattern=r"^[a-z0-9]+(?:-[a-z0-9]+)*$")]
Username = Annotated[str, Meta(max_length=30, pattern=r"^[a-z][a-z0-9-]{2,29}$")]
Status = Literal["draft", "published"]


class NewPost(Struct, forbid_unknown_fields=True):
    """A post that is to be written."""

    title: Title
    body: Body
    tags: Annotated[list[NewTag], Meta(max_length=20)] = []
    status: Status = "draft"


class PostShown(Struct):
    """A post as everybody sees it."""

    slug: Slug
    title: Title
    body: Body
    author: Username
    tags: Annotated[list[Tag], Meta(max_length=20)]
    status: Status
    created_at: datetime
    updated_at: datetime
    published_at: datetime | None
    publish_at: datetime | None
    revision: Annotated[int, Meta(ge=1)]
    url: Annotated[str, Meta(max_length=4096)]


class PostDocument(Struct):
    """A post."""

    data: PostShown


class PostPage(Struct):
    """A page of posts."""

    data: list[PostShown]
    links: dict[str, str]


@get("/posts/{slug:str}")
async def get_post(slug: str) -> Response[PostDocument]:
    """Read a post."""
    return await sync_to_thread(_get_post, slug)


def _get_post(slug: str) -> Response[PostDocument]:
    with sessions() as session:
        found = session.scalars(work.post_at(slug)).one_or_none()
    if found is None:
        raise NotFoundException
    return Response(_document(found), headers=work.headers_of(found))


@get("/posts")
async def list_posts(
    limit: Annotated[int, Parameter(ge=1, le=100)] = 20,
    cursor: str | None = None,
    q: str | None = None,
) -> Response[PostPage]:
    """List the newest posts, or those that have some words."""
    return await sync_to_thread(_list_posts, work.Asked(limit, cursor, q))


def _list_posts(asked: work.Asked) -> Response[PostPage]:
    with sessions() as session:
        found = session.scalars(work.posts(asked)).all()
    shown, links = work.page(asked, found)
    posts = msgspec.convert(shown, list[PostShown], from_attributes=True)
    return Response(PostPage(posts, links), headers={"Link": work.link_header(links)})


@post("/posts")
async def create_post(
    data: NewPost, authorization: Annotated[str | None, Parameter(header="Authorization")] = None
) -> Response[PostDocument]:
    """Write a post."""
    new = work.New(data.title, data.body, data.tags, data.status)
    return await sync_to_thread(_create_post, new, authorization or "")


def _create_post(new: work.New, authorization: str) -> Response[PostDocument]:
    with sessions() as session:
        author = _author(session, authorization)
        written = _written(session, new, author)
    return Response(_document(written), headers=work.headers_of_new(written))


def _document(post: Post) -> PostDocument:
    return msgspec.convert({"data": post}, PostDocument, from_attributes=True)


def _author(session: Session, authorization: str) -> str:
    """Who writes, by a token that may."""
    scheme, _, secret = authorization.partition(" ")
    token = session.scalars(work.bearer(secret)).one_or_none()
    if scheme.lower() != "bearer" or token is None:
        raise NotAuthorizedException(headers={"WWW-Authenticate": "Bearer"})
    if not work.may_write(token):
        raise PermissionDeniedException
    return token.username


def _written(session: Session, new: work.New, author: str) -> Post:
    """The new post, at the first slug of its title that is free."""
    number = 1
    while True:
        post = work.new_post(new, author, number)
        session.add(post)
        try:
            session.commit()
        except IntegrityError:
            session.rollback()
            number = (session.scalars(work.number_of(new.title)).one() or 1) + 1
        else:
            return post


app = Litestar([get_post, list_posts, create_post], openapi_config=None)
