"""Where orders fill: every case reckoned by hand from the rules of fills and money."""

import pytest

from bgagent.engine.orders import Action, Level, Order, OrderType
from bgagent.engine.plan import Costs, Distance, DistanceKind, SizeKind, Sizing
from tests.engine.hand_bars import buy, entries, exits, fill, flat, leave, only, short

SLIPPING = Costs(slippage_bps=100.0)  # 1 %


def fraction(value: float) -> Distance:
    return Distance(DistanceKind.FRACTION, value)


def money(value: float) -> Distance:
    return Distance(DistanceKind.MONEY, value)


class TestMarketOrders:
    def test_an_order_decided_at_a_close_fills_at_the_next_open(self):
        result = fill([buy(0), leave(2)], [flat(10), (11, 12, 10, 12), flat(13), (14, 15, 13, 15), flat(16)])
        assert entries(result) == [(1, 11.0, "long")]
        assert exits(result) == [(3, 14.0, "rule")]
        assert result.equity.tolist() == pytest.approx(
            [1000, 1000, 1000 / 11 * 12, 1000 / 11 * 13] + [1000 / 11 * 14] * 2
        )

    def test_an_order_decided_before_the_window_fills_at_its_first_open(self):
        result = fill([buy(1)], [flat(10), flat(11), (12, 13, 12, 13)], first=2)
        assert entries(result) == [(2, 12.0, "long")]
        assert result.equity.tolist() == pytest.approx([1000, 1000 / 12 * 13])

    def test_slippage_makes_purchases_dearer_and_sales_cheaper(self):
        result = fill([buy(0), leave(1), short(2), leave(3)], [flat(100)] * 5, costs=SLIPPING)
        long, sold = result.trades
        assert (long.entry_price, long.exit_price) == pytest.approx((101, 99))
        assert (sold.entry_price, sold.exit_price) == pytest.approx((99, 101))
        assert long.quantity == pytest.approx(1000 / 101)
        assert [fill.raw_price for fill in result.fills] == [100.0] * 4
        assert long.costs == pytest.approx(2 * 1000 / 101)

    def test_what_is_decided_on_the_last_bar_has_no_open_and_is_counted(self):
        result = fill([buy(0), leave(2), short(2)], [flat(10), flat(10), flat(12)])
        assert exits(result) == [(None, None, "end_open")]
        assert result.dropped_orders == 2

    def test_a_position_open_at_the_end_is_marked_at_the_last_close(self):
        trade = only(fill([buy(0)], [flat(10), (10, 12, 10, 12), (12, 13, 12, 13)]))
        assert trade.is_open
        assert trade.profit == pytest.approx(300)
        assert trade.return_fraction == pytest.approx(0.3)
        assert trade.bars_held == 2

    def test_a_short_gains_when_the_price_falls(self):
        result = fill([short(0), leave(1)], [flat(10), (10, 10, 8, 8), flat(8)])
        assert only(result).profit == pytest.approx(200)
        assert result.quantity.tolist() == [0, -100, 0]
        assert result.cash.tolist() == pytest.approx([1000, 2000, 1200])


