"""How the laws walk the contract: the operations that a law is about, and a world to try it in.

Nothing is listed here that the contract says. What it does not say, how a good request of an
operation looks, is said once for all tests in `tests/api/cells.py`.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property
from itertools import count

import pytest
from werkzeug.test import TestResponse

from app import CONTRACT as PLACE
from publishing.callers import Role, Scope
from publishing.store import Store
from tenor import cells, document
from tenor.cells import Cell
from tests.api.cells import GOOD, Call, call_for, settled
from tests.api.client import Client
from tests.api.conftest import promote
from tests.contract.reading import Contract, Operation
from tests.publishing.story import Clock

CONTRACT = Contract.read()
DECLARED = tuple(cells.declared(document.load(PLACE).expanded()))
Condition = Callable[[Operation], object]
Mark = pytest.MarkDecorator


def each(condition: Condition) -> Mark:
    """A law of every operation that fulfils the condition."""
    found = [operation for operation in CONTRACT.operations if condition(operation)]
    return pytest.mark.parametrize("operation", found, ids=lambda operation: operation.id)


def each_path() -> Mark:
    """A law of every address of the contract."""
    return pytest.mark.parametrize("path", dict.fromkeys(o.path for o in CONTRACT.operations))


def is_read(operation: Operation) -> bool:
    return operation.method == "get"


def is_changed_conditionally(operation: Operation) -> bool:
    return operation.takes("If-Match", "header")


def is_list(operation: Operation) -> bool:
    return operation.takes("cursor", "query")


def has_state(operation: Operation) -> bool:
    """Whether it gives a representation with a tag."""
    return is_read(operation) and any("ETag" in r.headers for r in operation.responses)


def successes(operation: Operation, status: str = "2") -> list[Cell]:
    """The good answers that the operation declares, each with the media type that it has."""
    return [
        cell
        for cell in DECLARED
        if cell.operation == operation.id and cell.status.startswith(status)
    ]


def offered(operation: Operation) -> list[str]:
    """The media types of its good answers, as they are declared."""
    return list(dict.fromkeys(cell.media_type for cell in successes(operation) if cell.media_type))


@dataclass(frozen=True)
class Stage:
    """An Ada who has everything, and the names of what is hers."""

    ada: Client
    names: Mapping[str, str]

    def good(self, operation: Operation) -> Call:
        """Its good request, at the address where what is Ada's is."""
        return self.named(GOOD[operation.id])

    def turned(self, operation: Operation, turn: Callable[[Call], Call]) -> Call:
        """Its good request, turned while the names in it still stand in braces."""
        return self.named(turn(GOOD[operation.id]))

    def leading_to(self, cell: Cell) -> Call:
        """The request that is answered so."""
        return self.named(call_for(cell))

    def named(self, call: Call) -> Call:
        headers = {name: value.format_map(self.names) for name, value in call.headers.items()}
        return replace(call, path=call.target(self.names), headers=headers)

    def ask(self, call: Call, by: Client | None = None) -> TestResponse:
        return call.made_by(by or self.ada, self.names)

    @property
    def readable(self) -> dict[str, list[str]]:
        """The addresses of all that has a tag, and its media types."""
        return {
            self.good(operation).path: offered(operation)
            for operation in CONTRACT.operations
            if has_state(operation)
        }

    def everything(self) -> dict[tuple[str, str], tuple[int, str | None, bytes]]:
        """All that can be read of what is Ada's, and its tag."""
        answers = {
            (path, media_type): self.ada.get(path, accept=media_type)
            for path, media_types in self.readable.items()
            for media_type in media_types
        }
        return {
            key: (answer.status_code, answer.headers.get("ETag"), answer.get_data())
            for key, answer in answers.items()
        }

    def place_of(self, call: Call) -> str:
        """The address of what a request changes: its own, or one above it, that has the tag."""
        tag, found = call.headers["if_match"], call.path
        while found and self.ada.get(found).headers.get("ETag") != tag:
            found = found.rpartition("/")[0]
        assert found, f"nothing at {call.path} or above it has the tag {tag}"
        return found

    def tags(self, place: str) -> dict[str, str]:
        """The tag of each representation at an address."""
        return {
            media_type: self.ada.get(place, accept=media_type).headers["ETag"]
            for media_type in self.readable[place]
        }


@dataclass
class Theatre:
    """Where one test sets as many stages as it needs, on the same store."""

    api: Client
    store: Store
    clock: Clock
    tails: Iterator[str]

    @cached_property
    def common(self) -> Stage:
        """A stage for requests that change nothing."""
        return self.stage()

    def stage(self) -> Stage:
        """A new Ada, a new post, and all else that good requests are about."""
        return Stage(*settled(self.api, next(self.tails)))

    def admin(self) -> Client:
        """Somebody who may do everything."""
        username = f"root{next(self.tails)}"
        assert self.api.register(username).status_code == 201
        promote(self.store, username, Role.ADMIN)
        return self.api.sign_in(username, *(scope.value for scope in Scope))


def tails() -> Iterator[str]:
    """What tells the people of one stage from those of another."""
    return (f"-{number}" for number in count(1))


@cache
def universal_headers() -> frozenset[str]:
    """The headers that each answer carries."""
    declared: Mapping[str, Mapping[str, object]] = CONTRACT.document["x-tenor-headers"]
    return frozenset(name for name, header in declared.items() if header.get("required"))


def comparable(answer: TestResponse, *apart: str) -> tuple[int, dict[str, str], bytes]:
    """All of an answer but what may differ between two that are the same."""
    dropped = {"X-Request-Id", "Date", *apart}
    headers = {
        name: value
        for name, value in answer.headers.items()
        if name not in dropped and not name.startswith("RateLimit")
    }
    return answer.status_code, headers, answer.get_data()
