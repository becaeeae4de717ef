"""Slugs: made from titles, never too long, never odd."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publishing import slugs
from publishing.facts import Unfit
from tests.publishing.story import repeatable


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("The first engine", "the-first-engine"),
        ("  Hello,   World!  ", "hello-world"),
        ("Crème brûlée & Smørrebrød", "creme-brulee-smorrebrod"),
        ("Straße nach Łódź", "strasse-nach-lodz"),
        ("Þingvellir, Ísland", "thingvellir-island"),
        ("Don't panic – it’s 42", "dont-panic-its-42"),
        ("ﬁle № 7", "file-no-7"),
        ("İstanbul ve ılık", "istanbul-ve-ilik"),
        ("Привет 2026", "2026"),
        ("你好", "post"),
        ("🚂", "post"),
        ("", "post"),
    ],
)
def test_a_title_gives_the_slug_that_a_person_would_write(title: str, slug: str):
    assert slugs.from_title(title) == slug


def test_a_long_title_is_cut_and_does_not_end_in_a_hyphen():
    assert slugs.from_title("a" * 99 + " b") == "a" * 99
    assert slugs.from_title("a" * 300) == "a" * 100


@repeatable
@given(st.text(), st.integers(min_value=1, max_value=10**9))
def test_every_title_and_number_gives_a_slug_that_can_be_an_address(title: str, number: int):
    slug = slugs.numbered(slugs.from_title(title), number)

    assert slugs.checked(slug) == slug


def test_a_number_is_put_behind_and_the_first_has_none():
    assert slugs.numbered("engine", 1) == "engine"
    assert slugs.numbered("engine", 2) == "engine-2"


def test_a_number_fits_behind_the_longest_slug():
    assert slugs.numbered("a" * 97 + "-bc", 12) == "a" * 97 + "-12"


@pytest.mark.parametrize(
    "slug", ["", "-a", "a-", "a--b", "A", "é", "a b", "a\n", "\u0661", "a" * 101]
)
def test_what_is_no_slug_is_refused(slug: str):
    with pytest.raises(Unfit, match=re.escape("The slug is not")):
        slugs.checked(slug)
