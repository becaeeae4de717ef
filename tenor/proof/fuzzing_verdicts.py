"""The verdicts of schemathesis: which of its failed checks are faults, and what is said of them.

A sound API gives no cause for a finding. So what a schema cannot say is no fault: refusals by rules
of the domain, and what HTTP has a server ignore.
"""

# Operations have no types from there.
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false
# pyright: reportUnknownVariableType=false
import re
from collections import Counter
from dataclasses import dataclass, field

from schemathesis.core.failures import (
    AcceptedNegativeData,
    ContentTypeServerError,
    Failure,
    ResponseTimeExceeded,
    ServerError,
)
from schemathesis.core.parameters import ParameterLocation
from schemathesis.core.transport import Response
from schemathesis.hooks import HookContext
from schemathesis.openapi.checks import (
    AllowHeaderMismatch,
    AuthScenario,
    EnsureResourceAvailability,
    IgnoredAuth,
    JsonSchemaError,
    MissingHeaderNotRejected,
    RejectedPositiveData,
    UnsupportedMethodResponse,
    UseAfterFree,
)

from tenor.document import escape
from tenor.proof.contract import Contract, Operation
from tenor.proof.fuzzing import Refusal
from tenor.proof.fuzzing_cases import AnyCase
from tenor.proof.fuzzing_gateway import Gateway, Sent
from tenor.proof.probing import admits, body_schema
from tenor.rules import Breach, Rule

BAD_REQUEST = 400
_NOT_IMPLEMENTED = 501
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_EMPTY_FORM = re.compile(rb"\s*(--[^\r\n]+--\s*)?")
_NEVER_MEANT = (406, 411, 415)
"""Refusals that depend on nothing but the contract: of what it accepts, how long, in which form."""
_MAY_BE_IGNORED = frozenset(
    (
        "if-none-match",
        "if-modified-since",
        "if-unmodified-since",
        "if-range",
        "range",
        "accept",
        "accept-charset",
        "accept-encoding",
        "accept-language",
        "cache-control",
        "pragma",
        "traceparent",
        "tracestate",
        "baggage",
    )
)
"""Headers that a recipient ignores where it cannot read them (RFC 9110, sections 12 to 14)."""


# --- what is a fault ----------------------------------------------------------------------------


@dataclass(slots=True)
class Verdicts:
    """Tells faults from what is meant. ``refused`` counts the 400 that may be meant."""

    gateway: Gateway
    refusals: tuple[Refusal, ...] | None
    refused: Counter[str] = field(default_factory=Counter[str])

    def is_fault(
        self, _context: HookContext, failure: Failure, case: AnyCase, _response: Response
    ) -> bool:
        """Whether a failed check stands."""
        sent = self.gateway.by_case.get(failure.case_id or case.id)
        operation = self.gateway.operation(case.operation.label)
        if sent is None or sent.lack:
            return False
        status = sent.reply.status
        if sent.reply.is_stray and _CONFORMANCE.keys() & {*failure.checks}:
            return False
        match failure:
            case RejectedPositiveData():
                return self._is_refused_wrongly(operation, sent)
            case AcceptedNegativeData():
                may_be_ignored = _breaks_what_may_be_ignored(case)
                is_lost = _breaks_what_has_no_types(case) or self._is_empty_form(operation, sent)
                return not (may_be_ignored or is_lost)
            case MissingHeaderNotRejected():
                return not 400 <= status < 500
            case IgnoredAuth():
                return not (400 <= status < 500 and _declares(operation, status))
            case ServerError():
                return not _says_that_it_cannot(operation, sent)
            case UnsupportedMethodResponse():
                return status != _NOT_IMPLEMENTED and not self._has_method(sent)
            case AllowHeaderMismatch():
                return not self._is_exact(sent)
            case _:
                return True

    def _is_refused_wrongly(self, operation: Operation, sent: Sent) -> bool:
        if self.refusals is not None:
            return not any(each.covers(operation.id, sent.reply) for each in self.refusals)
        if sent.reply.status == BAD_REQUEST and not _holds_null(sent):
            self.refused[operation.id] += 1
        return sent.reply.status in _NEVER_MEANT

    def _is_empty_form(self, operation: Operation, sent: Sent) -> bool:
        """Whether a form is sent without fields, where none is required.

        It has no null: what stands for that is an object without members, and fits.
        """
        media_type = (sent.request.header("Content-Type") or "").partition(";")[0].strip().lower()
        pointer = body_schema(operation, media_type)
        if not pointer or not _EMPTY_FORM.fullmatch(sent.request.body or b""):
            return False
        schema = operation.bodies[media_type][0]["schema"]
        return media_type in _FORMS and admits(self.gateway.contract, schema, pointer, {})

    def _has_method(self, sent: Sent) -> bool:
        """Whether another path with the same address has the method: `/pets/{id}` has `/pets/x`."""
        return sent.request.method in self.gateway.contract.methods_at(sent.request.path)

    def _is_exact(self, sent: Sent) -> bool:
        """Whether Allow names the methods that the address has, by all paths that match it."""
        named = frozenset(each.strip() for each in (sent.reply.header("Allow") or "").split(","))
        return named == self.gateway.contract.methods_at(sent.request.path)


