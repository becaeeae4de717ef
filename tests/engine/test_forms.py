"""Forms: urlencoded and multipart content, typed by the schema, with its files."""

from typing import Any

import pytest
from werkzeug.datastructures import FileStorage

from tenor import ConfigurationError, Tenor
from tests.engine.contracts import Json, serving, taking
from tests.engine.wire import Reply, ask

TEXT = {"type": "string"}
INTEGER = {"type": "integer"}
POST = "POST /thing"
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"


def sent(app: Tenor, body: bytes, media_type: str) -> Reply:
    return ask(app, POST, body=body, headers={"Content-Type": media_type})


# --- urlencoded ---------------------------------------------------------------------------------
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
        return (
            f"{value.filename}: {value.read().decode()}"
            if isinstance(value, FileStorage)
            else value
        )

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


def test_files_are_arguments_by_their_fields_names():
    app = serving(
        lambda body, file: [body["title"], file.filename], POST, body=taking(UPLOAD, MULTIPART)
    )

    content = part("title", b"one") + FILE + END

    assert sent(app, content, "multipart/form-data; boundary=limit").json == ["one", "a"]


# --- fields of objects --------------------------------------------------------------------------

POINT = {"type": "object", "required": ["x"], "properties": {"x": INTEGER}}
OBJECTS = {
    "type": "object",
    "properties": {"point": POINT, "points": {"type": "array", "items": POINT}, "raw": TEXT},
}


def taking_objects(media_type: str, encoding: Json | None = None, schema: Any = OBJECTS) -> Tenor:
    content = {media_type: {"schema": schema, **({"encoding": encoding} if encoding else {})}}
    return serving(seen_body, POST, body={"required": True, "content": content})


def json_part(name: str, value: bytes, media_type: bytes) -> bytes:
    """A part as browsers send a Blob: with the name of a file and a media type."""
    head = f'--limit\r\nContent-Disposition: form-data; name="{name}"; filename="blob"\r\n'
    return head.encode() + b"Content-Type: " + media_type + b"\r\n\r\n" + value + b"\r\n"


@pytest.mark.parametrize(
    "content",
    [
        part("point", b'{"x": 1}') + END,
        json_part("point", b'{"x": 1}', b"application/json") + END,
        json_part("point", b'{"x": 1}', b"application/json; charset=utf-8") + END,
    ],
)
def test_a_field_that_is_an_object_is_json(content: bytes):
    """As OpenAPI has it where nothing else is said, and as browsers send it."""
    assert sent(taking_objects(MULTIPART), content, LIMITED).json == {"point": {"x": 1}}


def test_a_field_of_objects_repeats():
    content = part("points", b'{"x": 1}') + part("points", b'{"x": 2}') + END

    reply = sent(taking_objects(MULTIPART), content, LIMITED)

    assert reply.json == {"points": [{"x": 1}, {"x": 2}]}


def test_an_urlencoded_field_that_is_an_object_is_json():
    reply = sent(taking_objects(FORM), b"point=%7B%22x%22%3A1%7D", FORM)

    assert reply.json == {"point": {"x": 1}}


@pytest.mark.parametrize(
    ("content", "pointer", "rule"),
    [
        (part("point", b"{'x': 1}") + END, "/point", "json"),
        (part("point", b'{"x": "a"}') + END, "/point/x", "type"),
        (part("point", b"{}") + END, "/point/x", "required"),
        (part("point", b'{"x":1,"x":2}') + END, "/point", "json"),
        (json_part("point", b'{"x": 1}', b"text/plain") + END, "/point", "type"),
        (json_part("point", b"\xff", b"application/json") + END, "/point", "encoding"),
    ],
)
def test_a_field_that_is_no_such_object_is_refused(content: bytes, pointer: str, rule: str):
    reply = sent(taking_objects(MULTIPART), content, LIMITED)

    assert reply.faults == {("body", pointer, rule)}


def test_an_encoding_may_say_that_a_field_is_json():
    app = taking_objects(MULTIPART, {"raw": {"contentType": "application/json"}})

    assert sent(app, part("raw", b'"a"') + END, LIMITED).json == {"raw": "a"}
    assert sent(app, part("raw", b"a") + END, LIMITED).faults == {("body", "/raw", "json")}


