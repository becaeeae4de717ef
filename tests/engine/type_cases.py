"""What is declared, beside the type that is written of it."""

from typing import Any

from tests.engine.contracts import ANYTHING, PROBLEM, Json, closed, header, response, taking

TEXT: Any = {"type": "string"}
NUMBER: Any = {"type": "integer"}
POST = {"$ref": "#/components/schemas/Post"}

OTHERS: Json = {"Post": {"properties": {"a": TEXT}}, "Note": {"properties": {"b": TEXT}}}
"""The schemas that those of the cases refer to."""

SCHEMAS: dict[str, tuple[Any, str]] = {
    "anything": (ANYTHING, "Thing: TypeAlias = object"),
    "nothing": (False, "Thing: TypeAlias = Never"),
    "text": (TEXT, "Thing: TypeAlias = str"),
    "a text of dates": ({"type": "string", "format": "date-time"}, "Thing: TypeAlias = str"),
    "a number": ({"type": "number"}, "Thing: TypeAlias = float"),
    "an integer or a number": ({"type": ["integer", "number"]}, "Thing: TypeAlias = float"),
    "a flag": ({"type": "boolean"}, "Thing: TypeAlias = bool"),
    "null": ({"type": "null"}, "Thing: TypeAlias = None"),
    "text or null": ({"type": ["null", "string"]}, "Thing: TypeAlias = str | None"),
    "a few texts": ({"enum": ["a", 'b"c']}, 'Thing: TypeAlias = Literal["a", \'b"c\']'),
    "a few values": (
        {"enum": ["a", 1, True, None]},
        'Thing: TypeAlias = Literal["a", 1, True] | None',
    ),
    "a few of the stated type": (
        {"type": "string", "enum": ["a", 1]},
        'Thing: TypeAlias = Literal["a"]',
    ),
    "a few numbers": ({"enum": [1.5, 2.5]}, "Thing: TypeAlias = float"),
    "one value": ({"const": "a"}, 'Thing: TypeAlias = Literal["a"]'),
    "a list": ({"type": "array", "items": NUMBER}, "Thing: TypeAlias = list[int]"),
    "a list of anything": ({"type": "array"}, "Thing: TypeAlias = list[object]"),
    "a list of two and more": (
        {"type": "array", "prefixItems": [TEXT, NUMBER], "items": {"type": "boolean"}},
        "Thing: TypeAlias = list[str | int | bool]",
    ),
    "a list of two": (
        {"type": "array", "prefixItems": [TEXT, NUMBER], "items": False},
        "Thing: TypeAlias = list[str | int]",
    ),
    "a map": (
        {"type": "object", "additionalProperties": NUMBER},
        "Thing: TypeAlias = dict[str, int]",
    ),
    "a map by pattern": (
        {"type": "object", "patternProperties": {"^x-": NUMBER}, "additionalProperties": False},
        "Thing: TypeAlias = dict[str, int]",
    ),
    "an open object": (
        {"type": "object", "additionalProperties": True},
        "Thing: TypeAlias = dict[str, object]",
    ),
    "an object of nothing": ({"type": "object"}, "Thing: TypeAlias = dict[str, Never]"),
    "an object": (
        {"properties": {"a": TEXT, "b": NUMBER}, "required": ["b"]},
        "class Thing(TypedDict, closed=True): a: NotRequired[str] b: int",
    ),
    "an object and more": (
        {"properties": {"a": TEXT}, "additionalProperties": NUMBER},
        "class Thing(TypedDict, extra_items=int): a: NotRequired[str]",
    ),
    "an object with an object within": (
        closed(part=closed(a=TEXT)),
        "class Thing(TypedDict, closed=True): part: ThingPart",
    ),
    "names that are none in Python": (
        closed(**{"a-b": TEXT, "class": NUMBER}),
        'Thing = TypedDict( "Thing", { "a-b": str, "class": int, }, closed=True, )',
    ),
    "a name that hides a type": (
        closed(str=TEXT),
        'Thing = TypedDict( "Thing", { "str": str, }, closed=True, )',
    ),
    "a choice": (
        {"oneOf": [TEXT, {"type": "array", "items": TEXT}]},
        "Thing: TypeAlias = str | list[str]",
    ),
    "a choice of anything": ({"anyOf": [TEXT, {}]}, "Thing: TypeAlias = object"),
    "a reference": (POST, "Thing: TypeAlias = Post"),
    "a described reference": ({**POST, "description": "One."}, "Thing: TypeAlias = Post"),
    "a choice of references": (
        {"type": "object", "oneOf": [POST, {"$ref": "#/components/schemas/Note"}]},
        "Thing: TypeAlias = Post | Note",
    ),
    "a reference or null": (
        {"anyOf": [POST, {"type": "null"}]},
        "Thing: TypeAlias = Post | None",
    ),
    "one of several as a whole": ({"allOf": [POST]}, "Thing: TypeAlias = Post"),
    "all at once": (
        {"allOf": [POST, {"properties": {"b": NUMBER}, "required": ["b"]}], "required": ["a"]},
        "class Thing(TypedDict, closed=True): a: str b: int",
    ),
    "all at once of one property": (
        {"allOf": [POST, {"properties": {"a": {"enum": ["x", 1]}}}]},
        'class Thing(TypedDict, closed=True): a: NotRequired[Literal["x"]]',
    ),
    "all at once of texts": (
        {"allOf": [{"enum": ["a", "b"]}, {"enum": ["b", "c"]}]},
        'Thing: TypeAlias = Literal["b"]',
    ),
    "what cannot be": ({"allOf": [TEXT, NUMBER]}, "Thing: TypeAlias = Never"),
    "what may be under a condition": (
        {**POST, "if": {}, "then": {"properties": {"b": NUMBER}, "required": ["b"]}},
        "class Thing(TypedDict, closed=True): b: NotRequired[int] a: NotRequired[str]",
    ),
    "objects that differ in what they need": (
        {
            "properties": {"a": TEXT, "b": TEXT},
            "anyOf": [{"required": ["a"]}, {"required": ["b"]}],
        },
        "Thing: TypeAlias = Thing1 | Thing2",
    ),
    "itself": (
        {"properties": {"next": {"$ref": "#/components/schemas/Thing"}}},
        'class Thing(TypedDict, closed=True): next: NotRequired["Thing"]',
    ),
    "itself in a list": (
        {"type": ["array", "string"], "items": {"$ref": "#/components/schemas/Thing"}},
        'Thing: TypeAlias = "list[Thing] | str"',
    ),
}
"""Of a schema with the name Thing."""


