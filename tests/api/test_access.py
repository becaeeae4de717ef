"""The matrix of access: every operation, by every kind of caller, with everything there is.

What is to come out is worked out here from the rows of the table alone, and compared with what the
API answers. Nothing that is done in these tests is kept, so that each request meets the same world.
"""

import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import pytest
from werkzeug.test import TestResponse

from publishing import access, posts
from publishing.access import RULES, Action, Open, Rule
from publishing.accounts import GHOST
from publishing.callers import Role, Scope
from publishing.store import Store
from publishing.work import Work
from tenor import ContractViolation
from tests.api.cells import GOOD, Call
from tests.api.client import Client, but_the_request_id, data
from tests.api.conftest import promote
from tests.api.standings import ANONYMOUS, KINDS, Actor, Cast, Fate, Kind, Subject
from tests.contract.actions import ACTIONS
from tests.contract.reading import Contract, Operation
from tests.publishing.story import Clock

CONTRACT = Contract.read()
ROWS = dict(RULES)  # as they are written, whatever a test makes of them
ABOUT_POSTS = [o for o in CONTRACT.operations if "{slug}" in o.path]

# The one request of an operation that makes it the action, where it is several.
TURNED: Mapping[tuple[str, Action], Callable[[Call], Call]] = {
    ("changeAccount", Action.CHANGE_ACCOUNTS): lambda call: replace(
        call, body={"display_name": "A"}
    ),
    ("changeAccount", Action.CHANGE_ROLES): lambda call: replace(call, body={"role": "editor"}),
    ("putPost", Action.WRITE_POSTS): lambda call: (
        replace(call, path="/posts/a-free-address").without("if_match").having(if_none_match="*")
    ),
}


@dataclass(frozen=True)
class Request:
    """A good request of an operation that is one action."""

    operation: Operation
    action: Action

    def call(self, subject: Subject, names: Mapping[str, str]) -> Call:
        good = GOOD[self.operation.id]
        call = replace(good, path=_address(self.operation.path, good.target(names), subject))
        if "if_match" in call.headers:
            call = call.having(if_match="*")
        turn = TURNED.get((self.operation.id, self.action))
        return turn(call) if turn else call

    def subjects(self, actor: Actor) -> tuple[Subject, ...]:
        """What it is asked about. Where it makes something at an address, nothing is there yet."""
        if (self.operation.id, self.action) == ("putPost", Action.WRITE_POSTS):
            return (Subject("", {}),)
        return actor.subjects(self.operation.path)


REQUESTS = [
    Request(operation, action)
    for operation in CONTRACT.operations
    for action in ACTIONS[operation.id]
]


@dataclass(frozen=True)
class World:
    names: Mapping[str, str]
    actors: list[Actor]
    tags: Mapping[str, str]
    former: Subject
    """An address that a post had before it was renamed, which is not published."""

    def actor(self, name: str) -> Actor:
        return next(actor for actor in self.actors if actor.kind.name == name)

    def asked(
        self, actor: Actor, operation: Operation, call: Call, subject: Subject
    ) -> TestResponse:
        """The answer about a subject; `valid` is the tag that the post has for who may read it."""
        path = _address(operation.path, GOOD[operation.id].target(self.names), subject)
        names = {**self.names, "valid": self.tags.get(subject.address["slug"], '"1.1-json"')}
        return replace(call, path=path + call.path).made_by(actor.client, names)


