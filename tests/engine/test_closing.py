"""Answers are closed: what no part of a schema declares does not leave, and nothing else is held.

To its clients a contract's objects stay open, so that it can grow; to its server they are closed.
Requests are held to the schema as it is written.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenor.document import load
from tenor.schemas import Compiler, Validator
from tests.engine.contracts import Json, document, repeatable, response, serving
from tests.engine.wire import ask

TEXT = {"type": "string"}
NUMBER = {"type": "integer"}
A = {"type": "object", "properties": {"a": TEXT}}
B = {"type": "object", "properties": {"b": NUMBER}}
COMPONENTS: Json = {
    "A": A,
    "B": B,
    "OpenA": {**A, "additionalProperties": True},
    "Node": {
        "type": "object",
        "properties": {
            "name": TEXT,
            "children": {"type": "array", "items": {"$ref": "#/components/schemas/Node"}},
            "next": {"anyOf": [{"$ref": "#/components/schemas/Node"}, {"type": "null"}]},
        },
    },
    "Cat": {"type": "object", "required": ["kind"], "properties": {"kind": {"const": "cat"}}},
    "Dog": {
        "type": "object",
        "required": ["kind"],
        "properties": {"kind": {"const": "dog"}, "tricks": NUMBER},
    },
    "Animal": {
        "oneOf": [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}],
        "discriminator": {"propertyName": "kind"},
    },
    "Chain": {"$ref": "#/components/schemas/A"},
}


def ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


CONTRACT = load(document({}, components={"schemas": COMPONENTS}))


def answered(schema: Any) -> Validator:
    return Compiler(CONTRACT).response(schema, "/x")


def requested(schema: Any) -> Validator:
    return Compiler(CONTRACT).request(schema, "/x")


@dataclass(frozen=True)
class Shape:
    """A schema, with what it lets out and what it holds back."""

    schema: Any
    leaves: tuple[Any, ...] = ()
    stays: tuple[Any, ...] = ()


SHAPES = {
    "an object": Shape(A, ({}, {"a": "x"}), ({"b": 1}, {"a": "x", "b": 1}, {"a": 1})),
    "an object without properties": Shape({"type": "object"}, ({},), ({"a": 1},)),
    "properties without a type": Shape({"properties": {"a": TEXT}}, ({"a": "x"},), ({"b": 1},)),
    "required alone": Shape({"type": "object", "required": ["a"]}, (), ({}, {"a": 1})),
    "nothing but true": Shape(True, ({"a": {"b": [1]}}, 1, None)),
    "nothing but false": Shape(False, (), ({}, 1, None)),
    "the empty schema": Shape({}, ({"a": {"b": 1}}, 1, None)),
    "a description alone": Shape({"description": "Whatever."}, ({"a": 1}, 1)),
    "a property of anything": Shape(
        {"type": "object", "properties": {"a": True, "b": {}, "c": {"description": "x"}}},
        ({"a": {"x": 1}, "b": {"y": {"z": 1}}, "c": {"w": 1}},),
        ({"d": 1},),
    ),
    "a property that may not be": Shape(
        {"type": "object", "properties": {"a": False}}, ({},), ({"a": 1},)
    ),
    "a nested object": Shape(
        {"type": "object", "properties": {"in": A}},
        ({"in": {"a": "x"}},),
        ({"in": {"b": 1}}, {"in": {"a": "x", "c": 1}}),
    ),
    "items": Shape({"type": "array", "items": A}, ([], [{"a": "x"}]), ([{"b": 1}], [{}, {"b": 1}])),
    "prefix items": Shape(
        {"type": "array", "prefixItems": [A, B], "items": False},
        ([{"a": "x"}, {"b": 1}],),
        ([{"b": 1}], [{}, {"a": "x"}]),
    ),
    "a map": Shape(
        {"type": "object", "additionalProperties": NUMBER}, ({}, {"any": 1}), ({"any": "x"},)
    ),
    "a map of objects": Shape(
        {"type": "object", "additionalProperties": A},
        ({"any": {"a": "x"}},),
        ({"any": {"b": 1}},),
    ),
    "properties and a map": Shape(
        {"type": "object", "properties": {"a": TEXT}, "additionalProperties": B},
        ({"a": "x", "any": {"b": 1}},),
        ({"any": {"c": 1}}, {"any": 1}),
    ),
    "open by additionalProperties": Shape(
        {**A, "additionalProperties": True}, ({"b": 1}, {"a": "x", "b": {"c": 1}}), ({"a": 1},)
    ),
    "open by unevaluatedProperties": Shape(
        {**A, "unevaluatedProperties": True}, ({"b": {"c": 1}},), ({"a": 1},)
    ),
    "unevaluatedProperties as a schema": Shape(
        {"allOf": [A], "unevaluatedProperties": B}, ({"a": "x", "any": {"b": 1}},), ({"c": 1},)
    ),
    "closed as written": Shape({**A, "additionalProperties": False}, ({"a": "x"},), ({"b": 1},)),
    "pattern properties": Shape(
        {"type": "object", "patternProperties": {"^x-": A}},
        ({}, {"x-1": {"a": "x"}}),
        ({"y": 1}, {"x-1": {"b": 1}}),
    ),
    "a reference": Shape(ref("A"), ({"a": "x"},), ({"b": 1},)),
    "a chain of references": Shape(ref("Chain"), ({"a": "x"},), ({"b": 1},)),
    "a reference with properties beside it": Shape(
        {**ref("A"), "properties": {"b": NUMBER}}, ({"a": "x", "b": 1},), ({"c": 1},)
    ),
    "a reference to what is open": Shape(ref("OpenA"), ({"a": "x", "b": 1},), ({"a": 1},)),
    "one schema, open and closed": Shape(
        {"type": "object", "properties": {"one": ref("A"), "two": {"allOf": [ref("A"), B]}}},
        ({"one": {"a": "x"}, "two": {"a": "x", "b": 1}},),
        ({"one": {"b": 1}}, {"two": {"c": 1}}),
    ),
    "allOf": Shape(
        {"allOf": [ref("A"), B]}, ({"a": "x", "b": 1}, {}), ({"c": 1}, {"a": "x", "c": 1})
    ),
    "allOf with properties beside it": Shape(
        {"type": "object", "properties": {"c": TEXT}, "allOf": [ref("A")]},
        ({"a": "x", "c": "y"},),
        ({"b": 1},),
    ),
    "allOf in allOf": Shape(
        {"allOf": [{"allOf": [A]}, {"allOf": [B]}]}, ({"a": "x", "b": 1},), ({"c": 1},)
    ),
    "allOf with an open member": Shape({"allOf": [ref("OpenA"), B]}, ({"c": 1},), ({"b": "x"},)),
    "allOf of one constraint": Shape(
        {"allOf": [A, {"required": ["a"]}]}, ({"a": "x"},), ({}, {"a": "x", "b": 1})
    ),
    "a property refined in allOf": Shape(
        {
            "allOf": [
                {"type": "object", "properties": {"in": ref("A")}},
                {"properties": {"in": {"required": ["a"]}}},
            ]
        },
        ({"in": {"a": "x"}},),
        ({"in": {}}, {"in": {"a": "x", "b": 1}}),
    ),
    "a property declared in two parts": Shape(
        {
            "allOf": [
                {"type": "object", "properties": {"in": A}},
                {"type": "object", "properties": {"in": B}},
            ]
        },
        ({"in": {"a": "x", "b": 1}},),
        ({"in": {"c": 1}},),
    ),
    "anyOf": Shape(
        {"anyOf": [A, B]}, ({"a": "x"}, {"b": 1}, {"a": "x", "b": 1}, {}), ({"c": 1}, {"a": 1})
    ),
    "oneOf": Shape(
        {"oneOf": [{**A, "required": ["a"]}, {**B, "required": ["b"]}]},
        ({"a": "x"}, {"b": 1}),
        ({"a": "x", "c": 1}, {}, {"a": "x", "b": 1}),
    ),
    "oneOf by a discriminator": Shape(
        ref("Animal"),
        ({"kind": "cat"}, {"kind": "dog", "tricks": 3}),
        ({"kind": "cat", "tricks": 3}, {"kind": "dog", "lives": 9}, {"kind": "cow"}),
    ),
    "an object or null": Shape(
        {"oneOf": [ref("A"), {"type": "null"}]}, ({"a": "x"}, None), ({"b": 1}, 1)
    ),
    "an object or text": Shape(
        {"type": ["object", "string"], "properties": {"a": TEXT}}, ({"a": "x"}, "x"), ({"b": 1}, 1)
    ),
    "if, then and else": Shape(
        {
            "type": "object",
            "properties": {"kind": TEXT},
            "if": {"properties": {"kind": {"const": "a"}}},
            "then": {"properties": {"a": TEXT}},
            "else": {"properties": {"b": NUMBER}},
        },
        ({"kind": "a", "a": "x"}, {"kind": "b", "b": 1}),
        ({"kind": "a", "b": 1}, {"kind": "b", "a": "x"}, {"kind": "a", "c": 1}),
    ),
    "dependent schemas": Shape(
        {
            "type": "object",
            "properties": {"card": TEXT},
            "dependentSchemas": {"card": {"properties": {"expires": TEXT}}},
        },
        ({}, {"card": "x", "expires": "y"}),
        ({"expires": "y"}, {"card": "x", "cvc": 1}),
    ),
    "not": Shape(
        {**A, "not": {"type": "object", "required": ["b"], "properties": {"b": True}}},
        ({"a": "x"},),
        ({"b": 1},),
    ),
    "contains": Shape(
        {
            "type": "array",
            "items": {**A, **B, "properties": {"a": TEXT, "b": NUMBER}},
            "contains": A,
        },
        ([{"a": "x", "b": 1}],),
        ([], [{"c": 1}]),
    ),
    "a schema that holds itself": Shape(
        ref("Node"),
        ({"name": "x", "children": [{"children": []}], "next": {"next": None}},),
        ({"children": [{"other": 1}]}, {"next": {"next": {"other": 1}}}),
    ),
    "a constant object": Shape({"const": {"a": 1}}, ({"a": 1},), ({"a": 1, "b": 2},)),
    "one of some objects": Shape({"enum": [{"a": 1}, "x"]}, ({"a": 1}, "x"), ({"b": 1},)),
    "an open property in a closed object": Shape(
        {
            "type": "object",
            "properties": {"extra": {"type": "object", "additionalProperties": True}},
        },
        ({"extra": {"any": {"deep": 1}}},),
        ({"other": 1},),
    ),
    # --- branches that say nothing, or are open, open nothing else ---
    "allOf with a description": Shape(
        {"allOf": [ref("A"), {"description": "An A."}]}, ({"a": "x"},), ({"b": 1},)
    ),
    "anyOf with a branch of nothing": Shape(
        {**A, "anyOf": [{"required": ["a"]}, {}]}, ({"a": "x"}, {}), ({"b": 1},)
    ),
    "then of nothing": Shape(
        {**A, "if": {"required": ["a"]}, "then": {}}, ({"a": "x"}, {}), ({"b": 1},)
    ),
    "nothing in allOf of nothing": Shape({"allOf": [{}, {"description": "x"}]}, ({"a": 1}, 1)),
    "oneOf with an open branch": Shape(
        {
            "oneOf": [
                {"properties": {"kind": {"const": "A"}}, "required": ["kind"]},
                {
                    "properties": {"kind": {"const": "B"}},
                    "required": ["kind"],
                    "additionalProperties": True,
                },
            ]
        },
        ({"kind": "A"}, {"kind": "B", "more": 1}),
        ({"kind": "A", "more": 1},),
    ),
    "then that is open": Shape(
        {
            "type": "object",
            "properties": {"kind": TEXT},
            "if": {"properties": {"kind": {"const": "open"}}, "required": ["kind"]},
            "then": {"additionalProperties": True},
        },
        ({"kind": "open", "b": 1}, {"kind": "x"}),
        ({"kind": "x", "b": 1}, {"b": 1}),
    ),
    "a dependent schema that is open": Shape(
        {**A, "dependentSchemas": {"a": {"additionalProperties": True}}},
        ({"a": "x", "b": 1}, {}),
        ({"b": 1},),
    ),
    "oneOf with a map": Shape(
        {
            "oneOf": [
                {**A, "required": ["a"]},
                {"type": "object", "not": {"required": ["a"]}, "additionalProperties": NUMBER},
            ]
        },
        ({"a": "x"}, {"b": 1}),
        ({"a": "x", "b": 1}, {"b": "x"}),
    ),
    # --- one value that several parts describe ---
    "a profile that one role extends": Shape(
        {
            "allOf": [
                {
                    "type": "object",
                    "required": ["kind"],
                    "properties": {"kind": TEXT, "in": A},
                },
                {
                    "oneOf": [
                        {"properties": {"kind": {"enum": ["admin"]}, "in": B}},
                        {"properties": {"kind": {"enum": ["guest"]}}},
                    ]
                },
            ]
        },
        (
            {"kind": "admin", "in": {"a": "x", "b": 1}},
            {"kind": "guest", "in": {"a": "x"}},
            {"kind": "guest"},
        ),
        ({"kind": "guest", "in": {"a": "x", "b": 1}}, {"kind": "admin", "in": {"c": 1}}),
    ),
    "a property that a condition extends": Shape(
        {
            "type": "object",
            "properties": {"kind": TEXT, "in": A},
            "if": {"properties": {"kind": {"const": "x"}}, "required": ["kind"]},
            "then": {"properties": {"in": B}},
        },
        ({"kind": "x", "in": {"a": "x", "b": 1}}, {"kind": "y", "in": {"a": "x"}}),
        ({"kind": "y", "in": {"a": "x", "b": 1}}, {"in": {"b": 1}}, {"kind": "x", "in": {"c": 1}}),
    ),
    "a property that alternatives may extend": Shape(
        {
            "type": "object",
            "properties": {"in": A},
            "anyOf": [
                {"required": ["k"], "properties": {"k": TEXT, "in": B}},
                {"required": ["m"], "properties": {"m": TEXT}},
            ],
        },
        ({"k": "1", "in": {"a": "x", "b": 1}}, {"m": "1", "in": {"a": "x"}}),
        ({"m": "1", "in": {"a": "x", "b": 1}}, {"k": "1", "in": {"c": 1}}),
    ),
    "a property that a dependency extends": Shape(
        {
            "type": "object",
            "properties": {"k": TEXT, "in": A},
            "dependentSchemas": {"k": {"properties": {"in": B}}},
        },
        ({"k": "1", "in": {"a": "x", "b": 1}}, {"in": {"a": "x"}}),
        ({"in": {"a": "x", "b": 1}}, {"k": "1", "in": {"c": 1}}),
    ),
    "a pattern beside a map": Shape(
        {
            "type": "object",
            "patternProperties": {"^m": A},
            "additionalProperties": {"type": "object", "additionalProperties": True},
        },
        ({"mx": {"a": "x"}, "y": {"b": 1}},),
        ({"mx": {"a": "x", "b": 1}},),
    ),
    "first items beside the others": Shape(
        {
            "type": "array",
            "prefixItems": [{"type": "object", "additionalProperties": True}],
            "items": A,
        },
        ([{"q": 1}, {"a": "x"}],),
        ([{"q": 1}, {"a": "x", "b": 1}],),
    ),
    "named properties beside a map": Shape(
        {
            "type": "object",
            "properties": {"meta": {"type": "object", "additionalProperties": True}},
            "additionalProperties": A,
            "allOf": [{"required": ["x"]}],
        },
        ({"meta": {"q": 1}, "x": {"a": "x"}},),
        ({"x": {"a": "x", "b": 1}},),
    ),
    "a property refined in an open object": Shape(
        {
            "type": "object",
            "properties": {"in": A},
            "additionalProperties": True,
            "allOf": [{"properties": {"in": {"required": ["a"]}}}],
        },
        ({"in": {"a": "x"}, "more": {"b": 1}},),
        ({"in": {"a": "x", "b": 1}}, {"in": {}}),
    ),
    "a property that is described in a part": Shape(
        {
            "allOf": [
                {"type": "object", "properties": {"in": A}},
                {"properties": {"in": {"title": "x"}}},
            ]
        },
        ({"in": {"a": "x"}},),
        ({"in": {"a": "x", "b": 1}},),
    ),
    "a property of two conditions": Shape(
        {
            "type": "object",
            "properties": {"kind": TEXT},
            "required": ["kind"],
            "allOf": [
                {
                    "if": {"properties": {"kind": {"const": "A"}}},
                    "then": {"properties": {"in": A}},
                },
                {
                    "if": {"properties": {"kind": {"const": "B"}}},
                    "then": {"properties": {"in": B}},
                },
            ],
        },
        ({"kind": "A", "in": {"a": "x"}}, {"kind": "B", "in": {"b": 1}}, {"kind": "C"}),
        ({"kind": "A", "in": {"b": 1}}, {"kind": "C", "in": {"b": 1}}, {"kind": "C", "in": {}}),
    ),
    "a property of alternatives": Shape(
        {
            "anyOf": [
                {"properties": {"kind": {"const": "A"}, "in": A}, "required": ["kind"]},
                {"properties": {"kind": {"const": "B"}, "in": B}, "required": ["kind"]},
            ]
        },
        ({"kind": "A", "in": {"a": "x"}}, {"kind": "B", "in": {"b": 1}}),
        ({"kind": "A", "in": {"b": 1}}, {"kind": "B", "in": {"a": "x"}}),
    ),
    "a property that alternatives extend": Shape(
        {
            "type": "object",
            "properties": {"in": A},
            "oneOf": [
                {"properties": {"b": NUMBER, "in": B}, "required": ["b"]},
                {
                    "properties": {"c": NUMBER, "in": {"properties": {"c": NUMBER}}},
                    "required": ["c"],
                },
            ],
        },
        ({"b": 1, "in": {"a": "x", "b": 1}}, {"c": 1, "in": {"a": "x", "c": 1}}),
        ({"b": 1, "in": {"a": "x", "c": 1}}, {"b": 1, "in": {"d": 1}}),
    ),
    "items of two parts": Shape(
        {"allOf": [{"type": "array", "items": A}, {"items": B}]},
        ([{"a": "x", "b": 1}], []),
        ([{"c": 1}], [{"a": 1}]),
    ),
    "items refined in a page": Shape(
        {
            "allOf": [
                {"type": "object", "properties": {"data": {"type": "array"}, "next": TEXT}},
                {"properties": {"data": {"items": ref("A")}}},
            ]
        },
        ({"data": [{"a": "x"}], "next": "y"},),
        ({"data": [{"a": "x", "b": 1}]}, {"data": [], "b": 1}),
    ),
    "a property and a pattern": Shape(
        {"type": "object", "properties": {"x": A}, "patternProperties": {"^x": B}},
        ({"x": {"a": "x", "b": 1}, "xy": {"b": 1}},),
        ({"x": {"c": 1}}, {"xy": {"c": 1}}),
    ),
    "a property and the rest of a sibling": Shape(
        {
            "allOf": [
                {"type": "object", "properties": {"x": A}},
                {"type": "object", "additionalProperties": B},
            ]
        },
        ({"x": {"a": "x", "b": 1}, "y": {"b": 1}},),
        ({"x": {"c": 1}}, {"y": {"c": 1}}),
    ),
    "the first items alone": Shape(
        {"type": "array", "prefixItems": [A]}, ([], [{"a": "x"}]), ([{"a": "x"}, 1], [{"b": 1}])
    ),
    "a constant object in a part": Shape(
        {"allOf": [{"type": "object"}, {"const": {"a": 1}}]}, ({"a": 1},), ({"a": 2}, {})
    ),
    "branches that differ within": Shape(
        {
            "oneOf": [
                {"type": "object", "properties": {"in": A}, "required": ["in"]},
                {"type": "object", "properties": {"in": B}, "required": ["in"]},
            ]
        },
        (),
        ({"in": {"a": "x"}}, {"in": {"b": 1}}),  # both fit as written, and oneOf counts two
    ),
    "branches that differ by a constant within": Shape(
        {
            "oneOf": [
                {"properties": {"in": {**ref("Cat")}}, "required": ["in"]},
                {"properties": {"in": {**ref("Dog")}}, "required": ["in"]},
            ]
        },
        ({"in": {"kind": "cat"}}, {"in": {"kind": "dog", "tricks": 1}}),
        ({"in": {"kind": "cat", "tricks": 1}}, {"in": {"kind": "cow"}}),
    ),
}

LEAVES = [pytest.param(s.schema, v, id=f"{n}: {v}") for n, s in SHAPES.items() for v in s.leaves]
STAYS = [pytest.param(s.schema, v, id=f"{n}: {v}") for n, s in SHAPES.items() for v in s.stays]


@pytest.mark.parametrize(("schema", "value"), LEAVES)
def test_what_is_declared_may_leave(schema: Any, value: Any):
    """No false alarm: the closed reading refuses nothing that some part declares."""
    assert answered(schema).accepts(value)
    assert answered(schema).faults(value, "body") == ()


@pytest.mark.parametrize(("schema", "value"), STAYS)
def test_what_is_not_declared_stays(schema: Any, value: Any):
    """No escape, however the schema is put together."""
    assert not answered(schema).accepts(value)
    assert answered(schema).faults(value, "body")


@pytest.mark.parametrize(("schema", "value"), LEAVES)
def test_closing_admits_nothing_that_the_schema_refuses(schema: Any, value: Any):
    assert requested(schema).accepts(value)


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        (A, {"b": 1}),
        ({"allOf": [A, B]}, {"c": 1}),
        (ref("A"), {"b": 1}),
        ({"type": "object", "properties": {"in": A}}, {"in": {"b": 1}}),
        ({"anyOf": [A, B]}, {"c": 1}),
    ],
)
def test_requests_are_held_to_the_schema_as_written(schema: Any, value: Any):
    assert requested(schema).accepts(value)
    assert not answered(schema).accepts(value)


@pytest.mark.parametrize(
    "said", [{"readOnly": True}, {"title": "A"}, {"deprecated": True}], ids=str
)
def test_words_about_a_property_do_not_close_it(said: Json):
    """What says nothing of the value admits every value."""
    schema = {"type": "object", "properties": {"a": said}}

    assert answered(schema).accepts({"a": {"b": 1}})
    assert not answered(schema).accepts({"b": 1})


@pytest.mark.parametrize(
    ("schema", "value", "pointers"),
    [
        (A, {"b": 1}, {"/b"}),
        (A, {"a": "x", "b": 1, "c": 2}, {"/b", "/c"}),
        ({"type": "array", "items": A}, [{"b": 1}, {"c": 2}], {"/0/b", "/1/c"}),
        ({"allOf": [A, B]}, {"c": 1}, {"/c"}),
        ({"type": "object", "properties": {"a/b~c": A}}, {"a/b~c": {"x": 1}}, {"/a~1b~0c/x"}),
    ],
)
def test_each_undeclared_property_is_named_by_its_place(
    schema: Any, value: Any, pointers: set[str]
):
    assert {fault.pointer for fault in answered(schema).faults(value, "body")} == pointers


def test_the_cause_is_told_and_not_its_consequence():
    """A failing branch makes its own properties unevaluated; only the failure is worth a word."""
    faults = answered({"allOf": [ref("A"), B]}).faults({"a": 1, "b": 1}, "body")

    assert [(fault.pointer, fault.rule) for fault in faults] == [("/a", "type")]


def test_a_shared_schema_is_compiled_once():
    shared = Compiler(CONTRACT)

    assert shared.response(ref("A"), "/x") is shared.response(ref("A"), "/y")
    assert shared.response(ref("A"), "/x") is not shared.request(ref("A"), "/x")


@st.composite
def declared_values(draw: st.DrawFn) -> tuple[Any, Any]:
    """A schema out of all ways to put one together, and a value of what it declares alone."""
    names = (f"p{number}" for number in itertools.count())

    def part(depth: int) -> tuple[Any, Any]:
        kinds = ["text", "object"] + (["array", "map", "allOf", "anyOf", "oneOf"] if depth else [])
        kind = draw(st.sampled_from(kinds))
        if kind == "text":
            return TEXT, "x"
        if kind == "object":
            return an_object(depth)
        if kind == "array":
            schema, value = part(depth - 1)
            return {"type": "array", "items": schema}, [value]
        if kind == "map":
            schema, value = part(depth - 1)
            return {"type": "object", "additionalProperties": schema}, {"any": value}
        members = [an_object(depth - 1) for _ in range(draw(st.integers(1, 3)))]
        schemas = [schema for schema, _ in members]
        if kind == "allOf":
            merged = {name: inner for _, value in members for name, inner in value.items()}
            return {"allOf": schemas}, merged
        return {kind: schemas}, draw(st.sampled_from([value for _, value in members]))

    def an_object(depth: int) -> tuple[Json, Json]:
        count = draw(st.integers(1, 2))
        inner = {next(names): part(max(depth - 1, 0)) for _ in range(count)}
        schema = {
            "type": "object",
            "required": [*inner],
            "properties": {name: described for name, (described, _) in inner.items()},
        }
        return schema, {name: value for name, (_, value) in inner.items()}

    return part(3)


def objects_in(value: Any) -> Iterator[Json]:
    if isinstance(value, dict):
        yield value
        value = [*value.values()]
    if isinstance(value, list):
        for inner in value:
            yield from objects_in(inner)


@repeatable
@given(declared=declared_values())
def test_every_declared_value_leaves_and_no_object_in_it_can_grow(declared: tuple[Any, Any]):
    schema, value = declared
    closing, as_written = answered(schema), requested(schema)

    assert closing.accepts(value)
    for place in objects_in(value):
        if "any" not in place:  # a map is open as declared
            place["undeclared"] = "x"
            assert as_written.accepts(value)
            assert not closing.accepts(value)
            del place["undeclared"]


PET = {
    "type": "object",
    "required": ["kind"],
    "properties": {"kind": TEXT, "name": TEXT},
    "discriminator": {"propertyName": "kind", "mapping": {"cat": "#/components/schemas/Tom"}},
}
PETS: Json = {
    "Pet": PET,
    "Tom": {"allOf": [ref("Pet"), {"type": "object", "properties": {"lives": NUMBER}}]},
    "Dog": {"allOf": [ref("Pet"), {"type": "object", "properties": {"tricks": NUMBER}}]},
    "Puppy": {"allOf": [ref("Dog"), {"type": "object", "properties": {"weeks": NUMBER}}]},
}


@pytest.mark.parametrize("openapi", ["3.0.3", "3.1.1"])
def test_a_parent_is_answered_by_its_subtypes(openapi: str):
    """By their names, or by those of the mapping; each with its own properties and no others."""
    contract = load(document({}, openapi=openapi, components={"schemas": PETS}))
    validator = Compiler(contract).response({"type": "array", "items": ref("Pet")}, "/x")

    for value in (
        {"kind": "fish", "name": "x"},
        {"kind": "cat", "lives": 9},
        {"kind": "Dog", "tricks": 3},
        {"kind": "Puppy", "tricks": 3, "weeks": 8},
    ):
        assert validator.accepts([value]), value
    for value in (
        {"kind": "fish", "lives": 9},
        {"kind": "cat", "tricks": 3},
        {"kind": "Dog", "weeks": 8},
        {"kind": "cat", "lives": 9, "hash": 1},
        {"lives": 9},
    ):
        assert not validator.accepts([value]), value


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        (
            {"properties": {"p": {"anyOf": [{"type": "string", "writeOnly": True}, NUMBER]}}},
            {"p": "s"},
        ),
        (
            {"oneOf": [{**A, "writeOnly": True, "required": ["a"]}, {**B, "required": ["b"]}]},
            {"a": "s"},
        ),
    ],
    ids=["a branch of a property", "a branch of the whole"],
)
def test_a_branch_that_is_write_only_never_leaves(schema: Any, value: Any):
    assert not answered(schema).accepts(value)


def test_a_value_that_is_written_out_in_a_branch_may_leave():
    schema = {"anyOf": [{"const": {"z": 1}}, A]}

    assert answered(schema).accepts({"z": 1})
    assert answered(schema).accepts({"a": "x"})
    assert not answered(schema).accepts({"z": 2})


def test_an_object_that_names_no_property_says_which_one_is_too_much():
    (fault,) = answered({"type": "object"}).faults({"a": 1}, "body")

    assert (fault.pointer, fault.rule) == ("/a", "additionalProperties")


SECRET = {"type": "string", "writeOnly": True}


@pytest.mark.parametrize(
    ("schema", "leaves", "stays"),
    [
        (
            {
                **A,
                "oneOf": [{"required": ["a"]}, {"required": ["pw"]}],
                "properties": {"pw": SECRET},
            },
            ({"a": "x"},),
            ({}, {"pw": "x"}),
        ),
        (
            {
                "type": "object",
                "properties": {"a": TEXT, "pw": SECRET},
                "if": {"required": ["pw"]},
                "then": {"required": ["a"]},
            },
            ({}, {"a": "x"}),
            ({"pw": "x"},),
        ),
        (
            {
                "type": "object",
                "properties": {"a": TEXT, "pw": SECRET},
                "dependentRequired": {"a": ["pw"]},
            },
            ({"a": "x"},),
            ({"a": "x", "pw": "y"},),
        ),
        (
            {"oneOf": [{**A, "properties": {"pw": SECRET}, "required": ["pw", "a"]}, ref("Cat")]},
            ({"a": "x"}, {"kind": "cat"}),
            ({"pw": "x"},),
        ),
    ],
    ids=["oneOf", "if", "dependentRequired", "declared in its branch"],
)
def test_what_is_write_only_is_asked_of_nobody_who_answers(schema: Any, leaves: Any, stays: Any):
    """A branch that only asks for it fails; one that declares it asks for the rest."""
    schema = {**schema, "properties": {"a": TEXT, **schema.get("properties", {})}}

    for value in leaves:
        assert answered(schema).accepts(value), value
    for value in stays:
        assert not answered(schema).accepts(value), value


def test_siblings_of_a_reference_are_not_there_in_3_0():
    base = {"type": "object", "properties": {"name": TEXT}}
    contract = load(document({}, openapi="3.0.3", components={"schemas": {"Base": base}}))
    schema = {"allOf": [{**ref("Base"), "additionalProperties": True}, B]}
    validator = Compiler(contract).response(schema, "/x")

    assert validator.accepts({"name": "x", "b": 1})
    assert not validator.accepts({"name": "x", "z": 1})


def test_null_is_one_of_the_values_only_where_it_is_listed_in_3_0():
    """As OpenAPI 3.0.3 has it: `nullable` widens the type and no `enum`."""
    contract = load(document({}, openapi="3.0.3"))
    compiler = Compiler(contract)

    for values, accepted in ((["a"], False), (["a", None], True)):
        schema = {"type": "string", "nullable": True, "enum": values}
        assert compiler.response(schema, "/x").accepts(None) is accepted


def test_the_gate_closes_what_a_handler_returns():
    app = serving(
        lambda: {"a": "x", "password_hash": "..."}, answers={200: response(A)}, policy="prevent"
    )

    assert ask(app).problem == "contract-violation"


def test_branches_that_share_a_reference_are_written_in_proportion():
    """What two branches say alike of a property is said once, however many they are."""

    def size(branches: int) -> int:
        named = [{"type": "object", "properties": {"n": ref("Node")}} for _ in range(branches)]
        return len(str(answered({"anyOf": named}).schema))

    assert size(24) < 3 * size(12)
