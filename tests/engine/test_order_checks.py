"""Hostile order logs are refused by name; whatever passes can be filled."""

import numpy as np
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from bgagent.engine.backtest import replay
from bgagent.engine.order_checks import check_orders
from bgagent.engine.orders import ORDER_DTYPE, Action, Order, OrderError, OrderType, pack_orders, read_orders
from bgagent.engine.plan import Costs, Distance, DistanceKind, SizeKind, Sizing
from tests.engine.hand_bars import account, buy, leave
from tests.engine.price_samples import random_bars

NAN, INFINITE = float("nan"), float("inf")


def log(*orders, **changes):
    """A log whose last record is changed behind the back of Order."""
    records = pack_orders(orders or (buy(3),)).copy()
    for name, value in changes.items():
        records[name][-1] = value
    return records


@pytest.mark.parametrize(
    ("orders", "message"),
    [
        (log(decided_on=20), "order 0 of 1: decided on bar 20, outside 1 to 19"),
        (log(decided_on=0), "decided on bar 0, outside 1 to 19"),
        (log(decided_on=-(2**63)), "outside 1 to 19"),
        (log(buy(5), buy(4)), "order 1 of 2: decided on bar 4, before the order ahead of it"),
        (log(symbol=1), "symbol 1 of a run with 1"),
        (log(symbol=-1), "symbol -1 of a run with 1"),
        (log(action=0), "unknown action 0"),
        (log(action=10), "unknown action 10"),
        (log(type=0), "unknown order type 0"),
        (log(type=5), "unknown order type 5"),
        (log(leave(3), type=2), "only entries may have a limit"),
        (log(reason=2), "reason 2 is not an order's to give"),
        (log(reason=255), "reason 255"),
        (log(size_kind=0), "unknown kind of size 0"),
        (log(size_kind=5), "unknown kind of size 5"),
        (log(size_value=NAN), "size nan is not a finite number above 0"),
        (log(size_value=INFINITE), "size inf"),
        (log(size_value=-1.0), "size -1.0"),
        (log(size_value=0.0), "size 0.0"),
        (log(size_value=1e300), "size 1e\\+300"),
        (log(whole_shares=2), "whole_shares is 0 or 1, not 2"),
        (log(type=2), "limit price nan is not"),
        (log(type=2, limit_price=-5.0), "limit price -5.0 is not"),
        (log(type=3, stop_price=INFINITE), "stop price inf is not"),
        (log(type=4, stop_price=9.0), "limit price nan is not"),
        (log(stop_loss_kind=5, stop_loss=1.0), "unknown kind of stop_loss 5"),
        (log(stop_loss_kind=4, stop_loss=1.0), "only a target is by risk"),
        (log(take_profit_kind=4, take_profit=2.0), "a target by risk needs a stop loss"),
        (log(stop_loss_kind=1), "stop_loss nan is not a finite number"),
        (log(take_profit_kind=2, take_profit=-2.0), "take_profit -2.0 is not"),
        (log(trailing_stop_kind=3, trailing_stop=5.0), "a trailing stop is a distance, not a level"),
        (log(size_kind=4), "a size by risk needs a stop loss"),
        (log(hold_bars=-1), "hold_bars -1 is below 0"),
        (log(good_for_bars=-9), "good_for_bars -9 is below 0"),
        (log(lot=-2), "lot -2 is below -1"),
        (log(group=-2), "group -2 is below -1"),
        (log(group=0), "group 0 is not an order before it"),
        (log(leave(3), size_kind=1), "an exit is by quantity or by a fraction of the position, not by kind 1"),
        (log(leave(3), size_kind=5, size_value=1.5), "more than the whole position, 1.5"),
        (log(leave(3), size_kind=3, size_value=0.0), "size 0.0 is not"),
        (log(Order(3, Action.TARGET, weight=NAN)), "weight nan is not a number between -100.0 and 100.0"),
        (log(Order(3, Action.TARGET, weight=1.0), size_kind=2), "a target is a share of equity, not of kind 2"),
        (log(leave(3), action=6), "exit_lot needs the number of a lot"),
        (log(Order(3, Action.CANCEL, lot=0)), "cancels order 0, which is not before it"),
        (log().astype([(name, ORDER_DTYPE[name].newbyteorder(">")) for name in ORDER_DTYPE.names]), "ORDER_DTYPE"),
        (log().reshape(1, 1), "ORDER_DTYPE"),
        (np.zeros(3), "ORDER_DTYPE"),
    ],
)
def test_what_is_wrong_is_named(orders, message):
    with pytest.raises(OrderError, match=message):
        check_orders(orders, first=2, bars=20)


