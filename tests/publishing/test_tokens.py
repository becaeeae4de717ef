"""Tokens: given for a password, good for what was asked and is granted, until they end."""

import hashlib
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from publishing import accounts, tables, tokens
from publishing.callers import Caller, Role, Scope
from publishing.facts import ScopeNotGranted, TokenNotFound, WrongCredentials
from publishing.passwords import Passwords
from publishing.sqlite import Driver
from publishing.store import Store, utc_now
from publishing.tokens import Token
from publishing.work import Intent
from tests.publishing.story import A_DAY, PASSWORD, Clock, OpenStore, Town, reading, start, writing


def create(
    town: Town, username: str = "ada", password: str = PASSWORD, scopes: tuple[Scope, ...] = ()
) -> tokens.Issued:
    with writing(town.store) as work:
        return tokens.create(work, username, password, scopes, A_DAY, passwords=town.passwords)


def own(town: Town, by: Caller) -> tuple[Token, ...]:
    with reading(town.store) as work:
        return tokens.page(work, by=by).items


def revoke(town: Town, id_: int, by: Caller) -> None:
    with writing(town.store) as work:
        tokens.revoke(work, id_, by=by)


# Giving


def test_whoever_knows_the_password_gets_a_token(town: Town, ada: Caller):
    issued = create(town, scopes=(Scope.POSTS_WRITE,))

    assert issued.token == Token(
        id=issued.token.id,
        username="ada",
        scopes=(Scope.POSTS_WRITE,),
        created_at=town.clock.now,
        expires_at=town.clock.now + A_DAY,
    )
    assert town.bearer(issued.secret) == Caller(
        "ada", Role.AUTHOR, frozenset({Scope.POSTS_WRITE}), issued.token.id
    )


def test_a_secret_is_made_of_chance_and_shown_once(open_store: OpenStore, passwords: Passwords):
    store = open_store(chance=lambda count: bytes(range(count)))
    store.migrate()
    town = Town(store, Clock(), passwords)
    town.join("ada")
    with writing(store) as work:
        work.execute(tables.tokens.delete())

    issued = create(town)

    assert issued.secret == "tnr_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
    assert issued.secret not in repr(issued)


def test_two_secrets_differ(town: Town, ada: Caller):
    assert create(town).secret != create(town).secret


def test_of_a_secret_only_its_hash_is_kept(town: Town, ada: Caller):
    secret = create(town).secret

    with reading(town.store) as work:
        kept = work.execute(select(tables.tokens.c.digest)).scalars().all()
        everything = repr(work.execute(select(tables.tokens)).all())

    assert hashlib.sha256(secret.encode()).digest() in kept
    assert secret.removeprefix("tnr_") not in everything


@pytest.mark.parametrize(
    ("username", "password"),
    [("ada", "wrong horse battery"), ("nobody", PASSWORD), ("ghost", PASSWORD), ("ada", "")],
)
def test_a_wrong_name_and_a_wrong_password_are_refused_alike(
    town: Town, ada: Caller, username: str, password: str
):
    with pytest.raises(WrongCredentials) as raised:
        create(town, username, password)

    assert str(raised.value) == "The username or the password is wrong."


def test_an_unknown_name_costs_a_verification_like_a_known_one(town: Town, ada: Caller):
    verified: list[str | None] = []

    class Counting(Passwords):
        def verify(self, password_hash: str | None, password: str) -> bool:
            verified.append(password_hash)
            return False

    town.passwords = Counting.__new__(Counting)
    for username in ("ada", "nobody", "ghost"):
        with pytest.raises(WrongCredentials):
            create(town, username)

    assert len(verified) == 3
    assert verified[0] is not None
    assert verified[1:] == [None, None]


def test_the_password_is_verified_before_the_transaction_opens(town: Town, ada: Caller):
    class Watching(Passwords):
        def verify(self, password_hash: str | None, password: str) -> bool:
            # Another writer finds its turn free.
            town.join("grace")
            return True

    ordinary, town.passwords = town.passwords, Watching.__new__(Watching)
    with writing(town.store) as work:
        watching, town.passwords = town.passwords, ordinary
        tokens.create(work, "ada", PASSWORD, (), A_DAY, passwords=watching)

    assert len(own(town, ada)) == 2


