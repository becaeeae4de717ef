"""One router: what Tenor runs is what Flask's map of rules would run, and no request is redirected.

Two routers that disagree are an authentication bypass: the rule of one is checked, the function
of the other is called.
"""

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import flask
import pytest
from hypothesis import given, note
from hypothesis import strategies as st
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import RequestRedirect, Rule, Submount

from tenor import ConfigurationError, Tenor
from tests.engine.contracts import (
    ANYTHING,
    Json,
    document,
    of,
    operation,
    path,
    repeatable,
    response,
    serving,
)
from tests.engine.wire import Reply, ask

METHODS = ("GET", "HEAD", "POST", "PUT", "OPTIONS")
NO_METHOD_OF_ANY = ("DELETE", "PURGE")

# {} stands for a parameter, {*} for one of `format: path`, which spans slashes.
SEGMENTS = ("a", "b", "v1-2.json", "{}", "v{}-{}.json", "{}.json", "a{}", "{*}", "")
TEXTS = ("a", "b", "ab", "v1-2.json", "v1-2-3.json", "x.json", ".json", "v-.json", "", "ü", " ")
TEXTS += ("a\n", "\n", "%2F", "+", ".", "..", "{}", "a;b=c")

Table = tuple[tuple[str, tuple[str, ...]], ...]
Chosen = tuple[str, Json] | tuple[()]


@st.composite
def tables(draw: st.DrawFn) -> Table:
    """Paths that can be told apart, in some order, each with its methods."""
    shapes = st.lists(st.sampled_from(SEGMENTS), min_size=1, max_size=3).map(
        lambda segments: "/" + "/".join(segments)
    )
    chosen = draw(
        st.lists(
            shapes.filter(lambda shape: "//" not in shape),
            min_size=1,
            max_size=6,
            unique_by=lambda shape: shape.replace("{*}", "{}"),
        )
    )
    methods = st.lists(st.sampled_from(METHODS), min_size=1, max_size=3, unique=True).map(tuple)
    return tuple((shape, draw(methods)) for shape in chosen)


def nobody(token: str) -> None:
    """Know nobody's token."""


NOBODY = f"{__name__}.nobody"

requests = st.tuples(
    st.sampled_from(METHODS + NO_METHOD_OF_ANY),
    st.lists(st.sampled_from(TEXTS), min_size=1, max_size=4)
    .map(lambda texts: "/" + "/".join(texts))
    .filter(lambda path: not path.startswith("//")),
)


def table_app(table: Table, called: list[Chosen]) -> Tenor:
    """An application whose handlers note that they were called, and with what."""
    paths: Json = {}
    handlers: dict[str, Callable[..., None]] = {}
    for number, (shape, methods) in enumerate(table):
        written, parameters = named(shape)
        paths[written] = {"parameters": parameters} if parameters else {}
        for method in methods:
            name = f"{method.lower()}{number}"
            paths[written][method.lower()] = operation(name, answers={204: response()})
            handlers[name] = noting(name, called)
    return of(document(paths), handlers)


def named(shape: str) -> tuple[str, list[Json]]:
    """The path with a name for each of its parameters, and their declarations."""
    written, parameters = "", []
    for piece in shape.replace("{*}", "\0*}").replace("{}", "\0}").split("\0"):
        if "}" in piece:
            name = f"p{len(parameters)}"
            greedy = {"format": "path"} if piece.startswith("*") else {}
            parameters.append(path(name, {"type": "string", **greedy}))
            written += "{" + name + "}" + piece.partition("}")[2]
        else:
            written += piece
    return written, parameters


def noting(name: str, called: list[Chosen]) -> Callable[..., None]:
    def handler(*, user: Any = None, token_info: Any = None, **values: Any) -> None:
        called.append((name, values))

    return handler


