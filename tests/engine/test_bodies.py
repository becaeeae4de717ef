"""Bodies: read once within their limit, decoded once, and the handler gets what was validated."""

import io
import threading
from typing import Any

import pytest
from werkzeug.datastructures import FileStorage

from tenor import Tenor
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
    assert sent(taking_json(), b"{}", "application/json", **{"Content-Encoding": coding}).json == [{}]


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
    app = serving(lambda body: [body], POST, body=taking(closed(a=INTEGER), "application/merge-patch+json"))

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
            return b" " * size

    stream = Endless()
    app = serving(nothing, POST, body=taking(ANYTHING), body_limit=200_000)

    reply = ask(
        app,
        POST,
        chunks=(),
        headers={"Content-Type": "application/json"},
        **{"wsgi.input": stream},
    )

    assert reply.status == 413
    assert stream.taken <= 400_000


@pytest.mark.parametrize("length", [100, 100_000, 500_000])
def test_a_truncated_body_reaches_no_handler(length: int):
    called: list[Any] = []
    app = serving(called.append, POST, body=taking(ANYTHING))

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
        ask(app, POST, json=1, **{"wsgi.input": Broken()})

    assert ask(app, POST, json=5).json == 5


# --- text and bytes -----------------------------------------------------------------------------


def test_text_is_read_as_utf_8():
    app = serving(lambda body: body, POST, body=taking({"type": "string", "maxLength": 3}, "text/plain"))

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


# --- forms --------------------------------------------------------------------------------------

FIELDS = {
    "type": "object",
    "required": ["name"],
    "additionalProperties": False,
    "properties": {
        "name": {"type": "string", "maxLength": 5},
        "age": INTEGER,
        "ok": {"type": "boolean"},
        "tags": {"type": "array", "items": TEXT},
        "ranks": {"type": "array", "items": INTEGER},
    },
}


def taking_form(schema: Any = FIELDS) -> Tenor:
    return serving(lambda body: body, POST, body=taking(schema, FORM))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("name=ada", {"name": "ada"}),
        ("name=a%20b+c", {"name": "a b c"}),
        ("name=", {"name": ""}),
        ("name=%C3%BC&", {"name": "ü"}),
        ("name=a&age=36&ok=true", {"name": "a", "age": 36, "ok": True}),
        ("name=a&tags=x&tags=y", {"name": "a", "tags": ["x", "y"]}),
        ("name=a&tags=x", {"name": "a", "tags": ["x"]}),
        ("name=a&ranks=1&ranks=2", {"name": "a", "ranks": [1, 2]}),
        ("n%61me=a", {"name": "a"}),
    ],
)
def test_a_form_is_read_by_its_schema(text: str, value: Json):
    assert sent(taking_form(), text.encode(), FORM).json == value


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (b"age=3", ("body", "/name", "required")),
        (b"name=a&age=x", ("body", "/age", "type")),
        (b"name=a&age=1_0", ("body", "/age", "type")),
        (b"name=a&ok=1", ("body", "/ok", "type")),
        (b"name=a&ranks=1&ranks=x", ("body", "/ranks/1", "type")),
        (b"name=toolong", ("body", "/name", "maxLength")),
        (b"name=a&other=1", ("body", "/other", "additionalProperties")),
        (b"name=a&name=b", ("body", "/name", "single")),
        (b"name=%ff", ("body", "", "encoding")),
        (b"%ff=a", ("body", "", "encoding")),
        (b"name=\xc3\xbc", ("body", "", "encoding")),
        (b"name=%00", ("body", "", "encoding")),
    ],
)
def test_a_form_that_breaks_its_schema_is_refused(text: bytes, fault: tuple[str, str, str]):
    assert sent(taking_form(), text, FORM).faults == {fault}


UPLOAD = {
    "type": "object",
    "required": ["title", "file"],
    "additionalProperties": False,
    "properties": {
        "title": {"type": "string", "maxLength": 5},
        "rank": INTEGER,
        "file": {"type": "string", "format": "binary"},
        "more": {"type": "array", "items": {"type": "string", "format": "binary"}},
    },
}


def part(name: str, value: bytes, filename: str | None = None) -> bytes:
    file = f'; filename="{filename}"' if filename is not None else ""
    return f'--limit\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'.encode() + (
        value + b"\r\n"
    )


