"""The notes of the example, kept in memory until the server stops."""

import re

Note = dict[str, str]

NOTES: dict[str, Note] = {"hello": {"slug": "hello", "title": "Hello"}}


def keep(title: str) -> Note:
    """Keep a note under a slug that is made from its title, and give it back."""
    slug = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") or "untitled"
    return keep_at(slug, title)


def keep_at(slug: str, title: str) -> Note:
    """Keep a note under this slug, and give it back."""
    NOTES[slug] = {"slug": slug, "title": title}
    return NOTES[slug]


def is_taken(title: str) -> bool:
    """Whether a note has this title already."""
    return any(note["title"] == title for note in NOTES.values())
