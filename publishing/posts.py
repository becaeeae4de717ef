"""Posts: written, paged through, read, changed and deleted.

A draft is seen by its author and by editors, and so is a post that is scheduled, until its time has
come. To anybody else it is, in all but taking up its slug, a post that does not exist.

A scheduled post is kept as a published one whose time of publication lies ahead. So it is seen by
everybody from that moment on, and nothing has to run then.
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

from publishing import access, pages, revisions, search, slugs, tables
from publishing.access import Action
from publishing.callers import Caller
from publishing.facts import (
    CallerGone,
    PostMoved,
    PostNotFound,
    PostThere,
    SlugTaken,
    Stale,
    Unfit,
    Unschedulable,
)
from publishing.pages import Anchor, AnySelect, Direction, Order, Page, Side
from publishing.text import storable
from publishing.work import Work

LONGEST_TAG = 40


class Status(Enum):
    """Whether a post is for everybody yet."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"


@dataclass(frozen=True, slots=True)
class Post:
    """A post as it is at the moment of the unit of work that read it.

    `published_at` is when it was first published, and stays when it becomes a draft again;
    `publish_at` is when it will be, and there only while it is scheduled. `version` rises with
    every change; `revision` and `revised_at` only with one of title, body or tags; `discussion` and
    `discussed_at` with what happens among its comments. `uid` never changes.
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
    publish_at: datetime | None
    version: int
    revision: int
    revised_at: datetime
    discussion: int
    discussed_at: datetime | None

    @property
    def edition(self) -> str:
        """A name for this state of this post that no other state of any post ever has.

        Not even of a post that comes to the same slug after this one was deleted. Being published
        by the clock makes another state, though nothing is written then.
        """
        waiting = "s" if self.status is Status.SCHEDULED else ""
        return f"{self.id}.{self.version}{waiting}"

    @property
    def changed_at(self) -> datetime:
        """When this state began: with the last change, or by the clock with its publication."""
        return max(self.updated_at, self.published_at or self.updated_at)


@dataclass(frozen=True, slots=True)
class Content:
    """What an author writes. The body is Markdown. What is scheduled has a time to come."""

    title: str
    body: str
    tags: tuple[str, ...] = ()
    status: Status = Status.DRAFT
    publish_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Patch:
    """What is to be different. What is None stays as it is."""

    title: str | None = None
    body: str | None = None
    tags: tuple[str, ...] | None = None
    status: Status | None = None
    publish_at: datetime | None = None
    slug: str | None = None


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
    """A new post, at a slug that is made from its title. Raises `Unschedulable`."""
    _may_write(work, by)
    content = _fit(content)
    base = slugs.from_title(content.title)
    number = 1
    while (post := _inserted(work, content, by, base, number)) is None:
        # One more than the highest; or than the last try, where somebody chose that very slug.
        number = max(number, _highest(work, base)) + 1
    return post


def write_at(work: Work, slug: str, content: Content, *, by: Caller) -> Post:
    """A new post at a slug of choice.

    Raises `Unschedulable`, and `PostThere`, also for a draft that nobody else sees and for a slug
    that another post had before it was renamed.
    """
    _may_write(work, by)
    post = _inserted(work, _fit(content), by, slugs.checked(slug))
    if post is None:
        raise PostThere(slug)
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
        "reader": None if by is None else by.username,
        "now": work.now,
    }
    rows = work.execute(statement, sought | pages.parameters(place, limit)).all()
    return pages.assemble(order, place, limit, [_post(row, work.now) for row in rows])


def get(work: Work, slug: str, *, by: Caller | None) -> Post:
    """The post at a slug. Raises `PostNotFound`."""
    post = _found(work, _AT_SLUG, slug)
    if post is None or not _sees(by, post):
        raise PostNotFound(slug)
    return post


def find(work: Work, slug: str, *, by: Caller | None) -> Post:
    """The post at a slug. Raises `PostMoved` for one that a post had before it was renamed.

    Whoever may not see that post is told `PostNotFound`, as of any other.
    """
    try:
        return get(work, slug, by=by)
    except PostNotFound:
        moved = _found(work, _ONCE_AT_SLUG, slug)
        if moved is None or moved.slug == slug or not _sees(by, moved):
            raise
        raise PostMoved(moved.slug) from None


def replace(work: Work, slug: str, content: Content, *, by: Caller, check: Check = accept) -> Post:
    """The post with all exchanged that an author writes; its slug stays. Else as `change`."""
    whole = Patch(content.title, content.body, content.tags, content.status, content.publish_at)
    return change(work, slug, whole, by=by, check=check)


def change(work: Work, slug: str, patch: Patch, *, by: Caller, check: Check = accept) -> Post:
    """The post as it is now. It stays at its slug, unless another is given.

    A slug that it leaves leads to it from then on. Title, body and tags as they were stay among its
    revisions. `check` is given the post as it was, in the transaction that changes it, and refuses
    by raising. Raises `PostNotFound`, `NotAllowed`, `SlugTaken`, `Unschedulable`, and `Stale` when
    another writer came between.
    """
    return _changed(work, for_change(work, slug, by=by, check=check), patch, by)


def restore(work: Work, slug: str, number: int, *, by: Caller, check: Check = accept) -> Post:
    """The post with title, body and tags as one of its revisions has them, which makes another.

    Raises `RevisionNotFound`; else as `change`.
    """
    post = for_change(work, slug, by=by, to=Action.RESTORE_REVISIONS)
    revision = revisions.get(work, post.id, number)
    check(post)
    patch = Patch(title=revision.title, body=revision.body, tags=revision.tags)
    return _changed(work, post, patch, by)


def _changed(work: Work, old: Post, patch: Patch, by: Caller) -> Post:
    new = _patched(old, patch, work.now)
    if new.slug != old.slug and not _claimed(work, new):
        raise SlugTaken(new.slug)
    _at_version(work, old, sa.update(_posts).values(_values(new)))
    if new.tags != old.tags:
        work.execute(sa.delete(_tags).where(_tags.c.post_id == old.id))
        _index_tags(work, new)
    if new.revision != old.revision:
        _keep_revision(work, new, by)
    return new


def delete(work: Work, slug: str, *, by: Caller, check: Check = accept) -> None:
    """Remove the post. `check` and what is raised are as for `change`."""
    post = for_change(work, slug, by=by, to=Action.DELETE_POSTS, check=check)
    _at_version(work, post, sa.delete(_posts))


def for_change(
    work: Work,
    slug: str,
    *,
    by: Caller,
    to: Action = Action.CHANGE_POSTS,
    check: Check = accept,
) -> Post:
    """The post at a slug, for those who may do this to it. Raises `PostNotFound`, `NotAllowed`."""
    post = get(work, slug, by=by)
    access.demand(to, by, owner=post.author)
    check(post)
    return post


def with_history(work: Work, slug: str, *, by: Caller) -> Post:
    """The post at a slug, for those who may see its revisions. Raises `NotAllowed`; as `find`."""
    post = find(work, slug, by=by)
    access.demand(Action.READ_REVISIONS, by, owner=post.author)
    return post


def bequeath(work: Work, author: str, heir: str) -> None:
    """Make one account the author of all that another wrote, in revisions of others' posts too."""
    now = sa.literal(work.now, tables.Instant)
    work.execute(
        sa.update(_posts)
        .where((_posts.c.author == author) | _posts.c.id.in_(revisions.posts_of(author)))
        .values(
            author=sa.case((_posts.c.author == author, heir), else_=_posts.c.author),
            updated_at=sa.case((_posts.c.updated_at < now, now), else_=_posts.c.updated_at),
            version=_posts.c.version + 1,
        )
    )
    revisions.bequeath(work, author, heir)


