"""The report as one page of HTML: the contract as a picture, with the witness of each cell.

The page loads nothing. Its content security policy admits its own style and script by their
hashes, and no others, so that what a witness holds is shown and never run.
"""

import base64
import functools
import hashlib
import html
import json
import string
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from importlib import resources
from typing import Any

from tenor.coverage import Group, Row, Standing, State, Tally, ordered, percent
from tenor.proof.findings import Finding
from tenor.reports.report import Report, visible
from tenor.witnesses import Answered, Body, Violation

MOST_SHOWN = 4_000
"""How many characters of an answer's body the page shows."""

_HEADINGS = {
    State.OWED: ("Owed", "Declared, and never answered."),
    State.STRAY: ("Stray", "Answered, and declared nowhere."),
    State.WAIVED: ("Waived", "Declared, and let off for a reason and a time."),
}


def written(report: Report) -> str:
    """The report as a document."""
    template, style, script = _parts()
    coverage = report.coverage
    words = {
        "title": _text(coverage.document.title),
        "source": _text(coverage.document.source),
        "digest": coverage.document.digest[:12],
        "style": style,
        "style_hash": _hash(style),
        "script": script,
        "script_hash": _hash(script),
        "percent": percent(coverage.tally.share_met),
        "headline": _text(report.headline),
        "bar": _bar(coverage.tally),
        "verdict": "".join(_verdict(report)),
        "filters": "".join(_filters(coverage.tally)),
        "matrix": "".join(_matrix(report)),
        "chapters": "".join(_chapters(report)),
        "witnesses": _witnesses(report),
    }
    return string.Template(template).substitute(words)


@functools.cache
def _parts() -> tuple[str, str, str]:
    """The template, the style and the script."""
    folder = resources.files("tenor").joinpath("reports/page")
    names = ("report.template", "report.css", "report.js")
    template, style, script = (folder.joinpath(name).read_text("utf-8") for name in names)
    return template, style, script


