"""Posts over HTTP."""

from handlers import intake, preconditions, present
from handlers.answers import Answer, changed, created, found, gone, listed, placed, replaced
from handlers.preconditions import unchanged
from handlers.present import Json
from handlers.representations import of_post, tags_of_post
from handlers.resources import address, work
from publishing import posts
from publishing.callers import Caller
from publishing.posts import Filter, Sort, Status


def create_post(body: Json, user: Caller, media_type: str) -> Answer:
    """Write a post."""
    post = posts.write(work(), intake.content(body), by=user)
    return created(of_post(post, media_type), location=address("posts.get_post", slug=post.slug))


def list_posts(
    sort: str,
    status: str,
    limit: int,
    author: str | None = None,
    tag: str | None = None,
    cursor: str | None = None,
    user: Caller | None = None,
) -> Answer:
    """List the posts that the caller may see."""
    page = posts.page(
        work(),
        by=user,
        only=Filter(author=author, tag=tag, status=Status(status)),
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
) -> Answer:
    """Read a post, as JSON or as a page."""
    post = posts.get(work(), slug, by=user)
    return found(
        of_post(post, media_type), if_none_match=if_none_match, if_modified_since=if_modified_since
    )


def put_post(
    slug: str,
    body: Json,
    user: Caller,
    if_match: str | None = None,
    if_none_match: str | None = None,
) -> Answer:
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


def change_post(slug: str, body: Json, user: Caller, if_match: str | None = None) -> Answer:
    """Change a post."""
    check = unchanged(if_match, tags_of_post)
    post = posts.change(work(), slug, intake.post_patch(body), by=user, check=check)
    return changed(of_post(post))


def delete_post(slug: str, user: Caller, if_match: str | None = None) -> Answer:
    """Delete a post."""
    posts.delete(work(), slug, by=user, check=unchanged(if_match, tags_of_post))
    return gone()
