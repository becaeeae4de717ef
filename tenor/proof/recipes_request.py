"""Recipes about what is sent: parameters and content that break the contract, one way at a time."""

import itertools
import json
import math
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

from tenor import media_types, planting
from tenor.media_types import MediaType
from tenor.proof.asking import Request
from tenor.proof.bench import Bench, accepts, sending
from tenor.proof.contract import Operation, Parameter
from tenor.proof.drafts import Draft, text_of, written
from tenor.proof.kinds import as_list, as_object
from tenor.proof.recipe import Attempt, Attempts, Recipe, Wrong, always
from tenor.proof.wrongs import Flawed, readings, refused, wrong_values, wrong_wholes
from tenor.schemas import MISSING, Validator
from tenor.shapes import Shape

_MOST = 150
"""How many wrong bodies are sent to one operation at most."""
_MOST_TEXT = 2000
"""Longer texts are not sent outside of bodies: servers have limits of their own there."""
_LARGEST = 16 * 1_048_576
"""Bytes of content that are sent at most, so that a limit is met."""
_EMPTY: tuple[str, Any] = ("application/json", dict[str, Any]())
_UNKNOWN_TYPE = "application/x-tenor-proof"
_MAY_BE_IGNORED = (
    "accept",
    "if-match",
    "if-none-match",
    "if-modified-since",
    "if-unmodified-since",
)
"""Headers that a server may ignore when it cannot read them (RFC 9110, section 13)."""


def _refuses(operation: Operation) -> str:
    """How what breaks the contract is to be refused."""
    status = next((each for each in ("400", "422") if each in operation.statuses), "a 4xx")
    return f"Refuse it with {status}"


# --- parameters -----------------------------------------------------------------------------


def _has_parameters(_bench: Bench, operation: Operation) -> bool:
    return any(each.location != "path" for each in operation.parameters)


def _lacking(bench: Bench, operation: Operation) -> Attempts:
    for each in operation.parameters:
        if each.required and each.location in ("query", "header", "cookie"):
            names = {name for name, _ in written(each, bench.subject.drafter.value(each))}
            draft = bench.good(operation)
            if each.location == "query":
                draft = replace(draft, query=tuple(p for p in draft.query if p[0] not in names))
            elif each.location == "header":
                draft = draft.without(each.name)
            else:
                draft = draft.without("Cookie")
            wrong = _breaks(bench, operation, each, f"without {each.name}", "it is required")
            yield Attempt(each.name, bench.by(draft), wrong)


def _breaks(
    bench: Bench, operation: Operation, parameter: Parameter, found: str, promised: str
) -> Wrong | None:
    """What is wrong with a parameter; None for a header that other servers may ignore."""
    if bench.tenor is None and parameter.name.lower() in _MAY_BE_IGNORED:
        return None
    place = bench.line(parameter.pointer)
    remedy = f"{_refuses(operation)}, or declare what is accepted."
    return Wrong(found, f"{promised} ({place})", remedy)


def _wrong_parameters(bench: Bench, operation: Operation) -> Attempts:
    for each in operation.parameters:
        if each.location != "path":
            for what, pairs in _wrong_pairs(bench, each):
                draft = sending(bench.good(operation), each, pairs)
                found, promised = f"whose {each.name} is wrong ({what})", "the schema refuses that"
                wrong = _breaks(bench, operation, each, found, promised)
                yield Attempt(f"{each.name} {what}", bench.by(draft), wrong)


def _wrong_pairs(bench: Bench, parameter: Parameter) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """How a parameter may be wrong, and what is then sent as (name, text)."""
    shape = bench.shape(parameter)
    validator = bench.contract.compiler.request(*parameter.schema)
    if "object" in shape.types or "content" in parameter.node:
        return
    if "array" in shape.types:
        candidates = ((f"item {w}", [v]) for w, v in wrong_values(shape.items) if _is_scalar(v))
        lists = itertools.chain(candidates, wrong_values(shape))
        wrong = refused(lists, lambda value: _refuses_list(validator, value))
    else:
        scalars = ((what, v) for what, v in wrong_values(shape) if _is_scalar(v))
        wrong = refused(scalars, lambda v: bench.refuses_text(parameter, text_of(v)))
    for what, value in wrong:
        pairs = [*written(parameter, value)]
        if pairs and all(_can_be_sent(parameter, text) for _, text in pairs):
            yield what, pairs


def _is_scalar(value: Any) -> bool:
    return value is None or isinstance(value, (str, int, float, bool))