class TestProtectiveOrders:
    """Rows: entry at the open of bar 1 at 100, stop at 95, target at 110, unless said otherwise."""

    @pytest.mark.parametrize(
        ("row", "ended"),
        [
            ((100, 104, 96, 100), (None, None, "end_open")),
            ((97, 98, 94, 96), (2, 95.0, "stop_loss")),  # inside the bar: at its level
            ((97, 98, 95, 96), (2, 95.0, "stop_loss")),  # touching it is enough
            ((93, 99, 92, 98), (2, 93.0, "stop_loss")),  # gapped through: at the open
            ((108, 111, 107, 109), (2, 110.0, "take_profit")),
            ((112, 115, 90, 100), (2, 112.0, "take_profit")),  # the open lies beyond it, whatever comes later
            ((100, 112, 94, 105), (2, 95.0, "stop_loss")),  # both in the range: the stop comes first
        ],
    )
    def test_a_long_position_is_closed_inside_the_bar(self, row, ended):
        order = buy(0, stop_loss=fraction(0.05), take_profit=fraction(0.10))
        result = fill([order], [flat(100), flat(100), row])
        assert exits(result) == [ended]
        assert result.ambiguous_bars == (row == (100, 112, 94, 105))

    @pytest.mark.parametrize(
        ("row", "ended"),
        [
            ((103, 106, 102, 104), (2, 105.0, "stop_loss")),
            ((107, 108, 101, 102), (2, 107.0, "stop_loss")),
            ((92, 93, 89, 91), (2, 90.0, "take_profit")),
            ((88, 111, 85, 100), (2, 88.0, "take_profit")),
            ((100, 106, 89, 95), (2, 105.0, "stop_loss")),
        ],
    )
    def test_a_short_position_is_its_mirror(self, row, ended):
        order = short(0, stop_loss=fraction(0.05), take_profit=fraction(0.10))
        assert exits(fill([order], [flat(100), flat(100), row])) == [ended]

    def test_levels_hang_on_the_fill_and_stops_slip_but_targets_do_not(self):
        order = buy(0, stop_loss=fraction(0.05), take_profit=fraction(0.10))
        stopped = only(fill([order], [flat(100), flat(100), (100, 100, 90, 92)], costs=SLIPPING))
        assert stopped.entry_price == pytest.approx(101)
        assert stopped.stop_loss == pytest.approx(95.95)
        assert stopped.take_profit == pytest.approx(111.1)
        assert stopped.exit_price == pytest.approx(95.95 * 0.99)
        reached = only(fill([order], [flat(100), flat(100), (100, 120, 100, 118)], costs=SLIPPING))
        assert reached.exit_price == pytest.approx(111.1)

    def test_they_work_on_the_entry_bar_too(self):
        order = buy(0, stop_loss=fraction(0.05))
        assert exits(fill([order], [flat(100), (100, 101, 94, 99)])) == [(1, 95.0, "stop_loss")]

    def test_a_stop_nearer_than_the_slippage_is_hit_at_once(self):
        result = fill([buy(0, stop_loss=fraction(0.001))], [flat(100), (100, 101, 100, 101)], costs=SLIPPING)
        assert exits(result) == [(1, 99.0, "stop_loss")]

    def test_a_market_exit_due_at_the_open_comes_before_stop_and_target(self):
        order = buy(0, stop_loss=fraction(0.05), take_profit=fraction(0.10))
        result = fill([order, leave(1)], [flat(100), flat(100), (80, 120, 80, 100)])
        assert exits(result) == [(2, 80.0, "rule")]

    def test_distances_in_money_and_levels_as_prices(self):
        order = buy(0, stop_loss=money(3), take_profit=Level(104.0))
        assert exits(fill([order], [flat(100), flat(100), (99, 100, 96, 98)])) == [(2, 97.0, "stop_loss")]
        assert exits(fill([order], [flat(100), flat(100), (99, 105, 98, 98)])) == [(2, 104.0, "take_profit")]

    def test_moved_levels_hold_from_the_next_bar_on(self):
        rows = [flat(100), flat(100), (110, 112, 108, 111), (109, 110, 104, 105), flat(105)]
        moved = Order(2, Action.MOVE, stop_loss=Level(107.0))
        assert exits(fill([buy(0, stop_loss=fraction(0.05)), moved], rows)) == [(3, 107.0, "stop_loss")]
        break_even = Order(1, Action.MOVE, stop_loss=Level(100.0), take_profit=Level(111.5))
        assert exits(fill([buy(0), break_even], rows)) == [(2, 111.5, "take_profit")]