def test_replay_refuses_what_the_check_refuses():
    with pytest.raises(ValueError, match="size nan"):
        replay(log(size_value=NAN), random_bars(1, 20), first=2, account=account())


@pytest.mark.parametrize(
    "orders",
    [
        (),
        (buy(1), leave(19)),
        (buy(1, type=OrderType.STOP_LIMIT, stop_price=5.0, limit_price=6.0, good_for_bars=None),),
        (buy(1), Order(1, Action.CANCEL, lot=0), Order(1, Action.CANCEL), Order(2, Action.EXIT_LOT, lot=99)),
        (buy(1), leave(2, sizing=Sizing(SizeKind.POSITION, 0.5)), Order(3, Action.TARGET, weight=-0.5)),
        (buy(1), Order(1, Action.ENTER_SHORT, sizing=Sizing(), group=0)),
        (buy(1, sizing=Sizing(SizeKind.RISK, 0.01), trailing_stop=Distance(DistanceKind.MONEY, 3.0)),),
    ],
)
def test_sound_logs_pass(orders):
    check_orders(pack_orders(orders), first=2, bars=20)


@given(st.binary(min_size=12 * ORDER_DTYPE.itemsize, max_size=12 * ORDER_DTYPE.itemsize), st.integers(0, 2**32 - 1))
@settings(max_examples=200, deadline=None)
def test_random_bytes_are_refused_or_filled_with_books_that_balance(noise, seed):
    """Bytes from an attacker, made plausible field by field so that many logs get through the check."""
    orders = read_orders(noise).copy()
    generator = np.random.default_rng(seed)
    orders["decided_on"] = np.sort(generator.integers(1, 20, len(orders)))
    orders["symbol"] = 0
    for name, top in (("action", 9), ("type", 4), ("size_kind", 3), ("reason", 1)):
        orders[name] = generator.integers(1, top + 1, len(orders))
    is_entry, is_target = orders["action"] <= 2, orders["action"] == 9
    orders["group"] = np.where(is_entry, generator.integers(-1, np.maximum(np.arange(len(orders)), 1)), -1)
    orders["group"][0] = -1
    orders["type"] = np.where(is_entry, orders["type"], 1)
    for name in ("stop_loss", "take_profit", "trailing_stop"):
        orders[f"{name}_kind"] = generator.integers(0, 3, len(orders))
        orders[name] = generator.choice([0.01, 0.2, 5.0, 400.0, NAN], len(orders), p=[0.3, 0.3, 0.2, 0.195, 0.005])
    orders["whole_shares"] = generator.integers(0, 2, len(orders))
    orders["lot"] = np.where(orders["action"] == 7, -1, generator.integers(0, 2, len(orders)))
    orders["hold_bars"] &= 7
    orders["good_for_bars"] &= 7
    for name in ("limit_price", "stop_price"):
        orders[name] = generator.uniform(60, 140, len(orders))
    orders["size_value"] = 10.0 ** generator.uniform(-3, 14, len(orders))
    orders["size_kind"] = np.where(is_target, 1, np.where(is_entry, orders["size_kind"], generator.choice([0, 3, 5])))
    small = is_target | (orders["size_kind"] == 5)
    orders["size_value"] = np.where(small, generator.uniform(-0.1, 1.0, len(orders)), orders["size_value"])
    try:
        result = replay(orders, random_bars(seed % 50, 20), first=2, account=account(costs=Costs(5, 10, 0, 1)))
    except OrderError:
        event("refused")
        return
    event(f"{min(len(result.trades), 3)} trades or more")
    assert result.books_error < 1e-9
    assert np.isfinite(result.equity).all()
