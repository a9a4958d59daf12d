"""Rules, code and order logs give the same books, and a third, plain loop agrees with all of them."""

import os
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bgagent.bars import Bars
from bgagent.engine.backtest import replay, run_plan, run_strategy
from bgagent.engine.plan import Account, Costs, Distance, DistanceKind, Rule, RulePlan, SizeKind, Sizing, StopStep
from bgagent.engine.result import BacktestResult
from bgagent.engine.strategy import Strategy
from bgagent.periods import Timeframe
from tests.engine.hand_bars import bars_from
from tests.engine.oracle import Oracle

EXAMPLES = int(os.environ.get("ENGINE_EXAMPLES", "400"))  # the same ones each time; more of them on request
PARTS = {"position": "fraction", "quantity": "quantity"}
BUY, LEAVE_LONG, SHORT, LEAVE_SHORT = 1, 2, 4, 8
SIZES = {"equity": SizeKind.EQUITY, "cash": SizeKind.CASH, "quantity": SizeKind.QUANTITY, "risk": SizeKind.RISK}


@st.composite
def random_bars(draw: st.DrawFn) -> Bars:
    """40 to 80 bars with gaps; prices to whole, tenth or no steps, so that levels are sometimes met exactly.

    The volume is a number from 0 to 15 whose bits are the four signals of the bar.
    """
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    count = draw(st.integers(40, 80))
    wildness = draw(st.sampled_from([0.03, 0.01, 0.25]))
    decimals = draw(st.sampled_from([9, 1, 0]))
    close = 100 * np.exp(np.cumsum(wildness * generator.standard_normal(count)))
    opening = np.concatenate([close[:1], close[:-1]]) * np.exp(
        wildness * generator.standard_normal(count) * (generator.random(count) < 0.5)
    )
    high = np.maximum(opening, close) * (1 + wildness * generator.random(count))
    low = np.minimum(opening, close) * (1 - wildness * generator.random(count) / 2)
    rows = np.maximum(np.round(np.column_stack([opening, high, low, close]), decimals), 1.0)
    entry_chance = draw(st.sampled_from([0.5, 0.2, 0.9]))
    exit_chance = draw(st.sampled_from([0.1, 0.02, 0.4]))
    chances = np.array([entry_chance, exit_chance, entry_chance / 2, exit_chance])
    bits = (generator.random((count, 4)) < chances) @ np.array([BUY, LEAVE_LONG, SHORT, LEAVE_SHORT])
    return bars_from([tuple(row) for row in rows.tolist()], volume=bits.tolist())


COSTS = st.one_of(
    st.just(Costs()),
    st.just(Costs(0.0)),
    st.builds(
        Costs,
        st.sampled_from([0.0, 5.0, 80.0]),
        st.sampled_from([0.0, 10.0, 200.0]),
        st.sampled_from([0.0, 0.05]),
        st.sampled_from([0.0, 1.0, 30.0]),
        st.sampled_from([0.0, 2.5]),
        st.sampled_from([0.0, 0.0, 0.02, 1.5]),
    ),
)
DISTANCES = st.one_of(
    st.tuples(st.just("fraction"), st.sampled_from([0.05, 0.001, 0.01, 0.02, 0.1, 0.3])),
    st.tuples(st.just("money"), st.sampled_from([3.0, 0.5, 1.0, 20.0])),
    st.none(),
)
AMOUNTS = st.one_of(
    st.tuples(st.just("equity"), st.sampled_from([1.0, 0.02, 1 / 3])),
    st.tuples(st.just("cash"), st.sampled_from([100.0, 2500.0, 50000.0])),
    st.tuples(st.just("quantity"), st.sampled_from([0.37, 5.0, 1000.0])),
    st.tuples(st.just("risk"), st.sampled_from([0.01, 0.2])),
)


@st.composite
def order_fields(draw: st.DrawFn) -> dict[str, Any]:
    """What an entry asks for, in the oracle's words."""
    fields = {
        "stop_loss": draw(DISTANCES),
        "target": draw(DISTANCES),
        "trailing": draw(DISTANCES),
        "hold": draw(st.sampled_from([None, None, 1, 2, 5])),
        "whole": draw(st.booleans()),
        "kind": "market",
        "why": "rule",
    }
    if fields["stop_loss"] is not None:
        fields["target"] = draw(st.sampled_from([fields["target"], fields["target"], ("risk", 2.0), ("risk", 0.5)]))
    fields["size"], fields["amount"] = draw(AMOUNTS)
    if fields["size"] == "risk" and fields["stop_loss"] is None and fields["trailing"] is None:
        fields["stop_loss"] = ("fraction", 0.05)
    return fields


