"""Flask's hooks, error handlers and signals: they run for operations as in plain Flask."""

from asyncio import CancelledError
from typing import Any

import flask
import pytest
from flask.signals import (
    appcontext_popped,
    appcontext_pushed,
    appcontext_tearing_down,
    got_request_exception,
    message_flashed,
    request_finished,
    request_started,
    request_tearing_down,
    template_rendered,
)
from starlette.exceptions import HTTPException as StarletteHTTPException
from structlog.testing import capture_logs
from werkzeug.exceptions import HTTPException, NotFound

from tenor import ContractViolation, Problem, Tenor
from tests.engine.contracts import (
    ANYTHING,
    PROBLEM,
    Json,
    document,
    header,
    of,
    operation,
    path,
    response,
    serving,
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


# --- hooks --------------------------------------------------------------------------------------


def hooked(handler: Any, order: list[Any], **more: Any) -> Tenor:
    app = using(handler, **more)
    app.before_request(lambda: order.append("before"))
    app.url_value_preprocessor(lambda endpoint, values: order.append((endpoint, values)))

    @app.after_request
    def after(made: flask.Response) -> flask.Response:
        order.append(("after", made.status_code))
        return made

    app.teardown_request(lambda error: order.append(("teardown", error)))
    app.teardown_appcontext(lambda error: order.append(("app", error)))
    return app


def test_hooks_run_in_flasks_order():
    order: list[Any] = []
    app = hooked(
        lambda n: order.append("handler") or n, order, at="GET /things/{n}", takes=[path("n")]
    )

    assert ask(app, "GET /things/1").json == "1"
    assert order == [
        ("useThing", {"n": "1"}),
        "before",
        "handler",
        ("after", 200),
        ("teardown", None),
        ("app", None),
    ]


@pytest.mark.parametrize(
    ("line", "status"), [("GET /nowhere", 404), ("DELETE /thing", 405), ("GET /thing?z=1", 400)]
)
def test_hooks_run_for_what_is_refused(line: str, status: int):
    order: list[Any] = []

    assert ask(hooked(lambda: 1, order), line).status == status
    assert order[1:] == ["before", ("after", status), ("teardown", None), ("app", None)]


def test_hooks_run_for_a_crash_and_teardown_is_told():
    order: list[Any] = []

    assert ask(hooked(lambda: 1 / 0, order)).status == 500
    assert order[1:3] == ["before", ("after", 500)]
    assert [type(error) for _, error in order[3:]] == [ZeroDivisionError, ZeroDivisionError]


def test_a_hook_may_answer_in_the_handlers_place():
    called: list[str] = []
    app = using(lambda: called.append("handler"))
    app.before_request(lambda: ({"by": "hook"}, 201))

    reply = ask(app)

    assert (reply.status, reply.json, called) == (201, {"by": "hook"}, [])


def test_what_a_hook_answers_is_judged():
    app = using(lambda: 1)
    app.before_request(lambda: ({}, 299))

    with pytest.raises(ContractViolation, match="answered 299"):
        ask(app)


def test_a_hook_may_refuse():
    app = using(lambda: 1)
    app.before_request(lambda: flask.abort(409))

    assert ask(app).status == 409


def test_a_hook_sees_the_answer_before_it_is_judged():
    """What it adds is held to the contract as well."""
    app = using(lambda: {"a": 1})

    @app.after_request
    def add(made: flask.Response) -> flask.Response:
        made.headers["X-Other"] = "b"
        return made

    with pytest.raises(ContractViolation, match="the header X-Other"):
        ask(app)


def test_what_a_hook_changes_is_sent_with_its_length():
    app = using(lambda: {"a": 1})

    @app.after_request
    def change(made: flask.Response) -> flask.Response:
        made.set_data(b'{"a": 12345}')
        made.status_code = 201
        return made

    reply = ask(app)

    assert (reply.status, reply.json) == (201, {"a": 12345})


def failing(*_arguments: Any) -> Any:
    raise OSError("the hook failed")


@pytest.mark.parametrize("line", ["GET /thing", "GET /none", "POST /thing"])
@pytest.mark.parametrize(
    "register",
    [
        lambda app: app.before_request(failing),
        lambda app: app.after_request(failing),
        lambda app: app.before_request(lambda: flask.after_this_request(failing) and None),
    ],
    ids=["before", "after", "after this"],
)
def test_a_hook_that_fails_is_a_crash_and_no_more(register: Any, line: str):
    """The client gets the 500 of the contract, and not a word of the server's own."""
    app = using(lambda: 1)
    register(app)

    with capture_logs() as logs:
        reply = ask(app, line)

    assert (reply.status, reply.problem) == (500, "internal-error")
    assert "handler_failed" in [entry["event"] for entry in logs]


@pytest.mark.parametrize(
    "register",
    [lambda app: app.teardown_request(failing), lambda app: app.teardown_appcontext(failing)],
    ids=["request", "app"],
)
def test_what_fails_at_teardown_comes_too_late_for_an_answer(register: Any):
    app = using(lambda: 1)
    register(app)

    with capture_logs() as logs:
        reply = ask(app)

    assert (reply.status, reply.json) == (200, 1)
    assert [entry["event"] for entry in logs] == ["handler_failed"]


def test_what_fails_at_teardown_is_seen_under_test():
    app = using(lambda: 1)
    app.testing = True
    app.teardown_request(failing)

    with pytest.raises(OSError, match="the hook failed"):
        ask(app)


@pytest.mark.parametrize("error", [CancelledError(), SystemExit(3), BaseException("anything")])
def test_whatever_a_handler_raises_is_answered(error: BaseException):
    def handler() -> None:
        raise error

    assert ask(using(handler)).problem == "internal-error"


def test_what_is_said_to_the_process_passes():
    def handler() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ask(using(handler))


def refusing(error: Exception) -> Tenor:
    """An application whose hook refuses, with a challenge and a delay that are declared."""
    told = {"WWW-Authenticate": header({}), "Retry-After": header({}), "Allow": header({})}
    answers = {200: response(ANYTHING), 401: response(ANYTHING, headers=told)}
    app = using(lambda: 1, answers=answers, policy="prevent")

    def hook() -> None:
        raise error

    app.before_request(hook)
    return app


@pytest.mark.parametrize(
    "value", ["a\r\nX-Evil: 1", "a\0", "\u2028", object()], ids=["lines", "NUL", "wide", "no text"]
)
def test_what_is_said_in_a_refusal_injects_nothing(value: Any):
    """The engine's own headers are held to the wire like a handler's."""
    reply = ask(refusing(Problem(401, "unauthorized", headers={"WWW-Authenticate": value})))

    assert (reply.status, reply.problem) == (500, "contract-violation")
    assert "X-Evil" not in reply.headers


def test_a_refusal_says_nothing_of_the_connection():
    headers = {"Content-Length": "3", "Transfer-Encoding": "chunked", "WWW-Authenticate": "a"}
    reply = ask(refusing(Problem(401, "unauthorized", headers=headers)))

    assert (reply.status, reply.headers["WWW-Authenticate"]) == (401, "a")
    assert "Transfer-Encoding" not in reply.headers


class Unheard(HTTPException):
    code = 499
    description = "Nobody has a name for it."


@pytest.mark.parametrize("error", [Unheard(), StarletteHTTPException(499)])
def test_a_status_without_a_name_is_one_that_nobody_declares(error: Exception):
    def handler() -> None:
        raise error

    assert ask(using(handler, policy="prevent")).problem == "contract-violation"
    assert ask(refusing(error)).status == 500


@pytest.mark.parametrize(
    "answer",
    [("<h1>secret</h1>", 200, {"Content-Type": "text/html"}), object()],
    ids=["page", "none"],
)
def test_the_answer_to_a_crash_is_judged_too(answer: Any):
    app = using(lambda: 1, policy="prevent")
    app.before_request(failing)
    app.after_request(failing)
    app.register_error_handler(500, lambda _error: answer)

    assert ask(app).status == 500


@pytest.mark.parametrize("signal", [request_started, request_finished, got_request_exception])
def test_a_receiver_that_fails_keeps_nobody_from_an_answer(signal: Any):
    app = using(lambda: 1 / 0)

    with signal.connected_to(failing, app):
        assert ask(app).problem == "internal-error"


@pytest.mark.parametrize(
    "signal", [appcontext_pushed, appcontext_popped, request_tearing_down, appcontext_tearing_down]
)
def test_a_receiver_around_the_request_that_fails_reaches_no_server(signal: Any):
    app = using(lambda: 1)

    with signal.connected_to(failing, app):
        assert ask(app).status in (200, 500)
    assert not flask.has_app_context()
    assert not flask.has_request_context()


def test_what_is_told_of_an_answer_changes_nothing_of_it():
    """Receivers hear of it when it is judged, and get a copy."""
    kept = {"a": 1}
    app = using(lambda: kept)

    def change(_app: Any, response: flask.Response) -> None:
        kept["b"] = 2
        response.headers["X-Other"] = "1"
        response.set_data(b"")

    with request_finished.connected_to(change, app):
        reply = ask(app)

    assert (reply.json, "X-Other" in reply.headers) == ({"a": 1}, False)


def test_when_the_gate_itself_fails_the_engine_has_a_last_word(monkeypatch: pytest.MonkeyPatch):
    app = using(lambda: 1)
    monkeypatch.setattr("tenor.gate.judge", failing)

    with capture_logs() as logs:
        reply = ask(app)

    assert (reply.status, reply.problem) == (500, "internal-error")
    assert "handler_failed" in [entry["event"] for entry in logs]


def test_an_asynchronous_hook_runs():
    app = using(lambda: flask.g.mark)

    @app.before_request
    async def mark() -> None:
        flask.g.mark = "seen"

    assert ask(app).json == "seen"


def test_a_blueprints_hooks_run_for_its_own_routes():
    order: list[str] = []
    blueprint = flask.Blueprint("shop", __name__)
    blueprint.add_url_rule("/own", "own", lambda: "own")
    blueprint.before_request(lambda: order.append("blueprint"))
    blueprint.before_app_request(lambda: order.append("app"))
    app = using(lambda: 1)
    app.register_blueprint(blueprint)

    assert ask(app).status == 200
    assert order == ["app"]
    assert ask(app, "GET /own").text == "own"
    assert order == ["app", "app", "blueprint"]


def test_hooks_of_a_blueprint_run_for_the_operations_that_carry_its_name():
    """`posts.getPost` belongs to the blueprint `posts`, as in Flask and connexion."""
    order: list[str] = []
    blueprint = flask.Blueprint("posts", __name__)
    blueprint.before_request(lambda: order.append("before"))

    @blueprint.after_request
    def after(made: flask.Response) -> flask.Response:
        order.append("after")
        return made

    app = of(
        document({"/posts": {"get": operation("posts.list")}, "/tags": {"get": operation("tags")}}),
        {"posts.list": lambda: 1, "tags": lambda: 1},
    )
    app.register_blueprint(blueprint)

    assert ask(app, "GET /posts").status == 200
    assert order == ["before", "after"]
    assert ask(app, "GET /tags").status == 200
    assert order == ["before", "after"]


# --- error handlers -----------------------------------------------------------------------------


class Lost(Exception):
    """Something of the application's own."""


def raising(error: Exception) -> Any:
    def handler() -> None:
        raise error

    return handler


def told(status: int) -> Any:
    return lambda error: ({"by": type(error).__name__}, status, {"Content-Type": PROBLEM})


@pytest.mark.parametrize(
    ("registered", "error", "said"),
    [
        (Lost, Lost(), "Lost"),
        (Exception, Lost(), "Lost"),
        (404, NotFound(), "NotFound"),
        (NotFound, NotFound(), "NotFound"),
        (Problem, Problem(404, "gone"), "Problem"),
        (404, Problem(404, "gone"), "Problem"),
        (LookupError, KeyError("a"), "KeyError"),
    ],
)
def test_an_error_handler_answers(registered: Any, error: Exception, said: str):
    app = using(raising(error))
    app.register_error_handler(registered, told(404))

    reply = ask(app)

    assert (reply.status, reply.json) == (404, {"by": said})


def test_an_error_handler_of_500_answers_for_a_crash():
    """Flask gives it an InternalServerError that holds the original."""
    app = using(raising(Lost()))
    app.register_error_handler(
        500,
        lambda error: (
            {"by": type(error).__name__, "original": type(error.original_exception).__name__},
            500,
            {"Content-Type": PROBLEM},
        ),
    )

    reply = ask(app)

    assert (reply.status, reply.json) == (500, {"by": "InternalServerError", "original": "Lost"})


def test_an_error_handler_answers_for_the_engines_refusals():
    app = using(lambda: 1, root={"x-tenor-unrouted": {"404": response(ANYTHING)}})
    app.register_error_handler(404, lambda error: ({"by": "own"}, 404))

    assert ask(app, "GET /nowhere").json == {"by": "own"}


def test_what_an_error_handler_says_is_judged():
    app = using(raising(Lost()))
    app.register_error_handler(Lost, lambda error: ({}, 299))

    with pytest.raises(ContractViolation, match="answered 299"):
        ask(app)


@pytest.mark.parametrize("registered", [Lost, Exception, 500])
def test_an_error_handler_that_fails_is_a_crash(registered: Any):
    app = using(raising(Lost()))
    app.register_error_handler(registered, raising(ZeroDivisionError()))

    assert ask(app).problem == "internal-error"


def test_the_handler_of_a_status_comes_before_that_of_all_statuses():
    """As Flask orders them, for problems too."""
    app = using(raising(Problem(404, "gone")))
    app.register_error_handler(HTTPException, told(409))
    app.register_error_handler(404, told(404))

    assert ask(app).status == 404


def test_an_error_handler_hides_no_violation():
    """What the gate holds back is no error of the application's to explain."""
    app = using(lambda: ({}, 299), policy="prevent")
    app.register_error_handler(Exception, told(404))

    assert ask(app).problem == "contract-violation"


# --- signals ------------------------------------------------------------------------------------

SIGNALS = {
    "appcontext_pushed": appcontext_pushed,
    "request_started": request_started,
    "request_finished": request_finished,
    "request_tearing_down": request_tearing_down,
    "appcontext_tearing_down": appcontext_tearing_down,
    "appcontext_popped": appcontext_popped,
    "got_request_exception": got_request_exception,
}


def heard(app: flask.Flask, line: str = "GET /thing") -> list[str]:
    """The signals of one request, in order."""
    order: list[str] = []
    receivers: list[Any] = []
    for name, signal in SIGNALS.items():

        def receive(sender: object, _name: str = name, **_facts: Any) -> None:
            order.append(_name)

        receivers.append((signal, receive))
        signal.connect(receive, app)
    try:
        ask(app, line)
    finally:
        for signal, receive in receivers:
            signal.disconnect(receive, app)
    return order


@pytest.mark.parametrize("line", ["GET /thing", "GET /nowhere", "GET /crash"])
def test_signals_are_sent_as_in_flask(line: str):
    plain = flask.Flask("plain", static_folder=None)
    plain.logger.disabled = True
    tenor = of(
        document({"/thing": {"get": operation("thing")}, "/crash": {"get": operation("crash")}}),
        {"thing": lambda: [1], "crash": lambda: 1 / 0},
    )
    plain.add_url_rule("/thing", "thing", lambda: [1])
    plain.add_url_rule("/crash", "crash", raising(ZeroDivisionError()))

    assert heard(tenor, line) == heard(plain, line)


def test_a_crash_is_signalled_once_also_under_test():
    app = using(lambda: 1 / 0)
    app.testing = True
    errors: list[Any] = []

    def receive(_sender: object, exception: Exception) -> None:
        errors.append(exception)

    with got_request_exception.connected_to(receive, app), pytest.raises(ZeroDivisionError):
        ask(app)

    assert len(errors) == 1


def test_the_response_that_is_signalled_is_the_one_that_leaves():
    seen: list[Any] = []

    def receive(_sender: object, response: flask.Response) -> None:
        seen.append((response.status_code, response.get_json()))

    app = using(lambda: ({"a": 1}, 201))
    with request_finished.connected_to(receive, app):
        ask(app)

    assert seen == [(201, {"a": 1})]


def test_signals_of_templates_and_messages_are_sent():
    seen: list[str] = []
    app = using(lambda: flask.flash("a") or flask.render_template_string("b"))
    app.secret_key = "k"

    with (
        template_rendered.connected_to(lambda *_, **__: seen.append("template"), app),
        message_flashed.connected_to(lambda *_, **__: seen.append("message"), app),
    ):
        ask(app)

    assert seen == ["message", "template"]
