"""The application in connexion as it is, which checks both directions itself.

An AsyncApp with asynchronous operations is its faster half
(github.com/spec-first/connexion/issues/2077). It takes OpenAPI up to 3.0, so that it gets the
contract in the words of 3.0.
"""

from typing import Any

import yaml
from connexion import AsyncApp, NoContent, request
from connexion.apps.abstract import AbstractApp
from connexion.exceptions import ProblemException
from connexion.jsonifier import Jsonifier
from connexion.lifecycle import ConnexionRequest, ConnexionResponse

from benchmarks.memory.data import (
    AUTHOR,
    CONTRACT,
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

JSON = Jsonifier(separators=(",", ":"))
_posts = {post["slug"]: post for post in POSTS}


def known(token: str) -> dict[str, Any] | None:
    """Who has this token."""
    return {"sub": AUTHOR} if token == SECRET else None


async def get_post(slug: str) -> Any:
    """Read a post."""
    post = _posts.get(slug)
    if post is None:
        return refusal(404), 404, _headers({"Content-Type": PROBLEM})
    if request.headers.get("If-None-Match") == ETAG:
        return NoContent, 304, _headers({"Content-Type": "application/json", "ETag": ETAG})
    headers = {"Content-Type": "application/json", "ETag": ETAG, "Last-Modified": LAST_MODIFIED}
    return {"data": post}, 200, _headers(headers)


async def list_posts(limit: int) -> Any:
    """List the newest posts."""
    links = links_of(limit)
    headers = {"Content-Type": "application/json", "Link": link_header(links)}
    return {"data": POSTS[:limit], "links": links}, 200, _headers(headers)


async def create_post(body: dict[str, Any]) -> Any:
    """Write a post, in the place of the one with the same title."""
    post = written(**body)
    _posts[post["slug"]] = post
    headers = {"Content-Type": "application/json", "Location": post["url"], "ETag": ETAG}
    return {"data": post}, 201, _headers(headers)


async def refused(_request: ConnexionRequest, error: Exception) -> ConnexionResponse:
    """A refusal of connexion's, with the one error that its validator finds to be the best match.

    Its own handler would write each to the log.
    """
    assert isinstance(error, ProblemException)
    errors = [{"detail": str(error.detail)}] if error.status == 400 else None
    headers = {"WWW-Authenticate": "Bearer"} if error.status == 401 else {}
    return ConnexionResponse(
        error.status,
        mimetype=PROBLEM,
        body=JSON.dumps(refusal(error.status, errors)),
        headers=_headers(headers),
    )


def _headers(own: dict[str, str]) -> dict[str, str]:
    """The headers of an answer, with those of every answer."""
    common = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-cache"}
    return own | common | {"X-Request-Id": request_id()}


def contract(module: str = __name__) -> dict[str, Any]:
    """The contract in OpenAPI 3.0, whose operations are the functions of a module."""
    document = yaml.safe_load(CONTRACT.read_text())
    schemas = document["components"]["schemas"]
    schemas["Post"]["properties"]["published_at"] = schemas["Timestamp"] | {"nullable": True}
    document["components"]["securitySchemes"]["bearer"]["x-bearerInfoFunc"] = f"{__name__}.known"
    common = document.pop("x-tenor-headers")
    common["X-Content-Type-Options"]["schema"] = {"type": "string", "enum": ["nosniff"]}
    for item in document["paths"].values():
        for operation in item.values():
            operation["operationId"] = f"{module}.{_snake(operation['operationId'])}"
            for response in operation["responses"].values():
                if "$ref" not in response:
                    response["headers"] = response.get("headers", {}) | common
    document["components"]["responses"]["Refused"]["headers"] = common
    return document | {"openapi": "3.0.3"}


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


def made(app: AbstractApp, module: str) -> AbstractApp:
    """The application, with the operations of a module, checked in both directions."""
    app.add_api(contract(module), validate_responses=True, strict_validation=True)
    app.add_error_handler(ProblemException, refused)
    return app


app = made(AsyncApp(__name__, jsonifier=JSON), __name__)
