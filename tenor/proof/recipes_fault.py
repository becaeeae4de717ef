"""Recipes for failure, and for what belongs to no operation.

A handler crashes, the store is down, the server is at its limit.
"""

from dataclasses import replace

from tenor import planting
from tenor.problems import of_type
from tenor.proof.asking import Request
from tenor.proof.bench import Bench
from tenor.proof.contract import Operation
from tenor.proof.recipe import Attempt, Attempts, Recipe, RootRecipe, Wrong

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "TRACE")
_NOWHERE = "/tenor-proof/nowhere"


def _may_crash(bench: Bench, operation: Operation) -> bool:
    return bench.tenor is not None and bench.is_known_to_tenor(operation)


def _crashing(bench: Bench, operation: Operation) -> Attempts:
    request = bench.at_hand(operation)
    if bench.tenor is not None:
        with bench.subject.planted(planting.crashing(bench.tenor, operation.id)):
            yield Attempt("", request)


def _says_too_often(bench: Bench, operation: Operation) -> bool:
    return bench.tenor is not None and "429" in operation.statuses


def _too_often(bench: Bench, operation: Operation) -> Attempts:
    request = bench.at_hand(operation)
    if bench.tenor is not None:
        with bench.subject.planted(planting.throttled(bench.tenor)):
            yield Attempt("", request)


def _takes_body_in_process(bench: Bench, operation: Operation) -> bool:
    return bool(operation.bodies) and bench.tenor is not None


def _exhausted(bench: Bench, operation: Operation) -> Attempts:
    request = bench.at_hand(operation)
    if bench.tenor is not None:
        with bench.subject.planted(planting.exhausted(bench.tenor)):
            yield Attempt("", request)


def _has_fault(bench: Bench, operation: Operation) -> bool:
    return any(status in operation.statuses for status in bench.subject.world.faults)


def _faulty(bench: Bench, operation: Operation) -> Attempts:
    for status, fault in bench.subject.world.faults.items():
        if status in operation.statuses:
            request = bench.at_hand(operation)
            with bench.subject.planted(fault()):
                yield Attempt(status, request)


RECIPES = (
    Recipe("recipe/500", "Let the handler crash.", _may_crash, _crashing),
    Recipe("recipe/429", "Ask more often than is allowed.", _says_too_often, _too_often),
    Recipe("recipe/503-readers", "Send when nobody can read.", _takes_body_in_process, _exhausted),
    Recipe("recipe/fault", "Make each fault that the world knows.", _has_fault, _faulty),
)


# --- what belongs to no operation -----------------------------------------------------------


def _anywhere(_bench: Bench) -> bool:
    return True


def _nowhere(bench: Bench) -> Attempts:
    for target in dict.fromkeys((_NOWHERE, f"{bench.contract.base}{_NOWHERE}")):
        yield Attempt(target, Request("GET", target))


def _addresses(bench: Bench) -> list[Request]:
    """The good request of one operation for each path, its content and headers left out."""
    requests: dict[str, Request] = {}
    for operation in bench.contract.operations:
        if operation.path not in requests:
            requests[operation.path] = Request(operation.method, bench.at_hand(operation).path)
    return [*requests.values()]


def _other_methods(bench: Bench) -> Attempts:
    for request in _addresses(bench):
        declared = bench.contract.methods_at(request.path)
        wrong = Wrong(
            "whose method is not declared for this address",
            f"declared are {', '.join(sorted(declared))}",
            "Answer 405 with Allow, or declare the method.",
        )
        for method in _METHODS:
            if method not in declared:
                turned = replace(request, method=method)
                yield Attempt(f"{method} {request.path}", turned, wrong)


def _options(bench: Bench) -> Attempts:
    for request in _addresses(bench):
        yield Attempt(request.path, replace(request, method="OPTIONS"))


def _declares(status: str, bench: Bench) -> bool:
    return bench.tenor is not None and status in bench.contract.unrouted.declared


def _unserved(bench: Bench) -> Attempts:
    if bench.tenor is not None:
        with bench.subject.planted(planting.trusting(bench.tenor, "tenor-proof.invalid")):
            yield Attempt("", Request("GET", _NOWHERE))


def _interrupted(bench: Bench) -> Attempts:
    if bench.tenor is not None:
        with bench.subject.planted(planting.interrupted(bench.tenor)):
            yield Attempt("", Request("GET", _NOWHERE))


def _overloaded(bench: Bench) -> Attempts:
    detail = "A fault was planted before the request."
    error = of_type("overloaded", detail=detail, headers={"Retry-After": "1"})
    if bench.tenor is not None:
        with bench.subject.planted(planting.interrupted(bench.tenor, error)):
            yield Attempt("", Request("GET", _NOWHERE))


ROOT_RECIPES = (
    RootRecipe("recipe/404-nothing", "Ask where nothing is declared.", _anywhere, _nowhere),
    RootRecipe("recipe/405", "Use each method that is not declared.", _anywhere, _other_methods),
    RootRecipe("recipe/options", "Ask what may be asked.", _anywhere, _options),
    RootRecipe(
        "recipe/400-host",
        "Ask for another host than is served.",
        lambda bench: _declares("400", bench),
        _unserved,
    ),
    RootRecipe(
        "recipe/500-before",
        "Let what runs before each request crash.",
        lambda bench: _declares("500", bench),
        _interrupted,
    ),
    RootRecipe(
        "recipe/503-before",
        "Let what runs before each request be overloaded.",
        lambda bench: _declares("503", bench),
        _overloaded,
    ),
)
