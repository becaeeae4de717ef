"""FastAPI with SQLAlchemy's ORM and asyncio, on PostgreSQL through asyncpg."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, Query, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from benchmarks.stack import engines, work
from benchmarks.stack.models import Post
from benchmarks.stack.shown import NewPost, PostDocument, PostPage

engine = create_async_engine(engines.url().set(drivername="postgresql+asyncpg"), **engines.POOL)
# What was written is not read again after the commit.
sessions = async_sessionmaker(engine, expire_on_commit=False)
app = FastAPI()


async def get_session() -> AsyncIterator[AsyncSession]:
    """A session for a request."""
    async with sessions() as session:
        yield session


WithSession = Annotated[AsyncSession, Depends(get_session)]
Credentials = Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]


async def get_author(session: WithSession, credentials: Credentials) -> str:
    """Who writes, by a token that may."""
    token = (await session.scalars(work.bearer(credentials.credentials))).one_or_none()
    if token is None:
        raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"})
    if not work.may_write(token):
        raise HTTPException(403)
    return token.username


@app.get("/posts/{slug}", response_model=PostDocument)
async def get_post(slug: str, session: WithSession, response: Response) -> dict[str, Post]:
    """Read a post."""
    post = (await session.scalars(work.post_at(slug))).one_or_none()
    if post is None:
        raise HTTPException(404)
    response.headers.update(work.headers_of(post))
    return {"data": post}


@app.get("/posts", response_model=PostPage)
async def list_posts(
    session: WithSession,
    response: Response,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: str | None = None,
    q: str | None = None,
) -> dict[str, object]:
    """List the newest posts, or those that have some words."""
    asked = work.Asked(limit, cursor, q)
    found = (await session.scalars(work.posts(asked))).all()
    shown, links = work.page(asked, found)
    response.headers["Link"] = work.link_header(links)
    return {"data": shown, "links": links}


@app.post("/posts", response_model=PostDocument, status_code=201)
async def create_post(
    new: NewPost,
    session: WithSession,
    response: Response,
    author: Annotated[str, Depends(get_author)],
) -> dict[str, Post]:
    """Write a post."""
    post = await _written(session, work.New(new.title, new.body, new.tags, new.status), author)
    response.headers.update(work.headers_of_new(post))
    return {"data": post}


async def _written(session: AsyncSession, new: work.New, author: str) -> Post:
    """The new post, at the first slug of its title that is free."""
    number = 1
    while True:
        post = work.new_post(new, author, number)
        session.add(post)
        try:
            await session.commit()
        except IntegrityError:
            await session.rollback()
            number = ((await session.scalars(work.number_of(new.title))).one() or 1) + 1
        else:
            return post
