"""What is said of a document that a published schema refuses.

A schema says what is allowed in the words of JSON Schema. What a person gets is the place, what
was found there, and what to write, also for what older versions had otherwise.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import jsonschema_rs

from tenor.structure import UNROUTED, Json, escape

Error = jsonschema_rs.ValidationError
Branch = Sequence[Error]

_UNEXPECTED = ("additionalProperties", "unevaluatedProperties", "falseSchema")


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong at a pointer, and what to write instead."""

    pointer: str
    fault: str
    remedy: str


@dataclass(frozen=True, slots=True)
class _Case:
    """An error of the published schema: the broken rule, its terms, and the value that broke it.

    ``whole`` is what all of it is called.
    """

    rule: str
    terms: Mapping[str, Any]
    path: tuple[str | int, ...]
    value: Json
    is_3_0: bool
    whole: str

    @property
    def key(self) -> str:
        """The last name of its place, with the position in its list."""
        last = self.path[-1] if self.path else self.whole
        return f"{self.path[-2]}/{last}" if isinstance(last, int) and self._is_item else str(last)

    @property
    def _is_item(self) -> bool:
        return len(self.path) > 1 and self.path[-2] != "responses"

    @property
    def shown(self) -> str:
        """The key with its value, as far as a line can show them."""
        if isinstance(cast(object, self.value), (dict, list)):
            return self.key
        is_named = self.path and self.key != self.value
        return f"{self.key}: {_short(self.value)}" if is_named else _short(self.value)

    @property
    def is_unexpected(self) -> bool:
        """Whether it is a name that the published schema does not have."""
        return self.rule in _UNEXPECTED

    @property
    def has_both(self) -> bool:
        """Whether an object describes its value in both of the ways that exclude each other."""
        return isinstance(cast(object, self.value), dict) and {"schema", "content"} <= {*self.value}

    def within(self, *keys: str) -> bool:
        """Whether its object stands under one of the keys."""
        return len(self.path) > 1 and self.path[-2] in keys


def _short(value: Json) -> str:
    text = {True: "true", False: "false", None: "null"}.get(value) if _is_word(value) else None
    text = text or str(value)
    return text if len(text) <= 40 else text[:39] + "…"


def _is_word(value: Json) -> bool:
    return value is None or isinstance(value, bool)


def finding(errors: Sequence[Error], *, is_3_0: bool, whole: str = "the document") -> Finding:
    """What is said of the first of some errors in a whole that is no consequence of another."""
    cause, options = _cause(_first(errors))
    rule, terms = cause.kind.name, cause.kind.as_dict()
    path, value = tuple(cause.instance_path), cast(Json, cause.instance)
    if options:
        terms = {**terms, "options": options}
    if rule == "propertyNames":
        inner = cast(Error, terms["error"])
        rule, terms = inner.kind.name, inner.kind.as_dict()
        path, value = (*path, str(inner.instance)), inner.instance
    elif rule in _UNEXPECTED and "unexpected" in terms:
        name = str(terms["unexpected"][0])
        path, value = (*path, name), value[name]
    case = _Case(rule, terms, path, value, is_3_0, whole)
    pointer = "".join(f"/{escape(str(token))}" for token in path)
    fault, usual = _said(case)
    remedy = next((text for applies, text in _MIGRATIONS if applies(case)), usual)
    bound = case.key.replace("exclusiveM", "m")
    return Finding(pointer, fault, remedy.format(key=case.key, bound=bound))


def _first(errors: Sequence[Error]) -> Error:
    """The first error that is no consequence of another.

    Names count as unexpected where their object is wrong in another way too. Only of responses is
    it the other way round: none is found where their statuses are unexpected.
    """
    unexpected = [e for e in errors if e.kind.name == "unevaluatedProperties"]
    for error in unexpected:
        if error.instance_path[-1:] == ["responses"] and not _is_deeper(errors, error):
            return error
    return next((e for e in errors if e not in unexpected), errors[0])


def _is_deeper(errors: Sequence[Error], than: Error) -> bool:
    """Whether there is an error within what another one is about."""
    path = than.instance_path
    return any(e.instance_path[: len(path)] == path and e.instance_path != path for e in errors)


def _cause(error: Error) -> tuple[Error, list[Json]]:
    """The error that explains one of ``oneOf`` or ``anyOf``; with the options of all branches.

    The branch that was meant is the one whose kind the value has: it is no ``$ref``, of the
    branch's type, and ``in`` or ``type`` say that it is this one.
    """
    branches = [branch for branch in getattr(error.kind, "context", None) or () if branch]
    if not branches:
        return error, []
    depth = len(error.instance_path)
    for is_other in (_wants_a_reference, _wants_another_type, _wants_another_kind):
        meant = [branch for branch in branches if not is_other(branch, depth)]
        if not meant and is_other is _wants_another_kind:
            return _of_no_kind(branches, depth)
        branches = meant or branches
    nearest = min(branches, key=lambda b: (len(b), -max(len(e.instance_path) for e in b)))
    return _cause(_first(nearest))


def _wants_a_reference(branch: Branch, depth: int) -> bool:
    return any(e.kind.name == "required" and e.kind.as_dict()["property"] == "$ref" for e in branch)


