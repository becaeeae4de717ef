"""Whether a pattern can take exponential time in an engine that backtracks.

It can when a text may be matched in more ways with each character more: when there is a loop that
leads back to where it began in two ways, over the same characters. That is decided over the
positions of the expression (Glushkov's automaton, each of its steps counted as often as it can be
taken), by walking through pairs of them; and it does harm only where what follows can fail, so that
every way is tried.

Loops that double the time for each further character are found; what grows only with a power of
the length is not.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from tenor.lint.regex import (
    Chars,
    Choice,
    End,
    Look,
    Ranges,
    Regex,
    Repeat,
    Row,
    overlap,
    read,
)

MANY = 10
"""How often something is repeated before it counts as without end."""

_MOST_POSITIONS = 300
_MOST_LOOPED = 120
_NO_CHARACTER: Ranges = ()

Ways = dict[int, int]
"""In how many ways each position is reached: one, or two for more."""
Pair = tuple[int, int]
State = tuple[int, int, bool]
"""Two positions that the same text leads to, and whether it led there in two ways."""


def exploding(pattern: str) -> str | None:
    """A text that explodes when it is repeated and then something unfit follows; None for none."""
    regex = read(pattern)
    return None if regex is None else _exploding(regex)


@lru_cache(maxsize=1024)
def _exploding(regex: Regex) -> str | None:
    positions = _Positions()
    try:
        whole = positions.piece(regex)
    except _TooLarge:
        return None
    for loop in _loops(positions.follow):
        if not loop & whole.last.keys() and len(loop) <= _MOST_LOOPED:
            text = _Pairs(positions, loop).exploding()
            if text is not None:
                return text
    return next((t for look in positions.looks if (t := _exploding(look))), None)


class _TooLarge(Exception):
    """An expression with more positions than are looked at."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of an expression: where it begins and ends, and in how many ways it is empty."""

    first: Ways
    last: Ways
    empty: int


@dataclass(slots=True)
class _Positions:
    """The positions of an expression: what each takes, and which may follow it.

    ``$`` is a position that takes no character, so that what ends there is no end in itself.
    """

    taken: list[Ranges] = field(default_factory=list[Ranges])
    follow: dict[int, Ways] = field(default_factory=dict[int, Ways])
    looks: list[Regex] = field(default_factory=list[Regex])

    def piece(self, regex: Regex) -> _Piece:
        """Add the positions of a part."""
        match regex:
            case Chars(ranges):
                return self._position(ranges)
            case End():
                return self._position(_NO_CHARACTER)
            case Row(items):
                return self._row(items)
            case Choice(branches):
                pieces = [self.piece(branch) for branch in branches]
                return _Piece(
                    _sum(*(piece.first for piece in pieces)),
                    _sum(*(piece.last for piece in pieces)),
                    min(2, sum(piece.empty for piece in pieces)),
                )
            case Repeat(item, least, most):
                return self._repeat(item, least, most)
            case Look(inner):
                self.looks.append(inner)
                return _EMPTY
            case _:
                return _EMPTY

    def _position(self, ranges: Ranges) -> _Piece:
        at = len(self.taken)
        if at >= _MOST_POSITIONS:
            raise _TooLarge
        self.taken.append(ranges)
        self.follow[at] = {}
        return _Piece({at: 1}, {at: 1}, 0)

    def _row(self, items: tuple[Regex, ...]) -> _Piece:
        whole = _EMPTY
        for item in items:
            whole = self._after(whole, self.piece(item))
        return whole

    def _after(self, one: _Piece, other: _Piece) -> _Piece:
        self._join(one.last, other.first)
        return _Piece(
            _sum(one.first, _times(other.first, one.empty)),
            _sum(other.last, _times(one.last, other.empty)),
            min(2, one.empty * other.empty),
        )

    def _join(self, last: Ways, first: Ways) -> None:
        for before, ways in last.items():
            self.follow[before] = _sum(self.follow[before], _times(first, ways))

    def _repeat(self, item: Regex, least: int, most: int | None) -> _Piece:
        """A repetition, with few copies for many: how many there are changes nothing here."""
        is_endless = most is None or (most >= MANY and most > least)
        copies = min(least, 3)
        whole = _EMPTY
        for _ in range(copies):
            whole = self._after(whole, self.piece(item))
        if is_endless:
            return self._after(whole, self._loop(item))
        return self._after(whole, self._optional(item, min((most or 0) - least, 2)))

    def _loop(self, item: Regex) -> _Piece:
        """Any number of times; a turn that takes nothing is none (ECMA-262, RepeatMatcher)."""
        turn = self.piece(item)
        self._join(turn.last, turn.first)
        return _Piece(turn.first, turn.last, 1)

    def _optional(self, item: Regex, times: int) -> _Piece:
        if times <= 0:
            return _EMPTY
        once = self.piece(item)
        more = self._after(_Piece(once.first, once.last, 0), self._optional(item, times - 1))
        return _Piece(more.first, more.last, 1)


