"""The reader of answers sees a byte too many and a byte too few."""

import socket

import pytest

from tests.server.wire import Connection, NoAnswer

_HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n"


def hearing(answers: bytes) -> Connection:
    """A connection to a server that says this and closes."""
    ours, theirs = socket.socketpair()
    theirs.sendall(answers)
    theirs.close()
    return Connection(ours)


def test_answers_are_read_one_after_the_other():
    with hearing(b"HTTP/1.1 100 Continue\r\n\r\n" + _HEAD + b"one" + _HEAD + b"two") as connection:
        assert [connection.receive().body, connection.receive().body] == [b"one", b"two"]
        assert connection.is_closed()


def test_an_answer_in_chunks_is_put_together():
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    with hearing(head + b"2\r\non\r\n1\r\ne\r\n0\r\n\r\n") as connection:
        assert connection.receive().body == b"one"


def test_a_body_that_is_too_short_is_seen():
    with hearing(_HEAD + b"on") as connection, pytest.raises(AssertionError, match="ended early"):
        connection.receive()


@pytest.mark.parametrize("method", [b"GET", b"HEAD"])
def test_a_byte_too_many_is_seen(method: bytes):
    """The body of an answer to HEAD is nothing but bytes too many."""
    rest = b"one!" if method == b"GET" else b"one"
    with hearing(_HEAD + rest + _HEAD) as connection:
        connection.receive(to=method)
        with pytest.raises(AssertionError, match="is no status line"):
            connection.receive()


@pytest.mark.parametrize("status", [b"204 No Content", b"304 Not Modified"])
def test_content_of_an_answer_that_has_none_is_seen(status: bytes):
    with hearing(b"HTTP/1.1 " + status + b"\r\nContent-Length: 3\r\n\r\none") as connection:
        assert connection.receive().body == b""
        assert not connection.is_closed()


def test_a_header_that_is_sent_twice_is_seen():
    twice = _HEAD.replace(b"\r\n\r\n", b"\r\nETag: a\r\nETag: b\r\n\r\n")
    with hearing(twice + b"one") as connection, pytest.raises(AssertionError, match="2 times"):
        connection.receive().header("etag")


def test_silence_is_no_answer():
    with hearing(b"") as connection, pytest.raises(NoAnswer):
        connection.receive()
