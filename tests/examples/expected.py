"""What is asked of the fifteen handlers, and what leaves."""

from dataclasses import dataclass, field
from typing import Any

from tests.examples.asking import Asked

JSON = "application/json"
PROBLEM = "application/problem+json"
HTML = "text/html; charset=utf-8"
TEXT = "text/plain; charset=utf-8"

TITLE = "The first engine"
NOTE = {"slug": "the-first-engine", "title": TITLE}
PAGE = """<!doctype html>
<html lang="en">
<title>Ada &lt;3 engines</title>
<h1>Ada &lt;3 engines</h1>
<p>It is kept as <code>ada-3-engines</code>.
</html>"""


@dataclass(frozen=True, slots=True)
class Leaving:
    """An answer as it leaves: its status, media type, other headers, and body."""

    status: int
    content_type: str | None
    body: Any
    headers: dict[str, str] = field(default_factory=dict[str, str])


ASKED = {
    "create_page": Asked("POST /pages", "Ada <3 engines"),
    "put_note": Asked("PUT /notes/engine", TITLE),
    "create_card": Asked("POST /cards", TITLE),
    "create_draft": Asked("POST /drafts", TITLE),
    "create_export": Asked("POST /exports", TITLE),
    "create_entry": Asked("POST /entries", TITLE),
    "create_copy": Asked("POST /copies", TITLE),
    "claim_title": Asked("POST /titles", "Hello"),
    "create_reminder": Asked("POST /reminders", TITLE),
    "create_bookmark": Asked("POST /bookmarks", TITLE),
    "create_message": Asked("POST /messages", TITLE),
    "star_note": Asked("PUT /notes/hello/star"),
    "get_note": Asked("GET /notes/nowhere"),
    "create_note": Asked("POST /notes", TITLE),
    "create_line": Asked("POST /lines", TITLE),
}
"""How each operation is asked for the answer that it is about."""

LEAVING = {
    ASKED["create_page"]: Leaving(201, HTML, PAGE),
    ASKED["put_note"]: Leaving(201, JSON, {"slug": "engine", "title": TITLE}),
    Asked("PUT /notes/hello", TITLE): Leaving(200, JSON, {"slug": "hello", "title": TITLE}),
    ASKED["create_card"]: Leaving(201, HTML, "<p>Kept as <b>the-first-engine</b>.</p>"),
    ASKED["create_draft"]: Leaving(201, JSON, NOTE),
    ASKED["create_export"]: Leaving(201, JSON, NOTE),
    ASKED["create_entry"]: Leaving(201, JSON, NOTE),
    ASKED["create_copy"]: Leaving(201, JSON, NOTE, {"Location": "/notes/the-first-engine"}),
    ASKED["claim_title"]: Leaving(
        409,
        PROBLEM,
        {"type": "/problems/title-taken", "title": "The title is taken", "status": 409},
    ),
    Asked("POST /titles", TITLE): Leaving(201, JSON, NOTE),
    ASKED["create_reminder"]: Leaving(201, JSON, NOTE),
    ASKED["create_bookmark"]: Leaving(201, JSON, {"data": NOTE}),
    ASKED["create_message"]: Leaving(201, JSON, {"message": "Kept as the-first-engine."}),
    ASKED["star_note"]: Leaving(201, None, ""),
    ASKED["get_note"]: Leaving(
        404,
        PROBLEM,
        {
            "type": "/problems/not-found",
            "title": "Nothing is found at this address",
            "status": 404,
            "detail": "There is no such note.",
        },
    ),
    Asked("GET /notes/hello"): Leaving(200, JSON, {"data": {"slug": "hello", "title": "Hello"}}),
    ASKED["create_note"]: Leaving(
        201, JSON, {"data": NOTE}, {"Location": "http://localhost/notes/the-first-engine"}
    ),
    ASKED["create_line"]: Leaving(201, TEXT, "Kept as the-first-engine.\n"),
}
"""What leaves, by what is asked."""

OF_CONNEXION = {
    ASKED["star_note"]: Leaving(201, HTML, ""),
    ASKED["get_note"]: Leaving(
        404,
        PROBLEM,
        {
            "type": "about:blank",
            "title": "Not Found",
            "status": 404,
            "detail": "There is no such note.",
        },
    ),
}
"""What connexion sends where it differs: a media type of nothing, and its own word for 404."""