def _wants_another_type(branch: Branch, depth: int) -> bool:
    return any(e.kind.name == "type" and len(e.instance_path) == depth for e in branch)


def _wants_another_kind(branch: Branch, depth: int) -> bool:
    return any(_is_of_kind(e, depth) for e in branch)


def _is_of_kind(error: Error, depth: int) -> bool:
    path = error.instance_path
    return error.kind.name == "enum" and len(path) == depth + 1 and path[-1] in ("in", "type")


def _of_no_kind(branches: list[Branch], depth: int) -> tuple[Error, list[Json]]:
    errors = [e for branch in branches for e in branch if _is_of_kind(e, depth)]
    options = [option for e in errors for option in e.kind.as_dict()["options"]]
    return errors[0], list(dict.fromkeys(options))


def _said(case: _Case) -> tuple[str, str]:
    """What is said of a broken rule, and what to do about it as a rule."""
    if case.has_both:
        return f"{case.key} has both schema and content", "Keep one of them."
    if case.is_unexpected:
        return f"{case.key} has no meaning here", _CORRECT_NAME
    if case.rule == "format" and case.terms["format"] == "regex":
        return (
            f"{case.shown} is no regular expression of ECMA-262",
            "Write it as JavaScript has it.",
        )
    where = f" in {case.key}" if case.path else ""
    terms = {name: _listed(value) for name, value in case.terms.items()}
    fault, remedy = _SAID.get(case.rule, ("{shown} breaks the rule {rule}", "See the rule {rule}."))
    words = {**terms, "shown": case.shown, "where": where, "rule": case.rule}
    return fault.format(**words), remedy.format(**words).replace("{", "{{").replace("}", "}}")


def _listed(values: Json) -> str:
    if isinstance(values, (list, tuple)):
        return ", ".join(_short(value) for value in cast(list[Json], values))
    return _short(values)


_CORRECT_NAME = "Correct its name, or remove it; names of your own begin with x-."
_SAID = {
    "required": ("{property} is missing{where}", "Add {property}."),
    "enum": ("{shown} is none of {options}", "Write one of them."),
    "const": ("{shown} is not {expected_value}", "Write {expected_value}."),
    "type": ("{shown} is not of type {types}", "Write a value of that type."),
    "format": ("{shown} has not the format {format}", "Write it in that format."),
    "pattern": ("{shown} does not match {pattern}", "Write what matches."),
    "minimum": ("{shown} is less than {limit}", "Write {limit} or more."),
    "maximum": ("{shown} is more than {limit}", "Write {limit} or less."),
    "minLength": ("{shown} is shorter than {limit}", "Write more characters."),
    "maxLength": ("{shown} is longer than {limit}", "Write fewer characters."),
    "minItems": ("{shown} has fewer items than {limit}", "Write more of them."),
    "maxItems": ("{shown} has more items than {limit}", "Write fewer of them."),
    "minProperties": ("{shown} has fewer members than {limit}", "Write more of them."),
    "maxProperties": ("{shown} has more members than {limit}", "Write fewer of them."),
    "uniqueItems": ("{shown} has the same item twice", "Keep one of them."),
}
"""What is said of each rule, and what to do."""

_BOUNDS = ("exclusiveMinimum", "exclusiveMaximum")

_MIGRATIONS: tuple[tuple[Callable[[_Case], bool], str], ...] = (
    (
        lambda case: case.key in _BOUNDS and isinstance(case.value, bool) and not case.is_3_0,
        "Since OpenAPI 3.1 it is the bound itself: write {key}: 3, and no {bound}.",
    ),
    (
        lambda case: case.key in _BOUNDS and case.is_3_0,
        "In OpenAPI 3.0 write {bound}: 3 and {key}: true.",
    ),
    (
        lambda case: case.key == "type" and isinstance(case.value, list) and case.is_3_0,
        "In OpenAPI 3.0 write one type, and nullable: true where null may be.",
    ),
    (
        lambda case: case.key == "type" and case.value == "null" and case.is_3_0,
        "In OpenAPI 3.0 write the type of the other values, and nullable: true.",
    ),
    (
        lambda case: case.key == "const" and case.is_3_0,
        "In OpenAPI 3.0 write enum with this one value.",
    ),
    (
        lambda case: case.key == "required" and case.rule == "type" and case.value in (True, False),
        "List the required names beside properties: required: [name].",
    ),
    (
        lambda case: case.key == "items" and isinstance(case.value, list),
        "Write prefixItems for a list of schemas, one for each position.",
    ),
    (
        lambda case: case.path[:-1] == ("paths",) and case.key[0] != "/",
        "Begin a path with a slash, as in /things.",
    ),
    (
        lambda case: case.is_unexpected and case.within("responses", UNROUTED),
        'Write a status as "200", a range as 2XX, or default.',
    ),
    (
        lambda case: case.key == "in" and "securitySchemes" not in case.path,
        "Write one of them; a body is declared by requestBody, beside parameters.",
    ),
    (
        lambda case: case.key == "style",
        "Leave style out, or write form in a query or cookie, simple in a path or header.",
    ),
    (
        lambda case: case.terms.get("property") == "schema",
        "Give it a schema, or content.",
    ),
)
"""What to write instead of what older versions had, and of what is often mistaken."""
