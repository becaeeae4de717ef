"""The way to each declared answer: the good request of its operation, turned in the one way there.

The same requests lead there in process and over the wire; a world makes the people and posts that
they are about, and has the faults.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, TypeVar

from werkzeug.test import TestResponse

from publishing.callers import Role
from tenor.cells import Cell, Declaration
from tenor.document import UNROUTED
from tests.api.client import ENGINE, MERGE_PATCH, PASSWORD, Caller, data

Names = Mapping[str, str]
Somebody = TypeVar("Somebody", bound=Caller)


@dataclass(frozen=True)
class Call:
    """A request that is good, by whoever may make it; names stand in braces."""

    method: str
    path: str
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)

    def made_by(self, caller: Caller, names: Names) -> TestResponse:
        headers = {name: value.format_map(names) for name, value in self.headers.items()}
        return caller.send(self.method, self.target(names), _named(self.body, names), **headers)

    def target(self, names: Names) -> str:
        return self.path.format_map(names)

    def having(self, **headers: str) -> "Call":
        return replace(self, headers=self.headers | headers)

    def without(self, *names: str) -> "Call":
        kept = {name: value for name, value in self.headers.items() if name not in names}
        return replace(self, headers=kept)

    def saying(self, **members: Any) -> "Call":
        return replace(self, body=self.body | members)


def _named(body: Any, names: Names) -> Any:
    if not isinstance(body, dict):
        return body
    return {k: v.format_map(names) if isinstance(v, str) else v for k, v in body.items()}


class World(Protocol):
    """Ada, who has published a post, what is hers, and where there are faults."""

    @property
    def ada(self) -> Caller: ...

    @property
    def names(self) -> Names: ...

    def failing(self, cell: Cell) -> Caller:
        """Ada, where what answers fails."""
        ...

    def without_store(self, cell: Cell) -> Caller:
        """Ada, where the store does not answer."""
        ...

    def tired(self, cell: Cell) -> Caller:
        """Ada, where she has asked as often as she may."""
        ...

    def choosy(self) -> Caller:
        """Ada, where requests for some hosts are refused."""
        ...

    def engaged(self) -> Caller:
        """Ada, where a request of hers under the key `ENGAGED` is being answered."""
        ...


USED, ENGAGED = "used", "engaged"


def joined(anonymous: Somebody, username: str, **headers: str) -> tuple[Somebody, int]:
    """A new author, who has signed in, and the id of the token."""
    assert anonymous.register(username, **headers).status_code == 201
    token = data(anonymous.take_token(username, *(scope.value for scope in Role.AUTHOR.scopes)))
    return replace(anonymous, secret=token["secret"], username=username), token["id"]


def settled(anonymous: Somebody, tail: str = "") -> tuple[Somebody, Names]:
    """Ada, who has signed in and published, and the names of what is hers, and of what is not.

    The tail tells her from the Ada of other worlds on the same store.
    """
    username = f"ada{tail}"
    ada, token = joined(anonymous, username, idempotency_key=USED)
    mary, _ = joined(anonymous, f"mary{tail}")
    assert mary.write(f"Not hers{tail}").status_code == 201
    title = f"The first engine{tail and f' {tail}'}"
    post = ada.post("/posts", {**ENGINE, "title": title}, idempotency_key=USED)
    assert ada.write(f"Once engine{tail}").status_code == 201
    old = f"/posts/once-engine{tail}"
    new = {"slug": f"now-engine{tail}"}
    tag = ada.get(old).headers["ETag"]
    renamed = ada.patch(old, new, if_match=tag)
    assert renamed.status_code == 200
    comment = ada.comment(data(post)["slug"])
    names = {
        "ada": username,
        "grace": f"grace{tail}",
        "nobody": f"nobody{tail}",
        "account": ada.get(f"/accounts/{username}").headers["ETag"],
        "engine": data(post)["slug"],
        "once": f"once-engine{tail}",
        "mill": f"mill{tail}",
        "post": post.headers["ETag"],
        "not_hers": f"not-hers{tail}",
        "token": str(token),
        "no_token": "999999",
        "comment": str(data(comment)["id"]),
        "no_comment": "999999",
        "remark": comment.headers["ETag"],
        "tag": "engines",
        "no_tag": "mills",
    }
    return ada, names


ACCOUNT, POST = {"if_match": "{account}"}, {"if_match": "{post}"}
COMMENTS, COMMENT = "/posts/{engine}/comments", "/posts/{engine}/comments/{comment}"
REMARK, REMARKED = {"body": "Does it weave *bugs* too?"}, {"if_match": "{remark}"}
MERGE = {"content_type": MERGE_PATCH}
GRACE = {"username": "{grace}", "display_name": "Grace Hopper", "password": PASSWORD}
SIGN_IN = {"username": "{ada}", "password": PASSWORD, "scopes": ["posts:write"]}
RENEWAL = {"password": "note G, one diagram", "current_password": PASSWORD}

GOOD = {
    "registerAccount": Call("POST", "/accounts", GRACE),
    "listAccounts": Call("GET", "/accounts"),
    "getAccount": Call("GET", "/accounts/{ada}"),
    "changeAccount": Call("PATCH", "/accounts/{ada}", RENEWAL, ACCOUNT | MERGE),
    "deleteAccount": Call("DELETE", "/accounts/{ada}", headers=ACCOUNT),
    "createToken": Call("POST", "/tokens", SIGN_IN),
    "listTokens": Call("GET", "/tokens"),
    "getToken": Call("GET", "/tokens/{token}"),
    "deleteToken": Call("DELETE", "/tokens/{token}"),
    "createPost": Call("POST", "/posts", ENGINE),
    "listPosts": Call("GET", "/posts"),
    "getPost": Call("GET", "/posts/{engine}"),
    "putPost": Call("PUT", "/posts/{engine}", ENGINE, POST),
    "changePost": Call("PATCH", "/posts/{engine}", {"title": "X"}, POST | MERGE),
    "deletePost": Call("DELETE", "/posts/{engine}", headers=POST),
    "listRevisions": Call("GET", "/posts/{engine}/revisions"),
    "getRevision": Call("GET", "/posts/{engine}/revisions/1"),
    "restoreRevision": Call("POST", "/posts/{engine}/revisions/1/restoration", headers=POST),
    "createComment": Call("POST", COMMENTS, REMARK),
    "listComments": Call("GET", COMMENTS),
    "getComment": Call("GET", COMMENT),
    "changeComment": Call("PATCH", COMMENT, REMARK, REMARKED | MERGE),
    "deleteComment": Call("DELETE", COMMENT, headers=REMARKED),
    "listTags": Call("GET", "/tags"),
    "getTag": Call("GET", "/tags/{tag}"),
    "getPostFeed": Call("GET", "/feeds/posts"),
    "getRoot": Call("GET", "/"),
    "getLiveness": Call("GET", "/health/live"),
    "getReadiness": Call("GET", "/health/ready"),
    "listProblems": Call("GET", "/problems"),
    "getProblem": Call("GET", "/problems/not-found"),
    UNROUTED: Call("GET", "/nowhere"),
}


def elsewhere(call: Call) -> Call:
    """The same at an address that is well formed and leads to nothing."""
    path = call.path.replace("{ada}", "{nobody}").replace("{engine}", "{mill}")
    path = path.replace("{comment}", "{no_comment}").replace("{tag}", "{no_tag}")
    return replace(call, path=path.replace("{token}", "{no_token}").replace("not-found", "no"))


def at_a_former_address(call: Call) -> Call:
    return replace(call, path=call.path.replace("{engine}", "{once}"))


def with_an_odd_query(call: Call) -> Call:
    return replace(call, path=f"{call.path}?colour=red")


def with_too_much_content(call: Call) -> Call:
    return replace(call, body=b'"' + b"a" * 1_100_000 + b'"')


def of_somebody_else(call: Call) -> Call:
    return replace(call, path=call.path.replace("{engine}", "{not_hers}"))


def scheduled_without_a_time(call: Call) -> Call:
    return call.saying(status="scheduled")


TURNED: dict[str, Callable[[Call], Call]] = {
    "304": lambda call: call.having(if_none_match="*"),
    "308": at_a_former_address,
    "400": with_an_odd_query,
    "401": lambda call: call.having(authorization="Bearer tnr_nobody"),
    "404": elsewhere,
    "406": lambda call: call.having(accept="image/png"),
    "409": lambda call: call.having(idempotency_key=ENGAGED),
    "412": lambda call: call.having(if_match='"0.0-json"'),
    "413": with_too_much_content,
    "415": lambda call: call.having(content_type="text/plain"),
    "422": lambda call: call.having(idempotency_key=USED),
    "428": lambda call: call.without("if_match", "if_none_match"),
}
# Where one turn for all does not lead there.
TURNED_OF_ITS_OWN: dict[tuple[str, str], Callable[[Call], Call]] = {
    ("createToken", "401"): lambda call: call.saying(password="guess"),
    ("registerAccount", "409"): lambda call: call.saying(username="{ada}"),
    ("registerAccount", "422"): lambda call: call.saying(username="{ada}").having(
        idempotency_key=USED
    ),
    ("createPost", "422"): lambda call: call.saying(title="X").having(idempotency_key=USED),
    ("createToken", "422"): lambda call: call.saying(scopes=["admin"]),
    ("changeAccount", "422"): lambda call: call.saying(current_password="guess"),
    ("listRevisions", "403"): of_somebody_else,
    ("getRevision", "403"): of_somebody_else,
    ("putPost", "422"): scheduled_without_a_time,
    ("changePost", "422"): scheduled_without_a_time,
    ("changePost", "409"): lambda call: call.saying(slug="{once}"),
    ("putPost", "201"): lambda call: elsewhere(call).without("if_match").having(if_none_match="*"),
    (UNROUTED, "204"): lambda call: replace(call, method="OPTIONS", path="/posts"),
    (UNROUTED, "400"): lambda call: call.having(host="evil.example"),
    (UNROUTED, "404"): lambda call: call,
    (UNROUTED, "405"): lambda call: replace(call, method="DELETE", path="/posts"),
}


def caller_for(cell: Cell, world: World) -> Caller:
    """Who is answered so."""
    match cell.status:
        case "400" if cell.operation == UNROUTED:
            return world.choosy()
        case "403":
            return world.ada.sign_in(world.ada.username)
        case "409" if cell.operation in {"createPost", "createComment"}:
            return world.engaged()
        case "429":
            return world.tired(cell)
        case "500":
            return world.failing(cell)
        case "503":
            return world.without_store(cell)
        case _:
            return world.ada


def call_for(cell: Cell) -> Call:
    """What is answered so."""
    call = GOOD[cell.operation]
    if cell.status < "300" and cell.media_type:
        call = call.having(accept=cell.media_type)
    turn = TURNED_OF_ITS_OWN.get((cell.operation, cell.status), TURNED.get(cell.status))
    return turn(call) if turn else call


def expect(cell: Cell, declaration: Declaration, world: World) -> None:
    """Ask for an answer that is declared. Fails, with the line, where another is given."""
    caller, call = caller_for(cell, world), call_for(cell)
    answer = call.made_by(caller, world.names)
    media_type = (answer.content_type or "").partition(";")[0]
    seen = Cell(cell.operation, str(answer.status_code), media_type)
    assert seen == cell, (
        f"{cell} is declared at {declaration.place}, and {call.method} {call.target(world.names)} "
        f"was answered {seen.status} {seen.media_type}. Answer what is declared, write here "
        "what leads there, or take the declaration out."
    )
