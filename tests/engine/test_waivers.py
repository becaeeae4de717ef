"""Waivers: one file, read strictly, each with a reason and a last day."""

from datetime import date
from pathlib import Path

import pytest

from tenor import waivers
from tenor.cells import Cell
from tenor.errors import ConfigurationError

DECLARED = (
    Cell("getPost", "200", "application/json"),
    Cell("getPost", "200", "text/html"),
    Cell("getPost", "304", ""),
    Cell("listPosts", "4XX", "application/problem+json"),
)
GOOD = """\
- operation: getPost
  status: "304"
  reason: The cache in front answers it.
  expires: 2031-12-31
"""


def read(tmp_path: Path, text: str) -> tuple[waivers.Waiver, ...]:
    file = tmp_path / "waivers.yaml"
    file.write_text(text)
    return waivers.read(file, DECLARED)


def refusal(tmp_path: Path, text: str) -> str:
    with pytest.raises(ConfigurationError) as caught:
        read(tmp_path, text)
    return str(caught.value.message).replace(f"{tmp_path}/", "")


def test_a_waiver_says_what_why_and_until_when(tmp_path: Path):
    (found,) = read(tmp_path, GOOD)

    assert found.cells == (DECLARED[2],)
    assert found.reason == "The cache in front answers it."
    assert found.expires == date(2031, 12, 31)
    assert found.place.endswith("waivers.yaml:1")


def test_a_waiver_without_a_media_type_is_for_each(tmp_path: Path):
    text = GOOD.replace('"304"', "200")

    assert read(tmp_path, text)[0].cells == DECLARED[:2]
    assert read(tmp_path, text + "  media_type: text/html\n")[0].cells == DECLARED[1:2]


def test_a_waiver_may_be_of_a_range(tmp_path: Path):
    text = GOOD.replace("getPost", "listPosts").replace('"304"', "4XX")

    assert read(tmp_path, text)[0].cells == DECLARED[3:]


def test_a_waiver_holds_on_its_last_day_and_not_after(tmp_path: Path):
    (found,) = read(tmp_path, GOOD)

    assert not found.has_expired(date(2031, 12, 31))
    assert found.has_expired(date(2032, 1, 1))


def test_an_empty_file_waives_nothing(tmp_path: Path):
    assert read(tmp_path, "# nothing yet\n") == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            GOOD.replace("reason: The cache in front answers it.", "reason:"),
            "waivers.yaml:3: reason has no text. Write what it says.",
        ),
        (
            GOOD.replace("reason: The cache in front answers it.", 'reason: "  "'),
            "waivers.yaml:3: reason has no text. Write what it says.",
        ),
        (
            GOOD.replace("  expires: 2031-12-31\n", ""),
            (
                "waivers.yaml:1: the waiver has no expires. Say why, and until when: a waiver that "
                "nobody ends is a hole in the contract."
            ),
        ),
        (
            GOOD.replace('  status: "304"\n', ""),
            (
                "waivers.yaml:1: the waiver has no status. Write operation, status, reason and "
                "expires."
            ),
        ),
        (
            GOOD.replace("expires", "expire"),
            "waivers.yaml:4: a waiver has no member 'expire'. Write expires.",
        ),
        (
            GOOD + "  ticket: 12\n",
            (
                "waivers.yaml:5: a waiver has no member 'ticket'. It has operation, status, "
                "media_type, reason and expires."
            ),
        ),
        (
            GOOD.replace("2031-12-31", "2031-02-30"),
            "waivers.yaml:4: '2031-02-30' is no day. Write it as year-month-day: 2031-12-31.",
        ),
        (
            GOOD.replace("2031-12-31", "never"),
            "waivers.yaml:4: 'never' is no day. Write it as year-month-day: 2031-12-31.",
        ),
        (
            GOOD.replace("getPost", "getPots"),
            (
                "waivers.yaml:1: the contract declares no getPots 304, so that there is nothing to "
                "waive. Take the waiver out, or write the nearest that is declared: getPost 304."
            ),
        ),
        (
            GOOD + "  media_type: text/html\n",
            (
                "waivers.yaml:1: the contract declares no getPost 304 text/html, so that there is "
                "nothing to waive. Take the waiver out, or write the nearest that is declared: "
                "getPost 304."
            ),
        ),
        (
            GOOD + GOOD,
            (
                "waivers.yaml:5: getPost 304 is waived twice, first at waivers.yaml:1. Keep one of "
                "the two."
            ),
        ),
        (
            GOOD + "  status: 404\n",
            (
                "waivers.yaml:5: the key 'status' stands twice in one mapping. Keep one of them; a "
                "lenient reader would drop the other in silence."
            ),
        ),
        (
            "operation: getPost\n",
            (
                "waivers.yaml: the waivers are no list. Write one entry for each cell, with "
                "operation, status, reason and expires."
            ),
        ),
        (
            "- getPost\n",
            (
                "waivers.yaml:1: the waiver is no mapping. Write operation, status, reason and "
                "expires, each with its value."
            ),
        ),
        (
            "- [\n",
            (
                "waivers.yaml:2: the file of waivers is not YAML: did not find expected node "
                "content. Mend the text there; often it is the indentation, or a quote that is "
                "missing."
            ),
        ),
        (
            "- &a [*a]\n",
            (
                "waivers.yaml: the file of waivers holds itself by an alias, or is nested too "
                "deeply. Write the part out."
            ),
        ),
    ],
    ids=[
        "no reason",
        "blank reason",
        "no last day",
        "no status",
        "misspelt member",
        "unknown member",
        "no such day",
        "never",
        "misspelt operation",
        "media type that is not there",
        "twice",
        "doubled key",
        "no list",
        "no mapping",
        "no YAML",
        "circle",
    ],
)
def test_what_cannot_be_a_waiver_is_refused_at_its_line(tmp_path: Path, text: str, said: str):
    assert refusal(tmp_path, text) == said


def test_a_file_that_is_not_there_is_refused(tmp_path: Path):
    with pytest.raises(ConfigurationError, match="the file of waivers cannot be read"):
        waivers.read(tmp_path / "none.yaml", DECLARED)
