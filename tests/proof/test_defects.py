"""Each planted defect is found, with what shows it again; and in the sound notes nothing is.

These are the defects that a fuzzer finds, those that it misses, and more: see `defects.py`. Here
recipes and probes alone have to find them; what schemathesis sees is told in `test_fuzzing.py`.
"""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tenor import document
from tenor.cells import Cell
from tenor.proof.proving import Order, Proof, prove
from tests.proof.defects import DEFECTS
from tests.proof.service import CONTRACT
from tests.proof.world import world

ROOT = Path(__file__).parents[2]
NOTES = document.load(CONTRACT).expanded()
OWED_ALONE = {"too-large-never"}
"""What shows by its absence alone: a server may take more than a contract lets it refuse."""


def proved(defect: str | None, *only: str) -> Proof:
    order = Order(
        document=NOTES,
        make_world=lambda folder: world(folder, defect),
        parts=("recipes", "probes"),
        only=frozenset(only),
    )
    return prove(order, lambda *_: None)


def owed(proof: Proof) -> set[Cell]:
    return set(proof.contract.cells) - {witness.cell for witness in proof.witnesses}


@pytest.fixture(scope="module")
def sound() -> Proof:
    return proved(None)


def test_nothing_is_found_in_the_sound_notes_and_nothing_is_owed(sound: Proof):
    assert [each.sentence for each in sound.findings.values()] == []
    assert owed(sound) == set()
    assert {w.cell for w in sound.witnesses} - set(sound.contract.cells) == set()


@pytest.mark.parametrize("name", sorted(DEFECTS.keys() - OWED_ALONE))
def test_a_planted_defect_is_found_and_its_replay_finds_it_again(name: str):
    findings = list(proved(name).findings.values())

    assert findings, DEFECTS[name].sentence
    assert set(DEFECTS[name].checks) <= {each.check for each in findings}
    first = findings[0]
    assert first.exchanges
    assert first.id in proved(name, first.replay).findings


@pytest.mark.parametrize("name", sorted(OWED_ALONE))
def test_what_is_never_answered_is_owed(name: str, sound: Proof):
    assert owed(proved(name)) - owed(sound)


def test_a_proof_repeats_to_the_letter(sound: Proof):
    again = proved(None)

    assert again.asked == sound.asked
    assert again.witnesses == sound.witnesses


# --- as it is called ----------------------------------------------------------------------------


def tenor(*words: str, defect: str = "", folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tenor", *words],
        cwd=folder,
        env={**os.environ, "NOTES_DEFECT": defect, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


WORLD = ("--world", "tests.proof.world:world", "--spec", str(CONTRACT))


def test_the_command_that_a_finding_comes_with_shows_it_again(tmp_path: Path):
    """The whole way of a person: prove, read the report, copy the command, see the exchange."""
    parts = ("--part", "recipes", "--part", "probes")
    first = tenor("prove", *WORLD, *parts, "--output", str(tmp_path), defect="delete-undone")
    report: dict[str, Any] = json.loads((tmp_path / "proof.json").read_text())
    (finding,) = report["findings"]

    again = tenor(*shlex.split(finding["replay"])[1:], defect="delete-undone")
    mended = tenor(*shlex.split(finding["replay"])[1:])

    assert first.returncode == again.returncode == 1
    assert "oracle/deleted@deleteNote" in again.stdout
    assert "> DELETE /notes/" in again.stdout
    assert (mended.returncode, mended.stderr) == (0, "probes ...\n")


def test_a_status_that_is_taken_out_of_the_contract_or_added_is_named_with_its_line(tmp_path: Path):
    """Whoever changes the contract and not the code is told which cell, and where it stands."""
    text = CONTRACT.read_text()
    lines = text.splitlines(keepends=True)
    start = max(i for i, line in enumerate(lines) if "operationId: deleteNote" in line)
    at = next(i for i in range(start, len(lines)) if "'204':" in lines[i])
    indent = lines[at][: len(lines[at]) - len(lines[at].lstrip())]
    less = "".join([*lines[:at], lines[at].replace("204", "202"), *lines[at + 1 :]])
    more = "".join([*lines[:at], f"{indent}'202':\n{indent}  description: Later.\n", *lines[at:]])
    (tmp_path / "less.yaml").write_text(less)
    (tmp_path / "more.yaml").write_text(more)

    taken = tenor("prove", *WORLD[:3], str(tmp_path / "less.yaml"), "--part", "recipes")
    added = tenor("prove", *WORLD[:3], str(tmp_path / "more.yaml"), "--part", "recipes")

    assert taken.returncode == added.returncode == 1
    assert "deleteNote answered 204, which is declared nowhere" in taken.stdout
    assert f"deleteNote has never answered 202 (declared at {tmp_path}/more.yaml:{at + 1})" in (
        added.stdout.replace("\n", " ")
    )
