"""Small forms that the sentences of findings are made of."""

from collections.abc import Iterable, Sequence

from tenor.problems import Fault


def listed(words: Iterable[str], last_word: str = "and") -> str:
    """Words as a sentence has them: ``400, 404 and 405``."""
    *others, last = words
    return f"{', '.join(others)} {last_word} {last}" if others else last


def declared(statuses: Sequence[str]) -> str:
    """What to do about statuses that are not declared."""
    return f"Declare {listed(statuses)} there, so that clients know of {_them(statuses)}."


def _them(statuses: Sequence[str]) -> str:
    return "it" if len(statuses) == 1 else "them"


def broken(faults: Sequence[Fault]) -> str:
    """What is wrong with a value, without the value: its first fault, and how many there are."""
    first = faults[0]
    said = f"{first.pointer or 'as a whole'} {first.detail}"
    more = len(faults) - 1
    return f"{said} ({first.rule}){f', and {more} more' if more else ''}"
