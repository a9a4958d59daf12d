"""A volatility to aim at, as a fraction of equity."""

import numpy as np
import pytest

from bgagent.engine.sizing import bars_in_a_year, volatility_fractions
from bgagent.periods import Timeframe

WEEKDAYS = np.busday_offset("2024-01-01", np.arange(30))
EVERY_DAY = np.datetime64("2024-01-01") + np.arange(30)


def test_a_market_with_weekends_trades_every_day():
    assert set(bars_in_a_year(WEEKDAYS, Timeframe.DAY)) == {252.0}
    assert bars_in_a_year(EVERY_DAY, Timeframe.DAY).tolist() == [252.0] * 5 + [365.0] * 25  # known from Saturday on
    assert set(bars_in_a_year(EVERY_DAY, Timeframe.WEEK)) == {52.0}


def test_the_fraction_is_the_target_over_the_volatility_of_the_last_twenty_closes():
    close = np.array([100.0, 102.0] * 15)
    fractions = volatility_fractions(close, bars_in_a_year(WEEKDAYS, Timeframe.DAY), 0.08)
    assert np.isnan(fractions[:19]).all()
    # bar 19: ten rises of 2 / 100, nine falls of 2 / 102
    returns = np.array([0.02] * 10 + [-2 / 102] * 9)
    assert fractions[19] == pytest.approx(0.08 / (returns.std(ddof=1) * np.sqrt(252)))


def test_it_is_never_more_than_everything():
    still = np.full(25, 50.0)
    assert volatility_fractions(still, np.array([252.0]), 0.1)[19:].tolist() == [1.0] * 6
    assert volatility_fractions(np.linspace(100, 101, 25), np.array([252.0]), 9.0)[-1] == 1.0


def test_too_few_closes_give_nothing():
    assert np.isnan(volatility_fractions(np.full(19, 50.0), np.array([252.0]), 0.1)).all()


def test_a_later_close_changes_no_earlier_fraction():
    close = 100 * np.cumprod(1 + np.random.default_rng(5).normal(0, 0.01, 30))
    year = bars_in_a_year(WEEKDAYS, Timeframe.DAY)
    whole = volatility_fractions(close, year, 0.1)
    for end in range(20, 30):
        assert whole[end - 1] == volatility_fractions(close[end - 20 : end], year[end - 1 : end], 0.1)[-1]
