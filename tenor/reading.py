"""Reading a contract's text: YAML or JSON, strictly, with the line of each of its places.

A reader that is lenient changes a contract in silence: a doubled key wins over its first writing,
``no`` becomes false, a date becomes an object, ``<<`` becomes a property. Here a doubled key is an
error, keys are strings, and scalars are those of JSON (YAML 1.2, core schema), so that YAML and
JSON say the same.
"""

import bisect
import json
import math
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

import yaml

from tenor.errors import ConfigurationError
from tenor.structure import Json, escape

Lines = dict[str, int]


def read(path: Path) -> tuple[Json, Lines]:
    """The value of a file, and the line of each of its JSON pointers. Raises ConfigurationError."""
    text = _read_text(path, "the contract", "an OpenAPI document")
    try:
        return _parse_json(text, path) if path.suffix == ".json" else _parse_yaml(text, path)
    except RecursionError:
        raise _too_deep(
            path, "the contract", "Write the part out, or refer to it by $ref."
        ) from None


def read_yaml(path: Path, name: str) -> tuple[Json, Lines]:
    """The value of a file beside a contract, read as strictly; errors call it by the name."""
    text = _read_text(path, name, "a file")
    try:
        return _parse_yaml(text, path, name)
    except RecursionError:
        raise _too_deep(path, name, "Write the part out.") from None


def _too_deep(path: Path, name: str, remedy: str) -> ConfigurationError:
    return ConfigurationError(
        f"{name} holds itself by an alias, or is nested too deeply", place=str(path), remedy=remedy
    )


def _read_text(path: Path, name: str, kind: str) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise ConfigurationError(
            f"{name} cannot be read ({reason})",
            place=str(path),
            remedy=f"Give the path of {kind} that this user may read.",
        ) from None


def _doubled_key(key: str, place: str) -> ConfigurationError:
    return ConfigurationError(
        f"the key {key!r} stands twice in one mapping",
        place=place,
        remedy="Keep one of them; a lenient reader would drop the other in silence.",
    )


# --- JSON ---------------------------------------------------------------------------------------

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')


def _parse_json(text: str, path: Path) -> tuple[Json, Lines]:
    try:
        value = json.loads(text)
    except ValueError as error:
        line = getattr(error, "lineno", None)
        raise ConfigurationError(
            f"the contract is not JSON: {getattr(error, 'msg', error)}",
            place=f"{path}:{line}" if line else str(path),
            remedy="Mend the text there; YAML is read from files that end in .yaml.",
        ) from None
    return value, _json_lines(text, path)


def _json_lines(text: str, path: Path) -> Lines:
    """The line of each place of a text that is JSON; Python's reader says none."""
    starts = [match.end() for match in re.finditer("\n", text)]
    found = ((m.group(), bisect.bisect_right(starts, m.start()) + 1) for m in _TOKEN.finditer(text))
    lines: Lines = {}
    _mark(found, "", lines, path)
    return lines


def _mark(tokens: Iterator[tuple[str, int]], pointer: str, lines: Lines, path: Path) -> str:
    """Note the places of the next value, unless it is none; gives the text that it begins with."""
    text, line = next(tokens)
    if text != "]":
        lines.setdefault(pointer, line)
    if text == "{":
        _mark_members(tokens, pointer, lines, path)
    elif text == "[":
        index = 0
        while _mark(tokens, f"{pointer}/{index}", lines, path) != "]":
            if next(tokens)[0] == "]":
                break
            index += 1
    elif text[0] in "-0123456789NI" and not _is_number(text):
        raise _no_json(text, f"{path}:{line}", "Write a number.")
    elif text.startswith('"'):
        _text(text, f"{path}:{line}")
    return text


def _mark_members(
    tokens: Iterator[tuple[str, int]], pointer: str, lines: Lines, path: Path
) -> None:
    keys: set[str] = set()
    for text, line in tokens:
        if text == "}":
            return
        if text != ",":
            key = _text(text, f"{path}:{line}")
            if key in keys:
                raise _doubled_key(key, f"{path}:{line}")
            keys.add(key)
            inner = f"{pointer}/{escape(key)}"
            lines[inner] = line
            next(tokens)  # the colon
            _mark(tokens, inner, lines, path)


def _is_number(written: str) -> bool:
    """Whether it is one: no NaN, and not beyond what a float holds."""
    return written.lstrip("-").isdigit() or math.isfinite(float(written))