def by_flask(app: Tenor, method: str, target: str) -> Chosen | set[str] | None:
    """What Flask's map chooses, the methods that it knows instead, or None for a redirect."""
    try:
        endpoint, values = app.url_map.bind("").match(target, method)
    except RequestRedirect:
        return None
    except MethodNotAllowed as error:
        return set(error.valid_methods or ())
    except NotFound:
        return ()
    return endpoint, dict(values)


@repeatable
@given(table=tables(), asked=st.lists(requests, min_size=5, max_size=20))
def test_the_operation_that_runs_is_the_one_that_flask_would_choose(
    table: Table, asked: list[tuple[str, str]]
):
    """For every table of paths, in every order, every method and path.

    Where Flask's map would redirect for a slash it chooses nothing, and the claim is silent.
    """
    called: list[Chosen] = []
    app = table_app(table, called)
    for method, target in asked:
        note(f"{method} {target!r} among {table}")
        called.clear()
        reply = ask(app, f"{method} {quote(target)}")

        expected = by_flask(app, method, target)
        if isinstance(expected, set):
            assert called == []
            assert reply.status == (204 if method == "OPTIONS" else 405)
            assert allowed_by(reply) == expected | {"OPTIONS"}
        elif expected is not None:
            assert called == ([expected] if expected else [])
            assert reply.status == (204 if expected else 404)


def test_no_order_of_paths_opens_what_is_secured():
    """A public template beside a secured address never answers for it."""
    public = operation("getUser", takes=[path("key")])
    secured = operation("exportUsers", security=[{"token": []}], answers={200: response(ANYTHING)})
    other = operation("getFile", takes=[path("name", {"type": "string", "format": "path"})])
    schemes = {"token": {"type": "http", "scheme": "bearer", "x-bearerInfoFunc": NOBODY}}
    paths = {
        "/users/{key}": {"get": public},
        "/users/export": {"get": secured},
        "/{name}": {"get": other},
    }
    handlers = {
        "getUser": lambda key: "public",
        "exportUsers": lambda: "secret",
        "getFile": lambda name: "file",
    }

    for order in itertools.permutations(paths):
        spec = document({key: paths[key] for key in order}, components={"securitySchemes": schemes})
        app = of(spec, handlers)

        assert ask(app, "GET /users/export").status == 401
        assert ask(app, "HEAD /users/export").status == 401
        assert ask(app, "GET /users/exports").json == "public"
        assert ask(app, "GET /users/a/b").json == "file"


@pytest.fixture
def things() -> Tenor:
    answers = {200: response(ANYTHING)}
    return of(
        document(
            {
                "/things": {
                    "get": operation("listThings"),
                    "post": operation("addThing", answers={204: response()}),
                },
                "/things/{key}": {"get": operation("getThing", takes=[path("key")])},
                "/probe": {
                    "head": operation("probe", answers={204: response()}),
                    "options": operation("ask", answers=answers),
                    "get": operation("read", answers=answers),
                },
            }
        ),
        {
            "listThings": lambda: ["one"],
            "addThing": lambda: None,
            "getThing": lambda key: key,
            "probe": lambda: None,
            "ask": lambda: "asked",
            "read": lambda: "read",
        },
    )


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("GET /", 404),
        ("GET /nothing", 404),
        ("GET /things/", 404),
        ("GET //things", 404),
        ("GET ///things", 404),
        ("GET /things//", 404),
        ("GET /things//1", 404),
        ("GET /things/1/", 404),
        ("GET /things/1%2F2", 404),
        ("GET /Things", 404),
        ("GET /things%00", 404),
        ("GET /things%0A", 404),
        ("GET /%ff", 404),
        ("GET /things/%ff", 404),
        ("GET /things/..", 200),
        ("GET /things/%25", 200),
        ("GET /things/%C3%BC", 200),
        ("POST /nothing", 404),
        ("DELETE /nothing", 404),
        ("OPTIONS /nothing", 404),
        ("get /things", 405),
        ("DELETE /things", 405),
        ("PURGE /things", 405),
    ],
)
def test_an_address_is_known_to_the_letter(things: Tenor, line: str, status: int):
    """No slash is added, merged or dropped, nothing redirects, and a miss is a problem."""
    reply = ask(things, line)

    assert reply.status == status
    assert "Location" not in reply.headers
    if status != 200:
        assert reply.problem == {404: "not-found", 405: "method-not-allowed"}[status]


