"""The laws that the contract keeps, whatever it comes to declare.

Each test names all offenders with their places. Each has a planted defect at the end of this file
that must turn it red.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import pairwise

import openapi_spec_validator
import pytest
import yaml

from tests.contract.reading import (
    PROBLEM,
    Contract,
    Found,
    Operation,
    Response,
    nodes,
    references,
    types,
)

OPERATION_KEYS = [
    "operationId",
    "summary",
    "description",
    "tags",
    "security",
    "parameters",
    "requestBody",
    "responses",
]
REFUSED_BY_THE_DOMAIN = {
    "registerAccount": {"409"},
    "createToken": {"401", "422"},
    "changeAccount": {"422"},
    "createPost": {"422"},
    "putPost": {"422"},
    "changePost": {"409", "422"},
}
KNOWN_TO_SOME = {"listRevisions", "getRevision"}  # to who may read the post and may not see these
UNCONDITIONAL = {"deleteToken"}  # a token never changes, so nobody can be faster
UNLIMITED = {"getLiveness", "getReadiness"}  # who watches the service may always ask
ANSWERED_WITHOUT_THE_STORE = {"getRoot", "getLiveness", "listProblems", "getProblem"}
TAKES_NO_KEY = {"createToken"}  # its secret is shown once, and an answer that is kept would show it
# By the status or the component of the answer.
OPTIONAL_HEADERS = {
    ("403", "WWW-Authenticate"),
    ("UsernameTakenOrKeyInUse", "Retry-After"),
    ("201", "Idempotency-Replayed"),
}
KEY = "Idempotency-Key"
WHERE_THERE_ARE_LIMITS = {"RateLimit-Policy", "RateLimit"}
CAMEL_CASE = re.compile(r"[a-z]+(?:[A-Z][a-z]+)+")
LOOKS_AROUND = re.compile(r"\(\?(?:[=!]|<[=!])|\\[1-9]|\\k<")
CONTROL_CHARACTERS = [chr(code) for code in (*range(0x20), *range(0x7F, 0xA0))]
YAML_BOOLEANS = ("true", "false")


# What it is written in


def test_it_is_valid_openapi(contract: Contract) -> None:
    errors = openapi_spec_validator.OpenAPIV31SpecValidator(contract.document).iter_errors()
    assert [f"{list(error.absolute_path)}: {error.message}" for error in errors] == []


def test_no_key_stands_twice_in_one_mapping(contract: Contract) -> None:
    """A lenient reader lets the last one win in silence."""
    doubled = [
        f"line {key.start_mark.line + 1}: {key.value}"
        for mapping in _mappings(contract)
        for key in _doubled([key for key, _ in mapping.value])
    ]
    assert doubled == []


def test_nothing_is_read_as_something_that_json_does_not_have(contract: Contract) -> None:
    """YAML 1.1 makes a boolean out of `no` and an object out of a date."""
    misread = [
        f"line {scalar.start_mark.line + 1}: {scalar.value}"
        for scalar in _scalars(contract)
        if scalar.tag.endswith((":timestamp", ":binary", ":merge", ":value"))
        or (scalar.tag.endswith(":bool") and scalar.value not in YAML_BOOLEANS)
        or (scalar.tag.endswith(":null") and scalar.value != "null")
        or (scalar.tag.endswith(":int") and not re.fullmatch("0|[1-9][0-9]*", scalar.value))
    ]
    assert misread == []


def test_statuses_are_quoted_and_ascend(contract: Contract) -> None:
    unordered = [
        f"line {before.start_mark.line + 1}: {before.value} before {after.value}"
        for keys in _status_keys(contract)
        for before, after in pairwise(keys)
        if before.value >= after.value
    ]
    bare = [
        f"line {key.start_mark.line + 1}: {key.value}"
        for keys in _status_keys(contract)
        for key in keys
        if key.style != "'"
    ]
    assert unordered + bare == []


def test_operations_have_their_keys_in_one_order(contract: Contract) -> None:
    disordered = [
        f"{operation.place}: {list(operation.node)}"
        for operation in contract.operations
        if list(operation.node) != [key for key in OPERATION_KEYS if key in operation.node]
    ]
    assert disordered == []


def test_operation_ids_are_camel_case_and_name_one_handler_each(contract: Contract) -> None:
    handlers = Counter(_handler(operation) for operation in contract.operations)
    offenders = [
        operation.id
        for operation in contract.operations
        if not CAMEL_CASE.fullmatch(operation.id) or handlers[_handler(operation)] > 1
    ]
    assert offenders == []


def test_operations_are_told_in_a_summary_and_in_sentences(contract: Contract) -> None:
    untold = [
        operation.place
        for operation in contract.operations
        if not re.fullmatch(r"[A-Z][^.]+", operation.node.get("summary", ""))
        or not operation.node.get("description", "").rstrip().endswith((".", "`."))
    ]
    assert untold == []


def test_each_operation_has_one_declared_tag(contract: Contract) -> None:
    declared = {tag["name"] for tag in contract.document["tags"]}
    used = {tag for operation in contract.operations for tag in operation.node["tags"]}
    plural = [o.place for o in contract.operations if len(o.node["tags"]) != 1]
    assert (plural, declared ^ used) == ([], set())


def test_what_is_used_twice_is_a_component(contract: Contract) -> None:
    """Two equal declarations drift apart."""
    inline = [(place, str(node)) for place, node in _inline_declarations(contract)]
    count = Counter(text for _, text in inline if "$ref" not in text)
    assert [place for place, text in inline if count[text] > 1] == []


def test_every_component_is_used(contract: Contract) -> None:
    components = contract.document["components"]
    declared = {
        f"#/components/{kind}/{name}"
        for kind, named in components.items()
        if kind != "securitySchemes"
        for name in named
    }
    used = {target for _, target in references(contract.document)}
    assert declared ^ used == set()


# What it promises of statuses


def test_no_answer_is_declared_by_range_or_by_default(contract: Contract) -> None:
    """A promise of everything is a promise of nothing."""
    vague = [
        f"{operation.place}: {status}"
        for operation in contract.operations
        for status in operation.statuses
        if not re.fullmatch("[1-5][0-9]{2}", status)
    ]
    assert vague == []


def test_every_operation_lists_the_statuses_that_its_features_imply_and_no_other(
    contract: Contract,
) -> None:
    owed = {
        f"{operation.place}: {status} is implied and not declared"
        for operation in contract.operations
        for status in _implied(operation) - operation.statuses
    }
    stray = {
        f"{operation.place}: {status} is declared and not implied"
        for operation in contract.operations
        for status in operation.statuses - _implied(operation)
        if not status.startswith("2")
    }
    assert owed | stray == set()


def test_every_operation_can_succeed(contract: Contract) -> None:
    hopeless = [
        operation.place
        for operation in contract.operations
        if not any(status.startswith("2") for status in operation.statuses)
    ]
    assert hopeless == []


def test_what_belongs_to_no_operation_is_declared_at_the_root(contract: Contract) -> None:
    assert [r.status for r in contract.unrouted] == ["204", "400", "404", "405", "500", "503"]


def test_a_failure_is_a_problem_and_a_success_is_not(contract: Contract) -> None:
    wrong = [
        f"{response.place}: {list(response.content)}"
        for response in contract.responses()
        if (response.status >= "400") != (list(response.content) == [PROBLEM])
        or (response.status < "400" and PROBLEM in response.content)
    ]
    assert wrong == []


def test_an_answer_without_content_declares_none(contract: Contract) -> None:
    """204 and 304 cannot have content; what PUT creates is read at its address."""
    full = [r.place for r in contract.responses() if r.status in ("204", "304") and r.content]
    put = [
        response.place
        for operation in contract.operations
        for response in operation.responses
        if operation.method == "put" and response.status == "201" and response.content
    ]
    assert full + put == []


# What it promises of headers


def test_every_answer_declares_the_headers_that_its_features_imply_and_no_other(
    contract: Contract,
) -> None:
    wrong = [
        f"{response.place} of {operation.id}: {sorted(set(response.headers) ^ implied)}"
        for operation in contract.operations
        for response in operation.responses
        if set(response.headers) != (implied := _implied_headers(operation, response))
    ]
    unrouted = [
        f"{response.place}: {sorted(response.headers)}"
        for response in contract.unrouted
        if set(response.headers) != _unrouted_headers(response.status)
    ]
    assert wrong + unrouted == []


def test_headers_are_promised_wherever_they_always_come(contract: Contract) -> None:
    unsure = [
        f"{response.place}/headers/{name}"
        for response in contract.responses()
        for name, node in response.headers.items()
        if contract.followed("", node).node.get("required", False)
        is (
            bool({(response.status, name), (response.name, name)} & OPTIONAL_HEADERS)
            or name == "Content-Security-Policy"
        )
    ]
    assert unsure == []


def test_what_every_answer_carries_is_required_and_has_a_default(contract: Contract) -> None:
    """The engine fills these headers in; the id and what tells of limits are made anew each time.

    Limits alone may be switched off.
    """
    headers = contract.document["x-tenor-headers"]
    optional = {name for name, header in headers.items() if not header.get("required")}
    made_anew = {name for name, header in headers.items() if "default" not in header["schema"]}
    assert optional == WHERE_THERE_ARE_LIMITS
    assert made_anew == WHERE_THERE_ARE_LIMITS | {"X-Request-Id"}


def test_what_every_answer_carries_is_said_once(contract: Contract) -> None:
    universal = set(contract.document["x-tenor-headers"])
    repeated = [
        f"{response.place}: {name}"
        for response in contract.responses()
        for name in universal & set(response.headers)
    ]
    assert repeated == []


# What it takes


def test_header_parameters_are_never_required(contract: Contract) -> None:
    """A missing precondition is 428, which says more than 400."""
    assert [
        place
        for place, node in contract.parameters()
        if node["in"] == "header" and node.get("required")
    ] == []


def test_what_has_an_etag_takes_conditions(contract: Contract) -> None:
    unconditional = [
        f"{operation.place}: {name}"
        for operation in contract.operations
        for name in _implied_conditions(operation)
        if not operation.takes(name, "header")
    ]
    assert unconditional == []


def test_what_creates_by_post_takes_a_key(contract: Contract) -> None:
    """Nobody can tell whether a request was carried out whose answer was lost."""
    wrong = [
        operation.place
        for operation in contract.operations
        if operation.takes(KEY, "header")
        is not (
            operation.method == "post"
            and "201" in operation.statuses
            and operation.id not in TAKES_NO_KEY
        )
    ]
    assert wrong == []


def test_bodies_are_required_and_in_one_media_type(contract: Contract) -> None:
    expected = {"patch": ["application/merge-patch+json"]}
    wrong = [
        operation.place
        for operation in contract.operations
        if operation.has_body
        and (
            operation.node["requestBody"].get("required") is not True
            or list(operation.node["requestBody"]["content"])
            != expected.get(operation.method, ["application/json"])
        )
    ]
    assert wrong == []


def test_scopes_are_those_that_a_token_may_hold(contract: Contract) -> None:
    declared = set(contract.at("/components/schemas/Scope/enum"))
    unknown = [
        f"{operation.place}: {scope}"
        for operation in contract.operations
        for scope in operation.scopes - declared
    ]
    assert unknown == []


def test_lists_are_taken_in_pages(contract: Contract) -> None:
    """Whatever gives `links` beside a list takes `limit` and `cursor`, and nothing else does."""
    wrong = [
        operation.place
        for operation in contract.operations
        for name in ("limit", "cursor")
        if operation.takes(name, "query") is not _gives_pages(contract, operation)
    ]
    assert wrong == []


# What it says of values


def test_request_objects_are_closed(contract: Contract) -> None:
    open_ = [
        place
        for place in sorted(contract.objects(contract.request_contents()))
        if contract.at(place).get("additionalProperties") is not False
    ]
    assert open_ == []


def test_response_objects_are_left_open(contract: Contract) -> None:
    """An answer may gain properties; the gate closes what leaves the server."""
    closed = [
        place
        for place in sorted(contract.objects(contract.response_contents()))
        if {"additionalProperties", "unevaluatedProperties"} & set(contract.at(place))
    ]
    assert closed == []


def test_object_schemas_are_components(contract: Contract) -> None:
    """A generator names a type after its component."""
    nameless = [
        place
        for place, schema in contract.schemas()
        if "object" in types(schema) and not re.fullmatch("/components/schemas/[A-Za-z]+", place)
    ]
    assert nameless == []


def test_enumerations_are_components(contract: Contract) -> None:
    nameless = [
        place
        for place, schema in contract.schemas()
        if "enum" in schema
        and not re.fullmatch("/(components/schemas|x-tenor-headers)/[^/]+(/schema)?", place)
    ]
    assert nameless == []


def test_strings_are_bounded(contract: Contract) -> None:
    assert _unbounded(contract, "string", {"maxLength"}) == []


def test_arrays_are_bounded(contract: Contract) -> None:
    assert _unbounded(contract, "array", {"maxItems", "items"}) == []


def test_integers_are_bounded(contract: Contract) -> None:
    assert _unbounded(contract, "integer", {"minimum", "maximum"}) == []


def test_patterns_are_anchored_and_run_in_linear_time(contract: Contract) -> None:
    """Without looking around or back, an automaton decides in one pass."""
    offenders = [
        f"{place}: {schema['pattern']}"
        for place, schema in contract.schemas()
        if "pattern" in schema
        and (
            not (schema["pattern"].startswith("^") and schema["pattern"].endswith("$"))
            or LOOKS_AROUND.search(schema["pattern"])
        )
    ]
    assert offenders == []


def test_text_that_is_kept_refuses_control_characters(contract: Contract) -> None:
    """NUL above all, which one database stores and another refuses."""
    accepted = {
        f"{place}/properties/{name}": {
            character for character in CONTROL_CHARACTERS if fits(f"a long enough {character} text")
        }
        for place in sorted(contract.objects(contract.request_contents()))
        for name, schema in contract.at(place)["properties"].items()
        if "string" in types(contract.followed("", schema).node)
        for fits in [contract.validator(schema).is_valid]
    }
    expected = {place: set("\t\n\r") if place.endswith("/body") else set() for place in accepted}
    assert accepted == expected


def test_required_properties_exist(contract: Contract) -> None:
    missing = [
        f"{place}: {name}"
        for place, schema in contract.schemas()
        for name in schema.get("required", [])
        if name not in schema["properties"]
    ]
    assert missing == []


def test_references_stand_alone_or_beside_a_default(contract: Contract) -> None:
    """Generators drop what stands beside a reference; a default is said in words, too."""
    crowded = [
        place
        for place, node in nodes(contract.document)
        if "$ref" in node and set(node) - {"$ref", "default"}
    ]
    assert crowded == []


# Each law catches what it is there for

Claim = Callable[[Contract], None]
Plant = Callable[[Contract], Contract]

POSTS = "/paths/~1posts/get"
POST = "/paths/~1posts~1{slug}"
INLINE_OBJECT = {"type": "object", "properties": {}}

PLANTED: list[tuple[Claim, Plant]] = [
    (test_it_is_valid_openapi, lambda c: c.without("/info/title")),
    (
        test_no_key_stands_twice_in_one_mapping,
        lambda c: c.with_text("  title: Tenor\n", "  title: Tenor\n  title: Other\n"),
    ),
    (
        test_nothing_is_read_as_something_that_json_does_not_have,
        lambda c: c.with_text("at: '2026-03-02T09:00:00Z'", "at: 2026-03-02T09:00:00Z"),
    ),
    (
        test_nothing_is_read_as_something_that_json_does_not_have,
        lambda c: c.with_text("[reassign, delete]", "[reassign, no]"),
    ),
    (test_statuses_are_quoted_and_ascend, lambda c: c.with_text("'201':", "201:")),
    (test_statuses_are_quoted_and_ascend, lambda c: c.with_text("'400':", "'599':")),
    (
        test_operations_have_their_keys_in_one_order,
        lambda c: c.with_value(POSTS, dict(reversed(c.at(POSTS).items()))),
    ),
    (
        test_operation_ids_are_camel_case_and_name_one_handler_each,
        lambda c: c.with_value(f"{POSTS}/operationId", "list_posts"),
    ),
    (
        test_operation_ids_are_camel_case_and_name_one_handler_each,
        lambda c: c.with_value(f"{POSTS}/operationId", "createPost"),
    ),
    (
        test_operations_are_told_in_a_summary_and_in_sentences,
        lambda c: c.with_value(f"{POSTS}/summary", "List posts."),
    ),
    (
        test_each_operation_has_one_declared_tag,
        lambda c: c.with_value(f"{POSTS}/tags", ["stories"]),
    ),
    (
        test_what_is_used_twice_is_a_component,
        lambda c: c.with_value(f"{POST}/get/responses/404", c.at(f"{POST}/delete/responses/204")),
    ),
    (
        test_every_component_is_used,
        lambda c: c.with_value("/components/schemas/Orphan", {"type": "boolean"}),
    ),
    (
        test_no_answer_is_declared_by_range_or_by_default,
        lambda c: c.with_value(f"{POSTS}/responses/4XX", {"description": "Some refusal."}),
    ),
    (
        test_every_operation_lists_the_statuses_that_its_features_imply_and_no_other,
        lambda c: c.without(f"{POSTS}/responses/401"),
    ),
    (
        test_every_operation_lists_the_statuses_that_its_features_imply_and_no_other,
        lambda c: c.without(f"{POSTS}/responses/429"),
    ),
    (
        test_every_operation_lists_the_statuses_that_its_features_imply_and_no_other,
        lambda c: c.with_value(f"{POSTS}/responses/418", {"description": "A teapot."}),
    ),
    (test_every_operation_can_succeed, lambda c: c.without(f"{POSTS}/responses/200")),
    (
        test_what_belongs_to_no_operation_is_declared_at_the_root,
        lambda c: c.without("/x-tenor-unrouted/405"),
    ),
    (
        test_a_failure_is_a_problem_and_a_success_is_not,
        lambda c: c.without("/components/responses/PostNotFound/content"),
    ),
    (
        test_an_answer_without_content_declares_none,
        lambda c: c.with_value(f"{POST}/put/responses/201/content", {"text/plain": {}}),
    ),
    (
        test_every_answer_declares_the_headers_that_its_features_imply_and_no_other,
        lambda c: c.without(f"{POST}/get/responses/200/headers/Vary"),
    ),
    (
        test_every_answer_declares_the_headers_that_its_features_imply_and_no_other,
        lambda c: c.with_value(f"{POSTS}/responses/200/headers/X-Total", {"schema": {}}),
    ),
    (
        test_headers_are_promised_wherever_they_always_come,
        lambda c: c.without("/components/headers/Location/required"),
    ),
    (
        test_what_every_answer_carries_is_required_and_has_a_default,
        lambda c: c.without("/x-tenor-headers/Cache-Control/schema/default"),
    ),
    (
        test_what_every_answer_carries_is_required_and_has_a_default,
        lambda c: c.with_value("/x-tenor-headers/RateLimit/required", True),
    ),
    (
        test_what_every_answer_carries_is_said_once,
        lambda c: c.with_value(f"{POSTS}/responses/200/headers/Cache-Control", {"schema": {}}),
    ),
    (
        test_header_parameters_are_never_required,
        lambda c: c.with_value("/components/parameters/IfMatch/required", True),
    ),
    (
        test_what_has_an_etag_takes_conditions,
        lambda c: c.without(f"{POST}/get/parameters/2"),
    ),
    (
        test_what_creates_by_post_takes_a_key,
        lambda c: c.without("/paths/~1posts/post/parameters/0"),
    ),
    (
        test_what_creates_by_post_takes_a_key,
        lambda c: c.with_value(
            "/paths/~1tokens/post/parameters", c.at("/paths/~1posts/post/parameters")
        ),
    ),
    (
        test_bodies_are_required_and_in_one_media_type,
        lambda c: c.without("/paths/~1posts/post/requestBody/required"),
    ),
    (
        test_scopes_are_those_that_a_token_may_hold,
        lambda c: c.with_value("/paths/~1posts/post/security/0/bearerAuth", ["posts:wirte"]),
    ),
    (test_lists_are_taken_in_pages, lambda c: c.without(f"{POSTS}/parameters/6")),
    (
        test_request_objects_are_closed,
        lambda c: c.without("/components/schemas/PostPatch/additionalProperties"),
    ),
    (
        test_response_objects_are_left_open,
        lambda c: c.with_value("/components/schemas/Account/additionalProperties", False),
    ),
    (
        test_object_schemas_are_components,
        lambda c: c.with_value("/components/schemas/Post/properties/extra", INLINE_OBJECT),
    ),
    (
        test_enumerations_are_components,
        lambda c: c.with_value("/components/schemas/Post/properties/mood", {"enum": ["good"]}),
    ),
    (
        test_strings_are_bounded,
        lambda c: c.without("/components/schemas/Post/properties/published_at/maxLength"),
    ),
    (
        test_arrays_are_bounded,
        lambda c: c.without("/components/schemas/PostPatch/properties/tags/maxItems"),
    ),
    (
        test_integers_are_bounded,
        lambda c: c.without("/components/headers/RetryAfter/schema/maximum"),
    ),
    (
        test_patterns_are_anchored_and_run_in_linear_time,
        lambda c: c.with_value("/components/schemas/Slug/pattern", "[a-z]+"),
    ),
    (
        test_patterns_are_anchored_and_run_in_linear_time,
        lambda c: c.with_value("/components/schemas/Slug/pattern", "^(?=a)[a-z]+$"),
    ),
    (
        test_text_that_is_kept_refuses_control_characters,
        lambda c: c.with_value("/components/schemas/PostTitle/pattern", "^.*$"),
    ),
    (
        test_required_properties_exist,
        lambda c: c.without("/components/schemas/Post/properties/url"),
    ),
    (
        test_references_stand_alone_or_beside_a_default,
        lambda c: c.with_value("/components/schemas/Post/properties/url/maxLength", 10),
    ),
]


NAMES = [f"{number}-{claim.__name__}" for number, (claim, _) in enumerate(PLANTED)]


@pytest.mark.parametrize(("claim", "plant"), PLANTED, ids=NAMES)
def test_a_planted_defect_turns_its_law_red(claim: Claim, plant: Plant, contract: Contract) -> None:
    claim(contract)
    with pytest.raises(AssertionError):
        claim(plant(contract))


def test_every_law_has_a_planted_defect() -> None:
    laws = {name for name in globals() if name.startswith("test_")}
    about_laws = {"test_a_planted_defect_turns_its_law_red", "test_every_law_has_a_planted_defect"}
    assert laws - about_laws == {claim.__name__ for claim, _ in PLANTED}


# How the laws are read out of an operation


def _implied(operation: Operation) -> set[str]:
    """The statuses beyond success that the features of an operation make possible."""
    features = {
        "304": operation.method == "get" and operation.takes("If-None-Match", "header"),
        "308": operation.method == "get" and operation.takes("slug", "path"),
        "400": True,
        "401": operation.may_be_refused,
        "403": bool(operation.scopes) or operation.id in KNOWN_TO_SOME,
        "404": operation.takes_any("path"),
        "406": bool(operation.offered),
        "409": operation.takes(KEY, "header"),
        "412": operation.takes("If-Match", "header"),
        "413": operation.has_body,
        "415": operation.has_body,
        "422": operation.takes(KEY, "header"),
        "428": operation.takes("If-Match", "header"),
        "429": operation.id not in UNLIMITED,
        "500": True,
        "503": operation.has_body or operation.id not in ANSWERED_WITHOUT_THE_STORE,
    }
    possible = {status for status, applies in features.items() if applies}
    return possible | REFUSED_BY_THE_DOMAIN.get(operation.id, set())


def _implied_headers(operation: Operation, response: Response) -> set[str]:
    """The headers that the features of an operation and the status of its answer call for."""
    status, method = response.status, operation.method
    is_success = status.startswith("2")
    has_state = any(operation.takes(name, "header") for name in ("If-None-Match", "If-Match"))
    shows_state = is_success and has_state and method != "delete"
    features = {
        "Location": status in ("201", "308"),
        "ETag": status in ("201", "304") or shows_state,
        "Last-Modified": shows_state and bool(response.content),
        "Idempotency-Replayed": is_success and operation.takes(KEY, "header"),
        "Retry-After": status == "409" and operation.takes(KEY, "header"),
        "Link": is_success and operation.takes("cursor", "query"),
        "Vary": len(operation.offered) > 1 and (is_success or status in ("304", "406")),
        "Content-Security-Policy": "text/html" in response.content,
    }
    return {name for name, applies in features.items() if applies} | _headers_of_status(status)


def _headers_of_status(status: str) -> set[str]:
    """The headers that a status calls for, whoever answers."""
    called_for = {
        "401": {"WWW-Authenticate"},
        "403": {"WWW-Authenticate"},
        "405": {"Allow"},
        "429": {"Retry-After"},
        "503": {"Retry-After"},
    }
    return called_for.get(status, set())


def _unrouted_headers(status: str) -> set[str]:
    """The headers of an answer that belongs to no operation; 204 answers OPTIONS."""
    return {"Allow"} if status == "204" else _headers_of_status(status)


def _implied_conditions(operation: Operation) -> set[str]:
    """The preconditions that an operation takes because its resource has an ETag."""
    if operation.id in UNCONDITIONAL:
        return set()
    if operation.method == "get":
        has_tag = any("ETag" in r.headers for r in operation.responses if r.status == "200")
        return {"If-None-Match", "If-Modified-Since"} if has_tag else set()
    changing = {"put": {"If-Match", "If-None-Match"}, "patch": {"If-Match"}, "delete": {"If-Match"}}
    return changing.get(operation.method, set())


def _gives_pages(contract: Contract, operation: Operation) -> bool:
    page = {"$ref": "#/components/schemas/PageLinks"}
    return any(
        contract.followed("", media["schema"]).node.get("properties", {}).get("links") == page
        for response in operation.responses
        for media in response.content.values()
    )


def _handler(operation: Operation) -> tuple[str, str]:
    return operation.node["tags"][0], re.sub("([A-Z])", r"_\1", operation.id).lower()


def _unbounded(contract: Contract, kind: str, bounds: set[str]) -> list[str]:
    """The schemas of a type that lack a bound; what is enumerated is bounded."""
    return [
        f"{place}: {sorted(bounds - set(schema))}"
        for place, schema in contract.schemas()
        if kind in types(schema) and not {"enum", "const"} & set(schema) and bounds - set(schema)
    ]


def _inline_declarations(contract: Contract) -> Iterator[Found]:
    """What an operation says itself though a component could say it for many."""
    for operation in contract.operations:
        for place, node in nodes(operation.node, operation.place):
            owner, _, key = place.rpartition("/")
            if owner.endswith(("/parameters", "/responses", "/headers")) or key == "schema":
                yield Found(place, node)
            if owner.endswith("/content") and "example" in node:
                yield Found(f"{place}/example", node["example"])


def _mappings(contract: Contract) -> list[yaml.MappingNode]:
    return [node for node in _yaml_nodes(contract) if isinstance(node, yaml.MappingNode)]


def _scalars(contract: Contract) -> list[yaml.ScalarNode]:
    return [node for node in _yaml_nodes(contract) if isinstance(node, yaml.ScalarNode)]


def _yaml_nodes(contract: Contract) -> list[yaml.Node]:
    """Every node of the text, keys included."""
    waiting = [yaml.compose(contract.text, Loader=yaml.CSafeLoader)]
    found: list[yaml.Node] = []
    while waiting:
        node = waiting.pop()
        found.append(node)
        if isinstance(node, yaml.MappingNode):
            waiting.extend(part for pair in node.value for part in pair)
        elif isinstance(node, yaml.SequenceNode):
            waiting.extend(node.value)
    return found


def _status_keys(contract: Contract) -> list[list[yaml.ScalarNode]]:
    """The keys of each mapping from statuses to responses."""
    mappings = [[key for key, _ in mapping.value] for mapping in _mappings(contract)]
    return [keys for keys in mappings if keys and re.fullmatch("[0-9].*", keys[0].value)]


def _doubled(keys: list[yaml.ScalarNode]) -> list[yaml.ScalarNode]:
    count = Counter(key.value for key in keys)
    return [key for key in keys if count[key.value] > 1]
