"""Does new money come in when, and as much as, the plan says, and is it spent? Held against payments and fills."""

from collections.abc import Iterable, Iterator

import numpy as np

from bgagent.artifacts.attempts import Check
from bgagent.engine.plan import PaymentPlan
from bgagent.engine.result import BacktestResult, Fill
from bgagent.implementation.allocation import check_reached
from bgagent.implementation.conformity import TOLERANCE, counted, failed, passed
from bgagent.implementation.targets import Readings, calendar_bars
from bgagent.implementation.trial import Trial

_SPENT = 1e-6  # of a purchase that counts as no cash left


def check_contributions(plan: PaymentPlan, trial: Trial, result: BacktestResult) -> Iterable[Check]:
    """The payments, what was bought with them, and the dates on which all is brought back to its share."""
    assert trial.timeline is not None
    due = _due(plan, trial, result)
    rebalances: set[int] = set()
    if plan.rebalance_on is not None:
        named = calendar_bars(plan.rebalance_on, trial.timeline, with_first=False)
        rebalances = {bar for bar in named if bar > trial.first and bar <= _end(trial, result)}
    yield _check_payments(plan, trial, result, due)
    yield _check_purchases(plan, trial, result, _spent(plan, trial, due, rebalances))
    if rebalances:
        shares = dict(zip(plan.symbols, plan.shares, strict=True))
        yield check_reached(trial, result, dict.fromkeys(rebalances, shares), whole_shares=plan.whole_shares)


def _end(trial: Trial, result: BacktestResult) -> int:
    """The last bar on which anything can be paid in: that on which all was lost, if it was."""
    lost = np.flatnonzero((result.equity[1:] <= 0) & result.is_invested)
    return trial.first + int(lost[0]) if len(lost) else len(trial.bars) - 1


def _due(plan: PaymentPlan, trial: Trial, result: BacktestResult) -> dict[int, dict[str, float]]:
    """Money for each symbol by the bar before whose open it comes in; a date on which nothing is asked has none."""
    assert trial.timeline is not None
    readings, end = Readings(trial), _end(trial, result)
    due: dict[int, dict[str, float]] = {}
    for bar in calendar_bars(plan.on, trial.timeline, with_first=False):
        asked = [plan.when is None or readings.is_true(plan.when, symbol, bar) for symbol in plan.symbols]
        if bar <= end and any(asked):
            shares = zip(plan.symbols, plan.shares, asked, strict=True)
            due[bar] = {symbol: plan.amount * share for symbol, share, wanted in shares if wanted}
    return due


def _check_payments(plan: PaymentPlan, trial: Trial, result: BacktestResult, due: dict[int, dict[str, float]]) -> Check:
    """The dates, amounts and total of the money that came in."""
    wanted = {
        # shares that do not sum to 1 leave the rest of a whole payment in cash
        bar: plan.amount if len(amounts) == len(plan.symbols) else sum(amounts.values())
        for bar, amounts in due.items()
    }
    given = {payment.bar: payment.amount for payment in result.payments}
    wrong = [bar for bar in sorted(wanted.keys() | given.keys()) if not _same(wanted.get(bar), given.get(bar))]
    total = sum(wanted.values())
    if wrong or len(given) != len(result.payments) or not _same(total, sum(given.values())):
        said = f"{len(given)} payments, {sum(given.values()):.2f} in all; {len(wanted)} of {total:.2f} in all are due"
        if wrong:
            said += f"; the first that differs: {trial.bars.sessions[wrong[0]]}"
        return failed("payments", said, payments=len(given), due=len(wanted), paid=sum(given.values()), due_money=total)
    said = f"{counted(len(given), 'payment')}, {total:.2f} in all, on the dates of the plan"
    return passed("payments", said, payments=len(given), paid=total)


def _same(one: float | None, other: float | None) -> bool:
    return one is not None and other is not None and abs(one - other) <= TOLERANCE * max(1.0, abs(one))


def _spent(
    plan: PaymentPlan, trial: Trial, due: dict[int, dict[str, float]], rebalances: set[int]
) -> dict[tuple[int, str], float]:
    """Money to be spent on a symbol at the open of a bar: where it has none on the date, at its next one."""
    assert trial.timeline is not None
    to_spend = {bar: dict(amounts) for bar, amounts in due.items() if bar not in rebalances}
    if trial.spec.initial_capital > 0:
        first = to_spend.setdefault(trial.first, {})
        for symbol, share in zip(plan.symbols, plan.shares, strict=True):
            first[symbol] = first.get(symbol, 0.0) + trial.spec.initial_capital * share
    spent: dict[tuple[int, str], float] = {}
    for bar, amounts in to_spend.items():
        for symbol, amount in amounts.items():
            trades = np.flatnonzero(trial.timeline.traded[bar:, plan.symbols.index(symbol)])
            if len(trades):
                key = (bar + int(trades[0]), symbol)
                spent[key] = spent.get(key, 0.0) + amount
    return spent


def _check_purchases(
    plan: PaymentPlan, trial: Trial, result: BacktestResult, wanted: dict[tuple[int, str], float]
) -> Check:
    """Each payment is spent on its symbol at the open at which it comes, as far as costs and whole shares allow."""
    bought: dict[tuple[int, str], list[Fill]] = {}
    cash_after: dict[int, float] = {}
    for fill in result.fills:
        if fill.kind == "entry":
            bought.setdefault((fill.bar, fill.symbol), []).append(fill)
        cash_after[fill.bar] = float(result.cash[fill.bar - trial.first])
    wrong = list(_wrong_purchases(plan, trial, wanted, bought, cash_after))
    count = len(wanted)
    if wrong:
        return failed("purchases", f"{counted(len(wrong), 'purchase')} not as due: {wrong[0]}", wrong=len(wrong))
    said = f"{counted(count, 'purchase')} at the open at which the money came, of the shares of the plan"
    return passed("purchases", said, purchases=count)


def _wrong_purchases(
    plan: PaymentPlan,
    trial: Trial,
    wanted: dict[tuple[int, str], float],
    bought: dict[tuple[int, str], list[Fill]],
    cash_after: dict[int, float],
) -> Iterator[str]:
    may_rebalance = plan.rebalance_on is not None
    for key in sorted(wanted.keys() | bought.keys()):
        bar, symbol = key
        day, fills = trial.bars.sessions[bar], bought.get(key, [])
        price = fills[0].price if fills else float(trial.bars_of(symbol).open[bar])
        value = sum(fill.quantity * fill.price for fill in fills)
        cost = sum(fill.commission for fill in fills)
        if key not in wanted:
            if not may_rebalance:
                yield f"{value:.2f} of {symbol} on {day}, where nothing was due"
            continue
        due = wanted[key]
        # of whole shares each order is one short of its money at most; what is left in cash may go no further
        least = due - cost - (2.0 * price if plan.whole_shares else 0.0) - _SPENT * due
        has_cash = cash_after.get(bar, 0.0) > _SPENT * due
        if value > due * (1 + TOLERANCE) or (value < least and (has_cash or not fills)):
            yield f"{value:.2f} of {symbol} on {day}, {due:.2f} was due"
