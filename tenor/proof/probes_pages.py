"""A probe of pages: what was written is text in them, and never markup."""

from collections.abc import Iterator
from itertools import islice
from typing import Any, cast

from tenor.proof.contract import Contract, Operation
from tenor.proof.drafts import Draft
from tenor.proof.kinds import as_object
from tenor.proof.probing import Doubt, Probe, admits, ask, creation, item_of, reader, reading
from tenor.proof.subject import Subject

_MARK = "<tenor-probe"
"""It begins a tag where it is not escaped. It ends none, so that no markup language takes it."""


def _makes_pages(contract: Contract, operation: Operation) -> bool:
    item, is_creation = _shown(contract, operation), operation.method in ("POST", "PUT")
    has_body = is_creation and "application/json" in operation.bodies
    return has_body and item is not None and "text/html" in _essences(item)


def _shown(contract: Contract, operation: Operation) -> Operation | None:
    """What reads the thing that an operation creates."""
    find = reader if operation.method == "PUT" else item_of
    return find(contract, operation)


def _essences(operation: Operation) -> list[str]:
    return [name.partition(";")[0].strip().lower() for name in operation.offered]


def markup(subject: Subject, operation: Operation) -> Iterator[Doubt]:
    """What was written shows as text in the page, and is no part of it."""
    item = _shown(subject.contract, operation)
    drafts = subject.drafter.drafts(operation, subject.whereabouts(operation))
    for draft in islice(drafts, 3) if item is not None else ():
        made = creation(subject, operation, _marked(subject, draft))
        if made is None or made.reader is None or made.reader.id != getattr(item, "id", ""):
            continue
        request = reading(subject, made.reader, made.values).having("Accept", "text/html")
        page = ask(subject, request)
        if page[1].is_success and _MARK.encode() in page[1].body:
            yield Doubt(
                f"{made.reader.id} writes into its page what {operation.id} was given, as it is: "
                f"{_MARK} begins a tag there, and anybody's script would run. Escape text where it "
                "is put into markup.",
                (made.exchange, page),
            )
        return


def _marked(subject: Subject, draft: Draft) -> Draft:
    """The draft with the mark in as many of its texts as admit it."""
    value = as_object(draft.value)
    node, pointer = draft.operation.bodies.get(draft.media_type, ({}, ""))
    if value is None or "schema" not in node:
        return draft
    place = (node["schema"], f"{pointer}/schema")
    marked: dict[str, Any] = {**value}
    for name, text in value.items():
        changed = {**marked, name: f'{_MARK} " & {text}'} if isinstance(text, str) else marked
        marked = changed if admits(subject.contract, *place, changed) else marked
    return draft.saying(cast(Any, marked))


PROBES = (Probe("oracle/markup", _makes_pages, markup),)
