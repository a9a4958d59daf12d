"""Is an order log fit to be filled? Logs come from strategy code, which may be wrong or hostile."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from bgagent.engine.orders import (
    ACTIONS,
    GIVEN_REASONS,
    LAST_EXIT,
    ORDER_DTYPE,
    PROTECTION_KINDS,
    REASONS,
    SIZE_KINDS,
    TYPES,
    Action,
    Level,
    OrderError,
    Orders,
    OrderType,
)
from bgagent.engine.plan import DistanceKind, SizeKind

Mask = NDArray[np.bool_]

_ENTER_SHORT = ACTIONS.index(Action.ENTER_SHORT)
_TARGET = ACTIONS.index(Action.TARGET)
_EQUITY, _QUANTITY, _POSITION = (
    SIZE_KINDS.index(kind) for kind in (SizeKind.EQUITY, SizeKind.QUANTITY, SizeKind.POSITION)
)
_LARGEST_WEIGHT = 100.0
_CANCEL = ACTIONS.index(Action.CANCEL)
_REASONS = [REASONS.index(reason) for reason in GIVEN_REASONS]
_NO_RISK = "a target by risk needs a stop loss"
_LARGEST = 1e15  # of a price, a size or a distance; beyond that sums lose the cents


def check_orders(orders: Orders, *, first: int, bars: int, symbols: int = 1) -> None:
    """Raises OrderError naming the first order that cannot be filled, and why.

    first: index of the window's first bar; bars: how many bars there are, warm-up included; symbols: how many symbols
    the run has. Decisions lie between first - 1 and the last bar, in order; codes are known; prices, sizes and
    distances that are used are finite and above 0.
    """
    if orders.dtype != ORDER_DTYPE or orders.ndim != 1:
        raise OrderError(f"an order log is a row of ORDER_DTYPE records, not {orders.shape} of {orders.dtype}")
    for bad, complaint in _complaints(orders, first, bars, symbols):
        if bad.any():
            number = int(np.argmax(bad))
            raise OrderError(f"order {number} of {len(orders)}: {complaint.format(**_named(orders[number]))}")


def _named(record: Any) -> dict[str, Any]:
    return {name: record[name].item() for name in ORDER_DTYPE.names or ()}


def _complaints(orders: Orders, first: int, bars: int, symbols: int) -> list[tuple[Mask, str]]:
    """What can be wrong, and where it is; `{field}` stands for the value found."""
    decided = orders["decided_on"]
    action, kind = orders["action"], orders["type"]
    is_entry = (action >= 1) & (action <= _ENTER_SHORT)
    is_exit = (action > _ENTER_SHORT) & (action <= LAST_EXIT)
    is_partial = is_exit & (orders["size_kind"] > 0)
    is_sized = is_entry | is_partial
    is_target = action == _TARGET
    has_limit = is_entry & ((kind == TYPES.index(OrderType.LIMIT)) | (kind == TYPES.index(OrderType.STOP_LIMIT)))
    has_stop = is_entry & ((kind == TYPES.index(OrderType.STOP)) | (kind == TYPES.index(OrderType.STOP_LIMIT)))
    by_risk = is_entry & (orders["size_kind"] == SIZE_KINDS.index(SizeKind.RISK))
    unprotected = (orders["stop_loss_kind"] == 0) & (orders["trailing_stop_kind"] == 0)
    earlier = np.zeros(len(orders), dtype=np.bool_)
    earlier[1:] = decided[1:] < decided[:-1]
    has_group = orders["group"] >= 0
    level, risk = PROTECTION_KINDS.index(Level), PROTECTION_KINDS.index(DistanceKind.RISK)
    is_opening = is_entry | is_target
    return [
        (
            (decided < first - 1) | (decided >= bars),
            f"decided on bar {{decided_on}}, outside {first - 1} to {bars - 1}",
        ),
        (earlier, "decided on bar {decided_on}, before the order ahead of it in the log"),
        (~_in(orders["symbol"], 0, symbols - 1), f"symbol {{symbol}} of a run with {symbols}"),
        (~_in(action, 1, len(ACTIONS) - 1), "unknown action {action}"),
        (~_in(kind, 1, len(TYPES) - 1), "unknown order type {type}"),
        (~is_entry & (kind != TYPES.index(OrderType.MARKET)), "only entries may have a limit or a stop price"),
        (
            ~np.isin(orders["reason"], _REASONS),
            "reason {reason} is not an order's to give",
        ),
        (is_entry & ~_in(orders["size_kind"], 1, _POSITION - 1), "unknown kind of size {size_kind}"),
        (
            is_partial & ~np.isin(orders["size_kind"], (_QUANTITY, _POSITION)),
            "an exit is by quantity or by a fraction of the position, not by kind {size_kind}",
        ),
        (
            is_sized & ~_is_amount(orders["size_value"]),
            "size {size_value} is not a finite number above 0",
        ),
        (
            is_partial & (orders["size_kind"] == _POSITION) & ~(orders["size_value"] <= 1),
            "more than the whole position, {size_value}",
        ),
        (is_target & (orders["size_kind"] != _EQUITY), "a target is a share of equity, not of kind {size_kind}"),
        (
            is_target & ~(np.abs(orders["size_value"]) <= _LARGEST_WEIGHT),
            f"weight {{size_value}} is not a number between -{_LARGEST_WEIGHT} and {_LARGEST_WEIGHT}",
        ),
        (orders["whole_shares"] > 1, "whole_shares is 0 or 1, not {whole_shares}"),
        (has_limit & ~_is_amount(orders["limit_price"]), "limit price {limit_price} is not a finite number above 0"),
        (has_stop & ~_is_amount(orders["stop_price"]), "stop price {stop_price} is not a finite number above 0"),
        *(
            complaint
            for name in ("stop_loss", "take_profit", "trailing_stop")
            for complaint in (
                (orders[f"{name}_kind"] >= len(PROTECTION_KINDS), f"unknown kind of {name} {{{name}_kind}}"),
                (
                    (orders[f"{name}_kind"] > 0) & ~_is_amount(orders[name]),
                    f"{name} {{{name}}} is not a finite number above 0",
                ),
            )
        ),
        (orders["trailing_stop_kind"] == level, "a trailing stop is a distance, not a level"),
        ((orders["stop_loss_kind"] == risk) | (orders["trailing_stop_kind"] == risk), "only a target is by risk"),
        (is_opening & (orders["take_profit_kind"] == risk) & (orders["stop_loss_kind"] == 0), _NO_RISK),
        (by_risk & unprotected, "a size by risk needs a stop loss or a trailing stop"),
        (orders["hold_bars"] < 0, "hold_bars {hold_bars} is below 0"),
        (orders["good_for_bars"] < 0, "good_for_bars {good_for_bars} is below 0"),
        (orders["lot"] < -1, "lot {lot} is below -1"),
        (orders["group"] < -1, "group {group} is below -1"),
        (has_group & (orders["group"] >= np.arange(len(orders))), "group {group} is not an order before it"),
        (has_group & ~is_entry, "only entries have a group"),
        ((action == LAST_EXIT) & (orders["lot"] < 0), "exit_lot needs the number of a lot"),
        (
            (action == _CANCEL) & (orders["lot"] >= np.arange(len(orders))),
            "cancels order {lot}, which is not before it",
        ),
    ]


def _in(values: NDArray[Any], low: int, high: int) -> Mask:
    return (values >= low) & (values <= high)


def _is_amount(values: NDArray[Any]) -> Mask:
    return (values > 0) & (values <= _LARGEST)  # NaN is neither
