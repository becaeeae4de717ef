"""Claims about requests under a key: whose it is, what is kept of the answer, and how long."""

import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from publishing import accounts, retries, tables
from publishing.callers import Caller
from publishing.facts import KeyInUse, KeyReused
from publishing.passwords import Passwords
from publishing.retries import LIFETIME, AlreadyAnswered, Answer, Claim, Keyed, Turns
from publishing.sqlite import Driver
from publishing.store import Store
from publishing.work import Intent, Work
from tests.publishing.story import PASSWORD, Clock, OpenStore, reading, start, writing

ANSWER = Answer(201, (("Location", "/posts/x"), ("Link", "a"), ("Link", "b")), b'{"data":"\xff"}')
REQUEST = Keyed.by_account("ada", "once", b"a post")


def carry_out(store: Store, request: Keyed = REQUEST, answer: Answer = ANSWER) -> None:
    """Do what a request asks, and keep its answer."""
    claim = Claim(request)
    with writing(store) as work:
        work.begin_with(claim.make)
        claim.keep(work, answer)


def is_answered(store: Store, request: Keyed = REQUEST) -> bool:
    with reading(store) as work:
        try:
            retries.look(work, request)
        except AlreadyAnswered:
            return True
    return False


def number_kept(store: Store) -> int:
    with reading(store) as work:
        return work.execute(
            sa.select(sa.func.count()).select_from(tables.kept_answers)
        ).scalar_one()


@pytest.mark.usefixtures("ada")
class TestKeeping:
    def test_an_answer_is_given_again_as_it_was(self, store: Store):
        carry_out(store)

        with pytest.raises(AlreadyAnswered) as told, reading(store) as work:
            retries.look(work, REQUEST)

        assert told.value.answer == ANSWER

    def test_what_was_never_asked_passes(self, store: Store):
        assert not is_answered(store)

    def test_what_is_rolled_back_was_never_claimed(self, store: Store):
        claim = Claim(REQUEST)
        with store.work(Intent.WRITE) as work:
            work.begin_with(claim.make)
            claim.keep(work, ANSWER)

        assert (claim.is_made, claim.is_lost) == (True, False)
        assert number_kept(store) == 0

    def test_the_claim_is_made_before_all_else(self, store: Store):
        """So that whoever is faster in another process has written nothing that is in the way."""
        carry_out(store)
        claim = Claim(REQUEST)
        with store.work(Intent.WRITE) as work:
            work.begin_with(claim.make)
            with pytest.raises(AlreadyAnswered):
                accounts.get(work, "ada")
            with pytest.raises(RuntimeError, match="over"):
                accounts.get(work, "ada")

        assert (claim.is_made, claim.is_lost) == (False, True)

    def test_a_claim_that_meets_another_request_is_told_so(self, store: Store):
        carry_out(store)

        with pytest.raises(KeyReused):
            carry_out(store, Keyed.by_account("ada", "once", b"another post"))

    def test_the_answers_of_an_account_go_with_it(self, store: Store, ada: Caller):
        carry_out(store)
        with writing(store) as work:
            accounts.delete(work, "ada", by=ada)

        assert number_kept(store) == 0


class TestNames:
    def test_accounts_and_newcomers_have_keys_of_their_own(self, passwords: Passwords):
        requests = {
            Keyed.by_account("ada", "once", b"x").scope,
            Keyed.by_account("grace", "once", b"x").scope,
            Keyed.by_newcomer("ada", "once", b"x", passwords=passwords).scope,
        }

        assert len(requests) == 3

    def test_the_fingerprint_of_a_newcomer_is_another_for_each_name_and_key(
        self, passwords: Passwords
    ):
        """So that equal passwords do not show as such."""

        def fingerprint(username: str, key: str, content: bytes) -> bytes:
            return Keyed.by_newcomer(username, key, content, passwords=passwords).fingerprint

        told = [
            fingerprint("ada", "once", b"x"),
            fingerprint("grace", "once", b"x"),
            fingerprint("ada", "twice", b"x"),
            fingerprint("ada", "once", b"y"),
        ]

        assert len({*told}) == 4
        assert fingerprint("ada", "once", b"x") == told[0]
        assert {len(each) for each in told} == {32}

    def test_a_request_shows_nothing_of_its_content(self):
        assert "fingerprint" not in repr(REQUEST)
        assert "body" not in repr(ANSWER)


@pytest.mark.usefixtures("ada")
class TestTime:
    def test_an_answer_is_kept_for_longer_than_a_day(self, store: Store, clock: Clock):
        carry_out(store)
        clock.advance(LIFETIME)

        assert timedelta(days=1) < LIFETIME
        assert is_answered(store)
        clock.advance()
        assert not is_answered(store)

    def test_a_key_that_is_old_is_claimed_anew(self, store: Store, clock: Clock):
        carry_out(store)
        clock.advance(LIFETIME + timedelta(seconds=1))
        other = Keyed.by_account("ada", "once", b"another post")

        carry_out(store, other)

        assert is_answered(store, other)
        assert number_kept(store) == 1

    def test_old_answers_are_swept_some_at_a_time(self, store: Store, clock: Clock):
        """No request has to wait until all are gone."""
        with writing(store) as work:
            row = {"scope": "account:ada", "fingerprint": b"", "created_at": work.now}
            rows = [row | {"key": str(number)} for number in range(250)]
            work.execute(sa.insert(tables.kept_answers), rows)
        clock.advance(LIFETIME + timedelta(seconds=1))

        seen: list[int] = []
        for key in ("a", "b", "c"):
            carry_out(store, Keyed.by_account("ada", key, b""))
            seen.append(number_kept(store))

        assert seen == [151, 52, 3]


