"""Probes that write, and read what came of it: what was created, changed, refused."""

import itertools
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from tenor import media_types
from tenor.document import Json, escape
from tenor.proof.asking import Request
from tenor.proof.contract import Contract, Operation
from tenor.proof.drafts import Draft
from tenor.proof.kinds import as_object
from tenor.proof.likeness import ENVELOPES, described, differing, is_kept, members
from tenor.proof.probing import (
    MERGE_PATCH,
    Created,
    Doubt,
    Exchange,
    Probe,
    Values,
    admits,
    ask,
    body_schema,
    changed,
    creation,
    declares,
    drafts_at,
    fresh,
    has_tag,
    read,
    reader,
    reading,
    sibling,
    target_of,
)
from tenor.proof.subject import Subject
from tenor.proof.variants import vivid
from tenor.schemas import MISSING

_CHANGES = ("PUT", "PATCH")
_MOST_MEMBERS = 8
_MOST_BODIES = 5
_EMPTY: tuple[Any, ...] = (None, [], "", 0, False, {})


# --- what was created ---------------------------------------------------------------------------


def _is_located(_contract: Contract, operation: Operation) -> bool:
    return operation.method in ("POST", "PUT") and declares(operation, "201", "Location")


def _new(subject: Subject, operation: Operation) -> Created | None:
    found = creation(subject, operation)
    return found if found is not None and found.exchange[1].status == 201 else None


def location(subject: Subject, operation: Operation) -> Iterator[Doubt]:
    """``Location`` leads at once to what was created, as the 201 showed it."""
    made = _new(subject, operation)
    found = _at_location(subject, made) if made is not None else None
    if made is None or found is None:
        return
    shown = (made.exchange, found)
    if found[1].status in (404, 405, 410):
        yield Doubt(
            f"{operation.id} answered 201 with a Location at which GET is answered "
            f"{found[1].status}; it leads to what was created (RFC 9110, section 15.3.2). Create "
            "it before you answer, and make the address of what is stored.",
            shown,
        )
    elif found[1].is_success:
        again = ask(subject, found[0])
        steady = _steady(found, again)
        given = members(made.exchange[1].json())
        wrong = [name for name in given if name in steady and steady[name] != given[name]]
        if wrong:
            yield Doubt(
                f"{operation.id} answered 201 with another {_listed(wrong)} than its Location "
                "gives at once; what is shown there is what was created (RFC 9110, section "
                "15.3.2). Make both of what is stored.",
                shown,
            )


def _at_location(subject: Subject, made: Created) -> Exchange | None:
    """What is where a ``Location`` leads, though nothing may be declared there."""
    if made.reader is not None:
        return read(subject, made.reader, made.values)
    target = target_of(subject, made.exchange)
    headers = tuple(subject.caller(made.draft.operation).headers.items())
    return ask(subject, Request("GET", target, headers)) if target else None


def _steady(one: Exchange, other: Exchange) -> dict[str, Any]:
    """The members that two readings agree on."""
    again = members(other[1].json())
    return {n: v for n, v in members(one[1].json()).items() if n in again and again[n] == v}


def _is_created_with_tag(contract: Contract, operation: Operation) -> bool:
    return _is_located(contract, operation) and declares(operation, "201", "ETag")


def created_tag(subject: Subject, operation: Operation) -> Iterator[Doubt]:
    """The tag of a 201 is the one that what was created is read with."""
    made = _new(subject, operation)
    if made is None or not has_tag(made.reader) or made.reader is None:
        return
    yield from _other_tag(subject, operation, made.exchange, made.reader, made.values)


# --- tags and writes ----------------------------------------------------------------------------


def _is_change_of_tagged(contract: Contract, operation: Operation) -> bool:
    return operation.method in _CHANGES and has_tag(reader(contract, operation))


def tag_changes(subject: Subject, operation: Operation) -> Iterator[Doubt]:
    """Each write that changes what is read changes its tag."""
    source, values = reader(subject.contract, operation), fresh(subject, operation)
    if source is None or values is None:
        return
    before = read(subject, source, values)
    for draft in drafts_at(subject, operation, values):
        exchange = ask(subject, subject.by(subject.prepared(draft)))
        after = read(subject, source, values)
        if not exchange[1].is_success or after[1].body == before[1].body:
            continue
        tag = after[1].header("ETag")
        if tag is not None and tag == before[1].header("ETag") and _is_shown(draft, before, after):
            yield Doubt(
                f"{operation.id} changed what {source.id} gives, and its ETag stayed; a "
                "tag changes with what it names (RFC 9110, section 8.8.3), or caches "
                "keep what is old. Make the tag of the content, or of a revision.",
                (before, exchange, after),
            )
        return


