"""What each operation asks of its store: so many statements, in so many round trips.

A page of a hundred costs what a page of one does, and a post what it costs without tags. The
numbers are the same on every store; one that rises is a decision, and no accident.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from publishing.store import Store
from publishing.work import Asked, Intent
from tenor.document import UNROUTED
from tests.api.cells import GOOD, Call, settled
from tests.api.client import ENGINE, HTML, Client


@dataclass
class Cost:
    """Statements, and how often somebody waited for the store."""

    statements: int = 0
    trips: int = 0

    def pay(self, statements: int) -> None:
        self.statements += statements
        self.trips += 1

    @property
    def both(self) -> tuple[int, int]:
        return self.statements, self.trips


@dataclass
class Counted:
    """A database that counts what is asked of it."""

    real: Any
    cost: Cost

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)

    def begin(self, intent: Intent) -> Any:
        self.cost.pay(0)
        return CountedLine(self.real.begin(intent), self.cost)

    def begin_with(self, intent: Intent, *asked: Asked) -> Any:
        self.cost.pay(len(asked))
        line, found = self.real.begin_with(intent, *asked)
        return CountedLine(line, self.cost), found

    def look(self, asked: Asked) -> Any:
        self.cost.pay(1)
        return self.real.look(asked)

    def commit(self, line: "CountedLine") -> None:
        self.cost.pay(0)
        self.real.commit(line.real)
        line.is_open = False

    def settle(self, line: "CountedLine | None") -> None:
        self.real.settle(line and line.real)

    def end(self, line: "CountedLine") -> None:
        if line.is_open:
            self.cost.pay(0)
        self.real.end(line.real)


@dataclass
class CountedLine:
    """A connection that counts what is asked on it; what SQLAlchemy is asked, it counts itself."""

    real: Any
    cost: Cost
    is_open: bool = True

    @property
    def connection(self) -> Any:
        return Counting(self.real.connection, self.cost)

    def ask(self, *asked: Any) -> Any:
        self.cost.pay(1)
        return self.real.ask(*asked)

    def ask_all(self, asked: Sequence[Asked]) -> Any:
        self.cost.pay(len(asked))
        return self.real.ask_all(asked)


@dataclass
class Counting:
    """SQLAlchemy's connection."""

    real: Any
    cost: Cost

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)

    def execute(self, *asked: Any) -> Any:
        self.cost.pay(1)
        return self.real.execute(*asked)


@pytest.fixture
def cost(store: Store, monkeypatch: pytest.MonkeyPatch) -> Cost:
    """What is asked of the store in this test."""
    cost = Cost()
    monkeypatch.setattr(store, "_database", Counted(store._database, cost))
    return cost


# Each with the one statement by which a token is known, where it is sent.
COSTS: Mapping[str, tuple[int, int]] = {
    "registerAccount": (2, 3),
    "listAccounts": (1, 1),
    "getAccount": (1, 1),
    "changeAccount": (5, 6),
    "deleteAccount": (7, 8),
    "createToken": (4, 4),
    "listTokens": (2, 2),
    "getToken": (2, 2),
    "deleteToken": (3, 4),
    "createPost": (5, 3),
    "listPosts": (2, 2),
    "getPost": (2, 2),
    "putPost": (3, 4),
    "changePost": (4, 4),
    "deletePost": (3, 4),
    "listRevisions": (3, 4),
    "getRevision": (3, 4),
    "restoreRevision": (4, 5),
    "createComment": (5, 5),
    "listComments": (3, 4),
    "getComment": (3, 4),
    "changeComment": (5, 5),
    "deleteComment": (5, 5),
    "listTags": (1, 1),
    "getTag": (1, 1),
    "getPostFeed": (1, 1),
    "getRoot": (0, 0),
    "getLiveness": (0, 0),
    "getReadiness": (1, 1),
    "listProblems": (0, 0),
    "getProblem": (0, 0),
    UNROUTED: (0, 0),
}


