"""Passwords: argon2id, and only so many at once as the machine can bear."""

import secrets
import threading
import unicodedata
from dataclasses import dataclass

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import hash_secret_raw

from publishing.facts import Unfit

SHORTEST = 12
LONGEST = 128


@dataclass(frozen=True, slots=True)
class Cost:
    """What one hash costs: passes over the memory, its size in KiB, and lanes."""

    passes: int = 3
    memory: int = 65_536
    lanes: int = 4


class Passwords:
    """Hashes and verifies passwords. Shared by threads; those beyond `at_once` wait their turn.

    One hash takes about 95 ms and 64 MiB, so none belongs inside a transaction.
    """

    def __init__(self, *, at_once: int = 2, cost: Cost | None = None) -> None:
        cost = cost or Cost()
        self._hasher = PasswordHasher(
            time_cost=cost.passes, memory_cost=cost.memory, parallelism=cost.lanes, type=Type.ID
        )
        self._turns = threading.BoundedSemaphore(at_once)
        self._nobody = self._hasher.hash(secrets.token_urlsafe())

    def hash(self, password: str) -> str:
        """The hash to keep. Raises `Unfit` for a password of the wrong length."""
        if not SHORTEST <= len(password) <= LONGEST:
            raise Unfit("password", f"is not {SHORTEST} to {LONGEST} characters long")
        secret = _bytes(password)
        if secret is None:
            raise Unfit("password", "contains half of a surrogate pair")
        with self._turns:
            return self._hasher.hash(secret)

    def verify(self, password_hash: str | None, password: str) -> bool:
        """Whether the hash was made from the password.

        No hash takes as long as a wrong password, so that the time tells nobody who exists.
        """
        secret = _bytes(password)
        with self._turns:
            matches = self._matches(password_hash or self._nobody, secret or b"")
        return matches and password_hash is not None and secret is not None

    def digest(self, content: bytes, salt: bytes) -> bytes:
        """32 bytes that tell what has a password in it from all else, and guessers no faster.

        The same salt of 8 bytes or more gives the same of the same.
        """
        with self._turns:
            return hash_secret_raw(
                content,
                salt,
                time_cost=self._hasher.time_cost,
                memory_cost=self._hasher.memory_cost,
                parallelism=self._hasher.parallelism,
                hash_len=32,
                type=Type.ID,
            )

    def _matches(self, password_hash: str, secret: bytes) -> bool:
        try:
            return self._hasher.verify(password_hash, secret)
        except (VerificationError, InvalidHashError):
            return False


def _bytes(password: str) -> bytes | None:
    """One form for all the ways in which keyboards compose the same letters."""
    try:
        return unicodedata.normalize("NFC", password).encode()
    except UnicodeEncodeError:
        return None
