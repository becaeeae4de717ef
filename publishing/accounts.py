"""Accounts: registered, listed, read, changed and deleted; and how one becomes an admin."""

import dataclasses
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from functools import cache
from typing import Any

import sqlalchemy as sa

from publishing import access, comments, pages, posts, tables
from publishing.access import Action
from publishing.callers import Caller, Role
from publishing.facts import AccountNotFound, NotAllowed, Stale, Unfit, UsernameTaken, WrongPassword
from publishing.pages import Anchor, Direction, Order, Page, Side
from publishing.passwords import Passwords
from publishing.prepared import Prepared, Row, Values
from publishing.text import storable
from publishing.work import Work

# The author of what deleted accounts leave behind. It is made by a migration and is nobody.
GHOST = "ghost"
USERNAME = r"[a-z][a-z0-9-]{2,29}"


@dataclass(frozen=True, slots=True)
class Account:
    """An account as everybody sees it. `version` rises with every change."""

    id: int
    username: str
    display_name: str
    role: Role
    created_at: datetime
    updated_at: datetime
    version: int

    @property
    def edition(self) -> str:
        """A name for this state of this account that no other state of any account ever has."""
        return f"{self.id}.{self.version}"


@dataclass(frozen=True, slots=True)
class NewPassword:
    """A password to come, and the one that it takes the place of."""

    password: str = dataclasses.field(repr=False)
    current: str = dataclasses.field(repr=False)


@dataclass(frozen=True, slots=True)
class Patch:
    """What is to be different. What is None stays as it is."""

    display_name: str | None = None
    role: Role | None = None
    password: NewPassword | None = None


class Legacy(Enum):
    """What becomes of the posts and comments of an account that is deleted."""

    REASSIGN = "reassign"
    DELETE = "delete"


Check = Callable[[Account], object]


def accept(_account: Account) -> None:
    """The check that every account passes."""


def register(
    work: Work, username: str, display_name: str, password: str, *, passwords: Passwords
) -> Account:
    """A new author. Raises `UsernameTaken`.

    The unit must be unused: the password is hashed before its transaction opens.
    """
    if not re.fullmatch(USERNAME, username):
        raise Unfit("username", "is not 3 to 30 of a-z, 0-9 and hyphens, a letter first")
    storable("display name", display_name)
    with work.glance() as before:
        if _found(before.single(), username) is not None:
            raise UsernameTaken(username)
    password_hash = passwords.hash(password)
    account = Account(
        id=0,
        username=username,
        display_name=display_name,
        role=Role.AUTHOR,
        created_at=work.now,
        updated_at=work.now,
        version=1,
    )
    values = _values(account) | {"password_hash": password_hash}
    row = work.row(_INSERT, values)
    if row is None:
        raise UsernameTaken(username)
    return dataclasses.replace(account, id=row[0])


def page(work: Work, *, limit: int = 20, cursor: str | None = None) -> Page[Account]:
    """A page of all accounts, by username. Raises `BadCursor`."""
    place = None if cursor is None else _BY_USERNAME.place(cursor)
    statement = _listing(None if place is None else place.side)
    rows = work.rows(statement, pages.parameters(place, limit))
    return pages.assemble(_BY_USERNAME, place, limit, [_kept(row).account for row in rows])


def get(work: Work, username: str) -> Account:
    """The account of the name. Raises `AccountNotFound`."""
    return _existing(work, username).account


def change(
    work: Work,
    username: str,
    patch: Patch,
    *,
    by: Caller,
    passwords: Passwords,
    check: Check = accept,
) -> Account:
    """The account as it is now.

    Its owner changes display name and password; admins change roles. A new password revokes all
    tokens of the account but the one that the caller acts with.

    `check` is given the account as it was, in the transaction that changes it, and refuses by
    raising. Raises `AccountNotFound`, `NotAllowed`, `WrongPassword`, and `Stale` when another
    writer came between. With a new password the unit must be unused: `check` is then asked and the
    password hashed before its transaction opens, and `check` again within.
    """

    def admitted(unit: Work) -> _Kept:
        kept = _existing(unit, username)
        _may_change(username, patch, by)
        check(kept.account)
        return kept

    renewal = None
    if patch.password is not None:
        with work.glance() as before:
            known = admitted(before.single()).password_hash
        renewal = _Renewal(known, _renewed(known, patch.password, passwords))
    old = admitted(work)
    new = _patched(old.account, patch, work.now)
    if renewal is None:
        _at_version(work, old.account, _UPDATE, _values(new))
        return new
    if old.password_hash != renewal.old:
        raise Stale(username)
    work.change(_REVOKE_OTHERS, {"owner": username, "kept": by.token_id})
    renewed = {"password_hash": renewal.new}
    _at_version(work, old.account, _UPDATE_WHOLE, _values(new) | renewed)
    return new


def delete(
    work: Work,
    username: str,
    *,
    by: Caller,
    legacy: Legacy = Legacy.REASSIGN,
    check: Check = accept,
) -> None:
    """Remove the account and its tokens: one's own, or as an admin any.

    `check` and what is raised are as for `change`.
    """
    account = get(work, username)
    _may_delete(username, by)
    check(account)
    if legacy is Legacy.DELETE:
        posts.delete_all_by(work, username)
        comments.delete_all_by(work, username)
    # What is left: all of it, or what it wrote in the posts of others.
    posts.bequeath(work, username, GHOST)
    comments.bequeath(work, username, GHOST)
    _at_version(work, account, _DELETE, {})


