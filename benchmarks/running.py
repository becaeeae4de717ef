"""Running: each work is staged, its applications are held to the same answers, and then asked."""

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from benchmarks import cores, machine
from benchmarks.applications import Application
from benchmarks.asking import Request
from benchmarks.facts import Missing
from benchmarks.loading import require_load
from benchmarks.pacing import AWAY, SHARED, Pacing, paced
from benchmarks.results import Figure, Paced, Results, Spread
from benchmarks.rounds import Pace, all_served, measured, require_equal
from benchmarks.serving import Server
from benchmarks.works import Work


@dataclass(frozen=True, slots=True)
class Selection:
    """What of all there is is measured; no peers and no requests mean all of them."""

    works: tuple[Work, ...]
    peers: frozenset[str]
    requests: frozenset[str]
    pace: Pace

    def applications(self, work: Work) -> list[Application]:
        """Ours, and the peers that are wanted and have a file."""
        return [one for one in self._wanted(work) if one.file.exists()]

    def absent(self, work: Work) -> list[Application]:
        """The peers that are wanted, but have none."""
        return [one for one in self._wanted(work) if not one.file.exists()]

    def _wanted(self, work: Work) -> list[Application]:
        peers = self.peers or {one.name for one in work.applications}
        return [one for one in work.applications if one is work.ours or one.name in peers]

    def asked(self, requests: Sequence[Request]) -> list[Request]:
        """The requests that are wanted."""
        return [one for one in requests if not self.requests or one.name in self.requests]

    def is_whole(self, works: Sequence[Work]) -> bool:
        """Whether nothing of these works is left out, so that the run may stand for later ones."""
        is_narrow = self.peers or self.requests or len(self.works) < len(works)
        return not is_narrow and not any(map(self.absent, self.works))


def run(
    selection: Selection, console: Console, keep: Callable[[Results], None] = lambda _results: None
) -> Results:
    """Measure all that is selected, and keep what there is after each work. Raises Unfair, Missing.

    So what was measured is not lost when a later work turns out to be unfair.
    """
    require_load()
    for work in selection.works:
        work.require()
        _require_installed(selection.applications(work))
    facts = machine.facts()
    if machine.is_busy(facts):
        console.print(f"The machine is busy (its load is {facts['load']}): this will not say much.")
    found: list[Figure | Paced] = []
    with bars(console) as progress:
        for work in selection.works:
            for one in selection.absent(work):
                progress.console.print(
                    f"{work.name}: {one.name} is left out, for {one.file.name} is not there."
                )
            found += _done(work, selection, progress)
            keep(_results(selection, facts, found))
    return _results(selection, facts, found)


def _results(
    selection: Selection, facts: Mapping[str, str], found: Sequence[Figure | Paced]
) -> Results:
    applications = {work.name: selection.applications(work) for work in selection.works}
    return Results(
        machine=facts,
        ours={work.name: work.ours.name for work in selection.works},
        made_of={
            work: {one.name: one.made_of for one in them} for work, them in applications.items()
        },
        checks={
            work: {one.name: one.checks for one in them} for work, them in applications.items()
        },
        figures=tuple(one for one in found if isinstance(one, Figure)),
        paced=tuple(one for one in found if isinstance(one, Paced)),
    )


def _require_installed(applications: Sequence[Application]) -> None:
    """Say what was not installed. Raises Missing."""
    for one in applications:
        if shutil.which(one.command[0]) is None:
            raise Missing(f"{one.command[0]} is not there: `python -m tools.peers` installs it.")


def _done(work: Work, selection: Selection, progress: Progress) -> Iterator[Figure | Paced]:
    """All figures of one work, as they come."""
    task = progress.add_task(f"{work.name}: stores are filled, servers are started", total=None)
    applications = selection.applications(work)
    with work.staged() as stage, all_served(stage, applications) as servers:
        requests = selection.asked(stage.requests)
        require_equal(servers, requests)
        progress.update(task, total=len(requests) * len(servers) * (selection.pace.rounds + 1))
        for request in requests:
            progress.update(task, description=f"{work.name}: {request.name}")
            rounds = measured(servers, request, selection.pace, lambda: progress.advance(task))
            figures = [Figure.of(work.name, request.name, *shown) for shown in rounds.items()]
            yield from figures
            if selection.pace.paced_seconds and not request.is_refused:
                pairs = [
                    (figure, server)
                    for figure, server in zip(figures, servers, strict=True)
                    if server.name in (work.ours.name, work.paced_beside)
                ]
                yield from _paced(pairs, request, selection.pace)


def _paced(pairs: Sequence[tuple[Figure, Server]], request: Request, pace: Pace) -> Iterator[Paced]:
    """Applications in turns, each at half of what it has just done at most."""
    found: dict[str, list[Pacing]] = {server.name: [] for _, server in pairs}
    halves = {server.name: Spread.of(figure.rates).median / 2 for figure, server in pairs}
    for number in range(pace.rounds):
        for figure, server in pairs if number % 2 else reversed(pairs):
            is_shared = figure.work == "postgresql" and cores.DATABASE == cores.LOAD
            away = SHARED if is_shared else AWAY
            rate = halves[server.name]
            one = paced(server, request, rate, pace.paced_seconds, away, run=number)
            found[server.name].append(one)
    for figure, server in pairs:
        yield Paced.of(figure.key, halves[server.name], found[server.name])


def bars(console: Console) -> Progress:
    """Bars of how far it is, with the time that is left."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
    )
