"""What a status promises of its headers, and which of them the engine gives by itself."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, cast
from wsgiref.util import is_hop_by_hop

from tenor.document import UNIVERSAL_HEADERS, Document, Json, escape
from tenor.errors import ConfigurationError
from tenor.exchange import SAMPLE_IDS
from tenor.parameters import Malformed, Scalar, header_reader
from tenor.schemas import MISSING, Compiler, Validator

TRANSPORT_HEADERS = frozenset(
    ("date", "server", "connection", "keep-alive", "content-length", "transfer-encoding")
)
"""The headers that belong to the connection and not to the contract."""

_LISTS = frozenset(
    (
        "accept",
        "accept-encoding",
        "accept-language",
        "accept-patch",
        "accept-post",
        "accept-ranges",
        "allow",
        "alt-svc",
        "access-control-allow-headers",
        "access-control-allow-methods",
        "access-control-expose-headers",
        "cache-control",
        "clear-site-data",
        "content-encoding",
        "content-language",
        "content-security-policy",
        "content-security-policy-report-only",
        "link",
        "preference-applied",
        "pragma",
        "proxy-authenticate",
        "ratelimit",
        "ratelimit-policy",
        "server-timing",
        "trailer",
        "upgrade",
        "vary",
        "via",
        "warning",
        "www-authenticate",
    )
)
"""The headers that are lists by their own definition, so that each may have several lines."""

REQUEST_ID = "x-request-id"


@dataclass(frozen=True, slots=True)
class HeaderPromise:
    """One header of a status; ``key`` is its name in lower case.

    ``accepts`` says whether a text keeps what is declared. ``default`` is what the schema says
    stands for it, if anything. ``is_list``: lines of the same name are one value together.
    """

    name: str
    key: str
    place: str
    required: bool
    default: str | None
    is_list: bool
    accepts: Callable[[str], bool]
    read: Scalar
    validator: Validator

    @property
    def may_repeat(self) -> bool:
        """Whether it may have several lines (RFC 9110, section 5.3)."""
        return self.is_list or self.key == "set-cookie"

    def accepts_lines(self, texts: Sequence[str]) -> bool:
        """Whether all its lines are accepted: as one value, but for ``Set-Cookie``."""
        if len(texts) == 1 or self.is_list:
            return self.accepts(", ".join(texts))
        return all(map(self.accepts, texts))

    def lack(self, texts: Sequence[str]) -> str:
        """What a text that is not accepted would have to be; never what it is."""
        lines = [", ".join(texts)] if self.is_list else texts
        for text in lines:
            try:
                faults = self.validator.faults(self.read(text), "header")
            except Malformed as error:
                return error.detail
            if faults:
                return f"{faults[0].detail} ({faults[0].rule})"
        return "breaks its schema"


def compile_headers(
    document: Document, compiler: Compiler, node: Mapping[str, Json], pointer: str
) -> list[HeaderPromise]:
    """The headers of the response at a pointer; a Content-Type there says nothing (OpenAPI)."""
    names: dict[str, Json] = node.get("headers") or {}
    return [
        _compile(document, compiler, name, f"{pointer}/headers/{escape(name)}")
        for name in names
        if name.lower() != "content-type"
    ]


def _compile(document: Document, compiler: Compiler, name: str, pointer: str) -> HeaderPromise:
    node, place = document.follow(pointer)
    return compiler.once(
        ("header", name, place), partial(_promised, document, compiler, name, node, place)
    )


def _promised(
    document: Document, compiler: Compiler, name: str, node: dict[str, Json], pointer: str
) -> HeaderPromise:
    key = name.lower()
    if is_hop_by_hop(key) and key not in TRANSPORT_HEADERS:
        raise ConfigurationError(
            f"the header {name} belongs to the connection, and no application may send it",
            place=document.place(pointer),
            remedy="Leave it out: the server gives it (PEP 3333).",
        )
    schema, schema_place, read = header_reader(document, compiler, node, pointer)
    validator = compiler.response(schema, schema_place)
    default = compiler.default(schema, schema_place)
    if default is MISSING and isinstance(schema, dict):
        default = cast(dict[str, Json], schema).get("const", MISSING)
    return HeaderPromise(
        name=name,
        key=key,
        place=document.place(schema_place),
        required=node.get("required", False) is True and key not in TRANSPORT_HEADERS,
        default=None if default is MISSING else _text(default),
        is_list=key in _LISTS or "array" in compiler.types(schema, schema_place),
        accepts=_acceptor(read, validator),
        read=read,
        validator=validator,
    )


def _acceptor(read: Scalar, validator: Validator) -> Callable[[str], bool]:
    """Whether a text is of a value that is valid; text that is read as it stands goes straight."""
    if read is str:
        return validator.accepts

    def accepts(text: str) -> bool:
        try:
            return validator.accepts(read(text))
        except Malformed:
            return False

    return accepts


def _text(value: Any) -> str:
    """A value as a header has it."""
    return value if isinstance(value, str) else json.dumps(value)


def fills_of(
    document: Document, headers: Iterable[HeaderPromise], *, varies: bool
) -> Iterator[tuple[str, str, str | None]]:
    """The headers that the engine adds to an answer, known to keep what is declared of them.

    As (lower case, name, value); None stands for the request's own id.
    """
    universal_nodes: dict[str, Json] = document.raw.get(UNIVERSAL_HEADERS) or {}
    universal = {name.lower() for name in universal_nodes}
    for header in headers:
        if header.key == REQUEST_ID:
            _refuse_unfit(header, SAMPLE_IDS, "the ids that the engine gives")
            yield header.key, header.name, None
        elif header.key == "vary" and varies:
            _refuse_unfit(header, ("Accept",), "Accept, which the answer varies by")
            yield header.key, header.name, "Accept"
        elif header.key in universal and header.default is not None:
            _refuse_unfit(header, (header.default,), "its own default")
            yield header.key, header.name, header.default


def _refuse_unfit(header: HeaderPromise, values: Sequence[str], what: str) -> None:
    if not all(map(header.accepts, values)):
        raise ConfigurationError(
            f"the schema of {header.name} does not admit {what}",
            place=header.place,
            remedy="Correct the schema.",
        )
