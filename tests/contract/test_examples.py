"""The examples of the contract: complete, true to their schemas, and one story.

Each claim has a planted defect at the end of this file that must turn it red.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.contract.reading import PROBLEM, Contract, Node

PUBLIC_URL = "https://tenor.example/"
CATALOGUE = "/paths/~1problems/get/responses/200/content/application~1json/example/data"


def test_everything_that_is_sent_or_answered_has_an_example(contract: Contract) -> None:
    """Parameters, headers, and each media type of each body."""
    bare = [
        place
        for place, node in contract.exemplified()
        if ("example" in node) == bool(node.get("examples"))
    ]
    assert bare == []


def test_every_example_fits_its_schema(contract: Contract) -> None:
    misfits = [
        f"{example.place}: {error.instance_path} breaks {error.kind.name}"
        for example in contract.examples()
        for error in contract.validator(example.schema).iter_errors(example.value)
    ]
    assert misfits == []


def test_examples_of_answers_have_only_declared_properties(contract: Contract) -> None:
    """Answers are open to clients, but an example shows what the server really gives."""
    undeclared = [
        f"{example.place}: {name}"
        for example in contract.examples()
        for name in _undeclared(contract, example.schema, example.value)
    ]
    assert undeclared == []


def test_every_member_of_a_choice_of_examples_says_what_it_shows(contract: Contract) -> None:
    untold = [
        f"{place}/examples/{name}"
        for place, node in contract.exemplified()
        for name, example in node.get("examples", {}).items()
        if not contract.followed("", example).node.get("summary")
    ]
    assert untold == []


def test_every_problem_in_an_example_has_the_status_of_its_answer(contract: Contract) -> None:
    lying = [
        f"{place}: {problem['status']}"
        for status, place, problem in _problems(contract)
        if str(problem["status"]) != status
    ]
    assert lying == []


def test_every_problem_in_an_example_is_one_of_the_catalogue(contract: Contract) -> None:
    catalogue = {entry["type"]: entry for entry in contract.at(CATALOGUE)}
    strangers = [
        f"{place}: {problem['type']}"
        for _, place, problem in _problems(contract)
        if any(
            catalogue.get(problem["type"], {}).get(member) != problem[member]
            for member in ("type", "title", "status")
        )
    ]
    assert strangers == []


def test_every_problem_of_the_catalogue_is_shown_in_an_answer(contract: Contract) -> None:
    shown = {problem["type"] for _, _, problem in _problems(contract)}
    assert shown ^ {entry["type"] for entry in contract.at(CATALOGUE)} == set()


def test_the_catalogue_lists_each_declared_name_once_and_in_order(contract: Contract) -> None:
    names = contract.at("/components/schemas/ProblemName/enum")
    listed = [entry["name"] for entry in contract.at(CATALOGUE)]
    assert listed == names == sorted(set(names))


def test_a_problem_is_addressed_by_its_name(contract: Contract) -> None:
    fits = contract.validator(contract.at("/components/parameters/ProblemName/schema")).is_valid
    astray = [
        entry["name"]
        for entry in contract.at(CATALOGUE)
        if entry["type"] != f"{PUBLIC_URL}problems/{entry['name']}" or not fits(entry["name"])
    ]
    assert astray == []


def test_addresses_are_on_the_public_url_and_lead_to_an_operation(contract: Contract) -> None:
    """Documents and their pages are the addresses outside of the contract."""
    outside = {"/docs", "/openapi.json", "/openapi.yaml"}
    formats = {"http://www.w3.org/2005/Atom", "https://jsonfeed.org/version/1.1"}
    templates = [re.sub(r"\{[^}]+\}", "[^/]+", path) for path in contract.document["paths"]]
    astray = [
        f"{example.place}: {url}"
        for example in contract.examples()
        for url in _urls(example.value)
        if url not in formats
        if not url.startswith(PUBLIC_URL)
        or not (
            (path := "/" + url.removeprefix(PUBLIC_URL).partition("?")[0]) in outside
            or any(re.fullmatch(template, path) for template in templates)
        )
    ]
    assert astray == []


def test_the_story_is_told_by_ada_and_grace(contract: Contract) -> None:
    """The same people everywhere, so that one example explains another; the ghost is with all."""
    people = {
        value
        for example in contract.examples()
        for key, value in _members(example.value)
        if key in ("username", "author")
    }
    assert people == {"ada", "grace", "ghost"}


def test_pages_are_whole(contract: Contract) -> None:
    torn = [
        example.place
        for example in contract.examples()
        if example.schema == {"$ref": "#/components/schemas/HtmlPage"}
        and not re.fullmatch(
            r"<!doctype html>\n<html lang=\"en\">\n<head>.+</head>\n<body>.+</body>\n</html>\n",
            example.value,
        )
    ]
    assert torn == []


def test_secrets_in_examples_are_sent_or_shown_once(contract: Contract) -> None:
    """Passwords are never answered; a token's secret is answered at its creation alone."""
    told = {
        (example.place, key)
        for example in contract.examples()
        if "/requestBody/" not in example.place
        for key, _ in _members(example.value)
        if key in ("password", "current_password", "secret")
    }
    creation = "/paths/~1tokens/post/responses/201/content/application~1json/example"
    assert told == {(creation, "secret")}


# Each claim catches what it is there for

Claim = Callable[[Contract], None]
Plant = Callable[[Contract], Contract]

