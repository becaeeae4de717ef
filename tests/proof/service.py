"""The notes over HTTP, in plain Flask: what is answered to whom.

Each decision is a small method of its own, so that a defect is one of them exchanged.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from html import escape
from pathlib import Path
from threading import Lock
from typing import Any, cast

import jsonschema_rs
import orjson
import yaml
from flask import Flask, Response, request
from werkzeug.exceptions import MethodNotAllowed, NotFound, RequestEntityTooLarge
from werkzeug.http import http_date

from tests.proof.shelf import Note, Shelf

CONTRACT = Path(__file__).with_name("notes.yaml")

JSON = "application/json"
HTML = "text/html"
PATCH = "application/merge-patch+json"
PROBLEM = "application/problem+json"

MOST_BYTES = 16_384
WRITE = "notes:write"
REALM = 'Bearer realm="notes"'

TITLES = {
    "invalid-request": "The request breaks the contract",
    "unauthorized": "A known token is needed",
    "insufficient-scope": "The token does not reach this far",
    "not-found": "Nothing is found at this address",
    "method-not-allowed": "The address does not know this method",
    "not-acceptable": "No offered media type is acceptable",
    "idempotency-key-used": "The key is used up",
    "precondition-failed": "It is not as the precondition wants it",
    "content-too-large": "The content is too large",
    "unsupported-media-type": "The content is of a type that is not taken",
    "precondition-required": "The change needs a precondition",
}


@dataclass(frozen=True, slots=True)
class Access:
    """What a token stands for."""

    account: str
    scopes: frozenset[str] = frozenset()


TOKENS = {
    "ada-writes-0001": Access("ada", frozenset((WRITE,))),
    "ada-reads-00001": Access("ada"),
    "bob-writes-0001": Access("bob", frozenset((WRITE,))),
}


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation: its name in the contract, what it needs, takes, and offers."""

    name: str
    method: str
    path: str
    scope: str = ""
    takes: str = ""
    content: str = ""
    offers: tuple[str, ...] = ()
    query: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


LIST, ITEM = "/notes", "/notes/<id>"
IF_MATCH = {"If-Match": "EntityTags"}
OPERATIONS = (
    Operation("listNotes", "GET", LIST, offers=(JSON,), query=("limit", "cursor")),
    Operation(
        "createNote",
        "POST",
        LIST,
        scope=WRITE,
        takes=JSON,
        content="NewNote",
        offers=(JSON,),
        headers={"Idempotency-Key": "IdempotencyKey"},
    ),
    Operation(
        "getNote",
        "GET",
        ITEM,
        offers=(JSON, HTML),
        headers={"If-None-Match": "EntityTags", "If-Modified-Since": "DateField"},
    ),
    Operation(
        "putNote",
        "PUT",
        ITEM,
        scope=WRITE,
        takes=JSON,
        content="NewNote",
        headers={**IF_MATCH, "If-None-Match": "AnyEntityTag"},
    ),
    Operation(
        "changeNote",
        "PATCH",
        ITEM,
        scope=WRITE,
        takes=PATCH,
        content="NotePatch",
        offers=(JSON,),
        headers=IF_MATCH,
    ),
    Operation("deleteNote", "DELETE", ITEM, scope=WRITE, headers=IF_MATCH),
)


