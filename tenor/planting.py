"""Faults that are planted into an application for a while, so that its answers to them are seen.

Each is a context manager over one ``Tenor``: what it exchanges is put back at its end, whatever
happened. Faults may be planted inside each other, and end in the opposite order. They hold for all
threads of the process. The request path knows nothing of them.
"""

import difflib
from collections import defaultdict
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from typing import Any, NoReturn

from tenor.application import Tenor
from tenor.bodies import Readers
from tenor.errors import ConfigurationError
from tenor.exchange import Exchange
from tenor.limits import Verdict
from tenor.plan import Plan
from tenor.problems import Problem, of_type
from tenor.security import Requirement, Scheme, Security

Planted = AbstractContextManager[None]


def crashing(
    app: Tenor, operation_id: str | None = None, error: BaseException | None = None
) -> Planted:
    """The handler of an operation raises, that of each operation where none is named.

    A crash is answered, under test too. The error is a RuntimeError unless one is given. Raises
    ConfigurationError for an operation that the contract does not have.
    """
    fail = _raiser(error or RuntimeError("a fault was planted in the handler"))
    plans = [_plan(app, operation_id)] if operation_id is not None else app.operations.values()
    return _all([_answering(app), *(_exchanged(plan, handler=fail) for plan in plans)])


def unavailable(app: Tenor, error: BaseException | None = None) -> Planted:
    """What is ``around`` each handler cannot be entered, as when the store is down.

    The error is what the application's own store raises; else a refusal with 503.
    """
    return _all([_answering(app), _exchanged(app, around=_raiser(error or _overloaded()))])


@contextmanager
def interrupted(app: Tenor, error: BaseException | None = None) -> Generator[None]:
    """What runs before every request raises, also where no operation is asked for.

    The error is a RuntimeError unless one is given, such as a ``Problem`` with 503.
    """
    fail = _raiser(error or RuntimeError("a fault was planted before the request"))
    hooks = defaultdict(list[Any], app.before_request_funcs)
    hooks[None] = [fail, *hooks.get(None, ())]
    with _answering(app), _exchanged(app, before_request_funcs=hooks):
        yield


def exhausted(app: Tenor) -> Planted:
    """As many bodies are being read as may be at once: who sends one is answered 503."""
    return limited(app, readers=0)


def limited(app: Tenor, *, body: int | None = None, readers: int | None = None) -> Planted:
    """No body has more than ``body`` bytes, and no more than ``readers`` are read at once.

    What is left out stays as it is.
    """
    pieces: dict[str, Any] = {} if body is None else {"limit": body}
    if readers is not None:
        pieces["readers"] = Readers(readers)
    return _each(app, lambda plan: plan.body and {"body": replace(plan.body, **pieces)})


def throttled(app: Tenor, retry_after: int = 1) -> Planted:
    """All have asked as often as they may: an operation that declares 429 answers so.

    They are told to wait for so many seconds.
    """

    def refuse(_exchange: Exchange, _token_info: Mapping[str, Any]) -> Verdict:
        return Verdict((), retry_after)

    return _each(app, lambda plan: plan.promises.of(429) and {"limiter": refuse})


def without_scopes(app: Tenor) -> Planted:
    """No credentials hold a scope, whatever they are: who needs one is answered 403."""
    return _each(
        app, lambda plan: plan.security and {"security": _without_scopes_of(plan.security)}
    )


def trusting(app: Tenor, *hosts: str) -> Planted:
    """Requests for all other hosts are refused."""
    return _configured(app.config, TRUSTED_HOSTS=list(hosts))


# --- how they are planted -----------------------------------------------------------------------


@contextmanager
def _exchanged(owner: object, **pieces: object) -> Generator[None]:
    """The owner has these pieces, until it gets its own back."""
    own = {name: getattr(owner, name) for name in pieces}
    for name, piece in pieces.items():
        setattr(owner, name, piece)
    try:
        yield
    finally:
        for name, piece in own.items():
            setattr(owner, name, piece)


@contextmanager
def _configured(config: dict[str, Any], **settings: object) -> Generator[None]:
    """The configuration has these settings, until it gets its own back."""
    own = {name: config[name] for name in settings}
    config.update(settings)
    try:
        yield
    finally:
        config.update(own)


def _answering(app: Tenor) -> Planted:
    """What fails is answered, also where Flask would raise it, as under test."""
    return _configured(app.config, PROPAGATE_EXCEPTIONS=False)


@contextmanager
def _all(faults: Iterable[Planted]) -> Generator[None]:
    with ExitStack() as planted:
        for fault in faults:
            planted.enter_context(fault)
        yield


def _each(app: Tenor, pieces: Callable[[Plan], Mapping[str, object] | None]) -> Planted:
    """Each plan has the pieces that are made for it."""
    return _all(_exchanged(plan, **(pieces(plan) or {})) for plan in app.operations.values())


def _plan(app: Tenor, operation_id: str) -> Plan:
    plans = {plan.operation_id: plan for plan in app.operations.values()}
    if operation_id in plans:
        return plans[operation_id]
    nearest = difflib.get_close_matches(operation_id, plans, n=1, cutoff=0)
    raise ConfigurationError(
        f"the contract has no operation {operation_id}",
        place="planting",
        remedy=f"Did you mean {nearest[0]}?" if nearest else "Declare one first.",
    )


def _raiser(error: BaseException) -> Callable[..., NoReturn]:
    def fail(*_arguments: object, **_named: object) -> NoReturn:
        raise error.with_traceback(None)

    return fail


def _overloaded() -> Problem:
    return of_type(
        "overloaded", detail="A fault was planted around it.", headers={"Retry-After": "1"}
    )


def _without_scopes_of(security: Security) -> Security:
    return replace(security, requirements=tuple(map(_powerless, security.requirements)))


def _powerless(requirement: Requirement) -> Requirement:
    return Requirement(
        tuple((_granting_nothing(scheme), scopes) for scheme, scopes in requirement.schemes)
    )


def _granting_nothing(scheme: Scheme) -> Scheme:
    return replace(scheme, grants=_grants_nothing)


def _grants_nothing(required: Sequence[str], _given: Sequence[str]) -> bool:
    return not required
