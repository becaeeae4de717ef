"""The publishing API on the wire: what no test client can send, and what really arrives."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.server import servers
from tests.server.servers import Server
from tests.server.wire import Answer, chunked, request

PUBLIC_URL = "https://blog.example/api"
_JSON = "Content-Type: application/json"
_POST = json.dumps({"title": "The first engine", "body": "It weaves.", "status": "published"})
_SECRET = "poetical science 1843"


@dataclass(frozen=True, slots=True)
class Api:
    """The API as one server serves it, and ada's token."""

    server: Server
    authorization: str

    def ask(self, method: str, target: str, *headers: str | bytes, body: bytes = b"") -> Answer:
        return self.server.ask(request(method, target, *headers, body=body))

    def send(self, raw: bytes) -> Answer:
        """The answer to a request after which the client says that it is done."""
        with self.server.connect() as connection:
            connection.send(raw)
            connection.end()
            return connection.receive()

    def write(self, *headers: str | bytes, body: bytes) -> bytes:
        """A request to write a post."""
        return request("POST", "/posts", _JSON, self.authorization, *headers, body=body)

    def titles(self) -> list[str]:
        answer = self.ask("GET", "/posts?limit=100&sort=title", self.authorization)
        return [post["title"] for post in json.loads(answer.body)["data"]]


