"""Lint: each rule finds what it is about and nothing else, and the command tells it well."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tenor.cli import main
from tenor.document import load
from tenor.lint import RULES, LintRule, Severity, lint
from tenor.lint.pages import page, whole
from tests.engine.contracts import (
    ANYTHING,
    PROBLEM,
    closed,
    document,
    header,
    operation,
    parameter,
    path,
    query,
    response,
    taking,
)
from tests.server.servers import ROOT

WORDS = " in the engine's own words"
SHORT = {"type": "string", "maxLength": 40}
SECURED: Any = {"securitySchemes": {"token": {"type": "oauth2", "flows": {}}}}
ALLOW = {"Allow": header(SHORT)}
UNROUTED = {
    "204": response(headers=ALLOW),
    "400": response(),
    "404": response(),
    "405": response(headers=ALLOW),
    "411": response(),
    "500": response(),
    "503": response(headers={"Retry-After": header(SHORT)}),
}

in_a_folder = pytest.mark.usefixtures("folder")
each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A working directory of the test's own."""
    monkeypatch.chdir(tmp_path)


def found(spec: Any) -> list[tuple[str, str]]:
    """What is found in a document, as (rule, pointer)."""
    findings = lint(load({"x-tenor-unrouted": UNROUTED, **spec}).expanded())
    return [(finding.rule, finding.pointer) for finding in findings]


def of_query(schema: Any, **root: Any) -> list[str]:
    """The rules that find something in the schema of a query parameter."""
    answers = {204: response(), 400: response()}
    described = operation("getA", takes=[query("a", schema)], answers=answers)
    return [rule for rule, _ in found(document({"/a": {"get": described}}, **root))]


def of_body(schema: Any, media_type: str = "application/json", **root: Any) -> list[str]:
    """The rules that find something in the schema of a request body."""
    answers = {204: response(), 400: response(), 413: response(), 415: response()}
    described = operation("putA", body=taking(schema, media_type), answers=answers)
    return [rule for rule, _ in found(document({"/a": {"put": described}}, **root))]


def of_answer(answer: Any, status: int = 200, **root: Any) -> list[str]:
    """The rules that find something in a response."""
    answers = {status: answer, 406: response()}
    described = operation("getA", answers=answers)
    return [rule for rule, _ in found(document({"/a": {"get": described}}, **root))]


# --- the registry -------------------------------------------------------------------------------


def linted(text: str, folder: Path) -> set[str]:
    contract = folder / "contract.yaml"
    contract.write_text(text)
    return {finding.rule for finding in lint(load(contract).expanded())}


@each_rule
def test_the_bad_example_of_a_rule_is_found_by_it_and_by_no_other(rule: LintRule, tmp_path: Path):
    assert linted(whole(rule.bad), tmp_path) == {rule.id}


@each_rule
def test_the_good_twin_of_the_bad_example_is_not_found(rule: LintRule, tmp_path: Path):
    assert rule.good != rule.bad
    assert linted(whole(rule.good), tmp_path) == set()


def test_rules_have_ids_and_names_of_their_own():
    assert len({rule.id for rule in RULES}) == len({rule.name for rule in RULES}) == len(RULES)


def test_the_page_is_that_of_the_rules():
    """Where it is not, `python -m tenor.lint > docs/lint.md` was forgotten."""
    assert (ROOT / "docs/lint.md").read_text() == page(RULES)


@pytest.mark.parametrize("problems", [(), ("--problems", "http://127.0.0.1:8080/problems/")])
def test_the_contract_of_the_publishing_api_leaves_nothing_to_say(problems: tuple[str, ...]):
    done = ran("lint", str(ROOT / "spec/openapi.yaml"), "--strict", *problems)

    assert (done.exit_code, done.output.endswith("openapi.yaml: nothing to say.\n")) == (0, True)


# --- statuses -----------------------------------------------------------------------------------


def test_what_an_operation_implies_is_asked_of_the_operation_itself():
    described = operation(
        "writeNote",
        takes=[path("slug", SHORT), query("loud", {"type": "boolean"})],
        body=taking(ANYTHING, "text/plain"),
        answers={200: response(ANYTHING), 409: response()},
        security=[{"token": ["write"]}],
    )

    rules = found(document({"/notes/{slug}": {"put": described}}, components=SECURED))

    assert [rule for rule, _ in rules] == ["T101", "T102", "T104", "T105"]


