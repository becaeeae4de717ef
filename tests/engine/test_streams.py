"""Answers made while they are sent: judged piece by piece, and never cut without a word."""

import contextlib
import json
import time
from asyncio import CancelledError
from collections.abc import Iterator
from typing import Any

import flask
import pytest
from structlog.testing import capture_logs
from werkzeug.test import create_environ

from tenor import ContractViolation, Tenor
from tenor.gate import StreamCut
from tests.engine.contracts import ANYTHING, Closable, closed, response, serving
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


def cut(app: Tenor) -> tuple[dict[str, str], list[bytes], Any]:
    """The headers, the pieces until the connection is ended, and what the log says."""
    heads: list[dict[str, str]] = []
    pieces: list[bytes] = []
    with capture_logs() as logs, contextlib.suppress(StreamCut):
        parts = app(
            create_environ("/thing"),
            lambda _status, pairs, *_rest: heads.append(dict(pairs)) or print,
        )
        pieces.extend(parts)
    return heads[0], pieces, logs


def lines_of(pieces: list[bytes]) -> list[Any]:
    return [json.loads(line) for line in b"".join(pieces).splitlines()]


def streaming(values: Any, schema: Any = NUMBER_OR_FAILURE, **options: Any) -> Tenor:
    return serving(lambda: values(), answers={200: response(schema, LINES)}, **options)


def numbers(*given: Any) -> Any:
    def values() -> Iterator[Any]:
        for value in given:
            if isinstance(value, BaseException):
                raise value
            yield value

    return values


def test_lines_are_sent_one_by_one():
    head, pieces = sent(streaming(numbers({"n": 1}, '{"n": 2}\n', b'{"n": 3}\n')))

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


def test_lines_end_with_a_line_feed_and_with_nothing_else():
    """A carriage return alone ends no line for a client, and an empty line is no value."""
    for bad in ("1\r2", "\n", b"{}\n\n{}"):
        with pytest.raises(ContractViolation):
            sent(streaming(numbers(bad), ANYTHING))
    _, pieces = sent(streaming(numbers('{"n":1}\r\n{"n":2}'), policy="prevent"))
    assert lines_of(pieces) == [{"n": 1}, {"n": 2}]


def test_text_is_cut_where_its_lines_end():
    """As Flask streams it: the pieces of text are no lines."""
    texts = ('{"n"', b": 1}\n{", '"n": 2}')
    _, pieces = sent(streaming(numbers(*texts, {"n": 3}, "", b'{"n": 4}\n')))
    whole = ask(streaming(numbers(*texts), NUMBER))

    assert pieces == [b'{"n": 1}\n', b'{"n": 2}\n', b'{"n":3}\n', b'{"n": 4}\n']
    assert whole.body == b'{"n": 1}\n{"n": 2}'


def test_a_line_has_an_end():
    def endless() -> Iterator[str]:
        while True:
            yield "1" * 100_000

    _, pieces = sent(streaming(endless, policy="prevent"))

    assert lines_of(pieces)[-1]["type"].endswith("/contract-violation")


@pytest.mark.parametrize("whole", ["a {\nb", ["a", b"b"], [object()], {"n": 1}], ids=repr)
def test_lines_that_are_given_whole_are_values_or_text(whole: Any):
    """What is judged is what is written."""
    with pytest.raises(ContractViolation):
        ask(streaming(lambda: whole, {"type": ["string", "object"]}))


def test_a_list_of_texts_is_a_list_of_json_strings():
    assert ask(streaming(lambda: ["a\nb", "{"], {"type": "string"})).body == b'"a\\nb"\n"{"\n'


def test_a_length_that_was_said_of_lines_is_not_sent():
    """The line that says what failed would not fit in it."""

    def lines() -> Any:
        return numbers({"n": 1}, ValueError("no more"))(), 200, {"Content-Length": "8"}

    answers = {200: response(NUMBER_OR_FAILURE, LINES)}
    head, pieces = sent(serving(lines, answers=answers, policy="prevent"))

    assert "Content-Length" not in head
    assert lines_of(pieces)[-1]["type"].endswith("/contract-violation")


