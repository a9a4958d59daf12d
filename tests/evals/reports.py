"""Reports as their JSON has them, results and evaluations, with what a test wants to be different."""

from dataclasses import replace
from typing import Any

from bgagent.evals.results import VERSION, CaseResult, Evaluation, Mark


def report(**changed: Any) -> dict[str, Any]:
    """Of a job that bought one AAPL lot and holds it."""
    return {
        "status": "succeeded",
        "exit_code": 0,
        "verdict": "caution",
        "understood": {
            "symbols": ["AAPL"],
            "start": "2024-01-01",
            "end": "2024-12-31",
            "initial_capital": 10_000.0,
        },
        "runs": [run()],
        "checks": [{"id": "static", "status": "pass", "detail": "", "figures": {}}],
        "clauses": [],
        "assumptions": [],
        "error": None,
        **changed,
    }


def run(final_equity: float = 12_000.0, trades: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    return {"final_equity": final_equity, "trades": [trade()] if trades is None else trades}


def trade(**changed: Any) -> dict[str, Any]:
    return {
        "symbol": "AAPL",
        "direction": "long",
        "entry_at": "2024-01-02",
        "entry_price": 100.0,
        "exit_at": None,
        "exit_price": None,
        **changed,
    }


def refusal(message: str = "the embedded reader does not understand 'Zorbo'", **changed: Any) -> dict[str, Any]:
    error = {"class": "NeedsModel", "message": message, "hint": "", "questions": []}
    return report(**{"status": "needs_model", "exit_code": 4, "verdict": None, "runs": [], "error": error, **changed})


def result(name: str, mark: Mark = Mark.RIGHT, seconds: float = 1.0, **changed: Any) -> CaseResult:
    wanted = "refusal" if mark in (Mark.REPORTED, Mark.MISNAMED) else "report"
    made = CaseResult(
        id=name,
        family="crossovers",
        sentence=f"sentence of {name}",
        job_id=name,
        wanted=wanted,
        status="needs_model" if mark is Mark.MISSING else "succeeded",
        exit_code=4 if mark is Mark.MISSING else 0,
        verdict="caution",
        mark=mark,
        time_to_report_s=seconds,
        imports_ok=True,
        has_gold=mark in (Mark.RIGHT, Mark.WRONG),
    )
    return replace(made, **changed)


def evaluation(*cases: CaseResult, **changed: Any) -> Evaluation:
    made = Evaluation(
        version=VERSION,
        name="bg_eval_test",
        suite="a suite",
        arm="agent",
        began_at="2025-01-31T12:00:00+00:00",
        data="demo",
        as_of="2025-01-31",
        model="",
        at_once=2,
        answer_s=0.0,
        seconds=10.0,
        machine={"cores": "2"},
        cases=cases,
    )
    return replace(made, **changed)
