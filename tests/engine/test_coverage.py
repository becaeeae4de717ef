"""Coverage: what a contract declares, what has been seen of it, and what each report says."""

import json
import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from fractions import Fraction
from io import StringIO
from pathlib import Path
from typing import Any, cast
from xml.etree import ElementTree as ET

import pytest
import yaml
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from tenor import Tenor
from tenor.cells import BUILTIN, Cell
from tenor.cli import main
from tenor.coverage import Coverage, State, Tally, measure, percent
from tenor.document import Document, load
from tenor.ledger import LEDGER, File, Ledger
from tenor.proof.findings import Finding
from tenor.reports import json as in_json
from tenor.reports import junit, markdown, text
from tenor.reports.command import write
from tenor.reports.report import Report
from tenor.waivers import Waiver
from tenor.witnesses import Answered, Asked, Body, Label, Layer, Violation, Witness
from tests.engine.contracts import ANYTHING, PROBLEM, document, echo, nothing, operation, response
from tests.engine.wire import ask

TODAY = date(2030, 6, 1)
NOTE = {
    "operationId": "getNote",
    "tags": ["notes"],
    "responses": {
        "200": response(content={"application/json": ANYTHING, "text/html": {"type": "string"}}),
        "304": response(),
        "404": response(ANYTHING, PROBLEM),
    },
}
SPEC = document(
    {
        "/notes/{id}": {
            "parameters": [
                {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
            ],
            "get": NOTE,
        },
        "/health": {"get": operation("getHealth")},
    },
    x_tenor_unrouted={"404": response(ANYTHING, PROBLEM)},
)

AS_JSON = Cell("getNote", "200", "application/json")
AS_HTML = Cell("getNote", "200", "text/html")
UNCHANGED = Cell("getNote", "304", "")
MISSING = Cell("getNote", "404", PROBLEM)
HEALTH = Cell("getHealth", "200", "application/json")
UNROUTED = Cell("x-tenor-unrouted", "404", PROBLEM)
DECLARED = (AS_JSON, AS_HTML, UNCHANGED, MISSING, HEALTH, UNROUTED)
TEAPOT = Cell("getNote", "418", "text/plain")
LIMITED = Cell(f"getHealth{BUILTIN}", "429", PROBLEM)

HOSTILE = (
    "</script><script>alert(1)</script><img src=x onerror=alert(2)> | `a` *b* @all\x00\x1b[31m"
    "\x9b31m\N{RIGHT-TO-LEFT OVERRIDE}\n::error::a"
)
VIOLATION = Violation("getNote", "status-declared", "getNote", "answered 418", "200", "Mend it.")


@pytest.fixture
def contract(tmp_path: Path) -> Path:
    path = tmp_path / "contract.yaml"
    path.write_text(yaml.safe_dump(SPEC, sort_keys=False))
    return path


def witness(cell: Cell, *, body: str = "{}", test: str = "test_it") -> Witness:
    return Witness(
        cell,
        Layer.HANDLER,
        Label("suite", test, 7),
        Asked("GET", "/notes/1", (("Accept", "*/*"),)),
        Answered(200, (("Content-Type", "text/plain"),), Body.of(body.encode())),
    )


def seen(*seen: Cell, violations: Iterable[Violation] = ()) -> Ledger:
    return Ledger.of(map(witness, seen), violations)


def measured(ledger: Ledger, *waivers: Waiver, spec: Any = SPEC) -> Coverage:
    return measure(load(spec).expanded(), ledger, waivers, TODAY)


def waiver(*of: Cell, expires: date = TODAY) -> Waiver:
    return Waiver(of, "The cache answers it.", expires, "waivers.yaml:1")


def filled(folder: Path, contract: Path, *seen: Cell, violations: Iterable[Violation] = ()) -> Path:
    """A folder with a ledger that has seen these."""
    file = File(folder, load(contract).expanded())
    for cell in seen:
        file.append(witness(cell).as_json())
    for violation in violations:
        file.append(violation.as_json())
    return folder


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["coverage", *map(str, arguments)])


# --- the equations ------------------------------------------------------------------------------