def _refuses_list(validator: Validator, value: Any) -> bool:
    """Whether a list of texts is refused, whatever they may be read as."""
    items = as_list(value)
    if not items or not all(map(_is_scalar, items)):
        return False
    if len(items) == 1 and not text_of(items[0]) and accepts(validator, []):
        return False  # no text may mean no items
    read = [[*readings(text_of(item))] for item in items[:1]]
    return not any(accepts(validator, [first, *items[1:]]) for first in read[0])


def _can_be_sent(parameter: Parameter, text: str) -> bool:
    if parameter.location == "query":
        return len(text) <= _MOST_TEXT
    is_plain = text.isascii() and text.isprintable() and text == text.strip() and bool(text)
    return is_plain and len(text) <= _MOST_TEXT and not set(text) & set(',;"')


def _doubled(bench: Bench, operation: Operation) -> Attempts:
    for each in operation.parameters:
        shape = bench.shape(each)
        if each.location == "query" and not shape.types & {"array", "object"}:
            text = text_of(bench.subject.drafter.value(each))
            draft = sending(bench.good(operation), each, [(each.name, text)] * 2)
            wrong = _of_tenor(bench, operation, f"with {each.name} twice", "it has one value")
            yield Attempt(each.name, bench.by(draft), wrong)


def _of_tenor(bench: Bench, operation: Operation, found: str, promised: str) -> Wrong | None:
    """What Tenor refuses, and others may ignore."""
    if bench.tenor is None:
        return None
    remedy = f"{_refuses(operation)}; Tenor should have done so."
    return Wrong(found, f"{promised} ({bench.line(operation.pointer)})", remedy)


def _undeclared(bench: Bench, operation: Operation) -> Attempts:
    draft = bench.good(operation).asking("undeclared_parameter", "1")
    wrong = _of_tenor(bench, operation, "with an undeclared parameter", "none such is declared")
    yield Attempt("", bench.by(draft), wrong)


# --- content --------------------------------------------------------------------------------


def _takes_body(_bench: Bench, operation: Operation) -> bool:
    return bool(operation.bodies)


def _takes_none(_bench: Bench, operation: Operation) -> bool:
    return "requestBody" not in operation.node


def _unasked(bench: Bench, operation: Operation) -> Attempts:
    request = bench.at_hand(operation).having("Content-Type", "application/json")
    wrong = _of_tenor(bench, operation, "with content", "no content is declared")
    yield Attempt("", replace(request, body=b"{}"), wrong)


def _bodiless(bench: Bench, operation: Operation) -> Attempts:
    if operation.requires_body:
        wrong = _breaks_content(bench, operation, "without content", "content is required")
        request = bench.by(replace(bench.good(operation), value=MISSING))
        yield Attempt("absent", request, wrong)
        media_type = next(iter(operation.bodies))
        if "*" not in media_type:
            empty = replace(request.having("Content-Type", media_type), body=b"")
            yield Attempt("empty", empty, wrong if _is_json(media_type) else None)


def _breaks_content(bench: Bench, operation: Operation, found: str, promised: str) -> Wrong:
    place = bench.line(f"{operation.pointer}/requestBody")
    remedy = f"{_refuses(operation)}, or declare what is accepted."
    return Wrong(found, f"{promised} ({place})", remedy)


def _is_json(media_type: str) -> bool:
    parsed = media_types.parse(media_type)
    return parsed is not None and parsed.is_json


def _takes_json(_bench: Bench, operation: Operation) -> bool:
    return any(map(_is_json, operation.bodies))


def _malformed(bench: Bench, operation: Operation) -> Attempts:
    """Content that is no JSON (RFC 8259), however it is looked at."""
    wrong = _breaks_content(bench, operation, "whose content is no JSON", "the content is JSON")
    for what, body in _malformed_bodies(_good_json(bench, operation)):
        yield Attempt(what, _saying(bench, operation, body), wrong)
    members = as_object(_good_json(bench, operation).value)
    if members:
        found, promised = "with a member twice", "the names within an object are unique"
        doubled = _of_tenor(bench, operation, found, promised)
        yield Attempt("doubled member", _saying(bench, operation, _twice(members)), doubled)