def distance(said: tuple[str, float] | None) -> Distance | None:
    return None if said is None else Distance(DistanceKind(said[0]), said[1])


def sizing(fields: dict[str, Any]) -> Sizing:
    return Sizing(SIZES[fields["size"]], fields["amount"], whole_shares=fields["whole"])


def protections(fields: dict[str, Any]) -> dict[str, Distance | None]:
    said = {"stop_loss": "stop_loss", "take_profit": "target", "trailing_stop": "trailing"}
    return {name: distance(fields[word]) for name, word in said.items()}


def bit(number: int) -> Rule:
    """A rule that is true on bars whose volume has a bit set."""
    wanted = [str(volume) for volume in range(16) if volume & number]
    return Rule(when=" or ".join(f"volume == {volume}" for volume in wanted))


def oracle(capital: float, costs: Costs) -> Oracle:
    return Oracle(
        capital,
        slip=costs.slippage_bps / 1e4,
        tick=costs.slippage_per_share,
        rate=costs.commission_bps / 1e4,
        per_share=costs.commission_per_share,
        per_order=costs.commission_per_order,
        least=costs.commission_minimum,
    )


def agree(result: BacktestResult, plain: Oracle) -> None:
    """Curves, trades and counts are the same, to 1e-9."""
    scale = np.maximum(1.0, np.abs(plain.curve).max())
    assert np.abs(result.equity - plain.curve).max() / scale < 1e-9
    assert np.abs(result.cash - plain.cash_curve).max() / scale < 1e-9
    assert result.books_error < 1e-9
    assert result.ruined == plain.ruined
    assert result.cut_orders == plain.cut
    assert result.ambiguous_bars == len(plain.ambiguous)
    still_open = [{**position, "out_bar": None, "why": "end_open"} for position in plain.held]
    end = len(result.bars)
    wanted = sorted(
        plain.trades + still_open,
        key=lambda trade: (trade["number"], end if trade["out_bar"] is None else trade["out_bar"], trade["quantity"]),
    )
    told = sorted(
        result.trades,
        key=lambda trade: (trade.lot, end if trade.exit_bar is None else trade.exit_bar, trade.quantity),
    )
    assert [(trade.entry_bar, trade.exit_bar, str(trade.exit_reason), trade.direction == "long") for trade in told] == [
        (trade["bar"], trade["out_bar"], trade["why"], trade["long"]) for trade in wanted
    ]
    for trade, plainly in zip(told, wanted, strict=True):
        assert trade.entry_price == pytest.approx(plainly["price"], rel=1e-9)
        assert trade.quantity == pytest.approx(plainly["quantity"], rel=1e-9)
        if not trade.is_open:
            assert trade.exit_price == pytest.approx(plainly["out_price"], rel=1e-9)
            assert trade.profit == pytest.approx(plainly["profit"], rel=1e-9, abs=1e-9 * scale)


def same(one: BacktestResult, other: BacktestResult) -> None:
    """Two runs through the kernel are the same to the last digit."""
    assert one.orders.tobytes() == other.orders.tobytes()
    assert one.equity.tolist() == other.equity.tolist()
    assert one.trades == other.trades
    assert one.fills == other.fills
    assert one.cut_orders == other.cut_orders
    assert one.dropped_orders == other.dropped_orders


