"""The application in plain Flask: what people write by hand, nothing else being checked.

JSON is read and written by orjson through a JSON provider, as Flask's documentation shows
(flask.palletsprojects.com/en/stable/api/#flask.json.provider.JSONProvider).
"""

from typing import Any

import orjson
from flask import Flask, Response, request
from flask.json.provider import JSONProvider
from werkzeug.exceptions import HTTPException

from benchmarks.memory.data import (
    ETAG,
    LAST_MODIFIED,
    POSTS,
    PROBLEM,
    SECRET,
    link_header,
    links_of,
    refusal,
    request_id,
    written,
)


class OrjsonProvider(JSONProvider):
    """JSON by orjson."""

    def dumps(self, obj: Any, **_options: Any) -> str:
        """JSON as text."""
        return orjson.dumps(obj).decode()

    def loads(self, s: str | bytes, **_options: Any) -> Any:
        """The value of JSON."""
        return orjson.loads(s)

    def response(self, *args: Any, **kwargs: Any) -> Response:
        """A response, without the way over text."""
        content = orjson.dumps(self._prepare_response_obj(args, kwargs))
        return Response(content, mimetype="application/json")


class App(Flask):
    """Flask with that JSON."""

    json_provider_class = OrjsonProvider


app = App(__name__, static_folder=None)
_posts = {post["slug"]: post for post in POSTS}


@app.get("/posts/<slug>")
def get_post(slug: str) -> Any:
    """Read a post."""
    post = _posts.get(slug)
    if post is None:
        return _problem(404)
    if request.headers.get("If-None-Match") == ETAG:
        return "", 304, {"ETag": ETAG}
    return {"data": post}, 200, {"ETag": ETAG, "Last-Modified": LAST_MODIFIED}


@app.get("/posts")
def list_posts() -> Any:
    """List the newest posts."""
    limit = request.args.get("limit", default=20, type=int)
    links = links_of(limit)
    return {"data": POSTS[:limit], "links": links}, 200, {"Link": link_header(links)}


@app.post("/posts")
def create_post() -> Any:
    """Write a post, in the place of the one with the same title."""
    if request.headers.get("Authorization") != f"Bearer {SECRET}":
        return _problem(401, {"WWW-Authenticate": "Bearer"})
    draft = request.get_json()
    errors = _faults(draft)
    if errors:
        return refusal(400, errors), 400, {"Content-Type": PROBLEM}
    post = written(**draft)
    _posts[post["slug"]] = post
    return {"data": post}, 201, {"Location": post["url"], "ETag": ETAG}


def _faults(draft: dict[str, Any]) -> list[dict[str, str]]:
    """What people check by hand."""
    missing = [name for name in ("title", "body") if not draft.get(name)]
    if any(" " in tag for tag in draft.get("tags", ())):
        missing.append("tags")
    return [{"pointer": f"/{name}"} for name in missing]


def _problem(status: int, headers: dict[str, str] | None = None) -> Any:
    return refusal(status), status, {"Content-Type": PROBLEM, **(headers or {})}


@app.errorhandler(HTTPException)
def refused(error: HTTPException) -> Any:
    """What Flask itself refuses."""
    return _problem(error.code or 500)


@app.after_request
def with_common_headers(response: Response) -> Response:
    """The headers of every answer."""
    headers = response.headers
    headers["X-Request-Id"] = request_id()
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cache-Control"] = "no-cache"
    return response
