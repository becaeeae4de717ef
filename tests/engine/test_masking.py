"""Masking: what a contract calls a secret is nowhere in what is written down, and the rest is."""

import json
from typing import Any

import pytest

from tenor.document import Document
from tenor.masking import MASK, Mask
from tests.engine.contracts import document, operation, parameter, query, response

SECRET = "hunter2-hunter2"
PASSWORD = {"type": "string", "format": "password"}
TEXT = {"type": "string"}


def mask_of(*paths: tuple[str, Any], **more: Any) -> Mask:
    return Mask.of(Document(document(dict(paths), **more), "contract.yaml", {}))


def path(template: str, **schemas: Any) -> tuple[str, Any]:
    """A path whose parameters have these schemas."""
    name = "get" + "".join(c for c in template if c.isalnum())
    takes = [parameter("path", each, schema) for each, schema in schemas.items()]
    return template, {"get": operation(name, takes=takes, answers={204: response()})}


def speaking(schema: Any, media_type: str = "application/json") -> tuple[str, Any]:
    answers = {200: response(schema, media_type)}
    return "/spoken", {"get": operation("getSpoken", answers=answers)}


def asked(mask: Mask, target: str, headers: Any = (), body: bytes = b"") -> Any:
    return mask.request("GET", target, tuple(headers), body)


# --- addresses ----------------------------------------------------------------------------------

DOORS = (
    path("/reset/{token}", token=TEXT),
    path("/doors/{word}/open", word=PASSWORD),
    path("/doors/front/open"),
    path("/rooms/{id}", id=TEXT),
)


@pytest.mark.parametrize(
    ("sent", "written"),
    [
        (f"/reset/{SECRET}", "/reset/***"),
        (f"/reset/{SECRET}/more/of/it?a=b", "/reset/***?a=b"),
        (f"/doors/{SECRET}/open", "/doors/***/open"),
        (f"/base/doors/{SECRET}/open/", "/base/doors/***/open/"),
        ("/doors/front/open", "/doors/front/open"),
        ("/rooms/5", "/rooms/5"),
        ("/", "/"),
    ],
)
def test_a_secret_of_a_path_is_masked_and_what_is_none_is_not(sent: str, written: str):
    """Called a password or named like a secret; what another path says in letters is none."""
    assert asked(mask_of(*DOORS), sent).target == written


@pytest.mark.parametrize(
    ("sent", "written"),
    [
        (f"/base/{SECRET}", "/base/***"),
        ("/base/rooms", "/base/rooms"),
        ("/base/rooms/5", "/base/rooms/5"),
    ],
)
def test_a_path_that_begins_with_a_secret_is_told_from_others(sent: str, written: str):
    mask = mask_of(
        path("/{key}", key=PASSWORD),
        path("/rooms"),
        path("/rooms/{id}", id=TEXT),
        servers=[{"url": "https://example.org/base/"}],
    )
    assert asked(mask, sent).target == written


@pytest.mark.parametrize(
    ("name", "value", "written"),
    [
        ("Location", f"https://a/reset/{SECRET}", "https://a/reset/***"),
        ("Location", f"/back#access_token={SECRET}&a=b", "/back#access_token=***&a=b"),
        ("Location", f"https://ada:{SECRET}@a/b", "https://***@a/b"),
        ("Referer", f"http://a/doors/{SECRET}/open?a=b", "http://a/doors/***/open?a=b"),
        (
            "Link",
            f'</a?b=c>; rel="next", </a?token={SECRET}>; rel="prev"',
            '</a?b=c>; rel="next", </a?token=***>; rel="prev"',
        ),
        ("X-Session-Id", SECRET, MASK),
        ("X-CSRF", SECRET, MASK),
        ("Location", "/rooms/5?a=b#c", "/rooms/5?a=b#c"),
    ],
)
def test_a_secret_in_a_header_is_masked(name: str, value: str, written: str):
    assert mask_of(*DOORS).lines([(name, value)]) == ((name, written),)


@pytest.mark.parametrize(
    ("sent", "written"),
    [
        (f"words={SECRET}&words={SECRET}", "words=***&words=***"),
        (f"filter[pin]={SECRET}", "filter[pin]=***"),
        (f"user%5Bpassword%5D={SECRET}", "user%5Bpassword%5D=***"),
        (f"back=%2Freset%2F{SECRET}", "back=%2Freset%2F***"),
        (
            f"json=%7B%22password%22%3A%22{SECRET}%22%7D",
            "json=%7B%22password%22%3A%22***%22%7D",
        ),
        ("q=%2Frooms%2F5&r=%7B%7D&s", "q=%2Frooms%2F5&r=%7B%7D&s"),
    ],
)
def test_a_secret_of_a_query_is_masked(sent: str, written: str):
    """Also in a list, in an object by brackets, and in the JSON or the URL that is a value."""
    takes = [query("words", {"type": "array", "items": PASSWORD})]
    takes.append(query("filter", {"type": "object", "properties": {"pin": PASSWORD}}))
    asking = {"get": operation("ask", takes=takes, answers={204: response()})}
    assert asked(mask_of(*DOORS, ("/ask", asking)), f"/ask?{sent}").target == f"/ask?{written}"