def delete_all_by(work: Work, author: str) -> None:
    """Remove the posts of an account."""
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
    return _Sight.ALL if access.may(Action.READ_POSTS, by) else _Sight.PUBLISHED_AND_OWN


def _sees(by: Caller | None, post: Post) -> bool:
    is_published = post.status is Status.PUBLISHED
    return is_published or access.may(Action.READ_POSTS, by, owner=post.author)


def _may_write(work: Work, by: Caller) -> None:
    access.demand(Action.WRITE_POSTS, by)
    if work.execute(_AUTHOR, {"username": by.username}).one_or_none() is None:
        raise CallerGone(by.username)


# What is written


def _fit(content: Content) -> Content:
    return Content(
        title=storable("title", content.title),
        body=storable("body", content.body),
        tags=_normalised(content.tags),
        status=content.status,
        publish_at=content.publish_at,
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
            publish_at=_wanted_time(old, patch),
        )
    )
    is_revised = (content.title, content.body, content.tags) != (old.title, old.body, old.tags)
    # Every change is seen in the time, even one that the clock is too slow for.
    updated_at = max(now, old.updated_at + timedelta(microseconds=1))
    return dataclasses.replace(
        old,
        slug=old.slug if patch.slug is None else slugs.checked(patch.slug),
        title=content.title,
        body=content.body,
        tags=content.tags,
        status=content.status,
        updated_at=updated_at,
        published_at=_published_at(content, updated_at, before=old.published_at),
        publish_at=_publish_at(content, now, before=old.published_at),
        version=old.version + 1,
        revision=old.revision + is_revised,
        revised_at=updated_at if is_revised else old.revised_at,
    )


