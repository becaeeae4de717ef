"""Retries: a request that is sent again under its key does its work once, and is answered alike.

The key is claimed first in the transaction of the work, and the answer is kept in it: both are
there afterwards or neither. Whoever comes second waits: within one process for the turn of the
key, and across processes for the turn to write.
"""

import hashlib
import json
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

import sqlalchemy as sa

from publishing import tables
from publishing.facts import Fact, KeyInUse, KeyReused
from publishing.passwords import Passwords
from publishing.prepared import Prepared
from publishing.work import Work

# A day is promised; the hour more is for clocks that differ and for clients that count from later.
LIFETIME = timedelta(hours=25)
_MOST_SWEPT = 100


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it is kept: all that is said again."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = field(repr=False)


@dataclass(eq=False)
class AlreadyAnswered(Fact):
    """The request was carried out before, and this was its answer."""

    answer: Final[Answer]

    def __str__(self) -> str:
        return f"The request was answered {self.answer.status} before."


@dataclass(frozen=True, slots=True)
class Keyed:
    """A request under a key.

    `owner` is the account whose keys it is among. The fingerprint tells the request from others,
    and whoever reads it does not learn what was sent.
    """

    scope: str
    owner: str
    key: str
    fingerprint: bytes = field(repr=False)

    @property
    def place(self) -> dict[str, str]:
        """Where its answer is kept, as the statements name it."""
        return {"of_scope": self.scope, "of_key": self.key}

    @classmethod
    def by_account(cls, username: str, key: str, content: bytes) -> "Keyed":
        """A request of an account."""
        fingerprint = hashlib.sha256(content).digest()
        return cls(f"account:{username}", username, key, fingerprint)

    @classmethod
    def by_newcomer(
        cls, username: str, key: str, content: bytes, *, passwords: Passwords
    ) -> "Keyed":
        """A request to become an account.

        Its content has a password in it, so the fingerprint costs as much as the hash of one. The
        keys of newcomers are apart from those of accounts: nobody learns of theirs.
        """
        scope = f"registration:{username}"
        salt = hashlib.sha256(f"{scope} {key}".encode()).digest()
        return cls(scope, username, key, passwords.digest(content, salt))


def look(work: Work, request: Keyed) -> None:
    """Let a request pass that is not answered yet. Raises `AlreadyAnswered` and `KeyReused`.

    An answer is not told before it is safe: what it says was done must not be gone tomorrow.
    """
    sought = request.place | {"oldest": work.now - LIFETIME}
    row = work.row(_KEPT, sought)
    if row is None:
        return
    fingerprint, status, headers, body = row
    if fingerprint != request.fingerprint:
        raise KeyReused(request.owner)
    work.settle()
    raise AlreadyAnswered(Answer(status, tuple((n, v) for n, v in json.loads(headers)), body))


class Claim:
    """The claim of a request to its key, which it makes first in the transaction of its work."""

    def __init__(self, request: Keyed) -> None:
        self._request = request
        self.is_tried = False
        self.is_made = False

    @property
    def is_lost(self) -> bool:
        """Whether the key was another's."""
        return self.is_tried and not self.is_made

    def make(self, work: Work) -> None:
        """Claim the key. Raises `AlreadyAnswered` and `KeyReused` where somebody was faster."""
        self.is_tried = True
        oldest = work.now - LIFETIME
        claimed = {
            "scope": self._request.scope,
            "key": self._request.key,
            "fingerprint": self._request.fingerprint,
            "created_at": work.now,
        }
        forgetting = _FORGET, self._request.place | {"oldest": oldest}
        sweeping = _SWEEP, {"oldest": oldest}
        _, _, (made, _) = work.change_all(forgetting, sweeping, (_CLAIM, claimed))
        if not made:
            look(work, self._request)
            # Its row has gone meanwhile, with its account: whoever tries again finds the key free.
            raise KeyInUse(self._request.owner)
        self.is_made = True

    def keep(self, work: Work, answer: Answer) -> None:
        """Keep the answer beside what was done, and only for as long as the account exists."""
        kept = {
            "username": self._request.owner,
            "status": answer.status,
            "headers": json.dumps(answer.headers),
            "body": answer.body,
        }
        work.change(_KEEP, self._request.place | kept)


class Turns:
    """Lets the requests under one key through one at a time. Shared by the threads of a process."""

    def __init__(self, *, patience: float = 5.0) -> None:
        self._patience = patience
        self._lock = threading.Lock()
        self._turns: dict[tuple[str, str], _Turn] = {}

    @contextmanager
    def of(self, request: Keyed) -> Generator[None]:
        """The turn of a request. Raises `KeyInUse` when it does not come in time."""
        name = request.scope, request.key
        with self._lock:
            turn = self._turns.setdefault(name, _Turn())
            turn.wanted += 1
        try:
            if not turn.lock.acquire(timeout=self._patience):
                raise KeyInUse(request.owner)
            try:
                yield
            finally:
                turn.lock.release()
        finally:
            with self._lock:
                turn.wanted -= 1
                if not turn.wanted:
                    del self._turns[name]

    def wanted(self) -> int:
        """How many keys somebody has the turn of, or waits for."""
        with self._lock:
            return len(self._turns)


class _Turn:
    """The turn for one key, and how many have it or wait for it."""

    __slots__ = ("lock", "wanted")

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.wanted = 0


# Statements

_answers = tables.kept_answers
_key: tuple[sa.Column[Any], sa.Column[Any]] = (_answers.c.scope, _answers.c.key)
_OLD = _answers.c.created_at < sa.bindparam("oldest")
_IS_KEY = (_answers.c.scope == sa.bindparam("of_scope")) & (
    _answers.c.key == sa.bindparam("of_key")
)

_KEPT = Prepared(
    sa.select(_answers.c.fingerprint, _answers.c.status, _answers.c.headers, _answers.c.body).where(
        _IS_KEY, ~_OLD
    )
)
_CLAIM = Prepared(
    tables.insert_if_free(_answers, *_key), *("scope", "key", "fingerprint", "created_at")
)
_KEEP = Prepared(sa.update(_answers).where(_IS_KEY), *("username", "status", "headers", "body"))
_FORGET = Prepared(sa.delete(_answers).where(_IS_KEY, _OLD))
# Whoever sweeps at the same time takes others.
_SWEPT = (
    sa.select(*_key)
    .where(_OLD)
    .order_by(_answers.c.created_at)
    .limit(_MOST_SWEPT)
    .with_for_update(skip_locked=True)
)
_SWEEP = Prepared(sa.delete(_answers).where(sa.tuple_(*_key).in_(_SWEPT)))
