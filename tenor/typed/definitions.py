"""Definitions: the types of a contract by their names, each made when it is first asked for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import cast

from tenor.closing import Direction
from tenor.clusters import as_object
from tenor.document import Document, Json, escape
from tenor.subtypes import subtypes
from tenor.typed.directions import Directions
from tenor.typed.expressions import (
    OBJECT,
    TEXT,
    WIDTH,
    Expression,
    Generic,
    Name,
    choice,
    flat,
    list_of,
    literal,
    quoted,
)
from tenor.typed.kinds import (
    Anything,
    Kind,
    KindReader,
    Kinds,
    ListOf,
    Literals,
    Named,
    Record,
    Scalar,
)
from tenor.typed.names import Names, class_name, place_name

SCHEMAS = "/components/schemas"
_LONGEST_INLINE = 64
"""Columns of a type that is written where it is used; a longer one gets a name."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A key of a ``TypedDict``; one that is only read may have come from a narrower type."""

    key: str
    type: Expression
    is_required: bool
    text: str = ""
    is_read_only: bool = False


@dataclass(frozen=True, slots=True)
class Fields:
    """A ``TypedDict``.

    ``rest`` is the type of the keys that are not named: None where they are left open, ``Never``
    where there are none.
    """

    name: str
    entries: tuple[Entry, ...]
    rest: Expression | None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Alias:
    """Another name of a type."""

    name: str
    type: Expression
    text: str = ""


Definition = Fields | Alias
NEVER = Name("Never")


