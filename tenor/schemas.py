"""JSON Schema: from the contract's dialect to compiled validators, for each direction.

Requests are held to the schema as it is written. Answers are held to a *closed* reading of it: a
property that no part of the schema declares is refused, unless the schema says
``additionalProperties`` (true or a schema) or ``unevaluatedProperties: true``; so that an API can
grow for its clients and yet nothing leaves unannounced.

OpenAPI 3.0 schemas are read into the 2020-12 dialect of 3.1, so there is one schema language here.
"""

import json
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import jsonschema_rs

from tenor.closing import Direction, Form, Writer
from tenor.clusters import Reader
from tenor.document import Document, Json, escape
from tenor.errors import ConfigurationError
from tenor.faults import faults_of
from tenor.problems import Fault
from tenor.shapes import Shape, shape_of

Made = TypeVar("Made")

MISSING: Any = object()
"""What stands for a value that was not given."""

MAX_FAULTS = 100
"""How many faults one answer lists."""


@dataclass(frozen=True, slots=True)
class Validator:
    """A compiled schema."""

    schema: Json
    accepts: Callable[[Any], bool]
    _compiled: jsonschema_rs.Draft202012Validator
    _declared: frozenset[str]

    def faults(self, value: Any, place: str, prefix: str = "") -> tuple[Fault, ...]:
        """Every broken rule, as a sentence that says what is allowed and never what was sent.

        Where a branch of ``allOf`` and its like fails, JSON Schema counts what that branch
        declares as unevaluated; such consequences are left out beside their cause.
        """
        found = dict.fromkeys(
            fault
            for error in self._compiled.iter_errors(value)
            for fault in faults_of(error, place, prefix)
        )
        causes = [fault for fault in found if not self._is_consequence(fault)]
        return tuple(causes or found)[:MAX_FAULTS]

    def _is_consequence(self, fault: Fault) -> bool:
        name = fault.pointer.rpartition("/")[2]
        return fault.rule == "unevaluatedProperties" and name in self._declared


class Compiler:
    """Makes validators out of the schemas of one document."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._clusters = Reader(document)
        self._made: dict[str, Validator] = {}
        self._placed: dict[Hashable, tuple[Json, Validator]] = {}
        self._once: dict[Hashable, Any] = {}

    def once(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """What is made of a place of the document: many operations refer to it, and share it."""
        if key not in self._once:
            self._once[key] = make()
        return self._once[key]

    def place(self, pointer: str) -> str:
        """Where a person finds the pointer."""
        return self._document.place(pointer)

    def request(self, schema: Json, pointer: str) -> Validator:
        """The validator of what clients send."""
        return self._compile(schema, pointer, Direction.REQUEST, Form.PLAIN)

    def response(self, schema: Json, pointer: str) -> Validator:
        """The validator of what the server answers: closed."""
        return self._compile(schema, pointer, Direction.RESPONSE, Form.CLOSED)

    def shape(self, schema: Json, pointer: str) -> Shape:
        """What the schema says of types, members and items."""
        return shape_of(self._document, (schema, pointer))

    def types(self, schema: Json, pointer: str) -> frozenset[str]:
        """The JSON types that the schema admits, as far as it says so; empty when it does not."""
        return self.shape(schema, pointer).types

    def default(self, schema: Json, pointer: str) -> Any:
        """The default that a schema states, also beside a ``$ref``; MISSING when it has none."""
        return next(iter(self.shape(schema, pointer).defaults), MISSING)

    def filled(self, schema: Json, pointer: str) -> Any:
        """The default that stands for what was not sent. Raises ConfigurationError for a wrong one.

        A handler gets it as it is, so it is held to formats too.
        """
        default = self.default(schema, pointer)
        if default is not MISSING and not self.request(schema, pointer).accepts(default):
            (fault, *_) = self.request(schema, pointer).faults(default, "default")
            raise ConfigurationError(
                f"the default breaks its own schema: {fault.pointer or 'it'} {fault.detail}",
                place=self._document.place(pointer),
                remedy="Correct the default, or the schema.",
            )
        return default

    def _compile(self, schema: Json, pointer: str, direction: Direction, form: Form) -> Validator:
        """The validator of a schema: the one of its place, if it has been compiled there before.

        Schemas that are made on the way, such as the items of a list of lines, share the pointers
        of others. What only refers is known by where it leads.
        """
        target = self._clusters.referred(schema)
        key = (target or pointer, target is None, direction)
        known = self._placed.get(key)
        if known is None or (target is None and known[0] is not schema):
            known = self._placed[key] = schema, self._written(schema, pointer, direction, form)
        return known[1]

    def _written(self, schema: Json, pointer: str, direction: Direction, form: Form) -> Validator:
        writer = Writer(self._document, self._clusters, direction, form)
        written = writer.write(schema, pointer)
        if writer.definitions:
            written = {**_as_object(written), "$defs": writer.definitions}
        key = json.dumps(written, sort_keys=True)  # orjson has no integers beyond 64 bits
        if key not in self._made:
            self._made[key] = self._validator(written, pointer)
        return self._made[key]

    def _validator(self, schema: Json, pointer: str) -> Validator:
        try:
            compiled = jsonschema_rs.Draft202012Validator(
                schema, validate_formats=True, offline=True
            )
        except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError) as error:
            path = cast("list[str | int]", getattr(error, "instance_path", []))
            within = "" if "$defs" in path[:1] else "".join(f"/{escape(str(key))}" for key in path)
            raise ConfigurationError(
                f"this schema cannot be compiled: {str(error).splitlines()[0]}",
                place=self._document.place(pointer + within),
                remedy="Write it with keywords of JSON Schema 2020-12, and patterns of ECMA-262.",
            ) from None
        return Validator(schema, compiled.is_valid, compiled, frozenset(_property_names(schema)))


def _property_names(schema: Json) -> Iterator[str]:
    """The names of all properties that a schema declares, at any depth."""
    if isinstance(schema, dict):
        node = cast(dict[str, Json], schema)
        yield from (escape(name) for name in _as_object(node.get("properties", {})))
        for inner in node.values():
            yield from _property_names(inner)
    elif isinstance(schema, list):
        for inner in cast(list[Json], schema):
            yield from _property_names(inner)


def _as_object(schema: Json) -> dict[str, Json]:
    if isinstance(schema, dict):
        return cast(dict[str, Json], schema)
    return {} if schema else {"not": {}}
