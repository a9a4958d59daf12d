import numpy as np
import pytest

from bgagent.bars import daily_bars
from bgagent.engine.backtest import run_plan
from bgagent.engine.plan import Account, Costs, Distance, DistanceKind, Rule, RulePlan, StopStep
from bgagent.reporting.stop_levels import stop_levels

FRACTION, MONEY, ATR = DistanceKind.FRACTION, DistanceKind.MONEY, DistanceKind.ATR
PATH = (100.0, 100.0, 104.0, 110.0, 108.0, 112.0, 100.0, 101.0)


def bars_of(opens, *, above=1.0, below=1.0):
    price = np.array(opens)
    columns = {"open": price, "high": price + above, "low": price - below, "close": price}
    days = np.arange(len(price)) + np.datetime64("2024-01-01", "D")
    return daily_bars("AAPL", days, columns | {"volume": np.ones(len(price))})


def run(bars, *, short=False, **protection):
    first_open = Rule(on="first_session")
    sides = {"short_entry": first_open} if short else {"entry": first_open}
    plan = RulePlan("AAPL", **sides, **protection)
    return run_plan(plan, bars, first=1, account=Account(1000.0, Costs(0.0)))


def lines(result):
    return [[(bar, pytest.approx(level)) for bar, level in line] for line in stop_levels(result)]


def test_a_fixed_stop_is_one_level():
    assert lines(run(bars_of(PATH), stop_loss=Distance(FRACTION, 0.5))) == [[(0, 50.0)]]


def test_a_trade_without_a_stop_has_no_level():
    assert stop_levels(run(bars_of(PATH))) == ((),)


def test_a_trailing_stop_follows_the_highs_of_completed_bars():
    # in at 100; highs 101, 105, 111, 109, 113, each one bar late; the low of 99 on bar 5 is below 113 x 0.9
    result = run(bars_of(PATH), trailing_stop=Distance(FRACTION, 0.1))
    assert lines(result) == [[(0, 90.0), (1, 90.9), (2, 94.5), (3, 99.9), (5, 101.7)]]
    (trade,) = result.trades
    assert trade.exit_reason == "trailing_stop"
    assert trade.exit_price == 100.0  # it opened below its level


def test_of_a_short_one_it_follows_the_lows():
    falling = tuple(200.0 - price for price in PATH)
    result = run(bars_of(falling), short=True, trailing_stop=Distance(MONEY, 5.0))
    # in at 100; lows 99, 95, 89: the high of 93 on bar 3 stays below 94, the open of 100 on bar 5 is above 92
    assert lines(result) == [[(0, 105.0), (1, 104.0), (2, 100.0), (3, 94.0), (5, 92.0)]]
    assert result.trades[0].exit_reason == "trailing_stop"


def test_the_nearer_of_two_stops_is_the_level():
    protection = {"stop_loss": Distance(FRACTION, 0.05), "trailing_stop": Distance(FRACTION, 0.1)}
    assert lines(run(bars_of(PATH), **protection)) == [[(0, 95.0), (3, 99.9), (5, 101.7)]]


def test_a_stop_moves_in_steps():
    # the high of 105 on bar 1 is 5 % above the entry: from bar 2 on the stop lies at the entry
    steps = {"stop_loss": Distance(FRACTION, 0.08), "stop_steps": (StopStep(0.05, 0.0), StopStep(0.1, 0.04))}
    assert lines(run(bars_of(PATH), **steps)) == [[(0, 92.0), (2, 100.0), (3, 104.0)]]


@pytest.mark.parametrize("short", [False, True])
@pytest.mark.parametrize(
    "protection",
    [
        {"trailing_stop": Distance(FRACTION, 0.04)},
        {"trailing_stop": Distance(ATR, 2.0, atr_length=3)},
        {"trailing_stop": Distance(ATR, 2.0, atr_length=3, follows=True)},
        {"stop_loss": Distance(ATR, 1.5, atr_length=3, follows=True)},
        {"stop_loss": Distance(FRACTION, 0.06), "stop_steps": (StopStep(0.02), StopStep(0.05, 0.03))},
    ],
)
def test_whoever_is_stopped_out_within_a_bar_is_so_at_the_level_that_is_drawn(protection, short):
    steps = np.random.default_rng(4).normal(0.0, 0.01, 400)
    bars = bars_of(100.0 * np.exp(np.cumsum(steps)), above=1.2, below=1.2)
    sides = (
        {"short_entry": Rule(when="close < sma(close, 5)")} if short else {"entry": Rule(when="close > sma(close, 5)")}
    )
    result = run_plan(RulePlan("AAPL", **sides, **protection), bars, first=20, account=Account(1e5, Costs(0.0)))
    levels = stop_levels(result)
    met = 0
    for trade, line in zip(result.trades, levels, strict=True):
        if trade.exit_reason in ("stop_loss", "trailing_stop") and trade.exit_price != bars.open[trade.exit_bar]:
            assert line[-1][1] == pytest.approx(trade.exit_price, rel=1e-12)
            met += 1
    assert met >= 3
