"""Where each trade's stop lay while it was open: fixed, moved by orders, or trailing the best price."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf, isclose
from typing import Any

import numpy as np

from bgagent.artifacts.report import StopLine
from bgagent.bars import Bars
from bgagent.engine.codes import FRACTION, MONEY, MOVE
from bgagent.engine.orders import Orders
from bgagent.engine.result import BacktestResult, Trade

_Moves = Mapping[int, Sequence["_Move"]]  # by the bar at whose open they take hold
_MOVED = ["decided_on", "symbol", "lot", "stop_loss_kind", "stop_loss", "trailing_stop_kind", "trailing_stop"]


@dataclass(frozen=True, slots=True)
class _Move:
    """An order that gives open lots other stops; a kind of 0 leaves that one alone. lot: -1 for all."""

    lot: int
    stop_kind: int
    stop: float
    trail_kind: int
    trail: float


def stop_levels(result: BacktestResult) -> tuple[StopLine, ...]:
    """For each trade (bar of the window, price) wherever its nearest stop came to lie elsewhere, from its entry on.

    Empty for a trade that never had one. A trailing stop hangs on the best price of the bars completed before.
    """
    universe = result.universe or (result.bars,)
    moves = _moves(result.orders)
    fractions = _trailing_fractions(result.orders)
    place = {bars.symbol: index for index, bars in enumerate(universe)}
    nothing: _Moves = {}
    prices = {bars.symbol: (bars.high.tolist(), bars.low.tolist()) for bars in universe if _has_trailing(result, bars)}
    lines = []
    for trade in result.trades:
        index = place[trade.symbol]
        steps = _steps(trade, prices.get(trade.symbol), moves.get(index, nothing), fractions, len(result.bars))
        lines.append(tuple((bar - result.first, level) for bar, level in steps))
    return tuple(lines)


def _has_trailing(result: BacktestResult, bars: Bars) -> bool:
    """Whether the highs and lows of a symbol move a stop."""
    may_move = bool((result.orders["trailing_stop_kind"] > 0).any())
    return may_move and any(trade.symbol == bars.symbol for trade in result.trades)


def _steps(
    trade: Trade,
    prices: tuple[list[float], list[float]] | None,
    moves: _Moves,
    fractions: Sequence[float],
    bars: int,
) -> Iterator[tuple[int, float]]:
    side = 1.0 if trade.direction == "long" else -1.0
    stop = -side * inf if trade.stop_loss is None else trade.stop_loss
    trail = -side * inf if trade.trailing_stop is None else trade.trailing_stop
    kind, distance = _trailing(trade, side, fractions)
    best = trade.entry_price
    nearest = side * max(side * stop, side * trail)
    if abs(nearest) < inf:
        yield trade.entry_bar, nearest
    if not moves and not kind:
        return
    end = bars if trade.exit_bar is None else trade.exit_bar + 1
    for bar in range(trade.entry_bar + 1, end):
        if kind and prices is not None:
            best = max(best, prices[0][bar - 1]) if side > 0 else min(best, prices[1][bar - 1])
            trail = side * max(side * trail, side * _away(best, -side, kind, distance))
        for move in moves.get(bar, ()):
            if move.lot not in (-1, trade.lot):
                continue
            if move.stop_kind:
                stop = _away(trade.entry_price, -side, move.stop_kind, move.stop)
            if move.trail_kind:
                kind, distance = move.trail_kind, move.trail
                trail = side * max(side * trail, side * _away(best, -side, kind, distance))
        level = side * max(side * stop, side * trail)
        if level != nearest and abs(level) < inf:
            yield bar, level
        nearest = level


def _away(price: float, direction: float, kind: int, value: float) -> float:
    """A level so far from a price, or the one that is named."""
    if kind == FRACTION:
        return price * (1.0 + direction * value)
    return price + direction * value if kind == MONEY else value


def _trailing(trade: Trade, side: float, fractions: Sequence[float]) -> tuple[int, float]:
    """(kind, distance) of the trailing stop that a trade began with, (0, 0) without one."""
    if trade.trailing_stop is None:
        return 0, 0.0
    for fraction in fractions:
        if isclose(trade.entry_price * (1.0 - side * fraction), trade.trailing_stop, rel_tol=1e-12):
            return FRACTION, fraction
    return MONEY, side * (trade.entry_price - trade.trailing_stop)


def _trailing_fractions(orders: Orders) -> list[float]:
    given = orders[(orders["trailing_stop_kind"] == FRACTION) & (orders["action"] != MOVE)]
    values: list[float] = np.unique(given["trailing_stop"]).tolist()
    return values


def _moves(orders: Orders) -> Mapping[int, _Moves]:
    """symbol -> bar -> the orders that take hold at its open."""
    found: dict[int, dict[int, list[_Move]]] = defaultdict(lambda: defaultdict(list))
    rows: list[tuple[Any, ...]] = orders[_MOVED][orders["action"] == MOVE].tolist()
    for decided_on, symbol, *move in rows:
        found[symbol][decided_on + 1].append(_Move(*move))
    return found
