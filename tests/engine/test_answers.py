"""Answers: each way to return one has one meaning, and a wrong one teaches the right one."""

import dataclasses
import datetime as dt
import enum
import io
import uuid
from decimal import Decimal
from http import HTTPStatus
from pathlib import Path
from types import MappingProxyType
from typing import Any

import flask
import orjson
import pytest
from connexion import NoContent
from connexion.lifecycle import ConnexionResponse
from markupsafe import Markup
from werkzeug.datastructures import Headers

from tenor import ContractViolation, Tenor, representations
from tests.engine.contracts import (
    ANYTHING,
    Closable,
    Json,
    document,
    header,
    of,
    operation,
    response,
    serving,
)
from tests.engine.wire import Reply, ask

TEXT = {"type": "string"}
ANY_HEADER = {
    "X-A": header({}),
    "Location": header({}),
    "Set-Cookie": header({}),
    "ETag": header({}),
}
GENEROUS: dict[int | str, Json] = {
    200: response(ANYTHING, headers=ANY_HEADER),
    201: response(ANYTHING, headers=ANY_HEADER),
    202: response(headers=ANY_HEADER),
    204: response(headers=ANY_HEADER),
    304: response(headers=ANY_HEADER),
    404: response(ANYTHING, "application/problem+json", headers=ANY_HEADER),
}


def saying(make: Any, answers: Any = None, **options: Any) -> Tenor:
    """An operation that answers with what `make` makes at the time of the request."""
    return serving(make, answers=answers or GENEROUS, **options)


def said(make: Any, answers: Any = None, **options: Any) -> Reply:
    return ask(saying(make, answers, **options))


class Color(enum.Enum):
    RED = "red"


class Rank(enum.IntEnum):
    FIRST = 1


class Kind(enum.StrEnum):
    POST = "post"


@dataclasses.dataclass(frozen=True, slots=True)
class Point:
    x: int
    name: str


# --- forms --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spoken", "status", "body"),
    [
        ({"a": 1}, 200, {"a": 1}),
        ([1, 2], 200, [1, 2]),
        ("text", 200, "text"),
        (1.5, 200, 1.5),
        (True, 200, True),
        (0, 200, 0),
        ({}, 200, {}),
        ([], 200, []),
        ("", 200, ""),
        (({"a": 1},), 200, {"a": 1}),
        (({"a": 1}, 201), 201, {"a": 1}),
        (({"a": 1}, HTTPStatus.CREATED), 201, {"a": 1}),
        (({"a": 1}, None), 200, {"a": 1}),
        (({"a": 1}, None, None), 200, {"a": 1}),
        (({"a": 1}, 201, None), 201, {"a": 1}),
        (({"a": 1}, {"X-A": "b"}), 200, {"a": 1}),
        (({"a": 1}, None, {"X-A": "b"}), 200, {"a": 1}),
        ([{"a": 1}, 201], 200, [{"a": 1}, 201]),
        (None, 204, None),
        (NoContent, 204, None),
        ((None, 204), 204, None),
        ((NoContent, 204), 204, None),
        (("", 204), 204, None),
        ((b"", 204), 204, None),
        ((None, 202), 202, None),
        (("", 202), 202, None),
        ((None, 304, {"ETag": '"a"'}), 304, None),
        ((None, {"X-A": "b"}), 204, None),
    ],
    ids=repr,
)
def test_a_return_value_has_one_meaning(spoken: Any, status: int, body: Any):
    reply = said(lambda: spoken)

    assert reply.status == status
    if body is None:
        assert reply.body == b""
        assert "Content-Type" not in reply.headers
    else:
        assert reply.json == body
        assert reply.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    "headers",
    [
        {"X-A": "b", "Location": "/c"},
        [("X-A", "b"), ("Location", "/c")],
        (("X-A", "b"), ("Location", "/c")),
        [["X-A", "b"], ["Location", "/c"]],
        Headers({"X-A": "b", "Location": "/c"}),
        MappingProxyType({"X-A": "b", "Location": "/c"}),
        {"x-a": "b", "LOCATION": "/c"},
    ],
    ids=repr,
)
def test_headers_are_a_mapping_or_pairs(headers: Any):
    reply = said(lambda: ({}, 201, headers))

    assert (reply.headers["X-A"], reply.headers["Location"]) == ("b", "/c")
    assert len([*reply.headers]) == 4