def _text(written: str, place: str) -> str:
    """The text that is written between quotes. Raises ConfigurationError."""
    if "\\" not in written:
        return written[1:-1]
    text = cast(str, json.loads(written))
    if any("\ud800" <= char <= "\udfff" for char in text):
        raise _no_json(written, place, "Write whole characters; half of a pair is none.")
    return text


def _no_json(written: str, place: str, remedy: str) -> ConfigurationError:
    return ConfigurationError(
        f"the contract is not JSON: {written[:40]} is no value that it has",
        place=place,
        remedy=remedy,
    )


# --- YAML ---------------------------------------------------------------------------------------


class _CoreSchema(yaml.CSafeLoader):
    """YAML 1.2's core schema: the scalars of JSON and no others."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - PyYAML's own class attribute


_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
for _tag, _pattern, _first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("int", _INTEGER.pattern, "-+0123456789"),
    ("float", _NUMBER.pattern, "-+.0123456789"),
):
    _CoreSchema.add_implicit_resolver(  # pyright: ignore[reportUnknownMemberType] - PyYAML's has no types
        f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), list(_first)
    )


def _parse_yaml(text: str, path: Path, name: str = "the contract") -> tuple[Json, Lines]:
    lines: Lines = {}
    try:
        root = composed(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{path}:{mark.line + 1}" if mark else str(path)
        problem = getattr(error, "problem", None) or "it cannot be parsed"
        raise ConfigurationError(
            f"{name} is not YAML: {problem}",
            place=place,
            remedy="Mend the text there; often it is the indentation, or a quote that is missing.",
        ) from None
    return (_construct(root, "", lines, path) if root else None), lines


def composed(text: str) -> yaml.Node | None:
    """The nodes of a YAML text, its scalars tagged by the core schema. Raises yaml.YAMLError."""
    return cast(yaml.Node | None, yaml.compose(text, Loader=_CoreSchema))  # pyright: ignore[reportUnknownMemberType] - PyYAML's has no types


def _construct(node: yaml.Node, pointer: str, lines: Lines, path: Path) -> Json:
    lines.setdefault(pointer, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        mapping: dict[str, Json] = {}
        for key_node, value_node in cast(list[tuple[yaml.Node, yaml.Node]], node.value):
            key = _key(key_node, mapping, path)
            inner = f"{pointer}/{escape(key)}"
            lines[inner] = key_node.start_mark.line + 1
            mapping[key] = _construct(value_node, inner, lines, path)
        return mapping
    if isinstance(node, yaml.SequenceNode):
        items = cast(list[yaml.Node], node.value)
        return [_construct(item, f"{pointer}/{i}", lines, path) for i, item in enumerate(items)]
    return _scalar(cast(yaml.ScalarNode, node), path)


def _key(node: yaml.Node, beside: dict[str, Json], path: Path) -> str:
    """The key of a mapping, as text. Raises ConfigurationError."""
    place = f"{path}:{node.start_mark.line + 1}"
    if not isinstance(node, yaml.ScalarNode):
        raise ConfigurationError(
            "a mapping has a key that is no text", place=place, remedy="Write a name for it."
        )
    key = str(node.value)
    if key == "<<" and not node.style:
        raise ConfigurationError(
            "<< merges nothing here: YAML 1.2 has no such key",
            place=place,
            remedy="Write the members out, or use $ref.",
        )
    if key in beside:
        raise _doubled_key(key, place)
    return key


def _scalar(node: yaml.ScalarNode, path: Path) -> Json:
    """The value of a scalar by its tag, written or plain. Raises ConfigurationError."""
    kind = node.tag.rpartition(":")[2]
    text = str(node.value)
    try:
        return _SCALARS[kind](text)
    except (KeyError, ValueError):
        raise ConfigurationError(
            f"{text[:40]!r} cannot be read as {node.tag.replace('tag:yaml.org,2002:', '!!')}",
            place=f"{path}:{node.start_mark.line + 1}",
            remedy="Write a value that JSON has, without a tag.",
        ) from None


def _integer(text: str) -> int:
    if not _INTEGER.fullmatch(text):
        raise ValueError(text)
    return int(text, 0) if text[:2] in ("0o", "0x") else int(text)


def _number(text: str) -> float:
    value = float(text) if _NUMBER.fullmatch(text) else float("inf")
    if value in (float("inf"), float("-inf")):
        raise ValueError(text)
    return value


_SCALARS: dict[str, Callable[[str], Json]] = {
    "bool": lambda text: text.lower() == "true",
    "null": lambda text: None,
    "int": _integer,
    "float": _number,
    "str": str,
}
