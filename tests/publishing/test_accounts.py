"""Accounts: whose they are, who may change them, and what they leave behind."""

import pytest
from sqlalchemy import select

from publishing import accounts, listing, tables
from publishing.accounts import GHOST, Account, Legacy, NewPassword, Patch
from publishing.callers import Caller, Role, Scope
from publishing.facts import (
    AccountNotFound,
    NotAllowed,
    PostNotFound,
    Stale,
    Unfit,
    UsernameTaken,
    WrongCredentials,
    WrongPassword,
)
from publishing.listing import Filter
from publishing.passwords import Passwords
from publishing.posts import Status
from tests.publishing.story import PASSWORD, Town, reading, writing

BETTER = "a much better password"


def register(town: Town, username: str, password: str = PASSWORD) -> Account:
    with writing(town.store) as work:
        return accounts.register(work, username, "Somebody", password, passwords=town.passwords)


def get(town: Town, username: str) -> Account:
    with reading(town.store) as work:
        return accounts.get(work, username)


def change(town: Town, username: str, patch: Patch, by: Caller, **more) -> Account:
    with writing(town.store) as work:
        return accounts.change(work, username, patch, by=by, passwords=town.passwords, **more)


def delete(town: Town, username: str, by: Caller, **more) -> None:
    with writing(town.store) as work:
        accounts.delete(work, username, by=by, **more)


# Registering


def test_who_registers_is_an_author(town: Town):
    account = register(town, "ada")

    assert account == Account(
        id=account.id,
        username="ada",
        display_name="Somebody",
        role=Role.AUTHOR,
        created_at=town.clock.now,
        updated_at=town.clock.now,
        version=1,
    )
    assert get(town, "ada") == account


@pytest.mark.parametrize("username", ["ada", GHOST])
def test_a_taken_username_is_refused(town: Town, ada: Caller, username: str):
    with pytest.raises(UsernameTaken) as raised:
        register(town, username)

    assert raised.value.username == username


def test_a_username_that_is_taken_while_the_password_is_hashed_is_refused(town: Town):
    class Slow(Passwords):
        def hash(self, password: str) -> str:
            register(town, "ada")
            return "hash"

    with pytest.raises(UsernameTaken), writing(town.store) as work:
        accounts.register(work, "ada", "Ada", PASSWORD, passwords=Slow.__new__(Slow))


@pytest.mark.parametrize(
    "username", ["", "ab", "Ada", "1ada", "-ada", "ad a", "adä", "ada\n", "a" * 31]
)
def test_what_is_no_username_is_refused(town: Town, username: str):
    with pytest.raises(Unfit, match="The username is not"):
        register(town, username)


@pytest.mark.parametrize("name", ["Ada\0", "Ada \ud800"])
def test_a_display_name_that_some_database_cannot_keep_is_refused(
    town: Town, ada: Caller, name: str
):
    with pytest.raises(Unfit), writing(town.store) as work:
        accounts.register(work, "grace", name, PASSWORD, passwords=town.passwords)
    with pytest.raises(Unfit):
        change(town, "ada", Patch(display_name=name), ada)


def test_a_display_name_comes_back_as_it_was_written(town: Town, ada: Caller):
    name = "Ada \N{STEAM LOCOMOTIVE} Love\N{COMBINING ACUTE ACCENT}lace"

    assert change(town, "ada", Patch(display_name=name), ada).display_name == name
    assert get(town, "ada").display_name == name


def test_a_password_is_not_kept(town: Town, ada: Caller):
    with reading(town.store) as work:
        assert PASSWORD not in repr(work.execute(select(tables.accounts)).all())


def test_registering_hashes_before_the_transaction_opens_or_not_at_all(town: Town):
    with writing(town.store) as work:
        accounts.get(work, GHOST)

        with pytest.raises(RuntimeError, match="The transaction is open"):
            accounts.register(work, "ada", "Ada", PASSWORD, passwords=town.passwords)


def test_an_unknown_account_is_not_found(town: Town, alan: Caller):
    for attempt in (
        lambda: get(town, "nobody"),
        lambda: change(town, "nobody", Patch(role=Role.EDITOR), alan),
        lambda: delete(town, "nobody", alan),
    ):
        with pytest.raises(AccountNotFound, match="nobody"):
            attempt()


# Changing


def test_a_change_is_seen_in_time_version_and_edition(town: Town, ada: Caller):
    old = get(town, "ada")
    town.clock.advance()

    new = change(town, "ada", Patch(display_name="Ada Lovelace"), ada)

    assert new == get(town, "ada")
    assert new.display_name == "Ada Lovelace"
    assert new.updated_at == town.clock.now > old.updated_at
    assert new.version == old.version + 1
    assert new.edition != old.edition


