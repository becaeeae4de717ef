"""Recipes that lead to success: every media type, every example, every choice."""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from tenor.document import Json, escape
from tenor.proof.asking import Reply, Request
from tenor.proof.bench import STALE, Bench, accepts, sending
from tenor.proof.contract import Operation, Parameter
from tenor.proof.drafts import Draft, written
from tenor.proof.expressions import evaluated
from tenor.proof.recipe import Attempt, Attempts, Recipe
from tenor.proof.variants import choices, chosen, joined, retold
from tenor.schemas import MISSING

_KEY = "Idempotency-Key"
_MOST = 60
"""How many variants of one request are tried."""


def _takes_body(_bench: Bench, operation: Operation) -> bool:
    return bool(operation.bodies)


def _media_types(bench: Bench, operation: Operation) -> Attempts:
    for name in operation.offered:
        draft = bench.good(operation).having("Accept", name)
        yield Attempt(name, bench.by(draft))


def _offers(_bench: Bench, operation: Operation) -> bool:
    return bool(operation.offered)


def _examples(bench: Bench, operation: Operation) -> Attempts:
    for number, (media_type, value) in enumerate(bench.subject.drafter.bodies(operation)):
        draft = bench.good(operation).saying(value, media_type)
        yield Attempt(f"body {number}", bench.by(draft))
    if not operation.requires_body and operation.bodies:
        yield Attempt("no body", bench.by(replace(bench.good(operation), value=MISSING)))


def _parameters(bench: Bench, operation: Operation) -> Attempts:
    for parameter in operation.parameters:
        if parameter.location in ("query", "header"):
            for value in _offered(bench, parameter):
                draft = sending(bench.good(operation), parameter, [*written(parameter, value)])
                yield Attempt(f"{parameter.name}={value}"[:60], bench.by(draft))


def _offered(bench: Bench, parameter: Parameter) -> list[Any]:
    """The values of a parameter that the contract names."""
    examples = bench.subject.drafter.values.examples(parameter.node, parameter.pointer)
    validator = bench.contract.compiler.request(*parameter.schema)
    found: list[Any] = []
    for value in (*examples, *choices(bench.shape(parameter))):
        if value not in found and accepts(validator, value):
            found.append(value)
    return found[:12]


def _choices(bench: Bench, operation: Operation) -> Attempts:
    bodies = itertools.islice(_variants(bench, operation), _MOST)
    for name, value in bodies:
        yield Attempt(name, bench.by(bench.good(operation).saying(value)))


def _variants(bench: Bench, operation: Operation) -> Iterator[tuple[str, Any]]:
    """Other bodies than the good one: other texts, what was accepted elsewhere, all choices."""
    draft = bench.good(operation)
    described = bench.body(draft)
    if described is None:
        return
    validator, shape = described
    found: list[tuple[str, Any]] = [*retold(draft.value, bench.subject.varied(draft).value)]
    bases = [("", draft.value)]
    for name, value in reversed(bench.accepted.items()):
        other = joined(draft.value, value)
        if name != operation.id and other is not None:
            bases.append((f"as {name} ", other))
    for source, base in bases:
        found.append((f"{source}whole", base))
        found += [(f"{source}{name}", value) for name, value in chosen(base, shape)]
    yield from ((name, value) for name, value in found if accepts(validator, value))


def _is_put(_bench: Bench, operation: Operation) -> bool:
    return operation.method == "PUT" and bool(operation.variables)


def _placements(bench: Bench, operation: Operation) -> Attempts:
    """What creates where nothing is, as RFC 9110, section 13.1.2, has it said."""
    for _, draft in itertools.islice(bench.unknown(bench.good(operation)), 2):
        plain = draft.without("If-Match")
        if operation.parameter("If-None-Match", "header") is None:
            yield Attempt("plain", bench.by(plain))
        else:
            yield Attempt("if none matches", bench.by(plain.having("If-None-Match", "*")))


def _creates(_bench: Bench, operation: Operation) -> bool:
    return operation.method == "POST"


def _doubles(bench: Bench, operation: Operation) -> Attempts:
    """The same twice: what is there already may be in the way of what is to be."""
    request = bench.at_hand(operation)
    yield Attempt("first", request)
    yield Attempt("second", request)


def _has_key(_bench: Bench, operation: Operation) -> bool:
    return operation.parameter(_KEY, "header") is not None


def _replays(bench: Bench, operation: Operation) -> Attempts:
    """The same under one key, and something else under it, as a whole and in one member each."""
    draft = bench.good(operation).having(_KEY, "tenor-proof-0001")
    yield Attempt("first", bench.by(draft))
    yield Attempt("again", bench.by(draft))
    other = bench.subject.varied(draft)
    yield Attempt("other", bench.by(other))
    for name, value in retold(draft.value, other.value):
        yield Attempt(f"other {name}", bench.by(draft.saying(value)))


