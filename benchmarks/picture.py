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
_HEAD = 0.62


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
    heights = [len(results["made_of"][work]) * _BAR + _HEAD for work in works]
    figure = Figure(figsize=(10, sum(heights)), layout="constrained")
    rows = figure.subfigures(len(works), 1, height_ratios=heights, squeeze=False)
    for work, (row,) in zip(works, rows, strict=True):
        row.suptitle(f"{TITLES[work]}: requests in a second", x=0.01, ha="left", weight="bold")
        columns = row.subplots(1, len(SHOWN[work]), sharey=True, squeeze=False)[0]
        for request, axes in zip(SHOWN[work], columns, strict=True):
            draw(axes, results, work, request)
    return figure


def draw(axes: Axes, results: dict[str, Any], work: str, request: str) -> None:
    """The bars of one request, ours first."""
    rates = {
        one["application"]: one["rates"]
        for one in results["figures"]
        if (one["work"], one["request"]) == (work, request)
    }
    ours = results["ours"][work]
    names = list(rates)
    middles = [statistics.median(rates[name]) for name in names]
    bars = axes.barh(
        range(len(names)),
        middles,
        height=0.72,
        color=[OURS if n == ours else THEIRS for n in names],
    )
    axes.bar_label(bars, labels=[f" {middle:,.0f}" for middle in middles], color=INK, fontsize=8)
    axes.set_title(request, loc="left", fontsize=9, color=INK)
    axes.set_yticks(range(len(names)), names)
    axes.tick_params(length=0, labelcolor=INK)
    axes.set_xticks([])
    axes.set_xlim(0, max(middles) * 1.28)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.spines[:].set_visible(False)
    axes.spines["left"].set(visible=True, color=INK, alpha=0.4)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
