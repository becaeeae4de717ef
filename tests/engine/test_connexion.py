"""connexion's conventions: handlers that were written for it run unchanged."""

import functools
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import connexion
import flask
import pytest
from connexion import NoContent, request
from connexion.context import context
from connexion.exceptions import BadRequestProblem, ProblemException
from connexion.lifecycle import ConnexionResponse

from tenor import ConfigurationError, ContractViolation, Tenor
from tests.engine.contracts import (
    ANYTHING,
    PROBLEM,
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
from tests.engine.wire import ask

INTEGER = {"type": "integer"}
ANSWERS: Json = {
    200: response(ANYTHING),
    201: response(ANYTHING, headers={"X-A": header({})}),
    204: response(),
    400: response(ANYTHING, PROBLEM),
    404: response(ANYTHING, PROBLEM, headers={"X-A": header({})}),
    500: response(ANYTHING, PROBLEM),
}
Write = Callable[[dict[str, str]], str]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Write]:
    """Write a package of handlers and give its name; it is forgotten afterwards."""
    monkeypatch.syspath_prepend(tmp_path)
    made = (f"handlers_{tmp_path.name}_{number}".replace("-", "_") for number in range(9))
    packages: set[str] = set()

    def written(files: dict[str, str]) -> str:
        package = next(made)
        packages.add(package)
        (tmp_path / package).mkdir()
        for name, text in {"__init__": "", **files}.items():
            (tmp_path / package / f"{name}.py").write_text(text)
        return package

    yield written
    for name in [*sys.modules]:
        if name.partition(".")[0] in packages:
            del sys.modules[name]


def named(operation_id: str, **more: Any) -> Json:
    """A document of one operation."""
    described = operation(operation_id, answers=ANSWERS)
    return document({"/thing": {"get": {**described, **more}}})


# --- where a handler is found -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("files", "operation_id", "more", "endpoint"),
    [
        (
            {"posts": "def list_posts(): return 1"},
            "listPosts",
            {"tags": ["posts"]},
            "posts.list_posts",
        ),
        (
            {"posts": "def list_posts(): return 1"},
            "list_posts",
            {"tags": ["posts"]},
            "posts.list_posts",
        ),
        (
            {"blog_posts": "def get_html_page(): return 1"},
            "getHTMLPage",
            {"tags": ["Blog Posts", "other"]},
            "blog_posts.get_html_page",
        ),
        ({"__init__": "def list_posts(): return 1"}, "listPosts", {}, "list_posts"),
        (
            {"__init__": "def list_posts(): return 1"},
            "listPosts",
            {"tags": ["posts"]},
            "posts.list_posts",
        ),
    ],
)
def test_a_handler_is_found_by_its_tag_and_name(
    write: Write, files: dict[str, str], operation_id: str, more: Json, endpoint: str
):
    """`createPost` tagged `posts` is `handlers.posts.create_post`."""
    app = of(named(operation_id, **more), write(files))

    assert ask(app).json == 1
    assert [*app.operations] == [endpoint]


def test_a_dotted_operation_id_names_its_function_in_full(write: Write):
    package = write(
        {"deep": "def answer(): return 2\nclass Views:\n    answer = staticmethod(answer)"}
    )

    assert ask(of(named(f"{package}.deep.answer"), "nowhere")).json == 2
    assert ask(of(named(f"{package}.deep.Views.answer"), "nowhere")).json == 2


def test_a_router_controller_names_the_module(write: Write):
    package = write({"deep": "def answer(): return 3"})
    spec = named("answer", **{"x-openapi-router-controller": f"{package}.deep"})

    assert ask(of(spec, "nowhere")).json == 3


def test_handlers_may_be_a_module(write: Write):
    module = ModuleType("handlers_of_a_test")
    module.list_posts = lambda: 4  # pyright: ignore[reportAttributeAccessIssue]
    sys.modules[module.__name__] = module

    assert ask(of(named("listPosts"), module)).json == 4