def test_a_header_may_be_a_number_and_may_repeat():
    reply = said(lambda: ({}, [("X-A", 5), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")]))

    assert reply.headers["X-A"] == "5"
    assert reply.headers.getlist("Set-Cookie") == ["a=1", "b=2"]


def test_a_list_in_a_mapping_repeats_its_header():
    """As in Flask."""
    assert said(lambda: ({}, {"Set-Cookie": ["a=1", "b=2"]})).headers.getlist("Set-Cookie") == [
        "a=1",
        "b=2",
    ]


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (dt.datetime(2026, 11, 23, 8, 30, tzinfo=dt.UTC), "2026-11-23T08:30:00Z"),
        (dt.date(2026, 11, 23), "2026-11-23"),
        (uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (Color.RED, "red"),
        (Rank.FIRST, 1),
        (Kind.POST, "post"),
        (Point(1, "a"), {"x": 1, "name": "a"}),
        ((1, 2), [1, 2]),
        (Markup("<b>"), "<b>"),
        ({"a": [Color.RED, (1,)]}, {"a": ["red", [1]]}),
        (2**63 - 1, 2**63 - 1),
        (2**64 - 1, 2**64 - 1),
        ("ü€😀\u2028", "ü€😀\u2028"),
    ],
    ids=repr,
)
def test_what_json_knows_by_another_name_is_written_so(value: Any, written: Any):
    assert said(lambda: {"value": value}).json == {"value": written}


def test_what_is_written_is_what_is_judged():
    """A value that only becomes text on the way out is held to its schema as text."""
    schema = {"type": "object", "properties": {"at": {"type": "string", "format": "date"}}}
    answers = {200: response(schema)}

    assert said(lambda: {"at": dt.date(2026, 11, 23)}, answers).json == {"at": "2026-11-23"}
    with pytest.raises(ContractViolation, match="/at must have the format date"):
        said(lambda: {"at": uuid.UUID(int=1)}, answers)


# --- Flask's responses --------------------------------------------------------------------------


RESPONSES: dict[str, Any] = {
    "a response": lambda: flask.Response('{"a":1}', 200, content_type="application/json"),
    "jsonify": lambda: flask.jsonify(a=1),
    "with a status": lambda: (flask.jsonify(a=1), 200),
    "with headers": lambda: (flask.jsonify(a=1), {}),
    "make_response": lambda: flask.make_response({"a": 1}),
    "in pieces": lambda: flask.Response(iter([b'{"a"', b":1}"]), content_type="application/json"),
    "in pieces, with the request": lambda: flask.Response(
        flask.stream_with_context(iter(['{"a"', ":1}"])), mimetype="application/json"
    ),
    "connexion's": lambda: ConnexionResponse(
        status_code=200, body={"a": 1}, mimetype="application/json"
    ),
    "connexion's without a media type": lambda: ConnexionResponse(status_code=200, body={"a": 1}),
}


@pytest.mark.parametrize("make", RESPONSES.values(), ids=RESPONSES)
def test_a_response_object_is_an_answer(make: Any):
    reply = said(make)

    assert (reply.status, reply.json) == (200, {"a": 1})
    assert reply.headers["Content-Type"] == "application/json"


def test_what_stands_beside_a_response_counts():
    reply = said(lambda: (flask.jsonify(a=1), 201, {"X-A": "b", "Location": "/c"}))

    assert (reply.status, reply.headers["X-A"], reply.headers["Location"]) == (201, "b", "/c")


def test_a_header_beside_a_response_replaces_its_own():
    def handler() -> Any:
        made = flask.jsonify(a=1)
        made.headers["X-A"] = "inner"
        return made, 200, {"x-a": "outer"}

    assert said(handler).headers.getlist("X-A") == ["outer"]


@pytest.mark.parametrize("status", [202, 204, 304])
def test_an_empty_response_has_no_media_type(status: int):
    """Flask writes `text/html` on everything; nothing of it leaves where nothing is declared."""
    reply = said(lambda: flask.Response(status=status))

    assert (reply.status, reply.body) == (status, b"")
    assert "Content-Type" not in reply.headers


def test_a_file_may_be_sent():
    answers = {200: response(ANYTHING, "application/octet-stream")}
    answers[200]["headers"] = {
        name: header({})
        for name in (
            "Content-Disposition",
            "ETag",
            "Last-Modified",
            "Cache-Control",
            "Accept-Ranges",
        )
    }

    reply = said(
        lambda: flask.send_file(io.BytesIO(b"\0\xff"), mimetype="application/octet-stream"), answers
    )

    assert reply.body == b"\0\xff"


def test_what_waits_for_a_responses_end_runs():
    """Files are closed and `call_on_close` is called, also where the answer is held back."""
    ended: list[str] = []

    def handler() -> flask.Response:
        made = flask.jsonify(a=1)
        made.call_on_close(lambda: ended.append("closed"))
        return made

    said(handler)
    said(handler, {200: response({"type": "array"})}, policy="prevent")

    assert ended == ["closed", "closed"]


def test_a_generator_is_collected_and_judged_whole():
    """A bare one is text, as in Flask; it runs within the request."""
    answers = {200: response({**TEXT, "maxLength": 20}, "text/plain")}

    def handler() -> Any:
        def lines() -> Any:
            yield "asked "
            yield f"for {flask.request.path}"

        return lines()

    assert said(handler, answers).text == "asked for /thing"


def test_a_generator_that_fails_is_an_error_and_not_half_an_answer():
    def lines() -> Any:
        yield '{"a":'
        raise RuntimeError("lost")

    reply = said(lambda: flask.Response(lines(), mimetype="application/json"))

    assert (reply.status, reply.problem) == (500, "internal-error")


ATOM = '<feed xmlns="http://www.w3.org/2005/Atom"/>'

# --- media types --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("media_type", "spoken", "content_type", "body"),
    [
        ("application/json", "a", "application/json", b'"a"'),
        ("application/json", b'{"a":1}', "application/json", b'{"a":1}'),
        ("application/problem+json", {"a": 1}, "application/problem+json", b'{"a":1}'),
        ("text/html", "<p>ü", "text/html; charset=utf-8", "<p>ü".encode()),
        ("text/html", Markup("<br>"), "text/html; charset=utf-8", b"<br>"),
        ("text/html; charset=utf-8", "<p>", "text/html; charset=utf-8", b"<p>"),
        ("text/html", b"<hr>", "text/html; charset=utf-8", b"<hr>"),
        ("text/markdown", "# a", "text/markdown; charset=utf-8", b"# a"),
        ("application/xml", "<a>ü</a>", "application/xml; charset=utf-8", "<a>ü</a>".encode()),
        ("application/atom+xml", ATOM, "application/atom+xml; charset=utf-8", ATOM.encode()),
        ("application/octet-stream", b"\0\xff", "application/octet-stream", b"\0\xff"),
        ("image/png", bytearray(b"\x89PNG"), "image/png", b"\x89PNG"),
        ("image/png", memoryview(b"\x89PNG"), "image/png", b"\x89PNG"),
        ("application/pdf", b"", "application/pdf", b""),
    ],
)
def test_a_body_is_written_in_its_declared_media_type(
    media_type: str, spoken: Any, content_type: str, body: bytes
):
    reply = said(lambda: spoken, {200: response(ANYTHING, media_type)})

    assert (reply.headers["Content-Type"], reply.body) == (content_type, body)


def test_a_handler_may_name_one_of_several_media_types():
    answers = {200: response(content={"application/json": ANYTHING, "text/html": TEXT})}

    assert said(lambda: ("<p>", {"Content-Type": "text/html"}), answers).text == "<p>"
    assert said(lambda: ("a", {"content-type": "application/json"}), answers).json == "a"


def test_a_problem_needs_no_name_where_it_is_all_there_is():
    """Also where success has other media types."""
    reply = said(lambda: ({"title": "Gone"}, 404))

    assert reply.headers["Content-Type"] == "application/problem+json"


# --- wrong forms --------------------------------------------------------------------------------


class Opaque:
    """Something that JSON cannot hold."""


def json_response(body: str) -> Any:
    return lambda: flask.Response(body, content_type="application/json")


def in_a_circle() -> list[Any]:
    circle: list[Any] = []
    circle.append(circle)
    return circle


def very_deep() -> list[Any]:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    return deep


WRONG_FORMS: dict[str, tuple[Any, str, str]] = {
    "a status as text": (lambda: ({}, "201"), "a status that is a string", "as a number"),
    "a status line": (lambda: ({}, "201 CREATED"), "a status that is a string", "as a number"),
    "a status that is true": (lambda: ({}, True), "a status that is a bool", "as a number"),
    "a status with a fraction": (lambda: ({}, 200.0), "a status that is a float", "as a number"),
    "an interim status": (lambda: ({}, 100), "the status 100", "a final status"),
    "no status at all": (lambda: ({}, 700), "the status 700", "a final status"),
    "a negative status": (lambda: ({}, -1), "the status -1", "a final status"),
    "a tuple of four": (lambda: ({}, 200, {}, 1), "a tuple of 4", "(body, status, headers)"),
    "an empty tuple": (lambda: (), "a tuple of 0", "(body, status, headers)"),
    "headers as text": (lambda: ({}, 200, "X-A: b"), "headers that are a str", "list of pairs"),
    "headers as numbers": (lambda: ({}, 200, [1, 2]), "headers that are a list", "list of pairs"),
    "ContentType": (lambda: ({}, {"ContentType": "a/b"}), "the header ContentType", "Content-Type"),
    "a header that is None": (lambda: ({}, {"X-A": None}), "the header X-A", "as text"),
    "a header that is true": (lambda: ({}, {"X-A": True}), "the header X-A", "as text"),
    "a header of two lines": (
        lambda: ({}, {"X-A": "a\r\nX-B: c"}),
        "no form on the wire",
        "one line",
    ),
    "a header with NUL": (lambda: ({}, {"X-A": "a\0"}), "no form on the wire", "one line"),
    "a header beyond latin-1": (lambda: ({}, {"X-A": "€"}), "no form on the wire", "ISO-8859-1"),
    "a header's name of two lines": (lambda: ({}, {"X-A\r\nX-B": "c"}), "no form", "tokens"),
    "a header without a name": (lambda: ({}, {"": "c"}), "no form on the wire", "tokens"),
    "a header's name with a space": (lambda: ({}, {"X A": "c"}), "no form on the wire", "tokens"),
    "a media type of two lines": (
        lambda: ({}, {"Content-Type": 'application/json; a="\r\nX-B: c"'}),
        "no form on the wire",
        "one line",
    ),
    "an object of a class": (lambda: {"a": Opaque()}, "JSON cannot hold", "declared media type"),
    "a set": (lambda: {"a": {1}}, "JSON cannot hold", "declared media type"),
    "bytes inside": (lambda: {"a": b"b"}, "JSON cannot hold", "declared media type"),
    "a decimal": (lambda: {"a": Decimal("1.5")}, "JSON cannot hold", "declared media type"),
    "a complex number": (lambda: {"a": 1j}, "JSON cannot hold", "declared media type"),
    "a number as a key": (lambda: {1: 2}, "JSON cannot hold", "declared media type"),
    "an integer beyond 64 bit": (lambda: {"a": 2**64}, "JSON cannot hold", "declared media type"),
    "a lone surrogate": (lambda: {"a": "\ud800"}, "JSON cannot hold", "declared media type"),
    "a circle": (in_a_circle, "JSON cannot hold", "declared media type"),
    "great depth": (very_deep, "JSON cannot hold", "declared media type"),
}


@pytest.mark.parametrize("policy", ["prevent", "detect", "ignore"])
@pytest.mark.parametrize("name", WRONG_FORMS)
def test_what_has_no_form_on_the_wire_is_replaced_under_every_policy(name: str, policy: str):
    make, _, _ = WRONG_FORMS[name]

    reply = said(make, policy=policy)

    assert (reply.status, reply.problem) == (500, "contract-violation")


@pytest.mark.parametrize("name", WRONG_FORMS)
def test_a_wrong_form_teaches_the_right_one(name: str):
    make, found, remedy = WRONG_FORMS[name]

    with pytest.raises(ContractViolation) as caught:
        said(make)

    (breach,) = caught.value.breaches
    assert breach.rule.value == "answer-form"
    assert found in breach.found
    assert remedy in breach.remedy


def test_a_wrong_form_never_shows_its_value():
    with pytest.raises(ContractViolation) as caught:
        said(lambda: {"password": "hunter2", "of": Opaque(), "more": "hunter2\ud800"})

    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("media_type", "spoken"),
    [
        ("text/html", {"a": 1}),
        ("text/html", 5),
        ("text/html", "\ud800"),
        ("application/xml", {"a": 1}),
        ("application/octet-stream", "text"),
        ("image/png", {"a": 1}),
    ],
)
def test_a_body_that_its_media_type_cannot_hold_is_no_answer(media_type: str, spoken: Any):
    with pytest.raises(ContractViolation) as caught:
        said(lambda: spoken, {200: response(ANYTHING, media_type)})

    (breach,) = caught.value.breaches
    assert breach.rule.value == "answer-form"
    assert "Return what the declared media type can hold." in breach.remedy


