"""Schemas: directions, the words of 3.0 and 3.1, and faults that name every place and no value."""

from typing import Any

import pytest

from tenor import ConfigurationError
from tenor.document import load
from tenor.schemas import MAX_FAULTS, Compiler, Validator
from tests.engine.contracts import Json, closed, document, serving, taking
from tests.engine.wire import ask

TEXT = {"type": "string"}
ACCOUNT: Json = {
    "type": "object",
    "required": ["id", "name", "password"],
    "properties": {
        "id": {"type": "integer", "readOnly": True},
        "name": TEXT,
        "password": {"type": "string", "writeOnly": True},
    },
}


def compiler(openapi: str = "3.1.1", **schemas: Any) -> Compiler:
    return Compiler(load(document({}, openapi=openapi, components={"schemas": schemas})))


def requested(schema: Any, openapi: str = "3.1.1", **schemas: Any) -> Validator:
    return compiler(openapi, **schemas).request(schema, "/x")


def answered(schema: Any, openapi: str = "3.1.1", **schemas: Any) -> Validator:
    return compiler(openapi, **schemas).response(schema, "/x")


# --- directions ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "accepted"),
    [
        ({"name": "ada", "password": "secret"}, True),
        ({"name": "ada", "password": "secret", "id": 1}, False),
        ({"name": "ada"}, False),
    ],
)
def test_a_request_neither_needs_nor_may_carry_what_is_read_only(value: Json, accepted: bool):
    assert requested(ACCOUNT).accepts(value) is accepted


@pytest.mark.parametrize(
    ("value", "accepted"),
    [
        ({"id": 1, "name": "ada"}, True),
        ({"id": 1, "name": "ada", "password": "secret"}, False),
        ({"name": "ada"}, False),
    ],
)
def test_an_answer_neither_needs_nor_may_carry_what_is_write_only(value: Json, accepted: bool):
    assert answered(ACCOUNT).accepts(value) is accepted


@pytest.mark.parametrize("openapi", ["3.0.3", "3.1.1"])
def test_the_direction_is_found_behind_a_reference(openapi: str):
    secret = {"type": "string", "writeOnly": True}
    schema = {"type": "object", "properties": {"a": {"$ref": "#/components/schemas/Secret"}}}

    assert requested(schema, openapi, Secret=secret).accepts({"a": "x"})
    assert not answered(schema, openapi, Secret=secret).accepts({"a": "x"})


def test_the_direction_may_stand_beside_a_reference():
    schema = {
        "type": "object",
        "required": ["a"],
        "properties": {"a": {"$ref": "#/components/schemas/Id", "readOnly": True}},
    }

    assert requested(schema, Id=TEXT).accepts({})
    assert not requested(schema, Id=TEXT).accepts({"a": "x"})
    assert answered(schema, Id=TEXT).accepts({"a": "x"})


def test_the_direction_holds_in_every_branch():
    schema = {"allOf": [{"$ref": "#/components/schemas/Account"}, {"required": ["id"]}]}

    assert requested(schema, Account=ACCOUNT).accepts({"name": "ada", "password": "x"})


HIDDEN = {"type": "string", "writeOnly": True}
PLACES: dict[str, tuple[Json, Any]] = {
    "a property": ({"properties": {"a": HIDDEN}}, {"a": "x"}),
    "a referred property": ({"properties": {"a": {"$ref": "#/components/schemas/S"}}}, {"a": "x"}),
    "a property by allOf": ({"properties": {"a": {"allOf": [HIDDEN]}}}, {"a": "x"}),
    "a property by allOf of a reference": (
        {"properties": {"a": {"allOf": [{"$ref": "#/components/schemas/S"}]}}},
        {"a": "x"},
    ),
    "a member of allOf": ({"allOf": [{"properties": {"a": HIDDEN}}]}, {"a": "x"}),
    "a property within": (
        {"properties": {"in": {"properties": {"a": HIDDEN}}}},
        {"in": {"a": "x"}},
    ),
    "a property of an open object": (
        {"properties": {"a": HIDDEN}, "additionalProperties": True},
        {"a": "x"},
    ),
    "properties of a pattern": ({"patternProperties": {"^a": HIDDEN}}, {"a": "x"}),
    "all other properties": ({"additionalProperties": HIDDEN}, {"a": "x"}),
    "items": ({"properties": {"a": {"items": HIDDEN}}}, {"a": ["x"]}),
    "first items": ({"properties": {"a": {"prefixItems": [HIDDEN]}}}, {"a": ["x"]}),
}


