"""Contracts of a few lines, so that a test shows only what it is about.

`serving` makes an application of one operation, `of` one of a whole document. Both are gated with
the policy `raise`: an answer that breaks its contract ends the test, unless it says otherwise.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from hypothesis import settings

from tenor import Tenor

Json = dict[Any, Any]
Handler = Callable[..., Any]

repeatable = settings(derandomize=True, database=None, deadline=None, max_examples=200)
"""The same examples in every run."""

ANYTHING: Any = True
"""The schema that every value fits."""
PROBLEM = "application/problem+json"


def serving(
    handler: Handler,
    at: str = "GET /thing",
    *,
    takes: Iterable[Json] = (),
    body: Json | None = None,
    answers: Mapping[Any, Json] | None = None,
    security: list[Json] | None = None,
    root: Json | None = None,
    **options: Any,
) -> Tenor:
    """The application of one operation, `useThing`.

    `body` is a request body object, `root` what stands beside `paths`, and the options are those
    of Tenor.
    """
    method, _, path = at.partition(" ")
    described = operation("useThing", takes=takes, body=body, answers=answers, security=security)
    return of(
        document({path: {method.lower(): described}}, **(root or {})),
        {"useThing": handler},
        **options,
    )


def of(spec: Json, handlers: Any, **options: Any) -> Tenor:
    """The application of a document."""
    return Tenor(spec, handlers=handlers, **{"policy": "raise", **options})


def document(paths: Json, *, openapi: str = "3.1.1", **root: Any) -> Json:
    """A document; in the names of its other members, `_` stands for `-`."""
    return {
        "openapi": openapi,
        "info": {"title": "Tiny", "version": "1"},
        "paths": paths,
        **{name.replace("_", "-"): value for name, value in root.items()},
    }


def operation(
    name: str,
    *,
    takes: Iterable[Json] = (),
    body: Json | None = None,
    answers: Mapping[Any, Json] | None = None,
    security: list[Json] | None = None,
    **more: Any,
) -> Json:
    """An operation; it answers 200 with any JSON unless it says otherwise."""
    responses = {200: response(ANYTHING)} if answers is None else answers
    described: Json = {
        "operationId": name,
        "responses": {str(status): answer for status, answer in responses.items()},
        **more,
    }
    if takes:
        described["parameters"] = list(takes)
    if body is not None:
        described["requestBody"] = body
    if security is not None:
        described["security"] = security
    return described


def response(
    schema: Any = None,
    media_type: str = "application/json",
    *,
    headers: Json | None = None,
    content: Json | None = None,
) -> Json:
    """A response: with this schema in this media type, with this content, or with none."""
    described: Json = {"description": "What comes back."}
    if schema is not None:
        described["content"] = contents({media_type: schema})
    if content is not None:
        described["content"] = contents(content)
    if headers is not None:
        described["headers"] = headers
    return described


def contents(schemas: Json) -> Json:
    """The content of a response or request body, from schemas by media type."""
    return {name: {"schema": schema} for name, schema in schemas.items()}


def taking(schema: Any, media_type: str = "application/json", **more: Any) -> Json:
    """A request body of one media type, required unless it says otherwise."""
    return {"required": True, "content": contents({media_type: schema}), **more}


def header(schema: Any, *, required: bool = False) -> Json:
    """A header of a response."""
    return {"required": required, "schema": schema}


def parameter(location: str, name: str, schema: Any = None, **more: Any) -> Json:
    """A parameter; one in the path is required, as it has to be."""
    described: Json = {"name": name, "in": location, "required": location == "path", **more}
    if "content" not in more:
        described["schema"] = {"type": "string"} if schema is None else schema
    return described


def path(name: str, schema: Any = None, **more: Any) -> Json:
    return parameter("path", name, schema, **more)


def query(name: str, schema: Any = None, **more: Any) -> Json:
    return parameter("query", name, schema, **more)


def closed(**properties: Any) -> Json:
    """An object schema of these properties, all required, and of no others."""
    return {
        "type": "object",
        "required": list(properties),
        "properties": properties,
        "additionalProperties": False,
    }


def nothing(**_arguments: Any) -> None:
    """A handler that takes all and answers with nothing."""


def echo(**arguments: Any) -> Json:
    """A handler that answers with what it got."""
    return arguments


class Closable:
    """A stream of nothing, which counts how often it was closed."""

    def __init__(self) -> None:
        self.closed = 0

    def __iter__(self) -> "Closable":
        return self

    def __next__(self) -> bytes:
        raise StopIteration

    def close(self) -> None:
        self.closed += 1
