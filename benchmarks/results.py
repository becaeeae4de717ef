"""Results: what a run has shown, and the ratios in it. It is kept as JSON for the next run."""

import json
import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from benchmarks.loading import Loaded
from benchmarks.pacing import Pacing


@dataclass(frozen=True, slots=True)
class Spread:
    """What was seen in all rounds: the middle, the least and the most."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Self:
        """The spread of some values."""
        return cls(statistics.median(values), min(values), max(values))


@dataclass(frozen=True, slots=True)
class Figure:
    """All rounds of an application with one request: requests in a second, and seconds."""

    work: str
    request: str
    application: str
    rates: tuple[float, ...]
    medians: tuple[float, ...]
    p99s: tuple[float, ...]
    processor: tuple[float, ...]

    @property
    def key(self) -> tuple[str, str, str]:
        """What it is a figure of."""
        return self.work, self.request, self.application

    @classmethod
    def of(cls, work: str, request: str, application: str, rounds: Sequence[Loaded]) -> Self:
        """The figure of what the rounds have shown."""
        return cls(
            work,
            request,
            application,
            rates=tuple(round(one.rate, 1) for one in rounds),
            medians=tuple(one.median for one in rounds),
            p99s=tuple(one.p99 for one in rounds),
            processor=tuple(round(one.processor, 8) for one in rounds),
        )


@dataclass(frozen=True, slots=True)
class Paced:
    """All rounds of an application at a steady pace: seconds from when each request was due.

    Nothing finer than `resolutions` is known: so long the asker itself was busy at a time. `aways`
    are the parts of the time in which it was not there, which is left out.
    """

    work: str
    request: str
    application: str
    wanted: float
    rates: tuple[float, ...]
    medians: tuple[float, ...]
    p99s: tuple[float, ...]
    mosts: tuple[float, ...]
    resolutions: tuple[float, ...]
    aways: tuple[float, ...]

    @property
    def key(self) -> tuple[str, str, str]:
        """What it is a pace of."""
        return self.work, self.request, self.application

    @property
    def tail(self) -> Spread:
        """How many times the median of its round the slowest hundredth took at least."""
        return Spread.of([p99 / one for p99, one in zip(self.p99s, self.medians, strict=True)])

    @classmethod
    def of(cls, key: tuple[str, str, str], wanted: float, rounds: Sequence[Pacing]) -> Self:
        """What the rounds have shown of an application that was asked for so many a second."""
        return cls(
            *key,
            wanted,
            rates=tuple(one.rate for one in rounds),
            medians=tuple(one.median for one in rounds),
            p99s=tuple(one.p99 for one in rounds),
            mosts=tuple(one.most for one in rounds),
            resolutions=tuple(one.resolution for one in rounds),
            aways=tuple(one.away for one in rounds),
        )


@dataclass(frozen=True, slots=True)
class Ratio:
    """Ours by that of a peer, in each round."""

    work: str
    request: str
    peer: str
    rounds: tuple[float, ...]

    @property
    def spread(self) -> Spread:
        """The ratios of all rounds."""
        return Spread.of(self.rounds)


@dataclass(frozen=True, slots=True)
class Results:
    """A run: where it was made, of what the applications are, and what it has shown.

    `ours` is the name of our application in each work; `made_of` and `checks` are by the names of
    a work and of an application in it.
    """

    machine: Mapping[str, str]
    ours: Mapping[str, str]
    made_of: Mapping[str, Mapping[str, str]]
    checks: Mapping[str, Mapping[str, str]]
    figures: tuple[Figure, ...]
    paced: tuple[Paced, ...]

    def figure(self, work: str, request: str, application: str) -> Figure:
        """The figure of an application."""
        wanted = work, request, application
        return next(one for one in self.figures if one.key == wanted)

    def ratio(self, work: str, request: str, application: str) -> Ratio | None:
        """Ours by that of another; None for ours."""
        name = self.ours[work]
        if application == name:
            return None
        ours = self.figure(work, request, name).rates
        theirs = self.figure(work, request, application).rates
        rounds = tuple(mine / other for mine, other in zip(ours, theirs, strict=True))
        return Ratio(work, request, application, rounds)

    def processor_ratio(self, work: str, request: str, application: str) -> float:
        """The processor's seconds that another takes for a request, by those of ours.

        What else the machine does hardly touches it. What a database takes is not in it.
        """
        ours = self.figure(work, request, self.ours[work]).processor
        theirs = self.figure(work, request, application).processor
        return statistics.median(theirs) / statistics.median(ours)

    def ratios(self) -> Iterator[Ratio]:
        """Ours by each of the others, request by request."""
        for figure in self.figures:
            ratio = self.ratio(*figure.key)
            if ratio is not None:
                yield ratio

    def write(self, file: Path) -> None:
        """Keep the run."""
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(asdict(self), indent=1) + "\n")

    @classmethod
    def read(cls, file: Path) -> Self:
        """A run that was kept."""
        kept: dict[str, Any] = json.loads(file.read_text())
        figures = tuple(Figure(**_in_rounds(each)) for each in kept.pop("figures"))
        paced = tuple(Paced(**_in_rounds(each)) for each in kept.pop("paced"))
        return cls(**kept, figures=figures, paced=paced)


def _in_rounds(kept: Mapping[str, Any]) -> dict[str, Any]:
    """What was kept, its lists as tuples."""
    return {name: tuple(one) if isinstance(one, list) else one for name, one in kept.items()}