def test_an_encoding_may_say_of_what_type_a_file_is():
    app = taking_objects(MULTIPART, {"file": {"contentType": "image/png, text/*"}}, UPLOAD)
    title = part("title", b"a")

    def file(media_type: bytes) -> bytes:
        return title + json_part("file", b"x", media_type) + END

    assert sent(app, file(b"image/png"), LIMITED).status == 200
    assert sent(app, file(b"text/csv"), LIMITED).status == 200
    for other in (b"image/gif", b"nonsense"):
        reply = sent(app, file(other), LIMITED)
        assert reply.faults == {("body", "/file", "contentType")}


@pytest.mark.parametrize(
    "encoding",
    [
        {"style": "deepObject"},
        {"style": "form", "explode": False},
        {"allowReserved": True},
        {"headers": {"X-A": {"schema": TEXT}}},
    ],
)
def test_an_encoding_that_is_not_supported_is_refused_at_start(encoding: Json):
    with pytest.raises(ConfigurationError, match="is not supported") as caught:
        taking_objects(MULTIPART, {"raw": encoding})

    assert "encoding/raw" in caught.value.place
    assert caught.value.remedy


# --- what schemas say in their parts ------------------------------------------------------------

BINARY = {"type": "string", "format": "binary"}
SHARED = {"File": BINARY, "Rank": {"allOf": [INTEGER]}}


def taking_fields(media_type: str, schema: Any = None, **properties: Any) -> Tenor:
    """An operation that answers with the fields that it got, of these properties."""
    return serving(
        seen_body,
        POST,
        body=taking(schema or {"type": "object", "properties": properties}, media_type),
        root={"components": {"schemas": SHARED}},
    )


def typed_part(name: str, value: bytes, media_type: bytes) -> bytes:
    """A part that has a media type and no name of a file."""
    head = f'--limit\r\nContent-Disposition: form-data; name="{name}"\r\n'.encode()
    return head + b"Content-Type: " + media_type + b"\r\n\r\n" + value + b"\r\n"


@pytest.mark.parametrize(
    ("schema", "text", "value"),
    [
        ({"$ref": "#/components/schemas/Rank"}, b"a=1", 1),
        ({"allOf": [{"type": "array", "items": INTEGER}]}, b"a=1&a=2", [1, 2]),
        ({"anyOf": [{"type": "array", "items": INTEGER}, INTEGER]}, b"a=1", [1]),
        ({"type": "array", "prefixItems": [INTEGER, TEXT]}, b"a=1&a=2", [1, "2"]),
        (
            {"anyOf": [INTEGER, {"type": "string", "pattern": "^1$"}], "not": {"const": 1}},
            b"a=1",
            "1",
        ),
        ({"anyOf": [POINT, TEXT]}, b"a=b", "b"),
        ({"anyOf": [POINT, TEXT]}, b"a=%7B%22x%22%3A1%7D", {"x": 1}),
        (BINARY, b"a=b", "b"),
        ({"type": "string", "contentMediaType": "application/json"}, b"a=%7B%7D", "{}"),
    ],
)
def test_a_field_is_typed_by_all_that_its_schema_says(schema: Json, text: bytes, value: Any):
    """An urlencoded form has no files, so that what would be one is text."""
    reply = sent(taking_fields(FORM, a=schema), text, FORM)

    assert (reply.status, reply.json) == (200, {"a": value})


@pytest.mark.parametrize(
    ("schema", "text", "value"),
    [
        (
            {"type": "object", "allOf": [{"allOf": [{"properties": {"a": INTEGER}}]}]},
            b"a=1",
            {"a": 1},
        ),
        ({"type": "object", "additionalProperties": INTEGER}, b"q=1", {"q": 1}),
        (
            {"type": "object", "additionalProperties": {"type": "array", "items": INTEGER}},
            b"q=1&q=2",
            {"q": [1, 2]},
        ),
        (
            {"type": "object", "patternProperties": {"^n": INTEGER, "^s": TEXT}},
            b"n=1&s=1&z=1",
            {"n": 1, "s": "1", "z": "1"},
        ),
    ],
)
def test_fields_of_any_name_and_depth_are_typed(schema: Json, text: bytes, value: Json):
    assert sent(taking_fields(FORM, schema), text, FORM).json == value
    parts = [pair.split(b"=") for pair in text.split(b"&")]
    content = b"".join(part(name.decode(), given) for name, given in parts) + END
    assert sent(taking_fields(MULTIPART, schema), content, LIMITED).json == value


