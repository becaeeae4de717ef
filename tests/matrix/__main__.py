"""Print the kill matrix, and write its page: `make kill-matrix`. With `--json`: only say it."""

import json
import logging
import sys
from pathlib import Path

import structlog
from rich.console import Console
from rich.progress import track
from rich.table import Table

from tests.matrix.table import COLUMNS, TITLES, Outcome, Row, as_markdown, rows, stopped
from tests.matrix.violations import VIOLATIONS

PAGE = Path("docs/kill-matrix.md")
BEGIN, END = "<!-- the matrix -->\n", "<!-- its end -->\n"
STYLES = {Outcome.STOPPED: "green", Outcome.LEAVES: "bold red", Outcome.REFUSES_BOTH: "yellow"}


def main() -> int:
    """Ask all columns of all violations; 1 if one of them leaves Tenor."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    logging.disable(logging.CRITICAL)
    table = _watched()
    counts = {column: stopped(table, column) for column in COLUMNS}
    if "--json" in sys.argv:
        sys.stdout.write(json.dumps({"page": as_markdown(table), "stopped": counts}))
        return 0
    console = Console() if sys.stdout.isatty() else Console(width=160)
    console.print(_drawn(table))
    for column, count in counts.items():
        console.print(f"{TITLES[column]}: {count} of {len(table)} stopped", highlight=False)
    page = PAGE.read_text()
    before, after = page.partition(BEGIN)[0], page.partition(END)[2]
    PAGE.write_text(f"{before}{BEGIN}{as_markdown(table)}\n{END}{after}")
    return int(counts["tenor"] < len(table))


def _watched() -> list[Row]:
    """The rows, with a bar while they are asked for."""
    progress = Console(stderr=True)
    total = len(VIOLATIONS)
    return list(track(rows(), "Planting", total=total, console=progress, transient=True))


def _drawn(table: list[Row]) -> Table:
    drawn = Table("violation", "who speaks", "rule", *(TITLES[column] for column in COLUMNS))
    for row in table:
        outcomes = [getattr(row, column) for column in COLUMNS]
        marks = [f"[{STYLES[each]}]{each.value}" for each in outcomes]
        planted = row.violation
        drawn.add_row(planted.name, planted.speaker, planted.rule.value, *marks)
    return drawn


if __name__ == "__main__":
    sys.exit(main())
