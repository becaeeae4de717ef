"""Bodies: read once within their limit, decoded once, and the handler gets what was validated."""

import io
import threading
from typing import Any

import pytest

from tenor import ConfigurationError, Tenor, representations
from tenor.representations import Family, Unreadable
from tests.engine.contracts import (
    ANYTHING,
    Json,
    closed,
    contents,
    echo,
    nothing,
    parameter,
    query,
    response,
    serving,
    taking,
)
from tests.engine.wire import Chunks, Reply, ask

TEXT = {"type": "string"}
INTEGER = {"type": "integer"}
POST = "POST /thing"


def stream_of(stream: io.RawIOBase) -> dict[str, Any]:
    """The part of an environment that gives the body."""
    return {"wsgi.input": stream}


FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"


def taking_json(schema: Any = ANYTHING, **more: Any) -> Tenor:
    return serving(lambda body: [body], POST, body=taking(schema, **more))


def sent(app: Tenor, body: bytes, media_type: str | None, **headers: str) -> Reply:
    if media_type is not None:
        headers["Content-Type"] = media_type
    return ask(app, POST, body=body, headers=headers)


# --- media types --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "media_type",
    [
        "application/json",
        "Application/JSON",
        "APPLICATION/json",
        "application/json;charset=utf-8",
        "application/json; charset=utf-8",
        "application/json ; charset=utf-8",
        "application/json;\tcharset=utf-8",
        "application/json; charset=UTF-8",
        'application/json; charset="utf-8"',
        "application/json; Charset=utf8",
        "application/json; charset=us-ascii",
        "application/json; profile=x",
        "application/json;",
        " application/json ",
    ],
)
def test_a_media_type_is_read_by_what_it_means(media_type: str):
    """Its case, its white space and its quotes say nothing (RFC 9110, section 8.3.1)."""
    app = taking_json(closed(name={"type": "string", "maxLength": 3}))

    assert sent(app, b'{"name": "ada"}', media_type).json == [{"name": "ada"}]
    assert sent(app, b'{"name": "lovelace"}', media_type).faults == {("body", "/name", "maxLength")}


@pytest.mark.parametrize(
    "media_type",
    [
        None,
        "",
        "json",
        "text/json",
        "text/plain",
        "application/xml",
        "application/problem+json",
        "application/json-patch+json",
        "application",
        "application/",
        "/json",
        "*/*",
        "application/*",
        "application/json, text/plain",
        "application/json, application/json",
        "application/json charset=utf-8",
        "application/json; charset=utf-7",
        "application/json; charset=utf-16",
        "application/json; charset=latin-1",
        "application/json; charset=iso-8859-1",
        "application/json; charset=nonsense",
        "Application/JSON;charset=UTF-7",
        "application/json; charset=utf-8; charset=utf-8",
        'application/json; charset="utf-7 unclosed; charset=utf-16; charset=utf-8',
        "application/json; charset",
        "application/json; =utf-8",
        "application/json; charset = utf-8",
    ],
)
def test_another_media_type_or_charset_is_not_taken(media_type: str | None):
    """415, also for a body that would fit: what decodes differently validates differently."""
    app = taking_json(closed(name={"type": "string", "maxLength": 3}))

    reply = sent(app, b'{"name": "ada"}', media_type)

    assert (reply.status, reply.problem) == (415, "unsupported-media-type")
    assert "application/json" in reply.json["detail"]


@pytest.mark.parametrize("coding", ["gzip", "br", "deflate", "gzip, identity", "GZIP", "x"])
def test_encoded_content_is_not_taken(coding: str):
    reply = sent(taking_json(), b"{}", "application/json", **{"Content-Encoding": coding})

    assert reply.status == 415


@pytest.mark.parametrize("coding", ["identity", "Identity", ""])
def test_the_identity_coding_says_nothing(coding: str):
    assert sent(taking_json(), b"{}", "application/json", **{"Content-Encoding": coding}).json == [
        {}
    ]


