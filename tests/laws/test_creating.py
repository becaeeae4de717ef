"""Laws of creation: what is created is there at once, and the answer says where and what it is."""

import pytest

from tenor.cells import Cell
from tests.api.client import PUBLIC_URL, local
from tests.laws.walk import DECLARED, Theatre

CREATIONS = [cell for cell in DECLARED if cell.status == "201"]


@pytest.mark.parametrize("cell", CREATIONS, ids=lambda cell: str(cell).replace(" ", "-"))
def test_what_is_created_is_read_at_its_location_at_once(theatre: Theatre, cell: Cell):
    stage = theatre.stage()

    made = stage.ask(stage.leading_to(cell))

    assert made.status_code == 201
    location = made.headers["Location"]
    assert location.startswith(f"{PUBLIC_URL}/")
    accept = {"accept": cell.media_type} if cell.media_type else {}
    read = stage.ada.get(local(location), **accept)
    assert read.status_code == 200
    assert read.headers["ETag"] == made.headers["ETag"]
    if cell.media_type:
        assert read.content_type == made.content_type
        assert _but_secrets(made.get_data(), made.get_json(silent=True)) == _but_secrets(
            read.get_data(), read.get_json(silent=True)
        )
    else:
        assert made.get_data() == b""


def _but_secrets(content: bytes, document: object) -> object:
    """What anybody reads again: of a token all but its secret."""
    match document:
        case {"data": {"secret": str(), **others}}:
            return others
        case {"data": others}:
            return others
        case _:
            return content
