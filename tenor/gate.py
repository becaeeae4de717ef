"""The gate: the last thing before the wire. Nothing leaves that the contract does not declare.

``judge`` is pure: it returns every breach of an answer as a value. ``Gate`` acts on them: what a
handler says is sent, or held back and replaced; what the engine says itself is put into the
operation's own words, else into those for unrouted requests (``x-tenor-unrouted``), else into the
built-in problem contract, and is judged like everything else.
"""

import traceback
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

import structlog

from tenor import media_types, problems, streams
from tenor.answers import Answer, NoWireForm, compose
from tenor.exchange import Exchange
from tenor.problems import NotARefusal, Problem
from tenor.promises import (
    BODILESS,
    FAILURES,
    TRANSPORT_HEADERS,
    ContentPromise,
    Promise,
    Promises,
)
from tenor.representations import Unreadable, write_line
from tenor.rules import Breach, Policies, Policy, Rule
from tenor.schemas import MISSING
from tenor.streams import Sending, pieces_of

log = structlog.get_logger("tenor")


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


def judge(answer: Answer) -> list[Breach]:
    """Every way in which an answer breaks what is promised; empty for one that keeps it."""
    promise = answer.promise
    if promise is None:
        return [_undeclared_status(answer.promises, answer.status)]
    breaches: list[Breach] = []
    where = f"{answer.promises.name} answered {answer.status}"
    _judge_headers(promise, answer, where, breaches)
    if promise.contents and answer.status not in BODILESS:
        _judge_body(promise, answer, where, breaches)
    elif answer.body or answer.stream is not None or answer.content_type is not None:
        breaches.append(_undeclared_body(promise, answer, where))
    if answer.length is not None and answer.stream is None and answer.length != len(answer.body):
        breaches.append(
            _wrong_length(answer, "more" if answer.length < len(answer.body) else "fewer")
        )
    return breaches