@pytest.mark.parametrize(("schema", "value"), PLACES.values(), ids=PLACES)
def test_what_is_write_only_never_leaves(schema: Json, value: Any):
    """Wherever it is written; clients may send it."""
    assert requested(schema, S=HIDDEN).accepts(value)
    assert not answered(schema, S=HIDDEN).accepts(value)


def test_what_may_not_be_sent_is_said_in_words():
    (fault,) = requested(ACCOUNT).faults({"name": "a", "password": "b", "id": 1}, "body")

    assert (fault.pointer, fault.detail) == ("/id", "may not be sent here")


# --- words --------------------------------------------------------------------------------------

INT32, INT64 = 2**31, 2**63


@pytest.mark.parametrize(
    ("schema", "value", "accepted"),
    [
        ({"type": "integer", "format": "int32"}, INT32 - 1, True),
        ({"type": "integer", "format": "int32"}, INT32, False),
        ({"type": "integer", "format": "int32"}, -INT32, True),
        ({"type": "integer", "format": "int32"}, -INT32 - 1, False),
        ({"type": "integer", "format": "int32", "maximum": 10}, 11, False),
        ({"type": "integer", "format": "int32", "maximum": 2**40}, INT32, False),
        ({"type": "integer", "format": "int32", "minimum": -3}, -4, False),
        ({"type": "integer", "format": "int64"}, INT64 - 1, True),
        ({"type": "integer", "format": "int64"}, INT64, False),
        ({"type": "integer", "format": "int64"}, -INT64, True),
        ({"type": ["integer", "null"], "format": "int32"}, None, True),
        ({"type": "integer"}, 1.0, True),
        ({"type": "integer"}, True, False),
        ({"exclusiveMinimum": 3}, 3, False),
        ({"exclusiveMinimum": 3}, 4, True),
        ({"const": "a"}, "b", False),
        ({"type": "string", "pattern": "^a$"}, "a\n", False),
        ({"type": "string", "maxLength": 2}, "ü€", True),
        ({"type": "string", "maxLength": 1}, "😀", True),
        ({"type": "string", "format": "uuid"}, "4b6b1cc6-9b1c-4ff5-8b9f-0c9e5b3f8f3e", True),
        ({"type": "string", "format": "uuid"}, "4b6b1cc6", False),
        ({"type": "string", "format": "date"}, "2026-02-28", True),
        ({"type": "string", "format": "date"}, "2026-02-30", False),
        ({"type": "string", "format": "date-time"}, "2026-02-28T10:00:00Z", True),
        ({"type": "string", "format": "date-time"}, "2026-02-28 10:00", False),
        ({"type": "string", "format": "uri"}, "https://example.com/a", True),
        ({"type": "string", "format": "uri"}, "/a", False),
        ({"type": "string", "format": "uri-reference"}, "/a?b#c", True),
        ({"type": "string", "format": "email"}, "ada@example.com", True),
        ({"type": "string", "format": "email"}, "ada", False),
        ({"type": "string", "format": "ipv4"}, "1.2.3.256", False),
        ({"type": "string", "format": "password"}, "anything", True),
    ],
)
def test_a_schema_means_what_3_1_says(schema: Json, value: Any, accepted: bool):
    """JSON Schema 2020-12, with formats enforced and the integer formats as bounds."""
    assert requested(schema).accepts(value) is accepted


