"""Probes that only read: HEAD, entity tags, conditions, media types."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from tenor import media_types
from tenor.conditions import entity_tags
from tenor.proof.asking import Request
from tenor.proof.contract import Contract, Operation
from tenor.proof.likeness import fields
from tenor.proof.oracle import chosen_by_query
from tenor.proof.probing import (
    Doubt,
    Exchange,
    Probe,
    ask,
    has_tag,
    sibling,
    something,
)
from tenor.proof.subject import Subject

_TEXTS = ("text", "application")
_OPAQUE = ("application/octet-stream", "application/pdf", "application/zip", "application/gzip")
_NOTHING = "application/vnd.tenor.nothing"
"""A media type that nobody offers."""


def _is_read(_contract: Contract, operation: Operation) -> bool:
    return operation.method == "GET"


def _is_tagged(_contract: Contract, operation: Operation) -> bool:
    return operation.method == "GET" and has_tag(operation)


# --- HEAD ---------------------------------------------------------------------------------------


def head(subject: Subject, operation: Operation) -> Iterator[Doubt]:
    """HEAD gives the status and the header of GET (RFC 9110, section 9.3.2)."""
    found = something(subject, operation)
    if found is None:
        return
    for accept in ("", *_chosen(operation, found)):
        request = found[0].having("Accept", accept) if accept else found[0]
        before = ask(subject, request)
        asked = ask(subject, replace(request, method="HEAD"))
        after = ask(subject, request)
        if before[1].status == after[1].status and before[1].is_success and asked[1].status:
            has_own = sibling(subject.contract, operation, "HEAD") is not None
            yield from _unlike_head(operation, before, asked, after, header=not has_own)


def _unlike_head(
    operation: Operation, before: Exchange, asked: Exchange, after: Exchange, *, header: bool
) -> Iterator[Doubt]:
    shown = (before, asked)
    if asked[1].status != before[1].status:
        yield Doubt(
            f"{operation.id} answered GET with {before[1].status} and HEAD with {asked[1].status}; "
            "HEAD gives what GET would give, without the content (RFC 9110, section 9.3.2). "
            "Answer HEAD wherever GET is answered.",
            shown,
        )
    elif header:
        wrong = _unlike_fields(before, asked, after)
        if wrong:
            yield Doubt(
                f"{operation.id} answered HEAD with another {', '.join(wrong)} than GET; the two "
                "have the same header (RFC 9110, section 9.3.2). Make it in one place for both.",
                shown,
            )


def _unlike_fields(before: Exchange, asked: Exchange, after: Exchange) -> list[str]:
    """The headers in which HEAD differs from two GETs that agree on them."""
    first, head_, second = (fields(exchange[1]) for exchange in (before, asked, after))
    steady = {name: text for name, text in first.items() if second.get(name) == text}
    names = [name for name, text in steady.items() if head_.get(name) != text]
    names += [name for name in head_ if name not in first and name not in second]
    lengths = [exchange[1].header("Content-Length") for exchange in (before, asked, after)]
    is_steady = lengths[0] is not None and lengths[0] == lengths[2]
    if is_steady and lengths[1] not in (None, lengths[0]):
        names.append("content-length")
    return [name.title() for name in sorted(names)]


# --- entity tags --------------------------------------------------------------------------------


def tag_stable(subject: Subject, operation: Operation) -> Iterator[Doubt]:
    """A tag stays while nothing is written, and names one sequence of bytes."""
    found = something(subject, operation)
    if found is None:
        return
    one, other = ask(subject, found[0]), ask(subject, found[0])
    tags = one[1].header("ETag"), other[1].header("ETag")
    if None in tags or not (one[1].is_success and other[1].is_success):
        return
    is_same = one[1].body == other[1].body
    if is_same and tags[0] != tags[1]:
        yield Doubt(
            f"{operation.id} gave two ETags for the same content, and nothing was written between; "
            "so If-None-Match never saves an answer and If-Match refuses what is current "
            "(RFC 9110, section 8.8.3). Make the tag of what is stored, not of the moment.",
            (one, other),
        )
    elif not is_same and tags[0] == tags[1] and not str(tags[0]).startswith("W/"):
        yield Doubt(
            f"{operation.id} gave one strong ETag for two contents; a strong tag names "
            "one sequence of bytes (RFC 9110, section 8.8.1). Make a tag of the content.",
            (one, other),
        )


def tag_distinct(subject: Subject, operation: Operation) -> Iterator[Doubt]:
    """Representations whose bytes differ have different strong tags (RFC 9110, section 8.8.1)."""
    found = something(subject, operation)
    if found is None:
        return
    seen: dict[str, Exchange] = {}
    for accept in _chosen(operation, found):
        exchange = ask(subject, _accepting(found[0], accept))
        tag = exchange[1].header("ETag")
        if tag is None or tag.startswith("W/") or not exchange[1].is_success:
            continue
        other = seen.setdefault(tag, exchange)
        if other[1].media_type != exchange[1].media_type and other[1].body != exchange[1].body:
            yield Doubt(
                f"{operation.id} gave the same strong ETag for {other[1].media_type} and "
                f"{exchange[1].media_type}; a strong tag names one sequence of bytes (RFC 9110, "
                "section 8.8.1), so a cache would take one for the other. Put the media type into "
                "the tag.",
                (other, exchange),
            )


# --- conditions ---------------------------------------------------------------------------------


def _is_conditional(_contract: Contract, operation: Operation) -> bool:
    has_condition = any(
        operation.parameter(name, "header") for name in ("If-None-Match", "If-Modified-Since")
    )
    is_declared = "304" in operation.promises.declared
    return operation.method == "GET" and is_declared and (has_condition or has_tag(operation))


def conditional(subject: Subject, operation: Operation) -> Iterator[Doubt]:
    """What a client has is not sent again, and what it has not is (RFC 9110, section 13)."""
    found = something(subject, operation)
    if found is None:
        return
    first = ask(subject, found[0])
    for name, text in _conditions(first):
        if operation.parameter(name, "header") is None and not text.startswith(('"', "W/")):
            continue
        again = ask(subject, found[0].having(name, text))
        now = ask(subject, found[0])
        if again[1].status != 304 and _is_unchanged(first, now) and again[1].status:
            yield Doubt(
                f"{operation.id} answered {again[1].status} to {name} with what it had just given; "
                f"{operation.promises.declared['304'].place} promises 304 while nothing changed "
                "(RFC 9110, section 13.1). Compare the condition with what is there.",
                (first, again),
            )
    yield from _saved_wrongly(subject, operation, found[0], first)


def _conditions(first: Exchange) -> Iterator[tuple[str, str]]:
    tag, date = first[1].header("ETag"), first[1].header("Last-Modified")
    if tag is not None and entity_tags(tag):
        yield "If-None-Match", tag
        yield "If-None-Match", f'"tenor-other", {tag}'
        yield "If-None-Match", f"W/{tag.removeprefix('W/')}"
    if date is not None:
        yield "If-Modified-Since", date


def _is_unchanged(first: Exchange, now: Exchange) -> bool:
    return all(first[1].header(name) == now[1].header(name) for name in ("ETag", "Last-Modified"))


def _saved_wrongly(
    subject: Subject, operation: Operation, request: Request, first: Exchange
) -> Iterator[Doubt]:
    if first[1].header("ETag") is None or not first[1].is_success:
        return
    other = ask(subject, request.having("If-None-Match", '"tenor-other"'))
    if other[1].status == 304:
        yield Doubt(
            f"{operation.id} answered 304 to If-None-Match with a tag that nothing has; it says "
            "that the client has what is current (RFC 9110, section 13.1.2). Answer with the "
            "content unless the tag is the current one.",
            (first, other),
        )


# --- media types --------------------------------------------------------------------------------


def _is_negotiated(_contract: Contract, operation: Operation) -> bool:
    return bool(operation.offered) and not chosen_by_query(operation)


def accept(subject: Subject, operation: Operation) -> Iterator[Doubt]:
    """Each media type that is offered comes to who accepts it alone (RFC 9110, section 12.5.1)."""
    found = something(subject, operation)
    if found is None:
        return
    offers = _chosen(operation, found)
    for wanted in offers:
        exchange = _accepted(subject, operation, found, wanted)
        if exchange is None or _is_another(exchange, wanted, offers):
            came = exchange[1].media_type or "nothing" if exchange else "a refusal"
            shown = (found,) if exchange is None else (exchange,)
            yield Doubt(
                f"{operation.id} gave {came} to who accepts {wanted} alone; "
                f"{operation.promises.place} offers {wanted}. Choose by Accept, or declare what "
                "is really given.",
                shown,
            )
    if len(offers) > 1 and operation.method == "GET":
        yield from _least_wanted(subject, operation, found, offers)


def _is_another(exchange: Exchange, wanted: str, offers: tuple[str, ...]) -> bool:
    """Whether another of the media types came; one that is not declared is the gate's to report."""
    came = exchange[1].media_type
    return exchange[1].is_success and came != wanted and came in offers