def _malformed_bodies(draft: Draft) -> Iterator[tuple[str, bytes]]:
    text = json.dumps(draft.value)
    candidates = {
        "not JSON": b"{not json",
        "invalid UTF-8": b'"\xff\xfe"',
        "two values": f"{text} {text}".encode(),
        "truncated": text[:-1].encode(),
        "trailing comma": f"{text[:-1]},{text[-1:]}".encode(),
    }
    members = as_object(draft.value)
    if members:
        first = next(iter(members))
        for number, name in ((math.nan, "NaN"), (math.inf, "Infinity")):
            candidates[name] = json.dumps({**members, first: number}).encode()
    yield from ((name, body) for name, body in candidates.items() if not _is_written_json(body))


def _is_written_json(body: bytes) -> bool:
    """Whether bytes are JSON to the letter."""
    try:
        json.loads(body, parse_constant=_refuse)
    except ValueError:
        return False
    return True


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _twice(members: dict[str, Any]) -> bytes:
    name, value = next(iter(members.items()))
    return f"{{{json.dumps(name)}:{json.dumps(value)},{json.dumps(members)[1:]}".encode()


def _good_json(bench: Bench, operation: Operation) -> Draft:
    """The good request with JSON, whatever it had before."""
    draft = bench.good(operation)
    if draft.value is not MISSING and _is_json(draft.media_type):
        return draft
    bodies = bench.subject.drafter.bodies(operation)
    media_type, value = next((each for each in bodies if _is_json(each[0])), ("", MISSING))
    if value is MISSING:
        return draft.saying({}, next(filter(_is_json, operation.bodies)))
    return draft.saying(value, media_type)


def _saying(bench: Bench, operation: Operation, body: bytes) -> Request:
    return replace(bench.by(_good_json(bench, operation)), body=body)


def _wrong_bodies(bench: Bench, operation: Operation) -> Attempts:
    """The good content, wrong in one place."""
    for media_type in operation.bodies:
        draft = _good_of(bench, operation, media_type)
        described = None if draft is None else bench.body(draft)
        if draft is None or described is None:
            continue
        found = [*itertools.islice(_refused_bodies(draft, *described), _MOST)]
        for what, value in found:
            wrong = _breaks_content(
                bench, operation, f"whose content is wrong ({what})", "the schema refuses that"
            )
            turned = bench.good(operation).saying(value, media_type)
            yield Attempt(what, bench.by(turned), wrong)


def _good_of(bench: Bench, operation: Operation, media_type: str) -> Draft | None:
    draft = bench.good(operation)
    if draft.media_type == media_type and draft.value is not MISSING:
        return draft
    bodies = bench.subject.drafter.bodies(operation)
    value = next((value for name, value in bodies if name == media_type), MISSING)
    return None if value is MISSING else draft.saying(value, media_type)


def _refused_bodies(draft: Draft, validator: Validator, shape: Shape) -> Iterator[Flawed]:
    candidates = wrong_wholes(draft.value, shape)
    if _is_json(draft.media_type):
        return refused(candidates, lambda value: not accepts(validator, value))
    if _is_form(draft.media_type):
        return refused(candidates, lambda value: _refuses_form(validator, draft.value, value))
    return iter(())


def _is_form(media_type: str) -> bool:
    parsed = media_types.parse(media_type)
    essence = "" if parsed is None else parsed.essence
    return essence in ("application/x-www-form-urlencoded", "multipart/form-data")


def _refuses_form(validator: Validator, good: Any, value: Any) -> bool:
    """Whether a form is refused, whatever the texts of its one wrong member may be read as."""
    members, before = as_object(value), as_object(good)
    if not members or before is None:  # a form without members is no content
        return False
    changed = [name for name, inner in members.items() if before.get(name, MISSING) != inner]
    if any(not _is_scalar(members[name]) for name in changed) or len(changed) > 1:
        return False
    forms = [members]
    for name in changed:
        forms = [{**members, name: read} for read in readings(text_of(members[name]))]
    return not any(accepts(validator, form) for form in forms)


