"""Claims about the probes: each finds its defect, and is silent on the sound twin.

The notes of ``tests.proof.notes`` and the things below are plain Flask: no gate stands between.
"""

import itertools
import json
import random
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response, jsonify, request

from tenor import Tenor, document
from tenor.proof import oracle, probes
from tenor.proof.contract import Contract
from tenor.proof.subject import Subject
from tenor.proof.world import Caller, World
from tests.fuzz.world import settle
from tests.proof.callers import NOTES
from tests.proof.service import Answer
from tests.proof.service import Notes as SoundNotes
from tests.proof.shelf import Note, Shelf
from tests.proof.world import world

DEFECTS = {
    "head-refused": "head@listNotes",
    "head-type-differs": "head@getNote",
    "etag-of-head-differs": "head@getNote",
    "etag-unstable": "tag-stable@getNote",
    "etag-shared": "tag-distinct@getNote",
    "not-modified-never": "conditional@getNote",
    "page-never": "accept@getNote",
    "accept-ignored": "accept@getNote",
    "not-acceptable-never": "not-acceptable@createNote",
    "location-dangling": "location-resolves@createNote",
    "create-unkept": "location-resolves@createNote",
    "etag-of-post-differs": "created-tag@createNote",
    "etag-stale": "tag-changes@putNote",
    "if-match-ignored": "stale-match@deleteNote",
    "refused-yet-changed": "stale-match@changeNote",
    "precondition-failed-never": "stale-match@putNote",
    "write-altered": "read-back@createNote",
    "put-merges": "put-replaces@putNote",
    "patch-null-ignored": "patch-null@changeNote",
    "patch-resets": "patch-leaves@changeNote",
    "delete-undone": "deleted@deleteNote",
    "gone-readable": "deleted@deleteNote",
    "replay-differs": "replay@createNote",
    "replay-doubled": "replay-once@createNote",
    "others-readable": "others-read@listNotes",
    "others-listed": "others-read@listNotes",
    "others-changeable": "others-change@changeNote",
    "limit-ignored": "limit@listNotes",
    "cursor-stuck": "walk@listNotes",
    "cursor-skips": "walk@listNotes",
    "cursor-repeats": "walk@listNotes",
    "cursor-shifts": "walk-inserting@listNotes",
    "cursor-loses": "walk-deleting@listNotes",
    "page-unescaped": "markup@createNote",
}
"""Which probe finds what, of the defects of the notes."""


def probed(where: World, contract: Contract, *only: str) -> Subject:
    """A subject of which probes have asked; all of them, unless some are named."""
    subject = Subject(where, contract, checks=oracle.CHECKS)
    chosen = frozenset(f"oracle/{each}" for each in only) or None
    probes.run(subject, lambda *_: None, chosen)
    return subject


def found(subject: Subject) -> list[str]:
    return [name.removeprefix("oracle/") for name in subject.findings]


# --- notes --------------------------------------------------------------------------------------


def test_the_sound_notes_are_not_spoken_of():
    assert found(probed(world(Path()), NOTES)) == []


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_defect_of_the_notes_is_found_by_its_probe(defect: str):
    assert DEFECTS[defect] in found(probed(world(Path(), defect), NOTES, DEFECTS[defect]))


class OtherTagOfReplaced(SoundNotes):
    """A replacement is answered with another tag than is read afterwards."""

    def replaced(self, note: Note) -> Answer:
        return Answer(204, {"ETag": self.etag(note, "put")})


class ForgottenKey(SoundNotes):
    """Another request under the same key gets the answer of the first."""

    def once(self, asked: Any, key: str) -> Answer:
        return super().once(replace(asked, content={"title": "Ribbon", "text": ""}), key)


class EndingEarly(SoundNotes):
    """The first page leads nowhere, though there are more notes."""

    def page(self, access: Any, limit: int, after: int) -> tuple[list[Note], int | None]:
        return super().page(access, limit, after)[0], None


@pytest.mark.parametrize(
    ("notes", "probe"),
    [
        (EndingEarly, "walk@listNotes"),
        (OtherTagOfReplaced, "changed-tag@putNote"),
        (ForgottenKey, "replay-other@createNote"),
    ],
    ids=["walk", "changed-tag", "replay-other"],
)
def test_a_defect_that_the_notes_have_here_alone_is_found(notes: type[SoundNotes], probe: str):
    shelf = Shelf()
    shelf.add("ada", {"title": "Oil", "text": ""})
    where = replace(world(Path()), app=notes(shelf).as_flask())

    assert probe in found(probed(where, NOTES, probe))


