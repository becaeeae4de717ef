"""Probes of lists: their limit, and the walk along their pages, alone and while others write."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from werkzeug.http import parse_options_header

from tenor.document import escape
from tenor.proof.asking import Request
from tenor.proof.contract import Contract, Operation, Parameter
from tenor.proof.kinds import as_object
from tenor.proof.likeness import described, items, members
from tenor.proof.probing import (
    Doubt,
    Exchange,
    Probe,
    add_to,
    admits,
    ask,
    creator_of,
    item_of,
    something,
)
from tenor.proof.subject import Subject

LIMITS = frozenset(
    (
        "limit", "per_page", "perPage", "per-page", "page_size", "pageSize", "page[size]",
        "page[limit]", "first", "max_results", "maxResults", "$top",
    )
)  # fmt: skip
"""Query parameters that say how many items a page has at most."""

CURSORS = frozenset(
    (
        "cursor", "after", "starting_after", "page_token", "pageToken", "next_token", "nextToken",
        "continuation", "continuation_token", "continuationToken", "page[after]", "page[cursor]",
        "marker", "start_after", "startAfter", "since_id",
    )
)  # fmt: skip
"""Query parameters that say after which item a page begins."""

_LINKS = ("next", "next_url", "nextUrl", "next_page_url", "nextLink", "@odata.nextLink")
_TOKENS = (
    "next_cursor", "nextCursor", "next_page_token", "nextPageToken", "next_token", "nextToken",
    "continuation", "continuation_token", "continuationToken", "next_marker", "nextMarker",
    "cursor", "next", "end_cursor", "endCursor",
)  # fmt: skip
_INSIDE = ("links", "_links", "paging", "pagination", "meta", "page", "page_info", "pageInfo")
_MORE = ("has_more", "hasMore", "has_next", "hasNext", "hasNextPage", "has_next_page")
_IDS = ("id", "uuid", "url", "href")
_WHOLE = "= "
"""Before the key of an item that nothing but its whole content tells from others."""

_MOST_PAGES = 60
_MOST_NEW = 8


# --- pages --------------------------------------------------------------------------------------


def onward(subject: Subject, operation: Operation, page: Exchange) -> Request | None:
    """The request for the next page, None after the last one and where no way leads on."""
    content = as_object(page[1].json()) or {}
    places = [content, *(each for n in _INSIDE if (each := as_object(content.get(n))) is not None)]
    if any(place.get(name) is False for place in places for name in _MORE):
        return None
    address = _linked(page[1].header("Link") or "") or _address(places)
    if address:
        target = _target(subject, page[0], address)
        return replace(page[0], target=target) if target else None
    token = next((t for place in places for n in _TOKENS if (t := place.get(n))), None)
    parameter = next((p for p in operation.parameters if _is_cursor(p)), None)
    if parameter is None or not isinstance(token, (str, int)):
        return None
    return asking(page[0], parameter.name, str(token))


def _target(subject: Subject, request: Request, address: str) -> str:
    """The path and query that an address in an answer leads to; empty where it leads elsewhere."""
    here = "http://localhost"
    try:
        is_whole = bool(urlsplit(address).netloc)
        whole = address if is_whole else urljoin(here + request.target, address)
    except ValueError:
        return ""
    return subject.addresses.path_of(whole.removeprefix("" if is_whole else here))


def asking(request: Request, name: str, text: str) -> Request:
    """The request with a query parameter of this text."""
    pairs = [pair for pair in parse_qsl(request.query, keep_blank_values=True) if pair[0] != name]
    query = urlencode([*pairs, (name, text)], errors="replace")
    return replace(request, target=f"{request.path}?{query}")


def _linked(field_: str) -> str:
    """The address of ``rel=next`` in a Link header (RFC 8288)."""
    for link in field_.split(", <"):
        address, _, rest = link.removeprefix("<").partition(">")
        _, options = parse_options_header(f"link{rest}")
        if "next" in options.get("rel", "").split():
            return address
    return ""


def _address(places: list[dict[str, Any]]) -> str:
    """The address of the next page in the content."""
    for place in places:
        for name in _LINKS:
            value = place.get(name)
            text = (as_object(value) or {}).get("href") if as_object(value) else value
            if isinstance(text, str) and text.startswith(("http://", "https://", "/", "?")):
                return text
    return ""


def _is_cursor(parameter: Parameter) -> bool:
    return parameter.location == "query" and parameter.name in CURSORS


@dataclass(slots=True)
class Walk:
    """A way along the pages of a list: what was seen, by item, and how it ended.

    ``end`` is empty at the last page; else ``again`` (a page that was there before), ``lost``
    (a page that is not answered) or ``long`` (more pages than are followed).
    """

    pages: list[Exchange] = field(default_factory=list[Exchange])
    seen: list[str] = field(default_factory=list[str])
    end: str = ""

    @property
    def doubled(self) -> list[str]:
        """The items that were seen more than once, of those that may not be alike."""
        several = (each for each, count in Counter(self.seen).items() if count > 1)
        return [each for each in several if not each.startswith(_WHOLE)]


def walk(
    subject: Subject,
    operation: Operation,
    request: Request,
    between: Callable[[Walk], None] = lambda _: None,
) -> Walk:
    """Follow the pages from a request on; something may be done after each."""
    done, asked, following = Walk(), set[str](), request
    for _ in range(_MOST_PAGES):
        if following.target in asked:
            done.end = "again"
            return done
        asked.add(following.target)
        page = ask(subject, following)
        done.pages.append(page)
        found = items(page[1].json()) if page[1].is_success else None
        if found is None:
            done.end = "lost"
            return done
        done.seen += [key_of(subject.contract, operation, item) for item in found]
        onto = onward(subject, operation, page)
        if onto is None:
            return done
        following = onto
        between(done)
    done.end = "long"
    return done


def key_of(contract: Contract, operation: Operation, item: Any) -> str:
    """What tells an item of a list from others: what its address needs, its id, or all of it."""
    found = {**members(item), **(as_object(item) or {})}
    below = item_of(contract, operation)
    names = (below.variables[-1], *_IDS) if below is not None else _IDS
    named = next((n for n in names if isinstance(found.get(n), (str, int))), None)
    whole = f"{_WHOLE}{json.dumps(item, sort_keys=True)}"
    return str(found[named]) if named is not None else whole


# --- limits -------------------------------------------------------------------------------------


def _limit_of(operation: Operation) -> Parameter | None:
    """The parameter that bounds a page."""
    named = (p for p in operation.parameters if p.location == "query" and p.name in LIMITS)
    return next(named, None)


def _is_limited(_contract: Contract, operation: Operation) -> bool:
    return operation.method == "GET" and _limit_of(operation) is not None


def _limits(contract: Contract, operation: Operation) -> list[int]:
    """The numbers that the limit may have, of some that are tried."""
    parameter = _limit_of(operation)
    if parameter is None:
        return []
    tried = (1, 2, 3, 5, 10, 20, 25, 50, 100)
    return [number for number in tried if admits(contract, *parameter.schema, number)]


def limit(subject: Subject, operation: Operation) -> Iterator[Doubt]:
    """A page has no more items than were asked for."""
    parameter, numbers = _limit_of(operation), _limits(subject.contract, operation)
    found = _list_of(subject, operation)
    if parameter is None or not numbers or found is None:
        return
    found.fill(numbers[0] + 2)
    for number in numbers[:2]:
        page = ask(subject, asking(found.request, parameter.name, str(number)))
        given = items(page[1].json()) if page[1].is_success else None
        if given is not None and len(given) > number:
            yield Doubt(
                f"{operation.id} gave {len(given)} items where {parameter.name}={number}; "
                f"{subject.contract.document.place(parameter.pointer)} promises no more than are "
                "asked for. Pass the number on to what reads them.",
                (page,),
            )
            return


def widest(contract: Contract, operation: Operation, request: Request) -> Request:
    """The request for pages as long as they may be."""
    parameter, numbers = _limit_of(operation), _limits(contract, operation)
    return asking(request, parameter.name, str(numbers[-1])) if parameter and numbers else request


def _narrow(
    contract: Contract, operation: Operation, request: Request, count: int
) -> list[Request]:
    """Requests for pages so short that a walk has several, and not too many."""
    parameter, numbers = _limit_of(operation), _limits(contract, operation)
    few = [n for n in numbers if n * _MOST_PAGES > 2 * count]
    if parameter is None or not few:
        return [request]
    return [asking(request, parameter.name, str(number)) for number in few[:2]]


# --- walks --------------------------------------------------------------------------------------


def _is_paged(_contract: Contract, operation: Operation) -> bool:
    has_cursor = any(map(_is_cursor, operation.parameters))
    return operation.method == "GET" and (has_cursor or _limit_of(operation) is not None)


@dataclass(frozen=True, slots=True)
class _List:
    """A list that is walked along: the operation that gives it, and a request that it succeeded."""

    subject: Subject
    operation: Operation
    request: Request

    def whole(self) -> Walk:
        """What is in the list now, by pages as long as they may be."""
        request = widest(self.subject.contract, self.operation, self.request)
        return walk(self.subject, self.operation, request)

    def narrow(self, count: int) -> list[Request]:
        """The requests that a walk by short pages begins with."""
        return _narrow(self.subject.contract, self.operation, self.request, count)

    def walk(self, request: Request, between: Callable[[Walk], None] = lambda _: None) -> Walk:
        """Follow the pages from a request on; something may be done after each."""
        return walk(self.subject, self.operation, request, between)

    def create(self) -> bool:
        """Put something new into the list, where that can be done."""
        return add_to(self.subject, self.operation)

    def fill(self, wanted: int) -> None:
        """Create items until the list has so many, as far as it grows."""
        missing = min(wanted - len(self.whole().seen), _MOST_NEW)
        for _ in range(max(missing, 0)):
            if not self.create():
                return


def _list_of(subject: Subject, operation: Operation) -> _List | None:
    """The list that an operation gives; None where it gives none."""
    found = something(subject, operation)
    is_list = found is not None and items(found[1].json()) is not None
    return _List(subject, operation, found[0]) if found is not None and is_list else None


def walked(subject: Subject, operation: Operation) -> Iterator[Doubt]:
    """The walk along the pages ends, and meets each item once."""
    found = _list_of(subject, operation)
    if found is None:
        return
    found.fill(4)
    whole = found.whole()
    for request in (None, *found.narrow(len(whole.seen))):
        done = whole if request is None else found.walk(request)
        doubt = _endless(operation, done) or _unlike(found, done, whole, "")
        if doubt is not None:
            yield doubt
            return


def _endless(operation: Operation, done: Walk) -> Doubt | None:
    if done.end != "again" and not (done.end == "long" and done.doubled):
        return None
    return Doubt(
        f"{operation.id} leads to what was there before: the way to the next page does not end. "
        "Each page begins where the one before it ended; make the cursor of the last item, and "
        "leave the link out of the last page.",
        tuple(done.pages[-2:]),
    )


def _unlike(found: _List, done: Walk, whole: Walk, while_: str) -> Doubt | None:
    """What a walk met twice, or not at all although it was there before and still is."""
    if done.end == "lost":
        return _lost(found.operation, done, while_)
    if done.end or whole.end:
        return None
    doubled = [each for each in done.doubled if each in whole.seen]
    missing = [each for each in whole.seen if each not in done.seen]
    if len(done.pages) == 1 and not _leads_on(found.subject.contract, found.operation):
        missing = []
    if missing:
        still = found.whole().seen
        missing = [each for each in missing if each in still]
    wrong = [f"{len(doubled)} items twice"] if doubled else []
    wrong += [f"{len(missing)} of {len(whole.seen)} not at all"] if missing else []
    if not wrong:
        return None
    return Doubt(
        f"{found.operation.id} gave {' and '.join(wrong)} on the way from page to page{while_}; "
        "each is met once by who follows the pages. Begin a page after the last item of the one "
        "before, in a total order, and not after a number of items; and lead on while there are "
        "more.",
        tuple(done.pages),
    )


def _lost(operation: Operation, done: Walk, while_: str) -> Doubt | None:
    """A doubt where a page led to one that is refused."""
    status = done.pages[-1][1].status
    if len(done.pages) < 2 or not 400 <= status < 500 or status in (401, 403, 429):
        return None
    return Doubt(
        f"{operation.id} led to a next page that is answered {status}{while_}; the way that it "
        "names leads on. Make the address of what the next page needs.",
        tuple(done.pages[-2:]),
    )


def _leads_on(contract: Contract, operation: Operation) -> bool:
    """Whether the contract says that a page names the next one, in a header or in its content."""
    for status, promise in operation.promises.declared.items():
        if not status.startswith("2"):
            continue
        if "link" in promise.headers:
            return True
        _, place = contract.document.follow(f"{operation.pointer}/responses/{status}")
        for name, content in promise.contents.items():
            pointer = f"{place}/content/{escape(name)}/schema"
            has_schema = content.media_type.is_json and contract.document.at(
                pointer.removesuffix("/schema")
            ).get("schema")
            if has_schema and _names_next(dict(described(contract.document, pointer))):
                return True
    return False


def _names_next(properties: Mapping[str, Mapping[str, Any]]) -> bool:
    inside = (as_object(properties.get(name, {}).get("properties")) or {} for name in _INSIDE)
    return any(not {*_LINKS, *_TOKENS}.isdisjoint(each) for each in (properties, *inside))


def _is_written(contract: Contract, operation: Operation) -> bool:
    has_cursor = any(map(_is_cursor, operation.parameters))
    is_list = operation.method == "GET" and has_cursor
    return is_list and creator_of(contract, operation) is not None


def walked_inserting(subject: Subject, operation: Operation) -> Iterator[Doubt]:
    """The walk meets each item once, also while others insert."""
    found = _list_of(subject, operation)
    if found is None:
        return
    found.fill(4)
    whole, left = found.whole(), iter(range(3))

    def insert(_: Walk) -> None:
        if next(left, None) is not None:
            found.create()

    done = found.walk(found.narrow(len(whole.seen))[0], insert)
    doubt = _unlike(found, done, whole, " while others inserted")
    yield from (doubt,) if doubt is not None else ()


def _is_deleted_from(contract: Contract, operation: Operation) -> bool:
    below = item_of(contract, operation, "DELETE")
    return _is_written(contract, operation) and below is not None


def walked_deleting(subject: Subject, operation: Operation) -> Iterator[Doubt]:
    """The walk meets each item that stays once, also while others delete."""
    found = _list_of(subject, operation)
    below = item_of(subject.contract, operation, "DELETE")
    if found is None or below is None:
        return
    before = found.whole().seen
    for _ in range(4):
        found.create()
    whole, gone = found.whole(), list[str]()
    new = [each for each in whole.seen if each not in before]

    def delete(done: Walk) -> None:
        fresh = [each for each in new if each in done.seen]
        if fresh and not gone and _delete(subject, below, fresh[0]):
            gone.append(fresh[0])

    done = found.walk(found.narrow(len(whole.seen))[0], delete)
    doubt = _unlike(found, done, whole, " while others deleted") if gone else None
    yield from (doubt,) if doubt is not None else ()


def _delete(subject: Subject, below: Operation, key: str) -> bool:
    """Delete the item of a key; of one in a list below another, that of the newest such list."""
    known = (v for v in subject.addresses.of(below) if v.get(below.variables[-1]) == key)
    values = next(known, None)
    if values is None:
        return False
    draft = next(subject.drafter.drafts(below, [values]))
    reply = subject.ask(subject.by(subject.prepared(draft)))
    subject.addresses.forget(below, values)
    return reply.is_success


PROBES = (
    Probe("oracle/limit", _is_limited, limit),
    Probe("oracle/walk", _is_paged, walked),
    Probe("oracle/walk-inserting", _is_written, walked_inserting),
    Probe("oracle/walk-deleting", _is_deleted_from, walked_deleting),
)
