"""Fifteen ways to answer 201: the right forms leave, and the mistakes of each do not."""

import ast
import sys
from collections.abc import Callable
from typing import Any

import pytest

from examples.answers import answers
from examples.answers.mistakes import MISTAKES
from tenor import ContractViolation, Tenor
from tests.engine.wire import Reply, ask
from tests.examples.asking import (
    CONTRACT,
    DOCUMENT,
    OPERATIONS,
    RIGHT,
    ROOT,
    Asked,
    Handlers,
    in_flask,
    under_connexion,
    under_tenor,
)
from tests.examples.expected import ASKED, HTML, LEAVING, OF_CONNEXION, Leaving
from tests.examples.sentences import SENTENCES, said_of

Handler = Callable[..., Any]

asked_in_every_way = pytest.mark.parametrize("asked", LEAVING, ids=str)
with_each_mistake = pytest.mark.parametrize(
    ("operation", "mistake"),
    [(operation, mistake) for operation, those in MISTAKES.items() for mistake in those],
    ids=lambda value: value if isinstance(value, str) else value.__name__,
)


def leaving(reply: Reply) -> Leaving:
    """The answer without what belongs to the connection."""
    headers = {name.title(): value for name, value in reply.headers.items()}
    del headers["Content-Length"]
    content_type = headers.pop("Content-Type", None)
    is_json = content_type is not None and content_type.endswith("json")
    return Leaving(reply.status, content_type, reply.json if is_json else reply.text, headers)


def test_there_are_fifteen_ways_and_each_has_its_handler_and_its_mistakes():
    assert len(OPERATIONS) == 15
    assert {*OPERATIONS} == {*ASKED} == {*MISTAKES}
    assert all(MISTAKES.values())


@asked_in_every_way
def test_a_right_form_leaves_as_it_is_meant(asked: Asked):
    assert leaving(under_tenor(RIGHT, asked)) == LEAVING[asked]


@asked_in_every_way
def test_a_right_form_leaves_connexion_alike(asked: Asked):
    expected = OF_CONNEXION.get(asked, LEAVING[asked])

    assert leaving(under_connexion(RIGHT, asked)) == expected


@with_each_mistake
def test_a_mistake_is_held_back_with_a_sentence_that_teaches(operation: str, mistake: Handler):
    with pytest.raises(ContractViolation) as caught:
        under_tenor({**RIGHT, operation: mistake}, ASKED[operation])

    assert str(caught.value) == said_of(operation, mistake.__name__)


@with_each_mistake
def test_in_place_of_a_mistake_the_client_gets_the_declared_500(operation: str, mistake: Handler):
    reply = under_tenor({**RIGHT, operation: mistake}, ASKED[operation], policy="prevent")

    assert "500" in DOCUMENT["x-tenor-unrouted"]
    assert (reply.status, reply.problem) == (500, "contract-violation")
    assert reply.json["type"].endswith("/contract-violation")
    assert len(reply.json["violation"]) == 32


def test_every_sentence_is_of_a_mistake():
    assert {*SENTENCES} == {mistake.__name__ for those in MISTAKES.values() for mistake in those}


# --- what the page says in passing ---------------------------------------------------------------


def answering(operation: str, spoken: Any) -> Handlers:
    """The handlers, of which one answers with this."""
    return {**RIGHT, operation: lambda **_values: spoken}


def test_an_empty_string_is_nothing_to_tenor_and_json_to_connexion():
    handlers = answering("star_note", ("", 201))

    assert leaving(under_tenor(handlers, ASKED["star_note"])) == LEAVING[ASKED["star_note"]]
    assert under_connexion(handlers, ASKED["star_note"]).text.strip() == '""'


def test_where_two_media_types_are_declared_connexion_has_to_be_told():
    problem = {"type": "/problems/title-taken", "title": "The title is taken", "status": 409}
    handlers = answering("claim_title", (problem, 409))

    assert leaving(under_tenor(handlers, ASKED["claim_title"])) == LEAVING[ASKED["claim_title"]]
    assert under_connexion(handlers, ASKED["claim_title"]).status == 500


def test_a_media_type_in_the_headers_is_sent_as_it_is():
    """Without a charset, where none was written; connexion takes none."""
    bare = answering("create_card", ("<p>A card.</p>", 201, {"Content-Type": "text/html"}))
    full = answering("create_card", ("<p>A card.</p>", 201, {"Content-Type": HTML}))
    asked = ASKED["create_card"]

    assert in_flask(bare, asked).headers["Content-Type"] == "text/html"
    assert in_flask(full, asked).headers["Content-Type"] == HTML
    assert under_tenor(full, asked).headers["Content-Type"] == HTML
    assert under_connexion(full, asked).status == 500


def test_flask_makes_a_status_of_a_phrase():
    reply = in_flask(answering("create_reminder", ({}, "Created")), ASKED["create_reminder"])

    assert reply.status == 0


# --- the handlers --------------------------------------------------------------------------------


def test_the_handlers_are_found_by_name():
    """As `tenor serve --handlers examples.answers.answers` finds them."""
    app = Tenor(CONTRACT, handlers="examples.answers.answers")

    assert {*app.operations} == {*OPERATIONS}


@pytest.mark.parametrize("module", ["answers", "mistakes", "notes"])
def test_the_handlers_know_flask_alone(module: str):
    """So the same functions run here, under connexion, and wherever Flask runs."""
    tree = ast.parse((ROOT / "examples" / "answers" / f"{module}.py").read_text())
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    named = {
        (node.module or "") if isinstance(node, ast.ImportFrom) else node.names[0].name
        for node in imports
    }

    rooms = {name.partition(".")[0] for name in named}
    assert rooms - {"flask", "examples"} <= sys.stdlib_module_names


def test_the_location_of_a_new_note_leads_to_it():
    app = Tenor(CONTRACT, handlers=answers, policy="raise")

    made = ask(app, "POST /notes", json={"title": "The first engine"})
    found = ask(app, "GET " + made.headers["Location"].removeprefix("http://localhost"))

    assert found.json == made.json


def test_a_full_location_repeats_the_host_that_was_asked_for():
    reply = ask(
        Tenor(CONTRACT, handlers=answers),
        "POST /notes",
        json={"title": "Trap"},
        headers={"Host": "evil.example"},
    )

    assert reply.headers["Location"] == "http://evil.example/notes/trap"


def test_a_server_name_stands_in_its_place():
    app = Tenor(CONTRACT, handlers=answers)
    app.config["SERVER_NAME"] = "notes.example"

    reply = ask(app, "POST /notes", json={"title": "Trap"}, headers={"Host": "evil.example"})

    assert reply.headers["Location"] == "http://notes.example/notes/trap"


def test_trusted_hosts_refuse_all_others():
    app = Tenor(CONTRACT, handlers=answers)
    app.config["TRUSTED_HOSTS"] = ["notes.example"]

    reply = ask(app, "POST /notes", json={"title": "Trap"}, headers={"Host": "evil.example"})

    assert (reply.status, reply.problem) == (400, "invalid-request")
