"""Media types (RFC 9110, section 8.3.1): read once, compared by what they mean."""

import re
from dataclasses import dataclass
from functools import lru_cache

from werkzeug.http import parse_options_header

JSON = "application/json"
HTML = "text/html"
FLASKS_OWN = "text/html; charset=utf-8"
"""What Flask names where nobody names anything."""

_NAME = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_QUOTED = r'"(?:[\t !#-\[\]-~\x80-\xff]|\\[\t -~\x80-\xff])*"'
_CONTENT_TYPE = re.compile(rf"{_NAME}/{_NAME}(?:[ \t]*;[ \t]*(?:{_NAME}=(?:{_NAME}|{_QUOTED}))?)*")
_is_name = re.compile(_NAME).fullmatch
_PARAMETER = re.compile(rf"({_NAME})=(?:{_NAME}|{_QUOTED})")


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
    def is_range(self) -> bool:
        """Whether it stands for many: ``text/*`` or ``*/*``."""
        return self.subtype == "*"

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

    def describes(self, sent: "MediaType") -> bool:
        """Whether this promise is kept by a media type that is sent.

        All that is sent has to be promised: a range promises any parameters, a media type its own.
        UTF-8 is what text is sent in, so that naming it adds nothing; and each multipart content
        has a boundary of its own.
        """
        if sent.charset == "utf-8" and not self.charset:
            sent = sent.without("charset")
        if sent.type == "multipart":
            sent = sent.without("boundary")
        if sent.charset != self.charset or not self.covers(sent):
            return False
        return self.is_range or self.parameters == sent.parameters

    def without(self, name: str) -> "MediaType":
        """The same media type, with a parameter left out."""
        rest = frozenset(pair for pair in self.parameters if pair[0] != name)
        return MediaType(self.type, self.subtype, rest)


@lru_cache(maxsize=1024)
def parse(text: str) -> MediaType | None:
    """The media type, or None for text that is none."""
    essence, options = parse_options_header(text)
    kind, slash, subtype = essence.partition("/")
    if not slash or not is_token(kind) or not is_token(subtype):
        return None
    if kind == "*" and subtype != "*":
        return None
    parameters = frozenset(
        (name.lower(), value.lower() if name.lower() == "charset" else value)
        for name, value in options.items()
    )
    return MediaType(kind.lower(), subtype.lower(), parameters)


@lru_cache(maxsize=1024)
def parse_sent(text: str) -> MediaType | None:
    """The media type of a Content-Type that is to be sent, or None.

    What a client may be forgiven is not sent: the grammar holds to the letter (RFC 9110, section
    8.3.1), no parameter stands twice, and no range stands for a type.
    """
    if not _CONTENT_TYPE.fullmatch(text):
        return None
    names = [name.lower() for name in _PARAMETER.findall(text.partition(";")[2])]
    media_type = parse(text)
    if len(set(names)) != len(names) or media_type is None or media_type.is_range:
        return None
    return media_type


def is_token(text: str) -> bool:
    """Whether it is a token, as names are (RFC 9110, section 5.6.2)."""
    return _is_name(text) is not None