def test_the_most_specific_range_takes_the_content():
    app = serving(
        lambda body: [body],
        POST,
        body={
            "content": contents(
                {
                    "*/*": {"type": "string", "const": "any"},
                    "application/*": {"type": "string", "const": "application"},
                    "application/json": {"const": "json"},
                    "text/*": {"const": "text"},
                }
            )
        },
    )

    assert sent(app, b'"json"', "application/json").json == ["json"]
    assert sent(app, b"text", "text/plain").json == ["text"]


def test_json_by_another_name_is_json():
    app = serving(
        lambda body: [body], POST, body=taking(closed(a=INTEGER), "application/merge-patch+json")
    )

    assert sent(app, b'{"a": 1}', "application/merge-patch+json").json == [{"a": 1}]
    assert sent(app, b'{"a": 1}', "application/json").status == 415


# --- presence -----------------------------------------------------------------------------------


def test_a_required_body_must_be_sent():
    app = taking_json()

    assert ask(app, POST).faults == {("body", "", "required")}
    assert sent(app, b"", "application/json").faults == {("body", "", "required")}
    assert sent(app, b"", None).faults == {("body", "", "required")}
    assert ask(app, POST, chunks=(), headers={"Content-Type": "application/json"}).faults == {
        ("body", "", "required")
    }


def test_an_optional_body_may_be_left_out():
    app = serving(lambda body="absent": body, POST, body=taking({"type": "array"}, required=False))

    assert ask(app, POST).json == "absent"
    assert ask(app, POST, headers={"Content-Type": "application/json"}).json == "absent"
    assert ask(app, POST, json=[1]).json == [1]


def test_an_absent_body_is_none_where_the_handler_has_no_default():
    app = serving(lambda body: [body], POST, body=taking({"type": "array"}, required=False))

    assert ask(app, POST).json == [None]


def test_an_absent_object_is_empty():
    """As connexion has it: a handler may always look into it."""
    app = serving(lambda body: body, POST, body=taking({"type": "object"}, required=False))

    assert ask(app, POST).json == {}


def test_an_absent_body_is_its_default():
    schema = {"type": "object", "default": {"list": []}}

    def handler(body: Json) -> Json:
        body["list"].append(1)
        return body

    app = serving(handler, POST, body=taking(schema, required=False))

    assert [ask(app, POST).json for _ in range(2)] == [{"list": [1]}, {"list": [1]}]


def test_json_null_is_a_body():
    app = serving(lambda body="absent": [body], POST, body=taking(ANYTHING, required=False))

    assert ask(app, POST, body=b"null", headers={"Content-Type": "application/json"}).json == [None]


@pytest.mark.parametrize("line", ["GET /thing", "POST /thing", "DELETE /thing"])
def test_content_where_none_is_taken_is_refused(line: str):
    app = serving(lambda: "fine", line)

    assert ask(app, line).json == "fine"
    assert ask(app, line, body=b"").json == "fine"
    assert ask(app, line, body=b"x").faults == {("body", "", "declared")}
    assert ask(app, line, chunks=(b"x",)).faults == {("body", "", "declared")}


def test_a_body_is_the_very_object_that_was_validated():
    app = taking_json({"type": "object", "properties": {"n": INTEGER}})

    assert ask(app, POST, json={"n": 1, "more": [1, {"a": None}]}).json == [
        {"n": 1, "more": [1, {"a": None}]}
    ]


# --- reading ------------------------------------------------------------------------------------


def test_a_body_may_be_as_long_as_its_limit_and_no_longer():
    app = serving(lambda body: len(body), POST, body=taking(TEXT), body_limit=10)

    assert ask(app, POST, json="x" * 8).json == 8
    reply = ask(app, POST, json="x" * 9)
    assert (reply.status, reply.problem) == (413, "content-too-large")
    assert "10 bytes" in reply.json["detail"]


def test_a_length_beyond_the_limit_is_refused_unread():
    class Unread(io.BytesIO):
        def read(self, *_size: Any) -> bytes:
            raise AssertionError("was read")

    app = taking_json()

    reply = ask(app, POST, json=1, **{"wsgi.input": Unread(), "CONTENT_LENGTH": str(10**12)})

    assert reply.status == 413


