"""Facts: each is a sentence that a person can read, with fields that a program can."""

import dataclasses
from collections.abc import Generator
from contextlib import contextmanager

import pytest

from publishing import facts
from publishing.callers import Role, Scope
from publishing.facts import Fact
from publishing.retries import AlreadyAnswered, Answer

EXAMPLES: list[tuple[Fact, str]] = [
    (facts.UsernameTaken("ada"), "The username 'ada' is taken."),
    (facts.AccountNotFound("ada"), "There is no account 'ada'."),
    (facts.TokenNotFound(7), "There is no token 7."),
    (facts.PostNotFound("engine"), "There is no post 'engine'."),
    (facts.PostMoved("engine"), "The post is at 'engine' now."),
    (facts.PostThere("engine"), "There is a post 'engine' already."),
    (facts.SlugTaken("engine"), "The slug 'engine' is taken."),
    (facts.Unschedulable("Not in the past."), "Not in the past."),
    (facts.RevisionNotFound(7), "There is no revision 7."),
    (facts.CommentNotFound(7), "There is no comment 7."),
    (facts.TagNotFound("engines"), "There is no tag 'engines'."),
    (facts.Stale("engine"), "'engine' has changed since it was read."),
    (facts.NotAllowed("Readers do not write."), "Readers do not write."),
    (facts.CallerGone("ada"), "The account 'ada' of the caller is gone."),
    (facts.KeyReused("ada"), "A key of 'ada' was used for another request."),
    (facts.KeyInUse("ada"), "A request with this key of 'ada' is still being answered."),
    (AlreadyAnswered(Answer(201, (), b"")), "The request was answered 201 before."),
    (facts.WrongCredentials(), "The username or the password is wrong."),
    (facts.WrongPassword(), "The current password is missing or wrong."),
    (
        facts.ScopeNotGranted(Scope.ADMIN, Role.AUTHOR),
        "The role 'author' does not grant the scope 'admin'.",
    ),
    (facts.BadCursor(), "The cursor does not belong to this list in this order."),
    (facts.Unfit("title", "contains NUL"), "The title contains NUL."),
    (facts.StoreUnavailable("disk I/O error"), "The store is not available: disk I/O error."),
    (
        facts.StoreMisconfigured("/var/posts.db", "it is full", "Make room."),
        "The store at /var/posts.db cannot be opened: it is full. Make room.",
    ),
]


def test_every_fact_has_an_example_here():
    assert {type(fact) for fact, _ in EXAMPLES} == set(Fact.__subclasses__())


@pytest.mark.parametrize(("fact", "sentence"), EXAMPLES, ids=lambda value: type(value).__name__)
def test_a_fact_is_a_sentence(fact: Fact, sentence: str):
    assert str(fact) == sentence


def test_a_fact_passes_through_a_context_manager_as_itself():
    """A frozen class would not: there Python writes the traceback on the exception."""
    fact = facts.PostNotFound("engine")

    @contextmanager
    def around() -> Generator[None]:
        yield

    with pytest.raises(facts.PostNotFound) as raised, around():
        raise fact

    assert raised.value is fact
    assert dataclasses.asdict(fact) == {"slug": "engine"}
