"""Posts: written, paged through, read, changed and deleted.

A draft is seen by its author and by editors. To anybody else it is, in all but taking up its slug,
a post that does not exist.
"""

import dataclasses
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from functools import cache
from typing import Any

import sqlalchemy as sa

from publishing import pages, search, slugs, tables
from publishing.callers import Caller, Role
from publishing.facts import CallerGone, NotAllowed, PostNotFound, SlugTaken, Stale, Unfit
from publishing.pages import Anchor, AnySelect, Direction, Order, Page, Side
from publishing.text import storable
from publishing.work import Work

LONGEST_TAG = 40


class Status(Enum):
    """Whether a post is for everybody yet."""

    DRAFT = "draft"
    PUBLISHED = "published"


@dataclass(frozen=True, slots=True)
class Post:
    """A post as it is kept.

    `published_at` is when it was first published, and stays when it becomes a draft again.
    `revised_at` is when title, body or tags last became what they are. `uid` never changes, and
    no other post ever has it. `version` rises with every change.
    """

    id: int
    uid: str
    slug: str
    title: str
    body: str
    author: str
    tags: tuple[str, ...]
    status: Status
    created_at: datetime
    updated_at: datetime
    published_at: datetime | None
    revised_at: datetime
    version: int

    @property
    def edition(self) -> str:
        """A name for this state of this post that no other state of any post ever has.

        Not even of a post that comes to the same slug after this one was deleted.
        """
        return f"{self.id}.{self.version}"


@dataclass(frozen=True, slots=True)
class Content:
    """What an author writes. The body is Markdown."""

    title: str
    body: str
    tags: tuple[str, ...] = ()
    status: Status = Status.DRAFT


@dataclass(frozen=True, slots=True)
class Patch:
    """What is to be different. What is None stays as it is."""

    title: str | None = None
    body: str | None = None
    tags: tuple[str, ...] | None = None
    status: Status | None = None


class Sort(Enum):
    """The orders in which posts are listed. A draft stands where it was created."""

    NEWEST = "-published"
    OLDEST = "published"
    LAST_UPDATED = "-updated"
    FIRST_UPDATED = "updated"
    TITLE = "title"
    TITLE_FROM_THE_END = "-title"


@dataclass(frozen=True, slots=True)
class Filter:
    """Which posts are listed. What is None does not restrict."""

    author: str | None = None
    tag: str | None = None
    status: Status | None = Status.PUBLISHED
    query: search.Query | None = None


Check = Callable[[Post], object]
_PUBLISHED_ONES = Filter()


def accept(_post: Post) -> None:
    """The check that every post passes."""


def write(work: Work, content: Content, *, by: Caller) -> Post:
    """A new post, at a slug that is made from its title."""
    _may_write(work, by)
    content = _fit(content)
    base = slugs.from_title(content.title)
    number = 1
    while (post := _inserted(work, content, by, base, number)) is None:
        # One more than the highest; or than the last try, where somebody chose that very slug.
        number = max(number, _highest(work, base)) + 1
    return post


def write_at(work: Work, slug: str, content: Content, *, by: Caller) -> Post:
    """A new post at a slug of choice. Raises `SlugTaken`, also by a draft that nobody else sees."""
    _may_write(work, by)
    post = _inserted(work, _fit(content), by, slugs.checked(slug))
    if post is None:
        raise SlugTaken(slug)
    return post


def page(
    work: Work,
    *,
    by: Caller | None,
    only: Filter = _PUBLISHED_ONES,
    sort: Sort = Sort.NEWEST,
    limit: int = 20,
    cursor: str | None = None,
) -> Page[Post]:
    """A page of the posts that the reader may see. Raises `BadCursor`."""
    order = _ORDERS[sort]
    place = None if cursor is None else order.place(cursor)
    statement = _listing(_shape(by, only), sort, None if place is None else place.side)
    if only.query is not None:
        statement = statement.where(*search.conditions(only.query))
    sought = {
        "author": only.author,
        "tag": None if only.tag is None else only.tag.lower(),
        "status": None if only.status is None else only.status.value,
        "reader": None if by is None else by.username,
    }
    rows = work.execute(statement, sought | pages.parameters(place, limit)).all()
    return pages.assemble(order, place, limit, [_post(row) for row in rows])


