"""Claims about what clients send, in the domain's words."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from handlers import intake
from handlers.contract import NewPost
from publishing import accounts, comments, posts
from publishing.accounts import NewPassword
from publishing.callers import Role, Scope
from publishing.listing import Sort
from publishing.posts import Content, Status

CONTRACT = Path(__file__).parents[2] / "spec" / "openapi.yaml"


@pytest.fixture(scope="module")
def schemas() -> dict[str, Any]:
    """The schemas of the contract."""
    document = yaml.load(CONTRACT.read_text("utf-8"), Loader=yaml.CSafeLoader)
    return document["components"]["schemas"]


def test_a_post_with_nothing_but_what_is_required_has_the_contracts_defaults(
    schemas: dict[str, Any],
):
    defaults = {
        name: schema["default"]
        for name, schema in schemas["NewPost"]["properties"].items()
        if "default" in schema
    }

    whole: Any = {"title": "Notes", "body": "x", **defaults}

    content = intake.content({"title": "Notes", "body": "x"})

    assert content == intake.content(whole)
    assert defaults == {"tags": list(content.tags), "status": content.status.value}


def test_a_whole_post_is_taken_whole():
    body: NewPost = {"title": "Notes", "body": "x", "tags": ["a", "b"], "status": "published"}

    assert intake.content(body) == Content("Notes", "x", ("a", "b"), Status.PUBLISHED)


@pytest.mark.parametrize(
    ("body", "patch"),
    [
        ({}, posts.Patch()),
        ({"title": "x"}, posts.Patch(title="x")),
        ({"body": ""}, posts.Patch(body="")),
        ({"tags": ["a"]}, posts.Patch(tags=("a",))),
        ({"tags": []}, posts.Patch(tags=())),
        ({"tags": None}, posts.Patch(tags=())),
        ({"status": "draft"}, posts.Patch(status=Status.DRAFT)),
    ],
)
def test_what_a_change_of_a_post_does_not_mention_stays(body: Any, patch: posts.Patch):
    assert intake.post_patch(body) == patch


@pytest.mark.parametrize(
    ("body", "patch"),
    [
        ({}, accounts.Patch()),
        ({"display_name": "Ada"}, accounts.Patch(display_name="Ada")),
        ({"role": "editor"}, accounts.Patch(role=Role.EDITOR)),
        (
            {"password": "new", "current_password": "old"},
            accounts.Patch(password=NewPassword("new", current="old")),
        ),
    ],
)
def test_what_a_change_of_an_account_does_not_mention_stays(body: Any, patch: accounts.Patch):
    assert intake.account_patch(body) == patch


def test_a_change_of_a_comment_is_of_its_text():
    assert intake.comment_patch({"body": "x"}) == comments.Patch(body="x")
    assert intake.comment_patch({}) == comments.Patch()


def test_the_contract_and_the_domain_know_the_same_words(schemas: dict[str, Any]):
    """A word that only one of them knew would be a 500, or could never be said."""
    pairs = {
        "Role": Role,
        "Scope": Scope,
        "PostStatus": Status,
        "PostStatusFilter": Status,
        "PostOrder": Sort,
        "PostsOfTheDeleted": accounts.Legacy,
    }

    assert {name: set(schemas[name]["enum"]) for name in pairs} == {
        name: {word.value for word in words} for name, words in pairs.items()
    }
