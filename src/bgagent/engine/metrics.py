"""Every figure of a run, from its equity curve, trades and fills alone; `docs/metrics.md` defines each."""

import math

import numpy as np

from bgagent.bars import Bars, Floats
from bgagent.engine import trade_metrics
from bgagent.engine.costs import costs_paid
from bgagent.engine.curve_metrics import (
    DAYS_PER_YEAR,
    Comovement,
    Drawdown,
    cagr,
    calmar_ratio,
    comovement,
    deepest_drawdown,
    drawdowns,
    expected_shortfall,
    sharpe_ratio,
    sortino_ratio,
    total_return,
    value_at_risk,
    volatility,
)
from bgagent.engine.payment_metrics import (
    growth_curve,
    money_weighted_return,
    returns_without_payments,
    time_weighted_return,
)
from bgagent.engine.result import BacktestResult
from bgagent.engine.sharpe_confidence import confidence
from bgagent.periods import Timeframe

Metric = float | str | None


def measure(
    result: BacktestResult,
    *,
    bars_per_year: float,
    benchmark: BacktestResult | None = None,
    risk_free: float = 0.0,
    variants: int = 1,
    variants_variance: float | None = None,
) -> dict[str, Metric]:
    """Every metric of a run by name; None where it is not defined, never NaN.

    Where money was paid in, the bars' returns leave it out; cagr, drawdown and what is made of them follow those
    returns, total_return what was paid, and contributed, money_weighted_return and time_weighted_return are added.

    bars_per_year: for annualising. benchmark: another run over the same bars, for alpha, beta and correlation.
    risk_free: return a year, a fraction. variants: strategies tried on these bars, this one included;
    variants_variance: variance of their Sharpe ratios per bar (see `sharpe_confidence.confidence`).
    Raises ValueError when the benchmark has another number of bars.
    """
    free = (1.0 + risk_free) ** (1.0 / bars_per_year) - 1.0
    excess = returns_without_payments(result) - free
    probabilistic, deflated = confidence(excess, variants=variants, variance=variants_variance)
    comoving = Comovement()
    if benchmark is not None:
        comoving = comovement(excess, returns_without_payments(benchmark) - free, bars_per_year=bars_per_year)
    figures = {
        **_curve_figures(result, bars_per_year),
        "sharpe": sharpe_ratio(excess, bars_per_year=bars_per_year),
        "sortino": sortino_ratio(excess, bars_per_year=bars_per_year),
        **_trade_figures(result),
        "alpha": comoving.alpha,
        "beta": comoving.beta,
        "correlation": comoving.correlation,
        "psr": probabilistic,
        "dsr": deflated,
    }
    if result.payments:
        figures |= {
            "contributed": result.contributed,
            "money_weighted_return": money_weighted_return(result),
            "time_weighted_return": time_weighted_return(result),
        }
    return {name: _given(value) for name, value in figures.items()}


def elapsed_years(bars: Bars, first: int) -> float:
    """Calendar time of the window: days from its first session to its last, over 365.25.

    The last session of a weekly bar is the Friday of its week, that of a monthly bar the last day of its month.
    0 when the window is a single day, NaN when it is empty.
    """
    sessions = bars.sessions[first:]
    if not sessions.size:
        return math.nan
    start, end = sessions[0], sessions[-1]
    if bars.timeframe is Timeframe.WEEK:
        end = np.busday_offset(end, 0, roll="forward", weekmask="Fri")
    elif bars.timeframe is Timeframe.MONTH:
        end = (end.astype("datetime64[M]") + 1).astype("datetime64[D]") - np.timedelta64(1, "D")
    return float((end - start) / np.timedelta64(1, "D")) / DAYS_PER_YEAR


def _curve_figures(result: BacktestResult, bars_per_year: float) -> dict[str, Metric]:
    equity, returns = growth_curve(result), returns_without_payments(result)
    total = total_return(equity)
    growth = cagr(total, years=elapsed_years(result.bars, result.first))
    fall = deepest_drawdown(equity)
    return {
        "total_return": result.total_return if result.payments else total,
        "cagr": growth,
        "volatility": volatility(returns, bars_per_year=bars_per_year),
        "max_drawdown": fall.depth,
        **_drawdown_dates(result, fall),
        "calmar": calmar_ratio(growth, fall.depth),
        "exposure": float(np.mean(result.is_invested)) if result.quantity.size else math.nan,
        "var_95": value_at_risk(returns),
        "cvar_95": expected_shortfall(returns),
    }


def _drawdown_dates(result: BacktestResult, fall: Drawdown) -> dict[str, Metric]:
    """Calendar days and length from high to low; the capital stands at the date of the first bar."""
    if fall.peak is None or fall.trough is None:
        return {"max_drawdown_days": None, "max_drawdown_from": None, "max_drawdown_to": None}
    peak, trough = (result.sessions[max(point - 1, 0)] for point in (fall.peak, fall.trough))
    return {
        "max_drawdown_days": int((trough - peak) / np.timedelta64(1, "D")),
        "max_drawdown_from": str(peak),
        "max_drawdown_to": str(trough),
    }


def _trade_figures(result: BacktestResult) -> dict[str, Metric]:
    closed = result.closed_trades
    best, worst = trade_metrics.best_and_worst(closed)
    return {
        "turnover": _turnover(result),
        "costs": costs_paid(result.fills),
        "trades": len(closed),
        "win_rate": trade_metrics.win_rate(closed),
        "profit_factor": trade_metrics.profit_factor(closed),
        "expectancy": trade_metrics.mean_return(closed),
        "avg_win": trade_metrics.mean_return([trade for trade in closed if trade.profit > 0]),
        "avg_loss": trade_metrics.mean_return([trade for trade in closed if trade.profit < 0]),
        "best_trade": best,
        "worst_trade": worst,
        "avg_bars_held": trade_metrics.mean_bars_held(closed),
        "longest_losing_run": trade_metrics.longest_losing_run(closed),
    }


def _turnover(result: BacktestResult) -> float:
    """Traded value over mean equity, a year; NaN within a single day or when mean equity is not above 0."""
    years, equity = elapsed_years(result.bars, result.first), float(np.mean(result.equity))
    return trade_metrics.traded_value(result.fills) / equity / years if years > 0 and equity > 0 else math.nan


def _given(value: Metric) -> Metric:
    """The value as plain JSON knows it; None for what is not a finite number."""
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    return value


def drawdown_curve(result: BacktestResult) -> Floats:
    """(m,) drawdown at each close of the window, 0 or below, for charts."""
    return drawdowns(growth_curve(result))[1:]
