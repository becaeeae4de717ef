"""The contract as a document: read strictly, its references followed, its places known by line."""

import copy
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from tenor import collector, reading, validity
from tenor.errors import ConfigurationError
from tenor.structure import (
    METHODS,
    UNIVERSAL_HEADERS,
    UNROUTED,
    Json,
    escape,
    pointer_of,
    reference_of,
)

_SERVER_SIDE = re.compile(r"x-(\w+InfoFunc|scopeValidateFunc|openapi-router-controller|tenor-.*)$")
_VERSION = re.compile(r"3\.[01]\.\d+$")


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
        """The identity of the contract: SHA-256 of all it says, whatever the order and the format.

        64 hexadecimal digits.
        """
        canonical = json.dumps(self.raw, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()

    def place(self, pointer: str) -> str:
        """Where a person finds the pointer: ``spec/openapi.yaml:412``."""
        probe = pointer
        while probe and probe not in self.lines:
            probe = probe.rpartition("/")[0]
        line = self.lines.get(probe)
        return f"{self.source}:{line}" if line else f"{self.source}#{pointer}"

    def at(self, pointer: str, referrer: str = "") -> Json:
        """The value at a JSON pointer (RFC 6901); an error is told at the referrer's place."""
        node: Json = self.raw
        for depth, token in enumerate(pointer.split("/")[1:], start=1):
            key = token.replace("~1", "/").replace("~0", "~")
            try:
                node = node[int(key) if isinstance(node, list) and key.isdecimal() else key]
            except (KeyError, IndexError, ValueError, TypeError):
                above = "/".join(pointer.split("/")[:depth])
                raise self._nothing_at(pointer, above, reference_of(node), referrer) from None
        return node

    def _nothing_at(
        self, pointer: str, above: str, target: str | None, referrer: str
    ) -> ConfigurationError:
        place = self.place(referrer) if referrer else self.source
        if target is None:
            return ConfigurationError(
                f"nothing stands at #{pointer}",
                place=place,
                remedy="Define it, or correct the $ref that points there.",
            )
        return ConfigurationError(
            f"#{pointer} leads through #{above}, which is itself a $ref",
            place=place,
            remedy=f"Point there directly: {target}{pointer.removeprefix(above)}.",
        )

    def follow(self, pointer: str, referrer: str = "") -> tuple[Json, str]:
        """The value at the pointer, through any chain of ``$ref``, and where it really stands."""
        seen = {pointer}
        node = self.at(pointer, referrer)
        while (target := reference_of(node)) is not None:
            referrer, pointer = f"{pointer}/$ref", pointer_of(target)
            if pointer in seen:
                raise ConfigurationError(
                    "a $ref leads back to itself",
                    place=self.place(pointer),
                    remedy="Break the circle.",
                )
            seen.add(pointer)
            node = self.at(pointer, referrer)
        return node, pointer

    def paths(self) -> dict[str, Json]:
        """The paths as they are written, by their templates; extensions are none."""
        written: dict[str, Json] = self.raw.get("paths") or {}
        return {path: item for path, item in written.items() if path.startswith("/")}

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
            for response in _responses(raw):
                response["headers"] = {**references, **(response.get("headers") or {})}
        return Document(raw, self.source, self.lines)

    def served(self) -> dict[str, Json]:
        """The document for its readers: without what only the server needs to know."""
        return cast(dict[str, Json], _without(self.raw, _SERVER_SIDE))


@collector.paused()
def load(spec: str | Path | dict[str, Json]) -> Document:
    """The document, read strictly from a path or taken as a dictionary, and known to be valid.

    Raises ConfigurationError for a file that cannot be read, text that is not YAML or JSON, a
    doubled key, a version other than 3.0 and 3.1, a reference out of the document, and whatever
    the OpenAPI schema refuses.
    """
    document = _from_dictionary(spec) if isinstance(spec, dict) else _from_file(Path(spec))
    _refuse_other_versions(document)
    validity.refuse_invalid(document)
    return document


def _from_dictionary(spec: dict[str, Json]) -> Document:
    try:
        return Document(_written(spec), "<document>", {})
    except (TypeError, ValueError, RecursionError) as error:
        raise ConfigurationError(
            f"the contract holds what JSON cannot write ({error})",
            place="<document>",
            remedy="Make it of dictionaries, lists, text, finite numbers, True, False and None.",
        ) from None


def _written(spec: dict[str, Json]) -> dict[str, Json]:
    """A copy of the dictionary as JSON would have it, with text as keys."""
    raw = cast(dict[str, Json], _string_keys(spec))
    json.dumps(raw, allow_nan=False, ensure_ascii=False).encode()
    return raw


def _from_file(path: Path) -> Document:
    raw, lines = reading.read(path)
    if not isinstance(raw, dict):
        raise ConfigurationError(
            "the contract is not an object",
            place=str(path),
            remedy="An OpenAPI document begins with openapi: and info:.",
        )
    return Document(cast(dict[str, Json], raw), shown_path(path), lines)


def shown_path(path: str | Path) -> str:
    """A path as a person types it: from the working directory, if it lies below."""
    try:
        return str(Path(path).resolve().relative_to(Path.cwd()))
    except (ValueError, OSError):
        return str(path)


def _refuse_other_versions(document: Document) -> None:
    version = document.raw.get("openapi")
    if isinstance(version, str) and _VERSION.match(version):
        return
    if "swagger" in document.raw:
        raise ConfigurationError(
            f"this is Swagger {document.raw['swagger']}",
            place=document.place("/swagger"),
            remedy="Convert it to OpenAPI 3, for example with swagger2openapi.",
        )
    raise ConfigurationError(
        f"the document says openapi: {version!r}",
        place=document.place("/openapi"),
        remedy='Tenor reads OpenAPI 3.0 and 3.1; write for example openapi: "3.1.1".',
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


def _responses(raw: dict[str, Json]) -> Iterator[dict[str, Json]]:
    """Every response object, once each: shared, of operations, and of nobody's requests."""
    maps: list[dict[str, Json]] = [raw.get("components", {}).get("responses") or {}]
    maps.append(raw.get(UNROUTED) or {})
    paths: dict[str, Json] = raw.get("paths") or {}
    shared: dict[str, Json] = raw.get("components", {}).get("pathItems") or {}
    for item in (*(i for path, i in paths.items() if path.startswith("/")), *shared.values()):
        maps += [item[method].get("responses") or {} for method in METHODS if method in item]
    for responses in maps:
        for status, response in responses.items():
            if not status.startswith("x-") and "$ref" not in response:
                yield response