@given(
    bars=random_bars(),
    costs=COSTS,
    fields=order_fields(),
    sides=st.sampled_from(["long", "short", "both"]),
    max_positions=st.sampled_from([1, 1, 2, 4]),
    wait=st.sampled_from([None, None, 1, 4]),
    steps=st.sampled_from([(), (), ((0.02, 0.0),), ((0.01, -0.005), (0.05, 0.03))]),
    first=st.integers(0, 3),
)
@settings(max_examples=EXAMPLES, deadline=None, derandomize=True)
def test_rules(bars, costs, fields, sides, max_positions, wait, steps, first):
    long, short = sides != "short", sides != "long"
    plan = RulePlan(
        "TEST",
        entry=bit(BUY) if long else None,
        exit=bit(LEAVE_LONG) if long else None,
        short_entry=bit(SHORT) if short else None,
        short_exit=bit(LEAVE_SHORT) if short else None,
        **protections(fields),
        hold_bars=fields["hold"],
        wait_bars=wait,
        sizing=sizing(fields),
        max_positions=max_positions,
        stop_steps=tuple(StopStep(*step) for step in steps),
    )
    account = Account(10_000.0, costs)
    by_rules = run_plan(plan, bars, first=first, account=account)

    plain = oracle(10_000.0, costs)
    order_plan = {"order": {**fields, "steps": steps}, "max_positions": max_positions, "wait": wait}
    bits = bars.volume.astype(int).tolist()
    for bar in range(first, len(bars)):
        if bar > first:
            names = {"buy": BUY * long, "leave_long": LEAVE_LONG * long, "short": SHORT * short}
            names["leave_short"] = LEAVE_SHORT * short
            flags = {name: bool(bits[bar - 1] & number) for name, number in names.items()}
            plain.decide_by_rules(bar, flags, order_plan)
        plain.step(bar, *(float(column[bar]) for column in (bars.open, bars.high, bars.low, bars.close)))
    agree(by_rules, plain)

    class SameRules(Strategy):
        def enter(self, side):
            go = self.buy if side == BUY else self.sell_short
            go(sizing(fields), hold_bars=fields["hold"], stop_steps=steps, **protections(fields))

        def on_bar(self):
            signal = int(self.volume[-1])
            wants = {side: bool(signal & side) for side in (BUY, LEAVE_LONG, SHORT, LEAVE_SHORT)}
            for side in (BUY, LEAVE_LONG) * (not long) + (SHORT, LEAVE_SHORT) * (not short):
                wants[side] = False
            rested = wait is None or self.bars_since_exit is None or self.bars_since_exit >= wait - 1
            goes_long = wants[BUY] and not wants[SHORT]
            goes_short = wants[SHORT] and not wants[BUY]
            if self.position.is_long and wants[LEAVE_LONG]:
                self.exit_side("long")
                if goes_short and not wants[LEAVE_SHORT] and wait is None:
                    self.enter(SHORT)
            elif self.position.is_short and wants[LEAVE_SHORT]:
                self.exit_side("short")
                if goes_long and not wants[LEAVE_LONG] and wait is None:
                    self.enter(BUY)
            elif rested and len(self.position.lots) < max_positions:
                if goes_long and not self.position.is_short and not wants[LEAVE_LONG]:
                    self.enter(BUY)
                elif goes_short and not self.position.is_long and not wants[LEAVE_SHORT]:
                    self.enter(SHORT)

        def exit_side(self, side):
            self.exit(side=side)

    same(run_strategy(SameRules, bars, first=first, account=account), by_rules)
    same(replay(by_rules.orders, bars, first=first, account=account), by_rules)


def within_days(bars: Bars, length: int) -> tuple[Bars, list[bool]]:
    """The same prices as five-minute bars, in sessions of so many; and which bars are known to end one."""
    numbers = np.arange(len(bars))
    days = np.datetime64("2024-03-04") + numbers // length
    times = days.astype("datetime64[s]") + np.timedelta64(14, "h") + (numbers % length * 300).astype("timedelta64[s]")
    columns = {name: getattr(bars, name) for name in ("open", "high", "low", "close", "volume")}
    return Bars("TEST", Timeframe.MINUTE_5, times, days, **columns, next_session=None), [
        number % length == length - 1 for number in numbers.tolist()
    ]


