"""JSON as RFC 8259 and I-JSON have it: what two readers could read in two ways is refused.

The validator and the handler see one value, so that nothing passes the one and surprises the
other.
"""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenor.strict_json import NotJson, decode_json
from tests.engine.contracts import ANYTHING, repeatable, serving, taking
from tests.engine.wire import Reply, ask


def echoed(body: bytes) -> Reply:
    app = serving(lambda body: [body], "POST /thing", body=taking(ANYTHING))
    return ask(app, "POST /thing", body=body, headers={"Content-Type": "application/json"})


GOOD: dict[str, tuple[bytes, Any]] = {
    "an object": (
        b'{"a": [1, 2.5, true, false, null, "x"]}',
        {"a": [1, 2.5, True, False, None, "x"]},
    ),
    "an empty object": (b"{}", {}),
    "null": (b"null", None),
    "a number alone": (b"12345", 12345),
    "text alone": (b'"x"', "x"),
    "white space around": (b' \t\r\n{"a" : 1}\n', {"a": 1}),
    "UTF-8": ('"ü€😀"'.encode(), "ü€😀"),
    "escapes": (rb'"\u00fc\ud83d\ude00\n\/"', "ü😀\n/"),
    "an escaped colon in a key": (rb'{"a\u003ab": 1}', {"a:b": 1}),
    "an escaped backslash before u0000": (rb'"\\u0000"', r"\u0000"),
    "colons in text": (b'{"a": "::", "b": ":"}', {"a": "::", "b": ":"}),
    "the greatest int64": (b"9223372036854775807", 2**63 - 1),
    "the smallest int64": (b"-9223372036854775808", -(2**63)),
    "the greatest uint64": (b"18446744073709551615", 2**64 - 1),
    "long digits in text": (b'"' + b"9" * 40 + b'"', "9" * 40),
    "a long fraction": (b"0.12345678901234567890", 0.12345678901234567890),
    "an exponent": (b"1e308", 1e308),
    "zero below the smallest": (b"1e-999", 0.0),
    "the same key in two objects": (b'[{"a": 1}, {"a": 2}]', [{"a": 1}, {"a": 2}]),
    "a depth of 200": (b"[" * 200 + b"]" * 200, json.loads("[" * 200 + "]" * 200)),
}


@pytest.mark.parametrize(("body", "value"), GOOD.values(), ids=GOOD)
def test_json_is_read_as_it_is_written(body: bytes, value: Any):
    reply = echoed(body)

    assert (reply.status, reply.json) == (200, [value])
    assert type(reply.json[0]) is type(value)


BAD: dict[str, bytes] = {
    "a depth of 2,000": b"[" * 2_000 + b"]" * 2_000,
    "a depth of 100,000": b"[" * 100_000 + b"]" * 100_000,
    "objects 100,000 deep": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "NaN": b"NaN",
    "NaN inside": b'{"a": NaN}',
    "Infinity": b"[Infinity]",
    "-Infinity": b"[-Infinity]",
    "1e999": b"[1e999]",
    "-1e999": b"-1e999",
    "a doubled key": b'{"a": 1, "a": 2}',
    "a doubled key of the same value": b'{"a": 1, "a": 1}',
    "a doubled key deep inside": b'[{"x": {"a": 1, "b": 2, "a": 3}}]',
    "a doubled key by an escape": rb'{"a": 1, "\u0061": 2}',
    "a doubled key with a colon": rb'{"a\u003a": 1, "a:": 2}',
    "a doubled key beside an escaped colon": rb'{"a": 1, "a": "\u003a"}',
    "invalid UTF-8": b'"\xff"',
    "a cut UTF-8 sequence": b'"\xc3"',
    "an over-long UTF-8 sequence": b'"\xc0\xaf"',
    "a surrogate in UTF-8": b'"\xed\xa0\x80"',
    "a lone high surrogate": rb'"\ud800"',
    "a lone low surrogate": rb'"\udc00"',
    "surrogates in the wrong order": rb'"\ude00\ud83d"',
    "a lone surrogate in a key": rb'{"\ud800": 1}',
    "a byte order mark": b'\xef\xbb\xbf{"a": 1}',
    "UTF-16": '{"a": 1}'.encode("utf-16"),
    "UTF-16 without a mark": '{"a": 1}'.encode("utf-16-le"),
    "UTF-32": '{"a": 1}'.encode("utf-32"),
    "NUL": rb'{"a": "x\u0000y"}',
    "NUL in a key": rb'{"\u0000": 1}',
    "NUL deep inside": rb'[[{"a": ["\u0000"]}]]',
    "a raw NUL": b'"\x00"',
    "a raw line break in text": b'"a\nb"',
    "beyond uint64": b"18446744073709551616",
    "beyond int64 below": b"-9223372036854775809",
    "beyond 64 bit inside": b'{"a": [1, 99999999999999999999]}',
    "5,000 digits": b"9" * 5_000,
    "5,000 digits inside": b"[" + b"9" * 5_000 + b"]",
    "a leading zero": b"[01]",
    "a plus": b"[+1]",
    "an underscore": b"[1_0]",
    "Arabic digits": "[١٢]".encode(),
    "hexadecimal": b"[0x1F]",
    "a bare point": b"[1.]",
    "no digit before the point": b"[.5]",
    "a comma too many": b"[1,]",
    "single quotes": b"{'a': 1}",
    "a key without quotes": b"{a: 1}",
    "a comment": b'{"a": 1} // fine',
    "two values": b"{} {}",
    "a cut object": b'{"a": 1',
    "True": b"[True]",
    "white space alone": b"  \n ",
    "a form feed": b"\x0c{}",
    "a no-break space": b"\xc2\xa0{}",
}


@pytest.mark.parametrize("body", BAD.values(), ids=BAD)
def test_what_is_no_json_is_refused(body: bytes):
    reply = echoed(body)

    assert (reply.status, reply.faults) == (400, {("body", "", "json")})
    assert len(reply.body) < 1_000


def test_a_refusal_says_where_and_never_what():
    reply = echoed(b'{\n  "password": "hunter2" oops}')

    (fault,) = reply.json["errors"]
    assert "line 2" in fault["detail"]
    assert "hunter2" not in reply.text
    assert "oops" not in reply.text


keys = st.text(":\\u03aéx ", max_size=3)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    lambda inner: st.lists(inner) | st.dictionaries(keys, inner),
)
indents = st.none() | st.integers(0, 3)


@repeatable
@given(value=values, ascii_only=st.booleans(), indent=indents)
def test_what_is_written_is_read_back(value: Any, ascii_only: bool, indent: int | None):
    assert decode_json(json.dumps(value, ensure_ascii=ascii_only, indent=indent).encode()) == value


@repeatable
@given(value=values, key=keys, ascii_only=st.booleans(), indent=indents)
def test_a_doubled_key_is_found_wherever_it_stands(
    value: Any, key: str, ascii_only: bool, indent: int | None
):
    member = f"{json.dumps(key, ensure_ascii=ascii_only)}: {json.dumps(value, indent=indent)}"
    other = f"{json.dumps(key)}: 1"

    with pytest.raises(NotJson, match="same key twice"):
        decode_json(f"[{{{member}, {other}}}]".encode())
