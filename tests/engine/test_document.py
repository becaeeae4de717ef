"""The document is read strictly, checked whole, and served without what only the server knows."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tenor import ConfigurationError, Tenor
from tenor.document import load
from tests.engine.contracts import (
    ANYTHING,
    Json,
    document,
    nothing,
    of,
    operation,
    path,
    query,
    response,
)
from tests.engine.wire import ask

START = """\
openapi: "3.1.1"
info:
  title: Tiny
  version: "1"
"""


@pytest.fixture
def write(tmp_path: Path):
    """Write a document and give its path."""

    def written(text: str, name: str = "contract.yaml") -> Path:
        place = tmp_path / name
        place.write_text(text, encoding="utf-8")
        return place

    return written


def refused(spec: object) -> ConfigurationError:
    with pytest.raises(ConfigurationError) as caught:
        load(spec)  # pyright: ignore[reportArgumentType]
    return caught.value


# --- reading ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "means"),
    [
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("off", "off"),
        ("2026-11-23", "2026-11-23"),
        ("2026-11-23T08:00:00Z", "2026-11-23T08:00:00Z"),
        ("12:30:45", "12:30:45"),
        ("1_000", "1_000"),
        ("=", "="),
        ("0b11", "0b11"),
        (".inf", ".inf"),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("12", 12),
        ("-3", -3),
        ("0x1F", 31),
        ("0o17", 15),
        ("017", 17),
        ("1.50", 1.5),
        ("1e3", 1000.0),
        ('"12"', "12"),
        ("'no'", "no"),
    ],
)
def test_a_scalar_means_what_json_has(write, written: str, means: object):
    """YAML 1.2's core schema: what older readers take for a boolean or a date stays text."""
    spec = load(write(START + f"paths: {{}}\nx-value: {written}\n"))

    assert spec.raw["x-value"] == means
    assert type(spec.raw["x-value"]) is type(means)


def test_keys_are_text(write):
    text = START + "paths:\n  /a:\n    get:\n      operationId: a\n      responses:\n"
    text += "        200: {description: fine}\n        404: {description: gone}\n"
    text += "x-switch: {on: 1, 2026-11-23: 2, null: 3}\n"

    spec = load(write(text))

    assert [*spec.raw["paths"]["/a"]["get"]["responses"]] == ["200", "404"]
    assert [*spec.raw["x-switch"]] == ["on", "2026-11-23", "null"]


def test_keys_of_a_dictionary_become_text_at_any_depth():
    spec = document({"/a": {"get": {"operationId": "a", "responses": {200: response()}}}})
    spec["x-list"] = [{1: {2: 3}}]

    read = load(spec)

    assert [*read.raw["paths"]["/a"]["get"]["responses"]] == ["200"]
    assert read.raw["x-list"] == [{"1": {"2": 3}}]


def test_the_callers_dictionary_stays_as_it_was():
    spec = document({"/a": {"get": operation("a")}}, x_tenor_headers={"X-A": {"schema": {}}})
    before = copy.deepcopy(spec)

    of(spec, {"a": nothing})

    assert spec == before


def test_yaml_and_json_say_the_same(write):
    spec = document({"/a": {"get": operation("a")}})

    as_yaml = load(write(yaml.safe_dump(spec)))
    as_json = load(write(json.dumps(spec), "contract.json"))

    assert as_yaml.raw == as_json.raw == load(spec).raw
    assert as_yaml.digest == as_json.digest


def test_a_doubled_key_is_refused_with_its_line(write):
    error = refused(write(START + "paths: {}\nx-a: 1\nx-b: 2\nx-a: 3\n"))

    assert error.place.endswith("contract.yaml:8")
    assert "'x-a' stands twice" in error.fault


