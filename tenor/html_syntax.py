"""Whether text is well-formed HTML: its tags close what they opened, and no more.

A browser mends whatever it is given, each mistake in its own way, and an unclosed ``<script>`` or
attribute swallows what follows. So what leaves is held to the syntax of the HTML standard
(section 13.1): elements nest, end tags may be left out only where the standard says so, attributes
stand once, and ``<`` begins a tag. It is one pass without backtracking.
"""

import re
from collections.abc import Iterator

_VOID = frozenset(
    "area base br col embed hr img input link meta source track wbr".split(" ")  # noqa: SIM905 - words
)
_MAY_STAY_OPEN = (  # section 13.1.2.4
    "html head body p li dt dd rt rp optgroup option colgroup caption thead tbody tfoot tr td th"
)
_CLOSED_BY_OTHERS = frozenset(_MAY_STAY_OPEN.split(" "))
_RAW = frozenset(("script", "style", "textarea", "title"))
_FOREIGN = frozenset(("svg", "math"))

_TOKEN = re.compile(
    r"""
    (?P<comment> <!--(?:.*?)--> )
  | (?P<doctype> <!doctype\b[^>]*+> )
  | <(?P<slash>/?)(?P<name>[a-z][^\s/>]*+)
     (?P<rest>(?:[^>"']++|"[^"]*+"|'[^']*+')*+)>
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
_ATTRIBUTE = re.compile(
    r"""([^\s"'<>/=]++)(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s"'=<>`]++))?+""", re.VERBOSE
)


_UNQUOTED_SLASH = re.compile(r"""=\s*[^\s"'=<>`]+\Z""")


class NotHtml(ValueError):
    """Text that is not well-formed HTML; says what is wrong at which line."""


def check(text: str) -> None:
    """Raise NotHtml for the first thing that is wrong."""
    open_elements: list[str] = []
    position = text.find("<")
    while position != -1:
        token = _TOKEN.match(text, position)
        if token is None:
            raise _wrong(text, position, "a < begins no tag, or one that does not end")
        position = token.end()
        name = (token["name"] or "").lower()
        if name and token["slash"]:
            _close(name, open_elements, text, token.start())
        elif name:
            _open(name, token["rest"], open_elements, text, token.start())
            if name in _RAW and open_elements[-1:] == [name]:
                position = _end_of_raw(name, text, position)
        position = text.find("<", position)
    unclosed = [name for name in open_elements if name not in _CLOSED_BY_OTHERS]
    if unclosed:
        raise _wrong(text, len(text), f"<{unclosed[-1]}> is not closed")


def _open(name: str, rest: str, open_elements: list[str], text: str, at: int) -> None:
    names = [attribute.lower() for attribute in _attributes(rest)]
    if len(set(names)) != len(names):
        raise _wrong(text, at, f"<{name}> has an attribute twice")
    if name in _VOID:
        return
    if rest.endswith("/") and not _UNQUOTED_SLASH.search(rest):
        if not _FOREIGN.intersection(open_elements) and name not in _FOREIGN:
            raise _wrong(text, at, f"<{name}/> does not close itself in HTML")
        return
    open_elements.append(name)


def _close(name: str, open_elements: list[str], text: str, at: int) -> None:
    if name in _VOID:
        raise _wrong(text, at, f"</{name}> closes an element that has no end")
    while open_elements and open_elements[-1] != name:
        if open_elements[-1] not in _CLOSED_BY_OTHERS:
            raise _wrong(text, at, f"</{name}> closes while <{open_elements[-1]}> is open")
        open_elements.pop()
    if not open_elements:
        raise _wrong(text, at, f"</{name}> closes nothing")
    open_elements.pop()


def _attributes(rest: str) -> Iterator[str]:
    return (match[1] for match in _ATTRIBUTE.finditer(rest))


def _end_of_raw(name: str, text: str, start: int) -> int:
    end = re.compile(rf"</{name}\b", re.IGNORECASE).search(text, start)
    if end is None:
        raise _wrong(text, start, f"<{name}> is not closed")
    return end.start()


def _wrong(text: str, at: int, what: str) -> NotHtml:
    return NotHtml(f"{what}, at line {text.count(chr(10), 0, at) + 1}")
