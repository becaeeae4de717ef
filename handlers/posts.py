"""Posts over HTTP."""

from handlers import intake, preconditions, present
from handlers.answers import changed, created, found, gone, listed, placed, replaced
from handlers.contract import (
    AnyEntityTag,
    ChangePostAnswer,
    ChangePostBody,
    CreatePostAnswer,
    CreatePostBody,
    DeletePostAnswer,
    GetPostAnswer,
    ListPostsAnswer,
    PostOrder,
    PostStatusFilter,
    PutPostAnswer,
    PutPostBody,
)
from handlers.preconditions import unchanged
from handlers.representations import of_post, of_post_in, tags_of_post, text_of_post
from handlers.resources import address, one_read, work
from publishing import listing, posts, search
from publishing.callers import Caller
from publishing.listing import Filter, Sort
from publishing.posts import Status
from tenor.media_types import HTML


def create_post(body: CreatePostBody, user: Caller, media_type: str) -> CreatePostAnswer:
    """Write a post."""
    post = posts.write(work(), intake.content(body), by=user)
    location = address("posts.get_post", slug=post.slug)
    return created(of_post_in(media_type, post), location=location)


def list_posts(
    sort: PostOrder,
    status: PostStatusFilter,
    limit: int,
    author: str | None = None,
    tag: str | None = None,
    q: str | None = None,
    cursor: str | None = None,
    user: Caller | None = None,
) -> ListPostsAnswer:
    """List the posts that the caller may see."""
    page = listing.page(
        one_read(),
        by=user,
        only=Filter(
            author=author,
            tag=tag,
            status=Status(status),
            query=None if q is None else search.read(q),
        ),
        sort=Sort(sort),
        limit=limit,
        cursor=cursor,
    )
    return listed("posts.list_posts", page, present.post)


def get_post(
    slug: str,
    media_type: str,
    user: Caller | None = None,
    if_none_match: str | None = None,
    if_modified_since: str | None = None,
) -> GetPostAnswer:
    """Read a post, as JSON, as a page or as Markdown."""
    # A page has comments, too.
    unit = work() if media_type == HTML else one_read()
    post = posts.find(unit, slug, by=user)
    shown = text_of_post(post) if media_type == "text/markdown" else of_post_in(media_type, post)
    return found(shown, if_none_match=if_none_match, if_modified_since=if_modified_since)


def put_post(
    slug: str,
    body: PutPostBody,
    user: Caller,
    if_match: str | None = None,
    if_none_match: AnyEntityTag | None = None,
) -> PutPostAnswer:
    """Create the post at its address, or replace the one that is there, as the caller means."""
    content = intake.content(body)
    match if_match, if_none_match:
        case None, None:
            raise preconditions.neither()
        case None, _:
            post = posts.write_at(work(), slug, content, by=user)
            location = address("posts.get_post", slug=post.slug)
            return placed(location=location, tag=of_post(post).tag)
        case _, None:
            check = unchanged(if_match, tags_of_post)
            post = posts.replace(work(), slug, content, by=user, check=check)
            return replaced(tag=of_post(post).tag)
        case _:
            raise preconditions.both()


def change_post(
    slug: str, body: ChangePostBody, user: Caller, if_match: str | None = None
) -> ChangePostAnswer:
    """Change a post."""
    check = unchanged(if_match, tags_of_post)
    post = posts.change(work(), slug, intake.post_patch(body), by=user, check=check)
    return changed(of_post(post))


def delete_post(slug: str, user: Caller, if_match: str | None = None) -> DeletePostAnswer:
    """Delete a post."""
    posts.delete(work(), slug, by=user, check=unchanged(if_match, tags_of_post))
    return gone()