def test_handlers_may_be_a_mapping():
    assert ask(of(named("anything.at-all"), {"anything.at-all": lambda: 5})).json == 5


def test_a_handler_may_be_a_bound_method_a_partial_or_an_object():
    class Views:
        def method(self, n: int) -> Json:
            return {"n": n}

        __call__ = method

    handlers = [Views().method, Views(), functools.partial(Views.method, Views())]

    for handler in handlers:
        app = serving(handler, takes=[query("n", INTEGER)])
        assert ask(app, "GET /thing?n=1").json == {"n": 1}


def test_a_decorated_handler_keeps_its_signature():
    def decorated(function: Any) -> Any:
        @functools.wraps(function)
        def wrapper(*arguments: Any, **named_arguments: Any) -> Any:
            return [function(*arguments, **named_arguments)]

        return wrapper

    app = serving(decorated(lambda n: n), takes=[query("n", INTEGER), query("m", INTEGER)])

    assert ask(app, "GET /thing?n=1&m=2").json == [1]


def test_an_asynchronous_handler_is_run():
    async def handler(n: int, body: Any = None) -> Any:
        return {"n": n, "path": flask.request.path}, 201

    reply = ask(serving(handler, takes=[query("n", INTEGER)], answers=ANSWERS), "GET /thing?n=1")

    assert (reply.status, reply.json) == (201, {"n": 1, "path": "/thing"})


@pytest.mark.parametrize(
    ("files", "operation_id", "more", "cause"),
    [
        ({}, "listPosts", {}, "has no function list_posts"),
        ({"posts": ""}, "listPosts", {"tags": ["posts"]}, "has no function list_posts"),
        (
            {"posts": "list_posts = 5"},
            "listPosts",
            {"tags": ["posts"]},
            "has no function list_posts",
        ),
        ({}, "nowhere_at_all.answer", {}, "nowhere_at_all"),
        ({}, "sys.no_such_thing", {}, "no_such_thing"),
        ({}, "answer", {"x-openapi-router-controller": "nowhere_at_all"}, "nowhere_at_all"),
    ],
)
def test_an_operation_without_a_handler_is_refused_at_start(
    write: Write, files: dict[str, str], operation_id: str, more: Json, cause: str
):
    """With the operation's place and the cause."""
    with pytest.raises(ConfigurationError) as caught:
        of(named(operation_id, **more), write(files))

    assert f"{operation_id} has no handler" in caught.value.fault
    assert cause in caught.value.fault
    assert caught.value.place == "<document>#/paths/~1thing/get"


@pytest.mark.parametrize(
    ("files", "more", "place", "cause"),
    [
        (
            {"posts": "import json\nimport nowhere_at_all"},
            {"tags": ["posts"]},
            "posts.py:2",
            "posts cannot be imported: ModuleNotFoundError: No module named 'nowhere_at_all'",
        ),
        (
            {"posts": "x = 1\n\ndef ("},
            {"tags": ["posts"]},
            "posts.py:3",
            "posts cannot be imported: SyntaxError: invalid syntax",
        ),
        (
            {"posts": "from . import store", "store": "\nraise ValueError"},
            {"tags": ["posts"]},
            "store.py:2",
            "posts cannot be imported: ValueError",
        ),
        (
            {"posts": "from . import store", "store": "\n("},
            {"tags": ["posts"]},
            "store.py:2",
            "posts cannot be imported: SyntaxError: '(' was never closed",
        ),
        (
            {"posts": "import json\n\njson.loads('{')"},
            {"tags": ["posts"]},
            "posts.py:3",
            "posts cannot be imported: JSONDecodeError: Expecting property name",
        ),
        (
            {"__init__": "raise ValueError('no\\nluck')"},
            {},
            "__init__.py:1",
            "cannot be imported: ValueError: no luck",
        ),
    ],
)
def test_an_import_that_fails_is_told_where_it_fails(
    write: Write, files: dict[str, str], more: Json, place: str, cause: str
):
    """At the last line of the user's own code, not at that of a library that it called."""
    package = write(files)

    with pytest.raises(ConfigurationError) as caught:
        of(named("listPosts", **more), package)

    assert caught.value.place.endswith(f"/{package}/{place}")
    assert caught.value.fault.startswith(f"listPosts has no handler: the module {package}")
    assert cause in caught.value.fault
    assert caught.value.remedy == "Mend it there."
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["import nowhere_at_all", "def (", "1 / 0"])
def test_an_import_that_fails_in_a_module_named_in_full_is_told_where_it_fails(
    write: Write, text: str
):
    package = write({"deep": text})

    for spec in (
        named(f"{package}.deep.answer"),
        named("answer", **{"x-openapi-router-controller": f"{package}.deep"}),
    ):
        with pytest.raises(ConfigurationError) as caught:
            of(spec, "nowhere")

        assert caught.value.place.endswith(f"/{package}/deep.py:1")
        assert caught.value.remedy == "Mend it there."


