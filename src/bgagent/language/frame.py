"""The terms of a test from the facts: symbols, window, capital, length of bars, costs, benchmark."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar

from bgagent.data.calendars import last_complete_session
from bgagent.data.markets import market_of
from bgagent.engine.plan import Costs
from bgagent.language.ledger import Contradiction, Ledger, Missing
from bgagent.language.meanings import (
    BarLength,
    BenchmarkSymbol,
    Capital,
    Comparison,
    Cost,
    Order,
    Prices,
    Problem,
    Size,
    Universe,
    Without,
)
from bgagent.language.portfolio_meanings import Payment, SharedCapital
from bgagent.language.portfolios import pays
from bgagent.language.window_dates import LastSession, period_of
from bgagent.language.windows import Window
from bgagent.periods import Period, Timeframe, Trading

__all__ = ["Frame", "LastSession", "Missing", "currency_of", "frame_of", "last_session"]

T = TypeVar("T")

_DEFAULT_CAPITAL = 10_000.0
_LONGEST_CLOSURE = 10  # days that a market is closed at a stretch
_COMMISSIONS = ("commission_bps", "commission_per_share", "commission_per_order", "commission_minimum")
_MINOR_UNITS = {"GBp": "GBP", "ILA": "ILS", "ZAc": "ZAR"}
_INDEX_MONEY = {
    "^FTSE": "GBP",
    "^GDAXI": "EUR",
    "^N225": "JPY",
    "^HSI": "HKD",
    "^NSEI": "INR",
    "^BSESN": "INR",
    "^STOXX50E": "EUR",
    "^FCHI": "EUR",
}


@dataclass(frozen=True, slots=True)
class Frame:
    """The terms of the test. separate: one run per symbol."""

    symbols: tuple[str, ...]
    separate: bool
    period: Period
    timeframe: Timeframe
    trading: Trading
    capital: float
    currency: str
    costs: Costs
    benchmark: str | None
    price_mode: str


def last_session(now: datetime, symbol: str) -> date:
    """The last complete session of the symbol's market before `now`."""
    return last_complete_session(now, market_of(symbol))


def currency_of(symbol: str) -> str:
    """The money a symbol is quoted in; dollars where its shape does not tell."""
    currency = _INDEX_MONEY.get(symbol) or market_of(symbol).currency or "USD"
    return _MINOR_UNITS.get(currency, "USD" if currency in ("USDT", "USDC", "BUSD") else currency)


def of(facts: Sequence[object], kind: type[T]) -> list[T]:
    """The facts of one kind, in order."""
    return [fact for fact in facts if isinstance(fact, kind)]


def find_symbols(facts: Sequence[object], in_rules: Sequence[str], ledger: Ledger) -> tuple[tuple[str, ...], bool]:
    """The symbols to trade, and whether each has a run of its own."""
    named = of(facts, Universe)
    symbols = tuple(dict.fromkeys(symbol for fact in facts for symbol in getattr(fact, "symbols", ())))
    symbols = symbols or tuple(dict.fromkeys(in_rules))
    if not symbols:
        raise Missing("Which symbol should be tested? Name a ticker, for example AAPL.")
    for fact in named:
        ledger.state(fact, "symbols", ", ".join(fact.symbols))
    separate = (
        any(fact.relation == "versus" for fact in named)
        or bool(of(facts, Comparison))
        or any(fact.each for fact in of(facts, Capital))
    )
    return symbols, separate and not of(facts, SharedCapital)


def frame_of(
    facts: Sequence[object],
    in_rules: Sequence[str],
    ledger: Ledger,
    *,
    now: datetime,
    costs: Costs,
    session: LastSession,
) -> Frame:
    """The terms of the test. Raises Missing or Contradiction with a question."""
    for problem in of(facts, Problem):
        raise Contradiction(problem.question)
    windows = of(facts, Window)
    for window in windows:
        if window.problem is not None:
            raise Contradiction(window.problem)
    capital, currency_said = _capital(facts, ledger)
    symbols, separate = find_symbols(facts, in_rules, ledger)
    currencies = {currency_of(symbol) for symbol in symbols}
    if len(currencies) > 1:
        raise Contradiction(
            f"The symbols are quoted in {' and '.join(sorted(currencies))}. Which of them should be tested?"
        )
    currency = currencies.pop()
    if currency_said not in (None, currency):
        raise Contradiction(
            f"{symbols[0]} is quoted in {currency}, the capital is given in {currency_said}. How much {currency} does "
            "the test start with?"
        )
    if capital is None and pays(facts):
        capital = 0.0
    if capital is None:
        capital = _DEFAULT_CAPITAL
        ledger.assume("initial_capital", f"{capital:,.0f} {currency}", "no capital was given")
    return Frame(
        symbols=symbols,
        separate=separate and len(symbols) > 1,
        period=period_of(windows, symbols[0], ledger, now=now, session=session),
        timeframe=_timeframe(facts, ledger),
        trading=market_of(symbols[0]).trading,
        capital=capital,
        currency=currency,
        costs=_costs(facts, costs, ledger),
        benchmark=_benchmark(facts, symbols, ledger),
        price_mode=_price_mode(facts, ledger),
    )


