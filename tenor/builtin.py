"""The built-in problem contract: what the engine says where a document says nothing of it.

It declares every status of the engine's own, as ``application/problem+json``. An answer by this
contract is not what the document promises, so it counts as stray; but no contract fails to start
for want of a declaration.
"""

from tenor import problems
from tenor.document import UNIVERSAL_HEADERS, Document, Json, escape
from tenor.promises import Promises, compile_promises
from tenor.schemas import Compiler

NAME = "Tenor"
"""Who speaks: the name of its promises."""

_TEXT = {"type": "string", "maxLength": 10_000}
_HEADERS = {
    204: ("Allow",),
    401: ("WWW-Authenticate",),
    403: ("WWW-Authenticate",),
    405: ("Allow",),
    406: ("Vary",),
    429: ("Retry-After", "RateLimit-Policy", "RateLimit"),
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


def promises(contract: Document) -> Promises:
    """The promises of the engine itself, with the headers that every answer of the contract has."""
    universal: dict[str, Json] = contract.raw.get(UNIVERSAL_HEADERS) or {}
    optional = {name: _optional(contract, name) for name in universal}
    statuses = sorted({204, *(kind.status for kind in problems.CATALOGUE.values())})
    raw = {
        "openapi": contract.raw["openapi"],
        "components": contract.raw.get("components") or {},
        UNIVERSAL_HEADERS: optional,
        "responses": {str(status): _response(status, optional) for status in statuses},
    }
    document = Document(raw, "Tenor", {})
    return compile_promises(document, Compiler(document), "/responses", name=NAME)


def _optional(contract: Document, name: str) -> dict[str, Json]:
    """A header of every answer, which the engine gives if it knows a value."""
    node, _ = contract.follow(f"/{UNIVERSAL_HEADERS}/{escape(name)}")
    return {**node, "required": False}


def _response(status: int, universal: dict[str, Json]) -> dict[str, Json]:
    names = ("X-Request-Id", *_HEADERS.get(status, ()))
    own = {name: {"schema": _TEXT} for name in names}
    content = {} if status == 204 else {problems.MEDIA_TYPE: {"schema": _PROBLEM}}
    return {"headers": {**own, **universal}, "content": content}
