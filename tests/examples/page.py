"""The page of the example, taken apart into what it shows."""

import re
from dataclasses import dataclass
from http import HTTPStatus

from tests.engine.wire import Reply
from tests.examples.asking import ROOT

PAGE = (ROOT / "examples" / "answers" / "README.md").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of code: its language, its text, and the text of the page that follows it."""

    language: str
    text: str
    after: str

    @property
    def function(self) -> str:
        """The name of the function that the block defines, empty when it defines none."""
        found = re.match(r"def (\w+)", self.text)
        return found[1] if found else ""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table: what Flask and connexion do with a mistake, `sent` or `500`."""

    operation: str
    flask: str
    connexion: str


FATES = {
    ("sent", "sent"): "Flask and connexion both send it.",
    ("sent", "500"): "Flask sends it, connexion answers 500.",
    ("500", "sent"): "Flask answers 500, connexion sends it.",
    ("500", "500"): "Flask and connexion both answer 500.",
}
"""What the page says where it shows a mistake, by what Flask and connexion do with it."""


@dataclass(frozen=True, slots=True)
class Shown:
    """An answer as the page shows it."""

    line: str
    headers: dict[str, str]
    body: str


def shown(block: Block) -> Shown:
    """The answer in a block; the names of its headers are in lower case."""
    head, _, body = block.text.partition("\n\n")
    line, *rest = head.splitlines()
    pairs = (header.split(": ", 1) for header in rest)
    return Shown(line, {name.lower(): value for name, value in pairs}, body)


def blocks() -> list[Block]:
    """The pieces of code on the page, in its order."""
    fences = re.finditer(r"^```(\w+)\n(.*?)\n```\n", PAGE, re.MULTILINE | re.DOTALL)
    return [Block(match[1], match[2], PAGE[match.end() :].lstrip()) for match in fences]


def rows() -> dict[str, Row]:
    """The table of the mistakes, by their names."""
    found = re.findall(r"^\| `(\w+)` \| `(\w+)` \| (\w+) \| (\w+) \|$", PAGE, re.MULTILINE)
    return {mistake: Row(operation, *fates) for operation, mistake, *fates in found}


def written(reply: Reply) -> str:
    """An answer as the page writes it, without its length."""
    line = f"HTTP/1.1 {reply.status} {HTTPStatus(reply.status).phrase}"
    headers = [f"{name}: {value}" for name, value in reply.headers if name != "Content-Length"]
    return "\n".join([line, *headers, "", reply.text]).strip()
