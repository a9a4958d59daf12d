"""The desk of one symbol among several: its own columns, clock and lots, in books that all of them share."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from bgagent.bars import Floats, Times
from bgagent.engine.desk import Desk
from bgagent.engine.joined_feed import Lane
from bgagent.engine.kernel import Lot
from bgagent.engine.orders import Order, OrderError
from bgagent.engine.portfolio_book import PortfolioBook


class OpenLots:
    """The open lots of a book by symbol, sorted out once for each bar: between two steps they do not change."""

    def __init__(self, book: PortfolioBook) -> None:
        self._book = book
        self._bar = -1
        self._by_symbol: dict[int, list[Lot]] = {}

    def of(self, symbol: int) -> list[Lot]:
        """Those of one symbol, by entry."""
        bar = self._book.bar if self._book.lots else -1
        if bar != self._bar:
            self._bar = bar
            self._by_symbol = {}
            for lot in self._book.lots:
                self._by_symbol.setdefault(lot.symbol, []).append(lot)
        return self._by_symbol.get(symbol, [])


class SymbolBook:
    """What the books of all symbols say of one."""

    def __init__(self, book: PortfolioBook, symbol: int, open_lots: "OpenLots") -> None:
        self._book = book
        self._symbol = symbol
        self._open_lots = open_lots

    @property
    def lots(self) -> list[Lot]:
        """Its open lots, by entry."""
        return self._open_lots.of(self._symbol)

    @property
    def quantity(self) -> float:
        """Shares held, negative when short."""
        return self._book.held.get(self._symbol, 0.0)

    @property
    def leverage(self) -> float:
        """The leverage agreed for the account."""
        return self._book.leverage

    @property
    def cash(self) -> float:
        """Money in the account."""
        return self._book.cash

    @property
    def equity(self) -> float:
        """Of the account, at the last close."""
        return self._book.equity


class MarketDesk(Desk):
    """One symbol's desk; every order goes through `submit`, which all symbols share.

    number: the symbol's index in the order log; None: its bars are only read.
    """

    feed: Lane  # type: ignore[assignment]  # declares and advances with the others, by their desk
    book: SymbolBook  # type: ignore[assignment]

    def __init__(
        self,
        lane: Lane,
        books: PortfolioBook,
        open_lots: OpenLots,
        *,
        orders: list[Order],
        submit: Callable[[Order], int],
        number: int | None,
    ) -> None:
        super().__init__(lane, SymbolBook(books, -1 if number is None else number, open_lots))  # type: ignore[arg-type]
        self.orders = orders
        self.number = number
        self._books = books
        self._submit = submit

    def place(self, order: Order) -> int:
        """Hands the order on; its number in the log."""
        if self.number is None:
            raise OrderError(f"{self.feed.symbol} is only watched; it cannot be traded here")
        return self._submit(replace(order, symbol=self.number))

    def trades_at(self, bar: int) -> bool:
        """Whether the symbol has a bar of its own there; known up to one bar ahead."""
        return bar >= 0 and bool(self.feed.traded[bar])

    @property
    def is_waiting(self) -> bool:
        """Whether orders for the symbol have not been filled yet."""
        return any(order.symbol == self.number for order in self._books.orders)

    @property
    def window_bars(self) -> int:
        """Own bars since the window began."""
        first = self.feed.first
        return self._own_number - (int(self.feed.own[first - 1]) if first else -1)

    @property
    def bars_since_exit(self) -> int | None:
        """Own bars since the last exit was filled; None when there was none yet."""
        last = -1 if self.number is None else self._books.last_exit[self.number]
        return None if last < 0 else self._own_number - last

    def bars_held(self, lot: Lot) -> int:
        """Closes of the symbol's own since a lot's entry, the present one included."""
        return self._own_number - int(self.feed.own[lot.entry_bar]) + 1

    def bars_left(self, lot: Lot) -> int | None:
        """Own bars to the open at which a lot is closed for its time; None where it has no time."""
        return None if lot.due < 0 else lot.due - self._own_number

    def own_closes(self, count: int) -> Floats:
        """The closes of the last `count` own bars."""
        feed = self.feed
        closes: Floats = feed.close[np.flatnonzero(feed.traded[: feed.count])[-count:]]
        return closes

    def own_sessions(self) -> Times:
        """The days of all own bars so far."""
        feed = self.feed
        sessions: Times = feed.sessions[: feed.count][feed.traded[: feed.count] != 0]
        return sessions

    @property
    def _own_number(self) -> int:
        """Number of the symbol's own latest bar, -1 before its first."""
        return int(self.feed.own[self.feed.count - 1]) if self.feed.count else -1
