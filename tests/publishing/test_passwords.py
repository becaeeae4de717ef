"""Passwords: what is kept of them, and how much they may cost."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publishing.facts import Unfit
from publishing.passwords import LONGEST, SHORTEST, Cost, Passwords
from tests.publishing.story import PASSWORD, repeatable


def test_a_password_is_kept_as_argon2id_with_the_cost_that_is_recommended():
    kept = Passwords().hash(PASSWORD)

    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert PASSWORD not in kept


def test_the_same_password_is_never_kept_as_the_same_hash(passwords: Passwords):
    assert passwords.hash(PASSWORD) != passwords.hash(PASSWORD)


@repeatable
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=SHORTEST, max_size=LONGEST))
def test_a_password_opens_its_own_hash_and_no_other_password_does(password: str):
    passwords = Passwords(cost=Cost(passes=1, memory=8, lanes=1))
    kept = passwords.hash(password)

    assert passwords.verify(kept, password)
    assert not passwords.verify(kept, password + "!")


def test_letters_that_look_the_same_are_the_same(passwords: Passwords):
    """One keyboard writes a letter with its accent, another a letter and then an accent."""
    kept = passwords.hash("cr\N{LATIN SMALL LETTER E WITH GRAVE}me br\u00fbl\u00e9e")

    assert passwords.verify(kept, "cre\N{COMBINING GRAVE ACCENT}me bru\u0302le\u0301e")


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("x" * (SHORTEST - 1), "is not 12 to 128 characters long"),
        ("x" * (LONGEST + 1), "is not 12 to 128 characters long"),
        ("correct horse \ud800", "contains half of a surrogate pair"),
    ],
)
def test_a_password_that_cannot_be_kept_is_refused_and_not_repeated(
    passwords: Passwords, password: str, reason: str
):
    with pytest.raises(Unfit) as raised:
        passwords.hash(password)

    assert (raised.value.field, raised.value.reason) == ("password", reason)
    assert password not in str(raised.value)


@pytest.mark.parametrize("password", ["", "x", "x" * 1000, "\0" * 12, "\ud800" * 12])
def test_any_text_may_be_tried(passwords: Passwords, password: str):
    assert not passwords.verify(passwords.hash(PASSWORD), password)


@pytest.mark.parametrize("kept", [None, "", "not a hash"])
def test_nothing_opens_what_is_no_hash(passwords: Passwords, kept: str | None):
    assert not passwords.verify(kept, PASSWORD)
    assert not passwords.verify(kept, "")


@pytest.mark.parametrize("nobody", [None, ""])
@pytest.mark.parametrize("password", [PASSWORD, "", "\ud800"])
def test_nobody_costs_as_much_as_a_wrong_password(
    passwords: Passwords, monkeypatch: pytest.MonkeyPatch, nobody: str | None, password: str
):
    """Measured in what is asked of argon2: the same work, whoever is asked for."""
    spent: list[str] = []
    hasher = passwords._hasher

    class Watched:
        def verify(self, password_hash: str, secret: bytes) -> bool:
            spent.append(password_hash.rsplit("$", 2)[0])
            return hasher.verify(password_hash, secret)

    kept = passwords.hash(PASSWORD)
    monkeypatch.setattr(passwords, "_hasher", Watched())
    assert not passwords.verify(kept, "wrong horse battery")
    assert not passwords.verify(nobody, password)

    of_somebody, of_nobody = spent
    assert of_nobody == of_somebody


def test_only_so_many_are_hashed_at_once(passwords: Passwords, monkeypatch: pytest.MonkeyPatch):
    begun, may_end = threading.Semaphore(0), threading.Event()

    class Slow:
        def hash(self, _secret: bytes) -> str:
            begun.release()
            may_end.wait(timeout=5)
            return "hash"

    monkeypatch.setattr(passwords, "_hasher", Slow())
    threads = [threading.Thread(target=passwords.hash, args=(PASSWORD,)) for _ in range(4)]
    for thread in threads:
        thread.start()

    assert begun.acquire(timeout=5)
    assert begun.acquire(timeout=5)
    assert not begun.acquire(timeout=0.1)
    may_end.set()
    for thread in threads:
        thread.join()


def test_a_digest_is_the_same_of_the_same_and_costs_as_much_as_a_hash():
    cheap, dear = (Passwords(cost=Cost(passes=n, memory=8, lanes=1)) for n in (1, 2))
    digest = cheap.digest(b"content", b"salt and more")

    assert len(digest) == 32
    assert cheap.digest(b"content", b"salt and more") == digest
    assert cheap.digest(b"content", b"other salt") != digest
    assert cheap.digest(b"other", b"salt and more") != digest
    assert dear.digest(b"content", b"salt and more") != digest
