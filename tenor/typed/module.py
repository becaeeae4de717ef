"""The module: all types of a contract as a Python file, the same for the same contract."""

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

from tenor.document import Document, Json, escape
from tenor.typed.definitions import NEVER, Alias, Definition, Definitions, Entry, Fields
from tenor.typed.directions import reach
from tenor.typed.expressions import (
    WIDTH,
    Expression,
    Generic,
    Name,
    annotated,
    assigned,
    flat,
    names_in,
    opened,
    quoted,
)
from tenor.typed.names import Names, is_attribute
from tenor.typed.operations import OperationTypes

_IMPORTS = {
    "collections.abc": ("Iterator",),
    "typing": ("Literal", "Never", "NotRequired", "TypeAlias"),
    "typing_extensions": ("ReadOnly", "TypedDict"),
    "werkzeug.datastructures": ("FileStorage",),
}
_STANDARD = ("collections.abc", "typing")
_COMMAND = "Write it anew with: "


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a module comes from: the file of the contract, and the file it is written to."""

    spec: str
    output: str

    @property
    def command(self) -> str:
        """The command that writes the module."""
        output = f" --output {self.output}" if self.output else ""
        return f"tenor types {self.spec}{output}"


def written(document: Document, origin: Origin) -> str:
    """The module of a contract's types."""
    definitions = _defined(document.expanded())
    body = list(_written(_in_order(definitions)))
    lines = [*_head(document, origin), *_imports(definitions), *body]
    return "\n".join(lines) + "\n"


def is_current(text: str, document: Document, origin: Origin) -> bool:
    """Whether a module is what would be written, wherever the command was given."""
    return _without_command(text) == _without_command(written(document, origin))


def _without_command(text: str) -> list[str]:
    return [line for line in text.splitlines() if not line.startswith(_COMMAND)]


def _defined(document: Document) -> list[Definition]:
    names = Names()
    answered = reach(document, _answered(document))
    sent = reach(document, _sent(document))
    definitions = Definitions(document, names, answered, sent)
    definitions.components()
    OperationTypes(document, definitions, names).define()
    return definitions.all()


def _answered(document: Document) -> Iterator[str]:
    """The pointers of the schemas of what is answered."""
    for _, _, operation, pointer in document.operations():
        for status in operation.get("responses") or ():
            if not status.startswith("x-"):
                node, at = document.follow(f"{pointer}/responses/{status}")
                yield from _content_schemas(node, at)


def _sent(document: Document) -> Iterator[str]:
    """The pointers of the schemas of what is sent."""
    for _, _, operation, pointer in document.operations():
        owners = (pointer, pointer.rpartition("/")[0])
        for owner in owners:
            for index, _ in enumerate(document.at(owner).get("parameters") or ()):
                node, at = document.follow(f"{owner}/parameters/{index}")
                yield from _content_schemas(node, at)
                if "schema" in node:
                    yield f"{at}/schema"
        if "requestBody" in operation:
            node, at = document.follow(f"{pointer}/requestBody")
            yield from _content_schemas(node, at)


def _content_schemas(node: dict[str, Json], at: str) -> Iterator[str]:
    contents: dict[str, Json] = node.get("content") or {}
    for name, content in contents.items():
        if "schema" in content:
            yield f"{at}/content/{escape(name)}/schema"


# --- the order ----------------------------------------------------------------------------------


def _in_order(definitions: list[Definition]) -> list[Definition]:
    """The definitions, each behind those that it uses as far as circles allow."""
    by_name = {each.name: each for each in definitions}
    uses = {each.name: iter([n for n in _used(each) if n in by_name]) for each in definitions}
    ordered: dict[str, Definition] = {}
    entered: set[str] = set()
    waiting: list[str] = []
    for definition in definitions:
        waiting.append(definition.name)
        while waiting:
            entered.add(waiting[-1])
            following = next((n for n in uses[waiting[-1]] if n not in entered), None)
            if following is None:
                name = waiting.pop()
                ordered.setdefault(name, by_name[name])
            else:
                waiting.append(following)
    return list(ordered.values())


def _used(definition: Definition) -> Iterator[str]:
    for expression in _expressions(definition):
        yield from names_in(expression)


def _expressions(definition: Definition) -> Iterator[Expression]:
    if isinstance(definition, Alias):
        yield definition.type
        return
    for entry in definition.entries:
        yield entry.type
    if definition.rest not in (None, NEVER):
        yield definition.rest


# --- the text -----------------------------------------------------------------------------------


def _head(document: Document, origin: Origin) -> Iterator[str]:
    info = document.raw["info"]
    yield f'"""The types of {_plain(info["title"])} {_plain(info["version"])}.'
    yield ""
    yield "Made of the contract with the digest"
    yield f"{document.digest}."
    yield f"{_COMMAND}{origin.command}"
    yield '"""'
    yield ""
    yield "# A change belongs into the contract. Formatters leave this be, whatever their settings."
    yield "# fmt: off"
    yield ""


