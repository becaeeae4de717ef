"""The fuzzer of the proof: what it finds, what it leaves in peace, and that it can be repeated."""

import importlib
import json
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import configuration
from hypothesis.internal import charmap
from werkzeug.test import create_environ

from tenor import ConfigurationError, Tenor, document
from tenor.proof.asking import Ask, NoReply, Reply, Request, in_process
from tenor.proof.contract import Contract
from tenor.proof.fuzzing import Attempt, Plan, Refusal, Report, fuzz
from tenor.proof.fuzzing_engine import _Shares
from tenor.proof.fuzzing_gateway import Gateway
from tenor.proof.subject import OutOfTime
from tests.engine.contracts import (
    ANYTHING,
    closed,
    parameter,
    response,
    serving,
    taking,
)
from tests.engine.contracts import document as described
from tests.engine.contracts import operation as operation_of
from tests.proof.callers import ADA, NOTES
from tests.proof.notes import create_app

SECRET = "t0p-secret-t0ken"
SMALL = Plan(examples=2, stories=2, steps=2, seconds=60)
ONE = {"a": {"type": "integer"}}

Json = dict[str, Any]


def fuzzed(app: Tenor, plan: Plan = SMALL, **options: Any) -> Report:
    return fuzz(in_process(app.wsgi_app), Contract(app.contract), plan, **options)


def answered(handler: Callable[..., Any], **options: Any) -> Tenor:
    """An application of one operation behind an open gate."""
    usual = {200: response(closed(**ONE)), 400: response(ANYTHING)}
    return serving(handler, answers=options.pop("answers", usual), policy="ignore", **options)


def checks(report: Report) -> set[str]:
    return {finding.id for finding in report.findings}


def refusing(status: int, *, declared: bool = True) -> Ask:
    """Refuses all that fits."""

    def ask(request: Request) -> Reply:
        allowed = (("Allow", "POST, OPTIONS"),)
        if request.method not in ("POST", "OPTIONS"):
            return Reply(405, allowed, b"")
        is_good = request.body is not None and request.body.isdigit()
        return Reply(status if is_good else 400, allowed, b"")

    return ask


def contract(*statuses: int, **options: Any) -> Contract:
    """One operation that takes an integer, and answers with nothing."""
    spec = described(
        {
            "/thing": {
                "post": operation_of(
                    "useThing",
                    body=taking({"type": "integer", "minimum": 0}),
                    answers={status: response() for status in (200, 400, *statuses)},
                    **options,
                )
            }
        }
    )
    return Contract(document.load(spec))


# --- what is found ------------------------------------------------------------------------------


def test_an_answer_that_is_not_declared_is_a_finding():
    """It says where, what was found, what was promised and what to do, and shows the exchange."""
    report = fuzzed(answered(lambda: ({"a": 1}, 202)))

    (finding,) = report.findings
    assert finding.id == "fuzz/status_code_conformance@useThing"
    assert finding.source == "fuzz"
    assert finding.sentence == (
        "useThing answered 202; the contract promises 200, 400. Change the handler, or declare it "
        "at <document>#/paths/~1thing/get/responses."
    )
    ((asked, answer),) = finding.exchanges
    assert (asked.method, asked.target, answer.status) == ("GET", "/thing", 202)


def test_a_sound_application_gives_no_cause():
    report = fuzzed(answered(lambda: {"a": 1}))

    assert (report.findings, report.notes) == ((), ())
    assert report.sent.keys() >= {"coverage", "fuzzing"}


@pytest.mark.parametrize(
    ("handler", "found"),
    [
        (lambda: {"a": "x"}, "response_schema_conformance"),
        (lambda: ({"a": 1}, {"Content-Type": "text/html"}), "content_type_conformance"),
        (lambda: ({"error": 1}, 500), "not_a_server_error"),
    ],
)
def test_what_breaks_the_contract_is_found(handler: Callable[..., Any], found: str):
    assert f"fuzz/{found}@useThing" in checks(fuzzed(answered(handler)))


