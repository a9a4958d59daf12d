"""What the books of a run wrote down, row by row, and the fills, trades and curves made of it when asked for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from bgagent.bars import Floats
from bgagent.engine.codes import CHANGE_WIDTH, FILL_WIDTH, TRADE_WIDTH
from bgagent.engine.orders import REASONS, Orders
from bgagent.engine.trade import ExitReason, Fill, Trade

_NO_REASON = -1.0


@dataclass(frozen=True, slots=True, eq=False)
class RunRows:
    """fills: (f, 8), in the order they happened. trades: (t, 15), by entry, then exit, then lot, those still open too.

    changes: (c, 4), by bar. engine.codes has their columns. symbols: by index. bars: m, those of the window.
    capital: in cash before the first. place_orders: makes the order log.
    """

    fills: Floats
    trades: Floats
    changes: Floats
    symbols: tuple[str, ...]
    bars: int
    capital: float
    place_orders: Callable[[], Orders]

    def made_fills(self) -> tuple[Fill, ...]:
        """The fills as values."""
        return tuple(
            Fill(int(bar), self.symbols[int(symbol)], quantity, price, raw, commission, REASONS[int(kind)], int(lot))
            for bar, symbol, quantity, price, raw, commission, kind, lot in self.fills.tolist()
        )

    def made_trades(self) -> tuple[Trade, ...]:
        """The trades as values."""
        return tuple(self._trade(row) for row in self.trades.tolist())

    def _trade(self, row: list[float]) -> Trade:
        lot, symbol, side, quantity, entry_bar, entry_price, exit_bar, exit_price, reason, profit, costs, *rest = row
        stop, target, trail, held = rest
        is_open = exit_bar < 0
        return Trade(
            symbol=self.symbols[int(symbol)],
            direction="long" if side > 0 else "short",
            quantity=quantity,
            entry_bar=int(entry_bar),
            entry_price=entry_price,
            exit_bar=None if is_open else int(exit_bar),
            exit_price=None if is_open else exit_price,
            exit_reason=ExitReason.END_OPEN if is_open else ExitReason(REASONS[int(reason)]),
            profit=profit,
            return_fraction=profit / (quantity * entry_price),
            costs=costs,
            bars_held=int(held),
            lot=int(lot),
            stop_loss=_set(stop),
            take_profit=_set(target),
            trailing_stop=_set(trail),
        )

    def cash(self) -> Floats:
        """(m,): cash at each close."""
        return _spread(self.changes[:, 0], self.changes[:, 1], self.bars, before=self.capital)

    def quantity(self) -> Floats:
        """(m,): what is held of the first symbol at each close."""
        return self._quantity(0)

    def quantities(self) -> Floats:
        """(m, k): what is held of each symbol at each close."""
        columns = np.zeros((self.bars, len(self.symbols)))
        for symbol in np.unique(self.changes[:, 2]).astype(np.int64).tolist():
            if symbol >= 0:
                columns[:, symbol] = self._quantity(symbol)
        columns.flags.writeable = False
        return columns

    def _quantity(self, symbol: int) -> Floats:
        changes = self.changes[self.changes[:, 2] == symbol]
        return _spread(changes[:, 0], changes[:, 3], self.bars, before=0.0)


def rows_of_fills(fills: Sequence[Fill], symbols: Sequence[str]) -> Floats:
    """(f, 8): the fills as rows."""
    place = {symbol: index for index, symbol in enumerate(symbols)}
    rows = [
        (
            fill.bar,
            place[fill.symbol],
            fill.quantity,
            fill.price,
            fill.raw_price,
            fill.commission,
            REASONS.index(fill.kind),
            fill.lot,
        )
        for fill in fills
    ]
    return np.array(rows, dtype=np.float64).reshape(-1, FILL_WIDTH)


def rows_of_trades(trades: Sequence[Trade], symbols: Sequence[str]) -> Floats:
    """(t, 15): the trades as rows."""
    place = {symbol: index for index, symbol in enumerate(symbols)}
    rows = [
        (
            trade.lot,
            place[trade.symbol],
            1.0 if trade.direction == "long" else -1.0,
            trade.quantity,
            trade.entry_bar,
            trade.entry_price,
            -1 if trade.exit_bar is None else trade.exit_bar,
            np.nan if trade.exit_price is None else trade.exit_price,
            _NO_REASON if trade.exit_bar is None else REASONS.index(trade.exit_reason),
            trade.profit,
            trade.costs,
            *(
                np.nan if level is None else level
                for level in (trade.stop_loss, trade.take_profit, trade.trailing_stop)
            ),
            trade.bars_held,
        )
        for trade in trades
    ]
    return np.array(rows, dtype=np.float64).reshape(-1, TRADE_WIDTH)


def _levels(trade: Trade) -> tuple[float, ...]:
    levels = (trade.stop_loss, trade.take_profit, trade.trailing_stop)
    return tuple(np.nan if level is None else level for level in levels)


def rows_of_changes(cash: Floats, quantities: Floats) -> Floats:
    """(c, 4): curves of cash (m,) and quantities (m, k) as rows, one for every bar and symbol."""
    bars, symbols = quantities.shape
    rows = np.empty((bars, symbols, CHANGE_WIDTH))
    rows[:, :, 0] = np.arange(bars)[:, np.newaxis]
    rows[:, :, 1] = cash[:, np.newaxis]
    rows[:, :, 2] = np.arange(symbols)
    rows[:, :, 3] = quantities
    return rows.reshape(-1, CHANGE_WIDTH)


def _spread(starts: Floats, values: Floats, bars: int, *, before: float) -> Floats:
    """(m,): values from their bars on, each until the next."""
    bounds = np.concatenate(([0.0], starts, [float(bars)])).astype(np.int64)
    spread: NDArray[np.float64] = np.repeat(np.concatenate(([before], values)), np.diff(bounds))
    spread.flags.writeable = False
    return spread


def _set(level: float) -> float | None:
    return level if isfinite(level) else None
