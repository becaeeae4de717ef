"""The application of the proof's own tests: the notes, sound or with one defect planted.

A command makes it with ``tests.proof.notes:create_app`` and ``NOTES_DEFECT=name``.
"""

import os

from flask import Flask

from tests.proof.defects import DEFECTS
from tests.proof.service import Notes
from tests.proof.shelf import Shelf

DEFECT = "NOTES_DEFECT"
STOCK = (
    (
        "ada",
        {
            "title": "Oil for the loom",
            "text": "Ask at the mill.",
            "stars": 3,
            "tags": ["loom", "errands"],
            "remark": "Before Friday",
        },
    ),
    ("bob", {"title": "Ribbon", "text": ""}),
    ("ada", {"title": "Cards", "text": "Punched & sorted <by hand>.", "stars": 1}),
)
"""What is there when it starts: the notes n1 and n3 are Ada's, n2 is Bob's."""


def create_app(defect: str | None = None) -> Flask:
    """The application; the defect is the one that is named here, or in the environment."""
    chosen = defect or os.environ.get(DEFECT)
    plant = DEFECTS[chosen].plant if chosen else Notes
    shelf = Shelf()
    for owner, content in STOCK:
        shelf.add(owner, content)
    return plant(shelf).as_flask()
