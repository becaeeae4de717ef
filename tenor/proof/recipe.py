"""A recipe: how an operation is driven into a cell, and what may not succeed on the way."""

from collections.abc import Callable, Generator
from dataclasses import dataclass

from tenor.proof.asking import Reply, Request
from tenor.proof.bench import Bench
from tenor.proof.contract import Operation

SOURCE = "recipe"


@dataclass(frozen=True, slots=True)
class Wrong:
    """Why a request may not succeed.

    ``found`` says what is wrong with it, after "a request"; ``promised`` what the contract says of
    that; ``remedy`` what to do where it is accepted all the same.
    """

    found: str
    promised: str
    remedy: str

    def sentence(self, operation: Operation | None, request: Request, reply: Reply) -> str:
        """What is to be said of a reply that accepts it."""
        asked = operation.id if operation is not None else f"{request.method} {request.path}"
        return (
            f"{asked} answered {reply.status} to a request {self.found}; {self.promised}. "
            f"{self.remedy}"
        )


@dataclass(frozen=True, slots=True)
class Attempt:
    """A request that is tried, under a name of its own. ``wrong`` is None where it may succeed."""

    name: str
    request: Request
    wrong: Wrong | None = None


Attempts = Generator[Attempt]


@dataclass(frozen=True, slots=True)
class Recipe:
    """A way to a cell.

    ``id`` never changes, ``sentence`` says what is done. ``suits`` says of which operations, and
    ``attempts`` makes the requests one after the other, each when the one before was answered.
    """

    id: str
    sentence: str
    suits: Callable[[Bench, Operation], bool]
    attempts: Callable[[Bench, Operation], Attempts]


@dataclass(frozen=True, slots=True)
class RootRecipe:
    """A way to a cell that belongs to no operation."""

    id: str
    sentence: str
    suits: Callable[[Bench], bool]
    attempts: Callable[[Bench], Attempts]


def label_of(recipe: Recipe | RootRecipe, operation: Operation | None, attempt: str = "") -> str:
    """What ``--only`` calls it; the attempt stands behind, for people."""
    name = f"{recipe.id}@{operation.id if operation is not None else ''}"
    return f"{name}:{'-'.join(attempt.split())}" if attempt else name


def always(_bench: Bench, _operation: Operation) -> bool:
    """Suits every operation."""
    return True
