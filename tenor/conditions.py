"""Conditional requests (RFC 9110, section 13): what ``If-Match`` and its siblings come to.

Fields are given as they arrive, and None where they are absent; doubled ones arrive as one, joined
by a comma. A field that cannot be read matches nothing and names no date: it lets no change pass,
and saves no answer.
"""

import re
from collections.abc import Collection
from datetime import UTC, datetime, timedelta

ANY = "*"

_ELEMENT = re.compile(r'[ \t]*((?:W/)?"[\x21\x23-\x7e\x80-\xff]*")?[ \t]*(?:,|\Z)')
_TIME = r"(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2}):(?P<second>[0-9]{2})"
_DATES = (
    re.compile(
        rf"[A-Z][a-z]{{2}}, (?P<day>[0-9]{{2}}) (?P<month>[A-Z][a-z]{{2}}) "
        rf"(?P<year>[0-9]{{4}}) {_TIME} GMT"
    ),
    re.compile(
        rf"[A-Z][a-z]{{5,8}}, (?P<day>[0-9]{{2}})-(?P<month>[A-Z][a-z]{{2}})-"
        rf"(?P<year>[0-9]{{2}}) {_TIME} GMT"
    ),
    re.compile(
        rf"[A-Z][a-z]{{2}} (?P<month>[A-Z][a-z]{{2}}) (?P<day>[0-9]{{2}}| [0-9]) "
        rf"{_TIME} (?P<year>[0-9]{{4}})"
    ),
)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def is_match(if_match: str, tags: Collection[str]) -> bool:
    """Whether ``If-Match`` holds for what exists with these tags, one for each representation.

    The comparison is strong: a weak tag matches nothing. For what does not exist it never holds.
    """
    sent = entity_tags(if_match)
    return ANY in sent or any(tag in sent for tag in tags if not _is_weak(tag))


def is_none_match(if_none_match: str, tags: Collection[str]) -> bool:
    """Whether ``If-None-Match`` holds for what exists with these tags; the comparison is weak."""
    sent = {_opaque(tag) for tag in entity_tags(if_none_match)}
    return ANY not in sent and sent.isdisjoint(map(_opaque, tags))


def is_current(
    if_none_match: str | None,
    if_modified_since: str | None,
    *,
    tag: str,
    last_modified: datetime,
    now: datetime,
) -> bool:
    """Whether the client has what it asks for already, so that 304 is the answer.

    ``If-None-Match`` wins over ``If-Modified-Since``, which knows whole seconds only.
    """
    if if_none_match is not None:
        return not is_none_match(if_none_match, (tag,))
    since = None if if_modified_since is None else http_date(if_modified_since, now=now)
    return since is not None and last_modified.replace(microsecond=0) <= since


def entity_tags(field: str) -> frozenset[str]:
    """The tags of a list as they are written, or ``*``; none for a list that cannot be read."""
    if field.strip(" \t") == ANY:
        return frozenset((ANY,))
    tags: set[str] = set()
    position = 0
    while position < len(field):
        element = _ELEMENT.match(field, position)
        if element is None:
            return frozenset()
        if element[1] is not None:
            tags.add(element[1])
        position = element.end()
    return frozenset(tags)


def http_date(field: str, *, now: datetime) -> datetime | None:
    """The time that a date in any of the three forms names (RFC 9110, section 5.6.7).

    ``now`` says which century a year of two digits means: none more than 50 years ahead.
    """
    for form in _DATES:
        match = form.fullmatch(field)
        if match is not None:
            return _moment(match.groupdict(), now)
    return None


def _moment(parts: dict[str, str], now: datetime) -> datetime | None:
    year = int(parts["year"])
    if len(parts["year"]) == 2:
        year += now.year // 100 * 100
        year -= 100 if year > now.year + 50 else 0
    # A minute may end with a leap second, which datetime does not know.
    second, leap = (59, 1) if parts["second"] == "60" else (int(parts["second"]), 0)
    try:
        month = _MONTHS.index(parts["month"]) + 1
        hour, minute = int(parts["hour"]), int(parts["minute"])
        named = datetime(year, month, int(parts["day"]), hour, minute, second, tzinfo=UTC)
        return named + timedelta(seconds=leap)
    except (ValueError, OverflowError):
        return None


def _is_weak(tag: str) -> bool:
    return tag.startswith("W/")


def _opaque(tag: str) -> str:
    return tag.removeprefix("W/")