def _is_shown(draft: Draft, before: Exchange, after: Exchange) -> bool:
    """Whether the tag has to change: it is strong, or what was written shows."""
    is_strong = not (after[1].header("ETag") or "").startswith("W/")
    old, new = members(before[1].json()), members(after[1].json())
    return is_strong or any(old.get(n) != new.get(n) for n in members(draft.value))


def _is_change_with_tag(contract: Contract, operation: Operation) -> bool:
    return _is_change_of_tagged(contract, operation) and declares(operation, "2XX", "ETag")


def changed_tag(subject: Subject, operation: Operation) -> Iterator[Doubt]:
    """The tag that a change is answered with is the one that is read afterwards."""
    source, values = reader(subject.contract, operation), fresh(subject, operation)
    done = changed(subject, operation, values) if values is not None else None
    if source is not None and values is not None and done is not None:
        yield from _other_tag(subject, operation, done[1], source, values)


def _other_tag(
    subject: Subject, operation: Operation, written: Exchange, source: Operation, values: Values
) -> Iterator[Doubt]:
    """A doubt where a write gave a tag that no reading gives."""
    tag = written[1].header("ETag")
    readings = [*_readings(subject, source, values)]
    kind = written[1].media_type
    fitting = [e for e in readings if not kind or e[1].media_type == kind] or readings
    tags = [each[1].header("ETag") for each in fitting]
    if tag is not None and None not in tags and tags and tag not in tags:
        yield Doubt(
            f"{operation.id} answered with another ETag than {source.id} gives right after; the "
            "tag of an answer to a write is that of what is there now (RFC 9110, sections 8.8.3 "
            "and 15.3.2), or the next If-Match is refused. Make the tag in one place.",
            (written, *fitting),
        )


def _readings(subject: Subject, source: Operation, values: Values) -> Iterator[Exchange]:
    """What is at an address, in each media type that it has."""
    request = reading(subject, source, values)
    parsed = (media_types.parse(name) for name in source.offered)
    names = [each.essence for each in parsed if each is not None and not each.is_range]
    asked = [request, *(request.having("Accept", n) for n in names if len(names) > 1)]
    for exchange in (ask(subject, each) for each in asked):
        if exchange[1].is_success:
            yield exchange


# --- a stale If-Match ---------------------------------------------------------------------------


def _is_guarded(contract: Contract, operation: Operation) -> bool:
    is_write = operation.method in (*_CHANGES, "DELETE")
    is_asked = operation.parameter("If-Match", "header") is not None
    return is_write and is_asked and has_tag(reader(contract, operation))


def stale(subject: Subject, operation: Operation) -> Iterator[Doubt]:
    """A write with a tag that is not current is refused, and changes nothing."""
    source, values = reader(subject.contract, operation), fresh(subject, operation)
    if source is None or values is None:
        return
    tag = _stale_tag(subject, operation, source, values)
    before = read(subject, source, values)
    for draft in drafts_at(subject, operation, values) if tag else ():
        exchange = ask(subject, subject.by(draft.having("If-Match", tag)))
        after = read(subject, source, values)
        if exchange[1].is_success:
            yield Doubt(
                f"{operation.id} answered {exchange[1].status} to an If-Match whose tag is not "
                "current; it is refused with 412 (RFC 9110, section 13.1.1), or the change of "
                "somebody else is lost. Compare If-Match with the tag before anything is written.",
                (before, exchange, after),
            )
        elif exchange[1].status and not _is_same_state(before, after):
            yield Doubt(
                f"{operation.id} answered {exchange[1].status} to an If-Match whose tag is not "
                "current, and changed what is there all the same; a refusal changes nothing "
                "(RFC 9110, section 13.1.1). Compare before you write, or undo what was written.",
                (before, exchange, after),
            )
        elif exchange[1].status in (409, 428) and "412" in operation.promises.declared:
            yield Doubt(
                f"{operation.id} answered {exchange[1].status} to an If-Match whose tag is not "
                f"current; {operation.promises.declared['412'].place} promises 412 (RFC 9110, "
                "section 13.1.1). Answer 412 where the precondition was sent and does not hold.",
                (before, exchange),
            )
        else:
            continue
        return


