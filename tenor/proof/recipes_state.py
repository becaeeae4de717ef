"""Recipes about what is there: nothing, or something in another state than is meant."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from tenor.proof.bench import STALE, Bench
from tenor.proof.contract import Operation, Parameter
from tenor.proof.drafts import text_of
from tenor.proof.recipe import Attempt, Attempts, Recipe, Wrong
from tenor.proof.wrongs import refused, wrong_values

_MOST = 6
_PRECONDITIONS = ("If-Match", "If-None-Match", "If-Unmodified-Since")


def _has_variables(_bench: Bench, operation: Operation) -> bool:
    return bool(operation.variables)


def _nowhere(bench: Bench, operation: Operation) -> Attempts:
    for name, draft in bench.unknown(bench.good(operation)):
        yield Attempt(name, bench.by(draft))


def _impossible(bench: Bench, operation: Operation) -> Attempts:
    """Addresses that cannot exist, because a variable breaks its schema."""
    for name in operation.variables:
        parameter = operation.parameter(name, "path")
        if parameter is None:
            continue
        wrong = Wrong(
            f"whose {name} breaks its schema",
            f"the contract says what it is ({bench.line(parameter.pointer)})",
            "Answer 404, since nothing can be there, or 400; or declare a wider schema.",
        )
        for what, text in islice(_impossible_texts(bench, parameter), _MOST):
            draft = bench.good(operation).at(**{name: text})
            yield Attempt(f"{name} {what}", bench.by(draft), wrong)


def _impossible_texts(bench: Bench, parameter: Parameter) -> Iterator[tuple[str, str]]:
    candidates = wrong_values(bench.shape(parameter))
    texts = ((what, text_of(value)) for what, value in candidates if _is_segment(value))
    return refused(texts, lambda text: bench.refuses_text(parameter, text))


def _is_segment(value: object) -> bool:
    """Whether it can stand in a path: no empty segment, no slash, no dots alone."""
    if isinstance(value, str):
        return bool(value.strip(".")) and "/" not in value and len(value) < 1000
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _has_precondition(_bench: Bench, operation: Operation) -> bool:
    has = operation.parameter("If-Match", "header") is not None
    return not operation.is_safe and (has or "412" in operation.statuses)


def _stale(bench: Bench, operation: Operation) -> Attempts:
    wrong = Wrong(
        "whose If-Match names a state that the resource is not in",
        "a change that was not meant for this state may not be made (RFC 9110, section 13.1.1)",
        "Compare If-Match with the entity tag of what is there, and answer 412.",
    )
    if operation.parameter("If-Match", "header") is None:
        wrong = None
    draft = bench.good(operation)
    yield Attempt("tag", bench.by(draft.having("If-Match", STALE)), wrong)
    tag = draft.header("If-Match")
    if tag and not tag.startswith("W/"):
        yield Attempt("weak", bench.by(draft.having("If-Match", f"W/{tag}")), wrong)


def _needs_precondition(_bench: Bench, operation: Operation) -> bool:
    has = any(operation.parameter(name, "header") is not None for name in _PRECONDITIONS)
    return has and not operation.is_safe and "428" in operation.statuses


def _unconditional(bench: Bench, operation: Operation) -> Attempts:
    wrong = Wrong(
        "without a precondition",
        f"the contract declares 428 ({bench.line(f'{operation.pointer}/responses/428')})",
        "Refuse it with 428, or do not declare 428.",
    )
    draft = bench.good(operation)
    for name in _PRECONDITIONS:
        draft = draft.without(name)
    yield Attempt("", bench.by(draft), wrong)


def _may_create(_bench: Bench, operation: Operation) -> bool:
    return not operation.is_safe and operation.parameter("If-None-Match", "header") is not None


def _taken(bench: Bench, operation: Operation) -> Attempts:
    wrong = Wrong(
        "with If-None-Match: * where something is",
        "it is to be carried out where nothing is (RFC 9110, section 13.1.2)",
        "Answer 412 when the address is taken.",
    )
    good = bench.good(operation)
    request = bench.by(good.without("If-Match").having("If-None-Match", "*"))
    if bench.is_there(good):
        yield Attempt("", request, wrong)


def _deletes(_bench: Bench, operation: Operation) -> bool:
    return operation.method == "DELETE"


def _gone(bench: Bench, operation: Operation) -> Attempts:
    """What has been deleted is deleted, and read, once more."""
    request = bench.at_hand(operation)
    yield Attempt("first", request)
    yield Attempt("second", request)
    reader = bench.subject.reader_of(operation)
    if reader is not None:
        yield Attempt("read", replace(request, method="GET").without("If-Match"))


RECIPES = (
    Recipe("recipe/404-nowhere", "Ask for what is not there.", _has_variables, _nowhere),
    Recipe(
        "recipe/404-impossible", "Ask at addresses that cannot be.", _has_variables, _impossible
    ),
    Recipe("recipe/412-stale", "Change another state.", _has_precondition, _stale),
    Recipe("recipe/412-taken", "Create where something is.", _may_create, _taken),
    Recipe("recipe/428", "Change without a precondition.", _needs_precondition, _unconditional),
    Recipe("recipe/gone", "Delete, and delete once more.", _deletes, _gone),
)