def test_a_chunked_body_is_read_to_its_end():
    reply = ask(
        taking_json(),
        POST,
        chunks=(b'{"a"', b": ", b"1", b"}"),
        headers={"Content-Type": "application/json"},
    )

    assert reply.json == [{"a": 1}]


def test_a_chunked_body_beyond_the_limit_is_read_no_further():
    class Endless(io.RawIOBase):
        taken = 0

        def read(self, size: int = -1) -> bytes:
            assert size > 0
            self.taken += size
            assert self.taken < 10_000_000, "reads without end"
            return b" " * size

    stream = Endless()
    app = serving(nothing, POST, body=taking(ANYTHING), body_limit=200_000)

    reply = ask(
        app,
        POST,
        chunks=(),
        headers={"Content-Type": "application/json"},
        **stream_of(stream),
    )

    assert reply.status == 413
    assert stream.taken <= 400_000


@pytest.mark.parametrize("length", [100, 100_000, 500_000])
def test_a_truncated_body_reaches_no_handler(length: int):
    called: list[Any] = []
    app = serving(lambda body: called.append(body), POST, body=taking(ANYTHING))

    reply = ask(
        app,
        POST,
        body=b'{"a": 1}',
        headers={"Content-Type": "application/json", "Content-Length": str(length)},
    )

    assert reply.faults == {("body", "", "complete")}
    assert called == []


def test_a_truncated_chunked_body_reaches_no_handler():
    """JSON tells its own end."""
    reply = ask(
        taking_json(), POST, chunks=(b'{"a": ',), headers={"Content-Type": "application/json"}
    )

    assert reply.faults == {("body", "", "json")}


def test_a_body_that_arrives_in_pieces_is_put_together():
    body = b'"' + b"x" * 150_000 + b'"'
    pieces = [body[start : start + 1000] for start in range(0, len(body), 1000)]

    reply = ask(
        serving(lambda body: len(body), POST, body=taking(TEXT)),
        POST,
        json=1,
        **{"wsgi.input": Chunks(*pieces), "CONTENT_LENGTH": str(len(body))},
    )

    assert reply.json == 150_000


def test_no_more_is_read_than_the_length_says():
    """What follows on the connection is the next request."""
    stream = io.BytesIO(b'{"a": 1}GET / HTTP/1.1')

    reply = ask(taking_json(), POST, json=1, **{"wsgi.input": stream, "CONTENT_LENGTH": "8"})

    assert reply.json == [{"a": 1}]
    assert stream.tell() == 8


@pytest.mark.parametrize("length", ["x", "-1", "+8", "8.0", "0x8", "1_0", "8, 8", "٨", "9" * 5_000])
def test_a_length_that_is_none_is_refused(length: str):
    """A server should not let it through; an engine must not read without end for it."""
    raw = length.encode().decode("latin-1")

    reply = ask(
        taking_json(),
        POST,
        body=b'{"a": 1}',
        headers={"Content-Type": "application/json", "Content-Length": raw},
    )

    assert reply.status in (400, 413)
    assert reply.problem


def test_chunked_text_needs_a_length():
    """A cut could not be told from an end."""
    app = serving(lambda body: body, POST, body=taking(TEXT, "text/plain"))

    reply = ask(app, POST, chunks=(b"all",), headers={"Content-Type": "text/plain"})

    assert (reply.status, reply.problem) == (411, "length-required")
    assert sent(app, b"all", "text/plain").json == "all"


@pytest.mark.parametrize("media_type", [FORM, "application/octet-stream"])
def test_so_does_what_else_does_not_tell_its_end(media_type: str):
    app = serving(nothing, POST, body=taking(ANYTHING, media_type))

    assert ask(app, POST, chunks=(b"a=1",), headers={"Content-Type": media_type}).status == 411


