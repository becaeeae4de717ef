"""The report for a terminal: a matrix for each tag, then what is to be done, cell by cell."""

from collections.abc import Iterator

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tenor.coverage import Group, Row, State, Tally, percent
from tenor.reports.report import MARKS, Report, line

_STYLES = {
    State.MET: "green",
    State.OWED: "bold red",
    State.WAIVED: "yellow",
    State.STRAY: "bold magenta",
}
_HEADINGS = {
    State.OWED: "Owed: declared, and never answered",
    State.STRAY: "Stray: answered, and not declared",
    State.WAIVED: "Waived",
}


def write(report: Report, console: Console) -> None:
    """Print a report."""
    _print(console, _title(report))
    for group in report.coverage.groups():
        console.print()
        console.print(_matrix(group, console.width))
    console.print()
    _print(console, _legend())
    for heading, sentences in _chapters(report):
        console.print()
        _print(console, Text(heading, "bold"))
        for sentence in sentences:
            _print(console, Text(f"  {sentence}"))
    console.print()
    _print(console, Text(report.headline, "bold"))
    for remark in report.remarks:
        _print(console, Text(remark, "yellow"))
    for failure in report.failures:
        _print(console, Text(failure, "bold red"))


def _print(console: Console, text: Text) -> None:
    text.plain = line(text.plain)
    console.print(text)


def _title(report: Report) -> Text:
    document = report.coverage.document
    return Text.assemble((document.title, "bold"), f"  {document.source}")


def _matrix(group: Group, width: int) -> Table:
    """Operations against statuses, whose digits are stacked where the terminal is narrow."""
    heading = line(f"{group.name}  {_numbers(Tally.of(group.standings))}")
    longest = max(len(heading), *(len(row.operation) for row in group.rows))
    statuses = [*map(line, group.statuses)]
    is_narrow = longest + sum(len(status) + 1 for status in statuses) > width
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=0, show_edge=False)
    table.add_column(Text(heading, "bold"), no_wrap=True, vertical="bottom")
    for status in statuses:
        table.add_column("\n".join(status) if is_narrow else status, justify="center", no_wrap=True)
    for row in group.rows:
        table.add_row(
            Text(line(row.operation)), *(_marks(row, status) for status in group.statuses)
        )
    return table


def _numbers(tally: Tally) -> str:
    said = f"{tally.met}/{tally.declared}  {percent(tally.share_met)} %"
    return f"{said}  +{tally.stray} stray" if tally.stray else said


def _marks(row: Row, status: str) -> Text:
    return Text.assemble(*((MARKS[s.state], _STYLES[s.state]) for s in row.at(status)))


def _legend() -> Text:
    named = (((MARKS[state], _STYLES[state]), f" {state.value}   ") for state in State)
    return Text.assemble(*(part for pair in named for part in pair))


def _chapters(report: Report) -> Iterator[tuple[str, list[str]]]:
    """Headings, each with the sentences below it; none for what is empty."""
    for state, heading in _HEADINGS.items():
        if sentences := report.coverage.said_of(state):
            yield heading, [*sentences]
    if report.coverage.violations:
        yield "Violations", [f"{v.rule}: {v}" for v in report.coverage.violations]
    if report.findings:
        said = ((f"{f.check}: {f.sentence}", f.replay) for f in report.findings)
        yield "Findings", [each for pair in said for each in pair if each]