@pytest.mark.parametrize("text", ["def (", "1 / 0", "import nowhere_at_all"])
def test_a_package_that_fails_before_its_module_is_told_where_it_fails(write: Write, text: str):
    package = write({"__init__": text, "deep": ""})

    with pytest.raises(ConfigurationError) as caught:
        of(named("listPosts"), f"{package}.deep")

    assert caught.value.place.endswith(f"/{package}/__init__.py:1")


def test_handlers_that_were_installed_are_told_where_they_fail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    folder = tmp_path / "site-packages"
    folder.mkdir()
    (folder / "installed_handlers.py").write_text("\nimport nowhere_at_all")
    monkeypatch.syspath_prepend(folder)

    with pytest.raises(ConfigurationError) as caught:
        of(named("listPosts"), "installed_handlers")

    assert caught.value.place.endswith("/site-packages/installed_handlers.py:2")


def test_a_file_below_the_working_directory_is_named_from_there(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    package = write({"__init__": "1 / 0"})
    monkeypatch.chdir(tmp_path)

    with pytest.raises(ConfigurationError) as caught:
        of(named("listPosts"), package)

    assert caught.value.place == f"{package}/__init__.py:1"


@pytest.mark.parametrize("name", ["nowhere_at_all", "nowhere_at_all.deep", "json.nowhere"])
def test_a_package_that_is_not_there_is_named(name: str):
    with pytest.raises(ConfigurationError) as caught:
        of(named("listPosts", tags=["posts"]), name)

    assert str(caught.value) == (
        f"handlers: there is no package {name} on the path. "
        f"Name a package or module that can be imported from {Path.cwd()}."
    )


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("./shop", "Write it with dots, as import does: shop."),
        ("shop/", "Write it with dots, as import does: shop."),
        ("./shop/books.py", "Write it with dots, as import does: shop.books."),
        ("shop.py", "Write it with dots, as import does: shop."),
        ("../shop", "Write it with dots, as import does: shop."),
        ("/srv/shop", "Write it with dots, as import does: shop."),
        (".", "Name a package or module that can be imported from "),
        ("", "Name a package or module that can be imported from "),
    ],
)
def test_a_path_in_the_place_of_a_package_is_told_from_a_name(name: str, remedy: str):
    with pytest.raises(ConfigurationError) as caught:
        of(named("listPosts"), name)

    assert caught.value.place == "handlers"
    assert caught.value.fault == f"{name!r} is not the dotted name of a package or module"
    assert caught.value.remedy.startswith(remedy)


