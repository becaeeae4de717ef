"""What the domain refuses or cannot do, as values that are raised.

The fields are final rather than the classes frozen: Python itself writes `__traceback__` on an
exception that passes through a context manager.
"""

from dataclasses import dataclass
from typing import Final

from publishing.callers import Role, Scope


class Fact(Exception):
    """Something that is so, though the caller hoped otherwise."""


@dataclass(eq=False)
class UsernameTaken(Fact):
    """Somebody else has the username."""

    username: Final[str]

    def __str__(self) -> str:
        return f"The username {self.username!r} is taken."


@dataclass(eq=False)
class AccountNotFound(Fact):
    """Nobody has the username."""

    username: Final[str]

    def __str__(self) -> str:
        return f"There is no account {self.username!r}."


@dataclass(eq=False)
class TokenNotFound(Fact):
    """The caller has no living token with the id."""

    id: Final[int]

    def __str__(self) -> str:
        return f"There is no token {self.id}."


@dataclass(eq=False)
class PostNotFound(Fact):
    """No post is at the slug, or none that the caller may know of."""

    slug: Final[str]

    def __str__(self) -> str:
        return f"There is no post {self.slug!r}."


@dataclass(eq=False)
class PostMoved(Fact):
    """The post was renamed. `slug` is the one that it has now."""

    slug: Final[str]

    def __str__(self) -> str:
        return f"The post is at {self.slug!r} now."


@dataclass(eq=False)
class PostThere(Fact):
    """No post can be put at the slug, because another has it or had it."""

    slug: Final[str]

    def __str__(self) -> str:
        return f"There is a post {self.slug!r} already."


@dataclass(eq=False)
class CommentNotFound(Fact):
    """The post has no comment with the id."""

    id: Final[int]

    def __str__(self) -> str:
        return f"There is no comment {self.id}."


@dataclass(eq=False)
class TagNotFound(Fact):
    """No post that everybody sees has the tag."""

    tag: Final[str]

    def __str__(self) -> str:
        return f"There is no tag {self.tag!r}."


@dataclass(eq=False)
class SlugTaken(Fact):
    """No post can be renamed to the slug, because another has it or had it."""

    slug: Final[str]

    def __str__(self) -> str:
        return f"The slug {self.slug!r} is taken."


@dataclass(eq=False)
class Unschedulable(Fact):
    """What was asked of status and time does not go together. `reason` is a sentence."""

    reason: Final[str]

    def __str__(self) -> str:
        return self.reason


@dataclass(eq=False)
class RevisionNotFound(Fact):
    """The post has no revision of the number."""

    number: Final[int]

    def __str__(self) -> str:
        return f"There is no revision {self.number}."


@dataclass(eq=False)
class Stale(Fact):
    """What was to be changed has changed since it was read."""

    name: Final[str]

    def __str__(self) -> str:
        return f"{self.name!r} has changed since it was read."


@dataclass(eq=False)
class NotAllowed(Fact):
    """The caller is known and may not do this. `reason` is a sentence."""

    reason: Final[str]

    def __str__(self) -> str:
        return self.reason


@dataclass(eq=False)
class CallerGone(Fact):
    """The caller's account was deleted after the caller was authenticated."""

    username: Final[str]

    def __str__(self) -> str:
        return f"The account {self.username!r} of the caller is gone."


@dataclass(eq=False)
class KeyReused(Fact):
    """The key of a request was used for another one. `owner` is the account that it is kept for."""

    owner: Final[str]

    def __str__(self) -> str:
        return f"A key of {self.owner!r} was used for another request."


@dataclass(eq=False)
class KeyInUse(Fact):
    """A request with the same key is still being answered."""

    owner: Final[str]

    def __str__(self) -> str:
        return f"A request with this key of {self.owner!r} is still being answered."


class WrongCredentials(Fact):
    """Username and password do not belong together; which of them is wrong is not told."""

    def __str__(self) -> str:
        return "The username or the password is wrong."


class WrongPassword(Fact):
    """The current password is missing or wrong."""

    def __str__(self) -> str:
        return "The current password is missing or wrong."


@dataclass(eq=False)
class ScopeNotGranted(Fact):
    """A scope was asked for that the role does not grant."""

    scope: Final[Scope]
    role: Final[Role]

    def __str__(self) -> str:
        return f"The role {self.role.value!r} does not grant the scope {self.scope.value!r}."


class BadCursor(Fact):
    """The cursor was not made by this list in this order."""

    def __str__(self) -> str:
        return "The cursor does not belong to this list in this order."


@dataclass(eq=False)
class Unfit(Fact):
    """A value cannot be kept. `reason` completes "The title ..." and never echoes the value."""

    field: Final[str]
    reason: Final[str]

    def __str__(self) -> str:
        return f"The {self.field} {self.reason}."


@dataclass(eq=False)
class StoreUnavailable(Fact):
    """The store does not answer now; the same request may succeed later."""

    reason: Final[str]

    def __str__(self) -> str:
        return f"The store is not available: {self.reason}."


@dataclass(eq=False)
class StoreMisconfigured(Fact):
    """The store cannot be opened until somebody changes something."""

    place: Final[str]
    problem: Final[str]
    remedy: Final[str]

    def __str__(self) -> str:
        return f"The store at {self.place} cannot be opened: {self.problem}. {self.remedy}"
