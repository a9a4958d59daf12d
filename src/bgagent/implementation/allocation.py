"""Does a portfolio of weights hold what its plan says, when it says so? Held against fills, bars and the plan alone."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from bgagent.artifacts.attempts import Check
from bgagent.engine.orders import Action, Order
from bgagent.engine.plan import WeightPlan
from bgagent.engine.result import BacktestResult, Fill
from bgagent.implementation.conformity import TOLERANCE, counted, failed, passed
from bgagent.implementation.targets import Date, wanted_dates
from bgagent.implementation.trial import Trial

_AT_TARGET = 1e-7  # of equity by which a position may lie off its target: rounding of what was scaled to the cash
_SPENT = 1e-6  # of equity that counts as no cash left


def check_allocation(plan: WeightPlan, trial: Trial, result: BacktestResult) -> Iterable[Check]:
    """Rebalanced on the right dates, to the right weights, and those weights reached."""
    dates = _due(plan, trial, result)
    yield _check_dates(trial, dates)
    yield _check_weights(trial, dates)
    targets = {date.bar: date.weights for date in dates}
    yield check_reached(trial, result, targets, whole_shares=plan.whole_shares)


def _due(plan: WeightPlan, trial: Trial, result: BacktestResult) -> list[Date]:
    """The dates that must bring orders: before ruin, and with a drift only those on which a weight strayed so far."""
    fell = np.flatnonzero(result.equity[1:] <= 0)
    end = trial.first + int(fell[0]) if len(fell) else len(trial.bars) - 1
    dates = [date for date in wanted_dates(plan, trial) if date.bar <= end]
    if plan.drift is None:
        return dates
    due: list[Date] = []
    for date in dates:
        if not due or _strayed(trial, result, date) >= plan.drift:
            due.append(date)
    return due


def _strayed(trial: Trial, result: BacktestResult, date: Date) -> float:
    """How far the weight that is furthest from its target lay from it, at the last close before the date."""
    index = date.bar - trial.first - 1
    equity = float(result.equity[index + 1])
    gaps = [
        abs(float(result.quantities[index, place] * bars.close[date.bar - 1]) / equity - date.weights[bars.symbol])
        for place, bars in enumerate(trial.universe)
    ]
    return max(gaps)


def _check_dates(trial: Trial, dates: list[Date]) -> Check:
    """Orders on each of the dates and on no other bar."""
    wanted = {date.bar for date in dates if any(date.weights.values())}
    may = {date.bar for date in dates}
    given = {order.decided_on + 1 for order in trial.order_list()}
    extra, missing = sorted(given - may), sorted(wanted - given)
    if extra or missing:
        told = [f"{len(extra)} dates too many ({_days(trial, extra)})"] if extra else []
        told += [f"{len(missing)} dates left out ({_days(trial, missing)})"] if missing else []
        said = f"of {counted(len(may), 'date')} to rebalance on: {', '.join(told)}"
        return failed("rebalance_dates", said, dates=len(may), extra=len(extra), missing=len(missing))
    said = f"rebalanced on {counted(len(given), 'date')} ({_days(trial, sorted(given))}), as the plan says"
    return passed("rebalance_dates", said, dates=len(given))


def _days(trial: Trial, bars: list[int]) -> str:
    named = [str(trial.bars.sessions[bar]) for bar in bars if bar < len(trial.bars)]
    return ", ".join(named[:2]) + (f" … {named[-1]}" if len(named) > 2 else "")


def _check_weights(trial: Trial, dates: list[Date]) -> Check:
    """Each order's weight is the plan's, from bars that were complete before the date; no more than 1 in all."""
    by_bar: dict[int, list[Order]] = {}
    for order in trial.order_list():
        by_bar.setdefault(order.decided_on + 1, []).append(order)
    wrong = [said for date in dates for said in _wrong_weights(trial, date, by_bar.get(date.bar, []))]
    if wrong:
        said = f"{counted(len(wrong), 'order')} not as the plan says: {wrong[0]}"
        return failed("weights", said, wrong=len(wrong), dates=len(dates))
    largest = max((sum(abs(weight) for weight in date.weights.values()) for date in dates), default=0.0)
    if largest > trial.spec.account.leverage + TOLERANCE:
        said = f"weights of {largest:.4g} in all are more than the money there is"
        return failed("weights", said, largest_sum=largest)
    said = f"the weights of {counted(len(dates), 'date')} are those of the plan, {largest:.4g} in all at most"
    return passed("weights", said, dates=len(dates), largest_sum=largest)


def _wrong_weights(trial: Trial, date: Date, orders: list[Order]) -> Iterator[str]:
    day = trial.bars.sessions[date.bar]
    asked: dict[str, float] = {}
    for order in orders:
        symbol = trial.symbol_of(order)
        if order.action is not Action.TARGET or order.weight is None:
            yield f"{order.action.value} of {symbol} on {day}, which is no target weight"
        elif symbol in asked:
            yield f"{symbol} has two weights on {day}"
        else:
            asked[symbol] = order.weight
    for symbol, weight in date.weights.items():
        given = asked.get(symbol, 0.0)
        if abs(given - weight) > TOLERANCE:
            yield f"{symbol} on {day}: {given:.4g}, the plan says {weight:.4g}"


@dataclass(slots=True)
class _Holdings:
    """Cash and quantities as the fills make them, and how many purchases there were."""

    cash: float
    held: dict[str, float]
    entries: dict[str, int]

    def take(self, fill: Fill) -> None:
        self.entries[fill.symbol] += fill.kind == "entry"
        self.cash -= fill.quantity * fill.price + fill.commission
        self.held[fill.symbol] += fill.quantity


def check_reached(
    trial: Trial, result: BacktestResult, targets: Mapping[int, Mapping[str, float]], *, whole_shares: bool
) -> Check:
    """After each open at which weights were due, every position lies at its weight, or as near as cash and whole
    shares allow. targets: weights by bar and symbol; a symbol without a bar is brought to its weight at its next one.
    """
    assert trial.timeline is not None
    symbols = trial.plan.held_symbols
    holdings = _Holdings(trial.spec.initial_capital, dict.fromkeys(symbols, 0.0), dict.fromkeys(symbols, 0))
    paid = {payment.bar: payment.amount for payment in result.payments}
    fills: dict[int, list[Fill]] = {}
    for fill in result.fills:
        fills.setdefault(fill.bar, []).append(fill)
    waiting: dict[str, float] = {}
    wrong: list[str] = []
    reached = 0
    for bar in sorted(fills.keys() | targets.keys() | paid.keys()):
        holdings.cash += paid.get(bar, 0.0)
        waiting |= targets.get(bar, {})
        due = {
            symbol: waiting.pop(symbol)
            for place, symbol in enumerate(symbols)
            if symbol in waiting and trial.timeline.traded[bar, place]
        }
        here = fills.get(bar, [])
        before = _before(here)
        for fill in here[:before]:
            holdings.take(fill)
        if due:
            found = list(_off_target(trial, bar, due, holdings, here[before:], whole_shares=whole_shares))
            wrong += found
            reached += len(due) - len(found)
        for fill in here[before:]:
            holdings.take(fill)
    if wrong:
        said = f"{counted(len(wrong), 'position')} not at the weight that was due: {wrong[0]}"
        return failed("weights_reached", said, wrong=len(wrong), reached=reached)
    return passed("weights_reached", f"{counted(reached, 'position')} brought to the weight due", reached=reached)


def _before(fills: list[Fill]) -> int:
    """How many of a bar's fills happened before its weights were traded: stops gapped through at the open."""
    first = next((at for at, fill in enumerate(fills) if fill.kind in ("rebalance", "entry")), len(fills))
    return first if first < len(fills) else 0


