"""Orders become records and come back unchanged."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bgagent.engine.kernel import Instruction
from bgagent.engine.orders import (
    ACTIONS,
    ORDER_DTYPE,
    Action,
    Level,
    Order,
    OrderError,
    OrderType,
    pack_orders,
    read_orders,
    unpack_orders,
)
from bgagent.engine.plan import Distance, DistanceKind, SizeKind, Sizing

positive = st.floats(1e-6, 1e6)
sizes = st.builds(
    Sizing, st.sampled_from(["equity", "cash", "quantity", "risk", "position"]).map(SizeKind), positive, st.booleans()
)
distances = st.builds(Distance, st.sampled_from([DistanceKind.FRACTION, DistanceKind.MONEY]), positive)
levels = st.none() | distances | st.builds(Level, positive)
orders = st.builds(
    Order,
    st.integers(-1, 2**40),
    st.sampled_from([action for action in Action if action is not Action.TARGET]),
    type=st.sampled_from(OrderType),
    sizing=st.none() | sizes,
    limit_price=st.none() | positive,
    stop_price=st.none() | positive,
    stop_loss=levels,
    take_profit=levels,
    trailing_stop=st.none() | distances,
    hold_bars=st.none() | st.integers(1, 10**6),
    good_for_bars=st.none() | st.integers(1, 10**6),
    reason=st.sampled_from(["rule", "time", "schedule", "rebalance"]),
    lot=st.none() | st.integers(0, 10**6),
    symbol=st.integers(0, 1000),
    group=st.none() | st.integers(0, 10**6),
)
targets = st.builds(
    Order,
    st.integers(-1, 2**40),
    st.just(Action.TARGET),
    weight=st.floats(-5, 5),
    whole_shares=st.booleans(),
    stop_loss=levels,
    symbol=st.integers(0, 1000),
)


@given(st.lists(orders | targets, max_size=5))
def test_orders_come_back_from_their_records_and_bytes(given_orders):
    packed = pack_orders(given_orders)
    assert packed.dtype == ORDER_DTYPE
    assert list(unpack_orders(packed)) == given_orders
    assert list(unpack_orders(read_orders(packed.tobytes()))) == given_orders


@given(orders)
def test_a_record_is_what_the_kernel_reads(order):
    record = pack_orders([order])[0]
    instruction = Instruction(7, record.item())
    for name in ORDER_DTYPE.names:
        np.testing.assert_equal(getattr(instruction, name), record[name])
    assert instruction.number == 7


def test_a_record_has_a_fixed_size_and_no_holes():
    assert ORDER_DTYPE.itemsize == 88
    assert ORDER_DTYPE.itemsize == sum(ORDER_DTYPE[name].itemsize for name in ORDER_DTYPE.names)


def test_logs_are_read_only():
    with pytest.raises(ValueError, match="read-only"):
        pack_orders([Order(0, Action.EXIT_ALL)])["decided_on"][0] = 3


@pytest.mark.parametrize("length", [1, 79, 81])
def test_bytes_that_are_no_whole_records_are_refused(length):
    with pytest.raises(OrderError, match="not a whole number of orders"):
        read_orders(bytes(length))


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"sizing": Sizing(SizeKind.VOLATILITY, 0.1)}, "turned into a fraction of equity"),
        ({"stop_loss": Distance(DistanceKind.ATR, 2.0)}, "turned into money"),
        ({"reason": "ruin"}, "reason is one of rule, time"),
    ],
)
def test_what_a_record_cannot_say_is_refused(fields, message):
    with pytest.raises(OrderError, match=message):
        pack_orders([Order(0, Action.ENTER_LONG, **fields)])


def test_entries_and_exits_are_told_apart():
    kinds = {action: (Order(0, action).is_entry, Order(0, action).is_exit) for action in ACTIONS[1:]}
    assert [str(action) for action, (entry, _) in kinds.items() if entry] == ["enter_long", "enter_short"]
    assert [str(action) for action, (_, leaves) in kinds.items() if leaves] == [
        "exit_long",
        "exit_short",
        "exit_all",
        "exit_lot",
    ]


@pytest.mark.parametrize("order", [Order(0, Action.TARGET), Order(0, Action.ENTER_LONG, weight=0.5)])
def test_a_target_and_only_a_target_has_a_weight(order):
    with pytest.raises(OrderError, match="a target has a weight"):
        order.record()