class TestTrailingStops:
    def test_it_hangs_on_the_best_high_of_completed_bars(self):
        rows = [flat(100), (100, 104, 100, 103), (103, 120, 99, 110), (110, 111, 107, 108), (108, 108, 105, 107)]
        # bar 2 knows 104 and so 93.6; from its close on 120, and so 108
        assert exits(fill([buy(0, trailing_stop=fraction(0.10))], rows)) == [(3, 108.0, "trailing_stop")]

    def test_on_the_entry_bar_it_hangs_on_the_fill(self):
        rows = [flat(100), (100, 130, 89, 100)]
        trade = only(fill([buy(0, trailing_stop=fraction(0.10))], rows))
        assert trade.trailing_stop == pytest.approx(90)
        assert (trade.exit_bar, trade.exit_price) == (1, pytest.approx(90))

    def test_a_short_one_hangs_on_the_lowest_low(self):
        rows = [flat(100), (100, 100, 80, 82), (82, 87, 81, 85), (85, 89, 85, 88)]
        assert exits(fill([short(0, trailing_stop=fraction(0.10))], rows)) == [(3, 88.0, "trailing_stop")]

    def test_in_money(self):
        rows = [flat(100), (100, 106, 100, 105), (105, 105, 101, 102)]
        assert exits(fill([buy(0, trailing_stop=money(4))], rows)) == [(2, 102.0, "trailing_stop")]

    def test_the_nearer_of_two_stops_is_hit_and_named(self):
        rows = [flat(100), (100, 106, 100, 105), (105, 105, 90, 91)]
        both = {"stop_loss": fraction(0.05), "trailing_stop": fraction(0.08)}
        assert exits(fill([buy(0, **both)], rows)) == [(2, round(106 * 0.92, 9), "trailing_stop")]
        assert exits(fill([buy(0, **both)], [flat(100), flat(100), (100, 100, 90, 91)])) == [(2, 95.0, "stop_loss")]

    def test_it_never_moves_away_from_the_price(self):
        rows = [flat(100), flat(100), flat(100), (100, 100, 95, 96)]
        wider = Order(1, Action.MOVE, trailing_stop=money(10))
        assert exits(fill([buy(0, trailing_stop=money(4)), wider], rows)) == [(3, 96.0, "trailing_stop")]
        nearer = Order(1, Action.MOVE, trailing_stop=money(2))
        assert exits(fill([buy(0, trailing_stop=money(4)), nearer], rows)) == [(3, 98.0, "trailing_stop")]


