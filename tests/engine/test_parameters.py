"""Parameters: from text to values, by style and schema, and nothing is guessed."""

from typing import Any

import pytest

from tenor import Tenor
from tests.engine.contracts import (
    Json,
    contents,
    document,
    echo,
    of,
    operation,
    parameter,
    path,
    query,
    serving,
    taking,
)
from tests.engine.wire import Reply, ask

INTEGER = {"type": "integer"}
NUMBER = {"type": "number"}
BOOLEAN = {"type": "boolean"}
TEXTS = {"type": "array", "items": {"type": "string"}}
NUMBERS = {"type": "array", "items": INTEGER}
POINT = {"type": "object", "properties": {"x": INTEGER, "name": {"type": "string"}}}


def taking_one(declared: Json) -> Tenor:
    """An operation that answers with the one parameter that it takes, or that it is absent."""
    at = "GET /thing/{p}" if declared["in"] == "path" else "GET /thing"
    return serving(lambda p="absent": p, at, takes=[declared])


def asked(declared: Json, text: str) -> Reply:
    """What the operation answers when the parameter's place holds this text."""
    app = taking_one(declared)
    match declared["in"]:
        case "path":
            return ask(app, f"GET /thing/{text}")
        case "query":
            return ask(app, f"GET /thing?{text}")
        case "cookie":
            return ask(app, headers={"Cookie": text})
        case _:
            return ask(app, headers={"p": text})


# --- styles -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("location", "more", "schema", "text", "value"),
    [
        ("path", {}, None, "a%20b", "a b"),
        ("path", {}, None, "a+b", "a+b"),
        ("path", {}, INTEGER, "12", 12),
        ("path", {"style": "simple"}, NUMBERS, "1,2,3", [1, 2, 3]),
        ("path", {"explode": True}, NUMBERS, "1,2,3", [1, 2, 3]),
        ("path", {}, POINT, "x,1,name,ada", {"x": 1, "name": "ada"}),
        ("path", {"explode": True}, POINT, "x=1,name=ada", {"x": 1, "name": "ada"}),
        ("query", {}, None, "p=a%20b", "a b"),
        ("query", {}, None, "p=a+b", "a b"),
        ("query", {}, None, "p=a%2Bb", "a+b"),
        ("query", {}, None, "p=", ""),
        ("query", {}, None, "p", ""),
        ("query", {}, None, "p=a=b", "a=b"),
        ("query", {}, None, "p=a&", "a"),
        ("query", {}, None, "%70=a", "a"),
        ("query", {}, None, "p=%C3%BC", "ü"),
        ("query", {}, INTEGER, "p=-3", -3),
        ("query", {}, NUMBER, "p=1.5", 1.5),
        ("query", {}, NUMBER, "p=1e3", 1000.0),
        ("query", {}, BOOLEAN, "p=true", True),
        ("query", {}, BOOLEAN, "p=false", False),
        ("query", {}, {"type": ["integer", "null"]}, "p=7", 7),
        ("query", {}, {"type": ["integer", "string"]}, "p=7", 7),
        ("query", {}, {"type": ["integer", "string"]}, "p=x", "x"),
        ("query", {}, {"enum": [1, 2]}, "p=2", 2),
        ("query", {}, {"oneOf": [INTEGER, {"const": "all"}]}, "p=all", "all"),
        ("query", {}, {"oneOf": [INTEGER, {"const": "all"}]}, "p=3", 3),
        ("query", {}, TEXTS, "p=a&p=b", ["a", "b"]),
        ("query", {}, TEXTS, "p=a,b", ["a,b"]),
        ("query", {"explode": False}, NUMBERS, "p=1,2", [1, 2]),
        ("query", {"explode": False}, TEXTS, "p=a%2Cb,c", ["a,b", "c"]),
        ("query", {"explode": False}, TEXTS, "p=a%20b,c+d", ["a b", "c d"]),
        ("query", {"explode": False}, TEXTS, "p=", []),
        ("query", {}, POINT, "x=1&name=ada", {"x": 1, "name": "ada"}),
        ("query", {"explode": False}, POINT, "p=x,1,name,a%2Cb", {"x": 1, "name": "a,b"}),
        ("query", {"explode": False}, POINT, "p=%78,1", {"x": 1}),
        ("query", {"style": "deepObject"}, POINT, "p[x]=1&p[name]=a", {"x": 1, "name": "a"}),
        ("query", {"style": "deepObject"}, POINT, "p%5Bx%5D=1", {"x": 1}),
        ("header", {}, None, " a b ", "a b"),
        ("header", {}, None, "a%20b", "a%20b"),
        ("header", {}, INTEGER, "12", 12),
        ("header", {}, NUMBERS, "1,2", [1, 2]),
        ("header", {}, NUMBERS, "1, 2", [1, 2]),
        ("header", {}, POINT, "x,1,name,ada", {"x": 1, "name": "ada"}),
        ("header", {"explode": True}, POINT, "x=1,name=ada", {"x": 1, "name": "ada"}),
        ("cookie", {}, None, "p=a", "a"),
        ("cookie", {}, None, "other=1; p=a; more=2", "a"),
        ("cookie", {}, None, "p=a+b", "a+b"),
        ("cookie", {}, None, "p=a%20b", "a b"),
        ("cookie", {}, INTEGER, "p=3", 3),
        ("cookie", {"explode": False}, NUMBERS, "p=1,2", [1, 2]),
        ("cookie", {"explode": False}, TEXTS, "p=a%20b,c", ["a b", "c"]),
        ("cookie", {"explode": False}, POINT, "p=x,1,name,a%20b", {"x": 1, "name": "a b"}),
    ],
)
def test_a_value_is_read_by_its_style_and_schema(
    location: str, more: Json, schema: Any, text: str, value: Any
):
    reply = asked(parameter(location, "p", schema, **more), text)

    assert (reply.status, reply.json) == (200, value)
    assert type(reply.json) is type(value)


