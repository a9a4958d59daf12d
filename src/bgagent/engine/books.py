"""Books opened for an account, and closed into a result."""

from collections.abc import Sequence
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bgagent.bars import Bars, Floats, Times
from bgagent.engine.costs import BASIS_POINT
from bgagent.engine.kernel import TARGET, Book, Lot
from bgagent.engine.ledger import books_error
from bgagent.engine.orders import LAST_EXIT, REASONS, Orders
from bgagent.engine.plan import Account
from bgagent.engine.portfolio_book import PortfolioBook
from bgagent.engine.result import BacktestResult, ExitReason, Fill, Payment, Trade
from bgagent.engine.timeline import Timeline


def book_terms(account: Account, sessions: Times) -> tuple[Any, ...]:
    """The account's costs and terms as `Book` takes them. sessions: days of the window's bars, as far as known."""
    costs = account.costs
    day_gaps = None
    if costs.borrow_rate or account.cash_interest:
        day_gaps = np.diff(sessions.astype(np.int64), prepend=sessions[:1].astype(np.int64)).tolist()
    return (
        costs.slippage_bps * BASIS_POINT,
        costs.commission_bps * BASIS_POINT,
        float(costs.commission_per_share),
        float(costs.commission_per_order),
        float(costs.commission_minimum),
        float(costs.slippage_per_share),
        float(account.leverage),
        float(costs.borrow_rate),
        float(account.cash_interest),
        day_gaps,
    )


def open_book(account: Account, *, first: int, bars: int, sessions: Times) -> Book:
    """Empty books for `bars` bars, the first of which has the index `first`.

    sessions: their days, for interest; where they are not known ahead, `day_gaps` of the book takes what is missing.
    Raises ValueError without capital: nothing could ever be bought.
    """
    if not account.initial_capital > 0:
        raise ValueError(f"the starting capital must be above 0, was {account.initial_capital}")
    return Book(float(account.initial_capital), bars, first, *book_terms(account, sessions))


def close_books(book: Book, orders: Orders, bars: Bars, *, first: int, account: Account) -> BacktestResult:
    """The result of books that were stepped through all bars of the window."""
    fills = tuple(_fill(row, bars.symbol) for row in book.fills)
    trades = _trades(book, [bars], [range(len(bars))])
    cash = _frozen(book.cash_at)
    quantity = _frozen(book.quantity_at)
    equity = _frozen([float(account.initial_capital), *book.equity_at])
    decided_last = orders["decided_on"] == len(bars) - 1
    interest = _frozen(book.interest_at)
    error = books_error(
        fills,
        trades,
        [bars],
        first=first,
        account=account,
        equity=equity,
        cash=cash,
        quantities=quantity[:, np.newaxis],
        interest=interest,
    )
    return BacktestResult(
        bars=bars,
        first=first,
        account=account,
        equity=equity,
        cash=cash,
        quantity=quantity,
        trades=trades,
        fills=fills,
        orders=orders,
        dropped_orders=int(np.count_nonzero(decided_last & _trades_something(orders))),
        cut_orders=book.cut_orders,
        ambiguous_bars=book.ambiguous_bars,
        ruined=book.ruined,
        books_error=error,
        interest=interest,
    )


def open_portfolio_book(account: Account, timeline: Timeline) -> PortfolioBook:
    """Empty books for several symbols."""
    first = timeline.first
    columns = {
        f"{name}s": [memoryview(getattr(bars, name)) for bars in timeline.laid]
        for name in ("open", "high", "low", "close")
    }
    return PortfolioBook(
        float(account.initial_capital),
        len(timeline) - first,
        first,
        book_terms(account, timeline.sessions[first:]),
        **columns,
        traded=[column.tobytes() for column in timeline.traded.T],
        own=[column.tolist() for column in timeline.own.T],
    )


