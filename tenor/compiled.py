"""A contract with what was compiled of it; a server keeps it for the workers that it makes.

A server makes its application once to see that it can, and each worker makes its own. What is
read and compiled of the contract is the same for all of them and belongs to no process, so workers
take it over: they start in a fraction of the time, and share its memory.
"""

import hashlib
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tenor import document
from tenor.document import Document, Json
from tenor.schemas import Compiler

Spec = str | Path | dict[str, Json]


@dataclass(frozen=True, slots=True)
class Compiled:
    """A contract as it is promised, and the compiler that knows what was compiled of it."""

    contract: Document
    compiler: Compiler

    @classmethod
    def of(cls, spec: Spec) -> "Compiled":
        """Read a contract. Raises ConfigurationError."""
        contract = document.load(spec).expanded()
        return cls(contract, Compiler(contract))


class Shelf:
    """What a process keeps: nothing, until it is told to; then contracts in files, by content."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], Compiled] | None = None

    @contextmanager
    def opened(self) -> Generator[None]:
        """Keep what is read meanwhile, also in processes that are forked meanwhile."""
        self._kept = {}
        try:
            yield
        finally:
            self._kept = None

    def find(self, spec: Spec) -> Compiled:
        """The contract, read now or before. Raises ConfigurationError."""
        if self._kept is None or isinstance(spec, dict):
            return Compiled.of(spec)
        try:
            key = str(spec), hashlib.sha256(Path(spec).read_bytes()).hexdigest()
        except OSError:
            return Compiled.of(spec)  # which says what is wrong
        if key not in self._kept:
            self._kept[key] = Compiled.of(spec)
        return self._kept[key]


shelf = Shelf()
"""Of this process."""
