"""What lint says: findings, and the rules that make them, each registered where it is written."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from inspect import cleandoc
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tenor.lint.contract import Contract


class Severity(Enum):
    """How much a finding matters."""

    ERROR = "error"
    """The contract says there what is false, what nobody can decide, or what cannot be served."""
    WARNING = "warning"
    """The contract leaves something to the engine, to its readers, or to chance."""


@dataclass(frozen=True, slots=True)
class Flaw:
    """What a rule sees at a JSON pointer: what was found, and what to do.

    ``place`` is told in place of the pointer's line, where it is known already.
    """

    pointer: str
    found: str
    remedy: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """What is said of a contract: by which rule, where, what was found, and what to do."""

    rule: str
    name: str
    severity: Severity
    place: str
    pointer: str
    found: str
    remedy: str

    @property
    def line(self) -> int | None:
        """The line of the place, None for a contract that was given as a dictionary."""
        number = self.place.rpartition(":")[2]
        return int(number) if number.isdecimal() else None

    def as_json(self) -> dict[str, str | int | None]:
        """For machines, with the names of the fields."""
        return {
            "rule": self.rule,
            "name": self.name,
            "severity": self.severity.value,
            "place": self.place,
            "line": self.line,
            "pointer": self.pointer,
            "found": self.found,
            "remedy": self.remedy,
        }


Flaws = Iterator[Flaw]
Check = Callable[["Contract"], Flaws]


@dataclass(frozen=True, slots=True)
class LintRule:
    """A rule: its stable id and name, how much it matters, what it means, and how it is checked.

    ``bad`` and ``good`` are parts of a contract (see ``pages``): the one is found, its twin is not.
    """

    id: str
    name: str
    severity: Severity
    meaning: str
    bad: str
    good: str
    check: Check

    def is_called(self, word: str) -> bool:
        """Whether a word names the rule: its name, its id, or the beginning of its id (``T2``)."""
        return word == self.name or (len(word) > 1 and self.id.startswith(word.upper()))


REGISTRY: list[LintRule] = []
"""The rules, in the order in which they are written."""


def rule(
    id_: str, name: str, severity: Severity, *, bad: str, mend: tuple[str, str]
) -> Callable[[Check], Check]:
    """Register a rule; its docstring says what it means.

    ``mend`` is what of the bad example is written otherwise in its good twin.
    """

    def register(check: Check) -> Check:
        wrong = cleandoc(bad)
        was, becomes = (text.strip("\n") for text in mend)
        right = wrong.replace(was, becomes)
        meaning = cleandoc(check.__doc__ or "")
        REGISTRY.append(LintRule(id_, name, severity, meaning, wrong, right, check))
        return check

    return register