def close_portfolio_book(
    book: PortfolioBook, orders: Orders, timeline: Timeline, *, account: Account
) -> BacktestResult:
    """The result of books of several symbols that were stepped through all bars of the window."""
    first, end = timeline.first, len(timeline)
    fills = tuple(_fill(row, timeline.laid[row[1]].symbol) for row in book.fills)
    trades = _trades(book, timeline.laid, book.own)
    payments = tuple(Payment(*payment) for payment in book.payments)
    cash = _frozen(book.cash_at)
    equity = _frozen([float(account.initial_capital), *book.equity_at])
    interest = _frozen(book.interest_at)
    quantities = np.zeros((end - first, len(timeline.laid)))
    changes = [*(index for index, _ in book.rows), end - first]
    for (index, held), until in zip(book.rows, changes[1:], strict=True):
        for symbol, quantity in held.items():
            quantities[index:until, symbol] = quantity
    quantities.flags.writeable = False
    decided_last = orders["decided_on"] == end - 1
    error = books_error(
        fills,
        trades,
        timeline.laid,
        first=first,
        account=account,
        equity=equity,
        cash=cash,
        quantities=quantities,
        interest=interest,
        payments=payments,
    )
    return BacktestResult(
        bars=timeline.laid[0],
        first=first,
        account=account,
        equity=equity,
        cash=cash,
        quantity=quantities[:, 0],
        trades=trades,
        fills=fills,
        orders=orders,
        dropped_orders=int(np.count_nonzero(decided_last & _trades_something(orders))),
        cut_orders=book.cut_orders,
        ambiguous_bars=book.ambiguous_bars,
        ruined=book.ruined,
        books_error=error,
        interest=interest,
        payments=payments,
        universe=timeline.laid,
        traded=timeline.traded[first:],
        quantities=quantities,
    )


def _trades_something(orders: Orders) -> NDArray[np.bool_]:
    actions = orders["action"]
    return np.asarray((actions <= LAST_EXIT) | (actions == TARGET))


def _frozen(values: list[float]) -> Floats:
    array = np.array(values, dtype=np.float64)
    array.flags.writeable = False
    return array


def _fill(row: tuple[Any, ...], symbol: str) -> Fill:
    bar, _, quantity, price, raw_price, commission, kind, lot = row
    return Fill(bar, symbol, quantity, price, raw_price, commission, REASONS[kind], lot)


def _trades(book: Book, laid: Sequence[Bars], own: Sequence[Sequence[int]]) -> tuple[Trade, ...]:
    """Closed and open trades, by entry, then exit, then lot. own: number of each symbol's own bar at each bar."""
    closed = [_closed_trade(row, laid[row[1]].symbol, own[row[1]]) for row in book.trades]
    still_open = [_open_trade(lot, laid[lot.symbol], own[lot.symbol]) for lot in book.lots]
    end = len(laid[0])
    return tuple(
        sorted(
            closed + still_open,
            key=lambda trade: (trade.entry_bar, end if trade.exit_bar is None else trade.exit_bar, trade.lot),
        )
    )


def _closed_trade(row: tuple[Any, ...], symbol: str, own: Sequence[int]) -> Trade:
    lot, _, side, quantity, entry_bar, entry_price, exit_bar, exit_price, reason, profit, costs, *levels = row
    return Trade(
        symbol=symbol,
        direction="long" if side > 0 else "short",
        quantity=quantity,
        entry_bar=entry_bar,
        entry_price=entry_price,
        exit_bar=exit_bar,
        exit_price=exit_price,
        exit_reason=ExitReason(REASONS[reason]),
        profit=profit,
        return_fraction=profit / (quantity * entry_price),
        costs=costs,
        bars_held=int(own[exit_bar] - own[entry_bar]),
        lot=lot,
        stop_loss=_set(levels[0]),
        take_profit=_set(levels[1]),
        trailing_stop=_set(levels[2]),
    )


def _open_trade(lot: Lot, bars: Bars, own: Sequence[int]) -> Trade:
    last = len(bars) - 1
    marked = lot.side * lot.quantity * (float(bars.close[last]) - lot.entry_price)
    return Trade(
        symbol=bars.symbol,
        direction="long" if lot.side > 0 else "short",
        quantity=lot.quantity,
        entry_bar=lot.entry_bar,
        entry_price=lot.entry_price,
        exit_bar=None,
        exit_price=None,
        exit_reason=ExitReason.END_OPEN,
        profit=marked - lot.entry_commission,
        return_fraction=(marked - lot.entry_commission) / (lot.quantity * lot.entry_price),
        costs=lot.entry_commission + lot.quantity * abs(lot.entry_price - lot.entry_raw),
        bars_held=int(own[last] - own[lot.entry_bar]) + 1,
        lot=lot.number,
        stop_loss=_set(lot.first_stop),
        take_profit=_set(lot.first_target),
        trailing_stop=_set(lot.first_trail),
    )


def _set(level: float) -> float | None:
    return level if isfinite(level) else None
