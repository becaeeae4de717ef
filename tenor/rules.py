"""The gate's rules: what an answer can break, each with a stable id."""

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
    """What an answer can break. The ids are stable; ``FORM`` has no wire form to let through."""

    FORM = "answer-form"
    STATUS = "status-declared"
    MEDIA_TYPE = "media-type-declared"
    BODY_MISSING = "body-present"
    BODY_UNDECLARED = "body-absent"
    BODY_SYNTAX = "body-syntax"
    BODY_LENGTH = "body-length"
    BODY_SCHEMA = "body-schema"
    PROPERTY = "property-declared"
    HEADER_UNDECLARED = "header-declared"
    HEADER_MISSING = "header-present"
    HEADER_VALUE = "header-value"


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


Policies = Mapping[Rule, Policy]


def policies(given: str | Mapping[str, str]) -> Policies:
    """The policy of each rule, from one word or from a mapping of rule ids (``*`` for the rest).

    A wrong form has nothing to send in its place, so ``answer-form`` is at least prevented.
    """
    words = {"*": given} if isinstance(given, str) else {"*": "prevent", **given}
    ids = {rule.value for rule in Rule}
    for name, word in words.items():
        if name != "*" and name not in ids:
            raise ConfigurationError(
                f"the policy names the rule {name!r}, which does not exist",
                place="policy",
                remedy=f"The rules are: {', '.join(sorted(ids))}.",
            )
        if word not in {policy.value for policy in Policy}:
            raise ConfigurationError(
                f"{word!r} is no policy",
                place="policy",
                remedy="Use prevent, detect, ignore or raise.",
            )
    chosen = {rule: Policy(words.get(rule.value, words["*"])) for rule in Rule}
    if chosen[Rule.FORM] is not Policy.RAISE:
        chosen[Rule.FORM] = Policy.PREVENT
    return chosen
