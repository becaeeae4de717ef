"""Claims about the notes: sound, they keep their contract; planted, each defect is seen.

The contract judges from outside: nothing of Tenor stands between the application and who asks.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tenor import html_syntax
from tenor.proof.asking import Reply
from tests.proof.callers import BOB, NOTES, READER, Client, as_bytes
from tests.proof.defects import DEFECTS
from tests.proof.notes import DEFECT, create_app
from tests.proof.service import HTML, JSON, MOST_BYTES, PATCH, PROBLEM

LOOM = {
    "title": "Oil for the loom",
    "text": "Ask at the mill.",
    "stars": 3,
    "tags": ["loom", "errands"],
    "remark": "Before Friday",
}
SHORT = {"title": "Ribbon", "text": ""}
LONG = b" " * MOST_BYTES + as_bytes(SHORT)
NOWHERE = "/notes/n9"
IMPOSSIBLE = "/notes/N9"
STALE = '"n1-0-json"'
PNG = "image/png"


def asked(defect: str | None = None) -> Client:
    return Client.of(create_app(defect))


# --- the sound application ----------------------------------------------------------------------


def anonymous(ada: Client) -> Client:
    return ada.named(None)


def reader(ada: Client) -> Client:
    return ada.named(READER)


def bob(ada: Client) -> Client:
    return ada.named(BOB)


def tag(reply: Reply) -> str:
    return reply.header("ETag") or ""


def posted_twice(ada: Client, *values: Any) -> list[Reply]:
    """The replies to two requests under one key."""
    return [ada.post(value, idempotency_key="once") for value in values]


GIVEN: dict[str, Callable[[Client], Reply]] = {
    "listNotes 200 application/json": lambda ada: ada.get("/notes"),
    "listNotes 400": lambda ada: ada.get("/notes?limit=51"),
    "listNotes 401": lambda ada: anonymous(ada).get("/notes"),
    "listNotes 406": lambda ada: ada.get("/notes", accept=PNG),
    "createNote 201 application/json": lambda ada: ada.post(LOOM),
    "createNote 400": lambda ada: ada.post({}),
    "createNote 401": lambda ada: ada.named("nobody").post(LOOM),
    "createNote 403": lambda ada: reader(ada).post(LOOM),
    "createNote 406": lambda ada: ada.post(LOOM, accept=HTML),
    "createNote 409": lambda ada: posted_twice(ada, LOOM, SHORT)[-1],
    "createNote 413": lambda ada: ada.post(LONG),
    "createNote 415": lambda ada: ada.post(LOOM, content_type="text/plain"),
    "getNote 200 application/json": lambda ada: ada.get(),
    "getNote 200 text/html": lambda ada: ada.get(accept=HTML),
    "getNote 304": lambda ada: ada.get(if_none_match=tag(ada.get())),
    "getNote 400": lambda ada: ada.get(if_none_match="n1"),
    "getNote 401": lambda ada: anonymous(ada).get(),
    "getNote 404": lambda ada: ada.get(NOWHERE),
    "getNote 406": lambda ada: ada.get(accept=PNG),
    "putNote 201": lambda ada: ada.put(LOOM, "/notes/mill", if_none_match="*"),
    "putNote 204": lambda ada: ada.put(SHORT, if_match=tag(ada.get(accept=HTML))),
    "putNote 400": lambda ada: ada.put({"title": "", "text": ""}, if_match="*"),
    "putNote 401": lambda ada: anonymous(ada).put(LOOM),
    "putNote 403": lambda ada: reader(ada).put(LOOM),
    "putNote 404": lambda ada: ada.put(LOOM, IMPOSSIBLE, if_none_match="*"),
    "putNote 412": lambda ada: ada.put(LOOM, if_none_match="*"),
    "putNote 413": lambda ada: ada.put(LONG, if_match="*"),
    "putNote 415": lambda ada: ada.put(LOOM, if_match="*", content_type=f"{JSON}; charset=utf-7"),
    "putNote 428": lambda ada: ada.put(LOOM),
    "changeNote 200 application/json": lambda ada: ada.patch({"stars": 5}, if_match="*"),
    "changeNote 400": lambda ada: ada.patch({"title": None}, if_match="*"),
    "changeNote 401": lambda ada: anonymous(ada).patch({}),
    "changeNote 403": lambda ada: reader(ada).patch({}),
    "changeNote 404": lambda ada: ada.patch({}, NOWHERE, if_match="*"),
    "changeNote 406": lambda ada: ada.patch({}, if_match="*", accept=PNG),
    "changeNote 412": lambda ada: ada.patch({}, if_match=STALE),
    "changeNote 413": lambda ada: ada.patch(LONG, if_match="*"),
    "changeNote 415": lambda ada: ada.patch({}, if_match="*", content_type=JSON),
    "changeNote 428": lambda ada: ada.patch({}),
    "deleteNote 204": lambda ada: ada.delete(if_match=tag(ada.get())),
    "deleteNote 400": lambda ada: ada.delete("/notes/n1?force=yes", if_match="*"),
    "deleteNote 401": lambda ada: anonymous(ada).delete(),
    "deleteNote 403": lambda ada: reader(ada).delete(),
    "deleteNote 404": lambda ada: ada.delete(NOWHERE, if_match="*"),
    "deleteNote 412": lambda ada: ada.delete(if_match=STALE),
    "deleteNote 428": lambda ada: ada.delete(),
    "x-tenor-unrouted 204": lambda ada: ada.options("/notes"),
    "x-tenor-unrouted 404": lambda ada: ada.get("/notes/"),
    "x-tenor-unrouted 405": lambda ada: ada.send("DELETE", "/notes"),
}
"""What is asked for each declared answer, whose media type is a problem's unless it is named."""


