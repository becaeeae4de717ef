"""The subject of a proof: what is asked, and everything that is looked at when it replies.

``ask`` is the one way to it. Each reply is judged against the contract, looked at by the oracle,
kept as a witness, and learnt from.
"""

import re
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from tenor import Tenor
from tenor.answers import Answer
from tenor.cells import BUILTIN, Cell
from tenor.exchange import Exchange
from tenor.masking import MASK, Mask
from tenor.proof.addresses import Addresses
from tenor.proof.asking import NoReply, Reply, Request, in_process, over_http
from tenor.proof.contract import Contract, Operation
from tenor.proof.drafts import Draft, Drafter
from tenor.proof.findings import Finding
from tenor.proof.variants import another
from tenor.proof.world import Caller, World
from tenor.recorder import cell_of
from tenor.rules import Breach
from tenor.schemas import MISSING
from tenor.witnesses import Answered, Asked, Label, Layer, Witness

ANONYMOUS = Caller("anonymous", {}, frozenset())
_MOST_TRIES = 12
_NEVER_THE_SAME = ("date", "x-request-id")
_VIOLATION = re.compile(rb'("violation":")[0-9a-f]{32}')
_NO_REPLY = Reply(0, (), b"")
_NOT_IMPLEMENTED = 501
CRASHED = "server-error"
"""The check that finds a failure which nobody planted, and which stands for no other answer."""


class OutOfTime(Exception):
    """The time that the proof was given is over."""


@dataclass(frozen=True, slots=True)
class Seen:
    """An exchange, and what is known of it. ``operation`` is None where none is at the address."""

    request: Request
    reply: Reply
    operation: Operation | None
    values: Mapping[str, str]
    cell: Cell
    contract: Contract


Said = tuple[str, str]
"""What a check says of an exchange: its id, and the sentence."""
Check = Callable[[Seen], Iterator[Said]]


@dataclass(slots=True)
class _Watch:
    """Watches a Tenor application from inside: who spoke last, and what its gate held back.

    ``stray`` is the cell of an answer in words of the engine's own, which nobody declares.
    """

    layer: Layer = Layer.SERVER
    stray: Cell | None = None
    breaches: list[Breach] = field(default_factory=list[Breach])

    def answered(self, exchange: Exchange, answer: Answer) -> None:
        """Take notice of who speaks."""
        self.layer = exchange.layer
        cell = cell_of(exchange, answer)
        self.stray = cell if cell.operation.endswith(BUILTIN) else None

    def begin(self) -> None:
        """Forget what was seen of the request before."""
        self.layer, self.stray = Layer.SERVER, None
        self.breaches.clear()

    def broken(self, exchange: Exchange, breach: Breach) -> None:
        """Take notice of a breach."""
        self.breaches.append(breach)


