"""Members: what reads each member of an object, found by the member's name."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from tenor.schemas import Compiler
from tenor.shapes import Shape

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Members(Generic[T]):
    """Something for each member: by its name, by a pattern of names, or for all others.

    ``other`` is None where the schema does not speak of other members.
    """

    named: Mapping[str, T]
    patterns: tuple[tuple[Callable[[str], bool], T], ...]
    other: T | None

    @property
    def are_open(self) -> bool:
        """Whether there may be members that are not named."""
        return bool(self.patterns) or self.other is not None

    def of(self, name: str) -> T | None:
        """What is there for the member of this name, None when nothing is."""
        found = self.named.get(name)
        if found is None and self.patterns:
            found = next((each for matches, each in self.patterns if matches(name)), None)
        return self.other if found is None else found

    def all(self) -> Iterator[T]:
        """All there is."""
        yield from self.named.values()
        yield from (each for _, each in self.patterns)
        if self.other is not None:
            yield self.other


def members_of(compiler: Compiler, shape: Shape, make: Callable[[str, Shape], T]) -> Members[T]:
    """What is made of the shape of each member of an object; unnamed ones have an empty name."""
    named = {name: make(name, inner) for name, inner in shape.members.items()}
    patterns = tuple(
        (compiler.request({"pattern": pattern}, inner.pointer).accepts, make("", inner))
        for pattern, inner in shape.patterns.items()
    )
    others = shape.others
    return Members(named, patterns, make("", others) if others is not None else None)
