"""Rules of what cannot be served: Tenor refuses it at start, and lint tells all of it at once."""

from collections.abc import Callable, Iterator

from tenor import media_types, registration
from tenor.bodies import Readers, compile_body
from tenor.closing import Direction
from tenor.contents import compile_offer
from tenor.document import Json, escape
from tenor.errors import ConfigurationError
from tenor.headers import compile_headers
from tenor.lint.contract import Content, Contract
from tenor.lint.findings import Flaw, Flaws, Severity, rule
from tenor.parameters import compile_parameters
from tenor.promises import family_for
from tenor.representations import family_of


@rule(
    "T601",
    "content-has-validator",
    Severity.ERROR,
    bad="""
    paths:
      /notes:
        get:
          operationId: getNotes
          responses:
            "200":
              description: The notes.
              content:
                application/vnd.ms-excel: {}
            "406": {description: They are had in one form only.}
    """,
    mend=("application/vnd.ms-excel", "application/pdf"),
)
def contents(contract: Contract) -> Flaws:
    """Content has a reader and a validator.

    What nobody can judge would be sent unjudged, so that Tenor does not start with it: a media type
    that no family knows, a schema that nothing in the media type can be held to. Bytes of a type of
    your own are `application/octet-stream`, and `tenor.representations.register` adds a type.
    """
    for content in contract.contents:
        yield from _refused(lambda content=content: _compile(contract, content), content.pointer)


def _compile(contract: Contract, content: Content) -> object:
    if content.direction is Direction.REQUEST:
        return compile_offer(
            contract.document, contract.compiler, content.media_type, content.pointer
        )
    family_for(contract.document, content.media_type, content.pointer)
    return contract.compiler.request(content.described.schema, content.described.pointer)


@rule(
    "T602",
    "text-can-fit",
    Severity.ERROR,
    bad="""
    paths:
      /notes:
        get:
          operationId: exportNotes
          responses:
            "200":
              description: The notes.
              content:
                text/csv:
                  schema: {type: array, maxItems: 1000, items: {type: boolean}}
            "406": {description: They are had in one form only.}
    """,
    mend=(
        "{type: array, maxItems: 1000, items: {type: boolean}}",
        "{type: string, maxLength: 100000}",
    ),
)
def texts(contract: Contract) -> Flaws:
    """A schema of text admits text.

    Plain text, HTML, XML and CSV are read as text: a schema that admits no string refuses every
    answer, and holds nothing of XML that is sent in.
    """
    for content in contract.contents:
        media_type = media_types.parse(content.media_type)
        described = content.described
        family = None if media_type is None else family_of(media_type)
        if media_type is None or family is None or family.name not in _TEXTS:
            continue
        types = contract.compiler.types(described.schema, described.pointer)
        is_sent = content.direction is Direction.REQUEST
        if types and "string" not in types and (not is_sent or media_type.is_xml):
            yield Flaw(
                described.pointer,
                f"the schema of {content.media_type} admits no text, and it is read as that",
                "Write type: string, with what can be said of the text.",
            )


_TEXTS = ("text", "html", "xml", "atom")


@rule(
    "T603",
    "served-as-written",
    Severity.ERROR,
    bad="""
    paths:
      /notes:
        get:
          operationId: listNotes
          parameters:
            - name: filter
              in: query
              content:
                application/xml: {schema: {type: string, maxLength: 200}}
          responses:
            "204": {description: There are none.}
            "400": {description: The filter is too long.}
    """,
    mend=("application/xml", "application/json"),
)
def rest(contract: Contract) -> Flaws:
    """Nothing else is refused at start.

    Refused are parameters in a form that cannot be read, headers that no application may send,
    servers with different base paths, paths that cannot be told apart, and security schemes of
    unknown kinds. Lint tells all of them at once.
    """
    seen: set[tuple[str, str]] = set()
    for pointer, attempt in _attempts(contract):
        for flaw in _refused(attempt, pointer):
            if (flaw.place, flaw.found) not in seen:
                seen.add((flaw.place, flaw.found))
                yield flaw
    components: dict[str, Json] = contract.document.raw.get("components") or {}
    schemes: dict[str, Json] = components.get("securitySchemes") or {}
    for name in schemes:
        pointer = f"/components/securitySchemes/{escape(name)}"
        node, at = contract.document.follow(pointer)
        kind = node.get("scheme", node["type"]) if node["type"] == "http" else node["type"]
        if str(kind).lower() not in _SCHEMES:
            yield Flaw(
                at,
                f"the security scheme {name} is of a kind that is not supported",
                "Use http basic, http bearer, apiKey, oauth2 or openIdConnect.",
            )


_SCHEMES = ("basic", "bearer", "apikey", "oauth2", "openidconnect")


def _attempts(contract: Contract) -> Iterator[tuple[str, Callable[[], object]]]:
    """What is done at start, beside the contents, each with the place that it is about."""
    document, compiler = contract.document, contract.compiler
    yield "/servers", lambda: registration.base_path(document)
    yield "/paths", lambda: registration.refuse_undecidable_paths(document)
    for operation in contract.operations:
        item, pointer = operation.pointer.rpartition("/")[0], operation.pointer
        yield (
            pointer,
            lambda item=item, pointer=pointer: compile_parameters(
                document, compiler, item, pointer
            ),
        )
        if operation.body is not None and not operation.body.node["content"]:
            yield (
                pointer,
                lambda pointer=pointer: compile_body(
                    document, compiler, pointer, limit=0, readers=Readers(1)
                ),
            )
    for response in contract.responses:
        yield (
            response.pointer,
            lambda response=response: compile_headers(
                document, compiler, response.node, response.pointer
            ),
        )


def _refused(attempt: Callable[[], object], pointer: str) -> Flaws:
    """What is refused, as a flaw."""
    try:
        attempt()
    except ConfigurationError as error:
        yield Flaw(pointer, error.fault, error.remedy, error.place)