@pytest.mark.parametrize(
    ("schema", "value", "accepted"),
    [
        ({"type": "string", "nullable": True}, None, True),
        ({"type": "string", "nullable": False}, None, False),
        ({"type": "string"}, None, False),
        ({"type": "string", "nullable": True, "enum": ["a", None]}, None, True),
        ({"type": "integer", "minimum": 3, "exclusiveMinimum": True}, 3, False),
        ({"type": "integer", "minimum": 3, "exclusiveMinimum": True}, 4, True),
        ({"type": "integer", "minimum": 3, "exclusiveMinimum": False}, 3, True),
        ({"type": "integer", "maximum": 3, "exclusiveMaximum": True}, 3, False),
        ({"type": "integer", "maximum": 3, "exclusiveMaximum": True}, 2, True),
        ({"$ref": "#/components/schemas/Text", "maxLength": 1}, "long", True),
        (
            {"type": "object", "properties": {"a": {"type": "string", "nullable": True}}},
            {"a": None},
            True,
        ),
        ({"allOf": [{"type": "string", "nullable": True}]}, None, True),
        ({"type": "array", "items": {"type": "string", "nullable": True}}, [None], True),
        ({"type": "integer", "format": "int32", "nullable": True}, None, True),
        ({"type": "integer", "format": "int32", "nullable": True}, INT32, False),
    ],
)
def test_a_schema_of_3_0_means_what_3_0_says(schema: Json, value: Any, accepted: bool):
    """`nullable`, boolean exclusive bounds, and nothing beside a reference."""
    assert requested(schema, "3.0.3", Text=TEXT).accepts(value) is accepted


def test_beside_a_reference_3_1_keeps_what_stands_there():
    schema = {"$ref": "#/components/schemas/Text", "maxLength": 1}

    assert not requested(schema, Text=TEXT).accepts("long")


@pytest.mark.parametrize("keyword", ["$dynamicRef", "$dynamicAnchor", "$anchor", "$id"])
def test_a_keyword_that_is_not_supported_is_refused(keyword: str):
    with pytest.raises(ConfigurationError, match=rf"\{keyword} is not supported") as caught:
        requested({"type": "object", "properties": {"a": {keyword: "#here"}}})

    assert caught.value.place
    assert caught.value.remedy


def test_a_pattern_that_cannot_be_compiled_is_refused():
    with pytest.raises(ConfigurationError, match="cannot be compiled"):
        requested({"type": "string", "pattern": "("})


# --- faults -------------------------------------------------------------------------------------

POST = {
    "type": "object",
    "required": ["title", "tags"],
    "additionalProperties": False,
    "properties": {
        "title": {"type": "string", "maxLength": 5, "pattern": "^[a-z]*$"},
        "tags": {"type": "array", "maxItems": 2, "uniqueItems": True, "items": TEXT},
        "rank": {"type": "integer", "minimum": 1, "multipleOf": 2},
        "state": {"enum": ["draft", "published"]},
        "at": {"type": "string", "format": "date"},
        "author": closed(name=TEXT),
    },
}


def faults(value: Any, schema: Any = POST) -> set[tuple[str, str]]:
    return {(fault.pointer, fault.rule) for fault in requested(schema).faults(value, "body")}


def test_every_fault_is_told_with_its_place():
    value = {
        "title": "LONG TITLE",
        "tags": ["a", 1, "a", "a"],
        "rank": -1,
        "state": "lost",
        "at": "soon",
        "author": {"nom": "ada"},
        "x": 1,
    }

    assert faults(value) == {
        ("/title", "maxLength"),
        ("/title", "pattern"),
        ("/tags", "maxItems"),
        ("/tags", "uniqueItems"),
        ("/tags/1", "type"),
        ("/rank", "minimum"),
        ("/rank", "multipleOf"),
        ("/state", "enum"),
        ("/at", "format"),
        ("/author/name", "required"),
        ("/author/nom", "additionalProperties"),
        ("/x", "additionalProperties"),
    }


def test_what_is_missing_is_placed_where_it_should_be():
    assert faults({}) == {("/title", "required"), ("/tags", "required")}


