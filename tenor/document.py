"""The contract as a document: read strictly, its references followed, its places known by line.

A YAML reader that is lenient changes a contract in silence: a doubled key wins over its first
writing, ``no`` becomes false, a date becomes an object. Here a doubled key is an error, keys are
strings, and scalars are those of JSON (YAML 1.2, core schema), so that YAML and JSON say the same.
"""

import copy
import hashlib
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from urllib.parse import unquote

import openapi_spec_validator
import yaml
from openapi_spec_validator.validation.exceptions import OpenAPIValidationError

from tenor.errors import ConfigurationError

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
UNIVERSAL_HEADERS = "x-tenor-headers"
UNROUTED = "x-tenor-unrouted"

_SERVER_SIDE = re.compile(r"x-(\w+InfoFunc|scopeValidateFunc|openapi-router-controller|tenor-.*)$")
_VERSION = re.compile(r"3\.[01]\.\d+$")

Json = Any
"""A value as JSON has it: dict, list, str, int, float, bool or None."""


@dataclass(frozen=True, slots=True)
class Document:
    """An OpenAPI document, with the line of each of its places.

    ``raw`` is the document as written; ``lines`` maps JSON pointers to line numbers (empty for a
    document that was given as a dictionary).
    """

    raw: dict[str, Json]
    source: str
    lines: dict[str, int]

    @property
    def is_3_0(self) -> bool:
        """Whether it is written in OpenAPI 3.0, whose schemas are not JSON Schema."""
        return str(self.raw["openapi"]).startswith("3.0")

    @property
    def title(self) -> str:
        """The title of the API."""
        return str(self.raw["info"]["title"])

    @property
    def digest(self) -> str:
        """The identity of the contract: SHA-256 over its canonical JSON."""
        canonical = json.dumps(self.raw, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()

    def place(self, pointer: str) -> str:
        """Where a person finds the pointer: ``spec/openapi.yaml:412``."""
        probe = pointer
        while probe and probe not in self.lines:
            probe = probe.rpartition("/")[0]
        line = self.lines.get(probe)
        return f"{self.source}:{line}" if line else f"{self.source}#{pointer}"

    def at(self, pointer: str) -> Json:
        """The value at a JSON pointer (RFC 6901)."""
        node: Json = self.raw
        for token in pointer.split("/")[1:]:
            key = token.replace("~1", "/").replace("~0", "~")
            try:
                node = node[int(key) if isinstance(node, list) else key]
            except (KeyError, IndexError, ValueError, TypeError):
                raise ConfigurationError(
                    f"nothing stands at #{pointer}",
                    place=self.source,
                    remedy="Define it, or correct the $ref that points there.",
                ) from None
        return node

    def follow(self, pointer: str) -> tuple[Json, str]:
        """The value at the pointer, through any chain of ``$ref``, and where it really stands."""
        seen = {pointer}
        node = self.at(pointer)
        while (target := _target(node)) is not None:
            pointer = pointer_of(target)
            if pointer in seen:
                raise ConfigurationError(
                    "a $ref leads back to itself",
                    place=self.place(pointer),
                    remedy="Break the circle.",
                )
            seen.add(pointer)
            node = self.at(pointer)
        return node, pointer

    def paths(self) -> dict[str, Json]:
        """The paths as they are written, by their templates."""
        return self.raw.get("paths") or {}

    def path_items(self) -> Iterator[tuple[str, dict[str, Json], str]]:
        """Each path with its item and the item's pointer."""
        for path in self.paths():
            item, pointer = self.follow(f"/paths/{escape(path)}")
            yield path, item, pointer

    def operations(self) -> Iterator[tuple[str, str, dict[str, Json], str]]:
        """Each operation as (path, method, operation, pointer), in the document's order."""
        for path, item, pointer in self.path_items():
            for method in item:
                if method in METHODS:
                    yield path, method, item[method], f"{pointer}/{method}"

    def operation_ids(self) -> frozenset[str]:
        """The operationIds, as far as operations have one."""
        ids = (operation.get("operationId") for _, _, operation, _ in self.operations())
        return frozenset(name for name in ids if name)

    def expanded(self) -> "Document":
        """The document as promised: with the universal headers written into every response."""
        raw = copy.deepcopy(self.raw)
        headers: dict[str, Json] = raw.get(UNIVERSAL_HEADERS) or {}
        if headers:
            shared: dict[str, Json] = raw.setdefault("components", {}).setdefault("headers", {})
            shared.update({name: header for name, header in headers.items() if name not in shared})
            references = {name: {"$ref": f"#/components/headers/{name}"} for name in headers}
            for response in _response_objects(raw):
                response["headers"] = {**references, **(response.get("headers") or {})}
        return Document(raw, self.source, self.lines)

    def served(self) -> dict[str, Json]:
        """The document for its readers: without what only the server needs to know."""
        return cast(dict[str, Json], _without(self.raw, _SERVER_SIDE))


def _target(node: Json) -> str | None:
    """Where a node refers to, None for one that is itself."""
    target = cast(dict[str, Json], node).get("$ref") if isinstance(node, dict) else None
    return target if isinstance(target, str) else None


def pointer_of(reference: str) -> str:
    """The JSON pointer of a ``$ref`` into this document: a URI fragment (RFC 6901, section 6)."""
    return unquote(reference[1:])


def escape(key: str) -> str:
    """The key as a token of a JSON pointer (RFC 6901, section 3)."""
    return key.replace("~", "~0").replace("/", "~1")


def load(spec: str | Path | dict[str, Json]) -> Document:
    """The document, read strictly from a path or taken as a dictionary, and known to be valid.

    Raises ConfigurationError for a file that cannot be read, text that is not YAML or JSON, a
    doubled key, a version other than 3.0 and 3.1, a reference out of the document, and whatever
    the OpenAPI schema refuses.
    """
    document = _from_dictionary(spec) if isinstance(spec, dict) else _from_file(Path(spec))
    version = document.raw.get("openapi")
    if not isinstance(version, str) or not _VERSION.match(version):
        raise ConfigurationError(
            f"the document says openapi: {version!r}",
            place=document.source,
            remedy='Tenor reads OpenAPI 3.0 and 3.1; write for example openapi: "3.1.1".',
        )
    _refuse_foreign_references(document)
    _refuse_invalid(document)
    return document


def _from_dictionary(spec: dict[str, Json]) -> Document:
    return Document(cast(dict[str, Json], _string_keys(copy.deepcopy(spec))), "<document>", {})


def _from_file(path: Path) -> Document:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise ConfigurationError(
            f"the contract cannot be read ({reason})",
            place=str(path),
            remedy="Give the path of an OpenAPI document that this user may read.",
        ) from None
    if path.suffix == ".json":
        raw, lines = _parse_json(text, path), {}
    else:
        raw, lines = _parse_yaml(text, path)
    if not isinstance(raw, dict):
        raise ConfigurationError(
            "the contract is not an object",
            place=str(path),
            remedy="An OpenAPI document begins with openapi: and info:.",
        )
    return Document(cast(dict[str, Json], raw), str(path), lines)


def _parse_json(text: str, path: Path) -> Json:
    def unique(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
        keys = [key for key, _ in pairs]
        for key in keys:
            if keys.count(key) > 1:
                raise _doubled_key(key, str(path))
        return dict(pairs)

    try:
        return json.loads(text, object_pairs_hook=unique)
    except ValueError as error:
        raise ConfigurationError(
            f"the contract is not JSON: {error}", place=str(path), remedy="Correct it there."
        ) from None


class _CoreSchema(yaml.CSafeLoader):
    """YAML 1.2's core schema: the scalars of JSON and no others."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - PyYAML's own class attribute


for _tag, _pattern, _first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", "-+.0123456789"),
):
    _CoreSchema.add_implicit_resolver(  # pyright: ignore[reportUnknownMemberType] - PyYAML's has no types
        f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), list(_first)
    )


def _parse_yaml(text: str, path: Path) -> tuple[Json, dict[str, int]]:
    lines: dict[str, int] = {}
    try:
        root = cast(yaml.Node | None, yaml.compose(text, Loader=_CoreSchema))  # pyright: ignore[reportUnknownMemberType] - PyYAML's has no types
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{path}:{mark.line + 1}" if mark else str(path)
        problem = getattr(error, "problem", None) or "it cannot be parsed"
        raise ConfigurationError(
            f"the contract is not YAML: {problem}", place=place, remedy="Correct it there."
        ) from None
    try:
        return (_construct(root, "", lines, path) if root else None), lines
    except RecursionError:
        raise ConfigurationError(
            "the contract holds itself by an alias, or is nested too deeply",
            place=str(path),
            remedy="Write the part out, or refer to it by $ref.",
        ) from None


def _construct(node: yaml.Node, pointer: str, lines: dict[str, int], path: Path) -> Json:
    line = node.start_mark.line + 1
    lines.setdefault(pointer, line)
    if isinstance(node, yaml.MappingNode):
        mapping: dict[str, Json] = {}
        for key_node, value_node in cast(list[tuple[yaml.Node, yaml.Node]], node.value):
            key = str(key_node.value)
            if key in mapping:
                raise _doubled_key(key, f"{path}:{key_node.start_mark.line + 1}")
            inner = f"{pointer}/{escape(key)}"
            lines[inner] = key_node.start_mark.line + 1
            mapping[key] = _construct(value_node, inner, lines, path)
        return mapping
    if isinstance(node, yaml.SequenceNode):
        items = cast(list[yaml.Node], node.value)
        return [_construct(item, f"{pointer}/{i}", lines, path) for i, item in enumerate(items)]
    return _SCALARS.get(node.tag.rpartition(":")[2], str)(node.value)


_SCALARS: dict[str, Callable[[str], Json]] = {
    "bool": lambda text: text.lower() == "true",
    "null": lambda text: None,
    "int": lambda text: int(text, 0) if text[:2] in ("0o", "0x") else int(text),
    "float": float,
    "str": str,
}


def _doubled_key(key: str, place: str) -> ConfigurationError:
    return ConfigurationError(
        f"the key {key!r} stands twice in one mapping",
        place=place,
        remedy="Keep one of them; a lenient reader would drop the other in silence.",
    )


def _string_keys(node: Json) -> Json:
    if isinstance(node, dict):
        mapping = cast(dict[Json, Json], node)
        return {str(key): _string_keys(value) for key, value in mapping.items()}
    if isinstance(node, (list, tuple)):
        return [_string_keys(item) for item in cast(list[Json], node)]
    return node


def _without(node: Json, names: re.Pattern[str]) -> Json:
    if isinstance(node, dict):
        mapping = cast(dict[str, Json], node)
        return {
            key: _without(value, names) for key, value in mapping.items() if not names.match(key)
        }
    if isinstance(node, list):
        return [_without(item, names) for item in cast(list[Json], node)]
    return node


def _response_objects(raw: dict[str, Json]) -> Iterator[dict[str, Json]]:
    """Every response object, once each: shared, of operations, and of nobody's requests."""
    maps: list[dict[str, Json]] = [raw.get("components", {}).get("responses") or {}]
    maps.append(raw.get(UNROUTED) or {})
    paths: dict[str, dict[str, Json]] = raw.get("paths") or {}
    shared: dict[str, dict[str, Json]] = raw.get("components", {}).get("pathItems") or {}
    for item in (*paths.values(), *shared.values()):
        maps += [item[method].get("responses") or {} for method in METHODS if method in item]
    for responses in maps:
        for response in responses.values():
            if "$ref" not in response:
                yield response


def references(node: Json, pointer: str = "") -> Iterator[tuple[str, str]]:
    """Each ``$ref`` that is followed (not those inside examples), as (pointer, target)."""
    if isinstance(node, dict):
        mapping = cast(dict[str, Json], node)
        if isinstance(mapping.get("$ref"), str):
            yield f"{pointer}/$ref", mapping["$ref"]
        for key, value in mapping.items():
            if key not in ("example", "examples", "default", "const", "enum"):
                yield from references(value, f"{pointer}/{escape(key)}")
    elif isinstance(node, list):
        for index, item in enumerate(cast(list[Json], node)):
            yield from references(item, f"{pointer}/{index}")


def _refuse_foreign_references(document: Document) -> None:
    for pointer, target in references(document.raw):
        if not target.startswith("#/"):
            raise ConfigurationError(
                f"the $ref {target!r} leads out of the document",
                place=document.place(pointer),
                remedy="Join the files first, for example with redocly bundle.",
            )
        document.follow(pointer_of(target))


def _refuse_invalid(document: Document) -> None:
    try:
        openapi_spec_validator.validate(document.raw)
    except OpenAPIValidationError as error:
        reason, *_ = str(error).splitlines()
        raise ConfigurationError(
            f"this is not valid OpenAPI: {reason}",
            place=document.place(_pointer_of_error(document, error)),
            remedy="Correct it there.",
        ) from None


def _pointer_of_error(document: Document, error: OpenAPIValidationError) -> str:
    """Where an error is: its path, which counts from the schema when a schema is at fault."""
    path = cast("list[str | int]", list(getattr(error, "absolute_path", ())))
    tail = "".join(f"/{escape(str(part))}" for part in path)
    instance = getattr(error, "instance", None)
    found = (pointer for pointer, node in _nodes(document.raw, "") if node is instance)
    return next((pointer for pointer in found if pointer.endswith(tail)), tail)


def _nodes(node: Json, pointer: str) -> Iterator[tuple[str, Json]]:
    yield pointer, node
    if isinstance(node, dict):
        for key, value in cast(dict[str, Json], node).items():
            yield from _nodes(value, f"{pointer}/{escape(key)}")
    elif isinstance(node, list):
        for index, item in enumerate(cast(list[Json], node)):
            yield from _nodes(item, f"{pointer}/{index}")
