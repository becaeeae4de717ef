"""What the type checker refuses: wrong handlers, each beside a right twin."""

import ast
import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tenor.document import load
from tenor.typed import Origin, is_current, written
from tests.engine.contracts import document, operation
from tests.engine.type_cases import ANSWERS, BODIES, OTHERS, SCHEMAS

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
FILES = sorted(HERE.glob("*_handlers.py"))
MARK = re.compile(r" *# refused by (?P<rule>\w+): (?P<reason>.+)")


@dataclass(frozen=True)
class Refusal:
    """What is refused at a line, and why."""

    place: str
    rule: str
    reason: str


def functions(file: Path) -> dict[str, list[str]]:
    """The lines of each function of a file, without comments and its name."""
    found = (node for node in ast.parse(file.read_text()).body if isinstance(node, ast.FunctionDef))
    return {each.name: ast.unparse(each).replace(each.name, "").splitlines() for each in found}


def marks(file: Path) -> list[Refusal]:
    """The refusals that a file foretells, each for the line below."""
    lines = enumerate(file.read_text().splitlines(), start=1)
    found = ((number, MARK.fullmatch(line)) for number, line in lines)
    return [
        Refusal(f"{file.name}:{number + 1}", match["rule"], match["reason"])
        for number, match in found
        if match
    ]


def odd_types() -> str:
    """The types of a contract that has everything in it."""
    schemas = {name.replace(" ", "-"): schema for name, (schema, _) in SCHEMAS.items()}
    paths = {
        **{
            f"/answers/{number}": {"get": operation(f"get{number}", answers=answers)}
            for number, (answers, _) in enumerate(ANSWERS.values())
        },
        **{
            f"/bodies/{number}": {"put": operation(f"put{number}", body=body)}
            for number, (body, _) in enumerate(BODIES.values())
        },
    }
    spec = document(paths, components={"schemas": {**OTHERS, "Thing": True, **schemas}})
    return written(load(spec), Origin("", ""))


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> list[Refusal]:
    """What basedpyright says of these handlers and of odd types, as strict as with our own."""
    folder = tmp_path_factory.mktemp("types")
    project, odd = folder / "pyrightconfig.json", folder / "odd.py"
    odd.write_text(odd_types())
    settings = {"include": list(map(str, [*FILES, odd])), "extraPaths": [str(ROOT)]}
    project.write_text(
        json.dumps({**settings, "typeCheckingMode": "strict", "pythonVersion": "3.11"})
    )
    command = [sys.executable, "-m", "basedpyright", "--outputjson", "-p", str(project)]
    done = subprocess.run(
        [*command, "--pythonpath", sys.executable], capture_output=True, text=True
    )
    said: list[dict[str, Any]] = json.loads(done.stdout)["generalDiagnostics"]
    return [
        Refusal(
            f"{Path(each['file']).name}:{each['range']['start']['line'] + 1}",
            each["rule"],
            each["message"].replace("\N{NO-BREAK SPACE}", " "),
        )
        for each in said
    ]


def test_what_is_marked_is_refused_for_its_reason_and_nothing_else_is(refused: list[Refusal]):
    foretold = [mark for file in FILES for mark in marks(file)]

    silent = [
        mark
        for mark in foretold
        if not any(
            (each.place, each.rule) == (mark.place, mark.rule) and mark.reason in each.reason
            for each in refused
        )
    ]

    assert silent == []
    assert {each.place for each in refused} == {mark.place for mark in foretold}
    assert len(foretold) > 50


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_each_wrong_handler_has_a_right_twin_that_differs_in_one_line(file: Path):
    """So that the fault, and nothing else, is why it is refused."""
    found = functions(file)
    wrong = {name.removeprefix("wrong_") for name in found if name.startswith("wrong_")}
    right = {name.removeprefix("right_") for name in found if name.startswith("right_")}

    assert wrong == right
    assert len(wrong) == len(marks(file))
    for name in wrong:
        twins = zip(found[f"right_{name}"], found[f"wrong_{name}"], strict=True)
        assert sum(one != other for one, other in twins) == 1, name


def test_the_types_of_the_notes_are_those_of_their_contract():
    text = (HERE / "notes_contract.py").read_text()
    contract = load(ROOT / "examples" / "answers" / "openapi.yaml")

    assert is_current(text, contract, Origin("", ""))
