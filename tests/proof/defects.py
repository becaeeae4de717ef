"""The defects that can be planted into the notes: each is one decision, exchanged for a wrong one.

``DEFECTS`` has them by their ids. The sentence of a defect, its class's docstring, says what is
wrong; ``checks`` are the ids of the checks that have to find it, none where what is owed tells.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from flask import Response, request

from tests.proof.service import (
    JSON,
    LIST,
    TOKENS,
    WRITE,
    Access,
    Answer,
    Asked,
    Notes,
    Operation,
    Refusal,
    as_json,
    as_text,
)
from tests.proof.shelf import Note, Shelf


@dataclass(frozen=True, slots=True)
class Defect:
    """A defect: what it is called, what is wrong, and the application that has it."""

    id: str
    sentence: str
    plant: type[Notes]
    checks: tuple[str, ...] = ()


DEFECTS: dict[str, Defect] = {}


def planted(name: str, *checks: str) -> Callable[[type[Notes]], type[Notes]]:
    """Enter a defect under this id."""

    def enter(plant: type[Notes]) -> type[Notes]:
        assert name not in DEFECTS
        DEFECTS[name] = Defect(name, plant.__doc__ or "", plant, checks)
        return plant

    return enter


# --- what the schemas, headers and statuses of the contract tell -------------------------------


@planted("location-dangling", "oracle/location-resolves")
class DanglingLocation(Notes):
    """`Location` leads to an address where nothing is."""

    def location(self, note: Note) -> str:
        return f"{LIST}/moved-{note.id}"


@planted("location-missing", "gate/header-present")
class MissingLocation(Notes):
    """What comes to be is answered without its `Location`."""

    def created(self, note: Note) -> dict[str, str]:
        return {"ETag": self.etag(note, JSON)}


@planted("etag-malformed", "gate/header-value")
class MalformedTag(Notes):
    """Tags are written without their quotes."""

    def etag(self, note: Note, media_type: str) -> str:
        return super().etag(note, media_type).strip('"')


@planted("media-type-undeclared", "gate/media-type-declared")
class UndeclaredMediaType(Notes):
    """A changed note is answered in a media type that is declared nowhere."""

    def change_note(self, asked: Asked) -> Answer:
        return replace(super().change_note(asked), media_type="application/hal+json")


@planted("status-undeclared", "gate/status-declared")
class UndeclaredStatus(Notes):
    """A deletion is answered 200, which is not declared, in the place of 204."""

    def gone(self) -> Answer:
        return Answer(200)


@planted("unavailable", "gate/status-declared")
class Unavailable(Notes):
    """A page of more than 25 notes is answered 503, which is not declared."""

    def list_notes(self, asked: Asked) -> Answer:
        if request.args.get("limit", 10, int) > 25:
            return Answer(503)
        return super().list_notes(asked)


@planted("problem-as-json", "gate/media-type-declared")
class ProblemAsJson(Notes):
    """Problems are sent as `application/json`."""

    def refused(self, refusal: Refusal) -> Answer:
        return replace(super().refused(refusal), media_type=JSON)


@planted("property-undeclared", "gate/property-declared")
class UndeclaredProperty(Notes):
    """A note has a property that is not declared."""

    def shown(self, note: Note) -> dict[str, Any]:
        return {**super().shown(note), "owner": note.owner}


@planted("item-mistyped", "gate/body-schema")
class MistypedItem(Notes):
    """In the list, and there alone, the stars of a note are text."""

    def item(self, note: Note) -> dict[str, Any]:
        return {**super().item(note), "stars": str(note.stars)}


@planted("allow-missing", "gate/header-present")
class MissingAllow(Notes):
    """405 comes without `Allow`."""

    def allow(self, methods: list[str]) -> dict[str, str]:
        return super().allow(methods) if request.method == "OPTIONS" else {}


@planted("media-type-unenforced", "recipe/415")
class UnenforcedMediaType(Notes):
    """Content is read as JSON whatever it is said to be: 415 is never answered."""

    def check_media_type(self, operation: Operation, raw: bytes) -> None:
        pass


@planted("invalid-as-422", "gate/status-declared")
class InvalidAs422(Notes):
    """What breaks the contract is answered 422 in the place of 400."""

    def invalid(self, detail: str) -> Refusal:
        return Refusal(422, "invalid-request", detail)


@planted("delete-undone", "oracle/deleted")
class UndoneDelete(Notes):
    """A deletion is answered 204 and deletes nothing."""

    def remove(self, note: Note) -> None:
        pass


@planted("create-unkept", "oracle/location-resolves")
class UnkeptNote(Notes):
    """A new note is answered 201 and not kept."""

    def write(self, asked: Asked) -> Note:
        note = super().write(asked)
        self.shelf.remove(note)
        return note


@planted("authentication-ignored", "recipe/401-anonymous")
class IgnoredAuthentication(Notes):
    """Who sends no token is taken for Ada."""

    def access(self, credentials: str | None) -> Access:
        return super().access(credentials) if credentials else _ada()


@planted("if-match-ignored", "recipe/412-stale")
class IgnoredPrecondition(Notes):
    """Any `If-Match` is good, and so is none: changes of others are lost."""

    def is_match(self, note: Note) -> bool:
        return True

    def miss_precondition(self) -> None:
        pass


# --- what is declared and never answered --------------------------------------------------------


@planted("page-never", "oracle/accept")
class NeverPage(Notes):
    """A note is JSON also for those who want the page."""

    def negotiate(self, offers: tuple[str, ...]) -> str:
        return JSON if super().negotiate(offers) else ""


@planted("not-modified-never", "oracle/conditional")
class NeverNotModified(Notes):
    """A note is sent also to a client that has it: 304 is never answered."""

    def is_current(self, note: Note, media_type: str) -> bool:
        return False


@planted("precondition-failed-never", "oracle/stale-match")
class NeverPreconditionFailed(Notes):
    """A precondition that fails is answered 428, as if there were none: 412 is never answered."""

    def precondition_failed(self) -> Refusal:
        return Refusal(428, "precondition-required", "Send a precondition that holds.")


@planted("precondition-required-never", "recipe/428")
class NeverPreconditionRequired(Notes):
    """Changes need no precondition: 428 is never answered."""

    def miss_precondition(self) -> None:
        pass


@planted("accept-ignored", "oracle/accept")
class IgnoredAccept(Notes):
    """The first media type is sent whatever `Accept` says: 406 is never answered, nor a page."""

    def negotiate(self, offers: tuple[str, ...]) -> str:
        return next(iter(offers), "")


@planted("not-acceptable-never", "recipe/406")
class NeverNotAcceptable(Notes):
    """Who accepts nothing that is offered gets JSON: 406 is never answered."""

    def negotiate(self, offers: tuple[str, ...]) -> str:
        try:
            return super().negotiate(offers)
        except Refusal:
            return JSON


@planted("too-large-never")
class NeverTooLarge(Notes):
    """Content of any length is read: 413 is never answered."""

    def most_bytes(self) -> int | None:
        return None


@planted("scope-ignored", "recipe/403-scope")
class IgnoredScope(Notes):
    """A token that may only read writes too: 403 is never answered."""

    def check_scope(self, access: Access, scope: str) -> None:
        pass


@planted("token-unchecked", "recipe/401-unknown")
class UncheckedToken(Notes):
    """Any token is taken for Ada's; only without one 401 is answered."""

    def known(self, token: str) -> Access | None:
        return super().known(token) or _ada()


