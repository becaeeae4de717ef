"""Directions: which schemas are sent, which are answered, and whose types are then not the same."""

from collections.abc import Iterable, Iterator

from tenor.closing import Direction
from tenor.document import Document, pointer_of
from tenor.structure import Part, parts
from tenor.subtypes import subtypes


class Directions:
    """Which of the types that are sent differ from those that are answered.

    They do where ``readOnly`` or ``writeOnly`` is said within reach, and where an object says
    nothing of its properties: anything may be sent in it, and nothing answered.
    """

    def __init__(self, document: Document, answered: frozenset[str], sent: frozenset[str]) -> None:
        self._document = document
        self._answered = answered
        self._sent = sent
        self._differing: dict[str, bool] = {}

    def of(self, pointer: str) -> Iterator[Direction]:
        """The directions that a schema is used in; that of answers for one that is not used."""
        if pointer in self._sent:
            yield Direction.REQUEST
        if pointer in self._answered or pointer not in self._sent:
            yield Direction.RESPONSE

    def settled(self, pointer: str, direction: Direction) -> Direction:
        """The direction whose type stands for both where they do not differ."""
        if pointer not in self._answered or self._differs(pointer):
            return direction
        return Direction.RESPONSE

    def is_second(self, pointer: str, direction: Direction) -> bool:
        """Whether the name of the schema belongs to the other direction."""
        return direction is Direction.REQUEST and pointer in self._answered

    def _differs(self, pointer: str) -> bool:
        if pointer not in self._differing:
            within = reach(self._document, [pointer])
            nodes = (part for each in within for part in _schemas(self._document, each))
            self._differing[pointer] = any(map(_is_one_way, nodes))
        return self._differing[pointer]


def _is_one_way(part: Part) -> bool:
    node = part.members
    if node.get("readOnly") is True or node.get("writeOnly") is True:
        return True
    said = node.keys() - {"type", "description", "title", "nullable", "default"}
    return node.get("type") == "object" and not said


def _schemas(document: Document, pointer: str) -> Iterator[Part]:
    return parts(document.at(pointer), "schema", pointer, is_3_0=document.is_3_0)


def reach(document: Document, pointers: Iterable[str]) -> set[str]:
    """The schemas at these pointers, and all that they lead to by reference."""
    found: set[str] = set()
    waiting = list(pointers)
    while waiting:
        pointer = waiting.pop()
        if pointer not in found:
            found.add(pointer)
            waiting += references(document, pointer)
    return found


def references(document: Document, pointer: str) -> list[str]:
    """Where a schema and those within it refer to; a parent refers to its subtypes."""
    within = [p.reference for p in _schemas(document, pointer) if p.reference is not None]
    return [*map(pointer_of, within), *subtypes(document, pointer)]