def cell_of(name: str) -> str:
    """The cell of an entry: refusals are problems."""
    is_refusal = name.split(" ")[1] >= "400"
    return f"{name} {PROBLEM}" if is_refusal else name


def test_each_declared_answer_is_asked_for():
    assert {cell_of(name) for name in GIVEN} == {str(cell) for cell in NOTES.cells}


@pytest.mark.parametrize("name", GIVEN)
def test_each_declared_answer_is_given_and_keeps_the_contract(name: str):
    ada = asked()

    GIVEN[name](ada)

    cell, breaches = ada.judged[-1]
    assert str(cell) == cell_of(name)
    assert breaches == []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b'{"title": "a", "text": NaN}',
        b'{"title": "a", "title": "b", "text": ""}',
        b'{"title": "\\ud800", "text": ""}',
        b'{"title": "\xff", "text": ""}',
        b'{"title": "a", "text": "\\u0000"}',
        b'{"title": "a", "text": "", "stars": 1e999}',
        b'{"title": "a", "text": "", "stars": ' + b"9" * 5000 + b"}",
        b'{"title": "a", "text": "", "tags": ' + b"[" * 2000 + b"]" * 2000 + b"}",
        b'{"title": "a", "text": "", "colour": "red"}',
    ],
    ids=range(11),
)
def test_content_that_is_not_what_it_may_be_is_refused_and_not_kept(content: bytes):
    ada = asked()

    assert ada.post(content).status == 400
    assert ada.listed() == ["n1", "n3"]


@pytest.mark.parametrize("query", ["limit=0", "limit=1_0", "limit=٣", "limit=1&limit=1", "n=1"])
def test_a_query_that_is_not_what_it_may_be_is_refused(query: str):
    assert asked().get(f"/notes?{query}".encode().decode("latin-1")).status == 400


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("*/*", JSON),
        ("text/*", HTML),
        ("text/html, application/json;q=0.9", HTML),
        ("text/html;q=0.1, */*", JSON),
        ("application/json;q=0, */*", HTML),
        ("application/json;q=0", PROBLEM),
    ],
)
def test_the_media_type_that_is_liked_best_is_sent(accept: str, media_type: str):
    assert asked().get(accept=accept).media_type == media_type