def test_a_password_that_is_changed_while_it_is_verified_gives_no_token(town: Town, ada: Caller):
    new = accounts.NewPassword("a much better password", PASSWORD)

    class Slow(Passwords):
        def verify(self, password_hash: str | None, password: str) -> bool:
            with writing(town.store) as work:
                accounts.change(
                    work, "ada", accounts.Patch(password=new), by=ada, passwords=town.passwords
                )
            return True

    with pytest.raises(WrongCredentials), writing(town.store) as work:
        tokens.create(work, "ada", PASSWORD, (), A_DAY, passwords=Slow.__new__(Slow))


# Scopes

COMMON = {Scope.ACCOUNTS_WRITE, Scope.COMMENTS_WRITE}
GRANTED = {
    Role.READER: COMMON,
    Role.AUTHOR: COMMON | {Scope.POSTS_WRITE},
    Role.EDITOR: COMMON | {Scope.POSTS_WRITE},
    Role.ADMIN: COMMON | {Scope.POSTS_WRITE, Scope.ADMIN},
}


@pytest.mark.parametrize("scope", Scope)
@pytest.mark.parametrize("role", Role)
def test_a_role_grants_its_scopes_and_no_other(town: Town, role: Role, scope: Scope):
    town.join("ada", role)

    if scope in GRANTED[role]:
        assert create(town, scopes=(scope,)).token.scopes == (scope,)
    else:
        with pytest.raises(ScopeNotGranted) as raised:
            create(town, scopes=(scope,))
        assert (raised.value.scope, raised.value.role) == (scope, role)


def test_who_does_not_know_the_password_does_not_learn_the_role(town: Town, ada: Caller):
    with pytest.raises(WrongCredentials):
        create(town, password="wrong horse battery", scopes=(Scope.ADMIN,))


def test_a_token_without_scopes_tells_who_reads(town: Town, ada: Caller):
    bearer = town.bearer(create(town).secret)

    assert bearer is not None
    assert bearer.scopes == frozenset()


def test_scopes_are_kept_once_each_and_in_one_order(town: Town, ada: Caller):
    asked = (Scope.ACCOUNTS_WRITE, Scope.POSTS_WRITE, Scope.ACCOUNTS_WRITE)

    assert create(town, scopes=asked).token.scopes == (Scope.POSTS_WRITE, Scope.ACCOUNTS_WRITE)


def test_a_token_holds_only_what_the_role_grants_now(town: Town):
    town.join("ada", Role.ADMIN)
    secret = town.issue("ada")

    held: list[tuple[Role, set[Scope]]] = []
    for role in reversed(Role):
        town.promote("ada", role)
        bearer = town.bearer(secret)
        assert bearer is not None
        held.append((bearer.role, set(bearer.scopes)))

    assert held == [(role, GRANTED[role]) for role in reversed(Role)]


def test_an_admin_whose_token_lacks_the_scope_acts_as_no_admin(town: Town, alan: Caller):
    assert alan.is_admin
    assert not town.log_in("alan", Scope.ACCOUNTS_WRITE).is_admin


# Ending


def test_a_token_works_until_the_moment_it_expires(town: Town, ada: Caller):
    secret = town.issue("ada", lifetime=timedelta(seconds=60))

    town.clock.advance(timedelta(seconds=60, microseconds=-1))
    assert town.bearer(secret) is not None
    town.clock.advance(timedelta(microseconds=1))
    assert town.bearer(secret) is None


def test_an_expired_token_does_not_exist(town: Town, ada: Caller):
    short = town.log_in("ada", lifetime=timedelta(seconds=60))
    town.clock.advance(timedelta(seconds=60))

    assert [token.id for token in own(town, ada)] == [ada.token_id]
    with pytest.raises(TokenNotFound):
        revoke(town, short.token_id, ada)


