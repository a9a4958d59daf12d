"""`python strategy.py`: runs the strategy in a report's folder again, on the bars its report was made of."""

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from bgagent.artifacts.code_plan import CodePlan
from bgagent.artifacts.codec import from_json
from bgagent.artifacts.request import Request
from bgagent.artifacts.spec import RunSpec, StrategySpec
from bgagent.cli.text import error_line, table
from bgagent.data.series import Series
from bgagent.engine.backtest import run_strategy
from bgagent.engine.plan import Plan, RulePlan
from bgagent.engine.portfolio_strategy import run_portfolio_strategy
from bgagent.engine.result import BacktestResult
from bgagent.engine.strategy import Strategy
from bgagent.errors import BadUse, BgAgentError
from bgagent.loading import load_all
from bgagent.settings import resolve, surroundings

_HEADS = ("direction", "entry", "price", "exit", "price", "reason", "profit")


def rerun(strategy: type[Strategy], file: str) -> None:
    """Backtests the class on the report's own window, data, costs and capital, in this process, and prints the trades.

    file: the strategy's path, in the folder of its report. Exits with the code of the error when that fails.
    """
    try:
        click.echo(_rerun(strategy, Path(file).resolve()))
    except BgAgentError as error:
        click.echo(f"{Path(file).name}: {error_line(error)}", err=True)
        sys.exit(error.exit_code)


def _rerun(strategy: type[Strategy], file: Path) -> str:
    folder = next((place for place in (file.parent, file.parent.parent) if (place / "spec.json").exists()), None)
    if folder is None:
        raise BadUse(f"there is no spec.json beside {file.name}", hint="run it in the folder of its report")
    spec = from_json((folder / "spec.json").read_bytes(), StrategySpec)
    request = from_json((folder / "request.json").read_bytes(), Request)
    settings = resolve(surroundings(Path.cwd(), os.environ))
    plan = _run_of(folder, file, spec).plan
    loaded = load_all(spec, request, settings, symbols=plan.needed_symbols)
    result = _run(strategy, plan, loaded, spec)
    return "\n".join([*_lines(result, spec.currency), _same_bars(folder, loaded)])


def _run(strategy: type[Strategy], plan: Plan, loaded: Mapping[str, Series], spec: StrategySpec) -> BacktestResult:
    """The strategy as the job ran it. loaded: by symbol."""
    held = [loaded[symbol] for symbol in plan.held_symbols]
    watched = [loaded[symbol].bars for symbol in plan.watched_symbols]
    if isinstance(plan, RulePlan) or (isinstance(plan, CodePlan) and len(plan.needed_symbols) == 1):
        first = held[0].warmup_bars
        return run_strategy(strategy, held[0].bars, first=first, account=spec.account, watched=watched)
    first_on = min(each.bars.sessions[each.warmup_bars] for each in held).item()
    bars = [each.bars for each in held]
    return run_portfolio_strategy(strategy, bars, first_on=first_on, account=spec.account, watched=watched)


def _run_of(folder: Path, file: Path, spec: StrategySpec) -> RunSpec:
    """The run whose file this is."""
    report = _report_of(folder)
    for run, row in zip(spec.runs, report.get("runs", ()), strict=False):
        if (folder.parent / row["files"]["strategy"]).resolve() == file:
            return run
    return spec.runs[0]


def _same_bars(folder: Path, loaded: Mapping[str, Series]) -> str:
    known = {row["symbol"]: row["sha256"] for row in _report_of(folder).get("data", ())}
    if all(known.get(symbol) == series.provenance.sha256 for symbol, series in loaded.items()):
        return "The bars are those of the report."
    return "The bars are NOT those of the report: the figures may differ."


def _report_of(folder: Path) -> dict[str, list[dict[str, Any]]]:
    path = folder.with_name(f"{folder.name}.json")
    report: dict[str, list[dict[str, Any]]] = json.loads(path.read_bytes()) if path.exists() else {}
    return report


def _lines(result: BacktestResult, currency: str) -> list[str]:
    def day(bar: int | None) -> str:
        return "" if bar is None else str(result.bars.sessions[bar])

    rows = [
        (
            *((trade.symbol,) if len(result.symbols) > 1 else ()),
            trade.direction,
            day(trade.entry_bar),
            f"{trade.entry_price:.4f}",
            day(trade.exit_bar),
            "" if trade.exit_price is None else f"{trade.exit_price:.4f}",
            trade.exit_reason.value,
            f"{trade.profit:,.2f}",
        )
        for trade in result.trades
    ]
    heads = [*(["symbol"] if len(result.symbols) > 1 else []), *_HEADS]
    return [
        *([table(rows, heads)] if rows else ["No trade."]),
        (
            f"{', '.join(result.symbols)}: {result.contributed:,.2f} became {result.final_equity:,.2f} {currency}"
            f" ({result.total_return * 100:+.2f} %)."
        ),
    ]
