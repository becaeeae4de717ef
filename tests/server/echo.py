"""A small application that says what reached its handlers, for tests of HTTP servers.

Everything that a handler got is kept, so that a request that should not have come through, or came
through twice, is seen. It is read from ``openapi.yaml`` in the current directory.
"""

from pathlib import Path
from typing import Any

import flask

from tenor import Tenor

BODY_READERS = 2
BODY_LIMIT = 100_000
GATE = "gate"
"""The FIFO in the current directory that ``waitAtGate`` waits for."""

CONTRACT = r"""
openapi: 3.1.1
info: {title: Echo, version: "1"}
paths:
  /numbers/{number}:
    get:
      operationId: getNumber
      parameters:
        - {name: number, in: path, required: true, schema: {type: integer}}
        - {name: n, in: query, schema: {type: integer}}
        - {name: x, in: query, schema: {type: number}}
        - {name: id, in: query, schema: {type: string, format: uuid}}
        - {name: link, in: query, schema: {type: string, format: uri}}
        - {name: day, in: query, schema: {type: string, format: date}}
        - {name: text, in: query, schema: {$ref: "#/components/schemas/Text"}}
        - {name: X-Number, in: header, schema: {type: integer}}
      responses: {"200": {$ref: "#/components/responses/Got"}}
  /texts/{text}:
    parameters:
      - {name: text, in: path, required: true, schema: {$ref: "#/components/schemas/Text"}}
    get:
      operationId: getText
      parameters:
        - {name: X-Text, in: header, schema: {$ref: "#/components/schemas/Text"}}
        - {name: X-Token, in: header, schema: {type: string, pattern: "^[a-z]{1,9}$"}}
      responses: {"200": {$ref: "#/components/responses/Got"}}
    put:
      operationId: putText
      parameters:
        - {name: If-Match, in: header, schema: {type: string, pattern: '^"[a-z]{1,9}"$'}}
      responses: {"204": {description: Kept.}}
  /numbers:
    post:
      operationId: postNumber
      requestBody: {required: true, content: {application/json: {schema: {type: integer}}}}
      responses: {"200": {$ref: "#/components/responses/Got"}}
  /notes:
    post:
      operationId: postNote
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Body"}}}}
      responses: {"200": {$ref: "#/components/responses/Got"}}
  /host:
    get:
      operationId: getHost
      responses: {"200": {$ref: "#/components/responses/Got"}}
  /bodies:
    post:
      operationId: postBody
      requestBody:
        required: true
        content:
          application/json: {schema: {$ref: "#/components/schemas/Body"}}
          application/x-www-form-urlencoded: {schema: {$ref: "#/components/schemas/Body"}}
          multipart/form-data: {schema: {$ref: "#/components/schemas/Body"}}
          text/plain: {schema: {$ref: "#/components/schemas/Text"}}
      responses: {"200": {$ref: "#/components/responses/Got"}}
  /representation:
    get:
      operationId: getRepresentation
      parameters:
        - {name: If-None-Match, in: header, schema: {type: string}}
      responses:
        "200":
          description: JSON or a page.
          headers: {ETag: {$ref: "#/components/headers/ETag"}}
          content:
            application/json: {schema: {type: string}}
            text/html: {schema: {type: string}}
        "304": {description: As it was., headers: {ETag: {$ref: "#/components/headers/ETag"}}}
  /secret:
    get:
      operationId: getSecret
      security: [{bearerAuth: []}]
      responses: {"200": {$ref: "#/components/responses/Got"}}
  /gate:
    get:
      operationId: waitAtGate
      responses: {"200": {$ref: "#/components/responses/Got"}}
  /calls:
    get:
      operationId: listCalls
      responses: {"200": {$ref: "#/components/responses/Got"}}
components:
  headers:
    ETag: {schema: {type: string}}
  responses:
    Got:
      description: What the handler got.
      content: {application/json: {schema: {}}}
  schemas:
    Text: {type: string, pattern: '^[^\u0000-\u001f]{0,40}$'}
    Body:
      type: object
      additionalProperties: false
      properties:
        number: {type: integer}
        ratio: {type: number}
        text: {$ref: "#/components/schemas/Text"}
        deep: {}
  securitySchemes:
    bearerAuth: {type: http, scheme: bearer, x-bearerInfoFunc: tests.server.echo.known}
"""

_calls: list[Any] = []


def create_app() -> Tenor:
    return Tenor(
        Path("openapi.yaml"),
        handlers=__name__,
        body_readers=BODY_READERS,
        body_limit=BODY_LIMIT,
    )


def known(token: str) -> dict[str, str] | None:
    return {"sub": "ada"} if token == "correct" else None


def get_number(number: int, x_number: int | None = None, **query: Any) -> Any:
    return _kept({"number": number, "X-Number": x_number} | query)


def get_text(text: str, x_text: str | None = None, x_token: str | None = None) -> Any:
    return _kept({"text": text, "X-Text": x_text, "X-Token": x_token})


def put_text(text: str, if_match: str | None = None) -> Any:
    _kept({"text": text, "If-Match": if_match})
    return None, 204


def post_number(body: int) -> Any:
    return _kept(body)


def post_note(body: Any) -> Any:
    return _kept(body)


def get_host() -> Any:
    """The host without its port, and the scheme where it is another than it was."""
    scheme = flask.request.scheme
    host = flask.request.host.partition(":")[0]
    return _kept({"host": host, "scheme": None if scheme == "http" else scheme})


def post_body(body: Any) -> Any:
    return _kept(body)


def get_representation(media_type: str, if_none_match: str = "") -> Any:
    if if_none_match == '"a"':
        return None, 304, {"ETag": '"a"'}
    _kept({"media_type": media_type})
    body = "<!doctype html><title>a</title>" if media_type == "text/html" else "a"
    return body, 200, {"ETag": '"a"'}


def get_secret(user: str) -> Any:
    return _kept({"user": user})


def wait_at_gate() -> Any:
    return _kept({"gate": Path(GATE).read_text()})


def list_calls() -> Any:
    return _calls, 200


def _kept(given: Any) -> Any:
    """Answer with what was given, as far as it was, and remember it."""
    if isinstance(given, dict):
        given = {name: value for name, value in given.items() if value is not None}
    _calls.append(given)
    return given, 200