def test_a_function_that_is_not_there_is_told_with_the_file_that_was_searched(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    package = write({"posts": ""})

    with pytest.raises(ConfigurationError) as caught:
        of(named("listPosts", tags=["posts"]), package)

    assert caught.value.fault == (
        f"listPosts has no handler: {package}.posts ({package}/posts.py) has no function list_posts"
    )


def test_a_tag_without_a_module_is_named_with_the_package(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    package = write({"posts": "def list_posts(): return 1"})

    with pytest.raises(ConfigurationError) as caught:
        of(named("listPosts", tags=["postz"]), package)

    assert caught.value.fault == (
        f"listPosts has no handler: there is no module {package}.postz (the tag), "
        f"and {package} ({package}/__init__.py) has no function list_posts"
    )
    assert caught.value.remedy == (
        "Write the function in one of them, or correct the tag or the operationId."
    )


# --- arguments ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("declared", "line", "handler"),
    [
        (path("user-id"), "GET /a/x", lambda user_id: user_id),
        (path("user-id"), "GET /a/x", lambda userid: userid),
        (path("userId"), "GET /a/x", lambda userId: userId),  # noqa: N803
        (path("userId"), "GET /a/x", lambda user_id: user_id),
        (path("user.name"), "GET /a/x", lambda username: username),
        (path("1st"), "GET /a/x", lambda st: st),
        (path("id"), "GET /a/x", lambda id_: id_),
        (path("class"), "GET /a/x", lambda class_: class_),
        (query("from"), "GET /a?from=x", lambda from_: from_),
        (query("type"), "GET /a?type=x", lambda type_: type_),
        (query("page[size]"), "GET /a?page[size]=x", lambda page_size: page_size),
        (query("ids[]"), "GET /a?ids[]=x", lambda ids: ids),
        (query("sort-by"), "GET /a?sort-by=x", lambda sort_by: sort_by),
        (query("PageSize"), "GET /a?PageSize=x", lambda page_size: page_size),
        (query("$top"), "GET /a?$top=x", lambda top: top),
        (parameter("header", "If-Match"), "GET /a", lambda if_match: if_match),
        (parameter("header", "X-Request-ID"), "GET /a", lambda x_request_id: x_request_id),
        (parameter("header", "eTag"), "GET /a", lambda e_tag: e_tag),
        (parameter("cookie", "session-id"), "GET /a", lambda session_id: session_id),
    ],
)
def test_an_argument_is_named_after_its_parameter(declared: Json, line: str, handler: Any):
    """As it is where it is an identifier, else cleaned; or in snake_case, with `_` if need be."""
    template = "/a/{" + declared["name"] + "}" if declared["in"] == "path" else "/a"
    app = serving(handler, f"GET {template}", takes=[declared])
    headers = {declared["name"]: "x", "Cookie": f"{declared['name']}=x"}

    assert ask(app, line, headers=headers).json == "x"


def test_only_path_parameters_have_to_be_taken():
    takes = [path("n"), query("q"), parameter("header", "X-H"), parameter("cookie", "c")]
    app = serving(lambda n: n, "POST /a/{n}", takes=takes, body=taking(ANYTHING), security=[{}])

    reply = ask(app, "POST /a/1?q=x", json=1, headers={"X-H": "x", "Cookie": "c=x"})

    assert reply.json == "1"


def test_a_path_parameter_that_is_not_taken_is_refused_at_start():
    with pytest.raises(ConfigurationError, match="does not take the path parameter n") as caught:
        serving(lambda: 1, "GET /a/{n}", takes=[path("n")])

    assert caught.value.remedy == "Add the argument n to its signature."


def test_an_argument_that_nothing_serves_is_refused_at_start():
    with pytest.raises(
        ConfigurationError, match="asks for other, which the contract does not declare"
    ):
        serving(lambda n, other: 1, takes=[query("n")])

    with pytest.raises(ConfigurationError, match=re.escape("Declared are: body, n, x_shop. ")):
        serving(
            lambda shop: 1,
            "POST /thing",
            takes=[query("n"), parameter("header", "X-Shop")],
            body=taking(ANYTHING),
        )

    assert ask(serving(lambda n="d", other="free": [n, other], takes=[query("n")])).json == [
        "d",
        "free",
    ]


@pytest.mark.parametrize(
    "takes",
    [
        [path("n"), query("n")],
        [path("n"), parameter("cookie", "n")],
        [path("user_id"), query("user-id")],
        [query("a"), parameter("header", "A")],
        [path("body")],
        [path("user"), query("User")],
    ],
    ids=lambda takes: " and ".join(f"{p['in']} {p['name']}" for p in takes),
)
def test_two_values_for_one_argument_are_refused_at_start(takes: list[Json]):
    """Nobody could say which one the handler gets: a cookie must not stand in for an address."""
    names = "".join("/{" + p["name"] + "}" for p in takes if p["in"] == "path")

    with pytest.raises(ConfigurationError) as caught:
        serving(
            lambda n=None, user_id=None, a=None, body=None, user=None: 1,
            f"POST /a{names}",
            takes=takes,
            body=taking(ANYTHING),
        )

    assert caught.value.place
    assert caught.value.remedy


def test_a_handler_of_everything_gets_all_but_headers_and_cookies():
    takes = [path("n", INTEGER), query("q"), parameter("header", "X-H"), parameter("cookie", "c")]
    app = serving(echo, "POST /a/{n}", takes=takes, body=taking(ANYTHING))

    reply = ask(app, "POST /a/1?q=x", json=[2], headers={"X-H": "x", "Cookie": "c=x"})

    assert reply.json == {"n": 1, "q": "x", "body": [2], "user": None, "token_info": None}


def test_an_argument_that_is_not_sent_keeps_its_default():
    handler = lambda a, b="own": [a, b]  # noqa: E731 - the signature is the point

    assert ask(serving(handler, takes=[query("a"), query("b")])).json == [None, "own"]


def test_arguments_may_be_keyword_only():
    def handler(*, n: int, user: Any = "nobody") -> Any:
        return [n, user]

    assert ask(serving(handler, takes=[query("n", INTEGER)]), "GET /thing?n=1").json == [1, None]


def know_token(token: str) -> Json:
    return {"sub": token, "scope": "read"}


def test_user_token_info_and_media_type_come_by_name():
    scheme = {"type": "http", "scheme": "bearer", "x-bearerInfoFunc": f"{__name__}.know_token"}
    app = serving(
        lambda user, token_info, media_type: [user, token_info["scope"], media_type],
        security=[{"token": []}],
        root={"components": {"securitySchemes": {"token": scheme}}},
        answers={200: response(content={"application/json": ANYTHING, "text/html": ANYTHING})},
    )

    assert ask(app, headers={"Authorization": "Bearer ada"}).json == [
        "ada",
        "read",
        "application/json",
    ]


def test_a_parameter_of_such_a_name_is_the_parameter():
    app = serving(
        lambda user, media_type: [user, media_type], takes=[query("user"), query("media_type")]
    )

    assert ask(app, "GET /thing?user=a&media_type=b").json == ["a", "b"]


def test_a_body_may_be_named_by_the_contract():
    app = serving(
        lambda new_post, **rest: [new_post, sorted(rest)],
        "POST /thing",
        body=taking(ANYTHING, **{"x-body-name": "new_post"}),
    )

    assert ask(app, "POST /thing", json=1).json == [1, ["token_info", "user"]]


def test_a_form_is_one_body():
    form = {"type": "object", "properties": {"a": INTEGER}}
    app = serving(
        lambda body: body,
        "POST /thing",
        body={"content": contents({"application/x-www-form-urlencoded": form})},
    )
    headers = {"Content-Type": "application/x-www-form-urlencoded"}

    assert ask(app, "POST /thing", body=b"a=1", headers=headers).json == {"a": 1}


# --- answers ------------------------------------------------------------------------------------


def answering(handler: Any) -> Tenor:
    return serving(handler, answers=ANSWERS)


@pytest.mark.parametrize("spoken", [NoContent, (NoContent, 204), None, (None, 204)], ids=repr)
def test_no_content_is_said_in_every_way(spoken: Any):
    assert ask(answering(lambda: spoken)).status == 204


def test_connexions_response_is_an_answer():
    reply = ask(
        answering(
            lambda: ConnexionResponse(
                status_code=201, body={"a": 1}, mimetype="application/json", headers={"X-A": "b"}
            )
        )
    )

    assert (reply.status, reply.json, reply.headers["X-A"]) == (201, {"a": 1}, "b")


def test_connexions_problem_is_an_answer():
    reply = ask(
        answering(
            lambda: connexion.problem(
                404,
                "Gone",
                "It is gone.",
                type="about:gone",
                ext={"slug": "a"},
                headers={"X-A": "b"},
            )
        )
    )

    assert reply.headers["Content-Type"] == PROBLEM
    assert reply.headers["X-A"] == "b"
    assert reply.json == {
        "type": "about:gone",
        "title": "Gone",
        "detail": "It is gone.",
        "status": 404,
        "slug": "a",
    }


def raising(error: Exception) -> Any:
    def handler() -> None:
        raise error

    return handler


@pytest.mark.parametrize(
    ("error", "status", "title"),
    [
        (ProblemException(status=404, title="Gone", detail="It is gone."), 404, "Gone"),
        (ProblemException(status=404), 404, "Not Found"),
        (ProblemException(), 500, "Internal Server Error"),
        (BadRequestProblem("Not so."), 400, "Bad Request"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else str(value),
)
def test_a_raised_problem_is_an_answer(error: Exception, status: int, title: str):
    reply = ask(answering(raising(error)))

    assert (reply.status, reply.json["title"]) == (status, title)
    assert reply.headers["Content-Type"] == PROBLEM


def test_a_raised_problem_is_held_to_the_operation():
    with pytest.raises(ContractViolation, match="answered 418"):
        ask(answering(raising(ProblemException(status=418))))


# --- what is not there --------------------------------------------------------------------------


def as_attribute() -> Any:
    return connexion.request.headers


def imported() -> Any:
    return request.method


def by_context() -> Any:
    return context["user"]


def by_module() -> Any:
    return connexion.context.operation  # pyright: ignore[reportAttributeAccessIssue]


def imported_inside() -> Any:
    from connexion import request as current

    return current.method


def nested() -> Any:
    return list((lambda: connexion.request.headers)())


async def later() -> Any:
    return connexion.request.headers


class Views:
    def method(self) -> Any:
        return request.method


@functools.wraps(imported)
def wrapped() -> Any:
    return imported()


USES = {
    "an attribute": as_attribute,
    "an import": imported,
    "an import inside": imported_inside,
    "the context": by_context,
    "the context's module": by_module,
    "a nested function": nested,
    "an asynchronous function": later,
    "a method": Views().method,
    "a partial": functools.partial(Views.method, Views()),
    "a decorated function": wrapped,
}


@pytest.mark.parametrize("handler", USES.values(), ids=USES)
def test_connexions_own_request_is_refused_with_a_sentence(handler: Any):
    """Connexion's request stack is not run; the sentence says what to use in its place."""
    with pytest.raises(
        ConfigurationError, match=r"useThing uses connexion\.(request|context)"
    ) as caught:
        answering(handler)

    assert caught.value.place == "<document>#/paths/~1thing/get"
    assert "flask.request" in caught.value.remedy


def test_what_else_is_of_connexion_may_be_used():
    def handler() -> Any:
        return connexion.problem(404, "Gone", connexion.__name__)

    assert ask(answering(handler)).status == 404


def test_connexions_context_is_no_argument():
    with pytest.raises(ConfigurationError, match="context_"):
        serving(lambda context_: 1)
