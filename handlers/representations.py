"""Representations: what an address gives in one media type, and the tag that tells which it is.

Tags are made from what the domain calls an edition: a name that no other state ever has. So two
tags are equal only where the bytes are, and nothing has to be rendered or hashed to find that out.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from handlers import pages, present
from handlers.present import Json
from publishing.accounts import Account
from publishing.posts import Post
from publishing.tokens import Issued, Token
from tenor.media_types import HTML


@dataclass(frozen=True, slots=True)
class Representation:
    """A state of a resource in one media type. The content is made when it is asked for."""

    content: Callable[[], Json | str]
    tag: str
    last_modified: datetime
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


def of_account(account: Account) -> Representation:
    """An account."""
    return Representation(
        content=lambda: present.document(present.account(account)),
        tag=_json_tag(account.edition),
        last_modified=account.updated_at,
    )


def of_token(token: Token) -> Representation:
    """A token without its secret. It has one state, as it never changes."""
    return Representation(
        content=lambda: present.document(present.token(token)),
        tag=_json_tag(str(token.id)),
        last_modified=token.created_at,
    )


def of_issued(issued: Issued) -> Representation:
    """A token with its secret, which no cache may keep."""
    return Representation(
        content=lambda: present.document(present.issued(issued)),
        tag=of_token(issued.token).tag,
        last_modified=issued.token.created_at,
        headers={"Cache-Control": "no-store"},
    )


def of_post(post: Post, media_type: str | None = None) -> Representation:
    """A post as JSON, or as a page where that was negotiated."""
    if media_type == HTML:
        return Representation(
            content=partial(pages.post, post),
            tag=_page_tag(post),
            last_modified=post.updated_at,
            headers=pages.HEADERS,
        )
    return Representation(
        content=lambda: present.document(present.post(post)),
        tag=_json_tag(post.edition),
        last_modified=post.updated_at,
    )


def tags_of_account(account: Account) -> tuple[str, ...]:
    """The tags of all representations of an account as it is."""
    return (_json_tag(account.edition),)


def tags_of_post(post: Post) -> tuple[str, ...]:
    """The tags of all representations of a post as it is."""
    return _json_tag(post.edition), _page_tag(post)


def _json_tag(edition: str) -> str:
    return f'"{edition}-json"'


def _page_tag(post: Post) -> str:
    return f'"{post.edition}-html-{pages.DESIGN}"'