@pytest.mark.parametrize("status", [200, 201, 299])
def test_abort_with_a_success_teaches(status: int):
    """`abort` is for refusals; Werkzeug knows no exception of that status."""
    with pytest.raises(ContractViolation) as caught:
        said(lambda: flask.abort(status))

    (breach,) = caught.value.breaches
    assert breach.rule.value == "answer-form"
    assert f"abort({status})" in breach.found
    assert "Return" in breach.remedy


# --- what belongs to the connection -------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["Connection", "Keep-Alive", "Transfer-Encoding", "transfer-encoding", "Upgrade", "TE"]
)
def test_a_header_of_the_connection_is_the_servers(name: str):
    """It is not sent on: a server that obeys it loses its place in the stream."""
    reply = said(lambda: ({}, 200, {name: "close"}), policy="prevent")

    assert name not in reply.headers


def test_the_length_is_what_is_sent():
    reply = said(lambda: ({"a": 1}, 200, {"Content-Length": "3"}), policy="detect")

    assert reply.headers.getlist("Content-Length") == ["7"]


def test_none_beside_a_status_is_null_where_the_schema_has_it():
    """As in connexion; without a status it is 204, and where nothing is promised it is nothing."""
    nullable = {"type": ["object", "null"]}
    answers = {200: response(nullable), 202: response(), 204: response()}

    assert said(lambda: (None, 200), answers).body == b"null"
    assert said(lambda: (None, 202), answers).body == b""
    assert said(lambda: None, answers).status == 204
    with pytest.raises(ContractViolation, match="without a body"):
        said(lambda: (None, 200), {200: response({"type": "object"})})
    with pytest.raises(ContractViolation, match="without a body"):
        said(lambda: (NoContent, 200), answers)


