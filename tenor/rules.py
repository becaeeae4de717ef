"""The gate's rules: what an answer can break, each with a stable id, and what then happens to it.

``docs/rules.md`` has a page for each, with an answer that keeps it and one that breaks it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from tenor.errors import ConfigurationError


class Policy(Enum):
    """What happens to an answer that breaks a rule."""

    PREVENT = "prevent"
    """It is replaced by the declared 500, and what it did is undone."""
    DETECT = "detect"
    """It is sent as it is, and recorded."""
    IGNORE = "ignore"
    """It is sent as it is."""
    RAISE = "raise"
    """ContractViolation is raised out of the application; for tests."""


class Rule(Enum):
    """What an answer can break. The values are the stable ids."""

    FORM = "answer-form"
    """A return value stands for one answer, and that answer can be written down."""
    STREAM = "stream-whole"
    """What was begun while it is made is sent to its end."""
    STATUS = "status-declared"
    """The operation declares the status."""
    MEDIA_TYPE = "media-type-declared"
    """The status declares the media type, with its parameters."""
    BODY_MISSING = "body-present"
    """A status that declares content has some."""
    BODY_UNDECLARED = "body-absent"
    """A status that declares no content has none, and no Content-Type."""
    BODY_SYNTAX = "body-syntax"
    """The body is well-formed in its media type, and is UTF-8 where that is text."""
    BODY_LENGTH = "body-length"
    """The body is as long as its Content-Length says."""
    BODY_SCHEMA = "body-schema"
    """The body fits the schema of its media type."""
    PROPERTY = "property-declared"
    """An object has no property that its schema does not declare."""
    HEADER_UNDECLARED = "header-declared"
    """The status declares the header, or it belongs to the connection."""
    HEADER_MISSING = "header-present"
    """A header that is required is there."""
    HEADER_VALUE = "header-value"
    """The value of a header fits its schema, and one that holds a single value is given once."""


UNSENDABLE = frozenset((Rule.FORM, Rule.STREAM))
"""The rules whose breach leaves nothing to send: it is replaced under every policy."""


@dataclass(frozen=True, slots=True)
class Breach:
    """One broken rule of one answer: where, what was found, what was promised, what to do."""

    rule: Rule
    where: str
    found: str
    promised: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.where} {self.found}; the contract promises {self.promised}. {self.remedy}"


@dataclass(frozen=True, slots=True)
class Policies:
    """The policy of each rule, for one operation or for all that have none of their own."""

    of: Mapping[Rule, Policy]

    @property
    def judge_nothing(self) -> bool:
        """Whether every breach of what can be sent is ignored."""
        return all(p is Policy.IGNORE for rule, p in self.of.items() if rule not in UNSENDABLE)


EVERYTHING = "*"

PolicyWords = str | Mapping[str, str | Mapping[str, str]]
"""A word for all rules, or words by rule id, by operationId, and ``*`` for the rest."""


def policies(given: PolicyWords, operations: frozenset[str] = frozenset()) -> dict[str, Policies]:
    """The policies by operationId; those under ``*`` are for every other answer.

    An operation that has a word, or words by rule, falls back on what is said for all.
    Raises ConfigurationError for a name that is neither, and for a word that is no policy.
    """
    words: Mapping[str, str | Mapping[str, str]]
    words = {EVERYTHING: given} if isinstance(given, str) else given
    ids = {rule.value for rule in Rule}
    for name in words:
        if name != EVERYTHING and name not in ids | operations:
            raise ConfigurationError(
                f"the policy names {name!r}, which is neither a rule nor an operation",
                place="policy",
                remedy=f"The rules are: {', '.join(sorted(ids))}.",
            )
    general = _chosen({name: word for name, word in words.items() if name not in operations}, {})
    return {EVERYTHING: Policies(general)} | {
        name: Policies(_chosen({EVERYTHING: word} if isinstance(word, str) else word, general))
        for name, word in words.items()
        if name in operations
    }


def _chosen(words: Mapping[str, object], general: Mapping[Rule, Policy]) -> dict[Rule, Policy]:
    """The policy of each rule: by its own word, by that for all rules, or as in general."""
    read = {name: _policy(name, word) for name, word in words.items()}
    chosen: dict[Rule, Policy] = {}
    for rule in Rule:
        inherited = read.get(EVERYTHING) or general.get(rule, Policy.PREVENT)
        policy = read.get(rule.value, inherited)
        is_lenient = rule in UNSENDABLE and policy is not Policy.RAISE
        chosen[rule] = Policy.PREVENT if is_lenient else policy
    return chosen


def _policy(name: str, word: object) -> Policy:
    if name != EVERYTHING and name not in {rule.value for rule in Rule}:
        raise ConfigurationError(
            f"the policy of an operation names the rule {name!r}, which does not exist",
            place="policy",
            remedy=f"The rules are: {', '.join(sorted(rule.value for rule in Rule))}.",
        )
    try:
        return Policy(word)
    except ValueError:
        raise ConfigurationError(
            f"{word!r} is no policy",
            place="policy",
            remedy="Use prevent, detect, ignore or raise.",
        ) from None
