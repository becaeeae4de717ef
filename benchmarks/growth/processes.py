"""Processes: the time and memory of a server with all that came from it, as Linux counts them."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_MEBI = 1024


@dataclass(frozen=True, slots=True)
class Memory:
    """MB of some processes: each page counted for each, and each page counted once."""

    resident: float
    proportional: float


def processor_seconds(process: int) -> float:
    """What a process and its children have used, by the scheduler's count in nanoseconds."""
    return sum(_of_threads(each) for each in family(process)) / 1e9


def memory(process: int) -> Memory:
    """The memory of a process and its children."""
    found = [_memory(each) for each in family(process)]
    return Memory(
        sum(each.get("Rss", 0) for each in found) / _MEBI,
        sum(each.get("Pss", 0) for each in found) / _MEBI,
    )


def family(process: int) -> Iterator[int]:
    """A process and all that came from it."""
    yield process
    with suppress(FileNotFoundError):
        for thread in Path(f"/proc/{process}/task").iterdir():
            for child in (thread / "children").read_text().split():
                yield from family(int(child))


def _of_threads(process: int) -> int:
    total = 0
    with suppress(FileNotFoundError):
        for thread in Path(f"/proc/{process}/task").iterdir():
            with suppress(FileNotFoundError):
                total += int((thread / "schedstat").read_text().split()[0])
    return total


def _memory(process: int) -> dict[str, int]:
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()[1:]
    except FileNotFoundError:
        return {}
    pairs = (line.split()[:2] for line in lines)
    return {name.rstrip(":"): int(size) for name, size in pairs}
