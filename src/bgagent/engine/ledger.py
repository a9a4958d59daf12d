"""The books once more, from the fills alone: what the kernel kept step by step must come out the same.

Shares no arithmetic with the kernel: cash and quantities are running sums over the fills, profits are reckoned lot by
lot from what was paid and received.
"""

from collections.abc import Sequence

import numpy as np

from bgagent.bars import Bars, Floats
from bgagent.engine.costs import commission_of, worse_price
from bgagent.engine.plan import Account
from bgagent.engine.result import Fill, Trade


def books_error(
    fills: Sequence[Fill],
    trades: Sequence[Trade],
    bars: Bars,
    *,
    first: int,
    account: Account,
    equity: Floats,
    cash: Floats,
    quantity: Floats,
) -> float:
    """The largest relative gap between the books and the same recomputed from the fills; 0 is perfect.

    equity: (m + 1,) with the capital first; cash, quantity: (m,), for the window's m bars. Money is measured against
    the largest amount in the books, quantities against the largest fill, prices of fills against themselves. Compared
    are, on each bar, cash, quantity, and equity = cash + position; the final profit and the trades' sum, in total and
    lot by lot; each fill's price and commission with the costs agreed. Infinite when a book is not finite.
    """
    close = bars.close[first:]
    bought = np.zeros(len(close))
    spent = np.zeros(len(close))
    for fill in fills:
        bought[fill.bar - first] += fill.quantity
        spent[fill.bar - first] += fill.quantity * fill.price + fill.commission
    held = np.cumsum(bought)
    money = account.initial_capital - np.cumsum(spent)
    worth = money + held * close
    if not all(bool(np.isfinite(book).all()) for book in (equity, cash, quantity, worth)):
        return float("inf")
    scale = max(account.initial_capital, float(np.abs(money).max()), float(np.abs(held * close).max()))
    earned = equity[-1] - account.initial_capital
    gaps = [
        abs(equity[0] - account.initial_capital) / scale,
        float(np.abs(cash - money).max()) / scale,
        float(np.abs(equity[1:] - worth).max()) / scale,
        float(np.abs(equity[1:] - cash - quantity * close).max()) / scale,
        float(np.abs(quantity - held).max()) / max((abs(fill.quantity) for fill in fills), default=1.0),
        abs(earned - sum(trade.profit for trade in trades)) / scale,
        _largest_profit_gap(fills, trades, float(close[-1])) / scale,
        *(_price_gap(fill, account) for fill in fills),
    ]
    return float(max(gaps))


def _largest_profit_gap(fills: Sequence[Fill], trades: Sequence[Trade], last_close: float) -> float:
    """Money by which a lot's trades differ from what its fills paid and received, what is left at the last close."""
    received: dict[int, float] = {}
    left: dict[int, float] = {}
    for fill in fills:
        received[fill.lot] = received.get(fill.lot, 0.0) - fill.quantity * fill.price - fill.commission
        left[fill.lot] = left.get(fill.lot, 0.0) + fill.quantity
    for trade in trades:
        received[trade.lot] = received.get(trade.lot, 0.0) - trade.profit
    return max((abs(money + left.get(lot, 0.0) * last_close) for lot, money in received.items()), default=0.0)


def _price_gap(fill: Fill, account: Account) -> float:
    """Relative gap between a fill's price and commission and what the account's costs say."""
    commission = commission_of(account.costs, fill.quantity, fill.price)
    value = abs(fill.quantity) * fill.price
    worst = worse_price(account.costs, fill.raw_price, fill.quantity)
    low, high = min(fill.raw_price, worst), max(fill.raw_price, worst)
    outside = max(low - fill.price, fill.price - high, 0.0)
    return max(outside / fill.price, abs(fill.commission - commission) / max(value, commission))
