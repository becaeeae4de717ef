"""Kinds: what values a schema admits, as far as the types of Python can tell.

A schema is read together with all that applies in its place: ``allOf`` narrows, ``oneOf`` and
``anyOf`` are a choice. What is referred to keeps its name for as long as nothing is added to it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import cast

from tenor.clusters import CONDITIONS, Member, Reader, as_object, is_silent, parts_of
from tenor.document import Document, Json, pointer_of

MOST_RECORDS = 6
"""How many objects a choice is told apart in; beyond, they are one with all their fields."""


@dataclass(frozen=True, slots=True)
class Named:
    """What the schema at a pointer admits."""

    pointer: str


@dataclass(frozen=True, slots=True)
class Scalar:
    """Any value of a simple type, by the name that Python has for it."""

    name: str


@dataclass(frozen=True, slots=True)
class Literals:
    """A few texts, integers or booleans."""

    values: tuple[str | int | bool, ...]


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list whose items fit a schema."""

    item: Json


@dataclass(frozen=True, slots=True)
class Record:
    """An object.

    ``fields`` has the schema of each property that is named. ``rest`` is the schema of all others:
    False where there may be none, None where nothing is said of them.
    """

    fields: Mapping[str, Json] = field(default_factory=dict[str, Json])
    required: frozenset[str] = frozenset()
    rest: Json = None


@dataclass(frozen=True, slots=True)
class Anything:
    """Any value; an object, a list or a scalar of it is still held to what is said of those."""

    record: Record | None = None
    items: ListOf | None = None
    implied: frozenset[str] = frozenset()


Kind = Named | Scalar | Literals | ListOf | Record | Anything
Kinds = tuple[Kind, ...]

_PYTHON = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}
_IMPLIED = {
    "str": ("minLength", "maxLength", "pattern", "format"),
    "float": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
}
_OF_OBJECTS = ("properties", "patternProperties", "additionalProperties", "unevaluatedProperties")
_OF_LISTS = ("items", "prefixItems", "contains", "minItems", "maxItems", "uniqueItems")
_LITERAL = (str, int, bool)


