r"""Regular expressions of ECMA-262, read as far as their analysis needs.

Python's own reader is private, and of another dialect: it has neither ``\p{L}`` nor
``(?<year>...)``, and ``$`` matches before a line feed there. Patterns are known to compile before
they come here.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

Ranges = tuple[tuple[int, int], ...]
"""Characters, as ascending ranges of code points, both ends included."""

_LAST = 0x10FFFF
_DIGITS: Ranges = ((0x30, 0x39),)
_WORDS: Ranges = ((0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A))
_SPACES: Ranges = (
    *((0x09, 0x0D), (0x20, 0x20), (0xA0, 0xA0), (0x1680, 0x1680), (0x2000, 0x200A)),
    *((0x2028, 0x2029), (0x202F, 0x202F), (0x205F, 0x205F), (0x3000, 0x3000), (0xFEFF, 0xFEFF)),
)
_LINE_ENDS: Ranges = ((0x0A, 0x0A), (0x0D, 0x0D), (0x2028, 0x2029))


class Unreadable(Exception):
    """An expression that this reader does not know."""


@dataclass(frozen=True, slots=True)
class Chars:
    """One character out of some."""

    ranges: Ranges


@dataclass(frozen=True, slots=True)
class Start:
    """``^``."""


@dataclass(frozen=True, slots=True)
class End:
    """``$``."""


@dataclass(frozen=True, slots=True)
class Border:
    r"""``\b`` or ``\B``."""


@dataclass(frozen=True, slots=True)
class Look:
    """A condition on what stands ahead or behind; it takes nothing."""

    inner: "Regex"


@dataclass(frozen=True, slots=True)
class Reference:
    """What another group matched."""


@dataclass(frozen=True, slots=True)
class Row:
    """One after the other."""

    items: tuple["Regex", ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of them."""

    branches: tuple["Regex", ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """The same again, between ``least`` and ``most`` times; None is without end."""

    item: "Regex"
    least: int
    most: int | None


Regex = Chars | Start | End | Border | Look | Reference | Row | Choice | Repeat


@lru_cache(maxsize=4096)
def read(pattern: str) -> Regex | None:
    """The expression of a pattern; None for one that this reader does not know."""
    try:
        reader = _Reader(pattern)
        regex = reader.choice()
        return regex if reader.at_end else None
    except (Unreadable, IndexError, ValueError, RecursionError):
        return None


# --- what an expression says --------------------------------------------------------------------


def longest(regex: Regex) -> int | None:
    """The most characters that it matches, None for no end."""
    match regex:
        case Chars():
            return 1
        case Reference():
            return None
        case Row(items):
            lengths = [longest(item) for item in items]
            return None if None in lengths else sum(filter(None, lengths))
        case Choice(branches):
            lengths = [longest(branch) for branch in branches]
            return None if None in lengths else max(filter(None, lengths), default=0)
        case Repeat(item, _, most):
            length = longest(item)
            if length == 0 or most == 0:
                return 0
            return None if length is None or most is None else length * most
        case _:
            return 0


def is_anchored(regex: Regex, anchor: type[Start] | type[End]) -> bool:
    """Whether every match begins with ``^``, or ends with ``$``."""
    match regex:
        case Row(items):
            ordered = items if anchor is Start else items[::-1]
            taking = (item for item in ordered if not isinstance(item, (Look, Border)))
            outermost = next(taking, None)
            return outermost is not None and is_anchored(outermost, anchor)
        case Choice(branches):
            return all(is_anchored(branch, anchor) for branch in branches)
        case Repeat(item, least, _):
            return least > 0 and is_anchored(item, anchor)
        case _:
            return isinstance(regex, anchor)


def edge(regex: Regex, anchor: type[Start] | type[End]) -> Regex:
    """The first or the last thing of a sequence."""
    while isinstance(regex, Row) and regex.items:
        regex = regex.items[0 if anchor is Start else -1]
    return regex


def overlap(one: Ranges, other: Ranges) -> int | None:
    """A character that both have, one that can be printed if there is any; None for none."""
    shared = [*_shared(one, other)]
    for wanted in _PRINTED:
        if any(low <= wanted <= high for low, high in shared):
            return wanted
    return shared[0][0] if shared else None


_PRINTED = tuple(map(ord, "a0A-_ .,:;/@"))


def _shared(one: Ranges, other: Ranges) -> Iterator[tuple[int, int]]:
    index = jndex = 0
    while index < len(one) and jndex < len(other):
        low = max(one[index][0], other[jndex][0])
        high = min(one[index][1], other[jndex][1])
        if low <= high:
            yield low, high
        if one[index][1] < other[jndex][1]:
            index += 1
        else:
            jndex += 1


# --- characters ---------------------------------------------------------------------------------


def _union(parts: Iterable[Ranges]) -> Ranges:
    merged: list[tuple[int, int]] = []
    for low, high in sorted(pair for part in parts for pair in part):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = merged[-1][0], max(merged[-1][1], high)
        else:
            merged.append((low, high))
    return tuple(merged)


def _others(ranges: Ranges) -> Ranges:
    """All other characters."""
    edges = [(-1, -1), *ranges, (_LAST + 1, _LAST + 1)]
    gaps = ((before[1] + 1, after[0] - 1) for before, after in pairwise(edges))
    return tuple((low, high) for low, high in gaps if low <= high)


_CATEGORIES = {
    "Letter": "L",
    "Uppercase_Letter": "Lu",
    "Lowercase_Letter": "Ll",
    "Mark": "M",
    "Number": "N",
    "Decimal_Number": "Nd",
    "Punctuation": "P",
    "punct": "P",
    "Symbol": "S",
    "Separator": "Z",
    "Space_Separator": "Zs",
    "Other": "C",
    "Control": "Cc",
    "Alphabetic": "L",
    "Alpha": "L",
    "Uppercase": "Lu",
    "Lowercase": "Ll",
}


@lru_cache(maxsize=64)
def _property(name: str) -> Ranges | None:
    """The characters of a Unicode property, None for one that is not known here."""
    if name in ("Any", "ASCII"):
        return ((0, _LAST if name == "Any" else 0x7F),)
    value = name.rpartition("=")[2]
    category = _CATEGORIES.get(value, value)
    if not re.fullmatch("[LMNPSZC][a-z]?", category):
        return None
    of = unicodedata.category
    having = (code for code in range(_LAST + 1) if of(chr(code)).startswith(category))
    return _union([tuple((code, code) for code in having)])


_CLASSES = {
    "d": _DIGITS,
    "w": _WORDS,
    "s": _SPACES,
    "D": _others(_DIGITS),
    "W": _others(_WORDS),
    "S": _others(_SPACES),
}
_CONTROLS = {"t": 9, "n": 10, "v": 11, "f": 12, "r": 13, "0": 0}
_ANY = Chars(_others(_LINE_ENDS))
_COUNT = re.compile(r"\{(\d+)(?:(,)(\d*))?\}")
_GROUP = re.compile(r"\?(?:([:])|(<?[=!])|<([^>=!][^>]*)>)")
_NUMERIC = re.compile(r"x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|u\{([0-9a-fA-F]+)\}|c([a-zA-Z])")
_PROPERTY = re.compile(r"([pP])\{([^}]*)\}")
_NAMED = re.compile(r"k<[^>]*>|[1-9]\d*")


class _Reader:
    """Reads an expression from left to right."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    @property
    def at_end(self) -> bool:
        return self._at >= len(self._text)

    def _take(self, wanted: str) -> bool:
        """Whether the text goes on with this, which is then behind."""
        found = self._text.startswith(wanted, self._at)
        self._at += len(wanted) if found else 0
        return found

    def _match(self, expression: re.Pattern[str]) -> re.Match[str] | None:
        match = expression.match(self._text, self._at)
        self._at = match.end() if match else self._at
        return match

    def _next(self) -> str:
        char = self._text[self._at]
        self._at += 1
        return char

    def choice(self) -> Regex:
        """Branches up to the end of the group."""
        branches = [self._sequence()]
        while self._take("|"):
            branches.append(self._sequence())
        return branches[0] if len(branches) == 1 else Choice(tuple(branches))

    def _sequence(self) -> Regex:
        items: list[Regex] = []
        while not self.at_end and self._text[self._at] not in "|)":
            items.append(self._counted(self._atom()))
        return items[0] if len(items) == 1 else Row(tuple(items))

    def _counted(self, item: Regex) -> Regex:
        """The item with its quantifier, if it has one."""
        bounds: tuple[int, int | None]
        if self._take("*"):
            bounds = 0, None
        elif self._take("+"):
            bounds = 1, None
        elif self._take("?"):
            bounds = 0, 1
        elif match := self._match(_COUNT):
            least = int(match[1])
            bounds = least, (int(match[3]) if match[3] else None) if match[2] else least
        else:
            return item
        self._take("?")
        return Repeat(item, *bounds)

    def _atom(self) -> Regex:
        char = self._next()
        if char == "(":
            return self._group()
        if char == "[":
            return Chars(self._class())
        if char == "\\":
            return self._escape()
        if char in "*+?":
            raise Unreadable
        known: dict[str, Regex] = {"^": Start(), "$": End(), ".": _ANY}
        return known.get(char) or Chars(((ord(char), ord(char)),))

    def _group(self) -> Regex:
        kind = self._match(_GROUP)
        if kind is None and self._text.startswith("?", self._at):
            raise Unreadable
        inner = self.choice()
        if not self._take(")"):
            raise Unreadable
        return Look(inner) if kind is not None and kind[2] else inner

    def _escape(self) -> Regex:
        if self._take("b") or self._take("B"):
            return Border()
        if self._match(_NAMED):
            return Reference()
        return Chars(self._escaped())

    def _escaped(self) -> Ranges:
        """The characters that an escape stands for."""
        if match := self._match(_PROPERTY):
            ranges = _property(match[2])
            if ranges is None:
                raise Unreadable
            return ranges if match[1] == "p" else _others(ranges)
        if match := self._match(_NUMERIC):
            code = ord(match[4]) % 32 if match[4] else int(match[1] or match[2] or match[3], 16)
            return ((code, code),)
        char = self._next()
        code = _CONTROLS.get(char, ord(char))
        return _CLASSES.get(char) or ((code, code),)

    def _class(self) -> Ranges:
        negated = self._take("^")
        parts: list[Ranges] = []
        while not self._take("]"):
            part = self._class_atom()
            if self._is_range(part):
                self._take("-")
                last = self._class_atom()
                part = ((part[0][0], last[-1][1]),)
            parts.append(part)
        ranges = _union(parts)
        return _others(ranges) if negated else ranges

    def _is_range(self, first: Ranges) -> bool:
        """Whether a character is the first of a range."""
        ahead = self._text[self._at : self._at + 2]
        is_single = len(first) == 1 and first[0][0] == first[0][1]
        return is_single and ahead[:1] == "-" and ahead[1:] not in ("", "]")

    def _class_atom(self) -> Ranges:
        char = self._next()
        if char != "\\":
            return ((ord(char), ord(char)),)
        return ((8, 8),) if self._take("b") else self._escaped()
