"""Absolute addresses, from the rules of the contract and the public URL."""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote

from werkzeug.routing import Rule

_VARIABLE = re.compile(r"<(\w+)>")
_is_plain = re.compile(r"[A-Za-z0-9_.~-]*").fullmatch


@dataclass(frozen=True, slots=True)
class Addresses:
    """The addresses of all endpoints. A request has no say in them: `Host` can be forged."""

    _pieces: Mapping[str, Sequence[str]]
    """Of each endpoint what is written and, in between, the names of its variables."""

    mark: str
    """Tells this public URL from others; a part of the tags of whatever has addresses in it."""

    @classmethod
    def on(cls, base: str, rules: Iterable[Rule]) -> "Addresses":
        """The addresses of an application's rules on a public URL."""
        pieces = {rule.endpoint: _VARIABLE.split(base + rule.rule) for rule in rules}
        return cls(pieces, mark=hashlib.sha256(base.encode()).hexdigest()[:6])

    def of(self, endpoint: str, **values: object) -> str:
        """The address of an endpoint, with the values of its variables."""
        pieces = self._pieces[endpoint]
        if len(pieces) == 3:  # most have one variable, and a page has twenty addresses
            before, name, after = pieces
            return f"{before}{_quoted(str(values[name]))}{after}"
        written = pieces[0]
        for at in range(1, len(pieces), 2):
            written += _quoted(str(values[pieces[at]])) + pieces[at + 1]
        return written


@lru_cache(maxsize=10_000)
def _quoted(text: str) -> str:
    """The text as it may stand in an address; that of nearly all may as it is."""
    return text if _is_plain(text) else quote(text, safe="")
