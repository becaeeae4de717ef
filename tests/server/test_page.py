"""`docs/http-server.md` says what was seen, all of it, and nothing else."""

from collections.abc import Callable, Iterator, Mapping

import pytest

from tests.server.cases import CASES, Case, Sight
from tests.server.conftest import Look
from tests.server.servers import ROOT, Server

PAGE = (ROOT / "docs" / "http-server.md").read_text()
_HEAD = ["what is sent", "granian", "gunicorn"]

Rows = Mapping[str, Mapping[str, str]]


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


def told(page: str) -> Iterator[tuple[str, dict[str, str]]]:
    """The rows of all tables of the page that say what is sent, with the words for each server."""
    is_told = False
    for line in page.splitlines():
        if not line.startswith("|"):
            is_told = False
        elif cells(line) == _HEAD:
            is_told = True
        elif is_told and not set(line) <= set("|-"):
            row, *words = cells(line)
            yield row, {name: word.strip("`") for name, word in zip(_HEAD[1:], words, strict=True)}


def is_owed(case: Case) -> bool:
    """Whether a case belongs on the page: a server spoke, or they differ, or something is lost."""
    words = set(case.said.values())
    is_own = any(word.startswith(("server ", "closed")) for word in words)
    return is_own or len(words) > 1 or case.sight is Sight.CHANGED


OWED: dict[str, list[Case]] = {}
for each in filter(is_owed, CASES):
    OWED.setdefault(each.row, []).append(each)


def wrong(rows: Rows, name: str, words: Callable[[Case], str]) -> list[str]:
    """The rows that say something else of this server than its words for their cases."""
    return [
        row
        for row, said in rows.items()
        if {words(case) for case in OWED.get(row, [])} != {said[name]}
    ]


def test_the_page_tells_each_row_once():
    rows = [row for row, _ in told(PAGE)]

    assert sorted(rows) == sorted(set(rows))


def test_the_page_tells_all_that_servers_refuse_or_hide_and_nothing_else():
    assert set(dict(told(PAGE))) == set(OWED)


def test_the_page_tells_what_was_seen(server: Server, look: Look):
    assert wrong(dict(told(PAGE)), server.name, lambda case: look(case).words) == []


@pytest.mark.parametrize("row", ["`X_Text` alone", "HTTP/1.2"])
def test_a_row_that_is_wrong_would_be_seen(server: Server, look: Look, row: str):
    planted = dict(told(PAGE)) | {row: {"granian": "server 418", "gunicorn": "server 418"}}

    assert wrong(planted, server.name, lambda case: look(case).words) == [row]