def test_templates_are_found_beside_the_handlers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    package = tmp_path / "shop"
    (package / "templates").mkdir(parents=True)
    (package / "templates" / "page.html").write_text("<p>{{ name }}</p>")
    (package / "__init__.py").write_text(
        "import flask\n\n"
        "def use_thing():\n"
        '    return flask.render_template("page.html", name="<Ada>")\n'
    )
    monkeypatch.syspath_prepend(tmp_path)
    described = operation("useThing", answers={200: response(TEXT, "text/html")})

    app = of(document({"/thing": {"get": described}}), "shop")

    assert ask(app).text == "<p>&lt;Ada&gt;</p>"


# --- what is judged is what is written ----------------------------------------------------------

OPEN: Json = {"type": "object", "properties": {"a": {}}}


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        (OPEN, {"a": orjson.Fragment(b'1,"secret":2')}),
        (OPEN, {"a": orjson.Fragment(b"{bad")}),
        (True, orjson.Fragment(b"{bad")),
        (True, orjson.Fragment(b"")),
        ({"type": "array"}, [orjson.Fragment(b'1],"x"')]),
        ({"type": "object", "additionalProperties": True}, {"a": orjson.Fragment(b"{bad")}),
        ({"type": "object", "properties": {"a": TEXT}}, {"a": orjson.Fragment(b'1,"b":2')}),
    ],
    ids=repr,
)
def test_what_was_written_before_is_judged_as_written(schema: Any, value: Any):
    """Where a schema looks at no value, the bytes are read."""
    with pytest.raises(ContractViolation):
        said(lambda: value, {200: response(schema)})


