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

DOUBT = "never_traded"
_PROTECTIONS = ("stop_loss", "take_profit", "trailing_stop")
_ATR_TOLERANCE = 1e-6  # relative; the code has the same ATR, to the digits that travel


def check_code(plan: CodePlan, trial: Trial) -> Iterator[Check]:
    """Distances in ATR and the clock of each entry, as the plan says them."""
    entries = [order for order in trial.order_list() if order.is_entry]
    if plan.hold_bars is not None:
        yield _check_clock(plan.hold_bars, entries, trial)
    for name in _PROTECTIONS:
        distance: Distance | None = getattr(plan, name)
        if distance is not None and distance.kind is DistanceKind.ATR:
            yield _check_atr(name, distance, entries, trial)


def _check_clock(wanted: int, entries: list[Order], trial: Trial) -> Check:
    """No entry asks to be held for another number of bars; code may also count for itself, which the trades show."""
    wrong = [order for order in entries if order.hold_bars not in (None, wanted)]
    if not wrong:
        return passed("hold_bars", f"no entry asks for another time than {counted(wanted, 'bar')}")
    day = trial.bars.sessions[max(wrong[0].decided_on, 0)]
    return failed(
        "hold_bars",
        f"{len(wrong)} of {counted(len(entries), 'entry order')} ask to be held another time, that of {day} "
        f"{wrong[0].hold_bars} bars; the task says {wanted}",
        wrong=len(wrong),
    )


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


def doubts(trials: tuple[Trial, ...]) -> tuple[Check, ...]:
    """A finding for code that never traded, for its writer to look at once; who stands by the code is believed."""
    found = []
    for trial in trials:
        if isinstance(trial.plan, CodePlan) and trial.result is not None and not trial.result.trades:
            account = "; ".join(orders_placed(trial))
            found.append(
                failed(
                    DOUBT,
                    f"nothing was traded on {counted(len(trial.bars) - trial.first, 'bar')}. Look for a mistake, such "
                    "as an event and a state that exclude each other; if it is the task's own conditions that are "
                    f"never met, answer with the same file. Loosen nothing. What happened: {account}",
                )
            )
    return tuple(found)


def orders_placed(trial: Trial) -> list[str]:
    """What the code asked for, for a reader who wants to know why nothing came of it."""
    orders = trial.order_list()
    if not orders:
        return ["the code placed no order at all", *trial.conditions]
    asked = Counter(f"{order.action.value} ({order.type.value})" for order in orders)
    lines = [f"it placed {', '.join(f'{count} {what}' for what, count in asked.items())}"]
    entries = [order for order in orders if order.is_entry or order.action is Action.TARGET]
    if not entries:
        return [*lines, "none of them opens a position", *trial.conditions]
    days = trial.bars.sessions
    first, last = entries[0].decided_on, entries[-1].decided_on
    lines.append(f"entries were decided from {days[max(first, 0)]} to {days[max(last, 0)]}, and none was filled")
    if trial.result is not None and trial.result.dropped_orders:
        lines.append(f"{counted(trial.result.dropped_orders, 'order')} came on the last bar, which has no next open")
    return lines
