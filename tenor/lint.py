"""Lint: what makes a contract decidable and pleasant, as rules with stable ids.

A rule is a small function from a document to what it finds. What OpenAPI itself forbids is refused
when the document is loaded; general style is left to others.
"""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from enum import Enum

from tenor.document import UNROUTED, Document, Json
from tenor.media_types import parse


class Severity(Enum):
    """How much a finding matters."""

    ERROR = "error"
    """Clients cannot rely on the contract there."""
    WARNING = "warning"
    """The contract leaves something to the engine, or to chance."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found: where, what, and what to do."""

    rule: str
    severity: str
    place: str
    found: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.place}: {self.rule} {self.severity}: {self.found}. {self.remedy}"

    def as_json(self) -> dict[str, str]:
        """For machines, with the names of the fields."""
        return asdict(self)


Found = Iterator[tuple[str, str, str]]
"""What a rule finds, as (pointer, what was found, remedy)."""


@dataclass(frozen=True, slots=True)
class LintRule:
    """A rule: its id, how much it matters, and how it is checked."""

    id: str
    severity: Severity
    check: Callable[[Document], Found]

    def findings(self, document: Document) -> Iterator[Finding]:
        """What the rule finds in a document, in the document's order."""
        for pointer, found, remedy in self.check(document):
            place = document.place(pointer)
            yield Finding(self.id, self.severity.value, place, found, remedy)


def lint(document: Document) -> list[Finding]:
    """All that the rules find in a document."""
    return [finding for rule in RULES for finding in rule.findings(document)]


def _engine_answers(document: Document) -> Found:
    """Answers of the engine's own that the contract leaves to the built-in problem contract."""
    words = "in the engine's own words"
    unrouted: dict[str, Json] = document.raw.get(UNROUTED) or {}
    missing = [status for status in ("204", "400", "404", "405") if not _has(unrouted, status)]
    if missing:
        yield (
            f"/{UNROUTED}",
            f"requests that belong to no operation are answered {_listed(missing)} {words}",
            f"Declare these at the root, under {UNROUTED}.",
        )
    for path, method, operation, pointer in document.operations():
        responses: dict[str, Json] = operation.get("responses") or {}
        wanted = _engine_statuses(document, path, operation, pointer)
        left = [s for s in wanted if not _has(responses, s) and not _has(unrouted, s)]
        if left:
            name = operation.get("operationId", f"{method.upper()} {path}")
            yield (
                f"{pointer}/responses",
                f"{name} is answered {_listed(left)} {words}",
                "Declare these responses, so that clients know of them.",
            )


def _engine_statuses(
    document: Document, path: str, operation: dict[str, Json], pointer: str
) -> list[str]:
    """The statuses that the engine itself may give to a request for an operation."""
    security = operation.get("security", document.raw.get("security") or [])
    scopes = [scope for each in security for wanted in each.values() for scope in wanted]
    reasons = {
        "400": True,
        "401": any(security),
        "403": bool(scopes),
        "404": "{" in path,
        "406": _has_content(document, operation, pointer),
        "411": _takes_undelimited(document, operation, pointer),
        "413": "requestBody" in operation,
        "415": "requestBody" in operation,
        "500": True,
        "503": "requestBody" in operation,
    }
    return [status for status, holds in reasons.items() if holds]


def _takes_undelimited(document: Document, operation: dict[str, Json], pointer: str) -> bool:
    """Whether content is taken that does not say where it ends, so that it may not be chunked."""
    if "requestBody" not in operation:
        return False
    body, _ = document.follow(f"{pointer}/requestBody")
    names: dict[str, Json] = body.get("content") or {}
    taken = (parse(name) for name in names)
    return any(each and not each.is_json and each.type != "multipart" for each in taken)


def _has_content(document: Document, operation: dict[str, Json], pointer: str) -> bool:
    """Whether there is a choice that a client's Accept may fail."""
    responses: dict[str, Json] = operation.get("responses") or {}
    statuses = [status for status in responses if status.startswith("2")]
    followed = (document.follow(f"{pointer}/responses/{status}")[0] for status in statuses)
    return any(response.get("content") for response in followed)


def _has(responses: dict[str, Json], status: str) -> bool:
    """Whether a status is declared: exactly, by its range, or by ``default``."""
    return bool({status, f"{status[0]}XX", "default"} & responses.keys())


def _listed(statuses: list[str]) -> str:
    *others, last = statuses
    return f"{', '.join(others)} and {last}" if others else last


RULES = (LintRule("engine-answer-declared", Severity.WARNING, _engine_answers),)
"""The rules, in the order in which their findings are told."""