def test_a_note_that_has_not_changed_since_is_not_sent_again():
    ada = asked()
    since = ada.get().header("Last-Modified") or ""

    assert ada.get(if_modified_since=since).status == 304
    ada.patch({"stars": 1}, if_match="*")
    assert ada.get(if_modified_since=since).status == 200
    assert ada.get(if_modified_since="whenever").status == 200


def test_the_same_requests_get_the_same_replies():
    """Ids and times are counts, so a run can be repeated."""
    first, second = asked(), asked()

    for look in GIVEN.values():
        assert look(first) == look(second)


def test_a_page_holds_no_markup_of_a_note():
    ada = asked()
    ada.post({"title": "<script>", "text": "</p>", "remark": "&lt;"})

    page = ada.get("/notes/n4", accept=HTML).body.decode()

    html_syntax.check(page)
    assert "<script>" not in page


# --- the planted defects ------------------------------------------------------------------------


@dataclass(frozen=True)
class Probe:
    """What to look at, what a client sees of the sound application, and what with the defect."""

    look: Callable[[Client], object]
    sound: object
    planted: object


def read_after(ada: Client, *acts: Reply) -> Reply:
    """The note n1 after something was done."""
    assert acts
    return ada.get()


def member(reply: Reply, name: str) -> Any:
    return reply.json().get(name)


def is_html(reply: Reply) -> bool:
    try:
        html_syntax.check(reply.body.decode())
    except html_syntax.NotHtml:
        return False
    return True


def walked(ada: Client, limit: int, between: Callable[[Client], object] = lambda _: None) -> Any:
    """The ids of all pages; something is done after the first."""
    ids: list[str] = []
    for number, page in enumerate(ada.pages(limit)):
        ids += page
        if number == 0:
            between(ada)
    return ids


def after_two_more(ada: Client) -> Client:
    ada.post(SHORT)
    ada.post(SHORT)
    return ada


def by_post_and_get(ada: Client) -> bool:
    reply = ada.post(LOOM)
    return tag(reply) == tag(ada.get("/notes/n4"))