def _other_types(bench: Bench, operation: Operation) -> Attempts:
    """Content of another media type than is declared, and in another coding."""
    wrong = None
    if operation.requires_body or "415" in operation.statuses:
        names = ", ".join(operation.bodies)
        found = f"whose content is {_UNKNOWN_TYPE}"
        remedy = "Refuse it with 415, or declare that media type."
        place = bench.line(f"{operation.pointer}/requestBody")
        wrong = Wrong(found, f"the contract takes {names} ({place})", remedy)
    if not _covers(operation, _UNKNOWN_TYPE):
        request = _with_content(bench, operation)
        yield Attempt("media type", request.having("Content-Type", _UNKNOWN_TYPE), wrong)
        if "415" in operation.statuses:
            yield Attempt("no media type", request.without("Content-Type"))
    charset = _of_tenor(bench, operation, "in UTF-16", "text is UTF-8")
    coded = _of_tenor(bench, operation, "in an unknown coding", "no coding is declared")
    request = _with_content(bench, operation)
    typed = f"{request.header('Content-Type')}; charset=utf-16"
    if "charset" not in typed.partition(";")[0]:
        yield Attempt("charset", request.having("Content-Type", typed), charset)
    yield Attempt("coding", request.having("Content-Encoding", "x-tenor-proof"), coded)


def _covers(operation: Operation, name: str) -> bool:
    sent = media_types.parse(name)
    declared = (media_types.parse(each) for each in operation.bodies)
    return sent is not None and any(d.covers(sent) for d in declared if isinstance(d, MediaType))


def _with_content(bench: Bench, operation: Operation) -> Request:
    draft = bench.good(operation)
    if draft.value is MISSING:
        media_type, value = next(bench.subject.drafter.bodies(operation), _EMPTY)
        draft = draft.saying(value, media_type)
    return bench.by(draft)


def _too_large(bench: Bench, operation: Operation) -> Attempts:
    """Good content, followed by as much space as is beyond the limit."""
    limit = _limit(bench, operation)
    if bench.tenor is None:
        for size in (1_048_577, 8 * 1_048_576 + 1) if "413" in operation.statuses else ():
            yield Attempt(f"{size} bytes", _padded(_with_content(bench, operation), size))
        return
    with ExitStack() as planted:
        if limit > _LARGEST:
            limit = 65_536
            fault = planting.limited(bench.tenor, body=limit)
            planted.enter_context(bench.subject.planted(fault))
        wrong = _of_tenor(bench, operation, f"of more than {limit} bytes", "that is the limit")
        yield Attempt(
            f"more than {limit} bytes", _padded(_with_content(bench, operation), limit + 1), wrong
        )


def _limit(bench: Bench, operation: Operation) -> int:
    plans = bench.tenor.operations.values() if bench.tenor is not None else ()
    found = (p.body.limit for p in plans if p.operation_id == operation.id and p.body is not None)
    return next(found, _LARGEST + 1)


def _padded(request: Request, size: int) -> Request:
    body = request.body or b""
    return replace(request, body=body + b" " * (size - len(body)))


# --- what is wanted back --------------------------------------------------------------------


def _negotiates(_bench: Bench, operation: Operation) -> bool:
    return bool(operation.offered)


def _unacceptable(bench: Bench, operation: Operation) -> Attempts:
    wrong = None
    if "406" in operation.statuses:
        place = bench.line(f"{operation.pointer}/responses/406")
        wrong = Wrong(
            "that accepts none of the media types which are offered",
            f"the contract declares 406 ({place})",
            "Compare Accept with what is offered and answer 406, or do not declare 406.",
        )
    accept = ("Accept", f"{_UNKNOWN_TYPE}")
    yield Attempt("unknown", bench.by(bench.good(operation).having(*accept)), wrong)
    refusing = ", ".join(f"{name};q=0" for name in operation.offered)
    yield Attempt("refusing", bench.by(bench.good(operation).having("Accept", refusing)), wrong)


RECIPES = (
    Recipe("recipe/400-parameter-missing", "Leave out a parameter.", _has_parameters, _lacking),
    Recipe(
        "recipe/400-parameter",
        "Send a parameter that is wrong.",
        _has_parameters,
        _wrong_parameters,
    ),
    Recipe("recipe/400-parameter-twice", "Send a parameter twice.", _has_parameters, _doubled),
    Recipe("recipe/400-undeclared", "Send an undeclared parameter.", always, _undeclared),
    Recipe("recipe/400-content", "Send content where none is taken.", _takes_none, _unasked),
    Recipe("recipe/400-no-content", "Send no content.", _takes_body, _bodiless),
    Recipe("recipe/400-json", "Send what is no JSON.", _takes_json, _malformed),
    Recipe("recipe/400-body", "Send content that is wrong.", _takes_body, _wrong_bodies),
    Recipe("recipe/406", "Accept nothing that is offered.", _negotiates, _unacceptable),
    Recipe("recipe/413", "Send more than is taken.", _takes_body, _too_large),
    Recipe("recipe/415", "Send another media type.", _takes_body, _other_types),
)
