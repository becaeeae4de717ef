"""Probes of what belongs to others, asked by two accounts, and of undeclared methods."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from tenor.proof.asking import Request
from tenor.proof.contract import Contract, Operation
from tenor.proof.likeness import members
from tenor.proof.probes_lists import walk, widest
from tenor.proof.probing import (
    Created,
    Doubt,
    Exchange,
    Probe,
    Values,
    add_to,
    ask,
    creation,
    drafts_at,
    item_of,
    read,
    reader,
    reading,
    sibling,
)
from tenor.proof.subject import Subject
from tenor.proof.world import Caller

_REFUSED = (401, 403, 404, 410)
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_MOST_DRAFTS = 4
_MOST_KEYS = 5


def _owner(subject: Subject) -> Caller | None:
    """Who makes what is out of reach for others: the first caller, if it says whose it is."""
    first = next(iter(subject.world.callers), None)
    return first if first is not None and first.account else None


def _other(subject: Subject, operation: Operation) -> Caller | None:
    """Somebody of another account, whom nothing but that keeps from an operation."""
    owner = _owner(subject)
    for caller in subject.world.callers[1:] if owner is not None else ():
        is_other = caller.account and owner is not None and caller.account != owner.account
        has_scopes = caller.scopes is None or operation.scopes <= caller.scopes
        if is_other and has_scopes and not caller.oversees:
            return caller
    return None


# --- what others made, changed and deleted ------------------------------------------------------


def _is_owned(contract: Contract, operation: Operation) -> bool:
    source, is_write = reader(contract, operation), operation.method in ("PUT", "PATCH", "DELETE")
    is_guarded = operation.needs_credentials and bool(operation.variables)
    return is_write and is_guarded and source is not None


def others_change(subject: Subject, operation: Operation) -> Iterator[Doubt]:
    """What an account keeps to itself, or what names it as its owner, no other account changes."""
    source, other = reader(subject.contract, operation), _other(subject, operation)
    contract = subject.contract
    creator = subject.creator_of(operation) or sibling(contract, operation, "PUT")
    if source is None or other is None or creator is None or not creator.needs_credentials:
        return
    for made in _creations(subject, creator):
        before = read(subject, source, made.values)
        if not before[1].is_success or not _is_closed(subject, operation, source, made, other):
            continue
        for draft in drafts_at(subject, operation, made.values):
            exchange = ask(subject, subject.by(subject.prepared(draft), other))
            after = read(subject, source, made.values)
            changed = after[1].status != before[1].status or (
                members(after[1].json()) != members(before[1].json())
            )
            if exchange[1].is_success or (exchange[1].status and changed):
                yield _reached(operation, exchange, before, after)
                return
        return


def _reached(operation: Operation, exchange: Exchange, *readings: Exchange) -> Doubt:
    return Doubt(
        f"{operation.id} let an account change what belongs to another, and answered "
        f"{exchange[1].status}; what is somebody else's is refused with 403, or with 404 where it "
        "must not show. Look for the owner in the same query that finds the thing.",
        (readings[0], exchange, *readings[1:]),
    )


def _creations(subject: Subject, creator: Operation) -> Iterator[Created]:
    """What the owner creates, by one body after the other: some may be public."""
    drafts = subject.drafter.drafts(creator, subject.whereabouts(creator))
    for draft in islice(drafts, _MOST_DRAFTS):
        made = creation(subject, creator, draft)
        if made is not None and made.reader is not None:
            yield made


def _is_closed(
    subject: Subject, operation: Operation, source: Operation, made: Created, other: Caller
) -> bool:
    """Whether another account may not read it, or it names its owner and 403 is declared."""
    if made.reader is None or made.reader.id != source.id:
        return False
    seen = subject.ask(reading(subject, source, made.values, other))
    owner = _owner(subject)
    shown = members(read(subject, source, made.values)[1].json()).values()
    is_named = owner is not None and any(value == owner.account for value in shown)
    return seen.status in _REFUSED or (is_named and "403" in operation.promises.declared)


# --- what others read ---------------------------------------------------------------------------


def _is_own_list(contract: Contract, operation: Operation) -> bool:
    item = item_of(contract, operation)
    is_list = operation.method == "GET" and operation.needs_credentials
    return is_list and item is not None and item.needs_credentials


def others_read(subject: Subject, operation: Operation) -> Iterator[Doubt]:
    """What is in the list of one account alone, no other account reads; nor is it listed for it."""
    item, other = item_of(subject.contract, operation), _other(subject, operation)
    values = next(iter(subject.whereabouts(operation)), None)
    if item is None or other is None or values is None:
        return
    add_to(subject, operation)
    own, its = (_listed(subject, operation, values, each) for each in (None, other))
    for key in own[1][-_MOST_KEYS:] if own is not None and its is not None else ():
        at = {**values, item.variables[-1]: key}
        if its is None or not read(subject, item, at)[1].is_success:
            continue
        found = ask(subject, reading(subject, item, at, other))
        if found[1].is_success and key not in its[1]:
            yield Doubt(
                f"{item.id} gives an account what {operation.id} lists for another account alone; "
                "it is not there for others: 404, or 403. Look for the owner in the same query "
                "that finds the thing.",
                (its[0], found),
            )
        elif found[1].status in _REFUSED and key in its[1]:
            yield Doubt(
                f"{operation.id} lists for an account what {item.id} refuses it with "
                f"{found[1].status}; what may not be read is not listed. List what the account may "
                "read.",
                (its[0], found),
            )
        else:
            continue
        return


def _listed(
    subject: Subject, operation: Operation, values: Values, caller: Caller | None
) -> tuple[Exchange, list[str]] | None:
    """The keys that a list has for a caller, with its first page; None unless it is met whole."""
    request = reading(subject, operation, values, caller)
    done = walk(subject, operation, widest(subject.contract, operation, request))
    return None if done.end or not done.pages else (done.pages[0], done.seen)


# --- methods that are not declared --------------------------------------------------------------


def _is_first(contract: Contract, operation: Operation) -> bool:
    """Whether it is the first operation of its path, so that each path is looked at once."""
    first = next(each for each in contract.operations if each.path == operation.path)
    return first.id == operation.id


def methods(subject: Subject, operation: Operation) -> Iterator[Doubt]:
    """An address answers the methods that are declared and no others (RFC 9110, section 15.5.6)."""
    values = subject.create_for(operation) or next(iter(subject.whereabouts(operation)), None)
    draft = next(subject.drafter.drafts(operation, [values] if values is not None else []))
    path = draft.request().path
    request = Request("OPTIONS", path, tuple(subject.caller(operation).headers.items()))
    ask(subject, request)
    known = subject.contract.methods_at(path)
    for method in _METHODS:
        if method in known:
            continue
        exchange = ask(subject, replace(request, method=method))
        if exchange[1].is_success:
            yield Doubt(
                f"{operation.base}{operation.path} answered {method} with {exchange[1].status}; "
                f"the contract has no such operation there, but {', '.join(sorted(known))}. "
                "Declare it, or take it away.",
                (exchange,),
            )
            return


PROBES = (
    Probe("oracle/others-change", _is_owned, others_change),
    Probe("oracle/others-read", _is_own_list, others_read),
    Probe("oracle/methods", _is_first, methods),
)
