"""Styles: how a parameter's value is put together out of texts (OpenAPI 3.1, section 4.8.12)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain, repeat
from typing import Any, cast

from tenor.document import Json
from tenor.errors import ConfigurationError
from tenor.members import Members, members_of
from tenor.scalars import Malformed, Scalar, decoded, scalar
from tenor.schemas import MISSING, Compiler
from tenor.shapes import SCALARS, Shape

Texts = Mapping[str, Sequence[str]]
Take = Callable[[Texts], Any]
Accepts = Callable[[Any], bool]

_STYLES = {
    "path": {"simple"},
    "query": {"form", "deepObject"},
    "header": {"simple"},
    "cookie": {"form"},
}


@dataclass(frozen=True, slots=True)
class Beyond:
    """The names beyond the declared ones that an object takes: ``filter[name]``, or any at all.

    What a member is called stands between ``before`` and ``after``.
    """

    members: Members[Scalar]
    before: str = ""
    after: str = ""

    def member(self, name: str) -> str | None:
        """The member that is sent under a name, None when the name is not of this object."""
        inner = name.removeprefix(self.before).removesuffix(self.after)
        if f"{self.before}{inner}{self.after}" != name or (self.after and set(inner) & {*"[]"}):
            return None
        return inner if self.members.of(inner) is not None else None


@dataclass(frozen=True, slots=True)
class Reading:
    """How a value is read: the names that its texts have, and how it is taken from them.

    ``take`` gives MISSING where none of them is there. ``is_text``: the value is the text itself.
    """

    names: tuple[str, ...]
    take: Take
    beyond: Beyond | None = None
    is_text: bool = False

    def has(self, name: str) -> bool:
        """Whether a text of this name belongs to the value."""
        return name in self.names or (
            self.beyond is not None and self.beyond.member(name) is not None
        )


def single(key: str, read: Scalar) -> Reading:
    """The reading of a value that is one text."""
    return Reading((key,), partial(_take_one, key, read), is_text=read is str)


def styled(
    compiler: Compiler, node: Mapping[str, Json], pointer: str, *, key: str, shape: Shape
) -> Reading:
    """The reading of a parameter by its style. Raises ConfigurationError for what has no form."""
    style = _Style(compiler, node, pointer, key)
    types = shape.types
    readings: list[Reading] = []
    if "array" in types:
        readings.append(style.of_array(shape))
    if "object" in types:
        readings.append(style.of_object(shape))
    if types & SCALARS or not readings:
        readings.append(style.of_scalar(shape))
    if len(readings) == 1:
        return readings[0]
    return _either(readings, compiler.request(shape.schema, shape.pointer).accepts)


class _Style:
    """The style of one parameter."""

    def __init__(
        self, compiler: Compiler, node: Mapping[str, Json], pointer: str, key: str
    ) -> None:
        self._compiler = compiler
        self._pointer = pointer
        self._key = key
        self._location = location = cast(str, node["in"])
        self._name = cast(
            str, node.get("style", "form" if location in ("query", "cookie") else "simple")
        )
        self._explodes = node.get("explode", self._name == "form") is True
        if self._name not in _STYLES[location]:
            raise self._unsupported(
                f"the style {self._name} is not supported for a parameter in {location}",
                f"Use {' or '.join(sorted(_STYLES[location]))}.",
            )

    def of_scalar(self, shape: Shape) -> Reading:
        if self._name == "deepObject" and "object" not in shape.types:
            raise self._no_object()
        return single(self._key, scalar(self._compiler, shape))

    def of_array(self, shape: Shape) -> Reading:
        if self._name == "deepObject":
            raise self._no_object()
        first = tuple(self._inner(inner, "an item") for inner in shape.first_items)
        read = self._inner(shape.items, "an item")
        items = partial(_by_position, first, read) if first else partial(_each, read)
        if self._explodes and self._location == "query":
            return Reading((self._key,), partial(_take_repeated, self._key, items))
        split = _split_header if self._location == "header" else _split
        return Reading((self._key,), partial(_take_separated, self._key, split, items))

    def of_object(self, shape: Shape) -> Reading:
        members = members_of(
            self._compiler,
            shape,
            lambda name, inner: self._inner(inner, f"the member {name}" if name else "a member"),
        )
        if self._name == "deepObject":
            return _by_names(members, f"{self._key}[", "]")
        if self._name == "form" and self._explodes:
            if members.are_open and self._location == "cookie":
                raise self._unsupported(
                    "a member of any name cannot be told from the other cookies",
                    "Write explode: false, or declare its members and no others.",
                )
            return _by_names(members, "", "")
        split = _split_header if self._location == "header" else _split
        take = _take_exploded_pairs if self._explodes else _take_flat_pairs
        return Reading((self._key,), partial(take, self._key, split, members))

    def _inner(self, shape: Shape, what: str) -> Scalar:
        if shape.is_nested:
            raise ConfigurationError(
                f"{what} is no scalar, and the style {self._name} has no form for it",
                place=self._compiler.place(shape.pointer),
                remedy="Give it a scalar type, or send the parameter as content in "
                "application/json.",
            )
        return scalar(self._compiler, shape)

    def _no_object(self) -> ConfigurationError:
        return self._unsupported(
            "the style deepObject has a form for objects only",
            "Give the parameter the schema of an object, or the style form.",
        )

    def _unsupported(self, found: str, remedy: str) -> ConfigurationError:
        place = self._compiler.place(self._pointer)
        return ConfigurationError(found, place=place, remedy=remedy)


def _by_names(members: Members[Scalar], before: str, after: str) -> Reading:
    """The reading of an object whose members have texts of their own."""
    keys = {f"{before}{name}{after}": name for name in members.named}
    if not members.are_open:
        return Reading(tuple(keys), partial(_take_members, keys, members.named))
    beyond = Beyond(members, before, after)
    return Reading(tuple(keys), partial(_take_open, keys, beyond), beyond)


def _either(readings: Sequence[Reading], accepts: Accepts) -> Reading:
    """The reading of a value that may be an object, a list or a scalar."""
    names = tuple(dict.fromkeys(name for reading in readings for name in reading.names))
    beyond = next((reading.beyond for reading in readings if reading.beyond), None)
    return Reading(names, partial(_take_fitting, readings, accepts), beyond)


# --- taking -------------------------------------------------------------------------------------


def _take_fitting(readings: Sequence[Reading], accepts: Accepts, texts: Texts) -> Any:
    """The first reading that the schema accepts, or else the first there is."""
    refusals: list[Malformed] = []
    values: list[Any] = []
    for reading in readings:
        try:
            value = reading.take(texts)
        except Malformed as error:
            refusals.append(error)
            continue
        if value is not MISSING:
            _refuse_others(reading, readings, texts)
            values.append(value)
    if refusals and not values:
        raise refusals[0]
    return next((value for value in values if accepts(value)), values[0] if values else MISSING)


def _refuse_others(reading: Reading, readings: Sequence[Reading], texts: Texts) -> None:
    """Refuse a value that is sent in two forms: one of them would be dropped in silence."""
    for name in texts:
        if not reading.has(name) and any(other.has(name) for other in readings):
            raise Malformed("single", "may be given in one form only")


def _single(texts: Texts, key: str) -> str | None:
    found = texts.get(key)
    if found is None:
        return None
    if len(found) > 1:
        raise Malformed("single", "may be given only once")
    return found[0]


def _take_one(key: str, read: Scalar, texts: Texts) -> Any:
    text = _single(texts, key)
    return MISSING if text is None else read(decoded(text))


def _take_repeated(key: str, items: Callable[[Iterable[str]], Any], texts: Texts) -> Any:
    found = texts.get(key)
    return MISSING if found is None else items(found)


def _take_separated(
    key: str,
    split: Callable[[str], list[str]],
    items: Callable[[Iterable[str]], Any],
    texts: Texts,
) -> Any:
    text = _single(texts, key)
    if text is None:
        return MISSING
    return items(split(text)) if text else []


def _each(read: Scalar, texts: Iterable[str]) -> list[Any]:
    return [read(decoded(text)) for text in texts]


def _by_position(first: Sequence[Scalar], rest: Scalar, texts: Iterable[str]) -> list[Any]:
    readers = chain(first, repeat(rest))
    return [read(decoded(text)) for text, read in zip(texts, readers, strict=False)]


def _take_members(keys: Mapping[str, str], members: Mapping[str, Scalar], texts: Texts) -> Any:
    found = {name: _single(texts, key) for key, name in keys.items()}
    given = {name: text for name, text in found.items() if text is not None}
    if not given:
        return MISSING
    return {name: members[name](decoded(text)) for name, text in given.items()}


def _take_open(keys: Mapping[str, str], beyond: Beyond, texts: Texts) -> Any:
    """The members by their names, declared or not; the texts are those of this object alone."""
    found = {key: keys[key] if key in keys else beyond.member(key) for key in texts}
    given = {name: _single(texts, key) for key, name in found.items() if name is not None}
    return _read_members(given.items(), beyond.members) if given else MISSING


def _take_flat_pairs(
    key: str, split: Callable[[str], list[str]], members: Members[Scalar], texts: Texts
) -> Any:
    text = _single(texts, key)
    if text is None:
        return MISSING
    parts = split(text)
    if len(parts) % 2:
        raise Malformed("style", "must be a list of names and values")
    return _read_members(zip(parts[::2], parts[1::2], strict=True), members)


def _take_exploded_pairs(
    key: str, split: Callable[[str], list[str]], members: Members[Scalar], texts: Texts
) -> Any:
    text = _single(texts, key)
    if text is None:
        return MISSING
    pairs = [map(type(text), part.partition("=")[::2]) for part in split(text)]
    return _read_members(pairs, members)


def _read_members(pairs: Any, members: Members[Scalar]) -> dict[str, Any]:
    taken: dict[str, Any] = {}
    for written, text in pairs:
        name = decoded(written)
        if name in taken:
            raise Malformed("single", "may name each member only once")
        taken[name] = (members.of(name) or str)(decoded(text))
    return taken


def _split(text: str) -> list[str]:
    """The parts between commas, still encoded if the text is."""
    kind = type(text)
    return [kind(part) for part in text.split(",")]


def _split_header(text: str) -> list[str]:
    """The parts between commas, without the white space that a header may have around them."""
    return [part.strip(" \t") for part in text.split(",")]
