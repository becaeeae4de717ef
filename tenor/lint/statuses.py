"""Rules of statuses: those that nobody can decide, and those that a feature implies."""

from collections.abc import Iterator

from tenor.document import UNIVERSAL_HEADERS, escape
from tenor.lint.contract import Contract, Operation, Response
from tenor.lint.findings import Flaw, Flaws, Severity, rule
from tenor.lint.sentences import declared, listed


@rule(
    "T001",
    "no-default-response",
    Severity.ERROR,
    bad="""
    paths:
      /notes:
        get:
          operationId: listNotes
          responses:
            "204": {description: There are none.}
            default: {description: Something went wrong.}
    """,
    mend=("default: {", '"500": {'),
)
def default_responses(contract: Contract) -> Flaws:
    """No response is declared as `default`.

    It promises every status there is, so that no answer can break it and no client can prepare for
    it.
    """
    for response in _every(contract):
        if response.status == "default":
            yield Flaw(
                response.at,
                "default declares every status there is",
                "Declare each status by its number.",
            )


@rule(
    "T002",
    "no-status-range",
    Severity.WARNING,
    bad="""
    paths:
      /notes:
        get:
          operationId: listNotes
          responses:
            "204": {description: There are none.}
            "4XX": {description: The request is refused.}
    """,
    mend=('"4XX"', '"410"'),
)
def status_ranges(contract: Contract) -> Flaws:
    """No response is declared for a range of statuses, such as `4XX`.

    It promises a hundred of them: which are answered is not said, and whether all have been seen
    cannot be decided.
    """
    for response in _every(contract):
        if response.status.endswith("XX"):
            yield Flaw(
                response.at,
                f"{response.status} declares a hundred statuses",
                "Declare those that are answered, each by its number.",
            )


def _every(contract: Contract) -> Iterator[Response]:
    yield from contract.unrouted
    for operation in contract.operations:
        yield from operation.responses


# --- implied by what an operation takes ---------------------------------------------------------


@rule(
    "T101",
    "credentials-are-refused",
    Severity.WARNING,
    bad="""
    components:
      securitySchemes:
        token: {type: http, scheme: bearer}
    paths:
      /notes:
        get:
          operationId: listNotes
          security: [token: [read]]
          responses:
            "204": {description: There are none.}
            "401":
              description: The token is missing, or is none.
              headers:
                WWW-Authenticate: {schema: {type: string, maxLength: 200}}
    """,
    mend=(
        '        "401":',
        '        "403": {description: The token may not read.}\n        "401":',
    ),
)
def security(contract: Contract) -> Flaws:
    """What asks for credentials declares 401, and 403 when it asks for scopes.

    401 is for credentials that are missing or wrong, 403 for those without the scope or role.
    """
    for operation in contract.operations:
        if operation.wants_credentials:
            implied = ("401", "403") if operation.scopes else ("401",)
            yield from _lacking(operation, "asks for credentials", *implied)


@rule(
    "T102",
    "content-is-refused",
    Severity.WARNING,
    bad="""
    paths:
      /notes:
        post:
          operationId: addNote
          requestBody:
            content:
              application/json:
                schema: {type: boolean}
          responses:
            "204": {description: It is kept.}
            "400": {description: It is no boolean.}
    """,
    mend=(
        '        "400": {description: It is no boolean.}',
        """\
        "400": {description: It is no boolean.}
        "413": {description: It is too large.}
        "415": {description: It is no JSON.}""",
    ),
)
def body(contract: Contract) -> Flaws:
    """What takes content declares 400, 413 and 415.

    400 is for content that breaks its schema, 413 for too much of it, 415 for another media type.
    """
    for operation in contract.operations:
        if operation.body is not None:
            yield from _lacking(operation, "takes content", "400", "413", "415")


@rule(
    "T103",
    "parameters-are-refused",
    Severity.WARNING,
    bad="""
    paths:
      /notes:
        get:
          operationId: listNotes
          parameters:
            - {name: all, in: query, schema: {type: boolean}}
          responses:
            "204": {description: There are none.}
    """,
    mend=(
        '        "204": {description: There are none.}',
        """\
        "204": {description: There are none.}
        "400": {description: It is no boolean.}""",
    ),
)
def parameters(contract: Contract) -> Flaws:
    """What takes parameters in query, headers or cookies declares 400.

    It is for those that break their schemas, and for those that are not declared. (One in the path
    makes another address: see T104.)
    """
    for operation in contract.operations:
        locations = ("query", "header", "cookie")
        if operation.body is None and any(map(operation.takes, locations)):
            yield from _lacking(operation, "takes parameters", "400")


