"""Names: identifiers of Python for what a contract names in its own way, each taken once."""

import builtins
import keyword
import re
from collections.abc import Iterable

_WORD = re.compile(r"[^\W_]+")
_USED = (
    *("FileStorage", "Iterator", "Literal", "Never"),
    *("NotRequired", "ReadOnly", "TypeAlias", "TypedDict"),
)
_KEPT = frozenset((*_USED, *keyword.kwlist, *dir(builtins)))


class Names:
    """The names of a module, which mean one thing each."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def take(self, wanted: str) -> str:
        """The name, or the first free one with a number behind it."""
        name, number = wanted, 1
        while name in self._taken or name in _KEPT:
            number += 1
            name = f"{wanted}{number}"
        self._taken.add(name)
        return name


def class_name(*texts: str) -> str:
    """The texts as one name in the style of classes: ``post-page`` is ``PostPage``."""
    words = (word for text in texts for word in _WORD.findall(text))
    name = "".join(word[0].upper() + word[1:] for word in words)
    return name if name.isidentifier() else f"Type{name}"


def is_attribute(name: str) -> bool:
    """Whether a class can have an attribute of this name, and mean it."""
    return name.isidentifier() and not keyword.iskeyword(name) and not name.startswith("__")


def place_name(pointer: str) -> str:
    """The name of what stands at a pointer: a component by its own, all else by its path."""
    tokens = [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]
    if tokens[:1] == ["components"]:
        tokens = tokens[2:]
    return class_name(*_told(tokens))


def _told(tokens: Iterable[str]) -> Iterable[str]:
    return ({"items": "item", "properties": ""}.get(token, token) for token in tokens)
