"""Printed prices told from prices with a later split in them, against splits that really were."""

from datetime import UTC, date, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bgagent.data.folder import FolderProvider
from bgagent.data.load import load_series
from bgagent.data.whole_cents import are_whole_cents
from bgagent.periods import Period, Timeframe
from tests.data.shared_market import MARKET, needs_market

NOW = datetime(2026, 11, 20, 22, 0, tzinfo=UTC)


@needs_market
@pytest.mark.parametrize(
    ("symbol", "year", "split_later"),
    [
        ("QQQ", 2023, False),
        ("SPY", 2014, False),
        ("XLE", 2023, False),  # 2 for 1 in December 2025, which the file knows
        ("SOXL", 2023, False),
        ("SOXL", 2020, True),  # 15 for 1 in March 2021
        ("TQQQ", 2020, True),  # 2 for 1 in January 2021 and 2022
        ("SCHD", 2023, True),  # 3 for 1 in October 2024
        ("NKE", 2014, True),  # 2 for 1 in December 2015; the file knows splits from March 2016 on
        ("USO", 2017, True),  # 1 for 8 in April 2020
        ("USO", 2023, False),
        ("VOO", 2012, True),  # 1 for 2 in October 2013
        ("VOO", 2014, False),
    ],
)
def test_a_split_that_the_files_do_not_know_is_told_by_the_prices(symbol, year, split_later):
    period = Period(date(year, 1, 1), date(year, 12, 31))
    series = load_series(symbol, period, warmup_bars=0, provider=FolderProvider([MARKET / "daily"]), now=NOW)
    assert ("later_splits_unknown" in {finding.code for finding in series.findings}) is split_later


@needs_market
@pytest.mark.parametrize(
    ("symbol", "timeframe", "start", "end", "told"),
    [
        ("SPY", Timeframe.MINUTE_5, date(2024, 10, 15), date(2024, 11, 15), True),
        ("SPY", Timeframe.MINUTE_5, date(2024, 10, 1), date(2024, 10, 10), False),  # too few sessions to tell
    ],
)
def test_within_the_day_the_last_closes_of_sessions_tell(symbol, timeframe, start, end, told):
    provider = FolderProvider([MARKET / "intraday"])
    series = load_series(symbol, Period(start, end), timeframe, warmup_bars=0, provider=provider, now=NOW)
    assert ("later_splits_unknown" not in {finding.code for finding in series.findings}) is told


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.integers(100, 500_000), min_size=120, max_size=120, unique=True),
    st.sampled_from([2, 3, 4, 5, 7, 10, 15, 20, 50, 1 / 2, 1 / 3, 1 / 8, 1 / 10, 3 / 2, 4 / 3, 5 / 4, 1.05]),
)
def test_no_split_passes_for_printed_prices(cents, ratio):
    printed = np.array(cents) / 100
    assert not are_whole_cents(np.round(printed / ratio, 6))
    assert not are_whole_cents((printed / ratio).astype(np.float32).astype(float))


def test_some_closes_in_fractions_of_a_cent_are_printed_too():
    prices = np.arange(2001, 2101) / 100
    prices[::12] += 0.0049  # 9 of 100
    assert are_whole_cents(prices)
    prices[::7] += 0.0049
    assert not are_whole_cents(prices)
