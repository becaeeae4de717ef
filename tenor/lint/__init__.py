"""Lint: what makes a contract decidable and pleasant, as rules with stable ids.

A rule is a small function from a contract to what it sees there, with an example that is found and
its twin that is not. What OpenAPI itself forbids is refused when the document is loaded; general
style is left to others.
"""

from tenor.document import Document
from tenor.lint import (
    effects,
    engine,
    examples,
    media,
    misreadings,
    names,
    patterns,
    sizes,
    statuses,
    waivers,
)
from tenor.lint.findings import REGISTRY, Finding, LintRule, Severity
from tenor.lint.report import Report, report

FAMILIES = (
    statuses,
    sizes,
    examples,
    names,
    misreadings,
    media,
    patterns,
    engine,
    effects,
    waivers,
)
"""The modules in which rules are written."""

RULES: tuple[LintRule, ...] = tuple(sorted(REGISTRY, key=lambda rule: rule.id))
"""All rules, in the order of their ids."""

__all__ = ["RULES", "Finding", "LintRule", "Report", "Severity", "lint"]


def lint(document: Document) -> list[Finding]:
    """All that the rules find in a document, less what it waives."""
    return [*report(document, RULES).findings]
