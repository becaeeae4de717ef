"""Every answer that the contract declares is given in process: nothing is promised in vain."""

import dataclasses
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from app import CONTRACT
from handlers.resources import resources
from publishing.retries import Keyed
from tenor import ContractViolation, Problem, cells, document, planting
from tenor.cells import Cell
from tenor.coverage import State, measure
from tenor.document import UNROUTED
from tenor.ledger import Ledger
from tenor.recorder import Recorder
from tenor.testing import Plant
from tests.api.cells import ENGAGED, GOOD, Names, World, expect, settled
from tests.api.client import Caller, Client
from tests.api.conftest import Plant as Remake

DECLARED = cells.declared(document.load(CONTRACT).expanded())
Change = Callable[[str, str], "InProcess"]
BUSY = Problem(503, "overloaded", headers={"Retry-After": "1"})


@dataclass(frozen=True)
class InProcess:
    """Ada and the application, in which faults are planted when they are asked for."""

    ada: Client
    names: Names
    plant: Plant
    break_store: Callable[[], object]
    hold: Callable[[AbstractContextManager[object]], object]

    def failing(self, cell: Cell) -> Caller:
        fault = planting.interrupted if cell.operation == UNROUTED else planting.crashing
        self.plant(fault(self.ada.app))
        return self.ada

    def without_store(self, cell: Cell) -> Caller:
        if cell.operation == UNROUTED:
            self.plant(planting.interrupted(self.ada.app, BUSY))
        else:
            self.break_store()
        return self.ada

    def engaged(self) -> Caller:
        with self.ada.app.app_context():
            turns = resources().turns
        self.hold(turns.of(Keyed.by_account(self.ada.username, ENGAGED, b"")))
        return self.ada

    def tired(self, cell: Cell) -> Caller:
        self.plant(planting.throttled(self.ada.app))
        return self.ada

    def choosy(self) -> Caller:
        self.plant(planting.trusting(self.ada.app, "localhost"))
        return self.ada


@pytest.fixture
def world(api: Client, tenor_plant: Plant, request: pytest.FixtureRequest) -> Generator[InProcess]:
    ada, names = settled(api)
    with ExitStack() as held:

        def break_store() -> None:
            request.getfixturevalue("broken_store")

        yield InProcess(ada, names, tenor_plant, break_store, held.enter_context)


@pytest.mark.parametrize("cell", DECLARED, ids=lambda cell: str(cell).replace(" ", "-"))
def test_a_declared_answer_is_given(cell: Cell, world: World):
    expect(cell, DECLARED[cell], world)


def test_every_operation_has_a_good_request():
    """So that each cell above stands for what is declared, and nothing declared is left out."""
    assert {*GOOD} == {cell.operation for cell in DECLARED}


def where(source: str, line: str) -> str:
    """The place of the first such line after the operationId of getPost."""
    lines = Path(source).read_text("utf-8").splitlines()
    return f"{source}:{lines.index(line, lines.index('      operationId: getPost')) + 1}"


class TestAChangedContract:
    """A promise in vain, and an answer that nobody promised: told by their cell and its line."""

    NOT_FOUND = "        '404':\n          $ref: '#/components/responses/PostNotFound'\n"
    TEAPOT = "        '418':\n          description: A teapot.\n"

    @pytest.fixture
    def changed(self, world: InProcess, plant: Remake, tmp_path: Path) -> Change:
        """Makes the world anew under a contract in which getPost promises something else."""

        def change(old: str, new: str) -> InProcess:
            before, at, after = CONTRACT.read_text("utf-8").partition("operationId: getPost\n")
            assert old in after
            copy = tmp_path / "changed.yaml"
            copy.write_text(before + at + after.replace(old, new, 1), "utf-8")
            return dataclasses.replace(world, ada=world.ada.through(plant("raise", copy)))

        return change

    def test_a_promise_that_nothing_keeps_is_owed(self, changed: Change):
        world = changed(self.NOT_FOUND, self.NOT_FOUND + self.TEAPOT)
        contract = world.ada.app.contract
        recorder = Recorder(contract)
        world.ada.app.observe(recorder)
        declared = {
            cell: at
            for cell, at in cells.declared(contract).items()
            if cell.operation == "getPost" and cell.status < "429"  # what follows needs a fault
        }
        teapot = Cell("getPost", "418", "")
        line = declared[teapot].place

        for cell in declared.keys() - {teapot}:
            expect(cell, declared[cell], world)
        with pytest.raises(AssertionError) as told:
            expect(teapot, declared[teapot], world)

        assert line == where(contract.source, "        '418':")
        assert str(told.value).startswith(
            f"getPost 418 is declared at {line}, and GET /posts/the-first-engine was answered 200"
        )
        seen = measure(contract, Ledger.of(recorder.witnesses), (), date.min)
        assert [str(owed) for owed in seen.of(State.OWED) if owed.cell in declared] == [
            (
                f"getPost has never answered 418 (declared at {line}). Send what leads there, or "
                "take the declaration out."
            )
        ]

    def test_an_answer_that_is_no_longer_promised_does_not_leave(self, changed: Change):
        world = changed(self.NOT_FOUND, "")
        source = world.ada.app.contract.source
        not_found = Cell("getPost", "404", "application/problem+json")
        left = sorted({c.status for c in DECLARED if c.operation == "getPost"} - {"404"})

        source = world.ada.app.contract.source

        with pytest.raises(ContractViolation) as told:
            expect(not_found, DECLARED[not_found], world)

        assert str(told.value) == (
            f"getPost answered 404; the contract promises {', '.join(left)}. Change the handler, "
            f"or declare it at {where(source, '      responses:')}."
        )
