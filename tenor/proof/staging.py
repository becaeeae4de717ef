"""Staging: from what is said on a command line to a contract and the worlds of its proof."""

import importlib
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from flask import Flask

from tenor import Tenor, serving
from tenor.document import Document, load
from tenor.errors import ConfigurationError
from tenor.proof.proving import MakeWorld
from tenor.proof.world import Caller, World

LEFT_OUT = "..."
"""Stands in a replay command for the value of a header."""


@dataclass(frozen=True, slots=True)
class What:
    """What is to be proved, as it is said on the command line."""

    app: str | None
    spec: Path | None
    handlers: str
    url: str | None
    world: str | None
    headers: tuple[str, ...]


def staged(what: What) -> tuple[Document, MakeWorld]:
    """The contract, and how its world is made. Raises ConfigurationError."""
    named = [each for each in (what.world, what.app, what.url) if each]
    if len(named) > 1 or (not named and what.spec is None):
        raise ConfigurationError(
            "one of --world, --app, --url, or --spec with --handlers says what is proved",
            place="tenor prove",
            remedy="Give one of them.",
        )
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    make = _maker(what)
    if what.spec is not None:
        return load(what.spec).expanded(), make
    return _contract_of(make), make


def _maker(what: What) -> MakeWorld:
    callers = tuple(_caller(number, line) for number, line in enumerate(what.headers, 1))
    if what.world:
        made = _imported(what.world)
        return lambda folder: _with_callers(made(folder), callers)
    if what.url:
        if what.spec is None:
            raise ConfigurationError(
                "a server does not say what only its own side knows of the contract",
                place="--url",
                remedy="Name the document with --spec.",
            )
        url = what.url
        return lambda _folder: World(url=url, callers=callers, public_url=url)
    source = serving.Source(
        app=what.app, spec=None if what.app else str(what.spec), handlers=what.handlers
    )
    application = serving.load(source)
    return lambda _folder: World(app=application, callers=callers)


def _with_callers(world: Any, callers: tuple[Caller, ...]) -> World:
    if not isinstance(world, World):
        raise ConfigurationError(
            f"the function gave {type(world).__name__}, which is no World",
            place="--world",
            remedy="Return a tenor.proof.world.World.",
        )
    return replace(world, callers=callers) if callers else world


def _contract_of(make: MakeWorld) -> Document:
    """The contract that an application of Tenor carries itself."""
    with tempfile.TemporaryDirectory(prefix="tenor-proof-") as folder:
        world = make(Path(folder))
        try:
            if isinstance(world.app, Tenor):
                return world.app.contract
        finally:
            world.close()
    kind = "Flask application" if isinstance(world.app, Flask) else "server"
    raise ConfigurationError(
        f"what is proved is a {kind} that carries no contract",
        place="tenor prove",
        remedy="Name its document with --spec.",
    )


def _imported(name: str) -> Callable[[Path], Any]:
    module_name, _, attribute = name.partition(":")
    try:
        found = getattr(importlib.import_module(module_name), attribute or "world")
    except Exception as error:
        raise ConfigurationError(
            f"{name} cannot be loaded ({type(error).__name__}: {error})",
            place="--world",
            remedy="Name a function that takes a folder and returns a World, as module:name.",
        ) from error
    return found


def _caller(number: int, line: str) -> Caller:
    name, colon, value = line.partition(":")
    if not colon or not name.strip() or not value.strip():
        raise ConfigurationError(
            "a header is a name, a colon and a value",
            place="--header",
            remedy="Write it like 'Authorization: Bearer abc'.",
        )
    if value.strip() == LEFT_OUT:
        raise ConfigurationError(
            f"{name.strip()} has no value: a replay command does not repeat secrets",
            place="--header",
            remedy=f"Write the value in the place of {LEFT_OUT}",
        )
    return Caller(f"caller {number}", {name.strip(): value.strip()})
