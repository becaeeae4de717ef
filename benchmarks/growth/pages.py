"""Pages: the lines as tables of Markdown, between two marks of a page that people write."""

import itertools
from collections.abc import Iterable, Iterator
from pathlib import Path

from benchmarks import marked
from benchmarks.growth.figures import Line, Point, Unit

BEGIN = "<!-- figures: written by python -m benchmarks.growth -->"


def told(line: Line) -> str:
    """A line for a person at a terminal."""
    points = ", ".join(f"{_size(point.size)}: {_cost(point, line.unit)}" for point in line.points)
    return f"{line.chapter}: {line.name}: {points}: {line.factor:.2f}x, {line.slope.value}"


def written_into(page: Path, lines: Iterable[Line]) -> None:
    """Put the tables in the place of those that stand between the marks."""
    marked.put(page, BEGIN, "".join(tables(lines)))


def tables(lines: Iterable[Line]) -> Iterator[str]:
    """A table for each chapter."""
    for chapter, own in itertools.groupby(lines, key=lambda line: line.chapter):
        yield "\n".join([*_table(chapter, list(own)), "", ""])


def _table(chapter: str, lines: list[Line]) -> Iterator[str]:
    sizes = [point.size for point in lines[0].points]
    heads = [f"By {chapter}", *map(_size, sizes), "largest by smallest", "slope"]
    yield f"| {' | '.join(heads)} |"
    yield f"|---|{'---:|' * (len(sizes) + 1)}---|"
    for line in lines:
        costs = [_cost(point, line.unit) for point in line.points]
        cells = [f"{line.name}, {line.unit.value}", *costs, _factor(line), line.slope.value]
        yield f"| {' | '.join(cells)} |"


def _factor(line: Line) -> str:
    said = f"{line.factor:.2f}x"
    if line.goal is None:
        return said
    return f"{said} (goal {line.goal}x: {'kept' if line.factor <= line.goal else 'missed'})"


def _size(size: int) -> str:
    return f"{size:,}"


def _cost(point: Point, unit: Unit) -> str:
    if unit in (Unit.PROCESSOR, Unit.MEGABYTES):
        return f"{point.cost:,.0f}"
    return f"{point.cost:,.1f}" if point.cost >= 10 else f"{point.cost:.2f}"
