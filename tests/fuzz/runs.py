"""The runs, each to be started in a process of its own: `python -m tests.fuzz.runs RUN ...`.

What a run reports is written to standard output as JSON.
"""

import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from app import CONTRACT
from tenor.document import load
from tenor.proof.asking import in_process, over_http
from tenor.proof.contract import Contract
from tenor.proof.fuzzing import Plan, Refusal, Report, fuzz
from tests.fuzz.world import settle

SEED = 1

CHANGES = (
    "changeAccount",
    "deleteAccount",
    "putPost",
    "changePost",
    "deletePost",
    "restoreRevision",
    "changeComment",
    "deleteComment",
)
LISTS = (
    "listAccounts",
    "listTokens",
    "listPosts",
    "listRevisions",
    "listComments",
    "listTags",
)
SCHEDULES = ("putPost", "changePost")
KEYED = ("registerAccount", "createPost", "createComment")
REFUSALS = (
    *(
        Refusal(each, 412, "whether a tag is current cannot be told by a schema")
        for each in CHANGES
    ),
    *(
        Refusal(each, 428, "no header is required, but one of two or any of two is")
        for each in CHANGES
    ),
    *(
        Refusal(each, 400, "a cursor fits one list only", ("query", "/cursor", "cursor"))
        for each in LISTS
    ),
    *(
        Refusal(each, 422, "whether a time is to come cannot be told by a schema")
        for each in SCHEDULES
    ),
    Refusal("changePost", 409, "a slug may be taken"),
    *(
        Refusal(each, 422, "whether a key was used for something else cannot be told by a schema")
        for each in KEYED
    ),
    Refusal("changeAccount", 422, "the current password is made up"),
    Refusal("createToken", 422, "the account's role may not grant the scopes"),
)


def signed_in(folder: str) -> Report:
    """Ada tries everything."""
    app, access = settle(Path(folder))
    plan = Plan(
        examples=10,
        stories=100,
        steps=8,
        seconds=180,
        headers=access.headers,
        refusals=REFUSALS,
        adapt=access.adapt,
    )
    return fuzz(in_process(app.wsgi_app), Contract(app.contract), plan)


def anonymous(folder: str) -> Report:
    """Nobody in particular tries everything."""
    app, _ = settle(Path(folder))
    plan = Plan(examples=2, stories=20, steps=4, seconds=180, refusals=REFUSALS)
    return fuzz(in_process(app.wsgi_app), Contract(app.contract), plan)


def live(url: str, secret: str) -> Report:
    """Ada tries everything at a server that runs."""
    headers = {"Authorization": f"Bearer {secret}"}
    plan = Plan(examples=3, stories=20, steps=5, seconds=180, headers=headers, refusals=REFUSALS)
    return fuzz(over_http(url), Contract(load(CONTRACT)), plan)


RUNS: dict[str, Callable[..., Report]] = {
    "signed-in": signed_in,
    "anonymous": anonymous,
    "live": live,
}


if __name__ == "__main__":
    name, *arguments = sys.argv[1:]
    json.dump(asdict(RUNS[name](*arguments)), sys.stdout)