class Subject:
    """What is proved, with all that has been seen of it."""

    def __init__(
        self,
        world: World,
        contract: Contract,
        *,
        checks: Sequence[Check] = (),
        label: Label | None = None,
        deadline: float = float("inf"),
    ) -> None:
        self.world = world
        self.contract = contract
        self.drafter = Drafter(contract)
        self.addresses = Addresses(contract, world.public_url)
        self.findings: dict[str, Finding] = {}
        self.witnesses: dict[Cell, Witness] = {}
        self.asked: list[str] = []
        self._ask = over_http(world.url) if world.app is None else in_process(world.app)
        self._checks = tuple(checks)
        self._label = label or Label("proof")
        self._deadline = deadline
        self._mask = Mask.of(contract.document)
        self._is_planted = False
        self._count = 0
        self._hopeless: set[str] = set()
        self._watch = _Watch()
        self.tenor = world.app if isinstance(world.app, Tenor) else None
        if self.tenor is not None:
            self.tenor.observe(self._watch)

    def close(self) -> None:
        """Watch the application no more."""
        if self.tenor is not None:
            self.tenor.unobserve(self._watch)

    # --- asking -----------------------------------------------------------------------------

    def ask(self, request: Request) -> Reply:
        """The reply to a request, looked at from all sides. No reply has the status 0."""
        try:
            return self.exchange(request)
        except NoReply:
            return _NO_REPLY

    def exchange(self, request: Request) -> Reply:
        """The reply to a request, looked at from all sides.

        Raises NoReply, which is reported, and OutOfTime.
        """
        if time.monotonic() > self._deadline:
            raise OutOfTime
        self._watch.begin()
        self.asked.append(f"{request.method} {request.target}")
        operation, values = self.contract.at(request.method, request.path)
        try:
            reply = self._ask(request)
        except NoReply as error:
            self._report_no_reply(request, operation, error)
            raise
        self._look_at(request, reply, operation, values)
        return reply if self._watch.stray is None else replace(reply, is_stray=True)

    def _look_at(
        self,
        request: Request,
        reply: Reply,
        operation: Operation | None,
        values: Mapping[str, str],
    ) -> None:
        cell, breaches = self._judged(request, reply, operation)
        seen = Seen(request, reply, operation, values, cell, self.contract)
        if self._shows_its_cell(seen):
            self._witness(seen)
        if not self._is_planted:
            self._report_held_back(seen)
        for breach in breaches:
            self.report("gate", f"gate/{breach.rule.value}", operation, str(breach), [seen])
        for check in self._checks:
            for name, sentence in check(seen):
                self.report("oracle", name, operation, sentence, [seen])
        self.addresses.learn(request, reply)
        if reply.is_success and operation is not None and operation.method == "DELETE":
            self.addresses.forget(operation, values)

    def _judged(
        self, request: Request, reply: Reply, operation: Operation | None
    ) -> tuple[Cell, list[Breach]]:
        """The cell that a reply shows, and how it breaks what the contract says of it."""
        if self._watch.stray is not None:  # it is counted as that, and is no fault of a handler
            return self._watch.stray, []
        cell, breaches = self.contract.judge(request, reply, operation)
        says_nothing = operation is None and not self.contract.unrouted.declared
        return cell, [] if says_nothing else breaches

    def _report_held_back(self, seen: Seen) -> None:
        """Report what the gate of an application found, and what failed by itself."""
        held_back = " (It was held back.)" if self._watch.layer is Layer.GATE else ""
        for breach in self._watch.breaches:
            check, sentence = f"gate/{breach.rule.value}", f"{breach}{held_back}"
            self.report("gate", check, seen.operation, sentence, [seen])
        if seen.reply.status >= 500 and not self._watch.breaches and not _says_so(seen):
            self.report("gate", CRASHED, seen.operation, _failed(seen), [seen])

    def _shows_its_cell(self, seen: Seen) -> bool:
        """Whether it may vouch: HEAD does not show what GET promises."""
        if seen.operation is None:
            return bool(self.contract.unrouted.declared) or self._watch.stray is not None
        return seen.operation.method == seen.request.method

    def _witness(self, seen: Seen) -> None:
        if seen.cell not in self.witnesses:
            asked, answered = self.written(seen.request, seen.reply)
            layer = self._watch.layer
            self.witnesses[seen.cell] = Witness(seen.cell, layer, self._label, asked, answered)

    def written(self, request: Request, reply: Reply) -> tuple[Asked, Answered]:
        """An exchange as it can be written down: without secrets and what never repeats."""
        mask = self._mask
        asked = mask.request(request.method, request.target, request.headers, request.body or b"")
        lines = [(n, MASK if n.lower() in _NEVER_THE_SAME else v) for n, v in reply.headers]
        body = _VIOLATION.sub(rb"\1" + MASK.encode(), reply.body)
        return asked, mask.answered(reply.status, lines, body)

    @contextmanager
    def planted(self, fault: Any) -> Generator[None]:
        """While a fault is made, failing is what is expected."""
        before, self._is_planted = self._is_planted, True
        try:
            with fault:
                yield
        finally:
            self._is_planted = before

    def labelled(self, test: str) -> None:
        """Name what is being tried, for the witnesses to come."""
        self._label = replace(self._label, test=test)

    # --- what was found ---------------------------------------------------------------------

    def report(
        self,
        source: str,
        check: str,
        operation: Operation | None,
        sentence: str,
        seen: Sequence[Seen | tuple[Request, Reply]],
    ) -> None:
        """Keep a finding; the first of its check and operation stands for all of them.

        What was being tried shows it again.
        """
        name = operation.id if operation is not None else ""
        finding = Finding(source, check, name, sentence, replay=self._label.test)
        if finding.id in self.findings:
            return
        pairs = [(s.request, s.reply) if isinstance(s, Seen) else s for s in seen]
        exchanges = tuple(self.written(request, reply) for request, reply in pairs)
        self.findings[finding.id] = replace(finding, exchanges=exchanges)

    def _report_no_reply(
        self, request: Request, operation: Operation | None, error: NoReply
    ) -> None:
        name = operation.id if operation is not None else f"{request.method} {request.path}"
        sentence = (
            f"{name} did not answer: {error}; the contract promises an answer to every request. "
            "Look for the cause in the log of the server."
        )
        self.report("gate", "no-reply", operation, sentence, [(request, _NO_REPLY)])

    # --- good requests ----------------------------------------------------------------------

    def caller(self, operation: Operation) -> Caller:
        """Who asks for an operation: the first caller where it knows callers, else nobody."""
        is_known = bool(operation.security) and bool(self.world.callers)
        return self.world.callers[0] if is_known else ANONYMOUS

    def by(self, draft: Draft, caller: Caller | None = None) -> Request:
        """A draft as a request of a caller."""
        caller = caller or self.caller(draft.operation)
        request = draft.request()
        for name, value in caller.headers.items():
            request = request.having(name, value)
        for name in self.contract.keys_in_query(draft.operation) & caller.query.keys():
            request = request.asking(name, caller.query[name])
        return request

    def succeed(
        self, operation: Operation, *, turn: Callable[[Draft], Draft] = lambda draft: draft
    ) -> tuple[Draft, Reply] | None:
        """A draft that succeeded, with its reply; None where none of a dozen does.

        What changes something is tried on what was just created for it, where that can be done.
        """
        for draft in self._candidates(operation):
            prepared = turn(self.prepared(draft))
            reply = self.ask(self.by(prepared))
            if reply.is_success:
                return prepared, reply
        return None

    def _candidates(self, operation: Operation) -> Iterator[Draft]:
        addresses: list[Mapping[str, str]] = []
        if not operation.is_safe and operation.variables:
            created = self.create_for(operation)
            addresses += [created] if created else []
        addresses += self.addresses.of(operation)
        if len(operation.variables) == 1:
            (name,) = operation.variables
            addresses += [{name: text} for text in self.world.values.get(name, ())]
        addresses = addresses or [*self.whereabouts(operation)]
        for draft in islice(self.drafter.drafts(operation, addresses), _MOST_TRIES):
            yield draft
            if operation.method == "POST" and draft.value is not MISSING:
                yield self.varied(draft)

    def prepared(self, draft: Draft) -> Draft:
        """The draft with the tag of what is there now, where the operation wants one."""
        operation = draft.operation
        if operation.is_safe or operation.parameter("If-Match", "header") is None:
            return draft
        tag = self.tag_of(draft)
        return draft.having("If-Match", tag) if tag else draft.without("If-Match")

    def tag_of(self, draft: Draft) -> str | None:
        """The entity tag of what is at a draft's address, None where nothing is."""
        reader = self.reader_of(draft.operation)
        if reader is None:
            return None
        reply = self.ask(self.by(Draft(reader, path=draft.path)))
        return reply.header("ETag") if reply.is_success else None

    def reader_of(self, operation: Operation) -> Operation | None:
        """The GET of the same path."""
        return self._sibling(operation.path, "GET")

    def _sibling(self, path: str, method: str) -> Operation | None:
        found = (e for e in self.contract.operations if (e.path, e.method) == (path, method))
        return next(found, None)

    def creator_of(self, operation: Operation) -> Operation | None:
        """The POST that creates what is at an operation's path: that of the path one step up."""
        parent = operation.path.rstrip("/").rpartition("/")[0] or "/"
        is_resource = operation.path.rstrip("/").endswith("}")
        return self._sibling(parent, "POST") if is_resource else None

    def around(self, operation: Operation) -> Operation | None:
        """An operation of the resource that an operation's path lies below."""
        steps = operation.path.rstrip("/").split("/")[:-1]
        while steps and not steps[-1].endswith("}"):
            steps.pop()
        path = "/".join(steps)
        return next((each for each in self.contract.operations if each.path == path), None)

    def whereabouts(self, operation: Operation) -> Sequence[Mapping[str, str]]:
        """Addresses that lead somewhere: those that are known, else that of something new."""
        known = self.addresses.of(operation)
        if known:
            return known
        around = self.around(operation)
        made = self.create_for(operation)
        if made is None and around is not None and around.variables == operation.variables:
            made = self.create_for(around)
        return [] if made is None else [made]

    def create_for(self, operation: Operation) -> Mapping[str, str] | None:
        """The address of something new that an operation may change, if it can be created."""
        creator = self.creator_of(operation)
        before = list(self.addresses.of(operation))
        if creator is not None and creator.id != operation.id and self.create(creator) is not None:
            new = (each for each in self.addresses.of(operation) if each not in before)
            return next(new, None)
        putter = self._sibling(operation.path, "PUT")
        placed = self.place(putter) if putter is not None else None
        return None if placed is None else placed[0].path

    def create(self, creator: Operation) -> tuple[Draft, Reply] | None:
        """Create something new; where nothing comes of it, once within something new."""
        done = self._first_success(self.drafter.drafts(creator, self.whereabouts(creator)))
        around = self.around(creator)
        if done is None and around is not None and creator.id not in self._hopeless:
            values = self.create_for(around)
            if values is not None:
                done = self._first_success(self.drafter.drafts(creator, [values]))
            if done is None:
                self._hopeless.add(creator.id)
        return done

    def _first_success(self, drafts: Iterator[Draft]) -> tuple[Draft, Reply] | None:
        for draft in islice(drafts, 4):
            for attempt in (self.varied(draft), draft):
                reply = self.ask(self.by(self.prepared(attempt)))
                if reply.is_success:
                    return attempt, reply
        return None

    def place(
        self, putter: Operation, *, turn: Callable[[Draft], Draft] = lambda draft: draft
    ) -> tuple[Draft, Reply] | None:
        """Put something at an address where nothing is yet."""
        values = self._free(putter) if putter.id not in self._hopeless else None
        drafts = self.drafter.drafts(putter, [values]) if values is not None else iter(())
        there = (each for each in drafts if each.path == values)
        done = self._first_success(turn(_creating(each)) for each in there)
        if done is None:
            self._hopeless.add(putter.id)
        return done

    def _free(self, operation: Operation) -> Mapping[str, str] | None:
        """An address like those that lead somewhere, at which nothing is as far as can be read."""
        reader = self.reader_of(operation)
        if reader is None or not operation.path.rstrip("/").endswith("}"):
            return None
        name = operation.variables[-1]
        parameter = operation.parameter(name, "path")
        for like in islice(self._models(operation), 3):
            texts = another(like[name], len(self.asked))
            fitting = (t for t in texts if parameter is None or self.contract.takes(parameter, t))
            for text in islice(fitting, 2):
                values = {**like, name: text}
                draft = next(self.drafter.drafts(reader, [values]))
                if self.ask(self.by(draft)).status in (404, 410):
                    return values
        return None

    def _models(self, operation: Operation) -> Iterator[Mapping[str, str]]:
        """Addresses that one of something new may be like."""
        yield from self.addresses.of(operation)[:2]
        made = next(self.drafter.drafts(operation)).path
        around = self.around(operation)
        within = () if around is None else self.whereabouts(around)[:1]
        yield from ({**made, **values} for values in within)
        if around is None:
            yield made

    def varied(self, draft: Draft) -> Draft:
        """The draft with other text in its body, where what is created must be the only one."""
        self._count += 1
        return draft.saying(self.drafter.varied(draft, self._count))


def _says_so(seen: Seen) -> bool:
    """Whether the contract says of an operation that it is not there yet (501)."""
    status = seen.reply.status
    is_declared = seen.operation is not None and str(status) in seen.operation.promises.declared
    return status == _NOT_IMPLEMENTED and is_declared


def _creating(draft: Draft) -> Draft:
    """The draft that is carried out only where nothing is, if that can be said."""
    can_say = draft.operation.parameter("If-None-Match", "header") is not None
    return draft.having("If-None-Match", "*") if can_say else draft


def _failed(seen: Seen) -> str:
    name = seen.operation.id if seen.operation else f"{seen.request.method} {seen.request.path}"
    return (
        f"{name} answered {seen.reply.status}, and nothing was planted; the contract promises an "
        "answer to what was asked, or a refusal with a 4xx. "
        "Look for the cause in the log of the server."
    )
