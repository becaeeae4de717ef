"""The command ``tenor prove``."""

import shlex
import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from tenor import ledger, logs
from tenor import waivers as waiving
from tenor.coverage import measure
from tenor.errors import ConfigurationError
from tenor.proof import bars, staging, transcript
from tenor.proof.proving import PARTS, Order, Proof, prove
from tenor.reports import command as reports
from tenor.reports.report import Report

FILES = {
    "proof.html": "html",
    "proof.json": "json",
    "proof.md": "markdown",
    "proof.xml": "junit",
}
"""What ``--output`` writes: for people, machines, the summary of a run, and CI."""


@click.command("prove")
@click.option("--world", help="A function that makes the world to begin in, as module:name.")
@click.option("--app", help="An application or its factory, as module:name.")
@click.option("--url", help="A server that runs; the contract is named with --spec.")
@click.option(
    "--spec",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The contract: with --handlers, with --url, and with an --app that is no Tenor.",
)
@click.option(
    "--handlers",
    default="handlers",
    show_default=True,
    help="The package or module whose functions answer the operations of --spec.",
)
@click.option(
    "--header",
    "headers",
    multiple=True,
    metavar="'NAME: VALUE'",
    help="The credentials of who asks. Each starts another caller; the first may do the most.",
)
@click.option(
    "--ledger",
    "ledgers",
    multiple=True,
    type=click.Path(path_type=Path),
    help="What a test suite has seen, to be counted too.",
)
@click.option("--seed", default=1, show_default=True, help="The same seed asks the same.")
@click.option(
    "--seconds",
    default=300.0,
    show_default=True,
    type=click.FloatRange(1),
    help="How long the whole may take.",
)
@click.option(
    "--min",
    "minimum",
    default="100",
    show_default=True,
    metavar="PERCENT",
    callback=reports.percentage,
    help="The percentage of declared cells that have to be met or waived.",
)
@click.option(
    "--waivers",
    "waiver_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help=f"Cells that nobody has to witness for now; else {waiving.NAME} beside the contract.",
)
@click.option(
    "--part",
    "parts",
    multiple=True,
    type=click.Choice(PARTS),
    help="What to run; all of it unless it is said.",
)
@click.option(
    "--only",
    multiple=True,
    metavar="CHECK@OPERATION",
    help="Try this alone and show what is sent: a finding's replay command says it.",
)
@click.option(
    "--examples", default=5, show_default=True, help="Made-up requests for each operation."
)
@click.option("--stories", default=30, show_default=True, help="Made-up chains of requests.")
@click.option("--steps", default=6, show_default=True, help="The most requests of a chain.")
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    help=f"A folder for the reports: {', '.join(FILES)}.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", *reports.FORMS]),
    default="text",
    show_default=True,
    help="How the report is printed.",
)
@click.pass_context
def prove_command(
    context: click.Context,
    *,
    app: str | None,
    spec: Path | None,
    handlers: str,
    url: str | None,
    world: str | None,
    headers: tuple[str, ...],
    ledgers: tuple[Path, ...],
    waiver_file: Path | None,
    minimum: Fraction | None,
    parts: tuple[str, ...],
    only: tuple[str, ...],
    form: str,
    output: Path | None,
    **bounds: Any,
) -> None:
    """Prove that an application keeps its contract, and name what is still owed.

    Recipes drive each operation into the answers that the protocol has, probes look for what
    schemas cannot say, and schemathesis tries what nobody thinks of. All that is replied is judged
    against the contract.

    The world is made anew for each part, so let it begin with a store of its own: without --world
    an --app keeps what its environment names.

    The exit code is 1 when a declared answer was never seen, when an answer was not declared, and
    when anything was found to be false.
    """
    logs.silence()
    is_usual = context.get_parameter_source("world") is ParameterSource.DEFAULT_MAP
    if is_usual and (app or url or spec):
        world = None  # who names something else does not mean what the project always means
    what = staging.What(app, spec, handlers, url, world, headers)
    document, make_world = staging.staged(what)
    order = Order(
        document=document,
        make_world=make_world,
        parts=parts or PARTS,
        only=frozenset(only),
        **bounds,
    )
    seen = ledger.read(ledgers, document)
    waivers = reports.waivers_of(waiver_file, document)
    with bars.shown() as progress:
        proof = prove(order, progress)
    if only:
        _print_trial(proof)
        context.exit(1 if proof.findings else 0)
    report = _report(proof, seen, waivers, minimum, what)
    if output:
        for name, written in FILES.items():
            reports.write(report, written, output / name)
    reports.write(report, form, None)
    if form == "text":
        _print_rest(proof, output)
    context.exit(0 if report.is_fine else 1)


def _report(
    proof: Proof,
    seen: ledger.Ledger,
    waivers: tuple[waiving.Waiver, ...],
    minimum: Fraction | None,
    what: staging.What,
) -> Report:
    """The report of what this proof and the ledgers of others have seen."""
    witnessed = proof.ledger.merged(seen)
    coverage = measure(proof.contract.document, witnessed, waivers, reports.today())
    command = _command()
    findings = tuple(
        replace(each, replay=f"{command} --only {shlex.quote(each.replay)}")
        for each in proof.findings.values()
    )
    served_at = (what.url or reports.SERVED_AT).rstrip("/")
    return Report(coverage, minimum, findings, served_at)


_NOT_REPEATED = ("--only", "--output", "--format", "--min", "--ledger", "--waivers", "--part")


def _command() -> str:
    """The command as it was given, without what only the report needs, and without secrets."""
    words = ["tenor"]
    given = iter(sys.argv[1:])
    for word in given:
        name, equals, _ = word.partition("=")
        if name in _NOT_REPEATED:
            if not equals:
                next(given, None)
        elif name == "--header":
            line = word.partition("=")[2] if equals else next(given, "")
            words += ["--header", f"{line.partition(':')[0]}: {staging.LEFT_OUT}"]
        else:
            words.append(word)
    return shlex.join(words)


def _print_trial(proof: Proof) -> None:
    """Print what was found. Raises ConfigurationError where nothing was tried."""
    if not proof.asked:
        raise ConfigurationError(
            f"nothing was sent for {' and '.join(sorted(proof.order.only))}",
            place="--only",
            remedy="Copy CHECK@OPERATION from the replay command of a finding.",
        )
    for finding in proof.findings.values():
        click.echo(transcript.of(finding))
    if not proof.findings:
        click.echo(f"{len(proof.asked)} requests were sent, and nothing was found to be false.")


def _print_rest(proof: Proof, output: Path | None) -> None:
    for note in proof.notes:
        click.echo(f"Note: {note}")
    click.echo(
        f"{len(proof.asked)} requests in {proof.seconds:.0f} s with the seed {proof.order.seed} "
        f"(trace {proof.trace})."
    )
    if output:
        click.echo(f"The matrix as a page: {output / 'proof.html'}")
