"""No script of a post, a comment, a name, a tag or an address ever runs.

Two walls keep it out: what is shown is sanitised, and the content security policy forbids what is
left. Each is tried alone, and both are taken down to prove that the attacks would work.
"""

import json
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import cycle
from queue import SimpleQueue
from urllib.parse import quote, urlsplit, urlunsplit

import pytest

from tests.api.client import PASSWORD, data
from tests.browser import attacks, watching
from tests.browser.attacks import Attack
from tests.browser.conftest import Visitor, author_at
from tests.browser.devtools import Browser, Page
from tests.browser.watching import Survey, watch
from tests.server.servers import Server

ATTACKS = attacks.read()
SAMPLE = ATTACKS[::3]
"""Enough to see that they work; each takes a page of its own, since little is left of it."""

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
    """Where each attack is shown, and what the API took none of, by place."""

    author: Visitor
    pages: Mapping[Attack, str]
    harmless: str
    refused: Mapping[str, set[str]]


def as_json(value: object) -> bytes:
    """The value with all that JSON can spell and UTF-8 cannot."""
    return json.dumps(value).encode()


def publish(author: Visitor, chosen: Sequence[Attack]) -> Published:
    """Write each attack into a post of its own: its title, its body, and a comment."""
    refused: dict[str, set[str]] = defaultdict(set)

    def post(title: str, body: str, tag: str) -> str:
        fields = {"title": title, "body": body, "tags": [tag], "status": "published"}
        answer = author.post("/posts", as_json(fields))
        if answer.status_code == 400:
            places = {fault["pointer"].strip("/") for fault in answer.get_json()["errors"]}
            for place in {"title", "body"} if "" in places else places:
                refused[place].add(str(fields[place]))
                fields[place] = "refused"
            answer = author.post("/posts", fields)
        slug = data(answer)["slug"]
        said = author.post(f"/posts/{slug}/comments", as_json({"body": body}))
        assert said.status_code in {201, 400}
        if said.status_code == 400:
            refused["comment"].add(body)
        return f"{author.address}/posts/{slug}"

    pages = {
        attack: post(attack.text, attack.text, tag_of(number))
        for number, attack in enumerate(chosen)
    }
    return Published(author, pages, post("Harmless", HARMLESS, "harmless"), refused)


def tag_of(number: int) -> str:
    """The tag of the post of one attack."""
    return f"attack-{number}"


@pytest.fixture(scope="module")
def published(ada: Visitor) -> Published:
    """The attacks at the API as it is."""
    return publish(ada, ATTACKS)


@pytest.fixture(scope="module")
def unsanitised(careless: Server) -> Published:
    """Some of all families where nothing is sanitised."""
    return publish(author_at(careless), SAMPLE)


def misdeeds(
    browser: Browser,
    pages: Mapping[Attack, str] | Mapping[str, str],
    *,
    policy: bool,
    harmless: str | None = None,
) -> Misdeeds:
    """What happened that should not while each page was open, by what it shows."""
    free: SimpleQueue[tuple[Page, ExitStack]] = SimpleQueue()

    def provide() -> None:
        closing = ExitStack()
        free.put((watch(closing.enter_context(browser.page()), policy=policy), closing))

    def look(url: str) -> list[str]:
        page, closing = free.get()
        seen = watching.misdeeds(page, url, known)
        if seen and not watching.clear(page):
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
    return {shown: found for shown, found in seen.items() if found}


def _survey(browser: Browser, harmless: str) -> Survey:
    with browser.page() as page:
        assert watching.misdeeds(watch(page, policy=True), harmless) == []
        return watching.survey(page)


def test_there_are_enough_attacks_and_no_two_are_the_same():
    assert len({attack.text for attack in ATTACKS}) == len(ATTACKS) >= 500
    assert len({attack.family for attack in ATTACKS}) >= 15


def test_most_attacks_are_published(published: Published):
    """Only what no text holds is refused: it is shown nowhere."""
    refused = published.refused

    assert len(refused["body"]) < 0.05 * len(ATTACKS)
    assert all(any(map(is_control, text)) for text in refused["body"] | refused["comment"])
    assert len(refused["title"]) < 0.2 * len(ATTACKS)
    assert all(
        text != text.strip() or any(is_control(char) or char in LINE_ENDS for char in text)
        for text in refused["title"]
    )


LINE_ENDS = "\n\t\r\u2028\u2029"
"""What a title, which is one line, has not in it: line ends, also those of Unicode, and tabs."""


def is_control(char: str) -> bool:
    """Whether a character has no place in text: controls but line ends and tabs, surrogates."""
    return unicodedata.category(char) in {"Cc", "Cs"} and char not in "\n\t\r"


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


def test_no_list_does_anything(browser: Browser, published: Published):
    """Names, titles and bodies as JSON, where a browser is led to it."""
    author = published.author
    registered = [
        author.post("/accounts", as_json(person(number, attack.text))).status_code
        for number, attack in enumerate(ATTACKS)
    ]
    lists = {
        local(page)
        for start in ("/accounts?limit=100", "/posts?limit=100", "/posts?limit=100&sort=title")
        for page in listed(author, start)
    }

    assert set(registered) == {201, 400}
    assert registered.count(201) > 0.8 * len(ATTACKS)
    assert len(lists) > 10
    assert misdeeds(browser, {page: author.address + page for page in lists}, policy=False) == {}


def person(number: int, name: str) -> dict[str, str]:
    return {"username": f"eve-{number}", "display_name": name, "password": PASSWORD}


def listed(reader: Visitor, start: str) -> Iterator[str]:
    """The addresses of a list's pages, from the first to the last."""
    page: str | None = start
    while page is not None:
        yield page
        page = reader.get(local(page)).get_json()["links"].get("next")


def local(url: str) -> str:
    """The path and query of an address."""
    return urlunsplit(("", "", *urlsplit(url)[2:]))


def test_no_feed_does_anything(browser: Browser, published: Published):
    """A browser shows what is XML, and what it takes for a page it would run."""
    at = published.author.address + "/feeds/posts"
    feeds = {tag: f"{at}?tag={tag}" for tag in map(tag_of, range(len(ATTACKS)))}

    assert misdeeds(browser, feeds, policy=False) == {}


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
