"""Values that fit a schema, made up without chance: an example where there is one, else the least.

They are meant for requests: what is made up is held to the compiled schema before it is sent.
"""

import itertools
import math
import random
import re
import warnings
from collections.abc import Iterator, Mapping
from typing import Any, cast

from hypothesis import HealthCheck, Phase, find, settings
from hypothesis.errors import HypothesisException
from hypothesis.strategies import from_regex

from tenor.document import Document, Json
from tenor.schemas import MISSING
from tenor.structure import escape, pointer_of, reference_of

_DEEPEST = 8
_FORMATS = {
    "date": "2026-03-02",
    "date-time": "2026-03-02T09:00:00Z",
    "time": "09:00:00Z",
    "duration": "P1D",
    "email": "ada@example.org",
    "idn-email": "ada@example.org",
    "hostname": "example.org",
    "idn-hostname": "example.org",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "uri": "https://example.org/",
    "iri": "https://example.org/",
    "uri-reference": "/example",
    "iri-reference": "/example",
    "uri-template": "/{example}",
    "uuid": "0198c2f4-5b1e-7c3a-9d20-6f1e8a4b7c55",
    "json-pointer": "/example",
    "relative-json-pointer": "0",
    "regex": "^a$",
    "byte": "YQ==",
}
_WORDS = ("example", "a", "A", "1", "ab", "a1", "aaaaaaaa", "00000000", "a-b", "en", "EUR")


class Values:
    """Makes up values for the schemas of one document."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._texts: dict[tuple[str, int, float], str] = {}

    def examples(self, node: Mapping[str, Json], pointer: str) -> Iterator[Any]:
        """The examples of a parameter or media type: its own, then those of its schema."""
        if "example" in node:
            yield node["example"]
        named: Mapping[str, Json] = node.get("examples") or {}
        for name in named:
            example, _ = self._document.follow(f"{pointer}/examples/{escape(name)}")
            if isinstance(example, dict) and "value" in example:
                yield cast(dict[str, Json], example)["value"]
        if "schema" in node:
            yield from self._stated(*self._resolved(node["schema"], f"{pointer}/schema"))

    def _stated(self, schema: Mapping[str, Json], _pointer: str) -> Iterator[Any]:
        if "example" in schema:
            yield schema["example"]
        examples = schema.get("examples")
        yield from cast(list[Any], examples) if isinstance(examples, list) else ()

    def least(self, schema: Json, pointer: str, depth: int = 0) -> Any:
        """The smallest value: examples, defaults and constants first, required members alone."""
        return self._made(schema, pointer, depth, whole=False)

    def whole(self, schema: Json, pointer: str, depth: int = 0) -> Any:
        """A value with every member that the schema names."""
        return self._made(schema, pointer, depth, whole=True)

    def _made(self, schema: Json, pointer: str, depth: int, *, whole: bool) -> Any:
        node, place = self._resolved(schema, pointer)
        if "const" in node:
            return node["const"]
        stated = next(self._stated(node, place), MISSING)
        if stated is not MISSING:
            return stated
        if "default" in node:
            return node["default"]
        if node.get("enum"):
            return node["enum"][0]
        if depth > _DEEPEST:
            return None
        for keyword in ("oneOf", "anyOf"):
            if node.get(keyword):
                rest = {k: v for k, v in node.items() if k not in ("oneOf", "anyOf")}
                branch, at = self._resolved(node[keyword][0], f"{place}/{keyword}/0")
                return self._made(_joined(rest, branch), at, depth + 1, whole=whole)
        return self._of_type(node, place, depth, whole=whole)

    def _of_type(self, node: Mapping[str, Json], place: str, depth: int, *, whole: bool) -> Any:
        kind = _kind(node)
        if kind == "object":
            return self._object(node, place, depth, whole=whole)
        if kind == "array":
            items = node.get("items", True)
            count = max(node.get("minItems", 0), 1 if whole and depth < 3 else 0)
            first = self._made(items, f"{place}/items", depth + 1, whole=whole)
            return [first, *(_other(first, n) for n in range(1, min(count, 50)))][:count]
        if kind == "integer":
            return int(_number(node, step=1))
        if kind == "number":
            number = _number(node, step=0.5)
            return int(number) if number == int(number) else number
        if kind == "boolean":
            return True
        if kind == "null":
            return None
        return self.text(node)

    def _object(self, node: Mapping[str, Json], place: str, depth: int, *, whole: bool) -> Any:
        members: dict[str, Json] = node.get("properties") or {}
        required: list[str] = node.get("required") or []
        names = [*members, *(name for name in required if name not in members)]
        made: dict[str, Any] = {}
        for name in names:
            schema, at = self._resolved(
                members.get(name, True), f"{place}/properties/{escape(name)}"
            )
            is_wanted = name in required or (whole and depth < 2)
            if is_wanted and not schema.get("readOnly"):
                made[name] = self._made(schema, at, depth + 1, whole=whole)
        lacking = node.get("minProperties", 0) - len(made)
        for name in [n for n in members if n not in made][: max(lacking, 0)]:
            made[name] = self._made(
                members[name], f"{place}/properties/{name}", depth + 1, whole=whole
            )
        return made

    def text(self, node: Mapping[str, Json]) -> str:
        """Text of a schema's format, pattern and length."""
        least, most = node.get("minLength", 0), node.get("maxLength", math.inf)
        pattern = node.get("pattern")
        format_ = node.get("format", "")
        if format_ in _FORMATS and pattern is None:
            return _FORMATS[format_]
        if pattern is None:
            return _stretched("example", least, most)
        key = (pattern, least, most)
        if key not in self._texts:
            self._texts[key] = _matching(pattern, least, most, _FORMATS.get(format_, ""))
        return self._texts[key]

    def _resolved(self, schema: Json, pointer: str) -> tuple[Mapping[str, Json], str]:
        """A schema with what it refers to and what applies together with it, in one."""
        node, place, beside = schema, pointer, dict[str, Json]()
        target = reference_of(node)
        if target is not None:
            beside = {k: v for k, v in node.items() if k != "$ref"}
            node, place = self._document.follow(pointer_of(target), pointer)
        if not isinstance(node, dict):
            return beside, place
        merged = _joined(cast(dict[str, Json], node), beside)
        for index, branch in enumerate(merged.get("allOf") or ()):
            inner, _ = self._resolved(branch, f"{place}/allOf/{index}")
            merged = _joined(merged, inner)
        return {k: v for k, v in merged.items() if k != "allOf"}, place


