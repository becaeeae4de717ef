"""What the parts of a proof tell of contracts that were not written for Tenor: once, and truly."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tenor import Tenor, document
from tenor.proof import probes
from tenor.proof.asking import Reply, Request
from tenor.proof.contract import Contract
from tenor.proof.fuzzing import Plan, few, fuzz
from tenor.proof.fuzzing_document import readable
from tenor.proof.proving import Order, Proof, prove
from tenor.proof.subject import Subject
from tenor.proof.world import World
from tests.engine.contracts import (
    ANYTHING,
    closed,
    of,
    operation,
    path,
    query,
    response,
    serving,
    taking,
)
from tests.engine.contracts import document as described

Json = dict[str, Any]
ONE = closed(a={"type": "integer"})
SMALL = Plan(examples=2, stories=2, steps=2, seconds=60)


def proved(app: Tenor, *parts: str) -> Proof:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return prove(
        Order(app.contract, lambda _: World(app=app), parts=parts, examples=2, stories=2),
        lambda *_: None,
    )


def crashing() -> None:
    raise RuntimeError("always")


# --- once ---------------------------------------------------------------------------------------


def test_what_the_engine_says_in_its_own_words_is_stray_and_no_fault_for_the_fuzzer():
    """A stranger's contract declares no 400 of the engine's, and its handlers cannot help it."""
    app = serving(lambda **_: {"a": 1}, "POST /thing", body=taking(ONE), policy="prevent")

    proof = proved(app, "fuzz")

    assert proof.findings == {}
    stray = {w.cell for w in proof.witnesses} - proof.contract.cells.keys()
    assert {(cell.operation, cell.status) for cell in stray} >= {("useThing (built-in)", "400")}


@pytest.mark.parametrize("parts", [("recipes", "fuzz"), ("fuzz",)], ids=len)
def test_an_answer_that_is_held_back_is_told_as_that_and_not_as_a_crash(parts: tuple[str, ...]):
    answers = {200: response(ONE), 500: response(ANYTHING, "application/problem+json")}
    app = serving(lambda: {"a": "x"}, answers=answers, policy="prevent")

    found = proved(app, *parts).findings

    assert "(It was held back.)" in found["gate/body-schema@useThing"].sentence
    alone = {"fuzz/not_a_server_error@useThing"} if len(parts) == 1 else set()
    assert found.keys() == {"gate/body-schema@useThing"} | alone


def test_what_the_fuzzer_alone_has_seen_has_the_replay_of_what_it_saw():
    app = serving(lambda: {"a": "x"}, answers={200: response(ONE)}, policy="prevent")

    found = proved(app, "fuzz").findings.values()

    assert {each.replay for each in found} == {"fuzz/not_a_server_error@useThing"}


def test_a_replay_tells_of_what_is_replayed_and_of_nothing_on_its_way():
    """The fuzzer comes by the faults of other operations before."""
    names = ("useThing", "useOther")
    told = {f"/{n}": {"get": operation(n, answers={200: response(ONE)})} for n in names}
    app = of(described(told), {n: lambda: {"a": "x"} for n in names}, policy="prevent")
    only = frozenset(("fuzz/not_a_server_error@useOther",))

    proof = prove(Order(app.contract, lambda _: World(app=app), only=only), lambda *_: None)

    assert proof.findings.keys() == {*only, "gate/body-schema@useOther"}


@pytest.mark.parametrize("parts", [("recipes", "fuzz"), ("fuzz",)], ids=len)
def test_a_crash_is_told_once(parts: tuple[str, ...]):
    """By the first part that saw it; each tells how to see it again."""
    (found,) = proved(serving(crashing, policy="prevent"), *parts).findings.values()

    first = "server-error" if len(parts) == 2 else "fuzz/not_a_server_error"
    assert found.check == first
    assert found.replay


def test_what_is_only_recorded_is_not_said_to_be_held_back():
    app = serving(lambda: {"a": "x"}, answers={200: response(ONE)}, policy="detect")

    found = proved(app, "recipes").findings

    assert found.keys() == {"gate/body-schema@useThing"}
    assert "held back" not in found["gate/body-schema@useThing"].sentence


def test_what_is_declared_not_to_be_there_yet_does_not_fail():
    app = serving(lambda: (None, 501), answers={501: response()}, policy="prevent")

    assert proved(app, "recipes", "fuzz").findings == {}


# --- truly --------------------------------------------------------------------------------------

NUMBER = path("id", {"type": "integer"})
TWO_PATHS = described(
    {
        "/pets/mine": {"get": operation("getMine")},
        "/pets/{id}": {
            "get": operation("getPet", takes=[NUMBER]),
            "delete": operation("deletePet", takes=[NUMBER], answers={204: response()}),
        },
    }
)


@pytest.mark.parametrize(
    ("allowed", "found"),
    [
        ("DELETE, GET, HEAD, OPTIONS", set[str]()),
        ("GET, HEAD, OPTIONS, PUT", {"fuzz/allow_header_conformance@getMine"}),
    ],
)
def test_an_address_has_the_methods_of_all_paths_that_match_it(allowed: str, found: set[str]):
    """`/pets/mine` is matched by `/pets/{id}` too, and DELETE there is no unknown method."""
    contract = Contract(document.load(TWO_PATHS))

    def ask(request: Request) -> Reply:
        is_mine = request.path == "/pets/mine"
        if request.method == "OPTIONS":
            lines = allowed if is_mine else "DELETE, GET, HEAD, OPTIONS"
            return Reply(204, (("Allow", lines),), b"")
        if request.method in contract.methods_at(request.path):
            is_read = is_mine or request.path.removeprefix("/pets/").lstrip("-").isdigit()
            is_known = is_read and not (is_mine and request.method == "DELETE")
            return GONE if not is_known else EMPTY if request.method == "DELETE" else THING
        return Reply(405, (("Allow", "DELETE, GET, HEAD, OPTIONS"),), b"")

    checks = {f.id for f in fuzz(ask, contract, SMALL).findings}

    assert {each for each in checks if each.endswith("@getMine")} == found


GONE = Reply(404, (), b"")
EMPTY = Reply(204, (), b"")
THING = Reply(200, (("Content-Type", "application/json"),), b"{}")


@pytest.mark.parametrize("text", [b'{"a": "\\u0000"}', b'{"a": "\0"}', b'{"a": "x"}'])
def test_a_refused_null_character_says_nothing_of_the_schema(text: bytes):
    """Few schemas speak of it, and many servers refuse it everywhere."""
    spec = described({"/thing": {"post": operation("useThing", body=taking(example_of(text)))}})
    spec["paths"]["/thing"]["post"]["responses"]["400"] = response()

    def ask(request: Request) -> Reply:
        holds_null = b"\\u0000" in (request.body or b"")
        return Reply(400, (), b"") if holds_null or b"x" in (request.body or b"") else THING

    report = fuzz(ask, Contract(document.load(spec)), SMALL)

    assert [n.kind for n in report.notes if n.kind == "refused"] == ["refused"] * (b"x" in text)


def example_of(text: bytes) -> Json:
    value = text.partition(b': "')[2][:-2].decode().replace("\\u0000", "\0")
    return {"type": "object", "required": ["a"], "properties": {"a": {"const": value}}}


APPLICANT: Json = {"name": "Ada", "email": "ada@example.com", "job": "engineer"}
VACANCY: Json = {"slug": "engineer", "title": "Engineer", "place": "London"}


@pytest.mark.parametrize(
    ("listed", "found"),
    [
        ([VACANCY], set[str]()),
        ([APPLICANT], {"oracle/stored@apply"}),
        ([{**VACANCY, "name": "one word in common"}], set[str]()),
        ([{"id": 1, "email": "b@c.de", "name": "b"}], {"oracle/stored@apply"}),
    ],
)
def test_a_list_of_another_kind_does_not_hold_what_is_created(listed: list[Json], found: set[str]):
    """An address may give the vacancies and take the applications."""
    applicant = closed(**{name: {"const": value} for name, value in APPLICANT.items()})
    spec = described(
        {
            "/jobs": {
                "get": operation("listJobs"),
                "post": operation("apply", body=taking(applicant), answers={201: response()}),
            }
        }
    )
    handlers: dict[str, Callable[..., Any]] = {
        "listJobs": lambda: listed,
        "apply": lambda **_: (None, 201),
    }
    app = of(spec, handlers, policy="prevent")
    subject = Subject(World(app=app), Contract(app.contract))

    probes.run(subject, lambda *_: None, frozenset(("oracle/stored@apply",)))

    assert subject.findings.keys() == found


# --- briefly ------------------------------------------------------------------------------------


def test_a_note_names_a_few_operations_and_counts_the_others():
    """A contract may have a thousand."""
    names = [f"op{number}" for number in range(1000)]

    assert few(names[:8]) == ", ".join(names[:8])
    assert few(names) == f"{', '.join(names[:8])} and 992 more"


def test_refusals_of_many_operations_are_one_note():
    one = operation("useOne", body=taking({"const": 1}), answers={200: response(), 400: response()})
    spec = described({f"/{name}": {"post": {**one, "operationId": name}} for name in ("b", "a")})

    report = fuzz(lambda _: Reply(400, (), b""), Contract(document.load(spec)), SMALL)

    (note,) = (note for note in report.notes if note.kind == "refused")
    assert note.operations == ("a", "b")
    assert note.sentence.startswith("These answered 400 to ")


# --- what OpenAPI ignores -----------------------------------------------------------------------


def test_the_fuzzer_sends_no_null_for_a_word_that_has_no_meaning():
    """`nullable` is not of OpenAPI 3.1, and null where a string is declared does not fit."""
    word = {"type": "string", "nullable": True, "minLength": 1}
    name = closed(nullable=word) | {"required": ["nullable"], "example": {"nullable": True}}
    told = operation("useThing", body=taking(name), answers={200: response(), 400: response()})
    contract = Contract(document.load(described({"/thing": {"post": told}})))

    schema = readable(contract.document)["paths"]["/thing"]["post"]["requestBody"]["content"]

    assert schema["application/json"]["schema"]["properties"] == {
        "nullable": {"type": "string", "minLength": 1}
    }
    assert schema["application/json"]["schema"]["example"] == {"nullable": True}


def test_in_openapi_3_0_null_is_sent_where_it_is_declared():
    body = taking({"type": "string", "nullable": True})
    told = operation("useThing", body=body, answers={200: response()})
    spec = described({"/thing": {"post": told}}, openapi="3.0.3")

    schema = readable(document.load(spec))["paths"]["/thing"]["post"]["requestBody"]["content"]

    assert schema["application/json"]["schema"] == {"type": "string", "nullable": True}


def test_headers_that_are_described_elsewhere_are_no_parameters_of_the_fuzzer():
    """The Accept of a request follows from the answers that there are (OpenAPI 3.1.1, 4.8.12)."""
    shared = {"name": "accept", "in": "header", "schema": {"const": "text/event-stream"}}
    spec = described(
        {
            "/thing": {
                "parameters": [{**shared, "name": "Authorization"}],
                "get": operation(
                    "useThing", takes=[{"$ref": "#/components/parameters/Accept"}, query("q", {})]
                ),
            }
        },
        components={"parameters": {"Accept": shared}},
    )

    item = readable(document.load(spec))["paths"]["/thing"]

    assert (item["parameters"], item["get"]["parameters"]) == ([], [query("q", {})])


@pytest.mark.parametrize(("required", "found"), [([], False), (["a"], True)], ids=["fits", "lacks"])
def test_a_form_without_fields_is_an_object_without_members(required: list[str], *, found: bool):
    """Null in place of a form cannot be sent: what arrives may fit."""
    form = {"type": "object", "properties": {"a": {"type": "string"}}, "required": required}
    told = operation("useThing", body=taking(form, "multipart/form-data"))
    contract = Contract(document.load(described({"/thing": {"post": told}})))

    def ask(request: Request) -> Reply:
        is_form = "multipart" in (request.header("Content-Type") or "")
        is_empty = b"\r\n" not in (request.body or b"").strip()
        return (
            THING
            if request.method == "POST" and is_form and is_empty
            else Reply(405, (("Allow", "OPTIONS, POST"),), b"")
        )

    report, again = (fuzz(ask, contract, replace(SMALL, examples=60)) for _ in range(2))

    checks = {each.id for each in report.findings}
    assert report.requests == again.requests  # whatever the boundaries are
    assert ("fuzz/negative_data_rejection@useThing" in checks) is found
