"""Flask: what a handler, a hook or an extension uses of it works as in plain Flask.

The contexts are built lazily, from Flask's internals; each use of them is held here.
"""

import threading
from pathlib import Path
from typing import Any

import click
import flask
import pytest
from flask.globals import app_ctx, request_ctx
from werkzeug.exceptions import Conflict

from tenor import ContractViolation, Tenor
from tenor.context import LazyContext
from tests.engine.contracts import (
    ANYTHING,
    PROBLEM,
    Json,
    contents,
    document,
    header,
    of,
    operation,
    path,
    query,
    response,
    serving,
    taking,
)
from tests.engine.wire import ask

TEXT = {"type": "string"}
COOKIES = {"Set-Cookie": header({}), "Vary": header({}), "X-A": header({}), "Location": header({})}
ANSWERS: Json = {
    200: response(ANYTHING, headers=COOKIES),
    201: response(ANYTHING, headers=COOKIES),
    204: response(headers=COOKIES),
    302: response(content={"text/html": ANYTHING}, headers=COOKIES),
    404: response(ANYTHING, PROBLEM, headers=COOKIES),
    409: response(content={PROBLEM: ANYTHING, "text/plain": TEXT}, headers=COOKIES),
    500: response(ANYTHING, PROBLEM, headers=COOKIES),
}


def using(handler: Any, at: str = "GET /thing", **more: Any) -> Tenor:
    return serving(handler, at, **{"answers": ANSWERS, **more})


# --- the request --------------------------------------------------------------------------------


def test_the_request_is_flasks():
    def handler(n: int, q: str) -> Json:
        request = flask.request
        return {
            "path": request.path,
            "method": request.method,
            "args": request.args.to_dict(),
            "view_args": request.view_args,
            "endpoint": request.endpoint,
            "rule": str(request.url_rule),
            "url": request.url,
            "header": request.headers["X-Thing"],
            "agent": request.user_agent.string,
            "cookie": request.cookies["c"],
            "blueprint": request.blueprint,
            "json": request.get_json(),
            "data": request.get_data(as_text=True),
            "same": request.get_json() == {"a": 1},
            "routing": request.routing_exception,
        }

    app = using(
        handler,
        "POST /things/{n}",
        takes=[path("n", {"type": "integer"}), query("q")],
        body={"content": contents({"application/json": ANYTHING})},
    )
    headers = {"X-Thing": "x", "Cookie": "c=d", "User-Agent": "test"}

    assert ask(app, "POST /things/7?q=a", json={"a": 1}, headers=headers).json == {
        "path": "/things/7",
        "method": "POST",
        "args": {"q": "a"},
        "view_args": {"n": 7},
        "endpoint": "useThing",
        "rule": "/things/<n>",
        "url": "http://localhost/things/7?q=a",
        "header": "x",
        "agent": "test",
        "cookie": "d",
        "blueprint": None,
        "json": {"a": 1},
        "data": '{"a": 1}',
        "same": True,
        "routing": None,
    }


@pytest.mark.parametrize("sent", ["length", "chunks"])
def test_a_body_that_was_read_can_be_read_again(sent: str):
    body: dict[str, Any] = (
        {"body": b'{"a": 1}'} if sent == "length" else {"chunks": (b'{"a"', b": 1}")}
    )
    app = using(lambda body: [body, flask.request.get_json()], "POST /thing", body=taking(ANYTHING))

    reply = ask(app, "POST /thing", headers={"Content-Type": "application/json"}, **body)

    assert reply.json == [{"a": 1}, {"a": 1}]


def test_a_form_that_was_read_can_be_read_again():
    form = {"type": "object", "properties": {"n": {"type": "integer"}}}
    app = using(
        lambda body: [body, flask.request.form.to_dict()],
        "POST /thing",
        body=taking(form, "application/x-www-form-urlencoded"),
    )

    reply = ask(
        app,
        "POST /thing",
        body=b"n=3",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )

    assert reply.json == [{"n": 3}, {"n": "3"}]


