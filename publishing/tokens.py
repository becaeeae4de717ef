"""Tokens: what a caller acts with instead of a password.

The secret is shown once; only its hash is kept. A token that has expired does not exist.
"""

import dataclasses
import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

import sqlalchemy as sa

from publishing import access, pages, tables
from publishing.access import Action
from publishing.callers import Caller, Role, Scope
from publishing.facts import ScopeNotGranted, TokenNotFound, WrongCredentials
from publishing.pages import Anchor, Direction, Order, Page, Side
from publishing.passwords import Passwords
from publishing.prepared import Prepared, Row
from publishing.work import Work

_PREFIX = "tnr_"
_SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Token:
    """A token as its owner sees it. It never changes."""

    id: int
    username: str
    scopes: tuple[Scope, ...]
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Issued:
    """A new token and its secret, which nobody can read again."""

    token: Token
    secret: str = dataclasses.field(repr=False)


def create(
    work: Work,
    username: str,
    password: str,
    scopes: Iterable[Scope],
    lifetime: timedelta,
    *,
    passwords: Passwords,
) -> Issued:
    """A new token for whoever knows the password.

    Raises `WrongCredentials`, after the same time for an unknown username as for a wrong password,
    and `ScopeNotGranted`. The unit must be unused: the password is verified before its transaction
    opens.
    """
    with work.glance() as before:
        known = _credentials(before.single(), username)
    if not passwords.verify(known.password_hash, password):
        raise WrongCredentials
    asked = frozenset(scopes)
    # The password may have been changed, or the role taken, while this one was being verified.
    credentials = _credentials(work, username)
    if credentials.password_hash != known.password_hash:
        raise WrongCredentials
    _may_hold(credentials.role, asked)
    return _issued(work, username, asked, lifetime)


def page(work: Work, *, by: Caller, limit: int = 20, cursor: str | None = None) -> Page[Token]:
    """A page of the caller's tokens, the newest first. Raises `BadCursor`."""
    place = None if cursor is None else _NEWEST.place(cursor)
    sought = {"owner": by.username, "now": work.now}
    statement = _listing(None if place is None else place.side)
    rows = work.rows(statement, sought | pages.parameters(place, limit))
    return pages.assemble(_NEWEST, place, limit, [_token(row) for row in rows])


def get(work: Work, id_: int, *, by: Caller) -> Token:
    """One of the caller's tokens. Raises `TokenNotFound`."""
    row = work.row(_OF_ID, {"now": work.now, "token": id_})
    token = None if row is None else _token(row)
    if token is None or not access.may(Action.READ_TOKENS, by, owner=token.username):
        raise TokenNotFound(id_)
    return token


def revoke(work: Work, id_: int, *, by: Caller) -> None:
    """End one of the caller's tokens. Raises `TokenNotFound`."""
    token = get(work, id_, by=by)
    access.demand(Action.REVOKE_TOKENS, by, owner=token.username)
    work.change(_DELETE, {"token": token.id})


def authenticate(work: Work, secret: str) -> Caller | None:
    """Who acts with the secret, or nobody where it was never given, has expired or was revoked.

    The scopes are those of the token that the role grants today.
    """
    digest = _digest(secret)
    row = work.row(_BEARER, {"digest": digest, "now": work.now})
    if row is None:
        return None
    id_, username, scopes, role_name = row
    role = Role(role_name)
    return Caller(username, role, frozenset(map(Scope, scopes)) & role.scopes, id_)


def _may_hold(role: Role, asked: frozenset[Scope]) -> None:
    for scope in Scope:
        if scope in asked - role.scopes:
            raise ScopeNotGranted(scope, role)


def _issued(work: Work, username: str, scopes: frozenset[Scope], lifetime: timedelta) -> Issued:
    secret = _PREFIX + urlsafe_b64encode(work.chance(_SECRET_BYTES)).rstrip(b"=").decode()
    token = Token(
        id=0,
        username=username,
        scopes=tuple(scope for scope in Scope if scope in scopes),
        created_at=work.now,
        expires_at=work.now + lifetime,
    )
    values = {
        "username": username,
        "digest": _digest(secret),
        "scopes": tuple(scope.value for scope in token.scopes),
        "created_at": token.created_at,
        "expires_at": token.expires_at,
    }
    sweeping = _SWEEP, {"owner": username, "now": work.now}
    _, (inserted, _) = work.change_all(sweeping, (_INSERT, values))
    return Issued(dataclasses.replace(token, id=inserted[0][0]), secret)


def _digest(secret: str) -> bytes:
    """What is kept of a secret, which is too random to be guessed from one fast hash."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


# Rows and statements

_tokens = tables.tokens
_accounts = tables.accounts

_COLUMNS = (
    _tokens.c.id,
    _tokens.c.username,
    _tokens.c.scopes,
    _tokens.c.created_at,
    _tokens.c.expires_at,
)
_LIVING = _tokens.c.expires_at > sa.bindparam("now")
_OWNED = _tokens.c.username == sa.bindparam("owner")
_ALL_LIVING = sa.select(*_COLUMNS).where(_LIVING)
_ALL_OWN = _ALL_LIVING.where(_OWNED)
_OF_ID = Prepared(_ALL_LIVING.where(_tokens.c.id == sa.bindparam("token")))
_BEARER = Prepared(
    sa.select(_tokens.c.id, _tokens.c.username, _tokens.c.scopes, _accounts.c.role)
    .join(_accounts, _accounts.c.username == _tokens.c.username)
    .where(_tokens.c.digest == sa.bindparam("digest"), _LIVING)
)
_CREDENTIALS = Prepared(
    sa.select(_accounts.c.password_hash, _accounts.c.role).where(
        _accounts.c.username == sa.bindparam("username")
    )
)
_SWEEP = Prepared(sa.delete(_tokens).where(_OWNED, sa.not_(_LIVING)))
_DELETE = Prepared(sa.delete(_tokens).where(_tokens.c.id == sa.bindparam("token")))
_INSERT = Prepared(
    sa.insert(_tokens).returning(_tokens.c.id),
    *("username", "digest", "scopes", "created_at", "expires_at"),
)


def _token(row: Row) -> Token:
    id_, username, scopes, created_at, expires_at = row
    return Token(id_, username, tuple(map(Scope, scopes)), created_at, expires_at)


@dataclass(frozen=True, slots=True)
class _Credentials:
    """What a password is verified against. Nobody's have no hash, and grant the least."""

    password_hash: str | None = dataclasses.field(repr=False)
    role: Role


def _credentials(work: Work, username: str) -> _Credentials:
    row = work.row(_CREDENTIALS, {"username": username})
    if row is None:
        return _Credentials(None, Role.READER)
    password_hash, role = row
    return _Credentials(password_hash, Role(role))


_NEWEST: Order[Token] = Order(
    name="newest",
    column=_tokens.c.created_at,
    identity=_tokens.c.id,
    direction=Direction.DESCENDING,
    anchor_of=lambda token: Anchor(token.created_at, token.id),
    read_key=pages.moment,
)


@cache
def _listing(side: Side | None) -> Prepared:
    return Prepared(_NEWEST.sorted(_ALL_OWN, side), most=pages.MOST + 1)
