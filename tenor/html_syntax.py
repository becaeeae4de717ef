"""Whether text is well-formed HTML: its tags close what they opened, and no more.

A browser mends whatever it is given, each mistake in its own way, and an unclosed ``<script>`` or
attribute swallows what follows. So what leaves is held to the syntax of the HTML standard
(section 13.1): elements nest, end tags may be left out only where the standard says so, attributes
stand once and apart, ``<`` begins a tag, and what is text to one reader is no tag to another. It is
one pass without backtracking.
"""

import re
from collections import Counter
from dataclasses import dataclass, field

_VOID = frozenset(
    "area base br col embed hr img input link meta source track wbr".split(" ")  # noqa: SIM905 - words
)
_MAY_STAY_OPEN = (  # section 13.1.2.4
    "html head body p li dt dd rt rp optgroup option colgroup caption thead tbody tfoot tr td th"
)
_CLOSED_BY_OTHERS = frozenset(_MAY_STAY_OPEN.split(" "))
_RAW = frozenset(("script", "style", "textarea", "title", "iframe", "xmp", "noembed", "noframes"))
_NEVER_WITHIN_ITSELF = frozenset(("a", "form", "button", "noscript"))
_ENDLESS = "plaintext"
_FOREIGN = frozenset(("svg", "math"))
_HTML_WITHIN = frozenset(("foreignobject", "desc", "title", "annotation-xml"))
_ENDS_FOREIGN = frozenset(  # section 13.2.6.5
    re.findall(
        r"\w+",
        "b big blockquote body br center code dd div dl dt em embed h1 h2 h3 h4 h5 h6 head hr i "
        "img li listing menu meta nobr ol p pre ruby s small span strong strike sub sup table tt u "
        "ul var",
    )
)

_NAME = r"[a-z][a-z0-9._:-]*+"
_SPACE = r"[\t\n\f\r ]"
_ATTRIBUTE = (
    rf"[^\t\n\f\r \"'<>/=\0]++"
    rf"(?:{_SPACE}*+={_SPACE}*+(?:\"[^\"\0]*+\"|'[^'\0]*+'|[^\t\n\f\r \"'=<>`\0]++))?+"
)
_TAG = re.compile(
    rf"<(?:/(?P<end>{_NAME}){_SPACE}*+"
    rf"|(?P<name>{_NAME})(?P<attributes>(?:{_SPACE}++{_ATTRIBUTE})*+){_SPACE}*+(?P<closed>/?))>",
    re.IGNORECASE | re.ASCII,
)
_NAMES = re.compile(_ATTRIBUTE)
_DOCTYPE = re.compile(rf"<!doctype{_SPACE}++html[^>\0]*+>", re.IGNORECASE | re.ASCII)
_CDATA, _CDATA_END = "<![CDATA[", "]]>"


class NotHtml(ValueError):
    """Text that is not well-formed HTML; says what is wrong at which line."""


def check(text: str) -> None:
    """Raise NotHtml for the first thing that is wrong."""
    if "\0" in text:
        raise _wrong(text, text.index("\0"), "there is a NUL")
    reading = _Reading(text)
    position = text.find("<")
    while position != -1:
        position = text.find("<", reading.after(position))
    reading.end()


@dataclass(slots=True)
class _Open:
    """An element that is open: where its start tag ends, and whether foreign rules hold in it."""

    name: str
    after: int
    is_foreign: bool


