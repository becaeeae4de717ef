"""Tokens over HTTP, and who a token says is asking."""

from datetime import timedelta
from typing import Any

from handlers import present
from handlers.answers import created, found, gone, listed
from handlers.contract import (
    CreateTokenAnswer,
    CreateTokenBody,
    DeleteTokenAnswer,
    GetTokenAnswer,
    ListTokensAnswer,
)
from handlers.representations import of_issued, of_token
from handlers.resources import address, one_read, resources, work
from publishing import tokens
from publishing.callers import Caller, Scope
from publishing.work import Intent


def bearer_info(token: str) -> dict[str, Any] | None:
    """Who acts with a token, and within which scopes; None for one that opens nothing."""
    with resources().store.work(Intent.READ) as unit:
        caller = tokens.authenticate(unit.single(), token)
    if caller is None:
        return None
    return {"sub": caller, "scope": [scope.value for scope in caller.scopes]}


def create_token(body: CreateTokenBody) -> CreateTokenAnswer:
    """Take a token."""
    issued = tokens.create(
        work(),
        body["username"],
        body["password"],
        scopes=map(Scope, body["scopes"]),
        lifetime=timedelta(seconds=body.get("lifetime", 86_400)),
        passwords=resources().passwords,
    )
    return created(of_issued(issued), location=address("tokens.get_token", id=issued.token.id))


def list_tokens(user: Caller, limit: int, cursor: str | None = None) -> ListTokensAnswer:
    """List the caller's tokens."""
    page = tokens.page(one_read(), by=user, limit=limit, cursor=cursor)
    return listed("tokens.list_tokens", page, present.token)


def get_token(
    id: int, user: Caller, if_none_match: str | None = None, if_modified_since: str | None = None
) -> GetTokenAnswer:
    """Read one of the caller's tokens."""
    token = tokens.get(one_read(), id, by=user)
    return found(of_token(token), if_none_match=if_none_match, if_modified_since=if_modified_since)


def delete_token(id: int, user: Caller) -> DeleteTokenAnswer:
    """Revoke one of the caller's tokens."""
    tokens.revoke(work(), id, by=user)
    return gone()