def _stale_tag(subject: Subject, operation: Operation, source: Operation, values: Values) -> str:
    """A tag that was current before a change; one that never was where nothing can be changed."""
    tag = read(subject, source, values)[1].header("ETag") or ""
    writers = (sibling(subject.contract, operation, method) for method in _CHANGES)
    writer = next((each for each in writers if each is not None), None)
    if writer is not None and tag and changed(subject, writer, values) is not None:
        now = read(subject, source, values)[1].header("ETag")
        if now != tag:
            return tag
    return _other(tag)


def _other(tag: str) -> str:
    """A tag of the same form that names something else."""
    for index in range(len(tag) - 1, -1, -1):
        each = tag[index]
        if each.isalnum() and index > tag.find('"'):
            turned = {"9": "0", "f": "a", "z": "a", "F": "A", "Z": "A"}.get(
                each, chr(ord(each) + 1)
            )
            return f"{tag[:index]}{turned}{tag[index + 1 :]}"
    return ""


def _is_same_state(before: Exchange, after: Exchange) -> bool:
    """Whether two readings show one state: the same tag, or the same content."""
    tag = before[1].header("ETag")
    is_same_tag = tag is not None and tag == after[1].header("ETag")
    is_same_content = before[1].body == after[1].body
    return before[1].status == after[1].status and (is_same_tag or is_same_content)


# --- read-back ----------------------------------------------------------------------------------


def _is_kept(contract: Contract, operation: Operation) -> bool:
    is_creation = operation.method == "POST" and "201" in operation.promises.declared
    is_change = operation.method in _CHANGES and reader(contract, operation) is not None
    return bool(_bodies(operation)) and (is_creation or is_change)


def _bodies(operation: Operation) -> list[str]:
    """The media types of bodies whose members say what is to be kept."""
    return [n for n in operation.bodies if n in ("application/json", MERGE_PATCH)]


def read_back(subject: Subject, operation: Operation) -> Iterator[Doubt]:
    """What was written is what is read, in the answer and afterwards."""
    found = [] if operation.method == "PATCH" else [_creations(subject, operation)]
    found += [] if operation.method == "POST" else [_changes(subject, operation)]
    for draft, exchanges in itertools.chain.from_iterable(found):
        for exchange in exchanges:
            wrong = _altered(subject.contract, draft, exchange)
            if wrong:
                yield Doubt(
                    f"{operation.id} took {_listed(wrong)}, and what is read back is something "
                    "else; the contract promises what was written, for the members have the same "
                    "names. Keep what is sent, refuse it, or give the member another name.",
                    tuple(dict.fromkeys((exchanges[0], exchange))),
                )
                return


def _creations(
    subject: Subject, operation: Operation
) -> Iterator[tuple[Draft, tuple[Exchange, ...]]]:
    tried: list[Any] = []
    for draft in _with_vivid(subject, operation, subject.whereabouts(operation)):
        if len(tried) >= _MOST_BODIES or draft.value in tried:
            continue
        tried.append(draft.value)
        made = creation(subject, operation, draft)
        if made is not None and made.exchange[1].status == 201:
            found = read(subject, made.reader, made.values) if made.reader else None
            yield made.draft, (made.exchange, found) if found else (made.exchange,)


def _changes(
    subject: Subject, operation: Operation
) -> Iterator[tuple[Draft, tuple[Exchange, ...]]]:
    source, values = reader(subject.contract, operation), fresh(subject, operation)
    if source is None or values is None:
        return
    tried: list[Any] = []
    for draft in _with_vivid(subject, operation, [values]):
        if len(tried) >= _MOST_BODIES or draft.path != values or draft.value in tried:
            continue
        tried.append(draft.value)
        varied = subject.varied(draft)
        exchange = ask(subject, subject.by(subject.prepared(varied)))
        if exchange[1].is_success and exchange[1].status != 202:
            yield varied, (exchange, read(subject, source, values))


