"""Policies on the command line: they say what ``Tenor`` is told in Python."""

from typing import Any

import pytest

from tenor.cli import _policy_words


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ((), {}),
        (("detect",), {"*": "detect"}),
        (("detect", "body-schema=ignore"), {"*": "detect", "body-schema": "ignore"}),
        (("listPosts=ignore",), {"listPosts": "ignore"}),
        (("listPosts:body-schema=ignore",), {"listPosts": {"body-schema": "ignore"}}),
        (
            ("listPosts=detect", "listPosts:body-schema=ignore", "listPosts:body-length=ignore"),
            {"listPosts": {"*": "detect", "body-schema": "ignore", "body-length": "ignore"}},
        ),
    ],
    ids=repr,
)
def test_what_is_given_is_told(given: tuple[str, ...], words: Any):
    assert _policy_words(given) == words
