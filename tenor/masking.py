"""Masking: what is written down of a request and an answer, with the secrets in them left out.

Secret are the headers that carry credentials, what the contract's security schemes name, and the
parameters, headers and members of bodies that the contract calls passwords, or that are named like
a secret. Of content that is neither JSON nor a form nothing is kept where it speaks of one. Who
sends a secret may be wrong about its type.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import quote, unquote, unquote_plus, urlsplit

from tenor.document import Document, Json, escape
from tenor.exchange import Environ
from tenor.structure import parts, pointer_of
from tenor.witnesses import Answered, Asked, Body, HeaderLines

MASK = "***"
_CREDENTIALS: frozenset[str] = frozenset(
    ("authorization", "cookie", "set-cookie", "proxy-authorization", "x-api-key")
)
_SECRET_NAME = re.compile(
    r"passw(or)?d|passphrase|secret|tokens?$|(api|access|private)[-_]?key|credential"
    r"|session[-_]?id|[cx]srf",
    re.IGNORECASE,
)
_SECRET_WORD = re.compile(_SECRET_NAME.pattern.replace("$", ""), re.IGNORECASE)
_URLS = frozenset(("location", "content-location", "referer", "refresh"))
_SCHEME = re.compile(r"(?i)(basic|bearer|digest|apikey|negotiate) ")
_URL = re.compile(r"([^/?#]*:)?(//[^/?#]*)?([^?#]*)(\?[^#]*)?(#.*)?", re.DOTALL)
_LIKE_URL = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*:/)?/\S+")
_ESCAPE = re.compile(r"\\u00([0-9a-fA-F]{2})")
_SAFE = "/~!$&'()*+,;=:@"
"""What is not encoded in a path."""


@dataclass(frozen=True, slots=True)
class Mask:
    """What is secret in the exchanges of one contract.

    ``paths`` match those with a secret in them, which is each second group; ``is_bare`` says that
    content may be a secret by itself, and not only hold one.
    """

    headers: frozenset[str]
    parameters: frozenset[str]
    members: frozenset[str]
    paths: tuple[re.Pattern[str], ...] = ()
    is_bare: bool = False

    @classmethod
    def of(cls, document: Document) -> "Mask":
        """The mask that a contract asks for."""
        secret = {*_passwords(document), *_api_keys(document)}
        named = {
            place: frozenset(name for where, name in secret if where == place)
            for place in ("header", "query", "path", "member", "content")
        }
        return cls(
            _CREDENTIALS | {name.lower() for name in named["header"]},
            frozenset(name.lower() for name in named["query"]),
            named["member"],
            tuple(_secret_paths(document, named["path"])),
            is_bare=bool(named["content"]),
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
        path, mark, query = target.partition("?")
        written = f"{self._path(path)}{mark}{self._pairs(query)}"
        return Asked(method, written, self.lines(headers), Body.of(content))

    def answered(self, status: int, headers: Iterable[tuple[str, str]], body: bytes) -> Answered:
        """An answer as it can be written down."""
        lines = self.lines(headers)
        return Answered(status, lines, Body.of(self.content(body, _content_type(lines))))

    def lines(self, headers: Iterable[tuple[str, str]]) -> HeaderLines:
        """The lines of a header, those that are secret with their scheme alone."""
        return tuple((name, self._line(name.lower(), value)) for name, value in headers)

    def _line(self, name: str, value: str) -> str:
        if name in self.headers or _SECRET_NAME.search(name):
            scheme = _SCHEME.match(value)
            return f"{scheme[0]}{MASK}" if scheme else MASK
        if name == "link":
            return re.sub(r"<([^>]*)>", lambda found: f"<{self._url(found[1])}>", value)
        return self._url(value) if name in _URLS else value

    # --- content --------------------------------------------------------------------------------

    def content(self, content: bytes, content_type: str) -> bytes:
        """Content with its secret members masked."""
        kind = content_type.partition(";")[0].strip().lower()
        if not content:
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
        text = _plain(content)
        is_secret = _SECRET_WORD.search(text) or any(name in text for name in self.members)
        return MASK.encode() if content and (self.is_bare or is_secret) else content

    def _json(self, content: bytes) -> bytes:
        """JSON as it is where nothing in it is secret; what is no JSON may hold anything."""
        try:
            value = json.loads(content, object_pairs_hook=_object)
            masked = self._root(value)
        except (ValueError, RecursionError):
            return self._unread(content)
        if masked == value:
            return content
        return json.dumps(masked, ensure_ascii=False, separators=(",", ":")).encode(
            "utf-8", "replace"
        )

    def _root(self, value: Any) -> Any:
        """A whole value, which may be a secret by itself or a list of them."""
        if isinstance(value, list):
            return [self._root(each) for each in cast(list[Any], value)]
        return self._value(value, is_secret=self.is_bare and not isinstance(value, dict))

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
        if is_secret:
            return value if value is None or isinstance(value, bool) else MASK
        return self._text(value) if isinstance(value, str) else value

    def _text(self, text: str) -> str:
        """A text that may be JSON or a URL, and hold secrets as such."""
        if text[:1] in ("{", "["):
            return self._json(text.encode("utf-8", "replace")).decode()
        return self._url(text) if _LIKE_URL.fullmatch(text) else text

    def _is_secret(self, name: str) -> bool:
        return name in self.members or _SECRET_NAME.search(name) is not None

    # --- addresses ------------------------------------------------------------------------------

    def _url(self, url: str) -> str:
        found = _URL.fullmatch(url)
        if found is None:
            return url
        scheme, authority, path, query, fragment = (part or "" for part in found.groups())
        return "".join(
            (
                scheme,
                f"//{MASK}@{authority.rpartition('@')[2]}" if "@" in authority else authority,
                self._path(path),
                query[:1] + self._pairs(query[1:]),
                fragment[:1] + self._pairs(fragment[1:]),
            )
        )

    def _path(self, path: str) -> str:
        for pattern in self.paths:
            path = pattern.sub(_without_second, path)
        return path

    def _pairs(self, encoded: str) -> str:
        """A query or a form, as it was sent but for its secrets."""
        return "&".join(self._pair(pair) for pair in encoded.split("&"))

    def _pair(self, pair: str) -> str:
        name, equals, value = pair.partition("=")
        plain = unquote_plus(name)
        names = (plain, *re.split(r"[\[\].]+", plain))
        if equals and any(n.lower() in self.parameters or self._is_secret(n) for n in names):
            return f"{name}={MASK}"
        plain = unquote_plus(value)
        masked = self._text(plain)
        return pair if masked == plain else f"{name}={quote(masked, safe='*')}"


def _object(members: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON. Raises ValueError where a name is doubled: one value would be unseen."""
    read = dict(members)
    if len(read) < len(members):
        raise ValueError("a name is doubled")
    return read


