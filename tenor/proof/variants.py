"""Variants: other values that a schema allows in the place of a good one."""

import string
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from tenor.proof.kinds import as_object
from tenor.shapes import Shape

_BOUNDS = ("const", "minimum", "maximum")
_LONGEST = 1000
_MOST = 12
"""How many choices of one member are tried."""


def choices(shape: Shape) -> Iterator[Any]:
    """What a schema offers to choose from: listed values, bounds, both booleans, null."""
    for part in shape.parts:
        yield from part.node.get("enum") or ()
        yield from (part.node[keyword] for keyword in _BOUNDS if keyword in part.node)
        yield from _of_length(part.node)
    if "boolean" in shape.types:
        yield from (False, True)
    if "null" in shape.types:
        yield None
    if "array" in shape.types:
        yield from ([choice] for choice in choices(shape.items))
        yield []


def _of_length(node: Mapping[str, Any]) -> Iterator[str]:
    """The shortest and the longest text."""
    for keyword in ("minLength", "maxLength"):
        length = node.get(keyword)
        if isinstance(length, int) and length <= _LONGEST:
            yield "a" * length


def chosen(value: Any, shape: Shape) -> Iterator[tuple[str, Any]]:
    """The value with each choice of each of its members, by the member's name."""
    members = as_object(value)
    if members is None:
        return
    for name, inner in shape.members.items():
        for choice in list(choices(inner))[:_MOST]:
            if members.get(name, shape) != choice:
                yield name, {**members, name: choice}


def joined(value: Any, other: Any) -> Any:
    """The value with the texts of another in the members that both have; None if they are alike."""
    members, others = as_object(value), as_object(other)
    if members is None or others is None:
        return None
    shared = {name: others[name] for name in members if name in others and _is_text(others[name])}
    is_news = any(members[name] != text for name, text in shared.items())
    return {**members, **shared} if is_news else None


def retold(value: Any, varied: Any) -> Iterator[tuple[str, Any]]:
    """The value with one text after the other as it is in a varied one."""
    members, others = as_object(value), as_object(varied)
    if members is None or others is None:
        return
    changed: Mapping[str, Any] = {k: v for k, v in others.items() if members.get(k) != v}
    yield from ((name, {**members, name: text}) for name, text in changed.items())


def elsewhere(text: str) -> Iterator[str]:
    """Texts like one that leads somewhere, which may lead nowhere."""
    yield f"{text}-nowhere"
    yield f"{text}nowhere"
    yield "nowhere"
    if text.lstrip("-").isdecimal():
        yield from ("987654321", "98765", "987", "97")
    turned = text.translate(str.maketrans("0123456789abcdefABCDEF", "9876543210fedcbaFEDCBA"))
    yield turned
    yield text[:-1] + ("y" if text.endswith("z") else "z")
    yield text[::-1]
    yield "00000000-0000-4000-8000-00000000dead"


def vivid(value: Any, shape: Shape, accepts: Callable[[Any], bool]) -> Any:
    """The value with other members than are made up first, as far as they are accepted.

    What a server cuts, rounds, folds or fills in by itself shows in them.
    """
    members = as_object(value)
    if members is None:
        return value
    for name, inner in shape.members.items():
        changed = ({**members, name: each} for each in _vivid(members.get(name), inner))
        members = next(filter(accepts, changed), members)
    return members


def _vivid(value: Any, shape: Shape) -> Iterator[Any]:
    listed = [each for part in shape.parts for each in part.node.get("enum") or ()]
    yield from (each for each in reversed(listed) if each != value)
    if "boolean" in shape.types:
        yield value is not True
    if shape.types & {"integer", "number"}:
        yield from (1234.5, 12.25) if "number" in shape.types else ()
        yield from (4711, 97, 13)
        yield from (each for each in choices(shape) if isinstance(each, (int, float)))
    if "string" in shape.types:
        text = value if isinstance(value, str) and value else "a"
        yield from (f"{text} zZ & Ä {text[:20]} 7", f"{text} zZ", f"{text}zZ")


def another(text: str, number: int) -> Iterator[str]:
    """Texts of the same form that a number makes others than those before."""
    yield from (f"{text}-{number}", f"{text}{number}", f"{text[:4]}{number}")
    if text.isdecimal():
        yield str(900_000 + number)
    yield _counted(text, number, (string.digits,))
    yield _counted(text, number, (string.digits, string.ascii_lowercase, string.ascii_uppercase))


def _counted(text: str, number: int, alphabets: Sequence[str]) -> str:
    """The text with the number in it, written with what each place has: a digit or a letter."""
    places = list(text)
    for index in reversed(range(len(places))):
        alphabet = next((each for each in alphabets if places[index] in each), "")
        if alphabet:
            number, rest = divmod(number, len(alphabet))
            places[index] = alphabet[rest]
    return "".join(places)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)
