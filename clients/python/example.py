"""What a Python program does with the generated client: `python example.py http://127.0.0.1:8080`.

It is type-checked and run whenever the clients are built.
"""

import sys
from collections.abc import Iterator
from typing import TypeVar
from urllib.parse import parse_qs, urlsplit

from tenor_client import AuthenticatedClient, Client
from tenor_client.api.accounts import register_account
from tenor_client.api.posts import change_post, create_post, delete_post, get_post, list_posts
from tenor_client.api.tokens import create_token
from tenor_client.models import (
    AccountDocument,
    InvalidRequest,
    IssuedTokenDocument,
    NewAccount,
    NewPost,
    NewToken,
    Post,
    PostDocument,
    PostPage,
    PostPatch,
    PostStatus,
    Problem,
    Scope,
)

PASSWORD = "poetical science 1843"  # noqa: S105 - of the example
Wanted = TypeVar("Wanted")


def expect(wanted: type[Wanted], parsed: object) -> Wanted:
    """What a call gave, as the one of its types that the caller is prepared for."""
    if not isinstance(parsed, wanted):
        raise SystemExit(f"no {wanted.__name__}: {parsed}")
    return parsed


def main(address: str) -> None:
    """Register, sign in, write, read, change, list, be refused, delete."""
    with Client(base_url=address) as anyone:
        grace = NewAccount(username="grace", display_name="Grace Hopper", password=PASSWORD)
        account = expect(AccountDocument, register_account.sync(client=anyone, body=grace))
        print("registered", account.data.username)
        writer = signed_in(anyone, address)
    with writer:
        post = written(writer)
        revise(writer, post.slug)
        print("listed", len(list(everything(writer))))
        be_refused(writer, post.slug)


def signed_in(anyone: Client, address: str) -> AuthenticatedClient:
    """A client with a token of its own."""
    wish = NewToken(username="grace", password=PASSWORD, scopes=[Scope.POSTSWRITE])
    issued = expect(IssuedTokenDocument, create_token.sync(client=anyone, body=wish))
    return AuthenticatedClient(base_url=address, token=issued.data.secret)


def written(writer: AuthenticatedClient) -> Post:
    """A new post. It is what its address gives from now on, until it changes."""
    new = NewPost(
        title="A moth in the relay",
        body="First *actual* case of bug being found.",
        tags=["engines"],
        status=PostStatus.PUBLISHED,
    )
    created = create_post.sync_detailed(client=writer, body=new)
    post = expect(PostDocument, created.parsed).data
    print("created", int(created.status_code), post.slug, post.tags)
    print("located", created.headers["Location"] == post.url)
    read = get_post.sync_detailed(post.slug, client=writer)
    print("read", expect(PostDocument, read.parsed).data == post)
    again = get_post.sync_detailed(post.slug, client=writer, if_none_match=read.headers["ETag"])
    print("unchanged", int(again.status_code))
    return post


def revise(writer: AuthenticatedClient, slug: str) -> None:
    """Change the post that was read, and not one that has been changed since."""
    tag = get_post.sync_detailed(slug, client=writer).headers["ETag"]
    patch = PostPatch(title="A moth in relay 70")
    changed = change_post.sync(slug, client=writer, body=patch, if_match=tag)
    print("changed", expect(PostDocument, changed).data.title)
    stale = change_post.sync(slug, client=writer, body=patch, if_match=tag)
    print("refused", expect(Problem, stale).status)


def everything(writer: AuthenticatedClient) -> Iterator[Post]:
    """All posts of one account, page after page: the link to the next one holds its cursor."""
    for number in range(5):
        more = NewPost(title=f"Note {number}", body="", status=PostStatus.PUBLISHED)
        expect(PostDocument, create_post.sync(client=writer, body=more))
    page = expect(PostPage, list_posts.sync(client=writer, author="grace", limit=2))
    yield from page.data
    while page.links.next_:
        [cursor] = parse_qs(urlsplit(page.links.next_).query)["cursor"]
        following = list_posts.sync(client=writer, author="grace", limit=2, cursor=cursor)
        page = expect(PostPage, following)
        yield from page.data


def be_refused(writer: AuthenticatedClient, slug: str) -> None:
    """Hear what was wrong, by place and rule."""
    wrong = create_post.sync(client=writer, body=NewPost(title="", body=""))
    refusal = expect(InvalidRequest, wrong)
    print("refused", refusal.status, sorted({fault.pointer for fault in refusal.errors}))
    gone = delete_post.sync_detailed(slug, client=writer, if_match="*")
    print("deleted", int(gone.status_code))
    missing = get_post.sync(slug, client=writer)
    print("missing", expect(Problem, missing).status)


if __name__ == "__main__":
    main(sys.argv[1])
