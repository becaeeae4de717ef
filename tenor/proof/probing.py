"""What probes ask with: read what is at an address, create something to change, change it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from tenor.document import Json
from tenor.proof.asking import Reply, Request
from tenor.proof.contract import Contract, Operation
from tenor.proof.drafts import Draft
from tenor.proof.subject import Subject
from tenor.proof.world import Caller
from tenor.schemas import MISSING

Exchange = tuple[Request, Reply]
Values = Mapping[str, str]
"""The texts of a path's variables."""

MERGE_PATCH = "application/merge-patch+json"

_MOST_CHANGES = 6


@dataclass(frozen=True, slots=True)
class Doubt:
    """What a probe found wrong: the sentence, and the exchanges that show it."""

    sentence: str
    exchanges: Sequence[Exchange]


@dataclass(frozen=True, slots=True)
class Probe:
    """Asks in order to find one thing out.

    ``id`` is stable. ``promised`` says whether the contract promises the thing of an operation;
    ``run`` asks, and gives what is wrong.
    """

    id: str
    promised: Callable[[Contract, Operation], bool]
    run: Callable[[Subject, Operation], Iterator[Doubt]]


# --- what is promised ---------------------------------------------------------------------------


def declares(operation: Operation, status: str, header: str) -> bool:
    """Whether an operation declares a header for a status, or for any of ``2XX``."""
    wanted = status.upper()
    return any(
        header.lower() in promise.headers
        for name, promise in operation.promises.declared.items()
        if name == status or (wanted == "2XX" and name.startswith("2"))
    )


def has_tag(operation: Operation | None) -> bool:
    """Whether what an operation reads has an entity tag."""
    return operation is not None and declares(operation, "2XX", "ETag")


def sibling(
    contract: Contract, operation: Operation, method: str, path: str = ""
) -> Operation | None:
    """The operation of another method at the same path, or at one that is given."""
    wanted = (path or operation.path, method)
    return next((e for e in contract.operations if (e.path, e.method) == wanted), None)


def reader(contract: Contract, operation: Operation) -> Operation | None:
    """The GET of the same path."""
    return sibling(contract, operation, "GET")


def item_of(contract: Contract, operation: Operation, method: str = "GET") -> Operation | None:
    """The operation at the address of one item of a list: ``/things/{id}`` below ``/things``."""
    above = operation.path.rstrip("/")
    found = (
        each
        for each in contract.operations
        if each.method == method
        and each.path.startswith(f"{above}/{{")
        and each.path.count("/") == above.count("/") + 1
        and len(each.variables) == len(operation.variables) + 1
    )
    return next(found, None)


def creator_of(contract: Contract, listing: Operation) -> Operation | None:
    """What adds to a list: the POST of its path, else the PUT of an item's."""
    return sibling(contract, listing, "POST") or item_of(contract, listing, "PUT")


def add_to(subject: Subject, listing: Operation) -> bool:
    """Put something new into a list, where that can be done."""
    creator = creator_of(subject.contract, listing)
    if creator is None:
        return False
    create = subject.place if creator.method == "PUT" else subject.create
    return create(creator) is not None


def body_schema(operation: Operation, media_type: str) -> str:
    """The pointer of a request body's schema; empty where there is none."""
    node, pointer = operation.bodies.get(media_type, ({}, ""))
    return f"{pointer}/schema" if "schema" in node else ""


def admits(contract: Contract, schema: Json, pointer: str, value: Any) -> bool:
    """Whether a value of a request fits a schema; one that cannot be written down does not."""
    try:
        return contract.compiler.request(schema, pointer).accepts(value)
    except ValueError:
        return False


# --- asking -------------------------------------------------------------------------------------


def ask(subject: Subject, request: Request) -> Exchange:
    """A request with its reply."""
    return request, subject.ask(request)


def reading(
    subject: Subject, operation: Operation, values: Values, caller: Caller | None = None
) -> Request:
    """The request that reads what is at an address."""
    draft = next(subject.drafter.drafts(operation, [values]))
    return subject.by(replace(draft, path=dict(values)), caller)