def test_a_doubled_key_deep_in_json_is_refused(write):
    error = refused(
        write('{"openapi": "3.1.1", "info": {"title": "a", "title": "b"}}', "contract.json")
    )

    assert "'title' stands twice" in error.fault


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("openapi: [", "not YAML"),
        (START + "paths: {}\n  x: 1\n", "not YAML"),
        (START + "paths: {}\n---\na: 1\n", "not YAML"),
        (START + "paths: *nowhere\n", "not YAML"),
        ("", "not an object"),
        ("- a\n- b\n", "not an object"),
        ("just text", "not an object"),
    ],
)
def test_what_is_no_document_is_refused(write, text: str, fault: str):
    error = refused(write(text))

    assert fault in error.fault
    assert "contract.yaml" in error.place


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ("!!int abc", "'abc' cannot be read as !!int"),
        ("!!int 1_000", "'1_000' cannot be read as !!int"),
        ("!!float abc", "'abc' cannot be read as !!float"),
        ("!!float nan", "'nan' cannot be read as !!float"),
        ("1e999", "'1e999' cannot be read as !!float"),
        ("!!binary aGk=", "cannot be read as !!binary"),
        ("!thing a", "'a' cannot be read as !thing"),
        ("{[a, b]: c}", "a key that is no text"),
        ("{<<: {a: 1}}", "<< merges nothing"),
    ],
)
def test_what_json_cannot_have_is_refused_with_its_line(write, written: str, fault: str):
    error = refused(write(START + f"paths: {{}}\nx-value:\n  {written}\n"))

    assert error.place.endswith("contract.yaml:7")
    assert fault in error.fault


def test_a_merge_into_an_operation_is_refused(write):
    text = START + "x-all: &all {responses: {}}\npaths:\n  /a:\n    get:\n      <<: *all\n"

    error = refused(write(text))

    assert error.place.endswith("contract.yaml:9")
    assert "$ref" in error.remedy


def test_a_name_in_quotes_is_no_merge(write):
    assert load(write(START + "paths: {}\nx-names: {'<<': 1}\n")).raw["x-names"] == {"<<": 1}


def test_an_anchor_and_its_alias_say_the_same_twice(write):
    spec = load(write(START + "paths: {}\nx-a: &a {b: 1}\nx-c: *a\n"))

    assert spec.raw["x-a"] == spec.raw["x-c"] == {"b": 1}


def test_an_alias_that_holds_itself_is_refused(write):
    error = refused(write(START + "paths: {}\nx-loop: &loop\n  again: *loop\n"))

    assert "contract.yaml" in error.place


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("{,}", 1),
        ('{"a": 1,\n "b": }', 2),
        ('{\n"a": [1, "NaN",\nNaN]}', 3),
        ('{\n"a":\n-Infinity}', 3),
        ('{"a": -1.5e3,\n"b": 1e999}', 2),
        ('{\n"a": "\\ud83d\\ude00 \\ud83d"}', 2),
        ('{\n"\\udc00": 1}', 2),
        ("[" * 100_000, None),
    ],
    ids=[
        "no name",
        "no value",
        "NaN",
        "Infinity",
        "too large",
        "half a pair",
        "half a name",
        "too deep",
    ],
)
def test_what_is_no_json_is_refused_with_its_line(write, text: str, line: int | None):
    error = refused(write(text, "contract.json"))

    assert error.place.endswith(f"contract.json:{line}" if line else "contract.json")
    assert error.remedy


def test_every_place_of_json_has_its_line(write):
    """As that of YAML has; names may be escaped, and values be empty."""
    text = """{
        "openapi": "3.1.1", "info": {"title": "a,b: {c}", "version": "1"},
        "paths": {}, "x-empty": [[], {}, ""],
        "x-\\u0061": [
            {"b/c": 1},
            [2,
             3]
        ]
    }"""

    spec = load(write(text, "contract.json"))

    places = {"/info/title": 2, "/x-empty/1": 3, "/x-a": 4, "/x-a/0/b~1c": 5, "/x-a/1/1": 7}
    assert {pointer: spec.lines[pointer] for pointer in places} == places


def test_a_byte_order_mark_is_no_part_of_a_document(write):
    spec = json.dumps(document({}))

    assert load(write("\ufeff" + spec, "contract.json")).raw == load(write("\ufeff" + spec)).raw


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), {1, 2}, b"bytes", "\ud83d", Path(), object()], ids=repr
)
def test_a_dictionary_holds_what_json_has(value: object):
    assert "JSON cannot write" in refused(document({}, x_value=value)).fault


def test_a_dictionary_that_holds_itself_is_refused():
    spec = document({})
    spec["x-again"] = spec

    assert refused(spec).remedy


def test_a_file_that_is_not_there_is_named(tmp_path: Path):
    error = refused(tmp_path / "missing.yaml")

    assert error.place == str(tmp_path / "missing.yaml")
    assert "No such file" in error.fault
    assert error.remedy


def test_a_folder_is_no_document(tmp_path: Path):
    assert "cannot be read" in refused(tmp_path).fault


def test_a_file_that_is_not_utf_8_is_refused(tmp_path: Path):
    place = tmp_path / "contract.yaml"
    place.write_bytes(b"title: \xff\n")

    assert "not UTF-8" in refused(place).fault


