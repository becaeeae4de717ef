"""Bad configuration ends at start, in one sentence that names the place and the remedy."""

from collections.abc import Callable
from pathlib import Path
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
    nothing,
    of,
    operation,
    path,
    query,
    response,
    serving,
    taking,
)

TEXT = {"type": "string"}


def answering(media_type: str) -> Callable[[], Tenor]:
    return lambda: serving(nothing, answers={200: response(ANYTHING, media_type)})


def with_paths(*paths: str) -> Callable[[], Tenor]:
    def described(number: int, template: str) -> Json:
        names = [piece.partition("}")[0] for piece in template.split("{")[1:]]
        return {"get": operation(f"op{number}", takes=[path(name) for name in names])}

    spec = document({template: described(n, template) for n, template in enumerate(paths)})
    handlers = {f"op{number}": nothing for number in range(len(paths))}
    return lambda: of(spec, handlers)


def with_parameter(declared: Json) -> Callable[[], Tenor]:
    at = "GET /thing/{p}" if declared["in"] == "path" else "GET /thing"
    return lambda: serving(nothing, at, takes=[declared])


def styled(location: str, style: str) -> Callable[[], Tenor]:
    make = path if location == "path" else query
    return with_parameter({**make("p"), "in": location, "style": style})


def scheme(**described: Any) -> Callable[[], Tenor]:
    root = {"components": {"securitySchemes": {"auth": described}}}
    return lambda: serving(nothing, security=[{"auth": []}], root=root)


OPERATION = "<document>#/paths/~1thing/get"

BAD: dict[str, tuple[Callable[[], Tenor], str, str]] = {
    "no file": (lambda: Tenor("nowhere.yaml"), "nowhere.yaml", "cannot be read"),
    "a folder": (lambda: Tenor(Path()), ".", "cannot be read"),
    "another version": (
        lambda: of(document({}, openapi="2.0"), {}),
        "<document>",
        "says openapi: '2.0'",
    ),
    "no OpenAPI": (lambda: of({"openapi": "3.1.1"}, {}), "<document>", "not valid OpenAPI"),
    "a foreign reference": (
        lambda: of(document({"/a": {"$ref": "other.yaml"}}), {}),
        "<document>#/paths/~1a/$ref",
        "leads out of the document",
    ),
    "a reference to nothing": (
        lambda: serving(nothing, answers={200: {"$ref": "#/components/responses/A"}}),
        "<document>",
        "nothing stands at",
    ),
    "no operationId": (
        lambda: of(document({"/thing": {"get": {"responses": {"204": response()}}}}), {}),
        OPERATION,
        "has no operationId",
    ),
    "no handler": (
        lambda: of(document({"/thing": {"get": operation("a")}}), {}),
        OPERATION,
        "no handler",
    ),
    "a handler that cannot be called": (
        lambda: of(document({"/thing": {"get": operation("a")}}), {"a": 5}),
        OPERATION,
        "a",
    ),
    "a handler without a signature": (lambda: serving(dict), OPERATION, "has no signature"),
    "a handler that takes too little": (
        lambda: serving(lambda: 1, "GET /a/{n}", takes=[path("n")]),
        "<document>#/paths/~1a~1{n}/get",
        "does not take the path parameter n",
    ),
    "a handler that asks for too much": (
        lambda: serving(lambda more: 1),
        OPERATION,
        "asks for more",
    ),
    "a handler of positional arguments": (
        lambda: serving(lambda n, /: 1, takes=[query("n")]),
        OPERATION,
        "n",
    ),
    "two parameters side by side": (
        with_paths("/a/{b}{c}"),
        "<document>#/paths/~1a~1{b}{c}",
        "side by side",
    ),
    "two paths of one shape": (
        with_paths("/a/{b}", "/a/{c}"),
        "<document>#/paths/~1a~1{c}",
        "cannot be told apart",
    ),
    "a path that no URL has": (with_paths("/a<b>"), "<document>#/paths/~1a<b>", "no URL has"),
    "a path with its bracket written otherwise": (
        with_paths("/a%3Cb"),
        "<document>#/paths/~1a%3Cb",
        "no URL has",
    ),
    "two ways to write one path": (
        with_paths("/a b", "/a%20b"),
        "<document>#/paths/~1a%20b",
        "cannot be told apart",
    ),
    "a path with a query": (
        with_paths("/a?x=1"),
        "<document>#/paths/~1a?x=1",
        "goes on after its end",
    ),
    "a path with a fragment": (
        with_paths("/a#b"),
        "<document>#/paths/~1a#b",
        "goes on after its end",
    ),
    "two parameters of one name": (
        with_paths("/{a-b}/{a_b}"),
        "<document>#/paths/~1{a-b}~1{a_b}",
        "the same name",
    ),
    "a style in the path": (
        styled("path", "matrix"),
        f"{OPERATION[:-4]}~1{{p}}/get",
        "style matrix",
    ),
    "another style in the path": (styled("path", "label"), "<document>", "style label"),
    "a style in the query": (styled("query", "pipeDelimited"), OPERATION, "style pipeDelimited"),
    "a style with spaces": (styled("query", "spaceDelimited"), OPERATION, "style spaceDelimited"),
    "a parameter that is XML": (
        with_parameter(
            {"name": "p", "in": "query", "content": contents({"application/xml": TEXT})}
        ),
        OPERATION,
        "application/xml is not supported",
    ),
    "a default that breaks its schema": (
        with_parameter(query("p", {"type": "integer", "default": "x"})),
        f"{OPERATION}/parameters/0/schema/default",
        "the default breaks its own schema: x is not of type integer",
    ),
    "a media type that nobody knows": (
        answering("application/vnd.nobody"),
        f"{OPERATION}/responses/200/content/application~1vnd.nobody",
        "has no validator",
    ),
    "a media type that is none": (answering("nonsense"), f"{OPERATION}/responses/200", "nonsense"),
    "a media type of a request that is none": (
        lambda: serving(nothing, "POST /thing", body=taking(ANYTHING, "nonsense")),
        "<document>#/paths/~1thing/post/requestBody",
        "nonsense",
    ),
    "a schema keyword": (
        lambda: serving(nothing, answers={200: response({"$anchor": "a"})}),
        f"{OPERATION}/responses/200/content/application~1json/schema",
        "$anchor is not supported",
    ),
    "a pattern": (
        lambda: serving(nothing, answers={200: response({"type": "string", "pattern": "("})}),
        "<document>",
        "(",
    ),
    "a scheme without a function": (
        scheme(type="http", scheme="bearer"),
        "<document>#/components/securitySchemes/auth",
        "names no function",
    ),
    "a scheme of another kind": (
        scheme(type="mutualTLS"),
        "<document>#/components/securitySchemes/auth",
        "not supported",
    ),
    "a policy": (lambda: serving(nothing, policy="strict"), "policy", "'strict' is no policy"),
    "a policy of no rule": (
        lambda: serving(nothing, policy={"all": "raise"}),
        "policy",
        "the policy names 'all', which is neither",
    ),
}


