"""Tenor: a Flask application that keeps to the letter of its contract.

``wsgi_app`` is the whole request path: route, admit, call, judge, send. The first refusal wins,
and every answer leaves through the gate.
"""

import functools
import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any, cast
from wsgiref.types import StartResponse

import flask
from flask import Flask
from flask.helpers import get_root_path
from flask.signals import request_finished, request_started

from tenor import builtin, collector, connexion_globals, problems, rules, streams
from tenor import docs as pages
from tenor import metrics as counting
from tenor.answers import Answer
from tenor.bodies import Readers
from tenor.compiled import shelf
from tenor.context import PRESERVE, LazyContext
from tenor.document import UNROUTED, Document, Json
from tenor.exchange import Environ, Exchange, RequestIds
from tenor.failures import NOT_OURS, Failures, record
from tenor.gate import ContractViolation, Gate
from tenor.ledger import LEDGER, folder_of
from tenor.limits import Limiter
from tenor.plan import Plan, Planner
from tenor.problems import Problem, Refuser
from tenor.promises import Promises, compile_promises
from tenor.recorder import Observer, Recorder
from tenor.registration import Handlers, register
from tenor.routes import Found, Route, Routes, WatchedMap
from tenor.routing import LateRule, Miss
from tenor.rules import PolicyWords
from tenor.schemas import Compiler
from tenor.sending import as_response, send
from tenor.witnesses import Layer

Around = Callable[[Exchange], AbstractContextManager[object]]

_HANDLER = Layer.HANDLER  # looked up once, as an enumeration takes as long for each as a call