# --- checking -----------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["3.0.0", "3.0.4", "3.1.0", "3.1.1", "3.1.2"])
def test_openapi_3_0_and_3_1_are_read(version: str):
    assert load(document({}, openapi=version)).raw["openapi"] == version


@pytest.mark.parametrize(
    "version", ["2.0", "3.2.0", "4.0.0", "3.1", 3.1, None, "", "3.1.x"], ids=repr
)
def test_another_version_is_refused(version: object):
    error = refused({**document({}), "openapi": version})

    assert f"openapi: {version!r}" in error.fault
    assert "3.1" in error.remedy


def test_a_document_without_a_version_is_refused():
    assert refused({"info": {}, "paths": {}}).remedy


def test_swagger_is_told_from_openapi(write):
    error = refused(write('info:\n  title: Tiny\nswagger: "2.0"\n'))

    assert error.place.endswith("contract.yaml:3")
    assert "Swagger 2.0" in error.fault
    assert "Convert it" in error.remedy


def test_another_version_is_refused_at_its_line(write):
    assert refused(write("info: {}\nopenapi: 4.0.0\n")).place.endswith("contract.yaml:2")


@pytest.mark.parametrize(
    ("target", "remedy"),
    [
        ("other.yaml", "Join the files"),
        ("other.yaml#/a", "Join the files"),
        ("https://example.com/a.json#/b", "Join the files"),
        ("", "Join the files"),
        ("#anchor", "Point at the place itself"),
        ("#", "Point at a part of it"),
        ("#/components/schemas/Nothing", "Define it"),
        ("#/components/schemas/Other/properties/a", "#/components/schemas/Last/properties/a"),
        ("#/x-list/-1", "Define it"),
        ("#/info/title/a", "Define it"),
    ],
)
def test_a_reference_that_leads_nowhere_is_refused_with_its_line(write, target: str, remedy: str):
    text = START + f"paths: {{}}\ncomponents:\n  schemas:\n    Thing:\n      $ref: '{target}'\n"
    text += "    Other: {$ref: '#/components/schemas/Last'}\n    Last: {properties: {a: {}}}\n"
    text += "x-list: [1]\n"

    error = refused(write(text))

    assert error.place.endswith("contract.yaml:9")
    assert target in error.fault
    assert remedy in error.remedy


def test_a_reference_to_nothing_is_refused():
    schemas = {"Thing": {"$ref": "#/components/schemas/Nothing"}}

    error = refused(document({}, components={"schemas": schemas}))

    assert "#/components/schemas/Nothing" in str(error)


def test_a_reference_in_an_example_is_only_text():
    """An example may show a document that has references of its own."""
    example = {"$ref": "elsewhere.yaml#/a"}
    answers = {200: response(content={"application/json": {"example": example}})}
    spec = document({"/a": {"get": operation("a", answers=answers)}})

    assert load(spec).raw["paths"]


def test_a_reference_that_leads_to_itself_is_refused():
    circle = {
        "A": {"$ref": "#/components/parameters/B"},
        "B": {"$ref": "#/components/parameters/A"},
    }
    spec = document(
        {"/a": {"get": operation("a", takes=[{"$ref": "#/components/parameters/A"}])}},
        components={"parameters": circle},
    )

    with pytest.raises(ConfigurationError):
        of(spec, {"a": nothing})


@pytest.mark.parametrize(
    "pointer",
    ["#/paths/~1a~1{key}/get/responses/200", "#/paths/~1a~1%7Bkey%7D/get/responses/200"],
    ids=["as it is", "percent-encoded"],
)
def test_a_reference_is_a_pointer_in_a_fragment(pointer: str):
    """Its tokens are escaped (RFC 6901, section 3), and may be percent-encoded (section 6)."""
    paths = {
        "/a/{key}": {"get": operation("a", takes=[path("key")])},
        "/b": {"get": operation("b", answers={200: {"$ref": pointer}})},
    }

    app = of(document(paths), {"a": lambda key: key, "b": lambda: "here"})

    assert ask(app, "GET /b").json == "here"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (START.replace('  version: "1"\n', "") + "paths: {}\n", 2),
        (START + "paths:\n  things: {}\n", 6),
        (START + "paths:\n  /a:\n    get:\n      responses: []\n", 8),
        (START + "paths: {}\ncomponents:\n  schemas:\n    A:\n      type: text\n", 9),
    ],
)
def test_what_is_not_openapi_is_refused_at_its_line(write, text: str, line: int):
    error = refused(write(text))

    assert "not valid OpenAPI" in error.fault
    assert error.place.endswith(f"contract.yaml:{line}")


