"""Parts of positions, target weights, groups of entries, terms of the account: reckoned by hand."""

import numpy as np
import pytest

from bgagent.bars import Bars
from bgagent.engine.backtest import replay, run_plan, run_strategy
from bgagent.engine.orders import Action, Order, OrderError, OrderType, pack_orders
from bgagent.engine.plan import Account, Costs, Distance, DistanceKind, Rule, RulePlan, SizeKind, Sizing, StopStep
from bgagent.engine.strategy import Strategy
from bgagent.periods import Timeframe
from tests.engine.hand_bars import FREE, account, bars_from, buy, exits, fill, flat, leave, short


def shares(count: float) -> Sizing:
    return Sizing(SizeKind.QUANTITY, count)


def part(fraction: float) -> Sizing:
    return Sizing(SizeKind.POSITION, fraction)


def weight(decided_on: int, share: float, **fields: object) -> Order:
    return Order(decided_on, Action.TARGET, weight=share, reason="rebalance", **fields)  # type: ignore[arg-type]


def test_a_part_is_sold_and_the_rest_keeps_its_share_of_the_entry_cost():
    costs = Costs(slippage_bps=0, commission_per_order=2.0)
    result = fill(
        [buy(0, sizing=shares(4)), leave(1, sizing=shares(1))], [flat(10), flat(10), flat(12), flat(11)], costs=costs
    )
    sold, kept = result.trades
    assert (sold.quantity, sold.exit_bar, sold.profit) == (1, 2, pytest.approx(1 * 2 - 2 / 4 - 2))
    assert (kept.quantity, kept.is_open, kept.profit) == (3, True, pytest.approx(3 * 1 - 2 * 3 / 4))
    assert result.quantity.tolist() == [0, 4, 3, 3]
    assert result.cash.tolist() == [1000, 1000 - 42, 1000 - 42 + 10, 1000 - 42 + 10]


@pytest.mark.parametrize(
    ("sizing", "sold"),
    [
        (shares(5), [(0, 4.0), (1, 1.0)]),
        (part(0.5), [(0, 4.0), (1, 1.0)]),
        (part(1.0), [(0, 4.0), (1, 6.0)]),
        (shares(99), [(0, 4.0), (1, 6.0)]),
        (Sizing(SizeKind.POSITION, 0.25, whole_shares=True), [(0, 2.0)]),
    ],
)
def test_the_oldest_lots_are_sold_first(sizing, sold):
    orders = [buy(0, sizing=shares(4)), buy(1, sizing=shares(6)), leave(2, sizing=sizing)]
    result = fill(orders, [flat(10)] * 5)
    assert [(trade.lot, trade.quantity) for trade in result.closed_trades] == sold
    assert result.quantity[-1] == pytest.approx(10 - sum(quantity for _, quantity in sold))


def test_a_part_of_a_short_position_is_bought_back():
    result = fill([short(0, sizing=shares(10)), leave(1, sizing=part(0.3))], [flat(10), flat(10), flat(8), flat(8)])
    assert result.quantity.tolist() == [0, -10, -7, -7]
    assert [trade.profit for trade in result.trades] == pytest.approx([6, 14])


def test_target_weights_buy_sell_and_turn():
    rows = [flat(10), flat(10), flat(20), flat(20), flat(10), flat(10)]
    result = fill([weight(0, 0.5), weight(1, 0.5), weight(2, -0.5), weight(3, 0)], rows)
    # 1000: 50 shares at 10; at 20 equity 1500, half is 37.5; then short 750 / 20; equity at 10 is 1875
    assert result.quantity.tolist() == pytest.approx([0, 50, 37.5, -37.5, 0, 0])
    assert result.equity.tolist() == pytest.approx([1000, 1000, 1000, 1500, 1500, 1875, 1875])
    assert {str(trade.exit_reason) for trade in result.trades} == {"rebalance"}


def test_a_target_of_everything_makes_room_for_its_costs_without_being_cut():
    result = fill([weight(0, 1.0)], [flat(10), flat(10), flat(10)], costs=Costs(100, 50))
    assert result.quantity[-1] == pytest.approx(1000 / (10.1 * 1.005), rel=1e-12)
    assert result.cash[-1] == pytest.approx(0, abs=1e-9)
    assert result.cut_orders == 0


def test_a_target_beyond_the_equity_is_cut():
    assert fill([weight(0, 1.5)], [flat(10)] * 3).cut_orders == 1


