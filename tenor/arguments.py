"""Arguments: how a handler's signature is served, by connexion's conventions.

A handler names what it wants: path, query and cookie parameters by their names, header parameters
in snake_case, ``body`` (or ``x-body-name``), uploaded files by their fields' names, ``user``,
``token_info``, and ``media_type``, the negotiated one. Only path parameters have to be named; who
takes ``**kwargs`` gets everything but headers.
"""

import inspect
import keyword
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import inflection

from tenor.connexion_parts import sanitized
from tenor.errors import ConfigurationError
from tenor.parameters import LOCATIONS, Parameter
from tenor.schemas import MISSING

Handler = Callable[..., Any]
Values = Mapping[str, Any]


@dataclass(slots=True, init=False)
class Inputs:
    """What a request was found to hold: values by the contract's names, by location.

    One is made for each request, whose fields are set one by one, for half of what a constructor
    in Python costs.
    """

    path: Values
    query: Values
    header: Values
    cookie: Values
    body: Any
    token_info: Mapping[str, Any]
    media_type: str | None

    @classmethod
    def none(cls) -> "Inputs":
        """What is held of a request before it is admitted: nothing."""
        inputs = cls()
        inputs.path, inputs.query, inputs.header, inputs.cookie = {}, {}, {}, {}
        inputs.body, inputs.token_info, inputs.media_type = None, {}, None
        return inputs


@dataclass(frozen=True, slots=True)
class Binding:
    """Makes keyword arguments for one handler out of what a request holds."""

    _located: tuple[tuple[str, str, str, bool], ...]
    _body: str | None
    _body_has_default: bool
    _extra: tuple[tuple[str, Callable[[Inputs], Any]], ...]
    _files: tuple[str, ...]

    def arguments(self, inputs: Inputs) -> dict[str, Any]:
        """The keyword arguments: absent optional values are left to the handler's defaults."""
        arguments: dict[str, Any] = {}
        for argument, location, name, has_default in self._located:
            value = getattr(inputs, location).get(name, MISSING)
            if value is not MISSING:
                arguments[argument] = value
            elif not has_default:
                arguments[argument] = None
        if self._body is not None:
            if inputs.body is not MISSING:
                arguments[self._body] = inputs.body
            elif not self._body_has_default:
                arguments[self._body] = None
        for argument, give in self._extra:
            arguments[argument] = give(inputs)
        if self._files and isinstance(inputs.body, dict):
            fields = cast(dict[str, Any], inputs.body)
            arguments |= {name: fields[name] for name in self._files if name in fields}
        return arguments


_EXTRA: dict[str, Callable[[Inputs], Any]] = {
    "user": lambda inputs: inputs.token_info.get("sub", inputs.token_info.get("uid")),
    "token_info": lambda inputs: inputs.token_info or None,
    "media_type": lambda inputs: inputs.media_type,
}


def bind(
    handler: Handler,
    parameters: Sequence[Parameter],
    *,
    body_name: str | None,
    file_names: Sequence[str] = (),
    operation: str,
    place: str,
) -> Binding:
    """The binding of a handler; ``body_name`` is None for an operation without a body.

    Raises ConfigurationError for a path parameter that the handler does not take, and for an
    argument that nothing can serve.
    """
    signature = _signature(handler, operation=operation, place=place)
    takes_all = any(p.kind is p.VAR_KEYWORD for p in signature.values())
    named = {
        name: p
        for name, p in signature.items()
        if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)
    }
    located = tuple(_located(parameters, named, takes_all=takes_all))
    served = {argument for argument, *_ in located}
    body = body_name if body_name and (body_name in named or takes_all) else None
    files = tuple(name for name in file_names if (name in named or takes_all) and name != body)
    extra = tuple(
        (name, give)
        for name, give in _EXTRA.items()
        if name not in served and (name in named or (takes_all and name != "media_type"))
    )
    served |= {name for name, _ in extra} | {*files, *([body] if body else [])}
    binding = Binding(
        _located=located,
        _body=body,
        _body_has_default=body in named and _has_default(named[body]),
        _extra=extra,
        _files=files,
    )
    _refuse_untaken(parameters, located, operation=operation, place=place)
    declared = {_candidates(parameter)[0] for parameter in parameters} | {
        *([body_name] if body_name else [])
    }
    _refuse_unserved(named, served, declared, operation=operation, place=place)
    _refuse_positional(signature, operation=operation, place=place)
    _refuse_shared(located, body, operation=operation, place=place)
    return binding