@pytest.mark.parametrize(
    ("schema", "value", "detail"),
    [
        ({"type": "integer"}, "x", "must be of type integer"),
        ({"type": ["integer", "null"]}, "x", "must be of type null, integer"),
        ({"maxLength": 3}, "long", "must have at most 3 characters"),
        ({"minLength": 9}, "long", "must have at least 9 characters"),
        ({"pattern": "^[{]a}$"}, "x", "must match the pattern ^[{]a}$"),
        ({"format": "date"}, "x", "must have the format date"),
        ({"maximum": 3}, 4, "must be at most 3"),
        ({"minimum": 3}, 2, "must be at least 3"),
        ({"exclusiveMaximum": 3}, 3, "must be less than 3"),
        ({"exclusiveMinimum": 3}, 3, "must be more than 3"),
        ({"multipleOf": 2}, 3, "must be a multiple of 2"),
        ({"maxItems": 1}, [1, 2], "must have at most 1 items"),
        ({"minItems": 1}, [], "must have at least 1 items"),
        ({"uniqueItems": True}, [1, 1], "must have no equal items"),
        ({"maxProperties": 1}, {"a": 1, "b": 1}, "must have at most 1 properties"),
        ({"minProperties": 1}, {}, "must have at least 1 properties"),
        ({"enum": ["a", 1, None]}, "b", "must be one of a, 1, null"),
        ({"const": {"a": 1}}, "b", 'must be {"a":1}'),
        ({"anyOf": [{"const": 1}, {"const": 2}]}, 3, "must fit at least one of the alternatives"),
        ({"oneOf": [{"const": 1}, {"const": 2}]}, 3, "must fit exactly one of the alternatives"),
        (
            {"oneOf": [{"minimum": 1}, {"minimum": 2}]},
            3,
            "must fit exactly one of the alternatives",
        ),
        ({"not": {"const": 1}}, 1, "must not fit the schema that is excluded"),
        ({"contains": {"const": 1}}, [], "must contain an item of the kind that is required"),
        (
            {"propertyNames": {"maxLength": 1}},
            {"ab": 1},
            "must have property names of the declared form",
        ),
        (False, 1, "may not be sent here"),
    ],
)
def test_a_fault_says_what_is_allowed(schema: Any, value: Any, detail: str):
    (fault,) = requested(schema).faults(value, "body")

    assert fault.detail == detail


SECRET = "hunter2-S3CR3T"
SCHEMAS_THAT_REFUSE: list[Any] = [
    {"type": "integer"},
    {"maxLength": 3},
    {"pattern": "^a$"},
    {"format": "uuid"},
    {"enum": ["a"]},
    {"const": "a"},
    {"anyOf": [{"const": "a"}, {"type": "integer"}]},
    {"oneOf": [{"const": "a"}, {"type": "integer"}]},
    {"not": {"type": "string"}},
    False,
]


@pytest.mark.parametrize("schema", SCHEMAS_THAT_REFUSE, ids=repr)
def test_a_fault_never_repeats_the_value(schema: Any):
    """What is wrong may be a password: neither the answer nor the log shows it."""
    app = serving(lambda body: None, "POST /thing", body=taking(closed(a=schema, list=True)))

    reply = ask(app, "POST /thing", json={"a": SECRET, "list": [SECRET]})

    assert reply.problem == "invalid-request"
    assert SECRET not in reply.text


def test_no_more_faults_are_told_than_a_person_reads():
    many = requested({"type": "array", "items": TEXT}).faults([1] * 1000, "body")

    assert len(many) == MAX_FAULTS == 100


@pytest.mark.parametrize("schema", [closed(), {"additionalProperties": {"type": "integer"}}])
def test_a_name_of_any_length_is_refused_in_a_few_words(schema: Any):
    """What is sent comes back as the name of a place, not at its full length."""
    app = serving(lambda body: None, "POST /thing", body=taking(schema))

    reply = ask(app, "POST /thing", json={"n" * 20_000: "x"})

    assert (reply.status, reply.problem) == (400, "invalid-request")
    assert reply.faults
    assert len(reply.body) < 1_000


def test_a_value_of_great_depth_is_refused_under_a_schema_that_holds_itself():
    nested = {"type": "array", "items": {"$ref": "#/components/schemas/Nested"}}
    app = serving(
        lambda body: None,
        "POST /thing",
        body=taking({"$ref": "#/components/schemas/Nested"}),
        root={"components": {"schemas": {"Nested": nested}}},
    )

    for depth in (2_000, 100_000):
        deep = b"[" * depth + b"]" * depth
        reply = ask(app, "POST /thing", body=deep, headers={"Content-Type": "application/json"})

        assert reply.faults == {("body", "", "json")}
