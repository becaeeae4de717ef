"""Contracts of any number of operations: families of resources, each in five operations.

The first resource is the one that is asked, and the last one that is written. The others differ
from it, and from each other, in path, members and answers, as those of a grown API do.
"""

import itertools
from collections.abc import Iterator
from typing import Any

from tenor.document import Json

OPERATIONS_EACH = 5

_BASES = ("/{name}", "/shops/{{shop}}/{name}", "/{{tenant}}/{name}", "/years/{{year}}/{name}/all")
_NOUNS = ("books", "letters", "prints", "maps", "scores", "globes", "engines")
_VARIABLES = {
    "shop": {"$ref": "#/components/schemas/Slug"},
    "tenant": {"type": "string", "minLength": 3, "maxLength": 40, "pattern": "^[a-z]+$"},
    "year": {"type": "integer", "minimum": 1700, "maximum": 2100},
}
_MEMBERS: tuple[Json, ...] = (
    {"type": "string", "minLength": 1, "maxLength": 200},
    {"type": "integer", "minimum": 0, "maximum": 1_000_000},
    {"type": "boolean"},
    {"type": "array", "maxItems": 20, "items": {"$ref": "#/components/schemas/Slug"}},
    {"type": "string", "enum": ["kept", "lent", "lost", "sold"]},
    {"oneOf": [{"$ref": "#/components/schemas/Timestamp"}, {"type": "null"}]},
    {
        "type": "object",
        "required": ["amount"],
        "properties": {
            "amount": {"type": "number", "minimum": 0},
            "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
        },
    },
)
_WORDS = ("title", "pages", "is_rare", "subjects", "state", "returned_at", "price", "binding")


def contract(operations: int) -> dict[str, Json]:
    """An OpenAPI document of so many operations: a multiple of five."""
    count, rest = divmod(operations, OPERATIONS_EACH)
    if rest or not count:
        raise ValueError(f"{operations} is no positive multiple of {OPERATIONS_EACH}")
    paths: dict[str, Json] = {}
    schemas: dict[str, Json] = dict(_SCHEMAS)
    for number in reversed(range(count)):
        paths |= _paths(number)
        schemas |= _schemas(number)
    return {
        "openapi": "3.1.1",
        "info": {"title": f"{operations} operations", "version": "1"},
        "x-tenor-headers": _UNIVERSAL,
        "paths": paths,
        "components": {**_SHARED, "schemas": schemas},
    }


def name_of(number: int) -> str:
    """The name of a resource in paths: ``books-0``."""
    return f"{_NOUNS[number % len(_NOUNS)]}-{number}"


def _paths(number: int) -> Iterator[tuple[str, Json]]:
    base = _BASES[number % len(_BASES)].format(name=name_of(number))
    variables = [_variable(name) for name in _VARIABLES if f"{{{name}}}" in base]
    own = f"{number}"
    yield (
        base,
        {
            "parameters": variables,
            "get": _list(own),
            "post": _create(own),
        },
    )
    yield (
        f"{base}/{{slug}}",
        {
            "parameters": [*variables, {"$ref": "#/components/parameters/Slug"}],
            "get": _read(own),
            "put": _replace(own),
            "delete": _remove(own),
        },
    )


def _variable(name: str) -> Json:
    return {"name": name, "in": "path", "required": True, "schema": _VARIABLES[name]}


def _list(own: str) -> Json:
    return {
        "operationId": f"list_{own}",
        "summary": "List a page of them",
        "parameters": [
            {"$ref": "#/components/parameters/Limit"},
            {"$ref": "#/components/parameters/Cursor"},
            {"name": "state", "in": "query", "schema": _MEMBERS[4]},
        ],
        "responses": {
            "200": {
                "description": "A page of them, newest first.",
                "headers": {"Link": {"$ref": "#/components/headers/Link"}},
                "content": _json(f"Page{own}"),
            },
            "400": {"$ref": "#/components/responses/Refused"},
        },
    }


def _create(own: str) -> Json:
    return {
        "operationId": f"create_{own}",
        "summary": "Add one",
        "requestBody": {"required": True, "content": _json(f"New{own}")},
        "responses": {
            "201": {
                "description": "It is there.",
                "headers": {
                    "Location": {"$ref": "#/components/headers/Location"},
                    "ETag": {"$ref": "#/components/headers/ETag"},
                },
                "content": _json(f"Thing{own}"),
            },
            "400": {"$ref": "#/components/responses/Refused"},
            "409": {"$ref": "#/components/responses/Refused"},
        },
    }


def _read(own: str) -> Json:
    headers = {"ETag": {"$ref": "#/components/headers/ETag"}}
    return {
        "operationId": f"read_{own}",
        "summary": "Read one",
        "parameters": [{"$ref": "#/components/parameters/IfNoneMatch"}],
        "responses": {
            "200": {"description": "It.", "headers": headers, "content": _json(f"Thing{own}")},
            "304": {"description": "It has not changed.", "headers": headers},
            "404": {"$ref": "#/components/responses/Refused"},
        },
    }


def _replace(own: str) -> Json:
    return {
        "operationId": f"replace_{own}",
        "summary": "Write one anew",
        "requestBody": {"required": True, "content": _json(f"New{own}")},
        "responses": {
            "200": {
                "description": "As it is now.",
                "headers": {"ETag": {"$ref": "#/components/headers/ETag"}},
                "content": _json(f"Thing{own}"),
            },
            "400": {"$ref": "#/components/responses/Refused"},
            "404": {"$ref": "#/components/responses/Refused"},
            "412": {"$ref": "#/components/responses/Refused"},
        },
    }


