"""The whole table of a run's figures: which there are, by hand on a small run, and null where undefined."""

import math

import numpy as np
import pytest

from bgagent.bars import daily_bars
from bgagent.engine.metrics import drawdown_curve, elapsed_years, measure
from bgagent.engine.orders import pack_orders
from bgagent.engine.plan import Account
from bgagent.engine.result import BacktestResult, ExitReason, Fill, Trade
from bgagent.periods import Timeframe
from tests.conftest import ROOT
from tests.engine.price_samples import bars_of
from tests.engine.test_golds import PLANS, examples, result_of

NAMES = (
    "total_return cagr volatility sharpe sortino max_drawdown max_drawdown_days calmar exposure turnover costs trades "
    "win_rate profit_factor expectancy avg_win avg_loss best_trade worst_trade avg_bars_held longest_losing_run "
    "max_drawdown_from max_drawdown_to alpha beta correlation var_95 cvar_95 psr dsr"
).split()


def run_of(equity, *, quantity=None, trades=(), fills=(), warmup=0, bars=None):
    count = len(equity) - 1
    held = np.zeros(count) if quantity is None else np.array(quantity, float)
    return BacktestResult(
        bars=bars_of([100.0] * (count + warmup)) if bars is None else bars,
        first=warmup,
        account=Account(equity[0]),
        equity=np.array(equity, float),
        cash=np.array(equity[1:], float),
        quantity=held,
        trades=tuple(trades),
        fills=tuple(fills),
        orders=pack_orders(()),
        dropped_orders=0,
        cut_orders=0,
        ambiguous_bars=0,
        ruined=False,
        books_error=0.0,
    )


# Monday 2024-01-01 to Friday: bought for 9,900 on Tuesday, sold on Thursday, bought again on Friday and still held
TRADES = (
    Trade("TEST", "long", 99.0, 1, 100.0, 3, 102.0, ExitReason.RULE, 193.0, 193 / 9900, 5.0, 2, 0),
    Trade("TEST", "long", 50.0, 4, 101.0, None, None, ExitReason.END_OPEN, -100.0, -100 / 5050, 2.0, 1, 1),
)
FILLS = (
    Fill(1, "TEST", 99.0, 100.0, 99.99, 1.0, "entry", 0),
    Fill(3, "TEST", -99.0, 102.0, 102.01, 1.0, "rule", 0),
    Fill(4, "TEST", 50.0, 101.0, 101.0, 2.0, "entry", 1),
)
EQUITY = [10000, 10000, 9800, 9900, 10193, 10093]
RUN = run_of(EQUITY, quantity=[0, 99, 99, 0, 50], trades=TRADES, fills=FILLS)
RETURNS = [0.0, -0.02, 9900 / 9800 - 1, 10193 / 9900 - 1, 10093 / 10193 - 1]


def figures(run=RUN, **options):
    return measure(run, bars_per_year=252, **options)


def test_every_figure_of_the_report_is_there_and_no_other():
    assert sorted(figures()) == sorted(NAMES)


def test_a_small_run_by_hand():
    mean = math.fsum(RETURNS) / 5
    deviation = math.sqrt(math.fsum((r - mean) ** 2 for r in RETURNS) / 4)
    downside = math.sqrt(math.fsum(min(r, 0.0) ** 2 for r in RETURNS) / 5)
    years = 4 / 365.25  # Monday to Friday
    growth = 1.0093 ** (1 / years) - 1
    ranked = sorted(RETURNS)
    tail = ranked[0] + 0.2 * (ranked[1] - ranked[0])  # the 5 % quantile lies 0.05 * 4 steps above the lowest
    expected = {
        "total_return": 0.0093,
        "cagr": growth,
        "volatility": deviation * math.sqrt(252),
        "sharpe": mean / deviation * math.sqrt(252),
        "sortino": mean / downside * math.sqrt(252),
        "max_drawdown": -0.02,
        "max_drawdown_days": 1,
        "max_drawdown_from": "2024-01-01",  # the last close at the high, not the capital before it
        "max_drawdown_to": "2024-01-02",
        "calmar": growth / 0.02,
        "exposure": 0.6,
        "turnover": (9900 + 10098 + 5050) / (sum(EQUITY) / 6) / years,
        "costs": 0.99 + 0.99 + 4.0,
        "trades": 1,
        "win_rate": 1.0,
        "profit_factor": None,
        "expectancy": 193 / 9900,
        "avg_win": 193 / 9900,
        "avg_loss": None,
        "best_trade": 193 / 9900,
        "worst_trade": 193 / 9900,
        "avg_bars_held": 2.0,
        "longest_losing_run": 0,
        "var_95": tail,
        "cvar_95": ranked[0],
        "alpha": None,
        "beta": None,
        "correlation": None,
    }
    measured = figures()
    assert measured.pop("psr") == pytest.approx(measured.pop("dsr"))
    assert measured == {
        name: value if value is None or isinstance(value, str) else pytest.approx(value)
        for name, value in expected.items()
    }


def test_the_warm_up_counts_nowhere():
    later = run_of(EQUITY, quantity=[0, 99, 99, 0, 50], trades=TRADES, fills=FILLS, warmup=5)
    dated = {"max_drawdown_from": "2024-01-08", "max_drawdown_to": "2024-01-09"}
    assert figures(later) == {**figures(), **dated}


def test_a_run_without_a_trade_is_flat_and_hardly_anything_is_defined():
    idle = figures(run_of([10000] * 6))
    defined = {name: value for name, value in idle.items() if value is not None}
    assert defined == {
        "total_return": 0.0, "cagr": 0.0, "volatility": 0.0, "max_drawdown": 0.0, "exposure": 0.0, "turnover": 0.0,
        "costs": 0.0, "trades": 0, "var_95": 0.0, "cvar_95": 0.0,
    }  # fmt: skip


