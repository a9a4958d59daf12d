"""What a strategy written as code subclasses, and the loops that run it.

A strategy sees bars only up to now, as columns that end at the current bar, and may do nothing but place orders.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import SupportsFloat

import numpy as np

from bgagent.engine.books import open_book
from bgagent.engine.desk import Desk, Protection
from bgagent.engine.feed import Column, Due, Feed
from bgagent.engine.joined_feed import JoinedFeed
from bgagent.engine.kernel import Book
from bgagent.engine.market import Market
from bgagent.engine.orders import Level, Order, OrderError, Orders, pack_orders
from bgagent.engine.plan import Account, Distance, DistanceKind, SizeKind, Sizing, StopStep
from bgagent.engine.portfolio_book import PortfolioBook
from bgagent.engine.portfolio_desk import OnPayment, PortfolioDesk
from bgagent.engine.position import Position
from bgagent.engine.trading import Trading

__all__ = [
    "Column",
    "Distance",
    "DistanceKind",
    "Driven",
    "Due",
    "Level",
    "Market",
    "Position",
    "SizeKind",
    "Sizing",
    "StopStep",
    "Strategy",
    "crossed_above",
    "crossed_below",
    "drive",
    "drive_together",
]


class Strategy(Trading):
    """A trading strategy for one symbol or several. Subclass it and write `init` and `on_bar`.

    Decisions are made at the close of a bar and fill at the open of the next one. What is known then:
    open, high, low, close, volume: columns that end at the current bar; `self.close[-1]` is the latest close,
    `self.close[-2]` the one before, `self.close[-20:]` a numpy array of the last 20.

        class Crossover(Strategy):
            def init(self):
                self.fast = self.indicator("sma(close, 50)")
                self.slow = self.indicator("sma(close, 200)")

            def on_bar(self):
                if self.position.is_open and crossed_below(self.fast, self.slow):
                    self.exit()
                elif self.position.is_flat and crossed_above(self.fast, self.slow):
                    self.buy(stop_loss=0.05)

    With several symbols each is named, `self["SPY"].close[-1]`, `self["SPY"].buy(0.5)`, and the bars are those that any
    of them has: see Market. Cash is shared.
    """

    _desk: Desk
    _books: Book
    _markets: dict[str, Market]
    _traded: tuple[Market, ...]
    _portfolio: PortfolioDesk | None = None

    def init(self) -> None:
        """Called once, before any bar: declare indicators and calendars here. No price is known yet."""

    def on_start(self) -> None:
        """Called before the window's first open; orders placed here fill there.

        Only bars before the window are known. The place for what needs no price of the window: buy and hold, a dated
        purchase on the first session.
        """

    def on_bar(self) -> None:
        """Called at the close of every bar of the window."""

    def __getitem__(self, symbol: str) -> Market:
        """One of several symbols: its columns, position and orders. Those that are only watched take no order."""
        if symbol not in self._markets:
            known = ", ".join(self._markets) or f"one alone, {self.symbol}, which is not named"
            raise OrderError(f"{symbol} is not among the symbols here: {known}")
        return self._markets[symbol]

    @property
    def symbols(self) -> tuple[str, ...]:
        """The symbols that may be traded, in order."""
        return tuple(market.symbol for market in self.markets) or (self.symbol,)

    @property
    def markets(self) -> tuple[Market, ...]:
        """Each of several symbols that may be traded, in order."""
        return self._traded

    def rebalance(
        self,
        weights: Mapping[str, float],
        *,
        drift: float | None = None,
        stop_loss: Protection = None,
        take_profit: Protection = None,
        trailing_stop: Protection = None,
        whole_shares: bool = False,
        reason: str = "rebalance",
    ) -> bool:
        """With several symbols: brings all positions to these shares of equity at the next open, sales first.

        weights: by symbol, below 0 for short; what is not named is closed. drift: nothing is done, after the first
        time, unless a weight lies at least this far from its target. The protective levels, as in `buy`, are those of
        each purchase. Returns whether orders were placed.
        """
        return self._together.rebalance(
            weights,
            drift=drift,
            stop_loss=stop_loss,
            take_profit=take_profit,
            trailing_stop=trailing_stop,
            whole_shares=whole_shares,
            reason=reason,
        )

    def pay_in(self, amount: float) -> None:
        """With several symbols, or a list of one: new money that comes into the account before the next open."""
        self._together.pay_in(amount)

    @property
    def _together(self) -> PortfolioDesk:
        if self._portfolio is None:
            raise OrderError("this run is of one symbol alone: there are no weights and no payments in it")
        return self._portfolio

    @property
    def cash(self) -> float:
        """Money in the account; what short sales brought in is in it."""
        return self._books.cash

    @property
    def equity(self) -> float:
        """Cash and positions at the last close."""
        return self._books.equity


def crossed_above(one: object, other: object) -> bool:
    """True on the bar where `one` comes to lie above `other`: above now, and not above one bar before.

    Columns, arrays or plain numbers; False while either is undefined.
    """
    now, before = _last_two(one)
    other_now, other_before = _last_two(other)
    return now > other_now and before <= other_before


def crossed_below(one: object, other: object) -> bool:
    """True on the bar where `one` comes to lie below `other`: below now, and not below one bar before."""
    now, before = _last_two(one)
    other_now, other_before = _last_two(other)
    return now < other_now and before >= other_before


def _last_two(values: object) -> tuple[float, float]:
    """The last value and the one before; NaN where there is none."""
    if isinstance(values, Column | np.ndarray | list | tuple):
        if len(values) < 2:
            return float("nan"), float("nan")
        return float(values[-1]), float(values[-2])
    if isinstance(values, SupportsFloat):
        return float(values), float(values)
    raise TypeError(f"a cross is between columns, arrays or numbers, not {type(values).__name__}")


@dataclass(frozen=True, slots=True)
class Driven:
    """What driving a strategy through a feed left behind: its order log, and the books that filled it."""

    orders: Orders
    book: Book


def drive(
    strategy: type[Strategy], feed: Feed, account: Account, *, on_order: Callable[[Order], None] | None = None
) -> Driven:
    """Runs a strategy over all bars of one symbol's feed: the one loop, in this process as in the sandbox.

    The feed's `declare` is called once, after init. on_order is called with each order as it is decided, before the
    feed is asked for the next bar. Whatever the strategy raises comes through.
    """
    book = open_book(account, first=feed.first, bars=feed.size - feed.first, sessions=feed.sessions[:0])
    desk = Desk(feed, book, on_order)
    running = strategy()
    running._desk = desk
    running._books = book
    running._position = Position(desk)
    running._markets, running._traded = {}, ()
    running.init()
    desk.open_for_orders()
    running.on_start()
    while feed.advance():
        desk.step()
        if not desk.book.ruined:
            running.on_bar()
    return Driven(pack_orders(desk.orders), book)


def drive_together(
    strategy: type[Strategy],
    feed: JoinedFeed,
    account: Account,
    *,
    on_order: Callable[[Order], None] | None = None,
    on_payment: OnPayment | None = None,
) -> tuple[Orders, PortfolioBook]:
    """As `drive`, over the bars of several symbols that share one account.

    on_payment is called with the bar at whose close new money was asked for, and the sum.
    """
    desk = PortfolioDesk(feed, account, on_order, on_payment)
    running = strategy()
    running._desk = desk  # type: ignore[assignment]  # stands for its one symbol's desk, where it has but one
    running._portfolio = desk
    running._books = desk.books
    running._position = Position(desk)  # type: ignore[arg-type]
    running._markets = {symbol: Market(own) for symbol, own in desk.desks.items()}
    running._traded = tuple(market for market in running._markets.values() if market.may_be_traded)
    running.init()
    desk.open_for_orders()
    running.on_start()
    while feed.advance():
        desk.step()
        if not desk.books.ruined:
            running.on_bar()
    return pack_orders(desk.orders), desk.books
