"""Claims about a run: its ratios, its goals, and what fell since the one before."""

import dataclasses
import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from benchmarks import gate, marked, running, tables
from benchmarks.__main__ import KEPT, README
from benchmarks.facts import Unfair
from benchmarks.filling import Filled
from benchmarks.goals import GOALS, verdicts
from benchmarks.history import falls
from benchmarks.machine import is_other
from benchmarks.pacing import Pacing
from benchmarks.results import Figure, Paced, Results
from benchmarks.rounds import Pace
from benchmarks.running import Selection
from benchmarks.staging import IN_MEMORY, asked_of
from benchmarks.works import WORKS, Work

MACHINE = {
    "date": "2026-03-02",
    "processor": "Analytical",
    "cores": "2",
    "python": "3.11",
    "node": "26",
    "wrk": "4",
}


def figure(application: str, *rates: float, request: str = "get") -> Figure:
    """A figure of so many requests in a second in each round."""
    taken = tuple(1 / rate for rate in rates)
    return Figure("memory", request, application, rates, taken, taken, taken)


def run(*figures: Figure, paced: tuple[Paced, ...] = ()) -> Results:
    """A run of two applications."""
    names = ["tenor", "fastapi async"]
    return Results(
        MACHINE,
        ours={"memory": "tenor"},
        made_of={"memory": dict.fromkeys(names, "something 1.0")},
        checks={"memory": dict.fromkeys(names, "both")},
        figures=figures,
        paced=paced,
    )


def steady(p99: float) -> Paced:
    """Ours at a steady pace, with a median of a millisecond."""
    one = Pacing(rate=499, median=0.001, p99=p99, most=0.1, resolution=0.00002, away=0)
    return Paced.of(("memory", "get", "tenor"), 500, [one] * 3)


BEFORE = run(figure("tenor", 600, 590, 610), figure("fastapi async", 100, 100, 100))


def test_a_ratio_is_that_of_each_round():
    """What else the machine does in one round falls on both sides of that round's ratio."""
    [ratio] = run(figure("tenor", 600, 300, 66), figure("fastapi async", 100, 50, 10)).ratios()

    assert ratio.rounds == (6, 6, 6.6)
    assert ratio.spread.median == 6


def test_a_fall_beyond_both_spreads_is_found():
    now = run(figure("tenor", 580, 560, 589), figure("fastapi async", 100, 100, 100))

    [fall] = falls(BEFORE, now)

    assert str(fall) == (
        "memory, get: by fastapi async it was 6.0x [5.9-6.1] and is 5.8x [5.6-5.9]."
    )


@pytest.mark.parametrize(
    "now",
    [
        run(figure("tenor", 580, 560, 591), figure("fastapi async", 100, 100, 100)),
        run(figure("tenor", 700, 700, 700), figure("fastapi async", 100, 100, 100)),
        run(figure("tenor", 300, 300, 300), figure("fastapi async", 50, 50, 50)),
        run(
            figure("tenor", 1, 1, 1, request="post"),
            figure("fastapi async", 100, 100, 100, request="post"),
        ),
    ],
    ids=["the spreads overlap", "it rose", "the machine is slower", "it was not measured before"],
)
def test_all_else_is_no_fall(now: Results):
    assert [*falls(BEFORE, now)] == []


def test_another_machine_is_told_from_this_one():
    assert not is_other(MACHINE, {**MACHINE, "date": "2027-01-01", "python": "3.12"})
    assert is_other(MACHINE, {**MACHINE, "processor": "Difference"})


def test_a_run_is_read_as_it_was_written(tmp_path: Path):
    written = dataclasses.replace(BEFORE, paced=(steady(0.004),))
    file = tmp_path / "results" / "latest.json"

    written.write(file)

    assert Results.read(file) == written


@pytest.mark.parametrize(("rate", "is_met"), [(499, False), (500, True)])
def test_a_goal_is_met_by_the_median(rate: float, is_met: bool):
    [verdict] = verdicts(
        run(figure("tenor", 1, rate, 9999), figure("fastapi async", 100, 100, 100))
    )

    assert verdict.what == "memory, get: by fastapi async"
    assert verdict.is_met is is_met


