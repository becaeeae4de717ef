"""How a proof reads a contract: which operation an address belongs to, and what a reply breaks."""

from typing import Any

import pytest

from tenor import document
from tenor.cells import Cell
from tenor.proof.asking import Reply, Request
from tenor.proof.contract import Contract
from tests.engine import contracts
from tests.engine.contracts import closed, header, operation, path, response

JSON = ("Content-Type", "application/json")


def contract(paths: dict[str, Any], **root: Any) -> Contract:
    return Contract(document.load(contracts.document(paths, **root)).expanded())


SHOP = {
    "/books/{id}": {
        "parameters": [path("id")],
        "get": operation(
            "getBook",
            answers={
                200: response(
                    content={"application/json": closed(a={"type": "integer"}), "text/plain": True},
                    headers={"ETag": header({"type": "string"}, required=True)},
                ),
                "4XX": response(closed(why={"type": "string"})),
            },
        ),
        "delete": operation("deleteBook", answers={204: response()}),
    },
    "/books/new": {"get": operation("getNewBook")},
}


def test_the_path_with_fewer_variables_is_meant():
    shop = contract(SHOP)

    assert shop.at("GET", "/books/new")[0] is shop.operation("getNewBook")
    assert shop.at("GET", "/books/a%2Fb") == (shop.operation("getBook"), {"id": "a/b"})
    assert shop.at("GET", "/books/a/b") == (None, {})


def test_the_base_path_of_the_servers_stands_before_every_path():
    shop = contract(SHOP, servers=[{"url": "https://shop.example/v1"}])

    assert shop.at("GET", "/v1/books/7")[1] == {"id": "7"}
    assert shop.at("GET", "/books/7") == (None, {})


def test_an_address_has_the_methods_that_are_declared_for_it_and_those_that_follow():
    shop = contract(SHOP)

    assert shop.methods_at("/books/7") == {"GET", "HEAD", "DELETE", "OPTIONS"}
    assert shop.methods_at("/nowhere") == frozenset()


RIGHT = {
    "json": (200, [JSON, ("ETag", '"1"')], b'{"a":1}', Cell("getBook", "200", "application/json")),
    "text": (
        200,
        [("content-type", "text/plain; charset=utf-8"), ("etag", '"1"')],
        b"a",
        Cell("getBook", "200", "text/plain"),
    ),
    "of-a-range": (404, [JSON], b'{"why":"gone"}', Cell("getBook", "4XX", "application/json")),
    "of-the-server": (
        200,
        [JSON, ("ETag", '"1"'), ("Date", "x"), ("Server", "y"), ("Content-Length", "7")],
        b'{"a":1}',
        Cell("getBook", "200", "application/json"),
    ),
}
WRONG = {
    "status": (500, [JSON], b"{}", "status-declared"),
    "media-type": (
        200,
        [("Content-Type", "text/html"), ("ETag", "x")],
        b"a",
        "media-type-declared",
    ),
    "header-missing": (200, [JSON], b'{"a":1}', "header-present"),
    "header-undeclared": (
        200,
        [JSON, ("ETag", "x"), ("X-Other", "y")],
        b'{"a":1}',
        "header-declared",
    ),
    "property": (200, [JSON, ("ETag", "x")], b'{"a":1,"b":2}', "property-declared"),
    "type": (200, [JSON, ("ETag", "x")], b'{"a":"1"}', "body-schema"),
    "syntax": (200, [JSON, ("ETag", "x")], b"{'a':1}", "body-syntax"),
    "no-body": (200, [JSON, ("ETag", "x")], b"", "body-present"),
}


@pytest.mark.parametrize("name", RIGHT)
def test_a_reply_that_keeps_the_contract_shows_its_cell(name: str):
    shop = contract(SHOP)
    status, headers, body, cell = RIGHT[name]

    judged = shop.judge(
        Request("GET", "/books/7"), Reply(status, tuple(headers), body), shop.operation("getBook")
    )

    assert judged == (cell, [])


@pytest.mark.parametrize("name", WRONG)
def test_a_reply_that_breaks_the_contract_is_told_by_its_rule(name: str):
    shop = contract(SHOP)
    status, headers, body, rule = WRONG[name]

    _, breaches = shop.judge(
        Request("GET", "/books/7"), Reply(status, tuple(headers), body), shop.operation("getBook")
    )

    assert [breach.rule.value for breach in breaches] == [rule]


@pytest.mark.parametrize("headers", [[JSON], []], ids=["with-type", "bare"])
def test_content_where_none_is_declared_is_a_breach_from_outside_too(headers: list[Any]):
    """The gate of an application would mend it; a client that gets it has got it."""
    shop = contract(SHOP)
    reply = Reply(204, tuple(headers), b"" if headers else b"x")

    _, breaches = shop.judge(Request("DELETE", "/books/7"), reply, shop.operation("deleteBook"))

    assert [breach.rule.value for breach in breaches] == ["body-absent"]


def test_an_answer_to_head_needs_no_content():
    shop = contract(SHOP)
    reply = Reply(200, (JSON, ("ETag", '"1"')), b"")

    assert shop.judge(Request("HEAD", "/books/7"), reply, shop.operation("getBook"))[1] == []


def test_what_belongs_to_no_operation_is_held_to_the_unrouted_rest():
    unrouted = {"404": response(closed(why={"type": "string"}))}
    shop = contract(SHOP, **{"x-tenor-unrouted": unrouted})
    lost = Reply(404, (JSON,), b'{"why":"lost"}')
    wrong = Reply(405, (JSON,), b'{"why":"lost"}')

    cell, breaches = shop.judge(Request("GET", "/nowhere"), lost, None)
    stray, found = shop.judge(Request("PUT", "/books/7"), wrong, None)

    assert (cell, breaches) == (Cell("x-tenor-unrouted", "404", "application/json"), [])
    assert stray == Cell("x-tenor-unrouted", "405", "application/json")
    assert [breach.rule.value for breach in found] == ["status-declared"]
