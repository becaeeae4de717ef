"""Operations: what each handler gets, and the union of the answers that it may return."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import cast

from tenor.arguments import argument_names
from tenor.closing import Direction
from tenor.clusters import as_object
from tenor.document import Document, Json
from tenor.parameters import LOCATIONS, declared_parameters
from tenor.promises import BODILESS
from tenor.shapes import shape_of
from tenor.typed.answered_headers import HeaderTypes
from tenor.typed.bodies import answered_body, sent_body
from tenor.typed.definitions import Alias, Definitions, Entry, Fields
from tenor.typed.expressions import NONE, OBJECT, Choice, Expression, Generic, Name, choice, literal
from tenor.typed.names import Names, class_name, is_attribute, place_name

_CLASSES = {"2": "Success", "3": "Redirection", "4": "ClientError", "5": "ServerError"}


@dataclass(slots=True)
class _Group:
    """Statuses that are answered alike; ``is_bound``: a header has to be given."""

    body: Expression
    headers: Expression
    is_bound: bool
    statuses: list[str] = field(default_factory=list[str])


class OperationTypes:
    """Defines the types of the operations of one document."""

    def __init__(self, document: Document, definitions: Definitions, names: Names) -> None:
        self._document = document
        self._definitions = definitions
        self._names = names
        self._headers = HeaderTypes(document, definitions, names)
        self._ranges: dict[tuple[str, tuple[str, ...]], Expression] = {}

    def define(self) -> None:
        """Define the types of all operations, in the document's order."""
        for path, method, operation, pointer in self._document.operations():
            title = class_name(operation.get("operationId") or f"{method} {path}")
            self._parameters(title, pointer)
            if "requestBody" in operation:
                self._body(title, pointer)
            self._answer(title, pointer, is_head=method == "head")

    # --- what a handler gets ----------------------------------------------------------------

    def _parameters(self, title: str, pointer: str) -> None:
        owner = pointer.rpartition("/")[0]
        declared = list(declared_parameters(self._document, owner, pointer))
        declared.sort(key=lambda pair: LOCATIONS.index(cast(str, pair[1]["in"])))
        name = f"{title}Parameters"
        entries: dict[str, Entry] = {}
        for at, node in declared:
            entry = self._parameter(name, node, at)
            entries.setdefault(entry.key, entry)
        if entries:
            name = self._names.take(name)
            text = f"What a handler of {title} may take by name."
            self._definitions.add(Fields(name, tuple(entries.values()), None, text))

    def _parameter(self, owner: str, node: Mapping[str, Json], at: str) -> Entry:
        schema = _schema_of(node)
        argument = _argument(cast(str, node["name"]), cast(str, node["in"]))
        shape = shape_of(self._document, (schema, f"{at}/schema"))
        is_given = node.get("required", False) is True or bool(shape.defaults)
        shared = place_name(at) if at.startswith("/components/") else owner + class_name(argument)
        found = self._definitions.type_of(schema, Direction.REQUEST, shared)
        return Entry(argument, found, is_given, cast(str, node.get("description", "")))

    def _body(self, title: str, pointer: str) -> None:
        node, at = self._document.follow(f"{pointer}/requestBody")
        contents: dict[str, Json] = node.get("content") or {}
        name = self._names.take(f"{title}Body")
        context = place_name(at) if at.startswith("/components/") else f"{title}Content"
        members = [
            sent_body(
                self._document, self._definitions, media, content.get("schema", True), context
            )
            for media, content in contents.items()
        ]
        if node.get("required", False) is not True:
            members.append(NONE)
        self._definitions.add(Alias(name, choice(members), cast(str, node.get("description", ""))))

    # --- what it may return -----------------------------------------------------------------

    def _answer(self, title: str, pointer: str, *, is_head: bool) -> None:
        groups: list[_Group] = []
        statuses = self._statuses(pointer)
        varies = len(self._offered(pointer, statuses)) > 1
        for status in statuses:
            node, at = self._document.follow(f"{pointer}/responses/{status}")
            base = place_name(at) if at.startswith("/components/") else f"{title}{status}"
            body = self._answered(status, node, f"{base}Body")
            body = choice((body, NONE)) if is_head else body
            headers, is_bound = self._headers.type_of(status, at, base, varies=varies)
            _grouped(groups, _Group(body, headers, is_bound)).statuses.append(status)
        members = [each for group in groups for each in self._returned(title, group, statuses)]
        self._definitions.add(Alias(self._names.take(f"{title}Answer"), _union(members)))

    def _statuses(self, pointer: str) -> list[str]:
        """The statuses that a handler may answer with: the final ones."""
        responses: dict[str, Json] = self._document.at(pointer).get("responses") or {}
        return [status for status in responses if not status.startswith(("x-", "1"))]

    def _offered(self, pointer: str, statuses: list[str]) -> set[str]:
        """The media types of the operation's successes."""
        nodes = (
            self._document.follow(f"{pointer}/responses/{status}")[0]
            for status in statuses
            if status.startswith("2")
        )
        return {name for node in nodes for name in node.get("content") or ()}

    def _answered(self, status: str, node: Mapping[str, Json], context: str) -> Expression:
        contents: dict[str, Json] = node.get("content") or {}
        if not contents or (status.isdigit() and int(status) in BODILESS):
            return NONE
        return choice(
            answered_body(self._definitions, media, content.get("schema", True), context)
            for media, content in contents.items()
        )

    def _returned(self, title: str, group: _Group, statuses: list[str]) -> Iterator[Expression]:
        """The forms in which a handler may return what is answered alike."""
        for status in self._status_types(title, group.statuses, statuses):
            if not group.is_bound:
                yield Generic("tuple", (group.body, status))
            yield Generic("tuple", (group.body, status, group.headers))
        if not group.is_bound:
            yield from _bare(group)

    def _status_types(
        self, title: str, statuses: list[str], declared: list[str]
    ) -> Iterator[Expression]:
        exact = [int(status) for status in statuses if status.isdigit()]
        if exact:
            yield literal(*exact)
        for status in statuses:
            if status == "default":
                yield Name("int")
            elif not status.isdigit():
                yield self._range(title, status, declared)

    def _range(self, title: str, status: str, declared: list[str]) -> Expression:
        """The type of the statuses of a range, less those that are declared by themselves."""
        own = tuple(d for d in declared if d.isdigit() and d[0] == status[0])
        key = status[0], own
        if key not in self._ranges:
            wanted = f"{title if own else ''}{_CLASSES[status[0]]}Status"
            codes = [
                c
                for c in range(int(status[0]) * 100, int(status[0]) * 100 + 100)
                if str(c) not in own
            ]
            alias = Alias(self._names.take(wanted), literal(*codes))
            self._ranges[key] = self._definitions.add(alias)
        return self._ranges[key]


