"""The usual answer: composed, judged and completed in one pass.

Most answers are a body, a status and a dictionary of headers, each as it is declared. That is seen
at a glance, for a third of what the long way costs (``answers``, ``judgement``, ``gate``). Whatever
is not so is left to the long way, which knows all forms and says what is wrong: this one only ever
says yes, and where it does, both give the same answer. A test holds them to each other.
"""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from tenor.answers import Answer
from tenor.exchange import Exchange
from tenor.heads import NOT_AMONG_HEADERS, HeaderList
from tenor.limits import Verdict
from tenor.media_types import is_token
from tenor.promises import BODILESS, ContentPromise, Promise, Promises
from tenor.representations import Unwritable, json_family

_STATUSES = (int, HTTPStatus)
_BODIES = (dict, list)


class Usuals:
    """The usual answers of one operation, by status.

    Headers and bodies are held to their schemas where they are ``judged``: under all policies but
    that which ignores everything.
    """

    __slots__ = ("_are_judged", "_by_status", "_promises")

    def __init__(self, promises: Promises, *, judged: bool) -> None:
        self._promises = promises
        self._are_judged = judged
        self._by_status: dict[int, Usual | None] = {}

    def answer(self, spoken: Any, exchange: Exchange) -> Answer | None:
        """The answer that a handler gave, complete and admitted; None for one that is not usual."""
        if spoken.__class__ is not tuple or len(spoken) != 3:
            return None
        body, status, given = spoken
        if status.__class__ not in _STATUSES or given.__class__ is not dict:
            return None
        usual = self.of(status)
        return usual and usual.answer(body, given, exchange, is_judged=self._are_judged)

    def of(self, status: int) -> "Usual | None":
        """What those of one status are seen by; None where it is not declared."""
        try:
            return self._by_status[status]
        except KeyError:
            return self._made(status)

    def _made(self, status: int) -> "Usual | None":
        promise = None if self._promises.is_head else self._promises.of(status)
        usual = None if promise is None else Usual.of(int(status), self._promises, promise)
        if 200 <= status <= 599:
            self._by_status[int(status)] = usual
        return usual


@dataclass(frozen=True, slots=True)
class Usual:
    """What the usual answers of one status are seen by, made at start.

    ``headers`` are by their declared spelling, under which nobody gives one twice.
    ``required`` are those that the handler has to give, and ``fills`` those that are added where
    it gave none. ``contents`` are those in JSON whose values need no second look as bytes, and
    ``only`` is the one where there is no other.
    """

    status: int
    promises: Promises
    promise: Promise
    headers: dict[Any, "UsualHeader"]
    required: tuple[str, ...]
    fills: tuple[tuple[str, str], ...]
    filled: frozenset[str]
    id_name: str | None
    contents: dict[str, ContentPromise]
    only: ContentPromise | None

    @classmethod
    def of(cls, status: int, promises: Promises, promise: Promise) -> "Usual":
        """What the usual answers of a promise are seen by."""
        headers = {h.name: h for h in promise.headers.values() if h.key not in NOT_AMONG_HEADERS}
        contents = dict[str, ContentPromise]() if status in BODILESS else promise.contents
        plain = {name: content for name, content in contents.items() if _is_plain(content)}
        return cls(
            status=status,
            promises=promises,
            promise=promise,
            headers={n: UsualHeader(h.accepts) for n, h in headers.items() if is_token(n)},
            required=tuple(h.name for h in headers.values() if h.key in promise.required),
            fills=tuple((name, value) for _, name, value in promise.fills if value is not None),
            filled=frozenset(name for _, name, value in promise.fills if value is not None),
            id_name=next((name for _, name, value in promise.fills if value is None), None),
            contents=plain,
            only=next(iter(plain.values())) if len(promise.contents) == 1 and plain else None,
        )

    def answer(
        self, body: Any, given: dict[Any, Any], exchange: Exchange, *, is_judged: bool
    ) -> Answer | None:
        """The answer with this body and these headers; None where anything is not usual."""
        if exchange.verdict is not None:
            given = given | self._limits(given, exchange.verdict)
        lines = self._lines(given, exchange.request_id, is_judged=is_judged)
        if lines is None:
            return None
        content_type = given.get("Content-Type")
        if body is None:
            if content_type is not None or self.promise.contents:
                return None
            return Answer(self.status, lines, self.promises, self.promise, is_admitted=True)
        content = self.only
        if content_type is not None or content is None:
            content = self._content(content_type, exchange.inputs.media_type)
        if content is None or body.__class__ not in _BODIES:
            return None
        try:
            written = content.family.write(body)
            if is_judged and written not in content.kept:
                if not content.validator.accepts(body):
                    return None
                content.kept.add(written)
        except (Unwritable, ValueError):  # a date, a dataclass and their like
            return None
        return Answer(
            self.status,
            lines,
            self.promises,
            self.promise,
            content.wire,
            written,
            body,
            content,
            None,
            None,
            True,  # all by position, which costs a third less than by name
        )

    def _lines(
        self, given: dict[Any, Any], request_id: str, *, is_judged: bool
    ) -> HeaderList | None:
        """The lines of all headers, with those that the engine adds; None where one is unusual."""
        lines: HeaderList = []
        for name, text in given.items():
            header = self.headers.get(name)
            if text.__class__ is not str:
                return None
            if header is None:
                if name != "Content-Type":
                    return None
            elif text in header.known or header.admits(text, is_judged=is_judged):
                lines.append((name, text))
            else:
                return None
        for name in self.required:
            if name not in given:
                return None
        if self.filled.isdisjoint(given):
            lines += self.fills
        else:
            lines += [line for line in self.fills if line[0] not in given]
        if self.id_name is not None and self.id_name not in given:
            lines.append((self.id_name, request_id))
        return lines

    def _content(self, named: str | None, negotiated: str | None) -> ContentPromise | None:
        """The content that is named, or the one that was negotiated."""
        name = negotiated if named is None else named
        return None if name is None else self.contents.get(name)

    def _limits(self, given: dict[Any, Any], verdict: Verdict) -> dict[str, str]:
        """The headers that tell of limits, where they are declared and nobody gave them."""
        declared = self.promise.headers
        fields = ((declared[key].name, text) for key, text in verdict.fields if key in declared)
        return {name: text for name, text in fields if name not in given}


class UsualHeader:
    """The values of one header: which of them can be sent, and are as they should be.

    Those that were are ``known``, at most ``MOST_TEXTS`` of a hundred characters.
    """

    __slots__ = ("_accepts", "known")

    def __init__(self, accepts: Callable[[str], bool]) -> None:
        self._accepts = accepts
        self.known: set[str] = set()

    def admits(self, text: str, *, is_judged: bool) -> bool:
        """Whether a value is one line of plain text without blanks around it, and accepted."""
        if not text.isascii() or not text.isprintable() or text[:1] == " " or text[-1:] == " ":
            return False
        if not is_judged:
            return True
        if not self._accepts(text):
            return False
        if len(text) <= 100:
            if len(self.known) >= MOST_TEXTS:
                self.known = set()
            self.known.add(text)
        return True


MOST_TEXTS = 1_000


def _is_plain(content: ContentPromise) -> bool:
    """Whether it is JSON, written from a value that settles what the bytes would be judged for."""
    is_one_type = not content.media_type.is_range
    return is_one_type and content.family is json_family and content.is_settled_by_value
