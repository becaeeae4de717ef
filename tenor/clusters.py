"""Clusters: a schema together with all that applies in its place.

Its members are the schema itself, the targets of ``$ref``, and the branches of ``allOf``,
``anyOf``, ``oneOf``, ``if`` and ``dependentSchemas``. A *trail* is the choices that lead to a
member: two members whose trails part ways never describe the same value.
"""

import re
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from tenor.document import Document, Json, pointer_of

IN_PLACE_LISTS = ("allOf", "anyOf", "oneOf")
CONDITIONS = ("if", "then", "else")
IN_PLACE = ("$ref", "dependentSchemas", *IN_PLACE_LISTS, *CONDITIONS)
ANNOTATIONS = ("example", "examples", "discriminator", "xml", "externalDocs", "description")
_NOTES = ("title", "default", "deprecated", "readOnly", "writeOnly", "nullable", "$comment")
_SAYS_NOTHING = frozenset((*ANNOTATIONS, *IN_PLACE, *_NOTES, "$defs"))
_TESTS = ("if", "oneOf", "anyOf")


@dataclass(frozen=True, slots=True)
class Choice:
    """One step of a trail: at which schema, by which keyword, which of its branches.

    ``constants`` are what the branch says of a property's value, as (name, values); ``condition``
    is a schema that holds where the branch applies.
    """

    schema: int
    keyword: str
    index: int
    constants: tuple[tuple[str, frozenset[str]], ...] = ()
    condition: Json = field(default=True, compare=False)

    @property
    def is_test(self) -> bool:
        """Whether the branch may fail without the whole failing."""
        return self.keyword in _TESTS

    def parts_from(self, other: "Choice") -> bool:
        """Whether both cannot be taken for one value."""
        if self.schema == other.schema and self.keyword == other.keyword != "anyOf":
            return self.index != other.index
        theirs = dict(other.constants)
        return any(name in theirs and not values & theirs[name] for name, values in self.constants)


Trail = tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Member:
    """A schema of a cluster, in the words of 2020-12, and the choices that lead to it."""

    node: Mapping[str, Json]
    trail: Trail

    @property
    def always_applies(self) -> bool:
        """Whether no choice leads to it."""
        return not self.trail


@dataclass(frozen=True, slots=True)
class Said:
    """What another member says of a value that a member describes.

    ``is_certain``: it says it of every such value.
    """

    schema: Json
    trail: Trail
    is_certain: bool = True

    def applies_with(self, trail: Trail) -> bool:
        """Whether it applies wherever a member with this trail does, or nothing can tell."""
        return set(self.trail) <= set(trail) or not self.is_certain