@pytest.mark.parametrize("location", ["query", "header", "cookie"])
def test_what_is_not_sent_is_absent(location: str):
    app = taking_one(parameter(location, "p"))

    assert ask(app).json == "absent"


@pytest.mark.parametrize(
    ("location", "more", "schema", "text"),
    [
        ("query", {"style": "deepObject"}, POINT, ""),
        ("query", {}, POINT, ""),
        ("query", {"explode": False}, POINT, ""),
        ("query", {"explode": False}, TEXTS, ""),
        ("query", {}, TEXTS, ""),
        ("cookie", {}, None, "other=1"),
    ],
)
def test_a_style_of_many_values_may_be_absent(location: str, more: Json, schema: Any, text: str):
    assert asked(parameter(location, "p", schema, **more), text).json == "absent"


# --- types --------------------------------------------------------------------------------------

NO_INTEGERS = {
    "underscore": "1_0",
    "leading zero": "01",
    "plus": "%2B1",
    "space": "%201",
    "trailing newline": "1%0A",
    "Arabic digits": "%D9%A1%D9%A2",
    "fullwidth digits": "%EF%BC%91",
    "superscript": "%C2%B2",
    "5,000 digits": "9" * 5_000,
    "beyond 64 bit": str(2**63),
    "below 64 bit": str(-(2**63) - 1),
    "a fraction": "1.5",
    "an exponent": "1e3",
    "hexadecimal": "0x1F",
    "two signs": "--1",
    "a sign alone": "-",
    "a word": "one",
    "a boolean": "true",
    "null": "null",
}


@pytest.mark.parametrize("text", NO_INTEGERS.values(), ids=NO_INTEGERS)
def test_what_is_no_integer_is_refused(text: str):
    reply = asked(query("p", INTEGER), f"p={text}")

    assert (reply.status, reply.faults) == (400, {("query", "/p", "type")})


@pytest.mark.parametrize("text", NO_INTEGERS.values(), ids=NO_INTEGERS)
def test_an_address_with_what_is_no_integer_does_not_exist(text: str):
    assert asked(path("p", INTEGER), text).problem == "not-found"


@pytest.mark.parametrize(
    "text",
    ["0", "-0", "7", "-7", str(2**63 - 1), str(-(2**63))],
)
def test_an_integer_is_read_as_it_is(text: str):
    assert asked(query("p", INTEGER), f"p={text}").json == int(text)


@pytest.mark.parametrize(
    "text",
    [
        "NaN",
        "nan",
        "Infinity",
        "-inf",
        "1e999",
        "1_0.5",
        ".5",
        "5.",
        "1e",
        "0x1p3",
        "%2B1.5",
        "1,5",
    ],
)
def test_what_is_no_number_is_refused(text: str):
    assert asked(query("p", NUMBER), f"p={text}").faults == {("query", "/p", "type")}


@pytest.mark.parametrize("text", ["True", "TRUE", "1", "0", "yes", "on", "", "t"])
def test_what_is_no_boolean_is_refused(text: str):
    assert asked(query("p", BOOLEAN), f"p={text}").faults == {("query", "/p", "type")}


