"""Fifteen ways to answer 201 and its neighbours. Each is right.

They use Flask alone, so they run under Tenor and under connexion as they are.
"""

import json
from http import HTTPStatus
from pathlib import Path

from flask import Response, abort, jsonify, make_response, render_template_string, url_for

from examples.answers import notes

PAGE = Path(__file__).with_name("note.html").read_text(encoding="utf-8")


def create_page(body):
    """A rendered page with 201."""
    note = notes.keep(body["title"])
    return render_template_string(PAGE, note=note), 201


def put_note(slug, body):
    """A status held in a variable."""
    status = 200 if slug in notes.NOTES else 201
    return notes.keep_at(slug, body["title"]), status


def create_card(body):
    """A piece of HTML that says what it is."""
    note = notes.keep(body["title"])
    card = f"<p>Kept as <b>{note['slug']}</b>.</p>"
    return Response(card, status=201, mimetype="text/html")


def create_draft(body):
    """JSON that says what it is."""
    note = notes.keep(body["title"])
    return note, 201, {"Content-Type": "application/json"}


def create_export(body):
    """A response, made in one go."""
    note = notes.keep(body["title"])
    return Response(json.dumps(note), status=201, mimetype="application/json")


def create_entry(body):
    """A dictionary and its status."""
    return notes.keep(body["title"]), 201


def create_copy(body):
    """A response, made in steps."""
    note = notes.keep(body["title"])
    response = make_response(note, 201)
    response.headers["Location"] = url_for(".get_note", slug=note["slug"])
    return response


def claim_title(body):
    """A problem with its status, or the note."""
    if notes.is_taken(body["title"]):
        problem = {"type": "/problems/title-taken", "title": "The title is taken", "status": 409}
        return problem, 409, {"Content-Type": "application/problem+json"}
    return notes.keep(body["title"]), 201, {"Content-Type": "application/json"}


def create_reminder(body):
    """A status by its name."""
    return notes.keep(body["title"]), HTTPStatus.CREATED


def create_bookmark(body):
    """A resource in its wrapping."""
    return {"data": notes.keep(body["title"])}, 201


def create_message(body):
    """A message."""
    note = notes.keep(body["title"])
    return {"message": f"Kept as {note['slug']}."}, 201


def star_note(slug):
    """Nothing but the status."""
    return Response(status=201)


def get_note(slug):
    """The resource, or 404."""
    note = notes.NOTES.get(slug)
    if note is None:
        abort(404, "There is no such note.")
    return jsonify(data=note)


def create_note(body):
    """The resource and its full address."""
    note = notes.keep(body["title"])
    location = url_for(".get_note", slug=note["slug"], _external=True)
    return {"data": note}, 201, {"Location": location}


def create_line(body):
    """A line of plain text."""
    note = notes.keep(body["title"])
    return f"Kept as {note['slug']}.\n", 201