class TestLimitAndStopEntries:
    """Good for the one bar after the decision on bar 0."""

    @pytest.mark.parametrize(
        ("order", "row", "price"),
        [
            (buy(0, type=OrderType.LIMIT, limit_price=98.0), (100, 101, 97, 99), 98.0),
            (buy(0, type=OrderType.LIMIT, limit_price=98.0), (96, 99, 95, 99), 96.0),  # the open is better
            (buy(0, type=OrderType.LIMIT, limit_price=98.0), (100, 101, 98.5, 99), None),
            (buy(0, type=OrderType.STOP, stop_price=102.0), (100, 103, 99, 101), 102.0 * 1.01),
            (buy(0, type=OrderType.STOP, stop_price=102.0), (104, 105, 103, 104), 104.0 * 1.01),  # beyond: the open
            (buy(0, type=OrderType.STOP, stop_price=102.0), (100, 101, 99, 101), None),
            (short(0, type=OrderType.LIMIT, limit_price=102.0), (100, 103, 99, 101), 102.0),
            (short(0, type=OrderType.LIMIT, limit_price=102.0), (105, 106, 104, 105), 105.0),
            (short(0, type=OrderType.STOP, stop_price=98.0), (100, 101, 97, 99), 98.0 * 0.99),
            (short(0, type=OrderType.STOP, stop_price=98.0), (95, 96, 94, 95), 95.0 * 0.99),
        ],
    )
    def test_they_fill_at_their_level_or_at_the_open(self, order, row, price):
        result = fill([order], [flat(100), row, (98, 110, 90, 98)], costs=SLIPPING)
        assert [trade.entry_price for trade in result.trades] == pytest.approx([] if price is None else [price])

    @pytest.mark.parametrize(
        ("row", "price"),
        [
            ((100, 103, 99, 101), 102.0 * 1.01),  # triggered inside the bar, slips, but not beyond the limit
            ((103, 105, 102.5, 104), 103.0),  # triggered by the open, which is within the limit
            ((106, 107, 105, 106), None),  # triggered by the open, beyond the limit all day
            ((106, 107, 103, 105), 104.0),
        ],
    )
    def test_a_stop_limit_order_starts_at_its_stop_and_pays_its_limit_at_most(self, row, price):
        order = buy(0, type=OrderType.STOP_LIMIT, stop_price=102.0, limit_price=104.0)
        result = fill([order], [flat(100), row, flat(106)], costs=SLIPPING)
        assert [trade.entry_price for trade in result.trades] == pytest.approx([] if price is None else [price])

    def test_a_stop_limit_order_whose_limit_is_nearer_waits_for_the_price_to_come_back(self):
        order = buy(0, type=OrderType.STOP_LIMIT, stop_price=105.0, limit_price=102.0, good_for_bars=3)
        rows = [flat(100), (101, 106, 101, 104), (104, 104, 101, 103), flat(103)]
        assert entries(fill([order], rows)) == [(2, 102.0, "long")]
        back_at_once = [flat(100), (101, 106, 101, 101.5), flat(103)]
        assert entries(fill([order], back_at_once)) == [(1, 102.0, "long")]

    @pytest.mark.parametrize(("good_for_bars", "bought"), [(1, 0), (2, 0), (3, 1), (None, 1)])
    def test_they_wait_as_long_as_they_are_good(self, good_for_bars, bought):
        order = buy(0, type=OrderType.LIMIT, limit_price=90.0, good_for_bars=good_for_bars)
        result = fill([order], [flat(100), flat(100), flat(100), (95, 95, 89, 91), flat(91)])
        assert len(result.trades) == bought

    def test_they_can_be_cancelled_one_by_one(self):
        rows = [flat(100), flat(100), (100, 100, 80, 80)]
        waiting = {"type": OrderType.LIMIT, "good_for_bars": None, "sizing": Sizing(SizeKind.CASH, 100.0)}
        orders = [buy(0, limit_price=90.0, **waiting), buy(0, limit_price=85.0, **waiting)]
        cancelled = fill([*orders, Order(1, Action.CANCEL, lot=0)], rows)
        assert entries(cancelled) == [(2, 85.0, "long")]
        assert fill([*orders, Order(1, Action.CANCEL)], rows).trades == ()

    def test_on_the_bar_of_an_entry_inside_it_a_stop_in_the_range_counts_as_hit(self):
        order = buy(0, type=OrderType.STOP, stop_price=102.0, stop_loss=Level(99.0))
        result = fill([order], [flat(100), (100, 105, 98, 104), flat(104)])
        assert exits(result) == [(1, 99.0, "stop_loss")]
        assert result.ambiguous_bars == 1

    @pytest.mark.parametrize(("close", "ended"), [(107, (1, 106.0, "take_profit")), (104, (None, None, "end_open"))])
    def test_on_that_bar_a_target_counts_only_if_the_close_is_beyond_it(self, close, ended):
        order = buy(0, type=OrderType.LIMIT, limit_price=99.0, take_profit=Level(106.0))
        result = fill([order], [flat(100), (100, 108, 98, close), flat(104)])
        assert exits(result) == [ended]
        assert result.ambiguous_bars == 1

    def test_an_entry_that_fills_at_the_open_has_the_whole_bar_before_it(self):
        order = buy(0, type=OrderType.LIMIT, limit_price=101.0, take_profit=Level(106.0))
        result = fill([order], [flat(100), (100, 108, 98, 104), flat(104)])
        assert exits(result) == [(1, 106.0, "take_profit")]
        assert result.ambiguous_bars == 0

    def test_an_entry_against_the_position_turns_it_at_its_own_price(self):
        order = short(1, type=OrderType.STOP, stop_price=95.0)
        result = fill([buy(0), order], [flat(100), flat(100), (98, 99, 94, 94), flat(94)])
        assert exits(result) == [(2, 95.0, "rule"), (None, None, "end_open")]
        assert entries(result) == [(1, 100.0, "long"), (2, 95.0, "short")]
        assert result.equity[-1] == pytest.approx(950 + 10 * 1)


