"""Who acts, and what that lets them do."""

from dataclasses import dataclass
from enum import Enum


class Scope(Enum):
    """What a token lets its bearer do, beyond reading."""

    POSTS_WRITE = "posts:write"
    COMMENTS_WRITE = "comments:write"
    ACCOUNTS_WRITE = "accounts:write"
    ADMIN = "admin"


class Role(Enum):
    """What an account may do at most. Each role covers the ones before it."""

    READER = "reader"
    AUTHOR = "author"
    EDITOR = "editor"
    ADMIN = "admin"

    def covers(self, other: "Role") -> bool:
        """Whether this role may do all that `other` may."""
        return _RANK[self] >= _RANK[other]

    @property
    def scopes(self) -> frozenset[Scope]:
        """The scopes that a token of this role may hold."""
        return _SCOPES[self]


_RANK = {role: rank for rank, role in enumerate(Role)}
_EVERYBODY = frozenset({Scope.ACCOUNTS_WRITE, Scope.COMMENTS_WRITE})
_SCOPES = {
    Role.READER: _EVERYBODY,
    Role.AUTHOR: _EVERYBODY | {Scope.POSTS_WRITE},
    Role.EDITOR: _EVERYBODY | {Scope.POSTS_WRITE},
    Role.ADMIN: frozenset(Scope),
}


@dataclass(frozen=True, slots=True)
class Caller:
    """An account that acts through one of its tokens."""

    username: str
    role: Role
    scopes: frozenset[Scope]
    token_id: int

    @property
    def is_admin(self) -> bool:
        """Whether the caller is an admin and acts through a token that says so."""
        return Scope.ADMIN in self.scopes
