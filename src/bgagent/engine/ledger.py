"""The books once more, from the fills alone: what the kernel kept step by step must come out the same.

Shares no arithmetic with the kernel: cash and quantities are running sums over the fills, profits are reckoned lot by
lot from what was paid and received.
"""

from collections.abc import Sequence

import numpy as np

from bgagent.bars import Bars, Floats, Times
from bgagent.engine.costs import commission_of, worse_price
from bgagent.engine.plan import Account
from bgagent.engine.result import Fill, Payment, Trade


def books_error(
    fills: Sequence[Fill],
    trades: Sequence[Trade],
    universe: Sequence[Bars],
    *,
    first: int,
    account: Account,
    equity: Floats,
    cash: Floats,
    quantities: Floats,
    interest: Floats,
    payments: Sequence[Payment] = (),
) -> float:
    """The largest relative gap between the books and the same recomputed from the fills; 0 is perfect.

    universe: the k symbols' bars, of the same sessions. equity: (m + 1,) with the capital first; cash: (m,);
    quantities: (m, k), for the window's m bars. interest: (m,), or () where the account has none.
    Money is measured against the largest amount in the books, quantities against the largest fill of their symbol,
    prices of fills against themselves. Compared are, on each bar, cash, quantity, interest, and equity = cash +
    positions; the final profit and the trades' sum, in total and lot by lot; each fill's price and commission with the
    costs agreed. Infinite when a book is not finite.
    """
    close = np.column_stack([bars.close[first:] for bars in universe])
    column = {bars.symbol: index for index, bars in enumerate(universe)}
    bought = np.zeros(close.shape)
    spent = np.zeros(len(close))
    largest = np.zeros(len(universe))
    if fills:
        bar = np.array([fill.bar for fill in fills]) - first
        symbol = np.array([column[fill.symbol] for fill in fills])
        bought_each = np.array([fill.quantity for fill in fills])
        np.add.at(bought, (bar, symbol), bought_each)
        np.add.at(spent, bar, bought_each * [fill.price for fill in fills] + [fill.commission for fill in fills])
        np.maximum.at(largest, symbol, np.abs(bought_each))
    for payment in payments:
        spent[payment.bar - first] -= payment.amount
    paid = sum(payment.amount for payment in payments)
    held = np.cumsum(bought, axis=0)
    earned = interest if interest.size else np.zeros(len(close))
    money = account.initial_capital - np.cumsum(spent) + np.cumsum(earned)
    position = (held * close).sum(axis=1)
    worth = money + position
    if not all(bool(np.isfinite(book).all()) for book in (equity, cash, quantities, worth)):
        return float("inf")
    scale = max(account.initial_capital, paid, float(np.abs(money).max()), float(np.abs(held * close).max())) or 1.0
    gained = equity[-1] - account.initial_capital - paid - float(earned.sum())
    last_close = {bars.symbol: float(bars.close[-1]) for bars in universe}
    gaps = [
        abs(equity[0] - account.initial_capital) / scale,
        float(np.abs(cash - money).max()) / scale,
        float(np.abs(equity[1:] - worth).max()) / scale,
        float(np.abs(equity[1:] - cash - (quantities * close).sum(axis=1)).max()) / scale,
        float((np.abs(quantities - held).max(axis=0) / np.where(largest > 0, largest, 1.0)).max()),
        abs(gained - sum(trade.profit for trade in trades)) / scale,
        _largest_profit_gap(fills, trades, last_close) / scale,
        *(_price_gap(fill, account) for fill in fills),
    ]
    if interest.size:
        agreed = _interest(account, money, held * close, universe[0].sessions[first:])
        gaps.append(float(np.abs(interest - agreed).max()) / scale)
    return float(max(gaps))


def _interest(account: Account, money: Floats, values: Floats, sessions: Times) -> Floats:
    """(m,): interest on each bar, on what was held at the close before, by calendar days of a year of 365."""
    years = np.diff(sessions).astype(np.float64) / 365.0
    short = np.maximum(-values, 0.0).sum(axis=1)
    lent = np.maximum(money - short, 0.0)
    borrowed = short + np.maximum(-money, 0.0)
    yearly = account.cash_interest * lent - account.costs.borrow_rate * borrowed
    return np.concatenate(([0.0], yearly[:-1] * years))


def _largest_profit_gap(fills: Sequence[Fill], trades: Sequence[Trade], last_close: dict[str, float]) -> float:
    """Money by which a lot's trades differ from what its fills paid and received, what is left at the last close."""
    received: dict[int, float] = {}
    left: dict[int, float] = {}  # worth, at the last close
    for fill in fills:
        received[fill.lot] = received.get(fill.lot, 0.0) - fill.quantity * fill.price - fill.commission
        left[fill.lot] = left.get(fill.lot, 0.0) + fill.quantity * last_close[fill.symbol]
    for trade in trades:
        received[trade.lot] = received.get(trade.lot, 0.0) - trade.profit
    return max((abs(money + left.get(lot, 0.0)) for lot, money in received.items()), default=0.0)


def _price_gap(fill: Fill, account: Account) -> float:
    """Relative gap between a fill's price and commission and what the account's costs say."""
    commission = commission_of(account.costs, fill.quantity, fill.price)
    value = abs(fill.quantity) * fill.price
    worst = worse_price(account.costs, fill.raw_price, fill.quantity)
    low, high = min(fill.raw_price, worst), max(fill.raw_price, worst)
    outside = max(low - fill.price, fill.price - high, 0.0)
    return max(outside / fill.price, abs(fill.commission - commission) / max(value, commission))
