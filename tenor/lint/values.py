"""The values that a contract describes, each with all schemas that say something of it.

One value may be described in several places: through ``$ref``, in the branches of ``allOf``, by a
property's name in two of them. What one place leaves open another may settle, so they are looked at
together. A *trail* is the branches of choices that lead to a place, as in ``clusters``.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import cast

from tenor.closing import Direction
from tenor.clusters import as_object, parts_of
from tenor.document import Document, Json, escape, pointer_of

Trail = frozenset[str]


@dataclass(frozen=True, slots=True)
class Described:
    """A schema that the contract holds something to, and in which direction that travels."""

    schema: Json
    pointer: str
    direction: Direction


@dataclass(frozen=True, slots=True)
class Place:
    """A schema and its pointer."""

    schema: Json
    pointer: str


@dataclass(frozen=True, slots=True)
class Part:
    """A schema object that applies in the place of another, and the choices that lead to it."""

    node: Mapping[str, Json]
    pointer: str
    trail: Trail

    @property
    def types(self) -> frozenset[str]:
        """The types that it states."""
        stated = self.node.get("type", ())
        return frozenset((stated,) if isinstance(stated, str) else cast(list[str], stated))


class Value:
    """A value that travels in a direction, and the places that describe it together.

    The first place is the one that it was found by.
    """

    def __init__(self, document: Document, direction: Direction, places: tuple[Place, ...]) -> None:
        self.document = document
        self.direction = direction
        self.places = places

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """All schema objects that say something of the value."""
        found = (part for place in self.places for part in _parts(self.document, place))
        return tuple({part.pointer: part for part in found}.values())

    @property
    def home(self) -> Place:
        """The first place, behind references that say nothing themselves."""
        place = self.places[0]
        while "$ref" in (node := as_object(place.schema)):
            if len(node) > 1 and not self.document.is_3_0:
                break
            target = pointer_of(cast(str, node["$ref"]))
            place = Place(self.document.at(target), target)
        return place

    @property
    def travels(self) -> bool:
        """Whether it is sent in its direction at all: nothing says that it stays."""
        stays = self.direction.forbidden
        return not any(part.node.get(stays) is True for part in self.parts if not part.trail)

    def within(self) -> "Iterator[Value]":
        """The values that it is made of."""
        named: dict[tuple[str, str], list[tuple[Place, Trail]]] = {}
        for part in self.parts:
            for keyword in _WITHIN:
                for key, schema in parts_of(keyword, part.node):
                    pointer = f"{part.pointer}/{keyword}{f'/{escape(key)}' if key else ''}"
                    place = Place(schema, pointer)
                    named.setdefault((_ALIKE.get(keyword, keyword), key), []).append(
                        (place, part.trail)
                    )
        for places in named.values():
            for place, trail in places:
                beside = (
                    other for other, theirs in places if other is not place and theirs <= trail
                )
                yield Value(self.document, self.direction, (place, *beside))


_WITHIN = (
    *("properties", "patternProperties", "additionalProperties", "unevaluatedProperties"),
    *("prefixItems", "items", "unevaluatedItems"),
)
_ALIKE = {"unevaluatedProperties": "additionalProperties", "unevaluatedItems": "items"}


def values(document: Document, described: Iterable[Described]) -> Iterator[Value]:
    """The values that some schemas describe, with those within them, each once."""
    seen: set[tuple[Direction, tuple[str, ...]]] = set()
    waiting = [_value(document, each) for each in described]
    while waiting:
        value = waiting.pop()
        key = value.direction, (value.home.pointer, *(p.pointer for p in value.places[1:]))
        if key not in seen and value.travels:
            seen.add(key)
            yield value
            waiting.extend(value.within())


def _value(document: Document, described: Described) -> Value:
    return Value(document, described.direction, (Place(described.schema, described.pointer),))


def _parts(document: Document, place: Place, trail: Trail = frozenset()) -> Iterator[Part]:
    """A schema and all that applies in its place; tests (``if``, ``not``) describe no value."""
    if not isinstance(place.schema, dict):
        return
    node = cast(dict[str, Json], place.schema)
    if "$ref" not in node or not document.is_3_0:  # 3.0 ignores what stands beside a reference
        yield Part(node, place.pointer, trail)
    if "$ref" in node:
        target = pointer_of(cast(str, node["$ref"]))
        yield from _parts(document, Place(document.at(target), target), trail)
        if document.is_3_0:
            return
    for keyword in ("allOf", *_CHOICES):
        for key, branch in parts_of(keyword, node):
            pointer = f"{place.pointer}/{keyword}{f'/{escape(key)}' if key else ''}"
            taken = trail if keyword == "allOf" else trail | {pointer}
            yield from _parts(document, Place(branch, pointer), taken)


_CHOICES = ("anyOf", "oneOf", "then", "else", "dependentSchemas")
