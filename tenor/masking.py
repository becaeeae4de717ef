"""Masking: what is written down of a request and an answer, with the secrets in them left out.

Secret are the headers that carry credentials, what the contract's security schemes name, and the
parameters and members of bodies that the contract calls passwords, or that are named like one. Of
content that is neither JSON nor a form nothing is kept where it speaks of a secret, unless it is
a page for people: that is kept as it is. Who sends a secret may be wrong about its type.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import quote, unquote_plus

from tenor.document import Document, Json, escape
from tenor.exchange import Environ
from tenor.structure import parts
from tenor.witnesses import Answered, Asked, Body, HeaderLines

MASK = "***"
_CREDENTIALS: frozenset[str] = frozenset(
    ("authorization", "cookie", "set-cookie", "proxy-authorization", "x-api-key")
)
_SECRET_NAME = re.compile(
    r"passw(or)?d|passphrase|secret|token$|api[_-]?key|credential", re.IGNORECASE
)
_SECRET_WORD = re.compile(_SECRET_NAME.pattern.replace("$", ""), re.IGNORECASE)
_URLS = frozenset(("location", "content-location", "referer", "link"))
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
        secret = {*_passwords(document), *_api_keys(document)}
        named = {
            place: frozenset(name for where, name in secret if where == place)
            for place in ("header", "query", "member")
        }
        return cls(
            _CREDENTIALS | {name.lower() for name in named["header"]},
            frozenset(name.lower() for name in named["query"]),
            named["member"],
        )

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
        return Asked(method, self._url(target), self.lines(headers), Body.of(content))

    def answered(self, status: int, headers: Iterable[tuple[str, str]], body: bytes) -> Answered:
        """An answer as it can be written down."""
        lines = self.lines(headers)
        return Answered(status, lines, Body.of(self.content(body, _content_type(lines))))

    def lines(self, headers: Iterable[tuple[str, str]]) -> HeaderLines:
        """The lines of a header, those that are secret with their scheme alone."""
        return tuple((name, self._line(name, value)) for name, value in headers)

    def _line(self, name: str, value: str) -> str:
        if name.lower() in self.headers or _SECRET_NAME.search(name):
            scheme = _SCHEME.match(value)
            return f"{scheme[0]}{MASK}" if scheme else MASK
        return self._url(value) if name.lower() in _URLS else value

    def content(self, content: bytes, content_type: str) -> bytes:
        """Content with its secret members masked."""
        kind = content_type.partition(";")[0].strip().lower()
        if not content or kind == "text/html":
            return content
        if kind.endswith(("ndjson", "jsonl")):
            return b"\n".join(map(self._json, content.split(b"\n")))
        if kind.endswith(("/json", "+json")) or content.lstrip()[:1] in (b"{", b"["):
            return self._json(content)
        if kind == "application/x-www-form-urlencoded":
            return self._pairs(content.decode("latin-1")).encode("latin-1")
        return self._unread(content)

    def _unread(self, content: bytes) -> bytes:
        """Content whose parts are not known: all of it, or nothing."""
        text = content.decode("latin-1")
        is_secret = _SECRET_WORD.search(text) or any(name in text for name in self.members)
        return MASK.encode() if is_secret else content

    def _json(self, content: bytes) -> bytes:
        """JSON as it is where nothing in it is secret; what is no JSON may hold anything."""
        try:
            value = json.loads(content)
            masked = self._value(value)
        except (ValueError, RecursionError):
            return self._unread(content)
        if masked == value:
            return content
        return json.dumps(masked, ensure_ascii=False, separators=(",", ":")).encode()

    def _value(self, value: Any, *, is_secret: bool = False) -> Any:
        """A value without what is secret; of a secret object its shape is kept."""
        if isinstance(value, dict):
            members = cast(dict[str, Any], value)
            return {
                name: self._value(each, is_secret=is_secret or self._is_secret(name))
                for name, each in members.items()
            }
        if isinstance(value, list):
            return [self._value(each, is_secret=is_secret) for each in cast(list[Any], value)]
        return MASK if is_secret and value is not None and not isinstance(value, bool) else value

    def _is_secret(self, name: str) -> bool:
        return name in self.members or _SECRET_NAME.search(name) is not None

    def _url(self, url: str) -> str:
        path, mark, query = url.partition("?")
        return f"{path}?{self._pairs(query)}" if mark else url

    def _pairs(self, encoded: str) -> str:
        """A query or a form, as it was sent but for its secrets."""
        return "&".join(self._pair(pair) for pair in encoded.split("&"))

    def _pair(self, pair: str) -> str:
        name, equals, _ = pair.partition("=")
        plain = unquote_plus(name)
        is_secret = plain.lower() in self.parameters or self._is_secret(plain)
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


def _api_keys(document: Document) -> Iterator[tuple[str, str]]:
    """The keys that security schemes name: where each stands, and its name."""
    schemes: dict[str, Json] = document.raw.get("components", {}).get("securitySchemes") or {}
    for scheme_name in schemes:
        scheme, _ = document.follow(f"/components/securitySchemes/{escape(scheme_name)}")
        if scheme.get("type") == "apiKey":
            yield scheme["in"], scheme["name"]


def _passwords(document: Document) -> Iterator[tuple[str, str]]:
    """What the contract calls a password, parameter or member: where it stands, and its name."""
    for part in parts(document.raw):
        if part.kind == "schema":
            members: dict[str, Json] = part.members.get("properties") or {}
            named = ((f"/properties/{escape(name)}", "member", name) for name in members)
        elif part.kind == "parameter" and "schema" in part.members:
            named = iter([("/schema", part.members["in"], part.members["name"])])
        else:
            continue
        for inside, place, name in named:
            if _is_password(document, f"{part.pointer}{inside}"):
                yield place, name


def _is_password(document: Document, pointer: str) -> bool:
    schema, _ = document.follow(pointer)
    return isinstance(schema, dict) and cast(dict[str, Json], schema).get("format") == "password"