def _remove(own: str) -> Json:
    return {
        "operationId": f"remove_{own}",
        "summary": "Take one away",
        "responses": {
            "204": {"description": "It is gone."},
            "404": {"$ref": "#/components/responses/Refused"},
        },
    }


def _json(schema: str) -> Json:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}


# --- schemas ------------------------------------------------------------------------------------


def _schemas(number: int) -> Iterator[tuple[str, Json]]:
    """What is written, what is read, and a page of it; members differ by the number."""
    first = number % len(_MEMBERS)
    members = itertools.islice(itertools.cycle(_MEMBERS), first, first + 4 + number % 5)
    own = {_member(at, number): schema for at, schema in enumerate(members)}
    first_name = next(iter(own))
    yield (
        f"New{number}",
        {
            "type": "object",
            "required": [first_name],
            "additionalProperties": False,
            "properties": own,
        },
    )
    yield (
        f"Thing{number}",
        {
            "type": "object",
            "required": ["slug", "created_at", "url", first_name],
            "properties": {**_COMMON, **own},
        },
    )
    yield (
        f"Page{number}",
        {
            "type": "object",
            "required": ["data", "links"],
            "properties": {
                "data": {
                    "type": "array",
                    "maxItems": 100,
                    "items": {"$ref": f"#/components/schemas/Thing{number}"},
                },
                "links": {"$ref": "#/components/schemas/Links"},
            },
        },
    )


def _member(at: int, number: int) -> str:
    word = _WORDS[at % len(_WORDS)]
    return word if number == 0 else f"{word}_{number}"


def thing(slug: str) -> dict[str, Any]:
    """What the first resource answers for a slug; ``new`` is what is written of it."""
    url = f"https://tenor.example/{name_of(0)}/{slug}"
    return {"slug": slug, "created_at": "2026-03-02T09:10:00.104419Z", "url": url, **NEW}


NEW: dict[str, Any] = {
    "title": "Sketch of the analytical engine",
    "pages": 72,
    "is_rare": True,
    "subjects": ["engines", "numbers", "weaving"],
}
"""What is written of one thing of the first resource."""

_COMMON: dict[str, Json] = {
    "slug": {"$ref": "#/components/schemas/Slug"},
    "created_at": {"$ref": "#/components/schemas/Timestamp"},
    "url": {"$ref": "#/components/schemas/Url"},
}
_SLUG = "^[a-z0-9]+(?:-[a-z0-9]+)*$"
_TIMESTAMP = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\\.[0-9]{1,6})?Z$"
_SCHEMAS: dict[str, Json] = {
    "Slug": {"type": "string", "minLength": 1, "maxLength": 80, "pattern": _SLUG},
    "Timestamp": {"type": "string", "format": "date-time", "pattern": _TIMESTAMP},
    "Url": {"type": "string", "format": "uri", "minLength": 1, "maxLength": 2048},
    "Links": {
        "type": "object",
        "required": ["first", "next"],
        "properties": {
            "first": {"$ref": "#/components/schemas/Url"},
            "next": {"$ref": "#/components/schemas/Url"},
        },
    },
    "Problem": {
        "type": "object",
        "required": ["type", "title", "status"],
        "properties": {
            "type": {"type": "string", "format": "uri-reference", "maxLength": 2048},
            "title": {"type": "string", "minLength": 1, "maxLength": 200},
            "status": {"type": "integer", "minimum": 400, "maximum": 599},
            "detail": {"type": "string", "minLength": 1, "maxLength": 1000},
            "errors": {
                "type": "array",
                "items": {"type": "object", "additionalProperties": {"type": "string"}},
            },
        },
    },
}
_UNIVERSAL: dict[str, Json] = {
    "X-Request-Id": {
        "required": True,
        "schema": {"type": "string", "pattern": "^[A-Za-z0-9-]{8,64}$"},
    },
    "X-Content-Type-Options": {
        "required": True,
        "schema": {"type": "string", "const": "nosniff", "default": "nosniff"},
    },
}
_SHARED: dict[str, Json] = {
    "parameters": {
        "Slug": {
            "name": "slug",
            "in": "path",
            "required": True,
            "schema": {"$ref": "#/components/schemas/Slug"},
        },
        "Limit": {
            "name": "limit",
            "in": "query",
            "schema": {"type": "integer", "minimum": 1, "maximum": 100, "default": 20},
        },
        "Cursor": {
            "name": "cursor",
            "in": "query",
            "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,200}$"},
        },
        "IfNoneMatch": {
            "name": "If-None-Match",
            "in": "header",
            "schema": {"type": "string", "maxLength": 1000},
        },
    },
    "headers": {
        "ETag": {"required": True, "schema": {"type": "string", "pattern": '^"[!#-~]{1,100}"$'}},
        "Location": {"required": True, "schema": {"$ref": "#/components/schemas/Url"}},
        "Link": {"required": True, "schema": {"type": "string", "maxLength": 8192}},
    },
    "responses": {
        "Refused": {
            "description": "The request was refused.",
            "content": {
                "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
            },
        }
    },
}
