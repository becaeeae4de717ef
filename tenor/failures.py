"""Failures: what an exception says, in one place.

An exception may be a refusal (a ``Problem``, an ``abort()``, connexion's), something that the
application has an error handler for, as in Flask, or a crash.
"""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

import flask
import structlog
from flask import Flask
from flask.signals import got_request_exception
from starlette.exceptions import HTTPException as StarletteHTTPException
from werkzeug.exceptions import HTTPException, InternalServerError

from tenor import problems
from tenor.answers import Answer
from tenor.connexion_parts import ProblemException
from tenor.exchange import Exchange
from tenor.gate import ContractViolation, Gate
from tenor.logs import told
from tenor.problems import NotARefusal, Problem

log = structlog.get_logger("tenor")

NOT_OURS = (KeyboardInterrupt, GeneratorExit)
"""What is said to the process and not to a request, and so passes."""


_Find = Callable[..., Callable[..., Any] | None]


class Failures:
    """Makes answers of exceptions.

    ``find`` is Flask's look-up: from an exception and the names of blueprints to the error handler
    that is registered for it, if any.
    """

    def __init__(self, app: Flask, gate: Gate, find: _Find) -> None:
        self._app = app
        self._settings: Mapping[str, Any] = app.config  # Flask's has no types
        self._gate = gate
        self._find = find

    def answer(self, error: BaseException, exchange: Exchange, *, by_engine: bool) -> Answer:
        """What an exception says: by a registered error handler, or by what it is itself.

        Who raises a refusal in a handler is held to the operation's own promises; the engine may
        fall back on the unrouted and the built-in ones.
        """
        if isinstance(error, NotARefusal):
            raise self._gate.no_answer(error, exchange) from error
        try:
            said = self._said(error, exchange, by_engine=by_engine)
        except ContractViolation:
            raise
        except Exception as second:  # noqa: BLE001 - error handlers and exceptions do anything
            said, error = None, second
        return self.crash(error, exchange) if said is None else said

    def _said(self, error: BaseException, exchange: Exchange, *, by_engine: bool) -> Answer | None:
        """What an exception says, None for one that is a crash."""
        spoken = self._spoken(error, by_engine=by_engine)
        if spoken is not None:
            return self._gate.compose(spoken, exchange)
        if isinstance(error, StarletteHTTPException):
            error = problems.of_status(error.status_code, detail=error.detail or "")
        if not isinstance(error, HTTPException):
            return None
        refusal = problems.of_exception(error)
        if by_engine:
            return self._gate.refuse(refusal, exchange)
        return self._gate.compose(self._gate.wording(refusal), exchange)

    def crash(self, error: BaseException, exchange: Exchange) -> Answer:
        """500 for what nobody expected; the traceback goes to the log.

        Raises the error where Flask would, as under test.
        """
        exchange.error = error
        self._tell(error, exchange)
        if self.propagate:
            raise error
        record(error, exchange)
        crash = InternalServerError(original_exception=error)
        try:
            handler = self._handler(crash)
            if handler is not None:
                return self._gate.compose(self._app.ensure_sync(handler)(crash), exchange)
        except ContractViolation:
            raise
        except Exception as second:  # noqa: BLE001 - the error handler failed too
            record(second, exchange)
        return self._gate.refuse(problems.of_type("internal-error"), exchange)

    def last_word(self, error: BaseException, exchange: Exchange) -> Answer:
        """The answer to what must not happen: the gate itself failed. It asks nobody else."""
        record(error, exchange)
        exchange.error = error
        return self._gate.last_word()

    def _tell(self, error: BaseException, exchange: Exchange) -> None:
        """Send Flask's signal; a receiver that fails keeps nobody from an answer."""
        if got_request_exception.receivers and isinstance(error, Exception):
            try:
                got_request_exception.send(self._app, exception=error)
            except Exception as second:  # noqa: BLE001 - receivers raise anything
                record(second, exchange)

    @property
    def propagate(self) -> bool:
        """Whether a crash is raised out of the application instead of answered, as in Flask."""
        chosen = self._settings["PROPAGATE_EXCEPTIONS"]
        return bool(self._app.testing or self._app.debug if chosen is None else chosen)

    def _spoken(self, error: BaseException, *, by_engine: bool) -> Any:
        """What the application itself says of an error, None when it says nothing."""
        handler = self._handler(error)
        if handler is not None:
            return self._app.ensure_sync(handler)(error)
        if isinstance(error, HTTPException) and error.response is not None:
            return error.response
        if isinstance(error, ProblemException) and not by_engine:
            untyped: Any = error
            untyped.title = untyped.title or HTTPStatus(untyped.status).phrase
            return untyped.to_problem()
        return None

    def _handler(self, error: BaseException) -> Callable[..., Any] | None:
        """The registered handler that Flask would call."""
        if not self._app.error_handler_spec or not isinstance(error, Exception):
            return None
        sought = problems.stand_in(error) if isinstance(error, Problem) else error
        return self._find(sought, flask.request.blueprints)


def record(error: BaseException, exchange: Exchange) -> None:
    """Write to the log what nobody expected."""
    log.error(
        "handler_failed",
        request_id=exchange.request_id,
        operation=exchange.operation,
        handler=exchange.handler,
        exception=told(error),
    )
