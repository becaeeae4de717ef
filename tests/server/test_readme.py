"""What the README shows is what a person gets who types it."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from app import create_app
from settings import Settings
from tenor.answers import Answer
from tenor.judgement import undeclared_status
from tests.server.servers import ROOT, granian

README = (ROOT / "README.md").read_text()
SHOWN_AT = "127.0.0.1:8080"

_TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z|\w{3}, \d\d \w{3} \d{4} [\d:]+ GMT")
_UNTIL_MORE = re.compile(r"(?<=;t=)\d+")
_REQUEST_ID = re.compile(r"[0-9a-f]{16}-[0-9a-f]+")
_MARK = re.compile(r"(?<=-json-)[0-9a-f]{6}")  # of the public URL, whose port is another in tests


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def without_ids(line: str) -> str:
    return _MARK.sub("MARK", _REQUEST_ID.sub("ID", line))


def without_what_varies(answer: str, at: str) -> tuple[list[str], object]:
    """The head in a fixed order and the body, with times, ids, lengths and the port left out."""
    head, _, body = answer.replace("\r\n", "\n").partition("\n\n")
    lines = [
        without_ids(_UNTIL_MORE.sub("N", _TIME.sub("TIME", line.replace(at, SHOWN_AT))))
        for line in head.splitlines()
        if not line.startswith("content-length")
    ]
    value = json.loads(_TIME.sub("TIME", body.replace(at, SHOWN_AT).replace("\n", "")))
    return [lines[0], *sorted(lines[1:])], value


def test_the_three_calls_answer_as_shown(tmp_path: Path):
    """Register, take a token, write a post: 201 with Location and ETag, header for header."""
    limits = {"TENOR_RATE_LIMIT": "600/minute", "TENOR_LOGIN_RATE_LIMIT": "30/minute"}
    env = {"TENOR_DATABASE_URL": f"sqlite:///{tmp_path}/tenor.db"} | limits
    with granian("app:create_app", tmp_path, env=env) as server:
        at = f"127.0.0.1:{server.port}"
        script = "\n".join(blocks("sh")).replace(SHOWN_AT, at)
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            capture_output=True,
            text=True,
            timeout=30,
            check=True,
        )
    (shown,) = blocks("http")
    answered = done.stdout[done.stdout.index("HTTP/1.1") :].replace(at, SHOWN_AT)
    assert without_what_varies(answered, at) == without_what_varies(shown, at)


def test_the_sentence_is_the_one_that_is_said(tmp_path: Path):
    """A handler that answers 202 where 201 is promised is told so, at this line."""
    app = create_app(Settings(database_url=f"sqlite:///{tmp_path}/tenor.db"))
    promises = app.operations["posts.create_post"].promises

    breach = undeclared_status(Answer(202, [], promises, None))

    assert str(breach) in " ".join(README.split())


@pytest.mark.parametrize("target", re.findall(r"\]\(([^)h][^)]*)\)", README))
def test_what_the_readme_links_to_is_there(target: str):
    """A link into the tree leads somewhere."""
    assert (ROOT / target).exists()
