"""Tags over HTTP."""

from handlers import present
from handlers.answers import listed
from handlers.contract import GetTagAnswer, ListTagsAnswer
from handlers.resources import one_read
from publishing import tags


def list_tags(limit: int, cursor: str | None = None) -> ListTagsAnswer:
    """List the tags of published posts."""
    page = tags.page(one_read(), limit=limit, cursor=cursor)
    return listed("tags.list_tags", page, present.tag)


def get_tag(tag: str) -> GetTagAnswer:
    """Read how many published posts have a tag, and where they are."""
    return {"data": present.tag(tags.get(one_read(), tag))}, 200
