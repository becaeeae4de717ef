"""Tenor holds a Flask application to the letter of its OpenAPI contract.

Each name is imported when it is asked for, so that who needs a part of the package loads that part.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tenor.application import Tenor
    from tenor.errors import ConfigurationError
    from tenor.gate import ContractViolation
    from tenor.problems import Problem, problem

__all__ = ["ConfigurationError", "ContractViolation", "Problem", "Tenor", "problem"]

_HOMES = {
    "ConfigurationError": "tenor.errors",
    "ContractViolation": "tenor.gate",
    "Problem": "tenor.problems",
    "Tenor": "tenor.application",
    "problem": "tenor.problems",
}


if not TYPE_CHECKING:  # who checks types shall know of no other names

    def __getattr__(name: str) -> Any:
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        found = globals()[name] = getattr(importlib.import_module(_HOMES[name]), name)
        return found

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
