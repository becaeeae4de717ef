"""The gate: the last thing before the wire. Nothing leaves that the contract does not declare.

``judgement.judge`` says what is wrong with an answer; the gate acts on it. What a handler says is
sent, or held back and replaced. What the engine says itself is put into the operation's own words,
else into those for unrouted requests (``x-tenor-unrouted``), else into the built-in problem
contract, and is judged like everything else.
"""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

import structlog

from tenor import problems
from tenor.answers import Answer, Collecting, compose
from tenor.errors import ConfigurationError
from tenor.exchange import Exchange
from tenor.heads import HeaderList, NoWireForm, written_headers
from tenor.judgement import judge, judge_line, undeclared_status, where, wrong_length
from tenor.limits import Verdict
from tenor.logs import told
from tenor.problems import NotARefusal, Problem
from tenor.promises import ContentPromise, Promise, Promises, failures
from tenor.recorder import Observer
from tenor.representations import Unwritable, dump_json
from tenor.rules import EVERYTHING, Breach, Policies, Policy, Rule
from tenor.streams import Sending, lines_of, pieces_of
from tenor.witnesses import Layer
from tenor.wordings import wordings

log = structlog.get_logger("tenor")

MOST_RECORDS = 10
"""How many breaches of one answer are written to the log; how many more there are is said."""

_UNROUTED_REMEDY = (
    "The contract says nothing of this answer: declare it at the root, under x-tenor-unrouted, and "
    "a header of every answer under x-tenor-headers."
)


class ContractViolation(Exception):
    """An answer that breaks the contract.

    It is raised under the policy ``raise``, and given to ``around`` under ``prevent``, so that the
    work behind the answer is undone.
    """

    def __init__(self, operation: str, breaches: Sequence[Breach]) -> None:
        super().__init__("\n".join(str(breach) for breach in breaches))
        self.id = uuid.uuid4().hex
        self.operation = operation
        self.breaches = tuple(breaches)


class StreamCut(Exception):
    """What is raised into the server to end the connection of an answer that ended short.

    It is the only way to tell a client: a server that saw the stream end as if it were whole would
    keep the connection, and the next answer would stand where the rest is awaited.
    """