def test_no_more_bodies_are_read_at_once_than_allowed():
    """Slow uploads starve nobody: beyond the limit 503, and whoever sends nothing is served."""
    started, finish = threading.Semaphore(0), threading.Event()

    class Slow(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            started.release()
            assert finish.wait(10)
            return b"1"

    app = serving(lambda body=0: body, POST, body=taking(INTEGER, required=False), body_readers=2)
    replies: list[Reply] = []

    def upload() -> None:
        replies.append(ask(app, POST, json=1, **{"wsgi.input": Slow(), "CONTENT_LENGTH": "1"}))

    threads = [threading.Thread(target=upload) for _ in range(2)]
    for thread in threads:
        thread.start()
        assert started.acquire(timeout=10)
    refused, served = ask(app, POST, json=5), ask(app, POST)
    finish.set()
    for thread in threads:
        thread.join(10)

    assert (refused.status, refused.problem) == (503, "overloaded")
    assert refused.headers["Retry-After"] == "1"
    assert served.json == 0
    assert [reply.json for reply in replies] == [1, 1]
    assert ask(app, POST, json=5).json == 5


def test_a_failing_stream_gives_its_place_back():
    class Broken(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            raise OSError("gone")

    app = serving(lambda body: body, POST, body=taking(INTEGER), body_readers=1)

    for _ in range(3):
        ask(app, POST, json=1, **stream_of(Broken()))

    assert ask(app, POST, json=5).json == 5


# --- text and bytes -----------------------------------------------------------------------------


def test_text_is_read_as_utf_8():
    app = serving(
        lambda body: body, POST, body=taking({"type": "string", "maxLength": 3}, "text/plain")
    )

    assert sent(app, "ü€😀".encode(), "text/plain").json == "ü€😀"
    assert sent(app, b"long", "text/plain; charset=utf-8").faults == {("body", "", "maxLength")}
    assert sent(app, b"\xff", "text/plain").faults == {("body", "", "encoding")}
    assert sent(app, b"a\0b", "text/plain").faults == {("body", "", "encoding")}
    assert sent(app, b"", "text/plain").faults == {("body", "", "required")}


def test_bytes_are_bytes():
    app = serving(
        lambda body: body,
        POST,
        body=taking({"type": "string", "format": "binary"}, "application/octet-stream"),
        answers={200: response(ANYTHING, "application/octet-stream")},
    )

    assert sent(app, b"\0\xff", "application/octet-stream").body == b"\0\xff"


# --- what each media type is read as ------------------------------------------------------------

THING = {"type": "object", "required": ["a"], "properties": {"a": INTEGER}}
BINARY = {"type": "string", "format": "binary"}
JSON, XML, LINES = "application/json", "application/xml", "application/x-ndjson"


def seen(body: Any) -> Any:
    """What a handler got, in a form that shows bytes as bytes."""
    return {"bytes": body.decode("latin-1")} if isinstance(body, bytes) else body


def taking_seen(schema: Any, media_type: str) -> Tenor:
    return serving(lambda body: [seen(body)], POST, body=taking(schema, media_type))


@pytest.mark.parametrize("media_type", ["*/*", "application/*"])
@pytest.mark.parametrize(
    ("content", "sent_as", "value"),
    [
        (b'{"a": 1}', JSON, {"a": 1}),
        (b'{"a": 1}', "application/merge-patch+json", {"a": 1}),
        (b"a=1", FORM, {"a": 1}),
        (b"<a/>", XML, "<a/>"),
    ],
)
def test_a_range_is_read_by_the_type_that_is_sent(
    media_type: str, content: bytes, sent_as: str, value: Any
):
    assert sent(taking_seen(THING, media_type), content, sent_as).json == [value]


@pytest.mark.parametrize(
    ("content", "sent_as", "pointer"), [(b'{"a": "x"}', JSON, "/a"), (b"a=x", FORM, "/a")]
)
def test_a_range_is_held_to_its_schema(content: bytes, sent_as: str, pointer: str):
    assert sent(taking_seen(THING, "*/*"), content, sent_as).faults == {("body", pointer, "type")}


@pytest.mark.parametrize(
    "sent_as",
    ["text/plain", "image/png", "application/yaml", "application/cbor", "multipart/mixed"],
)
def test_what_cannot_be_held_to_the_schema_of_a_range_is_not_taken(sent_as: str):
    assert sent(taking_seen(THING, "*/*"), b"a: x", sent_as).status == 415


def test_a_range_takes_lines_text_parts_and_bytes_where_its_schema_does():
    app = taking_seen({}, "*/*")

    assert sent(app, b"[1]\n2\n", LINES).json == [[[1], 2]]
    assert sent(app, b"a", "text/csv").json == ["a"]
    assert sent(app, b"\xff", "image/png").json == [{"bytes": "\xff"}]
    multipart = b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n--b--\r\n'
    assert sent(app, multipart, f"{MULTIPART}; boundary=b").json == [{"a": "x"}]


@pytest.mark.parametrize("media_type", ["*/*", "application/*", "image/*"])
def test_a_range_of_bytes_is_bytes_whatever_is_sent(media_type: str):
    sent_as = media_type.replace("*/*", JSON).replace("application/*", JSON).replace("*", "svg+xml")

    reply = sent(taking_seen(BINARY, media_type), b"{}", sent_as)

    assert reply.json == [{"bytes": "{}"}]


def test_lines_of_json_are_a_list_and_each_is_held_to_the_schema():
    app = taking_seen(THING, LINES)

    assert sent(app, b'{"a": 1}\n{"a": 2}\n', LINES).json == [[{"a": 1}, {"a": 2}]]
    assert sent(app, b'{"a": 1}\n{"a": "x"}', LINES).faults == {("body", "/1/a", "type")}
    assert sent(app, b'{"a": 1}\n{"a"', LINES).faults == {("body", "/1", "json")}


@pytest.mark.parametrize("schema", [THING, TEXT, {}, True])
def test_xml_is_text_that_is_well_formed(schema: Any):
    """What a schema says of objects, no text can be held to."""
    app = taking_seen(schema, XML)

    assert sent(app, b"<a>\xc3\xbc</a>", XML).json == ["<a>ü</a>"]
    declared = b'<?xml version="1.0" encoding="UTF-8"?><a/>'
    assert sent(app, declared, XML).json == [declared.decode()]


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"<a>", "xml"),
        (b"a", "xml"),
        (b"<a/><b/>", "xml"),
        (b"<x:a/>", "xml"),
        (b"<a>&b;</a>", "xml"),
        (b"<!DOCTYPE a><a/>", "xml"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "xml"),
        (b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "xml"),
        (b"<a>\xff</a>", "encoding"),
        (b'<?xml version="1.0" encoding="iso-8859-1"?><a/>', "encoding"),
        ("<a/>".encode("utf-16"), "encoding"),
    ],
)
@pytest.mark.parametrize("schema", [THING, TEXT])
def test_xml_that_is_not_well_formed_or_not_harmless_is_refused(
    schema: Json, content: bytes, rule: str
):
    assert sent(taking_seen(schema, XML), content, XML).faults == {("body", "", rule)}


