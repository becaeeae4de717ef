"""Writing a schema out for one direction: closed for answers, in the one dialect of 2020-12.

A cluster (see ``clusters``) is closed once, at its root: a branch that were closed by itself would
refuse what its siblings declare. Where several members describe one value within, such as the same
property, that value's schema is written as all that can be said of it together, and closed so.
"""

from collections.abc import Callable, Generator, Hashable
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from typing import cast

from tenor.clusters import (
    ANNOTATIONS,
    CONDITIONS,
    IN_PLACE,
    IN_PLACE_LISTS,
    WITHIN,
    Member,
    Reader,
    Said,
    Trail,
    are_apart,
    are_together,
    as_object,
    is_silent,
    parts_of,
    said_beside,
)
from tenor.document import Document, Json, escape, pointer_of
from tenor.errors import ConfigurationError
from tenor.subtypes import of_all, subtypes

_LEFT_OUT = (*ANNOTATIONS, "$defs")
MOST_CHOICES = 3
"""How many choices over one property are told apart; beyond, whatever may apply is pooled."""

_ASIDE = ("not", "contains", "propertyNames", "contentSchema")
_INTEGER_FORMATS = {"int32": (-(2**31), 2**31 - 1), "int64": (-(2**63), 2**63 - 1)}
_UNSUPPORTED = ("$dynamicRef", "$dynamicAnchor", "$recursiveRef", "$anchor", "$id")


class Direction(Enum):
    """Which way a body travels: ``readOnly`` stays here, ``writeOnly`` never leaves."""

    REQUEST = "writeOnly"
    RESPONSE = "readOnly"

    @property
    def forbidden(self) -> str:
        """The annotation of properties that do not travel this way."""
        return "readOnly" if self is Direction.REQUEST else "writeOnly"


class Form(Enum):
    """How a schema is written out: as it stands, or closed."""

    PLAIN = "plain"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class _Cluster:
    """What the writing of each member has to know of the whole.

    ``stay`` are the properties that do not travel this way. ``is_plain``: no member says anything
    of what another describes, so that each can be written without regard to the others.
    """

    root: int
    members: list[Member]
    stay: frozenset[str]
    is_plain: bool

    def key(self, trail: Trail) -> Hashable:
        """What tells the written forms of one schema in different clusters apart."""
        return () if self.is_plain and not self.stay else (self.root, trail)


@dataclass(frozen=True, slots=True)
class _Seat:
    """Where a member stands in its cluster; ``more`` is what has to be written beside it."""

    cluster: _Cluster
    member: Member
    more: list[Json] = field(default_factory=list[Json])


