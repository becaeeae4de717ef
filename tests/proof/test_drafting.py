"""How a proof makes up requests: values that fit, parameters and bodies as they are written."""

from typing import Any

import pytest

from tenor import document
from tenor.proof.contract import Contract, Parameter
from tenor.proof.drafts import Draft, Drafter, written, written_body
from tenor.proof.values import Values
from tests.engine import contracts
from tests.engine.contracts import closed, operation, parameter, path, query, taking

SCHEMAS: dict[str, Any] = {
    "nothing-said": True,
    "short": {"type": "string", "maxLength": 2},
    "long": {"type": "string", "minLength": 40, "maxLength": 50},
    "pattern": {"type": "string", "pattern": "^[a-z]+(?:-[a-z]+)*$", "minLength": 3},
    "odd-pattern": {"type": "string", "pattern": "^inv_[0-9]{4}(?:x|y)$"},
    "date": {"type": "string", "format": "date"},
    "uuid": {"type": "string", "format": "uuid"},
    "bounded": {"type": "integer", "minimum": 17, "maximum": 18},
    "beyond": {"type": "integer", "exclusiveMinimum": 3},
    "below": {"type": "number", "exclusiveMaximum": -1},
    "multiple": {"type": "integer", "multipleOf": 7, "minimum": 8},
    "enum": {"enum": ["b", "c"]},
    "const": {"const": {"a": [1]}},
    "either": {"oneOf": [{"type": "integer"}, {"type": "string"}]},
    "any-null": {"type": ["null", "integer"]},
    "list": {"type": "array", "items": {"type": "integer"}, "minItems": 3, "uniqueItems": True},
    "all-of": {
        "allOf": [
            {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]},
            {"properties": {"b": {"type": "string"}}, "required": ["b"]},
        ]
    },
    "ref": {"$ref": "#/components/schemas/Node"},
    "some-member": {**closed(a={"type": "integer"}), "required": [], "minProperties": 1},
}
NODE = {
    "type": "object",
    "required": ["name", "children"],
    "properties": {
        "name": {"type": "string", "maxLength": 10},
        "children": {"type": "array", "items": {"$ref": "#/components/schemas/Node"}},
    },
}


def drafting(described: Any, at: str = "/things", method: str = "post") -> tuple[Contract, Drafter]:
    spec = contracts.document({at: {method: described}}, components={"schemas": {"Node": NODE}})
    contract = Contract(document.load(spec).expanded())
    return contract, Drafter(contract)


@pytest.mark.parametrize("name", SCHEMAS)
def test_what_is_made_up_fits_its_schema(name: str):
    """The least, and the one with all members; the same each time."""
    contract, drafter = drafting(operation("addThing", body=taking(SCHEMAS[name])))
    (adding,) = contract.operations
    ((schema, pointer),) = [(node["schema"], f"{p}/schema") for node, p in adding.bodies.values()]
    accepts = contract.compiler.request(schema, pointer).accepts

    made = [drafter.values.least(schema, pointer), drafter.values.whole(schema, pointer)]

    assert [value for value in made if not accepts(value)] == []
    again = Values(contract.document)
    assert [again.least(schema, pointer), again.whole(schema, pointer)] == made


def test_an_example_comes_before_what_is_made_up_and_what_breaks_its_schema_does_not_come():
    body = taking({"type": "integer", "minimum": 5})
    body["content"]["application/json"]["examples"] = {"good": {"value": 9}, "low": {"value": 1}}
    contract, drafter = drafting(operation("addThing", body=body))

    bodies = [*drafter.bodies(contract.operations[0])]

    assert bodies == [("application/json", 9), ("application/json", 5)]


STYLES = {
    "scalar": ({}, 3, [("p", "3")]),
    "true": ({}, True, [("p", "true")]),
    "list": ({}, [1, 2], [("p", "1"), ("p", "2")]),
    "list-joined": ({"explode": False}, [1, 2], [("p", "1,2")]),
    "pipes": ({"style": "pipeDelimited", "explode": False}, [1, 2], [("p", "1|2")]),
    "members": ({}, {"a": 1, "b": 2}, [("a", "1"), ("b", "2")]),
    "members-joined": ({"explode": False}, {"a": 1, "b": 2}, [("p", "a,1,b,2")]),
    "deep": ({"style": "deepObject"}, {"a": 1}, [("p[a]", "1")]),
}


@pytest.mark.parametrize("name", STYLES)
def test_a_parameter_is_written_in_its_style(name: str):
    said, value, expected = STYLES[name]
    node = {"name": "p", "in": "query", "schema": True, **said}

    assert written(Parameter("p", "query", False, node, ""), value) == expected


def test_a_draft_is_a_request_with_what_is_required_and_nothing_else():
    described = operation(
        "getThing",
        takes=[
            path("id"),
            query("at", {"type": "integer", "minimum": 4}, required=True),
            query("by"),
            parameter("header", "X-Key", {"type": "string"}, required=True),
        ],
    )
    contract, drafter = drafting(described, "/things/{id}", "get")
    (getting,) = contract.operations

    request = next(drafter.drafts(getting, [{"id": "a/b"}])).request()

    assert (request.method, request.target) == ("GET", "/things/a%2Fb?at=4")
    assert request.headers == (("X-Key", "example"),)


BODIES = {
    "json": ("application/json", {"a": "é"}, '{"a": "é"}'.encode(), "application/json"),
    "form": (
        "application/x-www-form-urlencoded",
        {"a": "b c", "n": 1},
        b"a=b+c&n=1",
        "application/x-www-form-urlencoded",
    ),
    "text": ("text/plain", "hello", b"hello", "text/plain"),
    "bytes": ("application/octet-stream", b"\0", b"\0", "application/octet-stream"),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_body_is_written_in_its_media_type(name: str):
    media_type, value, content, content_type = BODIES[name]

    assert written_body(value, media_type) == (content, content_type)


def test_a_body_in_parts_names_its_fields_and_files():
    content, content_type = written_body(
        {"a": "b", "f": b"\0", "o": {"x": 1}}, "multipart/form-data"
    )

    boundary = content_type.partition("boundary=")[2].encode()
    assert content.count(b"--" + boundary) == 4
    assert b'name="f"; filename="example"\r\n\r\n\0\r\n' in content
    assert b'name="o"\r\nContent-Type: application/json\r\n\r\n{"x": 1}\r\n' in content


def test_text_is_varied_as_far_as_the_schema_lets_it():
    schema = closed(name={"type": "string", "maxLength": 4}, kind={"enum": ["a", "b"]})
    contract, drafter = drafting(operation("addThing", body=taking(schema)))
    draft = Draft(
        contract.operations[0], media_type="application/json", value={"name": "abcd", "kind": "a"}
    )

    assert drafter.varied(draft, 12) == {"name": "ab12", "kind": "a"}