def test_a_field_of_any_name_is_held_to_its_schema():
    app = taking_fields(FORM, {"type": "object", "additionalProperties": INTEGER})

    assert sent(app, b"q=x", FORM).faults == {("body", "/q", "type")}


# --- files --------------------------------------------------------------------------------------

A_FILE, A_TEXT = part("a", b"x", "a.txt") + END, part("a", b"x") + END


@pytest.mark.parametrize(
    "schema",
    [
        {"allOf": [{"$ref": "#/components/schemas/File"}]},
        {"anyOf": [BINARY, {"type": "null"}]},
        {"type": "string", "contentMediaType": "image/png"},
    ],
)
def test_a_field_is_a_file_wherever_its_schema_says_so(schema: Json):
    app = taking_fields(MULTIPART, a=schema)

    assert sent(app, A_FILE, LIMITED).json == {"a": "a.txt: x"}
    assert sent(app, A_TEXT, LIMITED).faults == {("body", "/a", "type")}


@pytest.mark.parametrize(
    "schema", [{}, True, {"anyOf": [BINARY, {"type": "string", "maxLength": 9}]}]
)
def test_a_field_may_take_a_file_or_text(schema: Any):
    """In OpenAPI 3.1 a part of which nothing is said may be anything."""
    app = taking_fields(MULTIPART, a=schema)

    assert sent(app, A_FILE, LIMITED).json == {"a": "a.txt: x"}
    assert sent(app, A_TEXT, LIMITED).json == {"a": "x"}
    assert sent(app, typed_part("a", b"x", b"text/plain") + END, LIMITED).json == {"a": "x"}
    assert sent(app, typed_part("a", b"x", b"image/png") + END, LIMITED).json == {"a": "None: x"}


def test_a_list_of_anything_takes_files():
    app = taking_fields(MULTIPART, a={"type": "array", "items": {}})

    content = part("a", b"x", "one") + part("a", b"y") + END

    assert sent(app, content, LIMITED).json == {"a": ["one: x", "y"]}


def test_a_file_needs_no_name_where_it_has_a_media_type():
    """RFC 7578, section 4.2: the name of a file may be left out."""
    app = taking_fields(MULTIPART, a=BINARY)

    assert sent(app, typed_part("a", b"x", b"image/png") + END, LIMITED).json == {"a": "None: x"}
    assert sent(app, typed_part("a", b"x", b"text/plain") + END, LIMITED).json == {"a": "None: x"}


def test_encoded_content_is_text():
    schema = {"type": "string", "contentEncoding": "base64", "contentMediaType": "image/png"}
    app = taking_fields(MULTIPART, a=schema)

    assert sent(app, A_TEXT, LIMITED).json == {"a": "x"}
    assert sent(app, A_FILE, LIMITED).faults == {("body", "/a", "type")}


@pytest.mark.parametrize(
    ("content", "rule"), [(b"", "minLength"), (b"1234", "maxLength"), (b"1" * 99, "maxLength")]
)
def test_a_file_has_a_length(content: bytes, rule: str):
    app = taking_fields(MULTIPART, a={**BINARY, "minLength": 1, "maxLength": 3})

    assert sent(app, part("a", b"123", "f") + END, LIMITED).json == {"a": "f: 123"}
    assert sent(app, part("a", content, "f") + END, LIMITED).faults == {("body", "/a", rule)}


def test_a_part_without_a_name_is_refused():
    nameless = b"--limit\r\nContent-Disposition: form-data\r\n\r\nx\r\n"

    reply = sent(taking_fields(MULTIPART, a=TEXT), nameless + END, LIMITED)

    assert reply.faults == {("body", "", "multipart")}


@pytest.mark.parametrize(
    ("schema", "found", "place"),
    [
        ({**BINARY, "pattern": "^a"}, "pattern cannot be held of a file", "a/pattern"),
        ({"type": "array", "items": {"type": "array"}}, "no field for a list in a list", "a/items"),
    ],
)
def test_a_field_that_nothing_could_satisfy_is_refused_at_start(
    schema: Json, found: str, place: str
):
    with pytest.raises(ConfigurationError, match=found) as caught:
        taking_fields(MULTIPART, a=schema)

    assert caught.value.place.endswith(place)
    assert caught.value.remedy
