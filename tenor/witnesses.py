"""Witnesses: an exchange that shows that a cell was answered, written down to be asked again.

Secrets are masked before anything is kept.
"""

import base64
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Self

from tenor.cells import Cell

MOST_BYTES = 16_384
"""How much of a body a witness keeps."""

HeaderLines = tuple[tuple[str, str], ...]


class Layer(StrEnum):
    """Who spoke: the first that refused, or the handler."""

    __hash__ = str.__hash__  # it is asked for on every answer, and an enum's own takes a call

    ROUTER = "router"
    HOOK = "hook"
    SECURITY = "security"
    LIMITER = "limiter"
    READER = "reader"
    HANDLER = "handler"
    GATE = "gate"
    SERVER = "server"
    """Nobody knows: a server was asked from outside."""


@dataclass(frozen=True, slots=True)
class Label:
    """Who asked: a suite, a test in it, and the seed of what was made up."""

    suite: str = ""
    test: str = ""
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class Body:
    """Content as it can be written down: text, or bytes in base64; the first part of what is long.

    ``length`` is that of the whole in bytes.
    """

    length: int = 0
    text: str = ""
    base64: str = ""

    @classmethod
    def of(cls, content: bytes) -> Self:
        """The body of these bytes."""
        kept = content[:MOST_BYTES]
        try:
            return cls(len(content), text=kept.decode())
        except UnicodeDecodeError:
            return cls(len(content), base64=base64.b64encode(kept).decode())

    @property
    def content(self) -> bytes:
        """The bytes that were kept."""
        return base64.b64decode(self.base64) if self.base64 else self.text.encode()

    @property
    def is_whole(self) -> bool:
        """Whether nothing was cut off."""
        return self.length == len(self.content)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request: its method, its target (path and query, percent-encoded), headers and body."""

    method: str
    target: str
    headers: HeaderLines = ()
    body: Body = field(default_factory=Body)

    def as_curl(self, base: str) -> str:
        """The command that asks again; ``base`` is the address of the server without a path."""
        words = ["curl", "-si"]
        if self.method == "HEAD":
            words = ["curl", "-sI"]
        elif self.method != "GET":
            words += ["-X", self.method]
        words.append(shlex.quote(f"{base}{self.target}"))
        lines = [*self.headers]
        if self.body.length and not any(name.lower() == "content-type" for name, _ in lines):
            lines.append(("Content-Type", ""))  # curl would add one of its own
        for name, value in lines:
            words += ["-H", shlex.quote(f"{name}: {value}" if value else f"{name};")]
        if self.body.base64:
            words = [f"echo {self.body.base64} | base64 -d |", *words, "--data-binary", "@-"]
        elif self.body.length:
            words += ["--data-binary", shlex.quote(self.body.text)]
        return " ".join(words) + ("" if self.body.is_whole else "  # the body was longer")


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer: its status, headers and body."""

    status: int
    headers: HeaderLines = ()
    body: Body = field(default_factory=Body)


@dataclass(frozen=True, slots=True)
class Witness:
    """That a cell was answered: to which request, with what, by which layer, for whom."""

    cell: Cell
    layer: Layer
    label: Label
    request: Asked
    response: Answered

    def as_json(self) -> dict[str, Any]:
        """For a line of the ledger."""
        return {"kind": "witness", **asdict(self)}

    @classmethod
    def from_json(cls, line: Mapping[str, Any]) -> Self:
        """The witness that a line of the ledger holds. Raises what a wrong line deserves."""
        asked, answered = line["request"], line["response"]
        return cls(
            Cell(**_texts(line["cell"])),
            Layer(line["layer"]),
            _label(line["label"]),
            Asked(
                _text(asked["method"]),
                _text(asked["target"]),
                _lines(asked["headers"]),
                _body(asked["body"]),
            ),
            Answered(
                _number(answered["status"]), _lines(answered["headers"]), _body(answered["body"])
            ),
        )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("it is no text")
    return value


def _texts(members: Mapping[str, object]) -> dict[str, str]:
    return {name: _text(value) for name, value in members.items()}


def _number(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError("it is no number")
    return value


def _lines(pairs: Sequence[Sequence[object]]) -> HeaderLines:
    return tuple((_text(name), _text(value)) for name, value in pairs)


def _label(members: Mapping[str, Any]) -> Label:
    seed = members["seed"]
    return Label(
        _text(members["suite"]), _text(members["test"]), None if seed is None else _number(seed)
    )


def _body(members: Mapping[str, Any]) -> Body:
    body = Body(_number(members["length"]), _text(members["text"]), _text(members["base64"]))
    _ = body.content  # what is no base64 is told here, where its line is known
    return body


@dataclass(frozen=True, slots=True)
class Violation:
    """That an answer broke the contract: which rule, where, what was found, what was promised."""

    operation: str
    rule: str
    where: str
    found: str
    promised: str
    remedy: str
    label: Label = field(default_factory=Label)

    def __str__(self) -> str:
        return f"{self.where} {self.found}; the contract promises {self.promised}. {self.remedy}"

    def as_json(self) -> dict[str, Any]:
        """For a line of the ledger."""
        return {"kind": "violation", **asdict(self)}

    @classmethod
    def from_json(cls, line: Mapping[str, Any]) -> Self:
        """The violation that a line of the ledger holds. Raises what a wrong line deserves."""
        fields = {name: value for name, value in line.items() if name not in ("kind", "label")}
        return cls(**_texts(fields), label=_label(line["label"]))