def dated_window(facts: Sequence[object], session: LastSession) -> Window | None:
    """From the day of a purchase to that of its sale, where those days are said with their years and no window is."""
    orders = of(facts, Order)
    if of(facts, Window):
        return None
    days = {
        leaves: [
            trigger.schedule.day
            for order in orders
            for trigger in order.triggers
            if (order.action in ("sell", "exit", "cover")) is leaves and trigger.schedule and trigger.schedule.day
        ]
        for leaves in (False, True)
    }
    if not days[False]:
        return None
    if not days[True]:
        return Window(min(days[False]))
    last = max(days[True])
    if last <= min(days[False]):
        raise Contradiction(f"Sold on {last}, not after it is bought on {min(days[False])}. Which dates are meant?")
    symbols = [symbol for fact in of(facts, Universe) for symbol in fact.symbols]
    for _ in range(_LONGEST_CLOSURE if symbols else 0):  # sold on the first session on or after that day
        noon = datetime.combine(last + timedelta(1), time(12), UTC)
        if session(noon, symbols[0]) == last:
            break
        last += timedelta(1)
    return Window(min(days[False]), last)


def _capital(facts: Sequence[object], ledger: Ledger) -> tuple[float | None, str | None]:
    said = of(facts, Capital)
    amounts = {fact.money.amount for fact in said}
    currencies = {fact.money.currency for fact in said if fact.money.currency}
    currencies |= {fact.currency for fact in of(facts, Size) if fact.currency}
    currencies |= {fact.money.currency for fact in of(facts, Payment) if fact.money and fact.money.currency}
    if len(amounts) > 1:
        given = " and ".join(f"{amount:,.0f}" for amount in sorted(amounts))
        raise Contradiction(f"Two starting capitals are given: {given}. Which one is meant?")
    if len(currencies) > 1:
        raise Contradiction(f"Money is given in {' and '.join(sorted(currencies))}. Which currency is meant?")
    if not amounts:
        return None, currencies.pop() if currencies else None
    amount = amounts.pop()
    if amount < 0 or (amount == 0 and not pays(facts)):
        raise Contradiction("The starting capital must be above zero. How much money does the test start with?")
    for fact in said:
        ledger.state(
            fact, "initial_capital", f"{amount:,.2f}".removesuffix(".00") + (" for each run" if fact.each else "")
        )
    return amount, currencies.pop() if currencies else None


def _timeframe(facts: Sequence[object], ledger: Ledger) -> Timeframe:
    said = of(facts, BarLength)
    if len({fact.timeframe for fact in said}) > 1:
        raise Contradiction("Two lengths of bars are given. Which one is meant?")
    for fact in said:
        ledger.state(fact, "timeframe", fact.timeframe.value)
    if not said:
        ledger.assume("timeframe", "daily bars", "no length of bars was given")
    return said[0].timeframe if said else Timeframe.DAY


def _costs(facts: Sequence[object], costs: Costs, ledger: Ledger) -> Costs:
    said: dict[str, float] = {}
    for fact in of(facts, Cost):
        for name, value in _cost_fields(fact).items():
            if said.get(name, value) != value:
                raise Contradiction(
                    f"Two different values are given for the {name.replace('_', ' ')}. Which one is meant?"
                )
            said[name] = value
        ledger.state(
            fact, f"costs.{fact.name}", f"{fact.value:g} bps" if fact.name.endswith("bps") else f"{fact.value:g}"
        )
    if "slippage_per_share" in said:  # slippage said in money takes the place of the usual one
        said.setdefault("slippage_bps", 0.0)
    if "slippage_bps" not in said:
        ledger.assume("costs.slippage_bps", f"{costs.slippage_bps:g} bps of price per fill", "no slippage was given")
    if not any(name.startswith("commission") for name in said):
        ledger.assume("costs.commission", _describe_commission(costs), "no commission was given")
    if any(name.startswith("commission") for name in said):  # a commission that is said replaces the usual one whole
        said = {**dict.fromkeys(_COMMISSIONS, 0.0), **said}
    return replace(costs, **said)


def _cost_fields(fact: Cost) -> dict[str, float]:
    if fact.name == "commission":
        return dict.fromkeys(_COMMISSIONS, fact.value)
    if fact.name == "costs_bps":
        rest = dict.fromkeys(_COMMISSIONS, 0.0)
        return {**rest, "commission_bps": fact.value, "slippage_bps": 0.0, "slippage_per_share": 0.0}
    return {fact.name: fact.value}


def _describe_commission(costs: Costs) -> str:
    parts = []
    if costs.commission_bps:
        parts.append(f"{costs.commission_bps:g} bps")
    if costs.commission_per_share:
        parts.append(f"{costs.commission_per_share:g} a share")
    if costs.commission_per_order:
        parts.append(f"{costs.commission_per_order:g} an order")
    return " and ".join(parts) or "none"


def _benchmark(facts: Sequence[object], symbols: tuple[str, ...], ledger: Ledger) -> str | None:
    said = of(facts, BenchmarkSymbol)
    if len({fact.symbol for fact in said}) > 1:
        raise Contradiction("Two benchmarks are named. Which one is meant?")
    for fact in said:
        ledger.state(fact, "benchmark", fact.symbol or f"buy and hold of {symbols[0]}")
    return said[0].symbol if said else None


def _price_mode(facts: Sequence[object], ledger: Ledger) -> str:
    said = of(facts, Prices)
    if len({fact.mode for fact in said}) > 1:
        raise Contradiction("Should dividends count or not? The sentence says both.")
    for fact in said:
        ledger.state(fact, "price_mode", fact.mode)
    for absent in of(facts, Without):
        if absent.name in ("leverage", "pyramiding", "filters"):
            ledger.state(absent, absent.name, "none")
    return said[0].mode if said else "total_return"