def test_a_range_and_default_declare_what_is_implied():
    answers = {204: response(), "4XX": response(), "default": response()}
    described = operation("getA", takes=[query("a", {"type": "boolean"})], answers=answers)

    assert found(document({"/a": {"get": described}})) == [
        ("T001", "/paths/~1a/get/responses/default"),
        ("T002", "/paths/~1a/get/responses/4XX"),
    ]


def test_what_is_shared_is_told_once():
    shared: Any = {"responses": {"Limited": response()}}
    answers = {204: response(), 429: {"$ref": "#/components/responses/Limited"}}
    paths = {f"/{name}": {"get": operation(f"get{name}", answers=answers)} for name in "AB"}

    assert found(document(paths, components=shared)) == [("T124", "/components/responses/Limited")]


def test_a_required_if_match_is_answered_400_and_not_428():
    takes = [parameter("header", "If-Match", SHORT, required=True)]
    answers = {204: response(), 400: response(), 412: response()}

    assert found(document({"/a": {"put": operation("putA", takes=takes, answers=answers)}})) == []


def test_401_without_security_may_be_about_what_is_sent():
    answers = {str(status): response() for status in (204, 400, 413, 415)}
    answers["401"] = response(headers={"WWW-Authenticate": header(SHORT)})
    described = operation("signIn", body=taking({"type": "boolean"}), answers=answers)

    assert found(document({"/a": {"post": described}})) == []


# --- sizes --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "maxLength": 5},
        {"type": "string", "enum": ["a"]},
        {"type": "string", "format": "uuid"},
        {"type": "string", "pattern": "^[a-z]{1,5}$"},
        {"type": ["string", "null"], "maxLength": 5},
        {"allOf": [{"$ref": "#/components/schemas/Text"}, {"maxLength": 5}]},
        {"$ref": "#/components/schemas/Text", "maxLength": 5},
        {"anyOf": [{"type": "string", "const": "a"}, {"type": "boolean"}]},
        {"type": "array", "maxItems": 3, "items": {"type": "boolean"}},
        {"type": "array", "uniqueItems": True, "items": {"enum": ["a", "b"]}},
        {"type": "array", "prefixItems": [{"type": "boolean"}], "items": False},
        {"type": "integer", "format": "int64"},
        {"type": "integer", "exclusiveMinimum": 0, "maximum": 9},
    ],
    ids=str,
)
def test_what_bounds_a_value_bounds_it_wherever_it_stands(schema: Any):
    components: Any = {"schemas": {"Text": {"type": "string"}}}
    rules = of_query(schema, components=components)

    assert set(rules) <= {"T904"}  # where the component is not used


@pytest.mark.parametrize(
    ("schema", "rule"),
    [
        ({"type": "string", "pattern": "^[a-z]+$"}, "T201"),
        ({"type": "string", "pattern": "^a$|b", "description": "One anchor is missing."}, "T201"),
        ({"type": "string", "format": "uri"}, "T201"),
        ({"anyOf": [{"type": "string", "const": "a"}, {"type": "string"}]}, "T201"),
        ({"type": "array", "items": {"type": "boolean"}}, "T202"),
        ({"type": "array", "uniqueItems": True, "items": {"type": "null"}}, "T202"),
        ({"type": "integer", "minimum": 0}, "T203"),
        ({"type": "number"}, "T203"),
    ],
    ids=str,
)
def test_what_does_not_bound_a_value_leaves_it_unbounded(schema: Any, rule: str):
    assert rule in of_query(schema)


def test_a_property_that_two_schemas_describe_is_bounded_by_both_together():
    schema = {
        "allOf": [
            {"type": "object", "properties": {"a": {"type": "string"}}},
            {"properties": {"a": {"maxLength": 5}}},
        ],
        "unevaluatedProperties": False,
    }

    assert of_body(schema) == []


def test_a_bound_in_one_choice_is_none_in_another():
    schema = {"oneOf": [closed(a={"type": "string", "maxLength": 5}), closed(a={"type": "string"})]}

    assert of_body(schema) == ["T201"]


@pytest.mark.parametrize(
    ("schema", "rules"),
    [
        (closed(a={"type": "boolean"}), []),
        ({"type": "object", "properties": {"a": True}}, ["T204"]),
        ({"type": "object", "properties": {"a": True}, "additionalProperties": True}, ["T204"]),
        ({"type": "object", "additionalProperties": True}, []),
        ({"type": "object", "additionalProperties": {"type": "boolean"}}, []),
        ({"type": "object"}, ["T204"]),
        ({"allOf": [{"type": "object", "properties": {"a": True}}]}, ["T204"]),
        (
            {"allOf": [{"properties": {"a": True}}], "type": "object"}
            | {"unevaluatedProperties": False},
            [],
        ),
        ({"oneOf": [closed(a=True), closed(b=True)]}, []),
        (closed(a={"type": "object", "properties": {"b": True}}), ["T204"]),
    ],
    ids=str,
)
def test_an_object_in_a_request_is_closed_or_a_map(schema: Any, rules: list[str]):
    assert of_body(schema) == rules