class Gate:
    """Lets answers out, or answers in their place."""

    def __init__(
        self, *, policies: Policies, unrouted: Promises | None, builtin: Promises, base: str
    ) -> None:
        self._policies = policies
        self._judges = any(policy is not Policy.IGNORE for policy in policies.values())
        self._unrouted = unrouted
        self._builtin = builtin
        self._base = base

    def compose(self, spoken: Any, exchange: Exchange, promises: Promises | None = None) -> Answer:
        """What a handler or a hook said, in its wire form.

        Raises ContractViolation for what has none.
        """
        promises = promises or self._promises(exchange)
        try:
            return compose(spoken, promises, exchange.inputs.media_type)
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
        _complete(answer, exchange)
        if self._judges:
            breaches = judge(answer)
            if breaches:
                streams.close(answer.stream)
                self._enforce(breaches, exchange, answer.promises)
            if answer.stream is not None:
                answer.stream = Sending(
                    self._judged(answer, answer.stream, exchange), answer.stream
                )
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

        Raises ContractViolation for a status that nobody declares, such as one that a security
        function made up.
        """
        for promises in self._voices(exchange):
            promise = promises.of(status)
            if promise is not None:
                for answer in _wordings(status, headers, body, promises, promise):
                    _complete(answer, exchange)
                    if not judge(answer):
                        answer.is_admitted = True
                        return answer
        promises = self._promises(exchange)
        breach = _undeclared_status(promises, status)
        raise self._violation([breach], exchange, promises)

    def replace(self, violation: ContractViolation, exchange: Exchange) -> Answer:
        """The answer in place of one that was held back. Raises it under the policy ``raise``."""
        if any(self._policies[breach.rule] is Policy.RAISE for breach in violation.breaches):
            raise violation
        refusal = problems.of_type(
            "contract-violation", detail="The answer was held back; nothing was changed."
        )
        refusal.extensions["violation"] = violation.id
        return self.refuse(refusal, exchange)

    def _enforce(self, breaches: Sequence[Breach], exchange: Exchange, promises: Promises) -> None:
        told = [b for b in breaches if self._policies[b.rule] is not Policy.IGNORE]
        if told:
            violation = self._violation(told, exchange, promises)
            if any(self._policies[b.rule] is not Policy.DETECT for b in told):
                raise violation

    def _violation(
        self, breaches: Sequence[Breach], exchange: Exchange, promises: Promises
    ) -> ContractViolation:
        """The violation, recorded: where, what was found, what was promised, what to do."""
        violation = ContractViolation(promises.name, breaches)
        for breach in breaches:
            log.error(
                "contract_violation",
                violation=violation.id,
                request_id=exchange.request_id,
                operation=exchange.operation,
                rule=breach.rule.value,
                policy=self._policies[breach.rule].value,
                where=breach.where,
                found=breach.found,
                promised=breach.promised,
                remedy=breach.remedy,
            )
        return violation

    def _judged(self, answer: Answer, values: Iterator[Any], exchange: Exchange) -> Iterator[bytes]:
        """A stream, judged while it is sent; one that breaks off says so, or ends short."""
        content = cast(ContentPromise, answer.content)
        pieces = _lines(answer, content, values) if content.family.by_line else _cut(answer, values)
        try:
            for piece, breaches in pieces:
                if breaches:
                    self._enforce(breaches, exchange, answer.promises)
                yield piece
        except Exception as error:  # noqa: BLE001 - generators raise anything
            violation = self._broken_off(error, exchange, answer.promises)
            if content.family.by_line:
                yield self._failure(content, violation)

    def _broken_off(
        self, error: Exception, exchange: Exchange, promises: Promises
    ) -> ContractViolation:
        """The violation that ended a stream. Raises it under the policy ``raise``."""
        if isinstance(error, ContractViolation):
            violation = error
        else:
            breach = Breach(
                Rule.FORM,
                promises.name,
                f"raised {type(error).__name__} while it was sent",
                "a whole answer",
                "Let the generator catch what it can meet.",
            )
            log.error("stream_failed", traceback="".join(traceback.format_exception(error)))
            violation = self._violation([breach], exchange, promises)
        if any(self._policies[b.rule] is Policy.RAISE for b in violation.breaches):
            raise violation
        return violation

    def _failure(self, content: ContentPromise, violation: ContractViolation) -> bytes:
        """The declared line that says that the rest is missing."""
        kind = {"type": f"{self._base}contract-violation"}
        for sample in FAILURES:
            line = {**sample, **kind}
            if "violation" in sample:
                line["violation"] = violation.id
            if content.accepts([line]):
                return write_line(line)
        return b""

    def _promises(self, exchange: Exchange) -> Promises:
        """Whose promises an answer to this request has to keep."""
        return next(self._voices(exchange))

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
    where = f"{answer.promises.name} answered {answer.status}"
    promise = cast(Promise, answer.promise)
    for value in values:
        for line in write_line(value).splitlines(keepends=True):
            breaches: list[Breach] = []
            _judge_bytes(content, promise, line, where, breaches)
            yield line, breaches


def _cut(answer: Answer, values: Iterator[Any]) -> Iterator[tuple[bytes, list[Breach]]]:
    """Each piece of binary content; never more than was declared, and less is a breach."""
    left = cast(int, answer.length)
    for piece in pieces_of(values):
        if len(piece) > left:
            yield piece[:left], []
            yield b"", [_wrong_length(answer, "more")]
            return
        left -= len(piece)
        yield piece, []
    if left:
        yield b"", [_wrong_length(answer, "fewer")]


def _wordings(
    status: int,
    headers: Mapping[str, str],
    body: Mapping[str, Any] | None,
    promises: Promises,
    promise: Promise,
) -> Iterator[Answer]:
    """What the engine says in each form that the promise may hold: whole, bare, without a body.

    Headers that are not declared are left out: the engine adds none of its own.
    """
    kept = [pair for pair in headers.items() if pair[0].lower() in promise.headers]
    if body is None or not promise.contents:
        yield Answer(status, kept, promises, promise)
        return
    bare = {name: body[name] for name in ("type", "title", "status", "detail") if name in body}
    for content in _json_contents(promise):
        for value in (body, bare):
            yield Answer(
                status,
                list(kept),
                promises,
                promise,
                content_type=content.wire,
                body=content.family.write(value),
                value=value,
                content=content,
            )


def _json_contents(promise: Promise) -> list[ContentPromise]:
    """The contents that a problem can be written in, its own media type first."""
    fitting = [c for c in promise.contents.values() if c.media_type.is_json]
    return sorted(fitting, key=lambda c: c.media_type.essence != problems.MEDIA_TYPE)


def _complete(answer: Answer, exchange: Exchange) -> None:
    """Add the declared headers that the engine knows and nobody gave."""
    if answer.promise is None or not answer.promise.fills:
        return
    given = {name.lower() for name, _ in answer.headers}
    for key, name, value in answer.promise.fills:
        if key not in given:
            answer.headers.append((name, value or exchange.request_id))


def _judge_headers(promise: Promise, answer: Answer, where: str, breaches: list[Breach]) -> None:
    declared = promise.headers
    seen: set[str] = set()
    for name, text in answer.headers:
        header = declared.get(name) or declared.get(name.lower())
        if header is None:
            if name.lower() not in TRANSPORT_HEADERS:
                breaches.append(_undeclared_header(promise, name, where))
            continue
        key = header.name.lower()
        if key in seen and key != "set-cookie":
            text = _combined(answer, key)
        seen.add(key)
        if not header.accepts(text):
            breaches.append(_wrong_header(promise, header.name, where))
    if not promise.required <= seen:
        breaches.extend(
            Breach(
                Rule.HEADER_MISSING,
                where,
                f"without the header {declared[name].name}",
                f"that header, as required, at {promise.place}",
                "Return it in the headers.",
            )
            for name in sorted(promise.required - seen)
        )


def _combined(answer: Answer, key: str) -> str:
    """The one value that lines of the same name stand for (RFC 9110, section 5.3)."""
    return ", ".join(text for name, text in answer.headers if name.lower() == key)


def _judge_body(promise: Promise, answer: Answer, where: str, breaches: list[Breach]) -> None:
    content = answer.content
    if content is None:
        sent = media_types.parse(answer.content_type) if answer.content_type else None
        content = promise.content_for(sent) if sent is not None else None
    if content is None:
        breaches.append(_wrong_media_type(promise, answer, where))
        return
    if answer.stream is None and not _accepts_value(content, answer.value):
        _judge_bytes(content, promise, answer.body, where, breaches)


def _accepts_value(content: ContentPromise, value: Any) -> bool:
    """Whether the value that the body was written from settles the matter."""
    if value is MISSING or content.family.must_parse:
        return False
    try:
        return content.accepts(value)
    except ValueError:  # a date, a dataclass and their like are judged as they are written
        return False


def _judge_bytes(
    content: ContentPromise, promise: Promise, body: bytes, where: str, breaches: list[Breach]
) -> None:
    """Judge the bytes that would be sent: their syntax, then their schema."""
    promised = f"{content.name} at {promise.place}"
    if not body and content.media_type.is_json:
        remedy = "Return the body, or declare the status without content."
        breaches.append(Breach(Rule.BODY_MISSING, where, "without a body", promised, remedy))
        return
    try:
        value = content.family.read(body)
    except Unreadable as error:
        remedy = "Return a value and let the engine write it, or correct the bytes."
        breaches.append(
            Breach(Rule.BODY_SYNTAX, where, f"with a body that {error}", promised, remedy)
        )
        return
    if not content.accepts(value):
        breaches.extend(_broken_schema(content, promise, value, where))


def _broken_schema(
    content: ContentPromise, promise: Promise, value: Any, where: str
) -> Iterator[Breach]:
    for fault in content.faults(value):
        undeclared = fault.rule in ("additionalProperties", "unevaluatedProperties")
        at = fault.pointer or "its root"
        yield Breach(
            Rule.PROPERTY if undeclared else Rule.BODY_SCHEMA,
            where,
            f"with a body whose {at} {fault.detail} ({fault.rule})",
            f"{content.name} by the schema at {promise.place}",
            "Leave it out, or declare the property."
            if undeclared
            else "Correct the handler, or the schema.",
        )


def _wrong_length(answer: Answer, than: str) -> Breach:
    return Breach(
        Rule.BODY_LENGTH,
        f"{answer.promises.name} answered {answer.status}",
        f"with {than} bytes than its Content-Length says",
        "a whole body",
        "Leave Content-Length to the engine, or correct it.",
    )


def _undeclared_status(promises: Promises, status: int) -> Breach:
    return Breach(
        Rule.STATUS,
        promises.name,
        f"answered {status}",
        promises.listed(),
        f"Change the handler, or declare it at {promises.place}.",
    )


def _undeclared_body(promise: Promise, answer: Answer, where: str) -> Breach:
    what = "a body" if answer.body else "a Content-Type"
    return Breach(
        Rule.BODY_UNDECLARED,
        where,
        f"with {what}",
        f"no content at {promise.place}",
        "Return None as the body, or declare the content.",
    )


def _undeclared_header(promise: Promise, name: str, where: str) -> Breach:
    names = ", ".join(sorted({header.name for header in promise.headers.values()})) or "none"
    return Breach(
        Rule.HEADER_UNDECLARED,
        where,
        f"with the header {name}",
        f"the headers {names} at {promise.place}",
        "Leave it out, or declare it.",
    )


def _wrong_header(promise: Promise, name: str, where: str) -> Breach:
    return Breach(
        Rule.HEADER_VALUE,
        where,
        f"with a value of {name} that breaks its schema",
        f"that schema at {promise.place}",
        "Correct the value, or the schema.",
    )


def _wrong_media_type(promise: Promise, answer: Answer, where: str) -> Breach:
    found = f"as {answer.content_type}" if answer.content_type else "without a body"
    rule = Rule.MEDIA_TYPE if answer.content_type else Rule.BODY_MISSING
    return Breach(
        rule,
        where,
        found,
        f"{', '.join(promise.contents)} at {promise.place}",
        "Return one of these, or declare the other.",
    )
