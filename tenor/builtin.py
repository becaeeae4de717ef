"""The built-in problem contract: what the engine says where a document says nothing of it.

It declares every status of the engine's own, as ``application/problem+json``. An answer by this
contract is not what the document promises, so it counts as stray; but no contract fails to start
for want of a declaration.
"""

from typing import Any

from tenor import problems
from tenor.document import Document
from tenor.promises import Promises, compile_promises
from tenor.schemas import Compiler

_TEXT = {"type": "string", "maxLength": 10_000}
_HEADERS = {
    204: ("Allow",),
    401: ("WWW-Authenticate",),
    403: ("WWW-Authenticate",),
    405: ("Allow",),
    406: ("Vary",),
    503: ("Retry-After",),
}
_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": _TEXT,
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": _TEXT,
        "violation": _TEXT,
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": dict.fromkeys(("in", "pointer", "rule", "detail"), _TEXT),
            },
        },
    },
}


def promises() -> Promises:
    """The promises of the engine itself."""
    statuses = sorted({204, *(kind.status for kind in problems.CATALOGUE.values())})
    responses = {str(status): _response(status) for status in statuses}
    document = Document({"openapi": "3.1.1", "responses": responses}, "Tenor", {})
    return compile_promises(document, Compiler(document), "/responses", name="Tenor")


def _response(status: int) -> dict[str, Any]:
    names = ("X-Request-Id", *_HEADERS.get(status, ()))
    content = {} if status == 204 else {problems.MEDIA_TYPE: {"schema": _PROBLEM}}
    return {"headers": {name: {"schema": _TEXT} for name in names}, "content": content}