class Reader:
    """Reads the clusters of one document."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._known: dict[int, tuple[Json, list[Member]]] = {}
        self._joined: dict[Hashable, Json] = {}

    def own(self, schema: Json) -> dict[str, Json]:
        """A schema in the words of 2020-12 (this level only)."""
        node = cast(dict[str, Json], schema)
        return _from_3_0(node) if self._document.is_3_0 else node

    def referred(self, schema: Json) -> str | None:
        """Where a schema leads that says nothing itself, None for any other."""
        node = self.own(schema) if isinstance(schema, dict) else {}
        if "$ref" in node and node.keys() - {*ANNOTATIONS} == {"$ref"}:
            return pointer_of(cast(str, node["$ref"]))
        return None

    def members(self, schema: Json) -> list[Member]:
        """All members of the cluster whose root is this schema."""
        at = id(schema)
        if at not in self._known:  # the schema is kept with them, so that its id stays its own
            self._known[at] = schema, list(self._members(schema, (), frozenset()))
        return self._known[at][1]

    def joined(self, schema: Json, beside: list["Said"], trail: Trail) -> Json:
        """One schema of all that is said of a value: what is certain, and what may apply."""
        if not beside or not isinstance(schema, dict):
            return schema
        said: dict[Hashable, tuple[Json, bool]] = {}
        for each in beside:
            at, holds = _identity(each.schema), each.is_certain and set(each.trail) <= set(trail)
            said[at] = each.schema, holds or said.get(at, (None, False))[1]
        parts = [(_identity(schema), True), *((at, holds) for at, (_, holds) in said.items())]
        key = tuple(parts)
        if key not in self._joined:
            more = [each if holds else {"anyOf": [each, True]} for each, holds in said.values()]
            self._joined[key] = {"allOf": [schema, *more]}
        return self._joined[key]

    def _members(self, schema: Json, trail: Trail, seen: frozenset[int]) -> Iterator[Member]:
        if not isinstance(schema, dict) or id(cast(object, schema)) in seen:
            return
        node = self.own(schema)
        yield Member(node, trail)
        inner = seen | {id(cast(object, schema))}
        for branch, choice in self.branches(schema, node):
            yield from self._members(branch, (*trail, choice) if choice else trail, inner)

    def branches(
        self, schema: Json, node: Mapping[str, Json]
    ) -> Iterator[tuple[Json, Choice | None]]:
        """Each schema that applies in the place of another, and the choice that it stands for."""
        if "$ref" in node:
            yield self._document.at(pointer_of(node["$ref"])), None
        for keyword in (*IN_PLACE_LISTS, *CONDITIONS, "dependentSchemas"):
            for key, branch in parts_of(keyword, node):
                yield branch, self.choice(schema, node, keyword, key, branch)

    def choice(
        self, schema: Json, node: Mapping[str, Json], keyword: str, key: str, branch: Json
    ) -> Choice | None:
        """The choice that a branch stands for, None for one that always applies."""
        if keyword == "allOf":
            return None
        at = id(schema)
        if keyword in ("then", "else"):
            test = node.get("if", True)
            known = self._constants(test) if keyword == "then" else ()
            condition = test if keyword == "then" else {"not": test}
            return Choice(at, "then", CONDITIONS.index(keyword), known, condition)
        index = int(key) if key.isdigit() else 0
        if keyword == "dependentSchemas":
            return Choice(id(branch), keyword, 0, condition={"required": [key]})
        return Choice(at, keyword, index, self._constants(branch), branch)

    def _constants(self, schema: Json) -> tuple[tuple[str, frozenset[str]], ...]:
        """What a schema and its unconditional parts say of properties with fixed values."""
        found: dict[str, frozenset[str]] = {}
        for node in self._conjuncts(schema, 8):
            for name, inner in as_object(node.get("properties", {})).items():
                values = as_object(inner)
                fixed = [values["const"]] if "const" in values else values.get("enum")
                if isinstance(fixed, list):
                    found[name] = frozenset(repr(value) for value in cast(list[Any], fixed))
        return tuple(found.items())

    def _conjuncts(self, schema: Json, depth: int) -> Iterator[dict[str, Json]]:
        if isinstance(schema, dict) and depth:
            node = self.own(schema)
            yield node
            for branch, choice in self._plain_branches(node):
                if choice is None:
                    yield from self._conjuncts(branch, depth - 1)

    def _plain_branches(self, node: Mapping[str, Json]) -> Iterator[tuple[Json, None]]:
        if "$ref" in node:
            yield self._document.at(pointer_of(node["$ref"])), None
        for _, branch in parts_of("allOf", node):
            yield branch, None


def parts_of(keyword: str, node: Mapping[str, Json]) -> Iterable[tuple[str, Json]]:
    """The schemas under a keyword of any form, each with its key (empty for a single one)."""
    value = node.get(keyword)
    if value is None:  # mostly, and this is asked of each keyword of each schema
        return ()
    if isinstance(value, list):
        return [(str(index), inner) for index, inner in enumerate(cast(list[Json], value))]
    if keyword in ("properties", "patternProperties", "dependentSchemas", "$defs"):
        return as_object(value).items()
    return (("", value),)


def are_together(one: Trail, other: Trail) -> bool:
    """Whether two members can apply to one value."""
    return not any(a.parts_from(b) for a in one for b in other)


def is_silent(members: list[Member]) -> bool:
    """Whether a cluster says nothing at all, so that it admits anything."""
    return not any(
        key not in _SAYS_NOTHING and not key.startswith("x-")
        for member in members
        for key in member.node
    )


def are_apart(members: list[Member]) -> bool:
    """Whether no member says anything of a value within that another part describes."""
    if len(members) == 1 and not {"patternProperties", "prefixItems"} & members[0].node.keys():
        return True
    return not any(
        said_beside(keyword, key, member, members)
        for member in members
        for keyword in WITHIN
        for key, _ in parts_of(keyword, member.node)
    )


def said_beside(keyword: str, key: str, member: Member, members: list[Member]) -> list[Said]:
    """What the cluster says, beyond a member's own schema, of the values under its keyword."""
    own = dict(parts_of(keyword, member.node)).get(key)
    if not isinstance(own, dict):
        return []
    found: list[Said] = []
    for other in members:
        if other is member and keyword in _OF_WHAT_IS_LEFT:
            continue  # what a schema says by name is no part of what it says of the rest
        if are_together(member.trail, other.trail):
            found += (
                Said(schema, other.trail, is_certain)
                for schema, is_certain in _LOOK[keyword](key, other.node)
                if isinstance(schema, dict) and not _is_same(schema, own)
            )
    return found


