"""`python strategy.py`: runs the strategy in a report's folder again, on the bars its report was made of."""

import json
import os
import sys
from pathlib import Path
from typing import Any

import click

from bgagent.artifacts.codec import from_json
from bgagent.artifacts.request import Request
from bgagent.artifacts.spec import StrategySpec
from bgagent.cli.text import error_line, table
from bgagent.engine.backtest import run_strategy
from bgagent.engine.result import BacktestResult
from bgagent.engine.strategy import Strategy
from bgagent.errors import BadUse, BgAgentError
from bgagent.settings import resolve, surroundings
from bgagent.wiring import load_bars


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
    symbol = _symbol_of(folder, file, spec)
    bars = load_bars(spec, request, settings, symbol)
    result = run_strategy(strategy, bars.bars, first=bars.warmup_bars, account=spec.account)
    same = _same_bars(folder, symbol, bars.provenance.sha256)
    return "\n".join([*_lines(result, spec.currency), same])


def _symbol_of(folder: Path, file: Path, spec: StrategySpec) -> str:
    """The symbol of the run whose file this is."""
    report = _report_of(folder)
    for run, row in zip(spec.runs, report.get("runs", ()), strict=False):
        if (folder.parent / row["files"]["strategy"]).resolve() == file:
            return run.plan.needed_symbols[0]
    return spec.runs[0].plan.needed_symbols[0]


def _same_bars(folder: Path, symbol: str, sha256: str) -> str:
    known = {row["symbol"]: row["sha256"] for row in _report_of(folder).get("data", ())}
    if known.get(symbol) == sha256:
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
    heads = ("direction", "entry", "price", "exit", "price", "reason", "profit")
    return [
        *([table(rows, heads)] if rows else ["No trade."]),
        (
            f"{result.bars.symbol}: {result.account.initial_capital:,.2f} became {result.final_equity:,.2f} {currency}"
            f" ({result.total_return * 100:+.2f} %)."
        ),
    ]
