"""Validation errors as faults: place, rule, and a sentence on what is allowed.

The validator's own messages repeat the value, so sentences are made from the kind of the error.
"""

from collections.abc import Iterable, Iterator
from typing import Any, cast

import jsonschema_rs
import orjson

from tenor.document import escape
from tenor.problems import Fault


def faults_of(error: jsonschema_rs.ValidationError, place: str, prefix: str) -> Iterator[Fault]:
    """The faults of one validation error: one for each property that should not be there."""
    path = prefix + "".join(f"/{escape(_short(str(token)))}" for token in error.instance_path)
    rule = error.kind.name
    terms = error.kind.as_dict()
    if rule in ("additionalProperties", "unevaluatedProperties"):
        for name in terms["unexpected"]:
            yield Fault(place, f"{path}/{escape(_short(name))}", rule, "is not declared")
    elif rule == "required":
        yield Fault(place, f"{path}/{escape(terms['property'])}", rule, "is required")
    elif rule == "falseSchema":
        yield Fault(place, path, rule, "may not be sent here")
    else:
        yield Fault(place, path, rule, _sentence(rule, terms))


def _sentence(rule: str, terms: dict[str, Any]) -> str:
    template = _SENTENCES.get(rule, f"breaks the rule {rule}")
    shown = {key: _listed(value) for key, value in terms.items()}
    try:
        return template.format(**shown)
    except (KeyError, IndexError):
        return f"breaks the rule {rule}"


_SENTENCES = {
    "type": "must be of type {types}",
    "maxLength": "must have at most {limit} characters",
    "minLength": "must have at least {limit} characters",
    "pattern": "must match the pattern {pattern}",
    "format": "must have the format {format}",
    "maximum": "must be at most {limit}",
    "minimum": "must be at least {limit}",
    "exclusiveMaximum": "must be less than {limit}",
    "exclusiveMinimum": "must be more than {limit}",
    "multipleOf": "must be a multiple of {multiple_of}",
    "maxItems": "must have at most {limit} items",
    "minItems": "must have at least {limit} items",
    "uniqueItems": "must have no equal items",
    "maxProperties": "must have at most {limit} properties",
    "minProperties": "must have at least {limit} properties",
    "enum": "must be one of {options}",
    "const": "must be {expected_value}",
    "anyOf": "must fit at least one of the alternatives",
    "oneOf": "must fit exactly one of the alternatives",
    "oneOfNotValid": "must fit one of the alternatives",
    "oneOfMultipleValid": "must fit only one of the alternatives",
    "not": "must not fit the schema that is excluded",
    "contains": "must contain an item of the kind that is required",
    "propertyNames": "must have property names of the declared form",
}


def _listed(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        items = cast(Iterable[Any], value)
        return ", ".join(item if isinstance(item, str) else _compact(item) for item in items)
    return value if isinstance(value, str) else _compact(value)


def _compact(value: Any) -> str:
    return orjson.dumps(value, default=str).decode()


def _short(name: str) -> str:
    """A property name, as far as it fits in a message."""
    return name if len(name) <= 64 else name[:63] + "…"