@pytest.mark.parametrize("text", ["%0A", "%00", "1%0A", "%0D%0A"])
def test_a_control_character_in_a_path_parameter_reaches_its_schema(text: str):
    """It breaks a pattern that does not admit it, also at the end, where `$` is lenient."""
    app = serving(
        lambda key: key,
        "GET /things/{key}",
        takes=[path("key", {"type": "string", "pattern": "^[a-z0-9]*$"})],
    )

    assert ask(app, f"GET /things/{text}").status == 404


def test_text_outside_of_ascii_arrives_as_it_was_written(things: Tenor):
    assert ask(things, "GET /things/%C3%BC%E2%82%AC").json == "ü€"


@pytest.mark.parametrize(
    ("target", "allowed"),
    [
        ("/things", "GET, HEAD, OPTIONS, POST"),
        ("/things/1", "GET, HEAD, OPTIONS"),
        ("/probe", "GET, HEAD, OPTIONS"),
        ("/docs", "GET, HEAD, OPTIONS"),
    ],
)
def test_a_wrong_method_hears_exactly_the_right_ones(things: Tenor, target: str, allowed: str):
    reply = ask(things, f"DELETE {target}")

    assert (reply.status, reply.problem) == (405, "method-not-allowed")
    assert reply.headers["Allow"] == allowed


def test_options_lists_the_methods_and_has_no_content(things: Tenor):
    reply = ask(things, "OPTIONS /things")

    assert (reply.status, reply.body) == (204, b"")
    assert reply.headers["Allow"] == "GET, HEAD, OPTIONS, POST"


def test_a_declared_options_is_an_operation(things: Tenor):
    assert ask(things, "OPTIONS /probe").json == "asked"


def test_head_is_get_without_its_content(things: Tenor):
    got, headed = ask(things, "GET /things/1"), ask(things, "HEAD /things/1")

    assert (headed.status, headed.body) == (200, b"")
    assert headed.headers["Content-Length"] == str(len(got.body))
    assert headed.headers["Content-Type"] == got.headers["Content-Type"]


def test_a_declared_head_comes_before_that_of_get(things: Tenor):
    assert ask(things, "HEAD /probe").status == 204
    assert ask(things, "GET /probe").json == "read"


def test_an_address_matched_by_two_templates_allows_the_methods_of_both():
    app = of(
        document(
            {
                "/users/{key}": {"get": operation("getUser", takes=[path("key")])},
                "/users/export": {"post": operation("export", answers={204: response()})},
            }
        ),
        {"getUser": lambda key: key, "export": lambda: None},
    )

    assert ask(app, "GET /users/export").json == "export"
    assert ask(app, "PUT /users/export").headers["Allow"] == "GET, HEAD, OPTIONS, POST"
    assert ask(app, "PUT /users/other").headers["Allow"] == "GET, HEAD, OPTIONS"


def test_a_parameter_of_format_path_spans_slashes():
    app = serving(
        lambda name: name,
        "GET /files/{name}",
        takes=[path("name", {"type": "string", "format": "path"})],
    )

    assert ask(app, "GET /files/a/b.txt").json == "a/b.txt"
    assert ask(app, "GET /files/a%2Fb.txt").json == "a/b.txt"
    assert ask(app, "GET /files/").status == 404


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("/v1", "/v1"),
        ("/v1/", "/v1"),
        ("https://api.example.com/v1", "/v1"),
        ("https://api.example.com", ""),
        ("/", ""),
    ],
)
def test_the_path_of_the_servers_is_the_base_of_all_paths(url: str, base: str):
    servers = [{"url": url}, {"url": f"https://other.example.com{base}"}]
    app = serving(lambda: "here", root={"servers": servers})

    assert ask(app, f"GET {base}/thing").json == "here"
    assert ask(app, "GET /other/thing").status == 404
    assert not base or ask(app, "GET /thing").status == 404


