"""Search: the words of a post, and what a reader asks to find among them.

Words are made here and by no database, so that every database finds the same posts: without regard
to case and accents, and without stemming, which knows one language only. A database keeps an index
over them and answers which posts hold them all; where words must follow each other it looks again.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from publishing import slugs, tables, ways

LONGEST_WORD = 100
"""Words are told apart by so many of their first characters."""

INDEX = "post_search"
"""What the index is called, and what all begins with that belongs to it: a table and triggers on
SQLite, a column of the posts on PostgreSQL."""

# Between title, body and tags stands what is part of no word: nothing follows across it.
_BORDER = " . "

# Han, kana, Bopomofo, Thai, Lao, Myanmar and Khmer put no space between words. Each character is
# a word there, so that any part of a text is found as words that follow each other.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3021-\u3029\u3038-\u303b\u3040-\u312f"
    "\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U0001aff0-\U0001b16f"
    "\U00020000-\U0003ffff"
)
_WORD = re.compile(rf"[{_UNSPACED}]|[^\s{_UNSPACED}]+")
_UNSPACED_CHARACTER = re.compile(f"[{_UNSPACED}]")
_ASCII_WORD = re.compile("[a-z0-9]+")

_TERM = re.compile(r'(?P<minus>-?)(?:"(?P<quoted>[^"]*)"?|(?P<bare>[^\s"]+))')
_QUOTATION_MARKS = str.maketrans(dict.fromkeys("“”„‟«»", '"'))


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that follow each other. Where it `is_open`, the last is the beginning of a word."""

    words: tuple[str, ...]
    is_open: bool = False

    @property
    def as_kept(self) -> str:
        """The phrase as it stands in the words of a post."""
        return f" {' '.join(self.words)}{'' if self.is_open else ' '}"


@dataclass(frozen=True, slots=True)
class Query:
    """What a post must hold, all of it, and what it must not."""

    wanted: tuple[Phrase, ...] = ()
    unwanted: tuple[Phrase, ...] = ()


def read(text: str) -> Query:
    """What a text asks for. There is none that cannot be read.

    Whatever stands in quotation marks must stand so in the post, `-` before a word or a quotation
    excludes it, and `*` after a word leaves its end open. A quotation that is not closed ends
    with the text; anything else that is no letter or digit parts words.
    """
    wanted: dict[Phrase, None] = {}
    unwanted: dict[Phrase, None] = {}
    for term in _TERM.finditer(text.translate(_QUOTATION_MARKS)):
        said = term["bare"] or term["quoted"] or ""
        words = tuple(words_of(said))
        if words:
            ends_open = term["bare"] is not None and said.endswith("*")
            is_open = ends_open and not _UNSPACED_CHARACTER.fullmatch(words[-1])
            (unwanted if term["minus"] else wanted)[Phrase(words, is_open)] = None
    return Query(tuple(wanted), tuple(unwanted))


def words_of(text: str) -> list[str]:
    """The words of a text in their order, in lower case and without accents."""
    found = _ASCII_WORD.findall(text.lower()) if text.isascii() else _WORD.findall(_folded(text))
    return [word[:LONGEST_WORD] for word in found]


def kept(title: str, body: str, tags: Iterable[str]) -> str:
    """The words of a post as they are kept: in their order, with a space around each."""
    parts = (words_of(part) for part in (title, body, *tags))
    return f" {_BORDER.join(' '.join(words) for words in parts if words)} "


@dataclass(frozen=True, slots=True)
class Shape:
    """What the statement of a query depends on: how much is to be looked at word by word."""

    finds: bool
    phrases: int
    barred: int


def shape(query: Query) -> Shape:
    """The shape of a query."""
    return Shape(bool(query.wanted), len(_long(query.wanted)), len(_long(query.unwanted)))


def conditions(shape: Shape) -> Iterator[sa.ColumnElement[bool]]:
    """What is to be true of a post that is found. Nothing is where nothing is wanted."""
    if not shape.finds:
        yield sa.false()
        return
    id_, words = tables.posts.c.id, tables.posts.c.words
    yield _IsFound(id_, sa.bindparam("sought", type_=_Sought))
    for number in range(shape.phrases):
        yield words.contains(sa.bindparam(f"phrase_{number}", type_=sa.Text))
    for number in range(shape.barred):
        yield ~words.contains(sa.bindparam(f"barred_{number}", type_=sa.Text))


def parameters(query: Query) -> dict[str, Any]:
    """What the conditions of its shape ask of a query."""
    phrases, barred = enumerate(_long(query.wanted)), enumerate(_long(query.unwanted))
    return {
        "sought": query,
        **{f"phrase_{number}": phrase.as_kept for number, phrase in phrases},
        **{f"barred_{number}": phrase.as_kept for number, phrase in barred},
    }


def _long(phrases: tuple[Phrase, ...]) -> list[Phrase]:
    """Those whose words an index finds, but not whether they follow each other."""
    return [phrase for phrase in phrases if len(phrase.words) > 1]


