"""Boxes in plain Flask, made in another way than the notes: clients choose where a box is kept.

A box is made by PUT, and its labels by a POST whose ``Location`` is relative and whose 201 has no
content. Lists are cut by ``page_size`` and ``page_token``. Nothing has an envelope.
"""

import re
from collections.abc import Mapping
from typing import Any

import jsonschema_rs
from flask import Flask, Response, abort, jsonify, request

from tenor import document
from tenor.proof.world import World

_NUMBER = {"type": "integer", "minimum": 1, "maximum": 10**6}
_BOX = {
    "name": {"type": "string", "minLength": 1, "maxLength": 60, "pattern": "^[^\x00-\x1f\x7f]+$"},
    "weight": {"type": "integer", "minimum": 0, "maximum": 5000},
    "colour": {"enum": ["red", "green", "blue"]},
    "due": {"type": "string", "format": "date"},
}


def _object(properties: Mapping[str, Any], *required: str) -> dict[str, Any]:
    kind = {"type": "object", "additionalProperties": False}
    return {**kind, "properties": properties, "required": [*required]}


def _json(schema: Any) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _answers(**contents: Any) -> dict[str, Any]:
    return {
        status.removeprefix("_"): {"description": "An answer.", **({"content": c} if c else {})}
        for status, c in contents.items()
    }


_IN_PATH = {"in": "path", "required": True}
_CODE = {**_IN_PATH, "name": "code", "schema": {"type": "string", "pattern": "^[A-Z]{2}-[0-9]{4}$"}}
_PAGE = [
    {"name": "page_size", "in": "query", "schema": {**_NUMBER, "maximum": 50}},
    {"name": "page_token", "in": "query", "schema": _CODE["schema"]},
]
_TO_LABEL = {"Location": {"required": True, "schema": {"type": "string"}}}
_SHOWN = _object({"code": {"type": "string"}, **_BOX}, "code", "name", "weight")
_NEW = {"required": True, "content": _json(_object(_BOX, "name", "weight"))}
_LABEL = {"text": {**_BOX["name"], "maxLength": 30}}

CONTRACT: dict[str, Any] = {
    "openapi": "3.1.1",
    "info": {"title": "Boxes", "version": "1"},
    "servers": [{"url": "/store"}],
    "paths": {
        "/boxes": {
            "get": {
                "operationId": "listBoxes",
                "parameters": _PAGE,
                "responses": _answers(
                    _200=_json(
                        _object(
                            {
                                "items": {"type": "array", "maxItems": 50, "items": _SHOWN},
                                "next_page_token": {"type": "string"},
                            },
                            "items",
                        )
                    ),
                    _400=_json(True),
                ),
            }
        },
        "/boxes/{code}": {
            "parameters": [_CODE],
            "get": {"operationId": "getBox", "responses": _answers(_200=_json(_SHOWN), _404=None)},
            "put": {
                "operationId": "putBox",
                "requestBody": _NEW,
                "responses": _answers(
                    _200=_json(_SHOWN), _201=_json(_SHOWN), _400=_json(True), _404=None, _415=None
                ),
            },
            "delete": {"operationId": "deleteBox", "responses": _answers(_204=None, _404=None)},
        },
        "/boxes/{code}/labels": {
            "parameters": [_CODE],
            "post": {
                "operationId": "addLabel",
                "requestBody": {"required": True, "content": _json(_object(_LABEL, "text"))},
                "responses": {
                    "201": {"description": "It is there.", "headers": _TO_LABEL},
                    **_answers(_400=_json(True), _404=None, _415=None),
                },
            },
        },
        "/boxes/{code}/labels/{number}": {
            "parameters": [_CODE, {**_IN_PATH, "name": "number", "schema": _NUMBER}],
            "get": {
                "operationId": "getLabel",
                "responses": _answers(_200=_json(_object(_LABEL, "text")), _404=None),
            },
            "delete": {"operationId": "deleteLabel", "responses": _answers(_204=None, _404=None)},
        },
    },
}

_VALID = {
    "putBox": jsonschema_rs.validator_for(_object(_BOX, "name", "weight"), validate_formats=True),
    "addLabel": jsonschema_rs.validator_for(_object(_LABEL, "text")),
}


