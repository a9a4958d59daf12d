"""What the job found, or why it found nothing, as one Report: the value that every rendering is made of."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from bgagent.artifacts.attempts import Attempt, Check, CheckStatus
from bgagent.artifacts.clauses import Assumption, Clause
from bgagent.artifacts.report import SCHEMA_VERSION, AttemptRow, DataRow, Report, Telemetry, UnderstoodRow
from bgagent.artifacts.request import Request
from bgagent.artifacts.spec import Understood
from bgagent.engine.result import BacktestResult
from bgagent.errors import BgAgentError
from bgagent.reporting.breakdown import compare
from bgagent.reporting.definitions import definitions_for
from bgagent.reporting.failure import error_row
from bgagent.reporting.rerun import rerun_command
from bgagent.reporting.runs import FinishedRun, folders_for, run_row
from bgagent.reporting.verdict import RUIN, Verdict, judge

COMPARISON_CHART = "comparison.svg"
EXIT_REJECT = 10


def compose(
    request: Request,
    understood: Understood,
    *,
    runs: Sequence[FinishedRun],
    data: Sequence[DataRow],
    checks: Sequence[Check],
    attempts: Sequence[Attempt],
    telemetry: Telemetry,
) -> Report:
    """The report of a job that has a result.

    checks: the accepted attempt's, and whatever was examined afterwards. The verdict follows from them and the data.
    Raises Bug when a check of the gate failed, ValueError without a run.
    """
    if not runs:
        raise ValueError("a result needs a run")
    every_check = (*checks, _ruin(runs))
    judgement = judge(every_check, data)
    folders = folders_for((run.label for run in runs), request.job_id)
    rows = tuple(run_row(run, folder=folder) for run, folder in zip(runs, folders, strict=True))
    return Report(
        schema_version=SCHEMA_VERSION,
        job_id=request.job_id,
        status="succeeded",
        exit_code=EXIT_REJECT if judgement.verdict is Verdict.REJECT else 0,
        verdict=judgement.verdict.value,
        prompt=request.prompt,
        understood=understood_row(understood),
        clauses=understood.clauses,
        assumptions=understood.assumptions,
        data=tuple(data),
        runs=rows,
        checks=every_check,
        telemetry=telemetry,
        error=None,
        verdict_reasons=judgement.reasons,
        as_of=_stamp(request),
        attempts=attempt_rows(attempts),
        rerun=rerun_command(request),
        lang=_language(request, understood),
        definitions=definitions_for(rows),
        comparison_chart=f"{request.job_id}/{COMPARISON_CHART}" if len(rows) > 1 else "",
        comparison=compare(rows, [run.result for run in runs]),
    )


def compose_failure(
    request: Request,
    error: BgAgentError,
    *,
    telemetry: Telemetry,
    understood: Understood | None = None,
    clauses: Sequence[Clause] = (),
    assumptions: Sequence[Assumption] = (),
    data: Sequence[DataRow] = (),
    checks: Sequence[Check] = (),
    attempts: Sequence[Attempt] = (),
) -> Report:
    """The report of a job that has none: what was understood, what went wrong, who can act, what to run next.

    clauses, assumptions: what was understood of a sentence that did not become a whole spec; `understood` has its own.
    """
    return Report(
        schema_version=SCHEMA_VERSION,
        job_id=request.job_id,
        status=error.status,
        exit_code=error.exit_code,
        verdict=None,
        prompt=request.prompt,
        understood=understood_row(understood) if understood else None,
        clauses=understood.clauses if understood else tuple(clauses),
        assumptions=understood.assumptions if understood else tuple(assumptions),
        data=tuple(data),
        runs=(),
        checks=tuple(checks),
        telemetry=telemetry,
        error=error_row(error, request),
        as_of=_stamp(request),
        attempts=attempt_rows(attempts),
        rerun=rerun_command(request),
        lang=_language(request, understood),
    )


def _language(request: Request, understood: Understood | None) -> str:
    """The language asked for beside the sentence, else in it, else English."""
    return request.lang or (understood.language if understood else None) or "en"


def with_time_to_report(report: Report, seconds: float) -> Report:
    """The same report, once it is known how long the whole job took."""
    return replace(report, telemetry=replace(report.telemetry, time_to_report_s=seconds))


def understood_row(understood: Understood) -> UnderstoodRow:
    """What the sentence was taken to mean."""
    spec = understood.spec
    return UnderstoodRow(
        symbols=spec.symbols,
        start=spec.period.start.isoformat(),
        end=spec.period.end.isoformat(),
        timeframe=spec.timeframe.value,
        initial_capital=spec.initial_capital,
        currency=spec.currency,
        direction=spec.direction,
        summary=spec.summary,
        reader=spec.reader,
        spec=spec,
    )


def attempt_rows(attempts: Sequence[Attempt]) -> tuple[AttemptRow, ...]:
    """Each attempt, who wrote it and what it was refused for."""
    return tuple(
        AttemptRow(
            number=attempt.number,
            producer=", ".join(dict.fromkeys(source.producer for source in attempt.sources)),
            accepted=attempt.critique.is_acceptable,
            findings=tuple(f"{check.id}: {check.detail}" for check in attempt.critique.findings),
        )
        for attempt in attempts
    )


def _ruin(runs: Sequence[FinishedRun]) -> Check:
    """Whether any run lost everything; the one reason of the engine's own to reject a result."""
    figures: dict[str, float | None] = {f"{run.label}: lowest equity": _lowest(run.result) for run in runs}
    ruined = [run.label for run in runs if run.result.ruined]
    if ruined:
        return Check(RUIN, CheckStatus.FAIL, f"equity fell to 0 or below in {', '.join(ruined)}", figures)
    return Check(RUIN, CheckStatus.PASS, "equity stayed above 0", figures)


def _lowest(result: BacktestResult) -> float:
    """The lowest equity once there was any money."""
    came = int(np.argmax(result.equity > 0))
    return float(result.equity[came:].min())


def _stamp(request: Request) -> str:
    return request.as_of.isoformat(timespec="seconds").replace("+00:00", "Z")