def test_the_headers_of_every_answer_are_expected():
    """`x-tenor-headers` stands in no response of the document as it is written."""
    header = {"required": True, "schema": {"type": "string"}}
    spec = described(
        {"/thing": {"get": operation_of("useThing")}}, x_tenor_headers={"X-Request-Id": header}
    )

    def ask(_request: Request) -> Reply:
        return Reply(200, (("Content-Type", "application/json"),), b"{}")

    report = fuzz(ask, Contract(document.load(spec)), SMALL)

    assert "fuzz/response_headers_conformance@useThing" in checks(report)


@pytest.mark.parametrize(
    ("defect", "found", "length"),
    [
        ("authentication-ignored", "ignored_auth@listNotes", 1),
        ("create-unkept", "ensure_resource_availability@createNote", 2),
    ],
)
def test_a_finding_is_found_again(defect: str, found: str, length: int):
    """Looked for alone, it is found by the same requests; it may take a story of several."""
    plan = Plan(stories=15, headers={"Authorization": f"Bearer {ADA}"}, only=f"fuzz/{found}")
    whole, again = (
        fuzz(in_process(create_app(defect)), NOTES, each) for each in (replace(plan, only=""), plan)
    )

    findings = {finding.id: finding for finding in whole.findings}
    assert len(findings[f"fuzz/{found}"].exchanges) == length
    assert checks(again) == {f"fuzz/{found}"}
    assert again.requests == whole.requests[: len(again.requests)]
    assert len(again.requests) < len(whole.requests)


