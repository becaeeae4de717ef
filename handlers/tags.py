"""Tags over HTTP."""

from handlers import present
from handlers.answers import listed
from handlers.contract import GetTagAnswer, ListTagsAnswer
from handlers.resources import work
from publishing import tags


def list_tags(limit: int, cursor: str | None = None) -> ListTagsAnswer:
    """List the tags of published posts."""
    page = tags.page(work(), limit=limit, cursor=cursor)
    return listed("tags.list_tags", page, present.tag)


def get_tag(tag: str) -> GetTagAnswer:
    """Read how many published posts have a tag, and where they are."""
    return {"data": present.tag(tags.get(work(), tag))}, 200