def test_an_applications_own_request_class_is_used():
    class OwnRequest(flask.Request):
        shout = "here"

    app = using(lambda: flask.request.shout)  # pyright: ignore[reportAttributeAccessIssue]
    app.request_class = OwnRequest

    assert ask(app).json == "here"


def test_requests_in_threads_do_not_see_each_other():
    ready, seen = threading.Barrier(4), {}

    def handler(q: str) -> Json:
        flask.g.mine = q
        ready.wait(10)
        return {"q": q, "request": flask.request.args["q"], "g": flask.g.mine}

    app = using(handler, takes=[query("q")])

    def run(name: str) -> None:
        seen[name] = ask(app, f"GET /thing?q={name}").json

    threads = [threading.Thread(target=run, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)

    assert seen == {name: {"q": name, "request": name, "g": name} for name in "abcd"}


# --- nothing is built that nobody touches -------------------------------------------------------


def test_nothing_is_built_that_nobody_touches(monkeypatch: pytest.MonkeyPatch):
    """No request, no URL adapter, no session: an operation pays for what it uses."""
    app = using(lambda: {"a": 1})
    built: list[str] = []
    monkeypatch.setattr(app, "request_class", lambda environ: built.append("request"))
    monkeypatch.setattr(app, "create_url_adapter", lambda request: built.append("adapter"))
    monkeypatch.setattr(app.session_interface, "open_session", lambda *_: built.append("session"))

    assert ask(app).json == {"a": 1}
    assert ask(app, "GET /nowhere").status == 404
    assert ask(app, "GET /thing?z=1").status == 400
    assert built == []


def test_a_request_is_built_once():
    built: list[object] = []

    class Counted(flask.Request):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            built.append(self)

    app = using(lambda: [flask.request.path, flask.request.method, flask.url_for("useThing")])
    app.request_class = Counted

    ask(app)

    assert len(built) == 1


def test_nothing_is_left_behind():
    app = using(lambda: flask.request.path)

    ask(app)
    ask(app, "GET /nowhere")

    assert not flask.has_request_context()
    assert not flask.has_app_context()


def test_nothing_is_left_behind_by_an_error_that_passes():
    app = using(lambda: 1 / 0)
    app.testing = True

    with pytest.raises(ZeroDivisionError):
        ask(app)
    assert not flask.has_request_context()
    assert not flask.has_app_context()


# --- g, session, flash --------------------------------------------------------------------------


def test_g_is_the_requests_own():
    def handler() -> int:
        flask.g.count = flask.g.get("count", 0) + 1
        return flask.g.count

    app = using(handler)

    assert [ask(app).json, ask(app).json] == [1, 1]


def test_an_outer_application_context_is_shared():
    """As in Flask: within `app.app_context()`, `g` is that of the context."""
    app = using(lambda: flask.g.outer)

    with app.app_context():
        flask.g.outer = "seen"
        assert ask(app).json == "seen"


def test_a_session_is_kept():
    def handler() -> int:
        flask.session["count"] = flask.session.get("count", 0) + 1
        return flask.session["count"]

    app = using(handler, import_name=__name__)
    app.secret_key = "k"
    client = app.test_client()

    assert [client.get("/thing").json, client.get("/thing").json] == [1, 2]


def test_an_untouched_session_sends_nothing():
    app = using(lambda: 1)
    app.secret_key = "k"

    assert not {"Set-Cookie", "Vary"} & {*ask(app).headers.keys()}


def test_a_session_without_a_key_says_so_where_it_is_used():
    def handler() -> None:
        flask.session["a"] = 1

    assert ask(using(handler)).problem == "internal-error"


def test_a_sessions_cookie_is_judged_like_every_header():
    def handler() -> int:
        flask.session["a"] = 1
        return 1

    app = serving(handler)
    app.secret_key = "k"

    with pytest.raises(ContractViolation, match="the header Set-Cookie"):
        ask(app)


def test_messages_are_flashed():
    def handler(say: str | None = None) -> Any:
        if say:
            flask.flash(say)
        return flask.get_flashed_messages() if not say else "said"

    app = using(handler, takes=[query("say")])
    app.secret_key = "k"
    client = app.test_client()

    assert client.get("/thing?say=hello").json == "said"
    assert client.get("/thing").json == ["hello"]
    assert client.get("/thing").json == []


# --- addresses, templates, answers --------------------------------------------------------------


def two_operations(handler: Any) -> Tenor:
    return of(
        document(
            {
                "/things": {"get": operation("listThings", answers=ANSWERS)},
                "/things/{n}": {"get": operation("getThing", takes=[path("n")], answers=ANSWERS)},
            }
        ),
        {"listThings": handler, "getThing": lambda n: n},
    )


def test_addresses_are_made():
    def handler() -> list[str]:
        return [
            flask.url_for("getThing", n="a b"),
            flask.url_for("getThing", n="1", _external=True),
            flask.url_for("listThings", page=2),
            flask.url_for("tenor_docs"),
        ]

    assert ask(two_operations(handler), "GET /things").json == [
        "/things/a%20b",
        "http://localhost/things/1",
        "/things?page=2",
        "/docs",
    ]


def test_addresses_hold_the_prefix_under_which_the_application_is_reached():
    app = two_operations(lambda: flask.url_for("getThing", n="1"))

    assert ask(app, "GET /things", SCRIPT_NAME="/v1").json == "/v1/things/1"


def test_addresses_are_made_outside_of_a_request():
    app = two_operations(lambda: 1)
    app.config["SERVER_NAME"] = "api.example.com"

    with app.app_context():
        assert flask.url_for("getThing", n="1") == "http://api.example.com/things/1"


def test_addresses_follow_the_host_only_where_nothing_else_is_said():
    app = two_operations(lambda: flask.url_for("getThing", n="1", _external=True))
    app.config["SERVER_NAME"] = "api.example.com"

    reply = ask(app, "GET /things", headers={"Host": "evil.example.com"})

    assert reply.json == "http://api.example.com/things/1"


@pytest.mark.parametrize(
    ("trusted", "host", "status"),
    [
        (None, "anything", 200),
        (["api.example.com"], "api.example.com", 200),
        (["api.example.com"], "api.example.com:8080", 200),
        (["api.example.com"], "evil.example.com", 400),
        (["api.example.com"], "", 400),
        ([".example.com"], "a.example.com", 200),
    ],
)
def test_only_trusted_hosts_are_served(trusted: Any, host: str, status: int):
    app = using(lambda: 1)
    app.config["TRUSTED_HOSTS"] = trusted

    first, reply = (ask(app, headers={"Host": host}) for _ in range(2))  # the second is remembered

    assert (first.status, reply.status) == (status, status)
    if status == 400:
        assert reply.faults == {("header", "/Host", "served")}


def test_templates_are_rendered(tmp_path: Any):
    (tmp_path / "page.html").write_text("<p>{{ name }} at {{ request.path }} {{ g.kind }}</p>")

    def handler() -> Any:
        flask.g.kind = "now"
        return flask.render_template("page.html", name="<ada>")

    app = using(handler, answers={200: response(TEXT, "text/html")}, template_folder=str(tmp_path))

    assert ask(app).text == "<p>&lt;ada&gt; at /thing now</p>"


def test_templates_are_rendered_from_text():
    app = using(
        lambda: flask.render_template_string("{{ url_for('useThing') }}: {{ config.NAME }}"),
        answers={200: response(TEXT, "text/html")},
    )
    app.config["NAME"] = "tiny"

    assert ask(app).text == "/thing: tiny"


def test_context_processors_run():
    app = using(
        lambda: flask.render_template_string("{{ extra }}"),
        answers={200: response(TEXT, "text/html")},
    )
    app.context_processor(lambda: {"extra": "here"})

    assert ask(app).text == "here"


def test_responses_are_made():
    def handler() -> flask.Response:
        made = flask.make_response({"a": 1}, 201)
        made.headers["X-A"] = "b"
        made.set_cookie("c", "d")
        return made

    reply = ask(using(handler))

    assert (reply.status, reply.json, reply.headers["X-A"]) == (201, {"a": 1}, "b")
    assert reply.headers["Set-Cookie"].startswith("c=d")


def test_a_declared_redirect_leaves_and_an_undeclared_does_not():
    reply = ask(using(lambda: flask.redirect("/other")))

    assert (reply.status, reply.headers["Location"]) == (302, "/other")
    with pytest.raises(ContractViolation, match="answered 303"):
        ask(using(lambda: flask.redirect("/other", 303)))


def test_aborting_is_a_problem():
    reply = ask(using(lambda: flask.abort(404, "There is none.")))

    assert (reply.status, reply.problem) == (404, "not-found")
    assert reply.json["detail"] == "There is none."


def test_aborting_with_a_response_answers_with_it():
    def handler() -> None:
        flask.abort(flask.make_response({"a": 1}, 201))

    assert ask(using(handler)).status == 201


def test_aborting_keeps_the_headers_of_the_exception():
    def handler() -> None:
        raise Conflict(response=None, description="Taken.")

    assert ask(using(handler)).json == {
        "type": "/problems/conflict",
        "title": "Conflict",
        "status": 409,
        "detail": "Taken.",
    }


# --- what waits for the response ----------------------------------------------------------------


def test_what_is_asked_for_after_this_request_runs():
    def handler() -> int:
        @flask.after_this_request
        def mark(made: flask.Response) -> flask.Response:
            made.headers["X-A"] = "marked"
            return made

        return 1

    app = using(handler)

    assert ask(app).headers["X-A"] == "marked"


def test_a_stream_keeps_its_request():
    def handler() -> flask.Response:
        def lines() -> Any:
            yield f'"{flask.request.path}'
            yield f' {flask.g.kind}"'

        flask.g.kind = "kept"
        return flask.Response(flask.stream_with_context(lines()), mimetype="application/json")

    assert ask(using(handler)).json == "/thing kept"


def test_a_copied_context_carries_its_request_to_another_thread():
    def handler() -> list[Any]:
        seen: list[Any] = []
        flask.session["a"] = 1

        @flask.copy_current_request_context
        def elsewhere() -> None:
            seen.append((flask.request.path, flask.request.view_args, flask.session["a"]))

        thread = threading.Thread(target=elsewhere)
        thread.start()
        thread.join(10)
        return [*seen, flask.request.path]

    app = using(handler)
    app.secret_key = "k"

    assert ask(app).json == [["/thing", {}, 1], "/thing"]


# --- errors under test --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("testing", "debug", "propagate", "passes"),
    [
        (False, False, None, False),
        (True, False, None, True),
        (False, True, None, True),
        (True, False, False, False),
        (False, False, True, True),
    ],
)
def test_errors_pass_as_flask_says(testing: bool, debug: bool, propagate: Any, passes: bool):
    app = using(lambda: 1 / 0)
    app.testing, app.debug = testing, debug
    app.config["PROPAGATE_EXCEPTIONS"] = propagate

    if passes:
        with pytest.raises(ZeroDivisionError):
            ask(app)
    else:
        assert ask(app).status == 500


