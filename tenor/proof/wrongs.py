"""Wrong values: what a schema refuses, each wrong in one way that has a name.

Candidates come from what the schema says; whoever uses them holds each to the compiled schema, so
that only what truly breaks the contract is called wrong.
"""

import json
import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tenor.document import Json
from tenor.proof.kinds import as_list, as_object
from tenor.shapes import Shape

Flawed = tuple[str, Any]
"""How a value is wrong, and the value."""

_DEEPEST = 3
_LONGEST = 100_001
"""More characters or items than this are not made: they would break the limit of the content."""

_OF_TYPE: tuple[Flawed, ...] = (
    ("text", "example"),
    ("a number", 7),
    ("a fraction", 1.5),
    ("a boolean", True),
    ("null", None),
    ("a list", []),
    ("an object", {}),
)
_ODD_TEXTS = ("", " ", "~", "!", "\t", "\x00", "a\n", "A b", "é", "0", "a", "example")


def wrong_values(shape: Shape) -> Iterator[Flawed]:
    """Candidates that may break what a schema says of one value: its type, bounds and form."""
    yield from _OF_TYPE
    for part in shape.parts:
        yield from _wrong_numbers(part.node)
        yield from _wrong_texts(part.node)
        yield from _wrong_lists(part.node)


def _wrong_numbers(node: Mapping[str, Json]) -> Iterator[Flawed]:
    for keyword, step in (("minimum", -1), ("maximum", 1)):
        if _is_number(node.get(keyword)):
            yield f"beyond the {keyword}", node[keyword] + step
    for keyword in ("exclusiveMinimum", "exclusiveMaximum"):
        if _is_number(node.get(keyword)):
            yield f"at the {keyword}", node[keyword]
    if _is_number(node.get("multipleOf")):
        yield "no multiple", node["multipleOf"] * 1.5
    if "enum" in node or "const" in node:
        yield "no choice", "no-such-choice"
        yield "no choice", 987_654


def _wrong_texts(node: Mapping[str, Json]) -> Iterator[Flawed]:
    least, most = node.get("minLength"), node.get("maxLength")
    if isinstance(least, int) and least > 0:
        yield "too short", "a" * (least - 1)
    if isinstance(most, int) and most < _LONGEST:
        yield "too long", "a" * (most + 1)
    if "format" in node:
        yield f"no {node['format']}", "no such format"
    if "pattern" in node:
        fitting = least if isinstance(least, int) else 0
        for text in _ODD_TEXTS:
            if fitting <= len(text) <= (most if isinstance(most, int) else math.inf):
                yield "beside the pattern", text
        yield "beside the pattern", "!" * max(fitting, 1)


def _wrong_lists(node: Mapping[str, Json]) -> Iterator[Flawed]:
    least, most = node.get("minItems"), node.get("maxItems")
    if isinstance(least, int) and least > 0:
        yield "too few items", []
    if isinstance(most, int) and most < 1000:
        yield "too many items", [None] * (most + 1)


def refused(candidates: Iterator[Flawed], refuses: Callable[[Any], bool]) -> Iterator[Flawed]:
    """The candidates that are refused, the first of each name."""
    told: set[str] = set()
    for name, value in candidates:
        if name not in told and refuses(value):
            told.add(name)
            yield name, value


def wrong_wholes(value: Any, shape: Shape, path: str = "", depth: int = 0) -> Iterator[Flawed]:
    """The value, wrong in one of its places: itself, a member that it lacks, has or should not."""
    for name, wrong in wrong_values(shape):
        yield _named(path, name), wrong
    members, items = as_object(value), as_list(value)
    if depth >= _DEEPEST:
        return
    if members is not None:
        yield from _wrong_members(members, shape, path, depth)
    if items:
        yield from _wrong_items(items, shape, path, depth)
    elif items is not None:
        for name, wrong in wrong_values(shape.items):
            yield _named(f"{path}/0", name), [wrong]


def _wrong_members(
    members: Mapping[str, Any], shape: Shape, path: str, depth: int
) -> Iterator[Flawed]:
    for name in members:
        without = {key: kept for key, kept in members.items() if key != name}
        yield _named(f"{path}/{name}", "missing"), without
    yield _named(f"{path}/undeclared_member", "undeclared"), {**members, "undeclared_member": 1}
    for name, inner in shape.members.items():
        for what, wrong in wrong_wholes(members.get(name), inner, f"{path}/{name}", depth + 1):
            yield what, {**members, name: wrong}


def _wrong_items(items: list[Any], shape: Shape, path: str, depth: int) -> Iterator[Flawed]:
    yield _named(path, "doubled items"), [*items, items[0]]
    for part in shape.parts:
        most = part.node.get("maxItems")
        if isinstance(most, int) and most < 1000:
            yield _named(path, "too many items"), [items[0]] * (most + 1)
    for what, wrong in wrong_wholes(items[0], shape.items, f"{path}/0", depth + 1):
        yield what, [wrong, *items[1:]]


def readings(text: str) -> Iterator[Any]:
    """Whatever a text may mean to a lenient reader."""
    yield text
    for read in (int, float, json.loads):
        try:
            value = read(text)
        except (ValueError, RecursionError):
            continue
        if not isinstance(value, float) or math.isfinite(value):
            yield value
    if text.lower() in ("true", "yes", "on", "1"):
        yield True
    if text.lower() in ("false", "no", "off", "0"):
        yield False
    if not text:
        yield None
    pieces = text.split(",")
    yield pieces
    yield [int(piece) if piece.lstrip("-").isdecimal() else piece for piece in pieces]


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _named(path: str, name: str) -> str:
    return f"{path} {name}" if path else name
