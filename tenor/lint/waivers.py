"""Waivers: findings that an author has decided to live with, each with the reason.

They stand in the contract, at what they are about: ``x-tenor-lint-ignore`` maps rules to reasons,
and holds for the object that it is in and for all within. The contract that is served has none.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from tenor.document import Json, escape
from tenor.lint.contract import Contract
from tenor.lint.findings import REGISTRY, Finding, Flaw, Flaws, LintRule, Severity, rule

KEY = "x-tenor-lint-ignore"
NEEDLESS = "T906"
"""The rule that is about waivers themselves."""


@dataclass(frozen=True, slots=True)
class Waiver:
    """That findings of a rule are waived at an object and within it."""

    owner: str
    word: str
    reason: Json

    @property
    def pointer(self) -> str:
        """Where it is written."""
        return f"{self.owner}/{KEY}/{escape(self.word)}"

    @property
    def rule(self) -> LintRule | None:
        """The rule that it names, by its id or its name."""
        return next((each for each in REGISTRY if self.word in (each.id, each.name)), None)

    def covers(self, finding: Finding) -> bool:
        """Whether it waives a finding."""
        named = self.rule is not None and self.rule.id == finding.rule
        return named and f"{finding.pointer}/".startswith(f"{self.owner}/")


def waivers(contract: Contract) -> Iterator[Waiver]:
    """All waivers of a contract."""
    for owner, given in _given(contract.document.raw, ""):
        if isinstance(given, dict):
            for word, reason in cast(dict[str, Json], given).items():
                yield Waiver(owner, word, reason)


def _given(node: Json, pointer: str) -> Iterator[tuple[str, Json]]:
    if isinstance(node, dict):
        for key, value in cast(dict[str, Json], node).items():
            if key == KEY:
                yield pointer, value
            else:
                yield from _given(value, f"{pointer}/{escape(key)}")
    elif isinstance(node, list):
        for index, item in enumerate(cast(list[Json], node)):
            yield from _given(item, f"{pointer}/{index}")


@rule(
    NEEDLESS,
    "waiver-is-needed",
    Severity.ERROR,
    bad="""
    paths:
      /notes:
        x-tenor-lint-ignore: {T402: the name is older than the rule}
        get:
          operationId: listNotes
          responses:
            "204": {description: There are none.}
    """,
    mend=("operationId: listNotes", "operationId: list_notes"),
)
def needless(contract: Contract) -> Flaws:
    """A waiver waives something, for a reason.

    `x-tenor-lint-ignore` in any object maps a rule to the reason why its findings are waived there
    and within. One that names no rule, gives no reason or waives nothing is told, so that none
    outlives its cause.
    """
    for owner, given in _given(contract.document.raw, ""):
        if not isinstance(given, dict):
            yield Flaw(f"{owner}/{KEY}", "the waiver gives no reasons", _FORM)
    for waiver in waivers(contract):
        if waiver.rule is None:
            yield Flaw(waiver.pointer, f"the waiver names {waiver.word}, which is no rule", _FORM)
        elif not isinstance(waiver.reason, str) or not waiver.reason.strip():
            yield Flaw(waiver.pointer, f"the waiver of {waiver.word} gives no reason", _FORM)


_FORM = f"Write {KEY}: {{T201: the reason}}."


def needless_one(waiver: Waiver) -> Flaw:
    """What is said of a waiver that waives nothing."""
    return Flaw(waiver.pointer, f"the waiver of {waiver.word} waives nothing", "Remove it.")
