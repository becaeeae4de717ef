"""What is asked of the models, and what is answered: the same in all applications that use them."""

import hashlib
import uuid
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import formatdate
from urllib.parse import urlencode

from sqlalchemy import ColumnElement, Select, func, or_, select, text, tuple_
from sqlalchemy.orm import contains_eager
from sqlalchemy.sql.elements import TextClause

from benchmarks.stack import engines
from benchmarks.stack.models import POSTS, PUBLIC_URL, Post, PostRevision, PostSlug, PostTag, Token
from publishing import search, slugs
from publishing.kept_posts import title_key

_MARK = hashlib.sha256(PUBLIC_URL.encode()).hexdigest()[:6]
_SCOPE, _ROLES = "posts:write", {"author", "editor", "admin"}


@dataclass(frozen=True, slots=True)
class New:
    """A post that is to be written."""

    title: str
    body: str
    tags: Sequence[str]
    status: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A page of the newest posts, of those with these words."""

    limit: int
    cursor: str | None = None
    q: str | None = None


# What is asked


def bearer(secret: str) -> Select[Token]:
    """The token of the secret, and its account with it."""
    return (
        select(Token)
        .join(Token.account)
        .options(contains_eager(Token.account))
        .where(
            Token.digest == hashlib.sha256(secret.encode()).digest(),
            Token.expires_at > datetime.now(UTC),
        )
    )


def may_write(token: Token) -> bool:
    """Whether posts are written with the token."""
    return _SCOPE in token.scopes and token.account.role in _ROLES


def post_at(slug: str) -> Select[Post]:
    """The post at the slug, if everybody sees it."""
    return select(Post).where(Post.slug == slug, *_seen())


def posts(asked: Asked) -> Select[Post]:
    """The posts of a page, and one more where there is a next page."""
    found = select(Post).where(*_seen())
    if asked.q is not None:
        found = found.where(_has(asked.q))
    if asked.cursor is not None:
        moment, id_ = urlsafe_b64decode(asked.cursor).decode().split()
        last = tuple_(datetime.fromisoformat(moment), int(id_))
        found = found.where(tuple_(Post.listed_at, Post.id) < last)
    return found.order_by(Post.listed_at.desc(), Post.id.desc()).limit(asked.limit + 1)


def _seen() -> tuple[ColumnElement[bool], ...]:
    now = datetime.now(UTC)
    is_out = or_(Post.publish_at.is_(None), Post.publish_at <= now)
    return Post.status == "published", is_out


def _has(q: str) -> TextClause:
    """Whether the index finds a post by all of the words."""
    words = search.words_of(q)
    if engines.url().get_backend_name() == "postgresql":
        sought = " & ".join(f"'{word}'" for word in words)
        return text("posts.post_search @@ CAST(:sought AS tsquery)").bindparams(sought=sought)
    sought = " AND ".join(f'"{word}"' for word in words)
    return text(
        "posts.id IN (SELECT rowid FROM post_search WHERE post_search MATCH :sought)"
    ).bindparams(sought=sought)


# What is written


def number_of(title: str) -> Select[int]:
    """The highest number of the slugs that were made from the title."""
    return select(func.max(PostSlug.number)).where(PostSlug.base == slugs.from_title(title))


def new_post(new: New, author: str, number: int) -> Post:
    """A post at the slug of its title and this number, with all rows that belong to it."""
    now = datetime.now(UTC)
    published = now if new.status == "published" else None
    base, tags = slugs.from_title(new.title), tuple(dict.fromkeys(map(str.lower, new.tags)))
    slug = slugs.numbered(base, number)
    return Post(
        slug=slug,
        uid=str(uuid.uuid4()),
        title=new.title,
        title_key=title_key(new.title),
        body=new.body,
        author=author,
        tags=tags,
        status=new.status,
        created_at=now,
        updated_at=now,
        published_at=published,
        publish_at=None,
        listed_at=now,
        version=1,
        revision=1,
        revised_at=now,
        discussion=0,
        discussed_at=None,
        words=search.kept(new.title, new.body, tags),
        slugs=[PostSlug(slug=slug, base=base, number=number)],
        indexed_tags=[PostTag(tag=tag) for tag in tags],
        revisions=[
            PostRevision(
                number=1,
                title=new.title,
                body=new.body,
                tags=tags,
                author=author,
                created_at=now,
            )
        ],
    )


# What is answered


def tag_of(post: Post) -> str:
    """The entity tag of the post as JSON, as the API makes it."""
    return f'"{post.id}.{post.version}-json-{_MARK}"'


def headers_of(post: Post) -> dict[str, str]:
    """What is said of a post that was found."""
    changed = max(post.updated_at, post.published_at or post.updated_at)
    return {"ETag": tag_of(post), "Last-Modified": formatdate(changed.timestamp(), usegmt=True)}


def headers_of_new(post: Post) -> dict[str, str]:
    """What is said of a post that was written."""
    return {"ETag": tag_of(post), "Location": post.url}


def page(asked: Asked, found: Sequence[Post]) -> tuple[Sequence[Post], dict[str, str]]:
    """The posts of the page, and the addresses beside it."""
    given = {"limit": str(asked.limit)} | ({"q": asked.q} if asked.q else {})
    links = {"first": f"{POSTS}?{urlencode(given)}"}
    shown = found[: asked.limit]
    if len(found) > asked.limit:
        last = f"{shown[-1].listed_at.isoformat()} {shown[-1].id}"
        cursor = urlsafe_b64encode(last.encode()).decode()
        links["next"] = f"{POSTS}?{urlencode({**given, 'cursor': cursor})}"
    return shown, links


def link_header(links: dict[str, str]) -> str:
    """The addresses beside a page, as a header has them."""
    return ", ".join(f'<{url}>; rel="{relation}"' for relation, url in links.items())
