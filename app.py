"""The publishing API: the contract, the handlers, the store and the settings put together.

It is served by `tenor serve --app app:create_app`, `flask --app app run` and
`gunicorn 'app:create_app()'`.
"""

import os
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from commands import COMMANDS
from handlers import refusals
from handlers.addresses import Addresses
from handlers.resources import Resources, equip, working
from publishing.facts import Fact, StoreMisconfigured
from publishing.passwords import Passwords
from publishing.store import Store
from publishing.work import Intent, Work
from settings import Settings
from tenor import ConfigurationError, Tenor, logs
from tenor.exchange import Exchange

CONTRACT = Path(__file__).with_name("spec") / "openapi.yaml"


def create_app(
    settings: Settings | None = None,
    *,
    passwords: Passwords | None = None,
    policy: str = "prevent",
) -> Tenor:
    """The publishing API, its store migrated. The environment gives what is not given.

    Raises ConfigurationError.
    """
    settings = settings or Settings.read(os.environ)
    logs.configure()
    store = _opened(settings.database_url)
    app = Tenor(
        CONTRACT,
        handlers="handlers",
        policy=policy,
        around=around,
        problems=f"{settings.public_url}/problems/",
        metrics="/metrics",
    )
    app.config["TRUSTED_HOSTS"] = list(settings.allowed_hosts) or None
    addresses = Addresses.on(settings.public_url, app.url_map.iter_rules())
    equip(app, Resources(store, passwords or Passwords(), addresses))
    app.register_error_handler(Fact, refusals.answer)
    for command in COMMANDS:
        app.cli.add_command(command)
    return app


@contextmanager
def around(exchange: Exchange) -> Generator[None]:
    """The unit of work of a request, kept when its answer was judged and is no refusal."""
    intent = Intent.READ if exchange.reads_only else Intent.WRITE
    with kept_if(intent, lambda: exchange.status is not None and exchange.status < 400):
        yield


@contextmanager
def kept_if(intent: Intent, is_wanted: Callable[[], bool]) -> Generator[Work]:
    """A unit of work that is committed when it is left and wanted, and rolled back else."""
    with working(intent) as work:
        yield work
        if is_wanted():
            work.commit()


def _opened(url: str) -> Store:
    try:
        store = Store.open(url)
        store.migrate()
    except StoreMisconfigured as fact:
        raise ConfigurationError(
            f"the store at {fact.place} cannot be opened: {fact.problem}",
            place="TENOR_DATABASE_URL",
            remedy=fact.remedy,
        ) from fact
    return store
