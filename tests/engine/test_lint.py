"""Lint: what a contract leaves to the engine is said, with its line."""

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from tenor.cli import main
from tenor.document import load
from tenor.lint import lint
from tests.engine.contracts import (
    ANYTHING,
    PROBLEM,
    document,
    operation,
    path,
    response,
    taking,
)
from tests.server.servers import ROOT

WORDS = " in the engine's own words"
SECURED: Any = {"securitySchemes": {"token": {"type": "oauth2", "flows": {}}}}
ENGINE = {str(status): response({}, PROBLEM) for status in (400, 404, 405)}


def found(paths: Any, **root: Any) -> list[str]:
    return [finding.found for finding in lint(load(document(paths, **root)))]


def test_the_contract_of_the_publishing_api_leaves_nothing_to_the_engine():
    assert lint(load(ROOT / "spec/openapi.yaml").expanded()) == []


def test_what_an_operation_does_not_declare_is_said():
    """By what it asks for: parameters, credentials, scopes, a body, a choice of media types."""
    described = operation(
        "writeNote",
        takes=[path("slug")],
        body=taking(ANYTHING, "text/plain"),
        answers={201: response(ANYTHING), 409: response()},
        security=[{"token": ["write"]}],
    )
    unrouted = {"204": response(), **ENGINE}
    paths = {"/notes/{slug}": {"put": described}}

    alone = found(paths, components=SECURED)
    beside = found(paths, components=SECURED, x_tenor_unrouted=unrouted)

    assert [each.removesuffix(WORDS) for each in alone] == [
        "requests that belong to no operation are answered 204, 400, 404 and 405",
        "writeNote is answered 400, 401, 403, 404, 406, 411, 413, 415, 500 and 503",
    ]
    assert [each.removesuffix(WORDS) for each in beside] == [
        "writeNote is answered 401, 403, 406, 411, 413, 415, 500 and 503"
    ]


def test_a_range_and_default_declare():
    answers = {204: response(), "4XX": response(), "default": response()}

    assert (
        found({"/a": {"get": operation("getA", answers=answers)}}, x_tenor_unrouted=answers) == []
    )


def test_the_command_says_where_and_what_to_do(tmp_path: Path):
    contract = tmp_path / "contract.yaml"
    contract.write_text(
        "openapi: 3.1.1\n"
        "info: {title: Tiny, version: '1'}\n"
        "paths:\n"
        "  /thing:\n"
        "    get:\n"
        "      operationId: getThing\n"
        "      responses:\n"
        "        '204': {description: none}\n"
        "x-tenor-unrouted:\n"
        "  '2XX': {description: none}\n"
        "  '4XX': {description: none}\n"
    )

    done = CliRunner().invoke(main, ["lint", str(contract)])

    assert done.exit_code == 1
    assert done.output == (
        f"{contract}:7: engine-answer-declared warning: getThing is answered 500{WORDS}. "
        "Declare these responses, so that clients know of them.\n"
        f"{contract}: 1 finding.\n"
    )


def test_the_command_speaks_json():
    done = CliRunner().invoke(
        main, ["lint", str(ROOT / "benchmarks/posts.yaml"), "--format", "json"]
    )

    findings = json.loads(done.output)
    assert done.exit_code == 1
    assert {finding["rule"] for finding in findings} == {"engine-answer-declared"}


def test_a_contract_with_nothing_to_say_is_fine():
    done = CliRunner().invoke(main, ["lint", str(ROOT / "spec/openapi.yaml")])

    assert (done.exit_code, done.output.endswith("nothing to say.\n")) == (0, True)
