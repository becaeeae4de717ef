"""Parameters: from text to values, by style and schema, and nothing is guessed."""

from typing import Any

import pytest

from tenor import ConfigurationError, Tenor
from tenor.document import load
from tenor.schemas import Compiler
from tests.engine.contracts import (
    ANYTHING,
    Json,
    contents,
    document,
    echo,
    header,
    of,
    operation,
    parameter,
    path,
    query,
    response,
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
        ("path", {}, TEXTS, "a,%20b,c%20", ["a", " b", "c "]),
        ("query", {"explode": False}, TEXTS, "p=a,%20b", ["a", " b"]),
        ("header", {}, TEXTS, "a ,\tb", ["a", "b"]),
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


# --- schemas of many parts ----------------------------------------------------------------------

SHARED = {
    "Ranks": {"type": "array", "items": INTEGER},
    "Area": {"allOf": [{"allOf": [{"properties": {"x": INTEGER}}]}, {"required": ["x"]}]},
    "Limit": {"allOf": [{"type": "integer", "default": 20}]},
    "Deep": {"type": "object", "properties": {"far": {"type": "object"}}},
}
PAIR = {"type": "array", "prefixItems": [INTEGER, {"type": "string"}], "items": BOOLEAN}


def shared(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def taking_shared(declared: Json) -> Tenor:
    at = "GET /thing/{p}" if declared["in"] == "path" else "GET /thing"
    return serving(
        lambda p="absent": p, at, takes=[declared], root={"components": {"schemas": SHARED}}
    )


@pytest.mark.parametrize(
    ("more", "schema", "text", "value"),
    [
        ({}, {"allOf": [NUMBERS]}, "p=3&p=4", [3, 4]),
        ({}, {"allOf": [shared("Ranks"), {"maxItems": 2}]}, "p=3&p=4", [3, 4]),
        ({}, {**shared("Ranks"), "maxItems": 2}, "p=3&p=4", [3, 4]),
        ({}, {"anyOf": [NUMBERS, INTEGER]}, "p=3", [3]),
        ({}, {"oneOf": [INTEGER, NUMBERS]}, "p=1&p=2", [1, 2]),
        ({}, {"oneOf": [INTEGER, {**NUMBERS, "minItems": 2}]}, "p=1", 1),
        ({}, {"items": INTEGER}, "p=1&p=2", [1, 2]),
        ({}, PAIR, "p=5&p=6&p=true", [5, "6", True]),
        ({"explode": False}, PAIR, "p=5,6,true", [5, "6", True]),
        ({}, {"allOf": [shared("Area")], "type": "object"}, "x=1", {"x": 1}),
        (
            {"style": "deepObject"},
            {"allOf": [shared("Area")], "type": "object"},
            "p[x]=1",
            {"x": 1},
        ),
        (
            {},
            {"type": "object", "anyOf": [POINT, {"properties": {"z": NUMBER}, "required": ["z"]}]},
            "z=1.5",
            {"z": 1.5},
        ),
        ({}, shared("Limit"), "", 20),
        ({}, {"minimum": 3}, "p=5", 5),
        ({}, {"maxLength": 3}, "p=5", "5"),
    ],
)
def test_what_a_schema_says_in_its_parts_counts(more: Json, schema: Any, text: str, value: Any):
    """Types, items, members and defaults stand behind references and in branches, at any depth."""
    reply = ask(taking_shared(query("p", schema, **more)), f"GET /thing?{text}")

    assert (reply.status, reply.json) == (200, value)


def test_the_items_of_a_path_have_a_type_each():
    assert ask(taking_shared(path("p", PAIR)), "GET /thing/5,6,true").json == [5, "6", True]


EITHER = {"anyOf": [{"type": "integer", "maximum": 5}, {"type": "string", "pattern": "^[0-9]{3}$"}]}


@pytest.mark.parametrize(
    ("schema", "text", "value"),
    [
        (EITHER, "123", "123"),
        (EITHER, "5", 5),
        ({"enum": ["1", 2]}, "1", "1"),
        ({"enum": ["1", 2]}, "2", 2),
        ({"anyOf": [NUMBER, {"type": "string"}]}, "1.10", "1.10"),
        ({"anyOf": [NUMBER, {"type": "string"}]}, "1.5", 1.5),
        ({"anyOf": [NUMBER, {"type": "string"}]}, "1e3", "1e3"),
        ({"type": ["number", "string"], "pattern": "^0"}, "0.50", "0.50"),
        ({"type": ["number", "string"], "pattern": "^0"}, "1.50", 1.5),
        ({"type": ["boolean", "string"], "not": {"const": True}}, "true", "true"),
    ],
)
def test_where_a_text_may_mean_two_things_the_schema_decides(schema: Any, text: str, value: Any):
    """A reading that would change the text, as 1.10 becomes 1.1, comes after the text itself."""
    members = {"type": "object", "properties": {"p": schema}}
    for declared, written, taken in (
        (query("p", schema), f"p={text}", value),
        (query("p", {"type": "array", "items": schema}), f"p={text}", [value]),
        (query("p", members), f"p={text}", {"p": value}),
        (parameter("header", "p", schema), text, value),
    ):
        reply = asked(declared, written)
        assert (reply.status, reply.json) == (200, taken)
        assert type(reply.json) is type(taken)


def test_a_text_that_no_reading_fits_is_told_as_it_is():
    assert asked(query("p", EITHER), "p=9").faults == {("query", "/p", "anyOf")}


@pytest.mark.parametrize(
    ("schema", "text"), [(EITHER, "123"), ({"enum": ["1", 2]}, "1"), ({"allOf": [NUMBERS]}, "1, 2")]
)
def test_a_header_that_is_answered_is_read_by_the_same_rules(schema: Json, text: str):
    app = serving(
        lambda: ("fine", 200, {"X-P": text}),
        answers={200: response(ANYTHING, headers={"X-P": header(schema)})},
    )

    assert ask(app).headers["X-P"] == text


# --- members of any name ------------------------------------------------------------------------

COUNTS = {"type": "object", "additionalProperties": INTEGER}
PREFIXED = {
    "type": "object",
    "properties": {"x": INTEGER},
    "patternProperties": {"^n_": INTEGER, "^s_": {"type": "string"}},
}


@pytest.mark.parametrize(
    ("more", "schema", "text", "value"),
    [
        ({"style": "deepObject"}, COUNTS, "p[a]=1&p[b]=2", {"a": 1, "b": 2}),
        ({"style": "deepObject"}, {"type": "object"}, "p[a]=1", {"a": "1"}),
        (
            {"style": "deepObject"},
            {**POINT, "additionalProperties": True},
            "p[x]=1&p[y]=2",
            {"x": 1, "y": "2"},
        ),
        (
            {"style": "deepObject"},
            PREFIXED,
            "p[n_a]=1&p[s_a]=1&p[x]=2",
            {"n_a": 1, "s_a": "1", "x": 2},
        ),
        ({}, COUNTS, "a=1&b=2", {"a": 1, "b": 2}),
        ({}, {"type": "object", "additionalProperties": {"type": "string"}}, "a=1", {"a": "1"}),
        ({}, PREFIXED, "n_a=1&x=2", {"n_a": 1, "x": 2}),
        ({"explode": False}, COUNTS, "p=a,1,b,2", {"a": 1, "b": 2}),
        ({"explode": False}, PREFIXED, "p=n_a,1,s_a,1", {"n_a": 1, "s_a": "1"}),
    ],
)
def test_members_of_any_name_are_typed_by_the_schema(
    more: Json, schema: Any, text: str, value: Json
):
    reply = asked(query("p", schema, **more), text)

    assert (reply.status, reply.json) == (200, value)


@pytest.mark.parametrize("more", [{}, {"explode": True}])
def test_members_of_any_name_stand_in_a_path_too(more: Json):
    text = "a=1,b=2" if more else "a,1,b,2"

    assert asked(path("p", COUNTS, **more), text).json == {"a": 1, "b": 2}


def test_members_of_any_name_are_those_that_nothing_else_declares():
    app = serving(
        lambda rest, deep, n: [rest, deep, n],
        takes=[
            query("rest", COUNTS),
            query("deep", COUNTS, style="deepObject"),
            query("n", INTEGER),
        ],
    )

    reply = ask(app, "GET /thing?deep[a]=1&a=2&n=3")

    assert reply.json == [{"a": 2}, {"a": 1}, 3]


@pytest.mark.parametrize(
    ("more", "schema", "text", "faults"),
    [
        ({"style": "deepObject"}, COUNTS, "p[a][b]=1", {("query", "/p[a][b]", "declared")}),
        ({"style": "deepObject"}, COUNTS, "p[a=1", {("query", "/p[a", "declared")}),
        (
            {"style": "deepObject"},
            COUNTS,
            "p=1&q[a]=1",
            {("query", "/p", "declared"), ("query", "/q[a]", "declared")},
        ),
        ({"style": "deepObject"}, COUNTS, "p[a]=x", {("query", "/p/a", "type")}),
        ({"style": "deepObject"}, COUNTS, "p[a]=1&p[a]=2", {("query", "/p", "single")}),
        ({"style": "deepObject"}, PREFIXED, "p[z]=1", {("query", "/p[z]", "declared")}),
        ({}, COUNTS, "a=x", {("query", "/p/a", "type")}),
        ({}, PREFIXED, "z=1", {("query", "/z", "declared")}),
    ],
)
def test_members_of_any_name_are_held_to_the_schema(
    more: Json, schema: Any, text: str, faults: set[Any]
):
    assert asked(query("p", schema, **more), text).faults == faults


def test_an_object_or_a_scalar_has_one_form_in_a_request():
    span = {"type": "object", "properties": {"gte": INTEGER, "lt": INTEGER}}
    declared = query("p", {"anyOf": [span, INTEGER]}, style="deepObject", explode=True)

    assert asked(declared, "p=5").json == 5
    assert asked(declared, "p[gte]=5&p[lt]=9").json == {"gte": 5, "lt": 9}
    assert asked(declared, "p=5&p[gte]=5").faults == {("query", "/p", "single")}
    assert asked(declared, "p=x").faults == {("query", "/p", "anyOf")}


# --- what cannot be read ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("declared", "found"),
    [
        (query("p", TEXTS, style="deepObject"), "deepObject has a form for objects only"),
        (query("p", {"type": "string"}, style="deepObject"), "deepObject has a form for objects"),
        (query("p", {"anyOf": [TEXTS, POINT]}, style="deepObject"), "deepObject has a form for"),
        (query("p", {"type": "array", "items": TEXTS}), "an item is no scalar"),
        (query("p", {"type": "array", "prefixItems": [POINT]}), "an item is no scalar"),
        (query("p", {**COUNTS, "additionalProperties": TEXTS}), "a member is no scalar"),
        (query("p", shared("Deep"), style="deepObject"), "the member far is no scalar"),
        (parameter("cookie", "p", COUNTS), "cannot be told from the other cookies"),
        (query("p", INTEGER, allowEmptyValue=True), "the schema of p has no empty value"),
    ],
)
def test_what_no_request_could_satisfy_is_refused_at_start(declared: Json, found: str):
    with pytest.raises(ConfigurationError, match=found) as caught:
        taking_shared(declared)

    assert caught.value.place
    assert caught.value.remedy


def test_what_cannot_be_read_is_found_where_it_stands():
    """Behind a reference, the place is that of the branch and not of who refers to it."""
    with pytest.raises(ConfigurationError) as caught:
        taking_shared(query("p", {"allOf": [shared("Deep")]}))

    assert caught.value.place.endswith("#/components/schemas/Deep/properties/far")


def test_an_empty_value_may_be_allowed_where_the_schema_takes_it():
    declared = query("p", {"anyOf": [INTEGER, {"const": ""}]}, allowEmptyValue=True)

    assert asked(declared, "p=").json == ""
    assert asked(declared, "p").json == ""


def test_two_parameters_of_any_name_are_refused_at_start():
    with pytest.raises(ConfigurationError, match="two parameters take whatever name") as caught:
        serving(lambda a, b: [a, b], takes=[query("a", COUNTS), query("b", COUNTS)])

    assert caught.value.place.endswith("parameters/0")


def test_a_bound_beyond_64_bits_is_a_bound():
    validator = Compiler(load(document({}))).request({"maximum": 10**25}, "")

    assert validator.accepts(10**18)
    assert not validator.accepts(1e26)


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


def test_a_header_of_an_operation_overrides_that_of_its_path_whatever_its_case():
    item = {
        "parameters": [parameter("header", "X-A", INTEGER)],
        "get": operation("a", takes=[parameter("header", "x-a")]),
    }
    app = of(document({"/a": item}), {"a": lambda x_a: x_a})

    assert ask(app, "GET /a", headers={"X-A": "b"}).json == "b"


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
