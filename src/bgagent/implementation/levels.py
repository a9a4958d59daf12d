"""Protective levels: do they lie where the spec says, and did any bar pass one while the position stayed open?"""

import numpy as np

from bgagent.artifacts.attempts import Check
from bgagent.bars import Floats
from bgagent.engine.orders import Action
from bgagent.engine.plan import Distance, DistanceKind
from bgagent.engine.result import BacktestResult, ExitReason, Fill, Trade
from bgagent.implementation.conformity import TOLERANCE, counted, failed, passed, warned
from bgagent.implementation.trial import Trial


def check_stop_loss(trial: Trial, result: BacktestResult) -> Check | None:
    """Each trade's stop lies at the distance asked for, and no bar passed it while the position stayed open."""
    return _check_level(trial, result, "stop_loss", trial.plan.stop_loss, ExitReason.STOP_LOSS)


def check_take_profit(trial: Trial, result: BacktestResult) -> Check | None:
    """Each trade's target lies at the distance asked for, and no bar passed it while the position stayed open."""
    return _check_level(trial, result, "take_profit", trial.plan.take_profit, ExitReason.TAKE_PROFIT)


def _check_level(
    trial: Trial, result: BacktestResult, check_id: str, distance: Distance | None, reason: ExitReason
) -> Check | None:
    exits = [trade for trade in result.trades if trade.exit_reason is reason]
    carried = [trade for trade in result.trades if getattr(trade, check_id) is not None]
    if distance is None:
        if exits or carried:
            return failed(
                check_id,
                f"{len(carried)} trades carry a {_words(check_id)} that was not asked for",
                carried=len(carried),
            )
        return None
    wrong = [trade for trade in result.trades if not _at_distance(trade, check_id, distance)]
    if wrong:
        first = wrong[0]
        return failed(
            check_id,
            f"{len(wrong)} of {len(result.trades)} trades have another {_words(check_id)} than {_said(distance)}",
            wrong=len(wrong),
            level=getattr(first, check_id),
            entry_price=first.entry_price,
        )
    passed_by = [] if levels_move(trial) else [trade for trade in result.trades if _was_passed(trial, trade, check_id)]
    if passed_by:
        return failed(
            check_id, f"{len(passed_by)} trades stayed open beyond their {_words(check_id)}", passed_by=len(passed_by)
        )
    out_of_reach = [trade for trade in result.trades if getattr(trade, check_id) <= 0]
    if out_of_reach:
        return warned(
            check_id,
            f"{_said(distance)} lies below a price of 0 on {counted(len(out_of_reach), 'trade')}: it can never be hit",
            out_of_reach=len(out_of_reach),
        )
    return passed(
        check_id,
        f"{_said(distance)} on each of {len(result.trades)} trades; hit {len(exits)} times",
        trades=len(result.trades),
        hit=len(exits),
    )


def check_trailing_stop(trial: Trial, result: BacktestResult) -> Check | None:
    """The trailing stop asked for, and no other, is on each trade, and no completed bar passed it."""
    distance = trial.plan.trailing_stop
    exits = [trade for trade in result.trades if trade.exit_reason is ExitReason.TRAILING_STOP]
    if distance is None:
        return (
            failed("trailing_stop", f"{len(exits)} exits by a trailing stop that was not asked for") if exits else None
        )
    orders = [order for order in trial.order_list() if order.is_entry]
    wrong = [
        order for order in orders if order.trailing_stop is None or not _same_distance(order.trailing_stop, distance)
    ]
    if wrong:
        return failed(
            "trailing_stop",
            f"{len(wrong)} of {len(orders)} entries trail by another distance than {_said(distance)}",
            wrong=len(wrong),
        )
    beyond = [trade for trade in result.trades if _outlived_trail(trial, trade, distance)]
    if beyond:
        return failed(
            "trailing_stop", f"{len(beyond)} trades stayed open beyond their trailing stop", beyond=len(beyond)
        )
    return passed("trailing_stop", f"{_said(distance)} trailing on each entry; hit {len(exits)} times", hit=len(exits))