PROBES: dict[str, Probe] = {
    "location-dangling": Probe(
        lambda ada: ada.get(ada.post(LOOM).header("Location") or "").status, 200, 404
    ),
    "location-missing": Probe(lambda ada: ada.post(LOOM).header("Location"), "/notes/n4", None),
    "etag-malformed": Probe(lambda ada: tag(ada.get()), '"n1-1-json"', "n1-1-json"),
    "media-type-undeclared": Probe(
        lambda ada: ada.patch({}, if_match="*").media_type, JSON, "application/hal+json"
    ),
    "status-undeclared": Probe(lambda ada: ada.delete(if_match="*").status, 204, 200),
    "unavailable": Probe(lambda ada: ada.get("/notes?limit=26").status, 200, 503),
    "problem-as-json": Probe(lambda ada: ada.get(NOWHERE).media_type, PROBLEM, JSON),
    "property-undeclared": Probe(lambda ada: member(ada.get(), "owner"), None, "ada"),
    "item-mistyped": Probe(
        lambda ada: member(ada.get("/notes"), "notes")[0]["stars"], LOOM["stars"], "3"
    ),
    "allow-missing": Probe(
        lambda ada: ada.send("DELETE", "/notes").header("Allow"), "GET, HEAD, OPTIONS, POST", None
    ),
    "media-type-unenforced": Probe(
        lambda ada: ada.post(LOOM, content_type="text/plain").status, 415, 201
    ),
    "invalid-as-422": Probe(lambda ada: ada.post({}).status, 400, 422),
    "delete-undone": Probe(lambda ada: read_after(ada, ada.delete(if_match="*")).status, 404, 200),
    "create-unkept": Probe(
        lambda ada: (ada.post(LOOM).status, ada.listed()),
        (201, ["n1", "n3", "n4"]),
        (201, ["n1", "n3"]),
    ),
    "authentication-ignored": Probe(lambda ada: anonymous(ada).get().status, 401, 200),
    "if-match-ignored": Probe(
        lambda ada: [ada.patch({}, if_match=STALE).status, ada.patch({}).status],
        [412, 428],
        [200, 200],
    ),
    "page-never": Probe(
        lambda ada: [ada.get(accept=HTML).media_type, ada.get(accept=PNG).status],
        [HTML, 406],
        [JSON, 406],
    ),
    "not-modified-never": Probe(lambda ada: ada.get(if_none_match=tag(ada.get())).status, 304, 200),
    "precondition-failed-never": Probe(lambda ada: ada.delete(if_match=STALE).status, 412, 428),
    "precondition-required-never": Probe(lambda ada: ada.delete().status, 428, 204),
    "accept-ignored": Probe(
        lambda ada: [ada.get(accept=HTML).media_type, ada.get(accept=PNG).status],
        [HTML, 406],
        [JSON, 200],
    ),
    "not-acceptable-never": Probe(
        lambda ada: [ada.get(accept=HTML).media_type, ada.get(accept=PNG).status],
        [HTML, 406],
        [HTML, 200],
    ),
    "too-large-never": Probe(lambda ada: ada.post(LONG).status, 413, 201),
    "scope-ignored": Probe(lambda ada: reader(ada).post(LOOM).status, 403, 201),
    "token-unchecked": Probe(
        lambda ada: [ada.named("nobody").get().status, anonymous(ada).get().status],
        [401, 401],
        [200, 401],
    ),
    "head-refused": Probe(lambda ada: ada.head().status, 200, 405),
    "head-type-differs": Probe(lambda ada: ada.head().media_type, JSON, "text/plain"),
    "allow-wrong": Probe(
        lambda ada: ada.send("DELETE", "/notes").header("Allow"),
        "GET, HEAD, OPTIONS, POST",
        "GET, HEAD",
    ),
    "options-wrong": Probe(
        lambda ada: ada.options("/notes").header("Allow"),
        "GET, HEAD, OPTIONS, POST",
        "GET, HEAD, OPTIONS, POST, TRACE",
    ),
    "etag-unstable": Probe(lambda ada: tag(ada.get()) == tag(ada.get()), True, False),
    "etag-stale": Probe(
        lambda ada: tag(ada.get()) == tag(read_after(ada, ada.patch({"stars": 5}, if_match="*"))),
        False,
        True,
    ),
    "etag-shared": Probe(lambda ada: tag(ada.get()) == tag(ada.get(accept=HTML)), False, True),
    "etag-of-post-differs": Probe(by_post_and_get, True, False),
    "etag-of-head-differs": Probe(lambda ada: tag(ada.head()) == tag(ada.get()), True, False),
    "not-modified-without-etag": Probe(
        lambda ada: tag(ada.get(if_none_match=tag(ada.get()))), '"n1-1-json"', ""
    ),
    "not-modified-with-body": Probe(
        lambda ada: ada.get(if_none_match=tag(ada.get())).body == b"", True, False
    ),
    "vary-missing": Probe(lambda ada: ada.get().header("Vary"), "Accept", None),
    "created-with-body": Probe(
        lambda ada: ada.put(LOOM, "/notes/mill", if_none_match="*").body == b"", True, False
    ),
    "content-type-on-204": Probe(
        lambda ada: ada.delete(if_match="*").header("Content-Type"), None, JSON
    ),
    "page-malformed": Probe(lambda ada: is_html(ada.get(accept=HTML)), True, False),
    "page-unescaped": Probe(
        lambda ada: b"<by hand>" in ada.get("/notes/n3", accept=HTML).body, False, True
    ),
    "problem-status-differs": Probe(lambda ada: member(ada.get(NOWHERE), "status"), 404, 418),
    "challenge-missing": Probe(
        lambda ada: anonymous(ada).get().header("WWW-Authenticate"), 'Bearer realm="notes"', None
    ),
    "write-altered": Probe(
        lambda ada: (ada.post(LOOM).status, member(ada.get("/notes/n4"), "tags")),
        (201, ["loom", "errands"]),
        (201, ["errands", "loom"]),
    ),
    "put-merges": Probe(
        lambda ada: member(read_after(ada, ada.put(SHORT, if_match="*")), "remark"),
        None,
        "Before Friday",
    ),
    "patch-null-ignored": Probe(
        lambda ada: member(read_after(ada, ada.patch({"remark": None}, if_match="*")), "remark"),
        None,
        "Before Friday",
    ),
    "patch-resets": Probe(
        lambda ada: member(read_after(ada, ada.patch({"title": "Oil"}, if_match="*")), "stars"),
        3,
        0,
    ),
    "refused-yet-changed": Probe(
        lambda ada: member(read_after(ada, ada.patch({"stars": 5}, if_match=STALE)), "stars"), 3, 5
    ),
    "gone-readable": Probe(
        lambda ada: (
            read_after(ada, ada.delete(if_match="*")).status,
            ada.listed(),
            ada.delete(if_match="*").status,
        ),
        (404, ["n3"], 404),
        (200, ["n3"], 404),
    ),
    "replay-doubled": Probe(
        lambda ada: ([r.status for r in posted_twice(ada, LOOM, LOOM)], ada.listed()),
        ([201, 201], ["n1", "n3", "n4"]),
        ([201, 201], ["n1", "n3", "n4", "n5"]),
    ),
    "replay-differs": Probe(
        lambda ada: [member(each, "remark") for each in posted_twice(ada, LOOM, LOOM)],
        ["Before Friday", "Before Friday"],
        ["Before Friday", None],
    ),
    "others-readable": Probe(lambda ada: bob(ada).get().status, 404, 200),
    "others-changeable": Probe(
        lambda ada: [bob(ada).get().status, bob(ada).delete(if_match="*").status],
        [404, 404],
        [404, 204],
    ),
    "others-listed": Probe(lambda ada: ada.listed(), ["n1", "n3"], ["n1", "n2", "n3"]),
    "limit-ignored": Probe(lambda ada: [*ada.pages(1)], [["n1"], ["n3"]], [["n1", "n3"]]),
    "cursor-stuck": Probe(lambda ada: [*ada.pages(1, 4)], [["n1"], ["n3"]], [["n1"]] * 3),
    "cursor-skips": Probe(lambda ada: walked(ada, 1), ["n1", "n3"], ["n1"]),
    "cursor-repeats": Probe(
        lambda ada: walked(after_two_more(ada), 2),
        ["n1", "n3", "n4", "n5"],
        ["n1", "n3", "n3", "n4", "n4", "n5"],
    ),
    "cursor-shifts": Probe(
        lambda ada: walked(ada, 1, lambda ada: ada.post(SHORT)),
        ["n1", "n3", "n4"],
        ["n3", "n3", "n1"],
    ),
    "cursor-loses": Probe(
        lambda ada: walked(ada, 1, lambda ada: ada.delete(if_match="*")), ["n1", "n3"], ["n1"]
    ),
}