def _accepted(
    subject: Subject, operation: Operation, found: Exchange, wanted: str
) -> Exchange | None:
    """An exchange of who accepts one media type alone; None where it is refused for that."""
    if operation.method != "GET":
        again = subject.succeed(operation, turn=lambda draft: draft.having("Accept", wanted))
        if again is not None:
            return subject.by(again[0]), again[1]
        # What has succeeded once need not do so again: 406 alone is about media types.
    exchange = ask(subject, _accepting(found[0], wanted))
    return None if exchange[1].status == 406 else exchange


def _least_wanted(
    subject: Subject, operation: Operation, found: Exchange, offers: tuple[str, ...]
) -> Iterator[Doubt]:
    for wanted in offers:
        others = ", ".join(f"{other};q=0.1" for other in offers if other != wanted)
        exchange = ask(subject, _accepting(found[0], f"{others}, {wanted};q=0.9"))
        if _is_another(exchange, wanted, offers):
            yield Doubt(
                f"{operation.id} gave {exchange[1].media_type} to who likes {wanted} better; the "
                "weights in Accept say which is wanted (RFC 9110, section 12.4.2). Give the one "
                "with the greatest weight.",
                (exchange,),
            )


def _can_refuse(_contract: Contract, operation: Operation) -> bool:
    return bool(operation.offered) and "406" in operation.promises.declared


