"""Patterns: what takes exponential time is found, and what does not is left alone."""

from collections.abc import Iterator
from itertools import pairwise

import pytest

from tenor.lint.backtracking import exploding
from tenor.lint.regex import (
    Chars,
    Choice,
    End,
    Regex,
    Repeat,
    Row,
    Start,
    is_anchored,
    longest,
    read,
)
from tests.engine.test_lint import of_query

EXPLODING = [
    r"^(a+)+$",
    r"^(a*)*$",
    r"^(a|a)*$",
    r"^(a|aa)+$",
    r"^(a?a?)*$",
    r"(\w+\s?)*$",
    r"^([a-z]+\d*)*$",
    r"^(\w+\s?){1,20}$",
    r"^([a-z]{1,63})*$",
    r"^([a-z]+[.-]?)+@example$",
    r"^(([a-z])+.)+[A-Z]([a-z])+$",
    r"^(?:(?:[0-9]+)?[0-9]*)*;$",
    r"^(?=(a+)+$)b",
    r"^(?<word>\p{L}+\s?)*$",
    r"^([^,]+,?)*$",
]
LINEAR = [
    r"^[a-z]+$",
    r"^(a+)+",
    r"^(a?)*$",
    r"^.*a.*b.*$",
    r"^(a{20})*$",
    r"^(?:[a-z]{3})*$",
    r"^[a-z0-9]+(?:-[a-z0-9]+)*$",
    r"^(?:[a-z]+-)*[a-z]+$",
    r"^(?:/(?:[^~/]|~[01])*)*$",
    r"^\s*\w+\s*(,\s*\w+\s*)*$",
    r"^([a-z]{1,63}\.)+[a-z]{2,}$",
    r"^(\p{L}|\p{N})*$",
    r"^(\d|\D)*$",
    r"^([0-9]{1,3}\.){3}[0-9]{1,3}$",
    r'^"(?:[^"\\]|\\.)*"$',
    r"^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$",
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?Z$",
]


@pytest.mark.parametrize("pattern", EXPLODING)
def test_a_loop_that_matches_in_two_ways_explodes(pattern: str):
    assert exploding(pattern)


@pytest.mark.parametrize("pattern", LINEAR)
def test_a_loop_that_matches_in_one_way_does_not(pattern: str):
    assert read(pattern) is not None
    assert exploding(pattern) is None


def ends(regex: Regex, text: str, at: int) -> Iterator[int]:
    """Where a match that begins at a position ends: once for each way in which it is found."""
    match regex:
        case Chars(ranges):
            if at < len(text) and any(low <= ord(text[at]) <= high for low, high in ranges):
                yield at + 1
        case Row(items):
            yield from in_row(items, text, at)
        case Choice(branches):
            for branch in branches:
                yield from ends(branch, text, at)
        case Repeat(item, least, most):
            yield from [at] * (least == 0)
            yield from repeated(item, max(least - 1, 0), most, text, at)
        case _:
            yield at


def in_row(items: tuple[Regex, ...], text: str, at: int) -> Iterator[int]:
    if not items:
        yield at
        return
    for end in ends(items[0], text, at):
        yield from in_row(items[1:], text, end)


def repeated(item: Regex, least: int, most: int | None, text: str, at: int) -> Iterator[int]:
    """Once more, if it may be; a turn that takes nothing is none."""
    if most == 0:
        return
    rest = Repeat(item, least, None if most is None else most - 1)
    for end in ends(item, text, at):
        if end > at:
            yield from ends(rest, text, end)


@pytest.mark.parametrize("pattern", [p for p in EXPLODING if "(?=" not in p])
def test_the_text_that_is_told_is_matched_in_ever_more_ways(pattern: str):
    """Twice as often, at least, with each of its repetitions."""
    text, regex = exploding(pattern), read(pattern)
    assert text is not None
    assert isinstance(regex, Row)
    loop = next(item for item in regex.items if isinstance(item, Repeat))

    ways = [sum(end == len(text * n) for end in ends(loop, text * n, 0)) for n in (1, 2, 3, 4)]

    assert all(after >= 2 * max(before, 1) for before, after in pairwise(ways[1:]))


def test_what_the_reader_does_not_know_is_left_alone():
    assert read(r"(?>a+)+") is None
    assert exploding(r"(?>a+)+$") is None


@pytest.mark.parametrize(
    ("pattern", "length"),
    [
        (r"^[a-z]{1,5}$", 5),
        (r"^a|bcd$", 3),
        (r"^(?:ab?){3}$", 6),
        (r"^a*$", None),
        (r"^(a)\1$", None),
        (r"^(?=.*b)a{2}$", 2),
        (r"^\u{1F600}\x41\p{L}$", 3),
    ],
)
def test_the_longest_match_is_known(pattern: str, length: int | None):
    regex = read(pattern)

    assert regex is not None
    assert longest(regex) == length


@pytest.mark.parametrize(
    ("pattern", "anchors"),
    [
        ("^a$", (True, True)),
        ("^a|b$", (False, False)),
        ("^(?:a|b)$", (True, True)),
        ("(^a|^b)c$", (True, True)),
        ("(?=x)^a", (True, False)),
        ("(?:^a)?b$", (False, True)),
    ],
)
def test_an_anchor_holds_for_every_branch_or_not_at_all(pattern: str, anchors: tuple[bool, bool]):
    regex = read(pattern)

    assert regex is not None
    assert (is_anchored(regex, Start), is_anchored(regex, End)) == anchors


@pytest.mark.parametrize(
    ("pattern", "rules"),
    [
        ("^[a-z]+$", []),
        ("^https://", []),
        ("[.]json$", []),
        ("^ssh-rsa |^ssh-dss ", []),
        ("[0-9]", []),
        ("draft", []),
        ("[a-z]+", ["T702"]),
        ("^[a-z]+", ["T702"]),
        ("^a+|b+$", ["T702"]),
    ],
)
def test_a_pattern_is_about_the_whole_or_plainly_about_a_part(pattern: str, rules: list[str]):
    assert of_query({"type": "string", "maxLength": 40, "pattern": pattern}) == rules
