"""The usual answer: composed, judged and completed in one pass.

Most answers are a body, a status and a dictionary of headers, each as it is declared. That is seen
at a glance, for a third of what the long way costs (``answers``, ``judgement``, ``gate``). Whatever
is not so is left to the long way, which knows all forms and says what is wrong: this one only ever
says yes, and where it does, both give the same answer. A test holds them to each other.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from orjson import OPT_UTC_Z, dumps

from tenor.answers import Answer
from tenor.exchange import Exchange
from tenor.heads import NOT_AMONG_HEADERS, HeaderList
from tenor.limits import Verdict
from tenor.media_types import is_token
from tenor.promises import BODILESS, ContentPromise, Promise, Promises
from tenor.representations import json_family

_new = object.__new__
_STATUSES = (int, HTTPStatus)
_BODIES = (dict, list)

MOST_KNOWN = 1_000
LONGEST_KNOWN = 250
"""How many lines of one status are remembered, and of how many characters at most.

As many heads, which are made of lines, are remembered as long as no line is longer.
"""


class Usuals(dict[int, "Usual | None"]):
    """What the usual answers of one operation are seen by, by status; None for one without any.

    Each is made when it is first asked for. Headers and bodies are held to their schemas where they
    are ``judged``: under all policies but that which ignores everything.
    """

    __slots__ = ("_are_judged", "_promises")

    def __init__(self, promises: Promises, *, judged: bool) -> None:
        super().__init__()
        self._promises = promises
        self._are_judged = judged

    def answer(self, spoken: Any, exchange: Exchange) -> Answer | None:
        """The answer that a handler gave, complete and admitted; None for one that is not usual."""
        if spoken.__class__ is not tuple or len(spoken) != 3:
            return None
        body, status, given = spoken
        if status.__class__ not in _STATUSES or given.__class__ is not dict:
            return None
        usual = self[status]
        return usual and usual.answer(body, given, exchange)

    def __missing__(self, status: int) -> "Usual | None":
        promise = None if self._promises.is_head else self._promises.of(status)
        usual = None
        if promise is not None:
            usual = Usual.of(int(status), self._promises, promise, is_judged=self._are_judged)
        if 200 <= status <= 599:
            self[int(status)] = usual
        return usual


@dataclass(frozen=True, slots=True)
class Usual:
    """What the usual answers of one status are seen by, made at start.

    ``headers`` say what they accept, by their declared spelling, under which nobody gives one
    twice. Lines that were sent are ``known``, and so are ``heads``, the lines of an answer as they
    were given and as they are sent, which most are found by in one step.
    ``required`` are those that the handler has to give, and ``fills`` those that are added where
    it gave none. ``contents`` are those in JSON whose values need no second look as bytes, and
    ``only`` is the one where there is no other. Headers and bodies are held to their schemas where
    it ``is_judged``.
    """

    status: int
    promises: Promises
    promise: Promise
    headers: dict[Any, Callable[[str], bool]]
    required: tuple[str, ...]
    fills: tuple[tuple[str, str], ...]
    id_name: str | None
    contents: dict[Any, ContentPromise]
    only: ContentPromise | None
    is_judged: bool
    known: dict[Any, tuple[str, str]] = field(default_factory=dict[Any, tuple[str, str]])
    heads: dict[Any, HeaderList] = field(default_factory=dict[Any, HeaderList])

    @classmethod
    def of(cls, status: int, promises: Promises, promise: Promise, *, is_judged: bool) -> "Usual":
        """What the usual answers of a promise are seen by."""
        headers = {h.name: h for h in promise.headers.values() if h.key not in NOT_AMONG_HEADERS}
        contents = dict[str, ContentPromise]() if status in BODILESS else promise.contents
        plain = {name: content for name, content in contents.items() if _is_plain(content)}
        return cls(
            status=status,
            promises=promises,
            promise=promise,
            headers={name: h.accepts for name, h in headers.items() if is_token(name)},
            required=tuple(h.name for h in headers.values() if h.key in promise.required),
            fills=tuple((name, value) for _, name, value in promise.fills if value is not None),
            id_name=next((name for _, name, value in promise.fills if value is None), None),
            contents=plain,
            only=next(iter(plain.values())) if len(promise.contents) == 1 and plain else None,
            is_judged=is_judged,
        )

    def answer(self, body: Any, given: dict[Any, Any], exchange: Exchange) -> Answer | None:
        """The answer with this body and these headers; None where anything is not usual."""
        content = self.only
        named = given.get("Content-Type")
        if named is not None or content is None:
            content = self._content(exchange.inputs.media_type if named is None else named)
            given = {name: text for name, text in given.items() if name != "Content-Type"}
        try:
            lines = self._lines(given, exchange)
        except TypeError:  # a list of texts, or something else that has no hash
            return None
        if lines is None:
            return None
        if content is None or body.__class__ not in _BODIES:
            if body is not None or named is not None or self.promise.contents:
                return None
            return Answer(self.status, lines, self.promises, self.promise, is_admitted=True)
        try:
            written = dumps(body, None, OPT_UTC_Z)  # as `dump_json` does
            if self.is_judged and not content.kept.holds(written):
                if not content.validator.accepts(body):
                    return None
                content.kept.add(written)
        except (TypeError, ValueError):  # a date, a dataclass and their like
            return None
        # Its fields are set one by one, for half of what the constructor costs.
        answer = _new(Answer)
        answer.status, answer.headers = self.status, lines
        answer.promises, answer.promise, answer.content = self.promises, self.promise, content
        answer.content_type, answer.body, answer.value = content.wire, written, body
        answer.stream, answer.length, answer.is_admitted = None, None, True
        return answer

    def _lines(self, given: dict[Any, Any], exchange: Exchange) -> HeaderList | None:
        """The lines of all headers, with those that the engine adds; None where one is unusual.

        Raises TypeError for what has no hash.
        """
        if exchange.verdict is None:
            whole = tuple(given.items())
            head = self.heads.get(whole)
            if head is None:
                head = self._head(given, whole)
        else:  # what is left of a quota is told by another line each time
            head = self._head(given | self._limits(given, exchange.verdict))
        if head is None:
            return None
        if self.id_name is None or self.id_name in given:
            return [*head]
        return [*head, (self.id_name, exchange.request_id)]

    def _head(self, given: dict[Any, Any], whole: Any = None) -> HeaderList | None:
        """The lines of all headers but the id; None where one is unusual.

        They are remembered by the ``whole``, if there is one, when all of them were sent before: a
        line that is new may never come again.
        """
        lines: list[Any] = list(map(self.known.get, given.items()))
        has_new = None in lines
        if has_new and not self._admits(given, lines):
            return None
        for name in self.required:
            if name not in given:
                return None
        head: HeaderList = lines + [line for line in self.fills if line[0] not in given]
        if whole is not None and not has_new:
            if len(self.heads) >= MOST_KNOWN:
                self.heads.clear()
            self.heads[whole] = head
        return head

    def _admits(self, given: dict[Any, Any], lines: list[Any]) -> bool:
        """Whether the lines that are not known can be sent and are as they should be.

        They are put where they belong, and remembered.
        """
        for index, line in enumerate(given.items()):
            if lines[index] is not None:
                continue
            name, text = line
            accepts = self.headers.get(name)
            if accepts is None or text.__class__ is not str or not _is_one_line(text):
                return False
            if self.is_judged and not accepts(text):
                return False
            lines[index] = line
            if len(text) <= LONGEST_KNOWN:
                if len(self.known) >= MOST_KNOWN:
                    self.known.clear()
                self.known[line] = line
        return True

    def _content(self, name: Any) -> ContentPromise | None:
        return self.contents.get(name) if name.__class__ is str else None

    def _limits(self, given: dict[Any, Any], verdict: Verdict) -> dict[str, str]:
        """The headers that tell of limits, where they are declared and nobody gave them."""
        declared = self.promise.headers
        fields = ((declared[key].name, text) for key, text in verdict.fields if key in declared)
        return {name: text for name, text in fields if name not in given}


def _is_one_line(text: str) -> bool:
    """Whether it is plain text without blanks around it, as no field may have them."""
    return text.isascii() and text.isprintable() and text[:1] != " " and text[-1:] != " "


def _is_plain(content: ContentPromise) -> bool:
    """Whether it is JSON, written from a value that settles what the bytes would be judged for."""
    is_one_type = not content.media_type.is_range
    return is_one_type and content.family is json_family and content.is_settled_by_value