END = b"--limit--\r\n"


def seen(body: Json) -> Json:
    """The fields, with what each file holds."""

    def shown(value: Any) -> Any:
        if isinstance(value, list):
            return [shown(item) for item in value]
        return f"{value.filename}: {value.read().decode()}" if isinstance(value, FileStorage) else value

    return {name: shown(value) for name, value in body.items()}


def taking_upload() -> Tenor:
    return serving(seen_body, POST, body=taking(UPLOAD, MULTIPART))


def seen_body(body: Json) -> Json:
    return seen(body)


def uploaded(content: bytes, media_type: str = "multipart/form-data; boundary=limit") -> Reply:
    return sent(taking_upload(), content, media_type)


def test_a_multipart_form_is_read_with_its_files():
    content = part("title", b"one") + part("rank", b"3") + part("file", b"text", "a.txt") + END

    assert uploaded(content).json == {"title": "one", "rank": 3, "file": "a.txt: text"}


def test_files_may_repeat_where_there_is_a_list():
    content = part("title", b"one") + part("file", b"x", "a") + part("more", b"1", "b")

    assert uploaded(content + part("more", b"2", "c") + END).json["more"] == ["b: 1", "c: 2"]


def test_a_multipart_form_may_be_chunked():
    content = part("title", b"one") + part("file", b"x", "a") + END

    reply = ask(
        taking_upload(),
        POST,
        chunks=(content[:30], content[30:]),
        headers={"Content-Type": "multipart/form-data; boundary=limit"},
    )

    assert reply.json == {"title": "one", "file": "a: x"}


FILE = part("file", b"x", "a")


LIMITED = "multipart/form-data; boundary=limit"


@pytest.mark.parametrize(
    ("content", "media_type", "pointer", "rule"),
    [
        (part("title", b"a") + FILE + END, "multipart/form-data", "", "boundary"),
        (part("title", b"a") + FILE + END, 'multipart/form-data; boundary=""', "", "boundary"),
        (part("title", b"a") + FILE + END, "multipart/form-data; boundary=other", "", "multipart"),
        (part("title", b"a") + FILE, LIMITED, "", "multipart"),
        (b"nonsense", LIMITED, "", "multipart"),
        (b"--limit\r\n\r\nno name\r\n" + END, LIMITED, "", "multipart"),
        (b"--limit\r\n" + END, LIMITED, "", "multipart"),
        (b"".join(part(f"f{n}", b"") for n in range(1001)) + END, LIMITED, "", "multipart"),
        (part("title", b"a") + part("title", b"b") + FILE + END, LIMITED, "/title", "single"),
        (part("title", b"\xff") + FILE + END, LIMITED, "/title", "encoding"),
        (part("title", b"\0") + FILE + END, LIMITED, "/title", "encoding"),
        (part("title", b"a", "a.txt") + FILE + END, LIMITED, "/title", "type"),
        (part("title", b"a") + part("file", b"text") + END, LIMITED, "/file", "type"),
    ],
)
def test_a_malformed_multipart_form_is_refused(
    content: bytes, media_type: str, pointer: str, rule: str
):
    """Where text is declared a handler gets text, and where a file is, a file."""
    reply = uploaded(content, media_type)

    assert (reply.status, reply.faults) == (400, {("body", pointer, rule)})


def test_a_multipart_form_is_held_to_its_schema():
    reply = uploaded(part("title", b"toolong") + part("rank", b"x") + part("other", b"1") + END)

    assert reply.faults == {
        ("body", "/title", "maxLength"),
        ("body", "/rank", "type"),
        ("body", "/other", "additionalProperties"),
        ("body", "/file", "required"),
    }


# --- how a handler gets it ----------------------------------------------------------------------


def test_a_body_may_have_another_name():
    app = serving(
        lambda post: post, POST, body=taking(ANYTHING, **{"x-body-name": "post"})
    )

    assert ask(app, POST, json={"a": 1}).json == {"a": 1}


def test_files_are_arguments_by_their_fields_names():
    app = serving(
        lambda body, file: [body["title"], file.filename], POST, body=taking(UPLOAD, MULTIPART)
    )

    content = part("title", b"one") + FILE + END

    assert sent(app, content, "multipart/form-data; boundary=limit").json == ["one", "a"]


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
