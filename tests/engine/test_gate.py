"""The gate: nothing leaves that the contract does not declare.

Each rule is broken once here; the answer is replaced, and the log says where, what was found, what
was promised and what to do.
"""

import inspect
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import flask
import pytest
from structlog.testing import capture_logs
from werkzeug.test import create_environ

from tenor import ConfigurationError, ContractViolation
from tenor.gate import MOST_RECORDS
from tenor.promises import BYTES_KEPT, Bodies
from tenor.rules import UNSENDABLE, Policy, Rule, policies
from tests.engine.contracts import (
    ANYTHING,
    PROBLEM,
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
THING = {
    "type": "object",
    "required": ["a"],
    "properties": {"a": {"type": "string", "maxLength": 5}},
}
JSON_OR_HTML = {"application/json": THING, "text/html": {"type": "string", "maxLength": 10}}
ANSWERS: Json = {
    200: response(
        content=JSON_OR_HTML,
        headers={
            "ETag": header({"type": "string", "pattern": '^"[a-z]+"$'}),
            "X-Count": header({"type": "integer", "minimum": 1}),
            "X-List": header({"type": "array", "items": {"type": "integer"}, "maxItems": 2}),
            "Content-Type": header({"const": "nonsense that OpenAPI says to ignore"}),
        },
    ),
    201: response(THING, headers={"Location": header(TEXT, required=True)}),
    202: response(),
    204: response(),
    304: response(),
    "4XX": response(THING, PROBLEM),
    "default": response({"const": "other"}),
}
PRECISE: Json = {status: ANSWERS[status] for status in (200, 201, 202, 204, 304)}
GOOD = {"a": "x"}


def said(spoken: Any, answers: Json = PRECISE, **options: Any) -> Reply:
    return ask(serving(lambda: spoken, answers=answers, **options))


@dataclass(frozen=True)
class Breaking:
    """An answer that breaks one rule, and what is said of it."""

    rule: str
    spoken: Any
    found: str
    promised: str


def html(text: str) -> Any:
    return text, 200, {"Content-Type": "text/html"}


def raw(
    body: str | bytes, media_type: str = "application/json", **headers: str
) -> Callable[[], Any]:
    return lambda: flask.Response(body, content_type=media_type, headers=headers)


BREACHES: dict[str, Breaking] = {
    "an undeclared status": Breaking(
        "status-declared", (GOOD, 203), "answered 203", "200, 201, 202, 204, 304"
    ),
    "an undeclared error": Breaking("status-declared", (GOOD, 418), "answered 418", "200, 201"),
    "an undeclared empty status": Breaking(
        "status-declared", (None, 205), "answered 205", "200, 201"
    ),
    "an undeclared media type": Breaking(
        "media-type-declared",
        ("a,b", 200, {"Content-Type": "text/csv"}),
        "as text/csv",
        "application/json, text/html",
    ),
    "a media type of another status": Breaking(
        "media-type-declared",
        ("<p>", 201, {"Content-Type": "text/html", "Location": "/a"}),
        "as text/html",
        "application/json",
    ),
    "a media type that is none": Breaking(
        "media-type-declared", ("x", 200, {"Content-Type": "x"}), "as x", "application/json"
    ),
    "a charset that is not that of the bytes": Breaking(
        "media-type-declared",
        ("ü", 200, {"Content-Type": "text/html; charset=iso-8859-1"}),
        "as text/html; charset=iso-8859-1",
        "text/html",
    ),
    "a parameter that is not declared": Breaking(
        "media-type-declared",
        ("<p>", 200, {"Content-Type": "text/html; level=1"}),
        "as text/html; level=1",
        "text/html",
    ),
    "a charset in two ways": Breaking(
        "media-type-declared",
        ("<p>", 200, {"Content-Type": "text/html; charset=utf-8; charset=utf-16"}),
        "as text/html; charset=utf-8; charset=utf-16",
        "text/html",
    ),
    "a media type with rubbish behind it": Breaking(
        "media-type-declared",
        ("<p>", 200, {"Content-Type": "text/html, application/json"}),
        "as text/html, application/json",
        "text/html",
    ),
    "a range for a media type": Breaking(
        "media-type-declared", ("<p>", 200, {"Content-Type": "text/*"}), "as text/*", "text/html"
    ),
    "no body": Breaking("body-present", (None, 200), "without a body", "application/json"),
    "an empty body": Breaking("body-present", raw(""), "without a body", "application/json"),
    "a body on 204": Breaking("body-absent", (GOOD, 204), "with a body", "no content"),
    "a body on 304": Breaking("body-absent", (GOOD, 304), "with a body", "no content"),
    "a body where none is declared": Breaking(
        "body-absent", (GOOD, 202), "with a body", "no content"
    ),
    "a media type on an empty answer": Breaking(
        "body-absent", ("", 202, {"Content-Type": "text/html"}), "with a Content-Type", "no content"
    ),
    "bytes that are no JSON": Breaking("body-syntax", raw("{"), "is not JSON", "application/json"),
    "a doubled key": Breaking("body-syntax", raw('{"a":"x","a":"y"}'), "twice", "application/json"),
    "NaN in bytes": Breaking("body-syntax", raw('{"a":NaN}'), "is not JSON", "application/json"),
    "text that is not UTF-8": Breaking(
        "body-syntax", raw(b"\xff", "text/html"), "is not UTF-8", "text/html"
    ),
    "HTML that does not close": Breaking(
        "body-syntax", ("<i>", 200, {"Content-Type": "text/html"}), "<i> is not closed", "text/html"
    ),
    "another length": Breaking(
        "body-length", (GOOD, 200, {"Content-Length": "3"}), "Content-Length", "a whole body"
    ),
    "a value of another type": Breaking(
        "body-schema", {"a": 1}, "/a must be of type string", "by the schema"
    ),
    "a value that is too long": Breaking(
        "body-schema", {"a": "x" * 6}, "/a must have at most 5 characters", "by the schema"
    ),
    "bytes that break the schema": Breaking(
        "body-schema", raw('{"a":1}'), "/a must", "by the schema"
    ),
    "a missing property": Breaking("body-schema", {}, "without /a", "by the schema"),
    "HTML that is too long": Breaking(
        "body-schema", html("x" * 11), "whose root must", "text/html"
    ),
    "HTML bytes that are too long": Breaking(
        "body-schema", raw("x" * 11, "text/html"), "whose root must", "text/html"
    ),
    "an undeclared property": Breaking(
        "property-declared", {"a": "x", "b": 1}, "/b is not declared", "by the schema"
    ),
    "an undeclared header": Breaking(
        "header-declared", (GOOD, {"X-Other": "1"}), "the header X-Other", "ETag, X-Count, X-List"
    ),
    "an undeclared header of Flask": Breaking(
        "header-declared", raw('{"a":"x"}', Vary="Cookie"), "the header Vary", "ETag"
    ),
    "a header of another status": Breaking(
        "header-declared", (GOOD, {"Location": "/a"}), "the header Location", "ETag"
    ),
    "a required header that is missing": Breaking(
        "header-present", (GOOD, 201), "without the header Location", "as required"
    ),
    "a header that breaks its schema": Breaking(
        "header-value", (GOOD, {"ETag": "a"}), "a value of ETag", "its schema"
    ),
    "a header that is no number": Breaking(
        "header-value", (GOOD, {"X-Count": "many"}), "a value of X-Count", "its schema"
    ),
    "a header below its minimum": Breaking(
        "header-value", (GOOD, {"X-Count": 0}), "a value of X-Count", "its schema"
    ),
    "a header of too many items": Breaking(
        "header-value", (GOOD, {"X-List": "1, 2, 3"}), "a value of X-List", "its schema"
    ),
    "a header of one value given twice": Breaking(
        "header-value",
        (GOOD, [("ETag", '"a"'), ("ETag", '"b"')]),
        "the header ETag more than once",
        "a single value",
    ),
}


def answering(spoken: Any) -> Callable[[], Any]:
    return spoken if callable(spoken) else lambda: spoken


@pytest.mark.parametrize("breaking", BREACHES.values(), ids=BREACHES)
def test_a_broken_rule_is_held_back(breaking: Breaking):
    """500 with the violation's id, which the log explains."""
    app = serving(answering(breaking.spoken), answers=PRECISE, policy="prevent")

    with capture_logs() as logs:
        reply = ask(app)

    assert (reply.status, reply.problem) == (500, "contract-violation")
    (entry,) = logs
    assert entry["event"] == "contract_violation"
    assert entry["rule"] == breaking.rule
    assert entry["violation"] == reply.json["violation"]
    assert entry["request_id"] == reply.headers["X-Request-Id"]
    assert entry["operation"] == "useThing"
    assert entry["policy"] == "prevent"
    assert entry["where"].startswith("useThing")


@pytest.mark.parametrize("breaking", BREACHES.values(), ids=BREACHES)
def test_a_broken_rule_is_told_in_a_sentence(breaking: Breaking):
    """Where, what was found, what was promised and what to do."""
    app = serving(answering(breaking.spoken), answers=PRECISE, policy="raise")

    with pytest.raises(ContractViolation) as caught:
        ask(app)

    (breach,) = caught.value.breaches
    assert breach.rule.value == breaking.rule
    assert breaking.found in breach.found
    assert breaking.promised in breach.promised
    assert breach.where.startswith("useThing")
    assert breach.remedy
    assert str(caught.value) == str(breach)
    assert str(breach).startswith(f"{breach.where} {breach.found}; the contract promises ")


def test_the_sentence_names_the_place_in_the_document(tmp_path: Any):
    contract = tmp_path / "contract.yaml"
    contract.write_text(
        "openapi: 3.1.1\n"
        "info: {title: Tiny, version: '1'}\n"
        "paths:\n"
        "  /thing:\n"
        "    get:\n"
        "      operationId: useThing\n"
        "      responses:\n"
        "        '204': {description: none}\n"
    )
    app = of(contract, {"useThing": lambda: (None, 202)})

    with pytest.raises(ContractViolation) as caught:
        ask(app)

    assert str(caught.value) == (
        "useThing answered 202; the contract promises 204. "
        f"Change the handler, or declare it at {contract}:7."
    )


def test_every_rule_is_broken_here_or_among_the_forms():
    broken = {breaking.rule for breaking in BREACHES.values()}

    assert broken == {rule.value for rule in Rule if rule not in UNSENDABLE}


def test_every_breach_of_an_answer_is_told():
    with pytest.raises(ContractViolation) as caught:
        said(({"a": 1, "b": 2}, 201, {"X-Other": "1"}))

    assert {breach.rule.value for breach in caught.value.breaches} == {
        "body-schema",
        "property-declared",
        "header-declared",
        "header-present",
    }


def test_an_xml_answer_is_well_formed():
    answers = {200: response(TEXT, "application/xml")}

    assert said("<a><b/></a>", answers).status == 200
    for broken in ("<a><b></a>", "<a>&nbsp;</a>", "", "text", "<a/><b/>"):
        with pytest.raises(ContractViolation) as caught:
            said(broken, answers)
        assert caught.value.breaches[0].rule is Rule.BODY_SYNTAX


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_number_that_json_has_not_never_leaves(value: float):
    """Not as NaN, which is no JSON, and not as a null that nobody declared."""
    answers = {200: response({"type": "object", "properties": {"a": {"type": "number"}}})}

    assert said({"a": value}, answers, policy="prevent").problem == "contract-violation"


@pytest.mark.parametrize(
    ("spoken", "remedy"),
    [
        (raw("{'a': 'b'}"), "single quotes, which JSON has not: return the dict itself."),
        ("{'a': 'b'}", "Text is sent as a JSON string: return the dict or list itself."),
        (raw('{"a":"b"}', "text/html; charset=utf-8"), "Flask names text/html where nothing is"),
    ],
    ids=["a dict printed", "a dict printed and returned", "a response without a media type"],
)
def test_the_remedy_knows_the_common_mistakes(spoken: Any, remedy: str):
    with pytest.raises(ContractViolation) as caught:
        ask(serving(answering(spoken), answers={200: response(THING)}))

    assert remedy in caught.value.breaches[0].remedy


# --- headers ------------------------------------------------------------------------------------

LINK = {"type": "string", "pattern": "^<.+>$"}
NUMBERS = {"type": "array", "items": {"type": "integer"}, "minItems": 2}
RANGE = {
    "type": "object",
    "properties": {"from": {"type": "integer"}, "to": {"type": "integer"}},
    "required": ["from"],
}


@pytest.mark.parametrize(
    ("declared", "right", "wrong"),
    [
        (header(TEXT), [["a"]], [["a", "b"]]),
        (header(NUMBERS), [["1, 2"], ["1", "2"]], [["1"], ["1", "x"]]),
        (header(RANGE), [["from,1,to,2"], ["from,1"]], [["to,2"], ["from,x"], ["from"], ["by,1"]]),
        ({**header(RANGE), "explode": True}, [["from=1,to=2"]], [["from=x"], ["from,1"]]),
        ({"content": {"application/json": {"schema": RANGE}}}, [['{"from":1}']], [["{}"], ["x"]]),
        (header({"type": "boolean"}), [["true"]], [["True"], ["1"]]),
        (header({"type": ["integer", "null"]}), [["1"]], [["one"]]),
        (header({**TEXT, "format": "date-time"}), [["2026-11-26T08:00:00Z"]], [["today"]]),
    ],
    ids=repr,
)
def test_each_value_of_a_header_is_judged(declared: Json, right: Any, wrong: Any):
    """Lines of one name are one value, and only a list may have several."""
    answers = {200: response(THING, headers={"X-A": declared})}

    for lines in right:
        assert said((GOOD, [("X-A", line) for line in lines]), answers).status == 200
    for lines in wrong:
        with pytest.raises(ContractViolation) as caught:
            said((GOOD, [("X-A", line) for line in lines]), answers)
        assert {breach.rule for breach in caught.value.breaches} == {Rule.HEADER_VALUE}


def test_what_is_a_list_by_its_own_definition_may_have_several_lines():
    answers = {200: response(THING, headers={"Link": header(LINK), "Set-Cookie": header(TEXT)})}

    links = said((GOOD, [("Link", "<a>"), ("link", "<b>")]), answers)
    cookies = said((GOOD, [("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")]), answers)

    assert links.headers.getlist("Link") == ["<a>", "<b>"]
    assert cookies.headers.getlist("Set-Cookie") == ["a=1", "b=2"]
    with pytest.raises(ContractViolation, match="a value of Link"):
        said((GOOD, [("Link", "<a>"), ("Link", "b")]), answers)


def test_each_cookie_is_judged_by_itself():
    answers = {200: response(THING, headers={"Set-Cookie": header({**TEXT, "maxLength": 4})})}

    assert said((GOOD, [("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")]), answers).status == 200
    with pytest.raises(ContractViolation, match="a value of Set-Cookie"):
        said((GOOD, [("Set-Cookie", "a=1"), ("Set-Cookie", "b=234")]), answers)


def test_a_declared_header_of_the_connection_is_given_by_the_engine():
    """A document may say that Content-Length is there, and it is."""
    answers = {200: response(THING, headers={"Content-Length": header({}, required=True)})}

    assert said(GOOD, answers).headers["Content-Length"] == "9"


# --- media types --------------------------------------------------------------------------------

ANY = {"*/*": THING}


def test_a_range_is_answered_in_the_media_type_that_is_meant():
    """It promises many; each answer is in one of them, and is judged as such."""
    assert said(GOOD, {200: response(content=ANY)}).headers["Content-Type"] == "application/json"
    page = said("<p>", {200: response(content={"text/*": TEXT})})
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    images = {200: response(content={"image/*": ANYTHING})}
    image = said((b"GIF", {"Content-Type": "image/gif"}), images)
    assert image.headers["Content-Type"] == "image/gif"


@pytest.mark.parametrize(
    ("content", "spoken", "rule"),
    [
        (ANY, {"a": 1}, Rule.BODY_SCHEMA),
        (ANY, ("{", {"Content-Type": "application/problem+json"}), Rule.BODY_SCHEMA),
        (ANY, ("a", {"Content-Type": "application/x-nobody-knows"}), Rule.MEDIA_TYPE),
        ({"text/*": TEXT}, ("<p><i>", {"Content-Type": "text/html"}), Rule.BODY_SYNTAX),
        ({"image/*": {}}, b"GIF", Rule.MEDIA_TYPE),
        ({"image/*": {}}, ({"a": 1}, {"Content-Type": "application/json"}), Rule.MEDIA_TYPE),
    ],
    ids=repr,
)
def test_a_range_promises_nothing_beyond_it(content: Json, spoken: Any, rule: Rule):
    with pytest.raises(ContractViolation) as caught:
        said(spoken, {200: response(content=content)})

    assert caught.value.breaches[0].rule is rule


def test_a_charset_that_nothing_is_sent_in_is_refused_at_start():
    with pytest.raises(ConfigurationError, match="is not in UTF-8"):
        serving(lambda: "x", answers={200: response(TEXT, "text/html; charset=iso-8859-1")})


def test_nul_is_no_matter_of_syntax_in_an_answer():
    """JSON has it, and what is said of a value holds for the bytes of it too."""
    for spoken in ({"a": "\0"}, raw('{"a":"\\u0000"}')):
        assert said(spoken if isinstance(spoken, dict) else spoken(), PRECISE).json == {"a": "\0"}


def test_an_answer_with_many_breaches_does_not_flood_the_log():
    lines = response({"type": "object", "required": ["a"]}, "application/x-ndjson")
    app = serving(lambda: [{}] * 20_000, answers={200: lines}, policy="prevent")

    with capture_logs() as logs:
        assert ask(app).status == 500

    assert len(logs) == MOST_RECORDS + 1
    assert logs[-1]["event"] == "contract_violation_goes_on"
    assert logs[-1]["more"] >= 1
    assert {entry["violation"] for entry in logs} == {logs[-1]["violation"]}


def test_the_record_says_where_the_handler_is():
    with capture_logs() as logs:
        ask(serving(elsewhere, answers=PRECISE, policy="prevent"))

    (entry,) = logs
    line = inspect.getsourcelines(elsewhere)[1]
    assert entry["handler"] == f"tests/engine/test_gate.py:{line}"


def elsewhere() -> Any:
    return None, 299


# --- once is enough ------------------------------------------------------------------------------


def test_what_was_judged_is_not_judged_again(monkeypatch: pytest.MonkeyPatch):
    """The same bytes in the same media type of the same status keep their promise again."""
    judged: list[bytes] = []

    def judge_bytes(_content: Any, answer: Any, body: bytes, _breaches: Any) -> None:
        judged.append(body)

    monkeypatch.setattr("tenor.judgement._judge_bytes", judge_bytes)
    spoken = iter(["a", "a", "b", "a", "b"])
    app = serving(lambda: flask.jsonify(a=next(spoken)), answers=PRECISE)

    for _ in range(5):
        assert ask(app).status == 200

    assert judged == [b'{"a":"a"}\n', b'{"a":"b"}\n']


def test_what_broke_the_contract_breaks_it_again():
    app = serving(lambda: raw('{"a":1}')(), answers=PRECISE, policy="prevent")

    assert [ask(app).status for _ in range(3)] == [500, 500, 500]


def test_what_is_remembered_is_of_one_status_and_its_media_type():
    answers = {200: response(THING), 201: response({"const": "other"})}
    statuses = iter([200, 201])
    app = serving(lambda: (flask.jsonify(a="x"), next(statuses)), answers=answers, policy="prevent")

    assert [ask(app).status, ask(app).status] == [200, 500]


def test_what_is_remembered_has_an_end():
    bodies = Bodies()

    for number in range(10_000):
        bodies.add(b"%05d" % number * 100)
    bodies.add(b"x" * BYTES_KEPT)
    bodies.add(b"y" * (BYTES_KEPT // 4))

    assert len(bodies) <= BYTES_KEPT
    assert bodies.holds(b"y" * (BYTES_KEPT // 4))
    assert bodies.holds(b"09999" * 100)
    assert not bodies.holds(b"00001" * 100)
    assert not bodies.holds(b"x" * BYTES_KEPT)


def test_a_body_that_differs_in_one_byte_is_another():
    bodies = Bodies()
    body = bytes(range(250)) * 10
    bodies.add(body)

    assert bodies.holds(body)
    for at in range(len(body)):
        assert not bodies.holds(body[:at] + b"\xff" + body[at + 1 :])


# --- what keeps the contract --------------------------------------------------------------------


@pytest.mark.parametrize(
    "spoken",
    [
        GOOD,
        (GOOD, {"ETag": '"abc"', "x-count": 3, "X-List": "1, 2"}),
        (GOOD, {"X-List": ""}),
        html("<p>short"),
        (GOOD, 201, {"Location": "/a"}),
        (None, 202),
        None,
        (None, 304),
        (GOOD, 404),
        (GOOD, 499),
        ("other", 500),
        ("other", 302),
        ("x", 200, {"Content-Type": "text/html; charset=utf-8"}),
        ("x", 200, {"Content-Type": "Text/HTML;charset=UTF-8"}),
        (GOOD, 200, {"Content-Type": "application/json; charset=utf-8"}),
        (GOOD, {"Date": "Mon, 23 Nov 2026 08:00:00 GMT", "Server": "mine"}),
    ],
    ids=repr,
)
def test_an_answer_that_keeps_the_contract_leaves(spoken: Any):
    status = spoken[1] if isinstance(spoken, tuple) and isinstance(spoken[1], int) else None

    reply = said(spoken, ANSWERS)

    assert reply.status == (status or (204 if spoken is None else 200))


def test_an_exact_status_comes_before_its_range_and_the_range_before_default():
    answers = {
        404: response({"const": "exact"}),
        "4XX": response({"const": "range"}),
        "default": response({"const": "default"}),
    }

    assert said(("exact", 404), answers).json == "exact"
    assert said(("range", 405), answers).json == "range"
    assert said(("default", 500), answers).json == "default"
    for spoken in (("range", 404), ("default", 405), ("range", 503)):
        with pytest.raises(ContractViolation):
            said(spoken, answers)


def test_the_most_specific_declared_range_holds():
    answers = {200: response(content={"text/*": {"const": "any"}, "text/html": {"const": "page"}})}

    assert said(html("page"), answers).text == "page"
    assert said(("any", {"Content-Type": "text/plain"}), answers).text == "any"


def test_the_answer_to_head_is_judged_like_that_to_get():
    app = serving(lambda: {"a": 1}, answers=PRECISE, policy="prevent")

    assert ask(app, "HEAD /thing").status == 500


HEAD: Json = {200: response(THING, headers={"ETag": header(TEXT)}), 404: response(THING)}


@pytest.mark.parametrize(
    ("spoken", "length"),
    [
        ((None, 200, {"ETag": "a", "Content-Type": "application/json"}), None),
        ((None, 200, {"Content-Length": "7", "Content-Type": "application/json"}), "7"),
        (("", 200), None),
        (GOOD, "9"),
    ],
    ids=repr,
)
def test_an_operation_for_head_describes_content_and_has_none(spoken: Any, length: str | None):
    app = serving(lambda: spoken, "HEAD /thing", answers=HEAD)
    heads: list[Any] = []

    body = b"".join(
        app(create_environ("/thing", method="HEAD"), lambda *head: heads.append(head) or print)
    )

    assert (heads[0][0], body) == ("200 OK", b"")
    assert dict(heads[0][1]).get("Content-Length") == length


@pytest.mark.parametrize(
    ("spoken", "rule"),
    [
        ((None, 204), Rule.STATUS),
        (("x", 200, {"Content-Type": "text/plain"}), Rule.MEDIA_TYPE),
        ((None, 200, {"Content-Type": "text/plain"}), Rule.MEDIA_TYPE),
        ({"a": 1}, Rule.BODY_SCHEMA),
        ((None, 200, {"X-Other": "1"}), Rule.HEADER_UNDECLARED),
    ],
    ids=repr,
)
def test_an_operation_for_head_is_judged(spoken: Any, rule: Rule):
    with pytest.raises(ContractViolation) as caught:
        ask(serving(lambda: spoken, "HEAD /thing", answers=HEAD), "HEAD /thing")

    assert caught.value.breaches[0].rule is rule


# --- policies -----------------------------------------------------------------------------------

WRONG = ({"a": 1, "b": 2}, 200, {"X-Other": "1"})


def test_detect_sends_the_answer_and_records_it():
    with capture_logs() as logs:
        reply = said(WRONG, policy="detect")

    assert (reply.status, reply.json, reply.headers["X-Other"]) == (200, {"a": 1, "b": 2}, "1")
    assert {entry["rule"] for entry in logs} == {
        "body-schema",
        "property-declared",
        "header-declared",
    }
    assert {entry["policy"] for entry in logs} == {"detect"}


def test_ignore_sends_the_answer_and_says_nothing():
    with capture_logs() as logs:
        reply = said(WRONG, policy="ignore")

    assert (reply.status, reply.json) == (200, {"a": 1, "b": 2})
    assert logs == []


def test_raise_raises_out_of_the_application():
    with pytest.raises(ContractViolation):
        said(WRONG, policy="raise")


@pytest.mark.parametrize(
    ("policy", "spoken", "outcome", "recorded"),
    [
        ({"property-declared": "detect"}, {"a": "x", "b": 1}, 200, {"property-declared"}),
        ({"property-declared": "ignore"}, {"a": "x", "b": 1}, 200, set()),
        ({"property-declared": "detect"}, {"a": 1}, 500, {"body-schema"}),
        (
            {"property-declared": "detect"},
            {"a": 1, "b": 1},
            500,
            {"body-schema", "property-declared"},
        ),
        ({"property-declared": "ignore"}, {"a": 1, "b": 1}, 500, {"body-schema"}),
        ({"*": "ignore", "body-schema": "detect"}, {"a": 1, "b": 1}, 200, {"body-schema"}),
        ({"*": "detect", "body-schema": "prevent"}, {"a": 1}, 500, {"body-schema"}),
        ({"*": "ignore", "status-declared": "prevent"}, (GOOD, 203), 500, {"status-declared"}),
        ({}, {"a": 1}, 500, {"body-schema"}),
    ],
    ids=repr,
)
def test_a_policy_may_differ_by_rule(policy: Json, spoken: Any, outcome: int, recorded: set[str]):
    with capture_logs() as logs:
        reply = said(spoken, policy=policy)

    assert reply.status == outcome
    assert {entry["rule"] for entry in logs} == recorded


@pytest.mark.parametrize(
    ("policy", "outcome", "recorded"),
    [
        ({"useThing": "detect"}, 200, {"body-schema", "property-declared"}),
        ({"useThing": "ignore"}, 200, set()),
        ({"useThing": {"*": "detect"}}, 200, {"body-schema", "property-declared"}),
        ({"useThing": {"body-schema": "ignore"}}, 500, {"property-declared"}),
        ({"*": "ignore", "useThing": "prevent"}, 500, {"body-schema", "property-declared"}),
        ({"*": "ignore", "useThing": {"body-schema": "prevent"}}, 500, {"body-schema"}),
        ({"body-schema": "ignore", "useThing": {"property-declared": "ignore"}}, 200, set()),
        ({"*": "ignore"}, 200, set()),
    ],
    ids=repr,
)
def test_a_policy_may_differ_by_operation(policy: Json, outcome: int, recorded: set[str]):
    """What an operation says of itself counts there; what it does not say is as for all."""
    with capture_logs() as logs:
        reply = said({"a": 1, "b": 1}, policy=policy)

    assert reply.status == outcome
    assert {entry["rule"] for entry in logs} == recorded


def test_the_policy_of_an_operation_is_for_no_other():
    app = of(
        document({"/a": {"get": operation("getA")}, "/b": {"get": operation("getB")}}),
        {"getA": lambda: (1, 202), "getB": lambda: (1, 202)},
        policy={"*": "prevent", "getA": "ignore"},
    )

    assert (ask(app, "GET /a").status, ask(app, "GET /b").status) == (202, 500)


@pytest.mark.parametrize(
    "policy", ["ignore", {"useThing": "ignore"}, {"useThing": {"*": "detect"}}]
)
def test_what_has_no_wire_form_is_replaced_under_every_policy(policy: Any):
    assert said((GOOD, "200"), policy=policy).problem == "contract-violation"


def test_one_rule_that_raises_raises():
    with pytest.raises(ContractViolation):
        said({"a": 1, "b": 1}, policy={"*": "prevent", "body-schema": "raise"})


def test_a_wrong_form_is_at_least_prevented():
    for word in ("detect", "ignore", "prevent"):
        assert policies(word)["*"].of[Rule.FORM] is Policy.PREVENT
        assert policies({"answer-form": word})["*"].of[Rule.FORM] is Policy.PREVENT
    assert policies("raise")["*"].of[Rule.FORM] is Policy.RAISE


@pytest.mark.parametrize(
    ("policy", "fault"),
    [
        ("strict", "'strict' is no policy"),
        ({"body-schema": "off"}, "'off' is no policy"),
        ({"schema": "ignore"}, "'schema', which is neither a rule nor an operation"),
        ({"*": "all"}, "'all' is no policy"),
        ({"useThing": "all"}, "'all' is no policy"),
        ({"useThing": {"schema": "ignore"}}, "the rule 'schema', which does not exist"),
        ({"useOther": "ignore"}, "'useOther', which is neither a rule nor an operation"),
    ],
    ids=repr,
)
def test_a_policy_that_is_none_is_refused_at_start(policy: Any, fault: str):
    with pytest.raises(ConfigurationError, match=fault) as caught:
        serving(lambda: None, policy=policy)

    assert caught.value.place == "policy"
    assert caught.value.remedy


def test_an_answer_that_is_ignored_is_not_judged():
    """What is not acted on costs nothing: a value that cannot even be validated passes."""
    assert said((GOOD, 299), policy="ignore").status == 299