TAKES = "paths:\n  /a:\n    parameters:\n      - "
ANSWERS = "paths:\n  /a:\n    get:\n      responses:\n        "
SCHEME = "paths: {}\ncomponents:\n  securitySchemes:\n    a:\n      "
BAD_3_1 = {
    "a path without a slash": ("paths:\n  things: {}", 4, "Begin a path with a slash"),
    "paths that are a text": ("paths: /a", 3, "paths: /a is not of type object"),
    "a path that is nothing": ("paths:\n  /a:", 4, "/a: null is not of type object"),
    "components that are a list": ("components: []", 3, "components is not of type object"),
    "a method of nobody": ("paths:\n  /a:\n    fetch: {}", 5, "fetch has no meaning here"),
    "no paths at all": ("x-a: 1", 1, "paths is missing"),
    "a status in small letters": (
        ANSWERS + "2xx: {description: d}",
        7,
        "a range as 2XX",
    ),
    "a response without description": (
        ANSWERS + "default: {}",
        7,
        "Add description",
    ),
    "a parameter in the body": (
        TAKES + "name: x\n        in: body\n        schema: {}",
        7,
        "requestBody",
    ),
    "a parameter of a form": (
        TAKES + "{name: x,\n        in: formData, type: string}",
        7,
        "requestBody",
    ),
    "a parameter of nothing": (
        TAKES + "{name: x, in: query}",
        6,
        "Give it a schema, or content",
    ),
    "a parameter of both": (
        TAKES + "{name: x, in: query, schema: {}, content: {a/b: {}}}",
        6,
        "parameters/0 has both schema and content",
    ),
    "a parameter twice": (
        TAKES + "&x {name: x, in: query, schema: {}}\n      - *x",
        6,
        "the parameter x in query is declared twice",
    ),
    "a style of the path in the query": (
        TAKES + "{name: x, in: query, schema: {},\n         style: matrix}",
        7,
        "Leave style out, or write form in a query",
    ),
    "a parameter that no template has": (
        TAKES + "{name: b, in: path, required: true, schema: {}}\n    get: {}",
        6,
        "the path /a has no parameter b",
    ),
    "a template that no parameter has": (
        "paths:\n  /a/{b}:\n    get: {}",
        5,
        "the parameter b of the path /a/{b} is not declared",
    ),
    "one name for two operations": (
        "paths:\n  /a:\n    get: {operationId: same}\n  /b:\n    get:\n      operationId: same",
        8,
        "the operationId same is that of GET /a already",
    ),
    "one name for two tags": ("paths: {}\ntags:\n  - name: a\n  - name: a", 6, "stands twice"),
    "a brace that is not closed": ("paths:\n  /{a: {}", 4, "Write each parameter as {name}"),
    "a brace that is not opened": ("paths:\n  /a}: {}", 4, "Write each parameter as {name}"),
    "a brace around nothing": ("paths:\n  /{}: {}", 4, "Write each parameter as {name}"),
    "a scheme of nobody": (
        "paths: {}\nsecurity:\n  - nobody: []",
        5,
        "the security scheme nobody is not defined",
    ),
    "a scheme of nobody in an operation": (
        "paths:\n  /a:\n    get:\n      security:\n        - nobody: []",
        7,
        "the security scheme nobody is not defined",
    ),
    "a scheme of an unknown type": (
        SCHEME + "type: magic",
        7,
        "type: magic is none of apiKey, http",
    ),
    "a key in the body": (
        SCHEME + "{type: apiKey, name: a,\n       in: body}",
        8,
        "in: body is none of query, header, cookie",
    ),
    "a reference to another kind": (
        TAKES + "$ref: '#/components/schemas/A'\ncomponents: {schemas: {A: {}}}",
        6,
        "the $ref of a parameter leads to what is a schema",
    ),
    "a reference to what is of no kind": (
        TAKES + "$ref: '#/x-shared/A'\nx-shared:\n  A:\n    name: a",
        8,
        "in is missing. Add in",
    ),
    "a reference of another response": (
        ANSWERS + "default:\n          $ref: '#/nowhere'",
        8,
        "nothing stands at #/nowhere",
    ),
    "a header of every answer": ("paths: {}\nx-tenor-headers:\n  X-A: {schema: 5}", 5, "schema: 5"),
    "an answer of no operation": ("paths: {}\nx-tenor-unrouted:\n  '404': 5", 5, "404: 5"),
    "a foreign dialect": (
        "paths: {}\njsonSchemaDialect: http://json-schema.org/draft-07/schema#",
        4,
        "the dialect http://json-schema.org/draft-07/schema#",
    ),
}
"""What OpenAPI 3.1 refuses below openapi and info, as (text, line, what is said)."""

