"""What a reader must know beside the figures: why nothing was traded, and from when on the rules were defined."""

from collections.abc import Iterator

import numpy as np

from bgagent.artifacts.attempts import Check
from bgagent.bars import Bars
from bgagent.engine.explain import ClauseCount, explain
from bgagent.engine.plan import PaymentPlan, Rule, RulePlan, RulePortfolio, WeightPlan
from bgagent.engine.result import BacktestResult
from bgagent.implementation.code_checks import orders_placed
from bgagent.implementation.conformity import counted, passed, warned
from bgagent.implementation.readings import read_from, readings_of
from bgagent.implementation.trial import Trial

MOST_ACCOUNTS = 3  # symbols that are told of one by one


def check_traded(trial: Trial, result: BacktestResult) -> Check:
    """Did the strategy trade; if not, how often each clause of its entry was true and how near the others came.

    A rule is never loosened to get a trade: this is an account, not a finding.
    """
    if result.trades:
        closed = len(result.closed_trades)
        still_open = len(result.trades) - closed
        return passed("traded", f"{closed} closed trades, {still_open} still open", closed=closed, open=still_open)
    if result.cut_orders:
        told = [f"{counted(result.cut_orders, 'entry order')} came to less than what can be bought, so to nothing"]
        return warned("traded", f"no trade: {told[0]}", closed=0, open=0, cut_orders=result.cut_orders)
    return warned("traded", f"no trade: {'; '.join(_accounts(trial))}", closed=0, open=0)


def _accounts(trial: Trial) -> list[str]:
    match trial.plan:
        case RulePlan() as plan:
            return _of_rules(plan, trial)
        case RulePortfolio(plans):
            lines = []
            for rules in plans[:MOST_ACCOUNTS]:
                lines += [f"{rules.symbol}: {line}" for line in _of_rules(rules, trial)]
            left = len(plans) - MOST_ACCOUNTS
            return [*lines, f"and so for {counted(left, 'other symbol')}"] if left > 0 else lines
        case WeightPlan(holds=str(holds)):
            return [f"on no date was there a symbol to hold by ({holds})"]
        case WeightPlan(when=str(when)):
            return [f"on no date was ({when}) true"]
        case PaymentPlan(when=str(when)):
            return [f"on no date of ({trial.plan.calendars[0]}) was ({when}) true"]
    return orders_placed(trial)


def _of_rules(plan: RulePlan, trial: Trial) -> list[str]:
    named = (("buy", plan.entry), ("sell short", plan.short_entry))
    return [line for name, rule in named if rule is not None for line in _account(name, rule, plan.symbol, trial)]


def _account(name: str, rule: Rule, symbol: str, trial: Trial) -> list[str]:
    if rule.when is None:
        return [f"the session to {name} on ({rule.on}) is not in the window"]
    reading = read_from(rule.when, symbol, trial.all_bars)
    bars, first = reading.bars, reading.bars.index_of(trial.first_on)
    if first >= len(bars):
        return ["there is no bar in the window"]
    counts = explain(reading.expression, bars, first, reading.others)
    lines = [f"the rule to {name} was true on {_bars(counts[0])}"]
    lines += [f"{part.text}: {_bars(part)}{_nearest(part, bars)}" for part in counts[1:]]
    if len(counts) == 1:
        lines[0] += _nearest(counts[0], bars)
    if counts[0].true_bars:
        lines.append("each time it could not be followed (the last close has no next open, or the exit was true too)")
    return lines


def _bars(count: ClauseCount) -> str:
    return f"{count.true_bars} of {count.bars} bars"


def _nearest(count: ClauseCount, bars: Bars) -> str:
    miss = count.nearest
    if miss is None:
        return ""
    return f" (nearest on {bars.sessions[miss.bar]}: {miss.left:.4g} against {miss.right:.4g})"


def check_warmup(trial: Trial) -> Check:
    """Were the rules defined from the window's first bar on, or from which bar could the strategy first act?"""
    window = trial.bars.times[trial.first :]
    undefined = {at: f"'{text}' of {symbol}" for text, symbol, at in _defined_from(trial) if at > window[0]}
    if not undefined:
        said = f"every rule is defined on the first of {counted(len(window), 'bar')}"
        return passed("warmup", said, late_bars=0)
    latest = max(undefined)
    late = int(np.searchsorted(window, latest))
    if late >= len(window):
        said = "some rule is defined on no bar of the window: there is too little history"
    else:
        day = trial.bars.sessions[trial.first + late]
        said = f"the strategy could first act on {day}, {counted(late, 'bar')} into the window"
    if trial.timeline is not None:
        said += f", by {undefined[latest]}"
    return warned("warmup", f"{said}; only {counted(trial.first, 'bar')} lie before it", late_bars=late)


def _defined_from(trial: Trial) -> Iterator[tuple[str, str, np.datetime64]]:
    """(expression, symbol, first bar from which on every number of it is defined); after the end for none."""
    never = trial.bars.times[-1] + 1
    for reading in readings_of(trial.plan, trial.all_bars):
        bars = reading.bars
        first = bars.index_of(trial.first_on)
        if trial.timeline is not None and len(bars) > first:
            first = max(first - 1, 0)  # the window's first open is decided at the close before
        for node in reading.numbers:
            known = np.isfinite(np.asarray(reading.evaluate(node)[first:], dtype=np.float64))
            begins = first + int(np.argmax(known)) if known.any() else len(bars)
            yield reading.text, bars.symbol, bars.times[begins] if begins < len(bars) else never