def _imports(definitions: list[Definition]) -> Iterator[str]:
    """The imports of what is used, those of the standard library first."""
    used = {name for each in definitions for name in _used(each)}
    for definition in definitions:
        if isinstance(definition, Alias):
            used.add("TypeAlias")
        else:
            used.add("TypedDict")
            used |= {"ReadOnly" for entry in definition.entries if entry.is_read_only}
            used |= {"NotRequired" for entry in definition.entries if not entry.is_required}
    groups = [
        [_import(m, used) for m in _IMPORTS if (m in _STANDARD) is own] for own in (True, False)
    ]
    for group in groups:
        lines = [line for line in group if line]
        yield from [*lines, ""] if lines else []


def _import(module: str, used: set[str]) -> str:
    names = [name for name in _IMPORTS[module] if name in used]
    return f"from {module} import {', '.join(names)}" if names else ""


def _written(definitions: list[Definition]) -> Iterator[str]:
    """The lines of the definitions; what is used before it is there stands in quotes."""
    later = {each.name for each in definitions}
    is_short = sum(_statements(each) for each in definitions) <= MOST_STATEMENTS
    is_class, blank = False, 0
    for definition in definitions:
        was_class, is_class = is_class, is_short and _may_be_class(definition)
        yield from [""] * (blank + (was_class or is_class))
        blank = 1
        if isinstance(definition, Alias):
            yield from _alias(definition, later)
        else:
            yield from _class(definition, later) if is_class else _call(definition, later)
        later.discard(definition.name)


MOST_STATEMENTS = 12_000
"""How many statements a module has before its types are written as calls, one statement each.

Type checkers give up on a module of too many; each key of a class counts as one.
"""


def _statements(definition: Definition) -> int:
    return 1 if isinstance(definition, Alias) else 1 + len(definition.entries)


def _may_be_class(definition: Definition) -> bool:
    """Whether a definition can be written as a class, whose attributes are its keys.

    A key may not hide a name that the types of the keys use.
    """
    if isinstance(definition, Alias):
        return False
    used = set(_used(definition))
    return all(is_attribute(e.key) and e.key not in used for e in definition.entries)


def _alias(alias: Alias, later: set[str]) -> Iterator[str]:
    yield from assigned(f"{alias.name}: TypeAlias = ", _now(alias.type, later))
    yield from _docstring(alias.text, "")


def _class(fields: Fields, later: set[str]) -> Iterator[str]:
    bases = ", ".join(["TypedDict", *_rest(fields, later)])
    line = f"class {fields.name}({bases}):"
    yield from [line] if len(line) <= WIDTH else [f"class {fields.name}(", f"    {bases}", "):"]
    yield from _docstring(fields.text or f"The schema {fields.name}.", "    ")
    yield from [""] if fields.entries else []
    for entry in fields.entries:
        yield from annotated(f"    {entry.key}: ", _entry_type(entry, later), "    ")
        yield from _docstring(entry.text, "    ")


def _call(fields: Fields, later: set[str]) -> Iterator[str]:
    yield f"{fields.name} = TypedDict("
    yield f"    {quoted(fields.name)},"
    yield "    {"
    for entry in fields.entries:
        before = f"        {quoted(entry.key)}: "
        yield from opened(before, _entry_type(entry, later), "        ", ",")
    yield "    },"
    yield from (f"    {said}," for said in _rest(fields, later))
    yield ")"
    yield from _docstring(fields.text, "")


def _entry_type(entry: Entry, later: set[str]) -> Expression:
    now = _now(entry.type, later)
    if entry.is_read_only:
        now = Generic("ReadOnly", (now,))
    return now if entry.is_required else Generic("NotRequired", (now,))


def _rest(fields: Fields, later: set[str]) -> list[str]:
    """What is said of the keys that have no name."""
    if fields.rest is None:
        return []
    if fields.rest == NEVER:
        return ["closed=True"]
    return [f"extra_items={flat(_now(fields.rest, later))}"]


def _now(expression: Expression, later: set[str]) -> Expression:
    """The expression, in quotes where it uses what is not there yet."""
    if later.isdisjoint(names_in(expression)):
        return expression
    return Name(quoted(flat(expression)))


def _docstring(text: str, indent: str) -> list[str]:
    """The first paragraph of a text as a docstring; nothing for a text that is empty."""
    words = _plain(text)
    if not words:
        return []
    before, after = (" " if edge == '"' else "" for edge in (words[0], words[-1]))
    opened = f'"""{before}{words}{after}'
    if len(indent) + len(opened) + 3 <= WIDTH:
        return [f'{indent}{opened}"""']
    lines = textwrap.wrap(
        opened, WIDTH - len(indent), break_long_words=False, break_on_hyphens=False
    )
    return [*(indent + line for line in lines), f'{indent}"""']


def _plain(text: object) -> str:
    """The first paragraph of a text on one line, as it may stand in a docstring."""
    first = str(text).strip().partition("\n\n")[0]
    words = " ".join("".join(c if c.isprintable() else " " for c in first).split())
    return words.replace("\\", "\\\\").replace('"""', "'''")
