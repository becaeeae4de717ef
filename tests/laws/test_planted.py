"""Each law catches what it is there for: the same law is red where its defect is planted."""

import inspect
from collections.abc import Callable, Generator
from typing import Any, NamedTuple

import pytest

from handlers import accounts, answers, posts, preconditions, representations
from publishing import pages, tokens
from publishing import posts as kept_posts
from tenor import ContractViolation, Tenor
from tenor.cells import Cell
from tests.api.client import PUBLIC_URL
from tests.laws import (
    test_changing,
    test_creating,
    test_lists,
    test_negotiation,
    test_races,
    test_reading,
    test_security,
)
from tests.laws.growing import Growing
from tests.laws.walk import CONTRACT

ASSEMBLE = pages.assemble


class Defect(NamedTuple):
    """What goes wrong, and the law that says so of one operation."""

    law: Callable[..., None]
    operation: str
    place: object
    name: str
    value: Callable[..., Any]


def nothing(*_: object, **__: object) -> None:
    """What should be done is not."""


def lets_pass(*_: object, **__: object) -> Callable[..., None]:
    """A check that refuses nothing."""
    return nothing


DEFECTS = {
    "a stale tag is good": Defect(
        test_changing.test_no_other_tag_is, "deletePost", preconditions, "is_match", lambda *_: True
    ),
    "no tag is good": Defect(
        test_changing.test_a_change_without_a_condition_is_refused,
        "changeAccount",
        accounts,
        "unchanged",
        lets_pass,
    ),
    "everybody is first": Defect(
        test_races.test_of_those_who_read_the_same_exactly_one_changes_it,
        "changePost",
        posts,
        "unchanged",
        lets_pass,
    ),
    "nothing is deleted": Defect(
        test_changing.test_what_is_deleted_does_not_exist_any_more,
        "deletePost",
        kept_posts,
        "delete",
        nothing,
    ),
    "the tag of a page is that of the post": Defect(
        test_reading.test_a_representation_has_a_strong_tag_and_a_date_that_stay,
        "getPost",
        representations,
        "_page_tag",
        lambda post: representations._json_tag(post.edition),
    ),
    "nothing is ever current": Defect(
        test_reading.test_what_the_client_has_is_not_sent_again,
        "getPost",
        answers,
        "is_current",
        lambda *_, **__: False,
    ),
    "everything is always current": Defect(
        test_reading.test_what_the_client_does_not_have_is_sent,
        "getAccount",
        answers,
        "is_current",
        lambda *_, **__: True,
    ),
    "the address is another": Defect(
        test_creating.test_what_is_created_is_read_at_its_location_at_once,
        "createPost",
        posts,
        "address",
        lambda *_, **__: f"{PUBLIC_URL}/posts/elsewhere",
    ),
    "a page lacks its last item": Defect(
        test_lists.test_a_walk_gives_each_item_once_in_one_order_and_back,
        "listPosts",
        pages,
        "assemble",
        lambda order, place, limit, rows: ASSEMBLE(order, place, limit, rows[:-1]),
    ),
    "a page comes as JSON": Defect(
        test_negotiation.test_what_is_preferred_is_given,
        "getPost",
        posts,
        "of_post_in",
        lambda _, post: representations.of_post(post),
    ),
    "nothing is revoked": Defect(
        test_security.test_a_token_that_was_revoked_opens_nothing,
        "getPost",
        tokens,
        "revoke",
        nothing,
    ),
}


@pytest.fixture(autouse=True)
def _unwitnessed(gated: Tenor) -> Generator[None]:
    """What breaks the contract on purpose stays out of the ledger."""
    observers = [*gated._observers]
    for observer in observers:
        gated.unobserve(observer)
    yield
    for observer in observers:
        gated.observe(observer)


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_planted_defect_turns_its_law_red(
    defect: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
):
    law, operation, place, name, value = DEFECTS[defect]
    given: dict[str, object] = {
        "operation": CONTRACT.operation(operation),
        "cell": Cell(operation, "201", "application/json"),
    }
    wanted = list(inspect.signature(law).parameters)
    if "growing" in wanted:
        theatre = request.getfixturevalue("theatre")
        given["growing"] = Growing(
            CONTRACT.operation(operation), theatre.stage(), theatre.admin(), theatre.clock
        )
    arguments = [given.get(each) or request.getfixturevalue(each) for each in wanted]
    monkeypatch.setattr(place, name, value)

    with pytest.raises((AssertionError, ContractViolation)):
        law(*arguments)
