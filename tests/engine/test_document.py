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


def test_an_alias_that_holds_itself_is_refused(write):
    error = refused(write(START + "paths: {}\nx-loop: &loop\n  again: *loop\n"))

    assert "contract.yaml" in error.place


def test_what_is_no_json_is_refused(write):
    assert "not JSON" in refused(write("{,}", "contract.json")).fault


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


@pytest.mark.parametrize(
    "target", ["other.yaml", "other.yaml#/a", "https://example.com/a.json#/b", "#anchor", ""]
)
def test_a_reference_out_of_the_document_is_refused_with_its_line(write, target: str):
    text = START + f"paths: {{}}\ncomponents:\n  schemas:\n    Thing:\n      $ref: '{target}'\n"

    error = refused(write(text))

    assert error.place.endswith("contract.yaml:9")
    assert repr(target) in error.fault


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
        (START + "paths:\n  things: {}\n", 5),
        (START + "paths:\n  /a:\n    get:\n      responses: []\n", 8),
        (START + "paths: {}\ncomponents:\n  schemas:\n    A:\n      type: text\n", 9),
    ],
)
def test_what_is_not_openapi_is_refused_at_its_line(write, text: str, line: int):
    error = refused(write(text))

    assert "not valid OpenAPI" in error.fault
    assert error.place.endswith(f"contract.yaml:{line}")


def test_a_template_whose_parameter_is_not_declared_is_refused():
    error = refused(document({"/a/{b}": {"get": operation("a")}}))

    assert "not valid OpenAPI" in error.fault
    assert "b" in error.fault


def test_two_operations_of_one_name_are_refused():
    paths = {"/a": {"get": operation("same")}, "/b": {"get": operation("same")}}

    assert "same" in str(refused(document(paths)))


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

    with pytest.raises(ConfigurationError, match="default of X-A breaks its own schema"):
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