# --- things: another style ----------------------------------------------------------------------

TEXT = {"schema": {"type": "string"}}
NUMBER = {"type": "integer", "minimum": 2}
LIST = {"type": "object", "additionalProperties": True}
THING = {
    "type": "object",
    "properties": {
        "id": {"type": "integer", "readOnly": True},
        "name": {"type": "string", "maxLength": 40},
        "sizes": {"type": "array", "items": {"type": "integer"}},
    },
}
AS_THING = {"description": "A thing.", "content": {"application/json": {"schema": THING}}}
NO_THING = {"description": "There is none."}
ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
THINGS: dict[str, Any] = {
    "openapi": "3.1.1",
    "info": {"title": "Things", "version": "1"},
    "paths": {
        "/things": {
            "get": {
                "operationId": "listThings",
                "parameters": [
                    {
                        "name": "per_page",
                        "in": "query",
                        "schema": {"type": "integer", "minimum": 2},
                    },
                    {"name": "page_token", "in": "query", **TEXT},
                ],
                "responses": {
                    "200": {
                        "description": "Things.",
                        "content": {"application/json": {"schema": LIST}},
                    }
                },
            },
            "post": {
                "operationId": "addThing",
                "parameters": [{"name": "Idempotency-Key", "in": "header", **TEXT}],
                "requestBody": {"content": {"application/json": {"schema": THING}}},
                "responses": {"201": AS_THING},
            },
        },
        "/things/{id}": {
            "parameters": [ID],
            "get": {"operationId": "getThing", "responses": {"200": AS_THING, "404": NO_THING}},
            "delete": {
                "operationId": "deleteThing",
                "responses": {"204": {"description": "It is gone."}, "404": NO_THING},
            },
        },
    },
}


def things(defect: str = "", *, is_cut_short: bool = False) -> World:
    """Things without Location, tags and links: pages are led to by a token, and `more` says so.

    Nobody says who asks, so that a key belongs to what is sent with it.
    """
    app, kept, ids = Flask("things"), dict[int, dict[str, Any]](), itertools.count(1)
    answers: dict[tuple[str, bytes], dict[str, Any]] = {}

    @app.get("/things")
    def listed() -> Any:
        after, most = request.args.get("page_token", 0, int), request.args.get("per_page", 5, int)
        later = [each for each in kept.values() if each["id"] > after]
        page = later[: most + 1] if defect == "one too many" else later[:most]
        skipped = 1 if defect == "a gap" else 0
        following = {"next_page_token": str(page[-1]["id"] + skipped)} if page else {}
        if is_cut_short:
            return jsonify(results=page)
        return jsonify(results=page, has_more=len(later) > len(page), **following)

    @app.post("/things")
    def added() -> Any:
        key = request.headers.get("Idempotency-Key")
        named = (key or f"none {len(answers)}", b"" if defect == "mixed up" else request.get_data())
        if named in answers:
            return answers[named], 201
        thing = answers[named] = {**request.json, "id": next(ids)}
        thing["name"] = thing.get("name", "")[:3] if defect == "cut" else thing.get("name", "")
        if defect != "forgotten":
            kept[thing["id"]] = thing
        return thing, 201

    @app.get("/things/<int:name>")
    def read(name: int) -> Any:
        return kept.get(name) or ("", 404)

    @app.delete("/things/<int:name>")
    def deleted(name: int) -> Any:
        return "", 204 if kept.pop(name, None) else 404

    if defect == "another method":
        app.patch("/things/<int:name>")(lambda name: Response(status=204))
    return World(app=app.wsgi_app)


STRANGE = Contract(document.load(THINGS).expanded())
OF_THINGS = {
    "one too many": "limit@listThings",
    "a gap": "walk@listThings",
    "forgotten": "stored@addThing",
    "cut": "read-back@addThing",
    "mixed up": "replay-other@addThing",
    "another method": "methods@getThing",
}