def not_acceptable(subject: Subject, operation: Operation) -> Iterator[Doubt]:
    """Who accepts nothing that is offered is refused, where 406 is declared."""
    if any("*" in offer for offer in operation.offered):
        return
    found = subject.succeed(operation, turn=lambda draft: draft.having("Accept", _NOTHING))
    if found is not None and found[1].body:
        yield Doubt(
            f"{operation.id} answered {found[1].status} with {found[1].media_type} to who accepts "
            f"{_NOTHING} alone; {operation.promises.declared['406'].place} promises 406. Refuse "
            "what is not offered, or declare no 406.",
            ((subject.by(found[0]), found[1]),),
        )


def _accepting(request: Request, accept: str) -> Request:
    return request.having("Accept", accept)


def _chosen(operation: Operation, found: Exchange) -> tuple[str, ...]:
    """The media types among which ``Accept`` chooses in answers of this status.

    Pictures and their like are as they are stored, whoever asks.
    """
    promise = operation.promises.of(found[1].status)
    contents: Mapping[str, object] = {} if promise is None else promise.contents
    read = [media_types.parse(name) for name in contents]
    known = [each for each in read if each is not None and not each.is_range]
    if len(known) != len(contents) or any(
        each.type not in _TEXTS or each.essence in _OPAQUE for each in known
    ):
        return ()
    return tuple(dict.fromkeys(each.essence for each in known))


PROBES = (
    Probe("oracle/head", _is_read, head),
    Probe("oracle/tag-stable", _is_tagged, tag_stable),
    Probe("oracle/tag-distinct", _is_tagged, tag_distinct),
    Probe("oracle/conditional", _is_conditional, conditional),
    Probe("oracle/accept", _is_negotiated, accept),
    Probe("oracle/not-acceptable", _can_refuse, not_acceptable),
)