def _with_vivid(
    subject: Subject, operation: Operation, addresses: Sequence[Values]
) -> Iterator[Draft]:
    """Drafts whose bodies say what is to be kept, the first of them also with other members."""
    drafts = subject.drafter.drafts(operation, addresses)
    for number, draft in enumerate(d for d in drafts if d.media_type in _bodies(operation)):
        if number == 0:
            yield _made_vivid(subject, draft)
        yield draft


def _made_vivid(subject: Subject, draft: Draft) -> Draft:
    """The draft with other members than are made up first."""
    node, pointer = draft.operation.bodies[draft.media_type]
    if "schema" not in node:
        return draft
    place = (node["schema"], f"{pointer}/schema")
    shape, accepts = subject.contract.compiler.shape(*place), partial(admits, subject.contract)
    return draft.saying(vivid(draft.value, shape, partial(accepts, *place)))


def _altered(contract: Contract, draft: Draft, exchange: Exchange) -> list[str]:
    """The names of the members that a reply shows otherwise than they were sent, or not at all."""
    request, reply = exchange
    if not reply.is_success:
        return []
    sent, shown = members(draft.value), members(reply.json())
    wrong = differing(sent, shown, _schemas(contract, draft))
    if request.method == "GET":
        promised = _shown_members(contract, exchange)
        told = {name: value for name, value in sent.items() if value not in _EMPTY}
        wrong += [name for name in told if name in promised and name not in shown]
    return wrong


def _shown_members(contract: Contract, exchange: Exchange) -> Collection[str]:
    """The names of the members that the contract describes in a reply, and that are to be kept."""
    request, reply = exchange
    operation, _ = contract.at(request.method, request.path)
    if operation is None or as_object(reply.json()) is None:
        return ()
    _, place = contract.document.follow(f"{operation.pointer}/responses/{reply.status}")
    pointer = f"{place}/content/{escape(reply.media_type)}"
    node = as_object(contract.document.at(f"{place}/content").get(reply.media_type)) or {}
    shapes = contract.compiler.shape(node.get("schema", True), f"{pointer}/schema").members
    for name in ENVELOPES:
        inner = shapes[name].members if name in shapes else {}
        shapes = inner or shapes
    return [name for name, shape in shapes.items() if is_kept(name, shape)]


def _schemas(contract: Contract, draft: Draft) -> Mapping[str, Mapping[str, Json]]:
    pointer = body_schema(draft.operation, draft.media_type)
    return dict(described(contract.document, pointer)) if pointer else {}


# --- merge patches and replacements -------------------------------------------------------------


def _is_merged(contract: Contract, operation: Operation) -> bool:
    is_merge = MERGE_PATCH in operation.bodies and bool(body_schema(operation, MERGE_PATCH))
    return operation.method == "PATCH" and is_merge and reader(contract, operation) is not None


def patch_leaves(subject: Subject, operation: Operation) -> Iterator[Doubt]:
    """A merge patch leaves what it does not mention (RFC 7396)."""
    source, values = reader(subject.contract, operation), fresh(subject, operation)
    if source is None or values is None:
        return
    for draft in drafts_at(subject, operation, values):
        sent = as_object(draft.value)
        if draft.media_type != MERGE_PATCH or sent is None:
            continue
        before = read(subject, source, values)
        exchange = ask(subject, subject.by(subject.prepared(draft)))
        after = read(subject, source, values)
        old, new = members(before[1].json()), members(after[1].json())
        names = [n for n in _schemas(subject.contract, draft) if n in old and n not in sent]
        wrong = [n for n in names if new.get(n) != old[n]]
        if exchange[1].is_success and after[1].is_success and wrong:
            yield Doubt(
                f"{operation.id} changed {_listed(wrong)}, which the patch did not mention; what a "
                "merge patch does not mention stays as it is (RFC 7396, section 1). Change what is "
                "sent alone.",
                (before, exchange, after),
            )
            return


def patch_null(subject: Subject, operation: Operation) -> Iterator[Doubt]:
    """``null`` in a merge patch takes a member away (RFC 7396)."""
    source, values = reader(subject.contract, operation), fresh(subject, operation)
    if source is None or values is None:
        return
    for name in _removable(subject.contract, operation):
        before = _filled(subject, operation, source, values, name)
        old = members(before[1].json()).get(name)
        if old in _EMPTY:
            continue
        draft = next(drafts_at(subject, operation, values)).saying({name: None}, MERGE_PATCH)
        exchange = ask(subject, subject.by(subject.prepared(draft)))
        after = read(subject, source, values)
        new = members(after[1].json()).get(name)
        if exchange[1].is_success and after[1].is_success and new in (old, "null", "None"):
            yield Doubt(
                f"{operation.id} answered {exchange[1].status} to null for {name}, and {name} is "
                "still there; null in a merge patch takes a member away (RFC 7396, section 1). "
                "Take it away, or admit no null in its schema.",
                (before, exchange, after),
            )
            return


