"""Writing a schema out for one direction: closed for answers, in the one dialect of 2020-12.

A *cluster* is a schema together with all that applies in its place: the branches of ``allOf``,
``anyOf``, ``oneOf`` and ``if``, and the targets of ``$ref``. What a cluster declares counts as a
whole, so it is closed once, at its root: a branch that were closed by itself would refuse what its
siblings declare.
"""

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import combinations
from typing import cast

from tenor.document import Document, Json, escape, pointer_of
from tenor.errors import ConfigurationError

_MAPS = ("patternProperties", "$defs")
_LISTS = ("prefixItems",)
_VALUES = ("items", "additionalProperties", "unevaluatedProperties", "unevaluatedItems")
IN_PLACE_LISTS = ("allOf", "anyOf", "oneOf")
_IN_PLACE = ("if", "then", "else")
_ASIDE = ("not", "contains", "propertyNames", "contentSchema")
ANNOTATIONS = ("example", "examples", "discriminator", "xml", "externalDocs", "description")
_SAYS_NOTHING = frozenset(
    ("title", "default", "deprecated", "readOnly", "writeOnly", "nullable", "$comment")
)
_INTEGER_FORMATS = {"int32": (-(2**31), 2**31 - 1), "int64": (-(2**63), 2**63 - 1)}
_UNSUPPORTED = ("$dynamicRef", "$dynamicAnchor", "$recursiveRef", "$anchor", "$id")

Trail = tuple[tuple[int, int], ...]
"""The choices that lead to a member of a cluster: which alternatives, and which of them."""


class Direction(Enum):
    """Which way a body travels: ``readOnly`` stays here, ``writeOnly`` never leaves."""

    REQUEST = "writeOnly"
    RESPONSE = "readOnly"

    @property
    def forbidden(self) -> str:
        """The annotation of properties that do not travel this way."""
        return "readOnly" if self is Direction.REQUEST else "writeOnly"


class Form(Enum):
    """How a schema is written out.

    As it stands, closed at its root, or open at its root with everything below closed (the target
    of a ``$ref``, which is closed beside the reference).
    """

    PLAIN = "plain"
    CLOSED = "closed"
    OPEN_ROOT = "open-root"


@dataclass(frozen=True, slots=True)
class _Cluster:
    """What the members of a cluster have to know of each other.

    ``stay`` are the properties that do not travel this way; ``shared`` are those that several
    members declare together, with what each says of them: they are closed once, over all of it.
    """

    stay: frozenset[str]
    shared: dict[str, list[Json]]

    @property
    def key(self) -> str:
        """What tells the written forms of one schema in different clusters apart."""
        names = [f"-{name}" for name in sorted(self.stay)] + sorted(self.shared)
        return ",".join(names)


