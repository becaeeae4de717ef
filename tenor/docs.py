"""The documentation page: Swagger UI on the served contract, and the contract as two files.

Everything comes from this package, nothing from another host, and the page's content security
policy holds the browser to that.
"""

import dataclasses
import functools
import hashlib
import html
import json
import string
from collections.abc import Callable
from importlib import resources
from typing import Any, Final

import flask
import yaml

from tenor.errors import ConfigurationError

PAGE: Final = "tenor_docs"
JSON: Final = "tenor_openapi_json"
YAML: Final = "tenor_openapi_yaml"
ENDPOINTS: Final = frozenset({PAGE, f"{PAGE}_with_slash", f"{PAGE}_asset", JSON, YAML})
"""What Flask knows the pages by: names that an application's own functions hardly have."""

_MEDIA_TYPES: Final = {
    "css": "text/css; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "png": "image/png",
}

# Swagger UI draws with `data:` images and shows an image that was answered from a `blob:`.
_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)


@dataclasses.dataclass(frozen=True, slots=True)
class Document:
    """Bytes that are served as they are, with their media type and a strong entity tag."""

    content: bytes
    media_type: str
    etag: str

    @classmethod
    def of(cls, content: bytes, media_type: str) -> "Document":
        """Give the document with the tag that its content determines."""
        return cls(content, media_type, hashlib.sha256(content).hexdigest()[:32])

    def answer(self) -> flask.Response:
        """Answer the current request: 200, or 304 to a client that has these very bytes."""
        response = flask.Response(self.content, content_type=self.media_type)
        response.headers["Cache-Control"] = "no-cache"
        response.headers["X-Content-Type-Options"] = "nosniff"
        if self.media_type == _MEDIA_TYPES["html"]:
            response.headers["Content-Security-Policy"] = _POLICY
            response.headers["Referrer-Policy"] = "no-referrer"
        response.set_etag(self.etag)
        response.make_conditional(flask.request)
        return response


def register(
    app: flask.Flask,
    *,
    title: str,
    document_json: Callable[[], bytes],
    document_yaml: Callable[[], bytes],
    at: str | None = "/docs",
) -> None:
    """Add the page with its assets, `/openapi.json` and `/openapi.yaml` to the application.

    The files are written when they are first asked for: a large contract takes seconds, and most
    workers are never asked. The routes are no operations of the contract: they go through Flask as
    usual. Raises ConfigurationError for an address that the page cannot have; None leaves it out.
    """

    @functools.cache
    def in_json() -> Document:
        return Document.of(document_json(), "application/json")

    @functools.cache
    def in_yaml() -> Document:
        return Document.of(document_yaml(), "application/yaml")  # RFC 9512

    def page() -> flask.Response:
        return _page(title).answer()

    def asset(name: str) -> flask.Response:
        try:
            return _assets()[name].answer()
        except KeyError:
            flask.abort(404)

    app.add_url_rule("/openapi.json", JSON, lambda: in_json().answer())
    app.add_url_rule("/openapi.yaml", YAML, lambda: in_yaml().answer())
    if at is not None:
        refuse_bad(at, what="the documentation page", place="docs")
        app.add_url_rule(at, PAGE, page)
        app.add_url_rule(f"{at}/", f"{PAGE}_with_slash", page)
        app.add_url_rule(f"{at}/<name>", f"{PAGE}_asset", asset)


def as_json(document: Any) -> bytes:
    """The document in JSON, in its own order."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def as_yaml(document: Any) -> bytes:
    """The document in YAML, in its own order, text of several lines as it was written."""
    return yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True).encode()


class _Dumper(yaml.CSafeDumper):
    """Writes text of several lines as a literal block, where YAML can."""


def _text(dumper: yaml.CSafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    if any(char in text for char in "\x85\u2028\u2029"):  # line ends to YAML, unless escaped
        style = '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)  # pyright: ignore[reportUnknownMemberType] - yaml has no types for it


_Dumper.add_representer(str, _text)


def refuse_bad(address: str, *, what: str, place: str) -> None:
    """Refuse what is no address of a route of the application's own. Raises ConfigurationError."""
    is_path = address.startswith("/") and not address.startswith("//")
    if not is_path or address.endswith("/") or any(char in address for char in "<>?#"):
        raise ConfigurationError(
            f"{address!r} is no address for {what}",
            place=place,
            remedy=f"Give it a path like /{place}, without a last slash, or None to leave it out.",
        )


def _page(title: str) -> Document:
    """Give the page with the addresses under which this request reached the application."""
    template = resources.files("tenor").joinpath("swagger/page/docs.template").read_text("utf-8")
    words = {
        "title": title,
        "assets": flask.url_for(PAGE),
        "document_json": flask.url_for(JSON),
        "document_yaml": flask.url_for(YAML),
    }
    filled = string.Template(template).substitute({k: html.escape(v) for k, v in words.items()})
    return Document.of(filled.encode(), _MEDIA_TYPES["html"])


@functools.cache
def _assets() -> dict[str, Document]:
    """Read what the page loads: Swagger UI as vendored, our script and our style."""
    swagger = resources.files("tenor").joinpath("swagger")
    return {
        file.name: Document.of(file.read_bytes(), _MEDIA_TYPES[file.name.rpartition(".")[2]])
        for folder in (swagger, swagger.joinpath("page"))
        for file in folder.iterdir()
        if file.is_file() and file.name.rpartition(".")[2] in _MEDIA_TYPES
    }
