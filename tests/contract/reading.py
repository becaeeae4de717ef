"""The contract as its tests read it: what it declares, and the place of each declaration.

Every reader gives each declaration once, with the JSON pointer at which it stands, so that a test
can list all offenders and a person finds them.
"""

import copy
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import jsonschema_rs
import yaml

CONTRACT = Path(__file__).parents[2] / "spec" / "openapi.yaml"
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
PROBLEM = "application/problem+json"
UNROUTED = "/x-tenor-unrouted"
UNIVERSAL = "/x-tenor-headers"

Node = dict[str, Any]

_EXAMPLES = ("example", "examples", "default", "enum", "const")
_SCHEMA_MAPS = ("properties", "patternProperties", "dependentSchemas")
_SCHEMA_LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
_SCHEMA_VALUES = ("items", "additionalProperties", "not", "if", "then", "else", "contains")


class Found(NamedTuple):
    """A declaration and the JSON pointer at which it stands."""

    place: str
    node: Node


class Example(NamedTuple):
    """An example, the place where it is given, and the schema that it must fit."""

    place: str
    schema: Node
    value: Any


class Response(NamedTuple):
    """A response as one operation declares it, with any reference followed."""

    status: str
    place: str
    node: Node

    @property
    def name(self) -> str:
        """The name of its component, or its status where it is none."""
        return self.place.rpartition("/")[2]

    @property
    def content(self) -> Node:
        return self.node.get("content", {})

    @property
    def headers(self) -> Node:
        return self.node.get("headers", {})


@dataclass(frozen=True)
class Operation:
    """An operation with everything that it refers to."""

    path: str
    method: str
    place: str
    node: Node
    parameters: tuple[Node, ...]
    responses: tuple[Response, ...]

    @property
    def id(self) -> str:
        return self.node["operationId"]

    @property
    def statuses(self) -> set[str]:
        return set(self.node["responses"])

    @property
    def has_body(self) -> bool:
        return "requestBody" in self.node

    @property
    def may_be_refused(self) -> bool:
        """Whether credentials can be wrong here."""
        return any(self.node["security"])

    @property
    def scopes(self) -> set[str]:
        needed = (requirement.get("bearerAuth", []) for requirement in self.node["security"])
        return {scope for scopes in needed for scope in scopes}

    @property
    def offered(self) -> set[str]:
        """The media types of its successful answers."""
        good = (r.content for r in self.responses if r.status.startswith("2"))
        return {media_type for content in good for media_type in content}

    def takes(self, name: str, location: str) -> bool:
        return any(p["name"] == name and p["in"] == location for p in self.parameters)

    def takes_any(self, location: str) -> bool:
        return any(p["in"] == location for p in self.parameters)


