"""Fuzzing a contract with schemathesis: all its phases, all its checks, and no excuse unnamed.

The engine of schemathesis is only half public, so this is the one module that knows it, and the
version is pinned. A run repeats in a fresh process alone: the engine keeps what it learnt.
"""

import hashlib
import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Generator, Iterator, Mapping, MutableMapping, Set
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from unittest import mock

import schemathesis
from flask import Flask
from schemathesis.cli.commands.run.context import ExecutionContext
from schemathesis.config import SchemathesisConfig, SchemathesisWarning
from schemathesis.core.failures import Failure
from schemathesis.core.parameters import ParameterLocation
from schemathesis.core.result import Ok
from schemathesis.core.transport import Response
from schemathesis.engine import Status, StopReason, events, from_schema
from schemathesis.engine.context import EngineContext
from schemathesis.engine.core import EventStream
from schemathesis.engine.errors import TestingState
from schemathesis.engine.recorder import Request
from schemathesis.engine.run import PhaseName
from schemathesis.engine.run.stateful import _executor as stories
from schemathesis.engine.run.stateful.context import StatefulContext
from schemathesis.engine.statistic import GroupedFailures
from schemathesis.generation.case import Case
from schemathesis.generation.meta import TestPhase
from schemathesis.hooks import HookContext
from schemathesis.openapi.checks import RejectedPositiveData
from schemathesis.schemas import BaseSchema
from schemathesis.transport.wsgi import WSGITransport

CONTRACT = "/openapi.json"
SLOWEST_ANSWER = 20
"""Seconds. It is no measure of speed, only of an answer that never comes."""