@pytest.fixture(scope="module", params=["granian", "gunicorn"])
def api(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """The publishing API on a fresh store, served by each HTTP server in turn."""
    folder = tmp_path_factory.mktemp(request.param)
    env = {
        "TENOR_DATABASE_URL": f"sqlite:///{folder}/tenor.db",
        "TENOR_PUBLIC_URL": PUBLIC_URL,
        "TENOR_ALLOWED_HOSTS": "tenor.example,127.0.0.1",
    }
    with servers.start(request.param, "app:create_app", folder, env=env) as server:
        yield Api(server, _registered(server))


def _registered(server: Server) -> str:
    """Ada's credentials, once she has registered and taken a token."""
    account = {"username": "ada", "display_name": "Ada Lovelace", "password": _SECRET}
    login = {"username": "ada", "password": _SECRET, "scopes": ["posts:write"]}
    assert server.ask(_posting("/accounts", account)).status == 201
    answer = server.ask(_posting("/tokens", login))
    return f"Authorization: Bearer {json.loads(answer.body)['data']['secret']}"


def _posting(target: str, value: Any) -> bytes:
    return request("POST", target, _JSON, body=json.dumps(value).encode())


def problem(answer: Answer) -> str:
    """The name of the problem that an answer is."""
    assert answer.media_type == "application/problem+json"
    found = json.loads(answer.body)
    assert found["status"] == answer.status
    assert found["type"].startswith(f"{PUBLIC_URL}/problems/")
    return found["type"].removeprefix(f"{PUBLIC_URL}/problems/")


def test_a_post_is_where_location_says_whatever_host_was_asked(api: Api):
    """`Location` is made of the public URL, and not of what a request says."""
    hosts = (
        "Host: tenor.example",
        "X-Forwarded-Host: evil.example",
        "Forwarded: host=evil.example",
    )
    written = api.ask("POST", "/posts", _JSON, api.authorization, *hosts, body=_POST.encode())
    location = written.header("location") or ""
    read = api.ask("GET", location.removeprefix(PUBLIC_URL))

    assert written.status == 201
    assert location.startswith(f"{PUBLIC_URL}/posts/the-first-engine")
    assert (read.body, read.header("etag")) == (written.body, written.header("etag"))
    assert "evil" not in repr(written)


@pytest.mark.parametrize(
    "raw",
    [
        request("GET", "/", "Host: evil.example"),
        request("GET", "/", "Host: evil.example", "X-Forwarded-Host: tenor.example"),
        request("GET", "/", "Host:"),
        request("GET", "/", "Host: tenor.example@evil.example"),
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.0\r\n\r\n",
    ],
    ids=["another", "another, forwarded", "empty", "with a user", "none", "none in HTTP/1.0"],
)
def test_a_host_that_is_not_served_is_refused(api: Api, raw: bytes):
    answer = api.server.ask(raw)

    assert (answer.status, problem(answer)) == (400, "invalid-request")
    assert "evil" not in repr(answer)


def test_two_hosts_are_refused(api: Api):
    """Granian hands both over, and together they are none; gunicorn refuses them itself."""
    answer = api.ask("GET", "/", "Host: tenor.example", "Host: tenor.example")

    assert answer.status == 400
    assert (answer.media_type == "text/html") == (api.server.name == "gunicorn")


@pytest.mark.parametrize(
    "cut",
    [
        ("Content-Length: 500", b'{"title": "Cut", "body": "It wea'),
        ("Content-Length: 500", b'{"title": "Cut", "body": "It weaves."}'),
        ("Transfer-Encoding: chunked", b'40\r\n{"title": "Cut", "body": "It wea'),
        ("Transfer-Encoding: chunked", b'20\r\n{"title": "Cut", "body": "It wea\r\n'),
        ("Transfer-Encoding: chunked", b""),
    ],
    ids=["within", "at its end", "within a chunk", "between chunks", "before the first chunk"],
)
def test_a_post_that_is_cut_on_its_way_is_not_stored(api: Api, cut: tuple[str, bytes]):
    framing, body = cut

    answer = api.send(api.write(framing, body=body))

    assert (answer.status, problem(answer)) == (400, "invalid-request")
    assert "Cut" not in api.titles()


def test_a_post_may_come_in_chunks(api: Api):
    content = json.dumps(
        {"title": "In chunks", "body": "It weaves.", "status": "published"}
    ).encode()
    pieces = chunked(content[:30], content[30:31], content[31:])

    answer = api.server.ask(api.write("Transfer-Encoding: chunked", body=pieces))

    assert answer.status == 201
    assert "In chunks" in api.titles()


@pytest.mark.parametrize(
    "text", [b"\\u0000", b"\\ud800", b"\0", b"\xff", b"\\x"], ids=lambda text: repr(text)
)
@pytest.mark.parametrize("member", ["title", "body"])
def test_text_that_cannot_be_stored_is_refused(api: Api, member: str, text: bytes):
    value = {"title": "T", "body": "B"} | {member: "HERE"}
    content = json.dumps(value).encode().replace(b"HERE", b"s3cret" + text)

    answer = api.server.ask(api.write(body=content))

    assert (answer.status, problem(answer)) == (400, "invalid-request")
    assert b"s3cret" not in answer.body


@pytest.mark.parametrize(
    "target",
    [
        "/posts/the%2Ffirst",
        "/posts/first%0A",
        "/posts/first%00",
        "/posts/%ff",
        "/posts//first",
        "//posts",
        "/posts/",
        "/posts/first/",
        "/posts/First",
        "/tokens/1_0",
        "/tokens/" + "9" * 3000,
        "/accounts/%F0%9F%98%80",
    ],
)
def test_an_address_that_cannot_be_is_not_found(api: Api, target: str):
    """404 without a redirect; a token's is 401 to whoever sent no credentials."""
    answer = api.ask("GET", target)

    expected = "unauthorized" if target.startswith("/tokens") else "not-found"
    assert problem(answer) == expected
    assert answer.header("location") is None


@pytest.mark.parametrize("query", ["limit=1_0", "limit=%D9%A1", "limit=1&limit=1", "limit=", "a=1"])
def test_a_query_that_breaks_the_contract_is_refused(api: Api, query: str):
    assert problem(api.ask("GET", f"/posts?{query}")) == "invalid-request"


def test_a_post_beyond_the_limit_is_refused(api: Api):
    answer = api.server.ask(api.write(body=b'"' + b"a" * 1_048_576 + b'"'))

    assert (answer.status, problem(answer)) == (413, "content-too-large")


def test_two_credentials_are_none(api: Api):
    answer = api.ask("GET", "/tokens", api.authorization, api.authorization)

    assert (answer.status, problem(answer)) == (401, "unauthorized")
    assert answer.header("www-authenticate") is not None


def test_two_preconditions_are_a_list(api: Api):
    """As RFC 9110, section 5.3, has it: whether in one header or two makes no difference."""
    written = api.server.ask(api.write(body=json.dumps({"title": "Listed", "body": "B"}).encode()))
    target = (written.header("location") or "").removeprefix(PUBLIC_URL)
    current = f"If-Match: {written.header('etag')}"

    stale = api.ask("DELETE", target, api.authorization, 'If-Match: "a"', 'If-Match: "b"')
    fresh = api.ask("DELETE", target, api.authorization, 'If-Match: "a"', current)

    assert (stale.status, problem(stale)) == (412, "precondition-failed")
    assert fresh.status == 204


@pytest.mark.parametrize("accept", ["application/json", "text/html"])
def test_head_and_304_carry_the_headers_of_get_and_no_body(api: Api, accept: str):
    written = api.server.ask(api.write(body=_POST.encode()))
    target = (written.header("location") or "").removeprefix(PUBLIC_URL)
    asked = (api.authorization, f"Accept: {accept}")
    with api.server.connect() as connection:
        connection.send(request("GET", target, *asked))
        whole = connection.receive()
        connection.send(request("HEAD", target, *asked))
        head = connection.receive(to=b"HEAD")
        connection.send(request("GET", target, *asked, f"If-None-Match: {whole.header('etag')}"))
        unchanged = connection.receive()
        connection.send(request("GET", "/health/live"))
        after = connection.receive()

    varying = {"date", "x-request-id"}
    assert {h for h in head.headers if h[0] not in varying} == {
        h for h in whole.headers if h[0] not in varying
    }
    assert unchanged.status == 304
    assert unchanged.header("etag") == whole.header("etag")
    assert unchanged.header("content-type") is None
    assert after.status == 200


def test_secrets_never_reach_the_log(api: Api):
    api.ask("GET", "/tokens", f"{api.authorization}x")
    api.ask("POST", "/tokens", _JSON, body=b'{"username": "ada", "password": "wrong s3cret"')

    assert api.authorization.rpartition(" ")[2] not in api.server.log
    assert "s3cret" not in api.server.log
    assert _SECRET not in api.server.log
