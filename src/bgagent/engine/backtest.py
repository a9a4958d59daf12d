"""The four ways into the engine: a plan of rules, a strategy as code, an order log, and buy and hold."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bgagent.bars import Bars
from bgagent.engine.array_feed import ArrayFeed
from bgagent.engine.books import close_books, numbers, open_book
from bgagent.engine.kernel import Instruction
from bgagent.engine.order_checks import check_orders
from bgagent.engine.orders import Action, Order, Orders, pack_orders, pack_records
from bgagent.engine.plan import Account, RulePlan, Sizing
from bgagent.engine.result import BacktestResult
from bgagent.engine.rule_loop import RuleOrders, is_one_lot, run_one_lot, run_rules
from bgagent.engine.signals import later, placed_orders, rule_orders, rule_signals
from bgagent.engine.strategy import Strategy, drive


def run_plan(
    plan: RulePlan, bars: Bars, *, first: int, account: Account, late: int = 0, watched: Sequence[Bars] = ()
) -> BacktestResult:
    """Runs a plan of rules.

    bars: warm-up and window; first: index of the window's first bar. watched: bars of the symbols that the plan only
    watches, in any order. late: bars by which every entry and exit by a rule is filled later than it could be; stops,
    targets and times work from the later fill.
    Raises RuleError for a rule that cannot be read, OrderError for orders that make no sense, ValueError for the wrong
    symbol or an empty window.
    """
    if plan.symbol != bars.symbol:
        raise ValueError(f"the plan is for {plan.symbol}, the bars are of {bars.symbol}")
    _refuse_empty_window(bars, first)
    signals = later(rule_signals(plan, bars, first=first, watched=watched), late)
    orders, lacking = _orders_of(plan, bars, watched)
    if lacking is not None:
        signals &= ~lacking
    book = open_book(account, first=first, bars=len(bars) - first, sessions=bars.sessions[first:])
    prices = [numbers(column) for column in (bars.open, bars.high, bars.low, bars.close)]
    heard = numbers(signals)
    if not is_one_lot(book, orders):
        orders, _ = rule_orders(plan, bars, watched=watched)  # whose log no other run writes
        run_rules(book, orders, heard, *prices)
        return close_books(book, pack_records(orders.log), bars, first=first, account=account)
    way = run_one_lot(book, orders, heard, *prices)
    placed = placed_orders(way, orders)
    return close_books(book, placed, bars, first=first, account=account, dropped_orders=way.dropped)


_KNOWN_ORDERS: dict[int, tuple[RulePlan, RuleOrders]] = {}
_MOST_KNOWN = 64


def _orders_of(plan: RulePlan, bars: Bars, watched: Sequence[Bars]) -> tuple[RuleOrders, NDArray[np.uint8] | None]:
    """As `rule_orders`, remembered for plans whose orders no bar changes.

    Only the short way may use those: it has a log of its own.
    """
    known = _KNOWN_ORDERS.get(id(plan))
    if known is not None and known[0] is plan:
        return known[1], None
    orders, lacking = rule_orders(plan, bars, watched=watched)
    if lacking is None and orders.max_positions == 1 and not orders.moving and not orders.steps:
        if len(_KNOWN_ORDERS) >= _MOST_KNOWN:
            _KNOWN_ORDERS.clear()
        _KNOWN_ORDERS[id(plan)] = plan, orders
    return orders, lacking


def run_strategy(
    strategy: type[Strategy], bars: Bars, *, first: int, account: Account, watched: Sequence[Bars] = ()
) -> BacktestResult:
    """Runs a strategy written as code, in this process: for code that is trusted.

    bars: warm-up and window; first: index of the window's first bar. watched: bars of other symbols, which its
    indicators may read, as in `spy.close`. Whatever the strategy raises comes through; ValueError for an empty window.
    """
    driven = drive(strategy, ArrayFeed(bars, first=first, watched=watched), account)
    return close_books(driven.book, driven.orders, bars, first=first, account=account)


def replay(orders: Orders, bars: Bars, *, first: int, account: Account) -> BacktestResult:
    """Fills an order log, whoever wrote it.

    Raises OrderError (a ValueError) for a log that is not fit to be filled, ValueError for an empty window.
    """
    _refuse_empty_window(bars, first)
    check_orders(orders, first=first, bars=len(bars))
    book = open_book(account, first=first, bars=len(bars) - first, sessions=bars.sessions[first:])
    waiting = [Instruction(number, record) for number, record in enumerate(orders.tolist())]
    prices = zip(bars.open.tolist(), bars.high.tolist(), bars.low.tolist(), bars.close.tolist(), strict=True)
    submitted = 0
    for bar, (open_price, high, low, close) in enumerate(prices):
        if bar < first:
            continue
        while submitted < len(waiting) and waiting[submitted].decided_on < bar:
            book.submit(waiting[submitted])
            submitted += 1
        book.step(bar, open_price, high, low, close)
    return close_books(book, orders, bars, first=first, account=account)


def buy_and_hold(bars: Bars, *, first: int, account: Account) -> BacktestResult:
    """Everything into the symbol at the window's first open, held to the end: the benchmark of any run."""
    order = Order(first - 1, Action.ENTER_LONG, sizing=Sizing())
    return replay(pack_orders([order]), bars, first=first, account=account)


def _refuse_empty_window(bars: Bars, first: int) -> None:
    if not 0 <= first < len(bars):
        raise ValueError(f"{bars.symbol}: the window cannot begin at bar {first} of {len(bars)}")
