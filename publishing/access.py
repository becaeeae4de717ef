"""Who may do what: one table, which the code asks, the contract quotes and `docs/access.md` shows.

A row says what a caller needs at least: a scope of the token, and a role for what is one's own, for
what is another's, and for what is new. To add something that may be done, add its line to `Action`
and its row to `RULES`, then write the page with `python -m publishing.access > docs/access.md`.
"""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from publishing.callers import Caller, Role, Scope
from publishing.facts import NotAllowed


class Action(Enum):
    """What somebody may do, in words that follow "You may"."""

    READ_ACCOUNTS = "read accounts"
    REGISTER = "register accounts"
    CHANGE_ACCOUNTS = "change display names and passwords"
    CHANGE_ROLES = "change roles"
    DELETE_ACCOUNTS = "delete accounts"
    TAKE_TOKENS = "take tokens, with a password"
    READ_TOKENS = "read tokens"
    REVOKE_TOKENS = "revoke tokens"
    READ_POSTS = "read posts"
    WRITE_POSTS = "write posts"
    CHANGE_POSTS = "change posts"
    DELETE_POSTS = "delete posts"
    READ_REVISIONS = "read revisions of posts"
    RESTORE_REVISIONS = "restore revisions of posts"
    READ_COMMENTS = "read comments"
    WRITE_COMMENTS = "write comments"
    CHANGE_COMMENTS = "change comments"
    DELETE_COMMENTS = "delete comments"
    READ_TAGS = "read tags"
    READ_FEEDS = "read feeds"
    ASK_SERVICE = "ask what the service is and how it is"


class Open(Enum):
    """What of it is open to anybody, with or without a token."""

    NOTHING = "nothing"
    PUBLISHED = "what is published"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may do something. A role is the lowest that may, and None is nobody.

    `new` is for making one, `own` for what is the caller's, `others` for what is another's, and
    `hosted` for what another has put on a post of the caller's.

    Whoever may not do `sight` with the thing itself, or `under` with the post that it is on, is
    told that it does not exist. A revision belongs to the author of its post.
    """

    scope: Scope | None = None
    open: Open = Open.NOTHING
    new: Role | None = None
    own: Role | None = None
    hosted: Role | None = None
    others: Role | None = None
    sight: Action | None = None
    under: Action | None = None


_POSTS, _COMMENTS, _ACCOUNTS = Scope.POSTS_WRITE, Scope.COMMENTS_WRITE, Scope.ACCOUNTS_WRITE
_READER, _AUTHOR, _EDITOR, _ADMIN = Role
_POST = Action.READ_POSTS

RULES: Mapping[Action, Rule] = {
    Action.READ_ACCOUNTS: Rule(open=Open.ALL),
    Action.REGISTER: Rule(open=Open.ALL),
    Action.CHANGE_ACCOUNTS: Rule(_ACCOUNTS, own=_READER),
    Action.CHANGE_ROLES: Rule(_ACCOUNTS, own=_ADMIN, others=_ADMIN),
    Action.DELETE_ACCOUNTS: Rule(_ACCOUNTS, own=_READER, others=_ADMIN),
    Action.TAKE_TOKENS: Rule(open=Open.ALL),
    Action.READ_TOKENS: Rule(own=_READER, sight=Action.READ_TOKENS),
    Action.REVOKE_TOKENS: Rule(own=_READER, sight=Action.READ_TOKENS),
    Action.READ_POSTS: Rule(open=Open.PUBLISHED, own=_READER, others=_EDITOR, sight=_POST),
    Action.WRITE_POSTS: Rule(_POSTS, new=_AUTHOR),
    Action.CHANGE_POSTS: Rule(_POSTS, own=_AUTHOR, others=_EDITOR, sight=_POST),
    Action.DELETE_POSTS: Rule(_POSTS, own=_AUTHOR, others=_EDITOR, sight=_POST),
    Action.READ_REVISIONS: Rule(own=_READER, others=_EDITOR, sight=_POST),
    Action.RESTORE_REVISIONS: Rule(_POSTS, own=_AUTHOR, others=_EDITOR, sight=_POST),
    Action.READ_COMMENTS: Rule(open=Open.ALL, under=_POST),
    Action.WRITE_COMMENTS: Rule(_COMMENTS, new=_READER, under=_POST),
    Action.CHANGE_COMMENTS: Rule(_COMMENTS, own=_READER, others=_EDITOR, under=_POST),
    Action.DELETE_COMMENTS: Rule(
        _COMMENTS, own=_READER, hosted=_READER, others=_EDITOR, under=_POST
    ),
    Action.READ_TAGS: Rule(open=Open.ALL),
    Action.READ_FEEDS: Rule(open=Open.ALL),
    Action.ASK_SERVICE: Rule(open=Open.ALL),
}


def may(
    action: Action, by: Caller | None, *, owner: str | None = None, host: str | None = None
) -> bool:
    """Whether the caller may do it, with what `owner` owns and what is on a post of `host`.

    Without an owner it is about what is another's. What is published is not considered here, nor
    whether the caller sees the thing at all.
    """
    rule = RULES[action]
    if rule.open is Open.ALL:
        return True
    if by is None or not (rule.scope is None or rule.scope in by.scopes):
        return False
    lowest = [rule.new, rule.others]
    if by.username == owner:
        lowest.append(rule.own)
    if by.username == host:
        lowest.append(rule.hosted)
    return any(role is not None and _acts_as(by, role) for role in lowest)


def demand(
    action: Action, by: Caller, *, owner: str | None = None, host: str | None = None
) -> None:
    """Raise `NotAllowed` unless the caller may do it; the arguments are those of `may`."""
    if not may(action, by, owner=owner, host=host):
        raise NotAllowed(f"You may {action.value}: {_who(RULES[action])}.")


def sentence(first: Action, *others: Action) -> str:
    """What the contract says of an operation that does one of these, all with the same scope."""
    actions = (first, *others)
    (scope,) = {RULES[action].scope for action in actions}
    (is_closed,) = {RULES[action].open is Open.NOTHING for action in actions}
    needed = [f"scope `{scope.value}`"] if scope else ["any token"] if is_closed else []
    told = [f"{action.value}: {_who(RULES[action])}" for action in actions]
    whose = told if others else [_who(RULES[first])]
    return f"**Access:** {'; '.join(needed + whose)}."


def _acts_as(by: Caller, role: Role) -> bool:
    """Whether the caller stands at the role. An admin acts as one by a token that says so."""
    return by.role.covers(role) and (role is not Role.ADMIN or by.is_admin)


# In words

_AS = {
    Role.READER: "",
    Role.AUTHOR: " as author or above",
    Role.EDITOR: " as editor or admin",
    Role.ADMIN: " as admin with the scope `admin`",
}


def _who(rule: Rule) -> str:
    """Who may, in the words of the contract."""
    match rule.open:
        case Open.ALL:
            return "whoever may read the post" if rule.under else "anyone"
        case Open.PUBLISHED:
            return f"anyone, what is published; what is not: {', '.join(_whose(rule))}"
        case Open.NOTHING:
            place = ["on posts that you may read"] if rule.under else []
            return ", ".join([*_whose(rule), *place])


def _whose(rule: Rule) -> Iterator[str]:
    if rule.new is not None:
        yield _AS[rule.new].strip() or "any role"
    if rule.own is not None and rule.own is rule.others:
        yield f"anybody's{_AS[rule.own]}"
        return
    for whose, role in (
        ("your own", rule.own),
        ("those on your own posts", rule.hosted),
        ("others'", rule.others),
    ):
        if role is not None:
            yield f"{whose}{_AS[role]}"


# As a page

_INTRODUCTION = """\
# Who may do what

