"""Answers by their names, so that no header is forgotten.

Their shape is `(body, status, headers)`.
"""

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import request
from werkzeug.http import http_date

from handlers import present
from handlers.present import Json
from handlers.representations import Representation
from handlers.resources import address, work
from publishing.pages import Page
from tenor.conditions import is_current

Answer = tuple[Any, int, dict[str, str]]
Item = TypeVar("Item")


def ok(body: Json | str, **headers: str) -> Answer:
    """200 with what has no tag."""
    return body, 200, headers


def found(
    shown: Representation, *, if_none_match: str | None, if_modified_since: str | None
) -> Answer:
    """200, or 304 to a client that has this representation."""
    if is_current(
        if_none_match,
        if_modified_since,
        tag=shown.tag,
        last_modified=shown.last_modified,
        now=work().now,
    ):
        return None, 304, {"ETag": shown.tag}
    return changed(shown)


def changed(shown: Representation) -> Answer:
    """200 with the state that there is now."""
    validators = {"ETag": shown.tag, "Last-Modified": http_date(shown.last_modified)}
    return shown.content(), 200, {**validators, **shown.headers}


def created(shown: Representation, *, location: str) -> Answer:
    """201 with what `location` gives from now on."""
    return shown.content(), 201, {"Location": location, "ETag": shown.tag, **shown.headers}


def placed(*, location: str, tag: str) -> Answer:
    """201 without content, to a client that knows what it has put there."""
    return None, 201, {"Location": location, "ETag": tag}


def replaced(*, tag: str) -> Answer:
    """204 with the tag of what is there now."""
    return None, 204, {"ETag": tag}


def gone() -> Answer:
    """204 for what does not exist any more."""
    return None, 204, {}


def listed(endpoint: str, page: Page[Item], show: Callable[[Item], Json]) -> Answer:
    """200 with a page of a list, and the addresses of its neighbours in the body and in `Link`."""
    links = _neighbours(address(endpoint), page)
    field = ", ".join(f'<{url}>; rel="{relation}"' for relation, url in links.items())
    items = [show(item) for item in page.items]
    return present.document(items, links=links), 200, {"Link": field}


def _neighbours(url: str, page: Page[Any]) -> dict[str, str]:
    """The same list with the same filters, at other places of it."""
    query = {name: value for name, value in request.args.items() if name != "cursor"}
    places = {"next": page.next, "prev": page.prev}
    links = {"first": _with_query(url, query)}
    for relation, cursor in places.items():
        if cursor is not None:
            links[relation] = _with_query(url, {**query, "cursor": cursor})
    return links


def _with_query(url: str, query: dict[str, str]) -> str:
    return f"{url}?{urlencode(query)}" if query else url
