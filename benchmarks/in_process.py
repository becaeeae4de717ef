"""Applications that are called in this process, in seconds of the processor."""

import io
import sys
import time
from collections.abc import Iterator
from typing import Any

from rich.progress import Progress
from werkzeug.test import create_environ

from benchmarks.comparing import (
    IN_PROCESS,
    Answer,
    Application,
    Comparison,
    Operation,
    Round,
    Unfair,
    compared,
    require_same,
)
from tenor import Tenor

TURNS = 15
SECONDS = 0.2


def in_process(application: Application, progress: Progress) -> Iterator[Comparison]:
    """Each operation, asked of the applications themselves. Raises Unfair."""
    on, off = application.module.gated(), application.module.ungated()
    for operation in application.operations:
        require_same(operation, _called(on, operation), _called(off, operation))
        _require_gate(operation, on, off)
    for operation in application.operations:
        sides = _calling(on, operation), _calling(off, operation)
        yield compared(IN_PROCESS, application, operation, sides, TURNS, progress)


def _calling(app: Tenor, operation: Operation) -> Round:
    """In seconds of the processor, so that other processes count as little as can be."""
    template = _environ(operation)

    def measured() -> float:
        count = 0
        began = now = time.process_time()
        while now < began + SECONDS:
            for _ in range(50):
                environ = {**template, "wsgi.input": io.BytesIO(operation.body)}
                for _piece in app.wsgi_app(environ, _ignore):
                    pass
            count += 50
            now = time.process_time()
        return count / (now - began)

    return measured


def _called(app: Tenor, operation: Operation) -> Answer:
    heads: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], *_error: object) -> Any:
        heads.append((status, headers))

    body = b"".join(app.wsgi_app(_environ(operation), start_response))
    status, headers = heads[0]
    return Answer.of(int(status[:3]), headers, body)


def _environ(operation: Operation) -> dict[str, Any]:
    content_type = "application/json" if operation.body else None
    return create_environ(
        operation.path, method=operation.method, data=operation.body, content_type=content_type
    )


def _ignore(_status: str, _headers: list[tuple[str, str]], *_error: object) -> Any:
    """A server's side of the call, which does nothing."""


def _require_gate(operation: Operation, on: Tenor, off: Tenor) -> None:
    """Hold the sides to what is measured: with the gate off, less is done."""
    if _calls(on, operation) <= _calls(off, operation):
        raise Unfair(f"With the gate off as much is done for {operation.name} as with it on.")


def _calls(app: Tenor, operation: Operation) -> int:
    """How many functions are called to answer."""
    called: list[str] = []
    sys.setprofile(lambda _frame, event, _of: called.append(event))
    try:
        _called(app, operation)
    finally:
        sys.setprofile(None)
    return called.count("call") + called.count("c_call")
