"""Everybody who may ask, and everything that they may ask about: the sides of the matrix of access.

The world is made over HTTP, each thing by its owner. What is a draft was published first, so that
others could leave comments there.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import Enum

from publishing.accounts import GHOST
from publishing.callers import Role, Scope
from publishing.store import Store
from tests.api.cells import GOOD, settled
from tests.api.client import Client, data, local
from tests.contract.reading import Contract
from tests.publishing.story import Clock

Promote = Callable[[Store, str, Role], None]
ALL = frozenset(Scope)
A_MINUTE = timedelta(seconds=60)


class Fate(Enum):
    """What became of a token."""

    GOOD = "good"
    REVOKED = "revoked"
    EXPIRED = "expired"
    ORPHANED = "of a deleted account"


@dataclass(frozen=True)
class Kind:
    """A kind of caller: the role when the token was taken, what it holds, and what came since."""

    name: str
    role: Role = Role.AUTHOR
    scopes: frozenset[Scope] = ALL
    fate: Fate = Fate.GOOD
    role_now: Role | None = None

    @property
    def acts_as(self) -> Role:
        return self.role_now or self.role

    @property
    def holds(self) -> frozenset[Scope]:
        """The scopes that count: those of the token that the role of today grants."""
        return self.scopes & self.role.scopes & self.acts_as.scopes


ANONYMOUS = Kind("anonymous", scopes=frozenset())
KINDS = (
    ANONYMOUS,
    Kind("an author"),
    Kind("an author without scopes", scopes=frozenset()),
    *(
        Kind(f"an author with {scope.value}", scopes=frozenset({scope}))
        for scope in Scope
        if scope in Role.AUTHOR.scopes
    ),
    Kind("a reader", Role.READER),
    Kind("a reader without scopes", Role.READER, frozenset()),
    Kind("an editor", Role.EDITOR),
    Kind("an editor without scopes", Role.EDITOR, frozenset()),
    Kind("an admin", Role.ADMIN),
    Kind("an admin without admin", Role.ADMIN, ALL - {Scope.ADMIN}),
    Kind("an admin with admin alone", Role.ADMIN, frozenset({Scope.ADMIN})),
    Kind("an author whose token was revoked", fate=Fate.REVOKED),
    Kind("an admin whose token has expired", Role.ADMIN, fate=Fate.EXPIRED),
    Kind("an editor whose account is gone", Role.EDITOR, fate=Fate.ORPHANED),
    Kind("a reader who was an author", role_now=Role.READER),
    Kind("an author who was an editor", Role.EDITOR, role_now=Role.AUTHOR),
    Kind("an editor who was an admin", Role.ADMIN, role_now=Role.EDITOR),
    Kind("an editor who was a reader", Role.READER, role_now=Role.EDITOR),
)


@dataclass(frozen=True)
class Subject:
    """What a request is about: what its address says, whose it is, and whose post it is on."""

    name: str
    address: Mapping[str, str]
    owner: str = ""
    host: str = ""
    is_published: bool = True
    is_there: bool = True


@dataclass(frozen=True)
class Actor:
    """One of a kind, and what there is for such a one."""

    kind: Kind
    client: Client
    username: str
    tokens: tuple[Subject, ...] = ()
    posts: tuple[Subject, ...] = ()
    comments: tuple[Subject, ...] = ()

    def subjects(self, path: str) -> tuple[Subject, ...]:
        """What an address of the contract may lead to, by whose it is."""
        if "{username}" in path:
            return _accounts(self.username, is_there=self.kind.fate is not Fate.ORPHANED)
        if path.startswith("/tokens/{id}"):
            return self.tokens
        if "{slug}" in path:
            return self.comments if path.endswith("/{id}") else self.posts
        return (Subject("", {}, owner=self.username),)


def _accounts(own: str, *, is_there: bool) -> tuple[Subject, ...]:
    return (
        Subject("one's own", {"username": own}, owner=own, is_there=is_there),
        Subject("another's", {"username": "another"}, owner="another"),
        Subject("nobody's", {"username": GHOST}, owner=GHOST),
        Subject("missing", {"username": "nobody"}, is_there=False),
    )


@dataclass
class Cast:
    """Makes the world: who is there, what they have written, and what became of them."""

    api: Client
    store: Store
    clock: Clock
    contract: Contract
    promote: Promote

    def play(self) -> tuple[Mapping[str, str], list[Actor]]:
        """The names for good requests, and one actor of each kind."""
        _ada, names = settled(self.api, "-0")
        root = self._join("root", Role.ADMIN)
        others = {"another's": self._join("another"), "nobody's": self._join("gone")}
        accounts = {f"kind-{number}": kind for number, kind in enumerate(KINDS)}
        owners = {name: self._join(name) for name in accounts}
        posts = {
            client.username: self._posts(client) for client in (*others.values(), *owners.values())
        }
        actors = [self._actor(kind, owners[name], others, posts) for name, kind in accounts.items()]
        self._hide(root, [post for own in posts.values() for post in own])
        assert root.delete("/accounts/gone", if_match="*").status_code == 204
        actors = [self._meet_fate(_left_to_the_ghost(each, "gone"), root) for each in actors]
        self.clock.advance(A_MINUTE * 2)
        return names, actors

    def _join(self, username: str, role: Role = Role.AUTHOR) -> Client:
        assert self.api.register(username).status_code == 201
        self.promote(self.store, username, role)
        return self.api.sign_in(username, *(scope.value for scope in role.scopes))

    def _posts(self, owner: Client) -> tuple[Subject, ...]:
        """A post in each state, with a past. Drafts become drafts when the rest is done."""
        states = self.contract.at("/components/schemas/PostStatus/enum")
        made: list[Subject] = []
        for state in states:
            when = {"publish_at": "2099-01-01T00:00:00Z"} if state == "scheduled" else {}
            status = "scheduled" if when else "published"
            post = data(owner.write(f"{state} of {owner.username}", status=status, **when))
            address = f"/posts/{post['slug']}"
            data(owner.patch(address, {"body": "It was otherwise."}, if_match="*"))
            made.append(
                Subject(
                    state,
                    {"slug": post["slug"], "number": "1"},
                    owner=owner.username,
                    is_published=state == "published",
                )
            )
        return tuple(made)

    def _hide(self, root: Client, posts: list[Subject]) -> None:
        for post in posts:
            if post.name == "draft":
                address = f"/posts/{post.address['slug']}"
                data(root.patch(address, {"status": "draft"}, if_match="*"))

    def _actor(
        self,
        kind: Kind,
        owner: Client,
        others: Mapping[str, Client],
        posts: Mapping[str, tuple[Subject, ...]],
    ) -> Actor:
        owners = {"one's own": owner, **others}
        theirs = [
            replace(post, name=f"{whose} {post.name}")
            for whose, client in owners.items()
            for post in posts[client.username]
        ]
        nothing = Subject("missing", {"slug": "missing", "number": "1"}, is_there=False)
        token = data(self.api.take_token(owner.username))
        anothers = data(self.api.take_token("another"))
        return Actor(
            kind,
            owner,
            owner.username,
            tokens=(
                Subject("one's own", {"id": str(token["id"])}, owner=owner.username),
                Subject("another's", {"id": str(anothers["id"])}, owner="another"),
                Subject("missing", {"id": "999999"}, is_there=False),
            ),
            posts=(*theirs, nothing),
            comments=tuple(self._comments(theirs, owners)),
        )

    def _comments(self, posts: list[Subject], owners: Mapping[str, Client]) -> Iterator[Subject]:
        if not any(operation.id == "createComment" for operation in self.contract.operations):
            return
        body = GOOD["createComment"].body
        for post in posts:
            if post.name.endswith("scheduled"):
                continue  # it was never published, so nobody else could leave anything there
            place = f"/posts/{post.address['slug']}/comments"
            for whose, client in owners.items():
                comment = client.post(place, body)
                data(comment)
                id_ = local(comment.headers["Location"]).rpartition("/")[2]
                yield replace(
                    post,
                    name=f"{whose}, on {post.name}",
                    address={**post.address, "id": id_},
                    owner=client.username,
                    host=post.owner,
                )
            yield replace(
                post,
                name=f"missing, on {post.name}",
                address={**post.address, "id": "999999"},
                host=post.owner,
                is_there=False,
            )

    def _meet_fate(self, actor: Actor, root: Client) -> Actor:
        """The actor as the kind says, with the token that the kind acts with."""
        kind, username = actor.kind, actor.username
        if kind is ANONYMOUS:
            return replace(actor, client=self.api)
        self.promote(self.store, username, kind.role)
        scopes = [scope.value for scope in Scope if scope in kind.scopes & kind.role.scopes]
        lifetime = {"lifetime": 60} if kind.fate is Fate.EXPIRED else {}
        token = data(self.api.take_token(username, *scopes, **lifetime))
        client = replace(self.api, secret=token["secret"], username=username)
        if kind.role_now is not None:
            self.promote(self.store, username, kind.role_now)
        if kind.fate is Fate.REVOKED:
            assert client.delete(f"/tokens/{token['id']}").status_code == 204
        if kind.fate is Fate.ORPHANED:
            assert root.delete(f"/accounts/{username}", if_match="*").status_code == 204
            actor = _left_to_the_ghost(actor, username)
        return replace(actor, client=client)


def _left_to_the_ghost(actor: Actor, gone: str) -> Actor:
    """The actor after an account was deleted, whose posts and comments pass on."""

    def now(subject: Subject) -> Subject:
        owner, host = (GHOST if name == gone else name for name in (subject.owner, subject.host))
        return replace(subject, owner=owner, host=host)

    return replace(
        actor, posts=tuple(map(now, actor.posts)), comments=tuple(map(now, actor.comments))
    )
