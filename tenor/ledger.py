"""The ledger: what has been seen of a contract, written while it is seen.

Each process appends to a file of its own, a line of JSON for the first exchange of each kind, so
that a process that is killed loses nothing but the line it was writing. A file begins with the
digest of the contract: it vouches for that contract alone. Files are merged when they are read.
"""

import errno
import json
import os
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import structlog

from tenor.cells import Cell
from tenor.document import Document
from tenor.errors import ConfigurationError
from tenor.witnesses import Violation, Witness

log = structlog.get_logger("tenor")

LEDGER = "TENOR_LEDGER"
"""The variable that names the folder in which a process writes what it has seen."""

FORMAT = 1
SUFFIX = ".ledger"


class File:
    """The file of this process: opened at the first line, and anew where a server has forked."""

    def __init__(self, folder: Path, document: Document) -> None:
        self._folder = folder
        self._digest = document.digest
        self._head = {
            "kind": "ledger",
            "format": FORMAT,
            "contract": self._digest,
            "title": document.title,
            "source": document.source,
        }
        self._pid = 0
        self._path = folder
        self._has_failed = False

    def append(self, line: Mapping[str, Any]) -> None:
        """Write a line at once: one call, so that no reader sees a part of it between others.

        A disk that fails is told to the log, once, and to nobody who asks: what is not written
        stays owed.
        """
        try:
            if self._pid != os.getpid():
                self._begin()
            if not self._has_failed:
                _write(self._path, line)
        except OSError as error:
            self._fail(error)

    def _fail(self, error: OSError) -> None:
        if not self._has_failed:
            log.error("ledger_not_written", folder=str(self._folder), reason=error.strerror)
        self._has_failed = True

    def _begin(self) -> None:
        """Begin a file. Other threads write to it when its head is written, and not before."""
        self._folder.mkdir(parents=True, exist_ok=True)
        name = f"{self._digest[:12]}-{os.getpid()}-{secrets.token_hex(4)}{SUFFIX}"
        path = self._folder / name
        _write(path, self._head, os.O_CREAT | os.O_EXCL)
        self._path = path
        self._pid = os.getpid()


def _write(path: Path, entry: Mapping[str, Any], flags: int = 0) -> None:
    """Add a line. The file is closed in between: a process may have very many of them."""
    line = _line(entry)
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC | flags, 0o600)
    try:
        if os.write(descriptor, line) < len(line):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    finally:
        os.close(descriptor)


def _line(entry: Mapping[str, Any]) -> bytes:
    text = json.dumps(entry, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "replace") + b"\n"


def folder_of(name: str) -> Path:
    """The folder of a ledger, made and known to be writable. Raises ConfigurationError."""
    folder = Path(name)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK | os.X_OK):
            raise PermissionError(f"it is not writable: {folder}")
    except OSError as error:
        raise ConfigurationError(
            f"no ledger can be written to {name!r} ({error.strerror or error})",
            place=LEDGER,
            remedy="Name a folder that this process may write to, or unset it.",
        ) from None
    return folder


# --- reading ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ledger:
    """What files have seen of one contract, merged.

    ``witnesses`` has one for each cell: the one that shows most, the first of equals. ``foreign``
    are files of other contracts, which say nothing here, and ``torn`` counts lines that a process
    was writing when it was ended.
    """

    witnesses: Mapping[Cell, Witness]
    violations: tuple[Violation, ...] = ()
    files: int = 0
    foreign: tuple[Path, ...] = ()
    torn: int = 0

    @classmethod
    def of(cls, witnesses: Iterable[Witness], violations: Iterable[Violation] = ()) -> "Ledger":
        """The ledger of these witnesses."""
        best: dict[Cell, Witness] = {}
        for witness in witnesses:
            known = best.get(witness.cell)
            if known is None or _rank(witness) < _rank(known):
                best[witness.cell] = witness
        return cls(best, tuple(dict.fromkeys(violations)))

    def merged(self, other: "Ledger") -> "Ledger":
        """What both have seen."""
        merged = Ledger.of(
            [*self.witnesses.values(), *other.witnesses.values()],
            [*self.violations, *other.violations],
        )
        return Ledger(
            merged.witnesses,
            merged.violations,
            self.files + other.files,
            self.foreign + other.foreign,
            self.torn + other.torn,
        )


