"""What stands on a connection: every answer to its own request, and not a byte beside."""

import json
from contextlib import ExitStack

import pytest

from tests.server.servers import Server
from tests.server.wire import Answer, NoAnswer, chunked, request

_JSON = "Content-Type: application/json"
_NEXT = request("GET", "/texts/next")
_VARYING = ("date", "x-request-id")

REPRESENTATIONS = {
    "JSON": ("/representation", "Accept: application/json"),
    "HTML": ("/representation", "Accept: text/html"),
    "an unknown address": ("/nowhere", "Accept: */*"),
    "an address that cannot be": ("/numbers/one", "Accept: */*"),
    "a fault": ("/numbers/1?n=one", "Accept: */*"),
    "what is not offered": ("/representation", "Accept: image/png"),
    "no credentials": ("/secret", "Accept: */*"),
    "the contract": ("/openapi.json", "Accept: */*"),
    "the documentation": ("/docs", "Accept: */*"),
}


def is_next(answer: Answer) -> bool:
    return json.loads(answer.body) == {"text": "next"}


@pytest.mark.parametrize("asked", REPRESENTATIONS.values(), ids=REPRESENTATIONS)
def test_head_is_get_without_the_body(server: Server, asked: tuple[str, str]):
    """The same status and headers, the length among them; the next answer follows at once."""
    with server.connect() as connection:
        connection.send(request("GET", *asked))
        whole = connection.receive()
        connection.send(request("HEAD", *asked) + _NEXT)
        head = connection.receive(to=b"HEAD")
        after = connection.receive()

    def lasting(answer: Answer) -> dict[str, str]:
        return {name: value for name, value in answer.headers if name not in _VARYING}

    assert len(whole.body) > 0
    assert head.status == whole.status
    assert lasting(head) == lasting(whole)
    assert head.header("content-length") == str(len(whole.body))
    assert is_next(after)


@pytest.mark.parametrize(
    ("status", "raw"),
    [
        (204, request("PUT", "/texts/a")),
        (204, request("OPTIONS", "/texts/a")),
        (304, request("GET", "/representation", 'If-None-Match: "a"')),
        (304, request("HEAD", "/representation", 'If-None-Match: "a"')),
    ],
    ids=["204", "204 of OPTIONS", "304", "304 of HEAD"],
)
def test_an_answer_without_content_says_nothing_of_content(server: Server, status: int, raw: bytes):
    """No body, no media type, no coding, no length; the next answer follows at once."""
    with server.connect() as connection:
        connection.send(raw + _NEXT)
        answer = connection.receive(to=raw.partition(b" ")[0])
        after = connection.receive()

    names = {name for name, _ in answer.headers}
    assert answer.status == status
    assert names.isdisjoint({"content-type", "content-length", "transfer-encoding"})
    assert is_next(after)


def test_every_answer_with_content_says_its_length(server: Server):
    for target in ("/texts/a", "/nowhere", "/numbers/one", "/openapi.yaml"):
        answer = server.ask(request("GET", target))

        assert answer.header("content-length") == str(len(answer.body))
        assert answer.header("transfer-encoding") is None


def test_requests_that_come_together_are_answered_one_after_the_other(server: Server):
    number = b'{"number": 1}'
    together = [
        request("GET", "/texts/first"),
        request("POST", "/bodies", _JSON, body=number),
        request("GET", "/numbers/one"),
        request("POST", "/bodies", _JSON, "Transfer-Encoding: chunked", body=chunked(number)),
        request("POST", "/bodies", _JSON, body=b"{"),
        _NEXT,
    ]
    with server.connect() as connection:
        connection.send(b"".join(together))
        answers = [connection.receive() for _ in together]

    assert [answer.status for answer in answers] == [200, 200, 404, 200, 400, 200]
    assert json.loads(answers[0].body) == {"text": "first"}
    assert is_next(answers[-1])


def test_a_request_that_comes_byte_by_byte_is_one_request(server: Server):
    raw = request("POST", "/bodies", _JSON, body=b'{"number": 1}')
    with server.connect() as connection:
        for byte in raw:
            connection.send(bytes([byte]))
        answer = connection.receive()

    assert (answer.status, json.loads(answer.body)) == (200, {"number": 1})


def test_content_is_asked_for_before_it_is_sent(server: Server):
    """Expect: 100-continue (RFC 9110, section 10.1.1)."""
    number = b'{"number": 1}'
    expecting = ("Expect: 100-continue", f"Content-Length: {len(number)}")
    with server.connect() as connection:
        connection.send(request("POST", "/bodies", _JSON, *expecting))
        interim = connection.receive_interim()
        connection.send(number)
        answer = connection.receive()

    assert interim.status == 100
    assert (answer.status, json.loads(answer.body)) == (200, {"number": 1})


@pytest.mark.parametrize(
    ("status", "target", "length"),
    [(404, "/nowhere", 10), (405, "/texts/a", 10), (413, "/bodies", 999_999)],
)
def test_content_that_is_refused_unseen_need_not_be_sent(
    server: Server, status: int, target: str, length: int
):
    """Granian has not asked for it by then; gunicorn asks before it asks the application."""
    expecting = ("Expect: 100-continue", f"Content-Length: {length}")
    with server.connect() as connection:
        connection.send(request("POST", target, _JSON, *expecting))
        first = connection.receive_interim()
        answer = connection.receive() if first.status == 100 else first

    assert (first.status == 100) == (server.name == "gunicorn")
    assert answer.status == status


@pytest.mark.parametrize(
    ("status", "raw"),
    [
        (404, request("POST", "/nowhere", body=b"a" * 1_000_000)),
        (405, request("POST", "/texts/a", body=b"a" * 1_000_000)),
        (401, request("GET", "/secret", body=b"a" * 1_000_000)),
        (413, request("POST", "/bodies", _JSON, body=b"a" * 1_000_000)),
    ],
)
def test_content_that_nobody_reads_ends_the_connection_after_the_answer(
    server: Server, status: int, raw: bytes
):
    with server.connect() as connection:
        connection.send(raw)

        assert connection.receive().status == status
        assert connection.is_closed()


@pytest.mark.parametrize("beginning", [b"GET /te", b"GET /texts/a HTTP/1.1\r\nHost: a\r\n"])
def test_half_a_request_takes_a_thread_of_gunicorn_and_none_of_granian(
    server: Server, beginning: bytes
):
    with ExitStack() as stack:
        for _ in range(80):
            stack.enter_context(server.connect()).send(beginning)
        try:
            is_answered = server.ask(_NEXT, patience=0.5).status == 200
        except TimeoutError:
            is_answered = False

    assert is_answered == (server.name == "granian")
    assert is_next(server.ask(_NEXT))


def test_a_client_that_closes_is_closed_to(server: Server):
    with server.connect() as connection:
        connection.send(request("GET", "/texts/a", "Connection: close"))
        answer = connection.receive()

        assert answer.status == 200
        assert answer.header("connection") == "close"
        assert connection.is_closed()


def test_http_1_0_closes_after_its_answer(server: Server):
    with server.connect() as connection:
        connection.send(request("GET", "/texts/a", version="1.0"))

        assert connection.receive().status == 200
        assert connection.is_closed()


def test_more_content_than_was_announced_is_another_request(server: Server):
    """And none that breaks the grammar does any harm."""
    with server.connect() as connection:
        connection.send(
            request("POST", "/bodies", _JSON, "Content-Length: 2", body=b"{}more\r\n\r\n")
        )

        assert connection.receive().status == 200
        try:
            assert connection.receive().status == 400
        except NoAnswer:
            pytest.fail("the second request was not answered")
        assert connection.is_closed()
