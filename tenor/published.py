"""The schemas of OpenAPI that its initiative publishes, for whole documents and for their parts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

import jsonschema_rs
from openapi_spec_validator.schemas import (
    schema_v30,  # pyright: ignore[reportUnknownVariableType] - it has no types
    schema_v31,  # pyright: ignore[reportUnknownVariableType] - as above
)

from tenor.findings import Finding, finding
from tenor.structure import UNIVERSAL_HEADERS, UNROUTED, Json, Part

_NAMES_3_1 = {
    "path item": "path-item",
    "request body": "request-body",
    "security scheme": "security-scheme",
    "callback": "callbacks",
}
_NAMES_3_0 = {
    "path item": "PathItem",
    "request body": "RequestBody",
    "security scheme": "SecurityScheme",
}
META_SCHEMA = "https://json-schema.org/draft/2020-12/schema"


@dataclass(frozen=True, slots=True)
class Published:
    """The published schema of one version of OpenAPI.

    ``whole`` is the schema of a document, ``name`` gives the reference to that of a kind of part.
    """

    compile: Callable[[Json], Any]
    whole: Json
    name: Callable[[str], str]
    is_3_0: bool

    def judge(self, part: Part) -> Finding | None:
        """What is wrong with the shape of a part, None when it is that of its kind."""
        schema = self.whole if part.kind == "document" else {"$ref": self.name(part.kind)}
        errors = [*filter(_counts, self.compile(schema).iter_errors(part.node))]
        return finding(errors, is_3_0=self.is_3_0) if errors else None


def of_3_1() -> Published:
    """The schema of OpenAPI 3.1, whose schemas are those of JSON Schema 2020-12."""
    published = _without_formats(dict(cast(Mapping[str, Json], schema_v31)))
    base = cast(str, published["$id"])
    registry = jsonschema_rs.Registry([(base, published)])
    schemas = {"$defs": {"schema": {"$dynamicAnchor": "meta", "$ref": META_SCHEMA}}}
    own = {
        UNIVERSAL_HEADERS: _map_of({"$ref": f"{base}#/$defs/header-or-reference"}),
        UNROUTED: _map_of({"$ref": f"{base}#/$defs/response-or-reference"}, besides="^x-"),
    }

    def compiled(schema: Json) -> jsonschema_rs.Draft202012Validator:
        return jsonschema_rs.Draft202012Validator(
            {**schema, **schemas}, registry=registry, validate_formats=True, offline=True
        )

    def name(kind: str) -> str:
        return META_SCHEMA if kind == "schema" else f"{base}#/$defs/{_NAMES_3_1.get(kind, kind)}"

    return Published(compiled, {"$ref": base, "properties": own}, name, is_3_0=False)


def of_3_0() -> Published:
    """The schema of OpenAPI 3.0, which has the schemas of its own dialect within."""
    published = _without_formats(dict(cast(Mapping[str, Json], schema_v30)))
    definitions = published["definitions"]
    definitions["Schema"]["properties"]["pattern"]["format"] = "regex"

    def either(kind: str) -> Json:
        return {"oneOf": [{"$ref": f"#/definitions/{kind}"}, {"$ref": "#/definitions/Reference"}]}

    own = {
        UNIVERSAL_HEADERS: _map_of(either("Header")),
        UNROUTED: _map_of(either("Response"), besides="^x-"),
    }

    def compiled(schema: Json) -> jsonschema_rs.Draft4Validator:
        whole = {**schema, "definitions": definitions}
        return jsonschema_rs.Draft4Validator(whole, validate_formats=True, offline=True)

    def name(kind: str) -> str:
        return f"#/definitions/{_NAMES_3_0.get(kind, kind.capitalize())}"

    whole = {**published, "properties": {**published["properties"], **own}}
    return Published(compiled, whole, name, is_3_0=True)


def _map_of(schema: Json, *, besides: str = "^$") -> Json:
    """The schema of a map; names that match the pattern hold anything."""
    return {"type": "object", "additionalProperties": schema, "patternProperties": {besides: {}}}


def _without_formats(node: Json) -> Json:
    """The schema without its formats: a contract whose licence has an odd URL can be held."""
    if isinstance(node, dict):
        mapping = cast(dict[str, Json], node)
        kept = {k: v for k, v in mapping.items() if k != "format" or not isinstance(v, str)}
        return {key: _without_formats(value) for key, value in kept.items()}
    if isinstance(node, list):
        return [_without_formats(item) for item in cast(list[Json], node)]
    return node


def _counts(error: jsonschema_rs.ValidationError) -> bool:
    """Whether an error is one: of the formats that JSON Schema gives itself, only regex is."""
    return error.kind.name != "format" or error.kind.as_dict()["format"] == "regex"
