"""The matrix: a row for each violation, a column for each who is asked whether it leaves."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from tenor.rules import Rule
from tests.engine.wire import Reply
from tests.matrix.columns import by_schemathesis, under_connexion, under_tenor
from tests.matrix.violations import VIOLATIONS, Violation


class Outcome(Enum):
    """What becomes of a violation in one column."""

    STOPPED = "stopped"
    """The client gets something else, or the run finds a fault."""
    LEAVES = "leaves"
    """The client gets it as it was planted, or the run finds nothing."""
    REFUSES_BOTH = "refuses both"
    """The right answer fares no better, so that nothing can be said."""


@dataclass(frozen=True, slots=True)
class Row:
    """What became of a violation."""

    violation: Violation
    tenor: Outcome
    connexion: Outcome
    schemathesis: Outcome


COLUMNS = ("tenor", "connexion", "schemathesis")
TITLES = {
    "tenor": "Tenor",
    "connexion": "connexion, `validate_responses`",
    "schemathesis": "schemathesis alone",
}


def rows() -> Iterator[Row]:
    """The matrix, row by row; schemathesis runs first, for all of them."""
    planted, twins = by_schemathesis(planted=True), by_schemathesis(planted=False)
    for violation in VIOLATIONS:
        yield Row(
            violation,
            tenor=_served(violation, under_tenor),
            connexion=_served(violation, under_connexion),
            schemathesis=_fuzzed(violation, planted, twins),
        )


def _served(violation: Violation, serve: Callable[..., Reply]) -> Outcome:
    right = serve(violation, planted=False)
    if right.status >= 500:
        return Outcome.REFUSES_BOTH
    wrong = serve(violation, planted=True)
    return Outcome.LEAVES if violation.seen(wrong) else Outcome.STOPPED


def _fuzzed(
    violation: Violation, planted: Mapping[str, list[str]], twins: Mapping[str, list[str]]
) -> Outcome:
    if violation.path in twins:
        return Outcome.REFUSES_BOTH
    return Outcome.STOPPED if violation.path in planted else Outcome.LEAVES


def stopped(table: list[Row], column: str) -> int:
    """How many violations a column stopped."""
    return sum(getattr(row, column) is Outcome.STOPPED for row in table)


def by_rule(table: list[Row]) -> str:
    """How many violations of each rule each column stopped, and of all."""
    lines = [
        f"| rule | planted | {' | '.join(TITLES[column] for column in COLUMNS)} |",
        "|---" * 5 + "|",
    ]
    for rule in Rule:
        rows = [row for row in table if row.violation.rule is rule]
        counts = " | ".join(str(stopped(rows, column)) for column in COLUMNS)
        lines.append(f"| `{rule.value}` | {len(rows)} | {counts} |")
    totals = " | ".join(f"**{stopped(table, column)}**" for column in COLUMNS)
    return "\n".join([*lines, f"| all | **{len(table)}** | {totals} |"])


def as_markdown(table: list[Row]) -> str:
    """The matrix as a page."""
    heads = " | ".join(f"{TITLES[c]}: {stopped(table, c)} of {len(table)}" for c in COLUMNS)
    lines = [by_rule(table), "", f"| violation | who speaks | rule | {heads} |", "|---" * 6 + "|"]
    for row in table:
        planted = row.violation
        marks = " | ".join(MARKS[getattr(row, column)] for column in COLUMNS)
        lines.append(f"| {planted.name} | {planted.speaker} | `{planted.rule.value}` | {marks} |")
    return "\n".join(lines)


MARKS = {
    Outcome.STOPPED: "stopped",
    Outcome.LEAVES: "**leaves**",
    Outcome.REFUSES_BOTH: "refuses both",
}
