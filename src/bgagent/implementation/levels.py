"""Protective levels: do they lie where the spec says, and did any bar pass one while the position stayed open?"""

import numpy as np

from bgagent.artifacts.attempts import Check
from bgagent.artifacts.code_plan import CodePlan
from bgagent.bars import Floats
from bgagent.engine.orders import ACTIONS, Action
from bgagent.engine.plan import Distance, DistanceKind
from bgagent.engine.result import BacktestResult, ExitReason, Fill, Trade
from bgagent.implementation.conformity import TOLERANCE, counted, failed, passed, warned
from bgagent.implementation.trial import Trial

_MOVE = ACTIONS.index(Action.MOVE)


def check_stop_loss(trial: Trial, result: BacktestResult) -> Check | None:
    """Each trade's stop lies at the distance asked for, and no bar passed it while the position stayed open."""
    return _check_level(trial, result, "stop_loss", ExitReason.STOP_LOSS)


def check_take_profit(trial: Trial, result: BacktestResult) -> Check | None:
    """Each trade's target lies at the distance asked for, and no bar passed it while the position stayed open."""
    return _check_level(trial, result, "take_profit", ExitReason.TAKE_PROFIT)


def _check_level(trial: Trial, result: BacktestResult, check_id: str, reason: ExitReason) -> Check | None:
    exits = [trade for trade in result.trades if trade.exit_reason is reason]
    distances = _distances(trial, check_id)
    if check_id == "stop_loss" and not distances and _has_steps(trial):
        return passed(check_id, f"set by the steps of the plan as profits grew; hit {len(exits)} times", hit=len(exits))
    if not _may_choose(trial):
        unasked = [trade for trade in result.trades if getattr(trade, check_id) and trade.symbol not in distances]
        if unasked or (exits and not distances):
            said = f"{len(unasked)} trades carry a {_words(check_id)} that was not asked for"
            return failed(check_id, said, carried=len(unasked))
    if not distances:
        return None
    trades = [trade for trade in result.trades if trade.symbol in distances]
    said = " or ".join(dict.fromkeys(_said(distance) for distance in distances.values()))
    wrong = [trade for trade in trades if not _at_distance(trade, check_id, distances[trade.symbol])]
    if wrong:
        first = wrong[0]
        return failed(
            check_id,
            f"{len(wrong)} of {len(trades)} trades have another {_words(check_id)} than {said}",
            wrong=len(wrong),
            level=getattr(first, check_id),
            entry_price=first.entry_price,
        )
    passed_by = [
        trade for trade in trades if not levels_move(trial, trade.symbol) and _was_passed(trial, trade, check_id)
    ]
    if passed_by:
        return failed(
            check_id, f"{len(passed_by)} trades stayed open beyond their {_words(check_id)}", passed_by=len(passed_by)
        )
    out_of_reach = [trade for trade in trades if getattr(trade, check_id) <= 0]
    if out_of_reach:
        return warned(
            check_id,
            f"{said} lies below a price of 0 on {counted(len(out_of_reach), 'trade')}: it can never be hit",
            out_of_reach=len(out_of_reach),
        )
    return passed(
        check_id, f"{said} on each of {len(trades)} trades; hit {len(exits)} times", trades=len(trades), hit=len(exits)
    )


def _distances(trial: Trial, name: str) -> dict[str, Distance]:
    """What the plan asks for, of the symbols for which it asks for one."""
    found = {symbol: trial.distance(name, symbol) for symbol in trial.plan.held_symbols}
    return {symbol: distance for symbol, distance in found.items() if distance is not None}


def _has_steps(trial: Trial) -> bool:
    """Whether stops come to be as profits grow; where they lie is held against the plan's own run."""
    return any(getattr(trial.rules_for(symbol), "stop_steps", ()) for symbol in trial.plan.held_symbols)


def _may_choose(trial: Trial) -> bool:
    """Whether code may protect an entry otherwise than the plan says: what it does not say stands in its words."""
    return isinstance(trial.plan, CodePlan)


