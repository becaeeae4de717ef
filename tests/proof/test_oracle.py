"""Claims about the oracle: each rule finds what breaks it, and is silent on what keeps it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from tenor import document
from tenor.proof.asking import Reply, Request
from tenor.proof.contract import Contract
from tenor.proof.oracle import CHECKS, RULES
from tenor.proof.subject import Seen

PROBLEM = "application/problem+json"
TEXT = {"schema": {"type": "string"}}
PLAIN = {"description": "It is there."}
PAGES: dict[str, Any] = {
    **PLAIN,
    "headers": {"ETag": TEXT},
    "content": {"application/json": {}, "text/html": {}},
}
ANSWERS: dict[str, Any] = {
    "200": PAGES,
    "304": {**PLAIN, "headers": {"ETag": TEXT}},
    "503": {**PLAIN, "headers": {"Retry-After": TEXT}},
}


def operation(name: str, answers: dict[str, Any], *takes: dict[str, Any]) -> dict[str, Any]:
    return {"operationId": name, "parameters": [*takes], "responses": answers}


def variable(name: str, location: str = "path") -> dict[str, Any]:
    return {"name": name, "in": location, "required": location == "path", **TEXT}


CONTRACT = Contract(
    document.load(
        {
            "openapi": "3.1.1",
            "info": {"title": "Things", "version": "1"},
            "paths": {
                "/things": {
                    "get": operation("listThings", {"200": PAGES}, variable("format", "query")),
                    "post": operation(
                        "addThing", {"201": {**PLAIN, "headers": {"Location": TEXT}}}
                    ),
                },
                "/things/{id}": {
                    "get": operation("getThing", ANSWERS, variable("id")),
                    "delete": operation("deleteThing", {"204": PLAIN}, variable("id")),
                },
                "/things/newest": {"put": operation("putNewest", {"204": PLAIN})},
            },
            "x-tenor-unrouted": {
                "204": {**PLAIN, "headers": {"Allow": {**TEXT, "required": True}}},
                "405": {**PLAIN, "headers": {"Allow": {**TEXT, "required": True}}},
            },
        }
    ).expanded()
)


@dataclass(frozen=True)
class Case:
    """An exchange that keeps a rule or breaks it; ``at`` is the method and address."""

    rule: str
    at: str
    status: int
    reply: dict[str, str] = field(default_factory=dict)
    body: Any = b""
    request: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        sent = ", ".join(f"{name}: {text}" for name, text in {**self.request, **self.reply}.items())
        return f"{self.rule} {self.at} {self.status} {sent} {self.body!r}"

    @property
    def seen(self) -> Seen:
        method, _, target = self.at.partition(" ")
        request = Request(method, target, tuple(self.request.items()))
        content = self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()
        reply = Reply(self.status, tuple(self.reply.items()), content)
        found, values = CONTRACT.at(method, request.path)
        cell, _ = CONTRACT.judge(request, reply, found)
        return Seen(request, reply, found, values, cell, CONTRACT)


GET, HEAD, LIST, POST = "GET /things/1", "HEAD /things/1", "GET /things", "POST /things"
OPTIONS, REFUSED, NEWEST = "OPTIONS /things/1", "PATCH /things/1", "GET /things/newest"
IS_PROBLEM, IS_JSON = {"Content-Type": PROBLEM}, {"Content-Type": "application/json"}
ASKED = {"If-None-Match": '"a", W/"b"'}
NOW = "Mon, 02 Mar 2026 09:10:00 GMT"
VARIES = {"Vary": "Accept"}

BROKEN = (
    Case("problem-status", GET, 404, IS_PROBLEM, {"status": 500}),
    Case("problem-status", GET, 404, IS_PROBLEM, {"status": "404"}),
    Case("not-modified-tag", GET, 304, request=ASKED),
    Case("not-modified-tag", GET, 304, {"ETag": '"c"'}, request=ASKED),
    Case("not-modified-tag", GET, 304, {"ETag": '"c"'}),
    Case("not-modified-content", GET, 304, {"ETag": '"a"'}, b"x", ASKED),
    Case("no-content", "DELETE /things/1", 204, {"Content-Type": "text/plain"}, b"x"),
    Case("no-content", "DELETE /things/1", 205, body=b"x"),
    Case("head-content", HEAD, 200, VARIES, b"x"),
    Case("challenge", GET, 401),
    Case("challenge", GET, 401, {"WWW-Authenticate": ""}),
    Case("allow", REFUSED, 405),
    Case("allow", REFUSED, 405, {"Allow": "GET, HEAD, OPTIONS"}),
    Case("allow", REFUSED, 405, {"Allow": "GET, DELETE, PATCH"}),
    Case("allow", OPTIONS, 204),
    Case("allow", OPTIONS, 200, {"Allow": "GET, DELETE, TRACE"}),
    Case("allow", "PATCH /things/newest", 405, {"Allow": "GET"}),
    Case("vary", GET, 200, IS_JSON),
    Case("vary", GET, 200, {**IS_JSON, "Vary": "Origin, Accept-Encoding"}),
    Case("vary", HEAD, 200, IS_JSON),
    Case("location", POST, 201),
    Case("location", POST, 201, {"Location": "/a thing"}),
    Case("location", POST, 201, {"Location": ""}),
    Case("location", POST, 201, {"Location": "/%zz"}),
    Case("retry-after", GET, 503),
    Case("retry-after", GET, 503, {"Retry-After": "soon"}),
    Case("entity-tag", GET, 200, {"ETag": "a", **VARIES}),
    Case("entity-tag", GET, 200, {"ETag": 'w/"a"', **VARIES}),
    Case("entity-tag", GET, 200, {"ETag": '"a b"', **VARIES}),
    Case("date", GET, 200, {"Last-Modified": "2026-03-02", **VARIES}),
    Case("date", GET, 200, {"Last-Modified": NOW.replace("Mon", "Tue"), **VARIES}),
    Case("date", GET, 200, {"Last-Modified": NOW, "Date": NOW.replace("10:", "09:"), **VARIES}),
)

KEPT = (
    Case("problem-status", GET, 404, IS_PROBLEM, {"status": 404}),
    Case("problem-status", GET, 404, IS_PROBLEM, {"title": "It is not there"}),
    Case("problem-status", GET, 404, IS_JSON, {"status": 500}),
    Case("problem-status", GET, 404, IS_PROBLEM, ["no object"]),
    Case("not-modified-tag", GET, 304, {"ETag": '"b"'}, request=ASKED),
    Case("not-modified-tag", GET, 304, {"ETag": '"c"'}, request={"If-None-Match": "*"}),
    Case("not-modified-tag", GET, 304, {"ETag": '"c"'}, request={"If-Modified-Since": NOW}),
    Case("not-modified-content", GET, 304, {"ETag": '"a"'}, request=ASKED),
    Case("no-content", "DELETE /things/1", 204),
    Case("no-content", "DELETE /things/1", 204, {"Content-Type": "text/plain"}),
    Case("no-content", "DELETE /things/1", 200, {"Content-Type": "text/plain"}, b"x"),
    Case("head-content", HEAD, 200, VARIES),
    Case("challenge", GET, 401, {"WWW-Authenticate": 'Bearer realm="things"'}),
    Case("challenge", GET, 401, {"WWW-Authenticate": "Negotiate"}),
    Case("allow", REFUSED, 405, {"Allow": "GET, HEAD, DELETE, OPTIONS"}),
    Case("allow", REFUSED, 405, {"Allow": "DELETE,GET"}),
    Case("allow", OPTIONS, 204, {"Allow": "DELETE, GET, HEAD, OPTIONS"}),
    Case("allow", OPTIONS, 404),
    Case("allow", "PATCH /things/newest", 405, {"Allow": "PUT"}),
    Case("allow", "PATCH /things/newest", 405, {"Allow": "DELETE, GET, HEAD, PUT"}),
    Case("allow", "PATCH /elsewhere", 405, {"Allow": "GET"}),
    Case("vary", GET, 200, {**IS_JSON, "Vary": "Origin, accept"}),
    Case("vary", GET, 200, {**IS_JSON, "Vary": "*"}),
    Case("vary", LIST, 200, IS_JSON),
    Case("location", POST, 201, {"Location": "/things/1"}),
    Case("location", POST, 201, {"Location": "https://example.org:8080/a%20thing?x=[1]#b"}),
    Case("location", GET, 201),
    Case("retry-after", GET, 503, {"Retry-After": "120"}),
    Case("retry-after", GET, 503, {"Retry-After": NOW}),
    Case("retry-after", POST, 503),
    Case("entity-tag", GET, 200, {"ETag": 'W/"a"', **VARIES}),
    Case("entity-tag", GET, 200, {"ETag": '""', **VARIES}),
    Case("date", GET, 200, {"Last-Modified": NOW, "Date": NOW, **VARIES}),
    Case("date", GET, 200, {"Last-Modified": NOW, **VARIES}),
)


def said(case: Case) -> Iterator[tuple[str, str]]:
    return (each for check in CHECKS for each in check(case.seen))


@pytest.mark.parametrize("case", BROKEN, ids=str)
def test_what_breaks_a_rule_is_found_by_it_alone(case: Case):
    assert [name for name, _ in said(case)] == [f"oracle/{case.rule}"]


@pytest.mark.parametrize("case", KEPT, ids=str)
def test_what_keeps_a_rule_is_not_spoken_of(case: Case):
    assert list(said(case)) == []


def test_each_rule_has_something_that_keeps_it_and_something_that_breaks_it():
    assert {f"oracle/{case.rule}" for case in BROKEN} == RULES.keys()
    assert {f"oracle/{case.rule}" for case in KEPT} == RULES.keys()


@pytest.mark.parametrize("case", BROKEN, ids=str)
def test_a_sentence_says_where_what_was_promised_and_what_to_do(case: Case):
    ((_, sentence),) = said(case)

    assert sentence.startswith((*(each.id for each in CONTRACT.operations), case.at))
    assert "RFC" in sentence or "declares" in sentence
    assert sentence.count(". ") >= 1
    assert sentence.endswith(".")


def test_a_sentence_says_nothing_of_what_was_sent():
    secret = "s3cr3t"
    case = Case("location", POST, 201, {"Location": f"/a {secret}", "ETag": secret})

    assert all(secret not in sentence for _, sentence in said(case))
