"""Rules of sizes: what is sent has a bound, and a request has no more than it names."""

from collections.abc import Callable, Mapping
from typing import cast

from tenor.closing import Direction
from tenor.clusters import as_object, parts_of
from tenor.document import Document, Json, pointer_of
from tenor.lint.contract import Contract
from tenor.lint.findings import Flaw, Flaws, Severity, rule
from tenor.lint.regex import End, Start, is_anchored, longest, read
from tenor.lint.values import Part, Value

Bound = Callable[[Document, Mapping[str, Json]], bool]
"""Whether a schema object bounds the values of its type by itself."""

_SHORT = frozenset(
    (
        *("date", "time", "date-time", "uuid", "ipv4", "ipv6"),
        *("hostname", "idn-hostname", "binary"),  # bytes are bounded by the content that has them
    )
)


@rule(
    "T201",
    "string-bounded",
    Severity.WARNING,
    bad="""
    paths:
      /notes:
        get:
          operationId: findNotes
          parameters:
            - {name: text, in: query, schema: {type: string}}
          responses:
            "204": {description: There are none.}
            "400": {description: The text is too long.}
    """,
    mend=("{type: string}", "{type: string, maxLength: 200}"),
)
def strings(contract: Contract) -> Flaws:
    """A string has a bound.

    It is one of `maxLength`, `enum`, `const`, a `format` of known length (dates and times, `uuid`,
    IP addresses, host names), or a pattern from `^` to `$` that repeats nothing without end.
    Without one a store truncates or a page breaks some day, and no test knows where.
    """
    yield from _unbounded(contract, ("string",), _bounds_string, "a string", "Give it a maxLength.")


def _bounds_string(document: Document, node: Mapping[str, Json]) -> bool:
    return (
        "maxLength" in node
        or node.get("format") in _SHORT
        or ("pattern" in node and _is_bounded_pattern(cast(str, node["pattern"])))
    )


def _is_bounded_pattern(pattern: str) -> bool:
    regex = read(pattern)
    return (
        regex is not None
        and is_anchored(regex, Start)
        and is_anchored(regex, End)
        and longest(regex) is not None
    )


@rule(
    "T202",
    "array-bounded",
    Severity.WARNING,
    bad="""
    paths:
      /notes:
        get:
          operationId: listNotes
          responses:
            "200":
              description: How often each was read.
              content:
                application/json:
                  schema: {type: array, items: {type: integer, format: int32}}
            "406": {description: It is had in JSON only.}
    """,
    mend=("{type: array,", "{type: array, maxItems: 100,"),
)
def arrays(contract: Contract) -> Flaws:
    """An array has a bound.

    It is one of `maxItems`, `enum`, `const`, no items beyond the first ones (`items: false`), or
    different items (`uniqueItems`) out of few.
    """
    yield from _unbounded(contract, ("array",), _bounds_array, "an array", "Give it maxItems.")


def _bounds_array(document: Document, node: Mapping[str, Json]) -> bool:
    if "maxItems" in node or node.get("items") is False or node.get("unevaluatedItems") is False:
        return True
    return node.get("uniqueItems") is True and _is_one_of_few(document, node.get("items"))


def _is_one_of_few(document: Document, schema: Json) -> bool:
    node = as_object(schema)
    if "$ref" in node:
        return _is_one_of_few(document, document.at(pointer_of(cast(str, node["$ref"]))))
    return "enum" in node or "const" in node or node.get("type") == "boolean"


@rule(
    "T203",
    "number-bounded",
    Severity.WARNING,
    bad="""
    paths:
      /notes:
        get:
          operationId: listNotes
          parameters:
            - {name: page, in: query, schema: {type: integer, minimum: 1}}
          responses:
            "204": {description: There are none.}
            "400": {description: There is no such page.}
    """,
    mend=("minimum: 1}", "minimum: 1, maximum: 1000}"),
)
def numbers(contract: Contract) -> Flaws:
    """A number has a bound below and one above.

    They are `minimum` and `maximum`, or a `format` that has them: `int32`, `int64`, `float`,
    `double`. Languages hold integers in 32, 53 or 64 bits, so that one without a bound is another
    number for some of its readers.
    """
    remedy = "Give it a minimum and a maximum, or a format such as int32."
    yield from _unbounded(contract, ("integer", "number"), _bounds_number, "a number", remedy)


