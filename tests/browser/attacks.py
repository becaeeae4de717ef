"""The attacks of `attacks.txt`, as they are sent."""

import re
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).with_name("attacks.txt")

_NAMED = {
    "NUL": "\0",
    "TAB": "\t",
    "LF": "\n",
    "FF": "\f",
    "CR": "\r",
    "NBSP": "\N{NO-BREAK SPACE}",
    "ZWSP": "\N{ZERO WIDTH SPACE}",
    "RLO": "\N{RIGHT-TO-LEFT OVERRIDE}",
    "BOM": "\N{ZERO WIDTH NO-BREAK SPACE}",
}
_NAME = re.compile(r"\{(U\+[0-9A-F]+|" + "|".join(_NAMED) + r")\}")


@dataclass(frozen=True, slots=True)
class Attack:
    """An attack: what is sent, and the line that it was written in."""

    text: str
    family: str
    line: str

    def __str__(self) -> str:
        return f"{self.family}: {self.line}"


def read() -> list[Attack]:
    """All attacks, in the order of the file."""
    found: list[Attack] = []
    family = ""
    for line in FILE.read_text("utf-8").splitlines():
        if line.startswith("== "):
            family = line.removeprefix("== ")
        elif line and not line.startswith("# "):
            found.append(Attack(_NAME.sub(_character, line), family, line))
    return found


def _character(name: re.Match[str]) -> str:
    return _NAMED.get(name[1]) or chr(int(name[1].removeprefix("U+"), 16))
