"""Claims about the handlers and the types of the contract: each is annotated as it is promised."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, get_type_hints

import inflection
import pytest

from handlers import contract
from publishing.callers import Caller
from tenor.document import load
from tenor.typed import Origin, is_current

ROOT = Path(__file__).parents[2]
CONTRACT = ROOT / "spec" / "openapi.yaml"
OPERATIONS = {
    operation["operationId"]: operation["tags"][0]
    for _, _, operation, _ in load(CONTRACT).operations()
}


@pytest.fixture(params=OPERATIONS)
def operation(request: pytest.FixtureRequest) -> str:
    """Each operation of the contract."""
    return request.param


@pytest.fixture
def annotations(operation: str) -> dict[str, Any]:
    """What its handler is annotated with."""
    module = import_module(f"handlers.{OPERATIONS[operation]}")
    handler: Callable[..., Any] = getattr(module, inflection.underscore(operation))
    return get_type_hints(handler)


def promised(operation: str, part: str) -> Any:
    """A type that the contract gives an operation, None for one that it does not."""
    return getattr(contract, operation[0].upper() + operation[1:] + part, None)


def test_the_types_are_those_of_the_contract():
    """Where they are not, `make contract` was forgotten."""
    text = (ROOT / "handlers" / "contract.py").read_text("utf-8")

    assert is_current(text, load(CONTRACT), Origin("", ""))


def test_a_handler_may_return_what_the_contract_promises(
    operation: str, annotations: dict[str, Any]
):
    assert annotations["return"] == promised(operation, "Answer")


def test_a_handler_takes_what_the_contract_lets_in(operation: str, annotations: dict[str, Any]):
    """A parameter that may be left out is None then."""
    parameters = promised(operation, "Parameters")
    types = get_type_hints(parameters) if parameters else {}
    required = parameters.__required_keys__ if parameters else frozenset[str]()
    allowed = {name: kind if name in required else kind | None for name, kind in types.items()}
    allowed |= {"body": promised(operation, "Body"), "media_type": str}

    taken = {name: kind for name, kind in annotations.items() if name not in ("return", "user")}

    assert taken == {name: allowed[name] for name in taken}
    assert annotations.get("user", Caller) in (Caller, Caller | None)
