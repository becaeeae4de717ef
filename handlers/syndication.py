"""Feeds as documents: Atom (RFC 4287) and JSON Feed 1.1, with the same entries."""

import hashlib
import re
from datetime import datetime
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import cast
from urllib.parse import urlencode
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from flask import current_app

from handlers import contract
from handlers.resources import address
from publishing import feeds, markdown
from publishing.feeds import Feed
from publishing.posts import Post
from tenor import Tenor

ATOM = "application/atom+xml"
JSON_FEED = "application/feed+json"

DESIGN = hashlib.sha256(markdown.EDITION.encode() + Path(__file__).read_bytes()).hexdigest()[:8]
"""Changes when a feed may; a part of a feed's tag, as the same posts then look different."""

LONGEST_BODY = 30_000
"""How many characters of Markdown a feed carries for one post."""

LONGEST_CONTENT = 200_000
"""How many characters that may become: HTML can be a multiple of what it was made of."""

# What XML 1.0 has no way to write (section 2.2). A line end is kept, but only as a line feed.
_UNWRITABLE = re.compile("[^\t\n -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def atom(feed: Feed) -> str:
    """The feed as an Atom document."""
    url = _address(feed)
    root = Element("feed", {"xmlns": "http://www.w3.org/2005/Atom"})
    _add(root, "id", url)
    _add(root, "title", _title(feed))
    _add(root, "updated", _time(feed.updated_at))
    _add(root, "link", rel="self", type=ATOM, href=url)
    _add(root, "link", rel="alternate", type=JSON_FEED, href=url)
    for post in feed.posts:
        _add_entry(root, post)
    indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{tostring(root, encoding="unicode")}\n'


def json(feed: Feed) -> contract.JsonFeed:
    """The feed as JSON Feed."""
    return {
        "version": "https://jsonfeed.org/version/1.1",
        "title": _title(feed),
        "feed_url": _address(feed),
        "items": [_item(post) for post in feed.posts],
    }


def _add_entry(root: Element, post: Post) -> None:
    entry = SubElement(root, "entry")
    _add(entry, "id", _urn(post))
    _add(entry, "title", post.title)
    _add(entry, "updated", _time(feeds.updated_at(post)))
    _add(entry, "published", _time(feeds.published_at(post)))
    author = SubElement(entry, "author")
    _add(author, "name", post.author)
    _add(author, "uri", _profile(post))
    _add(entry, "link", rel="alternate", type="text/html", href=_page(post))
    for tag in post.tags:
        _add(entry, "category", term=tag)
    _add(entry, "content", _content(post), type="html")


def _add(parent: Element, name: str, text: str | None = None, **attributes: str) -> None:
    element = SubElement(parent, name, attributes)
    if text is not None:
        element.text = _UNWRITABLE.sub("\ufffd", text.replace("\r", "\n"))


def _item(post: Post) -> contract.JsonFeedItem:
    return {
        "id": _urn(post),
        "url": _page(post),
        "title": post.title,
        "content_html": _content(post),
        "date_published": _time(feeds.published_at(post)),
        "date_modified": _time(feeds.updated_at(post)),
        "authors": [{"name": post.author, "url": _profile(post)}],
        "tags": list(post.tags),
    }


def _address(feed: Feed) -> str:
    """Where the feed is; the same for all ways to ask for it, as it is also its id."""
    asked = {"author": feed.author, "tag": feed.tag}
    query = urlencode({name: value for name, value in asked.items() if value is not None})
    url = address("feeds.get_post_feed")
    return f"{url}?{query}" if query else url


def _title(feed: Feed) -> str:
    name = cast(Tenor, current_app).contract.raw["info"]["title"]
    by = "" if feed.author is None else f" by {feed.author}"
    about = "" if feed.tag is None else f" about {feed.tag}"
    return f"{name}: posts{by}{about}"


def _urn(post: Post) -> str:
    return f"urn:uuid:{post.uid}"


def _page(post: Post) -> str:
    return address("posts.get_post", slug=post.slug)


def _profile(post: Post) -> str:
    return address("accounts.get_account", username=post.author)


def _content(post: Post) -> str:
    """The body as HTML that can be read anywhere, or a link in the place of a very long one."""
    url = _page(post)
    if len(post.body) <= LONGEST_BODY and (html := _rendered(post.body, url)) is not None:
        return html
    return (
        f'<p><a href="{escape(url)}">This is too long for a feed: read it at its address.</a></p>\n'
    )


# A feed is twenty pages at once, and most of them were in it the last time, too.
@lru_cache(maxsize=128)
def _rendered(body: str, url: str) -> str | None:
    html = markdown.render(body, at=url)
    return html if len(html) <= LONGEST_CONTENT else None


# A feed has its posts for long.
@lru_cache(maxsize=1024)
def _time(moment: datetime) -> str:
    """A time in UTC as RFC 3339 writes it."""
    return f"{moment.replace(tzinfo=None).isoformat()}Z"