def test_what_was_written_before_and_is_right_leaves():
    assert said(lambda: {"a": orjson.Fragment(b'{"b":1}')}, {200: response(OPEN)}).json == {
        "a": {"b": 1}
    }


@pytest.mark.parametrize(
    "body",
    [
        "<r>x</r>".encode("utf-16-be"),
        "<r>x</r>".encode("utf-16"),
        "<?xml version='1.0' encoding='iso-8859-1'?><r>é</r>".encode("latin-1"),
        "<?xml version='1.0' encoding='iso-8859-1'?><r>e</r>",
        "<?xml version='1.0' encoding='nonsense'?><r/>",
        "<?xml version='1.0' encoding='utf-7'?><r/>",
        "<?xml version='1.0' encoding='utf-32'?><r/>",
        "<r>\0</r>",
    ],
    ids=repr,
)
@pytest.mark.parametrize("policy", ["prevent", "raise"])
def test_xml_is_in_the_encoding_that_it_is_sent_in(body: Any, policy: str):
    answers = {200: response(TEXT, "application/xml")}

    if policy == "raise":
        with pytest.raises(ContractViolation):
            said(lambda: body, answers)
    else:
        assert said(lambda: body, answers, policy=policy).problem == "contract-violation"


def test_xml_may_say_that_it_is_utf_8():
    body = "<?xml version='1.0' encoding='UTF-8'?><r>é</r>"

    assert said(lambda: body, {200: response(TEXT, "application/xml")}).text == body


