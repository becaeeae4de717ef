"""Posts: written, read, changed and deleted.

A draft is seen by its author and by editors, and so is a post that is scheduled, until its time has
come. To anybody else it is, in all but taking up its slug, a post that does not exist.
"""

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from publishing import access, kept_posts, revisions, slugs, tables, written_posts
from publishing.access import Action
from publishing.callers import Caller
from publishing.facts import (
    PostMoved,
    PostNotFound,
    PostThere,
    SlugTaken,
    Stale,
    Unfit,
    Unschedulable,
)
from publishing.kept_posts import Post, Status
from publishing.prepared import Prepared
from publishing.text import storable
from publishing.work import Work

LONGEST_TAG = 40


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


Check = Callable[[Post], object]


def accept(_post: Post) -> None:
    """The check that every post passes."""


def write(work: Work, content: Content, *, by: Caller) -> Post:
    """A new post, at a slug that is made from its title. Raises `Unschedulable`."""
    access.demand(Action.WRITE_POSTS, by)
    content = _fit(content)
    post = _new(work, content, by)
    base = slugs.from_title(content.title)
    number = 1
    while (kept := written_posts.insert(work, post, base, number)) is None:
        # One more than the highest; or than the last try, where somebody chose that very slug.
        number = max(number, written_posts.highest(work, base, post.author)) + 1
    return kept


def write_at(work: Work, slug: str, content: Content, *, by: Caller) -> Post:
    """A new post at a slug of choice.

    Raises `Unschedulable`, and `PostThere`, also for a draft that nobody else sees and for a slug
    that another post had before it was renamed.
    """
    access.demand(Action.WRITE_POSTS, by)
    content = _fit(content)
    base = slugs.checked(slug)
    post = written_posts.insert(work, _new(work, content, by), base)
    if post is None:
        written_posts.highest(work, slug, by.username)
        raise PostThere(slug)
    return post


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
    post = _found(work, _ONCE_AT_SLUG, slug)
    if post is None or not _sees(by, post):
        raise PostNotFound(slug)
    if post.slug != slug:
        raise PostMoved(post.slug)
    return post


def replace(work: Work, slug: str, content: Content, *, by: Caller, check: Check = accept) -> Post:
    """The post with all exchanged that an author writes; its slug stays. Else as `change`."""
    whole = Patch(content.title, content.body, content.tags, content.status, content.publish_at)

    def check_whole(old: Post) -> None:
        check(old)
        _publish_at(content, work.now, before=old.published_at)  # nothing is taken over from before

    return change(work, slug, whole, by=by, check=check_whole)


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
    if new.slug != old.slug and not written_posts.claim(work, new):
        raise SlugTaken(new.slug)
    if not written_posts.update(work, old, new, by=by.username):
        raise Stale(old.slug)
    return new


def delete(work: Work, slug: str, *, by: Caller, check: Check = accept) -> None:
    """Remove the post. `check` and what is raised are as for `change`."""
    post = for_change(work, slug, by=by, to=Action.DELETE_POSTS, check=check)
    if not written_posts.delete(work, post):
        raise Stale(post.slug)


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


def _sees(by: Caller | None, post: Post) -> bool:
    is_published = post.status is Status.PUBLISHED
    return is_published or access.may(Action.READ_POSTS, by, owner=post.author)


# What is written


def _fit(content: Content) -> Content:
    return Content(
        title=storable("title", content.title),
        body=storable("body", content.body),
        tags=_normalised(content.tags),
        status=content.status,
        publish_at=content.publish_at,
    )


def _new(work: Work, content: Content, by: Caller) -> Post:
    """A post that is not kept yet, and has neither id nor slug."""
    return Post(
        id=0,
        uid=str(uuid.UUID(bytes=work.chance(16), version=4)),
        slug="",
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


def _normalised(tags: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_normal(tag) for tag in tags))


def _normal(tag: str) -> str:
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
    return old._replace(
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


# What is read

_posts = tables.posts
_slugs = tables.post_slugs

_AT_SLUG = Prepared(kept_posts.ALL.where(_posts.c.slug == sa.bindparam("slug")))
# Also of a post that is there now: every post has a row for the slug that it has.
_ONCE_AT_SLUG = Prepared(
    kept_posts.ALL.join(_slugs, _slugs.c.post_id == _posts.c.id).where(
        _slugs.c.slug == sa.bindparam("slug")
    )
)


def _found(work: Work, statement: Prepared, slug: str) -> Post | None:
    row = work.row(statement, {"slug": slug})
    return None if row is None else kept_posts.read(row, work.now)