def _identity(schema: Json) -> Hashable:
    """What tells schemas apart: where one refers to if that is all it says, else the object."""
    node = as_object(schema)
    return cast(str, node["$ref"]) if node.keys() == {"$ref"} else id(node)


def _is_same(schema: Json, own: Json) -> bool:
    """Whether a schema says nothing beyond another: it is the same, or the same reference."""
    return schema is own or ("$ref" in own and schema == own)


def _of_property(name: str, node: Mapping[str, Json]) -> Iterator[tuple[Json, bool]]:
    """What a schema says of a property by its name."""
    is_named = False
    for other, schema in parts_of("properties", node):
        if other == name:
            is_named = True
            yield schema, True
    for pattern, schema in parts_of("patternProperties", node):
        matches = _matches(pattern, name)
        is_named |= matches is True
        if matches is not False:
            yield schema, matches is True
    if not is_named:
        for _, schema in parts_of("additionalProperties", node):
            yield schema, True


def _of_pattern(pattern: str, node: Mapping[str, Json]) -> Iterator[tuple[Json, bool]]:
    """What a schema says of the properties that match a pattern."""
    for name, schema in parts_of("properties", node):
        if _matches(pattern, name) is not False:
            yield schema, False
    has_it = False
    for other, schema in parts_of("patternProperties", node):
        has_it |= other == pattern
        yield schema, other == pattern
    if not has_it:
        for _, schema in parts_of("additionalProperties", node):
            yield schema, False


def _of_the_rest(_key: str, node: Mapping[str, Json]) -> Iterator[tuple[Json, bool]]:
    """What a schema says of properties that another has no name for."""
    for keyword in ("properties", "patternProperties", "additionalProperties"):
        for _, schema in parts_of(keyword, node):
            yield schema, False


def _of_items(_key: str, node: Mapping[str, Json]) -> Iterator[tuple[Json, bool]]:
    """What a schema says of items, or of those behind the first ones."""
    has_first = "prefixItems" in node
    for _, schema in parts_of("items", node):
        yield schema, not has_first
    for _, schema in parts_of("prefixItems", node):
        yield schema, False


def _of_first_item(index: str, node: Mapping[str, Json]) -> Iterator[tuple[Json, bool]]:
    """What a schema says of the item at an index."""
    first = dict(parts_of("prefixItems", node))
    if index in first:
        yield first[index], True
    else:
        for _, schema in parts_of("items", node):
            yield schema, True


_LOOK = {
    "properties": _of_property,
    "patternProperties": _of_pattern,
    "additionalProperties": _of_the_rest,
    "unevaluatedProperties": _of_the_rest,
    "items": _of_items,
    "unevaluatedItems": _of_items,
    "prefixItems": _of_first_item,
}
_OF_WHAT_IS_LEFT = ("additionalProperties", "unevaluatedProperties", "items", "unevaluatedItems")
WITHIN = tuple(_LOOK)
"""The keywords whose schemas are of values within."""


def _matches(pattern: str, name: str) -> bool | None:
    """Whether a name matches, None where Python's reading of the pattern may be another."""
    try:
        return re.search(pattern, name) is not None
    except re.error:
        return None


def as_object(value: Json) -> dict[str, Json]:
    """The value if it is an object, else an empty one."""
    return cast(dict[str, Json], value) if isinstance(value, dict) else {}


def _from_3_0(node: dict[str, Json]) -> dict[str, Json]:
    """A schema object of OpenAPI 3.0 in the words of 3.1 (this level only)."""
    if "$ref" in node:
        return {"$ref": node["$ref"]}
    written = {key: value for key, value in node.items() if key not in ("nullable", "example")}
    for bound, exclusive in (
        ("minimum", "exclusiveMinimum"),
        ("maximum", "exclusiveMaximum"),
    ):
        flag = written.pop(exclusive, None)
        if flag is True and bound in written:
            written[exclusive] = written.pop(bound)
    if node.get("nullable") is True and isinstance(written.get("type"), str):
        written["type"] = [written["type"], "null"]
    return written
