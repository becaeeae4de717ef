"""Pages for people: posts and problems as HTML.

A page is its template, one style sheet within it, and sanitised Markdown; the content security
policy admits that style by its hash and nothing else, so that whatever slips into a page is dead.
There is no nonce and no date of today: the same post in the same edition gives the same bytes.
"""

import base64
import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from handlers.resources import address
from publishing import markdown
from publishing.comments import Comment
from publishing.pages import Page
from publishing.posts import Post
from tenor.problems import ProblemType

_TEMPLATES = Path(__file__).with_name("templates")
_STYLE = (_TEMPLATES / "page.css").read_text("utf-8")
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()

POLICY = "; ".join(
    (
        "default-src 'none'",
        f"style-src 'sha256-{_STYLE_HASH}'",
        "img-src 'self' https:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
"""The content security policy of every page."""

DESIGN = hashlib.sha256(
    b"\0".join(
        (
            markdown.EDITION.encode(),
            *(path.read_bytes() for path in (Path(__file__), *sorted(_TEMPLATES.iterdir()))),
        )
    )
).hexdigest()[:8]
"""Changes when a page may; a part of its tag, as the same post then looks different."""

MOST_COMMENTS = 50
"""How many comments the page of a post shows at most."""

# A few characters of Markdown can make a table of many cells, and a page has an end.
_MOST_MARKDOWN = 100_000
_MOST_HTML = 1_000_000

_HEADING = re.compile(r"<(/?)h([1-5])>")


@dataclass(frozen=True, slots=True)
class _Shown:
    """A comment, and what its Markdown becomes."""

    comment: Comment
    content: Markup


def post(post: Post, discussion: Page[Comment]) -> str:
    """The page of a post, with as many of its first comments as there is room for."""
    shown = list(_shown(discussion))
    return _page(
        "post.html",
        post=post,
        url=address("posts.get_post", slug=post.slug),
        content=_rendered(post.body, below=1),
        comments=shown,
        has_more=discussion.next is not None or len(shown) < len(discussion.items),
    )


def problems(kinds: Sequence[ProblemType]) -> str:
    """The page of all problems."""
    return _page("problems.html", kinds=kinds, url=address("service.list_problems"))


def problem(kind: ProblemType) -> str:
    """The page that says what a problem means and what to do."""
    return _page("problem.html", kind=kind, url=address("service.get_problem", name=kind.name))


def _page(template: str, **values: object) -> str:
    return _environment.get_template(template).render(
        **values,
        address=address,
        day=_day,
        style=Markup(_STYLE),  # noqa: S704 - our own file
    )


def _shown(discussion: Page[Comment]) -> Iterator[_Shown]:
    written = rendered = 0
    for comment in discussion.items:
        written += len(comment.body)
        if written > _MOST_MARKDOWN:
            return
        content = _rendered(comment.body, below=2)
        rendered += len(content)
        if rendered > _MOST_HTML:
            return
        yield _Shown(comment, content)


def _rendered(body: str, *, below: int) -> Markup:
    """Markdown as HTML, its headings below those of the page, whose only `h1` is its title."""
    fragment = _HEADING.sub(
        lambda tag: f"<{tag[1]}h{min(int(tag[2]) + below, 6)}>", markdown.render(body)
    )
    return Markup(fragment)  # noqa: S704 - it was sanitised


def _day(moment: datetime) -> str:
    return f"{moment.day} {moment:%B %Y}"


_environment = Environment(
    loader=FileSystemLoader(_TEMPLATES),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)
