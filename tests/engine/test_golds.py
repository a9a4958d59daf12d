"""Known answers on real data: plans written by hand give the trades and the final equity of a separate program."""

import json
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bgagent.data.folder import FolderProvider
from bgagent.data.load import load_series
from bgagent.data.series import Series
from bgagent.engine.backtest import buy_and_hold, replay, run_plan
from bgagent.engine.plan import (
    Account,
    Costs,
    Distance,
    DistanceKind,
    PaymentPlan,
    Rule,
    RulePlan,
    SizeKind,
    Sizing,
    Weighting,
    WeightPlan,
)
from bgagent.engine.portfolio import Plan, replay_portfolio, run_portfolio
from bgagent.engine.result import BacktestResult
from bgagent.periods import Period

PORTFOLIOS: dict[str, Plan] = {
    "p11": WeightPlan(("SPY", "XLK"), Weighting.RANKED, "first_of_month", score="change(close, 63)", top=1),
    "p16": PaymentPlan(("SPY",), 500.0),
    "p17": WeightPlan(("SPY", "TLT"), Weighting.FIXED, "first_of_quarter", weights=(0.6, 0.4)),
}

EMA_CROSS_UP = Rule(when="crosses_above(ema(close, 12), ema(close, 26))")
EMA_CROSS_DOWN = Rule(when="crosses_below(ema(close, 12), ema(close, 26))")
SMA_CROSS_UP = Rule(when="crosses_above(sma(close, 50), sma(close, 200))")
SMA_CROSS_DOWN = Rule(when="crosses_below(sma(close, 50), sma(close, 200))")


def fraction(value: float) -> Distance:
    return Distance(DistanceKind.FRACTION, value)


PLANS = {
    "p01": RulePlan("AAPL", entry=Rule(on="first_session")),
    "p02": RulePlan("AAPL", entry=SMA_CROSS_UP, exit=SMA_CROSS_DOWN),
    "p03": RulePlan("SPY", entry=SMA_CROSS_UP, exit=SMA_CROSS_DOWN),
    "p04": RulePlan(
        "TSLA", entry=Rule(when="low <= bollinger_lower(20, 2)"), exit=Rule(when="high >= bollinger_upper(20, 2)")
    ),
    "p05": RulePlan("NVDA", entry=Rule(when="rsi(14) < 30"), exit=Rule(when="rsi(14) > 70")),
    "p06": RulePlan(
        "MSFT",
        entry=Rule(when="crosses_above(macd(12, 26, 9), macd_signal(12, 26, 9)) and rsi(14) < 50"),
        exit=Rule(when="crosses_below(macd(12, 26, 9), macd_signal(12, 26, 9))"),
        stop_loss=fraction(0.05),
    ),
    "p07": RulePlan("AMZN", entry=Rule(on="every_session"), stop_loss=fraction(0.05), take_profit=fraction(0.10)),
    "p09": RulePlan("SPY", entry=Rule(on="dated(11, 1)"), exit=Rule(on="dated(5, 1)")),
    "p10": RulePlan("BTC-USD", entry=Rule(when="(high - low) / close > 0.05"), take_profit=fraction(0.10), hold_bars=3),
    "p12": RulePlan(
        "TSLA",
        entry=Rule(on="weekday == 0"),
        exit=Rule(when="open < previous(low)"),
        stop_loss=fraction(0.08),
        take_profit=fraction(0.15),
        sizing=Sizing(SizeKind.EQUITY, 0.02),
        max_positions=3,
    ),
    "p13": RulePlan("AAPL", entry=Rule(when="change(close, 1) <= -0.03"), hold_bars=5),
    "p14": RulePlan(
        "QQQ",
        entry=Rule(when="close <= sma(close, 50) - 2 * deviation(close, 50) and volume > 1.5 * sma(volume, 20)"),
        exit=Rule(when="close >= sma(close, 50)"),
    ),
    "p15": RulePlan(
        "NVDA",
        entry=Rule(when="change(close, 1) <= -0.05 and rsi(14) < 30"),
        take_profit=fraction(0.08),
        hold_bars=10,
    ),
    "p18": RulePlan(
        "ETH-USD",
        entry=EMA_CROSS_UP,
        exit=EMA_CROSS_DOWN,
        short_entry=EMA_CROSS_DOWN,
        short_exit=EMA_CROSS_UP,
        trailing_stop=fraction(0.03),
    ),
}


@cache
def examples(folder: Path) -> dict[str, dict[str, Any]]:
    lines = (folder / "prompts/examples.jsonl").read_text(encoding="utf-8").splitlines()
    return {record["id"]: record for record in map(json.loads, lines)}


def series_of(symbol: str, expect: dict[str, Any], folder: Path) -> Series:
    return load_series(
        symbol,
        Period(date.fromisoformat(expect["start"]), date.fromisoformat(expect["end"])),
        warmup_bars=2000,
        provider=FolderProvider([folder / "market/daily"]),
        now=datetime(2026, 3, 20, tzinfo=UTC),
    )


def result_of(name: str, folder: Path, costs: Costs | None = None) -> BacktestResult:
    expect = examples(folder)[name]["expect"]
    series = series_of(PLANS[name].symbol, expect, folder)
    account = Account(float(expect["initial_capital"]), costs or Costs())
    return run_plan(PLANS[name], series.bars, first=series.warmup_bars, account=account)


