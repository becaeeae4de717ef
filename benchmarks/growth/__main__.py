"""Growth: `python -m benchmarks.growth` measures, writes the figures, the tables and the picture.

Stores of more than ten thousand posts are kept in `.growth` between runs; they are made with
`--fill`, and left out where they are not there.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from rich.console import Console

from benchmarks.facts import Missing, Unfair
from benchmarks.growth import loads, operations, stores
from benchmarks.growth.figures import Line
from benchmarks.growth.pages import told, written_into
from benchmarks.machine import facts
from benchmarks.serving import ROOT

FIGURES = Path(__file__).with_name("figures.json")
PAGE = ROOT / "docs" / "growth.md"
ROUNDS = 5

Measure = Callable[[int], Iterator[Line]]
_PARTS = ("operations", "sqlite", "postgresql", "bodies", "connections", "workers")


def main(arguments: Sequence[str]) -> int:
    """Measure the parts that the command line names, all of them where it names none."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="part", help=", ".join(_PARTS))
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="after a first that warms up")
    parser.add_argument("--fill", action="store_true", help="make large stores that are missing")
    given = parser.parse_args(arguments)
    parts = _parts(may_fill=given.fill)
    if unknown := sorted({*given.parts} - parts.keys()):
        parser.error(f"there is no part {unknown[0]}; there are {', '.join(_PARTS)}")
    try:
        for name in given.parts or parts:
            _measure(name, parts[name], given.rounds)
    except (Missing, Unfair) as error:
        parser.exit(1, f"{error}\n")
    written_into(PAGE, _known())
    return 0


def _parts(*, may_fill: bool) -> Mapping[str, Measure]:
    return {
        "operations": operations.lines,
        "sqlite": lambda rounds: stores.on_sqlite(rounds, may_fill=may_fill),
        "postgresql": lambda rounds: stores.on_postgresql(rounds, may_fill=may_fill),
        "bodies": loads.of_bodies,
        "connections": loads.of_connections,
        "workers": loads.of_workers,
    }


def _measure(name: str, measure: Measure, rounds: int) -> None:
    """Measure a part, and put its lines in the place of those of an earlier run."""
    console, begin, machine = Console(), time.monotonic(), facts()
    lines: list[Line] = []
    for line in measure(rounds):
        console.print(told(line), highlight=False)
        lines.append(line)
    console.print(f"{name}: {time.monotonic() - begin:.0f} s\n", highlight=False)
    parts = json.loads(FIGURES.read_text()) if FIGURES.exists() else {}
    parts[name] = {"machine": dict(machine), "lines": [line.as_json() for line in lines]}
    FIGURES.write_text(json.dumps(parts, indent=1) + "\n")


def _known() -> list[Line]:
    parts = json.loads(FIGURES.read_text())
    ordered = [parts[name] for name in _PARTS if name in parts]
    return [Line.of(each) for part in ordered for each in part["lines"]]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
