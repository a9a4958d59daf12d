"""The gate: deterministic checks on every run of an attempt; only an attempt without a finding becomes a report."""

from collections.abc import Iterable

import numpy as np

from bgagent.artifacts.attempts import Check, CheckStatus, Critique
from bgagent.artifacts.code_plan import CodePlan
from bgagent.data.findings import Severity
from bgagent.engine.plan import PaymentPlan, WeightPlan
from bgagent.engine.result import BacktestResult
from bgagent.implementation.account import check_traded, check_warmup
from bgagent.implementation.advice import advice
from bgagent.implementation.allocation import check_allocation
from bgagent.implementation.code_checks import check_code
from bgagent.implementation.conformity import (
    check_books,
    check_capital,
    check_direction,
    check_holding,
    check_positions,
    check_symbol,
    check_window,
    counted,
    failed,
    passed,
    warned,
)
from bgagent.implementation.contributions import check_contributions
from bgagent.implementation.fills import check_fills
from bgagent.implementation.foresight import check_deterministic, check_lookahead
from bgagent.implementation.levels import check_stop_loss, check_take_profit, check_trailing_stop
from bgagent.implementation.trial import Trial


def examine(trials: tuple[Trial, ...]) -> Critique:
    """Every check on every run; with several runs a check speaks for all of them, the worst outcome first."""
    each = [tuple(_checks(trial)) for trial in trials]
    if len(each) == 1:
        return Critique(each[0])
    ids = dict.fromkeys(check.id for checks in each for check in checks)
    return Critique(tuple(_joined(check_id, trials, each) for check_id in ids))


def _checks(trial: Trial) -> Iterable[Check]:
    if trial.failure is not None:
        yield _failure(trial)
        return
    yield passed("static", f"allowed imports and calls only, {len(trial.source.text.splitlines())} lines")
    yield passed("runs", f"ran to its end in {trial.seconds:.2f} s", seconds=round(trial.seconds, 2))
    yield check_symbol(trial)
    yield check_window(trial)
    yield check_deterministic(trial)
    yield check_lookahead(trial)
    if trial.result is None:
        yield failed("orders", trial.rejected)
        return
    yield from _plan_checks(trial, trial.result)
    if trial.by_rules is not None:
        yield _agrees(trial.result, trial.by_rules)
    yield check_warmup(trial)
    yield check_traded(trial, trial.result)
    yield _data(trial)


def _plan_checks(trial: Trial, result: BacktestResult) -> Iterable[Check]:
    """Everything the plan says, held against fills, orders and bars."""
    yield check_capital(trial, result)
    yield check_direction(trial, result)
    yield check_fills(trial, result)
    match trial.plan:
        case WeightPlan() as plan:
            yield from check_allocation(plan, trial, result)
        case PaymentPlan() as plan:
            yield from check_contributions(plan, trial, result)
        case CodePlan() as plan:
            yield from check_code(plan, trial)
    optional = (check_stop_loss, check_take_profit, check_trailing_stop, check_holding, check_positions)
    yield from (found for check in optional if (found := check(trial, result)) is not None)
    yield check_books(result)


def _failure(trial: Trial) -> Check:
    assert trial.failure is not None
    check_id = "static" if trial.failure.kind == "static" else "runs"
    instead = advice(trial.failure.detail)
    return failed(check_id, f"{trial.failure.kind}: {trial.failure.detail}" + (f"; {instead}" if instead else ""))


def _agrees(result: BacktestResult, by_rules: BacktestResult) -> Check:
    """The code's equity and positions on every bar are those of the spec's plan, run without any code."""
    money = max(result.contributed, by_rules.contributed)
    held = (result.quantities, by_rules.quantities) if result.universe else (result.quantity, by_rules.quantity)
    same = all(
        np.allclose(ours, theirs, rtol=1e-9, atol=1e-9 * money)
        for ours, theirs in ((result.equity, by_rules.equity), held)
    )
    ours, theirs = len(result.trades), len(by_rules.trades)
    if not same or ours != theirs:
        days = np.flatnonzero(~np.isclose(result.equity[1:], by_rules.equity[1:], rtol=1e-9))
        since = f" from {result.sessions[days[0]]} on" if len(days) else ""
        return failed(
            "agrees_with_rules",
            f"the code makes {counted(ours, 'trade')}, the rules of the spec {theirs}; equity differs{since}",
            trades=ours,
            trades_by_rules=theirs,
        )
    return passed(
        "agrees_with_rules",
        f"{counted(ours, 'trade')}, and on every bar the equity that the rules of the spec give without code",
        trades=ours,
    )


def _data(trial: Trial) -> Check:
    """What is odd about the bars; notes are told, but do not weigh."""
    grave = [str(finding) for finding in trial.findings if finding.severity is not Severity.NOTE]
    notes = [str(finding) for finding in trial.findings if finding.severity is Severity.NOTE]
    if grave:
        return warned("data", "; ".join(grave), grave=len(grave), notes=len(notes))
    count = counted(len(trial.bars) - trial.first, "bar")
    said = "; ".join([f"{count}, nothing that would change the result", *notes])
    return passed("data", said, bars=len(trial.bars) - trial.first, notes=len(notes))


_WORST_FIRST = (CheckStatus.FAIL, CheckStatus.WARN, CheckStatus.SKIP, CheckStatus.PASS)


def _joined(check_id: str, trials: tuple[Trial, ...], each: list[tuple[Check, ...]]) -> Check:
    found = [
        (trial.run.label, check)
        for trial, checks in zip(trials, each, strict=True)
        for check in checks
        if check.id == check_id
    ]
    found.sort(key=lambda pair: _WORST_FIRST.index(pair[1].status))
    detail = "; ".join(f"{label}: {check.detail}" for label, check in found)
    figures = {f"{label}: {name}": value for label, check in found for name, value in check.figures.items()}
    return Check(check_id, found[0][1].status, detail, figures)