def _plain(content: bytes) -> str:
    """Content as it reads where names in it are written in other ways: escaped, or in UTF-16."""
    text = content.replace(b"\0", b"").decode("latin-1")
    return unquote(_ESCAPE.sub(lambda found: chr(int(found[1], 16)), text))


def _without_second(found: re.Match[str]) -> str:
    """What was found, with a mask for each second of its groups."""
    return "".join(MASK if n % 2 else group for n, group in enumerate(found.groups()))


def _content_type(lines: Iterable[tuple[str, str]]) -> str:
    return next((value for name, value in lines if name.lower() == "content-type"), "")


def _target(environ: Environ) -> str:
    path = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
    target = quote(path.encode("latin-1", "replace"), safe=_SAFE) or "/"
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


# --- what a contract calls secret ----------------------------------------------------------------


def _api_keys(document: Document) -> Iterator[tuple[str, str]]:
    """The keys that security schemes name: where each stands, and its name."""
    schemes: dict[str, Json] = document.raw.get("components", {}).get("securitySchemes") or {}
    for scheme_name in schemes:
        scheme, _ = document.follow(f"/components/securitySchemes/{escape(scheme_name)}")
        if scheme.get("type") == "apiKey":
            yield scheme["in"], scheme["name"]


def _passwords(document: Document) -> Iterator[tuple[str, str]]:
    """What the contract calls a password: where it stands, and its name.

    It stands in a parameter, in a header, as a member, or is content by itself.
    """
    for part in parts(document.raw):
        if part.kind == "schema":
            named = _members(part.members, part.pointer)
        elif part.kind == "parameter" and "schema" in part.members:
            named = iter([(f"{part.pointer}/schema", part.members["in"], part.members["name"])])
        elif part.kind == "response":
            named = _sent_headers(document, part.members, part.pointer)
        elif part.kind == "media type" and "schema" in part.members:
            named = iter([(f"{part.pointer}/schema", "content", "")])
        else:
            continue
        for pointer, place, name in named:
            if _is_password(document, pointer):
                yield place, name


def _members(schema: dict[str, Json], pointer: str) -> Iterator[tuple[str, str, str]]:
    for name in cast(dict[str, Json], schema.get("properties") or {}):
        yield f"{pointer}/properties/{escape(name)}", "member", name


def _sent_headers(
    document: Document, response: dict[str, Json], pointer: str
) -> Iterator[tuple[str, str, str]]:
    for name in cast(dict[str, Json], response.get("headers") or {}):
        header, place = document.follow(f"{pointer}/headers/{escape(name)}")
        if "schema" in header:
            yield f"{place}/schema", "header", name


def _is_password(document: Document, pointer: str, seen: frozenset[str] = frozenset()) -> bool:
    """Whether a schema is of a password, or of several: in a list, a map or one of its branches."""
    schema, place = document.follow(pointer)
    if place in seen:
        return False
    for part in parts(schema, "schema", place):
        if "/properties/" in part.pointer[len(place) :]:  # these have names of their own
            continue
        if part.members.get("format") == "password":
            return True
        if part.reference and _is_password(document, pointer_of(part.reference), seen | {place}):
            return True
    return False


def _secret_paths(document: Document, passwords: frozenset[str]) -> Iterator[re.Pattern[str]]:
    """What matches the paths that have a secret among their parameters.

    A template that begins with a parameter matches whole paths alone: any has such a piece. What
    another path says letter by letter is no secret.
    """
    letters = [re.escape(_encoded(path)) for path in document.paths() if "{" not in path]
    for template in document.paths():
        first, *pieces = re.split(r"\{([^{}]*)\}", template)
        secret = {n for n in pieces[::2] if n in passwords or _SECRET_NAME.search(n)}
        if not secret:
            continue
        alike = "|".join(path for path in letters if path.count("/") == template.count("/"))
        begin, end = (f"^{re.escape(_base(document))}", "$") if first == "/" else ("", "")
        groups = [re.escape(_encoded(first))]
        for name, text in zip(pieces[::2], pieces[1::2], strict=True):
            piece = "[^/]+" if text or end else ".+"  # a slash is decoded before it is seen
            groups.append(f")({piece})(" if name in secret else piece)
            groups.append(re.escape(_encoded(text)))
        but = f"(?!(?:{alike})$)" if alike else ""
        yield re.compile(f"({begin}{but}{''.join(groups)}){end}")


def _encoded(path: str) -> str:
    return quote(path, safe=_SAFE)


def _base(document: Document) -> str:
    """The path that the first server has before those of the operations."""
    servers = cast(list[Json], document.raw.get("servers") or [{}])
    return urlsplit(str(servers[0].get("url", ""))).path.rstrip("/")
