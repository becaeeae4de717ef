"""Whether a document is valid OpenAPI: its shape, its references, and what no schema can say.

The shape is held to the schema that the OpenAPI Initiative publishes, schemas to the JSON Schema
of their version. Each refusal says the place, what was found there, and what to write.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, cast

import jsonschema_rs

from tenor.errors import ConfigurationError
from tenor.findings import finding
from tenor.published import META_SCHEMA, Published, of_3_0, of_3_1
from tenor.structure import (
    IN_PLACE,
    METHODS,
    Json,
    Part,
    escape,
    parts,
    pointer_of,
    reference_of,
    reference_to,
)

if TYPE_CHECKING:
    from tenor.document import Document

_TEMPLATE = re.compile(r"(?:[^{}]|\{[^{}]+\})*")
_VARIABLE = re.compile(r"\{([^{}]*)\}")
_DIALECT = re.compile(
    r"https://spec\.openapis\.org/oas/3\.1/dialect/(?:base|\d{4}-\d{2}-\d{2})#?"
    r"|https://json-schema\.org/draft/2020-12/schema#?"
)


def refuse_invalid(document: "Document") -> None:
    """Raise ConfigurationError for the first thing that makes the document invalid."""
    found = [*parts(document.raw, is_3_0=document.is_3_0)]
    if not document.is_3_0:
        _refuse_other_dialects(document, found)
    published = of_3_0() if document.is_3_0 else of_3_1()
    _hold(document, published, found[0])
    _follow_references(document, published, found)
    schemas = {part.pointer: part.members for part in found if part.kind == "schema"}
    _refuse_circles(document, schemas)
    _refuse_unreadable_patterns(document, schemas)
    _refuse_broken_defaults(document, schemas)
    _refuse_broken_templates(document)
    _refuse_doubled_names(document)
    _refuse_wrong_parameters(document)
    _refuse_unknown_schemes(document)


def _refuse(document: "Document", pointer: str, fault: str, remedy: str) -> None:
    raise ConfigurationError(
        f"this is not valid OpenAPI: {fault}", place=document.place(pointer), remedy=remedy
    )


def _hold(document: "Document", published: Published, part: Part) -> None:
    """Refuse an object that does not have the shape of its kind."""
    found = published.judge(part)
    if found is not None:
        _refuse(document, part.pointer + found.pointer, found.fault, found.remedy)


# --- references ---------------------------------------------------------------------------------


def _follow_references(document: "Document", published: Published, found: list[Part]) -> None:
    """Add what references lead to outside of what OpenAPI defines. Raises ConfigurationError."""
    kinds = {part.pointer: part.kind for part in found}
    for part in found:  # grows while it is walked
        if part.reference is None:
            continue
        target = _target(document, part)
        if target not in kinds:
            node = document.at(target)
            if reference_of(node) is None:
                _hold(document, published, Part(part.kind, target, node))
            more = [*parts(node, part.kind, target, is_3_0=document.is_3_0)]
            kinds.update({inner.pointer: inner.kind for inner in more})
            found += more
        elif kinds[target] != part.kind:
            _refuse(
                document,
                f"{part.pointer}/$ref",
                f"the $ref of a {part.kind} leads to what is a {kinds[target]}",
                f"Refer to a {part.kind}.",
            )


def _target(document: "Document", part: Part) -> str:
    """The pointer that a reference leads to, chains followed in part. Raises ConfigurationError."""
    place, reference = f"{part.pointer}/$ref", cast(str, part.reference)
    if reference.startswith("#/"):
        target = pointer_of(reference)
        document.follow(target, place)
        return target
    if reference == "#":
        fault, remedy = "leads to the whole document", "Point at a part of it, as in #/components/."
    elif reference.startswith("#"):
        fault = "is an anchor, which Tenor does not read"
        remedy = "Point at the place itself, as in #/components/schemas/Thing."
    else:
        fault = "leads out of the document"
        remedy = "Join the files first, for example with redocly bundle."
    raise ConfigurationError(
        f"the $ref {reference!r} {fault}", place=document.place(place), remedy=remedy
    )


# --- schemas ------------------------------------------------------------------------------------


def _refuse_other_dialects(document: "Document", found: Iterable[Part]) -> None:
    named = [("/jsonSchemaDialect", document.raw.get("jsonSchemaDialect"))]
    named += [
        (f"{part.pointer}/$schema", part.members.get("$schema"))
        for part in found
        if part.kind == "schema"
    ]
    for pointer, dialect in named:
        if dialect is not None and not _DIALECT.fullmatch(str(dialect)):
            raise ConfigurationError(
                f"the schemas are written in the dialect {dialect}, which Tenor does not read",
                place=document.place(pointer),
                remedy=f"Write them in {META_SCHEMA}, and leave the name of the dialect out.",
            )


def _refuse_circles(document: "Document", schemas: Mapping[str, Json]) -> None:
    """Refuse a schema that has to be judged before it can be judged."""
    settled: set[str] = set()
    for start in schemas:
        trail: dict[str, Iterator[str]] = {}
        pointer: str | None = start
        while pointer is not None:
            if pointer in trail:
                _refuse(
                    document,
                    pointer,
                    f"the schema {pointer.rpartition('/')[2]} refers to itself",
                    "Break the circle; only a property or an item may be of its own schema.",
                )
            if pointer not in settled:
                trail[pointer] = _same_value(schemas.get(pointer), pointer)
            pointer = _next(trail, settled)


def _next(trail: dict[str, Iterator[str]], settled: set[str]) -> str | None:
    """The next schema of a walk in depth; what has been walked is settled and leaves the trail."""
    while trail:
        last = next(reversed(trail))
        following = next(trail[last], None)
        if following is not None:
            return following
        settled.add(last)
        del trail[last]
    return None


def _same_value(node: Json, pointer: str) -> Iterator[str]:
    """Where the schemas stand that judge the same value as this one."""
    if not isinstance(node, dict):
        return
    target = reference_of(node)
    if target is not None:
        yield pointer_of(target)
    for keyword in IN_PLACE:
        value = cast(dict[str, Json], node).get(keyword)
        if keyword == "dependentSchemas" and isinstance(value, dict):
            names = cast(dict[str, Json], value)
            yield from (f"{pointer}/{keyword}/{escape(name)}" for name in names)
        elif isinstance(value, list):
            yield from (f"{pointer}/{keyword}/{i}" for i in range(len(cast(list[Json], value))))
        elif isinstance(value, dict):
            yield f"{pointer}/{keyword}"


def _refuse_unreadable_patterns(document: "Document", schemas: Mapping[str, Json]) -> None:
    """Refuse what the validator cannot run, though ECMA-262 may have it."""
    known: set[str] = set()
    for pointer, node in schemas.items():
        written = {f"{pointer}/pattern": node["pattern"]} if "pattern" in node else {}
        for pattern in node.get("patternProperties") or ():
            written[f"{pointer}/patternProperties/{escape(pattern)}"] = pattern
        for place, pattern in written.items():
            if pattern not in known and not _is_readable(pattern):
                _refuse(
                    document,
                    place,
                    f"the pattern {pattern} is a regular expression that cannot be run",
                    "Write it in another way, for example [\\s\\S] for [^].",
                )
            known.add(pattern)


def _is_readable(pattern: str) -> bool:
    try:
        jsonschema_rs.Draft202012Validator({"pattern": pattern})
    except jsonschema_rs.ValidationError:
        return False
    return True


def _refuse_broken_defaults(document: "Document", schemas: Mapping[str, Json]) -> None:
    stated = [pointer for pointer, node in schemas.items() if _states_a_default(node)]
    if not stated:
        return
    kind = jsonschema_rs.Draft202012Validator
    raw: Json = document.raw
    if document.is_3_0:
        kind, raw = jsonschema_rs.Draft4Validator, _with_null(raw)
    draft = jsonschema_rs.Draft4 if document.is_3_0 else jsonschema_rs.Draft202012
    registry = jsonschema_rs.Registry([("urn:contract", raw)], draft=draft)
    for pointer in stated:
        reference = {"$ref": f"urn:contract{reference_to(pointer)}"}
        judge = kind(reference, registry=registry, validate_formats=False, offline=True)
        errors = [*judge.iter_errors(schemas[pointer]["default"])]
        if errors:
            found = finding(errors, is_3_0=document.is_3_0, whole="it")
            _refuse(
                document,
                f"{pointer}/default{found.pointer}",
                f"the default breaks its own schema: {found.fault}",
                "Correct the default, or the schema.",
            )


def _states_a_default(node: Json) -> bool:
    return "default" in node and not (node["default"] is None and node.get("nullable") is True)


def _with_null(node: Json) -> Json:
    """The schemas of OpenAPI 3.0 with ``nullable`` written as a type."""
    if isinstance(node, list):
        return [_with_null(item) for item in cast(list[Json], node)]
    if not isinstance(node, dict):
        return node
    written = {key: _with_null(value) for key, value in cast(dict[str, Json], node).items()}
    if written.get("nullable") is True and isinstance(written.get("type"), str):
        written["type"] = [written["type"], "null"]
    return written


# --- what no schema can say ---------------------------------------------------------------------


def _refuse_broken_templates(document: "Document") -> None:
    for path in document.paths():
        if not _TEMPLATE.fullmatch(path):
            _refuse(
                document,
                f"/paths/{escape(path)}",
                f"the braces of the path {path} enclose no name",
                "Write each parameter as {name}.",
            )


def _refuse_doubled_names(document: "Document") -> None:
    first: dict[str, str] = {}
    for path, method, operation, pointer in document.operations():
        name = cast(str | None, operation.get("operationId"))
        if name in first:
            _refuse(
                document,
                f"{pointer}/operationId",
                f"the operationId {name} is that of {first[name]} already",
                "Give each operation its own.",
            )
        if name is not None:
            first[name] = f"{method.upper()} {path}"
    tags = [tag["name"] for tag in document.raw.get("tags") or ()]
    for index, name in enumerate(tags):
        if name in tags[:index]:
            _refuse(
                document,
                f"/tags/{index}",
                f"the tag {name} stands twice",
                "Keep one of them.",
            )


def _refuse_wrong_parameters(document: "Document") -> None:
    for path, item, pointer in document.path_items():
        shared = _declared(document, item, pointer)
        for method in METHODS:
            if method in item:
                own = _declared(document, item[method], f"{pointer}/{method}")
                _refuse_other_variables(document, path, f"{pointer}/{method}", {**shared, **own})


def _declared(document: "Document", owner: Json, pointer: str) -> dict[tuple[str, str], str]:
    """Where the owner declares each parameter, by name and location. Raises ConfigurationError."""
    places: dict[tuple[str, str], str] = {}
    for index, _ in enumerate(owner.get("parameters") or ()):
        place = f"{pointer}/parameters/{index}"
        node, _ = document.follow(place)
        key = node["name"], node["in"]
        if key in places:
            fault = f"the parameter {key[0]} in {key[1]} is declared twice"
            _refuse(document, place, fault, "Keep one of them.")
        places[key] = place
    return places


def _refuse_other_variables(
    document: "Document", path: str, pointer: str, declared: Mapping[tuple[str, str], str]
) -> None:
    in_template = _VARIABLE.findall(path)
    in_path = {name: place for (name, where), place in declared.items() if where == "path"}
    for name in in_template:
        if name not in in_path:
            fault = f"the parameter {name} of the path {path} is not declared"
            _refuse(document, pointer, fault, "Declare it with in: path and required: true.")
    for name, place in in_path.items():
        if name not in in_template:
            fault = f"the path {path} has no parameter {name}"
            _refuse(document, place, fault, "Write it in braces in the path, or remove it here.")


def _refuse_unknown_schemes(document: "Document") -> None:
    components: dict[str, Json] = document.raw.get("components") or {}
    known: dict[str, Json] = components.get("securitySchemes") or {}
    owners: list[tuple[str, Json]] = [
        ("", document.raw),
        *((p, node) for _, _, node, p in document.operations()),
    ]
    for pointer, owner in owners:
        required: list[dict[str, Json]] = owner.get("security") or []
        for index, requirement in enumerate(required):
            for name in requirement:
                if name not in known:
                    _refuse(
                        document,
                        f"{pointer}/security/{index}/{escape(name)}",
                        f"the security scheme {name} is not defined",
                        "Define it in components under securitySchemes, or correct the name.",
                    )
