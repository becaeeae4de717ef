"""Shapes: what schemas say of types, members and items, so that text can be read by them.

A shape is a schema seen together with all that applies in its place: the targets of ``$ref`` and
the branches of ``allOf``, ``anyOf`` and their like. It tells what may be meant; whether a value
fits is for the validator to say.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import cast

from tenor.clusters import ANNOTATIONS
from tenor.document import Document, Json, escape, pointer_of

Place = tuple[Json, str]
"""A schema and its pointer."""

SCALARS = frozenset(("string", "integer", "number", "boolean"))

_ALTERNATIVES = ("anyOf", "oneOf")
_CONDITIONAL = ("then", "else")
_IMPLIED = {
    "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    "string": ("minLength", "maxLength", "pattern", "format", "contentMediaType"),
    "array": ("items", "prefixItems", "minItems", "maxItems", "uniqueItems", "contains"),
    "object": ("properties", "patternProperties", "additionalProperties", "required"),
}
_KEYWORD_TYPES = {keyword: name for name, keywords in _IMPLIED.items() for keyword in keywords}
_OPEN = ("additionalProperties", "unevaluatedProperties")
_OF_BYTES = frozenset(
    (
        *("type", "format", "contentMediaType", "minLength", "maxLength"),
        *("$ref", "allOf", "anyOf", "oneOf", "$defs"),
        *("title", "default", "deprecated", "readOnly", "writeOnly", "nullable", "$comment"),
        *ANNOTATIONS,
    )
)
"""What may be said of bytes."""


@dataclass(frozen=True, slots=True)
class Part:
    """A schema that applies in the place of another; ``is_certain``: whatever the value is."""

    node: Mapping[str, Json]
    pointer: str
    is_certain: bool


@dataclass(frozen=True, slots=True)
class Shape:
    """What is said of one value; ``roots`` are the schemas that say it."""

    document: Document
    roots: tuple[Place, ...]
    parts: tuple[Part, ...]

    @property
    def pointer(self) -> str:
        """Where it is said first."""
        return self.roots[0][1]

    @property
    def schema(self) -> Json:
        """A schema for what fits one of the roots."""
        schemas = [schema for schema, _ in self.roots]
        return schemas[0] if len(schemas) == 1 else {"anyOf": schemas}

    @property
    def types(self) -> frozenset[str]:
        """The types that are admitted, as far as they are stated or implied; empty for all."""
        nodes = [part.node for part in self.parts]
        found = {name for node in nodes for name in _stated(node)}
        found = found or {name for node in nodes for name in _implied(node)}
        if found and any(node.get("nullable") is True for node in nodes):
            found.add("null")
        return frozenset(found)

    @property
    def is_nested(self) -> bool:
        """Whether only lists and objects are admitted, which a single text cannot be."""
        return bool(self.types) and self.types <= {"array", "object", "null"}

    @property
    def defaults(self) -> tuple[Json, ...]:
        """The defaults that are stated, the nearest one first."""
        certain = (part.node for part in self.parts if part.is_certain)
        return tuple(node["default"] for node in certain if "default" in node)

    @property
    def members(self) -> "dict[str, Shape]":
        """The shape of each property that is named."""
        return self._named("properties")

    @property
    def patterns(self) -> "dict[str, Shape]":
        """The shape of the properties whose names match a pattern."""
        return self._named("patternProperties")

    @property
    def others(self) -> "Shape | None":
        """The shape of properties that are not named, None when they are not spoken of."""
        found = [
            (part.node[keyword], f"{part.pointer}/{keyword}")
            for part in self.parts
            for keyword in _OPEN
            if part.node.get(keyword, False) is not False
        ]
        if not found and not self.members and not self.patterns:
            found = [(True, self.pointer)]
        return shape_of(self.document, *found) if found else None

    @property
    def items(self) -> "Shape":
        """The shape of the items, or of those behind the first ones."""
        found = [
            (part.node["items"], f"{part.pointer}/items")
            for part in self.parts
            if "items" in part.node
        ]
        return shape_of(self.document, *(found or [(True, self.pointer)]))

    @property
    def first_items(self) -> "tuple[Shape, ...]":
        """The shapes of the first items, where each has one of its own."""
        found: dict[int, list[Place]] = {}
        for part in self.parts:
            for index, inner in enumerate(part.node.get("prefixItems") or ()):
                place = f"{part.pointer}/prefixItems/{index}"
                found.setdefault(index, []).append((inner, place))
        return tuple(shape_of(self.document, *places) for places in found.values())

    @property
    def is_bytes(self) -> bool:
        """Whether a value may be bytes: ``format: binary`` (3.0) or ``contentMediaType``."""
        return any(_is_of_bytes(part.node) for part in self.parts)

    @property
    def is_text(self) -> bool:
        """Whether a value may be text, where it may also be bytes."""
        if any(part.is_certain and _is_of_bytes(part.node) for part in self.parts):
            return False
        leaves = [part.node for part in self.parts if not _has_branches(part.node)]
        return any(_may_be_text(node) for node in leaves if not _is_of_bytes(node))

    @property
    def beyond_bytes(self) -> str | None:
        """Where something is said that cannot be held of bytes; None when nothing is."""
        if self.types and "string" not in self.types:
            return self.pointer
        return next(
            (
                f"{part.pointer}/{escape(keyword)}"
                for part in self.parts
                for keyword, value in part.node.items()
                if not _holds_of_bytes(keyword, value)
            ),
            None,
        )

    @property
    def longest(self) -> int:
        """The greatest length that is spoken of: what is longer is all the same."""
        bounds = (part.node.get(k, 0) for part in self.parts for k in ("minLength", "maxLength"))
        return max((int(bound) for bound in bounds), default=0)

    def _named(self, keyword: str) -> "dict[str, Shape]":
        found: dict[str, list[Place]] = {}
        for part in self.parts:
            named: dict[str, Json] = part.node.get(keyword) or {}
            for name, inner in named.items():
                place = f"{part.pointer}/{keyword}/{escape(name)}"
                found.setdefault(name, []).append((inner, place))
        return {name: shape_of(self.document, *places) for name, places in found.items()}


def shape_of(document: Document, *roots: Place) -> Shape:
    """The shape of what each of these schemas says something of."""
    seen: set[str] = set()
    parts = (part for root in roots for part in _parts(document, root, seen, is_certain=True))
    return Shape(document, roots, tuple(parts))


def _parts(document: Document, place: Place, seen: set[str], *, is_certain: bool) -> Iterator[Part]:
    """A schema and all that applies in its place, each once."""
    schema, pointer = place
    if not isinstance(schema, dict) or pointer in seen:
        return
    seen.add(pointer)
    node = cast(dict[str, Json], schema)
    if "$ref" not in node or not document.is_3_0:  # 3.0 ignores what stands beside a reference
        yield Part(node, pointer, is_certain)
    if "$ref" in node:
        target = pointer_of(cast(str, node["$ref"]))
        yield from _parts(document, (document.at(target), target), seen, is_certain=is_certain)
    for keyword, branch in _branches(node, pointer):
        certain = is_certain and keyword == "allOf"
        yield from _parts(document, branch, seen, is_certain=certain)


def _branches(node: Mapping[str, Json], pointer: str) -> Iterator[tuple[str, Place]]:
    """Each schema that applies beside a schema, with the keyword that says so."""
    for keyword in ("allOf", *_ALTERNATIVES):
        for index, branch in enumerate(node.get(keyword) or ()):
            yield keyword, (branch, f"{pointer}/{keyword}/{index}")
    for keyword in _CONDITIONAL:
        yield keyword, (node.get(keyword), f"{pointer}/{keyword}")
    dependent: dict[str, Json] = node.get("dependentSchemas") or {}
    for name, branch in dependent.items():
        yield "dependentSchemas", (branch, f"{pointer}/dependentSchemas/{escape(name)}")


def _has_branches(node: Mapping[str, Json]) -> bool:
    return "$ref" in node or any(True for _, (branch, _) in _branches(node, "") if branch)


def _stated(node: Mapping[str, Json]) -> Iterable[str]:
    """The types that a schema states, or those of the values that it lists."""
    stated = node.get("type", ())
    names = [stated] if isinstance(stated, str) else cast(list[str], stated)
    values = [node["const"]] if "const" in node else node.get("enum") or ()
    return names or map(_type_name, cast(list[Json], values))


def _implied(node: Mapping[str, Json]) -> Iterable[str]:
    """The types that the rules of a schema are about."""
    return (_KEYWORD_TYPES[keyword] for keyword in node if keyword in _KEYWORD_TYPES)


def _is_of_bytes(node: Mapping[str, Json]) -> bool:
    is_encoded = "contentEncoding" in node  # then it is text (JSON Schema, section 8.3)
    return node.get("format") == "binary" or ("contentMediaType" in node and not is_encoded)


def _may_be_text(node: Mapping[str, Json]) -> bool:
    stated = frozenset(_stated(node))
    return not stated or bool(stated & SCALARS)


def _holds_of_bytes(keyword: str, value: Json) -> bool:
    if keyword == "format":
        return value == "binary"
    return keyword in _OF_BYTES or keyword.startswith("x-")


def _type_name(value: Json) -> str:
    for name, kind in (
        ("null", type(None)),
        ("boolean", bool),
        ("integer", int),
        ("number", float),
        ("string", str),
        ("array", list),
    ):
        if isinstance(value, kind):
            return name
    return "object"
