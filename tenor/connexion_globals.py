"""What of connexion has no meaning here: ``connexion.request`` and ``connexion.context``.

Both belong to connexion's own request stack, which is not run. A handler that uses one would fail
at its first request with a message about middleware, so it is refused at start.
"""

import dis
from collections.abc import Callable, Iterator
from functools import partial
from inspect import unwrap
from types import CodeType
from typing import Any, cast

from tenor.connexion_parts import connexion
from tenor.errors import ConfigurationError

_ABSENT = {
    id(connexion.request): "request",
    id(connexion.context): "context",
    **{
        id(getattr(connexion.context, name)): f"context.{name}"
        for name in ("context", "operation", "receive", "scope")
    },
}


def refuse(handler: Callable[..., Any], operation: str, place: str) -> None:
    """Raise ConfigurationError for a handler that names one of them in its own code."""
    function = unwrap(handler)
    while isinstance(function, partial):
        function = unwrap(cast(Callable[..., Any], function.func))
    code = getattr(function, "__code__", None)
    if not isinstance(code, CodeType):
        return
    names: dict[str, Any] = getattr(function, "__globals__", {})
    if not _mentions(code, names):
        return
    for name in _used(code, names):
        raise ConfigurationError(
            f"the handler of {operation} uses connexion.{name}, which does not exist here",
            place=place,
            remedy="Use flask.request, or name what is needed as an argument of the handler: a "
            "parameter, body, user or token_info.",
        )


def _mentions(code: CodeType, names: dict[str, Any]) -> bool:
    """Whether the code could use one: mostly it has no name that leads there."""
    return any(
        name == "connexion" or names.get(name) is connexion or id(names.get(name)) in _ABSENT
        for name in code.co_names
    ) or any(_mentions(each, names) for each in code.co_consts if isinstance(each, CodeType))


def _used(code: CodeType, names: dict[str, Any]) -> Iterator[str]:
    """The absent names that the code loads, from connexion or as globals of the module."""
    previous = None
    for instruction in dis.get_instructions(code):
        if instruction.opname == "LOAD_GLOBAL":
            previous = names.get(instruction.argval)
            if id(previous) in _ABSENT:
                yield _ABSENT[id(previous)]
        elif instruction.opname == "IMPORT_NAME":
            previous = connexion if instruction.argval == "connexion" else None
        elif instruction.opname in ("LOAD_ATTR", "LOAD_METHOD", "IMPORT_FROM"):
            if previous is connexion and instruction.argval in ("request", "context"):
                yield instruction.argval
            if instruction.opname != "IMPORT_FROM":
                previous = None
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _used(constant, names)