# --- content ------------------------------------------------------------------------------------

KEPT = {
    "list": {"type": "array", "items": PASSWORD},
    "map": {"type": "object", "additionalProperties": PASSWORD},
    "either": {"anyOf": [{"type": "null"}, {"$ref": "#/components/schemas/Word"}]},
    "pair": {"type": "array", "prefixItems": [TEXT, PASSWORD]},
}
HOLDER = {"type": "object", "properties": {**KEPT, "open": {"type": "object"}}}


@pytest.mark.parametrize("value", [SECRET, [SECRET], {"a": SECRET}, [[{"a": [SECRET]}]]])
@pytest.mark.parametrize("member", KEPT)
def test_a_member_that_holds_passwords_is_masked_within(member: str, value: Any):
    """Lists, maps and branches of passwords are passwords. Objects that have one have it alone."""
    mask = mask_of(speaking(HOLDER), components={"schemas": {"Word": PASSWORD}})
    written = mask.content(json.dumps({member: value, "open": "a"}).encode(), "application/json")
    assert SECRET not in written.decode()
    assert MASK in written.decode()
    assert json.loads(written)["open"] == "a"


def test_what_holds_an_object_with_a_password_is_kept_but_for_it():
    inner = {"type": "object", "properties": {"pin": PASSWORD, "name": TEXT}}
    mask = mask_of(speaking({"type": "object", "properties": {"all": {"items": inner}}}))
    content = f'{{"all":[{{"pin":"{SECRET}","name":"a"}}]}}'.encode()
    assert mask.content(content, "application/json") == b'{"all":[{"pin":"***","name":"a"}]}'


@pytest.mark.parametrize(
    ("sent", "written"),
    [
        (f'"{SECRET}"', '"***"'),
        (f'["{SECRET}",["{SECRET}"]]', '["***",["***"]]'),
        (f'[{{"a": "b"}},"{SECRET}"]', '[{"a":"b"},"***"]'),
        ('{"a": "b"}', '{"a": "b"}'),
    ],
)
def test_content_that_is_a_password_by_itself_is_masked(sent: str, written: str):
    mask = mask_of(speaking({"type": "array", "items": PASSWORD}))
    assert mask.content(sent.encode(), "application/json") == written.encode()
    assert mask.content(SECRET.encode(), "text/plain") == MASK.encode()


@pytest.mark.parametrize(
    "content",
    [
        f'{{"password":"{SECRET}","password":null}}',
        f'{{"p\\u0061ssword":"{SECRET}"',
        f'{{"told":"{{\\"password\\":\\"{SECRET}\\"}}"}}',
        f'{{"url":"https://a/b?token={SECRET}"}}',
        f'{{"path":"/reset/{SECRET}"}}',
        f'{{"tokens":["{SECRET}"]}}',
        f'{{"privateKey":"{SECRET}"}}',
    ],
    ids=["doubled", "escaped", "JSON in JSON", "query", "path", "tokens", "key"],
)
def test_a_secret_that_hides_in_json_is_masked(content: str):
    written = mask_of(*DOORS).content(content.encode(), "application/json").decode()
    assert SECRET not in written
    assert MASK in written


@pytest.mark.parametrize("content_type", ["text/html", "text/html; charset=utf-8", "text/xml", ""])
@pytest.mark.parametrize(
    "content",
    [
        f"password={SECRET}".encode(),
        f"p%61ssword={SECRET}".encode(),
        f"password={SECRET}".encode("utf-16"),
        f'<input name="csrf" value="{SECRET}">'.encode(),
        f'{{"password":"{SECRET}"}}'.encode(),
    ],
    ids=["form", "form, encoded", "UTF-16", "page", "JSON"],
)
def test_nothing_is_kept_of_what_speaks_of_a_secret(content: bytes, content_type: str):
    """Whatever its sender calls it: a page may show a secret as well as a text may."""
    written = mask_of(*DOORS).content(content, content_type)
    assert SECRET.encode() not in written.replace(b"\0", b"")
    assert MASK.encode() in written


def test_a_page_that_speaks_of_none_is_kept():
    assert mask_of(*DOORS).content(b"<p>Ada</p>", "text/html") == b"<p>Ada</p>"


def test_a_header_that_an_answer_declares_as_a_password_is_masked():
    headers = {"X-Word": {"$ref": "#/components/headers/Word"}, "X-Open": {"schema": TEXT}}
    answers = {204: {"description": "x", "headers": headers}}
    mask = mask_of(
        ("/spoken", {"get": operation("getSpoken", answers=answers)}),
        components={"headers": {"Word": {"schema": PASSWORD}}},
    )
    lines = mask.lines([("X-Word", SECRET), ("X-Open", "a")])
    assert lines == (("X-Word", MASK), ("X-Open", "a"))


def test_a_schema_that_holds_itself_is_looked_through():
    loop = {"anyOf": [{"$ref": "#/components/schemas/Loop"}, {"items": PASSWORD}]}
    again = {"type": "object", "properties": {"loop": {"$ref": "#/components/schemas/Loop"}}}
    mask = mask_of(speaking(again), components={"schemas": {"Loop": loop}})
    assert mask.members == {"loop"}
