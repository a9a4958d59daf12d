"""Orders as people write them, and as the fixed-size records that pass between sandbox, kernel and disk."""

from dataclasses import dataclass
from enum import StrEnum
from math import isnan, nan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bgagent.engine.plan import Distance, DistanceKind, SizeKind, Sizing

Orders = NDArray[np.void]  # (n,) records of ORDER_DTYPE, in the order they were decided


class OrderError(ValueError):
    """An order that cannot be placed; the message says which and why."""


class Action(StrEnum):
    """What an order does. An entry against an open position of the other side closes that first (a turn)."""

    ENTER_LONG = "enter_long"
    ENTER_SHORT = "enter_short"
    EXIT_LONG = "exit_long"
    EXIT_SHORT = "exit_short"
    EXIT_ALL = "exit_all"
    EXIT_LOT = "exit_lot"
    CANCEL = "cancel"  # waiting entries
    MOVE = "move"  # protective levels of open lots
    TARGET = "target"  # brings the position to a share of equity, below 0 for short


class OrderType(StrEnum):
    """At which price an entry may fill."""

    MARKET = "market"
    LIMIT = "limit"
    STOP = "stop"
    STOP_LIMIT = "stop_limit"


@dataclass(frozen=True, slots=True)
class Level:
    """A protective level named as a price instead of a distance from the entry."""

    price: float

    def __post_init__(self) -> None:
        if not 0 < self.price < float("inf"):
            raise OrderError(f"a level is a price above 0, was {self.price}")


ORDER_DTYPE = np.dtype(
    [
        ("decided_on", "<i8"),  # bar at whose close it was decided; first - 1: before the window's first open
        ("symbol", "<i4"),  # index of the symbol
        ("lot", "<i4"),  # lot of exit_lot and move, -1 all; cancel: position in this log of the entry, -1 all
        ("hold_bars", "<i4"),  # out at the open that many bars after the entry; 0 none
        ("good_for_bars", "<i4"),  # bars a limit or stop entry waits; 0 until cancelled
        ("action", "u1"),
        ("type", "u1"),
        ("reason", "u1"),
        ("size_kind", "u1"),
        ("whole_shares", "u1"),
        ("stop_loss_kind", "u1"),
        ("take_profit_kind", "u1"),
        ("trailing_stop_kind", "u1"),
        ("limit_price", "<f8"),  # NaN none
        ("stop_price", "<f8"),
        ("size_value", "<f8"),
        ("stop_loss", "<f8"),
        ("take_profit", "<f8"),
        ("trailing_stop", "<f8"),
        ("group", "<i8"),  # one of a group of entries cancels the others: number of the group's first; -1 none
    ]
)

# codes in the records; engine.kernel uses the same numbers
ACTIONS = (None, *Action)
TYPES = (None, *OrderType)
SIZE_KINDS = (None, SizeKind.EQUITY, SizeKind.CASH, SizeKind.QUANTITY, SizeKind.RISK, SizeKind.POSITION)
PROTECTION_KINDS = (None, DistanceKind.FRACTION, DistanceKind.MONEY, Level, DistanceKind.RISK)
REASONS = ("entry", "rule", "stop_loss", "take_profit", "trailing_stop", "time", "schedule", "rebalance", "ruin")
GIVEN_REASONS = ("rule", "time", "schedule", "rebalance")  # those an order may carry; the engine gives the others

ENTRIES = (1, 2)
LAST_EXIT = 6


