"""Runs of several symbols in one account: target weights, payments, and rules that share cash."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from itertools import pairwise
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bgagent.bars import Bars
from bgagent.engine.books import close_portfolio_book, open_portfolio_book
from bgagent.engine.codes import SIZE_PLACE
from bgagent.engine.currency import convert
from bgagent.engine.kernel import Instruction
from bgagent.engine.order_checks import check_orders
from bgagent.engine.orders import Action, Order, Orders, pack_orders, pack_records
from bgagent.engine.other_symbols import read_by, words_of
from bgagent.engine.plan import (
    Account,
    Distance,
    DistanceKind,
    PaymentPlan,
    RulePortfolio,
    SizeKind,
    Sizing,
    WeightPlan,
)
from bgagent.engine.portfolio_book import PortfolioBook
from bgagent.engine.result import BacktestResult, Payment
from bgagent.engine.rule_desk import RuleDesk
from bgagent.engine.rules import parse, parse_calendar, parse_condition
from bgagent.engine.timeline import Timeline, join
from bgagent.engine.weights import TargetWeights

Plan = WeightPlan | PaymentPlan | RulePortfolio
NO_RATES: Mapping[str, Bars] = MappingProxyType({})


def run_portfolio(
    plan: Plan,
    bars: Sequence[Bars],
    *,
    first_on: date,
    account: Account,
    rates: Mapping[str, Bars] = NO_RATES,
) -> BacktestResult:
    """Runs a plan of weights, of payments or of rules for several symbols.

    bars: warm-up and window of every symbol in `plan.needed_symbols`, in any order, ending with the window. first_on:
    first day of the window. rates: by symbol, the exchange rate that turns its prices into the account's currency;
    conditions and scores are read in the symbol's own. Raises RuleError for a rule that cannot be read, OrderError for
    orders that make no sense, ValueError for missing symbols, an empty window, or weights beyond the leverage.
    """
    own = {each.symbol: each for each in bars}
    missing = [symbol for symbol in plan.needed_symbols if symbol not in own]
    if missing:
        raise ValueError(f"the plan needs bars of {', '.join(missing)}")
    held = plan.held_symbols if isinstance(plan, WeightPlan) else plan.symbols
    timeline = join([_converted(own[symbol], rates) for symbol in held], first_on=first_on)
    book = open_portfolio_book(account, timeline)
    match plan:
        case WeightPlan():
            log = _run_weights(plan, own, timeline, book, account)
        case PaymentPlan():
            log = _run_payments(plan, own, timeline, book, account)
        case RulePortfolio():
            _refuse_no_money(account)
            log = RuleDesk(plan, own, timeline, book).run()
    return close_portfolio_book(book, log, timeline, account=account)


def replay_portfolio(
    orders: Orders,
    bars: Sequence[Bars],
    *,
    first_on: date,
    account: Account,
    payments: Sequence[Payment] = (),
    rates: Mapping[str, Bars] = NO_RATES,
) -> BacktestResult:
    """Fills an order log of several symbols, whoever wrote it.

    bars: of the symbols in the order of their indices. payments: what comes in before which bar. Raises OrderError (a
    ValueError) for a log that is not fit to be filled, ValueError for an empty window.
    """
    timeline = join([_converted(each, rates) for each in bars], first_on=first_on)
    check_orders(orders, first=timeline.first, bars=len(timeline), symbols=len(bars))
    book = open_portfolio_book(account, timeline)
    paid = {payment.bar: payment.amount for payment in payments}
    waiting = [Instruction(number, record) for number, record in enumerate(orders.tolist())]
    submitted = 0
    for bar in range(timeline.first, len(timeline)):
        while submitted < len(waiting) and waiting[submitted].decided_on < bar:
            book.submit(waiting[submitted])
            submitted += 1
        book.step_all(bar, paid.get(bar, 0.0))
    return close_portfolio_book(book, orders, timeline, account=account)


def hold_equally(bars: Sequence[Bars], *, first_on: date, account: Account) -> BacktestResult:
    """An equal share of the capital into each symbol at its first open of the window, held to the end."""
    timeline = join(bars, first_on=first_on)
    sizing = Sizing(SizeKind.CASH, account.initial_capital / len(bars))
    orders = [Order(timeline.first - 1, Action.ENTER_LONG, sizing=sizing, symbol=symbol) for symbol in range(len(bars))]
    return replay_portfolio(pack_orders(orders), bars, first_on=first_on, account=account)


def _converted(bars: Bars, rates: Mapping[str, Bars]) -> Bars:
    return convert(bars, rates[bars.symbol]) if bars.symbol in rates else bars


def _refuse_no_money(account: Account) -> None:
    if not account.initial_capital > 0:
        raise ValueError(f"the starting capital must be above 0, was {account.initial_capital}")


class _Log:
    """Orders as they are placed with a book."""

    def __init__(self, book: PortfolioBook) -> None:
        self.book = book
        self.records: list[tuple[Any, ...]] = []

    def place(self, order: Order) -> None:
        self.place_record(order.record())

    def place_record(self, record: tuple[Any, ...]) -> None:
        self.book.submit(Instruction(len(self.records), record))
        self.records.append(record)

    @property
    def orders(self) -> Orders:
        return pack_records(self.records)


def _dates(on: str, timeline: Timeline) -> NDArray[np.bool_]:
    """(n,): the bars of the window at whose open something is due by the calendar."""
    calendar = parse_calendar(on)
    dates = np.array(calendar.evaluate(timeline.sessions, first=timeline.first, next_session=timeline.next_session))
    dates[: timeline.first] = False
    return dates


def _run_weights(
    plan: WeightPlan, bars: Mapping[str, Bars], timeline: Timeline, book: PortfolioBook, account: Account
) -> Orders:
    """Places target weights on every date; steps the book through the window."""
    _refuse_no_money(account)
    targets = TargetWeights(plan, bars, timeline)
    dates = _dates(plan.on, timeline)
    dates[timeline.first] = True
    protections = _Protections(plan, bars, timeline)
    log = _Log(book)
    due = np.flatnonzero(dates).tolist()
    for bar, following in pairwise([*due, len(timeline)]):
        if not book.ruined and targets.is_signalled(bar):
            weights = targets.at(bar)
            if np.abs(weights).sum() > account.leverage * (1 + 1e-9):
                raise ValueError(f"weights of {np.abs(weights).sum():.3g} in all need leverage, which was not agreed")
            if plan.drift is None or not log.records or _drift(weights, book) >= plan.drift:
                concerned = {order.symbol for order in book.orders} | book.held.keys()
                for symbol, weight in enumerate(weights.tolist()):
                    if weight or symbol in concerned:
                        log.place_record(protections.record(bar, symbol, weight))
        book.step_all(bar)
        book.step_through(bar + 1, following)
    return log.orders


def _drift(weights: NDArray[np.float64], book: PortfolioBook) -> float:
    """How far the weight that is furthest from its target lies from it, at the last close."""
    bar = book.bar
    held = [book.held.get(symbol, 0.0) * book.closes[symbol][bar] for symbol in range(len(weights))]
    return float(np.abs(np.array(held) / book.equity - weights).max())


class _Protections:
    """The plan's protective distances, an ATR among them resolved for each decision."""

    def __init__(self, plan: WeightPlan, bars: Mapping[str, Bars], timeline: Timeline) -> None:
        self._plan = plan
        self._whole = plan.whole_shares
        self._distances: dict[str, Callable[[int, int], Distance | None]] = {}
        for name in ("stop_loss", "take_profit", "trailing_stop"):
            self._distances[name] = _resolver(getattr(plan, name), plan, bars, timeline)
        self._has_distances = bool(plan.distances)
        self._plain = self._order(0, 0, 0.0).record()

    def record(self, bar: int, symbol: int, weight: float) -> tuple[Any, ...]:
        """The record of the order that brings a symbol to a weight; the same for all but where it has distances."""
        if self._has_distances and weight:
            return self._order(bar, symbol, weight).record()
        return (bar - 1, symbol, *self._plain[2:SIZE_PLACE], weight, *self._plain[SIZE_PLACE + 1 :])

    def _order(self, bar: int, symbol: int, weight: float) -> Order:
        """The order that brings a symbol to a weight at the open of a bar."""
        levels = {name: resolve(bar, symbol) for name, resolve in self._distances.items()} if weight else {}
        return Order(
            bar - 1,
            Action.TARGET,
            weight=weight,
            whole_shares=self._whole,
            symbol=symbol,
            reason="rebalance",
            **levels,  # type: ignore[arg-type]
        )