class Contract:
    """An OpenAPI document, as text and as what the text says."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.document: Node = yaml.load(text, Loader=yaml.CSafeLoader)

    @classmethod
    def read(cls) -> "Contract":
        return cls(CONTRACT.read_text(encoding="utf-8"))

    def with_value(self, pointer: str, value: Any) -> "Contract":
        """The contract with another value at the pointer, or with a new one."""
        document = copy.deepcopy(self.document)
        parent, _, key = pointer.rpartition("/")
        owner: Any = _at(document, parent)
        if isinstance(owner, list):
            owner[int(key)] = value
        else:
            owner[_key(key)] = value
        return Contract(yaml.dump(document, Dumper=yaml.CSafeDumper, sort_keys=False))

    def without(self, pointer: str) -> "Contract":
        """The contract without what stands at the pointer."""
        document = copy.deepcopy(self.document)
        parent, _, key = pointer.rpartition("/")
        owner: Any = _at(document, parent)
        del owner[int(key) if isinstance(owner, list) else _key(key)]
        return Contract(yaml.dump(document, Dumper=yaml.CSafeDumper, sort_keys=False))

    def with_text(self, old: str, new: str) -> "Contract":
        """The contract with the first occurrence of a piece of its text replaced."""
        assert old in self.text, f"the contract does not say {old!r}"
        return Contract(self.text.replace(old, new, 1))

    def at(self, pointer: str) -> Any:
        return _at(self.document, pointer)

    def followed(self, place: str, node: Node) -> Found:
        """The node and its place, through any chain of references."""
        while "$ref" in node:
            place = node["$ref"][1:]
            node = self.at(place)
        return Found(place, node)

    @cached_property
    def operations(self) -> tuple[Operation, ...]:
        return tuple(
            self._operation(path, method, item[method])
            for path, item in self.document["paths"].items()
            for method in METHODS
            if method in item
        )

    def operation(self, operation_id: str) -> Operation:
        return next(o for o in self.operations if o.id == operation_id)

    @cached_property
    def unrouted(self) -> tuple[Response, ...]:
        """The answers that belong to no operation."""
        return self._responses(UNROUTED, self.document["x-tenor-unrouted"])

    def responses(self) -> Iterator[Response]:
        """Each response that anything can give, once."""
        seen: set[tuple[str, str]] = set()
        for response in (*(r for o in self.operations for r in o.responses), *self.unrouted):
            if (response.status, response.place) not in seen:
                seen.add((response.status, response.place))
                yield response

    def parameters(self) -> Iterator[Found]:
        yield from self._once(
            self.followed(f"{operation.place}/parameters/{index}", node)
            for operation in self.operations
            for index, node in enumerate(operation.node.get("parameters", []))
        )

    def headers(self) -> Iterator[Found]:
        """Each header of any response, once, and those that every response carries."""
        declared = [
            (f"{response.place}/headers/{name}", node)
            for response in self.responses()
            for name, node in response.headers.items()
        ]
        universal = [
            (f"{UNIVERSAL}/{name}", node) for name, node in self.document["x-tenor-headers"].items()
        ]
        yield from self._once(self.followed(*found) for found in (*declared, *universal))

    def request_contents(self) -> Iterator[Found]:
        for operation in self.operations:
            body = operation.node.get("requestBody", {"content": {}})
            for media_type, node in body["content"].items():
                yield Found(f"{operation.place}/requestBody/content/{_token(media_type)}", node)

    def response_contents(self) -> Iterator[Found]:
        yield from self._once(
            Found(f"{response.place}/content/{_token(media_type)}", node)
            for response in self.responses()
            for media_type, node in response.content.items()
        )

    def exemplified(self) -> Iterator[Found]:
        """Whatever has a schema of its own and should show an example of it."""
        yield from self.parameters()
        yield from self.headers()
        yield from self.request_contents()
        yield from self.response_contents()

    def examples(self) -> Iterator[Example]:
        for place, node in self.exemplified():
            if "example" in node:
                yield Example(f"{place}/example", node["schema"], node["example"])
            for name, example in node.get("examples", {}).items():
                found = self.followed(f"{place}/examples/{name}", example)
                yield Example(f"{found.place}/value", node["schema"], found.node["value"])

    def schemas(self) -> Iterator[Found]:
        """Every schema, and every schema within it, where it is written."""
        for name, node in self.document["components"]["schemas"].items():
            yield from _within(f"/components/schemas/{name}", node)
        for place, node in nodes(self.document):
            if "schema" in node and not place.startswith("/components/schemas/"):
                yield from _within(f"{place}/schema", node["schema"])

    def objects(self, roots: Iterator[Found]) -> set[str]:
        """The places of the object schemas that the contents at the roots are made of."""
        waiting = [Found(f"{place}/schema", node["schema"]) for place, node in roots]
        seen: set[str] = set()
        found: set[str] = set()
        while waiting:
            start = self.followed(*waiting.pop())
            if start.place in seen:
                continue
            seen.add(start.place)
            for place, node in _within(*start):
                if "object" in types(node):
                    found.add(place)
                if "$ref" in node:
                    waiting.append(Found(place, node))
        return found

    def validator(self, schema: Node) -> jsonschema_rs.Draft202012Validator:
        """A validator of one schema, which may refer to the components."""
        return jsonschema_rs.Draft202012Validator(
            {**schema, "components": self.document["components"]},
            validate_formats=True,
            offline=True,
        )

    def _operation(self, path: str, method: str, node: Node) -> Operation:
        place = f"/paths/{_token(path)}/{method}"
        parameters = node.get("parameters", [])
        return Operation(
            path=path,
            method=method,
            place=place,
            node=node,
            parameters=tuple(self.followed(place, parameter).node for parameter in parameters),
            responses=self._responses(f"{place}/responses", node["responses"]),
        )

    def _responses(self, place: str, declared: Node) -> tuple[Response, ...]:
        return tuple(
            Response(str(status), *self.followed(f"{place}/{status}", node))
            for status, node in declared.items()
        )

    def _once(self, found: Iterable[Found]) -> Iterator[Found]:
        yield from {declaration.place: declaration for declaration in found}.values()


def nodes(node: Any, place: str = "") -> Iterator[Found]:
    """Every object of the document but those inside examples."""
    if isinstance(node, dict):
        yield Found(place, node)
        for key, inner in node.items():
            if key not in _EXAMPLES:
                yield from nodes(inner, f"{place}/{_token(str(key))}")
    elif isinstance(node, list):
        for index, inner in enumerate(node):
            yield from nodes(inner, f"{place}/{index}")


def references(node: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Every reference of the document, as (place, target)."""
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield place, node["$ref"]
        for key, inner in node.items():
            yield from references(inner, f"{place}/{_token(str(key))}")
    elif isinstance(node, list):
        for index, inner in enumerate(node):
            yield from references(inner, f"{place}/{index}")


def types(schema: Node) -> set[str]:
    """The types that a schema names."""
    stated = schema.get("type", [])
    return {stated} if isinstance(stated, str) else set(stated)


def _within(place: str, schema: Any) -> Iterator[Found]:
    if not isinstance(schema, dict):
        return
    yield Found(place, schema)
    for keyword in _SCHEMA_MAPS:
        for name, inner in schema.get(keyword, {}).items():
            yield from _within(f"{place}/{keyword}/{_token(name)}", inner)
    for keyword in _SCHEMA_LISTS:
        for index, inner in enumerate(schema.get(keyword, [])):
            yield from _within(f"{place}/{keyword}/{index}", inner)
    for keyword in _SCHEMA_VALUES:
        yield from _within(f"{place}/{keyword}", schema.get(keyword))


def _at(node: Any, pointer: str) -> Any:
    for token in pointer.split("/")[1:]:
        node = node[int(token)] if isinstance(node, list) else node[_key(token)]
    return node


def _token(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


def _key(token: str) -> str:
    return token.replace("~1", "/").replace("~0", "~")
