"""Findings: what a proof found to be false, with the exchanges that show it."""

from dataclasses import dataclass

from tenor.witnesses import Answered, Asked


@dataclass(frozen=True, slots=True)
class Finding:
    """A promise that is not kept.

    ``source`` is who found it (``gate``, ``oracle``, ``recipe``, ``fuzz``), ``check`` the stable id
    of what was looked at, ``sentence`` says where, what was found, what was promised and what to
    do. ``exchanges`` show it, and ``replay`` is the command that shows it again.
    """

    source: str
    check: str
    operation: str
    sentence: str
    exchanges: tuple[tuple[Asked, Answered], ...] = ()
    replay: str = ""

    @property
    def id(self) -> str:
        """What ``--only`` calls it: the check and the operation."""
        return f"{self.check}@{self.operation}"
