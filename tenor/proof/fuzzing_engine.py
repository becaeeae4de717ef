"""The engine of schemathesis, as a fuzzing run drives it.

It is only half public, so it is known here and in the modules beside it, and its version is pinned.
"""

# Parts of it have no types, and what is mended is private.
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false
# pyright: reportUnknownVariableType=false, reportPrivateUsage=false
# ruff: noqa: SLF001
import signal
import time
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import current_thread, main_thread
from types import FrameType
from typing import Any
from unittest import mock

import schemathesis
from hypothesis import configuration
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants
from schemathesis.config import SchemathesisConfig
from schemathesis.core.transport import Response
from schemathesis.engine import Status, context, core, events, from_schema
from schemathesis.engine.context import EngineContext
from schemathesis.engine.core import EventStream
from schemathesis.engine.errors import TestingState
from schemathesis.engine.run import PhaseName, unit
from schemathesis.engine.run.stateful import _executor as stories
from schemathesis.engine.run.stateful.context import StatefulContext
from schemathesis.schemas import BaseSchema
from schemathesis.transport.wsgi import WSGITransport

from tenor.proof.asking import PATIENCE, Ask
from tenor.proof.contract import Contract
from tenor.proof.fuzzing import Plan, Progress, Report, Saw
from tenor.proof.fuzzing_cases import AnyCase, Preparation
from tenor.proof.fuzzing_document import readable
from tenor.proof.fuzzing_gateway import Gateway
from tenor.proof.fuzzing_tally import Tally, TimeUsed
from tenor.proof.fuzzing_verdicts import Verdicts

_SOCKET_SETTINGS = {"max_redirects", "verify", "cert", "proxies"}


def run(ask: Ask, contract: Contract, plan: Plan, saw: Saw, progress: Progress) -> Report:
    """Send what the engine thinks of, and judge all that it says."""
    gateway = Gateway(ask, contract)
    verdicts = Verdicts(gateway, plan.refusals)
    schema = _schema(contract, plan, gateway)
    # Bodies of other textual types than JSON and XML would go unjudged.
    schemathesis.deserializer("text/*")(lambda _context, response: response.text)
    preparation = Preparation(gateway, plan.adapt)
    for name, hook in {
        "before_add_examples": preparation.examples,
        "map_case": preparation.case,
        "filter_failure": verdicts.is_fault,
    }.items():
        schema.hooks.register_hook_with_name(hook, name)
    used = TimeUsed()
    tally = Tally(schema, contract, plan, gateway, verdicts, saw, progress)
    with _interruptible(gateway), _mended(gateway), _shared(used, gateway):
        _listen(from_schema(schema).execute(), tally, gateway)
    if gateway.error is not None and not gateway.is_out_of_time:
        raise gateway.error
    return tally.report(used)


@contextmanager
def _interruptible(gateway: Gateway) -> Generator[None]:
    """Let an interruption end all: at the next request, and a second one wherever it falls.

    The engine takes an interruption for an end of its own and says nothing; and one that is raised
    while an object is finalised is lost.
    """
    usual = signal.getsignal(signal.SIGINT)
    if not callable(usual) or current_thread() is not main_thread():
        yield
        return

    def interrupt(number: int, frame: FrameType | None) -> None:
        if isinstance(gateway.error, KeyboardInterrupt):
            usual(number, frame)
        gateway.error = KeyboardInterrupt()

    signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, usual)


def _listen(stream: EventStream, tally: Tally, gateway: Gateway) -> None:
    """Take every event into account, and stop where there is no more to be learnt.

    With a limit of time, the engine goes round and round until it is spent. Once is enough.
    """
    rounds = 0
    for event in stream:
        tally.add(event)
        is_round = isinstance(event, events.PhaseStarted) and event.phase.name is PhaseName.FUZZING
        rounds += is_round
        if rounds > 1 or tally.has_all or gateway.error is not None:
            stream.stop()


def _schema(contract: Contract, plan: Plan, gateway: Gateway) -> BaseSchema:
    """The contract as schemathesis takes it: with the gateway as the one server that there is."""
    raw = readable(contract.document)
    # An address with a host would be asked whether it is there.
    raw["servers"] = [{"url": contract.base or "/"}]
    schema = schemathesis.openapi.from_dict(raw, config=_config(plan))
    schema.app = gateway
    # No server takes NUL in a header, and an application never sees it.
    schema.adapt_to_null_byte_in_header_failure()
    return schema