def _at_distance(trade: Trade, check_id: str, distance: Distance) -> bool:
    level = getattr(trade, check_id)
    if level is None:
        return False
    sign = 1.0 if (trade.direction == "long") == (check_id == "take_profit") else -1.0
    match distance.kind:
        case DistanceKind.FRACTION:
            wanted = trade.entry_price * (1 + sign * distance.value)
        case DistanceKind.MONEY:
            wanted = trade.entry_price + sign * distance.value
        case DistanceKind.ATR:
            return bool(sign * (level - trade.entry_price) > 0)  # the distance itself is held against the rule kernel
    return bool(abs(level - wanted) <= TOLERANCE * trade.entry_price)


def _was_passed(trial: Trial, trade: Trade, check_id: str) -> bool:
    """True when a bar on which the lot was held to its close lies beyond the level."""
    level = getattr(trade, check_id)
    held = _held_bars(trial, trade)
    if (trade.direction == "long") == (check_id == "take_profit"):
        return bool(np.any(trial.bars.high[held] >= level * (1 + TOLERANCE)))
    return bool(np.any(trial.bars.low[held] <= level * (1 - TOLERANCE)))


def _held_bars(trial: Trial, trade: Trade) -> slice:
    """The bars that the lot lived through whole: that of its entry is one when it was entered at the open."""
    entry = entry_fill(trial, trade)
    from_the_open = entry is not None and entry.raw_price == trial.bars.open[trade.entry_bar]
    begins = trade.entry_bar if from_the_open else trade.entry_bar + 1
    return slice(begins, len(trial.bars) if trade.exit_bar is None else trade.exit_bar)


def entry_fill(trial: Trial, trade: Trade) -> Fill | None:
    """The purchase or short sale that opened the trade's lot."""
    fills = trial.result.fills if trial.result else ()
    return next((fill for fill in fills if fill.lot == trade.lot and fill.kind == "entry"), None)


def levels_move(trial: Trial) -> bool:
    """True when the code moves levels, or the plan asks for levels that follow the market."""
    distances = (trial.plan.stop_loss, trial.plan.take_profit)
    follows = any(distance is not None and distance.follows for distance in distances)
    return follows or bool(trial.plan.stop_steps) or any(order.action is Action.MOVE for order in trial.order_list())


def trailing_levels(trial: Trial, trade: Trade, distance: Distance) -> Floats:
    """The trailing level in force on each bar from the entry's to the exit's, that of an open trade to the last bar.

    On the entry's bar it hangs on the entry itself, on later ones on the best price of the completed bars too.
    """
    last = len(trial.bars) - 1 if trade.exit_bar is None else trade.exit_bar
    is_long = trade.direction == "long"
    extremes = (trial.bars.high if is_long else trial.bars.low)[trade.entry_bar : last]
    best = np.concatenate(([trade.entry_price], extremes))
    best = np.maximum.accumulate(best) if is_long else np.minimum.accumulate(best)
    off = distance.value * best if distance.kind is DistanceKind.FRACTION else distance.value
    return best - off if is_long else best + off


def _outlived_trail(trial: Trial, trade: Trade, distance: Distance) -> bool:
    if distance.kind is DistanceKind.ATR:
        return False  # held against the rule kernel
    held = _held_bars(trial, trade)
    levels = trailing_levels(trial, trade, distance)[held.start - trade.entry_bar :]
    is_long = trade.direction == "long"
    reached = (trial.bars.low if is_long else trial.bars.high)[held]
    levels = levels[: len(reached)]
    beyond = reached < levels * (1 - TOLERANCE) if is_long else reached > levels * (1 + TOLERANCE)
    return bool(np.any(beyond))


def _same_distance(one: Distance, other: Distance) -> bool:
    if other.kind is DistanceKind.ATR:
        return one.kind is not DistanceKind.FRACTION
    return one.kind is other.kind and abs(one.value - other.value) <= TOLERANCE * other.value


def _words(check_id: str) -> str:
    return check_id.replace("_", " ")


def _said(distance: Distance) -> str:
    match distance.kind:
        case DistanceKind.FRACTION:
            return f"{distance.value * 100:g} %"
        case DistanceKind.ATR:
            return f"{distance.value:g} x ATR({distance.atr_length})"
        case DistanceKind.MONEY:
            return f"{distance.value:g}"
