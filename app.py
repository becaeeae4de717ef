"""The publishing API: the contract, the handlers, the store and the settings put together.

It is served by `tenor serve --app app:create_app`, `flask --app app run` and
`gunicorn 'app:create_app()'`.
"""

import os
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from commands import COMMANDS
from handlers import refusals, retrying
from handlers.addresses import Addresses
from handlers.counters import counters
from handlers.limiting import Limits
from handlers.resources import Resources, equip, resources, working
from publishing.facts import Fact, StoreMisconfigured, StoreUnavailable
from publishing.passwords import Passwords
from publishing.retries import AlreadyAnswered
from publishing.store import Store
from publishing.work import Intent, Work
from settings import Settings
from tenor import ConfigurationError, Tenor, logs
from tenor.exchange import Exchange
from tenor.limits import Limiter

CONTRACT = Path(__file__).with_name("spec") / "openapi.yaml"


def create_app(
    settings: Settings | None = None,
    *,
    passwords: Passwords | None = None,
    policy: str = "prevent",
    limits: Limiter | None = None,
) -> Tenor:
    """The publishing API, its store migrated. The environment gives what is not given.

    `limits` counts requests in the place of what the settings say.

    Raises ConfigurationError.
    """
    settings = settings or Settings.read(os.environ)
    logs.configure()
    limits = limits or _limits(settings)
    store = _opened(settings.database_url)
    app = Tenor(
        CONTRACT,
        handlers="handlers",
        policy=policy,
        around=around,
        problems=f"{settings.public_url}/problems/",
        metrics="/metrics",
        limiter=limits,
    )
    app.config["TRUSTED_HOSTS"] = list(settings.allowed_hosts) or None
    addresses = Addresses.on(settings.public_url, app.url_map.iter_rules())
    equip(app, Resources(store, passwords or Passwords(), addresses))
    tell_facts(app)
    for command in COMMANDS:
        app.cli.add_command(command)
    return app


def tell_facts(app: Tenor) -> None:
    """Have what the domain raises told by the application."""
    app.register_error_handler(Fact, refusals.answer)
    app.register_error_handler(AlreadyAnswered, retrying.replay)


@contextmanager
def around(exchange: Exchange) -> Generator[None]:
    """The unit of work of a request, kept when its answer was judged and is no refusal."""

    def is_wanted() -> bool:
        return exchange.status is not None and exchange.status < 400

    intent = Intent.READ if exchange.reads_only else Intent.WRITE
    request = retrying.keyed(exchange)
    if request is None:
        with kept_if(intent, is_wanted):
            yield
        return
    with (
        resources().turns.of(request),
        kept_if(intent, is_wanted) as work,
        retrying.once(request, work, exchange, is_wanted),
    ):
        yield


@contextmanager
def kept_if(intent: Intent, is_wanted: Callable[[], bool]) -> Generator[Work]:
    """A unit of work that is committed when it is left and wanted, and rolled back else."""
    with working(intent) as work:
        yield work
        if is_wanted():
            work.commit()


def _limits(settings: Settings) -> Limiter | None:
    """Who counts requests, None where nothing is limited. Raises ConfigurationError."""
    if settings.rate_limit is None and settings.login_rate_limit is None:
        return None
    try:
        kept = counters(settings.rate_limit_store)
    except ValueError:
        raise ConfigurationError(
            "it is not the URL of a Redis",
            place="TENOR_RATE_LIMIT_STORE",
            remedy="Write it like redis://127.0.0.1:6379/0.",
        ) from None
    return Limits(
        kept,
        default=settings.rate_limit,
        logins=settings.login_rate_limit,
        proxies=settings.proxies,
    )


def _opened(url: str) -> Store:
    try:
        store = Store.open(url)
        try:
            store.migrate()
        except BaseException:
            store.close()
            raise
    except StoreMisconfigured as fact:
        raise ConfigurationError(
            f"the store at {fact.place} cannot be opened: {fact.problem}",
            place="TENOR_DATABASE_URL",
            remedy=fact.remedy,
        ) from fact
    except StoreUnavailable as fact:
        raise ConfigurationError(
            f"the store cannot be migrated: {fact.reason}",
            place="TENOR_DATABASE_URL",
            remedy="See that it can be written, and that no other process keeps it locked.",
        ) from fact
    return store