_EMPTY = _Piece({}, {}, 1)


def _sum(*ways: Ways) -> Ways:
    total: Ways = {}
    for each in ways:
        for at, number in each.items():
            total[at] = min(2, total.get(at, 0) + number)
    return total


def _times(ways: Ways, number: int) -> Ways:
    return {at: min(2, each * number) for at, each in ways.items() if number}


class _Pairs:
    """Pairs of positions of one loop that the same text leads to."""

    def __init__(self, positions: _Positions, loop: frozenset[int]) -> None:
        self._taken = positions.taken
        self._follow = {
            at: {to: ways for to, ways in positions.follow[at].items() if to in loop} for at in loop
        }
        self._overlaps: dict[Pair, int | None] = {}

    def exploding(self) -> str | None:
        """A text that leads from a position back to itself in two ways; None for none."""
        for at in self._follow:
            text = self._in_two_ways(at)
            if text is not None:
                return text
        return None

    def _in_two_ways(self, at: int) -> str | None:
        """The text of a walk that parts and comes back; each state knows whether it has parted."""
        start: State = (at, at, False)
        texts: dict[State, str] = {start: ""}
        waiting: list[State] = [start]
        for state in waiting:  # grows while it is walked
            for after, code in self._steps(state):
                if after == (at, at, True):
                    return texts[state] + chr(code)
                if after not in texts:
                    texts[after] = texts[state] + chr(code)
                    waiting.append(after)
        return None

    def _steps(self, state: State) -> Iterator[tuple[State, int]]:
        """What one more character leads to, and a character that does."""
        one, other, parted = state
        for to, ways in self._follow[one].items():
            for too in self._follow[other]:
                code = self._overlap(to, too)
                if code is not None:
                    parts_here = to != too or (one == other and ways > 1)
                    yield (to, too, parted or parts_here), code

    def _overlap(self, one: int, other: int) -> int | None:
        pair = min(one, other), max(one, other)
        if pair not in self._overlaps:
            self._overlaps[pair] = overlap(self._taken[pair[0]], self._taken[pair[1]])
        return self._overlaps[pair]


def _loops(follow: dict[int, Ways]) -> Iterator[frozenset[int]]:
    """The sets of positions that lead to each other."""
    reached = {at: _reached(at, follow) for at in follow}
    done: set[int] = set()
    for at in follow:
        if at not in done and at in reached[at]:
            loop = frozenset(to for to in reached[at] if at in reached[to])
            done |= loop
            yield loop


def _reached(at: int, follow: dict[int, Ways]) -> set[int]:
    """The positions that come after one, however much later."""
    found: set[int] = set()
    waiting = [*follow[at]]
    while waiting:
        to = waiting.pop()
        if to not in found:
            found.add(to)
            waiting += follow[to]
    return found