def _resolver(
    distance: Distance | None, plan: WeightPlan, bars: Mapping[str, Bars], timeline: Timeline
) -> Callable[[int, int], Distance | None]:
    """The distance for an order of a symbol that fills at the open of a bar; None while its ATR is not defined."""
    if distance is None or distance.kind is not DistanceKind.ATR:
        return lambda _bar, _symbol: distance
    if distance.follows:
        raise ValueError("a level that follows the ATR is not supported with target weights")
    length, value = distance.atr_length, distance.value
    ranges = [parse(f"atr({length})").numbers(bars[symbol]) for symbol in plan.held_symbols]
    before = [timeline.before(bars[symbol]) for symbol in plan.held_symbols]

    def resolve(bar: int, symbol: int) -> Distance | None:
        at = before[symbol][bar]
        money = value * ranges[symbol][at] if at >= 0 else float("nan")
        return Distance(DistanceKind.MONEY, float(money)) if money > 0 else None

    return resolve


def _run_payments(
    plan: PaymentPlan, bars: Mapping[str, Bars], timeline: Timeline, book: PortfolioBook, account: Account
) -> Orders:
    """Pays in and buys on every date; steps the book through the window."""
    dates = _dates(plan.on, timeline)
    rebalances = np.zeros(len(timeline), dtype=np.bool_)
    if plan.rebalance_on is not None:
        rebalances = _dates(plan.rebalance_on, timeline)
    read = [bars[symbol] for symbol in plan.needed_symbols]
    asked = np.column_stack([_asked(plan.when, bars[symbol], timeline, read) for symbol in plan.symbols])
    log = _Log(book)
    for bar in range(timeline.first, len(timeline)):
        payment = 0.0
        if not book.ruined:
            amounts = np.zeros(len(plan.symbols))
            if dates[bar]:
                amounts += np.where(asked[bar], plan.amount * np.array(plan.shares), 0.0)
                payment = plan.amount if asked[bar].all() else float(amounts.sum())
            if bar == timeline.first:
                amounts += account.initial_capital * np.array(plan.shares)
            if rebalances[bar] and bar > timeline.first:
                for symbol, share in enumerate(plan.shares):
                    log.place(Order(bar - 1, Action.TARGET, weight=share, symbol=symbol, reason="rebalance"))
            else:
                for symbol in np.flatnonzero(amounts).tolist():
                    sizing = Sizing(SizeKind.CASH, float(amounts[symbol]), whole_shares=plan.whole_shares)
                    log.place(Order(bar - 1, Action.ENTER_LONG, sizing=sizing, symbol=symbol, reason="schedule"))
        book.step_all(bar, payment)
    return log.orders


def _asked(when: str | None, bars: Bars, timeline: Timeline, universe: Sequence[Bars]) -> NDArray[np.bool_]:
    """(n,): whether a payment is made for a symbol at each open. universe: bars that the condition may read."""
    if when is None:
        return np.ones(len(timeline), dtype=np.bool_)
    before = timeline.before(bars)
    condition = parse_condition(when, words_of(each.symbol for each in universe))
    return (before >= 0) & condition.conditions(bars, read_by(condition.symbols, universe))[before]