def _removable(contract: Contract, operation: Operation) -> list[str]:
    """The members that may be null in a patch of their own."""
    pointer = body_schema(operation, MERGE_PATCH)
    schema = operation.bodies[MERGE_PATCH][0]["schema"]
    names = dict(described(contract.document, pointer))
    return [name for name in names if admits(contract, schema, pointer, {name: None})][
        :_MOST_MEMBERS
    ]


def _filled(
    subject: Subject, operation: Operation, source: Operation, values: Values, name: str
) -> Exchange:
    """What is at an address, once a member has a value where one can be given."""
    found = read(subject, source, values)
    if members(found[1].json()).get(name) not in _EMPTY:
        return found
    for draft in drafts_at(subject, operation, values):
        value = (as_object(draft.value) or {}).get(name, MISSING)
        if value is not MISSING and value is not None:
            ask(subject, subject.by(subject.prepared(draft.saying({name: value}))))
            break
    return read(subject, source, values)


def _is_replaced(contract: Contract, operation: Operation) -> bool:
    is_json = bool(body_schema(operation, "application/json"))
    return operation.method == "PUT" and is_json and reader(contract, operation) is not None


def put_replaces(subject: Subject, operation: Operation) -> Iterator[Doubt]:
    """What a PUT does not mention is not kept from what was there (RFC 9110, section 9.3.4).

    Of two contents that were there, each has to be kept: one alone may be what the server gives.
    """
    values = fresh(subject, operation)
    if values is None:
        return
    drafts = [d for d in drafts_at(subject, operation, values) if as_object(d.value)]
    drafts.sort(key=lambda each: -len(each.value))
    found: list[Mapping[str, Any]] = []
    shown: tuple[Exchange, ...] = ()
    for draft in (_made_vivid(subject, drafts[0]), drafts[0]) if drafts else ():
        kept, shown = _kept(subject, values, draft, drafts[-1])
        if not kept:
            return
        found.append(kept)
    names = [n for n in found[0] if found[1].get(n, found[0][n]) != found[0][n]] if found else []
    if names:
        yield Doubt(
            f"{operation.id} kept {_listed(names)}, which the content did not mention, "
            "from what was there; PUT replaces all (RFC 9110, section 9.3.4). Give what is "
            "not mentioned its default, or declare PATCH.",
            shown,
        )


def _kept(
    subject: Subject, values: Values, draft: Draft, least: Draft
) -> tuple[Mapping[str, Any], tuple[Exchange, ...]]:
    """What is still there of a draft's content once another was put in its place, and how."""
    source = reader(subject.contract, draft.operation)
    if source is None:
        return {}, ()
    first = ask(subject, subject.by(subject.prepared(draft)))
    before = read(subject, source, values)
    second = ask(subject, subject.by(subject.prepared(least)))
    after = read(subject, source, values)
    if not (first[1].is_success and second[1].is_success):
        return {}, ()
    was, now = (members(each[1].json()) for each in (before, after))
    sent = {n: v for n, v in draft.value.items() if n not in least.value}
    kept = {n: v for n, v in sent.items() if was.get(n) == v == now.get(n)}
    return kept, (before, second, after)


def _listed(names: list[str]) -> str:
    return ", ".join(names)


PROBES = (
    Probe("oracle/location-resolves", _is_located, location),
    Probe("oracle/created-tag", _is_created_with_tag, created_tag),
    Probe("oracle/tag-changes", _is_change_of_tagged, tag_changes),
    Probe("oracle/changed-tag", _is_change_with_tag, changed_tag),
    Probe("oracle/stale-match", _is_guarded, stale),
    Probe("oracle/read-back", _is_kept, read_back),
    Probe("oracle/patch-leaves", _is_merged, patch_leaves),
    Probe("oracle/patch-null", _is_merged, patch_null),
    Probe("oracle/put-replaces", _is_replaced, put_replaces),
)