class Writer:
    """Writes one schema out as a document of its own, with what it refers to under ``$defs``."""

    def __init__(
        self, document: Document, reader: Reader, direction: Direction, form: Form
    ) -> None:
        self._document = document
        self._direction = direction
        self._form = form
        self._reader = reader
        self._names: dict[Hashable, str] = {}
        self.definitions: dict[str, Json] = {}

    def write(self, schema: Json, pointer: str) -> Json:
        """The schema of a value: the root of a cluster, closed if that is the form."""
        if not isinstance(schema, dict):
            return schema
        if self.stays(schema) and self._direction is Direction.RESPONSE:
            return False
        target = self._reader.referred(schema)
        if target is not None:
            return {"$ref": self._defined_root(target)}
        node = self._reader.own(schema)
        cluster = self._cluster(schema)
        written = self._member(schema, pointer, cluster, ())
        if self._form is Form.CLOSED and isinstance(written, dict):
            self._close(as_object(written), node, cluster)
        return cast(Json, written)

    def stays(self, schema: Json) -> bool:
        """Whether a value does not travel this way: one member says so that always applies."""
        annotation = self._direction.forbidden
        members = self._reader.members(schema)
        return any(m.always_applies and m.node.get(annotation) is True for m in members)

    # --- one member -------------------------------------------------------------------------

    def _member(self, schema: Json, pointer: str, cluster: _Cluster, trail: Trail) -> Json:
        """One member of a cluster, with those that it leads to."""
        if not isinstance(schema, dict):
            return schema
        node = self._reader.own(schema)
        self._refuse_unsupported(node, pointer)
        if trail and node.get(self._direction.forbidden) is True:
            return False  # a branch of what does not travel this way
        if _is_in_vain(node, cluster, trail):
            return False
        seat = _Seat(cluster, Member(node, trail))
        written: dict[str, Json] = {}
        for keyword, value in node.items():
            if keyword not in _LEFT_OUT and not keyword.startswith("x-"):
                place = f"{pointer}/{escape(keyword)}"
                written[keyword] = self._keyword(schema, keyword, value, place, seat)
        if seat.more:
            written["allOf"] = [*cast(list[Json], written.get("allOf", [])), *seat.more]
        if "oneOf" in written and self._form is Form.CLOSED:
            self._count_as_written(schema, written, f"{pointer}/oneOf", seat)
        if trail and self._form is Form.CLOSED and {"const", "enum"} & node.keys():
            written.setdefault("unevaluatedProperties", True)  # the value is written out
        _bind_integer_format(written)
        return written

    def _count_as_written(
        self, schema: Json, written: dict[str, Json], place: str, seat: _Seat
    ) -> None:
        """Let ``oneOf`` count the branches as they stand in the contract, as clients count them.

        A branch that is closed within fits less, so that the closed ones stand beside it: one of
        them has to fit as well.
        """
        closed = written["oneOf"]
        with self._in_form(Form.PLAIN):
            written["oneOf"] = self._keyword(
                schema, "oneOf", seat.member.node["oneOf"], place, seat
            )
        if written["oneOf"] != closed:
            beside = cast(list[Json], written.get("allOf", []))
            written["allOf"] = [*beside, {"anyOf": closed}]

    def _keyword(self, schema: Json, keyword: str, value: Json, place: str, seat: _Seat) -> Json:
        cluster, trail = seat.cluster, seat.member.trail
        if keyword == "$ref":
            return self._defined_member(pointer_of(cast(str, value)), cluster, trail)
        if keyword in ("required", "dependentRequired"):
            return _without(value, cluster.stay)
        if keyword in (*IN_PLACE_LISTS, *CONDITIONS, "dependentSchemas"):

            def branch(key: str, inner: Json, at: str) -> Json:
                choice = self._reader.choice(schema, seat.member.node, keyword, key, inner)
                return self._member(inner, at, cluster, (*trail, choice) if choice else trail)

            with self._in_form(Form.PLAIN if keyword == "if" else self._form):
                return _each(value, place, branch)
        if keyword in WITHIN:

            def within(key: str, inner: Json, at: str) -> Json:
                return self._within(keyword, key, inner, at, seat)

            return _each(value, place, within)
        if keyword in _ASIDE:
            with self._in_form(Form.PLAIN):
                return self.write(value, place)
        return value

    def _within(self, keyword: str, key: str, schema: Json, place: str, seat: _Seat) -> Json:
        """The schema of a value within, with all that other members say of the same value."""
        if keyword == "properties" and key in seat.cluster.stay:
            return False
        if self._form is Form.PLAIN or seat.cluster.is_plain:
            return self.write(schema, place)
        beside = said_beside(keyword, key, seat.member, seat.cluster.members)
        chosen = [each for each in beside if not each.applies_with(seat.member.trail)]
        if keyword == "properties" and 0 < len(chosen) <= MOST_CHOICES:
            settled = [each for each in beside if each not in chosen]
            seat.more.append(
                self._by_choice(key, schema, settled, chosen, place, seat.member.trail)
            )
            with self._in_form(Form.PLAIN):
                return self.write(schema, place)
        return self.write(self._reader.joined(schema, beside, seat.member.trail), place)

    def _by_choice(
        self,
        name: str,
        schema: Json,
        settled: list[Said],
        open_: list[Said],
        place: str,
        trail: Trail,
    ) -> Json:
        """A property, closed over what is said of it where a choice was taken, and where not."""
        if not open_:
            within = self._reader.joined(schema, settled, trail)
            return {"properties": {name: self.write(within, place)}}
        first, *rest = open_
        without = self._by_choice(name, schema, settled, rest, place, trail)
        if not all(are_together(first.trail, each.trail) for each in settled):
            return without
        with self._in_form(Form.PLAIN):
            condition = self.write({"allOf": [each.condition for each in first.trail]}, place)
        test = {"not": {"not": condition}}  # so that the test itself declares nothing
        taken = (*trail, *first.trail)
        together = self._by_choice(name, schema, [*settled, first], rest, place, taken)
        return {"if": test, "then": together, "else": without}

    @contextmanager
    def _in_form(self, form: Form) -> Generator[None]:
        """Write in another form: what is a test, or describes no value itself, is never closed."""
        before, self._form = self._form, form
        yield
        self._form = before

    # --- the cluster ------------------------------------------------------------------------

    def _cluster(self, schema: Json) -> _Cluster:
        members = self._reader.members(schema)
        stay = frozenset(
            name
            for member in members
            for name, inner in parts_of("properties", member.node)
            if self.stays(inner)
        )
        return _Cluster(id(schema), members, stay, are_apart(members))

    def _close(self, written: dict[str, Json], node: dict[str, Json], cluster: _Cluster) -> None:
        """Refuse what the cluster does not declare."""
        if not is_silent(cluster.members) and not _is_spelled_out(cluster.members):
            if "object" in node.get("type", "object"):
                _close_object(written)
            if _has_first_items(cluster.members):
                written.setdefault("unevaluatedItems", False)

    # --- definitions ------------------------------------------------------------------------

    def _defined_root(self, pointer: str) -> str:
        """Define the target of a ``$ref`` that is all there is to a value."""
        return self._defined((pointer, self._form), lambda: self._root(pointer))

    def _root(self, pointer: str) -> Json:
        """The schema of a value, or for a parent that of whichever subtype it is."""
        schema = self._document.at(pointer)
        found = subtypes(self._document, pointer) if self._form is Form.CLOSED else {}
        if not found:
            return self.write(schema, pointer)
        parent = {"$ref": self._defined((pointer, "parent"), lambda: self.write(schema, pointer))}
        children = [({"$ref": self._defined_root(at)}, names) for at, names in found.items()]
        return of_all(as_object(schema["discriminator"]), parent, children)

    def _defined_member(self, pointer: str, cluster: _Cluster, trail: Trail) -> str:
        """Define the target of a ``$ref`` as a member of a cluster."""
        schema = self._document.at(pointer)
        return self._defined(
            (pointer, self._form, "member", cluster.key(trail)),
            lambda: self._member(schema, pointer, cluster, trail),
        )

    def _defined(self, key: Hashable, write: Callable[[], Json]) -> str:
        name = self._names.get(key)
        if name is None:  # known by its name first: the schema may refer to itself
            name = self._names[key] = f"d{len(self._names)}"
            self.definitions[name] = write()
        return f"#/$defs/{name}"

    def _refuse_unsupported(self, node: dict[str, Json], pointer: str) -> None:
        for keyword in _UNSUPPORTED:
            if keyword in node:
                raise ConfigurationError(
                    f"the schema keyword {keyword} is not supported",
                    place=self._document.place(f"{pointer}/{keyword}"),
                    remedy="Refer by $ref to a place in this document instead.",
                )


