"""The gate: deterministic checks on every run of an attempt; only an attempt without a finding becomes a report."""

from collections.abc import Iterable

from bgagent.artifacts.attempts import Check, CheckStatus, Critique
from bgagent.data.findings import Severity
from bgagent.engine.result import BacktestResult
from bgagent.implementation.account import check_traded
from bgagent.implementation.conformity import check_symbol, check_window, counted, failed, passed, plan_checks, warned
from bgagent.implementation.foresight import check_deterministic, check_lookahead
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
    yield from plan_checks(trial, trial.result)
    yield _agrees(trial.result, trial.by_rules)
    yield check_traded(trial, trial.result)
    yield _data(trial)


def _failure(trial: Trial) -> Check:
    assert trial.failure is not None
    check_id = "static" if trial.failure.kind == "static" else "runs"
    return failed(check_id, f"{trial.failure.kind}: {trial.failure.detail}")


def _agrees(result: BacktestResult, by_rules: BacktestResult) -> Check:
    """The code's trades are those of the spec's rules, run without any code."""
    ours = [(trade.entry_bar, trade.exit_bar, trade.direction) for trade in result.trades]
    theirs = [(trade.entry_bar, trade.exit_bar, trade.direction) for trade in by_rules.trades]
    gap = abs(float(result.equity[-1]) / float(by_rules.equity[-1]) - 1) if by_rules.equity[-1] else 0.0
    if ours != theirs or not gap <= 1e-9:
        return failed(
            "agrees_with_rules",
            f"the code makes {len(ours)} trades, those of the spec {len(theirs)}; final equity differs by {gap:.2g}",
            trades=len(ours),
            trades_by_rules=len(theirs),
        )
    return passed(
        "agrees_with_rules",
        f"{counted(len(ours), 'trade')}, the same as the rules of the spec give without code",
        trades=len(ours),
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