def _hash(content: str) -> str:
    digest = hashlib.sha256(content.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _text(text: object) -> str:
    """Text that stands for itself, between tags and in attributes."""
    return html.escape(visible(str(text)))


# --- the numbers --------------------------------------------------------------------------------


def _bar(tally: Tally) -> str:
    """What is met, waived and owed as parts of one bar."""
    parts = ((State.MET, tally.met), (State.WAIVED, tally.waived), (State.OWED, tally.owed))
    whole, at = tally.declared or 1, 0.0
    drawn: list[str] = []
    for state, count in parts:
        width = 1000 * count / whole
        if count:
            drawn.append(f'<rect class="{state}" x="{at:.2f}" width="{width:.2f}" height="10"/>')
        at += width
    return (
        '<svg class="bar" viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">'
        f"{''.join(drawn)}</svg>"
    )


def _verdict(report: Report) -> Iterator[str]:
    if report.is_fine:
        yield '<p class="verdict fine">Nothing that was answered breaks the contract.</p>'
    else:
        items = "".join(f"<li>{_text(failure)}</li>" for failure in report.failures)
        yield f'<ul class="verdict broken">{items}</ul>'
    if report.remarks:
        items = "".join(f"<li>{_text(remark)}</li>" for remark in report.remarks)
        yield f'<ul class="remarks">{items}</ul>'


def _filters(tally: Tally) -> Iterator[str]:
    yield '<button type="button" aria-pressed="true" data-only="">All</button>'
    for state in State:
        count = getattr(tally, state.value)
        off = "" if count else " disabled"
        yield (
            f'<button type="button" aria-pressed="false" data-only="{state}"{off}>'
            f'<i class="mark {state}"></i>{state.value.capitalize()} <b>{count}</b></button>'
        )


# --- the matrix ---------------------------------------------------------------------------------


def _matrix(report: Report) -> Iterator[str]:
    """A table for each tag; the columns are the same in all, so that they stand in one line."""
    numbers = {id(standing): n for n, standing in enumerate(report.coverage.standings)}
    statuses = ordered(standing.cell.status for standing in report.coverage.standings)
    for group in report.coverage.groups():
        yield from _group(group, statuses, numbers)


def _group(group: Group, statuses: tuple[str, ...], numbers: dict[int, int]) -> Iterator[str]:
    tally = Tally.of(group.standings)
    yield f'<section class="tag" data-states="{_states(group.standings)}"><header>'
    yield f"<h2>{_text(group.name)}</h2>{_bar(tally)}"
    yield f"<p>{tally.met} of {tally.declared} met, {percent(tally.share_met)} %</p></header>"
    yield f'<table><colgroup><col class="operation"><col span="{len(statuses)}"></colgroup>'
    yield '<thead><tr><th scope="col">Operation</th>'
    for status, begins in _columns(statuses):
        yield f'<th scope="col"{begins}>{_text(status)}</th>'
    yield "</tr></thead><tbody>"
    for row in group.rows:
        yield from _row(row, statuses, numbers)
    yield "</tbody></table></section>"


def _row(row: Row, statuses: tuple[str, ...], numbers: dict[int, int]) -> Iterator[str]:
    declaration = row.declaration
    name = _text(row.operation)
    yield f'<tr data-states="{_states(row.standings)}" data-find="'
    yield f'{name.lower()} {_text(declaration.path).lower()}"><th scope="row">'
    yield f'<span class="name">{name}</span>'
    if declaration.method:
        method, path = _text(declaration.method), _text(declaration.path)
        yield f'<span class="path"><b>{method}</b> {path}</span>'
    yield "</th>"
    by_status: dict[str, list[Standing]] = {}
    for standing in row.standings:
        by_status.setdefault(standing.cell.status, []).append(standing)
    for status, begins in _columns(statuses):
        marks = "".join(_mark(s, numbers[id(s)]) for s in by_status.get(status, ()))
        yield f"<td{begins}>{marks}</td>"
    yield "</tr>"


def _mark(standing: Standing, number: int) -> str:
    said = _text(f"{standing.cell}: {standing.state}")
    return (
        f'<button type="button" class="mark {standing.state}" tabindex="-1" data-cell="{number}" '
        f'title="{said}" aria-label="{said}"></button>'
    )


def _columns(statuses: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Each status, with a mark on the first of its class."""
    before = ""
    for status in statuses:
        yield status, ' class="begins"' if before != status[0] else ""
        before = status[0]


def _states(standings: Iterable[Standing]) -> str:
    return " ".join(sorted({standing.state.value for standing in standings}))


# --- the witnesses ------------------------------------------------------------------------------


def _witnesses(report: Report) -> str:
    """What is known of each cell, a line of JSON for each, so that one is read when it is asked."""
    lines = (json.dumps(_known(s, report)) for s in report.coverage.standings)
    return "\n".join(line.replace("<", "\\u003c") for line in lines)


def _known(standing: Standing, report: Report) -> dict[str, Any]:
    known: dict[str, Any] = {
        **asdict(standing.cell),
        "state": standing.state.value,
        "place": standing.declaration.place,
        "says": str(standing),
    }
    witness = standing.witness
    if witness is not None:
        known |= {
            "layer": witness.layer.value,
            **asdict(witness.label),
            "curl": witness.request.as_curl(report.served_at),
            "head": _head(witness.response),
            "body": _shown(witness.response.body),
        }
    return known


def _head(answered: Answered) -> str:
    lines = (f"{name}: {value}" for name, value in answered.headers)
    return "\n".join((f"HTTP/1.1 {answered.status}", *lines))


def _shown(body: Body) -> str:
    """A body as far as it is shown, with a word on what is not."""
    if body.base64:
        return f"({body.length:,} bytes that are no text)"
    shown = body.text[:MOST_SHOWN]
    rest = body.length - len(shown.encode("utf-8", "replace"))
    return f"{shown}\n... and {rest:,} bytes more" if rest > 0 else shown


# --- the chapters -------------------------------------------------------------------------------


def _chapters(report: Report) -> Iterator[str]:
    yield from _findings(report)
    yield from _violations(report.coverage.violations)
    for state, (heading, says) in _HEADINGS.items():
        items = (f"<li>{_text(said)}</li>" for said in report.coverage.said_of(state))
        count = len(report.coverage.of(state))
        yield from _chapter(heading, says, items, count=count, mark=f'<i class="mark {state}"></i>')


def _chapter(
    heading: str, says: str, items: Iterable[str], *, count: int = 0, mark: str = ""
) -> Iterator[str]:
    """A heading and what stands below it; nothing where nothing does.

    ``count`` is how many there are where some are said together.
    """
    listed = list(items)
    if listed:
        yield f'<section class="chapter"><h2>{mark}{heading} <b>{count or len(listed):,}</b></h2>'
        yield f"<p>{says}</p><ul>{''.join(listed)}</ul></section>"


def _violations(violations: Iterable[Violation]) -> Iterator[str]:
    items = (
        f"<li><code>{_text(violation.rule)}</code> {_text(violation)}</li>"
        for violation in violations
    )
    yield from _chapter("Violations", "Answers that broke the contract.", items)


def _findings(report: Report) -> Iterator[str]:
    items = ("".join(_finding(finding, report.served_at)) for finding in report.findings)
    yield from _chapter("Findings", "Promises that a proof found to be broken.", items)


def _finding(finding: Finding, served_at: str) -> Iterator[str]:
    yield f"<li><code>{_text(finding.check)}</code> {_text(finding.sentence)}"
    if finding.replay:
        yield _copyable(finding.replay)
    if finding.exchanges:
        yield "<details><summary>What was sent, and what came back</summary>"
        for asked, answered in finding.exchanges:
            shown = f"{_head(answered)}\n\n{_shown(answered.body)}".rstrip()
            yield f"{_copyable(asked.as_curl(served_at))}<pre>{_text(shown)}</pre>"
        yield "</details>"
    yield "</li>"


def _copyable(command: str) -> str:
    return (
        f'<div class="command"><pre>{_text(command)}</pre>'
        '<button type="button" data-copy>Copy</button></div>'
    )
