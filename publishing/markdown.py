"""Markdown to HTML that is safe to show."""

import hashlib
import re
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore


def render(text: str, *, at: str | None = None) -> str:
    """A fragment of HTML: CommonMark with tables, and nothing that runs or is loaded as code.

    The same text gives the same bytes. HTML within the text is kept as far as Markdown could have
    written it. Cells of a table carry `align-left`, `align-center` or `align-right` as a class.
    Links are as they were written, or absolute, as seen from the address that is given.
    """
    cleaner = _cleaner if at is None else _cleaning(at)
    return cleaner.clean(_parser.render(text, {"references": _References()}))


def document(title: str, text: str) -> str:
    """Markdown below a heading that renders as the title, whatever stands in it."""
    heading = f"# {_TELLING.sub(_ESCAPED, title)}\n"
    return f"{heading}\n{text}" if text else heading


class _References(dict[str, dict[str, Any]]):
    """The links that a text defines once and uses by name, until they are used up.

    A long address used by a thousand short names would make a page a thousand times its text.
    """

    def __init__(self) -> None:
        super().__init__()
        self._left = 100_000

    def get(self, key: str, default: Any = None) -> Any:
        """What the name stands for, or the default once too much was written in its place."""
        found = super().get(key)
        if found is None:
            return default
        self._left -= len(found["href"]) + len(found["title"])
        return found if self._left >= 0 else default


def _align_by_class(state: StateCore) -> None:
    """Say by class what the parser says by style, which a strict policy for content refuses."""
    for cell, inside in pairwise(state.tokens):
        style = cell.attrs.pop("style", None) if cell.type in _CELLS else None
        # An empty cell has nothing to align, and one character makes one: it is kept short.
        if style is not None and inside.content:
            cell.attrs["class"] = str(style).replace("text-align:", "align-")


# What means something to Markdown within a line of text.
_TELLING = re.compile(r"[\\`*_\[\]<&#!]")
_ESCAPED = r"\\\g<0>"

EDITION = hashlib.sha256(
    b"\0".join(
        (
            Path(__file__).read_bytes(),
            *(version(name).encode() for name in ("markdown-it-py", "nh3")),
        )
    )
).hexdigest()[:8]
"""Changes with whatever may make another HTML of the same text."""

_CELLS = {"th_open", "td_open"}
_ALIGNED = {"align-left", "align-center", "align-right"}

_parser = MarkdownIt("commonmark").enable("table")
_parser.core.ruler.push("align_by_class", _align_by_class)


def _cleaning(base: str | None = None) -> nh3.Cleaner:
    """What makes HTML safe, and relative links absolute where there is a base."""
    return nh3.Cleaner(
        tags={
            *("p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "code"),
            *("ul", "ol", "li", "a", "img", "em", "strong", "del", "ins", "sub", "sup", "kbd"),
            *("abbr", "table", "thead", "tbody", "tr", "th", "td"),
        },
        attributes={
            "a": {"href", "title"},
            "abbr": {"title"},
            "img": {"src", "alt", "title"},
            "ol": {"start"},
        },
        allowed_classes={"td": _ALIGNED, "th": _ALIGNED},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
        url_relative=None if base is None else ("rewrite_with_base", base),
    )


_cleaner = _cleaning()
