"""Claims about the table of refusals."""

from collections.abc import Iterator

import pytest

from handlers import refusals
from publishing import facts
from publishing.callers import Role, Scope
from publishing.facts import Fact
from tenor import problems

EXAMPLES = [
    facts.UsernameTaken("ada"),
    facts.AccountNotFound("ada"),
    facts.TokenNotFound(7),
    facts.PostNotFound("the-first-engine"),
    facts.PostThere("the-first-engine"),
    facts.CommentNotFound(7),
    facts.TagNotFound("engines"),
    facts.SlugTaken("the-first-engine"),
    facts.Unschedulable("publish_at is not a time to come."),
    facts.RevisionNotFound(7),
    facts.Stale("the-first-engine"),
    facts.NotAllowed("Only admins do that."),
    facts.CallerGone("ada"),
    facts.KeyReused("ada"),
    facts.KeyInUse("ada"),
    facts.WrongCredentials(),
    facts.WrongPassword(),
    facts.ScopeNotGranted(Scope.ADMIN, Role.AUTHOR),
    facts.BadCursor(),
    facts.Unfit("title", "contains NUL"),
    facts.StoreUnavailable("disk I/O error"),
]


# The engine knows these too. Here 403 is always one of two that say more, and all content that is
# taken is JSON, whose end can be told without a length.
NEVER_GIVEN = {"forbidden", "length-required"}


def kinds_of_facts(kind: type[Fact] = Fact) -> Iterator[type[Fact]]:
    """Every class of facts that the domain has."""
    for known in kind.__subclasses__():
        if known.__module__ == facts.__name__:
            yield known
            yield from kinds_of_facts(known)


def test_every_fact_that_a_request_can_meet_has_its_line():
    """What is misconfigured is found at start; and what has moved is no refusal."""
    others = {facts.StoreMisconfigured, facts.PostMoved}
    assert set(refusals.REFUSALS) == set(kinds_of_facts()) - others
    assert {type(fact) for fact in EXAMPLES} == set(refusals.REFUSALS)


@pytest.mark.parametrize("fact", EXAMPLES, ids=lambda fact: type(fact).__name__)
def test_a_fact_is_worded_by_a_problem_of_the_catalogue(fact: Fact):
    refusal = refusals.REFUSALS[type(fact)]

    assert refusal.kind in refusals.CATALOGUE.values()
    assert refusals.known(refusal.kind.name) == refusal.kind.name
    assert refusal.detail or str(fact)


@pytest.mark.parametrize(
    "fact",
    [
        fact
        for fact in EXAMPLES
        if not isinstance(fact, facts.NotAllowed | facts.ScopeNotGranted | facts.Unschedulable)
    ],
    ids=lambda fact: type(fact).__name__,
)
def test_a_detail_never_repeats_what_was_sent(fact: Fact):
    detail = refusals.REFUSALS[type(fact)].detail

    assert detail
    assert not any(sent in detail for sent in ("ada", "7", "engine", "NUL", "disk"))


def test_the_catalogue_holds_the_engines_problems_and_our_own_under_one_name_each():
    names = [*problems.CATALOGUE, *(kind.name for kind in refusals.OWN)]

    assert len(names) == len(set(names))
    assert all(name == kind.name for name, kind in refusals.CATALOGUE.items())
    assert set(refusals.CATALOGUE) == set(names) - NEVER_GIVEN
    assert list(refusals.CATALOGUE) == sorted(refusals.CATALOGUE)


@pytest.mark.parametrize("kind", refusals.CATALOGUE.values(), ids=lambda kind: kind.name)
def test_a_problem_says_what_it_means_and_what_to_do(kind: problems.ProblemType):
    assert kind.title
    assert not kind.title.endswith(".")
    assert kind.advice.endswith(".")