class Definitions:
    """The definitions of one document, in the order in which they were asked for.

    ``answered`` are the pointers of the schemas that answers reach.
    """

    def __init__(
        self, document: Document, names: Names, answered: Iterable[str], sent: Iterable[str]
    ) -> None:
        self._document = document
        self._names = names
        self.kinds = KindReader(document)
        self._directions = Directions(document, frozenset(answered), frozenset(sent))
        self._made: dict[tuple[str, Direction], str] = {}
        self._inner: dict[tuple[int, Direction], tuple[Json, Expression]] = {}
        self._found: dict[str, Definition | None] = {}
        schemas = as_object(as_object(document.raw.get("components")).get("schemas"))
        self._own = {f"{SCHEMAS}/{escape(key)}": names.take(class_name(key)) for key in schemas}

    def all(self) -> list[Definition]:
        """All definitions so far."""
        return [each for each in self._found.values() if each is not None]

    def components(self) -> None:
        """Define every schema that has a name in the contract."""
        for pointer in self._own:
            for direction in self._directions.of(pointer):
                self.named(pointer, direction)

    def add(self, definition: Definition) -> Name:
        """Take a definition up under its name."""
        self._found[definition.name] = definition
        return Name(definition.name)

    # --- types by name ----------------------------------------------------------------------

    def named(self, pointer: str, direction: Direction) -> Expression:
        """The type of the schema at a pointer, or of whichever subtype stands in its place."""
        own = self._named(pointer, direction)
        if direction is Direction.REQUEST:
            return own
        others = (self._named(each, direction) for each in subtypes(self._document, pointer))
        return choice((own, *others))

    def _named(self, pointer: str, direction: Direction) -> Expression:
        direction = self._directions.settled(pointer, direction)
        key = pointer, direction
        if key not in self._made:
            wanted = self._own.get(pointer)
            if wanted is None or self._directions.is_second(pointer, direction):
                suffix = "Input" if self._directions.is_second(pointer, direction) else ""
                wanted = self._names.take((wanted or place_name(pointer)) + suffix)
            self._made[key] = wanted  # known by its name first: it may hold itself
            self.define(wanted, self._document.at(pointer), direction)
        return Name(self._made[key])

    def define(self, name: str, schema: Json, direction: Direction) -> None:
        """Give the type of a schema a name, which has to be free."""
        self._found[name] = None
        kinds = self.kinds.of(schema)
        text = self.kinds.description(schema)
        record = _only_record(kinds)
        if record is not None and not _is_map(record, direction):
            self._found[name] = self._fields(name, record, direction, text)
        else:
            records = [kind for kind in kinds if _record_in(kind) is not None]
            context = f"{name}Object" if len(records) == 1 else name
            self._found[name] = Alias(name, self._expression(kinds, direction, context), text)

    def type_of(self, schema: Json, direction: Direction, context: str) -> Expression:
        """The type of a schema, by its name if it has one; ``context`` names what has none."""
        if not isinstance(schema, dict):
            return NEVER if schema is False else OBJECT
        key = id(cast(object, schema)), direction
        if key not in self._inner:
            self._inner[key] = schema, self._inner_type(schema, direction, context, key)
        return self._inner[key][1]

    def _inner_type(
        self, schema: Json, direction: Direction, context: str, key: tuple[int, Direction]
    ) -> Expression:
        kinds = self.kinds.of(schema)
        record = _only_record(kinds)
        if record is None or _is_map(record, direction):
            return self._inline(self._expression(kinds, direction, context), context)
        name = self._names.take(context)
        self._inner[key] = schema, Name(name)  # known by its name first: it may hold itself
        self.define(name, schema, direction)
        return Name(name)

    def _inline(self, expression: Expression, context: str) -> Expression:
        """The expression, or a name for one that is too long to stand within another."""
        length = len(flat(expression))
        is_name = isinstance(expression, Name)
        if is_name or length <= _LONGEST_INLINE or length < len(context) + 16:
            return expression
        return self.add(Alias(self._names.take(context), expression))

    # --- types of kinds ---------------------------------------------------------------------

    def _expression(self, kinds: Kinds, direction: Direction, context: str) -> Expression:
        records = [kind for kind in kinds if _record_in(kind) is not None]
        numbered = len(records) > 1
        members: list[Expression] = []
        for kind in kinds:
            number = str(records.index(kind) + 1) if numbered and kind in records else ""
            members.append(self._of_kind(kind, direction, context + number))
        return choice(members)

    def _of_kind(self, kind: Kind, direction: Direction, context: str) -> Expression:
        match kind:
            case Named(pointer):
                return self.named(pointer, direction)
            case Scalar(name):
                return Name(name)
            case Literals(values):
                return literal(*values)
            case ListOf(item):
                return list_of(self.type_of(item, direction, f"{context}Item"))
            case Record():
                return self._record(kind, direction, context)
            case Anything():
                return self._anything(kind, direction, context)

    def _anything(self, kind: Anything, direction: Direction, context: str) -> Expression:
        """What is said of objects, lists or scalars is meant, where no type is stated."""
        said = [each for each in (kind.record, kind.items) if each is not None]
        if said:
            return choice(self._of_kind(each, direction, context) for each in said)
        return choice(map(Name, sorted(kind.implied))) if kind.implied else OBJECT

    def _record(self, record: Record, direction: Direction, context: str) -> Expression:
        if _is_map(record, direction):
            return Generic("dict", (TEXT, self._rest(record, direction, context) or OBJECT))
        name = self._names.take(context)
        self._found[name] = None
        return self.add(self._fields(name, record, direction, ""))

    def form(self, context: str, record: Record, files: Mapping[str, Expression]) -> Expression:
        """The type of a form, some of whose fields are of these types in place of their own."""
        name = self._names.take(context)
        fields = self._fields(name, record, Direction.REQUEST, "")
        entries = tuple(replace(e, type=files.get(e.key, e.type)) for e in fields.entries)
        return self.add(replace(fields, entries=entries))

    def _fields(self, name: str, record: Record, direction: Direction, text: str) -> Fields:
        schemas = dict(record.fields)
        schemas |= dict.fromkeys(sorted(record.required - schemas.keys()), True)
        entries = tuple(
            self._entry(name, key, schema, direction, is_required=key in record.required)
            for key, schema in schemas.items()
            if not self.kinds.stays(schema, direction.forbidden)
        )
        return Fields(name, entries, self._rest(record, direction, name), text)

    def _rest(self, record: Record, direction: Direction, context: str) -> Expression | None:
        """The type of the properties without a name."""
        if record.rest is None:
            return NEVER if direction is Direction.RESPONSE else None
        if record.rest is False:
            return NEVER
        return self.type_of(record.rest, direction, f"{context}Value")

    def _entry(
        self, owner: str, key: str, schema: Json, direction: Direction, *, is_required: bool
    ) -> Entry:
        context = owner + class_name(key)
        found = self.type_of(schema, direction, context)
        room = WIDTH - len(f'        {quoted(key)}: NotRequired[""],')
        if len(flat(found)) > room and len(context) + 8 < len(flat(found)):
            found = self.add(Alias(self._names.take(context), found))
        return Entry(key, found, is_required, self._words(schema))

    def _words(self, schema: Json) -> str:
        """What is said of a property at its own place, and not where it refers to."""
        is_reference = isinstance(schema, dict) and "$ref" in schema and self._document.is_3_0
        return "" if is_reference else self.kinds.description(schema)


def _only_record(kinds: Kinds) -> Record | None:
    """The object that a schema is of, if it is of nothing else."""
    return _record_in(kinds[0]) if len(kinds) == 1 else None


def _record_in(kind: Kind) -> Record | None:
    if isinstance(kind, Anything):
        return kind.record if kind.items is None else None
    return kind if isinstance(kind, Record) else None


def _is_map(record: Record, direction: Direction) -> bool:
    """Whether an object has no property with a name."""
    return not record.fields and not (record.required and direction is Direction.REQUEST)