class Gate:
    """Lets answers out, or answers in their place.

    ``policies`` are by operationId, and under ``*`` for what has none of its own.
    """

    def __init__(
        self,
        *,
        policies: Mapping[str, Policies],
        unrouted: Promises | None,
        builtin: Promises,
        base: str,
        observers: Sequence[Observer] = (),
    ) -> None:
        self._policies = policies
        self._idle = {name for name, each in policies.items() if each.judge_nothing}
        self._unrouted = unrouted
        self._builtin = builtin
        self._base = base
        self._observers = observers
        self._collecting = Collecting(failures(base))
        self._last_word = self._checked_word()

    def judges(self, operation_id: str) -> bool:
        """Whether anything that an operation answers is judged."""
        name = operation_id if operation_id in self._policies else EVERYTHING
        return name not in self._idle

    def compose(self, spoken: Any, exchange: Exchange, promises: Promises | None = None) -> Answer:
        """What a handler or a hook said, in its wire form.

        Raises ContractViolation for what has none.
        """
        promises = promises or self._promises(exchange)
        try:
            return compose(spoken, promises, exchange.inputs.media_type, self._collecting)
        except NoWireForm as error:
            raise self._violation([error.breach], exchange, promises) from None

    def no_answer(self, error: NotARefusal, exchange: Exchange) -> ContractViolation:
        """The violation of who called ``abort()`` for what is no refusal."""
        promises = self._promises(exchange)
        breach = Breach(
            Rule.FORM,
            promises.name,
            f"called {error}",
            promises.listed(),
            "abort() is for refusals, from 400 on. Return (body, status, headers) instead.",
        )
        return self._violation([breach], exchange, promises)

    def admit(self, answer: Answer, exchange: Exchange) -> Answer:
        """The answer, complete, if it may leave. Raises ContractViolation if it must not."""
        if exchange.verdict is not None:
            _tell_limits(answer, exchange.verdict)
        if not self._idle or self._policy_name(exchange) not in self._idle:
            breaches = judge(answer)
            if breaches:
                self._enforce(breaches, exchange, answer.promises)
        _complete(answer, exchange)
        if answer.stream is not None:
            answer.stream = self._sending(answer, answer.stream, exchange)
        return answer

    def wording(self, refusal: Problem) -> tuple[dict[str, Any], int, dict[str, str]]:
        """A refusal that a handler raised, as if it had returned it."""
        headers = {"Content-Type": problems.MEDIA_TYPE, **refusal.headers}
        return refusal.body(self._base), refusal.code, headers

    def refuse(self, refusal: Problem, exchange: Exchange) -> Answer:
        """The engine's own refusal, in the first words that fit it."""
        return self.speak(refusal.code, refusal.headers, refusal.body(self._base), exchange)

    def speak(
        self,
        status: int,
        headers: Mapping[str, str],
        body: Mapping[str, Any] | None,
        exchange: Exchange,
    ) -> Answer:
        """The engine's own answer: in the operation's words, the unrouted or the built-in ones.

        A status that nobody declares, such as one that a security function made up, is held to the
        operation like a handler's. Raises ContractViolation.
        """
        promises = self._promises(exchange)
        try:
            lines, _, _ = written_headers(headers, promises)
        except NoWireForm as error:
            raise self._violation([error.breach], exchange, promises) from None
        breaches: list[Breach] = []
        for answer in self._worded(status, lines, body, exchange):
            if exchange.verdict is not None:
                _tell_limits(answer, exchange.verdict)
            found = judge(answer)
            if not found:
                _complete(answer, exchange)
                answer.is_admitted = True
                return answer
            breaches = breaches or found
        answer = Answer(status, lines, promises, None, problems.MEDIA_TYPE, is_admitted=True)
        answer.body = b"" if body is None else dump_json(body)
        self._enforce(breaches or [undeclared_status(answer)], exchange, promises)
        return answer

    def _worded(
        self,
        status: int,
        lines: HeaderList,
        body: Mapping[str, Any] | None,
        exchange: Exchange,
    ) -> Iterator[Answer]:
        """What the engine says, in each form of each voice that declares the status."""
        for promises in self._voices(exchange):
            promise = promises.of(status)
            if promise is not None:
                yield from wordings(status, lines, body, promises, promise)

    def replace(self, violation: ContractViolation, exchange: Exchange) -> Answer:
        """The answer in place of one that was held back. Raises it under the policy ``raise``."""
        if self.raises(violation, exchange):
            raise violation
        exchange.layer = Layer.GATE
        refusal = problems.of_type("contract-violation", detail="The answer was held back.")
        refusal.extensions["violation"] = violation.id
        return self.refuse(refusal, exchange)

    def last_word(self) -> Answer:
        """A 500 in the engine's own words that was judged at start."""
        return replace(self._last_word, headers=[])

    def _checked_word(self) -> Answer:
        """The last word; it shows that problems have addresses that a client can take."""
        refusal = problems.of_type("internal-error")
        promise = cast(Promise, self._builtin.of(refusal.code))
        (answer, *_) = wordings(refusal.code, [], refusal.body(self._base), self._builtin, promise)
        if judge(answer):
            raise ConfigurationError(
                f"problems under {self._base!r} have no address",
                place="problems",
                remedy="Give a URI or a path to which the name of a problem can be added, such as "
                "/problems/.",
            )
        answer.is_admitted = True
        return answer

    # --- violations -------------------------------------------------------------------------

    def _policy_name(self, exchange: Exchange) -> str:
        """Under which name the policies of this request stand."""
        name = exchange.operation
        return name if name in self._policies else EVERYTHING

    def _policy(self, breach: Breach, exchange: Exchange) -> Policy:
        return self._policies[self._policy_name(exchange)].of[breach.rule]

    def raises(self, violation: ContractViolation, exchange: Exchange) -> bool:
        """Whether the policy of one of its rules is ``raise``."""
        return any(self._policy(b, exchange) is Policy.RAISE for b in violation.breaches)

    def _enforce(self, breaches: Sequence[Breach], exchange: Exchange, promises: Promises) -> None:
        """Record what is not ignored, and raise what is more than recorded."""
        acted_on = [(b, self._policy(b, exchange)) for b in breaches]
        told = [b for b, policy in acted_on if policy is not Policy.IGNORE]
        if told:
            violation = self._violation(told, exchange, promises)
            if any(policy in (Policy.PREVENT, Policy.RAISE) for _, policy in acted_on):
                raise violation

    def _violation(
        self, breaches: Sequence[Breach], exchange: Exchange, promises: Promises
    ) -> ContractViolation:
        """The violation, recorded: where, what was found, what was promised, what to do."""
        if promises is self._builtin:
            breaches = [replace(breach, remedy=_UNROUTED_REMEDY) for breach in breaches]
        violation = ContractViolation(promises.name, breaches)
        for observer in self._observers:
            for breach in violation.breaches:
                observer.broken(exchange, breach)
        for breach in violation.breaches[:MOST_RECORDS]:
            log.error(
                "contract_violation",
                where=breach.where,
                found=breach.found,
                promised=breach.promised,
                remedy=breach.remedy,
                rule=breach.rule.value,
                policy=self._policy(breach, exchange).value,
                operation=exchange.operation,
                handler=exchange.handler,
                violation=violation.id,
                request_id=exchange.request_id,
            )
        if len(breaches) > MOST_RECORDS:
            more = len(breaches) - MOST_RECORDS
            log.error("contract_violation_goes_on", more=more, violation=violation.id)
        return violation

    # --- streams ----------------------------------------------------------------------------

    def _sending(self, answer: Answer, values: Iterator[Any], exchange: Exchange) -> Sending:
        """A stream as the server takes it.

        The first piece of what is not line by line is asked for before the head is sent, so that
        what fails at once is answered like any other violation.
        """
        judged = self._judged(answer, values, exchange)
        if answer.length is None or exchange.method == "HEAD":
            return Sending(judged, values)
        return Sending(judged, values, first=next(filter(None, judged), b""))

    def _judged(self, answer: Answer, values: Iterator[Any], exchange: Exchange) -> Iterator[bytes]:
        """A stream, judged while it is sent. One that breaks off says so, or is cut."""
        content = cast(ContentPromise, answer.content)
        pieces = _lines(answer, content, values) if content.family.by_line else _cut(answer, values)
        sent = 0
        violation: ContractViolation | None = None
        try:
            for piece, breaches in pieces:
                if breaches:
                    self._enforce(breaches, exchange, answer.promises)
                sent += len(piece)
                yield piece
        except (GeneratorExit, KeyboardInterrupt):  # the client or the operator went away
            raise
        except BaseException as error:  # noqa: BLE001 - generators raise anything
            violation = self._broken_off(error, exchange, answer)
            if content.family.by_line:
                yield self._failure(content, violation)
        if answer.length is not None and sent < answer.length:
            if not sent:
                raise violation or self._violation(
                    [wrong_length(answer, "fewer")], exchange, answer.promises
                )
            raise StreamCut("the answer ended short of its Content-Length")

    def _broken_off(
        self, error: BaseException, exchange: Exchange, answer: Answer
    ) -> ContractViolation:
        """The violation that ended a stream. Raises it under the policy ``raise``."""
        violation = error
        if not isinstance(violation, ContractViolation):
            violation = self._violation([_broken(error, answer)], exchange, answer.promises)
            log.error(
                "stream_failed",
                violation=violation.id,
                request_id=exchange.request_id,
                exception=told(error),
            )
        if self.raises(violation, exchange):
            raise violation
        return violation

    def _failure(self, content: ContentPromise, violation: ContractViolation) -> bytes:
        """The declared line that says that the rest is missing."""
        for line in failures(self._base, violation.id):
            if content.accepts([line]):
                return dump_json(line) + b"\n"
        return b""

    # --- whose words ------------------------------------------------------------------------

    def _promises(self, exchange: Exchange) -> Promises:
        """Whose promises an answer to this request has to keep."""
        if exchange.plan is not None:
            return exchange.plan.promises
        return self._unrouted or self._builtin

    def _voices(self, exchange: Exchange) -> Iterator[Promises]:
        if exchange.plan is not None:
            yield exchange.plan.promises
        if self._unrouted is not None:
            yield self._unrouted
        yield self._builtin