ADA = "/components/examples/Ada/value/data"
NOT_FOUND = f"/components/responses/PostNotFound/content/{PROBLEM.replace('/', '~1')}/example"
GHOST = {"status": 404, "title": "?", "type": f"{PUBLIC_URL}problems/ghost"}

PLANTED: list[tuple[Claim, Plant]] = [
    (
        test_everything_that_is_sent_or_answered_has_an_example,
        lambda c: c.without("/components/headers/ETag/example"),
    ),
    (test_every_example_fits_its_schema, lambda c: c.with_value(f"{ADA}/role", "poet")),
    (
        test_every_example_fits_its_schema,
        lambda c: c.with_value("/components/headers/ETag/example", 'W/"weak"'),
    ),
    (
        test_every_example_fits_its_schema,
        lambda c: c.with_value("/components/parameters/Limit/example", 101),
    ),
    (
        test_every_example_fits_its_schema,
        lambda c: c.with_value(f"{ADA}/created_at", "2026-02-30T09:00:00Z"),
    ),
    (
        test_examples_of_answers_have_only_declared_properties,
        lambda c: c.with_value(f"{ADA}/email", "ada@tenor.example"),
    ),
    (
        test_every_member_of_a_choice_of_examples_says_what_it_shows,
        lambda c: c.without("/components/examples/Ada/summary"),
    ),
    (
        test_every_problem_in_an_example_has_the_status_of_its_answer,
        lambda c: c.with_value(f"{NOT_FOUND}/status", 410),
    ),
    (
        test_every_problem_in_an_example_is_one_of_the_catalogue,
        lambda c: c.with_value(NOT_FOUND, GHOST),
    ),
    (
        test_every_problem_of_the_catalogue_is_shown_in_an_answer,
        lambda c: c.with_value(f"{CATALOGUE}/0/type", f"{PUBLIC_URL}problems/ghost"),
    ),
    (
        test_the_catalogue_lists_each_declared_name_once_and_in_order,
        lambda c: c.without(f"{CATALOGUE}/3"),
    ),
    (
        test_a_problem_is_addressed_by_its_name,
        lambda c: c.with_value(f"{CATALOGUE}/0/name", "Content_Too_Large"),
    ),
    (
        test_addresses_are_on_the_public_url_and_lead_to_an_operation,
        lambda c: c.with_value(f"{ADA}/url", "https://tenor.example/people/ada"),
    ),
    (
        test_addresses_are_on_the_public_url_and_lead_to_an_operation,
        lambda c: c.with_value(f"{ADA}/url", "https://tenor.test/accounts/ada"),
    ),
    (test_the_story_is_told_by_ada_and_grace, lambda c: c.with_value(f"{ADA}/username", "alan")),
    (
        test_pages_are_whole,
        lambda c: c.with_value("/components/examples/TheFirstEnginePage/value", "<p>torn</p>"),
    ),
    (
        test_secrets_in_examples_are_sent_or_shown_once,
        lambda c: c.with_value(f"{ADA}/password", "poetical science 1843"),
    ),
]


NAMES = [f"{number}-{claim.__name__}" for number, (claim, _) in enumerate(PLANTED)]


@pytest.mark.parametrize(("claim", "plant"), PLANTED, ids=NAMES)
def test_a_planted_defect_turns_its_claim_red(
    claim: Claim, plant: Plant, contract: Contract
) -> None:
    claim(contract)
    with pytest.raises(AssertionError):
        claim(plant(contract))


def test_every_claim_has_a_planted_defect() -> None:
    claims = {name for name in globals() if name.startswith("test_")}
    about = {"test_a_planted_defect_turns_its_claim_red", "test_every_claim_has_a_planted_defect"}
    assert claims - about == {claim.__name__ for claim, _ in PLANTED}


# How the examples are read


def _problems(contract: Contract) -> Iterator[tuple[str, str, Node]]:
    """Every problem in an example, with the status of its answer and its place."""
    for response in contract.responses():
        media = response.content.get(PROBLEM, {})
        named = {"": media["example"]} if "example" in media else {}
        for name, example in media.get("examples", {}).items():
            named[name] = contract.followed("", example).node["value"]
        for name, problem in named.items():
            yield response.status, f"{response.place} {name}".strip(), problem


def _undeclared(contract: Contract, schema: Node, value: Any, place: str = "") -> Iterator[str]:
    """The properties of a value that its schema does not name, at any depth."""
    schema = contract.followed("", schema).node
    if isinstance(value, dict):
        declared = schema.get("properties", {})
        yield from (f"{place}/{name}" for name in value if name not in declared)
        for name in value.keys() & declared.keys():
            yield from _undeclared(contract, declared[name], value[name], f"{place}/{name}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _undeclared(contract, schema["items"], item, f"{place}/{index}")


def _members(value: Any) -> Iterator[tuple[str, Any]]:
    """Every property within a value, at any depth."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key, inner
            yield from _members(inner)
    elif isinstance(value, list):
        for item in value:
            yield from _members(item)


def _urls(value: Any) -> Iterator[str]:
    """Every absolute address within a value, at any depth, those in texts included."""
    if isinstance(value, str):
        yield from re.findall(r"https?://[^\s<>\"]+", value)
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _urls(inner)
    elif isinstance(value, list):
        for item in value:
            yield from _urls(item)
