"""The documentation page works in a browser, to the answer of a call that is tried there."""

import pytest

from tests.browser.conftest import Contract, Visitor, author_at, shoot
from tests.browser.devtools import Page
from tests.server.servers import Server

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")

OPERATIONS = """() => [...document.querySelectorAll(".opblock")].map((block) => {
  const method = block.querySelector(".opblock-summary-method").textContent.trim().toLowerCase();
  return `${method} ${block.querySelector(".opblock-summary-path").dataset.path}`;
})"""
COUNT = "(wanted) => document.querySelectorAll('.opblock').length >= wanted"
EXPAND = """(method, path) => {
  const found = [...document.querySelectorAll(`.opblock-${method}`)].find(
    (block) => block.querySelector(".opblock-summary-path").dataset.path === path);
  if (found && !found.classList.contains("is-open")) {
    found.querySelector(".opblock-summary-control").click();
  }
  return Boolean(found?.classList.contains("is-open"));
}"""
STATUSES = """() => {
  const cells = document.querySelectorAll(".responses-table .response .response-col_status");
  return cells.length ? [...cells].map((each) => each.textContent.trim()) : null;
}"""
CLICK = """(selector, text) => {
  const all = [...document.querySelectorAll(selector)];
  const found = all.find((each) => each.textContent.trim().startsWith(text));
  found?.click();
  return Boolean(found);
}"""
FOCUS = """(selector) => {
  const found = document.querySelector(selector);
  found?.focus();
  return document.activeElement === found && Boolean(found);
}"""
VALUE = "(selector) => document.querySelector(selector)?.value"
TEXT = "(selector) => document.querySelector(selector)?.textContent"


@pytest.fixture
def docs(page: Page, sound: Server, contract: Contract) -> Page:
    """The page, when it shows as many operations as there are."""
    page.resize(1280, 1000)
    page.open(f"http://127.0.0.1:{sound.port}/docs")
    page.until(COUNT, len(operations(contract)), what="every operation being shown")
    return page


def operations(contract: Contract) -> set[str]:
    return {
        f"{method} {path}"
        for path, item in contract["paths"].items()
        for method in item
        if method in METHODS
    }


def complaints(page: Page) -> list[str]:
    """What the browser found wrong: exceptions, errors, and what the policy forbade."""
    return [
        *(event["exceptionDetails"]["text"] for event in page.seen("Runtime.exceptionThrown")),
        *(
            str(event["args"])
            for event in page.seen("Runtime.consoleAPICalled")
            if event["type"] in {"error", "assert"}
        ),
        *(
            f"{event['entry']['text']} {event['entry'].get('url')}"
            for event in page.seen("Log.entryAdded")
            if event["entry"]["level"] == "error"
        ),
    ]


def click(page: Page, selector: str, text: str = "") -> None:
    page.until(CLICK, selector, text, what=f"{selector} {text!r} being there")


def expand(page: Page, method: str, path: str) -> None:
    page.until(EXPAND, method, path, what=f"{method} {path} being open")


def write(page: Page, selector: str, text: str) -> None:
    """Type into a field as a person does."""
    page.until(FOCUS, selector, what=f"{selector} taking the cursor")
    page.call("Input.insertText", {"text": text})


def test_it_shows_every_operation_and_has_no_complaint(docs: Page, contract: Contract):
    assert set(docs.run(OPERATIONS)) == operations(contract)
    assert complaints(docs) == []
    shoot(docs, "docs")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_operation_shows_every_status_that_it_has(docs: Page, contract: Contract, scheme: str):
    docs.prefer(scheme)
    declared = contract["paths"]["/posts"]["post"]["responses"]

    expand(docs, "post", "/posts")

    assert docs.until(STATUSES, what="the responses being shown") == list(declared)
    shoot(docs, f"docs-operation-{scheme}")


def authorize(page: Page, secret: str | None) -> None:
    """Sign in with the secret of a token."""
    assert secret is not None
    click(page, ".btn.authorize")
    write(page, ".auth-container input", secret)
    click(page, ".auth-btn-wrapper .authorize", "Authorize")
    click(page, ".auth-btn-wrapper .btn-done")


def execute(page: Page, method: str, path: str) -> tuple[str, str]:
    """The status and the content that come of an operation with what stands in its fields."""
    block = f".opblock-{method}.is-open"
    expand(page, method, path)
    page.until(TEXT, f"{block} .responses-table .response-col_status", what="what may be answered")
    click(page, f"{block} .execute", "Execute")
    row = f"{block} .live-responses-table .response"
    status = page.until(TEXT, f"{row} .response-col_status", what="an answer")
    return status.strip()[:3], page.run(TEXT, f"{row} .response-col_description")


def test_what_need_not_be_sent_is_not_sent_unasked(docs: Page, sound: Server):
    """The examples of the story are no cursor, key or tag of what is here."""
    author = author_at(sound, "mary")
    author.write("To be found")
    authorize(docs, author.secret)

    status, listed = execute(docs, "get", "/posts")
    refused, told = execute(docs, "patch", "/posts/{slug}")

    assert (status, "to-be-found" in listed) == ("200", True)
    assert (refused, "precondition-required" in told) in {("428", True), ("404", False)}


def test_a_post_that_is_tried_out_is_created(docs: Page, sound: Server):
    """Authorize takes the secret of a token, and createPost answers 201."""
    author: Visitor = author_at(sound, "grace")

    authorize(docs, author.secret)
    expand(docs, "post", "/posts")
    docs.until(STATUSES, what="the responses being shown")
    docs.until(VALUE, ".body-param__text", what="the example being filled in")
    click(docs, ".opblock-post .execute", "Execute")

    status = ".live-responses-table .response .response-col_status"
    said = docs.until(TEXT, status, what="an answer")
    assert said.strip().startswith("201")
    body = docs.run(TEXT, ".live-responses-table .response .response-col_description")
    assert '"author": "grace"' in body
    assert "/posts/the-first-engine" in body
    assert complaints(docs) == []
    docs.run("() => document.querySelector('.live-responses-table').scrollIntoView()")
    shoot(docs, "docs-tried")
