"""The command ``tenor types``."""

from pathlib import Path

import click

from tenor.document import load, shown_path
from tenor.errors import ConfigurationError
from tenor.typed.module import Origin, is_current, written

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command("types")
@click.argument("spec", type=_FILE)
@click.option("--output", type=_FILE, help="The file to write; standard output, if none is given.")
@click.option(
    "--check",
    type=_FILE,
    help="A file that was written before: nothing is written, and the exit code is 1 if it is "
    "not what would be written now.",
)
@click.pass_context
def types_command(
    context: click.Context, spec: Path, output: Path | None, check: Path | None
) -> None:
    """Write what a contract says as types of Python.

    For each operation that is what its handler may take, and the union of the answers that it may
    return; a type checker then refuses a handler that does not fit.
    """
    if output is not None and check is not None:
        raise ConfigurationError(
            "--output writes a file and --check writes none", remedy="Give one of them."
        )
    document = load(spec)
    path = output or check
    origin = Origin(shown_path(spec), shown_path(path) if path else "")
    if check is None:
        _write(output, written(document, origin))
    elif not is_current(_read(check), document, origin):
        click.echo(
            f"{origin.output}: these are not the types of {document.source} as it is now. "
            f"Write them anew: {origin.command}"
        )
        context.exit(1)


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _unusable(path, error) from None


def _write(path: Path | None, text: str) -> None:
    if path is None:
        click.echo(text, nl=False)
        return
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise _unusable(path, error) from None


def _unusable(path: Path, error: OSError | UnicodeDecodeError) -> ConfigurationError:
    reason = (error.strerror if isinstance(error, OSError) else None) or "it is not UTF-8"
    return ConfigurationError(
        f"this file cannot be used: {reason}",
        place=str(path),
        remedy="Name one that tenor types wrote, or is to write.",
    )