def _each(value: Json, place: str, write: Callable[[str, Json, str], Json]) -> Json:
    """The schemas under a keyword, written one by one, in the form that the keyword has."""
    if isinstance(value, list):
        schemas = enumerate(cast(list[Json], value))
        return [write(str(index), inner, f"{place}/{index}") for index, inner in schemas]
    if place.rpartition("/")[2] in ("properties", "patternProperties", "dependentSchemas"):
        named = cast(dict[str, Json], value).items()
        return {name: write(name, inner, f"{place}/{escape(name)}") for name, inner in named}
    return write("", value, place)


def _is_in_vain(node: dict[str, Json], cluster: _Cluster, trail: Trail) -> bool:
    """Whether a branch that may fail asks for a property that does not travel this way.

    Where the branch declares the property, it asks for it in the other direction only.
    """
    asked = cluster.stay.intersection(cast(list[str], node.get("required", ())))
    declared = as_object(node.get("properties", {}))
    return any(choice.is_test for choice in trail) and not asked <= declared.keys()


def _without(names: Json, stay: frozenset[str]) -> Json:
    """The names that are required, directly or by property, less those that stay."""
    if isinstance(names, dict):
        mapping = cast(dict[str, Json], names)
        return {name: _without(needed, stay) for name, needed in mapping.items()}
    return [name for name in cast(list[str], names) if name not in stay]


def _close_object(written: dict[str, Json]) -> None:
    if "additionalProperties" in written or "unevaluatedProperties" in written:
        return
    if any(keyword in written for keyword in IN_PLACE):
        written["unevaluatedProperties"] = False
    else:
        written.setdefault("properties", {})  # alone, the refusal would name no property
        written["additionalProperties"] = False


def _is_spelled_out(members: list[Member]) -> bool:
    """Whether the value is one of those that are written out."""
    return any(m.always_applies and {"const", "enum"} & m.node.keys() for m in members)


def _has_first_items(members: list[Member]) -> bool:
    """Whether the first items are declared, and nothing is said of the others."""
    says = {keyword for member in members for keyword in member.node}
    return "prefixItems" in says and not says & {"items", "unevaluatedItems"}


def _bind_integer_format(written: dict[str, Json]) -> None:
    """``int32`` and ``int64`` become the bounds that they mean."""
    bounds = _INTEGER_FORMATS.get(cast(str, written.get("format", "")))
    if bounds:
        low, high = bounds
        written["minimum"] = max(low, written.get("minimum", low))
        written["maximum"] = min(high, written.get("maximum", high))