# --- the test client ----------------------------------------------------------------------------


def test_the_test_client_keeps_the_contexts():
    def handler() -> int:
        flask.g.kind = "kept"
        flask.session["a"] = "b"
        return 1

    app = using(handler)
    app.secret_key = "k"

    with app.test_client() as client:
        client.get("/thing?")
        assert flask.request.path == "/thing"
        assert flask.g.kind == "kept"
        assert flask.session["a"] == "b"
        client.get("/nowhere")
        assert flask.request.path == "/nowhere"
    assert not flask.has_request_context()


def test_the_test_client_changes_sessions():
    app = using(lambda: flask.session["a"])
    app.secret_key = "k"
    client = app.test_client()

    with client.session_transaction() as session:
        session["a"] = "from outside"

    assert client.get("/thing").json == "from outside"


def test_a_request_context_may_be_made_by_hand():
    app = two_operations(lambda: 1)

    with app.test_request_context("/things/7?q=1"):
        assert flask.request.args["q"] == "1"
        assert flask.request.endpoint == "getThing"
        assert flask.url_for("listThings") == "/things"


def test_commands_run_in_the_applications_context():
    app = using(lambda: 1)

    @app.cli.command("name")
    def name() -> None:
        click.echo(flask.current_app.name)

    assert app.test_cli_runner().invoke(args=["name"]).output.strip() == app.name


