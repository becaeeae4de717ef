"""Recipes reach the cells of the protocol, and find what succeeds and may not."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tenor import Tenor, document
from tenor.cells import Cell
from tenor.proof import recipes
from tenor.proof.contract import Contract
from tenor.proof.recipes import RECIPES, ROOT_RECIPES
from tenor.proof.subject import OutOfTime, Subject
from tenor.proof.world import Caller, World
from tests.engine.contracts import (
    ANYTHING,
    PROBLEM,
    closed,
    contents,
    of,
    operation,
    parameter,
    path,
    query,
    response,
    taking,
)
from tests.engine.contracts import document as described
from tests.proof import publishing
from tests.proof.callers import NOTES
from tests.proof.world import world as notes

Json = dict[str, Any]
REFUSED = response(ANYTHING, PROBLEM)
GOOD = Caller("ada", {"Authorization": "Bearer good"})
HERE = "tests.proof.test_recipes"


def bearer_info(token: str) -> Json | None:
    return {"sub": "ada", "scope": ["write"]} if token == "good" else None


def basic_info(username: str, password: str) -> Json | None:
    return {"sub": username} if password == "good" else None


def key_info(key: str) -> Json | None:
    return {"sub": "ada"} if key == "good" else None


SCHEMES: Json = {
    "bearer": {"type": "http", "scheme": "bearer", "x-bearerInfoFunc": f"{HERE}.bearer_info"},
    "basic": {"type": "http", "scheme": "basic", "x-basicInfoFunc": f"{HERE}.basic_info"},
    **{
        f"in-{place}": {
            "type": "apiKey",
            "in": place,
            "name": "key",
            "x-apikeyInfoFunc": f"{HERE}.key_info",
        }
        for place in ("header", "query", "cookie")
    },
}


def answered(*good: str, refused: str = "400 401 403 404 406 412 413 415 428 500 503") -> Json:
    """Responses of success, and refusals."""
    successes = {s: response(None if s == "204" else ANYTHING) for s in good}
    return successes | dict.fromkeys(refused.split(), REFUSED)


ITEM = closed(name={"type": "string", "minLength": 1, "maxLength": 9}, count={"type": "integer"})
ETAG_OF = parameter("header", "If-Match")
SHELF: Json = described(
    {
        "/items": {
            "get": operation(
                "listItems",
                takes=[
                    query("limit", {"type": "integer", "minimum": 1, "maximum": 9}),
                    query("sort", {"enum": ["up", "down"]}, required=True),
                ],
                answers=answered("200"),
            ),
            "post": operation(
                "createItem", body=taking(ITEM), answers=answered("201"), security=[{"bearer": []}]
            ),
        },
        "/items/{id}": {
            "get": operation(
                "getItem", takes=[path("id", {"type": "integer"})], answers=answered("200")
            ),
            "put": operation(
                "putItem",
                takes=[path("id"), ETAG_OF, parameter("header", "If-None-Match")],
                body=taking(ITEM),
                answers=answered("200", "201"),
                security=[{"bearer": ["write"]}],
            ),
            "delete": operation("deleteItem", takes=[path("id"), ETAG_OF], answers=answered("204")),
        },
    },
    components={"securitySchemes": SCHEMES},
    x_tenor_unrouted={"204": response(), **answered(refused="400 404 405 500 503")},
)


def subject_of(app: Any, contract: Contract | None = None, **world: Any) -> Subject:
    """An application in this process, asked by one who may do everything."""
    world = {"callers": (GOOD,), **world}
    return Subject(World(app=app, **world), contract or Contract(app.contract))


def proved(subject: Subject, *only: str) -> Subject:
    """The subject, after all recipes, or those alone that are named."""
    recipes.run(subject, lambda *_: None, frozenset(only) or None)
    subject.close()
    return subject


def owed(subject: Subject) -> set[Cell]:
    return set(subject.contract.cells) - set(subject.witnesses)


def found(subject: Subject) -> set[str]:
    """The checks of what was found."""
    return {finding.check for finding in subject.findings.values()}


def labels(subject: Subject) -> Iterator[str]:
    """The label of each request that follows, in order."""
    name = subject.labelled
    told: list[str] = []

    def labelled(test: str) -> None:
        told.append(test)
        name(test)

    subject.labelled = labelled
    proved(subject)
    yield from dict.fromkeys(told)


class Agreeable(Tenor):
    """Says yes to everything, whatever its contract promises."""

    def wsgi_app(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        lines = [("Content-Type", "application/json"), ("ETag", '"a"'), ("Location", "/items/1")]
        start_response("200 OK", lines)
        return [b'{"id": 1}']


def agreeable(_environ: Any, start_response: Callable[..., Any]) -> list[bytes]:
    """The same, which is no Tenor."""
    start_response("200 OK", [("Content-Type", "application/json"), ("ETag", '"a"')])
    return [b'{"id": 1}']


def never(**_arguments: Any) -> Any:
    raise AssertionError("nobody calls it")


# --- the whole ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Subject:
    """The publishing API, after all recipes."""
    world = publishing.world(tmp_path_factory.mktemp("publishing"))
    assert isinstance(world.app, Tenor)
    subject = proved(Subject(world, Contract(world.app.contract)))
    world.close()
    return subject


def test_recipes_alone_reach_nearly_all_that_the_publishing_api_declares(published: Subject):
    """What is left takes more than the contract tells.

    Somebody who is wrong about their own password, two who ask at once, an address that a post has
    left, and the tag of another address than that which is asked.
    """
    below_a_post = ("getPost", "listComments", "getComment", "listRevisions", "getRevision")
    left = {
        Cell("changeAccount", "422", PROBLEM),
        Cell("createPost", "409", PROBLEM),
        Cell("createComment", "409", PROBLEM),
        Cell("restoreRevision", "200", "application/json"),
        *(Cell(each, "308", "") for each in below_a_post),
    }
    assert owed(published) == left


def test_nothing_is_found_where_nothing_is_wrong(published: Subject, tmp_path: Path):
    sound = proved(Subject(notes(tmp_path), NOTES))

    assert [f.sentence for f in published.findings.values()] == []
    assert [f.sentence for f in sound.findings.values()] == []
    assert owed(sound) == set()


def test_the_same_is_asked_in_the_same_world(tmp_path: Path):
    first, second = (proved(Subject(notes(tmp_path), NOTES)) for _ in range(2))

    assert first.asked == second.asked
    assert first.witnesses == second.witnesses


@pytest.mark.parametrize(
    ("defect", "checks"),
    [
        ("authentication-ignored", {"recipe/401-anonymous"}),
        ("token-unchecked", {"recipe/401-unknown"}),
        ("scope-ignored", {"recipe/403-scope"}),
        ("media-type-unenforced", {"recipe/415"}),
        ("if-match-ignored", {"recipe/412-stale", "recipe/428"}),
        ("precondition-required-never", {"recipe/428"}),
        ("not-acceptable-never", {"recipe/406"}),
        ("accept-ignored", {"recipe/406"}),
        ("unavailable", {"gate/status-declared", "server-error"}),
        ("invalid-as-422", {"gate/status-declared"}),
        ("not-modified-with-body", {"gate/body-absent"}),
        ("created-with-body", {"gate/body-absent"}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_planted_defect_is_found(defect: str, checks: set[str], tmp_path: Path):
    assert found(proved(Subject(notes(tmp_path, defect), NOTES))) == checks


@pytest.mark.parametrize(
    ("defect", "cell"),
    [
        ("not-modified-never", Cell("getNote", "304", "")),
        ("too-large-never", Cell("createNote", "413", PROBLEM)),
        ("page-never", Cell("getNote", "200", "text/html")),
        ("precondition-failed-never", Cell("putNote", "412", PROBLEM)),
    ],
)
def test_what_is_never_answered_stays_owed(defect: str, cell: Cell, tmp_path: Path):
    assert cell in owed(proved(Subject(notes(tmp_path, defect), NOTES)))


# --- the registry -------------------------------------------------------------------------------

SILENT = (
    "media-type head 304 examples parameters choices create-at twice replay links other-callers "
    "404-nowhere gone 500 429 503-readers fault 404-nothing options 400-host 500-before 503-before"
)
"""Those that lead to cells, and forbid nothing."""
OF_TENOR = {"400-undeclared", "400-parameter-twice", "400-content"}
"""What other servers may ignore."""


def expecting() -> set[str]:
    """The recipes that say what may not succeed."""
    silent = {f"recipe/{name}" for name in SILENT.split()}
    ids = {recipe.id for recipe in (*RECIPES, *ROOT_RECIPES)}
    assert silent <= ids
    return ids - silent


def test_each_recipe_has_an_id_and_a_sentence_of_its_own():
    every = (*RECIPES, *ROOT_RECIPES)

    assert len({recipe.id for recipe in every}) == len(every)
    assert len({recipe.sentence for recipe in every}) == len(every)
    assert all(recipe.id.startswith("recipe/") for recipe in every)


def test_each_recipe_that_forbids_something_finds_a_tenor_that_allows_it():
    app = Agreeable(SHELF, handlers=dict.fromkeys(OPERATIONS, never))

    assert found(proved(subject_of(app))) & {r.id for r in (*RECIPES, *ROOT_RECIPES)} == expecting()


def test_others_are_not_held_to_what_tenor_alone_promises():
    contract = Contract(document.load(SHELF).expanded())

    checks = found(proved(subject_of(agreeable, contract)))

    beyond = {f"recipe/{name}" for name in (*OF_TENOR, "403-scope", "413")}
    assert {check for check in checks if check.startswith("recipe/")} == expecting() - beyond


def test_a_finding_says_where_what_was_found_what_was_promised_and_what_to_do():
    subject = proved(subject_of(Agreeable(SHELF, handlers=dict.fromkeys(OPERATIONS, never))))

    finding = subject.findings["recipe/401-anonymous@putItem"]

    assert finding.sentence == (
        "putItem answered 200 to a request without credentials; the contract wants bearer "
        "(<document>#/paths/~1items~1{id}/put/security). Refuse it with 401, or declare that the "
        "operation is open to everybody."
    )
    (asked, reply), *_ = finding.exchanges
    assert (asked.method, asked.target, reply.status) == ("PUT", "/items/1", 200)
    assert finding.replay == "recipe/401-anonymous@putItem"


def test_a_recipe_is_tried_alone_by_its_label():
    app = Agreeable(SHELF, handlers=dict.fromkeys(OPERATIONS, never))

    checks = found(proved(subject_of(app), "recipe/415@putItem:media-type", "fuzz/other@x"))

    assert {check for check in checks if check.startswith("recipe/")} == {"recipe/415"}


def test_progress_is_told_from_the_first_step_to_the_last():
    told: list[tuple[str, int, int]] = []
    app = Agreeable(SHELF, handlers=dict.fromkeys(OPERATIONS, never))

    recipes.run(
        subject_of(app), lambda *each: told.append(each), frozenset({"recipe/404-nothing@"})
    )

    assert told == [("recipe/404-nothing@", 0, 1), ("", 1, 1)]


OPERATIONS = ("listItems", "createItem", "getItem", "putItem", "deleteItem")


# --- what is tried ------------------------------------------------------------------------------


class Shelf:
    """The items of a sound application."""

    def __init__(self) -> None:
        self.items: dict[int, Json] = {1: {"name": "a", "count": 1}}

    def tag(self, number: int) -> str:
        return f'"{json.dumps(self.items[number]).encode().hex()}"'

    @property
    def handlers(self) -> dict[str, Callable[..., Any]]:
        return {
            "listItems": lambda **_: [*self.items],
            "createItem": self.create,
            "getItem": self.get,
            "putItem": lambda **_: ({}, 200),
            "deleteItem": lambda **_: (None, 204),
        }

    def create(self, body: Json) -> Any:
        number = len(self.items) + 1
        self.items[number] = body
        return {"id": number}, 201

    def get(self, **named: int) -> Any:
        found = self.items.get(named["id"])
        return found or ({"status": 404}, 404, {"Content-Type": PROBLEM})


def tried(spec: Json, handlers: Mapping[str, Callable[..., Any]], recipe: str) -> set[str]:
    """The attempts of one recipe on one operation."""
    app = of(spec, dict(handlers), policy="prevent")
    every = labels(subject_of(app))
    return {label.removeprefix(f"{recipe}:") for label in every if label.startswith(f"{recipe}:")}


def test_every_way_in_which_content_may_be_wrong_is_tried_under_its_own_name():
    assert tried(SHELF, Shelf().handlers, "recipe/400-body@createItem") == {
        *("text", "a-number", "a-fraction", "a-boolean", "null", "a-list", "an-object"),
        *("/name-missing", "/count-missing", "/undeclared_member-undeclared"),
        *(f"/name-{what}" for what in ("a-number", "a-fraction", "a-boolean", "null", "a-list")),
        *("/name-an-object", "/name-too-short", "/name-too-long"),
        *(f"/count-{what}" for what in ("text", "a-fraction", "a-boolean", "null", "a-list")),
        "/count-an-object",
    }


def test_every_way_in_which_content_may_be_no_json_is_tried():
    assert tried(SHELF, Shelf().handlers, "recipe/400-json@createItem") == {
        *("not-JSON", "invalid-UTF-8", "two-values", "truncated", "trailing-comma"),
        *("NaN", "Infinity", "doubled-member"),
    }


def test_every_way_in_which_a_parameter_may_be_wrong_is_tried():
    assert tried(SHELF, Shelf().handlers, "recipe/400-parameter@listItems") == {
        *("limit-text", "limit-a-fraction", "limit-a-boolean", "limit-null"),
        *("limit-beyond-the-minimum", "limit-beyond-the-maximum"),
        *("sort-text", "sort-a-number", "sort-a-fraction", "sort-a-boolean", "sort-null"),
        "sort-no-choice",
    }
    assert tried(SHELF, Shelf().handlers, "recipe/400-parameter-missing@listItems") == {"sort"}
    assert tried(SHELF, Shelf().handlers, "recipe/400-parameter-twice@listItems") == {
        "limit",
        "sort",
    }


@pytest.mark.parametrize("name", SCHEMES)
def test_unknown_credentials_of_each_kind_are_refused(name: str):
    spec = described(
        {"/thing": {"get": operation("useThing", answers=answered("200"), security=[{name: []}])}},
        components={"securitySchemes": SCHEMES},
    )
    app = of(spec, {"useThing": lambda **_: {}}, policy="prevent")

    subject = proved(subject_of(app, callers=()))

    witness = subject.witnesses[Cell("useThing", "401", PROBLEM)]
    assert witness.label.test == "recipe/success@useThing"
    assert set(labels(subject_of(app, callers=()))) > {
        "recipe/401-anonymous@useThing",
        f"recipe/401-unknown@useThing:{name}-unknown",
    }


@pytest.mark.parametrize("name", SCHEMES)
def test_credentials_that_are_taken_unread_are_found(name: str):
    spec = described(
        {"/thing": {"get": operation("useThing", answers=answered("200"), security=[{name: []}])}},
        components={"securitySchemes": SCHEMES},
    )

    def careless(environ: Any, start_response: Callable[..., Any]) -> list[bytes]:
        sent = str(environ.get("HTTP_AUTHORIZATION", "")) + environ["QUERY_STRING"]
        sent += environ.get("HTTP_COOKIE", "") + environ.get("HTTP_KEY", "")
        status, kind = ("200 OK", "application/json") if sent else ("401 No", PROBLEM)
        start_response(status, [("Content-Type", kind)])
        return [b"{}"]

    subject = proved(subject_of(careless, Contract(document.load(spec).expanded()), callers=()))

    assert "recipe/401-unknown" in found(subject)
    assert "recipe/401-anonymous" not in found(subject)


def test_a_caller_with_too_few_scopes_is_told_so():
    few = Caller("few", {"Authorization": "Bearer good"}, frozenset({"read"}))
    app = Agreeable(SHELF, handlers=dict.fromkeys(OPERATIONS, never))

    subject = proved(subject_of(app, callers=(GOOD, few)), "recipe/403-scope@putItem")

    assert subject.findings["recipe/403-scope@putItem"].replay == "recipe/403-scope@putItem:few"


def test_faults_that_the_world_knows_are_made_and_ended():
    made: list[str] = []

    class Fault:
        def __enter__(self) -> None:
            made.append("begun")

        def __exit__(self, *_: object) -> None:
            made.append("ended")

    subject = subject_of(of(SHELF, Shelf().handlers), faults={"503": Fault, "429": Fault})
    proved(subject, "recipe/fault@getItem")

    assert made == ["begun", "ended"]


def test_an_operation_that_declares_429_is_asked_too_often_and_no_other():
    some = operation("listThings", answers=answered("200", refused="429"))
    more = operation("getThing", answers=answered("200"))
    spec = described({"/things": {"get": some}, "/thing": {"get": more}})
    app = of(spec, {"listThings": list, "getThing": lambda: 1}, policy="prevent")

    subject = proved(subject_of(app), "recipe/429@listThings", "recipe/429@getThing")

    refused = [str(cell) for cell in subject.witnesses if cell.status != "200"]
    assert refused == [f"listThings 429 {PROBLEM}"]


def test_no_fault_outlives_the_time_of_the_proof(monkeypatch: pytest.MonkeyPatch):
    app = of(SHELF, Shelf().handlers, policy="prevent")
    subject = subject_of(app)
    ask = subject.ask

    def ask_until_it_crashes(request: Any) -> Any:
        if ask(request).status == 500:
            raise OutOfTime
        return ask(request)

    monkeypatch.setattr(subject, "ask", ask_until_it_crashes)
    with pytest.raises(OutOfTime):
        proved(subject)

    assert app.test_client().get("/items/1").status_code == 200


def test_links_are_followed_by_what_their_expressions_say():
    asked: list[tuple[str, str]] = []

    def get_item(**named: str) -> Json:
        asked.append((named["id"], named["of"]))
        return {}

    links = {
        "read": {
            "operationId": "getItem",
            "parameters": {"path.id": "$response.body#/0/id", "of": "{$request.body#/name}!"},
        }
    }
    spec = described(
        {
            "/items": {
                "post": operation(
                    "createItem",
                    body=taking(closed(name={"const": "Ada"})),
                    answers={201: {**response(ANYTHING), "links": links}},
                )
            },
            "/items/{id}": {"get": operation("getItem", takes=[path("id"), query("of")])},
        }
    )
    handlers = {"createItem": lambda **_: ([{"id": "z-9"}], 201), "getItem": get_item}
    spec["paths"]["/items/{id}"]["get"]["parameters"][1]["required"] = True

    proved(subject_of(of(spec, handlers, policy="prevent")), "recipe/links@createItem")

    assert asked[-1] == ("z-9", "Ada!")


TAG = {"type": "string", "pattern": '^(W/)?"[^"]*"$'}
CONDITIONAL: Json = described(
    {
        "/thing": {
            "get": operation("getThing", answers={200: response(ANYTHING)}),
            "delete": operation(
                "deleteThing",
                takes=[parameter("header", "If-Match", TAG)],
                answers={204: response()},
            ),
        }
    }
)


def test_a_header_that_a_server_may_ignore_is_held_to_its_schema_by_tenor_alone():
    ours = Agreeable(CONDITIONAL, handlers={"getThing": never, "deleteThing": never})
    theirs = Contract(document.load(CONDITIONAL).expanded())

    assert "recipe/400-parameter" in found(proved(subject_of(ours)))
    assert "recipe/400-parameter" not in found(proved(subject_of(agreeable, theirs)))


def test_a_weak_tag_is_no_reason_to_change_anything():
    def lenient(environ: Any, start_response: Callable[..., Any]) -> list[bytes]:
        is_good = environ.get("HTTP_IF_MATCH", "").removeprefix("W/") == '"a"'
        is_read = environ["REQUEST_METHOD"] == "GET"
        start_response(
            "204 Gone" if is_good else "200 OK" if is_read else "412 No", [("ETag", '"a"')]
        )
        return [b"{}" if is_read else b""]

    contract = Contract(document.load(CONDITIONAL).expanded())
    subject = proved(subject_of(lenient, contract), "recipe/412-stale@deleteThing")

    finding = subject.findings["recipe/412-stale@deleteThing"]
    assert finding.replay == "recipe/412-stale@deleteThing:weak"


def test_a_limit_that_is_too_large_to_meet_is_made_smaller_for_the_while():
    app = of(SHELF, Shelf().handlers, policy="prevent", body_limit=1_000_000_000)

    subject = proved(subject_of(app))

    witness = subject.witnesses[Cell("createItem", "413", PROBLEM)]
    assert witness.label.test == "recipe/413@createItem:more-than-65536-bytes"
    assert all(plan.body.limit == 1_000_000_000 for plan in app.operations.values() if plan.body)


def test_a_new_address_is_well_formed_and_not_one_that_is_known():
    asked: list[int] = []

    def get_item(**named: int) -> Json:
        asked.append(named["id"])
        return {}

    number = {"type": "integer", "minimum": 1, "maximum": 99}
    spec = described({"/items/{id}": {"get": operation("getItem", takes=[path("id", number)])}})
    app = of(spec, {"getItem": get_item}, policy="prevent")

    every = set(labels(subject_of(app)))

    assert "recipe/404-nowhere@getItem:id" in every
    assert len(set(asked)) > 1
    assert all(1 <= each <= 99 for each in asked)


# --- strangers ----------------------------------------------------------------------------------

NODE = {"$ref": "#/components/schemas/Node"}
RECURSIVE: Json = {
    "type": "object",
    "properties": {"next": NODE, "kids": {"type": "array", "items": NODE}},
}
MANY = [
    query("text", {"type": "string", "maxLength": 3, "pattern": "^x*$"}),
    query("flag", {"type": "boolean"}),
    query("list", {"type": "array", "items": {"type": "integer"}, "maxItems": 2}),
    query("deep", {"type": "object", "properties": {"x": ANYTHING}}, style="deepObject"),
    query("none", {"type": ["integer", "null"]}),
    query("half", {"type": "number", "exclusiveMinimum": 0, "multipleOf": 0.5}),
    query("json", content=contents({"application/json": closed(a={"type": "integer"})})),
    query("uuid", {"type": "string", "format": "uuid"}, required=True),
    parameter("header", "X-Count", {"type": "integer"}),
    parameter("cookie", "crumb", {"type": "integer"}, required=True),
]
BODIES: dict[str, Json] = {
    "anything": taking(ANYTHING),
    "nothing": taking(False),
    "a recursive object": taking(NODE),
    "text": taking({"type": "string", "maxLength": 4}, "text/plain"),
    "bytes": taking({"type": "string", "format": "binary"}, "application/octet-stream"),
    "a form": taking(closed(a={"type": "integer"}), "application/x-www-form-urlencoded"),
    "parts": taking(closed(a={"type": "integer"}), "multipart/form-data"),
    "lines": taking(closed(a={"type": "integer"}), "application/x-ndjson"),
    "a range": taking({"type": "string", "format": "binary"}, "*/*"),
    "what may be left out": {"content": contents({"application/json": closed(a=ANYTHING)})},
}


@pytest.mark.parametrize("name", BODIES)
def test_whatever_content_a_contract_takes_nothing_false_is_said_of_it(name: str):
    told = operation("useThing", body=BODIES[name], answers=answered("200"))
    spec = described({"/thing": {"post": told}}, components={"schemas": {"Node": RECURSIVE}})

    subject = proved(subject_of(of(spec, {"useThing": lambda **_: {}}, policy="prevent")))

    assert [each for each in found(subject) if each.startswith("recipe/")] == []


@pytest.mark.parametrize("each", MANY, ids=lambda each: each["name"])
def test_whatever_a_parameter_may_be_nothing_false_is_said_of_it(each: Json):
    spec = described({"/thing": {"get": operation("useThing", takes=[each])}})

    subject = proved(subject_of(of(spec, {"useThing": lambda **_: {}}, policy="prevent")))

    assert [each for each in found(subject) if each.startswith("recipe/")] == []


def test_what_never_succeeds_is_tried_all_the_same():
    def fail(**_arguments: Any) -> Any:
        raise RuntimeError("always")

    app = of(SHELF, dict.fromkeys(OPERATIONS, fail), policy="prevent")

    subject = proved(subject_of(app))

    assert found(subject) == {"server-error"}
    reached = {cell.status for cell in subject.witnesses if cell.operation == "createItem"}
    assert reached == {"400", "401", "406", "413", "415", "500", "503"}
