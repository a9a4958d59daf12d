"""The golds are what the separate program says, and that program is held against sums done by hand."""

import ast
import json
from datetime import date
from pathlib import Path

import pytest

from bgagent.evals.prices import digest_of_prices
from tests.evals.oracle.cases import CASES
from tests.evals.oracle.holding import hold_by_weights, pay_in
from tests.evals.oracle.prices import Prices, weeks
from tests.evals.oracle.trading import Money, Rules, trade
from tests.evals.record_golds import GOLDS, golds

FREE = Money(1000.0, slippage=0.0)


def recorded() -> dict[str, dict[str, object]]:
    return {row["id"]: row for row in map(json.loads, GOLDS.read_text().splitlines())}


@pytest.fixture(scope="module")
def prices_are_the_same() -> None:
    kept = recorded()["crossover-golden"]["prices"]
    if kept != {"SPY": digest_of_prices("SPY")}:
        pytest.skip("this numpy draws other made-up prices: python -m tests.evals.record_golds")


@pytest.mark.usefixtures("prices_are_the_same")
def test_the_golds_are_what_the_separate_program_reckons(tmp_path: Path):
    kept = recorded()
    assert set(kept) == set(CASES)
    assert {row["id"]: row for row in golds(tmp_path)} == kept


def test_the_separate_program_shares_nothing_with_the_one_it_is_held_against():
    files = list((Path(__file__).parent / "oracle").glob("*.py"))
    assert len(files) >= 5
    for path in files:
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            wrong = [name for name in names if name.partition(".")[0] in ("bgagent", "numpy", "talib", "pandas")]
            assert wrong == [], path


def bars(*rows: tuple[float, float, float, float]) -> Prices:
    """Open, high, low, close of sessions from Monday, 1 January 2024 on."""
    made = Prices("TEST")
    for index, (opening, high, low, close) in enumerate(rows):
        made.dates.append(date(2024, 1, 1 + index))
        for name, value in (("open", opening), ("high", high), ("low", low), ("close", close), ("volume", 1.0)):
            getattr(made, name).append(value)
    return made


def test_a_signal_fills_at_the_next_open_and_costs_come_off():
    prices = bars((10, 10, 10, 10), (20, 20, 20, 20), (30, 30, 30, 30), (40, 40, 40, 40))
    rules = Rules(enter=[True, False, False, False], leave=[False, True, False, False])
    money = Money(1001.0, slippage=0.1, rate=0.0, fixed=1.0)
    found = trade(prices, 0, rules, money)
    # in at 20 x 1.1 with 1000 left after the commission, out at 30 x 0.9
    assert found.final_equity == pytest.approx(1000 / 22 * 27 - 1)
    (only,) = found.trades
    assert (only.entry_at, only.entry_price, only.exit_at, only.exit_price) == ("2024-01-02", 22.0, "2024-01-03", 27.0)


@pytest.mark.parametrize(
    ("row", "price"),
    [
        ((100, 103, 94, 101), 95.0),  # the stop of 5 % lies in the bar
        ((90, 99, 89, 95), 90.0),  # opened below it: the open
        ((100, 111, 94, 100), 95.0),  # stop and target both in the bar: the stop
        ((112, 113, 94, 100), 112.0),  # opened beyond the target: the open, also with the stop in the bar
        ((100, 110.5, 99, 100), 110.0),  # the target
    ],
)
def test_stop_and_target_within_a_bar(row, price):
    prices = bars((100, 100, 100, 100), (100, 101, 99, 100), row)
    found = trade(prices, 0, Rules(at_start=True, stop=0.05, target=0.10), FREE)
    assert found.trades[0].exit_price == pytest.approx(price)
    assert found.trades[0].exit_at == "2024-01-03"


def test_a_trailing_stop_moves_on_completed_bars_only():
    prices = bars((100, 100, 100, 100), (100, 120, 109, 118), (118, 118, 107, 110))
    found = trade(prices, 0, Rules(at_start=True, trailing=0.10), FREE)
    # on the second bar the level is 90, though 120 x 0.9 lies within it; on the third it is 108
    assert (found.trades[0].exit_at, found.trades[0].exit_price) == ("2024-01-03", pytest.approx(108.0))


def test_a_turn_closes_and_opens_at_the_same_open():
    prices = bars((10, 10, 10, 10), (10, 10, 10, 10), (20, 20, 20, 20), (10, 10, 10, 10))
    up, down = [True, False, False, False], [False, True, False, False]
    found = trade(prices, 0, Rules(enter=up, leave=down, short=down, cover=up), FREE)
    # 100 pieces bought at 10 and sold at 20; 100 sold short at 20 stand at 10
    assert found.final_equity == pytest.approx(3000.0)
    assert [row.direction for row in found.trades] == ["long", "short"]


def test_weights_are_traded_at_the_open_of_a_period_and_drift_between():
    one, other = bars((10, 10, 10, 20), (20, 20, 20, 20)), bars((10, 10, 10, 10), (10, 10, 10, 20))
    for prices in (one, other):
        prices.dates = [date(2024, 1, 31), date(2024, 2, 1)]
    found = hold_by_weights({"A": one, "B": other}, 0, lambda _: {"A": 0.5, "B": 0.5}, "month", 1000.0, slippage=0.0)
    # 50 of each; 1500 at the open of February are 37.5 and 75; B then doubles
    assert found == pytest.approx(37.5 * 20 + 75 * 20)


def test_payments_buy_at_the_first_open_of_each_month():
    prices = bars((10, 10, 10, 10), (20, 20, 20, 20), (40, 40, 40, 40))
    prices.dates = [date(2024, 1, 30), date(2024, 2, 1), date(2024, 2, 2)]
    assert pay_in(prices, 0, 100.0, "month", start=50.0) == pytest.approx((150 / 10 + 100 / 20) / 1.0005 * 40)
    without = pay_in(prices, 0, 100.0, "month", start=50.0, from_first=False)
    assert without == pytest.approx((50 / 10 + 100 / 20) / 1.0005 * 40)


def test_weeks_are_made_from_monday_on():
    days = bars(*[(float(day), float(day) + 1, float(day) - 1, float(day)) for day in range(1, 11)])
    made = weeks(days, date(2024, 1, 1))
    assert [str(day) for day in made.dates] == ["2024-01-01", "2024-01-08"]
    assert (made.open, made.high, made.low, made.close) == ([1.0, 8.0], [8.0, 11.0], [0.0, 7.0], [7.0, 10.0])
    # a week that begins before the window does not belong to it
    assert [day >= date(2024, 1, 3) for day in weeks(days, date(2024, 1, 3)).dates] == [False, True]
