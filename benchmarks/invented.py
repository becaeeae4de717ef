"""Posts that nobody wrote: the same for the same seed, and like those of people in what costs time.

Few words are frequent and most are rare, as Zipf found, so that a search can be asked for as many
posts as one likes. Times are spread over years, and later ones have higher ids.
"""

import itertools
import random
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from publishing import slugs
from publishing.comments import Comment
from publishing.kept_posts import Post, Status
from publishing.revisions import Revision

BEGIN, END = datetime(2015, 1, 1, tzinfo=UTC), datetime(2025, 1, 1, tzinfo=UTC)
"""Between these all posts are written. What happens to them later may come after."""

_VOCABULARY, _TAGS = 5000, 300
# Zipf's law as Mandelbrot mended it: the first few words are less frequent than his.
_SHIFT = 2.7
_SHORTEST, _LONGEST = 105, 140
_SENTENCE = 12
_PUBLISHED_PER_DRAFT = 50


@dataclass(frozen=True, slots=True)
class Invented:
    """A post with all that belongs to it. Its slug is the `number`th that was made from `base`."""

    post: Post
    base: str
    number: int
    revisions: tuple[Revision, ...]
    comments: tuple[Comment, ...]


class Inventor:
    """Whoever invents posts, one after the other."""

    def __init__(self, seed: int, authors: Sequence[str]) -> None:
        self._chance = random.Random(seed)  # noqa: S311 - to be repeated, and no secret
        self._authors = authors
        self._numbers: dict[str, int] = {}
        self._last_comment = 0

    def posts(self, published: int) -> Iterator[Invented]:
        """So many published posts, and a draft after every fifty."""
        count = published + published // _PUBLISHED_PER_DRAFT
        step = (END - BEGIN) / count
        for index in range(count):
            is_draft = index % (_PUBLISHED_PER_DRAFT + 1) == _PUBLISHED_PER_DRAFT
            status = Status.DRAFT if is_draft else Status.PUBLISHED
            written = BEGIN + step * (index + self._chance.random())
            yield self._post(index + 1, written, status)

    def _post(self, id_: int, written: datetime, status: Status) -> Invented:
        """A post that may have been a draft first, may have been revised, and was commented on."""
        author = self._chance.choice(self._authors)
        is_published = status is Status.PUBLISHED
        waited = is_published and self._is_one_in(10)
        published = self._later(written) if waited else written
        revisions = self._revisions(author, written, published)
        newest = revisions[-1]
        comments = self._comments(max(published, newest.created_at)) if is_published else ()
        base, number = self._address(newest.title)
        post = Post(
            id=id_,
            uid=str(uuid.UUID(bytes=self._chance.randbytes(16), version=4)),
            slug=slugs.numbered(base, number),
            title=newest.title,
            body=newest.body,
            author=author,
            tags=newest.tags,
            status=status,
            created_at=written,
            updated_at=max(published, newest.created_at),
            published_at=published if is_published else None,
            publish_at=None,
            version=newest.number + waited,
            revision=newest.number,
            revised_at=newest.created_at,
            discussion=len(comments),
            discussed_at=comments[-1].created_at if comments else None,
        )
        return Invented(post, base, number, revisions, comments)

    def _revisions(self, author: str, written: datetime, out: datetime) -> tuple[Revision, ...]:
        title = " ".join(self._words(self._chance.randint(2, 6))).capitalize()
        tags = tuple(self._chance.sample(_tags, 2))
        first = Revision(1, title, self._text(), tags, author, written)
        if not self._is_one_in(10):
            return (first,)
        return first, Revision(2, title, self._text(), tags, author, self._later(out))

    def _comments(self, after: datetime) -> tuple[Comment, ...]:
        """None below most posts, and some below a few."""
        count = self._chance.randint(1, 4) if self._is_one_in(5) else 0
        return tuple(self._comment(after := self._later(after)) for _ in range(count))

    def _comment(self, moment: datetime) -> Comment:
        self._last_comment += 1
        body = " ".join(self._words(_SENTENCE)).capitalize() + "."
        author = self._chance.choice(self._authors)
        return Comment(self._last_comment, "", body, author, moment, moment, version=1)

    def _address(self, title: str) -> tuple[str, int]:
        """What a slug is made from, and the how many-th it is."""
        base = slugs.from_title(title)
        number = self._numbers[base] = self._numbers.get(base, 0) + 1
        return base, number

    def _text(self) -> str:
        """Markdown of about 600 bytes."""
        words = self._words(self._chance.randint(_SHORTEST, _LONGEST))
        words[_SENTENCE // 2] = f"*{words[_SENTENCE // 2]}*"
        starts = range(0, len(words), _SENTENCE)
        sentences = [" ".join(words[at : at + _SENTENCE]).capitalize() + "." for at in starts]
        half = len(sentences) // 2
        return f"{' '.join(sentences[:half])}\n\n{' '.join(sentences[half:])}\n"

    def _words(self, count: int) -> list[str]:
        return self._chance.choices(_drawn_from, k=count)

    def _later(self, moment: datetime) -> datetime:
        """Up to ten days after the moment."""
        return moment + timedelta(seconds=self._chance.randint(1, 864_000))

    def _is_one_in(self, many: int) -> bool:
        return self._chance.random() * many < 1


def word_in(share: float) -> str:
    """The word that about this share of all posts has in it."""
    words = (_SHORTEST + _LONGEST) / 2 + 4  # of the text and of the title
    wanted = 1 - (1 - share) ** (1 / words)
    rank = 1 / (wanted * sum(_weights)) - _SHIFT
    return _vocabulary[min(max(round(rank) - 1, 0), _VOCABULARY - 1)]


def _spelled() -> Iterator[str]:
    """All words of one syllable, then of two, so that frequent words are short."""
    onsets = ("b", "d", "f", "k", "l", "m", "n", "p", "r", "s", "t", "v", "br", "st", "tr")
    nuclei = ("a", "e", "i", "o", "u", "an", "er", "or")
    syllables = ["".join(pair) for pair in itertools.product(onsets, nuclei)]
    for length in itertools.count(1):
        for parts in itertools.product(syllables, repeat=length):
            yield "".join(reversed(parts))


# No tag is a word of a text, so that the share of posts with a word is that of the texts.
_known = tuple(itertools.islice(_spelled(), _VOCABULARY + _TAGS))
_vocabulary, _tags = _known[:_VOCABULARY], _known[_VOCABULARY:]
_weights = [1 / (rank + _SHIFT) for rank in range(1, _VOCABULARY + 1)]
# To draw from many, each word as often as it weighs, takes a third of the time of weighing.
_drawn_from = [
    word
    for word, weight in zip(_vocabulary, _weights, strict=True)
    for _ in range(round(weight / _weights[-1] * 10))
]
