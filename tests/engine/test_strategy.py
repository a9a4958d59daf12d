"""Strategies written as code: what they see, when they see it, and what their wishes become."""

import subprocess
import sys
from datetime import UTC, date, datetime

import numpy as np
import pytest

from bgagent.engine.array_feed import ArrayFeed
from bgagent.engine.backtest import run_plan, run_strategy
from bgagent.engine.orders import Action, OrderError, OrderType, unpack_orders
from bgagent.engine.plan import Rule, RulePlan
from bgagent.engine.rules import RuleError
from bgagent.engine.strategy import (
    Column,
    Distance,
    DistanceKind,
    Level,
    SizeKind,
    Sizing,
    Strategy,
    crossed_above,
    crossed_below,
    drive,
)
from tests.engine.hand_bars import account, bars_from, entries, exits, flat, only
from tests.engine.price_samples import random_bars

ROWS = [(10.0, 12.0, 9.0, 11.0), (11.0, 13.0, 10.0, 12.0), (12.0, 14.0, 11.0, 13.0), (13.0, 15.0, 12.0, 14.0)]


def run(strategy, rows=ROWS, *, first=0, volume=None):
    result = run_strategy(strategy, bars_from(rows, volume=volume), first=first, account=account())
    assert result.books_error < 1e-12
    return result


def watch(see, rows=ROWS, *, first=0):
    """What `see(strategy)` gives in on_start and at each close."""
    seen = []

    class Watching(Strategy):
        def on_start(self):
            seen.append(see(self))

        def on_bar(self):
            seen.append(see(self))

    run(Watching, rows, first=first)
    return seen


class TestWhatIsSeen:
    def test_columns_end_at_the_current_bar(self):
        assert watch(lambda self: self.close.values.tolist(), first=1) == [
            [11.0],
            [11.0, 12.0],
            [11.0, 12.0, 13.0],
            [11.0, 12.0, 13.0, 14.0],
        ]
        assert watch(lambda self: (self.open[-1], self.high[-1], self.low[-1], self.volume[-1]), first=3) == [
            (12.0, 14.0, 11.0, 1000.0),
            (13.0, 15.0, 12.0, 1000.0),
        ]

    def test_later_bars_are_not_in_the_arrays_even_underneath(self):
        hidden = watch(lambda self: np.isnan(self.close.values.base).sum(), first=1)
        assert hidden == [15, 10, 5, 0]  # of five columns

    def test_index_session_and_the_next_session(self):
        assert watch(lambda self: (self.index, self.session, self.next_session), first=2) == [
            (1, date(2024, 1, 2), date(2024, 1, 3)),
            (2, date(2024, 1, 3), date(2024, 1, 4)),
            (3, date(2024, 1, 4), None),
        ]
        assert watch(lambda self: (self.index, self.session, self.time))[0] == (-1, None, None)
        assert watch(lambda self: self.time)[1] == datetime(2024, 1, 1, tzinfo=UTC)

    def test_the_books(self):
        seen = []

        class Buys(Strategy):
            def on_bar(self):
                position = self.position
                seen.append((self.cash, self.equity, position.quantity, position.bars_held, position.profit))
                if self.index == 0:
                    self.buy(0.5)
                if self.index == 2:
                    self.exit()

        run(Buys)
        shares = 500 / 11
        assert [tuple(row) for row in np.round(seen, 9)] == [
            (1000, 1000, 0, 0, 0),
            (500, round(500 + shares * 12, 9), round(shares, 9), 1, round(shares, 9)),
            (500, round(500 + shares * 13, 9), round(shares, 9), 2, round(shares * 2, 9)),
            (round(500 + shares * 13, 9), round(500 + shares * 13, 9), 0, 0, 0),
        ]

    def test_positions_and_their_lots(self):
        seen = []

        class Adds(Strategy):
            def on_bar(self):
                seen.append(
                    (self.position.is_flat, self.position.is_long, self.position.is_short, self.bars_since_exit)
                )
                if self.index < 2:
                    self.buy(Sizing(SizeKind.QUANTITY, 10.0 + self.index * 10), stop_loss=Level(5.0))
                if self.index == 3:
                    first, second = self.position.lots
                    seen.append((first.entry_price, first.bars_held, second.quantity, second.stop_loss))
                    seen.append(self.position.entry_price)

        run(Adds)
        assert seen == [
            (True, False, False, None),
            (False, True, False, None),
            (False, True, False, None),
            (False, True, False, None),
            (11.0, 3, 20.0, 5.0),
            (10 * 11 + 20 * 12) / 30,
        ]

    def test_bars_since_the_last_exit(self):
        class Once(Strategy):
            def on_start(self):
                self.buy(hold_bars=1)

        seen = []

        class Watched(Once):
            def on_bar(self):
                seen.append(self.bars_since_exit)

        run(Watched)
        assert seen == [None, 0, 1, 2]


