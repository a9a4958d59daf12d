"""What stands between a strategy over several symbols and the books they share."""

from collections.abc import Callable, Mapping
from math import isfinite
from typing import Any, NoReturn

import numpy as np

from bgagent.engine.books import book_terms
from bgagent.engine.desk import Protection
from bgagent.engine.feed import Column, Due
from bgagent.engine.joined_feed import ALL, JoinedFeed, Lane
from bgagent.engine.kernel import Instruction
from bgagent.engine.market_desk import MarketDesk, OpenLots
from bgagent.engine.orders import Order, OrderError
from bgagent.engine.plan import Account
from bgagent.engine.portfolio_book import PortfolioBook

OnPayment = Callable[[int, float], None]


class PortfolioDesk:
    """Places the orders of all symbols with one book, and hands each to `on_order` as it is decided.

    on_payment: is called with the bar at whose close new money was asked for, and the sum, once for each such bar.
    Where a single symbol may be traded, it is what is meant by orders and columns that name none.
    """

    def __init__(
        self,
        feed: JoinedFeed,
        account: Account,
        on_order: Callable[[Order], None] | None = None,
        on_payment: OnPayment | None = None,
    ) -> None:
        lanes = [Lane(feed, number) for number in range(len(feed.symbols) + len(feed.watched))]
        traded = lanes[: len(feed.symbols)]
        self.feed = feed
        self.books = PortfolioBook(
            float(account.initial_capital),
            np.empty(feed.size - feed.first + 1),
            feed.first,
            book_terms(account, feed.sessions[:0]),
            opens=[memoryview(lane.open) for lane in traded],
            highs=[memoryview(lane.high) for lane in traded],
            lows=[memoryview(lane.low) for lane in traded],
            closes=[memoryview(lane.close) for lane in traded],
            traded=[memoryview(lane.traded) for lane in traded],
            own=[memoryview(lane.own) for lane in traded],
        )
        self.orders: list[Order] = []
        self.is_open = False
        open_lots = OpenLots(self.books)
        self.desks = {
            lane.symbol: MarketDesk(
                lane,
                self.books,
                open_lots,
                orders=self.orders,
                submit=self._submit,
                number=number if number < len(traded) else None,
            )
            for number, lane in enumerate(lanes)
        }
        self._traded = list(self.desks.values())[: len(traded)]
        self._calendars: dict[str, Due] = {}
        self._payment = 0.0
        self._on_order = on_order
        self._on_payment = on_payment

    @property
    def index(self) -> int:
        """Index of the current bar, of all symbols together; -1 before the first."""
        return self.feed.count - 1

    def calendar(self, expression: str) -> Due:
        """Whether an expression on the calendar is true of the next session of any symbol that may be traded."""
        if self.is_open:
            raise OrderError("indicators and calendars are declared in init, not later")
        return self._calendars.setdefault(expression, Due(self.feed))

    def open_for_orders(self) -> None:
        """Declares to the feed what init asked for, and lets orders be placed from now on."""
        columns: list[tuple[int, str, Column]] = []
        calendars = [(ALL, text, due) for text, due in self._calendars.items()]
        for number, desk in enumerate(self.desks.values()):
            columns += [(number, text, column) for text, column in desk.columns.items()]
            calendars += [(number, text, due) for text, due in desk.calendars.items()]
        rows, answers = self.feed.declare(
            [(number, text) for number, text, _ in columns], [(number, text) for number, text, _ in calendars]
        )
        for (_, _, column), row in zip(columns, rows, strict=True):
            column.bind(row)
        for (_, _, due), conditions in zip(calendars, answers, strict=True):
            due.bind(conditions)
        for desk in self.desks.values():
            desk.bind_prices()
            desk.is_open = True
        self.is_open = True

    def step(self) -> None:
        """Lets the bar that has just become known happen, and moves the levels that follow it."""
        feed, book, bar = self.feed, self.books, self.feed.count - 1
        if book.day_gaps is not None:
            days = 0 if bar == feed.first else int((feed.sessions[bar] - feed.sessions[bar - 1]).astype(np.int64))
            book.day_gaps.append(days)
        book.step_all(bar, self._payment)
        self._payment = 0.0
        if feed.count < feed.size and not book.ruined and any(desk.follows for desk in self._traded):
            for lot in book.lots:
                if book.traded[lot.symbol][bar]:
                    self._traded[lot.symbol].follow(lot, book.highs[lot.symbol][bar], book.lows[lot.symbol][bar])

    def pay_in(self, amount: float) -> None:
        """New money for the next open."""
        if not self.is_open:
            raise OrderError("money is paid in in on_start and on_bar, not in init")
        if not (isfinite(amount) and amount > 0):
            raise OrderError(f"a payment is a sum above 0, was {amount}")
        self._payment += float(amount)
        if self._on_payment is not None:
            self._on_payment(self.index, float(amount))

    def rebalance(
        self,
        weights: Mapping[str, float],
        *,
        drift: float | None,
        stop_loss: Protection,
        take_profit: Protection,
        trailing_stop: Protection,
        whole_shares: bool,
        reason: str,
    ) -> bool:
        """Places targets for all symbols that are, or are to be, held; whether it did. See Strategy.rebalance."""
        unknown = [symbol for symbol in weights if symbol not in self.feed.symbols]
        if unknown:
            raise OrderError(f"{', '.join(unknown)} cannot be held here; what can: {', '.join(self.feed.symbols)}")
        wanted = [float(weights.get(symbol, 0.0)) for symbol in self.feed.symbols]
        total = sum(abs(weight) for weight in wanted)
        if not total <= self.books.leverage * (1 + 1e-9):
            raise OrderError(f"weights of {total:.3g} in all need leverage, which was not agreed")
        if drift is not None and self.orders and self._drift(wanted) < drift:
            return False
        concerned = {order.symbol for order in self.books.orders} | self.books.held.keys()
        for number, (desk, weight) in enumerate(zip(self._traded, wanted, strict=True)):
            if weight or number in concerned:
                desk.target(
                    weight,
                    stop_loss=stop_loss,
                    take_profit=take_profit,
                    trailing_stop=trailing_stop,
                    whole_shares=whole_shares,
                    reason=reason,
                )
        return True

    def _drift(self, wanted: list[float]) -> float:
        """How far the weight that is furthest from its target lies from it, at the last close."""
        book = self.books
        held = {symbol: quantity * book.closes[symbol][book.bar] for symbol, quantity in book.held.items()}
        return float(max(abs(held.get(symbol, 0.0) / book.equity - weight) for symbol, weight in enumerate(wanted)))

    def _submit(self, order: Order) -> int:
        if not self.is_open:
            raise OrderError("orders are placed in on_start and on_bar, not in init")
        number = len(self.orders)
        instruction = Instruction(number, order.record())
        self.orders.append(order)
        self.books.submit(instruction)
        if self._on_order is not None:
            self._on_order(order)
        return number

    @property
    def only(self) -> MarketDesk:
        """The desk that is meant where no symbol is named."""
        if len(self._traded) > 1:
            self._refuse_unnamed()
        return self._traded[0]

    def _refuse_unnamed(self) -> NoReturn:
        raise OrderError(f'several symbols are traded here: say which, as in self["{self.feed.symbols[0]}"].close')

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self.only, name)