def get(work: Work, slug: str, *, by: Caller | None) -> Post:
    """The post at a slug. Raises `PostNotFound`."""
    row = work.execute(_AT_SLUG, {"slug": slug}).one_or_none()
    post = None if row is None else _post(row)
    if post is None or not _sees(by, post):
        raise PostNotFound(slug)
    return post


def replace(work: Work, slug: str, content: Content, *, by: Caller, check: Check = accept) -> Post:
    """The post with all exchanged that an author writes. Else as `change`."""
    whole = Patch(content.title, content.body, content.tags, content.status)
    return change(work, slug, whole, by=by, check=check)


def change(work: Work, slug: str, patch: Patch, *, by: Caller, check: Check = accept) -> Post:
    """The post as it is now. It stays at its slug, whatever its title becomes.

    `check` is given the post as it was, in the transaction that changes it, and refuses by
    raising. Raises `PostNotFound`, `NotAllowed`, and `Stale` when another writer came between.
    """
    old = _for_change(work, slug, by, check)
    new = _patched(old, patch, work.now)
    _at_version(work, old, sa.update(_posts).values(_values(new)))
    if new.tags != old.tags:
        work.execute(sa.delete(_tags).where(_tags.c.post_id == old.id))
        _index_tags(work, new)
    return new


def delete(work: Work, slug: str, *, by: Caller, check: Check = accept) -> None:
    """Remove the post. `check` and what is raised are as for `change`."""
    _at_version(work, _for_change(work, slug, by, check), sa.delete(_posts))


def bequeath(work: Work, author: str, heir: str) -> None:
    """Make one account the author of all that another wrote."""
    now = sa.literal(work.now, tables.Instant)
    work.execute(
        sa.update(_posts)
        .where(_posts.c.author == author)
        .values(
            author=heir,
            updated_at=sa.case((_posts.c.updated_at < now, now), else_=_posts.c.updated_at),
            version=_posts.c.version + 1,
        )
    )


def delete_all_by(work: Work, author: str) -> None:
    """Remove all that an account wrote."""
    work.execute(sa.delete(_posts).where(_posts.c.author == author))


# Who may what


class _Sight(Enum):
    """Which posts a reader sees in a list."""

    ALL = "all"
    PUBLISHED_AND_OWN = "published and own"
    PUBLISHED = "published"


def _sight(by: Caller | None) -> _Sight:
    if by is None:
        return _Sight.PUBLISHED
    return _Sight.ALL if by.is_editor else _Sight.PUBLISHED_AND_OWN


def _sees(by: Caller | None, post: Post) -> bool:
    return post.status is Status.PUBLISHED or (by is not None and _is_in_charge(by, post))


def _is_in_charge(by: Caller, post: Post) -> bool:
    return by.is_editor or by.username == post.author


def _may_write(work: Work, by: Caller) -> None:
    if not by.role.covers(Role.AUTHOR):
        raise NotAllowed("Readers do not write posts.")
    if work.execute(_AUTHOR, {"username": by.username}).one_or_none() is None:
        raise CallerGone(by.username)


def _for_change(work: Work, slug: str, by: Caller, check: Check) -> Post:
    post = get(work, slug, by=by)
    if not by.role.covers(Role.AUTHOR):
        raise NotAllowed("Readers do not write posts.")
    if not _is_in_charge(by, post):
        raise NotAllowed("Only its author and editors may change a post.")
    check(post)
    return post


# What is written


def _fit(content: Content) -> Content:
    return Content(
        title=storable("title", content.title),
        body=storable("body", content.body),
        tags=_normalised(content.tags),
        status=content.status,
    )


def _normalised(tags: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_tag(tag) for tag in tags))


