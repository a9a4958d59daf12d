"""A case by one of the arms: the agent as it is, or what it is held against.

`single` makes one attempt and no critic looks at it; `interactive` asks a person at every turn and goes on when
answered. Both run in front, as a person at a terminal would have them.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from bgagent import api
from bgagent.artifacts.request import Request
from bgagent.errors import BgAgentError, LimitReached
from bgagent.evals.results import CaseResult
from bgagent.evals.running import AGENT, INTERACTIVE, SINGLE, Ended, Terms, report_of, result_of, run_as_job
from bgagent.evals.suite import Case
from bgagent.settings import resolve

_BODIES = {SINGLE: "bgagent.evals.single", INTERACTIVE: "bgagent.evals.interactive"}
_GRACE_S = 10.0


def run_case(case: Case, terms: Terms) -> CaseResult:
    """The case by the arm of the terms, judged. Runs wherever the executor likes."""
    job_id = f"{terms.prefix}{case.id}"
    ended = run_as_job(case, terms, job_id) if terms.arm == AGENT else run_in_front(case, terms, job_id)
    return result_of(case, terms, ended, job_id)


def run_in_front(case: Case, terms: Terms, job_id: str) -> Ended:
    """The case by a baseline: a process that gets the request and leaves a report."""
    began = time.monotonic()
    try:
        request = _request(case, terms, job_id)
    except BgAgentError as error:
        return Ended(report_of(error), time.monotonic() - began)
    reports = api.folders_of(terms.root).reports
    reports.mkdir(parents=True, exist_ok=True)
    asked = json.dumps({**asdict(request), "as_of": request.as_of.isoformat()})
    try:
        done = subprocess.run(
            [sys.executable, "-s", "-P", "-m", _BODIES[terms.arm], str(reports)],
            input=asked,
            capture_output=True,
            text=True,
            check=False,
            cwd=terms.root,
            env=dict(terms.environment),
            timeout=request.timeout_s + _GRACE_S,
        )
    except subprocess.TimeoutExpired:
        late = LimitReached(f"the baseline took longer than {request.timeout_s:g} s")
        return Ended(report_of(late), time.monotonic() - began)
    seconds = time.monotonic() - began
    path = reports / f"{job_id}.json"
    try:
        told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        report = json.loads(path.read_bytes())
    except (OSError, ValueError, IndexError):
        said = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        return Ended(report_of(BgAgentError(f"the baseline left no report: {said}")), seconds)
    report["telemetry"] = _with_talk(report["telemetry"], told)
    return Ended(report, seconds, str(path), questions=told["questions"], left_behind=json.dumps(report))


def _with_talk(telemetry: Mapping[str, Any], told: Mapping[str, Any]) -> dict[str, Any]:
    """What the language model took, the talk included; a cost that is not known stays so."""
    sums = {name: telemetry[name] + told[name] for name in ("model_calls", "tokens_in", "tokens_out")}
    costs = (telemetry["cost_usd"], told["cost_usd"])
    return {**telemetry, **sums, "cost_usd": None if None in costs else sum(costs)}


def _request(case: Case, terms: Terms, job_id: str) -> Request:
    settings = resolve(
        terms.environment,
        overrides={
            "timeout_s": terms.timeout,
            "max_iters": terms.max_iters,
            "llm_model": terms.model,
            "data": terms.data,
            "as_of": case.as_of or terms.as_of,
        },
    )
    return Request(
        job_id=job_id,
        prompt=api.checked_sentence(case.sentence),
        as_of=settings.as_of or datetime.now(UTC),
        reader=terms.reader,
        data=settings.data,
        data_dir=os.fspath(settings.data_dir or ""),
        model=settings.llm_model,
        max_iters=settings.max_iters,
        timeout_s=settings.timeout_s,
    )
