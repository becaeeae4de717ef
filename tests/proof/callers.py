"""Those who ask the notes. Each reply is judged by the contract from outside."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from flask import Flask

from tenor import document
from tenor.cells import Cell
from tenor.proof.asking import Ask, Reply, Request, in_process
from tenor.proof.contract import Contract
from tenor.rules import Breach
from tests.proof.service import CONTRACT, JSON, PATCH

NOTES = Contract(document.load(CONTRACT).expanded())
ADA, READER, BOB = "ada-writes-0001", "ada-reads-00001", "bob-writes-0001"


@dataclass(frozen=True)
class Client:
    """A caller, Ada unless said otherwise. ``judged`` has the judgement of each reply, in order."""

    ask: Ask
    token: str | None = ADA
    judged: list[tuple[Cell, list[Breach]]] = field(default_factory=list)

    @classmethod
    def of(cls, app: Flask) -> "Client":
        """Ada, who asks this application."""
        return cls(in_process(app.wsgi_app))

    def named(self, token: str | None) -> "Client":
        """Another caller of the same application; None is nobody in particular."""
        return replace(self, token=token)

    def get(self, target: str = "/notes/n1", **headers: str) -> Reply:
        return self.send("GET", target, **headers)

    def head(self, target: str = "/notes/n1", **headers: str) -> Reply:
        return self.send("HEAD", target, **headers)

    def options(self, target: str) -> Reply:
        return self.send("OPTIONS", target)

    def post(self, value: Any, **headers: str) -> Reply:
        return self.send("POST", "/notes", value, **headers)

    def put(self, value: Any, target: str = "/notes/n1", **headers: str) -> Reply:
        return self.send("PUT", target, value, **headers)

    def patch(self, value: Any, target: str = "/notes/n1", **headers: str) -> Reply:
        return self.send("PATCH", target, value, **{"content_type": PATCH, **headers})

    def delete(self, target: str = "/notes/n1", **headers: str) -> Reply:
        return self.send("DELETE", target, **headers)

    def send(self, method: str, target: str, value: Any = None, **headers: str) -> Reply:
        """The reply to a request, with content unless the value is None; bytes go as they are."""
        given = {} if self.token is None else {"authorization": f"Bearer {self.token}"}
        given |= {} if value is None else {"content_type": JSON}
        given |= headers
        lines = tuple((name.replace("_", "-").title(), text) for name, text in given.items())
        content = value if value is None or isinstance(value, bytes) else as_bytes(value)
        request = Request(method, target, lines, content)
        reply = self.ask(request)
        operation, _ = NOTES.at(method, request.path)
        self.judged.append(NOTES.judge(request, reply, operation))
        return reply

    def listed(self) -> list[str]:
        """The ids of the caller's notes."""
        return [note["id"] for note in self.get("/notes").json()["notes"]]

    def pages(self, limit: int, most: int = 9) -> Iterator[list[str]]:
        """The ids of the notes, page by page; no more pages than could be meant."""
        target: str | None = f"/notes?limit={limit}"
        while target and (most := most - 1):
            page = self.get(target).json()
            yield [note["id"] for note in page["notes"]]
            target = page["links"].get("next")


def as_bytes(value: Any) -> bytes:
    """A value as JSON."""
    return json.dumps(value).encode()