def test_each_defect_has_a_probe():
    assert PROBES.keys() == DEFECTS.keys()


@pytest.mark.parametrize("name", PROBES)
def test_what_a_probe_looks_at_is_sound_without_its_defect(name: str):
    """And no reply on the way breaks the contract."""
    ada = asked()

    assert PROBES[name].look(ada) == PROBES[name].sound
    assert [str(breach) for _, breaches in ada.judged for breach in breaches] == []


@pytest.mark.parametrize("name", PROBES)
def test_a_client_sees_the_defect_that_is_planted(name: str):
    assert PROBES[name].look(asked(name)) == PROBES[name].planted


def test_each_defect_is_said_in_one_sentence_of_its_own():
    sentences = [defect.sentence for defect in DEFECTS.values()]

    assert all(each.endswith(".") and "\n" not in each for each in sentences)
    assert len(set(sentences)) == len(sentences)


def test_the_environment_names_a_defect(monkeypatch: pytest.MonkeyPatch):
    """A command that is given the name of the factory alone plants it so."""
    monkeypatch.setenv(DEFECT, "challenge-missing")

    probe = PROBES["challenge-missing"]

    assert probe.look(Client.of(create_app())) == probe.planted


def test_the_charset_may_be_named_beside_the_media_type():
    media_type = f"{PATCH}; charset=UTF-8"

    assert asked().patch({}, if_match="*", content_type=media_type).status == 200
