"""What cannot be served ends with one sentence: the place, what was found, what to do."""

import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from tenor import Tenor
from tenor.serving import Place, announcement
from tests.server import servers
from tests.server.echo import CONTRACT

_LACKING = "def get_text(x_text): ..."
_APP = ("--app", "app:create_app")
_SPEC = ("--spec", "openapi.yaml", "--handlers")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a good contract and a number of things that are not good."""
    files = {
        "openapi.yaml": CONTRACT,
        "no.yaml": "paths: [",
        "invalid.yaml": CONTRACT.replace("operationId: getText", "operationID: getText"),
        "lacking.py": f"from tests.server.echo import *\n{_LACKING}",
        "failing.py": "raise RuntimeError('no luck')",
        "number.py": "create_app = 1",
    }
    for name, content in files.items():
        (tmp_path / name).write_text(content)
    (tmp_path / "folder.db").mkdir()
    (tmp_path / "no.db").write_bytes(b"this is no database" * 100)
    return tmp_path


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def sentence(folder: Path, *arguments: str, **env: str) -> str:
    """What ``tenor serve`` says before it ends, which must be one line and an exit code of 2."""
    code, said = servers.run("serve", *arguments, "--port", "0", folder=folder, env=env)
    assert code == 2, said
    assert re.fullmatch(r"Error: .+\n", said), said
    return said.removeprefix("Error: ").rstrip("\n")


@pytest.mark.parametrize(
    ("policy", "fault"),
    [
        ("strict", "'strict' is no policy"),
        ("listNothing=ignore", "'listNothing', which is neither a rule nor an operation"),
        ("getText:nonsense=ignore", "the rule 'nonsense', which does not exist"),
    ],
)
def test_a_policy_that_is_none(folder: Path, policy: str, fault: str):
    said = sentence(folder, *_SPEC, "tests.server.echo", "--policy", policy)

    assert said.startswith("policy: ")
    assert fault in said
    assert "raise" not in said


def test_a_policy_for_an_application_of_its_own(folder: Path):
    assert "--policy goes with --spec" in sentence(folder, *_APP, "--policy", "detect")


def test_a_port_that_is_taken(folder: Path, taken_port: int):
    code, said = servers.run(
        "serve", *_SPEC, "tests.server.echo", "--port", str(taken_port), folder=folder
    )

    assert code == 2
    assert said == (
        f"Error: tenor serve: 127.0.0.1 port {taken_port} cannot be listened on (address already "
        "in use). Stop what listens there, or choose another port with --port.\n"
    )


@pytest.mark.parametrize(
    ("spec", "place", "fault"),
    [
        ("no.yaml", "no.yaml:", "not YAML"),
        ("invalid.yaml", "invalid.yaml:", "not valid OpenAPI"),
    ],
)
def test_a_contract_that_is_none(folder: Path, spec: str, place: str, fault: str):
    said = sentence(folder, "--spec", spec, "--handlers", "tests.server.echo")

    assert said.startswith(place)
    assert fault in said


@pytest.mark.parametrize(
    ("handlers", "fault"),
    [
        ("lacking", "the handler of getText does not take the path parameter text"),
    ],
)
def test_handlers_that_do_not_fit_the_contract(folder: Path, handlers: str, fault: str):
    said = sentence(folder, *_SPEC, handlers)

    assert re.match(r"openapi\.yaml:[0-9]+: ", said)
    assert fault in said


def test_handlers_that_cannot_be_imported(folder: Path):
    assert sentence(folder, *_SPEC, "failing") == (
        "failing.py:1: getNumber has no handler: the module failing cannot be imported: "
        "RuntimeError: no luck. Mend it there."
    )


def test_handlers_that_are_not_there(folder: Path):
    assert sentence(folder, *_SPEC, "nowhere") == (
        "handlers: there is no package nowhere on the path. "
        f"Name a package or module that can be imported from {folder}."
    )


def test_handlers_that_are_a_path(folder: Path):
    assert sentence(folder, *_SPEC, "./lacking") == (
        "handlers: './lacking' is not the dotted name of a package or module. "
        "Write it with dots, as import does: lacking."
    )


def test_handlers_that_nobody_named(folder: Path):
    """The default may find a package that is another's: its file says so."""
    (folder / "handlers.py").write_text("")

    said = sentence(folder, "--spec", "openapi.yaml")

    assert "getNumber has no handler: handlers (handlers.py) has no function get_number" in said


