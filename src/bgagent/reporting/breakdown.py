"""A finished run taken apart: by month, by year, by trade, and replayed under other conditions."""

import math
from collections import Counter
from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from bgagent.artifacts.breakdown import Comparison, MonthRow, Replay, ReturnBin, SymbolRow, YearRow
from bgagent.artifacts.report import RunRow
from bgagent.bars import Floats, Times
from bgagent.engine.costs import costs_paid
from bgagent.engine.curve_metrics import bar_returns
from bgagent.engine.holdings import values_held, weights_held
from bgagent.engine.metrics import measure
from bgagent.engine.payment_metrics import growth_curve, returns_without_payments
from bgagent.engine.result import BacktestResult
from bgagent.reporting.plot import value_ticks

BINS = 12
HIGHER_IS_BETTER = ("total_return", "cagr", "sharpe", "sortino", "calmar", "max_drawdown", "win_rate", "profit_factor")
LOWER_IS_BETTER = ("volatility", "costs")


def replay_row(result: BacktestResult, *, factor: float, bars_late: int, bars_per_year: float) -> Replay:
    """The figures of a replay that a report shows."""
    found = measure(result, bars_per_year=bars_per_year, benchmark=None)
    return Replay(
        costs_factor=factor,
        bars_late=bars_late,
        final_equity=result.final_equity,
        total_return=_number(found["total_return"]),
        cagr=_number(found["cagr"]),
        sharpe=_number(found["sharpe"]),
        max_drawdown=_number(found["max_drawdown"]),
        costs=_number(found["costs"]) or 0.0,
        trades=len(result.closed_trades),
    )


def month_rows(result: BacktestResult) -> tuple[MonthRow, ...]:
    """The return of every calendar month that has a bar of the window."""
    months, starts = _groups(result.sessions, "M")
    grown = _compounded(returns_without_payments(result), starts)
    return tuple(MonthRow(str(month), value) for month, value in zip(months, grown, strict=True))


def year_rows(result: BacktestResult, benchmark: BacktestResult) -> tuple[YearRow, ...]:
    """Every calendar year of the window, its benchmark's return beside it where both have the same bars."""
    years, starts = _groups(result.sessions, "Y")
    ends = [*starts[1:].tolist(), len(result.sessions)]
    same = len(benchmark.equity) == len(result.equity)
    held = bar_returns(benchmark.equity) if same else np.full(len(result.sessions), np.nan)
    growth, invested = growth_curve(result), result.is_invested
    closed = Counter(str(result.bars.sessions[trade.exit_bar])[:4] for trade in result.closed_trades)
    return tuple(
        YearRow(
            year=int(year),
            return_=grown,
            benchmark_return=other,
            max_drawdown=_deepest(growth[start : end + 1]),
            exposure=float(np.mean(invested[start:end])),
            trades=closed[year],
        )
        for year, start, end, grown, other in zip(
            years,
            starts.tolist(),
            ends,
            _compounded(returns_without_payments(result), starts),
            _compounded(held, starts),
            strict=True,
        )
    )


def symbol_rows(result: BacktestResult) -> tuple[SymbolRow, ...]:
    """Each symbol's part in a run of several; () for one."""
    if len(result.symbols) < 2:
        return ()
    values, weights = values_held(result), weights_held(result)
    rows = []
    for place, symbol in enumerate(result.symbols):
        trades = [trade for trade in result.trades if trade.symbol == symbol]
        rows.append(
            SymbolRow(
                symbol=symbol,
                profit=math.fsum(trade.profit for trade in trades),
                costs=costs_paid([fill for fill in result.fills if fill.symbol == symbol]),
                trades=sum(not trade.is_open for trade in trades),
                average_weight=float(weights[:, place].mean()),
                final_weight=float(weights[-1, place]),
                final_quantity=float(result.quantities[-1, place]),
                final_value=float(values[-1, place]),
            )
        )
    return tuple(rows)


def return_bins(returns: Sequence[float]) -> tuple[ReturnBin, ...]:
    """Trades counted by their return, in about twelve equal steps of a round size; 0 is always an edge.

    returns: fractions, of closed trades. Empty without any.
    """
    if not returns:
        return ()
    low, high = min(0.0, *returns), max(0.0, *returns)
    if low == high:
        low, high = -0.01, 0.01
    ticks = value_ticks(low, high, BINS)
    step = ticks[1] - ticks[0] if len(ticks) > 1 else high - low
    first, last = math.floor(low / step + 1e-9), math.floor(high / step + 1e-9)
    counts = np.bincount([math.floor(value / step + 1e-9) - first for value in returns], minlength=last - first + 1)
    return tuple(
        ReturnBin(round(at * step, 10), round((at + 1) * step, 10), int(count))
        for at, count in enumerate(counts.tolist(), start=first)
    )


def compare(rows: Sequence[RunRow], results: Sequence[BacktestResult]) -> Comparison | None:
    """What several runs have to do with each other; None for a single one."""
    if len(rows) < 2:
        return None
    correlations = tuple(tuple(_correlation(one, other) for other in results) for one in results)
    signs = dict.fromkeys(HIGHER_IS_BETTER, 1.0) | dict.fromkeys(LOWER_IS_BETTER, -1.0)
    winners = {key: winner for key, sign in signs.items() if (winner := _winner(rows, key, sign)) is not None}
    return Comparison(tuple(row.label for row in rows), correlations, winners)


def _winner(rows: Sequence[RunRow], key: str, sign: float) -> str | None:
    """Label of the only run with the best figure; a run that never traded cannot win."""
    traded = [(row.label, _number(row.metrics.get(key))) for row in rows if row.trades]
    values = [(sign * value, label) for label, value in traded if value is not None]
    if len(values) < 2:
        return None
    best = max(value for value, _ in values)
    labels = [label for value, label in values if value == best]
    return labels[0] if len(labels) == 1 else None


def _correlation(one: BacktestResult, other: BacktestResult) -> float | None:
    times, at, beside = np.intersect1d(
        one.bars.times[one.first :], other.bars.times[other.first :], assume_unique=True, return_indices=True
    )
    if len(times) < 3:
        return None
    first, second = bar_returns(growth_curve(one)[1:][at]), bar_returns(growth_curve(other)[1:][beside])
    if not (np.isfinite(first).all() and np.isfinite(second).all() and np.ptp(first) > 0 and np.ptp(second) > 0):
        return None
    return 1.0 if one is other else float(np.corrcoef(first, second)[0, 1])


def _groups(sessions: Times, unit: Literal["M", "Y"]) -> tuple[list[str], NDArray[np.intp]]:
    """(month or year, index of its first bar) of every one that has a bar."""
    names, starts = np.unique(sessions.astype(f"datetime64[{unit}]"), return_index=True)
    return [str(name) for name in names], starts


def _compounded(returns: Floats, starts: NDArray[np.intp]) -> list[float | None]:
    """Return of each stretch of bars that begins at `starts`, from the (m,) returns of the bars."""
    grown = np.multiply.reduceat(1.0 + returns, starts) - 1.0
    return [value if math.isfinite(value) else None for value in grown.tolist()]


def _deepest(equity: Floats) -> float | None:
    """The deepest fall from a high of these points."""
    if not equity[0] > 0:
        return None
    return float((equity / np.maximum.accumulate(equity) - 1.0).min())


def _number(value: float | str | None) -> float | None:
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None
