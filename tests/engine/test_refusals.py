"""What the engine says itself, and what is said for a handler that refuses or crashes.

It speaks in the operation's words, else in those for what belongs to no operation, else in its
own; and its log holds neither bodies nor secrets.
"""

from typing import Any

import flask
import pytest
from structlog.testing import capture_logs

from tenor import ConfigurationError, ContractViolation, Problem, problem
from tests.engine.contracts import (
    ANYTHING,
    PROBLEM,
    Json,
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
THING = {
    "type": "object",
    "required": ["a"],
    "properties": {"a": {"type": "string", "maxLength": 5}},
}

# --- the engine's own answers -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "status"),
    [("GET /nowhere", 404), ("DELETE /thing", 405), ("GET /thing?z=1", 400)],
)
def test_the_engine_speaks_for_itself_where_the_document_says_nothing(line: str, status: int):
    """A stranger's contract starts, and its refusals are problems with a request id."""
    reply = ask(serving(lambda: 1), line)

    assert reply.status == status
    assert reply.problem
    assert reply.headers["X-Request-Id"]


def test_the_engine_uses_the_operations_declaration():
    problem_schema = {"type": "object", "required": ["status"], "additionalProperties": True}
    answers = {200: response(ANYTHING), 400: response(problem_schema, PROBLEM)}

    reply = ask(serving(lambda: 1, answers=answers), "GET /thing?z=1")

    assert (reply.status, reply.problem) == (400, "invalid-request")
    assert "X-Request-Id" not in reply.headers  # nothing is added that is not declared


def test_the_engine_adds_the_request_id_where_it_is_declared():
    answers = {200: response(ANYTHING, headers={"X-Request-Id": header(TEXT)})}
    app = serving(lambda: 1, answers=answers)

    first, second = ask(app).headers["X-Request-Id"], ask(app).headers["X-Request-Id"]

    assert first
    assert second
    assert first != second


def test_a_declaration_that_the_engine_cannot_fill_is_passed_over():
    """It falls back on words that hold, rather than to break the operation's."""
    answers = {
        200: response(ANYTHING),
        400: response({"type": "object", "required": ["code"]}, PROBLEM),
    }

    reply = ask(serving(lambda: 1, answers=answers), "GET /thing?z=1")

    assert (reply.status, reply.problem) == (400, "invalid-request")


def test_a_closed_declaration_gets_as_much_as_it_holds():
    """Without the list of faults, where the schema has no room for it."""
    bare = {
        "type": "object",
        "properties": {"type": TEXT, "title": TEXT, "status": {"type": "integer"}, "detail": TEXT},
    }
    answers = {200: response(ANYTHING), 400: response(bare, PROBLEM)}

    reply = ask(serving(lambda: 1, answers=answers), "GET /thing?z=1")

    assert {*reply.json} == {"type", "title", "status", "detail"}


def test_plain_json_holds_a_problem_where_no_other_is_declared():
    answers = {200: response(ANYTHING), 400: response(ANYTHING)}

    reply = ask(serving(lambda: 1, answers=answers), "GET /thing?z=1")

    assert (reply.status, reply.headers["Content-Type"]) == (400, "application/json")
    assert reply.json["title"]


def test_a_refusal_declared_without_content_has_none():
    answers = {200: response(ANYTHING), 400: response()}

    reply = ask(serving(lambda: 1, answers=answers), "GET /thing?z=1")

    assert (reply.status, reply.body) == (400, b"")


def test_what_belongs_to_no_operation_is_declared_at_the_root():
    hint = {"X-Hint": {"schema": {"type": "string", "default": "see /docs"}}}
    root = {
        "x-tenor-headers": hint,
        "x-tenor-unrouted": {
            "404": response({"type": "object", "additionalProperties": True}, PROBLEM),
            "204": response(headers={"Allow": header(TEXT)}),
        },
    }
    app = serving(lambda: 1, root=root)

    assert ask(app, "GET /nowhere").headers["X-Hint"] == "see /docs"
    assert ask(app, "OPTIONS /thing").headers["X-Hint"] == "see /docs"
    assert ask(app, "DELETE /thing").headers["X-Hint"] == "see /docs"  # 405 is declared nowhere


