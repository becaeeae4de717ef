"""How each list gets an item more: by the creation at its own address, where there is one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from werkzeug.test import TestResponse

from tests.api.cells import GOOD, Call
from tests.api.client import ENGINE, MERGE_PATCH, Client, local
from tests.contract.reading import Operation
from tests.laws.walk import CONTRACT, Stage
from tests.publishing.story import Clock

# The lists whose items come otherwise.
GROWN: Mapping[str, Callable[[str], Call]] = {
    "listTags": lambda name: Call("POST", "/posts", {**ENGINE, "tags": [f"tag{name}"]}),
    "listRevisions": lambda name: Call(
        "PATCH",
        "/posts/{engine}",
        {"body": f"It weaves {name}."},
        {"if_match": "*", "content_type": MERGE_PATCH},
    ),
}


@dataclass
class Growing:
    """A list, and Ada who adds to it; what she may not take away again, an admin may.

    Some items come at the same moment and some at another.
    """

    operation: Operation
    stage: Stage
    admin: Client
    clock: Clock
    added: int = 0

    def add(self, name: str) -> TestResponse:
        """The answer to whatever gives the list one item more."""
        self.added += 1
        self.clock.advance(timedelta(seconds=self.added % 3 // 2))
        names = {**self.stage.names, "grace": f"grace{name}"}
        grown = GROWN.get(self.operation.id)
        answer = (grown(name) if grown else self._creation()).made_by(self.stage.ada, names)
        assert answer.status_code < 300, answer.get_data(as_text=True)
        return answer

    def remove(self, made: TestResponse) -> None:
        """Take away what was made, where anything of the kind can be."""
        if "Location" not in made.headers:
            return
        address = local(made.headers["Location"])
        match = {} if address.startswith("/tokens/") else {"if_match": "*"}
        by = self.admin if address.startswith("/accounts/") else self.stage.ada
        assert by.delete(address, **match).status_code == 204

    def _creation(self) -> Call:
        (creation,) = (
            o.id for o in CONTRACT.operations if (o.path, o.method) == (self.operation.path, "post")
        )
        return GOOD[creation]
