"""Every figure of a run, from its equity curve, trades and fills alone; `docs/metrics.md` defines each."""

import math
from typing import Any

import numpy as np

from bgagent.bars import Bars, Floats
from bgagent.engine.books import numbers
from bgagent.engine.curve_metrics import (
    DAYS_PER_YEAR,
    Comovement,
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
from bgagent.engine.sharpe_confidence import confidence, confidence_of
from bgagent.engine.sums import CurveSums, FillSums, TradeSums, invested_bars
from bgagent.periods import Timeframe

Metric = float | str | None

NAN = math.nan
TAIL = 0.05  # of value at risk
_IN_PLACE = np.zeros(0, dtype=np.int64)


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
    years = elapsed_years(result.bars, result.first)
    own = _with_payments if result.payments else _without_payments
    figures = own(result, bars_per_year, free, years, variants=variants, variance=variants_variance)
    comoving = Comovement()
    if benchmark is not None:
        comoving = comovement(
            returns_without_payments(result) - free,
            returns_without_payments(benchmark) - free,
            bars_per_year=bars_per_year,
        )
    trades = TradeSums(*_closed(result))
    fills = result.fill_rows
    paid = FillSums(numbers(fills.reshape(-1)), len(fills))
    equity = figures.pop("mean_equity")
    closed = trades.closed
    figures |= {
        "turnover": paid.traded / equity / years if years > 0 and equity > 0 else NAN,
        "costs": paid.costs,
        "trades": closed,
        "win_rate": trades.wins / closed if closed else NAN,
        "profit_factor": trades.gained / trades.lost if trades.lost > 0 else NAN,
        "expectancy": trades.returned / closed if closed else NAN,
        "avg_win": trades.won / trades.wins if trades.wins else NAN,
        "avg_loss": trades.gone / trades.losses if trades.losses else NAN,
        "best_trade": trades.best,
        "worst_trade": trades.worst,
        "avg_bars_held": trades.held / closed if closed else NAN,
        "longest_losing_run": trades.longest if closed else NAN,
        "alpha": comoving.alpha,
        "beta": comoving.beta,
        "correlation": comoving.correlation,
    }
    return {name: _given(value) for name, value in figures.items()}


def _without_payments(
    result: BacktestResult, bars_per_year: float, free: float, years: float, *, variants: int, variance: float | None
) -> dict[str, Any]:
    """What the equity curve alone says, from its sums."""
    count = len(result.equity) - 1
    sums = CurveSums(numbers(result.equity), numbers(np.empty(count)), free, TAIL)
    total = total_return(result.equity)
    growth = cagr(total, years=years)
    root = math.sqrt(bars_per_year)
    deviation = _deviation(sums)
    excess = sums.mean - free
    downside = math.sqrt(sums.downside / count) if count > 1 else NAN
    is_risk_known = count > 1 and not math.isnan(sums.quantile)
    probabilistic, deflated = confidence_of(sums, free, variants=variants, variance=variance)
    return {
        "total_return": total,
        "cagr": growth,
        "volatility": deviation * root,
        "max_drawdown": sums.depth,
        **_drawdown_dates(result, sums.peak, sums.trough),
        "calmar": calmar_ratio(growth, sums.depth),
        "exposure": _exposure(result),
        "var_95": min(0.0, sums.quantile) if is_risk_known else NAN,
        "cvar_95": min(0.0, sums.shortfall) if is_risk_known else NAN,
        "sharpe": excess / deviation * root if deviation > 0 else NAN,
        "sortino": excess / downside * root if downside > 0 else NAN,
        "psr": probabilistic,
        "dsr": deflated,
        "mean_equity": sums.total / (count + 1),
    }


def _deviation(sums: CurveSums) -> float:
    """Sample deviation of the returns; exactly 0 for equal ones, NaN for fewer than 2."""
    if sums.count < 2 or math.isnan(sums.mean):
        return NAN
    return math.sqrt(sums.squares / (sums.count - 1)) if sums.high > sums.low else 0.0


def _with_payments(
    result: BacktestResult, bars_per_year: float, free: float, years: float, *, variants: int, variance: float | None
) -> dict[str, Any]:
    """The same where money came in: from the bars' returns without it."""
    equity, returns = growth_curve(result), returns_without_payments(result)
    growth = cagr(total_return(equity), years=years)
    fall = deepest_drawdown(equity)
    excess = returns - free
    probabilistic, deflated = confidence(excess, variants=variants, variance=variance)
    peak, trough = (-1 if point is None else point for point in (fall.peak, fall.trough))
    return {
        "total_return": result.total_return,
        "cagr": growth,
        "volatility": volatility(returns, bars_per_year=bars_per_year),
        "max_drawdown": fall.depth,
        **_drawdown_dates(result, peak, trough),
        "calmar": calmar_ratio(growth, fall.depth),
        "exposure": _exposure(result),
        "var_95": value_at_risk(returns),
        "cvar_95": expected_shortfall(returns),
        "sharpe": sharpe_ratio(excess, bars_per_year=bars_per_year),
        "sortino": sortino_ratio(excess, bars_per_year=bars_per_year),
        "psr": probabilistic,
        "dsr": deflated,
        "contributed": result.contributed,
        "money_weighted_return": money_weighted_return(result),
        "time_weighted_return": time_weighted_return(result),
        "mean_equity": float(np.mean(result.equity)),
    }


def _closed(result: BacktestResult) -> tuple[Any, Any, int]:
    """What TradeSums takes: the rows of trades, their places by exit where they do not stand so, their number."""
    rows = result.trade_rows
    order = _IN_PLACE
    if len(rows) > 1 and bool((rows[1:, 6] < rows[:-1, 6]).any()):
        order = np.lexsort((rows[:, 0], rows[:, 4], rows[:, 6]))
    return numbers(rows.reshape(-1)), numbers(order), len(rows)


def _exposure(result: BacktestResult) -> float:
    """Share of the closes at which something was held."""
    count = len(result.equity) - 1
    if not count:
        return NAN
    if result.rows is None:
        return float(np.mean(result.is_invested))
    changes = numbers(result.rows.changes.reshape(-1))
    return invested_bars(changes, count, numbers(np.zeros(len(result.rows.symbols)))) / count


def elapsed_years(bars: Bars, first: int) -> float:
    """Calendar time of the window: days from its first session to its last, over 365.25.

    The last session of a weekly bar is the Friday of its week, that of a monthly bar the last day of its month.
    0 when the window is a single day, NaN when it is empty.
    """
    if first >= len(bars):
        return math.nan
    start, end = bars.sessions[first], bars.sessions[-1]
    if bars.timeframe is Timeframe.WEEK:
        end = np.busday_offset(end, 0, roll="forward", weekmask="Fri")
    elif bars.timeframe is Timeframe.MONTH:
        end = (end.astype("datetime64[M]") + 1).astype("datetime64[D]") - np.timedelta64(1, "D")
    return int((end - start).astype(np.int64)) / DAYS_PER_YEAR


def _drawdown_dates(result: BacktestResult, peak: int, trough: int) -> dict[str, Metric]:
    """Calendar days and length from high to low; the capital stands at the date of the first bar."""
    if trough < 0:
        return {"max_drawdown_days": None, "max_drawdown_from": None, "max_drawdown_to": None}
    start, end = (result.bars.sessions[result.first + max(point - 1, 0)].item() for point in (peak, trough))
    return {
        "max_drawdown_days": (end - start).days,
        "max_drawdown_from": start.isoformat(),
        "max_drawdown_to": end.isoformat(),
    }


def _given(value: Metric) -> Metric:
    """The value as plain JSON knows it; None for what is not a finite number."""
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    return value


def drawdown_curve(result: BacktestResult) -> Floats:
    """(m,) drawdown at each close of the window, 0 or below, for charts."""
    return drawdowns(growth_curve(result))[1:]