def test_an_operation_falls_back_on_the_unrouted_words_and_then_on_the_built_in_ones():
    own = {"X-Own": {"schema": {"type": "string", "default": "yes"}}}
    root = {"x-tenor-headers": own, "x-tenor-unrouted": {"400": response(ANYTHING, PROBLEM)}}
    app = serving(lambda: 1, takes=[query("n", required=True)], root=root)

    assert ask(app).headers["X-Own"] == "yes"
    assert ask(app, "GET /thing?n=1", headers={"Accept": "text/html"}).problem == "not-acceptable"


def test_a_header_of_every_answer_is_one_of_the_engines_own_too():
    """An extension that adds it everywhere, as for CORS, breaks nothing where it is declared."""
    root = {"x-tenor-headers": {"Access-Control-Allow-Origin": header(TEXT, required=True)}}
    app = serving(lambda: 1, root=root)

    @app.after_request
    def allow(made: flask.Response) -> flask.Response:
        made.headers["Access-Control-Allow-Origin"] = "*"
        return made

    for line, status in (("GET /thing", 200), ("GET /none", 404), ("OPTIONS /thing", 204)):
        reply = ask(app, line)
        assert (reply.status, reply.headers["Access-Control-Allow-Origin"]) == (status, "*")


def test_what_an_error_handler_says_to_nobodys_request_is_told_where_to_declare_it():
    app = serving(lambda: 1, policy="prevent")
    app.register_error_handler(404, lambda _error: ("<h1>Nothing here</h1>", 404))

    with capture_logs() as logs:
        assert ask(app, "GET /none").status == 500

    assert all("x-tenor-unrouted" in entry["remedy"] for entry in logs)


def test_a_built_in_answer_declares_all_that_it_sends():
    """405 has Allow, 406 Vary, 503 Retry-After, 401 its challenge, whatever the document says."""
    app = serving(lambda: 1)

    assert ask(app, "PUT /thing").headers["Allow"] == "GET, HEAD, OPTIONS"
    assert ask(app, headers={"Accept": "text/html"}).headers["Vary"] == "Accept"


def test_a_held_back_answer_is_replaced_in_the_operations_words():
    own = {"X-Own": {"schema": {"type": "string", "default": "yes"}}}
    answers = {200: response(THING), 500: response(ANYTHING, PROBLEM)}
    app = serving(lambda: 1, answers=answers, root={"x-tenor-headers": own}, policy="prevent")

    reply = ask(app)

    assert (reply.problem, reply.headers["X-Own"]) == ("contract-violation", "yes")


@pytest.mark.parametrize("base", ["/problems/", "https://api.example.com/problems/"])
def test_problems_are_explained_under_an_address(base: str):
    app = serving(
        lambda: problem(404, "gone"), answers={404: response(ANYTHING, PROBLEM)}, problems=base
    )

    assert ask(app).json["type"] == f"{base}gone"
    assert ask(app, "GET /nowhere").json["type"] == f"{base}not-found"


# --- what a handler refuses ---------------------------------------------------------------------

CONFLICT = {409: response(ANYTHING, PROBLEM, headers={"Retry-After": header(TEXT)})}


@pytest.mark.parametrize("by", ["returned", "raised"])
def test_a_problem_is_returned_or_raised(by: str):
    def handler() -> Any:
        words: Any = {"detail": "It is taken.", "headers": {"Retry-After": "1"}, "slug": "a"}
        if by == "raised":
            raise Problem(409, "slug-taken", **words)
        return problem(409, "slug-taken", **words)

    reply = ask(serving(handler, answers=CONFLICT))

    assert (reply.status, reply.problem) == (409, "slug-taken")
    assert reply.headers["Retry-After"] == "1"
    assert reply.json == {
        "type": "/problems/slug-taken",
        "title": "Conflict",
        "status": 409,
        "detail": "It is taken.",
        "slug": "a",
    }


def test_a_problem_that_the_operation_does_not_declare_is_held_back():
    """A handler speaks for its operation; the built-in words are the engine's alone."""
    for refuse in (lambda: problem(404, "gone"), lambda: flask.abort(404)):
        with pytest.raises(ContractViolation, match="answered 404"):
            ask(serving(refuse))


