"""Refusals: which problem each fact of the domain is, in one table, and the catalogue of them all.

To add a fact, add its line to `REFUSALS` and its response to the contract.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, get_args

import structlog

from handlers.answers import moved
from handlers.contract import ProblemName
from publishing import facts
from publishing.facts import Fact
from tenor import problem, problems
from tenor.problems import Fault, ProblemType

log = structlog.get_logger("handlers")

USERNAME_TAKEN = ProblemType(
    "username-taken",
    409,
    "The username is taken",
    "An account has this username, or it is kept by the service. Choose another.",
)
NOT_ALLOWED = ProblemType(
    "not-allowed",
    403,
    "This is not yours to do",
    "You are known, but this needs another role, or belongs to another account. Ask its owner, an "
    "editor or an admin.",
)
WRONG_CREDENTIALS = ProblemType(
    "wrong-credentials",
    401,
    "The username or the password is wrong",
    "Which of them is wrong is not told. Check both.",
)
WRONG_PASSWORD = ProblemType(
    "wrong-password",
    422,
    "The current password is wrong",
    "Nothing was changed. Send the password that the account has now as current_password.",
)
KEY_IN_USE = ProblemType(
    "key-in-use",
    409,
    "A request with this key is being answered",
    "Nothing was done for this one. Wait as long as Retry-After says, and send the same request "
    "with the same key again.",
)
KEY_REUSED = ProblemType(
    "key-reused",
    422,
    "The key was used for another request",
    "Nothing was done. Send what you sent before to hear its answer again, or take a new "
    "Idempotency-Key for a new request.",
)
SCOPE_NOT_GRANTED = ProblemType(
    "scope-not-granted",
    422,
    "The role does not grant this scope",
    "No token was created. Ask for scopes that the role of the account grants, or ask an admin "
    "for another role.",
)
SLUG_TAKEN = ProblemType(
    "slug-taken",
    409,
    "The slug is taken",
    "Nothing was changed. Another post is at this address, or was before it was renamed. Choose "
    "another slug.",
)
UNSCHEDULABLE = ProblemType(
    "unschedulable",
    422,
    "The post cannot be scheduled so",
    "Nothing was changed. Send the status scheduled together with publish_at, a time to come, and "
    "only for a post that was never published.",
)
STORE_UNAVAILABLE = ProblemType(
    "store-unavailable",
    503,
    "The store does not answer",
    "Nothing was changed. Wait as long as Retry-After says, and send the request again.",
)

OWN = (
    USERNAME_TAKEN,
    NOT_ALLOWED,
    WRONG_CREDENTIALS,
    WRONG_PASSWORD,
    KEY_IN_USE,
    KEY_REUSED,
    SCOPE_NOT_GRANTED,
    SLUG_TAKEN,
    UNSCHEDULABLE,
    STORE_UNAVAILABLE,
)
_KNOWN = {kind.name: kind for kind in (*problems.CATALOGUE.values(), *OWN)}
_NAMES: tuple[ProblemName, ...] = get_args(ProblemName)

CATALOGUE: Mapping[ProblemName, ProblemType] = {name: _KNOWN[name] for name in _NAMES}
"""Every type of problem that this API answers with, by name: those that the contract lists."""


def known(name: str) -> ProblemName | None:
    """The name, if it is that of a problem."""
    return next((each for each in CATALOGUE if each == name), None)


@dataclass(frozen=True, slots=True)
class Refusal:
    """How a fact is worded: without a detail by itself, if it repeats nothing that was sent."""

    kind: ProblemType
    detail: str = ""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    faults: Sequence[Fault] = ()


_CHALLENGE = 'Bearer realm="Tenor"'
_NOT_FOUND = CATALOGUE["not-found"]
_STALE = CATALOGUE["precondition-failed"]
_INVALID = CATALOGUE["invalid-request"]

REFUSALS: Mapping[type[Fact], Refusal] = {
    facts.UsernameTaken: Refusal(USERNAME_TAKEN, "Another account has this username."),
    facts.AccountNotFound: Refusal(_NOT_FOUND, "There is no such account."),
    facts.TokenNotFound: Refusal(_NOT_FOUND, "There is no such token."),
    facts.PostNotFound: Refusal(_NOT_FOUND, "There is no such post."),
    facts.PostThere: Refusal(_STALE, "This address is taken."),
    facts.RevisionNotFound: Refusal(_NOT_FOUND, "There is no such revision."),
    facts.SlugTaken: Refusal(SLUG_TAKEN, "Another post has or had this slug."),
    facts.Unschedulable: Refusal(UNSCHEDULABLE),
    facts.CommentNotFound: Refusal(_NOT_FOUND, "There is no such comment."),
    facts.TagNotFound: Refusal(_NOT_FOUND, "There is no such tag."),
    facts.Stale: Refusal(_STALE, "This has changed since you read it."),
    facts.NotAllowed: Refusal(NOT_ALLOWED),
    facts.CallerGone: Refusal(
        CATALOGUE["unauthorized"],
        "The account of the token is gone.",
        headers={"WWW-Authenticate": f'{_CHALLENGE}, error="invalid_token"'},
    ),
    facts.WrongCredentials: Refusal(
        WRONG_CREDENTIALS,
        "There is no account with this username and this password.",
        headers={"WWW-Authenticate": _CHALLENGE},
    ),
    facts.WrongPassword: Refusal(WRONG_PASSWORD, "The current password is wrong."),
    facts.KeyInUse: Refusal(
        KEY_IN_USE,
        "The first request with this Idempotency-Key is still being answered.",
        headers={"Retry-After": "5"},
    ),
    facts.KeyReused: Refusal(
        KEY_REUSED, "The Idempotency-Key was sent with other content, or for another media type."
    ),
    facts.ScopeNotGranted: Refusal(SCOPE_NOT_GRANTED),
    facts.BadCursor: Refusal(
        _INVALID,
        "1 fault was found.",
        faults=[Fault("query", "/cursor", "cursor", "does not belong to this list in this order")],
    ),
    facts.Unfit: Refusal(
        _INVALID,
        "1 fault was found.",
        faults=[Fault("body", "", "storable", "holds text that cannot be kept")],
    ),
    facts.StoreUnavailable: Refusal(
        STORE_UNAVAILABLE,
        "The store does not answer. Try again after the time in Retry-After.",
        headers={"Retry-After": "5"},
    ),
}


def answer(fact: Fact) -> tuple[dict[str, Any], int, dict[str, str]]:
    """The problem that a fact is, or where that is which has moved.

    A fact that the table does not know is raised again.
    """
    if isinstance(fact, facts.PostMoved):
        return moved(fact)
    refusal = REFUSALS.get(type(fact))
    if refusal is None:
        raise fact
    if refusal.kind.status >= 500:
        log.error(refusal.kind.name.replace("-", "_"), reason=str(fact))
    kind = refusal.kind
    return problem(
        kind.status,
        kind.name,
        title=kind.title,
        detail=refusal.detail or str(fact),
        headers=refusal.headers,
        errors=refusal.faults,
    )
