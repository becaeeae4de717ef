"""The columns: what comes back is what went in, and its text has the order of its meaning."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, Table, insert, select
from sqlalchemy.exc import StatementError

from publishing.store import Store
from publishing.tables import Instant, Words
from publishing.work import Intent
from tests.publishing.story import Town, repeatable

kept = Table(
    "kept",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("moment", Instant),
    Column("words", Words),
    prefixes=["TEMPORARY"],
)

moments = st.datetimes(
    min_value=datetime(1000, 1, 1), max_value=datetime(9998, 1, 1),  # noqa: DTZ001 - zones follow
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=-11)), timezone(timedelta(hours=14))]),
)  # fmt: skip


@repeatable
@given(st.lists(moments, min_size=1))
def test_moments_come_back_to_the_microsecond_in_utc_and_in_their_order(
    lasting_town: Town, given_moments: list[datetime]
):
    with lasting_town.store.work(Intent.WRITE) as work:
        kept.create(work.connection, checkfirst=False)
        work.execute(insert(kept), [{"moment": moment} for moment in given_moments])

        found = work.execute(select(kept.c.moment).order_by(kept.c.moment)).scalars().all()

    assert found == sorted(given_moments)
    assert all(moment.tzinfo is UTC for moment in found)


def test_a_moment_without_a_zone_is_refused(store: Store):
    with store.work(Intent.WRITE) as work:
        kept.create(work.connection, checkfirst=False)

        with pytest.raises(StatementError, match="pass an aware datetime"):
            work.execute(insert(kept), {"moment": datetime(2026, 1, 1)})  # noqa: DTZ001 - the point


def test_no_moment_comes_back_as_none(store: Store):
    with store.work(Intent.WRITE) as work:
        kept.create(work.connection, checkfirst=False)
        work.execute(insert(kept), {"moment": None, "words": None})

        assert work.execute(select(kept.c.moment, kept.c.words)).one() == (None, None)


@pytest.mark.parametrize("words", [(), ("one",), ("b", "a", "b")])
def test_words_come_back_in_the_order_in_which_they_were_given(
    store: Store, words: tuple[str, ...]
):
    with store.work(Intent.WRITE) as work:
        kept.create(work.connection, checkfirst=False)
        work.execute(insert(kept), {"words": words})

        assert work.execute(select(kept.c.words)).scalar_one() == words