def test_a_policy_for_tests_alone(folder: Path):
    for given in ("raise", "getText=raise", "getText:body-schema=raise"):
        assert sentence(folder, *_SPEC, "tests.server.echo", "--policy", given) == (
            "policy: 'raise' is for tests: it lets an answer that breaks the contract end as a "
            "crash. Use prevent, detect or ignore."
        )


@pytest.mark.parametrize(
    ("app", "fault"),
    [
        ("failing", "RuntimeError: no luck"),
        ("number", "neither a Flask application nor makes one"),
    ],
)
def test_an_application_that_is_none(folder: Path, app: str, fault: str):
    said = sentence(folder, "--app", app)

    assert said.startswith(f"--app: {app} cannot be loaded")
    assert fault in said


def test_two_things_to_be_served(folder: Path):
    assert sentence(folder, *_APP, *_SPEC, "tests.server.echo") == (
        "either --app or --spec says what is served. Give one of them."
    )


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("TENOR_PUBLIC_URI", "https://a.example", "Did you mean TENOR_PUBLIC_URL?"),
        ("TENOR_PUBLIC_URL", "a.example", "not an absolute http or https URL"),
        ("TENOR_DATABASE_URL", "sqlite:////dev/null/tenor.db", "cannot be opened"),
        ("TENOR_DATABASE_URL", "sqlite:///folder.db", "cannot be opened"),
        ("TENOR_DATABASE_URL", "sqlite:///no.db", "cannot be opened"),
    ],
)
def test_settings_that_cannot_work(folder: Path, name: str, value: str, fault: str):
    """A store that cannot be written is found at start, and not by the first who writes."""
    said = sentence(folder, *_APP, **{name: value})

    assert name in said
    assert fault in said


def test_the_first_words_of_a_server_are_its_addresses(folder: Path):
    """And nothing else: no warning of a library stands before them."""
    with servers.granian(servers.ECHO, folder) as server:
        assert server.announced == ["Echo", f"  Docs  http://127.0.0.1:{server.port}/docs"]
        assert server.stop() == 0
        assert server.log == ""


_AT = "http://127.0.0.1:8080"
_DOCS = f"  Docs  {_AT}/docs"


def described(path: str = "/thing", base: str = "/", **options: Any) -> Tenor:
    """An application of one operation."""
    spec = {
        "openapi": "3.1.1",
        "info": {"title": "Tiny", "version": "1"},
        "servers": [{"url": base}],
        "paths": {
            path: {"get": {"operationId": "get", "responses": {"204": {"description": "."}}}}
        },
    }
    return Tenor(spec, handlers={"get": lambda: None}, **options)


def plain() -> Flask:
    return Flask("plain", static_folder=None)


def with_root(app: Flask) -> Flask:
    app.add_url_rule("/", "root", lambda: "root")
    return app


@pytest.mark.parametrize(
    ("application", "lines"),
    [
        (described("/"), ["Tiny", f"  API   {_AT}/", _DOCS]),
        (with_root(described()), ["Tiny", f"  API   {_AT}/", _DOCS]),
        (described(), ["Tiny", _DOCS]),
        (described("/", "/v1"), ["Tiny", f"  API   {_AT}/v1", _DOCS]),
        (described(base="/v1"), ["Tiny", f"  API   {_AT}/v1", _DOCS]),
        (described("/", docs=None), ["Tiny", f"  API   {_AT}/"]),
        (described(docs="/manual"), ["Tiny", f"  Docs  {_AT}/manual"]),
        (described(docs=None), ["Tiny", f"  API   {_AT}"]),
        (with_root(plain()), ["plain", f"  API   {_AT}/"]),
        (plain(), ["plain", f"  API   {_AT}"]),
    ],
)
def test_only_what_is_served_is_announced(application: Flask, lines: list[str]):
    """With nothing at the root and no page, what is left to say is where the server listens."""
    assert announcement(application, Place("127.0.0.1", 8080)) == [*lines, "Ctrl-C stops it."]
