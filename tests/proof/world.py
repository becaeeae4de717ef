"""The notes as the world of a proof: who may ask, and nothing that was there before.

A command names it as ``tests.proof.world:world``; ``NOTES_DEFECT`` names a defect.
"""

from pathlib import Path

from tenor.proof.world import Caller, World
from tests.proof.callers import ADA, BOB, READER
from tests.proof.notes import create_app
from tests.proof.service import TOKENS


def world(_folder: Path, defect: str | None = None) -> World:
    """The notes just as they begin, asked by Ada, by Bob, and by a token that only reads."""
    names = {ADA: "ada", BOB: "bob", READER: "reader"}
    return World(
        app=create_app(defect), callers=tuple(_caller(names[each], each) for each in names)
    )


def _caller(name: str, token: str) -> Caller:
    access = TOKENS[token]
    headers = {"Authorization": f"Bearer {token}"}
    return Caller(name, headers, access.scopes, account=access.account)
