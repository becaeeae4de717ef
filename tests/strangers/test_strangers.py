"""Contracts that were not written for Tenor go through lint, types and the proof.

Two are kept here, of different style: one of OpenAPI 3.0 with forms, uploads, XML and scopes, one
of 3.1 in JSON with odd names, cookies, callbacks and types that are one of several. Their handlers
answer with their own examples.
"""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tenor.cli import main
from tenor.proof.proving import Order, Proof, prove
from tenor.proof.world import Caller, World
from tenor.reading import read
from tests.strangers import stubs

HERE = Path(__file__).parent
BASIC = base64.b64encode(f"somebody:{stubs.TOKEN}".encode()).decode()
CONTRACTS = {
    "orchard.yaml": (
        Caller(
            "somebody",
            {"Authorization": f"Bearer {stubs.TOKEN}"},
            query={"api_key": stubs.TOKEN},
        ),
    ),
    "harbour.json": (Caller("somebody", {"Authorization": f"Basic {BASIC}"}),),
}
"""Who asks, by contract."""

TRUE = {
    "orchard.yaml": {"oracle/vary@getInventory"},
    "harbour.json": {"oracle/vary@berths/get"},
}
"""What is found, and true: by contract, the ids."""


def spec(name: str) -> dict[str, Any]:
    return read(HERE / name)[0]


def proved(name: str, *parts: str) -> Proof:
    app = stubs.application(spec(name), policy="prevent")
    app.config["PROPAGATE_EXCEPTIONS"] = False
    order = Order(
        document=app.contract,
        make_world=lambda _folder: World(app=app, callers=CONTRACTS[name]),
        parts=parts,
    )
    return prove(order, lambda *_: None)


@pytest.fixture(scope="module", params=CONTRACTS)
def name(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def proof(name: str) -> Proof:
    return proved(name, "recipes", "probes")


def test_lint_says_what_it_finds_each_at_its_line(name: str):
    said = CliRunner().invoke(main, ["lint", str(HERE / name), "--format", "json"])

    assert said.exit_code in (0, 1), said.output
    findings: Any = json.loads(said.stdout)
    found = findings["findings"] if isinstance(findings, dict) else findings
    assert found
    assert [each for each in found if not each["place"].partition(name)[2]] == []


def test_types_are_a_module_that_runs(name: str, tmp_path: Path):
    said = CliRunner().invoke(main, ["types", str(HERE / name)])

    assert said.exit_code == 0, said.output
    exec(compile(said.stdout, "contract.py", "exec"), {"__name__": "contract"})


def test_the_proof_finds_what_is_true_and_nothing_else(name: str, proof: Proof):
    assert {each.id: each.sentence for each in proof.findings.values()}.keys() == TRUE[name]


def test_each_success_of_a_stub_is_seen(name: str, proof: Proof):
    seen = {witness.cell for witness in proof.witnesses}

    owed = {cell for cell in proof.contract.cells if cell.status.startswith("2")} - seen

    assert owed == set()


def test_what_the_engine_says_and_the_contract_does_not_is_stray_and_no_fault(proof: Proof):
    stray = {w.cell for w in proof.witnesses} - proof.contract.cells.keys()

    assert stray
    assert all(cell.operation.endswith("(built-in)") for cell in stray)


def test_the_fuzzer_tries_each_operation(name: str):
    proof = proved(name, "fuzz")

    tried = {witness.cell.operation.removesuffix(" (built-in)") for witness in proof.witnesses}
    assert {each.id for each in proof.contract.operations} <= tried
