"""The command ``tenor lint``."""

import json
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

import click

from tenor.document import load
from tenor.lint import RULES
from tenor.lint.findings import Finding, LintRule, Severity
from tenor.lint.pages import explained
from tenor.lint.report import BASES, Report, chosen, no_rule, report

MOST_SHOWN = 10
"""How many findings of a rule with the same remedy are shown to people who did not ask for all."""

_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow"}


@click.command("lint")
@click.argument("spec", required=False, type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="For people, or for machines.",
)
@click.option(
    "--select",
    multiple=True,
    metavar="RULE",
    help="Only this rule, by its id or name; T2 stands for all that begin so.",
)
@click.option("--ignore", multiple=True, metavar="RULE", help="Not this rule.")
@click.option("--strict", is_flag=True, help="End with 1 for warnings too.")
@click.option("--all", "in_full", is_flag=True, help=f"Show more than {MOST_SHOWN} of a kind.")
@click.option(
    "--problems",
    metavar="URL",
    help="The address under which problems are explained, as in Tenor(problems=...).",
)
@click.option("--explain", metavar="RULE", help="Say what a rule means, with an example, and end.")
@click.pass_context
def lint_command(
    context: click.Context,
    *,
    spec: Path | None,
    form: str,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    strict: bool,
    in_full: bool,
    problems: str | None,
    explain: str | None,
) -> None:
    """Say what in a contract is false, undecidable, or left to chance.

    An object of the contract may waive a rule for itself and what is within:
    x-tenor-lint-ignore: {T201: the reason}.

    The exit code is 0 when there is no error, 1 when there is one (with --strict, when there is
    anything to say), and 2 for a contract that cannot be loaded.
    """
    if explain is not None:
        click.echo("\n\n".join(map(explained, _named(explain))))
        return
    if spec is None:
        raise click.UsageError("Missing argument 'SPEC'.")
    rules = chosen(RULES, select=select, ignore=ignore)
    document = load(spec).expanded()
    found = report(document, rules, bases=BASES if problems is None else (problems,))
    if form == "json":
        click.echo(json.dumps(_as_json(found), indent=2))
    else:
        for line in _lines(found, in_full=in_full):
            click.echo(line)
    context.exit(0 if found.is_fine(strictly=strict) else 1)


def _named(word: str) -> list[LintRule]:
    """The rules that a word names. Raises ConfigurationError for one that names none."""
    named = [rule for rule in RULES if rule.is_called(word)]
    if not named:
        raise no_rule(word, RULES)
    return named


def _as_json(found: Report) -> dict[str, object]:
    return {
        "contract": found.source,
        "errors": found.count(Severity.ERROR),
        "warnings": found.count(Severity.WARNING),
        "findings": [finding.as_json() for finding in found.findings],
        "waived": [
            {**finding.as_json(), "reason": waiver.reason} for finding, waiver in found.waived
        ],
    }


def _lines(found: Report, *, in_full: bool) -> Iterator[str]:
    for _, group in groupby(found.findings, key=lambda finding: finding.rule):
        yield from _of_rule([*group], in_full=in_full)
        yield ""
    yield f"{found.source}: {_summary(found)}."


def _of_rule(findings: list[Finding], *, in_full: bool) -> Iterator[str]:
    """The findings of one rule: those with the same remedy together, and it once."""
    first = findings[0]
    severity = click.style(first.severity.value, fg=_COLOURS[first.severity])
    yield f"{click.style(f'{first.rule} {first.name}', bold=True)} {severity} {len(findings)}"
    for remedy, alike in _by_remedy(findings).items():
        shown = alike if in_full or len(alike) <= MOST_SHOWN + 1 else alike[:MOST_SHOWN]
        for finding in shown:
            yield f"  {finding.place}: {finding.found}"
        if len(shown) < len(alike):
            yield f"  and {len(alike) - len(shown):,} more; --all shows them"
        yield f"    {remedy}"


def _by_remedy(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    alike: dict[str, list[Finding]] = {}
    for finding in findings:
        alike.setdefault(finding.remedy, []).append(finding)
    return alike


def _summary(found: Report) -> str:
    counted = [_counted(found.count(severity), severity.value) for severity in Severity]
    if found.waived:
        counted.append(f"{len(found.waived)} waived")
    return ", ".join(filter(None, counted)) or "nothing to say"


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}" if number else ""
