"""Flask's contexts, built lazily: a handler that touches nothing of Flask's pays for nothing.

An ordinary request context builds the request, the URL adapter and the session for every request,
about 35 microseconds; this one costs about one and builds each of them when it is first touched.
``flask.request``, ``g``, ``session``, ``flash``, ``url_for``, ``abort``, ``after_this_request``,
``stream_with_context``, ``copy_current_request_context`` and the test client's preserved contexts
work as in plain Flask. This is the only module that uses Flask's internals (Flask 3.1).
"""

# pyright: reportPrivateUsage=false, reportIncompatibleVariableOverride=false
import sys
from contextvars import Token
from functools import cached_property
from typing import TYPE_CHECKING, Any

from flask import Flask
from flask.ctx import AppContext, RequestContext, _AppCtxGlobals
from flask.globals import _cv_app, _cv_request
from flask.sessions import SessionMixin
from flask.signals import (
    appcontext_popped,
    appcontext_pushed,
    appcontext_tearing_down,
    request_tearing_down,
)
from flask.typing import AfterRequestCallable
from flask.wrappers import Request, Response
from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter, Rule

if TYPE_CHECKING:
    from tenor.exchange import Exchange


PRESERVE = "werkzeug.debug.preserve_context"
"""What the environment of a request holds where somebody asks for its contexts."""

# Looked up once, as Python makes an object of a method for each call of what is imported.
_current_app, _enter_app, _leave_app = _cv_app.get, _cv_app.set, _cv_app.reset
_enter_request, _leave_request = _cv_request.set, _cv_request.reset

_Pushed = tuple[Token[RequestContext], Token[AppContext] | None, "_Pushed | None"]
"""One push: what undoes it, for the application if that was pushed too, and the push before it."""


class LazyContext(RequestContext, AppContext):
    """A request's context and its application's in one, whose parts are made when asked for.

    These are the request, the URL adapter, the session and ``g``; two contexts would cost half as
    much again. ``rule`` is what the one router chose; the request gets it when it is built.
    ``is_touched``: something may wait for the response that only a handler asks for.
    """

    flashes = None

    def __init__(self, app: Flask, exchange: "Exchange", rule: Rule | None) -> None:
        self.app = app
        self._exchange = exchange
        self._rule = rule
        self._request: Request | None = None
        self._pushed: _Pushed | None = None
        self.is_touched = False

    @property
    def request(self) -> Request:
        """The request, with the rule that was chosen and its values."""
        if self._request is None:
            self._request = request = self.app.request_class(self._exchange.environ)
            request.json_module = self.app.json
            request.url_rule = self._rule
            if self._rule is not None:
                request.view_args = dict(self._exchange.inputs.path or self._exchange.values)
        return self._request

    @cached_property
    def g(self) -> _AppCtxGlobals:
        """What the application keeps for the time of this request."""
        return self.app.app_ctx_globals_class()

    @cached_property
    def _after_request_functions(self) -> list[AfterRequestCallable[Any]]:
        self.is_touched = True
        return []

    @cached_property
    def url_adapter(self) -> MapAdapter | None:
        """What builds URLs for this request, None for a host that is not served."""
        try:
            return self.app.create_url_adapter(self.request)
        except HTTPException as error:
            self.request.routing_exception = error
            return None

    @cached_property
    def _session(self) -> SessionMixin:
        self.is_touched = True
        interface = self.app.session_interface
        session = interface.open_session(self.app, self.request)
        return session if session is not None else interface.make_null_session(self.app)

    def after_request(self, response: Response) -> Response:
        """The response, after all that waits for it."""
        return self.app.process_response(response)

    def copy(self) -> RequestContext:
        """A context of the same request and session, for another thread or greenlet."""
        copied = LazyContext(self.app, self._exchange, self._rule)
        copied._request = self.request
        copied.__dict__["_session"] = self._session
        return copied

    def push(self) -> None:
        """Make this the current request context, in an application context of its application."""
        current = _current_app(None)
        outer = None
        if current is None or current.app is not self.app:
            outer = _enter_app(self)
            if appcontext_pushed.receivers:
                try:
                    appcontext_pushed.send(self.app, _async_wrapper=self.app.ensure_sync)
                except BaseException:
                    _leave_app(outer)
                    raise
        self._pushed = _enter_request(self), outer, self._pushed

    def pop(self, exc: BaseException | None = None) -> None:
        """End the request, once its last push is undone, and its application context with it."""
        if self._pushed is None:  # it was never pushed, or is popped already
            return
        token, outer, before = self._pushed
        app = self.app
        try:
            if before is None:
                if app.teardown_request_funcs or request_tearing_down.receivers:
                    app.do_teardown_request(exc if exc is not None else sys.exc_info()[1])
                if self._request is not None:
                    self._request.close()
                    self._exchange.environ.pop("werkzeug.request", None)
        finally:
            self._pushed = before
            _leave_request(token)
            if outer is not None:
                self._leave(outer, exc)

    def _leave(self, outer: Token[AppContext], exc: BaseException | None) -> None:
        """Tear down what needs it, and make the application context before this one current."""
        app = self.app
        try:
            if app.teardown_appcontext_funcs or appcontext_tearing_down.receivers:
                app.do_teardown_appcontext(exc)
        finally:
            _leave_app(outer)
        if appcontext_popped.receivers:
            appcontext_popped.send(app, _async_wrapper=app.ensure_sync)

    def preserve(self) -> None:
        """Hand the context to the test client, which asks for it."""
        self._exchange.environ[PRESERVE](self)