def test_a_target_in_whole_shares():
    result = fill(
        [weight(0, 0.999, whole_shares=True), weight(1, -0.55, whole_shares=True)], [flat(10), flat(10), flat(30)]
    )
    assert result.quantity.tolist() == [0, 99, -54]  # equity 2980 at 30: 0.55 of it is 54.6 shares


def test_the_first_of_a_group_to_fill_cancels_the_others():
    up = buy(0, type=OrderType.STOP, stop_price=12.0, good_for_bars=None)
    down = short(0, type=OrderType.STOP, stop_price=8.0, good_for_bars=None, group=0)
    result = fill([up, down], [flat(10), flat(10), (10, 10, 7, 8), (10, 20, 10, 20)])
    assert [(trade.direction, trade.entry_bar) for trade in result.trades] == [("short", 2)]
    assert result.ambiguous_bars == 0


@pytest.mark.parametrize(("opening", "direction"), [(9.0, "short"), (11.0, "long")])
def test_both_of_a_group_in_one_bar_the_nearer_to_the_open_fills(opening, direction):
    up = buy(0, type=OrderType.STOP, stop_price=12.0)
    down = short(0, type=OrderType.STOP, stop_price=8.0, group=0)
    result = fill([up, down], [flat(10), (opening, 13, 7, 10), flat(10)])
    assert [trade.direction for trade in result.trades] == [direction]
    assert result.ambiguous_bars == 1


def test_slippage_in_money_per_share_is_ticks():
    costs = Costs(slippage_bps=0, slippage_per_share=0.02)
    result = fill([buy(0, sizing=shares(1)), leave(1)], [flat(10), flat(10), flat(11)], costs=costs)
    assert [price.price for price in result.fills] == pytest.approx([10.02, 10.98])


def test_leverage_lets_positions_exceed_equity_up_to_its_cap():
    orders = pack_orders([buy(0, sizing=Sizing(SizeKind.EQUITY, 3.0))])
    result = replay(
        orders, bars_from([flat(10), flat(10), flat(12)]), first=0, account=Account(1000.0, FREE, leverage=2)
    )
    assert result.quantity.tolist() == [0, 200, 200]
    assert result.cash[-1] == -1000
    assert result.final_equity == 1400
    assert result.cut_orders == 1


def test_interest_is_paid_by_calendar_days_on_what_stood_at_the_close_before():
    bars = bars_from([flat(10), flat(10), flat(10), flat(10), flat(10), flat(10)])  # a Monday to the next Monday
    terms = Account(1000.0, Costs(0.0, borrow_rate=0.365), cash_interest=0.0365)
    result = replay(pack_orders([]), bars, first=0, account=terms)
    assert result.interest.tolist() == pytest.approx(
        [0, 0.1, 0.10001, 0.1000200010, 0.10003000300, 0.30012001800], rel=1e-7
    )
    assert result.books_error < 1e-12
    sold = replay(pack_orders([short(0, sizing=shares(50))]), bars, first=0, account=terms)
    assert sold.interest[2] == pytest.approx((0.0365 * (1500.1 - 500) - 0.365 * 500) / 365)
    assert sold.books_error < 1e-12


def test_money_borrowed_costs_the_borrow_rate():
    terms = Account(1000.0, Costs(0.0, borrow_rate=0.365), leverage=2.0)
    bars = bars_from([flat(10)] * 4)
    result = replay(pack_orders([buy(0, sizing=Sizing(SizeKind.EQUITY, 1.5))]), bars, first=0, account=terms)
    assert result.interest.tolist() == pytest.approx([0, 0, -0.5, -0.5005])


def test_code_pays_the_same_interest_as_its_order_log():
    class Holds(Strategy):
        def on_start(self):
            self.buy(0.5)

    terms = Account(1000.0, Costs(borrow_rate=0.1), cash_interest=0.05)
    bars = bars_from([flat(10), flat(11), flat(12), flat(13), flat(14), flat(15), flat(16)])
    result = run_strategy(Holds, bars, first=1, account=terms)
    again = replay(result.orders, bars, first=1, account=terms)
    assert again.equity.tolist() == result.equity.tolist()
    assert result.interest.sum() > 0