class TestTurns:
    def test_a_turn_closes_and_opens_at_the_same_open(self):
        rows = [flat(100), flat(100), flat(110), (110, 110, 99, 99)]
        result = fill([buy(0), leave(2), short(2)], rows, costs=SLIPPING)
        assert entries(result) == [(1, 101.0, "long"), (3, 108.9, "short")]
        assert exits(result) == [(3, 108.9, "rule"), (None, None, "end_open")]
        equity = 1000 / 101 * 108.9  # marked at the open, after the sale
        assert result.trades[1].quantity == pytest.approx(equity / 108.9)

    def test_an_entry_alone_against_the_position_turns_it_too(self):
        rows = [flat(100), flat(100), flat(110), flat(110)]
        plain = fill([buy(0), leave(2), short(2)], rows)
        assert fill([buy(0), short(2)], rows).trades == plain.trades


class TestHolding:
    def test_in_at_the_open_of_e_out_at_the_open_of_e_plus_n(self):
        rows = [flat(100 + i) for i in range(8)]
        trade = only(fill([buy(1, hold_bars=3)], rows))
        assert (trade.entry_bar, trade.exit_bar, trade.exit_price) == (2, 5, 105.0)
        assert trade.exit_reason == "time"
        assert trade.bars_held == 3

    def test_an_end_beyond_the_window_stays_open(self):
        assert only(fill([buy(1, hold_bars=30)], [flat(100)] * 5)).is_open


class TestLots:
    def test_each_lot_has_its_own_levels_and_clock(self):
        third = {"sizing": Sizing(SizeKind.QUANTITY, 2.0), "stop_loss": fraction(0.10)}
        rows = [flat(100), flat(100), flat(120), (120, 120, 107, 110), (110, 110, 89, 95), flat(95)]
        result = fill([buy(0, **third), buy(1, **third, hold_bars=9)], rows)
        assert exits(result) == [(4, 90.0, "stop_loss"), (3, 108.0, "stop_loss")]

    def test_one_lot_can_be_closed_by_its_number(self):
        size = {"sizing": Sizing(SizeKind.QUANTITY, 2.0)}
        rows = [flat(100), flat(100), flat(110), flat(120), flat(130)]
        result = fill([buy(0, **size), buy(1, **size), Order(2, Action.EXIT_LOT, lot=1)], rows)
        assert exits(result) == [(None, None, "end_open"), (3, 120.0, "rule")]

    def test_exits_by_side_leave_the_other_side_alone(self):
        rows = [flat(100)] * 4
        assert only(fill([buy(0), Order(1, Action.EXIT_SHORT)], rows)).is_open
        assert not only(fill([buy(0), Order(1, Action.EXIT_LONG)], rows)).is_open