def test_sound_things_are_spoken_of_only_where_their_contract_is_broken():
    """Flask's own 405 and 404 are pages that no contract like this one declares."""
    spoken = [name for name in found(probed(things(), STRANGE)) if not name.startswith("gate/")]

    assert spoken == []


def test_a_list_that_promises_no_way_on_may_be_cut_short():
    """There is a limit, and nothing says how to come by the rest."""
    subject = probed(things(is_cut_short=True), STRANGE, "walk@listThings", "limit@listThings")

    assert found(subject) == []


@pytest.mark.parametrize("defect", OF_THINGS)
def test_a_defect_of_things_is_found_by_its_probe(defect: str):
    assert OF_THINGS[defect] in found(probed(things(defect), STRANGE, OF_THINGS[defect]))


def test_each_probe_has_a_defect_that_it_finds():
    seen = (*DEFECTS.values(), *OF_THINGS.values(), "changed-tag@", "replay-other@")

    assert {f"oracle/{each.partition('@')[0]}" for each in seen} == {p.id for p in probes.PROBES}


def test_the_page_of_the_oracle_says_of_each_rule_and_probe_what_holds():
    rules = [*oracle.RULES.items(), *((each.id, each.run) for each in probes.PROBES)]
    page = (Path(__file__).parents[2] / "docs" / "oracle.md").read_text()

    written = re.findall(r"^\| `(oracle/[a-z-]+)` \| (.+) \|$", page, re.MULTILINE)

    assert written == [(name, promise_of(rule)) for name, rule in rules]


def promise_of(rule: Any) -> str:
    """The first sentence of a docstring, as a page writes it."""
    return " ".join(rule.__doc__.partition("\n\n")[0].split()).replace("``", "`")


# --- our own ------------------------------------------------------------------------------------


def newcomer(app: Tenor, *scopes: str) -> Caller:
    """An author who has just registered, with a token of these scopes."""
    known = {"username": "mary", "password": "it is an engine"}
    client = app.test_client()
    assert client.post("/accounts", json={**known, "display_name": "Mary"}).status_code == 201
    token = client.post("/tokens", json={**known, "scopes": scopes}).get_json()["data"]["secret"]
    return Caller("mary", {"Authorization": f"Bearer {token}"}, frozenset(scopes), account="mary")


def test_the_publishing_api_is_not_spoken_of(tmp_path: Path):
    app, access = settle(tmp_path)
    ada = Caller("ada", access.headers, account="ada")
    mary = newcomer(app, "posts:write", "accounts:write")
    where = World(app=app, callers=(ada, mary), public_url="http://localhost")

    subject = probed(where, Contract(app.contract))

    assert [each.sentence for each in subject.findings.values()] == []


# --- anything -----------------------------------------------------------------------------------


def anything(seed: int, contract: Contract) -> Flask:
    """An application whose answers have nothing to do with what is asked, but for their status."""
    app, chance = Flask("anything"), random.Random(seed)
    names = ("data", "id", "notes", "items", "links", "next", "next_cursor", "attributes", "title")

    def value(depth: int = 0) -> Any:
        kind = chance.randrange(9) if depth < 3 else 9
        if kind < 4:
            return {name: value(depth + 1) for name in chance.sample(names, 3)}
        if kind < 6:
            return [value(depth + 1) for _ in range(chance.randrange(5))]
        return chance.choice(SCALARS)

    def answer(**_: Any) -> Response:
        operation, _ = contract.at(request.method, request.path)
        statuses = [each for each in operation.statuses if each.isdigit()] if operation else []
        status = int(chance.choice([*statuses, "200", "201", "204", "304", "405", "500"]))
        headers = {n: chance.choice(each) for n, each in ODD.items() if chance.random() < 0.5}
        content = json.dumps(value()).encode("utf-8", "surrogatepass")
        body = chance.choice([content, content, content, b"", b"{", b"[" * 9_000, b"\xff"])
        return Response(body, status, headers, mimetype="application/json")

    app.before_request(answer)
    return app