BAD_SCHEMAS_3_1 = {
    "an unknown type": ("type: strin", 1, "type: strin is none of array, boolean"),
    "a type that is no text": ("type: 5", 1, "type"),
    "no schema": ("", 0, "A: null is not of type boolean, object"),
    "a length below zero": ("minLength: -1", 1, "minLength: -1 is less than 0. Write 0 or more"),
    "a bound as in 3.0": ("minimum: 3\nexclusiveMinimum: true", 2, "write exclusiveMinimum: 3"),
    "another bound": ("exclusiveMaximum: false", 1, "write exclusiveMaximum: 3, and no maximum"),
    "a required property": (
        "properties:\n  a:\n    required: true",
        3,
        "List the required names beside properties",
    ),
    "a list of items": ("type: array\nitems: [{}]", 2, "Write prefixItems"),
    "a pattern": ("properties:\n  a: {pattern: '('}", 2, "( is no regular expression"),
    "a pattern of Python": ("pattern: (?P<year>a)", 1, "is no regular expression of ECMA-262"),
    "a pattern that cannot be run": (
        "pattern: '[^]'",
        1,
        "[^] is a regular expression that cannot",
    ),
    "a pattern of names": ("patternProperties:\n  '(': {}", 2, "( is no regular expression"),
    "a pattern of names that cannot be run": (
        "patternProperties:\n  '[^]': {}",
        2,
        "cannot be run",
    ),
    "a default": ("type: integer\ndefault: x", 2, "the default breaks its own schema"),
    "a default of another schema": (
        "properties:\n  a: {$ref: '#/components/schemas/B', default: 5}",
        2,
        "5 is not of type string",
    ),
    "a default that is a list": (
        "type: object\ndefault: [1]",
        2,
        "the default breaks its own schema: it is not of type object",
    ),
    "a default deep within": (
        "default:\n  a: 5\nproperties: {a: {type: string}}",
        2,
        "a: 5 is not of type string",
    ),
    "a foreign dialect": (
        "properties:\n  a:\n    $schema: http://json-schema.org/draft-07/schema#",
        3,
        "which Tenor does not read",
    ),
    "a foreign dialect and its words": (
        "$schema: http://json-schema.org/draft-07/schema#\nitems: [{}]",
        1,
        "which Tenor does not read",
    ),
    "a schema that is part of itself": (
        "allOf: [{$ref: '#/components/schemas/A'}]",
        0,
        "the schema A refers to itself",
    ),
    "a schema that is an alternative of itself": (
        "anyOf: [{$ref: '#/components/schemas/A'}, {type: string}]",
        0,
        "the schema A refers to itself",
    ),
    "a property that is named default": (
        "properties:\n  default:\n    $ref: 'foo.yaml#/X'",
        3,
        "leads out of the document",
    ),
    "a property that is named example": (
        "properties:\n  example:\n    $ref: '#/components/schemas/Nothing'",
        3,
        "nothing stands at",
    ),
    "a property that is named x-": (
        "properties:\n  x-a:\n    $ref: '#/components/schemas/Nothing'",
        3,
        "nothing stands at",
    ),
}
"""What may not be the schema A, as (text, line within it, what is said)."""

BAD_SCHEMAS_3_0 = {
    "an unknown type": ("type: strin", 1, "type: strin is none of array, boolean"),
    "two types": ("type: [string, 'null']", 1, "nullable: true where null may be"),
    "the type of null": ("type: 'null'", 1, "nullable: true"),
    "a bound as in 3.1": ("exclusiveMinimum: 3", 1, "write minimum: 3 and exclusiveMinimum: true"),
    "a constant": ("const: 3", 1, "enum with this one value"),
    "an unknown keyword": ("foo: 3", 1, "foo has no meaning here"),
    "a deep one": ("properties:\n  a:\n    items:\n      type: strin", 4, "type: strin"),
    "one beside the properties": ("additionalProperties:\n  type: strin", 2, "type: strin"),
    "a boolean": ("properties:\n  a: true", 2, "a: true is not of type object"),
    "a pattern": ("pattern: '('", 1, "( is no regular expression"),
    "a default": ("type: integer\ndefault: x", 2, "x is not of type integer"),
}