@pytest.mark.parametrize(("make", "place", "fault"), BAD.values(), ids=BAD)
def test_bad_configuration_ends_in_one_sentence(make: Callable[[], Tenor], place: str, fault: str):
    with pytest.raises(ConfigurationError) as caught:
        make()

    error = caught.value
    assert error.place.startswith(place)
    assert fault in error.fault
    assert error.remedy.endswith(".")
    assert str(error) == f"{error.place}: {error.fault.rstrip('.')}. {error.remedy}"
    assert "\n" not in str(error)


def test_a_schema_that_cannot_be_compiled_is_told_at_its_keyword():
    """In one sentence, though the validator says it in five lines."""
    compiler = Compiler(load(document({})))

    with pytest.raises(ConfigurationError, match="cannot be compiled") as caught:
        compiler.request({"type": "object", "properties": {"a": {"pattern": "("}}}, "/x")

    assert caught.value.place == "<document>#/x/properties/a/pattern"
    assert "\n" not in str(caught.value)


def test_a_sentence_without_a_place_begins_with_its_fault():
    assert str(ConfigurationError("it is so.", remedy="Change it.")) == "it is so. Change it."


def test_what_was_wrong_is_the_cause(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """An import that failed is shown with its own traceback."""
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "handlers_that_fail.py").write_text("import json\njson.loads('{')\n")

    with pytest.raises(ConfigurationError) as caught:
        of(document({"/a": {"get": operation("readA")}}), "handlers_that_fail")

    assert isinstance(caught.value.__cause__, ValueError)


def test_nothing_is_asked_of_the_document_beyond_what_is_used():
    """A contract with unused parts that Tenor does not know starts all the same."""
    components = {
        "securitySchemes": {"later": {"type": "mutualTLS"}},
        "parameters": {"odd": query("odd", style="pipeDelimited")},
        "responses": {"odd": response(ANYTHING, "application/vnd.nobody")},
    }

    assert serving(nothing, root={"components": components})
