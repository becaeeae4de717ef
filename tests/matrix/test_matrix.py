"""The kill matrix: no planted violation leaves, no right answer is held back, no rule is idle."""

import json
from typing import Any

import pytest
from structlog.testing import capture_logs

from tenor import ContractViolation, judgement
from tenor.rules import UNSENDABLE, Rule
from tests.matrix.__main__ import BEGIN, END
from tests.matrix.columns import under_tenor
from tests.matrix.violations import VIOLATIONS, Violation
from tests.server.servers import ROOT, said_by

PAGE = (ROOT / "docs/kill-matrix.md").read_text()
README = (ROOT / "README.md").read_text()

each = pytest.mark.parametrize("violation", VIOLATIONS, ids=lambda violation: violation.name)


def recorded(logs: Any) -> set[str]:
    return {entry["rule"] for entry in logs if entry["event"] == "contract_violation"}


@each
def test_a_violation_is_prevented(violation: Violation):
    """The client gets the declared 500; lines that have begun end in the declared line."""
    with capture_logs() as logs:
        reply = under_tenor(violation, planted=True)

    assert not violation.seen(reply)
    assert violation.rule.value in recorded(logs) or reply.problem == "internal-error"
    if violation.kind == "lines":
        assert b"/problems/contract-violation" in reply.body.splitlines()[-1]
    else:
        assert reply.status == 500
        assert reply.headers["Content-Type"] == "application/problem+json"


@each
def test_its_right_twin_leaves(violation: Violation):
    with capture_logs() as logs:
        reply = under_tenor(violation, planted=False)

    assert reply.status in {int(status) for status in violation.answers if status.isdigit()} | {404}
    assert logs == []


@each
@pytest.mark.parametrize("policy", ["detect", "ignore"])
def test_a_violation_that_is_not_prevented_leaves_or_has_no_wire_form(
    violation: Violation, policy: str
):
    """It is recorded under detect; what cannot be sent is replaced, or mended, all the same."""
    with capture_logs() as logs:
        reply = under_tenor(violation, planted=True, policy=policy)

    assert violation.seen(reply) is (violation.has_wire_form and not violation.is_mended)
    if violation.has_wire_form:
        assert recorded(logs) == ({violation.rule.value} if policy == "detect" else set())


@each
def test_a_violation_is_raised_under_test(violation: Violation):
    if violation.name == "JSON that breaks off while it is made":  # it is a crash, and no answer
        assert under_tenor(violation, planted=True, policy="raise").problem == "internal-error"
        return
    with pytest.raises(ContractViolation) as caught:
        under_tenor(violation, planted=True, policy="raise")

    assert violation.rule in {breach.rule for breach in caught.value.breaches}


# --- no rule is idle ----------------------------------------------------------------------------


@pytest.mark.parametrize("rule", [rule for rule in Rule if rule not in UNSENDABLE])
def test_without_any_one_rule_a_violation_leaves(rule: Rule):
    """Each rule stops what no other does."""
    policy = {"*": "prevent", rule.value: "ignore"}
    planted = [violation for violation in VIOLATIONS if violation.rule is rule]

    replies = [(each, under_tenor(each, planted=True, policy=policy)) for each in planted]

    assert planted
    assert all(each.seen(reply) or each.is_mended for each, reply in replies)
    assert all(b"/contract-violation" not in reply.body for _, reply in replies)


JUDGES = sorted(name for name in vars(judgement) if name.startswith("_judge"))


def test_the_judgement_is_made_of_what_is_removed_here():
    assert JUDGES == [
        "_judge_bytes",
        "_judge_content",
        "_judge_headers",
        "_judge_length",
        "_judge_lines",
    ]


@pytest.mark.parametrize("name", JUDGES)
def test_without_any_one_part_of_the_judgement_a_violation_leaves(
    name: str, monkeypatch: pytest.MonkeyPatch
):
    """The matrix would be red if the part were not there."""
    monkeypatch.setattr(judgement, name, lambda *_arguments: None)

    assert any(map(leaves, VIOLATIONS))


def leaves(violation: Violation) -> bool:
    """Whether a violation leaves, be it in a form that no server could send."""
    try:
        reply = under_tenor(violation, planted=True)
    except AssertionError:
        return True
    return violation.seen(reply) or (violation.is_mended and reply.status < 500)


def test_every_rule_and_every_speaker_is_planted():
    assert {violation.rule for violation in VIOLATIONS} == set(Rule)
    assert len(VIOLATIONS) == len({violation.path for violation in VIOLATIONS}) >= 100


# --- the page -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def seen() -> dict[str, Any]:
    """The page and the counts of the whole matrix; connexion's stack is noisy, and runs apart."""
    return json.loads(said_by("tests.matrix", "--json", seconds=300))


def test_the_matrix_says_that_nothing_leaves(seen: dict[str, Any]):
    assert seen["stopped"]["tenor"] == len(VIOLATIONS)


def test_the_page_shows_what_is_seen(seen: dict[str, Any]):
    """`make kill-matrix` writes it anew."""
    assert PAGE.partition(BEGIN)[2].partition(END)[0].strip() == seen["page"]


def test_the_readme_says_the_numbers_that_are_seen(seen: dict[str, Any]):
    stopped = seen["stopped"]

    assert f"Of {len(VIOLATIONS)} planted violations Tenor stops {stopped['tenor']}" in README
    assert f"connexion with `validate_responses` {stopped['connexion']}" in README
    assert f"schemathesis alone {stopped['schemathesis']}" in README


def test_a_column_that_refuses_everything_wins_nothing():
    """Right twins are asked too: connexion streams no lines, and so stops no bad ones."""
    (row,) = [line for line in PAGE.splitlines() if line.startswith("| a line that is no JSON |")]

    assert [cell.strip() for cell in row.split("|")][4:6] == ["stopped", "refuses both"]
