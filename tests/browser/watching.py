"""Opens a page as its reader would, and says what happened there that should not.

The page is loaded, every link that leads to no other page is followed, every handler is called,
and every element is looked at. What it should do is show text and load images.
"""

from typing import TypedDict
from urllib.parse import urljoin, urlsplit

from tests.browser.devtools import BrowserFailed, Page

# Before anything of a page runs, in each of its frames.
_WATCH = """
for (const name of ["alert", "confirm", "prompt", "print"]) {
  window[name] = (...given) => tenorSaw(`a script ran: ${name}(${given})`);
}
document.addEventListener("securitypolicyviolation", (event) => {
  tenorSaw(`the policy forbade ${event.effectiveDirective}: ${event.blockedURI}`);
});
"""

# Prototypes are asked, since names in a page may hide what the document has.
_PROVOKE = """() => {
  const all = [...Document.prototype.querySelectorAll.call(document, "*")];
  for (const element of all) {
    for (const name of Element.prototype.getAttributeNames.call(element)) {
      if (name.startsWith("on")) {
        element.dispatchEvent(new Event(name.slice(2), {bubbles: true, cancelable: true}));
      }
    }
    const leadsAway = /^(https?|mailto):$/.test(element.protocol ?? "");
    if (!leadsAway && /^(a|area|button|input|summary|label)$/i.test(element.localName)) {
      element.dispatchEvent(new MouseEvent("click", {bubbles: true, cancelable: true}));
    }
  }
  // A page that lies behind a window which it opened paints no frames.
  const frame = () => new Promise((resolve) => {
    requestAnimationFrame(resolve);
    setTimeout(resolve, 500);
  });
  return frame().then(frame).then(() => new Promise((resolve) => setTimeout(resolve)));
}"""

_SURVEY = """() => {
  const found = {};
  for (const element of Document.prototype.querySelectorAll.call(document, "*")) {
    const isOurs = element.namespaceURI === "http://www.w3.org/1999/xhtml";
    const tag = isOurs ? element.localName : `${element.namespaceURI} ${element.localName}`;
    found[tag] ??= {count: 0, attributes: {}};
    found[tag].count += 1;
    for (const name of Element.prototype.getAttributeNames.call(element)) {
      const value = Element.prototype.getAttribute.call(element, name);
      const isAddress = name === "href" || name === "src";
      const key = isAddress ? new URL(value, document.baseURI).protocol : value;
      (found[tag].attributes[name] ??= []).push(key);
    }
  }
  return found;
}"""

_ONCE = ("html", "head", "title", "style", "body", "base", "main", "h1", "meta", "link")
_TAGS = {
    *("html", "head", "meta", "title", "link", "style", "body", "header", "nav", "main"),
    *("article", "section", "aside", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "p", "br"),
    *("hr", "blockquote", "pre", "code", "ul", "ol", "li", "dl", "dt", "dd", "a", "img", "em"),
    *("strong", "del", "ins", "sub", "sup", "kbd", "abbr", "time", "table", "thead", "tbody"),
    *("tr", "th", "td"),
}
_FREE = {"title", "alt", "start", "datetime"}
"""Attributes that a writer fills with what they like."""
_PROTOCOLS = {"http:", "https:", "mailto:"}


class Elements(TypedDict):
    """How often an element comes, and the values of its attributes, addresses by protocol."""

    count: int
    attributes: dict[str, list[str]]


Survey = dict[str, Elements]
_NONE: Elements = {"count": 0, "attributes": {}}


def misdeeds(page: Page, url: str, harmless: Survey | None = None) -> list[str]:
    """What a watched page does that it should not, and holds that a harmless one does not."""
    try:
        page.open(url)
        page.run(_PROVOKE)
        seen = _noticed(page, url)
        if (there := _address(page)) != url:
            seen.append(f"it went to {there}")
        if harmless is not None:
            seen += strangers(survey(page), harmless)
    except BrowserFailed as failure:
        seen = [*_noticed(page, url), f"it was gone before it was looked at: {failure}"]
    return seen


def clear(page: Page) -> bool:
    """Whether a page could be emptied, so that nothing of it reaches into the next."""
    try:
        page.call("Page.stopLoading")
        page.open("about:blank")
    except BrowserFailed:
        return False
    return True


def watch(page: Page, *, policy: bool) -> Page:
    """Notice everything in a page, with the content security policy in force or taken away."""
    page.call("Runtime.addBinding", {"name": "tenorSaw"})
    page.call("Page.addScriptToEvaluateOnNewDocument", {"source": _WATCH})
    page.call("Page.setBypassCSP", {"enabled": not policy})
    return page


def survey(page: Page) -> Survey:
    """The elements of a page, how often each comes, and its attributes."""
    return page.run(_SURVEY)


def _address(page: Page) -> str:
    history = page.call("Page.getNavigationHistory")
    return history["entries"][history["currentIndex"]]["url"]


def _noticed(page: Page, url: str) -> list[str]:
    """What happened in a page beyond what should."""
    loaded = [
        event["request"]["url"]
        for event in page.seen("Network.requestWillBeSent")
        if not _may_load(url, event["type"], event["request"]["url"])
    ]
    return [
        *(event["payload"] for event in page.seen("Runtime.bindingCalled")),
        *(f"it asked: {event['message']}" for event in page.seen("Page.javascriptDialogOpening")),
        *(f"it opened {event['url']}" for event in page.seen("Page.windowOpen")),
        *("it made a frame" for _ in page.seen("Page.frameAttached")),
        *(f"it leads to {event['url']}" for event in page.seen("Page.frameRequestedNavigation")),
        *(f"it loaded {each}" for each in loaded),
    ]


def _may_load(page: str, kind: str, url: str) -> bool:
    """Whether a page may load that: itself, images, and the icon that browsers always ask for."""
    if url == page:
        return kind == "Document"
    if url == urljoin(page, "/favicon.ico"):
        return True
    return kind == "Image" and urlsplit(url).scheme in {"https", "http"}


def strangers(found: Survey, harmless: Survey) -> list[str]:
    """What a page holds that no template and no Markdown writes."""
    seen = [f"it holds <{tag}>" for tag in found.keys() - _TAGS]
    for tag in _ONCE:
        if found.get(tag, _NONE)["count"] != harmless.get(tag, _NONE)["count"]:
            seen.append(f"it has another number of <{tag}>")
    for tag in found.keys() & _TAGS:
        known = harmless.get(tag, _NONE)["attributes"]
        for name, values in found[tag]["attributes"].items():
            allowed = _PROTOCOLS if name in {"href", "src"} else set(known.get(name, ()))
            if name not in _FREE and not set(values) <= allowed:
                seen.append(f"it holds <{tag} {name}={sorted(set(values) - allowed)}>")
    return seen