@rule(
    "T104",
    "address-is-refused",
    Severity.WARNING,
    bad="""
    paths:
      /notes/{number}:
        get:
          operationId: getNote
          parameters:
            - {name: number, in: path, required: true, schema: {type: integer, format: int32}}
          responses:
            "204": {description: It is empty.}
    """,
    mend=(
        '        "204": {description: It is empty.}',
        """\
        "204": {description: It is empty.}
        "404": {description: There is no such note.}""",
    ),
)
def path(contract: Contract) -> Flaws:
    """What takes a parameter in its path declares 404.

    It is for addresses where nothing is, and also for a parameter that breaks its schema, so that
    nothing can have that address.
    """
    for operation in contract.operations:
        if operation.takes("path"):
            yield from _lacking(operation, "takes a parameter in its path", "404")


@rule(
    "T105",
    "accept-is-refused",
    Severity.WARNING,
    bad="""
    paths:
      /notes:
        get:
          operationId: countNotes
          responses:
            "200":
              description: How many there are.
              content:
                application/json:
                  schema: {type: integer, format: int32}
    """,
    mend=(
        '        "200":',
        '        "406": {description: It is had in JSON only.}\n        "200":',
    ),
)
def negotiation(contract: Contract) -> Flaws:
    """What answers with content declares 406.

    It is for an `Accept` that admits none of the media types of success.
    """
    for operation in contract.operations:
        if any(r.status.startswith("2") and r.content for r in operation.responses):
            yield from _lacking(operation, "answers with content", "406")


@rule(
    "T106",
    "etag-is-conditional",
    Severity.WARNING,
    bad="""
    paths:
      /notes:
        get:
          operationId: listNotes
          parameters:
            - {name: If-None-Match, in: header, schema: {type: string, maxLength: 100}}
          responses:
            "204":
              description: There are none.
              headers:
                ETag: {schema: {type: string, maxLength: 100}}
            "400": {description: A header is too long.}
    """,
    mend=(
        '        "400": {description: A header is too long.}',
        """\
        "304": {description: There still are none.}
        "400": {description: A header is too long.}""",
    ),
)
def etags(contract: Contract) -> Flaws:
    """A `GET` that answers with an `ETag` declares 304 and takes `If-None-Match`.

    So clients may ask whether the tag still holds, and are spared the content when it does.
    """
    for operation in contract.operations:
        if operation.method != "get" or not _gives(operation, "etag"):
            continue
        yield from _lacking(operation, "answers with an ETag", "304")
        if not operation.takes("header", "if-none-match"):
            yield Flaw(
                operation.pointer,
                f"{operation.name} answers with an ETag and does not take If-None-Match",
                "Declare the header parameter If-None-Match.",
            )


@rule(
    "T107",
    "if-match-is-refused",
    Severity.WARNING,
    bad="""
    paths:
      /notes:
        delete:
          operationId: deleteNotes
          parameters:
            - {name: If-Match, in: header, schema: {type: string, maxLength: 100}}
          responses:
            "204": {description: They are gone.}
            "400": {description: The header is too long.}
            "412": {description: Somebody changed them.}
    """,
    mend=(
        '        "412": {description: Somebody changed them.}',
        """\
        "412": {description: Somebody changed them.}
        "428": {description: If-Match is missing.}""",
    ),
)
def preconditions(contract: Contract) -> Flaws:
    """What takes `If-Match` declares 412 and 428.

    412 is for a tag that does not match any more, 428 for a header that is missing. Where the
    parameter is required its absence is a 400, so that 428 is not needed.
    """
    for operation in contract.operations:
        parameter = operation.takes("header", "if-match")
        if parameter is not None:
            implied = ("412",) if parameter.node.get("required") is True else ("412", "428")
            yield from _lacking(operation, "takes If-Match", *implied)


@rule(
    "T108",
    "limits-are-said",
    Severity.WARNING,
    bad="""
    paths:
      /notes:
        get:
          operationId: listNotes
          responses:
            "204":
              description: There are none.
              headers:
                RateLimit: {schema: {type: string, maxLength: 100}}
    """,
    mend=(
        '        "204":',
        """\
        "429":
          description: Ask less often.
          headers:
            Retry-After: {schema: {type: integer, minimum: 1, maximum: 60}}
        "204":""",
    ),
)
def limits(contract: Contract) -> Flaws:
    """What tells of a limit declares 429.

    It is told by `RateLimit` or `X-RateLimit-*` headers, and 429 is for those who are beyond it.
    What every answer may have (`x-tenor-headers`, not required) tells nothing of one operation.
    """
    untold = set(_optional_of_every_answer(contract))
    for operation in contract.operations:
        names = {name for response in operation.responses for name in response.headers} - untold
        if any(name.startswith(_LIMITS) for name in names):
            yield from _lacking(operation, "tells of a limit", "429")


def _optional_of_every_answer(contract: Contract) -> Iterator[str]:
    """The headers that every answer may have, in lower case."""
    for name in contract.document.raw.get(UNIVERSAL_HEADERS) or ():
        header, _ = contract.document.follow(f"/{UNIVERSAL_HEADERS}/{escape(name)}")
        if header.get("required") is not True:
            yield name.lower()


