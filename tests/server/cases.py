"""Requests that break a rule somewhere, and what is said to each of them.

What is said is written in a few words, the same that `docs/http-server.md` uses:

    200 {"n":1}             a handler was called and got this
    400 query /n type       refused by the contract: the place, the pointer, the broken rule
    404 not-found           refused by the contract with this problem
    server 400              refused by the HTTP server itself
    closed                  the server closed the connection without a word
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from tests.server.echo import BODY_LIMIT
from tests.server.wire import chunked, request

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
TEXT = "text/plain"
CHUNKED = "Transfer-Encoding: chunked"
_NUMBER = b'{"number": 1}'

SECRET = "s3cret"
"""Stands in values; no refusal may repeat it."""


class Ending(Enum):
    """What the client does after its last byte."""

    STAYS = "stays"
    SAYS_IT_IS_DONE = "says it is done"
    """It closes its side of the connection, so that a server need not wait for more."""


class Sight(Enum):
    """Whether the application sees what was sent."""

    CLEAR = "clear"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Case:
    """A request, and what each server says to it.

    ``row`` is what `docs/http-server.md` calls it, alone or together with others of its kind.
    ``sight`` marks a case in which the application is told something else than what was sent,
    although nothing in the answer shows it.
    """

    name: str
    raw: bytes
    said: dict[str, str]
    row: str
    ending: Ending = Ending.STAYS
    sight: Sight = Sight.CLEAR


def case(
    name: str,
    raw: bytes,
    said: str = "",
    *,
    granian: str = "",
    gunicorn: str = "",
    row: str = "",
    ending: Ending = Ending.STAYS,
    sight: Sight = Sight.CLEAR,
) -> Case:
    """A case in which ``said`` holds for each server that is not named."""
    words = {"granian": granian or said, "gunicorn": gunicorn or said}
    return Case(name, raw, words, row or name, ending, sight)


def cut(
    name: str, raw: bytes, said: str = "", *, granian: str = "", gunicorn: str = "", row: str = ""
) -> Case:
    """A request that ends too early, or in which a server waits for more."""
    done = Ending.SAYS_IT_IS_DONE
    return case(name, raw, said, granian=granian, gunicorn=gunicorn, row=row, ending=done)


def get(
    target: str | bytes, *headers: str | bytes, body: bytes = b"", version: str = "1.1"
) -> bytes:
    return request("GET", target, *headers, body=body, version=version)


def post(body: bytes, *headers: str | bytes, kind: str | bytes | None = JSON) -> bytes:
    own = () if kind is None else (b"Content-Type: " + _bytes(kind),)
    return request("POST", "/bodies", *own, *headers, body=body)


def post_number(body: bytes, *headers: str | bytes) -> bytes:
    return request("POST", "/numbers", f"Content-Type: {JSON}", *headers, body=body)


def put(*headers: str | bytes) -> bytes:
    return request("PUT", "/texts/a", *headers)


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode()


# --- numbers ------------------------------------------------------------------------------------

_DIGITS = "9" * 5000
_NO_INTEGERS = {
    "an integer of 5,000 digits": (_DIGITS, _DIGITS),
    "an integer beyond 64 bits": ("18446744073709551616", "18446744073709551616"),
    "an integer with an underscore": ("1_0", "1_0"),
    "an integer with a leading zero": ("01", "01"),
    "an integer with a plus": ("%2B1", "+1"),
    "an integer in Arabic digits": ("%D9%A1", "١"),
    "an integer after a space": ("%201", "1 0"),
    "NaN": ("NaN", "NaN"),
    "Infinity": ("Infinity", "Infinity"),
    "no digit": ("", ""),
}
"""Texts that are no integers: percent-encoded, and as they are."""

_NO_NUMBERS = ("NaN", "Infinity", "-Infinity", "1e999", "0x1", "1_0.0", ".5")


def numbers() -> Iterator[Case]:
    for name, (encoded, plain) in _NO_INTEGERS.items():
        is_long = len(encoded) > 4000
        yield case(
            f"{name} in the path",
            get(f"/numbers/{encoded}"),
            "404 not-found",
            gunicorn="server 414" if is_long else "",
        )
        yield case(
            f"{name} in the query",
            get(f"/numbers/1?n={encoded}"),
            "400 query /n type",
            gunicorn="server 414" if is_long else "",
        )
        yield case(
            f"{name} in a header",
            get("/numbers/1", b"X-Number: " + plain.encode()),
            "400 header /X-Number type",
        )
        yield case(f"{name} in JSON", post(f'{{"number": {plain}}}'.encode()), "400 body json")
        yield case(
            f"{name} in a form",
            post(f"number={encoded}".encode(), kind=FORM),
            "400 body /number type",
        )
    for text in _NO_NUMBERS:
        yield case(
            f"the number {text} in the query", get(f"/numbers/1?x={text}"), "400 query /x type"
        )
        yield case(
            f"the number {text} in JSON", post(f'{{"ratio": {text}}}'.encode()), "400 body json"
        )
    yield case(
        "the largest integer of 64 bits in the path",
        get("/numbers/9223372036854775807"),
        '200 {"number":9223372036854775807}',
    )


# --- texts --------------------------------------------------------------------------------------


def texts() -> Iterator[Case]:
    yield case("no UTF-8 in the path", get("/texts/%ff"), "404 not-found")
    yield case("no UTF-8 in the query", get("/numbers/1?text=%ff"), "400 query /text encoding")
    yield case("no UTF-8 in JSON", post(b'{"text": "s3cret\xff"}'), "400 body json")
    yield case("no UTF-8 in text", post(b"s3cret\xff", kind=TEXT), "400 body encoding")
    yield case("no UTF-8 in a form", post(b"text=%ff", kind=FORM), "400 body encoding")
    yield case("over-long UTF-8 in JSON", post(b'{"text": "\xc0\xaf"}'), "400 body json")
    yield case("UTF-16 in JSON", post('{"text": "a"}'.encode("utf-16")), "400 body json")
    yield case("a byte order mark before JSON", post(b"\xef\xbb\xbf{}"), "400 body json")
    yield case("a lone surrogate in the path", get("/texts/%ED%A0%80"), "404 not-found")
    yield case(
        "a lone surrogate in the query",
        get("/numbers/1?text=%ED%A0%80"),
        "400 query /text encoding",
    )
    yield case("a lone surrogate in JSON", post(b'{"text": "\\ud800"}'), "400 body json")
    yield case("NUL in the path", get("/texts/s3cret%00"), "404 not-found")
    yield case("NUL in the query", get("/numbers/1?text=s3cret%00"), "400 query /text encoding")
    yield case("NUL in JSON, escaped", post(b'{"text": "s3cret\\u0000"}'), "400 body json")
    yield case("NUL in JSON, as it is", post(b'{"text": "s3cret\0"}'), "400 body json")
    yield case("NUL in a form", post(b"text=s3cret%00", kind=FORM), "400 body encoding")
    yield case("NUL in text", post(b"s3cret\0", kind=TEXT), "400 body encoding")
    yield case("a line feed against ^...$ in the path", get("/texts/a%0A"), "404 not-found")
    yield case(
        "a line feed against ^...$ in the query",
        get("/numbers/1?text=s3cret%0A"),
        "400 query /text pattern",
    )
    yield case(
        "a line feed against ^...$ in JSON",
        post(b'{"text": "s3cret\\n"}'),
        "400 body /text pattern",
    )
    yield case("no UUID", get("/numbers/1?id=s3cret"), "400 query /id format")
    yield case("no URI", get("/numbers/1?link=s3cret%20s3cret"), "400 query /link format")
    yield case("no date", get("/numbers/1?day=2026-02-30"), "400 query /day format")
    yield case(
        "a UUID",
        get("/numbers/1?id=123e4567-e89b-12d3-a456-426614174000"),
        '200 {"number":1,"id":"123e4567-e89b-12d3-a456-426614174000"}',
    )


# --- addresses ----------------------------------------------------------------------------------


def addresses() -> Iterator[Case]:
    yield case("an encoded line feed in the path", get("/texts/%0A"), "404 not-found")
    yield case(
        "an encoded slash in the path", get("/texts/a%2Fb"), "404 not-found", sight=Sight.CHANGED
    )
    yield case("two slashes at the beginning of the path", get("//texts/a"), "404 not-found")
    yield case("two slashes within the path", get("/texts//a"), "404 not-found")
    yield case("a slash at the end of the path", get("/texts/a/"), "404 not-found")
    yield case("a segment without text", get("/texts/"), "404 not-found")
    yield case(
        "an encoded letter in the path", get("/%74exts/a"), '200 {"text":"a"}', sight=Sight.CHANGED
    )
    yield case("an encoded percent sign in the path", get("/texts/%2525"), '200 {"text":"%25"}')
    yield case("a percent sign alone in the path", get("/texts/%"), '200 {"text":"%"}')
    yield case("dots as a segment", get("/texts/../calls"), "404 not-found")
    yield case("a fragment", get("/texts/a#b"), '200 {"text":"a"}', sight=Sight.CHANGED)
    yield case(
        "bytes beyond ASCII in the path",
        get("/texts/é".encode()),
        granian='200 {"text":"é"}',
        gunicorn="server 400",
    )
    yield case(
        "angle brackets in the path",
        get("/texts/<a>"),
        granian="server 400",
        gunicorn='200 {"text":"<a>"}',
    )
    yield case(
        "bytes beyond ASCII in the query",
        get("/numbers/1?text=é".encode()),
        granian="400 query /text encoding",
        gunicorn="server 400",
    )
    yield case(
        "a query parameter that is not declared",
        get(f"/numbers/1?unknown={SECRET}"),
        "400 query /unknown declared",
    )
    yield case("a query parameter twice", get("/numbers/1?n=1&n=2"), "400 query /n single")
    yield case(
        "a query parameter twice with one value", get("/numbers/1?n=1&n=1"), "400 query /n single"
    )
    yield case(
        "a request target of 4,000 bytes",
        get("/texts/a?" + "a" * 4000),
        "400 query /" + "a" * 64 + " declared",
    )
    yield case("a request target of 70,000 bytes", get("/texts/a?" + "a" * 70_000), "server 414")


# --- the request line ---------------------------------------------------------------------------

_NO_REQUEST_LINES = {
    "a request target without a slash": get("texts/a"),
    "a space in the request target": get("/texts/a b"),
    "NUL in the path, not encoded": get(b"/texts/a\0b"),
    "no UTF-8 in the path, not encoded": get(b"/texts/\xe9"),
    "a space before the request line": b" " + get("/texts/a"),
    "two spaces in the request line": b"GET  /texts/a HTTP/1.1\r\nHost: a\r\n\r\n",
    "tabs in the request line": b"GET\t/texts/a\tHTTP/1.1\r\nHost: a\r\n\r\n",
    "a method that is no token": request("GE@T", "/texts/a"),
    "HTTP/0.9": b"GET /texts/a\r\n",
    "HTTP/2.0 in a request line": get("/texts/a", version="2.0"),
    "HTTP without a version": get("/texts/a", version="x"),
}
_UPGRADE = (
    "Connection: Upgrade, HTTP2-Settings",
    "Upgrade: h2c",
    "HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA",
)


def request_lines() -> Iterator[Case]:
    got = '200 {"text":"a"}'
    for name, raw in _NO_REQUEST_LINES.items():
        yield case(name, raw, "server 400", row="a request line that breaks the grammar")
    yield cut(
        "TLS on a port without it",
        b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n",
        "server 400",
        row="a request line that breaks the grammar",
    )
    yield cut(
        "HTTP/2 from the first byte",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        granian="closed",
        gunicorn="server 400",
    )
    yield cut(
        "carriage returns alone at the ends of lines",
        b"GET /texts/a HTTP/1.1\rHost: a\r\r",
        granian="server 400",
        gunicorn="closed",
    )
    lenient = "line feeds alone at the ends of lines, or empty lines before the request"
    for name, raw in {
        "line feeds alone at the ends of lines": b"GET /texts/a HTTP/1.1\nHost: a\n\n",
        "a line feed alone after one header": b"GET /texts/a HTTP/1.1\r\nHost: a\nA: b\r\n\r\n",
        "empty lines before the request": b"\r\n\r\n" + get("/texts/a"),
    }.items():
        yield case(name, raw, granian=got, gunicorn="server 400", row=lenient)
    yield case("a request target in absolute form", get("http://tenor.example/texts/a"), got)
    yield case(
        "an absolute form that names another host than `Host`",
        get("http://other.example/host"),
        '200 {"host":"tenor.example"}',
        sight=Sight.CHANGED,
    )
    yield case(
        "an absolute form without `Host`",
        b"GET http://other.example/host HTTP/1.1\r\n\r\n",
        granian='200 {"host":"other.example"}',
        gunicorn='200 {"host":"127.0.0.1"}',
    )
    yield case(
        "a host and a port as the target of GET",
        get("tenor.example:80"),
        granian="404 not-found",
        gunicorn="server 400",
    )
    yield case("CONNECT", request("CONNECT", "tenor.example:80"), "404 not-found")
    yield case("OPTIONS *", request("OPTIONS", "*"), "404 not-found")
    yield case("HTTP/1.0", get("/texts/a", version="1.0"), got)
    yield case("HTTP/1.0 without Host", b"GET /texts/a HTTP/1.0\r\n\r\n", got)
    yield case("HTTP/1.0 that stays", get("/texts/a", "Connection: keep-alive", version="1.0"), got)
    yield case("HTTP/1.2", get("/texts/a", version="1.2"), granian="server 400", gunicorn=got)
    yield case("an upgrade to HTTP/2", get("/texts/a", *_UPGRADE), got)
    yield case("a method that nobody knows", request("BREW", "/texts/a"), "405 method-not-allowed")
    yield case("TRACE", request("TRACE", "/texts/a"), "405 method-not-allowed")
    for name, method in {
        "a method in small letters": "get",
        "a method of 300 letters": "A" * 300,
    }.items():
        yield case(
            name,
            request(method, "/texts/a"),
            granian="405 method-not-allowed",
            gunicorn="server 400",
            row="a method in small letters, or a very long one",
        )
    yield case(
        "a method that a header would replace",
        request("POST", "/texts/a", "X-HTTP-Method-Override: GET"),
        "405 method-not-allowed",
    )


# --- headers ------------------------------------------------------------------------------------

_NO_HEADERS = {
    "a header value on two lines": "X-Text: a\r\n b",
    "a space before the colon": "X-Text : b",
    "a space before the colon of Transfer-Encoding": "Transfer-Encoding : chunked",
    "a space in a header name": "X Text: b",
    "a space before a header name": " X-Text: b",
    "a header without a colon": "X-Text",
    "a header without a name": ": b",
    "a header name beyond ASCII": b"X-T\xffxt: b",
    "NUL in a header value": b"X-Text: a\0b",
    "SOH in a header value": b"X-Text: a\x01b",
    "DEL in a header value": b"X-Text: a\x7fb",
    "a carriage return in a header value": b"X-Text: a\rb",
}


def headers() -> Iterator[Case]:
    got = '200 {"text":"a"}'
    for name, header in _NO_HEADERS.items():
        yield case(
            name,
            get("/texts/a", "A: b", header),
            "server 400",
            row="a header that breaks the grammar",
        )
    yield from _underscores()
    yield from _doubled_headers()
    yield from _hosts()
    yield case(
        "`SCRIPT_NAME` as a header, from loopback",
        get("/texts/a", "SCRIPT_NAME: /texts"),
        granian=got,
        gunicorn="404 not-found",
    )
    yield case(
        "`X-Forwarded-Proto: https`, from loopback",
        get("/host", "X-Forwarded-Proto: https"),
        granian='200 {"host":"tenor.example"}',
        gunicorn='200 {"host":"tenor.example","scheme":"https"}',
    )
    yield case("`PATH_INFO` as a header", get("/texts/a", "PATH_INFO: /calls"), got)
    yield case("Remote-User as a header", get("/secret", "Remote-User: ada"), "401 unauthorized")
    yield case("credentials of another scheme", _secret("Basic YTpi"), "401 unauthorized")
    yield case(
        "credentials beyond ASCII",
        _secret("Bearer s3cret\xff"),
        "401 unauthorized",
    )
    for name, value, by_gunicorn in (("Latin-1", b"\xe9", "é"), ("UTF-8", "é".encode(), "Ã©")):
        yield case(
            f"a header value in {name}",
            get("/texts/a", b"X-Text: " + value),
            granian='200 {"text":"a","X-Text":""}',
            gunicorn=f'200 {{"text":"a","X-Text":"{by_gunicorn}"}}',
        )
    yield case(
        "a tab in a header value",
        get("/texts/a", "X-Text: s3cret\t"),
        '200 {"text":"a","X-Text":"s3cret"}',
    )
    yield case(
        "a tab within a header value",
        get("/texts/a", "X-Text: s3cret\tb"),
        "400 header /X-Text pattern",
    )
    for size, by_gunicorn in ((8_000, "400 header /X-Text pattern"), (9_000, "server 431")):
        yield case(
            f"a header of {size:,} bytes",
            get("/texts/a", "X-Text: " + "s" * size),
            granian="400 header /X-Text pattern",
            gunicorn=by_gunicorn,
        )
    yield case(
        "a header of 1,000,000 bytes",
        get("/texts/a", "X-Text: " + "s" * 1_000_000),
        "server 431",
        row="a header of 1,000,000 bytes, or 101 headers",
    )
    yield case(
        "101 headers",
        get("/texts/a", *(f"X-{number}: a" for number in range(100))),
        "server 431",
        row="a header of 1,000,000 bytes, or 101 headers",
    )
    yield case("99 headers", get("/texts/a", *(f"X-{number}: a" for number in range(98))), got)


def _underscores() -> Iterator[Case]:
    yield case(
        "`X_Text` alone",
        get("/texts/a", "X_Text: forged"),
        granian='200 {"text":"a","X-Text":"forged"}',
        gunicorn='200 {"text":"a"}',
    )
    yield case(
        "`X_Text` after `X-Text`",
        get("/texts/a", "X-Text: true", "X_Text: forged"),
        granian='200 {"text":"a","X-Text":"forged"}',
        gunicorn='200 {"text":"a","X-Text":"true"}',
    )
    yield case(
        "`X_Text` before `X-Text`",
        get("/texts/a", "X_Text: forged", "X-Text: true"),
        '200 {"text":"a","X-Text":"true"}',
        sight=Sight.CHANGED,
    )
    yield case(
        "`If_Match` after `If-Match`",
        put('If-Match: "a"', 'If_Match: "b"'),
        granian='204 {"text":"a","If-Match":"\\"b\\""}',
        gunicorn='204 {"text":"a","If-Match":"\\"a\\""}',
    )
    for name, raw in {
        "`Content_Type` after `Content-Type`": post(_NUMBER, f"Content_Type: {TEXT}"),
        "`Content_Length` after `Content-Length`": post(_NUMBER, "Content_Length: 2"),
    }.items():
        yield case(
            name,
            raw,
            '200 {"number":1}',
            row="`Content_Type` or `Content_Length` beside the true one",
            sight=Sight.CHANGED,
        )
    yield case(
        "`Content_Type` alone",
        post(_NUMBER, f"Content_Type: {JSON}", kind=None),
        "415 unsupported-media-type",
        sight=Sight.CHANGED,
    )


def _doubled_headers() -> Iterator[Case]:
    yield case(
        "a header twice",
        get("/texts/a", "X-Text: b", "X-Text: c"),
        '200 {"text":"a","X-Text":"b,c"}',
        sight=Sight.CHANGED,
    )
    yield case(
        "a header twice that holds one value",
        get("/texts/a", "X-Token: s3cret", "X-Token: b"),
        "400 header /X-Token pattern",
    )
    for name, tags in {"two If-Match": "ab", "two If-Match that agree": "aa"}.items():
        yield case(
            name, put(*(f'If-Match: "{tag}"' for tag in tags)), "400 header /If-Match pattern"
        )
    for name, tokens in {
        "two Authorization": ("correct", SECRET),
        "two Authorization, the wrong one first": (SECRET, "correct"),
        "two Authorization that agree": ("correct", "correct"),
    }.items():
        yield case(name, _secret(*(f"Bearer {token}" for token in tokens)), "401 unauthorized")
    yield case(
        "two Accept",
        request("GET", "/representation", "Accept: image/png", "Accept: text/html"),
        '200 {"media_type":"text/html"}',
    )
    for name, kind in {"that differ": TEXT, "that agree": JSON}.items():
        yield case(
            f"two Content-Type {name}",
            post(_NUMBER, f"Content-Type: {kind}"),
            granian='200 {"number":1}',
            gunicorn="server 400",
            row="two `Content-Type`: the first counts",
        )


def _hosts() -> Iterator[Case]:
    for name, second in {"that differ": "b.example", "that agree": "a.example"}.items():
        yield case(
            f"two Host {name}",
            get("/host", "Host: a.example", f"Host: {second}"),
            granian='200 {"host":""}',
            gunicorn="server 400",
            row="two `Host`",
        )
    yield case(
        "no `Host`",
        b"GET /host HTTP/1.1\r\n\r\n",
        granian='200 {"host":""}',
        gunicorn='200 {"host":"127.0.0.1"}',
    )
    yield case("an empty Host", get("/host", "Host:"), '200 {"host":""}')
    yield case("a Host that is none", get("/host", "Host: a b"), '200 {"host":""}')
    yield case(
        "X-Forwarded-Host", get("/host", "X-Forwarded-Host: forged"), '200 {"host":"tenor.example"}'
    )


def _secret(*credentials: str) -> bytes:
    return get("/secret", *(f"Authorization: {each}" for each in credentials))


# --- media types --------------------------------------------------------------------------------


def media_types() -> Iterator[Case]:
    body = b'{"number": 1}'
    for kind in (
        "Application/JSON",
        "application/json ; charset=utf-8",
        "application/json;charset=UTF-8",
        'application/json; charset="utf-8"',
    ):
        yield case(f"the media type {kind}", post(body, kind=kind), '200 {"number":1}')
    for kind in (
        "application/json;charset=utf-7",
        "application/json;charset=utf-16",
        "application/json;charset=iso-8859-1",
        "application/json;charset=unheard-of",
        "application/json, text/plain",
        "text/json",
        "application",
        "*/*",
        "",
    ):
        yield case(
            f"the media type {kind or 'of no letters'}",
            post(body, kind=kind),
            "415 unsupported-media-type",
        )
    yield case(
        "a media type beyond ASCII",
        post(body, kind=b"application/json; a=\xff"),
        "415 unsupported-media-type",
    )
    yield case("no media type", post(body, kind=None), "415 unsupported-media-type")
    yield case(
        "a body that is compressed",
        post(body, "Content-Encoding: gzip"),
        "415 unsupported-media-type",
    )
    yield case(
        "a body that says it is not compressed",
        post(body, "Content-Encoding: identity"),
        '200 {"number":1}',
    )


# --- content ------------------------------------------------------------------------------------

_PART = b'--xyz\r\nContent-Disposition: form-data; name="number"\r\n\r\n1\r\n'
_PARTS = _PART + b"--xyz--\r\n"
_MULTIPART = "multipart/form-data; boundary=xyz"


def contents() -> Iterator[Case]:
    for depth in (2_000, 40_000):
        nested = b"[" * depth + b"]" * depth
        yield case(f"arrays {depth} deep", post(b'{"deep": %b}' % nested), "400 body json")
    objects = b'{"a":' * 2_000 + b"1" + b"}" * 2_000
    yield case("objects 2000 deep", post(objects), "400 body json")
    yield case("doubled keys", post(b'{"number": 1, "number": 2}'), "400 body json")
    yield case(
        "doubled keys, one of them escaped",
        post(b'{"number": 1, "n\\u0075mber": 2}'),
        "400 body json",
    )
    yield case("more after the JSON text", post(b'{"number": 1} {}'), "400 body json")
    yield case(
        "a property that is not declared",
        post(b'{"unknown": "s3cret"}'),
        "400 body /unknown additionalProperties",
    )
    yield case("content where none is taken", get("/texts/a", body=b"{}"), "400 body declared")
    yield case("no content where some is needed", post(b""), "400 body required")
    yield case(
        "content of no bytes where some is needed",
        post(b"", "Content-Length: 0"),
        "400 body required",
    )
    yield case("multipart", post(_PARTS, kind=_MULTIPART), '200 {"number":1}')
    for name, body, kind, rule in (
        ("without a boundary", _PARTS, "multipart/form-data", "boundary"),
        ("with an empty boundary", _PARTS, 'multipart/form-data; boundary=""', "boundary"),
        ("with another boundary", _PARTS, "multipart/form-data; boundary=abc", "multipart"),
        ("without its end", _PART, _MULTIPART, "multipart"),
        ("that is none", b"s3cret", _MULTIPART, "multipart"),
        ("without a name", b"--xyz\r\n\r\n1\r\n--xyz--\r\n", _MULTIPART, "multipart"),
        ("cut in a header", b"--xyz\r\nContent-Disp", _MULTIPART, "multipart"),
        ("with a field twice", _PART + _PARTS, _MULTIPART, "/number single"),
    ):
        yield case(f"multipart {name}", post(body, kind=kind), f"400 body {rule}")
    too_much = b'"' + b"a" * BODY_LIMIT + b'"'
    yield case("more than the limit", post(too_much), "413 content-too-large")
    yield case(
        "more than the limit in chunks",
        post(chunked(too_much[:-9], too_much[-9:]), CHUNKED),
        "413 content-too-large",
    )
    yield cut(
        "a length beyond the limit",
        post(b"{}", "Content-Length: 999999999999"),
        "413 content-too-large",
    )
    yield cut(
        "a length beyond 64 bits",
        post(b"{}", "Content-Length: 18446744073709551616"),
        granian="server 400",
        gunicorn="400 header /Content-Length type",
    )


# --- framing ------------------------------------------------------------------------------------

_SMUGGLED = get("/texts/smuggled")


def lengths() -> Iterator[Case]:
    cut_off = "400 body complete"
    yield cut("JSON cut before its length", post(_NUMBER, "Content-Length: 20"), cut_off)
    yield cut("text cut before its length", post(b"abc", "Content-Length: 20", kind=TEXT), cut_off)
    yield cut("a number cut before its length", post_number(b"12", "Content-Length: 3"), cut_off)
    yield cut("nothing of a length", post(b"", "Content-Length: 20"), cut_off)
    large = b'"' + b"a" * 69_999
    yield cut("70,000 of 90,000 bytes", post(large, "Content-Length: 90000"), cut_off)
    for text in ("-1", "+2", "2.0", "0x2", "2_", "two", "", "2, 2", "2, 3"):
        yield cut(
            f"Content-Length: {text}",
            post(b"{}", f"Content-Length: {text}"),
            "server 400",
            row="a `Content-Length` that is no count",
        )
    for name, raw in {
        "two Content-Length that differ": post(b"{}", "Content-Length: 2", "Content-Length: 3"),
        "two Content-Length around a second request": get(
            "/texts/a", "Content-Length: 0", f"Content-Length: {len(_SMUGGLED)}", body=_SMUGGLED
        ),
    }.items():
        yield cut(name, raw, "server 400", row="two `Content-Length` that differ")
    yield case(
        "two `Content-Length` that agree",
        post(_NUMBER, "Content-Length: 13", "Content-Length: 13"),
        granian='200 {"number":1}',
        gunicorn="server 400",
    )


_CUT_BEFORE = {
    "cut within the first size": b"d",
    "of a size that is none": b"zz\r\n{}\r\n0\r\n\r\n",
    "of a negative size": b"-2\r\n{}\r\n0\r\n\r\n",
    "of a size with a plus": b"+2\r\n{}\r\n0\r\n\r\n",
    "of a size with 0x": b"0x2\r\n{}\r\n0\r\n\r\n",
    "of a size with an underscore": b"0_2\r\n{}\r\n0\r\n\r\n",
    "of a size after a space": b" 2\r\n{}\r\n0\r\n\r\n",
    "of a size of no digits": b"\r\n{}\r\n0\r\n\r\n",
    "of a size beyond 64 bits": b"10000000000000002\r\n{}\r\n0\r\n\r\n",
    "whose lines end in line feeds alone": b"2\n{}\n0\n\n",
}
_CUT_WITHIN = {
    "cut within the JSON text": b'b\r\n{"number": \r\n',
    "of a size too small": b"1\r\n{}\r\n0\r\n\r\n",
}
_CUT_AFTER = {
    "cut after the JSON text, within its chunk": b"20\r\n" + _NUMBER,
    "cut after the chunk of the JSON text": b"d\r\n" + _NUMBER + b"\r\n",
    "cut before the last line end": b"d\r\n" + _NUMBER + b"\r\n0\r\n",
    "of a size too large": b"e\r\n" + _NUMBER + b"\r\n0\r\n\r\n",
    "with a trailer that is none": b"d\r\n" + _NUMBER + b"\r\n0\r\nX Text\r\n\r\n",
}


def chunks() -> Iterator[Case]:
    got = '200 {"number":1}'
    yield case("chunks", post(chunked(_NUMBER[:4], _NUMBER[4:]), CHUNKED), got)
    extended = b"d;a=b\r\n" + _NUMBER + b"\r\n0\r\n\r\n"
    yield case("chunks with an extension", post(extended, CHUNKED), got)
    trailed = b"d\r\n" + _NUMBER + b"\r\n0\r\nX-Text: a\r\n\r\n"
    yield case("chunks with a trailer", post(trailed, CHUNKED), got, sight=Sight.CHANGED)
    capitals = "Transfer-Encoding: CHUNKED"
    yield case("chunks in capitals", post(chunked(_NUMBER), capitals), got)
    spaced = b"d \r\n" + _NUMBER + b"\r\n0\r\n\r\n"
    yield case(
        "chunks of a size before a space",
        post(spaced, CHUNKED),
        granian=got,
        gunicorn="400 body complete",
    )
    yield case("chunks of multipart", post(chunked(_PARTS), CHUNKED, kind=_MULTIPART), got)
    yield case("chunks of no content", post(chunked(), CHUNKED), "400 body required")
    yield case(
        "chunks of no content where it may be left out",
        request("POST", "/notes", f"Content-Type: {JSON}", CHUNKED, body=chunked()),
        "400 body complete",
    )
    yield case(
        "chunks where no content is taken",
        get("/texts/a", CHUNKED, body=chunked(b"{}")),
        "400 body declared",
    )
    for name, raw in {
        "text": post(chunked(b"abc"), CHUNKED, kind=TEXT),
        "a form": post(chunked(b"number=1"), CHUNKED, kind=FORM),
        "a number": post_number(chunked(b"12"), CHUNKED),
    }.items():
        yield case(f"chunks of {name}", raw, "411 length-required")
    for group, by_granian, row in (
        (_CUT_BEFORE, "400 body required", "chunks that go wrong before the first byte"),
        (_CUT_WITHIN, "400 body json", "chunks that go wrong within the JSON text"),
        (_CUT_AFTER, got, "chunks that go wrong after the JSON text"),
    ):
        for name, body in group.items():
            yield cut(
                f"chunks {name}",
                post(body, CHUNKED),
                granian=by_granian,
                gunicorn="400 body complete",
                row=row,
            )
    yield cut(
        "chunks of a size that is none where content may be left out",
        request("POST", "/notes", f"Content-Type: {JSON}", CHUNKED, body=b"zz\r\n{}\r\n0\r\n\r\n"),
        "400 body complete",
    )
    yield cut(
        "chunks of multipart, cut",
        post(b"%x\r\n" % len(_PARTS) + _PART, CHUNKED, kind=_MULTIPART),
        granian="400 body multipart",
        gunicorn="400 body complete",
    )


def codings() -> Iterator[Case]:
    got = '200 {"number":1}'
    unknown = "a `Transfer-Encoding` that does not exist"
    not_chunked = "a `Transfer-Encoding` that does not end in chunks"
    for coding, by_granian, by_gunicorn, row in (
        ("identity", "server 400", "server 400", not_chunked),
        ("chunked, identity", "server 400", "server 400", not_chunked),
        ("gzip", "server 400", "server 400", not_chunked),
        ("\x0bchunked", "server 400", "server 400", not_chunked),
        ("identity, chunked", got, got, ""),
        ("gzip, chunked", got, got, "`Transfer-Encoding: gzip, chunked`"),
        ("chunked, chunked", got, "server 400", "chunks in chunks"),
        ("xchunked", "server 400", "server 501", unknown),
        ('"chunked"', "server 400", "server 501", unknown),
        ("chunked;a=b", "server 400", "server 501", unknown),
        ("chunked,", "server 400", "server 501", unknown),
        ("", "server 400", "server 501", unknown),
    ):
        yield case(
            f"Transfer-Encoding: {coding!r}",
            post(chunked(_NUMBER), f"Transfer-Encoding: {coding}"),
            granian=by_granian,
            gunicorn=by_gunicorn,
            row=row,
            sight=Sight.CHANGED if coding == "gzip, chunked" else Sight.CLEAR,
        )
    yield case(
        "Transfer-Encoding: chunked twice",
        post(chunked(_NUMBER), CHUNKED, CHUNKED),
        granian=got,
        gunicorn="server 400",
        row="chunks in chunks",
    )
    yield case(
        "Transfer-Encoding: chunked, then identity",
        post(chunked(_NUMBER), CHUNKED, "Transfer-Encoding: identity"),
        "server 400",
        row=not_chunked,
    )
    yield case(
        "`Transfer-Encoding` in HTTP/1.0",
        request(
            "POST", "/bodies", f"Content-Type: {JSON}", CHUNKED, body=chunked(b"{}"), version="1.0"
        ),
        "server 400",
    )
    yield from _two_framings(got)


def _two_framings(got: str) -> Iterator[Case]:
    """Content that is measured twice, so that two readers may see two requests."""
    around = chunked() + _SMUGGLED
    for name, frames in {
        "Transfer-Encoding after Content-Length": ("Content-Length: 3", CHUNKED),
        "Content-Length after Transfer-Encoding": (CHUNKED, "Content-Length: 3"),
    }.items():
        yield case(
            name,
            post(chunked(_NUMBER), *frames),
            granian=got,
            gunicorn="server 400",
            row="`Content-Length` and `Transfer-Encoding`: the chunks count",
        )
    yield case(
        "a `Content-Length` around a second request, and chunks that end before it",
        post(around, f"Content-Length: {len(around)}", CHUNKED),
        granian="400 body required",
        gunicorn="server 400",
    )
    yield case(
        "`Transfer_Encoding: chunked` beside `Content-Length`",
        post(_NUMBER, "Transfer_Encoding: chunked"),
        granian="400 header /Content-Length exclusive",
        gunicorn=got,
    )
    yield cut(
        "`Transfer_Encoding: chunked` beside a `Content-Length` that is not reached",
        post(_NUMBER, "Transfer_Encoding: chunked", "Content-Length: 20"),
        granian="400 header /Content-Length exclusive",
        gunicorn="400 body complete",
    )
    yield case(
        "`Transfer_Encoding: chunked` without content",
        get("/texts/a", "Transfer_Encoding: chunked"),
        granian="400 body declared",
        gunicorn='200 {"text":"a"}',
    )


# --- what is expected of the server ---------------------------------------------------------------


def expectations() -> Iterator[Case]:
    yield case(
        "100-continue, and the content at once",
        post(_NUMBER, "Expect: 100-continue"),
        '200 {"number":1}',
    )
    yield case(
        "an expectation that nobody knows",
        post(_NUMBER, "Expect: 200-maybe"),
        granian='200 {"number":1}',
        gunicorn="server 417",
    )
    much = b"x" * 50_000
    yield case(
        "50,000 bytes to an unknown address",
        request("POST", "/nowhere", body=much),
        "404 not-found",
    )
    yield case(
        "50,000 bytes with a method that is not known there",
        request("DELETE", "/bodies", body=much),
        "405 method-not-allowed",
    )
    yield case("50,000 bytes without credentials", get("/secret", body=much), "401 unauthorized")
    yield case(
        "50,000 bytes of another media type",
        post(much, kind="image/png"),
        "415 unsupported-media-type",
    )
    yield case(
        "a media type that is not offered",
        get("/representation", "Accept: image/png"),
        "406 not-acceptable",
    )


CASES = tuple(
    each
    for group in (
        numbers, texts, addresses, request_lines, headers,
        media_types, contents, lengths, chunks, codings, expectations,
    )
    for each in group()
)  # fmt: skip
