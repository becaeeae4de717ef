"""Claims about searching over HTTP. What is found is claimed of the domain."""

import dataclasses
from urllib.parse import quote

import pytest

from handlers.addresses import Addresses
from handlers.resources import Resources
from tenor import Tenor
from tests.api.client import Client, data, faults, follow, local


def search(client: Client, text: str, more: str = "") -> list[str]:
    """The slugs of what is found."""
    return [post["slug"] for post in data(client.get(f"/posts?q={quote(text, safe='')}{more}"))]


def test_a_search_finds_posts_among_those_that_are_listed(ada: Client, grace: Client):
    ada.write("The loom", body="It weaves *flowers*.", tags=["looms"])
    grace.write("The mill", body="It grinds flour.", tags=["mills"])
    ada.write("The secret loom", status="draft")

    assert search(ada, "LOOM") == ["the-loom"]
    assert search(ada, "the -flour*") == ["the-loom"]
    assert search(ada, '"it weaves"') == search(ada, "looms") == ["the-loom"]
    assert search(ada, "the", "&sort=title&author=grace") == ["the-mill"]
    assert search(ada, "secret") == search(grace, "secret", "&status=draft") == []
    assert search(ada, "secret", "&status=draft") == ["the-secret-loom"]


def test_the_pages_of_what_is_found_are_of_what_is_found(ada: Client):
    for number in range(5):
        ada.write(f"Loom {number}")
        ada.write(f"Mill {number}")

    pages = list(follow(ada, "/posts?q=%22loom%22%20-mill&limit=2&sort=title"))

    assert [post["title"] for page in pages for post in data(page)] == [
        f"Loom {number}" for number in range(5)
    ]
    back = ada.get(local(pages[-1].get_json()["links"]["prev"]))
    assert [post["title"] for post in data(back)] == ["Loom 2", "Loom 3"]


@pytest.mark.parametrize(
    "text",
    [
        '"',
        "-",
        "*",
        "-*",
        '"*',
        "a OR",
        "NEAR(",
        "col:a",
        "^a",
        "a + b",
        "\\",
        "'",
        "%",
        "\t\n",
        "🚂",
    ],
)
def test_whatever_is_asked_is_answered(ada: Client, text: str):
    ada.write()

    assert search(ada, text) == []


@pytest.mark.parametrize(
    ("query", "rule"), [("", "minLength"), ("a%00b", "encoding"), ("a" * 201, "maxLength")]
)
def test_what_is_no_search_is_refused(api: Client, query: str, rule: str):
    assert ("query", "/q", rule) in faults(api.get(f"/posts?q={query}"))


def test_the_longest_search_has_links_that_keep_the_contract(
    ada: Client, app: Tenor, equipment: Resources, monkeypatch: pytest.MonkeyPatch
):
    """On the longest public address, with all that may stand in a link, each as long as may be."""
    public_url = f"https://tenor.example/{'p' * 478}"
    far = Addresses.on(public_url, app.url_map.iter_rules())
    elsewhere = dataclasses.replace(equipment, addresses=far)
    monkeypatch.setitem(app.extensions, "publishing", elsewhere)
    for _ in range(3):
        ada.write(f"a {chr(0x10428) * 198}", status="draft", tags=["t" * 40])
    query = f"q=a%20{quote('🚂' * 198)}&tag={'t' * 40}&author=ada&status=draft&limit=1&sort=-title"

    first = ada.get(f"/posts?{query}")
    second = ada.get(first.get_json()["links"]["next"].removeprefix(public_url))

    assert [len(data(page)) for page in (first, second)] == [1, 1]
    assert len(second.headers["Link"]) > 8192