`python -m publishing.access` writes this page from the table that the code asks and the contract
quotes. A column is a role; the token holds the scope of the row, where there is one.

- **own** is what belongs to the caller, **all** what belongs to anybody, **new** is making one.
- Without a token that opens something: 401. Without the scope, or where the table says less: 403.
- What the caller may not read does not exist: 404, as where nothing is. So no answer to reading,
  changing or deleting tells that another has a post there which is not published.
- The role counts that the account has now. A scope that it grants no more is as if the token
  lacked it.
- The account `ghost`, which owns what deleted accounts leave behind, is changed and deleted by
  nobody.

"""
_HEADS = ("to", "scope", "anonymous", *(role.value for role in Role))


def page() -> str:
    """The table as a page of Markdown."""
    rows = [_HEADS, ("---",) * len(_HEADS), *map(_row, RULES)]
    table = "".join(f"| {' | '.join(row)} |\n" for row in rows)
    return _INTRODUCTION + table


def _row(action: Action) -> tuple[str, ...]:
    rule = RULES[action]
    scope = f"`{rule.scope.value}`" if rule.scope else ""
    where = ", of a post that the caller may read" if rule.under else ""
    return action.value + where, scope, _cell(rule, None), *(_cell(rule, role) for role in Role)


def _cell(rule: Rule, role: Role | None) -> str:
    """What of it a role may."""

    def reaches(lowest: Role | None) -> bool:
        return role is not None and lowest is not None and role.covers(lowest)

    is_all = rule.open is Open.ALL or reaches(rule.others)
    takes_scope = is_all and rule.others is Role.ADMIN
    if is_all and not takes_scope:
        return "all"
    parts = {
        "published": rule.open is Open.PUBLISHED,
        "new": reaches(rule.new),
        "own": reaches(rule.own) and rule.own is not rule.others,
        "all on own posts": reaches(rule.hosted),
        "all with the scope `admin`": takes_scope,
    }
    return ", ".join(part for part, applies in parts.items() if applies) or "—"


if __name__ == "__main__":
    sys.stdout.write(page())
