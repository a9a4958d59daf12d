"""Books opened for an account, and closed into a result."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bgagent.bars import Bars, Floats, Times
from bgagent.engine import passes
from bgagent.engine.codes import CHANGE_WIDTH, FILL_WIDTH, TARGET, TRADE_WIDTH
from bgagent.engine.costs import BASIS_POINT
from bgagent.engine.kernel import Book, Lot
from bgagent.engine.ledger import Ledger
from bgagent.engine.orders import LAST_EXIT, Orders
from bgagent.engine.plan import Account
from bgagent.engine.portfolio_book import PortfolioBook
from bgagent.engine.result import BacktestResult, Payment, result_of_rows
from bgagent.engine.run_rows import RunRows
from bgagent.engine.timeline import Timeline

_NO_NUMBERS = np.zeros(0)
_NO_NUMBERS.flags.writeable = False


def numbers(values: NDArray[Any]) -> Any:
    """An array as the loops read it: as it is where they are compiled, else so that single values are Python's own."""
    return values if passes.COMPILED else memoryview(values)  # type: ignore[arg-type]


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
    return Book(float(account.initial_capital), np.empty(bars + 1), first, *book_terms(account, sessions))


def close_books(
    book: Book,
    orders: Orders | Callable[[], Orders],
    bars: Bars,
    *,
    first: int,
    account: Account,
    dropped_orders: int | None = None,
) -> BacktestResult:
    """The result of books that were stepped through all bars of the window.

    orders: the log, or what makes it; then dropped_orders says how many of them had no open to fill at.
    """
    if dropped_orders is None:
        assert not callable(orders)
        dropped_orders = _dropped(orders, len(bars) - 1)
    rows = _rows(book, orders, (bars.symbol,), account, _trade_rows(book, [bars], None))
    equity = np.asarray(book.equity_at)
    equity.flags.writeable = False
    interest = _frozen(book.interest_at)
    ledger = Ledger(
        [numbers(bars.close[first:])],
        first,
        numbers(agreed_terms(account)),
        fills=numbers(rows.fills.reshape(-1)),
        trades=numbers(rows.trades.reshape(-1)),
        changes=numbers(rows.changes.reshape(-1)),
        equity=numbers(equity),
        lots=book.lots_opened,
        room=numbers(np.zeros(4 + 2 * book.lots_opened)),
        payments=_NO_NUMBERS,
        interest=numbers(interest),
        days=numbers(_NO_NUMBERS if book.day_gaps is None else np.array(book.day_gaps, dtype=np.float64)),
    )
    return result_of_rows(
        rows,
        bars=bars,
        first=first,
        account=account,
        equity=equity,
        dropped_orders=dropped_orders,
        cut_orders=book.cut_orders,
        ambiguous_bars=book.ambiguous_bars,
        ruined=book.ruined,
        books_error=ledger.error,
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
        np.empty(len(timeline) - first + 1),
        first,
        book_terms(account, timeline.sessions[first:]),
        **columns,
        traded=_each(timeline, [column.tobytes() for column in timeline.traded.T[: _different(timeline)]]),
        own=_each(timeline, [column.tolist() for column in timeline.own.T[: _different(timeline)]]),
    )


def _different(timeline: Timeline) -> int:
    """How many columns of a timeline differ from the first."""
    return 1 if timeline.is_common else len(timeline.laid)


def _each(timeline: Timeline, columns: list[Any]) -> list[Any]:
    """The columns of all symbols, the one that all share repeated."""
    return columns * len(timeline.laid) if timeline.is_common else columns