@pytest.mark.parametrize(
    ("schema", "content", "value"),
    [
        (INTEGER, b"5", 5),
        ({"type": "boolean"}, b"true", True),
        ({"anyOf": [INTEGER, TEXT]}, b"x", "x"),
        ({"anyOf": [THING, TEXT]}, b"5", "5"),
    ],
)
def test_text_may_be_a_scalar(schema: Json, content: bytes, value: Any):
    assert sent(taking_seen(schema, "text/plain"), content, "text/plain").json == [value]


def test_text_that_is_no_such_scalar_is_refused():
    app = taking_seen(INTEGER, "text/plain")

    assert sent(app, b"x", "text/plain").faults == {("body", "", "type")}


def test_bytes_have_a_length():
    app = taking_seen({**BINARY, "maxLength": 3}, "application/octet-stream")

    assert sent(app, b"123", "application/octet-stream").json == [{"bytes": "123"}]
    assert sent(app, b"1234", "application/octet-stream").faults == {("body", "", "maxLength")}


@pytest.mark.parametrize("schema", [{}, True, TEXT, BINARY, {"contentMediaType": "x/y"}])
def test_a_type_that_nobody_can_read_is_bytes(schema: Any):
    app = taking_seen(schema, "application/cbor")

    assert sent(app, b"\xa0", "application/cbor").json == [{"bytes": "\xa0"}]


