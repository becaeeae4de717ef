"""What a document is made of: which of its objects are schemas, parameters, responses and so on.

A key means something only where it stands: ``default`` is a value in a schema, a response beside
statuses, and a name among properties. So the objects are found by walking what OpenAPI defines;
extensions, examples and other values are no part of it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import quote, unquote

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
UNIVERSAL_HEADERS = "x-tenor-headers"
UNROUTED = "x-tenor-unrouted"

Json = Any
"""A value as JSON has it: dict, list, str, int, float, bool or None."""


def pointer_of(reference: str) -> str:
    """The JSON pointer of a ``$ref`` into this document: a URI fragment (RFC 6901, section 6)."""
    return unquote(reference[1:])


def reference_to(pointer: str) -> str:
    """The URI fragment of a JSON pointer."""
    return "#" + quote(pointer, safe="/~!$&'()*+,;=:@?")


def escape(key: str) -> str:
    """The key as a token of a JSON pointer (RFC 6901, section 3)."""
    return key.replace("~", "~0").replace("/", "~1")


@dataclass(frozen=True, slots=True)
class Part:
    """An object of the document, what kind it is of, and where it stands."""

    kind: str
    pointer: str
    node: Json

    @property
    def reference(self) -> str | None:
        """Where it refers to, None for one that is itself."""
        return reference_of(self.node)

    @property
    def members(self) -> dict[str, Json]:
        """What it has by name; nothing for one that is no object."""
        return cast(dict[str, Json], self.node) if isinstance(self.node, dict) else {}


def reference_of(node: Json) -> str | None:
    """Where a node refers to, None for one that is itself."""
    target = cast(dict[str, Json], node).get("$ref") if isinstance(node, dict) else None
    return target if isinstance(target, str) else None


def parts(
    node: Json, kind: str = "document", pointer: str = "", *, is_3_0: bool = False
) -> Iterator[Part]:
    """The object and every object within it that OpenAPI defines, in the document's order.

    In OpenAPI 3.0 what stands beside a ``$ref`` is ignored.
    """
    waiting = [Part(kind, pointer, node)]
    while waiting:
        part = waiting.pop()
        if is_3_0 and part.reference is not None and part.kind == "schema":
            part = Part(part.kind, part.pointer, {"$ref": part.reference})
        yield part
        waiting.extend(reversed([*_within(part)]))


def _within(part: Part) -> Iterator[Part]:
    """The objects directly within one."""
    for key, value in part.members.items():
        form, kind = _FORMS[part.kind].get(key) or _FORMS[part.kind].get("*", ("", ""))
        place = f"{part.pointer}/{escape(key)}"
        if form == "one":
            yield Part(kind, place, value)
        elif form == "map":
            yield from (Part(kind, f"{place}/{escape(name)}", v) for name, v in _members(value))
        elif form == "list" and isinstance(value, list):
            for index, item in enumerate(cast(list[Json], value)):
                yield Part(kind, f"{place}/{index}", item)
        elif form == "named" and not key.startswith("x-"):
            yield Part(kind, place, value)


def _members(node: Json) -> list[tuple[str, Json]]:
    return list(cast(dict[str, Json], node).items()) if isinstance(node, dict) else []


Form = tuple[str, str]
"""How a key holds objects, and of which kind: one, a map or list of them, or under any name."""

IN_PLACE = ("allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas")
"""The keywords whose schemas judge the same value as the schema that they stand in."""


def _each(form: str, kind: str, *keys: str) -> dict[str, Form]:
    return dict.fromkeys(keys, (form, kind))


_CONTENT = {"content": ("map", "media type")}
_FORMS: Mapping[str, Mapping[str, Form]] = {
    "document": {
        "paths": ("one", "paths"),
        "components": ("one", "components"),
        "webhooks": ("map", "path item"),
        UNIVERSAL_HEADERS: ("map", "header"),
        UNROUTED: ("one", "responses"),
    },
    "components": {
        "schemas": ("map", "schema"),
        "responses": ("map", "response"),
        "parameters": ("map", "parameter"),
        "requestBodies": ("map", "request body"),
        "headers": ("map", "header"),
        "securitySchemes": ("map", "security scheme"),
        "links": ("map", "link"),
        "callbacks": ("map", "callback"),
        "pathItems": ("map", "path item"),
    },
    "paths": {"*": ("named", "path item")},
    "path item": {"parameters": ("list", "parameter"), **_each("one", "operation", *METHODS)},
    "operation": {
        "parameters": ("list", "parameter"),
        "requestBody": ("one", "request body"),
        "responses": ("one", "responses"),
        "callbacks": ("map", "callback"),
    },
    "responses": {"*": ("named", "response")},
    "response": {"headers": ("map", "header"), "links": ("map", "link"), **_CONTENT},
    "parameter": {"schema": ("one", "schema"), **_CONTENT},
    "header": {"schema": ("one", "schema"), **_CONTENT},
    "request body": _CONTENT,
    "media type": {"schema": ("one", "schema"), "encoding": ("map", "encoding")},
    "encoding": {"headers": ("map", "header")},
    "callback": {"*": ("named", "path item")},
    "schema": {
        **_each("list", "schema", "allOf", "anyOf", "oneOf", "prefixItems"),
        **_each("map", "schema", "properties", "patternProperties", "$defs", "dependentSchemas"),
        **_each("one", "schema", "not", "if", "then", "else", "items", "contains"),
        **_each("one", "schema", "additionalProperties", "unevaluatedProperties"),
        **_each("one", "schema", "unevaluatedItems", "propertyNames", "contentSchema"),
    },
    "security scheme": {},
    "link": {},
}
