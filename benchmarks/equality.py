"""Equality: before anything is timed, all sides have to answer the same."""

import http.client
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from benchmarks.asking import Request
from benchmarks.facts import Unfair

COMPARED = ("ETag", "Last-Modified", "Location", "Link")
_SHOWN = 80


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def media_type(self) -> str:
        """The media type without its parameters; empty where there is no content to have one."""
        return self.headers.get("content-type", "").partition(";")[0] if self.body else ""

    @property
    def value(self) -> Any:
        """The JSON of the body, or None where there is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


def fetched(port: int, request: Request, number: int = 0) -> Answer:
    """The answer of the application that listens there."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(
            request.method, request.path, request.body_of(number), dict(request.headers)
        )
        response = connection.getresponse()
        headers = {name.lower(): text for name, text in response.getheaders()}
        return Answer(response.status, headers, response.read())
    finally:
        connection.close()


def require_same(request: Request, answers: Mapping[str, Answer]) -> None:
    """Hold all sides to the answer of the first, and that to what is asked for. Raises Unfair."""
    (first, expected), *others = answers.items()
    found = [f"{first}: {text}" for text in misses(request, expected)]
    for name, answer in others:
        found += [f"{name}: {text}" for text in differences(request, expected, answer)]
    if found:
        raise Unfair(f'The answers to "{request.name}" differ.\n' + "\n".join(found))


def misses(request: Request, answer: Answer) -> list[str]:
    """How an answer is not the one that is asked for."""
    if answer.status != request.status:
        return [f"the status is {answer.status} and not {request.status}: {answer.body[:200]!r}"]
    if request.status == 400 and not (answer.value or {}).get("errors"):
        return ["no error is named"]
    if answer.value is None and answer.media_type.endswith("json"):
        return ["the body is not JSON"]
    return []


def differences(request: Request, expected: Answer, found: Answer) -> list[str]:
    """How an answer differs from the one that is expected."""
    missed = misses(request, found)
    if missed:
        return missed
    return [
        *_other("the media type", expected.media_type, found.media_type),
        *_other_headers(request, expected, found),
        *_other_values("", _compared(request, expected), _compared(request, found)),
    ]


def _other(what: str, expected: Any, found: Any) -> Iterator[str]:
    if expected != found:
        yield f"{what} is {_short(found)} and not {_short(expected)}"


def _other_headers(request: Request, expected: Answer, found: Answer) -> Iterator[str]:
    """Headers that differ. One that varies has at least to be on both sides or on none."""
    for name in COMPARED:
        pair = expected.headers.get(name.lower()), found.headers.get(name.lower())
        if name in request.varying:
            pair = pair[0] is not None, pair[1] is not None
        yield from _other(name, *pair)


def _compared(request: Request, answer: Answer) -> Any:
    """The value of a body, as far as it is compared: of a problem only its status."""
    value = answer.value
    if request.is_refused:
        return {"status": value.get("status")} if isinstance(value, dict) else value
    return _without(value, request.varying)


def _without(value: Any, varying: frozenset[str]) -> Any:
    """The value, but of members that vary only which there are, and whether they are null."""
    if isinstance(value, list):
        return [_without(item, varying) for item in value]
    if isinstance(value, dict):
        return {
            name: (None if item is None else "...") if name in varying else _without(item, varying)
            for name, item in value.items()
        }
    return value


def _other_values(place: str, expected: Any, found: Any) -> Iterator[str]:
    """Where two values differ: the innermost places."""
    if isinstance(expected, dict) and isinstance(found, dict) and expected.keys() == found.keys():
        for name in expected:
            yield from _other_values(f"{place}/{name}", expected[name], found[name])
    elif isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        for index, pair in enumerate(zip(expected, found, strict=True)):
            yield from _other_values(f"{place}/{index}", *pair)
    else:
        yield from _other(place or "the body", expected, found)


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