def either(*members: str) -> str:
    """A union of types."""
    return " | ".join(members)


ANSWERS: dict[str, tuple[Json, str]] = {
    "without content": (
        {201: response()},
        "tuple[None, Literal[201]] | tuple[None, Literal[201], dict[str, Never]]",
    ),
    "nothing at all": (
        {204: response()},
        "tuple[None, Literal[204]] | tuple[None, Literal[204], dict[str, Never]] | None",
    ),
    "without a status": (
        {200: response(TEXT)},
        "tuple[str, Literal[200]] | tuple[str, Literal[200], JsonHeaders] | str",
    ),
    "anything": (
        {200: response(ANYTHING)},
        "tuple[object, Literal[200]] | tuple[object, Literal[200], JsonHeaders]",
    ),
    "a page": (
        {201: response(TEXT, "text/html")},
        "tuple[str, Literal[201]] | tuple[str, Literal[201], HtmlHeaders]",
    ),
    "bytes": (
        {201: response(ANYTHING, "image/png")},
        either(
            "tuple[bytes | Iterator[bytes], Literal[201]]",
            "tuple[bytes | Iterator[bytes], Literal[201], PngHeaders]",
        ),
    ),
    "lines": (
        {201: response(NUMBER, "application/x-ndjson")},
        either(
            "tuple[list[int] | Iterator[int], Literal[201]]",
            "tuple[list[int] | Iterator[int], Literal[201], XNdjsonHeaders]",
        ),
    ),
    "several media types": (
        {201: response(content={"application/json": NUMBER, "text/plain": TEXT})},
        "tuple[int | str, Literal[201]] | tuple[int | str, Literal[201], JsonOrPlainHeaders]",
    ),
    "several that are alike": (
        {404: response(TEXT, PROBLEM), 409: response(TEXT, PROBLEM)},
        "tuple[str, Literal[404, 409]] | tuple[str, Literal[404, 409], ProblemJsonHeaders]",
    ),
    "a header that is required": (
        {201: response(headers={"Location": header(TEXT, required=True)})},
        "tuple[None, Literal[201], GetIt201Headers]",
    ),
    "a range": (
        {"5XX": response()},
        "tuple[None, ServerErrorStatus] | tuple[None, ServerErrorStatus, dict[str, Never]]",
    ),
    "a range but for one": (
        {501: response(TEXT, "text/plain"), "5XX": response()},
        either(
            "tuple[str, Literal[501]]",
            "tuple[str, Literal[501], PlainHeaders]",
            "tuple[None, GetItServerErrorStatus]",
            "tuple[None, GetItServerErrorStatus, dict[str, Never]]",
        ),
    ),
    "all others": (
        {"default": response()},
        "tuple[None, int] | tuple[None, int, dict[str, Never]]",
    ),
    "not modified": (
        {304: response(TEXT)},
        "tuple[None, Literal[304]] | tuple[None, Literal[304], dict[str, Never]]",
    ),
    "interim": ({101: response()}, "Never"),
}
"""Of the responses of an operation: its answers."""

BODIES: dict[str, tuple[Json, str]] = {
    "json": (taking(closed(a=TEXT)), "PutItContent"),
    "not required": (taking(TEXT, required=False), "str | None"),
    "text": (taking(TEXT, "text/plain"), "str"),
    "a number as text": (taking(NUMBER, "text/plain"), "int"),
    "xml": (taking(closed(a=TEXT), "application/xml"), "str"),
    "bytes": (taking(ANYTHING, "application/octet-stream"), "bytes"),
    "lines": (taking(NUMBER, "application/x-ndjson"), "list[int]"),
    "any image": (taking(ANYTHING, "image/*"), "bytes"),
    "anything": (taking(ANYTHING, "*/*"), "object"),
}
"""Of the request body of an operation."""
