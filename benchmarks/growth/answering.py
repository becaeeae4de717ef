"""Handlers for contracts of any size: one function for each kind of operation.

They do next to nothing, so that what is measured is the engine.
"""

import os
from collections.abc import Callable, Mapping
from typing import Any

from benchmarks.growth.contracts import contract, thing
from tenor import Tenor

OPERATIONS = "BENCHMARK_OPERATIONS"
"""The variable that says of how many operations the contract is."""

_TAG = '"1"'


def grown() -> Tenor:
    """An application of as many operations as the environment says."""
    return application(int(os.environ[OPERATIONS]))


def application(operations: int) -> Tenor:
    """An application of so many operations."""
    document = contract(operations)
    return Tenor(document, handlers=Named(), docs=None)


class Named(Mapping[str, Callable[..., Any]]):
    """The handlers by operationId, such as ``read_17``."""

    def __getitem__(self, operation_id: str) -> Callable[..., Any]:
        return _KINDS[operation_id.partition("_")[0]]

    def __iter__(self) -> Any:
        return iter(())

    def __len__(self) -> int:
        return 0


def __getattr__(name: str) -> Callable[..., Any]:
    """The handler of an operation, for ``tenor serve --handlers``."""
    try:
        return _KINDS[name.partition("_")[0]]
    except KeyError:
        raise AttributeError(name) from None


def _list(limit: int, **_others: Any) -> Any:
    return {"data": _things[:limit], "links": _LINKS}, 200, {"Link": _LINK}


def _create(body: dict[str, Any], **_others: Any) -> Any:
    made = {**body, "slug": "a-new-one", "created_at": _NEWEST["created_at"], "url": _NEWEST["url"]}
    return made, 201, {"Location": made["url"], "ETag": _TAG}


def _read(slug: str, **_others: Any) -> Any:
    return _by_slug[slug], 200, {"ETag": _TAG}


def _replace(slug: str, body: dict[str, Any], **_others: Any) -> Any:
    return {**_by_slug[slug], **body}, 200, {"ETag": _TAG}


def _remove(slug: str, **_others: Any) -> Any:
    return None, 204


_KINDS = {
    "list": _list,
    "create": _create,
    "read": _read,
    "replace": _replace,
    "remove": _remove,
}
_things = [thing(f"sketch-{number}") for number in range(100)]
_NEWEST = _things[0]
_by_slug = {each["slug"]: each for each in _things}
_LINKS = {
    "first": "https://tenor.example/books-0",
    "next": "https://tenor.example/books-0?cursor=b",
}
_LINK = ", ".join(f'<{url}>; rel="{relation}"' for relation, url in _LINKS.items())