@dataclass(slots=True)
class _Reading:
    """One pass through a text: the elements that are open, and whether there was one at all.

    ``alone`` counts the open ones of those that never stand within themselves.
    """

    text: str
    stack: list[_Open] = field(default_factory=list[_Open])
    alone: Counter[str] = field(default_factory=Counter[str])
    has_begun: bool = False

    def after(self, at: int) -> int:
        """The position behind what begins with the ``<`` at a position."""
        if self.text.startswith("<!--", at):
            return self._after_comment(at)
        if self.text.startswith(_CDATA, at) and self._is_foreign:
            return self._found(_CDATA_END, at) + len(_CDATA_END)
        doctype = _DOCTYPE.match(self.text, at)
        if doctype is not None and not self.has_begun:
            self.has_begun = True
            return doctype.end()
        tag = _TAG.match(self.text, at)
        if tag is None:
            raise _wrong(self.text, at, "a < begins no tag, or one that does not end")
        self.has_begun = True
        if tag["end"]:
            self._close(tag["end"].lower(), at)
            return tag.end()
        return self._open(tag["name"].lower(), tag, at)

    def end(self) -> None:
        """Raise NotHtml for an element that has to be closed and is not."""
        unclosed = [each.name for each in self.stack if each.name not in _CLOSED_BY_OTHERS]
        if unclosed:
            raise _wrong(self.text, len(self.text), f"<{unclosed[-1]}> is not closed")

    @property
    def _is_foreign(self) -> bool:
        return bool(self.stack) and self.stack[-1].is_foreign

    def _after_comment(self, at: int) -> int:
        """Behind a comment, which every reader ends at the same place (section 13.1.6)."""
        end = self._found("-->", at + 4)
        inside = self.text[at + 4 : end]
        if inside.startswith((">", "->")) or "--!>" in inside or "<!--" in inside:
            raise _wrong(self.text, at, "a comment holds what may end or begin one")
        return end + 3

    def _found(self, end: str, at: int) -> int:
        found = self.text.find(end, at)
        if found == -1:
            raise _wrong(self.text, at, f"a < begins what does not end in {end}")
        return found

    def _open(self, name: str, tag: re.Match[str], at: int) -> int:
        names = [each.partition("=")[0].strip() for each in _NAMES.findall(tag["attributes"])]
        lowered = [each.lower() for each in names]
        if len(set(lowered)) != len(lowered):
            raise _wrong(self.text, at, f"<{name}> has an attribute twice")
        foreign = self._is_foreign or name in _FOREIGN
        if self._is_foreign and name in _ENDS_FOREIGN:
            raise _wrong(self.text, at, f"<{name}> ends the drawing or formula around it")
        if tag["closed"] and not foreign and name not in _VOID:
            raise _wrong(self.text, at, f"<{name}/> does not close itself in HTML")
        if tag["closed"] or (name in _VOID and not foreign):
            return tag.end()
        return self._enter(name, tag.end(), at, foreign=foreign)

    def _enter(self, name: str, after: int, at: int, *, foreign: bool) -> int:
        if name == _ENDLESS:
            raise _wrong(self.text, at, f"<{name}> never ends")
        if name in _NEVER_WITHIN_ITSELF:
            if self.alone[name]:
                raise _wrong(self.text, at, f"<{name}> stands within itself")
            self.alone[name] += 1
        within = foreign and not (self._is_foreign and name in _HTML_WITHIN)
        self.stack.append(_Open(name, after, within))
        return self._end_of_raw(name, after) if name in _RAW and not foreign else after

    def _end_of_raw(self, name: str, after: int) -> int:
        """Where the end tag of an element begins whose content is text (section 13.1.2)."""
        end = re.compile(rf"</{name}(?=[\t\n\f\r />])", re.IGNORECASE).search(self.text, after)
        if end is None:
            raise _wrong(self.text, after, f"<{name}> is not closed")
        if name == "script" and "<!--" in self.text[after : end.start()]:
            raise _wrong(self.text, after, "a script holds <!--, which may hide its end")
        return end.start()

    def _close(self, name: str, at: int) -> None:
        if name in _VOID and not self._is_foreign:
            raise _wrong(self.text, at, f"</{name}> closes an element that has no end")
        while self.stack and self.stack[-1].name != name:
            if self.stack[-1].name not in _CLOSED_BY_OTHERS:
                still = self.stack[-1].name
                raise _wrong(self.text, at, f"</{name}> closes while <{still}> is open")
            self.stack.pop()
        if not self.stack:
            raise _wrong(self.text, at, f"</{name}> closes nothing")
        opened = self.stack.pop()
        if name in _NEVER_WITHIN_ITSELF:
            self.alone[name] -= 1
        if name == "noscript" and self._end_of_raw(name, opened.after) != at:
            raise _wrong(self.text, at, "<noscript> holds its own end tag")


def _wrong(text: str, at: int, what: str) -> NotHtml:
    return NotHtml(f"{what}, at line {text.count(chr(10), 0, at) + 1}")
