"""Whether a validator looks at the whole of a value.

A schema that says nothing of a value within admits whatever stands there, unseen: also what JSON
writes otherwise, such as an ``orjson.Fragment`` of any bytes. What such a schema accepts is judged
as it is written.
"""

from collections.abc import Mapping
from typing import Any, cast

from tenor.clusters import CONDITIONS, IN_PLACE_LISTS, WITHIN, as_object, parts_of

Json = Any

_IN_PLACE = (*IN_PLACE_LISTS, *CONDITIONS, "dependentSchemas")


def sees_all(schema: Json) -> bool:
    """Whether no value that a written schema accepts has a part that it did not look at."""
    return _Looking(as_object(as_object(schema).get("$defs", {}))).sees(schema)


class _Looking:
    """A walk through a written schema and its definitions, each of them looked at once."""

    def __init__(self, definitions: Mapping[str, Json]) -> None:
        self._definitions = definitions
        self._looked: set[str] = set()
        self._looks = {
            **dict.fromkeys(WITHIN, self.sees),
            **dict.fromkeys(_IN_PLACE, self._sees_within),
        }

    def sees(self, schema: Json) -> bool:
        """Whether a value of this schema is looked at, and all that is within."""
        return self._pins(schema, 0) and self._sees_within(schema)

    def _pins(self, schema: Json, depth: int) -> bool:
        """Whether the schema says of which type a value is, or which value."""
        if schema is False:
            return True
        node = as_object(schema)
        if depth > 32:
            return False
        return (
            bool({"type", "const", "enum"} & node.keys())
            or ("$ref" in node and self._pins(self._target(node), depth + 1))
            or any(self._pins(branch, depth + 1) for _, branch in parts_of("allOf", node))
            or any(self._all_pin(keyword, node, depth) for keyword in ("anyOf", "oneOf"))
        )

    def _all_pin(self, keyword: str, node: Mapping[str, Json], depth: int) -> bool:
        branches = [branch for _, branch in parts_of(keyword, node)]
        return bool(branches) and all(self._pins(branch, depth + 1) for branch in branches)

    def _sees_within(self, schema: Json) -> bool:
        node = as_object(schema)
        if "array" in node.get("type", ()) and not {"items", "unevaluatedItems"} & node.keys():
            return False
        for keyword in node:
            look = self._looks.get(keyword)
            if look and not all(look(inner) for _, inner in parts_of(keyword, node)):
                return False
        return self._sees_target(node)

    def _sees_target(self, node: Mapping[str, Json]) -> bool:
        name = cast(str, node.get("$ref", ""))
        if not name or name in self._looked:
            return True
        self._looked.add(name)
        return self._sees_within(self._target(node))

    def _target(self, node: Mapping[str, Json]) -> Json:
        return self._definitions[cast(str, node["$ref"]).rpartition("/")[2]]