class Writer:
    """Writes one schema out as a document of its own, with what it refers to under ``$defs``."""

    def __init__(self, document: Document, direction: Direction) -> None:
        self._document = document
        self._direction = direction
        self._names: dict[Hashable, str] = {}
        self.definitions: dict[str, Json] = {}

    def write(
        self, schema: Json, pointer: str, form: Form, cluster: _Cluster | None = None
    ) -> Json:
        """The schema in its form; without a cluster it is the root of one."""
        if not isinstance(schema, dict):
            return schema
        node = self._own(schema)
        self._refuse_unsupported(node, pointer)
        is_root = cluster is None
        raw = cast(dict[str, Json], schema)
        cluster = cluster or self._cluster(raw, form)
        written: dict[str, Json] = {
            keyword: self._keyword(keyword, value, f"{pointer}/{escape(keyword)}", form, cluster)
            for keyword, value in node.items()
            if keyword not in ANNOTATIONS and not keyword.startswith("x-")
        }
        if "required" in written:
            written["required"] = [n for n in written["required"] if n not in cluster.stay]
        _bind_integer_format(written)
        if is_root and form is Form.CLOSED and _may_be_object(node) and not self._is_open(raw):
            self._close(written, node, cluster, pointer)
        return written

    def _keyword(
        self, keyword: str, value: Json, place: str, form: Form, cluster: _Cluster
    ) -> Json:
        below = Form.PLAIN if form is Form.PLAIN else Form.CLOSED
        beside = Form.PLAIN if form is Form.PLAIN else Form.OPEN_ROOT
        if keyword == "$ref":
            return f"#/$defs/{self._definition(pointer_of(value), beside, cluster)}"
        if keyword == "properties":
            return {
                name: self._property(name, inner, f"{place}/{escape(name)}", below, cluster)
                for name, inner in cast(dict[str, Json], value).items()
            }
        if keyword == "dependentSchemas":
            return {
                name: self.write(inner, f"{place}/{escape(name)}", beside, cluster)
                for name, inner in cast(dict[str, Json], value).items()
            }
        if keyword in _MAPS:
            return {
                name: self._value(inner, f"{place}/{escape(name)}", below)
                for name, inner in cast(dict[str, Json], value).items()
            }
        if keyword in IN_PLACE_LISTS:
            return [
                self.write(inner, f"{place}/{index}", beside, cluster)
                for index, inner in enumerate(cast(list[Json], value))
            ]
        if keyword in _LISTS:
            return [
                self._value(inner, f"{place}/{index}", below)
                for index, inner in enumerate(cast(list[Json], value))
            ]
        if keyword in _IN_PLACE:
            return self.write(value, place, beside, cluster)
        if keyword in _VALUES:
            return self._value(value, place, below)
        if keyword in _ASIDE:
            return self.write(value, place, Form.PLAIN)
        return value

    def _property(
        self, name: str, schema: Json, place: str, below: Form, cluster: _Cluster
    ) -> Json:
        if name in cluster.stay:
            return False
        return self.write(schema, place, Form.PLAIN if name in cluster.shared else below)

    def _value(self, schema: Json, place: str, below: Form) -> Json:
        """The schema of a value within: one that does not travel this way fits nothing."""
        return False if self._stays(schema) else self.write(schema, place, below)

    def _close(
        self, written: dict[str, Json], node: dict[str, Json], cluster: _Cluster, pointer: str
    ) -> None:
        """Refuse what the cluster does not declare, here and in the properties it shares."""
        for name, schemas in cluster.shared.items():
            closed = {"$ref": f"#/$defs/{self._together(schemas, pointer)}"}
            properties = cast(dict[str, Json], written.setdefault("properties", {}))
            own = [properties[name]] if name in properties else []
            properties[name] = {"allOf": [*own, closed]}
        has_members = any(k in node for k in ("$ref", "dependentSchemas", *IN_PLACE_LISTS, "if"))
        written["unevaluatedProperties" if has_members else "additionalProperties"] = False

    def _definition(self, pointer: str, form: Form, cluster: _Cluster) -> str:
        """Define what a ``$ref`` points to, in a form, for a cluster; gives the name."""
        schema = self._document.at(pointer)
        return self._defined(
            (pointer, form, cluster.key), lambda: self.write(schema, pointer, form, cluster)
        )

    def _defined(self, key: Hashable, write: Callable[[], Json]) -> str:
        name = self._names.get(key)
        if name is None:  # known by its name first: the schema may refer to itself
            name = self._names[key] = f"d{len(self._names)}"
            self.definitions[name] = write()
        return name

    def _together(self, schemas: list[Json], pointer: str) -> str:
        """Define what several members say of one property, closed over all of it."""
        key = tuple(id(schema) for schema in schemas)
        return self._defined(key, lambda: self.write({"anyOf": schemas}, pointer, Form.CLOSED))

    def _cluster(self, schema: dict[str, Json], form: Form) -> _Cluster:
        members = list(self._members(schema, (), set()))
        declared: dict[str, list[tuple[Json, Trail]]] = {}
        for member, trail in members:
            for name, schema in _as_object(member.get("properties", {})).items():
                declared.setdefault(name, []).append((schema, trail))
        stay = frozenset(
            name for name, found in declared.items() if any(self._stays(each) for each, _ in found)
        )
        if form is Form.PLAIN:
            return _Cluster(stay, {})
        shared = {
            name: [each for each, _ in found]
            for name, found in declared.items()
            if name not in stay and _are_together([trail for _, trail in found])
        }
        return _Cluster(stay, shared)

    def _stays(self, schema: Json) -> bool:
        """Whether a value does not travel this way: one member says so that always applies."""
        members = self._member(schema, (), set())
        return any(m.get(self._direction.forbidden) is True and not trail for m, trail in members)

    def _members(
        self, schema: dict[str, Json], trail: Trail, seen: set[int]
    ) -> Iterator[tuple[dict[str, Json], Trail]]:
        """The schema and all that applies in its place, each with the choices that lead there."""
        if id(schema) in seen:
            return
        node = self._own(schema)
        yield node, trail
        inner = seen | {id(schema)}
        if "$ref" in node:
            target = self._document.at(pointer_of(node["$ref"]))
            yield from self._member(target, trail, inner)
        for keyword in IN_PLACE_LISTS:
            for index, branch in enumerate(cast(list[Json], node.get(keyword) or ())):
                choices = {"oneOf": ((id(schema), index),), "anyOf": ((id(branch), 0),)}
                choice = choices.get(keyword, ())
                yield from self._member(branch, trail + choice, inner)
        for index, keyword in enumerate(_IN_PLACE):
            choice = () if keyword == "if" else ((id(schema) + 1, index),)
            yield from self._member(node.get(keyword), trail + choice, inner)
        for branch in _as_object(node.get("dependentSchemas", {})).values():
            yield from self._member(branch, trail, inner)

    def _member(
        self, schema: Json, trail: Trail, seen: set[int]
    ) -> Iterator[tuple[dict[str, Json], Trail]]:
        if isinstance(schema, dict):
            yield from self._members(cast(dict[str, Json], schema), trail, seen)

    def _is_open(self, schema: dict[str, Json]) -> bool:
        """Whether the schema, or one that applies in its place, admits undeclared properties."""
        return any(_admits_more(member) for member, _ in self._members(schema, (), set()))

    def _own(self, schema: Json) -> dict[str, Json]:
        node = cast(dict[str, Json], schema)
        return _from_3_0(node) if self._document.is_3_0 else node

    def _refuse_unsupported(self, node: dict[str, Json], pointer: str) -> None:
        for keyword in _UNSUPPORTED:
            if keyword in node:
                raise ConfigurationError(
                    f"the schema keyword {keyword} is not supported",
                    place=self._document.place(f"{pointer}/{keyword}"),
                    remedy="Refer by $ref to a place in this document instead.",
                )


