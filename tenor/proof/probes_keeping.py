"""Probes of what is kept: what was stored is there, once, and what was deleted is not."""

import itertools
import json
from collections.abc import Iterator
from typing import Any

from tenor.proof.asking import Reply
from tenor.proof.contract import Contract, Operation
from tenor.proof.drafts import Draft
from tenor.proof.likeness import fields, items, members
from tenor.proof.probes_lists import CURSORS, LIMITS, onward, widest
from tenor.proof.probing import (
    Doubt,
    Exchange,
    Probe,
    admits,
    ask,
    creation,
    declares,
    fresh,
    read,
    reader,
    reading,
    sibling,
)
from tenor.proof.subject import Subject
from tenor.schemas import MISSING

_KEY = "Idempotency-Key"
_GONE = (404, 410)


# --- stored -------------------------------------------------------------------------------------


def _is_stored(_contract: Contract, operation: Operation) -> bool:
    """Whether a 201 has to show in some other place than at its Location."""
    is_creation = operation.method in ("POST", "PUT") and "201" in operation.promises.declared
    return is_creation and not declares(operation, "201", "Location")


def stored(subject: Subject, operation: Operation) -> Iterator[Doubt]:
    """What a 201 says was created is at its own address, or in the list."""
    listing = _whole_list(subject, operation)
    made = creation(subject, operation)
    if made is None or made.exchange[1].status != 201:
        return
    if made.reader is not None:
        found = read(subject, made.reader, made.values)
        if found[1].status in _GONE:
            yield _nothing_stored(operation, made.exchange, found)
    elif listing is not None:
        after = ask(subject, listing[0])
        is_same = after[1].is_success and after[1].body == listing[1].body
        if is_same and _is_alike(made.exchange, listing):
            yield _nothing_stored(operation, made.exchange, after)


def _whole_list(subject: Subject, operation: Operation) -> Exchange | None:
    """The list that a creation adds to, where it is given whole and has no filter."""
    listing = sibling(subject.contract, operation, "GET")
    names = [p.name for p in listing.parameters if p.location == "query"] if listing else []
    if listing is None or not {*names} <= LIMITS | CURSORS:
        return None
    values = next(iter(subject.addresses.of(listing)), None)
    exchange = read(subject, listing, values) if values is not None else None
    if exchange is None or items(exchange[1].json()) is None:
        return None
    return None if onward(subject, listing, exchange) is not None else exchange


def _is_alike(made: Exchange, listing: Exchange) -> bool:
    """Whether a list may hold what was created: its items have at least half of its members.

    An address may list one kind, such as vacancies, and take another, such as applications.
    """
    listed = items(listing[1].json()) or []
    known = {name for each in listed for name in members(each)}
    made_of = [names for text in (made[0].body, made[1].body) if (names := members(_json(text)))]
    return not known or not made_of or any(2 * len(known & {*n}) >= len(n) for n in made_of)


def _json(text: bytes | None) -> Any:
    try:
        return json.loads(text or b"")
    except ValueError:
        return None


def _nothing_stored(operation: Operation, made: Exchange, found: Exchange) -> Doubt:
    return Doubt(
        f"{operation.id} answered 201, and nothing new is found afterwards (GET was answered "
        f"{found[1].status}); 201 says that something was created (RFC 9110, section 15.3.2). "
        "Store it before you answer.",
        (made, found),
    )


# --- deleted ------------------------------------------------------------------------------------


def _is_deleted(contract: Contract, operation: Operation) -> bool:
    return operation.method == "DELETE" and reader(contract, operation) is not None


def deleted(subject: Subject, operation: Operation) -> Iterator[Doubt]:
    """What was deleted is not read any more (RFC 9110, section 9.3.5).

    What is read as something else afterwards, such as a thing that says that it is cancelled, is
    the application's way to delete.
    """
    source, values = reader(subject.contract, operation), fresh(subject, operation)
    if source is None or values is None:
        return
    before = read(subject, source, values)
    draft = next(subject.drafter.drafts(operation, [values]))
    done = ask(subject, subject.by(subject.prepared(draft)))
    if not done[1].is_success or done[1].status == 202 or not before[1].is_success:
        return
    after = read(subject, source, values)
    ask(subject, done[0])
    if after[1].is_success and after[1].body == before[1].body:
        yield Doubt(
            f"{operation.id} answered {done[1].status}, and {source.id} still gives what was "
            "deleted; it has no address any more (RFC 9110, section 9.3.5). Delete it, and answer "
            "404 or 410 from then on.",
            (before, done, after),
        )
    subject.addresses.forget(operation, values)
    subject.addresses.forget(source, values)