@given(
    met=st.sets(st.sampled_from(DECLARED)),
    stray=st.sets(st.sampled_from([TEAPOT, LIMITED])),
    waived=st.sets(st.sampled_from(DECLARED)),
)
def test_the_states_are_what_the_equations_say(met: set[Cell], stray: set[Cell], waived: set[Cell]):
    waivers = [waiver(cell) for cell in waived]

    coverage = measured(seen(*met, *stray), *waivers)

    def cells_of(state: State) -> set[Cell]:
        return {standing.cell for standing in coverage.of(state)}

    assert cells_of(State.MET) == met
    assert cells_of(State.OWED) == set(DECLARED) - met - waived
    assert cells_of(State.WAIVED) == waived - met
    assert cells_of(State.STRAY) == stray
    assert {w.cells[0] for w in coverage.superfluous} == waived & met
    assert coverage.tally.declared == len(DECLARED)


def test_groups_hold_each_cell_once():
    coverage = measured(seen(*DECLARED, TEAPOT, LIMITED))

    groups = coverage.groups()

    assert [group.name for group in groups] == ["notes", "without a tag", "outside every operation"]
    inside = [standing for group in groups for standing in group.standings]
    assert sorted(s.cell for s in inside) == sorted([*DECLARED, TEAPOT, LIMITED])
    assert groups[0].statuses == ("200", "304", "404", "418")
    assert [row.operation for row in groups[1].rows] == ["getHealth"]