class Refusal(Exception):
    """A request that is not carried out: the status, the kind of problem, and what to say."""

    def __init__(
        self, status: int, kind: str, detail: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.kind = kind
        self.detail = detail
        self.headers = dict(headers or {})


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that was admitted."""

    access: Access
    media_type: str
    content: Any
    id: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent back. Without a media type there is no content."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    media_type: str = ""
    body: str = ""


@dataclass(frozen=True, slots=True)
class Earlier:
    """A request that had an `Idempotency-Key`: its content, what it wrote, what was answered."""

    content: Any
    note: Note
    answer: Answer


class Notes:
    """The API on a shelf."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self._answered: dict[tuple[str, str], Earlier] = {}
        self._turn = Lock()

    def as_flask(self) -> Flask:
        """The application."""
        app = Flask(__name__, static_folder=None)
        app.url_map.merge_slashes = False
        for operation in OPERATIONS:
            self._add(app, operation.path, operation.method, partial(self.respond, operation))
        for path in (LIST, ITEM):
            self._add(app, path, "OPTIONS", partial(self.options, path))
        app.register_error_handler(NotFound, self.lost)
        app.register_error_handler(MethodNotAllowed, self.not_allowed)
        return app

    def _add(self, app: Flask, path: str, method: str, view: Any) -> None:
        app.add_url_rule(
            path, f"{method} {path}", view, methods=[method], provide_automatic_options=False
        )

    # --- a request --------------------------------------------------------------------------

    def respond(self, operation: Operation, **path: str) -> Response:
        """Admit a request and carry it out; one at a time."""
        try:
            with self._turn:
                return self.send(self.carry_out(operation, path.get("id", "")))
        except Refusal as refusal:
            return self.send(self.refused(refusal))

    def carry_out(self, operation: Operation, name: str) -> Answer:
        """Do what was asked, or raise the first refusal."""
        acts = {
            "listNotes": self.list_notes,
            "createNote": self.create_note,
            "getNote": self.get_note,
            "putNote": self.put_note,
            "changeNote": self.change_note,
            "deleteNote": self.delete_note,
        }
        return acts[operation.name](self.admit(operation, name))

    def admit(self, operation: Operation, name: str) -> Asked:
        """The request, if it keeps the contract."""
        access = self.access(request.headers.get("Authorization"))
        self.check_scope(access, operation.scope)
        media_type = self.negotiate(operation.offers)
        raw = self.received()
        self.check_media_type(operation, raw)
        if operation.path == ITEM and not fits("NoteId", name):
            raise self.not_found("No note can have this id.")
        self.check_query(operation.query)
        self.check_headers(operation.headers)
        return Asked(access, media_type, self.content(operation, raw), name)

    # --- who asks ---------------------------------------------------------------------------

    def access(self, credentials: str | None) -> Access:
        """What the caller's token stands for."""
        if credentials is None:
            raise self.unauthorized(REALM)
        scheme, _, token = credentials.partition(" ")
        access = self.known(token)
        if scheme.lower() != "bearer" or access is None:
            raise self.unauthorized(f'{REALM}, error="invalid_token"')
        return access

    def known(self, token: str) -> Access | None:
        """What a token stands for, if it is known."""
        return TOKENS.get(token)

    def unauthorized(self, challenge: str) -> Refusal:
        """401."""
        detail = "Send Authorization with Bearer and a token."
        return Refusal(401, "unauthorized", detail, {"WWW-Authenticate": challenge})

    def check_scope(self, access: Access, scope: str) -> None:
        """Refuse a token that lacks the scope."""
        if scope and scope not in access.scopes:
            challenge = f'{REALM}, error="insufficient_scope", scope="{scope}"'
            detail = f"The scope {scope} is needed."
            raise Refusal(403, "insufficient-scope", detail, {"WWW-Authenticate": challenge})

    # --- what is sent and asked for ---------------------------------------------------------

    def negotiate(self, offers: tuple[str, ...]) -> str:
        """The offered media type that the client likes best; the first one among equals."""
        if not offers or "Accept" not in request.headers:
            return next(iter(offers), "")
        best = max(offers, key=request.accept_mimetypes.quality)
        if not request.accept_mimetypes.quality(best):
            raise Refusal(406, "not-acceptable", f"Offered are {', '.join(offers)}.")
        return best

    def received(self) -> bytes:
        """The content as it came, within its limit."""
        request.max_content_length = self.most_bytes()
        try:
            return request.get_data()
        except RequestEntityTooLarge:
            detail = f"At most {MOST_BYTES} bytes are taken."
            raise Refusal(413, "content-too-large", detail) from None

    def most_bytes(self) -> int | None:
        """How much content is taken."""
        return MOST_BYTES

    def check_media_type(self, operation: Operation, raw: bytes) -> None:
        """Refuse content in another media type, charset or coding than is taken."""
        if not operation.takes or not (raw or request.mimetype):
            return
        charset = request.mimetype_params.get("charset", "utf-8").lower()
        coding = request.headers.get("Content-Encoding", "identity").lower()
        if (request.mimetype, charset, coding) != (operation.takes, "utf-8", "identity"):
            detail = f"Send {operation.takes} in UTF-8."
            raise Refusal(415, "unsupported-media-type", detail)

    def content(self, operation: Operation, raw: bytes) -> Any:
        """The value of the content, if it is what it may be."""
        if not operation.takes:
            if raw:
                raise self.invalid("The content is not declared.")
            return None
        try:
            content = parsed(raw)
        except ValueError:
            raise self.invalid("The content is not what RFC 8259 calls JSON.") from None
        if not fits(operation.content, content):
            raise self.invalid("The content is not what it may be.")
        return content

    def check_query(self, declared: tuple[str, ...]) -> None:
        """Refuse query parameters that are not declared, stand twice, or are not what they may."""
        for name, texts in request.args.lists():
            if name not in declared or len(texts) > 1:
                raise self.invalid("A query parameter is not declared, or stands twice.")
            value = integer(texts[0]) if name == "limit" else texts[0]
            if not fits(name.title(), value):
                raise self.invalid(f"The query parameter {name} is not what it may be.")

    def check_headers(self, declared: Mapping[str, str]) -> None:
        """Refuse header fields that are not what they may be."""
        for name, schema in declared.items():
            text = request.headers.get(name)
            if text is not None and not fits(schema, text):
                raise self.invalid(f"The header {name} is not what it may be.")

    def invalid(self, detail: str) -> Refusal:
        """400."""
        return Refusal(400, "invalid-request", detail)

    # --- the operations ---------------------------------------------------------------------

    def list_notes(self, asked: Asked) -> Answer:
        """Give a page of the notes."""
        limit = request.args.get("limit", 10, int)
        after = int(request.args.get("cursor", "c0")[1:])
        notes, onward = self.page(asked.access, limit, after)
        links = {} if onward is None else {"next": f"{LIST}?limit={limit}&cursor=c{onward}"}
        return as_json(200, {"notes": [self.item(note) for note in notes], "links": links})

    def page(self, access: Access, limit: int, after: int) -> tuple[list[Note], int | None]:
        """The notes of a page, and after which place the next one begins."""
        rest = [note for note in self.listed(access) if note.place > after]
        notes = rest[:limit]
        return notes, self.onward(notes, after) if len(rest) > limit else None

    def onward(self, notes: list[Note], after: int) -> int:
        """Where the page ends that began after a place."""
        return notes[-1].place

    def listed(self, access: Access) -> list[Note]:
        """The notes that a caller finds in the list."""
        return self.shelf.of(access.account)

    def item(self, note: Note) -> dict[str, Any]:
        """A note in the list."""
        return self.shown(note)

    def create_note(self, asked: Asked) -> Answer:
        """Write a note, or answer again what was answered to the same request."""
        key = request.headers.get("Idempotency-Key")
        return self.written(self.write(asked)) if key is None else self.once(asked, key)

    def once(self, asked: Asked, key: str) -> Answer:
        """Write a note unless it was written under this key before."""
        name = (asked.access.account, key)
        if name not in self._answered:
            note = self.write(asked)
            self._answered[name] = Earlier(asked.content, note, self.written(note))
        earlier = self._answered[name]
        is_there = self.shelf.find(earlier.note.owner, earlier.note.id) is not None
        if earlier.content != asked.content or not is_there:
            detail = "The key names another request, or the note is gone that it wrote."
            raise Refusal(409, "idempotency-key-used", detail)
        return earlier.answer

    def write(self, asked: Asked) -> Note:
        """Write a note."""
        return self.shelf.add(asked.access.account, self.kept(asked.content))

    def written(self, note: Note) -> Answer:
        """201 with what `Location` gives from now on."""
        headers = {**self.created(note), "Last-Modified": http_date(note.changed)}
        return as_json(201, self.shown(note), headers)

    def kept(self, content: Any) -> Any:
        """What is kept of the content of a request."""
        return content

    def created(self, note: Note) -> dict[str, str]:
        """The headers of what came to be."""
        return {"Location": self.location(note), "ETag": self.etag(note, JSON)}

    def location(self, note: Note) -> str:
        """The address of a note."""
        return f"{LIST}/{note.id}"

    def get_note(self, asked: Asked) -> Answer:
        """Give a note, unless the client has it."""
        note = self.readable(asked)
        if self.is_current(note, asked.media_type):
            return self.not_modified(note, asked.media_type)
        return Answer(
            200,
            {
                "ETag": self.etag(note, asked.media_type),
                "Last-Modified": http_date(note.changed),
                **self.vary(),
            },
            asked.media_type,
            self.page_of(note) if asked.media_type == HTML else as_text(self.shown(note)),
        )

    def not_modified(self, note: Note, media_type: str) -> Answer:
        """304."""
        return Answer(304, {"ETag": self.etag(note, media_type), **self.vary()})

    def vary(self) -> dict[str, str]:
        """What caches have to know."""
        return {"Vary": "Accept"}

    def put_note(self, asked: Asked) -> Answer:
        """Keep a new note at an address, or another one in the place of what was read."""
        owner = asked.access.account
        there = self.shelf.find(owner, asked.id)
        self.check_place(there)
        note = self.shelf.put(owner, asked.id, self.kept(asked.content))
        return self.replaced(note) if there else self.placed(note)

    def placed(self, note: Note) -> Answer:
        """201 without content: the client knows what it has put there."""
        return Answer(201, self.created(note))

    def replaced(self, note: Note) -> Answer:
        """204 with the tag of what is there now."""
        return Answer(204, {"ETag": self.etag(note, JSON)})

    def change_note(self, asked: Asked) -> Answer:
        """Change what is mentioned."""
        note = self.changeable(asked)
        self.check_unchanged(note, asked)
        note = self.shelf.change(note, self.patched(asked.content))
        headers = {"ETag": self.etag(note, JSON), "Last-Modified": http_date(note.changed)}
        return as_json(200, self.shown(note), headers)

    def patched(self, content: dict[str, Any]) -> dict[str, Any]:
        """What a merge patch changes: `null` takes a member away."""
        return content

    def delete_note(self, asked: Asked) -> Answer:
        """Delete a note."""
        note = self.changeable(asked)
        self.check_unchanged(note, asked)
        self.remove(note)
        return self.gone()

    def remove(self, note: Note) -> None:
        """Keep a note no more."""
        self.shelf.remove(note)

    def gone(self) -> Answer:
        """204 for what is not there any more."""
        return Answer(204)

    # --- what is within reach ---------------------------------------------------------------

    def readable(self, asked: Asked) -> Note:
        """The note that the caller wants to read."""
        return self.within_reach(asked)

    def changeable(self, asked: Asked) -> Note:
        """The note that the caller wants to change or delete."""
        return self.within_reach(asked)

    def within_reach(self, asked: Asked) -> Note:
        """The caller's own note."""
        note = self.shelf.find(asked.access.account, asked.id)
        if note is None:
            raise self.not_found("There is no such note.")
        return note

    def not_found(self, detail: str) -> Refusal:
        """404."""
        return Refusal(404, "not-found", detail)

    # --- preconditions ----------------------------------------------------------------------

    def check_unchanged(self, note: Note, asked: Asked) -> None:
        """Refuse a change of what is not as the caller has read it."""
        if "If-Match" not in request.headers:
            self.miss_precondition()
        elif not self.is_match(note):
            self.refuse_stale(note, asked)

    def refuse_stale(self, note: Note, asked: Asked) -> None:
        """Refuse a change of what is not as the caller has read it any more."""
        raise self.precondition_failed()

    def check_place(self, there: Note | None) -> None:
        """Refuse to put a note where the precondition does not hold, or is none."""
        if not {"If-Match", "If-None-Match"} & set(request.headers.keys()):
            self.miss_precondition()
        if "If-Match" in request.headers and (there is None or not self.is_match(there)):
            raise self.precondition_failed()
        if "If-None-Match" in request.headers and there is not None:
            raise self.precondition_failed()

    def miss_precondition(self) -> None:
        """Refuse a change without a precondition."""
        detail = "Send If-Match with the ETag that you have read."
        raise Refusal(428, "precondition-required", detail)

    def precondition_failed(self) -> Refusal:
        """412."""
        return Refusal(412, "precondition-failed", "Read it again.")

    def is_match(self, note: Note) -> bool:
        """Whether `If-Match` holds: the tag of any representation is good."""
        tags = (self.etag(note, media_type) for media_type in (JSON, HTML))
        return any(map(request.if_match.contains_raw, tags))

    def is_current(self, note: Note, media_type: str) -> bool:
        """Whether the client has this representation."""
        if "If-None-Match" in request.headers:
            sent = request.if_none_match
            return sent.star_tag or sent.contains_weak(self.etag(note, media_type).strip('"'))
        since = request.if_modified_since
        return since is not None and note.changed <= since

    # --- how it is written ------------------------------------------------------------------

    def etag(self, note: Note, media_type: str) -> str:
        """The tag of a representation: no other ever has it."""
        return f'"{note.id}-{note.revision}-{media_type.rpartition("/")[2]}"'

    def shown(self, note: Note) -> dict[str, Any]:
        """A note as JSON."""
        members = {name: getattr(note, name) for name in ("id", "title", "text", "stars", "tags")}
        members["changed"] = f"{note.changed:%Y-%m-%dT%H:%M:%SZ}"
        return members if note.remark is None else {**members, "remark": note.remark}

    def page_of(self, note: Note) -> str:
        """A note as a page."""
        title, text, remark = map(escape, (note.title, note.text, note.remark or ""))
        tags = "".join(f"<li>{tag}</li>" for tag in note.tags)
        return (
            f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
            f"</head>\n<body><h1>{title}</h1><p>{text}</p><p>{remark}</p><ul>{tags}</ul></body>"
            "</html>\n"
        )

    def refused(self, refusal: Refusal) -> Answer:
        """A refusal as a problem."""
        problem = {
            "type": f"https://notes.example/problems/{refusal.kind}",
            "title": TITLES[refusal.kind],
            "status": refusal.status,
            "detail": refusal.detail,
        }
        return Answer(refusal.status, refusal.headers, PROBLEM, as_text(problem))

    def send(self, answer: Answer) -> Response:
        """The answer as it is sent."""
        response = Response(answer.body, answer.status, content_type=answer.media_type or None)
        if not answer.media_type:
            del response.headers["Content-Type"]
        elif answer.media_type == HTML:
            response.content_type = f"{HTML}; charset=utf-8"
        response.headers.update(answer.headers)
        return response

    # --- beside the operations --------------------------------------------------------------

    def options(self, path: str, **_: str) -> Response:
        """204 with the methods of an address."""
        return self.send(Answer(204, self.allow(methods_of(path))))

    def allow(self, methods: list[str]) -> dict[str, str]:
        """The methods of an address, as a header."""
        return {"Allow": ", ".join(methods)}

    def lost(self, _error: NotFound) -> Response:
        """404 for an address that nothing has."""
        return self.send(self.refused(self.not_found("Nothing has this address.")))

    def not_allowed(self, error: MethodNotAllowed) -> Response:
        """405."""
        refusal = Refusal(405, "method-not-allowed", "Allow lists those that it knows.")
        refusal.headers = self.allow(sorted(error.valid_methods or ()))
        return self.send(self.refused(refusal))


def methods_of(path: str) -> list[str]:
    """Every method that an address has."""
    own = {operation.method for operation in OPERATIONS if operation.path == path}
    return sorted(own | {"HEAD", "OPTIONS"})


def as_text(value: Any) -> str:
    """A value as JSON text."""
    return json.dumps(value)


def as_json(status: int, value: Any, headers: Mapping[str, str] | None = None) -> Answer:
    """A value as JSON."""
    return Answer(status, headers or {}, JSON, as_text(value))


# --- the contract's schemas -----------------------------------------------------------------


def fits(schema: str, value: Any) -> bool:
    """Whether a value fits a schema of the contract, which is known by its name."""
    try:
        return _VALIDATORS[schema].is_valid(value)
    except ValueError:  # a number that is too large to be looked at
        return False


def _validators() -> Iterator[tuple[str, jsonschema_rs.Validator]]:
    components = yaml.safe_load(CONTRACT.read_text("utf-8"))["components"]
    for name in components["schemas"]:
        schema = {"$ref": f"#/components/schemas/{name}", "components": components}
        yield name, jsonschema_rs.Draft202012Validator(schema)


_VALIDATORS = dict(_validators())


def integer(text: str) -> int | None:
    """The integer that a query parameter says, None if it says none."""
    return int(text) if re.fullmatch(r"0|[1-9][0-9]{0,8}", text, re.ASCII) else None


def parsed(raw: bytes) -> Any:
    """The value of JSON text in UTF-8, without NaN, lone surrogates or members that stand twice.

    Raises ValueError.
    """
    orjson.loads(raw)
    try:
        return json.loads(raw, object_pairs_hook=_unique)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(members := dict(pairs)) != len(pairs):
        raise ValueError("a member stands twice")
    return cast(dict[str, Any], members)