@pytest.mark.parametrize(
    ("root", "item", "place", "base"),
    [
        ([{"url": "/v1"}, {"url": "/v2"}], {}, "/servers/1", "/v2"),
        ([{"url": "https://a/v1"}, {"url": "https://b"}], {}, "/servers/1", "/"),
        (
            [{"url": "/{v}", "variables": {"v": {"default": "v1", "enum": ["v1", "v2"]}}}],
            {},
            "/servers/0",
            "/v2",
        ),
        ([], {"servers": [{"url": "/v9"}]}, "/paths/~1thing/servers/0", "/v9"),
        ([{"url": "/v1"}], {"servers": [{"url": "/v9"}]}, "/paths/~1thing/servers/0", "/v9"),
        ([], {"get": {"servers": [{"url": "/v9"}]}}, "/paths/~1thing/get/servers/0", "/v9"),
    ],
)
def test_a_base_path_that_would_not_be_served_is_refused(
    root: list[Json], item: Json, place: str, base: str
):
    described = {**item, "get": {**operation("useThing"), **item.get("get", {})}}
    spec = {**document({"/thing": described}), **({"servers": root} if root else {})}

    with pytest.raises(ConfigurationError) as caught:
        of(spec, {"useThing": lambda: "here"})

    assert caught.value.place == f"<document>#{place}"
    assert f"the base path {base}," in caught.value.fault
    assert "one base path" in caught.value.remedy


def test_servers_may_differ_in_all_but_the_base_path():
    regions = {"default": "eu", "enum": ["eu", "us"]}
    root = [
        {"url": "https://{region}.example.com/v1", "variables": {"region": regions}},
        {"url": "/{version}", "variables": {"version": {"default": "v1"}}},
    ]
    item = {"servers": [{"url": "http://localhost/v1/"}], "get": operation("useThing")}

    app = of(document({"/thing": item}, servers=root), {"useThing": lambda: "here"})

    assert ask(app, "GET /v1/thing").json == "here"


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("https://h/{base}", "has no variable base"),
        ("https://h/{base", "no path that could be served"),
        ("v1", "no path that could be served"),
        ("./v1", "no path that could be served"),
        ("http://[h/v1", "no path that could be served"),
        ("/a<b>", "no path that could be served"),
    ],
)
def test_a_server_that_says_no_path_is_refused(url: str, fault: str):
    with pytest.raises(ConfigurationError, match=fault) as caught:
        serving(lambda: "here", root={"servers": [{"url": url}]})

    assert caught.value.place.startswith("<document>#/servers/0")
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("base", "template", "target"),
    [
        ("", "/t/a%20b", "/t/a%20b"),
        ("", "/t/a%20b", "/t/a b"),
        ("", "/%C3%BC/{key}%21", "/ü/1!"),
        ("", "/%7Bkey%7D", "/{key}"),
        ("/a%20b", "/thing", "/a%20b/thing"),
    ],
)
def test_an_address_may_be_written_with_percent_signs(base: str, template: str, target: str):
    takes = [path("key")] if "{" in template else []
    app = serving(
        lambda **_all: "here",
        f"GET {template}",
        takes=takes,
        root={"servers": [{"url": base or "/"}]},
    )

    assert ask(app, f"GET {quote(target, safe='/%')}").json == "here"


# --- the application's own routes ---------------------------------------------------------------


def plain_and_tenor(add: Callable[[flask.Flask], None]) -> tuple[flask.Flask, Tenor]:
    """The same routes in plain Flask and beside an operation."""
    plain = flask.Flask("plain", static_folder=None)
    tenor = serving(lambda key: key, "GET /things/{key}", takes=[path("key")])
    add(plain)
    add(tenor)
    return plain, tenor


