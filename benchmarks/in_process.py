"""Applications that are called in this process, in seconds of the processor.

So other processes count as little as can be, and no server and no network hides what is small.
"""

import io
import itertools
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

from werkzeug.test import create_environ

from benchmarks.asking import Request
from benchmarks.equality import Answer
from benchmarks.facts import Unfair
from benchmarks.loading import Loaded
from tenor import Tenor

SECONDS = 0.2
_BODIES = 1000
"""So many are prepared of a request whose body is another each time, in each round."""


def called(app: Tenor, request: Request) -> Answer:
    """The answer of an application."""
    heads: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], *_error: object) -> Any:
        heads.append((status, headers))

    body = b"".join(app.wsgi_app(_environ(request), start_response))
    status, headers = heads[0]
    return Answer(int(status[:3]), {name.lower(): text for name, text in headers}, body)


def turns(
    sides: Mapping[str, Tenor], request: Request, rounds: int, advance: Callable[[], None]
) -> Mapping[str, list[Loaded]]:
    """What each round has shown of each side. Who is first shifts, and a first round warms up."""
    shown: dict[str, list[Loaded]] = {name: [] for name in sides}
    names = list(sides)
    for number in range(rounds + 1):
        first = number % len(names)
        for name in [*names[first:], *names[:first]]:
            shown[name].append(_asked(sides[name], request, number))
            advance()
    return {name: seen[1:] for name, seen in shown.items()}


def require_gate(request: Request, on: Tenor, off: Tenor) -> None:
    """Hold the sides to what is measured: with the gate off, less is done. Raises Unfair."""
    if _calls(on, request) <= _calls(off, request):
        raise Unfair(f"With the gate off as much is done for {request.name} as with it on.")


def _asked(app: Tenor, request: Request, run: int) -> Loaded:
    template = _environ(request)
    bodies = itertools.cycle([request.body_of(run * _BODIES + n) for n in range(1, _BODIES + 1)])
    count = 0
    began = now = time.process_time()
    while now < began + SECONDS:
        for body in itertools.islice(bodies, 50):
            environ = {**template, "wsgi.input": io.BytesIO(body)}
            if body:
                environ["CONTENT_LENGTH"] = str(len(body))
            for _piece in app.wsgi_app(environ, _ignore):
                pass
        count += 50
        now = time.process_time()
    seconds = (now - began) / count
    return Loaded(rate=1 / seconds, median=seconds, p99=seconds, processor=seconds)


def _environ(request: Request) -> dict[str, Any]:
    return create_environ(
        request.path,
        method=request.method,
        data=request.body_of(0) or None,
        headers=dict(request.headers),
    )


def _ignore(_status: str, _headers: list[tuple[str, str]], *_error: object) -> Any:
    """A server's side of the call, which does nothing."""


def _calls(app: Tenor, request: Request) -> int:
    """How many functions are called to answer."""
    seen: list[str] = []
    sys.setprofile(lambda _frame, event, _of: seen.append(event))
    try:
        called(app, request)
    finally:
        sys.setprofile(None)
    return seen.count("call") + seen.count("c_call")