def _config(plan: Plan) -> SchemathesisConfig:
    """Every check and every warning, and nothing that is remembered from another run."""
    config = SchemathesisConfig.from_dict(
        {
            "seed": plan.seed,
            "headers": dict(plan.headers),
            "workers": 1,
            # They measure the machine, and a slow one would be a finding.
            "suppress-health-check": ["all"],
            "continue-on-failure": True,
            "request-timeout": PATIENCE,
            "checks": {
                "enabled": True,
                "max_response_time": PATIENCE,
                # How a wrong request is refused is for other checks: those of what is declared.
                "negative_data_rejection": {"expected-statuses": ["4xx", "5xx"]},
                "missing_required_header": {"expected-statuses": ["4xx"]},
            },
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
    config.max_time = plan.seconds  # pyright: ignore[reportAttributeAccessIssue] - it counts in fractions as well
    return config


# --- mended -------------------------------------------------------------------------------------


@contextmanager
def _mended(gateway: Gateway) -> Generator[None]:
    """Schemathesis without what ends parts of a run early, and what makes each run another."""
    providers.CONSTANTS_CACHE.cache.clear()
    with ExitStack() as stack:
        # It would leave its folder where the command is run.
        home = stack.enter_context(TemporaryDirectory(prefix="tenor-hypothesis-"))
        for owner, name, replacement in (
            (WSGITransport, "send", partial(_send, gateway, WSGITransport.send)),
            (stories, "_classify_flaky", partial(_classify_flaky, stories._classify_flaky)),
            # Hypothesis tries what stands in the code that is loaded: in another run, another.
            (providers, "_get_local_constants", Constants),
            (configuration, "__hypothesis_home_directory", Path(home)),
        ):
            stack.enter_context(mock.patch.object(owner, name, replacement))
        yield


def _send(gateway: Gateway, send: Any, case: AnyCase, **options: Any) -> Response:
    """The reply to a case.

    The check `ignored_auth` sends requests of its own without a session, and werkzeug is then
    handed settings of sockets, which it does not know: the operation would be left there and then.
    """
    kept = {name: value for name, value in options.items() if name not in _SOCKET_SETTINGS}
    operation = case.operation
    is_own = case.method.upper() == operation.method.upper()
    meant = gateway.operation(operation.label).id if is_own else None
    with gateway.sending(case.id, meant):
        return send(operation.schema.transport, case, **kept)


def _classify_flaky(
    classify: Any, *, ctx: StatefulContext, engine: EngineContext, state: TestingState
) -> stories.SuiteOutcome:
    """What follows when a story goes another way the second time, as more is kept by then.

    The telling would be over, however few stories were told. It goes on with the next seed.
    """
    status, is_retold, errors = classify(ctx=ctx, engine=engine, state=state)
    wanted = engine.config.generation_for(phase=PhaseName.STATEFUL_TESTING).max_examples or 0
    goes_on = status is not Status.ERROR and ctx.completed_scenarios < wanted
    return status, is_retold or goes_on, errors


# --- time ---------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Shares:
    """The time of a phase, shared out among its operations so that each gets some.

    The engine cuts each operation short at its fair share of what is left, and so would cut in
    each run at another place. Here it may take up to half of what is left, as long as the others
    can be expected to do with the rest: a run of enough time is not cut at all.
    """

    take: Callable[[Any, float], float]
    end: float = float("inf")
    _phase: object = None
    _begun: float = 0
    _done: int = 0

    def taken(self, budget: Any, deadline: float) -> float:
        """When the next operation is cut short, at the latest."""
        now = time.monotonic()
        if budget is not self._phase:
            self._phase, self._begun, self._done = budget, now, 0
        fair, left = self.take(budget, deadline), deadline - now
        pace = (now - self._begun) / max(self._done, 1)
        spare = left - pace * budget._remaining_operations
        self._done += 1
        self.end = max(fair, now + min(left / 2, spare))
        return self.end


@contextmanager
def _shared(used: TimeUsed, gateway: Gateway) -> Generator[None]:
    """While the time is shared out, and it is noted where it did not suffice.

    The engine keeps an equal part of the time for each phase to come. These need less than the
    cases that follow from the contract, and half of it does.
    """
    try_operation, reserve = unit._run_operation, EngineContext.reserve_time
    shares = _Shares(context._SliceBudget.take)

    def take(budget: Any, deadline: float) -> float:
        return shares.taken(budget, deadline)

    def reserve_half(engine: EngineContext, seconds: float) -> None:
        reserve(engine, seconds / 2)

    def try_and_tell(operation: Any, **options: Any) -> None:
        shares.end = float("inf")
        try_operation(operation, **options)
        if time.monotonic() >= shares.end:
            name = gateway.operation(operation.label).id
            used.cut.append(f"{options['phase'].value} of {name}")

    with (
        mock.patch.object(context._SliceBudget, "take", take),
        mock.patch.object(EngineContext, "reserve_time", reserve_half),
        mock.patch.object(unit, "_run_operation", try_and_tell),
        mock.patch.object(core, "MAX_COVERAGE_CATCHUP_PASSES", 0),
    ):
        yield