def test_each_item_of_a_list_is_named_by_its_place():
    reply = asked(query("p", NUMBERS), "p=1&p=x&p=3&p=y")

    assert reply.faults == {("query", "/p/1", "type"), ("query", "/p/3", "type")}


def test_each_member_of_an_object_is_named_by_its_place():
    reply = asked(query("p", POINT, style="deepObject"), "p[x]=far&p[name]=a")

    assert reply.faults == {("query", "/p/x", "type")}


def test_the_schema_is_held():
    declared = query("p", {"type": "string", "minLength": 2, "pattern": "^[a-z]*$"})

    assert asked(declared, "p=A").faults == {
        ("query", "/p", "minLength"),
        ("query", "/p", "pattern"),
    }


@pytest.mark.parametrize(("location", "text"), [("query", "p=a%0A"), ("cookie", "p=a%0A")])
def test_a_pattern_ends_where_the_text_ends(location: str, text: str):
    """`$` does not overlook a line break."""
    declared = parameter(location, "p", {"type": "string", "pattern": "^a$"})

    assert asked(declared, text).faults == {(location, "/p", "pattern")}


# --- what is wrong whatever the schema ----------------------------------------------------------


@pytest.mark.parametrize(
    ("location", "text"), [("query", "p=1&p=1"), ("query", "p=1&%70=1"), ("cookie", "p=1; p=2")]
)
def test_a_single_value_may_be_given_only_once(location: str, text: str):
    assert asked(parameter(location, "p"), text).faults == {(location, "/p", "single")}


def test_a_member_of_an_object_may_be_given_only_once():
    for more, text in (
        ({"style": "deepObject"}, "p[x]=1&p[x]=2"),
        ({}, "x=1&x=2"),
        ({"explode": False}, "p=x,1,x,2"),
    ):
        assert asked(query("p", POINT, **more), text).faults == {("query", "/p", "single")}


@pytest.mark.parametrize("text", ["p=%ff", "p=%C3", "p=%ED%A0%80", "p=%C0%80"])
@pytest.mark.parametrize("location", ["query", "cookie"])
def test_text_that_is_not_utf_8_is_refused(location: str, text: str):
    assert asked(parameter(location, "p"), text).faults == {(location, "/p", "encoding")}


def test_a_name_that_is_not_utf_8_is_refused():
    assert asked(query("p"), "%ff=1").faults == {("query", "", "encoding")}


@pytest.mark.parametrize("location", ["query", "cookie"])
def test_bytes_that_should_have_been_encoded_are_refused(location: str):
    """Raw bytes beyond ASCII are no part of a query (RFC 3986); to guess would change the value."""
    raw = "p=ü".encode().decode("latin-1")

    assert asked(parameter(location, "p"), raw).faults == {(location, "/p", "encoding")}


@pytest.mark.parametrize(
    ("location", "text"), [("query", "p=a%00"), ("query", "p=%00"), ("cookie", "p=%00a")]
)
def test_nul_is_refused_whatever_the_schema(location: str, text: str):
    """One store keeps it, another refuses it, and many a program ends its text there."""
    assert asked(parameter(location, "p"), text).faults == {(location, "/p", "encoding")}


def test_an_address_with_nul_does_not_exist():
    assert asked(path("p"), "a%00b").problem == "not-found"


def test_an_odd_list_of_names_and_values_is_refused():
    assert asked(query("p", POINT, explode=False), "p=x,1,name").faults == {
        ("query", "/p", "style")
    }


def test_an_unknown_query_parameter_is_refused():
    reply = ask(taking_one(query("p")), "GET /thing?p=1&q=2&P=3&p[]=4")

    assert reply.faults == {
        ("query", "/q", "declared"),
        ("query", "/P", "declared"),
        ("query", "/p[]", "declared"),
    }


def test_an_unknown_name_is_named_in_a_few_characters():
    reply = ask(taking_one(query("p")), f"GET /thing?{'n' * 10_000}=1")

    assert reply.problem == "invalid-request"
    assert len(reply.body) < 1_000


def test_a_required_parameter_must_be_given():
    takes = [parameter(location, "p", required=True) for location in ("query", "header", "cookie")]
    app = serving(echo, takes=takes)

    assert ask(app).faults == {
        (location, "/p", "required") for location in ("query", "header", "cookie")
    }


def test_every_fault_of_a_request_is_told_at_once():
    app = serving(
        echo,
        "POST /thing",
        takes=[query("a", INTEGER), query("b", required=True), parameter("header", "X-C", INTEGER)],
        body=taking(INTEGER),
    )

    reply = ask(app, "POST /thing?a=x&z=1", json="x", headers={"X-C": "x"})

    assert reply.json["detail"] == "5 faults were found."
    assert reply.faults == {
        ("query", "/a", "type"),
        ("query", "/b", "required"),
        ("query", "/z", "declared"),
        ("header", "/X-C", "type"),
        ("body", "", "type"),
    }


