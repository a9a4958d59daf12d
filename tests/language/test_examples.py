"""Every sentence with known trades: the plans below give those trades (tests/engine/test_golds.py)."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bgagent.data.folder import FolderProvider
from bgagent.data.load import load_series
from bgagent.engine.plan import (
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
from bgagent.engine.portfolio import run_portfolio
from tests.language.reading import records, spec_of


def part(value: float) -> Distance:
    return Distance(DistanceKind.FRACTION, value)


def crossing(fast: str, slow: str, **more: object) -> dict[str, object]:
    return {"entry": Rule(f"crosses_above({fast}, {slow})"), "exit": Rule(f"crosses_below({fast}, {slow})"), **more}


SMA_50_200 = crossing("sma(close, 50)", "sma(close, 200)")
MACD = ("macd(12, 26, 9)", "macd_signal(12, 26, 9)")
EMA = ("ema(close, 12)", "ema(close, 26)")
HOLD = {"entry": Rule(on="first_session")}

PLANS = {
    "p01": [RulePlan("AAPL", **HOLD)],
    "p02": [RulePlan("AAPL", **SMA_50_200)],
    "p03": [RulePlan("SPY", **SMA_50_200)],
    "p04": [RulePlan("TSLA", entry=Rule("low <= bollinger_lower(20, 2)"), exit=Rule("high >= bollinger_upper(20, 2)"))],
    "p05": [RulePlan("NVDA", entry=Rule("rsi(14) < 30"), exit=Rule("rsi(14) > 70"))],
    "p06": [
        RulePlan(
            "MSFT",
            entry=Rule(f"crosses_above({MACD[0]}, {MACD[1]}) and rsi(14) < 50"),
            exit=Rule(f"crosses_below({MACD[0]}, {MACD[1]})"),
            stop_loss=part(0.05),
        )
    ],
    "p07": [RulePlan("AMZN", entry=Rule(on="every_session"), stop_loss=part(0.05), take_profit=part(0.1))],
    "p08": [RulePlan("AAPL", **HOLD), RulePlan("GOOGL", **HOLD), RulePlan("MSFT", **HOLD)],
    "p09": [RulePlan("SPY", entry=Rule(on="dated(11, 1)"), exit=Rule(on="dated(5, 1)"))],
    "p10": [RulePlan("BTC-USD", entry=Rule("(high - low) / close > 0.05"), take_profit=part(0.1), hold_bars=3)],
    "p12": [
        RulePlan(
            "TSLA",
            entry=Rule(on="weekday == 0"),
            exit=Rule("open < previous(low)"),
            stop_loss=part(0.08),
            take_profit=part(0.15),
            sizing=Sizing(SizeKind.EQUITY, 0.02),
            max_positions=3,
        )
    ],
    "p13": [RulePlan("AAPL", entry=Rule("change(close, 1) <= -0.03"), hold_bars=5)],
    "p14": [
        RulePlan(
            "QQQ",
            entry=Rule("close <= sma(close, 50) - 2 * deviation(close, 50) and volume > 1.5 * sma(volume, 20)"),
            exit=Rule("close >= sma(close, 50)"),
        )
    ],
    "p15": [
        RulePlan("NVDA", entry=Rule("change(close, 1) <= -0.05 and rsi(14) < 30"), take_profit=part(0.08), hold_bars=10)
    ],
    "p18": [
        RulePlan(
            "ETH-USD",
            **crossing(*EMA, trailing_stop=part(0.03)),
            short_entry=Rule(f"crosses_below({EMA[0]}, {EMA[1]})"),
            short_exit=Rule(f"crosses_above({EMA[0]}, {EMA[1]})"),
        )
    ],
}
PORTFOLIOS = {
    "p11": WeightPlan(("SPY", "XLK"), Weighting.RANKED, "first_of_month", score="change(close, 63)", top=1),
    "p16": PaymentPlan(("SPY",), 500.0, "first_session or first_of_month"),
    "p17": WeightPlan(("SPY", "TLT"), Weighting.FIXED, "first_of_quarter", weights=(0.6, 0.4)),
}


@pytest.mark.parametrize("number", PLANS)
def test_an_example_gives_the_plan_of_its_known_trades(shared_dir: Path, number: str):
    record = next(record for record in records(shared_dir, "examples.jsonl") if record["id"] == number)
    spec = spec_of(record["prompt"])
    expected = record["expect"]
    assert [run.plan for run in spec.runs] == PLANS[number]
    assert list(spec.symbols) == expected["symbols"]
    assert (str(spec.period.start), str(spec.period.end)) == (expected["start"], expected["end"])
    assert spec.initial_capital == expected["initial_capital"]
    assert (spec.currency, spec.direction, spec.timeframe.value) == (
        expected["currency"],
        expected["direction"],
        expected["timeframe"],
    )


@pytest.mark.parametrize("number", PORTFOLIOS)
def test_an_example_of_a_portfolio_gives_the_final_equity_known(shared_dir: Path, number: str):
    record = next(record for record in records(shared_dir, "examples.jsonl") if record["id"] == number)
    spec = spec_of(record["prompt"])
    expected, (gold,) = record["expect"], record["gold"]["runs"]
    (run,) = spec.runs
    assert run.plan == PORTFOLIOS[number]
    assert set(spec.symbols) == set(expected["symbols"])
    assert (str(spec.period.start), str(spec.period.end)) == (expected["start"], expected["end"])
    assert spec.initial_capital == (expected["initial_capital"] or 0)
    bars = [
        load_series(
            symbol,
            spec.period,
            warmup_bars=500,
            provider=FolderProvider([shared_dir / "market" / "daily"]),
            now=datetime(2026, 3, 20, tzinfo=UTC),
        ).bars
        for symbol in run.plan.needed_symbols
    ]
    result = run_portfolio(run.plan, bars, first_on=spec.period.start, account=spec.account)
    assert result.final_equity == pytest.approx(gold["final_equity"], rel=gold.get("equity_rel", 1e-6))


def test_every_example_is_looked_at(shared_dir: Path):
    assert {record["id"] for record in records(shared_dir, "examples.jsonl")} == {*PLANS, *PORTFOLIOS}