_CASE_ID = "X-Schemathesis-TestCaseId"
_SOCKET_SETTINGS = {"max_redirects", "verify", "cert", "proxies"}


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer to a valid request that the contract means to be a refusal, and why.

    With a fault, the refusal counts only where that is the one fault: its place, pointer and rule.
    """

    operation: str
    status: int
    reason: str
    fault: tuple[str, str, str] | None = None

    def covers(self, operation: str, response: Response) -> bool:
        """Whether this refusal is what the operation answered."""
        return (operation, response.status_code) == (self.operation, self.status) and (
            self.fault is None or _faults(response) == [self.fault]
        )


@dataclass(frozen=True, slots=True)
class Attempt:
    """A request that is about to be sent. Its path parameters and headers may be changed."""

    operation: str
    path: MutableMapping[str, Any]
    headers: MutableMapping[str, Any]
    body: Any


Adapt = Callable[[Attempt], None]


def leave(_attempt: Attempt) -> None:
    """Send the request as it is."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How far a run goes, and what it starts from. The same plan sends the same requests.

    `examples` bounds the requests for each operation, `stories` the chains of requests that follow
    from each other's answers, `steps` their length, `seconds` the whole run. The cases that follow
    from the contract itself are sent whatever the bounds.

    `adapt` sees each request before it is sent: it keeps the run from ending its own access, and
    knows what only the server can know.
    """

    examples: int
    stories: int
    steps: int
    seconds: float
    seed: int = 1
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    refusals: tuple[Refusal, ...] = ()
    adapt: Adapt = leave


@dataclass(frozen=True, slots=True)
class Report:
    """What a run sent and found. Operations are named METHOD /path.

    `sent` counts by phase and operation, `answered` by operation and status. All that a run may
    fail for is in `faults` and, by kind, the operations it is said of, in `warnings`.
    """

    seed: int
    stories: int
    requests: tuple[str, ...]
    sent: dict[str, dict[str, int]]
    answered: dict[str, dict[str, int]]
    faults: tuple[str, ...]
    warnings: dict[str, tuple[str, ...]]


def over_wsgi(app: Flask, plan: Plan) -> Report:
    """Fuzz an application in this process."""
    return _run(schemathesis.openapi.from_wsgi(CONTRACT, app, config=_config(plan)), plan)


def over_http(url: str, plan: Plan) -> Report:
    """Fuzz the server at the URL."""
    return _run(schemathesis.openapi.from_url(f"{url}{CONTRACT}", config=_config(plan)), plan)


def _config(plan: Plan) -> SchemathesisConfig:
    """Every check and every warning, and nothing that is remembered from another run."""
    return SchemathesisConfig.from_dict(
        {
            "seed": plan.seed,
            "headers": dict(plan.headers),
            "workers": 1,
            "continue-on-failure": True,
            "request-timeout": SLOWEST_ANSWER,
            "checks": {"enabled": True, "max_response_time": SLOWEST_ANSWER},
            "warnings": {"fail-on": True},
            "generation": {"max-examples": plan.examples, "database": "none", "no-shrink": True},
            "phases": {
                "stateful": {
                    "max-steps": plan.steps,
                    "generation": {"max-examples": plan.stories, "no-shrink": True},
                }
            },
            "analysis": {"constants": {"enabled": False}},
            "cache": {"enabled": False},
            # A run without credentials shall not register an account to get some.
            "auth": {"auto-signup": False},
        }
    )


@contextmanager
def _mended() -> Generator[None]:
    """Schemathesis without two faults that end parts of a run early, and without a word."""
    with (
        mock.patch.object(WSGITransport, "send", _send_without_sockets),
        mock.patch.object(stories, "_classify_flaky", _classify_flaky),
    ):
        yield


def _send_without_sockets(
    transport: WSGITransport, case: Case, *, _send: Any = WSGITransport.send, **options: Any
) -> Response:
    """The answer of an application in process.

    The check `ignored_auth` sends requests of its own without a session, and werkzeug is then
    handed settings of sockets, which it does not know: the operation would be left there and then.
    """
    kept = {name: value for name, value in options.items() if name not in _SOCKET_SETTINGS}
    return _send(transport, case, **kept)


def _classify_flaky(
    *,
    ctx: StatefulContext,
    engine: EngineContext,
    state: TestingState,
    _classify: Any = stories._classify_flaky,
) -> stories.SuiteOutcome:
    """What follows when a story goes another way the second time, as more is kept by then.

    The telling would be over, however few stories were told. It goes on with the next seed.
    """
    status, is_retold, errors = _classify(ctx=ctx, engine=engine, state=state)
    wanted = engine.config.generation_for(phase=PhaseName.STATEFUL_TESTING).max_examples or 0
    goes_on = status is not Status.ERROR and ctx.completed_scenarios < wanted
    return status, is_retold or goes_on, errors


def _run(schema: BaseSchema, plan: Plan) -> Report:
    """Send what the engine thinks of, and judge all that it says."""
    # Bodies of other textual types than JSON and XML would go unjudged.
    schemathesis.deserializer("text/*")(lambda _context, response: response.text)
    for name, hook in {
        "before_add_examples": partial(_prepare_examples, plan.adapt),
        "map_case": partial(_prepared, plan.adapt),
        "filter_failure": partial(_is_fault, plan.refusals),
    }.items():
        schema.hooks.register_hook_with_name(hook, name)
    tally = _Tally(schema)
    stream = from_schema(schema).execute()
    with _mended(), _ended_after(plan.seconds, stream):
        for event in stream:
            tally.add(event)
    return tally.report(plan.seed)


@contextmanager
def _ended_after(seconds: float, stream: EventStream) -> Generator[None]:
    """Stop the engine when its time is over. It then says that it was interrupted."""
    alarm = threading.Timer(seconds, stream.stop)
    alarm.daemon = True
    alarm.start()
    try:
        yield
    finally:
        alarm.cancel()


# What is sent


def _prepare_examples(adapt: Adapt, context: HookContext, examples: list[Case]) -> None:
    """Prepare the examples of the contract, which `map_case` never sees."""
    examples[:] = [_prepared(adapt, context, case) for case in examples]


def _prepared(adapt: Adapt, _context: HookContext, case: Case) -> Case:
    """The case as it is sent."""
    _correct_headers(case)
    adapt(Attempt(case.operation.label, case.path_parameters, case.headers, case.body))
    return case


def _correct_headers(case: Case) -> None:
    """Leave a header that breaks the contract only where the case is about it.

    Where the pattern of a header wants a character beyond letters and digits, the coverage phase
    finds no value that fits, and sends one that does not in all its cases: in those that are about
    another part of the request, and in those that are said to be valid. The header's example takes
    its place, or the header is left out.
    """
    if case.meta is None or case.meta.phase.name is not TestPhase.COVERAGE:
        return
    judge = case.operation.schema.adapter.jsonschema_validator_cls
    for parameter in case.operation.headers:
        value = case.headers.get(parameter.name)
        is_pattern = "pattern" in parameter.definition.get("schema", {})
        if not is_pattern or value is None or parameter.admits(value, judge):
            continue
        if not _is_about(case, parameter.name):
            del case.headers[parameter.name]
            for example in parameter.examples[:1]:
                case.headers[parameter.name] = example


def _is_about(case: Case, header: str) -> bool:
    """Whether the case breaks the contract in this header, or in the headers as a whole."""
    assert case.meta is not None
    data = case.meta.phase.data
    return (
        case.meta.generation.mode.is_negative
        and data.parameter_location is ParameterLocation.HEADER
        and data.parameter in (header, None)
    )


# What is found


def _is_fault(
    refusals: tuple[Refusal, ...],
    _context: HookContext,
    failure: Failure,
    case: Case,
    response: Response,
) -> bool:
    """Whether a failed check stands: all do, but valid data that is refused as it is meant to."""
    return not (
        isinstance(failure, RejectedPositiveData)
        and any(refusal.covers(case.operation.label, response) for refusal in refusals)
    )


def _faults(response: Response) -> list[tuple[str, str, str]]:
    """The places, pointers and rules of a refused request, as its problem lists them."""
    return [(each["in"], each["pointer"], each["rule"]) for each in response.json()["errors"]]


class _Tally:
    """What the events of a run amount to."""

    def __init__(self, schema: BaseSchema) -> None:
        self._context = ExecutionContext(
            config=schema.config, find_operation_by_label=schema.find_operation_by_label
        )
        self._operations = {
            found.ok().label for found in schema.get_all_operations() if isinstance(found, Ok)
        }
        self._sent: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._answered: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._stories = 0
        self._requests: list[str] = []
        self._faults: list[str] = []

    def add(self, event: events.EngineEvent) -> None:
        """Take an event into account."""
        self._context.on_event(event)
        match event:
            case events.ScenarioFinished():
                self._add_scenario(event)
            case events.PhaseFinished(phase=phase, status=Status.ERROR):
                self._faults.append(f"the phase {phase.name} ended in an error")
            case events.NonFatalError():
                self._faults.append(f"{event.label}: {event.info.format()}")
            case events.FatalError():
                self._faults.append(f"the engine failed: {event.exception!r}")
            case events.Interrupted():
                self._faults.append("the run was interrupted")
            case _:
                pass

    def report(self, seed: int) -> Report:
        """What there is to say when the run is over."""
        return Report(
            seed=seed,
            stories=self._stories,
            requests=tuple(self._requests),
            sent={phase: dict(counts) for phase, counts in self._sent.items()},
            answered={operation: dict(counts) for operation, counts in self._answered.items()},
            faults=(*self._faults, *self._failures(), *self._omissions()),
            warnings=dict(self._warnings()),
        )

    def _add_scenario(self, event: events.ScenarioFinished) -> None:
        recorder = event.recorder
        if event.phase is PhaseName.STATEFUL_TESTING and recorder.interactions:
            self._stories += 1
        for case_id, interaction in recorder.interactions.items():
            case = recorder.cases[case_id].value
            operation = case.operation.label
            self._requests.append(_line(interaction.request))
            if interaction.response is None:
                self._faults.append(f"{operation}: no answer")
            elif case.method == case.operation.method.upper():
                self._sent[event.phase.value][operation] += 1
                self._answered[operation][str(interaction.response.status_code)] += 1
        for case_id, checks in recorder.checks.items():
            crashed = [check.name for check in checks if check.status is Status.ERROR]
            if crashed:
                operation = recorder.cases[case_id].value.operation.label
                self._faults.append(f"{operation}: the check {', '.join(crashed)} itself failed")

    def _failures(self) -> Iterator[str]:
        for operation, groups in self._context.statistic.failures.items():
            for group in groups.values():
                yield f"{operation}: {_described(group)}"
        for lost in self._context.statistic.extraction_failures:
            yield (
                f"{lost.source}: the link to {lost.target} wants {lost.expression} for "
                f"{lost.parameter_name}, and the answer does not have it"
            )

    def _omissions(self) -> Iterator[str]:
        for operation in sorted(self._operations - self._answered.keys()):
            yield f"{operation}: no request was sent"
        if self._context.stop_reason is not StopReason.COMPLETED:
            yield f"the run did not come to its end: {self._context.stop_reason}"

    def _warnings(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        served = self._served()
        for kind, operations in self._context.warnings.as_labels().items():
            # It is said phase by phase: of all that is sent in one, nothing was accepted.
            if kind == SchemathesisWarning.VALIDATION_MISMATCH:
                operations = [each for each in operations if each not in served]
            if operations:
                yield kind, tuple(operations)

    def _served(self) -> Set[str]:
        """The operations that ever did what they were asked."""
        return {
            operation
            for operation, statuses in self._answered.items()
            if any(status < "400" for status in statuses)
        }


def _line(request: Request) -> str:
    """The request in a line, the same for the same request."""
    headers = sorted(
        (name, *values) for name, values in request.headers.items() if name != _CASE_ID
    )
    rest = hashlib.sha256(repr((headers, request.body)).encode()).hexdigest()
    return f"{request.method} {request.uri} {rest[:16]}"


def _described(group: GroupedFailures) -> str:
    """What a check found, the request that shows it, and its answer."""
    found = [f"{failure.title}. {failure.message}" for failure in group.failures]
    sent = b"no answer" if group.response is None else group.response.content[:1000]
    return "\n".join((*found, group.code_sample or "", sent.decode(errors="replace")))