def _off_target(
    trial: Trial, bar: int, due: Mapping[str, float], holdings: _Holdings, fills: list[Fill], *, whole_shares: bool
) -> Iterator[str]:
    """What lies where it should not, in words. holdings: at the open, before the fills."""
    opens = {bars.symbol: float(bars.open[bar]) for bars in trial.universe}
    equity = holdings.cash + sum(quantity * opens[symbol] for symbol, quantity in holdings.held.items())
    if equity <= 0:
        return
    traded = [fill for fill in fills if fill.kind in ("rebalance", "entry")]
    cash = holdings.cash - sum(fill.quantity * fill.price + fill.commission for fill in traded)
    costs = trial.spec.costs
    fixed = max(costs.commission_minimum, costs.commission_per_order)  # less than that buys nothing
    spare = _SPENT * equity + len(due) * fixed + (sum(opens[symbol] for symbol in due) * 1.01 if whole_shares else 0.0)
    has_shorts = any(weight < 0 for weight in due.values())  # what is sold short binds money that stands in cash
    for symbol, weight in due.items():
        begun = holdings.held[symbol]
        now = begun + sum(fill.quantity for fill in traded if fill.symbol == symbol)
        wanted = weight * equity / opens[symbol]
        room = _AT_TARGET * equity / opens[symbol] + (1.0 if whole_shares else 0.0)
        short_of = abs(now) < abs(wanted) and now * wanted >= 0
        bought = abs(now) >= abs(begun) if begun * wanted > 0 else True
        is_near = abs(now - wanted) <= room
        if now == begun > wanted > 0:  # a part that brings less than its commission is not sold where cash is short
            fees = fixed * holdings.entries[symbol] + costs.commission_per_share * (now - wanted)
            is_near = is_near or ((now - wanted) * opens[symbol] <= 1.1 * fees and holdings.cash <= fees)
        # what is bought may be cut to the cash there is; what is sold never
        if not is_near and not (short_of and bought and (cash <= spare or has_shorts)):
            yield (
                f"{symbol} on {trial.bars.sessions[bar]}: {now * opens[symbol] / equity:.4g} of equity, "
                f"{weight:.4g} was due"
            )
