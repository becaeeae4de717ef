"""Metrics: how often each operation was answered with what, and which promises were broken.

They are counted on every answer that leaves by the contract, and told in the text format of
Prometheus. What labels can say is bounded by the contract: what it does not declare has one name.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

import flask

from tenor.answers import Answer
from tenor.docs import refuse_bad
from tenor.document import UNROUTED
from tenor.errors import ConfigurationError
from tenor.exchange import Exchange
from tenor.recorder import cell_of
from tenor.rules import Breach

SHARED: Final = "PROMETHEUS_MULTIPROC_DIR"
"""The variable that names the folder in which the processes of one server count together."""

ENDPOINT: Final = "tenor_metrics"
"""What Flask knows the route by."""

UNDECLARED: Final = "undeclared"
"""The media type of what is declared in none."""

_MOST_KNOWN: Final = 10_000


class Metrics:
    """An observer that counts, and what it has counted as text.

    The client of Prometheus is loaded here and not with the module: it asks once, when it is
    loaded, whether processes count together, and a server says so after it has loaded much else.
    """

    def __init__(self) -> None:
        from prometheus_client import CollectorRegistry, Counter

        _refuse_lost_folder()
        self._own = CollectorRegistry()
        self._responses = Counter(
            "tenor_responses",
            "Answers by operation, status, media type and the layer that spoke.",
            ("operation", "status", "media_type", "layer"),
            registry=self._own,
        )
        self._violations = Counter(
            "tenor_violations",
            "Broken promises by operation and rule.",
            ("operation", "rule"),
            registry=self._own,
        )
        # Looking a child up by its labels costs several times what counting does.
        self._known: dict[tuple[object, ...], Callable[[], None]] = {}

    def answered(self, exchange: Exchange, answer: Answer) -> None:
        """Count an answer that leaves."""
        content = answer.content
        media_type = answer.content_type if content is None else content.name
        kind = (exchange.operation, answer.status, media_type, exchange.layer)
        count = self._known.get(kind)
        if count is None:
            count = self._counting(exchange, answer)
            if len(self._known) < _MOST_KNOWN:
                self._known[kind] = count
        count()

    def broken(self, exchange: Exchange, breach: Breach) -> None:
        """Count a broken promise."""
        self._violations.labels(exchange.operation or UNROUTED, breach.rule.value).inc()

    def _counting(self, exchange: Exchange, answer: Answer) -> Callable[[], None]:
        """What counts answers like this one."""
        is_declared = answer.content is not None or answer.content_type is None
        return self._responses.labels(
            exchange.operation or UNROUTED,
            str(answer.status),
            cell_of(exchange, answer).media_type if is_declared else UNDECLARED,
            exchange.layer.value,
        ).inc

    def exposed(self) -> flask.Response:
        """Answer the current request with what all processes of this server have counted."""
        from prometheus_client import CollectorRegistry
        from prometheus_client.exposition import choose_encoder
        from prometheus_client.multiprocess import MultiProcessCollector

        registry = self._own
        if SHARED in os.environ:
            registry = CollectorRegistry()
            MultiProcessCollector(registry)
        write, content_type = choose_encoder(flask.request.headers.get("Accept", ""))
        response = flask.Response(write(registry), content_type=content_type)
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response


def register(app: flask.Flask, *, at: str) -> Metrics:
    """Add the route to the application, and give what is to be told of its answers.

    The route is no operation of the contract: it goes through Flask as usual, and is not counted.
    Raises ConfigurationError for an address that it cannot have.
    """
    refuse_bad(at, what="the metrics", place="metrics")
    metrics = Metrics()
    app.add_url_rule(at, ENDPOINT, metrics.exposed)
    return metrics


def _refuse_lost_folder() -> None:
    folder = os.environ.get(SHARED)
    if folder is not None and not (Path(folder).is_dir() and os.access(folder, os.W_OK | os.X_OK)):
        raise ConfigurationError(
            f"{folder!r} is no folder that this process may write to",
            place=SHARED,
            remedy="Make it, empty, before the server starts, or unset the variable.",
        )