class TestSizes:
    @pytest.mark.parametrize(
        ("sizing", "quantity"),
        [
            (Sizing(), 1000 / 80),
            (Sizing(SizeKind.EQUITY, 0.25), 250 / 80),
            (Sizing(SizeKind.CASH, 300.0), 300 / 80),
            (Sizing(SizeKind.QUANTITY, 7.0), 7.0),
            (Sizing(SizeKind.QUANTITY, 700.0), 1000 / 80),  # cut to what cash pays
            (Sizing(SizeKind.RISK, 0.02), 20 / 4),  # 2 % of 1000 over a stop 5 % of 80 away
            (Sizing(SizeKind.RISK, 0.5), 1000 / 80),
            (Sizing(whole_shares=True), 12.0),
            (Sizing(SizeKind.RISK, 0.021, whole_shares=True), 5.0),
        ],
    )
    def test_an_entry_gets_its_size_or_what_cash_pays(self, sizing, quantity):
        result = fill([buy(0, sizing=sizing, stop_loss=fraction(0.05))], [flat(100), flat(80), flat(80)])
        assert only(result).quantity == pytest.approx(quantity)
        assert result.cut_orders == (sizing.value in (700.0, 0.5))

    def test_a_fraction_of_equity_is_marked_at_the_open_of_the_fill(self):
        half = {"sizing": Sizing(SizeKind.EQUITY, 0.5)}
        result = fill([buy(0, **half), buy(1, **half)], [flat(100), flat(100), (120, 130, 120, 130)])
        assert [trade.quantity for trade in result.trades] == pytest.approx([5.0, 500 / 120])
        assert result.cut_orders == 1  # half of 1100 was wanted, 500 were left

    def test_risk_is_reckoned_to_the_nearer_stop(self):
        order = buy(0, sizing=Sizing(SizeKind.RISK, 0.01), stop_loss=money(5), trailing_stop=money(4))
        assert only(fill([order], [flat(100), flat(100)])).quantity == pytest.approx(10 / 4)

    def test_an_order_that_nothing_can_pay_is_counted_and_opens_nothing(self):
        result = fill([buy(0), buy(1)], [flat(100), flat(100), flat(100)])
        assert len(result.trades) == 1
        assert result.cut_orders == 1
        too_dear = fill([buy(0, sizing=Sizing(whole_shares=True))], [flat(100), flat(2000), flat(2000)])
        assert too_dear.trades == ()
        assert too_dear.cut_orders == 1

    def test_whole_shares_are_not_lost_to_rounding(self):
        assert 0.29 * 100 < 29  # as floats multiply
        result = fill(
            [buy(0, sizing=Sizing(SizeKind.EQUITY, 0.29, whole_shares=True))], [flat(1), flat(1)], capital=100.0
        )
        assert only(result).quantity == 29

    def test_a_short_sale_needs_its_value_as_margin(self):
        result = fill([short(0, sizing=Sizing(SizeKind.QUANTITY, 30.0)), short(1)], [flat(100)] * 3)
        assert only(result).quantity == pytest.approx(10)
        assert result.cut_orders == 2
        assert result.cash.tolist() == pytest.approx([1000, 2000, 2000])


class TestCosts:
    COSTS = Costs(
        slippage_bps=0, commission_bps=10, commission_per_share=0.01, commission_per_order=1, commission_minimum=2
    )

    def test_commission_adds_up_and_has_a_minimum(self):
        small = only(fill([buy(0, sizing=Sizing(SizeKind.QUANTITY, 1.0))], [flat(100)] * 2, costs=self.COSTS))
        assert small.costs == pytest.approx(2)  # 0.1 + 0.01 + 1 is below it
        large = only(
            fill([buy(0, sizing=Sizing(SizeKind.QUANTITY, 100.0))], [flat(100)] * 2, capital=2e4, costs=self.COSTS)
        )
        assert large.costs == pytest.approx(10 + 1 + 1)

    @pytest.mark.parametrize(
        "costs", [COSTS, Costs(0, 50), Costs(5, 0, 0, 1), Costs(0, 0, 0, 0, 9), Costs(3, 7, 0.1, 0, 50)]
    )
    def test_all_equity_leaves_cash_at_zero_and_not_below(self, costs):
        result = fill([buy(0)], [flat(100), flat(33.3), flat(33.3)], costs=costs)
        assert 0 <= result.cash[-1] < 1e-9
        assert result.cut_orders == 0  # room for its own commission is no cut

    def test_profit_is_net_of_both_commissions(self):
        size = {"sizing": Sizing(SizeKind.QUANTITY, 5.0)}
        trade = only(fill([buy(0, **size), leave(1)], [flat(100), flat(100), flat(110)], costs=self.COSTS))
        assert trade.profit == pytest.approx(50 - 2 - 2)
        assert trade.costs == pytest.approx(4)


class TestRuin:
    def test_everything_is_closed_at_the_next_open_and_nothing_traded_after(self):
        rows = [flat(100), flat(100), (150, 210, 150, 205), (220, 220, 200, 200), flat(100), flat(100)]
        result = fill([short(0), buy(3), buy(4)], rows)
        assert exits(result) == [(3, 220.0, "ruin")]
        assert result.ruined
        assert result.equity.tolist() == pytest.approx([1000, 1000, 1000, -50, -200, -200, -200])

    def test_a_loss_short_of_everything_is_no_ruin(self):
        assert not fill([short(0)], [flat(100), flat(100), flat(199)]).ruined