def test_an_object_in_a_response_may_be_open():
    schema = {"type": "object", "properties": {"a": {"type": "boolean"}}}

    assert of_answer(response(schema)) == []


# --- examples -----------------------------------------------------------------------------------


def test_an_example_is_judged_in_the_direction_that_it_travels():
    """What is read-only is no part of a request, and what is write-only no part of a response."""
    schema = {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "id": {"type": "boolean", "readOnly": True},
            "secret": {"type": "boolean", "writeOnly": True},
        },
    }

    components: Any = {"schemas": {"Note": schema}}

    def shown(value: Any) -> Any:
        reference = {"$ref": "#/components/schemas/Note"}
        return {"application/json": {"schema": reference, "example": value}}

    def both(sent: Any, answered: Any) -> list[tuple[str, str]]:
        answers = {str(status): response() for status in (400, 406, 413, 415)}
        answers["200"] = {"description": "It.", "content": shown(answered)}
        described = operation("putA", body={"content": shown(sent)}, answers=answers)
        return found(document({"/a": {"put": described}}, components=components))

    content = "content/application~1json/example"
    assert both({"secret": True}, {"id": True}) == []
    assert both({"id": True}, {"secret": True}) == [
        ("T301", f"/paths/~1a/put/requestBody/{content}"),
        ("T301", f"/paths/~1a/put/responses/200/{content}"),
    ]


def test_a_shared_example_is_judged_where_it_stands():
    components: Any = {"examples": {"Yes": {"value": "yes"}}}
    answer = response({"type": "boolean"})
    answer["content"]["application/json"]["examples"] = {
        "yes": {"$ref": "#/components/examples/Yes"}
    }

    described = operation("getA", answers={200: answer, 406: response()})
    rules = found(document({"/a": {"get": described}}, components=components))

    assert rules == [("T301", "/components/examples/Yes/value")]


def test_an_example_of_a_schema_may_fit_one_of_its_directions():
    schema = {
        "type": "object",
        "required": ["id"],
        "additionalProperties": False,
        "properties": {"id": {"type": "boolean", "readOnly": True}},
        "example": {"id": True},
    }
    components: Any = {"schemas": {"Note": schema}}
    reference = {"$ref": "#/components/schemas/Note"}
    answers = {str(status): response() for status in (400, 406, 413, 415)}
    answers["200"] = response(reference)
    described = operation("putA", body=taking(reference), answers=answers)

    assert found(document({"/a": {"put": described}}, components=components)) == []


def test_a_default_that_is_loaded_and_does_not_fit_is_told():
    schema = {"type": "string", "format": "uuid", "default": ""}

    assert of_answer(response(schema)) == ["T302"]


def test_a_finding_never_repeats_the_example():
    """An example may hold a real secret, which the report would carry on."""
    takes = [
        query("a", SHORT, example=["hunter2"]),
        query("b", {**SHORT, "example": {"hunter2": 1}}),
    ]
    answers = {204: response(), 400: response()}
    described = operation("getA", takes=takes, answers=answers)

    findings = lint(load(document({"/a": {"get": described}}, x_tenor_unrouted=UNROUTED)))

    assert [finding.rule for finding in findings] == ["T301", "T302"]
    assert "hunter2" not in str(findings)


def test_the_lines_of_an_example_are_judged_one_by_one():
    answer = response({"type": "boolean"}, "application/x-ndjson")
    content = answer["content"]["application/x-ndjson"]

    content["example"] = "true\nfalse\n"
    assert of_answer(answer) == []
    content["example"] = "true\n1\n"
    assert of_answer(answer) == ["T301"]


# --- YAML ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scalar", "rules"),
    [
        ("no", {"T501"}),
        ("2026-03-02", {"T501"}),
        ("12:30", {"T501"}),
        ("010", {"T501"}),
        ("1_000", {"T501"}),
        ("1e3", {"T501"}),
        ("'no'", set[str]()),
        ("No way", set[str]()),
        ("true", set[str]()),
        ("null", set[str]()),
        ("-1", set[str]()),
        ("1.5", set[str]()),
        ("0x1F", set[str]()),
    ],
)
def test_a_scalar_is_told_where_readers_of_yaml_part(scalar: str, rules: set[str], tmp_path: Path):
    text = f"""\
paths:
  /a:
    get:
      operationId: getA
      x-note: {scalar}
      responses:
        "204": {{description: Nothing.}}
"""

    assert linted(whole(text), tmp_path) == rules