_LIMITS = ("ratelimit", "x-ratelimit", "x-rate-limit")


@rule(
    "T109",
    "refusal-has-a-cause",
    Severity.WARNING,
    bad="""
    paths:
      /notes:
        get:
          operationId: listNotes
          responses:
            "204": {description: There are none.}
            "401":
              description: Who are you?
              headers:
                WWW-Authenticate: {schema: {type: string, maxLength: 200}}
    """,
    mend=('"401"', '"410"'),
)
def unasked(contract: Contract) -> Flaws:
    """What declares 401 asks for credentials.

    401 says that they are missing or wrong, and here the contract does not say which: there is no
    `security`, and no content in which they could be.
    """
    for operation in contract.operations:
        if operation.security or operation.body is not None:
            continue
        for response in operation.responses:
            if response.status == "401":
                yield Flaw(
                    response.at,
                    f"{operation.name} declares 401 and asks for no credentials",
                    "Declare its security, or leave the status out.",
                )


def _lacking(operation: Operation, feature: str, *implied: str) -> Flaws:
    lacking = operation.lacks(*implied)
    if lacking:
        yield Flaw(
            f"{operation.pointer}/responses",
            f"{operation.name} {feature} and does not declare {listed(lacking, 'or')}",
            declared(lacking),
        )


def _gives(operation: Operation, header: str) -> bool:
    """Whether a success has the header."""
    return any(r.status.startswith("2") and header in r.headers for r in operation.responses)


# --- headers that a status implies --------------------------------------------------------------


@rule(
    "T121",
    "refusal-has-a-challenge",
    Severity.WARNING,
    bad="""
    components:
      securitySchemes:
        token: {type: http, scheme: bearer}
    paths:
      /notes:
        get:
          operationId: listNotes
          security: [token: []]
          responses:
            "204": {description: There are none.}
            "401": {description: Who are you?}
    """,
    mend=(
        '"401": {description: Who are you?}',
        """\
"401":
          description: The token is missing, or is none.
          headers:
            WWW-Authenticate: {schema: {type: string, maxLength: 200}}""",
    ),
)
def challenges(contract: Contract) -> Flaws:
    """401 has the header `WWW-Authenticate`.

    It has to say which credentials are taken (RFC 9110, section 15.5.2).
    """
    yield from _without(contract.responses, "401", "WWW-Authenticate")


@rule(
    "T122",
    "created-has-an-address",
    Severity.WARNING,
    bad="""
    paths:
      /notes:
        post:
          operationId: addNote
          responses:
            "201": {description: It exists.}
    """,
    mend=(
        '"201": {description: It exists.}',
        """\
"201":
          description: It exists.
          headers:
            Location: {schema: {type: string, maxLength: 2000}}""",
    ),
)
def locations(contract: Contract) -> Flaws:
    """The 201 of a `POST` has the header `Location`.

    It says where the new thing is: without it, that is where the request went (RFC 9110, section
    15.3.2).
    """
    posts = (op for op in contract.operations if op.method == "post")
    yield from _without((r for op in posts for r in op.responses), "201", "Location")


@rule(
    "T123",
    "methods-are-listed",
    Severity.WARNING,
    bad="""
    paths:
      /notes:
        get:
          operationId: listNotes
          responses:
            "204": {description: There are none.}
            "405": {description: Not now.}
    """,
    mend=(
        '"405": {description: Not now.}',
        """\
"405":
          description: Not now.
          headers:
            Allow: {schema: {type: string, maxLength: 100}}""",
    ),
)
def methods(contract: Contract) -> Flaws:
    """405 has the header `Allow`.

    It has to list the methods that the address has (RFC 9110, section 15.5.6).
    """
    yield from _without(contract.responses, "405", "Allow")


@rule(
    "T124",
    "waiting-has-a-time",
    Severity.WARNING,
    bad="""
    paths:
      /notes:
        get:
          operationId: listNotes
          responses:
            "204": {description: There are none.}
            "429": {description: Ask less often.}
    """,
    mend=(
        '"429": {description: Ask less often.}',
        """\
"429":
          description: Ask less often.
          headers:
            Retry-After: {schema: {type: integer, minimum: 1, maximum: 60}}""",
    ),
)
def retries(contract: Contract) -> Flaws:
    """429 and 503 have the header `Retry-After`.

    It says how long to wait, so that clients neither give up nor hammer.
    """
    for status in ("429", "503"):
        yield from _without(contract.responses, status, "Retry-After")


def _without(responses: Iterator[Response] | tuple[Response, ...], status: str, name: str) -> Flaws:
    """Each response of the status that does not declare the header, each place once."""
    lacking = {
        r.pointer: r for r in responses if r.status == status and name.lower() not in r.headers
    }
    for pointer in lacking:
        yield Flaw(pointer, f"{status} has no header {name}", f"Declare {name} in its headers.")
