"""Violations, planted: each is one way to break a contract of one operation, beside its right twin.

The contracts keep to what OpenAPI 3.0 and 3.1 have in common, and the handlers to what Flask and
connexion know, so that the same plants stand in every column of the matrix.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import flask
from connexion.lifecycle import ConnexionResponse

from tenor.rules import Rule
from tests.engine.contracts import PROBLEM, Json, closed, header, response
from tests.engine.wire import Reply

Make = Callable[[], Any]
Seen = Callable[[Reply], bool]
Setup = Callable[[flask.Flask, str], None]


@dataclass(frozen=True, slots=True)
class Violation:
    """A planted violation.

    `wrong` and `right` are what the handler answers with; a violation by another speaker has a
    right handler, and `setup` plants it in the application for its path. `seen` says whether a
    client sees the violation. `token` is what the security function stumbles over.
    `is_mended`: no HTTP server could send it, so that it is mended where it is not prevented.
    """

    name: str
    rule: Rule
    kind: str
    speaker: str
    answers: Json
    right: Make
    wrong: Make
    seen: Seen
    setup: Setup | None = None
    method: str = "GET"
    token: str = ""
    is_mended: bool = False

    @property
    def path(self) -> str:
        """The path of its operation."""
        return "/" + self.name.replace(" ", "-").replace(",", "").lower()

    @property
    def has_wire_form(self) -> bool:
        """Whether it can be sent at all, if it is not prevented."""
        return self.rule not in (Rule.FORM, Rule.STREAM)


ANY: Json = {}
TEXT: Json = {"type": "string", "maxLength": 20}
DAY: Json = {"type": "string", "format": "date"}
NOTE: Json = {
    "type": "object",
    "required": ["slug"],
    "properties": {
        "slug": {"type": "string", "maxLength": 20, "pattern": "^[a-z-]+$"},
        "kind": {"type": "string", "enum": ["memo", "poem"]},
        "day": DAY,
        "size": {"type": "integer", "format": "int32", "minimum": 0},
        "rate": {"type": "number"},
        "tags": {"type": "array", "items": {"type": "string"}, "maxItems": 3},
        "author": {"type": "object", "properties": {"name": {"type": "string"}}},
        "secret": {"type": "string", "writeOnly": True},
    },
}
GOOD: Json = {"slug": "hello"}
NAMED: Any = (GOOD, 200, {"Content-Type": "application/json"})
"""The same with its media type, which connexion wants where an operation declares two."""
JSON: Json = {"200": response(NOTE)}
CREATED: Json = {
    "201": response(
        NOTE,
        headers={
            "Location": header({"type": "string", "format": "uri-reference"}, required=True),
            "ETag": header({"type": "string", "pattern": '^"[a-z]+"$'}),
        },
    )
}
HEADERS: Json = {
    "200": response(
        NOTE,
        headers={
            "ETag": header({"type": "string", "pattern": '^"[a-z]+"$'}),
            "X-Count": header({"type": "integer", "minimum": 1}),
            "X-List": header({"type": "array", "items": {"type": "integer"}, "maxItems": 2}),
            "X-Text": header({"type": "string"}),
        },
    )
}
BROKEN_OFF: Json = closed(
    type={"type": "string"},
    title={"type": "string"},
    status={"type": "integer"},
    violation={"type": "string"},
)
LINES: Json = {
    "200": response({"anyOf": [closed(n={"type": "integer"}), BROKEN_OFF]}, "application/x-ndjson")
}
FEED = '<feed xmlns="http://www.w3.org/2005/Atom"><title>a</title></feed>'

PROBLEMS: Json = {
    "500": response(
        {
            "type": "object",
            "required": ["type", "title", "status"],
            "properties": {
                "type": {"type": "string"},
                "title": {"type": "string"},
                "status": {"type": "integer"},
                "detail": {"type": "string"},
                "violation": {"type": "string"},
            },
        },
        PROBLEM,
    )
}
"""What stands for an answer that was held back."""
UNKNOWN: Json = {**PROBLEMS["500"], "headers": {"WWW-Authenticate": header({"type": "string"})}}


def answered(status: int) -> Seen:
    return lambda reply: reply.status == status


def holds(text: str | bytes) -> Seen:
    """The client gets a success that holds this."""
    wanted = text.encode() if isinstance(text, str) else text
    return lambda reply: reply.status < 400 and wanted in reply.body


def is_body(body: str | bytes) -> Seen:
    """The client gets this as the body of a success."""
    wanted = body.encode() if isinstance(body, str) else body
    return lambda reply: reply.status < 400 and reply.body == wanted


def is_a(media_type: str) -> Seen:
    return lambda reply: media_type in reply.headers.get("Content-Type", "") and reply.status != 500


def carries(name: str, value: str = "") -> Seen:
    return lambda reply: any(value in each for each in reply.headers.getlist(name))


def lacks(name: str) -> Seen:
    return lambda reply: name not in reply.headers and reply.status != 500


def is_long(length: int) -> Seen:
    return lambda reply: reply.status < 400 and len(reply.body) > length


def said(value: Any) -> Make:
    return lambda: value


def made(
    body: Any, status: int = 200, media_type: str = "application/json", **headers: str
) -> Make:
    return lambda: flask.Response(
        body,
        status,
        content_type=media_type,
        headers={k.replace("_", "-"): v for k, v in headers.items()},
    )


def by_handler(
    name: str,
    rule: Rule,
    kind: str,
    answers: Json,
    right: Make,
    wrong: Make,
    seen: Seen,
    **more: Any,
) -> Violation:
    return Violation(name, rule, kind, "handler", answers, right, wrong, seen, **more)


def _statuses() -> Iterator[Violation]:
    def status(name: str, answers: Json, right: Make, wrong: Make, code: int) -> Violation:
        return by_handler(name, Rule.STATUS, "status", answers, right, wrong, answered(code))

    ok = said(GOOD)
    yield status("another success", JSON, ok, said((GOOD, 202)), 202)
    yield status("an error that is not declared", JSON, ok, said((GOOD, 418)), 418)
    yield status(
        "a redirect that is not declared", JSON, ok, said((GOOD, 302, {"Location": "/a"})), 302
    )
    yield status("nothing where something is declared", JSON, ok, said((None, 204)), 204)
    yield status(
        "no status where 201 is declared",
        CREATED,
        said((GOOD, 201, {"Location": "/a"})),
        said(GOOD),
        200,
    )
    yield status("a named status", JSON, ok, said((GOOD, HTTPStatus.ACCEPTED)), 202)
    yield status(
        "an error beside its range",
        {**JSON, "4XX": response(NOTE)},
        said((GOOD, 404)),
        said((GOOD, 503)),
        503,
    )
    yield status(
        "a response of another status", JSON, made('{"slug":"a"}'), made('{"slug":"a"}', 203), 203
    )
    yield status(
        "a response of connexion",
        JSON,
        ok,
        lambda: ConnexionResponse(status_code=203, body=GOOD, mimetype="application/json"),
        203,
    )


def _media_types() -> Iterator[Violation]:
    page = {"200": response(TEXT, "text/html")}
    both = {**CREATED, "200": response(content={"application/json": NOTE, "text/html": TEXT})}
    error = {**JSON, "404": response(PROBLEMS["500"]["content"][PROBLEM]["schema"], PROBLEM)}
    gone = {"type": "about:blank", "title": "Gone", "status": 404}

    def kind(
        name: str,
        answers: Json,
        right: Make,
        wrong: Make,
        media_type: str,
        rule: Rule = Rule.MEDIA_TYPE,
    ) -> Violation:
        return by_handler(name, rule, "media type", answers, right, wrong, is_a(media_type))

    yield kind(
        "a media type that is not declared", JSON, said(GOOD), made("a,b", 200, "text/csv"), "csv"
    )
    yield kind(
        "a media type of another status",
        both,
        said((GOOD, 201, {"Location": "/a", "Content-Type": "application/json"})),
        made("<p>x</p>", 201, "text/html", Location="/a"),
        "html",
    )
    yield kind(
        "a page for an error",
        error,
        said((gone, 404, {"Content-Type": PROBLEM})),
        made("<p>gone</p>", 404, "text/html"),
        "html",
    )
    yield kind(
        "JSON where a problem is declared",
        error,
        said((gone, 404, {"Content-Type": PROBLEM})),
        said((gone, 404, {"Content-Type": "application/json"})),
        "application/json",
    )
    yield kind(
        "another charset",
        page,
        made("<p>x</p>", 200, "text/html; charset=utf-8"),
        made("<p>é</p>".encode("latin-1"), 200, "text/html; charset=iso-8859-1"),
        "iso-8859-1",
    )
    yield kind(
        "a parameter that is not declared",
        JSON,
        made('{"slug":"a"}'),
        made('{"slug":"a"}', 200, "application/json; profile=mine"),
        "profile=mine",
    )
    yield kind(
        "two charsets",
        page,
        made("<p>x</p>", 200, "text/html; charset=utf-8"),
        made("<p>x</p>", 200, "text/html; charset=utf-8; charset=utf-16"),
        "utf-16",
    )
    yield kind(
        "a media type that is none",
        JSON,
        made('{"slug":"a"}'),
        made('{"slug":"a"}', 200, "json-ish"),
        "json-ish",
    )
    yield kind(
        "a range for a media type",
        page,
        made("<p>x</p>", 200, "text/html"),
        made("x", 200, "text/*"),
        "text/*",
    )
    yield kind(
        "JSON by the name of a page",
        JSON,
        made('{"slug":"a"}'),
        lambda: flask.Response('{"slug":"a"}'),
        "text/html",
    )


def _presence() -> Iterator[Violation]:
    empty = {"201": response(headers={"Location": header(TEXT)})}
    nothing = {"204": response()}
    known = {"304": response(headers={"ETag": header(TEXT)}), **JSON}

    yield by_handler(
        "a body where none is declared",
        Rule.BODY_UNDECLARED,
        "presence",
        empty,
        said(("", 201)),
        said((GOOD, 201)),
        holds("hello"),
    )
    yield by_handler(
        "a body on 204",
        Rule.BODY_UNDECLARED,
        "presence",
        nothing,
        said((None, 204)),
        said((GOOD, 204)),
        lambda reply: reply.status == 204 and reply.body != b"",
        is_mended=True,
    )
    yield by_handler(
        "a body on 304",
        Rule.BODY_UNDECLARED,
        "presence",
        known,
        said((None, 304)),
        said((GOOD, 304)),
        lambda reply: reply.status == 304 and reply.body != b"",
        is_mended=True,
    )
    yield by_handler(
        "a media type on an empty answer",
        Rule.BODY_UNDECLARED,
        "presence",
        nothing,
        said((None, 204)),
        said((None, 204, {"Content-Type": "application/json"})),
        lambda reply: reply.status == 204 and "Content-Type" in reply.headers,
        is_mended=True,
    )
    yield by_handler(
        "no body where one is declared",
        Rule.BODY_MISSING,
        "presence",
        JSON,
        said(GOOD),
        said((None, 200)),
        lambda reply: reply.status == 200 and reply.body == b"",
    )
    yield by_handler(
        "an empty body for JSON",
        Rule.BODY_MISSING,
        "presence",
        JSON,
        made('{"slug":"a"}'),
        made(""),
        lambda reply: reply.status == 200 and reply.body == b"",
    )


def _syntax() -> Iterator[Violation]:
    def written(name: str, body: str | bytes) -> Violation:
        ok = made('{"slug":"a"}')
        return by_handler(name, Rule.BODY_SYNTAX, "JSON", JSON, ok, made(body), is_body(body))

    yield written("JSON in single quotes", "{'slug':'a'}")
    yield written("JSON that is cut", '{"slug":"a"')
    yield written("JSON with NaN", '{"slug":"a","rate":NaN}')
    yield written("a doubled key", '{"slug":"a","slug":"b"}')
    yield written("JSON that is not UTF-8", b'{"slug":"a","secret":"\xff"}')
    yield written("JSON in UTF-16", '{"slug":"a"}'.encode("utf-16"))
    yield written("JSON with a lone surrogate", '{"slug":"a","tags":["\\ud800"]}')
    yield written("JSON with something behind", '{"slug":"a"} {}')
    yield written("JSON with a byte order mark", b'\xef\xbb\xbf{"slug":"a"}')


def _schemas() -> Iterator[Violation]:
    def value(name: str, wrong: Any, mark: str, rule: Rule = Rule.BODY_SCHEMA) -> Violation:
        return by_handler(name, rule, "JSON", JSON, said(GOOD), said(wrong), holds(mark))

    yield value("a value of another type", {"slug": 5}, "5")
    yield value("a text that is too long", {"slug": "x" * 21}, "x" * 21)
    yield value("a text that breaks its pattern", {"slug": "Hello!"}, "Hello!")
    yield value("a value that is not listed", {**GOOD, "kind": "song"}, "song")
    yield value("a property that is missing", {"kind": "memo"}, "memo")
    yield value("null where there is none", {**GOOD, "kind": None}, "null")
    yield value("a day that is none", {**GOOD, "day": "yesterday"}, "yesterday")
    yield value("an integer beyond 32 bits", {**GOOD, "size": 2**31}, str(2**31))
    yield value("a number below its minimum", {**GOOD, "size": -1}, "-1")
    yield value("an item of another type", {**GOOD, "tags": ["a", 7]}, "7")
    yield value("too many items", {**GOOD, "tags": ["a", "b", "c", "d"]}, '"d"')
    yield value("text where an object is declared", "{'slug': 'hello'}", "'slug'")
    yield value("a list of body and status", [GOOD, 201], "201")
    yield by_handler(
        "a value of another type in a response",
        Rule.BODY_SCHEMA,
        "JSON",
        JSON,
        lambda: flask.jsonify(slug="a"),
        lambda: flask.jsonify(slug=77),
        holds("77"),
    )
    yield by_handler(
        "a problem of another shape",
        Rule.BODY_SCHEMA,
        "JSON",
        {**JSON, "404": PROBLEMS["500"]},
        said(({"type": "a", "title": "b", "status": 404}, 404, {"Content-Type": PROBLEM})),
        said(({"type": "a", "status": "404"}, 404, {"Content-Type": PROBLEM})),
        lambda reply: reply.status == 404 and b'"404"' in reply.body,
    )


def _closing() -> Iterator[Violation]:
    note = {"$ref": "#/components/schemas/Note"}
    more = {"type": "object", "properties": {"more": TEXT}}
    poem = {"type": "object", "required": ["lines"], "properties": {"lines": {"type": "integer"}}}

    def grown(name: str, schema: Json, right: Any, wrong: Any) -> Violation:
        answers = {"200": response(schema)}
        return by_handler(
            name, Rule.PROPERTY, "JSON", answers, said(right), said(wrong), holds("hash")
        )

    yield grown("a property that is not declared", NOTE, GOOD, {**GOOD, "hash": 1})
    yield grown(
        "one that is not declared within",
        NOTE,
        {**GOOD, "author": {"name": "Ada"}},
        {**GOOD, "author": {"name": "Ada", "hash": 1}},
    )
    yield grown("one that a reference does not declare", note, GOOD, {**GOOD, "hash": 1})
    yield grown(
        "one that no part of allOf declares",
        {"allOf": [note, more]},
        {**GOOD, "more": "x"},
        {**GOOD, "more": "x", "hash": 1},
    )
    yield grown(
        "one that no branch of oneOf declares",
        {
            "oneOf": [
                {
                    **poem,
                    "required": ["lines", "title"],
                    "properties": {**poem["properties"], "title": TEXT},
                },
                NOTE,
            ]
        },
        GOOD,
        {**GOOD, "hash": 1},
    )
    yield grown(
        "one that an item does not declare",
        {"type": "array", "items": note},
        [GOOD],
        [GOOD, {**GOOD, "hash": 1}],
    )
    yield grown(
        "one that a value of a map does not declare",
        {"type": "object", "additionalProperties": note},
        {"a": GOOD},
        {"a": {**GOOD, "hash": 1}},
    )
    yield grown(
        "one that a page of items does not declare",
        {
            "type": "object",
            "properties": {"data": {"type": "array", "items": {"allOf": [note, more]}}},
        },
        {"data": [GOOD]},
        {"data": [{**GOOD, "hash": 1}]},
    )
    yield by_handler(
        "a secret that is write-only",
        Rule.BODY_SCHEMA,
        "JSON",
        JSON,
        said(GOOD),
        said({**GOOD, "secret": "s3cret"}),
        holds("s3cret"),
    )


def _headers() -> Iterator[Violation]:
    def named(name: str, rule: Rule, wrong: Any, seen: Seen, answers: Json = HEADERS) -> Violation:
        good = (
            (GOOD, 201, {"Location": "/a"}) if answers is CREATED else (GOOD, 200, {"X-Count": "1"})
        )
        return by_handler(name, rule, "headers", answers, said(good), said(wrong), seen)

    yield named(
        "a header that is not declared",
        Rule.HEADER_UNDECLARED,
        (GOOD, 200, {"X-Debug": "1"}),
        carries("X-Debug"),
    )
    yield named(
        "a header of another status",
        Rule.HEADER_UNDECLARED,
        (GOOD, 200, {"Location": "/a"}),
        carries("Location"),
    )
    yield named(
        "a header that is misspelt",
        Rule.HEADER_UNDECLARED,
        (GOOD, 200, {"E-Tag": '"a"'}),
        carries("E-Tag"),
    )
    yield named("no Location", Rule.HEADER_MISSING, (GOOD, 201), lacks("Location"), CREATED)
    yield named(
        "a tag without quotes",
        Rule.HEADER_VALUE,
        (GOOD, 200, {"ETag": "abc"}),
        carries("ETag", "abc"),
    )
    yield named(
        "a count that is none",
        Rule.HEADER_VALUE,
        (GOOD, 200, {"X-Count": "many"}),
        carries("X-Count", "many"),
    )
    yield named(
        "a count below its minimum",
        Rule.HEADER_VALUE,
        (GOOD, 200, {"X-Count": "0"}),
        carries("X-Count", "0"),
    )
    yield named(
        "a list that is too long",
        Rule.HEADER_VALUE,
        (GOOD, 200, {"X-List": "1, 2, 3"}),
        carries("X-List", "3"),
    )
    yield named(
        "a header of one value twice",
        Rule.HEADER_VALUE,
        (GOOD, 200, [("X-Text", "a"), ("X-Text", "b")]),
        carries("X-Text"),
    )
    yield named(
        "a Location that is no reference",
        Rule.HEADER_VALUE,
        (GOOD, 201, {"Location": "a b<c>"}),
        carries("Location", "a b"),
        CREATED,
    )
    yield by_handler(
        "a header on HEAD",
        Rule.HEADER_UNDECLARED,
        "headers",
        JSON,
        said(GOOD),
        said((GOOD, 200, {"X-Debug": "1"})),
        carries("X-Debug"),
        method="HEAD",
    )


def _other_media() -> Iterator[Violation]:
    page, text = {"200": response(TEXT, "text/html")}, {"200": response(TEXT, "text/plain")}
    markdown = {"200": response(TEXT, "text/markdown")}
    xml, atom = (
        {"200": response(ANY, "application/xml")},
        {"200": response(ANY, "application/atom+xml")},
    )

    def sent(
        name: str, kind: str, answers: Json, right: Any, wrong: Any, rule: Rule = Rule.BODY_SYNTAX
    ) -> Violation:
        (media_type,) = answers["200"]["content"]
        return by_handler(
            name,
            rule,
            kind,
            answers,
            made(right, 200, media_type),
            made(wrong, 200, media_type),
            is_body(wrong),
        )

    yield sent("a page that does not close", "HTML", page, "<p>a</p>", "<b><i>a</b>")
    yield sent(
        "a page with a comment that ends early", "HTML", page, "<p>a</p>", "<!--><script>-->"
    )
    yield sent("a page that is not UTF-8", "HTML", page, "<p>é</p>", "<p>é</p>".encode("latin-1"))
    yield sent("a page that is too long", "HTML", page, "<p>a</p>", "x" * 21, Rule.BODY_SCHEMA)
    yield sent("text that is too long", "text", text, "a", "x" * 21, Rule.BODY_SCHEMA)
    yield sent("text that is not UTF-8", "text", text, "é", "é".encode("latin-1"))
    yield sent("Markdown with NUL", "text", markdown, "# a", "# a\0b")
    yield sent("XML that does not close", "XML", xml, "<a><b/></a>", "<a><b></a>")
    yield sent(
        "XML in another encoding",
        "XML",
        xml,
        "<a/>",
        '<?xml version="1.0" encoding="utf-16"?><a/>'.encode("utf-16"),
    )
    yield sent("a feed that is none", "XML", atom, FEED, "<rss/>")
    yield by_handler(
        "bytes of another length",
        Rule.BODY_LENGTH,
        "binary",
        {"200": response(ANY, "application/octet-stream")},
        lambda: (b"abc", 200, {"Content-Type": "application/octet-stream", "Content-Length": "3"}),
        lambda: (b"abc", 200, {"Content-Type": "application/octet-stream", "Content-Length": "2"}),
        lambda reply: reply.headers.get("Content-Length") == "2",
        is_mended=True,
    )


def _streams() -> Iterator[Violation]:
    def streamed(name: str, rule: Rule, wrong: Callable[[], Iterator[str]], body: str) -> Violation:
        return by_handler(
            name,
            rule,
            "lines",
            LINES,
            _streaming(lambda: iter(['{"n":1}\n', '{"n":2}\n'])),
            _streaming(wrong),
            is_body(body),
        )

    def failing() -> Iterator[str]:
        yield '{"n":1}\n'
        raise LookupError("the store is gone")

    def whole() -> Iterator[str]:
        yield '{"slug":'
        raise LookupError("the store is gone")

    yield streamed(
        "a line that breaks its schema",
        Rule.BODY_SCHEMA,
        lambda: iter(['{"n":1}\n', '{"n":"x"}\n']),
        '{"n":1}\n{"n":"x"}\n',
    )
    yield streamed("a line that is no JSON", Rule.BODY_SYNTAX, lambda: iter(["{n}\n"]), "{n}\n")
    yield streamed("lines that break off", Rule.STREAM, failing, '{"n":1}\n')
    yield by_handler(
        "JSON that breaks off while it is made",
        Rule.FORM,
        "JSON",
        JSON,
        lambda: flask.Response(iter(['{"slug":', '"a"}']), mimetype="application/json"),
        lambda: flask.Response(whole(), mimetype="application/json"),
        lambda reply: reply.status == 200 and not reply.body.endswith(b"}"),
    )


def _streaming(values: Callable[[], Iterator[str]]) -> Make:
    return lambda: flask.Response(values(), mimetype="application/x-ndjson")


def _forms() -> Iterator[Violation]:
    def form(
        name: str, wrong: Make, seen: Seen, answers: Json = JSON, right: Any = GOOD
    ) -> Violation:
        return by_handler(name, Rule.FORM, "form", answers, said(right), wrong, seen)

    ok = answered(200)
    yield form("a status as text", said((GOOD, "200")), ok)
    yield form("a status line", said((GOOD, "200 OK")), ok)
    yield form("a status that is true", said((GOOD, True)), ok)
    yield form("an interim status", said((GOOD, 102)), answered(102))
    yield form("a status beyond all", said((GOOD, 700)), answered(700))
    yield form("a tuple of four", said((GOOD, 200, {}, "x")), ok)
    yield form("a set for JSON", said({"slug", "b"}), ok)
    yield form("an object that JSON cannot hold", lambda: {"slug": object()}, ok)
    yield form(
        "a header that is None", said((GOOD, 200, {"X-Text": None})), carries("X-Text"), HEADERS
    )
    yield form(
        "a header of two lines",
        said((GOOD, 200, {"X-Text": "a\r\nX-Evil: 1"})),
        carries("X-Evil"),
        HEADERS,
    )
    yield form("a header beyond its charset", said((GOOD, 200, {"X-Text": "€"})), ok, HEADERS)
    yield form(
        "ContentType for Content-Type",
        said((GOOD, 200, {"ContentType": "application/json"})),
        carries("ContentType"),
    )
    yield form(
        "a dictionary for a page",
        said((GOOD, 200, {"Content-Type": "text/html"})),
        holds("hello"),
        {"200": response(TEXT, "text/html")},
        "<p>a</p>",
    )


def _speakers() -> Iterator[Violation]:
    declared = {**JSON, "403": response(NOTE)}

    def by(
        speaker: str,
        name: str,
        rule: Rule,
        seen: Seen,
        setup: Setup,
        **more: Any,
    ) -> Violation:
        ok, answers = said(NAMED), {**JSON, "401": UNKNOWN}
        return Violation(name, rule, "speakers", speaker, answers, ok, ok, seen, setup, **more)

    def aborting(name: str, rule: Rule, wrong: Make, seen: Seen) -> Violation:
        return Violation(name, rule, "speakers", "abort()", declared, said(GOOD), wrong, seen)

    yield aborting(
        "abort with another status", Rule.STATUS, lambda: flask.abort(418), answered(418)
    )
    yield aborting("abort with a success", Rule.FORM, lambda: flask.abort(201), answered(201))
    yield aborting(
        "abort with a response",
        Rule.MEDIA_TYPE,
        lambda: flask.abort(flask.Response("<p>no</p>", 403)),
        answered(403),
    )
    yield Violation(
        "an exception that a handler answers wrongly",
        Rule.MEDIA_TYPE,
        "speakers",
        "error handler",
        JSON,
        said(GOOD),
        _raising,
        lambda reply: b"<h1>" in reply.body,
        lambda app, _path: app.register_error_handler(
            Lost, lambda _error: ("<h1>Sorry</h1>", 200, {"Content-Type": "text/html"})
        ),
    )
    yield by(
        "before_request",
        "a hook that answers in the handler's place",
        Rule.STATUS,
        answered(202),
        _answering_before,
    )
    yield by(
        "after_request",
        "a hook that adds a header",
        Rule.HEADER_UNDECLARED,
        carries("X-Debug"),
        _adding_after,
    )
    yield by(
        "after_request",
        "a hook that changes the body",
        Rule.PROPERTY,
        holds("hash"),
        _growing_after,
    )
    yield by(
        "after_this_request", "a hook of one request", Rule.STATUS, answered(203), _changing_once
    )
    yield by(
        "extension",
        "an extension that sets a cookie",
        Rule.HEADER_UNDECLARED,
        carries("Set-Cookie"),
        _tracking,
    )
    yield by(
        "session",
        "a session that nobody declares",
        Rule.HEADER_UNDECLARED,
        carries("Set-Cookie"),
        _remembering,
    )
    yield by(
        "security function",
        "a security function with a status of its own",
        Rule.STATUS,
        answered(418),
        lambda _app, _path: None,
        token="teapot",
    )


class Lost(Exception):
    """What an error handler is registered for."""


def _raising() -> None:
    raise Lost


def _answering_before(app: flask.Flask, path: str) -> None:
    app.before_request(lambda: (GOOD, 202) if flask.request.path == path else None)


def _adding_after(app: flask.Flask, path: str) -> None:
    def add(made: flask.Response) -> flask.Response:
        if flask.request.path == path:
            made.headers["X-Debug"] = "1"
        return made

    app.after_request(add)


def _growing_after(app: flask.Flask, path: str) -> None:
    def grow(made: flask.Response) -> flask.Response:
        if flask.request.path == path:
            made.set_data('{"slug":"hello","hash":1}')
        return made

    app.after_request(grow)


def _changing_once(app: flask.Flask, path: str) -> None:
    def change(made: flask.Response) -> flask.Response:
        made.status_code = 203
        return made

    def plant() -> None:
        if flask.request.path == path:
            flask.after_this_request(change)

    app.before_request(plant)


class Tracker:
    """An extension as Flask's are: it is given the application, and does its work in a hook."""

    def __init__(self, path: str) -> None:
        self._path = path

    def init_app(self, app: flask.Flask) -> None:
        app.after_request(self._track)

    def _track(self, made: flask.Response) -> flask.Response:
        if flask.request.path == self._path:
            made.set_cookie("visitor", "1")
        return made


def _tracking(app: flask.Flask, path: str) -> None:
    Tracker(path).init_app(app)


def _remembering(app: flask.Flask, path: str) -> None:
    app.secret_key = "for the session"

    def remember() -> None:
        if flask.request.path == path:
            flask.session["seen"] = True

    app.before_request(remember)


def known(token: str) -> Json | None:
    """The security function of the plants."""
    if token == "teapot":
        flask.abort(418)
    return {"sub": token} if token == "ada" else None


VIOLATIONS: tuple[Violation, ...] = (
    *_statuses(),
    *_media_types(),
    *_presence(),
    *_syntax(),
    *_schemas(),
    *_closing(),
    *_headers(),
    *_other_media(),
    *_streams(),
    *_forms(),
    *_speakers(),
)
