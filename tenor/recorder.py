"""Recording: who is told of every answer, and what is kept of it.

An observer sees every answer just before it is sent. The recorder is the one that keeps the first
exchange of each kind, in memory and in a ledger. What follows from a cell that was seen before
costs one look into a set.
"""

import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol
from urllib.parse import quote, unquote

from tenor import builtin
from tenor.answers import Answer
from tenor.cells import BUILTIN, Cell
from tenor.document import UNROUTED, Document
from tenor.exchange import Exchange
from tenor.ledger import File
from tenor.masking import Mask
from tenor.promises import ContentPromise
from tenor.rules import Breach
from tenor.witnesses import Label, Violation, Witness

MOST_KINDS = 20_000
"""How many kinds of exchanges one recorder keeps, and how many of breaches.

What answers make up shall not fill a disk, and what is broken in ever new ways hides no witness.
"""


Kind = tuple[object, ...]


class Observer(Protocol):
    """Who is told of every answer, just before it is sent, and of every breach."""

    def answered(self, exchange: Exchange, answer: Answer) -> None:
        """Take notice of an answer that leaves."""
        ...

    def broken(self, exchange: Exchange, breach: Breach) -> None:
        """Take notice of a broken rule that is not ignored."""
        ...


# --- who asks -----------------------------------------------------------------------------------


class _Asking:
    """Who asks in this process: one test, or one proof, at a time."""

    label = Label()


@contextmanager
def labelled(label: Label) -> Generator[None]:
    """Witnesses of this process carry the label, unless their request names another."""
    before, _Asking.label = _Asking.label, label
    try:
        yield
    finally:
        _Asking.label = before


def baggage_of(label: Label) -> str:
    """The label as the header ``baggage`` carries it to another process (W3C Baggage)."""
    members = {"tenor.suite": label.suite, "tenor.test": label.test, "tenor.seed": label.seed}
    return ",".join(
        f"{name}={quote(str(value), safe='')}"
        for name, value in members.items()
        if value not in ("", None)
    )


def _label_of(exchange: Exchange) -> Label:
    """Who asked: what the request says of it, else who asks in this process."""
    baggage = exchange.environ.get("HTTP_BAGGAGE")
    if not baggage:
        return _Asking.label
    pairs = (member.partition(";")[0].partition("=") for member in baggage.split(","))
    said = {name.strip(): unquote(value.strip())[:500] for name, _, value in pairs}
    seed = said.get("tenor.seed", "")
    return Label(
        said.get("tenor.suite", _Asking.label.suite),
        said.get("tenor.test", _Asking.label.test),
        int(seed) if seed.isascii() and seed.isdigit() and len(seed) < 19 else _Asking.label.seed,
    )


# --- writing ------------------------------------------------------------------------------------


@dataclass(slots=True)
class Recorder:
    """Keeps the first exchange of each kind, and each breach; on disk too, given a folder.

    A kind is a cell as one layer answered it. ``HEAD`` vouches for no cell of ``GET``, whose
    content it does not show. ``witnesses`` and ``violations`` may be read at any time.
    """

    document: Document
    folder: Path | None = None
    witnesses: list[Witness] = field(default_factory=list[Witness])
    violations: list[Violation] = field(default_factory=list[Violation])
    _mask: Mask = field(init=False)
    _kinds: set[Kind] = field(default_factory=set[Kind])
    _breaches: set[Kind] = field(default_factory=set[Kind])
    _file: File | None = field(default=None)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._mask = Mask.of(self.document)
        if self.folder is not None:
            self._file = File(self.folder, self.document)

    def answered(self, exchange: Exchange, answer: Answer) -> None:
        """Record the first answer of its kind."""
        content = answer.content
        media_type = answer.content_type if content is None else content.name
        # Of methods HEAD alone is told apart: who asks may make up any number of others.
        is_head = exchange.method == "HEAD"
        kind = (exchange.operation, answer.status, media_type, exchange.layer, is_head)
        if kind not in self._kinds and self._is_new(kind, self._kinds):
            self._write(exchange, answer)

    def broken(self, exchange: Exchange, breach: Breach) -> None:
        """Record the first breach of its kind."""
        if self._is_new((breach.rule, breach.where, breach.found), self._breaches):
            violation = Violation(
                operation=exchange.operation or UNROUTED,
                rule=breach.rule.value,
                where=breach.where,
                found=breach.found,
                promised=breach.promised,
                remedy=breach.remedy,
                label=_label_of(exchange),
            )
            self.violations.append(violation)
            self._append(violation)

    def _is_new(self, kind: Kind, known: set[Kind]) -> bool:
        with self._lock:
            if kind in known or len(known) >= MOST_KINDS:
                return False
            known.add(kind)
            return True

    def _write(self, exchange: Exchange, answer: Answer) -> None:
        plan = exchange.plan
        if exchange.method == "HEAD" and plan is not None and not plan.promises.is_head:
            return
        headers = list(answer.headers)
        if answer.content_type is not None:
            headers.append(("Content-Type", answer.content_type))
        witness = Witness(
            cell_of(exchange, answer),
            exchange.layer,
            _label_of(exchange),
            self._mask.asked(exchange.environ),
            self._mask.answered(answer.status, headers, answer.body),
        )
        self.witnesses.append(witness)
        self._append(witness)

    def _append(self, entry: Witness | Violation) -> None:
        if self._file is not None:
            self._file.append(entry.as_json())


def cell_of(exchange: Exchange, answer: Answer) -> Cell:
    """The cell that an answer shows: by the words of whoever spoke."""
    promise, content = answer.promise, answer.content
    operation = _speaker(answer, exchange)
    status = promise.status if promise is not None else str(answer.status)
    if content is not None and promise is not None:
        return Cell(operation, status, _declared_name(promise.contents, content))
    return Cell(operation, status, (answer.content_type or "").partition(";")[0].strip())


def _declared_name(contents: Mapping[str, ContentPromise], sent: ContentPromise) -> str:
    """The media type as it is declared; what was sent may be one of a declared range."""
    fitting = [c for c in contents.values() if c.media_type.describes(sent.media_type)]
    return max(fitting, key=lambda c: c.media_type.specificity, default=sent).name


def _speaker(answer: Answer, exchange: Exchange) -> str:
    """In whose words it is said: the operation's, those of the unrouted rest, or the engine's."""
    if exchange.plan is not None and answer.promises is exchange.plan.promises:
        return exchange.operation
    if answer.promises.name == builtin.NAME:
        return f"{exchange.operation or UNROUTED}{BUILTIN}"
    return UNROUTED
