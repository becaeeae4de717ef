"""Answers by their names, so that no header is forgotten.

Their shape is `(body, status, headers)`, and their types are those of the contract: an answer that
an operation does not declare is refused by the type checker where a handler returns it.
"""

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Any, Generic, Literal, TypeAlias, TypeVar, overload
from urllib.parse import parse_qsl, urlencode

from flask import request
from typing_extensions import TypedDict
from werkzeug import http

from handlers import contract, pages
from handlers.contract import PageLinks
from handlers.representations import (
    FeedRepresentation,
    PageRepresentation,
    Representation,
    TextRepresentation,
)
from handlers.resources import address, query, work
from publishing.facts import PostMoved
from publishing.pages import Page
from tenor.conditions import is_current

Body = TypeVar("Body")
Item = TypeVar("Item")
Shown = TypeVar("Shown")

Found: TypeAlias = tuple[Body, Literal[200], contract.GetAccount200Headers]
FoundPage: TypeAlias = tuple[str, Literal[200], contract.GetPost200Headers]
FoundFeed: TypeAlias = tuple[contract.JsonFeed | str, Literal[200], contract.GetPostFeed200Headers]
Current: TypeAlias = tuple[None, Literal[304], contract.NotModifiedHeaders]
Created: TypeAlias = tuple[Body, Literal[201], contract.CreateToken201Headers]
CreatedPage: TypeAlias = tuple[str, Literal[201], contract.CreatePost201Headers]


class Listed(TypedDict, Generic[Shown], closed=True):
    """A page of a list."""

    data: list[Shown]
    links: PageLinks


def page(html: str) -> tuple[str, Literal[200], contract.ListProblems200Headers]:
    """200 with a page for people that has no tag."""
    return html, 200, {"Content-Security-Policy": pages.POLICY}


@overload
def found(
    shown: Representation[Body], *, if_none_match: str | None, if_modified_since: str | None
) -> Found[Body] | Current: ...
@overload
def found(
    shown: PageRepresentation | TextRepresentation,
    *,
    if_none_match: str | None,
    if_modified_since: str | None,
) -> FoundPage | Current: ...
@overload
def found(
    shown: FeedRepresentation, *, if_none_match: str | None, if_modified_since: str | None
) -> FoundFeed | Current: ...
def found(
    shown: Representation[Body] | PageRepresentation | TextRepresentation | FeedRepresentation,
    *,
    if_none_match: str | None,
    if_modified_since: str | None,
) -> Found[Body] | FoundPage | FoundFeed | Current:
    """200, or 304 to a client that has this representation."""
    if is_current(
        if_none_match,
        if_modified_since,
        tag=shown.tag,
        last_modified=shown.last_modified,
        now=work().now,
    ):
        return None, 304, {"ETag": shown.tag}
    match shown:
        case PageRepresentation():
            return _found_page(shown)
        case TextRepresentation():
            modified = _http_date(shown.last_modified)
            return shown.content(), 200, {"ETag": shown.tag, "Last-Modified": modified}
        case FeedRepresentation():
            return _found_feed(shown)
        case _:
            return changed(shown)


def changed(shown: Representation[Body]) -> Found[Body]:
    """200 with the state that there is now."""
    modified = _http_date(shown.last_modified)
    return shown.content(), 200, {"ETag": shown.tag, "Last-Modified": modified}


def _found_page(shown: PageRepresentation) -> FoundPage:
    return (
        shown.content(),
        200,
        {
            "ETag": shown.tag,
            "Last-Modified": _http_date(shown.last_modified),
            "Content-Security-Policy": pages.POLICY,
        },
    )


def _found_feed(shown: FeedRepresentation) -> FoundFeed:
    modified = _http_date(shown.last_modified)
    return shown.content(), 200, {"ETag": shown.tag, "Last-Modified": modified}


@overload
def created(shown: Representation[Body], *, location: str) -> Created[Body]: ...
@overload
def created(shown: PageRepresentation, *, location: str) -> CreatedPage: ...
def created(
    shown: Representation[Body] | PageRepresentation, *, location: str
) -> Created[Body] | CreatedPage:
    """201 with what `location` gives from now on."""
    if isinstance(shown, PageRepresentation):
        return (
            shown.content(),
            201,
            {"Location": location, "ETag": shown.tag, "Content-Security-Policy": pages.POLICY},
        )
    return (
        shown.content(),
        201,
        {"Location": location, "ETag": shown.tag, "Cache-Control": shown.caching},
    )


def placed(*, location: str, tag: str) -> tuple[None, Literal[201], contract.PutPost201Headers]:
    """201 without content, to a client that knows what it has put there."""
    return None, 201, {"Location": location, "ETag": tag}


def replaced(*, tag: str) -> tuple[None, Literal[204], contract.PutPost204Headers]:
    """204 with the tag of what is there now."""
    return None, 204, {"ETag": tag}


def moved(fact: PostMoved) -> tuple[Any, int, dict[str, str]]:
    """308 to where the post is now, or what was asked for below it."""
    _, _posts, _slug, *below = request.path.split("/", 3)
    url = "/".join((address("posts.get_post", slug=fact.slug), *below))
    return None, 308, {"Location": _with_query(url, dict(request.args))}


def gone() -> tuple[None, Literal[204]]:
    """204 for what does not exist any more."""
    return None, 204


def listed(
    endpoint: str, page: Page[Item], show: Callable[[Item], Shown], **values: object
) -> tuple[Listed[Shown], Literal[200], contract.ListAccounts200Headers]:
    """200 with a page of a list, and the addresses of its neighbours in the body and in `Link`.

    `values` are those of the variables in the address of the list.
    """
    links = _neighbours(address(endpoint, **values), page)
    field = ", ".join(f'<{url}>; rel="{relation}"' for relation, url in links.items())
    return {"data": [show(item) for item in page.items], "links": links}, 200, {"Link": field}


# What is asked for again and again was last changed at the same few times.
@lru_cache(maxsize=8192)
def _http_date(moment: datetime) -> str:
    """A time as header fields have it."""
    return http.http_date(moment)


def _neighbours(url: str, page: Page[Item]) -> PageLinks:
    """The same list with the same filters, at other places of it."""
    kept = _without_cursor(query())
    first = f"{url}?{kept}" if kept else url
    # A cursor is of letters that mean nothing in a query.
    beside = f"{first}{'&' if kept else '?'}cursor="
    links: PageLinks = {"first": first}
    if page.next is not None:
        links["next"] = beside + page.next
    if page.prev is not None:
        links["prev"] = beside + page.prev
    return links


# The same lists are asked for again and again, and their queries are spelled alike.
@lru_cache(maxsize=1024)
def _without_cursor(sent: str) -> str:
    """A query as it is written here, without the place in the list."""
    given = parse_qsl(sent.encode("latin-1").decode(errors="replace"), keep_blank_values=True)
    return urlencode([(name, value) for name, value in given if name != "cursor"])


def _with_query(url: str, query: dict[str, str]) -> str:
    return f"{url}?{urlencode(query)}" if query else url