def test_stops_step_up_with_the_gain_and_never_down():
    plan = RulePlan(
        "TEST",
        Rule(on="first_session"),
        stop_loss=Distance(DistanceKind.FRACTION, 0.2),
        stop_steps=(StopStep(0.1), StopStep(0.2, 0.1)),
    )
    rows = [flat(10), (10, 11, 9, 10.5), (10.5, 10.6, 10.1, 10.2), (10.2, 10.3, 9.5, 9.6)]
    result = run_plan(plan, bars_from(rows), first=0, account=account())
    assert exits(result) == [(3, 10.0, "stop_loss")]  # break-even, known from the close of bar 1 on
    rows = [flat(10), (10, 12.5, 9, 12), (12, 12, 10.8, 11), flat(11)]
    result = run_plan(plan, bars_from(rows), first=0, account=account())
    assert exits(result) == [(2, 11.0, "stop_loss")]
    assert replay(result.orders, result.bars, first=0, account=account()).trades == result.trades


def within_the_day(rows: list[list[float]]) -> Bars:
    """Hourly bars at one price each; a list for each session."""
    days = [np.datetime64("2024-01-01") + day for day in range(len(rows))]
    times = [
        day.astype("datetime64[s]") + 3600 * (10 + hour)
        for day, row in zip(days, rows, strict=True)
        for hour in range(len(row))
    ]
    sessions = [day for day, row in zip(days, rows, strict=True) for _ in row]
    price = np.array([price for row in rows for price in row], dtype=float)
    return Bars("TEST", Timeframe.HOUR_1, np.array(times), np.array(sessions), price, price, price, price, price)


def test_flat_overnight_leaves_at_the_open_of_the_sessions_last_bar():
    plan = RulePlan("TEST", Rule(when="close > 0"), flat_overnight=True)
    bars = within_the_day([[10, 11, 12, 13], [10, 11, 12], [10, 11, 12]])
    result = run_plan(plan, bars, first=0, account=account())
    # in at the first open after a close, out at each session's last bar; what is decided there fills next morning
    assert [(trade.entry_bar, trade.exit_bar, str(trade.exit_reason)) for trade in result.trades] == [
        (1, 3, "time"),
        (4, 6, "time"),
        (7, 9, "time"),
    ]
    cut = run_plan(plan, bars.between(0, 9), first=0, account=account())
    assert cut.trades[-1].is_open  # the last session is not over after two bars
    with pytest.raises(ValueError, match="needs bars within the day"):
        run_plan(plan, bars_from([flat(10)] * 3), first=0, account=account())


def test_code_sells_parts_targets_weights_and_groups_entries():
    class Busy(Strategy):
        def on_bar(self):
            match self.index:
                case 0:
                    self.target(0.8)
                case 1:
                    self.exit(fraction=0.25)
                case 2:
                    self.exit(quantity=10)
                case 3:
                    up = self.buy(0.1, stop=12.0, good_for_bars=None)
                    self.sell_short(0.1, stop=8.0, good_for_bars=None, cancels=up)

    result = run_strategy(
        Busy, bars_from([flat(10)] * 5 + [(10, 12, 10, 12), (12, 12, 7, 8)]), first=0, account=account()
    )
    assert result.quantity.tolist()[:5] == [0, 80, 60, 50, 50]
    assert [trade.direction for trade in result.trades] == ["long"] * 4
    assert replay(result.orders, result.bars, first=0, account=account()).equity.tolist() == result.equity.tolist()


@pytest.mark.parametrize(
    ("act", "complaint"),
    [
        (lambda self: self.target(1.5), "a weight lies between"),
        (lambda self: self.buy(cancels=3), "order 3 is not an entry"),
        (lambda self: self.exit(fraction=2), "a fraction up to 1"),
        (lambda self: self.exit(quantity=1, fraction=1), "a quantity above 0, or a fraction"),
        (lambda self: self.buy(1.5), "at most 1"),
    ],
)
def test_senseless_wishes_are_refused(act, complaint):
    class Wishes(Strategy):
        def on_bar(self):
            if self.index == 0:
                self.buy()
            else:
                act(self)

    with pytest.raises(OrderError, match=complaint):
        run_strategy(Wishes, bars_from([flat(10)] * 4), first=0, account=account())


def test_without_capital_nothing_is_run():
    with pytest.raises(ValueError, match="must be above 0"):
        replay(pack_orders([]), bars_from([flat(10)] * 4), first=0, account=Account(0.0))
