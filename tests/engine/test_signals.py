"""When rules decide: what is true when, what wins over what, and what waits."""

import numpy as np
import pytest

from bgagent.engine.backtest import run_plan
from bgagent.engine.orders import OrderError, unpack_orders
from bgagent.engine.plan import Distance, DistanceKind, Rule, RulePlan, SizeKind, Sizing
from bgagent.engine.rules import RuleError
from tests.engine.hand_bars import account, bars_from, entries, exits, flat, only


def volume_is(*numbers: int) -> Rule:
    """True on bars whose volume is one of these."""
    return Rule(when=" or ".join(f"volume == {number}" for number in numbers))


def run(plan, volume, *, rows=None, first=0, start="2024-01-01"):
    bars = bars_from(rows or [flat(100)] * len(volume), volume=volume, start=start)
    result = run_plan(plan, bars, first=first, account=account())
    assert result.books_error < 1e-12
    return result


BUY, SELL, SHORT, COVER = 1, 2, 4, 8
LONG_ONLY = RulePlan("TEST", entry=volume_is(1, 3), exit=volume_is(2, 3))


def holds(number):
    return volume_is(*(total for total in range(16) if total & number))


TWO_SIDES = RulePlan("TEST", entry=holds(BUY), exit=holds(SELL), short_entry=holds(SHORT), short_exit=holds(COVER))


class TestOneSide:
    def test_a_rule_true_at_a_close_fills_at_the_next_open(self):
        result = run(LONG_ONLY, [0, 1, 0, 0, 2, 0, 0])
        assert (entries(result), exits(result)) == ([(2, 100.0, "long")], [(5, 100.0, "rule")])

    def test_the_first_decision_on_prices_is_made_at_the_first_close_of_the_window(self):
        assert entries(run(LONG_ONLY, [0, 1, 1, 0, 0], first=2)) == [(3, 100.0, "long")]

    def test_in_position_an_exit_wins_over_an_entry(self):
        assert exits(run(LONG_ONLY, [1, 0, 3, 0, 0])) == [(3, 100.0, "rule")]

    def test_flat_with_both_true_stays_flat(self):
        assert run(LONG_ONLY, [3, 3, 3, 0]).trades == ()

    def test_an_entry_that_finds_a_position_is_void(self):
        assert len(run(LONG_ONLY, [1, 1, 1, 0]).trades) == 1

    def test_what_is_decided_at_the_last_close_is_dropped_and_counted(self):
        result = run(LONG_ONLY, [0, 0, 1])
        assert (result.trades, result.dropped_orders, len(result.orders)) == ((), 1, 1)

    def test_after_an_exit_inside_a_bar_its_close_may_decide_the_next_entry(self):
        plan = RulePlan("TEST", entry=volume_is(1), stop_loss=Distance(DistanceKind.FRACTION, 0.05))
        result = run(plan, [1, 0, 1, 0], rows=[flat(100), flat(100), (100, 100, 90, 92), flat(92)])
        assert exits(result) == [(2, 95.0, "stop_loss"), (None, None, "end_open")]
        assert entries(result)[1] == (3, 92.0, "long")

    def test_the_short_side_alone_is_its_mirror(self):
        plan = RulePlan("TEST", short_entry=volume_is(1, 3), short_exit=volume_is(2, 3))
        result = run(plan, [1, 0, 3, 0, 3, 0])
        assert (entries(result), exits(result)) == ([(1, 100.0, "short")], [(3, 100.0, "rule")])


class TestTwoSides:
    def test_an_exit_with_the_other_entry_turns_at_the_same_open(self):
        result = run(TWO_SIDES, [BUY, 0, SELL | SHORT, 0, COVER | BUY, 0])
        assert entries(result) == [(1, 100.0, "long"), (3, 100.0, "short"), (5, 100.0, "long")]
        assert exits(result) == [(3, 100.0, "rule"), (5, 100.0, "rule"), (None, None, "end_open")]

    def test_flat_with_both_entries_true_stays_flat(self):
        assert run(TWO_SIDES, [BUY | SHORT, 0, 0]).trades == ()

    def test_the_other_entry_without_an_exit_finds_a_position_and_is_void(self):
        assert only(run(TWO_SIDES, [BUY, 0, SHORT, 0])).is_open

    def test_a_turn_into_a_side_whose_exit_is_true_only_closes(self):
        result = run(TWO_SIDES, [BUY, 0, SELL | SHORT | COVER, 0])
        assert exits(result) == [(3, 100.0, "rule")]