def _rank(witness: Witness) -> tuple[bool, bool, str, str]:
    """Best is a witness that can be asked again, and whose test has a name; then by name."""
    label = witness.label
    return (not witness.request.body.is_whole, not label.test, label.suite, label.test)


def read(places: Iterable[Path], document: Document) -> Ledger:
    """The ledgers in files and folders, as far as they vouch for this contract.

    Raises ConfigurationError for a place where no ledger is, and for a file that is none.
    """
    wanted = document.digest
    witnesses: list[Witness] = []
    violations: list[Violation] = []
    foreign: list[Path] = []
    files = torn = 0
    for path in _files(places):
        head, *lines = _lines(path)
        if head is None:  # ended while it was begun
            torn += 1
            continue
        if head["contract"] != wanted:
            foreign.append(path)
            continue
        files += 1
        for number, line in enumerate(lines, start=2):
            if line is None:
                torn += 1
            else:
                _sort_in(line, f"{path}:{number}", witnesses, violations)
    merged = Ledger.of(witnesses, violations)
    return Ledger(merged.witnesses, merged.violations, files, tuple(foreign), torn)


def sources(places: Iterable[Path]) -> tuple[str, ...]:
    """Where the contracts were read from whose ledgers stand here, each once."""
    heads = (_lines(path)[0] for path in _files(places))
    return tuple(dict.fromkeys(str(head["source"]) for head in heads if head is not None))


def _files(places: Iterable[Path]) -> Iterator[Path]:
    """The files of ledgers, each once."""
    seen: set[Path] = set()
    for place in places:
        if not place.exists():
            raise ConfigurationError(
                "there is no such file or folder",
                place=str(place),
                remedy="Name a folder that TENOR_LEDGER named, or a file in it.",
            )
        within = sorted(p for p in place.rglob(f"*{SUFFIX}") if p.is_file())
        for path in within if place.is_dir() else [place]:
            if path.resolve() not in seen:
                seen.add(path.resolve())
                yield path


def _sort_in(
    line: dict[str, Any], place: str, witnesses: list[Witness], violations: list[Violation]
) -> None:
    """Put what a line says where it belongs. Raises ConfigurationError for a line that is wrong."""
    try:
        if line["kind"] == "witness":
            witnesses.append(Witness.from_json(line))
        else:
            violations.append(Violation.from_json(line))
    except (LookupError, TypeError, ValueError):
        raise ConfigurationError(
            "the line is none that a ledger has",
            place=place,
            remedy="Leave the file out: somebody else wrote to it.",
        ) from None


def _lines(path: Path) -> list[dict[str, Any] | None]:
    """The head of a file and its lines; None stands for one that was torn."""
    first, *others = _content(path).split(b"\n")
    head = _read_line(first)
    if head is None and not others:
        return [None]
    if head is None or head.get("kind") != "ledger":
        raise _no_ledger(path)
    if head.get("format") != FORMAT:
        raise ConfigurationError(
            f"the ledger is of format {head.get('format')}, and this Tenor reads {FORMAT}",
            place=str(path),
            remedy="Write it anew with this Tenor.",
        )
    if not {"contract", "source"} <= head.keys():
        raise _no_ledger(path)
    return [head, *(_read_line(line) for line in others if line)]


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigurationError(
            f"the ledger cannot be read ({error.strerror})",
            place=str(path),
            remedy="Name a folder or file that this user may read, or leave it out.",
        ) from None


def _no_ledger(path: Path) -> ConfigurationError:
    return ConfigurationError(
        "this is no ledger", place=str(path), remedy="Leave it out, or name another file."
    )


def _read_line(line: bytes) -> dict[str, Any] | None:
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(entry, dict):
        return None
    members = cast(dict[str, Any], entry)
    return members if "kind" in members else None
