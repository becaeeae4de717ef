"""Notes, and faults planted in them that a run must find: `python -m tests.fuzz.plants FILE`.

The gate would hold such answers back, so it is told to ignore what it sees. What the runs report is
written to the file as JSON, by the name of the fault.
"""

import json
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from tenor import Problem, Tenor
from tests.engine import contracts
from tests.engine.contracts import Handler, Json
from tests.fuzz.fuzzer import Plan, over_wsgi

TOKEN = "opens-what-is-private"
PLAN = Plan(
    examples=5, stories=5, steps=4, seconds=60, headers={"Authorization": f"Bearer {TOKEN}"}
)

TEXT = {"type": "string", "minLength": 1, "maxLength": 20, "pattern": "^[a-z]+$"}
NOTE = contracts.closed(text=TEXT)
ID = contracts.path("id", {"type": "integer", "minimum": 1, "maximum": 1000})
LOCATION = contracts.header({"type": "string"}, required=True)


@dataclass(slots=True)
class Notes:
    """Notes that are written and read, and one that is private."""

    paths: Json
    handlers: dict[str, Handler]
    bearer: str = "tests.fuzz.plants.known"
    plan: Plan = PLAN

    def served(self) -> Tenor:
        scheme = {"type": "http", "scheme": "bearer", "x-bearerInfoFunc": self.bearer}
        components = {"securitySchemes": {"bearerAuth": scheme}}
        spec = contracts.document(self.paths, components=components)
        return contracts.of(spec, self.handlers, policy="ignore")


def known(token: str) -> Json | None:
    """Who the bearer of the token is."""
    return {"sub": "ada"} if token == TOKEN else None


def anybody(_token: str) -> Json:
    """Who the bearer is, whatever the token."""
    return {"sub": "somebody"}


def sound() -> Notes:
    """Notes without a fault."""
    kept: list[Json] = []

    def write_note(body: Json) -> Any:
        kept.append(body)
        return body, 201, {"Location": f"/notes/{len(kept)}"}

    def read_note(id: int) -> Json:
        if id > len(kept):
            raise Problem(404, "not-found")
        return kept[id - 1]

    return Notes(
        {
            "/notes": {
                "post": contracts.operation(
                    "writeNote",
                    body=contracts.taking(NOTE),
                    answers=answers(201, headers={"Location": LOCATION}),
                )
            },
            "/notes/{id}": {
                "get": contracts.operation("readNote", takes=[ID], answers=answers(200))
            },
            "/private": {
                "get": contracts.operation(
                    "readPrivate", answers=answers(200), security=[{"bearerAuth": []}]
                )
            },
        },
        {
            "writeNote": write_note,
            "readNote": read_note,
            "readPrivate": lambda: {"text": "private"},
        },
    )


def answers(success: int, *, headers: Json | None = None) -> dict[Any, Json]:
    """A note with this status, and all refusals that there can be."""
    refusals = (400, 401, 404, 406, 413, 415, 500, 503)
    problem = contracts.response({"type": "object"}, contracts.PROBLEM)
    return {success: contracts.response(NOTE, headers=headers), **dict.fromkeys(refusals, problem)}


# The faults


def undeclared_status(notes: Notes) -> None:
    """The contract says 201."""
    write = notes.handlers["writeNote"]
    notes.handlers["writeNote"] = lambda body: (write(body)[0], 202, write(body)[2])


def dangling_location(notes: Notes) -> None:
    """What is said to have been created is not there."""
    notes.handlers["writeNote"] = lambda body: (body, 201, {"Location": "/notes/999"})


def ignored_credentials(notes: Notes) -> None:
    """Whoever brings any token is let in."""
    notes.bearer = "tests.fuzz.plants.anybody"


def failing_handler(notes: Notes) -> None:
    """A handler that fails."""
    notes.handlers["readNote"] = lambda id: {}[id]


def unreachable_operation(notes: Notes) -> None:
    """No value fits a parameter that is required, so nothing can be sent."""
    impossible = contracts.query("never", {"type": "string", "minLength": 2, "maxLength": 1})
    read = notes.paths["/private"]["get"]
    read["parameters"] = [{**impossible, "required": True}]


def endless_run(notes: Notes) -> None:
    """More is asked for than there is time."""
    notes.plan = replace(PLAN, examples=100_000, seconds=2)


def no_credentials(notes: Notes) -> None:
    """Nothing breaks the contract, but nothing is seen of what is private either."""
    notes.plan = replace(PLAN, headers={})


PLANTS: tuple[Callable[[Notes], None], ...] = (
    undeclared_status,
    dangling_location,
    ignored_credentials,
    failing_handler,
    unreachable_operation,
    endless_run,
    no_credentials,
)


def main() -> None:
    """Run all of them, and notes without a fault."""
    reports = {}
    for plant in (lambda _notes: None, *PLANTS):
        notes = sound()
        plant(notes)
        name = getattr(plant, "__name__", "").replace("<lambda>", "sound")
        reports[name] = asdict(over_wsgi(notes.served(), notes.plan))
    Path(sys.argv[1]).write_text(json.dumps(reports))


if __name__ == "__main__":
    main()