class KindReader:
    """Reads the kinds that the schemas of one document admit."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._clusters = Reader(document)
        self._known: dict[int, tuple[Json, Kinds]] = {}
        self._joined: dict[tuple[str, frozenset[int]], Json] = {}

    def at(self, pointer: str) -> Kinds:
        """The kinds of the schema at a pointer."""
        return self.of(self._document.at(pointer))

    def of(self, schema: Json) -> Kinds:
        """The kinds that a schema admits; none where no value fits."""
        if not isinstance(schema, dict):
            return () if schema is False else (Anything(),)
        at = id(cast(object, schema))
        if at not in self._known:  # the schema is kept with them, so that its id stays its own
            self._known[at] = schema, self._read(self._clusters.own(schema))
        return self._known[at][1]

    def unfolded(self, kinds: Kinds) -> Kinds:
        """The kinds with none that is only named."""
        return tuple(each for kind in kinds for each in self._unfolded(kind))

    def stays(self, schema: Json, annotation: str) -> bool:
        """Whether a value is always annotated so, and does not travel one way."""
        members = self._clusters.members(schema)
        return any(m.always_applies and m.node.get(annotation) is True for m in members)

    def description(self, schema: Json) -> str:
        """What a schema says of itself in words."""
        node = self._clusters.own(schema) if isinstance(schema, dict) else {}
        text = node.get("description") or node.get("title") or ""
        return text if isinstance(text, str) else ""

    def _unfolded(self, kind: Kind) -> Kinds:
        return self.unfolded(self.at(kind.pointer)) if isinstance(kind, Named) else (kind,)

    # --- one schema -------------------------------------------------------------------------

    def _read(self, node: Mapping[str, Json]) -> Kinds:
        kinds = _stated(node)
        if "enum" in node or "const" in node:
            values = [node["const"]] if "const" in node else cast(list[Json], node["enum"])
            kinds = self.both(kinds, tuple(_listed(values)))
        if "$ref" in node:
            kinds = self.both(kinds, (Named(pointer_of(cast(str, node["$ref"]))),))
        for _, branch in parts_of("allOf", node):
            kinds = self.both(kinds, self.of(branch))
        for keyword in ("anyOf", "oneOf"):
            if keyword in node:
                branches = (self.of(branch) for _, branch in parts_of(keyword, node))
                kinds = self.both(kinds, _distinct(branches))
        return self._with_conditions(kinds, node)

    def _with_conditions(self, kinds: Kinds, node: Mapping[str, Json]) -> Kinds:
        """The kinds, their objects with what they may have where a condition holds."""
        branches = [b for key in (*CONDITIONS, "dependentSchemas") for _, b in parts_of(key, node)]
        records = [_record_of(k) for branch in branches for k in self.unfolded(self.of(branch))]
        more = [record for record in records if record is not None and record.fields]
        if not more:
            return kinds
        found: dict[str, Json] = {}
        for record in more:
            found = {**record.fields, **found}
        return tuple(_with_fields(kind, found) for kind in self.unfolded(kinds))

    # --- two at once ------------------------------------------------------------------------

    def both(self, some: Kinds, others: Kinds) -> Kinds:
        """The kinds of what is of both."""
        found = _distinct(self._pair(a, b) for a, b in product(some, others))
        records = [kind for kind in found if isinstance(kind, Record)]
        if len(records) <= MOST_RECORDS:
            return found
        pooled = self._pooled(records)
        return (pooled, *(kind for kind in found if not isinstance(kind, Record)))

    def _pair(self, a: Kind, b: Kind) -> Kinds:
        if isinstance(a, Named) or isinstance(b, Named):
            return self._pair_named(a, b)
        if isinstance(a, Anything) and isinstance(b, Anything):
            return (self._merged_anything(a, b),)
        if isinstance(a, Anything):
            return self._pair(b, a)
        if isinstance(b, Anything):
            return (self._held(a, b),)
        if isinstance(a, Record) and isinstance(b, Record):
            return (self._merged(a, b),)
        if isinstance(a, ListOf) and isinstance(b, ListOf):
            return (ListOf(self.joined("allOf", a.item, b.item)),)
        return _narrowed(a, b)

    def _pair_named(self, a: Kind, b: Kind) -> Kinds:
        """What is of both, by its name where that says it all."""
        if a == b:
            return (a,)
        named, other = (a, b) if isinstance(a, Named) else (b, a)
        if other == Anything():
            return (named,)
        whole = self._unfolded(named)
        if other == Record() and all(_record_of(kind) is not None for kind in whole):
            return (named,)
        found = self.both(whole, self._unfolded(other))
        return (named,) if found == whole else found

    def _held(self, kind: Kind, said: Anything) -> Kind:
        if isinstance(kind, Record) and said.record is not None:
            return self._merged(kind, said.record)
        if isinstance(kind, ListOf) and said.items is not None:
            return ListOf(self.joined("allOf", kind.item, said.items.item))
        return kind

    def _merged_anything(self, a: Anything, b: Anything) -> Anything:
        record, items = a.record or b.record, a.items or b.items
        if a.record and b.record:
            record = self._merged(a.record, b.record)
        if a.items and b.items:
            items = ListOf(self.joined("allOf", a.items.item, b.items.item))
        return Anything(record, items, a.implied | b.implied)

    def _merged(self, a: Record, b: Record) -> Record:
        fields = dict(a.fields)
        for name, schema in b.fields.items():
            fields[name] = self.joined("allOf", fields[name], schema) if name in fields else schema
        return Record(fields, a.required | b.required, self._rest(a.rest, b.rest))

    def _rest(self, a: Json, b: Json) -> Json:
        """What is said of other properties: what opens an object opens it for all its parts."""
        if a is None or a is False:
            return a if b is None else b
        return a if b is None or b is False else self.joined("allOf", a, b)

    def _pooled(self, records: list[Record]) -> Record:
        """One object that may be any of these."""
        fields: dict[str, Json] = {}
        for record in records:
            for name, schema in record.fields.items():
                fields[name] = (
                    self.joined("anyOf", fields[name], schema) if name in fields else schema
                )
        required = frozenset[str].intersection(*(record.required for record in records))
        rests = [record.rest for record in records]
        opened = [rest for rest in rests if rest is not None and rest is not False]
        rest = {"anyOf": opened} if opened else None if None in rests else False
        return Record(fields, required, rest)

    def joined(self, keyword: str, a: Json, b: Json) -> Json:
        """One schema of two: the one that says something, where the other does not."""
        if a is b or a == b or (keyword == "allOf" and _says_nothing(b)):
            return a
        if keyword == "allOf" and _says_nothing(a):
            return b
        # By what it is made of, however often it was put together: so that it comes to an end.
        leaves = {id(each): each for schema in (a, b) for each in self._leaves(keyword, schema)}
        key = keyword, frozenset(leaves)
        if key not in self._joined:
            self._joined[key] = {keyword: list(leaves.values())}
        return self._joined[key]

    def _leaves(self, keyword: str, schema: Json) -> list[Json]:
        """What a schema was joined of, or the schema itself."""
        parts = as_object(schema).get(keyword)
        if isinstance(parts, list):
            leaves = cast(list[Json], parts)
            if self._joined.get((keyword, frozenset(map(id, leaves)))) is schema:
                return leaves
        return [schema]


def _says_nothing(schema: Json) -> bool:
    if not isinstance(schema, dict):
        return schema is True
    node = as_object(schema)
    return not {"$ref", "allOf", "anyOf", "oneOf"} & node.keys() and is_silent([Member(node, ())])


def _distinct(kinds: Iterable[Kinds]) -> Kinds:
    found: list[Kind] = []
    for kind in (each for some in kinds for each in some):
        if kind not in found:
            found.append(kind)
    return tuple(found)


def _stated(node: Mapping[str, Json]) -> Kinds:
    """The kinds of the types that a schema states; anything where it states none."""
    stated = node.get("type")
    if stated is None:
        record = _record(node) if any(k in node for k in (*_OF_OBJECTS, "required")) else None
        items = _items(node) if any(keyword in node for keyword in _OF_LISTS) else None
        return (Anything(record, items, _implied(node)),)
    names = [stated] if isinstance(stated, str) else cast(list[str], stated)
    return tuple(_of_type(name, node) for name in names)


def _of_type(name: str, node: Mapping[str, Json]) -> Kind:
    if name == "object":
        return _record(node)
    return _items(node) if name == "array" else Scalar(_PYTHON[name])


def _implied(node: Mapping[str, Json]) -> frozenset[str]:
    return frozenset(n for n, keywords in _IMPLIED.items() if any(k in node for k in keywords))


def _record(node: Mapping[str, Json]) -> Record:
    fields = as_object(node.get("properties"))
    required = frozenset(cast(list[str], node.get("required") or ()))
    rest: Json = node.get("additionalProperties", node.get("unevaluatedProperties"))
    patterned = list(as_object(node.get("patternProperties")).values())
    if patterned and rest not in (True, {}):
        others: list[Json] = [rest] if rest else []
        return Record(fields, required, {"anyOf": [*patterned, *others]})
    return Record(fields, required, rest)


def _items(node: Mapping[str, Json]) -> ListOf:
    first = cast(list[Json], node.get("prefixItems") or [])
    others = node.get("items", node.get("unevaluatedItems", not first))
    if not first:
        return ListOf(others)
    return ListOf({"anyOf": [*first, *([] if others is False else [others])]})


def _listed(values: list[Json]) -> Iterator[Kind]:
    """The kinds of values that are written out."""
    literals = tuple(value for value in values if isinstance(value, _LITERAL))
    if literals:
        yield Literals(literals)
    rest = (value for value in values if not isinstance(value, _LITERAL))
    yield from _distinct((_kind_of(value),) for value in rest)


def _kind_of(value: Json) -> Kind:
    if value is None:
        return Scalar("None")
    if isinstance(value, float):
        return Scalar("float")
    return ListOf(True) if isinstance(value, list) else Record(rest=True)


def _narrowed(a: Kind, b: Kind) -> Kinds:
    """What is of two kinds that are neither objects nor lists."""
    if isinstance(b, Literals) and isinstance(a, Scalar):
        a, b = b, a
    if isinstance(a, Literals):
        kept = tuple(value for value in a.values if _admits(b, value))
        return (Literals(kept),) if kept else ()
    if (a, b) in _ALSO_INTEGERS:
        return (Scalar("int"),)
    return (a,) if a == b else ()


_ALSO_INTEGERS = [
    (Scalar("int"), Scalar("float")),
    (Scalar("float"), Scalar("int")),
]


def _admits(kind: Kind, value: Json) -> bool:
    if isinstance(kind, Literals):
        return any(type(each) is type(value) and each == value for each in kind.values)
    own = type(value).__name__
    return isinstance(kind, Scalar) and (kind.name == own or (own, kind.name) == ("int", "float"))


def _record_of(kind: Kind) -> Record | None:
    return kind.record if isinstance(kind, Anything) else kind if isinstance(kind, Record) else None


def _with_fields(kind: Kind, more: Mapping[str, Json]) -> Kind:
    if isinstance(kind, Record):
        return Record({**more, **kind.fields}, kind.required, kind.rest)
    if isinstance(kind, Anything):
        record = kind.record or Record()
        return Anything(
            Record({**more, **record.fields}, record.required, record.rest),
            kind.items,
            kind.implied,
        )
    return kind
