"""An application whose bodies are as large as one likes: lists of items of about a hundred bytes.

tenor serve --app benchmarks.growth.sized
"""

import itertools
from typing import Any

from tenor import Tenor
from tenor.document import Json

BYTES_EACH = 105
_MOST = 1_000_000 // BYTES_EACH

_TAG: Json = {"type": "string", "pattern": "^[a-z]+$"}
_ITEM: Json = {
    "type": "object",
    "required": ["id", "name", "kind", "tags", "at"],
    "additionalProperties": False,
    "properties": {
        "id": {"type": "integer", "minimum": 0},
        "name": {"type": "string", "minLength": 1, "maxLength": 40},
        "kind": {"type": "string", "enum": ["gear", "shaft"]},
        "tags": {"type": "array", "maxItems": 5, "items": _TAG},
        "at": {"type": "string", "format": "date-time"},
    },
}
_ITEMS: Json = {"type": "array", "maxItems": _MOST, "items": {"$ref": "#/components/schemas/Item"}}
CONTRACT: dict[str, Json] = {
    "openapi": "3.1.1",
    "info": {"title": "Items of a hundred bytes", "version": "1"},
    "paths": {
        "/items": {
            "get": {
                "operationId": "list_items",
                "parameters": [
                    {
                        "name": "count",
                        "in": "query",
                        "required": True,
                        "schema": {"type": "integer", "minimum": 1, "maximum": _MOST},
                    }
                ],
                "responses": {
                    "200": {
                        "description": "So many items.",
                        "content": {"application/json": {"schema": _ITEMS}},
                    }
                },
            },
            "post": {
                "operationId": "take_items",
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": _ITEMS}},
                },
                "responses": {"204": {"description": "They were taken."}},
            },
        }
    },
    "components": {"schemas": {"Item": _ITEM}},
}


def create_app() -> Tenor:
    """The application as it is served."""
    return Tenor(CONTRACT, handlers=__name__, docs=None)


def items(count: int, first: int = 0) -> list[dict[str, Any]]:
    """So many items; those that begin with another number are others."""
    return [{"id": first, **_ALIKE}, *_known[1:count]]


def list_items(count: int) -> Any:
    """Answer items that were never answered before, so that they are judged each time."""
    return items(count, next(_numbers))


def take_items(body: list[dict[str, Any]]) -> Any:
    """Take what was judged."""
    return None, 204


_ALIKE = {
    "name": "the wheel of carry",
    "kind": "gear",
    "tags": ["mill", "brass"],
    "at": "1837-12-26T00:00:00Z",
}
_known = [{"id": number, **_ALIKE} for number in range(_MOST)]
_numbers = itertools.count(10_000)
