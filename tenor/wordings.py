"""Wordings: what the engine says itself, in each form that a promise may hold.

The gate sends the first that keeps the promise; lint says where none does.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from tenor import problems
from tenor.answers import Answer
from tenor.heads import HeaderList
from tenor.promises import ContentPromise, Promise, Promises


def wordings(
    status: int,
    lines: HeaderList,
    body: Mapping[str, Any] | None,
    promises: Promises,
    promise: Promise,
) -> Iterator[Answer]:
    """What the engine says in each form that the promise may hold: whole, bare, without a body.

    Headers that are not declared are left out: the engine adds none of its own.
    """
    kept = [line for line in lines if line[0].lower() in promise.headers]
    if body is None or not promise.contents:
        yield Answer(status, kept, promises, promise)
        return
    plain = {name: body[name] for name in ("type", "title", "status", "detail") if name in body}
    bare = {name: body[name] for name in ("type", "title", "status") if name in body}
    for content in _json_contents(promise):
        for value in (body, plain, bare):
            yield Answer(
                status,
                list(kept),
                promises,
                promise,
                content_type=content.wire,
                body=content.family.write(value),
                value=value,
                content=content,
            )


def _json_contents(promise: Promise) -> list[ContentPromise]:
    """The contents that a problem can be written in, its own media type first."""
    fitting = [c for c in promise.contents.values() if c.media_type.is_json]
    return sorted(fitting, key=lambda c: c.media_type.essence != problems.MEDIA_TYPE)
