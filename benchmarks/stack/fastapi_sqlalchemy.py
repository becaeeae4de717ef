"""FastAPI with SQLAlchemy's ORM, as the documentation of both shows it.

Operations are `def`, so that they run in threads; a session is a dependency, one a request.
"""

from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, Query, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from benchmarks.stack import engines, work
from benchmarks.stack.models import Post
from benchmarks.stack.shown import NewPost, PostDocument, PostPage

engine = engines.opened(engines.url())
app = FastAPI()


def get_session() -> Iterator[Session]:
    """A session for a request. What was written is not read again after the commit."""
    with Session(engine, expire_on_commit=False) as session:
        yield session


WithSession = Annotated[Session, Depends(get_session)]
Credentials = Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]


def get_author(session: WithSession, credentials: Credentials) -> str:
    """Who writes, by a token that may."""
    token = session.scalars(work.bearer(credentials.credentials)).one_or_none()
    if token is None:
        raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"})
    if not work.may_write(token):
        raise HTTPException(403)
    return token.username


@app.get("/posts/{slug}", response_model=PostDocument)
def get_post(slug: str, session: WithSession, response: Response) -> dict[str, Post]:
    """Read a post."""
    post = session.scalars(work.post_at(slug)).one_or_none()
    if post is None:
        raise HTTPException(404)
    response.headers.update(work.headers_of(post))
    return {"data": post}


@app.get("/posts", response_model=PostPage)
def list_posts(
    session: WithSession,
    response: Response,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: str | None = None,
    q: str | None = None,
) -> dict[str, object]:
    """List the newest posts, or those that have some words."""
    asked = work.Asked(limit, cursor, q)
    shown, links = work.page(asked, session.scalars(work.posts(asked)).all())
    response.headers["Link"] = work.link_header(links)
    return {"data": shown, "links": links}


@app.post("/posts", response_model=PostDocument, status_code=201)
def create_post(
    new: NewPost,
    session: WithSession,
    response: Response,
    author: Annotated[str, Depends(get_author)],
) -> dict[str, Post]:
    """Write a post."""
    post = _written(session, work.New(new.title, new.body, new.tags, new.status), author)
    response.headers.update(work.headers_of_new(post))
    return {"data": post}


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