@given(st.integers(1, 10**7).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_a_percentage_is_never_more_than_it_is(pair: tuple[int, int]):
    met, declared = pair

    said = percent(Fraction(met, declared))

    assert Fraction(said) <= Fraction(met * 100, declared)
    assert (said == "100") == (met == declared)


def test_ninety_nine_point_ninety_six_is_not_a_hundred():
    assert percent(Fraction(9996, 10000)) == "99.9"
    assert percent(Fraction(0)) == "0.0"
    assert percent(Tally().share_met) == "100"  # who declares nothing owes nothing


def test_a_waiver_holds_until_its_last_day():
    late = waiver(UNCHANGED, expires=date(2030, 5, 31))
    met = waiver(HEALTH, expires=date(2030, 5, 31))

    coverage = measured(seen(HEALTH), late, met, waiver(MISSING))

    assert [s.cell for s in coverage.of(State.WAIVED)] == [MISSING]
    assert coverage.expired == (late,)
    assert coverage.superfluous == (met,)


# --- the sentences ------------------------------------------------------------------------------


def test_what_is_owed_and_stray_is_said_with_its_line(contract: Path):
    coverage = measured(seen(TEAPOT, LIMITED), spec=contract)
    lines = contract.read_text().splitlines()

    def line(place: str) -> str:
        return lines[int(place.rpartition(":")[2]) - 1].strip()

    owed = next(s for s in coverage.standings if s.cell == UNCHANGED)
    stray = [s for s in coverage.standings if s.state is State.STRAY]

    assert str(owed) == (
        f"getNote has never answered 304 (declared at {owed.declaration.place}). Send what leads "
        "there, or take the declaration out."
    )
    assert line(owed.declaration.place) == "'304':"
    assert [str(s) for s in stray] == [
        (
            f"getHealth was answered 429 {PROBLEM} in the engine's own words, which are declared "
            f"nowhere. Declare it at {stray[0].declaration.place}, or under x-tenor-unrouted."
        ),
        (
            f"getNote answered 418 text/plain, which is declared nowhere. Declare it at "
            f"{stray[1].declaration.place}, or stop answering it."
        ),
    ]
    assert {line(s.declaration.place) for s in stray} == {"responses:"}


def test_what_an_operation_leaves_to_the_engine_is_one_sentence():
    """It is declared at one place, however many statuses there are."""
    refused, other = replace(LIMITED, status="401"), replace(LIMITED, operation="getNote")
    nowhere = Cell(f"x-tenor-unrouted{BUILTIN}", "405", PROBLEM)
    nothing = replace(nowhere, status="204", media_type="")
    coverage = measured(seen(LIMITED, refused, other, nowhere, nothing))

    place = coverage.of(State.STRAY)[0].declaration.place
    health = (
        f"getHealth was answered 401 and 429 {PROBLEM} in the engine's own words, which are "
        f"declared nowhere. Declare them at {place}, or under x-tenor-unrouted."
    )
    outside = (
        f"x-tenor-unrouted was answered 204, and 405 {PROBLEM} in the engine's own words, which "
        "are declared nowhere. Declare them under x-tenor-unrouted."
    )
    others = [str(s) for s in coverage.of(State.STRAY) if s.cell == other]
    assert coverage.said_of(State.STRAY) == (health, *others, outside)


# --- the command --------------------------------------------------------------------------------


def test_what_a_process_answered_is_what_the_command_reports(
    tmp_path: Path, contract: Path, monkeypatch: pytest.MonkeyPatch
):
    """From the first request to the exit code, with nothing made up in between."""
    monkeypatch.setenv(LEDGER, str(tmp_path / "ledger"))
    app = Tenor(contract, handlers={"getNote": echo, "getHealth": nothing})
    ask(app, "GET /notes/1")
    ask(app, "GET /nowhere")

    result = run(tmp_path / "ledger", "--format", "json")

    report = json.loads(result.output)
    states = {(c["operation"], c["status"], c["media_type"]): c["state"] for c in report["cells"]}
    assert result.exit_code == 0, result.output
    assert states == {
        ("getNote", "200", "application/json"): "met",
        ("getNote", "200", "text/html"): "owed",
        ("getNote", "304", ""): "owed",
        ("getNote", "404", PROBLEM): "owed",
        ("getHealth", "200", "application/json"): "owed",
        ("x-tenor-unrouted", "404", PROBLEM): "met",
    }
    assert report["totals"]["percent_met"] == "33.3"


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ((), 0),
        (("--min", "66"), 0),
        (("--min", "66.66"), 0),
        (("--min", "66.67"), 1),
        (("--min", "100"), 1),
        (("--min", "101"), 2),
        (("--min", "all"), 2),
        (("--min", "1/0"), 2),
        (("--spec", "nowhere.yaml"), 2),
        (("--waivers", "nowhere.yaml"), 2),
        (("--output", "/dev/null/report"), 2),
    ],
)
def test_the_exit_code_is_what_is_asked_for(
    tmp_path: Path, contract: Path, more: tuple[str, ...], code: int
):
    """Four of six cells are met; a minimum is compared exactly, whatever is printed."""
    ledger = filled(tmp_path / "ledger", contract, *DECLARED[:4])

    result = run(ledger, *more)

    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output


def test_a_waived_cell_is_held_and_not_met(tmp_path: Path, contract: Path):
    ledger = filled(tmp_path / "ledger", contract, *DECLARED[1:])
    (tmp_path / "tenor-waivers.yaml").write_text(
        "- {operation: getNote, status: 200, media_type: application/json,\n"
        "   reason: Nobody reads it., expires: 9999-12-31}\n"
    )

    result = run(ledger, "--min", "100")

    assert result.exit_code == 0, result.output
    assert "5 of 6 declared cells are met: 83.3 %, and with the 1 waived 100 %." in result.output
    assert "is waived until 9999-12-31" in result.output


def test_an_expired_waiver_fails_without_a_minimum(tmp_path: Path, contract: Path):
    ledger = filled(tmp_path / "ledger", contract, *DECLARED[1:])
    (tmp_path / "tenor-waivers.yaml").write_text(
        "- {operation: getNote, status: 200, media_type: application/json,\n"
        "   reason: Nobody reads it., expires: 2001-01-31}\n"
    )

    result = run(ledger)

    assert result.exit_code == 1
    assert "expired on 2001-01-31" in result.output
    assert "getNote has never answered 200 application/json" in result.output