def _declares(operation: Operation, status: int) -> bool:
    return operation.promises.of(status) is not None


def _holds_null(sent: Sent) -> bool:
    """Whether there is a null character in a request: many refuse it, and few schemas say so."""
    body = sent.request.body or b""
    return "%00" in sent.request.target or b"\0" in body or b"\\u0000" in body or b"%00" in body


def _says_that_it_cannot(operation: Operation, sent: Sent) -> bool:
    """Whether the server says that it has not got what is asked for: a method, or declared so."""
    is_other = sent.operation is None
    return sent.reply.status == _NOT_IMPLEMENTED and (
        is_other or _declares(operation, sent.reply.status)
    )


def _breaks_what_may_be_ignored(case: AnyCase) -> bool:
    """Whether a case is wrong in nothing but headers that may be ignored."""
    assert case.meta is not None
    data = case.meta.phase.data
    broken = [(m.parameter_location, m.parameter) for m in data.mutations]
    return all(
        location is ParameterLocation.HEADER and (name or "").lower() in _MAY_BE_IGNORED
        for location, name in broken or [(data.parameter_location, data.parameter)]
    )


def _breaks_what_has_no_types(case: AnyCase) -> bool:
    """Whether a case is wrong in nothing but content as XML, where a number is text as well."""
    assert case.meta is not None
    broken = {location for location, part in case.meta.components.items() if part.mode.is_negative}
    return broken == {ParameterLocation.BODY} and (case.media_type or "").endswith("xml")


# --- what is said of it -------------------------------------------------------------------------

_CONFORMANCE = {
    "status_code_conformance": {Rule.STATUS},
    "content_type_conformance": {Rule.MEDIA_TYPE, Rule.BODY_MISSING},
    "response_headers_conformance": {Rule.HEADER_MISSING, Rule.HEADER_VALUE},
    "response_schema_conformance": {Rule.BODY_SCHEMA, Rule.PROPERTY, Rule.BODY_SYNTAX},
}
"""The rules of the gate that a check is about."""


def sentence(check: str, failure: Failure, case: AnyCase, sent: Sent, contract: Contract) -> str:
    """Where, what was found, what was promised, and what to do. No value of a body is in it."""
    operation = contract.operation(sent.operation or "") or _of(case, contract)
    breach = _breach(check, sent, operation, contract)
    return str(breach) if breach else _said(failure, case, sent, operation, contract)


def _of(case: AnyCase, contract: Contract) -> Operation:
    path, method = case.operation.path, case.operation.method.upper()
    found = (each for each in contract.operations if (each.path, each.method) == (path, method))
    return next(found)


def _breach(check: str, sent: Sent, operation: Operation, contract: Contract) -> Breach | None:
    """What the gate says of the same reply, as far as it is about what the check is about."""
    if check not in _CONFORMANCE:
        return None
    _, breaches = contract.judge(sent.request, sent.reply, operation)
    return next((each for each in breaches if each.rule in _CONFORMANCE[check]), None)


