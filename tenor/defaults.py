"""Defaults: what a project says once of how its commands are called, in ``pyproject.toml``.

::

    [tool.tenor.prove]
    world = "tests.world:world"
    seconds = 120
"""

import difflib
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import click

from tenor.errors import ConfigurationError

FILE = "pyproject.toml"


def read(path: Path, group: click.Group, context: click.Context) -> dict[str, dict[str, Any]]:
    """The defaults of the command that is called, as click takes them.

    Raises ConfigurationError for what is no command, no option of it, or no TOML.
    """
    if not path.is_file():
        return {}
    try:
        said = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"it is not TOML ({error})", place=str(path), remedy="Correct it."
        ) from None
    tables = cast(Mapping[str, Any], said.get("tool", {}).get("tenor", {}))
    for name in tables:
        commands = group.list_commands(context)
        if name not in commands:
            raise _unknown(f"tool.tenor.{name} is no command", name, commands, str(path))
    called = context.invoked_subcommand or ""
    command = group.get_command(context, called)
    if command is None or called not in tables:
        return {}
    return {called: _options(called, tables[called], command, str(path))}


def _options(name: str, table: Any, command: click.Command, place: str) -> dict[str, Any]:
    options = {
        option.lstrip("-"): parameter.name or ""
        for parameter in command.params
        if isinstance(parameter, click.Option)
        for option in parameter.opts
        if option.startswith("--")
    }
    given = cast(dict[str, Any], table) if isinstance(table, dict) else {}
    for key in given:
        if key not in options:
            fault = f"tool.tenor.{name} has the key {key}, which is no option of tenor {name}"
            raise _unknown(fault, key, list(options), place)
    return {options[key]: _as_text(value) for key, value in given.items()}


def _as_text(value: Any) -> Any:
    """Numbers as a command line has them, for options that read text."""
    return str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else value


def _unknown(fault: str, word: str, known: list[str], place: str) -> ConfigurationError:
    nearest = difflib.get_close_matches(word, known, n=1, cutoff=0)
    remedy = f"Did you mean {nearest[0]}?" if nearest else "Take it out."
    return ConfigurationError(fault, place=place, remedy=remedy)