class TestColumns:
    def column(self):
        feed = ArrayFeed(bars_from(ROWS), first=3)
        return Column(feed, np.array([1.0, 2.0, 3.0, np.nan]))

    def test_they_read_like_arrays_that_end_now(self):
        column = self.column()
        assert (column[-1], column[0], len(column), float(column)) == (3.0, 1.0, 3, 3.0)
        assert isinstance(column[-1], float)
        assert column[-2:].tolist() == [2.0, 3.0]
        assert list(column) == [1.0, 2.0, 3.0]
        assert column.mean() == np.mean(column) == 2.0
        assert (column * 2 - 1).tolist() == [1.0, 3.0, 5.0]
        assert (column > 1.5).tolist() == [False, True, True]
        assert np.maximum(column, 2).tolist() == [2.0, 2.0, 3.0]
        assert np.asarray(column, dtype=int).tolist() == [1, 2, 3]

    @pytest.mark.parametrize("index", [3, -4, 99])
    def test_what_is_not_known_cannot_be_read(self, index):
        with pytest.raises(IndexError, match="3 values are known"):
            self.column()[index]

    def test_they_are_read_only(self):
        column = self.column()
        with pytest.raises(ValueError, match="read-only"):
            column[-2:][0] = 9.0
        with pytest.raises(TypeError):
            np.add(column, 1.0, out=column)


class TestCrosses:
    @pytest.mark.parametrize(
        ("one", "other", "above", "below"),
        [
            ([1, 3], [2, 2], True, False),
            ([2, 3], [2, 2], True, False),  # touching before counts as not above
            ([3, 3], [2, 2], False, False),
            ([3, 1], [2, 2], False, True),
            ([2, 2], [2, 2], False, False),
            ([float("nan"), 3], [2, 2], False, False),
            ([3], [2], False, False),
            ([29, 31], 30, True, False),
            (30, [31, 29], True, False),
        ],
    )
    def test_a_cross_is_an_event(self, one, other, above, below):
        one, other = (np.array(side, float) if isinstance(side, list) else side for side in (one, other))
        assert (crossed_above(one, other), crossed_below(one, other)) == (above, below)

    def test_columns_cross_as_the_rules_say(self):
        bars = random_bars(4, 300)

        class Crosses(Strategy):
            def init(self):
                self.fast = self.indicator("sma(close, 5)")
                self.slow = self.indicator("sma(close, 20)")
                self.up = self.indicator("crosses_above(sma(close, 5), sma(close, 20))")

            def on_bar(self):
                agreed.append(crossed_above(self.fast, self.slow) == bool(self.up[-1]))

        agreed = []
        run_strategy(Crosses, bars, first=0, account=account())
        assert len(agreed) == 300
        assert all(agreed)

    def test_text_cannot_cross(self):
        with pytest.raises(TypeError, match="not str"):
            crossed_above("close", 3)


class TestIndicators:
    def test_they_are_the_rule_language_and_end_at_the_current_bar(self):
        seen = []

        class Averages(Strategy):
            def init(self):
                self.average = self.indicator("sma(close, 2)")

            def on_bar(self):
                seen.append((len(self.average), self.average[-1]))

        run(Averages, first=1)
        assert seen == [(2, 11.5), (3, 12.5), (4, 13.5)]

    def test_the_calendar_tells_of_the_next_session(self):
        seen = []

        class Calendar(Strategy):
            def init(self):
                self.monday = self.calendar("weekday == 0")

            def on_start(self):
                seen.append(bool(self.monday))

            def on_bar(self):
                seen.append(bool(self.monday))

        run(Calendar, [flat(1)] * 6)  # Monday to Monday
        assert seen == [True, False, False, False, False, True, False]

    def test_an_unknown_expression_is_refused(self):
        class Unknown(Strategy):
            def init(self):
                self.indicator("crystal_ball(close)")

        with pytest.raises(RuleError, match="crystal_ball"):
            run(Unknown)

    def test_declaring_late_is_refused(self):
        class Late(Strategy):
            def on_bar(self):
                self.indicator("sma(close, 2)")

        with pytest.raises(OrderError, match="declared in init"):
            run(Late)

    def test_nothing_is_known_in_init(self):
        class Early(Strategy):
            def init(self):
                self.close[-1]

        with pytest.raises(IndexError, match="0 values are known"):
            run(Early)


