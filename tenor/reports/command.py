"""The command ``tenor coverage``."""

import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from fractions import Fraction
from pathlib import Path

import click
from rich.console import Console

from tenor import cells, ledger, waivers
from tenor.coverage import measure
from tenor.document import Document, load
from tenor.errors import ConfigurationError
from tenor.reports import html, json, junit, markdown, text
from tenor.reports.report import SERVED_AT, Report

FORMS: dict[str, Callable[[Report], str]] = {
    "json": json.written,
    "markdown": markdown.written,
    "html": html.written,
    "junit": junit.written,
}
"""What writes a report for others than a terminal."""

_WIDE = 200
"""How wide tables may be where nobody looks on."""


def percentage(
    _context: click.Context, _parameter: click.Parameter, value: str | None
) -> Fraction | None:
    """A number from 0 to 100, exactly as it is written."""
    try:
        number = None if value is None else Fraction(value)
    except (ValueError, ZeroDivisionError):
        raise click.BadParameter(f"{value!r} is no number.") from None
    if number is not None and not 0 <= number <= 100:
        raise click.BadParameter(f"{value} is not between 0 and 100.")
    return number


@click.command("coverage")
@click.argument(
    "ledgers",
    nargs=-1,
    required=True,
    metavar="LEDGER...",
    type=click.Path(path_type=Path),
)
@click.option(
    "--spec",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The contract; else the one that the ledgers name.",
)
@click.option(
    "--waivers",
    "waiver_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help=f"Cells that nobody has to witness for now; else {waivers.NAME} beside the contract, "
    "where there is one.",
)
@click.option(
    "--min",
    "minimum",
    metavar="PERCENT",
    callback=percentage,
    help="The percentage of declared cells that have to be met or waived. Without it nothing that "
    "is owed changes the exit code.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", *FORMS]),
    default="text",
    show_default=True,
    help="For a terminal, machines, the summary of a CI run, a browser, or CI.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The file to write; else it is printed.",
)
@click.option(
    "--url",
    "served_at",
    default=SERVED_AT,
    show_default=True,
    help="Where the commands that ask again find a server.",
)
@click.pass_context
def coverage_command(
    context: click.Context,
    ledgers: tuple[Path, ...],
    *,
    spec: Path | None,
    waiver_file: Path | None,
    minimum: Fraction | None,
    form: str,
    output: Path | None,
    served_at: str,
) -> None:
    """Say what has been seen of a contract, and what it still owes.

    LEDGER is a folder that TENOR_LEDGER named while the contract was answered, or a file in it.
    What is declared is counted by operation, status and media type, and no status is exempt.

    The exit code is 1 when an answer was not declared or broke the contract, when a waiver has
    expired, when no ledger vouches for the contract, and when less than --min is held.
    """
    document = load(spec or _source(ledgers)).expanded()
    report = Report(
        measure(
            document,
            ledger.read(ledgers, document),
            waivers_of(waiver_file, document),
            today(),
        ),
        minimum,
        served_at=served_at.rstrip("/"),
    )
    write(report, form, output)
    context.exit(0 if report.is_fine else 1)


def today() -> date:
    """The day by which waivers expire: that of UTC."""
    return datetime.now(UTC).date()


def _source(ledgers: tuple[Path, ...]) -> Path:
    """The contract that ledgers name. Raises ConfigurationError."""
    named = [Path(source) for source in ledger.sources(ledgers)]
    found = list(dict.fromkeys(source.resolve() for source in named if source.is_file()))
    if len(found) == 1:
        return found[0]
    if found:
        fault = f"the ledgers are of {len(found)} contracts: {', '.join(map(str, found))}"
    elif named:
        fault = f"there is no {named[0]}, which the ledgers name as their contract"
    else:
        raise ConfigurationError(
            "there is no ledger yet",
            place=", ".join(map(str, ledgers)),
            remedy="Run the tests, or a server, with TENOR_LEDGER naming this folder.",
        )
    raise ConfigurationError(fault, place="tenor coverage", remedy="Name the contract with --spec.")


def waivers_of(path: Path | None, document: Document) -> tuple[waivers.Waiver, ...]:
    """The waivers in a file, else in the one beside the contract, where there is one."""
    beside = Path(document.source).with_name(waivers.NAME)
    path = path or (beside if beside.is_file() else None)
    return waivers.read(path, cells.declared(document)) if path else ()


def write(report: Report, form: str, output: Path | None) -> None:
    """Write a report to a file, or print it."""
    if output is None:
        _print(report, form)
        return
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        with output.open("w", encoding="utf-8", errors="replace") as file:
            if form == "text":
                text.write(report, Console(file=file, width=_WIDE, soft_wrap=True))
            else:
                file.write(FORMS[form](report))
    except OSError as error:
        raise ConfigurationError(
            f"the report cannot be written ({error.strerror})",
            place=str(output),
            remedy="Name a file in a folder that this user may write to.",
        ) from None


def _print(report: Report, form: str) -> None:
    if form == "text":
        is_watched = sys.stdout.isatty()
        text.write(report, Console(width=None if is_watched else _WIDE, soft_wrap=not is_watched))
    else:
        click.echo(FORMS[form](report).encode("utf-8", "replace"), nl=False)