@pytest.mark.parametrize(("text", "line", "said"), BAD_3_1.values(), ids=BAD_3_1)
def test_what_is_wrong_is_told_with_its_line_and_remedy(write, text: str, line: int, said: str):
    error = refused(write(f"openapi: 3.1.1\ninfo: {{title: T, version: '1'}}\n{text}\n"))

    assert (said in str(error), error.place.rpartition(":")[2]) == (True, str(line)), str(error)
    assert error.remedy.endswith(".")
    assert "\n" not in str(error)


@pytest.mark.parametrize(("text", "line", "said"), BAD_SCHEMAS_3_1.values(), ids=BAD_SCHEMAS_3_1)
def test_a_wrong_schema_is_told_with_its_line(write, text: str, line: int, said: str):
    error = refused(write(with_schema("3.1.1", text)))

    assert (said in str(error), error.place.rpartition(":")[2]) == (True, str(9 + line)), str(error)
    assert "\n" not in str(error)


@pytest.mark.parametrize(("text", "line", "said"), BAD_SCHEMAS_3_0.values(), ids=BAD_SCHEMAS_3_0)
def test_a_wrong_schema_of_openapi_3_0_is_told_with_its_line(
    write, text: str, line: int, said: str
):
    """Its own schema has a choice between each object and a $ref to it, which says nothing."""
    error = refused(write(with_schema("3.0.3", text)))

    assert (said in str(error), error.place.rpartition(":")[2]) == (True, str(9 + line)), str(error)
    assert "\n" not in str(error)


def with_schema(version: str, text: str) -> str:
    """A document whose schema A begins after line 9."""
    lines = "".join(f"      {line}\n" for line in text.split("\n"))
    start = START.replace("3.1.1", version)
    return f"{start}paths: {{}}\ncomponents:\n  schemas:\n    B: {{type: string}}\n    A:\n{lines}"


def test_the_same_is_said_of_a_wrong_response_of_openapi_3_0(write):
    """However deep it is; and of parameters and security schemes, which have kinds."""
    deep = START.replace("3.1.1", "3.0.3") + "paths:\n  /a:\n    get:\n      responses:\n"
    deep += "        '200':\n          description: d\n          content:\n"
    deep += "            application/json:\n              schema:\n                type: strin\n"
    parameter = START.replace("3.1.1", "3.0.3") + "paths:\n  /a:\n    parameters:\n"
    parameter += "      - {name: a, in: query, schema: {},\n        style: matrix}\n"
    scheme = START.replace("3.1.1", "3.0.3") + "paths: {}\ncomponents:\n  securitySchemes:\n"
    scheme += "    a: {type: apiKey, name: a,\n        in: body}\n"

    assert "yaml:14: this is not valid OpenAPI: type: strin is none of" in str(refused(write(deep)))
    assert "yaml:9: this is not valid OpenAPI: style: matrix" in str(refused(write(parameter)))
    assert "yaml:9: this is not valid OpenAPI: in: body" in str(refused(write(scheme)))


def test_the_line_of_json_is_told_too(write):
    spec = document({"/a/{b}": {"get": operation("a")}})

    error = refused(write(json.dumps(spec, indent=1), "contract.json"))

    assert error.place.endswith("contract.json:9")


# What says nothing of HTTP is nobody's business: extensions, and values that are only text.
RIGHT: dict[str, Json] = {
    "an extension among paths": {"paths": {"x-foo": True, "x-bar": {"get": {"a": 1}}}},
    "a text among paths": {"paths": {"x-foo": "text", "/a": {"x-foo": [1]}}},
    "an extension among responses": {
        "paths": {"/a": {"get": {"responses": {"x-foo": True, "204": response()}}}},
        "x-tenor-headers": {"X-A": {"schema": {"type": "string"}}},
    },
    "a reference in an extension": {"x-foo": [{"$ref": "https://x"}]},
    "a reference in an extension of a schema": {
        "components": {"schemas": {"A": {"x-expansion": {"oneOf": [{"$ref": "other.yaml"}]}}}}
    },
    "a reference in the value of a link": {
        "components": {
            "links": {
                "A": {
                    "operationId": "a",
                    "requestBody": {"$ref": "foo.yaml"},
                }
            }
        }
    },
    "a reference in a value": {
        "components": {
            "schemas": {"A": {"enum": [{"$ref": "a"}], "const": {"$ref": "a"}, "examples": [{}]}}
        }
    },
    "a reference to an extension": {
        "components": {"schemas": {"A": {"$ref": "#/x-shared/a~1b"}}},
        "x-shared": {"a/b": {"type": "object"}},
    },
    "a schema whose items are of its own": {
        "components": {"schemas": {"A": {"items": {"$ref": "#/components/schemas/A"}}}}
    },
    "a dialect of OpenAPI": {"jsonSchemaDialect": "https://spec.openapis.org/oas/3.1/dialect/base"},
    "a dated dialect of OpenAPI": {
        "jsonSchemaDialect": "https://spec.openapis.org/oas/3.1/dialect/2024-11-10"
    },
    "the dialect of JSON Schema": {
        "components": {
            "schemas": {"A": {"$schema": "https://json-schema.org/draft/2020-12/schema"}}
        }
    },
}


