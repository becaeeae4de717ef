"""Absolute addresses, from the rules of the contract and the public URL."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from werkzeug.routing import Rule

_VARIABLE = re.compile(r"<(\w+)>")


@dataclass(frozen=True, slots=True)
class Addresses:
    """The addresses of all endpoints. A request has no say in them: `Host` can be forged."""

    _templates: Mapping[str, str]
    mark: str
    """Tells this public URL from others; a part of the tags of whatever has addresses in it."""

    @classmethod
    def on(cls, base: str, rules: Iterable[Rule]) -> "Addresses":
        """The addresses of an application's rules on a public URL."""
        templates = {rule.endpoint: base + _VARIABLE.sub(r"{\1}", rule.rule) for rule in rules}
        return cls(templates, mark=hashlib.sha256(base.encode()).hexdigest()[:6])

    def of(self, endpoint: str, **values: object) -> str:
        """The address of an endpoint, with the values of its variables."""
        quoted = {name: quote(str(value), safe="") for name, value in values.items()}
        return self._templates[endpoint].format_map(quoted)