SCALARS = (None, True, 0, 1.5, "", "n1", "/notes/n1", "?cursor=c2", "//", "http://[", "\ud800", "é")
ODD = {
    "ETag": ('"a"', 'W/"b"', "a", '"', "W/"),
    "Location": ("/notes/n1", "http://localhost/things/1", "http://[x", "", "//x", "/things/a"),
    "Link": ('<http://localhost/notes?cursor=c1>; rel="next"', "<", "<>; rel=next", "a, <b>"),
    "Last-Modified": ("a", "Mon, 02 Mar 2026 09:10:00 GMT", "Mon, 99 Mar 2026 09:10:00 GMT"),
    "Allow": ("GET,,", "", "*"),
    "Retry-After": ("a", "-1"),
    "WWW-Authenticate": ("", ",", "Bearer"),
    "Date": ("a", "Sun, 06 Nov 9999 23:59:60 GMT"),
}


@pytest.mark.parametrize("contract", [NOTES, STRANGE], ids=["notes", "things"])
@pytest.mark.parametrize("seed", range(5))
def test_whatever_is_answered_the_probes_come_to_their_end(seed: int, contract: Contract):
    where = replace(world(Path()), app=anything(seed, contract).wsgi_app)

    assert found(probed(where, contract)) != []


# --- how they are run ---------------------------------------------------------------------------


def test_two_runs_ask_the_same_and_find_the_same():
    one, other = (probed(world(Path(), "etag-stale"), NOTES) for _ in range(2))

    assert one.asked == other.asked
    assert one.findings == other.findings


def test_what_is_named_alone_is_asked_alone():
    whole, one = probed(world(Path()), NOTES), probed(world(Path()), NOTES, "head@getNote")

    assert 0 < len(one.asked) < len(whole.asked) / 10


def test_progress_is_told_from_the_first_to_the_last():
    told: list[tuple[str, int, int]] = []
    subject = Subject(world(Path()), NOTES)

    probes.run(subject, lambda *each: told.append(each), frozenset(("oracle/head@getNote",)))

    assert told == [("oracle/head@getNote", 0, 1), ("", 1, 1)]


def test_a_finding_shows_the_exchanges_and_names_what_shows_it_again():
    subject = probed(world(Path(), "etag-stale"), NOTES, "tag-changes@putNote")

    finding = subject.findings["oracle/tag-changes@putNote"]

    assert [asked.method for asked, _ in finding.exchanges] == ["GET", "PUT", "GET"]
    assert finding.replay == "oracle/tag-changes@putNote"
    assert "ada-writes-0001" not in repr(finding)


SOME = {"responses": {"200": {"description": "It is there."}}}
ANY = {"responses": {"2XX": {"description": "Anything.", "content": {"*/*": {}}}}}
LITTLE: dict[str, dict[str, Any]] = {
    "nothing": {},
    "no operation": {"/a": {}},
    "no answer": {"/a": {"get": {}}},
    "no content": {"/a": {"get": SOME, "post": SOME}},
    "anything": {"/a": {"get": ANY, "put": ANY}},
    "no reader": {"/a/{id}": {"parameters": [ID], "delete": SOME, "patch": ANY}},
}


@pytest.mark.parametrize("paths", LITTLE.values(), ids=LITTLE)
def test_a_contract_that_promises_little_is_asked_little(paths: dict[str, Any]):
    contract = Contract(document.load({**THINGS, "paths": paths}).expanded())

    subject = probed(World(app=Flask("nothing").wsgi_app), contract)

    assert [name for name in found(subject) if not name.startswith("gate/")] == []


NAMED = {
    "/bikes": {
        "post": {
            "operationId": "createBike",
            "requestBody": {
                "required": True,
                "content": {"application/json": {"schema": {"enum": ["road", "track"]}}},
            },
            "responses": {
                str(status): {"description": "A bike.", "content": {"application/json": {}}}
                for status in (201, 406, 409)
            },
        }
    }
}


@pytest.mark.parametrize(("refused", "told"), [(409, []), (406, ["accept@createBike"])])
def test_what_cannot_be_made_twice_is_no_refusal_of_a_media_type(refused: int, told: list[str]):
    """It is refused again for another reason; 406 alone says that none is had in it."""
    app = Flask("bikes")
    made: list[object] = []

    @app.post("/bikes")
    def create() -> Any:  # pyright: ignore[reportUnusedFunction] - Flask knows it
        made.append(request.json)
        return jsonify(made[-1]), 201 if len(made) == 1 else refused

    contract = Contract(document.load({**THINGS, "paths": NAMED}).expanded())

    assert found(probed(World(app=app.wsgi_app), contract, "accept@createBike")) == told