def _lines(
    answer: Answer, content: ContentPromise, values: Iterator[Any]
) -> Iterator[tuple[bytes, list[Breach]]]:
    """Each line of newline-delimited JSON, with what is wrong with it."""
    for line in lines_of(values):
        yield line, judge_line(answer, content, line)


def _cut(answer: Answer, values: Iterator[Any]) -> Iterator[tuple[bytes, list[Breach]]]:
    """Each piece of binary content; never more than was declared, and less is a breach.

    The last piece is held until the end is known, so that what goes wrong there leaves it short.
    """
    left = cast(int, answer.length)
    held = b""
    for piece in pieces_of(values):
        if len(piece) > left:
            yield b"", [wrong_length(answer, "more")]
            yield held + piece[:left], []
            return
        left -= len(piece)
        if held:
            yield held, []
        held = piece
    if held:
        yield held, []
    if left:
        yield b"", [wrong_length(answer, "fewer")]


def _broken(error: BaseException, answer: Answer) -> Breach:
    if isinstance(error, Unwritable):
        remedy = "Give pieces of text or bytes, or values that JSON can hold, line by line."
        return Breach(
            Rule.FORM, where(answer), f"with a stream that {error}", "a whole one", remedy
        )
    return Breach(
        Rule.STREAM,
        where(answer),
        f"with a stream that raised {type(error).__name__} before its end",
        "a whole one",
        "Let the generator catch what it can meet.",
    )


def _tell_limits(answer: Answer, verdict: Verdict) -> None:
    """Add what tells of limits, where it is declared and nobody gave it; it is judged with all."""
    if answer.promise is None:
        return
    given = {name.lower() for name, _ in answer.headers}
    for key, value in verdict.fields:
        header = answer.promise.headers.get(key)
        if header is not None and key not in given:
            answer.headers.append((header.name, value))


def _complete(answer: Answer, exchange: Exchange) -> None:
    """Add the declared headers that the engine knows and nobody gave."""
    if answer.promise is None or not answer.promise.fills:
        return
    given = {name.lower() for name, _ in answer.headers}
    for key, name, value in answer.promise.fills:
        if key not in given:
            answer.headers.append((name, exchange.request_id if value is None else value))