def _bounds_number(document: Document, node: Mapping[str, Json]) -> bool:
    has_low = "minimum" in node or _is_number(node.get("exclusiveMinimum"))
    has_high = "maximum" in node or _is_number(node.get("exclusiveMaximum"))
    return (has_low and has_high) or node.get("format") in ("int32", "int64", "float", "double")


def _is_number(value: Json) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


@rule(
    "T204",
    "request-object-closed",
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
                  properties:
                    done: {type: boolean}
          responses:
            "204": {description: It is kept.}
            "400": {description: It is no note.}
            "413": {description: It is too large.}
            "415": {description: It is no JSON.}
    """,
    mend=("type: object", "type: object\n              additionalProperties: false"),
)
def objects(contract: Contract) -> Flaws:
    """An object in a request takes what it names and nothing else.

    It says `additionalProperties: false`, or `unevaluatedProperties: false` beside `allOf` and its
    like. In an open one a misspelled property is accepted and has no effect. A map is meant to be
    one, and says so: `additionalProperties` is the schema of its members, or `true` where it names
    none.
    """
    sent = (value for value in contract.values if value.direction is Direction.REQUEST)
    found: dict[str, Flaw] = {}
    for value in sent:
        if _admits_objects(value) and _is_unbounded(value, _OBJECT, _is_closed):
            pointer = value.home.pointer
            found[pointer] = Flaw(pointer, "an object in a request is open", _closing(value))
    yield from found.values()


_OBJECT = frozenset(("object",))


def _admits_objects(value: Value) -> bool:
    return any("object" in p.types or ("properties" in p.node and not p.types) for p in value.parts)


def _is_closed(document: Document, node: Mapping[str, Json]) -> bool:
    rest = [node[key] for key in ("additionalProperties", "unevaluatedProperties") if key in node]
    is_map = bool(rest) and not {"properties", "patternProperties"} & node.keys()
    return is_map or any(schema not in (True, {}) for schema in rest)


def _closing(value: Value) -> str:
    is_composed = len([part for part in value.parts if "$ref" not in part.node]) > 1
    if not is_composed:
        return "Add additionalProperties: false, or the schema of further properties."
    if value.document.is_3_0:
        return (
            "OpenAPI 3.0 has no way to close what several schemas declare together: write the "
            "properties in one schema, or move to 3.1 and unevaluatedProperties: false."
        )
    return "Add unevaluatedProperties: false there, beside what is joined."


# --- any type -----------------------------------------------------------------------------------


def _unbounded(
    contract: Contract, types: tuple[str, ...], bounds: Bound, what: str, remedy: str
) -> Flaws:
    """Each place that states one of the types, and whose values have no bound."""
    found: dict[str, Flaw] = {}
    for kind in types:
        for value in contract.values:
            if any(kind in p.types for p in value.parts) and _is_unbounded(value, {kind}, bounds):
                part = _stating(value, kind, bounds)
                found[part.pointer] = Flaw(part.pointer, f"{what} has no bound", remedy)
    yield from found.values()


def _stating(value: Value, kind: str, bounds: Bound) -> Part:
    """The first part that states the type and does not bound it by itself."""
    stating = [part for part in value.parts if kind in part.types]
    loose = (part for part in stating if not _settles(value.document, part.node, bounds))
    return next(loose, stating[0])


def _is_unbounded(value: Value, types: set[str] | frozenset[str], bounds: Bound) -> bool:
    """Whether none of the places that describe a value bounds it."""
    return all(_leaves(value.document, place.schema, types, bounds) for place in value.places)


def _leaves(
    document: Document, schema: Json, types: set[str] | frozenset[str], bounds: Bound
) -> bool:
    """Whether a schema alone leaves values of these types without a bound."""
    if not isinstance(schema, dict):
        return schema is not False
    node = cast(dict[str, Json], schema)
    if "$ref" in node:
        target = document.at(pointer_of(cast(str, node["$ref"])))
        if not _leaves(document, target, types, bounds) or document.is_3_0:
            return _leaves(document, target, types, bounds)
    stated = Part(node, "", frozenset()).types
    if (stated and not stated & types) or _settles(document, node, bounds):
        return False

    def left(keyword: str) -> list[bool]:
        return [_leaves(document, branch, types, bounds) for _, branch in parts_of(keyword, node)]

    choices = (left(keyword) for keyword in ("anyOf", "oneOf") if node.get(keyword))
    return all(left("allOf")) and all(any(choice) for choice in choices)


def _settles(document: Document, node: Mapping[str, Json], bounds: Bound) -> bool:
    return "enum" in node or "const" in node or bounds(document, node)
