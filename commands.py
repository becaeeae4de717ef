"""The API's own commands: `flask --app app make-admin`, `load-demo` and `check-store`."""

import click
from flask import current_app
from flask.cli import with_appcontext

import sample
from handlers.resources import resources, working
from publishing import accounts
from publishing.facts import Fact
from publishing.work import Intent


@click.command("make-admin")
@click.argument("username")
@with_appcontext
def make_admin(username: str) -> None:
    """Make the account USERNAME an admin."""
    try:
        with working(Intent.WRITE) as work:
            accounts.make_admin(work, username)
            work.commit()
    except Fact as fact:
        raise click.ClickException(str(fact)) from None
    click.echo(f"{username} is an admin. Only tokens that are taken from now on may say so.")


@click.command("check-store")
@with_appcontext
def check_store() -> None:
    """Look the store over, and end with 1 where something is wrong with it."""
    findings = resources().store.check()
    if findings:
        raise click.ClickException("\n".join(map(str, findings)))
    click.echo("The store answers, its schema is that of this release, and what it keeps is sound.")


@click.command("load-demo")
@click.option("--password", required=True, help="What the people of the sample sign in with.")
@with_appcontext
def load_demo(password: str) -> None:
    """Write a small sample: people, their posts and comments. It is for trying things out.

    What is there already stays as it is.
    """
    try:
        loaded = sample.load(current_app, password)
    except sample.Refused as refusal:
        raise click.ClickException(str(refusal)) from None
    click.echo(f"{loaded.new} of the {loaded.all} posts of the sample are new.")
    click.echo(f"Its people are {', '.join(sample.PEOPLE)}: all sign in with that password.")
    click.echo("To try calls at /docs, authorize with this token, which is ada's for a day:")
    click.echo(f"\n    {loaded.secret}\n")


COMMANDS = (make_admin, check_store, load_demo)