def test_a_registered_family_reads_requests_too(monkeypatch: pytest.MonkeyPatch):
    def read(content: bytes) -> Any:
        if not content.startswith(b"n:"):
            raise Unreadable("does not begin with n:")
        return {"a": int(content[2:])}

    monkeypatch.setattr(representations, "_FAMILIES", [*representations._FAMILIES])
    representations.register(Family("n", lambda m: m.subtype == "x-n", str.encode, read))
    for media_type in ("application/x-n", "*/*"):
        app = taking_seen({**THING, "properties": {"a": {"maximum": 5}}}, media_type)

        assert sent(app, b"n:5", "application/x-n").json == [{"a": 5}]
        assert sent(app, b"n:6", "application/x-n").faults == {("body", "/a", "maximum")}
        assert sent(app, b"x", "application/x-n").faults == {("body", "", "syntax")}


@pytest.mark.parametrize(
    ("media_type", "schema", "found", "place"),
    [
        ("application/yaml", THING, "cannot be held of bytes", "/schema"),
        (
            "application/cbor",
            {**TEXT, "pattern": "^a"},
            "cannot be held of bytes",
            "/schema/pattern",
        ),
        ("application/json-seq", {"required": ["a"]}, "cannot be held of bytes", "/schema"),
        ("image/*", THING, "cannot be held of bytes", "/schema"),
        ("text/plain", THING, "admits no text", "/schema"),
        ("text/*", THING, "admits no text", "/schema"),
        (FORM, TEXT, "admits no object", "/schema"),
        (MULTIPART, {"type": "array"}, "admits no object", "/schema"),
        ("multipart/mixed", THING, "no reader knows the parts", "multipart~1mixed"),
        ("multipart/related", {}, "no reader knows the parts", "multipart~1related"),
        ("application/*+json", THING, "is no media type", "application~1*+json"),
        ("nonsense", THING, "is no media type", "/nonsense"),
        ("application/json; charset=latin-1", {}, "is not in UTF-8", "charset=latin-1"),
    ],
)
def test_what_nobody_could_read_is_refused_at_start(
    media_type: str, schema: Any, found: str, place: str
):
    with pytest.raises(ConfigurationError, match=found) as caught:
        taking_seen(schema, media_type)

    assert caught.value.place.endswith(place)
    assert caught.value.remedy


def test_a_body_of_no_media_type_is_refused_at_start():
    with pytest.raises(ConfigurationError, match="has no media type") as caught:
        serving(nothing, POST, body={"content": {}})

    assert caught.value.place.endswith("requestBody/content")


@pytest.mark.parametrize(
    ("declared", "sent_as", "content"),
    [
        ("application/json; charset=utf-8", JSON, b'{"a": 1}'),
        ("application/json; charset=utf-8", "application/json; charset=us-ascii", b'{"a": 1}'),
        (f"{FORM}; charset=UTF-8", FORM, b"a=1"),
    ],
)
def test_a_charset_that_is_declared_need_not_be_sent(declared: str, sent_as: str, content: bytes):
    assert sent(taking_seen(THING, declared), content, sent_as).json == [{"a": 1}]


# --- how a handler gets it ----------------------------------------------------------------------


def test_a_body_may_have_another_name():
    app = serving(lambda post: post, POST, body=taking(ANYTHING, **{"x-body-name": "post"}))

    assert ask(app, POST, json={"a": 1}).json == {"a": 1}


def test_a_body_comes_beside_parameters():
    app = serving(
        echo,
        POST,
        takes=[query("q", INTEGER), parameter("header", "X-H")],
        body=taking(ANYTHING),
    )

    assert ask(app, "POST /thing?q=1", json=[1]).json == {
        "q": 1,
        "body": [1],
        "user": None,
        "token_info": None,
    }
