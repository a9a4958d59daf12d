"""A strategy as code over several symbols, run in this process."""

from collections.abc import Sequence
from datetime import date

from bgagent.bars import Bars
from bgagent.engine.board import Board
from bgagent.engine.board_feed import BoardFeed
from bgagent.engine.books import close_portfolio_book
from bgagent.engine.plan import Account
from bgagent.engine.result import BacktestResult
from bgagent.engine.strategy import Strategy, drive_together
from bgagent.engine.timeline import join


def run_portfolio_strategy(
    strategy: type[Strategy],
    bars: Sequence[Bars],
    *,
    first_on: date,
    account: Account,
    watched: Sequence[Bars] = (),
) -> BacktestResult:
    """Runs a strategy over several symbols that share one account, in this process: for code that is trusted.

    bars: warm-up and window of the symbols that may be traded, in the order of their indices. watched: bars of others,
    which the strategy may read. first_on: first day of the window. Whatever the strategy raises comes through;
    ValueError for an empty window, a symbol given twice or bars of different length.
    """
    timeline = join(bars, first_on=first_on)
    orders, book = drive_together(strategy, BoardFeed(Board(timeline, bars, watched)), account)
    return close_portfolio_book(book, orders, timeline, account=account)
