"""The gateway between schemathesis and what is fuzzed: it asks, and keeps what was asked.

Schemathesis takes it for an application in its process, also where a server is asked over HTTP. So
every request is seen in one place, those that its checks send among them, and nothing of its own
transport comes between: no redirect is followed, and no connection tried.
"""

import hashlib
import json
import re
from collections import deque
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from tenor.proof.asking import Ask, NoReply, Reply, Request
from tenor.proof.contract import Contract, Operation
from tenor.proof.subject import OutOfTime

_OF_THE_TOOL = frozenset(("host", "connection", "x-schemathesis-testcaseid"))
_WITH_BODY = frozenset(("POST", "PUT", "PATCH"))
NOTHING = Reply(0, (), b"")
"""Stands for the reply that never came."""
_DEEP = 500
"""Brackets in content below which it is nested less deeply than anything minds."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A request of a case, and what came of it; ``lack`` says why there is no reply.

    ``operation`` is the one that was meant, None where the method is none of the path's.
    """

    case_id: str
    operation: str | None
    request: Request
    reply: Reply
    lack: str = ""

    @property
    def line(self) -> str:
        """The request in a line, the same for the same request."""
        request = self.request
        rest = hashlib.sha256(repr((sorted(request.headers), request.body)).encode()).hexdigest()
        return f"{request.method} {request.target} {rest[:16]}"

    @property
    def size(self) -> tuple[int, int]:
        """How much there is to read: shorter is better to show."""
        return len(self.request.target) + len(self.request.body or b""), len(self.reply.body)


class Gateway:
    """A WSGI application that asks, and keeps each exchange until it is taken."""

    def __init__(self, ask: Ask, contract: Contract) -> None:
        self.by_case: dict[str, Sent] = {}
        self.error: BaseException | None = None
        self.contract = contract
        self._by_label = {f"{each.method} {each.path}": each for each in contract.operations}
        self._ask = ask
        self._sent: deque[Sent] = deque()
        self._case: tuple[str, str | None] = "", None

    def operation(self, label: str) -> Operation:
        """The operation that schemathesis calls by its method and path."""
        return self._by_label[label]

    @property
    def is_out_of_time(self) -> bool:
        """Whether who asks has no more time."""
        return isinstance(self.error, OutOfTime)

    @property
    def labels(self) -> Mapping[str, Operation]:
        """The operations by their methods and paths."""
        return self._by_label

    @contextmanager
    def sending(self, case_id: str, operation: str | None) -> Generator[None]:
        """While what is asked belongs to a case."""
        before, self._case = self._case, (case_id, operation)
        try:
            yield
        finally:
            self._case = before

    def taken(self) -> Iterable[Sent]:
        """What was sent since the last time, in order."""
        while self._sent:
            yield self._sent.popleft()

    def forget(self, case_ids: Iterable[str]) -> None:
        """Keep the exchanges of these cases no more."""
        for case_id in case_ids:
            self.by_case.pop(case_id, None)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        """Ask what schemathesis asks. What gets no reply is answered 500, and known by its lack.

        After an error nothing is asked any more.
        """
        if self.error is not None:
            raise self.error
        request = _request(environ)
        lack = ""
        try:
            reply = self._ask(request)
        except NoReply as error:
            reply, lack = NOTHING, str(error)
        except BaseException as error:
            self.error = error
            raise
        if reply.status == NOTHING.status:
            lack = lack or "nothing was sent"
        sent = Sent(*self._case, request, reply, lack)
        self._sent.append(sent)
        self.by_case[sent.case_id] = sent
        status = reply.status or 500
        start_response(f"{status} {_PHRASES.get(status, 'Unknown')}", [*reply.headers])
        return [b"" if _is_too_deep(reply) else reply.body]


def _is_too_deep(reply: Reply) -> bool:
    """Whether the content is nested so deeply that schemathesis would end over it."""
    if reply.body.count(b"[") + reply.body.count(b"{") < _DEEP:
        return False
    try:
        json.loads(reply.body)
    except RecursionError:
        return True
    except ValueError:
        return False
    return False


_PHRASES = {status.value: status.phrase for status in HTTPStatus}


def _request(environ: WSGIEnvironment) -> Request:
    method = environ["REQUEST_METHOD"]
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    is_sent = bool(body) or method in _WITH_BODY
    query = environ.get("QUERY_STRING", "")
    target = f"{environ['REQUEST_URI']}?{query}" if query else environ["REQUEST_URI"]
    if found := _BOUNDARY.search(environ.get("CONTENT_TYPE", "")):
        # It is made of the time and of chance, and no request would be the same again.
        environ["CONTENT_TYPE"] = environ["CONTENT_TYPE"].replace(found[0], _PART)
        body = body.replace(found[0].encode(), _PART.encode())
    return Request(method, target, tuple(_headers(environ)), body if is_sent else None)


_BOUNDARY = re.compile(r"WerkzeugFormPart_[0-9.]+|(?<=boundary=)[0-9a-f]{32}\b")
_PART = "FormPart"


def _headers(environ: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """The header, but for what belongs to the connection and to the tool."""
    if environ.get("CONTENT_TYPE"):
        yield "Content-Type", environ["CONTENT_TYPE"]
    for key, value in environ.items():
        name = key[5:].replace("_", "-").title()
        is_own = name.lower() in _OF_THE_TOOL or _is_usual_encoding(name, value)
        if key.startswith("HTTP_") and not is_own:
            yield name, value


def _is_usual_encoding(name: str, value: str) -> bool:
    """Whether it is what the tool accepts in general. Content that is encoded could not be read."""
    return name == "Accept-Encoding" and value.startswith("gzip, deflate")
