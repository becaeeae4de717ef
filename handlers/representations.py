"""Representations: what an address gives in one media type, and the tag that tells which it is.

Tags are made from what the domain calls an edition: a name that no other state ever has. So two
tags are equal only where the bytes are, and nothing has to be rendered or hashed to find that out.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Generic, Literal, TypeVar

from handlers import pages, present, syndication
from handlers.contract import (
    AccountDocument,
    CommentDocument,
    IssuedTokenDocument,
    JsonFeed,
    PostDocument,
    RevisionDocument,
    TokenDocument,
)
from handlers.resources import at_hand, work
from publishing import comments, markdown
from publishing.accounts import Account
from publishing.comments import Comment
from publishing.feeds import Feed
from publishing.posts import Post
from publishing.revisions import Revision
from publishing.tokens import Issued, Token
from publishing.work import Intent
from tenor.media_types import HTML

Content = TypeVar("Content")


@dataclass(frozen=True, slots=True)
class Representation(Generic[Content]):
    """A state of a resource as JSON. The content is made when it is asked for."""

    content: Callable[[], Content]
    tag: str
    last_modified: datetime
    caching: Literal["no-cache", "no-store"] = "no-cache"


@dataclass(frozen=True, slots=True)
class TextRepresentation:
    """A state of a resource as Markdown."""

    content: Callable[[], str]
    tag: str
    last_modified: datetime


@dataclass(frozen=True, slots=True)
class PageRepresentation:
    """A state of a resource as a page for people."""

    content: Callable[[], str]
    tag: str
    last_modified: datetime


@dataclass(frozen=True, slots=True)
class FeedRepresentation:
    """A state of a feed, as text or as JSON."""

    content: Callable[[], JsonFeed | str]
    tag: str
    last_modified: datetime


def of_account(account: Account) -> Representation[AccountDocument]:
    """An account."""
    return Representation(
        content=lambda: {"data": present.account(account)},
        tag=_json_tag(account.edition),
        last_modified=account.updated_at,
    )


def of_token(token: Token) -> Representation[TokenDocument]:
    """A token without its secret. It has one state, as it never changes."""
    return Representation(
        content=lambda: {"data": present.token(token)},
        tag=_json_tag(str(token.id)),
        last_modified=token.created_at,
    )


def of_issued(issued: Issued) -> Representation[IssuedTokenDocument]:
    """A token with its secret, which no cache may keep."""
    return Representation(
        content=lambda: {"data": present.issued(issued)},
        tag=of_token(issued.token).tag,
        last_modified=issued.token.created_at,
        caching="no-store",
    )


def of_post(post: Post) -> Representation[PostDocument]:
    """A post as JSON."""
    return Representation(
        content=lambda: {"data": present.post(post)},
        tag=_json_tag(post.edition),
        last_modified=post.changed_at,
    )


def page_of_post(post: Post) -> PageRepresentation:
    """A post as a page."""
    tag = _page_tag(post)
    return PageRepresentation(
        content=lambda: _rendered(tag, partial(_page_of, post)),
        tag=tag,
        last_modified=max(post.changed_at, post.discussed_at or post.changed_at),
    )


def _rendered(tag: str, render: Callable[[], str]) -> str:
    """A page that is rendered once for its tag.

    What a request writes is not kept yet and may never be, and then its tag comes again: another
    post gets the same id.
    """
    return at_hand().rendered.get(tag, render) if work().intent is Intent.READ else render()


def text_of_post(post: Post) -> TextRepresentation:
    """A post as the Markdown that its author wrote, below its title."""
    return TextRepresentation(
        content=lambda: markdown.document(post.title, post.body),
        tag=_text_tag(post),
        last_modified=post.changed_at,
    )


def of_post_in(media_type: str, post: Post) -> Representation[PostDocument] | PageRepresentation:
    """A post in the media type that was negotiated: as JSON or as a page."""
    return page_of_post(post) if media_type == HTML else of_post(post)


def of_revision(post: Post, revision: Revision) -> Representation[RevisionDocument]:
    """A revision of a post. It never changes, but its address and its author may."""
    return Representation(
        content=lambda: {"data": present.revision(post, revision)},
        tag=_json_tag(f"{post.edition}.{revision.number}"),
        last_modified=post.changed_at,
    )


def of_comment(comment: Comment) -> Representation[CommentDocument]:
    """A comment."""
    return Representation(
        content=lambda: {"data": present.comment(comment)},
        tag=_json_tag(comment.edition),
        last_modified=comment.updated_at,
    )


def of_feed_in(media_type: str, feed: Feed) -> FeedRepresentation:
    """A feed in the media type that was negotiated: as Atom or as JSON Feed."""
    is_atom = media_type == syndication.ATOM
    return FeedRepresentation(
        content=partial(syndication.atom if is_atom else syndication.json, feed),
        tag=f'"{feed.edition}-{"atom" if is_atom else "json"}-{syndication.DESIGN}-{_mark()}"',
        last_modified=feed.changed_at,
    )


def tags_of_account(account: Account) -> tuple[str, ...]:
    """The tags of all representations of an account as it is."""
    return (_json_tag(account.edition),)


def tags_of_post(post: Post) -> tuple[str, ...]:
    """The tags of all representations of a post as it is."""
    return _json_tag(post.edition), _page_tag(post), _text_tag(post)


def tags_of_comment(comment: Comment) -> tuple[str, ...]:
    """The tags of all representations of a comment as it is."""
    return (_json_tag(comment.edition),)


def _mark() -> str:
    """A part of the tag of whatever has addresses in it."""
    return at_hand().addresses.mark


def _json_tag(edition: str) -> str:
    return f'"{edition}-json-{_mark()}"'


def _page_tag(post: Post) -> str:
    return f'"{post.edition}-html-{post.discussion}-{pages.DESIGN}-{_mark()}"'


def _page_of(post: Post) -> str:
    return pages.post(post, comments.on(work(), post, limit=pages.MOST_COMMENTS))


def _text_tag(post: Post) -> str:
    return f'"{post.edition}-markdown"'
