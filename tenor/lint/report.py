"""The report: what the rules find in a contract, less what is waived."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tenor.document import Document
from tenor.errors import ConfigurationError
from tenor.lint.contract import Contract
from tenor.lint.findings import Finding, Flaw, LintRule, Severity
from tenor.lint.waivers import NEEDLESS, Waiver, needless_one, waivers

BASES = ("/problems/", "https://api.example/problems/")
"""Addresses under which problems may be explained, where none is given."""


@dataclass(frozen=True, slots=True)
class Report:
    """What is said of a contract, in the order of the rules and then of the document."""

    source: str
    findings: tuple[Finding, ...]
    waived: tuple[tuple[Finding, Waiver], ...]

    def count(self, severity: Severity) -> int:
        """How many findings are of a severity."""
        return sum(finding.severity is severity for finding in self.findings)

    def is_fine(self, *, strictly: bool) -> bool:
        """Whether there is no error; strictly, whether there is nothing at all."""
        return not (self.findings if strictly else self.count(Severity.ERROR))


def report(
    document: Document,
    rules: Sequence[LintRule],
    *,
    bases: tuple[str, ...] = BASES,
) -> Report:
    """What some rules find in a document."""
    contract = Contract(document, bases)
    found = [finding for rule in rules for finding in _findings(rule, contract)]
    given = [waiver for waiver in waivers(contract) if waiver.reason]
    kept: list[Finding] = []
    waived: list[tuple[Finding, Waiver]] = []
    for finding in found:
        waiver = next((each for each in given if each.covers(finding)), None)
        if waiver is None:
            kept.append(finding)
        else:
            waived.append((finding, waiver))
    needed = {waiver.pointer for _, waiver in waived}
    kept += _needless(contract, rules, [w for w in given if w.pointer not in needed])
    return Report(document.source, tuple(kept), tuple(waived))


def _findings(rule: LintRule, contract: Contract) -> list[Finding]:
    found = [_finding(rule, contract, flaw) for flaw in rule.check(contract)]
    return sorted(found, key=lambda finding: (finding.line or 0, finding.pointer))


def _finding(rule: LintRule, contract: Contract, flaw: Flaw) -> Finding:
    return Finding(
        rule=rule.id,
        name=rule.name,
        severity=rule.severity,
        place=flaw.place or contract.document.place(flaw.pointer),
        pointer=flaw.pointer,
        found=flaw.found,
        remedy=flaw.remedy,
    )


def _needless(
    contract: Contract, rules: Sequence[LintRule], idle: Iterable[Waiver]
) -> list[Finding]:
    """What is said of waivers that waived nothing of the rules that were asked."""
    ids = {rule.id for rule in rules}
    own = [rule for rule in rules if rule.id == NEEDLESS]
    return [
        _finding(rule, contract, needless_one(waiver))
        for rule in own
        for waiver in idle
        if waiver.rule is not None and waiver.rule.id in ids
    ]


def chosen(
    rules: Sequence[LintRule], *, select: Sequence[str] = (), ignore: Sequence[str] = ()
) -> tuple[LintRule, ...]:
    """The rules that are selected, all when none is, less those that are ignored.

    Raises ConfigurationError for a word that names no rule.
    """
    for word in (*select, *ignore):
        if not any(rule.is_called(word) for rule in rules):
            raise no_rule(word, rules)

    def among(rule: LintRule, words: Sequence[str]) -> bool:
        return any(rule.is_called(word) for word in words)

    return tuple(
        rule for rule in rules if (not select or among(rule, select)) and not among(rule, ignore)
    )


def no_rule(word: str, rules: Iterable[LintRule]) -> ConfigurationError:
    """What is said of a word that names no rule."""
    names = ", ".join(f"{rule.id} {rule.name}" for rule in rules)
    return ConfigurationError(
        f"{word!r} is no rule", place="lint", remedy=f"The rules are: {names}."
    )