@pytest.mark.parametrize("equity", [[10000], [10000, 10100], [10000, 9000, 0, 0], [10000, 5000, -100, -200, -200]])
def test_there_is_never_a_nan_nor_an_infinity(equity):
    for value in figures(run_of(equity), benchmark=run_of(equity)).values():
        assert value is None or isinstance(value, str) or math.isfinite(value)


def test_one_bar_has_a_return_but_no_rate_a_year():
    single = figures(run_of([10000, 10100]))
    assert single["total_return"] == pytest.approx(0.01)
    assert (single["cagr"], single["volatility"], single["sharpe"], single["var_95"]) == (None, None, None, None)


def test_ruin_leaves_the_loss_and_no_ratio_of_it():
    ruined = figures(run_of([10000, 5000, -100, -200, -200]))
    assert ruined["total_return"] == pytest.approx(-1.02)
    assert ruined["max_drawdown"] == pytest.approx(-1.02)
    assert (ruined["cagr"], ruined["sharpe"], ruined["volatility"], ruined["psr"]) == (None, None, None, None)


def test_the_benchmark_gives_alpha_beta_and_correlation():
    # half of the benchmark's every move, and 0.1 % more a bar
    moves = np.array([0.01, -0.02, 0.03, 0.00, -0.01])
    benchmark = run_of((10000 * np.cumprod(np.concatenate(([1.0], 1 + moves)))).tolist())
    follower = run_of((10000 * np.cumprod(np.concatenate(([1.0], 1.001 + 0.5 * moves)))).tolist())
    measured = figures(follower, benchmark=benchmark)
    assert (measured["alpha"], measured["beta"], measured["correlation"]) == (
        pytest.approx(0.252), pytest.approx(0.5), pytest.approx(1.0),
    )  # fmt: skip
    with pytest.raises(ValueError, match="the benchmark has 1 bars, the run 5"):
        figures(follower, benchmark=run_of([1, 2]))


def test_risk_free_is_taken_off_bar_by_bar():
    free = 1.05 ** (1 / 252) - 1
    excess = np.array(RETURNS) - free
    measured = figures(risk_free=0.05)
    assert measured["sharpe"] == pytest.approx(excess.mean() / excess.std(ddof=1) * math.sqrt(252))
    assert measured["total_return"] == pytest.approx(0.0093)


def test_variants_tried_deflate_the_sharpe_ratio():
    alone, chosen = figures(), figures(variants=50)
    assert alone["dsr"] == alone["psr"] == chosen["psr"]
    assert chosen["dsr"] < alone["dsr"]


@pytest.mark.parametrize(
    ("timeframe", "sessions", "days"),
    [
        (Timeframe.DAY, ["2024-01-02", "2024-12-31"], 364),
        (Timeframe.DAY, ["2024-01-02"], 0),
        (Timeframe.WEEK, ["2024-01-01", "2024-12-23"], 361),  # the last week ends on Friday 27 December
        (Timeframe.WEEK, ["2024-01-02", "2024-05-28"], 150),  # weeks that begin on a Tuesday: to Friday 31 May
        (Timeframe.MONTH, ["2024-01-02", "2024-12-02"], 364),  # to 31 December
    ],
)
def test_elapsed_years_run_from_the_first_session_to_the_last(timeframe, sessions, days):
    prices = dict.fromkeys(("open", "high", "low", "close", "volume"), np.full(len(sessions), 10.0))
    bars = daily_bars("TEST", np.array(sessions, dtype="datetime64[D]"), prices, timeframe=timeframe)
    assert elapsed_years(bars, 0) == pytest.approx(days / 365.25)


def test_an_empty_window_has_no_years():
    assert math.isnan(elapsed_years(bars_of([1.0, 2.0]), 2))


def test_the_curve_of_drawdowns_is_one_per_close():
    assert drawdown_curve(RUN).tolist() == pytest.approx([0.0, -0.02, -0.01, 0.0, 10093 / 10193 - 1])


def test_the_page_of_definitions_has_every_figure():
    page = (ROOT / "docs/metrics.md").read_text(encoding="utf-8")
    assert [name for name in NAMES if f"`{name}`" not in page] == []


@pytest.mark.parametrize("name", PLANS)
def test_figures_of_known_answers_follow_from_their_trades(name, shared_dir):
    gold = examples(shared_dir)[name]["gold"]["runs"][0]
    profits, returns = [], []
    for trade in gold["trades"]:
        if trade["exit_price"] is not None:
            sign = 1 if trade["direction"] == "long" else -1
            profits.append(sign * trade["quantity"] * (trade["exit_price"] - trade["entry_price"]))
            returns.append(sign * (trade["exit_price"] / trade["entry_price"] - 1))
    wins, losses = [r for r in returns if r > 0], [r for r in returns if r < 0]
    lost = -sum(profit for profit in profits if profit < 0)
    measured = figures(result_of(name, shared_dir))
    assert measured["total_return"] == pytest.approx(gold["total_return"], abs=1e-5)
    expected = {
        "trades": len(returns),
        "win_rate": len(wins) / len(returns) if returns else None,
        "profit_factor": sum(profit for profit in profits if profit > 0) / lost if lost else None,
        "expectancy": sum(returns) / len(returns) if returns else None,
        "avg_win": sum(wins) / len(wins) if wins else None,
        "avg_loss": sum(losses) / len(losses) if losses else None,
        "best_trade": max(returns, default=None),
        "worst_trade": min(returns, default=None),
    }
    for figure, value in expected.items():
        assert measured[figure] == (value if value is None else pytest.approx(value, rel=1e-4, abs=1e-6)), figure