def read(subject: Subject, operation: Operation, values: Values) -> Exchange:
    """What is at an address."""
    return ask(subject, reading(subject, operation, values))


def something(subject: Subject, operation: Operation) -> Exchange | None:
    """An exchange in which an operation succeeds."""
    found = subject.succeed(operation)
    return None if found is None else (subject.by(found[0]), found[1])


def fresh(subject: Subject, operation: Operation) -> Values | None:
    """The address of something new to change; that of the one thing at a path without variables.

    What may be deleted is always new.
    """
    if not operation.variables:
        return {} if operation.method != "DELETE" else None
    return subject.create_for(operation)


def drafts_at(subject: Subject, operation: Operation, values: Values) -> Iterator[Draft]:
    """Requests to an address, each with another body."""
    found = (d for d in subject.drafter.drafts(operation, [values]) if d.path == values)
    for draft in islice(found, _MOST_CHANGES):
        yield subject.varied(draft) if draft.value is not MISSING else draft


def changed(
    subject: Subject, operation: Operation, values: Values
) -> tuple[Draft, Exchange] | None:
    """The first change of what is at an address that is accepted."""
    for draft in drafts_at(subject, operation, values):
        prepared = subject.prepared(draft)
        request, reply = ask(subject, subject.by(prepared))
        if reply.is_success:
            return prepared, (request, reply)
    return None


@dataclass(frozen=True, slots=True)
class Created:
    """What was created: by which draft, how it was answered, and where it is read if known."""

    draft: Draft
    exchange: Exchange
    reader: Operation | None
    values: Values


def created(subject: Subject, operation: Operation, draft: Draft | None = None) -> Created | None:
    """Something new by a POST, of a draft where one is given."""
    known = _addresses_below(subject, operation)
    if draft is None:
        done = subject.succeed(operation)
    else:
        varied = subject.prepared(subject.varied(draft))
        reply = subject.ask(subject.by(varied))
        done = (varied, reply) if reply.is_success else None
    if done is None:
        return None
    exchange = (subject.by(done[0]), done[1])
    return Created(done[0], exchange, *_place_of(subject, operation, exchange, known))


def placed(subject: Subject, operation: Operation, draft: Draft | None = None) -> Created | None:
    """Something new by a PUT, at an address where nothing is yet; of a draft's body if given."""
    given = None if draft is None or draft.value is MISSING else (draft.value, draft.media_type)
    done = subject.place(operation, turn=lambda d: d.saying(*given) if given else d)
    if done is None:
        return None
    draft, reply = done
    source, values = reader(subject.contract, operation), draft.path
    request = subject.by(draft)
    target = target_of(subject, (request, reply))
    if target:
        source, values = subject.contract.at("GET", target.partition("?")[0])
    return Created(draft, (request, reply), source, values)


def creation(subject: Subject, operation: Operation, draft: Draft | None = None) -> Created | None:
    """Something new by a POST or PUT, of a draft where one is given."""
    make = placed if operation.method == "PUT" else created
    return make(subject, operation, draft)


def target_of(subject: Subject, exchange: Exchange) -> str:
    """The path and query that a ``Location`` leads to; empty where that is not of this server."""
    request, reply = exchange
    return subject.addresses.path_of(reply.header("Location") or "", request.target)


def _place_of(
    subject: Subject, operation: Operation, exchange: Exchange, known: Sequence[Values]
) -> tuple[Operation | None, Values]:
    """Where what was created is read: at its ``Location``, else where its members lead."""
    target = target_of(subject, exchange)
    if target:
        return subject.contract.at("GET", target.partition("?")[0])
    item = item_of(subject.contract, operation)
    new = [each for each in _addresses_below(subject, operation) if each not in known]
    return (item, new[0]) if item is not None and len(new) == 1 else (None, {})


def _addresses_below(subject: Subject, operation: Operation) -> list[dict[str, str]]:
    item = item_of(subject.contract, operation)
    return [] if item is None else [*subject.addresses.of(item)]
