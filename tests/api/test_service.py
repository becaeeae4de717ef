"""Claims about the service itself: the way in, its health, and what its problems mean."""

import pytest

from app import CONTRACT
from handlers.contract import ProblemName
from handlers.refusals import CATALOGUE
from tenor import document
from tests.api.client import HTML, PUBLIC_URL, Client, data, local, refusal

SCHEMAS = document.load(CONTRACT).raw["components"]["schemas"]
NAMES = SCHEMAS["ProblemName"]["enum"]


def test_the_root_says_what_this_is_and_where_everything_is(api: Client):
    answer = api.get("/")

    assert data(answer) == {"name": "Tenor", "version": "0.1.0"}
    links = answer.get_json()["links"]
    assert links["self"] == f"{PUBLIC_URL}/"
    assert links["docs"] == f"{PUBLIC_URL}/docs"
    secured = {"tokens": 401}
    assert {name: api.get(local(url)).status_code for name, url in links.items()} == {
        name: secured.get(name, 200) for name in links
    }


def test_a_service_with_a_store_is_alive_and_ready(api: Client):
    assert data(api.get("/health/live")) == {"status": "alive"}
    assert data(api.get("/health/ready")) == {"status": "ready"}


@pytest.mark.usefixtures("broken_store")
def test_a_service_without_a_store_is_alive_and_says_that_it_is_not_ready(api: Client):
    assert data(api.get("/health/live")) == {"status": "alive"}
    assert refusal(api.get("/health/ready")) == (503, "store-unavailable")


@pytest.mark.usefixtures("broken_store")
@pytest.mark.parametrize("path", ["/", "/problems", "/problems/store-unavailable", "/docs"])
def test_what_needs_no_store_is_answered_without_one(api: Client, path: str):
    assert api.get(path).status_code == 200


def test_without_a_store_everything_else_says_when_to_try_again(
    ada: Client, api: Client, request: pytest.FixtureRequest
):
    """Also where it is the credentials that cannot be looked up."""
    request.getfixturevalue("broken_store")

    answers = [
        api.get("/posts"),
        ada.get("/posts"),
        ada.write(),
        api.register("grace"),
        api.take_token("ada"),
        ada.delete("/tokens/1"),
    ]

    assert {refusal(answer) for answer in answers} == {(503, "store-unavailable")}
    assert {answer.headers["Retry-After"] for answer in answers} == {"5"}
    assert not any("database" in answer.get_data(as_text=True) for answer in answers)


class TestProblems:
    def test_the_list_is_the_contracts_own(self, api: Client):
        listed = data(api.get("/problems"))

        assert [problem["name"] for problem in listed] == NAMES
        assert list(CATALOGUE) == NAMES

    def test_the_contracts_example_is_what_is_answered(self, api: Client):
        contract = document.load(CONTRACT)
        content = contract.at("/paths/~1problems/get/responses/200/content/application~1json")

        assert api.get("/problems").get_json() == content["example"]

    @pytest.mark.parametrize("name", NAMES)
    def test_each_can_be_opened_by_its_type(self, api: Client, name: str):
        [listed] = [problem for problem in data(api.get("/problems")) if problem["name"] == name]

        as_json = api.get(local(listed["type"]))
        as_page = api.get(local(listed["type"]), **HTML).get_data(as_text=True)

        assert data(as_json) == listed
        assert f"<h1>{listed['title']}</h1>" in as_page
        assert listed["advice"] in as_page

    def test_a_name_that_is_none_is_not_found(self, api: Client):
        assert refusal(api.get("/problems/nothing")) == (404, "not-found")

    @pytest.mark.parametrize("name", NAMES)
    def test_the_page_of_all_leads_to_each(self, api: Client, name: ProblemName):
        page = api.get("/problems", **HTML).get_data(as_text=True)

        assert f'<a href="{PUBLIC_URL}/problems/{name}">{CATALOGUE[name].title}</a>' in page