# --- HEAD, OPTIONS and 405 ----------------------------------------------------------------------


@planted("head-refused", "oracle/head")
class RefusedHead(Notes):
    """`HEAD` is answered 405 where `GET` works."""

    def carry_out(self, operation: Operation, name: str) -> Answer:
        if request.method == "HEAD":
            detail = "Allow lists those that it knows."
            raise Refusal(405, "method-not-allowed", detail, self.allow(["GET", "OPTIONS"]))
        return super().carry_out(operation, name)


@planted("head-type-differs", "oracle/head")
class DifferentHead(Notes):
    """`HEAD` names another media type than `GET`."""

    def send(self, answer: Answer) -> Response:
        response = super().send(answer)
        if request.method == "HEAD" and response.is_json:
            response.content_type = "text/plain"
        return response


@planted("allow-wrong", "oracle/allow")
class WrongAllow(Notes):
    """405 names no other methods than `GET` and `HEAD`, whatever the address has."""

    def allow(self, methods: list[str]) -> dict[str, str]:
        return super().allow(methods if request.method == "OPTIONS" else ["GET", "HEAD"])


@planted("options-wrong", "oracle/allow")
class WrongOptions(Notes):
    """`OPTIONS` names a method that the address does not have."""

    def allow(self, methods: list[str]) -> dict[str, str]:
        return super().allow([*methods, "TRACE"] if request.method == "OPTIONS" else methods)


# --- tags, dates and 304 ------------------------------------------------------------------------


@planted("etag-unstable", "oracle/tag-stable")
class UnstableTag(Notes):
    """The tag of a note differs each time it is read, though nothing was written."""

    _uses = 0

    def etag(self, note: Note, media_type: str) -> str:
        self._uses += 1
        return f'{super().etag(note, media_type)[:-1]}-{self._uses}"'


@planted("etag-stale", "oracle/tag-changes")
class StaleTag(Notes):
    """The tag of a note stays when it is written."""

    def etag(self, note: Note, media_type: str) -> str:
        return super().etag(replace(note, revision=0), media_type)


