"""Addresses: where a proof has seen that something is, learnt from what was replied.

``Location``, the addresses in a body, and the members of what was created or listed that are named
like the variable of a path lead to it.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, cast
from urllib.parse import urljoin, urlsplit

from tenor.proof.asking import Reply, Request
from tenor.proof.contract import Contract, Operation

_MOST = 200
"""How many addresses of one path are kept."""


class Addresses:
    """The addresses that are known, by path template, the newest first."""

    def __init__(self, contract: Contract, public: str = "") -> None:
        self._contract = contract
        self._public = public
        self._known: dict[str, list[dict[str, str]]] = {}

    def of(self, operation: Operation) -> list[dict[str, str]]:
        """The values of the path's variables that lead somewhere, the newest first.

        Where nothing is known of the whole path, what is known of its beginning, or of variables
        of the same name, is put together.
        """
        if not operation.variables:
            return [{}]
        known = self._known.get(operation.path, [])
        return [*known] or [*self._assembled(operation)]

    def forget(self, operation: Operation, values: Mapping[str, str]) -> None:
        """Forget an address, whose resource was deleted, and all that was below it."""
        for path, known in self._known.items():
            if is_within(path, operation.path):
                known[:] = [each for each in known if not values.items() <= each.items()]

    def learn(self, request: Request, reply: Reply) -> None:
        """Learn from the answer to a request."""
        if not (reply.is_success or reply.status in (301, 302, 303, 307, 308)):
            return
        for header in ("Location", "Content-Location"):
            self._add_url(reply.header(header) or "", request.target)
        content = reply.json()
        for url in _urls(content):
            self._add_url(url, request.target)
        operation, values = self._contract.at(request.method, request.path)
        if operation is not None:
            if operation.method in ("GET", "PUT", "PATCH") and values:
                self._add(operation.path, values)
            self._learn_members(operation, values, content)

    def path_of(self, url: str, base: str = "") -> str:
        """The path and query of an address of this server; empty for one elsewhere.

        It may be relative to the path that was asked for, its ``base``.
        """
        try:
            parts = urlsplit(urljoin(base, url) if url else "")
        except ValueError:
            return ""
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        if not parts.scheme and not parts.netloc:
            return target if target.startswith("/") else ""
        if self._public and url.startswith(self._public):
            return target
        return target if not self._public else ""

    def _add_url(self, url: str, base: str) -> None:
        path = self.path_of(url, base).partition("?")[0]
        if path:
            operation, values = self._contract.at("GET", path)
            if operation is not None and values:
                self._add(operation.path, values)

    def _add(self, path: str, values: Mapping[str, str]) -> None:
        known = self._known.setdefault(path, [])
        if dict(values) not in known:
            known.insert(0, dict(values))
            del known[_MOST:]

    def _learn_members(self, operation: Operation, values: Mapping[str, str], content: Any) -> None:
        """What was created or listed at ``/things`` is at ``/things/{id}``, by its own member."""
        for other in self._contract.operations:
            rest = other.path.removeprefix(operation.path.rstrip("/"))
            found = re.fullmatch(r"/\{([^{}]+)\}", rest)
            if found is None or other.path == operation.path:
                continue
            for member in _members(content, found[1]):
                self._add(other.path, {**values, found[1]: member})

    def _assembled(self, operation: Operation) -> Iterator[dict[str, str]]:
        same: dict[str, list[str]] = {}
        for known in self._known.values():
            for values in known:
                for name, text in values.items():
                    same.setdefault(name, []).append(text)
        if all(name in same for name in operation.variables):
            shortest = min(len(same[name]) for name in operation.variables)
            for index in range(min(shortest, 10)):
                yield {name: same[name][index] for name in operation.variables}


def is_within(path: str, other: str) -> bool:
    """Whether a path template is another one, or lies below it."""
    return path == other or path.startswith(f"{other.rstrip('/')}/")


def _urls(content: Any) -> Iterator[str]:
    """The text in JSON content that may be an address."""
    if isinstance(content, dict):
        for value in cast(dict[str, Any], content).values():
            yield from _urls(value)
    elif isinstance(content, list):
        for value in cast(list[Any], content):
            yield from _urls(value)
    elif isinstance(content, str) and re.match(r"https?://|/[^/]", content):
        yield content


def _members(content: Any, name: str, depth: int = 0) -> Iterator[str]:
    """What members hold that are named like a variable, or like its end (``postId``, ``id``)."""
    if depth > 4:
        return
    if isinstance(content, list):
        for item in cast(list[Any], content)[:50]:
            yield from _members(item, name, depth + 1)
    elif isinstance(content, dict):
        members = cast(dict[str, Any], content)
        short = re.split(r"_|(?=[A-Z])", name)[-1].lower()
        for key, value in members.items():
            is_named = key == name or key.lower() == short
            if is_named and isinstance(value, (str, int)) and not isinstance(value, bool):
                yield str(value)
            elif isinstance(value, (dict, list)):
                yield from _members(value, name, depth + 1)