def close_portfolio_book(
    book: PortfolioBook, orders: Orders, timeline: Timeline, *, account: Account
) -> BacktestResult:
    """The result of books of several symbols that were stepped through all bars of the window."""
    first, end = timeline.first, len(timeline)
    symbols = tuple(bars.symbol for bars in timeline.laid)
    rows = _rows(book, orders, symbols, account, _trade_rows(book, timeline.laid, timeline.own))
    payments = tuple(Payment(*payment) for payment in book.payments)
    equity = np.asarray(book.equity_at)
    equity.flags.writeable = False
    interest = _frozen(book.interest_at)
    ledger = Ledger(
        [numbers(bars.close[first:]) for bars in timeline.laid],
        first,
        numbers(agreed_terms(account)),
        fills=numbers(rows.fills.reshape(-1)),
        trades=numbers(rows.trades.reshape(-1)),
        changes=numbers(rows.changes.reshape(-1)),
        equity=numbers(equity),
        lots=book.lots_opened,
        room=numbers(np.zeros(4 * len(symbols) + 2 * book.lots_opened + end - first)),
        payments=numbers(
            np.array([number for bar, amount, _ in book.payments for number in (bar, amount)], dtype=np.float64)
        ),
        interest=numbers(interest),
        days=numbers(_NO_NUMBERS if book.day_gaps is None else np.array(book.day_gaps, dtype=np.float64)),
    )
    return result_of_rows(
        rows,
        bars=timeline.laid[0],
        first=first,
        account=account,
        equity=equity,
        dropped_orders=_dropped(orders, end - 1),
        cut_orders=book.cut_orders,
        ambiguous_bars=book.ambiguous_bars,
        ruined=book.ruined,
        books_error=ledger.error,
        interest=interest,
        payments=payments,
        universe=timeline.laid,
        traded=timeline.traded[first:],
    )


def agreed_terms(account: Account) -> Floats:
    """(8,): the account's costs and rates as the ledger takes them."""
    costs = account.costs
    return np.array(
        (
            costs.slippage_bps * BASIS_POINT,
            costs.commission_bps * BASIS_POINT,
            costs.commission_per_share,
            costs.commission_per_order,
            costs.commission_minimum,
            costs.slippage_per_share,
            account.cash_interest,
            costs.borrow_rate,
        )
    )


def _rows(
    book: Book,
    orders: Orders | Callable[[], Orders],
    symbols: tuple[str, ...],
    account: Account,
    trades: Floats,
) -> RunRows:
    fills = np.asarray(book.fill_rows)[: book.fill_count * FILL_WIDTH].reshape(-1, FILL_WIDTH)
    changes = np.asarray(book.change_rows)[: book.change_count * CHANGE_WIDTH].reshape(-1, CHANGE_WIDTH)
    return RunRows(
        fills,
        trades,
        changes,
        symbols,
        len(book.equity_at) - 1,
        float(account.initial_capital),
        orders if callable(orders) else lambda: orders,
    )


def _dropped(orders: Orders, last: int) -> int:
    """Orders that trade something, decided on the last bar."""
    actions = orders["action"]
    trading = (actions <= LAST_EXIT) | (actions == TARGET)
    return int(np.count_nonzero((orders["decided_on"] == last) & trading))


def _frozen(values: list[float]) -> Floats:
    if not values:
        return _NO_NUMBERS
    array = np.array(values, dtype=np.float64)
    array.flags.writeable = False
    return array


def _trade_rows(book: Book, laid: Sequence[Bars], own: NDArray[np.int64] | None) -> Floats:
    """(t, 15): closed and open trades, by entry, then exit, then lot.

    own: (n, k), number of each symbol's own bar at each bar; None where that is the bar itself.
    """
    closed = np.asarray(book.trade_rows)[: book.trade_count * TRADE_WIDTH].reshape(-1, TRADE_WIDTH)
    last = len(laid[0]) - 1
    rows = closed
    if book.lots:
        still_open = [_open_row(lot, float(laid[lot.symbol].close[last]), last) for lot in book.lots]
        rows = np.concatenate((closed, np.array(still_open)))
    if own is not None and len(rows):
        symbol, entry, exit_bar = rows[:, (1, 4, 6)].astype(np.int64).T
        rows[:, 14] = np.where(exit_bar < 0, own[last, symbol] + 1, own[exit_bar, symbol]) - own[entry, symbol]
    if len(rows) > 1:
        entries = rows[:, 4]
        if book.lots_opened != len(rows) or len(book.lots) > 1 or bool((entries[1:] <= entries[:-1]).any()):
            exits = np.where(rows[:, 6] < 0, last + 1, rows[:, 6])
            rows = rows[np.lexsort((rows[:, 0], exits, entries))]
    return rows


def _open_row(lot: Lot, close: float, last: int) -> tuple[float, ...]:
    marked = lot.side * lot.quantity * (close - lot.entry_price)
    return (
        lot.number,
        lot.symbol,
        lot.side,
        lot.quantity,
        lot.entry_bar,
        lot.entry_price,
        -1.0,
        np.nan,
        -1.0,
        marked - lot.entry_commission,
        lot.entry_commission + lot.quantity * abs(lot.entry_price - lot.entry_raw),
        lot.first_stop,
        lot.first_target,
        lot.first_trail,
        last - lot.entry_bar + 1,
    )