class Tenor(Flask):
    """A Flask application whose operations are declared in an OpenAPI document.

    ``spec`` is the document's path, or the document itself. ``handlers`` is a package name, a
    module, or a mapping from operationId to callable. ``policy`` says what happens to an answer
    that breaks the contract: ``prevent``, ``detect``, ``ignore`` or ``raise``; for all rules, or by
    rule and by operation, as ``{"*": "prevent", "header-declared": "detect", "listPosts":
    "ignore"}`` (an operation may have a mapping by rule in turn). ``around(exchange)`` is a context
    manager that is entered before the handler and left after the judgement; ``exchange.answer`` is
    then the judged answer and ``exchange.status`` its status, and a held-back answer
    leaves it with the ContractViolation. ``problems`` is the address under which problem types are
    explained. ``body_limit`` is the most bytes of a request body, and ``body_readers`` how many
    requests may wait for theirs at once. ``limiter(exchange, token_info)`` counts each request for
    an operation and says whether it may go on (``tenor.limits``); None counts nothing. ``docs`` is
    the address of the documentation page, with what it loads below it, and None leaves it out;
    ``/openapi.json`` and ``/openapi.yaml`` stay. An operation at one of these addresses goes
    before. Their endpoints are ``tenor_docs``, ``tenor_openapi_json`` and ``tenor_openapi_yaml``.
    ``metrics`` is the address where Prometheus reads how often what was answered and broken, such
    as ``/metrics``; None counts nothing. Where the environment names a folder as ``TENOR_LEDGER``,
    what is answered is witnessed there.
    Templates are found beside the handlers, unless ``import_name`` names another package.

    Raises ConfigurationError, one sentence with a remedy, for whatever cannot work.
    """

    url_map_class = WatchedMap
    url_rule_class = LateRule
    aborter_class = Refuser

    @collector.paused()
    def __init__(
        self,
        spec: str | Path | dict[str, Json],
        *,
        handlers: Handlers = "handlers",
        policy: PolicyWords = "prevent",
        around: Around | None = None,
        problems: str = "/problems/",
        body_limit: int = 1_048_576,
        body_readers: int = 48,
        limiter: Limiter | None = None,
        docs: str | None = "/docs",
        metrics: str | None = None,
        import_name: str | None = None,
        **flask_options: Any,
    ) -> None:
        flask_options.setdefault("static_folder", None)
        super().__init__(import_name or _home(handlers), **flask_options)
        self._settings: Mapping[str, Any] = self.config  # Flask's has no types
        self.config["TENOR_PROBLEMS"] = problems
        compiled = shelf.find(spec)
        self.contract: Document = compiled.contract
        self.operations: dict[str, Plan] = {}
        self.around: Around | None = around
        self._ids = RequestIds()
        self._routes = Routes(self._settings, self.operations)
        self._observers: list[Observer] = []
        self.url_map.merge_slashes = False
        for rule in self.url_map.iter_rules():  # the static files, which Flask adds by itself
            self._routes.add(rule)
        cast(WatchedMap, self.url_map).watch = self._routes.add
        compiler = compiled.compiler
        self._gate = Gate(
            policies=rules.policies(policy, self.contract.operation_ids()),
            unrouted=_unrouted(self.contract, compiler),
            builtin=builtin.promises(self.contract),
            base=problems,
            observers=self._observers,
        )
        self._failures = Failures(self, self._gate, self._find_error_handler)
        readers = Readers(body_readers)
        planner = Planner(
            self.contract,
            compiler,
            readers=readers,
            body_limit=body_limit,
            limiter=limiter,
            judges=self._gate.judges,
        )
        self._register(planner, handlers)
        pages.register(
            self,
            title=self.contract.title,
            document_json=lambda: pages.as_json(self.contract.served()),
            document_yaml=lambda: pages.as_yaml(self.contract.served()),
            at=docs,
        )
        if metrics is not None:
            self.observe(counting.register(self, at=metrics))
        if os.environ.get(LEDGER):
            self.observe(Recorder(self.contract, folder_of(os.environ[LEDGER])))

    def observe(self, observer: Observer) -> None:
        """Tell someone of every answer, just before it is sent, and of every breach."""
        self._observers.append(observer)

    def unobserve(self, observer: Observer) -> None:
        """Tell them no more."""
        self._observers.remove(observer)

    # --- the request path -------------------------------------------------------------------

    def wsgi_app(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request: route, admit, call, judge, send. The first refusal wins."""
        exchange = Exchange(environ, self._ids.next())
        found = self._routes.find(exchange)
        route = found if isinstance(found, Route) else None
        if route is not None and route.plan is None:
            return super().wsgi_app(environ, start_response)
        context = LazyContext(self, exchange, route and route.rule)
        error: BaseException | None = None
        try:
            context.push()
            answer = self._answer(exchange, context, found)
            if self._observers:
                self._tell_observers(answer, exchange)
            if request_finished.receivers:
                self._tell_finished(answer, exchange)
        except BaseException as raised:
            error = raised
            if self._is_meant(raised, exchange):
                raise
            answer = self._failures.last_word(raised, exchange)
        finally:
            if PRESERVE in environ:
                context.preserve()
            try:
                context.pop(error or exchange.error)
            except Exception as failure:  # noqa: BLE001 - what is torn down raises anything
                self._came_too_late(failure, exchange)
        return send(answer, exchange, start_response)

    def _answer(self, exchange: Exchange, context: LazyContext, found: Found) -> Answer:
        """The answer that may leave.

        Raises what is raised on purpose: ContractViolation under the policy ``raise``, and a crash
        where Flask raises it too, as under test.
        """
        try:
            if (
                request_started.receivers
                or self.before_request_funcs
                or self.url_value_preprocessors
            ):
                spoken = self._before_request()
                if spoken is not None:
                    exchange.layer = Layer.HOOK
                    return self._finished(self._gate.compose(spoken, exchange), exchange, context)
            plan = exchange.plan
            if plan is None:
                return self._finished(self._missed(found, exchange), exchange, context)
            plan.admit(exchange)
        except ContractViolation as violation:
            return self._gate.replace(violation, exchange)
        except NOT_OURS:
            raise
        except BaseException as error:  # noqa: BLE001 - hooks raise anything
            return self._refused(error, exchange, context)
        exchange.layer = _HANDLER
        if self.around is not None:
            return self._within(self.around, plan, exchange, context)
        try:
            answer = exchange.answer = self._handled(plan, exchange, context)
        except ContractViolation as violation:
            return self._gate.replace(violation, exchange)
        return answer

    def _within(
        self, around: Around, plan: Plan, exchange: Exchange, context: LazyContext
    ) -> Answer:
        """The handler's answer, judged, and the work around it ended as the judgement says."""
        answer: Answer | None = None
        passing: BaseException | None = None
        try:
            with around(exchange):
                try:
                    answer = exchange.answer = self._handled(plan, exchange, context)
                except BaseException as error:
                    passing = error  # a violation, or an error that is to pass, as under test
                    raise
            if passing is None:
                return answer
        except NOT_OURS:
            raise
        except BaseException as error:  # noqa: BLE001 - what is around raises anything
            if error is not passing:  # the work could not be ended
                if answer is not None:
                    streams.close(answer.stream)
                exchange.answer = None
                return self._refused(error, exchange, context)
        if isinstance(passing, ContractViolation):
            return self._gate.replace(passing, exchange)
        assert passing is not None
        raise passing

    def _handled(self, plan: Plan, exchange: Exchange, context: LazyContext) -> Answer:
        try:
            spoken = plan.handler(**plan.binding.arguments(exchange.inputs))
            if not (context.is_touched or self.after_request_funcs):
                usual = plan.usuals.answer(spoken, exchange)
                if usual is not None:
                    return usual
            answer = self._gate.compose(spoken, exchange)
        except (ContractViolation, *NOT_OURS):
            raise
        except BaseException as error:  # noqa: BLE001 - handlers raise anything
            answer = self._failures.answer(error, exchange, by_engine=False)
        return self._finished(answer, exchange, context)

    def _refused(self, error: BaseException, exchange: Exchange, context: LazyContext) -> Answer:
        """The answer to an error outside a handler, or to work that could not be ended."""
        try:
            answer = self._failures.answer(error, exchange, by_engine=True)
            return self._finished(answer, exchange, context)
        except ContractViolation as violation:
            return self._gate.replace(violation, exchange)

    def _finished(self, answer: Answer, exchange: Exchange, context: LazyContext) -> Answer:
        """The answer after Flask's hooks, judged. Raises ContractViolation."""
        try:
            if context.is_touched or self.after_request_funcs:
                response = context.after_request(as_response(self, answer))
                answer = self._gate.compose(response, exchange, answer.promises)
            return self._admitted(answer, exchange)
        except BaseException as error:
            streams.close(answer.stream)
            if isinstance(error, (ContractViolation, *NOT_OURS)):
                raise
            return self._admitted(self._failures.crash(error, exchange), exchange)

    def _admitted(self, answer: Answer, exchange: Exchange) -> Answer:
        return answer if answer.is_admitted else self._gate.admit(answer, exchange)

    def _tell_observers(self, answer: Answer, exchange: Exchange) -> None:
        """Show the observers what leaves. A failure there costs no answer, whose work is kept."""
        for observer in self._observers:
            try:
                observer.answered(exchange, answer)
            except Exception as failure:  # noqa: BLE001 - observers raise anything
                self._came_too_late(failure, exchange)

    def _tell_finished(self, answer: Answer, exchange: Exchange) -> None:
        """Send Flask's signal with a copy of what leaves; nobody can change that any more."""
        copied = replace(answer, stream=None)
        try:
            request_finished.send(self, response=as_response(self, copied))
        except Exception as failure:  # noqa: BLE001 - receivers raise anything
            self._came_too_late(failure, exchange)

    def _is_meant(self, error: BaseException, exchange: Exchange) -> bool:
        """Whether an error is to reach the server or the test.

        These are what is said to the process, a crash where Flask raises it, and a violation under
        the policy ``raise``.
        """
        if isinstance(error, ContractViolation):
            return self._gate.raises(error, exchange)
        return isinstance(error, NOT_OURS) or self._failures.propagate

    def _came_too_late(self, failure: Exception, exchange: Exchange) -> None:
        """Record what fails when the answer is settled. Raises it where Flask raises a crash."""
        if self._failures.propagate:
            raise failure
        record(failure, exchange)

    def _missed(self, found: Found, exchange: Exchange) -> Answer:
        """What OPTIONS wants to know of an address. Raises the problem of all others."""
        if not isinstance(found, Miss):
            raise cast(Problem, found)
        if not found.methods:
            raise problems.of_type("not-found")
        allowed = ", ".join(sorted({*found.methods, "OPTIONS"}))
        if exchange.method == "OPTIONS":
            return self._gate.speak(204, {"Allow": allowed}, None, exchange)
        raise problems.of_type("method-not-allowed", headers={"Allow": allowed})

    def _before_request(self) -> Any:
        """What a ``before_request`` hook answers in the handler's place, mostly nothing."""
        if request_started.receivers:
            request_started.send(self, _async_wrapper=self.ensure_sync)
        if self.before_request_funcs or self.url_value_preprocessors:
            return self.preprocess_request()
        return None

    def dispatch_request(self) -> Any:
        """Answer for a rule of the application's own; operations go through the gate alone."""
        if flask.request.endpoint in self.operations:
            flask.abort(404)
        return super().dispatch_request()

    # --- at start ---------------------------------------------------------------------------

    def _register(self, planner: Planner, handlers: Handlers) -> None:
        registered = register(self.contract, handlers)
        registered.sort(key=lambda operation: operation.method != "HEAD")  # before GET's own HEAD
        for operation in registered:
            place = self.contract.place(operation.pointer)
            connexion_globals.refuse(operation.function, operation.operation_id, place)
            function = self._synchronous(operation.function)
            self.operations[operation.endpoint] = planner.plan(
                operation.path_item,
                operation.pointer,
                operation_id=operation.operation_id,
                endpoint=operation.endpoint,
                handler=function,
            )
            self.add_url_rule(
                operation.rule,
                operation.endpoint,
                function,
                methods=[operation.method],
                provide_automatic_options=False,
            )

    def _synchronous(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, or one that waits for it; it keeps its name and signature."""
        called = self.ensure_sync(function)
        return function if called is function else functools.update_wrapper(called, function)


def _home(handlers: Handlers) -> str:
    """The package that templates and other files are looked for in: that of the handlers."""
    name = handlers if isinstance(handlers, str) else getattr(handlers, "__name__", "")
    try:
        get_root_path(name)
    except Exception:  # noqa: BLE001 - a package may raise anything; it is told when it is used
        return __name__  # a mapping, or a package without a file
    return name


def _unrouted(contract: Document, compiler: Compiler) -> Promises | None:
    if UNROUTED not in contract.raw:
        return None
    return compile_promises(contract, compiler, f"/{UNROUTED}", name="The unrouted rest")
