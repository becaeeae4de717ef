"""Rules of examples: what a contract shows is what it says."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from tenor import media_types
from tenor.closing import Direction
from tenor.document import Json, escape
from tenor.errors import ConfigurationError
from tenor.lint.contract import Content, Contract, Node, Placed
from tenor.lint.findings import Flaw, Flaws, Severity, rule
from tenor.lint.sentences import broken
from tenor.lint.values import Described, Value
from tenor.problems import Fault
from tenor.representations import Unreadable, family_of


@dataclass(frozen=True, slots=True)
class Example:
    """An example and where it stands."""

    value: Json
    pointer: str


@rule(
    "T301",
    "example-fits",
    Severity.ERROR,
    bad="""
    paths:
      /notes:
        get:
          operationId: listNotes
          parameters:
            - name: page
              in: query
              schema: {type: integer, minimum: 1, maximum: 1000}
              example: 0
          responses:
            "204": {description: There are none.}
            "400": {description: There is no such page.}
    """,
    mend=("example: 0", "example: 1"),
)
def examples(contract: Contract) -> Flaws:
    """An example of a parameter, a header or a content fits its schema.

    One in a request has no property that is read-only. One in a response has none that is write-
    only or not declared, for the gate would hold it back.
    """
    for owner, direction in _owners(contract):
        if "content" not in owner.node:
            described = Described(
                owner.node.get("schema", True), f"{owner.pointer}/schema", direction
            )
            yield from _judged(contract, owner, described)
    for content in contract.contents:
        yield from _of_content(contract, content)


def _owners(contract: Contract) -> Iterator[tuple[Placed, Direction]]:
    yield from ((parameter, Direction.REQUEST) for parameter in contract.parameters)
    yield from ((header, Direction.RESPONSE) for header in contract.headers)


def _judged(contract: Contract, owner: Placed, described: Described) -> Flaws:
    validator = contract.validator(described)
    if validator is None:
        return
    for example in _examples(contract, owner.node, owner.pointer):
        if isinstance(example, Flaw):
            yield example
        elif not validator.accepts(example.value):
            yield _flaw(example.pointer, validator.faults(example.value, "example"))


def _of_content(contract: Contract, content: Content) -> Flaws:
    """The flaws of the examples of a content, as far as its media type lets them be judged."""
    validator = contract.validator(content.described)
    if validator is None:
        return
    types = contract.compiler.types(content.described.schema, content.described.pointer)
    for example in _examples(contract, content.node, content.pointer):
        if isinstance(example, Flaw):
            yield example
            continue
        try:
            values = _values(content.media_type, example.value, types)
        except Unreadable as error:
            yield Flaw(example.pointer, f"the example {error}", "Correct it.")
            continue
        unfit = next((value for value in values if not validator.accepts(value)), None)
        if unfit is not None:
            yield _flaw(example.pointer, validator.faults(unfit, "example"))


def _values(name: str, example: Json, types: frozenset[str]) -> list[Json]:
    """What of an example its schema judges; nothing where nobody can say. Raises Unreadable."""
    media_type = media_types.parse(name)
    family = None if media_type is None else family_of(media_type)
    if media_type is None or media_type.is_json:
        return [example]
    is_form = media_type.essence in ("application/x-www-form-urlencoded", "multipart/form-data")
    if is_form:
        return [example] if isinstance(example, dict) else []
    if family is None or not family.has_schema:
        return []
    if family.by_line:
        text = isinstance(example, str)
        read = family.read(example.encode()) if text else example
        return cast(list[Json], read) if isinstance(read, list) else [read]
    is_text = isinstance(example, str) and (not types or "string" in types)
    return [example] if is_text else []


def _examples(contract: Contract, node: Node, pointer: str) -> Iterator[Example | Flaw]:
    """The examples of a parameter, a header or a content; a flaw for one that leads nowhere."""
    if "example" in node:
        yield Example(node["example"], f"{pointer}/example")
    for name in node.get("examples") or ():
        at = f"{pointer}/examples/{escape(name)}"
        try:
            example, place = contract.document.follow(at)
        except ConfigurationError as error:
            yield Flaw(at, error.fault, error.remedy)
            continue
        if isinstance(example, dict) and "value" in example:
            yield Example(example["value"], f"{place}/value")


# --- in schemas ---------------------------------------------------------------------------------


@rule(
    "T302",
    "schema-example-fits",
    Severity.ERROR,
    bad="""
    paths:
      /notes:
        get:
          operationId: listNotes
          parameters:
            - name: page
              in: query
              schema: {type: integer, minimum: 1, maximum: 1000, example: first}
          responses:
            "204": {description: There are none.}
            "400": {description: There is no such page.}
    """,
    mend=("example: first", "example: 1"),
)
def schema_examples(contract: Contract) -> Flaws:
    """An example or a default within a schema fits that schema.

    Where the schema is used in requests and in responses, fitting one of them is enough. (A default
    that does not fit is refused when the contract is loaded.)
    """
    unfit: dict[str, Flaw] = {}
    fitting: set[str] = set()
    for value in contract.values:
        for described in _stating(value):
            for pointer, faults in _faults(contract, described):
                if faults:
                    unfit.setdefault(pointer, _flaw(pointer, faults))
                else:
                    fitting.add(pointer)
    yield from (flaw for pointer, flaw in unfit.items() if pointer not in fitting)


def _stating(value: Value) -> Iterator[Described]:
    """The schemas of a value that show examples, or what stands for an absent value.

    In responses only those that describe the whole of it: a branch cannot be closed by itself.
    """
    home = value.home
    for part in value.parts:
        is_whole = part.pointer == home.pointer and len(value.places) == 1
        if {"default", "example", "examples"} & part.node.keys() and (
            is_whole or value.direction is Direction.REQUEST
        ):
            yield Described(cast(Json, part.node), part.pointer, value.direction)


def _faults(contract: Contract, described: Described) -> Iterator[tuple[str, tuple[Fault, ...]]]:
    """Each example and default of a schema, by its pointer, with what is wrong with it."""
    validator = contract.validator(described)
    if validator is None:
        return
    node = cast(dict[str, Json], described.schema)
    shown = [(key, node[key]) for key in ("default", "example") if key in node]
    many = node.get("examples")
    if isinstance(many, list):
        shown += [
            (f"examples/{index}", value) for index, value in enumerate(cast(list[Json], many))
        ]
    for key, value in shown:
        accepted = validator.accepts(value)
        yield (
            f"{described.pointer}/{key}",
            () if accepted else validator.faults(value, "example"),
        )


def _flaw(pointer: str, faults: tuple[Fault, ...]) -> Flaw:
    what = "default" if pointer.endswith("/default") else "example"
    return Flaw(
        pointer,
        f"the {what} breaks its schema: {broken(faults)}",
        f"Correct the {what}, or the schema.",
    )