class TestTime:
    def test_holding_n_bars_and_a_signal_on_the_last_held_bar(self):
        plan = RulePlan("TEST", entry=volume_is(1), hold_bars=3)
        result = run(plan, [1, 0, 0, 1, 1, 0, 0])  # held on bars 1, 2, 3; flat again at the close of bar 4
        assert entries(result) == [(1, 100.0, "long"), (5, 100.0, "long")]
        assert exits(result)[0] == (4, 100.0, "time")

    @pytest.mark.parametrize(("wait_bars", "entered"), [(None, 3), (1, 3), (2, 4), (3, 5), (5, 7)])
    def test_waiting_n_bars_after_an_exit(self, wait_bars, entered):
        plan = RulePlan("TEST", entry=volume_is(1), exit=volume_is(2), wait_bars=wait_bars)
        result = run(plan, [1, 2, 1, 1, 1, 1, 1, 1])  # out at the open of bar 2
        assert entries(result)[1][0] == entered

    def test_waiting_forbids_turns(self):
        plan = RulePlan("TEST", entry=holds(BUY), exit=holds(SELL), short_entry=holds(SHORT), wait_bars=1)
        result = run(plan, [BUY, SELL | SHORT, SHORT, 0])
        assert entries(result) == [(1, 100.0, "long"), (3, 100.0, "short")]


class TestCalendar:
    """Weekdays from Monday, 1 January 2024."""

    def test_what_needs_no_price_is_bought_at_the_windows_first_open(self):
        assert entries(run(RulePlan("TEST", entry=Rule(on="first_session")), [0] * 5, first=2)) == [(2, 100.0, "long")]

    def test_whenever_flat_buys_at_every_open(self):
        plan = RulePlan("TEST", entry=Rule(on="every_session"), hold_bars=1)
        assert entries(run(plan, [0] * 5)) == [(0, 100.0, "long"), (2, 100.0, "long"), (4, 100.0, "long")]

    def test_dated_orders_fill_on_their_day_and_are_named_schedule(self):
        plan = RulePlan("TEST", entry=Rule(on="weekday == 0"), exit=Rule(on="weekday == 3"))
        result = run(plan, [0] * 10, first=1)
        assert (entries(result), exits(result)) == ([(5, 100.0, "long")], [(8, 100.0, "schedule")])

    def test_a_date_with_a_condition_reads_the_close_before_even_in_the_warm_up(self):
        plan = RulePlan("TEST", entry=Rule(when="volume == 1", on="weekday == 2"), hold_bars=1)
        assert entries(run(plan, [0, 1, 0, 0, 0, 0, 0, 0, 0], first=2)) == [(2, 100.0, "long")]
        assert run(plan, [1, 0, 0, 0, 0, 0, 0, 0, 0], first=2).trades == ()

    def test_an_exit_rule_true_at_the_close_before_keeps_a_dated_entry_from_being_made(self):
        plan = RulePlan("TEST", entry=Rule(on="weekday == 0"), exit=volume_is(2))
        assert entries(run(plan, [0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0])) == [(0, 100.0, "long"), (10, 100.0, "long")]
        assert entries(run(plan, [0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0], first=5)) == [(10, 100.0, "long")]

    def test_but_not_one_that_needs_no_price_at_the_windows_first_open(self):
        plan = RulePlan("TEST", entry=Rule(on="first_session"), exit=volume_is(2))
        assert entries(run(plan, [2, 0, 0], first=1)) == [(1, 100.0, "long")]

    def test_no_condition_can_be_read_before_the_first_bar_of_all(self):
        plan = RulePlan("TEST", entry=Rule(when="close > 0", on="weekday == 0"))
        assert run(plan, [0] * 5).trades == ()