@pytest.mark.parametrize("root", RIGHT.values(), ids=RIGHT)
def test_what_is_right_is_taken(root: Json):
    spec = {**document({}), **root}

    assert load(spec).expanded().raw


@pytest.mark.parametrize(
    "pattern",
    [
        r"^\p{L}+$",
        r"^(?<y>\d{4})$",
        r"^\u{1F600}$",
        r"^\cJ$",
        r"^\p{Script=Greek}$",
        r"^[A-Z]{3}-\d+$",
    ],
)
@pytest.mark.parametrize("version", ["3.1.1", "3.0.3"])
def test_a_pattern_is_that_of_javascript(pattern: str, version: str):
    """In parameters and components, as in bodies (ECMA-262)."""
    schema = {"type": "string", "pattern": pattern}
    spec = document(
        {"/a": {"get": operation("a", takes=[query("q", schema)], answers={204: response()})}},
        openapi=version,
        components={"schemas": {"A": schema}},
    )

    assert ask(of(spec, {"a": nothing}), "GET /a?q=%00%01").status == 400


def test_a_default_may_be_null_where_null_may_be():
    schemas = {
        "A": {"type": "string", "nullable": True, "default": None},
        "B": {
            "type": "object",
            "properties": {"a": {"type": "string", "nullable": True}},
            "default": {"a": None},
        },
        "C": {"type": "number", "minimum": 3, "exclusiveMinimum": True, "default": 4},
    }

    assert load(document({}, openapi="3.0.3", components={"schemas": schemas}))


def test_a_default_that_breaks_a_format_is_refused_where_it_is_filled_in_alone():
    """Elsewhere it only tells: public contracts write an empty text for a URL that is unknown."""
    unknown = {"type": "string", "format": "uri", "default": ""}
    told = operation("getThing", answers={200: response({"properties": {"url": unknown}})})
    filled = operation("getThing", takes=[query("url", unknown)])

    assert of(
        document({"/things": {"get": told}}), {"getThing": lambda: {"url": "https://thing.example"}}
    )
    with pytest.raises(ConfigurationError, match="the default breaks its own schema"):
        of(document({"/things": {"get": filled}}), {"getThing": lambda url: {}})


def test_beside_a_reference_openapi_3_0_has_nothing():
    beside = {"pattern": [], "default": 5, "properties": {"a": {"$ref": "#/nowhere"}}}
    schemas = {"A": {"$ref": "#/components/schemas/B", **beside}, "B": {"type": "string"}}

    assert load(document({}, openapi="3.0.3", components={"schemas": schemas}))


def test_an_operation_may_declare_no_responses():
    """Then it has promised nothing, and whatever it answers breaks that."""
    app = of(document({"/a": {"get": {"operationId": "a"}}}), {"a": lambda: 1}, policy="prevent")

    assert ask(app, "GET /a").status == 500


def test_a_template_whose_parameter_is_not_declared_is_refused():
    error = refused(document({"/a/{b}": {"get": operation("a")}}))

    assert "not valid OpenAPI" in error.fault
    assert "b" in error.fault


# --- headers of every response ------------------------------------------------------------------


def with_universal_headers() -> Json:
    nosniff = {"schema": {"type": "string", "const": "nosniff"}}
    own = {"schema": {"type": "string", "default": "no-store"}}
    answers = {200: response(ANYTHING), 404: {"$ref": "#/components/responses/Gone"}}
    kept = {200: response(ANYTHING, headers={"Cache-Control": own})}
    return document(
        {
            "/a": {"get": operation("a", answers=answers)},
            "/b": {"get": operation("b", answers=kept)},
        },
        components={"responses": {"Gone": response()}},
        x_tenor_headers={
            "X-Content-Type-Options": nosniff,
            "Cache-Control": {"schema": {"type": "string", "default": "no-cache"}},
            "X-Request-Id": {"schema": {"type": "string"}},
        },
    )