# --- replayed -----------------------------------------------------------------------------------


def _has_key(_contract: Contract, operation: Operation) -> bool:
    return not operation.is_safe and operation.parameter(_KEY, "header") is not None


def replay(subject: Subject, operation: Operation) -> Iterator[Doubt]:
    """The same request under the same key gets the same answer."""
    found = _keyed(subject, operation)
    if found is None:
        return
    _, first = found
    again = ask(subject, first[0])
    wrong = [*_differing(first[1], again[1])]
    if again[1].status and wrong:
        yield Doubt(
            f"{operation.id} answered the same request under the same {_KEY} with another "
            f"{', '.join(wrong)}; the key promises that a request may be sent again, and gets what "
            "it got. Keep the answer with the key.",
            (first, again),
        )


def replay_once(subject: Subject, operation: Operation) -> Iterator[Doubt]:
    """The same request under the same key does its work once: the list grows by one."""
    listing = sibling(subject.contract, operation, "GET")
    found = _keyed(subject, operation)
    values = next(iter(subject.addresses.of(listing)), None) if listing is not None else None
    if found is None or listing is None or values is None:
        return
    request = widest(subject.contract, listing, reading(subject, listing, values))
    before = ask(subject, request)
    again = ask(subject, found[1][0])
    after = ask(subject, request)
    old, new = items(before[1].json()), items(after[1].json())
    if again[1].is_success and old is not None and new is not None and len(new) > len(old):
        yield Doubt(
            f"{operation.id} did its work again for the same request under the same {_KEY}: "
            f"{listing.id} gives {len(new)} where it gave {len(old)}; the key promises that it is "
            "done once. Keep the answer with the key, and look there first.",
            (found[1], before, again, after),
        )


def replay_other(subject: Subject, operation: Operation) -> Iterator[Doubt]:
    """Another request under the same key is refused.

    Where nobody has to say who asks, a key may belong to what is asked for: another request may be
    carried out then, but it is not answered as if it were the first.
    """
    found = _keyed(subject, operation)
    if found is None or found[0].value is MISSING:
        return
    other = subject.varied(found[0])
    if other.value == found[0].value:
        return
    exchange = ask(subject, subject.by(other))
    is_same = exchange[1].body == found[1][1].body
    if exchange[1].is_success and (operation.needs_credentials or is_same):
        yield Doubt(
            f"{operation.id} answered {exchange[1].status} to another request under an {_KEY} that "
            "was used; the key names one request. Refuse the other with 422 or 409.",
            (found[1], exchange),
        )


def _keyed(subject: Subject, operation: Operation) -> tuple[Draft, Exchange] | None:
    """A request under a key of its own that succeeded."""
    keys = _keys(subject, operation)
    found = subject.succeed(operation, turn=lambda draft: draft.having(_KEY, next(keys)))
    return None if found is None else (found[0], (subject.by(found[0]), found[1]))


def _keys(subject: Subject, operation: Operation) -> Iterator[str]:
    """Keys that the schema admits, each another one."""
    parameter = operation.parameter(_KEY, "header")
    schema, pointer = parameter.schema if parameter else (True, "")
    forms = ("00000000-0000-4000-8000-{:012d}", "tenor-proof-{}", "{:08d}", "k{}", "{}")
    form = next(
        (each for each in forms if admits(subject.contract, schema, pointer, each.format(1))),
        forms[0],
    )
    begun = len(subject.asked)
    return (form.format(number) for number in itertools.count(begun))


def _differing(one: Reply, other: Reply) -> Iterator[str]:
    if one.status != other.status:
        yield "status"
    if one.body != other.body:
        yield "content"
    old, new = fields(one), fields(other)
    yield from (name.title() for name in sorted({*old, *new}) if old.get(name) != new.get(name))


PROBES = (
    Probe("oracle/stored", _is_stored, stored),
    Probe("oracle/deleted", _is_deleted, deleted),
    Probe("oracle/replay", _has_key, replay),
    Probe("oracle/replay-once", _has_key, replay_once),
    Probe("oracle/replay-other", _has_key, replay_other),
)
