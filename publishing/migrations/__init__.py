"""The schema and how it came to be: one migration per change, run when the store is opened."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

_HERE = Path(__file__).parent


@cache
def newest() -> str:
    """The revision that this code works with."""
    head = _scripts().get_current_head()
    assert head is not None, "there is at least one migration"
    return head


@cache
def known() -> frozenset[str]:
    """Every revision that this code can start from."""
    return frozenset(script.revision for script in _scripts().walk_revisions())


def present(connection: Connection) -> str | None:
    """The revision that a database is at, or nothing for an empty one."""
    return MigrationContext.configure(connection).get_current_revision()


def upgrade(connection: Connection) -> None:
    """Bring a database to the newest revision, within the transaction of the connection."""
    command.upgrade(_config(connection), "head")


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _config(connection: Connection | None = None) -> Config:
    config = Config(attributes={"connection": connection})
    # The option is read with interpolation, in which a percent sign stands for something.
    config.set_main_option("script_location", str(_HERE).replace("%", "%%"))
    return config
