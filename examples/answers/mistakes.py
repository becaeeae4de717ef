"""What people write in place of the fifteen answers. Each is wrong, and held back."""

import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from flask import (
    Response,
    abort,
    jsonify,
    make_response,
    redirect,
    render_template_string,
    url_for,
)

from examples.answers import notes
from examples.answers.answers import PAGE

# --- create_page --------------------------------------------------------------------------------


def page_without_its_status(body):
    """Flask says 200 where nothing is said."""
    note = notes.keep(body["title"])
    return render_template_string(PAGE, note=note)


def page_as_json(body):
    """The page, quoted and escaped as one JSON string."""
    note = notes.keep(body["title"])
    return jsonify(render_template_string(PAGE, note=note)), 201


def page_by_hand(body):
    """The title goes into the page as it is, tags and all."""
    note = notes.keep(body["title"])
    return f"<h1>{note['title']}</h1>", 201


# --- put_note -----------------------------------------------------------------------------------


def status_as_text(slug, body):
    """A status is a number."""
    status = "200" if slug in notes.NOTES else "201"
    return notes.keep_at(slug, body["title"]), status


def status_line_as_text(slug, body):
    """Flask takes the whole line; others do not."""
    status = "200 OK" if slug in notes.NOTES else "201 CREATED"
    return notes.keep_at(slug, body["title"]), status


def status_in_the_body(slug, body):
    """The status line still says 200."""
    return {**notes.keep_at(slug, body["title"]), "status": 201}


# --- create_card --------------------------------------------------------------------------------


def content_type_without_its_hyphen(body):
    """A header of that name says nothing to anybody."""
    note = notes.keep(body["title"])
    card = f"<p>Kept as <b>{note['slug']}</b>.</p>"
    return card, 201, {"ContentType": "text/html; charset=utf-8"}


def html_called_json(body):
    """The client parses what is no JSON."""
    note = notes.keep(body["title"])
    card = f"<p>Kept as <b>{note['slug']}</b>.</p>"
    return card, 201, {"Content-Type": "application/json"}


def tag_left_open(body):
    """All that follows in the page turns bold."""
    note = notes.keep(body["title"])
    card = f"<p>Kept as <b>{note['slug']}.</p>"
    return Response(card, status=201, mimetype="text/html")


# --- create_draft -------------------------------------------------------------------------------


def copied_from_the_web(body):
    """The line that everybody copies: its header is misspelt."""
    note = notes.keep(body["title"])
    return json.dumps(note), 201, {"ContentType": "application/json"}


def json_twice(body):
    """Text is written as a JSON string, so that the note is quoted inside it."""
    note = notes.keep(body["title"])
    return json.dumps(note), 201, {"Content-Type": "application/json"}


def json_called_html(body):
    """The client shows what it should parse."""
    note = notes.keep(body["title"])
    return json.dumps(note), 201, {"Content-Type": "text/html"}


# --- create_export ------------------------------------------------------------------------------


def python_for_json(body):
    """What Python prints has single quotes."""
    note = notes.keep(body["title"])
    return Response(str(note), status=201, mimetype="application/json")


def mimetype_forgotten(body):
    """A response is HTML unless it says otherwise."""
    note = notes.keep(body["title"])
    return Response(json.dumps(note), status=201)


def dictionary_in_a_response(body):
    """A response iterates over the dictionary, and sends its keys."""
    note = notes.keep(body["title"])
    return Response(note, status=201, mimetype="application/json")


# --- create_entry -------------------------------------------------------------------------------


def dictionary_alone(body):
    """Flask says 200 where nothing is said."""
    return notes.keep(body["title"])


def status_in_jsonify(body):
    """A list of the note and 201, sent with 200."""
    return jsonify(notes.keep(body["title"]), 201)


def tuple_of_four(body):
    """There is no fourth place."""
    return notes.keep(body["title"]), 201, {}, "application/json"


def media_type_as_third(body):
    """The third place is for headers."""
    return notes.keep(body["title"]), 201, "application/json"


def abort_201(body):
    """To abort is to refuse."""
    notes.keep(body["title"])
    abort(201)


# --- create_copy --------------------------------------------------------------------------------


def made_without_its_status(body):
    """A response is 200 unless it says otherwise."""
    note = notes.keep(body["title"])
    response = make_response(note)
    response.headers["Location"] = url_for(".get_note", slug=note["slug"])
    return response


def header_of_ones_own(body):
    """No client knows of it."""
    note = notes.keep(body["title"])
    response = make_response(note, 201)
    response.headers["Location"] = url_for(".get_note", slug=note["slug"])
    response.headers["X-Slug"] = note["slug"]
    return response


# --- claim_title --------------------------------------------------------------------------------


def error_with_200(body):
    """A client that asks for the status takes it for a success."""
    return {"error": "The title is taken"}, 200, {"Content-Type": "application/json"}


def error_of_ones_own(body):
    """A problem has a type, a title and a status."""
    return {"error": "The title is taken"}, 409, {"Content-Type": "application/problem+json"}


