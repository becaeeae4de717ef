"""The parts of connexion that are used: imported here alone, and without the noise of doing so."""

# connexion has no types.
# pyright: reportMissingTypeStubs=false, reportUnknownVariableType=false
import warnings

with warnings.catch_warnings():
    # connexion imports starlette's test client, and that asks for a successor of httpx.
    warnings.filterwarnings("ignore", "Using `httpx` with `starlette")
    # It imports names that jsonschema is about to drop; they are not used here.
    warnings.filterwarnings("ignore", "jsonschema", DeprecationWarning)
    import connexion
    import connexion.context  # pyright: ignore[reportUnusedImport] - an attribute from here on
    from connexion.apps.flask import FlaskApi
    from connexion.datastructures import NoContent
    from connexion.decorators.parameter import sanitized
    from connexion.exceptions import (
        OAuthScopeProblem,
        ProblemException,
        ResolverError,
        Unauthorized,
    )
    from connexion.lifecycle import ConnexionResponse
    from connexion.operations import AbstractOperation, OpenAPIOperation
    from connexion.resolver import Resolution, Resolver
    from connexion.spec import OpenAPISpecification
    from connexion.utils import get_function_from_name

__all__ = [
    "AbstractOperation",
    "ConnexionResponse",
    "FlaskApi",
    "NoContent",
    "OAuthScopeProblem",
    "OpenAPIOperation",
    "OpenAPISpecification",
    "ProblemException",
    "Resolution",
    "Resolver",
    "ResolverError",
    "Unauthorized",
    "connexion",
    "get_function_from_name",
    "sanitized",
]