def make_admin(work: Work, username: str) -> Account:
    """The account, an admin from now on. Nobody is asked: this is for those who run the service."""
    _not_ghost(username)
    old = get(work, username)
    new = _patched(old, Patch(role=Role.ADMIN), work.now)
    _at_version(work, old, _UPDATE, _values(new))
    return new


# Who may what


def _not_ghost(username: str) -> None:
    if username == GHOST:
        raise NotAllowed("The account of what deleted accounts leave behind stays as it is.")


def _may_change(username: str, patch: Patch, by: Caller) -> None:
    _not_ghost(username)
    if patch.role is not None:
        access.demand(Action.CHANGE_ROLES, by, owner=username)
    if patch.role is Role.ADMIN:
        raise NotAllowed("Admins are made by whoever runs the service, and by nobody else.")
    if patch != Patch(role=patch.role) or patch.role is None:
        access.demand(Action.CHANGE_ACCOUNTS, by, owner=username)


def _may_delete(username: str, by: Caller) -> None:
    _not_ghost(username)
    access.demand(Action.DELETE_ACCOUNTS, by, owner=username)


# What is written


@dataclass(frozen=True, slots=True)
class _Renewal:
    """The hash that was verified, and the one to take its place."""

    old: str | None
    new: str


def _renewed(known: str | None, new: NewPassword, passwords: Passwords) -> str:
    if not passwords.verify(known, new.current):
        raise WrongPassword
    return passwords.hash(new.password)


def _patched(old: Account, patch: Patch, now: datetime) -> Account:
    return dataclasses.replace(
        old,
        display_name=(
            old.display_name
            if patch.display_name is None
            else storable("display name", patch.display_name)
        ),
        role=patch.role or old.role,
        # Every change is seen in the time, even one that the clock is too slow for.
        updated_at=max(now, old.updated_at + timedelta(microseconds=1)),
        version=old.version + 1,
    )


# Rows and statements

_accounts = tables.accounts

_ALL = sa.select(
    _accounts.c.id,
    _accounts.c.username,
    _accounts.c.display_name,
    _accounts.c.role,
    _accounts.c.created_at,
    _accounts.c.updated_at,
    _accounts.c.version,
    _accounts.c.password_hash,
)
_OF_NAME = Prepared(_ALL.where(_accounts.c.username == sa.bindparam("username")))
_IS_STATE = (_accounts.c.id == sa.bindparam("of_id")) & (
    _accounts.c.version == sa.bindparam("of_version")
)
_SEEN = ("username", "display_name", "role", "created_at", "updated_at", "version")
_WHOLE = (*_SEEN, "password_hash")
_INSERT = Prepared(tables.insert_if_free(_accounts, _accounts.c.username), *_WHOLE)
_UPDATE = Prepared(sa.update(_accounts).where(_IS_STATE), *_SEEN)
_UPDATE_WHOLE = Prepared(sa.update(_accounts).where(_IS_STATE), *_WHOLE)
_DELETE = Prepared(sa.delete(_accounts).where(_IS_STATE))
_REVOKE_OTHERS = Prepared(
    sa.delete(tables.tokens).where(
        tables.tokens.c.username == sa.bindparam("owner"),
        tables.tokens.c.id != sa.bindparam("kept"),
    )
)


@dataclass(frozen=True, slots=True)
class _Kept:
    """An account with what nobody sees."""

    account: Account
    password_hash: str | None = dataclasses.field(repr=False)


def _kept(row: Row) -> _Kept:
    id_, username, display_name, role, created_at, updated_at, version, password_hash = row
    account = Account(id_, username, display_name, Role(role), created_at, updated_at, version)
    return _Kept(account, password_hash)


def _values(account: Account) -> dict[str, Any]:
    return {
        "username": account.username,
        "display_name": account.display_name,
        "role": account.role.value,
        "created_at": account.created_at,
        "updated_at": account.updated_at,
        "version": account.version,
    }


def _found(work: Work, username: str) -> _Kept | None:
    row = work.row(_OF_NAME, {"username": username})
    return None if row is None else _kept(row)


def _existing(work: Work, username: str) -> _Kept:
    kept = _found(work, username)
    if kept is None:
        raise AccountNotFound(username)
    return kept


def _at_version(work: Work, seen: Account, statement: Prepared, values: Values) -> None:
    """Change the account that was seen, unless it has become another since."""
    same = {"of_id": seen.id, "of_version": seen.version}
    if work.change(statement, {**values, **same}) != 1:
        raise Stale(seen.username)


_BY_USERNAME: Order[Account] = Order(
    name="username",
    column=_accounts.c.username,
    # Usernames are unique: no id has to break a tie.
    identity=None,
    direction=Direction.ASCENDING,
    anchor_of=lambda account: Anchor(account.username, account.id),
    read_key=str,
)


@cache
def _listing(side: Side | None) -> Prepared:
    return Prepared(_BY_USERNAME.sorted(_ALL, side), most=pages.MOST + 1)
