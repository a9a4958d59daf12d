"""Rules of several symbols decided together: who gets the free slots of a portfolio."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import isnan
from typing import Any

from bgagent.bars import Bars
from bgagent.engine.codes import ACTION_PLACE, ENTER_SHORT
from bgagent.engine.kernel import Lot
from bgagent.engine.orders import Orders, pack_records
from bgagent.engine.other_symbols import read_by, words_of
from bgagent.engine.plan import RulePlan, RulePortfolio, SizeKind
from bgagent.engine.portfolio_book import PortfolioBook
from bgagent.engine.rule_loop import RuleOrders
from bgagent.engine.rules import parse
from bgagent.engine.signals import rule_orders, rule_signals
from bgagent.engine.timeline import Timeline


@dataclass(frozen=True, slots=True, eq=False)
class _Line:
    """One symbol of the portfolio: its signals and scores over its own bars, and its orders."""

    signals: bytes
    scores: list[float] | None
    orders: RuleOrders


class RuleDesk:
    """Decides for all symbols of a portfolio of rules before each open, and steps the book.

    bars: by symbol. Raises RuleError for a rule that cannot be read, OrderError for orders that make no sense.
    """

    def __init__(
        self, portfolio: RulePortfolio, bars: Mapping[str, Bars], timeline: Timeline, book: PortfolioBook
    ) -> None:
        self._universe = bars
        self._slots = portfolio.slots or len(portfolio.plans)
        self._timeline = timeline
        self._book = book
        self._log: list[tuple[Any, ...]] = []
        first_on = timeline.sessions[timeline.first].item()
        self._lines = [
            self._line(portfolio, plan, bars[plan.symbol], symbol, first=bars[plan.symbol].index_of(first_on))
            for symbol, plan in enumerate(portfolio.plans)
        ]

    def _line(self, portfolio: RulePortfolio, plan: RulePlan, bars: Bars, symbol: int, *, first: int) -> _Line:
        sizing = plan.sizing
        if sizing.kind is SizeKind.EQUITY and sizing.value == 1.0:
            plan = replace(plan, sizing=replace(sizing, value=1.0 / (self._slots * plan.max_positions)))
        watched = [self._universe[name] for name in plan.watches]
        signals = rule_signals(plan, bars, first=first, watched=watched)
        orders, lacking = rule_orders(plan, bars, symbol=symbol, watched=watched)
        if lacking is not None:
            signals &= ~lacking
        orders.log = self._log
        scores = None
        if portfolio.score is not None:
            score = parse(portfolio.score, words_of(self._universe))
            scores = score.numbers(bars, read_by(score.symbols, self._universe.values())).tolist()
        return _Line(signals.tobytes(), scores, orders)

    def run(self) -> Orders:
        """The order log, once the book has been stepped through the window."""
        book, end = self._book, len(self._timeline)
        for bar in range(book.first, end):
            self._decide(bar, {symbol: own[bar] for symbol, own in enumerate(book.own) if book.traded[symbol][bar]})
            book.step_all(bar)
            if bar + 1 < end and not book.ruined:
                self._follow(bar)
        last = end - 1
        self._decide(end, {symbol: own[last] + 1 for symbol, own in enumerate(book.own) if book.traded[symbol][last]})
        return pack_records(self._log)

    def _decide(self, bar: int, trading: dict[int, int]) -> None:
        """Places the orders for the open of a bar. trading: number of the own bar of each symbol that has one."""
        book = self._book
        due = [symbol for symbol, own in trading.items() if self._lines[symbol].signals[own]]
        if not due or book.ruined:
            return
        lots: dict[int, list[Lot]] = {}
        for lot in book.lots:
            lots.setdefault(lot.symbol, []).append(lot)
        leaving = {symbol for symbol, held in lots.items() if all(lot.due == trading.get(symbol) for lot in held)}
        for symbol in due:
            if symbol in lots:
                before = len(self._log)
                self._place(bar, symbol, lots[symbol], trading[symbol])
                placed = [record[ACTION_PLACE] for record in self._log[before:]]
                if len(placed) == 1 and placed[0] > ENTER_SHORT:
                    leaving.add(symbol)
        taken = len(lots) - len(leaving)
        for symbol in self._by_score([symbol for symbol in due if symbol not in lots], trading):
            if taken >= self._slots:
                return
            before = len(self._log)
            self._place(bar, symbol, [], trading[symbol])
            taken += len(self._log) > before

    def _by_score(self, symbols: list[int], trading: dict[int, int]) -> list[int]:
        """The symbols with the highest score first; those without one last, as listed."""

        def rank(symbol: int) -> float:
            scores, last = self._lines[symbol].scores, trading[symbol] - 1
            score = float("nan") if scores is None or last < 0 else scores[last]
            return float("inf") if isnan(score) else -score

        return sorted(symbols, key=rank)

    def _place(self, bar: int, symbol: int, lots: list[Lot], own: int) -> None:
        orders, last_exit = self._lines[symbol].orders, self._book.last_exit[symbol]
        rested = not orders.wait_bars or last_exit < 0 or own >= last_exit + orders.wait_bars
        orders.decide(self._book, lots, self._lines[symbol].signals[own], bar, rested, own - 1)

    def _follow(self, bar: int) -> None:
        """Moves the levels that follow completed bars."""
        book = self._book
        for lot in book.lots:
            orders = self._lines[lot.symbol].orders
            if (orders.moving or orders.steps) and book.traded[lot.symbol][bar]:
                high, low = book.highs[lot.symbol][bar], book.lows[lot.symbol][bar]
                orders.follow(book, [lot], bar, high, low, book.own[lot.symbol][bar])