def allowed_by(reply: Reply) -> set[str]:
    return {*reply.headers.get("Allow", "").split(", ")}


def own_routes(app: flask.Flask) -> None:
    def spoken(**values: Any) -> Json:
        return {"endpoint": flask.request.endpoint, **values}

    blueprint = flask.Blueprint("shop", __name__, url_prefix="/shop")
    blueprint.add_url_rule("/<int:number>", "item", spoken)
    app.register_blueprint(blueprint)
    app.add_url_rule("/about", "about", spoken)
    app.add_url_rule("/folder/", "folder", spoken)
    app.add_url_rule("/lenient/", "lenient", spoken, strict_slashes=False)
    app.add_url_rule("/bare", "bare", spoken, strict_slashes=False)
    app.add_url_rule("/files/<path:name>", "file", spoken)
    app.add_url_rule("/trees/<path:name>/", "tree", spoken)
    app.add_url_rule("/trees/<path:name>/meta", "meta", spoken)
    app.add_url_rule("/users/<uuid:id>/<any(a, b):kind>", "user", spoken)
    app.add_url_rule("/rate/<float:rate>", "rate", spoken)
    app.add_url_rule("/form", "form", spoken, methods=["POST"])
    app.add_url_rule("/built-only", "built", build_only=True)


@pytest.mark.parametrize(
    "line",
    [
        "GET /about",
        "HEAD /about",
        "OPTIONS /about",
        "GET /folder/",
        "GET /folder",
        "GET /folder?a=1",
        "GET /lenient/",
        "GET /lenient",
        "GET /bare",
        "GET /bare/",
        "GET /files/a/b",
        "GET /trees/a/b/",
        "GET /trees/a/b",
        "GET /trees/a/b/meta",
        "GET /users/4b6b1cc6-9b1c-4ff5-8b9f-0c9e5b3f8f3e/a",
        "GET /rate/1.5",
        "POST /form",
        "GET /shop/12",
    ],
)
def test_an_own_route_answers_as_in_plain_flask(line: str):
    """With its redirects for slashes, its converters and its automatic methods."""
    plain, tenor = plain_and_tenor(own_routes)

    expected, found = ask(plain, line), ask(tenor, line)

    assert (found.status, found.body) == (expected.status, expected.body)
    assert allowed_by(found) == allowed_by(expected)
    for name in ("Location", "Content-Type"):
        assert found.headers.get(name) == expected.headers.get(name)


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("GET /rate/x", 404),
        ("GET /shop/twelve", 404),
        ("GET /users/1/a", 404),
        ("POST /about", 405),
        ("GET /form", 405),
        ("GET /built-only", 404),
    ],
)
def test_a_miss_among_own_routes_is_a_miss_as_in_plain_flask(line: str, status: int):
    plain, tenor = plain_and_tenor(own_routes)

    assert ask(plain, line).status == status
    assert ask(tenor, line).status == status


def test_an_own_route_is_outside_the_contract():
    """It is listed as such, and nothing that it answers is judged."""
    _, tenor = plain_and_tenor(own_routes)

    outside = {rule.endpoint for rule in tenor.url_map.iter_rules()} - {*tenor.operations}

    assert {"tenor_docs", "tenor_openapi_json", "about", "shop.item"} <= outside
    assert {*tenor.operations} == {"useThing"}


def test_an_own_route_shares_an_address_with_an_operation_by_method():
    app = serving(lambda: "operation")
    app.add_url_rule("/thing", "own", lambda: "own", methods=["POST"])

    assert ask(app, "GET /thing").json == "operation"
    assert ask(app, "POST /thing").text == "own"
    assert ask(app, "DELETE /thing").headers["Allow"] == "GET, HEAD, OPTIONS, POST"


