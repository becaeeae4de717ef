"""Answers made while they are sent: judged piece by piece, and never cut without a word."""

import json
from collections.abc import Iterator
from typing import Any

import flask
import pytest
from structlog.testing import capture_logs
from werkzeug.test import create_environ

from tenor import ContractViolation, Tenor
from tests.engine.contracts import ANYTHING, closed, response, serving
from tests.engine.wire import ask

LINES = "application/x-ndjson"
NUMBER = {"type": "object", "required": ["n"], "properties": {"n": {"type": "integer"}}}
FAILURE = closed(
    type={"type": "string"},
    title={"type": "string"},
    status={"const": 500},
    violation={"type": "string"},
)
NUMBER_OR_FAILURE = {"anyOf": [NUMBER, FAILURE]}


def sent(app: Tenor, line: str = "GET /thing") -> tuple[dict[str, str], list[bytes]]:
    """The headers of an answer, and its pieces as the server gets them."""
    heads: list[dict[str, str]] = []

    def start_response(_status: str, pairs: list[tuple[str, str]], *_rest: object) -> Any:
        heads.append(dict(pairs))

    method, _, path = line.partition(" ")
    parts = app(create_environ(path, method=method), start_response)
    pieces = list(parts)
    close = getattr(parts, "close", None)
    if close is not None:
        close()
    return heads[0], pieces


def lines_of(pieces: list[bytes]) -> list[Any]:
    return [json.loads(line) for line in b"".join(pieces).splitlines()]


def streaming(values: Any, schema: Any = NUMBER_OR_FAILURE, **options: Any) -> Tenor:
    return serving(lambda: values(), answers={200: response(schema, LINES)}, **options)


def numbers(*given: Any) -> Any:
    def values() -> Iterator[Any]:
        for value in given:
            if isinstance(value, Exception):
                raise value
            yield value

    return values


def test_lines_are_sent_one_by_one():
    head, pieces = sent(streaming(numbers({"n": 1}, '{"n": 2}', b'{"n": 3}\n')))

    assert "Content-Length" not in head
    assert head["Content-Type"].startswith(LINES)
    assert pieces == [b'{"n":1}\n', b'{"n": 2}\n', b'{"n": 3}\n']


@pytest.mark.parametrize(
    "bad", [{"n": "x"}, {"n": 1, "secret": 2}, "{", ValueError("no more")], ids=str
)
def test_a_stream_that_breaks_off_says_so_in_its_declared_line(bad: Any):
    """The lines before stand, the bad one is not sent, and the log has the violation."""
    with capture_logs() as logs:
        _, pieces = sent(streaming(numbers({"n": 1}, bad, {"n": 3}), policy="prevent"))

    first, last = lines_of(pieces)
    assert first == {"n": 1}
    assert last["type"].endswith("/contract-violation")
    assert last["violation"] in [entry.get("violation") for entry in logs]


def test_lines_whose_schema_has_no_word_for_failure_are_judged_whole():
    """A client could not tell a cut from an end, so nothing is sent before all is known."""
    app = streaming(numbers({"n": 1}, {"n": "x"}), NUMBER, policy="prevent")

    reply = ask(app)

    assert (reply.status, reply.problem) == (500, "contract-violation")


def test_lines_that_are_whole_are_judged_line_by_line():
    good = ask(streaming(lambda: [{"n": 1}, {"n": 2}], NUMBER))
    bad = ask(streaming(lambda: [{"n": 1}, {"n": None}], NUMBER, policy="prevent"))

    assert good.body == b'{"n":1}\n{"n":2}\n'
    assert bad.problem == "contract-violation"


def test_a_bad_line_is_sent_and_recorded_under_detect():
    with capture_logs() as logs:
        _, pieces = sent(streaming(numbers({"n": "x"}, {"n": 2}), policy="detect"))

    assert lines_of(pieces) == [{"n": "x"}, {"n": 2}]
    assert [entry["rule"] for entry in logs] == ["body-schema"]


def test_a_bad_line_is_raised_under_raise():
    with pytest.raises(ContractViolation):
        sent(streaming(numbers({"n": "x"})))