class TestLots:
    def test_an_entry_adds_lots_up_to_the_most_allowed(self):
        plan = RulePlan("TEST", entry=volume_is(1), exit=volume_is(2), max_positions=2, sizing=Sizing(value=0.25))
        result = run(plan, [1, 1, 1, 2, 0])
        assert entries(result) == [(1, 100.0, "long"), (2, 100.0, "long")]
        assert exits(result) == [(4, 100.0, "rule")] * 2


class TestDistancesByAtr:
    ROWS = [(100.0, 102.0, 98.0, 100.0)] * 4  # a range of 4 on every bar

    def plan(self, **fields):
        return RulePlan("TEST", entry=volume_is(1), **fields)

    def test_they_are_fixed_by_the_decision_bar(self):
        plan = self.plan(stop_loss=Distance(DistanceKind.ATR, 2.0, atr_length=2))
        trade = only(run(plan, [0, 0, 1, 0], rows=self.ROWS))
        assert trade.stop_loss == pytest.approx(100 - 2 * 4)

    def test_without_an_atr_yet_no_entry_is_made(self):
        plan = self.plan(stop_loss=Distance(DistanceKind.ATR, 2.0, atr_length=2))
        result = run(plan, [1, 1, 0, 0], rows=self.ROWS)
        assert (result.trades, len(result.orders)) == ((), 0)

    def test_levels_that_follow_move_with_each_completed_bar(self):
        rows = [*self.ROWS, (100.0, 101.0, 99.0, 100.0), (100, 100, 93.5, 95), flat(95)]
        # after bar 4 the ATR is (4 + 2) / 2 = 3, so the stop stands at 100 - 2 x 3 on bar 5; fixed it would be 92
        fixed = Distance(DistanceKind.ATR, 2.0, atr_length=2)
        follows = Distance(DistanceKind.ATR, 2.0, atr_length=2, follows=True)
        assert exits(run(self.plan(stop_loss=fixed), [0, 0, 1, 0, 0, 0, 0], rows=rows)) == [(None, None, "end_open")]
        assert exits(run(self.plan(stop_loss=follows), [0, 0, 1, 0, 0, 0, 0], rows=rows)) == [(5, 94.0, "stop_loss")]


class TestSizes:
    def test_a_volatility_to_aim_at_becomes_a_fraction_of_equity(self):
        generator = np.random.default_rng(3)
        close = 100 * np.cumprod(1 + generator.normal(0, 0.02, 30))
        volume = [0.0] * 30
        volume[25] = 1.0
        plan = RulePlan("TEST", entry=volume_is(1), sizing=Sizing(SizeKind.VOLATILITY, 0.1))
        result = run(plan, volume, rows=[flat(price) for price in close])
        returns = close[7:26] / close[6:25] - 1
        fraction = 0.1 / (returns.std(ddof=1) * 252**0.5)
        assert fraction < 1
        ordered = unpack_orders(result.orders)[0].sizing
        assert (ordered.kind, ordered.value) == (SizeKind.EQUITY, pytest.approx(fraction))
        assert only(result).quantity == pytest.approx(1000 * fraction / close[26])

    def test_a_size_by_risk_needs_a_stop(self):
        with pytest.raises(OrderError, match="needs a stop loss"):
            run(RulePlan("TEST", entry=volume_is(1), sizing=Sizing(SizeKind.RISK, 0.01)), [0, 0])


def test_a_rule_that_cannot_be_read_is_refused():
    with pytest.raises(RuleError):
        run(RulePlan("TEST", entry=Rule(when="tomorrow(close) > close")), [0, 0])


def test_bars_of_another_symbol_are_refused():
    with pytest.raises(ValueError, match="the plan is for OTHER, the bars are of TEST"):
        run(RulePlan("OTHER", entry=volume_is(1)), [0, 0])


@pytest.mark.parametrize("first", [-1, 2, 9])
def test_an_empty_window_is_refused(first):
    with pytest.raises(ValueError, match="the window cannot begin"):
        run(LONG_ONLY, [0, 0], first=first)