def problem_called_json(body):
    """What a problem is, its media type says."""
    problem = {"type": "/problems/title-taken", "title": "The title is taken", "status": 409}
    return make_response(problem, 409)


def problem_of_another_status(body):
    """The body says 400 and the status line 409."""
    problem = {"type": "/problems/title-taken", "title": "The title is taken", "status": 400}
    return problem, 409, {"Content-Type": "application/problem+json"}


# --- create_reminder ----------------------------------------------------------------------------


def phrase_of_a_status(body):
    """The phrase is text."""
    return notes.keep(body["title"]), HTTPStatus.CREATED.phrase


def status_next_door(body):
    """Accepted is not created."""
    return notes.keep(body["title"]), HTTPStatus.ACCEPTED


def status_first(body):
    """The note is taken for headers."""
    return HTTPStatus.CREATED, notes.keep(body["title"])


# --- create_bookmark ----------------------------------------------------------------------------


def resource_unwrapped(body):
    """The client looks for data."""
    return notes.keep(body["title"]), 201


def resource_in_a_list(body):
    """The client looks for one."""
    return {"data": [notes.keep(body["title"])]}, 201


def success_beside_the_data(body):
    """The status has said so."""
    return {"data": notes.keep(body["title"]), "success": True}, 201


# --- create_message -----------------------------------------------------------------------------


def text_for_a_message(body):
    """A string is no object."""
    note = notes.keep(body["title"])
    return f"Kept as {note['slug']}.", 201


def message_by_another_name(body):
    """The client looks for message."""
    note = notes.keep(body["title"])
    return {"msg": f"Kept as {note['slug']}."}, 201


def set_for_a_dictionary(body):
    """A comma where a colon was meant."""
    note = notes.keep(body["title"])
    return {"message", f"Kept as {note['slug']}."}, 201


# --- star_note ----------------------------------------------------------------------------------


def message_in_an_empty_answer(slug):
    """Nobody declared a body."""
    return {"message": "Starred."}, 201


def empty_object(slug):
    """An empty object is a body too."""
    return jsonify(), 201


def no_content(slug):
    """Without content is not 204, when something is new."""
    return "", 204


# --- get_note -----------------------------------------------------------------------------------


def none_for_not_found(slug):
    """None is no content, and no content is 204."""
    return notes.NOTES.get(slug)


def not_found_with_200(slug):
    """A client that asks for the status takes it for a note."""
    return jsonify(error="There is no such note.")


def not_found_as_text(slug):
    """The client parses a problem."""
    return "There is no such note.", 404, {"Content-Type": "text/plain"}


# --- create_note --------------------------------------------------------------------------------


def location_forgotten(body):
    """Where it is, the client has to guess."""
    return {"data": notes.keep(body["title"])}, 201


def location_without_its_host(body):
    """The contract promises the full address."""
    note = notes.keep(body["title"])
    return {"data": note}, 201, {"Location": url_for(".get_note", slug=note["slug"])}


def redirect_with_201(body):
    """A redirection brings a page of its own."""
    note = notes.keep(body["title"])
    return redirect(url_for(".get_note", slug=note["slug"], _external=True), 201)


# --- create_line --------------------------------------------------------------------------------


def text_called_html(body):
    """A response is HTML unless it says otherwise."""
    note = notes.keep(body["title"])
    return Response(f"Kept as {note['slug']}.\n", status=201)


def dictionary_for_text(body):
    """A dictionary is no line."""
    note = notes.keep(body["title"])
    return {"message": f"Kept as {note['slug']}."}, 201


def number_alone(body):
    """A number alone is a body."""
    notes.keep(body["title"])
    return 201


MISTAKES: dict[str, tuple[Callable[..., Any], ...]] = {
    "create_page": (page_without_its_status, page_as_json, page_by_hand),
    "put_note": (status_as_text, status_line_as_text, status_in_the_body),
    "create_card": (content_type_without_its_hyphen, html_called_json, tag_left_open),
    "create_draft": (copied_from_the_web, json_twice, json_called_html),
    "create_export": (python_for_json, mimetype_forgotten, dictionary_in_a_response),
    "create_entry": (
        dictionary_alone,
        status_in_jsonify,
        tuple_of_four,
        media_type_as_third,
        abort_201,
    ),
    "create_copy": (made_without_its_status, header_of_ones_own),
    "claim_title": (
        error_with_200,
        error_of_ones_own,
        problem_called_json,
        problem_of_another_status,
    ),
    "create_reminder": (phrase_of_a_status, status_next_door, status_first),
    "create_bookmark": (resource_unwrapped, resource_in_a_list, success_beside_the_data),
    "create_message": (text_for_a_message, message_by_another_name, set_for_a_dictionary),
    "star_note": (message_in_an_empty_answer, empty_object, no_content),
    "get_note": (none_for_not_found, not_found_with_200, not_found_as_text),
    "create_note": (location_forgotten, location_without_its_host, redirect_with_201),
    "create_line": (text_called_html, dictionary_for_text, number_alone),
}
"""The mistakes, by the operation in whose place they stand."""