def _are_together(trails: list[Trail]) -> bool:
    """Whether two of the members can apply at once: no choice parts them."""
    return any(
        all(dict(one).get(choice, index) == index for choice, index in other)
        for one, other in combinations(trails, 2)
    )


def _admits_more(node: dict[str, Json]) -> bool:
    """Whether a schema says that undeclared properties are fine, or says nothing at all."""
    says = [key for key in node if key not in _SAYS_NOTHING and key not in ANNOTATIONS]
    return (
        not says
        or node.get("additionalProperties", False) is not False
        or node.get("unevaluatedProperties", False) is not False
    )


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
        if "enum" in written and None not in written["enum"]:
            written["enum"] = [*written["enum"], None]
    return written


def _bind_integer_format(written: dict[str, Json]) -> None:
    """``int32`` and ``int64`` become the bounds that they mean."""
    bounds = _INTEGER_FORMATS.get(cast(str, written.get("format", "")))
    if bounds:
        low, high = bounds
        written["minimum"] = max(low, written.get("minimum", low))
        written["maximum"] = min(high, written.get("maximum", high))


def _may_be_object(node: dict[str, Json]) -> bool:
    """Whether the keywords beside each other leave room for an object that is not written out."""
    return "object" in node.get("type", "object") and not {"const", "enum"} & node.keys()


def _as_object(schema: Json) -> dict[str, Json]:
    return cast(dict[str, Json], schema) if isinstance(schema, dict) else {}
