"""Claims about the table of who may do what."""

import pytest

from publishing import access
from publishing.access import RULES, Action, Open
from publishing.callers import Caller, Role, Scope
from publishing.facts import NotAllowed


def caller(role: Role, *scopes: Scope, username: str = "ada") -> Caller:
    """Somebody with a token of these scopes, or of all that the role grants."""
    return Caller(username, role, frozenset(scopes) or role.scopes, token_id=1)


def test_every_action_has_a_row():
    assert list(RULES) == list(Action)


def test_a_row_opens_something_to_somebody():
    idle = [
        action
        for action, rule in RULES.items()
        if rule.open is Open.NOTHING and not {rule.new, rule.own, rule.hosted, rule.others} - {None}
    ]
    assert idle == []


@pytest.mark.parametrize("role", [Role.AUTHOR, Role.EDITOR, Role.ADMIN])
def test_a_role_covers_those_below_it(role: Role):
    assert access.may(Action.CHANGE_POSTS, caller(role), owner="ada")


@pytest.mark.parametrize(
    ("role", "owner", "may"),
    [
        (Role.READER, "ada", False),
        (Role.AUTHOR, "grace", False),
        (Role.AUTHOR, None, False),
        (Role.EDITOR, "grace", True),
        (Role.EDITOR, None, True),
    ],
)
def test_what_is_anothers_takes_more(role: Role, owner: str | None, may: bool):
    by = caller(role, Scope.POSTS_WRITE)

    assert access.may(Action.CHANGE_POSTS, by, owner=owner) is may


def test_a_token_without_the_scope_opens_nothing():
    by = caller(Role.ADMIN, Scope.ACCOUNTS_WRITE)

    assert not access.may(Action.CHANGE_POSTS, by, owner="ada")
    assert not access.may(Action.WRITE_POSTS, by)


def test_an_admin_acts_as_one_only_by_a_token_that_says_so():
    without = caller(Role.ADMIN, Scope.ACCOUNTS_WRITE)

    assert access.may(Action.DELETE_ACCOUNTS, caller(Role.ADMIN), owner="grace")
    assert not access.may(Action.DELETE_ACCOUNTS, without, owner="grace")
    assert access.may(Action.DELETE_ACCOUNTS, without, owner="ada")


def test_nobody_but_the_owner_changes_a_display_name():
    assert not access.may(Action.CHANGE_ACCOUNTS, caller(Role.ADMIN), owner="grace")


def test_a_host_stands_above_those_who_came():
    by = caller(Role.READER)

    assert access.may(Action.DELETE_COMMENTS, by, owner="grace", host="ada")
    assert not access.may(Action.CHANGE_COMMENTS, by, owner="grace", host="ada")


def test_the_anonymous_may_what_is_open_and_nothing_else():
    allowed = {action for action in Action if access.may(action, None, owner="ada")}

    assert allowed == {action for action, rule in RULES.items() if rule.open is Open.ALL}


def test_a_refusal_says_who_may():
    with pytest.raises(NotAllowed) as refused:
        access.demand(Action.DELETE_COMMENTS, caller(Role.AUTHOR), owner="grace", host="grace")

    assert str(refused.value) == (
        "You may delete comments: your own, those on your own posts, others' as editor or admin, "
        "on posts that you may read."
    )


def test_an_operation_that_is_several_actions_says_each():
    assert access.sentence(Action.WRITE_POSTS, Action.CHANGE_POSTS) == (
        "**Access:** scope `posts:write`; write posts: as author or above; change posts: your own "
        "as author or above, others' as editor or admin."
    )