class Boxes:
    """Boxes and their labels. A defect is another decision in one of these methods."""

    def __init__(self) -> None:
        self.boxes: dict[str, dict[str, Any]] = {}
        self.labels: dict[tuple[str, int], str] = {}
        self.count = 0

    def shown(self, code: str) -> dict[str, Any]:
        return {"code": code, **self.boxes[code]}

    def page(self, size: int, after: str) -> list[str]:
        return [code for code in sorted(self.boxes) if code > after][:size]

    def keep(self, code: str, content: dict[str, Any]) -> None:
        self.boxes[code] = content

    def remove(self, code: str) -> None:
        del self.boxes[code]
        self.labels = {place: text for place, text in self.labels.items() if place[0] != code}

    def label(self, code: str, text: str) -> int:
        self.count += 1
        self.labels[code, self.count] = text
        return self.count

    def location(self, code: str, number: int) -> str:
        """Where a label is, from where the labels of the box are."""
        return f"labels/{number}"

    def unlabel(self, code: str, number: int) -> None:
        del self.labels[code, number]


def app_of(boxes: Boxes) -> Flask:
    """Boxes as they are asked for over HTTP."""
    app = Flask(__name__)
    _serve_boxes(app, boxes)
    _serve_labels(app, boxes)
    for status in (404, 415):
        app.register_error_handler(status, lambda _, status=status: _bare(status))
    return app


def _serve_boxes(app: Flask, boxes: Boxes) -> None:
    at = "/store/boxes/<code>"

    @app.get("/store/boxes")
    def list_boxes() -> Response:
        size, token = request.args.get("page_size", "20"), request.args.get("page_token", "AA-0000")
        is_size = re.fullmatch("[1-9][0-9]?", size) and int(size) <= 50
        if not is_size or not _is_code(token):
            return _refused()
        codes = boxes.page(int(size), token)
        more = {"next_page_token": codes[-1]} if codes and codes[-1] != max(boxes.boxes) else {}
        return jsonify({"items": [boxes.shown(code) for code in codes], **more})

    @app.get(at)
    def get_box(code: str) -> Response:
        return jsonify(boxes.shown(_there(boxes, code)))

    @app.put(at)
    def put_box(code: str) -> tuple[Response, int]:
        if not _is_code(code):
            abort(404)
        given, is_new = _content("putBox"), code not in boxes.boxes
        boxes.keep(code, given)
        return jsonify(boxes.shown(code)), 201 if is_new else 200

    @app.delete(at)
    def delete_box(code: str) -> Response:
        boxes.remove(_there(boxes, code))
        return _bare(204)


def _serve_labels(app: Flask, boxes: Boxes) -> None:
    at = "/store/boxes/<code>/labels"

    @app.post(at)
    def add_label(code: str) -> Response:
        text = _content("addLabel")["text"]
        number = boxes.label(_there(boxes, code), text)
        return _bare(201, Location=boxes.location(code, number))

    @app.get(f"{at}/<int:number>")
    def get_label(code: str, number: int) -> Response:
        place = (code, number)
        return jsonify({"text": boxes.labels[place]}) if place in boxes.labels else _bare(404)

    @app.delete(f"{at}/<int:number>")
    def delete_label(code: str, number: int) -> Response:
        if (code, number) not in boxes.labels:
            return _bare(404)
        boxes.unlabel(code, number)
        return _bare(204)


def _is_code(text: str) -> bool:
    return re.fullmatch("[A-Z]{2}-[0-9]{4}", text) is not None


def _there(boxes: Boxes, code: str) -> str:
    return code if code in boxes.boxes else abort(404)


def _content(name: str) -> Any:
    """What was sent to an operation, if it is what the contract takes."""
    if request.mimetype != "application/json":
        abort(415)
    value = request.get_json(silent=True)
    return value if _VALID[name].is_valid(value) else abort(_refused())


def _refused() -> Response:
    response = jsonify("This breaks the contract.")
    response.status_code = 400
    return response


def _bare(status: int, **headers: str) -> Response:
    """An answer without content."""
    response = Response(status=status, headers=headers)
    del response.headers["Content-Type"]
    return response


def contract() -> document.Document:
    """The contract of the boxes."""
    return document.load(CONTRACT).expanded()


def world_of(boxes: Boxes) -> World:
    """A world in which nothing is yet, and nobody signs in."""
    return World(app=app_of(boxes))