# How a text is folded


def _folded(text: str) -> str:
    """The text in one spelling, with a space for whatever is part of no word."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFD", text).casefold())
    plain = unicodedata.normalize("NFKD", plain.casefold())
    return unicodedata.normalize("NFC", plain.translate(_folding))


class _Folding(dict[int, int | str | None]):
    """What becomes of a character that is taken apart already; each is looked up once."""

    def __missing__(self, code: int) -> int | str | None:
        self[code] = self._becomes(code)
        return self[code]

    def _becomes(self, code: int) -> int | str | None:
        character = chr(code)
        kind = unicodedata.category(character)
        if code == _ZERO_WIDTH_SPACE:
            return " "
        if kind == "Cf" or code in _LOOKS or _is_accent(character):
            return None
        return code if kind[0] in "LMN" else " "


def _is_accent(character: str) -> bool:
    """Whether a word stays the same word without this mark.

    Vowel signs, and what kana and Indic letters are told apart by, are no accents.
    """
    placing = unicodedata.combining(character)
    return placing == 1 or 10 <= placing <= 36 or placing >= 200


_ZERO_WIDTH_SPACE = 0x200B
# What only says how the character before it looks: variations, a keycap, and no joining.
_LOOKS = frozenset(
    (0x34F, 0x20E3, *range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))
)
_folding = _Folding(slugs.SPELLED)


# What a database is asked


class _Sought(sa.TypeDecorator[Query]):
    """A query in the language of the index that is asked: all of its words, in any order."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Query | None, dialect: sa.Dialect) -> str | None:
        """The query as text. No word has a character in it that means anything there."""
        if value is None:
            return None
        wanted = dict.fromkeys(word for phrase in value.wanted for word in _one_by_one(phrase))
        unwanted = dict.fromkeys(p for p in value.unwanted if len(p.words) == 1)
        if dialect.name == "sqlite":
            found = " AND ".join(f'"{p.words[0]}"{"*" * p.is_open}' for p in wanted)
            barred = " OR ".join(f'"{p.words[0]}"{"*" * p.is_open}' for p in unwanted)
            return f"({found}) NOT ({barred})" if barred else found
        found = [f"'{p.words[0]}'{':*' * p.is_open}" for p in wanted]
        barred = [f"!'{p.words[0]}'{':*' * p.is_open}" for p in unwanted]
        return " & ".join((*found, *barred))


def _one_by_one(phrase: Phrase) -> Iterator[Phrase]:
    *first, last = phrase.words
    yield from (Phrase((word,)) for word in first)
    yield Phrase((last,), phrase.is_open)


class _IsFound(FunctionElement[Any]):
    """Whether the index finds the post of an id by what is sought."""

    inherit_cache = True


class HowMany(FunctionElement[int]):
    """How many posts the index finds by what is sought, up to a bound."""

    inherit_cache = True
    type = sa.Integer()

    def __init__(self) -> None:
        super().__init__(sa.bindparam("sought", type_=_Sought))


@compiles(HowMany, "sqlite")
def _counted(element: HowMany, compiler: SQLCompiler, **options: Any) -> str:
    (sought,) = (compiler.process(each, **options) for each in element.clauses)
    found = f"SELECT rowid FROM {INDEX} WHERE {INDEX} MATCH {sought} LIMIT {ways.MANY}"  # noqa: S608 - names of ours, and a parameter
    return f"(SELECT count(*) FROM ({found}))"  # noqa: S608 - the same


@compiles(HowMany, "postgresql")
def _counted_apart(element: HowMany, compiler: SQLCompiler, **options: Any) -> str:
    """What has a name of its own is planned without regard to how little of it is counted."""
    (sought,) = (compiler.process(each, **options) for each in element.clauses)
    found = f"SELECT 1 FROM posts AS p WHERE p.{INDEX} @@ CAST({sought} AS tsquery)"  # noqa: S608 - names of ours, and a parameter
    some = f"SELECT 1 FROM found LIMIT {ways.MANY}"  # noqa: S608 - the same
    return f"(WITH found AS MATERIALIZED ({found}) SELECT count(*) FROM ({some}) AS counted)"  # noqa: S608 - the same


@compiles(_IsFound, "sqlite")
def _by_fts5(element: _IsFound, compiler: SQLCompiler, **options: Any) -> str:
    id_, sought = (compiler.process(each, **options) for each in element.clauses)
    return f"{id_} IN (SELECT rowid FROM {INDEX} WHERE {INDEX} MATCH {sought})"  # noqa: S608 - names of ours, and a parameter


@compiles(_IsFound, "postgresql")
def _by_tsvector(element: _IsFound, compiler: SQLCompiler, **options: Any) -> str:
    _, sought = (compiler.process(each, **options) for each in element.clauses)
    return f"posts.{INDEX} @@ CAST({sought} AS tsquery)"
