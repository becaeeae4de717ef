"""The contract says of each operation who may, in the words of the one table, and asks for that."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from publishing import access
from publishing.access import RULES, Action, Open, Rule
from publishing.callers import Role
from tests.contract.actions import ACTIONS
from tests.contract.reading import Contract, Operation

PAGE = Path(__file__).parents[2] / "docs" / "access.md"
Claim = Callable[[Contract], None]
Plant = Callable[[Contract], Contract]


def test_every_operation_is_an_action_of_the_table(contract: Contract) -> None:
    """One that is not here needs its line in `actions.py`."""
    assert [o.place for o in contract.operations if o.id not in ACTIONS] == []


def test_every_description_quotes_the_table(contract: Contract) -> None:
    wrong = {
        operation.id: (told, promised)
        for operation in contract.operations
        if (told := _told(operation)) != [promised := access.sentence(*ACTIONS[operation.id])]
    }
    assert wrong == {}


def test_every_operation_asks_for_the_token_that_the_table_asks_for(contract: Contract) -> None:
    wrong = {
        operation.id: (asked, wanted)
        for operation in contract.operations
        for action in ACTIONS[operation.id]
        if (asked := operation.node["security"]) != (wanted := _security(RULES[action]))
    }
    assert wrong == {}


def test_the_page_of_the_table_is_up_to_date() -> None:
    """Where it is not, `python -m publishing.access > docs/access.md` was forgotten."""
    assert PAGE.read_text("utf-8") == access.page()


POSTS = "/paths/~1posts"
PLANTED: list[tuple[Claim, Plant]] = [
    (
        test_every_operation_is_an_action_of_the_table,
        lambda c: c.with_value(f"{POSTS}/get/operationId", "readPosts"),
    ),
    (
        test_every_description_quotes_the_table,
        lambda c: c.with_value(f"{POSTS}/post/description", "Anyone may.\n\n**Access:** anyone."),
    ),
    (
        test_every_description_quotes_the_table,
        lambda c: c.with_value(f"{POSTS}/post/description", "Authors may write posts."),
    ),
    (
        test_every_operation_asks_for_the_token_that_the_table_asks_for,
        lambda c: c.with_value(f"{POSTS}/post/security", [{"bearerAuth": []}]),
    ),
    (
        test_every_operation_asks_for_the_token_that_the_table_asks_for,
        lambda c: c.with_value("/paths/~1tokens/get/security", [{}, {"bearerAuth": []}]),
    ),
]


NAMES = [f"{number}-{claim.__name__}" for number, (claim, _) in enumerate(PLANTED)]


@pytest.mark.parametrize(("claim", "plant"), PLANTED, ids=NAMES)
def test_a_planted_defect_turns_its_law_red(claim: Claim, plant: Plant, contract: Contract) -> None:
    claim(contract)
    with pytest.raises(AssertionError):
        claim(plant(contract))


def test_a_row_that_changes_leaves_the_contract_and_the_page_behind(
    contract: Contract, monkeypatch: pytest.MonkeyPatch
) -> None:
    loosened = replace(RULES[Action.CHANGE_POSTS], others=Role.AUTHOR)
    monkeypatch.setattr(access, "RULES", {**RULES, Action.CHANGE_POSTS: loosened})

    with pytest.raises(AssertionError):
        test_every_description_quotes_the_table(contract)
    with pytest.raises(AssertionError):
        test_the_page_of_the_table_is_up_to_date()


def _told(operation: Operation) -> list[str]:
    """The paragraphs about access, each on one line."""
    told = re.findall(r"\*\*Access:\*\*.*?(?=\n\n|\Z)", operation.node["description"], re.DOTALL)
    return [" ".join(paragraph.split()) for paragraph in told]


def _security(rule: Rule) -> list[dict[str, Any]]:
    """What an operation says whose token must be, or may be, what the rule asks for."""
    scoped = {"bearerAuth": [rule.scope.value] if rule.scope else []}
    match rule.open:
        case Open.ALL if rule.under is None:
            return []
        case Open.NOTHING:
            return [scoped]
        case _:
            return [{}, scoped]
