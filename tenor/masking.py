"""Masking: what is written down of a request and an answer, with the secrets in them left out.

Secret are the headers that carry credentials, what the contract's security schemes name, and the
members of bodies that the contract calls passwords, or that are named like one.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import quote, unquote_plus

from tenor.document import Document, Json
from tenor.exchange import Environ
from tenor.structure import parts
from tenor.witnesses import Answered, Asked, Body, HeaderLines

MASK = "***"
_CREDENTIALS = frozenset(
    ("authorization", "cookie", "set-cookie", "proxy-authorization", "x-api-key")
)
_SECRET_NAME = re.compile(r"password|passwd|secret|token$|api_?key|credential", re.IGNORECASE)
_SCHEME = re.compile(r"(?i)(basic|bearer|digest|apikey|negotiate) ")


@dataclass(frozen=True, slots=True)
class Mask:
    """What is secret in the exchanges of one contract."""

    headers: frozenset[str]
    parameters: frozenset[str]
    members: frozenset[str]

    @classmethod
    def of(cls, document: Document) -> "Mask":
        """The mask that a contract asks for."""
        headers, parameters = set(_CREDENTIALS), set[str]()
        members = {part_name for part_name, schema in _properties(document) if _is_secret(schema)}
        schemes: dict[str, Json] = document.raw.get("components", {}).get("securitySchemes") or {}
        for name in schemes:
            scheme, _ = document.follow(f"/components/securitySchemes/{name}")
            if scheme.get("type") == "apiKey":
                (headers if scheme["in"] == "header" else parameters).add(scheme["name"].lower())
        return cls(frozenset(headers), frozenset(parameters), frozenset(members))

    def asked(self, environ: Environ) -> Asked:
        """A request as it can be written down. Its body is what has been read of it."""
        read = getattr(environ.get("wsgi.input"), "getvalue", bytes)
        return self.request(
            environ["REQUEST_METHOD"], _target(environ), [*_headers(environ)], read()
        )

    def request(
        self, method: str, target: str, headers: Sequence[tuple[str, str]], body: bytes
    ) -> Asked:
        """A request as it can be written down; the target is percent-encoded."""
        content = self.content(body, _content_type(headers))
        path, mark, query = target.partition("?")
        masked = f"{path}?{self._pairs(query)}" if mark else path
        return Asked(method, masked, self.lines(headers), Body.of(content))

    def answered(self, status: int, headers: Iterable[tuple[str, str]], body: bytes) -> Answered:
        """An answer as it can be written down."""
        lines = self.lines(headers)
        return Answered(status, lines, Body.of(self.content(body, _content_type(lines))))

    def lines(self, headers: Iterable[tuple[str, str]]) -> HeaderLines:
        """The lines of a header, those that are secret with their scheme alone."""
        return tuple(
            (name, _masked_value(value) if name.lower() in self.headers else value)
            for name, value in headers
        )

    def content(self, content: bytes, content_type: str) -> bytes:
        """Content with its secret members masked."""
        kind = content_type.partition(";")[0].strip().lower()
        if not content:
            return content
        if kind.endswith(("/json", "+json")):
            return self._json(content)
        if kind == "application/x-www-form-urlencoded":
            return self._pairs(content.decode("latin-1")).encode("latin-1")
        if kind.startswith("multipart/") and _SECRET_NAME.search(content.decode("latin-1")):
            return MASK.encode()
        return content

    def _json(self, content: bytes) -> bytes:
        """JSON as it is where nothing in it is secret; what is no JSON may hold anything."""
        try:
            value = json.loads(content)
            masked = self._value(value)
        except (ValueError, RecursionError):
            return MASK.encode() if _SECRET_NAME.search(content.decode("latin-1")) else content
        if masked == value:
            return content
        return json.dumps(masked, ensure_ascii=False, separators=(",", ":")).encode()

    def _value(self, value: Any) -> Any:
        if isinstance(value, dict):
            members = cast(dict[str, Any], value)
            return {
                name: MASK if self._hides(name, each) else self._value(each)
                for name, each in members.items()
            }
        if isinstance(value, list):
            return [self._value(each) for each in cast(list[Any], value)]
        return value

    def _hides(self, name: str, value: Any) -> bool:
        is_secret = name in self.members or _SECRET_NAME.search(name) is not None
        return is_secret and isinstance(value, (str, int, float)) and not isinstance(value, bool)

    def _pairs(self, encoded: str) -> str:
        """A query or a form, as it was sent but for its secrets."""
        return "&".join(self._pair(pair) for pair in encoded.split("&"))

    def _pair(self, pair: str) -> str:
        name, equals, _ = pair.partition("=")
        plain = unquote_plus(name)
        is_secret = plain.lower() in self.parameters or _SECRET_NAME.search(plain) is not None
        return f"{name}={MASK}" if equals and is_secret else pair


def _content_type(lines: Iterable[tuple[str, str]]) -> str:
    return next((value for name, value in lines if name.lower() == "content-type"), "")


def _target(environ: Environ) -> str:
    path = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
    target = quote(path.encode("latin-1", "replace"), safe="/~!$&'()*+,;=:@") or "/"
    query = environ.get("QUERY_STRING", "")
    return f"{target}?{query}" if query else target


def _headers(environ: Environ) -> Iterator[tuple[str, str]]:
    """The request's header, but for what belongs to the connection."""
    if environ.get("CONTENT_TYPE"):
        yield "Content-Type", environ["CONTENT_TYPE"]
    for key, value in environ.items():
        if key.startswith("HTTP_") and key not in _OF_CONNECTION:
            yield key[5:].replace("_", "-").title(), value


_OF_CONNECTION = frozenset(
    ("HTTP_HOST", "HTTP_CONNECTION", "HTTP_TRANSFER_ENCODING", "HTTP_CONTENT_LENGTH")
) | {"HTTP_BAGGAGE"}


def _masked_value(value: str) -> str:
    scheme = _SCHEME.match(value)
    return f"{scheme[0]}{MASK}" if scheme else MASK


def _is_secret(schema: Json) -> bool:
    return isinstance(schema, dict) and cast(dict[str, Json], schema).get("format") == "password"


def _properties(document: Document) -> Iterator[tuple[str, Json]]:
    """Each property that a schema of the contract declares, with its schema."""
    for part in parts(document.raw):
        if part.kind == "schema":
            members: dict[str, Json] = part.members.get("properties") or {}
            yield from members.items()
