"""What becomes of a request: what the client is told, and what reached a handler."""

import json
from dataclasses import dataclass
from enum import Enum
from typing import Any

from tests.server.cases import Case, Ending
from tests.server.servers import Server
from tests.server.wire import Answer, Connection, NoAnswer, request

PROBLEM = "application/problem+json"
_NEXT = request("GET", "/texts/next")


class Afterwards(Enum):
    """What the connection is good for after the answer."""

    KEPT = "the next request gets its own answer"
    CLOSED = "the server closes it"
    UNKNOWN = "the client said it is done"


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen of one request."""

    answer: Answer | None
    calls: tuple[Any, ...]
    afterwards: Afterwards

    @property
    def is_refused_by_contract(self) -> bool:
        return self.answer is not None and self.answer.media_type == PROBLEM

    @property
    def is_said_by_server(self) -> bool:
        """Whether the HTTP server spoke, or closed the connection, in the application's place."""
        return not self.calls and not self.is_refused_by_contract

    @property
    def words(self) -> str:
        """In the words that the cases and the page use."""
        answer = self.answer
        if answer is None:
            return "closed" if not self.calls else f"closed after {_compact(self.calls)}"
        if self.is_refused_by_contract:
            return f"{answer.status} {_refusal(json.loads(answer.body))}"
        if self.calls:
            return f"{answer.status} {' '.join(_compact(call) for call in self.calls)}"
        return f"server {answer.status}"


def see(server: Server, case: Case) -> Seen:
    """Send the request of a case to a server, and look at all that follows."""
    before = len(_calls(server))
    with server.connect() as connection:
        connection.send(case.raw)
        is_done = case.ending is Ending.SAYS_IT_IS_DONE
        if is_done:
            connection.end()
        try:
            answer = connection.receive()
        except NoAnswer:
            answer, afterwards = None, Afterwards.CLOSED
        else:
            afterwards = Afterwards.UNKNOWN if is_done else _afterwards(connection)
    calls = _calls(server)[before:]
    if afterwards is Afterwards.KEPT:
        assert calls.pop() == {"text": "next"}
    return Seen(answer, tuple(calls), afterwards)


def _afterwards(connection: Connection) -> Afterwards:
    connection.send(_NEXT)
    try:
        answer = connection.receive()
    except NoAnswer:
        return Afterwards.CLOSED
    assert json.loads(answer.body) == {"text": "next"}, "an answer to another request"
    return Afterwards.KEPT


def _calls(server: Server) -> list[Any]:
    return json.loads(server.ask(request("GET", "/calls")).body)


def _refusal(problem: dict[str, Any]) -> str:
    faults = problem.get("errors")
    if faults is None:
        return problem["type"].removeprefix("/problems/")
    return "; ".join(
        " ".join(filter(None, (fault["in"], fault["pointer"], fault["rule"]))) for fault in faults
    )


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