def test_json_has_no_scalars_that_are_misread(tmp_path: Path):
    contract = tmp_path / "contract.json"
    described = operation("getA", answers={204: response()})
    contract.write_text(json.dumps(document({"/a": {"get": described}}, x_note="no")))

    assert {finding.rule for finding in lint(load(contract))} == {"T801"}


# --- the engine ---------------------------------------------------------------------------------


def test_an_answer_of_the_engines_own_fits_a_problem_or_no_content():
    problem = {
        "type": "object",
        "required": ["type", "title", "status"],
        "properties": {"type": SHORT, "title": SHORT, "status": {"type": "integer"}},
    }
    problem["properties"] |= {"status": {"type": "integer", "format": "int32"}}
    long_enough = {"type": "string", "maxLength": 200}
    problem["properties"] |= {"type": long_enough, "title": long_enough}

    assert of_answer(response(problem, PROBLEM), 500) == []
    assert of_answer(response(), 500) == []
    assert of_answer(response({"type": "boolean"}), 500) == ["T802"]
    assert of_answer(response(SHORT, "text/plain"), 500) == ["T802"]


def test_a_header_that_the_engine_does_not_give_is_missed():
    answer = response(headers={"X-Reason": header(SHORT, required=True)})

    assert of_answer(answer, 500) == ["T802"]


@in_a_folder
def test_the_address_of_problems_may_be_said():
    """A schema that wants whole addresses is not fitted by the path that is the default."""
    absolute = {"type": "string", "maxLength": 200, "pattern": "^https://[a-z.]{1,50}/"}
    number = {"type": "integer", "format": "int32"}
    schema = {
        "type": "object",
        "required": ["type"],
        "properties": {"type": absolute, "title": SHORT | {"maxLength": 200}, "status": number},
    }
    described = operation("getA", answers={204: response(), 500: response(schema, PROBLEM)})
    spec = document({"/a": {"get": described}}, x_tenor_unrouted=UNROUTED)

    Path("a.json").write_text(json.dumps(spec))
    fitting = ran("lint", "a.json", "--strict", "--problems", "https://a.example/problems/")
    unfit = ran("lint", "a.json", "--strict", "--problems", "/problems/")

    assert (fitting.exit_code, unfit.exit_code) == (0, 1)
    assert "T802" in unfit.output


def test_what_requests_to_nobody_are_answered_is_told_once():
    described = operation("getA", answers={204: response(), 400: response(), 500: response()})

    findings = lint(load(document({"/a": {"get": described}})))

    assert [finding.found for finding in findings] == [
        f"requests that belong to no operation are answered 204, 400, 404 and 405{WORDS}"
    ]


# --- waivers ------------------------------------------------------------------------------------


def waiving(waivers: Any, name: str = "get_a") -> list[tuple[str, str]]:
    described = operation(name, answers={204: response()})
    return found(document({"/a": {"x-tenor-lint-ignore": waivers, "get": described}}))


@pytest.mark.parametrize("word", ["T402", "operation-id-camel-case"])
def test_a_waiver_holds_for_its_object_and_what_is_within(word: str):
    assert waiving({word: "it is older than the rule"}) == []


@pytest.mark.parametrize(
    "waivers",
    [{"T402": ""}, {"T402": None}, ["T402"], {"T999": "there is none"}],
    ids=str,
)
def test_a_waiver_without_a_rule_or_a_reason_waives_nothing(waivers: Any):
    assert [rule for rule, _ in waiving(waivers)] == ["T402", "T906"]


@in_a_folder
def test_a_waiver_of_a_rule_that_is_not_asked_is_not_needless():
    described = operation("getA", answers={204: response()})
    described["x-tenor-lint-ignore"] = {"T402": "it is no name of ours"}
    spec = document({"/a": {"get": described}}, x_tenor_unrouted=UNROUTED)

    Path("a.json").write_text(json.dumps(spec))
    codes = [ran("lint", "a.json", *more).exit_code for more in ((), ("--ignore", "T402"))]

    assert codes == [1, 0]


