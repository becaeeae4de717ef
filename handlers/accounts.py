"""Accounts over HTTP."""

from handlers import present
from handlers.answers import changed, created, found, gone, listed
from handlers.contract import (
    ChangeAccountAnswer,
    ChangeAccountBody,
    DeleteAccountAnswer,
    GetAccountAnswer,
    ListAccountsAnswer,
    PostsOfTheDeleted,
    RegisterAccountAnswer,
    RegisterAccountBody,
)
from handlers.intake import account_patch
from handlers.preconditions import unchanged
from handlers.representations import of_account, tags_of_account
from handlers.resources import address, one_read, resources, work
from publishing import accounts
from publishing.accounts import Legacy
from publishing.callers import Caller


def register_account(body: RegisterAccountBody) -> RegisterAccountAnswer:
    """Register an account."""
    account = accounts.register(
        work(),
        body["username"],
        body["display_name"],
        body["password"],
        passwords=resources().passwords,
    )
    location = address("accounts.get_account", username=account.username)
    return created(of_account(account), location=location)


def list_accounts(limit: int, cursor: str | None = None) -> ListAccountsAnswer:
    """List the accounts."""
    page = accounts.page(one_read(), limit=limit, cursor=cursor)
    return listed("accounts.list_accounts", page, present.account)


def get_account(
    username: str, if_none_match: str | None = None, if_modified_since: str | None = None
) -> GetAccountAnswer:
    """Read an account."""
    account = accounts.get(one_read(), username)
    return found(
        of_account(account), if_none_match=if_none_match, if_modified_since=if_modified_since
    )


def change_account(
    username: str, body: ChangeAccountBody, user: Caller, if_match: str | None = None
) -> ChangeAccountAnswer:
    """Change an account."""
    account = accounts.change(
        work(),
        username,
        account_patch(body),
        by=user,
        passwords=resources().passwords,
        check=unchanged(if_match, tags_of_account),
    )
    return changed(of_account(account))


def delete_account(
    username: str, posts: PostsOfTheDeleted, user: Caller, if_match: str | None = None
) -> DeleteAccountAnswer:
    """Delete an account, and do with its posts and comments as `posts` says."""
    check = unchanged(if_match, tags_of_account)
    accounts.delete(work(), username, by=user, legacy=Legacy(posts), check=check)
    return gone()