class TestOrders:
    def ordered(self, place, *, init=None, rows=ROWS):
        class Ordering(Strategy):
            def init(self):
                if init:
                    init(self)

            def on_bar(self):
                if self.index == 2:
                    given.append(place(self))

        given = []
        return given, unpack_orders(run(Ordering, rows).orders)

    def test_on_start_orders_fill_at_the_windows_first_open(self):
        class Holds(Strategy):
            def on_start(self):
                self.buy()

        result = run(Holds, first=2)
        assert entries(result) == [(2, 12.0, "long")]
        assert result.orders["decided_on"].tolist() == [1]

    @pytest.mark.parametrize(
        ("prices", "kind"),
        [
            ({}, OrderType.MARKET),
            ({"limit": 9.0}, OrderType.LIMIT),
            ({"stop": 15.0}, OrderType.STOP),
            ({"limit": 16.0, "stop": 15.0}, OrderType.STOP_LIMIT),
        ],
    )
    def test_prices_make_the_type_of_an_order(self, prices, kind):
        given, (order,) = self.ordered(lambda self: self.sell_short(0.5, good_for_bars=None, **prices))
        assert given == [0]
        assert (order.action, order.type, order.good_for_bars) == (Action.ENTER_SHORT, kind, None)
        assert order.sizing == Sizing(SizeKind.EQUITY, 0.5)

    def test_bare_numbers_are_fractions_of_the_entry_price(self):
        _, (order,) = self.ordered(lambda self: self.buy(stop_loss=0.05, take_profit=Level(20.0), trailing_stop=0.1))
        assert order.stop_loss == Distance(DistanceKind.FRACTION, 0.05)
        assert order.take_profit == Level(20.0)
        assert order.trailing_stop == Distance(DistanceKind.FRACTION, 0.1)

    def test_a_distance_by_atr_is_resolved_to_money_when_decided(self):
        wish = Distance(DistanceKind.ATR, 3.0, atr_length=2)
        _, (order,) = self.ordered(lambda self: self.buy(stop_loss=wish), init=lambda self: self.indicator("atr( 2 )"))
        assert order.stop_loss == Distance(DistanceKind.MONEY, 9.0)

    def test_an_atr_not_declared_is_a_clear_mistake(self):
        wish = Distance(DistanceKind.ATR, 3.0, atr_length=2)
        with pytest.raises(OrderError, match=r'needs self.indicator\("atr\(2\)"\) in init'):
            self.ordered(lambda self: self.buy(stop_loss=wish))

    def test_what_is_not_defined_yet_places_no_order(self):
        wish = Distance(DistanceKind.ATR, 3.0, atr_length=9)
        given, orders = self.ordered(lambda self: self.buy(stop_loss=wish), init=lambda self: self.indicator("atr(9)"))
        assert (given, orders) == ([None], ())
        given, orders = self.ordered(lambda self: self.buy(Sizing(SizeKind.VOLATILITY, 0.1)))
        assert (given, orders) == ([None], ())

    @pytest.mark.parametrize(
        ("place", "message"),
        [
            (lambda self: self.buy(10), "a size is a fraction of equity"),
            (lambda self: self.buy(0), "a size is a fraction of equity"),
            (lambda self: self.buy(float("nan")), "a size is a fraction of equity"),
            (lambda self: self.buy(stop_loss=5), "stop_loss is a fraction"),
            (lambda self: self.buy(stop_loss=float("nan")), "stop_loss is a fraction"),
            (lambda self: self.buy(take_profit=-0.1), "take_profit is a fraction"),
            (lambda self: self.buy(trailing_stop=Level(5.0)), "a trailing stop is a distance"),
            (lambda self: self.buy(limit=float("nan")), "limit is a price"),
            (lambda self: self.buy(stop=-1.0), "stop is a price"),
            (lambda self: self.buy(hold_bars=0), "hold_bars is a whole number"),
            (lambda self: self.buy(good_for_bars=1.5), "good_for_bars is a whole number"),
            (lambda self: self.buy(Sizing(SizeKind.RISK, 0.01)), "needs a stop_loss"),
            (lambda self: self.buy(reason="stop_loss"), "an order's reason is one of"),
            (lambda self: self.buy(stop_loss=Level(float("nan"))), "a level is a price"),
        ],
    )
    def test_senseless_orders_are_refused_where_they_stand(self, place, message):
        with pytest.raises(OrderError, match=message):
            self.ordered(place)

    def test_orders_in_init_are_refused(self):
        with pytest.raises(OrderError, match="not in init"):
            self.ordered(lambda self: None, init=lambda self: self.buy())

    def test_leaving_when_flat_places_nothing(self):
        assert self.ordered(lambda self: self.exit())[1] == ()

    def test_a_side_that_does_not_exist_is_refused(self):
        with pytest.raises(OrderError, match="a side to close"):
            self.ordered(lambda self: self.exit(side="up"))

    def test_stops_and_targets_can_be_moved(self):
        class Moves(Strategy):
            def on_start(self):
                self.buy(stop_loss=0.5, take_profit=0.9)

            def on_bar(self):
                if self.index == 1:
                    self.move_stop(11.5)
                    self.move_target(14.5)

        assert exits(run(Moves)) == [(2, 11.5, "stop_loss")]

    def test_waiting_orders_can_be_cancelled(self):
        class Cancels(Strategy):
            def on_start(self):
                self.numbers = [self.buy(0.1, limit=price, good_for_bars=None) for price in (8.0, 7.0)]

            def on_bar(self):
                if self.index == 1:
                    self.cancel(self.numbers[0])

        rows = [flat(10), flat(10), (10, 10, 6, 6)]
        assert entries(run(Cancels, rows)) == [(2, 7.0, "long")]

    def test_orders_on_the_last_bar_are_dropped_and_counted(self):
        class Late(Strategy):
            def on_bar(self):
                if self.next_session is None:
                    self.buy()

        result = run(Late)
        assert (result.trades, result.dropped_orders) == ((), 1)

    def test_levels_by_atr_follow_as_they_do_for_rules(self):
        bars = random_bars(7, 400)
        far = Distance(DistanceKind.ATR, 2.0, follows=True)
        wide = Distance(DistanceKind.ATR, 3.0, atr_length=5, follows=True)
        target = Distance(DistanceKind.ATR, 4.0)
        levels = {"stop_loss": far, "take_profit": target, "trailing_stop": wide}

        class Follows(Strategy):
            def init(self):
                self.indicator("atr(14)")
                self.indicator("atr(5)")
                self.signal = self.indicator("close > previous(close)")

            def on_bar(self):
                if self.signal[-1] and len(self.position.lots) < 2:
                    self.buy(Sizing(SizeKind.VOLATILITY, 0.1), **levels)

        rising = Rule(when="close > previous(close)")
        plan = RulePlan("TEST", entry=rising, max_positions=2, sizing=Sizing(SizeKind.VOLATILITY, 0.1), **levels)
        by_code = run_strategy(Follows, bars, first=30, account=account())
        by_rules = run_plan(plan, bars, first=30, account=account())
        assert len(by_rules.trades) > 20
        assert by_code.trades == by_rules.trades
        assert by_code.orders.tobytes() == by_rules.orders.tobytes()


