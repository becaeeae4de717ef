"""`tenor prove`: what it says of this project, that it repeats, and how it is used wrongly."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
LEAST = 85
"""The percentage of the project's cells that the proof alone reaches; tests reach the rest."""


def tenor(
    *words: str, folder: Path = ROOT, seconds: float = 200, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tenor", *words],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )


def without_seconds(said: str) -> str:
    """What is printed, but for how long it took."""
    *lines, last = [line for line in said.splitlines() if "The matrix as a page" not in line]
    count, _, rest = last.partition(" requests in ")
    return "\n".join([*lines, count, rest.partition(" with ")[2]])


@pytest.fixture(scope="module")
def proved(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Path]:
    """This project, proved as anybody would."""
    folder = tmp_path_factory.mktemp("proved")
    said = tenor("prove", "--min", str(LEAST), "--output", str(folder), PYTHONHASHSEED="1")
    return said, folder


def test_the_project_is_proved_by_the_proof_alone(proved: tuple[Any, Path]):
    said, folder = proved

    report = json.loads((folder / "proof.json").read_text())

    assert report["findings"] == []
    assert said.returncode == 0, said.stdout[-3000:] + said.stderr[-2000:]
    assert {path.name for path in folder.iterdir()} == {
        "proof.html",
        "proof.json",
        "proof.md",
        "proof.xml",
    }


def test_one_seed_asks_and_says_the_same_again(proved: tuple[Any, Path], tmp_path: Path):
    said, folder = proved

    again = tenor("prove", "--min", str(LEAST), "--output", str(tmp_path), PYTHONHASHSEED="2")

    assert without_seconds(again.stdout) == without_seconds(said.stdout)
    for name in ("proof.html", "proof.json", "proof.md", "proof.xml"):
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes(), name


# --- what is wrongly used -----------------------------------------------------------------------

WRONG = {
    "nothing": ((), "one of --world, --app, --url"),
    "two": (("--app", "a:b", "--url", "http://127.0.0.1:1"), "one of --world, --app, --url"),
    "url-alone": (("--url", "http://127.0.0.1:1"), "Name the document with --spec"),
    "no-app": (("--app", "nowhere:app"), "nowhere:app cannot be loaded"),
    "no-world": (("--world", "nowhere:world"), "nowhere:world cannot be loaded"),
    "odd-header": (("--app", "app:create_app", "--header", "Bearer"), "a header is a name"),
    "header-left-out": (
        ("--app", "app:create_app", "--header", "Authorization: ..."),
        "a replay command does not repeat secrets. Write the value in the place of ...",
    ),
    "no-ledger": (("--app", "app:create_app", "--ledger", "nowhere"), "nowhere: there is no such"),
    "no-check": (
        ("--app", "app:create_app", "--only", "oracle/nothing@getPost"),
        "nothing was sent for oracle/nothing@getPost. Copy CHECK@OPERATION from",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_use_ends_with_one_sentence_and_a_remedy(name: str, tmp_path: Path):
    words, sentence = WRONG[name]

    said = tenor("prove", *words, folder=tmp_path, PYTHONPATH=str(ROOT))

    assert said.returncode == 2
    assert sentence in " ".join(said.stderr.split())
    assert "Traceback" not in said.stderr


def test_without_its_extra_the_proof_alone_is_missing(tmp_path: Path):
    """Who installs the engine alone has all other commands, and is told what the proof needs."""
    (tmp_path / "lacking.py").write_text(
        "import sys\n"
        "sys.modules['hypothesis'] = None\n"
        "from tenor.cli import main\n"
        "main(prog_name='tenor')\n"
    )
    (tmp_path / "pyproject.toml").write_text('[tool.tenor.prove]\nworld = "a:b"\n')

    listed, called = (
        subprocess.run(
            [sys.executable, "-W", "ignore", "lacking.py", word],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        for word in ("--help", "prove")
    )

    assert (listed.returncode, called.returncode) == (0, 2)
    assert "where tenor[prove] is installed" in " ".join(listed.stdout.split())
    assert called.stderr == (
        "Error: tenor prove: hypothesis is not installed. Install tenor[prove].\n"
    )


def test_it_is_said_when_nobody_signs_in_where_somebody_has_to(tmp_path: Path):
    (tmp_path / "mine.py").write_text(
        "from tests.engine import contracts\n"
        "known = {'type': 'http', 'scheme': 'bearer', 'x-bearerInfoFunc': 'mine.nobody'}\n"
        "root = {'components': {'securitySchemes': {'token': known}}}\n"
        "def nobody(token):\n    return None\n"
        "def app():\n"
        "    asked = {'security': [{'token': []}], 'root': root, 'policy': 'prevent'}\n"
        "    return contracts.serving(lambda: {}, **asked)\n"
    )
    words = ("prove", "--app", "mine:app", "--part", "recipes")

    alone = tenor(*words, folder=tmp_path, PYTHONPATH=str(ROOT))
    named = tenor(*words, "--header", "A: b", folder=tmp_path, PYTHONPATH=str(ROOT))

    assert "Nobody signs in, and 1 of 1 operations ask for credentials" in alone.stdout
    assert "Nobody signs in" not in named.stdout


def test_time_that_is_over_is_said(tmp_path: Path):
    said = tenor("prove", "--seconds", "1")

    assert said.returncode == 1
    for part in ("recipes", "probes"):
        assert f"The {part} used up their share of 1 seconds" in said.stdout


# --- what a project says once -------------------------------------------------------------------

TABLES = {
    "command": ("[tool.tenor.proof]\n", "tool.tenor.proof is no command. Did you mean prove?"),
    "option": (
        '[tool.tenor.prove]\nwordl = "x"\n',
        "has the key wordl, which is no option of tenor prove. Did you mean world?",
    ),
    "toml": ("[tool.tenor", "it is not TOML"),
}


@pytest.mark.parametrize("name", TABLES)
def test_defaults_that_mean_nothing_are_refused(name: str, tmp_path: Path):
    text, sentence = TABLES[name]
    (tmp_path / "pyproject.toml").write_text(text)

    said = tenor("prove", folder=tmp_path)

    assert said.returncode == 2
    assert sentence in " ".join(said.stderr.split())


def test_a_default_is_taken_unless_something_else_is_named(tmp_path: Path):
    (tmp_path / "pyproject.toml").write_text('[tool.tenor.prove]\nworld = "nowhere:world"\n')
    (tmp_path / "mine.py").write_text(
        "from tests.engine import contracts\n"
        "def app():\n"
        "    return contracts.serving(lambda: {}, policy='prevent')\n"
    )

    default = tenor("prove", folder=tmp_path, PYTHONPATH=str(ROOT))
    named = tenor(
        "prove", "--app", "mine:app", "--part", "recipes", folder=tmp_path, PYTHONPATH=str(ROOT)
    )

    assert "nowhere:world cannot be loaded" in " ".join(default.stderr.split())
    assert named.returncode == 1  # its own 404 and its like are declared nowhere
    assert "useThing" in named.stdout


def test_the_tests_of_a_project_bring_what_the_proof_cannot_reach(tmp_path: Path):
    """A ledger of the same contract is counted in; one of another contract is not."""
    (tmp_path / "mine.py").write_text(
        "from tests.engine import contracts\n"
        "from tests.engine.contracts import response\n"
        "answers = {200: response(True), 409: response(True)}\n"
        "def app():\n"
        "    return contracts.serving(answer, answers=answers, policy='prevent')\n"
        "def answer():\n"
        "    return {}, state.pop()\n"
        "state = [200] * 2000\n"
    )
    script = (
        "import mine; mine.state[:] = [409]\n"
        "app = mine.app(); assert app.test_client().get('/thing').status_code == 409\n"
    )
    ledger = tmp_path / "ledger"
    subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TENOR_LEDGER": str(ledger)},
        check=True,
    )
    words = ("prove", "--app", "mine:app", "--part", "recipes")

    alone = tenor(*words, folder=tmp_path, PYTHONPATH=str(ROOT))
    together = tenor(*words, "--ledger", str(ledger), folder=tmp_path, PYTHONPATH=str(ROOT))

    owed = "useThing has never answered 409"
    assert owed in alone.stdout
    assert owed not in together.stdout
