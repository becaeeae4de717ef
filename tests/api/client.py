"""Those who call the API, in process or over the wire."""

import base64
import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Self

import orjson
from werkzeug.test import TestResponse

from tenor import Tenor

PASSWORD = "poetical science 1843"
PROBLEM = "application/problem+json"
MERGE_PATCH = "application/merge-patch+json"
HTML = {"accept": "text/html"}
ENGINE = {
    "title": "The first engine",
    "body": "It weaves *algebraical patterns*.",
    "tags": ["engines", "history"],
    "status": "published",
}


@dataclass(frozen=True)
class Caller(ABC):
    """A caller, anonymous without a secret. Headers are given in snake_case."""

    secret: str | None = None
    username: str = ""

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.send("GET", path, **headers)

    def head(self, path: str, **headers: str) -> TestResponse:
        return self.send("HEAD", path, **headers)

    def delete(self, path: str, **headers: str) -> TestResponse:
        return self.send("DELETE", path, **headers)

    def post(self, path: str, body: Any, **headers: str) -> TestResponse:
        return self.send("POST", path, body, **headers)

    def put(self, path: str, body: Any, **headers: str) -> TestResponse:
        return self.send("PUT", path, body, **headers)

    def patch(self, path: str, body: Any, **headers: str) -> TestResponse:
        return self.send("PATCH", path, body, **{"content_type": MERGE_PATCH, **headers})

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        """The answer to a request, with content unless the body is None; bytes go as they are."""
        given = {} if self.secret is None else {"authorization": f"Bearer {self.secret}"}
        given |= {} if body is None else {"content_type": "application/json"}
        given |= headers
        content = body if body is None or isinstance(body, bytes) else orjson.dumps(body)
        lines = [(name.replace("_", "-").title(), value) for name, value in given.items()]
        return self.open(method, path, lines, content)

    @abstractmethod
    def open(
        self, method: str, path: str, headers: list[tuple[str, str]], content: bytes | None
    ) -> TestResponse:
        """The answer to a request as it is."""

    def write(self, title: str = "The first engine", **fields: Any) -> TestResponse:
        """The answer to a new post, published unless said otherwise."""
        return self.post("/posts", {**ENGINE, "title": title, **fields})

    def comment(
        self, slug: str = "the-first-engine", body: str = "Does it weave *bugs* too?"
    ) -> TestResponse:
        """The answer to a new comment on a post."""
        return self.post(f"/posts/{slug}/comments", {"body": body})

    def register(self, username: str, **headers: str) -> TestResponse:
        """The answer to a new account, whose password is the same for all."""
        body = {"username": username, "display_name": username.title(), "password": PASSWORD}
        return self.post("/accounts", body, **headers)

    def take_token(self, username: str, *scopes: str, **fields: Any) -> TestResponse:
        """The answer to a request for a token."""
        body = {"username": username, "password": PASSWORD, "scopes": list(scopes)}
        return self.post("/tokens", body | fields)

    def sign_in(self, username: str, *scopes: str) -> Self:
        """The account, acting with a new token."""
        secret = data(self.take_token(username, *scopes))["secret"]
        return replace(self, secret=secret, username=username)


@dataclass(frozen=True)
class Client(Caller):
    """A caller of an application. All it is answered has passed the gate, or its test fails."""

    app: Tenor = field(kw_only=True)

    def open(
        self, method: str, path: str, headers: list[tuple[str, str]], content: bytes | None
    ) -> TestResponse:
        """The answer to a request as it is."""
        return self.app.test_client().open(path, method=method, headers=headers, data=content)

    def through(self, app: Tenor) -> "Client":
        """The same caller of another application."""
        return replace(self, app=app)


Join = Callable[..., Client]


def data(answer: TestResponse) -> Any:
    """The data of a success."""
    assert answer.status_code < 300, answer.get_data(as_text=True)
    return answer.get_json()["data"]


def refusal(answer: TestResponse) -> tuple[int, str]:
    """The status of a refusal and the name of its problem, both as the answer says them twice."""
    body = answer.get_json()
    assert answer.content_type == PROBLEM
    assert body["status"] == answer.status_code
    return answer.status_code, body["type"].rpartition("/")[2]


def faults(answer: TestResponse) -> set[tuple[str, str, str]]:
    """Where a request breaks the contract, and which rules."""
    assert refusal(answer) == (400, "invalid-request")
    return {(f["in"], f["pointer"], f["rule"]) for f in answer.get_json()["errors"]}


def but_the_request_id(answer: TestResponse) -> tuple[int, dict[str, str], bytes]:
    """All that a client sees of an answer but the one thing in which any two differ."""
    headers = {name: value for name, value in answer.headers.items() if name != "X-Request-Id"}
    return answer.status_code, headers, answer.get_data()


def follow(client: Client, path: str, relation: str = "next") -> Iterable[TestResponse]:
    """The pages of a list, one after the other, by the links in them."""
    while path:
        answer = client.get(path)
        yield answer
        path = local(answer.get_json()["links"].get(relation, ""))


def local(url: str) -> str:
    """The path and query of an address of the API."""
    return url.removeprefix(PUBLIC_URL)


def style_hash(style: str) -> str:
    """What a content security policy calls a style sheet."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}'"


PUBLIC_URL = "https://tenor.example"