def _schema_of(parameter: Mapping[str, Json]) -> Json:
    """The schema of a parameter, or that of its content."""
    contents = as_object(parameter.get("content")).values()
    holder = next((as_object(content) for content in contents), parameter)
    return holder.get("schema", True)


def _argument(name: str, location: str) -> str:
    """The argument that a handler takes a parameter by: in snake_case."""
    names = argument_names(name, location)
    return next((each for each in names[1:] if is_attribute(each)), names[0])


def _grouped(groups: list[_Group], new: _Group) -> _Group:
    """The group that is answered alike; the new one, if there is none."""
    for group in groups:
        if (group.body, group.headers) == (new.body, new.headers):
            return group
    groups.append(new)
    return new


def _bare(group: _Group) -> Iterator[Expression]:
    """What a handler may return alone: the body of a 200, nothing for a 204."""
    if "200" in group.statuses and group.body != OBJECT:
        members = group.body.members if isinstance(group.body, Choice) else (group.body,)
        yield from (member for member in members if member != NONE)
    if "204" in group.statuses:
        yield NONE


def _union(members: list[Expression]) -> Expression:
    """One of these, in this order: the first ones are told first where an answer fits none."""
    distinct = tuple(sorted(dict.fromkeys(members), key=lambda member: member == NONE))
    if not distinct:
        return Name("Never")
    return distinct[0] if len(distinct) == 1 else Choice(distinct)
