"""Every answer that the contract declares is given, one by one: nothing is promised in vain.

A cell is an operation, a status and a media type. Each is witnessed by the good request of its
operation, turned in the one way that leads to its status.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import pytest
from werkzeug.test import TestResponse

from app import CONTRACT
from handlers.resources import Resources, equip
from tenor import Problem, Tenor, document
from tests.api.client import ENGINE, MERGE_PATCH, PASSWORD, Client

UNROUTED = "x-tenor-unrouted"
PROBLEMS = "https://tenor.example/problems/"
RAW = document.load(CONTRACT)


class Cell(NamedTuple):
    """What an operation answers: its status, and the media type of its content, if any."""

    operation: str
    status: int
    media_type: str


@dataclass(frozen=True)
class Call:
    """A request that is good, by whoever may make it."""

    method: str
    path: str
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)

    def made_by(self, client: Client) -> TestResponse:
        return client.send(self.method, self.path, self.body, **self.headers)

    def having(self, **headers: str) -> "Call":
        return replace(self, headers=self.headers | headers)

    def without(self, *names: str) -> "Call":
        kept = {name: value for name, value in self.headers.items() if name not in names}
        return replace(self, headers=kept)

    def saying(self, **members: Any) -> "Call":
        return replace(self, body=self.body | members)


# In the world that the fixtures make, Ada's account, her token and her post have these tags.
ACCOUNT, POST = {"if_match": '"2.1-json"'}, {"if_match": '"1.1-json"'}
MERGE = {"content_type": MERGE_PATCH}
GRACE = {"username": "grace", "display_name": "Grace Hopper", "password": PASSWORD}
SIGN_IN = {"username": "ada", "password": PASSWORD, "scopes": ["posts:write"]}
RENEWAL = {"password": "note G, one diagram", "current_password": PASSWORD}

GOOD = {
    "registerAccount": Call("POST", "/accounts", GRACE),
    "listAccounts": Call("GET", "/accounts"),
    "getAccount": Call("GET", "/accounts/ada"),
    "changeAccount": Call("PATCH", "/accounts/ada", RENEWAL, ACCOUNT | MERGE),
    "deleteAccount": Call("DELETE", "/accounts/ada", headers=ACCOUNT),
    "createToken": Call("POST", "/tokens", SIGN_IN),
    "listTokens": Call("GET", "/tokens"),
    "getToken": Call("GET", "/tokens/1"),
    "deleteToken": Call("DELETE", "/tokens/1"),
    "createPost": Call("POST", "/posts", ENGINE),
    "listPosts": Call("GET", "/posts"),
    "getPost": Call("GET", "/posts/the-first-engine"),
    "putPost": Call("PUT", "/posts/the-first-engine", ENGINE, POST),
    "changePost": Call("PATCH", "/posts/the-first-engine", {"title": "X"}, POST | MERGE),
    "deletePost": Call("DELETE", "/posts/the-first-engine", headers=POST),
    "getRoot": Call("GET", "/"),
    "getLiveness": Call("GET", "/health/live"),
    "getReadiness": Call("GET", "/health/ready"),
    "listProblems": Call("GET", "/problems"),
    "getProblem": Call("GET", "/problems/not-found"),
}


def elsewhere(call: Call) -> Call:
    """The same at an address that is well formed and leads to nothing."""
    path = call.path.replace("/ada", "/nobody").replace("engine", "mill")
    return replace(call, path=path.replace("tokens/1", "tokens/99").replace("not-found", "no"))


def with_an_odd_query(call: Call) -> Call:
    return replace(call, path=f"{call.path}?colour=red")


def with_too_much_content(call: Call) -> Call:
    return replace(call, body=b'"' + b"a" * 1_100_000 + b'"')


TURNED: dict[int, Callable[[Call], Call]] = {
    304: lambda call: call.having(if_none_match="*"),
    400: with_an_odd_query,
    401: lambda call: call.having(authorization="Bearer tnr_nobody"),
    404: elsewhere,
    406: lambda call: call.having(accept="image/png"),
    412: lambda call: call.having(if_match='"0.0-json"'),
    413: with_too_much_content,
    415: lambda call: call.having(content_type="text/plain"),
    428: lambda call: call.without("if_match", "if_none_match"),
}
# Where one turn for all does not lead there.
TURNED_OF_ITS_OWN: dict[tuple[str, int], Callable[[Call], Call]] = {
    ("createToken", 401): lambda call: call.saying(password="guess"),
    ("registerAccount", 409): lambda call: call.saying(username="ada"),
    ("createToken", 422): lambda call: call.saying(scopes=["admin"]),
    ("changeAccount", 422): lambda call: call.saying(current_password="guess"),
    ("putPost", 201): lambda call: elsewhere(call).without("if_match").having(if_none_match="*"),
}


def declared() -> Iterator[Cell]:
    """Every cell of the contract."""
    for _, _, _, pointer in RAW.operations():
        operation = RAW.at(pointer)
        yield from _cells(operation["operationId"], f"{pointer}/responses")
    yield from _cells(UNROUTED, f"/{UNROUTED}")


def _cells(operation: str, responses: str) -> Iterator[Cell]:
    for status in RAW.at(responses):
        response, _ = RAW.follow(f"{responses}/{status}")
        for media_type in response.get("content", {"": {}}):
            yield Cell(operation, int(status), media_type)


def seen(operation: str, answer: TestResponse) -> Cell:
    """The cell that an answer is a witness of."""
    return Cell(operation, answer.status_code, (answer.content_type or "").partition(";")[0])


def of_operations() -> list[Cell]:
    return [cell for cell in declared() if cell.operation != UNROUTED]


@pytest.fixture
def ada(ada: Client) -> Client:
    """Ada, who has published a post."""
    assert ada.write().status_code == 201
    return ada


@pytest.fixture(scope="module")
def faulty() -> Tenor:
    """The contract, with handlers that fail."""

    def fail(**_: object) -> None:
        raise RuntimeError("planted")

    return Tenor(CONTRACT, handlers=dict.fromkeys(GOOD, fail), policy="raise", problems=PROBLEMS)


class World:
    """What witnesses are made in: good callers, and faults that can be planted."""

    def __init__(self, ada: Client, request: pytest.FixtureRequest) -> None:
        self.ada = ada
        self._request = request

    def powerless(self) -> Client:
        """Ada with a token that holds no scope."""
        return self.ada.sign_in("ada")

    def failing(self) -> Client:
        """Ada, of an application all of whose handlers fail."""
        faulty: Tenor = self._request.getfixturevalue("faulty")
        equipment: Resources = self._request.getfixturevalue("equipment")
        equip(faulty, equipment)
        return self.ada.through(faulty)

    def without_store(self) -> Client:
        """Ada, of an application whose store does not answer."""
        self._request.getfixturevalue("broken_store")
        return self.ada


CALLERS: dict[int, Callable[[World], Client]] = {
    403: World.powerless,
    500: World.failing,
    503: World.without_store,
}


@pytest.mark.parametrize("cell", of_operations(), ids=lambda cell: "-".join(map(str, cell)))
def test_a_declared_answer_is_given(cell: Cell, ada: Client, request: pytest.FixtureRequest):
    caller = CALLERS.get(cell.status, lambda world: world.ada)(World(ada, request))
    call = GOOD[cell.operation]
    if cell.status < 300 and cell.media_type:
        call = call.having(accept=cell.media_type)
    turn = TURNED_OF_ITS_OWN.get((cell.operation, cell.status), TURNED.get(cell.status))

    answer = (turn(call) if turn else call).made_by(caller)

    assert seen(cell.operation, answer) == cell


def test_an_undeclared_address_answers_only_what_is_declared_for_it(
    api: Client, monkeypatch: pytest.MonkeyPatch
):
    def failing(error: Exception) -> TestResponse:
        def fail() -> None:
            raise error

        with monkeypatch.context() as planted:
            planted.setitem(api.app.before_request_funcs, None, [fail])
            return api.get("/nowhere")

    with monkeypatch.context() as limited:
        limited.setitem(api.app.config, "TRUSTED_HOSTS", ["tenor.example"])
        elsewhere_served = api.get("/nowhere", host="evil.example")
    busy = Problem(503, "overloaded", headers={"Retry-After": "1"})

    answers = [
        api.send("OPTIONS", "/posts"),
        elsewhere_served,
        api.get("/nowhere"),
        api.delete("/posts"),
        failing(RuntimeError("planted")),
        failing(busy),
    ]

    owed = {cell for cell in declared() if cell.operation == UNROUTED}
    assert {seen(UNROUTED, answer) for answer in answers} == owed


def test_every_operation_has_a_good_request():
    """So that each cell above stands for what is declared, and nothing declared is left out."""
    assert set(GOOD) == {cell.operation for cell in of_operations()}
