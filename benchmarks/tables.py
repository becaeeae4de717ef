"""Tables of a run: for the terminal, and as Markdown for a page."""

from collections.abc import Iterator, Sequence

from rich.table import Table

from benchmarks.goals import Verdict, said, short, verdicts
from benchmarks.results import Results, Spread


def of_work(results: Results, work: str, title: str) -> Table:
    """Requests in a second of each application of a work, and ours by theirs."""
    requests = requests_of(results, work)
    made = Table(title=f"{title}: requests in a second, and ours by theirs")
    made.add_column("application")
    for request in requests:
        made.add_column(request, justify="right")
    for name in results.made_of[work]:
        cells = (_cell(results, work, request, name, "\n") for request in requests)
        made.add_row(name, *cells, style="bold" if name == results.ours[work] else None)
    return made


def of_goals(found: Sequence[Verdict]) -> Table:
    """Each goal, what was seen, and whether it is met."""
    made = Table(title="Goals")
    for heading in ("", "goal", "seen", ""):
        made.add_column(heading)
    for one in found:
        made.add_row(
            one.what, one.wanted, one.seen, _word(one), style=None if one.is_met else "red"
        )
    return made


def of_applications(results: Results, work: str) -> Table:
    """What each application is made of."""
    made = Table(title="Versions")
    for heading in ("application", "made of", "checks"):
        made.add_column(heading)
    for name, parts in results.made_of[work].items():
        made.add_row(name, parts, results.checks[work][name])
    return made


def requests_of(results: Results, work: str) -> list[str]:
    """The names of what was asked, in the order in which it was."""
    return list(dict.fromkeys(one.request for one in results.figures if one.work == work))


IN_SHORT = "<!-- figures: written by make bench -->"
"""Where the README shows a run in short."""

_SHORT = {
    ("memory", "connexion"): "connexion, AsyncApp, validating both ways",
    ("memory", "connexion, FlaskApp"): "connexion, FlaskApp, the same",
    ("memory", "fastapi async"): "FastAPI, asynchronous",
    ("memory", "fastapi sync"): "FastAPI, in threads",
    ("memory", "litestar"): "Litestar, msgspec; answers unchecked",
    ("memory", "express"): "Express, express-openapi-validator",
    ("memory", "fastify"): "Fastify, ajv",
    ("memory", "flask"): "Flask, nothing checked",
    ("memory", "tenor, gate off"): "Tenor, its gate off",
    ("sqlite", "fastapi"): "on SQLite: FastAPI, SQLAlchemy",
    ("sqlite", "fastify"): "on SQLite: Fastify, better-sqlite3",
    ("postgresql", "fastapi"): "on PostgreSQL: FastAPI, SQLAlchemy",
    ("postgresql", "fastify"): "on PostgreSQL: Fastify, pg",
}
_SHORT_REQUESTS = ("get", "list of 20", "post")


def in_short(results: Results) -> str:
    """The ratios that a reader looks for first, as a table in Markdown."""
    ratios = {(one.work, one.peer, one.request): one for one in results.ratios()}
    lines = [_row("Tenor by", *_SHORT_REQUESTS), "|---|---:|---:|---:|"]
    for (work, peer), label in _SHORT.items():
        found = [ratios[work, peer, request] for request in _SHORT_REQUESTS]
        lines.append(_row(label, *(f"{short(one.spread.median)}x" for one in found)))
    return "\n".join([*lines, "", ""])


def page(results: Results, titles: dict[str, str]) -> str:
    """The whole run as a page in Markdown."""
    return "\n".join(_page(results, titles)) + "\n"


def _page(results: Results, titles: dict[str, str]) -> Iterator[str]:
    machine = results.machine
    yield "# Tenor beside others"
    yield ""
    yield "Written by `make bench`; [how it is measured](../benchmarks/README.md)."
    yield ""
    yield "![Requests in a second, side by side](benchmark.svg)"
    yield ""
    yield (
        f"{machine['date']}, {machine['processor']}, {machine['cores']} cores, Python "
        f"{machine['python']}, Node {machine['node']}, wrk {machine['wrk']}. A cell is requests in "
        "a second (the median of all rounds), the processor's time for one, and how often ours "
        "does the same meanwhile."
    )
    for work in results.made_of:
        yield from ("", f"## {titles[work][0].upper()}{titles[work][1:]}", "")
        requests = requests_of(results, work)
        yield _row("application", "checks", *requests)
        yield _row("---", "---", *("---:" for _ in requests))
        for name, parts in results.made_of[work].items():
            cells = (_cell(results, work, request, name, "<br>") for request in requests)
            yield _row(f"{name} ({parts})", results.checks[work][name], *cells)
    yield from ("", "## Goals", "", _row("", "goal", "seen", ""), _row("---", "---", "---", "---"))
    for one in verdicts(results):
        yield _row(one.what, one.wanted, one.seen, _word(one))


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _word(verdict: Verdict) -> str:
    return "met" if verdict.is_met else "missed"


def _cell(results: Results, work: str, request: str, name: str, between: str) -> str:
    """Requests in a second, the processor's time for one, and the ratio of the rates."""
    figure = results.figure(work, request, name)
    rate = f"{Spread.of(figure.rates).median:,.0f}"
    processor = f"{Spread.of(figure.processor).median * 1e6:,.0f} µs"
    ratio = results.ratio(work, request, name)
    return between.join([rate, processor, *([said(ratio.spread)] if ratio is not None else [])])
