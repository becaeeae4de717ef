"""Subtypes: the schemas that stand for another where its discriminator names them.

A schema with a ``discriminator`` and no alternatives of its own is a parent (OpenAPI 3.1, section
4.8.25): those that take it up in their ``allOf``, and those that its mapping names, are answered in
its place.
"""

from collections.abc import Mapping
from typing import Any, cast

from tenor.clusters import as_object, parts_of
from tenor.document import Document, Json, escape, pointer_of

_SCHEMAS = "/components/schemas"


def subtypes(document: Document, pointer: str) -> dict[str, list[str]]:
    """The pointers of the subtypes of the schema at a pointer, each with the names it goes by."""
    parent = as_object(document.at(pointer))
    discriminator = as_object(parent.get("discriminator"))
    if not discriminator or {"oneOf", "anyOf"} & parent.keys():
        return {}
    found: dict[str, list[str]] = {}
    for name, target in as_object(discriminator.get("mapping")).items():
        found.setdefault(target_of(target), []).append(name)
    schemas = as_object(as_object(document.raw.get("components")).get("schemas"))
    for name, schema in schemas.items():
        own = f"{_SCHEMAS}/{escape(name)}"
        if own not in found and _takes_up(document, schema, pointer, 16):
            found[own] = [name]
    found.pop(pointer, None)
    return found


def of_all(
    discriminator: Mapping[str, Any], parent: Json, children: list[tuple[Json, list[str]]]
) -> Json:
    """One schema of a parent and its subtypes: the one that the discriminator names has to fit."""
    name = cast(str, discriminator["propertyName"])
    named = [each for _, names in children for each in names]
    return {
        "anyOf": [
            {"allOf": [parent, {"properties": {name: {"not": {"enum": named}}}}]},
            *(
                {"allOf": [child, {"required": [name], "properties": {name: {"enum": names}}}]}
                for child, names in children
            ),
        ]
    }


def target_of(mapped: str) -> str:
    """Where a mapping leads: a reference, or the name of a schema."""
    return pointer_of(mapped) if mapped.startswith("#") else f"{_SCHEMAS}/{escape(mapped)}"


def _takes_up(document: Document, schema: Json, pointer: str, depth: int) -> bool:
    """Whether a schema has the one at the pointer among its ``allOf``, however far up."""
    targets = [
        pointer_of(cast(str, branch["$ref"]))
        for _, branch in parts_of("allOf", as_object(schema))
        if "$ref" in as_object(branch)
    ]
    return pointer in targets or (
        depth > 0 and any(_takes_up(document, document.at(t), pointer, depth - 1) for t in targets)
    )
