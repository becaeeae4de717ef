"""Rules of effect: what is written and means nothing, or not what it seems to."""

from collections.abc import Iterator, Mapping
from typing import cast

from tenor.clusters import as_object, parts_of
from tenor.document import UNIVERSAL_HEADERS, Json, escape, pointer_of
from tenor.lint.contract import Contract
from tenor.lint.findings import Flaw, Flaws, Severity, rule
from tenor.lint.values import Place, Value
from tenor.subtypes import subtypes, target_of


@rule(
    "T901",
    "nullable-has-effect",
    Severity.ERROR,
    bad="""
    openapi: 3.0.3
    paths:
      /notes:
        get:
          operationId: listNotes
          parameters:
            - {name: done, in: query, schema: {nullable: true, enum: ["yes", "no"]}}
          responses:
            "204": {description: There are none.}
            "400": {description: It is neither.}
    """,
    mend=('{nullable: true, enum: ["yes", "no"]}', '{enum: ["yes", "no"]}'),
)
def nullable(contract: Contract) -> Flaws:
    """`nullable` has an effect.

    In OpenAPI 3.0 it adds null to a `type` beside it: without one it says nothing, and where an
    `enum` has no null there is none to take. OpenAPI 3.1 does not know the word: write `type:
    [string, "null"]`.
    """
    for part in contract.schemas:
        if part.members.get("nullable") is True:
            found = _why_in_vain(contract, part.members)
            if found is not None:
                yield Flaw(f"{part.pointer}/nullable", *found)


def _why_in_vain(contract: Contract, node: Mapping[str, Json]) -> tuple[str, str] | None:
    if not contract.document.is_3_0:
        return (
            "nullable has no meaning since OpenAPI 3.1",
            'Add "null" to the types: type: [string, "null"].',
        )
    if "type" not in node:
        return "nullable has no effect without a type", "Write the type beside it."
    if "enum" in node and None not in node["enum"]:
        return "nullable has no effect, for null is none of the enum", "Add null to the enum."
    return None


@rule(
    "T902",
    "property-travels",
    Severity.WARNING,
    bad="""
    paths:
      /notes:
        post:
          operationId: addNote
          requestBody:
            content:
              application/json:
                schema:
                  type: object
                  additionalProperties: false
                  properties:
                    done: {type: boolean}
                    seen: {type: boolean, readOnly: true}
          responses:
            "204": {description: It is kept.}
            "400": {description: It is no note.}
            "413": {description: It is too large.}
            "415": {description: It is no JSON.}
    """,
    mend=(", readOnly: true", ""),
)
def travelling(contract: Contract) -> Flaws:
    """A property travels in some direction.

    One that is read-only is in responses, one that is write-only in requests. In a schema that is
    used the other way alone, nobody ever may send it.
    """
    travels: dict[str, bool] = {}
    for value in contract.values:
        for part in value.parts:
            for name, schema in parts_of("properties", part.node):
                pointer = f"{part.pointer}/properties/{escape(name)}"
                inner = Value(value.document, value.direction, (Place(schema, pointer),))
                travels[pointer] = travels.get(pointer, False) or inner.travels
    for pointer, is_sent in travels.items():
        if not is_sent:
            name = pointer.rpartition("/")[2]
            yield Flaw(
                pointer,
                f"the property {name} never travels: its schema is used the other way only",
                "Leave it out, or leave out readOnly or writeOnly.",
            )


@rule(
    "T903",
    "discriminator-leads-somewhere",
    Severity.ERROR,
    bad="""
    paths:
      /notes:
        get:
          operationId: getNote
          responses:
            "200":
              description: The note.
              content:
                application/json:
                  schema:
                    oneOf: [{$ref: '#/components/schemas/Text'}]
                    discriminator:
                      propertyName: kind
                      mapping: {text: '#/components/schemas/Texts'}
            "406": {description: It is had in JSON only.}
    components:
      schemas:
        Text:
          type: object
          required: [kind]
          properties:
            kind: {type: string, const: text}
    """,
    mend=("schemas/Texts", "schemas/Text"),
)
def discriminators(contract: Contract) -> Flaws:
    """The mapping of a discriminator leads to schemas of the document.

    They are named, or referred to.
    """
    known = _components(contract).get("schemas") or {}
    for part in contract.schemas:
        mapping = as_object(as_object(part.members.get("discriminator")).get("mapping"))
        for name, mapped in mapping.items():
            target = target_of(str(mapped))
            if target.rpartition("/")[2] not in {escape(each) for each in known}:
                yield Flaw(
                    f"{part.pointer}/discriminator/mapping/{escape(name)}",
                    f"the discriminator maps {name} to a schema that does not exist",
                    "Correct the reference, or define the schema.",
                )


