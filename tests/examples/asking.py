"""The handlers of the example under Tenor, under connexion and in Flask alone: asked, and heard."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import connexion
import flask
import yaml
from connexion.resolver import Resolver
from werkzeug.datastructures import Headers

from examples.answers import answers
from tenor import Tenor
from tests.engine.wire import Reply, ask

ROOT = Path(__file__).resolve().parent.parent.parent
CONTRACT = Path("examples/answers/openapi.yaml")
DOCUMENT: dict[str, Any] = yaml.safe_load((ROOT / CONTRACT).read_text())

Handlers = Mapping[str, Callable[..., Any]]

OPERATIONS = {
    operation["operationId"]: (method.upper(), path)
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
    if method != "parameters"
}
"""The method and the path of each operation."""
RIGHT: Handlers = {name: getattr(answers, name) for name in OPERATIONS}
"""The handler of each operation."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request: its first line, and the title of a note in its body."""

    line: str
    title: str | None = None

    def __str__(self) -> str:
        return self.line if self.title is None else f"{self.line} {self.title!r}"

    @property
    def json(self) -> Any:
        return None if self.title is None else {"title": self.title}


def under_tenor(handlers: Handlers, asked: Asked, *, policy: str = "raise") -> Reply:
    """What the engine answers. Raises ContractViolation under the policy `raise`."""
    app = Tenor(CONTRACT, handlers=handlers, policy=policy)
    return ask(app, asked.line, json=asked.json)


def under_connexion(handlers: Handlers, asked: Asked) -> Reply:
    """What connexion's own stack answers, with all of its checks; it reads OpenAPI 3.0."""
    app = connexion.FlaskApp("stock")
    app.add_api(
        {**DOCUMENT, "openapi": "3.0.3"},
        resolver=Resolver(handlers.__getitem__),
        validate_responses=True,
        strict_validation=True,
    )
    method, _, target = asked.line.partition(" ")
    client = app.test_client(base_url="http://localhost")
    reply = client.request(method, target, json=asked.json)
    return Reply(reply.status_code, Headers(reply.headers.multi_items()), reply.content)


def in_flask(handlers: Handlers, asked: Asked) -> Reply:
    """What Flask answers where nobody holds the handlers to anything."""
    app = flask.Flask("alone", static_folder=None)
    for name, (method, path) in OPERATIONS.items():
        rule = path.replace("{", "<").replace("}", ">")
        app.add_url_rule(rule, name, _view(handlers[name]), methods=[method])
    method, _, target = asked.line.partition(" ")
    reply = app.test_client().open(target, method=method, json=asked.json)
    return Reply(reply.status_code, reply.headers, reply.get_data())


def _view(handler: Callable[..., Any]) -> Callable[..., Any]:
    """A view that gives the handler what it takes: the values of the path, and the body."""

    def view(**values: str) -> Any:
        body = {"body": flask.request.get_json()} if flask.request.data else {}
        return handler(**values, **body)

    return view
