"""The page of coverage: every cell with its witness, and nothing that a witness says is run."""

import base64
import hashlib
import json
import re
from collections import Counter
from html.parser import HTMLParser

import pytest

from tenor.reports import html
from tenor.reports.report import Report, visible
from tenor.witnesses import Body
from tests.engine.test_coverage import HOSTILE, SPEC, measured, seen, whole_report


class Page(HTMLParser):
    """The elements of a page, as a browser would make them, and their text by the tag."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str | None]] = []
        self.texts: dict[str, list[str]] = {}
        self._open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += attrs
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self._open:
            self.texts.setdefault(self._open[-1], []).append(data)

    @property
    def witnesses(self) -> list[dict[str, object]]:
        """What the page knows of each cell."""
        return [json.loads(line) for line in self.texts["script"][0].splitlines()]


@pytest.fixture(scope="module")
def page() -> Page:
    return Page(html.written(whole_report()))


def test_what_a_witness_says_is_text_and_nothing_else(page: Page):
    assert page.tags["script"] == 2  # the witnesses as data, and the page's own
    assert page.tags.keys().isdisjoint({"img", "iframe", "link", "object", "form"})
    assert [name for name, _ in page.attributes if name.startswith("on")] == []
    shown = "".join(text for tag, texts in page.texts.items() if tag != "script" for text in texts)
    assert shown.count(visible(HOSTILE)) >= 3  # the violation, the finding, its exchange
    assert page.witnesses[0]["body"] == page.witnesses[0]["test"] == HOSTILE


def test_the_page_loads_nothing(page: Page):
    loading = {"src", "href", "srcset", "action", "data", "poster", "background"}

    assert [name for name, _ in page.attributes if name in loading] == []
    assert re.findall(r"@import|url\(", page.texts["style"][0]) == []


def test_only_the_page_s_own_style_and_script_are_admitted(page: Page):
    """By their hashes; whatever else came in would be refused by the browser."""
    policy = next(value or "" for _, value in page.attributes if "default-src" in (value or ""))
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))

    def hashed(content: str) -> str:
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        return f"'sha256-{digest}'"

    assert directives["default-src"] == "'none'"
    assert directives["style-src"] == hashed(page.texts["style"][0])
    assert directives["script-src"] == hashed(page.texts["script"][1])
    assert "style" not in {name for name, _ in page.attributes}  # the policy would drop it


def test_each_cell_is_a_mark_that_leads_to_its_witness(page: Page):
    report = whole_report()

    numbers = [int(value or "") for name, value in page.attributes if name == "data-cell"]
    told = [(w["operation"], w["status"], w["media_type"], w["state"]) for w in page.witnesses]

    assert sorted(numbers) == list(range(len(told)))
    assert told == [
        (s.cell.operation, s.cell.status, s.cell.media_type, s.state.value)
        for s in report.coverage.standings
    ]
    assert page.witnesses[0]["curl"] == "curl -si http://127.0.0.1:8080/notes/1 -H 'Accept: */*'"


def test_a_state_is_told_by_its_words_and_not_by_its_looks_alone(page: Page):
    labels = [value for name, value in page.attributes if name == "aria-label"]

    for state in ("met", "owed", "waived", "stray"):
        assert any((label or "").endswith(f": {state}") for label in labels)


def test_the_same_report_is_the_same_page():
    assert html.written(whole_report()) == html.written(whole_report())


def test_a_long_body_is_cut_with_a_word(page: Page):
    text = "é" * (html.MOST_SHOWN + 10)

    assert html._shown(Body.of(text.encode())).endswith("é\n... and 20 bytes more")
    assert html._shown(Body.of(b"\xff\xfe")) == "(2 bytes that are no text)"
    assert html._shown(Body.of(b"short")) == "short"


def test_a_contract_that_declares_nothing_has_a_page_too():
    spec = {**SPEC, "paths": {}}
    del spec["x-tenor-unrouted"]

    page = Page(html.written(Report(measured(seen(), spec=spec))))

    assert page.tags["table"] == 0
    assert "0 of 0 declared cells are met: 100 %." in "".join(page.texts["p"])