@rule(
    "T904",
    "component-is-used",
    Severity.WARNING,
    bad="""
    components:
      schemas:
        Note: {type: boolean}
    paths:
      /notes:
        get:
          operationId: listNotes
          responses:
            "204": {description: There are none.}
    """,
    mend=(
        """
components:
  schemas:
    Note: {type: boolean}
paths:""",
        "paths:",
    ),
)
def components(contract: Contract) -> Flaws:
    """A component is used by something that is used.

    One that is not tells readers and generators of what the API does not have.
    """
    document = contract.document
    universal: dict[str, Json] = document.raw.get(UNIVERSAL_HEADERS) or {}
    used = _used(contract)
    for kind, named in _components(contract).items():
        if kind.startswith("x-"):
            continue
        for name in named:
            pointer = f"/components/{kind}/{escape(name)}"
            if pointer not in used and not (kind == "headers" and name in universal):
                yield Flaw(pointer, f"nothing uses {name} of {kind}", "Remove it.")


def _components(contract: Contract) -> dict[str, dict[str, Json]]:
    return cast(dict[str, dict[str, Json]], contract.document.raw.get("components") or {})


def _used(contract: Contract) -> set[str]:
    """The pointers of the components that the rest of the document leads to."""
    raw = contract.document.raw
    waiting = [*_targets({key: value for key, value in raw.items() if key != "components"})]
    used: set[str] = set()
    while waiting:
        pointer = "/".join(waiting.pop().split("/")[:4])
        if pointer in used or not _exists(contract, pointer):
            continue
        used.add(pointer)
        waiting.extend(_targets(contract.document.at(pointer)))
        if pointer.startswith("/components/schemas/"):
            waiting.extend(subtypes(contract.document, pointer))
    return used


def _exists(contract: Contract, pointer: str) -> bool:
    _, _, kind, name = (*pointer.split("/"), "", "", "")[:4]
    named = _components(contract).get(kind) or {}
    return pointer.startswith("/components/") and name in {escape(each) for each in named}


def _targets(node: Json) -> Iterator[str]:
    """The pointers that a part of the document refers to, wherever it may do so."""
    if isinstance(node, list):
        for item in cast(list[Json], node):
            yield from _targets(item)
    elif isinstance(node, dict):
        for key, value in cast(dict[str, Json], node).items():
            if key == "$ref" and isinstance(value, str) and value.startswith("#/"):
                yield pointer_of(value)
            elif key == "mapping" and isinstance(value, dict):
                mapped = cast(dict[str, Json], value).values()
                yield from (target_of(each) for each in mapped if isinstance(each, str))
            elif key == "security" and isinstance(value, list):
                names = (name for each in cast(list[Json], value) for name in as_object(each))
                yield from (f"/components/securitySchemes/{escape(name)}" for name in names)
            yield from _targets(value)


@rule(
    "T905",
    "format-is-known",
    Severity.WARNING,
    bad="""
    paths:
      /notes:
        get:
          operationId: listNotes
          parameters:
            - {name: since, in: query, schema: {type: string, maxLength: 30, format: datetime}}
          responses:
            "204": {description: There are none.}
            "400": {description: That is no time.}
    """,
    mend=("format: datetime", "format: date-time"),
)
def formats(contract: Contract) -> Flaws:
    """A `format` is one that validators know.

    One that nobody knows is taken for a remark, and every value passes; unless a pattern, an enum
    or bounds say what it means.
    """
    for part in contract.schemas:
        format_ = part.members.get("format")
        if isinstance(format_, str) and format_ not in _FORMATS and not _is_held(part.members):
            likely = _LIKELY.get(format_.replace("_", "-").lower())
            yield Flaw(
                f"{part.pointer}/format",
                f"no validator knows the format {format_}",
                f"Write {likely}." if likely else "Say it with a pattern, or leave it out.",
            )


def _is_held(node: Mapping[str, Json]) -> bool:
    is_bounded = "minimum" in node and "maximum" in node
    return is_bounded or any(keyword in node for keyword in ("pattern", "enum", "const"))


_FORMATS = frozenset(
    (
        *("date", "time", "date-time", "duration", "email", "idn-email", "hostname"),
        *("idn-hostname", "ipv4", "ipv6", "uri", "uri-reference", "iri", "iri-reference"),
        *("uri-template", "uuid", "json-pointer", "relative-json-pointer", "regex"),
        *("int32", "int64", "float", "double", "byte", "binary", "password", "path"),
    )
)
_LIKELY = {
    "datetime": "date-time",
    "timestamp": "date-time",
    "url": "uri",
    "uuid4": "uuid",
    "guid": "uuid",
    "ip": "ipv4 or ipv6",
    "ip-address": "ipv4 or ipv6",
    "e-mail": "email",
    "integer": "int32 or int64",
    "int": "int32 or int64",
    "long": "int64",
    "base64": "byte",
    "regexp": "regex",
    "host": "hostname",
}
