"""Claims about conditional requests (RFC 9110, section 13)."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenor.conditions import entity_tags, http_date, is_current, is_match, is_none_match

NOW = datetime(2026, 3, 2, 9, 10, 30, tzinfo=UTC)
repeatable = settings(derandomize=True, database=None, deadline=None, max_examples=300)

any_field = st.text(st.characters(max_codepoint=0xFF), max_size=60)
opaque = st.text(st.sampled_from("!#azAZ09.,-/~\x80\xff"), max_size=8).map(lambda text: f'"{text}"')
tags = st.tuples(st.sampled_from(["", "W/"]), opaque).map("".join)


@pytest.mark.parametrize(
    ("field", "found"),
    [
        ('"a"', {'"a"'}),
        ('W/"a"', {'W/"a"'}),
        ('""', {'""'}),
        ('"a", "b"', {'"a"', '"b"'}),
        ('"a","b"', {'"a"', '"b"'}),
        ('\t"a"\t,  W/"b" ', {'"a"', 'W/"b"'}),
        ('"a,b", "c"', {'"a,b"', '"c"'}),
        ('"\xe9"', {'"\xe9"'}),
        (',"a",,"b",', {'"a"', '"b"'}),
        ("*", {"*"}),
        (" * ", {"*"}),
    ],
)
def test_a_list_of_tags_is_read_as_it_is_written(field: str, found: set[str]):
    assert entity_tags(field) == found


@pytest.mark.parametrize(
    "field",
    [
        *("", " ", ",", "a", '"a', 'a"', '"a" "b"', '"a"; "b"', 'w/"a"', 'W/ "a"', "'a'"),
        *('"a", *', "*, *", '"a b"', '"a\x7f"', '"a\x00"', '"a", b', '"a"x', "\xa0*"),
    ],
)
def test_a_list_that_cannot_be_read_has_no_tags(field: str):
    assert entity_tags(field) == set()


@given(any_field)
@repeatable
def test_no_field_is_too_odd_to_be_read(field: str):
    entity_tags(field)
    http_date(field, now=NOW)
    is_current(field, field, tag='"a"', last_modified=NOW, now=NOW)


@given(st.lists(tags, min_size=1, max_size=5), st.sampled_from([",", ", ", " ,\t"]))
@repeatable
def test_what_is_joined_is_taken_apart_again(sent: list[str], comma: str):
    assert entity_tags(comma.join(sent)) == set(sent)


def test_a_long_malformed_list_is_refused_in_linear_time():
    assert entity_tags('"a", ' * 100_000 + '"') == set()
    assert entity_tags(", " * 100_000 + '"') == set()


class TestIfMatch:
    @pytest.mark.parametrize("field", ['"a"', '"x", "a"', '"b"', "*", '"x","b"'])
    def test_it_holds_for_the_tag_of_any_representation(self, field: str):
        assert is_match(field, ('"a"', '"b"'))

    @pytest.mark.parametrize("field", ['"x"', 'W/"a"', "a", "", '"A"', '"a" "b"'])
    def test_it_does_not_hold_for_another_a_weak_or_an_unreadable_tag(self, field: str):
        assert not is_match(field, ('"a"', '"b"'))

    def test_a_weak_tag_of_our_own_matches_nothing(self):
        assert not is_match('W/"a"', ('W/"a"',))


class TestIfNoneMatch:
    @pytest.mark.parametrize("field", ['"a"', 'W/"a"', '"x", W/"a"', "*"])
    def test_it_fails_for_the_tag_that_is_current_weak_or_strong(self, field: str):
        assert not is_none_match(field, ('"a"',))
        assert not is_none_match(field, ('W/"a"',))

    @pytest.mark.parametrize("field", ['"x"', '"A"', "a", "", '"a'])
    def test_it_holds_for_another_or_an_unreadable_tag(self, field: str):
        assert is_none_match(field, ('"a"',))


class TestHttpDate:
    @pytest.mark.parametrize(
        "field",
        [
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
        ],
    )
    def test_all_three_forms_are_read(self, field: str):
        assert http_date(field, now=NOW) == datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("two_digits", "year"),
        [("26", 2026), ("76", 2076), ("77", 1977), ("99", 1999), ("00", 2000)],
    )
    def test_a_year_of_two_digits_is_at_most_fifty_ahead(self, two_digits: str, year: int):
        found = http_date(f"Sunday, 06-Nov-{two_digits} 08:49:37 GMT", now=NOW)

        assert found is not None
        assert found.year == year

    def test_a_leap_second_is_the_next_second(self):
        found = http_date("Sat, 31 Dec 2016 23:59:60 GMT", now=NOW)

        assert found == datetime(2017, 1, 1, tzinfo=UTC)

    @pytest.mark.parametrize(
        "field",
        [
            "",
            "now",
            "2026-03-02T09:10:00Z",
            "Mon, 02 Mar 2026 09:10:00",
            "Mon, 02 Mar 2026 09:10:00 UTC",
            "Mon, 02 Mar 2026 09:10:00 +0000",
            "Mon, 2 Mar 2026 09:10:00 GMT",
            "Mon, 32 Mar 2026 09:10:00 GMT",
            "Mon, 30 Feb 2026 09:10:00 GMT",
            "Mon, 02 Mrz 2026 09:10:00 GMT",
            "Mon, 02 Mar 2026 24:10:00 GMT",
            "Mon, 02 Mar 2026 09:10:61 GMT",
            "Mon, 02 Mar 0000 09:10:00 GMT",
            "Fri, 31 Dec 9999 23:59:60 GMT",
            "Mon, 02 Mar 2026 09:10:00 GMT, Mon, 02 Mar 2026 09:10:00 GMT",
            "Mon, ٠٢ Mar 2026 09:10:00 GMT",
            "Mon, 02 Mar 2026 09:10:00 GMT\n",
        ],
    )
    def test_what_is_no_date_names_no_time(self, field: str):
        assert http_date(field, now=NOW) is None


class TestIsCurrent:
    """Whether the client has what it asks for: then 304 is the answer."""

    def current(self, if_none_match: str | None, if_modified_since: str | None) -> bool:
        changed = NOW - timedelta(seconds=30) + timedelta(microseconds=999_999)
        return is_current(
            if_none_match, if_modified_since, tag='"a"', last_modified=changed, now=NOW
        )

    def test_nothing_is_current_that_was_not_asked_about(self):
        assert not self.current(None, None)

    def test_a_tag_tells(self):
        assert self.current('"a"', None)
        assert not self.current('"b"', None)

    @pytest.mark.parametrize(
        ("since", "is_so"),
        [
            ("Mon, 02 Mar 2026 09:09:59 GMT", False),
            ("Mon, 02 Mar 2026 09:10:00 GMT", True),
            ("Mon, 02 Mar 2026 09:10:01 GMT", True),
            ("Tue, 02 Mar 2027 09:10:00 GMT", True),
            ("yesterday", False),
        ],
    )
    def test_a_date_tells_to_the_second(self, since: str, is_so: bool):
        assert self.current(None, since) is is_so

    def test_a_tag_wins_over_a_date(self):
        assert not self.current('"b"', "Mon, 02 Mar 2026 09:10:00 GMT")
        assert self.current('"a"', "Mon, 02 Mar 1998 09:10:00 GMT")

    def test_an_unreadable_tag_does_not_let_the_date_tell(self):
        assert not self.current("b", "Mon, 02 Mar 2026 09:10:00 GMT")