def test_a_stray_cell_and_a_violation_fail_without_a_minimum(tmp_path: Path, contract: Path):
    stray = filled(tmp_path / "stray", contract, *DECLARED, TEAPOT)
    broken = filled(tmp_path / "broken", contract, *DECLARED, violations=[VIOLATION, VIOLATION])

    results = [run(stray), run(broken)]

    assert [result.exit_code for result in results] == [1, 1]
    assert "1 cell was answered and not declared." in results[0].output
    assert "1 promise was broken." in results[1].output
    assert results[1].output.count("status-declared: getNote answered 418") == 1


def test_ledgers_of_another_contract_vouch_for_nothing(tmp_path: Path, contract: Path):
    ledger = filled(tmp_path / "ledger", contract, *DECLARED)
    contract.write_text(contract.read_text().replace("What comes back.", "What came back.", 1))

    alone = run(ledger)
    filled(ledger, contract, HEALTH)
    beside = run(ledger)

    assert alone.exit_code == 1
    assert "1 ledger is of another contract, or of this one before it was changed" in alone.output
    assert "0 of 6 declared cells are met" in alone.output
    assert beside.exit_code == 0
    assert "1 ledger is left out" in beside.output
    assert "1 of 6 declared cells are met" in beside.output


def test_no_ledger_at_all_is_not_a_success(tmp_path: Path, contract: Path):
    (tmp_path / "empty").mkdir()

    unknown = run(tmp_path / "empty")
    known = run(tmp_path / "empty", "--spec", contract)

    assert unknown.exit_code == 2
    assert "empty: there is no ledger yet. Run the tests, or a server, with" in unknown.output
    assert known.exit_code == 1
    assert "No ledger has seen anything of this contract" in known.output


def test_the_ledgers_of_two_contracts_ask_which(tmp_path: Path, contract: Path):
    other = tmp_path / "other.yaml"
    other.write_text(contract.read_text())
    for each in (contract, other):
        filled(tmp_path / "ledger", each, HEALTH)

    result = run(tmp_path / "ledger")

    assert result.exit_code == 2
    assert "the ledgers are of 2 contracts" in result.output


def test_a_declaration_more_or_less_is_named_with_its_line(tmp_path: Path, contract: Path):
    """What the proof is for: the contract changes, the code does not, and the report says where."""
    changed = {**SPEC, "paths": json.loads(json.dumps(SPEC["paths"]))}
    responses = changed["paths"]["/notes/{id}"]["get"]["responses"]
    responses["410"] = responses.pop("404")
    contract.write_text(yaml.safe_dump(changed, sort_keys=False))
    ledger = filled(tmp_path / "ledger", contract, *DECLARED)

    result = run(ledger, "--min", "100")

    assert result.exit_code == 1
    assert re.search(r"getNote has never answered 410 \S+ \(declared at \S+:\d+\)", result.output)
    assert re.search(
        r"getNote answered 404 \S+, which is declared nowhere. Declare it at \S+:\d+", result.output
    )


# --- the forms ----------------------------------------------------------------------------------


def whole_report() -> Report:
    """A report with everything in it, and hostile words wherever a witness may say some."""
    finding = Finding(
        "oracle",
        "head-is-get",
        "getNote",
        HOSTILE,
        ((Asked("GET", f"/notes/{HOSTILE}"), Answered(200, (), Body.of(HOSTILE.encode()))),),
        "tenor prove --only head-is-get@getNote",
    )
    broken = Violation("getNote", "body-schema", "getNote", HOSTILE, "json", "Mend it.")
    ledger = Ledger.of(
        [witness(AS_JSON, body=HOSTILE, test=HOSTILE), witness(TEAPOT, body=HOSTILE)], [broken]
    )
    coverage = measured(
        ledger, waiver(UNCHANGED), waiver(HEALTH, expires=date(2030, 1, 1)), waiver(AS_JSON)
    )
    return Report(coverage, Fraction(100), (finding,))


def test_json_is_the_same_for_the_same_and_sorted():
    said = in_json.written(whole_report())

    read = json.loads(said)

    assert said == in_json.written(whole_report())
    assert list(read) == sorted(read)
    assert {cell["state"] for cell in read["cells"]} == {"met", "owed", "waived", "stray"}
    assert read["cells"][0]["witness"]["label"] == {"suite": "suite", "test": HOSTILE, "seed": 7}
    assert read["contract"] == load(SPEC).expanded().digest
    assert (read["is_fine"], read["findings"][0]["check"]) == (False, "head-is-get")