def test_what_else_is_loaded_changes_no_request(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Hypothesis would try what stands in the code of whoever runs it."""
    spec = described(
        {"/thing": {"post": operation_of("useThing", body=taking({"type": "string"}))}}
    )
    plan = replace(SMALL, examples=60)
    (tmp_path / "loaded_later.py").write_text(f"WORDS = {[f'word{n}' for n in range(200)]}")
    monkeypatch.syspath_prepend(tmp_path)

    before = fuzz(refusing(200), Contract(document.load(spec)), plan)
    importlib.import_module("loaded_later")
    after = fuzz(refusing(200), Contract(document.load(spec)), plan)

    assert before.requests == after.requests


def test_nothing_is_left_where_it_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Hypothesis would keep a folder there."""
    monkeypatch.setattr(configuration, "__hypothesis_home_directory", tmp_path / "left")
    monkeypatch.setattr(charmap, "_charmap", None)

    def ask(request: Request) -> Reply:
        assert charmap.charmap()  # it is written down when it is first asked for
        return refusing(200)(request)

    fuzz(ask, contract(), SMALL)

    assert not (tmp_path / "left").exists()


@pytest.mark.parametrize("requests", [1, 8, 40])
def test_an_interruption_ends_the_run(requests: int):
    """The engine would take it for its end, and nobody were told that the rest was not tried."""
    usual, asked, answer = signal.getsignal(signal.SIGINT), count(), refusing(200)

    def ask(request: Request) -> Reply:
        if next(asked) == requests:
            signal.raise_signal(signal.SIGINT)
        return answer(request)

    with pytest.raises(KeyboardInterrupt):
        fuzz(ask, contract(), replace(SMALL, examples=50))

    assert signal.getsignal(signal.SIGINT) is usual


def test_nothing_is_asked_after_an_interruption():
    asked: list[Request] = []
    gateway = Gateway(lambda request: asked.append(request) or refusing(200)(request), contract())
    gateway.error = KeyboardInterrupt()

    with pytest.raises(KeyboardInterrupt):
        gateway(create_environ("/"), lambda *_head: lambda _piece: None)

    assert not asked


def test_what_is_nested_too_deeply_for_its_parser_ends_no_run():
    deep = Reply(200, (("Content-Type", "application/json"),), b"[" * 60_000 + b"]" * 60_000)

    report = fuzz(lambda _: deep, contract(200), SMALL)

    assert report.findings
    assert not [note for note in report.notes if "not told" in note.sentence]


# --- what is left in peace ----------------------------------------------------------------------


@pytest.mark.parametrize("status", [401, 403, 404, 409, 410, 412, 422, 423, 424, 428, 429])
def test_a_declared_refusal_of_valid_data_may_be_meant(status: int):
    """No schema says that a name is taken."""
    report = fuzz(refusing(status), contract(status), SMALL)

    assert report.findings == ()


def test_a_declared_400_to_valid_data_is_noted():
    """A schema says less than a server knows; that is no fault of the server."""
    report = fuzz(refusing(400), contract(), SMALL)

    assert report.findings == ()
    sentences = {note.kind: note.sentence for note in report.notes}
    assert sentences["refused"].startswith("useThing answered 400 to ")


@pytest.mark.parametrize("status", [406, 415])
def test_a_refusal_that_depends_on_the_contract_alone_is_found(status: int):
    report = fuzz(refusing(status), contract(status), SMALL)

    assert checks(report) == {"fuzz/positive_data_acceptance@useThing"}


def test_where_the_refusals_are_named_every_other_one_is_found():
    named = Refusal("useThing", 422, "there are enough")

    covered, other = (
        fuzz(refusing(status), contract(422, 400), replace(SMALL, refusals=(named,)))
        for status in (422, 400)
    )

    assert covered.findings == ()
    assert checks(other) == {"fuzz/positive_data_acceptance@useThing"}


def test_a_refusal_may_be_named_by_its_one_fault():
    fault = ("query", "/cursor", "cursor")
    refusal = Refusal("useThing", 400, "a cursor fits one list only", fault)
    listed = {"in": fault[0], "pointer": fault[1], "rule": fault[2]}

    def reply(*errors: Json) -> Reply:
        body = json.dumps({"errors": errors}).encode()
        return Reply(400, (("Content-Type", "application/problem+json"),), body)

    assert refusal.covers("useThing", reply(listed))
    assert not refusal.covers("useThing", reply(listed, listed))
    assert not refusal.covers("useOther", reply(listed))


@pytest.mark.parametrize(("name", "is_found"), [("If-Modified-Since", False), ("X-Kind", True)])
def test_headers_that_http_has_a_server_ignore_may_be_wrong(name: str, is_found: bool):
    schema = {"type": "string", "pattern": "^[A-Z][a-z]{2}, [0-9]{2}$"}
    takes = [parameter("header", name, schema)]
    spec = described({"/thing": {"get": operation_of("useThing", takes=takes)}})

    def ask(request: Request) -> Reply:
        if request.method != "GET":
            return Reply(405, (("Allow", "GET, HEAD, OPTIONS"),), b"")
        return Reply(200, (("Content-Type", "application/json"),), b"1")

    found = checks(fuzz(ask, Contract(document.load(spec)), SMALL))

    assert found == ({"fuzz/negative_data_rejection@useThing"} if is_found else set())


@pytest.mark.parametrize(
    ("media_type", "is_found"), [("application/xml", False), ("application/json", True)]
)
def test_content_without_types_may_be_of_any_type(media_type: str, is_found: bool):
    """In XML, text and a number look the same."""
    schema = {"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}}
    post = operation_of("useThing", body=taking({**schema, "xml": {"name": "thing"}}, media_type))
    spec = described({"/thing": {"post": post}})

    def ask(request: Request) -> Reply:
        if request.method != "POST":
            return Reply(405, (("Allow", "POST, OPTIONS"),), b"")
        return Reply(200 if request.body else 400, (("Content-Type", "application/json"),), b"1")

    found = checks(fuzz(ask, Contract(document.load(spec)), SMALL))

    assert ("fuzz/negative_data_rejection@useThing" in found) is is_found


def test_a_server_may_say_that_it_does_not_know_a_method():
    def ask(request: Request) -> Reply:
        is_known = request.method in ("POST", "OPTIONS")
        return refusing(422)(request) if is_known else Reply(501, (), b"")

    assert fuzz(ask, contract(422), SMALL).findings == ()


# --- what it tells ------------------------------------------------------------------------------


def test_every_exchange_is_shown_to_who_wants_to_see_it():
    """In this thread and in order, with the operation that was meant."""
    seen: list[tuple[str, str | None]] = []

    def saw(request: Request, reply: Reply, operation: str | None) -> None:
        assert threading.current_thread() is threading.main_thread()
        assert reply.status
        seen.append((request.method, operation))

    report = fuzzed(answered(lambda: {"a": 1}), saw=saw)

    assert [method for method, _ in seen] == [line.split()[0] for line in report.requests]
    assert {operation for method, operation in seen if method == "GET"} == {"useThing"}
    assert {operation for method, operation in seen if method == "TRACE"} == {None}


def test_it_says_how_far_it_is():
    told: list[tuple[str, int, int, str]] = []

    fuzzed(answered(lambda: {"a": 1}), progress=lambda *each: told.append(each))

    assert ("coverage", 0, 1, "useThing") in told
    assert ("coverage", 1, 1, "useThing") in told
    assert [phase for phase, done, total, _ in told if done == total]


def test_requests_carry_nothing_of_the_tool():
    sent: list[Request] = []

    def ask(request: Request) -> Reply:
        sent.append(request)
        return refusing(200)(request)

    fuzz(ask, contract(), replace(SMALL, headers={"X-Key": SECRET}))

    names = {name.lower() for request in sent for name, _ in request.headers}
    assert not names & {"x-schemathesis-testcaseid", "host", "connection", "accept-encoding"}
    assert any(request.header("X-Key") == SECRET for request in sent)


def test_no_credentials_are_told():
    """Not those of the plan either, whatever their header is called."""
    plan = replace(SMALL, headers={"X-Pass": SECRET, "Authorization": f"Bearer {SECRET}"})

    report = fuzzed(answered(lambda: ({"a": 1}, 202)), plan)

    assert report.findings
    assert SECRET not in repr(report)


def test_a_request_may_be_changed_before_it_is_sent():
    def adapt(attempt: Attempt) -> None:
        assert attempt.operation == "useThing"
        attempt.headers["X-Adapted"] = "yes"

    seen: list[str | None] = []
    fuzzed(
        answered(lambda: {"a": 1}),
        replace(SMALL, adapt=adapt),
        saw=lambda request, _, name: seen.append(request.header("X-Adapted")) if name else None,
    )

    assert set(seen) == {"yes"}


# --- how it ends --------------------------------------------------------------------------------


def test_when_the_time_is_up_it_says_what_was_not_tried():
    """That is a note: nothing is wrong with what was not tried."""
    report = fuzzed(answered(lambda: {"a": 1}), replace(SMALL, seconds=0.001))

    assert report.findings == ()
    (note,) = report.notes
    assert note.kind == "time"
    assert note.sentence.startswith("The time was up after 0.001 s; ")
    assert "useThing" in note.sentence


def test_an_operation_may_take_half_of_the_time_while_the_others_need_little():
    """So that a run of enough time is cut at no place; where time is short, shares are fair."""
    budget = SimpleNamespace(_remaining_operations=10)
    shares = _Shares(lambda _budget, deadline: begun + (deadline - begun) / 10)
    begun = time.monotonic()

    first = shares.taken(budget, begun + 100)
    shares._begun -= 60  # the first took a minute
    second = shares.taken(budget, begun + 100)

    assert first - begun == pytest.approx(50, abs=1)
    assert second - begun == pytest.approx(10, abs=1)


def test_who_asks_may_have_no_more_time():
    count = iter(range(5))

    def ask(request: Request) -> Reply:
        if next(count, None) is None:
            raise OutOfTime
        return refusing(200)(request)

    report = fuzz(ask, contract(), SMALL)

    assert len(report.requests) == 5
    assert [note.kind for note in report.notes if note.kind == "time"]


def test_an_error_of_who_asks_is_theirs():
    def ask(_request: Request) -> Reply:
        raise LookupError

    with pytest.raises(LookupError):
        fuzz(ask, contract(), SMALL)


def test_who_does_not_answer_is_found():
    """Nothing else is held against an answer that never came."""

    def ask(request: Request) -> Reply:
        if (request.method, request.body) == ("POST", b"0"):
            raise NoReply("it raised ZeroDivisionError")
        return refusing(200)(request)

    report = fuzz(ask, contract(), SMALL)

    (finding,) = report.findings
    assert finding.id == "fuzz/no_reply@useThing"
    assert "did not answer POST /thing: it raised ZeroDivisionError" in finding.sentence


def test_an_operation_that_cannot_be_tried_is_found():
    spec = described({"/thing": {"post": operation_of("useThing", body=taking(False))}})

    report = fuzz(refusing(200), Contract(document.load(spec)), SMALL)

    sentences = {each.id: each.sentence for each in report.findings}
    assert "The fuzzer could not try useThing" in sentences["fuzz/engine@useThing"]


def test_a_contract_without_operations_is_fuzzed_in_no_time():
    report = fuzz(refusing(200), Contract(document.load(described({}))), SMALL)

    assert (report.requests, report.findings, report.notes) == ((), (), ())


STRANGE: dict[str, Json] = {
    "recursion": {"$ref": "#/components/schemas/Tree"},
    "endless recursion": {"$ref": "#/components/schemas/Endless"},
    "nothing": False,  # pyright: ignore[reportAssignmentType] - a schema may be a boolean
    "contradiction": {"type": "string", "minLength": 5, "maxLength": 2},
    "letters": {"type": "string", "pattern": "^\\p{L}+$"},
    "lookahead": {"type": "string", "pattern": "^(?=.*[A-Z])(?=.*\\d).{8,}$"},
    "length": {"type": "array", "minItems": 100_000, "items": {"minLength": 100_000}},
    "read-only": {"type": "object", "required": ["a"], "properties": {"a": {"readOnly": True}}},
}


@pytest.mark.parametrize("media_type", ["application/json", "application/x-protobuf"])
@pytest.mark.parametrize("schema", STRANGE.values(), ids=STRANGE)
def test_no_contract_is_too_strange(schema: Json, media_type: str):
    """What cannot be tried is said; servers elsewhere are never asked."""
    tree = {"type": "object", "properties": {"next": {"$ref": "#/components/schemas/Tree"}}}
    endless = {
        "type": "object",
        "required": ["next"],
        "properties": {"next": {"$ref": "#/components/schemas/Endless"}},
    }
    spec = described(
        {"/a.b/(c)": {"post": operation_of("a.b-c/é", body=taking(schema, media_type))}},
        servers=[{"url": "https://api.example.com/v1"}],
        components={"schemas": {"Tree": tree, "Endless": endless}},
    )
    asked: list[str] = []

    def ask(request: Request) -> Reply:
        asked.append(request.path)
        return Reply(404, (), b"")

    report = fuzz(ask, Contract(document.load(spec)), SMALL)

    assert set(asked) <= {"/v1/a.b/(c)", "/v1/a.b/%28c%29"}
    assert {finding.operation for finding in report.findings} == {"a.b-c/é"}


def test_without_schemathesis_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "schemathesis", None)
    monkeypatch.delitem(sys.modules, "tenor.proof.fuzzing_engine", raising=False)

    with pytest.raises(ConfigurationError) as caught:
        fuzz(refusing(200), contract(), SMALL)

    assert str(caught.value) == "schemathesis is not installed. Install tenor[prove]."