def test_the_next_token_sweeps_away_the_expired_of_the_same_account(
    town: Town, ada: Caller, grace: Caller
):
    for name in ("ada", "grace"):
        town.issue(name, lifetime=timedelta(seconds=60))
    town.clock.advance(timedelta(seconds=60))

    create(town)

    with reading(town.store) as work:
        left = work.execute(select(tables.tokens.c.username)).scalars().all()
    assert sorted(left) == ["ada", "ada", "grace", "grace"]


def test_a_revoked_token_opens_nothing(town: Town, ada: Caller):
    secret = town.issue("ada")
    bearer = town.bearer(secret)
    assert bearer is not None

    revoke(town, bearer.token_id, ada)

    assert town.bearer(secret) is None
    assert [token.id for token in own(town, ada)] == [ada.token_id]


def test_a_token_may_revoke_itself(town: Town, ada: Caller):
    revoke(town, ada.token_id, ada)

    assert own(town, ada) == ()


def test_the_tokens_of_others_do_not_exist(town: Town, ada: Caller, grace: Caller):
    with reading(town.store) as work, pytest.raises(TokenNotFound):
        tokens.get(work, ada.token_id, by=grace)
    with pytest.raises(TokenNotFound):
        revoke(town, ada.token_id, grace)
    assert {token.username for token in own(town, grace)} == {"grace"}


def test_one_reads_ones_own_tokens(town: Town, ada: Caller):
    with reading(town.store) as work:
        assert tokens.get(work, ada.token_id, by=ada) == own(town, ada)[0]


def test_the_tokens_of_a_deleted_account_open_nothing(town: Town, ada: Caller):
    secret = town.issue("ada")
    with writing(town.store) as work:
        accounts.delete(work, "ada", by=ada)
    assert town.bearer(secret) is None

    town.join("ada")

    assert town.bearer(secret) is None


@pytest.mark.parametrize("secret", ["", "tnr_", "tnr_" + "A" * 43, "\0", "\ud800", "é" * 100_000])
def test_what_was_never_given_opens_nothing(town: Town, ada: Caller, secret: str):
    assert town.bearer(secret) is None


def test_authenticating_writes_nothing(town: Town, ada: Caller):
    secret = town.issue("ada")

    with town.store.work(Intent.READ) as work:
        assert tokens.authenticate(work, secret) is not None


ASKING = """
from publishing import tokens
store = Store.open(url, driver=driver)
for line in sys.stdin:
    with store.work(Intent.READ) as work:
        bearer = tokens.authenticate(work.single(), line.strip())
    print(None if bearer is None else bearer.role.value, flush=True)
"""


@pytest.fixture
def elsewhere(store: Store, url: str, driver: Driver | None) -> Iterator[Callable[[str], str]]:
    """What another process takes the bearer of a secret for, one that has asked before."""
    process = start(ASKING, url, driver)
    assert process.stdin is not None
    assert process.stdout is not None

    def asked(secret: str) -> str:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f"{secret}\n")
        process.stdin.flush()
        return process.stdout.readline().strip()

    yield asked
    process.communicate(timeout=20)


def test_what_becomes_of_a_token_holds_at_once_in_every_process(
    town: Town, elsewhere: Callable[[str], str]
):
    """Two processes that both know the token: what one does, the other knows with its next look."""
    town.clock.now = utc_now()  # the other process has no clock but that of the machine
    ada = town.join("ada")
    secret, other = town.issue("ada"), town.issue("ada")
    bearer = town.bearer(secret)
    assert bearer is not None
    assert [elsewhere(secret), elsewhere(other)] == ["author", "author"]

    town.promote("ada", Role.EDITOR)
    assert elsewhere(secret) == "editor"

    revoke(town, bearer.token_id, ada)
    assert [elsewhere(secret), elsewhere(other)] == ["None", "editor"]

    short = town.issue("ada", lifetime=timedelta(seconds=0.5))
    while elsewhere(short) != "None":
        assert utc_now() < town.clock.now + timedelta(seconds=20)

    with writing(town.store) as work:
        accounts.delete(work, "ada", by=ada)
    assert elsewhere(other) == "None"