@pytest.mark.parametrize(("p99", "is_met"), [(0.005, True), (0.0051, False)])
def test_the_tail_at_half_of_capacity_is_a_goal(p99: float, is_met: bool):
    [verdict] = verdicts(run(figure("tenor", 1000), paced=(steady(p99),)))

    assert verdict.is_met is is_met


@pytest.mark.parametrize(("second", "is_met"), [(0.005, True), (0.006, False)])
def test_a_tail_is_that_of_most_rounds(second: float, is_met: bool):
    """What the machine did in one of them is no tail of the application."""
    ours = replace(steady(0.004), p99s=(0.004, second, 0.1))

    [verdict] = verdicts(run(figure("tenor", 1000), paced=(ours,)))

    assert verdict.is_met is is_met


def test_the_tail_of_another_stands_beside_ours():
    """What both have is the machine's; only ours is held to the goal."""
    ours = steady(0.004)
    other = replace(ours, application="fastify", p99s=(0.01, 0.02, 0.03))

    [verdict] = verdicts(run(figure("tenor", 1000), paced=(ours, other)))

    assert verdict.is_met
    assert verdict.seen.endswith("; fastify 20x [10-30] at half of its own")


def test_each_goal_is_of_something_that_is_measured():
    """One that is misspelt would be passed over in silence."""
    asked = {
        work.name: {request.name for request in IN_MEMORY}
        if work.name == "memory"
        else {request.name for request in asked_of(Filled(1, "secret", ("slug",), "word", "two"))}
        for work in WORKS
    }
    applications = {work.name: {one.name for one in work.applications} for work in WORKS}

    for goal in GOALS:
        assert goal.request in asked[goal.work], goal
        assert goal.peer in applications[goal.work], goal


@pytest.mark.parametrize("work", [*WORKS, *gate.WORKS], ids=lambda work: work.title)
def test_the_applications_of_a_work_have_names_of_their_own(work: Work):
    names = [one.name for one in work.applications]

    assert len(names) == len({*names})


def test_a_page_shows_each_figure_and_each_goal():
    page = tables.page(BEFORE, {"memory": "in memory"})

    assert "| tenor (something 1.0) | both | 600<br>1,667 µs |" in page
    assert "| fastapi async (something 1.0) | both | 100<br>10,000 µs<br>6.0x [5.9-6.1] |" in page
    assert "| memory, get: by fastapi async | at least 5x |" in page


def test_the_readme_shows_the_run_that_is_kept():
    kept = Results.read(KEPT)

    assert marked.between(README, tables.IN_SHORT) == tables.in_short(kept).strip()


def test_a_pace_that_was_not_kept_meets_no_goal():
    late = replace(steady(0.002), rates=(300, 300, 500))

    [verdict] = verdicts(run(figure("tenor", 1000), paced=(late,)))

    assert not verdict.is_met
    assert "not the 500/s" in verdict.seen


def test_what_was_measured_is_kept_though_a_later_work_is_unfair(monkeypatch: pytest.MonkeyPatch):
    def done(work: Work, _selection: Selection, _progress: object) -> Iterator[Figure]:
        if work.name != "memory":
            raise Unfair("It did not answer.")
        yield figure("tenor", 9)

    monkeypatch.setattr(running, "require_load", lambda: None)
    monkeypatch.setattr(running, "_require_installed", lambda _applications: None)
    monkeypatch.setattr(running, "_done", done)
    works = tuple(
        replace(work, require=lambda: None, applications=(work.ours,)) for work in WORKS
    )  # peers are not installed for tests
    kept: list[Results] = []

    with pytest.raises(Unfair):
        running.run(
            Selection(works, frozenset(), frozenset(), Pace(1, 1)),
            Console(file=io.StringIO()),
            kept.append,
        )

    assert [one.figures for one in kept] == [(figure("tenor", 9),)]