def _tag(tag: str) -> str:
    name = tag.lower()
    if len(name) > LONGEST_TAG or not re.fullmatch(slugs.PATTERN, name):
        raise Unfit("tag", f"is not up to {LONGEST_TAG} of a-z and 0-9 in words with hyphens")
    return name


def _patched(old: Post, patch: Patch, now: datetime) -> Post:
    content = _fit(
        Content(
            title=old.title if patch.title is None else patch.title,
            body=old.body if patch.body is None else patch.body,
            tags=old.tags if patch.tags is None else patch.tags,
            status=old.status if patch.status is None else patch.status,
        )
    )
    # Every change is seen in the time, even one that the clock is too slow for.
    updated_at = max(now, old.updated_at + timedelta(microseconds=1))
    before, after = ((c.title, c.body, c.tags) for c in (old, content))
    return dataclasses.replace(
        old,
        title=content.title,
        body=content.body,
        tags=content.tags,
        status=content.status,
        updated_at=updated_at,
        published_at=old.published_at or _published_at(content.status, updated_at),
        revised_at=old.revised_at if before == after else updated_at,
        version=old.version + 1,
    )


def _published_at(status: Status, moment: datetime) -> datetime | None:
    return moment if status is Status.PUBLISHED else None


def _title_key(title: str) -> str:
    """What a title is sorted by: without regard to case, and short enough for a cursor."""
    return title.casefold().encode()[:300].decode(errors="ignore")


# Rows and statements

_posts = tables.posts
_slugs = tables.post_slugs
_tags = tables.post_tags

_COLUMNS = (
    _posts.c.id,
    _posts.c.uid,
    _posts.c.slug,
    _posts.c.title,
    _posts.c.body,
    _posts.c.author,
    _posts.c.tags,
    _posts.c.status,
    _posts.c.created_at,
    _posts.c.updated_at,
    _posts.c.published_at,
    _posts.c.revised_at,
    _posts.c.version,
)
_ALL = sa.select(*_COLUMNS)
_AT_SLUG = _ALL.where(_posts.c.slug == sa.bindparam("slug"))
_HIGHEST = sa.select(sa.func.max(_slugs.c.number)).where(_slugs.c.base == sa.bindparam("base"))
_AUTHOR = sa.select(tables.accounts.c.id).where(
    tables.accounts.c.username == sa.bindparam("username")
)
_INSERT = tables.insert_if_free(_posts, _posts.c.slug)


def _post(row: sa.Row[*tuple[Any, ...]]) -> Post:
    id_, uid, slug, title, body, author, tags, status, *times, version = row
    created, updated, published, revised = times
    return Post(
        id=id_,
        uid=uid,
        slug=slug,
        title=title,
        body=body,
        author=author,
        tags=tags,
        status=Status(status),
        created_at=created,
        updated_at=updated,
        published_at=published,
        revised_at=revised,
        version=version,
    )


def _values(post: Post) -> dict[str, Any]:
    return {
        "uid": post.uid,
        "slug": post.slug,
        "title": post.title,
        "title_key": _title_key(post.title),
        "body": post.body,
        "author": post.author,
        "tags": post.tags,
        "status": post.status.value,
        "created_at": post.created_at,
        "updated_at": post.updated_at,
        "published_at": post.published_at,
        "listed_at": _listed_at(post),
        "revised_at": post.revised_at,
        "words": search.kept(post.title, post.body, post.tags),
        "version": post.version,
    }


def _highest(work: Work, base: str) -> int:
    return work.execute(_HIGHEST, {"base": base}).scalar_one() or 1


def _inserted(work: Work, content: Content, by: Caller, base: str, number: int = 1) -> Post | None:
    """The new post, or nothing where the slug is taken."""
    post = Post(
        id=0,
        uid=str(uuid.UUID(bytes=work.chance(16), version=4)),
        slug=slugs.numbered(base, number),
        title=content.title,
        body=content.body,
        author=by.username,
        tags=content.tags,
        status=content.status,
        created_at=work.now,
        updated_at=work.now,
        published_at=_published_at(content.status, work.now),
        revised_at=work.now,
        version=1,
    )
    first = {"revision": 1, "discussion": 0}
    id_ = work.execute(_INSERT, _values(post) | first).scalar_one_or_none()
    if id_ is None:
        return None
    post = dataclasses.replace(post, id=id_)
    slug = {"slug": post.slug, "base": base, "number": number, "post_id": post.id}
    work.execute(sa.insert(_slugs), slug)
    _index_tags(work, post)
    return post