def test_a_problem_of_the_catalogue_has_its_title():
    app = serving(lambda: problem(404, "not-found"), answers={404: response(ANYTHING, PROBLEM)})

    assert ask(app).json["title"] == "Nothing is found at this address"


# --- errors nobody expected ---------------------------------------------------------------------


def test_a_crash_is_a_problem_and_its_traceback_goes_to_the_log():
    def handler() -> None:
        raise KeyError("hunter2")

    with capture_logs() as logs:
        reply = ask(serving(handler))

    assert (reply.status, reply.problem) == (500, "internal-error")
    assert "hunter2" not in reply.text
    (entry,) = logs
    assert (entry["event"], entry["operation"]) == ("handler_failed", "useThing")
    assert entry["request_id"] == reply.headers["X-Request-Id"]
    assert "KeyError" in entry["exception"]


def test_a_handler_that_ends_the_process_ends_its_request():
    """`sys.exit` in a handler stops no server."""

    def handler() -> None:
        raise SystemExit(3)

    assert ask(serving(handler)).problem == "internal-error"


def test_an_interrupt_is_not_swallowed():
    def handler() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ask(serving(handler))


# --- what the log never holds -------------------------------------------------------------------

SECRET = "hunter2-S3CR3T"


def test_the_log_holds_neither_bodies_nor_secrets():
    answers = {
        200: response(
            {"type": "object", "properties": {"a": {"type": "integer"}}},
            headers={"X-Secret": header({"type": "integer"})},
        )
    }

    def handler(body: Json, token: str) -> Any:
        spoken = {"a": SECRET, SECRET: {"nested": SECRET}}
        return spoken, 200, {"X-Secret": SECRET, "Location": SECRET}

    app = serving(
        handler,
        "POST /thing",
        takes=[query("token")],
        body=taking(ANYTHING),
        answers=answers,
        policy="prevent",
    )

    with capture_logs() as logs:
        ask(
            app,
            f"POST /thing?token={SECRET}",
            json={"password": SECRET},
            headers={"Authorization": f"Bearer {SECRET}", "Cookie": f"s={SECRET}"},
        )
        ask(app, f"POST /thing?token={SECRET}&{SECRET}=1", json=1)

    shown = [
        {**entry, "found": entry["found"].replace(f"/{SECRET} is not declared", "")}
        for entry in logs
    ]
    assert logs
    assert SECRET not in str(shown)


def test_an_operation_of_many_parameters_names_itself_in_the_log():
    app = of(
        document({"/a/{n}": {"get": operation("readA", takes=[path("n")])}}),
        {"readA": lambda n: (None, 299)},
        policy="detect",
    )

    with capture_logs() as logs:
        assert ask(app, "GET /a/1").status == 299

    assert [entry["operation"] for entry in logs] == ["readA"]


def test_a_header_that_was_given_is_not_given_again():
    """The engine adds what it knows only where nobody said it."""
    root = {"x-tenor-headers": {"X-Request-Id": header(TEXT, required=True)}}
    app = serving(lambda: (1, 200, {"X-Request-Id": "mine"}), root=root)

    assert ask(app).headers.getlist("X-Request-Id") == ["mine"]


def test_a_header_of_every_answer_may_be_a_constant():
    root = {"x-tenor-headers": {"X-Content-Type-Options": header({"const": "nosniff"})}}

    assert ask(serving(lambda: 1, root=root)).headers["X-Content-Type-Options"] == "nosniff"


def test_an_id_that_its_schema_does_not_admit_is_refused_at_start():
    root = {"x-tenor-headers": {"X-Request-Id": header({"type": "integer"})}}

    with pytest.raises(ConfigurationError, match="does not admit the ids that the engine gives"):
        serving(lambda: 1, root=root)


def test_problems_without_an_address_are_refused_at_start():
    with pytest.raises(ConfigurationError, match="have no address"):
        serving(lambda: 1, problems="not a base ")


def test_the_last_word_is_whole_every_time(monkeypatch: pytest.MonkeyPatch):
    app = serving(lambda: 1, policy="prevent")

    def failing(*_arguments: Any) -> Any:
        raise OSError

    monkeypatch.setattr("tenor.gate.judge", failing)
    for _ in range(3):
        assert ask(app).headers.getlist("Content-Type") == ["application/problem+json"]
