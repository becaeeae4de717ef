"""Rules of the engine's own answers: whether the contract has words for them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tenor import limits, media_types, problems
from tenor.document import UNROUTED
from tenor.errors import ConfigurationError
from tenor.judgement import judge
from tenor.lint.contract import Contract, Operation, Response
from tenor.lint.findings import Flaw, Flaws, Severity, rule
from tenor.lint.sentences import declared, listed
from tenor.problems import Fault, Problem
from tenor.promises import Promises, compile_promise
from tenor.wordings import wordings


@rule(
    "T801",
    "engine-answer-declared",
    Severity.WARNING,
    bad="""
    paths:
      /notes:
        get:
          operationId: listNotes
          responses:
            "204": {description: There are none.}
            "400": {description: There is a parameter too many.}
    x-tenor-unrouted:
      "204":
        description: What the address can do.
        headers:
          Allow: {schema: {type: string, maxLength: 100}}
      "400": {description: The host is not served here.}
      "404": {description: Nothing is here.}
      "405":
        description: The address cannot do that.
        headers:
          Allow: {schema: {type: string, maxLength: 100}}
    """,
    mend=(
        "many.}\n",
        'many.}\n        "500": {description: The server failed.}\n',
    ),
)
def undeclared(contract: Contract) -> Flaws:
    """The engine's own answers are declared.

    Some requests it answers itself: those that nobody expected (500), those at addresses that no
    operation has (404) or by other methods (405), and more. Where neither the operation nor
    `x-tenor-unrouted` declares the status, it speaks in words of its own, which no client of the
    contract knows of. What an operation implies by what it takes is told by T101 to T105.
    """
    known = {response.status for response in contract.unrouted}
    missing = [s for s in ("204", "400", "404", "405") if not _has(known, s)]
    if missing:
        yield Flaw(
            f"/{UNROUTED}",
            f"requests that belong to no operation are answered {listed(missing)} in the engine's "
            "own words",
            f"Declare {listed(missing)} at the root, under {UNROUTED}.",
        )
    for operation in contract.operations:
        left = [s for s in operation.lacks(*_unimplied(operation)) if not _has(known, s)]
        if left:
            yield Flaw(
                f"{operation.pointer}/responses",
                f"{operation.name} is answered {listed(left)} in the engine's own words",
                declared(left),
            )


def _has(known: set[str], status: str) -> bool:
    return bool({status, f"{status[0]}XX", "default"} & known)


def _unimplied(operation: Operation) -> Iterator[str]:
    """The statuses that the engine may give to any request, whatever the operation takes."""
    takes = any(map(operation.takes, ("query", "header", "cookie")))
    if operation.body is None and not takes:
        yield "400"  # to a parameter, or to content, that is not declared
    if operation.body is not None and _takes_undelimited(operation):
        yield "411"
    yield "500"
    if operation.body is not None:
        yield "503"


def _takes_undelimited(operation: Operation) -> bool:
    """Whether content is taken that does not say where it ends, so that it may not be chunked."""
    content = operation.body.node.get("content") if operation.body is not None else None
    taken = (media_types.parse(name) for name in content or ())
    return any(each and not each.is_json and each.type != "multipart" for each in taken)


# --- in words that fit --------------------------------------------------------------------------


@rule(
    "T802",
    "engine-answer-fits",
    Severity.WARNING,
    bad="""
    paths:
      /notes:
        get:
          operationId: listNotes
          responses:
            "204": {description: There are none.}
            "500":
              description: The server failed.
              content:
                application/json:
                  schema:
                    type: object
                    required: [code]
                    properties:
                      code: {type: integer, format: int32}
    """,
    mend=(
        """\
                required: [code]
                properties:
                  code: {type: integer, format: int32}""",
        """\
                required: [type, title, status]
                properties:
                  type: {type: string, maxLength: 200}
                  title: {type: string, maxLength: 200}
                  status: {type: integer, format: int32}""",
    ),
)
def unfit(contract: Contract) -> Flaws:
    """The engine's own answers fit what is declared of them.

    It speaks in problems (RFC 9457): with `type`, `title`, `status`, and where the schema has room
    for them `detail`, `errors` and `violation`; or without content, where none is declared. A
    declaration in another form is right for what handlers say, and the engine's own answer of that
    status leaves in its built-in form all the same.
    """
    seen: set[tuple[str, str]] = set()
    for speaker in _speakers(contract):
        for response in speaker.responses:
            if (response.status, response.pointer) in seen:
                continue
            lack = _lack(contract, speaker, response)
            if lack is not None:
                seen.add((response.status, response.pointer))
                yield Flaw(
                    response.pointer,
                    f"{speaker.name} declares {response.status} in words that are not the "
                    f"engine's: it would answer {lack}",
                    "Declare a problem (application/problem+json) beside or in place of it.",
                )


@dataclass(frozen=True, slots=True)
class _Speaker:
    """For whom the engine speaks, and what it may have to say."""

    name: str
    responses: tuple[Response, ...]
    said: tuple[Problem | None, ...]

    def response_of(self, status: int) -> Response | None:
        """The response that is declared for a status: exactly, by its range, or by default."""
        declared = {response.status: response for response in self.responses}
        keys = (str(status), f"{status // 100}XX", "default")
        return next((declared[key] for key in keys if key in declared), None)


def _speakers(contract: Contract) -> Iterator[_Speaker]:
    if contract.unrouted:
        yield _Speaker(UNROUTED, contract.unrouted, tuple(_said_to_nobody()))
    for operation in contract.operations:
        said = tuple(_said(contract, operation))
        yield _Speaker(operation.name, operation.responses, said)


def _lack(contract: Contract, speaker: _Speaker, response: Response) -> str | None:
    """Why something that the engine may say with this status does not fit; None if all does.

    The address of problems is the application's: what fits under any base is taken for fitting.
    """
    said = [each for each in speaker.said if speaker.response_of(_status(each)) is response]
    promises = _promises(contract, speaker, response) if said else None
    if promises is None:
        return None
    for refusal in said:
        lacks = [_first_lack(promises, refusal, base) for base in contract.bases]
        if None not in lacks:
            return lacks[0]
    return None


def _status(refusal: Problem | None) -> int:
    return 204 if refusal is None else refusal.code


def _promises(contract: Contract, speaker: _Speaker, response: Response) -> Promises | None:
    """What one response promises; None where it cannot be served, which other rules tell."""
    try:
        promise = compile_promise(
            contract.document,
            contract.compiler,
            response.status,
            response.node,
            response.pointer,
            varies=True,
        )
    except ConfigurationError:
        return None
    return Promises(speaker.name, promise.place, {response.status: promise})


def _first_lack(promises: Promises, refusal: Problem | None, base: str) -> str | None:
    """What is wrong with the first wording; None when some wording fits."""
    status = _status(refusal)
    headers = [("Allow", "GET, HEAD, OPTIONS")] if refusal is None else [*refusal.headers.items()]
    body: dict[str, Any] | None = None if refusal is None else refusal.body(base)
    (promise,) = promises.declared.values()
    first = ""
    for answer in wordings(status, headers, body, promises, promise):
        breaches = judge(answer)
        if not breaches:
            return None
        first = first or breaches[0].found
    return first or f"in JSON, and {listed(promise.contents)} is declared"


def _said(contract: Contract, operation: Operation) -> Iterator[Problem]:
    """What the engine may say to requests for an operation, one of each kind."""
    yield problems.invalid([Fault("query", "/limit", "type", "must be of type integer")])
    if operation.wants_credentials and (bearer := _bearer(contract, operation)):
        yield problems.of_type(
            "unauthorized",
            detail="No credentials were sent.",
            headers={"WWW-Authenticate": bearer},
        )
        if operation.scopes:
            challenge = 'Bearer error="insufficient_scope", scope="read"'
            yield problems.of_type(
                "insufficient-scope",
                detail="The scope read is needed.",
                headers={"WWW-Authenticate": challenge},
            )
    if operation.takes("path"):
        yield problems.of_type("not-found")
    yield problems.of_type(
        "not-acceptable", detail="Offered are: text/html.", headers={"Vary": "Accept"}
    )
    yield limits.refusal(1)
    if operation.body is not None:
        yield problems.of_type("length-required", detail="Chunks are taken for JSON only.")
        yield problems.of_type("content-too-large", detail="At most 1048576 bytes are taken.")
        yield problems.of_type("unsupported-media-type", detail="Send application/json.")
        yield problems.of_type(
            "overloaded", detail="Too many bodies are being read.", headers={"Retry-After": "1"}
        )
    yield from _failures()


def _said_to_nobody() -> Iterator[Problem | None]:
    """What the engine may say to requests that belong to no operation; None for OPTIONS."""
    yield None
    yield problems.invalid(
        [Fault("header", "/Host", "served", "is not a host that is served here")]
    )
    yield problems.of_type("not-found")
    yield problems.of_type("method-not-allowed", headers={"Allow": "GET, HEAD, OPTIONS"})
    yield from _failures()


def _failures() -> Iterator[Problem]:
    yield problems.of_type("internal-error")
    held_back = problems.of_type("contract-violation", detail="The answer was held back.")
    held_back.extensions["violation"] = "0" * 32
    yield held_back


def _bearer(contract: Contract, operation: Operation) -> str | None:
    """The challenge of an operation whose credentials are bearer tokens, None for any other."""
    names = [name for each in operation.security for name in each]
    for name in names:
        scheme, _ = contract.document.follow(f"/components/securitySchemes/{name}")
        is_http = scheme["type"] == "http" and str(scheme.get("scheme")).lower() == "bearer"
        if not is_http and scheme["type"] not in ("oauth2", "openIdConnect"):
            return None
    return f'Bearer realm="{contract.document.title}"' if names else None