def test_universal_headers_stand_in_every_response_of_the_served_document():
    app = of(with_universal_headers(), {"a": lambda: 1, "b": lambda: 1})

    served = ask(app, "GET /openapi.json").json

    names = {"X-Content-Type-Options", "Cache-Control", "X-Request-Id"}
    assert {*served["paths"]["/a"]["get"]["responses"]["200"]["headers"]} == names
    assert {*served["components"]["responses"]["Gone"]["headers"]} == names
    assert served["paths"]["/a"]["get"]["responses"]["404"] == {
        "$ref": "#/components/responses/Gone"
    }
    assert "x-tenor-headers" not in served
    assert load(served).raw["openapi"] == "3.1.1"


def test_universal_headers_are_sent_with_what_they_declare():
    app = of(with_universal_headers(), {"a": lambda: 1, "b": lambda: 1})

    headers = ask(app, "GET /a").headers

    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-cache"
    assert headers["X-Request-Id"]


def test_a_responses_own_declaration_of_a_universal_header_stays():
    app = of(with_universal_headers(), {"a": lambda: 1, "b": lambda: 1})

    served = ask(app, "GET /openapi.json").json
    own = served["paths"]["/b"]["get"]["responses"]["200"]["headers"]["Cache-Control"]

    assert own["schema"]["default"] == "no-store"
    assert ask(app, "GET /b").headers["Cache-Control"] == "no-store"


def test_what_a_handler_says_of_a_universal_header_counts():
    app = of(
        with_universal_headers(),
        {"a": lambda: (1, 200, {"cache-control": "private"}), "b": lambda: 1},
    )

    assert ask(app, "GET /a").headers.getlist("Cache-Control") == ["private"]


def test_a_universal_header_whose_default_breaks_its_schema_is_refused():
    spec = document(
        {"/a": {"get": operation("a")}},
        x_tenor_headers={"X-A": {"schema": {"type": "string", "maxLength": 2, "default": "long"}}},
    )

    with pytest.raises(ConfigurationError, match=r"X-A.*default breaks its own schema"):
        of(spec, {"a": nothing})


# --- serving ------------------------------------------------------------------------------------


def test_the_served_document_hides_what_only_the_server_knows():
    schemes = {
        "bearer": {"type": "http", "scheme": "bearer", "x-bearerInfoFunc": f"{__name__}.nothing"},
        "basic": {"type": "http", "scheme": "basic", "x-basicInfoFunc": f"{__name__}.nothing"},
        "key": {
            "type": "apiKey",
            "in": "header",
            "name": "X-Key",
            "x-apikeyInfoFunc": f"{__name__}.nothing",
        },
        "oauth": {
            "type": "oauth2",
            "flows": {"clientCredentials": {"tokenUrl": "/token", "scopes": {}}},
            "x-tokenInfoFunc": f"{__name__}.nothing",
            "x-scopeValidateFunc": f"{__name__}.nothing",
        },
    }
    marks: dict[str, Any] = {"x-openapi-router-controller": __name__, "x-shown": "yes"}
    described = operation("nothing", **marks)
    spec = document(
        {"/a": {"get": described}},
        components={"securitySchemes": schemes},
        x_tenor_unrouted={"404": response()},
    )

    app = of(spec, {"nothing": nothing})
    as_json, as_yaml = ask(app, "GET /openapi.json"), ask(app, "GET /openapi.yaml")

    assert as_json.json == yaml.safe_load(as_yaml.body)
    assert as_json.json["paths"]["/a"]["get"]["x-shown"] == "yes"
    for hidden in (__name__, "Func", "x-tenor", "router-controller"):
        assert hidden not in as_json.text
        assert hidden not in as_yaml.text


def test_the_served_document_keeps_its_order():
    paths = {f"/{name}": {"get": operation(name)} for name in "zmab"}

    app = of(document(paths), dict.fromkeys("zmab", nothing))

    assert [*ask(app, "GET /openapi.json").json["paths"]] == ["/z", "/m", "/a", "/b"]


def test_a_contract_is_served_from_a_file(write):
    text = START + "paths:\n  /a:\n    get:\n      operationId: a\n      responses:\n"
    text += "        200:\n          description: fine\n          content:\n"
    text += "            application/json: {schema: {const: no}}\n"

    app = Tenor(write(text), handlers={"a": lambda: "no"}, policy="raise")

    assert ask(app, "GET /a").json == "no"
