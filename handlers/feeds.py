"""Feeds over HTTP."""

from handlers.answers import found
from handlers.contract import GetPostFeedAnswer
from handlers.representations import of_feed_in
from handlers.resources import one_read
from publishing import feeds


def get_post_feed(
    media_type: str,
    author: str | None = None,
    tag: str | None = None,
    if_none_match: str | None = None,
    if_modified_since: str | None = None,
) -> GetPostFeedAnswer:
    """Read the newest posts, as Atom or as JSON Feed."""
    feed = feeds.newest(one_read(), author=author, tag=tag)
    return found(
        of_feed_in(media_type, feed),
        if_none_match=if_none_match,
        if_modified_since=if_modified_since,
    )