def _signature(handler: Handler, *, operation: str, place: str) -> Mapping[str, inspect.Parameter]:
    try:
        return inspect.signature(handler).parameters
    except ValueError:
        raise ConfigurationError(
            f"the handler of {operation} has no signature that tells what it takes",
            place=place,
            remedy="Write a function that calls it.",
        ) from None


def _refuse_positional(
    signature: Mapping[str, inspect.Parameter], *, operation: str, place: str
) -> None:
    for name, argument in signature.items():
        if argument.kind is argument.POSITIONAL_ONLY and not _has_default(argument):
            raise ConfigurationError(
                f"the handler of {operation} takes {name} by position, and arguments come by name",
                place=place,
                remedy="Leave the / out of its signature.",
            )


def _refuse_shared(
    located: Sequence[tuple[str, str, str, bool]], body: str | None, *, operation: str, place: str
) -> None:
    """Refuse two values for one argument: nobody could say which one the handler gets."""
    holders = {body: "the body"} if body else {}
    for argument, location, name, _ in located:
        holder = f"{name} in {location}"
        if argument in holders:
            raise ConfigurationError(
                f"the argument {argument} of {operation} stands for {holders[argument]} "
                f"and for {holder}",
                place=place,
                remedy="Rename one of them in the contract (the body by x-body-name).",
            )
        holders[argument] = holder


def _located(
    parameters: Sequence[Parameter], named: Mapping[str, inspect.Parameter], *, takes_all: bool
) -> list[tuple[str, str, str, bool]]:
    """Each argument that a parameter serves: (argument, location, name, has a default)."""
    located: list[tuple[str, str, str, bool]] = []
    for location in LOCATIONS:
        for parameter in (p for p in parameters if p.location == location):
            candidates = _candidates(parameter)
            argument = next((name for name in candidates if name in named), None)
            if argument is not None:
                default = _has_default(named[argument])
                located.append((argument, location, parameter.name, default))
            elif takes_all and location in ("path", "query"):
                located.append((candidates[0], location, parameter.name, True))
    return located


def _candidates(parameter: Parameter) -> list[str]:
    return argument_names(parameter.name, parameter.location)


def argument_names(name: str, location: str) -> list[str]:
    """The argument names that stand for a parameter, the first one preferred."""
    snake = inflection.underscore(sanitized(name.replace("-", "_")))
    shadowed = f"{snake}_" if keyword.iskeyword(snake) or snake in ("id", "type") else snake
    if location == "header":
        return [snake]
    return [sanitized(name), snake, shadowed, f"{snake}_"]


def _has_default(parameter: inspect.Parameter) -> bool:
    return parameter.default is not inspect.Parameter.empty


def _refuse_untaken(
    parameters: Sequence[Parameter],
    located: Sequence[tuple[str, str, str, bool]],
    *,
    operation: str,
    place: str,
) -> None:
    bound = {(location, name) for _, location, name, _ in located}
    for parameter in parameters:
        if parameter.location == "path" and ("path", parameter.name) not in bound:
            raise ConfigurationError(
                f"the handler of {operation} does not take the path parameter {parameter.name}",
                place=place,
                remedy=f"Add the argument {_candidates(parameter)[0]} to its signature.",
            )


def _refuse_unserved(
    named: Mapping[str, inspect.Parameter],
    served: set[str],
    declared: set[str],
    *,
    operation: str,
    place: str,
) -> None:
    choice = f". Declared are: {', '.join(sorted(declared))}" if declared else ""
    for name, argument in named.items():
        if name not in served and not _has_default(argument):
            raise ConfigurationError(
                f"the handler of {operation} asks for {name}, which the contract does not declare"
                f"{choice}",
                place=place,
                remedy="Declare it as a parameter, or give the argument a default.",
            )
