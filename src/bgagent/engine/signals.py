"""A plan of rules made ready for the kernel: one byte of signals for each bar, and the orders they give."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from bgagent.bars import Bars, Floats
from bgagent.engine.books import numbers
from bgagent.engine.codes import (
    LEAVES_ALL,
    LEAVES_LONG,
    LEAVES_SHORT,
    LONG_ENTRY,
    LONG_EXIT,
    PLACED_WIDTH,
    PLACES_LONG,
    PLACES_SHORT,
    SESSION_EXIT,
    SHORT_ENTRY,
    SHORT_EXIT,
)
from bgagent.engine.evaluation import over_bars
from bgagent.engine.orders import ORDER_DTYPE, Action, Level, Order, OrderError, Orders
from bgagent.engine.other_symbols import read_by, words_of
from bgagent.engine.plan import Distance, DistanceKind, Rule, RulePlan, SizeKind, Sizing
from bgagent.engine.rule_loop import OneLot, RuleOrders
from bgagent.engine.rules import parse, parse_calendar, parse_condition
from bgagent.engine.sizing import bars_in_a_year, volatility_fractions

Conditions = NDArray[np.bool_]

_NEEDS_NO_PRICE = ("first_session", "every_session")
_PROTECTIONS = ("stop_loss", "take_profit", "trailing_stop")


def rule_signals(plan: RulePlan, bars: Bars, *, first: int, watched: Sequence[Bars] = ()) -> NDArray[np.uint8]:
    """(n + 1,): which rules are true for an order that fills at the open of each bar, as bits of engine.kernel.

    The last place is for what is decided at the last close. watched: bars of the other symbols that the rules read.
    Raises RuleError for text outside the rule language.
    """
    rules = _Rules(bars, first, watched)
    signals = np.zeros(len(bars) + 1, dtype=np.uint8)
    for entry, exit_rule, entry_bit, exit_bit in (
        (plan.entry, plan.exit, LONG_ENTRY, LONG_EXIT),
        (plan.short_entry, plan.short_exit, SHORT_ENTRY, SHORT_EXIT),
    ):
        if entry is not None:
            begins = first if entry.on is not None else first + 1
            rules.mark(signals, entry, entry_bit, begins=begins)
        if exit_rule is not None:
            # nothing is held at the window's first open: an exit can only keep a dated entry from being made there
            begins = first + 1 if entry is not None and _needs_no_price(entry) else first
            rules.mark(signals, exit_rule, exit_bit, begins=begins)
    if plan.flat_overnight:
        signals[:-1][ends_session(bars)] = SESSION_EXIT
    return signals


def later(signals: NDArray[np.uint8], bars: int) -> NDArray[np.uint8]:
    """(n + 1,): the same rules heard so many bars later; the end of a session stays where it is."""
    if bars == 0:
        return signals
    ends = signals == SESSION_EXIT
    moved = np.zeros_like(signals)
    moved[bars:] = np.where(ends, 0, signals)[:-bars]
    moved[ends] = SESSION_EXIT
    return moved


def ends_session(bars: Bars) -> Conditions:
    """(n,): the last bar of each session, as the exchange's calendar has it.

    Nothing comes after the last bar of all; it ends its session when that has as many bars as the one before.
    Raises ValueError for bars that are not within the day.
    """
    if not bars.timeframe.is_intraday:
        raise ValueError(f"{bars.symbol}: being flat overnight needs bars within the day, these are {bars.timeframe}")
    ends = np.zeros(len(bars), dtype=np.bool_)
    ends[:-1] = bars.sessions[1:] > bars.sessions[:-1]
    _, counts = np.unique(bars.sessions, return_counts=True)
    ends[-1:] = len(counts) > 1 and counts[-1] >= counts[-2]
    return ends


class _Rules:
    """The rules of one run, on its bars."""

    def __init__(self, bars: Bars, first: int, watched: Sequence[Bars]) -> None:
        self._bars = bars
        self._first = first
        self._universe = (bars, *watched)
        self._words = words_of(each.symbol for each in self._universe) if watched else ()
        self._prices = over_bars(bars, None)  # shared by the rules, which often read the same lines

    def mark(self, signals: NDArray[np.uint8], rule: Rule, bit: int, *, begins: int) -> None:
        """Adds the bit of a rule where it is true for an order that fills at the open of a bar, from `begins` on."""
        if rule.on is None and rule.when is not None:
            begins = max(begins, 1)
            signals[begins:] |= self._conditions(rule.when)[begins - 1 :].view(np.uint8) * np.uint8(bit)
            return
        due = np.ones(len(signals), dtype=np.bool_)
        if rule.on is not None:
            due[:-1] = parse_calendar(rule.on).evaluate(
                self._bars.sessions, first=self._first, next_session=self._bars.next_session
            )
            due[-1] = False  # the session after the last bar is not this run's
        if rule.when is not None:
            due[1:] &= self._conditions(rule.when)
            due[0] = False
        signals[begins:] |= due[begins:].view(np.uint8) * np.uint8(bit)

    def _conditions(self, text: str) -> Conditions:
        condition = parse_condition(text, self._words)
        if condition.symbols:
            return condition.conditions(self._bars, read_by(condition.symbols, self._universe))
        return self._prices.condition(condition.node)

    def numbers(self, text: str) -> Floats:
        """(n,): an expression on prices. Raises RuleError."""
        expression = parse(text, self._words)
        return expression.numbers(self._bars, read_by(expression.symbols, self._universe))


def _needs_no_price(rule: Rule) -> bool:
    return rule.when is None and rule.on is not None and parse_calendar(rule.on).text in _NEEDS_NO_PRICE


def rule_orders(
    plan: RulePlan, bars: Bars, *, symbol: int = 0, watched: Sequence[Bars] = ()
) -> tuple[RuleOrders, NDArray[np.uint8] | None]:
    """The plan's orders, and (n + 1,) the bits of entries that lack an ATR, a level or a volatility on each bar;
    None where they need none of these.

    symbol: the symbol's index in the order log. watched: bars of the other symbols that levels are read from. Raises
    OrderError for a size by risk without a stop, RuleError for a level that cannot be read.
    """
    if plan.sizing.kind is SizeKind.RISK and plan.stop_loss is None and plan.trailing_stop is None:
        raise OrderError("a size by risk needs a stop loss or a trailing stop to reckon with")
    rules = _Rules(bars, 0, watched)
    varying: dict[str, Floats] = {}
    short_varying: dict[str, Floats] = {}
    fixed: dict[str, Distance | Level | None] = {}
    for name in _PROTECTIONS:
        distance = fixed[name] = getattr(plan, name)
        if distance is None:
            continue
        if distance.kind is DistanceKind.ATR:
            varying[name] = short_varying[name] = distance.value * parse(f"atr({distance.atr_length})").numbers(bars)
            fixed[name] = Distance(DistanceKind.MONEY, 1.0)  # its value is put in on each bar
        elif distance.kind is DistanceKind.PRICE:
            varying[name] = distance.value * rules.numbers(distance.at)
            short_varying[name] = distance.value * rules.numbers(distance.short_at or distance.at)
            fixed[name] = Level(1.0)
    following = [name for name in varying if getattr(plan, name).follows]
    sizing = plan.sizing
    if sizing.kind is SizeKind.VOLATILITY:
        year = bars_in_a_year(bars.sessions, bars.timeframe)
        varying["size_value"] = short_varying["size_value"] = volatility_fractions(bars.close, year, sizing.value)
        sizing = replace(sizing, kind=SizeKind.EQUITY, value=1.0)
    places = {name: (ORDER_DTYPE.names or ()).index(name) for name in varying}
    values = {name: numbers(np.ascontiguousarray(column)) for name, column in varying.items()}
    short_values = {name: numbers(np.ascontiguousarray(column)) for name, column in short_varying.items()}
    orders = RuleOrders(
        long_entry=_entry(plan, plan.entry, Action.ENTER_LONG, sizing, fixed, symbol),
        short_entry=_entry(plan, plan.short_entry, Action.ENTER_SHORT, sizing, fixed, symbol),
        long_exit=Order(0, Action.EXIT_LONG, symbol=symbol, reason=_reason(plan.exit)).record(),
        short_exit=Order(0, Action.EXIT_SHORT, symbol=symbol, reason=_reason(plan.short_exit)).record(),
        varying=[(places[name], values[name]) for name in varying],
        move=Order(0, Action.MOVE, symbol=symbol, **{name: fixed[name] for name in following}).record(),  # type: ignore[arg-type]
        moving=[(places[name], values[name]) for name in following],
        max_positions=plan.max_positions,
        wait_bars=plan.wait_bars or 0,
        session_exit=Order(0, Action.EXIT_ALL, symbol=symbol, reason="time").record(),
        step=Order(0, Action.MOVE, symbol=symbol, stop_loss=Level(1.0)).record(),
        steps=[(step.gain, step.stop_at) for step in plan.stop_steps],
        short_varying=[(places[name], short_values[name]) for name in short_varying],
    )
    if not varying:
        return orders, None
    lacking = np.zeros(len(bars) + 1, dtype=np.uint8)
    for columns, bit in ((varying, LONG_ENTRY), (short_varying, SHORT_ENTRY)):
        for name, column in columns.items():
            lacking[0] |= bit
            is_amount = column > 0 if isinstance(fixed.get(name), Level) else ~np.isnan(column)
            lacking[1:][~is_amount] |= bit
    return orders, lacking


def placed_orders(way: OneLot, orders: RuleOrders) -> Callable[[], Orders]:
    """What makes the order log of the short way."""
    records = {
        PLACES_LONG: orders.long_entry,
        PLACES_SHORT: orders.short_entry,
        LEAVES_LONG: orders.long_exit,
        LEAVES_SHORT: orders.short_exit,
        LEAVES_ALL: orders.session_exit,
    }

    def place() -> Orders:
        placed = np.asarray(way.placed)[: way.placed_count * PLACED_WIDTH].reshape(-1, PLACED_WIDTH).astype(np.int64)
        which = np.searchsorted(list(records), placed[:, 0])
        log = np.array(list(records.values()), dtype=ORDER_DTYPE)[which]
        log["decided_on"] = placed[:, 1]
        for which_entry, varying in ((PLACES_LONG, orders.varying), (PLACES_SHORT, orders.short_varying)):
            enters = placed[:, 0] == which_entry
            for at, values in varying:
                log[(ORDER_DTYPE.names or ())[at]][enters] = np.asarray(values)[placed[enters, 1]]
        log.flags.writeable = False
        return log

    return place


def _entry(
    plan: RulePlan,
    rule: Rule | None,
    action: Action,
    sizing: Sizing,
    protections: dict[str, Distance | Level | None],
    symbol: int,
) -> tuple[object, ...]:
    order = Order(
        0,
        action,
        sizing=sizing,
        hold_bars=plan.hold_bars,
        reason=_reason(rule),
        symbol=symbol,
        **protections,  # type: ignore[arg-type]
    )
    return order.record()


def _reason(rule: Rule | None) -> str:
    return "schedule" if rule is not None and rule.on is not None else "rule"
