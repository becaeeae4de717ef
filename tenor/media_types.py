"""Media types (RFC 9110, section 8.3.1): read once, compared by what they mean."""

from dataclasses import dataclass
from functools import lru_cache

from werkzeug.http import parse_options_header

JSON = "application/json"
HTML = "text/html"


@dataclass(frozen=True, slots=True)
class MediaType:
    """A media type or range, in lower case; parameter values keep their case but for charset."""

    type: str
    subtype: str
    parameters: frozenset[tuple[str, str]]

    @property
    def essence(self) -> str:
        """The type without its parameters: ``text/html``."""
        return f"{self.type}/{self.subtype}"

    @property
    def charset(self) -> str:
        """The charset, empty when none is given."""
        return dict(self.parameters).get("charset", "")

    @property
    def is_json(self) -> bool:
        """Whether it has the syntax of JSON (RFC 6839, section 3.1)."""
        return self.essence == JSON or self.subtype.endswith("+json")

    @property
    def is_text(self) -> bool:
        """Whether it is text for people."""
        return self.type == "text"

    @property
    def is_xml(self) -> bool:
        """Whether it has the syntax of XML (RFC 7303)."""
        return self.subtype == "xml" or self.subtype.endswith("+xml")

    @property
    def specificity(self) -> int:
        """How much a range says: ``*/*`` 0, ``text/*`` 1, ``text/html`` 2, parameters more."""
        return (self.type != "*") + (self.subtype != "*") + len(self.parameters)

    def covers(self, other: "MediaType") -> bool:
        """Whether the other one lies in this range: its parameters may be more, not others."""
        return (
            self.type in ("*", other.type)
            and self.subtype in ("*", other.subtype)
            and self.parameters <= other.parameters
        )

    def describes(self, other: "MediaType") -> bool:
        """As ``covers``, but for the charset: UTF-8 adds nothing, any other is another promise."""
        if other.charset in ("", self.charset):
            return self.covers(other)
        return other.charset == "utf-8" and self.covers(other.without_charset())

    def without_charset(self) -> "MediaType":
        """The same media type, with the charset left out."""
        rest = frozenset(pair for pair in self.parameters if pair[0] != "charset")
        return MediaType(self.type, self.subtype, rest)


@lru_cache(maxsize=1024)
def parse(text: str) -> MediaType | None:
    """The media type, or None for text that is none."""
    essence, options = parse_options_header(text)
    kind, slash, subtype = essence.partition("/")
    if not slash or not _is_token(kind) or not _is_token(subtype):
        return None
    if kind == "*" and subtype != "*":
        return None
    parameters = frozenset(
        (name.lower(), value.lower() if name.lower() == "charset" else value)
        for name, value in options.items()
    )
    return MediaType(kind.lower(), subtype.lower(), parameters)


def _is_token(text: str) -> bool:
    return text.isascii() and all(char.isalnum() or char in "!#$%&'*+-.^_`|~" for char in text) != (
        text == ""
    )