# --- each use of Flask's internals --------------------------------------------------------------


def test_the_context_is_flasks_own_kind():
    """Extensions ask for `request_ctx` and `app_ctx`, and for their attributes."""

    def handler() -> Json:
        context = request_ctx._get_current_object()  # pyright: ignore[reportAttributeAccessIssue]
        return {
            "kind": isinstance(context, flask.ctx.RequestContext)
            and isinstance(context, LazyContext),
            "app": context.app is flask.current_app._get_current_object(),  # pyright: ignore[reportAttributeAccessIssue]
            "request": context.request is flask.request._get_current_object(),  # pyright: ignore[reportAttributeAccessIssue]
            "g": app_ctx.g is flask.g._get_current_object(),  # pyright: ignore[reportAttributeAccessIssue]
            "adapter": context.url_adapter is not None,
            "flashes": context.flashes,
            "text": repr(context).startswith("<LazyContext"),
            "in": "user" in flask.g,
        }

    assert ask(using(handler)).json == {
        "kind": True,
        "app": True,
        "request": True,
        "g": True,
        "adapter": True,
        "flashes": None,
        "text": True,
        "in": False,
    }


def test_a_context_may_be_entered_again():
    """`stream_with_context` and extensions push the same context twice."""

    def handler() -> list[str]:
        context = request_ctx._get_current_object()  # pyright: ignore[reportAttributeAccessIssue]
        with context:
            inner = flask.request.path
        return [inner, flask.request.path]

    torn: list[str] = []
    app = using(handler)
    app.teardown_request(lambda error: torn.append("request"))

    assert ask(app).json == ["/thing", "/thing"]
    assert torn == ["request"]


