"""The columns of the matrix: who is asked whether a violation leaves, and how.

Tenor and stock connexion serve one operation for each plant. Schemathesis sees all of them in one
application whose gate is open, so that it meets just what was planted.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

import connexion
from connexion.resolver import Resolver
from werkzeug.datastructures import Headers

from tenor import Tenor
from tests.engine.wire import Reply, ask
from tests.matrix.violations import NOTE, PROBLEMS, VIOLATIONS, Json, Violation
from tests.server.servers import said_by

OPERATION = "{}Thing"
BROKEN = Reply(500, Headers(), b"")
"""What a client gets of a server that ended without an answer."""


def document(violations: tuple[Violation, ...], openapi: str = "3.1.1") -> Json:
    """The contract of these violations, an operation each."""
    return {
        "openapi": openapi,
        "info": {"title": "Planted violations", "version": "1"},
        "paths": {each.path: {"get": _operation(each)} for each in violations},
        "x-tenor-unrouted": PROBLEMS,
        "components": {
            "schemas": {"Note": NOTE},
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "x-bearerInfoFunc": "tests.matrix.violations.known",
                }
            },
        },
    }


def _operation(violation: Violation) -> Json:
    return {
        "operationId": operation_id(violation),
        "security": [{"bearer": []}] if violation.token else [],
        "responses": violation.answers,
    }


def operation_id(violation: Violation) -> str:
    """The operationId of a violation, in camelCase."""
    first, *rest = violation.path[1:].split("-")
    return first + "".join(word.capitalize() for word in rest)


def under_tenor(violation: Violation, *, planted: bool, policy: Any = "prevent") -> Reply:
    """What leaves the engine, with the violation or with its right twin."""
    app = Tenor(
        document((violation,)), handlers=_handlers((violation,), planted=planted), policy=policy
    )
    if planted and violation.setup is not None:
        violation.setup(app, violation.path)
    return ask(app, f"{violation.method} {violation.path}", headers=_headers(violation, planted))


def under_connexion(violation: Violation, *, planted: bool) -> Reply:
    """What leaves connexion's own stack, with all of its checks; it reads OpenAPI 3.0."""
    handlers = _handlers((violation,), planted=planted)
    app = connexion.FlaskApp("stock")
    app.add_api(
        document((violation,), "3.0.3"),
        resolver=Resolver(handlers.__getitem__),
        validate_responses=True,
        strict_validation=True,
    )
    if planted and violation.setup is not None:
        violation.setup(app.app, violation.path)
    client = app.test_client(base_url="http://localhost", raise_server_exceptions=False)
    try:
        reply = client.request(
            violation.method, violation.path, headers=_headers(violation, planted)
        )
    except Exception:  # noqa: BLE001 - a stream that breaks off raises what its generator raised
        return BROKEN
    return Reply(reply.status_code, Headers(reply.headers.multi_items()), reply.content)


def open_gate(*, planted: bool) -> Tenor:
    """One application of all violations, or of all their twins, that holds nothing back."""
    app = Tenor(
        document(VIOLATIONS), handlers=_handlers(VIOLATIONS, planted=planted), policy="ignore"
    )
    for violation in VIOLATIONS:
        if planted and violation.setup is not None:
            violation.setup(app, violation.path)
    return app


def by_schemathesis(*, planted: bool) -> dict[str, list[str]]:
    """The faults that schemathesis finds alone, by path. Only a fresh process repeats a run."""
    return json.loads(said_by("tests.matrix.fuzzing", str(int(planted)), seconds=300))


def _handlers(
    violations: tuple[Violation, ...], *, planted: bool
) -> Mapping[str, Callable[..., Any]]:
    return {operation_id(each): each.wrong if planted else each.right for each in violations}


def _headers(violation: Violation, planted: bool) -> dict[str, str]:
    if not violation.token:
        return {}
    return {"Authorization": f"Bearer {violation.token if planted else 'ada'}"}
