"""Rules of names: how operations are called in code."""

import re

from tenor.document import Json
from tenor.lint.contract import Contract
from tenor.lint.findings import Flaw, Flaws, Severity, rule

_CAMEL_CASE = re.compile(r"[a-z][a-zA-Z0-9]*")


@rule(
    "T401",
    "operation-has-id",
    Severity.ERROR,
    bad="""
    paths:
      /notes:
        get:
          summary: List the notes
          responses:
            "204": {description: There are none.}
    """,
    mend=("summary: List the notes", "operationId: listNotes"),
)
def missing(contract: Contract) -> Flaws:
    """An operation has an `operationId`.

    Handlers, generated clients and findings call it by that name, and Tenor does not start without
    it. (Two of the same name are refused when the contract is loaded.)
    """
    for operation in contract.operations:
        if not operation.node.get("operationId"):
            yield Flaw(
                operation.pointer,
                f"{operation.name} has no operationId",
                "Give it one, in camelCase: a verb and a noun.",
            )


@rule(
    "T402",
    "operation-id-camel-case",
    Severity.WARNING,
    bad="""
    paths:
      /notes:
        get:
          operationId: list-notes
          responses:
            "204": {description: There are none.}
    """,
    mend=("list-notes", "listNotes"),
)
def spelling(contract: Contract) -> Flaws:
    """An `operationId` is in camelCase.

    So each language makes one name of it, in its own style. (A dotted one names a function of
    Python's, and is left as it is.)
    """
    for operation in contract.operations:
        name = str(operation.node.get("operationId") or "")
        if name and "." not in name and not _CAMEL_CASE.fullmatch(name):
            yield Flaw(
                f"{operation.pointer}/operationId",
                f"the operationId {name} is not in camelCase",
                "Write it like listPosts.",
            )


@rule(
    "T403",
    "operation-ids-apart",
    Severity.ERROR,
    bad="""
    paths:
      /notes:
        get:
          operationId: getNotes
          responses:
            "204": {description: There are none.}
      /note-s:
        get:
          operationId: getNoteS
          responses:
            "204": {description: There are none.}
    """,
    mend=("getNoteS", "getOldNotes"),
)
def collisions(contract: Contract) -> Flaws:
    """The names of operations differ by more than case and punctuation.

    `getURL` and `get_url` are one function in Python, and one of them is lost in a generated
    client.
    """
    first: dict[str, Json] = {}
    for operation in contract.operations:
        name = str(operation.node.get("operationId") or "")
        known = first.setdefault(re.sub(r"[^a-z0-9.]", "", name.lower()), name)
        if known != name:
            yield Flaw(
                f"{operation.pointer}/operationId",
                f"the operationIds {known} and {name} are one name in generated code",
                "Let them differ in letters or digits.",
            )