def portfolio_of(name: str, folder: Path, costs: Costs | None = None) -> BacktestResult:
    expect = examples(folder)[name]["expect"]
    plan = PORTFOLIOS[name]
    bars = [series_of(symbol, expect, folder).bars for symbol in plan.needed_symbols]
    account = Account(float(expect["initial_capital"] or 0), costs or Costs())
    return run_portfolio(plan, bars, first_on=date.fromisoformat(expect["start"]), account=account)


@pytest.mark.parametrize("name", PLANS)
def test_a_plan_gives_the_trades_and_the_equity_of_its_gold(name, shared_dir):
    gold = examples(shared_dir)[name]["gold"]["runs"][0]
    result = result_of(name, shared_dir)
    sessions = result.bars.sessions
    scale = gold.get("price_scale", {}).get(PLANS[name].symbol, 1.0)
    wanted = sorted(gold["trades"], key=lambda trade: (trade["entry_at"], trade["exit_at"] or "9999"))
    assert [
        (trade.direction, str(sessions[trade.entry_bar]), trade.is_open or str(sessions[trade.exit_bar]))
        for trade in result.trades
    ] == [(trade["direction"], trade["entry_at"], trade["exit_at"] or True) for trade in wanted]
    for trade, told in zip(result.trades, wanted, strict=True):
        assert trade.entry_price == pytest.approx(told["entry_price"] * scale, rel=1e-5)
        assert trade.quantity == pytest.approx(told["quantity"] / scale, rel=1e-5)
        assert trade.exit_reason == told["exit_reason"]
        if told["exit_price"] is not None:
            assert trade.exit_price == pytest.approx(told["exit_price"] * scale, rel=1e-5)
    assert result.final_equity == pytest.approx(gold["final_equity"], rel=1e-5)
    assert result.books_error < 1e-12


@pytest.mark.parametrize("name", PORTFOLIOS)
def test_a_portfolio_gives_the_trades_and_the_equity_of_its_gold(name, shared_dir):
    gold = examples(shared_dir)[name]["gold"]["runs"][0]
    result = portfolio_of(name, shared_dir)
    sessions = result.bars.sessions
    scale = gold.get("price_scale", {})
    told = sorted(
        (
            trade.symbol,
            trade.direction,
            str(sessions[trade.entry_bar]),
            "" if trade.exit_bar is None else str(sessions[trade.exit_bar]),
            trade,
        )
        for trade in result.trades
    )
    wanted = sorted(
        ((one["symbol"], one["direction"], one["entry_at"], one["exit_at"] or "", one) for one in gold["trades"]),
        key=lambda row: row[:4],
    )
    assert [row[:4] for row in told] == [row[:4] for row in wanted]
    for (*_, trade), (*_, gold_trade) in zip(told, wanted, strict=True):
        factor = scale.get(trade.symbol, 1.0)
        assert trade.entry_price == pytest.approx(gold_trade["entry_price"] * factor, rel=1e-5)
        # what drift makes a portfolio trade is a small difference between two large positions
        assert trade.quantity == pytest.approx(gold_trade["quantity"] / factor, rel=1e-5, abs=1e-4)
        assert trade.exit_reason == gold_trade["exit_reason"]
        if gold_trade["exit_price"] is not None:
            assert trade.exit_price == pytest.approx(gold_trade["exit_price"] * factor, rel=1e-5)
    assert result.final_equity == pytest.approx(gold["final_equity"], rel=1e-6)
    assert result.contributed == gold.get("contributed", result.account.initial_capital)
    assert result.books_error < 1e-12


@pytest.mark.parametrize("name", PORTFOLIOS)
def test_the_order_log_of_a_portfolio_replays_to_the_same_equity(name, shared_dir):
    result = portfolio_of(name, shared_dir, Costs(7.0, 3.0, 0.01, 1.0, 2.0))
    first_on = result.sessions[0].item()
    again = replay_portfolio(
        result.orders, result.universe, first_on=first_on, account=result.account, payments=result.payments
    )
    assert again.equity.tolist() == result.equity.tolist()
    assert again.trades == result.trades


def test_three_symbols_compared_are_three_runs(shared_dir):
    example = examples(shared_dir)["p08"]
    for gold in example["gold"]["runs"]:
        (symbol,) = gold["symbols"]
        series = series_of(symbol, example["expect"], shared_dir)
        result = buy_and_hold(series.bars, first=series.warmup_bars, account=Account(10_000.0))
        assert result.final_equity == pytest.approx(gold["final_equity"], rel=1e-6)
        assert result.trades[0].quantity == pytest.approx(gold["trades"][0]["quantity"], rel=1e-6)


@pytest.mark.parametrize("name", PLANS)
def test_the_order_log_of_a_gold_replays_to_the_same_equity(name, shared_dir):
    result = result_of(name, shared_dir, Costs(7.0, 3.0, 0.01, 1.0, 2.0))
    again = replay(result.orders, result.bars, first=result.first, account=result.account)
    assert again.equity.tolist() == result.equity.tolist()
    assert again.trades == result.trades


def test_buy_and_hold_is_the_plan_that_buys_on_the_first_session(shared_dir):
    result = result_of("p01", shared_dir)
    held = buy_and_hold(result.bars, first=result.first, account=result.account)
    assert held.equity.tolist() == result.equity.tolist()
