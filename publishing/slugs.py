"""Slugs: the last part of a post's address, made from its title."""

import re
import unicodedata

from publishing.facts import Unfit

LONGEST = 100
PATTERN = r"[a-z0-9]+(?:-[a-z0-9]+)*"
UNTITLED = "post"

SPELLED: dict[int, str] = str.maketrans(
    {
        "æ": "ae",
        "œ": "oe",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "ł": "l",
        "ħ": "h",
        "\N{LATIN SMALL LETTER DOTLESS I}": "i",
        "ŋ": "n",
    }
)
"""How letters are spelled that Unicode does not take apart into an ASCII letter and a mark."""

# These stand inside words ("don't") and do not part them.
_INSIDE_WORDS = re.compile("['\N{RIGHT SINGLE QUOTATION MARK}]")


def from_title(title: str) -> str:
    """The slug that a title asks for: its ASCII letters and digits, words parted by hyphens."""
    spelled = _INSIDE_WORDS.sub("", title.casefold().translate(SPELLED))
    plain = unicodedata.normalize("NFKD", spelled)
    bare = "".join(c for c in plain if not unicodedata.combining(c))
    words = re.sub("[^a-z0-9]+", "-", bare.lower()).strip("-")
    return _cut(words, LONGEST) or UNTITLED


def numbered(slug: str, number: int) -> str:
    """The slug for the first of its kind, and with a number for every other."""
    if number == 1:
        return slug
    suffix = f"-{number}"
    return _cut(slug, LONGEST - len(suffix)) + suffix


def checked(slug: str) -> str:
    """The slug itself, where it may be an address. Raises `Unfit`."""
    if len(slug) > LONGEST or not re.fullmatch(PATTERN, slug):
        raise Unfit("slug", "is not up to 100 of a-z and 0-9 in words parted by hyphens")
    return slug


def _cut(slug: str, length: int) -> str:
    return slug[:length].rstrip("-")
