"""Tenor holds a Flask application to the letter of its OpenAPI contract."""

import warnings

with warnings.catch_warnings():
    # connexion imports starlette's test client, and that asks for a successor of httpx.
    warnings.filterwarnings("ignore", "Using `httpx` with `starlette")
    from tenor.application import Tenor
    from tenor.errors import ConfigurationError
    from tenor.gate import ContractViolation
    from tenor.problems import Problem, problem

__all__ = ["ConfigurationError", "ContractViolation", "Problem", "Tenor", "problem"]
