"""The bench that recipes work at: a good request of each operation, made anew once used up."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from tenor import Tenor
from tenor.proof.addresses import is_within
from tenor.proof.asking import Reply, Request
from tenor.proof.contract import Contract, Operation, Parameter
from tenor.proof.drafts import Draft
from tenor.proof.subject import Subject
from tenor.proof.variants import elsewhere
from tenor.proof.world import Caller
from tenor.proof.wrongs import readings
from tenor.schemas import MISSING, Validator
from tenor.shapes import Shape

STALE = '"tenor-proof-stale"'
"""An entity tag that nothing has."""


class Bench:
    """The subject of a proof, with good requests at hand."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.contract: Contract = subject.contract
        self.accepted: dict[str, Any] = {}
        """The bodies that were last accepted, by operation."""
        self._patterns: dict[str, Draft] = {}
        self._ready: dict[str, Draft] = {}
        self._unique: set[str] = set()

    @property
    def tenor(self) -> Tenor | None:
        """The application, where it is a Tenor in this process."""
        return self.subject.tenor

    def learn(self, operation: Operation) -> None:
        """Find a request of an operation that succeeds, if there is one."""
        found = self.subject.succeed(operation)
        if found is None:
            return
        draft, _ = found
        self._forget_deleted(draft)
        self._patterns[operation.id] = draft
        self.accepted[operation.id] = draft.value
        if operation.method == "POST":
            if self.subject.ask(self.by(draft)).is_success:
                self._ready[operation.id] = draft
            else:
                self._unique.add(operation.id)
        elif operation.is_safe:
            self._ready[operation.id] = draft

    def is_reached(self, operation: Operation) -> bool:
        """Whether a request of the operation has succeeded."""
        return operation.id in self._patterns

    def good(self, operation: Operation) -> Draft:
        """A request that should succeed: one that did, or as good a one as can be made."""
        ready = self._ready.get(operation.id)
        if ready is None:
            ready = self._ready[operation.id] = self._made(operation)
        return ready

    def ask(self, request: Request) -> Reply:
        """The reply to a request. What succeeded and may not succeed again is made anew."""
        reply = self.subject.ask(request)
        operation, values = self.contract.at(request.method, request.path)
        if reply.is_success and operation is not None and not operation.is_safe:
            self._renew(operation)
            self._forget_deleted(Draft(operation, path=values))
        return reply

    def _renew(self, operation: Operation) -> None:
        """What was good for an operation was used up, or is in another state."""
        if operation.id in self._unique:
            self._ready.pop(operation.id, None)
        if operation.variables:
            for each in self.contract.operations:
                if not each.is_safe and each.method != "POST":
                    self._ready.pop(each.id, None)

    def _forget_deleted(self, draft: Draft) -> None:
        """Nothing is any more where something was deleted."""
        operation = draft.operation
        if operation.method == "DELETE":
            self.subject.addresses.forget(operation, draft.path)
            for name, ready in [*self._ready.items()]:
                is_below = is_within(ready.operation.path, operation.path)
                if is_below and draft.path.items() <= ready.path.items():
                    del self._ready[name]

    def by(self, draft: Draft, caller: Caller | None = None) -> Request:
        """A draft as a request of a caller, the one who may do the most unless it is another."""
        return self.subject.by(draft, caller)

    def at_hand(self, operation: Operation) -> Request:
        """The good request of an operation."""
        return self.by(self.good(operation))

    def is_there(self, draft: Draft) -> bool:
        """Whether something is at a draft's address, as far as it can be read."""
        reader = self.subject.reader_of(draft.operation)
        return reader is not None and self.ask(self.by(Draft(reader, path=draft.path))).is_success

    def is_known_to_tenor(self, operation: Operation) -> bool:
        """Whether the application serves the operation under this id."""
        plans = self.tenor.operations.values() if self.tenor is not None else ()
        return any(plan.operation_id == operation.id for plan in plans)

    def _made(self, operation: Operation) -> Draft:
        subject = self.subject
        pattern = self._patterns.get(operation.id) or self._first(operation)
        if operation.id in self._unique:
            return subject.varied(pattern)
        if operation.is_safe or operation.method == "POST":
            return self._somewhere(pattern)
        fresh = subject.create_for(operation)
        there = self._somewhere(pattern) if fresh is None else replace(pattern, path=fresh)
        return subject.prepared(there)

    def _somewhere(self, pattern: Draft) -> Draft:
        """The pattern, at an address that leads somewhere, if there is one."""
        known = self.subject.whereabouts(pattern.operation)
        is_known = pattern.path in known or not known
        return pattern if is_known else replace(pattern, path=known[0])

    def _first(self, operation: Operation) -> Draft:
        drafter, known = self.subject.drafter, self.subject.addresses.of(operation)
        return next(drafter.drafts(operation, known), Draft(operation))

    # --- what the contract says of a request ------------------------------------------------

    def shape(self, parameter: Parameter) -> Shape:
        """What the schema of a parameter says."""
        return self.contract.compiler.shape(*parameter.schema)

    def refuses_text(self, parameter: Parameter, text: str) -> bool:
        """Whether a parameter's schema refuses a text, whatever the text may be read as."""
        validator = self.contract.compiler.request(*parameter.schema)
        return not any(accepts(validator, value) for value in readings(text))

    def accepts_text(self, parameter: Parameter, text: str) -> bool:
        """Whether a parameter's schema takes a text in one of its readings."""
        return not self.refuses_text(parameter, text)

    def body(self, draft: Draft) -> tuple[Validator, Shape] | None:
        """The schema of a draft's body, compiled, and what it says."""
        if draft.value is MISSING or draft.media_type not in draft.operation.bodies:
            return None
        node, pointer = draft.operation.bodies[draft.media_type]
        place = (node.get("schema", True), f"{pointer}/schema")
        return self.contract.compiler.request(*place), self.contract.compiler.shape(*place)

    def unknown(self, draft: Draft) -> Iterator[tuple[str, Draft]]:
        """The draft at well-formed addresses that should lead nowhere, by the variable's name."""
        known = self.subject.addresses.of(draft.operation)
        for name in reversed(draft.operation.variables):
            parameter = draft.operation.parameter(name, "path")
            taken = {values.get(name) for values in known} | {draft.path.get(name)}
            texts = (*elsewhere(draft.path.get(name, "")), *_listed(self, parameter))
            fitting = (t for t in texts if parameter is None or self.accepts_text(parameter, t))
            free = [text for text in fitting if text not in taken and text.strip(".")]
            yield from ((name, draft.at(**{name: text})) for text in free[:2])

    def line(self, pointer: str) -> str:
        """Where a pointer stands in the document."""
        return self.contract.document.place(pointer)


def accepts(validator: Validator, value: Any) -> bool:
    """Whether a value fits; one that no JSON can be does not."""
    try:
        return validator.accepts(value)
    except ValueError:
        return False


def sending(draft: Draft, parameter: Parameter, pairs: Sequence[tuple[str, str]]) -> Draft:
    """The draft with a parameter as these pairs of name and text; not one of the path."""
    names = {name for name, _ in pairs}
    if parameter.location == "query":
        kept = tuple(pair for pair in draft.query if pair[0] not in names)
        return replace(draft, query=(*kept, *pairs))
    if parameter.location == "header":
        return draft.having(parameter.name, ", ".join(text for _, text in pairs))
    crumbs = [crumb for crumb in (draft.header("Cookie") or "").split("; ") if crumb]
    others = [crumb for crumb in crumbs if crumb.partition("=")[0] not in names]
    return draft.having("Cookie", "; ".join([*others, *(f"{n}={text}" for n, text in pairs)]))


def _listed(bench: Bench, parameter: Parameter | None) -> Iterator[str]:
    """The values that a path parameter may have, where they are listed."""
    if parameter is not None:
        for part in bench.shape(parameter).parts:
            yield from map(str, part.node.get("enum") or ())
