"""Revisions of posts over HTTP."""

from functools import partial

from handlers import present
from handlers.answers import changed, found, listed
from handlers.contract import GetRevisionAnswer, ListRevisionsAnswer, RestoreRevisionAnswer
from handlers.preconditions import unchanged
from handlers.representations import of_post, of_revision, tags_of_post
from handlers.resources import work
from publishing import posts, revisions
from publishing.callers import Caller


def list_revisions(
    slug: str, user: Caller, limit: int, cursor: str | None = None
) -> ListRevisionsAnswer:
    """List the revisions of a post."""
    post = posts.with_history(work(), slug, by=user)
    page = revisions.page(work(), post.id, limit=limit, cursor=cursor)
    show = partial(present.revision_line, post)
    return listed("revisions.list_revisions", page, show, slug=post.slug)


def get_revision(
    slug: str,
    number: int,
    user: Caller,
    if_none_match: str | None = None,
    if_modified_since: str | None = None,
) -> GetRevisionAnswer:
    """Read a revision of a post."""
    post = posts.with_history(work(), slug, by=user)
    revision = revisions.get(work(), post.id, number)
    return found(
        of_revision(post, revision),
        if_none_match=if_none_match,
        if_modified_since=if_modified_since,
    )


def restore_revision(
    slug: str, number: int, user: Caller, if_match: str | None = None
) -> RestoreRevisionAnswer:
    """Make a post what a revision of it was."""
    check = unchanged(if_match, tags_of_post)
    return changed(of_post(posts.restore(work(), slug, number, by=user, check=check)))
