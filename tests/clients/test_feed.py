"""JSON Feed, held to a schema that was not written with these feeds in mind."""

import json
from collections.abc import Callable
from typing import Any

import jsonschema_rs
import pytest

from tests.server.servers import Server
from tests.server.wire import request
from tools import generators

SCHEMA = generators.HOME / "node_modules/jsonfeed-schema/schema-v1.1.json"
MARY = {"username": "mary", "password": "poetical science 1843"}
POST = {"title": "One & <only>", "body": "It *weaves*.", "tags": ["x", "y"], "status": "published"}


def asked(server: Server, method: str, path: str, content: Any = None, *headers: str) -> Any:
    """The JSON that comes of a request."""
    body = b"" if content is None else json.dumps(content).encode()
    lines = (*headers, *(["Content-Type: application/json"] if body else []))
    answer = server.ask(request(method, path, *lines, body=body))
    assert answer.status < 300
    return json.loads(answer.body)


@pytest.fixture(scope="module")
def feed(server: Server) -> Any:
    """A feed with a post in it."""
    asked(server, "POST", "/accounts", MARY | {"display_name": "Mary"})
    token = asked(server, "POST", "/tokens", MARY | {"scopes": ["posts:write"]})
    asked(server, "POST", "/posts", POST, f"Authorization: Bearer {token['data']['secret']}")
    return asked(server, "GET", "/feeds/posts", None, "Accept: application/feed+json")


@pytest.fixture(scope="module")
def is_valid() -> Callable[[Any], bool]:
    schema = json.loads(SCHEMA.read_text("utf-8"))
    return jsonschema_rs.validator_for(schema, validate_formats=True).is_valid


def test_the_feed_is_valid(feed: Any, is_valid: Callable[[Any], bool]):
    assert feed["items"]
    assert is_valid(feed)


@pytest.mark.parametrize("name", ["version", "title", "items"])
def test_a_feed_without_what_it_needs_is_not(feed: Any, is_valid: Callable[[Any], bool], name: str):
    assert not is_valid({key: value for key, value in feed.items() if key != name})


def test_an_item_without_an_id_is_not_valid(feed: Any, is_valid: Callable[[Any], bool]):
    items = [{key: value for key, value in item.items() if key != "id"} for item in feed["items"]]

    assert not is_valid(feed | {"items": items})
