"""Transcripts: what was asked and replied, as a person reads it."""

from collections.abc import Iterator

from tenor.proof.findings import Finding
from tenor.witnesses import Answered, Asked, Body

_MOST_TEXT = 2000


def of(finding: Finding) -> str:
    """A finding with the exchanges that show it."""
    lines = [f"{finding.id}: {finding.sentence}"]
    for asked, answered in finding.exchanges:
        lines += ["", *_request(asked), "", *_response(answered)]
    return "\n".join(lines) + "\n"


def _request(asked: Asked) -> Iterator[str]:
    yield f"> {asked.method} {asked.target}"
    yield from (f"> {name}: {value}" for name, value in asked.headers)
    yield from (f"> {line}" for line in _text(asked.body))


def _response(answered: Answered) -> Iterator[str]:
    yield f"< {answered.status or 'no answer'}"
    yield from (f"< {name}: {value}" for name, value in answered.headers)
    yield from (f"< {line}" for line in _text(answered.body))


def _text(body: Body) -> list[str]:
    if body.base64:
        return [f"({body.length} bytes)"]
    text = body.text[:_MOST_TEXT]
    more = [f"... ({body.length} bytes in all)"] if len(text) < len(body.text) else []
    return [*text.splitlines(), *more]