@pytest.fixture
def world(api: Client, store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> World:
    """Everybody and everything; from now on, what is done is undone."""
    names, actors = Cast(api, store, clock, CONTRACT, promote).play()
    editor = next(actor.client for actor in actors if actor.kind.name == "an editor")
    slugs = {post.address["slug"] for actor in actors for post in actor.posts if post.is_there}
    tags = {slug: editor.get(f"/posts/{slug}").headers["ETag"] for slug in slugs}
    former = _renamed(editor)
    monkeypatch.setattr(Work, "commit", Work.rollback)
    return World(names, actors, tags, former)


def _renamed(editor: Client) -> Subject:
    later = {"status": "scheduled", "publish_at": "2099-01-01T00:00:00Z"}
    slug = data(editor.write("It was here once", **later))["slug"]
    data(editor.patch(f"/posts/{slug}", {"slug": "it-is-elsewhere"}, if_match="*"))
    address = {"slug": slug, "number": "1", "id": "999999"}
    return Subject("a former address", address, owner=editor.username, is_published=False)


# What the table says


def expected(action: Action, kind: Kind, username: str, subject: Subject) -> str:
    """The status, or 2xx, that a row gives to a caller with a thing."""
    rule = ROWS[action]
    is_known = kind is not ANONYMOUS and kind.fate is Fate.GOOD
    is_refused = kind is not ANONYMOUS and not is_known
    needs_no_token = rule.open is not Open.NOTHING
    asks_for_token = rule.under is not None or rule.open is not Open.ALL
    if (is_refused and asks_for_token) or not (is_known or needs_no_token):
        return "401"
    if rule.scope is not None and rule.scope not in kind.holds:
        return "403"
    if _is_unseen(rule, kind, username, subject):
        return "404"
    return (
        "2xx"
        if _reaches(rule, kind, username, subject) and not _is_kept(action, subject)
        else "403"
    )


def _is_unseen(rule: Rule, kind: Kind, username: str, subject: Subject) -> bool:
    if not subject.is_there:
        return True
    if rule.under is not None:
        post = replace(subject, owner=subject.host or subject.owner, host="")
        return not _reaches(ROWS[rule.under], kind, username, post)
    return rule.sight is not None and not _reaches(ROWS[rule.sight], kind, username, subject)


def _reaches(rule: Rule, kind: Kind, username: str, subject: Subject) -> bool:
    if rule.open is Open.ALL or (rule.open is Open.PUBLISHED and subject.is_published):
        return True
    if kind is ANONYMOUS or kind.fate is not Fate.GOOD:
        return False
    ranks = list(Role)
    if Scope.ADMIN not in kind.holds:
        ranks.remove(Role.ADMIN)
    reached = ranks[: list(Role).index(kind.acts_as) + 1]
    whose = (
        (rule.own, subject.owner == username),
        (rule.hosted, subject.host == username),
    )
    return (
        rule.new in reached
        or rule.others in reached
        or any(applies and role in reached for role, applies in whose)
    )


def _is_kept(action: Action, subject: Subject) -> bool:
    """Whether it is the ghost itself, which nobody changes."""
    of_accounts = {Action.CHANGE_ACCOUNTS, Action.CHANGE_ROLES, Action.DELETE_ACCOUNTS}
    return action in of_accounts and subject.owner == GHOST


# What the API says


def cells(world: World, requests: list[Request]) -> Iterator[tuple[str, str, str]]:
    """Each cell: what it is, what the table says, and what was answered."""
    for request, actor in itertools.product(requests, world.actors):
        for subject in request.subjects(actor):
            told = _told(request.call(subject, world.names), actor.client, world.names)
            cell = f"{request.operation.id} to {request.action.value}, {actor.kind.name}"
            due = expected(request.action, actor.kind, actor.username, subject)
            yield f"{cell}: {subject.name}", due, told


def _told(call: Call, client: Client, names: Mapping[str, str]) -> str:
    try:
        status = call.made_by(client, names).status_code
    except ContractViolation:
        return "held back"
    return "2xx" if status < 300 else str(status)


def wrong(world: World, requests: list[Request] = REQUESTS) -> list[str]:
    """The cells in which the API does not say what the table says."""
    asked = list(cells(world, requests))
    count = Counter(due for _, due, _ in asked)
    print(f"{len(asked)} cells of access: {dict(sorted(count.items()))}")  # noqa: T201 - the sum, for who asks with -rP
    return [f"{cell}: {told} instead of {due}" for cell, due, told in asked if told != due]


def test_every_cell_of_the_matrix_is_answered_as_the_table_says(world: World):
    assert wrong(world) == []


def test_every_operation_every_role_and_every_fate_of_a_token_is_in_the_matrix():
    every = {request.operation.id for request in REQUESTS}
    assert every == {operation.id for operation in CONTRACT.operations}
    assert {kind.fate for kind in KINDS} == {*Fate}
    assert {kind.acts_as for kind in KINDS} == {*Role}


def test_a_list_shows_exactly_the_drafts_that_the_table_lets_the_caller_read(world: World):
    drafts = {
        subject.address["slug"]: subject
        for actor in world.actors
        for subject in actor.posts
        if subject.name.endswith("draft")
    }
    wrong = {}
    for actor in world.actors:
        answer = actor.client.get("/posts?status=draft&limit=100")
        due = {
            slug
            for slug, post in drafts.items()
            if _reaches(ROWS[Action.READ_POSTS], actor.kind, actor.username, post)
        }
        shown = {post["slug"] for post in data(answer)} if answer.status_code == 200 else set()
        if shown != due:
            wrong[actor.kind.name] = shown ^ due

    assert wrong == {}


# A draft of another is like a post that does not exist

MATCHES = [{}, {"if_match": "*"}, {"if_match": '"0.0-json"'}, {"if_match": "{valid}"}]
NONE_MATCHES = [{}, {"if_none_match": "*"}, {"if_none_match": "{valid}"}]
ACCEPTS = [{}, {"accept": "text/html"}, {"accept": "image/png"}, {"accept": "text/html;q=0, */*"}]
BODIES = [None, {}, {"title": "X", "body": "Y", "colour": "red"}, b"{"]
DRAFT = Subject("a draft of another", {}, owner="another", is_published=False)
STRANGERS = [kind.name for kind in KINDS if not _reaches(ROWS[Action.READ_POSTS], kind, "", DRAFT)]

# Who sends every variant; the rest send the good request under every condition.
THOROUGH = ("anonymous", "an author")


def variants(operation: Operation, *, all_of_them: bool) -> Iterator[Call]:
    """The requests of an operation that are good, and those that are wrong in a way or two."""
    good = replace(GOOD[operation.id], path="")
    conditions = [{}]
    if operation.takes("If-Match", "header"):
        conditions = MATCHES
    elif operation.takes("If-None-Match", "header"):
        conditions = NONE_MATCHES
    bodies = [good.body, *BODIES] if operation.has_body else [None]
    for condition in conditions:
        call = good.without("if_match").having(**condition)
        if not all_of_them:
            yield call
            continue
        yield from (replace(call, body=body) for body in bodies)
        yield from (call.having(**accept) for accept in ACCEPTS)
        yield replace(call, path="?colour=red")
        if good.method == "GET":
            yield replace(call, method="HEAD")


def differences(world: World, operations: list[Operation]) -> list[str]:
    """The requests to which a draft of another gives itself away."""
    pairs = 0
    told: list[str] = []
    for operation, name in itertools.product(operations, STRANGERS):
        actor = world.actor(name)
        for subject in (*actor.subjects(operation.path), world.former):
            if subject.is_published or actor.username in (subject.owner, subject.host):
                continue
            nothing = replace(subject, address={**subject.address, "slug": "missing"})
            for call in variants(operation, all_of_them=name in THOROUGH):
                pairs += 1
                draft, missing = (
                    _unaddressed(world.asked(actor, operation, call, each), each)
                    for each in (subject, nothing)
                )
                if draft != missing:
                    told.append(f"{name}: {call} of {subject.name}: {draft} is not {missing}")
    print(f"{pairs} pairs of requests")  # noqa: T201 - the sum, for who asks with -rP
    return told


def _unaddressed(answer: TestResponse, subject: Subject) -> tuple[int, dict[str, str], bytes]:
    """All of an answer but its id, and but what repeats the address."""
    status, headers, body = but_the_request_id(answer)
    return status, headers, body.replace(subject.address["slug"].encode(), b"SLUG")


def test_a_draft_of_another_answers_like_a_post_that_does_not_exist(world: World):
    """To reading, changing and deleting, whatever the request; creating may tell."""
    assert differences(world, ABOUT_POSTS) == []


# Each defect is seen


def turned(action: Action, **fields: object) -> Mapping[Action, Rule]:
    return {**ROWS, action: replace(ROWS[action], **fields)}  # pyright: ignore[reportArgumentType] - tests name the fields


DEFECTS: Mapping[str, tuple[object, str, object]] = {
    "changePost by others": (access, "RULES", turned(Action.CHANGE_POSTS, others=Role.AUTHOR)),
    "changePost by nobody": (access, "RULES", turned(Action.CHANGE_POSTS, own=None)),
    "createPost by editors": (access, "RULES", turned(Action.WRITE_POSTS, new=Role.EDITOR)),
    "getToken of anybody": (access, "RULES", turned(Action.READ_TOKENS, others=Role.READER)),
    "changeAccount by editors": (
        access,
        "RULES",
        turned(Action.CHANGE_ROLES, others=Role.EDITOR),
    ),
    "getPost by authors": (access, "RULES", turned(Action.READ_POSTS, others=Role.AUTHOR)),
    "deletePost without the check": (access, "demand", lambda *_, **__: None),
    "getPost without the sight": (posts, "_sees", lambda *_, **__: True),
    "deleteAccount by a mere role": (access, "_acts_as", lambda by, role: by.role.covers(role)),
}


def test_each_planted_defect_turns_the_matrix_red(world: World, monkeypatch: pytest.MonkeyPatch):
    """A row that is turned in the code alone, and a check that is taken out."""
    unseen: list[str] = []
    for defect, (module, name, value) in DEFECTS.items():
        about = [r for r in REQUESTS if r.operation.id == defect.partition(" ")[0]]
        assert wrong(world, about) == []
        with monkeypatch.context() as planted:
            planted.setattr(module, name, value)
            unseen += [] if wrong(world, about) else [defect]

    assert unseen == []


def test_a_draft_that_gives_itself_away_is_seen(world: World, monkeypatch: pytest.MonkeyPatch):
    """By an answer that says who may, where nothing should be there."""
    monkeypatch.setattr(posts, "_sees", lambda *_, **__: True)

    assert differences(world, [CONTRACT.operation("deletePost")]) != []


def _address(template: str, good: str, subject: Subject) -> str:
    """The address of a subject; what it does not say is as in the good request."""
    pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/?]+)", template)
    match = re.match(pattern, good)
    assert match, f"{good} is no {template}"
    return template.format_map({**match.groupdict(), **subject.address})
