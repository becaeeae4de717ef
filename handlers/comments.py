"""Comments over HTTP."""

from handlers import intake, present
from handlers.answers import changed, created, found, gone, listed
from handlers.contract import (
    ChangeCommentAnswer,
    ChangeCommentBody,
    CreateCommentAnswer,
    CreateCommentBody,
    DeleteCommentAnswer,
    GetCommentAnswer,
    ListCommentsAnswer,
)
from handlers.preconditions import unchanged
from handlers.representations import of_comment, tags_of_comment
from handlers.resources import address, work
from publishing import comments
from publishing.callers import Caller


def create_comment(slug: str, body: CreateCommentBody, user: Caller) -> CreateCommentAnswer:
    """Comment on a post."""
    comment = comments.write(work(), slug, body["body"], by=user)
    location = address("comments.get_comment", slug=comment.post, id=comment.id)
    return created(of_comment(comment), location=location)


def list_comments(
    slug: str, limit: int, cursor: str | None = None, user: Caller | None = None
) -> ListCommentsAnswer:
    """List the comments on a post that the caller may see."""
    page = comments.page(work(), slug, by=user, limit=limit, cursor=cursor)
    return listed("comments.list_comments", page, present.comment, slug=slug)


def get_comment(
    slug: str,
    id: int,
    user: Caller | None = None,
    if_none_match: str | None = None,
    if_modified_since: str | None = None,
) -> GetCommentAnswer:
    """Read a comment."""
    comment = comments.get(work(), slug, id, by=user)
    return found(
        of_comment(comment), if_none_match=if_none_match, if_modified_since=if_modified_since
    )


def change_comment(
    slug: str, id: int, body: ChangeCommentBody, user: Caller, if_match: str | None = None
) -> ChangeCommentAnswer:
    """Change a comment."""
    check = unchanged(if_match, tags_of_comment)
    patch = intake.comment_patch(body)
    comment = comments.change(work(), slug, id, patch, by=user, check=check)
    return changed(of_comment(comment))


def delete_comment(
    slug: str, id: int, user: Caller, if_match: str | None = None
) -> DeleteCommentAnswer:
    """Delete a comment."""
    comments.delete(work(), slug, id, by=user, check=unchanged(if_match, tags_of_comment))
    return gone()
