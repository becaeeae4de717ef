"""Expressions of types in Python, and how they are laid out in lines of at most 100 columns.

What does not fit is written one part a line, each with its comma, so that formatters agree.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

WIDTH = 100


@dataclass(frozen=True, slots=True)
class Name:
    """A type by its name."""

    text: str


@dataclass(frozen=True, slots=True)
class Value:
    """A value that stands in a ``Literal``."""

    value: str | int | bool


@dataclass(frozen=True, slots=True)
class Generic:
    """A type that is made of others: ``dict[str, int]``."""

    head: str
    arguments: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several types."""

    members: tuple["Expression", ...]


Expression = Name | Value | Generic | Choice

OBJECT = Name("object")
NONE = Name("None")
TEXT = Name("str")


def list_of(item: Expression) -> Expression:
    """The type of lists."""
    return Generic("list", (item,))


def literal(*values: str | int | bool) -> Expression:
    """The type of a few values."""
    return Generic("Literal", tuple(map(Value, values)))


def choice(members: Iterable[Expression]) -> Expression:
    """One of these types; what says nothing more is left out, literals are put together.

    ``None`` comes last. What may be anything is ``object``, what cannot be is ``Never``.
    """
    found = list(dict.fromkeys(_flattened(members)))
    if OBJECT in found:
        return OBJECT
    if Name("float") in found:  # a type checker takes an int for a float
        found = [each for each in found if each != Name("int")]
    found = _with_literals_joined(found)
    found.sort(key=lambda each: each == NONE)
    if not found:
        return Name("Never")
    return found[0] if len(found) == 1 else Choice(tuple(found))


def _flattened(members: Iterable[Expression]) -> Iterator[Expression]:
    for member in members:
        if isinstance(member, Choice):
            yield from member.members
        else:
            yield member


def _with_literals_joined(members: list[Expression]) -> list[Expression]:
    literals = [m for m in members if isinstance(m, Generic) and m.head == "Literal"]
    if len(literals) < 2:
        return members
    values = dict.fromkeys(value for each in literals for value in each.arguments)
    at = members.index(literals[0])
    rest = [m for m in members if m not in literals]
    return [*rest[:at], Generic("Literal", tuple(values)), *rest[at:]]


def names_in(expression: Expression) -> Iterator[str]:
    """Every name that an expression uses."""
    if isinstance(expression, Name):
        yield expression.text
    elif isinstance(expression, Generic):
        yield expression.head
        for argument in expression.arguments:
            yield from names_in(argument)
    elif isinstance(expression, Choice):
        for member in expression.members:
            yield from names_in(member)


def flat(expression: Expression) -> str:
    """The expression on one line."""
    if isinstance(expression, Name):
        return expression.text
    if isinstance(expression, Value):
        value = expression.value
        return quoted(value) if isinstance(value, str) else str(value)
    if isinstance(expression, Generic):
        return f"{expression.head}[{', '.join(map(flat, expression.arguments))}]"
    return " | ".join(map(flat, expression.members))


def quoted(text: str) -> str:
    """The text as a string of Python, in double quotes unless it holds more of them."""
    written = repr(text)
    if written.startswith("'") and '"' not in text:
        return f'"{written[1:-1]}"'
    return written


def assigned(before: str, expression: Expression) -> list[str]:
    """The lines of an assignment: ``before`` is all that stands left of the expression."""
    line = before + flat(expression)
    if len(line) <= WIDTH:
        return [line]
    if isinstance(expression, Name):
        return [f"{before}(", f"    {line.removeprefix(before)}", ")"]
    if isinstance(expression, Choice):
        whole = f"    {flat(expression)}"
        inner = [whole] if len(whole) <= WIDTH else _one_a_line(expression)
        return [f"{before}(", *inner, ")"]
    return opened(before, expression, "")


def annotated(before: str, expression: Expression, indent: str) -> list[str]:
    """The lines of an annotation without a value."""
    lines = opened(before, expression, indent)
    if len(lines[0]) <= WIDTH:
        return lines
    return [f"{before}(", f"{indent}    {flat(expression)}", f"{indent})"]


def _one_a_line(expression: Choice) -> Iterator[str]:
    for index, member in enumerate(expression.members):
        yield from opened("    | " if index else "    ", member, "    ")


def opened(before: str, expression: Expression, indent: str, after: str = "") -> list[str]:
    """A generic type on one line, or with one argument a line where that is too long."""
    line = before + flat(expression) + after
    if len(line) <= WIDTH or not isinstance(expression, Generic):
        return [line]
    comma = "," if len(expression.arguments) > 1 else ""
    inner = [f"{indent}    {flat(argument)}{comma}" for argument in expression.arguments]
    return [f"{before}{expression.head}[", *inner, f"{indent}]{after}"]
