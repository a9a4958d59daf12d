"""Runs the cases of a suite, each as a job of its own, on whatever executor is given.

A case and its terms travel to the executor and a result comes back, all of them plain data; so an engine of several
machines that share the folder can take the place of the local processes.
"""

import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import BrokenExecutor, Executor, as_completed
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bgagent import api
from bgagent.errors import BgAgentError
from bgagent.evals.marking import mark_of
from bgagent.evals.prices import digest_of_prices
from bgagent.evals.quantcode import stages_of
from bgagent.evals.results import CaseResult
from bgagent.evals.suite import Answer, Case
from bgagent.local_processes import executor_broke

AGENT, SINGLE, INTERACTIVE = "agent", "single", "interactive"
ARMS = (AGENT, SINGLE, INTERACTIVE)
_MADE_UP = ("demo", "synthetic")


@dataclass(frozen=True, slots=True)
class Terms:
    """What all cases of a run have in common.

    root: folder of the jobs. prefix: of their ids. data, reader, model, timeout, max_iters: as for `nlbt bg`. as_of:
    for cases without one of their own. record, replay: folders with a file of model exchanges for each case.
    """

    arm: str
    root: Path
    environment: Mapping[str, str] = field(repr=False)
    prefix: str
    data: str | None = None
    as_of: str | None = None
    reader: str = "auto"
    model: str | None = None
    timeout: float | None = None
    max_iters: int | None = None
    record: Path | None = None
    replay: Path | None = None

    def has_model(self, case: Case) -> bool:
        """Whether a language model, or a record of one, can read what the embedded reader cannot."""
        named = self.model or self.environment.get("LLM_MODEL", "").strip() or self.exchanges(self.replay, case)
        return bool(named) and self.reader != "embedded"

    def exchanges(self, folder: Path | None, case: Case) -> Path | None:
        """The file of a case to answer from. A case that asked no model when it was recorded has none."""
        path = folder / f"{case.id}.jsonl" if folder else None
        return path if path and path.exists() else None


@dataclass(frozen=True, slots=True)
class Ended:
    """The end of a case. report: as its JSON has it; path: of that, empty without one. log: the job's.

    questions: what a person was asked on the way. seconds: from submitting to the end.
    """

    report: Mapping[str, Any]
    seconds: float
    path: str = ""
    log: str = ""
    questions: int = 0
    left_behind: str = ""


def run_cases(
    cases: Sequence[Case],
    executor: Executor,
    terms: Terms,
    *,
    run: Callable[[Case, Terms], CaseResult],
    on_result: Callable[[CaseResult], None] = lambda _: None,
) -> list[CaseResult]:
    """All results in the order of the cases. on_result: told of each as it ends.

    When it is broken off, cases that wait are given up and those that run are waited for. Raises MachineUnfit when the
    executor breaks.
    """
    futures = []
    try:
        futures += [executor.submit(run, case, terms) for case in cases]
        for future in as_completed(futures):
            on_result(future.result())
    except BrokenExecutor as error:
        raise executor_broke(error) from error
    except BaseException:
        executor.shutdown(wait=True, cancel_futures=True)
        raise
    return [future.result() for future in futures]


def run_as_job(case: Case, terms: Terms, job_id: str) -> Ended:
    """The case as `nlbt bg` runs it, in the background, waited for."""
    began = time.monotonic()
    folders = api.folders_of(terms.root)
    try:
        job = api.run_background_job(
            case.sentence,
            name=job_id,
            timeout=terms.timeout,
            max_iters=terms.max_iters,
            model=terms.model,
            data=terms.data,
            reader=terms.reader,
            as_of=case.as_of or terms.as_of,
            record=terms.record / f"{case.id}.jsonl" if terms.record else None,
            replay=terms.exchanges(terms.replay, case),
            root=terms.root,
            environment=terms.environment,
        )
        api.wait_for_job(job.job_id, root=terms.root)
    except BgAgentError as error:
        return Ended(report_of(error), time.monotonic() - began)
    seconds = time.monotonic() - began
    files = folders.files(job.job_id)
    try:
        report = json.loads(files.report_json.read_bytes())
    except (OSError, ValueError) as error:
        return Ended(report_of(BgAgentError(f"no readable report: {error}")), seconds, log=_text(files.log))
    log, pages = _text(files.log), _text(files.report_markdown) + _text(files.report_html)
    return Ended(report, seconds, str(files.report_json), log, left_behind=log + pages + json.dumps(report))


def result_of(case: Case, terms: Terms, ended: Ended, job_id: str) -> CaseResult:
    """What the end of a case is worth, with what it took."""
    expectation = (case.with_model or case.expectation) if terms.has_model(case) else case.expectation
    answers = applicable(case, terms)
    report, telemetry = ended.report, ended.report["telemetry"]
    mark, why = mark_of(report, expectation, answers, left_behind=ended.left_behind)
    error = report["error"] or {}
    is_task = case.family.startswith("task")
    return CaseResult(
        id=case.id,
        family=case.family,
        sentence=case.sentence,
        job_id=job_id,
        wanted="report" if expectation.is_report else "refusal",
        status=report["status"],
        exit_code=report["exit_code"],
        verdict=report["verdict"],
        mark=mark,
        why=why,
        error_class=error.get("class", ""),
        error=error.get("message", ""),
        attempts=telemetry["attempts"],
        model_calls=telemetry["model_calls"],
        tokens_in=telemetry["tokens_in"],
        tokens_out=telemetry["tokens_out"],
        cost_usd=telemetry["cost_usd"],
        time_to_report_s=round(ended.seconds, 3),
        job_s=telemetry["time_to_report_s"],
        questions=ended.questions,
        imports_ok="imports_ok: true" in ended.log if ended.log else None,
        has_gold=bool(answers),
        report=ended.path,
        stages=stages_of(report) if is_task else {},
    )


def applicable(case: Case, terms: Terms) -> tuple[Answer, ...]:
    """The answers that hold for the prices of this run: made-up ones must be those the answers were reckoned on."""
    source = terms.data or terms.environment.get("NLBT_DATA", "")
    if not case.prices:
        return () if source in _MADE_UP else case.answers
    if source not in _MADE_UP or any(digest_of_prices(symbol) != digest for symbol, digest in case.prices.items()):
        return ()
    return case.answers


def report_of(error: BgAgentError) -> dict[str, Any]:
    """What stands in for the report of a case that never became a job."""
    told = {"class": type(error).__name__, "message": error.message, "hint": error.hint, "questions": []}
    telemetry = {"attempts": 0, "model_calls": 0, "tokens_in": 0, "tokens_out": 0, "cost_usd": 0.0}
    return {
        "status": error.status,
        "exit_code": error.exit_code,
        "verdict": None,
        "understood": None,
        "runs": [],
        "checks": [],
        "clauses": [],
        "assumptions": [],
        "telemetry": {**telemetry, "time_to_report_s": 0.0},
        "error": told,
    }


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def cores() -> int:
    """Of this machine, those that the process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
