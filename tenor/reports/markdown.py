"""The report in Markdown, for the summary of a CI run."""

import html
import re
from collections.abc import Iterable, Iterator

from tenor.coverage import Group, State, Tally, percent
from tenor.reports.report import MARKS, Report, visible

_HEADINGS = {
    State.OWED: "Owed: declared, and never answered",
    State.STRAY: "Stray: answered, and not declared",
    State.WAIVED: "Waived",
}
_SPECIAL = re.compile(r"([\\`*_\[\]|~$@])")


def written(report: Report) -> str:
    """The report as a document in the Markdown that GitHub, GitLab and Gitea show."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    document = report.coverage.document
    yield f"# {_plain(document.title)}: what has been seen of its contract"
    yield ""
    yield f"**{_plain(report.headline)}** Contract: {_plain(document.source)}."
    for sentence in (*report.failures, *report.remarks):
        yield f"\n> {_plain(sentence)}"
    yield ""
    yield from _totals(report)
    for group in report.coverage.groups():
        yield from _matrix(group)
    yield ""
    yield " · ".join(f"{MARKS[state]} {state.value}" for state in State)
    for state, heading in _HEADINGS.items():
        yield from _chapter(heading, report.coverage.said_of(state))
    yield from _chapter("Violations", report.coverage.violations)
    yield from _findings(report)


def _totals(report: Report) -> Iterator[str]:
    yield "| | declared | met | owed | waived | stray | met |"
    yield "|---|--:|--:|--:|--:|--:|--:|"
    for group in report.coverage.groups():
        yield _numbers(_plain(group.name), Tally.of(group.standings))
    yield _numbers("**in all**", report.coverage.tally)


def _numbers(name: str, tally: Tally) -> str:
    counts = (tally.declared, tally.met, tally.owed, tally.waived, tally.stray)
    return f"| {name} | {' | '.join(map(str, counts))} | {percent(tally.share_met)} % |"


def _matrix(group: Group) -> Iterator[str]:
    statuses = group.statuses
    yield f"\n## {_plain(group.name)}\n"
    yield f"| | {' | '.join(statuses)} |"
    yield f"|---|{':-:|' * len(statuses)}"
    for row in group.rows:
        marks = ("".join(MARKS[s.state] for s in row.at(status)) for status in statuses)
        yield f"| {_plain(row.operation)} | {' | '.join(marks)} |"


def _chapter(heading: str, sentences: Iterable[object]) -> Iterator[str]:
    items = [f"- {_plain(str(sentence))}" for sentence in sentences]
    if items:
        yield f"\n## {heading}\n"
        yield from items


def _findings(report: Report) -> Iterator[str]:
    if report.findings:
        yield "\n## Findings\n"
    for finding in report.findings:
        yield f"- **{_plain(finding.check)}** {_plain(finding.sentence)}"
        yield f"\n{_code(finding.replay, '  ')}\n"


def _code(text: str, indent: str) -> str:
    """A block of code whose fence is longer than any in it."""
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
    return "\n".join(f"{indent}{line}" for line in (f"{fence}sh", *text.splitlines(), fence))


def _plain(text: str) -> str:
    """Text on one line that stands for itself: no markup, no HTML, no mention."""
    return _SPECIAL.sub(r"\\\1", html.escape(visible(" ".join(text.split())), quote=False))