class TestTurns:
    def test_one_at_a_time_has_the_turn_of_a_key(self):
        turns, most, having = Turns(patience=30), 0, 0
        start_all = threading.Barrier(8)

        def take() -> None:
            nonlocal most, having
            start_all.wait(30)
            with turns.of(REQUEST):
                having += 1
                most = max(most, having)
                having -= 1

        with ThreadPoolExecutor(8) as threads:
            for done in [threads.submit(take) for _ in range(8)]:
                done.result(30)

        assert (most, having) == (1, 0)

    def test_who_does_not_get_it_in_time_is_told_so(self):
        turns = Turns(patience=0.01)
        with turns.of(REQUEST), pytest.raises(KeyInUse), turns.of(REQUEST):
            pass

        with turns.of(REQUEST):
            pass

    def test_another_key_has_a_turn_of_its_own(self):
        turns = Turns(patience=0.01)
        with turns.of(REQUEST), turns.of(replace(REQUEST, key="other")):
            pass
        with turns.of(REQUEST), turns.of(replace(REQUEST, scope="account:grace")):
            pass

    def test_a_turn_is_given_back_whatever_happens(self):
        turns = Turns(patience=0.01)
        with pytest.raises(KeyReused), turns.of(REQUEST):
            raise KeyReused("ada")

        with turns.of(REQUEST):
            pass

    def test_no_key_is_remembered_that_nobody_wants(self):
        turns = Turns(patience=0.01)
        with turns.of(REQUEST), pytest.raises(KeyInUse), turns.of(REQUEST):
            pass

        assert turns.wanted() == 0


class TestProcesses:
    KILLED = """
from publishing.retries import Claim, Keyed

store = Store.open(url, driver=driver, patience=5)
work = store.work(Intent.WRITE)
claim = Claim(Keyed.by_account("ada", "once", b"a post"))
work.begin_with(claim.make)
work.connection
print("claimed", claim.is_made, flush=True)
sys.stdin.readline()
os.kill(os.getpid(), signal.SIGKILL)
"""

    def test_a_process_that_is_killed_in_the_middle_frees_its_key(
        self, store: Store, url: str, driver: Driver, ada: Caller
    ):
        process = start(self.KILLED, url, driver)
        assert process.stdout is not None
        assert process.stdout.readline() == "claimed True\n"
        process.communicate("die\n", timeout=20)
        assert process.returncode == -signal.SIGKILL

        assert not is_answered(store)
        carry_out(store)
        assert is_answered(store)

    def test_who_comes_second_waits_for_the_first_and_hears_its_answer(
        self, store: Store, open_store: OpenStore, ada: Caller
    ):
        """Two stores on one file are two processes: neither knows of the turns of the other."""
        other = open_store()
        first = Claim(REQUEST)
        is_claimed = threading.Event()

        def come_second() -> Answer | None:
            is_claimed.wait(30)
            try:
                carry_out(other)
            except AlreadyAnswered as told:
                return told.answer
            return None

        with ThreadPoolExecutor(1) as threads:
            second = threads.submit(come_second)
            with writing(store) as work:
                work.begin_with(first.make)
                first.keep(work, ANSWER)
                is_claimed.set()
            assert second.result(30) == ANSWER


class TestBeginning:
    """What a unit of work is to begin with."""

    def test_it_is_done_once_and_first(self, store: Store):
        done: list[str] = []
        with store.work(Intent.READ) as work:
            work.begin_with(lambda _unit: done.append("first"))
            assert done == []
            accounts.get(work, accounts.GHOST)
            done.append("then")
            accounts.get(work, accounts.GHOST)

        assert done == ["first", "then"]

    def test_a_unit_that_has_begun_cannot_begin_with_something_else(self, store: Store):
        with store.work(Intent.READ) as work:
            accounts.get(work, accounts.GHOST)
            with pytest.raises(RuntimeError, match="has begun"):
                work.begin_with(lambda _unit: None)

    def test_a_unit_that_cannot_begin_lets_the_next_writer_in(self, open_store: OpenStore):
        store = open_store(patience=0.1)
        store.migrate()

        def refuse(_unit: Work) -> None:
            raise KeyReused("ada")

        with store.work(Intent.WRITE) as work:
            work.begin_with(refuse)
            with pytest.raises(KeyReused):
                accounts.get(work, accounts.GHOST)
            with writing(store) as other:
                accounts.get(other, accounts.GHOST)

    def test_what_is_looked_up_before_is_no_beginning(self, store: Store, passwords: Passwords):
        """A newcomer's password is hashed before the transaction opens, key or no key."""
        events: list[str] = []

        class Noting(Passwords):
            def hash(self, password: str) -> str:
                events.append("hashed")
                return passwords.hash(password)

        with store.work(Intent.WRITE) as work:
            work.begin_with(lambda _unit: events.append("begun"))
            accounts.register(work, "ada", "Ada", PASSWORD, passwords=Noting())

        assert events == ["hashed", "begun"]