@planted("etag-shared", "oracle/tag-distinct")
class SharedTag(Notes):
    """JSON and page, whose bytes differ, have the same strong tag."""

    def etag(self, note: Note, media_type: str) -> str:
        return super().etag(note, JSON)


@planted("etag-of-post-differs", "oracle/created-tag")
class OtherTagOfPost(Notes):
    """A new note is answered with another tag than it is read with."""

    def created(self, note: Note) -> dict[str, str]:
        return {**super().created(note), "ETag": self.etag(note, "new")}


@planted("etag-of-head-differs", "oracle/head")
class OtherTagOfHead(Notes):
    """`HEAD` gives another tag than `GET`."""

    def etag(self, note: Note, media_type: str) -> str:
        return super().etag(note, "head" if request.method == "HEAD" else media_type)


@planted("not-modified-without-etag", "oracle/not-modified-tag")
class UntaggedNotModified(Notes):
    """304 comes without the tag."""

    def not_modified(self, note: Note, media_type: str) -> Answer:
        return Answer(304, self.vary())


class Insistent(Response):
    """A response that sends its body whatever its status."""

    def get_app_iter(self, environ: Any) -> Any:
        return [self.get_data()]


@planted("not-modified-with-body", "oracle/not-modified-content")
class NotModifiedWithBody(Notes):
    """304 has the note as its body."""

    def not_modified(self, note: Note, media_type: str) -> Answer:
        return replace(super().not_modified(note, media_type), body=as_text(self.shown(note)))

    def send(self, answer: Answer) -> Response:
        if answer.status == 304:
            return Insistent(answer.body, 304, dict(answer.headers))
        return super().send(answer)


@planted("vary-missing", "oracle/vary")
class MissingVary(Notes):
    """A note, which is JSON or a page, comes without `Vary`."""

    def vary(self) -> dict[str, str]:
        return {}


# --- content where none is promised, or another -------------------------------------------------


@planted("created-with-body", "gate/body-absent")
class BodyOfPlaced(Notes):
    """A 201 that is declared without content has some."""

    def placed(self, note: Note) -> Answer:
        return as_json(201, self.shown(note), self.created(note))


@planted("content-type-on-204", "gate/body-absent")
class TypeOfNothing(Notes):
    """A 204 names the media type of the content that it does not have."""

    def send(self, answer: Answer) -> Response:
        response = super().send(answer)
        if answer.status == 204 and request.method != "OPTIONS":
            response.headers["Content-Type"] = JSON
        return response


@planted("page-malformed", "gate/body-syntax")
class MalformedPage(Notes):
    """The page closes its elements in the wrong order."""

    def page_of(self, note: Note) -> str:
        return super().page_of(note).replace("</p><p>", "<b></p><p></b>")


@planted("page-unescaped", "oracle/markup")
class UnescapedPage(Notes):
    """What stands in a note is markup in the page."""

    def page_of(self, note: Note) -> str:
        page = super().page_of(note)
        return page.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


@planted("problem-status-differs", "oracle/problem-status")
class OtherStatusInside(Notes):
    """A problem says another status than the answer has."""

    def refused(self, refusal: Refusal) -> Answer:
        answer = super().refused(refusal)
        return replace(answer, body=answer.body.replace(f'"status": {refusal.status}', _TEAPOT))


_TEAPOT = '"status": 418'


@planted("challenge-missing", "oracle/challenge")
class MissingChallenge(Notes):
    """401 comes without `WWW-Authenticate`."""

    def unauthorized(self, challenge: str) -> Refusal:
        refusal = super().unauthorized(challenge)
        refusal.headers = {}
        return refusal


# --- what is kept -------------------------------------------------------------------------------


@planted("write-altered", "oracle/read-back")
class AlteredWrite(Notes):
    """What is read back is not what was written: the tags are in another order."""

    def kept(self, content: Any) -> Any:
        return {**content, "tags": sorted(content.get("tags", ()))}


@planted("put-merges", "oracle/put-replaces")
class MergingPut(Notes):
    """A note that takes the place of another keeps the remark of that one."""

    def put_note(self, asked: Asked) -> Answer:
        there = self.shelf.find(asked.access.account, asked.id)
        remark = {} if there is None or there.remark is None else {"remark": there.remark}
        return super().put_note(replace(asked, content={**remark, **asked.content}))


@planted("patch-null-ignored", "oracle/patch-null")
class IgnoredNull(Notes):
    """`null` in a merge patch takes nothing away."""

    def patched(self, content: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in content.items() if value is not None}


@planted("patch-resets", "oracle/patch-leaves")
class ResettingPatch(Notes):
    """A merge patch takes away what it does not mention."""

    def patched(self, content: dict[str, Any]) -> dict[str, Any]:
        return {"stars": 0, "tags": (), "remark": None, **content}


