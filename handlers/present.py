"""What the domain knows, as JSON in the contract's words."""

from datetime import datetime
from functools import lru_cache
from urllib.parse import urlencode

from handlers import contract
from handlers.resources import address
from publishing.accounts import Account
from publishing.comments import Comment
from publishing.posts import Post
from publishing.revisions import Revision
from publishing.tags import Tag
from publishing.tokens import Issued, Token
from tenor.problems import ProblemType


def account(account: Account) -> contract.Account:
    """An account as everybody sees it."""
    return {
        "username": account.username,
        "display_name": account.display_name,
        "role": account.role.value,
        "created_at": _time(account.created_at),
        "updated_at": _time(account.updated_at),
        "url": address("accounts.get_account", username=account.username),
    }


def token(token: Token) -> contract.Token:
    """A token without its secret."""
    return {
        "id": token.id,
        "username": token.username,
        "scopes": [scope.value for scope in token.scopes],
        "created_at": _time(token.created_at),
        "expires_at": _time(token.expires_at),
        "url": address("tokens.get_token", id=token.id),
    }


def issued(issued: Issued) -> contract.IssuedToken:
    """A token with its secret, for the one time that it is shown."""
    return {**token(issued.token), "secret": issued.secret}


def post(post: Post) -> contract.Post:
    """A post with its Markdown."""
    return {
        "slug": post.slug,
        "title": post.title,
        "body": post.body,
        "author": post.author,
        "tags": list(post.tags),
        "status": post.status._value_,  # `value` is a property, which takes five times as long
        "created_at": _time(post.created_at),
        "updated_at": _time(post.updated_at),
        "published_at": None if post.published_at is None else _time(post.published_at),
        "publish_at": None if post.publish_at is None else _time(post.publish_at),
        "revision": post.revision,
        "url": address("posts.get_post", slug=post.slug),
    }


def revision_line(post: Post, revision: Revision) -> contract.RevisionLine:
    """A revision without its Markdown."""
    return {
        "number": revision.number,
        "title": revision.title,
        "author": revision.author,
        "created_at": _time(revision.created_at),
        "url": address("revisions.get_revision", slug=post.slug, number=revision.number),
    }


def revision(post: Post, revision: Revision) -> contract.Revision:
    """A revision with its Markdown."""
    return {
        **revision_line(post, revision),
        "post": post.slug,
        "body": revision.body,
        "tags": list(revision.tags),
    }


def comment(comment: Comment) -> contract.Comment:
    """A comment with its Markdown."""
    return {
        "id": comment.id,
        "post": comment.post,
        "body": comment.body,
        "author": comment.author,
        "created_at": _time(comment.created_at),
        "updated_at": _time(comment.updated_at),
        "url": address("comments.get_comment", slug=comment.post, id=comment.id),
    }


def tag(tag: Tag) -> contract.CountedTag:
    """A tag, how many posts have it, and the address of their list."""
    return {
        "name": tag.name,
        "count": tag.count,
        "url": address("tags.get_tag", tag=tag.name),
        "posts": f"{address('posts.list_posts')}?{urlencode({'tag': tag.name})}",
    }


def problem(name: contract.ProblemName, kind: ProblemType) -> contract.ProblemType:
    """What all problems of one type have in common."""
    return {
        "name": name,
        "type": address("service.get_problem", name=name),
        "title": kind.title,
        "status": kind.status,
        "advice": kind.advice,
    }


def way_in() -> contract.ServiceLinks:
    """The addresses of everything."""
    return {
        "self": address("service.get_root"),
        "accounts": address("accounts.list_accounts"),
        "posts": address("posts.list_posts"),
        "tags": address("tags.list_tags"),
        "post_feed": address("feeds.get_post_feed"),
        "tokens": address("tokens.list_tokens"),
        "problems": address("service.list_problems"),
        "liveness": address("service.get_liveness"),
        "readiness": address("service.get_readiness"),
        "docs": address("tenor_docs"),
        "openapi_json": address("tenor_openapi_json"),
        "openapi_yaml": address("tenor_openapi_yaml"),
    }


# What is read again and again has the same few times.
@lru_cache(maxsize=8192)
def _time(moment: datetime) -> str:
    """A time in UTC as RFC 3339 writes it."""
    return f"{moment.replace(tzinfo=None).isoformat()}Z"
