"""Claims about the feeds of posts."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree  # pyright: ignore[reportAttributeAccessIssue] - it comes without types

from handlers import syndication
from publishing.feeds import Feed
from publishing.posts import Post, Status
from tenor import Tenor
from tests.api.client import PUBLIC_URL, Client, data, faults
from tests.contract.reading import Contract
from tests.publishing.story import Clock, repeatable

FEED = "/feeds/posts"
ATOM, JSON_FEED = {"accept": "application/atom+xml"}, {"accept": "application/feed+json"}
NS = {"a": "http://www.w3.org/2005/Atom"}
SCHEMA = etree.RelaxNG(file=str(Path(__file__).with_name("atom.rng")))
POST = "/posts/the-first-engine"


def parsed(content: bytes) -> Any:
    """The root of an Atom document, after all that the RFC asks of it was looked for."""
    root = etree.fromstring(content)
    assert breaches(root) == []
    return root


def breaches(root: Any) -> list[str]:
    """What is wrong with an Atom document: by the schema, and by the rules that it cannot say."""
    found = [] if SCHEMA.validate(root) else [error.message for error in SCHEMA.error_log]
    ids = texts(root, "//a:id")
    if len(set(ids)) != len(ids):
        found.append("two have one id (4.2.6)")
    for each in root.xpath("//a:feed | //a:entry", namespaces=NS):
        links = each.xpath("a:link", namespaces=NS)
        kinds = [(link.get("rel", "alternate"), link.get("type")) for link in links]
        if len(set(kinds)) != len(kinds):
            found.append("two links are of one kind (4.1.1)")
    for entry in root.xpath("//a:entry", namespaces=NS):
        if not entry.xpath("a:author | ../a:author", namespaces=NS):
            found.append("an entry has no author (4.1.2)")
        if not entry.xpath("a:content | a:link[@rel='alternate']", namespaces=NS):
            found.append("an entry has nothing to read (4.1.2)")
    if not root.xpath("/a:feed/a:link[@rel='self']", namespaces=NS):
        found.append("the feed does not say where it is (4.1.1)")
    return found


def texts(node: Any, path: str) -> list[str]:
    return [str(found.text or "") for found in node.xpath(path, namespaces=NS)]


def atom(client: Client, path: str = FEED) -> Any:
    return parsed(client.get(path, **ATOM).get_data())


def items(client: Client, path: str = FEED) -> list[dict[str, Any]]:
    answer = client.get(path, **JSON_FEED)
    assert answer.status_code == 200
    return answer.get_json()["items"]


def titles(client: Client, path: str = FEED) -> list[str]:
    return [item["title"] for item in items(client, path)]


def updated(client: Client) -> tuple[str, str]:
    """The times of update of the feed and of its only entry, of which both documents tell."""
    root = atom(client)
    (of_feed,), (of_entry,) = texts(root, "a:updated"), texts(root, "a:entry/a:updated")
    assert [item["date_modified"] for item in items(client)] == [of_entry]
    return of_feed, of_entry


# What it is


def test_a_feed_is_valid_atom_whole_and_in_parts_and_empty(ada: Client, grace: Client):
    ada.write("Title & <b>more</b>", body="]]> & <script>x</script> *a*", tags=["x", "y-z"])
    grace.write("Another", body="")

    for query, count in (("", 2), ("?author=ada", 1), ("?tag=x", 1), ("?author=ada&tag=no", 0)):
        assert len(atom(ada, FEED + query).findall("a:entry", NS)) == count


def test_the_feed_that_the_contract_shows_is_valid():
    (shown, *_) = Contract.read().operation("getPostFeed").responses

    root = parsed(shown.content["application/atom+xml"]["example"].encode())

    assert len(root.findall("a:entry", NS)) == 1


def test_both_documents_tell_the_same_entries(ada: Client, grace: Client):
    ada.write("One & only", body="It *weaves*.", tags=["x", "y"])
    grace.write("Two", tags=[])
    root = atom(ada)

    told = [
        {
            "id": texts(entry, "a:id")[0],
            "title": texts(entry, "a:title")[0],
            "url": entry.find("a:link", NS).get("href"),
            "content_html": texts(entry, "a:content")[0],
            "date_published": texts(entry, "a:published")[0],
            "date_modified": texts(entry, "a:updated")[0],
            "authors": [{"name": texts(entry, ".//a:name")[0], "url": texts(entry, ".//a:uri")[0]}],
            "tags": [category.get("term") for category in entry.findall("a:category", NS)],
        }
        for entry in root.findall("a:entry", NS)
    ]

    whole = ada.get(FEED, **JSON_FEED).get_json()
    assert told == whole["items"]
    assert [item["title"] for item in told] == ["Two", "One & only"]
    assert told[1]["content_html"] == "<p>It <em>weaves</em>.</p>\n"
    assert texts(root, "a:title") == [whole["title"]] == ["Tenor: posts"]
    assert whole["feed_url"] == f"{PUBLIC_URL}/feeds/posts"


def test_what_a_feed_links_to_is_there(ada: Client):
    ada.write()
    root = atom(ada, f"{FEED}?tag=Engines&author=ada")

    links = [(link.get("rel"), link.get("type"), link.get("href")) for link in root.iter("{*}link")]
    profiles = texts(root, "//a:uri")

    at = f"{PUBLIC_URL}/feeds/posts?author=ada&tag=engines"
    assert links == [
        ("self", "application/atom+xml", at),
        ("alternate", "application/feed+json", at),
        ("alternate", "text/html", f"{PUBLIC_URL}{POST}"),
    ]
    for accept, url in [(accept, url) for _, accept, url in links] + [("*/*", profiles[0])]:
        answer = ada.get(url.removeprefix(PUBLIC_URL), accept=accept)
        assert answer.status_code == 200
        assert accept in ("*/*", answer.mimetype)


def test_a_feed_has_one_address_however_it_is_asked_for(ada: Client):
    """It is its id: a reader that sees another takes all entries for new."""
    asked = ("author=ada&tag=engines", "tag=ENGINES&author=ada", "tag=e%6Egines&author=ada")

    ids = {texts(atom(ada, f"{FEED}?{query}"), "a:id")[0] for query in asked}

    assert ids == {f"{PUBLIC_URL}/feeds/posts?author=ada&tag=engines"}


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("*/*", "application/atom+xml"),
        ("application/rss+xml, application/atom+xml, text/xml;q=0.9", "application/atom+xml"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "application/atom+xml"),
        ("application/atom+xml, application/feed+json, */*;q=0.1", "application/atom+xml"),
        ("application/feed+json, application/json, */*;q=0.5", "application/feed+json"),
        ("application/feed+json", "application/feed+json"),
    ],
)
def test_a_reader_gets_what_it_asks_for(api: Client, accept: str, media_type: str):
    """As browsers and readers of both kinds ask; who does not say gets Atom, which all can read."""
    answer = api.get(FEED, accept=accept)

    assert (answer.status_code, answer.mimetype) == (200, media_type)


# Which posts


def test_the_newest_twenty_posts_are_in_it(ada: Client):
    for number in range(22):
        ada.write(f"Post {number}")

    assert titles(ada) == [f"Post {number}" for number in range(21, 1, -1)]


def test_a_feed_may_be_of_one_author_or_tag(ada: Client, grace: Client):
    ada.write("A", tags=["x"])
    ada.write("B", tags=["y"])
    grace.write("C", tags=["x"])

    assert titles(ada, f"{FEED}?author=ada") == ["B", "A"]
    assert titles(ada, f"{FEED}?tag=X") == ["C", "A"]
    assert titles(ada, f"{FEED}?tag=x&author=grace") == ["C"]
    assert titles(ada, f"{FEED}?author=nobody") == titles(ada, f"{FEED}?tag=nothing") == []


def test_a_feed_is_the_same_whoever_asks(ada: Client, edith: Client, api: Client):
    """A cache may give it to anybody, so that no draft comes into it."""
    ada.write("A draft", status="draft")
    ada.write("A post")

    feeds = {client.get(FEED).get_data() for client in (ada, edith, api)}

    assert len(feeds) == 1
    assert titles(ada) == ["A post"]


def test_an_empty_feed_has_a_time_that_does_not_move(api: Client, clock: Clock):
    first = api.get(FEED)
    clock.advance(timedelta(days=1))

    assert texts(parsed(first.get_data()), "a:updated") == ["2026-01-01T00:00:00Z"]
    assert api.get(FEED, if_none_match=first.headers["ETag"]).status_code == 304


def test_what_is_no_author_or_tag_is_refused(api: Client):
    assert faults(api.get(f"{FEED}?author=A&tag=%21")) == {
        ("query", "/author", "minLength"),
        ("query", "/author", "pattern"),
        ("query", "/tag", "pattern"),
    }


# Since when it is as it is


def change(client: Client, path: str = POST, **fields: Any) -> None:
    tag = client.get(path).headers["ETag"]
    data(client.patch(path, fields, if_match=tag))


def test_the_time_of_update_moves_with_content_alone(ada: Client, edith: Client, clock: Clock):
    ada.write()
    first = updated(ada)
    moves = []
    for act in (
        lambda: change(ada, title="The second engine"),
        lambda: change(ada, body="It *runs*."),
        lambda: change(ada, tags=["looms"]),
        lambda: change(edith, title="The second engine"),
        lambda: change(ada, status="draft"),
        lambda: change(ada, status="published"),
        lambda: ada.delete("/accounts/ada?posts=reassign", if_match="*"),
    ):
        clock.advance(timedelta(minutes=1))
        act()
        if titles(ada):
            moves.append(updated(ada) != first)
            first = updated(ada)

    assert moves == [True, True, True, False, False, False]
    assert items(edith)[0]["authors"][0]["name"] == "ghost"


def test_a_draft_is_news_from_its_publication_on(ada: Client, clock: Clock):
    ada.write(status="draft")
    clock.advance(timedelta(hours=1))

    change(ada, status="published")

    moment = clock.now.isoformat().replace("+00:00", "Z")
    assert updated(ada) == (moment, moment)


def test_an_entry_keeps_its_id_whatever_becomes_of_it(ada: Client):
    ada.write()
    (before,) = items(ada)

    change(ada, title="Another", body="Another", tags=[])
    (after,) = items(ada)
    assert ada.delete(POST, if_match="*").status_code == 204
    ada.write()
    (other,) = items(ada)

    assert before["id"] == after["id"] != other["id"]
    assert before["url"] == other["url"]


# Asked for again


@pytest.mark.parametrize("kind", [ATOM, JSON_FEED], ids=["atom", "json"])
def test_a_feed_that_did_not_change_is_not_sent_again(ada: Client, kind: dict[str, str]):
    ada.write()
    answer = ada.get(FEED, **kind)
    tag, modified = answer.headers["ETag"], answer.headers["Last-Modified"]

    for condition in ({"if_none_match": tag}, {"if_modified_since": modified}):
        again = ada.get(FEED, **kind, **condition)
        assert (again.status_code, again.get_data()) == (304, b"")
        assert again.headers["ETag"] == tag
    assert ada.head(FEED, **kind).headers["ETag"] == tag


def test_each_document_has_a_tag_of_its_own(ada: Client):
    ada.write()
    tags = [ada.get(FEED, **kind).headers["ETag"] for kind in (ATOM, JSON_FEED)]

    assert ada.get(FEED, **ATOM, if_none_match=tags[1]).status_code == 200
    assert ada.get(FEED, **JSON_FEED, if_none_match=tags[0]).status_code == 200


def test_whatever_changes_a_feed_changes_its_tag(ada: Client, clock: Clock):
    acts: list[Callable[[], object]] = [
        lambda: ada.write("One"),
        lambda: ada.write("Two"),
        lambda: change(ada, "/posts/one", body="Another"),
        lambda: change(ada, "/posts/one", status="draft"),
        lambda: change(ada, "/posts/one", status="published"),
        lambda: ada.delete("/posts/two", if_match="*"),
        lambda: ada.delete("/accounts/ada?posts=reassign", if_match="*"),
    ]
    seen = [ada.get(FEED)]
    for act in acts:
        clock.advance(timedelta(minutes=1))
        act()
        seen.append(Client(app=ada.app).get(FEED))

    assert len({answer.headers["ETag"] for answer in seen}) == len(seen)
    assert all(one.get_data() != next_.get_data() for one, next_ in pairwise(seen))


def test_who_has_the_feed_costs_no_rendering(ada: Client, monkeypatch: pytest.MonkeyPatch):
    ada.write()
    tag = ada.get(FEED).headers["ETag"]

    def rendered(*_: object) -> str:
        raise AssertionError("nobody asked for it")

    monkeypatch.setattr(syndication, "_content", rendered)

    assert ada.get(FEED, if_none_match=tag).status_code == 304


# What stands in it


def content(client: Client, body: str) -> str:
    """What a feed makes of a body."""
    client.write(body=body)
    return items(client)[0]["content_html"]


def test_links_lead_to_the_same_place_from_anywhere(ada: Client):
    body = "[a](other) ![b](/b.png) [c](#c) [d](//e.example/d) [e](https://e.example/e)"

    assert re.findall('(?:href|src)="([^"]*)"', content(ada, body)) == [
        f"{PUBLIC_URL}/posts/other",
        f"{PUBLIC_URL}/b.png",
        f"{PUBLIC_URL}{POST}#c",
        "https://e.example/d",
        "https://e.example/e",
    ]


def test_nothing_runs_in_a_feed(ada: Client):
    body = '<script>x</script><img src=x onerror=y><a href="javascript:z">z</a><!-- c -->'

    html = content(ada, body)

    assert html == f'<img src="{PUBLIC_URL}/posts/x"><a rel="noopener noreferrer nofollow">z</a>'


@pytest.mark.parametrize(
    ("body", "is_whole"),
    [
        ("a " * 15_000, True),
        ("a " * 15_001, False),
        ("[](a)" * 6_000, False),  # what is short may become long
    ],
    ids=["long", "longer", "longer as html"],
)
def test_a_very_long_post_is_linked_to(ada: Client, body: str, is_whole: bool):
    """A feed is twenty posts at once."""
    html = content(ada, body)

    assert (f'<a href="{PUBLIC_URL}{POST}">' in html) is not is_whole
    assert (len(html) > 20_000) is is_whole


anything = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


@repeatable
@given(title=anything, body=anything)
def test_text_comes_out_of_the_markup_as_it_went_in(gated: Tenor, title: str, body: str):
    """But for what XML cannot write: in its place stands the character that says so."""
    with gated.app_context():
        feed = Feed(None, None, (post(title, body),))
        document, item = syndication.atom(feed), syndication.json(feed)["items"][0]

    root = etree.fromstring(document.encode())

    assert texts(root, "a:entry/a:title") == [as_xml(title)]
    assert texts(root, "a:entry/a:content") == [as_xml(item["content_html"])]
    assert item["title"] == title
    assert [child.tag for child in root.iter()] == [
        f"{{{NS['a']}}}{name}" for name in (
            *("feed", "id", "title", "updated", "link", "link", "entry", "id", "title", "updated"),
            *("published", "author", "name", "uri", "link", "category", "content"),
        )
    ]  # fmt: skip


def as_xml(text: str) -> str:
    """The text with what XML 1.0 allows, character by character (section 2.2)."""
    allowed = ((0x9, 0xA), (0x20, 0xD7FF), (0xE000, 0xFFFD), (0x10000, 0x10FFFF))
    return "".join(
        c if any(low <= ord(c) <= high for low, high in allowed) else "\ufffd"
        for c in text.replace("\r", "\n")
    )


def post(title: str, body: str) -> Post:
    moment = datetime(2026, 3, 1, tzinfo=UTC)
    return Post(
        id=1, uid="7d1ec7b5-0f4c-4f0c-9b1d-3a4f5b6c7d8e", slug="a", title=title, body=body,
        author="ada", tags=("x",), status=Status.PUBLISHED, created_at=moment, updated_at=moment,
        published_at=moment, publish_at=None, version=1, revision=1, revised_at=moment,
        discussion=0, discussed_at=None,
    )  # fmt: skip


# The schema catches what it is there for

PLANTS: dict[str, Callable[[str], str]] = {
    "no id": lambda text: re.sub("<id>.*</id>", "", text, count=1),
    "no title": lambda text: re.sub("<title>.*</title>", "", text, count=1),
    "no time": lambda text: re.sub("<updated>.*</updated>", "", text, count=1),
    "two times": lambda text: re.sub("(<updated>.*</updated>)", r"\1\1", text, count=1),
    "a date alone": lambda text: re.sub("T[0-9:]+Z</updated>", "</updated>", text),
    "a time without zone": lambda text: text.replace("Z</updated>", "</updated>"),
    "a relative id": lambda text: text.replace(f"<id>{PUBLIC_URL}", "<id>"),
    "a nameless author": lambda text: text.replace("<name>ada</name>", ""),
    "no author": lambda text: re.sub("(?s)<author>.*</author>", "", text),
    "a category without term": lambda text: text.replace(' term="engines"', ""),
    "a link to nowhere": lambda text: re.sub(' href="[^"]*"', "", text, count=1),
    "a feed that is nowhere": lambda text: text.replace('rel="self"', 'rel="related"'),
    "two links of one kind": lambda text: text.replace("feed+json", "atom+xml").replace(
        'rel="self"', 'rel="alternate"'
    ),
    "markup in a title": lambda text: text.replace("<title>The", "<title><b/>The"),
    "an element of no kind": lambda text: text.replace("<entry>", "<entry><summery/>"),
    "another namespace": lambda text: text.replace("2005/Atom", "2006/Atom"),
    "one id twice": lambda text: re.sub("(?s)(<entry>.*</entry>)", r"\1\1", text),
}


@pytest.mark.parametrize("defect", PLANTS)
def test_a_planted_defect_of_a_feed_is_seen(ada: Client, defect: str):
    ada.write()
    sound = ada.get(FEED, **ATOM).get_data(as_text=True)
    assert breaches(etree.fromstring(sound.encode())) == []

    planted = PLANTS[defect](sound)

    assert planted != sound
    assert breaches(etree.fromstring(planted.encode())) != []


def test_another_reader_understands_it(ada: Client, grace: Client):
    """One that was not written with these feeds in mind."""
    ada.write("One & <only>", body="It *weaves*.", tags=["x", "y"])
    grace.write("Two 🚂", tags=[])

    read = feedparser.parse(ada.get(FEED, **ATOM).get_data())

    assert (read.bozo, read.version) == (False, "atom10")
    assert [entry.title for entry in read.entries] == ["Two 🚂", "One & <only>"]
    assert [entry.author for entry in read.entries] == ["grace", "ada"]
    assert read.entries[1].content[0].value == "<p>It <em>weaves</em>.</p>"
    assert [tag.term for tag in read.entries[1].tags] == ["x", "y"]