def _wanted_time(old: Post, patch: Patch) -> datetime | None:
    """The time that a patch asks for; the one that was there while the post stays scheduled."""
    stays = patch.status in (None, Status.SCHEDULED)
    return old.publish_at if patch.publish_at is None and stays else patch.publish_at


def _published_at(
    content: Content, moment: datetime, *, before: datetime | None = None
) -> datetime | None:
    """When a post was first published, where it is published at the moment or was before."""
    return before or (moment if content.status is Status.PUBLISHED else None)


def _publish_at(
    content: Content, now: datetime, *, before: datetime | None = None
) -> datetime | None:
    """When a post will be published, if it is scheduled. Raises `Unschedulable`."""
    if content.status is not Status.SCHEDULED:
        if content.publish_at is not None:
            raise Unschedulable("publish_at goes with the status scheduled, and with no other.")
        return None
    if before is not None:
        raise Unschedulable("The post was published before, and the time of that stays.")
    if content.publish_at is None:
        raise Unschedulable("The status scheduled needs publish_at, a time to come.")
    if content.publish_at <= now:
        raise Unschedulable("publish_at is not a time to come.")
    return content.publish_at


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
    _posts.c.publish_at,
    _posts.c.version,
    _posts.c.revision,
    _posts.c.revised_at,
    _posts.c.discussion,
    _posts.c.discussed_at,
)
_ALL = sa.select(*_COLUMNS)
_AT_SLUG = _ALL.where(_posts.c.slug == sa.bindparam("slug"))
_ONCE_AT_SLUG = _ALL.join(_slugs, _slugs.c.post_id == _posts.c.id).where(
    _slugs.c.slug == sa.bindparam("slug")
)
_OWNER_OF_SLUG = sa.select(_slugs.c.post_id).where(_slugs.c.slug == sa.bindparam("slug"))
_HIGHEST = sa.select(sa.func.max(_slugs.c.number)).where(_slugs.c.base == sa.bindparam("base"))
_AUTHOR = sa.select(tables.accounts.c.id).where(
    tables.accounts.c.username == sa.bindparam("username")
)
_INSERT = tables.insert_if_free(_posts, _posts.c.slug)
_CLAIM = tables.insert_if_free(_slugs, _slugs.c.slug)


def _post(row: sa.Row[*tuple[Any, ...]], now: datetime) -> Post:
    id_, uid, slug, title, body, author, tags, status, created, updated, *kept = row
    published, publish_at, version, revision, revised_at, discussion, discussed_at = kept
    waits = publish_at is not None and publish_at > now
    return Post(
        id=id_,
        uid=uid,
        slug=slug,
        title=title,
        body=body,
        author=author,
        tags=tags,
        status=Status.SCHEDULED if waits else Status(status),
        created_at=created,
        updated_at=updated,
        published_at=None if waits else published,
        publish_at=publish_at if waits else None,
        version=version,
        revision=revision,
        revised_at=revised_at,
        discussion=discussion,
        discussed_at=discussed_at,
    )


