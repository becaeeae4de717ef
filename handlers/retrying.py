"""Retrying over HTTP: the `Idempotency-Key` of a request, and the answer that is given again."""

import json
from collections.abc import Callable, Generator
from contextlib import contextmanager

from flask import Response

from handlers.resources import resources
from publishing import retries
from publishing.callers import Caller
from publishing.retries import AlreadyAnswered, Answer, Claim, Keyed
from publishing.work import Work
from tenor.exchange import Exchange

_KEY = "Idempotency-Key"
_REPLAYED = ("Idempotency-Replayed", "true")
# What belongs to one exchange and is made anew for the next.
_OF_THE_EXCHANGE = ("date", "x-request-id", "ratelimit")


def keyed(exchange: Exchange) -> Keyed | None:
    """The request under its key, None where it has none or its operation takes none.

    Whoever is nobody yet asks to become somebody.
    """
    inputs = exchange.inputs
    key: str | None = inputs.header.get(_KEY)
    if key is None:
        return None
    asked = [exchange.operation, exchange.path, inputs.query, inputs.media_type, inputs.body]
    content = json.dumps(asked, sort_keys=True, separators=(",", ":")).encode()
    caller: Caller | None = inputs.token_info.get("sub")
    if caller is not None:
        return Keyed.by_account(caller.username, key, content)
    username: str = inputs.body["username"]
    return Keyed.by_newcomer(username, key, content, passwords=resources().passwords)


@contextmanager
def once(
    request: Keyed, work: Work, exchange: Exchange, is_kept: Callable[[], bool]
) -> Generator[None]:
    """What is done once for a request under its key, and its answer kept with what it did.

    A refusal frees the key. It stands only if nobody has answered meanwhile: another process may
    have done what this one was refused for.
    """
    with work.glance() as before:
        retries.look(before.single(), request)
    claim = Claim(request)
    work.begin_with(claim.make)
    yield
    if is_kept() and not claim.is_lost:
        claim.keep(work, _kept(exchange))
    elif not claim.is_tried:
        with work.glance() as after:
            retries.look(after.single(), request)


def replay(fact: AlreadyAnswered) -> Response:
    """The answer that was kept, as it was."""
    answer = fact.answer
    return Response(answer.body, answer.status, [*answer.headers, _REPLAYED])


def _kept(exchange: Exchange) -> Answer:
    """The judged answer, as it is kept."""
    answer = exchange.answer
    assert answer is not None, "who is answered well has an answer"
    assert answer.stream is None, "a stream is over before it can be kept"
    given = [(n, v) for n, v in answer.headers if not n.lower().startswith(_OF_THE_EXCHANGE)]
    if answer.content_type is not None:
        given.append(("Content-Type", answer.content_type))
    return Answer(answer.status, tuple(given), answer.body)
