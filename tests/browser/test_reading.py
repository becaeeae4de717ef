"""The pages are good to read: for eyes in light and in darkness, for programs that read aloud."""

import re
from dataclasses import dataclass
from typing import Any

import pytest

from tests.api.client import data
from tests.browser.conftest import Visitor, shoot
from tests.browser.devtools import Page

STORY = """
The Analytical Engine weaves *algebraical patterns*, just as the loom weaves **flowers and leaves**.
It has [no pretensions](https://example.com) whatever to originate anything.

# What it consists of

- the `store`, where numbers wait
- the mill, where they are worked on

> We may say most aptly that it weaves.

| card | does | times |
|:-----|:----:|------:|
| operation | adds | 13 |
| variable | carries | 1 |

```python
def bernoulli(n):
    return sum(weave(n, k) for k in range(n))  # a line that is longer than a narrow window is wide
```

## What it does not

1. It does not think.
2. It does not tire.

***

Press <kbd>Enter</kbd>.
"""

# Colours as they are painted, with what shines through from behind, as WCAG 2.2 computes them.
CONTRASTS = """() => {
  const paint = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const read = (colour) => {
    paint.clearRect(0, 0, 1, 1);
    paint.fillStyle = colour;
    paint.fillRect(0, 0, 1, 1);
    return [...paint.getImageData(0, 0, 1, 1).data];
  };
  const over = ([r, g, b, a], below) =>
    [r, g, b].map((each, i) => (each * a + below[i] * (255 - a)) / 255);
  const behind = (element) => {
    if (!element) return [255, 255, 255];
    return over(read(getComputedStyle(element).backgroundColor), behind(element.parentElement));
  };
  const luminance = (colour) => {
    const [r, g, b] = colour.map((each) => each / 255)
      .map((each) => (each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const found = {};
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || !element.checkVisibility()) continue;
    const ground = behind(element);
    const ink = over(read(getComputedStyle(element).color), ground);
    const [low, high] = [luminance(ink), luminance(ground)].sort((a, b) => a - b);
    const name = [element.localName, ...element.classList].join(".");
    found[name] = Math.min(found[name] ?? 21, (high + 0.05) / (low + 0.05));
  }
  return found;
}"""

STRUCTURE = """() => ({
  language: document.documentElement.lang,
  title: document.title,
  headings: [...document.querySelectorAll("h1,h2,h3,h4,h5,h6")].map((each) => +each.localName[1]),
  mains: document.querySelectorAll("main").length,
  outside: [...document.body.children].map((each) => each.localName)
    .filter((each) => !["header", "nav", "main", "footer", "aside"].includes(each)),
  alternates: [...document.querySelectorAll("link[rel=alternate]")].map((each) => each.type),
  unnamed: [...document.querySelectorAll("a, button, img")]
    .filter((each) => !(each.textContent.trim() || each.getAttribute("aria-label") || each.alt))
    .map((each) => each.outerHTML),
  wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
})"""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of page: its name, where it is, and its headings."""

    name: str
    path: str
    headings: tuple[int, ...]


KINDS = [
    Kind("post", "/posts/what-the-engine-is-for", (1, 2, 3)),
    Kind("draft", "/posts/a-draft", (1,)),
    Kind("problems", "/problems", (1,)),
    Kind("problem", "/problems/invalid-request", (1,)),
]


@pytest.fixture(scope="module", autouse=True)
def written(ada: Visitor) -> None:
    """A post with all that Markdown can do, and a draft."""
    data(ada.write("What the engine is for", body=STORY, tags=["engines", "history", "looms"]))
    data(ada.write("A draft", body="To be continued.", status="draft", tags=[]))


@pytest.fixture(params=KINDS, ids=lambda kind: kind.name)
def kind(request: pytest.FixtureRequest) -> Kind:
    return request.param


@pytest.fixture
def read(page: Page, ada: Visitor, kind: Kind) -> Page:
    """A page of this kind, opened by somebody who may see it."""
    bearer = {"Authorization": f"Bearer {ada.secret}"}
    page.call("Network.setExtraHTTPHeaders", {"headers": bearer})
    page.resize(1000, 900)
    page.open(ada.address + kind.path)
    return page


def structure(page: Page) -> dict[str, Any]:
    return page.run(STRUCTURE)


def test_a_page_has_its_landmarks_and_its_headings_in_order(read: Page, kind: Kind):
    found = structure(read)

    assert found["language"] == "en"
    assert found["title"]
    assert found["mains"] == 1
    assert found["outside"] == []
    assert tuple(found["headings"][: len(kind.headings)]) == kind.headings
    assert found["headings"].count(1) == 1
    steps = zip(found["headings"], found["headings"][1:], strict=False)
    assert [step for step in steps if step[1] > step[0] + 1] == []


def test_a_page_names_what_it_links_to(read: Page):
    found = structure(read)

    assert "application/json" in found["alternates"]
    assert found["unnamed"] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_stands_out_from_its_ground(read: Page, kind: Kind, scheme: str):
    """4.5 to 1 at least, as WCAG 2.2 asks of small text."""
    read.prefer(scheme)

    faint = {name: ratio for name, ratio in read.run(CONTRASTS).items() if ratio < 4.5}

    assert faint == {}
    shoot(read, f"{kind.name}-{scheme}")


def test_a_narrow_window_need_not_be_scrolled_sideways(read: Page, kind: Kind):
    read.resize(320, 640)

    assert structure(read)["wide"] == 0
    shoot(read, f"{kind.name}-narrow")


def test_what_the_page_links_to_as_json_is_the_post(ada: Visitor, page: Page):
    path = KINDS[0].path
    page.open(ada.address + path)

    link = page.run("() => document.querySelector('link[rel=alternate][type*=json]').href")

    assert link.endswith(path)
    assert data(ada.get(path))["title"] == page.run("() => document.title")


def test_text_that_is_too_faint_is_seen(page: Page, ada: Visitor):
    """The planted defect: grey on grey, and another that shines through."""
    page.open(ada.address + KINDS[0].path)
    page.run("() => { document.body.style.color = '#999'; }")

    faint = {name for name, ratio in page.run(CONTRASTS).items() if ratio < 4.5}

    assert {"p", "h1"} <= faint
    assert not {name for name in faint if re.fullmatch(r"a(\.\w+)*", name)}
