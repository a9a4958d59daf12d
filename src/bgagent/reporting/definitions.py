"""The metrics a report shows: their names, order, kinds, and how each is reckoned."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from bgagent.artifacts.report import Metrics, RunRow
from bgagent.reporting.figures import plain


@dataclass(frozen=True, slots=True)
class Metric:
    """One row of the metrics table. kind: as in `Writer.metric`."""

    key: str
    name: str
    kind: str
    group: str
    definition: str


KEY_METRICS = ("total_return", "cagr", "sharpe", "max_drawdown", "trades")
KEY_METRICS_WITH_PAYMENTS = ("contributed", "total_return", "money_weighted_return", "sharpe", "max_drawdown")


@cache
def metrics() -> dict[str, Metric]:
    """Every metric by its key in the JSON, in the order of the tables."""
    text = resources.files(__package__).joinpath("metrics.toml").read_text(encoding="utf-8")
    return {key: Metric(key, **row) for key, row in tomllib.loads(text).items()}


@cache
def counted() -> frozenset[str]:
    """Keys of the metrics that are whole numbers."""
    return frozenset(key for key, metric in metrics().items() if metric.kind in ("count", "days"))


def definitions_for(runs: tuple[RunRow, ...]) -> dict[str, str]:
    """Definition of each metric that the runs hold, and of what else the tables name."""
    held: Metrics = {}
    for run in runs:
        held |= run.metrics
    texts = {key: metric.definition for key, metric in metrics().items() if key in held}
    years = sorted({run.bars_per_year for run in runs if run.bars_per_year is not None})
    if years:
        texts["bars_per_year"] = "bars that make a year here: " + ", ".join(plain(year) for year in years)
    if runs:
        texts["benchmark"] = (
            "bought at the window's first open and held, with the same engine, dates, costs and capital"
        )
        texts["break_even_cost_bps"] = (
            "commission on the value of each fill, all other costs aside, at which the total return would be 0"
        )
        if any(run.costs_ladder for run in runs):
            texts["costs_ladder"] = "the same orders, each cost multiplied; prices of stops move with the slippage"
        if any(run.late_fills for run in runs):
            texts["late_fills"] = (
                "what rules decide is filled one and two opens later than it could be; stops, targets and times work "
                "from the later fill; orders of portfolios and of strategies as code stay as they were decided"
            )
        texts["open_trades"] = "positions still held at the last close: in the equity, not in the win rate"
    return texts
