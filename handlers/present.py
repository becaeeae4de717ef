"""What the domain knows, as JSON in the contract's words."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from handlers.resources import address
from publishing.accounts import Account
from publishing.posts import Post
from publishing.tokens import Issued, Token
from tenor.problems import ProblemType

Json = dict[str, Any]


def document(data: Json | list[Json], **beside: Json) -> Json:
    """The content of a success."""
    return {"data": data, **beside}


def account(account: Account) -> Json:
    """An account as everybody sees it."""
    return {
        "username": account.username,
        "display_name": account.display_name,
        "role": account.role.value,
        "created_at": _time(account.created_at),
        "updated_at": _time(account.updated_at),
        "url": address("accounts.get_account", username=account.username),
    }


def token(token: Token) -> Json:
    """A token without its secret."""
    return {
        "id": token.id,
        "username": token.username,
        "scopes": [scope.value for scope in token.scopes],
        "created_at": _time(token.created_at),
        "expires_at": _time(token.expires_at),
        "url": address("tokens.get_token", id=token.id),
    }


def issued(issued: Issued) -> Json:
    """A token with its secret, for the one time that it is shown."""
    return {**token(issued.token), "secret": issued.secret}


def post(post: Post) -> Json:
    """A post with its Markdown."""
    return {
        "slug": post.slug,
        "title": post.title,
        "body": post.body,
        "author": post.author,
        "tags": list(post.tags),
        "status": post.status.value,
        "created_at": _time(post.created_at),
        "updated_at": _time(post.updated_at),
        "published_at": None if post.published_at is None else _time(post.published_at),
        "url": address("posts.get_post", slug=post.slug),
    }


def problem(kind: ProblemType) -> Json:
    """What all problems of one type have in common."""
    return {
        "name": kind.name,
        "type": address("service.get_problem", name=kind.name),
        "title": kind.title,
        "status": kind.status,
        "advice": kind.advice,
    }


def service(name: str, version: str) -> Json:
    """What this is."""
    return {"name": name, "version": version}


def way_in() -> Json:
    """The addresses of everything."""
    return {name: address(endpoint) for name, endpoint in _WAY_IN.items()}


_WAY_IN: Mapping[str, str] = {
    "self": "service.get_root",
    "accounts": "accounts.list_accounts",
    "posts": "posts.list_posts",
    "tokens": "tokens.list_tokens",
    "problems": "service.list_problems",
    "liveness": "service.get_liveness",
    "readiness": "service.get_readiness",
    "docs": "tenor_docs",
    "openapi_json": "tenor_openapi_json",
    "openapi_yaml": "tenor_openapi_yaml",
}


def _time(moment: datetime) -> str:
    """A time in UTC as RFC 3339 writes it."""
    return f"{moment.replace(tzinfo=None).isoformat()}Z"
