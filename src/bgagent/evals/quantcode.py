"""Coding tasks of the QuantCode-Bench kind: read as cases, and scored stage by stage.

Each task says in prose what a strategy does, and beside it which symbol and bars it is tested on. What counts is how
far the answer comes: the code can be compiled, runs, does not look ahead, does what the task says, trades.

Source: QuantCode-Bench (arXiv 2604.15151), whose own stages are compilation, backtest, trades and judge.
"""

from collections.abc import Mapping
from typing import Any

from bgagent.errors import BadUse
from bgagent.evals.suite import Case

STAGES = ("compiles", "runs", "looks not ahead", "conforms", "trades")
_WINDOWS = {"1d": "2020-01-01 to 2024-12-31", "1wk": "2015-01-01 to 2024-12-31"}
_INTRADAY = {"1h": "2024-01-01 to 2024-12-31", "4h": "2024-01-01 to 2024-12-31"}
_SHORTER = "2024-11-01 to 2024-12-31"
_NO_CODE = {"needs_model", "needs_clarification", "bad_use", "data_unavailable", "model_unavailable", "stopped"}
_NOT_OF_CONFORMITY = {"static", "runs", "lookahead", "deterministic", "traded", "warmup", "data", "books"}


def is_task(row: Mapping[str, Any]) -> bool:
    """Whether a row of a JSON lines file is such a task."""
    return "reformulated_task" in row


def task_case(row: Mapping[str, Any], where: str) -> Case:
    """The task as a sentence to test, with symbol, bars and window in lines of their own. Raises BadUse."""
    try:
        text, symbol, timeframe = str(row["reformulated_task"]), str(row["yf_symbol"]), str(row["timeframe"])
        name = f"task-{row['id']}"
    except KeyError as error:
        raise BadUse(
            f"{where} lacks {error}", hint="a task needs id, reformulated_task, yf_symbol, timeframe"
        ) from error
    window = {**_WINDOWS, **_INTRADAY}.get(timeframe, _SHORTER)
    sentence = f"{text.strip()}\n\nSymbol: {symbol}\nBars: {timeframe}\nPeriod: {window}\n"
    return Case(id=name, sentence=sentence, family=f"task, {row.get('difficulty', 'unknown')}")


def stages_of(report: Mapping[str, Any]) -> dict[str, bool | None]:
    """How far a task came, by the checks of the last attempt; None for a stage that was not reached."""
    if report["status"] in _NO_CODE or not (report["checks"] or report["runs"]):
        return dict.fromkeys(STAGES)
    failed = {check["id"] for check in report["checks"] if check["status"] == "fail"}
    known = {check["id"]: check["status"] for check in report["checks"]}
    compiles = "static" not in failed
    runs = compiles and "runs" not in failed
    trades = sum(len(run["trades"]) for run in report["runs"])
    return {
        "compiles": compiles,
        "runs": runs,
        "looks not ahead": not failed & {"lookahead", "deterministic"} if runs else None,
        "conforms": not failed - _NOT_OF_CONFORMITY if runs else None,
        "trades": (trades > 0 if report["runs"] else known.get("traded") == "pass") if runs else None,
    }
