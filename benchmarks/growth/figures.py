"""Figures: what was measured of each line, as the file, the tables and the picture need it."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from benchmarks.growth.slopes import NOISE, Slope, slope_of
from benchmarks.loading import Loaded


class Unit(Enum):
    """What a cost is told in, and how many of it are a second or a byte."""

    PROCESSOR = "µs of the processor"
    LATENCY = "ms"
    SECONDS = "s"
    MEGABYTES = "MB"


@dataclass(frozen=True, slots=True)
class Point:
    """The costs at one size, one of each round."""

    size: int
    costs: tuple[float, ...]

    @property
    def cost(self) -> float:
        """The median."""
        return statistics.median(self.costs)

    def as_json(self) -> dict[str, Any]:
        """For the file."""
        return {"size": self.size, "costs": [round(cost, 4) for cost in self.costs]}

    @property
    def spread(self) -> float:
        """How far the middle half of the rounds lies apart, as a part of the median."""
        if len(self.costs) < 3 or not self.cost:
            return 0
        lower, _, upper = statistics.quantiles(self.costs, n=4)
        return (upper - lower) / self.cost


@dataclass(frozen=True, slots=True)
class Line:
    """One cost as something grows. `goal` is the most that the largest may be of the smallest."""

    chapter: str
    name: str
    unit: Unit
    points: tuple[Point, ...]
    goal: float | None = None

    @property
    def factor(self) -> float:
        """The cost at the largest size by that at the smallest."""
        return self.points[-1].cost / self.points[0].cost

    @property
    def slope(self) -> Slope:
        """How it grows, beyond what chance explains."""
        noise = max(NOISE, 1 + statistics.median(point.spread for point in self.points))
        return slope_of([p.size for p in self.points], [p.cost for p in self.points], noise)

    def as_json(self) -> dict[str, Any]:
        """For the file."""
        return {
            "chapter": self.chapter,
            "name": self.name,
            "unit": self.unit.value,
            "goal": self.goal,
            "factor": round(self.factor, 3),
            "slope": self.slope.value,
            "points": [point.as_json() for point in self.points],
        }

    @classmethod
    def of(cls, written: Mapping[str, Any]) -> "Line":
        """The line that was written to the file."""
        points = (Point(each["size"], tuple(each["costs"])) for each in written["points"])
        unit = Unit(written["unit"])
        return cls(written["chapter"], written["name"], unit, tuple(points), written["goal"])


Rounds = Mapping[int, Sequence[Loaded]]
"""What the rounds have shown at each size."""


def processor_line(chapter: str, name: str, rounds: Rounds, goal: float | None = None) -> Line:
    """What a request costs the processor."""
    points = (Point(n, tuple(one.processor * 1e6 for one in all_)) for n, all_ in rounds.items())
    return Line(chapter, name, Unit.PROCESSOR, tuple(points), goal)


def latency_lines(chapter: str, name: str, rounds: Rounds) -> list[Line]:
    """How long an answer takes: of half of the requests, and of all but the slowest hundredth."""
    medians = (Point(n, tuple(one.median * 1e3 for one in all_)) for n, all_ in rounds.items())
    slowest = (Point(n, tuple(one.p99 * 1e3 for one in all_)) for n, all_ in rounds.items())
    return [
        Line(chapter, f"{name}, median", Unit.LATENCY, tuple(medians)),
        Line(chapter, f"{name}, p99", Unit.LATENCY, tuple(slowest)),
    ]
