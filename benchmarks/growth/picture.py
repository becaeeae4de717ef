"""The picture of growth: a small plot for each chapter, all on logarithmic axes.

    .bench/bin/python -m benchmarks.growth.picture figures.json picture.svg

It runs where matplotlib is. Its colours can be read on a light ground and on a dark one.
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
COLOURS = (
    *("#2f81f7", "#d29922", "#3fb950", "#db61a2", "#a371f7"),
    *("#f0883e", "#39c5cf", "#8b949e", "#f85149"),
)
_MARKS = "os^DvPX*p"
# The unit of each plot, and what is drawn of a part: what a plot cannot tell apart it leaves out.
PLOTS = (
    ("operations", "µs of the processor", "Operations in the contract"),
    ("sqlite", "µs of the processor", "Posts in the store, on SQLite"),
    ("postgresql", "µs of the processor", "Posts in the store, on PostgreSQL"),
    ("operations", "s", "Operations, to start: seconds of the processor"),
    ("bodies", "µs of the processor", "Bytes of a body that is judged"),
    ("connections", "ms", "Connections that wait: ms of an answer"),
)


def main(arguments: list[str]) -> int:
    """Draw a run."""
    source, target = map(Path, arguments)
    mpl.rcParams.update(
        {
            "font.family": "DejaVu Sans",
            "font.size": 8.5,
            "svg.hashsalt": "tenor",  # the same run gives the same file
            "text.color": INK,
            "axes.edgecolor": INK,
        }
    )
    parts = json.loads(source.read_text())
    drawn(parts).savefig(
        target, transparent=True, metadata={"Date": None}, bbox_inches="tight", pad_inches=0.1
    )
    return 0


def drawn(parts: dict[str, Any]) -> Figure:
    """Two rows of plots."""
    figure = Figure(figsize=(11, 8.4), layout="constrained")
    for axes, (part, unit, title) in zip(figure.subplots(2, 3).flat, PLOTS, strict=True):
        lines = [one for one in parts[part]["lines"] if one["unit"] == unit]
        draw(axes, lines)
        words = "" if ":" in title else ": µs of a request"
        axes.set_title(title + words, loc="left", fontsize=9, color=INK)
    return figure


def draw(axes: Axes, lines: list[dict[str, Any]]) -> None:
    """The medians of some lines, with a bar from the least to the most of all rounds."""
    for line, colour, mark in zip(lines, COLOURS * 2, _MARKS * 2, strict=False):
        sizes = [point["size"] for point in line["points"]]
        costs = [point["costs"] for point in line["points"]]
        axes.plot(
            sizes,
            list(map(statistics.median, costs)),
            color=colour,
            marker=mark,
            markersize=4,
            linewidth=1.2,
            label=f"{line['name'].replace('`', '')}: {line['slope']}",
        )
        axes.vlines(sizes, list(map(min, costs)), list(map(max, costs)), color=colour, alpha=0.5)
    axes.set_xscale("log")
    axes.set_yscale("log")
    lowest, highest = axes.get_ylim()
    axes.set_ylim(lowest / 1.5, max(highest, lowest * 20))
    axes.tick_params(which="both", colors=INK, length=2)
    axes.grid(visible=True, color=INK, alpha=0.2, linewidth=0.5)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(
        fontsize=7,
        frameon=False,
        labelcolor=INK,
        loc="upper left",
        bbox_to_anchor=(-0.02, -0.08),
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