@in_a_folder
def test_what_is_waived_is_counted_and_not_served():
    described = operation("get_a", answers={204: response()})
    waiver = {"T402": "it is older than the rule"}
    spec = document({"/a": {"x-tenor-lint-ignore": waiver, "get": described}})
    spec["x-tenor-unrouted"] = UNROUTED

    Path("a.json").write_text(json.dumps(spec))
    told = ran("lint", "a.json").output
    read = json.loads(ran("lint", "a.json", "--format", "json").output)

    assert told == "a.json: 1 waived.\n"
    assert [each["reason"] for each in read["waived"]] == ["it is older than the rule"]
    assert "lint-ignore" not in json.dumps(load(spec).served())


# --- the command --------------------------------------------------------------------------------


def ran(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


@pytest.fixture
def contract(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A contract with one error and one warning."""
    text = """\
paths:
  /a:
    get:
      operationId: get_a
      responses:
        "204": {description: Nothing.}
        default: {description: Something.}
"""
    monkeypatch.chdir(tmp_path)
    Path("contract.yaml").write_text(whole(text))
    return "contract.yaml"


def test_the_command_says_where_and_what_to_do(contract: str):
    done = ran("lint", contract)

    assert done.exit_code == 1
    assert done.output == (
        "T001 no-default-response error 1\n"
        "  contract.yaml:26: default declares every status there is\n"
        "    Declare each status by its number.\n"
        "\n"
        "T402 operation-id-camel-case warning 1\n"
        "  contract.yaml:23: the operationId get_a is not in camelCase\n"
        "    Write it like listPosts.\n"
        "\n"
        "contract.yaml: 1 error, 1 warning.\n"
    )


def test_the_command_speaks_json(contract: str):
    done = ran("lint", contract, "--format", "json")
    read = json.loads(done.output)

    assert (done.exit_code, read["errors"], read["warnings"]) == (1, 1, 1)
    assert read["findings"][0] == {
        "rule": "T001",
        "name": "no-default-response",
        "severity": "error",
        "place": "contract.yaml:26",
        "line": 26,
        "pointer": "/paths/~1a/get/responses/default",
        "found": "default declares every status there is",
        "remedy": "Declare each status by its number.",
    }


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ((), 1),
        (("--ignore", "T001"), 0),
        (("--ignore", "T0"), 0),
        (("--ignore", "no-default-response", "--strict"), 1),
        (("--ignore", "T001", "--ignore", "T402", "--strict"), 0),
        (("--select", "T402"), 0),
        (("--select", "T402", "--strict"), 1),
        (("--select", "t4", "--ignore", "T402", "--strict"), 0),
    ],
    ids=str,
)
def test_the_exit_code_is_1_for_errors_and_strictly_for_warnings(
    contract: str, options: tuple[str, ...], code: int
):
    assert ran("lint", contract, *options).exit_code == code


@pytest.mark.parametrize(
    "arguments",
    [
        ("contract.yaml", "--select", "T999"),
        ("contract.yaml", "--ignore", "nonsense"),
        ("--explain", "T999"),
        ("missing.yaml",),
        (),
    ],
    ids=str,
)
def test_what_cannot_be_done_ends_with_2(contract: str, arguments: tuple[str, ...]):
    assert ran("lint", *arguments).exit_code == 2


@each_rule
def test_a_rule_is_explained_with_its_examples(rule: LintRule):
    done = ran("lint", "--explain", rule.name)

    assert done.exit_code == 0
    assert done.output.startswith(f"{rule.id} {rule.name} ({rule.severity.value})\n")
    assert rule.meaning in done.output


def test_many_findings_of_a_kind_are_shown_in_part_unless_all_are_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    answers = {204: response()}
    paths = {f"/{n}": {"get": operation(f"get_{n}", answers=answers)} for n in range(30)}
    spec = document(paths, x_tenor_unrouted=UNROUTED)
    Path("many.json").write_text(json.dumps(spec))

    told, told_all = (ran("lint", "many.json", *more).output for more in ((), ("--all",)))

    assert "  and 20 more; --all shows them\n" in told
    assert (told.count("camelCase"), told_all.count("camelCase")) == (10, 30)
    assert told_all.endswith("many.json: 30 warnings.\n")


def test_findings_have_a_place_also_where_there_is_no_file():
    described = operation("get_a", answers={204: response()})

    (finding,) = lint(load(document({"/a": {"get": described}}, x_tenor_unrouted=UNROUTED)))

    assert (finding.severity, finding.line) == (Severity.WARNING, None)
    assert finding.place == "<document>#/paths/~1a/get/operationId"
