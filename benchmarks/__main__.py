"""The same work, side by side: `make bench`."""

import logging
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import click
import structlog
from rich.console import Console

from benchmarks import history, machine, marked, tables
from benchmarks.applications import BENCH
from benchmarks.facts import Missing, Unfair
from benchmarks.goals import verdicts
from benchmarks.results import Results
from benchmarks.rounds import Pace
from benchmarks.running import Selection, run
from benchmarks.works import SERVERS, WORKS

ROOT = Path(__file__).parents[1]
KEPT = ROOT / "benchmarks" / "results" / "latest.json"
TRIED = ROOT / "var" / "benchmark.json"
PAGE = ROOT / "docs" / "benchmark.md"
README = ROOT / "README.md"
PICTURE = ROOT / "docs" / "benchmark.svg"
_WORKS = {work.name: work for work in (*WORKS, SERVERS)}
_PEERS = sorted({one.name for work in _WORKS.values() for one in work.applications})


@click.command()
@click.argument("works", nargs=-1, type=click.Choice(list(_WORKS)))
@click.option("--peer", "peers", multiple=True, type=click.Choice(_PEERS), help="Only this one.")
@click.option("--request", "requests", multiple=True, help="Only this one, such as 'list of 20'.")
@click.option("--rounds", default=7, show_default=True, type=click.IntRange(1))
@click.option("--seconds", default=1, show_default=True, type=click.IntRange(1), help="A round's.")
@click.option("--keep", is_flag=True, help="Let the next runs be compared with this one.")
@click.pass_context
def main(
    context: click.Context,
    works: Sequence[str],
    peers: Sequence[str],
    requests: Sequence[str],
    rounds: int,
    seconds: int,
    *,
    keep: bool,
) -> None:
    """Measure Tenor beside others, and print ratios, goals, and what fell since the last run.

    All works but "servers" are measured unless some are named. Only a whole run is kept, and none
    that fell.
    """
    console = Console()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    signal.signal(signal.SIGTERM, _interrupt)
    selection = Selection(
        tuple(_WORKS[name] for name in works or [work.name for work in WORKS]),
        frozenset(peers),
        frozenset(requests),
        Pace(rounds, seconds),
    )
    try:
        results = run(selection, console, lambda so_far: so_far.write(TRIED))
    except Unfair as error:
        console.print(str(error), markup=False, highlight=False)
        context.exit(1)
    except Missing as error:
        console.print(str(error), markup=False)
        context.exit(2)
    show(results, console)
    has_fallen = show_falls(results, console)
    file = KEPT if keep and selection.is_whole(WORKS) and not has_fallen else TRIED
    publish(results, file)
    console.print(f"All rounds are in {file.relative_to(ROOT)}.")
    context.exit(1 if has_fallen else 0)


def show(results: Results, console: Console) -> None:
    """Print all tables."""
    for work in results.made_of:
        console.print(tables.of_work(results, work, _WORKS[work].title))
        console.print(tables.of_applications(results, work))
    console.print(tables.of_goals([*verdicts(results)]))


def show_falls(results: Results, console: Console) -> bool:
    """Print what fell since the run that is kept, and say whether anything did.

    What fell on another machine is said, and counts for nothing.
    """
    if not KEPT.exists():
        return False
    before = Results.read(KEPT)
    found = [*history.falls(before, results)]
    for fall in found:
        console.print(f"Fell since {before.machine['date']}: {fall}", highlight=False)
    if found and machine.is_other(results.machine, before.machine):
        console.print("That run was made on another machine.")
        return False
    return bool(found)


def publish(results: Results, file: Path) -> None:
    """Write the run, and if it is kept the page and the picture that show it."""
    results.write(file)
    if file == KEPT:
        PAGE.write_text(tables.page(results, {work.name: work.title for work in WORKS}))
        marked.put(README, tables.IN_SHORT, tables.in_short(results))
        command = [BENCH / "python", "-m", "benchmarks.picture", KEPT, PICTURE]
        subprocess.run(command, cwd=ROOT, check=True)  # noqa: S603 - the command is our own


def _interrupt(_number: int, _frame: object) -> None:
    """End as from the keyboard, so that every server is ended."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