@pytest.mark.parametrize(
    ("operation_at", "rule", "methods"),
    [
        ("GET /thing", "/thing", ["GET"]),
        ("GET /thing", "/thing", ["HEAD"]),
        ("POST /thing", "/thing", ["GET", "POST"]),
        ("OPTIONS /thing", "/thing", ["OPTIONS"]),
        ("GET /things/{key}", "/things/<other>", ["GET"]),
        ("GET /things/{key}/parts", "/things/<string:other>/parts", ["GET"]),
    ],
)
def test_an_own_route_that_an_operation_would_hide_is_refused(
    operation_at: str, rule: str, methods: list[str]
):
    """It would never run. The sentence names it, and the operation with its place."""
    takes = [path("key")] if "{" in operation_at else []
    app = serving(lambda **_all: "operation", operation_at, takes=takes)

    with pytest.raises(ConfigurationError) as caught:
        app.add_url_rule(rule, "shop_page", lambda **_all: "own", methods=methods)

    method = methods[-1]
    address = operation_at.partition(" ")[2].replace("/", "~1")
    operation = operation_at.partition(" ")[0].lower()
    assert caught.value.place == f"<document>#/paths/{address}/{operation}"
    assert caught.value.fault == (
        f"the route shop_page asks for {method} {rule}, which the operation useThing answers"
    )
    assert caught.value.remedy == "Give the route another address or method, or leave it out."


def test_a_rule_for_every_method_is_refused_where_an_operation_is():
    app = serving(lambda: "operation")

    with pytest.raises(ConfigurationError, match="the route own asks for GET /thing"):
        app.url_map.add(Rule("/thing", endpoint="own"))


def test_a_route_that_was_there_before_the_operations_is_refused_as_well(tmp_path: Path):
    """Flask adds that of static files before all others."""
    greedy = path("name", {"type": "string", "format": "path"})

    with pytest.raises(ConfigurationError, match="the route static asks for GET /files/"):
        serving(
            lambda name: name,
            "GET /files/{name}",
            takes=[greedy],
            static_folder=str(tmp_path),
            static_url_path="/files",
        )


@pytest.mark.parametrize(
    ("operation_at", "rule", "options"),
    [
        ("POST /thing", "/thing", {"methods": ["GET"]}),
        ("HEAD /thing", "/thing", {"methods": ["GET"]}),
        ("OPTIONS /thing", "/thing", {"methods": ["GET"]}),
        ("GET /thing", "/thing/", {"methods": ["GET"]}),
        ("GET /things/{key}", "/things/<int:key>", {"methods": ["GET"]}),
        ("GET /things/{key}", "/things/all", {"methods": ["GET"]}),
        ("GET /things/{key}", "/<path:rest>", {"methods": ["GET"]}),
        ("GET /thing", "/thing", {"build_only": True}),
    ],
)
def test_an_own_route_that_can_run_is_taken(operation_at: str, rule: str, options: Json):
    """Also where Flask's own HEAD and OPTIONS of it are those of an operation."""
    answers = {204: response()}
    takes = [path("key")] if "{" in operation_at else []
    app = serving(lambda **_all: None, operation_at, takes=takes, answers=answers)

    app.add_url_rule(rule, "own", lambda **_all: "own", **options)

    assert ask(app, operation_at.replace("{key}", "x")).status == 204


def test_a_submount_of_own_routes_is_routed():
    """`url_map.add` takes factories of rules too."""
    app = serving(lambda: "operation")
    app.view_functions["inside"] = lambda: "inside"
    app.url_map.add(Submount("/outer", [Rule("/inner", endpoint="inside")]))

    assert ask(app, "GET /outer/inner").text == "inside"


def test_an_operation_is_reached_through_the_gate_alone():
    """Also where Flask's own matching is looser than the router: `//thing` is `/thing` to it."""
    app = serving(lambda: {"undeclared": True}, answers={200: response({"type": "object"})})

    assert app.url_map.bind("").match("//thing")[0] == "useThing"
    assert ask(app, "GET //thing").status == 404