def _has_links(bench: Bench, operation: Operation) -> bool:
    return any(True for _ in _links(bench, operation))


def _links(bench: Bench, operation: Operation) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """The links of an operation's successes, as (status, name, link)."""
    document = bench.contract.document
    for status in operation.statuses:
        if status.startswith("2"):
            response, pointer = document.follow(f"{operation.pointer}/responses/{status}")
            links: Mapping[str, Json] = response.get("links") or {}
            for name in links:
                link, _ = document.follow(f"{pointer}/links/{escape(name)}")
                yield status, name, link


def _followed(bench: Bench, operation: Operation) -> Attempts:
    for status, name, link in [*_links(bench, operation)]:
        target = bench.contract.operation(link.get("operationId", ""))
        if target is None:
            continue
        draft = _source(bench, operation, target)
        request = bench.by(draft)
        reply = bench.ask(request)
        if str(reply.status) == status:
            linked = _linked(bench, target, link, (request, draft, reply))
            yield Attempt(name, bench.by(linked))


def _source(bench: Bench, operation: Operation, target: Operation) -> Draft:
    """The good request of an operation; at a new address where the link's target changes it."""
    draft = bench.good(operation)
    if not target.is_safe and target.path == operation.path:
        return replace(draft, path=bench.good(target).path)
    return draft


def _linked(
    bench: Bench,
    target: Operation,
    link: Mapping[str, Any],
    seen: tuple[Request, Draft, Reply],
) -> Draft:
    draft = bench.good(target)
    given: Mapping[str, Json] = link.get("parameters") or {}
    for name, expression in given.items():
        value = evaluated(expression, *seen)
        location, _, short = name.rpartition(".")
        for parameter in target.parameters:
            if parameter.name == short and location in ("", parameter.location):
                draft = _placed(draft, parameter, value)
    if "requestBody" in link:
        value = evaluated(link["requestBody"], *seen)
        draft = draft.saying(value) if draft.media_type else draft
    return draft


def _placed(draft: Draft, parameter: Parameter, value: Any) -> Draft:
    if value is None:
        return draft
    if parameter.location == "path":
        return draft.at(**{parameter.name: str(value)})
    return sending(draft, parameter, [*written(parameter, value)])


def _has_head(bench: Bench, operation: Operation) -> bool:
    return operation.method == "GET"


def _heads(bench: Bench, operation: Operation) -> Attempts:
    yield Attempt("", replace(bench.at_hand(operation), method="HEAD"))


def _may_not_have_changed(_bench: Bench, operation: Operation) -> bool:
    has = operation.parameter("If-None-Match", "header") is not None
    return operation.is_safe and (has or "304" in operation.statuses)


def _unchanged(bench: Bench, operation: Operation) -> Attempts:
    """What was just read is still what it was (RFC 9110, sections 13.1.2 and 13.1.3)."""
    for name in operation.offered or ("*/*",):
        draft = bench.good(operation).having("Accept", name)
        reply = bench.ask(bench.by(draft))
        tag, changed = reply.header("ETag"), reply.header("Last-Modified")
        if tag is not None:
            yield Attempt(f"{name} tag", bench.by(draft.having("If-None-Match", tag)))
            tags = f"{STALE}, {tag}"
            yield Attempt(f"{name} tags", bench.by(draft.having("If-None-Match", tags)))
        if changed is not None:
            yield Attempt(f"{name} time", bench.by(draft.having("If-Modified-Since", changed)))
    yield Attempt("any", bench.by(bench.good(operation).having("If-None-Match", "*")))


RECIPES = (
    Recipe("recipe/media-type", "Ask for each media type that is offered.", _offers, _media_types),
    Recipe("recipe/head", "Ask for the header alone.", _has_head, _heads),
    Recipe("recipe/304", "Ask for what has not changed.", _may_not_have_changed, _unchanged),
    Recipe("recipe/examples", "Send each example and made up body.", _takes_body, _examples),
    Recipe(
        "recipe/parameters",
        "Send each example and choice of each parameter.",
        lambda _, operation: bool(operation.parameters),
        _parameters,
    ),
    Recipe(
        "recipe/choices",
        "Send other texts, what was accepted elsewhere, and each choice of each member.",
        _takes_body,
        _choices,
    ),
    Recipe("recipe/create-at", "Put something where nothing is.", _is_put, _placements),
    Recipe("recipe/twice", "Send the same twice.", _creates, _doubles),
    Recipe("recipe/replay", "Use an Idempotency-Key twice.", _has_key, _replays),
    Recipe("recipe/links", "Follow the links of the answers.", _has_links, _followed),
)
