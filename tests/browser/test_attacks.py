"""No script of a post, a comment, a name, a tag or an address ever runs.

Two walls keep it out: what is shown is sanitised, and the content security policy forbids what is
left. Each is tried alone, and both are taken down to prove that the attacks would work.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import cycle
from queue import SimpleQueue
from urllib.parse import quote

import pytest

from tests.api.client import data
from tests.browser import attacks, watching
from tests.browser.attacks import Attack
from tests.browser.conftest import Contract, Visitor, author_at
from tests.browser.devtools import Browser, Page
from tests.browser.watching import Survey, watch
from tests.server.servers import Server

ATTACKS = attacks.read()
SAMPLE = ATTACKS[::3]
"""Enough to see that they work; each takes a page of its own, since little is left of it."""

COMMENTS = "/posts/{slug}/comments"
AT_ONCE = 4
"""How many pages are open at a time."""

# All that a writer may do, so that whatever else stands on a page is strange.
HARMLESS = """
# One
[a link](https://example.com "title") ![an image](x.png "title") <https://example.com>

3. three

| a | b | c |
|:--|:-:|--:|
| 1 | 2 | 3 |
"""

ADDRESSES = ("/posts/{}", "/posts?tag={}", "/{}", "/problems/{}", "/?{}=1")
TAGGED = {"title": "Tagged", "body": ""}

Misdeeds = dict[str, list[str]]


@dataclass(frozen=True)
class Published:
    """Where each attack is shown, and how often the API took it in none of its places."""

    author: Visitor
    pages: Mapping[Attack, str]
    harmless: str
    refused: Counter[str]


def as_json(value: object) -> bytes:
    """The value with all that JSON can spell and UTF-8 cannot."""
    return json.dumps(value).encode()


def publish(author: Visitor, contract: Contract, chosen: Sequence[Attack]) -> Published:
    """Write each attack into a post of its own: its title, its body, and a comment."""
    refused: Counter[str] = Counter()

    def post(title: str, body: str, comment: str) -> str:
        fields = {"title": title, "body": body, "tags": [], "status": "published"}
        answer = author.post("/posts", as_json(fields))
        if answer.status_code == 400:
            places = {fault["pointer"].strip("/") for fault in answer.get_json()["errors"]}
            for place in {"title", "body"} if "" in places else places:
                refused[place] += 1
                fields[place] = "refused"
            answer = author.post("/posts", fields)
        slug = data(answer)["slug"]
        if COMMENTS in contract["paths"]:
            said = author.post(COMMENTS.format(slug=slug), as_json({"body": comment}))
            assert said.status_code in {201, 400}
            refused["comment"] += said.status_code == 400
        return f"{author.address}/posts/{slug}"

    pages = {attack: post(attack.text, attack.text, attack.text) for attack in chosen}
    return Published(author, pages, post("Harmless", HARMLESS, HARMLESS), refused)


@pytest.fixture(scope="module")
def published(ada: Visitor, contract: Contract) -> Published:
    """The attacks at the API as it is."""
    return publish(ada, contract, ATTACKS)


@pytest.fixture(scope="module")
def unsanitised(careless: Server, contract: Contract) -> Published:
    """Some of all families where nothing is sanitised."""
    return publish(author_at(careless), contract, SAMPLE)


def misdeeds(
    browser: Browser, pages: Mapping[Attack, str], *, policy: bool, harmless: str | None = None
) -> Misdeeds:
    """What happened that should not while each page was open, by attack."""
    free: SimpleQueue[tuple[Page, ExitStack]] = SimpleQueue()

    def provide() -> None:
        closing = ExitStack()
        free.put((watch(closing.enter_context(browser.page()), policy=policy), closing))

    def look(url: str) -> list[str]:
        page, closing = free.get()
        seen = watching.misdeeds(page, url, known)
        if seen:  # nothing of it may reach into the next
            closing.close()
            provide()
        else:
            free.put((page, closing))
        return seen

    for _ in range(AT_ONCE):
        provide()
    known = None if harmless is None else _survey(browser, harmless)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        seen = dict(zip(map(str, pages), pool.map(look, pages.values()), strict=True))
    for _ in range(AT_ONCE):
        free.get()[1].close()
    return {attack: found for attack, found in seen.items() if found}


def _survey(browser: Browser, harmless: str) -> Survey:
    with browser.page() as page:
        assert watching.misdeeds(watch(page, policy=True), harmless) == []
        return watching.survey(page)


def test_there_are_enough_attacks_and_no_two_are_the_same():
    assert len({attack.text for attack in ATTACKS}) == len(ATTACKS) >= 500
    assert len({attack.family for attack in ATTACKS}) >= 15


def test_most_attacks_are_published_and_only_control_characters_are_refused(published: Published):
    """What the contract takes in no place is tried in none."""
    assert published.refused["body"] < 20
    assert published.refused["title"] < 100


def test_no_attack_does_anything(browser: Browser, published: Published):
    """As a reader meets it."""
    seen = misdeeds(browser, published.pages, policy=True, harmless=published.harmless)

    assert seen == {}


def test_no_attack_does_anything_where_the_policy_is_taken_away(
    browser: Browser, published: Published
):
    """What is shown is harmless in itself, also where it is copied elsewhere."""
    seen = misdeeds(browser, published.pages, policy=False, harmless=published.harmless)

    assert seen == {}


def test_the_policy_alone_lets_no_script_run(browser: Browser, unsanitised: Published):
    """What slips into a page is dead. It may lead away; it runs nothing."""
    seen = misdeeds(browser, unsanitised.pages, policy=True)

    assert [attack for attack in seen if said(seen[attack], "a script ran")] == []
    forbidden = [attack for attack in seen if said(seen[attack], "the policy forbade")]
    assert len(forbidden) > 0.6 * len(SAMPLE)


def test_the_attacks_would_work(browser: Browser, unsanitised: Published):
    """The planted defect: nothing is sanitised, and there is no policy."""
    seen = misdeeds(browser, unsanitised.pages, policy=False)

    assert len([attack for attack in seen if said(seen[attack], "a script ran")]) > len(SAMPLE) / 2
    assert len(seen) > 0.6 * len(SAMPLE)


def said(found: list[str], beginning: str) -> bool:
    return any(each.startswith(beginning) for each in found)


def test_no_name_does_anything(browser: Browser, ada: Visitor):
    """A display name is shown as JSON, wherever a browser is led to it."""
    refused = 0
    for attack in ATTACKS:
        answer = ada.patch("/accounts/ada", as_json({"display_name": attack.text}), if_match="*")
        assert answer.status_code in {200, 400}
        refused += answer.status_code == 400
    assert 0 < refused < len(ATTACKS) / 2


def test_no_tag_is_an_attack(ada: Visitor):
    """A tag takes words alone."""
    answers = {
        ada.post("/posts", as_json(TAGGED | {"tags": [attack.text]})).status_code
        for attack in ATTACKS
    }

    assert answers == {400}


def test_no_address_does_anything(browser: Browser, ada: Visitor):
    """What refuses an address repeats nothing of it."""
    pages = {
        attack: ada.address + form.format(quote(attack.text, safe="", errors="surrogatepass"))
        for attack, form in zip(ATTACKS, cycle(ADDRESSES), strict=False)
    }

    assert misdeeds(browser, pages, policy=False) == {}
