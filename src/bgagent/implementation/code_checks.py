"""What is held against code that no rules can be set beside: its own orders, and the facts that its plan says of each.

Where a strategy made of rules is compared with the rules themselves, these look at what the code asked for.
"""

from collections import Counter
from collections.abc import Iterator

import numpy as np

from bgagent.artifacts.attempts import Check
from bgagent.artifacts.code_plan import CodePlan
from bgagent.bars import Floats
from bgagent.engine.orders import Action, Level, Order
from bgagent.engine.plan import Distance, DistanceKind
from bgagent.engine.rules import evaluate_node, parse
from bgagent.implementation.conformity import counted, failed, passed
from bgagent.implementation.trial import Trial

_PROTECTIONS = ("stop_loss", "take_profit", "trailing_stop")
_ATR_TOLERANCE = 1e-6  # relative; the code has the same ATR, to the digits that travel


def check_code(plan: CodePlan, trial: Trial) -> Iterator[Check]:
    """Distances in ATR on each entry, as the plan says them."""
    entries = [order for order in trial.order_list() if order.is_entry]
    for name in _PROTECTIONS:
        distance: Distance | None = getattr(plan, name)
        if distance is not None and distance.kind is DistanceKind.ATR:
            yield _check_atr(name, distance, entries, trial)


def _check_atr(name: str, distance: Distance, entries: list[Order], trial: Trial) -> Check:
    """Whether each entry asks for so many ATRs of its decision bar, hung on its fill."""
    check_id = f"{name}_distance"
    said = f"{distance.value:g} x ATR({distance.atr_length})"
    ranges = {symbol: _atr(trial, symbol, distance.atr_length) for symbol in trial.plan.held_symbols}
    wrong = [order for order in entries if not _is_at(getattr(order, name), distance, order, trial, ranges)]
    if not wrong:
        return passed(check_id, f"{said} of the decision bar on each of {counted(len(entries), 'entry order')}")
    given = getattr(wrong[0], name)
    instead = "a price" if isinstance(given, Level) else "nothing" if given is None else f"{given.value:.6g}"
    day = trial.bars.sessions[max(wrong[0].decided_on, 0)]
    return failed(
        check_id,
        f"{len(wrong)} of {counted(len(entries), 'entry order')} do not have a {name} of {said}: {instead} on {day}; "
        f"pass {name}=Distance(DistanceKind.ATR, {distance.value:g}, atr_length={distance.atr_length})",
        wrong=len(wrong),
    )


def _is_at(
    given: Distance | Level | None, distance: Distance, order: Order, trial: Trial, ranges: dict[str, Floats]
) -> bool:
    if not isinstance(given, Distance) or given.kind is not DistanceKind.MONEY or order.decided_on < 0:
        return False
    wanted = distance.value * float(ranges[trial.symbol_of(order)][order.decided_on])
    return abs(given.value - wanted) <= _ATR_TOLERANCE * wanted


def _atr(trial: Trial, symbol: str, length: int) -> Floats:
    """The ATR on every bar that orders count in; of a symbol among several on its last own bar."""
    bars = trial.bars_of(symbol)
    if trial.timeline is None:
        return np.asarray(evaluate_node(parse(f"atr({length})").node, bars), dtype=np.float64)
    own = trial.own[symbol]
    values = np.asarray(evaluate_node(parse(f"atr({length})").node, own), dtype=np.float64)
    last = np.searchsorted(own.times, trial.bars.times, side="right") - 1
    return np.where(last >= 0, values[np.maximum(last, 0)], np.nan)


def orders_placed(trial: Trial) -> list[str]:
    """What the code asked for, for a reader who wants to know why nothing came of it."""
    orders = trial.order_list()
    if not orders:
        return ["the code placed no order at all: none of its conditions to enter was ever true at a close"]
    asked = Counter(f"{order.action.value} ({order.type.value})" for order in orders)
    lines = [f"it placed {', '.join(f'{count} {what}' for what, count in asked.items())}"]
    entries = [order for order in orders if order.is_entry or order.action is Action.TARGET]
    if not entries:
        return [*lines, "none of them opens a position"]
    days = trial.bars.sessions
    first, last = entries[0].decided_on, entries[-1].decided_on
    lines.append(f"entries were decided from {days[max(first, 0)]} to {days[max(last, 0)]}, and none was filled")
    if trial.result is not None and trial.result.dropped_orders:
        lines.append(f"{counted(trial.result.dropped_orders, 'order')} came on the last bar, which has no next open")
    return lines