def _values(post: Post) -> dict[str, Any]:
    is_draft = post.status is Status.DRAFT
    return {
        "uid": post.uid,
        "slug": post.slug,
        "title": post.title,
        "title_key": _title_key(post.title),
        "body": post.body,
        "author": post.author,
        "tags": post.tags,
        "status": (Status.DRAFT if is_draft else Status.PUBLISHED).value,
        "created_at": post.created_at,
        "updated_at": post.updated_at,
        "published_at": post.published_at or post.publish_at,
        "publish_at": post.publish_at,
        "listed_at": _listed_at(post),
        "revised_at": post.revised_at,
        "words": search.kept(post.title, post.body, post.tags),
        "version": post.version,
        "revision": post.revision,
    }


def _found(work: Work, statement: AnySelect, slug: str) -> Post | None:
    row = work.execute(statement, {"slug": slug}).one_or_none()
    return None if row is None else _post(row, work.now)


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
        published_at=_published_at(content, work.now),
        publish_at=_publish_at(content, work.now),
        version=1,
        revision=1,
        revised_at=work.now,
        discussion=0,
        discussed_at=None,
    )
    id_ = work.execute(_INSERT, _values(post) | {"discussion": 0}).scalar_one_or_none()
    if id_ is None:
        return None
    post = dataclasses.replace(post, id=id_)
    if not _claimed(work, post, base, number):
        # Another post had this slug before it was renamed.
        work.execute(sa.delete(_posts).where(_posts.c.id == id_))
        return None
    _index_tags(work, post)
    _keep_revision(work, post, by)
    return post


def _claimed(work: Work, post: Post, base: str | None = None, number: int = 1) -> bool:
    """Whether the slug of the post is now its own, as one that it had before is again."""
    claim = {"slug": post.slug, "base": base or post.slug, "number": number, "post_id": post.id}
    if work.execute(_CLAIM, claim).scalar_one_or_none() is not None:
        return True
    owner = work.execute(_OWNER_OF_SLUG, {"slug": post.slug}).scalar_one_or_none()
    return owner == post.id


def _keep_revision(work: Work, post: Post, by: Caller) -> None:
    revision = revisions.Revision(
        number=post.revision,
        title=post.title,
        body=post.body,
        tags=post.tags,
        author=by.username,
        created_at=post.revised_at,
    )
    revisions.keep(work, post.id, revision)


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
    return post.published_at or post.publish_at or post.created_at


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
    status: Status | None
    sight: _Sight


def _shape(by: Caller | None, only: Filter) -> _Shape:
    given = {"author": only.author, "tag": only.tag}
    # Whoever asks for published posts alone sees what everybody sees.
    sight = _Sight.ALL if only.status is Status.PUBLISHED else _sight(by)
    filtered = frozenset(name for name, value in given.items() if value is not None)
    return _Shape(filtered, only.status, sight)


_FILTERS: dict[str, sa.ColumnElement[bool]] = {
    "author": _posts.c.author == sa.bindparam("author"),
    "tag": _posts.c.id.in_(sa.select(_tags.c.post_id).where(_tags.c.tag == sa.bindparam("tag"))),
}
_NOW = sa.bindparam("now", type_=tables.Instant)
_IS_OUT = _posts.c.status == Status.PUBLISHED.value
_STATUSES: dict[Status | None, sa.ColumnElement[bool]] = {
    None: sa.true(),
    Status.DRAFT: _posts.c.status == Status.DRAFT.value,
    Status.SCHEDULED: _IS_OUT & (_posts.c.publish_at > _NOW),
    Status.PUBLISHED: _IS_OUT & (_posts.c.publish_at.is_(None) | (_posts.c.publish_at <= _NOW)),
}
SEEN_BY_EVERYBODY = _STATUSES[Status.PUBLISHED]
"""What statements about what everybody sees ask of a post, at the parameter `now`."""

_SIGHTS: dict[_Sight, sa.ColumnElement[bool]] = {
    _Sight.ALL: sa.true(),
    _Sight.PUBLISHED_AND_OWN: SEEN_BY_EVERYBODY | (_posts.c.author == sa.bindparam("reader")),
    _Sight.PUBLISHED: SEEN_BY_EVERYBODY,
}


@cache
def _listing(shape: _Shape, sort: Sort, side: Side | None) -> AnySelect:
    """The statement of a page. There are some hundreds; each is built once."""
    wanted = [condition for name, condition in _FILTERS.items() if name in shape.filtered]
    seen = _ALL.where(_STATUSES[shape.status], _SIGHTS[shape.sight], *wanted)
    return _ORDERS[sort].sorted(seen, side)