def test_markdown_lets_no_markup_through():
    said = markdown.written(whole_report())

    assert "<" not in re.sub(r"```.*?```", "", said, flags=re.DOTALL)
    assert "\\`a\\` \\*b\\* \\@all" in said
    assert "| notes | 4 | 1 | 2 | 1 | 1 | 25.0 % |" in said
    assert "- getNote has never answered 404 application/problem+json" in said
    assert "\x1b" not in said


def test_junit_has_a_case_for_each_cell_and_a_verdict():
    root = ET.fromstring(junit.written(whole_report()))

    cases = root.findall(".//testcase")
    failed = [case for case in cases if case.find("failure") is not None]

    assert len(cases) == len(DECLARED) + 1 + 1 + 1 + 1  # stray, violation, finding, verdict
    assert root.attrib["tests"] == str(len(cases))
    assert root.attrib["failures"] == str(len(failed)) == "8"
    assert [c.get("name") for c in cases if c.find("skipped") is not None] == ["304"]


def test_text_stacks_statuses_on_a_narrow_terminal():
    """Nothing is cut off, and control characters reach no terminal."""
    report = whole_report()
    wide, narrow = (
        Console(record=True, width=100, file=StringIO()),
        Console(width=40, file=StringIO()),
    )

    text.write(report, wide)
    text.write(report, narrow)

    said = wide.export_text()
    assert re.search("[\x00\x1b\x9b\N{RIGHT-TO-LEFT OVERRIDE}]", said) is None
    assert re.search("^ *::error", said, re.MULTILINE) is None
    assert "200 304 404 418" in said
    assert "2  3 4 4\n" in cast(StringIO, narrow.file).getvalue()


def test_a_tag_and_an_operation_of_a_contract_steer_no_terminal():
    spec = yaml.safe_load(json.dumps(SPEC).replace('"notes"', '"a\\u001b[2J"'))
    spec = yaml.safe_load(json.dumps(spec).replace('"getNote"', '"get\\u009b1A"'))
    console = Console(record=True, width=100, file=StringIO())

    coverage = measure(Document(spec, "a.yaml", {}), Ledger.of([]), (), date(2030, 1, 1))
    text.write(Report(coverage), console)

    said = console.export_text()
    assert "a\N{SYMBOL FOR ESCAPE}[2J  0/" in said
    assert "\nget\N{REPLACEMENT CHARACTER}1A " in said
    assert re.search("[\x1b\x9b]", said) is None


def test_text_has_a_mark_for_each_media_type(tmp_path: Path, contract: Path):
    ledger = filled(tmp_path / "ledger", contract, *DECLARED)

    result = run(ledger)

    assert "notes  4/4  100 % 200 304 404" in result.output
    assert re.search(r"^getNote +●● +● +● *$", result.output, re.MULTILINE)


@pytest.mark.parametrize("form", ["text", "json", "markdown", "junit", "html"])
def test_a_report_can_be_written_to_a_file(tmp_path: Path, contract: Path, form: str):
    ledger = filled(tmp_path / "ledger", contract, *DECLARED)
    output = tmp_path / "out" / "report"

    written = run(ledger, "--format", form, "--output", output)
    printed = run(ledger, "--format", form)

    assert (written.exit_code, written.output) == (0, "")
    assert output.read_text() == printed.output


@pytest.mark.parametrize("form", ["text", "json", "markdown", "junit", "html"])
def test_half_a_character_ends_no_report(tmp_path: Path, form: str):
    """A witness may hold a lone surrogate, which no file can."""
    odd = measured(Ledger.of([witness(AS_JSON, test="\ud800"), witness(TEAPOT)]))
    broken = Finding("oracle", "check", "getNote", "found \ud800", (), "tenor prove")

    write(Report(odd, findings=(broken,)), form, tmp_path / "report")

    assert (tmp_path / "report").read_text()