def binary(pieces: Any, length: int | None, **options: Any) -> Tenor:
    headers = {} if length is None else {"Content-Length": str(length)}
    answers = {200: response(ANYTHING, "application/octet-stream")}
    return serving(lambda: (pieces(), 200, headers), answers=answers, **options)


def test_binary_content_of_a_declared_length_is_streamed():
    head, pieces = sent(binary(numbers(b"ab", b"c"), 3))

    assert (head["Content-Length"], pieces) == ("3", [b"ab", b"c"])


def test_binary_content_of_no_declared_length_is_collected():
    reply = ask(binary(numbers(b"ab", b"c"), None))

    assert (reply.body, reply.headers["Content-Length"]) == (b"abc", "3")


@pytest.mark.parametrize(
    ("given", "arrives"),
    [((b"a",), b"a"), ((b"a", OSError("gone")), b"a"), ((b"ab", b"cdef"), b"abc")],
    ids=["too little", "an error", "too much"],
)
def test_binary_content_never_passes_its_length_and_a_lack_is_recorded(given: Any, arrives: bytes):
    """A client sees that less came than was announced."""
    with capture_logs() as logs:
        head, pieces = sent(binary(numbers(*given), 3, policy="prevent"))

    assert head["Content-Length"] == "3"
    assert b"".join(pieces) == arrives
    assert "contract_violation" in [entry["event"] for entry in logs]


@pytest.mark.parametrize(
    ("media_type", "pieces", "body"),
    [
        ("application/json", ('{"a"', ": 1}"), b'{"a": 1}'),
        ("text/html", ("<p>", "ü</p>"), "<p>ü</p>".encode()),
        ("application/xml", ("<a>", "</a>"), b"<a></a>"),
        ("text/plain", ("a", b"b"), b"ab"),
    ],
)
def test_what_is_judged_whole_is_collected(media_type: str, pieces: Any, body: bytes):
    reply = ask(serving(numbers(*pieces), answers={200: response(ANYTHING, media_type)}))

    assert reply.body == body


@pytest.mark.parametrize(
    ("media_type", "pieces"),
    [
        ("application/json", ("{",)),
        ("text/html", ("<p>", "<b>")),
        ("application/xml", ("<a>",)),
        ("application/json", ("1", {"a": 1})),
    ],
)
def test_what_is_collected_and_broken_is_held_back(media_type: str, pieces: Any):
    answers = {200: response(ANYTHING, media_type)}

    assert ask(serving(numbers(*pieces), answers=answers, policy="prevent")).status == 500


def test_an_endless_answer_is_held_back():
    """What is collected has a limit."""

    def endless() -> Iterator[str]:
        while True:
            yield "x" * 1_000_000

    reply = ask(serving(endless, answers={200: response(ANYTHING, "text/plain")}, policy="prevent"))

    assert reply.problem == "contract-violation"


@pytest.mark.parametrize("line", ["GET /thing", "HEAD /thing"])
def test_a_generator_is_closed_whatever_becomes_of_it(line: str):
    """Also when its head is held back, and when nobody asked for a body."""
    closed_ones: list[str] = []

    class Watched:
        def __iter__(self) -> "Watched":
            return self

        def __next__(self) -> bytes:
            raise StopIteration

        def close(self) -> None:
            closed_ones.append(line)

    def handler() -> Any:
        return Watched(), 200, {"Content-Length": "0"}

    def wrong() -> Any:
        return Watched(), 200, {"Content-Length": "0", "X-Undeclared": "1"}

    answers = {200: response(ANYTHING, "application/octet-stream")}
    sent(serving(handler, answers=answers), line)
    sent(serving(wrong, answers=answers, policy="prevent"), line)

    assert len(closed_ones) == 2


def test_a_streamed_response_of_flask_is_streamed():
    def handler() -> flask.Response:
        return flask.Response(
            iter([b"ab", b"c"]), mimetype="image/png", headers={"Content-Length": "3"}
        )

    head, pieces = sent(serving(handler, answers={200: response(ANYTHING, "image/png")}))

    assert (head["Content-Length"], b"".join(pieces)) == ("3", b"abc")
