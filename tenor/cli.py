"""The command ``tenor``. Exit codes: 0 fine, 1 the contract is broken, 2 used wrongly."""

from pathlib import Path

import click

from tenor import defaults
from tenor.errors import ConfigurationError
from tenor.lint.command import lint_command
from tenor.reports.command import coverage_command
from tenor.rules import EVERYTHING, Policy
from tenor.serving import Place, Source, serve
from tenor.typed.command import types_command

_POLICIES = tuple(policy.value for policy in Policy if policy is not Policy.RAISE)
_POLICIES_IN_WORDS = f"{', '.join(_POLICIES[:-1])} or {_POLICIES[-1]}"


class Commands(click.Group):
    """The commands; the proof is loaded when it is asked for, as it needs more than the rest."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands."""
        return sorted([*super().list_commands(ctx), "prove"])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name."""
        if cmd_name == "prove":
            try:
                from tenor.proof.command import prove_command
            except ModuleNotFoundError as error:
                return _unproved(error, is_called=ctx.invoked_subcommand == cmd_name)
            return prove_command
        return super().get_command(ctx, cmd_name)


def _unproved(error: ModuleNotFoundError, *, is_called: bool) -> click.Command:
    """What stands for the proof in the list of commands where it is not installed.

    Raises ConfigurationError where it is called.
    """
    if str(error.name).partition(".")[0] == "tenor":
        raise error
    if is_called:
        raise ConfigurationError(
            f"{error.name} is not installed", place="tenor prove", remedy="Install tenor[prove]."
        )
    return click.Command("prove", help="Prove an application (where tenor[prove] is installed).")


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="tenor", prog_name="tenor")
@click.pass_context
def main(context: click.Context) -> None:
    """Hold a Flask application to the letter of its OpenAPI contract.

    What is always the same may be said in pyproject.toml, under tool.tenor.COMMAND.
    """
    context.default_map = defaults.read(Path(defaults.FILE), main, context)


main.add_command(coverage_command)
main.add_command(types_command)


@main.command("serve")
@click.option("--app", help="An application or its factory, as module:name.")
@click.option(
    "--spec",
    type=click.Path(path_type=Path, dir_okay=False),
    help="An OpenAPI document, to be served with --handlers.",
)
@click.option(
    "--handlers",
    default="handlers",
    show_default=True,
    help="The package or module whose functions answer the document's operations.",
)
@click.option(
    "--policy",
    "policies",
    multiple=True,
    metavar="[OPERATION[:RULE]|RULE=]WORD",
    help=f"What happens to answers that break the contract: {_POLICIES_IN_WORDS}. It is said "
    "for all, for a rule, for an operation, or for a rule of an operation, as often as needed.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port",
    default=8080,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="The port to listen on; 0 takes a free one.",
)
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1), help="Processes.")
@click.option(
    "--threads",
    default=64,
    show_default=True,
    type=click.IntRange(1),
    help="Threads of each process, and so the requests that it answers at once.",
)
def serve_command(
    *,
    app: str | None,
    spec: Path | None,
    handlers: str,
    policies: tuple[str, ...],
    host: str,
    port: int,
    workers: int,
    threads: int,
) -> None:
    """Serve an application, or a contract with its handlers.

    SIGTERM and Ctrl-C let the requests under way be answered.
    """
    if (app is None) == (spec is None):
        raise ConfigurationError(
            "either --app or --spec says what is served", remedy="Give one of them."
        )
    if app is not None and policies:
        raise ConfigurationError(
            "--policy goes with --spec", remedy="Give the policy where the application is made."
        )
    source = Source(
        app=app,
        spec=str(spec) if spec else None,
        handlers=handlers,
        policy=_policy_words(policies),
    )
    serve(source, Place(host, port), workers=workers, threads=threads)


main.add_command(lint_command)


def _refuse_policy(word: str) -> None:
    if word in _POLICIES:
        return
    fault = f"{word!r} is no policy"
    if word == Policy.RAISE.value:
        fault = f"{word!r} is for tests: it lets an answer that breaks the contract end as a crash"
    raise ConfigurationError(fault, place="policy", remedy=f"Use {_POLICIES_IN_WORDS}.")


def _policy_words(given: tuple[str, ...]) -> dict[str, str | dict[str, str]]:
    """The policies as ``Tenor`` takes them: ``detect``, ``listPosts=ignore``, ``a:rule=detect``."""
    words: dict[str, str | dict[str, str]] = {}
    for each in given:
        name, _, word = each.rpartition("=")
        _refuse_policy(word)
        operation, colon, rule = name.partition(":")
        if not colon:
            words[name or EVERYTHING] = word
            continue
        known = words.get(operation, {})
        by_rule = {EVERYTHING: known} if isinstance(known, str) else known
        words[operation] = {**by_rule, rule: word}
    return words
