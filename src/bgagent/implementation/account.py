"""What a reader must know beside the figures: why nothing was traded, and what the run did not start with."""

import numpy as np

from bgagent.artifacts.attempts import Check
from bgagent.bars import Bars
from bgagent.engine.explain import ClauseCount, explain
from bgagent.engine.expression import Call, nodes_of, series_of, unparse
from bgagent.engine.plan import Rule, RulePlan
from bgagent.engine.result import BacktestResult
from bgagent.engine.rules import evaluate_node, parse_condition
from bgagent.implementation.conformity import counted, passed, warned
from bgagent.implementation.trial import Trial


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
    told = [
        line
        for name, rule in (("buy", trial.plan.entry), ("sell short", trial.plan.short_entry))
        if rule is not None
        for line in _account(name, rule, trial)
    ]
    return warned("traded", f"no trade: {'; '.join(told)}", closed=0, open=0)


def _account(name: str, rule: Rule, trial: Trial) -> list[str]:
    if rule.when is None:
        return [f"the session to {name} on ({rule.on}) is not in the window"]
    counts = explain(parse_condition(rule.when), trial.bars, trial.first)
    lines = [f"the rule to {name} was true on {_bars(counts[0])}"]
    lines += [f"{part.text}: {_bars(part)}{_nearest(part, trial.bars)}" for part in counts[1:]]
    if len(counts) == 1:
        lines[0] += _nearest(counts[0], trial.bars)
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
    begins = max(
        (_first_defined(rule, trial) for rule in trial.plan.rules if rule.when is not None), default=trial.first
    )
    late = begins - trial.first
    if not late:
        return passed(
            "warmup", f"every rule is defined on the first of {len(trial.bars) - trial.first} bars", late_bars=0
        )
    if begins >= len(trial.bars):
        said = "some rule is defined on no bar of the window: there is too little history"
    else:
        said = f"the strategy could first act on {trial.bars.sessions[begins]}, {counted(late, 'bar')} into the window"
    return warned("warmup", f"{said}; only {counted(trial.first, 'bar')} lie before it", late_bars=late)


def _first_defined(rule: Rule, trial: Trial) -> int:
    """First bar of the window on which every number of the rule is defined; one past the last when there is none."""
    latest = trial.first
    for node in series_of(parse_condition(rule.when or "").node):
        known = np.isfinite(np.asarray(evaluate_node(node, trial.bars)[trial.first :], dtype=np.float64))
        latest = max(latest, trial.first + (int(np.argmax(known)) if known.any() else len(known)))
    return latest


def starting_notes(plan: RulePlan, bars: Bars, first: int) -> tuple[str, ...]:
    """Crosses that lie before the window: a strategy of crosses starts flat although its averages stand so already."""
    notes = []
    for rule, side in ((plan.entry, "long"), (plan.short_entry, "short")):
        if rule is None or rule.when is None:
            continue
        for node in nodes_of(parse_condition(rule.when).node):
            if not (isinstance(node, Call) and node.function in ("crosses_above", "crosses_below")):
                continue
            if evaluate_node(node, bars)[first]:
                continue  # it crosses on that very bar
            one, other = (evaluate_node(argument, bars)[first] for argument in node.arguments)
            is_above = node.function == "crosses_above"
            if (one > other) if is_above else (one < other):
                names = [unparse(argument) for argument in node.arguments]
                notes.append(
                    f"On {bars.sessions[first]}, the first session, {names[0]} was already "
                    f"{'above' if is_above else 'below'} {names[1]}: a cross is an event, so the strategy started flat "
                    f"and waited for the next one before going {side}."
                )
    return tuple(dict.fromkeys(notes))
