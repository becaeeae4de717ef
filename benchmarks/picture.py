"""The picture of a run: bars of requests in a second.

    .bench/bin/python -m benchmarks.picture results.json picture.svg

It runs where matplotlib is, which the application does not need. Its colours can be read on a light
ground and on a dark one, for it has none of its own.
"""

import json
import statistics
import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

INK = "#7d8590"
OURS = "#2f81f7"
THEIRS = "#a8b1bb"
SHOWN = {
    "memory": ("get", "list of 20", "post"),
    "sqlite": ("get", "list of 20", "post"),
    "postgresql": ("get", "list of 20", "post"),
}
TITLES = {
    "memory": "Contract only, in memory",
    "sqlite": "Whole stack on SQLite",
    "postgresql": "Whole stack on PostgreSQL",
}
_BAR = 0.3
_HEAD = 0.75


def main(arguments: list[str]) -> int:
    """Draw a run."""
    source, target = map(Path, arguments)
    mpl.rcParams.update(
        {
            "font.family": "DejaVu Sans",
            "font.size": 9,
            "svg.hashsalt": "tenor",  # the same run gives the same file
            "text.color": INK,
        }
    )
    drawn(json.loads(source.read_text())).savefig(
        target, transparent=True, metadata={"Date": None}, bbox_inches="tight", pad_inches=0.1
    )
    return 0


def drawn(results: dict[str, Any]) -> Figure:
    """A row of bars for each work, a column for each request."""
    works = [work for work in SHOWN if work in results["made_of"]]
    heights = [len(results["made_of"][work]) * _BAR for work in works]
    figure = Figure(figsize=(10, sum(heights) + _HEAD * len(works)), layout="constrained")
    rows = figure.subplots(
        len(works),
        3,
        sharey="row",
        squeeze=False,
        gridspec_kw={"height_ratios": heights},
    )
    for work, row in zip(works, rows, strict=True):
        for request, axes in zip(SHOWN[work], row, strict=True):
            draw(axes, results, work, request)
        heading = row[0].annotate(
            f"{TITLES[work]}: requests in a second",
            (0, 1),
            (0, 20),
            xycoords="axes fraction",
            textcoords="offset points",
            weight="bold",
        )
        heading.set_in_layout(False)  # the column is no wider for it
    return figure


def draw(axes: Axes, results: dict[str, Any], work: str, request: str) -> None:
    """The bars of one request, ours first, with the least and the most of all rounds."""
    rates = {
        one["application"]: one["rates"]
        for one in results["figures"]
        if (one["work"], one["request"]) == (work, request)
    }
    places = range(len(rates))
    middles = [statistics.median(each) for each in rates.values()]
    colours = [OURS if name == results["ours"][work] else THEIRS for name in rates]
    axes.barh(places, middles, height=0.72, color=colours)
    most = [max(each) for each in rates.values()]
    axes.hlines(places, [min(each) for each in rates.values()], most, color=INK, linewidth=1)
    for place, middle, end in zip(places, middles, most, strict=True):
        axes.annotate(
            f"{middle:,.0f}", (end, place), (4, 0), textcoords="offset points", va="center", size=8
        )
    axes.set_title(f"\n{request}", loc="left", fontsize=9, color=INK)
    axes.set_yticks(places, list(rates))
    axes.tick_params(length=0, labelcolor=INK)
    axes.set_xticks([])
    axes.set_xlim(0, max(most) * 1.3)
    axes.set_ylim(len(rates) - 0.4, -0.6)
    axes.spines[:].set_visible(False)
    axes.spines["left"].set(visible=True, color=INK, alpha=0.4)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