def test_the_environment_does_not_hold_the_request():
    """Werkzeug puts it there, a circle that only the collector would break."""
    environ: Json = {}

    class Kept(flask.Request):
        def __init__(self, given: Json) -> None:
            super().__init__(given)
            environ["kept"] = given

    app = using(lambda: flask.request.path)
    app.request_class = Kept
    ask(app)

    assert "werkzeug.request" not in environ["kept"]


def test_files_of_the_request_are_closed():
    seen: list[Any] = []

    def handler(body: Json) -> int:
        seen.append(flask.request.files["file"].stream)
        return 1

    app = using(
        handler,
        "POST /thing",
        body=taking({"type": "object"}, "multipart/form-data"),
    )
    content = (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n1\r\n--x--\r\n'
    )

    ask(
        app,
        "POST /thing",
        body=content,
        headers={"Content-Type": "multipart/form-data; boundary=x"},
    )

    assert [stream.closed for stream in seen] == [True]


def test_a_context_of_another_application_is_no_outer_one():
    """An application that asks another one keeps its own `current_app`."""
    inner = using(lambda: flask.current_app.config["NAME"])
    inner.config["NAME"] = "inner"

    def handler() -> list[str]:
        return [ask(inner).json, flask.current_app.config["NAME"], flask.request.path]

    outer = using(handler)
    outer.config["NAME"] = "outer"

    assert ask(outer).json == ["inner", "outer", "/thing"]


def test_static_files_are_served_where_a_folder_is_named(tmp_path: Path):
    """Flask adds their rule by itself, before anything else."""
    (tmp_path / "style.css").write_text("p {}")
    app = using(lambda: 1, static_folder=str(tmp_path), static_url_path="/static")

    assert ask(app, "GET /static/style.css").text == "p {}"
    assert ask(app, "GET /static/none.css").status == 404