def test_a_change_is_seen_though_the_clock_stood_still(town: Town, ada: Caller):
    old = get(town, "ada")

    assert change(town, "ada", Patch(display_name="Ada"), ada).updated_at > old.updated_at


def test_an_edition_is_never_used_again(town: Town, ada: Caller):
    old = get(town, "ada")
    delete(town, "ada", ada)

    assert register(town, "ada").version == old.version
    assert get(town, "ada").edition != old.edition


def test_a_new_password_takes_the_place_of_the_old_one(town: Town, ada: Caller):
    change(town, "ada", Patch(password=NewPassword(BETTER, PASSWORD)), ada)

    assert town.log_in("ada", password=BETTER)
    with pytest.raises(WrongCredentials):
        town.log_in("ada")


def test_a_new_password_revokes_all_tokens_but_the_one_in_hand(
    town: Town, ada: Caller, grace: Caller
):
    in_hand, other, of_grace = town.issue("ada"), town.issue("ada"), town.issue("grace")
    bearer = town.bearer(in_hand)
    assert bearer is not None

    change(town, "ada", Patch(password=NewPassword(BETTER, PASSWORD)), bearer)

    assert town.bearer(in_hand) is not None
    assert town.bearer(of_grace) is not None
    assert town.bearer(other) is None


def test_a_new_password_needs_the_current_one(town: Town, ada: Caller):
    with pytest.raises(WrongPassword):
        change(town, "ada", Patch(password=NewPassword(BETTER, "wrong horse battery")), ada)
    assert town.log_in("ada")


def test_a_new_password_that_is_too_short_changes_nothing(town: Town, ada: Caller):
    patch = Patch(display_name="Other", password=NewPassword("short", PASSWORD))

    with pytest.raises(Unfit):
        change(town, "ada", patch, ada)
    assert get(town, "ada").display_name == "Ada"


def test_passwords_are_not_shown_by_a_patch():
    patch = Patch(password=NewPassword(BETTER, PASSWORD))

    assert BETTER not in repr(patch)
    assert PASSWORD not in repr(patch)


def test_a_password_that_another_changed_meanwhile_is_stale(town: Town, ada: Caller):
    class Slow(Passwords):
        def verify(self, password_hash: str | None, password: str) -> bool:
            change(town, "ada", Patch(password=NewPassword(BETTER, PASSWORD)), ada)
            return True

        def hash(self, password: str) -> str:
            return "hash"

    patch = Patch(password=NewPassword("the password of a thief", PASSWORD))
    with pytest.raises(Stale), writing(town.store) as work:
        accounts.change(work, "ada", patch, by=ada, passwords=Slow.__new__(Slow))
    assert town.log_in("ada", password=BETTER)


class Refused(Exception):
    pass


def refuse(_account: Account) -> None:
    raise Refused


@pytest.mark.parametrize(
    "patch",
    [Patch(display_name="Other"), Patch(password=NewPassword(BETTER, "wrong horse battery"))],
)
def test_a_check_that_refuses_comes_before_the_password_and_changes_nothing(
    town: Town, ada: Caller, patch: Patch
):
    old = get(town, "ada")

    with pytest.raises(Refused):
        change(town, "ada", patch, ada, check=refuse)
    assert get(town, "ada") == old


def test_a_check_is_asked_again_within_the_transaction(town: Town, ada: Caller):
    seen: list[str] = []

    change(
        town,
        "ada",
        Patch(password=NewPassword(BETTER, PASSWORD)),
        ada,
        check=lambda account: seen.append(account.edition),
    )

    assert len(seen) == 2


# Who may


def test_only_admins_change_roles(town: Town, ada: Caller, edith: Caller, alan: Caller):
    for caller in (ada, edith):
        with pytest.raises(NotAllowed):
            change(town, caller.username, Patch(role=Role.EDITOR), caller)
        with pytest.raises(NotAllowed):
            change(town, "alan", Patch(role=Role.READER), caller)

    assert change(town, "ada", Patch(role=Role.EDITOR), alan).role is Role.EDITOR


def test_nobody_makes_an_admin_by_asking(town: Town, ada: Caller, alan: Caller):
    with pytest.raises(NotAllowed, match="whoever runs the service"):
        change(town, "ada", Patch(role=Role.ADMIN), alan)


def test_an_admin_needs_a_token_with_the_scope(town: Town, ada: Caller, alan: Caller):
    weaker = town.log_in("alan", Scope.ACCOUNTS_WRITE)

    with pytest.raises(NotAllowed):
        change(town, "ada", Patch(role=Role.EDITOR), weaker)
    with pytest.raises(NotAllowed):
        delete(town, "ada", weaker)


@pytest.mark.parametrize(
    "patch", [Patch(display_name="Other"), Patch(password=NewPassword(BETTER, PASSWORD)), Patch()]
)
def test_nobody_changes_the_account_of_another(
    town: Town, ada: Caller, grace: Caller, patch: Patch
):
    with pytest.raises(NotAllowed):
        change(town, "ada", patch, grace)