@given(
    bars=random_bars(),
    costs=COSTS,
    fields=order_fields(),
    length=st.sampled_from([2, 3, 7, 12]),
    max_positions=st.sampled_from([1, 2]),
    wait=st.sampled_from([None, None, 3]),
)
@settings(max_examples=EXAMPLES // 4, deadline=None, derandomize=True)
def test_being_flat_overnight(bars, costs, fields, length, max_positions, wait):
    bars, ends = within_days(bars, length)
    plan = RulePlan(
        "TEST",
        entry=bit(BUY),
        exit=bit(LEAVE_LONG),
        short_entry=bit(SHORT),
        short_exit=bit(LEAVE_SHORT),
        **protections(fields),
        hold_bars=fields["hold"],
        wait_bars=wait,
        sizing=sizing(fields),
        max_positions=max_positions,
        flat_overnight=True,
    )
    plain = oracle(10_000.0, costs)
    bits = bars.volume.astype(int).tolist()
    for bar in range(len(bars)):
        if ends[bar] and plain.held and not plain.ruined:
            plain.wishes.append({**fields, "do": "leave", "why": "time"})
        elif bar and not ends[bar]:
            names = {"buy": BUY, "leave_long": LEAVE_LONG, "short": SHORT, "leave_short": LEAVE_SHORT}
            flags = {name: bool(bits[bar - 1] & number) for name, number in names.items()}
            plain.decide_by_rules(bar, flags, {"order": fields, "max_positions": max_positions, "wait": wait})
        plain.step(bar, *(float(column[bar]) for column in (bars.open, bars.high, bars.low, bars.close)))
    result = run_plan(plan, bars, first=0, account=Account(10_000.0, costs))
    agree(result, plain)
    held_overnight = [trade for trade in result.closed_trades if trade.entry_bar // length != trade.exit_bar // length]
    assert not held_overnight or result.ruined


@st.composite
def scripts(draw: st.DrawFn) -> list[tuple[int, dict[str, Any]]]:
    """Orders of every kind, each with the bar it is decided on; prices are relative to that bar's close."""
    script = []
    for _ in range(draw(st.integers(8, 20))):
        fields = draw(order_fields())
        do = draw(
            st.sampled_from(
                ["buy", "buy", "short", "buy", "short", "leave", "leave_long", "leave_short", "leave_lot", "weigh"]
            )
        )
        parts = [None, None, ("position", 0.3), ("quantity", 7.0), ("position", 1.0)]
        fields |= {"part": draw(st.sampled_from(parts)), "weight": draw(st.sampled_from([0.0, 0.5, 1.0, -0.4]))}
        fields |= {"do": do, "lot": draw(st.integers(0, 4)), "limit": None, "stop": None}
        if do in ("buy", "short"):
            fields["kind"] = draw(st.sampled_from(["market", "limit", "stop"]))
            fields["good_for"] = draw(st.sampled_from([1, 1, 3, None]))
            offset = draw(st.sampled_from([-0.1, -0.02, -0.01, 0.0, 0.01, 0.03, 0.1]))
            if fields["kind"] != "market":
                fields[fields["kind"]] = offset
        script.append((draw(st.integers(0, 40)), fields))
    return sorted(script, key=lambda item: item[0])


def priced(fields: dict[str, Any], close: float) -> dict[str, Any]:
    """The order with its limit and stop as prices, to two digits."""
    prices = {name: round(close * (1 + fields[name]), 2) for name in ("limit", "stop") if fields[name] is not None}
    return {**fields, **prices}


@given(bars=random_bars(), costs=COSTS, script=scripts())
@settings(max_examples=EXAMPLES, deadline=None, derandomize=True)
def test_orders_of_every_kind(bars, costs, script):
    account = Account(10_000.0, costs)
    plain = oracle(10_000.0, costs)
    for bar in range(len(bars)):
        decided = [priced(fields, float(bars.close[bar - 1])) for on, fields in script if on == bar - 1 and bar > 0]
        if not plain.ruined:
            plain.wishes.extend(decided)
        plain.step(bar, *(float(column[bar]) for column in (bars.open, bars.high, bars.low, bars.close)))

    class Scripted(Strategy):
        def on_bar(self):
            for on, fields in script:
                if on == self.index:
                    self.follow(priced(fields, self.close[-1]))

        def follow(self, order):
            if order["do"] in ("buy", "short"):
                go = self.buy if order["do"] == "buy" else self.sell_short
                asked = {"hold_bars": order["hold"], "good_for_bars": order["good_for"], **protections(order)}
                go(sizing(order), limit=order["limit"], stop=order["stop"], **asked)
            elif order["do"] == "weigh":
                self.target(order["weight"])
            else:
                part = {} if order["part"] is None else {PARTS[order["part"][0]]: order["part"][1]}
                if order["do"] == "leave_lot":
                    self.exit(lot=order["lot"], **part)
                else:
                    self.exit(side={"leave": None, "leave_long": "long", "leave_short": "short"}[order["do"]], **part)

    by_code = run_strategy(Scripted, bars, first=0, account=account)
    agree(by_code, plain)
    same(replay(by_code.orders, bars, first=0, account=account), by_code)
