"""Is each fill one that the market of its bar would have given? Reckoned from bars, orders and costs alone.

Prices by SEMANTICS 8 to 10, sizes by 15 and 16. The engine is not asked: what it filled is held against the bars.
"""

from collections.abc import Iterator

from bgagent.artifacts.attempts import Check
from bgagent.engine.orders import OrderType
from bgagent.engine.plan import DistanceKind, RulePlan, RulePortfolio, SizeKind, Sizing
from bgagent.engine.result import BacktestResult, Fill, Trade
from bgagent.implementation.conformity import TOLERANCE, counted, failed, passed, wanted_sizing
from bgagent.implementation.levels import levels_move, trailing_levels
from bgagent.implementation.trial import Trial

_BASIS_POINT = 1e-4
_AT_THE_OPEN = ("rule", "time", "schedule", "rebalance", "ruin")
_PLAIN_SIZES = (SizeKind.EQUITY, SizeKind.CASH, SizeKind.QUANTITY)
_ROUNDING = 1e-6  # of a quantity that was cut to what cash paid


def check_fills(trial: Trial, result: BacktestResult) -> Check:
    """Every fill at the open or at its level, worse by exactly the slippage, of the size that was asked for."""
    wrong = [*_wrong_prices(trial, result), *_wrong_sizes(trial, result)]
    count = len(result.fills)
    if wrong:
        said = f"{len(wrong)} things are wrong with {counted(count, 'fill')}: {wrong[0]}"
        return failed("fills", said, wrong=len(wrong), fills=count)
    said = f"{counted(count, 'fill')} at the open or at a level within the bar, slippage and size as asked"
    return passed("fills", said, fills=count)


def _wrong_prices(trial: Trial, result: BacktestResult) -> Iterator[str]:
    trades = {trade.lot: trade for trade in result.trades}
    only_market = all(order.type is OrderType.MARKET for order in trial.order_list() if order.is_entry)
    for fill in result.fills:
        day, bars, bar = trial.bars.sessions[fill.bar], trial.bars_of(fill.symbol), fill.bar
        if not _trades_on(trial, bar, fill.symbol):
            yield f"{fill.kind} of {fill.symbol} on {day}, on which it has no bar"
        elif not bars.low[bar] * (1 - TOLERANCE) <= fill.raw_price <= bars.high[bar] * (1 + TOLERANCE):
            yield f"{fill.kind} on {day} at {fill.raw_price:.6g}, outside of the bar"
        elif (
            expected := _expected_price(trial, trades.get(fill.lot), fill, only_market=only_market)
        ) is not None and not _is_close(fill.raw_price, expected):
            yield f"{fill.kind} on {day} at {fill.raw_price:.6g} before slippage, not {expected:.6g}"
        elif not _is_close(fill.price, _slipped(trial, fill, only_market=only_market), fill.raw_price):
            yield f"{fill.kind} on {day} at {fill.price:.6g}, with another slippage than the spec's"


def _trades_on(trial: Trial, bar: int, symbol: str) -> bool:
    """Whether the symbol has a bar of its own there, which of one symbol is always so."""
    if trial.timeline is None:
        return True
    return bool(trial.timeline.traded[bar, trial.plan.held_symbols.index(symbol)])


def _expected_price(trial: Trial, trade: Trade | None, fill: Fill, *, only_market: bool) -> float | None:
    """The price before slippage that the fill must have; None where the bars alone do not say it."""
    at_open = float(trial.bars_of(fill.symbol).open[fill.bar])
    if fill.kind in _AT_THE_OPEN:
        return at_open
    if fill.kind == "entry":
        return at_open if only_market else None
    level = None if trade is None else _level(trial, trade, fill)
    if trade is None or level is None:
        return None
    is_target = fill.kind == "take_profit"
    above = (trade.direction == "long") == is_target  # on which side of the level the market is beyond it
    if fill.bar == trade.entry_bar:
        return at_open if (at_open >= level if above else at_open <= level) else level
    return max(at_open, level) if above else min(at_open, level)


def _level(trial: Trial, trade: Trade, fill: Fill) -> float | None:
    if fill.kind == "trailing_stop":
        distance = trial.distance("trailing_stop", fill.symbol)
        if distance is None or distance.kind is DistanceKind.ATR:
            return None
        return float(trailing_levels(trial, trade, distance)[fill.bar - trade.entry_bar])
    return None if levels_move(trial, fill.symbol) else getattr(trade, fill.kind, None)


def _slipped(trial: Trial, fill: Fill, *, only_market: bool) -> float:
    """The fill's price as the spec's slippage makes it; limits and targets have none."""
    if fill.kind == "take_profit" or (fill.kind == "entry" and not only_market and fill.price == fill.raw_price):
        return fill.raw_price
    costs = trial.spec.costs
    side = 1.0 if fill.quantity > 0 else -1.0
    return max(fill.raw_price * (1.0 + side * costs.slippage_bps * _BASIS_POINT) + side * costs.slippage_per_share, 0.0)


def _wrong_sizes(trial: Trial, result: BacktestResult) -> Iterator[str]:
    """Entries against what the sizing gives on the equity at their open, and on what cash pays."""
    if not isinstance(trial.plan, RulePlan | RulePortfolio):
        return  # target weights, payments and what code decides are held against something else
    cash = trial.spec.initial_capital
    held = dict.fromkeys(trial.plan.held_symbols, 0.0)
    sizings = {symbol: _sizing_of(trial, symbol) for symbol in held}
    for fill in result.fills:
        sizing = sizings[fill.symbol]
        if fill.kind == "entry" and sizing is not None:
            values = [held[symbol] * float(trial.bars_of(symbol).open[fill.bar]) for symbol in held]
            wanted = _wanted(sizing, cash + sum(values), fill.price)
            funds = cash - 2.0 * sum(max(0.0, -value) for value in values)
            if not _fits(abs(fill.quantity), wanted, fill, funds, sizing):
                day = trial.bars.sessions[fill.bar]
                yield f"entry on {day} of {abs(fill.quantity):.6g}, {wanted:.6g} was asked for"
        cash -= fill.quantity * fill.price + fill.commission
        held[fill.symbol] += fill.quantity


def _sizing_of(trial: Trial, symbol: str) -> Sizing | None:
    """The size of a symbol's entries; None where it hangs on risk or volatility, held against the plan's own run."""
    sizing = wanted_sizing(trial, symbol)
    return sizing if sizing is not None and sizing.kind in _PLAIN_SIZES else None


def _wanted(sizing: Sizing, equity: float, price: float) -> float:
    match sizing.kind:
        case SizeKind.EQUITY:
            return sizing.value * equity / price
        case SizeKind.CASH:
            return sizing.value / price
        case _:
            return sizing.value


def _fits(quantity: float, wanted: float, fill: Fill, funds: float, sizing: Sizing) -> bool:
    if quantity > wanted * (1 + TOLERANCE):
        return False
    step = 1.0 if sizing.whole_shares else wanted * TOLERANCE
    is_whole = not sizing.whole_shares or quantity == int(quantity)
    cost_of_more = (quantity + max(step, quantity * _ROUNDING)) * fill.price + fill.commission
    return is_whole and (quantity > wanted - step * (1 + TOLERANCE) or cost_of_more > funds * (1 - _ROUNDING))


def _is_close(price: float, expected: float, scale: float = 0.0) -> bool:
    return abs(price - expected) <= TOLERANCE * max(abs(expected), scale)