def _said(
    failure: Failure, case: AnyCase, sent: Sent, operation: Operation, contract: Contract
) -> str:
    status, name = sent.reply.status, operation.id
    place = contract.document.place(operation.pointer)
    match failure:
        case ContentTypeServerError():
            return (
                f"{name} answered {status} to content of a type that it does not declare; RFC 9110 "
                "promises 415. Refuse the type before the content is read."
            )
        case ServerError():
            return (
                f"{name} answered {status} to {_asked(sent)}; no request may make a server fail. "
                "Look for the cause in the server's log, and answer what the request deserves."
            )
        case AcceptedNegativeData():
            return (
                f"{name} answered {status} to a request that breaks the contract"
                f"{_fault_of(case)}; the contract promises that it is refused. Answer 400, or "
                f"declare at {place} that it is accepted."
            )
        case RejectedPositiveData():
            return (
                f"{name} answered {status} to a request that fits the contract; the contract "
                f"promises that it is accepted. Accept it, or declare at {place} what makes it "
                "wrong."
            )
        case MissingHeaderNotRejected():
            refusal = 401 if failure.header_name.lower() == "authorization" else 400
            return (
                f"{name} answered {status} to a request without {failure.header_name}; the "
                f"contract promises that the header is required. Answer {refusal}, or declare at "
                f"{place} that it is not."
            )
        case UnsupportedMethodResponse() | AllowHeaderMismatch():
            return _said_of_method(failure, sent, operation, contract)
        case UseAfterFree() | EnsureResourceAvailability():
            return _said_of_being(failure, sent)
        case IgnoredAuth():
            return (
                f"{name} answered {status} to a request {_credentials(failure)}; the contract "
                f"promises 401 by its security at {place}. Ask who it is before anything else."
            )
        case ResponseTimeExceeded():
            return (
                f"{name} took more than {failure.deadline:g} seconds to answer {_asked(sent)}; a "
                "client gives up before. Find out what it waits for."
            )
        case _:
            return _said_otherwise(failure, status, operation, contract)


def _asked(sent: Sent) -> str:
    return f"{sent.request.method} {sent.request.path}"


def _said_of_method(
    failure: UnsupportedMethodResponse | AllowHeaderMismatch,
    sent: Sent,
    operation: Operation,
    contract: Contract,
) -> str:
    allowed = ", ".join(sorted(contract.methods_at(sent.request.path)))
    if isinstance(failure, AllowHeaderMismatch):
        return (
            f"{operation.path} answered OPTIONS with Allow: {failure.allow_header}; the contract "
            f"promises {allowed}. Send these, or declare the others."
        )
    if failure.failure_reason == "missing_allow_header":
        return (
            f"{operation.path} answered {sent.reply.status} to {sent.request.method} without "
            f"Allow; RFC 9110 promises the methods that there are. Send Allow: {allowed}."
        )
    return (
        f"{operation.path} answered {sent.reply.status} to {sent.request.method}, which it does "
        f"not declare; RFC 9110 promises 405. Answer 405 with Allow: {allowed}, or declare it."
    )


def _said_of_being(failure: UseAfterFree | EnsureResourceAvailability, sent: Sent) -> str:
    if isinstance(failure, UseAfterFree):
        return (
            f"{_asked(sent)} answered {sent.reply.status} after {failure.free} had deleted what is "
            "there; what is deleted is promised to be gone. Delete it, and answer 404 or 410."
        )
    return (
        f"{_asked(sent)} answered {sent.reply.status} where {failure.created_with} had just said "
        "that it created what is there; what is created is promised to be there. Keep it, or "
        "correct the address that is given of it."
    )


def _said_otherwise(failure: Failure, status: int, operation: Operation, contract: Contract) -> str:
    """What schemathesis holds against an answer that the gate would let pass."""
    place = contract.document.place(f"{operation.pointer}/responses/{escape(str(status))}")
    where = ""
    if isinstance(failure, JsonSchemaError):
        pointer = "".join(f"/{escape(str(token))}" for token in failure.instance_path)
        where = f" at {pointer or 'its root'}, by the rule {(failure.schema_path or ['false'])[-1]}"
    return (
        f"{operation.id} answered {status}, and schemathesis finds in it: {failure.title}{where}; "
        f"the contract promises what stands at {place}. Correct the answer, or what is declared."
    )


def _fault_of(case: AnyCase) -> str:
    """What is wrong in a case, in the words of schemathesis."""
    assert case.meta is not None
    data = case.meta.phase.data
    place = data.parameter_location.name.lower() if data.parameter_location else ""
    is_body = data.parameter_location is ParameterLocation.BODY
    name = f" {data.parameter}" if data.parameter and not is_body else ""
    what = " ".join((data.description or "").replace("`", "").split())
    return f" ({place}{name}: {what[:1].lower()}{what[1:200]})" if place and what else ""


def _credentials(failure: IgnoredAuth) -> str:
    match failure.scenario:
        case AuthScenario.NO_AUTH:
            return "without credentials"
        case AuthScenario.INVALID_AUTH:
            return "with wrong credentials"
        case AuthScenario.GENERATED_AUTH:
            return "with credentials that are made up"