def _index_tags(work: Work, post: Post) -> None:
    if post.tags:
        rows = [{"tag": tag, "post_id": post.id} for tag in post.tags]
        work.execute(sa.insert(_tags), rows)


def _at_version(work: Work, seen: Post, statement: sa.Update | sa.Delete) -> None:
    """Change the post that was seen, unless it has become another since."""
    same = (_posts.c.id == seen.id, _posts.c.version == seen.version)
    if work.execute(statement.where(*same)).rowcount != 1:
        raise Stale(seen.slug)


def _order(sort: Sort, column: sa.ColumnElement[Any], key: Callable[[Post], Any]) -> Order[Post]:
    falls = sort.value.startswith("-")
    return Order(
        name=sort.value,
        column=column,
        identity=_posts.c.id,
        direction=Direction.DESCENDING if falls else Direction.ASCENDING,
        anchor_of=lambda post: Anchor(key(post), post.id),
        read_key=str if column is _posts.c.title_key else pages.moment,
    )


def _listed_at(post: Post) -> datetime:
    return post.published_at or post.created_at


def _update(post: Post) -> datetime:
    return post.updated_at


def _title(post: Post) -> str:
    return _title_key(post.title)


_ORDERS = {
    Sort.NEWEST: _order(Sort.NEWEST, _posts.c.listed_at, _listed_at),
    Sort.OLDEST: _order(Sort.OLDEST, _posts.c.listed_at, _listed_at),
    Sort.LAST_UPDATED: _order(Sort.LAST_UPDATED, _posts.c.updated_at, _update),
    Sort.FIRST_UPDATED: _order(Sort.FIRST_UPDATED, _posts.c.updated_at, _update),
    Sort.TITLE: _order(Sort.TITLE, _posts.c.title_key, _title),
    Sort.TITLE_FROM_THE_END: _order(Sort.TITLE_FROM_THE_END, _posts.c.title_key, _title),
}


@dataclass(frozen=True, slots=True)
class _Shape:
    """What a listing is restricted by: all that its statement depends on, but no values."""

    filtered: frozenset[str]
    sight: _Sight


def _shape(by: Caller | None, only: Filter) -> _Shape:
    given = {"author": only.author, "tag": only.tag, "status": only.status}
    # Whoever asks for published posts alone sees what everybody sees.
    sight = _Sight.ALL if only.status is Status.PUBLISHED else _sight(by)
    return _Shape(frozenset(name for name, value in given.items() if value is not None), sight)


_FILTERS: dict[str, sa.ColumnElement[bool]] = {
    "author": _posts.c.author == sa.bindparam("author"),
    "tag": _posts.c.id.in_(sa.select(_tags.c.post_id).where(_tags.c.tag == sa.bindparam("tag"))),
    "status": _posts.c.status == sa.bindparam("status"),
}
_IS_PUBLISHED = _posts.c.status == Status.PUBLISHED.value
_SIGHTS: dict[_Sight, sa.ColumnElement[bool]] = {
    _Sight.ALL: sa.true(),
    _Sight.PUBLISHED_AND_OWN: _IS_PUBLISHED | (_posts.c.author == sa.bindparam("reader")),
    _Sight.PUBLISHED: _IS_PUBLISHED,
}


@cache
def _listing(shape: _Shape, sort: Sort, side: Side | None) -> AnySelect:
    """The statement of a page. There are some hundreds; each is built once."""
    wanted = [condition for name, condition in _FILTERS.items() if name in shape.filtered]
    return _ORDERS[sort].sorted(_ALL.where(_SIGHTS[shape.sight], *wanted), side)
