"""The publishing API: the contract, the handlers, the store and the settings put together.

It is served by `tenor serve --app app:create_app`, `flask --app app run` and
`gunicorn 'app:create_app()'`.
"""

import os
from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from commands import COMMANDS
from handlers import refusals, retrying
from handlers.addresses import Addresses
from handlers.counters import counters
from handlers.limiting import Limits
from handlers.resources import Resources, equip, resources, working
from publishing.facts import Fact, StoreMisconfigured, StoreUnavailable
from publishing.passwords import Passwords
from publishing.retries import AlreadyAnswered, Keyed
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


def around(exchange: Exchange) -> AbstractContextManager[object]:
    """The unit of work of a request, kept when its answer was judged and is no refusal."""
    request = retrying.keyed(exchange)
    return Kept(exchange) if request is None else _kept_once(exchange, request)


@contextmanager
def _kept_once(exchange: Exchange, request: Keyed) -> Generator[None]:
    kept = Kept(exchange)
    with (
        resources().turns.of(request),
        kept as work,
        retrying.once(request, work, exchange, kept.is_wanted),
    ):
        yield


class Kept:
    """The unit of work of a request, which is committed when it is left and wanted."""

    __slots__ = ("_exchange", "_work", "_working")

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        intent = Intent.READ if exchange.reads_only else Intent.WRITE
        self._working = working(intent, exchange.environ.get("QUERY_STRING", ""))

    def is_wanted(self) -> bool:
        """Whether the answer was judged, and is no refusal."""
        status = self._exchange.status
        return status is not None and status < 400

    def __enter__(self) -> Work:
        self._work = self._working.__enter__()
        return self._work

    def __exit__(self, kind: type[BaseException] | None, *raised: object) -> None:
        try:
            if kind is None and self.is_wanted():
                self._work.commit()
        finally:
            self._working.__exit__(kind, *raised)


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