def test_not_even_an_admin_changes_the_name_or_the_password_of_another(
    town: Town, ada: Caller, alan: Caller
):
    for patch in (
        Patch(display_name="Other", role=Role.EDITOR),
        Patch(password=NewPassword(BETTER, PASSWORD)),
    ):
        with pytest.raises(NotAllowed):
            change(town, "ada", patch, alan)
    assert get(town, "ada").role is Role.AUTHOR


def test_one_deletes_oneself_and_an_admin_anybody(
    town: Town, ada: Caller, grace: Caller, alan: Caller
):
    with pytest.raises(NotAllowed):
        delete(town, "ada", grace)

    delete(town, "ada", ada)
    delete(town, "grace", alan)

    with reading(town.store) as work:
        assert [a.username for a in accounts.page(work).items] == ["alan", GHOST]


def test_a_check_that_refuses_a_deletion_leaves_everything(town: Town, ada: Caller):
    town.publish(ada)

    with pytest.raises(Refused):
        delete(town, "ada", ada, check=refuse)

    assert get(town, "ada")
    assert town.read("the-first-engine").author == "ada"


def test_an_admin_is_made_by_who_runs_the_service(town: Town, ada: Caller):
    with writing(town.store) as work:
        made = accounts.make_admin(work, "ada")

    assert made.role is Role.ADMIN
    assert get(town, "ada") == made
    assert town.log_in("ada").is_admin


@pytest.mark.parametrize(("username", "fact"), [("nobody", AccountNotFound), (GHOST, NotAllowed)])
def test_nobody_and_the_ghost_are_made_no_admin(town: Town, username: str, fact: type[Exception]):
    with writing(town.store) as work, pytest.raises(fact):
        accounts.make_admin(work, username)


# The ghost


def test_the_ghost_is_there_from_the_beginning_and_may_do_the_least(town: Town):
    assert get(town, GHOST).role is Role.READER


@pytest.mark.parametrize(
    "patch",
    [Patch(display_name="Boo"), Patch(role=Role.ADMIN), Patch(password=NewPassword(BETTER, ""))],
)
def test_nobody_changes_the_ghost(town: Town, alan: Caller, patch: Patch):
    with pytest.raises(NotAllowed, match="stays as it is"):
        change(town, GHOST, patch, alan)


def test_nobody_deletes_the_ghost(town: Town, alan: Caller):
    with pytest.raises(NotAllowed, match="stays as it is"):
        delete(town, GHOST, alan)


@pytest.mark.parametrize("password", ["", PASSWORD, "None", "!"])
def test_nobody_logs_in_as_the_ghost(town: Town, password: str):
    with pytest.raises(WrongCredentials):
        town.log_in(GHOST, password=password)


# What is left behind


def test_the_posts_of_a_deleted_account_pass_to_the_ghost(
    town: Town, ada: Caller, grace: Caller, edith: Caller
):
    old = town.publish(ada, tags=("machines",))
    draft = town.write(ada, "A draft")
    other = town.publish(grace, "Another")
    town.clock.advance()

    delete(town, "ada", ada)

    new = town.read(old.slug)
    assert (new.author, new.title, new.tags) == (GHOST, old.title, old.tags)
    assert (new.updated_at, new.version) == (town.clock.now, old.version + 1)
    assert town.read(other.slug) == other
    assert town.read(draft.slug, by=edith).author == GHOST
    with pytest.raises(PostNotFound):
        town.read(draft.slug, by=grace)
    with reading(town.store) as work:
        assert listing.page(work, by=None, only=Filter(author=GHOST)).items == (new,)
        assert listing.page(work, by=None, only=Filter(author="ada")).items == ()


def test_the_posts_of_a_deleted_account_go_with_it_when_that_is_chosen(
    town: Town, ada: Caller, grace: Caller
):
    town.publish(ada, tags=("machines",))
    other = town.publish(grace, "Another", tags=("machines",))

    delete(town, "ada", ada, legacy=Legacy.DELETE)

    with pytest.raises(PostNotFound):
        town.read("the-first-engine")
    with reading(town.store) as work:
        assert listing.page(work, by=None, only=Filter(tag="machines")).items == (other,)
        assert len(work.execute(select(tables.post_tags)).all()) == 1


def test_a_username_that_is_free_again_gets_nothing_of_its_former_owner(town: Town, ada: Caller):
    draft = town.write(ada)
    delete(town, "ada", ada)

    again = town.join("ada")

    assert again.role is Role.AUTHOR
    with pytest.raises(PostNotFound):
        town.read(draft.slug, by=again)
    with reading(town.store) as work:
        assert listing.page(work, by=again, only=Filter(status=Status.DRAFT)).items == ()
