"""``python -m tenor.lint`` writes ``docs/lint.md``, the page of all rules."""

import click

from tenor.lint import RULES
from tenor.lint.pages import page

if __name__ == "__main__":
    click.echo(page(RULES), nl=False)