def test_text_has_no_nul():
    for media_type in ("text/plain", "text/html", "text/markdown"):
        with pytest.raises(ContractViolation, match="NUL"):
            said(lambda: "a\0b", {200: response(TEXT, media_type)})


def test_what_belongs_to_the_server_is_left_to_it():
    reply = said(
        lambda: ({}, [("Server", "internal-7"), ("server", "b"), ("Date", "yesterday")]),
    )

    assert not {"Server", "Date"} & {*reply.headers.keys()}


def test_a_header_is_its_value_and_no_more():
    """Without the blanks around it, which no recipient sees, and as the value of an enum."""
    reply = said(lambda: ({}, {"X-A": "  a\t", "ETag": Kind.POST}))

    assert (reply.headers["X-A"], reply.headers["ETag"]) == ("a", "post")


def test_the_answer_of_make_conditional_is_one():
    """Werkzeug leaves the body in a 304 and never sends it."""

    def handler() -> Any:
        made = flask.make_response({"a": 1})
        made.set_etag("x")
        return made.make_conditional(flask.request)

    app = saying(handler)

    fresh = ask(app)
    known = ask(app, headers={"If-None-Match": '"x"'})

    assert (fresh.status, fresh.json) == (200, {"a": 1})
    assert (known.status, known.body, known.headers["ETag"]) == (304, b"", '"x"')


@pytest.mark.parametrize(
    "make",
    [
        lambda: flask.Response(status=204),
        lambda: ("", 204),
        lambda: (None, 204),
        lambda: flask.Response(status=304),
        lambda: (None, 304, {"Content-Length": "5"}),
    ],
    ids=["a response of 204", "text", "None", "a response of 304", "a length"],
)
def test_what_has_no_content_has_none_under_default_either(make: Any):
    reply = said(make, {"default": response(ANYTHING)})

    assert reply.body == b""
    assert "Content-Type" not in reply.headers


def test_a_stream_is_closed_when_its_answer_has_no_form():
    rests = (("200",), (999,), (200, {"X": "a\nb"}), (200, {"Content-Length": "9" * 5000}))
    for rest in rests:
        stream = Closable()
        assert (
            said(lambda rest=rest, stream=stream: (stream, *rest), policy="prevent").status == 500
        )
        assert stream.closed


@pytest.mark.parametrize(
    ("spoken", "remedy"),
    [
        (201, "The status stands behind the body: return (body, status, headers)"),
        ((HTTPStatus.CREATED, {"X-A": "1"}), "The status stands behind the body"),
        ({"a": 1}, "Without a status it is 200: return (body, 201)"),
        (None, "None alone is 204: return (body, 201)"),
        (({"a": 1}, 202), "Change the handler, or declare it at"),
    ],
    ids=repr,
)
def test_a_status_that_was_forgotten_is_told(spoken: Any, remedy: str):
    with pytest.raises(ContractViolation) as caught:
        said(lambda: spoken, {201: response(ANYTHING, headers=ANY_HEADER)})

    assert remedy in caught.value.breaches[0].remedy


