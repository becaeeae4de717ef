"""Claims about the pages that people read."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser

import pytest

from tests.api.client import ENGINE, HTML, PASSWORD, PUBLIC_URL, Client, local, style_hash
from tests.publishing.story import Clock

SCRIPT = "<script>alert(1)</script>"
EVIL = f"\"'></title></style></h1>{SCRIPT}<img src=x onerror=alert(1)>{{{{7*7}}}}{{% raw %}}"
POST = "/posts/the-first-engine"

# What templates and Markdown write.
KNOWN = {
    *("html", "head", "meta", "title", "link", "style", "body", "main", "article", "header"),
    "section",
    *("footer", "h1", "h2", "h3", "p", "ul", "ol", "li", "a", "img", "em", "strong", "code"),
    *("pre", "blockquote", "table", "thead", "tbody", "tr", "th", "td", "time", "br", "hr"),
}
KNOWN_ATTRIBUTES = {
    *("href", "title", "src", "alt", "rel", "start", "datetime", "aria-label", "class"),
}
CLASSES = {"about", "mark", "tags", "comments", "align-center"}


@dataclass
class Page(HTMLParser):
    """A page as a browser takes it apart: its elements in order, and the text in some of them."""

    source: str
    elements: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__()
        self._open: list[str] = []
        self.feed(self.source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self._open:
            self.texts[self._open[-1]] = self.texts.get(self._open[-1], "") + data

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def headings(self) -> list[int]:
        return [int(name[1]) for name, _ in self.elements if re.fullmatch("h[1-6]", name)]


def page(client: Client, path: str = POST) -> Page:
    answer = client.get(path, **HTML)
    assert answer.status_code == 200
    return Page(answer.get_data(as_text=True))


@pytest.fixture(params=["post", "problems", "problem"])
def path(request: pytest.FixtureRequest, ada: Client) -> str:
    """The address of each kind of page."""
    ada.write()
    return {"post": POST, "problems": "/problems", "problem": "/problems/not-found"}[request.param]


def test_what_a_page_says_to_be_its_other_forms_is_there(api: Client, path: str):
    """Among them the feeds, so that whoever gives a reader the address of a page finds them."""
    forms = [
        (link["type"], link["href"])
        for link in page(api, path).all("link")
        if link["rel"] == "alternate"
    ]

    assert {kind for kind, _ in forms} >= {
        "application/json",
        "application/atom+xml",
        "application/feed+json",
        *(["text/markdown"] if path == POST else []),
    }
    for kind, url in forms:
        answer = api.get(local(url), accept=kind)
        assert (answer.status_code, answer.mimetype) == (200, kind)


def test_a_page_is_in_order(api: Client, path: str):
    found = page(api, path)

    assert found.source.startswith("<!doctype html>\n")
    assert found.all("html") == [{"lang": "en"}]
    assert found.texts["title"] == found.texts["h1"]
    assert len(found.all("h1")) == len(found.all("main")) == len(found.all("title")) == 1
    metas = {meta["name"]: meta["content"] for meta in found.all("meta") if "name" in meta}
    assert metas["viewport"] == "width=device-width, initial-scale=1"
    assert metas["color-scheme"] == "light dark"
    links = {(link["rel"], link.get("type")): link["href"] for link in found.all("link")}
    assert (
        links["alternate", "application/json"]
        == links["canonical", None]
        == f"https://tenor.example{path}"
    )


def test_a_page_admits_its_own_style_and_nothing_else(api: Client, path: str):
    answer = api.get(path, **HTML)
    found = Page(answer.get_data(as_text=True))

    policy = dict(
        directive.split(" ", 1)
        for directive in answer.headers["Content-Security-Policy"].split("; ")
    )

    assert policy == {
        "default-src": "'none'",
        "style-src": style_hash(found.texts["style"]),
        "img-src": "'self' https:",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    assert len(found.all("style")) == 1
    assert not any("style" in attributes for _, attributes in found.elements)


def test_json_carries_no_policy_for_pages(ada: Client):
    assert "Content-Security-Policy" not in ada.write().headers


def test_a_page_is_the_same_for_the_same_edition(ada: Client, api: Client, edith: Client):
    ada.write()

    answers = [reader.get(POST, **HTML) for reader in (api, ada, edith, api)]

    assert len({answer.get_data() for answer in answers}) == 1
    assert len({answer.headers["ETag"] for answer in answers}) == 1
    assert len({answer.headers["Content-Security-Policy"] for answer in answers}) == 1


def test_a_page_says_who_wrote_it_and_when(ada: Client):
    ada.write()

    found = page(ada)

    assert found.texts["h1"] == "The first engine"
    assert "by ada" in found.texts["p"]
    assert found.texts["time"].startswith("1 March 2026")
    assert found.texts["li"] == "engineshistory"
    assert "Draft" not in found.source


def test_a_draft_is_marked_as_one(ada: Client):
    ada.write(status="draft", tags=[])

    found = page(ada)

    assert found.texts["strong"] == "Draft"
    assert found.all("ul") == []


@pytest.mark.parametrize("body", ["# One\n\n## Two\n\n###### Six", "<h1>One</h1><h2 id=x>Two</h2>"])
def test_the_title_is_the_only_heading_of_the_first_level(ada: Client, body: str):
    ada.write(body=body)

    assert page(ada).headings[:3] == [1, 2, 3]


def test_a_script_in_the_title_is_text(ada: Client):
    title = EVIL.replace("\n", "")
    ada.write(title=title)

    found = page(
        ada, "/posts/title-style-h1-script-alert-1-script-img-src-x-onerror-alert-1-7-7-raw"
    )

    assert found.texts["h1"] == found.texts["title"] == title
    assert (found.all("script"), found.all("img")) == ([], [])


@pytest.mark.parametrize(
    "body",
    [
        SCRIPT,
        EVIL,
        f"<div>{SCRIPT}</div>",
        "<img src=x onerror=alert(1)>",
        "<svg onload=alert(1)><script>alert(1)</script></svg>",
        "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
        "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
        "[click](javascript:alert(1)) [click](JaVaScRiPt:alert(1))",
        "<a href='java\tscript:alert(1)'>click</a>",
        "[click](data:text/html;base64,PHNjcmlwdD4=)",
        "![x](javascript:alert(1))",
        "<javascript:alert(1)>",
        "<iframe src=https://evil.example></iframe><object data=x></object><embed src=x>",
        "<form action=https://evil.example><input autofocus onfocus=alert(1)></form>",
        "<base href=https://evil.example><meta http-equiv=refresh content='0;url=//evil.example'>",
        "<link rel=stylesheet href=https://evil.example/x.css><style>*{color:red}</style>",
        "<p style='background:url(//evil.example)' class=x id=y onclick=alert(1)>text</p>",
        "```\n</code></pre><script>alert(1)</script>\n```",
        "| a |\n|:-:|\n| <script>alert(1)</script> |",
        "</article></main></body></html><script>alert(1)</script>",
        "<!--><script>alert(1)</script>-->",
        "<![CDATA[<script>alert(1)</script>]]>",
        '[a]: /x "onmouseover=alert(1)"\n[a]',
    ],
)
def test_nothing_in_a_body_runs_or_loads_as_code(ada: Client, body: str):
    """What the page holds is what its template and Markdown could have written."""
    ada.write(body=body)
    ada.comment(body=body)

    found = page(ada)

    inner = found.elements[next(i for i, (tag, _) in enumerate(found.elements) if tag == "body") :]
    assert {tag for tag, _ in found.elements} <= KNOWN
    assert not {tag for tag, _ in inner} & {"meta", "link", "style", "title"}
    for tag, attributes in inner:
        assert set(attributes) <= KNOWN_ATTRIBUTES, tag
        for name in ("href", "src"):
            assert re.match(r"https?:|mailto:|[^:]*\Z", attributes.get(name, ""))
        assert attributes.get("class", "about") in CLASSES
    assert len(found.all("style")) == 1
    assert "evil.example" not in found.texts["style"]
    assert found.source.endswith("</article>\n</section>\n</main>\n</body>\n</html>\n")


def test_a_display_name_is_data_and_on_no_page(api: Client):
    api.post("/accounts", {"username": "ada", "display_name": SCRIPT, "password": PASSWORD})
    ada = api.sign_in("ada", "posts:write")
    ada.write()

    account = api.get("/accounts/ada")

    assert account.content_type == "application/json"
    assert account.headers["X-Content-Type-Options"] == "nosniff"
    assert account.get_json()["data"]["display_name"] == SCRIPT
    assert "alert" not in page(ada).source


@pytest.mark.parametrize("accept", ["text/html", "*/*"])
def test_a_tag_cannot_hold_markup(ada: Client, accept: str):
    answer = ada.post("/posts", {"title": "x", "body": "", "tags": ["<b>"]}, accept=accept)

    assert answer.status_code == 400
    assert "<b>" not in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    "piece", ["[a]", "`a`", "*a*", "\n\na", "&", '"', "![](a)", "<http:a>", "> ", "- ", "|a"]
)
def test_the_longest_body_still_makes_a_page(ada: Client, piece: str):
    """What Markdown makes of the shortest markup stays within what the contract promises."""
    head = "|" + "a|" * 1000 + "\n|" + "-|" * 1000 + "\n" if piece == "|a" else "[a]: b\n\n"
    line = "\n" if piece == "|a" else ""
    count = (100_000 - len(head)) // len(piece + line)

    answer = ada.write(body=head + (piece + line) * count)

    assert answer.status_code == 201
    assert page(ada).texts["h1"] == "The first engine"


CHANGES: dict[str, Callable[[Client], object]] = {
    "a new one": lambda ada: ada.comment(),
    "another text": lambda ada: ada.patch(f"{POST}/comments/1", {"body": "x"}, if_match="*"),
    "one less": lambda ada: ada.delete(f"{POST}/comments/1", if_match="*"),
}
ALL_COMMENTS = {"href": f"{PUBLIC_URL}{POST}/comments"}


class TestComments:
    """The page of a post shows what is said about it."""

    @pytest.fixture(autouse=True)
    def _post(self, ada: Client) -> None:
        ada.write()

    def test_a_page_without_comments_does_not_speak_of_them(self, ada: Client):
        assert "omments" not in page(ada).source.partition("</style>")[2]

    def test_they_stand_below_the_post_the_oldest_first(self, ada: Client, grace: Client):
        grace.comment(body="Does it weave *bugs* too?")
        ada.comment(body="It originates nothing.")

        text = page(ada).source

        shown = [text.index(each) for each in ("<h2>Comments", "weave <em>bugs", "originates")]
        assert shown == sorted(shown)
        assert "grace, <time" in text
        assert "All comments" not in text

    def test_their_headings_are_below_that_of_the_comments(self, ada: Client):
        ada.comment(body="# One\n\n## Two\n\n##### Five\n\n###### Six")

        assert page(ada).headings == [1, 2, 3, 4, 6, 6]

    @pytest.mark.parametrize(("count", "shown"), [(50, 50), (51, 50)])
    def test_fifty_are_shown_and_the_list_leads_to_the_rest(
        self, ada: Client, count: int, shown: int
    ):
        for number in range(count):
            ada.comment(body=f"Comment {number}.")

        found = page(ada)

        assert len(found.all("article")) == 1 + shown
        assert f"Comment {shown - 1}." in found.source
        assert (ALL_COMMENTS in found.all("a")) is (count > shown)

    def test_there_is_room_for_as_much_text_as_a_post_may_have(self, ada: Client):
        for _ in range(11):
            ada.comment(body="a" * 10_000)

        found = page(ada)

        assert len(found.all("article")) == 1 + 10
        assert ALL_COMMENTS in found.all("a")

    def test_the_longest_post_and_comments_still_make_a_page(self, ada: Client):
        """What little Markdown makes much HTML is told by its length after it was rendered."""
        head = "|" + "a|" * 1000 + "\n|" + ":-:|" * 1000 + "\n"
        row = "|a" * 1000 + "\n"
        body = head + row * ((100_000 - len(head)) // len(row))
        ada.put(POST, ENGINE | {"body": body}, if_match="*")
        head = "|" + "a|" * 500 + "\n|" + "-|" * 500 + "\n"
        for _ in range(4):
            ada.comment(body=head + "|a\n" * ((10_000 - len(head)) // 3))

        source = ada.get(POST, **HTML).get_data(as_text=True)

        assert 2_000_000 < len(source) < 4_000_000
        assert source.count("<article>") == 1 + 1

    @pytest.mark.parametrize("change", CHANGES)
    def test_each_change_among_them_makes_another_page_of_the_same_post(
        self, ada: Client, clock: Clock, change: str
    ):
        ada.comment()
        before = [ada.get(POST, **accept) for accept in (HTML, {})]
        clock.advance()

        CHANGES[change](ada)

        after = [ada.get(POST, **accept) for accept in (HTML, {})]
        for name in ("ETag", "Last-Modified"):
            assert before[0].headers[name] != after[0].headers[name]
            assert before[1].headers[name] == after[1].headers[name]
        assert before[0].get_data() != after[0].get_data()
        assert before[1].get_data() == after[1].get_data()

    def test_who_has_the_page_need_not_have_it_again(self, ada: Client):
        ada.comment()
        first = ada.get(POST, **HTML)

        again = ada.get(POST, **HTML, if_none_match=first.headers["ETag"])
        assert again.status_code == 304

        ada.comment()
        assert ada.get(POST, **HTML, if_none_match=first.headers["ETag"]).status_code == 200

    def test_the_tag_of_a_page_that_shows_less_changes_no_post(self, ada: Client, grace: Client):
        tag = ada.get(POST, **HTML).headers["ETag"]
        grace.comment()

        assert ada.patch(POST, {"title": "X"}, if_match=tag).status_code == 412
        tag = ada.get(POST, **HTML).headers["ETag"]
        assert ada.patch(POST, {"title": "X"}, if_match=tag).status_code == 200
