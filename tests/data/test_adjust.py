"""Splits and dividends taken out as of the window's last bar, by numbers reckoned by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bgagent.data.adjust import adjust, looks_as_traded
from bgagent.data.findings import Severity
from bgagent.data.series import PriceMode, RawSeries
from tests.data.raw_series import NAN, raw_series


def closes(raw: RawSeries, last: int, mode: PriceMode = PriceMode.TOTAL_RETURN, *, first: int = 0) -> list[float]:
    return [round(float(price), 9) for price in adjust(raw, first, last, mode, pays=True).bars.close]


def codes(raw: RawSeries, last: int, mode: PriceMode = PriceMode.TOTAL_RETURN) -> dict[str, Severity]:
    return {finding.code: finding.severity for finding in adjust(raw, 0, last, mode, pays=True).findings}


def test_a_dividend_takes_its_share_off_the_prices_before_it():
    # 2 paid on a last close of 100: everything before the ex-date times 0.98
    raw = raw_series([90, 100, 99, 101], dividends=[0, 0, 2, 0])
    assert closes(raw, 3) == [88.2, 98.0, 99.0, 101.0]
    assert closes(raw, 3, PriceMode.SPLIT) == [90.0, 100.0, 99.0, 101.0]


def test_a_dividend_after_the_window_changes_nothing():
    raw = raw_series([90, 100, 99, 101, 50], dividends=[0, 0, 2, 0, 40])
    assert closes(raw, 3) == [88.2, 98.0, 99.0, 101.0]


def test_open_high_and_low_move_with_the_close_and_volume_does_not_for_a_dividend():
    raw = raw_series([100, 99], open=[95, 99], high=[110, 99], low=[90, 99], dividends=[0, 10], volume=[500, 600])
    bars = adjust(raw, 0, 1, PriceMode.TOTAL_RETURN, pays=True).bars
    assert (bars.open[0], bars.high[0], bars.low[0], bars.close[0]) == pytest.approx((85.5, 99.0, 81.0, 90.0))
    assert bars.volume.tolist() == [500.0, 600.0]


@pytest.mark.parametrize(
    ("mode", "expected", "volume"),
    [
        # 100 100 | split 4 for 1 | 25 26, as the source gives it today: 25 25 25 26
        (PriceMode.SPLIT, [25.0, 25.0, 25.0, 26.0], [400.0, 400.0, 400.0, 400.0]),
        (PriceMode.RAW, [100.0, 100.0, 25.0, 26.0], [100.0, 100.0, 400.0, 400.0]),
    ],
)
def test_a_split_inside_of_the_window(mode, expected, volume):
    adjusted_rows = raw_series([25, 25, 25, 26], splits=[0, 0, 4, 0], volume=[400] * 4)
    printed_rows = raw_series([100, 100, 25, 26], splits=[0, 0, 4, 0], volume=[100, 100, 400, 400], as_traded=True)
    for raw in (adjusted_rows, printed_rows):
        assert closes(raw, 3, mode) == expected
        assert adjust(raw, 0, 3, mode, pays=True).bars.volume.tolist() == volume


def test_a_split_after_the_window_is_undone_and_named():
    raw = raw_series([25, 25.5, 25, 26], splits=[0, 0, 4, 0], volume=[400] * 4)
    bars = adjust(raw, 0, 1, PriceMode.TOTAL_RETURN, pays=True).bars
    assert bars.close.tolist() == [100.0, 102.0]
    assert bars.volume.tolist() == [100.0, 100.0]
    assert codes(raw, 1) == {"later_splits_undone": Severity.NOTE}


def test_splits_that_are_not_known_are_named_where_they_matter():
    raw = raw_series([10, 11, 12], splits=[NAN, NAN, NAN])
    assert codes(raw, 2) == {}  # prices are split-adjusted already and nothing follows the window
    assert codes(raw, 1) == {"later_splits_unknown": Severity.NOTE}
    assert codes(raw, 2, PriceMode.RAW)["splits_unknown"] is Severity.CAUTION


PRINTED = [20.01 + 0.37 * n for n in range(40)]


@pytest.mark.parametrize(
    ("prices", "hides"),
    [
        (PRINTED, False),  # whole cents: what was printed on the day
        ([np.float32(price) for price in PRINTED], False),  # as many sources keep them
        ([price / 2 for price in PRINTED], True),  # half of them are not whole cents
        ([round(price / 3, 6) for price in PRINTED], True),
        ([price * 2 / 3 for price in PRINTED], True),
        ([price * 8 for price in PRINTED], True),  # a reverse split: multiples of 8 cents
        (PRINTED[:10], True),  # too few to tell
        ([20.01] * 40, True),  # prices that stand still tell nothing
        ([price * 30_000 + 0.01 for price in PRINTED], True),  # six digits do not reach the cents
    ],
)
def test_a_later_split_is_said_to_be_unknown_only_where_one_could_hide(prices, hides):
    raw = raw_series([*prices, 20.0], splits=[NAN] * (len(prices) + 1))
    assert codes(raw, len(prices) - 1) == ({"later_splits_unknown": Severity.NOTE} if hides else {})


def test_known_splits_are_undone_before_the_cents_are_looked_at():
    # 2 for 1 is known after the window; of the days after that nothing is
    splits = [0.0] * 40 + [2.0, NAN]
    raw = raw_series([*(price / 2 for price in PRINTED), 10, 10], splits=splits)
    assert codes(raw, 39) == {"later_splits_undone": Severity.NOTE}
    # and one inside of the window leaves its mark on the prices before it alone
    inside = [0.0] * 15 + [2.0] + [0.0] * 24 + [NAN]
    raw = raw_series([*(price / 2 for price in PRINTED[:15]), *PRINTED[15:], 10], splits=inside)
    assert codes(raw, 39) == {}


def test_without_dividends_the_adjusted_close_is_used():
    # 98 / 100 of the price before the ex-date; the source's own level (half) does not matter
    raw = raw_series([90, 100, 99, 101], dividends=[NAN] * 4, adj_close=[44.1, 49.0, 49.5, 50.5])
    assert closes(raw, 3) == [88.2, 98.0, 99.0, 101.0]
    assert closes(raw, 1) == [90.0, 100.0]  # as of the window's end the later dividend is not known
    assert codes(raw, 3) == {}


def test_dividends_and_adjusted_close_that_disagree_are_named():
    # the dividend of the third row is missing from the adjusted close
    raw = raw_series([90, 100, 99, 101], dividends=[0, 0, 2, 0], adj_close=[90, 100, 99, 101])
    assert closes(raw, 3) == [90.0, 100.0, 99.0, 101.0]
    assert codes(raw, 3) == {"dividends_disagree": Severity.CAUTION}
    agreeing = raw_series([90, 100, 99, 101], dividends=[0, 0, 2, 0], adj_close=[88.2, 98, 99, 101])
    assert codes(agreeing, 3) == {}


def test_neither_dividends_nor_adjusted_close_is_named_for_what_may_pay():
    raw = raw_series([90, 100], dividends=[NAN, NAN])
    assert codes(raw, 1) == {"dividends_unknown": Severity.CAUTION}
    assert adjust(raw, 0, 1, PriceMode.TOTAL_RETURN, pays=False).findings == ()


def test_a_dividend_above_the_price_is_not_used_and_rejects():
    raw = raw_series([1.0, 1.1], dividends=[0, 50])
    assert closes(raw, 1) == [1.0, 1.1]
    assert codes(raw, 1) == {"absurd_dividends": Severity.REJECT}


def test_dividend_on_the_day_of_a_split_in_printed_prices():
    # 100 printed, 2 for 1 and 1 a new share on the same day: 1 of 50 is 2 %
    raw = raw_series([100, 49.5], dividends=[0, 1], splits=[0, 2], as_traded=True)
    assert closes(raw, 1) == [49.0, 49.5]


@pytest.mark.parametrize(
    ("prices", "splits", "expected"),
    [
        ([100, 101, 25.3, 25], [0, 0, 4, 0], True),
        ([25, 25.3, 25.3, 25], [0, 0, 4, 0], False),
        ([5, 41, 40], [0, 0.125, 0], True),  # a reverse split that still shows
        ([10, 10.1, 9.7], [0, 0, 1.05], False),  # too small to tell
        ([10, 11], [NAN, NAN], False),
    ],
)
def test_printed_prices_are_told_by_their_jumps_at_splits(prices, splits, expected):
    assert looks_as_traded(np.array(prices, float), np.array(splits, float)) is expected


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(5, 500), min_size=6, max_size=30),
    st.lists(st.floats(0, 0.04), min_size=30, max_size=30),
    st.integers(2, 5),
    st.integers(2, 4),
)
def test_what_happens_after_the_window_changes_no_bar_in_it(prices, yields, last, ratio):
    paid = [price * rate for price, rate in zip(prices, yields, strict=False)]
    dividends = [0.0, *paid[:-1]]
    whole = raw_series(prices, dividends=dividends)
    known_then = raw_series(prices[: last + 1], dividends=dividends[: last + 1])
    np.testing.assert_array_equal(
        adjust(whole, 0, last, PriceMode.TOTAL_RETURN, pays=True).bars.close,
        adjust(known_then, 0, last, PriceMode.TOTAL_RETURN, pays=True).bars.close,
    )
    # and after a split at the very end the source gives every earlier price divided by its ratio
    later = raw_series(
        [*(price / ratio for price in prices), 3.0],
        dividends=[*(cash / ratio for cash in dividends), 0.0],
        splits=[0.0] * len(prices) + [ratio],
    )
    np.testing.assert_allclose(
        adjust(later, 0, last, PriceMode.TOTAL_RETURN, pays=True).bars.close,
        adjust(known_then, 0, last, PriceMode.TOTAL_RETURN, pays=True).bars.close,
        rtol=1e-12,
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.floats(5, 500), st.floats(0, 0.04)), min_size=2, max_size=30))
def test_total_return_bars_earn_price_change_and_dividend(rows):
    prices = [price for price, _rate in rows]
    dividends = [0.0] + [prices[row] * rows[row + 1][1] for row in range(len(rows) - 1)]
    bars = adjust(raw_series(prices, dividends=dividends), 0, len(rows) - 1, PriceMode.TOTAL_RETURN, pays=True).bars
    for row in range(1, len(rows)):
        # reinvested at the close before: price / (last price - dividend)
        expected = prices[row] / (prices[row - 1] - dividends[row])
        assert bars.close[row] / bars.close[row - 1] == pytest.approx(expected, rel=1e-9)
