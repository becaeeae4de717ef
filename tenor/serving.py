"""Serving with granian: an HTTP server in Rust that calls WSGI applications from its own threads.

The application is made once before the server starts, so that wrong configuration ends here with
its sentence; each worker then makes its own.
"""

import errno
import importlib
import os
import signal
import socket
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import cast

import click
from flask import Flask

from tenor import collector, docs, logs
from tenor.application import Tenor
from tenor.compiled import shelf
from tenor.errors import ConfigurationError
from tenor.metrics import SHARED
from tenor.registration import base_path
from tenor.rules import PolicyWords

SHUTDOWN_SECONDS = 30
"""How long requests under way may take after the server was told to stop."""

_NOT_FOR_REQUESTS = ("HTTP_", "CONTENT_", "REQUEST_", "PATH_INFO", "QUERY_STRING", "SCRIPT_NAME")


@dataclass(frozen=True, slots=True)
class Source:
    """What is served: an application by its name, or a contract with its handlers."""

    app: str | None
    spec: str | None
    handlers: str
    policy: PolicyWords = "prevent"


@dataclass(frozen=True, slots=True)
class Place:
    """Where it is served."""

    host: str
    port: int

    @property
    def url(self) -> str:
        """The address without a path: ``http://127.0.0.1:8080``."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"


def serve(source: Source, place: Place, *, workers: int, threads: int) -> None:
    """Serve until a signal says to stop. Raises ConfigurationError."""
    try:
        from granian.constants import HTTPModes, Interfaces
        from granian.log import LogLevels
        from granian.server import Server
    except ImportError:
        raise ConfigurationError(
            "granian is not installed", place="tenor serve", remedy="Install tenor[serve]."
        ) from None
    place = _free(place)
    os.register_at_fork(after_in_child=_end_when_told)
    with _counting_together(workers), shelf.opened():
        _announce(load(source), place)
        collector.settle()
        _clean_environment()
        server = Server(
            source.app or "tenor",
            address=place.host,
            port=place.port,
            interface=Interfaces.WSGI,
            http=HTTPModes.http1,
            websockets=False,
            workers=workers,
            blocking_threads=threads,
            workers_kill_timeout=SHUTDOWN_SECONDS,
            log_level=LogLevels.error,
        )
        server.serve(target_loader=partial(_settled, source), wrap_loader=False)


def _settled(source: Source) -> Flask:
    """The application of a worker, which lasts as long as it does."""
    application = load(source)
    collector.settle()
    return application


def _end_when_told() -> None:
    """A worker that is still being made ends at once when it is told to.

    It would inherit the handlers of its parent, which only note the signal for the parent's loop,
    and be waited for until it is killed. Granian sets handlers of its own when the worker serves.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)


@contextmanager
def _counting_together(workers: int) -> Generator[None]:
    """Metrics of several workers are counted in one folder, which lasts as long as the server.

    One that the environment names is left to whoever named it.
    """
    if workers == 1 or SHARED in os.environ:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="tenor-metrics-") as folder:
        os.environ[SHARED] = folder
        try:
            yield
        finally:
            del os.environ[SHARED]


def load(source: Source) -> Flask:
    """The application that the source names. Raises ConfigurationError."""
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    if source.spec is not None:
        logs.configure()
        return Tenor(source.spec, handlers=source.handlers, policy=source.policy)
    name = cast(str, source.app)
    module_name, _, attribute = name.partition(":")
    try:
        module = importlib.import_module(module_name)
        found = getattr(module, attribute or "create_app")
    except Exception as error:  # the module is theirs and may raise anything
        raise _not_loaded(name, f"{type(error).__name__}: {error}") from error
    application = found() if callable(found) and not isinstance(found, Flask) else found
    if not isinstance(application, Flask):
        raise _not_loaded(name, "it is neither a Flask application nor makes one")
    return application


def _not_loaded(name: str, reason: str) -> ConfigurationError:
    return ConfigurationError(
        f"{name} cannot be loaded ({reason})",
        place="--app",
        remedy="Name an application or its factory as module:name.",
    )


def _free(place: Place) -> Place:
    """The place, with its port known, if it can be listened on. Raises ConfigurationError."""
    try:
        family, *_, address = socket.getaddrinfo(
            place.host, place.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            return Place(place.host, probe.getsockname()[1])
    except OSError as error:
        remedy = {
            errno.EADDRINUSE: "Stop what listens there, or choose another port with --port.",
            errno.EACCES: "Choose a port above 1023 with --port.",
        }.get(error.errno or 0, "Choose another address with --host.")
        reason = error.strerror or str(error)
        raise ConfigurationError(
            f"{place.host} port {place.port} cannot be listened on ({reason.lower()})",
            place="tenor serve",
            remedy=remedy,
        ) from None


def _announce(application: Flask, place: Place) -> None:
    click.echo("\n".join(announcement(application, place)))
    sys.stdout.flush()


def announcement(application: Flask, place: Place) -> list[str]:
    """What is said at start: the title, and the addresses where something answers.

    Where neither the root nor a page does, what remains is where the server listens.
    """
    title, base = application.name, ""
    if isinstance(application, Tenor):
        title, base = application.contract.title, base_path(application.contract)
    pages = [rule.rule for rule in application.url_map.iter_rules() if rule.endpoint == docs.PAGE]
    root = "/" if application.url_map.bind("").test("/", "GET") else ""
    lines = [f"  Docs  {place.url}{page}" for page in pages]
    if base or root or not pages:
        lines.insert(0, f"  API   {place.url}{base or root}")
    return [title, *lines, "Ctrl-C stops it."]


def _clean_environment() -> None:
    """Drop variables that granian would hand to requests as if they were theirs.

    HTTP_PROXY, for example, is no header of a client.
    """
    for name in list(os.environ):
        if name.startswith(_NOT_FOR_REQUESTS):
            del os.environ[name]