@pytest.mark.parametrize(
    ("spoken", "rule"),
    [
        (("abc", 200, {"Content-Length": ["2"]}), "body-length"),
        (("<p>x", 200, {"Content-Type": ["text/csv"]}), "media-type-declared"),
    ],
    ids=["length", "type"],
)
def test_a_list_of_one_value_is_that_value(spoken: Any, rule: str):
    with pytest.raises(ContractViolation) as caught:
        said(lambda: spoken, {200: response(TEXT, "text/plain")})

    assert [breach.rule.value for breach in caught.value.breaches] == [rule]


def test_what_stands_beside_connexions_response_counts():
    made = ConnexionResponse(status_code=200, body={"a": 1}, mimetype="application/json")

    assert said(lambda: (made, 201, {"X-A": "b"})).headers["X-A"] == "b"


def test_a_family_that_is_registered_judges_all_that_is_sent(monkeypatch: pytest.MonkeyPatch):
    """As its documentation shows it; and whatever it raises is a violation, and no crash."""
    monkeypatch.setattr(representations, "_FAMILIES", [*representations._FAMILIES])

    def read(content: bytes) -> str:
        if not content.startswith(b"%YAML"):
            raise representations.Unreadable("does not begin with %YAML")
        return content.decode()

    representations.register(
        representations.Family("yaml", lambda m: m.subtype == "yaml", str.encode, read, "utf-8")
    )
    answers = {200: response(TEXT, "application/yaml")}

    assert said(lambda: "%YAML 1.2", answers).text == "%YAML 1.2"
    for bad, told in (
        ("a: 1", "does not begin"),
        (b"%YAML \xff", "cannot"),
        ({"a": 1}, "cannot hold"),
    ):
        with pytest.raises(ContractViolation, match=told):
            said(lambda bad=bad: bad, answers)


# --- small print --------------------------------------------------------------------------------


def closing(ended: list[str], status: int = 200) -> flask.Response:
    made = flask.jsonify(a=1)
    made.status_code = status
    made.call_on_close(lambda: ended.append("closed"))
    return made


@pytest.mark.parametrize(
    ("make", "status"),
    [
        (lambda ended: (closing(ended), "200"), 500),
        (lambda ended: closing(ended, 304), 304),
        (lambda ended: flask.Response(iter([b"{}"]), mimetype="application/json"), 200),
    ],
    ids=["no form", "not modified", "collected"],
)
def test_a_response_is_closed_whatever_becomes_of_it(make: Any, status: int):
    ended: list[str] = []

    def handler() -> Any:
        made = make(ended)
        if isinstance(made, flask.Response) and status == 200:
            made.call_on_close(lambda: ended.append("closed"))
        return made

    assert said(handler, policy="prevent").status == status
    assert ended


@pytest.mark.parametrize(
    "spoken",
    [
        ({}, {"X-A": ["a\r\nX-Evil: 1"]}),
        ({}, 200, {"Content-Length": "9" * 5000}),
    ],
    ids=["lines in a list", "no length"],
)
def test_what_has_no_form_has_none_in_a_list_either(spoken: Any):
    with pytest.raises(ContractViolation) as caught:
        said(lambda: spoken)

    assert [breach.rule.value for breach in caught.value.breaches] == ["answer-form"]


def test_a_header_may_hold_a_tab():
    assert said(lambda: ({}, {"X-A": "a\tb"})).headers["X-A"] == "a\tb"


def test_an_empty_generator_is_nothing():
    assert said(lambda: (iter([]), 204)).status == 204


def test_a_charset_is_named_once():
    reply = said(
        lambda: ("a", {"Content-Type": "text/plain; CHARSET=UTF-8"}),
        {200: response(TEXT, "text/plain")},
    )

    assert reply.headers["Content-Type"] == "text/plain; CHARSET=UTF-8"


def test_a_length_beside_a_response_counts():
    with pytest.raises(ContractViolation, match="more bytes than its Content-Length"):
        said(lambda: (flask.jsonify(a=1), 200, {"Content-Length": "2"}))
