"""Bars on which nothing can happen are marked at once, to the same digits as one by one."""

from datetime import date

import numpy as np

from bgagent.engine.books import close_portfolio_book, open_portfolio_book
from bgagent.engine.kernel import Instruction
from bgagent.engine.orders import Action, Order, pack_orders
from bgagent.engine.plan import Account, Costs, SizeKind, Sizing
from bgagent.engine.timeline import join
from tests.engine.test_rule_loop import bars_of


def renamed(bars, symbol):
    columns = {name: getattr(bars, name) for name in ("open", "high", "low", "close", "volume")}
    return type(bars)(symbol, bars.timeframe, bars.times, bars.sessions, **columns)


def both_ways(orders, seeds=(1, 2, 3), capital=5000.0, leverage=1.0):
    """The results of stepping bar by bar, and of stepping from order to order."""
    universe = [renamed(bars_of(seed), f"S{seed}") for seed in seeds]
    account = Account(capital, Costs(3.0, 10.0), leverage=leverage)
    results = []
    for quietly in (False, True):
        timeline = join(universe, first_on=date(2020, 1, 6))
        book = open_portfolio_book(account, timeline)
        bar = timeline.first
        while bar < len(timeline):
            for number, order in enumerate(orders):
                if order.decided_on == bar - 1:
                    book.submit(Instruction(number, order.record()))
            book.step_all(bar)
            following = [order.decided_on + 1 for order in orders if order.decided_on >= bar]
            if quietly:
                stop = min([*following, len(timeline)])
                book.step_through(bar + 1, stop)
                bar = max(stop, bar + 1)
            else:
                bar += 1
        results.append(close_portfolio_book(book, pack_orders(orders), timeline, account=account))
    return results


def same(one, other):
    np.testing.assert_array_equal(one.equity, other.equity)
    np.testing.assert_array_equal(one.rows.fills, other.rows.fills)
    np.testing.assert_array_equal(one.quantities, other.quantities)
    assert one.ruined == other.ruined
    assert one.books_error < 1e-12
    assert other.books_error < 1e-12


def test_quiet_bars_are_marked_alike():
    orders = [Order(on, Action.TARGET, weight=0.3, symbol=symbol) for on in (10, 40, 41, 90) for symbol in range(3)]
    same(*both_ways(orders))


def test_ruin_is_found_among_quiet_bars():
    bought = Order(10, Action.ENTER_LONG, sizing=Sizing(SizeKind.EQUITY, 6.0), symbol=0)  # it falls
    one, other = both_ways([bought], leverage=12.0)
    assert one.ruined
    same(one, other)