class TestDriving:
    def test_each_order_is_handed_over_before_the_next_bar_is_asked_for(self):
        story = []

        class Telling(ArrayFeed):
            def advance(self):
                story.append(f"bar {self.count}")
                return super().advance()

        class Buys(Strategy):
            def on_bar(self):
                if self.index < 2:
                    self.buy(0.1)

        feed = Telling(bars_from(ROWS), first=0)
        driven = drive(Buys, feed, account(), on_order=lambda order: story.append(f"order of {order.decided_on}"))
        assert story == ["bar 0", "order of 0", "bar 1", "order of 1", "bar 2", "bar 3", "bar 4"]
        assert len(driven.orders) == 2
        assert len(driven.book.lots) == 2

    def test_after_ruin_the_strategy_is_not_asked_any_more(self):
        class Shorts(Strategy):
            def on_bar(self):
                asked.append(self.index)
                if self.position.is_flat:
                    self.sell_short()

        asked = []
        result = run(Shorts, [flat(10), flat(10), flat(25), flat(25), flat(25)])
        assert result.ruined
        assert asked == [0, 1]
        assert only(result).exit_reason == "ruin"

    def test_what_a_strategy_raises_comes_through(self):
        class Fails(Strategy):
            def on_bar(self):
                raise ZeroDivisionError("mine")

        with pytest.raises(ZeroDivisionError, match="mine"):
            run(Fails)


def test_a_strategy_needs_no_talib_pandas_or_msgspec():
    program = (
        "import sys, bgagent.engine.strategy\n"
        "print(sorted({name.split('.')[0] for name in sys.modules} & {'talib', 'pandas', 'msgspec', 'scipy'}))\n"
        "print('bgagent.engine.rules' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.split("\n")[:2] == ["[]", "False"]