@planted("refused-yet-changed", "oracle/stale-match")
class ChangedAllTheSame(Notes):
    """A change with a stale tag is answered 412, and made."""

    def refuse_stale(self, note: Note, asked: Asked) -> None:
        if asked.content is not None:
            self.shelf.change(note, asked.content)
        super().refuse_stale(note, asked)


@planted("gone-readable", "oracle/deleted")
class ReadableGone(Notes):
    """A note that was deleted is still read at its address."""

    def __init__(self, shelf: Shelf) -> None:
        super().__init__(shelf)
        self._removed: dict[tuple[str, str], Note] = {}

    def remove(self, note: Note) -> None:
        super().remove(note)
        self._removed[note.owner, note.id] = note

    def readable(self, asked: Asked) -> Note:
        removed = self._removed.get((asked.access.account, asked.id))
        return removed or super().readable(asked)


@planted("replay-doubled", "oracle/replay-once")
class DoubledReplay(Notes):
    """The same request under the same `Idempotency-Key` writes another note."""

    def once(self, asked: Asked, key: str) -> Answer:
        return self.written(self.write(asked))


@planted("replay-differs", "oracle/replay")
class DifferentReplay(Notes):
    """A replay under an `Idempotency-Key` writes nothing, and is answered without the remark."""

    def once(self, asked: Asked, key: str) -> Answer:
        is_replay = (asked.access.account, key) in self._answered
        answer = super().once(asked, key)
        shorter = _without_remark(answer.body)
        return replace(answer, body=shorter) if is_replay else answer


# --- what belongs to others ---------------------------------------------------------------------


@planted("others-readable", "oracle/others-read")
class ReadableOthers(Notes):
    """An account reads the notes of others."""

    def readable(self, asked: Asked) -> Note:
        return _anybodys(self, asked.id) or super().readable(asked)


@planted("others-changeable", "oracle/others-change")
class ChangeableOthers(Notes):
    """An account changes and deletes the notes of others, which it cannot read."""

    def changeable(self, asked: Asked) -> Note:
        return _anybodys(self, asked.id) or super().changeable(asked)


@planted("others-listed", "oracle/others-read")
class ListedOthers(Notes):
    """An account finds the notes of others in its list."""

    def listed(self, access: Access) -> list[Note]:
        return self.shelf.everything()


# --- lists --------------------------------------------------------------------------------------


@planted("limit-ignored", "oracle/limit")
class IgnoredLimit(Notes):
    """A page has as many notes as there are, up to 50, whatever `limit` says."""

    def page(self, access: Access, limit: int, after: int) -> tuple[list[Note], int | None]:
        return super().page(access, 50, after)


@planted("cursor-stuck", "oracle/walk")
class StuckCursor(Notes):
    """`next` leads to the same page again."""

    def onward(self, notes: list[Note], after: int) -> int:
        return after


@planted("cursor-skips", "oracle/walk")
class SkippingCursor(Notes):
    """`next` leaves out a note between two pages."""

    def page(self, access: Access, limit: int, after: int) -> tuple[list[Note], int | None]:
        notes, onward = super().page(access, limit, after)
        later = [note for note in self.listed(access) if note.place > (onward or 0)]
        return notes, later[0].place if onward and later else None


@planted("cursor-repeats", "oracle/walk")
class RepeatingCursor(Notes):
    """A page begins with the last note of the page before."""

    def onward(self, notes: list[Note], after: int) -> int:
        return notes[-1].place - 1 if len(notes) > 1 else notes[-1].place


@planted("cursor-shifts", "oracle/walk-inserting")
class ShiftingCursor(Notes):
    """The newest note comes first and a cursor counts notes, so that a new one moves the pages."""

    def page(self, access: Access, limit: int, after: int) -> tuple[list[Note], int | None]:
        notes = self.listed(access)[::-1]
        end = after + limit
        return notes[after:end], end if len(notes) > end else None


@planted("cursor-loses", "oracle/walk-deleting")
class LosingCursor(Notes):
    """A cursor counts notes, so that a deletion moves the pages and one is left out."""

    def page(self, access: Access, limit: int, after: int) -> tuple[list[Note], int | None]:
        notes = self.listed(access)
        end = after + limit
        return notes[after:end], end if len(notes) > end else None


# --- what several need ----------------------------------------------------------------------


def _ada() -> Access:
    """Ada, who may write."""
    return next(access for access in TOKENS.values() if WRITE in access.scopes)


def _anybodys(notes: Notes, name: str) -> Note | None:
    """The first note with this id, whosever it is."""
    return next((note for note in notes.shelf.everything() if note.id == name), None)


def _without_remark(body: str) -> str:
    members = json.loads(body)
    return as_text({name: value for name, value in members.items() if name != "remark"})
