"""What the gate costs: the same application with its gate on and off, side by side.

    python -m benchmarks.gate [--json FILE]

Both sides answer in turns, in short rounds, so that what else the machine does falls on both. A
ratio is the throughput with the gate on by that with the gate off in the same turn: 0.93 is a cost
of 7 %. It is measured in process, and through granian on one core with wrk on another. The
applications are posts in memory, where nothing but the gate costs much, and the publishing API on
SQLite. What was judged once is not judged again, so that there is an operation whose answers are
new every time. The exit code is 1 if the median of an operation is below 0.9 through granian, but
for that one.
"""

import json
import logging
import statistics
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import click
import structlog
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from benchmarks import posts, publishing
from benchmarks.comparing import Application, Comparison, Operation, Unfair
from benchmarks.in_process import in_process
from benchmarks.over_http import through_granian

IN_MEMORY = Application(
    "in memory",
    posts,
    (
        Operation("get", "GET", "/posts/the-first-engine-2", b"", 200),
        Operation("list of 20", "GET", "/posts", b"", 200),
        Operation("list of 20, new", "GET", "/new-posts", b"", 200, is_new=True),
        Operation("post", "POST", "/posts", json.dumps(posts.NEW).encode(), 201),
        Operation("error 404", "GET", "/posts/the-last-engine", b"", 404),
    ),
)
ON_SQLITE = Application(
    "publishing on SQLite",
    publishing,
    (
        Operation("get", "GET", "/posts/the-engine-7", b"", 200),
        Operation("list of 20", "GET", "/posts?limit=20", b"", 200),
        Operation("error 404", "GET", "/posts/the-last-engine", b"", 404),
    ),
)
APPLICATIONS = (IN_MEMORY, ON_SQLITE)


@click.command(help="Measure what the gate costs.")
@click.option("--json", "file", type=click.Path(path_type=Path), help="Write all turns there.")
@click.pass_context
def main(context: click.Context, file: Path | None) -> None:
    """Measure, print, and judge."""
    console = Console()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    try:
        with (
            tempfile.TemporaryDirectory() as folder,
            Progress(console=console, transient=True) as progress,
        ):
            publishing.fill(Path(folder, "store.db"))
            compared = [
                comparison
                for measure in (in_process, through_granian)
                for application in APPLICATIONS
                for comparison in measure(application, progress)
            ]
    except Unfair as error:
        console.print(str(error), markup=False)
        context.exit(2)
    console.print(table(compared))
    if file is not None:
        file.write_text(json.dumps([one.as_json() for one in compared], indent=2) + "\n")
    context.exit(0 if all(one.is_within_limit for one in compared) else 1)


def table(compared: Sequence[Comparison]) -> Table:
    """The medians of all comparisons, with the least and the greatest ratio."""
    made = Table(title="Requests in a second, gate on and off")
    for heading in ("", "application", "operation"):
        made.add_column(heading)
    for heading in ("gate on", "gate off", "on / off", "turns"):
        made.add_column(heading, justify="right")
    for one in compared:
        made.add_row(*_row(one), style=None if one.is_within_limit else "red")
    return made


def _row(one: Comparison) -> Iterator[str]:
    ratios = [turn.ratio for turn in one.turns]
    yield one.place
    yield one.application
    yield one.operation.name
    yield f"{statistics.median(turn.on for turn in one.turns):,.0f}"
    yield f"{statistics.median(turn.off for turn in one.turns):,.0f}"
    yield f"{one.ratio:.3f} [{min(ratios):.3f}-{max(ratios):.3f}]"
    yield str(len(one.turns))


if __name__ == "__main__":
    main()
