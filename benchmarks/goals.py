"""The goals: how fast ours has to be, as ratios within one run."""

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmarks.results import Paced, Ratio, Results, Spread

LONGEST_TAIL = 5
"""At half of its capacity the slowest hundredth takes at most so many times the median."""


_MUCH = 0.02
KEPT = 0.95
"""The part of a pace that has to be kept for its times to mean anything."""


@dataclass(frozen=True, slots=True)
class Goal:
    """Ours by a peer's has to be at least so much."""

    work: str
    request: str
    peer: str
    least: float


GOALS = (
    Goal("memory", "get", "fastapi async", 5),
    Goal("memory", "list of 20", "fastapi async", 4.5),
    Goal("memory", "post", "fastapi async", 7),
    Goal("memory", "get", "fastify", 0.9),
    Goal("memory", "list of 20", "fastify", 1.2),
    Goal("memory", "post", "fastify", 1),
    Goal("memory", "get", "connexion", 20),
    Goal("memory", "list of 20", "connexion", 20),
    Goal("memory", "post", "connexion", 20),
    Goal("memory", "get", "tenor, gate off", 0.9),
    Goal("memory", "list of 20", "tenor, gate off", 0.9),
    Goal("memory", "list of 100", "tenor, gate off", 0.9),
    Goal("memory", "post", "tenor, gate off", 0.9),
    Goal("sqlite", "get", "fastapi", 9),
    Goal("sqlite", "list of 20", "fastapi", 7),
    Goal("sqlite", "post", "fastapi", 4),
    Goal("postgresql", "get", "fastapi", 3),
    Goal("postgresql", "list of 20", "fastapi", 3),
    Goal("postgresql", "post", "fastapi", 3),
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """A goal and what was seen; in words that fit both kinds of goals."""

    what: str
    wanted: str
    seen: str
    is_met: bool


def verdicts(results: Results) -> Iterator[Verdict]:
    """Whether each goal was met, of those that were measured."""
    ratios = {(one.work, one.request, one.peer): one for one in results.ratios()}
    for goal in GOALS:
        ratio = ratios.get((goal.work, goal.request, goal.peer))
        if ratio is not None:
            processor = results.processor_ratio(goal.work, goal.request, goal.peer)
            yield _of_ratio(goal, ratio, processor)
    for one in results.paced:
        if one.application == results.ours[one.work]:
            yield _of_pace(one, [other for other in results.paced if _is_beside(other, one)])


def _of_ratio(goal: Goal, ratio: Ratio, processor: float) -> Verdict:
    what = f"{goal.work}, {goal.request}: by {goal.peer}"
    seen = f"{said(ratio.spread)}, {short(processor)}x by the processor"
    return Verdict(what, f"at least {goal.least}x", seen, ratio.spread.median >= goal.least)


def _is_beside(other: Paced, one: Paced) -> bool:
    return other.key[:2] == one.key[:2] and other is not one


def _of_pace(one: Paced, beside: Sequence[Paced]) -> Verdict:
    """Whether the tail is short; where the pace was not kept, requests waited for each other."""
    rate, away = statistics.median(one.rates), statistics.median(one.aways)
    is_kept = rate >= KEPT * one.wanted
    median, p99 = statistics.median(one.medians), statistics.median(one.p99s)
    seen = f"{said(one.tail)} ({_ms(p99)} by {_ms(median)} at {rate:,.0f}/s)"
    if not is_kept:
        seen += f", which is not the {one.wanted:,.0f}/s that it was asked for"
    if away > _MUCH:
        seen += f", without the asker for {away:.0%} of the time"
    for other in beside:
        seen += f"; {other.application} {said(other.tail)} at half of its own"
    what = f"{one.work}, {one.request}: p99 by median at half of capacity"
    is_met = is_kept and one.tail.median <= LONGEST_TAIL
    return Verdict(what, f"at most {LONGEST_TAIL}x", seen, is_met)


def said(spread: Spread) -> str:
    """A ratio with its spread."""
    return f"{short(spread.median)}x [{short(spread.least)}-{short(spread.most)}]"


def short(ratio: float) -> str:
    """A ratio in two or three digits."""
    return f"{ratio:.0f}" if ratio >= 10 else f"{ratio:.1f}" if ratio >= 2 else f"{ratio:.2f}"


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.2f} ms"