def check_trailing_stop(trial: Trial, result: BacktestResult) -> Check | None:
    """The trailing stop asked for, and no other, is on each trade, and no completed bar passed it."""
    distances = _distances(trial, "trailing_stop")
    exits = [trade for trade in result.trades if trade.exit_reason is ExitReason.TRAILING_STOP]
    if not _may_choose(trial):
        unasked = [trade for trade in exits if trade.symbol not in distances]
        if unasked:
            return failed("trailing_stop", f"{len(unasked)} exits by a trailing stop that was not asked for")
    if not distances:
        return None
    orders = [
        (order, distances[symbol])
        for order in trial.order_list()
        if (order.is_entry or order.weight) and (symbol := trial.symbol_of(order)) in distances
    ]
    wrong = [
        order
        for order, distance in orders
        if order.trailing_stop is None or not _same_distance(order.trailing_stop, distance)
    ]
    said = " or ".join(dict.fromkeys(_said(distance) for distance in distances.values()))
    if wrong:
        return failed(
            "trailing_stop",
            f"{len(wrong)} of {len(orders)} entries trail by another distance than {said}",
            wrong=len(wrong),
        )
    beyond = [
        trade
        for trade in result.trades
        if trade.symbol in distances and _outlived_trail(trial, trade, distances[trade.symbol])
    ]
    if beyond:
        return failed(
            "trailing_stop", f"{len(beyond)} trades stayed open beyond their trailing stop", beyond=len(beyond)
        )
    return passed("trailing_stop", f"{said} trailing on each entry; hit {len(exits)} times", hit=len(exits))


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
        case DistanceKind.RISK:
            if trade.stop_loss is None:
                return False
            wanted = trade.entry_price + distance.value * (trade.entry_price - trade.stop_loss)
        case DistanceKind.PRICE:
            return bool(level > 0)  # where it lies is held against the rule kernel, and so is an ATR's distance
        case DistanceKind.ATR:
            return bool(sign * (level - trade.entry_price) > 0)
    return bool(abs(level - wanted) <= TOLERANCE * trade.entry_price)


def _was_passed(trial: Trial, trade: Trade, check_id: str) -> bool:
    """True when a bar on which the lot was held to its close lies beyond the level."""
    level = getattr(trade, check_id)
    held = _held_bars(trial, trade)
    if (trade.direction == "long") == (check_id == "take_profit"):
        return bool(np.any(trial.bars_of(trade.symbol).high[held] >= level * (1 + TOLERANCE)))
    return bool(np.any(trial.bars_of(trade.symbol).low[held] <= level * (1 - TOLERANCE)))


def _held_bars(trial: Trial, trade: Trade) -> slice:
    """The bars that the lot lived through whole: that of its entry is one when it was entered at the open."""
    entry = entry_fill(trial, trade)
    from_the_open = entry is not None and entry.raw_price == trial.bars_of(trade.symbol).open[trade.entry_bar]
    begins = trade.entry_bar if from_the_open else trade.entry_bar + 1
    return slice(begins, len(trial.bars) if trade.exit_bar is None else trade.exit_bar)


def entry_fill(trial: Trial, trade: Trade) -> Fill | None:
    """The purchase or short sale that opened the trade's lot."""
    fills = trial.result.fills if trial.result else ()
    return next((fill for fill in fills if fill.lot == trade.lot and fill.kind == "entry"), None)


def levels_move(trial: Trial, symbol: str) -> bool:
    """True when the code moves levels, or the plan asks for levels that follow the market."""
    distances = (trial.distance("stop_loss", symbol), trial.distance("take_profit", symbol))
    follows = any(distance is not None and distance.follows for distance in distances)
    steps = getattr(trial.rules_for(symbol), "stop_steps", ())
    return follows or bool(steps) or bool(np.any(trial.orders["action"] == _MOVE))


def trailing_levels(trial: Trial, trade: Trade, distance: Distance) -> Floats:
    """The trailing level in force on each bar from the entry's to the exit's, that of an open trade to the last bar.

    On the entry's bar it hangs on the entry itself, on later ones on the best price of the completed bars too.
    """
    last = len(trial.bars) - 1 if trade.exit_bar is None else trade.exit_bar
    is_long = trade.direction == "long"
    bars = trial.bars_of(trade.symbol)
    extremes = (bars.high if is_long else bars.low)[trade.entry_bar : last]
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
    bars = trial.bars_of(trade.symbol)
    reached = (bars.low if is_long else bars.high)[held]
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
        case DistanceKind.RISK:
            return f"{distance.value:g} x the way to the stop loss"
        case DistanceKind.PRICE:
            return f"{distance.value:g} x {distance.at}" if distance.value != 1 else f"{distance.at}"
