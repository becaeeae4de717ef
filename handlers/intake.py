"""What clients send, in the domain's words. The contract has been held against it before."""

from datetime import UTC, datetime

from handlers.contract import AccountPatch, CommentPatch, NewPost, PostPatch
from publishing import accounts, comments, posts
from publishing.accounts import NewPassword
from publishing.callers import Role
from publishing.posts import Content, Status


def content(body: NewPost) -> Content:
    """A whole post; what is not mentioned has the contract's default."""
    return Content(
        title=body["title"],
        body=body["body"],
        tags=tuple(body.get("tags", ())),
        status=Status(body.get("status", Status.DRAFT)),
        publish_at=_moment(body["publish_at"]) if "publish_at" in body else None,
    )


def post_patch(body: PostPatch) -> posts.Patch:
    """What is to be different of a post; `"tags": null` leaves none."""
    return posts.Patch(
        title=body.get("title"),
        body=body.get("body"),
        tags=tuple(body["tags"] or ()) if "tags" in body else None,
        status=Status(body["status"]) if "status" in body else None,
        publish_at=_moment(body["publish_at"]) if "publish_at" in body else None,
        slug=body.get("slug"),
    )


def comment_patch(body: CommentPatch) -> comments.Patch:
    """What is to be different of a comment."""
    return comments.Patch(body=body.get("body"))


def account_patch(body: AccountPatch) -> accounts.Patch:
    """What is to be different of an account; a new password comes with the current one."""
    return accounts.Patch(
        display_name=body.get("display_name"),
        role=Role(body["role"]) if "role" in body else None,
        password=(
            NewPassword(body["password"], current=body["current_password"])
            if "password" in body and "current_password" in body
            else None
        ),
    )


def _moment(text: str) -> datetime:
    """A time that RFC 3339 writes with any offset, in UTC."""
    return datetime.fromisoformat(text).astimezone(UTC)