def test_every_operation_has_its_price():
    assert COSTS.keys() == GOOD.keys()


@pytest.mark.parametrize("operation", COSTS)
def test_an_operation_costs_what_it_has_cost(api: Client, cost: Cost, operation: str):
    ada, names = settled(api)
    call = GOOD[operation]
    if operation == "createPost":
        call = call.saying(title="Never before")

    found = asked(call, ada, names, cost)

    assert found == COSTS[operation]


def asked(call: Call, caller: Client, names: Mapping[str, str], cost: Cost) -> tuple[int, int]:
    """What a request costs, that is answered well."""
    cost.statements = cost.trips = 0
    answer = call.made_by(caller, names)
    assert answer.status_code < 400 or answer.status_code == 404, answer.text
    return cost.both


class TestNothingCostsMoreWhereThereIsMore:
    @pytest.fixture
    def ada(self, ada: Client) -> Client:
        """She has written much, and has been answered as much."""
        for number in range(3):
            ada.write(f"Post {number}", tags=[f"t{number}", "engines"])
            ada.comment("post-0", f"Comment {number}")
            ada.sign_in("ada")
            tag = ada.get("/posts/post-0").headers["ETag"]
            assert (
                ada.patch("/posts/post-0", {"body": f"{number}"}, if_match=tag).status_code == 200
            )
        return ada

    @pytest.mark.parametrize(
        "path",
        [
            "/posts",
            "/posts?status=draft",
            "/posts?tag=engines&author=ada&sort=title",
            "/posts?q=post",
            "/feeds/posts",
            "/tags",
            "/accounts",
            "/tokens",
            "/posts/post-0/comments",
            "/posts/post-0/revisions",
        ],
    )
    def test_a_long_page_is_as_many_statements_as_a_short_one(
        self, ada: Client, cost: Cost, path: str
    ):
        joint = "&" if "?" in path else "?"
        short, long = Call("GET", f"{path}{joint}limit=1"), Call("GET", f"{path}{joint}limit=100")
        if path.startswith("/feeds"):
            short = long = Call("GET", path)

        assert asked(short, ada, {}, cost) == asked(long, ada, {}, cost)

    def test_a_post_with_ten_tags_is_as_many_statements_as_one_with_one(
        self, ada: Client, cost: Cost
    ):
        one, ten = (
            Call("POST", "/posts", {**ENGINE, "title": f"With {n}", "tags": [*map(str, range(n))]})
            for n in (1, 10)
        )

        assert asked(one, ada, {}, cost) == asked(ten, ada, {}, cost) == COSTS["createPost"]

    def test_a_slug_that_is_taken_costs_two_round_trips_more_however_often_it_is(
        self, ada: Client, cost: Cost
    ):
        again = Call("POST", "/posts", ENGINE)
        assert asked(again, ada, {}, cost) == COSTS["createPost"]
        statements, trips = COSTS["createPost"]
        dearer = (statements + 5, trips + 2)  # the next number, and all once more

        assert [asked(again, ada, {}, cost) for _ in range(3)] == [dearer] * 3

    def test_a_page_for_people_that_was_rendered_reads_its_post_and_no_comments(
        self, ada: Client, cost: Cost
    ):
        page = Call("GET", "/posts/post-0", headers=HTML)
        first = asked(page, ada, {}, cost)

        assert first == (3, 4)
        assert asked(page, ada, {}, cost) == (2, 3)

    def test_what_is_not_changed_is_one_statement(self, ada: Client, cost: Cost):
        tag = ada.get("/posts/post-0").headers["ETag"]
        anybody = replace(ada, secret=None)

        assert asked(
            Call("GET", "/posts/post-0", headers={"if_none_match": tag}), anybody, {}, cost
        ) == (1, 1)
        assert asked(Call("GET", "/posts/nowhere"), anybody, {}, cost) == (1, 1)
