"""Rules of YAML: what one reader takes for text, and another for something else.

Tenor reads YAML 1.2 with the scalars of JSON. Others read YAML 1.1, PyYAML among them, and with it
many generators: to them ``no`` is false, ``2026-03-02`` a date, ``12:30`` a count of minutes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import yaml

from tenor import reading
from tenor.document import Json, escape
from tenor.lint.contract import Contract
from tenor.lint.findings import Flaw, Flaws, Severity, rule

_PREFIX = "tag:yaml.org,2002:"
_NAMES = {
    "bool": "a boolean",
    "int": "an integer",
    "float": "a number",
    "null": "null",
    "str": "text",
    "timestamp": "a date",
    "value": "the sign of a default",
    "merge": "a merge",
}


@dataclass(frozen=True, slots=True)
class Plain:
    """A scalar without quotes, where it stands, and whether it is the key there."""

    text: str
    tag: str
    pointer: str
    line: int
    is_key: bool


@rule(
    "T501",
    "scalar-read-alike",
    Severity.ERROR,
    bad="""
    paths:
      /notes:
        get:
          operationId: listNotes
          parameters:
            - {name: done, in: query, schema: {enum: [yes, no]}}
          responses:
            "204": {description: There are none.}
            "400": {description: It is neither.}
    """,
    mend=("[yes, no]", '["yes", "no"]'),
)
def scalars(contract: Contract) -> Flaws:
    """A scalar without quotes is the same to all readers of YAML.

    These are not: `yes`, `no`, `on` and `off` (booleans in YAML 1.1), dates, `12:30` (750 in 1.1),
    `010` (8 in 1.1), `1_000`, `1e3` and `0o17`. Tenor reads YAML 1.2, many generators 1.1.
    """
    for plain in _plain(contract):
        here, there = _of_1_2(plain), _of_1_1(plain)
        if here != there:
            yield _flaw(
                contract,
                plain,
                f"{plain.text[:40]} is {_named(here)} in YAML 1.2, and {_named(there)} in 1.1",
                "Write it in quotes if it is text, else in JSON's own form.",
            )


@rule(
    "T502",
    "key-is-text",
    Severity.WARNING,
    bad="""
    paths:
      /notes:
        get:
          operationId: listNotes
          responses:
            204: {description: There are none.}
    """,
    mend=("204:", '"204":'),
)
def keys(contract: Contract) -> Flaws:
    """A key that looks like a number or a word of YAML is in quotes.

    Keys are text in JSON, and OpenAPI asks for quotes around a status (3.1, section 4.8.16): some
    readers of YAML make a number of `200`, which then is no key that they look for.
    """
    for plain in _plain(contract):
        kind, _ = _of_1_2(plain)
        if plain.is_key and kind != "str" and _of_1_1(plain) == _of_1_2(plain):
            yield _flaw(
                contract,
                plain,
                f"the key {plain.text[:40]} is {_NAMES[kind]}",
                "Write it in quotes.",
            )


def _flaw(contract: Contract, plain: Plain, found: str, remedy: str) -> Flaw:
    place = f"{contract.document.source}:{plain.line}"
    return Flaw(plain.pointer, found, remedy, place)


def _plain(contract: Contract) -> list[Plain]:
    """The scalars that may be misread; none in JSON, which has no others than its own."""
    document = contract.document
    if not document.lines or document.source.endswith(".json"):
        return []
    root = reading.composed(Path(document.source).read_text(encoding="utf-8-sig"))
    return [*_scalars(root, "")] if root is not None else []


def _scalars(node: yaml.Node, pointer: str) -> Iterator[Plain]:
    if isinstance(node, yaml.MappingNode):
        for key, value in cast(list[tuple[yaml.Node, yaml.Node]], node.value):
            inner = f"{pointer}/{escape(str(key.value))}"
            yield from _scalar(key, inner, is_key=True)
            yield from _scalars(value, inner)
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(cast(list[yaml.Node], node.value)):
            yield from _scalars(item, f"{pointer}/{index}")
    else:
        yield from _scalar(node, pointer)


def _scalar(node: yaml.Node, pointer: str, *, is_key: bool = False) -> Iterator[Plain]:
    """The scalar, if it is plain and no word that every reader takes for text."""
    text = cast(str, node.value)
    if isinstance(node, yaml.ScalarNode) and not node.style and _may_be_misread(text):
        kind = node.tag.removeprefix(_PREFIX)
        yield Plain(text, kind, pointer, node.start_mark.line + 1, is_key)


def _may_be_misread(text: str) -> bool:
    return text[:1] in "+-.0123456789=" or text.lower() in _WORDS


_WORDS = ("yes", "no", "on", "off", "true", "false", "null", "~", "")


def _of_1_2(plain: Plain) -> tuple[str, Json]:
    """What it is to Tenor's reader, and which value."""
    if plain.tag == "int":
        return "int", int(plain.text, 0) if plain.text[:2] in ("0o", "0x") else int(plain.text)
    return plain.tag, float(plain.text) if plain.tag == "float" else plain.text.lower()


_RESOLVER = yaml.resolver.Resolver()
_CONSTRUCTOR = yaml.constructor.SafeConstructor()


def _of_1_1(plain: Plain) -> tuple[str, Json]:
    """What it is to a reader of YAML 1.1, and which value."""
    tag = cast(str, _RESOLVER.resolve(yaml.ScalarNode, plain.text, (True, False)))  # pyright: ignore[reportUnknownMemberType] - PyYAML's has no types
    kind = tag.removeprefix(_PREFIX)
    node = yaml.ScalarNode(tag, plain.text)
    try:
        if kind == "int":
            return kind, _CONSTRUCTOR.construct_yaml_int(node)
        if kind == "float":
            return kind, _CONSTRUCTOR.construct_yaml_float(node)
    except ValueError:
        return kind, None
    return kind, plain.text.lower()


def _named(read: tuple[str, Json]) -> str:
    kind, value = read
    name = _NAMES.get(kind, kind)
    return f"{name} ({value})" if kind in ("int", "float") else name