@pytest.mark.parametrize("policy", ["prevent", "detect", "ignore"])
@pytest.mark.parametrize(
    "bad", [ValueError("no more"), CancelledError(), SystemExit(3), object(), {1: 2}], ids=repr
)
def test_a_stream_is_never_cut_without_a_word(bad: Any, policy: str):
    """Whatever its generator raises or gives, and whatever is ignored otherwise."""
    _, pieces = sent(streaming(numbers({"n": 1}, bad), policy=policy))

    assert lines_of(pieces)[0] == {"n": 1}
    assert lines_of(pieces)[-1]["type"].endswith("/contract-violation")


@pytest.mark.parametrize("policy", ["prevent", "detect", "ignore"])
def test_text_among_binary_pieces_is_written_as_utf_8(policy: str):
    _, pieces = sent(binary(numbers("ü", b"c"), 3, policy=policy))

    assert b"".join(pieces) == "üc".encode()


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
    [((b"a",), b"a"), ((b"a", b"b", OSError("gone")), b"a"), ((b"a", b"b", b"cdef"), b"a")],
    ids=["too little", "an error", "too much"],
)
def test_binary_content_never_passes_its_length_and_a_lack_is_recorded(given: Any, arrives: bytes):
    """A client sees that less came than was announced: the last piece waits for a good end."""
    head, pieces, logs = cut(binary(numbers(*given), 3, policy="prevent"))

    assert head["Content-Length"] == "3"
    assert b"".join(pieces) == arrives
    assert "contract_violation" in [entry["event"] for entry in logs]


@pytest.mark.parametrize("given", [(b"abc", OSError("gone")), (b"abc", b"d")], ids=repr)
def test_what_goes_wrong_behind_the_last_byte_is_seen_too(given: Any):
    """An answer as long as was announced would look whole."""
    reply = ask(binary(numbers(*given), 3, policy="prevent"))

    assert (reply.status, reply.problem) == (500, "contract-violation")


@pytest.mark.parametrize("policy", ["prevent", "detect", "ignore"])
@pytest.mark.parametrize("given", [(), (OSError("gone"),), (b"", OSError("gone"))], ids=repr)
def test_what_fails_before_anything_was_sent_is_answered(given: Any, policy: str):
    """The head is not sent before there is something to follow it."""
    assert ask(binary(numbers(*given), 3, policy=policy)).problem == "contract-violation"


def test_lines_in_small_pieces_take_no_longer_than_they_are():
    text = '{"n": 1}\n' * 2_000 + '{"n": ' + "1" * 200_000
    started = time.process_time()

    sent(streaming(numbers(*text), policy="prevent"))

    assert time.process_time() - started < 5


@pytest.mark.parametrize("policy", ["prevent", "detect", "ignore"])
@pytest.mark.parametrize("given", [(b"a",), (b"a", b"b", OSError("gone"))], ids=repr)
def test_a_connection_whose_answer_falls_short_is_ended(given: Any, policy: str):
    """The next answer would stand where the rest is awaited, whatever is ignored otherwise."""
    app = binary(numbers(*given), 3, policy=policy)
    parts = app(create_environ("/thing"), lambda *_head: print)

    with pytest.raises(StreamCut):
        list(parts)


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


def test_a_generator_that_cannot_be_closed_harms_nobody():
    class Stubborn:
        def __iter__(self) -> "Stubborn":
            return self

        def __next__(self) -> bytes:
            raise StopIteration

        def close(self) -> None:
            raise OSError("busy")

    answers = {200: response(ANYTHING, "application/octet-stream")}
    app = serving(lambda: (Stubborn(), 200, {"Content-Length": "0"}), answers=answers)

    assert sent(app)[0]["Content-Length"] == "0"


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
    streams = Closable(), Closable()

    def handler() -> Any:
        return streams[0], 200, {"Content-Length": "0"}

    def wrong() -> Any:
        return streams[1], 200, {"Content-Length": "0", "X-Undeclared": "1"}

    answers = {200: response(ANYTHING, "application/octet-stream")}
    sent(serving(handler, answers=answers), line)
    sent(serving(wrong, answers=answers, policy="prevent"), line)

    assert all(stream.closed for stream in streams)


def test_a_streamed_response_of_flask_is_streamed():
    def handler() -> flask.Response:
        return flask.Response(
            iter([b"ab", b"c"]), mimetype="image/png", headers={"Content-Length": "3"}
        )

    head, pieces = sent(serving(handler, answers={200: response(ANYTHING, "image/png")}))

    assert (head["Content-Length"], b"".join(pieces)) == ("3", b"abc")