def _joined(one: Mapping[str, Json], other: Mapping[str, Json]) -> dict[str, Json]:
    """What two schemas say together, as far as the least value needs to know."""
    joined = {**one, **other}
    for keyword in ("properties", "patternProperties"):
        if keyword in one and keyword in other:
            joined[keyword] = {**one[keyword], **other[keyword]}
    if "required" in one and "required" in other:
        joined["required"] = [*dict.fromkeys([*one["required"], *other["required"]])]
    return joined


def _kind(node: Mapping[str, Json]) -> str:
    declared = node.get("type")
    if isinstance(declared, list):
        kinds = [k for k in cast(list[str], declared) if k != "null"]
        return kinds[0] if kinds else "null"
    if isinstance(declared, str):
        return declared
    hints = {"properties": "object", "required": "object", "items": "array", "minimum": "number"}
    return next((kind for key, kind in hints.items() if key in node), "string")


def _number(node: Mapping[str, Json], step: float) -> float:
    low, high = node.get("minimum", -math.inf), node.get("maximum", math.inf)
    above, below = node.get("exclusiveMinimum"), node.get("exclusiveMaximum")
    if above is True or (above is not None and above is not False):
        low = max(low, (low if above is True else above) + step)
    if below is True or (below is not None and below is not False):
        high = min(high, (high if below is True else below) - step)
    multiple = node.get("multipleOf")
    number = 1 if low <= 1 <= high else low if low > -math.inf else high
    if multiple:
        number = math.ceil(number / multiple) * multiple
    return number


def _other(value: Any, number: int) -> Any:
    """Another value than the first, as far as that is easily had."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, (int, float)):
        return value + number
    return f"{value}{number}" if isinstance(value, str) else value


def _stretched(text: str, least: int, most: float) -> str:
    if len(text) < least:
        text = "".join(itertools.islice(itertools.cycle(text), int(least)))
    return text if len(text) <= most else text[: int(most)]


def _matching(pattern: str, least: int, most: float, formatted: str) -> str:
    """Text that a pattern matches, of a fitting length; the smallest that is found."""
    try:
        compiled = re.compile(pattern)
    except re.error:
        return _stretched("example", least, most)

    def fits(text: str) -> bool:
        return least <= len(text) <= most and text.isprintable() and bool(compiled.search(text))

    words = [formatted, *_WORDS, *(_stretched(word, least, most) for word in _WORDS)]
    known = next((word for word in words if word and fits(word)), None)
    if known is not None:
        return known
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return find(
                from_regex(compiled),
                fits,
                settings=settings(
                    max_examples=500,
                    database=None,
                    derandomize=True,
                    phases=(Phase.generate, Phase.shrink),
                    suppress_health_check=(HealthCheck.too_slow, HealthCheck.filter_too_much),
                ),
                random=random.Random(0),  # noqa: S311 - it is the same each time, on purpose
            )
    except HypothesisException:
        return _stretched("example", least, most)
