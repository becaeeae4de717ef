"""Proactive negotiation (RFC 9110, section 12): which media type an answer has.

``Accept`` is matched against the media types of an operation's successful answers. Among equals
JSON comes first, then the contract's own order.
"""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

from tenor import media_types
from tenor.media_types import MediaType

_QUALITY = re.compile(r"(?:0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)\Z")
_COMMA = re.compile(r',(?=(?:[^"]*"[^"]*")*[^"]*\Z)')
MAX_ACCEPT = 2048
"""Characters of ``Accept`` that are read; more is not acceptable."""


def negotiator(offered: Sequence[str]) -> Callable[[str | None], str | None]:
    """A function from ``Accept`` to one of the offered media types, or None when nothing fits.

    Answers are remembered: clients send the same few headers again and again.
    """
    offers = [(name, parsed) for name in _by_preference(offered) if (parsed := _parsed(name))]

    @lru_cache(maxsize=256)
    def choose(accept: str) -> str | None:
        ranges = _ranges(accept)
        rated = [(_quality(offer, ranges), name) for name, offer in offers]
        best = max((quality for quality, _ in rated), default=0.0)
        return next((name for quality, name in rated if quality == best), None) if best else None

    first = offers[0][0] if offers else None

    def negotiate(accept: str | None) -> str | None:
        if not accept or accept == "*/*":
            return first
        return choose(accept) if len(accept) <= MAX_ACCEPT else None

    return negotiate


def _by_preference(offered: Sequence[str]) -> list[str]:
    return sorted(offered, key=lambda name: name != media_types.JSON)


def _parsed(name: str) -> MediaType | None:
    return media_types.parse(name)


def _ranges(accept: str) -> list[tuple[MediaType, float]]:
    """The ranges of an Accept header with their qualities; what cannot be read admits nothing."""
    ranges: list[tuple[MediaType, float]] = []
    for element in _COMMA.split(accept):
        head, weight = _weighed(element.strip(" \t"))
        parsed = media_types.parse(head)
        if parsed is not None and weight is not None:
            ranges.append((parsed, weight))
    return ranges


def _weighed(element: str) -> tuple[str, float | None]:
    """The range without its weight, and the weight: 1 when not given, None when malformed."""
    parts = [part.strip(" \t") for part in element.split(";")]
    for index, part in enumerate(parts[1:], 1):
        name, _, value = part.partition("=")
        if name.strip(" \t").lower() == "q":
            quality = float(value) if _QUALITY.match(value.strip(" \t")) else None
            return ";".join(parts[:index]), quality
    return element, 1.0


def _fits(asked: MediaType, offer: MediaType) -> bool:
    """Whether an offer is among what is asked for; a range is, if they have anything in common."""
    if asked.charset == "utf-8" and not offer.charset:
        asked = asked.without("charset")
    return asked.covers(offer) or (offer.is_range and offer.covers(asked))


def _quality(offer: MediaType, ranges: Sequence[tuple[MediaType, float]]) -> float:
    """The weight that the most specific range gives to the offer; 0 when none covers it."""
    fitting = [(r.specificity, quality) for r, quality in ranges if _fits(r, offer)]
    return max(fitting)[1] if fitting else 0.0
