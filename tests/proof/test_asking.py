"""How a proof asks, in process and over HTTP, and what it learns of addresses."""

import socket
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from threading import Event, Thread
from typing import Any

import flask
import pytest
from werkzeug.serving import make_server

from tenor import document
from tenor.proof.addresses import Addresses
from tenor.proof.asking import Ask, NoReply, Reply, Request, in_process, over_http
from tenor.proof.contract import Contract
from tests.engine import contracts
from tests.engine.contracts import operation, path, taking


def echo() -> flask.Flask:
    app = flask.Flask(__name__)

    @app.route("/<path:rest>", methods=["GET", "POST", "PUT", "HEAD"])
    def answer(rest: str) -> Any:
        if rest == "crash":
            raise RuntimeError("planted")
        request = flask.request
        said = {
            "path": request.path,
            "query": request.query_string.decode(),
            "method": request.method,
            "type": request.content_type,
            "body": request.get_data(as_text=True),
            "x": request.headers.get("X-One"),
        }
        response = flask.jsonify(said)
        response.headers.add("X-Two", "a")
        response.headers.add("X-Two", "b")
        return response, 207

    return app


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    server = make_server("127.0.0.1", 0, echo(), threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(params=["in-process", "over-http"])
def ask(request: pytest.FixtureRequest, url: str) -> Ask:
    return in_process(echo()) if request.param == "in-process" else over_http(url)


def test_a_request_arrives_as_it_was_made_and_its_reply_comes_back_whole(ask: Ask):
    request = Request(
        "PUT", "/a%20b?q=%C3%A9&q=2", (("Content-Type", "text/plain"), ("X-One", "1")), b"hello"
    )

    reply = ask(request)

    assert (reply.status, reply.header("x-two")) == (207, "a, b")
    assert reply.json() == {
        "path": "/a b",
        "query": "q=%C3%A9&q=2",
        "method": "PUT",
        "type": "text/plain",
        "body": "hello",
        "x": "1",
    }


def test_head_is_asked_as_head(ask: Ask):
    reply = ask(Request("HEAD", "/a"))

    assert (reply.status, reply.body) == (207, b"")


def test_a_server_that_is_not_there_gives_no_reply(url: str):
    with pytest.raises(NoReply, match="connection"):
        over_http("http://127.0.0.1:9")(Request("GET", "/"))


@contextmanager
def serving(answer: Callable[[socket.socket, Event], object]) -> Generator[str]:
    """The address of a server that answers each connection in its own way, until it is over."""
    over = Event()

    def serve() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                with connection, suppress(OSError):
                    connection.recv(65536)
                    answer(connection, over)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        over.set()
        listener.shutdown(socket.SHUT_RDWR)
    thread.join()


def begun(connection: socket.socket, length: str) -> None:
    connection.sendall(f"HTTP/1.1 200 OK\r\n{length}\r\n".encode())


def dripping(connection: socket.socket, over: Event, length: str = "") -> None:
    begun(connection, length)
    while not over.wait(0.01):
        connection.sendall(b" ")


@pytest.mark.parametrize("length", ["", "Content-Length: 9000\r\n"])
def test_who_never_comes_to_an_end_gives_no_reply(length: str):
    """Each byte comes soon after the one before; together they take too long."""
    with serving(partial(dripping, length=length)) as where, pytest.raises(NoReply) as failed:
        over_http(where, patience=0.2)(Request("GET", "/"))

    assert str(failed.value) == "there was no whole answer within 0.2 seconds"


def test_who_says_nothing_gives_no_reply():
    with serving(lambda _, over: over.wait()) as where, pytest.raises(NoReply, match="no whole"):
        over_http(where, patience=0.2)(Request("GET", "/"))


def test_an_answer_that_breaks_off_is_no_reply():
    short = "Content-Length: 9\r\n"
    with serving(lambda c, _: begun(c, short)) as where, pytest.raises(NoReply, match="Incomplete"):
        over_http(where)(Request("GET", "/"))


def test_an_answer_that_is_larger_than_any_is_no_reply(url: str):
    with pytest.raises(NoReply, match="more than 5 bytes"):
        over_http(url, largest=5)(Request("GET", "/a"))


def test_an_application_that_raises_gives_no_reply():
    app = echo()
    app.config["PROPAGATE_EXCEPTIONS"] = True

    with pytest.raises(NoReply, match="RuntimeError"):
        in_process(app)(Request("GET", "/crash"))


# --- what is learnt -----------------------------------------------------------------------------

CONTRACT = Contract(
    document.load(
        contracts.document(
            {
                "/things": {
                    "get": operation("listThings"),
                    "post": operation("addThing", body=taking(True)),
                },
                "/things/{thing_id}": {
                    "parameters": [path("thing_id")],
                    "get": operation("getThing"),
                },
                "/things/{thing_id}/parts/{id}": {
                    "parameters": [path("thing_id"), path("id")],
                    "get": operation("getPart"),
                },
            }
        )
    ).expanded()
)


def learnt(request: Request, status: int, body: bytes = b"", **headers: str) -> Addresses:
    addresses = Addresses(CONTRACT, public="https://shop.example")
    lines = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    addresses.learn(request, Reply(status, (*lines, ("Content-Type", "application/json")), body))
    return addresses


def of(addresses: Addresses, name: str) -> list[dict[str, str]]:
    found = CONTRACT.operation(name)
    assert found is not None
    return addresses.of(found)


def test_location_leads_to_what_was_created():
    known = learnt(Request("POST", "/things"), 201, Location="https://shop.example/things/a%20b")

    assert of(known, "getThing") == [{"thing_id": "a b"}]


@pytest.mark.parametrize("url", ["https://elsewhere.example/things/1", "1", "/other/1"])
def test_an_address_elsewhere_leads_nowhere(url: str):
    assert of(learnt(Request("POST", "/things"), 201, Location=url), "getThing") == []


def test_a_relative_location_begins_at_what_was_asked_for():
    known = learnt(Request("POST", "/things/7/parts"), 201, Location="parts/2")

    assert of(known, "getPart") == [{"thing_id": "7", "id": "2"}]


def test_what_is_deleted_takes_with_it_what_was_below():
    body = b'{"links": ["/things/7/parts/2", "/things/7", "/things/8/parts/2"]}'
    known = learnt(Request("GET", "/things"), 200, body)
    thing = CONTRACT.operation("getThing")
    assert thing is not None

    known.forget(thing, {"thing_id": "7"})

    assert {"thing_id": "7"} not in of(known, "getThing")
    assert of(known, "getPart") == [{"thing_id": "8", "id": "2"}]


def test_addresses_in_a_body_lead_to_what_they_name():
    body = b'{"links": [{"self": "/things/7/parts/2"}, "/things/7"]}'

    known = learnt(Request("GET", "/things"), 200, body)

    assert of(known, "getPart") == [{"thing_id": "7", "id": "2"}]
    assert of(known, "getThing") == [{"thing_id": "7"}]


@pytest.mark.parametrize("name", ["thing_id", "id"])
def test_the_member_that_is_named_like_the_variable_leads_to_what_was_listed(name: str):
    body = f'{{"data": [{{"{name}": 1}}, {{"{name}": 2}}]}}'.encode()

    known = learnt(Request("GET", "/things"), 200, body)

    assert of(known, "getThing") == [{"thing_id": "2"}, {"thing_id": "1"}]


def test_a_refusal_teaches_nothing():
    assert of(learnt(Request("POST", "/things"), 400, Location="/things/1"), "getThing") == []
