"""Posts as they are written: the rows of all tables that change with one.

What may be written, and by whom, is for `publishing.posts` to say. Rows that belong to a post find
it by its uid, which is known before its id: so a new post is written in one round trip.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

import sqlalchemy as sa

from publishing import kept_posts, revisions, slugs, tables
from publishing.facts import CallerGone
from publishing.kept_posts import Post
from publishing.prepared import Prepared
from publishing.work import Asked, Work


def insert(work: Work, post: Post, base: str, number: int = 1) -> Post | None:
    """The new post at a numbered slug, or nothing where that is taken or the author is gone."""
    post = post._replace(slug=slugs.numbered(base, number))
    values = kept_posts.values(post) | {"discussion": 0, "writer": post.author}
    (inserted, _), (claimed, _), *_rest = work.change_all(
        (_INSERT, values),
        _claiming(post, base, number),
        *_tagging(post),
        _revising(post, by=post.author),
    )
    if not inserted:
        return None
    post = post._replace(id=inserted[0][0])
    if not claimed:
        # Another post had this slug before it was renamed.
        delete(work, post)
        return None
    return post


def highest(work: Work, base: str, writer: str) -> int:
    """The highest number of a slug that was taken. Raises `CallerGone` where that is the cause."""
    ((number, is_there),) = work.rows(_HIGHEST, {"base": base, "writer": writer})
    if not is_there:
        raise CallerGone(writer)
    return number or 1


def claim(work: Work, post: Post) -> bool:
    """Whether the slug of the post is now its own, as one that it had before is again."""
    if work.row(*_claiming(post, post.slug)) is not None:
        return True
    return work.row(_OWNER_OF_SLUG, {"slug": post.slug}) == (post.id,)


def update(work: Work, old: Post, new: Post, *, by: str) -> bool:
    """Whether the post became another; not where somebody else changed it in between."""
    asked: list[Asked] = [(_UPDATE, kept_posts.values(new) | _state(old))]
    if new.tags != old.tags:
        asked += [(_UNTAG, {"post": old.id}), *_tagging(new)]
    if new.revision != old.revision:
        asked.append(_revising(new, by=by))
    (_, changed), *_rest = work.change_all(*asked)
    return changed == 1


def delete(work: Work, post: Post) -> bool:
    """Whether the post is gone; not where somebody else changed it in between."""
    return work.change(_DELETE, _state(post)) == 1


def _claiming(post: Post, base: str, number: int = 1) -> Asked:
    return _CLAIM, {"slug": post.slug, "base": base, "number": number, "uid": post.uid}


def _tagging(post: Post) -> Iterator[Asked]:
    if post.tags:
        named = {f"tag_{number}": tag for number, tag in enumerate(post.tags)}
        yield _tag(len(post.tags)), {"uid": post.uid} | named


def _revising(post: Post, *, by: str) -> Asked:
    revision = revisions.Revision(
        number=post.revision,
        title=post.title,
        body=post.body,
        tags=post.tags,
        author=by,
        created_at=post.revised_at,
    )
    return revisions.keeping(post.uid, revision)


def _state(post: Post) -> dict[str, Any]:
    """What tells the post as it was seen from what it has become since."""
    return {"of_id": post.id, "of_version": post.version}


# Statements

_posts = tables.posts
_slugs = tables.post_slugs
_tags = tables.post_tags
_WRITTEN = (*kept_posts.WRITTEN, "discussion")

_IS_STATE = (_posts.c.id == sa.bindparam("of_id")) & (
    _posts.c.version == sa.bindparam("of_version")
)

_OWNER_OF_SLUG = Prepared(sa.select(_slugs.c.post_id).where(_slugs.c.slug == sa.bindparam("slug")))
_HIGHEST = Prepared(
    sa.select(
        sa.func.max(_slugs.c.number),
        sa.exists().where(tables.accounts.c.username == sa.bindparam("writer")),
    ).where(_slugs.c.base == sa.bindparam("base"))
)
# Nothing is inserted for an author who is gone, and that costs no statement of its own.
_INSERT = Prepared(
    tables.insert_if_free(
        _posts,
        _posts.c.slug,
        given=sa.select(*tables.given(_posts, *_WRITTEN)).where(
            tables.accounts.c.username == sa.bindparam("writer")
        ),
    )
)
_UPDATE = Prepared(sa.update(_posts).where(_IS_STATE), *kept_posts.WRITTEN)
_DELETE = Prepared(sa.delete(_posts).where(_IS_STATE))
_CLAIM = Prepared(
    tables.insert_if_free(
        _slugs, _slugs.c.slug, given=tables.of_post(_slugs, "slug", "base", "number")
    )
)
_UNTAG = Prepared(sa.delete(_tags).where(_tags.c.post_id == sa.bindparam("post")))


@cache
def _tag(count: int) -> Prepared:
    """The statement that puts a post under so many tags."""
    post = sa.select(_posts.c.id).where(_posts.c.uid == sa.bindparam("uid")).subquery()
    named = [sa.bindparam(f"tag_{number}", type_=_tags.c.tag.type) for number in range(count)]
    each = sa.union_all(*(sa.select(tag.label("tag"), post.c.id.label("post_id")) for tag in named))
    return Prepared(sa.insert(_tags).from_select(["tag", "post_id"], each))