@dataclass(frozen=True, slots=True)
class Order:
    """One decision, made at the close of bar `decided_on` or, for first - 1, before the window.

    sizing: of an entry; not by `volatility`, which is resolved to a fraction of equity when decided. Of an exit: how
    much is closed, by `quantity` or as a fraction of the `position`, oldest lots first; None: all.
    weight: share of equity of a `target`, below 0 for short, 0 closes; whole_shares is about that.
    stop_loss, take_profit, trailing_stop: from the entry's fill (`fraction`, `money`) or as a price (`Level`; not for
    a trailing stop); an ATR is resolved to money when decided. good_for_bars None: until cancelled.
    lot: the lot that `exit_lot` or `move` is about, or the entry that `cancel` takes back; None: all of them.
    group: number of the first of a group of entries, of which the first to be filled cancels the others.
    """

    decided_on: int
    action: Action
    type: OrderType = OrderType.MARKET
    sizing: Sizing | None = None
    limit_price: float | None = None
    stop_price: float | None = None
    stop_loss: Distance | Level | None = None
    take_profit: Distance | Level | None = None
    trailing_stop: Distance | None = None
    hold_bars: int | None = None
    good_for_bars: int | None = 1
    reason: str = "rule"
    lot: int | None = None
    symbol: int = 0
    weight: float | None = None
    whole_shares: bool = False
    group: int | None = None

    @property
    def is_entry(self) -> bool:
        """True when it opens or adds to a position."""
        return self.action in (Action.ENTER_LONG, Action.ENTER_SHORT)

    @property
    def is_exit(self) -> bool:
        """True when it closes a position."""
        return self.action in (Action.EXIT_LONG, Action.EXIT_SHORT, Action.EXIT_ALL, Action.EXIT_LOT)

    def record(self) -> tuple[Any, ...]:
        """Its fields in the order of ORDER_DTYPE. Raises OrderError when it cannot be said as a record."""
        if self.sizing is not None and self.sizing.kind not in SIZE_KINDS:
            raise OrderError(f"a size by {self.sizing.kind} must be turned into a fraction of equity first")
        if self.reason not in GIVEN_REASONS:
            raise OrderError(f"an order's reason is one of {', '.join(GIVEN_REASONS)}, was '{self.reason}'")
        stop_loss, take_profit, trailing_stop = (
            _protection(value) for value in (self.stop_loss, self.take_profit, self.trailing_stop)
        )
        if (self.weight is not None) != (self.action is Action.TARGET):
            raise OrderError("a target has a weight, and no other order has one")
        size_kind = 0 if self.sizing is None else SIZE_KINDS.index(self.sizing.kind)
        size_value = nan if self.sizing is None else self.sizing.value
        if self.weight is not None:
            size_kind, size_value = SIZE_KINDS.index(SizeKind.EQUITY), self.weight
        return (
            self.decided_on,
            self.symbol,
            -1 if self.lot is None else self.lot,
            self.hold_bars or 0,
            self.good_for_bars or 0,
            ACTIONS.index(self.action),
            TYPES.index(self.type),
            REASONS.index(self.reason),
            size_kind,
            int(self.whole_shares if self.sizing is None else self.sizing.whole_shares),
            stop_loss[0],
            take_profit[0],
            trailing_stop[0],
            nan if self.limit_price is None else self.limit_price,
            nan if self.stop_price is None else self.stop_price,
            size_value,
            stop_loss[1],
            take_profit[1],
            trailing_stop[1],
            -1 if self.group is None else self.group,
        )


def _protection(protection: Distance | Level | None) -> tuple[int, float]:
    match protection:
        case None:
            return 0, nan
        case Level(price):
            return PROTECTION_KINDS.index(Level), price
        case Distance(kind, value) if kind in PROTECTION_KINDS:
            return PROTECTION_KINDS.index(kind), value
    raise OrderError(f"a distance by {protection.kind} must be turned into money first")


def pack_records(records: list[tuple[Any, ...]]) -> Orders:
    """An order log from tuples in the order of ORDER_DTYPE, read-only."""
    orders = np.array(records, dtype=ORDER_DTYPE)
    orders.flags.writeable = False
    return orders


def pack_orders(orders: list[Order] | tuple[Order, ...]) -> Orders:
    """An order log from orders, read-only. Raises OrderError for an order that cannot be said as a record."""
    return pack_records([order.record() for order in orders])


def read_orders(data: bytes) -> Orders:
    """The order log whose `tobytes()` is `data`. Raises OrderError when the length is not that of whole records."""
    if len(data) % ORDER_DTYPE.itemsize:
        raise OrderError(f"{len(data)} bytes are not a whole number of orders of {ORDER_DTYPE.itemsize} bytes each")
    return np.frombuffer(data, dtype=ORDER_DTYPE)


def unpack_orders(orders: Orders) -> tuple[Order, ...]:
    """The orders of a checked log."""
    return tuple(_unpack(record) for record in orders)


def _unpack(record: Any) -> Order:
    size_kind = SIZE_KINDS[record["size_kind"]]
    action = Action(ACTIONS[record["action"]])
    sizing = None
    if size_kind is not None and action is not Action.TARGET:
        sizing = Sizing(size_kind, float(record["size_value"]), whole_shares=bool(record["whole_shares"]))
    protections = {
        name: _unpack_protection(int(record[f"{name}_kind"]), float(record[name]))
        for name in ("stop_loss", "take_profit", "trailing_stop")
    }
    return Order(
        decided_on=int(record["decided_on"]),
        action=action,
        type=OrderType(TYPES[record["type"]]),
        sizing=sizing,
        limit_price=_given(float(record["limit_price"])),
        stop_price=_given(float(record["stop_price"])),
        hold_bars=int(record["hold_bars"]) or None,
        good_for_bars=int(record["good_for_bars"]) or None,
        reason=REASONS[record["reason"]],
        lot=None if record["lot"] < 0 else int(record["lot"]),
        symbol=int(record["symbol"]),
        weight=float(record["size_value"]) if action is Action.TARGET else None,
        whole_shares=action is Action.TARGET and bool(record["whole_shares"]),
        group=None if record["group"] < 0 else int(record["group"]),
        **protections,
    )


def _unpack_protection(kind: int, value: float) -> Any:
    match PROTECTION_KINDS[kind]:
        case None:
            return None
        case DistanceKind() as distance:
            return Distance(distance, value)
    return Level(value)


def _given(price: float) -> float | None:
    return None if isnan(price) else price
