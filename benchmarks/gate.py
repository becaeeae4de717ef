"""What the gate costs: the same application with its gate on and off, side by side.

    python -m benchmarks.gate [--json FILE]

A ratio is the throughput with the gate on by that with the gate off in the same round: 0.93 is a
cost of 7 %. It is measured in process, and over HTTP as everything is. What was judged once need
not be judged again, so that there is a post whose answer is new every time. The exit code is 1 if
a ratio is below 0.9 over HTTP, but for that post.
"""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import click
import structlog
from rich.console import Console
from rich.progress import Progress

from benchmarks import tables
from benchmarks.applications import tenor
from benchmarks.asking import NUMBER, Request
from benchmarks.equality import require_same
from benchmarks.facts import Missing, Unfair
from benchmarks.in_process import called, require_gate, turns
from benchmarks.results import Figure, Results
from benchmarks.rounds import Pace
from benchmarks.running import Selection, bars, run
from benchmarks.staging import IN_MEMORY, Stage, in_memory, on_sqlite
from benchmarks.works import Work
from tenor import Tenor
from tenor.serving import Source, load

LIMIT = 0.9
ON, OFF = "gate on", "gate off"
NEW = "post, new"
_ROUNDS = 15
_IN_PROCESS = ", in process"
_BY_THE_ENGINE = {400, 401}


@contextmanager
def _answered_by_handlers() -> Iterator[Stage]:
    """What is asked in memory, and a post whose text is another each time.

    What the engine refuses by itself is left out: there the gate has next to nothing to do.
    """
    with in_memory() as stage:
        post = next(one for one in IN_MEMORY if one.name == "post")
        new = replace(post, name=NEW, body=post.body.replace("weaves", f"weaves {NUMBER}", 1))
        by_handlers = (one for one in stage.requests if one.status not in _BY_THE_ENGINE)
        yield replace(stage, requests=(*by_handlers, new))


SIDES = {
    "memory": {ON: "benchmarks.memory.tenor_app", OFF: "benchmarks.memory.tenor_app:ungated"},
    "sqlite": {ON: "app:create_app", OFF: "benchmarks.publishing:ungated"},
}
WORKS = (
    Work(
        "memory",
        "posts in memory",
        _answered_by_handlers,
        tuple(tenor(name, app) for name, app in SIDES["memory"].items()),
    ),
    Work(
        "sqlite",
        "the publishing API on SQLite",
        on_sqlite,
        tuple(tenor(name, app) for name, app in SIDES["sqlite"].items()),
    ),
)


@click.command(help="Measure what the gate costs.")
@click.option("--json", "file", type=click.Path(path_type=Path), help="Write all rounds there.")
@click.option("--rounds", default=_ROUNDS, show_default=True, type=click.IntRange(1))
@click.pass_context
def main(context: click.Context, file: Path | None, rounds: int) -> None:
    """Measure, print, and judge."""
    console = Console()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    pace = Pace(rounds, paced_seconds=0)
    try:
        called_here = [figure for work in WORKS for figure in in_process(work, pace, console)]
        results = run(Selection(WORKS, frozenset(), frozenset(), pace), console)
    except (Unfair, Missing) as error:
        console.print(str(error), markup=False)
        context.exit(2)
    results = with_figures(results, called_here)
    for work in results.made_of:
        console.print(tables.of_work(results, work, work))
    if file is not None:
        results.write(file)
    context.exit(0 if is_cheap(results) else 1)


def in_process(work: Work, pace: Pace, console: Console) -> Iterator[Figure]:
    """Each request, asked of the applications themselves. Raises Unfair."""
    with work.staged() as stage, bars(console) as progress:
        sides = {name: _loaded(app, stage, name) for name, app in SIDES[work.name].items()}
        for request in stage.requests:
            require_same(request, {name: called(side, request) for name, side in sides.items()})
            require_gate(request, sides[ON], sides[OFF])
        for request in stage.requests:
            yield from _in_turns(work, request, sides, pace, progress)


def _in_turns(
    work: Work, request: Request, sides: dict[str, Tenor], pace: Pace, progress: Progress
) -> Iterator[Figure]:
    total = (pace.rounds + 1) * len(sides)
    task = progress.add_task(f"{work.name}{_IN_PROCESS}: {request.name}", total=total)
    shown = turns(sides, request, pace.rounds, lambda: progress.advance(task))
    for name, rounds in shown.items():
        yield Figure.of(f"{work.name}{_IN_PROCESS}", request.name, name, rounds)


def _loaded(app: str, stage: Stage, name: str) -> Tenor:
    """The application, with what the environment would say."""
    with patch.dict(os.environ, stage.environment_of(name)):
        made = load(Source(app=app, spec=None, handlers=""))
    assert isinstance(made, Tenor)
    return made


def with_figures(results: Results, figures: list[Figure]) -> Results:
    """The results with those of this process."""
    works = {one.work: one.work.removesuffix(_IN_PROCESS) for one in figures}
    return replace(
        results,
        ours={**results.ours, **dict.fromkeys(works, ON)},
        made_of={
            **results.made_of,
            **{name: results.made_of[work] for name, work in works.items()},
        },
        checks={**results.checks, **{name: results.checks[work] for name, work in works.items()}},
        figures=(*results.figures, *figures),
    )


def is_cheap(results: Results) -> bool:
    """Whether the gate costs no more than it may, where that is limited."""
    return all(
        ratio.spread.median >= LIMIT
        for ratio in results.ratios()
        if ratio.request != NEW and not ratio.work.endswith(_IN_PROCESS)
    )


if __name__ == "__main__":
    main()
