"""What `redocly lint` says of the contract."""

import copy
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.clients import building
from tests.clients.building import Document
from tests.clients.conftest import BUILT


def test_it_finds_nothing(contract: Document):
    assert building.redocly(contract, BUILT / "redocly") == (0, [])


def _drop_summary(contract: Document) -> None:
    del contract["paths"]["/posts"]["get"]["summary"]


def _break_example(contract: Document) -> None:
    contract["components"]["schemas"]["Slug"] = {"type": "integer"}


def _clash(contract: Document) -> None:
    paths = contract["paths"]
    paths["/posts/{name}"] = copy.deepcopy(paths["/posts/{slug}"])


@pytest.mark.parametrize(
    ("plant", "rule"),
    [
        (_drop_summary, "operation-summary"),
        (_break_example, "no-invalid-media-type-examples"),
        (_clash, "no-identical-paths"),
    ],
)
def test_a_planted_defect_is_found(
    contract: Document, folder: Path, plant: Callable[[Document], None], rule: str
):
    planted = copy.deepcopy(contract)
    plant(planted)

    code, findings = building.redocly(planted, folder)

    assert code == 1
    assert any(finding.startswith(rule) for finding in findings), findings