def test_a_path_parameter_that_breaks_its_schema_is_an_address_that_cannot_exist():
    """404, also where other things are wrong: whether it exists comes before how it is asked."""
    app = serving(
        echo,
        "GET /things/{id}",
        takes=[path("id", {"type": "integer", "minimum": 1}), query("n", INTEGER)],
    )

    for line in ("GET /things/0", "GET /things/x", "GET /things/0?n=x&z=1"):
        assert ask(app, line).problem == "not-found"
    assert ask(app, "GET /things/1?n=x").status == 400


# --- defaults -----------------------------------------------------------------------------------


@pytest.mark.parametrize("location", ["query", "header", "cookie"])
def test_a_default_stands_for_what_is_not_sent(location: str):
    declared = parameter(location, "p", {"type": "integer", "default": 20})

    assert ask(taking_one(declared)).json == 20


def test_a_default_behind_a_reference_counts():
    app = serving(
        echo,
        takes=[query("p", {"$ref": "#/components/schemas/Limit"})],
        root={"components": {"schemas": {"Limit": {"type": "integer", "default": 20}}}},
    )

    assert ask(app).json["p"] == 20


def test_a_default_is_the_handlers_own():
    """What one request does with it does not reach the next."""
    app = serving(
        lambda p: (p.append("x"), p)[1], takes=[query("p", {**TEXTS, "default": ["first"]})]
    )

    assert ask(app).json == ["first", "x"]
    assert ask(app).json == ["first", "x"]


def test_the_contracts_default_comes_before_the_signatures():
    app = serving(lambda p=5: p, takes=[query("p", {"type": "integer", "default": 20})])

    assert ask(app).json == 20


# --- where they come from -----------------------------------------------------------------------


def test_an_operations_parameter_comes_before_that_of_its_path():
    item = {
        "parameters": [query("p", INTEGER), query("q", INTEGER)],
        "get": operation("a", takes=[query("p", {"type": "string"})]),
    }
    app = of(document({"/a": item}), {"a": lambda p, q: [p, q]})

    assert ask(app, "GET /a?p=x&q=1").json == ["x", 1]


def test_a_parameter_may_be_a_reference():
    app = serving(
        echo,
        takes=[{"$ref": "#/components/parameters/P"}],
        root={"components": {"parameters": {"P": query("p", INTEGER)}}},
    )

    assert ask(app, "GET /thing?p=1").json["p"] == 1


@pytest.mark.parametrize("name", ["Accept", "Content-Type", "Authorization", "accept"])
def test_headers_that_are_described_elsewhere_are_no_parameters(name: str):
    """OpenAPI 3.1, section 4.8.12.2.1: such a declaration is ignored."""
    app = serving(lambda: "fine", takes=[parameter("header", name, required=True)])

    assert ask(app).json == "fine"


def test_a_header_is_found_whatever_its_case():
    app = serving(lambda if_match: if_match, takes=[parameter("header", "If-MATCH")])

    assert ask(app, headers={"if-match": '"a"'}).json == '"a"'


@pytest.mark.parametrize(
    ("location", "text", "value"),
    [
        ("query", 'p={"x":1}', {"x": 1}),
        ("query", "p=%7B%22x%22%3A1%7D", {"x": 1}),
        ("header", '{"x":1}', {"x": 1}),
        ("cookie", "p=%7B%22x%22%3A1%7D", {"x": 1}),
    ],
)
def test_a_parameter_may_be_json(location: str, text: str, value: Any):
    declared = parameter(location, "p", content=contents({"application/json": POINT}))

    assert asked(declared, text).json == value


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('p={"x":1', ("query", "/p", "json")),
        ('p={"x":1,"x":2}', ("query", "/p", "json")),
        ("p=NaN", ("query", "/p", "json")),
        ('p={"x":"far"}', ("query", "/p/x", "type")),
    ],
)
def test_json_in_a_parameter_is_held_like_a_body(text: str, fault: tuple[str, str, str]):
    declared = query("p", content=contents({"application/json": POINT}))

    assert asked(declared, text).faults == {fault}


def test_a_cookie_is_found_among_others_and_nothing_else_is_asked_of_them():
    app = serving(lambda p: p, takes=[parameter("cookie", "p")])

    assert ask(app, headers={"Cookie": "; ;a=%ff;b;p=1;=;p2=3"}).json == "1"
